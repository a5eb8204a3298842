"""Chapter 3.2: responses, shares, waits and sanctions against counts taken straight from the tables."""

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.deterrence import listings
from cyberdip_utils.deterrence import responses as r
from cyberdip_utils.deterrence import what_follows as follows
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check

EVERY_LINK, EVERY_COHORT, EVERY_SCOPE = list(r.LINKS), list(r.COHORTS), list(r.SCOPES)


# --- which incidents ---------------------------------------------------------------------------------------


def test_whole_record_is_all_and_cohorts_narrow():
    sizes = [len(r.chosen(r.EVERY, c)) for c in (r.WHOLE, r.LIVE, r.BEGAN)]
    assert sizes[0] == 3414 and sizes[1] == 3414 - 1440
    assert sizes == sorted(sizes, reverse=True)
    later = r.chosen(r.EVERY, r.BEGAN)
    assert (later["start_on"] > r.first_load_on()).all()


def test_state_linked_by_hand():
    rows = load("incident_initiators")
    want = rows[rows["settled"] & rows["category"].isin(["state", "state-affiliated"])]["incident_id"]
    assert r.linked(r.SETTLED) == set(want)
    assert r.linked(r.ORGAN) < r.linked(r.SETTLED) < r.linked(r.WIDE) < r.linked(r.EVERY)
    role = load("incidents").set_index("incident_id")["state_responsibility"]
    assert r.linked(r.ROLE) == set(role.index[role.isin(["direct", "indirect"])])


def test_older_rule_leaves_out_what_only_the_wider_rule_takes():
    kept = r.chosen(r.EVERY, r.WHOLE, r.OLDER)
    assert len(kept) == int((load("incidents")["in_scope_before_2023"] == True).sum())  # noqa: E712


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: r.chosen(link="friends"), "link: 'friends' is not one of"),
        (lambda: r.chosen(cohort="old"), "cohort: 'old' is not one of"),
        (lambda: r.chosen(scope="old"), "scope: 'old' is not one of"),
        (lambda: r.answered("music"), "kind: 'music' is not one of"),
        (lambda: r.groups("colour"), "by: 'colour' is not one of"),
        (lambda: r.waits(dates="soon"), "dates: 'soon' is not one of"),
        (lambda: listings.clock("uk"), "regime: 'uk' is not one of"),
        (lambda: listings.clock(origin="end"), "origin: 'end' is not one of"),
        (lambda: follows.response_gap.view(kind="Music"), "is not an option"),
        (lambda: follows.response_flow.view(between=(2020, 2010)), "from 2020 is after to 2010"),
    ],
)
def test_bad_arguments_name_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- responses ---------------------------------------------------------------------------------------------


def test_answered_is_what_the_source_counts():
    frame = load("incidents").set_index("incident_id")
    political, legal = frame["n_political_responses"] > 0, frame["n_legal_responses"] > 0
    assert r.answered(r.POLITICAL) == set(frame.index[political])
    assert r.answered(r.LEGAL) == set(frame.index[legal])
    assert r.answered(r.ANY) == set(frame.index[political | legal])


def test_kinds_nest():
    assert r.answered(r.STATEMENT) < r.answered(r.POLITICAL) < r.answered(r.ANY)
    assert r.answered(r.HOME) | r.answered(r.RETORSION) == r.answered(r.LEGAL)
    assert len(r.answered(r.RETORSION)) == 20


def test_step_is_the_strongest():
    step = r.steps()
    assert set(step.index[step == r.STEPS[0]]) == r.answered(r.RETORSION)
    assert set(step.index[step == r.STEPS[1]]) == r.answered(r.HOME) - r.answered(r.RETORSION)
    named_only = set(step.index[step == r.STEPS[4]])
    assert named_only == r.answered(r.NAMING) - r.answered(r.ANY)
    # Albania broke off relations over the attack of July 2022, and the United States sanctioned a ministry
    assert step[1502] == r.STEPS[0]


def test_parties_by_hand():
    assert r.parties()[1502] == "receiver and others"  # Albania itself, and the United States
    assert set(r.parties().index[r.parties() != r.PARTIES[4]]) == r.answered(r.ANY)


def test_bounds_of_vague_dates():
    on = pd.Series(pd.to_datetime(["2020-02-10", "2020-02-01", "2019-01-01", None]))
    first, last = r.bounds(on, pd.Series(["day", "month", "year", "day"]))
    assert first.dt.strftime("%Y-%m-%d").tolist()[:3] == ["2020-02-10", "2020-02-01", "2019-01-01"]
    assert last.dt.strftime("%Y-%m-%d").tolist()[:3] == ["2020-02-10", "2020-02-29", "2019-12-31"]
    assert first.isna()[3] and last.isna()[3]


