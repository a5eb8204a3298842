"""Chapter 2.3: planted changes are found, dates without one look like chance, and counts come straight from the tables."""

import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.norms import breach_codings as codings
from cyberdip_utils.norms import do_promises_hold as hold
from cyberdip_utils.norms import interrupted as its
from cyberdip_utils.teach import check

# ---------------------------------------------------------------- the model


def test_periods_by_hand():
    starts = its.period_starts(2014, 2015, 2)
    assert [f"{d:%Y-%m}" for d in starts] == ["2014-01", "2014-07", "2015-01", "2015-07"]
    days = pd.Series(
        pd.to_datetime(["2014-06-30", "2014-07-01", "2015-12-31", "2016-01-01", "2013-12-31", None])
    )
    assert its.period_counts(days, 2014, 2015, 2).tolist() == [1, 1, 0, 1]
    assert its.period_counts(days, 2014, 2015, 1).tolist() == [2, 1]
    with pytest.raises(ValueError, match="per_year"):
        its.period_starts(2014, 2015, 5)


def test_design_by_hand():
    x = its.design(4, 2, 2)
    assert x.tolist() == [[1, -1, 0, 0, 0], [1, -0.5, 0, 0, 1], [1, 0, 1, 0, 0], [1, 0.5, 1, 0.5, 1]]
    assert its.design(4, 2, 2, slope=False).shape == (4, 4)
    for at in (0, 4):
        with pytest.raises(ValueError, match="leaves no period"):
            its.design(4, at, 2)


def test_placed_counts_keep_years_and_sure_dates():
    days = pd.Series(pd.to_datetime(["2014-01-01"] * 40 + ["2014-08-05"] * 3 + ["2015-02-02"]))
    exact = pd.Series([False] * 40 + [True] * 4)
    drawn = its.placed_counts(days, exact, 2014, 2015, 2, readings=400)
    assert drawn.shape == (400, 4)
    assert (drawn[:, :2].sum(axis=1) == 43).all() and (drawn[:, 2:] == [1, 0]).all()
    assert (drawn[:, 1] >= 3).all()
    assert drawn[:, 0].mean() == pytest.approx(20, abs=0.7)
    assert drawn[:, 0].var() == pytest.approx(10, rel=0.25)  # binomial: 40 x 1/2 x 1/2
    assert its.placed_counts(days, exact, 2014, 2015, 1).tolist() == [[43, 1]]
    assert its.placed_counts(days, exact | True, 2014, 2015, 2).tolist() == [[40, 3, 1, 0]]


def test_pooling_by_hand():
    values, variances = np.array([[1.0], [3.0]]), np.array([[0.5], [1.5]])
    pooled, error, degrees = its.pool(values, variances, 10)
    assert pooled[0] == 2 and error[0] ** 2 == pytest.approx(
        1 + 1.5 * 2
    )  # mean variance + (1 + 1/2) x variance
    part = 3 / 4
    seen = 11 / 13 * 10 * (1 - part)
    assert degrees[0] == pytest.approx(1 / (part**2 / 1 + 1 / seen))
    pooled, error, degrees = its.pool(values[:1], variances[:1], 10)
    assert (pooled[0], error[0] ** 2, degrees[0]) == (1, pytest.approx(0.5), 10)


def test_a_series_without_chance_gives_its_own_parameters():
    time = (np.arange(40) - 20) / 2
    after = np.arange(40) >= 20
    mean = 400 * np.exp(0.05 * time + after * (math.log(0.5) + 0.1 * time))
    found = its.fit(np.round(mean), 20, 2)
    assert found.ratio == pytest.approx(0.5, rel=0.01)
    assert found.slope == pytest.approx(math.exp(0.1), rel=0.01)
    assert found.growth == pytest.approx(math.exp(0.05), rel=0.01)
    assert found.without[20] == pytest.approx(400, rel=0.01)
    assert found.fitted[20] == pytest.approx(200, rel=0.01)
    assert found.smooth == pytest.approx(found.fitted, rel=0.01)  # no season was planted
    season = its.fit(np.round(mean * np.tile([2, 0.5], 20)), 20, 2)
    assert season.smooth == pytest.approx(mean, rel=0.03) and season.fitted[20] == pytest.approx(
        400, rel=0.03
    )


