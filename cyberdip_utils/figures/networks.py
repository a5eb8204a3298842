"""Networks in fixed places: hubs with what belongs to them, and columns of stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.figures import matrix as matrices
from cyberdip_utils.figures.style import (
    FREE,
    LINE,
    NOTHING,
    SEAM,
    SIZE,
    Group,
    Room,
    colour,
    compose,
    empty,
    groups,
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

MOST = 13  # names above one another that 280 px hold
AT = {"left": 0.245, "both": 0.52, "right": 0.765}  # where the dots stand
FINE = ((0.8, 0.35), (1.6, 0.6), (3.0, 0.8), (5.0, 0.9))  # width and opacity of lines from least to most


@dataclass(frozen=True)
class Node:
    """One node: its name, the hubs it belongs to, its notes, its size (``None``: not known), its dashed lines."""

    name: Any
    hubs: tuple
    notes: tuple[str, ...]
    size: float | None
    dashed: tuple


def hubs(
    frame: pd.DataFrame,
    hub: str,
    node: str,
    *,
    size: str | None = None,
    dash: str | None = None,
    note: str | None = None,
    names: Mapping | None = None,
    colours: Mapping | None = None,
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
    names, colours : mapping, optional
        Of the hubs.
    sized, dashed : str
        What size and dash mean, for the key.

    Raises
    ------
    ValueError
        For more than two hubs: use :func:`columns` or ``marks.matrix``.
    """
    need(frame, hub, node, size, dash, note)
    if frame.empty:
        return empty(NOTHING)
    found = groups(list(dict.fromkeys(frame[hub])), names, colours)
    if len(found) > 2:
        raise ValueError(
            f"{len(found)} hubs, but places are fixed for two: use networks.columns or marks.matrix"
        )
    nodes = _nodes(frame, (hub, node, size, dash, note), [g.key for g in found])
    grid = _as_grid(nodes, found, dashed)
    hollow = size is not None and any(n.size is None for n in nodes)
    means = (f"dashed: {dashed}" if dashed else "", f"size: {sized}" if sized else "")
    key = " · ".join(t for t in (*means, "hollow: no value" if hollow else "") if t)

    def draw(room: Room) -> tuple[list[dict], dict]:
        return (
            matrices.drawn(grid, room, "")
            if room.narrow
            else _fans(room, nodes, found, size is not None, key)
        )

    return compose(draw)


def _nodes(frame: pd.DataFrame, names: tuple, order: list) -> list[Node]:
    hub, node, size, dash, note = names
    found = []
    for name, part in frame.groupby(node, sort=False):
        part = part.drop_duplicates(hub).set_index(hub).reindex([h for h in order if (part[hub] == h).any()])
        notes = tuple(plain(v) for v in part[note]) if note else ()
        amount = part[size].iloc[0] if size else None
        dashed = tuple(h for h in part.index if dash and bool(part.loc[h, dash]))
        found.append(Node(name, tuple(part.index), notes, None if missing(amount) else float(amount), dashed))
    return found


def _as_grid(nodes: list[Node], found: list[Group], dashed: str) -> matrices.Grid:
    """The same as a matrix: nodes of both hubs first."""
    rows = sorted(nodes, key=lambda n: (-len(n.hubs), [g.key for g in found].index(n.hubs[0])))
    cells, hover, notes = {}, {}, {}
    for n in rows:
        for k, h in enumerate(n.hubs):
            cells[n.name, h] = "part" if h in n.dashed else "full"
            notes[n.name, h] = n.notes[k] if n.notes else ""
            hover[n.name, h] = f"<b>{plain(n.name)}</b><br>{plain(h)} {notes[n.name, h]}"
    renamed = {g.key: g.name for g in found}
    cells, hover, notes = ({(r, renamed[h]): v for (r, h), v in d.items()} for d in (cells, hover, notes))
    shades = {g.name: g.colour for g in found}
    sections = {n.name: n.hubs for n in rows}
    key = (("○", dashed, "part"),) if dashed else ()
    return matrices.Grid([n.name for n in rows], list(shades), cells, hover, notes, shades, sections, key)


def _largest(nodes: list[Node], most: int) -> tuple[list[Node], int]:
    """At most so many nodes, the largest, in the order given, and how many are left out."""
    if len(nodes) <= most:
        return nodes, 0
    chosen = sorted(nodes, key=lambda n: -(n.size or 0.0))[: most - 1]
    return [n for n in nodes if n in chosen], len(nodes) - len(chosen)


