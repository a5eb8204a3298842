"""World shapes: ``data/shapes/world.geojson``, one feature for each state, ready for plotly and d3."""

from __future__ import annotations

import json

from .contract import Raw, RecipeError, curated

# Areas without an ISO code are drawn as part of the UN member whose territory UN resolutions regard them as.
JOINED = {"N. Cyprus": "CYP", "Somaliland": "SOM"}
NEW = {"Kosovo": "XKX", "Cyprus": "CYP"}
CRIMEA = (34.1, 45.2)  # a point inside the ring that Natural Earth draws with Russia
DECIMALS = 2

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
            "For world maps only: coordinates have two decimals, small islands are missing, and lines are "
            "coarse.",
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
            "541); Somaliland, separate in the source, to Somalia. The lines between them stay visible.",
            "The 201-feature copy lacks Cyprus, Kosovo and Somaliland; they come from another copy of "
            "Natural Earth.",
            "States without an outline are Point features at the capital; plotly's choropleth skips them, "
            "so draw them "
            "as markers from `state_points`.",
            "Outer rings run clockwise (seen with north up), as d3 and plotly need; RFC 7946 readers may "
            "want the reverse.",
        ],
        "dropped": ["One degenerate ring of North Korea without area (it would break plotly's drawing)."],
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


def clean(ring: list, outer: bool) -> list | None:
    """Round, drop repeated points, close, wind; ``None`` for a ring without area."""
    points: list = []
    for x, y in ring:
        p = [round(x, DECIMALS), round(y, DECIMALS)]
        if not points or points[-1] != p:
            points.append(p)
    if points[0] != points[-1]:
        points.append(points[0])
    area = signed_area(points)
    if len(points) < 4 or abs(area) < 1e-6:
        return None
    return points[::-1] if (area > 0) == outer else points


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
