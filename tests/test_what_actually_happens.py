"""Chapter 3.1: filters, dyads, shares and anchors against counts taken straight from the tables."""

import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.deterrence import what_actually_happens as happens
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check


def test_no_filter_is_the_whole_record():
    assert len(happens.select()) == load("incidents")["incident_id"].nunique() == 3414


@pytest.mark.parametrize("initiator", ["PRK", "RUS", "USA"])
def test_initiator_filter_counts_incidents_not_rows(initiator):
    rows = load("incident_initiators")
    expected = rows.loc[rows["iso3"] == initiator, "incident_id"].nunique()
    assert len(happens.select(initiator=initiator)) == expected > 0


def test_attribution_filters_part_the_record():
    parts = [set(happens.select(initiator=i).index) for i in ("named", "not attributed", "origin unknown")]
    assert sum(map(len, parts)) == 3414 == len(set.union(*parts))


def test_filters_narrow():
    wide = set(happens.select(types=("ransomware", "disruption")).index)
    narrow = set(happens.select(types=("ransomware",)).index)
    narrower = set(happens.select(types=("ransomware",), sector="Critical infrastructure").index)
    assert narrower < narrow < wide


def test_year_filter_drops_the_undated_only_when_it_narrows():
    undated = int(load("incidents")["start_on"].isna().sum())
    assert undated == 92
    assert len(happens.select(between=(2000, 2024))) - len(
        happens.select(between=(2000, 2023))
    ) == undated + int((load("incidents")["start_on"].dt.year == 2024).sum())


def test_region_is_that_of_a_receiver():
    chosen = happens.select(region="Oceania", receiver="AUS")
    assert len(chosen) == len(happens.select(receiver="AUS")) > 0


def test_responses_part_the_record():
    either, none = len(happens.select(response="either")), len(happens.select(response="none"))
    assert either + none == 3414
    assert either < len(happens.select(response="political")) + len(happens.select(response="legal"))


def test_search_wants_every_word_and_knows_actors():
    both = happens.select(words="Lazarus bank")
    assert 0 < len(both) < len(happens.select(words="lazarus"))
    assert happens.select(words="no such words here zzz").empty


def test_unknown_code_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="sector: 'Navy' does not occur"):
        happens.select(sector="Navy")
    with pytest.raises(ValueError, match="did you mean"):
        happens.incident_explorer.view(receiver="Germny")


def test_reversed_years_are_refused():
    with pytest.raises(ValueError, match="from 2020 is after to 2010"):
        happens.incident_explorer.view(between=(2020, 2010))


def test_empty_selection_says_so():
    view = happens.incident_explorer.view(words="zzz no such incident")
    assert "None of the 3,414" in view.takeaway and view.table.empty


def test_by_year_sums_to_dated_incidents():
    view = happens.incident_explorer.view(rows="numbers")
    assert view.table["whole record"].sum() == 3414 - 92
    assert (view.table["selection"] <= view.table["whole record"]).all()


def test_dyads_by_hand():
    a = load("incident_initiators").query("iso3 == 'RUS'")["incident_id"]
    b = load("incident_receivers").query("iso3 == 'UKR'")["incident_id"]
    counts = happens.dyad_counts(happens.select()).set_index(["iso3_initiator", "iso3_receiver"])["incidents"]
    assert counts["RUS", "UKR"] == len(set(a) & set(b))
    assert not any(x == y for x, y in counts.index)


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("day", "2017-06-27"), ("month", "2017-06"), ("year", "2017"), ("", "2017-06-27")],
)
def test_dates_are_no_more_exact_than_the_source(precision, shown):
    assert happens._exact(pd.Timestamp("2017-06-27"), precision) == shown


def test_a_missing_response_of_the_first_load_is_said_to_be_missing():
    """Chapter 3.2: the stock of August 2022 has hardly any response coded, so "none coded" is no zero there."""
    incidents = load("incidents").set_index("incident_id")
    early = incidents.index[incidents["added_on"] == incidents["added_on"].min()]
    chosen = happens.select(response="none")
    caveat = happens.explore(response="none").caveat
    assert (
        f"{len(chosen.index.intersection(early)):,} of these incidents" in caveat
        and "15 August 2022" in caveat
    )
    assert "first load" not in happens.explore().caveat
    assert "nobody looked" in happens.one_incident("NotPetya").caveat
    late = incidents["added_on"].idxmax()
    assert "nobody looked" not in happens.one_incident(str(late)).caveat


