"""Association with and without other things held equal, and how strong a hidden cause would have to be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cyberdip_utils.stats import Z95


@dataclass(frozen=True)
class Association:
    """A coefficient with its 95% interval and the number of cases; ``hidden`` is the robustness value of 0 to 1."""

    value: float
    low: float
    high: float
    n: int
    hidden: float = math.nan


def residuals(frame: pd.DataFrame, column: str, controls: Sequence[str]) -> pd.Series:
    """What is left of a column after a least-squares fit on the controls and a constant."""
    y = frame[column].to_numpy(float)
    x = np.column_stack([np.ones(len(frame)), *(frame[c].to_numpy(float) for c in controls)])
    return pd.Series(y - x @ np.linalg.lstsq(x, y, rcond=None)[0], index=frame.index)


def robustness_value(r: float) -> float:
    """How much of the rest of both variables a hidden cause must explain to bring a partial correlation to zero.

    RV = (sqrt(f^4 + 4 f^2) - f^2) / 2 with f^2 = r^2 / (1 - r^2): a hidden variable that explains this share (0 to 1) of
    the residual variance of both would make the adjusted association vanish.

    References
    ----------
    Cinelli, C. and Hazlett, C. (2020), "Making sense of sensitivity: extending omitted variable bias", Journal of the Royal
    Statistical Society B 82(1), 39-67, doi:10.1111/rssb.12348.
    """
    if abs(r) >= 1:
        return 1.0
    f2 = r * r / (1 - r * r)
    return (math.sqrt(f2 * f2 + 4 * f2) - f2) / 2


def partial_correlation(
    frame: pd.DataFrame, x: str, y: str, controls: Sequence[str] = (), ranks: bool = False
) -> Association:
    """Correlation of x and y with the controls held equal, and Fisher's 95% interval.

    Both are freed of the controls by least squares; with ``ranks`` every column is first replaced by its ranks. The
    interval is tanh(atanh(r) ± 1.96 / sqrt(n - k - 3)), k controls.

    Raises
    ------
    ValueError
        Fewer than k + 5 rows without a missing value.

    References
    ----------
    Fisher, R. A. (1924), "The distribution of the partial correlation coefficient", Metron 3, 329-332.
    """
    used = frame[[x, y, *controls]].astype(float).dropna()
    n, k = len(used), len(controls)
    if n < k + 5:
        raise ValueError(f"{n} complete rows are too few for {k} controls")
    if ranks:
        used = used.rank()
    a, b = residuals(used, x, controls), residuals(used, y, controls)
    spread = math.sqrt(float((a * a).sum() * (b * b).sum()))
    r = float((a * b).sum()) / spread if spread > 0 else 0.0
    r = min(max(r, -0.999999), 0.999999)
    reach = Z95 / math.sqrt(n - k - 3)
    return Association(
        r, math.tanh(math.atanh(r) - reach), math.tanh(math.atanh(r) + reach), n, robustness_value(r)
    )


def poisson_robust(y: np.ndarray, x: np.ndarray, steps: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Poisson regression with the sandwich variances, no correction for small samples: coefficients, variances.

    Iteratively reweighted least squares; equal to statsmodels' GLM, which a test checks.
    """
    eta = np.log((y + y.mean()) / 2)
    beta = np.zeros(x.shape[1])
    for _ in range(steps):
        mean = np.exp(np.clip(eta, -30, 30))
        weighted = mean[:, None] * x
        new = np.linalg.solve(weighted.T @ x, weighted.T @ (eta + (y - mean) / mean))
        moved, beta = np.abs(new - beta).max(), new
        eta = x @ beta
        if moved < 1e-10:
            break
    mean = np.exp(eta)
    bread = np.linalg.inv((mean[:, None] * x).T @ x)
    score = (y - mean)[:, None] * x
    return beta, np.diag(bread @ (score.T @ score) @ bread)


def count_ratio(
    frame: pd.DataFrame, x: str, count: str, controls: Sequence[str] = (), step: float = 10
) -> Association:
    """Ratio of expected counts for ``step`` more of x, controls held equal: Poisson regression, robust errors.

    The Poisson likelihood needs only that the mean is right; the sandwich covariance allows for more spread.

    References
    ----------
    Santos Silva, J. M. C. and Tenreyro, S. (2006), "The log of gravity", Review of Economics and Statistics 88(4),
    641-658, doi:10.1162/rest.88.4.641.
    """
    used = frame[[x, count, *controls]].astype(float).dropna()
    design = used[[x, *controls]]
    design = (design - design.mean()) / design.std().replace(0, 1)
    columns = np.column_stack([np.ones(len(used)), design.to_numpy()])
    params, variances = poisson_robust(used[count].to_numpy(), columns)
    per = step / float(used[x].std())
    b, se = float(params[1]) * per, math.sqrt(variances[1]) * per
    return Association(math.exp(b), math.exp(b - Z95 * se), math.exp(b + Z95 * se), len(used))
