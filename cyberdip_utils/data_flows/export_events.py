"""An event study on yearly exports: one destination against others, placebo years and placebo destinations.

The quantity followed is the gap g(y) = log X_treated(y) - log X_compared(y). An event in year e splits the years into
``before`` (e - w to e - 1) and ``after`` (e + 1 to e + w); the year e itself lies on both sides of its day and is left out.
The change is the mean gap after minus the mean gap before, or minus what a straight line through the years before leads to.
Nothing here identifies a cause: see Roth, J. (2022), "Pretest with caution: event-study estimates after testing for parallel
trends", AER: Insights 4(3), 305-322, doi:10.1257/aeri.20210236. Placebo ranks follow Abadie, A., Diamond, A. and Hainmueller, J.
(2010), JASA 105(490), 493-505, doi:10.1198/jasa.2009.ap08746.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd


def gap(panel: pd.DataFrame, treated: Collection[str], compared: Collection[str]) -> pd.Series:
    """log of exports to the treated places minus log of exports to the compared ones, by year.

    Parameters
    ----------
    panel : DataFrame
        Exports, years down, destinations across; 0 where there were none.

    Raises
    ------
    ValueError
        A side is empty or a place is on both sides.
    """
    treated, compared = list(treated), list(compared)
    if not treated or not compared:
        raise ValueError("treated and compared: each needs at least one destination")
    if both := set(treated) & set(compared):
        raise ValueError(f"treated and compared: {', '.join(sorted(both))} is on both sides")
    top, bottom = panel[treated].sum(axis=1), panel[compared].sum(axis=1)
    with np.errstate(divide="ignore"):
        out = np.log(top) - np.log(bottom)
    return out.replace([math.inf, -math.inf], math.nan)


@dataclass(frozen=True)
class Study:
    """One event looked at; changes are differences of logs, ``exp(x) - 1`` is the relative change.

    ``years``: DataFrame indexed by year with ``gap`` (relative to the mean before), ``line`` (the straight line through
    the years before) and ``side`` (before, event, after, outside).
    """

    event: int
    years: pd.DataFrame
    slope: float
    change: float
    beyond: float
    n_before: int
    n_after: int

    def amount(self, trend: bool) -> float:
        """The change, or the change beyond the line through the years before."""
        return self.beyond if trend else self.change


def study(series: pd.Series, event: int, window: int) -> Study | None:
    """The change of a gap around an event; None without two full years before and one after.

    Parameters
    ----------
    series : Series
        Gap by year; missing values are left out.
    event : int
        Year of the event, itself left out.
    window : int
        Years taken on each side, if there are so many.

    Raises
    ------
    ValueError
        A window of less than two years.
    """
    if window < 2:
        raise ValueError(f"window: {window} years; a line before the event needs at least 2")
    known = series.dropna()
    before = known[(known.index >= event - window) & (known.index < event)]
    after = known[(known.index > event) & (known.index <= event + window)]
    if len(before) < 2 or len(after) < 1:
        return None
    x = before.index.to_numpy(dtype=float)
    slope, at0 = np.polyfit(x - event, before.to_numpy(dtype=float), 1)
    level = float(before.mean())
    line = pd.Series(at0 + slope * (series.index.to_numpy(dtype=float) - event), index=series.index)
    side = pd.Series("outside", index=series.index, dtype=object)
    side[before.index], side[after.index] = "before", "after"
    if event in side.index:
        side[event] = "event"
    frame = pd.DataFrame({"gap": series - level, "line": line - level, "side": side})
    return Study(
        event,
        frame,
        float(slope),
        float(after.mean() - level),
        float((after - line[after.index]).mean()),
        len(before),
        len(after),
    )


def placebo_years(series: pd.Series, event: int, window: int, trend: bool) -> pd.DataFrame:
    """The same change at every year that has as many years on both sides as the event has.

    Returns
    -------
    DataFrame
        ``year``, ``change`` and ``event`` (True in the event's row); empty if the event itself cannot be studied.
    """
    real = study(series, event, window)
    if real is None:
        return pd.DataFrame(columns=["year", "change", "event"])
    rows = []
    for year in series.index:
        other = study(series, int(year), window)
        if other is None or other.n_before != real.n_before or other.n_after < real.n_after:
            continue
        if other.n_after > real.n_after:  # cut to as many years after as the event has
            other = study(series[series.index <= year + real.n_after], int(year), window)
        rows.append((int(year), other.amount(trend), int(year) == event))
    return pd.DataFrame(rows, columns=["year", "change", "event"])


def placebo_places(
    panel: pd.DataFrame,
    places: Mapping[str, Collection[str]],
    excluded: Collection[str],
    event: int,
    window: int,
    trend: bool,
) -> pd.DataFrame:
    """The same change in the same year for places at which no measure was aimed.

    Parameters
    ----------
    places : mapping of str to collection of str
        Placebo places by name, each with its columns of the panel.
    excluded : collection of str
        Columns left out of every comparison (the treated places).

    Returns
    -------
    DataFrame
        ``place`` and ``change``, for those that can be studied.
    """
    rows = []
    for name, columns in places.items():
        others = [c for c in panel.columns if c not in excluded and c not in columns]
        one = study(gap(panel, columns, others), event, window)
        if one is not None and math.isfinite(one.amount(trend)):
            rows.append((name, one.amount(trend)))
    return pd.DataFrame(rows, columns=["place", "change"])


def rank(change: float, others: pd.Series) -> tuple[int, int]:
    """How many of all changes, the real one among them, are at least as large in size; and how many there are."""
    sizes = np.abs(others.to_numpy(dtype=float))
    return 1 + int((sizes >= abs(change) - 1e-12).sum()), 1 + len(sizes)
