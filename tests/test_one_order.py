"""Debate 5.6: its facts are found again straight from the tables, and its file says what its editors mean."""

import re

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils import load
from cyberdip_utils.controversies import one_order as order
from cyberdip_utils.controversies.debate import CRITERIA
from cyberdip_utils.stats import share


def votes(resolution):
    """Vote by state, as a dictionary, straight from the table."""
    rows = load("un_votes")
    rows = rows[rows["resolution"] == resolution]
    return dict(zip(rows["iso3"], rows["vote"].astype(str), strict=True))


def listed(instrument, role=None):
    rows = load("memberships")
    return {
        r.iso3
        for r in rows.itertuples()
        if r.instrument == instrument and role in (None, r.role) and not pd.isna(r.iso3)
    }


@pytest.fixture(scope="module")
def members():
    return {r.iso3: r.un_region for r in load("states").itertuples() if r.kind == "un_member"}


@pytest.fixture(scope="module")
def views():
    return {k: order.evidence.view(item=k) for k in order.debate.evidence}


# --- Votes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", order.RIVALS)
def test_both_texts_by_a_plain_loop(year):
    one, other = map(votes, order.RIVALS[year])
    row = order.both_texts().loc[year]
    cast = [(a, other[c]) for c, a in one.items() if a in order.CAST and other.get(c) in order.CAST]
    assert row["voted"] == len(cast)
    assert row["both"] == cast.count(("yes", "yes"))
    assert row["chose"] == cast.count(("yes", "no")) + cast.count(("no", "yes"))
    assert share(int(row["both"]), int(row["voted"])) in order.finding_both_texts()
    assert order.said_yes_to_both(year) == {c for c in one if one[c] == other.get(c) == "yes"}


@pytest.mark.parametrize("year", order.RIVALS)
def test_the_pairs_are_rivals_of_one_session(year):
    rows = load("un_resolutions").set_index("resolution")
    one, other = order.RIVALS[year]
    assert rows.at[one, "session"] == rows.at[other, "session"]
    assert rows.at[one, "date"].year == rows.at[other, "date"].year == year
    assert "Russia" in rows.at[one, "sponsor_line"]
    assert rows.at[other, "sponsor_line"].startswith(("United States", "France"))


def test_both_texts_agree_with_the_exhibit_that_is_its_evidence(views):
    row = order.both_texts().loc[2022]
    assert f"({row['both']} of {row['voted']})" in views["e12"].takeaway


def test_another_year_is_refused():
    with pytest.raises(ValueError, match="year: 2021 is not one of 2018, 2020"):
        order.said_yes_to_both(2021)


def test_third_camp_says_what_the_exhibit_says(views):
    two, three = views["e3"].takeaway, views["e13"].takeaway
    assert "A 0.96, B 0.90" in two and "C 0.51" in three
    said = order.finding_third_camp()
    assert "similarities of 0.90 and more" in said and "comes back with 0.51" in said


# --- Lists and treaties --------------------------------------------------------------------------------------


def test_clubs_by_a_plain_loop(members):
    lists = [listed(c) for c in order.CLUBS]
    joined = order.clubs_joined()
    assert set(joined.index) == set(members) and len(members) == 193
    for c in members:
        assert joined[c] == sum(c in one for one in lists)
    said = order.finding_clubs()
    none = [c for c in members if not any(c in one for one in lists)]
    assert share(len(none), 193) in said
    for region in set(members.values()):
        mine = [c for c in members if members[c] == region]
        assert f"{region} {share(len(set(mine) & set(none)), len(mine))}" in said
    assert said.endswith(f"On all four are {sum(all(c in one for one in lists) for c in members)}.")


def test_clubs_are_the_whole_lists_of_chapter_2_4():
    from cyberdip_utils.norms import who_joins_what

    mine = {who_joins_what.LISTS[k][0] for k in who_joins_what.lists_of("clubs")}
    assert mine == set(order.CLUBS)
    rows = load("instruments")
    assert rows[rows["instrument"].isin(order.CLUBS)]["complete"].all()


