"""National cybersecurity strategies, and partial ranks of a cyber power index."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, curated, field

MERITALK = "MeriTalk, 6 October 2022"
GUARDS = "10guards.com, The world's 30 cyber superpowers"
SCHNEIER = "Schneier on Security as quoted at fbrss.com"

TABLES = [
    Table(
        name="strategies",
        title="First national cybersecurity strategies",
        description="Day of the first national cybersecurity strategy of each state, and how many it had "
        "issued to 2024.",
        theme="norms",
        sources=("national_strategies",),
        fields=(
            field("iso3", "string", "State.", required=True),
            field(
                "adopted", "boolean", "Whether the state had a strategy by the end of 2024.", required=True
            ),
            field("first_on", "date", "Day of the first strategy, as the source gives it."),
            field(
                "first_on_precision",
                "string",
                "How far the day can be trusted, judged by us from the day itself.",
                enum=("day", "month", "year"),
            ),
            field("n", "integer", "Strategies to 2024 in the source's count.", required=True),
        ),
        key=("iso3",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="193 UN members, 2000 to 2024",
        as_of="2024-12-31",
        caveats=(
            "55 first days are a 1 January and 30 more the first of another month: taken to be "
            "placeholders for year and "
            "month. The source does not say; use years.",
            "Antigua and Barbuda, Iraq and Namibia have a first strategy and a count of zero: a slip in "
            "the source, kept.",
            "The counts add up to 244; the paper says 246.",
            "A state without a row of adoption is censored at the end of 2024, not a state that will "
            "never have one.",
            "Taiwan, Kosovo, Palestine, Hong Kong and the European Union are not covered.",
            "Having a strategy is not the same as carrying it out; contents are not coded here.",
        ),
    ),
    Table(
        name="cyber_power_ranks",
        title="Cyber power ranks, in part (Belfer Center)",
        description="Ranks of 16 of 30 states in the National Cyber Power Index of 2020 and 2022, as "
        "public pages print them.",
        theme="norms",
        sources=("belfer_ncpi",),
        fields=(
            field("iso3", "string", "State.", required=True),
            field("year", "year", "Edition.", required=True),
            field("rank", "integer", "Rank among 30 states, 1 the highest.", required=True),
            field("seen_in", "string", "Page that prints the rank.", required=True),
        ),
        key=("iso3", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="15 of 30 states in 2020, 14 of 30 in 2022",
        as_of="2022-09",
        caveats=(
            "Partial: a state without a row may stand anywhere. Do not show a missing rank as low.",
            "2022 counts eight objectives, 2020 seven: the two are not strictly comparable.",
            "The index weighs what states say they want as well as what they can do.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Both tables."""
    d = raw.csv("national_strategies")
    day = d.DATE.where(d.DATE != "NA", "")
    precision = pd.Series("day", index=d.index).mask(day.str[6:] == "01", "month")
    precision = precision.mask(day.str[4:] == "0101", "year").mask(day == "", "")
    strategies = pd.DataFrame(
        {
            "iso3": d.Countries,
            "adopted": d.cyb_strategy.map({"1": "true", "0": "false"}),
            "first_on": day.str.replace(r"(\d{4})(\d\d)(\d\d)", r"\1-\2-\3", regex=True),
            "first_on_precision": precision,
            "n": d.total_strategies,
        }
    )
    return {"strategies": strategies, "cyber_power_ranks": _ranks(raw.csv("belfer_ncpi"))}


def _ranks(d: pd.DataFrame) -> pd.DataFrame:
    names = curated("state_names")
    code = dict(zip(names.name, names.iso3, strict=True))
    long = d.melt("country", ["rank_2020", "rank_2022"], "year", "rank").query("rank != ''")
    long = long.assign(iso3=long.country.map(code), year=long.year.str[-4:])
    rank = long["rank"].astype(int)
    page = pd.Series(GUARDS, index=long.index)
    page = page.mask((long.year == "2022") & (rank.le(10) | rank.eq(14)), MERITALK)
    page = page.mask((long.year == "2020") & rank.le(11), SCHNEIER)
    return long.assign(seen_in=page)[["iso3", "year", "rank", "seen_in"]]
