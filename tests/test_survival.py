"""Waiting times: the estimates equal those of statsmodels."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from cyberdip_utils import survival


def cases(seed: int, n: int = 120, tie: bool = True):
    draw = np.random.default_rng(seed)
    time = draw.exponential(100, n)
    return (np.round(time, -1) if tie else time), draw.random(n) < 0.6, draw.integers(0, 3, n)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tie", [True, False])
def test_curve_is_that_of_statsmodels(seed, tie):
    time, event, _ = cases(seed, tie=tie)
    ours, theirs = survival.kaplan_meier(time, event), SurvfuncRight(time, event.astype(float))
    assert ours["time"].tolist() == list(theirs.surv_times)
    assert ours["at_risk"].tolist() == list(theirs.n_risk)
    assert ours["survival"].to_numpy() == pytest.approx(theirs.surv_prob, abs=1e-12)
    inside = ours["survival"] > 0
    assert ours["se"][inside].to_numpy() == pytest.approx(np.asarray(theirs.surv_prob_se)[inside], rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("groups", [2, 3])
def test_log_rank_is_that_of_statsmodels(seed, groups):
    time, event, group = cases(seed)
    group = group % groups
    chi2, free, p = survival.log_rank(time, event, group)
    theirs, chance = survdiff(time, event.astype(float), group)
    assert (chi2, p) == pytest.approx((float(theirs), float(chance)), rel=1e-9)
    assert free == groups - 1


@pytest.mark.parametrize("seed", range(4))
def test_incidence_is_that_of_statsmodels(seed):
    time, event, group = cases(seed)
    status = np.where(event, group + 1, 0)
    names = ["a", "b", "c"]
    ours = survival.cumulative_incidence(time, [["", *names][s] for s in status], names)
    with np.errstate(divide="ignore", invalid="ignore"):
        theirs = CumIncidenceRight(time, status)
    for i, name in enumerate(names):
        part = ours[ours["cause"] == name]
        assert part["time"].tolist() == list(theirs.times)
        assert part["incidence"].to_numpy() == pytest.approx(theirs.cinc[i], abs=1e-12)
