"""The statistical functions, number by number: worked by hand, by another formula, or by a library.

These tests are what the mutation test of docs/soundness.md is run with: a change of a sign, a bound, a default or a
message in these modules must make one of them fail.
"""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats as reference

from cyberdip_utils import evidence, rank, stats, survival
from cyberdip_utils.deterrence import transitions as moves
from cyberdip_utils.norms import agreement, interrupted

near = pytest.approx


def close(value):
    """Equal up to where statsmodels stops iterating, which differs between machines."""
    return pytest.approx(value, rel=1e-4, abs=1e-9)


def exactly(text):
    """A pattern that is this sentence and nothing else."""
    import re

    return "^" + re.escape(text) + "$"


# ---------------------------------------------------------------- stats


def test_wilson_stays_within_0_and_1_and_names_what_is_wrong():
    assert stats.wilson(0, 5)[0] == 0.0 and stats.wilson(5, 5)[1] == 1.0
    theirs = reference.binomtest(3, 7).proportion_ci(method="wilson")
    assert stats.wilson(3, 7) == (near(theirs.low, abs=1e-12), near(theirs.high, abs=1e-12))
    assert stats.wilson(1, 1, z=1e9) == (near(0.0, abs=1e-6), 1.0)
    with pytest.raises(ValueError, match=exactly("k and n: 4 of 3; need 0 <= k <= n")):
        stats.wilson(4, 3)
    with pytest.raises(ValueError, match="k and n: 0 of -1"):
        stats.wilson(0, -1)


@pytest.mark.parametrize(
    ("k", "n", "said"),
    [
        (1, 50, "2% (1 of 50; 0–10%)"),
        (49, 50, "98% (49 of 50; 90–100%)"),
        (197, 200, "98.5% (197 of 200; 95.7–99.5%)"),
        (199, 200, "99.5% (199 of 200; 97.2–99.9%)"),
        (10, 10, "100% (10 of 10; 72–100%)"),
        (3, 200, "1.5% (3 of 200; 0.5–4.3%)"),
        (1200, 3000, "40% (1,200 of 3,000; 38–42%)"),
        (0, 0, "no cases (0 of 0)"),
    ],
)
def test_share_in_words(k, n, said):
    assert stats.share(k, n) == said


def test_kappa_of_three_codes():
    a = pd.Series(list("xxyyzzzx"))
    b = pd.Series(list("xyyyzzxx"))
    # equal 6 of 8; shares of a: 3/8, 2/8, 3/8, of b: 3/8, 3/8, 2/8; chance (9 + 6 + 6) / 64
    chance = 21 / 64
    assert stats.agreement(a, b) == (near(0.75), near((0.75 - chance) / (1 - chance)), 8)
    assert stats.agreement(a, pd.Series([None, *"yyyzzx", None]))[2] == 6
    nothing = stats.agreement(pd.Series([None, "x"]), pd.Series(["x", None]))
    assert math.isnan(nothing[0]) and math.isnan(nothing[1]) and nothing[2] == 0
    # codes that only one of the two uses
    assert stats.agreement(pd.Series(["a", "a"]), pd.Series(["b", "b"])) == (0.0, 0.0, 2)


# ---------------------------------------------------------------- rank

X = [1.0, 2.0, 2.0, 5.0, 7.0, 3.0, math.nan, 9.0, 4.0]
Y = [2.0, 1.0, 4.0, 4.0, 9.0, 3.0, 5.0, math.nan, 6.0]


def test_rank_correlation_equals_scipy_and_its_bootstrap_a_plain_one():
    got = rank.spearman(X, Y)
    pairs = np.array([(x, y) for x, y in zip(X, Y, strict=True) if x == x and y == y])
    assert got.n == len(pairs) == 7
    assert got.value == near(reference.spearmanr(*pairs.T).statistic)
    drawn = np.random.default_rng(13).integers(0, 7, size=(1000, 7))
    again = []
    for row in drawn:
        a, b = reference.rankdata(pairs[row, 0]), reference.rankdata(pairs[row, 1])
        if len(set(a)) > 1 and len(set(b)) > 1:
            again.append(np.corrcoef(a, b)[0, 1])
    assert (got.low, got.high) == (near(np.percentile(again, 2.5)), near(np.percentile(again, 97.5)))
    assert isinstance(got.value, float) and isinstance(got.low, float) and isinstance(got.high, float)
    assert rank.spearman(X, Y, resamples=50, seed=2) != got


def test_rank_correlation_without_enough_or_without_variety():
    for x, y, n in [([1, 2, 3], [1, 2, 3], 3), ([1, 1, 1, 1], [1, 2, 3, 4], 4), ([], [], 0)]:
        got = rank.spearman(x, y)
        assert got.n == n and all(math.isnan(v) for v in (got.value, got.low, got.high))
    assert rank.spearman([1, 2, 3, 4], [4, 3, 2, 1]).value == near(-1)
    assert rank.spearman([1, 2, 3, 4, math.nan], [math.nan, 1, 2, 3, 4]).n == 3


def test_rank_correlation_in_words():
    assert str(rank.Rho(-0.456, -0.7, 0.1, 1234)) == "−0.46 (95% interval −0.70 to 0.10, n = 1234)"
    assert str(rank.Rho(math.nan, math.nan, math.nan, 3)) == "no rank correlation (n = 3)"
    with pytest.raises(ValueError, match=exactly("x and y: 2 and 3 values; they must be paired")):
        rank.spearman([1, 2], [1, 2, 3])


# ---------------------------------------------------------------- survival

TIME = [1, 2, 2, 3, 4, 5, 5, 8]
EVENT = [True, True, True, False, True, False, True, False]


def test_kaplan_meier_by_hand():
    got = survival.kaplan_meier(TIME, EVENT)
    assert list(got.columns) == ["time", "at_risk", "events", "survival", "se", "low", "high"]
    assert got["time"].tolist() == [1, 2, 4, 5]
    assert got["at_risk"].tolist() == [8, 7, 4, 3]
    assert got["events"].tolist() == [1, 2, 1, 1]
    s = [7 / 8, 7 / 8 * 5 / 7, 7 / 8 * 5 / 7 * 3 / 4, 7 / 8 * 5 / 7 * 3 / 4 * 2 / 3]
    assert got["survival"].tolist() == near(s)
    greenwood = np.cumsum([1 / (8 * 7), 2 / (7 * 5), 1 / (4 * 3), 1 / (3 * 2)])
    assert got["se"].tolist() == near((np.array(s) * np.sqrt(greenwood)).tolist())
    wide = stats.Z95 * np.sqrt(greenwood) / np.abs(np.log(s))
    assert got["low"].tolist() == near((np.array(s) ** np.exp(wide)).tolist())
    assert got["high"].tolist() == near((np.array(s) ** np.exp(-wide)).tolist())
    narrow = survival.kaplan_meier(TIME, EVENT, z=1)
    assert ((narrow["low"] > got["low"]) & (narrow["high"] < got["high"])).all()


def test_kaplan_meier_to_the_last_and_with_nothing():
    got = survival.kaplan_meier([1, 2, 3], [True, True, True])
    assert got["survival"].tolist() == near([2 / 3, 1 / 3, 0])
    last = got.iloc[-1]
    assert (last["survival"], last["low"], last["se"]) == (0, 0, 0)
    assert last["high"] == got["high"].iloc[1] > 0
    at_once = survival.kaplan_meier([4, 4], [True, True]).iloc[0]
    assert (at_once["survival"], at_once["low"], at_once["high"]) == (0, 0, 1)
    nobody = survival.kaplan_meier([1, 2], [False, False])
    assert list(nobody.columns) == survival.CURVE and nobody.empty and nobody["time"].dtype == float
    assert survival.kaplan_meier([0, 3], [True, False])["time"].tolist() == [0]