def test_most_states_outside_europe_are_on_no_club(members):
    """The chapter says so in words."""
    joined = order.clubs_joined()
    outside = [c for c in members if members[c] != "Europe"]
    assert (joined[outside] == 0).mean() > 0.6
    assert (joined[[c for c in members if members[c] == "Europe"]] == 0).mean() < 0.25


def test_treaties_by_sets(members):
    budapest = listed("budapest_convention", "party") & set(members)
    world = listed("un_convention_against_cybercrime", "signatory") & set(members)
    assert order.crime_treaties() == (budapest, world)
    assert "BRA" in budapest & world, "the reading of e16 says so"
    said = order.finding_treaties()
    assert share(len(budapest & world), len(budapest | world)) in said
    assert f"Of the {len(budapest | world)} UN members" in said


# --- Clouds --------------------------------------------------------------------------------------------------


def test_clouds_by_a_plain_loop():
    hosts = {"CHN": set(), "USA": set()}
    for r in load("cloud_regions").itertuples():
        if r.status == "in service" and r.iso3 not in hosts and r.provider_home_iso3 in hosts:
            hosts[r.provider_home_iso3].add(r.iso3)
    china, usa = order.clouds()
    assert (china, usa) == (hosts["CHN"], hosts["USA"])
    both = len(china & usa)
    assert both < len(china) < len(usa)
    said = order.finding_clouds()
    assert share(both, len(china)) in said and share(both, len(usa)) in said


# --- The debate ----------------------------------------------------------------------------------------------


def test_every_claim_is_attacked_and_attacks():
    claims = order.debate.claims
    attacked = {o for c in claims.values() for o in c["attacks"]}
    assert attacked == set(claims) and all(c["attacks"] for c in claims.values())
    assert order.debate.balance()["attacks made"].nunique() == 1


def test_readings_say_what_the_exhibits_show_now(views):
    # e1: rivals at the top of China's partners, and the United States among them
    partners = views["e1"].table["partner"].tolist()
    assert {"Japan", "Taiwan", "South Korea"} <= set(partners[:4]) and "United States" in partners
    # e4: most states share none, and most of these are in Africa and Asia
    table = views["e4"].table
    none = load("states").set_index("iso3").loc[table.loc[table["shared_lists"] == 0, "iso3"], "un_region"]
    assert len(none) > len(table) / 2 and none.isin(["Africa", "Asia"]).mean() > 0.5
    # e5: African members vote least, European ones nearly always
    means = views["e5"].table.groupby("bloc")["turnout"].mean()
    assert means.idxmin() == "African Union" and means["European Union"] > 0.97
    # e6: no version of the stable count finds a fall
    assert "0 of the intervals" in views["e6"].takeaway and (views["e6"].table["ratio"] > 1).all()
    # e7, e9: fewer than chance among the treaties named, more among all clubs
    lists = views["e7"].table.set_index(["list", "other list"])["against chance"]
    assert lists[("Budapest Convention", "UN Cybercrime Convention")] == "fewer"
    assert lists[("Budapest Convention", "SCO agreement 2009")] == "fewer"
    assert (views["e9"].table["against chance"] == "more").all()
    # e8: both clubs have grown, and some places are in both
    table = views["e8"].table.set_index("year")
    assert table.loc[2026, "adequacy, whole"] > table.loc[2000, "adequacy, whole"]
    assert table.loc[2026, "Global CBPR"] > 0 and table.loc[2026, "both"] > 0
    # e10: the first two stand far above the rest
    table = views["e10"].table
    assert table["Without"].tolist()[:2] == ["United States", "Japan"]
    assert (
        table["Inputs below"].iloc[1]
        > 3 * table.loc[table["Without"] == "Netherlands", "Inputs below"].item()
    )
    # e11: a fall, and placebo places that moved as much or more
    table = views["e11"].table
    mine = table.loc[table["What"] == "the place studied", "Change"].item()
    assert mine < 0 and (table.loc[table["What"] == "placebo", "Change"].abs() >= -mine).sum() >= 2
    # e12: the largest cell is yes to both
    cells = views["e12"].table.drop(columns="state").value_counts()
    assert cells.idxmax() == ("yes", "yes")
    # e14: one failure at the common table, and steps elsewhere
    assert "experts 2016–17 did not" in views["e14"].takeaway
    assert {"Regions", "Clubs and pairs"} <= set(views["e14"].table["Track"])
    # e16: members of BRICS in the coalition against ransomware
    assert (views["e16"].table["Counter Ransomware 2023"] == "member or supporter").sum() >= 3


