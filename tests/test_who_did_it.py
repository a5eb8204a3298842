"""Chapter 1.2: claims, waits, evidence and names against hand-worked cases and counts from the tables."""

import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils import evidence, survival
from cyberdip_utils.data import load
from cyberdip_utils.sovereignty import who_did_it as who
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


def test_denial_changes_nothing_in_the_exhibit():
    without = who.weigh_evidence.view(found=("code", "source"))
    denied = who.weigh_evidence.view(found=("code", "source", "denial"))
    assert without.table["P(A)"].iloc[-1] == denied.table["P(A)"].iloc[-1]
    assert "illustrative" in without.caveat


# ---------------------------------------------------------------- claims


def test_rows_of_silence_are_no_claims():
    rows = load("incident_attributions")
    assert len(who.claims()) == int((rows["category"].astype(str) != "not attributed").sum())
    assert who.claims()["incident_id"].nunique() == 2485


@pytest.mark.parametrize(
    ("basis", "form", "expected"),
    [
        ("attacker confirms", "self-attribution during the attack", who.ATTACKER),
        ("receiver's government", "political statement", who.RECEIVER),
        ("receiver's government", "domestic legal action", who.COURT),
        ("third party", "political statement", who.THIRD),
        ("third party", "technical report", who.OTHER),
        ("EU institution", "political statement", who.THIRD),
        ("contested", "technical report", who.OTHER),
        ("nan", "nan", who.OTHER),
    ],
)
def test_speakers(basis, form, expected):
    assert who.speaker(basis, form) == expected


def test_years_add_up_to_the_dated_attributions():
    rows = who.claims().dropna(subset=["attributed_on"])
    rows = rows[rows["attributed_on"].dt.year.between(2000, 2024)]
    assert who.by_year().to_numpy().sum() == len(rows.drop_duplicates(["attribution_id", "speaker"]))
    russia = who.by_year("RUS")
    assert (russia.to_numpy() <= who.by_year().to_numpy()).all() and russia.to_numpy().sum() > 0


def test_unknown_origin_is_refused():
    with pytest.raises(ValueError, match="not named"):
        who.by_year("XXX")


def test_speaking_alone_is_part_of_speaking():
    frame = who.first_speakers()
    assert (frame["alone"] + frame["first of several"] <= frame["spoke"]).all()
    assert frame["alone"].sum() + frame["first of several"].sum() <= 2485


def test_first_is_first_beyond_doubt(monkeypatch):
    # 1: the firm in March, the state in "2020": no first. 2: the firm in March, the state in June: the firm.
    # 3: the attacker, undated, and the state in June: no first. 4: the attacker alone.
    day = pd.to_datetime(
        ["2020-03-01", "2020-01-01", "2020-03-01", "2020-06-01", None, "2020-06-01", "2020-06-01"]
    )
    precision = pd.Series(["day", "year", "day", "day", None, "day", "day"])
    frame = pd.DataFrame(
        {
            "incident_id": [1, 1, 2, 2, 3, 3, 4],
            "speaker": pd.Categorical(
                [who.FIRM, who.RECEIVER, who.FIRM, who.RECEIVER, who.ATTACKER, who.RECEIVER, who.ATTACKER],
                who.SPEAKERS,
            ),
        }
    )
    frame["earliest"], frame["latest"] = who._bounds(pd.Series(day), precision)
    monkeypatch.setattr(who, "_named", lambda origin: frame)
    found = who.first_speakers()
    assert found.loc[[who.ATTACKER, who.FIRM, who.RECEIVER], "spoke"].tolist() == [2, 2, 3]
    assert found.loc[[who.ATTACKER, who.FIRM, who.RECEIVER], "alone"].tolist() == [1, 0, 0]
    assert found["first of several"].to_dict() == {s: int(s == who.FIRM) for s in who.SPEAKERS}


