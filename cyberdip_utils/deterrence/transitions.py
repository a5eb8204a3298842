"""What came next: sequences of moves by two sides, their transition matrix, its uncertainty and what chance gives.

A *move* has a pair of states, a side (0 or 1), a day and a severity (1 to 15). Its *next move* is the first one of the
same pair that starts on a later day, by the other side, by the same side or by either; if several start on that day,
the most severe of them counts. A move is *followed* for a window of w days if the record goes on for w days after it.
Nothing here knows where the moves come from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cyberdip_utils.distributions import beta_quantile

OTHER, SAME, EITHER = "other", "same", "either"
BY = (OTHER, SAME, EITHER)
ORDER, CLOCK, SEVERITY = "order", "clock", "severity"
SHUFFLES = (ORDER, CLOCK, SEVERITY)
TOP = 15  # highest severity that fits the score below
_NEVER = np.int32(2**30)


@dataclass(frozen=True)
class Next:
    """For each move (last axis), and each draw if there are several: its own day and severity, the days to its next
    move (-1 if there is none) and that one's severity (0 if there is none)."""

    day: np.ndarray
    severity: np.ndarray
    wait: np.ndarray
    answer: np.ndarray

    def followed(self, window: int, end: int) -> np.ndarray:
        """Which moves have ``window`` days of record after them; ``end`` is the record's last day."""
        return self.day + window <= end

    def within(self, window: int) -> np.ndarray:
        """Severity of the next move if it starts within ``window`` days, else 0."""
        return np.where((self.wait > 0) & (self.wait <= window), self.answer, 0)


