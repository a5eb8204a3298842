"""Sanctions for cyber and hybrid acts: European Union and United States."""

from __future__ import annotations

import re

import pandas as pd

from recipes.contract import Raw, Table, curated, field
from recipes.flow_names import iso3

# Operation tags of ours: (tag, kind, pattern in the statement of reasons). The tags each listing got stand in
# data/curated/eu_sanction_operations.csv: made by the rule, then checked by reading the 38 statements of
# 2019/796 in full and, of 2024/2642, those with a tag or with a word on cyber-attacks.
_UKRAINE = r"attacks .{0,200}following Russia’s war|Following Russia’s war of .{0,60}attacks"
_UNIT = (
    r"GRU Unit 29155 carried out cyberattacks|cyber-attacks of the GRU Unit 29155|"
    r"by GRU Unit 29155\. In particular|Within the unit, he holds"
)
RULES = (
    ("Cloud Hopper", "cyber", "Cloud Hopper"),
    ("OPCW 2018", "cyber", "Prohibition of Chemical Weapons"),
    ("Bundestag 2015", "cyber", "Deutscher Bundestag"),
    ("NotPetya 2017", "cyber", "NotPetya"),
    ("Ukraine power grid 2015-2016", "cyber", "Ukrainian power grid"),
    ("WannaCry 2017", "cyber", "WannaCry"),
    ("Sony Pictures", "cyber", "Sony Pictures"),
    ("Bangladesh Bank", "cyber", "Bangladesh Bank"),
    ("Polish Financial Supervision Authority", "cyber", "Polish Financial Supervision Authority"),
    ("Tien Phong Bank", "cyber", "Tien Phong Bank"),
    ("Attacks on Ukraine since 2022", "cyber", _UKRAINE),
    ("Callisto phishing", "cyber", "Callisto"),
    ("Armageddon (Gamaredon)", "cyber", "‘Armageddon’"),
    ("Conti and TrickBot", "cyber", "Trick[Bb]ot"),
    ("Espionage against Estonia", "cyber", "directed against Estonia"),
    ("i-Soon", "cyber", "Anxun"),
    ("Flax Typhoon", "cyber", "Flax Typhoon"),
    ("Charlie Hebdo", "cyber", "Charlie Hebdo"),
    ("Swedish SMS service", "cyber", "Swedish SMS"),
    ("US election 2020", "cyber", "US presidential elections of 2020"),
    ("Paris Olympics billboards", "cyber", "Paris Olympic"),
    ("Media Land hosting", "cyber", "Media Land"),
    ("Cyber Army of Russia Reborn", "cyber", "CARR has been responsible"),
    ("Z-Pentest", "cyber", "Z-Pentest"),
    ("Danish water utility 2024", "cyber", "Danish water utility"),
    ("LummaC2", "cyber", "LummaC2"),
    ("WhisperGate", "cyber", "WhisperGate"),
    ("Stark Industries hosting", "cyber", "Stark Industries"),
    ("GRU Unit 29155 attacks", "cyber", _UNIT),
    ("Doppelganger", "information", "Doppelganger"),
    ("Storm-1516", "information", "Storm-1516"),
    ("Portal Kombat", "information", "Portal Kombat"),
    ("Voice of Europe", "information", "Voice of Europe"),
    ("African Initiative", "information", "African Initiative"),
    ("GPS jamming from Kaliningrad", "interference", "GPS"),
    ("Ships near cables and infrastructure", "interference", "submarine infrastructure|subsea cable"),
)
OPERATION_KINDS = {tag: kind for tag, kind, _ in RULES}
CYBER, HYBRID = "cyber-attacks (2019/796)", "Russian hybrid activities (2024/2642)"
KINDS = ("person", "entity")
LINK = (
    "linked_to is the listed party's link to a country, read from nationality, address or the wording: "
    "it is not a "
    "finding that the state is responsible."
)

