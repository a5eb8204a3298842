"""Rank correlation with a bootstrap interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cyberdip_utils.distributions import average_ranks

RESAMPLES = 1000
SEED = 13


@dataclass(frozen=True)
class Rho:
    """Spearman's rho, the ends of its 95% bootstrap interval, and the number of pairs."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        if math.isnan(self.value):
            return f"no rank correlation (n = {self.n})"
        value, low, high = (f"{x:.2f}".replace("-", "−") for x in (self.value, self.low, self.high))
        return f"{value} (95% interval {low} to {high}, n = {self.n})"


def _rho(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's correlation of the ranks of each row; nan where one side does not vary."""
    a, b = average_ranks(x), average_ranks(y)
    a, b = a - a.mean(axis=-1, keepdims=True), b - b.mean(axis=-1, keepdims=True)
    below = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, (a * b).sum(axis=-1) / below, np.nan)


def spearman(x: Sequence[float], y: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED) -> Rho:
    """Spearman's rank correlation with a percentile bootstrap interval.

    Parameters
    ----------
    x, y : sequence of float
        Paired values in any unit. Pairs with a missing value on either side are left out.
    resamples, seed : int
        Number of bootstrap samples of pairs, and the seed of the generator.

    Returns
    -------
    Rho
        nan with fewer than four pairs or where one side does not vary.

    Raises
    ------
    ValueError
        x and y differ in length.

    References
    ----------
    Spearman, C. (1904), "The proof and measurement of association between two things", American Journal of
    Psychology 15(1), 72-101, doi:10.2307/1412159. Efron, B. (1979), "Bootstrap methods: another look at the
    jackknife", Annals of Statistics 7(1), 1-26, doi:10.1214/aos/1176344552.
    """
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"x and y: {len(a)} and {len(b)} values; they must be paired")
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    n = len(a)
    if n < 4 or math.isnan(value := float(_rho(a, b))):
        return Rho(math.nan, math.nan, math.nan, n)
    drawn = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    low, high = np.nanpercentile(_rho(a[drawn], b[drawn]), [2.5, 97.5])
    return Rho(value, float(low), float(high), n)
