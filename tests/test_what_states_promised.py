"""Chapter 2.2: rounds, norms, seats and the Human Rights Council against counts taken straight from the tables."""

import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.norms import what_states_promised as promised
from cyberdip_utils.teach import check

# --- the process


def test_every_coded_step_is_a_row_of_the_table():
    frame = load("process_timeline")
    keys = set(zip(frame["date"].dt.strftime("%Y-%m-%d"), frame["symbol"].fillna(""), strict=True))
    assert set(promised.STEPS) <= keys
    assert len(promised.steps()) == len(promised.STEPS)
    assert set(promised.steps()["track"]) == set(promised.TRACKS)


def test_steps_are_diplomacy_and_no_incidents_or_sanctions():
    kinds = set(promised.steps()["kind"].astype(str))
    assert not kinds & {"incident", "sanctions", "court", "domestic_law"}


def test_no_un_report_is_left_out():
    frame = load("process_timeline")
    reports = frame.loc[frame["kind"] == "un_report", "symbol"]
    assert set(reports) <= set(promised.steps()["symbol"])


def test_votes_are_votes_in_the_roll_calls():
    voted = promised.steps().query("result == @promised.VOTED")["symbol"]
    roll_calls = set(load("un_resolutions")["resolution"])
    assert len(voted) == 8 and set(voted) <= roll_calls


def test_agreed_texts_have_no_roll_call():
    agreed = promised.steps().query("result == @promised.AGREED")["symbol"]
    roll_calls = set(load("un_resolutions")["resolution"])
    assert not set(agreed) & roll_calls


def test_outcomes_bear_out_the_result():
    frame = promised.rounds().set_index("round")
    for label in ("experts 2004–05", "experts 2016–17"):
        assert frame.loc[label, "result"] == promised.FAILED
        assert "consensus" in frame.loc[label, "outcome"] or "agreement" in frame.loc[label, "outcome"]
    assert (frame["result"] == promised.AGREED).sum() == 7
    assert (frame["start"] < frame["end"]).all()


def test_sizes_of_the_groups():
    sizes = promised.rounds().set_index("round")["experts"]
    assert sizes["experts 2009–10"] == sizes["experts 2012–13"] == 15
    assert (sizes["experts 2014–15"], sizes["experts 2016–17"], sizes["experts 2019–21"]) == (20, 25, 25)
    assert sizes[["experts 2004–05", "open-ended group 2021–25", "treaty committee 2019–24"]].isna().all()


def test_process_filters_narrow_and_empty_says_so():
    assert len(promised.process(tracks=(promised.EXPERTS,)).table) == 7
    only = promised.process(tracks=(promised.EXPERTS,), result=promised.FAILED)
    assert "experts 2004–05 and experts 2016–17 did not" in only.takeaway
    assert promised.process(words="zzz").table.empty
    assert promised.process(words="zzz").takeaway.startswith("0 of the")


def test_dates_are_no_more_exact_than_the_source():
    when = promised.process(words="A/65/201").table["When"].tolist()
    assert when == ["2010"]
    assert promised.process(words="A/70/174").table["When"].tolist() == ["2015-06"]


# --- the norms


def test_counts_of_law_say_that_coders_began_late():
    added = load("incidents").set_index("incident_id")["added_on"]
    breach = added.index.isin(load("incident_legal").query("kind == 'breach'")["incident_id"])
    assert breach[added < "2022-10-01"].mean() < 0.1 < 0.9 < breach[added >= "2023-01-01"].mean()
    for norm in ("f", promised.ALL):
        assert promised.LAW_CODED_LATE in promised.explore(norm, promised.LAW).caveat
        assert promised.LAW_CODED_LATE not in promised.explore(norm, promised.TYPES).caveat


def test_every_link_is_either_countable_or_says_why_not():
    links = load("norm_links")
    kinds = set(links.loc[links["kind"] == "incident type", "linked"])
    assert kinds == set(promised.NEAREST)
    assert set(promised.CODED_LAW) <= set(links.loc[links["kind"] == "law", "linked"])
    assert set(promised.SHORT) <= kinds


def test_codes_that_are_counted_occur():
    for kind in (promised.TYPES, promised.LAW):
        table = promised.overview(kind)
        assert (table["incidents"].dropna() > 0).all()


def test_counts_by_hand():
    types = load("incident_types")
    assert (
        promised.bearing("d").set_index("linked").loc["ransomware", "incidents"]
        == types.query("type == 'ransomware'")["incident_id"].nunique()
    )
    zero = promised.bearing("j").set_index("linked").loc["zero-day exploitation", "incidents"]
    assert zero == (load("incidents")["zero_days"] == "yes").sum() == 98
    receivers = load("incident_receivers")
    hit = receivers[receivers["subcategory"].isin(promised.ESSENTIAL)]["incident_id"]
    stopped = types.query("type == 'disruption'")["incident_id"]
    assert promised.bearing("f")["incidents"].tolist() == [len(set(hit) & set(stopped))]


