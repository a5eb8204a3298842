"""A line through the votes: multiple correspondence analysis of some categories, with a bootstrap over roll calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cyberdip_utils.norms.agreement import VOTES


@dataclass(frozen=True)
class Scale:
    """The first axis of the analysis.

    Parameters
    ----------
    scores : pandas.Series
        Place of each state, standardised over the states (mean 0, standard deviation 1).
    answers : pandas.DataFrame
        Standard coordinate of each answer that took part: roll calls by yes, abstain, no; missing where too few
        states gave it.
    inertia : numpy.ndarray
        Principal inertias of all axes, largest first.
    """

    scores: pd.Series
    answers: pd.DataFrame
    inertia: np.ndarray

    @property
    def first(self) -> float:
        """Share of the analysed inertia that lies on the first axis."""
        return float(self.inertia[0] / self.inertia.sum())


def scale(votes: pd.DataFrame, weights: Sequence[float] | None = None, least: float = 0.05) -> Scale:
    """Place the states on a line by subset multiple correspondence analysis (MCA) of their votes.

    MCA is a correspondence analysis of the table of zeros and ones that has a column for each answer to each roll
    call. With z the table, Q roll calls, n states and f the share of states that gave an answer, it is the singular
    value decomposition of (z - f) / sqrt(f), divided by sqrt(n Q). In the *subset* form the columns that are left out
    still count in the margins, so that the rest stays where it is. Left out are all absences, so that an absence
    is neither an answer nor an abstention, and answers that fewer than ``least`` of the voting states gave, which would
    otherwise rule the first axis.

    Parameters
    ----------
    votes : pandas.DataFrame
        States by roll calls, "yes", "abstain", "no"; all else is absence.
    weights : sequence of float, optional
        Weight of each roll call (1 by default).
    least : float
        Smallest share of the voting states (0 to 1) for an answer to take part.

    Returns
    -------
    Scale
        The sign of the axis is arbitrary: see :func:`facing`.

    Raises
    ------
    ValueError
        No roll call divides the states enough.

    References
    ----------
    Nenadic, O. and Greenacre, M. (2007), "Correspondence Analysis in R, with Two- and Three-dimensional Graphics: The
    ca Package", Journal of Statistical Software 20(3), 1-13, doi:10.18637/jss.v020.i03 (simple, multiple and
    subset analysis, with the equations).
    """
    coded = _code(votes, least)
    w = np.ones(votes.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    raw, vectors, values, used = _solve(coded, w)
    names = [coded.names[i] for i in np.flatnonzero(used)]
    flat = pd.Series(vectors[:, 0] / np.sqrt(coded.f[used] * w[coded.call[used]] / w.sum()), index=names)
    flat.index = pd.MultiIndex.from_tuples(names)
    answers = flat.unstack()
    answers = answers.reindex(index=[c for c in votes.columns if c in answers.index], columns=list(VOTES))
    return Scale(pd.Series(_standard(raw), index=votes.index), answers, values)


@dataclass(frozen=True)
class _Coded:
    z: np.ndarray  # states by answers, 0 or 1
    f: np.ndarray  # share of states that gave the answer
    call: np.ndarray  # number of the roll call an answer belongs to
    names: list[tuple[str, str]]


def _code(votes: pd.DataFrame, least: float) -> _Coded:
    """The table of answers that take part, computed once for all resamples."""
    cells = votes.to_numpy(dtype=object)
    columns, names, calls = [], [], []
    for j, call in enumerate(votes.columns):
        given = [cells[:, j] == v for v in VOTES]
        cast = sum(int(g.sum()) for g in given)
        kept = [(v, g) for v, g in zip(VOTES, given, strict=True) if g.any() and g.sum() >= least * cast]
        if len(kept) < 2:  # one answer left: nothing that tells states apart
            continue
        for v, g in kept:
            columns.append(g.astype(float))
            names.append((call, v))
            calls.append(j)
    z = np.column_stack(columns) if columns else np.zeros((len(votes), 0))
    return _Coded(z, z.mean(axis=0), np.array(calls, dtype=int), names)


def _solve(coded: _Coded, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Raw scores on the first axis, eigenvectors, inertias, and which answers had weight."""
    used = w[coded.call] > 0 if len(coded.call) else np.zeros(0, dtype=bool)
    if not used.any():
        raise ValueError("votes: no roll call divides these states enough to place them on a line")
    f, mass = coded.f[used], w[coded.call[used]] / w.sum()
    table = (coded.z[:, used] - f) * np.sqrt(mass / f) / np.sqrt(len(coded.z))
    # the small square table has the same axes as the large one and is quicker
    values, vectors = np.linalg.eigh(table.T @ table)
    values, vectors = np.clip(values[::-1], 0, None), vectors[:, ::-1]
    return table @ vectors[:, 0], vectors, values, used


def _standard(raw: np.ndarray) -> np.ndarray:
    return (raw - raw.mean()) / (raw.std() or 1.0)


def facing(found: Scale, towards: pd.Series) -> Scale:
    """The scale turned so that it runs the same way as another set of scores (positive correlation)."""
    both = pd.concat([found.scores, towards], axis=1).dropna()
    if np.corrcoef(both.iloc[:, 0], both.iloc[:, 1])[0, 1] >= 0:
        return found
    return Scale(-found.scores, -found.answers, found.inertia)


def bootstrap(
    votes: pd.DataFrame,
    towards: pd.Series,
    rounds: int = 400,
    seed: int = 0,
    level: float = 0.9,
    least: float = 0.05,
) -> pd.DataFrame:
    """Intervals of the scores when the roll calls are drawn again with replacement.

    Parameters
    ----------
    votes : pandas.DataFrame
        States by roll calls.
    towards : pandas.Series
        Scores that each resample is turned to, normally those of the whole set.
    rounds, seed : int
        Number of resamples and their seed.
    level : float
        Share of the resamples between the two ends.
    least : float
        As in :func:`scale`.

    Returns
    -------
    pandas.DataFrame
        low, high for each state (percentiles); ``attrs["rounds"]`` is the number of resamples that could be scaled.

    References
    ----------
    Efron, B. (1979), "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1), 1-26,
    doi:10.1214/aos/1176344552.
    """
    draw, n, coded, kept = np.random.default_rng(seed), votes.shape[1], _code(votes, least), []
    aim = towards.reindex(votes.index).to_numpy(dtype=float)
    known = ~np.isnan(aim)
    for _ in range(rounds):
        try:
            scores = _standard(_solve(coded, draw.multinomial(n, np.full(n, 1 / n)).astype(float))[0])
        except ValueError:
            continue
        kept.append(scores if np.corrcoef(scores[known], aim[known])[0, 1] >= 0 else -scores)
    ends = np.quantile(np.array(kept), [(1 - level) / 2, (1 + level) / 2], axis=0)
    out = pd.DataFrame({"low": ends[0], "high": ends[1]}, index=votes.index)
    out.attrs["rounds"] = len(kept)
    return out
