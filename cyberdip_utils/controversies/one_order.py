"""Chapter 5.6: one order or several? The debate, and five facts from votes, lists, treaties and clouds.

The debate itself is ``debates/5_6.toml``. What is computed here uses the tables and one exhibit of chapter 2.1. A missing
vote is a gap (absent is no abstention), and to be on no list is not to have been refused.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from cyberdip_utils import countries
from cyberdip_utils.controversies.debate import open_debate
from cyberdip_utils.data import load
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

debate = open_debate("5.6")
argument_map, evidence, weigh = debate.exhibits()
finding_balance, finding_start, finding_robust = debate.findings()

CAST = ("yes", "abstain", "no")
#: rival texts of one session: the one that Russia sponsored, and the one of the United States or France (``un_resolutions``)
RIVALS = {
    2018: ("A/RES/73/27", "A/RES/73/266"),
    2020: ("A/RES/75/240", "A/RES/75/32"),
    2022: ("A/RES/77/36", "A/RES/77/37"),
    2023: ("A/RES/78/237", "A/RES/78/16"),
}
#: the coalitions and declarations of chapter 2.4 whose list is whole
CLUBS = (
    "freedom_online_coalition",
    "counter_ransomware_initiative_2023",
    "declaration_future_internet",
    "commercial_spyware_joint_statement",
)
CRIME_TREATIES = {"budapest_convention": "party", "un_convention_against_cybercrime": "signatory"}


@cache
def _ballots() -> pd.DataFrame:
    """Votes by state (rows) and resolution (columns)."""
    return load("un_votes").pivot(index="iso3", columns="resolution", values="vote").astype("object")


@cache
def _members() -> pd.Series:
    """UN region of each member of the United Nations, by ISO3."""
    states = load("states")
    return states[states["kind"] == "un_member"].set_index("iso3")["un_region"].astype("object")


def both_texts() -> pd.DataFrame:
    """How many states said yes to both of two rival texts, by year.

    Returns
    -------
    pandas.DataFrame
        Index: year. ``voted``: states that cast a vote on both texts; ``both``: those that said yes to both; ``chose``: those
        that said yes to one and no to the other.
    """
    rows = {}
    for year, (one, other) in RIVALS.items():
        votes = _ballots()[[one, other]]
        votes = votes[votes.isin(CAST).all(axis=1)]
        a, b = votes[one], votes[other]
        rows[year] = {
            "voted": len(votes),
            "both": int(((a == "yes") & (b == "yes")).sum()),
            "chose": int((((a == "yes") & (b == "no")) | ((a == "no") & (b == "yes"))).sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")


def said_yes_to_both(year: int) -> set[str]:
    """States (ISO3) that said yes to both rival texts of that year.

    Raises
    ------
    ValueError
        No pair of rival texts that year.
    """
    if year not in RIVALS:
        raise ValueError(f"year: {year!r} is not one of {', '.join(map(str, RIVALS))}")
    votes = _ballots()[list(RIVALS[year])]
    return set(votes.index[(votes == "yes").all(axis=1)])


@cache
def clubs_joined() -> pd.Series:
    """On how many of the four clubs each UN member is, by ISO3. Organisations and others on a list are left out."""
    rows = load("memberships")
    lists = [set(rows.loc[rows["instrument"] == club, "iso3"].dropna()) for club in CLUBS]
    return pd.Series({c: sum(c in one for one in lists) for c in _members().index})


def clouds() -> tuple[set[str], set[str]]:
    """Places (ISO3) that host regions in service of firms of China, and of firms of the United States, the homes left out."""
    rows = load("cloud_regions")
    rows = rows[(rows["status"] == "in service") & ~rows["iso3"].isin(["CHN", "USA"])]
    china, usa = (set(rows.loc[rows["provider_home_iso3"] == home, "iso3"]) for home in ("CHN", "USA"))
    return china, usa


def crime_treaties() -> tuple[set[str], set[str]]:
    """UN members that are party to the Budapest Convention, and those that have signed the UN Convention against Cybercrime."""
    rows = load("memberships")
    sides = []
    for instrument, role in CRIME_TREATIES.items():
        mine = rows[(rows["instrument"] == instrument) & (rows["role"] == role)]
        sides.append(set(mine["iso3"].dropna()) & set(_members().index))
    return sides[0], sides[1]


# ---------------------------------------------------------------- findings


def finding_both_texts() -> str:
    """How many states declined to choose between rival texts, in each year that there was a pair."""
    table = both_texts()
    parts = [f"{share(int(r.both), int(r.voted))} in {year}" for year, r in table.iterrows()]
    least, most = table["chose"].min(), table["chose"].max()
    return (
        f"Of the states that voted on both of two rival texts, {', '.join(parts[:-1])} and {parts[-1]} said yes to both. Yes to one and no "
        f"to the other came from {least} to {most} states."
    )


def finding_third_camp() -> str:
    """Whether those between the two camps vote together."""
    from cyberdip_utils.first_edition.exhibit import find_any, view_of

    table = view_of(find_any("who_votes_alike"), picture="stability").table
    table = table[table["k"].isin([2, 3])]
    two, three = (table[table["k"] == k]["jaccard"] for k in (2, 3))
    return (
        f"Cut into two camps, the votes give the same ones again with similarities of {two.min():.2f} and more when roll calls are drawn "
        f"anew (0.75 is called stable). Cut into three, the least stable camp comes back with {three.min():.2f}: those between do not "
        "vote as a camp."
    )


def finding_clubs() -> str:
    """How many UN members are on none of four clubs, in all and by region."""
    joined, region = clubs_joined(), _members()
    none = joined == 0
    parts = [
        f"{name} {share(int(none[region == name].sum()), int((region == name).sum()))}"
        for name in countries.regions()
        if (region == name).any()
    ]
    return (
        f"On none of four clubs with whole lists are {share(int(none.sum()), len(none))} of the UN members: {'; '.join(parts)}. On all four are "
        f"{int((joined == len(CLUBS)).sum())}."
    )


def finding_treaties() -> str:
    """How far two crime conventions of different origin share members."""
    budapest, world = crime_treaties()
    both = budapest & world
    return (
        f"Of the {len(budapest | world)} UN members that are party to the Budapest Convention or have signed that of the United Nations, "
        f"{share(len(both), len(budapest | world))} are on both lists, later joiners counted. A signature does not bind yet."
    )


def finding_clouds() -> str:
    """How many hosts of one great power's clouds host the other's as well."""
    china, usa = clouds()
    return (
        f"Of the places outside both countries that host cloud regions of Chinese firms, {share(len(china & usa), len(china))} host those of "
        f"American firms too; of the hosts of American ones, {share(len(china & usa), len(usa))} host Chinese ones. Eight large "
        "providers, January 2025; nothing is said of load."
    )


# ---------------------------------------------------------------- exercise


def _check_both_no_club(answer: object) -> Verdict:
    both, joined = said_yes_to_both(2022), clubs_joined()
    clubbed = set(joined.index[joined > 0])
    n, k = len(both), len(both - clubbed)
    one = set(_ballots().index[_ballots()[RIVALS[2022][0]] == "yes"])
    return check_number(
        answer,
        right=k / n,
        tolerance=0.0005,
        slips={
            "That is the number of states. Divide by the number that said yes to both.": float(k),
            "That is a percentage. Give a number between 0 and 1.": 100 * k / n,
            "That is the share that is on a club. The question is about those on none.": 1 - k / n,
            "You took everyone who said yes to the first text. Keep those who said yes to both.": len(
                one - clubbed
            )
            / len(one),
            "You divided by all members. The question is about those that said yes to both.": k
            / len(_members()),
        },
        hint="Take the states that are in both sets of yes votes, and one minus the mean of isin with the codes on the four lists.",
    )


CHECKS = {"both_no_club": _check_both_no_club}
