"""Taiwan's exports of integrated circuits around the dates of export controls: the data and the view. Values in US dollars."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.data import load
from cyberdip_utils.data_flows import export_events as events
from cyberdip_utils.data_flows.chip_supply import in_text
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import View

PLACES = {
    "China": ("China",),
    "Hong Kong": ("Hong Kong",),
    "China and Hong Kong": ("China", "Hong Kong"),
    "Singapore": ("Singapore",),
    "South Korea": ("South Korea",),
    "Japan": ("Japan",),
    "Malaysia": ("Malaysia",),
    "United States": ("United States",),
    "Vietnam": ("Vietnam",),
    "Philippines": ("Philippines",),
    "Germany": ("Germany",),
}
AIMED = {"China", "Hong Kong"}  # measures in the table are aimed at China; Hong Kong passes goods on to it
REST, ASIA = "all others", "other Asian hubs"
HUBS = ("Singapore", "South Korea", "Japan", "Malaysia", "Philippines", "Thailand", "Vietnam")
FULL_YEARS = (2013, 2024)


@cache
def panel() -> pd.DataFrame:
    """Taiwan's exports of integrated circuits in USD: full years down, destinations across, 0 where none."""
    rows = load("taiwan_chip_exports")
    rows = rows[~rows["part_year"].fillna(False).astype(bool)]
    wide = rows.pivot_table(
        index="year", columns="destination", values="value_usd", aggfunc="sum", observed=True
    )
    wide.index = wide.index.astype(int)
    return wide.fillna(0.0)


@cache
def measures() -> pd.DataFrame:
    """Export-control measures by id, with ``year``, ``states`` and a short ``label`` with the official symbol where seen."""
    frame = load("export_control_dates").set_index("measure_id")
    states = load("export_control_states").groupby("measure_id")["iso3"].agg("/".join)
    frame["states"], frame["year"] = states, frame["date"].dt.year
    frame["label"] = [
        f"{r.date:%Y-%m-%d} {r.symbol if isinstance(r.symbol, str) else f'{r.states}: {r.measure}'}"
        for r in frame.itertuples()
    ]
    frame["label"] = frame["label"].map(lambda text: text if len(text) <= 60 else text[:59].rstrip() + "…")
    return frame


def compared(place: str, against: str) -> list[str]:
    """Destinations on the other side: never China, Hong Kong or the place itself."""
    out = HUBS if against == ASIA else panel().columns
    return [c for c in out if c not in AIMED and c not in PLACES[place]]


@cache
def gap_of(place: str, against: str) -> pd.Series:
    return events.gap(panel(), PLACES[place], compared(place, against))


