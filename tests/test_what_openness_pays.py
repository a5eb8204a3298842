"""Chapter 4.5: totals against the publisher's, headlines by hand, regressions against statsmodels, planted signals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cyberdip_utils.data import load
from cyberdip_utils.data_flows import services_model as model
from cyberdip_utils.data_flows import services_trade as trade
from cyberdip_utils.data_flows import what_openness_pays as pays
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check


def exports(years=()):
    """Straight from the table, by another way than the module."""
    rows = load("digital_services")
    rows = rows[rows["flow"].astype(str) == "exports"]
    table = rows.pivot(index="iso3", columns="year", values="value_musd")
    return table[list(years)] if years else table


# ---------------------------------------------------------------- totals


@pytest.mark.parametrize(
    ("flow", "year", "published"),
    [
        ("exports", 2010, 1835732),
        ("exports", 2023, 4462457),
        ("exports", 2022, 4083964),
        ("imports", 2023, 3774296),
    ],
)
def test_world_totals_are_the_publishers(flow, year, published):
    assert trade.published(flow)[year] == published  # rows WLD of the publisher's file


def test_the_announced_headline_is_the_table_s():
    assert round(trade.published("exports")[2023] / 1e6, 1) == 4.5  # trillion; UNCTAD, 6 December 2024


def test_missing_2023_is_what_the_source_says():
    # 71 of 203 areas have an empty value of exports in 2023; two of the 203 are the groups WLD and SSF, with values
    listed = trade.listed("exports", 2023)
    assert len(listed) + 2 == 203
    assert int(trade.wide("exports").loc[sorted(listed), 2023].isna().sum()) == 71


def test_economies_sum_to_less_than_the_world():
    for flow in trade.FLOWS:
        share = trade.wide(flow).sum() / trade.published(flow)
        assert share.between(0.95, 1).all()


def test_missing_is_never_zero():
    frame = trade.wide("exports")
    assert frame.isna().sum().sum() > 0
    assert (trade.wide("exports", carried=True).isna().sum().sum()) < frame.isna().sum().sum()
    known = frame.notna()
    assert (trade.wide("exports", carried=True)[known] == frame[known]).sum().sum() == known.sum().sum()


def test_groups_part_the_world():
    codes = [c for g in trade.INCOMES for c in trade.economies(g)]
    assert len(codes) == len(set(codes)) == len(trade.economies())
    with pytest.raises(ValueError, match="group: 'Narnia'"):
        trade.economies("Narnia")
    with pytest.raises(ValueError, match="flow: 'transit'"):
        trade.wide("transit")


# ---------------------------------------------------------------- headlines


def test_headlines_by_hand():
    two = exports((2022, 2023))
    found = {h.rule: h for h in trade.headlines("exports", 2022, 2023)}
    assert found[trade.REPORTERS].growth(2022, 2023) == pytest.approx(two[2023].sum() / two[2022].sum() - 1)
    both = two.dropna()
    assert found[trade.BALANCED].n_first == found[trade.BALANCED].n_last == len(both)
    assert found[trade.BALANCED].growth(2022, 2023) == pytest.approx(both[2023].sum() / both[2022].sum() - 1)
    # the fall in reporters hides growth
    assert found[trade.REPORTERS].growth(2022, 2023) < found[trade.BALANCED].growth(2022, 2023)


def test_bounds_by_hand_for_one_year():
    two = exports((2022, 2023))
    before = exports().ffill(axis=1)[2022]
    years = exports().apply(lambda r: r.loc[:2022].last_valid_index(), axis=1)
    gone = two[2023].isna() & two[2022].notna()
    found = {h.rule: h for h in trade.headlines("exports", 2022, 2023, low=-0.1, high=0.3)}
    only_2023 = gone[gone].index
    low_last = two[2023].sum() + (two.loc[only_2023, 2022] * 0.9).sum()
    older = two[2023].isna() & two[2022].isna() & before.notna()
    low_last += (before[older] * 0.9 ** (2023 - years[older].astype(float))).sum()
    assert found[trade.BOUNDS_LOW].last == pytest.approx(low_last)


@pytest.mark.parametrize("group", ["World", "Low income", "Africa", "High income"])
@pytest.mark.parametrize(("start", "end"), [(2022, 2023), (2010, 2023), (2012, 2020)])
def test_bounds_hold_what_lies_between(group, start, end):
    found = {h.rule: h.growth(start, end) for h in trade.headlines("exports", start, end, group, -0.3, 0.5)}
    assert found[trade.BOUNDS_LOW] <= found[trade.CARRIED] + 1e-9 <= found[trade.BOUNDS_HIGH] + 2e-9
    narrow = {h.rule: h.growth(start, end) for h in trade.headlines("exports", start, end, group, 0.0, 0.1)}
    assert found[trade.BOUNDS_LOW] <= narrow[trade.BOUNDS_LOW] <= narrow[trade.BOUNDS_HIGH]
    assert narrow[trade.BOUNDS_HIGH] <= found[trade.BOUNDS_HIGH]


def test_poor_economies_change_sign_with_the_rule():
    found = {h.rule: h.growth(2010, 2023) for h in trade.headlines("exports", 2010, 2023, "Low income")}
    assert found[trade.REPORTERS] < 0 < found[trade.BALANCED]


def test_bad_years_and_ranges_are_refused():
    with pytest.raises(ValueError, match="start and end"):
        trade.headlines("exports", 2023, 2022)
    with pytest.raises(ValueError, match="low and high"):
        trade.headlines("exports", 2010, 2023, low=0.3, high=-0.1)


def test_missing_by_year_counts_every_listed_economy():
    table = trade.missing_by_year("exports")
    assert (table["with a value"] + table["without"]).nunique() == 1
    assert table.loc[2023, "without"] == 71


# ---------------------------------------------------------------- who gained


def test_change_in_dollars_by_hand():
    table = exports((2010, 2023)) / 1e3
    frame = trade.changes("exports", 2010, 2023)
    assert frame.at["IRL", "change"] == pytest.approx(table.at["IRL", 2023] - table.at["IRL", 2010])
    assert frame.at["HKG", "to"] == 2022  # no value of 2023
    assert frame.at["HKG", "change"] == pytest.approx(exports().at["HKG", 2022] / 1e3 - table.at["HKG", 2010])


def test_shares_add_up_to_the_known_part_of_the_world():
    table = trade.amounts("share")
    assert table[2023].sum() == pytest.approx(100 * exports()[2023].sum() / 4462457)


def test_growth_is_compound():
    frame = trade.changes("growth", 2010, 2023)
    row = exports((2010, 2023)).loc["IND"]
    assert frame.at["IND", "change"] == pytest.approx(100 * ((row[2023] / row[2010]) ** (1 / 13) - 1))


def test_balance_wants_both_flows():
    table = trade.amounts("balance")
    missing = trade.wide("exports").isna() | trade.wide("imports").isna()
    assert (table.isna() == missing).all(axis=None)


def test_who_is_missing_has_wilson_intervals():
    table = pays.missing_headline.view(picture="who").table
    for row in table.itertuples():
        low, high = wilson(int(row.without), int(row.economies))
        assert row.low == pytest.approx(low, abs=1e-4) and row.high == pytest.approx(high, abs=1e-4)
    assert table["economies"].sum() == 201 and table["without"].sum() == 71


# ---------------------------------------------------------------- least squares


def made(n=80, k=3, seed=5):
    rng = np.random.default_rng(seed)
    design = np.column_stack([rng.normal(size=(n, k)), np.ones(n)])
    y = design @ rng.normal(size=k + 1) + rng.normal(size=n) * (1 + np.abs(design[:, 0]))
    return y, design, rng.uniform(0.2, 5, n), rng.integers(0, 12, n)


@pytest.mark.parametrize(
    ("kind", "theirs"), [("classical", "nonrobust"), ("HC3", "HC3"), ("cluster", "cluster")]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_errors_are_those_of_statsmodels(kind, theirs, weighted):
    y, design, w, groups = made()
    use = w if weighted else np.ones(len(y))
    beta, cov, _, _ = model.least_squares(y, design, w if weighted else None, kind, groups)
    options = {"cov_kwds": {"groups": groups}} if kind == "cluster" else {}
    known = sm.WLS(y, design, weights=use).fit(cov_type=theirs, **options)
    assert beta == pytest.approx(known.params, rel=1e-8)
    assert np.sqrt(np.diag(cov)) == pytest.approx(known.bse, rel=1e-6)


def test_dependent_regressors_and_unknown_errors_are_refused():
    y, design, *_ = made()
    with pytest.raises(ValueError, match="not independent"):
        model.least_squares(y, np.column_stack([design, design[:, 0]]))
    with pytest.raises(ValueError, match="errors: 'HC9'"):
        model.least_squares(y, design, errors="HC9")


def test_one_year_by_another_way():
    """The default specification, put together from the tables and fitted by statsmodels."""
    value = exports()[2022]
    gdp = load("gdp").query("year == 2022").set_index("iso3")["value"]
    net = load("internet_users").query("year == 2022").set_index("iso3")["value"]
    people = load("states").set_index("iso3")["population"].astype(float)
    frame = pd.DataFrame({"v": value, "gdp": gdp, "net": net, "people": people}).loc[value.index]
    frame = frame[(frame["v"] > 0)].astype(float).dropna()
    x = sm.add_constant(
        np.column_stack(
            [frame["net"] / frame["net"].std(ddof=0), np.log(frame["gdp"]), np.log(frame["people"])]
        )
    )
    known = sm.OLS(np.log(frame["v"] * 1e6 / frame["people"]), x).fit(cov_type="HC3", use_t=True)
    found = model.fit(model.Spec())
    assert found.n == len(frame)
    assert (found.value, found.error) == (
        pytest.approx(known.params.iloc[1]),
        pytest.approx(known.bse.iloc[1]),
    )
    low, high = known.conf_int().iloc[1]
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.p == pytest.approx(known.pvalues.iloc[1])


def test_within_is_the_regression_with_an_effect_for_each_economy():
    spec = model.Spec(design="within", controls=("income",))
    rows = model.rows_of(spec)
    economies, years = (pd.get_dummies(v, drop_first=True).to_numpy(float) for v in (rows.economy, rows.year))
    x = np.column_stack([rows.x / rows.x.std(), rows.z, economies, years, np.ones(len(rows.y))])
    known = sm.OLS(rows.y, x).fit()
    assert model.fit(spec).value == pytest.approx(known.params[0], rel=1e-6)
    classical = model.fit(model.changed(spec, errors="classical"))
    assert classical.error == pytest.approx(known.bse[0], rel=2e-3)
    assert model.fit(spec).groups == len(np.unique(rows.economy))


def test_clusters_of_sub_regions_count_them():
    found = model.fit(model.Spec(errors="subregion"))
    codes = model.rows_of(model.Spec()).economy
    assert found.groups == trade.frame_of_states().loc[codes, "subregion"].nunique()


def test_leave_one_out_is_what_refitting_gives():
    for spec in (
        model.Spec(),
        model.Spec(weights="gdp"),
        model.Spec(design="pooled"),
        model.Spec(design="within", controls=("income",)),
    ):
        moved = model.influence(spec).set_index("economy")["without"]
        whole = model.fit(spec)
        for code in ("AGO", "LUX", "USA"):
            other = model.fit(model.changed(spec, without=(code,)))
            assert moved[code] == pytest.approx(other.value * whole.scale / other.scale, rel=1e-6)
        assert len(moved) == whole.economies


def test_scatter_has_the_coefficient_as_slope():
    for spec in (model.Spec(), model.Spec(weights="gdp"), model.Spec(design="within", controls=("income",))):
        pairs = model.residual_pairs(spec)
        slope = np.average(pairs["x"] * pairs["y"], weights=pairs["weight"]) / np.average(
            pairs["x"] ** 2, weights=pairs["weight"]
        )
        assert slope == pytest.approx(model.fit(spec).value, rel=1e-6)


def test_path_ends_in_the_whole_specification():
    spec = model.Spec(controls=("income", "region", "remote"))
    steps = model.path(spec)
    assert len(steps) == 4 and steps[-1][1] == model.fit(spec) and steps[0][0] == "no controls"
    assert model.neighbours(spec)[0][1] == model.fit(spec)


# ---------------------------------------------------------------- what goes in


def test_reach_of_eu_data_by_name_and_date():
    reach = model.by_year("reach")
    assert reach.at["JPN", 2018] == 0 and reach.at["JPN", 2019] == 1
    assert reach.at["HRV", 2012] == 0 and reach.at["HRV", 2013] == 1
    assert (
        reach.at["USA", 2014] == 1 and reach.at["USA", 2015] == 0
    )  # Safe Harbor struck down in October 2015
    assert reach.at["IND", 2023] == 0 and reach.at["NOR", 2015] == 1


def test_scores_are_the_tables():
    fotn = load("freedom_on_the_net").query("edition == 2024").set_index("iso3")["total"]
    assert model.fixed("freedom")["DEU"] == fotn["DEU"]
    assert model.fixed("clouds").min() == 0 and model.fixed("clouds")["USA"] > 0
    assert model.fixed("english")["IRL"] == 1 and model.fixed("english")["GBR"] == 1
    assert model.fixed("english")["JPN"] == 0
    remote = model.fixed("remote")
    assert remote["NZL"] > remote["FRA"] > remote["BEL"]


def test_a_lag_takes_older_measures_and_controls():
    now, then = (model.rows_of(model.Spec(lag=lag)) for lag in (0, 5))
    year = load("internet_users").query("year == 2017").set_index("iso3")["value"]
    assert then.x == pytest.approx(year[then.economy].to_numpy(float))
    assert not np.array_equal(now.x[:5], then.x[:5])


def test_a_fixed_measure_cannot_vary_within():
    assert "nothing varies" in model.fit(model.Spec(measure="law", design="within")).problem
    view = pays.break_this_regression.view(measure="law", design="within")
    assert "nothing varies" in view.takeaway and view.table.empty


def test_bad_specifications_are_refused():
    for change, word in (
        ({"measure": "luck"}, "measure"),
        ({"controls": ("luck",)}, "controls"),
        ({"year": 2030}, "year"),
        ({"lag": 9}, "lag"),
    ):
        with pytest.raises(ValueError, match=f"^{word}: "):
            model.Spec(**change)


def test_warnings_name_what_is_wrong():
    gdp = pays.break_this_regression.view(outcome="of_gdp", controls=("income",))
    assert "GDP stands on both sides" in gdp.caveat
    late = pays.break_this_regression.view(measure="freedom", year=2019)
    assert "of 2024, the trade of 2019" in late.caveat
    naive = pays.break_this_regression.view(design="pooled", errors="classical")
    assert "far too small" in naive.caveat
    assert "GDP stands" not in pays.break_this_regression.view().caveat


# ---------------------------------------------------------------- all specifications


def test_every_specification_once_and_each_is_a_fit():
    words = [w for w, _ in model.universe("law")]
    assert len(words) == len(set(words)) == 4 * 2 * 6 * 2 * 2 * 5
    frame = model.multiverse("law")
    chosen, spec = model.universe("law")[100]
    row = frame[(frame[list(model.CHOICES)] == list(chosen)).all(axis=1)].iloc[0]
    found = model.fit(spec)
    assert row["value"] == pytest.approx(found.value / found.spread) and row["n"] == found.n
    assert (frame["low"] < frame["value"]).all() and (frame["value"] < frame["high"]).all()


def test_a_measure_that_is_a_control_is_not_used_twice():
    assert all("internet" not in s.used_controls for _, s in model.universe("internet"))


@pytest.mark.parametrize("by", model.CHOICES)
def test_tallies_part_the_whole(by):
    frame = model.multiverse("internet")
    parts, whole = model.tally(frame, by), model.tally(frame).iloc[0]
    for column in ("specifications", "positive", "clear and positive", "clear and negative"):
        assert parts[column].sum() == whole[column]
    assert whole["specifications"] == len(frame)


def test_shuffled_errors_are_those_of_the_fit():
    """The quick way by residuals gives the verdict of the full fit when nothing is shuffled."""
    for spec in (
        model.Spec("law"),
        model.Spec("law", weights="gdp", outcome="of_gdp"),
        model.Spec("law", controls=()),
    ):
        rows = model.rows_of(spec)
        flipped = np.column_stack([rows.x, -rows.x])
        clear = model.fit(spec).clear
        assert model._clear_positive(rows, flipped).tolist() == [clear == 1, clear == -1]


def test_a_planted_signal_is_found_and_noise_is_not():
    rows = model.rows_of(model.Spec("law"))
    rng = np.random.default_rng(3)
    planted = rows.y[:, None] + rng.normal(0, 0.5, (len(rows.y), 40))
    noise = rng.normal(size=(len(rows.y), 400))
    assert model._clear_positive(rows, planted).all()
    assert model._clear_positive(rows, noise).mean() < 0.07  # 2.5% by design


def test_shuffling_counts_the_observed_clear_ones():
    observed, count, dealt = model.shuffled("law", times=20)
    frame = model.multiverse("law")
    assert observed == int((frame["clear"] == 1).sum()) and count == len(frame)
    assert len(dealt) == 20 and (dealt <= count).all()
    assert np.array_equal(dealt, model.shuffled.__wrapped__("law", times=20)[2])


# ---------------------------------------------------------------- checks


def test_checks_right_slip_other_and_no_number():
    two = exports((2022, 2023))
    both = two.dropna()
    assert check("4.5", "same_economies", both[2023].sum() / both[2022].sum() - 1).right
    slip = check("4.5", "same_economies", two[2023].sum() / two[2022].sum() - 1)
    assert not slip.right and "fewer economies" in slip.sentence
    assert (
        "world row" in check("4.5", "same_economies", 4462457 / 4083964 - 1).sentence
        or check("4.5", "same_economies", 4462457 / 4083964 - 1).right
    )
    assert "No answer here" in check("4.5", "same_economies", None).sentence
    rows = load("digital_services")
    rows = rows[(rows["flow"].astype(str) == "exports") & (rows["year"] == 2023)]
    rows = rows.merge(load("states")[["iso3", "income_group"]], on="iso3")
    poor = rows[rows["income_group"] == "low"]
    assert check("4.5", "missing_low_income", poor["value_musd"].isna().mean()).right
    assert "those without" in check("4.5", "missing_low_income", poor["value_musd"].notna().mean()).sentence


def test_in_logs_with_income_held_equal_two_outcomes_are_one():
    a, b = (model.fit(model.Spec("law", outcome=o, logs=True)) for o in ("per_head", "of_gdp"))
    assert (a.value, a.low, a.high) == (pytest.approx(b.value), pytest.approx(b.low), pytest.approx(b.high))
