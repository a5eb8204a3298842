"""The states that bench/drawing.py moves through: a world map of about 200 countries beside a bar chart.

``figure(step)`` interpolates the share of internet users between years, so that every step is another picture.
"""

import json
from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, number

STEPS = 120


@cache
def _shapes() -> dict:
    shapes = json.loads(figures.geometry("world"))
    shapes["features"] = [f for f in shapes["features"] if f["geometry"]["type"] != "Point"]
    return shapes


@cache
def _table() -> pd.DataFrame:
    wide = load("internet_users").pivot(index="year", columns="iso3", values="value").loc[1995:2022]
    wide = wide.astype(float).interpolate(limit_direction="both").dropna(axis="columns")
    at = np.linspace(wide.index.min(), wide.index.max(), STEPS + 1)
    return pd.DataFrame({code: np.interp(at, wide.index, wide[code]) for code in wide})


def figure(step: int, inline: bool = False) -> go.Figure:
    """The picture of one step; with ``inline`` it carries its map shapes, as any other way must."""
    values = _table().iloc[step]
    made = figures.world_map(values, "Internet users", unit="%", lo=0, hi=100)
    # One map trace, so that the other two ways carry the shapes once and not twice.
    made.data = [
        t for t in made.data if t.name != "no data" and not (t.type == "scattergeo" and t.mode == "markers")
    ]
    top = values.sort_values(ascending=False).head(15)
    made.add_trace(go.Scattergeo(lon=[0], lat=[-50], mode="text", text=[f"n{step}"], showlegend=False))
    made.add_trace(
        go.Bar(
            x=top.tolist(), y=top.index.tolist(), orientation="h", showlegend=False, text=[f"n{step}"] * 15
        )
    )
    made.update_layout(
        geo={"domain": {"x": [0, 0.6]}},
        xaxis={"domain": [0.7, 1], "range": [0, 100]},
        yaxis={"autorange": "reversed", "type": "category"},
        coloraxis={"colorbar": {"x": 0.6}},
    )
    if inline:
        made.data[0].geojson = _shapes()
    return made


def view(step: int) -> View:
    """The same picture as a View."""
    values = _table().iloc[step]
    table = values.rename("percent").rename_axis("iso3").reset_index()
    return View(
        figure(step),
        f"Step {step}: the median is {values.median():.1f} percent.",
        table,
        sources=("internet_users",),
    )


exhibit = Exhibit("bench_drawing", "Who is on the internet?", view, step=number(0, STEPS, 0, label="Step"))
