"""US cyber sanctions: between which days each entry came onto the list, May 2021 to July 2024."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3

TABLES = [
    Table(
        name="us_cyber_listings",
        title="Days on which US cyber sanctions entries appeared",
        description="Entries with the programme CYBER2 or that on interference in elections, with the last day seen without and "
        "the first day seen with each.",
        theme="deterrence",
        sources=("ofac_sdn_daily",),
        fields=(
            field("entity_number", "integer", "Number in the list, as in us_sanctions.", required=True),
            field("name", "string", "Name as printed.", required=True),
            field(
                "kind",
                "string",
                "What it is.",
                enum=("person", "entity", "vessel", "aircraft"),
                required=True,
            ),
            field("iso3", "string", "Nationality; empty for others than persons, and where two are given."),
            field("cyber", "boolean", "Carried CYBER2 at some time.", required=True),
            field("election", "boolean", "Carried ELECTION-EO13848 at some time.", required=True),
            field("not_yet_on", "date", "Last day seen without the entry."),
            field(
                "first_seen", "date", "First day seen with it; empty where it was on already on 22 May 2021."
            ),
            field("gone_by", "date", "First day seen without it afterwards."),
        ),
        key=("entity_number",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="291 entries, 22 May 2021 to 2 July 2024; 108 with a first day",
        as_of="2024-07-02",
        caveats=(
            "The listing lies after not_yet_on and not later than first_seen: at most two days apart for 73 of 108 entries, eleven "
            "at most.",
            "Tornado Cash stands twice: listed anew under another number in November 2022.",
            "Listings after 2 July 2024 are not in it.",
            "An entry can be on the list for other reasons too: 40 carry the election programme only.",
            "All 206 entries of us_sanctions are here.",
        ),
        dropped=(
            "Dates of birth, passports and addresses; other programmes; a second nationality in five rows.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row an entry."""
    d, programs = raw.csv("ofac_cyber_days"), raw.csv("ofac_cyber_programs")
    one = d.nationality.mask(d.nationality.str.contains(";"), "")
    carried = programs.groupby("entity_number").program.agg(set).reindex(d.entity_number)
    return {
        "us_cyber_listings": d.assign(
            iso3=iso3(one, "us_cyber_listings"),
            cyber=["CYBER2" in p for p in carried],
            election=["ELECTION-EO13848" in p for p in carried],
        )[TABLES[0].columns]
    }
