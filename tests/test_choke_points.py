"""Chapter 4.3: bounds, removal, event study and exploited flaws against hand-made cases and the tables themselves."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.data_flows import chip_supply as chips
from cyberdip_utils.data_flows import choke_points, export_controls
from cyberdip_utils.data_flows import exploited_flaws as kev
from cyberdip_utils.data_flows import export_events as events
from cyberdip_utils.data_flows import supply_network as net
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check

# ---------------------------------------------------------------- concentration


def test_index_by_hand():
    assert net.hhi([1.0]) == 1
    assert net.hhi([0.5, 0.5]) == 0.5
    assert net.equal_suppliers(net.hhi([0.25] * 4)) == pytest.approx(4)
    assert net.equal_suppliers(0) == math.inf


def test_bounds_by_hand():
    low, high = net.hhi_bounds(net.market({"A": 0.6, "B": 0.2}, rest=0.2))
    assert (low, high) == (pytest.approx(0.40), pytest.approx(0.68))
    low, high = net.hhi_bounds(net.market({"A": 0.5}, groups={"EUU": 0.3}, rest=0.2))
    assert (low, high) == (pytest.approx(0.25), pytest.approx(0.7**2 + 0.3**2))
    assert net.hhi_bounds(net.market({}, rest=1.0)) == (0, 1)


def test_bounds_hold_over_every_way_to_hand_out_the_rest():
    m = net.market({"A": 0.45, "B": 0.25, "C": 0.1}, rest=0.2)
    low, high = net.hhi_bounds(m)
    quarters = [q for q in itertools.product(range(5), repeat=4) if sum(q) == 4]
    seen = [net.hhi([0.45 + 0.05 * a, 0.25 + 0.05 * b, 0.1 + 0.05 * c, 0.05 * d]) for a, b, c, d in quarters]
    assert low < min(seen) and max(seen) == pytest.approx(high)


def test_market_scales_and_fills():
    assert sum(net.market({"A": 0.96, "B": 0.06}).sure.values()) == pytest.approx(1)
    assert net.market({"A": 0.9}).rest == pytest.approx(0.1)
    assert "Z" not in net.market({"A": 1.0, "Z": 0.0}).sure
    with pytest.raises(ValueError, match="more than rounding"):
        net.market({"A": 0.9, "B": 0.3})
    with pytest.raises(ValueError, match="not to 1"):
        net.Market({"A": 0.5})
    with pytest.raises(ValueError, match="below 0"):
        net.Market({"A": 1.2, "B": -0.2})


def test_every_market_of_the_tables_is_whole_and_its_bounds_ordered():
    frame = load("chip_shares")
    given = frame[(frame["kind"] != "organisation") & frame["share_pct"].notna()]
    assert set(chips.markets()) == set(given["input"]) and len(chips.markets()) == 96
    for m in chips.markets().values():
        assert sum([*m.sure.values(), *m.groups.values(), m.rest]) == pytest.approx(1)
        low, high = net.hhi_bounds(m)
        assert 0 <= low <= high <= 1 + 1e-12
        assert m.leader[1] ** 2 <= high + 1e-12


def test_concentration_straight_from_the_table():
    rows = load("chip_shares").query("input == 'N19' and kind == 'country'")["share_pct"].dropna() / 100
    row = chips.concentration().loc["N19"]
    assert row["leader"] == "NLD" and row["share"] == pytest.approx(rows.max() / rows.sum())
    assert row["hhi_low"] == pytest.approx((rows**2).sum() / rows.sum() ** 2)
    assert chips.concentration().loc["N20", ["hhi_low", "hhi_high"]].tolist() == [1.0, 1.0]


def test_wassenaar_share_by_hand():
    # Shares of photomask supply, 2019: two participants and Taiwan, which is none
    shares = chips.markets()["N33"].sure
    assert {"CHN", "TWN"}.isdisjoint(chips.members()) and {"USA", "JPN"} <= chips.members()
    assert chips.concentration().loc["N33", "member_low"] == pytest.approx(shares["USA"] + shares["JPN"])
    assert len(chips.members()) == load("wassenaar")["iso3"].nunique()


# ---------------------------------------------------------------- what feeds what, and removal

EDGES = pd.DataFrame(
    [
        ("part", "goes into", "step"),
        ("tool", "goes into", "step"),
        ("old", "is a kind of", "tool"),
        ("new", "is a kind of", "tool"),
        ("step", "goes into", "thing"),
        ("tool", "goes into", "thing"),
    ],
    columns=["input", "relation", "target"],
)
MARKETS = {
    "part": net.market({"A": 0.3, "B": 0.7}),
    "old": net.market({"A": 0.5, "B": 0.5}),
    "new": net.market({"A": 0.9}, rest=0.1),
}


def test_tree_shows_a_node_in_full_once():
    feeds = net.Feeds(EDGES)
    walk = feeds.tree("thing", 3)
    assert [n for n, _, again in walk if not again] == list(dict.fromkeys(n for n, _, _ in walk))
    assert ("tool", 2, False) in walk and ("tool", 1, True) in walk
    assert feeds.upstream("step") == {"part", "tool", "old", "new"}
    assert feeds.relation("old", "tool") == "is a kind of"


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="circle"):
        net.Feeds(pd.DataFrame([("a", "goes into", "b"), ("b", "goes into", "a")], columns=EDGES.columns))


def test_removal_by_hand():
    feeds = net.Feeds(EDGES)
    each = net.supply_left(feeds, MARKETS, {"A"})
    assert each.loc["part", "high"] == pytest.approx(0.7)
    assert each.loc["tool", ["low", "high"]].tolist() == pytest.approx([0.0, 0.1])  # the new kind is scarcest
    assert each.loc["thing", "through"] == "new"
    pooled = net.supply_left(feeds, MARKETS, {"A"}, kinds=net.POOLED)
    assert pooled.loc["tool", "high"] == pytest.approx((0.5 + 0.1) / 2)
    weighed = net.supply_left(feeds, MARKETS, {"A"}, kinds=net.POOLED, weights={"old": 3.0, "new": 1.0})
    assert weighed.loc["tool", "high"] == pytest.approx((3 * 0.5 + 0.1) / 4)


def test_a_new_supplier_moves_the_step_to_the_next_scarcest_part():
    feeds = net.Feeds(EDGES)
    more = net.supply_left(feeds, MARKETS, {"A"}, added={"new": 0.6})
    assert more.loc["thing", "high"] == pytest.approx(0.5) and more.loc["thing", "through"] == "old"
    assert net.supply_left(feeds, MARKETS, {"A"}, added={"new": 5.0}).loc["new", "high"] == 1
    with pytest.raises(ValueError, match="no market is known for step"):
        net.supply_left(feeds, MARKETS, {"A"}, added={"step": 0.1})
    with pytest.raises(ValueError, match="kinds"):
        net.supply_left(feeds, MARKETS, {"A"}, kinds="some")


def test_nobody_removed_leaves_all():
    left = chips.supply_left()
    assert (left["own_low"].dropna() == 1).all() and (left["high"].dropna() == 1).all()


def test_removing_more_never_leaves_more():
    one, two = chips.supply_left(["JPN"]), chips.supply_left(["JPN", "NLD"])
    for column in ("own_low", "own_high", "low", "high"):
        assert (two[column].dropna() <= one[column].dropna() + 1e-12).all()
    assert (one["low"].dropna() <= one["high"].dropna() + 1e-12).all()


@pytest.mark.parametrize("kinds", [net.EACH, net.POOLED])
def test_a_step_keeps_no_more_than_what_goes_into_it(kinds):
    left = chips.supply_left(["USA"], kinds=kinds)
    for node in chips.feeds().nodes:
        for part in chips.feeds().below(node, net.GOES):
            if not math.isnan(left.loc[part, "high"]):
                assert left.loc[node, "high"] <= left.loc[part, "high"] + 1e-12


def test_losses_straight_from_the_table():
    rows = load("chip_shares").query("kind == 'country' and iso3 == 'JPN'").set_index("input")["share_pct"]
    left = chips.supply_left(["JPN"])
    whole = load("chip_shares").query("kind != 'organisation'").groupby("input")["share_pct"].sum()
    for node in ("N32", "N26", "N31"):
        if node in chips.markets():
            gone = rows[node] / max(whole[node], 100)
            assert left.loc[node, "own_high"] == pytest.approx(1 - gone)
        else:
            assert math.isnan(left.loc[node, "own_high"])


def test_europe_takes_its_countries_with_it():
    europe, dutch = chips.supply_left(["EUU"]), chips.supply_left(["NLD"])
    assert europe.loc["N20", "own_high"] == dutch.loc["N20", "own_high"] == 0
    # where Europe is one entry, a European country may hold all of it
    assert dutch.loc["N13", "own_high"] == 1 and dutch.loc["N13", "own_low"] < 1
    with pytest.raises(ValueError, match="supplies no input"):
        chips.supply_left(["FJI"])


def test_status_against_a_threshold():
    low, high = pd.Series([0.2, 0.4, 0.6, np.nan]), pd.Series([0.3, 0.6, 0.7, np.nan])
    assert net.status(low, high, 0.5).tolist() == [net.BELOW, net.MAYBE, net.STANDS, net.UNKNOWN]


def test_each_country_in_turn_agrees_with_its_own_removal():
    turns = chips.by_country("none", 20, net.EACH, 50).set_index("Without")
    left = chips.supply_left(["DEU"])
    assert turns.loc["Germany", "Inputs below"] == int((left["own_high"] < 0.5).sum())
    assert turns.loc["Taiwan", "Inputs below"] == 0


# ---------------------------------------------------------------- event study


def _line(values, first=2000):
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


def test_a_planted_step_is_found_and_a_line_is_not_a_step():
    step = _line([0.0] * 6 + [9.0] + [0.5] * 3)
    one = events.study(step, 2006, 3)
    assert one.change == pytest.approx(0.5) == one.beyond and one.slope == pytest.approx(0)
    straight = events.study(_line(np.arange(10) * 0.1), 2006, 3)
    assert straight.change == pytest.approx(0.4) and straight.beyond == pytest.approx(0)
    assert (straight.n_before, straight.n_after) == (3, 3)


def test_the_year_of_the_event_counts_on_neither_side():
    a, b = _line([0, 1, 0, 5, 2, 2]), _line([0, 1, 0, -7, 2, 2])
    assert events.study(a, 2003, 3).change == events.study(b, 2003, 3).change
    assert events.study(a, 2003, 3).years["side"].value_counts()["event"] == 1


def test_too_few_years_are_refused_or_none():
    series = _line([0, 1, 2, 3, 4])
    assert events.study(series, 2001, 2) is None  # one year before
    assert events.study(series, 2004, 2) is None  # none after
    with pytest.raises(ValueError, match="window"):
        events.study(series, 2002, 1)


def test_placebo_years_compare_like_with_like():
    series = _line([0, 0, 0, 0, 0, 0, 0, 0, 0.8, 0.8])
    found = events.placebo_years(series, 2007, 3, trend=False)
    assert found.loc[found["event"], "year"].tolist() == [2007]
    assert found["year"].tolist() == [2003, 2004, 2005, 2006, 2007]
    real = found.loc[found["event"], "change"].iloc[0]
    assert events.rank(real, found.loc[~found["event"], "change"]) == (1, 5)


def test_rank_counts_size_not_sign():
    assert events.rank(0.5, pd.Series([-0.6, 0.4, 0.1])) == (2, 4)


def test_gap_by_hand_and_its_refusals():
    panel = pd.DataFrame({"A": [2.0, 4.0], "B": [1.0, 1.0], "C": [1.0, 3.0]}, index=[2000, 2001])
    assert events.gap(panel, ["A"], ["B", "C"]).tolist() == pytest.approx([0.0, 0.0])
    with pytest.raises(ValueError, match="both sides"):
        events.gap(panel, ["A"], ["A", "B"])
    with pytest.raises(ValueError, match="at least one"):
        events.gap(panel, [], ["A"])


def test_exports_after_2022_straight_from_the_table():
    rows = load("taiwan_chip_exports")
    rows = rows[~rows["part_year"].astype(bool)]
    china = rows["destination"] == "China"
    other = ~rows["destination"].isin(["China", "Hong Kong"])
    year = rows["year"].astype(int)
    ratio = np.log(
        rows["value_usd"].where(china).groupby(year).sum()
        / rows["value_usd"].where(other).groupby(year).sum()
    )
    by_hand = ratio[[2023, 2024]].mean() - ratio[[2019, 2020, 2021]].mean()
    one = events.study(export_controls.gap_of("China", export_controls.REST), 2022, 3)
    assert one.change == pytest.approx(by_hand)
    assert f"China {math.expm1(by_hand):+.0%}" in choke_points.finding_exports()


def test_the_part_year_stays_out_and_a_measure_without_years_after_says_so():
    assert export_controls.panel().index.max() == 2024
    view = choke_points.exports_and_controls.view(measure="M2024-03")
    assert "no full year after 2024" in view.takeaway and "89 FR 96790" in view.detail


def test_measures_have_unique_labels_and_keep_their_symbols():
    frame = export_controls.measures()
    assert frame["label"].is_unique and len(frame) == len(load("export_control_dates"))
    assert "87 FR 62186" in frame.loc["M2022-04", "label"]


def test_comparison_never_holds_the_treated_or_the_aimed_at():
    for place in export_controls.PLACES:
        for against in (export_controls.REST, export_controls.ASIA):
            others = export_controls.compared(place, against)
            assert others and not set(others) & ({"China", "Hong Kong"} | set(export_controls.PLACES[place]))


# ---------------------------------------------------------------- exploited flaws


def test_selections_part_the_list():
    whole = load("kev")
    assert len(kev.select()) == len(whole)
    assert len(kev.select(age=kev.NEW)) + len(kev.select(age=kev.OLD)) == len(whole)
    assert sum(len(kev.select((y, y))) for y in range(2021, 2026)) == len(whole)
    with pytest.raises(ValueError, match="age"):
        kev.select(age="middle")
    with pytest.raises(ValueError, match="by"):
        kev.groups(kev.select(), "country", False)


@pytest.mark.parametrize("by", [kev.VENDOR, kev.YEAR, kev.MONTH, kev.AGE])
def test_groups_add_up(by):
    table = kev.summary(kev.select(), by, False)
    assert table["n"].sum() == len(load("kev")) and table["share"].sum() == pytest.approx(1)
    assert table["ransomware"].sum() == int((load("kev")["ransomware"] == "known").sum())
    assert all((row.low, row.high) == wilson(row.ransomware, row.n) for row in table.itertuples())


def test_weakness_types_may_overlap_but_every_flaw_is_there():
    chosen = kev.select()
    keys = kev.groups(chosen, kev.WEAKNESS, False)
    assert set(keys.index) == set(chosen.index)
    named = load("kev_weaknesses")["cve"].nunique()
    assert int((keys == "no type given").sum()) == len(chosen) - named


def test_joining_names_moves_flaws_and_loses_none():
    apart, joined = kev.select()["vendor"].value_counts(), kev.select()["firm"].value_counts()
    assert apart.sum() == joined.sum() and len(joined) < len(apart)
    assert joined["Google"] == apart["Google"] + apart["Android"]


def test_deadline_classes_hold_every_flaw():
    parts = kev.deadlines(kev.select(), kev.YEAR, False)
    assert parts.groupby("group")["share"].sum().tolist() == pytest.approx([1] * 5)
    early = load("kev")
    assert parts.loc[parts["days"] == "before listing", "n"].sum() == int(
        (early["due_on"] < early["added_on"]).sum()
    )


def test_the_change_of_deadlines_goes_both_ways():
    assert kev.rule_change() == pd.Timestamp("2022-03-01")
    days = kev.before_and_after()["median"]
    assert days["old", "before"] > days["old", "after"] and days["new", "before"] < days["new", "after"]


# ---------------------------------------------------------------- exhibits and the exercise


def test_takeaways_change_with_the_assumption():
    strict = choke_points.remove_a_country.view(removed=("SGP",)).takeaway
    pool = choke_points.remove_a_country.view(removed=("SGP",), kinds=net.POOLED).takeaway
    assert "steps fall below" in strict and "none of the 12 steps" in pool
    assert "choose a country" in choke_points.remove_a_country.view(removed=()).takeaway


def test_tree_table_is_the_twin_of_the_picture():
    view = choke_points.choke_tree.view(root="N19", depth=1)
    below = chips.feeds().below("N19")
    assert set(view.table["Input"]) == {chips.inputs()["name"][n] for n in [*below, "N19"]}
    # nobody is named for spin-on deposition tools: a whole market of rest is still a row
    open_row = choke_points.choke_tree.view(root="N128", measure="leader").table.set_index("Input")
    assert open_row.loc["Spin-on deposition tools (adv. pkg.)", ["HHI, least", "HHI, most"]].tolist() == [
        0,
        1,
    ]
    none = choke_points.choke_tree.view(root="N100")
    assert "none of the 6 parts" in none.takeaway


def test_check_right_slips_and_other():
    frame = load("chip_shares")
    rows = frame[(frame["input"] == "N19") & (frame["kind"] == "country")]["share_pct"]
    assert check("4.3", "hhi_lithography", ((rows / 100) ** 2).sum()).right
    assert "scale of percent" in check("4.3", "hhi_lithography", (rows**2).sum()).sentence
    both = frame[(frame["input"] == "N19")]["share_pct"] / 100
    assert "two accounts" in check("4.3", "hhi_lithography", (both**2).sum()).sentence
    assert not check("4.3", "hhi_lithography", 0.1).right
    assert "No answer here" in check("4.3", "hhi_lithography", None).sentence