TABLES = [
    Table(
        name="eu_sanctions",
        title="EU sanctions listings for cyber and hybrid acts",
        description="Persons and entities listed under the EU's cyber-attack and Russian hybrid-activity "
        "measures, in force.",
        theme="deterrence",
        sources=("eu_sanctions_texts",),
        fields=(
            field("listing", "string", "Regulation, annex part and number in it.", required=True),
            field("listed_on", "date", "Day of listing.", required=True),
            field("name", "string", "Name as printed.", required=True),
            field("kind", "string", "Person or entity.", enum=KINDS, required=True),
            field("regime", "string", "Regulation.", enum=(CYBER, HYBRID), required=True),
            field(
                "linked_to", "string", "Country the listed party is linked to (see caveat).", required=True
            ),
            field(
                "cyber",
                "boolean",
                "Listed for a cyber-attack or for supporting one: all of 2019/796, and those of "
                "2024/2642 whose "
                "statement of reasons says so (ours, by reading).",
                required=True,
            ),
        ),
        key=("listing",),
        foreign=((("linked_to",), "states", ("iso3",)),),
        coverage="2020-07-30 to 2026-07-13, in force in August 2026",
        as_of="2026-08-22",
        caveats=(
            LINK,
            "Only what is in force: those taken off and the changes over time are not in it, so it is no "
            "full history.",
            "Names are those of an official public list. A listing is an administrative measure, not a "
            "conviction.",
            "The cyber list holds officers of state services, firms that work for them, and criminals "
            "without a stated "
            "link to a state (Conti and TrickBot, Media Land, LummaC2).",
            "Cyber acts are sanctioned under other regimes too (Russia 833/2014 and 269/2014, Iran, "
            "North Korea); "
            "those are not in it. The annexes give the asset freeze; travel bans stand in the Council's "
            "decisions.",
        ),
        dropped=(
            "Statements of reasons, aliases, nationalities, and every personal detail beyond the name.",
        ),
    ),
    Table(
        name="eu_sanction_operations",
        title="Operations behind EU listings",
        description="Operations named in the statements of reasons, tagged by us, one row a listing and "
        "operation.",
        theme="deterrence",
        sources=("curated", "eu_sanctions_texts"),
        fields=(
            field("listing", "string", "Listing.", required=True),
            field(
                "operation", "string", "Operation, tag of ours.", enum=tuple(OPERATION_KINDS), required=True
            ),
            field(
                "kind",
                "string",
                "Cyber, information (disinformation network) or interference (signals, cables).",
                enum=("cyber", "information", "interference"),
                required=True,
            ),
        ),
        key=("listing", "operation"),
        foreign=((("listing",), "eu_sanctions", ("listing",)),),
        coverage="Listings in force in August 2026",
        as_of="2026-08-22",
        caveats=(
            "Tags are ours: a rule on words, then read. They say what the Council names in its reasons, "
            "which is its claim.",
            "One listing can have several operations. In 2024/2642 most listings concern disinformation "
            "without a named "
            "operation and have no tag.",
        ),
    ),
    Table(
        name="us_sanctions",
        title="US sanctions listings tagged for cyber acts, January 2023",
        description="Entries of the US Treasury's SDN list whose programmes contain CYBER2, one snapshot.",
        theme="deterrence",
        sources=("ofac_sdn",),
        fields=(
            field("entity_number", "integer", "OFAC's number of the entry.", required=True),
            field("name", "string", "Name as printed.", required=True),
            field(
                "kind",
                "string",
                "Kind of entry.",
                enum=("person", "entity", "aircraft", "vessel"),
                required=True,
            ),
            field("nationality", "string", "Nationality where the list gives one."),
            field("n_crypto_addresses", "integer", "Addresses of virtual currency listed.", required=True),
        ),
        key=("entity_number",),
        foreign=((("nationality",), "states", ("iso3",)),),
        coverage="Snapshot of 21 January 2023",
        as_of="2023-01-21",
        caveats=(
            "The file has no day of listing: no time series can be made. Numbers rise roughly with time.",
            "Stops in January 2023; entries taken off later are still in it (Tornado Cash).",
            "The tag CYBER2 covers election interference as well: people, firms and aircraft of the "
            "Internet Research "
            "Agency's owner are in it.",
            "Nationality is missing for 123 of 206 entries. Names are those of an official public list.",
        ),
        dropped=("Remarks, titles, and every personal detail beyond name and nationality.",),
    ),
    Table(
        name="us_sanction_programs",
        title="Programmes of US listings",
        description="Sanctions programmes each entry stands under, one row a pair.",
        theme="deterrence",
        sources=("ofac_sdn",),
        fields=(
            field("entity_number", "integer", "OFAC's number of the entry.", required=True),
            field("program", "string", "OFAC's tag of the programme.", required=True),
        ),
        key=("entity_number", "program"),
        foreign=((("entity_number",), "us_sanctions", ("entity_number",)),),
        coverage="Snapshot of 21 January 2023",
        as_of="2023-01-21",
        caveats=("Every entry has CYBER2; the others tell what else it is listed for.",),
    ),
    Table(
        name="us_sanction_countries",
        title="Countries of addresses in US listings",
        description="Countries in which an entry has an address, one row a pair.",
        theme="deterrence",
        sources=("ofac_sdn",),
        fields=(
            field("entity_number", "integer", "OFAC's number of the entry.", required=True),
            field("iso3", "string", "Country of an address.", required=True),
        ),
        key=("entity_number", "iso3"),
        foreign=(
            (("entity_number",), "us_sanctions", ("entity_number",)),
            (("iso3",), "states", ("iso3",)),
        ),
        coverage="Snapshot of 21 January 2023",
        as_of="2023-01-21",
        caveats=("An address is not a state's responsibility. 26 entries have none.",),
        dropped=("One address given only as the Commonwealth of Independent States.",),
    ),
    Table(
        name="us_sanction_links",
        title="Who a US listing is linked to",
        description="Other listed parties that OFAC's remarks link an entry to, one row a pair.",
        theme="deterrence",
        sources=("ofac_sdn",),
        fields=(
            field("entity_number", "integer", "OFAC's number of the entry.", required=True),
            field("linked_to", "string", "Name of the other party.", required=True),
            field("linked_number", "integer", "Its number, where it is among these entries."),
        ),
        key=("entity_number", "linked_to"),
        foreign=((("entity_number",), "us_sanctions", ("entity_number",)),),
        coverage="Snapshot of 21 January 2023",
        as_of="2023-01-21",
        caveats=("66 entries have no link. A number is missing where the other party is not tagged CYBER2.",),
    ),
]
# Listings under 2024/2642 whose statement of reasons gives a cyber-attack, or help to one, as a ground.
HYBRID_CYBER = {
    "32024R2642/I.A/27",
    "32024R2642/I.A/28",
    "32024R2642/I.A/54",
    "32024R2642/I.A/55",
    "32024R2642/I.A/56",
    "32024R2642/I.B/1",
    "32024R2642/I.B/9",
    "32024R2642/I.B/16",
}
REGION = "Region: Commonwealth of Independent States"


