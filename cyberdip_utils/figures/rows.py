"""Marks with one row for each entry: bars, dots with intervals, dumbbells. See ``marks``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.figures import style
from cyberdip_utils.figures.style import Group, Room, colour, compose, empty, need, plain, text_width, written

USUAL = 330  # px: height of a plot on most screens
THICK = 32  # px: the thickest bar
LEAST = 16  # px: the least height of a row
UPRIGHT = 14  # px: the least thickness of a bar that has its number beside it


def _left(labels: Sequence, room: Room) -> tuple[list[str], float]:
    """Labels of rows as they fit, and the margin in px that they need."""
    lines = 3 if len(labels) * 48 <= room.height - 80 else 2
    said = [style.row_label(text, 118 if room.narrow else 0.32 * room.width, lines) for text in labels]
    return said, max(text_width(t) for t in said) + 12


def _rows(labels: Sequence, room: Room, top: float, bottom: float, pad: float = 0.5) -> dict:
    """The layout of rows between two margins: their axis, the left margin, and the height they need."""
    said, left = _left(labels, room)
    deep = [16 * (t.count("<br>") + 1) for t in said]
    pitch = max([(a + b) / 2 for a, b in zip(deep, deep[1:], strict=False)], default=LEAST)
    return {
        "margin": {"l": left, "t": top, "b": bottom},
        "yaxis": {**style.row_axis(said, pad), "showline": True},
        "meta": style.measures(len(labels), room, len(labels) * max(LEAST, pitch) + top + bottom),
    }


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
    frame, found = style.value_groups(frame, values, names, colours, rest)
    frame = style.ordered(frame, label, order)
    if frame.empty:
        return empty(style.NOTHING)
    if (low or high) and len(found) > 1:
        raise ValueError("low= and high= are for one value column; use dots for intervals of several groups")
    amounts = {g.key: style.numbers(frame[g.key]) for g in found}
    ends = (style.numbers(frame[low]), style.numbers(frame[high])) if low and high else None
    shades = None if lit is None else [colour(found[0].colour if v in lit else "grey") for v in frame[label]]
    table = Bars(frame[label].tolist(), found, amounts, unit, percent, ends, shades)
    return compose(table.stacked if stacked else table.side_by_side)


@dataclass(frozen=True)
class Bars:
    """Rows with an amount for each group; of one group perhaps intervals, and a light value for each row."""

    labels: list
    groups: list[Group]
    amounts: dict
    unit: str
    percent: bool
    ends: tuple[list, list] | None
    shades: list[str] | None

    def side_by_side(self, room: Room) -> tuple[list, dict]:
        """Bars with their numbers; where several in a row leave no room for numbers, with an axis of values."""
        several = len(self.groups) > 1
        numbered = not several or 0.86 * (room.height - 34) / len(self.labels) / len(self.groups) >= UPRIGHT
        key = style.chips(self.groups) if several and (room.narrow or not numbered) else []
        above, top = style.header(self.unit, key, room, _left(self.labels, room)[1])
        layout = _rows(self.labels, room, top, 8 if numbered else 28)
        thick = min((0.86 if several else 0.74) / len(self.groups), THICK / (USUAL / len(self.labels)))
        bars, said, reach = [], [], []
        for k, g in enumerate(self.groups):
            at = [i + (k - (len(self.groups) - 1) / 2) * thick for i in range(len(self.labels))]
            bars.append(self.bar(g, at, thick))
            tops, shown = self.tops(g), style.alike(self.amounts[g.key], self.percent)
            if several and not room.narrow:
                shown[0] = f"{shown[0]} <b>{plain(g.name, limit=30)}</b>"
            if numbered:
                said.append(_at_ends(tops, at, shown, g.tone if several else style.INK))
            reach += [(v or 0.0, text_width(t) * numbered + 12) for v, t in zip(tops, shown, strict=True)]
        layout["margin"]["r"] = 8 if numbered else 20
        layout["xaxis"] = self.axis(room, room.width - layout["margin"]["l"] - 8, reach, numbered)
        return bars + said, {**layout, "annotations": above, "barmode": "overlay"}

    def axis(self, room: Room, pixels: float, reach: list[tuple[float, float]], numbered: bool) -> dict:
        """The axis that holds amounts and the px of text beyond each, with ticks where no number stands."""
        most = max(max(v, 0.0) / max(0.2, 1 - px / pixels) for v, px in reach) or 1.0
        least = min([v for v, _ in reach] + [0.0]) * 1.15
        place, words = style.ticks(least, most, self.percent, 4 if room.narrow else 6)
        shown = {"visible": False} if numbered else {"tickvals": place, "ticktext": words, "showgrid": True}
        return {"range": [least, most], **shown}

    def tops(self, g: Group) -> list:
        """Where each bar ends, with its interval."""
        if not self.ends:
            return self.amounts[g.key]
        pairs = zip(self.amounts[g.key], self.ends[1], strict=True)
        return [v if v is None or high is None else high for v, high in pairs]

    def bar(self, g: Group, at: list, thick: float) -> dict:
        name = f"{g.said}: " if len(self.groups) > 1 else ""
        amounts, lines = self.amounts[g.key], [""] * len(at)
        more = {"name": g.said}
        if self.ends:
            more["error_x"] = whiskers(amounts, *self.ends, "ink")
            lines = _between(*self.ends, self.percent)
        said = [
            style.hover(text, f"{name}{written(v, self.percent, plain(self.unit))}", line)
            for text, v, line in zip(self.labels, amounts, lines, strict=True)
        ]
        return style.level_bars(
            amounts, at, thick, {"color": self.shades or g.light, "line": style.SEAM}, said, **more
        )

    def stacked(self, room: Room) -> tuple[list, dict]:
        """Bars one after the other with their numbers inside, and at the end what they come to."""
        above, top = style.header(self.unit, style.chips(self.groups), room, _left(self.labels, room)[1])
        layout = _rows(self.labels, room, top, 8)
        rows = list(zip(*self.amounts.values(), strict=True))
        sums = [sum(v or 0.0 for v in row) for row in rows]
        whole = self.percent and max(sums) <= 1.0001
        thick = min(0.74, THICK / (USUAL / len(self.labels)))
        traces = [segments(g, self.labels, self.amounts[g.key], thick, self.percent) for g in self.groups]
        nothing = [all(v is None for v in row) for row in rows]
        said = [written(None if n else s, self.percent) for n, s in zip(nothing, sums, strict=True)]
        ends = 0 if whole and not any(nothing) else max(text_width(t) for t in said) + 12
        if ends:
            shown = [t if n or not whole else "" for n, t in zip(nothing, said, strict=True)]
            traces.append(_at_ends(sums, list(range(len(sums))), shown, style.SOFT))
        across = room.width - layout["margin"]["l"] - 8
        layout["margin"]["r"] = 8
        layout["xaxis"] = {"range": [0, max(sums) / max(0.2, 1 - ends / across) or 1.0], "visible": False}
        return traces, {**layout, "annotations": above, "barmode": "stack"}


def whiskers(values: list, lows: list, highs: list, shade: str) -> dict:
    """Intervals around values: 2.5 px, without caps; none where an end is missing."""
    up = [None if v is None or h is None else h - v for v, h in zip(values, highs, strict=True)]
    down = [None if v is None or low is None else v - low for v, low in zip(values, lows, strict=True)]
    look = {"thickness": 2.5, "width": 0, "color": colour(shade)}
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, **look}


def _between(lows: list, highs: list, percent: bool) -> list[str]:
    """Intervals in words; nothing where an end is missing."""
    return [
        "" if None in ends else "interval {} to {}".format(*(written(v, percent) for v in ends))
        for ends in zip(lows, highs, strict=True)
    ]


def _at_ends(tops: list, at: list, said: list[str], shade: str) -> dict:
    """The numbers at the ends of bars; *no data* stands at the base line."""
    side = ["middle left" if (v or 0) < 0 else "middle right" for v in tops]
    shades = [style.SOFT if v is None else shade for v in tops]
    ends = [v or 0.0 for v in tops]
    return style.texts(ends, at, [f" {t}" for t in said], shades, textposition=side, cliponaxis=False)


def segments(g: Group, labels: Sequence, amounts: Sequence, thick: float, percent: bool = False) -> dict:
    """One group of level bars laid one after the other, with its numbers where they fit."""
    said = style.alike(amounts, percent)
    inside = {"textposition": "inside", "insidetextanchor": "middle", "textangle": 0}
    inside |= {"text": ["" if not v else t for v, t in zip(amounts, said, strict=True)]}
    inside |= {"textfont": {"size": style.SIZE, "color": style.on(g.colour)}, "name": g.said}
    lines = [style.hover(a, f"{g.said}: {t}") for a, t in zip(labels, said, strict=True)]
    look = {"color": g.light, "line": style.SEAM}
    return style.level_bars(list(amounts), list(range(len(labels))), thick, look, lines, **inside)


# ---------------------------------------------------------------- dots


def dots(
    frame: pd.DataFrame,
    label: str,
    value: str,
    low: str | None = None,
    high: str | None = None,
    *,
    group: str | None = None,
    unit: str = "",
    percent: bool = False,
    order: Sequence | None = None,
) -> go.Figure:
    """Dots with intervals on an axis from 0: one row for each label, one dot in it for each group.

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

    Raises
    ------
    ValueError
        For a column that is not there, and for a fifth group.
    """
    need(frame, label, value, low, high, group)
    wanted = dict.fromkeys(frame[label]) if order is None else order
    labels = [v for v in wanted if (frame[label] == v).any()]
    frame = frame[frame[label].isin(labels) & frame[value].notna()]
    if frame.empty:
        return empty(style.NOTHING)
    found = style.groups([None] if group is None else list(dict.fromkeys(frame[group])))
    rows = {v: i for i, v in enumerate(labels)}
    parts = []
    for k, g in enumerate(found):
        part = frame if g.key is None else frame[frame[group] == g.key]
        ends = (style.numbers(part[low]), style.numbers(part[high])) if low and high else None
        shift = (k - (len(found) - 1) / 2) * min(0.26, 0.78 / len(found))
        at = [rows[v] + shift for v in part[label]]
        parts.append(Dots(g, part[label].tolist(), style.numbers(part[value]), at, ends))
    ends = style.value_ends([v for c in (value, low, high) if c for v in style.numbers(frame[c])], 0.04)

    def draw(room: Room) -> tuple[list[dict], dict]:
        layout, across = _level(room, labels, ends, percent, unit, top=26 if group else 8)
        if group is None:
            _values_at_right(layout, parts[0], rows, percent)
        else:
            layout["annotations"] += _names_above(
                parts, labels[0], layout, across, percent and not room.narrow
            )
        return [part.trace(percent, len(parts) > 1) for part in parts], layout

    return compose(draw)


@dataclass(frozen=True)
class Dots:
    """The dots of a group: the label, value and place of each, and perhaps the ends of its interval."""

    group: Group
    labels: list
    values: list[float]
    at: list[float]
    ends: tuple[list, list] | None

    def trace(self, percent: bool, named: bool) -> dict:
        g = self.group
        look = {
            "size": 10,
            "symbol": style.SYMBOLS.get(g.colour, "circle"),
            "color": g.light,
            "line": style.SEAM,
        }
        name = g.said if named else ""
        lines, more = [""] * len(self.values), {"name": g.said}
        if self.ends:
            more["error_x"] = whiskers(self.values, *self.ends, g.colour)
            lines = _between(*self.ends, percent)
        rows = zip(self.labels, self.values, lines, strict=True)
        said = [style.hover(text, name, written(v, percent), line) for text, v, line in rows]
        return style.points(self.values, self.at, look, said, **more)


def _level(
    room: Room, labels: list, ends: tuple[float, float], percent: bool, unit: str, top: float
) -> tuple[dict, float]:
    """The layout of rows over an axis of values, and the width of its plot in px."""
    title, deep = style.under(unit, room)
    layout = _rows(labels, room, top, 26 + deep, pad=0.62)
    across = room.width - layout["margin"]["l"] - 18
    at, said = style.ticks(*ends, percent, 4 if room.narrow else 6)
    start = -layout["margin"]["l"] / across
    layout["margin"]["r"] = 18
    layout["xaxis"] = {"range": list(ends), "tickvals": at, "ticktext": said, "showgrid": True}
    layout["shapes"] = [style.level_rule(i + 0.5, start, 1, xref="paper") for i in range(len(labels) - 1)]
    return {**layout, "annotations": title}, across


def _values_at_right(layout: dict, dots: Dots, rows: Mapping, percent: bool) -> None:
    """The value of each row, in a column at the right."""
    said = {a: written(v, percent) for a, v in zip(dots.labels, dots.values, strict=True)}
    layout["margin"]["r"] = max(text_width(t) for t in said.values()) + 14
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "yanchor": "middle"}
    layout["annotations"] += [
        style.note(said[a], style.INK, y=i, **place) for a, i in rows.items() if a in said
    ]


def _names_above(parts: list[Dots], row: str, layout: Mapping, across: float, numbered: bool) -> list[dict]:
    """Names of the groups above the dots of the first row, moved apart along one line."""
    low, high = layout["xaxis"]["range"]
    per = (high - low) / across
    names, wanted = [], []
    for part in parts:
        first = [v for label, v in zip(part.labels, part.values, strict=True) if label == row]
        said = f" {written(first[0], True)}" if numbered and first else ""
        names.append(f"<b>{plain(part.group.name, limit=24)}</b>{said}")
        wanted.append((first or part.values)[0])
    left = low - (layout["margin"]["l"] - 4) * per
    at = style.apart(wanted, [(text_width(t) + 14) * per for t in names], left, high + 14 * per)
    place = {**style.ABOVE, "yshift": 2, "xanchor": "center"}
    tones = [part.group.tone for part in parts]
    return [style.note(t, shade, x=x, **place) for t, x, shade in zip(names, at, tones, strict=True)]


# ---------------------------------------------------------------- dumbbells


def dumbbell(
    frame: pd.DataFrame, label: str, start: str, end: str, *, unit: str = "", percent: bool = False
) -> go.Figure:
    """For each row an open dot at ``start``, a filled one at ``end`` and a bar between; both values are written.

    A row with one value missing has one dot and no bar.
    """
    need(frame, label, start, end)
    if frame.empty or frame[[start, end]].isna().all(axis=None):
        return empty(style.NOTHING)
    labels = frame[label].tolist()
    pairs = list(zip(style.numbers(frame[start]), style.numbers(frame[end]), strict=True))
    given = [v for pair in pairs for v in pair if v is not None]
    span = (max(given) - min(given)) or 1.0
    key = [("○", "blue", plain(start)), ("●", "blue", plain(end))]

    def draw(room: Room) -> tuple[list[dict], dict]:
        wide = max(text_width(written(v, percent)) for v in given) + 16
        left = _left(labels, room)[1]
        above, top = style.header(unit, key, room, left)
        per = span / max(60, room.width - left - 18 - 2 * wide)
        ends = (min(given) - wide * per, max(given) + wide * per)
        layout, _ = _level(room, labels, ends, percent, "", top=top)
        layout["xaxis"] = {"range": list(ends), "visible": False}
        layout["margin"]["b"] = 8
        layout["annotations"] = above
        return _dumbbells(labels, pairs, (start, end), percent), layout

    return compose(draw)


def _dumbbells(labels: list, pairs: list, names: tuple, percent: bool) -> list[dict]:
    both = [(i, a, b) for i, (a, b) in enumerate(pairs) if a is not None and b is not None]
    xs, ys = [v for _, a, b in both for v in (a, b, None)], [v for i, _, _ in both for v in (i, i, None)]
    traces = [style.strokes(xs, ys, "blue", 3)]
    for k, (fill, edge, ink) in enumerate((("card", 2.5, style.SOFT), ("blue", 0, style.INK))):
        values = [pair[k] for pair in pairs]
        left = [(a is None or b is None or a <= b) == (k == 0) for a, b in pairs]
        said = style.alike(values, percent)
        text = {
            "text": [f"{t}  " if at_left else f"  {t}" for t, at_left in zip(said, left, strict=True)],
            "textposition": ["middle left" if at_left else "middle right" for at_left in left],
            "textfont": {"size": style.SIZE, "color": ink},
        }
        lines = [style.hover(a, f"{plain(names[k])}: {t}") for a, t in zip(labels, said, strict=True)]
        dot = {"color": colour(fill), "size": 11, "line": {"color": colour("blue"), "width": edge}}
        at = list(range(len(labels)))
        traces.append(style.points(values, at, dot, lines, **text, mode="markers+text", cliponaxis=False))
    return traces
