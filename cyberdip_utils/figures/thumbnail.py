"""A figure as a small SVG without text: bars, lines and dots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import plotly.graph_objects as go

from cyberdip_utils.figures.style import DARK, NAMES


def thumbnail(figure: go.Figure, width: int = 320, height: int = 96, ends: Sequence[str] = ()) -> str:
    """The marks of a figure as SVG text.

    Parameters
    ----------
    figure : Figure
        Made by a mark; bars, lines and dots on axes of numbers are drawn, areas of a map and days are not.
    width, height : int
        In px.
    ends : (str, str), optional
        Words at the lower left and right, such as the first and the last year.

    Returns
    -------
    str
        An ``<svg>`` element, hidden from screen readers; colours are ``var(--cdx-blue, #1E5E91)`` and the like.
    """
    body = figure.to_dict()
    layout, low = body["layout"], height - (18 if ends else 2)
    stacked = {} if layout.get("barmode") == "stack" else None
    marks = []
    for trace in body["data"]:
        x_of = _scale(layout, "x", trace.get("xaxis", "x"), 2, width - 2)
        y_of = _scale(layout, "y", trace.get("yaxis", "y"), low, 2)
        if trace.get("visible", True) is False or x_of is None or y_of is None:
            continue
        if trace["type"] == "bar":
            marks += _bars(trace, x_of, y_of, stacked)
        elif trace["type"] == "scatter":
            marks += _lines(trace, x_of, y_of) + _dots(trace, x_of, y_of)
    look = {"y": height - 3, "font_size": "12", "fill": "var(--cdx-soft, #53606D)"}
    for word, at, anchor in zip(ends, (2, width - 2), ("start", "end"), strict=False):
        marks.append(_tag("text", escape(str(word)), x=at, text_anchor=anchor, **look))
    size = {"viewBox": f"0 0 {width} {height}", "width": width, "height": height}
    hidden = {"aria_hidden": "true", "focusable": "false"}
    return _tag("svg", "".join(marks), xmlns="http://www.w3.org/2000/svg", **size, **hidden)


def _tag(name: str, inner: str = "", **attributes: Any) -> str:
    """An SVG element; floats with one decimal, house colours as CSS variables that a dark page swaps, ``None`` left out."""
    said = []
    for key, value in attributes.items():
        if isinstance(value, float):
            value = f"{value:.1f}"
        elif value in DARK:
            value = f"var(--cdx-{NAMES[value].replace(' ', '-')}, {value})"
        if value is not None:
            said.append(f'{key.replace("_", "-")}="{value}"')
    end = f">{inner}</{name}>" if inner else "/>"
    return f"<{name} {' '.join(said)}{end}"


def _scale(layout: Mapping, letter: str, axis: str, start: float, end: float) -> Callable | None:
    """From a value on an axis to px, or ``None`` if the axis has no range of numbers."""
    found = layout.get(f"{letter}axis{axis[1:]}", {})
    if not found.get("range") or found.get("type") == "date":
        return None
    low, high = found["range"]
    first, last = (start + d * (end - start) for d in found.get("domain", (0, 1)))
    return lambda v: first + (v - low) / ((high - low) or 1.0) * (last - first)


def _one(values: Any, i: int) -> Any:
    """A value that holds for all marks of a trace, or the one of this mark."""
    return values[i] if isinstance(values, (list, tuple)) else values


def _bars(trace: Mapping, x_of: Callable, y_of: Callable, stacked: dict | None) -> list[str]:
    """Bars; ``stacked`` holds how far each place is filled, where they stand on one another."""
    level = trace.get("orientation") == "h"
    at, amounts = (trace["y"], trace["x"]) if level else (trace["x"], trace["y"])
    across, along = (y_of, x_of) if level else (x_of, y_of)
    steps = sorted(set(at))
    usual = 0.74 * min([b - a for a, b in zip(steps, steps[1:], strict=False)], default=1.0)
    marks = []
    for i, (p, amount) in enumerate(zip(at, amounts, strict=True)):
        if not amount:
            continue
        base = _one(trace.get("base"), i) or 0.0
        if stacked is not None:
            base = stacked.get(p, 0.0)
            stacked[p] = base + amount
        half = (_one(trace.get("width"), i) or usual) / 2
        a, b = sorted((across(p - half), across(p + half)))
        c, d = sorted((along(base), along(base + amount)))
        x, y, w, h = (c, a, d - c, b - a) if level else (a, c, b - a, d - c)
        fill = _one(trace["marker"]["color"], i)
        marks.append(_tag("rect", x=x, y=y, width=max(w, 0.5), height=max(h - 0.7, 0.5), fill=fill))
    return marks


def _lines(trace: Mapping, x_of: Callable, y_of: Callable) -> list[str]:
    if "lines" not in trace["mode"]:
        return []
    line, runs = trace["line"], [[]]
    for x, y in zip(trace["x"], trace["y"], strict=True):
        if x is None or y is None:
            runs.append([])
            continue
        if runs[-1] and line.get("shape") == "hv":
            runs[-1].append((x_of(x), runs[-1][-1][1]))
        runs[-1].append((x_of(x), y_of(y)))
    paths = [" ".join(f"{x:.1f},{y:.1f}" for x, y in run) for run in runs if len(run) > 1]
    if trace.get("fill"):
        return [_tag("polygon", points=path, fill=trace["fillcolor"]) for path in paths]
    look = {"fill": "none", "stroke": line["color"], "stroke_width": str(min(2.0, line["width"]))}
    look["stroke_dasharray"] = None if line.get("dash", "solid") == "solid" else "4 3"
    opacity = trace.get("opacity")
    return [_tag("polyline", points=path, **look, opacity=opacity and str(opacity)) for path in paths]


def _dots(trace: Mapping, x_of: Callable, y_of: Callable) -> list[str]:
    if "markers" not in trace["mode"]:
        return []
    marker, error, marks = trace["marker"], trace.get("error_x", {}), []
    line = marker.get("line", {})
    for i, (x, y) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        if x is None or y is None:
            continue
        if error and error["array"][i] is not None:
            a, b = x_of(x - error["arrayminus"][i]), x_of(x + error["array"][i])
            path = f"M{a:.1f} {y_of(y):.1f}H{b:.1f}"
            marks.append(_tag("path", d=path, stroke=error["color"], stroke_width="1.5"))
        radius = min(4.0, _one(marker["size"], i) / 3.2)
        stroke = _one(line.get("color"), i) if _one(line.get("width"), i) else None
        fill = _one(marker["color"], i)
        marks.append(_tag("circle", cx=x_of(x), cy=y_of(y), r=radius, fill=fill, stroke=stroke))
    return marks
