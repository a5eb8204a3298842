"""House style of the figures: colours, template, and the forms a chapter needs.

Every function is pure and returns a ``plotly.graph_objects.Figure``. No figure relies on colour alone: lines
also differ in dash and marker, marks in symbol, bars in pattern. Nothing here asks the network for anything:
maps are drawn from the geometry in ``data/``.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

# A dark page swaps these five for their counterparts (static/exhibit.js, DARK): use them by name.
INK = "#1f2933"
SOFT_INK = "#5f6b76"
GRID = "#d5dae0"
NO_DATA = "#c3c9d0"
PAPER = "#ffffff"

# Okabe and Ito's palette for all kinds of colour vision (https://jfly.uni-koeln.de/color/), ordered so that
# the first ones stand out on white and on black; black itself is left to the ink.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
PATTERNS = ("", "/", ".", "x", "-", "\\", "+")
# viridis, light end first: even steps of lightness for all kinds of colour vision, and no grey in it.
SCALE = ("#fde725", "#90d743", "#35b779", "#21918c", "#31688e", "#443983", "#440154")
DIVERGING = ("#0072B2", "#86b6d8", "#f2f0e6", "#eda46b", "#D55E00")

HEIGHT = 420
FONT = 14
DOT_BELOW = 0.3  # square degrees: Malta, Singapore, Bahrain, the Maldives are a pixel or two on a world map
MAP_RESOLUTION = 50  # the set of plotly's base maps that the page fills with nothing (static/exhibit.js)

_EMPTY_TOPOLOGY = {
    "type": "Topology",
    "objects": {
        name: {"type": "GeometryCollection", "geometries": []}
        for name in ("coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits")
    },
    "arcs": [],
}
#: Give this as ``config`` to ``standalone(fig).write_html`` or ``.show``: no base map is asked from a server.
OFFLINE = {
    "topojsonURL": "data:application/json;base64,"
    + base64.b64encode(json.dumps(_EMPTY_TOPOLOGY).encode()).decode()
    + "#",
    "displayModeBar": False,
}


# ---------------------------------------------------------------- style


@cache
def _template() -> go.layout.Template:
    axis = {
        "gridcolor": GRID,
        "linecolor": SOFT_INK,
        "zerolinecolor": SOFT_INK,
        "zerolinewidth": 1,
        "automargin": True,
        "title": {"standoff": 8, "font": {"size": FONT}},
    }
    return go.layout.Template(
        layout={
            "font": {
                "family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
                "size": FONT,
                "color": INK,
            },
            "colorway": list(COLOURS),
            "colorscale": {
                "sequential": _steps(SCALE),
                "sequentialminus": _steps(SCALE[::-1]),
                "diverging": _steps(DIVERGING),
            },
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "margin": {"l": 10, "r": 10, "t": 30, "b": 10},
            "dragmode": False,
            "hovermode": "closest",
            "hoverlabel": {"align": "left", "font": {"size": FONT}},
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1, "xanchor": "left", "x": 0},
            "xaxis": axis,
            "yaxis": axis,
            "geo": {
                "visible": False,
                "fitbounds": False,  # plotly.js 4 would turn the map to what is drawn
                "bgcolor": "rgba(0,0,0,0)",
                "projection": {"type": "natural earth"},
                "resolution": MAP_RESOLUTION,
                "lataxis": {"range": [-57, 84]},
            },
            "coloraxis": {"colorbar": {"outlinewidth": 0, "thickness": 14}},
        }
    )


@cache
def _template_dict() -> dict:
    return _template().to_plotly_json()


def _steps(colours: Sequence[str]) -> list[list]:
    return [[i / (len(colours) - 1), c] for i, c in enumerate(colours)]


def new(height: int = HEIGHT, **layout) -> go.Figure:
    """An empty figure, ``height`` pixels high, that becomes one in house style where it is shown.

    The style is the same for every figure and plotly takes a millisecond to check it, so :func:`to_json` adds it. For
    the same reason traces are given as dicts, which plotly checks once, and whole keys of the layout are set and not updated.
    """
    return go.Figure(layout={"template": {}, "height": height, **layout})


def styled(figure: go.Figure | Mapping) -> go.Figure:
    """A copy in house style, for use outside an exhibit."""
    # a copy of the contents: plotly rearranges the traces of a figure that it is given
    copy = go.Figure(figure if isinstance(figure, Mapping) else figure.to_dict())
    if _unstyled(copy.layout.template.to_plotly_json()):
        copy.layout.template = _template()
    return copy


def _unstyled(template: Any) -> bool:
    """Whether a figure has no style of its own: none at all, or the default that plotly gives to every figure."""
    given = template.get("layout", {}) if isinstance(template, Mapping) else {}
    return not given or list(given.get("colorway", []))[:1] == ["#636efa"]


def plain(text: Any, width: int = 0, limit: int = 0) -> str:
    """Text of the data made safe for a figure's labels, where plotly reads tags, entities and ``%{…}``.

    Parameters
    ----------
    width : int
        Break lines after about this many characters; 0 for one line.
    limit : int
        Shorten to this many characters, with an ellipsis; 0 for all.
    """
    if text is None or text is pd.NA or (isinstance(text, float) and np.isnan(text)):
        return ""
    flat = " ".join(str(text).split())
    if limit and len(flat) > limit:
        flat = flat[: limit - 1].rstrip() + "…"
    flat = flat.replace("<", "‹").replace(">", "›").replace("%{", "% {")
    flat = re.sub(r"&(?=#?\w+;)", "＆", flat)
    if not width:
        return flat
    lines, line = [], ""
    for word in flat.split(" "):
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "<br>".join([*lines, line])


def empty(message: str, height: int = HEIGHT) -> go.Figure:
    """A figure that says why there is nothing to draw."""
    figure = new(height, xaxis={"visible": False}, yaxis={"visible": False})
    figure.add_annotation(
        text=plain(message, width=48),
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        showarrow=False,
        font={"size": 16},
    )
    return figure


# ---------------------------------------------------------------- geometry


@cache
def geometry(name: str) -> bytes:
    """The GeoJSON bytes that stand for ``"geojson": name`` in a figure; ``KeyError`` if there are none."""
    from cyberdip_utils.data import shapes_bytes

    return shapes_bytes(name)


@cache
def _world() -> tuple[dict[str, str], dict[str, tuple[float, float]]]:
    """Names of all places on the map, and (longitude, latitude) of those drawn as dots, by code.

    A dot stands for a point in the geometry and for land of less than ``DOT_BELOW`` square degrees.
    """
    names, points = {}, {}
    for feature in json.loads(geometry("world"))["features"]:
        code, shape = feature["id"], feature["geometry"]
        names[code] = (feature.get("properties") or {}).get("name") or code
        if shape["type"] == "Point":
            points[code] = tuple(shape["coordinates"][:2])
            continue
        parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        rings = [(abs(_area(part[0])), part[0]) for part in parts]
        if sum(area for area, _ in rings) < DOT_BELOW:
            _, largest = max(rings, key=lambda pair: pair[0])
            xs, ys = zip(*largest, strict=True)
            points[code] = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    return names, points


def _area(ring: Sequence) -> float:
    """Signed area of a closed ring in square degrees (shoelace formula)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) / 2


