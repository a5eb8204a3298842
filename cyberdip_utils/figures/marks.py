"""The marks: pure functions from a tidy table to a figure in house style.

Every mark takes a frame and names of its columns. Missing values are left out or said, never drawn as zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import words
from cyberdip_utils.figures.matrix import matrix
from cyberdip_utils.figures.rows import bars, dots, dumbbell
from cyberdip_utils.figures.style import (
    FREE,
    LINE,
    NOTHING,
    SEAM,
    SIZE,
    Group,
    Room,
    apart,
    chips,
    colour,
    compose,
    empty,
    faded,
    folded,
    groups,
    header,
    missing,
    need,
    note,
    numbers,
    plain,
    rule_marks,
    text_width,
    ticks,
    tone,
    under,
    wide_groups,
    written,
    year_ticks,
)

__all__ = ["bars", "columns", "dots", "dumbbell", "histogram", "lines", "matrix", "stack"]


# ---------------------------------------------------------------- scales


@dataclass(frozen=True)
class Scale:
    """An upright picture's x: numbers to draw at, and what stands under them."""

    kind: str  # year, number, name
    at: dict[Any, float]

    @classmethod
    def of(cls, column: Iterable) -> Scale:
        """The scale of a column: whole years, dates (as years), numbers, or names in order of appearance."""
        given = list(dict.fromkeys(v for v in column if not missing(v) and v is not pd.NaT))
        if all(hasattr(v, "year") for v in given):
            return cls("year", {v: _decimal_year(v) for v in given})
        if all(isinstance(v, (int, float)) or hasattr(v, "dtype") for v in given):
            at = {v: float(v) for v in given}
            whole = all(1500 <= v <= 2200 and v.is_integer() for v in at.values())
            return cls("year" if whole else "number", at)
        return cls("name", {v: float(k) for k, v in enumerate(given)})

    def place(self, value: Any) -> float:
        if value in self.at:
            return self.at[value]
        return _decimal_year(value) if hasattr(value, "year") else float(value)

    @property
    def low(self) -> float:
        return min(self.at.values())

    @property
    def high(self) -> float:
        return max(self.at.values())

    def axis(self, ends: tuple[float, float], pixels: float) -> dict:
        """The axis between two ends over so many pixels."""
        pitch = pixels / (ends[1] - ends[0])
        if self.kind == "year":
            at = year_ticks(math.ceil(self.low - 0.01), math.floor(self.high + 0.01), pitch)
            texts = [str(v) for v in at]
        elif self.kind == "name":
            at, wide = list(self.at.values()), max(6, int(pitch / 7.6))
            texts = [plain(v, width=wide) for v in self.at]
        else:
            at, texts = ticks(*ends, most=max(2, min(6, int(pixels / 70))))
        return {"range": list(ends), "tickvals": at, "ticktext": texts, "showline": True}


def _decimal_year(day: Any) -> float:
    first = pd.Timestamp(day.year, 1, 1)
    return day.year + (pd.Timestamp(day) - first).days / 365.25


def _said(value: Any) -> str:
    """A place on the x axis in words."""
    return words.day(value) if hasattr(value, "year") else plain(value)


def _value_axis(low: float, high: float, percent: bool) -> tuple[dict, float]:
    """The upright axis of values and the left margin that its tick labels need, in px."""
    at, texts = ticks(low, high, percent)
    axis = {"range": [low, high], "tickvals": at, "ticktext": texts, "showgrid": True}
    return axis, max([text_width(t) for t in texts], default=10) + 9


def _deepest(axis: Mapping) -> int:
    return 8 + LINE * max([t.count("<br>") + 1 for t in axis["ticktext"]], default=1)


def end_text(group: Group, said: str, width: int = 19) -> str:
    """A group's name, bold and broken, with its number on the last line."""
    number = plain(said)
    *lines, last = plain(group.name, width=width).split("<br>")
    if len(f"{last} {number}") > width and " " in last:
        first, last = last.rsplit(" ", 1)
        lines.append(first)
    return "<br>".join([*(f"<b>{line}</b>" for line in lines), f"<b>{last}</b> {number}".rstrip()])


