"""Discrete-time event history: rows of risk, life tables, what neighbours have done, and a hazard model.

The hazard of a year is the probability that a state which has not yet had the event has it in that year. Pure functions; the
models are fitted in plain numpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cyberdip_utils.distributions import normal_two_sided
from cyberdip_utils.stats import Z95, wilson

LINKS = ("logit", "cloglog")
NEVER = 10_000  # a year later than all others, for units without an event


def person_period(
    event_year: pd.Series, start: int, end: int, entry: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """One row for each unit and year in which the unit is at risk.

    Parameters
    ----------
    event_year : pandas.Series
        Year of the first event by unit; missing means none was seen (censored at the end on the right).
    start, end : int
        First and last year of observation, both included.
    entry : mapping of str to int, optional
        First year at risk of units that begin later than ``start`` (states that became independent).

    Returns
    -------
    pandas.DataFrame
        unit, year, event (1 in the year of the event, else 0). A unit leaves the risk set after its event; one with an
        event before its first year at risk never enters.

    Raises
    ------
    ValueError
        ``start`` after ``end``, or a unit listed twice.

    References
    ----------
    Allison, P. D. (1982), "Discrete-time methods for the analysis of event histories", Sociological Methodology 13,
    61-98, doi:10.2307/270718.
    """
    if start > end:
        raise ValueError(f"start and end: {start} is after {end}")
    if event_year.index.has_duplicates:
        raise ValueError("event_year: a unit is listed twice")
    years = event_year.astype("Float64").fillna(NEVER).astype(int)
    rows = [
        (unit, year, int(year == happened))
        for unit, happened in years.items()
        for year in range(max(start, (entry or {}).get(unit, start)), min(end, happened) + 1)
    ]
    return pd.DataFrame(rows, columns=["unit", "year", "event"])


def life_table(periods: pd.DataFrame, by: Sequence[str] = (), width: int = 1) -> pd.DataFrame:
    """Units at risk, events and hazard by year or by spans of years, and the share that has not had the event.

    Parameters
    ----------
    periods : pandas.DataFrame
        As from :func:`person_period`, with the columns of ``by``.
    by : sequence of str
        Columns that part the table.
    width : int
        Years that share a row; spans are counted from the first year.

    Returns
    -------
    pandas.DataFrame
        The columns of ``by``, year (first of the span), at_risk (unit-years), events, hazard = events / at_risk, low and
        high (Wilson), survived = product of (1 - hazard of each single year) to the end of the span. A span without a
        unit at risk has no row.

    Raises
    ------
    ValueError
        A width below 1.
    """
    if width < 1:
        raise ValueError(f"width: {width} years; need 1 or more")
    by = list(by)
    single = periods.groupby([*by, "year"], observed=True)["event"].agg(at_risk="size", events="sum")
    single["left"] = 1 - single["events"] / single["at_risk"]
    survived = single.groupby(by, observed=True)["left"].cumprod() if by else single["left"].cumprod()
    out = single.assign(survived=survived).reset_index()
    first = int(periods["year"].min()) if len(periods) else 0
    out["year"] = first + (out["year"] - first) // width * width
    out = (
        out.groupby([*by, "year"], observed=True)
        .agg(at_risk=("at_risk", "sum"), events=("events", "sum"), survived=("survived", "last"))
        .reset_index()
    )
    out["hazard"] = out["events"] / out["at_risk"]
    ends = [wilson(int(k), int(n)) for k, n in zip(out["events"], out["at_risk"], strict=True)]
    out[["low", "high"]] = np.array(ends).reshape(-1, 2)
    return out[[*by, "year", "at_risk", "events", "hazard", "low", "high", "survived"]]


def survival_interval(table: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """A yearly life table with ``survived_low`` and ``survived_high``, 95%, on the log-minus-log scale.

    Greenwood's variance of log S is the sum of d / (n (n - d)); the interval is S to the power exp(±1.96 se / log S),
    which stays between 0 and 1. Where S is 1 or 0 no interval is given.

    References
    ----------
    Kalbfleisch, J. D. and Prentice, R. L. (2002), The Statistical Analysis of Failure Time Data, 2nd ed., Wiley, section 1.4.
    """
    out = table.copy()
    n, d = out["at_risk"].astype(float), out["events"].astype(float)
    part = (d / (n * (n - d))).replace(np.inf, np.nan)
    keys = [out[c] for c in by]
    variance = part.groupby(keys, observed=True).cumsum() if keys else part.cumsum()
    s = out["survived"].astype(float)
    inside = (s > 0) & (s < 1)
    log_s = np.log(s.where(inside))
    reach = Z95 * np.sqrt(variance) / np.abs(log_s)
    out["survived_low"] = np.exp(log_s * np.exp(reach))
    out["survived_high"] = np.exp(log_s * np.exp(-reach))
    return out


def neighbours(pairs: pd.DataFrame, units: Sequence[str]) -> dict[str, frozenset[str]]:
    """Neighbours of each unit among the units, from pairs in two columns (each pair once, either way round)."""
    known = set(units)
    out: dict[str, set[str]] = {u: set() for u in units}
    for a, b in pairs.itertuples(index=False):
        if a in known and b in known and a != b:
            out[a].add(b)
            out[b].add(a)
    return {u: frozenset(v) for u, v in out.items()}


def exposure(
    periods: pd.DataFrame, event_year: pd.Series, around: Mapping[str, frozenset[str]], lag: int = 1
) -> pd.Series:
    """Share of a unit's neighbours that had the event ``lag`` or more years before; 0 for a unit without neighbours.

    Parameters
    ----------
    periods : pandas.DataFrame
        As from :func:`person_period`.
    event_year : pandas.Series
        Year of the event by unit, of all units; missing means none.
    around : mapping
        Neighbours by unit.
    lag : int
        Years; with 1 only what was there at the end of the year before counts, so that no year explains itself.
    """
    happened = event_year.astype("Float64").fillna(NEVER).astype(int).to_dict()
    shares = [
        sum(happened[v] <= year - lag for v in around[unit]) / len(around[unit]) if around[unit] else 0.0
        for unit, year in zip(periods["unit"], periods["year"], strict=True)
    ]
    return pd.Series(shares, index=periods.index, dtype=float)


def binary_fit(
    y: np.ndarray, x: np.ndarray, link: str, groups: np.ndarray, steps: int = 100
) -> tuple[np.ndarray, np.ndarray]:
    """Maximum likelihood of a yes-or-no model, with variances clustered by group; plain numpy.

    Parameters
    ----------
    y : ndarray (n,)
        0 or 1.
    x : ndarray (n, p)
        Design, with its constant.
    link : str
        "logit" or "cloglog".
    groups : ndarray (n,) of int
        Number of the cluster of each case, from 0.

    Returns
    -------
    (coefficients (p,), variances (p,))
        Fisher scoring; then the sandwich of the observed information with the correction g / (g - 1) x (n - 1) / (n - p)
        for g clusters. Equal to statsmodels' GLM, which a test checks and which takes a second to import.
    """

    def parts(eta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Chance, its slope in eta, score in eta."""
        if link == "logit":
            chance = 1 / (1 + np.exp(-eta))
            return chance, chance * (1 - chance), y - chance
        rate = np.exp(eta)
        chance = np.clip(-np.expm1(-rate), 1e-300, 1 - 1e-16)
        return chance, rate * np.exp(-rate), np.where(y > 0, rate * np.exp(-rate) / chance, -rate)

    def information(weight: np.ndarray) -> np.ndarray:
        # in one thread: on a busy machine BLAS waits longer for its second one than this takes
        return np.einsum("ni,nj->ij", weight[:, None] * x, x)

    start = (y + 0.5) / 2
    eta = np.log(start / (1 - start)) if link == "logit" else np.log(-np.log1p(-start))
    beta = np.zeros(x.shape[1])
    for _ in range(steps):
        chance, slope, score = parts(eta)
        weight = slope**2 / (chance * (1 - chance))
        new = np.linalg.solve(information(weight), x.T @ (weight * eta + score))
        moved, beta = np.abs(new - beta).max(), new
        eta = np.clip(x @ beta, -30, 30)
        if moved < 1e-10:
            break
    chance, slope, score = parts(eta)
    if link == "logit":
        curve = slope
    else:
        rate = np.exp(eta)
        odds = slope / chance  # rate / (exp(rate) - 1)
        curve = np.where(y > 0, odds * (rate / chance - 1), rate)
    bread = np.linalg.inv(information(curve))
    sums = np.zeros((groups.max() + 1, x.shape[1]))
    np.add.at(sums, groups, score[:, None] * x)
    (n, p), g = x.shape, len(sums)
    middle = sums.T @ sums * g / (g - 1) * (n - 1) / (n - p)
    return beta, np.diag(bread @ middle @ bread)


