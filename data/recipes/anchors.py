"""``anchor_incidents`` and ``anchor_matches``: well-known incidents matched by hand in three data sets."""

from __future__ import annotations

import pandas as pd

from .contract import Raw, Table, curated, field
from .groups import whole

_PRECISION = ("day", "month", "year")
_STATE = "states", ("iso3",)

TABLES = [
    Table(
        name="anchor_incidents",
        title="Well-known incidents",
        description="Thirty-six well-known incidents of 2007 to 2024: when they began, became public and "
        "were "
        "attributed on the record by a state, each with its source.",
        theme="deterrence",
        sources=("curated",),
        fields=(
            field("anchor_id", "string", "Our name for the incident.", required=True),
            field("name", "string", "Short title.", required=True),
            field(
                "began_on",
                "date",
                "First day of the effect (disruption, destruction, theft of money) or, for espionage and "
                "leaks, "
                "of the first access a source dates.",
                required=True,
            ),
            field("began_precision", "string", "Precision of began_on.", enum=_PRECISION, required=True),
            field("became_public_on", "date", "First public report or statement seen.", required=True),
            field(
                "became_public_precision",
                "string",
                "Precision of became_public_on.",
                enum=_PRECISION,
                required=True,
            ),
            field("receiver_iso3", "string", "Main receiving state."),
            field("receivers_n", "integer", "Receiving states that a source names or counts; a lower bound."),
            field("kind", "string", "What was done, in our words.", required=True),
            field("attributed_actor", "string", "Who is named, in our words."),
            field(
                "attributed_to_iso3",
                "string",
                "State that is named, itself or through its organ; empty for criminals and where nobody is "
                "named.",
            ),
            field(
                "attributed_by",
                "string",
                "State that speaks: the first statement on the record that was found.",
            ),
            field("attributed_on", "date", "Day of that statement."),
            field("attributed_precision", "string", "Precision of attributed_on.", enum=_PRECISION),
            field("basis", "string", "Kind of statement, or what there is instead.", required=True),
            field("attribution_source_title", "string", "Source of the attribution.", required=True),
            field("attribution_source_url", "string", "Its address.", required=True),
            field("note", "string", "Remark, in our words."),
        ),
        key=("anchor_id",),
        foreign=tuple(((c,), *_STATE) for c in ("receiver_iso3", "attributed_to_iso3", "attributed_by")),
        coverage="36 incidents, 2007 to 2024, chosen by fame",
        as_of="2026-11",
        caveats=(
            "Chosen because they are famous or hard: no sample. Agreement measured on them is an upper "
            "bound.",
            "Attribution is a claim: the first statement of a state on the record that was found; later "
            "ones are in note.",
            "Dates known only to the month or year stand on its first day: see the precision columns.",
            "How rows were made is told in data/curated/ANCHORS.md.",
        ),
    ),
    Table(
        name="anchor_matches",
        title="Well-known incidents in three data sets",
        description="Which rows of EuRepoC, CFR and DCID hold each anchor incident, matched by reading, "
        "with the "
        "reason; or that none does.",
        theme="deterrence",
        sources=("curated", "eurepoc", "cfr", "dcid"),
        fields=(
            field("anchor_id", "string", "Anchor incident.", required=True),
            field("dataset", "string", "Data set.", enum=("eurepoc", "cfr", "dcid"), required=True),
            field("n", "integer", "Number of the row within anchor and data set.", required=True),
            field(
                "source_id",
                "string",
                "incidents.incident_id, cfr_operations.cfr_id or dcid_incidents.dcid_id; empty for none.",
            ),
            field(
                "relation",
                "string",
                "same; part_of: the row is a part of the anchor (a target, phase or dyad); wider: the row "
                "covers "
                "more (a campaign, a group); none: the data set has no row.",
                enum=("same", "part_of", "wider", "none"),
                required=True,
            ),
            field(
                "in_scope", "boolean", "By its own rules the data set could hold the anchor.", required=True
            ),
            field("reason", "string", "Why, in our words.", required=True),
        ),
        key=("anchor_id", "dataset", "n"),
        foreign=((("anchor_id",), "anchor_incidents", ("anchor_id",)),),
        coverage="36 incidents in three data sets",
        as_of="2026-11",
        caveats=(
            "Count none as a gap only where in_scope is true.",
            "One anchor may be several rows of a data set: counting rows is not counting incidents.",
        ),
        licence="CC BY 4.0 for the matches; ids and facts are those of the data sets.",
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Make both tables."""
    anchors, matches = curated("anchor_incidents"), curated("anchor_matches")
    for c in ("began_on", "became_public_on", "attributed_on"):
        anchors[c] = anchors[c].map(whole)
    matches["n"] = matches.groupby(["anchor_id", "dataset"]).cumcount() + 1
    return {"anchor_incidents": anchors, "anchor_matches": matches}
