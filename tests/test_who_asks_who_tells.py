"""Chapter 4.4: requests, shares, agreement and concentration against counts taken straight from the tables."""

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.data_flows import asking, company_reports
from cyberdip_utils.data_flows import who_asks_who_tells as asks
from cyberdip_utils.data_flows.asking import GIVEN, INCOME, NAMED, RATE, REQUESTS
from cyberdip_utils.online import internet_users
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check


def data(company, kind=None):
    rows = load("data_requests").query("company == @company")
    return rows[rows["request_type"] == kind] if kind else rows


# ---------------------------------------------------------------- the register of reports


def test_every_row_of_data_requests_is_in_one_report_or_left_out_by_name():
    kept = sum(company_reports.rows(k)["requests"].sum() for k in company_reports.DATA_REPORTS)
    table = load("data_requests")
    out = table["request_type"].isin(
        [
            "account_restriction_deletion",  # asks to act on an account, not for data
            "digital_content_provider",  # asks about publishers of apps, not about users
            "cross-border request",  # the sum of "cross-border by country"
            "exigent circumstances",
        ]
    )
    assert kept == table.loc[~out, "requests"].sum()


def test_removal_reports_hold_all_removal_requests():
    table = load("removal_requests").groupby("company", observed=True)["n"].sum()
    for key, company in (
        ("google_removal", "Google"),
        ("apple_removal", "Apple"),
        ("github_removal", "GitHub"),
    ):
        assert company_reports.rows(key)["requests"].sum() == table[company]


def test_every_report_says_what_it_counts_and_where():
    for key, report in company_reports.REPORTS.items():
        assert report.key == key and len(report.counts) > 25 and report.source[1].startswith("https://")
        assert len(company_reports.rows(key)) > 0
    assert len({r.label for r in company_reports.REPORTS.values()}) == len(company_reports.REPORTS)


def test_unknown_report_is_refused():
    with pytest.raises(ValueError, match="'meta' is not known"):
        company_reports.rows("meta")
    with pytest.raises(ValueError, match="not an option"):
        asks.data_explorer.view(report="meta")


@pytest.mark.parametrize(("half", "at"), [("2013H1", 2013.25), ("2013H2", 2013.75), ("2013", 2013.5)])
def test_place_is_the_middle(half, at):
    assert company_reports.place(half) == at


def test_length_counts_halves():
    assert company_reports.length("apple_account") == 12.5  # 2013H1 to 2025H1
    assert company_reports.length("apple_account", (2025, 2025)) == 0.5
    assert company_reports.length("github_abroad", (2020, 2021)) == 2
    assert company_reports.length("apple_account", (2011, 2012)) == 0


# ---------------------------------------------------------------- sums, rates, shares


def test_sums_by_asker_by_hand():
    rows = data("Apple", "account").query("asker == 'DEU' and year in (2023, 2024)")
    mine = company_reports.by_asker("apple_account", (2023, 2024)).loc["DEU"]
    assert mine["requests"] == rows["requests"].sum() and mine["given"] == rows["provided"].sum()
    assert mine["named"] == rows["items"].sum()
    users = internet_users().loc["DEU", [2023, 2024]].mean()
    assert mine["rate"] == pytest.approx(rows["requests"].sum() / (2 * users))


def test_a_half_year_alone_counts_as_half_in_the_rate():
    mine = company_reports.by_asker("apple_account", (2025, 2025)).loc["DEU"]
    assert mine["rate"] == pytest.approx(mine["requests"] / (0.5 * internet_users().at["DEU", 2025]))


def test_rate_keeps_states_with_a_million_users_and_a_known_number():
    frame = asking.measured("apple_account", RATE, (2013, 2025))
    users = company_reports.by_asker("apple_account", (2013, 2025))["users"]
    assert (users[frame.index] >= 1).all() and "TWN" not in frame.index and "LUX" not in frame.index
    assert frame["value"].is_monotonic_decreasing


def test_rows_with_more_answers_than_requests_make_no_share():
    naver = company_reports.rows("naver_warrant").set_index("half")
    assert naver.at["2020H2", "provided"] > naver.at["2020H2", "requests"]
    assert np.isnan(naver.at["2020H2", "told"])
    for key in company_reports.DATA_REPORTS:
        rows = company_reports.rows(key).dropna(subset=["told"])
        assert (rows["given"] <= rows["told"]).all()


