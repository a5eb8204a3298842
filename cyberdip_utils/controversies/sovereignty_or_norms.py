"""Chapter 5.2: national sovereignty or global norms? The debate, and four facts from the tables that bear on it.

The debate itself is ``debates/5_2.toml``. What is computed here uses the tables only; a missing position, vote or
shutdown is a gap and never a "no".
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from cyberdip_utils.controversies.debate import open_debate
from cyberdip_utils.data import load
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

debate = open_debate("5.2")
argument_map, evidence, weigh = debate.exhibits()
finding_balance, finding_start, finding_robust = debate.findings()

CAST = ("yes", "abstain", "no")
#: the rival texts of 2018 (open group of all members; group of experts) and the vote for a crime treaty in 2019
OPEN_GROUP, EXPERTS, CRIME_TREATY = "A/RES/73/27", "A/RES/73/266", "A/RES/74/247"
SHUTDOWNS_FROM = 2016  # the first year that the shutdown tracker covers systematically


@cache
def _ballots() -> pd.DataFrame:
    """Votes by state (rows) and resolution (columns)."""
    return load("un_votes").pivot(index="iso3", columns="resolution", values="vote").astype("object")


def latest_stances() -> pd.DataFrame:
    """The latest stance of each single state on each issue.

    Returns
    -------
    pandas.DataFrame
        States (ISO3) by issue; missing where no position was seen. Bodies of states are left out.
    """
    rows = load("positions")
    rows = rows[rows["iso3"].notna() & (rows["iso3"] != "EUU")]
    order = rows.sort_values(["year", "document"], na_position="first", kind="stable")
    return order.drop_duplicates(["iso3", "issue"], keep="last").pivot(
        index="iso3", columns="issue", values="stance"
    )


def rival_texts() -> pd.DataFrame:
    """How states that voted on both rival texts of December 2018 answered each.

    Returns
    -------
    pandas.DataFrame
        Counts: answer to the open group (rows) by answer to the experts (columns).
    """
    both = _ballots()[[OPEN_GROUP, EXPERTS]]
    both = both[both.isin(CAST).all(axis=1)]
    table = pd.crosstab(both[OPEN_GROUP], both[EXPERTS])
    return table.reindex(index=CAST, columns=CAST, fill_value=0)


def signers() -> set[str]:
    """ISO3 codes of the states that the table lists as signatories of the UN Convention against Cybercrime."""
    rows = load("memberships")
    rows = rows[(rows["instrument"] == "un_convention_against_cybercrime") & (rows["role"] == "signatory")]
    return set(rows.loc[rows["entity_kind"] == "state", "iso3"].dropna())


def voted_then_signed() -> pd.DataFrame:
    """Of those who voted yes, abstained or voted no on drafting a crime treaty in 2019, who signed it in 2025.

    Returns
    -------
    pandas.DataFrame
        Index ``vote``; columns ``states`` and ``signed``.
    """
    vote = _ballots()[CRIME_TREATY]
    groups = {answer: vote.index[vote == answer] for answer in CAST}
    return pd.DataFrame(
        {
            "states": {a: len(g) for a, g in groups.items()},
            "signed": {a: len(signers() & set(g)) for a, g in groups.items()},
        }
    ).rename_axis("vote")


def border_crossings() -> tuple[int, int]:
    """Incidents with a named origin and a named receiver: in how many the harm crosses a border.

    Returns
    -------
    (int, int)
        Incidents in which some initiator's state or territory differs from some receiver's; all such incidents.
    """
    origin, hit = (
        load(table)[["incident_id", "iso3"]].dropna().drop_duplicates()
        for table in ("incident_initiators", "incident_receivers")
    )
    pairs = origin.merge(hit, on="incident_id", suffixes=("_origin", "_hit"))
    crosses = (pairs["iso3_origin"] != pairs["iso3_hit"]).groupby(pairs["incident_id"]).any()
    return int(crosses.sum()), len(crosses)


def states_with_shutdown(first: int, last: int) -> set[str]:
    """UN members with at least one shutdown recorded as begun in these years."""
    members = load("states")
    members = set(members.loc[members["kind"] == "un_member", "iso3"])
    rows = load("shutdowns")
    return members & set(rows.loc[rows["year"].between(first, last) & (rows["n"] > 0), "iso3"])


# ---------------------------------------------------------------- findings


def finding_words() -> str:
    """Whether states that call sovereignty a rule also accept the common law."""
    stances = latest_stances()
    spoke = stances["sovereignty"].dropna()
    rule = spoke[spoke == "rule"].index
    law = stances["international law applies"].reindex(rule).dropna()
    silent = [c for c in ("CHN", "RUS") if c in stances.index and pd.isna(stances.at[c, "sovereignty"])]
    gap = (
        " China and Russia are gaps in that column: no position on this point was seen."
        if len(silent) == 2
        else ""
    )
    return (
        f"Of the states with a position on it, {share(len(rule), len(spoke))} call sovereignty a rule that an operation can "
        f"breach; of these, {int((law == 'applies').sum())} of the {len(law)} whose view on international law was seen accept that it applies. "
        f"For them sovereignty is part of the common law.{gap}"
    )


def finding_votes() -> str:
    """How many states chose between the two rival texts of 2018."""
    table = rival_texts()
    n, both = int(table.to_numpy().sum()), int(table.at["yes", "yes"])
    against = int(table.loc["no", "yes"] + table.loc["yes", "no"])
    return (
        f"Of the states that voted on both rival texts of 2018, {share(both, n)} said yes to both, and {share(against, n)} "
        "said yes to one and no to the other."
    )


def finding_treaty() -> str:
    """Whether the vote of 2019 foretold who signed in 2025."""
    table = voted_then_signed()
    parts = [
        f"{share(int(r['signed']), int(r['states']))} of those who {words} in 2019"
        for words, r in zip(("voted yes", "abstained", "voted no"), (table.loc[a] for a in CAST), strict=True)
    ]
    return (
        "The crime convention that a divided Assembly voted to draft was signed at or soon after its opening in October 2025 by "
        f"{parts[0]}, {parts[1]} and {parts[2]}. A signature binds nobody yet."
    )


def finding_borders() -> str:
    """How much of what is attributed crosses a border."""
    return (
        f"In {share(*border_crossings())} of the recorded incidents that name an origin and a receiver, at least one origin is "
        "another state or territory than a receiver's. Who is named is a claim, and the record favours what crosses borders."
    )


def finding_home() -> str:
    """How many UN members have a recorded shutdown: in the last year, and over the whole period."""
    members = int((load("states")["kind"] == "un_member").sum())
    last = int(load("shutdowns")["year"].max())
    year, ever = (len(states_with_shutdown(a, last)) for a in (last, SHUTDOWNS_FROM))
    return (
        f"A shutdown is recorded in {share(year, members)} of the UN members for {last}, and in {share(ever, members)} for at "
        f"least one year from {SHUTDOWNS_FROM} to {last}. None recorded is not none."
    )


# ---------------------------------------------------------------- exercise


def _check_no_then_signed(answer: object) -> Verdict:
    table = voted_then_signed()
    n, k = (int(table.at["no", c]) for c in ("states", "signed"))
    return check_number(
        answer,
        right=k / n,
        tolerance=0.0005,
        slips={
            "That is the number of states. Divide by the number that voted no.": float(k),
            "That is a percentage. Give a number between 0 and 1.": 100 * k / n,
            "You divided by the signatories. The question is about the states that voted no.": k
            / len(signers()),
            "That is the share among those who voted yes.": float(
                table.at["yes", "signed"] / table.at["yes", "states"]
            ),
            "That is the share that did not sign.": 1 - k / n,
        },
        hint="Take the states whose vote on A/RES/74/247 is no, and the mean of isin with the signatories' codes.",
    )


CHECKS = {"no_then_signed": _check_no_then_signed}