def test_fast_fit_equals_statsmodels():
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    rng = np.random.default_rng(1)
    x, y = its.design(24, 13, 2), rng.negative_binomial(3, 0.2, size=(5, 24))
    exposure = rng.integers(5, 20, size=24).astype(float)
    beta, error, dispersion, mean = its.quasi_poisson(y, x, np.log(exposure))
    for k in range(5):
        model = GLM(y[k], x, family=Poisson(), offset=np.log(exposure))
        free = model.fit()
        scale = max(1.0, free.pearson_chi2 / 19)
        result = model.fit(scale=scale)
        assert beta[k] == pytest.approx(result.params, abs=1e-5)
        assert error[k] == pytest.approx(result.bse, abs=1e-5)
        assert dispersion[k] == pytest.approx(scale) and mean[k] == pytest.approx(result.mu, rel=1e-4)


def _simulated(runs: int, ratio: float, slope: float, spread: float, seed: int) -> np.ndarray:
    """Runs of 24 half-years with a change after the 13th; negative binomial with variance spread x mean."""
    rng = np.random.default_rng(seed)
    time, after = (np.arange(24) - 13) / 2, np.arange(24) >= 13
    mean = 20 * np.exp(0.06 * time) * np.where(after, ratio * slope**time, 1.0)
    mean = np.tile(mean, (runs, 1))
    return rng.poisson(mean) if spread == 1 else rng.negative_binomial(mean / (spread - 1), 1 / spread)


@pytest.mark.parametrize(("ratio", "slope", "spread"), [(0.4, 1.0, 1), (1.8, 0.9, 2), (1.0, 1.15, 3)])
def test_planted_change_lies_in_its_interval(ratio, slope, spread):
    fits = [its.fit(y, 13, 2) for y in _simulated(300, ratio, slope, spread, seed=7)]
    assert np.median([f.ratio for f in fits]) == pytest.approx(ratio, rel=0.12)
    assert np.median([f.slope for f in fits]) == pytest.approx(slope, rel=0.06)
    covered = np.mean([f.low <= ratio <= f.high for f in fits])
    covered_slope = np.mean([f.slope_low <= slope <= f.slope_high for f in fits])
    assert 0.91 <= covered <= 0.99 and 0.91 <= covered_slope <= 0.99


def test_dispersion_widens_the_interval():
    calm, rough = (
        [its.fit(y, 13, 2) for y in _simulated(150, 1.0, 1.0, spread, seed=3)] for spread in (1, 4)
    )
    width = [np.median([math.log(f.high / f.low) for f in fits]) for fits in (calm, rough)]
    assert width[1] > 1.6 * width[0]  # in theory by sqrt(4) = 2
    assert np.mean([f.dispersion for f in rough]) > 3 > 1.3 > np.mean([f.dispersion for f in calm])
    one = its.fit(np.array([9, 30, 4, 25, 8, 40, 6, 28, 3, 33, 7, 22]), 6, 2)
    assert one.dispersion > 0  # less spread than Poisson never narrows: standard errors as if it were 1
    even = np.full(12, 16.0)
    _, error, dispersion, _ = its.quasi_poisson(even, its.design(12, 6, 2))
    assert dispersion[0] == 1 and error[0, its.LEVEL] > 0.2


def test_readings_that_differ_widen_the_interval():
    rng = np.random.default_rng(5)
    base = _simulated(1, 1.0, 1.0, 1, seed=9)[0]
    alone = its.fit(base, 13, 2)
    same = its.fit(np.tile(base, (20, 1)), 13, 2)
    assert (same.ratio, same.low, same.high) == pytest.approx((alone.ratio, alone.low, alone.high), rel=0.02)
    moved = np.maximum(base + rng.integers(-6, 7, size=(20, 24)), 0)
    apart = its.fit(moved, 13, 2)
    mean = its.fit(moved.mean(axis=0), 13, 2)
    assert math.log(apart.high / apart.low) > math.log(mean.high / mean.low)


def test_exposure_makes_ratios_of_rates():
    exposure = np.where(np.arange(20) >= 10, 300.0, 100.0)
    counts = exposure / 10 + np.tile([1, -1, -1, 1], 5)
    plain, rate = its.fit(counts, 10, 2), its.fit(counts, 10, 2, exposure=exposure)
    assert plain.ratio == pytest.approx(3, rel=0.15) and rate.ratio == pytest.approx(1, rel=0.15)
    assert plain.low > 1 and rate.low < 1 < rate.high