def test_e15_who_holds_together(views):
    said = views["e15"].takeaway
    found = {
        name: float(cohesion) - float(chance)
        for name, cohesion, chance in re.findall(
            r"(African Union|ASEAN|G77|BRICS) (0\.\d+) \(random group of its size (0\.\d+)\)", said
        )
    }
    assert len(found) == 4
    assert max(found, key=found.get) == "African Union" and min(found, key=found.get) == "BRICS"
    assert found["BRICS"] < 0.05 < min(found["G77"], found["ASEAN"])


def test_a_range_holds_the_share_that_its_reason_points_to():
    """Entry: the share on at least one club is near the low end of the range, and inside it."""
    low, high = order.debate.range("entry")
    share_in = 100 * (order.clubs_joined() > 0).mean()
    assert low < share_in < (low + high) / 2


@pytest.mark.parametrize("criterion", CRITERIA)
def test_an_assumption_helps_the_side_that_its_reason_says(criterion):
    """Rules that work help one order; doors that open help clubs, splits hurt them; room to stand helps many tables."""
    signs = (("deliver", "one", 1), ("entry", "clubs", 1), ("split", "clubs", -1), ("choose", "plural", 1))
    for lever, side, sign in signs:
        low, high = order.debate.range(lever)
        effects = [order.debate.effects(**{lever: end}).loc[side, criterion] for end in (low, high)]
        assert np.sign(effects[1] - effects[0]) in (0, sign)


def test_alone_each_side_leads_on_something():
    def leader(criterion):
        return order.debate.score(**(dict.fromkeys(CRITERIA, 0) | {criterion: 1})).idxmax()

    assert {c: leader(c) for c in CRITERIA} == {
        "security": "clubs",
        "openness": "one",
        "growth": "clubs",
        "rights": "clubs",
        "fairness": "plural",
        "stability": "one",
    }


def test_the_scores_at_the_start_lie_close_and_no_side_runs_away():
    """The chapter says that the leader at the start means little."""
    score, wins = order.debate.score(), order.debate.robust()
    assert score.max() - score.min() < 0.1
    assert (wins / wins.sum()).between(0.25, 0.45).all()


@pytest.mark.parametrize(
    "name",
    ["balance", "start", "robust", "both_texts", "third_camp", "clubs", "treaties", "clouds"],
)
def test_findings_are_one_line_and_come_out_the_same_twice(name):
    finding = getattr(order, f"finding_{name}")
    assert finding() == finding() and "\n" not in finding() and len(finding()) > 60


# --- The exercise --------------------------------------------------------------------------------------------


def test_check():
    check = order.CHECKS["both_no_club"]
    one, other = votes("A/RES/77/36"), votes("A/RES/77/37")
    both = {c for c in one if one[c] == "yes" and other.get(c) == "yes"}
    clubbed = set().union(*(listed(c) for c in order.CLUBS))
    right = len(both - clubbed) / len(both)
    assert check(right).right
    for wrong, said in (
        (100 * right, "percentage"),
        (len(both - clubbed), "number of states"),
        (1 - right, "on a club"),
        (len(both - clubbed) / 193, "divided by all members"),
        (None, "Give one number"),
        (2.5, "both sets of yes votes"),
    ):
        verdict = check(wrong)
        assert not verdict.right and said in verdict.sentence
