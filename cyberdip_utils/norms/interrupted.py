"""Interrupted time series of counts: level and slope change, placebo dates, and power by simulation.

The model is a log-linear regression of the count y_t in period t (t0: the first period after the interruption; d: 1 from
t0 on; E_t: exposure, 1 if none is given):

    log E[y_t] = log E_t + b0 + b1 (t - t0) + b2 d_t + b3 d_t (t - t0) + season_t

exp(b2) is the ratio by which the level changes at the interruption, exp(b3) the ratio by which the yearly growth changes.
Time is in years. Where the period of some events is not known, the series comes as several *readings*, in each of which these
events are placed by chance; the fits are pooled (:func:`pool`). Source: Lopez Bernal, J., Cummins, S. and Gasparrini, A. (2017), "Interrupted time series regression for
the evaluation of public health interventions: a tutorial", International Journal of Epidemiology 46(1), 348-355,
doi:10.1093/ije/dyw098.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cyberdip_utils.distributions import t_quantile, t_tail

DISPERSION, HAC, NEGATIVE_BINOMIAL = "dispersion", "hac", "negative binomial"
VARIANCES = (DISPERSION, HAC, NEGATIVE_BINOMIAL)
LEVEL = 2  # column of the level change in a design


def period_starts(first: int, last: int, per_year: int) -> pd.DatetimeIndex:
    """First days of the periods of the years ``first`` to ``last``; 1, 2, 4 or 12 periods a year."""
    if 12 % per_year:
        raise ValueError(f"per_year: {per_year} does not divide twelve months")
    months = 12 // per_year
    return pd.DatetimeIndex(
        [pd.Timestamp(y, 1 + months * k, 1) for y in range(first, last + 1) for k in range(12 // months)]
    )


def period_counts(dates: pd.Series, first: int, last: int, per_year: int) -> np.ndarray:
    """How many of the dates fall in each period of the years ``first`` to ``last``; missing dates in none."""
    dates = pd.Series(dates).dropna()
    place = (dates.dt.year - first) * per_year + (dates.dt.month - 1) // (12 // per_year)
    n = (last - first + 1) * per_year
    place = place[dates.dt.year.between(first, last)]
    return np.bincount(place.to_numpy(dtype=int), minlength=n).astype(float)


def placed_counts(
    dates: pd.Series,
    exact: pd.Series,
    first: int,
    last: int,
    per_year: int,
    readings: int = 20,
    seed: int = 2015,
) -> np.ndarray:
    """Counts by period in several readings: a date known only to its year falls in any period of that year by chance.

    Parameters
    ----------
    dates, exact : pandas.Series
        Dates, and whether the period of each is known.
    first, last, per_year : int
        As in :func:`period_counts`.
    readings, seed : int
        Number of readings, and the seed that makes them the same each time.

    Returns
    -------
    ndarray (readings, n)
        One row if nothing has to be placed. The sum of each year is the same in all rows.
    """
    exact = np.asarray(exact, dtype=bool)
    dates = pd.Series(dates).reset_index(drop=True)
    sure = period_counts(dates[exact], first, last, per_year)
    loose = period_counts(dates[~exact], first, last, 1).astype(int)
    if per_year == 1:
        return (sure + loose)[None, :]
    if not loose.any():
        return sure[None, :]
    rng = np.random.default_rng(seed)
    even = np.full(per_year, 1 / per_year)
    drawn = [rng.multinomial(k, even, size=readings) for k in loose]
    return sure + np.concatenate(drawn, axis=1)


def design(n: int, at: int, per_year: int, slope: bool = True) -> np.ndarray:
    """Columns of the model: constant, years since the interruption, after, (after x years,) seasons.

    Parameters
    ----------
    n : int
        Number of periods; the first one is the first of a year.
    at : int
        Index of the first period after the interruption.
    per_year : int
        Periods in a year; all but the first get a column of their own.
    slope : bool
        Let the growth change as well.

    Raises
    ------
    ValueError
        Nothing before, or nothing after.
    """
    if not 0 < at < n:
        raise ValueError(f"at: {at} leaves no period on one side of {n}")
    time = (np.arange(n) - at) / per_year
    after = (np.arange(n) >= at).astype(float)
    columns = [np.ones(n), time, after]
    if slope:
        columns.append(after * time)
    columns += [(np.arange(n) % per_year == k).astype(float) for k in range(1, per_year)]
    return np.column_stack(columns)


def _offset(n: int, exposure: np.ndarray | None) -> np.ndarray:
    if exposure is None:
        return np.zeros((1, n))
    exposure = np.atleast_2d(np.asarray(exposure, dtype=float))
    if exposure.shape[1] != n or not (exposure > 0).all():
        raise ValueError("exposure: one positive number for each period is needed")
    return np.log(exposure)


def quasi_poisson(
    y: np.ndarray,
    x: np.ndarray,
    offset: np.ndarray | None = None,
    steps: int = 30,
    alpha: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Poisson regression of many series at once, with standard errors widened for overdispersion.

    Parameters
    ----------
    y : ndarray (series, n)
        Counts.
    x : ndarray (n, p)
        Design.
    offset : ndarray (n,) or (series, n)
        Logarithm of the exposure.
    alpha : float or ndarray (series,)
        Above 0: negative binomial with variance mu + alpha mu^2, alpha known.

    Returns
    -------
    (coefficients (series, p), standard errors (series, p), dispersion (series,), fitted means (series, n))
        Dispersion is Pearson's statistic over n - p, and at least 1: less spread than Poisson is taken for luck.

    Notes
    -----
    Iteratively reweighted least squares; equals statsmodels' GLM, which a test checks. Own code because a power curve
    needs thousands of fits, and statsmodels half a second to import.
    """
    y = np.atleast_2d(np.asarray(y, dtype=float))
    offset = np.zeros(x.shape[0]) if offset is None else offset
    eta, alpha = np.log(y + 0.5), np.reshape(alpha, (-1, 1))
    n, p = x.shape
    products = (x[:, :, None] * x[:, None, :]).reshape(n, p * p)  # a period's part in the information

    def information(weight: np.ndarray) -> np.ndarray:
        return (weight @ products).reshape(-1, p, p) + 1e-9 * np.eye(p)

    for _ in range(steps):
        mean = np.exp(np.clip(eta, -20, 20))
        working = eta - offset + (y - mean) / mean
        weight = mean / (1 + alpha * mean)
        beta = np.linalg.solve(information(weight), ((weight * working) @ x)[:, :, None])[:, :, 0]
        new = beta @ x.T + offset
        moved = np.abs(new - eta).max()
        eta = new
        if moved < 1e-7:
            break
    mean = np.exp(np.clip(eta, -20, 20))
    dispersion = np.maximum(1.0, ((y - mean) ** 2 / mean).sum(axis=1) / (n - p))
    inverse = np.linalg.inv(information(mean / (1 + alpha * mean)))
    variance = np.diagonal(inverse, axis1=1, axis2=2) * np.where(alpha > 0, 1.0, dispersion[:, None])
    return beta, np.sqrt(variance), dispersion, mean