def standalone(figure: go.Figure) -> go.Figure:
    """A copy that carries its map shapes, for use outside an exhibit (with ``config=figures.OFFLINE``)."""
    copy = styled(figure)
    for trace in copy.data:
        name = getattr(trace, "geojson", None)
        if isinstance(name, str):
            shapes = json.loads(geometry(name))
            shapes["features"] = [f for f in shapes["features"] if f["geometry"]["type"] != "Point"]
            trace.geojson = shapes
    return copy


def to_json(figure: go.Figure | Mapping) -> bytes:
    """A figure as compact JSON in house style."""
    import orjson
    from plotly.io.json import to_json_plotly

    body = dict(figure) if isinstance(figure, Mapping) else figure.to_dict()
    layout = dict(body.get("layout") or {})
    if _unstyled(layout.get("template")):
        layout["template"] = _template_dict()
    body["layout"] = layout
    body.pop("frames", None)
    text = to_json_plotly(body, engine="orjson")
    return text.encode() if isinstance(text, str) else orjson.dumps(text)


# ---------------------------------------------------------------- forms


def _style(i: int) -> tuple[str, str, str, str]:
    return tuple(x[i % len(x)] for x in (COLOURS, DASHES, SYMBOLS, PATTERNS))


def _groups(data: pd.DataFrame, group: str | None) -> list[tuple[Any, pd.DataFrame]]:
    if group is None:
        return [(None, data)]
    return [(key, part) for key, part in data.groupby(group, sort=False, observed=True)]


def _number_text(values: Iterable, percent: bool, unit: str = "", short: bool = False) -> list[str]:
    def one(v):
        if v is None or v is pd.NA or (isinstance(v, float) and np.isnan(v)):
            return "no data"
        if percent:
            return f"{v:.0%}" if abs(v) >= 0.1 or v == 0 else f"{v:.1%}"
        if short and abs(v) >= 1e6:
            return f"{v / 1e9:.3g}B" if abs(v) >= 1e9 else f"{v / 1e6:.3g}M"  # as on the axis
        shown = f"{v:,.0f}" if float(v).is_integer() else f"{v:,.3g}"
        return f"{shown} {unit}".strip()

    return [one(v) for v in values]


