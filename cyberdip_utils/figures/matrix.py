"""The matrix: rows by columns, with a sign or a number in each cell. See ``marks``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.figures import style
from cyberdip_utils.figures.style import Room, colour, compose, empty, need, plain, text_width, written

KINDS = ("full", "part", "none", "unknown", "outside")
SIGNS = {"full": "●", "part": "○", "unknown": "–", "outside": "■"}
ROW = 18  # px
MOST = 20  # rows of a block that is not scrolled


@dataclass(frozen=True)
class Cell:
    """One cell: its kind or number, what the pointer reads, a short note beside the sign."""

    value: Any
    hover: str
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """The cells of a matrix by (row, column), the colour of each column, the section of each row, the key of signs."""

    rows: list
    columns: list
    cells: dict[tuple, Cell]
    colours: dict[Any, str]
    sections: dict[Any, Any] = field(default_factory=dict)
    key: tuple[tuple[str, str, str], ...] = ()  # sign, words, kind

    def hue(self) -> str | None:
        """The colour that all columns share, if they do."""
        shades = set(self.colours.values())
        return shades.pop() if len(shades) == 1 else None


def matrix(
    frame: pd.DataFrame,
    row: str,
    column: str,
    value: str,
    *,
    kinds: Mapping[Any, str] | None = None,
    note: str | None = None,
    section: str | None = None,
    colours: Mapping[Any, str] | None = None,
    percent: bool = False,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
) -> go.Figure:
    """Rows by columns: filled in, ring in part, nothing for no, a short line for not known, grey for outside; or numbers.

    Parameters
    ----------
    frame : DataFrame
        One row for each cell; a cell without a row is empty.
    row, column, value : str
        Columns.
    kinds : mapping, optional
        Each value to ``full``, ``part``, ``none``, ``unknown`` or ``outside``. Without it values are numbers, on five
        steps from ``low`` to ``high``; a missing one has a short line.
    note : str, optional
        Column of short texts beside the sign, such as the year.
    section : str, optional
        Column whose change from row to row draws a rule.
    colours : mapping, optional
        House colour of each column (blue by default).

    Notes
    -----
    More than 20 rows stand in two or three blocks side by side where the card is wide enough; otherwise
    ``meta.tall`` says how high the picture would like to be.
    """
    need(frame, row, column, value, note, section)
    if frame.empty:
        return empty(style.NOTHING)
    if frame.duplicated([row, column]).any():
        twice = frame[frame.duplicated([row, column])].iloc[0]
        raise ValueError(
            f"two values for {twice[row]!r}, {twice[column]!r}: the matrix takes one row for each cell"
        )
    columns = {c: (colours or {}).get(c, "blue") for c in frame[column]}
    rows, sections = list(dict.fromkeys(frame[row])), {}
    if section:
        sections = dict(zip(frame[row], frame[section], strict=True))
    cells = _cells(frame, (row, column, value, note), kinds, percent)
    used = {cell.value for cell in cells.values()}
    key = tuple((SIGNS.get(k, "blank:"), str(v), k) for v, k in (kinds or {}).items() if k in used)
    grid, ends = Grid(rows, list(columns), cells, columns, sections, key), None
    if kinds is None:
        there = [cell.value for cell in cells.values() if cell.value is not None]
        ends = (
            min(there, default=0) if low is None else low,
            max(there, default=1) if high is None else high,
        )
    return compose(lambda room: drawn(grid, room, unit, ends, percent))


def _cells(frame: pd.DataFrame, names: tuple, kinds: Mapping | None, percent: bool) -> dict[tuple, Cell]:
    row, column, value, note = names
    strange = [v for v in (kinds or {}).values() if v not in KINDS]
    strange += [v for v in frame[value].dropna().unique() if kinds is not None and v not in kinds]
    if strange:
        raise ValueError(f"{strange[0]!r} has no kind; kinds= gives each value one of {', '.join(KINDS)}")
    notes = frame[note] if note else [""] * len(frame)
    cells = {}
    for r, c, v, n in zip(frame[row], frame[column], frame[value], notes, strict=True):
        if kinds is None:
            found, said = None if style.missing(v) else float(v), written(v, percent)
        elif style.missing(v):
            found, said = "unknown", "not known"
        else:
            found, said = kinds[v], plain(v)
        beside = f", {plain(n)}" if plain(n) else ""
        cells[r, c] = Cell(found, style.hover(r, f"{plain(c)}: {said}{beside}"), plain(n))
    return cells


# ---------------------------------------------------------------- drawing


@dataclass(frozen=True)
class Plan:
    """Where a grid stands in a room, in px: blocks side by side, their pitch, the width of labels and of cells."""

    blocks: int
    pitch: float
    label: float
    cell: float
    length: int
    levels: int

    def x(self, block: int, column: int) -> float:
        return block * self.pitch + self.label + (column + 0.5) * self.cell


def _plan(grid: Grid, room: Room, heads: Mapping) -> Plan:
    """As few blocks as keep each to 20 rows, as many as fit; heads that are wider than cells stand on several levels."""
    count, wanted = len(grid.columns), max(text_width(plain(r)) for r in grid.rows) + 14
    noted = max([text_width(cell.note) for cell in grid.cells.values() if cell.note] or [0.0])
    wide = [text_width(f"<b>{h}</b>") + 6 for h in heads.values()]
    least = max(34.0, 2 * noted + 26 if noted else 0.0)
    roomy = max(least, min(max(wide), 54.0))
    fit = max(1, int((room.width + 24) // (110 + roomy * count + 24)))
    blocks = 1 if room.narrow else max(1, min(3, fit, math.ceil(len(grid.rows) / MOST)))
    each = (room.width - 24 * (blocks - 1)) / blocks
    cell = roomy if each - roomy * count >= min(wanted, 110) else max(least, (each - 100) / count)
    label = max(70.0, min(wanted, each - cell * count, 300))
    cell = min((each - label) / count, max(cell, 110.0) if blocks == 1 and not room.narrow else 1e9)
    pairs = {n: zip(wide, wide[n:], strict=False) for n in (1, 2)}
    levels = next((n for n in (1, 2) if all((a + b) / 2 <= n * cell for a, b in pairs[n])), 3)
    return Plan(blocks, each + 24, label, cell, math.ceil(len(grid.rows) / blocks), levels)


def drawn(
    grid: Grid, room: Room, title: str, scale: tuple | None = None, percent: bool = False
) -> tuple[list[dict], dict]:
    """Traces and layout of a grid; x is in px of the room, so that a wider card stretches it."""
    heads = {c: plain(c, width=11) for c in grid.columns}
    plan = _plan(grid, room, heads)
    place = {r: (i // plan.length, i % plan.length) for i, r in enumerate(grid.rows)}
    at = {(r, c): (plan.x(b, k), y) for k, c in enumerate(grid.columns) for r, (b, y) in place.items()}
    traces = [_labels(grid, plan, place)]
    traces += _numbers(grid, plan, at, scale, percent) if scale else _signs(grid, at)
    deep = style.LINE * max(h.count("<br>") + 1 for h in heads.values()) + style.LINE * (plan.levels - 1)
    shades = {"full": grid.hue() or "grey", "part": grid.hue() or "grey", "outside": "no data"}
    items = [(sign, shades.get(kind, "soft"), plain(said)) for sign, said, kind in grid.key]
    key, top = style.header(title, items, room, lift=deep + 8)
    layout = {
        "margin": {"l": 0, "r": 0, "t": top, "b": 6},
        "xaxis": {"range": [0, room.width], "visible": False},
        "yaxis": {"range": [plan.length - 0.5, -0.5], "visible": False},
        "shapes": _rules(grid, plan, place),
        "annotations": [*key, *_heads(grid, plan, heads, room)],
        "barmode": "overlay",
        "meta": style.measures(len(grid.rows), room, plan.length * ROW + top + 6),
    }
    return traces, layout


def _heads(grid: Grid, plan: Plan, heads: Mapping, room: Room) -> list[dict]:
    """Names above the columns of each block; on several levels where they are wider than their columns."""
    found = []
    for block in range(plan.blocks):
        for k, c in enumerate(grid.columns):
            text, x = f"<b>{heads[c]}</b>", plan.x(block, k)
            over = max(0.0, x + text_width(text) / 2 - min(room.width, (block + 1) * plan.pitch - 24))
            at = {"x": x, "xshift": -over, **style.ABOVE, "xanchor": "center"}
            shade = style.INK if grid.hue() else style.tone(grid.colours[c])
            found.append(style.note(text, shade, **at, yshift=2 + style.LINE * (k % plan.levels)))
    return found


def _labels(grid: Grid, plan: Plan, place: Mapping) -> dict:
    """The rows' names, level with their cells, ending left of the first column."""
    x = [place[r][0] * plan.pitch + plan.label - 8 for r in grid.rows]
    said = [style.row_label(r, plan.label - 12, 1) for r in grid.rows]
    trace = style.texts(
        x, [place[r][1] for r in grid.rows], said, textposition="middle left", cliponaxis=False
    )
    del trace["hoverinfo"]  # the pointer reads the whole name
    return {**trace, "customdata": [style.hover(r) for r in grid.rows], **style.FREE}