def test_one_incident_is_found_by_name_and_by_number():
    by_name = happens.incident_in_full.view(words="NotPetya")
    number = by_name.detail.split("**Number**: ")[1].split("\n")[0]
    assert happens.incident_in_full.view(words=number).takeaway.split(";")[0] in by_name.takeaway
    assert (by_name.table["lane"] == "Incident").any() and by_name.links
    assert all(url.startswith("http") for _, url in by_name.links)


def test_events_are_in_time_order_and_hold_the_attributions():
    events = happens.events_of(happens.find("NotPetya").index[0])
    dated = events["on"].dropna()
    assert dated.is_monotonic_increasing
    assert {"Ukraine", "United Kingdom"} <= set(events.loc[events["lane"] == "Attributions", "who"])


@pytest.mark.parametrize("rule", [happens.PUBLISHED, happens.STATE, happens.RIVALS])
def test_shares_are_distinct_items_over_the_rule(rule):
    frame = happens.initiator_shares(rule, (2000, 2020))
    assert set(frame["observatory"]) == {"EuRepoC", "CFR", "DCID"}
    assert (frame["k"] <= frame["n"]).all()
    for row in frame.sample(5, random_state=0).itertuples():
        assert (row.low, row.high) == wilson(row.k, row.n)


def test_narrower_rules_keep_fewer_items():
    sizes = [
        happens.initiator_shares(rule, (2000, 2020)).groupby("observatory")["n"].first()
        for rule in (happens.PUBLISHED, happens.STATE, happens.RIVALS)
    ]
    assert (sizes[0] >= sizes[1]).all() and (sizes[1] >= sizes[2]).all()


def test_dcid_share_by_hand():
    rows = load("dcid_incidents")
    rows = rows[rows["start_on"].dt.year.between(2000, 2020)]
    frame = happens.initiator_shares(happens.PUBLISHED, (2000, 2020)).set_index(["observatory", "initiator"])
    assert frame.loc[("DCID", "CHN"), "k"] == int((rows["initiator_iso3"] == "CHN").sum())
    assert frame.loc[("DCID", "CHN"), "n"] == len(rows)


def test_under_the_rivals_rule_dcid_keeps_what_lies_in_its_pairs():
    rows = load("dcid_incidents")
    own = sum(
        i in (a, b) for i, a, b in zip(rows["initiator_iso3"], rows["state_a"], rows["state_b"], strict=True)
    )
    assert own == 425  # in four rows of the source the initiator is not one of the pair
    frame = happens.initiator_shares(happens.RIVALS, (2000, 2022))
    assert frame.loc[frame["observatory"] == "DCID", "n"].iloc[0] == own


def test_every_match_points_to_a_row_of_its_record():
    for observatory in ("EuRepoC", "CFR", "DCID"):
        rows = happens._matches().query("observatory == @observatory").dropna(subset=["source_id"])
        assert len(rows) and rows["source_id"].astype(str).isin(happens._coded(observatory).index).all()


def test_anchor_grid_has_every_anchor_once():
    grid = happens.holdings()
    assert set(grid.index) == set(load("anchor_incidents")["anchor_id"]) and len(grid) >= 25
    assert grid.notna().all(axis=None)
    counts = happens.scope_counts()
    assert (counts["held"] <= counts["in scope"]).all()


def test_anchor_by_hand():
    # Estonia 2007: one row in EuRepoC and CFR, four parts in DCID; all name Russia
    assert happens.holdings().loc["estonia-2007"].tolist() == [happens.HELD, happens.HELD, happens.PART]
    named = happens.anchor_codings().loc["estonia-2007"]["initiators"]
    assert all(s == frozenset({"RUS"}) for s in named)


def test_check_right_slip_other_and_no_number():
    coded = load("incidents")["unweighted_intensity"].dropna()
    assert check("3.1", "low_intensity", (coded <= 3).mean()).right
    below = check("3.1", "low_intensity", (coded < 3).mean())
    assert not below.right and "3 or less" in below.sentence
    assert not check("3.1", "low_intensity", 0.123).right
    assert "No answer here" in check("3.1", "low_intensity", None).sentence