def test_other_variances_leave_the_ratio():
    y = _simulated(1, 1.0, 1.0, 3, seed=11)[0]
    by = {v: its.fit(y, 13, 2, variance=v) for v in its.VARIANCES}
    assert by["hac"].ratio == pytest.approx(by["dispersion"].ratio)
    assert by["negative binomial"].ratio == pytest.approx(by["dispersion"].ratio, rel=0.25)
    assert len({round(f.low, 4) for f in by.values()}) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"variance": "guess"}, "variance: 'guess'"),
        ({"exposure": np.zeros(24)}, "exposure"),
        ({"exposure": np.ones(7)}, "exposure"),
        ({"at": 0}, "leaves no period"),
    ],
)
def test_bad_arguments_are_refused(change, words):
    given = {"at": 13, "per_year": 2, **change}
    with pytest.raises(ValueError, match=words):
        its.fit(np.ones(24), given.pop("at"), given.pop("per_year"), **given)


def test_too_few_periods_are_refused():
    with pytest.raises(ValueError, match="too few"):
        its.fit(np.ones(4), 2, 1)


# ---------------------------------------------------------------- placebo dates and power


def test_size_of_the_test_without_a_change():
    series = _simulated(1500, 1.0, 1.0, 2, seed=13)
    x = its.design(24, 13, 2)
    beta, error, _, _ = its.quasi_poisson(series, x)
    seen = np.abs(beta[:, its.LEVEL] / error[:, its.LEVEL]) > 2.093  # Student's t, 19 degrees of freedom
    assert 0.03 <= seen.mean() <= 0.08


def test_rank_is_even_without_a_change_and_first_with_one():
    places = [its.rank(its.placebo(y, 2, slope=False), 13)[0] for y in _simulated(300, 1.0, 1.0, 1, seed=17)]
    n = len(its.placebo(np.ones(24), 2))
    assert n == 24 - 8 + 1
    assert np.mean(places) == pytest.approx((n + 1) / 2, abs=1.5)
    assert np.mean(np.array(places) <= 2) == pytest.approx(2 / n, abs=0.06)
    planted = [its.rank(its.placebo(y, 2, slope=False), 13)[0] for y in _simulated(60, 0.2, 1.0, 1, seed=19)]
    assert np.mean(np.array(planted) <= 2) > 0.8


def test_rank_wants_a_known_date():
    with pytest.raises(ValueError, match="not among the dates"):
        its.rank(its.placebo(np.ones(24), 2), 1)


def test_power_grows_with_the_change_and_with_the_data():
    few, many = np.full(24, 5.0), np.full(24, 60.0)
    small, large = (its.power(y, 13, 2, runs=200) for y in (few, many))
    for frame in (small, large):
        by = frame.set_index("ratio")["power"]
        assert by[1.0] <= 0.09
        assert by[0.1] >= by[0.5] >= by[0.9] - 0.05 and by[4.0] >= by[1.5] >= by[1.25] - 0.05
    assert (large["power"] >= small["power"] - 0.06).all()
    assert large.set_index("ratio").at[0.5, "power"] > small.set_index("ratio").at[0.5, "power"] + 0.3
    assert small.equals(its.power(few, 13, 2, runs=200))  # seeded
    assert (small["right"] <= small["seen"]).all()


def test_step_alone_has_more_power_than_step_and_slope():
    y = np.full(24, 12.0)
    free, fixed = its.power(y, 13, 2, runs=300), its.power(y, 13, 2, slope=False, runs=300)
    assert fixed.set_index("ratio").at[0.4, "power"] > free.set_index("ratio").at[0.4, "power"]


def test_smallest_seen_by_hand():
    curve = pd.DataFrame(
        {
            "ratio": [0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0],
            "power": [1, 0.9, 0.7, 0.85, 0.05, 0.2, 0.8, 0.95],
        }
    )
    assert its.smallest_seen(curve) == (0.3, 2.0)  # 0.85 at 0.7 does not count: 0.5 is seen less often
    assert its.smallest_seen(curve, 0.99) == (0.1, None)


