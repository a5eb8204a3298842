"""Submarine cables of late 2022 with owners, suppliers and landings (TeleGeography). CC BY-NC-SA 3.0."""

from __future__ import annotations

import pandas as pd

from recipes.cables import NC, _where, owners, ready
from recipes.contract import Raw, Table, field

STATE = "The last edition that the publisher licensed: late 2022, the day is not given."
_cable = field("cable", "string", "Cable, the publisher's short name.", required=True)
_of_2022 = ((("cable",), "cables_2022", ("cable",)),)
_common = {"theme": "data_flows", "sources": ("telegeography_cables_2022",), "as_of": "2022"}

TABLES = [
    Table(
        name="cables_2022",
        title="Submarine cables of late 2022",
        description="Telecom cable systems in service or planned late in 2022, with length and date of service.",
        fields=(
            _cable,
            field("name", "string", "Name of the system.", required=True),
            field("ready_on", "date", "Ready for service: first day of the period stated."),
            field(
                "ready_on_precision", "string", "What the source states.", enum=("month", "quarter", "year")
            ),
            field("planned", "boolean", "Not yet in service, as the publisher marks it.", required=True),
            field("length_km", "number", "Length.", unit="km"),
            field("n_landings", "integer", "Landing points.", unit="points", required=True),
            field("in_2021", "boolean", "The same short name is in the edition of June 2021.", required=True),
            field("in_2026", "boolean", "The same short name is in the list of April 2026.", required=True),
        ),
        key=("cable",),
        coverage="521 cables, late 2022, 65 of them planned",
        caveats=(
            NC,
            STATE,
            "Of the 484 cables of 2021, 468 are here; of the 693 of April 2026, 455. Short names change: a cable that is not "
            "in the other list was retired or renamed.",
            "Retired cables are not in it, so counting by date shows what survived. No capacity and no traffic.",
        ),
        dropped=("Notes, colours and addresses of web pages.",),
        **_common,
    ),
    Table(
        name="cable_owners_2022",
        title="Owners of submarine cables, late 2022",
        description="Owners of each cable, one row a pair.",
        fields=(_cable, field("owner", "string", "Owner, as the publisher writes it.", required=True)),
        key=("cable", "owner"),
        foreign=_of_2022,
        coverage="521 cables, late 2022",
        caveats=(
            NC,
            STATE,
            "No shares: one of twenty owners counts like a sole owner unless you weight it.",
            "One group can stand under several names, and no country of owners is given.",
            "A cable without a row has no owner stated.",
        ),
        **_common,
    ),
    Table(
        name="cable_suppliers_2022",
        title="Who built each submarine cable, late 2022",
        description="Suppliers of each cable system, one row a pair.",
        fields=(_cable, field("supplier", "string", "Supplier, as the publisher writes it.", required=True)),
        key=("cable", "supplier"),
        foreign=_of_2022,
        coverage="309 of 521 cables, late 2022",
        caveats=(
            NC,
            STATE,
            "The supplier is given for 309 cables; 212 have none, mostly old or short ones: shares are of those with one.",
            "Suppliers stand under their names of 2022, whatever they were called when they built the cable.",
            "Who built a cable is not who owns or runs it.",
        ),
        **_common,
    ),
    Table(
        name="cable_landings_2022",
        title="Where submarine cables land, late 2022",
        description="Landing points of each cable, one row a pair: the graph of cables and countries.",
        fields=(
            _cable,
            field("landing", "string", "Landing point, the publisher's short name.", required=True),
            field("iso3", "string", "Country or territory.", required=True),
        ),
        key=("cable", "landing"),
        foreign=(*_of_2022, (("iso3",), "states", ("iso3",))),
        coverage="2,378 pairs, late 2022",
        caveats=(
            NC,
            STATE,
            "Two landings of a cable are not always joined by it directly: the order along the cable is not given.",
            "Territories count for themselves; Puerto Rico and the US Virgin Islands by the letters of the place. Hong Kong "
            "stands under China (CHN), as in the source.",
            "The exact place of eight landings was not yet decided.",
        ),
        **_common,
    ),
]


def _cables(raw: Raw) -> pd.DataFrame:
    d = raw.csv("cables_2022")
    dates = [ready(t or "n.a.") for t in d.rfs]
    return pd.DataFrame(
        {
            "cable": d.cable,
            "name": d.name,
            "ready_on": [first for first, _, _ in dates],
            "ready_on_precision": [precision for _, precision, _ in dates],
            "planned": d.planned,
            "length_km": d.length_km,
            "n_landings": d.n_landings,
            "in_2021": d.cable.isin(raw.csv("cables_2021").cable_slug),
            "in_2026": d.cable.isin(raw.csv("cable_list_2026").id),
        }
    )


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The four tables."""
    own, links = raw.csv("cable_owners_2022"), raw.csv("cable_landings_2022")
    own = own.groupby("cable", sort=False).owner.agg(", ".join).map(owners).explode().reset_index()
    return {
        "cables_2022": _cables(raw),
        "cable_owners_2022": own,
        "cable_suppliers_2022": raw.csv("cable_suppliers_2022"),
        "cable_landings_2022": links[["cable", "landing"]].assign(
            iso3=_where(links.place, links.country, "cable_landings_2022")
        ),
    }