def tags(reason: str) -> list[str]:
    """Operation tags a statement of reasons gets by the rule."""
    return [tag for tag, _, pattern in RULES if re.search(pattern, reason)]


def _eu(raw: Raw) -> pd.DataFrame:
    d = pd.concat([raw.csv("eu_2019_796"), raw.csv("eu_2024_2642")], ignore_index=True)
    listing = d.celex + "/" + d.annex + "/" + d.recordId
    cyber = d.programKey == "EU-CYB"
    return pd.DataFrame(
        {
            "listing": listing,
            "listed_on": d.startDate,
            "name": d.name,
            "kind": d.schema.map({"Person": "person", "LegalEntity": "entity", "Company": "entity"}),
            "regime": cyber.map({True: CYBER, False: HYBRID}),
            "linked_to": iso3(d.country_link_derived, "eu_sanctions"),
            "cyber": cyber | listing.isin(HYBRID_CYBER),
        }
    )


def _long(d: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    out = pd.DataFrame({"entity_number": d.ent_num, name: d[column].str.split(" | ", regex=False)})
    out = out.explode(name, ignore_index=True)
    return out[out[name] != ""]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The six tables."""
    operations = curated("eu_sanction_operations")
    operations["kind"] = operations.operation.map(OPERATION_KINDS)
    d = raw.csv("ofac_cyber_2023")
    us = pd.DataFrame(
        {
            "entity_number": d.ent_num,
            "name": d.name,
            "kind": d.sdn_type.replace({"individual": "person"}),
            "nationality": iso3(d.nationality, "us_sanctions"),
            "n_crypto_addresses": d.n_crypto_addresses,
        }
    )
    places = _long(d, "address_country", "place")
    places["iso3"] = iso3(places.place, "us_sanction_countries", {REGION: ""})
    links = _long(d, "linked_to", "linked_to")
    links["linked_number"] = links.linked_to.map(dict(zip(d.name, d.ent_num, strict=True)))
    return {
        "eu_sanctions": _eu(raw),
        "eu_sanction_operations": operations,
        "us_sanctions": us,
        "us_sanction_programs": _long(d, "programs", "program"),
        "us_sanction_countries": places[places.iso3 != ""][["entity_number", "iso3"]],
        "us_sanction_links": links,
    }