@pytest.mark.parametrize("incident", [1514, 3608])
def test_states_are_counted_once(incident):
    rows = load("incident_attributions").query("incident_id == @incident")
    told = who.states_speaking().query("incident_id == @incident")["state"]
    assert told.is_unique and set(told) <= set(rows["attributing_iso3"].dropna())
    assert len(told) >= 5


def test_pairs_by_hand():
    speaking = pd.DataFrame(
        {"incident_id": [1, 1, 1, 2, 2, 3], "state": ["USA", "GBR", "AUS", "GBR", "USA", "USA"]}
    )
    pairs = who.pairs_of_states(speaking).set_index(["state_a", "state_b"])["incidents"]
    assert pairs.to_dict() == {("GBR", "USA"): 2, ("AUS", "GBR"): 1, ("AUS", "USA"): 1}


def test_a_firms_country_is_no_attributing_state():
    rows = who.claims()
    assert not rows.loc[rows["basis"] == "security community", "by_state"].any()
    assert not rows.loc[
        (rows["basis"] == "third party") & (rows["type"] == "technical report"), "by_state"
    ].any()


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
    low, high = who._bounds(pd.Series([pd.Timestamp(day)]), pd.Series([precision]))
    assert (str(low[0].date()), str(high[0].date())) == (first, last)


def test_all_started_incidents_wait_and_none_less_than_zero():
    base = load("incidents")
    for event in who.EVENTS:
        for watched in who.WATCHED:
            soon, late = who.waits(event, who.SOONEST, watched), who.waits(event, who.LATEST, watched)
            assert len(soon) == len(late) == int(base["start_on"].notna().sum()) == 3322
            assert (soon["time"] >= 0).all() and (late["time"] >= 0).all()
            exact = who.waits(event, who.EXACT, watched)
            assert len(exact) < len(soon)


def test_shortest_wait_is_no_longer_than_the_longest():
    soon, late = who.waits("any", who.SOONEST), who.waits("any", who.LATEST)
    both = soon["event"] & late["event"]
    assert both.sum() == soon["event"].sum()
    assert (soon.loc[both, "time"] <= late.loc[both, "time"]).all()
    exact = who.waits("any", who.EXACT)
    named = exact.index[exact["event"]]
    assert (exact.loc[named, "time"] == soon.loc[named, "time"]).all()
    assert (exact.loc[named, "time"] == late.loc[named, "time"]).all()


def test_one_wait_straight_from_the_tables():
    # incidents with a start known to the day and a single dated claim: the wait is the difference in days
    base = load("incidents").set_index("incident_id")
    rows = who.claims()
    lone = rows[~rows["incident_id"].duplicated(keep=False) & (rows["attributed_precision"] == "day")]
    lone = lone[lone["incident_id"].map(base["start_precision"]) == "day"].set_index("incident_id")
    expected = (lone["attributed_on"] - base["start_on"].reindex(lone.index)).dt.days.clip(lower=0)
    assert len(expected) > 200
    assert (who.waits("any", who.EXACT).loc[expected.index, "time"] == expected).all()


def test_the_unattributed_leave_at_the_last_update():
    base = load("incidents").set_index("incident_id")
    frame = who.waits("any", who.LATEST)
    silent = frame.index[~frame["event"]]
    rows = base.loc[silent]
    rows = rows[rows["start_precision"] == "day"]
    assert (
        frame.loc[rows.index, "time"] == (rows["updated_on"] - rows["start_on"]).dt.days.clip(lower=0)
    ).all()
    assert not set(silent) & set(who.claims()["incident_id"])


def test_exact_dates_alone_fall_outside_the_bounds():
    """What section 2 of the chapter says of the event "a state or territory is named"."""
    table = who.group_table("origin", "dates", who.LATEST, "updated", 365).set_index("group")["share"]
    assert table[who.DATES[who.EXACT]] < table[who.DATES[who.LATEST]] < table[who.DATES[who.SOONEST]]