def test_korean_accounts_belong_to_answered_requests():
    """With no answer there is no account, whatever was asked: the unit of the column."""
    rows = data("Kakao").dropna(subset=["items"])
    rows = rows[(rows["requests"] > 0) & (rows["provided"] == 0)]
    assert len(rows) > 40 and rows["items"].eq(0).all()
    naver = data("Naver", "comm_user_information").query("year == 2012")
    assert (naver["requests"] == 0).all() and (naver["items"] > naver["provided"]).all()
    named = asking.over_time("daum_warrant", NAMED, (2025, 2025)).set_index("half")
    row = data("Kakao", "seizure_warrant").query("service == 'Daum' and half == '2025H2'").iloc[0]
    assert named.at["2025H2", "value"] == pytest.approx(row["items"] / row["provided"])


def test_over_time_parts_a_state_from_the_others():
    frame = asking.over_time("apple_account", REQUESTS, (2012, 2025), "GBR")
    whole = asking.over_time("apple_account", REQUESTS, (2012, 2025)).set_index("half")["value"]
    assert (frame.groupby("half")["value"].sum() == whole).all()
    last = data("Apple", "account").query("asker == 'GBR' and half == '2025H1'")["requests"].iloc[0]
    assert frame.query("who == 'GBR' and half == '2025H1'")["value"].iloc[0] == last


def test_share_over_time_is_wilsons():
    row = asking.over_time("apple_account", GIVEN, (2024, 2024)).iloc[0]
    table = data("Apple", "account").query("half == '2024H1'")
    k, n = table["provided"].sum(), table["requests"].sum()
    assert (row["value"], row["low"], row["high"]) == (k / n, *wilson(k, n))


# ---------------------------------------------------------------- dispersion


def test_dispersion_of_separate_draws_is_near_one_and_of_batches_is_their_size():
    rng = np.random.default_rng(5)
    told = pd.Series(np.full(400, 100.0))
    apart = pd.Series(rng.binomial(100, 0.7, 400).astype(float))
    batches = pd.Series(10.0 * rng.binomial(10, 0.7, 400))  # ten requests always fare alike
    assert company_reports.dispersion(apart, told) == pytest.approx(1, abs=0.2)
    assert company_reports.dispersion(batches, told) == pytest.approx(10, rel=0.2)


def test_dispersion_by_hand():
    given, told = pd.Series([4.0, 6.0, 8.0, 2.0]), pd.Series([10.0] * 4)
    chi2 = sum((k - 5) ** 2 / (10 * 0.5 * 0.5) for k in given)
    assert company_reports.dispersion(given, told) == pytest.approx(chi2 / 3)
    assert np.isnan(company_reports.dispersion(given[:3], told[:3]))
    assert np.isnan(company_reports.dispersion(told, told))


def test_steady_share_widens_and_refuses():
    plain, wide = company_reports.steady_share(80, 100), company_reports.steady_share(80, 100, 9)
    assert plain == wilson(80, 100)
    assert wide[0] < plain[0] and wide[1] > plain[1]
    with pytest.raises(ValueError, match="spread: 0.5 is below 1"):
        company_reports.steady_share(80, 100, 0.5)


def test_batched_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(11)
    hits = {"plain": 0, "wide": 0}
    for _ in range(400):
        told = pd.Series(np.full(20, 100.0))
        given = pd.Series(10.0 * rng.binomial(10, 0.7, 20))
        k, n = given.sum(), told.sum()
        for name, spread in (("plain", 1.0), ("wide", company_reports.dispersion(given, told))):
            low, high = company_reports.steady_share(k, n, spread)
            hits[name] += low <= 0.7 <= high
    assert hits["wide"] / 400 > 0.9 > 0.6 > hits["plain"] / 400


# ---------------------------------------------------------------- two reports


def test_common_periods_are_those_of_both():
    assert company_reports.common("apple_account", "google_removal").attrs["periods"][0] == "2013H1"
    years = company_reports.common("apple_account", "github_abroad").attrs["periods"]
    assert years == tuple(str(y) for y in range(2019, 2025))  # Apple has half of 2025 only
    assert company_reports.common("apple_push", "apple_removal").attrs["periods"] == ()


