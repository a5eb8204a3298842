"""Drawing submarine cables: thinned routes, one trace for many lines, and words for grey land.

Routes come from the table ``cable_routes``, whose two editions are 2021 and 2026. They are drawn for looks by
their publisher, not surveyed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.data import shapes

EDITIONS = (2021, 2026)


def thin(points: np.ndarray, tolerance: float) -> np.ndarray:
    """Fewer points of a line that stay within a tolerance, after Ramer, Douglas and Peucker.

    Parameters
    ----------
    points : array of shape (n, 2)
        Longitude and latitude in degrees.
    tolerance : float
        Degrees.
    """
    if len(points) < 3:
        return points
    a, b = points[0], points[-1]
    step = b - a
    length = float(np.hypot(*step))
    gaps = points[1:-1] - a
    if length:
        far = np.abs(step[0] * gaps[:, 1] - step[1] * gaps[:, 0]) / length
    else:
        far = np.hypot(gaps[:, 0], gaps[:, 1])
    k = int(far.argmax()) + 1
    if far[k - 1] <= tolerance:
        return np.vstack([a, b])
    return np.vstack([thin(points[: k + 1], tolerance)[:-1], thin(points[k:], tolerance)])


@cache
def routes(edition: int = 2021, tolerance: float = 0.6) -> dict[str, tuple[list, list]]:
    """Longitudes and latitudes of each cable's drawn line, parts parted by None.

    Raises
    ------
    ValueError
        No such edition.
    """
    if edition not in EDITIONS:
        raise ValueError(f"edition: {edition!r} is not one of {', '.join(map(str, EDITIONS))}")
    out: dict[str, tuple[list, list]] = {}
    for feature in shapes("cable_routes")["features"]:
        if int(feature["properties"]["edition"]) != edition:
            continue
        xs, ys = out.setdefault(feature["properties"]["cable"], ([], []))
        for part in feature["geometry"]["coordinates"]:
            line = thin(np.asarray(part, dtype=float), tolerance)
            xs += [*np.round(line[:, 0], 1).tolist(), None]
            ys += [*np.round(line[:, 1], 1).tolist(), None]
    return out


def add_lines(
    figure: go.Figure,
    cables: Iterable[str],
    name: str,
    colour: str,
    width: float,
    dash: str = "solid",
    *,
    edition: int = 2021,
    legend: bool = True,
) -> go.Figure:
    """Draw cables as one trace; cables without a route are left out, and no trace is made for none at all."""
    known, xs, ys = routes(edition), [], []
    for key in cables:
        if key in known:
            xs += known[key][0]
            ys += known[key][1]
    if xs:
        figure.add_trace(
            {
                "type": "scattergeo",
                "lon": xs,
                "lat": ys,
                "mode": "lines",
                "name": name,
                "line": {"color": colour, "width": width, "dash": dash},
                "hoverinfo": "skip",
                "showlegend": legend,
            }
        )
    return figure


def say_grey(figure: go.Figure, words: str = "no cable there") -> go.Figure:
    """Say what grey land means on this map: none in the source, which is not missing data."""
    for trace in figure.data:
        if "no data" in (trace.name, trace.legendgroup):
            trace.update(name=words, legendgroup=words)
        if trace.text is not None and any(str(t).endswith("no data") for t in trace.text[:1]):
            trace.text = [str(t).replace("no data", words) for t in trace.text]
    # the heading above the entries, or a long legend runs off the page
    return figure.update_layout(legend={"title": {"side": "top"}})


def international(landings: pd.DataFrame) -> pd.DataFrame:
    """Distinct pairs of cable and country, of the cables that land in at least two countries.

    Parameters
    ----------
    landings : DataFrame
        Columns ``cable`` and ``iso3``; a row for each landing point.
    """
    pairs = landings[["cable", "iso3"]].drop_duplicates()
    many = pairs.groupby("cable")["iso3"].transform("size") >= 2
    return pairs[many].reset_index(drop=True)
