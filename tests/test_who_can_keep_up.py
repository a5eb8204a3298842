"""Chapter 2.5: index, hazard and adjustment, against cases worked by hand and counts straight from the tables."""

import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.countries import region
from cyberdip_utils.data import load
from cyberdip_utils.norms import confounding as cf
from cyberdip_utils.norms import diffusion as df
from cyberdip_utils.norms import who_can_keep_up as keep
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check

# Four states over 2000 to 2003: A in 2001, B in 2002, C never, D begins in 2002 and has it in 2003.
TOY = pd.Series({"A": 2001, "B": 2002, "C": pd.NA, "D": 2003}, dtype="Int64")


def toy():
    return df.person_period(TOY, 2000, 2003, entry={"D": 2002})


# ---------------------------------------------------------------- person-periods, life table, exposure


def test_person_period_by_hand():
    rows = toy()
    assert rows.groupby("unit")["year"].agg(list).to_dict() == {
        "A": [2000, 2001],
        "B": [2000, 2001, 2002],
        "C": [2000, 2001, 2002, 2003],
        "D": [2002, 2003],
    }
    assert set(map(tuple, rows.loc[rows["event"] == 1, ["unit", "year"]].to_numpy())) == {
        ("A", 2001),
        ("B", 2002),
        ("D", 2003),
    }


def test_an_event_before_the_window_or_after_it():
    rows = df.person_period(pd.Series({"early": 1999, "late": 2005, "first": 2000}), 2000, 2001)
    assert set(rows["unit"]) == {"late", "first"}
    assert rows.groupby("unit")["event"].sum().to_dict() == {"first": 1, "late": 0}


def test_person_period_refuses():
    with pytest.raises(ValueError, match="2003 is after 2000"):
        df.person_period(TOY, 2003, 2000)
    with pytest.raises(ValueError, match="listed twice"):
        df.person_period(pd.Series([2001, 2002], index=["A", "A"]), 2000, 2003)


def test_hazard_by_hand():
    table = df.life_table(toy()).set_index("year")
    # at risk: A B C; A B C; B C D; C D
    assert table["at_risk"].tolist() == [3, 3, 3, 2]
    assert table["events"].tolist() == [0, 1, 1, 1]
    assert table["hazard"].tolist() == pytest.approx([0, 1 / 3, 1 / 3, 1 / 2])
    assert table["survived"].tolist() == pytest.approx([1, 2 / 3, 4 / 9, 2 / 9])
    assert (table.loc[2003, "low"], table.loc[2003, "high"]) == pytest.approx(wilson(1, 2))


def test_spans_add_up_and_keep_the_yearly_survival():
    single, double = df.life_table(toy()), df.life_table(toy(), width=2)
    assert double["year"].tolist() == [2000, 2002]
    assert double["events"].tolist() == [1, 2] and double["at_risk"].tolist() == [6, 5]
    assert double["survived"].iloc[-1] == pytest.approx(single["survived"].iloc[-1])
    with pytest.raises(ValueError, match="width"):
        df.life_table(toy(), width=0)


def test_life_table_by_group_is_that_of_each_group():
    rows = toy().assign(group=lambda t: t["unit"].map({"A": "x", "B": "x", "C": "y", "D": "y"}))
    table = df.life_table(rows, ["group"])
    alone = df.life_table(rows[rows["group"] == "x"])
    assert table.loc[table["group"] == "x", "survived"].tolist() == pytest.approx(alone["survived"].tolist())


def test_survival_interval_by_hand():
    out = df.survival_interval(df.life_table(toy())).set_index("year")
    assert math.isnan(out.loc[2000, "survived_low"])  # nobody has had it: no spread can be estimated
    # 2001: Greenwood 1 / (3 x 2); log-minus-log interval of 2/3
    reach = 1.959963984540054 * math.sqrt(1 / 6) / abs(math.log(2 / 3))
    assert out.loc[2001, "survived_low"] == pytest.approx((2 / 3) ** math.exp(reach))
    assert out.loc[2001, "survived_high"] == pytest.approx((2 / 3) ** math.exp(-reach))


