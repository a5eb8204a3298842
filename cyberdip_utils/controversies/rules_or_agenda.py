"""Chapter 5.5: rules, or somebody's agenda? The debate, and five facts from the tables that bear on both charges.

The debate itself is ``debates/5_5.toml``. What is computed here uses the tables and one exhibit of chapter 1.4. A missing
vote or shutdown is a gap: absent is no abstention, and none recorded is not none.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from cyberdip_utils import countries
from cyberdip_utils.controversies.debate import open_debate
from cyberdip_utils.data import load
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

debate = open_debate("5.5")
argument_map, evidence, weigh = debate.exhibits()
finding_balance, finding_start, finding_robust = debate.findings()

CAST = ("yes", "abstain", "no")
#: the vote of 2019 to draft a crime treaty, and the vote of 2025 on human rights and digital technologies
CRIME_TREATY, RIGHTS_TEXT = "A/RES/74/247", "A/RES/80/215"


@cache
def _ballots() -> pd.DataFrame:
    """Votes by state (rows) and resolution (columns)."""
    return load("un_votes").pivot(index="iso3", columns="resolution", values="vote").astype("object")


def answers(resolution: str) -> dict[str, list[str]]:
    """Who answered what in one roll call.

    Parameters
    ----------
    resolution : str
        Symbol, such as ``"A/RES/80/215"``.

    Returns
    -------
    dict of str to list of str
        ISO3 codes, sorted, for "yes", "abstain" and "no". Those absent or not voting are in none of the lists.

    Raises
    ------
    ValueError
        No votes on that resolution in the table.
    """
    if resolution not in _ballots():
        raise ValueError(f"resolution: no votes on {resolution!r} in the table un_votes")
    votes = _ballots()[resolution]
    return {a: sorted(votes.index[votes == a]) for a in CAST}


def then_and_now() -> pd.DataFrame:
    """How states that voted on both texts answered each.

    Returns
    -------
    pandas.DataFrame
        Counts: answer of 2019 on the crime treaty (rows) by answer of 2025 on human rights (columns).
    """
    both = _ballots()[[CRIME_TREATY, RIGHTS_TEXT]]
    both = both[both.isin(CAST).all(axis=1)]
    table = pd.crosstab(both[CRIME_TREATY], both[RIGHTS_TEXT])
    return table.reindex(index=CAST, columns=CAST, fill_value=0)


def with_shutdown(year: int | None = None) -> set[str]:
    """States and territories (ISO3) in which at least one shutdown is recorded as begun in that year; the last by default."""
    rows = load("shutdowns")
    year = int(rows["year"].max()) if year is None else year
    return set(rows.loc[(rows["year"] == year) & (rows["n"] > 0), "iso3"])


@cache
def _fewest_cuts() -> dict[str, int]:
    """How many cables each country must lose to be cut off, by ISO3, as chapter 1.4 computes it (land links left out)."""
    from cyberdip_utils.first_edition.exhibit import find_any, view_of

    table = view_of(find_any("one_more_cable"), picture="world").table
    return {countries.code(n): int(k) for n, k in zip(table["country"], table["cables to lose"], strict=True)}


def thin_connections(most: int = 2) -> pd.DataFrame:
    """How many states hang by few cables, by their vote of 2019 on drafting a crime treaty.

    Parameters
    ----------
    most : int
        A connection is thin if the loss of this many cables, or fewer, parts the country from the ten countries where most
        cables land.

    Returns
    -------
    pandas.DataFrame
        Index "yes", "abstain", "no", "absent" (absent or not voting); columns ``states`` (with an international cable) and
        ``thin``.
    """
    votes = _ballots()[CRIME_TREATY]
    cuts = pd.Series(_fewest_cuts())
    rows = {}
    for answer in (*CAST, "absent"):
        mine = cuts[cuts.index.isin(votes.index[votes == answer])]
        rows[answer] = {"states": len(mine), "thin": int((mine <= most).sum())}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("vote")


# ---------------------------------------------------------------- findings


def _listed(codes: list[str]) -> str:
    names = [countries.name(c) for c in codes]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def finding_rights_vote() -> str:
    """Who stood outside the vote of 2025 on human rights and digital technologies."""
    said = answers(RIGHTS_TEXT)
    cast = sum(map(len, said.values()))
    return (
        f"{RIGHTS_TEXT} on human rights and digital technologies had the yes of {share(len(said['yes']), cast)} of those who "
        f"voted. Against: {_listed(said['no'])}. Abstaining: {_listed(said['abstain'])}. A roll call gives no reasons."
    )


def finding_old_camps() -> str:
    """Whether the split of 2019 over the crime treaty came back in 2025 over rights."""
    table = then_and_now()
    yes, no = (share(int(table.at[a, "yes"]), int(table.loc[a].sum())) for a in ("yes", "no"))
    return (
        f"The camps of 2019 do not come back. Of the states that had voted for drafting a crime treaty and voted again in 2025, "
        f"{yes} said yes to the text on rights; of those that had voted against drafting, {no}."
    )


def finding_words_and_switches() -> str:
    """How many of those who voted for the text on rights have a recorded shutdown in the last year of the table."""
    yes = answers(RIGHTS_TEXT)["yes"]
    year = int(load("shutdowns")["year"].max())
    k = len(with_shutdown(year) & set(yes))
    return (
        f"Of the states that voted yes on {RIGHTS_TEXT}, {share(k, len(yes))} have at least one shutdown recorded for {year}. "
        "A shutdown is an order or an act felt in the country, and not always its government's."
    )


def finding_amendments() -> str:
    """What became of amendments to the Human Rights Council's texts on digital matters."""
    rows = load("hrc_resolutions")
    texts, changes = rows[rows["kind"] != "amendment"], rows[rows["kind"] == "amendment"]
    silent = int((texts["decided_by"] == "without a vote").sum())
    voted = changes[changes["decided_by"] == "recorded vote"]
    passed = int((voted["outcome"] == "adopted").sum())
    return (
        f"In the Human Rights Council {silent} of {len(texts)} texts on digital matters passed without a vote. Of {len(changes)} "
        f"amendments to them {int((changes['decided_by'] == 'withdrawn').sum())} were withdrawn and {len(voted)} voted on; "
        f"{passed or 'none'} of these passed."
    )