def test_legal_counts_by_hand():
    legal = load("incident_legal").query("kind == 'breach'")
    due = legal.query("code == 'Due diligence'")["incident_id"].nunique()
    for norm in ("c", "h"):
        coded = promised.bearing(norm, promised.LAW).dropna(subset=["incidents"])
        assert coded["incidents"].tolist() == [due] == [571]
    force = legal[legal["subcode"].isin(["Prohibition of intervention", "Use of force"])]
    assert promised.bearing("f", promised.LAW)["incidents"].dropna().tolist() == [
        force["incident_id"].nunique()
    ]


def test_no_code_is_missing_and_not_zero():
    counts = promised.bearing("k")
    assert counts["incidents"].isna().all() and len(counts) == 2
    view = promised.explore("k")
    assert "not the same as zero" in view.takeaway
    assert all(v is None for v in view.figure.data[0].x)


def test_counts_are_of_distinct_incidents():
    for norm in "abcdefghijk":
        for kind in (promised.TYPES, promised.LAW):
            parts = promised.bearing(norm, kind)
            row = promised.overview(kind).set_index("norm").filter(like=f"({norm})", axis=0).iloc[0]
            assert (parts["state named"].dropna() <= parts["incidents"].dropna()).all()
            if parts["incidents"].notna().any():
                assert parts["incidents"].max() <= row["incidents"] <= parts["incidents"].sum()
            else:
                assert pd.isna(row["incidents"])


def test_older_rule_and_years_narrow():
    wide = promised.overview()["incidents"].dropna()
    assert (promised.overview(rule=promised.OLDER)["incidents"].dropna() <= wide).all()
    assert (promised.overview(between=(2015, 2015))["incidents"].dropna() < wide).all()


def test_eleven_norms_in_order():
    table = promised.explore().table
    assert [n[1] for n in table["norm"]] == list("abcdefghijk")
    assert set(table.loc[table["direction"] == "restrains", "norm"].str[1]) == {"c", "f", "k"}


# --- the seats


def test_complete_rounds_have_as_many_members_as_seats():
    frame = load("gge_members")
    assert promised.complete_rounds() == ("2009-10", "2012-13", "2019-21")
    for one in promised.complete_rounds():
        part = frame[frame["round"] == one]
        assert part["iso3"].nunique() == len(part) == part["group_size"].iloc[0]


def test_rounds_that_are_not_whole_enter_no_share():
    shares = promised.region_shares(promised.ALL)
    assert shares["seats"].sum() == 55
    assert shares["share of seats"].sum() == pytest.approx(1)
    assert shares["share of UN members"].sum() == pytest.approx(1)
    assert shares["members"].sum() == 193
    assert promised.region_shares("2014-15")["seats"].sum() == 0
    view = promised.who_sat("2014-15", promised.BY_REGION)
    assert "no share is computed" in view.takeaway and not view.figure.data


def test_unknown_is_not_absent():
    grid = promised.seats(promised.ALL)
    for one in grid.columns:
        marks = set(grid[one])
        if one in promised.complete_rounds():
            assert promised.UNKNOWN not in marks
        else:
            assert promised.NOT_LISTED not in marks and promised.UNKNOWN in marks
    figure = promised.who_sat("2016-17", promised.MAP).figure
    assert promised.NOT_LISTED not in {t.name for t in figure.data}


def test_permanent_members_sat_in_every_whole_round():
    grid = promised.seats(promised.WHOLE)
    assert (grid.loc[list(promised.PERMANENT)] == promised.SAT).all(axis=None)


# --- the Human Rights Council


def test_ways_of_deciding_part_the_table():
    view = promised.council(promised.ALL)
    assert len(view.table) == len(load("hrc_resolutions")) == 52
    assert sum(sum(trace.y) for trace in view.figure.data) == 52


def test_outcome_follows_the_totals():
    voted = promised.council(promised.ALL).table.query("decided == 'recorded vote'")
    assert ((voted["yes"] > voted["no"]) == (voted["outcome"].astype(str) == "adopted")).all()
    assert (voted[["yes", "no", "abstain", "not voting"]].sum(axis=1) <= 47).all()


def test_non_commercial_is_said():
    assert "non-commercial" in promised.council().caveat


def test_nothing_on_a_topic_in_a_year_says_so():
    view = promised.council(topic="cyberbullying", between=(2011, 2012))
    assert view.table.empty and view.takeaway.startswith("No resolutions")


# --- findings and checks


def test_findings_are_one_paragraph():
    for name in dir(promised):
        if name.startswith("finding_"):
            text = getattr(promised, name)()
            assert text.endswith(".") and "\n" not in text and "nan" not in text.split()


def test_check_right_slip_other_and_no_number():
    frame = load("gge_members")
    five = frame["iso3"].isin(promised.PERMANENT)
    right = five[frame["complete"]].mean()
    assert right == pytest.approx(15 / 55)
    assert check("2.2", "permanent_seats", right).right
    slip = check("2.2", "permanent_seats", five.mean())
    assert not slip.right and "not whole" in slip.sentence
    assert not check("2.2", "permanent_seats", 0.5).right
    assert "No answer here" in check("2.2", "permanent_seats", None).sentence