def _end_labels(
    labels: Sequence[tuple[Group, float, str]], x: float, ends: tuple[float, float], pixels: float
) -> list[dict]:
    """Names with numbers at the right end, moved apart so that none touches another in a plot so many px high."""
    texts = [end_text(g, said) for g, _, said in labels]
    per = (ends[1] - ends[0]) / pixels
    sizes = [(LINE * (t.count("<br>") + 1) + 3) * per for t in texts]
    wanted = [value for _, value, _ in labels]
    at = apart(wanted, sizes, ends[0], ends[1] + 0.05 * (ends[1] - ends[0]))
    side = {"xanchor": "left", "align": "left", "xshift": 8, "yanchor": "middle"}
    tones = [tone(g.colour) for g, _, _ in labels]
    return [
        note(text, x=x, y=y, **side) | {"font": {"size": SIZE, "color": shade}}
        for text, y, shade in zip(texts, at, tones, strict=True)
    ]


def _upright(
    room: Room,
    scale: Scale,
    x_ends: tuple[float, float],
    y_ends: tuple[float, float],
    labels: Sequence[tuple[Group, float, str]],
    *,
    title: str,
    percent: bool,
    rules: Sequence,
    tops: Sequence[tuple[float, float]] = (),
) -> dict:
    """The layout of an upright picture: axes, title, key at the right end (above on a phone), rules."""
    axis, left = _value_axis(*y_ends, percent)
    keyed = [g for g, _, _ in labels]
    narrow = room.narrow and bool(keyed)
    beside = 0 if narrow else max([text_width(end_text(g, said)) for g, _, said in labels], default=0)
    right = beside + 14 if beside else 20
    above, top = header(title, chips(keyed) if narrow else [], room, left)
    across = room.width - left - right
    x_axis = scale.axis(x_ends, across)
    bottom = _deepest(x_axis)
    pixels = room.height - top - bottom
    per = (x_ends[1] - x_ends[0]) / across
    shapes, texts, taken = rule_marks(rules, room, scale.place, x_ends[0], per)
    high = y_ends[1]
    for a, b, down in taken:  # no mark under the words of a rule
        most = max([y for x, y in tops if a <= x <= b], default=y_ends[0])
        high = max(high, y_ends[0] + (most - y_ends[0]) / max(0.3, 1 - (down + 20) / pixels))
    axis["range"] = [y_ends[0], high]
    ends = [] if narrow else _end_labels(labels, x_ends[1], (y_ends[0], high), pixels)
    return {
        "margin": {"l": left, "r": right, "t": top, "b": bottom},
        "xaxis": x_axis,
        "yaxis": axis,
        "annotations": [*above, *texts, *ends],
        "shapes": shapes,
    }


# ---------------------------------------------------------------- columns by year


def _totals(room: Room, layout: Mapping, tops: Sequence[tuple[float, float]], percent: bool) -> dict:
    """Numbers above columns: the highest first, beside rules, none over another or over a column."""
    margin, (low, high) = layout["margin"], layout["xaxis"]["range"]
    pitch = (room.width - margin["l"] - margin["r"]) / (high - low)
    rise = (room.height - margin["t"] - margin["b"]) / layout["yaxis"]["range"][1]
    lines = [shape["x0"] for shape in layout["shapes"]]
    texts = [written(y, percent) for _, y in tops]
    halves = [text_width(t) / 2 + 2 for t in texts]
    shifts = [_aside(x, half, lines, pitch) for (x, _), half in zip(tops, halves, strict=True)]
    chosen: list[int] = []

    def free(i: int, j: int) -> bool:
        away = abs(tops[i][0] * pitch + shifts[i] - tops[j][0] * pitch - (shifts[j] if j in chosen else 0))
        above = (tops[j][1] - tops[i][1]) * rise
        if j in chosen and away < halves[i] + halves[j] and abs(above) < LINE:
            return False
        return away >= halves[i] + 0.37 * pitch or above <= 2

    for i in sorted(range(len(tops)), key=lambda i: (-tops[i][1], tops[i][0])):
        if all(free(i, j) for j in range(len(tops)) if j != i):
            chosen.append(i)
    chosen.sort()
    at = {"x": [tops[i][0] + shifts[i] / pitch for i in chosen], "y": [tops[i][1] for i in chosen]}
    look = {
        "textposition": "top center",
        "textfont": {"size": SIZE, "color": colour("soft")},
        "cliponaxis": False,
    }
    return {
        "type": "scatter",
        "mode": "text",
        **at,
        "text": [texts[i] for i in chosen],
        **look,
        "hoverinfo": "skip",
    }


