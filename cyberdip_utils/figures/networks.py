"""Networks in fixed places: hubs with what belongs to them, and columns of stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.figures import style
from cyberdip_utils.figures.matrix import Cell, Grid
from cyberdip_utils.figures.matrix import drawn as drawn_matrix
from cyberdip_utils.figures.style import Group, Room, colour, compose, empty, need, plain, text_width, written

MOST = 13  # names above one another that 280 px hold
AT = {"left": 0.245, "both": 0.52, "right": 0.765}  # where the dots stand
FINE = ((0.8, 0.35), (1.6, 0.6), (3.0, 0.8), (5.0, 0.9))  # width and opacity of lines from least to most
SQUARE = {axis: {"range": [0, 1], "visible": False} for axis in ("xaxis", "yaxis")}


@dataclass(frozen=True)
class Node:
    """One node: its name, the hubs it belongs to with its note at each, its size (``None``: not known), its dashed lines."""

    name: Any
    hubs: dict[Any, str]
    size: float | None
    dashed: tuple


@dataclass(frozen=True)
class Spot:
    """A node where it stands: x and y from 0 to 1, its side, and the diameter of its dot in px."""

    node: Node
    x: float
    y: float
    side: str
    wide: float


def hubs(
    frame: pd.DataFrame,
    hub: str,
    node: str,
    *,
    size: str | None = None,
    dash: str | None = None,
    note: str | None = None,
    sized: str = "",
    dashed: str = "",
) -> go.Figure:
    """One or two hubs and what belongs to them: to one at its outer side, to both between. A matrix on a phone.

    Parameters
    ----------
    frame : DataFrame
        One row for each line from a hub to a node.
    hub, node : str
        Columns.
    size : str, optional
        Column of a number of the node: the dot's area; a missing one gives a hollow dot.
    dash : str, optional
        Column of true and false: lines in part, planned or modelled.
    note : str, optional
        Column of short texts after the name, such as the year.
    sized, dashed : str
        What size and dash mean, for the key.

    Raises
    ------
    ValueError
        For more than two hubs: use :func:`columns` or ``marks.matrix``.
    """
    need(frame, hub, node, size, dash, note)
    if frame.empty:
        return empty(style.NOTHING)
    names = list(dict.fromkeys(frame[hub]))
    if len(names) > 2:
        raise ValueError(
            f"{len(names)} hubs, but places are fixed for two: use networks.columns or marks.matrix"
        )
    found, nodes = style.groups(names), _nodes(frame, (hub, node, size, dash, note), names)
    grid, sides = _as_grid(nodes, found, dashed), _sides(nodes, names)
    hollow = size is not None and any(n.size is None for n in nodes)
    means = (f"dashed: {dashed}" if dashed else "", f"size: {sized}" if sized else "")
    key = " · ".join(t for t in (*means, "hollow: no value" if hollow else "") if t)

    def draw(room: Room) -> tuple[list[dict], dict]:
        return (
            drawn_matrix(grid, room, "") if room.narrow else _fans(room, sides, found, size is not None, key)
        )

    return compose(draw)


def _nodes(frame: pd.DataFrame, names: tuple, order: list) -> list[Node]:
    hub, node, size, dash, note = names
    found = []
    for name, part in frame.groupby(node, sort=False):
        part = part.drop_duplicates(hub).set_index(hub).reindex([h for h in order if (part[hub] == h).any()])
        notes = [plain(v) for v in part[note]] if note else [""] * len(part)
        amount = part[size].iloc[0] if size else None
        dashed = tuple(h for h in part.index if dash and bool(part.loc[h, dash]))
        of = dict(zip(part.index, notes, strict=True))
        found.append(Node(name, of, None if style.missing(amount) else float(amount), dashed))
    return found


def _as_grid(nodes: list[Node], found: list[Group], dashed: str) -> Grid:
    """The same as a matrix: nodes of both hubs first."""
    shades = {g.key: g.colour for g in found}
    rows = sorted(nodes, key=lambda n: (-len(n.hubs), list(shades).index(next(iter(n.hubs)))))
    cells = {
        (n.name, h): Cell(
            "part" if h in n.dashed else "full", style.hover(n.name, f"{plain(h)} {said}"), said
        )
        for n in rows
        for h, said in n.hubs.items()
    }
    key = (("○", dashed, "part"),) if dashed else ()
    sections = {n.name: tuple(n.hubs) for n in rows}
    return Grid([n.name for n in rows], list(shades), cells, shades, sections, key)


def _sides(nodes: list[Node], names: list) -> dict[str, list[Node]]:
    """The nodes of one hub at each outer side and those of both between; of a single hub half at each side."""
    if len(names) == 1:
        half = (len(nodes) + 1) // 2
        return {"left": nodes[:half], "both": [], "right": nodes[half:]}
    own = [[n for n in nodes if list(n.hubs) == [name]] for name in names]
    return {"left": own[0], "both": [n for n in nodes if len(n.hubs) == 2], "right": own[1]}


def _fans(room: Room, sides: Mapping, found: list[Group], sized: bool, key: str) -> tuple[list[dict], dict]:
    """Fans at the outer sides and the shared nodes between; x and y run from 0 to 1."""
    top = max([n.size or 0.0 for nodes in sides.values() for n in nodes], default=0.0) or 1.0
    spots, beside = [], []
    for side, nodes in sides.items():
        most, bend = 6 if side == "both" else MOST, {"left": 0.02, "both": 0.0, "right": -0.02}[side]
        largest = sorted(nodes, key=lambda n: -(n.size or 0.0))[: most if len(nodes) <= most else most - 1]
        left_out = len(nodes) - len(largest)
        count = len(largest) + (left_out > 0)
        for k, n in enumerate(n for n in nodes if n in largest):
            y = 1 - (k + 0.5) / count
            wide = 9.0 if not sized or n.size is None else round(6 + 15 * (n.size / top) ** 0.5, 1)
            spots.append(Spot(n, AT[side] - bend * (2 * y - 1) ** 2, y, side, wide))
        if left_out:
            said = f"+ {left_out} more in the table"
            fits = side == "both" or text_width(said) + 14 <= AT["left"] * room.width
            beside.append(_beside(AT[side], 0.5 / count, side, said if fits else f"+ {left_out} more"))
    place = dict(
        zip(
            [g.key for g in found],
            ((0.37, 0.5), (0.67, 0.5)) if len(found) == 2 else ((0.5, 0.5),),
            strict=True,
        )
    )
    layout = {
        "margin": {"l": 0, "r": 0, "t": 26, "b": 24 if key else 6},
        "annotations": [*beside, *_headings(sides, found), *_key_below(key)],
        "meta": {"rows": len(spots)},
    }
    lines, names = _edges(spots, place, found), _names(room, spots)
    return [*lines, _balls(spots, found, sized), *names, _centres(place, found)], SQUARE | layout


def _beside(x: float, y: float, side: str, text: str) -> dict:
    anchor = {"left": "right", "right": "left", "both": "center"}[side]
    return style.note(text, x=x, y=y, xanchor=anchor, xshift={"left": -10, "right": 10, "both": 0}[side])


def _headings(sides: Mapping, found: list[Group]) -> list[dict]:
    if len(found) == 1:
        return []
    heads = {"left": (found[0].colour, f"{found[0].name} only"), "both": ("wine", "both")}
    heads["right"] = (found[1].colour, f"{found[1].name} only")
    at = {**style.ABOVE, "yshift": 6, "xanchor": "center"}
    return [
        style.note(
            f"<b>{plain(text, limit=30)}</b>", style.tone(shade), x=min(0.86, max(0.14, AT[side])), **at
        )
        for side, (shade, text) in heads.items()
        if sides[side]
    ]


def _key_below(key: str) -> list[dict]:
    at = {"x": 1, "xref": "paper", "xanchor": "right", **style.BELOW, "yshift": -4}
    return [style.note(plain(key), **at)] if key else []


def _edges(spots: list[Spot], place: Mapping, found: list[Group]) -> list[dict]:
    traces = []
    for g in found:
        for dash in ("solid", "dash"):
            ends = [s for s in spots if g.key in s.node.hubs and (g.key in s.node.dashed) == (dash == "dash")]
            x, y = place[g.key]
            xs, ys = [v for s in ends for v in (x, s.x, None)], [v for s in ends for v in (y, s.y, None)]
            if ends:
                traces.append(style.strokes(xs, ys, g.colour, 1.6, dash=dash))
    return traces


def _balls(spots: list[Spot], found: list[Group], sized: bool) -> dict:
    shade = {g.key: g.light for g in found}
    own = [colour("wine") if len(s.node.hubs) == 2 else shade[next(iter(s.node.hubs))] for s in spots]
    fill = [colour("card") if sized and s.node.size is None else c for s, c in zip(spots, own, strict=True)]
    line = {"color": own, "width": 2}
    look = {"size": [s.wide for s in spots], "color": fill, "line": line, "opacity": 1}
    said = [
        style.hover(
            s.node.name,
            *(f"{plain(h)} {t}{' (in part)' * (h in s.node.dashed)}".strip() for h, t in s.node.hubs.items()),
            written(s.node.size) if s.node.size is not None else "",
        )
        for s in spots
    ]
    return style.points([s.x for s in spots], [s.y for s in spots], look, said)


def _names(room: Room, spots: list[Spot]) -> list[dict]:
    """Names beside the dots (above or below those between), with their notes where there is room."""
    traces = []
    for side in AT:
        here = [s for s in spots if s.side == side]
        if not here:
            continue
        said, where = [_named(room, s) for s in here], [f"middle {side}"] * len(here)
        more = {"cliponaxis": False}
        if side == "both":
            where = ["bottom center" if s.y < 0.45 else "top center" for s in here]
            clear = {"color": "rgba(0,0,0,0)", "line": {"width": 0}, "opacity": 1}
            more |= {"mode": "markers+text", "marker": {"size": [s.wide for s in here], **clear}}
        at = [s.x for s in here], [s.y for s in here]
        traces.append(style.texts(*at, said, textposition=where, **more))
    return traces


def _named(room: Room, spot: Spot) -> str:
    between, notes = spot.side == "both", ", ".join(t for t in spot.node.hubs.values() if t)
    space = AT["left"] * room.width - 34
    if between:
        space = 0.3 * room.width - 84 if abs(spot.y - 0.5) < 0.2 else 0.4 * room.width
    if text_width(plain(spot.node.name)) + text_width(f" {notes}") > space:
        notes = ""
    name = style.row_label(spot.node.name, space - text_width(f" {notes}") * bool(notes), 1)
    said = f"<b>{name}</b>" if between else name
    said += f' <span style="color:{style.SOFT}">{notes}</span>' if notes else ""
    pad = " " * (2 + round(spot.wide / 8))
    return {"left": f"{said}{pad}", "right": f"{pad}{said}", "both": said}[spot.side]


def _centres(place: Mapping, found: list[Group]) -> dict:
    x, y = ([place[g.key][k] for g in found] for k in (0, 1))
    said = [f"<b>{style.row_label(g.name, 60, 3)}</b>" for g in found]
    look = {"size": 66, "color": [g.light for g in found], "line": style.SEAM, "opacity": 1}
    return style.texts(x, y, said, [style.on(g.colour) for g in found], mode="markers+text", marker=look)


# ---------------------------------------------------------------- columns


def columns(
    frame: pd.DataFrame, stages: Sequence[str], value: str | None = None, *, unit: str = ""
) -> go.Figure:
    """Stages from left to right, each a column of nodes; lines as wide as the amount that goes from one to the next.

    Of a stage the 13 largest nodes are drawn, the largest on top; the rest is said.

    Parameters
    ----------
    frame : DataFrame
        One row for each way through the stages.
    stages : sequence of str
        Columns with the node of each stage, left to right (two to four).
    value : str, optional
        Column of amounts; each row counts one without it.
    unit : str
        What is counted.
    """
    need(frame, *stages, value)
    if frame.empty:
        return empty(style.NOTHING)
    if not 2 <= len(stages) <= 4:
        raise ValueError(f"{len(stages)} stages, but between two and four can stand side by side")
    frame = frame.assign(_amount=frame[value].astype(float) if value else 1.0)
    frame = frame[frame["_amount"] > 0]
    shown = [_stage(frame, stage) for stage in stages]
    return compose(lambda room: _stages(room, frame, shown, unit))


@dataclass(frozen=True)
class Stage:
    """The nodes of a stage that are drawn, with their amounts, and how many are left out."""

    name: str
    nodes: dict[Any, float]
    left_out: int

    @property
    def rows(self) -> int:
        return len(self.nodes) + (self.left_out > 0)

    def y(self) -> dict[Any, float]:
        return {n: 1 - (i + 0.5) / self.rows for i, n in enumerate(self.nodes)}


def _stage(frame: pd.DataFrame, name: str) -> Stage:
    sums = frame.groupby(name, sort=False)["_amount"].sum().sort_values(ascending=False, kind="stable")
    largest = sums.iloc[: MOST if len(sums) <= MOST else MOST - 1]
    return Stage(name, largest.to_dict(), len(sums) - len(largest))


def _stages(room: Room, frame: pd.DataFrame, shown: list[Stage], unit: str) -> tuple[list[dict], dict]:
    last = len(shown) - 1
    most, lines = (92, 2) if room.narrow else (170, 1)
    sides = ["left", *["both"] * (last - 1), "right"]
    anchors = {"left": "right", "both": "center", "right": "left"}
    at = {**style.ABOVE, "yshift": 6}
    traces, titles, left_out, room_for = _ways(frame, shown), [], [], []
    for k, (stage, side) in enumerate(zip(shown, sides, strict=True)):
        head = f"<b>{plain(stage.name, limit=24)}</b>"
        titles.append(style.note(head, style.INK, x=k / last, xanchor=anchors[side], **at))
        if stage.left_out:
            left_out.append(_beside(k / last, 0.5 / stage.rows, side, f"+ {stage.left_out} more"))
        names = [style.row_label(n, most, lines) for n in stage.nodes]
        room_for.append(max(text_width(head) + 4, *(text_width(t) + 28 for t in names)))
        traces.append(_stops(stage, k / last, side, names, unit))
    rows = max(stage.rows for stage in shown)
    layout = {
        "margin": {"l": room_for[0], "r": room_for[-1], "t": 28, "b": 24 if unit else 6},
        "annotations": [*titles, *left_out, *_key_below(f"line width: {unit}" if unit else "")],
        "meta": style.measures(rows, room, rows * (style.LINE * lines + 3) + 52),
    }
    return traces, SQUARE | layout


def _ways(frame: pd.DataFrame, shown: list[Stage]) -> list[dict]:
    """Lines between neighbouring stages in four widths."""
    traces, last = [], len(shown) - 1
    for k, (a, b) in enumerate(zip(shown, shown[1:], strict=False)):
        sums = frame.groupby([a.name, b.name], sort=False)["_amount"].sum()
        step = (1 + (4 * (sums / sums.max()) ** 0.5).astype(int)).clip(upper=4)
        from_y, to_y = a.y(), b.y()
        for width, (px, opacity) in enumerate(FINE, 1):
            ways = [(p, q) for p, q in step.index[step == width] if p in from_y and q in to_y]
            ys = [v for p, q in ways for v in (from_y[p], to_y[q], None)]
            if ways:
                traces.append(
                    style.strokes([k / last, (k + 1) / last, None] * len(ways), ys, "blue", px, opacity)
                )
    return traces


def _stops(stage: Stage, x: float, side: str, names: list[str], unit: str) -> dict:
    """The nodes of a stage with their names: at the outer sides beside them, between above them."""
    before, after = {"left": ("", "   "), "right": ("   ", ""), "both": ("", "")}[side]
    top = max(stage.nodes.values())
    sizes = [round(7 + 9 * (v / top) ** 0.5, 1) for v in stage.nodes.values()]
    said = [style.hover(n, written(v, False, plain(unit))) for n, v in stage.nodes.items()]
    look = {"size": sizes, "color": style.INK, "line": style.SEAM, "opacity": 1}
    more = {"text": [before + t.replace("<br>", f"{after}<br>{before}") + after for t in names]}
    more |= {"textposition": "top center" if side == "both" else f"middle {side}", "cliponaxis": False}
    font = {"size": style.SIZE, "color": style.INK}
    ys = list(stage.y().values())
    return style.points([x] * len(ys), ys, look, said, mode="markers+text", textfont=font, **more)
