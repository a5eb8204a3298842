"""Trade in digitally deliverable services by economy and year, and what missing values do to its totals.

Values are at current prices. A missing value is never a zero: it stays missing until a rule, named, fills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils.countries import states
from cyberdip_utils.data import load

YEARS = (2010, 2023)
FLOWS = ("exports", "imports")
WORLD = "World"
INCOMES = {
    "High income": "high",
    "Upper middle income": "upper_middle",
    "Lower middle income": "lower_middle",
    "Low income": "low",
    "Income group unknown": "",
}
#: label: (unit, unit of a change)
AMOUNTS = {
    "exports": ("Exports", "bn US$", "bn US$"),
    "imports": ("Imports", "bn US$", "bn US$"),
    "balance": ("Exports less imports", "bn US$", "bn US$"),
    "share": ("Share of world exports", "% of the world", "points"),
    "head": ("Exports per head", "US$ a head", "US$ a head"),
    "growth": ("Growth of exports", "first year = 100", "% a year"),
}
LAST, EARLIER, OLD, NEVER = "2023", "2022", "2021 or before", "never"


@cache
def wide(flow: str, carried: bool = False) -> pd.DataFrame:
    """Million US dollars by economy (rows) and year (columns 2010 to 2023).

    Parameters
    ----------
    flow : str
        "exports" or "imports".
    carried : bool
        Fill a missing year with the economy's last value before it.

    Raises
    ------
    ValueError
        An unknown flow.
    """
    if flow not in FLOWS:
        raise ValueError(f"flow: {flow!r} is not one of {', '.join(FLOWS)}")
    rows = load("digital_services").astype({"flow": str})
    codes = sorted(rows["iso3"].unique())
    frame = rows[rows["flow"] == flow].pivot(index="iso3", columns="year", values="value_musd")
    frame.columns = [int(c) for c in frame.columns]
    frame = frame.reindex(index=codes, columns=range(YEARS[0], YEARS[1] + 1)).astype(float)
    return frame.ffill(axis=1) if carried else frame


@cache
def listed(flow: str, year: int) -> frozenset[str]:
    """Economies with a row for a flow and year, with or without a value."""
    rows = load("digital_services").astype({"flow": str})
    return frozenset(rows.loc[(rows["flow"] == flow) & (rows["year"] == year), "iso3"])


@cache
def published(flow: str) -> pd.Series:
    """The publisher's own world total by year, in million US dollars."""
    rows = load("digital_services_groups").astype({"flow": str, "area": str})
    rows = rows[(rows["flow"] == flow) & (rows["area"] == "WLD")]
    return pd.Series(rows["value_musd"].to_numpy(float), index=rows["year"].astype(int).tolist())


@cache
def frame_of_states() -> pd.DataFrame:
    """Income group (as in ``INCOMES``), UN region and sub-region, and population of every economy with trade rows."""
    table = states().reset_index() if "iso3" not in states().columns else states()
    table = table.set_index("iso3").reindex(wide("exports").index)
    names = {code: label for label, code in INCOMES.items()}
    return pd.DataFrame(
        {
            "income": table["income_group"].astype(object).map(names).fillna("Income group unknown"),
            "region": table["un_region"].astype(object).fillna(""),
            "subregion": table["un_subregion"].astype(object).fillna(""),
            "population": table["population"].astype(float),
        }
    )


def groups() -> list[str]:
    """What :func:`economies` knows: the world, income groups, UN regions."""
    return [WORLD, *INCOMES, *sorted(r for r in frame_of_states()["region"].unique() if r)]


@cache
def economies(group: str = WORLD, flow: str = "") -> tuple[str, ...]:
    """Codes of the economies of a group; with a flow, those for which the source has rows of it, valued or not.

    Raises
    ------
    ValueError
        An unknown group; the allowed ones are given.
    """
    table = frame_of_states()
    if group not in groups():
        raise ValueError(f"group: {group!r} is not one of {', '.join(groups())}")
    inside = (
        table.index
        if group == WORLD
        else table.index[table["income" if group in INCOMES else "region"] == group]
    )
    if not flow:
        return tuple(inside)
    rows = load("digital_services").astype({"flow": str})
    known = set(rows.loc[rows["flow"] == flow, "iso3"])
    return tuple(c for c in inside if c in known)