def _aside(x: float, half: float, lines: Sequence[float], pitch: float) -> float:
    """How many px a number moves so that no rule crosses it."""
    for line in lines:
        away = (x - line) * pitch
        if abs(away) < half + 2:
            return (half + 2 - abs(away)) * (-1 if away < 0 else 1)
    return 0.0


def stack(
    frame: pd.DataFrame,
    x: str,
    values: Sequence[str] | str,
    *,
    names: Mapping | Sequence[str] | None = None,
    colours: Mapping | Sequence[str] | None = None,
    unit: str = "",
    percent: bool = False,
    totals: bool = True,
    rules: Sequence[Mapping] = (),
    rest: str | None = None,
) -> go.Figure:
    """Columns by year or category, stacked from the base up, with names at the right end in place of a legend.

    Parameters
    ----------
    frame : DataFrame
        One row for each column of the picture.
    x : str
        Column of years, dates, numbers or names.
    values : str or sequence of str
        Columns of amounts, the one at the base first. Missing amounts are not drawn.
    names, colours : mapping or sequence, optional
        Readable names and house colours of the value columns.
    unit : str
        What is counted; stands at the top left.
    percent : bool
        Amounts are shares from 0 to 1.
    totals : bool
        Write the sum above each column where it fits.
    rules : sequence of :func:`rule`
    rest : str, optional
        Name of a grey group that takes the value columns after the fourth.

    Raises
    ------
    ValueError
        For a column that is not there, and for a fifth group without ``rest``.
    """
    need(frame, x)
    frame, found = wide_groups(frame, values, names, colours, rest)
    frame = frame[frame[x].notna()]
    if frame.empty or frame[[g.key for g in found]].isna().all(axis=None):
        return empty(NOTHING)
    amounts = {g.key: numbers(frame[g.key]) for g in found}
    sums = [sum(v or 0 for v in row) for row in zip(*amounts.values(), strict=True)]
    last, base, labels = _last_place(frame[x]), 0.0, []
    for g in found:
        value = amounts[g.key][last]
        labels.append((g, base + (value or 0) / 2, written(value, percent)))
        base += value or 0
    return _columns(frame[x], found, amounts, sums, labels, "stack", unit, percent, totals, rules)


def _last_place(column: pd.Series) -> int:
    """The row at the right end."""
    scale = Scale.of(column)
    return max(range(len(column)), key=lambda i: scale.place(column.iloc[i]))


