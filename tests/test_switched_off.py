"""Chapter 1.3: counts of shutdowns and requests against the tables, rank correlation against hand-worked cases."""

import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.rank import spearman
from cyberdip_utils.sovereignty import switched_off as off
from cyberdip_utils.teach import check, questions

# --- Rank correlation


def test_spearman_by_hand():
    # ranks 1 2 3 4 5 and 2 1 4 3 5: sum of squared differences 4, rho = 1 - 6*4/(5*24) = 0.8
    assert spearman([10, 20, 30, 40, 50], [2, 1, 4, 3, 5]).value == pytest.approx(0.8)


def test_spearman_with_ties_by_hand():
    # ranks 1.5 1.5 3 4 and 1 2 3.5 3.5, means 2.5: sums of products 4.0, of squares 4.5 and 4.5
    assert spearman([0, 0, 1, 2], [5, 6, 7, 7]).value == pytest.approx(4.0 / 4.5)


def test_spearman_sees_ranks_only_and_keeps_its_sign():
    x = np.arange(30.0)
    assert spearman(x, np.exp(x)).value == pytest.approx(1) == spearman(x, x).low
    assert spearman(x, -x).value == pytest.approx(-1)


def test_spearman_is_that_of_scipy():
    from scipy.stats import spearmanr

    frame = off.pairs("fotn2024", (2022, 2024))
    ours = spearman(frame["score"], frame["value"])
    assert ours.value == pytest.approx(spearmanr(frame["score"], frame["value"]).statistic)
    assert ours.low < ours.value < ours.high and ours.n == len(frame) == 72


def test_interval_narrows_with_n_and_repeats_with_the_seed():
    rng = np.random.default_rng(1)
    x = rng.normal(size=400)
    y = x + rng.normal(size=400)
    few, many = spearman(x[:40], y[:40]), spearman(x, y)
    assert many.high - many.low < few.high - few.low
    assert spearman(x, y) == many != spearman(x, y, seed=2)


def test_spearman_knows_when_there_is_nothing_to_say():
    assert math.isnan(spearman([1, 2, 3], [1, 2, 3]).value)
    assert math.isnan(spearman([1, 2, 3, 4], [7, 7, 7, 7]).value)
    assert spearman([1, 2, 3, 4, np.nan], [1, 2, 3, 4, 5]).n == 4
    assert "no rank correlation" in str(spearman([], []))
    with pytest.raises(ValueError, match="must be paired"):
        spearman([1, 2], [1])


# --- Shutdowns


def test_counts_are_those_of_the_table():
    rows = load("shutdowns")
    assert off.shutdown_counts((2024, 2024))["shutdowns"].sum() == 282
    assert (off.shutdown_counts((2024, 2024))["shutdowns"] > 0).sum() == 42
    counts = off.shutdown_counts()
    assert counts["shutdowns"].sum() == rows.loc[rows["year"] >= 2016, "n"].sum()
    assert counts.at["IND", "shutdowns"] == rows.query("iso3 == 'IND' and year >= 2016")["n"].sum()


def test_a_zero_of_the_source_and_no_record_stay_apart():
    # Afghanistan is listed from 2021, with a zero in 2023; Norway has no row at all
    assert off.shutdown_counts((2023, 2023)).at["AFG", "shutdowns"] == 0
    assert "AFG" not in off.shutdown_counts((2016, 2020)).index
    assert "NOR" not in off.shutdown_counts().index
    names = {t.name: t for t in off.shutdown_map.view(between=(2023, 2023)).figure.data if t.name}
    assert "AFG" in names[off.NONE].locations and "NOR" in names[off.UNLISTED].locations
    assert "no data" not in names


@pytest.mark.parametrize(
    ("n", "label"),
    [
        (0, off.NONE),
        (1, "1"),
        (2, "2 to 5"),
        (5, "2 to 5"),
        (6, "6 to 20"),
        (20, "6 to 20"),
        (21, "more than 20"),
    ],
)
def test_bins(n, label):
    assert off._bin(n) == label