def world_map(
    values: Mapping[str, Any] | pd.Series,
    label: str = "",
    *,
    unit: str = "",
    percent: bool = False,
    names: Mapping[str, str] | None = None,
    hover: Mapping[str, str] | None = None,
    order: Sequence | None = None,
    colours: Mapping[Any, str] | None = None,
    scale: Sequence[str] = SCALE,
    lo: float | None = None,
    hi: float | None = None,
    log: bool = False,
    midpoint: float | None = None,
    height: int = 440,
) -> go.Figure:
    """A world map of a number or of a category for each country.

    Parameters
    ----------
    values : mapping or Series
        By ISO3 code. Missing values and countries not named are drawn as "no data", never as zero.
    label : str
        What the number or the category is; heads the colour bar or the legend.
    unit, percent
        How a number is written; with ``percent`` the values are shares from 0 to 1.
    names, hover : mapping, optional
        Names by code (those of the map by default), and a further line for the pointer.
    order, colours : optional
        Categories in the order of the legend, and a colour for each.
    scale, lo, hi, log, midpoint
        The colour scale of a number: colours, its ends, logarithmic (values above 0; zeros lie at the lower
        end), or even on both sides of a midpoint (with ``DIVERGING``).

    Notes
    -----
    Places too small for the map are circles, small and hollow when they have no data. Values of a code that is not on
    the map (the European Union, say) are named below it, not dropped in silence.
    """
    series = pd.Series(dict(values) if isinstance(values, Mapping) else values, dtype=object)
    world_names, points = _world()
    names = {**world_names, **(names or {})}
    known = {k: v for k, v in series.items() if k in world_names and not pd.isna(v)}
    missing = [k for k in world_names if k not in known]
    nowhere = [str(k) for k, v in series.items() if k not in world_names and not pd.isna(v)]

    def text(code: str, value: str) -> str:
        more = f"<br>{plain(hover[code], width=50)}" if hover and code in hover else ""
        return f"<b>{plain(names[code])}</b><br>{value}{more}"

    figure = new(height, margin={"l": 0, "r": 0, "t": 30, "b": 0}, legend={"title": {"text": plain(label)}})
    if nowhere:
        figure.add_annotation(
            text=plain(f"Not on the map: {', '.join(nowhere)}", limit=120),
            x=0,
            y=0,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"size": 13},
        )
    areas = {"geojson": "world", "featureidkey": "id", "hovertemplate": "%{text}<extra></extra>"}
    dots = {"mode": "markers", "hovertemplate": "%{text}<extra></extra>", "showlegend": False}

    def add(codes: list[str], texts: list[str], area: dict, dot: dict) -> None:
        small = [i for i, c in enumerate(codes) if c in points]
        large = [i for i, c in enumerate(codes) if c not in points]

        def part(style: dict, chosen: list[int]) -> dict:
            return {
                k: [v[i] for i in chosen] if k in ("z", "color") and not isinstance(v, str) else v
                for k, v in style.items()
            }

        figure.add_trace(
            dict(
                type="choropleth",
                locations=[codes[i] for i in large],
                text=[texts[i] for i in large],
                marker={"line": {"color": SOFT_INK, "width": 0.5}},
                **areas,
                **part(area, large),
            )
        )
        if small:
            figure.add_trace(
                dict(
                    type="scattergeo",
                    lon=[points[codes[i]][0] for i in small],
                    lat=[points[codes[i]][1] for i in small],
                    text=[texts[i] for i in small],
                    marker={"size": 8, "line": {"color": INK, "width": 1}} | part(dot, small),
                    **dots,
                    **({"legendgroup": area["legendgroup"]} if "legendgroup" in area else {}),
                )
            )

    def flat(codes: list[str], value: str, colour: str, name: str, hollow: bool = False) -> None:
        add(
            codes,
            [text(c, value) for c in codes],
            {
                "z": [0] * len(codes),
                "colorscale": [[0, colour], [1, colour]],
                "showscale": False,
                "showlegend": True,
                "name": name,
                "legendgroup": name,
            },
            {"color": "rgba(0,0,0,0)", "size": 5, "line": {"color": SOFT_INK, "width": 1}}
            if hollow
            else {"color": colour},
        )

    if missing:
        flat(missing, "no data", NO_DATA, "no data", hollow=True)
    if not known:
        return figure
    codes = list(known)
    if all(
        isinstance(v, (int, float, np.number)) and not isinstance(v, (bool, np.bool_)) for v in known.values()
    ):
        given = np.array([float(known[c]) for c in codes])
        shown = np.log10(np.where(given > 0, given, np.nan)) if log else given
        floor = np.nanmin(shown) if np.isfinite(shown).any() else 0.0
        shown = np.where(np.isnan(shown), floor, shown)
        low = (np.log10(lo) if log else lo) if lo is not None else float(shown.min())
        high = (np.log10(hi) if log else hi) if hi is not None else float(shown.max())
        if midpoint is not None:
            reach = max(abs(high - midpoint), abs(midpoint - low)) or 1
            low, high = midpoint - reach, midpoint + reach
        if high <= low:
            high = low + 1
        bar = {
            "title": {"text": plain(" ".join([label, f"({unit})" if unit else ""]), width=18)},
            "len": 0.85,
        }
        if percent:
            bar["tickformat"] = ".0%"
        if log:
            ticks = [t for t in range(int(np.floor(low)), int(np.ceil(high)) + 1) if low <= t <= high]
            bar |= {"tickvals": ticks, "ticktext": [f"{10**t:,g}" for t in ticks]}
        ends = {"cmin": float(low), "cmax": float(high)}
        figure.layout.coloraxis = {"colorscale": _steps(scale), **ends, "colorbar": bar}
        texts = [
            text(c, f"{plain(label)}: {t}")
            for c, t in zip(codes, _number_text(given, percent, unit), strict=True)
        ]
        z = [float(x) for x in shown]
        add(
            codes,
            texts,
            {"z": z, "coloraxis": "coloraxis", "showlegend": False, "name": plain(label)},
            {"color": z, "coloraxis": "coloraxis"},
        )
        figure.layout.legend.title.text = ""
        return figure
    found = list(dict.fromkeys(known.values()))
    ordered = [c for c in order if c in found] if order is not None else sorted(found, key=str)
    ordered += [c for c in found if c not in ordered]
    palette = dict(colours or {})
    # one colour per category, fixed by the whole order, so that it stays when others come and go
    for i, category in enumerate(order if order is not None else ordered):
        palette.setdefault(category, COLOURS[i % len(COLOURS)])
    for i, category in enumerate(ordered):
        flat(
            [c for c in codes if known[c] == category],
            plain(category),
            palette.get(category, COLOURS[i % len(COLOURS)]),
            plain(category),
        )
    return figure


