"""Chapter 1.2: claims, waits, evidence and names against hand-worked cases and counts from the tables."""

import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest

from cyberdip_chapters.sovereignty import who_did_it as who
from cyberdip_chapters.sovereignty.who_did_it import analysis, many_names, time_to_attribution, weigh_evidence
from cyberdip_chapters.sovereignty.who_did_it.exhibits import voices
from cyberdip_utils import evidence, survival
from cyberdip_utils.data import load
from cyberdip_utils.teach import check

# Freireich and others (1963), Blood 21(6), 699-716: weeks in remission; 0 marks a censored case.
MERCAPTOPURINE = (
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
    [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
)
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


# ---------------------------------------------------------------- survival


def test_curve_by_hand():
    # the five incidents of the chapter: day 0, day 2, watched 2 days, day 3, watched 5 days
    curve = survival.kaplan_meier([0, 2, 2, 3, 5], [True, True, False, True, False])
    assert curve["time"].tolist() == [0, 2, 3]
    assert curve["at_risk"].tolist() == [5, 4, 2]
    assert curve["survival"].tolist() == pytest.approx([0.8, 0.6, 0.3])
    # Greenwood at day 2: 0.6 * sqrt(1/(5*4) + 1/(4*3))
    assert curve["se"].iloc[1] == pytest.approx(0.6 * math.sqrt(1 / 20 + 1 / 12))
    assert survival.median_time(curve) == 3
    assert survival.share_by(curve, 2.5)[0] == pytest.approx(0.4)
    assert survival.share_by(curve, 3)[0] == pytest.approx(0.7)


def test_exercise_3():
    curve = survival.kaplan_meier([1, 4, 4, 2, 4, 9], [1, 1, 1, 0, 0, 0])
    assert curve["survival"].tolist() == pytest.approx([5 / 6, 5 / 12])


def test_curve_and_log_rank_of_freireich():
    curve = survival.kaplan_meier(*MERCAPTOPURINE).set_index("time")
    printed = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert curve["survival"].round(3).to_dict() == printed
    assert curve.loc[6, "se"] == pytest.approx(0.0764, abs=5e-5)
    time, event = MERCAPTOPURINE
    chi2, df, p = survival.log_rank(time + PLACEBO, event + [1] * 21, ["6-MP"] * 21 + ["placebo"] * 21)
    assert (round(chi2, 2), df) == (16.79, 1) and p < 1e-4


def test_log_rank_by_hand():
    # A: events at 1 and 3; B: events at 2 and 4. Expected in A: 2/4 + 1/3 + 1/2 = 4/3; variance 1/4 + 2/9 + 1/4.
    chi2, df, _ = survival.log_rank([1, 3, 2, 4], [1, 1, 1, 1], ["A", "A", "B", "B"])
    assert df == 1 and chi2 == pytest.approx((2 - 4 / 3) ** 2 / (1 / 4 + 2 / 9 + 1 / 4))


def test_band_lies_around_the_curve_and_within_0_and_1():
    rng = np.random.default_rng(1)
    time, event = rng.integers(0, 40, 200), rng.random(200) < 0.6
    curve = survival.kaplan_meier(time, event)
    assert (curve["low"] <= curve["survival"]).all() and (curve["survival"] <= curve["high"]).all()
    assert curve[["low", "high"]].to_numpy().min() >= 0 and curve[["low", "high"]].to_numpy().max() <= 1
    assert curve["survival"].is_monotonic_decreasing


def test_nobody_had_the_event_and_everybody_had():
    assert survival.kaplan_meier([3, 4], [0, 0]).empty
    assert survival.median_time(survival.kaplan_meier([3, 4], [0, 0])) == math.inf
    last = survival.kaplan_meier(PLACEBO, [1] * 21).iloc[-1]
    assert last["survival"] == 0 and last["low"] == 0 and 0 < last["high"] < 0.3


def test_cumulative_incidence_by_hand():
    # a at 1 (of 4), b at 2 (of 3), one leaves at 3, a at 4 (of 1): a gets 1/4 + 1/2 * 1, b gets 3/4 * 1/3
    found = survival.cumulative_incidence([1, 2, 3, 4], ["a", "b", "", "a"], ["a", "b", "c"])
    last = found.groupby("cause")["incidence"].last()
    assert last["a"] == pytest.approx(0.75) and last["b"] == pytest.approx(0.25)
    assert "c" not in last or last["c"] == 0


@pytest.mark.parametrize("bad", [([1, -2], [1, 1]), ([1, math.nan], [1, 1]), ([1, 2], [1])])
def test_bad_times_are_refused(bad):
    with pytest.raises(ValueError, match="time"):
        survival.kaplan_meier(*bad)


def test_one_group_is_no_comparison():
    with pytest.raises(ValueError, match="two groups"):
        survival.log_rank([1, 2], [1, 1], ["x", "x"])


# ---------------------------------------------------------------- evidence

PRIOR = {"A": 0.2, "B": 0.3, "C": 0.5}
TWO = pd.DataFrame({"B": [10.0, 10.0], "C": [10.0, 10.0]})


def test_posterior_by_hand():
    # exercise 4: others weigh 0.9/100 + 0.1 = 0.109
    after = evidence.posterior(PRIOR, "A", TWO, [True, True], 0.1)
    assert after["A"] == pytest.approx(0.2 / (0.2 + 0.8 * 0.109))
    assert after["B"] == pytest.approx(0.3 * 0.109 / (0.2 + 0.8 * 0.109))
    assert after.sum() == pytest.approx(1) and list(after.index) == ["A", "B", "C"]
    assert evidence.posterior(PRIOR, "A", TWO, [True, True])["A"] == pytest.approx(0.2 / 0.208)


def test_the_worked_line_of_section_3():
    ratios = pd.DataFrame({"B": [10.0]})
    after = evidence.posterior({"A": 0.3, "B": 0.7}, "A", ratios, [False])["A"]
    assert after == pytest.approx((0.3 / 0.7 * 10) / (0.3 / 0.7 * 10 + 1)) and f"{after:.0%}" == "81%"


def test_one_hard_clue_is_plain_bayes():
    # odds 0.2 to 0.8, ratio 4 against both: odds 1 to 1
    ratios = pd.DataFrame({"B": [4.0], "C": [4.0]})
    assert evidence.posterior(PRIOR, "A", ratios, [False], 0.9)["A"] == pytest.approx(0.5)


def test_forgeable_clues_never_weigh_more_than_one_over_f():
    many = pd.DataFrame({"B": [50.0] * 30, "C": [50.0] * 30})
    weight = evidence.weights(many, [True] * 30, 0.05)
    assert (1 / weight).tolist() == pytest.approx([20, 20])
    ceiling = 0.2 / (0.2 + 0.8 * 0.05)
    assert evidence.posterior(PRIOR, "A", many, [True] * 30, 0.05)["A"] == pytest.approx(ceiling)
    hard = pd.concat([many, many.iloc[:1]], ignore_index=True)
    assert evidence.posterior(PRIOR, "A", hard, [True] * 30 + [False], 0.05)["A"] > ceiling


def test_no_clue_no_change_and_certain_forgery_too():
    assert evidence.posterior(PRIOR, "A", TWO.iloc[:0], [], 0.3).to_dict() == pytest.approx(PRIOR)
    assert evidence.posterior(PRIOR, "A", TWO, [True, True], 1.0).to_dict() == pytest.approx(PRIOR)


def test_band_holds_the_posterior_and_grows_with_doubt():
    middle = evidence.posterior(PRIOR, "A", TWO, [True, False], 0.1)["A"]
    narrow = evidence.band(PRIOR, "A", TWO, [True, False], 0.1, 1.5)
    wide = evidence.band(PRIOR, "A", TWO, [True, False], 0.1, 4)
    assert wide[0] < narrow[0] < middle < narrow[1] < wide[1]
    assert evidence.band(PRIOR, "A", TWO, [True, False], 0.1, 1) == pytest.approx((middle, middle))


def test_a_clue_that_says_nothing_is_not_doubted():
    silent = pd.DataFrame({"B": [1.0], "C": [1.0]})
    assert evidence.band(PRIOR, "A", silent, [False], 0.1, 5) == pytest.approx((0.2, 0.2))


def test_bad_priors_and_ratios_are_refused():
    with pytest.raises(ValueError, match="add up"):
        evidence.posterior({"A": 0.5, "B": 0.3, "C": 0.3}, "A", TWO, [True, True])
    with pytest.raises(ValueError, match="match"):
        evidence.posterior({"A": 0.5, "D": 0.5}, "A", TWO, [True, True])
    with pytest.raises(ValueError, match="false_flag"):
        evidence.weights(TWO, [True, True], 1.5)
    with pytest.raises(ValueError, match="above 0"):
        evidence.weights(TWO * 0, [True, True], 0.5)
    with pytest.raises(ValueError, match="doubt"):
        evidence.band(PRIOR, "A", TWO, [True, True], 0.1, 0.5)


# ---------------------------------------------------------------- claims


def test_rows_of_silence_are_no_claims():
    rows = load("incident_attributions")
    assert len(who.claims()) == int((rows["category"].astype(str) != "not attributed").sum())
    assert who.claims()["incident_id"].nunique() == 2485


def test_every_claim_names_a_state_a_kind_or_a_group():
    """A claim without an origin and without a kind has the initiator's name beside it."""
    rows = who.claims()
    bare = rows[rows["origin_status"].eq("unknown") & rows["category"].eq("unknown")]
    named = load("incident_initiators").dropna(subset=["initiator_name"])["incident_id"]
    assert len(bare) and set(bare["incident_id"]) <= set(named)


def test_some_rows_coded_not_attributed_give_a_state():
    """Told in the chapter's limits."""
    rows = load("incident_attributions")
    silent = [r for r in rows.itertuples() if r.category == "not attributed"]
    assert sum(isinstance(r.iso3, str) for r in silent) == 12


def test_a_group_that_only_comes_from_a_country_points_to_no_state():
    for row in who.claims()[["category", "iso3", "points"]].drop_duplicates().itertuples(index=False):
        assert row.points == (row.category in ("state", "state-affiliated") and isinstance(row.iso3, str))
    for _, code in analysis.origins()[1:]:
        assert {*analysis.pointing(code)["category"]} <= {"state", "state-affiliated"}


def test_what_the_text_says_of_speakers_and_dates():
    """Section 1: attackers speak most over all, firms among the dated; 43% and 9% are without a date; most voices are theirs."""
    found, dated = {}, {}
    for row in who.claims()[["attribution_id", "group", "year"]].itertuples(index=False):
        found.setdefault(row.group, set()).add(row.attribution_id)
        if not pd.isna(row.year):
            dated.setdefault(row.group, set()).add(row.attribution_id)
    size, with_date = ({g: len(ids) for g, ids in kept.items()} for kept in (found, dated))
    assert max(size, key=size.get) == who.ATTACKER and max(with_date, key=with_date.get) == analysis.FIRM
    bare = {g: 1 - with_date[g] / size[g] for g in size}
    assert f"{bare[who.ATTACKER]:.0%}" == "43%" and f"{bare[analysis.FIRM]:.0%}" == "9%"
    assert size[who.ATTACKER] + size[analysis.FIRM] > sum(size.values()) / 2


def test_the_first_group_is_drawn_roughly():
    """The fold under the first exhibit: anonymous or unsourced reports coded as the government's, and a private lawsuit."""
    official = who.claims().query("group == @who.OFFICIAL")
    loose = official["type"].isin(["anonymous statement in media", "media report without source"])
    ids = official.loc[loose & official["basis"].eq("receiver's government"), "attribution_id"]
    assert (ids.nunique(), official["attribution_id"].nunique()) == (54, 448)
    suit = official[official["attribution_id"] == 6687]
    assert set(suit["type"]) == {"domestic legal action"} and set(suit["basis"]) == {"receiver"}


def test_who_speaks():
    """Straight from basis and form, one row at a time."""
    legal, political = set(analysis.LEGAL), set(analysis.POLITICAL)
    for row in who.claims()[["basis", "type", "group"]].drop_duplicates().itertuples(index=False):
        if (
            row.type in legal
            or row.basis in analysis.BODIES
            or (row.basis == "third party" and row.type in political)
        ):
            expected = analysis.OFFICIAL
        else:
            known = {"security community": analysis.FIRM, "attacker confirms": analysis.ATTACKER}
            expected = known.get(row.basis, analysis.REST)
        assert row.group == expected, row


def test_years_add_up_to_the_dated_attributions():
    rows = who.claims().dropna(subset=["year"])
    rows = rows[rows["year"].between(2000, 2024)]
    table = analysis.attributions_by_year(since=2000)
    assert table["all"].sum() == len(rows.drop_duplicates(["attribution_id", "group"]))
    assert table["year"].tolist() == list(range(2000, 2025)), "a year without any is a zero"
    assert analysis.attributions_by_year()["year"].iloc[0] == 2011
    russia = analysis.attributions_by_year("RUS")
    assert (russia <= analysis.attributions_by_year()).all(axis=None) and russia["all"].sum() > 0


def test_unknown_origin_is_refused():
    with pytest.raises(ValueError, match="no attribution points to 'XXX'"):
        analysis.attributions_by_year("XXX")


def test_the_sentence_names_every_group_that_speaks_the_largest_first():
    for _, origin in analysis.origins():
        table, said = who.who_attributes.table(origin=origin), who.who_attributes.sentence(origin=origin)
        sums = {group: int(table[group].sum()) for group in analysis.GROUPS}
        found = sorted((g for g in sums if sums[g]), key=lambda g: said.text.index(f"{g} "))
        assert [sums[g] for g in found] == sorted((n for n in sums.values() if n), reverse=True), origin
        assert ("%" in said.text) == (sum(sums.values()) >= 20), "few are counted"


def test_a_tie_and_a_few_are_told_as_such():
    for _, origin in analysis.origins():
        table, said = who.who_spoke_first.table(origin=origin), who.who_spoke_first.sentence(origin=origin)
        first = table["first of several"]
        assert ("no single group" in said.text) == (0 < first.max() == sorted(first)[-2]), origin
        assert "%" not in said.text or first.sum() >= 20


def test_what_the_last_group_rests_on():
    """The fold under the first exhibit."""
    rest = who.claims().query("group == @analysis.REST")
    found = rest.groupby("basis")["attribution_id"].nunique()
    assert [found[b] for b in ("media", "third party", "receiver")] == [195, 151, 97]
    assert rest["attribution_id"].nunique() == 492
    others = rest[~rest["basis"].isin(["media", "third party", "receiver"])]
    assert others["basis"].isin(["contested"]).sum() < len(others) and "contested" in set(others["basis"])


def test_speaking_alone_is_part_of_speaking():
    table = analysis.first_speakers()
    assert (table["alone"] + table["first of several"] <= table["spoke"]).all()
    assert table["alone"].sum() > table["first of several"].sum() > 0


def test_most_incidents_have_one_group_of_speakers():
    """What section 1 says."""
    assert analysis.first_speakers()["alone"].sum() / who.claims()["incident_id"].nunique() > 0.8


def test_where_several_speak_the_dates_mostly_do_not_tell_who_was_first():
    groups = who.claims().groupby("incident_id")["group"].nunique()
    assert 0 < analysis.first_speakers()["first of several"].sum() < 0.5 * (groups > 1).sum()


def test_first_is_first_beyond_doubt(monkeypatch):
    # 1: the firm in March, the state in "2020": no first. 2: the firm in March, the state in June: the firm.
    # 3: the attacker, undated, and the state in June: no first. 4: the attacker alone.
    day = pd.to_datetime(
        ["2020-03-01", "2020-01-01", "2020-03-01", "2020-06-01", None, "2020-06-01", "2020-06-01"]
    )
    precision = pd.Series(["day", "year", "day", "day", None, "day", "day"])
    firm, state, own = analysis.FIRM, analysis.OFFICIAL, analysis.ATTACKER
    spoke = pd.Categorical([firm, state, firm, state, own, state, own], analysis.GROUPS)
    frame = pd.DataFrame({"incident_id": [1, 1, 2, 2, 3, 3, 4], "group": spoke})
    frame["earliest"], frame["latest"] = survival.date_bounds(pd.Series(day), precision)
    monkeypatch.setattr(analysis, "pointing", lambda origin: frame)
    found = analysis.first_speakers().set_index("speaker")
    assert found.loc[[own, firm, state], "spoke"].tolist() == [2, 2, 3]
    assert found.loc[[own, firm, state], "alone"].tolist() == [1, 0, 0]
    assert found["first of several"].to_dict() == {s: int(s == firm) for s in analysis.GROUPS}


def test_old_allies_speak_on_the_same_incident_most_often():
    """What section 1 says of the pairs at the top."""
    spoke = who.claims().query("group == @who.OFFICIAL").dropna(subset=["attributing_iso3"])
    found: dict = {}
    for states in spoke.groupby("incident_id")["attributing_iso3"].agg(set):
        for pair in itertools.combinations(sorted(states), 2):
            found[pair] = found.get(pair, 0) + 1
    fifth = sorted(found.values(), reverse=True)[4]
    first = [pair for pair in found if found[pair] >= fifth]
    assert {state for pair in first for state in pair} <= {"USA", "GBR", "CAN", "AUS", "NZL"}


def test_ghostwriter_is_told_as_the_record_has_it():
    """Section 1: a firm named no state; media named Russia before Poland, Germany and the EU; in November a firm Belarus."""
    rows = who.claims().query("incident_id == 1274").sort_values("attributed_on")
    firms = rows[rows["group"] == analysis.FIRM]
    assert firms["iso3"].isna().tolist() == [True, False] and firms["iso3"].iloc[1] == "BLR"
    assert str(firms["attributed_on"].iloc[1].date()) == "2021-11-16"
    russia = rows[rows["iso3"] == "RUS"]
    assert russia["basis"].iloc[0] == "media" and russia["attributing_iso3"].iloc[0] == "DEU"
    assert {"POL", "DEU"} <= set(russia["attributing_iso3"].dropna()) and "EU institution" in set(
        russia["basis"]
    )


# ---------------------------------------------------------------- waits


@pytest.mark.parametrize(
    ("day", "precision", "first", "last"),
    [
        ("2017-06-27", "day", "2017-06-27", "2017-06-27"),
        ("2016-02-01", "month", "2016-02-01", "2016-02-29"),
        ("2018-01-01", "year", "2018-01-01", "2018-12-31"),
    ],
)
def test_a_vague_date_is_an_interval(day, precision, first, last):
    low, high = survival.date_bounds(pd.Series([pd.Timestamp(day)]), pd.Series([precision]))
    assert (str(low[0].date()), str(high[0].date())) == (first, last)


def test_a_curve_read_at_given_times():
    curve = survival.kaplan_meier([0, 2, 2, 3, 5], [True, True, False, True, False])
    found = survival.reached_by(curve, [0, 1, 2.5, 9])
    assert found["share"].tolist() == pytest.approx([0.2, 0.2, 0.4, 0.7])
    for time, row in zip([0, 1, 2.5, 9], found.to_numpy(), strict=True):
        assert tuple(row) == pytest.approx(survival.share_by(curve, time))
    assert survival.reached_by(curve, [-1]).to_numpy().tolist() == [[0, 0, 0]]
    assert [survival.quantile_time(curve, q) for q in (0.2, 0.25, 0.5)] == [0, 2, 3]
    assert survival.quantile_time(curve, 0.75) == math.inf
    assert survival.quantile_time(curve, 0.5) == survival.median_time(curve)


def test_waits_between_vague_dates_by_hand():
    # 1: exact, five days. 2: began in January, came between days 2 and 40. 3: nothing came, watched to 10 March.
    day = pd.to_datetime
    start = pd.DataFrame(
        {"low": day(["2020-01-01"] * 3), "high": day(["2020-01-01", "2020-01-31", "2020-01-01"])}
    )
    wait = pd.DataFrame({"shortest": [5.0, 2.0, math.nan], "longest": [5.0, 40.0, math.nan]})
    stop = pd.Series(day(["2020-03-10", "2020-01-20", "2020-03-10"]))
    late = survival.interval_waits(start, wait, stop, "late")
    assert late["time"].tolist() == [5, 40, 69] and late["event"].tolist() == [True, True, False]
    early = survival.interval_waits(start, wait, stop, "early")
    assert early["time"].tolist() == [5, 2, 69] and early["event"].tolist() == [True, True, False]
    strict = survival.interval_waits(start, wait, stop, "late", by_stop=False)
    assert strict["time"].tolist() == [5, 19, 69] and strict["event"].tolist() == [True, False, False]
    assert survival.interval_waits(start, wait, stop, "exact").index.tolist() == [0, 2]


@pytest.mark.parametrize("event", analysis.EVENTS)
@pytest.mark.parametrize("watched", ["updated", "entered"])
def test_all_started_incidents_wait_and_none_less_than_zero(event, watched):
    early, late = analysis.waits(event, "early", watched), analysis.waits(event, "late", watched)
    assert len(early) == len(late) == int(load("incidents")["start_on"].notna().sum()) == 3322
    assert (early["time"] >= 0).all() and (late["time"] >= 0).all()
    assert len(analysis.waits(event, "exact", watched)) < len(early)


def test_the_early_reading_is_no_longer_than_the_late_one():
    early, late = analysis.waits("any", "early"), analysis.waits("any", "late")
    both = early["event"] & late["event"]
    assert both.sum() == early["event"].sum()
    assert (early.loc[both, "time"] <= late.loc[both, "time"]).all()
    exact = analysis.waits("any", "exact")
    named = exact.index[exact["event"]]
    assert (exact.loc[named, "time"] == early.loc[named, "time"]).all()
    assert (exact.loc[named, "time"] == late.loc[named, "time"]).all()


def test_one_wait_straight_from_the_tables():
    # incidents with a start known to the day and a single dated claim: the wait is the difference in days
    base = load("incidents").set_index("incident_id")
    rows = who.claims()
    lone = rows[~rows["incident_id"].duplicated(keep=False) & (rows["attributed_precision"] == "day")]
    lone = lone[lone["incident_id"].map(base["start_precision"]) == "day"].set_index("incident_id")
    expected = (lone["attributed_on"] - base["start_on"].reindex(lone.index)).dt.days.clip(lower=0)
    assert len(expected) > 200
    assert (analysis.waits("any", "exact").loc[expected.index, "time"] == expected).all()


def test_the_unattributed_leave_at_the_last_update():
    base = load("incidents").set_index("incident_id")
    frame = analysis.waits("any", "late")
    silent = frame.index[~frame["event"]]
    rows = base.loc[silent]
    rows = rows[rows["start_precision"] == "day"]
    left = (rows["updated_on"] - rows["start_on"]).dt.days.clip(lower=0)
    assert (frame.loc[rows.index, "time"] == left).all()
    assert not set(silent) & set(who.claims()["incident_id"])


def test_unknown_readings_are_refused():
    with pytest.raises(ValueError, match="dates: 'guess' is not one of early, late, exact"):
        analysis.waits("any", "guess")


@pytest.mark.parametrize("split", analysis.SPLITS)
@pytest.mark.parametrize("dates", analysis.DATES)
def test_curves_rise_and_hold_their_band(split, dates):
    table = analysis.waiting_curves("origin", split, dates, 365)
    assert table["group"].drop_duplicates().tolist() == list(analysis.SPLITS[split]), "no group is lost"
    for _, curve in table.groupby("group"):
        assert curve["share"].is_monotonic_increasing and curve["day"].is_monotonic_increasing
        assert curve["day"].iloc[-1] == 365 and curve["incidents"].nunique() == 1
        assert (curve["low"] <= curve["share"]).all() and (curve["share"] <= curve["high"]).all()


@pytest.mark.parametrize("event", analysis.EVENTS)
def test_exact_dates_drop_more_of_the_attributed(event):
    """What section 2 and the caveat say of *Exact dates only*."""
    every, exact = analysis.waits(event, "late"), set(analysis.waits(event, "exact").index)
    kept = {came: [i in exact for i in every.index[every["event"] == came]] for came in (True, False)}
    assert np.mean(kept[True]) < 0.5 * np.mean(kept[False])


@pytest.mark.parametrize("horizon, told", [(30, False), (365, True), (1826, True)])
def test_others_attribute_less_often_where_something_was_disrupted(horizon, told):
    """Section 2: within a year and five by either reading, within 30 days not; straight from the waits."""
    base = load("incidents").set_index("incident_id")["has_disruption"]
    shares = {}
    for dates in ("early", "late"):
        waits = analysis.waits("others", dates)
        for disrupted in (True, False):
            mine = waits[base.reindex(waits.index) == disrupted]
            curve = survival.kaplan_meier(mine["time"], mine["event"])
            shares[dates, disrupted] = survival.share_by(curve, horizon)[0]
    with_, without = ([shares[d, x] for d in ("early", "late")] for x in (True, False))
    assert (max(with_) < min(without)) == told and not max(without) < min(with_)
    said = time_to_attribution.sentence(event="others", split="effect", horizon=horizon)
    less = "more often in incidents without disruption than in incidents with disruption"
    assert said.claim.endswith(less) is told and ("do not tell" in said.claim) is not told


def test_more_is_attributed_if_watching_stops_at_entry():
    """The chapter's limits, for both readings."""
    for dates in ("early", "late"):
        late, entered = (analysis.waits("any", dates, watched) for watched in ("updated", "entered"))
        curves = [survival.kaplan_meier(w["time"], w["event"]) for w in (late, entered)]
        assert survival.share_by(curves[1], 365)[0] > survival.share_by(curves[0], 365)[0]


def test_famous_waits_one_by_one():
    rows, late = load("anchor_incidents").set_index("anchor_id"), who.famous_waits("late")
    early = who.famous_waits("early")
    assert len(late) == len(early) == len(rows) == 36
    for name, row in rows.iterrows():
        spoke = isinstance(row["attributed_by"], str)
        assert late.loc[name, "event"] == early.loc[name, "event"] == spoke, name
        if row["became_public_precision"] == "day" and (not spoke or row["attributed_precision"] == "day"):
            end = row["attributed_on"] if spoke else pd.Timestamp("2026-11-01")
            days = max(0, (end - row["became_public_on"]).days)
            assert late.loc[name, "time"] == early.loc[name, "time"] == days, name
    assert (early["time"] <= late["time"]).all() or not early["event"].all()


def test_famous_waits_do_not_hang_on_the_day_the_list_closed(monkeypatch):
    def days(dates):
        waits = who.famous_waits(dates)
        curve = survival.kaplan_meier(waits["time"], waits["event"])
        return [survival.quantile_time(curve, q) for q in (0.25, 0.5, 0.75)]

    before = [days("early"), days("late")]
    monkeypatch.setattr(analysis, "CLOSED", "2026-01-01")
    assert [days("early"), days("late")] == before


@pytest.mark.parametrize("horizon", [30, 365])
def test_dates_matter_more_than_chance(horizon):
    """And that the readings are further apart than the intervals are wide."""
    low, high = analysis.waiting_curves(horizon=horizon).iloc[-1][["low", "high"]]
    for dates in ("early", "late"):
        one = analysis.waiting_curves(dates=dates, horizon=horizon).iloc[-1]
        assert high - low > 3 * (one["high"] - one["low"])


def test_in_some_settings_the_readings_cross():
    """Why the chapter calls them readings and not limits: late events weigh more when few are still watched."""
    early, late = (
        analysis.waiting_curves("government", dates=dates, horizon=1826) for dates in ("early", "late")
    )
    assert late["share"].iloc[-1] > early["share"].iloc[-1]
    band = analysis.waiting_curves("government", horizon=1826).iloc[-1]
    assert (band["low"], band["high"]) == (early["share"].iloc[-1], late["share"].iloc[-1])


@pytest.mark.parametrize("state", list(time_to_attribution.states(60, seed=12)))
def test_half_is_reached_when_the_sentence_says(state):
    if state["split"] != "none":
        return
    table, said = time_to_attribution.table(**state), time_to_attribution.sentence(**state)
    for column, claim in (("high", "early"), ("low" if state["dates"] == "both" else "share", "late")):
        days = [d for d, v in zip(table["day"], table[column], strict=True) if v >= 0.5 - 1e-9]
        shown = str(said.claims[claim])
        first = f"by day {days[0]:,}" if any(days[:1]) else "on the first day"
        assert shown == first if days else shown.startswith("not within")


def test_short_waits_put_many_on_the_first_day():
    """Section 2: 42%, many of them with a claim that has no date."""
    waits = analysis.waits("any", "early")
    at_once = waits.index[waits["event"] & (waits["time"] == 0)]
    assert f"{len(at_once) / len(waits):.0%}" == "42%"
    bare = who.claims()[who.claims()["latest"].isna()]["incident_id"]
    assert 0.4 < np.mean([i in set(bare) for i in at_once]) < 0.6


@pytest.mark.parametrize("exhibit", [time_to_attribution, weigh_evidence])
def test_a_range_has_two_ends(exhibit):
    """What both ends print is told in one figure."""
    for state in exhibit.states(150, seed=5):
        table, said = exhibit.table(**state), exhibit.sentence(**state)
        shown = [
            said.text,
            said.evidence,
            *map(str, exhibit.brief(table).to_numpy().ravel() if exhibit.brief else []),
        ]
        assert not [text for text in shown if re.search(r"(?<!\S)(\S+%) to \1(?!\S)", text)], state


# ---------------------------------------------------------------- evidence in the exhibit


def test_denial_changes_nothing_in_the_exhibit():
    without = analysis.weigh_clues(found=("code", "source"))
    denied = analysis.weigh_clues(found=("code", "source", "denial"))
    assert without["probability"].iloc[-1] == denied["probability"].iloc[-1]
    assert denied["clue"].iloc[-1] == "A denies it"


def test_no_probability_is_told_as_certain():
    for state in weigh_evidence.states(300, seed=4):
        table, said = weigh_evidence.table(**state), weigh_evidence.sentence(**state)
        assert table["highest"].max() < 1 and "100" not in said.text, state


def test_what_is_easily_said_is_neither_forged_nor_hard_to_forge():
    kinds = {clue[0]: clue[5] for clue in analysis.CLUES}
    assert kinds["denial"] == kinds["claim"] == analysis.TALK and kinds["source"] == analysis.HARD


def test_clues_come_in_one_by_one():
    table = analysis.weigh_clues(prior=20, false_flag=5)
    assert table["probability"].iloc[0] == 0.2 and table["kind"].tolist() == ["prior"] + ["can be forged"] * 3
    # by hand: 0.4 for B and C each; L = 0.95 / ratio + 0.05
    against = 0.4 * (0.95 / 8 + 0.05) + 0.4 * (0.95 / 20 + 0.05)
    assert table["probability"].iloc[1] == pytest.approx(0.2 / (0.2 + against))
    ceiling = 0.2 / (0.2 + 0.8 * 0.05)
    assert (
        table["highest"].iloc[-1]
        < ceiling
        < analysis.weigh_clues(20, ("code", "hours", "servers", "source"), 5)["probability"].iloc[-1]
    )


# ---------------------------------------------------------------- names


def entries(words):
    return sorted(analysis.find_names(words)["entry"].unique())


def test_any_alias_finds_the_group():
    for alias in ("APT28", "apt 28", "Fancy Bear", "fancy-bear", "Sofacy", "STRONTIUM"):
        assert {"APT28 (MISP)", "APT28 (ATT&CK G0007)"} <= set(entries(alias)), alias


def test_an_exact_name_beats_a_part_of_one():
    assert "APT28 (MISP)" not in entries("APT2")
    assert entries("") == [] and entries("zz") == []
    assert entries("fancy") == entries("fancy bear")


@pytest.mark.parametrize(
    "words, label",
    [("sandworm", "Sandworm Team (ATT&CK G0034)"), ("winnti", "Winnti Group (ATT&CK G0044)")],
)
def test_each_catalogue_is_searched_for_itself(words, label):
    """A name that one catalogue carries bare and the other with *Team* or *Group* is found in both."""
    assert label in entries(words) and {e.split("(")[-1][:4] for e in entries(words)} == {"ATT&", "MISP"}
    table = many_names.table(words=words, catalogue="ATT&CK")
    held = [name for name in table.loc[table["asked"], "name"] if words in name.lower()]
    assert held and not many_names.sentence(words=words, catalogue="ATT&CK").text.startswith("No entry")


def test_sharing_is_wider_and_by_name():
    found = set(entries("winnti"))
    wide = set(analysis.group_names("winnti", "sharing")["entry"])
    assert found < wide
    keys = {e: set(g) for e, g in analysis.names().groupby("entry")["key"]}
    mine = set().union(*(keys[e] for e in found))
    assert all(keys[e] & mine for e in wide)


def test_incidents_under_a_name_are_distinct():
    rows = load("incident_initiators").dropna(subset=["initiator_name"])
    mine = rows[rows["initiator_name"].str.contains("Fancy Bear", regex=False)]["incident_id"].nunique()
    used = analysis.names_in_incidents()
    assert used.loc[used["key"] == "fancybear", "incident_id"].nunique() == mine > 0


def coded():
    """Incident and name as EuRepoC writes it."""
    rows = load("incident_initiators")[["incident_id", "initiator_name"]].dropna()
    return list(rows.itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "name, incidents", [("DarkSeoul", 16), ("Lazarus Group", 85), ("Sandworm", 28), ("NoName057(16)", 50)]
)
def test_a_part_of_a_group_counts_for_the_group_too(name, incidents):
    """EuRepoC writes "part < whole"; brackets within a name are a part of it."""
    used = analysis.names_in_incidents()
    found = used.loc[used["key"] == analysis.name_key(name), "incident_id"]
    assert set(found) == {i for i, text in coded() if name in text} and found.nunique() == incidents


def test_numbers_of_attack_are_no_names():
    misp = load("threat_actor_names").query("source == 'MISP'")["name"]
    assert misp.str.fullmatch(r"G\d{4}").sum() == 87
    assert not any(re.fullmatch(r"G\d{4}", name) for name in who.names()["name"])


@pytest.mark.parametrize("words", ["Lazarus", "Cozy Bear", "Charming Kitten", "APT1", "Sandworm", "Kimsuky"])
def test_a_name_is_found_where_a_text_search_finds_it(words):
    search = re.compile(rf"(?<![0-9a-z]){re.escape(words)}(?![0-9a-z])", re.IGNORECASE)
    found = {i for i, text in coded() if search.search(text)}
    assert str(many_names.sentence(words=words).claims["mine"]) == f"{len(found)} incidents"


def test_what_section_4_says_of_two_bears():
    """Also exercise 5: Grizzly Steppe stands in two entries, and the record files it with Fancy Bear only."""
    bear = many_names.sentence(words="Cozy Bear").claims
    assert (str(bear["mine"]), str(bear["every"])) == ("18 incidents", "63")
    assert entries("Grizzly Steppe") == ["APT28 (MISP)", "APT29 (MISP)"]
    filed = [text for _, text in coded() if "Grizzly Steppe" in text]
    assert len(filed) >= 46 and all("Fancy Bear" in text and "APT28" in text for text in filed)
    table = who.analysis.group_names("Cozy Bear").set_index("name")["incidents"]
    assert table["Grizzly Steppe"].max() == 46 == table.max()


@pytest.mark.parametrize("words", ["APT28", "Lazarus", "winnti", "Sandworm", "Charming Kitten", "bear"])
@pytest.mark.parametrize("reach", ["found", "sharing"])
def test_the_sentence_on_names_counts_distinct_things(words, reach):
    table, said = many_names.table(words=words, reach=reach), many_names.sentence(words=words, reach=reach)
    assert not table.duplicated(["entry", "name"]).any()
    keys = {analysis.name_key(n) for n in table["name"]}
    assert str(said.claims["names"]) == f"{len(keys)} distinct names"
    assert str(said.claims["entries"]).split()[0] == str(len(set(table["entry"])))
    under = [
        i
        for i, name in load("incident_initiators")[["incident_id", "initiator_name"]]
        .dropna()
        .itertuples(index=False)
        if keys & {analysis.name_key(p) for p in re.split(r"[/<=,;]|\bfka\b|\baka\b| \(", name)}
        or re.search(rf"(?<![0-9a-z]){words}(?![0-9a-z])", name, re.IGNORECASE)
    ]
    assert str(said.claims["every"]) == f"{len(set(under)):,}"


def test_a_name_that_nobody_carries():
    said = many_names.sentence(words="<b>zzq no such thing</b>")
    assert (
        said.text.startswith("No entry of the chosen catalogues carries the name") and "<b>" not in said.text
    )
    assert many_names.table(words="zzq no such thing").empty


# ---------------------------------------------------------------- the opening and the coding exercise


def test_the_answer_to_the_guess_is_counted_row_by_row():
    heard: dict = {}
    for row in who.claims()[["incident_id", "group"]].itertuples(index=False):
        heard.setdefault(row.incident_id, set()).add(row.group)
    alone = sum(groups == {who.ATTACKER} for groups in heard.values())
    said = who.only_the_attacker()
    assert f"{alone:,} of {len(heard):,}" in said.evidence and said.faults(voices()) == []


def test_the_opening_does_not_answer_the_guess():
    assert not set(re.findall(r"[\d,]+", who.key_finding().text)) & {"41", "1,022"}


def test_check_right_slips_other_and_none():
    every = load("incident_attributions").dropna(subset=["attributing_iso3"])
    every = every[every["basis"] == "receiver's government"]
    silent = check("1.2", "joint", (every.groupby("incident_id")["attributing_iso3"].nunique() > 1).mean())
    assert not silent.right and "not attributed" in silent.sentence
    rows = who.claims().dropna(subset=["attributing_iso3"])
    rows = rows[rows["basis"] == "receiver's government"]
    states = rows.groupby("incident_id")["attributing_iso3"].nunique()
    assert (int((states > 1).sum()), len(states)) == (18, 215)
    assert check("1.2", "joint", (states > 1).mean()).right
    by_rows = check("1.2", "joint", (rows.groupby("incident_id").size() > 1).mean())
    assert not by_rows.right and "nunique" in by_rows.sentence
    whole = check("1.2", "joint", (states > 1).sum() / 3414)
    assert not whole.right and "all incidents" in whole.sentence
    assert not check("1.2", "joint", 0.5).right
    assert "No answer here" in check("1.2", "joint", None).sentence


def test_a_part_of_a_name_is_counted_as_it_is_found():
    """“laza” is a word of no name: entries and incidents are then both those whose names contain it."""
    used = analysis.names_in_incidents()
    held = used.loc[
        used["name"].map(analysis.name_key).str.contains("laza", regex=False), "incident_id"
    ].nunique()
    assert held and f"{held} incidents with “laza” in a name" in who.many_names.sentence(words="laza").text