def test_years_add_up_to_the_states():
    assert off.by_year()["shutdowns"].sum() == off.shutdown_counts()["shutdowns"].sum()
    table = off.shutdown_map.view(picture="years", between=off.YEARS, leave_out=off.INDIA).table
    stacked = table.drop(columns=["year", "states with at least one", "states listed"]).sum(axis=1)
    assert stacked.tolist() == off.by_year(("IND",))["shutdowns"].tolist()
    assert "India" not in table.columns


def test_leaving_out_a_state_takes_away_its_count_and_no_other():
    whole, less = (
        off.shutdown_counts(),
        off.shutdown_map.view(between=off.YEARS, leave_out=off.INDIA_MYANMAR).table,
    )
    assert less["shutdowns"].sum() == whole["shutdowns"].sum() - whole.loc[["IND", "MMR"], "shutdowns"].sum()


def test_rankings_by_count_and_by_years_differ():
    order = [
        list(off.shutdown_map.view(picture=p, between=off.YEARS).figure.data[0].y)[:8]
        for p in ("most", "often")
    ]
    assert order[0][0] == order[1][0] == "India" and order[0] != order[1]


# --- Requests to remove


def test_requests_are_sums_of_n_and_not_rows():
    raw = load("removal_requests").query("company == 'Google'")
    view = off.removal_explorer.view()
    assert view.table["requests"].sum() == raw["n"].sum() != len(raw)
    assert view.table["items"].sum() == raw["items"].sum()
    assert "603,110 requests" in view.takeaway


@pytest.mark.parametrize("by", [off.WHO, off.WHY, off.BRANCH, off.PRODUCT, off.WHEN])
def test_every_division_keeps_the_total(by):
    view = off.removal_explorer.view(by=by, asker="IND")
    expected = load("removal_requests").query("company == 'Google' and iso3 == 'IND'")["n"].sum()
    assert view.table["requests"].sum() == expected and view.table.columns.is_unique


def test_all_but_russia_and_russia_make_the_whole():
    parts = [off.removals(asker=a)["n"].sum() for a in (off.ALL_BUT_RUSSIA, "RUS")]
    assert sum(parts) == off.removals()["n"].sum()


def test_askers_that_are_no_state_are_named_and_kept():
    table = off.removal_explorer.view().table
    assert {"Europol", "Interpol", "asker not told"} <= set(table["state or body that asked"])
    assert "EUROPOL" not in off.per_million("Google", (2011, 2025)).index


def test_outcomes_by_item_start_in_2019():
    rows = off.removals()
    assert rows.loc[rows["year"] < 2019, "judged"].isna().all()
    assert rows.loc[rows["year"] >= 2019, "judged"].notna().all()
    view = off.removal_explorer.view(measure=off.REMOVED, by=off.WHEN)
    assert view.figure.data[0].x[0] == "2019H1" and "Google, 2019 to 2025" in view.takeaway
    assert "Google tells the outcome of items since 2019" in view.caveat


def test_share_removed_by_hand():
    raw = load("removal_requests").query("company == 'Google' and half == '2022H1'")
    outcomes = raw[list(off.OUTCOMES)].sum()
    rows = off.removals(between=(2022, 2022))
    rows = rows[rows["half"] == "2022H1"]
    assert rows["taken"].sum() == outcomes["removed_law"] + outcomes["removed_rules"]
    assert rows["judged"].sum() == outcomes.sum()


def test_apple_is_measured_by_the_items_named_and_github_not_at_all():
    apple = off.removals("Apple")
    assert apple["judged"].sum() == apple["items"].sum() > apple["taken"].sum()
    assert off.removals("GitHub")[["judged", "taken"]].isna().all(axis=None)
    assert "too few for a share" in off.removal_explorer.view(company="GitHub", measure=off.REMOVED).takeaway


