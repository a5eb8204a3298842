"""What the end of a transfer mechanism would touch: a gravity model for the missing pairs, and a scenario.

The table of digitally deliverable services holds totals of each economy with the whole world. Who trades with
whom is not in it. :func:`bilateral` fills the pairs by the doubly constrained gravity model, which keeps every total;
:func:`scenario` then multiplies by the reader's assumptions. Nothing here is a forecast.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils.countries import members
from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.data_flows.transfer_rules import adequate, last_day

#: Published shares of the EU in US digitally deliverable services (CSIS, undated; data of about 2014).
PUBLISHED = {"exports": 0.45, "imports": 0.46}
PUBLISHED_YEAR = 2014
#: Defaults of the scenario: percent that rests on a decision, percent of it able to switch, cost in percent, exponent.
RELYING, ABLE, COST, DECAY = 50, 85, (7, 9), 0.5
DECAYS = tuple(round(0.1 * k, 1) for k in range(16))

#: Where each default comes from.
SOURCES = (
    (
        "Who trades with whom",
        "no table here says. Pairs are filled by a doubly constrained gravity model (Wilson 1971) on the totals of all "
        "economies and the distance between them; the exponent that comes nearest to the published shares of the EU in US "
        "exports and imports of such services (45 and 46 percent, CSIS) is the default.",
    ),
    (
        "Rests on the mechanism",
        "half of the firms that moved data from the EU to the US said in 2016 that they had been certified under Safe Harbor; "
        "34 percent meant to use Privacy Shield, 47 percent a year later (IAPP). These are shares of firms asked, not of trade, "
        "and for other partners no survey was seen: where a decision covers everyone, everyone can rest on it.",
    ),
    (
        "Could switch",
        "85 percent of the companies asked in 2020 already used standard contractual clauses, 70 percent of the small ones "
        "(DIGITALEUROPE). Move to 0 for the reading that clauses fall with the decision, because the law they run into is the same.",
    ),
    (
        "Cost of switching",
        "no survey of it as a share of trade was seen. The default borrows 7 to 9 percent, by which adequacy raises digital trade "
        "over the tools that others use (Ferracane and others 2026).",
    ),
)
LINKS = (
    ("Wilson (1971)", "https://doi.org/10.1068/a030001"),
    (
        "CSIS, transatlantic digital market",
        "https://www.csis.org/blogs/future-digital-trade-policy-and-role-us-and-uk/where-money-transatlantic-digital-market",
    ),
    (
        "IAPP (2016)",
        "https://iapp.org/news/a/privacy-shield-faces-skepticism-in-the-marketplace-but-standard-contractual-clauses-pose-the-biggest-risk-for-market-upheaval",
    ),
    (
        "IAPP (2017)",
        "https://iapp.org/news/a/as-privacy-shield-interest-increases-organizations-await-review-results/",
    ),
    (
        "DIGITALEUROPE (2020)",
        "https://www.digitaleurope.org/news/schrems-2-data-transfers-survey-85-of-companies-in-europe-use-standard-contractual-clauses/",
    ),
    ("Ferracane and others (2026)", "https://doi.org/10.1111/ecca.70016"),
)


@cache
def distances() -> pd.DataFrame:
    """Kilometres between the largest cities of every pair, both ways round; the diagonal is missing."""
    pairs = load("country_pairs")[["iso3_o", "iso3_d", "distance_km"]]
    turned = pairs.rename(columns={"iso3_o": "iso3_d", "iso3_d": "iso3_o"})
    return pd.concat([pairs, turned]).pivot(index="iso3_o", columns="iso3_d", values="distance_km")


@cache
def totals(year: int) -> pd.DataFrame:
    """Exports and imports of each economy in a year, million USD, missing where the source has none."""
    rows = load("digital_services")
    rows = rows[rows["year"] == year]
    return rows.astype({"flow": str}).pivot(index="iso3", columns="flow", values="value_musd")


def balance(rows: Sequence[float], columns: Sequence[float], kernel: np.ndarray) -> np.ndarray:
    """The matrix a_i * b_j * kernel_ij whose row and column sums are those given.

    Parameters
    ----------
    rows, columns : sequence of float
        Row sums and column sums, all above 0; the column sums are first scaled to the total of the rows.
    kernel : array
        How readily i trades with j, 0 or more; 0 on the diagonal keeps an economy from trading with itself.

    Returns
    -------
    numpy.ndarray
        The balanced matrix.

    Raises
    ------
    ValueError
        Sums that are not positive, or a kernel for which no balance is found.

    References
    ----------
    Wilson, A. G. (1971), "A family of spatial interaction models, and associated developments", Environment and
    Planning 3(1), 1-32, doi:10.1068/a030001: the production-attraction constrained model, solved in turns.
    """
    out, into = np.asarray(rows, dtype=float), np.asarray(columns, dtype=float)
    if (out <= 0).any() or (into <= 0).any():
        raise ValueError("rows and columns: every sum must be above 0")
    into = into * out.sum() / into.sum()
    b = np.ones_like(into)
    for _ in range(500):
        a = 1 / (kernel @ (b * into))
        new = 1 / (kernel.T @ (a * out))
        done = np.allclose(new, b, rtol=1e-10, atol=0)
        b = new
        if done:
            a = 1 / (kernel @ (b * into))
            return (a * out)[:, None] * kernel * (b * into)[None, :]
    raise ValueError("kernel: no balance was found in 500 turns")


@cache
def bilateral(year: int, decay: float) -> pd.DataFrame:
    """Modelled trade of every exporter (rows) with every importer (columns) in a year, million USD.

    Parameters
    ----------
    year : int
        2010 to 2023.
    decay : float
        The exponent of distance, 0 or more: trade falls with distance to this power. 0 means that only size counts.

    Returns
    -------
    pandas.DataFrame
        Economies that have both totals and a distance. Import totals are scaled to the exports' total.

    Raises
    ------
    ValueError
        A year without data or a negative exponent.
    """
    if decay < 0:
        raise ValueError(f"decay: {decay} is below 0")
    both = totals(year).dropna()
    both = both[both.index.isin(distances().index) & (both > 0).all(axis=1)]
    if both.empty:
        raise ValueError(f"year: the table has no data for {year}")
    codes = list(both.index)
    kernel = distances().loc[codes, codes].to_numpy(dtype=float) ** -decay
    kernel[np.isnan(kernel)] = 0.0
    np.fill_diagonal(kernel, 0.0)
    flows = balance(both["exports"], both["imports"], kernel)
    return pd.DataFrame(flows, index=codes, columns=codes)


@cache
def with_union(partner: str, year: int, flow: str, decay: float) -> tuple[float, float]:
    """A partner's trade with the world and, modelled, with the EU members of the year's last day; million USD.

    Parameters
    ----------
    partner : str
        ISO3 code.
    flow : str
        "exports": what the partner sells. "imports": what it buys. "both": the sum.

    Returns
    -------
    (float, float)
        Total as the source has it, and total times the modelled share of the EU. Not a number where missing.
    """
    if flow == "both":
        parts = [with_union(partner, year, f, decay) for f in ("exports", "imports")]
        return parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]
    if flow not in ("exports", "imports"):
        raise ValueError(f"flow: {flow!r} is not one of exports, imports, both")
    table = totals(year)
    total = float(table.at[partner, flow]) if partner in table.index else math.nan
    flows = bilateral(year, decay)
    if math.isnan(total) or partner not in flows.index:
        return total, math.nan
    line = flows.loc[partner] if flow == "exports" else flows[partner]
    union = [m for m in members("EU", f"{year}-12-31") if m in flows.index and m != partner]
    return total, total * float(line[union].sum() / line.sum())


def calibrated(partner: str = "USA", year: int = PUBLISHED_YEAR) -> pd.DataFrame:
    """For each exponent: modelled shares of the EU in a partner's trade, and the miss from those published.

    Returns
    -------
    pandas.DataFrame
        decay, exports, imports (shares), miss (root mean square, as a share). The smallest miss is the default
        of the slider.
    """
    out = []
    for decay in DECAYS:
        shares = {}
        for flow in ("exports", "imports"):
            total, union = with_union(partner, year, flow, decay)
            shares[flow] = union / total
        miss = math.sqrt(sum((shares[f] - PUBLISHED[f]) ** 2 for f in shares) / 2)
        out.append((decay, shares["exports"], shares["imports"], miss))
    return pd.DataFrame(out, columns=["decay", "exports", "imports", "miss"])


@dataclass(frozen=True)
class Touched:
    """What a break would touch, in the unit of the trade that was given.

    ``relies`` is the trade that rests on the mechanism, ``switches`` the part that could use another one, ``stops``
    the part that could not, ``low`` and ``high`` the cost: all that stops and a share of what switches.
    """

    union: float
    relies: float
    switches: float
    stops: float
    low: float
    high: float


def scenario(union: float, relying: float, able: float, cost: tuple[float, float]) -> Touched:
    """Multiply trade by the reader's assumptions.

    Parameters
    ----------
    union : float
        Trade with the EU, any unit, 0 or more; not a number passes through.
    relying, able : float
        Share of it that rests on the mechanism; share of that which could switch to another. 0 to 1.
    cost : (float, float)
        Low and high share of the value that switching costs. 0 to 1.

    Returns
    -------
    Touched
        relies = union * relying; switches = relies * able; stops = relies - switches;
        low and high = stops + switches * cost.

    Raises
    ------
    ValueError
        A share outside 0 to 1, or a cost range upside down.
    """
    for name, value in (("relying", relying), ("able", able), ("cost", cost[0]), ("cost", cost[1])):
        if not 0 <= value <= 1:
            raise ValueError(f"{name}: {value} is not a share from 0 to 1")
    if cost[0] > cost[1]:
        raise ValueError(f"cost: from {cost[0]} is above to {cost[1]}")
    relies = union * relying
    switches = relies * able
    stops = relies - switches
    return Touched(union, relies, switches, stops, stops + switches * cost[0], stops + switches * cost[1])


def published_loss(union: float, gain: tuple[float, float] = (0.07, 0.09)) -> tuple[float, float]:
    """Trade that would go if the gain from adequacy were undone: union * g / (1 + g) for either end.

    The default gain is that of Ferracane, Hoekman, van der Marel and Santi (2026), doi:10.1111/ecca.70016: 7 to 9
    percent more digital trade between the EU and adequate countries, compared with other trade.
    """
    return tuple(union * g / (1 + g) for g in gain)


@cache
def partners() -> list[str]:
    """Codes of the places outside the EU and EEA with a decision in force on the last day watched, by name."""
    return sorted(adequate(last_day())["iso3"], key=country)


@cache
def exposure(year: int, flow: str, decay: float) -> pd.DataFrame:
    """For each partner: trade with the world, modelled trade with the EU (million USD), and why a value is missing."""
    out = []
    listed = set(load("digital_services")["iso3"])
    for code in partners():
        total, union = with_union(code, year, flow, decay)
        why = (
            ""
            if not math.isnan(union)
            else "not in the source"
            if code not in listed
            else "no value this year"
        )
        out.append((code, total, union, why))
    return pd.DataFrame(out, columns=["iso3", "world", "union", "missing"]).set_index("iso3")
