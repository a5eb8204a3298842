"""Internet exchanges by country, May 2026: three registers merged, counted by exchange and not by building."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3_of_alpha2

SOURCES = {"pdb": "n_peeringdb", "pch": "n_pch", "he": "n_he"}
_UNIT = {"unit": "exchanges", "required": True}

TABLES = [
    Table(
        name="exchanges_2026",
        title="Internet exchanges by country, May 2026",
        description="Number of exchanges with a peering network in each country, from three registers merged, and by one of "
        "them alone.",
        theme="data_flows",
        sources=("exchange_registers_2026",),
        fields=(
            field("iso3", "string", "Country or territory.", required=True),
            field("n", "integer", "Exchanges of all registers, each identifier once.", **_UNIT),
            field("n_peeringdb", "integer", "Of these, known from PeeringDB.", **_UNIT),
            field("n_pch", "integer", "Of these, from Packet Clearing House only.", **_UNIT),
            field("n_he", "integer", "Of these, from Hurricane Electric only.", **_UNIT),
            field(
                "n_pch_active",
                "integer",
                "Active exchanges in the list of Packet Clearing House alone: a second measure, not a part of n.",
                **_UNIT,
            ),
        ),
        key=("iso3",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="1,476 exchanges in 172 countries and territories, 6 May 2026",
        as_of="2026-05-06",
        caveats=(
            "THE UNIT: one identifier in a register. An operator with sites in several cities has one for each. The table of "
            "2020 (exchanges) counts an exchange and city of another publisher: a difference between the two is no growth.",
            "The same exchange can stand in two registers under two names (AMS-IX does): n is slightly too high.",
            "Only exchanges with a peering network; no members, no traffic, no buildings.",
            "Hong Kong, Macao and Puerto Rico count for themselves here.",
            "A country without a row has none in the three registers, which is not proof that it has none.",
        ),
        dropped=(
            "Names, cities and addresses of exchanges: the terms of the registers were not seen, so only counts are taken; "
            "one row of the list of Packet Clearing House without a country.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row a country."""
    merged, alone = raw.csv("exchanges_2026"), raw.csv("pch_active_2026")
    codes = iso3_of_alpha2(merged.iso2, "exchanges_2026")
    out = pd.crosstab(codes, merged.source).rename(columns=SOURCES)
    out.insert(0, "n", out.sum(axis=1))
    active = iso3_of_alpha2(alone.iso2, "exchanges_2026").value_counts()
    out["n_pch_active"] = active.reindex(out.index, fill_value=0)
    return {"exchanges_2026": out.rename_axis("iso3").reset_index()}