def test_the_gap_is_wider_than_the_bands():
    """And that the bounds are further apart than the intervals are wide."""
    table = who.group_table("any", "dates", who.LATEST, "updated", 365).set_index("group")
    gap = table.at[who.DATES[who.SOONEST], "share"] - table.at[who.DATES[who.LATEST], "share"]
    assert gap > 3 * (table["high"] - table["low"]).max()


def test_the_race_adds_up_to_the_whole():
    found = who.race("any", who.LATEST, "updated").groupby("cause")["incidence"].last().sum()
    whole = 1 - who.curves("any", "none", who.LATEST, "updated")["all incidents"][0]["survival"].iloc[-1]
    assert found == pytest.approx(whole)


def test_who_ends_the_wait_can_end_it():
    assert who.ATTACKER not in set(who.waits("others", who.LATEST)["cause"])
    assert set(who.waits("government", who.LATEST)["cause"]) <= {who.RECEIVER, who.THIRD, who.COURT, ""}


@pytest.mark.parametrize("dates", list(who.DATES))
@pytest.mark.parametrize(("event", "split"), [("origin", "type"), ("any", "speaker")])
def test_waits_differ_whatever_the_treatment_of_dates(event, split, dates):
    """What the chapter says of the log-rank test."""
    chi2, df, p = who.compared(event, split, dates, "updated")
    assert p < 0.001 and df == len(who.curves(event, split, dates, "updated")) - 1 and chi2 > df


def test_unknown_treatment_is_refused():
    with pytest.raises(ValueError, match="dates: 'guess'"):
        who.waits("any", "guess")


# ---------------------------------------------------------------- names


def test_any_alias_finds_the_group():
    for alias in ("APT28", "apt 28", "Fancy Bear", "fancy-bear", "Sofacy", "STRONTIUM"):
        assert {"APT28 (MISP)", "APT28 (ATT&CK G0007)"} <= set(who.find_entries(alias)), alias


def test_an_exact_name_beats_a_part_of_one():
    assert "APT28 (MISP)" not in who.find_entries("APT2")
    assert who.find_entries("") == [] and who.find_entries("zz") == []
    assert set(who.find_entries("fancy")) == set(who.find_entries("fancy bear"))


def test_sharing_is_wider_and_by_name():
    found = who.find_entries("winnti")
    wide = who.sharing(found)
    assert set(found) < set(wide)
    keys = {e: set(g) for e, g in who.names().groupby("entry")["key"]}
    mine = set().union(*(keys[e] for e in found))
    assert all(keys[e] & mine for e in wide)


def test_incidents_under_a_name_are_distinct():
    rows = load("incident_initiators").dropna(subset=["initiator_name"])
    mine = rows[rows["initiator_name"].str.contains("Fancy Bear", regex=False)]["incident_id"].nunique()
    _, used = who._tallies()
    assert used["fancybear"] == mine > 0


def test_all_names_are_counted_once_for_each_entry():
    view = who.many_names.view(words="APT28")
    assert not view.table.duplicated(["Entry", "Name"]).any()
    assert "APT28" in view.takeaway and "30 distinct names" in view.takeaway


def test_a_name_that_nobody_carries():
    view = who.many_names.view(words="<b>zzq no such thing</b>")
    assert view.takeaway.startswith("No entry carries") and view.table.empty and "<b>" not in view.takeaway


# ---------------------------------------------------------------- the coding exercise


def test_check_right_slips_other_and_none():
    rows = load("incident_attributions")
    rows = rows[rows["basis"] == "receiver's government"].dropna(subset=["attributing_iso3"])
    states = rows.groupby("incident_id")["attributing_iso3"].nunique()
    assert check("1.2", "joint", (states > 1).mean()).right
    by_rows = check("1.2", "joint", (rows.groupby("incident_id").size() > 1).mean())
    assert not by_rows.right and "nunique" in by_rows.sentence
    whole = check("1.2", "joint", (states > 1).sum() / 3414)
    assert not whole.right and "all incidents" in whole.sentence
    assert not check("1.2", "joint", 0.5).right
    assert "No answer here" in check("1.2", "joint", None).sentence