def test_namings_leave_out_firms_attackers_and_rows_that_name_nobody():
    rows = r.namings()
    assert (
        not rows["basis"]
        .isin(["security community", "attacker confirms"])
        .where(~rows["type"].isin(r.LEGAL_FORMS), False)
        .any()
    )
    assert (rows["category"] != "not attributed").all()
    assert set(rows.loc[rows["basis"] == "third party", "type"]) <= r.LEGAL_FORMS | r.POLITICAL_FORMS


# --- shares ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", list(r.BY))
@pytest.mark.parametrize("kind", [r.ANY, r.RETORSION, r.NAMING])
def test_rates_are_wilson_and_stay_inside(by, kind):
    frame = r.rates(by, kind)
    assert frame["group"].is_unique and frame["group"].iloc[0] == "all"
    assert (frame["k"] <= frame["n"]).all()
    for row in frame.itertuples():
        assert (row.low, row.high) == wilson(row.k, row.n)
        assert row.low - 1e-12 <= row.share <= row.high + 1e-12


def test_share_by_hand():
    frame = load("incidents")
    rows = load("incident_initiators")
    state = rows[rows["settled"] & rows["category"].isin(["state", "state-affiliated"])]
    later = frame[frame["added_on"] > frame["added_on"].min()].set_index("incident_id")
    ids = later.index.intersection(state["incident_id"])
    yes = (later.loc[ids, "n_political_responses"] > 0) | (later.loc[ids, "n_legal_responses"] > 0)
    whole = r.rates().iloc[0]
    assert (whole["k"], whole["n"]) == (int(yes.sum()), len(ids))
    russian = rows[rows["settled"] & (rows["iso3"] == "RUS")]["incident_id"]
    ours = r.rates().set_index("group").loc["Russia"]
    both = ids.intersection(russian)
    assert (ours["k"], ours["n"]) == (int(yes[both].sum()), len(both))


def test_kind_and_intensity_part_the_incidents():
    for link in EVERY_LINK:
        frame = r.rates("kind", link=link)
        assert frame["n"].iloc[1:].sum() == frame["n"].iloc[0]
        assert frame["k"].iloc[1:].sum() == frame["k"].iloc[0]
    coded = int(r.chosen()["unweighted_intensity"].notna().sum())
    assert r.rates("intensity")["n"].iloc[1:].sum() == coded


def test_pooled_groups_count_an_incident_once():
    frame = r.rates("receiver", most=1)
    rows = load("incident_receivers").dropna(subset=["iso3"])
    rows = rows[rows["incident_id"].isin(r.chosen().index)]
    top = rows.drop_duplicates(["incident_id", "iso3"])["iso3"].value_counts().index[0]
    rest = rows.loc[rows["iso3"] != top, "incident_id"].nunique()
    assert frame.set_index("group").at["others", "n"] == rest


@pytest.mark.parametrize("by", list(r.FROM))
@pytest.mark.parametrize("to", ["step", "party"])
@pytest.mark.parametrize("cohort", EVERY_COHORT)
def test_flow_sends_each_incident_once(by, to, cohort):
    base = r.chosen(r.EVERY, cohort)
    assert r.flow(by, to, base)["incidents"].sum() == len(base)
    assert r.sides(by, base).notna().all() and r.sides(by, base).index.equals(base.index)


def test_hiding_the_unanswered_hides_nothing_else():
    full = follows.response_flow.view().table
    bare = follows.response_flow.view(silent=False).table
    kept = full[full["To"] != "nothing coded"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, bare)


def test_the_first_load_is_almost_empty_of_responses():
    frame = load("incidents")
    early = frame[frame["added_on"] == frame["added_on"].min()]
    k = int(((early["n_political_responses"] > 0) | (early["n_legal_responses"] > 0)).sum())
    assert (k, len(early)) == (11, 1440)
    assert f"({k})" in follows.response_gap.view(cohort=r.WHOLE).caveat


# --- waiting times -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(r.KINDS))
def test_waits_are_bounded_and_lose_nothing(kind):
    soon, late, exact = (r.waits(kind, d) for d in (r.SOONEST, r.LATEST, r.EXACT))
    dated = load("incidents").set_index("incident_id")["start_on"].dropna()
    assert len(soon) == len(late) == len(dated)
    assert soon["event"].equals(late["event"])
    assert set(soon.index[soon["event"]]) == r.answered(kind).intersection(dated.index)
    assert (soon["time"] >= 0).all() and (late["time"] >= 0).all()
    came = soon["event"]
    assert (soon.loc[came, "time"] <= late.loc[came, "time"]).all()
    same = exact.index[exact["event"]]
    assert (exact.loc[same, "time"] == late.loc[same, "time"]).all()


