"""Maps of the world: areas with a tally at the side, and one equal dot for each state."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import words
from cyberdip_utils.data import load
from cyberdip_utils.figures import style
from cyberdip_utils.figures.rows import USUAL, segments
from cyberdip_utils.figures.style import Group, Room, colour, compose, empty, need, plain, text_width, written

DOT_BELOW = 0.3  # square degrees: Malta, Singapore, Bahrain, the Maldives are a pixel or two on a world map
SPLIT = 0.67  # of the width is map, the rest tally
SHADES = {
    1: style.SEQUENTIAL[3:4],
    2: style.SEQUENTIAL[1:4:2],
    3: style.SEQUENTIAL[::2],
    4: style.SEQUENTIAL[:4],
    5: style.SEQUENTIAL,
}  # by classes
TURNED = {"type": "natural earth", "rotation": {"lon": 11}}


@cache
def _world() -> tuple[dict[str, str], dict[str, tuple[float, float]]]:
    """Names of all places on the map, and (longitude, latitude) of those drawn as dots, by code."""
    names, points = {}, {}
    for feature in json.loads(style.geometry("world"))["features"]:
        code, shape = feature["id"], feature["geometry"]
        names[code] = (feature.get("properties") or {}).get("name") or code
        if shape["type"] == "Point":
            points[code] = tuple(shape["coordinates"][:2])
            continue
        parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings = [(abs(_area(part[0])), part[0]) for part in parts]
        if sum(area for area, _ in rings) < DOT_BELOW:
            xs, ys = zip(*max(rings, key=lambda pair: pair[0])[1], strict=True)
            points[code] = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    return names, points


def _area(ring: Sequence) -> float:
    """Signed area of a closed ring in square degrees (shoelace formula)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) / 2


@dataclass(frozen=True)
class Sorted:
    """States by class: classes in order, the class of each code, what the pointer reads, the parts of the tally."""

    classes: list[Group]
    of: dict[str, Group]
    hover: dict[str, str]
    parts: dict[str, str]
    title: str
    absent: str

    def count(self, group: Group, part: str | None = None) -> int:
        return sum(g == group and (part is None or self.parts.get(c) == part) for c, g in self.of.items())

    def said(self, code: str) -> str:
        """What the pointer reads at a state; one without a value has the words for that."""
        return self.hover.get(code) or style.hover(_world()[0].get(code, code), plain(self.absent))

    def nowhere(self, limit: int) -> str:
        """The states with a value that no map shows, in words."""
        names = [_state_names().get(c, str(c)) for c in self.of if c not in _world()[0]]
        return plain(f"Not on the map: {words.listed(names)}", limit=limit) if names else ""


def world(
    frame: pd.DataFrame,
    code: str,
    value: str,
    *,
    kind: str = "category",
    order: Sequence | None = None,
    colours: Mapping[Any, str] | None = None,
    breaks: Sequence[float] | None = None,
    middle: float | None = None,
    percent: bool = False,
    unit: str = "",
    parts: str | None = None,
    outside: Sequence[str] = (),
    zero: str = "",
    absent: str = "no data",
) -> go.Figure:
    """A world map with a tally at its right (below on a phone); small states are dots.

    Parameters
    ----------
    frame : DataFrame
        One row for each state.
    code, value : str
        Columns: ISO3 code, and a category or a number.
    kind : {"category", "count", "number"}
        Counts have a look of their own for zero; numbers do not.
    order, colours : optional
        Of categories: from first to last, house colours.
    breaks : sequence of float, optional
        Lower ends of the classes of a number above the first (four at most); round ones by default.
    middle : float, optional
        A midpoint: classes lie on the two sides of it, on the diverging scale.
    percent : bool
        Numbers are shares from 0 to 1.
    unit : str
        What is shown; heads the tally.
    parts : str, optional
        Column that splits the tally of categories, such as the region.
    outside : sequence of str
        Codes that the source does not cover: land colour, even with ``zero``.
    zero : str
        If given, states that are on the map and in the tables as states, but not in the frame, count as zero under these words.
    absent : str
        Words for states without a value.

    Raises
    ------
    ValueError
        For a code with two rows, and for a fifth category without a colour.
    """
    if kind not in ("category", "count", "number"):
        raise ValueError(f"kind={kind!r}; the map draws a category, a count or a number")
    frame = _one_each(frame, code, value, parts)
    frame = frame[~frame[code].isin(outside)]
    if frame.empty and not zero:
        return empty(style.NOTHING)
    if kind == "category":
        classes, of = _categories(frame, value, order, colours)
        said = [plain(v) for v in frame[value]]
    else:
        classes, of = _steps(frame, value, kind, breaks, middle, percent, zero)
        said = [written(v, percent, plain(unit)) for v in frame[value]]
    states = _sort(frame, (code, value, parts), classes, of, said, unit, absent)
    if zero:
        for member in _members():
            if member not in states.of and member not in outside:
                states.of[member] = classes[0]
                states.hover[member] = style.hover(_world()[0].get(member, member), plain(zero))
    return compose(lambda room: _map_and_tally(room, states))


