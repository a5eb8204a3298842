"""Chapter 5.1: data sovereignty or free flow? The debate's exhibits, and what the handbook's tables add to it.

The arguments and the weighing are in ``debates/5_1.toml``. The findings here are computed from the tables, or read off the
exhibits of other chapters through :func:`cyberdip_utils.first_edition.exhibit.find_any`.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from cyberdip_utils.controversies.debate import open_debate
from cyberdip_utils.countries import members, states
from cyberdip_utils.data import load
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

debate = open_debate("5.1")
argument_map, evidence, weigh = debate.exhibits()
finding_balance, finding_start, finding_robust = debate.findings()

EEA_BESIDE_EU = ("ISL", "LIE", "NOR")
USERS_YEAR = 2021  # later years are missing for many countries
TRADE_YEAR = 2023  # the last year of the trade table


# ---------------------------------------------------------------- people and places


@cache
def users() -> pd.Series:
    """Internet users in millions by ISO3 code.

    Population (of about 2019, table ``states``) times the share of users in the latest year up to 2021; places without
    one of the two are left out.
    """
    rows = load("internet_users")
    rows = rows[(rows["year"] <= USERS_YEAR) & rows["value"].notna()].sort_values("year")
    percent = rows.groupby("iso3", observed=True)["value"].last()
    people = states()["population"].astype(float)
    return (people * percent.reindex(people.index) / 100 / 1e6).dropna()


def circle() -> set[str]:
    """Codes of the places between which personal data may travel by a general rule, on the newest day of the table.

    The members of the EU and the EEA, places with an adequacy decision in force, and members (not associates) of the
    Global CBPR Forum. The two circles are joined here for counting; a certificate in the one is no decision in the other.
    """
    rows = load("adequacy")
    adequate = rows[rows["to"].isna() & rows["iso3"].notna() & rows["status"].astype(str).eq("in force")]
    forum = load("cbpr")
    forum = forum[forum["role"].astype(str).eq("member")]
    day = rows["from"].max()
    return {
        *members("EU", day),
        *EEA_BESIDE_EU,
        *adequate["iso3"].astype(str),
        *forum["iso3"].dropna().astype(str),
    }


def hosts() -> pd.DataFrame:
    """Regions in service of the eight large cloud providers, by host.

    Returns
    -------
    pandas.DataFrame
        Indexed by ISO3 code of the host: ``regions``, and ``own``, those of a provider based there.
    """
    rows = load("cloud_regions")
    rows = rows[rows["status"].astype(str).eq("in service")]
    own = rows["iso3"].astype(str).eq(rows["provider_home_iso3"].astype(str))
    return rows.assign(own=own).groupby(rows["iso3"].astype(str))["own"].agg(regions="size", own="sum")


def _of_users(codes) -> str:
    people = users()
    return f"{people.reindex(sorted(codes)).sum() / people.sum():.0%}"


# ---------------------------------------------------------------- findings


def finding_hosts() -> str:
    """How many people live where the large clouds have a region, and where one of their own country's firms has."""
    table, people = hosts(), users()
    own = table.index[table["own"] > 0]
    return (
        f"Of the {people.sum() / 1000:.1f} billion internet users in {len(people)} countries and territories with a figure, "
        f"{_of_users(table.index)} live in one of the {len(table)} that host a region of the eight large cloud providers, and "
        f"{_of_users(own)} in one of the {len(own)} from which such a provider comes."
    )


def finding_circle() -> str:
    """The circles of adequacy and CBPR, as a share of trade and as a share of people."""
    inside = circle()
    rows = load("digital_services")
    rows = rows[(rows["year"] == TRADE_YEAR) & rows["flow"].astype(str).eq("exports")]
    sold = rows.set_index(rows["iso3"].astype(str))["value_musd"].dropna()
    world = load("digital_services_groups")
    world = world[(world["year"] == TRADE_YEAR) & world["flow"].astype(str).eq("exports")]
    world = world.loc[world["area"].astype(str).eq("WLD"), "value_musd"].iloc[0]
    return (
        f"The EU and EEA, the places with an adequacy decision and the members of the CBPR Forum, {len(inside)} countries and "
        f"territories in all, sold {sold.reindex(sorted(inside)).sum() / world:.0%} of the world's digitally deliverable "
        f"exports in {TRADE_YEAR} ({len(inside - set(sold.index))} of them have no figure). {_of_users(inside)} of the "
        f"world's internet users live there."
    )