# ---------------------------------------------------------------- series, straight from the tables


def _critical() -> pd.DataFrame:
    rows = load("incident_receivers")
    hit = rows.loc[rows["category"] == "Critical infrastructure", "incident_id"].unique()
    frame = load("incidents")
    return frame[frame["incident_id"].isin(hit)]


def _by_a_state() -> set[int]:
    return {
        r.incident_id
        for r in load("incident_initiators").itertuples()
        if r.category in ("state", "state-affiliated") and r.settled is not pd.NA and bool(r.settled)
    }


@pytest.mark.parametrize("year", [2014, 2018, 2023])
def test_yearly_counts_straight_from_the_tables(year):
    hit = _critical()
    hit = hit[hit["start_on"].dt.year == year]
    stable = hit[hit["incident_id"].isin(_by_a_state()) & (hit["in_scope_before_2023"] == True)]  # noqa: E712
    starts, counts, whole, _, _ = hold.data("2015", "naive", "any", 1, "all")
    place = list(starts.year).index(year)
    assert counts[0, place] == len(hit)
    assert whole[0, place] == (load("incidents")["start_on"].dt.year == year).sum()
    _, counts, whole, _, placed = hold.data("2015", "stable", "any", 1, "all")
    assert counts.shape[0] == 1 and counts[0, place] == len(stable) and placed == 0
    assert whole[0, place] >= counts[0, place]


def test_half_years_of_the_stable_series_sum_to_the_years():
    for promise in ("2015", "2021"):
        half = hold.data(promise, "stable", "any", 2, "own")[1]
        years = hold.data(promise, "stable", "any", 1, "own")[1]
        assert half.shape[0] == hold.READINGS
        assert (half.reshape(len(half), -1, 2).sum(axis=2) == years).all()


def test_rivals_straight_from_the_table():
    rows = load("dcid_incidents")
    energy = {
        "energy",
        "nuclear",
        "water",
        "dams",
        "health",
        "transport",
        "financial services",
        "communications",
    }
    mine = rows[rows["sector"].astype(str).isin(energy) & (rows["start_on"].dt.year == 2018)]
    starts, counts, _, _, _ = hold.data("2015", "rivals", "essential", 1, "own")
    assert counts[0, list(starts.year).index(2018)] == len(mine) > 0
    hard = mine[mine["objective"].astype(str).isin(["disruption", "degradation"])]
    counts = hold.data("2015", "rivals", "disrupted", 1, "own")[1]
    assert counts[0, list(starts.year).index(2018)] == len(hard)


def test_narrower_infrastructure_is_a_subset():
    for series in ("stable", "naive", "rivals"):
        wide, six, cut = (hold.items(series, what)["hit"] for what in ("any", "essential", "disrupted"))
        assert wide.sum() > six.sum() > cut.sum() > 0
        assert (wide | ~six).all() and (six | ~cut).all()


def test_windows_keep_the_promises_apart_and_end_with_the_record():
    assert hold.window("2015", "own", "stable") == (2009, 2020)
    assert hold.window("2021", "own", "naive") == (2016, 2024)
    assert hold.window("2015", "all", "rivals") == (2007, 2020)
    assert hold.data("2021", "rivals", "any", 2, "own") is None
    starts, _, _, at, _ = hold.data("2015", "stable", "any", 2, "own")
    assert f"{starts[at]:%Y-%m}" == "2015-07"
    starts, _, _, at, _ = hold.data("2021", "stable", "any", 1, "own")
    assert f"{starts[at]:%Y-%m}" == "2022-01"


def test_the_wider_rule_shows_in_the_naive_series_only():
    """Planting the rule of 2023 as an interruption: a large step in the naive count, none to speak of in the stable one."""
    ratios = {}
    for series in ("naive", "stable"):
        starts, counts, _, _, _ = hold.data("2021", series, "any", 2, "own")
        at = list(starts).index(pd.Timestamp(2023, 1, 1))
        ratios[series] = its.fit(counts, at, 2, slope=False)
    assert ratios["naive"].ratio > 2 and ratios["naive"].low > 1
    assert ratios["stable"].low < 1 < ratios["stable"].high
    late = hold.items("naive")
    late = late[late["hit"] & (late["start_on"].dt.year >= 2023)]
    outside = _critical().set_index("incident_id")["in_scope_before_2023"].fillna(False).astype(bool)
    frame = load("incidents").loc[late.index, "incident_id"]
    assert 0.3 < 1 - outside.loc[frame].mean() < 0.9