def amounts(measure: str, start: int = YEARS[0]) -> pd.DataFrame:
    """An amount by economy and year, in the unit of ``AMOUNTS``; missing stays missing.

    Raises
    ------
    ValueError
        An unknown amount.
    """
    if measure not in AMOUNTS:
        raise ValueError(f"measure: {measure!r} is not one of {', '.join(AMOUNTS)}")
    exports = wide("exports")
    if measure == "exports":
        return exports / 1e3
    if measure == "imports":
        return wide("imports") / 1e3
    if measure == "balance":
        return (exports - wide("imports")) / 1e3
    if measure == "share":
        return 100 * exports / published("exports").reindex(exports.columns)
    if measure == "head":
        return exports.mul(1e6).div(frame_of_states()["population"], axis=0)
    first = exports[start].where(exports[start] > 0)
    return 100 * exports.div(first, axis=0)


def changes(measure: str, start: int, end: int, group: str = WORLD, least: float = 0) -> pd.DataFrame:
    """Change between two years by economy, largest first; ``to`` is the year of the later value.

    An economy without a value in the last year is compared at its newest value after ``start``, and ``to`` says which
    year that is. Growth is compound, in per cent a year. ``least`` is the smallest newest export in bn US$ that is kept.
    """
    codes = list(economies(group))
    table = amounts(measure, start).loc[codes]
    window = table.loc[:, start:end]
    newest = window.apply(lambda row: row.last_valid_index(), axis=1)
    last = window.ffill(axis=1)[end]
    size = wide("exports", carried=True).loc[codes, end] / 1e3
    frame = pd.DataFrame({"first": window[start], "last": last, "to": newest, "size": size}, index=codes)
    frame = frame[frame["first"].notna() & frame["to"].notna() & (frame["size"].fillna(0) >= least)]
    frame = frame[frame["to"].astype(float) > start].assign(to=lambda f: f["to"].astype(int))
    if measure == "growth":
        ratio = (frame["last"] / frame["first"]).where(frame["last"] > 0)
        frame["change"] = 100 * (ratio ** (1 / (frame["to"] - start)) - 1)
    else:
        frame["change"] = frame["last"] - frame["first"]
    frame = frame.dropna(subset=["change"])
    frame.index.name = "iso3"
    return frame.sort_values(["change", "size"], ascending=False)


# ---------------------------------------------------------------- one headline, counted in several ways


@dataclass(frozen=True)
class Headline:
    """One way to say how a total changed: its two ends in million US dollars, and on how many economies each rests."""

    rule: str
    first: float
    last: float
    n_first: int
    n_last: int

    def growth(self, start: int, end: int, yearly: bool = True) -> float:
        """Growth a year (compound) or over the whole time, as a share; nan without a first value."""
        if not self.first > 0 or end <= start or not np.isfinite(self.last):
            return float("nan")
        ratio = self.last / self.first
        return ratio ** (1 / (end - start)) - 1 if yearly else ratio - 1


REPORTERS, BALANCED, CARRIED, BOUNDS_LOW, BOUNDS_HIGH, PUBLISHER = (
    "whoever reports",
    "same economies",
    "last value carried on",
    "lower bound",
    "upper bound",
    "publisher's estimate",
)


