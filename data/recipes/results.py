"""Results of chapters that are too expensive to compute each time a chapter opens, as tables (``results_…``).

They are made from other tables of this package by the chapters' own functions. A result may differ in its last digits
between processors, so these tables have a tolerance: what agrees within it counts as unchanged.
"""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

FROM_TABLES = True  # data/build.py runs this recipe last, on the tables that stand in data/tables

TABLES = [
    Table(
        name="results_camp_stability",
        title="Result: how well camps of voters come back",
        description="Computed by this handbook for chapter 2.1: camps of states that vote alike on texts about cyberspace, 2 to 5 "
        "of them, and how well each comes back when the roll calls are drawn again with replacement (200 resamples, seed 0).",
        theme="norms",
        sources=("un_ict_votes", "un_voting_data", "un_digital_library", "curated"),
        fields=(
            field("roll_calls", "string", "Set of roll calls, by its key in chapter 2.1.", required=True),
            field("k", "integer", "Number of camps asked for.", required=True),
            field("camp", "integer", "Number of the camp, the largest first.", required=True),
            field("size", "integer", "States in the camp.", unit="states", required=True),
            field(
                "jaccard",
                "number",
                "Mean Jaccard similarity of the camp to the most similar camp of a resample.",
                unit="0-1",
            ),
            field(
                "rand", "number", "Mean adjusted Rand index of all camps of this k, resample against record."
            ),
        ),
        key=("roll_calls", "k", "camp"),
        coverage="All sets of roll calls of chapter 2.1",
        as_of="2026-11",
        caveats=(
            "A result and no record: it changes with the tables un_votes and un_resolutions and with the method "
            "(Ward's method on the square root of disagreement; Hennig 2007, doi:10.1016/j.csda.2006.11.025).",
            "The method finds as many camps as it is asked for, whether or not there are any.",
            "Below 0.5 a camp counts as dissolved, from 0.75 as stable.",
        ),
        tolerance=0.01,
    ),
    Table(
        name="results_list_overlaps",
        title="Result: shared members of lists, and what chance gives",
        description="Computed by this handbook for chapter 2.4: members that two whole lists of states share, beside tables drawn "
        "at random in which every list keeps its size and every state its number of lists (1,000 tables, seed 0).",
        theme="norms",
        sources=("curated",),
        fields=(
            field("a", "string", "First list, by its key in chapter 2.4.", required=True),
            field("b", "string", "Second list.", required=True),
            field("size_a", "integer", "Members of the first.", unit="states", required=True),
            field("size_b", "integer", "Members of the second.", unit="states", required=True),
            field("both", "integer", "Members of both.", unit="states", required=True),
            field("jaccard", "number", "Members of both divided by members of either.", unit="0-1"),
            field(
                "by_size",
                "number",
                "Members of both on average when lists of these sizes draw at random.",
                unit="states",
            ),
            field(
                "by_joiner", "number", "The same when states keep their number of lists too.", unit="states"
            ),
            field(
                "low",
                "integer",
                "Lower end of the middle 99% of the random tables.",
                unit="states",
                required=True,
            ),
            field("high", "integer", "Upper end.", unit="states", required=True),
            field(
                "verdict",
                "string",
                "Is the count above, below or inside that range?",
                enum=("more", "fewer", "as chance"),
                required=True,
            ),
        ),
        key=("a", "b"),
        coverage="All pairs of the whole lists of chapter 2.4",
        as_of="2026-11",
        caveats=(
            "A result and no record: it changes with the table memberships and with the method (curveball trades; Strona "
            "and others 2014, doi:10.1038/ncomms5114).",
            "Only lists that are whole are compared; absence from another list means nothing.",
            "More than chance is an overlap, not a reason for it.",
        ),
        tolerance=0.01,
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The results, computed by the chapters' functions from the tables as they stand."""
    from cyberdip_utils.norms import how_the_world_votes as votes
    from cyberdip_utils.norms import who_joins_what as joined

    stability = pd.concat(
        [votes.resampled_camps(key).assign(roll_calls=key) for key in votes.SETS], ignore_index=True
    )
    return {
        "results_camp_stability": stability.rename(columns={"cluster": "camp"}).round(9),
        "results_list_overlaps": joined.redrawn_overlaps().round(9),
    }