def test_shares_and_median_read_off_a_curve():
    curve = survival.kaplan_meier(TIME, EVENT)
    assert survival.share_by(curve, 0.5) == (0, 0, 0)
    row = curve.iloc[1]
    for day in (2, 3.9):
        assert survival.share_by(curve, day) == (near(3 / 8), near(1 - row["high"]), near(1 - row["low"]))
    assert survival.share_by(curve, 99)[0] == near(1 - curve["survival"].iloc[-1])
    assert survival.median_time(curve) == 4
    assert survival.median_time(survival.kaplan_meier([1, 2, 3, 4], [True, True, False, False])) == 2
    assert survival.median_time(survival.kaplan_meier([1, 2, 3], [True, False, False])) == math.inf
    assert isinstance(survival.median_time(curve), float)


def test_log_rank_by_hand():
    time, event, group = [1, 3, 5, 2, 4, 6], [1, 1, 0, 1, 1, 1], list("aaabbb")
    # observed and expected deaths in a at times 1, 2, 3, 4, 6, and the hypergeometric variances
    risk = [(3, 3), (2, 3), (2, 2), (1, 2), (0, 1)]
    expected = sum(a / (a + b) for a, b in risk)
    variance = sum(a * b / (a + b) ** 2 for a, b in risk)
    chi2, free, p = survival.log_rank(time, event, group)
    assert chi2 == near((2 - expected) ** 2 / variance) and free == 1
    assert p == near(reference.chi2.sf(chi2, 1))
    assert survival.log_rank([1, 2, 3, 4, 5, 6], [1] * 6, list("abcabc"))[1] == 2
    assert all(isinstance(x, float) for x in (chi2, p))
    with pytest.raises(ValueError, match=exactly("group: the test compares two groups or more, not 1")):
        survival.log_rank(time, event, ["a"] * 6)


def test_cumulative_incidence_by_hand():
    time = [1, 2, 2, 3, 4, 5]
    cause = ["x", "y", "x", "", "x", ""]
    got = survival.cumulative_incidence(time, cause, ["x", "y", "z"])
    assert list(got.columns) == ["time", "cause", "incidence"]
    x = got[got["cause"] == "x"].set_index("time")["incidence"]
    y = got[got["cause"] == "y"].set_index("time")["incidence"]
    # S before 1, 2, 4 is 1, 5/6, 1/2; two are left at 4
    assert x[1] == near(1 / 6) and x[2] == near(1 / 6 + 5 / 6 / 5) and x[4] == near(2 / 6 + 0.5 / 2)
    assert y[1] == near(0) and y[2] == near(1 / 6) and y[4] == near(1 / 6)
    assert "z" not in set(got["cause"])
    assert set(survival.cumulative_incidence(time, cause, ["y", "x"])["cause"]) == {"x", "y"}
    nothing = survival.cumulative_incidence([1, 2], ["", ""], ["x"])
    assert list(nothing.columns) == ["time", "cause", "incidence"] and nothing.empty
    with pytest.raises(ValueError, match=exactly("cause: 'w' is not among x, y")):
        survival.cumulative_incidence([1, 2], ["x", "w"], ["x", "y"])


@pytest.mark.parametrize(
    ("time", "event", "said"),
    [
        ([1, 2], [True], "time and event: (2,) and (1,); need two lists of one length"),
        ([[1, 2]], [[True, True]], "time and event: (1, 2) and (1, 2); need two lists of one length"),
        ([1, -2], [True, True], "time: every time must be a number of 0 or more"),
        ([1, math.nan], [True, True], "time: every time must be a number of 0 or more"),
        ([1, math.inf], [True, True], "time: every time must be a number of 0 or more"),
    ],
)
def test_times_that_are_none(time, event, said):
    with pytest.raises(ValueError, match=exactly(said)):
        survival.kaplan_meier(time, event)


# ---------------------------------------------------------------- evidence

RATIOS = pd.DataFrame({"B": [2.0, 4.0, 1.0, 5.0], "C": [3.0, 0.5, 1.0, 8.0]})
SOFT = [True, False, False, True]
PRIOR = {"A": 0.5, "B": 0.3, "C": 0.2}


def by_hand(f, k=1.0):
    """L_j with every ratio other than 1 multiplied by k, from the formula at the head of the module."""
    out = {}
    for j in ("B", "C"):
        r = [x if x == 1 else x * k for x in RATIOS[j]]
        hard, soft = 1 / (r[1] * r[2]), 1 / (r[0] * r[3])
        out[j] = hard * ((1 - f) * soft + f)
    return out


@pytest.mark.parametrize(("f", "k"), [(0, 1), (0.3, 1), (1, 1), (0.25, 2), (0.25, 0.5)])
def test_weights_by_the_formula(f, k):
    got = evidence.weights(RATIOS, SOFT, f, k)
    assert list(got.index) == ["B", "C"] and got.to_dict() == near(by_hand(f, k))
    assert evidence.weights(RATIOS, SOFT, f).to_dict() == near(by_hand(f))


def test_without_forgeable_clues_nothing_is_planted_and_without_clues_nothing_changes():
    hard = evidence.weights(RATIOS, [False] * 4, 0.9)
    assert hard.to_dict() == near({"B": 1 / 40, "C": 1 / 12})
    none = pd.DataFrame({"B": [], "C": []})
    assert evidence.weights(none, [], 0.5).tolist() == [1, 1]
    assert evidence.posterior(PRIOR, "A", none, [], 0.5).to_dict() == near(PRIOR)


def test_posterior_by_the_formula_in_the_order_given():
    for f, k in [(0.0, 1.0), (0.2, 1.0), (0.2, 3.0)]:
        w = by_hand(f, k)
        joint = {"A": 0.5, "B": 0.3 * w["B"], "C": 0.2 * w["C"]}
        got = evidence.posterior(PRIOR, "A", RATIOS, SOFT, f, k)
        assert list(got.index) == list(PRIOR) and got.sum() == near(1)
        assert got.to_dict() == near({s: v / sum(joint.values()) for s, v in joint.items()})
    assert evidence.posterior(PRIOR, "A", RATIOS, SOFT)["A"] == near(
        0.5 / (0.5 + 0.3 * by_hand(0)["B"] + 0.2 * by_hand(0)["C"])
    )
    line = evidence.over_false_flag(PRIOR, "A", RATIOS, SOFT, [0, 0.2, 1])
    assert line.tolist() == near([evidence.posterior(PRIOR, "A", RATIOS, SOFT, f)["A"] for f in (0, 0.2, 1)])
    doubled = evidence.over_false_flag(PRIOR, "A", RATIOS, SOFT, [0.2], 2.0)
    assert doubled[0] == near(evidence.posterior(PRIOR, "A", RATIOS, SOFT, 0.2, 2.0)["A"])


