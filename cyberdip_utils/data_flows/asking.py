"""Measures of asking: who asks most, how two reports agree, and how asking goes with freedom scores."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import pandas as pd

from cyberdip_utils.data import load
from cyberdip_utils.data_flows.company_reports import (
    FEWEST,
    YEARS,
    by_asker,
    pairs,
    rows,
    spread_of,
    steady_share,
)
from cyberdip_utils.distributions import average_ranks
from cyberdip_utils.online import internet_users
from cyberdip_utils.rank import RESAMPLES, SEED, Rho, spearman
from cyberdip_utils.stats import wilson

ANY = "any"
REQUESTS, RATE, NAMED, GIVEN = "requests", "rate", "named", "given"
LEAVE, AS_ZERO = "leave", "zero"
NOTHING, INCOME = "nothing", "income"
LEAST_USERS = 1.0  # million internet users below which no rate is drawn
SCORES = {
    "fotn2024": "Freedom on the Net 2024, total",
    "violations": "… 2024, C: violations of user rights",
    "C5": "… 2024, C5: state surveillance",
    "C6": "… 2024, C6: data kept by companies",
    "fotn2025": "Freedom on the Net 2025, total",
    "v2x_civlib": "V-Dem 2025, civil liberties",
    "v2x_clpriv": "V-Dem 2025, private liberties",
    "v2xcl_rol": "V-Dem 2025, rule of law and liberty",
}
# The reports by state that are compared with one another, and their short names.
SHORT = {
    "apple_account": "A accounts",
    "apple_device": "A devices",
    "apple_payment": "A payments",
    "apple_emergency": "A emergencies",
    "apple_preservation": "A keep data",
    "github_abroad": "GH abroad",
    "google_removal": "G removals",
    "apple_removal": "A apps",
    "github_removal": "GH takedowns",
}


def measured(key: str, measure: str, between: tuple[int, int], least: int = FEWEST) -> pd.DataFrame:
    """A measure of one report by asker, highest first.

    Parameters
    ----------
    key : str
        A key of ``REPORTS``.
    measure : str
        "requests"; "rate", requests per million internet users a year, for askers with a million users or more; "named", what one
        request names; "given", the share in which data was given.
    between : (int, int)
        First and last year.
    least : int
        Fewest requests for "named" and "given".

    Returns
    -------
    pandas.DataFrame
        Indexed by asker: value, n (requests that it rests on); low and high, a 95% interval, for "given".
    """
    frame = by_asker(key, between)
    if measure == REQUESTS:
        out = pd.DataFrame({"value": frame["requests"], "n": frame["requests"]})
    elif measure == RATE:
        out = pd.DataFrame({"value": frame["rate"], "n": frame["requests"]})[frame["users"] >= LEAST_USERS]
    elif measure == NAMED:
        out = pd.DataFrame({"value": frame["named"] / frame["naming"], "n": frame["naming"]})
        out = out[out["n"] >= least]
    else:
        out = pd.DataFrame({"value": frame["given"] / frame["told"], "n": frame["told"]})
        out = out[out["n"] >= least]
        ends = [
            steady_share(frame.at[c, "given"], n, spread_of(key, str(c), between))
            for c, n in out["n"].items()
        ]
        out["low"], out["high"] = [e[0] for e in ends], [e[1] for e in ends]
    return out.dropna(subset=["value"]).sort_values("value", ascending=False, kind="stable")


def over_time(key: str, measure: str, between: tuple[int, int], state: str = ANY) -> pd.DataFrame:
    """A measure of one report by period, for all askers or for one state and all others.

    Parameters
    ----------
    key, measure, between
        As in :func:`measured`.
    state : str
        "any", or an ISO3 code.

    Returns
    -------
    pandas.DataFrame
        half, at, who, value, n; low and high for "given". A rate is per million internet users of all states that the report
        ever names, or of the state. A period in which the report has no row of the state is missing for "named"
        and "given" and nought for the others.
    """
    frame = rows(key, between)
    frame = frame.assign(who=np.where(frame["asker"] == state, state, "") if state != ANY else "")
    users, ever = internet_users(), set(by_asker(key).index)
    names = ["", state] if state != ANY else [""]
    out = []
    for (half, year, at), part in frame.groupby(["half", "year", "at"]):
        for who in names:
            mine = part[part["who"] == who]
            sums = mine[["requests", "told", "given", "naming", "named"]].sum(min_count=1)
            row = {"half": half, "at": at, "who": who, "n": float(mine["requests"].sum())}
            if measure == REQUESTS:
                row["value"] = row["n"]
            elif measure == RATE:
                codes = [who] if who else [c for c in ever if c != state]
                online = float(users[int(year)].reindex(codes).sum())
                share_of_year = 0.5 if len(half) > 4 else 1.0
                row["value"] = row["n"] / (share_of_year * online) if online > 0 else np.nan
            elif measure == NAMED:
                row |= {"n": sums["naming"], "value": sums["named"] / sums["naming"]}
            else:
                k, n = sums["given"], sums["told"]
                low, high = wilson(k, n) if n > 0 else (np.nan, np.nan)
                row |= {"n": n, "value": k / n if n > 0 else np.nan, "low": low, "high": high}
            out.append(row)
    return pd.DataFrame(
        out, columns=["half", "at", "who", "value", "n", *(["low", "high"] if measure == GIVEN else [])]
    )


@lru_cache(maxsize=512)
def rank_agreement(first: str, second: str, between: tuple[int, int] = YEARS, each: bool = False) -> Rho:
    """Spearman's rho between two reports over the askers that both have, in the periods that both cover.

    Parameters
    ----------
    first, second : str
        Keys of ``REPORTS``.
    between : (int, int)
        First and last year.
    each : bool
        Requests per million internet users instead of requests.

    Returns
    -------
    Rho
    """
    both = both_of(first, second, between, each)
    return spearman(both["first"], both["second"])


def both_of(first: str, second: str, between: tuple[int, int], each: bool) -> pd.DataFrame:
    frame = pairs(first, second, between, each)
    return frame[(frame > 0).all(axis=1)]


@lru_cache(maxsize=64)
def agreements(between: tuple[int, int], each: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rank correlations of all reports by state, and the numbers of askers they rest on."""
    values = pd.DataFrame(np.nan, index=list(SHORT), columns=list(SHORT))
    ns = values.copy()
    for i, a in enumerate(SHORT):
        for b in list(SHORT)[i + 1 :]:
            both = both_of(a, b, between, each)
            rho = _value_only(both["first"], both["second"]) if len(both) >= 8 else np.nan
            values.loc[a, b] = values.loc[b, a] = rho
            ns.loc[a, b] = ns.loc[b, a] = len(both)
    return values, ns