def bars(
    data: pd.DataFrame,
    category: str,
    value: str,
    low: str | None = None,
    high: str | None = None,
    group: str | None = None,
    *,
    label: str = "",
    percent: bool = False,
    horizontal: bool = True,
    stacked: bool = False,
    values_shown: bool = True,
    height: int | None = None,
) -> go.Figure:
    """Bars, with intervals if columns ``low`` and ``high`` are named, first row of the data on top.

    Parameters
    ----------
    category, value, low, high, group : str
        Columns; ``low`` and ``high`` are the ends of an interval in the unit of ``value``.
    label : str
        Title of the value axis, with its unit.
    percent : bool
        Values are shares from 0 to 1.
    values_shown : bool
        Write the number beside each bar.
    """
    if data.empty:
        return empty("No rows in this selection.")
    words = {c: plain(c, limit=48) for c in dict.fromkeys(data[category])}
    order = list(words.values())
    parts = _groups(data, group)
    rows = len(order) * (1 if stacked else len(parts))
    if height is None:
        height = max(260, 110 + 30 * rows) if horizontal else HEIGHT
    figure = new(
        height, barmode="stack" if stacked else "group", scattermode="group", bargap=0.25, scattergap=0.25
    )
    traces = []
    for i, (key, part) in enumerate(parts):
        colour, _, _, pattern = _style(i)
        error = None
        if low and high:
            upper, lower = (part[high] - part[value]).astype(float), (part[value] - part[low]).astype(float)
            error = {
                "type": "data",
                "symmetric": False,
                "array": upper.tolist(),
                "arrayminus": lower.tolist(),
                "color": INK,
                "thickness": 1.5,
                "width": 4,
            }
        numbers = part[value].astype(float).tolist()
        places = [words[c] for c in part[category]]
        texts = _number_text(numbers, percent, short=True)
        hover = [f"{p}: {t}" for p, t in zip(places, _number_text(numbers, percent), strict=True)]
        if error:
            ends = zip(_number_text(part[low], percent), _number_text(part[high], percent), strict=True)
            hover = [f"{h} ({a} to {b})" for h, (a, b) in zip(hover, ends, strict=True)]
        x, y = (numbers, places) if horizontal else (places, numbers)
        traces.append(
            dict(
                type="bar",
                x=x,
                y=y,
                orientation="h" if horizontal else "v",
                name=plain(key) if key is not None else "",
                showlegend=key is not None,
                offsetgroup=None if stacked else str(i),
                marker={
                    "color": colour,
                    "line": {"color": INK, "width": 0.5},
                    "pattern": {
                        "shape": pattern,
                        "fillmode": "overlay",
                        "fgcolor": PAPER,
                        "fgopacity": 0.7,
                        "size": 7,
                    },
                },
                text=texts if values_shown and not error else None,
                textposition="inside" if stacked else "outside",
                cliponaxis=False,
                hovertext=hover,
                hovertemplate="%{hovertext}<extra></extra>",
                **({"error_x" if horizontal else "error_y": error} if error else {}),
            )
        )
        if error and values_shown:  # beyond the end of the interval, where nothing crosses it
            ends = part[high].astype(float).tolist()
            traces.append(
                {
                    "type": "scatter",
                    "x": ends if horizontal else places,
                    "y": places if horizontal else ends,
                    "orientation": "h" if horizontal else "v",
                    "offsetgroup": None if stacked else str(i),
                    "mode": "text",
                    "text": [f"  {t}" for t in texts],
                    "textposition": "middle right" if horizontal else "top center",
                    "cliponaxis": False,
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
    figure.add_traces(traces)
    amounts = {"title": {"text": plain(label)}, "rangemode": "tozero"}
    if percent:
        amounts["tickformat"] = ".0%"
    if values_shown and not stacked:  # room for the numbers beyond the longest bar
        ends = data[[c for c in (value, low, high) if c]].astype(float)
        most, least = float(np.nanmax(ends.to_numpy())), min(0.0, float(np.nanmin(ends.to_numpy())))
        longest = max(len(t) for t in _number_text(data[value], percent, short=True))
        room = 1.04 + 0.016 * longest if horizontal else 1.1
        amounts["range"] = [least * room, (max(most, 0.0) or (0.0 if least else 1.0)) * room]
        # On a phone the same text takes a larger share: the page widens the axis once more by this.
        figure.layout.meta = {"narrow_room": 1 + 0.03 * longest} if horizontal else {}
    places = {"type": "category", "categoryorder": "array", "categoryarray": order}
    places["showgrid"] = False
    if horizontal:
        figure.layout.xaxis, figure.layout.yaxis = amounts, {**places, "autorange": "reversed"}
    else:
        figure.layout.xaxis, figure.layout.yaxis = places, amounts
    return figure


def lines(
    data: pd.DataFrame,
    x: str,
    y: str,
    group: str | None = None,
    low: str | None = None,
    high: str | None = None,
    *,
    label: str = "",
    percent: bool = False,
    changes: Sequence[tuple[Any, str]] = (),
    height: int = HEIGHT,
) -> go.Figure:
    """Lines over time or another scale, with a band if ``low`` and ``high`` are named.

    Parameters
    ----------
    x, y, group, low, high : str
        Columns. Missing ``y`` leaves a gap, never a zero.
    label : str
        Title of the y axis, with its unit.
    changes : sequence of (x, text)
        Where the source changed its coverage or its definitions: a dashed upright line with its label. Every
        trend must say where coverage changed.
    """
    if data.empty:
        return empty("No rows in this selection.")
    figure = new(
        height, hovermode="x unified", yaxis={"title": {"text": plain(label)}, "rangemode": "tozero"}
    )
    if percent:
        figure.layout.yaxis.tickformat = ".0%"
    traces = []
    for i, (key, part) in enumerate(_groups(data, group)):
        part = part.sort_values(x)
        colour, dash, symbol, _ = _style(i)
        places, name = part[x].tolist(), plain(key) if key is not None else plain(label)
        if low and high:
            traces.append(
                {
                    "type": "scatter",
                    "x": places + places[::-1],
                    "y": part[high].astype(float).tolist() + part[low].astype(float).tolist()[::-1],
                    "fill": "toself",
                    "fillcolor": faded(colour, 0.18),
                    "line": {"width": 0},
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
        traces.append(
            {
                "type": "scatter",
                "x": places,
                "y": part[y].astype(float).tolist(),
                "mode": "lines+markers",
                "name": name,
                "showlegend": key is not None,
                "line": {"color": colour, "dash": dash, "width": 2.5},
                "marker": {"symbol": symbol, "size": 7, "color": colour},
                "connectgaps": False,
            }
        )
    figure.add_traces(traces)
    return mark_changes(figure, changes)


def mark_changes(figure: go.Figure, changes: Sequence[tuple[Any, str]]) -> go.Figure:
    """Draw a dashed upright line with its label at each (x, text) where coverage changed."""
    stroke = {"color": SOFT_INK, "dash": "dash", "width": 1.5}
    lines = [
        {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": stroke}
        for x, _ in changes
    ]
    words = [
        {
            "x": x,
            "y": 1 - 0.09 * (i % 3),
            "yref": "paper",
            "text": plain(text, width=24),
            "showarrow": False,
            "xanchor": "right",
            "yanchor": "top",
            "align": "right",
            "font": {"size": 13, "color": SOFT_INK},
            "xshift": -4,
        }
        for i, (x, text) in enumerate(changes)
    ]
    if changes:
        figure.layout.shapes = [*figure.layout.shapes, *lines]
        figure.layout.annotations = [*figure.layout.annotations, *words]
    return figure


def faded(colour: str, strength: float = 0.45) -> str:
    """A colour ``#rrggbb`` with this opacity, from 0 to 1."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"


def folded(figure: go.Figure, width: int = 12) -> go.Figure:
    """The figure with the labels of its rows broken, so that a narrow page keeps room for the marks."""

    def fold(labels: Iterable) -> list[str]:
        return [plain(str(label).replace("-", "- "), width).replace("- ", "-") for label in labels]

    for trace in figure.data:
        trace.y = fold(trace.y)
    if figure.layout.yaxis.categoryarray:
        figure.layout.yaxis.categoryarray = fold(figure.layout.yaxis.categoryarray)
    return figure


def rising(
    parts: Mapping[str, pd.DataFrame],
    horizon: float,
    label: str,
    top: float | None = None,
) -> go.Figure:
    """Rising step lines over days, such as cumulative incidence, with a band where there are ``low`` and ``high``.

    Parameters
    ----------
    parts : mapping
        By name a DataFrame with columns ``time`` (days, rising), ``share`` (0 to 1) and, if there is a band, ``low``, ``high``.
    horizon : float
        Last day drawn; a line goes on level to it.
    label : str
        Title of the share's axis.
    top : float, optional
        The highest share on the axis; by default just above what is drawn.
    """
    shown = {name: frame[frame["time"] <= horizon] for name, frame in parts.items()}
    if top is None:
        tops = [f["high" if "high" in f else "share"].max() for f in shown.values()]
        top = float(np.nanmax([t for t in tops if not pd.isna(t)] or [0.5]))
        end = min(1.02, 1.1 * top + 0.01)
    else:
        end = 1.02 * top
    figure = new(
        460,
        hovermode="closest",
        xaxis={"title": {"text": "days since the incident’s start"}, "range": [0, horizon]},
        yaxis={"title": {"text": label}, "tickformat": ".0%", "range": [0, end]},
    )
    flat = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip", "showlegend": False}
    for i, (name, frame) in enumerate(shown.items()):
        colour, dash, symbol, _ = _style(i)
        x = [0.0, *frame["time"].tolist(), float(horizon)]

        def steps(column: str, frame: pd.DataFrame = frame) -> list[float]:
            values = frame[column].tolist()
            return [0.0, *values, values[-1] if values else 0.0]

        if "low" in frame:
            figure.add_trace({"type": "scatter", "x": x, "y": steps("low"), **flat})
            band = {"fill": "tonexty", "fillcolor": faded(colour, 0.15)}
            figure.add_trace({"type": "scatter", "x": x, "y": steps("high"), **band, **flat})
        y = steps("share")
        figure.add_trace(
            {
                "type": "scatter",
                "x": x,
                "y": y,
                "mode": "lines",
                "line": {"color": colour, "dash": dash, "width": 2.5, "shape": "hv"},
                "showlegend": False,
                "hovertemplate": f"{plain(name)}, day %{{x:.0f}}: %{{y:.1%}}<extra></extra>",
            }
        )
        at = sorted({*range(0, len(x), max(1, len(x) // 6)), len(x) - 1})
        figure.add_trace(
            {
                "type": "scatter",
                "x": [x[k] for k in at],
                "y": [y[k] for k in at],
                "mode": "markers",
                "name": plain(name),
                "marker": {"color": colour, "symbol": symbol, "size": 9},
                "hoverinfo": "skip",
            }
        )
    return figure


def timeline(
    data: pd.DataFrame,
    start: str,
    text: str,
    lane: str,
    end: str | None = None,
    kind: str | None = None,
    *,
    lanes: Sequence[str] | None = None,
    hover: str | None = None,
    height: int | None = None,
) -> go.Figure:
    """Events on lanes: a mark for a moment, a bar for a stretch of time.

    Parameters
    ----------
    start, text, lane : str
        Columns: date (or year), what happened, and the lane it lies on.
    end : str, optional
        Column with the end; missing means a moment.
    kind : str, optional
        Column that sets colour and symbol (the lane by default).
    lanes : sequence of str, optional
        Lanes from top to bottom.
    hover : str, optional
        Column with a longer text for the pointer.
    """
    if data.empty:
        return empty("No events in this selection.")
    order = [plain(x) for x in (lanes or dict.fromkeys(data[lane])) if (data[lane] == x).any()]
    figure = new(height or max(260, 110 + 60 * len(order)))
    for i, (key, part) in enumerate(_groups(data, kind or lane)):
        colour, _, symbol, _ = _style(i)
        name, places = plain(key), [plain(x) for x in part[lane]]
        if end:
            stretch_x, stretch_y = [], []
            for a, b, y in zip(part[start], part[end], places, strict=True):
                if not pd.isna(b):
                    stretch_x += [a, b, None]
                    stretch_y += [y, y, None]
            if stretch_x:
                figure.add_trace(
                    {
                        "type": "scatter",
                        "x": stretch_x,
                        "y": stretch_y,
                        "mode": "lines",
                        "line": {"color": colour, "width": 10},
                        "opacity": 0.5,
                        "hoverinfo": "skip",
                        "showlegend": False,
                        "legendgroup": name,
                    }
                )
        notes = part[hover] if hover else part[text]
        when = [str(x.date()) if isinstance(x, pd.Timestamp) else str(x) for x in part[start]]
        figure.add_trace(
            {
                "type": "scatter",
                "x": part[start].tolist(),
                "y": places,
                "mode": "markers",
                "name": name,
                "legendgroup": name,
                "showlegend": kind is not None,
                "marker": {"color": colour, "symbol": symbol, "size": 12, "line": {"color": INK, "width": 1}},
                "text": [
                    f"<b>{plain(t, width=50)}</b><br>{w}" + (f"<br>{plain(n, width=60)}" if hover else "")
                    for t, w, n in zip(part[text], when, notes, strict=True)
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    figure.layout.yaxis = {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": order,
        "autorange": "reversed",
        "range": None,
        "title": {"text": ""},
    }
    return figure


def layout_network(
    edges: Iterable[tuple], seed: int = 0, nodes: Iterable[Hashable] = ()
) -> dict[Any, tuple[float, float]]:
    """Positions of a network's nodes by networkx's spring layout, the same for the same seed."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((a, b) for a, b, *_ in edges)
    placed = nx.spring_layout(graph, seed=seed, k=1.6 / max(1, len(graph)) ** 0.5, iterations=80)
    return {node: (float(x), float(y)) for node, (x, y) in placed.items()}


def network(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    positions: Mapping[Any, tuple[float, float]] | None = None,
    seed: int = 0,
    labels: int = 25,
    height: int = 520,
) -> go.Figure:
    """Nodes and edges.

    Parameters
    ----------
    nodes : DataFrame
        Columns ``id``, and optionally ``label``, ``group`` (colour and symbol), ``size`` (an amount),
        ``hover``.
    edges : DataFrame
        Columns ``source``, ``target`` (ids), and optionally ``weight`` (line width).
    positions : mapping, optional
        (x, y) by id; computed with ``seed`` if not given.
    labels : int
        Write the labels of this many nodes, the largest first.
    """
    if nodes.empty:
        return empty("No nodes in this selection.")
    pairs = list(zip(edges["source"], edges["target"], strict=True))
    place = positions or layout_network(pairs, seed, nodes["id"])
    # on a phone the names need the height that the width does not give
    figure = new(
        height,
        xaxis={"visible": False},
        yaxis={"visible": False, "scaleanchor": "x"},
        meta={"narrow_height": 1.5},
    )
    weights = (
        edges["weight"].astype(float)
        if "weight" in edges and len(edges)
        else pd.Series(1.0, index=edges.index)
    )
    # four widths are enough for the eye, and four traces draw faster than one per edge
    top = float(weights.max()) if len(weights) else 1.0
    step = np.clip(np.ceil(4 * (weights / top) ** 0.5), 1, 4).astype(int)
    for k in (1, 2, 3, 4):
        xs, ys = [], []
        for (a, b), s in zip(pairs, step, strict=True):
            if s == k and a in place and b in place:
                xs += [place[a][0], place[b][0], None]
                ys += [place[a][1], place[b][1], None]
        if xs:
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": xs,
                    "y": ys,
                    "mode": "lines",
                    "line": {"color": NO_DATA, "width": 0.7 + k},
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
    size = nodes["size"].astype(float) if "size" in nodes else pd.Series(1.0, index=nodes.index)
    named = set(size.sort_values(ascending=False, kind="stable").index[:labels])
    label = nodes["label"] if "label" in nodes else nodes["id"]
    hover = nodes["hover"] if "hover" in nodes else label
    scale = 26 / (float(size.max()) or 1) ** 0.5
    for i, (key, part) in enumerate(_groups(nodes, "group" if "group" in nodes else None)):
        colour, _, symbol, _ = _style(i)
        figure.add_trace(
            {
                "type": "scatter",
                "x": [place[n][0] for n in part["id"]],
                "y": [place[n][1] for n in part["id"]],
                "mode": "markers+text",
                "name": plain(key) if key is not None else "",
                "showlegend": key is not None,
                "text": [plain(label[j], limit=26) if j in named else "" for j in part.index],
                "textposition": "top center",
                "hovertext": [plain(hover[j], width=50) for j in part.index],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {
                    "color": colour,
                    "symbol": symbol,
                    "line": {"color": INK, "width": 1},
                    "size": [max(8.0, round(scale * size[j] ** 0.5, 1)) for j in part.index],
                },
            }
        )
    return figure


def heatmap(
    table: pd.DataFrame,
    label: str = "",
    *,
    percent: bool = False,
    scale: Sequence[str] = SCALE,
    lo: float | None = None,
    hi: float | None = None,
    categories: Mapping[Any, str] | None = None,
    colours: Sequence[str] = (),
    values_shown: bool = True,
    height: int | None = None,
) -> go.Figure:
    """A grid of cells; the index names the rows, the columns name the columns. Missing cells stay empty.

    Parameters
    ----------
    table : DataFrame
        Numbers; or, with ``categories``, category names.
    categories : mapping, optional
        Category to the short mark written in its cells, in the order of the colours: colour is never alone.
    colours : sequence of str, optional
        A colour for each category.
    """
    if table.empty:
        return empty("No rows in this selection.")
    rows, columns = [plain(x, limit=48) for x in table.index], [plain(x, limit=32) for x in table.columns]
    figure = new(height or max(300, 130 + 26 * len(rows)))
    if categories is not None:
        order = list(categories)
        codes = [
            [order.index(v) if v in categories else None for v in row]
            for row in table.itertuples(index=False)
        ]
        shades = [(*colours, *COLOURS)[k % (len(colours) or len(COLOURS))] for k in range(len(order))]
        steps = [[(k + side) / len(order), shade] for k, shade in enumerate(shades) for side in (0, 1)]
        for shade, (category, mark) in zip(shades, categories.items(), strict=True):
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": [None],
                    "y": [None],
                    "mode": "markers",
                    "marker": {"symbol": "square", "size": 14, "color": shade},
                    "name": plain(f"{mark} {category}"),
                }
            )
        figure.layout.legend = {"y": 0, "yanchor": "top", "title": {"text": plain(label)}}
        texts = [["" if c is None else plain(categories[order[c]]) for c in row] for row in codes]
        words = [["no data" if c is None else plain(order[c]) for c in row] for row in codes]
        bar = {}
        style = {
            "z": codes,
            "zmin": -0.5,
            "zmax": len(order) - 0.5,
            "colorscale": steps,
            "showscale": False,
            "showlegend": False,
        }
    else:
        numbers = [[None if pd.isna(v) else float(v) for v in row] for row in table.itertuples(index=False)]
        words = [_number_text(row, percent) for row in numbers]
        texts = [
            ["" if v is None else w for v, w in zip(r, t, strict=True)]
            for r, t in zip(numbers, words, strict=True)
        ]
        bar = {"title": {"text": plain(label, width=18)}} | ({"tickformat": ".0%"} if percent else {})
        style = {"z": numbers, "zmin": lo, "zmax": hi, "colorscale": _steps(scale)}
    figure.add_trace(
        dict(
            type="heatmap",
            x=columns,
            y=rows,
            xgap=1,
            ygap=1,
            hoverongaps=False,
            colorbar={"outlinewidth": 0, "thickness": 14, **bar},
            text=texts if values_shown else None,
            texttemplate="%{text}" if values_shown else None,
            customdata=words,
            hovertemplate="%{y}, %{x}: %{customdata}<extra></extra>",
            **style,
        )
    )
    figure.layout.yaxis = {"type": "category", "autorange": "reversed", "showgrid": False}
    angle = -35 if len(columns) > 6 else 0
    figure.layout.xaxis = {"type": "category", "side": "top", "showgrid": False, "tickangle": angle}
    return figure
