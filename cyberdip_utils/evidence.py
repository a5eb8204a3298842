"""Weighing evidence about a suspect: Bayes' rule in odds, with clues that can be forged together.

For suspects j with prior P_j and clues i, write r_ij for the likelihood ratio: how many times more probable clue i
is if the accused did it than if j did it. Clues that cannot be forged multiply. Clues that can be forged share one
common cause: with probability f a doer who is not the accused plants them all, and does it perfectly. So

    L_j = prod_hard(1 / r_ij) * [ (1 - f) * prod_soft(1 / r_ij) + f ],      L_accused = 1,
    posterior of the accused = P_accused / (P_accused + sum_j P_j * L_j).

However many soft clues are found, L_j stays at f or above: together they never weigh more than 1 / f.

References
----------
Bayes factors as the measure of evidence: Kass, R. E. and Raftery, A. E. (1995), JASA 90(430), 773-795,
doi:10.1080/01621459.1995.10476572. The common cause for forgeable clues is our own addition, kept to one number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


def weights(
    ratios: pd.DataFrame, forgeable: Sequence[bool], false_flag: float, doubt: float = 1.0
) -> pd.Series:
    """L_j of each other suspect: how probable all the clues are if j did it, relative to the accused.

    Parameters
    ----------
    ratios : pandas.DataFrame
        Clues (rows) by other suspects (columns): likelihood ratios r_ij, above 0. No rows: no evidence.
    forgeable : sequence of bool
        For each clue: could another have planted it?
    false_flag : float
        f, 0 to 1.
    doubt : float
        Every ratio is multiplied by this factor; 1 takes them as they are. A ratio of exactly 1 stays: such a clue is
        as likely whoever did it, and says nothing.

    Returns
    -------
    pandas.Series
        L_j by suspect.

    Raises
    ------
    ValueError
        A ratio or a factor that is not above 0, or a probability outside 0 to 1.
    """
    return pd.Series(_weights(ratios, forgeable, np.array([false_flag]), doubt)[0], ratios.columns)


def _weights(ratios: pd.DataFrame, forgeable: Sequence[bool], f: np.ndarray, doubt: float) -> np.ndarray:
    """L_j for each value of f (rows) and suspect (columns)."""
    values = ratios.to_numpy(dtype=float)
    values = np.where(values == 1, 1.0, values * doubt)
    if ((f < 0) | (f > 1)).any():
        raise ValueError(f"false_flag: {f.min():g} to {f.max():g} is not between 0 and 1")
    if doubt <= 0 or (values <= 0).any():
        raise ValueError("ratios and doubt must be above 0")
    soft = np.asarray(forgeable, dtype=bool)
    hard_part, soft_part = np.prod(1 / values[~soft], axis=0), np.prod(1 / values[soft], axis=0)
    planted = (f if soft.any() else np.zeros_like(f))[:, None]
    return hard_part * ((1 - planted) * soft_part + planted)


def _priors(prior: Mapping[str, float], accused: str, ratios: pd.DataFrame) -> np.ndarray:
    """Priors of the other suspects in the order of the columns of ``ratios``, checked."""
    if abs(sum(prior.values()) - 1) > 1e-9 or min(prior.values()) < 0:
        raise ValueError(f"prior: the probabilities add up to {sum(prior.values()):g}, not to 1")
    if set(prior) - {accused} != set(ratios.columns) or accused not in prior:
        raise ValueError(f"prior: suspects {list(prior)} do not match {accused} and {list(ratios.columns)}")
    return np.array([prior[s] for s in ratios.columns], dtype=float)


def posterior(
    prior: Mapping[str, float],
    accused: str,
    ratios: pd.DataFrame,
    forgeable: Sequence[bool],
    false_flag: float = 0.0,
    doubt: float = 1.0,
) -> pd.Series:
    """Probability of each suspect once the clues are known.

    Parameters
    ----------
    prior : mapping
        Probability of each suspect before any clue; must add up to 1.
    accused : str
        The suspect that the forgeable clues point to.
    ratios, forgeable, false_flag, doubt
        As in :func:`weights`.

    Returns
    -------
    pandas.Series
        By suspect, adding up to 1.

    Raises
    ------
    ValueError
        Priors that do not add up to 1, or do not match the columns of ``ratios``.
    """
    others = _priors(prior, accused, ratios)
    joint = dict(zip(ratios.columns, others * weights(ratios, forgeable, false_flag, doubt), strict=True))
    joint[accused] = prior[accused]
    return pd.Series({s: joint[s] for s in prior}) / sum(joint.values())


def over_false_flag(
    prior: Mapping[str, float],
    accused: str,
    ratios: pd.DataFrame,
    forgeable: Sequence[bool],
    grid: Sequence[float],
    doubt: float = 1.0,
) -> np.ndarray:
    """Posterior of the accused for each false-flag probability of a grid; parameters as in :func:`posterior`."""
    others = _priors(prior, accused, ratios)
    against = (_weights(ratios, forgeable, np.asarray(grid, dtype=float), doubt) * others).sum(axis=1)
    return prior[accused] / (prior[accused] + against)


def band(
    prior: Mapping[str, float],
    accused: str,
    ratios: pd.DataFrame,
    forgeable: Sequence[bool],
    false_flag: float,
    doubt: float,
) -> tuple[float, float]:
    """Lowest and highest posterior of the accused when every ratio may be ``doubt`` times smaller or larger.

    The posterior rises with every ratio, so the ends lie where all ratios are off in the same direction: this is
    the widest the doubt can make it, not an interval with a probability.
    """
    if doubt < 1:
        raise ValueError(f"doubt: {doubt} is below 1; a factor of 1 means none")
    low, high = (
        over_false_flag(prior, accused, ratios, forgeable, [false_flag], k)[0] for k in (1 / doubt, doubt)
    )
    return float(low), float(high)
