"""Chapter 5.1: findings and checks re-derived straight from the tables, and what the debate promises its readers."""

import re

import pandas as pd
import pytest

from cyberdip_utils.controversies import data_or_flow
from cyberdip_utils.data import load
from cyberdip_utils.first_edition.exhibit import all_exhibits
from cyberdip_utils.teach import check

DEBATE = data_or_flow.debate


def text(table, column):
    return table[column].astype(str)


def percent(sentence, after):
    return int(re.search(r"(\d+)%" + after, sentence)[1])


# --- The debate ----------------------------------------------------------------------------------------------


def test_three_sides_are_heard_in_three_exhibits():
    assert list(DEBATE.sides) == ["home", "flow", "terms"]
    names = [e.name for e in (data_or_flow.argument_map, data_or_flow.evidence, data_or_flow.weigh)]
    assert names == ["argument_map_5_1", "evidence_5_1", "weigh_5_1"]
    assert set(names) <= set(all_exhibits())


def test_every_claim_is_attacked_by_somebody():
    attacked = {o for c in DEBATE.claims.values() for o in c.get("attacks", [])}
    assert attacked == set(DEBATE.claims)


def test_each_side_leads_in_a_fair_share():
    wins = DEBATE.robust()
    assert (wins / wins.sum() > 0.25).all(), wins


@pytest.mark.parametrize(
    ("lever", "side", "criterion", "up"),
    [
        ("abuse", "home", "rights", False),
        ("reach", "flow", "rights", False),
        ("reach", "home", "security", True),
        ("cost", "home", "growth", False),
        ("life", "terms", "stability", True),
    ],
)
def test_an_assumption_moves_a_side_the_way_its_reason_says(lever, side, criterion, up):
    low, high = DEBATE.range(lever)
    a, b = (DEBATE.effects(**{lever: v}).loc[side, criterion] for v in (low, high))
    assert bool(b > a) == up and a != b


def test_each_line_of_the_weighing_passes_the_present_lead():
    """With three sides the lead can fall at both ends of a lever, so the two ends alone would hide where it is now."""
    table = DEBATE.tornado()
    score = DEBATE.score().nlargest(2)
    now = score.iloc[0] - score.iloc[1]
    both_below = (table["margin_low"] < now - 1e-9) & (table["margin_high"] < now - 1e-9)
    assert both_below.any(), "no lever of this debate shows the case"
    figure = data_or_flow.weigh.view().figure
    lines = next(t for t in figure.data if t.type == "scatter" and t.mode == "lines")
    spans = [lines.x[i : i + 3] for i in range(0, len(lines.x), 4)]
    assert len(spans) == len(table)
    for (a, mid, b), row in zip(spans, table.itertuples(), strict=True):
        assert (a, mid, b) == pytest.approx((row.margin_low, now, row.margin_high), abs=5.1e-5)


def test_the_same_table_serves_two_sides():
    empty_map, ranking = DEBATE.evidence["e2"], DEBATE.evidence["e12"]
    assert empty_map["exhibit"] == ranking["exhibit"] == "layers_by_country"
    assert (DEBATE.claims[empty_map["claim"]]["side"], DEBATE.claims[ranking["claim"]]["side"]) == (
        "home",
        "flow",
    )


# --- Findings ------------------------------------------------------------------------------------------------


def test_users_by_hand():
    rows = load("internet_users")
    kenya = rows[(text(rows, "iso3") == "KEN") & (rows["year"] <= 2021)].dropna(subset=["value"])
    value = kenya.sort_values("year")["value"].iloc[-1]
    people = load("states").set_index("iso3").loc["KEN", "population"]
    assert data_or_flow.users()["KEN"] == pytest.approx(people * value / 100 / 1e6)
    assert 4000 < data_or_flow.users().sum() < 5500  # millions; about 4.9 billion people were online in 2021


def test_hosts_are_counted_as_in_chapter_4_1():
    table = data_or_flow.hosts()
    regions = load("cloud_regions")
    live = regions[text(regions, "status") == "in service"]
    assert table["regions"].sum() == len(live)
    assert (table["own"] <= table["regions"]).all()
    own = live[text(live, "iso3") == text(live, "provider_home_iso3")]
    assert table["own"].sum() == len(own)
    theirs = all_exhibits()["layers_by_country"].view(measure="clouds", picture="ranking").table
    assert len(theirs) == len(table)


def test_finding_hosts_by_another_way():
    sentence = data_or_flow.finding_hosts()
    regions = load("cloud_regions")
    live = regions[text(regions, "status") == "in service"]
    people = data_or_flow.users()
    hosting = sum(v for k, v in people.items() if k in set(text(live, "iso3")))
    assert percent(sentence, " live in one of the") == round(100 * hosting / people.sum())
    homes = set(text(live, "provider_home_iso3")) & set(text(live, "iso3"))
    ours = sum(v for k, v in people.items() if k in homes)
    assert percent(sentence, " in one of the") == round(100 * ours / people.sum())


def test_the_circle_is_that_of_chapter_4_2():
    view = all_exhibits()["free_flow_network"].view(picture="map")
    outside = set(view.table["Place"])
    names = load("states").set_index("iso3")["name"]
    inside = data_or_flow.circle()
    eu = load("groups")
    eu = eu[(text(eu, "group") == "EU") & eu["to"].isna()]
    without_union = inside - set(text(eu, "iso3")) - {"ISL", "LIE", "NOR"}
    assert {names[c] for c in without_union} == outside
    assert f"{percent(data_or_flow.finding_circle(), ' of the world')}%" in view.takeaway


