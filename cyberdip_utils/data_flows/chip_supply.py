"""The supply of chip inputs: markets by country, what feeds what, and what is left when a supplier goes.

Shares are of different years (2019 to 2025), by seat of the firm, and of the input as a whole.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import pandas as pd

from cyberdip_utils.countries import name as country_name
from cyberdip_utils.countries import region
from cyberdip_utils.data import load
from cyberdip_utils.data_flows import supply_network as net

EUROPE = "EUU"  # in these tables: Europe as a group
STEPS = ("process", "output")
NONE = "none"


def country(code: str) -> str:
    """The name of a country as this chapter writes it; Europe is a group here."""
    return "Europe (as a group)" if code == EUROPE else country_name(code)


def in_text(name: str) -> str:
    """A name of a country inside a sentence, with its article."""
    return (
        f"the {name}" if name in ("United States", "Netherlands", "United Kingdom", "Philippines") else name
    )


@cache
def inputs() -> pd.DataFrame:
    """Inputs and stages by code."""
    return load("chip_inputs").set_index("input")


@cache
def markets() -> dict[str, net.Market]:
    """The supply of each input for which countries' shares are given, stages included."""
    rows = load("chip_shares")
    rows = rows[(rows["kind"] != "organisation") & rows["share_pct"].notna()]
    out = {}
    for code, part in rows.groupby("input", observed=True):
        value = part["share_pct"] / 100
        named = part["iso3"].notna() & (part["iso3"] != EUROPE)
        sure = dict(zip(part["iso3"][named], value[named], strict=True))
        groups = dict(zip(part["iso3"][part["iso3"] == EUROPE], value[part["iso3"] == EUROPE], strict=True))
        out[str(code)] = net.market(sure, groups, float(value[part["iso3"].isna()].sum()))
    return out


@cache
def feeds() -> net.Feeds:
    """What goes into what, without the three stages (no link names them)."""
    return net.Feeds(load("chip_edges"))


@cache
def suppliers() -> tuple[str, ...]:
    """Countries and Europe as a group with a share above zero somewhere, most inputs first."""
    counts: dict[str, int] = {}
    for code, m in markets().items():
        if code in feeds().nodes:
            for c in [*m.sure, *m.groups]:
                counts[c] = counts.get(c, 0) + 1
    return tuple(sorted(counts, key=lambda c: (-counts[c], country(c))))


@cache
def members() -> frozenset[str]:
    """States that take part in the Wassenaar Arrangement."""
    return frozenset(load("wassenaar")["iso3"])


@cache
def concentration() -> pd.DataFrame:
    """Concentration of every input that has shares: bounds of the index, the leader, and the members' share.

    ``hhi_low`` and ``hhi_high`` as in :func:`supply_network.hhi_bounds`; ``member_low`` and ``member_high`` are the share
    from firms seated in participants of the Wassenaar Arrangement, without and with the unnamed rest and Europe.
    """
    rows = []
    years_of = load("chip_shares").groupby("input", observed=True)["year"].first()
    for code, m in markets().items():
        low, high = net.hhi_bounds(m)
        lead, top = m.leader
        inside = sum(v for k, v in m.sure.items() if k in members())
        doubt = m.rest + sum(m.groups.values())
        rows.append((code, low, high, lead, top, inside, min(1.0, inside + doubt), m.rest, years_of[code]))
    columns = ["input", "hhi_low", "hhi_high", "leader", "share", "member_low", "member_high", "rest", "year"]
    frame = pd.DataFrame(rows, columns=columns).set_index("input")
    return frame.join(inputs()[["name", "kind"]])


@cache
def roots() -> list[tuple[str, str]]:
    """(label, code) of everything that something feeds: steps first, in the order of making, then groups of tools."""
    order = {n: i for i, n in enumerate(feeds().order)}
    table = inputs()
    whole = [n for n in feeds().nodes if feeds().below(n)]
    steps = sorted((n for n in whole if table["kind"][n] in STEPS), key=lambda n: order[n])
    groups = sorted((n for n in whole if table["kind"][n] not in STEPS), key=lambda n: table["name"][n])
    return [(table["name"][n], n) for n in [*reversed(steps), *groups]]