def test_band_is_all_ratios_off_one_way():
    low, high = evidence.band(PRIOR, "A", RATIOS, SOFT, 0.2, 2)
    assert low == near(evidence.posterior(PRIOR, "A", RATIOS, SOFT, 0.2, 0.5)["A"])
    assert high == near(evidence.posterior(PRIOR, "A", RATIOS, SOFT, 0.2, 2)["A"]) and low < high
    assert isinstance(low, float) and isinstance(high, float)
    here = evidence.posterior(PRIOR, "A", RATIOS, SOFT, 0.2)["A"]
    assert evidence.band(PRIOR, "A", RATIOS, SOFT, 0.2, 1) == (near(here), near(here))
    with pytest.raises(ValueError, match=exactly("doubt: 0.5 is below 1; a factor of 1 means none")):
        evidence.band(PRIOR, "A", RATIOS, SOFT, 0.2, 0.5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"false_flag": 1.5}, "false_flag: 1.5 to 1.5 is not between 0 and 1"),
        ({"false_flag": -0.1}, "false_flag: -0.1 to -0.1 is not between 0 and 1"),
        ({"doubt": 0.0}, "ratios and doubt must be above 0"),
        ({"doubt": -1.0}, "ratios and doubt must be above 0"),
        ({"ratios": RATIOS * 0}, "ratios and doubt must be above 0"),
        ({"ratios": -RATIOS}, "ratios and doubt must be above 0"),
        ({"prior": {"A": 0.5, "B": 0.3, "C": 0.3}}, "prior: the probabilities add up to 1.1, not to 1"),
        ({"prior": {"A": 0.9, "B": 0.3, "C": -0.2}}, "prior: the probabilities add up to 1, not to 1"),
        ({"prior": {"A": 0.5, "B": 0.5}}, "prior: suspects ['A', 'B'] do not match A and ['B', 'C']"),
        ({"prior": {"B": 0.5, "C": 0.5}}, "prior: suspects ['B', 'C'] do not match A and ['B', 'C']"),
        (
            {"prior": {"A": 0.4, "B": 0.3, "C": 0.2, "D": 0.1}},
            "prior: suspects ['A', 'B', 'C', 'D'] do not match A and ['B', 'C']",
        ),
    ],
)
def test_evidence_that_makes_no_sense(change, said):
    given = {
        "prior": PRIOR,
        "accused": "A",
        "ratios": RATIOS,
        "forgeable": SOFT,
        "false_flag": 0.1,
        "doubt": 1.0,
    }
    with pytest.raises(ValueError, match=exactly(said)):
        evidence.posterior(**(given | change))


def test_certain_priors_are_allowed():
    assert evidence.posterior({"A": 1.0, "B": 0.0, "C": 0.0}, "A", RATIOS, SOFT, 1.0)["A"] == 1
    assert evidence.posterior({"A": 0.0, "B": 1.0, "C": 0.0}, "A", RATIOS, SOFT, 0.0)["A"] == 0


# ---------------------------------------------------------------- agreement

VOTES = pd.DataFrame(
    [
        ["yes", "no", "abstain", "yes", "absent"],
        ["yes", "abstain", "no", None, "yes"],
        ["no", "no", "abstain", "yes", "no"],
        ["absent", None, None, "absent", None],
    ],
    index=["a", "b", "c", "d"],
)


def test_pairwise_agreement_by_hand():
    share, shared = agreement.pairwise(VOTES)
    assert (
        shared.loc["a"].tolist() == [4, 3, 4, 0] and shared.loc["b", "c"] == 4 and shared.loc["d", "d"] == 0
    )
    assert share.loc["a", "b"] == near(1 / 3) and share.loc["a", "c"] == near(3 / 4)
    assert share.loc["b", "c"] == 0 and share.loc["a", "a"] == 1 and math.isnan(share.loc["a", "d"])
    assert list(share.index) == list(share.columns) == list(shared.index) == list("abcd")
    half, still = agreement.pairwise(VOTES, abstention="half")
    assert still.equals(shared)
    # a-b: yes/yes 1, no/abstain 1/2, abstain/no 1/2; b-c: yes/no 0, abstain/no 1/2, no/abstain 1/2, yes/no 0
    assert half.loc["a", "b"] == near(2 / 3) and half.loc["b", "c"] == near(1 / 4)
    assert half.loc["a", "c"] == near(3 / 4) and half.loc["c", "b"] == half.loc["b", "c"]
    share, shared = agreement.pairwise(VOTES, [2, 0, 1, 3, 5])
    assert shared.loc["a", "b"] == 3 and share.loc["a", "b"] == near(2 / 3)
    assert shared.loc["a", "c"] == 6 and share.loc["a", "c"] == near(4 / 6)
    half, _ = agreement.pairwise(VOTES, [2, 0, 1, 3, 5], "half")
    assert half.loc["a", "b"] == near(2.5 / 3) and half.loc["b", "c"] == near(0.5 / 8)
    with pytest.raises(ValueError, match=exactly("abstention: 'third' is not one of apart, half")):
        agreement.pairwise(VOTES, abstention="third")


def test_who_took_part_and_the_layers():
    assert agreement.took_part(VOTES).to_dict() == near({"a": 0.8, "b": 0.8, "c": 1.0, "d": 0.0})
    layers = agreement.indicators(VOTES)
    assert layers.shape == (3, 4, 5) and layers.dtype == float
    assert layers[0, 0].tolist() == [1, 0, 0, 1, 0] and layers[1, 1].tolist() == [0, 1, 0, 0, 0]
    assert layers[2, 2].tolist() == [1, 1, 0, 0, 1] and layers.sum() == 13


@pytest.mark.parametrize(
    ("votes", "index"),
    [((10, 0, 0), 1), ((5, 5, 5), 0), ((6, 3, 1), 0.4), ((1, 6, 3), 0.4), ((3, 1, 6), 0.4), ((0, 1, 0), 1), ((2, 2, 0), 0.25)],
)  # fmt: skip
def test_agreement_index_by_hand(votes, index):
    assert agreement.agreement_index(*votes) == near(index)


def test_agreement_index_without_votes():
    assert math.isnan(agreement.agreement_index(0, 0, 0))


def test_partitions_by_hand():
    a, b = [1, 1, 1, 2, 2, 2], [1, 1, 2, 2, 3, 3]
    assert agreement.contingency(a, b).tolist() == [[2, 1, 0], [0, 1, 2]]
    assert agreement.contingency([5, 5], [7, 9]).tolist() == [[1, 1]]
    # pairs together in both 2, in a 6, in b 3, of 15: (2 - 6·3/15) / ((6 + 3)/2 - 6·3/15)
    assert agreement.adjusted_rand(a, b) == near((2 - 1.2) / (4.5 - 1.2))
    assert agreement.adjusted_rand(a, [9, 9, 9, 4, 4, 4]) == near(1.0)
    assert agreement.adjusted_rand([1, 1, 1], [1, 1, 1]) == 1.0
    assert agreement.adjusted_rand([1, 2, 3], [1, 2, 3]) == 1.0
    assert agreement.adjusted_rand([1, 1, 2, 2], [1, 2, 1, 2]) == near(-0.5)


def camps(seed=3, noise=0.15):
    """Three camps of 6, 4 and 3 states over 24 roll calls, with some that break ranks."""
    draw = np.random.default_rng(seed)
    base = np.array([["yes"] * 24, ["no"] * 24, ["yes"] * 12 + ["no"] * 12], dtype=object)
    rows = base[[2] * 3 + [0] * 6 + [1] * 4].copy()
    rows[draw.random(rows.shape) < noise] = "abstain"
    return pd.DataFrame(rows, index=[f"s{i}" for i in range(13)])


def test_clusters_are_numbered_by_size_and_are_wards():
    from scipy.cluster.hierarchy import fcluster, linkage

    votes = camps()
    got = agreement.clusters(votes, [2, 3])
    assert list(got.columns) == [2, 3] and list(got.index) == list(votes.index)
    assert got[3].tolist() == [3] * 3 + [1] * 6 + [2] * 4
    apart = np.sqrt(1 - agreement.pairwise(votes)[0].to_numpy())
    theirs = fcluster(linkage(apart[np.triu_indices(13, 1)], "ward"), 2, "maxclust")
    assert agreement.adjusted_rand(got[2], theirs) == 1 and sorted(set(got[2])) == [1, 2]
    assert (got[2] == 1).sum() >= (got[2] == 2).sum()


