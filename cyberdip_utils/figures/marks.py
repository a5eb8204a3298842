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
from cyberdip_utils.figures import style
from cyberdip_utils.figures.matrix import matrix
from cyberdip_utils.figures.rows import bars, dots, dumbbell
from cyberdip_utils.figures.style import Group, Room, colour, compose, empty, need, plain, text_width, written

__all__ = ["bars", "columns", "dots", "dumbbell", "histogram", "lines", "matrix", "stack"]

BINS = 20  # columns of a histogram
End = tuple[Group, float, str]  # what stands at the right end: a group, at which height, its last number


# ---------------------------------------------------------------- upright pictures


@dataclass(frozen=True)
class Scale:
    """An upright picture's x: numbers to draw at, and what stands under them."""

    kind: str  # year, number, name
    at: dict[Any, float]

    @classmethod
    def of(cls, column: Iterable) -> Scale:
        """The scale of a column: whole years, dates (as years), numbers, or names in order of appearance."""
        given = list(dict.fromkeys(v for v in column if not style.missing(v) and v is not pd.NaT))
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

    def axis(self, ends: tuple[float, float], pixels: float) -> dict:
        """The axis between two ends over so many pixels."""
        pitch = pixels / (ends[1] - ends[0])
        if self.kind == "year":
            low, high = min(self.at.values()), max(self.at.values())
            at = style.year_ticks(math.ceil(low - 0.01), math.floor(high + 0.01), pitch)
            said = [str(v) for v in at]
        elif self.kind == "name":
            at, wide = list(self.at.values()), max(6, int(pitch / 7.6))
            said = [plain(v, width=wide) for v in self.at]
        else:
            at, said = style.ticks(*ends, most=max(2, min(6, int(pixels / 70))))
        return {"range": list(ends), "tickvals": at, "ticktext": said, "showline": True}


def _decimal_year(day: Any) -> float:
    first = pd.Timestamp(day.year, 1, 1)
    return day.year + (pd.Timestamp(day) - first).days / 365.25


def _said(value: Any) -> str:
    """A place on the x axis in words."""
    return words.day(value) if hasattr(value, "year") else str(value)


def end_text(group: Group, said: str, width: int = 19) -> str:
    """A group's name, bold and broken, with its number on the last line."""
    number = plain(said)
    *lines, last = plain(group.name, width=width).split("<br>")
    if len(f"{last} {number}") > width and " " in last:
        first, last = last.rsplit(" ", 1)
        lines.append(first)
    return "<br>".join([*(f"<b>{line}</b>" for line in lines), f"<b>{last}</b> {number}".rstrip()])


@dataclass(frozen=True)
class Upright:
    """A picture whose values go up: its ends, the names at its right end (above on a phone), rules, tops of its marks."""

    scale: Scale
    x_ends: tuple[float, float]
    y_ends: tuple[float, float]
    title: str
    percent: bool = False
    rules: Sequence[Mapping] = ()
    tops: Sequence[tuple[float, float]] = ()
    names: Sequence[End] = ()
    across: str = ""  # what the level axis measures

    def layout(self, room: Room) -> dict:
        at, said = style.ticks(*self.y_ends, self.percent)
        left = max([text_width(t) for t in said], default=10) + 9
        beside = [] if room.narrow else self.names
        right = max([text_width(end_text(g, said)) for g, _, said in beside], default=6) + 14
        keyed = [g for g, _, _ in self.names] if room.narrow else []
        above, top = style.header(self.title, style.chips(keyed), room, left)
        across = room.width - left - right
        axis = self.scale.axis(self.x_ends, across)
        bottom = 8 + style.LINE * max([t.count("<br>") + 1 for t in axis["ticktext"]], default=1)
        pixels = room.height - top - bottom
        per = (self.x_ends[1] - self.x_ends[0]) / across
        shapes, on_rules, taken = style.rule_marks(self.rules, room, self.scale.place, self.x_ends[0], per)
        ends = (self.y_ends[0], self._high(taken, pixels))
        below, deep = style.under(self.across, room)
        return {
            "margin": {"l": left, "r": right, "t": top, "b": bottom + deep},
            "xaxis": axis,
            "yaxis": {"range": list(ends), "tickvals": at, "ticktext": said, "showgrid": True},
            "annotations": [*above, *on_rules, *self._at_end(beside, ends, pixels), *below],
            "shapes": shapes,
        }

    def _high(self, taken: Sequence[tuple], pixels: float) -> float:
        """The upper end of the values, raised until no mark is under the words of a rule."""
        low, high = self.y_ends
        for a, b, down in taken:
            most = max([y for x, y in self.tops if a <= x <= b], default=low)
            high = max(high, low + (most - low) / max(0.3, 1 - (down + 20) / pixels))
        return high

    def _at_end(self, names: Sequence[End], ends: tuple[float, float], pixels: float) -> list[dict]:
        """Names with numbers at the right end, moved apart so that none touches another in a plot so many px high."""
        said = [end_text(g, number) for g, _, number in names]
        per = (ends[1] - ends[0]) / pixels
        sizes = [(style.LINE * (t.count("<br>") + 1) + 3) * per for t in said]
        at = style.apart(
            [value for _, value, _ in names], sizes, ends[0], ends[1] + 0.05 * (ends[1] - ends[0])
        )
        side = {"x": self.x_ends[1], "xanchor": "left", "align": "left", "xshift": 8, "yanchor": "middle"}
        tones = [g.tone for g, _, _ in names]
        return [style.note(text, shade, y=y, **side) for text, y, shade in zip(said, at, tones, strict=True)]


