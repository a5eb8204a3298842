"""Trade in services by partner: the United Kingdom and China as recorded, and totals of 2022."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, RecipeError, Table, field
from recipes.flow_names import iso3, iso3_of_alpha2

# Our column, the ONS code, the BaTIS item, what it is
ITEMS = (
    ("total", "0", "S", "All services"),
    ("insurance", "6", "SF", "Insurance and pension services"),
    ("financial", "7", "SG", "Financial services"),
    ("intellectual_property", "8", "SH", "Charges for the use of intellectual property"),
    ("telecom_computer_information", "9", "SI", "Telecommunications, computer and information services"),
    ("other_business", "10", "SJ", "Other business services"),
    ("personal_cultural", "11", "SK", "Personal, cultural and recreational services"),
)
DIGITAL = "Digitally deliverable services, as UNCTAD counts them, are the sum of the six columns after total."
UK_YEARS = [str(y) for y in range(2016, 2022)]
CHINA_YEARS = [str(y) for y in range(2005, 2020)]
# ONS codes that are no alpha-2 code of a state or territory; CS stands for what is left of the former state
ONS_CODES = {"B5": "EUU", "CS": "SCG"} | dict.fromkeys(
    ["4A", "4F", "9A", "D5", "W1", *(f"PB{i}" for i in range(1, 10))], ""
)
BATIS_NAMES = {
    "World": "",
    "Rest of the World": "",
    "Korea": "KOR",
    "The Gambia": "GMB",
    "Faeroe Islands": "FRO",
}

_flow = field("flow", "string", "Exports or imports.", enum=("exports", "imports"), required=True)
_year = field("year", "year", "Calendar year.", required=True)
_iso3 = field("iso3", "string", "Code of the partner; empty for groups, remainders and institutions.")


def _values(unit: str) -> tuple:
    return tuple(
        field(name, "number", f"{label}, at current prices.", unit=unit) for name, _, _, label in ITEMS
    )


TABLES = [
    Table(
        name="uk_services_by_partner",
        title="UK trade in services by partner and type",
        description="Exports and imports of services of the United Kingdom with each partner: all services, and the six types "
        "that can be delivered over a network.",
        theme="data_flows",
        sources=("ons_uk_services",),
        fields=(
            _flow,
            field("partner_code", "string", "Code of the ONS: B5 is EU27, W1 the world.", required=True),
            field("partner", "string", "Partner, as the ONS writes it.", required=True),
            _iso3,
            _year,
            *_values("million GBP"),
        ),
        key=("flow", "partner_code", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="83 partners, groups included, 2016 to 2021",
        as_of="2022-05-13",
        caveats=(
            DIGITAL,
            "Groups and their members stand side by side (EU27, rest of the world, world): never add all rows.",
            "An empty value was held back because it would disclose a firm; it is not zero. A sum over types or partners with "
            "an empty value is a floor.",
            "Figures of 2021 are first figures; the ONS revised them later.",
            "The United States include Puerto Rico; Serbia and Montenegro is what could not be given to one of the two.",
            "Deliverable is not delivered: what crossed a border by wire is not recorded apart.",
        ),
        dropped=(
            "40 of 47 types: the others and the finer ones. Czechia and Morocco stand under two names in the source, "
            "under one here.",
        ),
    ),
    Table(
        name="china_services_by_partner",
        title="China's trade in services by partner and type",
        description="Balanced exports and imports of services of China with each partner: all services, and the six types that "
        "can be delivered over a network.",
        theme="data_flows",
        sources=("batis_china",),
        fields=(
            _flow,
            field("partner", "string", "Partner, as the source writes it.", required=True),
            _iso3,
            _year,
            *_values("million USD"),
        ),
        key=("flow", "partner", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="203 partners, World and Rest of the World included, 2005 to 2019",
        as_of="2022-09-29",
        caveats=(
            DIGITAL,
            "Balanced: a mean of what the two partners report, or an estimate where they do not; nothing says which cell is which.",
            "World and Rest of the World are rows: never add all rows.",
            "Hong Kong, Macao and Taipei are partners: much that passes Hong Kong goes on elsewhere.",
            "UNCTAD's totals are higher: digital exports of 2019 of 141 billion USD against 106 here.",
        ),
        dropped=(
            "Travel, transport, construction, goods-related and government services are in total only.",
        ),
    ),
    Table(
        name="batis_totals_2022",
        title="Trade in all services between economies, 2022",
        description="Balanced flows of services between 14 economies, in two cuts that each add up to the world.",
        theme="data_flows",
        sources=("batis_2022",),
        fields=(
            field(
                "cut",
                "string",
                "Which 14 economies: twelve others, the EU as one, and the rest.",
                enum=("asia_14", "g20_14"),
                required=True,
            ),
            field("origin", "string", "Exporter: its code, EUU for EU27, ROW for the rest.", required=True),
            field("destination", "string", "Importer, likewise.", required=True),
            field("value_musd", "number", "Value at current prices.", unit="million USD", required=True),
        ),
        key=("cut", "origin", "destination"),
        coverage="19 economies in two cuts of 14, 2022",
        as_of="2026",
        caveats=(
            "ALL services, travel and transport included: not the digital ones.",
            "The two cuts hold the same world (7,079 billion USD): never add them.",
            "The rest of the world is a remainder that trades with itself; trade within the EU is left out.",
            "Balanced: part report, part estimate.",
        ),
    ),
]


def wide(rows: pd.DataFrame, keys: list[str], years: list[str], codes: dict[str, str]) -> pd.DataFrame:
    """One row a key and year, one column an item.

    Raises
    ------
    RecipeError
        A key has an item twice or lacks one.
    """
    rows = rows[rows["item"].isin(codes)]
    long = rows.melt([*keys, "item"], years, "year", "value")
    if long.duplicated([*keys, "item", "year"]).any():
        raise RecipeError(f"{keys}: an item stands twice")
    out = long.assign(item=long["item"].map(codes)).pivot(
        index=[*keys, "year"], columns="item", values="value"
    )
    if out.isna().any(axis=None):
        raise RecipeError(f"{keys}: an item is missing")
    return out.reset_index()


def _uk(d: pd.DataFrame) -> pd.DataFrame:
    names = d[d.service == "0"].drop_duplicates("partner_code").set_index("partner_code").partner
    d = d.rename(columns={"direction": "flow", "service": "item"})
    out = wide(d, ["flow", "partner_code"], UK_YEARS, {ons: name for name, ons, _, _ in ITEMS})
    out["partner"] = out.partner_code.map(names)
    return out.assign(iso3=iso3_of_alpha2(out.partner_code, "uk_services_by_partner", ONS_CODES))


def _china(d: pd.DataFrame) -> pd.DataFrame:
    out = wide(d, ["flow", "partner"], CHINA_YEARS, {batis: name for name, _, batis, _ in ITEMS})
    return out.assign(iso3=iso3(out.partner, "china_services_by_partner", BATIS_NAMES))


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The three tables."""
    flows = raw.csv("batis_2022").rename(columns={"set": "cut", "value_usd_m": "value_musd"})
    return {
        "uk_services_by_partner": _uk(raw.csv("uk_services")),
        "china_services_by_partner": _china(raw.csv("china_services")),
        "batis_totals_2022": flows.replace({"origin": {"EU27": "EUU"}, "destination": {"EU27": "EUU"}}),
    }