def finding_nearest() -> str:
    """Where people live, by the rating of the state that would hold their data if these stayed at home."""
    rows = load("freedom_on_the_net")
    rows = rows[rows["edition"] == 2024]
    status = rows.set_index(rows["iso3"].astype(str))["status"].astype(str)
    people = users().reindex(status.index)
    parts = [
        f"{people[status == s].sum() / people.sum():.0%} {s}" for s in ("not free", "partly free", "free")
    ]
    shut = load("shutdowns")
    first, last = 2016, int(shut["year"].max())
    shut = set(shut.loc[(shut["n"] > 0) & (shut["year"] >= first), "iso3"].astype(str))
    dark = status.index[status == "not free"]
    return (
        f"In the {len(status)} states that Freedom on the Net rated in 2024, {people.isna().sum()} of them without a figure "
        f"of users, internet users live in states rated: {', '.join(parts)}. A shutdown is recorded from {first} "
        f"to {last} in {share(len(shut & set(dark)), len(dark))} of the states rated not free."
    )


def years_without() -> pd.DataFrame:
    """What the United States sold to the world in digitally deliverable services, and whether a framework was in force.

    Returns
    -------
    pandas.DataFrame
        One row a year from 2011 to 2023: ``growth`` (share over the year before) and ``framework`` (in force at its end).
    """
    rows = load("digital_services")
    rows = rows[rows["iso3"].astype(str).eq("USA") & rows["flow"].astype(str).eq("exports")]
    sold = rows.set_index("year")["value_musd"].astype(float).sort_index()
    lives = load("eu_us_frameworks")
    ends = [pd.Timestamp(int(y), 12, 31) for y in sold.index]
    held = [bool(((lives["from"] <= d) & (lives["to"].isna() | (lives["to"] > d))).any()) for d in ends]
    return pd.DataFrame({"growth": sold.pct_change(), "framework": held}, index=sold.index).dropna()


def finding_gap_years() -> str:
    """Whether American exports fell in the years that ended without a transatlantic framework."""
    table = years_without()
    gap, rest = table[~table["framework"]]["growth"], table[table["framework"]]["growth"]
    return (
        f"What the United States sold to the whole world in such services grew in {int((gap > 0).sum())} of the {len(gap)} "
        f"years that ended without a transatlantic framework, by {gap.median():.1%} in the median year, and in "
        f"{int((rest > 0).sum())} of the {len(rest)} other years, by {rest.median():.1%}. Other grounds for transfer stood "
        f"throughout, and the table has no figure for Europe alone."
    )


def finding_hinge() -> str:
    """The same scenario under two values of the one number that nobody has measured."""
    from cyberdip_utils.first_edition.exhibit import find_any, view_of

    exhibit = find_any("transfer_break")
    lost = []
    for able in (50, 95):
        table = view_of(exhibit, able=able).table.set_index("step")
        lost.append(f"{table.loc['Lost: scenario', 'musd'] / 1000:.0f} billion dollars if {able}%")
    return (
        f"In the scenario of chapter 4.2 for the end of the decision on the United States, the value lost is {lost[0]} of what "
        f"rests on it could switch to another ground, and {lost[1]} could. No table measures that share."
    )


# ---------------------------------------------------------------- checks


def _check_abroad(answer: object) -> Verdict:
    rows = load("cloud_regions")
    away = rows["iso3"].astype(str) != rows["provider_home_iso3"].astype(str)
    live = rows["status"].astype(str).eq("in service")
    state = rows["government"].astype(bool)
    right = float(away[live].mean())
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "You counted regions that are only announced as well. Keep those in service.": float(away.mean()),
            "You left out the regions for governments. Keep them.": float(away[live & ~state].mean()),
            "That is the share at home. The question asks for the share abroad.": 1 - right,
            "That is the number of regions. Divide by all regions in service.": float(away[live].sum()),
            "That is a percentage. Give a number between 0 and 1.": 100 * right,
        },
        hint="Keep status 'in service', compare iso3 with provider_home_iso3 as text, and take the mean.",
    )


def _check_lead(answer: object) -> Verdict:
    effects = debate.effects()
    weights = pd.Series(1.0, index=effects.columns)
    weights["rights"] = 3.0
    total = effects @ weights
    ranked = (total / weights.sum()).sort_values(ascending=False)
    right = float(ranked.iloc[0] - ranked.iloc[1])
    equal = effects.mean(axis=1).sort_values(ascending=False)
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "You did not divide by the sum of the weights.": right * float(weights.sum()),
            "You divided by the number of criteria. The weights sum to more than that now.": right
            * float(weights.sum())
            / len(weights),
            "That is the lead with equal weights. Give rights a weight of 3.": float(
                equal.iloc[0] - equal.iloc[1]
            ),
            "That is the leader's score. Take off the score of the second.": float(ranked.iloc[0]),
        },
        hint="Multiply each column of effects by its weight, sum over a row, divide by the sum of the weights, "
        "and take the highest less the second.",
    )


CHECKS = {"abroad": _check_abroad, "lead": _check_lead}
