"""Pairs of economies with a clause on data in a trade agreement, to 2019 (TAPED, as merged by a student paper)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field


def _first(name: str, what: str):
    return field(name, "year", f"First year with {what}; 2010 means 2010 or earlier; empty: none to 2019.")


TABLES = [
    Table(
        name="trade_clauses",
        title="Pairs of economies with a data clause in a trade agreement, to 2019",
        description="First year in which a pair has a trade agreement, one that speaks of data protection, one that speaks of data "
        "flows: a sketch.",
        theme="data_flows",
        sources=("taped_pairs",),
        fields=(
            field("iso3_a", "string", "One economy, the first by alphabet.", required=True),
            field("iso3_b", "string", "The other.", required=True),
            _first("agreement_first", "a trade agreement"),
            _first("protection_first", "a clause on data protection"),
            _first("flow_first", "a clause on data flows"),
        ),
        key=("iso3_a", "iso3_b"),
        foreign=((("iso3_a",), "states", ("iso3",)), (("iso3_b",), "states", ("iso3",))),
        coverage="775 pairs of 50 OECD and Asian economies, 2010 to 2019",
        as_of="2023-01-02",
        caveats=(
            "NON-COMMERCIAL (CC BY-NC-SA 4.0 of TAPED).",
            "A sketch: counted from the year after signature, in force or not; the United States are counted for the TPP, which "
            "they left.",
            "Agreements of the European Union are not given to its members, so none of them has a clause. Iceland is miscoded.",
            "Binding and soft clauses count alike. In 33 pairs the clause stands before the agreement and in seven there is no "
            "agreement; the copy does not say why.",
        ),
        dropped=("Pairs with neither an agreement nor a clause to 2019.",),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row a pair."""
    names = {"rta_first": "agreement_first", "data_protection_first": "protection_first"}
    return {"trade_clauses": raw.csv("taped_pairs").rename(columns=names | {"data_flow_first": "flow_first"})}
