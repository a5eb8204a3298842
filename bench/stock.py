"""The same pictures written the stock way: ``plotly.express`` rebuilt at each change, shown by ``interact``.

``points(figure)`` takes from a picture of the handbook the marks it draws, as one long table; ``stock(...)`` draws that table
anew with plotly.express, each kind of mark by the function a tutorial would use. So both ways show the same marks. The
table is handed over ready-made: what it costs to compute counts for the exhibit and not for the stock way.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import orjson
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import plotly.io as pio

from cyberdip_utils.exhibit import core
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, find_any, number

#: Maps, networks, matrices, lines, bars and dots, from all five parts; chosen by kind before any was timed.
CHOSEN = {
    "map": ("shutdown_map", "cables_by_year"),
    "network": ("free_flow_network", "cut_the_cables"),
    "matrix": ("positions_matrix", "who_votes_alike"),
    "lines": ("bloc_cohesion",),
    "bars": ("concentration_of_asking",),
    "dots": ("control_at_home", "exploited_flaws"),
    "weighing": ("weigh_5_1",),
}
NAMES = {name: kind for kind, names in CHOSEN.items() for name in names}


def states(name: str, count: int) -> list[dict]:
    """That many states of an exhibit, the opening first, each different."""
    return list(find_any(name).states(limit=count))[:count]


def forget(exhibit) -> None:
    """Drop the states that an exhibit of either form remembers, so that the next one is made anew."""
    if isinstance(exhibit, Exhibit):
        exhibit.forget()
    else:
        core._states.clear()
        core._payloads.clear()


@cache
def _shapes() -> dict:
    shapes = json.loads(figures.geometry("world"))
    shapes["features"] = [f for f in shapes["features"] if f["geometry"]["type"] != "Point"]
    return shapes


def points(figure: go.Figure) -> list[tuple[str, pd.DataFrame | np.ndarray]]:
    """(kind, table) of what a figure draws: trace, x, y, text; a matrix as it is."""
    kinds: dict[str, list[pd.DataFrame]] = {}
    out = []
    for i, trace in enumerate(figure.data):
        if trace.type in ("heatmap", "image"):
            out.append(("matrix", np.array(trace.z, dtype=float)))
            continue
        if trace.type == "choropleth":
            columns, kind = {"x": trace.locations, "y": trace.z}, "choropleth"
        elif trace.type == "scattergeo":
            kind = "line_geo" if "lines" in (trace.mode or "") else "scatter_geo"
            columns = {"x": trace.lon, "y": trace.lat}
            if trace.locations is not None:
                continue
        elif trace.type in ("bar", "scatter"):
            kind = "bar" if trace.type == "bar" else "line" if "lines" in (trace.mode or "") else "scatter"
            if trace.orientation == "h":
                kind = "hbar"
            columns = {"x": trace.x, "y": trace.y}
        else:
            continue
        size = max((len(v) for v in columns.values() if v is not None), default=0)
        if not size:
            continue
        text = trace.hovertext if trace.hovertext is not None else trace.text
        text = (
            list(text) if isinstance(text, (list, tuple, np.ndarray)) and len(text) == size else [""] * size
        )
        frame = pd.DataFrame({k: list(v) if v is not None else range(size) for k, v in columns.items()})
        kinds.setdefault(kind, []).append(frame.assign(trace=f"{i} {trace.name or ''}", text=text))
    return out + [(kind, pd.concat(parts, ignore_index=True)) for kind, parts in kinds.items()]


def given(name: str, count: int) -> list:
    """What :func:`points` takes from each of that many states of an exhibit."""
    return [points(find_any(name).view(**values).figure) for values in states(name, count)]


def stock(parts: list[tuple[str, pd.DataFrame | np.ndarray]], mark: str = "") -> go.Figure:
    """The picture of these tables by plotly.express; ``mark`` is a text that says which state it is."""
    made = []
    for kind, table in parts:
        if kind == "matrix":
            made.append(px.imshow(table))
        elif kind == "choropleth":
            made.append(
                px.choropleth(
                    table, locations="x", color="y", hover_name="text", geojson=_shapes(), featureidkey="id"
                )
            )
        elif kind in ("line_geo", "scatter_geo"):
            made.append(getattr(px, kind)(table, lon="x", lat="y", color="trace", hover_name="text"))
        elif kind == "hbar":
            made.append(px.bar(table, x="x", y="y", color="trace", hover_name="text", orientation="h"))
        else:
            made.append(getattr(px, kind)(table, x="x", y="y", color="trace", hover_name="text"))
    figure = made[0] if made else go.Figure()
    for more in made[1:]:
        figure.add_traces(more.data)
    figure.update_layout(height=figures.HEIGHT, showlegend=False)
    if mark:
        figure.add_annotation(text=mark, x=1, y=1, xref="paper", yref="paper", showarrow=False)
    return figure


def stock_message(figure: go.Figure) -> bytes:
    """What the kernel sends to show a figure in JupyterLab."""
    return orjson.dumps(
        pio.renderers["plotly_mimetype"].to_mimebundle(figure.to_dict()), option=orjson.OPT_NON_STR_KEYS
    )


def marked(name: str, count: int) -> Exhibit:
    """The exhibit behind one control that steps through its states, each picture with its number in a corner."""
    original = find_any(name)
    listed = states(name, count)

    def view(step: int) -> View:
        got = original.function(**original.check(listed[step]))
        figure = go.Figure(got.figure)
        figure.add_annotation(text=f"n{step}", x=1, y=1, xref="paper", yref="paper", showarrow=False)
        return View(figure, got.takeaway, got.table, got.caveat, got.sources)

    return Exhibit(f"bench_{name}", original.title, view, step=number(0, count - 1, 0, label="Step"))
