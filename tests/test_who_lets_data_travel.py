"""Chapter 4.2: standing by year, lives of decisions, the gravity model and the scenario, against other counts."""

import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.countries import members
from cyberdip_utils.data import load
from cyberdip_utils.data_flows import transfer_break as model
from cyberdip_utils.data_flows import transfer_rules as rules
from cyberdip_utils.data_flows import who_lets_data_travel as travel
from cyberdip_utils.teach import check

# --- who lets data travel ------------------------------------------------------------------------------------


def test_the_united_states_come_and_go():
    status = {year: rules.standing(year)["status"]["USA"] for year in range(2000, 2027)}
    assert all(status[y] == rules.ADEQUATE for y in range(2000, 2015))
    assert status[2015] == rules.NEITHER  # Safe Harbor fell in October
    assert all(status[y] == rules.ADEQUATE for y in range(2016, 2020))
    assert status[2020] == status[2021] == rules.NEITHER
    assert status[2022] == rules.CBPR  # the Forum before the third framework
    assert all(status[y] == rules.BOTH for y in range(2023, 2027))


def test_the_kingdom_and_hungary_cross_the_border_of_the_union():
    status = {year: rules.standing(year)["status"]["GBR"] for year in (2019, 2020, 2021)}
    assert list(status.values()) == [rules.INSIDE, rules.NEITHER, rules.ADEQUATE]
    assert rules.standing(2003)["status"]["HUN"] == rules.ADEQUATE
    assert rules.standing(2004)["status"]["HUN"] == rules.INSIDE


def test_statuses_part_the_world_and_the_eu_is_whole():
    for year in (2000, 2012, 2026):
        s = rules.standing(year)
        assert s.index.is_unique and set(s["status"]) <= set(rules.STATUSES)
        within = set(s.index[s["status"] == rules.INSIDE])
        expected = {*members("EU", rules.day_of(year)), *rules.EEA_BESIDE_EU, *rules.UNION_TERRITORIES}
        assert within == expected
    assert (rules.standing(2026)["status"] == rules.INSIDE).sum() == 27 + 3 + 7


def test_adequacy_of_today_by_a_plain_filter_of_the_table():
    rows = load("adequacy")
    plain = set(rows.loc[(rows["status"] == "in force") & rows["iso3"].notna(), "iso3"])
    s = rules.standing(2026)
    assert set(s.index[s["status"].isin([rules.ADEQUATE, rules.BOTH])]) == plain
    assert len(plain) == 16


def test_members_without_a_date_come_late_or_early_never_lost():
    day = pd.Timestamp("2024-12-31")
    late, early = (set(rules.in_cbpr(day, undated=u)) for u in (rules.LATE, rules.EARLY))
    assert early - late == {"AUS", "MEX"} and late < early
    listed = set(load("cbpr").query("role == 'member'")["iso3"].dropna())
    assert set(rules.in_cbpr(rules.day_of(2026))) == listed and len(listed) == 9


def test_clubs_nest():
    before, after = pd.Timestamp("2019-12-31"), rules.day_of(2026)
    assert rules.in_cbpr(before) == []
    assert set(rules.in_cbpr(before, rules.APEC)) == {"USA", "MEX", "JPN", "CAN", "SGP"}
    assert set(rules.in_cbpr(after, rules.ASSOCIATES)) - set(rules.in_cbpr(after)) == {"BMU", "MUS", "GBR"}


def test_counts_add_up_with_the_listing():
    counts = rules.counts().set_index("year")
    for year in (2005, 2015, 2022, 2026):
        table = travel.free_flow(year=year).table
        n = table["Standing"].value_counts()
        row = counts.loc[year]
        assert row["adequacy, whole"] + row["adequacy, part"] == n.get(rules.ADEQUATE, 0) + n.get(
            rules.BOTH, 0
        )
        assert row["Global CBPR"] == n.get(rules.CBPR, 0) + n.get(rules.BOTH, 0)
        assert row["both"] == n.get(rules.BOTH, 0)


def test_exports_by_status_sum_to_the_table():
    sums, world, listed, missing = rules.exports_inside(2023)
    rows = load("digital_services")
    rows = rows[(rows["year"] == 2023) & (rows["flow"] == "exports")]
    assert sums.sum() == pytest.approx(rows["value_musd"].sum())
    assert (listed, missing) == (201, 71) and sums.sum() < world


