"""Global Cybersecurity Index of the International Telecommunication Union."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

PILLARS = {
    "LEGL": "legal",
    "TECH": "technical",
    "ORG": "organizational",
    "CDS": "capacity",
    "COOP": "cooperation",
}
# Our names of the 20 indicators below the pillars
INDICATORS = {
    "LEGL_CBRCR_SUBS": "law against cybercrime",
    "LEGL_CBRCR_REG": "cybersecurity regulation",
    "TECH_NAT_CCC": "national incident response team",
    "TECH_SECT_CCC": "sector incident response teams",
    "TECH_NTNL_FRMW": "national framework for standards",
    "TECH_CHLD_PROT": "child online protection",
    "ORG_NTNL_STR": "national strategy",
    "ORG_RSP_AGNC": "responsible agency",
    "ORG_CYB_MET": "metrics",
    "CDS_PUB_CYB_AWE": "awareness campaigns",
    "CDS_CYB_PROF_TRAIN": "training of professionals",
    "CDS_GOV_ACAD": "education and curricula",
    "CDS_RND_PROG": "research and development",
    "CDS_NAT_CYB_IND": "national industry",
    "CDS_GOV_MCNSM": "government incentives",
    "COOP_BLTRL_AGR": "bilateral agreements",
    "COOP_CYB_MULT_AGR": "multilateral agreements",
    "COOP_GOV_INT_PART": "part in international mechanisms",
    "COOP_PPPS": "public-private partnerships",
    "COOP_INTER_AGNCY": "cooperation between agencies",
}
TIERS = ("T5", "T4", "T3", "T2", "T1")

_METHOD = (
    "The method changed between the editions: compare positions within an edition, not scores across the two."
)
_SELF = (
    "States answer a questionnaire about laws, bodies and programmes: the index measures what is in "
    "place on paper, not how well it works."
)
_WHO = (
    "No Taiwan, Kosovo, Hong Kong or European Union; Palestine is in (the source calls it West Bank "
    "and Gaza)."
)
TABLES = [
    Table(
        name="gci",
        title="Global Cybersecurity Index",
        description="Five pillar scores and the total for each state in 2020 and 2024, with the tier of "
        "2024.",
        theme="norms",
        sources=("itu_gci",),
        fields=(
            field("iso3", "string", "State.", required=True),
            field("year", "year", "Edition.", required=True),
            field("legal", "number", "Legal measures.", unit="0-20", required=True),
            field("technical", "number", "Technical measures.", unit="0-20", required=True),
            field("organizational", "number", "Organisational measures.", unit="0-20", required=True),
            field("capacity", "number", "Capacity development.", unit="0-20", required=True),
            field("cooperation", "number", "Cooperation.", unit="0-20", required=True),
            field("total", "number", "Sum of the pillars.", unit="0-100", required=True),
            field(
                "tier",
                "string",
                "Tier of the 2024 edition, T1 the highest; empty for 2020.",
                enum=TIERS,
                ordered=True,
            ),
            field("tier_basis", "string", "Where the tier comes from.", enum=("derived",)),
        ),
        key=("iso3", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="194 states, editions 2020 and 2024",
        as_of="2024",
        caveats=(
            "The tier is derived from the total by the report's limits (T1 from 95, T2 from 85, T3 from "
            "55, T4 from 20, T5 "
            "below), not copied; 46 states in T1 and 105 in T3 and T4 are the numbers the ITU gives.",
            "The scores of Data360 differ a little from the printed 2024 report for some states.",
            _METHOD,
            _SELF,
            _WHO,
            "The editions of 2014, 2017 and 2018 were not found.",
        ),
    ),
    Table(
        name="gci_indicators",
        title="Global Cybersecurity Index: indicators",
        description="The 20 indicators below the five pillars, each from 0 to 1, for each state and edition.",
        theme="norms",
        sources=("itu_gci",),
        fields=(
            field("iso3", "string", "State.", required=True),
            field("year", "year", "Edition.", required=True),
            field("pillar", "string", "Pillar.", enum=tuple(PILLARS.values()), required=True),
            field(
                "indicator",
                "string",
                "What is asked for, in our words.",
                enum=tuple(INDICATORS.values()),
                required=True,
            ),
            field("value", "number", "Score of the indicator.", unit="0-1", required=True),
        ),
        key=("iso3", "year", "indicator"),
        foreign=((("iso3", "year"), "gci", ("iso3", "year")),),
        coverage="194 states, editions 2020 and 2024",
        as_of="2024",
        caveats=(
            "Child online protection is in the 2020 edition only; the other 19 are in both.",
            "Indicators are weighted by experts before they make a pillar: they do not add up to it.",
            _METHOD,
            _SELF,
            _WHO,
        ),
        dropped=("The 2,328 rows of the pillars and the total, which are in gci.",),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Both tables."""
    s = raw.csv("itu_gci_scores")
    tier = s.tier_2024_from_score
    scores = s.rename(columns={"gci": "total"}).drop(columns=["country", "tier_2024_from_score"])
    scores[[*PILLARS.values(), "total"]] = scores[[*PILLARS.values(), "total"]].astype(float)
    scores = scores.assign(tier=tier, tier_basis=tier.ne("").map({True: "derived", False: ""}))
    d = raw.csv("itu_gci_long")
    code = d.indicator.str.removeprefix("ITU_GCI_")
    part = d[code.isin(INDICATORS)].assign(
        pillar=code.str.split("_").str[0].map(PILLARS), indicator=code.map(INDICATORS)
    )
    part = part.assign(value=part.value.astype(float).round(4))
    return {"gci": scores, "gci_indicators": part[["iso3", "year", "pillar", "indicator", "value"]]}
