"""Who lets data travel: EU adequacy decisions, the EU-US frameworks, Global CBPR (compiled by hand)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import SEEN_IN, Raw, Table, curated, field

PRECISION = ("day", "month", "year")
SEEN = (
    field("source", "string", "Where the row was seen.", required=True),
    field("url", "string", "Address of that page.", required=True),
    field("seen_in", "string", SEEN_IN, required=True),
)

TABLES = [
    Table(
        name="adequacy",
        title="EU adequacy decisions",
        description="Decisions by which the European Commission found the protection of personal data "
        "elsewhere adequate.",
        theme="data_flows",
        sources=("curated",),
        fields=(
            field("entity", "string", "Country, framework or organisation.", required=True),
            field("iso3", "string", "Country or territory; empty for an organisation."),
            field("decision", "string", "Number of the decision; empty where it was not seen."),
            field("from", "date", "Day of the decision.", required=True),
            field("to", "date", "Day it was struck down; empty otherwise."),
            field("basis", "string", "Article it rests on.", required=True),
            field("scope", "string", "What it covers, in our words.", required=True),
            field(
                "status",
                "string",
                "In force, invalidated by the Court of Justice, or no longer needed.",
                enum=("in force", "invalidated", "no longer needed (member state)"),
                required=True,
            ),
            field("note", "string", "Note of ours."),
            *SEEN,
        ),
        key=("entity",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="2000-07-26 to 2026-01-26",
        as_of="2026",
        caveats=(
            "Three decisions concern the United States, one after the other; two were struck down. "
            "Canada, Japan and "
            "others are covered in part only: see scope.",
            "The day of a decision is not always the day of its effect. Decisions for law enforcement "
            "are not rows.",
            "Some days and numbers were seen in secondary pages only; note says where.",
            "Adequacy lets data leave the EU; it says nothing about data coming in.",
        ),
    ),
    Table(
        name="eu_us_frameworks",
        title="The EU-US data frameworks",
        description="Safe Harbor, Privacy Shield and the Data Privacy Framework: from when, until when, "
        "ended by what.",
        theme="data_flows",
        sources=("curated",),
        fields=(
            field("name", "string", "Framework.", required=True),
            field("decision", "string", "Number of the Commission's decision.", required=True),
            field("from", "date", "Day of the decision.", required=True),
            field("to", "date", "Day the Court of Justice ended it; empty while in force."),
            field("status", "string", "Ended or in force.", enum=("ended", "in force"), required=True),
            field("ended_by", "string", "Case that ended it."),
            field("challenge", "string", "Challenge known when compiled."),
            *SEEN,
        ),
        key=("name",),
        coverage="2000-07-26 to December 2025",
        as_of="2025-12-22",
        caveats=(
            "Three lives are no sample: they show what happened, not how long the third will last.",
            "Between 2015 and 2016 and between 2020 and 2023 data went on flowing on other grounds "
            "(standard clauses).",
        ),
    ),
    Table(
        name="cbpr",
        title="Members of the Global CBPR Forum",
        description="Members and associates of the Global Cross-Border Privacy Rules Forum, with what is "
        "known of dates.",
        theme="data_flows",
        sources=("curated",),
        fields=(
            field("entity", "string", "Member or associate, as the Forum names it.", required=True),
            field(
                "iso3", "string", "Country or territory; empty for the Dubai International Financial Centre."
            ),
            field("role", "string", "Member or associate.", enum=("member", "associate"), required=True),
            field("forum_from", "date", "In the Forum since, where seen."),
            field("forum_from_precision", "string", "Precision of that date.", enum=PRECISION),
            field("founding_signatory", "boolean", "Signed the declaration of 21 April 2022.", required=True),
            field("apec_from", "date", "In APEC's CBPR system since, where seen."),
            field("apec_from_precision", "string", "Precision of that date.", enum=PRECISION),
            field("note", "string", "Note of ours."),
            *SEEN,
        ),
        key=("entity",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="9 members and 4 associates",
        as_of="2026",
        caveats=(
            "A missing date was not seen; it does not mean a late entry.",
            "Members endorse a certification of firms; a firm without the certificate gains nothing from it.",
            "Chinese Taipei is the Forum's name for Taiwan (TWN).",
        ),
    ),
]


def full(text: str) -> str:
    """A date of reduced precision as the first day of its period: "2015-04" is 2015-04-01."""
    return {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The three tables, from data/curated."""
    adequacy, frameworks, cbpr = curated("adequacy"), curated("eu_us_frameworks"), curated("cbpr")
    cbpr = cbpr.rename(
        columns={
            "forum_precision": "forum_from_precision",
            "apec_cbpr_from": "apec_from",
            "apec_precision": "apec_from_precision",
        }
    )
    cbpr["forum_from"], cbpr["apec_from"] = cbpr.forum_from.map(full), cbpr.apec_from.map(full)
    cbpr["founding_signatory"] = cbpr.founding_signatory.map({"yes": "true", "no": "false"})
    made = {"adequacy": adequacy, "eu_us_frameworks": frameworks, "cbpr": cbpr}
    return {t.name: made[t.name][t.columns] for t in TABLES}