def _look(day: np.ndarray, side: np.ndarray, severity: np.ndarray, by: str) -> tuple[np.ndarray, np.ndarray]:
    """Wait and severity of the next move for draws (rows) of one pair's moves (columns)."""
    gap = day[:, None, :] - day[:, :, None]
    fits = gap > 0
    if by == OTHER:
        fits &= side[:, None, :] != side[:, :, None]
    elif by == SAME:
        fits &= side[:, None, :] == side[:, :, None]
    # the nearest day first and, on it, the most severe: one number orders both
    score = np.where(fits, gap * (TOP + 1) + (TOP - severity[:, None, :]), _NEVER).min(axis=2)
    found = score < _NEVER
    return np.where(found, score // (TOP + 1), -1), np.where(found, TOP - score % (TOP + 1), 0)


def _arrays(pair, side, day, severity) -> tuple[np.ndarray, ...]:
    arrays = (
        np.asarray(pair),
        np.asarray(side, np.int8),
        np.asarray(day, np.int32),
        np.asarray(severity, np.int32),
    )
    if len({len(a) for a in arrays}) != 1:
        raise ValueError(
            f"pair, side, day and severity: {[len(a) for a in arrays]} values; they must be as many"
        )
    if len(arrays[1]) and not np.isin(arrays[1], (0, 1)).all():
        raise ValueError("side: each is 0 or 1")
    if len(arrays[3]) and not ((arrays[3] >= 1) & (arrays[3] <= TOP)).all():
        raise ValueError(f"severity: each is a whole number from 1 to {TOP}")
    return arrays


def next_moves(
    pair: Sequence, side: Sequence[int], day: Sequence[int], severity: Sequence[int], by: str = OTHER
) -> Next:
    """The next move after each move.

    Parameters
    ----------
    pair : sequence
        Any label of the pair of states.
    side : sequence of int
        0 or 1, which of the two moved.
    day : sequence of int
        Day of the start, counted from any origin.
    severity : sequence of int
        1 to 15.
    by : str
        Whose next move: "other", "same" or "either" side.

    Returns
    -------
    Next
        One-dimensional, in the order given.

    Raises
    ------
    ValueError
        Unequal lengths, a side or severity out of range, or another ``by``.
    """
    drawn = shuffled(pair, side, day, severity, how="", draws=1, by=by)
    return Next(*(x[0] for x in (drawn.day, drawn.severity, drawn.wait, drawn.answer)))


def shuffled(
    pair: Sequence,
    side: Sequence[int],
    day: Sequence[int],
    severity: Sequence[int],
    how: str,
    draws: int = 1000,
    seed: int = 13,
    by: str = OTHER,
    chunk: int = 250,
) -> Next:
    """The next move after each move when chance has dealt the moves.

    Parameters
    ----------
    pair, side, day, severity, by
        As in :func:`next_moves`.
    how : str
        "order": within each pair the moves (side and severity together) are dealt anew over the pair's dates.
        "clock": within each pair the dates of side 1 are turned by a random number of days around the pair's span, so
        that each side keeps its own rhythm and only the tie between the two is cut.
        "severity": within each pair the severities are dealt anew; who moved and when stays.
        "": nothing is shuffled.
    draws, seed : int
        Number of shuffles and seed of the generator.
    chunk : int
        Shuffles worked on at once; bounds the memory.

    Returns
    -------
    Next
        Draws (rows) by moves (columns, in the order given). Under "clock" the days differ between draws.

    Raises
    ------
    ValueError
        As in :func:`next_moves`, or another ``how``.
    """
    if by not in BY:
        raise ValueError(f"by: {by!r} is not one of {', '.join(BY)}")
    if how and how not in SHUFFLES:
        raise ValueError(f"how: {how!r} is not one of {', '.join(SHUFFLES)}")
    pair, side, day, severity = _arrays(pair, side, day, severity)
    out = [np.empty((draws, len(pair)), np.int32) for _ in range(4)]
    draw = np.random.default_rng(seed)
    for label in dict.fromkeys(pair.tolist()):
        where = np.flatnonzero(pair == label)
        for first in range(0, draws, chunk):
            rows = slice(first, min(first + chunk, draws))
            size = (rows.stop - rows.start, 1)
            s, d, v = (np.tile(x[where], size) for x in (side, day, severity))
            if how in (ORDER, SEVERITY):
                deal = draw.permuted(np.tile(np.arange(len(where)), size), axis=1)
                v = np.take_along_axis(v, deal, axis=1)
                if how == ORDER:
                    s = np.take_along_axis(s, deal, axis=1)
            elif how == CLOCK:
                low, span = d.min(), int(d.max() - d.min()) + 1
                turn = draw.integers(0, span, size=size)
                d = np.where(s == 1, (d - low + turn) % span + low, d).astype(np.int32)
            wait, answer = _look(d, s, v, by)
            for array, part in zip(out, (d, v, wait, answer), strict=True):
                array[rows, where] = part
    return Next(*out)


def counts(before: np.ndarray, after: np.ndarray, rows: int, columns: int, keep: np.ndarray) -> np.ndarray:
    """Transition counts for each draw.

    Parameters
    ----------
    before, after : numpy.ndarray
        States from 0 up, draws by moves (or moves alone, read as one draw).
    rows, columns : int
        Number of states before and after.
    keep : numpy.ndarray of bool
        Which moves count, in the same shape.

    Returns
    -------
    numpy.ndarray
        Draws x rows x columns.
    """
    before, after, keep = (np.atleast_2d(x) for x in (before, after, keep))
    draws = np.arange(len(before))[:, None]
    code = (draws * rows + before) * columns + after
    return np.bincount(code[keep], minlength=len(before) * rows * columns).reshape(-1, rows, columns)


def dirichlet(
    row_counts: np.ndarray, prior: float = 0.5, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Equal-tailed credible interval of each share of a row, from the Dirichlet posterior.

    With the prior Dirichlet(a, …, a) and counts n_1 … n_K, share j has the posterior Beta(n_j + a, n - n_j + (K - 1) a).
    The moves are taken as independent given their row.

    Parameters
    ----------
    row_counts : numpy.ndarray
        Counts, states after on the last axis.
    prior : float
        a, above 0; 1/2 is Jeffreys' choice.
    level : float
        Probability inside the interval.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Lower and upper ends, 0 to 1, in the shape of the counts.

    Raises
    ------
    ValueError
        A prior that is not above 0.

    References
    ----------
    Agresti, A. and Hitchcock, D. B. (2005), "Bayesian inference for categorical data analysis", Statistical Methods &
    Applications 14(3), 297-330, doi:10.1007/s10260-005-0121-y.
    """
    if not prior > 0:
        raise ValueError(f"prior: {prior} is not above 0")
    n = np.asarray(row_counts, dtype=float)
    a = n + prior
    b = n.sum(axis=-1, keepdims=True) - n + (n.shape[-1] - 1) * prior
    tail = (1 - level) / 2
    return beta_quantile(tail, a, b), beta_quantile(1 - tail, a, b)


def bootstrap(
    blocks: np.ndarray, draws: int = 2000, seed: int = 13, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of each share of a row when whole blocks (pairs of states) are drawn again.

    Moves of one pair depend on each other; drawing pairs whole keeps that.

    Parameters
    ----------
    blocks : numpy.ndarray
        Blocks x rows x columns: the transition counts of each pair.
    draws, seed : int
        Bootstrap samples and seed.
    level : float
        Share of samples inside the interval.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Rows x columns; nan where no sample has a count in the row.

    References
    ----------
    Efron, B. (1979), "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1), 1-26,
    doi:10.1214/aos/1176344552.
    """
    n = len(blocks)
    weight = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    total = np.tensordot(weight, blocks, axes=1).astype(float)
    whole = total.sum(axis=-1, keepdims=True)
    shares = np.divide(total, whole, out=np.full_like(total, np.nan), where=whole > 0)
    tail = 50 * (1 - level)
    known = ~np.isnan(shares).all(axis=0)
    ends = np.full((2, *shares.shape[1:]), np.nan)
    ends[:, known] = np.nanpercentile(shares[:, known], [tail, 100 - tail], axis=0)
    return ends[0], ends[1]


def p_value(observed: float, drawn: np.ndarray) -> float:
    """Two-sided p-value of a permutation test; the observed value counts as one more draw, so it is never 0.

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010), "Permutation p-values should never be zero", Statistical Applications in
    Genetics and Molecular Biology 9(1), article 39, doi:10.2202/1544-6115.1585.
    """
    known = np.asarray(drawn, dtype=float)
    known = known[~np.isnan(known)]
    if not len(known) or math.isnan(observed):
        return math.nan
    near = 1e-12
    below, above = (known <= observed + near).sum(), (known >= observed - near).sum()
    return float(min(1.0, 2 * (1 + min(below, above)) / (len(known) + 1)))


def correlation(x: np.ndarray, y: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Pearson's correlation of x and y in each draw, over the moves to keep; nan where one side does not vary."""
    x, y, w = (np.atleast_2d(np.asarray(a, dtype=float)) for a in (x, y, keep))
    n = w.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mx, my = (x * w).sum(axis=1) / n, (y * w).sum(axis=1) / n
        dx, dy = (x - mx[:, None]) * w, (y - my[:, None]) * w
        spread = np.sqrt((dx**2).sum(axis=1) * (dy**2).sum(axis=1))
        return np.where(spread > 1e-12, (dx * dy).sum(axis=1) / spread, np.nan)


def difference(k1: int, n1: int, k2: int, n2: int) -> tuple[float, float, float]:
    """Difference of two shares k1/n1 - k2/n2 with Newcombe's 95% hybrid score interval.

    Returns
    -------
    (float, float, float)
        Difference, lower and upper end.

    Raises
    ------
    ValueError
        n1 or n2 is 0.

    References
    ----------
    Newcombe, R. G. (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", Statistics in Medicine 17(8), 873-890, method 10.
    """
    from cyberdip_utils.stats import wilson

    if not n1 or not n2:
        raise ValueError(f"n1 and n2: {n1} and {n2}; both must be above 0")
    p1, p2 = k1 / n1, k2 / n2
    (l1, u1), (l2, u2) = wilson(k1, n1), wilson(k2, n2)
    gap = p1 - p2
    return gap, gap - math.hypot(p1 - l1, u2 - p2), gap + math.hypot(u1 - p1, p2 - l2)