def test_exposure_counts_only_the_years_before():
    around = df.neighbours(pd.DataFrame({"o": ["A", "A", "B"], "d": ["B", "C", "Z"]}), ["A", "B", "C", "D"])
    assert around == {"A": {"B", "C"}, "B": {"A"}, "C": {"A"}, "D": set()}
    rows = toy().assign(share=df.exposure(toy(), TOY, around)).set_index(["unit", "year"])["share"]
    assert rows["B", 2001] == 0  # A has it in 2001: not yet at the end of 2000
    assert rows["B", 2002] == 1
    assert rows["C", 2003] == 1
    assert rows["A", 2001] == 0
    assert rows["D", 2003] == 0  # no neighbours


@pytest.mark.parametrize(("link", "ratio"), [("logit", 6.0), ("cloglog", math.log(1 / 3) / math.log(3 / 4))])
def test_hazard_model_gives_the_ratio_of_a_two_by_two_table(link, ratio):
    # 4 unit-years without x, 1 event (hazard 1/4); 3 with x, 2 events (hazard 2/3): the model is saturated
    rows = pd.DataFrame(
        {"unit": list("abcdefg"), "year": 2000, "event": [1, 0, 0, 0, 1, 1, 0], "x": [0, 0, 0, 0, 1, 1, 1]}
    )
    fit = df.fit_hazard(rows, ["x"], link, "none")
    assert fit.loc["x", "ratio"] == pytest.approx(ratio, rel=1e-5)
    assert fit.loc["x", "low"] < ratio < fit.loc["x", "high"]
    assert fit.attrs == {"n": 7, "events": 3, "units": 7}


def test_hazard_model_recovers_a_planted_ratio_and_none():
    draw = np.random.default_rng(1)
    rows = []
    for unit in range(900):
        x, noise = unit % 2, draw.random()
        for year in range(2000, 2010):
            event = int(draw.random() < 1 - math.exp(-0.04 * (year - 1999) ** 0.5 * (2.5 if x else 1)))
            rows.append((unit, year, event, x, noise))
            if event:
                break
    rows = pd.DataFrame(rows, columns=["unit", "year", "event", "x", "noise"])
    fit = df.fit_hazard(rows, ["x", "noise"], "cloglog", "cubic")
    assert fit.loc["x", "low"] < 2.5 < fit.loc["x", "high"] and fit.loc["x", "low"] > 1.8
    assert fit.loc["noise", "low"] < 1 < fit.loc["noise", "high"]


def test_hazard_model_refuses():
    with pytest.raises(ValueError, match="link: 'probit'"):
        df.fit_hazard(toy().assign(x=1.0), ["x"], "probit")
    with pytest.raises(ValueError, match="baseline: 'spline'"):
        df.fit_hazard(toy().assign(x=1.0), ["x"], baseline="spline")


# ---------------------------------------------------------------- adjustment


def test_partial_correlation_by_the_textbook_formula():
    draw = np.random.default_rng(2)
    z = draw.normal(size=80)
    frame = pd.DataFrame({"x": z + draw.normal(size=80), "y": z + draw.normal(size=80), "z": z})
    r = frame.corr()
    xy, xz, yz = r.loc["x", "y"], r.loc["x", "z"], r.loc["y", "z"]
    expected = (xy - xz * yz) / math.sqrt((1 - xz**2) * (1 - yz**2))
    found = cf.partial_correlation(frame, "x", "y", ["z"])
    assert found.value == pytest.approx(expected)
    assert found.low == pytest.approx(math.tanh(math.atanh(expected) - 1.959963984540054 / math.sqrt(76)))
    assert abs(found.value) < 0.25 < xy


def test_rank_correlation_is_spearmans():
    frame = pd.DataFrame({"x": [1, 2, 3, 4, 5, 9], "y": [2, 1, 4, 3, 7, 90]})
    assert cf.partial_correlation(frame, "x", "y", ranks=True).value == pytest.approx(
        frame["x"].corr(frame["y"], method="spearman")
    )


def test_partial_correlation_drops_the_incomplete_and_refuses_few():
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4, None, 6, 7], "y": [1.0, 3, 2, 5, 4, 7, 6]})
    assert cf.partial_correlation(frame, "x", "y").n == 6
    with pytest.raises(ValueError, match="too few"):
        cf.partial_correlation(frame.head(5), "x", "y")