@cache
def placebo_tables(
    place: str, year: int, window: int, trend: bool, against: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Changes at other years, and of other places in the same year; places outside :data:`AIMED` only."""
    others = {k: v for k, v in PLACES.items() if not set(v) & AIMED and k != place}
    return (
        events.placebo_years(gap_of(place, against), year, window, trend),
        events.placebo_places(panel(), others, {*AIMED, *PLACES[place]}, year, window, trend),
    )


SERIES, STUDY, YEARS_MOVED, PLACES_MOVED = "series", "study", "years", "places"


def _percent(change: float) -> str:
    value = math.expm1(change)
    return f"{abs(value):.0%} {'lower' if value < 0 else 'higher'}"


def exports(
    measure: str = "M2022-04",
    place: str = "China and Hong Kong",
    against: str = REST,
    window: int = 3,
    trend: bool = False,
    picture: str = STUDY,
) -> View:
    """Taiwan's chip exports to a place against others, around the year of a control.

    Parameters
    ----------
    measure : str
        Id in ``export_control_dates``.
    place : str
        Key of :data:`PLACES`.
    against : str
        What it is compared with.
    window : int
        Full years on each side, as far as the table has them.
    trend : bool
        Measure from the straight line through the years before.
    picture : str
        "series", "study", "years" or "places".
    """
    row = measures().loc[measure]
    year, line = int(row["year"]), gap_of(place, against)
    one = events.study(line, year, window)
    by_year, by_place = placebo_tables(place, year, window, trend, against)
    mark = [(year, f"{row['date']:%d %b %Y}".lstrip("0"))]
    if picture == SERIES or one is None:
        wide = panel()
        money = pd.DataFrame(
            {
                place: wide[list(PLACES[place])].sum(axis=1),
                against: wide[compared(place, against)].sum(axis=1),
            }
        )
        long = (money / 1e9).rename_axis("year").reset_index().melt("year", var_name="to", value_name="value")
        figure = figures.lines(long, "year", "value", "to", label="billion US dollars a year", changes=mark)
        twin = money.rename_axis("Year").reset_index().round(0)
        twin["Ratio"] = (money[place] / money[against]).round(4).to_numpy()
    elif picture == STUDY:
        frame = one.years.rename_axis("year").reset_index()
        frame["relative"] = np.expm1(frame["gap"])
        near = frame[frame["year"].between(year - window, year + window)]
        figure = figures.lines(
            frame.assign(series="observed"),
            "year",
            "relative",
            "series",
            label="against the mean before",
            percent=True,
            changes=mark,
        )
        figure.update_layout(yaxis={"rangemode": "normal"})
        figure.add_trace(
            {
                "type": "scatter",
                "x": near["year"].tolist(),
                "y": np.expm1(near["line"]).tolist(),
                "mode": "lines",
                "name": "line through the years before",
                "line": {"color": figures.COLOURS[1], "dash": "dot", "width": 2},
            }
        )
        for side, symbol in (("before", "square"), ("after", "diamond")):
            part = frame[frame["side"] == side]
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": part["year"].tolist(),
                    "y": part["relative"].tolist(),
                    "mode": "markers",
                    "name": f"years {side}",
                    "marker": {
                        "symbol": symbol,
                        "size": 13,
                        "color": figures.COLOURS[2 if side == "before" else 4],
                        "line": {"color": figures.INK, "width": 1},
                    },
                }
            )
        twin = pd.DataFrame(
            {
                "Year": frame["year"],
                "Side": frame["side"],
                "Against the mean before": frame["relative"],
                "The line says": np.expm1(frame["line"]),
            }
        ).round(3)
    else:
        if picture == YEARS_MOVED:
            data = pd.DataFrame(
                {
                    "name": by_year["year"].astype(str),
                    "change": np.expm1(by_year["change"]),
                    "what": by_year["event"].map({True: "the year of the measure", False: "placebo"}),
                }
            )
        else:
            real = pd.DataFrame({"place": [place], "change": [one.amount(trend)]})
            both = pd.concat([real, by_place], ignore_index=True).sort_values("change", kind="stable")
            data = pd.DataFrame(
                {
                    "name": both["place"],
                    "change": np.expm1(both["change"]),
                    "what": (both["place"] == place).map({True: "the place studied", False: "placebo"}),
                }
            )
        figure = _placebo_figure(data)
        twin = data.set_axis(["Name", "Change", "What"], axis=1).round(3)
    return View(
        figure=figure,
        takeaway=_exports_sentence(row, place, against, trend, one, by_year, by_place),
        table=twin,
        caveat="Not a measure of the control's effect. Years are whole, so every measure of one year has the same picture, and "
        "prices, demand, stockpiling and other measures move with it. Customs values say where a crate went first, not who uses "
        "the chip; chips inside servers and telephones are not in HS 8542. 2025 is left out: the table has part of it.",
        sources=("taiwan_chip_exports", "export_control_dates", "export_control_states"),
        detail=f"**The measure.** {row['measure']}. Aimed at: {row['targets']}. Office: {row['authority']}. "
        f"Day: {row['date']:%Y-%m-%d} ({row['date_is']})."
        + (f" Symbol: {row['symbol']}." if isinstance(row["symbol"], str) else " Symbol: not seen."),
        links=((f"Where the row was seen: {row['source']}"[:110], str(row["url"])),),
    )


def _placebo_figure(data: pd.DataFrame) -> go.Figure:
    if data.empty:
        return figures.empty("No placebo has as many years on both sides.")
    figure = figures.new(
        max(260, 110 + 34 * len(data)),
        xaxis={"tickformat": "+.0%", "title": {"text": "change after"}, "nticks": 4, "tickangle": -45},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": data["name"].tolist(),
            "autorange": "reversed",
        },
    )
    for what, part in data.groupby("what", sort=True):
        real = what != "placebo"
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["change"].tolist(),
                "y": part["name"].tolist(),
                "mode": "markers",
                "name": what,
                "marker": {
                    "symbol": "diamond" if real else "circle-open",
                    "size": 14 if real else 11,
                    "color": figures.COLOURS[1] if real else figures.COLOURS[0],
                    "line": {"width": 2},
                },
                "hovertemplate": "%{y}: %{x:+.0%}<extra></extra>",
            }
        )
    return figure


def _exports_sentence(row, place, against, trend, one, by_year, by_place) -> str:
    year = int(row["year"])
    if one is None:
        return (
            f"The table has no {'two full years before' if year < 2015 else 'full year after'} {year}, so nothing can be said yet "
            f"about exports to {in_text(place)} after the measure of {row['date'].day} {row['date']:%B %Y}; the picture shows the raw series."
        )
    change = one.amount(trend)
    k, n = events.rank(change, by_year.loc[~by_year["event"], "change"])
    pk, pn = events.rank(change, by_place["change"])
    years_after = f"{one.n_after} year{'s' if one.n_after > 1 else ''}"
    than = "than the line before leads to" if trend else f"than in the {one.n_before} years before"
    return (
        f"Against {against}, exports to {in_text(place)} were {_percent(change)} in the {years_after} after {year} {than} (before, "
        f"they moved by {math.expm1(one.slope):+.0%} a year); of the {n} years that can be tried {k} show{'s' if k == 1 else ''} a "
        f"change at least as large, this one included, and of {pn} places in this year {pk}."
    )