def _fans(
    room: Room, nodes: list[Node], found: list[Group], sized: bool, key: str
) -> tuple[list[dict], dict]:
    """Fans at the outer sides and the shared nodes between; x and y run from 0 to 1."""
    first, last = found[0].key, found[-1].key
    sides = {
        "left": [n for n in nodes if n.hubs == (first,)],
        "both": [n for n in nodes if len(n.hubs) == 2],
        "right": [n for n in nodes if len(found) == 2 and n.hubs == (last,)],
    }
    place = {first: (0.37, 0.5), last: (0.67, 0.5)}
    if len(found) == 1:
        half = (len(sides["left"]) + 1) // 2
        sides = {"left": sides["left"][:half], "both": [], "right": sides["left"][half:]}
        place = {first: (0.5, 0.5)}
    spots, texts = {}, []
    for side, bend in (("left", 0.02), ("both", 0.0), ("right", -0.02)):
        shown, left_out = _largest(sides[side], 6 if side == "both" else MOST)
        count = len(shown) + (left_out > 0)
        for k, n in enumerate(shown):
            y = 1 - (k + 0.5) / count
            spots[n.name] = (AT[side] + bend * (1 - (2 * y - 1) ** 2) - bend, y, side, n)
        if left_out:
            said = f"+ {left_out} more in the table"
            fits = side == "both" or text_width(said) + 14 <= AT["left"] * room.width
            texts.append(_beside(AT[side], 0.5 / count, side, said if fits else f"+ {left_out} more"))
    top = max([n.size or 0.0 for n in nodes], default=1.0) or 1.0
    traces = [*_edges(spots, place, found), _balls(spots, found, sized, top)]
    traces += [*_names(room, spots, sized, top), _centres(place, found)]
    layout = {
        "margin": {"l": 0, "r": 0, "t": 26, "b": 24 if key else 6},
        "xaxis": {"range": [0, 1], "visible": False},
        "yaxis": {"range": [0, 1], "visible": False},
        "annotations": [*texts, *_headings(sides, found), *_key_below(key)],
        "meta": {"rows": len(spots)},
    }
    return traces, layout


def _beside(x: float, y: float, side: str, text: str) -> dict:
    anchor = {"left": "right", "right": "left", "both": "center"}[side]
    return note(text, x=x, y=y, xanchor=anchor, xshift={"left": -10, "right": 10, "both": 0}[side])


def _headings(sides: Mapping, found: list[Group]) -> list[dict]:
    if len(found) == 1:
        return []
    heads = {"left": (found[0].colour, f"{found[0].name} only"), "both": ("wine", "both")}
    heads["right"] = (found[-1].colour, f"{found[-1].name} only")
    at = {"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6, "xanchor": "center"}
    return [
        note(f"<b>{plain(text, limit=30)}</b>", x=min(0.86, max(0.14, AT[side])), **at)
        | {"font": {"size": SIZE, "color": tone(shade)}}
        for side, (shade, text) in heads.items()
        if sides[side]
    ]


def _key_below(key: str) -> list[dict]:
    if not key:
        return []
    return [note(plain(key), x=1, xref="paper", xanchor="right", y=0, yref="paper", yanchor="top", yshift=-4)]


def _edges(spots: Mapping, place: Mapping, found: list[Group]) -> list[dict]:
    traces = []
    for g in found:
        for dashed in (False, True):
            xs, ys = [], []
            for x, y, _, n in spots.values():
                if g.key in n.hubs and (g.key in n.dashed) == dashed:
                    xs, ys = [*xs, place[g.key][0], x, None], [*ys, place[g.key][1], y, None]
            if xs:
                line = {"color": colour(g.colour), "width": 1.6, "dash": "dash" if dashed else "solid"}
                traces.append(
                    {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}
                )
    return traces


def _ball_size(n: Node, sized: bool, top: float) -> float:
    return 9.0 if not sized or n.size is None else round(6 + 15 * (n.size / top) ** 0.5, 1)


def _balls(spots: Mapping, found: list[Group], sized: bool, top: float) -> dict:
    shade = {g.key: colour(g.colour) for g in found}
    own = {
        name: colour("wine") if len(n.hubs) == 2 else shade[n.hubs[0]] for name, (_, _, _, n) in spots.items()
    }
    hollow = [sized and n.size is None for _, _, _, n in spots.values()]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [s[0] for s in spots.values()],
        "y": [s[1] for s in spots.values()],
        "marker": {
            "size": [_ball_size(s[3], sized, top) for s in spots.values()],
            "color": [colour("card") if h else c for h, c in zip(hollow, own.values(), strict=True)],
            "line": {"color": list(own.values()), "width": 2},
            "opacity": 1,
        },
        "customdata": [_said(n) for _, _, _, n in spots.values()],
        **FREE,
    }


def _said(n: Node) -> str:
    notes = n.notes or ("",) * len(n.hubs)
    lines = [
        f"{plain(h)} {t}{' (in part)' if h in n.dashed else ''}".strip()
        for h, t in zip(n.hubs, notes, strict=True)
    ]
    return "<br>".join(
        [f"<b>{plain(n.name)}</b>", *lines, *([f"{written(n.size)}"] if n.size is not None else [])]
    )