@cache
def headlines(
    flow: str, start: int, end: int, group: str = WORLD, low: float = -0.1, high: float = 0.3
) -> tuple[Headline, ...]:
    """A group's growth between two years by rules that treat missing values differently.

    *Whoever reports* divides the sum of all values of the last year by that of the first, whoever is in each.
    *Same economies* keeps those with a value in both years. *Last value carried on* fills a missing year with the
    economy's last value. The two *bounds* let what is missing move by anything between ``low`` and ``high`` a year, away
    from the nearest value before it (or, with none before, after it). For the lower bound a missing first year is as
    large and a missing last year as small as that allows; for the upper bound the reverse. Economies that never have a value are in no rule. *Publisher's estimate* is
    there for the world only.

    Parameters
    ----------
    flow, group : str
    start, end : int
        Years, start before end.
    low, high : float
        Growth a year of what is missing, as a share, at worst and at best.

    Raises
    ------
    ValueError
        Years out of order or outside 2010 to 2023, or low above high.

    References
    ----------
    The bounds follow the logic of Manski, C. F. (2003), Partial Identification of Probability Distributions,
    doi:10.1007/b97478: state what the data say alone, then what each assumption adds.
    """
    if not YEARS[0] <= start < end <= YEARS[1]:
        raise ValueError(f"start and end: {start} and {end} are not two years in order from 2010 to 2023")
    if low > high:
        raise ValueError(f"low and high: {low} is above {high}")
    codes = list(economies(group, flow))
    frame = wide(flow).loc[codes]
    a, b = frame[start], frame[end]
    out = [Headline(REPORTERS, a.sum(), b.sum(), int(a.notna().sum()), int(b.notna().sum()))]
    both = a.notna() & b.notna()
    out.append(Headline(BALANCED, a[both].sum(), b[both].sum(), int(both.sum()), int(both.sum())))
    on = wide(flow, carried=True).loc[codes]
    known = on[end].notna()
    first = on[start].where(on[start].notna(), frame.bfill(axis=1)[start])
    out.append(
        Headline(CARRIED, first[known].sum(), on[end][known].sum(), int(known.sum()), int(known.sum()))
    )
    for rule, least, most in ((BOUNDS_LOW, low, high), (BOUNDS_HIGH, high, low)):
        # a value before the gap grows on, one after it is traced back: the same rate moves the two in opposite ways
        x = _filled(frame, start, forward=most, backward=least)
        y = _filled(frame, end, forward=least, backward=most)
        ok = x.notna() & y.notna()
        out.append(Headline(rule, x[ok].sum(), y[ok].sum(), int(ok.sum()), int(ok.sum())))
    if group == WORLD:
        total = published(flow)
        out.append(Headline(PUBLISHER, float(total[start]), float(total[end]), 0, 0))
    return tuple(out)


def _filled(frame: pd.DataFrame, year: int, forward: float, backward: float) -> pd.Series:
    """A year's values, missing ones grown on from the last value before, or traced back from the first value after."""
    years = np.array(frame.columns)
    out = {}
    for code, row in zip(frame.index, frame.to_numpy(float), strict=True):
        seen = years[~np.isnan(row)]
        before, after = seen[seen <= year], seen[seen > year]
        if len(before):
            out[code] = row[before[-1] - years[0]] * (1 + forward) ** int(year - before[-1])
        elif len(after):
            out[code] = row[after[0] - years[0]] / (1 + backward) ** int(after[0] - year)
        else:
            out[code] = np.nan
    return pd.Series(out)


@cache
def missing_by_year(flow: str, group: str = WORLD) -> pd.DataFrame:
    """Economies with and without a value by year, and what share of the carried-on total the missing ones hold."""
    codes = list(economies(group, flow))
    frame, on = wide(flow).loc[codes], wide(flow, carried=True).loc[codes]
    held = on.where(frame.isna()).sum() / on.sum().replace(0, np.nan)
    return pd.DataFrame(
        {
            "with a value": frame.notna().sum(),
            "without": frame.isna().sum(),
            "share of the carried-on total": held,
        }
    ).rename_axis("year")


@cache
def last_value(flow: str) -> pd.Series:
    """For each economy, when its newest value is of: "2023", "2022", "2021 or before", "never"."""
    frame = wide(flow)
    newest = frame.apply(lambda row: row.last_valid_index() or 0, axis=1)
    marks = np.select([newest == 2023, newest == 2022, newest > 0], [LAST, EARLIER, OLD], NEVER)
    return pd.Series(marks, index=frame.index)