def finding_cables() -> str:
    """Whether thin connections follow the camps of 2019."""
    table = thin_connections()
    yes, no, absent = (
        share(int(table.at[a, "thin"]), int(table.at[a, "states"])) for a in ("yes", "no", "absent")
    )
    return (
        f"The loss of two cables or fewer would part {yes} of those that voted for a crime treaty in 2019 from the core of the "
        f"cable network, {no} of those that voted against it, and {absent} of those that were absent. Cables of June 2021, links over "
        "land left out."
    )


# ---------------------------------------------------------------- exercise


def _check_yes_with_shutdown(answer: object) -> Verdict:
    yes, dark = set(answers(RIGHTS_TEXT)["yes"]), with_shutdown()
    n, k = len(yes), len(yes & dark)
    ever = set(load("shutdowns").query("n > 0")["iso3"])
    return check_number(
        answer,
        right=k / n,
        tolerance=0.0005,
        slips={
            "That is the number of states. Divide by the number that voted yes.": float(k),
            "That is a percentage. Give a number between 0 and 1.": 100 * k / n,
            "You divided by the states with a shutdown. The question is about those that voted yes.": k
            / len(dark),
            "You counted a shutdown in any year. Keep the last year of the table.": len(yes & ever) / n,
            "That is the share without a recorded shutdown.": 1 - k / n,
        },
        hint=f"Take the states whose vote on {RIGHTS_TEXT} is yes, and the mean of isin with the codes that have n > 0 in "
        "the last year.",
    )


CHECKS = {"yes_with_shutdown": _check_yes_with_shutdown}