def test_a_pair_without_a_common_vote_is_at_the_mean_distance():
    from scipy.cluster.hierarchy import fcluster, linkage

    votes = camps(noise=0.3)
    votes.iloc[0, :12] = "absent"
    votes.iloc[7, 12:] = "absent"
    unlike = 1 - agreement.pairwise(votes)[0].to_numpy()
    assert np.isnan(unlike[0, 7])
    unlike[np.isnan(unlike)] = np.nanmean(unlike)
    apart = np.sqrt(unlike)
    for k in (2, 3, 4, 5, 6):
        theirs = fcluster(linkage(apart[np.triu_indices(13, 1)], "ward"), k, "maxclust")
        assert agreement.adjusted_rand(agreement.clusters(votes, [k])[k], theirs) == 1


def test_stability_is_the_mean_best_jaccard_over_resamples():
    votes = camps(noise=0.45)
    got = agreement.stability(votes, [2, 3], rounds=6, seed=4)
    assert list(got.columns) == ["k", "cluster", "size", "jaccard", "rand"]
    assert got["k"].tolist() == [2, 2, 3, 3, 3] and got["cluster"].tolist() == [1, 2, 1, 2, 3]
    base = agreement.clusters(votes, [2, 3])
    draw = np.random.default_rng(4)
    best = {(k, i): [] for k in (2, 3) for i in range(1, k + 1)}
    rand = {2: [], 3: []}
    for _ in range(6):
        again = agreement.clusters(votes, [2, 3], draw.multinomial(24, np.full(24, 1 / 24)))
        for k in (2, 3):
            rand[k].append(agreement.adjusted_rand(base[k], again[k]))
            for i in range(1, k + 1):
                mine = set(base.index[base[k] == i])
                others = [set(again.index[again[k] == j]) for j in set(again[k])]
                best[k, i].append(max(len(mine & o) / len(mine | o) for o in others))
    for row in got.itertuples():
        assert row.jaccard == near(np.mean(best[row.k, row.cluster])) and row.rand == near(
            np.mean(rand[row.k])
        )
        assert row.size == (base[row.k] == row.cluster).sum()
    assert not got.equals(agreement.stability(votes, [2, 3], rounds=6, seed=5))
    assert agreement.stability(votes, [3], rounds=6).equals(agreement.stability(votes, [3], 6, 0))
    assert got["jaccard"].min() < 1 and 0 < got["rand"].min() < 1


# ---------------------------------------------------------------- interrupted time series


def test_periods_of_a_year():
    assert interrupted.period_starts(2001, 2002, 1).strftime("%F").tolist() == ["2001-01-01", "2002-01-01"]
    assert interrupted.period_starts(2001, 2001, 4).strftime("%m-%d").tolist() == [
        "01-01",
        "04-01",
        "07-01",
        "10-01",
    ]
    assert interrupted.period_starts(2001, 2001, 2).strftime("%m").tolist() == ["01", "07"]
    assert len(interrupted.period_starts(2001, 2003, 12)) == 36
    with pytest.raises(ValueError, match=exactly("per_year: 5 does not divide twelve months")):
        interrupted.period_starts(2001, 2002, 5)


DATES = pd.Series(
    pd.to_datetime(
        [
            "2000-12-31",
            "2001-01-01",
            "2001-03-31",
            "2001-04-01",
            "2001-12-31",
            "2002-07-01",
            "2003-01-01",
            None,
        ]
    )
)


def test_counts_by_period():
    assert interrupted.period_counts(DATES, 2001, 2002, 4).tolist() == [2, 1, 0, 1, 0, 0, 1, 0]
    assert interrupted.period_counts(DATES, 2001, 2002, 1).tolist() == [4, 1]
    assert interrupted.period_counts(DATES, 2001, 2002, 12)[[0, 2, 3, 11]].tolist() == [1, 1, 1, 1]
    assert interrupted.period_counts(DATES, 2001, 2003, 1).dtype == float
    assert interrupted.period_counts(DATES[:0], 2001, 2002, 2).tolist() == [0, 0, 0, 0]


def test_vague_dates_are_placed_by_chance_and_each_year_keeps_its_sum():
    exact = [True, True, False, True, False, False, True, True]
    assert interrupted.placed_counts(DATES, exact, 2001, 2002, 1).tolist() == [[4, 1]]
    sure = interrupted.placed_counts(DATES, [True] * 8, 2001, 2002, 4)
    assert sure.tolist() == [[2, 1, 0, 1, 0, 0, 1, 0]]
    got = interrupted.placed_counts(DATES, exact, 2001, 2002, 4)
    assert got.shape == (20, 8)
    assert (got[:, :4].sum(axis=1) == 4).all() and (got[:, 4:].sum(axis=1) == 1).all()
    assert (got[:, 0] >= 1).all() and (got[:, 1] >= 1).all()
    rng = np.random.default_rng(2015)
    placed = np.concatenate([rng.multinomial(k, [0.25] * 4, size=20) for k in (2, 1)], axis=1)
    assert (got - placed == [1, 1, 0, 0, 0, 0, 0, 0]).all()
    odd = interrupted.placed_counts(DATES.set_axis(range(10, 18)), exact, 2001, 2002, 4, 3, 7)
    assert odd.shape == (3, 8) and odd.sum() == 15


def test_design_by_hand():
    got = interrupted.design(6, 2, 2)
    want = [
        [1, -1.0, 0, 0, 0],
        [1, -0.5, 0, 0, 1],
        [1, 0.0, 1, 0, 0],
        [1, 0.5, 1, 0.5, 1],
        [1, 1.0, 1, 1.0, 0],
        [1, 1.5, 1, 1.5, 1],
    ]
    assert got.tolist() == want
    assert interrupted.design(6, 2, 2, slope=False).tolist() == [r[:3] + r[4:] for r in want]
    assert interrupted.design(8, 4, 4).shape == (8, 7) and interrupted.design(5, 1, 1).shape == (5, 4)
    assert interrupted.design(8, 4, 4)[:, 4:].tolist() == [
        [float(i % 4 == k) for k in (1, 2, 3)] for i in range(8)
    ]
    for at in (0, 6, 7, -1):
        with pytest.raises(ValueError, match=exactly(f"at: {at} leaves no period on one side of 6")):
            interrupted.design(6, at, 1)
    assert interrupted.design(6, 5, 1).shape == interrupted.design(6, 1, 1).shape == (6, 4)


def series(seed=1, n=24, at=12, dispersed=True):
    draw = np.random.default_rng(seed)
    mean = np.exp(2.5 + 0.02 * np.arange(n) - 0.5 * (np.arange(n) >= at) + 0.3 * (np.arange(n) % 2))
    return (draw.negative_binomial(4, 4 / (4 + mean)) if dispersed else draw.poisson(mean)).astype(float)


def glm(y, x, offset=None):
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    return GLM(y, x, family=Poisson(), offset=offset)


def test_many_poisson_regressions_equal_statsmodels():
    x = interrupted.design(24, 12, 2)
    exposure = np.log(np.linspace(20, 50, 24))
    y = np.vstack([series(1), series(2), series(3, dispersed=False)])
    beta, error, spread, mean = interrupted.quasi_poisson(y, x, exposure)
    for i in range(3):
        theirs = glm(y[i], x, exposure).fit()
        pearson = theirs.pearson_chi2 / (24 - 5)
        assert beta[i] == near(theirs.params, abs=1e-6)
        assert spread[i] == near(max(1, pearson), rel=1e-6)
        assert error[i] == near(theirs.bse * math.sqrt(max(1, pearson)), rel=1e-5)
        assert mean[i] == near(theirs.mu, rel=1e-6)
    assert spread[0] > 1.2 and spread.min() >= 1
    even = interrupted.quasi_poisson(np.full((1, 24), 7.0), x)
    assert even[2][0] == 1 and even[0][0] == near([math.log(7), 0, 0, 0, 0], abs=1e-6)
    alone = interrupted.quasi_poisson(y[0], x)
    assert alone[0].shape == (1, 5) and alone[0][0] == near(glm(y[0], x).fit().params, abs=1e-6)
    # a period without a single case, and one step only, which is not yet the answer
    zero = interrupted.quasi_poisson(np.where(np.arange(24) < 3, 0, series(4)), x)
    assert np.isfinite(zero[0]).all()
    assert abs(interrupted.quasi_poisson(y, x, exposure, steps=1)[0] - beta).max() > 1e-4


