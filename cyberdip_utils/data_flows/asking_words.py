"""Words that the exhibits of chapter 4.4 share: names, years, shares, labels."""

from __future__ import annotations

import math
from functools import cache

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data_flows import company_reports as reports
from cyberdip_utils.data_flows.asking import GIVEN, NAMED, RATE, REQUESTS
from cyberdip_utils.data_flows.company_reports import DATA_REPORTS, REPORTS, by_asker
from cyberdip_utils.rank import Rho

OTHERS = {
    "INTERPOL": "Interpol",
    "EUROPOL": "Europol",
    "UNKNOWN": "asker not told",
    "ALL": "not told by state",
}


def asker(code: str) -> str:
    return OTHERS.get(code) or country(code)


def years_of(between: tuple[int, int]) -> str:
    return str(between[0]) if between[0] == between[1] else f"{between[0]} to {between[1]}"


def part_of(k: float, n: float) -> str:
    """A share of a whole count, without an interval: nothing was sampled."""
    return f"{k / n:.0%} ({int(k):,} of {int(n):,})" if n else "none (0 of 0)"


def states_of(n: int) -> str:
    return f"{n:,} {'state or territory' if n == 1 else 'states and territories'}"


def range_of(low: float, high: float) -> str:
    return f"{low * 100:.0f}–{high * 100:.0f}%"


def ratio_of(value: float) -> str:
    """A ratio with about two figures: 640, 12, 3.4, 0.35."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def rho_of(rho: Rho) -> str:
    """A rank correlation for a sentence."""
    return f"no rank correlation (n = {rho.n})" if math.isnan(rho.value) else f"a rank correlation of {rho}"


def covered(key: str, between: tuple[int, int]) -> str:
    """The years of a report within a selection, in words."""
    first, last = reports.span(key)
    a, b = max(first, between[0]), min(last, between[1])
    return years_of((a, b)) if a <= b else "no year"


def options(known: dict[str, reports.Report]) -> list[tuple[str, str]]:
    return [(r.label, key) for key, r in known.items()]


@cache
def often() -> list[tuple[str, str]]:
    """States with at least 200 requests in one of the reports on data."""
    found = {
        c
        for key, r in DATA_REPORTS.items()
        for c, n in by_asker(key)["requests"].items()
        if n >= 200 and c not in OTHERS
    }
    return sorted((country(c), c) for c in found)


MEASURES = {
    REQUESTS: "requests",
    RATE: "requests per million internet users a year",
    NAMED: "{items} per {per}",
    GIVEN: "share of requests in which {given}",
}


def label_of(key: str, measure: str) -> str:
    r = REPORTS[key]
    return MEASURES[measure].format(items=r.item or "things", per=r.per, given=r.given or "data was given")


def in_words(value: float, measure: str) -> str:
    if measure == GIVEN:
        return f"{value:.0%}"
    return f"{value:,.0f}" if measure == REQUESTS else f"{value:,.3g}"


def axis_of(key: str, measure: str) -> str:
    """A measure in few words, for an axis on a narrow page."""
    r = REPORTS[key]
    short = {
        REQUESTS: "requests",
        RATE: "per million users a year",
        NAMED: f"{r.item or 'things'} per {r.per}",
        GIVEN: "share with data given",
    }
    return short[measure]


def sides(x: pd.Series) -> list[str]:
    """Where to write a point's label so that it stays inside the picture: away from the nearer edge."""
    wide = float(x.max() - x.min()) or 1.0
    at = (x - x.min()) / wide
    return ["top right" if a < 0.15 else "top left" if a > 0.7 else "top center" for a in at]


def on_years(figure: go.Figure, first: float, last: float) -> go.Figure:
    """A scale of years around the data; labels of changes turn away from the nearer edge."""
    low, high = first - 0.4, last + 0.4
    figure.update_layout(xaxis={"range": [low, high], "tickformat": "d"})
    for note in figure.layout.annotations:
        if note.xref in (None, "x") and note.x is not None and (note.x - low) / (high - low) < 0.45:
            note.update(xanchor="left", align="left", xshift=4)
    return figure


def far_apart(x: pd.Series, y: pd.Series, most: int = 8) -> set[str]:
    """Points furthest from the middle whose labels do not run into one another."""
    wide, high = (float(v.max() - v.min()) or 1.0 for v in (x, y))
    far = ((x - x.median()) / wide).abs() + ((y - y.median()) / high).abs()
    kept: list[str] = []
    for c in far.sort_values(ascending=False, kind="stable").index:
        if not any(abs(x[c] - x[k]) < 0.3 * wide and abs(y[c] - y[k]) < 0.07 * high for k in kept):
            kept.append(c)
        if len(kept) == most:
            break
    return set(kept)