# ---------------------------------------------------------------- columns


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
    frame, found = style.value_groups(frame, values, names, colours, rest)
    return _columns(frame, x, found, unit, percent, totals, rules)


def columns(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    behind: str | None = None,
    names: Mapping | Sequence[str] | None = None,
    unit: str = "",
    rules: Sequence[Mapping] = (),
    totals: bool = True,
) -> go.Figure:
    """Columns of one amount by year or category, with a grey series ``behind`` of which it is a part.

    See :func:`stack` for the parameters; ``names`` names ``y`` and ``behind``; totals are those of ``behind``.
    """
    if behind is None:
        return stack(frame, x, y, names=names, unit=unit, rules=rules, totals=totals)
    need(frame, x, y, behind)
    if (frame[y] > frame[behind]).any():
        raise ValueError(f"{behind!r} must be at least {y!r} in every row: it stands behind it")
    found = style.groups([y, behind], names, ["blue", "grey"])
    return _columns(frame, x, found, unit, False, totals, rules, overlay=True)


def _columns(
    frame: pd.DataFrame,
    x: str,
    found: list[Group],
    unit: str,
    percent: bool,
    totals: bool,
    rules: Sequence[Mapping],
    overlay: bool = False,
) -> go.Figure:
    """Columns of the groups, each on the one before it or, with ``overlay``, each before the next."""
    frame = frame[frame[x].notna()]
    if frame.empty or frame[[g.key for g in found]].isna().all(axis=None):
        return empty(style.NOTHING)
    scale = Scale.of(frame[x])
    at = [scale.place(v) for v in frame[x]]
    amounts = {g.key: style.numbers(frame[g.key]) for g in found}
    together = max if overlay else sum
    sums = [together(v or 0.0 for v in row) for row in zip(*amounts.values(), strict=True)]
    traces = [_column(g, frame[x], at, amounts[g.key], percent, unit, len(found) > 1) for g in found]
    places = sorted(set(at))
    step = min([b - a for a, b in zip(places, places[1:], strict=False)], default=1.0)
    whole = percent and 0.9 < max(sums) <= 1.0001
    high = 1.0 if whole else max(sums) * (1.1 if totals else 1.04) or 1.0
    names = _segments_at_end(found, amounts, at.index(places[-1]), percent, overlay) if len(found) > 1 else []
    x_ends = (places[0] - 0.6 * step, places[-1] + 0.6 * step)
    tops = list(zip(at, sums, strict=True))
    picture = Upright(scale, x_ends, (0.0, high), unit, percent, rules, tops, names)

    def draw(room: Room) -> tuple[list[dict], dict]:
        layout = picture.layout(room) | {"barmode": "overlay" if overlay else "stack"}
        above = [_totals(room, layout, tops, percent)] if totals and not whole else []
        return (traces[::-1] if overlay else traces) + above, layout

    return compose(draw)


def _column(
    g: Group, column: pd.Series, at: list, amounts: list, percent: bool, unit: str, named: bool
) -> dict:
    name = f"{g.said}: " if named else ""
    pairs = zip(column, amounts, strict=True)
    said = [style.hover(_said(v), f"{name}{written(n, percent, plain(unit))}") for v, n in pairs]
    look = {"name": g.said, "marker": {"color": g.light, "line": style.SEAM}}
    return {"type": "bar", "x": at, "y": amounts, **look, "customdata": said, **style.FREE}


def _segments_at_end(
    found: list[Group], amounts: Mapping, last: int, percent: bool, overlay: bool
) -> list[End]:
    """The groups at the middle of what is seen of them in the last column, with their amounts there."""
    names, base = [], 0.0
    for g in found:
        value = amounts[g.key][last]
        high = (value or 0.0) + (0.0 if overlay else base)
        names.append((g, (base + high) / 2, written(value, percent)))
        base = high
    return names


