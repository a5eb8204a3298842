"""Pictures of chapter 4.5 and the units in which coefficients are shown. Pure: frames and fits in, figures out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data_flows import services_model as model
from cyberdip_utils.data_flows import services_trade as trade
from cyberdip_utils.first_edition import figures

BLUE, ORANGE, GREEN = figures.COLOURS[:3]


def _digits(value: float) -> str:
    if abs(value) < 0.05:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"


def gains(rows: pd.DataFrame, end: int, unit: str) -> go.Figure:
    figure = figures.new(max(300, 120 + 27 * len(rows)), bargap=0.25)
    labels = [
        figures.plain(country(c), limit=20) + ("" if to == end else f" ’{to % 100:02d}")
        for c, to in zip(rows.index, rows["to"], strict=True)
    ]
    whole = (rows["to"] == end).to_numpy()
    for flag, legend, pattern, colour in (
        (True, f"value in {end}", "", BLUE),
        (False, "no value: see the year", "/", ORANGE),
    ):
        pick = np.flatnonzero(whole == flag)
        if not len(pick):
            continue
        figure.add_trace(
            {
                "type": "bar",
                "x": [float(rows["change"].iloc[i]) for i in pick],
                "y": [labels[i] for i in pick],
                "orientation": "h",
                "name": legend,
                "marker": {
                    "color": colour,
                    "line": {"color": figures.INK, "width": 0.5},
                    "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": figures.PAPER, "size": 7},
                },
                "hovertemplate": "%{y}: %{x:,.3g}<extra></extra>",
            }
        )
    figure.add_trace(  # to the right of nought also for falls: names stand on the left
        {
            "type": "scatter",
            "x": [max(0.0, v) for v in rows["change"]],
            "y": labels,
            "mode": "text",
            "text": [" " + _digits(v) for v in rows["change"]],
            "textposition": "middle right",
            "cliponaxis": False,
            "hoverinfo": "skip",
            "showlegend": False,
        }
    )
    low, high = min(0.0, float(rows["change"].min())), max(0.0, float(rows["change"].max()))
    span = high - low or 1.0
    figure.update_layout(
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": labels,
            "autorange": "reversed",
        },
        xaxis={
            "title": {"text": figures.plain(unit, width=18)},
            "range": [low - 0.03 * span, high + 0.16 * span],
            "nticks": 5,
        },
        meta={"narrow_room": 1.2},
    )
    return figure


def over_time(table: pd.DataFrame, measure: str) -> go.Figure:
    label, unit, _ = trade.AMOUNTS[measure]
    figure = figures.new(
        460, yaxis={"title": {"text": f"{label}, {unit}"}}, xaxis={"dtick": 2, "tickformat": "d"}
    )
    any_missing = False
    for i, (code, row) in enumerate(table.iterrows()):
        colour, dash, symbol = (
            figures.COLOURS[i % 7],
            figures.DASHES[i % 7],
            figures.SYMBOLS[i % 7],
        )
        figure.add_trace(
            {
                "type": "scatter",
                "x": list(table.columns),
                "y": row.astype(float).tolist(),
                "mode": "lines+markers",
                "name": figures.plain(country(code)),
                "line": {"color": colour, "dash": dash, "width": 2.5},
                "marker": {"symbol": symbol, "size": 7, "color": colour},
                "connectgaps": False,
            }
        )
        carried = row.ffill()
        gaps = row.isna() & carried.notna()
        if gaps.any():
            any_missing = True
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": [int(y) for y in row.index[gaps]],
                    "y": carried[gaps].astype(float).tolist(),
                    "mode": "markers",
                    "marker": {"symbol": "x-thin", "size": 11, "line": {"width": 3, "color": colour}},
                    "showlegend": False,
                    "hovertemplate": f"{figures.plain(country(code))} %{{x}}: no value<extra></extra>",
                }
            )
    if any_missing:
        figure.add_trace(
            {
                "type": "scatter",
                "x": [None],
                "y": [None],
                "mode": "markers",
                "name": "no value (at last level)",
                "marker": {"symbol": "x-thin", "size": 11, "line": {"width": 3, "color": figures.INK}},
            }
        )
    return figure


def low(label: str) -> str:
    """A label for the middle of a sentence; acronyms keep their capitals."""
    return label[0].lower() + label[1:]


def signed(value: float) -> str:
    """A number with its sign, whole from 100 on."""
    return f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3g}"


def percent(value: float) -> str:
    return "not defined" if math.isnan(value) else f"{100 * value:.1f}%"


def coefficients(steps: list[tuple[str, model.Fit]], spec: model.Spec, mark_last: bool) -> go.Figure:
    levels = [s for s, _ in steps]
    figure = figures.new(max(300, 130 + 42 * len(steps)))
    figure.add_vline(x=0, line={"color": figures.INK, "width": 1.5, "dash": "dot"})
    drawn = [(i, s, f) for i, (s, f) in enumerate(steps) if not f.problem]
    chosen = len(steps) - 1 if mark_last else 0
    ends, keep = [], []
    for i, text, f in drawn:
        here = spec if text not in ("levels", "logs") else model.changed(spec, logs=text == "logs")
        v, lo, hi = (shown(here, x) for x in (f.value, f.low, f.high))
        if unit_of(here) != unit_of(spec):  # other unit: in the table, not on this axis
            continue
        ends += [lo, hi]
        keep.append(text)
        figure.add_trace(
            {
                "type": "scatter",
                "x": [v],
                "y": [text],
                "mode": "markers",
                "marker": {
                    "size": 13 if i == chosen else 10,
                    "color": BLUE if f.clear > 0 else ORANGE if f.clear < 0 else figures.PAPER,
                    "symbol": "square" if f.clear < 0 else "circle",
                    "line": {"width": 2, "color": ORANGE if f.clear < 0 else BLUE},
                },
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [hi - v],
                    "arrayminus": [v - lo],
                    "color": figures.INK,
                    "thickness": 2.5 if i == chosen else 1.5,
                    "width": 5,
                },
                "showlegend": False,
                "hovertemplate": f"{figures.plain(text)}: {v:,.3g} ({lo:,.3g} to {hi:,.3g}), n = {f.n:,}<extra></extra>",
            }
        )
    low, high = min([0.0, *ends]), max([0.0, *ends])
    room = (high - low) * 0.06 or 1
    figure.update_layout(
        xaxis={
            "title": {"text": figures.plain(f"{model.OUTCOMES[spec.outcome][0]}: {unit_of(spec)}", width=18)},
            "nticks": 6,
            "range": [low - room, high + room],
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": keep,
            "autorange": "reversed",
            "tickvals": keep,
            "ticktext": [figures.plain(("▶ " if s == levels[chosen] else "") + s, width=13) for s in keep],
        },
    )
    return figure


def scatter(spec: model.Spec) -> tuple[go.Figure, pd.DataFrame]:
    pairs = model.residual_pairs(spec)
    f = model.fit(spec)
    moved = model.influence(spec).head(6)["economy"].tolist()
    figure = figures.new(
        460,
        xaxis={
            "title": {
                "text": figures.plain(f"{model.MEASURES[spec.measure][0]}, rest after controls", width=18)
            }
        },
        yaxis={"title": {"text": "outcome, rest after controls"}},
    )
    if spec.design != "year":  # one mark an economy: its mean
        pairs = pairs.groupby("economy", as_index=False)[["x", "y", "weight"]].mean()
    size = 6 + 22 * np.sqrt(pairs["weight"] / pairs["weight"].max()) if spec.weights != "equal" else 8
    picked = pairs["economy"].isin(moved)
    for flag, colour, symbol, legend in (
        (False, BLUE, "circle", "economies"),
        (True, ORANGE, "diamond", "most influence"),
    ):
        part = pairs[picked == flag]
        names = [country(c) for c in part["economy"]]
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["x"].tolist(),
                "y": part["y"].tolist(),
                "mode": "markers+text" if flag else "markers",
                "name": legend,
                "text": [figures.plain(n, limit=18) for n in names],
                "textposition": ["middle left" if x > 0 else "middle right" for x in part["x"]],
                "hovertemplate": "%{text}: %{x:.2f}, %{y:.2f}<extra></extra>",
                "marker": {
                    "color": colour,
                    "symbol": symbol,
                    "opacity": 0.75,
                    "size": np.asarray(size)[picked == flag].tolist() if np.ndim(size) else size,
                },
            }
        )
    ends = np.array([pairs["x"].min(), pairs["x"].max()])
    if spec.design != "within":
        centre = np.average(pairs["y"] - f.value * pairs["x"], weights=pairs["weight"])
        line = centre + f.value * ends
        figure.add_trace(
            {
                "type": "scatter",
                "x": ends.tolist(),
                "y": line.tolist(),
                "mode": "lines",
                "name": "fit",
                "line": {"color": figures.INK, "dash": "dash", "width": 2},
                "hoverinfo": "skip",
            }
        )
    pad = float(ends[1] - ends[0]) * 0.08 or 1
    figure.update_layout(xaxis={"range": [float(ends[0]) - pad, float(ends[1]) + pad]})
    out = pairs.assign(economy=[country(c) for c in pairs["economy"]])[["economy", "x", "y"]]
    return figure, out.rename(columns={"x": "measure, rest", "y": "outcome, rest"}).round(4)


def curve(frame: pd.DataFrame, by: str) -> go.Figure:
    frame = frame.sort_values("value").reset_index(drop=True)
    options = list(dict.fromkeys(model.multiverse("internet")[by]))
    options = [o for o in options if o in set(frame[by])]
    place = {o: len(options) - 1 - i for i, o in enumerate(options)}
    strip = 44 * len(options) / (430 + 44 * len(options))
    figure = figures.new(
        480 + 44 * len(options),
        xaxis={"title": {"text": "specifications, sorted"}, "showgrid": False, "anchor": "y2", "nticks": 5},
        yaxis={"title": {"text": "standard deviations"}, "domain": [strip + 0.03, 1], "zeroline": False},
        yaxis2={
            "domain": [0, strip],
            "showgrid": False,
            "zeroline": False,
            "showticklabels": False,
            "range": [-0.35, len(options) - 0.2],
        },
    )
    x = list(range(1, len(frame) + 1))
    figure.add_trace(
        {
            "type": "scatter",
            "x": x + x[::-1],
            "y": frame["high"].tolist() + frame["low"].tolist()[::-1],
            "fill": "toself",
            "fillcolor": "rgba(120,130,140,0.25)",
            "line": {"width": 0},
            "hoverinfo": "skip",
            "name": "95% interval",
        }
    )
    for clear, label, colour, symbol in (
        (1, "clear, positive", BLUE, "circle"),
        (0, "not clear", figures.SOFT_INK, "circle-open"),
        (-1, "clear, negative", ORANGE, "square"),
    ):
        part = frame[frame["clear"] == clear]
        if len(part):
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": [i + 1 for i in part.index],
                    "y": part["value"].tolist(),
                    "mode": "markers",
                    "marker": {"size": 5, "color": colour, "symbol": symbol},
                    "name": label,
                    "hovertemplate": "%{y:.2f}<extra></extra>",
                }
            )
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": [i + 1 for i in part.index],
                    "y": [place[o] for o in part[by]],
                    "yaxis": "y2",
                    "mode": "markers",
                    "marker": {
                        "size": 9,
                        "symbol": "line-ns",
                        "line": {"width": 1.5, "color": colour if clear else figures.NO_DATA},
                    },
                    "showlegend": False,
                    "hoverinfo": "skip",
                }
            )
    for option in options:  # above its row: beside it there is no room on a phone
        figure.add_annotation(
            text=figures.plain(option),
            x=1,
            y=place[option] + 0.18,
            yref="y2",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"size": 13},
        )
    figure.add_shape(
        type="line", x0=0, x1=len(frame) + 1, y0=0, y1=0, line={"color": figures.INK, "dash": "dot"}
    )
    lo, hi = frame["low"].quantile(0.02), frame["high"].quantile(0.98)
    figure.update_yaxes(
        range=[min(lo, frame["value"].min()) * 1.05, max(hi, frame["value"].max()) * 1.05], selector=0
    )
    return figure


def by_choice(table: pd.DataFrame) -> go.Figure:
    figure = figures.new(max(300, 140 + 46 * len(table)), barmode="stack", bargap=0.3)
    rest = table["specifications"] - table["clear and positive"] - table["clear and negative"]
    labels = [figures.plain(c, width=16) for c in table["choice"]]
    for column, values, colour, pattern in (
        ("clear, positive", table["clear and positive"], BLUE, ""),
        ("not clear", rest, figures.NO_DATA, ""),
        ("clear, negative", table["clear and negative"], ORANGE, "/"),
    ):
        part = values / table["specifications"]
        figure.add_trace(
            {
                "type": "bar",
                "x": part.tolist(),
                "y": labels,
                "orientation": "h",
                "name": column,
                "text": [f"{p:.0%}" if p >= 0.06 else "" for p in part],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "marker": {
                    "color": colour,
                    "line": {"color": figures.INK, "width": 0.5},
                    "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": figures.PAPER, "size": 7},
                },
                "hovertemplate": "%{y}: %{x:.0%}<extra></extra>",
            }
        )
    figure.update_layout(
        xaxis={"title": {"text": "share of<br>specifications"}, "tickformat": ".0%", "range": [0, 1]},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": labels,
            "autorange": "reversed",
        },
    )
    return figure


def chance(observed: int, dealt: np.ndarray) -> go.Figure:
    figure = figures.new(
        400,
        xaxis={"title": {"text": "clear and positive<br>specifications"}},
        yaxis={"title": {"text": "deals at random"}},
        bargap=0.05,
    )
    top = max(int(dealt.max()), observed, 1)
    edges = np.linspace(0, top + 1, 26)
    counts, _ = np.histogram(dealt, bins=edges)
    figure.add_trace(
        {
            "type": "bar",
            "x": ((edges[:-1] + edges[1:]) / 2).tolist(),
            "y": counts.tolist(),
            "marker": {"color": figures.NO_DATA, "line": {"color": figures.INK, "width": 0.5}},
            "showlegend": False,
            "hovertemplate": "%{y} deals<extra></extra>",
        }
    )
    figure.add_vline(x=observed, line={"color": BLUE, "width": 3})
    figure.add_annotation(
        x=observed,
        y=1,
        yref="paper",
        text=f"observed: {observed}",
        showarrow=False,
        xanchor="right" if observed > top / 2 else "left",
        xshift=-6 if observed > top / 2 else 6,
        font={"size": 14},
    )
    return figure


def shown(spec: model.Spec, value: float) -> float:
    """A coefficient in the unit that is shown: per cent where the outcome is a natural log."""
    return 100 * math.expm1(min(value, 20)) if spec.logs and spec.outcome != "growth" else value


def unit_of(spec: model.Spec) -> str:
    """The unit of the shown coefficient."""
    return model.OUTCOMES[spec.outcome][2 if spec.logs else 1]
