"""Arguments on when a cyber operation crosses a threshold of international law, from a hand-compiled list."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, curated, field

THRESHOLDS = ("violation of sovereignty", "prohibited intervention", "use of force", "armed attack")
SAYS = ("met", "may be met", "left open", "no such rule", "not met")


def _coverage() -> str:
    rows = curated("threshold_arguments")
    return f"{len(rows)} arguments of {rows.author.nunique()} authors, {rows.year.min()} to {rows.year.max()}"


TABLES = [
    Table(
        name="threshold_arguments",
        title="Arguments on legal thresholds",
        description="Who argues that a cyber operation by a state meets a threshold of international law, under "
        "which condition, and in which document.",
        theme="sovereignty",
        sources=("curated",),
        fields=(
            field("argument_id", "string", "Our name of the argument.", required=True),
            field("threshold", "string", "Threshold of law.", enum=THRESHOLDS, ordered=True, required=True),
            field("author", "string", "State, body, court, group of experts or scholar.", required=True),
            field(
                "kind",
                "string",
                "Kind of author.",
                enum=("state", "body of states", "court", "experts", "scholar"),
                required=True,
            ),
            field("iso3", "string", "Code of a state; EUU for the European Union."),
            field(
                "says",
                "string",
                "What the author says of the threshold when the condition holds.",
                enum=SAYS,
                required=True,
            ),
            field(
                "condition",
                "string",
                "Condition as a rule over effects: atoms joined by and, alternatives by or.",
                required=True,
            ),
            field("condition_text", "string", "Condition in our words.", required=True),
            field("document", "string", "Document.", required=True),
            field("place", "string", "Rule, paragraph or section, where seen."),
            field("year", "year", "Year of the document.", required=True),
            field("reference", "string", "DOI, document symbol or reporter."),
            field("url", "string", "Its page.", required=True),
            field("seen_in", "string", "Where it was read.", required=True),
            field(
                "confidence",
                "string",
                "How directly the words were seen.",
                enum=("medium", "high"),
                ordered=True,
                required=True,
            ),
        ),
        key=("argument_id",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage=_coverage(),
        as_of="2026-11",
        caveats=(
            "Reports arguments and rules on nothing: an operation is lawful or not by the law and its facts, "
            "not by a count of arguments.",
            "The conditions are our simplification of documents that say more; quote the document, not the rule.",
            "Only authors whose condition was seen are here. Most states have published none: silence is not a "
            "view.",
            "Every argument supposes that the operation is attributable to a state.",
            "Some conditions were read in a summary or a secondary work (confidence medium).",
            "Court and General Assembly spoke before there were networks to attack: applying them is a step of "
            "its own.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The list as it stands; no raw file is needed."""
    return {"threshold_arguments": curated("threshold_arguments")[TABLES[0].columns]}
