"""The world's shapes are valid: no ring crosses or touches itself, no two rings of a state share a stretch of border.

Coordinates are whole numbers here (millionths of a degree), so that the tests of geometry are exact.
"""

import sys
from itertools import combinations
from pathlib import Path

import pytest

from cyberdip_utils.data import shapes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "data"))
from recipes.world import joined, signed_area, simple, without_needle  # noqa: E402


def side(a, b, p):
    """-1, 0 or 1: on which side of the line through a and b the point p lies."""
    area = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    return (area > 0) - (area < 0)


def on(a, b, p):
    return (
        side(a, b, p) == 0
        and min(a[0], b[0]) <= p[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
    )


def cross(a, b, c, d):
    """Whether two segments cross in their insides."""
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def edges(ring):
    points = [(round(x * 1e6), round(y * 1e6)) for x, y in ring]
    return list(zip(points, points[1:], strict=False))


def polygons(geometry):
    parts = geometry["coordinates"]
    return [parts] if geometry["type"] == "Polygon" else parts


OUTLINES = {
    f["id"]: polygons(f["geometry"]) for f in shapes("world")["features"] if f["geometry"]["type"] != "Point"
}


def test_no_ring_crosses_or_touches_itself():
    for iso3, parts in OUTLINES.items():
        for ring in (ring for part in parts for ring in part):
            mine = edges(ring)
            corners = [a for a, _ in mine]
            assert len(set(corners)) == len(corners), f"{iso3}: a point stands twice"
            for (a, b), p in ((e, p) for e in mine for p in corners if p not in e):
                assert not on(a, b, p), f"{iso3}: the ring touches itself at {p}"
            assert not [1 for one, two in combinations(mine, 2) if cross(*one, *two)], (
                f"{iso3}: the ring crosses itself"
            )


def test_no_two_rings_of_a_state_cross_or_share_a_border():
    for iso3, parts in OUTLINES.items():
        for one, two in combinations([edges(ring) for part in parts for ring in part], 2):
            assert not [1 for e in one for f in two if cross(*e, *f)], iso3
            shared = {p for p, _ in one} & {p for p, _ in two}
            assert len(shared) <= 1, f"{iso3}: two rings share {len(shared)} points"


def test_areas_joined_to_a_state_leave_no_line():
    for iso3 in ("CYP", "SOM", "UKR"):
        assert len(OUTLINES[iso3]) == 1 and len(OUTLINES[iso3][0]) == 1, iso3
    assert abs(signed_area(OUTLINES["SDN"][0][0])) == pytest.approx(156.42, abs=0.01)


SQUARE = [[0, 0], [0, 2], [2, 2], [2, 0], [0, 0]]


@pytest.mark.parametrize(
    ("ring", "expected"),
    [
        (SQUARE, True),
        ([[0, 0], [0, 2], [1, 1], [2, 2], [2, 0], [0, 0]], True),
        ([[0, 0], [2, 2], [0, 2], [2, 0], [0, 0]], False),  # crosses
        ([[0, 0], [0, 2], [1, 0], [2, 2], [2, 0], [0, 0]], False),  # touches an edge
        ([[0, 0], [0, 2], [2, 2], [2, 0], [1, 0], [1, -1], [1, 0], [0, 0]], False),  # a needle
        ([[0, 0], [0, 2], [0, 1], [2, 2], [2, 0], [0, 0]], False),  # runs back on itself
    ],
)
def test_simple(ring, expected):
    assert simple(ring) is expected


def test_a_needle_goes_and_nothing_else():
    sudan = [
        [24.57, 8.23],
        [23.81, 8.67],
        [22.0, 14.0],
        [33.0, 14.0],
        [24.19, 8.73],
        [23.89, 8.62],
        [24.57, 8.23],
    ]
    assert not simple(sudan)
    assert without_needle(sudan) == [*sudan[1:-1], sudan[1]], (
        "the point far out, not the corner it shares with its neighbours"
    )
    assert without_needle([[0, 0], [2, 2], [0, 2], [2, 0], [0, 0]]) is None


def test_joined():
    right = [[2, 0], [2, 2], [4, 2], [4, 0], [2, 0]]
    (ring,) = joined([SQUARE], [right])
    assert signed_area(ring) == signed_area(SQUARE) + signed_area(right) and len(ring) == 7
    with pytest.raises(Exception, match="do not join"):
        joined([SQUARE], [[[5, 5], [5, 6], [6, 6], [5, 5]]])