def test_pooling_of_readings_by_the_formula():
    values = np.array([[1.0, 2.0], [1.4, 2.2], [0.9, 1.9]])
    variances = np.array([[0.2, 0.1], [0.3, 0.2], [0.1, 0.3]])
    got, error, free = interrupted.pool(values, variances, 10)
    for j in range(2):
        within, between = variances[:, j].mean(), (1 + 1 / 3) * values[:, j].var(ddof=1)
        total = within + between
        part = between / total
        assert got[j] == near(values[:, j].mean()) and error[j] == near(math.sqrt(total))
        old = 2 / part**2
        seen = 11 / 13 * 10 * (1 - part)
        assert free[j] == near(1 / (1 / old + 1 / seen))
    one = interrupted.pool(values[:1], variances[:1], 10)
    assert (
        one[0].tolist() == [1, 2] and one[1] == near(np.sqrt([0.2, 0.1])) and one[2].tolist() == [10.0, 10.0]
    )
    same = interrupted.pool(np.ones((4, 1)), np.full((4, 1), 0.5), 10)
    assert same[1] == near([math.sqrt(0.5)]) and same[2] == near([11 / 13 * 10], rel=1e-6)


@pytest.mark.parametrize("slope", [True, False])
@pytest.mark.parametrize("variance", interrupted.VARIANCES)
def test_a_fit_is_that_of_statsmodels(variance, slope):
    from statsmodels.genmod.families import NegativeBinomial
    from statsmodels.genmod.generalized_linear_model import GLM

    y, exposure = series(5), np.linspace(30, 60, 24)
    x = interrupted.design(24, 12, 2, slope)
    got = interrupted.fit(y, 12, 2, slope=slope, exposure=exposure, variance=variance)
    poisson = glm(y, x, np.log(exposure)).fit()
    free = 24 - x.shape[1]
    spread = poisson.pearson_chi2 / free
    if variance == "dispersion":
        theirs = glm(y, x, np.log(exposure)).fit(scale=max(1, spread))
    elif variance == "hac":
        lags = math.floor(4 * (24 / 100) ** (2 / 9))
        theirs = glm(y, x, np.log(exposure)).fit(
            cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}
        )
    else:
        alpha = ((y - poisson.mu) ** 2 - y).sum() / (poisson.mu**2).sum()
        assert alpha > 0.01
        theirs = GLM(y, x, family=NegativeBinomial(alpha=alpha), offset=np.log(exposure)).fit()
    b, se = theirs.params, np.sqrt(np.diag(theirs.cov_params()))
    wide = reference.t.ppf(0.975, free)
    assert got.ratio == close(math.exp(b[2])) and got.statistic == close(b[2] / se[2])
    assert (got.low, got.high) == (close(math.exp(b[2] - wide * se[2])), close(math.exp(b[2] + wide * se[2])))
    assert got.p == close(2 * reference.t.sf(abs(b[2] / se[2]), free))
    assert got.growth == close(math.exp(b[1])) and got.dispersion == close(spread)
    if slope:
        assert got.slope == close(math.exp(b[3]))
        assert got.slope_low == close(math.exp(b[3] - wide * se[3]))
        assert got.slope_high == close(math.exp(b[3] + wide * se[3]))
    else:
        assert all(math.isnan(v) for v in (got.slope, got.slope_low, got.slope_high))
    residuals = (y - poisson.mu) / np.sqrt(poisson.mu)
    assert got.autocorrelation == close(np.corrcoef(residuals[:-1], residuals[1:])[0, 1])
    assert got.fitted == close(theirs.mu)
    season, time = b[-1], (np.arange(24) - 12) / 2
    after = time >= 0
    level = b[0] + b[1] * time + season / 2 + np.log(exposure)
    assert got.without == close(np.exp(level))
    assert got.smooth == close(np.exp(level + after * b[2] + (after * time * b[3] if slope else 0)))


def test_a_fit_of_several_readings_pools_them():
    y = np.vstack([series(6), series(6) + np.tile([1, 0], 12), series(6) + np.tile([0, 2], 12)])
    got = interrupted.fit(y, 12, 2)
    alone = [interrupted.fit(row, 12, 2) for row in y]
    x = interrupted.design(24, 12, 2)
    rows = [glm(row, x).fit(scale=max(1, a.dispersion)) for row, a in zip(y, alone, strict=True)]
    beta, error, free = interrupted.pool(
        np.array([r.params for r in rows]), np.array([np.diag(r.cov_params()) for r in rows]), 19
    )
    assert got.ratio == close(math.exp(beta[2])) and got.statistic == close(beta[2] / error[2])
    assert got.p == close(2 * reference.t.sf(abs(beta[2] / error[2]), free[2]))
    assert got.high == close(math.exp(beta[2] + reference.t.ppf(0.975, free[2]) * error[2]))
    for name in ("dispersion", "autocorrelation", "fitted", "smooth", "without"):
        assert getattr(got, name) == close(np.mean([getattr(a, name) for a in alone], axis=0)), name
    # readings of the exposure with one series are readings too
    wide = interrupted.fit(y[0], 12, 2, exposure=np.vstack([np.full(24, 2.0), np.linspace(2, 3, 24)]))
    assert wide.fitted.shape == (24,) and wide.ratio != alone[0].ratio


def test_what_cannot_be_fitted_is_said():
    with pytest.raises(
        ValueError, match=exactly("variance: 'x' is none of dispersion, hac, negative binomial")
    ):
        interrupted.fit(series(), 12, 2, variance="x")
    with pytest.raises(ValueError, match=exactly("5 periods are too few for 5 coefficients")):
        interrupted.fit(series()[:5], 2, 2)
    assert interrupted.fit(series()[:6], 2, 2).fitted.shape == (6,)
    for wrong in (np.zeros(24), -np.ones(24), np.ones(23)):
        with pytest.raises(
            ValueError, match=exactly("exposure: one positive number for each period is needed")
        ):
            interrupted.fit(series(), 12, 2, exposure=wrong)


def test_placebo_dates_are_each_a_fit():
    y = series(7)
    got = interrupted.placebo(y, 2)
    assert list(got.columns) == ["at", "ratio", "statistic"]
    assert got["at"].tolist() == list(range(4, 21))
    for row in got.iloc[[0, 8, 16]].itertuples():
        one = interrupted.fit(y, row.at, 2)
        assert row.ratio == near(one.ratio, rel=1e-5) and row.statistic == near(one.statistic, rel=1e-4)
    flat = interrupted.placebo(y, 2, margin=3, slope=False, exposure=np.linspace(3, 5, 24))
    assert flat["at"].tolist() == list(range(6, 19))
    one = interrupted.fit(y, 6, 2, slope=False, exposure=np.linspace(3, 5, 24))
    assert flat["statistic"].iloc[0] == near(one.statistic, rel=1e-4)
    many = np.vstack([y, y + np.tile([0, 1], 12)])
    pooled = interrupted.placebo(many, 2).set_index("at")
    both = interrupted.fit(many, 12, 2)
    assert pooled.loc[12, "ratio"] == near(both.ratio, rel=1e-5)
    assert pooled.loc[12, "statistic"] == near(both.statistic, rel=1e-4)


