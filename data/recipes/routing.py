"""Routes whose origin can be checked (RPKI), by economy, April 2024."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3_of_alpha2


def _routes(name: str, what: str):
    return field(name, "integer", what, unit="routes", required=True)


TABLES = [
    Table(
        name="rpki_coverage",
        title="Routes with a valid origin, by economy, April 2024",
        description="Announced routes whose origin is confirmed, contradicted or not covered by a signed route object (RPKI): a "
        "measured act of care for others' security.",
        theme="sovereignty",
        sources=("apnic_roa",),
        fields=(
            field("iso3", "string", "Economy in which the network is registered.", required=True),
            _routes("v4_valid", "IPv4 routes with a valid origin."),
            _routes("v4_invalid", "IPv4 routes whose origin contradicts a signed object."),
            _routes("v4_routes", "All IPv4 routes; the rest is not covered."),
            _routes("v6_valid", "IPv6 routes with a valid origin."),
            _routes("v6_invalid", "IPv6 routes whose origin contradicts a signed object."),
            _routes("v6_routes", "All IPv6 routes; the rest is not covered."),
        ),
        key=("iso3",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="250 economies, April 2024 (between the 1st and the 10th)",
        as_of="2024-04-10",
        caveats=(
            "Counts of routes, not of addresses or users: a network that splits its addresses counts more.",
            "Routes stand where the network is registered, which need not be where it works.",
            "It measures signing by holders of addresses, not whether networks drop invalid routes.",
            "One snapshot; four economies have no IPv4 route. Territories and Hong Kong count for themselves.",
        ),
        dropped=("29 sums of regions and the world.",),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row an economy."""
    d = raw.csv("apnic_roa")
    d = d[d.kind == "economy"]
    d = d.assign(iso3=iso3_of_alpha2(d.code, "rpki_coverage"))
    return {"rpki_coverage": d[TABLES[0].columns]}
