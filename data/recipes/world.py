"""World shapes: ``data/shapes/world.geojson``, one feature for each state, ready for plotly and d3."""

from __future__ import annotations

import json

from .contract import Raw, RecipeError, curated

# Areas without an ISO code are drawn as part of the UN member whose territory UN resolutions regard them as.
JOINED = {"N. Cyprus": "CYP", "Somaliland": "SOM"}
NEW = {"Kosovo": "XKX", "Cyprus": "CYP"}
CRIMEA = (34.1, 45.2)  # a point inside the ring that Natural Earth draws with Russia
DECIMALS = 2
MORE_DECIMALS = 6  # for a ring that crosses itself when rounded to two

SHAPES = [
    {
        "name": "world",
        "title": "World shapes",
        "description": "Outlines of states for maps, from Natural Earth 1:110m; entries without an outline "
        "are points. `feature.id` is the code of table `states`.",
        "theme": "frame",
        "sources": ["natural_earth", "curated"],
        "coverage": "All entries of `states` except the European Union and the historic states",
        "as_of": "2026-11",
        "caveats": [
            "For world maps only: coordinates have two decimals (more for a few small islands, whose outline would cross "
            "itself), small islands are missing, and lines are coarse.",
            "Lines on a map are not a statement on borders. They are Natural Earth's, which draws who "
            "holds an area; "
            "Kosovo, Taiwan and Palestine (the West Bank only; Gaza is too small for the scale) have "
            "shapes of their own, "
            "Western Sahara only its eastern part, the Golan is drawn with Israel, Kashmir along the line "
            "of control.",
            "Changed by us, after UN resolutions: Crimea, drawn with Russia in the source, is joined to "
            "Ukraine (General "
            "Assembly resolution 68/262); Northern Cyprus, separate in the source, to Cyprus (Security "
            "Council resolution "
            "541); Somaliland, separate in the source, to Somalia. No line is drawn between them.",
            "The 201-feature copy lacks Cyprus, Kosovo and Somaliland; they come from another copy of "
            "Natural Earth.",
            "States without an outline are Point features at the capital; plotly's choropleth skips them, "
            "so draw them "
            "as markers from `state_points`.",
            "Outer rings run clockwise (seen with north up), as d3 and plotly need; RFC 7946 readers may "
            "want the reverse.",
        ],
        "dropped": [
            "One degenerate ring of North Korea without area (it would break plotly's drawing).",
            "One point of Sudan's outline, a needle without width towards 24.57 E, 8.23 N, which made the outline cross "
            "itself.",
        ],
    }
]


def signed_area(ring: list) -> float:
    """Area of a closed ring in square degrees; negative when it runs clockwise with north up."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) / 2


def inside(point: tuple[float, float], ring: list) -> bool:
    """Whether a point lies in a closed ring (even-odd rule)."""
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def turn(a: list, b: list, c: list) -> float:
    """Twice the area of a triangle: above 0 where a, b, c turn to the left, 0 on one line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def meet(a: list, b: list, c: list, d: list) -> bool:
    """Whether two segments have a point in common."""
    for k in (0, 1):
        if max(a[k], b[k]) < min(c[k], d[k]) or max(c[k], d[k]) < min(a[k], b[k]):
            return False
    return turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0


def simple(ring: list) -> bool:
    """Whether a closed ring neither crosses nor touches itself, and has no needle (an edge that runs back on itself)."""
    edges = list(zip(ring, ring[1:], strict=False))
    n = len(edges)
    for i, (a, b) in enumerate(edges):
        for j in range(i + 1, n):
            c, d = edges[j]
            if j == i + 1 or (i == 0 and j == n - 1):  # neighbours share a point, and must share no more
                middle, one, other = (b, a, d) if j == i + 1 else (a, b, c)
                ahead = (one[0] - middle[0]) * (other[0] - middle[0]) + (one[1] - middle[1]) * (
                    other[1] - middle[1]
                )
                if turn(one, middle, other) == 0 and ahead > 0:
                    return False
            elif meet(a, b, c, d):
                return False
    return True


def rounded(ring: list, decimals: int) -> list | None:
    """A ring rounded, without repeated points, closed; ``None`` where it has no area left."""
    points: list = []
    for x, y in ring:
        p = [round(x, decimals), round(y, decimals)]
        if not points or points[-1] != p:
            points.append(p)
    if points[0] != points[-1]:
        points.append(points[0])
    return None if len(points) < 4 or abs(signed_area(points)) < 1e-6 else points