def test_the_place_among_all_dates():
    dates = pd.DataFrame({"at": [4, 5, 6, 7], "ratio": 1.0, "statistic": [-3.0, 2.0, 0.5, -2.0]})
    assert [interrupted.rank(dates, at) for at in (4, 5, 6, 7)] == [(1, 4), (3, 4), (4, 4), (3, 4)]
    with pytest.raises(ValueError, match=exactly("at: 9 is not among the dates")):
        interrupted.rank(dates, 9)


@pytest.mark.parametrize("dispersed", [True, False])
@pytest.mark.parametrize("slope", [True, False])
def test_power_is_the_share_of_planted_changes_that_are_seen(dispersed, slope):
    y = series(8, dispersed=dispersed)
    if not dispersed:
        y = np.round(np.exp(2.5 + 0.02 * np.arange(24)))
    ratios, runs = (0.2, 1.0, 3.0), 60
    got = interrupted.power(y, 12, 2, slope=slope, ratios=ratios, runs=runs, seed=9)
    assert list(got.columns) == ["ratio", "seen", "right", "runs", "power"]
    x = interrupted.design(24, 12, 2, slope)
    quiet = np.delete(x, [2, 3] if slope else [2], axis=1)
    mean = glm(y, quiet).fit().mu
    spread = max(1, glm(y, x).fit().pearson_chi2 / (24 - x.shape[1]))
    rng = np.random.default_rng(9)
    wanted = np.array([np.where(np.arange(24) >= 12, r, 1) * mean for r in ratios for _ in range(runs)])
    draws = (
        rng.negative_binomial(wanted / (spread - 1), 1 / spread) if spread > 1.0001 else rng.poisson(wanted)
    )
    assert (spread > 1.0001) == dispersed
    cut = reference.t.ppf(0.975, 24 - x.shape[1])
    beta, error, _, _ = interrupted.quasi_poisson(draws, x, steps=12)
    t = (beta[:, 2] / error[:, 2]).reshape(3, runs)
    seen = (abs(t) > cut).sum(axis=1)
    assert abs(got["seen"] - seen).max() <= 1  # their mean is fitted to the last digit, ours to seven
    assert abs(got["right"] - [(t[0] < -cut).sum(), seen[1], (t[2] > cut).sum()]).max() <= 1
    assert got["power"].tolist() == (got["right"] / runs).tolist() and (got["runs"] == runs).all()
    assert got["power"].iloc[0] > 0.5 and got["right"].iloc[1] < 12
    again = interrupted.power(y, 12, 2, slope=slope, ratios=ratios, runs=runs, seed=10)
    assert not again.equals(got)


def test_power_with_exposure_is_that_of_a_rate():
    exposure = np.linspace(1, 9, 24)
    y = np.round(6 * exposure)
    plain = interrupted.power(y, 12, 2, ratios=(0.5, 2.0), runs=40, exposure=exposure)
    assert (plain["power"] > 0.9).all()
    both = interrupted.power(np.vstack([y, y]), 12, 2, ratios=(0.5, 2.0), runs=40, exposure=exposure)
    assert both.equals(plain)


def test_the_smallest_change_that_is_seen():
    curve = pd.DataFrame(
        {
            "ratio": [0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0],
            "power": [1, 0.8, 0.5, 0.9, 0.99, 0.85, 0.7, 0.95],
        }
    )
    assert interrupted.smallest_seen(curve) == (0.3, 3.0)
    assert interrupted.smallest_seen(curve, 0.4) == (0.7, 1.5)
    assert interrupted.smallest_seen(curve, 0.99) == (0.1, None)
    assert interrupted.smallest_seen(curve.assign(power=0.1)) == (None, None)
    assert interrupted.smallest_seen(curve.sample(frac=1, random_state=2)) == (0.3, 3.0)


# ---------------------------------------------------------------- what came next

#          0    1    2    3    4    5    6    7
PAIR = ["p", "p", "q", "p", "p", "p", "q", "p"]
SIDE = [0, 1, 0, 1, 0, 1, 0, 0]
DAY = [10, 10, 5, 15, 20, 15, 9, 90]
SEVERITY = [2, 3, 4, 5, 1, 7, 6, 15]


def test_the_next_move_by_hand():
    other = moves.next_moves(PAIR, SIDE, DAY, SEVERITY)
    assert other.day.tolist() == DAY and other.severity.tolist() == SEVERITY
    assert other.wait.tolist() == [5, 10, -1, 5, -1, 5, -1, -1]
    assert other.answer.tolist() == [7, 1, 0, 1, 0, 1, 0, 0]
    same = moves.next_moves(PAIR, SIDE, DAY, SEVERITY, "same")
    assert same.wait.tolist() == [10, 5, 4, -1, 70, -1, -1, -1]
    assert same.answer.tolist() == [1, 7, 6, 0, 15, 0, 0, 0]
    either = moves.next_moves(PAIR, SIDE, DAY, SEVERITY, "either")
    assert either.wait.tolist() == [5, 5, 4, 5, 70, 5, -1, -1]
    assert either.answer.tolist() == [7, 7, 6, 1, 15, 1, 0, 0]
    assert other.followed(10, 90).tolist() == [True] * 7 + [False]
    assert other.followed(80, 90).tolist() == [True, True, True, False, False, False, True, False]
    assert other.within(5).tolist() == [7, 0, 0, 1, 0, 1, 0, 0]
    assert other.within(10).tolist() == [7, 1, 0, 1, 0, 1, 0, 0]
    assert other.within(4).tolist() == [0] * 8


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"side": [0] * 7}, "pair, side, day and severity: [8, 7, 8, 8] values; they must be as many"),
        ({"side": [2] * 8}, "side: each is 0 or 1"),
        ({"severity": [0] * 8}, "severity: each is a whole number from 1 to 15"),
        ({"severity": [16] * 8}, "severity: each is a whole number from 1 to 15"),
        ({"by": "both"}, "by: 'both' is not one of other, same, either"),
    ],
)
def test_moves_that_are_none(change, said):
    given = {"pair": PAIR, "side": SIDE, "day": DAY, "severity": SEVERITY}
    with pytest.raises(ValueError, match=exactly(said)):
        moves.next_moves(**(given | change))


def test_no_moves_at_all():
    assert moves.next_moves([], [], [], []).wait.shape == (0,)
    with pytest.raises(ValueError, match=exactly("how: 'dice' is not one of order, clock, severity")):
        moves.shuffled(PAIR, SIDE, DAY, SEVERITY, "dice")


def test_what_each_shuffle_keeps():
    p, s = np.array(PAIR), np.array(SIDE)
    for how in moves.SHUFFLES:
        got = moves.shuffled(PAIR, SIDE, DAY, SEVERITY, how, draws=40)
        assert got.day.shape == got.wait.shape == (40, 8)
        for label in "pq":
            where = p == label
            kept = sorted(np.array(SEVERITY)[where])
            assert all(sorted(row) == kept for row in got.severity[:, where])
        if how == "clock":
            assert (got.severity == SEVERITY).all()
            assert (got.day[:, s == 0] == np.array(DAY)[s == 0]).all()
            turned = got.day[:, (p == "p") & (s == 1)]
            assert turned.min() >= 10 and turned.max() <= 90 and len({tuple(r) for r in turned}) > 20
            gaps = (turned - turned[:, [0]]) % 81
            assert (gaps == [0, 5, 5]).all(), "the side keeps its own rhythm"
        else:
            assert (got.day == DAY).all()
            assert len({tuple(r) for r in got.severity}) > 20
    assert not (moves.shuffled(PAIR, SIDE, DAY, SEVERITY, "order", 40).wait == -1)[:, 0].all()


