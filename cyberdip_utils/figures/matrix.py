"""The matrix: rows by columns, with a sign or a number in each cell. See ``marks``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.figures.style import (
    FREE,
    LINE,
    NOTHING,
    SEQUENTIAL,
    SIZE,
    Room,
    alike,
    colour,
    compose,
    empty,
    header,
    missing,
    need,
    note,
    on,
    plain,
    row_label,
    text_width,
    tone,
    written,
)

KINDS = ("full", "part", "none", "unknown", "outside")
SIGNS = {"full": "●", "part": "○", "unknown": "–", "outside": "■"}
ROW = 18  # px
MOST = 20  # rows of a block that is not scrolled


@dataclass(frozen=True)
class Grid:
    """The cells of a matrix: by (row, column) the kind or number, the words for the pointer and the note beside it."""

    rows: list
    columns: list
    cells: dict[tuple, Any]
    hover: dict[tuple, str]
    notes: dict[tuple, str]
    colours: dict[Any, str]
    sections: dict[Any, Any]
    key: tuple[tuple[str, str, str], ...] = ()


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
    order: Sequence | None = None,
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
    order : sequence, optional
        Rows from top to bottom.

    Notes
    -----
    More than 20 rows stand in two or three blocks side by side where the card is wide enough; otherwise
    ``meta.tall`` says how high the picture would like to be.
    """
    need(frame, row, column, value, note, section)
    if frame.empty:
        return empty(NOTHING)
    if frame.duplicated([row, column]).any():
        twice = frame[frame.duplicated([row, column])].iloc[0]
        raise ValueError(
            f"two values for {twice[row]!r}, {twice[column]!r}: the matrix takes one row for each cell"
        )
    rows = [r for r in (order if order is not None else dict.fromkeys(frame[row])) if (frame[row] == r).any()]
    grid = _grid(frame, rows, (row, column, value, note, section), kinds, colours or {}, percent)
    if kinds is None:
        ends = [v for v in grid.cells.values() if not missing(v)]
        low, high = (
            (min(ends, default=0) if low is None else low),
            (max(ends, default=1) if high is None else high),
        )
    return compose(lambda room: drawn(grid, room, unit, (low, high) if kinds is None else None, percent))


