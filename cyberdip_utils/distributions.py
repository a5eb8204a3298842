"""Ranks, quantiles and tail areas, from ``scipy.special`` or plain numpy.

They equal those of ``scipy.stats``, which a test checks. ``scipy.stats`` itself takes half a second and some 45 MB to
import, most of it for distributions that nobody here asks for.
"""

from __future__ import annotations

import math

import numpy as np


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1 along the last axis; ties get their mean rank. No value may be missing."""
    x = np.asarray(values, dtype=float)
    rows = x.reshape(-1, x.shape[-1])
    order = np.argsort(rows, axis=-1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=-1)
    n = rows.shape[-1]
    place = np.broadcast_to(np.arange(n), rows.shape)
    new = np.ones(rows.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(new, place, 0), axis=-1)
    last_here = np.ones(rows.shape, dtype=bool)
    last_here[:, :-1] = new[:, 1:]
    last = np.minimum.accumulate(np.where(last_here, place, n)[:, ::-1], axis=-1)[:, ::-1]
    ranks = np.empty_like(rows)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    return ranks.reshape(x.shape)


def t_quantile(p: float, free: float) -> float:
    """The ``p`` quantile of Student's t with ``free`` degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(free, p))


def t_tail(value: float, free: float) -> float:
    """Chance that Student's t with ``free`` degrees of freedom is above ``value``."""
    from scipy.special import stdtr

    return float(stdtr(free, -value))


def chi2_quantile(p: float, free: float) -> float:
    """The ``p`` quantile of chi-squared with ``free`` degrees of freedom."""
    from scipy.special import gammaincinv

    return 2 * float(gammaincinv(free / 2, p))


def chi2_tail(value: float, free: float) -> float:
    """Chance that chi-squared with ``free`` degrees of freedom is above ``value``."""
    from scipy.special import chdtrc

    return float(chdtrc(free, value))


def beta_quantile(p: float, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The ``p`` quantile of the beta distribution."""
    from scipy.special import betaincinv

    return betaincinv(a, b, p)


def normal_two_sided(z: np.ndarray) -> np.ndarray:
    """Chance that a standard normal number is further from 0 than ``z``."""
    return np.array([math.erfc(abs(x) / math.sqrt(2)) for x in np.atleast_1d(z)])


def fisher_exact(table: list[list[int]]) -> tuple[float, float]:
    """Fisher's exact test of a two-by-two table: odds ratio of the sample, two-sided p-value.

    The p-value sums the hypergeometric chances of all tables with these margins that are no likelier than this one,
    counted in whole numbers, so that ties are ties.
    """
    (a, b), (c, d) = table
    row, column, n = a + b, a + c, a + b + c + d

    def ways(k: int) -> int:
        return math.comb(row, k) * math.comb(n - row, column - k)

    seen = ways(a)
    possible = range(max(0, row + column - n), min(row, column) + 1)
    total = sum(w for w in map(ways, possible) if w <= seen)
    odds = (a * d) / (b * c) if b * c else (math.nan if a * d == 0 else math.inf)
    return odds, total / math.comb(n, column)