def _names(room: Room, spots: Mapping, sized: bool, top: float) -> list[dict]:
    """Names beside the dots (above or below those between), with their notes where there is room."""
    traces = []
    for side in ("left", "both", "right"):
        here = [s for s in spots.values() if s[2] == side]
        texts, where = [], []
        for _, y, _, n in here:
            level = 0.3 * room.width - 84 if abs(y - 0.5) < 0.2 else 0.4 * room.width
            space = level if side == "both" else AT["left"] * room.width - 34
            years = ", ".join(t for t in n.notes if t)
            years = years if text_width(plain(n.name)) + text_width(f" {years}") <= space else ""
            name = row_label(n.name, space - text_width(f" {years}") * bool(years), 1)
            said = f"<b>{name}</b>" if side == "both" else name
            said += f' <span style="color:{colour("soft")}">{years}</span>' if years else ""
            pad = " " * (2 + round(_ball_size(n, sized, top) / 8))
            texts.append({"left": f"{said}{pad}", "right": f"{pad}{said}", "both": said}[side])
            level = "bottom center" if y < 0.45 else "top center"
            where.append({"left": "middle left", "right": "middle right", "both": level}[side])
        size = [_ball_size(s[3], sized, top) for s in here]
        clear = {"size": size, "color": "rgba(0,0,0,0)", "line": {"width": 0}, "opacity": 1}
        at = {"x": [s[0] for s in here], "y": [s[1] for s in here], "text": texts, "textposition": where}
        look = {"textfont": {"size": SIZE, "color": colour("ink")}, "cliponaxis": False, "hoverinfo": "skip"}
        if here:
            kind = {"mode": "markers+text", "marker": clear} if side == "both" else {"mode": "text"}
            traces.append({"type": "scatter", **kind, **at, **look})
    return traces


def _centres(place: Mapping, found: list[Group]) -> dict:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [place[g.key][0] for g in found],
        "y": [place[g.key][1] for g in found],
        "marker": {"size": 66, "color": [colour(g.colour) for g in found], "line": SEAM, "opacity": 1},
        "text": [f"<b>{row_label(g.name, 60, 3)}</b>" for g in found],
        "textfont": {"size": SIZE, "color": [on(g.colour) for g in found]},
        "hoverinfo": "skip",
    }


# ---------------------------------------------------------------- columns


def columns(
    frame: pd.DataFrame,
    stages: Sequence[str],
    value: str | None = None,
    *,
    group: str | None = None,
    names: Mapping | None = None,
    colours: Mapping | None = None,
    most: int = MOST,
    unit: str = "",
    percent: bool = False,
    order: Mapping[str, Sequence] | None = None,
) -> go.Figure:
    """Stages from left to right, each a column of nodes; lines as wide as the amount that goes from one to the next.

    Parameters
    ----------
    frame : DataFrame
        One row for each way through the stages.
    stages : sequence of str
        Columns with the node of each stage, left to right (two to four).
    value : str, optional
        Column of amounts; each row counts one without it.
    group : str, optional
        Column that gives the lines their hue (four at most); one grey-blue hue without it.
    most : int
        Nodes of a stage that are drawn, the largest; the rest is said.
    order : mapping, optional
        For a stage its nodes from top to bottom; by default the largest first.
    """
    need(frame, *stages, value, group)
    if frame.empty:
        return empty(NOTHING)
    if not 2 <= len(stages) <= 4:
        raise ValueError(f"{len(stages)} stages, but between two and four can stand side by side")
    frame = frame.assign(_amount=frame[value].astype(float) if value else 1.0)
    frame = frame[frame["_amount"] > 0]
    found = groups(list(dict.fromkeys(frame[group])), names, colours) if group else [Group(None, "", "blue")]
    shown = {stage: _ranked(frame, stage, most, (order or {}).get(stage, ())) for stage in stages}
    heads = [str((names or {}).get(s, s)) for s in stages]
    return compose(lambda room: _stages(room, frame, shown, heads, found, group, unit, percent))


@dataclass(frozen=True)
class Stage:
    """The nodes of a stage that are drawn, with their amounts, and how many are left out."""

    nodes: dict[Any, float]
    left_out: int

    @property
    def rows(self) -> int:
        return len(self.nodes) + (self.left_out > 0)


def _ranked(frame: pd.DataFrame, stage: str, most: int, order: Sequence) -> Stage:
    sums = frame.groupby(stage, sort=False)["_amount"].sum().sort_values(ascending=False, kind="stable")
    chosen = set(sums.index[: most if len(sums) <= most else most - 1])
    ranked = [n for n in order if n in chosen] + [
        n for n in sums.index if n in chosen and n not in set(order)
    ]
    return Stage({n: float(sums[n]) for n in ranked}, len(sums) - len(ranked))