def _signs(grid: Grid, at: Mapping) -> list[dict]:
    """One trace for each column and kind of sign, and one for the notes beside them."""
    traces, noted = [], []
    for c in grid.columns:
        for kind in KINDS:
            here = [(r, c) for r in grid.rows if (r, c) in grid.cells and grid.cells[r, c].value == kind]
            if here:
                (xs, ys), said = zip(*(at[p] for p in here), strict=True), [grid.cells[p].hover for p in here]
                traces.append(style.points(list(xs), list(ys), _sign(kind, grid.colours[c]), said))
            noted += here if kind != "none" else []
    notes = [grid.cells[p].note for p in noted]
    if any(notes):
        x, y = [at[p][0] + 8 for p in noted], [at[p][1] for p in noted]
        traces.append(style.texts(x, y, notes, style.SOFT, textposition="middle right"))
    return traces


def _sign(kind: str, hue: str) -> dict:
    """The marker of a kind of cell; *none* is there for the pointer only."""
    ring, bar = {"color": colour(hue), "width": 2.5}, {"color": style.SOFT, "width": 2}
    return {
        "full": {"symbol": "circle", "size": 11, "color": colour(hue)},
        "part": {"symbol": "circle", "size": 10, "color": colour("card"), "line": ring},
        "unknown": {"symbol": "line-ew", "size": 6, "color": style.SOFT, "line": bar},
        "outside": {"symbol": "square", "size": 13, "color": colour("no data")},
        "none": {"symbol": "circle", "size": 11, "color": "rgba(0,0,0,0)"},
    }[kind]


