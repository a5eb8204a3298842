"""Human Rights Council texts on digital matters and how its members voted: facts only (the compilation is non-commercial)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, RecipeError, Table, field

VOTE = {"ADOPTED WITHOUT VOTE": "without a vote", "RECORDED": "recorded vote", "WITHDRAWN": "withdrawn"}
# First phrase found in the title (lower case) gives our topic
TOPICS = (
    ("freedom of expression on the internet", "human rights online"),
    ("human rights on the internet", "human rights online"),
    ("privacy", "privacy"),
    ("violence against women", "violence against women online"),
    ("military domain", "military use of new technology"),
    ("human rights defenders", "rights defenders online"),
    ("new and emerging digital technologies", "new technologies"),
    ("cyberbullying", "cyberbullying"),
    ("disinformation", "disinformation"),
    ("child", "children online"),
    ("disabilities", "access for persons with disabilities"),
)

TABLES = [
    Table(
        name="hrc_resolutions",
        title="Human Rights Council texts on digital matters",
        description="Resolutions, decisions and amendments of the Human Rights Council on digital "
        "matters: day, how decided, totals.",
        theme="norms",
        sources=("hrc_votes",),
        fields=(
            field("symbol", "string", "UN document symbol.", required=True),
            field("date", "date", "Day of the text in the record.", required=True),
            field("session", "integer", "Session of the Council.", required=True),
            field(
                "kind",
                "string",
                "Kind of text.",
                enum=("resolution", "decision", "amendment"),
                required=True,
            ),
            field("topic", "string", "Subject, our grouping.", required=True),
            field("decided_by", "string", "How it was decided.", enum=tuple(VOTE.values()), required=True),
            field(
                "outcome",
                "string",
                "What became of it; for recorded votes from the totals.",
                enum=("adopted", "rejected", "withdrawn"),
                required=True,
            ),
            field("yes", "integer", "Votes in favour."),
            field("no", "integer", "Votes against."),
            field("abstain", "integer", "Abstentions."),
            field("non_voting", "integer", "Members that did not vote."),
            field("record", "string", "Address of the record."),
        ),
        key=("symbol",),
        coverage="2011-09-29 to 2026-03-30, 52 texts",
        as_of="2026-03-30",
        caveats=(
            "NON-COMMERCIAL: the compilation this rests on is under PolyForm Noncommercial 1.0.0. Only "
            "facts of the UN record "
            "are taken.",
            "Chosen by words of the title (internet, digital, online, privacy, new technologies, AI): "
            "texts that treat the "
            "matter under another title are not here.",
            "Most texts pass without a vote: votes are on amendments, so they show the dispute, not its "
            "size.",
            "The catalogue calls three amendments of 2016 adopted although more voted against than for; "
            "outcome goes by the "
            "totals.",
            "The day of an amendment may be that of its submission.",
            "The Council has 47 members, not all states.",
            "How each member voted on the nine recorded votes is in hrc_votes.",
        ),
        dropped=("Titles, agenda items, sponsors and other catalogue fields of the compilation.",),
    ),
    Table(
        name="hrc_votes",
        title="Human Rights Council: how each member voted on nine digital texts",
        description="The nine recorded votes among the Council's digital texts, one row a member and text.",
        theme="norms",
        sources=("hrc_votes",),
        fields=(
            field("symbol", "string", "UN document symbol.", required=True),
            field("iso3", "string", "Member of the Council that year.", required=True),
            field(
                "vote",
                "string",
                "Vote; not recorded is a member without a vote.",
                enum=("yes", "no", "abstain", "not recorded"),
                required=True,
            ),
        ),
        key=("symbol", "iso3"),
        foreign=((("symbol",), "hrc_resolutions", ("symbol",)), (("iso3",), "states", ("iso3",))),
        coverage="Nine recorded votes, 28 June 2016 to 4 April 2025, 100 states",
        as_of="2026-07-21",
        caveats=(
            "NON-COMMERCIAL: the compilation this rests on is under PolyForm Noncommercial 1.0.0. Only "
            "facts of the UN record are taken.",
            "Seven of the nine are on amendments: there a yes is against the text of the sponsors.",
            "47 members, who rotate: a state without a row was not a member, which is no abstention.",
            "A/HRC/38/L.32 lists 46 members.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The two tables.

    Raises
    ------
    RecipeError
        A title fits none of our topics, or totals do not add up to the members.
    """
    votes = raw.csv("hrc_member_votes")[["symbol", "iso3", "vote"]]
    d = raw.csv("hrc_digital")
    title = d.title.str.lower()
    topic = title.map(lambda t: next((name for words, name in TOPICS if words in t), ""))
    if (topic == "").any():
        raise RecipeError(f"hrc_resolutions: no topic for {d.symbol[topic == ''].tolist()}")
    totals = d[["yes", "no", "abstain", "nonvoting", "total"]].apply(pd.to_numeric)
    decided = d.vote_type.map(VOTE)
    outcome = decided.map({"without a vote": "adopted", "withdrawn": "withdrawn"})
    outcome = outcome.mask(totals.yes > totals.no, "adopted").mask(totals.yes <= totals.no, "rejected")
    voted = totals[decided == "recorded vote"]
    if (voted[["yes", "no", "abstain", "nonvoting"]].sum(axis=1) != voted.total).any():
        raise RecipeError("hrc_resolutions: totals do not add up")
    kind = pd.Series("amendment", index=d.index)
    kind = kind.mask(d.symbol.str.contains("/RES/"), "resolution").mask(
        d.symbol.str.contains("/DEC/"), "decision"
    )
    out = pd.DataFrame(
        {"symbol": d.symbol, "date": d.date, "kind": kind, "topic": topic, "decided_by": decided}
    )
    return {
        "hrc_resolutions": out.assign(
            session=d.symbol.str.extract(r"A/HRC/(?:RES/|DEC/)?(\d+)/")[0],
            outcome=outcome,
            yes=totals.yes,
            no=totals.no,
            abstain=totals.abstain,
            non_voting=totals.nonvoting,
            record=d.record_url,
        ),
        "hrc_votes": votes.replace({"vote": {"not_recorded": "not recorded"}}),
    }