@cache
def scores() -> pd.DataFrame:
    """Freedom scores by state, more is freer in every column; gdp is GDP per head in US dollars, latest year known."""
    fotn = load("freedom_on_the_net").astype({"edition": int})
    edition = {y: fotn[fotn["edition"] == y].set_index("iso3") for y in (2024, 2025)}
    items = load("freedom_on_the_net_items").pivot(index="iso3", columns="item", values="points")
    vdem = load("regimes").dropna(subset=["iso3"]).set_index("iso3")
    return pd.DataFrame(
        {
            "fotn2024": edition[2024]["total"],
            "violations": edition[2024]["violations"],
            "C5": items["C5"],
            "C6": items["C6"],
            "fotn2025": edition[2025]["total"],
            **{c: vdem[c] for c in ("v2x_civlib", "v2x_clpriv", "v2xcl_rol")},
            "gdp": load("states").set_index("iso3")["gdp_per_capita_usd"],
        }
    ).astype(float)


def asked(
    report: str, score: str, measure: str, between: tuple[int, int], silent: str = LEAVE, hold: str = NOTHING
) -> pd.DataFrame:
    """A freedom score and a measure of asking, for the states that have the score.

    Parameters
    ----------
    report : str
        A key of ``STATE_REPORTS``.
    score : str
        A key of ``SCORES``.
    measure : str
        "rate", "requests" or "given", as in :func:`measured`.
    between : (int, int)
        Years of the requests.
    silent : str
        "leave" leaves out states without a row; "zero" takes them as having asked nothing, which no report says. A share
        has no zero, so with "given" they stay out.
    hold : str
        "income" keeps states with a known GDP per head only.

    Returns
    -------
    pandas.DataFrame
        Indexed by iso3: score, value, told (False where the zero is assumed), gdp.
    """
    frame = scores()
    chosen = frame[score].dropna()
    values = measured(report, measure, between)["value"]
    out = pd.DataFrame(
        {"score": chosen, "value": values.reindex(chosen.index), "gdp": frame["gdp"].reindex(chosen.index)}
    )
    out["told"] = out["value"].notna()
    if silent == AS_ZERO and measure != GIVEN and len(values):
        asks = by_asker(report, between).index  # a state that asked but has no rate is no zero
        out.loc[~out["told"] & ~out.index.isin(asks), "value"] = 0.0
        if measure == RATE:
            users = internet_users()[max(between[0], 2011)].reindex(out.index)
            out.loc[~out["told"] & ~(users >= LEAST_USERS), "value"] = np.nan
    out = out.dropna(subset=["value"])
    return out.dropna(subset=["gdp"]) if hold == INCOME else out


