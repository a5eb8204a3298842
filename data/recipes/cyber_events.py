"""Cyber events counted by CISSM: the world to January 2023, the United States to October 2025."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, curated, field
from recipes.flow_names import iso3

WORLD, US = "world", "United States"
UNKNOWN = "Undetermined"
ACTORS = ("criminal", "hacktivist", "nation-state", "hobbyist", "terrorist", "undetermined")
EVENTS = ("exploitative", "disruptive", "mixed", "undetermined")
# Names in a sense of the source's own; the address is a slip of the keyboard in one row.
OWN = {
    UNKNOWN: "",
    "Korea (the Democratic People's Republic of)": "PRK",
    "Korea (the Republic of)": "KOR",
    "Moldova (the Republic of)": "MDA",
    "https://www.hackread.com/russian-killnet-hackers-fbi-agents/": "",
}
SHARES = (
    "Collected from the press, most of it in English: the United States is over-counted. Compare shares within an "
    "edition, never levels between countries."
)
BREAK = (
    "Events of the United States fall from 1,379 in 2023 to 599 in 2024 and 371 in 2025: a break in collection is as "
    "likely as a change in the world. Use shares across it, not levels."
)
ENDS = "The edition world ends in January 2023 (61 events of that year), the edition United States on 31 October 2025."
TWO = (
    "The two editions overlap: never add them. For the United States they differ by up to 4% a year to 2022."
)

_edition = field("edition", "string", "Which of the two copies.", enum=(WORLD, US), required=True)
_year = field("year", "year", "Year of the event.", required=True)
_n = field("n", "integer", "Number of events.", unit="events", required=True)

TABLES = [
    Table(
        name="cissm_events",
        title="Cyber events by year, victim's country, actor and effect",
        description="Counts of publicly reported cyber events of every kind of actor: the base against which the few laid "
        "to states can be seen.",
        theme="deterrence",
        sources=("cissm_events",),
        fields=(
            _edition,
            _year,
            field("place", "string", "Country of the victim, or Undetermined.", required=True),
            field("iso3", "string", "Its code; empty where undetermined."),
            field("actor_type", "string", "Kind of actor, the publisher's.", enum=ACTORS, required=True),
            field(
                "event_type",
                "string",
                "Effect: information taken (exploitative), operation disturbed (disruptive), both (mixed).",
                enum=EVENTS,
                required=True,
            ),
            _n,
        ),
        key=("edition", "year", "place", "actor_type", "event_type"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="World 2014 to January 2023 (10,642 events); United States 2014 to 31 October 2025 (7,440)",
        as_of="2025-12-01",
        caveats=(
            SHARES,
            BREAK,
            ENDS,
            TWO,
            "In the edition world the actor of 65% of events is undetermined, in the edition United States of 3%: the two "
            "copies code it differently.",
        ),
        dropped=(
            "Industry, motive, month and subtype of the events; 307 events of the world without a country, and one whose "
            "country is a web address, stand as Undetermined.",
        ),
    ),
    Table(
        name="cissm_state_events",
        title="Cyber events laid to a state, by year, state and victim's country",
        description="Counts of the events that the publisher codes as done by a nation-state, with the state it names.",
        theme="deterrence",
        sources=("cissm_events",),
        fields=(
            _edition,
            _year,
            field("actor", "string", "State named as the actor, or Undetermined.", required=True),
            field("actor_iso3", "string", "Its code; empty where none is named."),
            field("place", "string", "Country of the victim, or Undetermined.", required=True),
            field("iso3", "string", "Its code; empty where undetermined."),
            _n,
        ),
        key=("edition", "year", "actor", "place"),
        foreign=((("iso3",), "states", ("iso3",)), (("actor_iso3",), "states", ("iso3",))),
        coverage="World 2014 to January 2023 (633 events); United States 2014 to 31 October 2025 (146)",
        as_of="2025-12-01",
        caveats=(
            "Coded from press reports: it says whom reports name, never who did it.",
            SHARES,
            ENDS,
            TWO,
        ),
        dropped=("Names of units and groups, which the source mixes with names of states.",),
    ),
]


def events(raw: Raw) -> pd.DataFrame:
    """Both editions, one row an event, with codes and names of the handbook."""
    world, us = raw.csv("cissm_world"), raw.csv("cissm_us")
    both = pd.concat(
        [
            world.assign(edition=WORLD, year=world.month.str[:4]),
            us.assign(edition=US, year=us.day.str[:4], country="United States of America"),
        ],
        ignore_index=True,
    )
    names = curated("states").set_index("iso3")["name"]
    for name, column, code in (("place", "country", "iso3"), ("actor", "actor_country", "actor_iso3")):
        both[code] = iso3(both[column], "cissm_events", OWN)
        both[name] = both[code].map(names).fillna(UNKNOWN)
    both["actor_type"] = both.actor_type.str.lower()
    both["event_type"] = both.event_type.str.lower().replace("exploitive", "exploitative")
    return both


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The two tables of counts."""
    both = events(raw)
    by_state = both[both.actor_type == "nation-state"]
    out = {}
    for table, rows in zip(TABLES, (both, by_state), strict=True):
        columns = [c for c in table.columns if c != "n"]
        out[table.name] = rows.groupby(columns).size().reset_index(name="n")
    return out
