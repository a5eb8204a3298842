"""The timeline: what happened on which day, one row for each kind of event. See ``marks``."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.figures.style import (
    FREE,
    NOTHING,
    SEAM,
    SIZE,
    SYMBOLS,
    Group,
    Room,
    colour,
    compose,
    empty,
    groups,
    need,
    plain,
    row_label,
    text_width,
)

LEVELS = 5  # places above one another for events that lie close together


def timeline(
    frame: pd.DataFrame,
    lane: str,
    date: str,
    text: str,
    *,
    lanes: Sequence | None = None,
    colours: dict | None = None,
    span: str | None = None,
) -> go.Figure:
    """Events on a line of days, one row for each kind; events that lie close together stand above one another.

    Parameters
    ----------
    frame : DataFrame
        One row for each event.
    lane, date, text : str
        Columns: the kind of event, its day (text in ISO 8601, ``2017`` and ``2017-06`` allowed, or a date), and what the
        pointer says. Rows without a day are left out.
    lanes : sequence, optional
        Kinds from top to bottom; each has its row even where it is empty.
    colours : mapping, optional
        House colours of kinds; by default four hues in order.
    span : str, optional
        A kind whose first and last event are joined by a line, such as the time that something lasted.
    """
    need(frame, lane, date, text)
    days = pd.to_datetime(frame[date].replace("", None), format="ISO8601")
    frame = frame.assign(_day=days).dropna(subset=["_day"]).sort_values("_day", kind="stable")
    names = list(lanes if lanes is not None else dict.fromkeys(frame[lane]))
    frame = frame[frame[lane].isin(names)]
    if frame.empty:
        return empty(NOTHING)
    first, last = frame["_day"].min(), frame["_day"].max()
    pad = max((last - first) * 0.04, pd.Timedelta(days=20))
    found = groups(names, None, colours)
    parts = [frame[frame[lane] == g.key] for g in found]
    traces = [
        _events(g, part, k, (lane, date, text), last - first)
        for k, (g, part) in enumerate(zip(found, parts, strict=True))
    ]
    if span in names and len(lasted := parts[names.index(span)]) > 1:
        traces.insert(0, _lasted(found[names.index(span)], lasted, names.index(span)))

    def draw(room: Room) -> tuple[list[dict], dict]:
        labels = [row_label(name, 100 if room.narrow else 180, 2) for name in names]
        left = max(text_width(label) for label in labels) + 14
        rows = {"range": [len(names) - 0.4, -0.6], "tickvals": list(range(len(names))), "ticktext": labels}
        rows |= {"tickfont": {"size": SIZE, "color": colour("ink")}}
        between = {
            "type": "line",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "layer": "below",
            "line": {"color": colour("rule"), "width": 1},
        }
        days = {
            "type": "date",
            "range": [f"{first - pad:%Y-%m-%d}", f"{last + pad:%Y-%m-%d}"],
            "nticks": 3 if room.narrow else 7,
        }
        layout = {
            "margin": {"l": left, "r": 18, "t": 8, "b": 40},
            "xaxis": days | {"showline": True, "showgrid": True},
            "yaxis": rows,
            "shapes": [{**between, "y0": k + 0.3, "y1": k + 0.3} for k in range(len(names))],
            "meta": {"rows": len(names)},
        }
        return [dict(trace) for trace in traces], layout

    return compose(draw)


def _events(
    g: Group, part: pd.DataFrame, row: int, columns: tuple[str, str, str], whole: pd.Timedelta
) -> dict:
    _, date, text = columns
    near, levels = max(whole * 0.014, pd.Timedelta(days=1)), []
    for i, day in enumerate(part["_day"]):
        close = [levels[j] for j in range(i) if day - part["_day"].iloc[j] < near]
        levels.append(next((k for k in range(LEVELS) if k not in close), LEVELS - 1))
    hover = [
        f"<b>{plain(day)}</b><br>{plain(said, width=60)}"
        for day, said in zip(part[date], part[text], strict=True)
    ]
    marker = {"size": 11, "symbol": SYMBOLS.get(g.colour, "circle"), "color": colour(g.colour), "line": SEAM}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": part["_day"].dt.strftime("%Y-%m-%d").tolist(),
        "y": [row + 0.14 - 0.15 * level for level in levels],
        "name": plain(g.name),
        "marker": marker,
        "customdata": hover,
        **FREE,
    }


def _lasted(g: Group, part: pd.DataFrame, row: int) -> dict:
    ends = part["_day"].dt.strftime("%Y-%m-%d").tolist()
    line = {"color": colour(g.colour), "width": 3}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [ends[0], ends[-1]],
        "y": [row + 0.14] * 2,
        "line": line,
        "hoverinfo": "skip",
    }