def _columns(
    column: pd.Series,
    found: list[Group],
    amounts: Mapping,
    sums: list[float],
    labels: list,
    mode: str,
    unit: str,
    percent: bool,
    totals: bool,
    rules: Sequence[Mapping],
) -> go.Figure:
    """Columns, stacked or one behind the other, with the same axes, labels and totals."""
    scale = Scale.of(column)
    at = [scale.place(v) for v in column]
    traces = []
    for g in found:
        name = f"{plain(g.name)}: " if len(found) > 1 else ""
        pairs = zip(column, amounts[g.key], strict=True)
        hover = [f"<b>{_said(v)}</b><br>{name}{written(n, percent, plain(unit))}" for v, n in pairs]
        look = {"name": plain(g.name), "marker": {"color": colour(g.colour), "line": SEAM}}
        traces.append({"type": "bar", "x": at, "y": amounts[g.key], **look, "customdata": hover, **FREE})
    places = sorted(set(at))
    step = min([b - a for a, b in zip(places, places[1:], strict=False)], default=1.0)
    x_ends = (places[0] - 0.6 * step, places[-1] + 0.6 * step)
    whole = percent and 0.9 < max(sums) <= 1.0001
    y_ends = (0.0, 1.0 if whole else max(sums) * (1.1 if totals else 1.04) or 1.0)
    tops = list(zip(at, sums, strict=True))
    shown = labels if len(found) > 1 else []

    def draw(room: Room) -> tuple[list[dict], dict]:
        layout = _upright(
            room, scale, x_ends, y_ends, shown, title=unit, percent=percent, rules=rules, tops=tops
        )
        layout["barmode"] = mode
        written_above = [_totals(room, layout, tops, percent)] if totals and not whole else []
        return traces + written_above, layout

    return compose(draw)


def columns(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    behind: str | None = None,
    names: Mapping | Sequence[str] | None = None,
    unit: str = "",
    percent: bool = False,
    rules: Sequence[Mapping] = (),
    totals: bool = True,
) -> go.Figure:
    """Columns of one amount by year or category, with a grey series ``behind`` of which it is a part.

    See :func:`stack` for the parameters; ``names`` names ``y`` and ``behind``; totals are those of ``behind``.
    """
    need(frame, x, y, behind)
    if behind is None:
        return stack(frame, x, y, names=names, unit=unit, percent=percent, rules=rules, totals=totals)
    frame = frame[frame[x].notna()]
    if frame.empty or frame[[y, behind]].isna().all(axis=None):
        return empty(NOTHING)
    if (frame[y] > frame[behind]).any():
        raise ValueError(f"{behind!r} must be at least {y!r} in every row: it stands behind it")
    front, back = groups([y, behind], names, ["blue", "grey"])
    amounts = {c: numbers(frame[c]) for c in (y, behind)}
    part, full = (amounts[c][_last_place(frame[x])] or 0.0 for c in (y, behind))
    labels = [(front, part / 2, written(part, percent)), (back, (part + full) / 2, written(full, percent))]
    sums = [v or 0.0 for v in amounts[behind]]
    return _columns(frame[x], [back, front], amounts, sums, labels, "overlay", unit, percent, totals, rules)


def histogram(
    frame: pd.DataFrame,
    value: str,
    *,
    bins: int = 20,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    title: str = "",
    percent: bool = False,
    rules: Sequence[Mapping] = (),
) -> go.Figure:
    """How many rows lie in each of ``bins`` equal parts of a column; missing values are left out.

    ``title`` says what is counted (top left), ``unit`` what the axis measures.
    """
    need(frame, value)
    given = [v for v in numbers(frame[value]) if v is not None]
    if not given:
        return empty(NOTHING)
    low, high = min(given) if low is None else low, max(given) if high is None else high
    width = (high - low) / bins or 1.0
    edges = [low + k * width for k in range(bins + 1)]
    counts = [0] * bins
    for v in given:
        if low <= v <= high:
            counts[min(bins - 1, int((v - low) / width))] += 1
    at = [a + width / 2 for a in edges[:-1]]
    said = [written(a, percent) for a in edges]
    between = [f"{a} to {b} {plain(unit)}" for a, b in zip(said, said[1:], strict=False)]
    hover = [f"{text}<br><b>{n:,}</b>" for text, n in zip(between, counts, strict=True)]
    look = {"width": [width] * bins, "marker": {"color": colour("blue"), "line": SEAM}, "customdata": hover}
    bars = {"type": "bar", "x": at, "y": counts, **look, **FREE}

    def draw(room: Room) -> tuple[list[dict], dict]:
        scale, tops = Scale("number", {v: v for v in at}), list(zip(at, counts, strict=True))
        ends = ((low, high), (0.0, max(counts) * 1.06 or 1.0))
        layout = _upright(room, scale, *ends, [], title=title, percent=False, rules=rules, tops=tops)
        place, texts = ticks(low, high, percent, 4 if room.narrow else 6)
        layout["xaxis"] |= {"tickvals": place, "ticktext": texts}
        return [bars], _with_under(layout, unit, room)

    return compose(draw)