def partial_spearman(
    x: pd.Series, y: pd.Series, z: pd.Series, resamples: int = RESAMPLES, seed: int = SEED
) -> Rho:
    """Spearman's rank correlation of x and y with the ranks of z held fixed, with a percentile bootstrap interval.

    Parameters
    ----------
    x, y, z : Series
        Paired values without gaps.
    resamples, seed : int
        Number of bootstrap samples, and the seed of the generator.

    Returns
    -------
    Rho
        nan with fewer than five triples or where something does not vary.

    References
    ----------
    Kendall, M. G. (1942), "Partial rank correlation", Biometrika 32(3-4), 277-283, doi:10.1093/biomet/32.3-4.277, for the
    idea; the formula is that of the partial product-moment correlation, applied to ranks.
    """
    data = np.array([np.asarray(v, dtype=float) for v in (x, y, z)])
    n = data.shape[1]
    if n < 5 or not np.isfinite(found := float(_partial(data))):
        return Rho(np.nan, np.nan, np.nan, n)
    drawn = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    low, high = np.nanpercentile(_partial(data[:, drawn]), [2.5, 97.5])
    return Rho(found, float(low), float(high), n)


def _partial(data: np.ndarray) -> np.ndarray:
    """Partial rank correlation of the first two of three rows of values (last axis) with the third held fixed."""
    ranks = average_ranks(data)
    a, b, c = ranks - ranks.mean(axis=-1, keepdims=True)

    def r(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return (u * v).sum(axis=-1) / np.sqrt((u**2).sum(axis=-1) * (v**2).sum(axis=-1))

    with np.errstate(divide="ignore", invalid="ignore"):
        ab, ac, bc = r(a, b), r(a, c), r(b, c)
        return (ab - ac * bc) / np.sqrt((1 - ac**2) * (1 - bc**2))


def _value_only(x: pd.Series, y: pd.Series) -> float:
    """Spearman's rho without an interval; nan where one side does not vary."""
    if len(x) < 4 or x.nunique() < 2 or y.nunique() < 2:
        return np.nan
    return float(x.rank().corr(y.rank()))


@lru_cache(maxsize=1024)
def correlation(
    report: str,
    score: str,
    measure: str = RATE,
    between: tuple[int, int] = (2020, 2024),
    silent: str = LEAVE,
    hold: str = NOTHING,
) -> Rho:
    """The rank correlation of score and asking; parameters as in :func:`asked`."""
    frame = asked(report, score, measure, between, silent, hold)
    if hold == INCOME:
        return partial_spearman(frame["score"], frame["value"], frame["gdp"])
    return spearman(frame["score"], frame["value"])


@lru_cache(maxsize=256)
def leave_one_out(
    report: str,
    score: str,
    measure: str = RATE,
    between: tuple[int, int] = (2020, 2024),
    silent: str = LEAVE,
    hold: str = NOTHING,
) -> pd.Series:
    """The correlation without each state in turn, by state, lowest first; parameters as in :func:`asked`."""
    frame = asked(report, score, measure, between, silent, hold)
    out = {}
    for c in frame.index:
        less = frame.drop(c)
        if hold == INCOME:
            out[c] = float(_partial(less[["score", "value", "gdp"]].to_numpy().T))
        else:
            out[c] = _value_only(less["score"], less["value"])
    return pd.Series(out, dtype=float).dropna().sort_values(kind="stable")
