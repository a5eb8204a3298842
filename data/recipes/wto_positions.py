"""Electronic commerce at the WTO: who joined the joint initiative, and what members say on data flows and duties."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

FLOWS = {
    "prohibitions, strict rules": "binding rules",
    "common guidelines": "common guidelines",
    "flexible, room for policy": "room for policy",
    "rejects hard rules": "rejects rules",
    "wavers": "wavers",
    "silent on this": "silent",
    "silent on e-commerce": "silent",
    "silent": "silent",
    "": "",
}
MORATORIUM = {
    "make permanent": "make permanent",
    "renew for longer": "renew for longer",
    "keep renewing": "keep renewing",
    "more study first": "study first",
    "questions the moratorium": "questions it",
    "questions the focus on the moratorium": "questions it",
    "end the moratorium": "end it",
    "silent on this": "silent",
    "silent on e-commerce": "silent",
    "silent": "silent",
    "": "",
}


def _codes(words: dict[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in words.values() if v))


def _position(name: str, what: str, words: dict[str, str]):
    return field(name, "string", f"{what}; empty where not coded.", enum=_codes(words))


TABLES = [
    Table(
        name="wto_positions",
        title="WTO members on electronic commerce: joint initiative, data flows, moratorium",
        description="For each member whether it was in the joint initiative, and one coder's reading of its submissions on rules "
        "for data flows and on customs duties for electronic transmissions, at first and in 2024.",
        theme="data_flows",
        sources=("wto_positions",),
        fields=(
            field("iso3", "string", "Member of the WTO.", required=True),
            field("joined_2017", "boolean", "In the joint initiative in 2017.", required=True),
            field("joined_2019", "boolean", "In it in 2019.", required=True),
            field("joined_2024", "boolean", "In it in 2024.", required=True),
            _position("flows_first", "Position on rules for data flows, first submissions", FLOWS),
            _position("flows_2024", "The same in 2024", FLOWS),
            _position(
                "moratorium_first", "Position on the moratorium on duties, first submissions", MORATORIUM
            ),
            _position("moratorium_2024", "The same in 2024", MORATORIUM),
            field("n_documents", "integer", "Documents that the coder read.", unit="documents"),
        ),
        key=("iso3",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="164 members of the WTO, 2017 to 2024",
        as_of="2025-07-23",
        caveats=(
            "One coder's reading of submissions for a doctoral thesis; our words for her categories, from the Spanish.",
            "A member of the European Union carries the position of the Union: 27 rows, one voice.",
            "Silent is a code, not a gap: no submission on the matter was found. An empty cell was not coded (Taiwan; "
            "Norway on data flows in 2024).",
            "Where no document was read (26 members) silence says little.",
            "Binding rules are rules that forbid restrictions on data flows. The United States are coded so for 2024 too, though "
            "they withdrew their support for such proposals on 25 October 2023 "
            "(https://www.csis.org/analysis/ustr-upends-us-negotiating-position-cross-border-data-flows): submissions were read, "
            "not announcements.",
            "Being in the initiative is no signature of its text of 2024.",
        ),
        dropped=(
            "Counts of trade agreements, and three older variables coded for some members only; the European Union itself, "
            "which is a member beside its 27, is not in the source.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row a member."""
    d = raw.csv("wto_positions")
    joined = {f"joined_{y}": d[f"jsi_{y}"].map({"0": "false", "1": "true"}) for y in (2017, 2019, 2024)}
    return {
        "wto_positions": pd.DataFrame(
            {
                "iso3": d.iso3.mask(d.country == "Taiwan, China", "TWN"),
                **joined,
                "flows_first": d.flows_rules_initial.map(FLOWS),
                "flows_2024": d.flows_rules_2024.map(FLOWS),
                "moratorium_first": d.moratorium_initial.map(MORATORIUM),
                "moratorium_2024": d.moratorium_2024.map(MORATORIUM),
                "n_documents": d.documents_read,
            }
        )
    }