def _with_under(layout: dict, text: str, room: Room) -> dict:
    """The layout with what the level axis measures under its ticks."""
    said, deep = under(text, room)
    layout["annotations"] += said
    layout["margin"]["b"] += deep
    return layout


# ---------------------------------------------------------------- lines


def lines(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    group: str | None = None,
    low: str | None = None,
    high: str | None = None,
    lit: Sequence = (),
    names: Mapping | None = None,
    colours: Mapping | None = None,
    step: bool = False,
    unit: str = "",
    across: str = "",
    percent: bool = False,
    rules: Sequence[Mapping] = (),
    dash: Sequence = (),
    zero: bool = True,
    rest: str | None = None,
) -> go.Figure:
    """Lines with bands; the name stands at the right end of each.

    Parameters
    ----------
    x, y, group, low, high : str
        Columns. A missing ``y`` leaves a gap.
    lit : sequence
        Groups that stand in a hue (four at most); all others are thin and grey. None: every group is lit.
    step : bool
        Steps in place of slopes (cumulative shares, prices that hold until they change).
    unit, across : str
        What y is (top left) and, if it is not plain, what x is (under the axis).
    dash : sequence
        Groups that are planned, partial or modelled.
    zero : bool
        The axis starts at 0; otherwise just below the least value.
    rest : str, optional
        Name for the grey groups after the fourth, if none is lit.
    """
    need(frame, x, y, group, low, high)
    frame = frame[frame[x].notna()]
    if frame.empty or frame[y].isna().all():
        return empty(NOTHING)
    scale = Scale.of(frame[x])
    parts = {None: frame} if group is None else dict(list(frame.groupby(group, sort=False, observed=True)))
    alone, quiet = _lit(list(parts), lit, rest)
    found = groups(alone, names or ({None: unit or y} if group is None else None), colours)
    traces = [_thin(scale, {k: parts[k] for k in quiet}, x, y, step, percent)] if quiet else []
    if low and high:
        traces += [_band(scale, parts[g.key], x, low, high, g, step) for g in found]
    traces += [_line(scale, parts[g.key], x, y, g, step, percent, g.key in dash) for g in found]
    ended = [(g, parts[g.key], True) for g in found if group is not None]
    if quiet:
        ended.append((Group(None, rest or f"{len(quiet)} more", "grey"), parts[quiet[-1]], False))
    labels = [
        _last(scale, part, x, y, g, percent, number) for g, part, number in ended if part[y].notna().any()
    ]
    return _drawn(frame, scale, traces, labels, (x, y, low, high), (unit, across, percent, rules, zero))


def _drawn(
    frame: pd.DataFrame, scale: Scale, traces: list[dict], labels: list, columns: tuple, style: tuple
) -> go.Figure:
    x, y, low, high = columns
    unit, across, percent, rules, zero = style
    ends = ((scale.low, max(scale.high, scale.low + 1e-9)), _y_ends(frame, [y, low, high], zero, percent))
    pairs = zip(frame[x], numbers(frame[high or y]), strict=True)
    tops = [(scale.place(a), b) for a, b in pairs if b is not None]

    def draw(room: Room) -> tuple[list[dict], dict]:
        layout = _upright(room, scale, *ends, labels, title=unit, percent=percent, rules=rules, tops=tops)
        return list(traces), _with_under(layout, across, room)

    return compose(draw)


def _lit(keys: list, lit: Sequence, rest: str | None) -> tuple[list, list]:
    """Groups in hues and groups in grey."""
    if len(lit) > 4:
        raise ValueError(f"{len(lit)} groups lit, but four hues are the limit")
    if lit:
        return [k for k in lit if k in keys], [k for k in keys if k not in lit]
    if len(keys) > 4 and rest is None:
        raise ValueError(
            f"{len(keys)} groups, but four hues and grey are the limit: name those to light up with lit=, or fold with rest='other'"
        )
    return folded(keys, rest)