def test_a_shuffle_is_the_one_of_its_seed():
    p = np.array(PAIR)
    for how in ("order", "severity"):
        got = moves.shuffled(PAIR, SIDE, DAY, SEVERITY, how, draws=5, seed=13)
        draw = np.random.default_rng(13)
        for label in ("p", "q"):
            where = np.flatnonzero(p == label)
            deal = draw.permuted(np.tile(np.arange(len(where)), (5, 1)), axis=1)
            for i in range(5):
                dealt = [SEVERITY[where[j]] for j in deal[i]]
                sides = [SIDE[where[j]] for j in deal[i]] if how == "order" else [SIDE[j] for j in where]
                days = [DAY[j] for j in where]
                alone = moves.next_moves([0] * len(where), sides, days, dealt)
                assert got.severity[i, where].tolist() == dealt
                assert got.wait[i, where].tolist() == alone.wait.tolist()
                assert got.answer[i, where].tolist() == alone.answer.tolist()
    default = moves.shuffled(PAIR, SIDE, DAY, SEVERITY, "order")
    assert default.day.shape == (1000, 8)
    again = moves.shuffled(PAIR, SIDE, DAY, SEVERITY, "order", draws=1000, seed=13, by="other", chunk=250)
    assert (default.severity == again.severity).all() and (default.answer == again.answer).all()
    small = moves.shuffled(["p"] * 8, SIDE, DAY, SEVERITY, "order", draws=7, chunk=3)
    whole = moves.shuffled(["p"] * 8, SIDE, DAY, SEVERITY, "order", draws=7, chunk=7)
    assert (small.severity == whole.severity).all(), "the chunk bounds the memory and nothing else"
    turned = moves.shuffled(["p"] * 8, SIDE, DAY, SEVERITY, "clock", draws=3, seed=5)
    turn = np.random.default_rng(5).integers(0, 86, size=(3, 1))
    want = np.where(np.array(SIDE) == 1, (np.array(DAY) - 5 + turn) % 86 + 5, DAY)
    assert (turned.day == want).all()


def test_transition_counts_by_hand():
    before, after = np.array([0, 1, 1, 2, 0]), np.array([1, 0, 0, 1, 1])
    keep = np.array([True, True, False, True, True])
    assert moves.counts(before, after, 3, 2, keep).tolist() == [[[0, 2], [1, 0], [0, 1]]]
    two = moves.counts(
        np.vstack([before, before[::-1]]), np.vstack([after, after]), 3, 2, np.vstack([keep, ~keep])
    )
    assert two.shape == (2, 3, 2) and two[0].tolist() == [[0, 2], [1, 0], [0, 1]]
    assert two[1].tolist() == [[0, 0], [1, 0], [0, 0]]


def test_dirichlet_intervals_are_betas():
    counts = np.array([[3, 0, 7], [1, 1, 1]])
    low, high = moves.dirichlet(counts)
    for i in range(2):
        n = counts[i].sum()
        for j in range(3):
            a, b = counts[i, j] + 0.5, n - counts[i, j] + 1.0
            assert low[i, j] == near(reference.beta.ppf(0.025, a, b))
            assert high[i, j] == near(reference.beta.ppf(0.975, a, b))
    flat = moves.dirichlet(counts, prior=1, level=0.8)
    assert flat[0][0, 0] == near(reference.beta.ppf(0.1, 4, 9))
    assert flat[1][0, 0] == near(reference.beta.ppf(0.9, 4, 9))
    for prior in (0, -1, math.nan):
        with pytest.raises(ValueError, match=exactly(f"prior: {prior} is not above 0")):
            moves.dirichlet(counts, prior)


def test_bootstrap_of_whole_blocks():
    blocks = np.array([[[3, 1], [0, 0]], [[1, 4], [0, 0]], [[2, 2], [0, 0]], [[0, 5], [0, 0]]])
    low, high = moves.bootstrap(blocks, draws=300, seed=3)
    weight = np.random.default_rng(3).multinomial(4, [0.25] * 4, size=300)
    shares = []
    for w in weight:
        total = sum(k * b[0] for k, b in zip(w, blocks, strict=True))
        shares.append(total / total.sum())
    assert low[0] == near(np.percentile(shares, 2.5, axis=0)) and high[0] == near(
        np.percentile(shares, 97.5, axis=0)
    )
    assert np.isnan(low[1]).all() and np.isnan(high[1]).all() and low.shape == (2, 2)
    wide = moves.bootstrap(blocks, draws=300, seed=3, level=0.5)
    assert wide[0][0] == near(np.percentile(shares, 25, axis=0)) and wide[1][0] == near(
        np.percentile(shares, 75, axis=0)
    )
    default, again = moves.bootstrap(blocks), moves.bootstrap(blocks, 2000, 13, 0.95)
    assert np.array_equal(default, again, equal_nan=True)
    # a row that only some samples have
    some = np.array([[[1, 0], [2, 2]], [[1, 0], [0, 0]]])
    low, high = moves.bootstrap(some, draws=100)
    assert low.tolist() == [[1, 0], [0.5, 0.5]]


def test_permutation_p_values_by_hand():
    drawn = np.array([1.0, 2.0, 2.0, 3.0, math.nan, 4.0])
    # 2 or less: 3, 2 or more: 4; (1 + 3) · 2 / 6
    assert moves.p_value(2.0, drawn) == 1.0
    assert moves.p_value(5.0, drawn) == near(2 * 1 / 6)
    assert moves.p_value(0.0, drawn) == near(2 * 1 / 6)
    assert moves.p_value(4.0, drawn) == near(2 * 2 / 6)
    assert moves.p_value(1.0 - 1e-13, drawn) == near(2 * 2 / 6)
    assert isinstance(moves.p_value(2.0, drawn), float)
    assert math.isnan(moves.p_value(math.nan, drawn)) and math.isnan(moves.p_value(1.0, [math.nan]))
    assert math.isnan(moves.p_value(1.0, []))


def test_correlation_over_what_is_kept():
    x, y = np.array([1.0, 2.0, 4.0, 7.0, 3.0]), np.array([2.0, 1.0, 5.0, 6.0, 9.0])
    keep = np.array([True, True, True, True, False])
    assert moves.correlation(x, y, keep) == near([np.corrcoef(x[:4], y[:4])[0, 1]])
    assert moves.correlation(x, y, np.ones(5)) == near([np.corrcoef(x, y)[0, 1]])
    got = moves.correlation(np.vstack([x, np.ones(5)]), np.vstack([y, y]), np.vstack([keep, keep]))
    assert got[0] == near(np.corrcoef(x[:4], y[:4])[0, 1]) and math.isnan(got[1])
    assert math.isnan(moves.correlation(x, y, np.zeros(5))[0])


def test_newcombes_difference():
    # Newcombe 1998, table II, method 10: 56/70 - 48/80 is 0.2, 0.0524 to 0.3339; 10/10 - 0/10 is 1, 0.6075 to 1
    assert moves.difference(56, 70, 48, 80) == (near(0.2), near(0.0524, abs=5e-5), near(0.3339, abs=5e-5))
    assert moves.difference(10, 10, 0, 10) == (near(1.0), near(0.6075, abs=5e-5), near(1.0))
    assert moves.difference(9, 10, 3, 10) == (near(0.6), near(0.1705, abs=5e-5), near(0.8090, abs=5e-5))
    for n1, n2 in ((0, 5), (5, 0)):
        with pytest.raises(ValueError, match=exactly(f"n1 and n2: {n1} and {n2}; both must be above 0")):
            moves.difference(0, n1, 0, n2)


# ---------------------------------------------------------------- what the first mutation run let through


def test_one_pair_of_codes_agrees_and_has_no_kappa():
    equal, kappa, n = stats.agreement(pd.Series(["x"]), pd.Series(["x"]))
    assert (equal, n) == (1.0, 1) and math.isnan(kappa)


