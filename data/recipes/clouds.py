"""Regions of public clouds (cloudregioncodes)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3

# Seat of the group that owns the provider; ours, from common knowledge of the firms.
HOME = {
    "Alibaba Cloud": "CHN",
    "Amazon Web Services": "USA",
    "Google Cloud": "USA",
    "Huawei Cloud": "CHN",
    "IBM Cloud": "USA",
    "Microsoft Azure": "USA",
    "Oracle Cloud": "USA",
    "Tencent Cloud": "CHN",
}

TABLES = [
    Table(
        name="cloud_regions",
        title="Regions of public clouds",
        description="Regions of eight providers with place, country and whether they were in service in "
        "January 2025.",
        theme="data_flows",
        sources=("cloudregioncodes",),
        fields=(
            field("provider", "string", "Provider.", enum=tuple(HOME), required=True),
            field("provider_home_iso3", "string", "Seat of the provider's group; ours.", required=True),
            field("name", "string", "Name of the region, as the provider gives it.", required=True),
            field(
                "code", "string", "Code in the provider's interface; empty for many that are only announced."
            ),
            field("iso3", "string", "Country of the region.", required=True),
            field("metro", "string", "Place.", required=True),
            field(
                "status",
                "string",
                "In service or announced.",
                enum=("in service", "announced"),
                required=True,
            ),
            field("zones", "integer", "Availability zones.", unit="zones", required=True),
            field(
                "government",
                "boolean",
                "Named for a government or its forces (ours, by name).",
                required=True,
            ),
            field("lon", "number", "Longitude of the place, east positive.", unit="degrees", required=True),
            field("lat", "number", "Latitude of the place, north positive.", unit="degrees", required=True),
            field(
                "n_listings",
                "integer",
                "Rows in the source: one for each pair of coordinates of the place.",
                required=True,
            ),
        ),
        key=("provider", "metro", "name", "status"),
        foreign=((("iso3",), "states", ("iso3",)), (("provider_home_iso3",), "states", ("iso3",))),
        coverage="Eight providers, 47 countries, 5 January 2025",
        as_of="2025-01-05",
        caveats=(
            "The source lists 357 rows (315 in service, 42 announced), but repeats every region of a "
            "place for each "
            "pair of coordinates of that place: 308 regions are left, and n_listings says how many rows "
            "each had.",
            "The source's codes have slips: AWS Oregon stands as us-west-1 and Northern California as "
            "us-west-2, the "
            "reverse of AWS's own; US DoD East of Oracle bears the code of Ashburn.",
            "A region is what the provider calls so: Oracle's often have one zone, others three or more.",
            "US government and defence regions are counted as regions. Who owns or runs the buildings is "
            "not told; "
            "in mainland China foreign clouds are run by local partners.",
            "Hong Kong stands under China (CHN), as in the source.",
            "A private compilation of eight large providers: European and regional clouds are not in it.",
        ),
        dropped=("49 rows that repeat a region for other coordinates of the same place.",),
    ),
]
GOVERNMENT = r"\b(?:Gov|GovCloud|Government|DoD|Sec)\b"


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row a region; the first pair of coordinates of its place."""
    d = raw.csv("cloud_regions_2025")
    code = d.cloud_region.replace({"null": ""})
    out = pd.DataFrame(
        {
            "provider": d.provider,
            "provider_home_iso3": d.provider.map(HOME),
            "name": d.cloud_region_name.str.strip(),
            "code": code,
            "iso3": iso3(d.country, "cloud_regions"),
            "metro": d.metro_area,
            "status": d.in_service.map({"true": "in service", "false": "announced"}),
            "zones": d.zones,
            "government": d.cloud_region_name.str.contains(GOVERNMENT) | code.str.contains("gov|dod"),
            "lon": pd.to_numeric(d.longitude).round(4),
            "lat": pd.to_numeric(d.latitude).round(4),
        }
    )
    key = ["provider", "metro", "name", "status"]
    n = out.groupby(key).size().rename("n_listings").reset_index()
    return {"cloud_regions": out.drop_duplicates(key).merge(n, on=key)}