def _grid(
    frame: pd.DataFrame, rows: list, names: tuple, kinds: Mapping | None, colours: Mapping, percent: bool
) -> Grid:
    row, column, value, note, section = names
    columns = list(dict.fromkeys(frame[column]))
    if kinds is not None:
        strange = [v for v in kinds.values() if v not in KINDS] + [
            v for v in frame[value].dropna().unique() if v not in kinds
        ]
        if strange:
            raise ValueError(f"{strange[0]!r} has no kind; kinds= gives each value one of {', '.join(KINDS)}")
    cells, hover, notes = {}, {}, {}
    for r, c, v, n in zip(
        frame[row], frame[column], frame[value], frame[note] if note else [""] * len(frame), strict=True
    ):
        cells[r, c] = (
            ("unknown" if missing(v) else kinds[v])
            if kinds is not None
            else (None if missing(v) else float(v))
        )
        said = ("not known" if missing(v) else plain(v)) if kinds is not None else written(v, percent)
        notes[r, c] = plain(n)
        hover[r, c] = f"<b>{plain(r, width=50)}</b><br>{plain(c)}: {said}" + (
            f", {plain(n)}" if plain(n) else ""
        )
    sections = dict(zip(frame[row], frame[section], strict=True)) if section else {}
    used = set(cells.values())
    key = [(SIGNS.get(k, "blank:"), str(v), k) for v, k in (kinds or {}).items() if k in used]
    return Grid(
        rows, columns, cells, hover, notes, {c: colours.get(c, "blue") for c in columns}, sections, tuple(key)
    )


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
    noted = max([text_width(n) for n in grid.notes.values() if n] or [0.0])
    wide = [text_width(f"<b>{h}</b>") + 6 for h in heads.values()]
    least = max(34.0, 2 * noted + 26 if noted else 0.0)
    roomy = max(least, min(max(wide), 54.0))
    fit = max(1, int((room.width + 24) // (110 + roomy * count + 24)))
    blocks = 1 if room.narrow else max(1, min(3, fit, math.ceil(len(grid.rows) / MOST)))
    each = (room.width - 24 * (blocks - 1)) / blocks
    cell = roomy if each - roomy * count >= min(wanted, 110) else max(least, (each - 100) / count)
    label = max(70.0, min(wanted, each - cell * count, 300))
    cell = min((each - label) / count, max(cell, 110.0) if blocks == 1 and not room.narrow else 1e9)
    pairs = {n: zip(wide, wide[n:], strict=False) for n in (1, 2, 3)}
    levels = next((n for n in (1, 2) if all((a + b) / 2 <= n * cell for a, b in pairs[n])), 3)
    return Plan(blocks, each + 24, label, cell, math.ceil(len(grid.rows) / blocks), levels)


def drawn(
    grid: Grid, room: Room, title: str, scale: tuple | None = None, percent: bool = False
) -> tuple[list[dict], dict]:
    """Traces and layout of a grid; x is in px of the room, so that a wider card stretches it."""
    heads = {c: plain(c, width=11) for c in grid.columns}
    plan = _plan(grid, room, heads)
    place = {r: (i // plan.length, i % plan.length) for i, r in enumerate(grid.rows)}
    traces = [_labels(grid, plan, place)]
    traces += _numbers(grid, plan, place, scale, percent) if scale else _signs(grid, plan, place)
    deep = LINE * max(h.count("<br>") + 1 for h in heads.values()) + LINE * (plan.levels - 1)
    key, top = header(title, _key(grid), room, lift=deep + 8)
    tall = plan.length * ROW + top + 6
    layout = {
        "margin": {"l": 0, "r": 0, "t": top, "b": 6},
        "xaxis": {"range": [0, room.width], "visible": False},
        "yaxis": {"range": [plan.length - 0.5, -0.5], "visible": False},
        "shapes": _rules(grid, plan, place),
        "annotations": [*key, *_heads(grid, plan, heads, room)],
        "barmode": "overlay",
        "meta": {"rows": len(grid.rows), **({"tall": round(tall)} if tall > room.height else {})},
    }
    return traces, layout


def _heads(grid: Grid, plan: Plan, heads: Mapping, room: Room) -> list[dict]:
    """Names above the columns of each block; on several levels where they are wider than their columns."""
    single = len(set(grid.colours.values())) == 1
    found = []
    for block in range(plan.blocks):
        for k, c in enumerate(grid.columns):
            text, x = f"<b>{heads[c]}</b>", plan.x(block, k)
            over = max(0.0, x + text_width(text) / 2 - min(room.width, (block + 1) * plan.pitch - 24))
            at = {"x": x, "xshift": -over, "y": 1, "yref": "paper", "yanchor": "bottom", "xanchor": "center"}
            shade = colour("ink") if single else tone(grid.colours[c])
            lift = 2 + LINE * (k % plan.levels)
            found.append(note(text, **at, yshift=lift) | {"font": {"size": SIZE, "color": shade}})
    return found


def _key(grid: Grid) -> list[tuple[str, str, str]]:
    """What the signs mean, in the hue of the columns if they share one."""
    hue = next(iter(grid.colours.values())) if len(set(grid.colours.values())) == 1 else "grey"
    shades = {"full": hue, "part": hue, "outside": "no data"}
    return [(sign, shades.get(kind, "soft"), plain(said)) for sign, said, kind in grid.key]


def _labels(grid: Grid, plan: Plan, place: Mapping) -> dict:
    """The rows' names, level with their cells, ending left of the first column."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [place[r][0] * plan.pitch + plan.label - 8 for r in grid.rows],
        "y": [place[r][1] for r in grid.rows],
        "text": [row_label(r, plan.label - 12, 1) for r in grid.rows],
        "textposition": "middle left",
        "textfont": {"size": SIZE, "color": colour("ink")},
        "customdata": [f"<b>{plain(r, width=50)}</b>" for r in grid.rows],
        "cliponaxis": False,
        **FREE,
    }


def _signs(grid: Grid, plan: Plan, place: Mapping) -> list[dict]:
    """One trace for each column and kind of sign, and one for the notes beside them."""
    traces, beside = [], {"x": [], "y": [], "text": []}
    for k, c in enumerate(grid.columns):
        for kind in KINDS:
            rows = [r for r in grid.rows if grid.cells.get((r, c)) == kind]
            if not rows:
                continue
            xs, ys = [plan.x(place[r][0], k) for r in rows], [place[r][1] for r in rows]
            look = {"mode": "markers", "marker": _sign(kind, grid.colours[c])}
            words = [grid.hover[r, c] for r in rows]
            traces.append({"type": "scatter", "x": xs, "y": ys, **look, "customdata": words, **FREE})
            if kind != "none":
                beside["x"] += [x + 8 for x in xs]
                beside["y"] += ys
                beside["text"] += [grid.notes[r, c] for r in rows]
    if any(beside["text"]):
        style = {"textposition": "middle right", "textfont": {"size": SIZE, "color": colour("soft")}}
        traces.append({"type": "scatter", "mode": "text", **beside, **style, "hoverinfo": "skip"})
    return traces


def _sign(kind: str, hue: str) -> dict:
    if kind == "full":
        return {"symbol": "circle", "size": 11, "color": colour(hue)}
    if kind == "part":
        return {
            "symbol": "circle",
            "size": 10,
            "color": colour("card"),
            "line": {"color": colour(hue), "width": 2.5},
        }
    if kind == "unknown":
        return {
            "symbol": "line-ew",
            "size": 6,
            "color": colour("soft"),
            "line": {"color": colour("soft"), "width": 2},
        }
    if kind == "outside":
        return {"symbol": "square", "size": 13, "color": colour("no data")}
    return {"symbol": "circle", "size": 11, "color": "rgba(0,0,0,0)"}


def _numbers(grid: Grid, plan: Plan, place: Mapping, scale: tuple, percent: bool) -> list[dict]:
    """Cells on five steps of the sequential scale, with their numbers."""
    low, high = scale
    said = dict(zip(grid.cells, alike(list(grid.cells.values()), percent), strict=True))
    at = {
        (r, c): (plan.x(place[r][0], k), place[r][1]) for k, c in enumerate(grid.columns) for r in grid.rows
    }
    boxes: dict[str, list] = {name: [] for name in SEQUENTIAL}
    for cell, value in grid.cells.items():
        if value is not None and cell in at:
            step = min(4, max(0, int(5 * (value - low) / ((high - low) or 1.0))))
            boxes[SEQUENTIAL[step]].append(cell)
    traces = []
    for name, cells in boxes.items():
        box = {"x": [plan.cell - 1] * len(cells), "base": [at[c][0] - plan.cell / 2 + 0.5 for c in cells]}
        box |= {
            "y": [at[c][1] for c in cells],
            "width": [0.94] * len(cells),
            "marker": {"color": colour(name)},
        }
        hover = [grid.hover[c] for c in cells]
        if cells:
            traces.append({"type": "bar", "orientation": "h", **box, "customdata": hover, **FREE})
    shades = {cell: on(name) for name, cells in boxes.items() for cell in cells}
    shown = [c for c in grid.cells if c in at]
    text = {
        "x": [at[c][0] for c in shown],
        "y": [at[c][1] for c in shown],
        "text": ["–" if grid.cells[c] is None else said[c] for c in shown],
        "textfont": {"size": SIZE, "color": [shades.get(c, colour("soft")) for c in shown]},
    }
    return [*traces, {"type": "scatter", "mode": "text", **text, "hoverinfo": "skip"}]


def _rules(grid: Grid, plan: Plan, place: Mapping) -> list[dict]:
    """A rule where the section changes, in each block."""
    shapes, wide = [], plan.label + plan.cell * len(grid.columns)
    for before, r in zip(grid.rows, grid.rows[1:], strict=False):
        block, y = place[r]
        if grid.sections and y and grid.sections[before] != grid.sections[r]:
            ends = {"x0": block * plan.pitch, "x1": block * plan.pitch + wide, "y0": y - 0.5, "y1": y - 0.5}
            line = {"color": colour("edge"), "width": 1}
            shapes.append({"type": "line", **ends, "line": line, "layer": "below"})
    return shapes