@pytest.mark.parametrize("r", [0.1, 0.5, -0.7])
def test_robustness_value_is_the_strength_that_cancels(r):
    # a hidden cause that explains RV of both has the bias sqrt(RV * RV / (1 - RV)), which must equal |f|
    rv = cf.robustness_value(r)
    assert math.sqrt(rv * rv / (1 - rv)) == pytest.approx(abs(r) / math.sqrt(1 - r * r))
    assert cf.robustness_value(0) == 0


def test_count_ratio_of_two_groups_is_the_ratio_of_means():
    frame = pd.DataFrame({"x": [0, 0, 0, 10, 10, 10], "n": [1, 2, 3, 4, 6, 8]})
    assert cf.count_ratio(frame, "x", "n", step=10).value == pytest.approx(3)
    assert cf.count_ratio(frame, "x", "n", step=5).value == pytest.approx(math.sqrt(3))


# ---------------------------------------------------------------- the tables


def test_every_indexed_state_has_a_place_and_pillars_that_add_up():
    for year in keep.EDITIONS:
        table = keep.scores(year)
        assert len(table) == 194 and table.index.is_unique
        assert table["rank"].sum() == 194 * 195 / 2
        assert (table[list(keep.PILLARS)].sum(axis=1) - table["total"]).abs().max() < 0.01
    with pytest.raises(ValueError, match="2018 is not an edition"):
        keep.scores(2018)


def test_tiers_are_of_2024_and_follow_the_limits():
    assert keep.scores(2020)["tier"].isna().all()
    table = keep.scores(2024)
    for tier, low, high in (("T1", 95, 101), ("T2", 85, 95), ("T3", 55, 85), ("T4", 20, 55), ("T5", 0, 20)):
        assert table.loc[table["tier"] == tier, "total"].between(low, high, inclusive="left").all()
    assert (table["tier"] == "T1").sum() == 46  # as the ITU says


def test_places_gained_add_up_to_nothing():
    table = keep.movers()
    assert table["gained"].sum() == pytest.approx(0)
    assert ((table["low"] <= table["gained"]) & (table["gained"] <= table["high"])).all()


def test_measure_shares_by_hand():
    rows = load("gci_indicators").query("indicator == 'national incident response team' and year == 2024")
    table = keep.measure_shares("national incident response team", "region").set_index(["group", "edition"])
    assert table.loc[("World", "2024"), "none"] == (rows["value"] == 0).sum() == 31
    africa = rows[[region(c) == "Africa" for c in rows["iso3"]]]
    assert table.loc[("Africa", "2024"), "none"] == (africa["value"] == 0).sum()
    assert table.loc[("Africa", "2024"), "n"] == len(africa) == 54
    parts = table[table.index.get_level_values("group") != "World"].groupby("edition")[["none", "n"]].sum()
    assert parts["n"].tolist() == [194, 194]


def test_child_online_protection_was_asked_in_2020_only():
    assert keep.measure("child online protection", 2024).empty
    view = keep.measures.view(indicator="child online protection", picture="map", year=2024)
    assert "has no score" in view.takeaway
    assert (
        "edition of 2020"
        in keep.measures.view(indicator="child online protection", picture="groups").takeaway
    )


def test_risk_set_has_every_first_strategy_once():
    rows = keep.risk_set()
    strategies = load("strategies")
    assert rows["event"].sum() == strategies["adopted"].sum() == 135
    assert rows["unit"].nunique() == 193
    assert rows.loc[rows["unit"] == "SSD", "year"].min() == 2011
    assert rows.loc[rows["unit"] == "RUS", "year"].tolist() == [2000]
    never = strategies.loc[~strategies["adopted"], "iso3"]
    assert rows[rows["unit"].isin(never)].groupby("unit")["year"].max().eq(2024).all()


def test_neighbours_of_new_states_and_islands():
    around = keep.land_neighbours()
    assert "SRB" in around["HUN"] and "HUN" in around["SRB"]
    assert around["SSD"] == {"CAF", "COD", "ETH", "KEN", "SDN", "UGA"}
    assert around["PRT"] == {"ESP"} and around["AUS"] == frozenset()
    assert all(a in around[b] for a in around for b in around[a])