def test_pairs_by_hand():
    frame = company_reports.pairs("apple_account", "github_abroad")
    a = data("Apple", "account").query("asker == 'DEU' and 2019 <= year <= 2024")["requests"].sum()
    b = data("GitHub", "cross-border by country").query("asker == 'DEU' and year <= 2024")["requests"].sum()
    assert tuple(frame.loc["DEU"]) == (a, b)
    assert not frame.at["USA", "second"] > 0  # GitHub tells of requests from abroad


def test_agreement_is_symmetric_and_matches_scipy():
    from scipy.stats import spearmanr

    one, other = (
        asking.rank_agreement("apple_account", "google_removal"),
        asking.rank_agreement("google_removal", "apple_account"),
    )
    both = company_reports.pairs("apple_account", "google_removal")
    both = both[(both > 0).all(axis=1)]
    assert (
        one.value == pytest.approx(other.value) == pytest.approx(spearmanr(both["first"], both["second"])[0])
    )
    assert one.n == len(both)


def test_matrix_holds_the_single_values():
    values, ns = asking.agreements(company_reports.YEARS, False)
    rho = asking.rank_agreement("apple_account", "apple_device")
    assert values.at["apple_account", "apple_device"] == pytest.approx(rho.value)
    assert ns.at["apple_device", "apple_account"] == rho.n
    few = ns < 8
    assert values[few].isna().all().all()


def test_same_report_twice_says_so():
    view = asks.reports_compared.view(first="apple_account", second="apple_account")
    assert "two different reports" in view.takeaway and view.table.empty


def test_definitions_stand_side_by_side():
    view = asks.reports_compared.view(first="apple_account", second="naver_warrant")
    assert "Apple: accounts" in view.detail and "Naver: search warrants" in view.detail
    assert {u for _, u in view.links} == {company_reports.APPLE[1], company_reports.KAKAO[1]}


# ---------------------------------------------------------------- freedom


def test_items_of_taiwan_are_those_of_its_country_report():
    """Three of six on state surveillance (C5) and on data kept by companies (C6)."""
    frame = asking.scores()
    assert (frame.at["TWN", "C5"], frame.at["TWN", "C6"]) == (3, 3)
    items = load("freedom_on_the_net_items").query("part == 'violations'").groupby("iso3")["points"].sum()
    assert (frame["violations"].dropna() == items.reindex(frame["violations"].dropna().index)).all()


def test_silent_states_are_out_or_zero():
    out = asking.asked("apple_account", "fotn2024", REQUESTS, (2020, 2024))
    zero = asking.asked("apple_account", "fotn2024", REQUESTS, (2020, 2024), "zero")
    assert len(zero) == 72 and set(out.index) < set(zero.index)
    assert (zero.loc[~zero["told"], "value"] == 0).all() and zero["told"].sum() == len(out)
    share = asking.asked("apple_account", "fotn2024", GIVEN, (2020, 2024), "zero")
    assert share["told"].all()


def test_partial_correlation_finds_what_is_planted():
    rng = np.random.default_rng(3)
    z = pd.Series(rng.normal(size=300))
    x, y = z + 0.3 * rng.normal(size=300), z + 0.3 * rng.normal(size=300)
    assert asking.spearman(x, y).value > 0.8
    held = asking.partial_spearman(x, y, z)
    assert held.low < 0 < held.high
    direct = asking.partial_spearman(x, x + 0.3 * rng.normal(size=300), z)
    assert direct.low > 0.3
    few = asking.partial_spearman(x[:4], y[:4], z[:4])
    assert np.isnan(few.value) and few.n == 4


def test_partial_correlation_by_the_formula():
    from scipy.stats import spearmanr

    frame = asking.asked("apple_account", "fotn2024", RATE, (2020, 2024), "leave", INCOME)
    a, b, c = (
        spearmanr(frame[u], frame[v])[0] for u, v in (("score", "value"), ("score", "gdp"), ("value", "gdp"))
    )
    expected = (a - b * c) / np.sqrt((1 - b**2) * (1 - c**2))
    got = asking.correlation("apple_account", "fotn2024", RATE, (2020, 2024), "leave", INCOME)
    assert got.value == pytest.approx(expected) and got.low < expected < got.high