def _totals(room: Room, layout: Mapping, tops: Sequence[tuple[float, float]], percent: bool) -> dict:
    """Numbers above columns: the highest first, beside rules, none over another or over a column."""
    margin, (low, high) = layout["margin"], layout["xaxis"]["range"]
    pitch = (room.width - margin["l"] - margin["r"]) / (high - low)
    rise = (room.height - margin["t"] - margin["b"]) / layout["yaxis"]["range"][1]
    lines = [shape["x0"] for shape in layout["shapes"]]
    said = [written(y, percent) for _, y in tops]
    halves = [text_width(t) / 2 + 2 for t in said]
    shifts = [_aside(x, half, lines, pitch) for (x, _), half in zip(tops, halves, strict=True)]
    chosen: list[int] = []

    def free(i: int, j: int) -> bool:
        away = abs(tops[i][0] * pitch + shifts[i] - tops[j][0] * pitch - (shifts[j] if j in chosen else 0))
        above = (tops[j][1] - tops[i][1]) * rise
        if j in chosen and away < halves[i] + halves[j] and abs(above) < style.LINE:
            return False
        return away >= halves[i] + 0.37 * pitch or above <= 2

    for i in sorted(range(len(tops)), key=lambda i: (-tops[i][1], tops[i][0])):
        if all(free(i, j) for j in range(len(tops)) if j != i):
            chosen.append(i)
    chosen.sort()
    x, y = [tops[i][0] + shifts[i] / pitch for i in chosen], [tops[i][1] for i in chosen]
    return style.texts(
        x, y, [said[i] for i in chosen], style.SOFT, textposition="top center", cliponaxis=False
    )


def _aside(x: float, half: float, lines: Sequence[float], pitch: float) -> float:
    """How many px a number moves so that no rule crosses it."""
    for line in lines:
        away = (x - line) * pitch
        if abs(away) < half + 2:
            return (half + 2 - abs(away)) * (-1 if away < 0 else 1)
    return 0.0


def histogram(
    frame: pd.DataFrame,
    value: str,
    *,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    title: str = "",
    rules: Sequence[Mapping] = (),
) -> go.Figure:
    """How many rows lie in each of 20 equal parts of a column; missing values are left out.

    ``title`` says what is counted (top left), ``unit`` what the axis measures.
    """
    need(frame, value)
    given = [v for v in style.numbers(frame[value]) if v is not None]
    if not given:
        return empty(style.NOTHING)
    low, high = min(given) if low is None else low, max(given) if high is None else high
    width = (high - low) / BINS or 1.0
    counts = [0] * BINS
    for v in given:
        if low <= v <= high:
            counts[min(BINS - 1, int((v - low) / width))] += 1
    edges = [written(low + k * width) for k in range(BINS + 1)]
    at = [low + (k + 0.5) * width for k in range(BINS)]
    between = zip(edges, edges[1:], counts, strict=False)
    said = [f"{a} to {b} {plain(unit)}<br><b>{n:,}</b>" for a, b, n in between]
    look = {
        "width": [width] * BINS,
        "marker": {"color": colour("blue"), "line": style.SEAM},
        "customdata": said,
    }
    trace = {"type": "bar", "x": at, "y": counts, **look, **style.FREE}
    ends, tops = (0.0, max(counts) * 1.06 or 1.0), list(zip(at, counts, strict=True))
    picture = Upright(Scale("number", {}), (low, high), ends, title, rules=rules, tops=tops, across=unit)

    def draw(room: Room) -> tuple[list[dict], dict]:
        layout = picture.layout(room)
        place, shown = style.ticks(low, high, most=4 if room.narrow else 6)
        layout["xaxis"] |= {"tickvals": place, "ticktext": shown}
        return [trace], layout

    return compose(draw)


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
    colours: Mapping | None = None,
    step: bool = False,
    unit: str = "",
    across: str = "",
    percent: bool = False,
    rules: Sequence[Mapping] = (),
    dash: Sequence = (),
) -> go.Figure:
    """Lines with bands on an axis from 0; the name stands at the right end of each.

    Parameters
    ----------
    x, y, group, low, high : str
        Columns. A missing ``y`` leaves a gap.
    lit : sequence
        Groups that stand in a hue (four at most); all others are thin and grey. None: every group is lit.
    colours : mapping, optional
        House colours of the lit groups.
    step : bool
        Steps in place of slopes (cumulative shares, prices that hold until they change).
    unit, across : str
        What y is (top left) and, if it is not plain, what x is (under the axis).
    percent : bool
        y is a share from 0 to 1.
    dash : sequence
        Groups that are planned, partial or modelled.
    """
    need(frame, x, y, group, low, high)
    frame = frame[frame[x].notna()]
    if frame.empty or frame[y].isna().all():
        return empty(style.NOTHING)
    scale = Scale.of(frame[x])
    frame = frame.assign(_at=[scale.place(v) for v in frame[x]])
    parts = _by_group(frame, group)
    alone, quiet = _lit(list(parts), lit)
    found = style.groups(alone, {None: unit or y}, colours)
    traces = [_thin({k: parts[k] for k in quiet}, x, y, step, percent)] if quiet else []
    if low and high:
        traces += [_band(parts[g.key], low, high, g, step) for g in found]
    traces += [_line(parts[g.key], x, y, g, step, percent, g.key in dash) for g in found]
    names = _line_ends([(g, parts[g.key][y]) for g in found if group is not None], percent)
    if quiet:
        more = Group(None, f"{len(quiet)} more", "grey")
        names += [(g, last, "") for g, last, _ in _line_ends([(more, parts[quiet[-1]][y])], percent)]
    start, highs = frame["_at"].min(), style.numbers(frame[high or y])
    tops = [(at, value) for at, value in zip(frame["_at"], highs, strict=True) if value is not None]
    values = [v for c in (y, low, high) if c for v in style.numbers(frame[c])]
    ends = (start, max(frame["_at"].max(), start + 1e-9)), style.value_ends(values, 0.06, percent)
    picture = Upright(scale, *ends, unit, percent, rules, tops, names, across)
    return compose(lambda room: (list(traces), picture.layout(room)))


