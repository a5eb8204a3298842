"""``groups``: who belongs to the EU, NATO, G7 and other groups, with dates where they were seen."""

from __future__ import annotations

import pandas as pd

from .contract import SEEN_IN, Raw, RecipeError, Table, curated, field
from .places import code

_PRECISION = ("day", "month", "year", "none")

TABLES = [
    Table(
        name="groups",
        title="Memberships of groups of states",
        description="One row per group and member, with the day of accession and of leaving where a source "
        "gives it, "
        "and the source of each row.",
        theme="frame",
        sources=("curated",),
        fields=(
            field("group", "string", "Group.", required=True),
            field("n", "integer", "Number of the row within its group.", required=True),
            field("iso3", "string", "Member; empty for the African Union in the G20."),
            field(
                "entity_kind",
                "string",
                "Kind of member.",
                enum=("state", "territory", "organisation"),
                required=True,
            ),
            field("from", "date", "First day; the first of the month or year where only that is known."),
            field("from_precision", "string", "Precision of `from`.", enum=_PRECISION, required=True),
            field("to", "date", "Last day, for those that have left."),
            field("to_precision", "string", "Precision of `to`.", enum=_PRECISION),
            field(
                "status",
                "string",
                "Member, member suspended from taking part, associate or partner, invited but not joined, "
                "or disputed.",
                enum=("member", "suspended", "associate", "partner", "invited", "disputed"),
                required=True,
            ),
            field("source", "string", "Where the row is from.", required=True),
            field("url", "string", "Address of that source."),
            field("seen_in", "string", SEEN_IN, required=True),
            field("confidence", "string", "How sure we are.", enum=("low", "medium", "high"), ordered=True),
            field("note", "string", "Remark."),
        ),
        key=("group", "n"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="EU, NATO, G7, G20, BRICS, SCO, OECD, Five Eyes and others; most rows without end date "
        "describe 2024 to 2026, lists of the CIA "
        "Factbook 2020",
        as_of="2026-11",
        caveats=(
            "An empty `from` means that no date was seen, not membership from the start; a day-exact count "
            "of "
            "members in the past is safe only for groups whose rows all have dates (EU, NATO).",
            "Suspended members are still members; the others are not counted by `members()`.",
            "The EU is a member of the G20 and other groups as an organisation (EUU).",
            "The G77 (134 rows) and others come from the CIA World Factbook of early 2020: later changes "
            "are missing.",
            "Former members are listed only where seen (for instance the United Kingdom in the EU).",
        ),
    )
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Make ``groups``. Raises ``RecipeError`` for a member that is not in ``states``."""
    frame = curated("groups")
    known = frame["iso3"].map(lambda c: code(c) if c else "")
    if lost := sorted(frame.loc[(frame["iso3"] != "") & (known == ""), "iso3"]):
        raise RecipeError(f"groups: members that `states` lacks: {lost}")
    frame["iso3"] = known
    for c in ("from", "to"):
        frame[c] = frame[c].map(whole)
    frame = frame.sort_values(["group", "entity_kind", "iso3", "from"], kind="stable")
    frame["n"] = frame.groupby("group").cumcount() + 1
    return {"groups": frame}


def whole(text: str) -> str:
    """A date cut to year or month, filled up to its first day ("2007-11" gives "2007-11-01")."""
    return text if len(text) in (0, 10) else text + "-01-01"[{4: 0, 7: 3}[len(text)] :]