@pytest.mark.parametrize("hold", ["nothing", "income"])
def test_leave_one_out_by_hand(hold):
    frame = asking.asked("apple_account", "fotn2024", RATE, (2020, 2024), "leave", hold)
    series = asking.leave_one_out("apple_account", "fotn2024", hold=hold)
    assert set(series.index) == set(frame.index) and series.is_monotonic_increasing
    less = frame.drop("USA")
    ranks = less[["score", "value", "gdp"]].rank()
    if hold == "nothing":
        expected = ranks["score"].corr(ranks["value"])
    else:
        rest = [
            ranks[c] - np.polyval(np.polyfit(ranks["gdp"], ranks[c], 1), ranks["gdp"])
            for c in ("score", "value")
        ]
        expected = rest[0].corr(rest[1])
    assert series["USA"] == pytest.approx(expected)


def test_removals_tell_no_share_of_data_given():
    assert "does not tell" in asks.asking_and_freedom.view(report="google_removal", measure=GIVEN).takeaway


# ---------------------------------------------------------------- concentration


def test_measures_of_concentration_by_hand():
    amounts = pd.Series([50.0, 30.0, 20.0])
    assert company_reports.hhi(amounts) == pytest.approx(0.25 + 0.09 + 0.04)
    assert company_reports.top_share(amounts, 2) == 0.8
    assert company_reports.gini(amounts) == pytest.approx(
        sum(abs(a - b) for a in amounts for b in amounts) / (2 * 3 * amounts.sum())
    )
    assert company_reports.gini(pd.Series([7.0] * 5)) == pytest.approx(0)
    assert company_reports.hhi(pd.Series([7.0] * 5)) == pytest.approx(0.2)
    assert np.isnan(company_reports.hhi(pd.Series([], dtype=float)))


def test_concentration_of_google_by_hand():
    amounts = load("removal_requests").query("company == 'Google'").groupby("asker")["n"].sum()
    shares = (amounts / amounts.sum()).astype(float)
    got = asks.concentration("google_removal", k=1)
    assert got["hhi"] == pytest.approx(float((shares**2).sum())) and got["top"] == pytest.approx(shares.max())
    less = asks.concentration("google_removal", k=1, leave=True)
    assert less["requests"] == amounts.sum() - amounts.max() and less["effective"] > got["effective"]


def test_years_add_up_and_stay_in_bounds():
    frame = asks.by_year("apple_account")
    assert frame["requests"].sum() == data("Apple", "account")["requests"].sum()
    assert (frame["hhi"] >= 1 / frame["askers"] - 1e-12).all() and (frame["hhi"] <= 1).all()


def test_no_report_chosen_says_so():
    view = asks.concentration_of_asking.view(chosen=())
    assert view.takeaway == "No report is chosen." and view.table.empty


# ---------------------------------------------------------------- findings and checks


def test_findings_name_what_the_tables_hold():
    rows = data("Apple", "account")
    assert f"{rows['requests'].sum():,}" in asks.finding_apple()
    assert "names given 16,549, 0" in asks.finding_korea()
    google = load("removal_requests").query("company == 'Google'")
    russia = google.loc[google["asker"] == "RUS", "n"].sum()
    assert f"{russia:,} of {google['n'].sum():,}" in asks.finding_concentration()
    assert str(asking.correlation("apple_account", "fotn2024")) in asks.finding_freedom()


def test_check_of_the_share():
    rows = data("Apple", "account").query("year == 2024")
    right = rows["provided"].sum() / rows["requests"].sum()
    assert check("4.4", "given_2024", right).right
    slip = check("4.4", "given_2024", (rows["provided"] / rows["requests"]).mean())
    assert not slip.right and "Add up first" in slip.sentence
    assert "percentage" in check("4.4", "given_2024", right * 100).sentence
    assert not check("4.4", "given_2024", None).right


def test_check_of_equal_askers():
    amounts = (
        load("removal_requests").query("company == 'Google' and year == 2024").groupby("asker")["n"].sum()
    )
    index = float(((amounts / amounts.sum()) ** 2).sum())
    assert check("4.4", "equal_askers", 1 / index).right
    assert "index itself" in check("4.4", "equal_askers", index).sentence
    assert "each counted alike" in check("4.4", "equal_askers", (amounts > 0).sum()).sentence