def _one_each(frame: pd.DataFrame, code: str, value: str, parts: str | None) -> pd.DataFrame:
    """The rows with a value; ``ValueError`` for a state with two rows."""
    need(frame, code, value, parts)
    if (twice := frame[code].duplicated()).any():
        raise ValueError(f"two rows for {frame.loc[twice, code].iloc[0]!r}: the map takes one for each state")
    return frame[frame[value].notna()]


def _categories(frame: pd.DataFrame, value: str, order, colours) -> tuple[list[Group], Callable]:
    there = list(dict.fromkeys(frame[value]))
    keys = [k for k in order if k in there or colours is None] if order is not None else there
    found = style.groups(keys + [k for k in there if k not in keys], None, colours)
    return [g for g in found if g.key in there], {g.key: g for g in found}.__getitem__


def round_breaks(values: Sequence[float], percent: bool = False, most: int = 4) -> list[float]:
    """Round lower ends of up to five classes: even steps, or steps of 1, 2, 5 where values spread over decades."""
    low, high = min(values), max(values)
    above = [v for v in values if v > 0]
    if above and low >= 0 and high / float(np.median(above)) > 5 and not percent:
        ladder = [k * 10.0**p for p in range(-3, 13) for k in (1, 2, 5)]
        inner = [v for v in ladder if min(above) < v <= high]
        wanted = np.quantile(above, (0.3, 0.6, 0.85, 0.97))
        return sorted({min(inner, key=lambda v: abs(math.log(v / w))) for w in wanted}) if inner else []
    span = (high - low) or 1.0
    power = 10 ** math.floor(math.log10(span / (most + 1)))
    step = next(
        k * power
        for k in (1, 2, 2.5, 5, 10, 20)
        if math.floor(high / (k * power)) - math.floor(low / (k * power)) <= most
    )
    first = math.floor(low / step) + 1
    return [round(step * k, 10) for k in range(first, math.ceil(high / step)) if low < step * k < high][:most]


def _steps(
    frame: pd.DataFrame, value: str, kind: str, breaks, middle, percent: bool, zero: str
) -> tuple[list[Group], Callable]:
    """Classes of a number: a look of its own for zero, then up to five steps."""
    given = style.numbers(frame[value])
    above = [v for v in given if kind != "count" or v > 0]
    if breaks is None:
        breaks = round_breaks(above, percent) if above else []
    if len(breaks) > 4:
        raise ValueError(
            f"{len(breaks)} breaks make {len(breaks) + 1} classes; four breaks and five classes are the limit"
        )
    scale = SHADES[len(breaks) + 1] if middle is None else _two_sides(breaks, middle)
    low, top = min(above, default=0.0), max(above, default=0.0)
    edges = [min([low, *breaks[:1]]), *breaks]
    whole = kind == "count" and all(float(b).is_integer() for b in edges)
    highs = [b - 1 if whole else b for b in edges[1:]] + [top]
    names = [_range(a, b, percent) for a, b in zip(edges, highs, strict=True)]
    classes = [Group(k, *pair) for k, pair in enumerate(zip(names, scale, strict=True))] if above else []
    nothing = Group("zero", zero or "0", "card")

    def of(v: float) -> Group:
        return nothing if kind == "count" and v == 0 else classes[sum(v >= b for b in breaks)]

    return ([nothing] if kind == "count" and (zero or 0 in given) else []) + classes, of


def _two_sides(breaks: Sequence[float], middle: float) -> list[str]:
    """Shades of the classes between breaks on the diverging scale; the class that holds the middle is the pale one."""
    at = sum(middle >= b for b in breaks)
    return [style.DIVERGING[min(4, max(0, 2 + k - at))] for k in range(len(breaks) + 1)]


