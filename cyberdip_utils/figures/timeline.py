"""The timeline: what happened on which day, one row for each kind of event. See ``marks``."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.figures import style
from cyberdip_utils.figures.style import Group, Room, compose, empty, need, plain, text_width

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
        return empty(style.NOTHING)
    first, last = frame["_day"].min(), frame["_day"].max()
    traces = []
    for row, g in enumerate(style.groups(names, None, colours)):
        part = frame[frame[lane] == g.key]
        traces.append(_events(g, part, row, date, text, last - first))
        if g.key == span and len(part) > 1:
            ends = part["_day"].iloc[[0, -1]].dt.strftime("%Y-%m-%d").tolist()
            traces.insert(0, style.strokes(ends, [row + 0.14] * 2, g.colour, 3))
    pad = max((last - first) * 0.04, pd.Timedelta(days=20))
    ends = [f"{first - pad:%Y-%m-%d}", f"{last + pad:%Y-%m-%d}"]
    return compose(lambda room: (list(traces), _layout(room, names, ends)))


def _layout(room: Room, names: Sequence[str], ends: Sequence[str]) -> dict:
    labels = [style.row_label(name, 100 if room.narrow else 180, 2) for name in names]
    left = max(text_width(label) for label in labels) + 14
    days = {"type": "date", "range": ends, "nticks": 3 if room.narrow else 7}
    return {
        "margin": {"l": left, "r": 18, "t": 8, "b": 40},
        "xaxis": {**days, "showline": True, "showgrid": True},
        "yaxis": style.row_axis(labels, 0.6),
        "shapes": [style.level_rule(k + 0.3, 0, 1, xref="paper") for k in range(len(names))],
        "meta": style.measures(len(names), room),
    }


def _events(g: Group, part: pd.DataFrame, row: int, date: str, text: str, whole: pd.Timedelta) -> dict:
    """The events of a kind, each at the lowest level that no event close to it has."""
    near, levels = max(whole * 0.014, pd.Timedelta(days=1)), []
    for i, day in enumerate(part["_day"]):
        close = [levels[j] for j in range(i) if day - part["_day"].iloc[j] < near]
        levels.append(next((k for k in range(LEVELS) if k not in close), LEVELS - 1))
    said = [style.hover(d, plain(t, width=60)) for d, t in zip(part[date], part[text], strict=True)]
    look = {
        "size": 11,
        "symbol": style.SYMBOLS.get(g.colour, "circle"),
        "color": g.light,
        "line": style.SEAM,
    }
    days = part["_day"].dt.strftime("%Y-%m-%d").tolist()
    return style.points(days, [row + 0.14 - 0.15 * level for level in levels], look, said, name=g.said)