def fit_hazard(
    periods: pd.DataFrame, columns: Sequence[str], link: str = "logit", baseline: str = "cubic"
) -> pd.DataFrame:
    """A discrete-time hazard model by maximum likelihood.

    logit(h) or log(-log(1 - h)) = baseline(year) + sum of b x. With "logit" exp(b) is a ratio of odds, with "cloglog" a
    ratio of hazards of the continuous-time model behind the years. Standard errors are clustered by unit.

    Parameters
    ----------
    periods : pandas.DataFrame
        unit, year, event, and the columns.
    columns : sequence of str
        Numbers (or 0/1) that enter the model.
    link : str
        "logit" or "cloglog".
    baseline : str
        "none" (the same hazard in all years), "cubic" (t, t squared, t cubed), or "steps" (one level for every three years).

    Returns
    -------
    pandas.DataFrame
        By column: ratio = exp(b), low, high (95%), p; ``attrs`` hold n (unit-years), events and units.

    Raises
    ------
    ValueError
        An unknown link or baseline.

    References
    ----------
    Allison (1982), as above; Carter, D. B. and Signorino, C. S. (2010), "Back to the future: modeling time dependence in
    binary data", Political Analysis 18(3), 271-292, doi:10.1093/pan/mpq013 (cubic baseline).
    """
    if link not in LINKS:
        raise ValueError(f"link: {link!r} is not one of {', '.join(LINKS)}")
    x = periods[list(columns)].astype(float)
    t = (periods["year"] - periods["year"].min()).astype(float)
    if baseline == "cubic":
        t = t / 10
        x = x.assign(_t1=t, _t2=t**2, _t3=t**3)
    elif baseline == "steps":
        steps = pd.get_dummies((t // 3).clip(upper=7), prefix="_step", dtype=float)
        events = steps.mul(periods["event"], axis=0).sum()
        some = steps.loc[:, events > 0]  # a span without an event fits a hazard of zero: it tells nothing
        keep = some.sum(axis=1) > 0
        x, periods = x[keep].join(some.loc[keep].iloc[:, 1:]), periods[keep]
    elif baseline != "none":
        raise ValueError(f"baseline: {baseline!r} is not one of none, cubic, steps")
    design = np.column_stack([np.ones(len(x)), x.to_numpy()])
    params, variances = binary_fit(
        periods["event"].to_numpy(dtype=float), design, link, pd.factorize(periods["unit"])[0]
    )
    b, se = (pd.Series(v, index=["const", *x.columns])[list(columns)] for v in (params, np.sqrt(variances)))
    out = pd.DataFrame(
        {
            "ratio": np.exp(b),
            "low": np.exp(b - Z95 * se),
            "high": np.exp(b + Z95 * se),
            "p": normal_two_sided((b / se).to_numpy()),
        }
    )
    out.attrs = {
        "n": len(periods),
        "events": int(periods["event"].sum()),
        "units": int(periods["unit"].nunique()),
    }
    return out
