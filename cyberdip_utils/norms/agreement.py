"""Who votes alike: pairwise agreement, cohesion of a group, clusters and how stable they are.

A vote is ``"yes"``, ``"abstain"`` or ``"no"``. Anything else (absent, not a member, missing) is no vote: it is left
out of every measure and never read as an abstention. Nothing here knows where the votes come from.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

VOTES = ("yes", "abstain", "no")
STABLE, DISSOLVED = 0.75, 0.5  # mean Jaccard similarity; see `stability`


def indicators(votes: pd.DataFrame | np.ndarray) -> np.ndarray:
    """Three 0/1 layers (yes, abstain, no) of a table of states by roll calls."""
    cells = np.asarray(votes, dtype=object)
    return np.stack([cells == v for v in VOTES]).astype(float)


def took_part(votes: pd.DataFrame) -> pd.Series:
    """Share of the roll calls (0 to 1) on which each state cast a vote."""
    return votes.isin(VOTES).mean(axis=1)


def pairwise(
    votes: pd.DataFrame, weights: Sequence[float] | None = None, abstention: str = "apart"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How often each pair of states votes the same, and on how many roll calls both voted.

    Parameters
    ----------
    votes : pandas.DataFrame
        States by roll calls.
    weights : sequence of float, optional
        Weight of each roll call (1 by default); a bootstrap gives the number of times it was drawn.
    abstention : str
        "apart": yes, abstain and no are three different answers. "half": an abstention agrees by one half with
        a yes and with a no, and a yes does not agree with a no at all.

    Returns
    -------
    (pandas.DataFrame, pandas.DataFrame)
        Agreement 0 to 1 (missing where no roll call is shared) and the shared weight, both states by states.

    Raises
    ------
    ValueError
        Another ``abstention``.
    """
    if abstention not in ("apart", "half"):
        raise ValueError(f"abstention: {abstention!r} is not one of apart, half")
    w = np.ones(votes.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    share, shared = _alike(indicators(votes), w, abstention)
    names = votes.index
    return pd.DataFrame(share, names, names), pd.DataFrame(shared, names, names)


def _alike(layers: np.ndarray, w: np.ndarray, abstention: str = "apart") -> tuple[np.ndarray, np.ndarray]:
    """:func:`pairwise` for the layers of :func:`indicators`."""
    present = layers.sum(axis=0)
    shared = (present * w) @ present.T
    same = sum((layer * w) @ layer.T for layer in layers)
    if abstention == "half":
        middle, ends = layers[1], layers[0] + layers[2]
        same = same + 0.5 * ((middle * w) @ ends.T + (ends * w) @ middle.T)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(shared > 0, same / shared, np.nan), shared


def agreement_index(yes: int, abstain: int, no: int) -> float:
    """Cohesion of a group on one roll call: 1 when all vote alike, 0 when it splits into three equal parts.

    AI = (max - ((yes + abstain + no) - max) / 2) / (yes + abstain + no), with max the largest of the three.

    Parameters
    ----------
    yes, abstain, no : int
        Votes cast; absent members are not counted.

    Returns
    -------
    float
        0 to 1; nan when nobody voted.

    References
    ----------
    Hix, S., Noury, A. and Roland, G. (2005), "Power to the Parties: Cohesion and Competition in the European
    Parliament, 1979-2001", British Journal of Political Science 35(2), 209-234, doi:10.1017/S0007123405000128.
    """
    cast = yes + abstain + no
    if cast == 0:
        return math.nan
    most = max(yes, abstain, no)
    return (most - (cast - most) / 2) / cast


def contingency(a: Sequence[int], b: Sequence[int]) -> np.ndarray:
    """How many things lie in each pair of classes of two partitions."""
    rows, i = np.unique(np.asarray(a), return_inverse=True)
    columns, j = np.unique(np.asarray(b), return_inverse=True)
    return np.bincount(i * len(columns) + j, minlength=len(rows) * len(columns)).reshape(
        len(rows), len(columns)
    )


def adjusted_rand(a: Sequence[int], b: Sequence[int]) -> float:
    """Agreement of two partitions of the same things: 1 when identical, 0 on average by chance.

    References
    ----------
    Hubert, L. and Arabie, P. (1985), "Comparing partitions", Journal of Classification 2, 193-218,
    doi:10.1007/BF01908075.
    """
    table = contingency(a, b)

    def pairs(x):
        return (x * (x - 1) / 2).sum()

    both, rows, columns = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    n = table.sum()
    chance = rows * columns / (n * (n - 1) / 2)
    most = (rows + columns) / 2
    return 1.0 if most == chance else float((both - chance) / (most - chance))


def clusters(votes: pd.DataFrame, ks: Sequence[int], weights: Sequence[float] | None = None) -> pd.DataFrame:
    """Partitions of the states into k clusters: Ward's method on the square root of disagreement.

    The square root of the share of unlike answers is a Euclidean distance when no vote is missing, which is what
    Ward's method wants. A pair that shares no roll call (possible in a resample) gets the mean disagreement.

    Parameters
    ----------
    votes : pandas.DataFrame
        States by roll calls.
    ks : sequence of int
        Numbers of clusters.
    weights : sequence of float, optional
        As in :func:`pairwise`.

    Returns
    -------
    pandas.DataFrame
        One column for each k; clusters numbered from 1, the largest first.
    """
    w = np.ones(votes.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    return pd.DataFrame(_parts(indicators(votes), ks, w), index=votes.index)


def _parts(layers: np.ndarray, ks: Sequence[int], w: np.ndarray) -> dict[int, np.ndarray]:
    """:func:`clusters` for the layers of :func:`indicators`: a number for each state, by k."""
    from scipy.cluster.hierarchy import fcluster, linkage

    unlike = 1 - _alike(layers, w)[0]
    if np.isnan(unlike).any():
        unlike[np.isnan(unlike)] = np.nanmean(unlike)
    upper = unlike[np.triu_indices(len(unlike), 1)]
    tree = linkage(np.sqrt(np.clip(upper, 0, 1).round(12)), "ward")
    out = {}
    for k in ks:
        labels = fcluster(tree, k, "maxclust") - 1
        sizes = np.bincount(labels)
        place = np.empty(len(sizes), dtype=int)
        place[np.argsort(-sizes, kind="stable")] = np.arange(1, len(sizes) + 1)
        out[k] = place[labels]
    return out


def stability(votes: pd.DataFrame, ks: Sequence[int], rounds: int = 200, seed: int = 0) -> pd.DataFrame:
    """How well each cluster comes back when the roll calls are drawn again with replacement.

    In each round the clustering is repeated on a resample of roll calls, and each original cluster is compared with
    the most similar new one by Jaccard's coefficient (members in both, divided by members in either). Hennig resamples
    the things that are clustered; here the states are all there are and the roll calls are the sample, so the roll
    calls are drawn.

    Parameters
    ----------
    votes : pandas.DataFrame
        States by roll calls.
    ks : sequence of int
        Numbers of clusters.
    rounds, seed : int
        Number of resamples, and the seed that makes them the same each time.

    Returns
    -------
    pandas.DataFrame
        k, cluster, size, jaccard (mean, 0 to 1; below 0.5 a cluster counts as dissolved, from 0.75 as stable), rand
        (mean adjusted Rand index of the whole partition).

    References
    ----------
    Hennig, C. (2007), "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis
    52(1), 258-271, doi:10.1016/j.csda.2006.11.025.
    """
    layers = indicators(votes)
    base = _parts(layers, ks, np.ones(votes.shape[1]))
    draw = np.random.default_rng(seed)
    n = votes.shape[1]
    close = {k: np.zeros(base[k].max()) for k in ks}
    rand = dict.fromkeys(ks, 0.0)
    for _ in range(rounds):
        again = _parts(layers, ks, draw.multinomial(n, np.full(n, 1 / n)).astype(float))
        for k in ks:
            table = contingency(base[k], again[k])
            either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
            close[k] += (table / either).max(axis=1)
            rand[k] += adjusted_rand(base[k], again[k])
    rows = [
        (k, i + 1, int((base[k] == i + 1).sum()), close[k][i] / rounds, rand[k] / rounds)
        for k in ks
        for i in range(len(close[k]))
    ]
    return pd.DataFrame(rows, columns=["k", "cluster", "size", "jaccard", "rand"])