@pytest.mark.parametrize(
    "call",
    [
        lambda: rules.day_of(1999),
        lambda: rules.in_cbpr(pd.Timestamp("2024-01-01"), club="x"),
        lambda: rules.in_cbpr(pd.Timestamp("2024-01-01"), undated="x"),
    ],
)
def test_bad_arguments_are_refused(call):
    with pytest.raises(ValueError, match="year|club|undated"):
        call()


# --- lives ---------------------------------------------------------------------------------------------------


def test_two_tables_tell_the_same_lives():
    mine = rules.lives().query("group == @rules.FRAMEWORKS").reset_index(drop=True)
    other = load("eu_us_frameworks").sort_values("from").reset_index(drop=True)
    assert (mine["from"] == other["from"]).all()
    assert mine.loc[mine["struck"], "until"].tolist() == other["to"].dropna().tolist()
    assert set(other["name"]) == set(rules.CAUSES)


def test_hindsight_is_kept_out():
    assert rules.lives(2014)["struck"].sum() == 0
    assert rules.lives(2015)["struck"].sum() == 1
    assert len(rules.lives(2014)) == (load("adequacy")["from"] <= "2014-12-31").sum()
    assert "Schrems" not in travel.framework_lives_view(seen_from=2014).detail
    assert "Schrems I)" in travel.framework_lives_view(seen_from=2016).detail


def test_gaps_by_hand():
    assert rules.gaps()["days"].tolist() == [280, 1089]  # 25 + 30 + 31 days of 2015, ...


def test_rate_and_its_exact_interval():
    rate, low, high = rules.poisson_rate(2, 1)
    assert (rate, round(low, 4), round(high, 4)) == (2, 0.2422, 7.2247)  # Garwood's table
    assert rules.poisson_rate(0, 10)[1:] == (0.0, pytest.approx(-math.log(0.025) / 10))
    with pytest.raises(ValueError, match="exposure"):
        rules.poisson_rate(1, 0)


def test_rates_share_the_years_and_the_chance_is_a_power():
    r = rules.rates().set_index("group")
    assert r["decisions"].sum() == len(load("adequacy")) and r["struck"].sum() == 2
    assert r["years"].sum() == pytest.approx(rules.lives()["years"].sum())
    fraction = r.at[rules.FRAMEWORKS, "years"] / r["years"].sum()
    assert rules.chance_all_in_frameworks() == pytest.approx(fraction**2)
    assert math.isnan(rules.chance_all_in_frameworks(2014))


def test_survival_starts_at_one_and_falls_only_for_the_frameworks():
    curve = rules.survival()
    for group, part in curve.groupby("group"):
        assert part["survival"].iloc[0] == 1 and (part["survival"].diff().dropna() <= 0).all()
        assert (part["survival"].iloc[-1] == 1) == (group == rules.OTHERS)
    # three at risk when the second framework falls at 4.0 years, but the third was watched for less: two
    assert curve.query("group == @rules.FRAMEWORKS")["survival"].round(6).tolist() == [1, 0.5, 0, 0]


# --- the model -----------------------------------------------------------------------------------------------


def test_balance_keeps_both_margins_and_the_odds_of_the_kernel():
    kernel = np.array([[0.0, 2, 1], [2, 0, 3], [1, 3, 0]])
    flows = model.balance([10, 20, 15], [16, 22, 7], kernel)
    assert flows.sum(axis=1) == pytest.approx([10, 20, 15]) and flows.sum(axis=0) == pytest.approx(
        [16, 22, 7]
    )
    a = model.balance([3, 4], [2, 5], np.array([[1.0, 2], [3, 4]]))
    assert a[0, 0] * a[1, 1] / (a[0, 1] * a[1, 0]) == pytest.approx(4 / 6)  # cross ratio survives scaling


def test_balance_without_distance_is_the_table_of_independence():
    flows = model.balance([10, 30], [8, 32], np.ones((2, 2)))
    assert flows == pytest.approx(np.array([[2, 8], [6, 24]]))
    with pytest.raises(ValueError, match="above 0"):
        model.balance([0, 1], [1, 1], np.ones((2, 2)))


def test_balance_finds_planted_flows_again():
    rng = np.random.default_rng(4)
    kernel = rng.uniform(0.2, 3, (6, 6))
    truth = rng.uniform(1, 9, 6)[:, None] * kernel * rng.uniform(1, 9, 6)[None, :]
    assert model.balance(truth.sum(axis=1), truth.sum(axis=0), kernel) == pytest.approx(truth)