def test_both_ends_of_the_bootstrap_of_a_weak_correlation():
    draw = np.random.default_rng(6)
    x, y = draw.normal(size=30), draw.normal(size=30)
    got = rank.spearman(x, y, resamples=400, seed=3)
    drawn = np.random.default_rng(3).integers(0, 30, size=(400, 30))
    again = [reference.spearmanr(x[row], y[row]).statistic for row in drawn]
    assert (got.low, got.high) == (near(np.percentile(again, 2.5)), near(np.percentile(again, 97.5)))
    assert -0.8 < got.low < got.high < 0.8


def test_log_rank_with_ties_and_three_groups_equals_statsmodels():
    from statsmodels.duration.survfunc import survdiff

    draw = np.random.default_rng(8)
    for groups in ("ab", "abc"):
        time = draw.integers(0, 6, size=23)
        event, group = draw.random(23) < 0.7, draw.choice(list(groups), size=23)
        time[:2], event[:2], group[:2] = 9, [True, False], list("ab")  # two are left to the last event
        chi2, free, p = survival.log_rank(time, event, group)
        theirs = survdiff(time.astype(float), event.astype(float), pd.factorize(group)[0])
        assert (chi2, p) == (near(theirs[0]), near(theirs[1])) and free == len(groups) - 1


def test_one_cause_alone_is_one_minus_kaplan_meier():
    got = survival.cumulative_incidence(TIME, ["x" if e else "" for e in EVENT], ["x"])
    curve = survival.kaplan_meier(TIME, EVENT)
    read = got.set_index("time")["incidence"]
    for row in curve.itertuples():
        assert read[row.time] == near(1 - row.survival)
    both = survival.cumulative_incidence([1, 2, 3], ["x", "y", ""], ["x", "y"])
    assert list(both.index) == list(range(len(both))), "one running index, not one for each cause"


def test_one_common_vote_is_enough_for_agreement():
    votes = pd.DataFrame([["yes", "absent"], ["yes", "no"], ["absent", "yes"]])
    share, shared = agreement.pairwise(votes)
    assert (
        shared.loc[0, 1] == 1
        and share.loc[0, 1] == 1
        and share.loc[1, 2] == 0
        and math.isnan(share.loc[0, 2])
    )
    assert agreement.pairwise(votes, [0.5, 0.5])[0].loc[0, 1] == 1


def test_lags_of_the_newey_west_errors():
    for n in (12, 60, 100):
        y = series(11, n=n, at=n // 2)
        x = interrupted.design(n, n // 2, 2)
        lags = math.floor(4 * (n / 100) ** (2 / 9))
        theirs = glm(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
        got = interrupted.fit(y, n // 2, 2, variance="hac")
        assert got.statistic == close(theirs.params[2] / theirs.bse[2]), f"{n} periods, {lags} lags"


def test_negative_binomial_readings_have_a_spread_each():
    y = np.vstack([series(5), series(9), series(13)])
    got = interrupted.fit(y, 12, 2, variance="negative binomial")
    alone = [interrupted.fit(row, 12, 2, variance="negative binomial") for row in y]
    assert got.fitted == close(np.mean([a.fitted for a in alone], axis=0))
    beta = np.log([[a.ratio] for a in alone])
    error = beta[:, 0] / np.array([a.statistic for a in alone])
    value, wide, _ = interrupted.pool(beta, (error**2)[:, None], 19)
    assert got.statistic == close(value[0] / wide[0])


def test_power_of_a_rate_with_some_spread():
    """With an exposure that turns round, a spread between 1 and 2, and everything else as it is by default."""
    draw = np.random.default_rng(21)
    exposure = np.where(np.arange(24) % 3 == 0, 30.0, 10.0) * np.where(np.arange(24) >= 12, 3, 1)
    y = draw.negative_binomial(90, 90 / (90 + exposure)).astype(float)
    x = interrupted.design(24, 12, 2)
    spread = glm(y, x, np.log(exposure)).fit().pearson_chi2 / 19
    assert 1.05 < spread < 1.95
    got = interrupted.power(y, 12, 2, exposure=exposure)
    assert got["ratio"].tolist() == list(interrupted.RATIOS) and (got["runs"] == 500).all()
    mean = glm(y, np.delete(x, [2, 3], axis=1), np.log(exposure)).fit().mu
    rng = np.random.default_rng(2015)
    wanted = np.array([np.where(np.arange(24) >= 12, r, 1) * mean for r in interrupted.RATIOS]).repeat(
        500, axis=0
    )
    draws = rng.negative_binomial(wanted / (spread - 1), 1 / spread)
    beta, error, _, _ = interrupted.quasi_poisson(draws, x, np.log(exposure), steps=12)
    t = (beta[:, 2] / error[:, 2]).reshape(-1, 500)
    seen = (abs(t) > reference.t.ppf(0.975, 19)).sum(axis=1)
    assert abs(got["seen"] - seen).max() <= 2
    two = interrupted.power(y, 12, 2, exposure=np.vstack([exposure, exposure]), ratios=(0.5, 2.0), runs=50)
    assert two.equals(interrupted.power(y, 12, 2, exposure=exposure, ratios=(0.5, 2.0), runs=50))


def test_pooled_readings_that_nearly_agree_keep_their_degrees_of_freedom():
    values = np.array([[1.0], [1.0 + 1e-3]])
    got = interrupted.pool(values, np.full((2, 1), 0.5), 10)
    assert got[2] == near([11 / 13 * 10], rel=1e-4)
    apart = interrupted.pool(np.array([[0.0], [9.0]]), np.full((2, 1), 1e-12), 10)
    assert 0 < apart[2][0] < 1.2


def test_a_move_on_the_very_next_day():
    got = moves.next_moves(["p"] * 3, [0, 1, 0], [3, 4, 6], [2, 3, 4])
    assert got.wait.tolist() == [1, 2, -1] and got.answer.tolist() == [3, 4, 0]
    assert got.within(1).tolist() == [3, 0, 0] and got.within(2).tolist() == [3, 4, 0]
    assert got.wait.dtype.kind == "i" and got.day.dtype.kind == "i"


def test_both_ends_of_the_bootstrap_of_many_blocks():
    blocks = np.random.default_rng(2).integers(0, 30, size=(25, 2, 3))
    low, high = moves.bootstrap(blocks)
    weight = np.random.default_rng(13).multinomial(25, np.full(25, 1 / 25), size=2000)
    total = np.tensordot(weight, blocks, axes=1).astype(float)
    shares = total / total.sum(axis=2, keepdims=True)
    assert low == near(np.percentile(shares, 2.5, axis=0)) and high == near(
        np.percentile(shares, 97.5, axis=0)
    )
    assert not np.array_equal(low, moves.bootstrap(blocks, seed=14)[0])
    # one single count in a row, in one block of three
    rare = np.array([[[1, 0], [5, 5]], [[0, 0], [5, 5]], [[0, 0], [5, 5]]])
    low, high = moves.bootstrap(rare, draws=200)
    assert low.tolist() == [[1, 0], [0.5, 0.5]] == high.tolist()


def test_correlation_of_small_numbers_and_of_several_draws():
    x, y = np.array([1.0, 2.0, 4.0, 7.0]), np.array([2.0, 1.0, 5.0, 6.0])
    want = np.corrcoef(x, y)[0, 1]
    assert moves.correlation(x * 1e-3, y * 1e-3, np.ones(4)) == near([want])
    got = moves.correlation(np.vstack([x, -x, x[::-1]]), np.vstack([y, y, y]), np.ones((3, 4)))
    assert got == near([want, -want, np.corrcoef(x[::-1], y)[0, 1]])


def test_dirichlet_of_a_table_for_each_draw():
    counts = np.arange(12).reshape(2, 2, 3)
    low, _ = moves.dirichlet(counts)
    assert low.shape == (2, 2, 3)
    assert low[1, 0, 2] == near(reference.beta.ppf(0.025, 8.5, 6 + 7 + 1.0))
