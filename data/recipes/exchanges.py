"""Internet exchange points (TeleGeography). CC BY-NC-SA 3.0."""

from __future__ import annotations

import re

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3

# Country slugs that lost an accent, and one of the past (its exchange is in Willemstad).
OWN = {"cte-divoire": "CIV", "runion": "REU", "netherlands-antilles": "CUW"}

TABLES = [
    Table(
        name="exchanges",
        title="Internet exchanges of 2020",
        description="Exchanges where networks meet, one row an exchange and city, with the number of "
        "buildings.",
        theme="data_flows",
        sources=("telegeography_exchanges",),
        fields=(
            field("exchange", "string", "Exchange in a city, the publisher's short name.", required=True),
            field("name", "string", "Name of the exchange.", required=True),
            field("city", "string", "City.", required=True),
            field("iso3", "string", "Country or territory.", required=True),
            field("n_buildings", "integer", "Buildings it is in.", unit="buildings", required=True),
            field("lon", "number", "Mean longitude of the buildings.", unit="degrees", required=True),
            field("lat", "number", "Mean latitude of the buildings.", unit="degrees", required=True),
        ),
        key=("exchange",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="920 exchanges in 126 countries and territories, 30 October 2020",
        as_of="2020-10-30",
        caveats=(
            "CC BY-NC-SA 3.0: name TeleGeography, no commercial use, share alike.",
            "State of 2020. No members and no traffic: a room with three networks counts like DE-CIX.",
            "An operator with exchanges in many cities (NL-ix) has a row for each.",
            "Puerto Rico (PRI) and Guam (GUM) count for themselves; Willemstad, Netherlands Antilles in "
            "the source, is "
            "on Curaçao (CUW).",
            "The source puts CABASE San Juan in Puerto Rico; its coordinates and its web address are "
            "those of San Juan "
            "in Argentina (ARG), where it stands here.",
            "Hong Kong stands under China (CHN), as in the source.",
            "A country without a row has none on the map, which is not proof that it has none.",
        ),
        dropped=(
            "2,129 pairs of exchange and building became 920 exchanges (two pairs stood twice); web "
            "addresses and addresses of buildings.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row an exchange."""
    d = raw.csv("ixp_buildings_2020")
    d["lon"], d["lat"] = pd.to_numeric(d.lon), pd.to_numeric(d.lat)
    g = d.drop_duplicates(["exchange_slug", "building_id"]).groupby("exchange_slug")
    out = g.agg(
        line=("exchange", "first"),
        country=("country_slug", "first"),
        n_buildings=("building_id", "size"),
        lon=("lon", "mean"),
        lat=("lat", "mean"),
    ).reset_index(names="exchange")
    parts = out.line.map(lambda s: re.fullmatch(r"(.*?) ?\(([^()]*(?:\([^()]*\)[^()]*)*)\)", s.strip()))
    out["name"] = [m[1].strip() if m else s for m, s in zip(parts, out.line, strict=True)]
    out["city"] = [m[2].rsplit(", ", 1)[0] if m else "" for m in parts]
    out["iso3"] = iso3(out.country, "exchanges", OWN)
    for letters, territory in {"PR": "PRI", "GU": "GUM", "VI": "VIR"}.items():
        here = (out.iso3 == "USA") & out.city.str.endswith(f", {letters}")
        out["iso3"] = out.iso3.mask(here, territory)
    out["city"] = out.city.str.removesuffix(", Congo")
    wrong = out.exchange == "cabase-san-juan-san-juan-pr-united-states"
    out.loc[wrong, ["city", "iso3"]] = ["San Juan", "ARG"]
    out["lon"], out["lat"] = out.lon.round(4), out.lat.round(4)
    return {"exchanges": out.drop(columns=["line", "country"])}
