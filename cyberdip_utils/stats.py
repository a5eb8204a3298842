"""Small statistics that several themes share. Heavy libraries stay out: importing this is cheap."""

from __future__ import annotations

import math

import pandas as pd

Z95 = 1.959963984540054  # 97.5th percentile of the standard normal


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval for a share.

    Parameters
    ----------
    k, n : int
        Successes and trials, 0 <= k <= n.
    z : float
        Standard normal quantile; 1.96 gives 95%.

    Returns
    -------
    (float, float)
        Lower and upper end, 0 to 1; (0, 1) when n is 0, because nothing is known.

    Raises
    ------
    ValueError
        k or n out of range.

    References
    ----------
    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference",
    JASA 22(158), 209-212, doi:10.1080/01621459.1927.10502953.
    """
    if n < 0 or not 0 <= k <= n:
        raise ValueError(f"k and n: {k} of {n}; need 0 <= k <= n")
    if n == 0:
        return 0.0, 1.0
    p, z2 = k / n, z * z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(k: int, n: int) -> str:
    """A share with its count and 95% interval, ready for a sentence: ``"42% (21 of 50; 29–56%)"``.

    Shares near 0 or 1 get one decimal, so that a rare thing does not read as none.
    """
    if n == 0:
        return "no cases (0 of 0)"
    low, high = wilson(k, n)
    digits = 1 if 0 < k / n < 0.02 or 0.98 < k / n < 1 else 0
    return f"{k / n:.{digits}%} ({k:,} of {n:,}; {low * 100:.{digits}f}–{high * 100:.{digits}f}%)"


def agreement(a: pd.Series, b: pd.Series) -> tuple[float, float, int]:
    """Raw agreement and Cohen's kappa of two codings of the same things.

    Parameters
    ----------
    a, b : pandas.Series
        Codes with the same index; pairs with a missing value on either side are left out.

    Returns
    -------
    (float, float, int)
        Share of equal codes, kappa (nan when chance agreement is complete), number of pairs.

    References
    ----------
    Cohen, J. (1960), "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20(1), 37-46, doi:10.1177/001316446002000104.
    """
    both = pd.DataFrame({"a": a, "b": b}).dropna()
    n = len(both)
    if n == 0:
        return math.nan, math.nan, 0
    equal = float((both["a"] == both["b"]).mean())
    chance = float((both["a"].value_counts(normalize=True) * both["b"].value_counts(normalize=True)).sum())
    return equal, (equal - chance) / (1 - chance) if chance < 1 else math.nan, n