def without_needle(ring: list) -> list | None:
    """A ring less the one point whose loss makes it simple; ``None`` if that costs more than a thousandth of its area."""
    whole, found = abs(signed_area(ring)), []
    for i in range(len(ring) - 1):
        points = ring[:-1]
        del points[i]
        points.append(points[0])
        change = abs(abs(signed_area(points)) - whole)
        if change < whole / 1000 and simple(points):
            found.append((change, points))
    return min(found)[1] if found else None


def clean(ring: list, outer: bool) -> list | None:
    """Round, so that the ring does not cross itself, close and wind; ``None`` for a ring without area.

    Raises
    ------
    RecipeError
        The ring crosses itself however it is rounded.
    """
    points = rounded(ring, DECIMALS)
    if points is None:
        return None
    if not simple(points):
        finer = (rounded(ring, n) for n in range(DECIMALS + 1, MORE_DECIMALS + 1))
        points = without_needle(points) or next((p for p in finer if p and simple(p)), None)
    if points is None:
        raise RecipeError(f"world: the ring at {ring[0]} crosses itself")
    return points[::-1] if (signed_area(points) > 0) == outer else points


def joined(one: list, other: list) -> list:
    """Two polygons without holes that share a border, as one: the border they share goes.

    Raises
    ------
    RecipeError
        They share no border, or what is left is not one ring.
    """
    edges = [tuple(map(tuple, e)) for ring in (one[0], other[0]) for e in zip(ring, ring[1:], strict=False)]
    there = set(edges)
    left = dict(e for e in edges if e[::-1] not in there)
    free = sum(e[::-1] not in there for e in edges)
    if free == len(edges) or free != len(left) or len(one) + len(other) > 2:
        raise RecipeError(f"world: the polygons at {one[0][0]} and {other[0][0]} do not join")
    start = min(left)
    ring = [list(start)]
    while len(ring) <= free and (ring[-1] != ring[0] or len(ring) == 1):
        ring.append(list(left[tuple(ring[-1])]))
    if len(ring) != free + 1:
        raise RecipeError(
            f"world: what is left of the polygons at {one[0][0]} and {other[0][0]} is not one ring"
        )
    return [ring]


def polygons(geometry: dict) -> list:
    """The polygons of a geometry, cleaned; polygons whose outer ring has no area are left out."""
    parts = geometry["coordinates"]
    parts = [parts] if geometry["type"] == "Polygon" else parts
    out = []
    for outer, *holes in parts:
        ring = clean(outer, outer=True)
        if ring is None:  # a very small island: keep it at full precision if that gives it an area
            continue
        out.append([ring, *(h for h in (clean(hole, outer=False) for hole in holes) if h)])
    return out


def build_shapes(raw: Raw) -> dict[str, bytes]:
    """Make ``world``.

    Raises
    ------
    RecipeError
        A feature has no code in `states`, Crimea was not found, or a state has neither outline nor point.
    """
    states = curated("states").set_index("iso3")
    shapes: dict[str, list] = {}
    for key in ("natural_earth_shapes", "natural_earth_missing"):
        for f in json.loads(raw.path(key).read_text(encoding="utf-8"))["features"]:
            p = f["properties"]
            iso3 = JOINED.get(p["NAME"]) or NEW.get(p["NAME"]) or p["ISO_A3_EH"]
            if iso3 not in states.index:
                raise RecipeError(f"world: {p['NAME']} has no code in `states`")
            shapes.setdefault(iso3, []).extend(polygons(f["geometry"]))
    crimea = [poly for poly in shapes["RUS"] if inside(CRIMEA, poly[0])]
    if len(crimea) != 1:
        raise RecipeError(f"world: {len(crimea)} rings around Crimea, expected one")
    shapes["RUS"].remove(crimea[0])
    shapes["UKR"].append(crimea[0])
    for iso3 in (*JOINED.values(), "UKR"):
        *rest, one, other = shapes[iso3]
        shapes[iso3] = [*rest, joined(one, other)]

    features = []
    for iso3, row in states.iterrows():
        parts = shapes.get(iso3)
        if parts:
            geometry = (
                {"type": "Polygon", "coordinates": parts[0]}
                if len(parts) == 1
                else {"type": "MultiPolygon", "coordinates": parts}
            )
        elif row["kind"] in ("historic", "organisation"):
            continue
        elif row["lon"]:
            geometry = {"type": "Point", "coordinates": [float(row["lon"]), float(row["lat"])]}
        else:
            raise RecipeError(f"world: {iso3} has neither outline nor point")
        features.append(
            {"type": "Feature", "id": iso3, "properties": {"name": row["name"]}, "geometry": geometry}
        )
    text = json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )
    return {"world": (text + "\n").encode("utf-8")}
