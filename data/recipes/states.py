"""The frame: ``states``, ``state_points``, ``gdp`` and ``internet_users``.

Codes, names, regions and status notes are compiled by hand (``data/curated/states.csv``, checked
against ISO 3166 as pycountry has it and against the columns of the 2025 UN votes); population is Natural
Earth's estimate; income groups, GDP and internet users are the World Bank's.
"""

from __future__ import annotations

import json

import pandas as pd

from .contract import Raw, RecipeError, Table, curated, field

KINDS = ("un_member", "un_observer", "non_member", "territory", "organisation", "historic")
INCOME = {
    "High income": "high",
    "Upper middle income": "upper_middle",
    "Lower middle income": "lower_middle",
    "Low income": "low",
}
NO_CODE = {"CHI"}  # the Channel Islands, which the World Bank takes as one
# World Bank rows that are not states or the EU, by series: (rows, codes). The build stops if they change.
AGGREGATES = {"gdp": (1670, 48), "internet_users": (693, 33)}
EXTRA_POPULATION = {"Cyprus": "CYP", "Kosovo": "XKX"}

_ISO3 = field("iso3", "string", "ISO 3166-1 alpha-3 code, or our own code (see `states`).", required=True)

TABLES = [
    Table(
        name="states",
        title="States, territories and their codes",
        description="One row per state or territory with an ISO 3166-1 code, plus Kosovo, the European Union "
        "and eight historic states. The frame to which all other tables join.",
        theme="frame",
        sources=("curated", "natural_earth", "wdi", "world_bank_income"),
        fields=(
            field(
                "iso3",
                "string",
                "ISO 3166-1 alpha-3 code. Own codes: XKX Kosovo, EUU European Union, EAZ Zanzibar; "
                "historic states keep the code ISO withdrew.",
                required=True,
            ),
            field(
                "alpha2",
                "string",
                'ISO 3166-1 alpha-2 code (Namibia\'s is NA, which R reads as missing unless told na.strings = ""; XK and EU are user-assigned).',
            ),
            field("numeric", "string", "ISO 3166-1 and UN M49 numeric code, three digits."),
            field("name", "string", "Short English name.", required=True),
            field(
                "name_official", "string", "Long or formal English name, as ISO 3166 has it.", required=True
            ),
            field("kind", "string", "What it is in relation to the UN.", enum=KINDS, required=True),
            field("member_of_un", "boolean", "A member of the United Nations today.", required=True),
            field("un_region", "string", "UN M49 region (empty for Antarctica)."),
            field(
                "un_subregion",
                "string",
                "UN M49 sub-region or intermediate region, as Natural Earth gives it.",
            ),
            field(
                "income_group",
                "string",
                "The World Bank's income group of its fiscal year 2023 (income per head of 2021).",
                enum=("low", "lower_middle", "upper_middle", "high"),
                ordered=True,
            ),
            field("population", "integer", "Population, Natural Earth's estimate.", unit="persons"),
            field("population_year", "year", "Year of the population estimate."),
            field(
                "gdp_per_capita_usd", "number", "GDP per capita, latest year there is.", unit="current US$"
            ),
            field("gdp_year", "year", "Year of gdp_per_capita_usd."),
            field(
                "valid_from", "date", "First day, for historic states and for those ISO 3166 does not list."
            ),
            field("valid_to", "date", "Last day of a historic state."),
            field(
                "disputed",
                "boolean",
                "Whether it is a state, or whose territory it is, is disputed between states.",
                required=True,
            ),
            field("status_note", "string", "What a reader should know about its status, in our words."),
            field("has_shape", "boolean", "Has a polygon in the geometry `world`.", required=True),
        ),
        key=("iso3",),
        coverage="259 entries: 193 UN members, 2 observers, 4 other states, 51 territories, the EU, 8 "
        "historic states",
        as_of="2026-11",
        caveats=(
            "Listing an entity, or naming it, says nothing about its legal status; see `status_note`.",
            "Filter on `kind` before counting states: territories, the EU and historic states are in the "
            "table.",
            "Income groups are those of one year (World Bank, July 2022 to June 2023) and are not those of the year of a vote "
            "or an incident. Venezuela was not classified; the Vatican, the Cook Islands, Niue and many territories are not in "
            "the list.",
            "Population is Natural Earth's estimate (mostly of 2019) and covers only the entities it draws; empty is unknown, "
            "not zero.",
            "UN M49 has no entry for Taiwan and Kosovo; their regions follow Natural Earth and geography.",
            "GDP per capita is the latest year with a figure, which for some states lies far back: see "
            "`gdp_year`.",
            "Memberships (EU, NATO, G7, ...) change over time and are kept in `groups`, with dates.",
        ),
    ),
    Table(
        name="state_points",
        title="One point for each state, for maps",
        description="Longitude and latitude of the capital or main town. For labels, lines between states "
        "and states too small to see.",
        theme="frame",
        sources=("curated",),
        fields=(
            _ISO3,
            field("lon", "number", "Longitude, east positive.", unit="degrees", required=True),
            field("lat", "number", "Latitude, north positive.", unit="degrees", required=True),
        ),
        key=("iso3",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="All entries of `states` but the historic ones",
        as_of="2026-11",
        caveats=(
            "Rounded to a hundredth of a degree; for drawing, not for distances.",
            "Mostly the capitals of CEPII's GeoDist (Mayer and Zignago 2011), which keeps some former "
            "capitals; "
            "the others were typed by hand. A point says nothing about the status of a city.",
        ),
    ),
    Table(
        name="gdp",
        title="GDP per capita by year",
        description="Gross domestic product per head in current US dollars, World Bank series "
        "NY.GDP.PCAP.CD.",
        theme="frame",
        sources=("wdi",),
        fields=(
            _ISO3,
            field("year", "year", "Calendar year.", required=True),
            field("value", "number", "GDP per capita.", unit="current US$", required=True),
            field("unit", "string", "Unit of the value.", enum=("current US$",), required=True),
        ),
        key=("iso3", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="1990 to 2024",
        as_of="2026",
        caveats=(
            "Per capita, although the raw file's name says GDP.",
            "Current dollars: growth here mixes prices and exchange rates.",
            "Taiwan is not in the World Bank's data; the EU aggregate is kept under EUU.",
        ),
        dropped=("1,670 rows of 48 aggregates (world, regions, income groups, the Channel Islands as one).",),
    ),
    Table(
        name="internet_users",
        title="Internet users by year",
        description="Individuals using the internet as a share of the population, World Bank series "
        "IT.NET.USER.ZS (from ITU).",
        theme="frame",
        sources=("wdi",),
        fields=(
            _ISO3,
            field("year", "year", "Calendar year.", required=True),
            field(
                "value", "number", "Individuals using the internet.", unit="% of population", required=True
            ),
            field("unit", "string", "Unit of the value.", enum=("% of population",), required=True),
        ),
        key=("iso3", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="1990 to 2025",
        as_of="2026",
        caveats=(
            "ITU estimates many values; surveys and estimates are not told apart in this copy.",
            "Taiwan is not in the World Bank's data; there is no row for the EU.",
        ),
        dropped=("693 rows of 33 aggregates (world, regions, income groups).",),
    ),
]


def wdi(raw: Raw, key: str, known: set[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A World Bank series, split into rows of states and rows of aggregates."""
    frame = raw.csv(key)[["iso3", "year", "value"]].astype({"value": float})
    ours = frame["iso3"].isin(known)
    return frame[ours], frame[~ours]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Make the frame tables."""
    frame = curated("states")
    known = set(frame["iso3"])
    gdp, gdp_out = wdi(raw, "wdi_gdp", known)
    net, net_out = wdi(raw, "wdi_internet_users", known)
    counted = {
        "gdp": (len(gdp_out), gdp_out["iso3"].nunique()),
        "internet_users": (len(net_out), net_out["iso3"].nunique()),
    }
    if counted != AGGREGATES:
        raise RecipeError(f"World Bank aggregates: {counted}, the recipe says {AGGREGATES}")

    latest = gdp.sort_values("year").drop_duplicates("iso3", keep="last").set_index("iso3")
    estimates = raw.csv("natural_earth_attributes")
    estimates = estimates[estimates["ISO_A3_EH"] != "-99"].set_index("ISO_A3_EH")
    if lost := set(estimates.index) - known:
        raise RecipeError(f"Natural Earth codes that `states` lacks: {sorted(lost)}")
    code = frame["iso3"]
    groups = raw.csv("world_bank_income_groups").set_index("code")["income_group"]
    if lost := set(groups.index) - known - NO_CODE:
        raise RecipeError(f"World Bank codes that `states` lacks: {sorted(lost)}")
    frame["income_group"] = code.map(groups.map(INCOME))
    frame["population"] = code.map(estimates["POP_EST"].astype(float).round())
    frame["population_year"] = code.map(estimates["POP_YEAR"])
    extra = json.loads(raw.path("natural_earth_missing").read_text(encoding="utf-8"))
    for f in extra["features"]:
        if iso3 := EXTRA_POPULATION.get(f["properties"]["NAME"]):
            frame.loc[code == iso3, "population"] = f["properties"]["POP_EST"]
    frame["gdp_per_capita_usd"] = code.map(latest["value"])
    frame["gdp_year"] = code.map(latest["year"])
    frame["has_shape"] = code.isin(set(estimates.index) | set(EXTRA_POPULATION.values()))
    points = frame.loc[frame["lon"] != "", ["iso3", "lon", "lat"]].astype({"lon": float, "lat": float})
    return {
        "states": frame.drop(columns=["lon", "lat"]),
        "state_points": points,
        "gdp": gdp.assign(unit="current US$"),
        "internet_users": net.assign(unit="% of population"),
    }