def test_years_without_a_report_say_so():
    view = off.removal_explorer.view(company="Apple", between=(2011, 2014))
    assert "from 2018 to 2021" in view.takeaway and view.table.empty


# --- For the size of the net


def test_internet_users_by_hand():
    share_2020 = load("internet_users").query("iso3 == 'DEU' and year == 2020")["value"].iloc[0]
    people = load("states").set_index("iso3").at["DEU", "population"]
    assert off.internet_users().at["DEU", 2020] == pytest.approx(share_2020 * people / 1e8)


def test_rate_is_for_a_year_and_a_million():
    one = off.per_million("Google", (2020, 2020)).loc["DEU"]
    assert one["rate"] == pytest.approx(one["requests"] / off.internet_users().at["DEU", 2020])
    two = off.per_million("Google", (2020, 2021)).loc["DEU"]
    users = off.internet_users().loc["DEU", [2020, 2021]].mean()
    assert two["rate"] == pytest.approx(two["requests"] / (2 * users))


def test_years_of_the_rate_are_those_that_the_company_reports():
    wide, narrow = (off.per_million("Apple", y) for y in ((2011, 2025), (2018, 2021)))
    pd.testing.assert_frame_equal(wide, narrow)


def test_an_unknown_denominator_is_missing_and_named():
    assert math.isnan(off.per_million("Google", (2020, 2025)).at["TWN", "rate"])
    assert "Taiwan" in off.for_size.view().caveat
    assert off.for_size.view(least=20).takeaway != off.for_size.view(least=0).takeaway


# --- Shutdowns and freedom


def test_pairs_keep_the_two_readings_of_no_record_apart():
    zero = off.pairs("fotn2024", (2022, 2024))
    leave = off.pairs("fotn2024", (2022, 2024), off.LEAVE)
    assert len(zero) == 72 and len(leave) == zero["listed"].sum() == 47
    assert (zero.loc[~zero["listed"], "value"] == 0).all() and zero["value"].notna().all()


def test_same_72_states_under_both_scores():
    ours = off.pairs("v2x_civlib", (2022, 2024), states=off.SAME_72)
    assert set(ours.index) == set(load("freedom_on_the_net")["iso3"])
    assert len(off.pairs("v2x_civlib", (2022, 2024))) == load("regimes")["iso3"].nunique()


def test_the_reading_of_no_record_moves_the_figure():
    zero = off.rank_correlation("fotn2024", (2022, 2024))
    leave = off.rank_correlation("fotn2024", (2022, 2024), off.LEAVE)
    assert zero.value < leave.value < 0 and zero.high < 0
    assert "taken as zero" in off.shutdowns_and_freedom.view().caveat
    assert "left out" in off.shutdowns_and_freedom.view(unlisted=off.LEAVE).caveat


# --- The whole


@pytest.mark.parametrize("name", [n for n in dir(off) if n.startswith("finding_")])
def test_findings_are_one_paragraph_without_nan(name):
    said = getattr(off, name)()
    assert said.endswith(".") and "nan" not in said.lower() and "\n" not in said


def test_council_vote_is_the_published_one():
    assert "43 votes to 0 with 4 abstentions" in off.finding_council()


def test_check_right_slip_other_and_no_number():
    rows = load("removal_requests").query("company == 'Google' and year == 2024")
    security = rows["reason"] == "National security"
    right = rows.loc[security, "n"].sum() / rows["n"].sum()
    assert check("1.3", "security_share", right).right
    assert "add up the column n" in check("1.3", "security_share", security.mean()).sentence
    items = rows.loc[security, "items"].sum() / rows["items"].sum()
    assert "share of items" in check("1.3", "security_share", items).sentence
    assert not check("1.3", "security_share", 0.9).right
    assert "No answer here" in check("1.3", "security_share", None).sentence


def test_quiz_is_whole():
    assert len(questions("1.3")) >= 5