def _stages(
    room: Room,
    frame: pd.DataFrame,
    shown: Mapping[str, Stage],
    heads: list,
    found,
    group,
    unit: str,
    percent: bool,
) -> tuple[list[dict], dict]:
    stages, last = list(shown), len(shown) - 1
    most, lines = (92, 2) if room.narrow else (170, 1)
    texts = {s: {n: row_label(n, most, lines) for n in shown[s].nodes} for s in stages}
    spots, left_out = {}, []
    for k, s in enumerate(stages):
        for i, n in enumerate(shown[s].nodes):
            spots[s, n] = (k / last, 1 - (i + 0.5) / shown[s].rows)
        if shown[s].left_out:
            side = "left" if k == 0 else "right" if k == last else "both"
            left_out.append(_beside(k / last, 0.5 / shown[s].rows, side, f"+ {shown[s].left_out} more"))
    anchors = ["right", *["center"] * (last - 1), "left"]
    at = {"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6}
    titles = [
        note(f"<b>{plain(h, limit=24)}</b>", "ink", x=k / last, xanchor=anchors[k], **at)
        for k, h in enumerate(heads)
    ]
    sides = [
        max(text_width(titles[k]["text"]) + 4, *(text_width(t) + 28 for t in texts[stages[k]].values()))
        for k in (0, -1)
    ]
    rows = max(stage.rows for stage in shown.values())
    tall = rows * (LINE * lines + 3) + 52
    layout = {
        "margin": {"l": sides[0], "r": sides[1], "t": 28, "b": 24 if unit else 6},
        "xaxis": {"range": [0, 1], "visible": False},
        "yaxis": {"range": [0, 1], "visible": False},
        "annotations": [*titles, *left_out, *_key_below(f"line width: {unit}" if unit else "")],
        "meta": {"rows": rows, **({"tall": tall} if tall > room.height else {})},
    }
    return [*_ways(frame, stages, spots, found, group), *_stops(shown, spots, texts, unit, percent)], layout


def _ways(
    frame: pd.DataFrame, stages: list, spots: Mapping, found: list[Group], group: str | None
) -> list[dict]:
    """Lines between neighbouring stages in four widths."""
    traces = []
    for a, b in zip(stages, stages[1:], strict=False):
        keys = [a, b] + ([group] if group else [])
        sums = frame.groupby(keys, sort=False)["_amount"].sum()
        top = float(sums.max())
        for g in found:
            for k in (1, 2, 3, 4):
                xs, ys = [], []
                for key, amount in sums.items():
                    inside = (
                        (a, key[0]) in spots and (b, key[1]) in spots and (group is None or key[2] == g.key)
                    )
                    if inside and min(4, 1 + int(4 * (amount / top) ** 0.5)) == k:
                        (x0, y0), (x1, y1) = spots[a, key[0]], spots[b, key[1]]
                        xs, ys = [*xs, x0, x1, None], [*ys, y0, y1, None]
                if xs:
                    width, opacity = FINE[k - 1]
                    line = {"color": colour(g.colour), "width": width}
                    traces.append(
                        {
                            "type": "scatter",
                            "mode": "lines",
                            "x": xs,
                            "y": ys,
                            "line": line,
                            "opacity": opacity,
                            "hoverinfo": "skip",
                        }
                    )
    return traces


def _stops(
    shown: Mapping[str, Stage], spots: Mapping, texts: Mapping, unit: str, percent: bool
) -> list[dict]:
    """The nodes of each stage with their names: at the outer sides beside them, between above them."""
    traces = []
    for k, (s, stage) in enumerate(shown.items()):
        where = "middle left" if k == 0 else "middle right" if k == len(shown) - 1 else "top center"
        before, after = {"middle left": ("", "   "), "middle right": ("   ", "")}.get(where, ("", ""))
        top = max(stage.nodes.values())
        names = [before + texts[s][n].replace("<br>", f"{after}<br>{before}") + after for n in stage.nodes]
        sizes = [round(7 + 9 * (v / top) ** 0.5, 1) for v in stage.nodes.values()]
        said = [f"<b>{plain(n)}</b><br>{written(v, percent, plain(unit))}" for n, v in stage.nodes.items()]
        at = {"x": [spots[s, n][0] for n in stage.nodes], "y": [spots[s, n][1] for n in stage.nodes]}
        look = {
            "marker": {"size": sizes, "color": colour("ink"), "line": SEAM, "opacity": 1},
            "cliponaxis": False,
        }
        look |= {"text": names, "textposition": where, "textfont": {"size": SIZE, "color": colour("ink")}}
        traces.append({"type": "scatter", "mode": "markers+text", **at, **look, "customdata": said, **FREE})
    return traces