def test_stable_takes_no_incident_that_only_the_wider_rule_takes():
    kept = load("incidents").loc[hold.items("stable").index]
    assert kept["in_scope_before_2023"].eq(True).all()
    assert set(kept["incident_id"]) <= _by_a_state()


def test_dropping_vague_dates_would_make_a_step():
    before, old, after, new, ratio = hold.dating("2015")
    assert before / old + 0.1 < after / new
    assert ratio > 1.3 * hold.analysis("2015", "stable").ratio
    yearly = hold.analysis("2015", "stable", per_year=1).ratio  # needs no dates within the year
    assert abs(math.log(hold.analysis("2015", "stable").ratio / yearly)) < abs(math.log(ratio / yearly))


def test_a_planted_fall_in_the_real_record_is_found():
    """Take four fifths of the incidents after July 2015 away: the verdict must change."""
    starts, counts, _, at, _ = hold.data("2015", "naive", "any", 2, "own")
    rng = np.random.default_rng(23)
    thinned = counts[0].copy()
    thinned[at:] = rng.binomial(thinned[at:].astype(int), 0.2)
    found = its.fit(thinned, at, 2)
    assert found.high < 1 and found.ratio == pytest.approx(
        0.2 * hold.analysis("2015", "naive").ratio, rel=0.4
    )


def test_versions_hold_every_version_and_no_other():
    frame = hold.versions("2015")
    assert not frame.duplicated(["series", "measure", "per_year", "slope"]).any()
    assert set(frame["series"]) == {"stable", "naive", "rivals"}
    assert ((frame["low"] < frame["ratio"]) & (frame["ratio"] < frame["high"])).all()
    late = hold.versions("2021")
    assert "rivals" not in set(late["series"]) and not ((late["per_year"] == 1) & late["slope"]).any()
    one = hold.analysis("2015", "stable", "any", "share", 1, "own", False)
    row = frame[(frame["series"] == "stable") & (frame["measure"] == "share") & (frame["per_year"] == 1)]
    assert row[~row["slope"]]["ratio"].item() == one.ratio


# ---------------------------------------------------------------- legal codings


def test_breach_counts_by_hand():
    table = codings.breaches().set_index("obligation")
    rows = load("incident_legal")
    breach = rows[rows["kind"] == "breach"]
    state = _by_a_state()
    critical = set(_critical()["incident_id"])
    by_hand = {
        "due diligence (norms c and h)": set(breach.loc[breach["code"] == "Due diligence", "incident_id"]),
        "sovereignty (no norm of its own)": set(breach.loc[breach["code"] == "Sovereignty", "incident_id"]),
        "law of armed conflict, infrastructure (norm f)": set(
            breach.loc[breach["code"] == "Armed conflict", "incident_id"]
        )
        & critical,
        "intervention or force against infrastructure (norm f)": set(
            breach.loc[breach["subcode"].isin(["Prohibition of intervention", "Use of force"]), "incident_id"]
        )
        & critical,
        "civil and political rights (norm e)": set(
            breach.loc[breach["subcode"] == "Civic / political rights", "incident_id"]
        ),
    }
    for label, ids in by_hand.items():
        assert table.at[label, "incidents"] == len(ids) > 0
        assert table.at[label, "state named"] == len(ids & state)
    assert table.at["sovereignty (no norm of its own)", "incidents"] == 1749
    assert table.at["due diligence (norms c and h)", "incidents"] == 571
    invoked = rows[(rows["kind"] == "attribution") & (rows["code"] == "Sovereignty")]["incident_id"].nunique()
    assert table.at["sovereignty (no norm of its own)", "invoked"] == invoked == 10


def test_breach_selections_narrow():
    every, states = codings.breaches(), codings.breaches("state")
    assert (states["incidents"] == every["state named"]).all() and (
        states["incidents"] == states["state named"]
    ).all()
    some = codings.breaches(between=(2022, 2022))
    assert (some["incidents"] <= every["incidents"]).all() and some["incidents"].sum() > 0


