"""Submarine cables: owners, landings and drawn routes (TeleGeography). CC BY-NC-SA 3.0."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date, timedelta

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3

NC = "CC BY-NC-SA 3.0: name TeleGeography, no commercial use, share alike."
EDITION = date(2021, 6, 29)
LINKS = (
    "Owners, lengths, dates and the links of cables to landings exist for June 2021 only; "
    "for 2026 there are names, landing points and drawings."
)
MONTHS = "January February March April May June July August September October November December".split()
# Names that TeleGeography uses in a sense of its own, or that are cut at a comma.
OWN = {
    "Rep.": "COG",
    "Dem. Rep.": "COD",
    "Sint Eustatius and Saba": "BES",
    "Ascension and Tristan da Cunha": "SHN",
    "Netherlands Antilles": "BES",
    "Saint Martin": "MAF",
    "Micronesia": "FSM",
    "Virgin Islands (U.K.)": "VGB",
    "Virgin Islands (U.S.)": "VIR",
}
_cable = field("cable", "string", "Cable, the publisher's short name.", required=True)
_lon = field("lon", "number", "Longitude, east positive.", unit="degrees", required=True)
_lat = field("lat", "number", "Latitude, north positive.", unit="degrees", required=True)

TABLES = [
    Table(
        name="cables",
        title="Submarine cables of 2021",
        description="Telecom cable systems in service or planned in June 2021, with length and date of "
        "service.",
        theme="data_flows",
        sources=("telegeography_cables_2021",),
        fields=(
            _cable,
            field("name", "string", "Name of the system.", required=True),
            field("ready_on", "date", "Ready for service: first day of the period stated."),
            field(
                "ready_on_precision",
                "string",
                "What the source states.",
                enum=("month", "quarter", "year"),
            ),
            field(
                "planned",
                "boolean",
                "Not yet in service on 29 June 2021; empty where the stated period holds that day or no "
                "date is stated.",
            ),
            field("length_km", "number", "Length.", unit="km"),
            field("n_landings", "integer", "Landing points.", unit="points", required=True),
            field("in_2026", "boolean", "The same short name is in the list of April 2026.", required=True),
        ),
        key=("cable",),
        coverage="484 cables, state of 29 June 2021",
        as_of="2021-06-29",
        caveats=(
            NC,
            LINKS,
            "Planned cables are in it; retired ones are not, so counting by date shows what survived.",
            "Short names change: a cable that is not in the 2026 list was retired or renamed.",
            "No capacity and no traffic. A few are power cables with fibres in them.",
        ),
        dropped=("The publisher's notes; addresses of web pages.",),
    ),
    Table(
        name="cable_owners",
        title="Owners of submarine cables",
        description="Owners of each cable in June 2021, one row a pair.",
        theme="data_flows",
        sources=("telegeography_cables_2021",),
        fields=(_cable, field("owner", "string", "Owner, as the publisher writes it.", required=True)),
        key=("cable", "owner"),
        foreign=((("cable",), "cables", ("cable",)),),
        coverage="484 cables, state of 29 June 2021",
        as_of="2021-06-29",
        caveats=(
            NC,
            "No shares: one of twenty owners counts like a sole owner unless you weight it.",
            "One group can stand under several names (Orange, Orange Mali), and no country of owners is "
            "given.",
            "A cable without a row has no owner stated.",
        ),
    ),
    Table(
        name="cable_landings",
        title="Where submarine cables land",
        description="Landing points of each cable in June 2021, one row a pair: the graph of cables and "
        "countries.",
        theme="data_flows",
        sources=("telegeography_cables_2021",),
        fields=(
            _cable,
            field("landing", "integer", "Number of the landing point.", required=True),
            field("place", "string", "Place of the landing point.", required=True),
            field("iso3", "string", "Country or territory.", required=True),
            _lon,
            _lat,
            field("undecided", "boolean", "The exact place was not yet decided.", required=True),
        ),
        key=("cable", "landing"),
        foreign=((("cable",), "cables", ("cable",)), (("iso3",), "states", ("iso3",))),
        coverage="2,144 pairs, state of 29 June 2021",
        as_of="2021-06-29",
        caveats=(
            NC,
            LINKS,
            "Two landings of a cable are not always joined by it directly: the order along the cable is "
            "not given.",
            "Territories count for themselves (Guadeloupe, Guam, Puerto Rico): add them to a state "
            "yourself if you want that.",
            "Puerto Rico, Guam and the US Virgin Islands stand under the United States in the source "
            "where the place "
            "carries their letters (PR, GU, VI), and under their own codes here.",
            "The one place the source calls Netherlands Antilles is on Bonaire (BES).",
            "Hong Kong stands under China (CHN), as in the source.",
        ),
    ),
    Table(
        name="cable_list_2026",
        title="Submarine cables of 2026",
        description="Names of cable systems on the map of April 2026.",
        theme="data_flows",
        sources=("telegeography_cables_2026",),
        fields=(
            _cable,
            field("name", "string", "Name of the system.", required=True),
            field("in_2021", "boolean", "The same short name is in the edition of June 2021.", required=True),
            field("has_route", "boolean", "A route is drawn.", required=True),
        ),
        key=("cable",),
        coverage="693 cables, April 2026",
        as_of="2026-04-24",
        caveats=(NC, LINKS, "Planned cables are in it; renamed cables look new."),
    ),
    Table(
        name="cable_landing_points_2026",
        title="Landing points of 2026",
        description="Places where submarine cables land on the map of April 2026, without the cables.",
        theme="data_flows",
        sources=("telegeography_cables_2026",),
        fields=(
            field("landing", "string", "Landing point, the publisher's short name.", required=True),
            field("place", "string", "Place.", required=True),
            field("iso3", "string", "Country or territory.", required=True),
            _lon,
            _lat,
            field("undecided", "boolean", "The exact place was not yet decided.", required=True),
        ),
        key=("landing",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="1,910 landing points, April 2026",
        as_of="2026-04-24",
        caveats=(
            NC,
            "Which cable lands where is not in this copy.",
            "Hong Kong stands under China (CHN), as in the source.",
        ),
    ),
]

SHAPES = [
    {
        "name": "cable_routes",
        "title": "Drawn routes of submarine cables, 2021 and 2026",
        "description": "Lines of cable systems for maps; edition is the year, cable and name the system.",
        "theme": "data_flows",
        "sources": ("telegeography_cables_2021", "telegeography_cables_2026"),
        "coverage": "484 cables of June 2021 and 692 of April 2026",
        "as_of": "2026-04-24",
        "caveats": (
            NC,
            "Routes are drawn for looks, not surveyed: no lengths, no crossings, no distances from them.",
            "Simplified to about a tenth of a degree; lines are cut at 180 degrees as in the source.",
            "In 2026 one cable of the list has no route (Eastern Caribbean Fiber System).",
        ),
        "dropped": ("Colours.",),
    }
]


def ready(text: str) -> tuple[str, str, str]:
    """Ready-for-service text as (first day, precision, planned on 29 June 2021).

    >>> ready("2009 April")
    ('2009-04-01', 'month', 'false')
    """
    if text == "n.a.":
        return "", "", ""
    m = re.fullmatch(r"(\d{4})(?: (Q[1-4]|[A-Z][a-z]+))?", text)
    if m is None or (m[2] and m[2][0] != "Q" and m[2] not in MONTHS):
        raise ValueError(f"not a date of service: {text!r}")
    year = int(m[1])
    if m[2] is None:
        first, months, precision = 1, 12, "year"
    elif re.fullmatch(r"Q\d", m[2]):
        first, months, precision = 3 * int(m[2][1]) - 2, 3, "quarter"
    else:
        first, months, precision = MONTHS.index(m[2]) + 1, 1, "month"
    start = date(year, first, 1)
    after = first + months
    end = date(year + (after - 1) // 12, (after - 1) % 12 + 1, 1) - timedelta(days=1)
    planned = "true" if start > EDITION else "false" if end < EDITION else ""
    return start.isoformat(), precision, planned


def owners(text: str) -> list[str]:
    """Owners from a comma list; a legal form after a comma stays with its name."""
    parts = [p.strip() for p in text.split(",")]
    out: list[str] = []
    for part in parts:
        if out and re.fullmatch(r"(Inc\.?|LLC\.?|Lda\.?|Ltd\.?)( \(\w+\))?", part):
            out[-1] += f", {part}"
        elif part and part != "n.a.":
            out.append(part)
    return list(dict.fromkeys(out))


def _place(landing: pd.Series, country: pd.Series) -> pd.Series:
    """The landing point without its country."""
    tail = {"Rep.": "Congo, Rep.", "Dem. Rep.": "Congo, Dem. Rep."}
    tail |= {"Sint Eustatius and Saba": "Bonaire, Sint Eustatius and Saba"}
    tail |= {"Ascension and Tristan da Cunha": "Saint Helena, Ascension and Tristan da Cunha"}
    cut = country.map(lambda c: f", {tail.get(c, c)}")
    return pd.Series([n.removesuffix(c) for n, c in zip(landing, cut, strict=True)], index=landing.index)


def _where(name: pd.Series, country: pd.Series, table: str) -> pd.Series:
    code = iso3(country, table, OWN)
    for letters, territory in {"PR": "PRI", "GU": "GUM", "VI": "VIR"}.items():
        code = code.mask(name.str.endswith(f", {letters}, United States"), territory)
    return code


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The five tables."""
    c, links = raw.csv("cables_2021"), raw.csv("cable_landings_2021")
    new, points = raw.csv("cable_list_2026"), raw.csv("landing_points_2026")
    drawn = {f["properties"]["id"] for f in _features(raw, "cable_geo_2026")}
    dates = [ready(t) for t in c.rfs]
    length = c.length.str.extract(r"^([\d,.]+) km$")[0].str.replace(",", "")
    cables = pd.DataFrame(
        {
            "cable": c.cable_slug,
            "name": c.name,
            "ready_on": [d[0] for d in dates],
            "ready_on_precision": [d[1] for d in dates],
            "planned": [d[2] for d in dates],
            "length_km": pd.to_numeric(length),
            "n_landings": c.n_landing_points,
            "in_2026": c.cable_slug.isin(new.id),
        }
    )
    own = pd.DataFrame({"cable": c.cable_slug, "owner": c.owners.map(owners)}).explode(
        "owner", ignore_index=True
    )
    own = own.dropna()
    landings = pd.DataFrame(
        {
            "cable": links.cable_slug,
            "landing": links.landing_point_id,
            "place": _place(links.landing_point, links.country),
            "iso3": _where(links.landing_point, links.country, "cable_landings"),
            "lon": pd.to_numeric(links.lon).round(4),
            "lat": pd.to_numeric(links.lat).round(4),
            "undecided": links.is_tbd,
        }
    )
    return {
        "cables": cables,
        "cable_owners": own,
        "cable_landings": landings,
        "cable_list_2026": pd.DataFrame(
            {
                "cable": new.id,
                "name": new.name,
                "in_2021": new.id.isin(c.cable_slug),
                "has_route": new.id.isin(drawn),
            }
        ),
        "cable_landing_points_2026": pd.DataFrame(
            {
                "landing": points.id,
                "place": _place(points.name, points.country),
                "iso3": _where(points.name, points.country, "cable_landing_points_2026"),
                "lon": pd.to_numeric(points.lon).round(4),
                "lat": pd.to_numeric(points.lat).round(4),
                "undecided": points.is_tbd,
            }
        ),
    }