def _numbers(grid: Grid, plan: Plan, at: Mapping, scale: tuple, percent: bool) -> list[dict]:
    """Cells on five steps of the sequential scale, with their numbers."""
    low, high = scale
    values = {p: cell.value for p, cell in grid.cells.items()}
    steps = {
        p: style.SEQUENTIAL[min(4, max(0, int(5 * (v - low) / ((high - low) or 1.0))))]
        for p, v in values.items()
        if v is not None
    }
    traces = []
    for name in style.SEQUENTIAL:
        here = [p for p, step in steps.items() if step == name]
        base = [at[p][0] - plan.cell / 2 + 0.5 for p in here]
        wide, y, said = (
            [plan.cell - 1] * len(here),
            [at[p][1] for p in here],
            [grid.cells[p].hover for p in here],
        )
        if here:
            traces.append(style.level_bars(wide, y, 0.94, {"color": colour(name)}, said, base=base))
    numbers = style.alike(list(values.values()), percent)
    said = ["–" if v is None else n for v, n in zip(values.values(), numbers, strict=True)]
    shades = [style.on(steps[p]) if p in steps else style.SOFT for p in values]
    return [*traces, style.texts([at[p][0] for p in values], [at[p][1] for p in values], said, shades)]


def _rules(grid: Grid, plan: Plan, place: Mapping) -> list[dict]:
    """A rule where the section changes, in each block."""
    shapes, wide = [], plan.label + plan.cell * len(grid.columns)
    for before, r in zip(grid.rows, grid.rows[1:], strict=False):
        block, y = place[r]
        if grid.sections and y and grid.sections[before] != grid.sections[r]:
            start = block * plan.pitch
            shapes.append(style.level_rule(y - 0.5, start, start + wide, "edge"))
    return shapes
