"""A figure as a small SVG without text: bars, lines and dots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import plotly.graph_objects as go

from cyberdip_utils.figures.style import DARK, NAMES


def _css(value: Any) -> str:
    """A house colour as a CSS variable with its light value in reserve, so that a dark page swaps it."""
    if not isinstance(value, str) or value not in DARK:
        return value if isinstance(value, str) else "none"
    return f"var(--cdx-{NAMES[value].replace(' ', '-')}, {value})"


def thumbnail(
    figure: go.Figure | Mapping, width: int = 320, height: int = 96, ends: Sequence[str] = ()
) -> str:
    """The marks of a figure as SVG text.

    Parameters
    ----------
    figure : Figure
        Made by a mark; bars, lines and dots are drawn, areas of a map are not.
    width, height : int
        In px.
    ends : (str, str), optional
        Words at the lower left and right, such as the first and the last year.

    Returns
    -------
    str
        An ``<svg>`` element, hidden from screen readers; colours are ``var(--cdx-blue, #1E5E91)`` and the like.
    """
    body = figure if isinstance(figure, Mapping) else figure.to_dict()
    layout, low = body.get("layout") or {}, height - (18 if ends else 2)
    stacked: dict[tuple, float] = {}
    marks = []
    for trace in body.get("data", []):
        if trace.get("visible", True) is False:
            continue
        x_of = _scale(layout, "x", trace.get("xaxis", "x"), 2, width - 2)
        y_of = _scale(layout, "y", trace.get("yaxis", "y"), low, 2)
        if x_of is None or y_of is None:
            continue
        if trace.get("type") == "bar":
            marks += _bars(trace, x_of, y_of, layout.get("barmode") == "stack", stacked)
        elif trace.get("type") == "scatter":
            marks += _lines(trace, x_of, y_of) + _dots(trace, x_of, y_of)
    style = 'font-size="12" fill="var(--cdx-soft, #53606D)"'
    for word, at, anchor in zip(ends, (2, width - 2), ("start", "end"), strict=False):
        marks.append(
            f'<text x="{at}" y="{height - 3}" text-anchor="{anchor}" {style}>{escape(str(word))}</text>'
        )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'{head} aria-hidden="true" focusable="false">{"".join(marks)}</svg>'


def _scale(layout: Mapping, letter: str, axis: str, start: float, end: float):
    """From a value on an axis to px, or ``None`` if the axis has no range."""
    found = layout.get(f"{letter}axis{axis[1:]}") or {}
    if not found.get("range"):
        return None
    low, high = (float(v) for v in found["range"])
    first, last = (start + d * (end - start) for d in found.get("domain") or (0, 1))
    return lambda v: first + (float(v) - low) / ((high - low) or 1.0) * (last - first)


def _each(trace: Mapping, key: str) -> list:
    return list(trace.get(key) if trace.get(key) is not None else [])


def _style(values: Any, i: int) -> Any:
    return values[i] if isinstance(values, (list, tuple)) else values


def _bars(trace: Mapping, x_of, y_of, stack: bool, stacked: dict) -> list[str]:
    level = trace.get("orientation") == "h"
    at, amounts = (_each(trace, "y"), _each(trace, "x")) if level else (_each(trace, "x"), _each(trace, "y"))
    steps = sorted({float(v) for v in at})
    usual = 0.74 * min([b - a for a, b in zip(steps, steps[1:], strict=False)], default=1.0)
    marks, across, along = [], y_of if level else x_of, x_of if level else y_of
    for i, (p, amount) in enumerate(zip(at, amounts, strict=True)):
        if amount is None or not amount:
            continue
        base = stacked.get((level, p), 0.0) if stack else float(_style(trace.get("base"), i) or 0.0)
        stacked[level, p] = base + amount
        half = float(_style(trace.get("width"), i) or usual) / 2
        a, b = sorted((across(p - half), across(p + half)))
        c, d = sorted((along(base), along(base + amount)))
        x, y, w, h = (c, a, d - c, b - a) if level else (a, c, b - a, d - c)
        fill = _css(_style((trace.get("marker") or {}).get("color"), i))
        marks.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(w, 0.5):.1f}" height="{max(h - 0.7, 0.5):.1f}" fill="{fill}"/>'
        )
    return marks


def _lines(trace: Mapping, x_of, y_of) -> list[str]:
    if "lines" not in trace.get("mode", "") and not trace.get("fill"):
        return []
    runs, run = [], []
    for x, y in zip(_each(trace, "x"), _each(trace, "y"), strict=True):
        if x is None or y is None:
            runs, run = [*runs, run], []
        else:
            if run and (trace.get("line") or {}).get("shape") == "hv":
                run.append((x_of(x), run[-1][1]))
            run.append((x_of(x), y_of(y)))
    paths = [" ".join(f"{x:.1f},{y:.1f}" for x, y in r) for r in [*runs, run] if len(r) > 1]
    if trace.get("fill") == "toself":
        return [f'<polygon points="{p}" fill="{_css(trace.get("fillcolor"))}"/>' for p in paths]
    line = trace.get("line") or {}
    look = f'fill="none" stroke="{_css(line.get("color"))}" stroke-width="{min(2.0, line.get("width", 2))}"'
    dash = ' stroke-dasharray="4 3"' if line.get("dash", "solid") != "solid" else ""
    dash += f' opacity="{trace["opacity"]}"' if trace.get("opacity") else ""
    return [f'<polyline points="{p}" {look}{dash}/>' for p in paths]


def _dots(trace: Mapping, x_of, y_of) -> list[str]:
    if "markers" not in trace.get("mode", ""):
        return []
    marker, marks = trace.get("marker") or {}, []
    error = trace.get("error_x") or {}
    for i, (x, y) in enumerate(zip(_each(trace, "x"), _each(trace, "y"), strict=True)):
        if x is None or y is None:
            continue
        fill = _css(_style(marker.get("color"), i))
        if error.get("array") and error["array"][i] is not None:
            a, b = x_of(x - error["arrayminus"][i]), x_of(x + error["array"][i])
            marks.append(
                f'<path d="M{a:.1f} {y_of(y):.1f}H{b:.1f}" stroke="{_css(error.get("color"))}" stroke-width="1.5"/>'
            )
        radius = min(4.0, float(_style(marker.get("size"), i) or 6) / 3.2)
        line = marker.get("line") or {}
        edge = (
            f' stroke="{_css(_style(line.get("color"), i))}"'
            if line.get("color") and _style(line.get("width"), i)
            else ""
        )
        marks.append(f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="{radius:.1f}" fill="{fill}"{edge}/>')
    return marks