def test_one_wait_by_hand():
    # Viasat: 24 February 2022, day known; first dated response by hand from the table
    rows = load("incident_responses").query("incident_id == 1514 and counted")
    first = rows["responded_on"].min()
    assert r.waits(r.ANY, r.EXACT).loc[1514, "time"] == (first - pd.Timestamp("2022-02-24")).days


def test_unanswered_are_watched_until_the_last_update():
    frame = load("incidents").set_index("incident_id")
    late = r.waits(r.ANY, r.LATEST)
    exact_start = frame["start_precision"] == "day"
    silent = late.index[~late["event"] & exact_start.reindex(late.index)]
    want = (frame.loc[silent, "updated_on"] - frame.loc[silent, "start_on"]).dt.days.clip(lower=0)
    assert (late.loc[silent, "time"] == want).all()


def test_cohorts_part_the_record_and_the_test_sees_the_first_load():
    base = r.chosen(r.SETTLED, r.WHOLE)
    parts = r._split("cohort", base)
    assert sum(map(len, parts.values())) == len(base) == len(set().union(*parts.values()))
    chi2, df, p = r.compared(r.ANY, "cohort", r.LATEST, r.SETTLED, r.WHOLE)
    assert df == 2 and p < 1e-6 and chi2 > 50


def test_kaplan_meier_of_the_record_by_hand():
    frame = r.waits(r.ANY, r.LATEST).loc[r.chosen(r.SETTLED, r.BEGAN).index]
    curve, n, events = r.curves(r.ANY, "none", r.LATEST, r.SETTLED, r.BEGAN)["all incidents"]
    left = 1.0
    for day in sorted(frame.loc[frame["event"], "time"].unique()):
        at_risk = int((frame["time"] >= day).sum())
        left *= 1 - int((frame["event"] & (frame["time"] == day)).sum()) / at_risk
    assert (n, events) == (len(frame), int(frame["event"].sum()))
    assert curve["survival"].iloc[-1] == pytest.approx(left)


def test_race_never_passes_the_share_with_any_answer():
    found, n, ties = r.race(r.LATEST, r.SETTLED, r.BEGAN)
    total = found.groupby("time")["incidence"].sum()
    assert n == len(r.chosen(r.SETTLED, r.BEGAN)) and 0 <= ties < n
    assert total.is_monotonic_increasing and 0 < total.iloc[-1] <= 1


def test_cohort_and_link_comparisons_use_all_of_their_kind():
    a = follows.time_to_response.view(split="cohort")
    assert a.table.equals(follows.time_to_response.view(split="cohort", cohort=r.WHOLE).table)
    assert len(a.table) == 3
    b = follows.time_to_response.view(split="link", link=r.ORGAN)
    assert b.table.equals(follows.time_to_response.view(split="link", link=r.SETTLED).table)


# --- sanctions ---------------------------------------------------------------------------------------------


def test_batches_add_up():
    assert listings.batches(listings.BOTH)["parties"].sum() == len(load("eu_sanctions")) == 138
    cyber = listings.batches(listings.CYBER).set_index("on")["parties"]
    assert cyber.loc[pd.Timestamp("2020-07-30")] == 9  # six persons, three entities (Regulation 2020/1125)
    assert cyber.sum() == 38
    assert listings.batches(listings.HYBRID)["parties"].sum() == 100
    assert listings.batches(listings.US).empty


def test_longest_gap():
    months, a, b = listings.longest_gap(pd.Series(pd.to_datetime(["2020-01-01", "2020-01-31", "2021-01-31"])))
    assert months == pytest.approx(366 / 30.44) and (a.year, b.year) == (2020, 2021)
    assert listings.longest_gap(pd.Series(pd.to_datetime(["2020-01-01"]))) is None


def test_every_match_is_an_operation_an_anchor_and_an_incident():
    tags = set(load("eu_sanction_operations")["operation"].astype(str))
    anchors, known = set(load("anchor_incidents")["anchor_id"]), set(load("incidents")["incident_id"])
    pairs = load("anchor_matches").query("dataset == 'eurepoc'").dropna(subset=["source_id"])
    pairs = set(zip(pairs["anchor_id"], pairs["source_id"].astype(int), strict=True))
    for name, match in listings.MATCHES.items():
        assert name in tags and match.why
        assert match.anchor in anchors | {""} and match.incident in known | {0}
        if match.anchor and match.incident:
            assert (match.anchor, match.incident) in pairs, name


