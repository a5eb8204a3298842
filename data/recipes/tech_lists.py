"""Lists of foreign technology firms: five of the United States, four measures of China (compiled by OpenSanctions)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3, iso3_of_alpha2

# Days on which the two acts became law (Public Laws 115-232 and 117-263), which name the firms
ACTS = {"Section 889": "2018-08-13", "Section 5949": "2022-12-23"}
US_LISTS = ("Section 1260H", "FCC covered list", *ACTS, "Section 1286")
FIRM, COUNTRY_OF_MAKE = "firm or institution", "country of make"
MEASURES = {
    "List of Export Controls": "export control list",
    "Export Control Watch List": "export control watch list",
    "UEL": "unreliable entity list",
}
OTHER_MEASURE = "countermeasures"
NC = "CC BY-NC 4.0: name OpenSanctions, no commercial use."

TABLES = [
    Table(
        name="us_tech_lists",
        title="US lists of foreign suppliers of technology",
        description="Firms and institutions on five US lists: Chinese military companies (1260H), communications equipment "
        "(FCC), federal procurement (889 and 5949) and research (1286). One row a name and list of a year.",
        theme="data_flows",
        sources=("us_tech_lists",),
        fields=(
            field("list", "string", "Which list.", enum=US_LISTS, required=True),
            field("edition", "year", "Year of the list; for 1286 the fiscal year.", required=True),
            field("name", "string", "Name; for the FCC's list our short label.", required=True),
            field("parent", "string", "Parent firm, where the list gives one."),
            field(
                "unit",
                "string",
                "What the entry names: a firm, or a kind of product made abroad.",
                enum=(FIRM, COUNTRY_OF_MAKE),
                required=True,
            ),
            field("listed_on", "date", "Day of the list or act; empty for 1286, which has a year only."),
            field("removed_on", "date", "Day of removal; empty where none is known."),
        ),
        key=("list", "edition", "name"),
        coverage="Lists of 13 August 2018 to 28 July 2026",
        as_of="2026-08-22",
        caveats=(
            NC,
            "1260H and 1286 are published anew: a firm that stays stands once for each list, so count one list at a time.",
            "Names are spelled differently from list to list, with or without their parent: the same firm can look like two.",
            "The day is that of the list or act, not of the reason for it. Removals partly carry the day of the next list.",
            "The four FCC entries on products (drones, routers, inverters, robots) name no firm but every foreign "
            "maker.",
            "Being listed has other effects on each list (procurement, licences for equipment, research money).",
        ),
        dropped=("Aliases, countries (mostly empty), days of updates and the wording of the FCC.",),
    ),
    Table(
        name="china_lists",
        title="China's lists of foreign firms and organisations",
        description="Firms and organisations under Chinese export controls, on the unreliable entity list, or under "
        "countermeasures, each with the announcement.",
        theme="data_flows",
        sources=("china_lists",),
        fields=(
            field(
                "measure",
                "string",
                "Which list.",
                enum=(*MEASURES.values(), OTHER_MEASURE),
                required=True,
            ),
            field("listed_on", "date", "Day of the announcement.", required=True),
            field("name", "string", "Name in English.", required=True),
            field(
                "kind", "string", "Firm or other organisation.", enum=("firm", "organisation"), required=True
            ),
            field("iso3", "string", "Country as the compiler gives it; empty where it gives none."),
            field("body", "string", "Who announced it.", required=True),
            field("ended_on", "date", "Day the measure ended, where the compiler gives one."),
            field("announcement", "string", "Address of the announcement.", required=True),
        ),
        key=("measure", "listed_on", "name"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="386 listings, 2 December 2019 to 5 August 2026",
        as_of="2026-08-22",
        caveats=(
            NC,
            "Partial by the compiler's own words: absence proves nothing.",
            "Suspensions after the truce of November 2025 are not marked: three rows only have an end.",
            "Most targets are US makers of arms, listed over sales to Taiwan: not cyber.",
            "A firm can stand on several lists, and under two spellings.",
        ),
        dropped=(
            "195 persons; 28 of 415 rows that repeat a name, day and measure under another title of the same list, and one "
            "without a day that stands again with it; Chinese names, aliases, addresses and summaries.",
        ),
    ),
]


def _section(raw: Raw, name: str) -> pd.DataFrame:
    """A list from an act, or of 1286, which has years and no days."""
    d = raw.csv(name.lower().replace(" ", "_"))
    on = ACTS.get(name, "")
    return pd.DataFrame(
        {"list": name, "edition": on[:4] if on else d.reported, "name": d.name, "listed_on": on}
    )


def _us(raw: Raw) -> pd.DataFrame:
    military = raw.csv("dod_1260h").assign(list="Section 1260H")
    fcc = raw.csv("fcc_covered_list").rename(columns={"subject": "name"}).assign(list="FCC covered list")
    dated = pd.concat([military, fcc], ignore_index=True)
    dated["edition"] = dated.listed_on.str[:4]
    rest = [_section(raw, name) for name in (*ACTS, "Section 1286")]
    out = pd.concat([dated, *rest], ignore_index=True).fillna("")
    out["unit"] = out.scope.map({COUNTRY_OF_MAKE: COUNTRY_OF_MAKE}).fillna(FIRM)
    return out.drop(columns=["scope", "updated_on"])


def _codes(country: pd.Series) -> pd.Series:
    """Codes from a column that mixes alpha-2 codes and names."""
    short = country.str.len() == 2
    codes = iso3_of_alpha2(country.where(short, ""), "china_lists", {"EU": "EUU"})
    return codes.mask(~short, iso3(country.mask(short, ""), "china_lists"))


def _china(d: pd.DataFrame) -> pd.DataFrame:
    d = d.assign(measure=d["list"].map(MEASURES).fillna(OTHER_MEASURE), iso3=_codes(d.country))
    d = d[d.listed_on != ""].sort_values("iso3", ascending=False, kind="stable")  # a row with a country first
    d = d.drop_duplicates(["measure", "listed_on", "name"])
    d["kind"] = d.kind.map({"Company": "firm", "Organization": "organisation"})
    d["body"] = d.body.str.removesuffix(" of the State Council")
    d = d.rename(columns={"until": "ended_on", "source": "announcement"})
    return d.drop(columns=["country", "topic", "list"])


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The two tables."""
    return {"us_tech_lists": _us(raw), "china_lists": _china(raw.csv("china_lists"))}