def _range(low: float, high: float, percent: bool) -> str:
    return written(low, percent) + (f" to {written(high, percent)}" if high > low else "")


def _sort(
    frame: pd.DataFrame,
    columns: tuple,
    classes: list[Group],
    of: Callable,
    said: list,
    unit: str,
    absent: str,
) -> Sorted:
    code, value, parts = columns
    names, _ = _world()
    by_code = {c: of(v) for c, v in zip(frame[code], frame[value], strict=True)}
    reads = {c: style.hover(names.get(c, c), line) for c, line in zip(frame[code], said, strict=True)}
    split = zip(frame[code], frame[parts], strict=True) if parts else ()
    split = {c: str(p) for c, p in split if not style.missing(p)}
    return Sorted(classes, by_code, reads, split, unit, absent)


@cache
def _state_names() -> dict[str, str]:
    """Names by code, of all states and places in the tables."""
    table = load("states")
    return dict(zip(table["iso3"], table["name"], strict=True))


@cache
def _members() -> tuple[str, ...]:
    """Codes of the members of the United Nations."""
    table = load("states")
    return tuple(sorted(table.loc[table["member_of_un"].fillna(False) & table["valid_to"].isna(), "iso3"]))


# ---------------------------------------------------------------- drawing


def _map_and_tally(room: Room, states: Sorted) -> tuple[list[dict], dict]:
    bars, layout, split = _tally(room, states)
    area = {"x": [0, 1], "y": [split, 1]} if room.narrow else {"x": [0, SPLIT - 0.01], "y": [0, 1]}
    layout["geo"] = {"domain": area, "projection": TURNED, "lataxis": {"range": [-56, 80]}}
    if not room.narrow and (nowhere := states.nowhere(60)):
        at = {"x": 0, "y": 0, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
        layout["annotations"].append(style.note(nowhere, **at))
    return _areas(states, 6 if room.narrow else 8) + bars, layout


def _areas(states: Sorted, size: int) -> list[dict]:
    """Land in the colours of its classes and dots for small states; without a value the colour of land."""
    names, places = _world()
    shades = [*dict.fromkeys(g.colour for g in states.classes), "no data"]
    known = {c: states.of[c].colour for c in names if c in states.of}
    land, small = [c for c in names if c not in places], [c for c in places if c in known]
    steps = [[(k + side) / len(shades), colour(s)] for k, s in enumerate(shades) for side in (0, 1)]
    edge = {c: colour("edge" if known.get(c) == "card" else "card") for c in names}
    borders = {"color": [edge[c] for c in land], "width": 0.6}
    fill = {
        "z": [shades.index(known.get(c, "no data")) for c in land],
        "zmin": -0.5,
        "zmax": len(shades) - 0.5,
    }
    area = {"type": "choropleth", "geojson": "world", "featureidkey": "id", "locations": land, **fill}
    area |= {"colorscale": steps, "showscale": False, "marker": {"line": borders}}
    dots = {"size": size, "opacity": 1, "color": [colour(known[c]) for c in small]}
    dots["line"] = {"width": 0.8, "color": [edge[c] for c in small]}
    place = {"lon": [places[c][0] for c in small], "lat": [places[c][1] for c in small], "marker": dots}
    place |= {"type": "scattergeo", "mode": "markers", "customdata": [states.said(c) for c in small]}
    return [{**area, "customdata": [states.said(c) for c in land], **style.FREE}, {**place, **style.FREE}]


def _tally(room: Room, states: Sorted) -> tuple[list[dict], dict, float]:
    """Bars beside or under a map, their layout, and the share of the height that they take on a phone.

    One bar for each class with the number of its states; or, with parts, a bar of shares for the world and for each.
    """
    if states.parts:
        return _tally_of_parts(room, states)
    listed, counts = list(states.classes), [states.count(g) for g in states.classes]
    if without := sum(c not in states.of for c in _members()):
        listed, counts = [*listed, Group(None, states.absent, "no data")], [*counts, without]
    labels = [style.row_label(g.name, 110, 2) for g in listed]
    plurals = [words.plural(n, "state") for n in counts]
    ends = [f" {plurals[0]}", *(f" {words.count(n)}" for n in counts[1:])]
    heads = [plain(states.title, width=int((1 if room.narrow else 1 - SPLIT) * room.width / 8.2))]
    if room.narrow and (nowhere := states.nowhere(38)):
        heads.append(f'<span style="color:{style.SOFT}">{nowhere}</span>')
    layout, start, thick, split = _tally_layout(room, labels, "<br>".join(t for t in heads if t))
    pixels = (1 - start) * room.width
    most = max(n / max(0.2, 1 - (text_width(t) + 8) / pixels) for n, t in zip(counts, ends, strict=True))
    layout["xaxis"]["range"] = [0, most or 1.0]
    rows = list(range(len(listed)))
    edges = [colour("edge" if g.colour == "card" else "card") for g in listed]
    look = {"color": [g.light for g in listed], "line": {"color": edges, "width": 1}}
    said = [style.hover(g.name, t) for g, t in zip(listed, plurals, strict=True)]
    beside = style.texts(counts, rows, ends, textposition="middle right", cliponaxis=False)
    return [style.level_bars(counts, rows, thick, look, said), beside], layout, split


def _tally_of_parts(room: Room, states: Sorted) -> tuple[list[dict], dict, float]:
    parts = ["World", *sorted(set(states.parts.values()))]
    labels = [f"<b>{parts[0]}</b>", *(style.row_label(p, 110, 1) for p in parts[1:])]
    counts = {g.key: [states.count(g), *(states.count(g, p) for p in parts[1:])] for g in states.classes}
    sums = [sum(column) for column in zip(*counts.values(), strict=True)]
    items = [("■", g.colour, f"{g.said} <b>{counts[g.key][0]:,}</b>") for g in states.classes]
    key, _ = style.flow(items, room.width * (1 if room.narrow else 1 - SPLIT))
    layout, _, thick, split = _tally_layout(room, labels, key)
    layout["xaxis"]["range"] = [0, 1]
    traces = []
    for g in states.classes:
        rows = list(zip(parts, counts[g.key], sums, strict=True))
        trace = segments(g, parts, [n / s if s else 0 for _, n, s in rows], thick)
        said = [style.hover(p, f"{g.said}: {n:,} of {s:,}") for p, n, s in rows]
        traces.append({**trace, "text": [f"{n:,}" if n else "" for _, n, _ in rows], "customdata": said})
    return traces, layout, split


def _tally_layout(room: Room, labels: list[str], head: str) -> tuple[dict, float, float, float]:
    """Axes and heading of a tally, where its bars begin, how thick they are, and its share of the height on a phone."""
    above = style.LINE * (head.count("<br>") + 1) + 8 if head else 0
    deep = above + 24 * len(labels) + 8
    label = max(text_width(t) for t in labels) + 12
    if room.narrow:
        left, tall = 0.0, max(room.height, deep + 165)
        top, start, usual, thickest = deep / tall, min(0.6, label / room.width), tall, 0.84
    else:
        left, tall, top, usual, thickest = SPLIT, room.height, 1.0, USUAL, 0.74
        start = min(0.88, SPLIT + label / room.width)
    at = {"x": left, "y": top, "xref": "paper", "yref": "paper"}
    at |= {"xanchor": "left", "yanchor": "top", "align": "left"}
    layout = {
        "margin": {"l": 0, "r": 2, "t": 2, "b": 2},
        "xaxis": {"domain": [start, 1], "visible": False},
        "yaxis": {"domain": [0, top - above / tall], **style.row_axis(labels)},
        "barmode": "stack",
        "annotations": [style.note(head, style.INK, **at)] if head else [],
        "meta": style.measures(len(labels), room, tall),
    }
    return layout, start, min(thickest, 28 / ((usual * top - above) / len(labels))), top + 0.02


# ---------------------------------------------------------------- one dot for each state


@cache
def places() -> dict[str, tuple[float, float]]:
    """A place for each member of the United Nations: its capital on the Natural Earth projection, dots pushed apart.

    Places are centres of dots of diameter 1 that do not touch; the pushing is the same on every machine to a rounding.

    Returns
    -------
    dict
        (x, y) by ISO3 code.
    """
    points = load("state_points").set_index("iso3")
    members = [c for c in _members() if c in points.index]
    lon = (points.loc[members, "lon"].to_numpy(float) - 11 + 180) % 360 - 180
    home = _natural_earth(np.radians(lon), np.radians(points.loc[members, "lat"].to_numpy(float)))
    home = home * np.array([1.0, 1.15]) * 5.8
    at = _pushed(home)
    return {c: (round(float(x), 3), round(float(y), 3)) for c, (x, y) in zip(members, at, strict=True)}


def _pushed(home: np.ndarray) -> np.ndarray:
    """Points near their homes, each at least 1 from every other: pulled home and pushed apart, then only apart."""
    at = home.copy()
    one, two = np.triu_indices(len(home), 1)
    near = np.hypot(*(home[one] - home[two]).T) < 6  # the others never meet
    one, two = one[near], two[near]
    for turn in range(3000):
        pull = max(0.0, 0.02 * (1 - turn / 500))
        away = at[one] - at[two]
        far = np.hypot(*away.T)
        if pull == 0 and far.min() > 1.002:
            break
        close = far < 1.02
        push = away[close] * (0.4 * (1.02 - far[close]) / np.maximum(far[close], 1e-6))[:, None]
        at += pull * (home - at)
        for k in (0, 1):
            at[:, k] += np.bincount(one[close], push[:, k], len(at)) - np.bincount(
                two[close], push[:, k], len(at)
            )
    return at


def _natural_earth(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Longitude and latitude in radians on the Natural Earth projection.

    The polynomial of Šavrič, Jenny, Patterson, Petrovič and Hurni (2011), "A Polynomial Equation for the Natural Earth
    Projection", Cartography and Geographic Information Science 38(4), 363–372.
    """
    p = lat**2
    x = lon * (0.8707 - 0.131979 * p + p**2 * (-0.013791 + p**2 * (0.003971 * p - 0.001529 * p**2)))
    y = lat * (1.007226 + p * (0.015085 + p**2 * (-0.044475 + 0.028874 * p - 0.005916 * p**2)))
    return np.stack([x, y], axis=1)


def dots(
    frame: pd.DataFrame,
    code: str,
    group: str,
    *,
    order: Sequence | None = None,
    colours: Mapping[Any, str] | None = None,
    parts: str | None = None,
    unit: str = "",
    absent: str = "no data",
) -> go.Figure:
    """One equal dot for each of the 193 members of the United Nations, at its capital, pushed apart until none touch.

    Parameters as in :func:`world`; a state without a row is a ring. The colour ``"card"`` makes rings of a group too.
    """
    frame = _one_each(frame, code, group, parts)
    frame = frame[frame[code].isin(places())]
    if frame.empty:
        return empty(style.NOTHING)
    classes, of = _categories(frame, group, order, colours)
    said = [plain(v) for v in frame[group]]
    states = _sort(frame, (code, group, parts), classes, of, said, unit, absent)
    return compose(lambda room: _dots_and_tally(room, states))


def _dots_and_tally(room: Room, states: Sorted) -> tuple[list[dict], dict]:
    bars, layout, split = _tally(room, states)
    spots = places()
    xs, ys = (list(v) for v in zip(*spots.values(), strict=True))
    tall = layout["meta"].get("tall", room.height)
    wide, high = (room.width, (1 - split) * tall) if room.narrow else ((SPLIT - 0.02) * room.width, tall - 4)
    ends_x, ends_y = [min(xs) - 0.7, max(xs) + 0.7], [min(ys) - 0.7, max(ys) + 0.7]
    scale = min(wide / (ends_x[1] - ends_x[0]), high / (ends_y[1] - ends_y[0]))
    shade = [states.of[c].colour if c in states.of else "card" for c in spots]
    rings = {"width": 1, "color": [colour("grey" if s == "card" else s) for s in shade]}
    look = {"size": round(0.92 * scale, 1), "color": [colour(s) for s in shade], "line": rings, "opacity": 1}
    across, upright = ([0, 1], [split, 1]) if room.narrow else ([0, SPLIT - 0.02], [0, 1])
    layout["xaxis2"] = {"domain": across, "range": ends_x, "visible": False, "anchor": "y2"}
    layout["yaxis2"] = {
        "domain": upright,
        "range": ends_y,
        "visible": False,
        "anchor": "x2",
        "scaleanchor": "x2",
    }
    trace = style.points(xs, ys, look, [states.said(c) for c in spots], xaxis="x2", yaxis="y2")
    return [trace, *bars], layout