def test_clock_by_hand():
    frame = listings.clock(listings.CYBER, listings.START).set_index("operation")
    wait = (pd.Timestamp("2020-07-30") - pd.Timestamp("2017-06-27")).days / 365.25
    assert frame.loc["NotPetya 2017", ["low", "high"]].tolist() == pytest.approx([wait, wait])
    year = frame.loc["Cloud Hopper"]  # begun some time in 2014
    assert year["high"] - year["low"] == pytest.approx(364 / 365.25)
    law = listings.clock(listings.CYBER, listings.LAW).set_index("operation")
    adopted = (pd.Timestamp("2020-07-30") - pd.Timestamp("2019-05-17")).days / 365.25
    assert law.loc["NotPetya 2017", "high"] == pytest.approx(adopted)
    assert law.loc["WhisperGate", "high"] == pytest.approx(frame.loc["WhisperGate", "high"])


@pytest.mark.parametrize("regime", list(listings.REGIMES))
@pytest.mark.parametrize("origin", list(listings.ORIGINS))
def test_clock_is_ordered_and_never_negative(regime, origin):
    frame = listings.clock(regime, origin)
    assert (frame["low"] >= 0).all() and (frame["low"] <= frame["high"]).all()
    assert frame["high"].is_monotonic_decreasing


def test_operations_whose_reasons_came_later_have_no_clock():
    frame = listings.operations(listings.CYBER).set_index("operation")
    assert frame.loc["Attacks on Ukraine since 2022", "first"] < pd.Timestamp("2022-01-01")
    assert "Attacks on Ukraine since 2022" not in set(listings.clock(listings.CYBER)["operation"])


def test_who_counts_parties_once():
    assert listings.who(listings.CYBER)["parties"].sum() == 38
    us = listings.who(listings.US).groupby("country")["parties"].sum()
    rows = load("us_sanction_countries")
    assert us["Russia"] == rows.loc[rows["iso3"] == "RUS", "entity_number"].nunique()


def test_us_programmes_by_hand():
    rows = load("us_sanction_programs")
    frame = listings.us_programmes().set_index("programme")["entries"]
    others = rows[rows["program"] != "CYBER2"]
    assert (
        frame["CYBER2 alone"]
        == load("us_sanctions")["entity_number"].nunique() - others["entity_number"].nunique()
    )
    assert frame["also ELECTION-EO13848"] == int((rows["program"] == "ELECTION-EO13848").sum())


def test_blind_spot_holds_sanctioned_operations_without_a_code():
    frame = listings.blind_spot().set_index("operation")
    assert frame.loc["NotPetya 2017", "coded"] and not frame.loc["Bundestag 2015", "coded"]
    coded = set(load("incident_responses").query("type == 'retorsion'")["incident_id"])
    assert frame["coded"].tolist() == [i in coded for i in frame["incident"]]
    assert "WhisperGate" not in frame.index  # listed after the record was closed


# --- views -------------------------------------------------------------------------------------------------


def test_empty_selections_say_so():
    for exhibit in (follows.response_flow, follows.response_gap):
        view = exhibit.view(between=(2000, 2000))
        assert view.table.empty and "No incident fits" in view.takeaway
    assert "no one day" in follows.sanctions_clock.view(regime=listings.CODED, origin=listings.LAW).takeaway


def test_a_year_view_and_a_bar_view_hold_the_same_total():
    a = follows.response_gap.view(by="year").table.iloc[0]
    b = follows.response_gap.view(by="origin").table.iloc[0]
    assert a.equals(b)


def test_a_short_wait_is_told_in_days():
    assert follows._wait(0.0, 0.0) == "0 days" and follows._wait(0.1, 0.2) == "37 to 73 days"
    assert follows._wait(5.58, 6.58) == "5.6 to 6.6 years" and follows._wait(2.0, 2.01) == "2.0 years"


def test_bars_of_the_flow_share_the_height():
    middles = follows._heights([10, 30, 60])
    assert np.all(np.diff(middles) > 0) and 0 < middles[0] and middles[-1] < 1


def test_check_right_and_slips():
    frame = load("incidents")
    some = (frame["n_political_responses"] > 0) | (frame["n_legal_responses"] > 0)
    later = frame["added_on"] > frame["added_on"].min()
    assert check("3.2", "answered", some[later].mean()).right
    assert "first load" in check("3.2", "answered", some.mean()).sentence
    assert not check("3.2", "answered", 0.5).right
    assert "No answer here" in check("3.2", "answered", None).sentence