def pool(values: np.ndarray, variances: np.ndarray, free: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pool estimates from several readings of one record.

    Parameters
    ----------
    values, variances : ndarray (readings, k)
        Estimates and their squared standard errors.
    free : int
        Degrees of freedom of one fit.

    Returns
    -------
    (values (k,), standard errors (k,), degrees of freedom (k,))
        Variance: mean variance plus (1 + 1/m) times the variance between m readings. With one reading nothing changes.

    References
    ----------
    Rubin, D. B. (1987), "Multiple Imputation for Nonresponse in Surveys", doi:10.1002/9780470316696; degrees of freedom
    after Barnard, J. and Rubin, D. B. (1999), "Small-sample degrees of freedom with multiple imputation", Biometrika
    86(4), 948-955, doi:10.1093/biomet/86.4.948.
    """
    m, k = values.shape
    within = variances.mean(axis=0)
    if m == 1:
        return values[0], np.sqrt(within), np.full(k, float(free))
    between = (1 + 1 / m) * values.var(axis=0, ddof=1)
    total = within + between
    part = np.clip(between / total, 1e-9, 1)
    seen = (free + 1) / (free + 3) * free * (1 - part)
    return values.mean(axis=0), np.sqrt(total), 1 / (part**2 / (m - 1) + 1 / np.maximum(seen, 1e-9))


def newey_west(y: np.ndarray, x: np.ndarray, mean: np.ndarray, lags: int) -> np.ndarray:
    """Variances of the coefficients of a Poisson fit that allow for likeness of neighbouring periods.

    Bartlett weights, and the correction n / (n - p) for small samples.

    References
    ----------
    Newey, W. K. and West, K. D. (1987), "A simple, positive semi-definite, heteroskedasticity and autocorrelation
    consistent covariance matrix", Econometrica 55(3), 703-708, doi:10.2307/1913610.
    """
    score = (y - mean)[:, None] * x
    middle = score.T @ score
    for lag in range(1, lags + 1):
        later = score[lag:].T @ score[:-lag]
        middle += (1 - lag / (lags + 1)) * (later + later.T)
    bread = np.linalg.inv((mean[:, None] * x).T @ x)
    n, p = x.shape
    return np.diag(bread @ middle @ bread) * n / (n - p)


@dataclass(frozen=True)
class Fit:
    """One interrupted time series. Ratios: 1 is no change. Arrays have one value for each period."""

    ratio: float  #: level after over level expected, at the interruption
    low: float  #: lower end of the 95% interval
    high: float
    p: float  #: two-sided, of "no change of level"
    statistic: float  #: b2 over its standard error
    slope: float  #: yearly growth after over yearly growth before; nan without a slope change
    slope_low: float
    slope_high: float
    growth: float  #: yearly growth before, as a ratio
    dispersion: float  #: Pearson's statistic over n - p
    autocorrelation: float  #: of neighbouring Pearson residuals
    fitted: np.ndarray
    smooth: np.ndarray  #: fitted, with the season at its (geometric) mean
    without: np.ndarray  #: the old level and trend carried on, with the season at its mean


def fit(
    y: np.ndarray,
    at: int,
    per_year: int,
    *,
    slope: bool = True,
    exposure: np.ndarray | None = None,
    variance: str = DISPERSION,
) -> Fit:
    """Fit the model of this module.

    Parameters
    ----------
    y : ndarray (n,) or (readings, n)
        Counts of the periods; several rows are readings of one record and are pooled.
    at, per_year, slope
        As in :func:`design`.
    exposure : ndarray (n,) or (readings, n)
        What the count is taken out of, for example all incidents of the period; makes ratios those of rates.
    variance : str
        "dispersion": Poisson, standard errors times the square root of Pearson's dispersion (at least 1).
        "hac": Poisson, with the errors of Newey and West (1987), doi:10.2307/1913610, Bartlett weights up to lag
        floor(4 (n / 100)^(2/9)) and a correction for small samples.
        "negative binomial": variance mu + alpha mu^2, where alpha is the slope through zero of
        ((y - mu)^2 - y) / mu on mu of the Poisson fit (at least 0).

    Returns
    -------
    Fit
        Intervals use Student's t with n - p degrees of freedom, fewer where readings differ. Dispersion, autocorrelation
        and fitted values are means over the readings.

    Raises
    ------
    ValueError
        Unknown variance, exposure not positive, or too few periods.
    """
    if variance not in VARIANCES:
        raise ValueError(f"variance: {variance!r} is none of {', '.join(VARIANCES)}")
    y = np.atleast_2d(np.asarray(y, dtype=float))
    n = y.shape[1]
    x, offsets = design(n, at, per_year, slope), _offset(n, exposure)
    free = n - x.shape[1]
    if free < 1:
        raise ValueError(f"{n} periods are too few for {x.shape[1]} coefficients")
    y, offsets = np.broadcast_arrays(y, offsets)
    no_season = x.copy()
    no_season[:, LEVEL + 1 + slope :] = 1 / per_year
    no_change = no_season.copy()
    no_change[:, LEVEL : LEVEL + 1 + slope] = 0
    params, errors, _, mean = quasi_poisson(y, x, offsets)
    dispersions = ((y - mean) ** 2 / mean).sum(axis=1) / free
    residuals = (y - mean) / np.sqrt(mean)
    likeness = np.array([np.corrcoef(r[:-1], r[1:])[0, 1] for r in residuals])
    variances, fitted = errors**2, mean
    if variance == HAC:
        lags = max(1, math.floor(4 * (n / 100) ** (2 / 9)))
        variances = np.array([newey_west(c, x, m, lags) for c, m in zip(y, mean, strict=True)])
    elif variance == NEGATIVE_BINOMIAL:
        alpha = np.maximum(1e-8, ((y - mean) ** 2 - y).sum(axis=1) / (mean**2).sum(axis=1))
        params, errors, _, fitted = quasi_poisson(y, x, offsets, alpha=alpha)
        variances = errors**2
    smooth, without = np.exp(params @ no_season.T + offsets), np.exp(params @ no_change.T + offsets)
    beta, error, degrees = pool(params, variances, free)
    statistic = float(beta[LEVEL] / error[LEVEL])

    def ends(k: int) -> tuple[float, float, float]:
        wide = t_quantile(0.975, degrees[k])
        return tuple(float(np.exp(np.clip(beta[k] + s * wide * error[k], -20, 20))) for s in (0, -1, 1))

    return Fit(
        *ends(LEVEL),
        2 * t_tail(abs(statistic), degrees[LEVEL]),
        statistic,
        *(ends(LEVEL + 1) if slope else (math.nan,) * 3),
        float(np.exp(beta[1])),
        float(dispersions.mean()),
        float(likeness.mean()),
        fitted.mean(axis=0),
        smooth.mean(axis=0),
        without.mean(axis=0),
    )


def placebo(
    y: np.ndarray,
    per_year: int,
    *,
    margin: int = 2,
    slope: bool = True,
    exposure: np.ndarray | None = None,
) -> pd.DataFrame:
    """The same model at every possible date.

    Parameters
    ----------
    margin : int
        Years that must lie on either side of a date.

    Returns
    -------
    pandas.DataFrame
        ``at``, ``ratio`` of the level and ``statistic`` (coefficient over its standard error, widened for
        overdispersion, readings pooled) for each date.
    """
    y = np.atleast_2d(np.asarray(y, dtype=float))
    n = y.shape[1]
    y, offset = np.broadcast_arrays(y, _offset(n, exposure))
    rows = []
    for at in range(margin * per_year, n - margin * per_year + 1):
        x = design(n, at, per_year, slope)
        beta, error, _, _ = quasi_poisson(y, x, offset)
        value, wide, _ = pool(beta[:, [LEVEL]], error[:, [LEVEL]] ** 2, n - x.shape[1])
        rows.append((at, float(np.exp(np.clip(value[0], -20, 20))), float(value[0] / wide[0])))
    return pd.DataFrame(rows, columns=["at", "ratio", "statistic"])


def rank(dates: pd.DataFrame, at: int) -> tuple[int, int]:
    """Place of the real date among all dates, largest change (either way) first, and the number of dates.

    If the date were like any other, each place would be equally likely, up to the likeness of neighbours; place over
    number is then a p-value in the manner of the placebo laws of Bertrand, M., Duflo, E. and Mullainathan, S. (2004),
    "How much should we trust differences-in-differences estimates?", Quarterly Journal of Economics 119(1), 249-275,
    doi:10.1162/003355304772839588.
    """
    real = dates.loc[dates["at"] == at, "statistic"]
    if real.empty:
        raise ValueError(f"at: {at} is not among the dates")
    return int((dates["statistic"].abs() >= abs(real.iloc[0]) - 1e-12).sum()), len(dates)


RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0)


def power(
    y: np.ndarray,
    at: int,
    per_year: int,
    *,
    slope: bool = True,
    ratios: tuple[float, ...] = RATIOS,
    runs: int = 500,
    seed: int = 2015,
    exposure: np.ndarray | None = None,
) -> pd.DataFrame:
    """How often a change of the level would be seen, by simulation.

    The series (the mean of its readings) is fitted without any change (level, trend, season). Each run multiplies the fitted means after the
    interruption by the planted ratio, draws counts with those means and the dispersion of the full model (negative
    binomial with variance dispersion x mean, Poisson where it is 1), and fits the full model. A change is *seen* when the
    95% interval of the level ratio leaves out 1.

    Parameters
    ----------
    ratios : tuple of float
        Planted changes; 1 is none, 0.5 a fall by half.
    runs, seed : int
        Simulated series for each ratio, and the seed.

    Returns
    -------
    pandas.DataFrame
        ``ratio``, ``seen`` (runs that saw a change), ``right`` (saw it with the right sign; for ratio 1 as seen),
        ``runs``, ``power`` = right / runs.

    References
    ----------
    The approach is that of Hawley, S., Ali, M. S., Berencsi, K., Judge, A. and Prieto-Alhambra, D. (2019), "Sample size
    and power considerations for ordinary least squares interrupted time series analysis: a simulation study", Clinical
    Epidemiology 11, 197-205, doi:10.2147/CLEP.S176723, with counts in place of their normal errors.
    """
    rng, readings = np.random.default_rng(seed), np.atleast_2d(np.asarray(y, dtype=float))
    y, n = readings.mean(axis=0), readings.shape[1]
    x, offset = design(n, at, per_year, slope), _offset(n, exposure).mean(axis=0)
    quiet = np.delete(x, range(LEVEL, LEVEL + 1 + slope), axis=1)
    mean = quasi_poisson(y, quiet, offset)[3][0]
    spread = float(quasi_poisson(readings, x, offset)[2].mean())
    after = np.arange(n) >= at
    wanted = np.vstack([np.where(after, r, 1.0) * mean for r in ratios]).repeat(runs, axis=0)
    if spread > 1.0001:
        draws = rng.negative_binomial(wanted / (spread - 1), 1 / spread)
    else:
        draws = rng.poisson(wanted)
    beta, error, _, _ = quasi_poisson(draws, x, offset, steps=12)
    statistic = (beta[:, LEVEL] / error[:, LEVEL]).reshape(len(ratios), runs)
    cut = t_quantile(0.975, n - x.shape[1])
    seen = (np.abs(statistic) > cut).sum(axis=1)
    sign = np.sign(np.log(np.asarray(ratios)))[:, None]
    right = np.where(sign[:, 0] == 0, seen, (statistic * sign > cut).sum(axis=1))
    return pd.DataFrame({"ratio": ratios, "seen": seen, "right": right, "runs": runs, "power": right / runs})


def smallest_seen(curve: pd.DataFrame, wanted: float = 0.8) -> tuple[float | None, float | None]:
    """The smallest fall and the smallest rise seen with the wanted power, as ratios; None if none on the grid is.

    A ratio counts only if all larger changes on the grid are seen as often: a lucky point in between does not.
    """
    falls = curve[curve["ratio"] < 1].sort_values("ratio")
    rises = curve[curve["ratio"] > 1].sort_values("ratio", ascending=False)
    found: list[float | None] = []
    for side in (falls, rises):
        last = None
        for row in side.itertuples():
            if row.power < wanted:
                break
            last = float(row.ratio)
        found.append(last)
    return found[0], found[1]
