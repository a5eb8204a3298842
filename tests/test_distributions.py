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


@pytest.mark.parametrize("kind", ["hac", "negative binomial"])
def test_interrupted_variances_are_those_of_statsmodels(kind):
    from statsmodels.genmod.families import NegativeBinomial, Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    from cyberdip_utils.norms import interrupted

    y = np.random.default_rng(4).negative_binomial(3, 0.2, size=24).astype(float)
    x = interrupted.design(24, 13, 2)
    model = GLM(y, x, family=Poisson())
    poisson = model.fit()
    if kind == "hac":
        theirs = model.fit(cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True})
    else:
        alpha = ((y - poisson.mu) ** 2 - y).sum() / (poisson.mu**2).sum()
        assert alpha > 0.05
        theirs = GLM(y, x, family=NegativeBinomial(alpha=alpha)).fit()
    ours = interrupted.fit(y, 13, 2, variance=kind)
    place = interrupted.LEVEL
    assert ours.ratio == pytest.approx(np.exp(theirs.params[place]), rel=1e-5)
    assert ours.statistic == pytest.approx(theirs.params[place] / theirs.bse[place], rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_clustered_hazard_is_that_of_statsmodels(link):
    import statsmodels.api as sm

    from cyberdip_utils.norms.diffusion import binary_fit

    draw = np.random.default_rng(5)
    groups = draw.integers(0, 40, 600)
    x = np.column_stack([np.ones(600), draw.normal(size=(600, 2))])
    y = (draw.random(600) < 1 / (1 + np.exp(2 - x[:, 1]))).astype(float)
    links = {"logit": sm.families.links.Logit(), "cloglog": sm.families.links.CLogLog()}
    fit = sm.GLM(y, x, family=sm.families.Binomial(links[link])).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, tol=1e-12
    )
    params, variances = binary_fit(y, x, link, groups)
    assert params == pytest.approx(fit.params, abs=1e-7)
    assert np.sqrt(variances) == pytest.approx(fit.bse, rel=1e-6)


def test_robust_poisson_is_that_of_statsmodels():
    import statsmodels.api as sm

    from cyberdip_utils.norms.confounding import poisson_robust

    draw = np.random.default_rng(6)
    x = np.column_stack([np.ones(200), draw.normal(size=(200, 2))])
    y = draw.negative_binomial(1, 1 / (1 + np.exp(1 + 0.5 * x[:, 1]))).astype(float)
    fit = sm.GLM(y, x, family=sm.families.Poisson()).fit(cov_type="HC1", tol=1e-12)
    params, variances = poisson_robust(y, x)
    assert params == pytest.approx(fit.params, abs=1e-7)
    assert np.sqrt(variances) == pytest.approx(fit.bse, rel=1e-6)
