"""Ranks, quantiles and tests equal those of scipy.stats and statsmodels."""

import numpy as np
import pytest
from scipy import stats

from cyberdip_utils import distributions as d


@pytest.mark.parametrize("shape", [(7,), (5, 40), (2, 3, 25)])
@pytest.mark.parametrize("values", [3, 1000])
def test_ranks_are_those_of_scipy(shape, values):
    x = np.random.default_rng(1).integers(0, values, size=shape).astype(float)
    assert (d.average_ranks(x) == stats.rankdata(x, axis=-1)).all()


@pytest.mark.parametrize("free", [1, 2.5, 17, 400])
def test_quantiles_and_tails_are_those_of_scipy(free):
    for p in (0.001, 0.025, 0.5, 0.975):
        assert d.t_quantile(p, free) == pytest.approx(stats.t.ppf(p, free), rel=1e-12, abs=1e-12)
        assert d.chi2_quantile(p, free) == pytest.approx(stats.chi2.ppf(p, free), rel=1e-12)
        assert d.beta_quantile(p, free, free + 3) == pytest.approx(
            stats.beta.ppf(p, free, free + 3), rel=1e-10
        )
    for value in (0.0, 0.4, 3.0, 30.0):
        assert d.t_tail(value, free) == pytest.approx(stats.t.sf(value, free), rel=1e-12)
        assert d.chi2_tail(value, free) == pytest.approx(stats.chi2.sf(value, free), rel=1e-10)
        assert d.normal_two_sided(value)[0] == pytest.approx(2 * stats.norm.sf(value), rel=1e-12)


def test_fisher_is_that_of_scipy():
    draw = np.random.default_rng(2)
    tables = [draw.integers(0, 30, size=(2, 2)).tolist() for _ in range(60)] + [
        [[0, 5], [3, 0]],
        [[2, 2], [2, 2]],
    ]
    for table in tables:
        odds, p = d.fisher_exact(table)
        theirs, chance = stats.fisher_exact(table)
        assert p == pytest.approx(chance, rel=1e-9)
        assert odds == pytest.approx(theirs, nan_ok=True)
