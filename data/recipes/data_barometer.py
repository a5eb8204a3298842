"""Rules on data protection and data sharing in 109 countries (Global Data Barometer, survey of 2021)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

FRAMEWORK = {"13": "none", "14": "without full force", "10": "force of law"}
REACH = {"114": "narrow", "91": "some sectors", "20": "all sectors"}
YES_NO = {"0": "no", "2": "partly", "1": "yes"}
# Our column, the item, its codes, what it says
ITEMS = (
    ("protection", "DPL.a.EXISTS", FRAMEWORK, "Rules on data protection."),
    ("reach", "DPL.c.SECTOR_EXTENT", REACH, "How widely they apply; empty where there are none."),
    ("access", "DPL.e.e1.ACCESS_CORRECTION", YES_NO, "Rights to see and correct one's data."),
    ("consent", "DPL.e.e1.CONSENT", YES_NO, "Rights of choice or consent."),
    ("redress", "DPL.e.e1.REDRESS", YES_NO, "Rights of redress."),
    ("duties", "DPL.e.e1.DATA_HOLDER_RESPONSIBILITY", YES_NO, "Duties of those who hold data."),
    ("breach", "DPL.e.e1.BREACH", YES_NO, "Duty to report a breach to an authority."),
    ("algorithms", "DPL.e.e2.AI", YES_NO, "Decisions by algorithms are covered."),
    ("location", "DPL.e.e2.LOCATION", YES_NO, "Data on places are covered."),
    ("sharing", "DATASHARING.a.EXISTS", FRAMEWORK, "Rules on sharing data for the public good."),
)

TABLES = [
    Table(
        name="data_barometer",
        title="Rules on data protection and data sharing, 2021",
        description="For each country whether there are rules, with what force, and what they hold, as one researcher answered "
        "and others reviewed.",
        theme="data_flows",
        sources=("global_data_barometer",),
        fields=(
            field("iso3", "string", "Country.", required=True),
            *(
                field(
                    name,
                    "string",
                    what,
                    enum=tuple(codes.values()),
                    ordered=True,
                    required=name != "reach",
                )
                for name, _, codes, what in ITEMS
            ),
        ),
        key=("iso3",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="109 countries, survey of 2021",
        as_of="2021",
        caveats=(
            "An expert survey, one researcher a country: 109 countries, not all.",
            "Laws on paper, not their enforcement; laws since 2021 are not in it.",
            "For the parts of a law, no also stands where there is no law.",
            "One edition: no trend.",
        ),
        dropped=(
            "Reasons and links of the researchers, scores, nine of 19 items on narrower matters, and all other modules.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row a country."""
    wide = raw.csv("barometer_answers").pivot(index="iso3", columns="item", values="code")
    out = pd.DataFrame({name: wide[item].map(codes) for name, item, codes, _ in ITEMS})
    return {"data_barometer": out.reset_index()}