def test_coding_practice_counts_distinct_incidents():
    rows = load("incident_legal")
    breach = rows.loc[rows["kind"] == "breach", "incident_id"].nunique()
    added = codings.coding_practice("added")
    assert added["coded"].sum() == breach and added["incidents"].sum() == len(load("incidents"))
    year = codings.coding_practice("year")
    assert year["incidents"].sum() == load("incidents")["start_on"].notna().sum()
    assert ((year["share"] >= 0) & (year["share"] <= 1)).all()


# ---------------------------------------------------------------- exhibits, findings, check


def test_takeaway_says_what_the_model_says():
    fit = hold.analysis("2015", "stable")
    text = hold.before_after.view(series="stable").takeaway
    assert f"{fit.ratio:.2f} (95% interval {fit.low:.2f} to {fit.high:.2f})" in text
    assert ("no change can be told from chance" in text) == (fit.low < 1 < fit.high)


def test_unfit_versions_say_so():
    view = hold.before_after.view(promise="2021", series="rivals")
    assert view.takeaway == hold.UNFIT and view.table.empty
    assert hold.placebo_dates.view(promise="2021", series="rivals").takeaway == hold.UNFIT
    assert hold.power_curve.view(promise="2021", series="rivals").takeaway == hold.UNFIT


def test_placebo_marks_one_real_date():
    table = hold.placebo_dates.view().table
    assert table["real"].sum() == 1
    assert f"{table.loc[table['real'], 'first period after'].iloc[0]:%Y-%m}" == "2015-07"


def test_power_statement_agrees_with_its_curve():
    curve = hold.curve("2021")
    fall, rise = its.smallest_seen(curve, 0.8)
    text = hold.power_curve.view(promise="2021").takeaway
    assert f"a fall by less than {1 - fall:.0%}" in text and f"less than {rise:g} times" in text


def test_legal_pictures_and_empty_years():
    assert hold.legal_codings.view(picture="added", between=(2000, 2010)).takeaway.startswith("No incident")
    text = hold.legal_codings.view(picture="added").takeaway
    assert "were entered in 2022" in text or "were entered in 20" in text


def test_unknown_choices_are_refused():
    with pytest.raises(ValueError, match="promise"):
        hold.before_after.view(promise="1998")
    with pytest.raises(ValueError, match="wanted"):
        hold.power_curve.view(wanted=200)


def test_verdict_counts_all_versions():
    frame = hold.all_versions()
    assert not frame.duplicated(list(frame.columns[:7])).any() and len(frame) > 100
    assert "naive" not in set(frame["series"]) and set(frame["promise"]) == {"2015", "2021"}
    falls, rises = int((frame["high"] < 1).sum()), int((frame["low"] > 1).sum())
    text = hold.finding_verdict()
    assert f"Of {len(frame)} versions" in text
    assert f"a fall, in {falls} and above 1, a rise, in {rises};" in text
    small = pd.concat([hold.versions(p).assign(promise=p) for p in ("2015", "2021")])
    small = small[small["series"] != "naive"]
    own = frame[(frame["which"] == "own") & (frame["infrastructure"] == "any")]
    key = ["promise", "series", "measure", "per_year", "slope"]
    both = own.merge(small, on=key, suffixes=("", "_"))
    assert len(both) == len(own) == len(small) and (both["ratio"] == both["ratio_"]).all()


def test_newey_west_is_too_narrow_in_short_series():
    """What the notebook says of the second kind of interval: more false alarms than one in twenty, with 12 points."""
    rng = np.random.default_rng(29)
    series = rng.negative_binomial(12, 0.5, size=(250, 12))
    alarms = {
        v: np.mean([not (f.low < 1 < f.high) for f in (its.fit(y, 7, 1, variance=v) for y in series)])
        for v in ("dispersion", "hac")
    }
    assert alarms["dispersion"] < 0.09
    assert alarms["hac"] > 1.5 * alarms["dispersion"]


def test_check_old_rule():
    late = _critical()
    late = late[late["start_on"].dt.year.isin([2023, 2024])]
    right = float((late["in_scope_before_2023"] == True).sum() / len(late))  # noqa: E712
    assert check("2.3", "old_rule", right).right
    assert not check("2.3", "old_rule", 1 - right).right
    assert "Turn it round" in check("2.3", "old_rule", 1 - right).sentence