def test_placebo_neighbours_are_as_many_and_come_again():
    drawn = keep.drawn_neighbours()
    assert {c: len(v) for c, v in drawn.items()} == {c: len(v) for c, v in keep.land_neighbours().items()}
    assert not any(c in v for c, v in drawn.items())
    keep.drawn_neighbours.cache_clear()
    assert keep.drawn_neighbours() == drawn


def test_exposure_of_a_state_by_hand():
    rows = keep.risk_set().set_index(["unit", "year"])
    # Canada has one land neighbour, the United States, with a first strategy of 2003
    assert keep.land_neighbours()["CAN"] == {"USA"} and keep.first_years()["USA"] == 2003
    assert rows.loc[("CAN", 2003), "land"] == 0 and rows.loc[("CAN", 2004), "land"] == 1


def test_curve_ends_at_the_share_that_adopted_where_all_were_at_risk_throughout():
    table = keep.adoption_curve("region").groupby("group").last()
    europe = [c for c in keep.first_years().index if region(c) == "Europe" and c != "MNE"]
    americas = [c for c in keep.first_years().index if region(c) == "Americas"]
    assert table.loc["Americas", "adopted"] == pytest.approx(keep.first_years()[americas].notna().mean())
    assert table.loc["Europe", "adopted"] == pytest.approx(
        keep.first_years()[europe].notna().mean(), abs=0.02
    )


def test_time_takes_the_neighbours_effect_and_the_placebo_alike():
    for around in ("land", "drawn"):
        assert keep.hazard_ratios(around, "none").iloc[0]["low"] > 3
        held = keep.hazard_ratios(around, "cubic").iloc[0]
        assert held["low"] < 1 < held["high"]
    assert keep.hazard_ratios().attrs["units"] == 192  # Cyprus has no income group


def test_incidents_are_distinct_and_dated():
    frame = keep.targeted("after")
    rows = load("incident_receivers").query("iso3 == 'UKR'")["incident_id"].unique()
    dated = load("incidents").set_index("incident_id").loc[rows, "start_on"].dt.year
    assert frame.at["UKR", "incidents"] == dated.between(2021, 2024).sum() > 0
    assert frame["incidents"].dtype.kind == "i" and (frame["incidents"] == 0).any()
    parts = keep.targeted("all")["incidents"] - keep.targeted("before")["incidents"] - frame["incidents"]
    assert (parts >= 0).all()  # what is left are the incidents of 2020


def test_raw_correlation_is_that_of_the_table():
    frame = keep.targeted("after")
    expected = frame["total"].corr(frame["incidents"], method="spearman")
    assert keep.associated("ranks", "total", "after", (), ()).value == pytest.approx(expected)


def test_the_ladder_rests_on_the_same_states_at_every_step():
    for measured in keep.MEASURED:
        table = keep.capacity_and_incidents.view(picture="ladder", measured=measured).table
        assert table["states"].nunique() == 1 and len(table) == len(keep.LADDER) + 1


# ---------------------------------------------------------------- exhibits and check


def test_bad_arguments_are_refused_with_the_allowed_ones():
    with pytest.raises(ValueError, match="state"):
        keep.capacity_index.view(picture="pillars", state="Atlantis")
    with pytest.raises(ValueError, match="upto"):
        keep.spread.view(upto=1999)


def test_takeaways_hold_the_numbers_of_the_tables():
    view = keep.spread.view(picture="map", upto=2024)
    assert "135 of 193" in view.takeaway
    assert (view.table["at the end of the year"] != "no strategy known").sum() == 135
    early = keep.spread.view(picture="map", upto=2000)
    assert "South Sudan" not in set(early.table["state"])  # no such state yet


def test_check_right_slip_other_and_no_number():
    first = load("strategies")["first_on"].dt.year
    risk = (first.isna() | (first >= 2016)).sum()
    assert check("2.5", "hazard_2016", (first == 2016).sum() / risk).right
    all_members = check("2.5", "hazard_2016", (first == 2016).sum() / 193)
    assert not all_members.right and "no longer at risk" in all_members.sentence
    assert not check("2.5", "hazard_2016", 0.5).right
    assert "Give one number" in check("2.5", "hazard_2016", "many").sentence