@pytest.mark.parametrize("decay", [0, 0.5, 1.5])
def test_bilateral_keeps_the_totals(decay):
    flows, given = model.bilateral(2023, decay), model.totals(2023)
    assert flows.sum(axis=1).to_numpy() == pytest.approx(given["exports"].reindex(flows.index).to_numpy())
    into = given["imports"].reindex(flows.index)
    assert flows.sum().to_numpy() == pytest.approx((into * flows.to_numpy().sum() / into.sum()).to_numpy())
    assert np.diag(flows).sum() == 0 and (flows.to_numpy() >= 0).all()


def test_distance_pulls_trade_home():
    near, far = (model.with_union("CHE", 2023, "exports", d) for d in (1.5, 0))
    assert near[0] == far[0] == 115353 and near[1] > far[1]


def test_both_ways_is_the_sum_and_bad_flows_are_refused():
    parts = [model.with_union("JPN", 2020, f, 0.5)[1] for f in ("exports", "imports")]
    assert model.with_union("JPN", 2020, "both", 0.5)[1] == pytest.approx(sum(parts))
    with pytest.raises(ValueError, match="flow"):
        model.with_union("JPN", 2020, "sideways", 0.5)
    with pytest.raises(ValueError, match="decay"):
        model.bilateral(2020, -1)


def test_the_default_exponent_is_the_calibrated_one():
    fit = model.calibrated()
    assert fit.loc[fit["miss"].idxmin(), "decay"] == model.DECAY
    assert fit["miss"].min() < 0.05


def test_scenario_by_hand():
    t = model.scenario(200, 0.5, 0.8, (0.1, 0.2))
    assert (t.relies, t.switches, t.stops) == (100, 80, pytest.approx(20))
    assert (t.low, t.high) == (pytest.approx(28), pytest.approx(36))
    assert math.isnan(model.scenario(math.nan, 0.5, 0.5, (0, 1)).high)
    for bad in ((1.1, 0.5, (0, 1)), (0.5, -0.1, (0, 1)), (0.5, 0.5, (0.3, 0.2))):
        with pytest.raises(ValueError, match="relying|able|cost"):
            model.scenario(1, *bad)


def test_scenario_ends():
    free = model.scenario(100, 1, 1, (0, 0))
    stop = model.scenario(100, 1, 0, (0, 0))
    assert free.high == 0 and stop.low == stop.high == 100
    assert model.published_loss(107, (0.07, 0.07)) == (pytest.approx(7), pytest.approx(7))


def test_missing_trade_is_said_and_never_zero():
    missing = model.exposure(2023, "exports", 0.5)
    assert set(missing.index[missing["union"].isna()]) == {"AND", "FRO", "GGY", "IMN", "JEY", "URY"}
    assert set(missing.loc[missing["missing"] == "not in the source"].index) == {"AND", "GGY", "IMN", "JEY"}
    view = travel.touched_view(partner="JEY")
    assert "no data is not zero" in view.takeaway and view.table["missing"].tolist() == ["not in the source"]
    drawn = travel.touched_view(picture="partners").figure
    said = [t for trace in drawn.data if trace.name == "no data" for t in trace.text]
    assert said == ["no data"] * 6


def test_every_default_names_its_source_and_every_state_says_scenario():
    view = travel.touched_view()
    for head, _ in model.SOURCES:
        assert f"**{head}:**" in view.detail
    assert view.takeaway.startswith("Scenario:") and travel.touched_view(partner="URY").takeaway.startswith(
        "Scenario:"
    )
    assert len(view.links) == len({u for _, u in view.links}) >= 5


def test_assumptions_move_the_result_the_way_they_should():
    def lost(**k):
        table = travel.touched_view(**k).table.set_index("step")
        return table.at["Lost: scenario", "high"]

    assert lost(able=0) > lost() > lost(able=100) and lost(relying=0) == 0
    assert lost(cost=(7, 20)) > lost()


# --- exercise ------------------------------------------------------------------------------------------------


def test_check_knows_the_answer_and_the_slips():
    assert check("4.2", "days_without", 1369).right
    for slip, word in ((280, "first gap"), (1089, "second gap"), (-1369, "sign"), (7, "take the from")):
        verdict = check("4.2", "days_without", slip)
        assert not verdict.right and word in verdict.sentence