def test_the_circle_knows_hard_names():
    inside = data_or_flow.circle()
    assert {"TWN", "GBR", "USA", "BRA", "NOR", "CHE"} <= inside
    assert not inside & {"CHN", "IND", "RUS", "ZAF", "BMU"}  # Bermuda is an associate only
    assert all(re.fullmatch("[A-Z]{3}", c) for c in inside)


def test_finding_nearest_adds_up_and_agrees_with_chapter_1_1():
    sentence = data_or_flow.finding_nearest()
    parts = [percent(sentence, f" {s}") for s in ("not free", "partly free", "free")]
    assert abs(sum(parts) - 100) <= 1
    shares = all_exhibits()["control_at_home"].view(picture="shares")
    k_of_n = re.search(r"not free (\d+% \(\d+ of \d+; [^)]+\))", shares.takeaway)[1]
    assert k_of_n in sentence


def test_years_without_a_framework():
    table = data_or_flow.years_without()
    assert list(table.index[~table["framework"]]) == [2015, 2020, 2021, 2022]
    rows = load("digital_services")
    usa = rows[(text(rows, "iso3") == "USA") & (text(rows, "flow") == "exports")].set_index("year")[
        "value_musd"
    ]
    assert table.loc[2021, "growth"] == pytest.approx(usa[2021] / usa[2020] - 1)
    median = table.loc[[2015, 2020, 2021, 2022], "growth"].median()
    assert f"{median:.1%}" in data_or_flow.finding_gap_years()


def test_hinge_is_the_exhibit_itself():
    lost = [
        all_exhibits()["transfer_break"].view(able=a).table.set_index("step").loc["Lost: scenario", "musd"]
        / 1000
        for a in (50, 95)
    ]
    assert lost[0] > lost[1]
    sentence = data_or_flow.finding_hinge()
    assert f"{lost[0]:.0f} billion dollars if 50%" in sentence
    assert f"{lost[1]:.0f} billion dollars if 95%" in sentence


# --- Exercises -----------------------------------------------------------------------------------------------


def test_check_abroad():
    regions = load("cloud_regions")
    live = regions[text(regions, "status") == "in service"]
    right = (text(live, "iso3") != text(live, "provider_home_iso3")).mean()
    assert check("5.1", "abroad", right).right
    everything = (text(regions, "iso3") != text(regions, "provider_home_iso3")).mean()
    assert "only announced" in check("5.1", "abroad", everything).sentence
    assert "share at home" in check("5.1", "abroad", 1 - right).sentence
    assert "percentage" in check("5.1", "abroad", 100 * right).sentence
    assert not check("5.1", "abroad", 0.123).right
    assert "No answer here" in check("5.1", "abroad", None).sentence


def test_check_lead():
    score = DEBATE.score(rights=3).sort_values()
    right = score.iloc[-1] - score.iloc[-2]
    assert check("5.1", "lead", right).right
    effects = DEBATE.effects()
    weights = pd.Series({c: 3 if c == "rights" else 1 for c in effects.columns})
    total = (effects * weights).sum(axis=1).nlargest(2)
    assert check("5.1", "lead", (total.iloc[0] - total.iloc[1]) / 8).right
    assert "did not divide" in check("5.1", "lead", total.iloc[0] - total.iloc[1]).sentence
    assert "number of criteria" in check("5.1", "lead", (total.iloc[0] - total.iloc[1]) / 6).sentence
    assert "leader's score" in check("5.1", "lead", score.iloc[-1]).sentence
    assert not check("5.1", "lead", 7).right


# --- What the evidence readings say ---------------------------------------------------------------------------


def test_the_years_without_a_framework_fall_only_when_the_union_shrinks():
    """The reading of e8: it falls in 2020 alone, and there because the United Kingdom is no longer counted."""
    from cyberdip_utils.data_flows import transfer_break

    table = all_exhibits()["transfer_break"].view(**DEBATE.evidence["e8"]["show"]).table.set_index("year")
    rise = table.filter(like="with the EU").iloc[:, 0].diff()
    without = table.index[~table["decision in force"].astype(bool)]
    assert len(without) == 4 and [y for y in without if rise[y] <= 0] == [2020]
    left = set(transfer_break.members("EU", "2019-12-31")) - set(transfer_break.members("EU", "2020-12-31"))
    assert left == {"GBR"}


def test_the_circles_shrink_with_each_framework_and_grow_afterwards():
    table = all_exhibits()["free_flow_network"].view(**DEBATE.evidence["e13"]["show"]).table.set_index("year")
    number = table.sum(axis=1)
    falls = [int(y) for y in number.index if number.diff()[y] < 0]
    assert falls == [2015, 2020] and all(number.iloc[-1] > number[y - 1] for y in falls)


def test_the_successor_of_convention_108_is_nearly_all_european_so_far():
    table = all_exhibits()["joining_dates"].view(
        lists=("Convention 108: parties", "Convention 108+: ratifications")
    )
    states = load("states").set_index("name")["un_region"].astype(str)
    rows = table.table.assign(region=table.table["state"].map(states))
    outside = rows[rows["region"] != "Europe"].groupby("list")["state"].nunique()
    n = rows.groupby("list")["state"].nunique()
    assert outside["Convention 108+: ratifications"] < 0.25 * n["Convention 108+: ratifications"]
    assert outside["Convention 108: parties"] >= 8
