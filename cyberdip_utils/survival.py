"""Time until an event when some are still waiting: Kaplan–Meier, cumulative incidence, log-rank test.

The estimates are plain numpy and equal those of statsmodels, which a test checks; statsmodels itself takes half a
second to import. Times are in days throughout; any other unit works as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cyberdip_utils.distributions import chi2_tail
from cyberdip_utils.stats import Z95

CURVE = ["time", "at_risk", "events", "survival", "se", "low", "high"]


def _sound(time: Sequence[float], event: Sequence[bool]) -> tuple[np.ndarray, np.ndarray]:
    t, d = np.asarray(time, dtype=float), np.asarray(event, dtype=float)
    if t.shape != d.shape or t.ndim != 1:
        raise ValueError(f"time and event: {t.shape} and {d.shape}; need two lists of one length")
    if not np.isfinite(t).all() or (t < 0).any():
        raise ValueError("time: every time must be a number of 0 or more")
    return t, d


def _watched(t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distinct times, the place of each case among them, and how many are still watched just before each."""
    times, place = np.unique(t, return_inverse=True)
    return times, place, np.cumsum(np.bincount(place)[::-1])[::-1]


def _surviving(events: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    """Product of 1 - d / n up to each time, as a sum of logarithms; 0 once nobody is left."""
    stay = 1 - events / at_risk
    gone = stay < 1e-16
    out = np.exp(np.cumsum(np.log(np.where(gone, 1e-16, stay))))
    out[gone] = 0
    return out


def kaplan_meier(time: Sequence[float], event: Sequence[bool], z: float = Z95) -> pd.DataFrame:
    """The product-limit estimate of the share still without the event.

    At each event time t, S(t) = S(t-) * (1 - d / n), with d events among the n that are still watched. A case
    that leaves without the event (right-censored) counts in n until it leaves and is never counted as an event.

    Parameters
    ----------
    time : sequence of float
        Days from the start to the event, or to the last day watched. 0 or more.
    event : sequence of bool
        True if the event came at ``time``; False if it had not come when watching stopped.
    z : float
        Standard normal quantile of the interval; 1.96 gives 95% at each single time.

    Returns
    -------
    pandas.DataFrame
        One row per event time: time, at_risk, events, survival, se (Greenwood), low, high. The interval is that of
        log(-log S), which stays within 0 and 1. Where S is 0 it runs from 0 to the last upper end before.

    Raises
    ------
    ValueError
        Lists of different length, or a time that is negative or not a number.

    References
    ----------
    Kaplan, E. L. and Meier, P. (1958), "Nonparametric estimation from incomplete observations", JASA 53(282),
    457-481, doi:10.1080/01621459.1958.10501452.
    """
    t, d = _sound(time, event)
    if not d.any():
        return pd.DataFrame(columns=CURVE, dtype=float)
    times, place, watched = _watched(t)
    had = np.bincount(place, weights=d)
    times, watched, had = (a[had > 0] for a in (times, watched, had))
    s = np.clip(_surviving(had, watched), 0, 1)
    out = pd.DataFrame(
        {
            "time": times,
            "at_risk": watched.astype(int),
            "events": had.astype(int),
            "survival": np.where(s < 1e-12, 0.0, s),
        }
    )
    s, n, k = (out[c].to_numpy(dtype=float) for c in ("survival", "at_risk", "events"))
    inside = s > 0  # after the last event nothing is left to measure by
    greenwood = np.cumsum(np.divide(k, n * (n - k), out=np.zeros_like(s), where=inside))
    width = np.zeros_like(s)
    width[inside] = z * np.sqrt(greenwood[inside]) / np.abs(np.log(s[inside]))
    out["se"] = s * np.sqrt(greenwood)
    out["low"] = np.where(inside, s ** np.exp(width), 0.0)
    out["high"] = pd.Series(np.where(inside, s ** np.exp(-width), np.nan)).ffill().fillna(1.0)
    return out[CURVE]


def share_by(curve: pd.DataFrame, time: float) -> tuple[float, float, float]:
    """Share that has had the event by ``time``, 1 - S(time), with the ends of its interval; 0 to 1."""
    upto = curve[curve["time"] <= time]
    if upto.empty:
        return 0.0, 0.0, 0.0
    last = upto.iloc[-1]
    return 1 - last["survival"], 1 - last["high"], 1 - last["low"]


def median_time(curve: pd.DataFrame) -> float:
    """First time by which half have had the event; ``inf`` if that is never reached."""
    reached = curve[curve["survival"] <= 0.5 + 1e-12]
    return float(reached["time"].iloc[0]) if len(reached) else math.inf


def log_rank(time: Sequence[float], event: Sequence[bool], group: Sequence) -> tuple[float, int, float]:
    """Mantel's test of the hypothesis that all groups have one survival curve.

    Parameters
    ----------
    time, event
        As in :func:`kaplan_meier`.
    group : sequence
        Group of each case; two groups or more.

    Returns
    -------
    (float, int, float)
        Chi-squared, degrees of freedom (groups less one), p-value.

    Raises
    ------
    ValueError
        Fewer than two groups.

    References
    ----------
    Mantel, N. (1966), "Evaluation of survival data and two new rank order statistics arising in its
    consideration", Cancer Chemotherapy Reports 50(3), 163-170.
    """
    t, d = _sound(time, event)
    codes, names = pd.factorize(np.asarray(group, dtype=object))
    if len(names) < 2:
        raise ValueError(f"group: the test compares two groups or more, not {len(names)}")
    _, place, watched = _watched(t)
    ones = np.eye(len(names))[codes]
    had = np.zeros((len(watched), len(names)))
    left = np.zeros_like(had)
    np.add.at(had, place, ones * d[:, None])
    np.add.at(left, place, ones)
    at_risk = np.cumsum(left[::-1], axis=0)[::-1]  # of each group, just before each time
    events = had.sum(axis=1)
    part = at_risk / watched[:, None]
    weight = events * (watched - events) / np.maximum(watched - 1, 1)
    spread = np.einsum("t,ti,ij->ij", weight, part, np.eye(len(names))) - (part * weight[:, None]).T @ part
    more = (had - events[:, None] * part).sum(axis=0)[1:]  # the groups' surpluses add to 0: one is left out
    chi2 = float(more @ np.linalg.solve(spread[1:, 1:], more))
    return chi2, len(names) - 1, chi2_tail(chi2, len(names) - 1)


def cumulative_incidence(time: Sequence[float], cause: Sequence[str], causes: Sequence[str]) -> pd.DataFrame:
    """Share that has had its first event, by each of several causes, when any one of them ends the wait.

    The Aalen–Johansen estimate: each cause gains S(t-) * d_cause / n at time t, where S is the Kaplan–Meier curve
    of all causes together. One minus a Kaplan–Meier curve of a single cause would count too much.

    Parameters
    ----------
    time : sequence of float
        Days to the first event of any cause, or to the last day watched.
    cause : sequence of str
        What came first; "" where nothing had come when watching stopped.
    causes : sequence of str
        The causes to follow.

    Returns
    -------
    pandas.DataFrame
        Columns time, cause, incidence (0 to 1); one row per time and cause.

    References
    ----------
    Aalen, O. O. and Johansen, S. (1978), Scandinavian Journal of Statistics 5(3), 141-150.
    """
    number = {name: i + 1 for i, name in enumerate(causes)}
    unknown = set(cause) - set(number) - {""}
    if unknown:
        raise ValueError(f"cause: {sorted(unknown)[0]!r} is not among {', '.join(causes)}")
    status = np.array([number.get(c, 0) for c in cause])
    t, _ = _sound(time, status > 0)
    parts = []
    if (status > 0).any():
        times, place, watched = _watched(t)
        had = {name: np.bincount(place, weights=status == i) for name, i in number.items()}
        left = _surviving(sum(had.values()), watched)
        before = np.concatenate([[1.0], left[:-1]])
        for name, i in number.items():
            if i <= status.max():
                gained = np.cumsum(before * had[name] / watched)
                parts.append(pd.DataFrame({"time": times, "cause": name, "incidence": gained}))
    columns = ["time", "cause", "incidence"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def quantile_time(curve: pd.DataFrame, share: float) -> float:
    """First time by which this share (0 to 1) has had the event; ``inf`` if that is never reached."""
    reached = curve[curve["survival"] <= 1 - share + 1e-12]
    return float(reached["time"].iloc[0]) if len(reached) else math.inf


def reached_by(curve: pd.DataFrame, times: Sequence[float]) -> pd.DataFrame:
    """The curve turned round and read at given times.

    Parameters
    ----------
    curve : pandas.DataFrame
        From :func:`kaplan_meier`.
    times : sequence of float

    Returns
    -------
    pandas.DataFrame
        One row per time: share that has had the event (0 to 1), low, high (ends of its interval); all 0 before the
        first event.
    """
    place = np.searchsorted(curve["time"].to_numpy(dtype=float), np.asarray(times, dtype=float), side="right")
    had = {"share": "survival", "low": "high", "high": "low"}
    return pd.DataFrame(
        {
            name: np.concatenate([[0.0], 1 - curve[column].to_numpy(dtype=float)])[place]
            for name, column in had.items()
        }
    )


def date_bounds(on: pd.Series, precision: pd.Series) -> tuple[pd.Series, pd.Series]:
    """First and last day that a date can mean whose precision is ``day``, ``month`` or ``year``; missing stays so."""
    code = precision.astype(str)
    month, year = code == "month", code == "year"
    first = on.where(~year, on.dt.to_period("Y").dt.start_time)
    last = on.where(~year, on.dt.to_period("Y").dt.end_time.dt.normalize())
    first = first.where(~month, on.dt.to_period("M").dt.start_time)
    return first, last.where(~month, on.dt.to_period("M").dt.end_time.dt.normalize())


def interval_waits(
    start: pd.DataFrame, wait: pd.DataFrame, stop: pd.Series, reading: str, by_stop: bool = True
) -> pd.DataFrame:
    """Waits between vague dates, read one way, with those still waiting censored.

    Parameters
    ----------
    start : pandas.DataFrame
        By case: low, high, the first and the last day that its start can mean.
    wait : pandas.DataFrame
        By case: shortest, longest, days to the event that the dates allow; missing where none came.
    stop : pandas.Series
        By case, the day on which watching stopped.
    reading : str
        ``early`` takes the shortest waits, ``late`` the longest; ``exact`` keeps only cases whose wait is known to the day.
    by_stop : bool
        An event on record had come by the day watching stopped, whatever its date allows.

    Returns
    -------
    pandas.DataFrame
        By case: time (days, 0 or more), event (bool).

    Raises
    ------
    ValueError
        An unknown reading.
    """
    if reading not in ("early", "late", "exact"):
        raise ValueError(f"dates: {reading!r} is not one of early, late, exact")
    came = wait["longest" if reading == "late" else "shortest"]
    until = (stop - start["high" if reading == "early" else "low"]).dt.days.clip(lower=0)
    if reading == "exact":
        sharp = (start["low"] == start["high"]) & (came.isna() | (came == wait["longest"]))
        came, until = came[sharp], until[sharp]
    if by_stop:
        until = until.where(came.isna() | (came <= until), came)
    happened = came.notna() & (came <= until)
    return pd.DataFrame({"time": came.where(happened, until).astype(float), "event": happened})
