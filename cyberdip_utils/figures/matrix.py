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
    colour,
    compose,
    empty,
    flow,
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
ROW = 20  # px
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


def _blocks(grid: Grid, room: Room, cell: float, label: float) -> int:
    """How many blocks side by side: as few as keep a block to 20 rows, as many as fit."""
    fit = max(1, int((room.width + 24) // (label + cell * len(grid.columns) + 24)))
    return 1 if room.narrow else max(1, min(3, fit, math.ceil(len(grid.rows) / MOST)))


def drawn(grid: Grid, room: Room, title: str, scale: tuple | None, percent: bool) -> tuple[list[dict], dict]:
    """Traces and layout of a grid; x is in px of the room, so that a wider card stretches it."""
    few = len(grid.rows) > MOST and not room.narrow
    most = 110 if room.narrow else 150 if few else 240
    labels = {r: row_label(r, most, 1) for r in grid.rows}
    label = max(text_width(t) for t in labels.values()) + 12
    heads = {c: plain(c, width=10 if few or room.narrow else 14) for c in grid.columns}
    noted = max([text_width(n) for n in grid.notes.values() if n] or [0.0])
    cell = max(
        34.0, *(text_width(f"<b>{h}</b>") + 8 for h in heads.values()), noted * 2 + 24 if noted else 0.0
    )
    blocks = _blocks(grid, room, cell, label)
    each = (room.width - 24 * (blocks - 1)) / blocks
    cell = (
        min(max(cell, (each - label) / len(grid.columns)), max(cell, 110.0))
        if not room.narrow
        else (each - label) / len(grid.columns)
    )
    length = math.ceil(len(grid.rows) / blocks)
    x_of = {c: label + (k + 0.5) * cell for k, c in enumerate(grid.columns)}
    place = {r: ((i // length) * (each + 24), i % length) for i, r in enumerate(grid.rows)}
    traces = [_labels(grid, labels, place, label)]
    traces += _numbers(grid, place, x_of, scale, percent, cell) if scale else _signs(grid, place, x_of)
    key, above = _key(grid, room, title)
    deep = max(h.count("<br>") + 1 for h in heads.values())
    top = above + LINE * deep + 6
    at = {"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 2, "xanchor": "center"}
    single = len(set(grid.colours.values())) == 1
    shade = {c: colour("ink") if single else tone(hue) for c, hue in grid.colours.items()}
    names = [
        note(f"<b>{heads[c]}</b>", x=b * (each + 24) + x_of[c], **at)
        | {"font": {"size": SIZE, "color": shade[c]}}
        for b in range(blocks)
        for c in grid.columns
    ]
    for text in key:
        text["yshift"] = LINE * deep + 10
    tall = length * ROW + top + 6
    layout = {
        "margin": {"l": 0, "r": 0, "t": top, "b": 6},
        "xaxis": {"range": [0, room.width], "visible": False},
        "yaxis": {"range": [length - 0.5, -0.5], "visible": False},
        "shapes": _rules(grid, place, label + cell * len(grid.columns)),
        "annotations": [*key, *names],
        "meta": {"rows": len(grid.rows), **({"tall": round(tall)} if tall > 400 else {})},
    }
    return traces, layout


def _key(grid: Grid, room: Room, title: str) -> tuple[list[dict], int]:
    """Title and key of the signs in one flowing text, and its height in px."""
    hue = next(iter(grid.colours.values())) if len(set(grid.colours.values())) == 1 else "grey"
    shades = {"full": hue, "part": hue, "outside": "no data"}
    items = [(sign, shades.get(kind, "soft"), said) for sign, said, kind in grid.key]
    text, lines = flow(items, room.width - 4) if items else ("", 0)
    if title:
        text, lines = f"{plain(title)}<br>{text}" if text else plain(title), lines + 1
    at = {
        "x": 0,
        "xref": "paper",
        "xanchor": "left",
        "y": 1,
        "yref": "paper",
        "yanchor": "bottom",
        "align": "left",
    }
    return [note(text, **at)] if text else [], LINE * lines + (6 if lines else 0)


def _labels(grid: Grid, labels: Mapping, place: Mapping, label: float) -> dict:
    """The rows' names, level with their cells, ending left of the first column."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [place[r][0] + label - 10 for r in grid.rows],
        "y": [place[r][1] for r in grid.rows],
        "text": [labels[r] for r in grid.rows],
        "textposition": "middle left",
        "textfont": {"size": SIZE, "color": colour("ink")},
        "customdata": [f"<b>{plain(r, width=50)}</b>" for r in grid.rows],
        "cliponaxis": False,
        **FREE,
    }


def _signs(grid: Grid, place: Mapping, x_of: Mapping) -> list[dict]:
    """One trace for each column and kind of sign, and one for the notes beside them."""
    traces, beside = [], {"x": [], "y": [], "text": []}
    for c in grid.columns:
        for kind in ("full", "part", "unknown", "outside", "none"):
            rows = [r for r in grid.rows if grid.cells.get((r, c)) == kind]
            xs, ys = [place[r][0] + x_of[c] for r in rows], [place[r][1] for r in rows]
            if rows:
                words = [grid.hover[r, c] for r in rows]
                traces.append(
                    {
                        "type": "scatter",
                        "mode": "markers",
                        "x": xs,
                        "y": ys,
                        "marker": _sign(kind, grid.colours[c]),
                        "customdata": words,
                        **FREE,
                    }
                )
            for r, x, y in zip(rows, xs, ys, strict=True):
                if grid.notes[r, c] and kind != "none":
                    beside["x"].append(x + 8), beside["y"].append(y), beside["text"].append(grid.notes[r, c])
    if beside["x"]:
        style = {
            "textposition": "middle right",
            "textfont": {"size": SIZE, "color": colour("soft")},
            "hoverinfo": "skip",
        }
        traces.append({"type": "scatter", "mode": "text", **beside, **style})
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


def _numbers(
    grid: Grid, place: Mapping, x_of: Mapping, scale: tuple, percent: bool, cell: float
) -> list[dict]:
    """Cells on five steps of the sequential scale, with their numbers."""
    low, high = scale
    step = lambda v: min(4, max(0, int(5 * (v - low) / ((high - low) or 1.0))))  # noqa: E731
    traces, texts = [], {"x": [], "y": [], "text": [], "color": []}
    for k, name in enumerate(SEQUENTIAL):
        there = [(r, c) for (r, c), v in grid.cells.items() if v is not None and step(v) == k]
        if not there:
            continue
        xs, ys = [place[r][0] + x_of[c] for r, c in there], [place[r][1] for r, _ in there]
        box = {
            "type": "bar",
            "orientation": "h",
            "base": [x - cell / 2 + 0.5 for x in xs],
            "x": [cell - 1] * len(xs),
            "y": ys,
        }
        traces.append(
            {
                **box,
                "width": [0.94] * len(xs),
                "marker": {"color": colour(name)},
                "customdata": [grid.hover[a] for a in there],
                **FREE,
            }
        )
        texts["x"] += xs
        texts["y"] += ys
        texts["text"] += [written(grid.cells[a], percent) for a in there]
        texts["color"] += [on(name)] * len(xs)
    for (r, c), v in grid.cells.items():
        if v is None:
            texts["x"].append(place[r][0] + x_of[c]), texts["y"].append(place[r][1])
            texts["text"].append("–"), texts["color"].append(colour("soft"))
    shades = texts.pop("color")
    return [
        *traces,
        {
            "type": "scatter",
            "mode": "text",
            **texts,
            "textfont": {"size": SIZE, "color": shades},
            "hoverinfo": "skip",
        },
    ]


def _rules(grid: Grid, place: Mapping, wide: float) -> list[dict]:
    """A rule where the section changes, in each block."""
    shapes = []
    for before, r in zip(grid.rows, grid.rows[1:], strict=False):
        x, y = place[r]
        if grid.sections and y and grid.sections[before] != grid.sections[r]:
            line = {"color": colour("edge"), "width": 1}
            shapes.append(
                {
                    "type": "line",
                    "x0": x,
                    "x1": x + wide,
                    "y0": y - 0.5,
                    "y1": y - 0.5,
                    "line": line,
                    "layer": "below",
                }
            )
    return shapes