def _path(scale: Scale, part: pd.DataFrame, x: str, *columns: str) -> tuple[list, ...]:
    part = part.assign(_at=[scale.place(v) for v in part[x]]).sort_values("_at", kind="stable")
    return part["_at"].tolist(), *(numbers(part[c]) for c in columns), part[x].tolist()


def _line(
    scale: Scale, part: pd.DataFrame, x: str, y: str, g: Group, step: bool, percent: bool, dashed: bool
) -> dict:
    at, values, said = _path(scale, part, x, y)
    name = f"{plain(g.name)}<br>" if g.key is not None else ""
    hover = [f"<b>{_said(a)}</b><br>{name}{written(v, percent)}" for a, v in zip(said, values, strict=True)]
    dots = (
        {"mode": "lines+markers", "marker": {"size": 6, "color": colour(g.colour)}}
        if len(at) <= 15 and not step
        else {"mode": "lines"}
    )
    shape = {
        "color": colour(g.colour),
        "width": 2.5,
        "shape": "hv" if step else "linear",
        "dash": "dash" if dashed else "solid",
    }
    return {
        "type": "scatter",
        "x": at,
        "y": values,
        "name": plain(g.name),
        "line": shape,
        "customdata": hover,
        **dots,
        **FREE,
    }


def _thin(scale: Scale, parts: Mapping, x: str, y: str, step: bool, percent: bool) -> dict:
    """All lines that are not lit, in one trace with gaps between them."""
    xs, ys, hover = [], [], []
    for key, part in parts.items():
        at, values, said = _path(scale, part, x, y)
        pairs = zip(said, values, strict=True)
        hover += [f"<b>{_said(a)}</b><br>{plain(key)}<br>{written(v, percent)}" for a, v in pairs] + [""]
        xs, ys = [*xs, *at, None], [*ys, *values, None]
    look = {
        "mode": "lines",
        "line": {"color": colour("grey"), "width": 1.2, "shape": "hv" if step else "linear"},
    }
    faint = 0.5 if len(parts) > 8 else 1
    return {"type": "scatter", "x": xs, "y": ys, "opacity": faint, **look, "customdata": hover, **FREE}


def _band(scale: Scale, part: pd.DataFrame, x: str, low: str, high: str, g: Group, step: bool) -> dict:
    at, lows, highs, _ = _path(scale, part, x, low, high)
    there = [i for i, (a, b) in enumerate(zip(lows, highs, strict=True)) if a is not None and b is not None]
    xs, ups, downs = [], [], []
    for i in there:
        if step and xs:
            xs.append(at[i]), ups.append(ups[-1]), downs.append(downs[-1])
        xs.append(at[i]), ups.append(highs[i]), downs.append(lows[i])
    shape = {
        "fill": "toself",
        "fillcolor": faded(g.colour),
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
    }
    return {"type": "scatter", "x": xs + xs[::-1], "y": ups + downs[::-1], "name": plain(g.name), **shape}


def _last(
    scale: Scale, part: pd.DataFrame, x: str, y: str, g: Group, percent: bool, number: bool
) -> tuple[Group, float, str]:
    """A line's group, its last value and what is written at its end."""
    last = [v for v in _path(scale, part, x, y)[1] if v is not None][-1]
    return g, last, written(last, percent) if number else ""


def _y_ends(
    frame: pd.DataFrame, columns: Sequence[str | None], zero: bool, percent: bool
) -> tuple[float, float]:
    given = [v for c in columns if c for v in numbers(frame[c]) if v is not None]
    low, high = min(given), max(given)
    if zero:
        low, high = min(0.0, low), max(0.0, high)
    if percent and zero and high > 0.8 and high <= 1:
        return low, 1.0
    span = (high - low) or 1.0
    return (low if zero and low == 0 else low - 0.06 * span), high + 0.06 * span