def feeds_rank(node: str) -> int:
    """Siblings with shares first, then groups without, then steps."""
    if str(inputs()["kind"][node]) in STEPS:
        return 2
    return 0 if node in markets() else 1


def in_full(node: str) -> str:
    m = markets()[node]
    parts = sorted({**m.sure, **m.groups}.items(), key=lambda p: -p[1])
    said = [f"{country(c)} {v:.1%}" for c, v in parts]
    return ", ".join([*said, *([f"not assigned {m.rest:.1%}"] if m.rest > 5e-4 else [])])


def named_lower(node: str) -> str:
    """A name inside a sentence: the first letter small unless the word has more capitals."""
    text = str(inputs()["name"][node])
    first = text.split()[0]
    return text if first[1:] != first[1:].lower() or len(first) == 1 else text[0].lower() + text[1:]


@cache
def weights() -> dict[str, float]:
    """Market size by input in million USD, where given."""
    return {str(k): float(v) for k, v in inputs()["market_musd"].dropna().items()}


@cache
def steps() -> tuple[str, ...]:
    """Steps of making, first to last, the finished chip at the end."""
    return tuple(n for n in feeds().order if str(inputs()["kind"][n]) in STEPS)


def _partly(removed: Collection[str]) -> tuple[set[str], set[str]]:
    """(taken out, groups that may be in part): Europe taken out takes its countries with it."""
    out = set(removed)
    if EUROPE in out:
        out |= {c for c in suppliers() if c != EUROPE and region(c) == "Europe"}
    return out, {EUROPE} if any(region(c) == "Europe" for c in out if c != EUROPE) else set()


@cache
def left_without(removed: tuple[str, ...], added: str, amount: int, kinds: str) -> pd.DataFrame:
    out, partly = _partly(removed)
    in_tree = {k: v for k, v in markets().items() if k in feeds().nodes}
    more = {added: amount / 100} if added != NONE else {}
    return net.supply_left(feeds(), in_tree, out, partly, more, kinds, weights())


def supply_left(
    removed: Collection[str] = (), added: str = NONE, amount: int = 20, kinds: str = net.EACH
) -> pd.DataFrame:
    """What share of today's supply each input and step keeps; see :func:`supply_network.supply_left`.

    Parameters
    ----------
    removed : collection of str
        ISO3 codes; "EUU" takes out Europe with all its countries.
    added : str
        Input that a new supplier serves, or "none".
    amount : int
        Its size in % of today's market.
    kinds : "each" or "pooled"
        As there.
    """
    for code in removed:
        if code not in suppliers():
            raise ValueError(f"removed: {code!r} supplies no input; allowed: {', '.join(suppliers())}")
    return left_without(tuple(sorted(removed)), added, int(amount), kinds).copy()


@cache
def by_country(added: str, amount: int, kinds: str, threshold: int) -> pd.DataFrame:
    """For each country taken out alone: inputs and steps that fall below the threshold for sure, and perhaps."""
    rows = []
    for code in suppliers():
        left = left_without((code,), added, amount, kinds)
        own = net.status(left["own_low"], left["own_high"], threshold / 100)[left["own_high"].notna()]
        later = net.status(left["low"], left["high"], threshold / 100).reindex(steps())
        rows.append(
            (
                country(code),
                int((own == net.BELOW).sum()),
                int((own == net.MAYBE).sum()),
                int((later == net.BELOW).sum()),
                int((later == net.MAYBE).sum()),
            )
        )
    columns = ["Without", "Inputs below", "Inputs perhaps below", "Steps below", "Steps perhaps below"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(
        ["Inputs below", "Steps below", "Without"], ascending=[False, False, True], kind="stable"
    )


@cache
def shareless() -> frozenset[str]:
    """Tools, materials and designs in the tree without shares and without anything below that has some."""
    kinds = inputs()["kind"].astype(str)
    return frozenset(
        n
        for n in feeds().nodes
        if kinds[n] not in STEPS and n not in markets() and not (feeds().upstream(n) & set(markets()))
    )