def _by_group(frame: pd.DataFrame, group: str | None) -> dict[Any, pd.DataFrame]:
    """The rows of each group, the first that appears first, in the order of their places."""
    parts = {None: frame} if group is None else dict(list(frame.groupby(group, sort=False, observed=True)))
    return {key: part.sort_values("_at", kind="stable") for key, part in parts.items()}


def _lit(keys: list, lit: Sequence) -> tuple[list, list]:
    """Groups in hues and groups in grey."""
    if len(lit or keys) > 4:
        raise ValueError(
            f"{len(lit or keys)} groups lit, but four hues are the limit: name those to light up with lit="
        )
    return ([k for k in lit if k in keys], [k for k in keys if k not in lit]) if lit else (keys, [])


def _line(part: pd.DataFrame, x: str, y: str, g: Group, step: bool, percent: bool, dashed: bool) -> dict:
    name, values = g.said if g.key is not None else "", style.numbers(part[y])
    said = [style.hover(_said(a), name, written(v, percent)) for a, v in zip(part[x], values, strict=True)]
    look = {"mode": "lines"}
    if len(part) <= 15 and not step:
        look = {"mode": "lines+markers", "marker": {"size": 6, "color": g.light}}
    line = {"color": g.light, "width": 2.5, "shape": "hv" if step else "linear"}
    look |= {"name": g.said, "line": {**line, "dash": "dash" if dashed else "solid"}}
    return {
        "type": "scatter",
        "x": part["_at"].tolist(),
        "y": values,
        **look,
        "customdata": said,
        **style.FREE,
    }


def _thin(parts: Mapping, x: str, y: str, step: bool, percent: bool) -> dict:
    """All lines that are not lit, in one trace with gaps between them."""
    xs, ys, said = [], [], []
    for key, part in parts.items():
        values = style.numbers(part[y])
        pairs = zip(part[x], values, strict=True)
        said += [style.hover(_said(a), plain(key), written(v, percent)) for a, v in pairs] + [""]
        xs, ys = [*xs, *part["_at"], None], [*ys, *values, None]
    line = {"color": colour("grey"), "width": 1.2, "shape": "hv" if step else "linear"}
    look = {"mode": "lines", "line": line, "opacity": 0.5 if len(parts) > 8 else 1}
    return {"type": "scatter", "x": xs, "y": ys, **look, "customdata": said, **style.FREE}


def _band(part: pd.DataFrame, low: str, high: str, g: Group, step: bool) -> dict:
    xs, ups, downs = [], [], []
    for at, a, b in zip(part["_at"], style.numbers(part[low]), style.numbers(part[high]), strict=True):
        if a is None or b is None:
            continue
        if step and xs:
            xs.append(at), ups.append(ups[-1]), downs.append(downs[-1])
        xs.append(at), ups.append(b), downs.append(a)
    look = {"fill": "toself", "fillcolor": style.faded(g.colour), "line": {"width": 0}, "mode": "lines"}
    around = {"x": xs + xs[::-1], "y": ups + downs[::-1]}
    return {"type": "scatter", **around, "name": g.said, **look, "hoverinfo": "skip"}


def _line_ends(columns: Iterable[tuple[Group, pd.Series]], percent: bool) -> list[End]:
    """Each line's group with its last value, and that in words."""
    lasts = [(g, next((v for v in style.numbers(c)[::-1] if v is not None), None)) for g, c in columns]
    return [(g, last, written(last, percent)) for g, last in lasts if last is not None]