def _features(raw: Raw, key: str) -> list[dict]:
    return json.loads(gzip.decompress(raw.path(key).read_bytes()))["features"]


def simplify(line: list[list[float]], tolerance: float) -> list[list[float]]:
    """A line with fewer points: Douglas and Peucker (1973), without recursion.

    Parameters
    ----------
    line : list of [lon, lat]
    tolerance : float
        Largest distance of a left-out point from the new line, in degrees.
    """
    if len(line) < 3:
        return line
    keep, spans = {0, len(line) - 1}, [(0, len(line) - 1)]
    while spans:
        a, b = spans.pop()
        far, where = tolerance, None
        for i in range(a + 1, b):
            distance = _off(line[i], line[a], line[b])
            if distance > far:
                far, where = distance, i
        if where is not None:
            keep.add(where)
            spans += [(a, where), (where, b)]
    return [line[i] for i in sorted(keep)]


def _off(p, a, b) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy) if dx or dy else 0
    t = min(1, max(0, t))
    return ((p[0] - a[0] - t * dx) ** 2 + (p[1] - a[1] - t * dy) ** 2) ** 0.5


def build_shapes(raw: Raw) -> dict[str, bytes]:
    """Routes of both editions, one feature a cable and edition."""
    names = raw.csv("cables_2021").set_index("cable_slug").name
    routes: dict[tuple[int, str], tuple[str, list]] = {}
    for year in (2021, 2026):
        for f in _features(raw, f"cable_geo_{year}"):
            p = f["properties"]
            cable = p["slug"] if year == 2021 else p["id"]
            name = names[cable] if year == 2021 else p["name"]
            lines = routes.setdefault((year, cable), (name, []))[1]
            for line in f["geometry"]["coordinates"]:
                points = [[round(x, 2), round(y, 2)] for x, y, *_ in line]
                short = simplify(points, 0.08)
                lines.append(points if short[0] == short[-1] else short)  # a small ring stays whole
    features = [
        {
            "type": "Feature",
            "properties": {"cable": cable, "name": name, "edition": year},
            "geometry": {"type": "MultiLineString", "coordinates": lines},
        }
        for (year, cable), (name, lines) in sorted(routes.items())
    ]
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    return {"cable_routes": (text + "\n").encode("utf-8")}
