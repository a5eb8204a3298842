"""Marks with one row for each entry: bars, dots with intervals, dumbbells, and the matrix. See ``marks``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    alike,
    apart,
    chips,
    colour,
    compose,
    empty,
    groups,
    header,
    need,
    note,
    numbers,
    on,
    plain,
    row_label,
    text_width,
    ticks,
    tone,
    under,
    wide_groups,
    written,
)

USUAL = 330  # px: height of a plot on most screens
THICK = 32  # px: the thickest bar
LEAST = 16  # px: the least height of a row
UPRIGHT = 14  # px: the least thickness of a bar that has its number beside it


def _rows(
    labels: Sequence, room: Room, top: float, bottom: float, pad: float = 0.5
) -> tuple[dict, float, dict]:
    """The axis of rows from top to bottom, the left margin it needs, and the least height it takes, as ``meta``."""
    most = 118 if room.narrow else 0.32 * room.width
    lines = 3 if len(labels) * 48 <= room.height - 80 else 2
    texts = [row_label(text, most, lines) for text in labels]
    left = max(text_width(t) for t in texts) + 12
    axis = {"range": [len(labels) - 1 + pad, -pad], "tickvals": list(range(len(labels))), "ticktext": texts}
    axis |= {"tickfont": {"size": SIZE, "color": colour("ink")}, "showline": True}
    deep = [16 * (t.count("<br>") + 1) for t in texts]
    pitch = max([(a + b) / 2 for a, b in zip(deep, deep[1:], strict=False)], default=LEAST)
    tall = round(len(labels) * max(LEAST, pitch) + top + bottom)
    return axis, left, {"tall": tall} if tall > room.height else {}


def bars(
    frame: pd.DataFrame,
    label: str,
    values: Sequence[str] | str,
    *,
    names: Mapping | Sequence[str] | None = None,
    unit: str = "",
    percent: bool = False,
    colours: Mapping | Sequence[str] | None = None,
    order: Sequence | None = None,
    low: str | None = None,
    high: str | None = None,
    stacked: bool = False,
    lit: Sequence | None = None,
    rest: str | None = None,
) -> go.Figure:
    """Level bars, the first row on top, with the number at each bar's end.

    Parameters
    ----------
    frame : DataFrame
        One row for each row of the picture.
    label : str
        Column of the rows' names.
    values : str or sequence of str
        Columns of amounts: bars side by side, or one after the other if ``stacked``. A missing amount is said.
    names, colours : mapping or sequence, optional
        Readable names and house colours of the value columns.
    unit : str
        What is counted; stands at the top left.
    percent : bool
        Amounts are shares from 0 to 1.
    order : sequence, optional
        Rows from top to bottom; those not named are left out.
    low, high : str, optional
        Columns with the ends of an interval, for one value column.
    lit : sequence, optional
        Rows that stand in the hue; all others are grey. For one value column.
    rest : str, optional
        Name of a grey group that takes the value columns after the fourth.

    Raises
    ------
    ValueError
        For a column that is not there, and for a fifth group without ``rest``.
    """
    need(frame, label, low, high)
    frame, found = wide_groups(frame, values, names, colours, rest)
    if order is not None:
        frame = frame.set_index(label).reindex([o for o in order if o in set(frame[label])]).reset_index()
    if frame.empty:
        return empty(NOTHING)
    if (low or high) and len(found) > 1:
        raise ValueError("low= and high= are for one value column; use dots for intervals of several groups")
    amounts = {g.key: numbers(frame[g.key]) for g in found}
    if stacked:
        return compose(lambda room: _stacked(room, frame[label].tolist(), found, amounts, unit, percent))
    ends = (numbers(frame[low]), numbers(frame[high])) if low and high else None
    shades = None if lit is None else [colour(found[0].colour if v in lit else "grey") for v in frame[label]]
    return compose(
        lambda room: _side_by_side(room, frame[label].tolist(), found, amounts, unit, percent, ends, shades)
    )


def _side_by_side(
    room: Room, labels: list, found: list[Group], amounts: Mapping, unit: str, percent: bool, ends, shades
) -> tuple[list, dict]:
    """Bars with their numbers; where several in a row leave no room for numbers, with an axis of values."""
    several, plot = len(found) > 1, room.height - 34
    numbered = not several or 0.86 * plot / len(labels) / len(found) >= UPRIGHT
    bottom, key = 8 if numbered else 28, chips(found) if several and (room.narrow or not numbered) else []
    above, top = header(unit, key, room, _rows(labels, room, 0, 0)[1])
    rows, left, meta = _rows(labels, room, top, bottom)
    thick = min((0.86 if several else 0.74) / len(found), THICK / (USUAL / len(labels)))
    traces, texts, reach = [], [], []
    for k, g in enumerate(found):
        at = [i + (k - (len(found) - 1) / 2) * thick for i in range(len(labels))]
        tops = amounts[g.key]
        if ends:
            tops = [v if v is None or h is None else h for v, h in zip(tops, ends[1], strict=True)]
        said = alike(amounts[g.key], percent)
        if several and not room.narrow:
            said[0] = f"{said[0]} <b>{plain(g.name, limit=30)}</b>"
        traces.append(_bar(g, labels, amounts[g.key], at, thick, percent, unit, several, ends, shades))
        if numbered:
            texts.append(_ends_of_bars(g, tops, at, said, several))
        reach += [(v or 0.0, text_width(t) + 12 if numbered else 12) for v, t in zip(tops, said, strict=True)]
    across = room.width - left - 8
    most = max(max(v, 0.0) / max(0.2, 1 - px / across) for v, px in reach) or 1.0
    least = min([v for v, _ in reach] + [0.0]) * 1.15
    place, words = ticks(least, most, percent, 4 if room.narrow else 6)
    shown = {"visible": False} if numbered else {"tickvals": place, "ticktext": words, "showgrid": True}
    layout = {
        "margin": {"l": left, "r": 8 if numbered else 20, "t": top, "b": bottom},
        "xaxis": {"range": [least, most], **shown},
        "yaxis": rows,
        "annotations": above,
        "barmode": "overlay",
        "meta": {"rows": len(labels), **meta},
    }
    return traces + texts, layout


def _bar(
    g: Group,
    labels: list,
    amounts: list,
    at: list,
    thick: float,
    percent: bool,
    unit: str,
    several: bool,
    ends,
    shades,
) -> dict:
    name = f"{plain(g.name)}: " if several else ""
    said = [
        f"<b>{plain(text, width=50)}</b><br>{name}{written(v, percent, plain(unit))}"
        for text, v in zip(labels, amounts, strict=True)
    ]
    trace = {"type": "bar", "orientation": "h", "x": amounts, "y": at, "width": [thick] * len(at)}
    trace |= {"name": plain(g.name), "marker": {"color": shades or colour(g.colour), "line": SEAM}}
    if ends:
        trace["error_x"] = whiskers(amounts, *ends, "ink")
        said = [f"{text}{_between(low, high, percent)}" for text, low, high in zip(said, *ends, strict=True)]
    return {**trace, "customdata": said, **FREE}


def whiskers(values: list, lows: list, highs: list, shade: str) -> dict:
    """Intervals around values: 2.5 px, without caps; none where an end is missing."""
    up = [None if v is None or h is None else h - v for v, h in zip(values, highs, strict=True)]
    down = [None if v is None or low is None else v - low for v, low in zip(values, lows, strict=True)]
    look = {"thickness": 2.5, "width": 0, "color": colour(shade)}
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, **look}


def _between(low: float | None, high: float | None, percent: bool) -> str:
    return (
        ""
        if low is None or high is None
        else f"<br>interval {written(low, percent)} to {written(high, percent)}"
    )


def _ends_of_bars(g: Group, tops: list, at: list, said: list[str], several: bool) -> dict:
    """The numbers at the ends of bars; *no data* stands at the base line."""
    shades = [colour("soft") if v is None else tone(g.colour) if several else colour("ink") for v in tops]
    return {
        "type": "scatter",
        "mode": "text",
        "x": [v or 0.0 for v in tops],
        "y": at,
        "text": [f" {t}" for t in said],
        "textposition": ["middle left" if (v or 0) < 0 else "middle right" for v in tops],
        "textfont": {"size": SIZE, "color": shades},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _stacked(
    room: Room, labels: list, found: list[Group], amounts: Mapping, unit: str, percent: bool
) -> tuple[list, dict]:
    above, top = header(unit, chips(found), room, _rows(labels, room, 0, 0)[1])
    rows, left, meta = _rows(labels, room, top, 8)
    sums = [sum(v or 0.0 for v in row) for row in zip(*amounts.values(), strict=True)]
    whole = percent and max(sums) <= 1.0001
    thick = min(0.74, THICK / (USUAL / len(labels)))
    traces = [segments(g, labels, amounts[g.key], thick, percent) for g in found]
    said = [
        "no data" if all(amounts[g.key][i] is None for g in found) else written(s, percent)
        for i, s in enumerate(sums)
    ]
    ends = 0 if whole and "no data" not in said else max(text_width(t) for t in said) + 12
    if ends:
        shown = [t if t == "no data" or not whole else "" for t in said]
        traces.append(_ends_of_bars(Group(None, "", "grey"), sums, list(range(len(labels))), shown, True))
    across = room.width - left - 8
    layout = {
        "margin": {"l": left, "r": 8, "t": top, "b": 8},
        "xaxis": {"range": [0, max(sums) / max(0.2, 1 - ends / across) or 1.0], "visible": False},
        "yaxis": rows,
        "annotations": above,
        "barmode": "stack",
        "meta": {"rows": len(labels), **meta},
    }
    return traces, layout


def segments(
    g: Group, labels: Sequence, amounts: Sequence, thick: float, percent: bool = False, **axes
) -> dict:
    """One group of level bars laid one after the other, with its numbers where they fit."""
    said = alike(amounts, percent)
    return {
        "type": "bar",
        "orientation": "h",
        "x": list(amounts),
        "y": list(range(len(labels))),
        "width": [thick] * len(labels),
        "name": plain(g.name),
        "marker": {"color": colour(g.colour), "line": SEAM},
        "text": ["" if not v else t for v, t in zip(amounts, said, strict=True)],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": {"size": SIZE, "color": on(g.colour)},
        "customdata": [
            f"<b>{plain(a, width=50)}</b><br>{plain(g.name)}: {t}" for a, t in zip(labels, said, strict=True)
        ],
        **FREE,
        **axes,
    }


# ---------------------------------------------------------------- dots


def dots(
    frame: pd.DataFrame,
    label: str,
    value: str,
    low: str | None = None,
    high: str | None = None,
    *,
    group: str | None = None,
    names: Mapping | None = None,
    colours: Mapping | None = None,
    unit: str = "",
    percent: bool = False,
    order: Sequence | None = None,
    zero: bool = True,
) -> go.Figure:
    """Dots with intervals: one row for each label, one dot in it for each group.

    Parameters
    ----------
    frame : DataFrame
        One row for each dot.
    label, value, low, high, group : str
        Columns. Without ``low`` and ``high`` no whiskers are drawn; a missing value is not drawn.
    unit : str
        What the value is; stands under the axis.
    order : sequence, optional
        Labels from top to bottom; those not named are left out.
    zero : bool
        The axis starts at 0.

    Raises
    ------
    ValueError
        For a column that is not there, and for a fifth group without a colour.
    """
    need(frame, label, value, low, high, group)
    wanted = dict.fromkeys(frame[label]) if order is None else order
    labels = [v for v in wanted if (frame[label] == v).any()]
    frame = frame[frame[label].isin(labels) & frame[value].notna()]
    if frame.empty:
        return empty(NOTHING)
    found = groups([None] if group is None else list(dict.fromkeys(frame[group])), names, colours)
    parts = {g.key: frame if g.key is None else frame[frame[group] == g.key] for g in found}
    ends = _level_ends([v for c in (value, low, high) if c for v in numbers(frame[c]) if v is not None], zero)

    def draw(room: Room) -> tuple[list[dict], dict]:
        count, columns = len(found), (label, value, low, high)
        traces = [_dots(g, parts[g.key], labels, k, count, columns, percent) for k, g in enumerate(found)]
        layout, across = _level(room, labels, ends, percent, unit, top=26 if group else 8)
        if group is None:
            _values_at_right(layout, frame, labels, label, value, percent)
        else:
            numbered = percent and not room.narrow
            pair = (label, value)
            layout["annotations"] += _names_above(found, parts, labels, pair, layout, across, numbered)
        return traces, layout

    return compose(draw)


def _level_ends(given: list[float], zero: bool) -> tuple[float, float]:
    """The ends of an axis of values: from 0, or a little below the least; a little above the most."""
    least, most = (min(0.0, *given) if zero else min(given)), max(given)
    span = (most - least) or 1.0
    return least if zero and least == 0 else least - 0.04 * span, most + 0.04 * span


def _offset(k: int, several: int) -> float:
    return (k - (several - 1) / 2) * min(0.26, 0.78 / several)


def _dots(
    g: Group, part: pd.DataFrame, labels: list, k: int, several: int, columns: tuple, percent: bool
) -> dict:
    label, value, low, high = columns
    rows, values = {v: i for i, v in enumerate(labels)}, numbers(part[value])
    name = f"<br>{plain(g.name)}" if several > 1 else ""
    said = [
        f"<b>{plain(text, width=50)}</b>{name}<br>{written(v, percent)}"
        for text, v in zip(part[label], values, strict=True)
    ]
    look = {"size": 10, "symbol": SYMBOLS.get(g.colour, "circle"), "color": colour(g.colour), "line": SEAM}
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": values,
        "y": [rows[v] + _offset(k, several) for v in part[label]],
    }
    if low and high:
        ends = numbers(part[low]), numbers(part[high])
        trace["error_x"] = whiskers(values, *ends, g.colour)
        said = [f"{text}{_between(a, b, percent)}" for text, a, b in zip(said, *ends, strict=True)]
    return {**trace, "name": plain(g.name), "marker": look, "customdata": said, **FREE}


def _level(
    room: Room, labels: list, ends: tuple[float, float], percent: bool, unit: str, top: float
) -> tuple[dict, float]:
    """The layout of rows over an axis of values, and the width of its plot in px."""
    title, deep = under(unit, room)
    bottom = 26 + deep
    rows, left, meta = _rows(labels, room, top, bottom, pad=0.62)
    across = room.width - left - 18
    at, texts = ticks(*ends, percent, 4 if room.narrow else 6)
    between = {"type": "line", "xref": "paper", "x0": -left / across, "x1": 1, "layer": "below"}
    shapes = [
        {**between, "y0": i + 0.5, "y1": i + 0.5, "line": {"color": colour("rule"), "width": 1}}
        for i in range(len(labels) - 1)
    ]
    layout = {
        "margin": {"l": left, "r": 18, "t": top, "b": bottom},
        "xaxis": {"range": list(ends), "tickvals": at, "ticktext": texts, "showgrid": True},
        "yaxis": rows,
        "shapes": shapes,
        "annotations": title,
        "meta": {"rows": len(labels), **meta},
    }
    return layout, across


def _values_at_right(
    layout: dict, frame: pd.DataFrame, labels: list, label: str, value: str, percent: bool
) -> None:
    """The value of each row, in a column at the right."""
    said = {a: written(v, percent) for a, v in zip(frame[label], numbers(frame[value]), strict=True)}
    layout["margin"]["r"] = max(text_width(t) for t in said.values()) + 14
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "yanchor": "middle"}
    layout["annotations"] += [note(said[a], "ink", y=i, **place) for i, a in enumerate(labels) if a in said]


def _names_above(
    found,
    parts: Mapping,
    labels: list,
    columns: tuple,
    layout: Mapping,
    across: float,
    numbered: bool,
) -> list[dict]:
    """Names of the groups above the dots of the first row, moved apart along one line."""
    label, value = columns
    low, high = layout["xaxis"]["range"]
    per = (high - low) / across
    texts, wanted, shades = [], [], []
    for g in found:
        part = parts[g.key]
        first = numbers(part.loc[part[label] == labels[0], value])
        said = f" {written(first[0], True)}" if numbered and first else ""
        texts.append(f"<b>{plain(g.name, limit=24)}</b>{said}")
        wanted.append((first or numbers(part[value]))[0])
        shades.append(tone(g.colour))
    left = low - (layout["margin"]["l"] - 4) * per
    at = apart(wanted, [(text_width(t) + 14) * per for t in texts], left, high + 14 * per)
    place = {"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 2, "xanchor": "center"}
    return [
        note(t, x=x, **place) | {"font": {"size": SIZE, "color": c}}
        for t, x, c in zip(texts, at, shades, strict=True)
    ]


def dumbbell(
    frame: pd.DataFrame,
    label: str,
    start: str,
    end: str,
    *,
    names: Sequence[str] | None = None,
    unit: str = "",
    percent: bool = False,
    order: Sequence | None = None,
) -> go.Figure:
    """For each row an open dot at ``start``, a filled one at ``end`` and a bar between; both values are written.

    ``names`` names the two (the columns' names by default); a row with one value missing has one dot and no bar.
    """
    need(frame, label, start, end)
    if order is not None:
        frame = frame.set_index(label).reindex([o for o in order if o in set(frame[label])]).reset_index()
    if frame.empty or frame[[start, end]].isna().all(axis=None):
        return empty(NOTHING)
    labels = frame[label].tolist()
    pairs = list(zip(numbers(frame[start]), numbers(frame[end]), strict=True))
    given = [v for pair in pairs for v in pair if v is not None]
    named = tuple(names or (start, end))
    span = (max(given) - min(given)) or 1.0
    key = [("○", "blue", plain(named[0])), ("●", "blue", plain(named[1]))]

    def draw(room: Room) -> tuple[list[dict], dict]:
        wide = max(text_width(written(v, percent)) for v in given) + 16
        left = _rows(labels, room, 0, 0)[1]
        above, top = header(unit, key, room, left)
        per = span / max(60, room.width - left - 18 - 2 * wide)
        ends = (min(given) - wide * per, max(given) + wide * per)
        layout, _ = _level(room, labels, ends, percent, "", top=top)
        layout["xaxis"] = {"range": list(ends), "visible": False}
        layout["margin"]["b"] = 8
        layout["annotations"] = above
        return _dumbbells(labels, pairs, named, percent), layout

    return compose(draw)


def _dumbbells(labels: list, pairs: list, named: tuple, percent: bool) -> list[dict]:
    both = [(i, a, b) for i, (a, b) in enumerate(pairs) if a is not None and b is not None]
    xs, ys = [v for _, a, b in both for v in (a, b, None)], [v for i, _, _ in both for v in (i, i, None)]
    line = {"color": colour("blue"), "width": 3}
    traces = [{"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}]
    for k, (fill, edge, ink) in enumerate((("card", 2.5, "soft"), ("blue", 0, "ink"))):
        values = [pair[k] for pair in pairs]
        left = [(a is None or b is None or a <= b) == (k == 0) for a, b in pairs]
        said = alike(values, percent)
        text = {
            "text": [f"{t}  " if at_left else f"  {t}" for t, at_left in zip(said, left, strict=True)],
            "textposition": ["middle left" if at_left else "middle right" for at_left in left],
            "textfont": {"size": SIZE, "color": colour(ink)},
        }
        hover = [f"<b>{plain(a)}</b><br>{plain(named[k])}: {t}" for a, t in zip(labels, said, strict=True)]
        dot = {"color": colour(fill), "size": 11, "line": {"color": colour("blue"), "width": edge}}
        at = {"x": values, "y": list(range(len(labels))), "marker": dot, "cliponaxis": False}
        traces.append({"type": "scatter", "mode": "markers+text", **at, **text, "customdata": hover, **FREE})
    return traces
