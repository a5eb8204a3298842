"""What companies report about requests of governments: one register, one shape, sums, rates and shares.

A *report* is one kind of request that one company publishes. Two reports never count the same thing, so nothing
here adds reports up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import pandas as pd

from cyberdip_utils.data import load
from cyberdip_utils.online import internet_users
from cyberdip_utils.stats import wilson

YEARS = (2011, 2025)
DATA, REMOVAL = "data_requests", "removal_requests"
FEWEST = 30  # requests with a told outcome below which no share is drawn
STEADY = 4  # periods with requests that a dispersion needs

APPLE = ("Apple: definitions in its report", "https://www.apple.com/legal/transparency/al/h2-2024.html")
GITHUB = ("GitHub: requests for user information", "https://transparencycenter.github.com/user-information")
GITHUB_ALL = ("GitHub: data of its reports", "https://github.com/github/transparency")
KAKAO = ("Kakao: transparency report", "https://privacy.kakao.com/transparency?lang=en")
GOOGLE = (
    "Google: notes on its report",
    "https://support.google.com/transparencyreport/answer/7347744?hl=en&ref_topic=7295796",
)


@dataclass(frozen=True)
class Report:
    """One kind of request that one company publishes.

    ``counts`` says what one request is, ``item`` what it names, ``per`` of which requests that is told (all, or the answered ones), ``given`` what an outcome means (empty if none is told),
    ``changes`` marks (year, text) where the rule or the practice changed.
    """

    key: str
    label: str
    company: str
    kinds: tuple[str, ...]
    counts: str
    source: tuple[str, str]
    table: str = DATA
    service: str = ""
    item: str = ""
    per: str = "request"
    given: str = "data was given"
    by_state: bool = True
    changes: tuple[tuple[float, str], ...] = ()


def _korean(company: str, service: str) -> list[Report]:
    known = {
        "company": company,
        "service": service,
        "source": KAKAO,
        "by_state": False,
        "item": "accounts",
        "per": "answered request",
    }
    slug = service.lower()
    refused = ((2012.95, "from 2013: no names without a warrant"),)
    return [
        Report(
            f"{slug}_warrant",
            f"{service}: search warrants",
            kinds=("seizure_warrant",),
            counts="A warrant of a Korean court to search and seize stored data; content can be among it.",
            **known,
        ),
        Report(
            f"{slug}_records",
            f"{service}: records of communication",
            kinds=("comm_confirmation_data",),
            counts="A request of Korean authorities, with leave of a court, for records of when and with whom.",
            **known,
        ),
        Report(
            f"{slug}_identity",
            f"{service}: names of users",
            kinds=("comm_user_information",),
            counts="A request of Korean authorities for a user's name, number and address, for which the law asks no "
            "warrant and which the company may refuse.",
            changes=refused,
            **known,
        ),
        Report(
            f"{slug}_wiretap",
            f"{service}: interception",
            kinds=("comm_restriction",),
            counts="A permission of a Korean court to intercept communications.",
            changes=((2016.8, "2016: Kakao stops"),) if service == "Kakao" else (),
            **known,
        ),
    ]


REPORTS = {
    r.key: r
    for r in [
        Report(
            "apple_account",
            "Apple: accounts",
            "Apple",
            ("account",),
            "A legal request about account identifiers, such as an Apple ID or an e-mail address; it can ask for content. "
            "US national-security orders are left out: they are told in ranges only.",
            APPLE,
            item="accounts",
        ),
        Report(
            "apple_device",
            "Apple: devices",
            "Apple",
            ("device",),
            "A legal request about device identifiers, such as serial numbers; many help owners of lost or stolen devices.",
            APPLE,
            item="devices",
        ),
        Report(
            "apple_payment",
            "Apple: payments",
            "Apple",
            ("financial_identifier",),
            "A legal request about financial identifiers, such as credit or gift cards, often where fraud is suspected.",
            APPLE,
            item="financial identifiers",
        ),
        Report(
            "apple_emergency",
            "Apple: emergencies",
            "Apple",
            ("emergency",),
            "A request in an emergency, without the usual legal paper.",
            APPLE,
        ),
        Report(
            "apple_preservation",
            "Apple: keep an account's data",
            "Apple",
            ("account_preservation",),
            "A request to keep the data of accounts until a legal order follows; nothing is handed over.",
            APPLE,
            item="accounts",
            given="",
        ),
        Report(
            "apple_push",
            "Apple: push tokens",
            "Apple",
            ("push_token",),
            "A request about tokens of its notification service.",
            APPLE,
            item="push tokens",
        ),
        Report(
            "github_abroad",
            "GitHub: from abroad",
            "GitHub",
            ("cross-border by country",),
            "A request for user information from a government outside the United States, by year.",
            GITHUB,
            given="",
        ),
        Report(
            "github_legal",
            "GitHub: US subpoenas, orders, warrants",
            "GitHub",
            (
                "criminal court order",
                "criminal or government agency subpoena",
                "criminal search warrant",
            ),
            "A subpoena, court order or search warrant, by year and not by country. National-security letters and orders "
            "are told in ranges only and are left out.",
            GITHUB,
            by_state=False,
            given="information was disclosed",
        ),
        *_korean("Naver", "Naver"),
        *_korean("Kakao", "Kakao"),
        *_korean("Kakao", "Daum"),
        Report(
            "google_removal",
            "Google: removals",
            "Google",
            (),
            "A request of a government or court to remove content; a follow-up counts again, and child abuse imagery is "
            "left out.",
            GOOGLE,
            REMOVAL,
            item="items",
            given="",
        ),
        Report(
            "apple_removal",
            "Apple: app removals",
            "Apple",
            (),
            "A request of a government to take apps out of its store.",
            ("Apple: transparency report", "https://www.apple.com/legal/transparency/"),
            REMOVAL,
            item="apps",
            given="",
        ),
        Report(
            "github_removal",
            "GitHub: takedowns",
            "GitHub",
            (),
            "A request of a government to take content down, by year.",
            GITHUB_ALL,
            REMOVAL,
            given="",
        ),
    ]
}
DATA_REPORTS = {k: r for k, r in REPORTS.items() if r.table == DATA}
STATE_REPORTS = {k: r for k, r in REPORTS.items() if r.by_state}


def _report(key: str) -> Report:
    if key not in REPORTS:
        raise ValueError(f"report: {key!r} is not known; there are {', '.join(REPORTS)}")
    return REPORTS[key]


def place(half: str) -> float:
    """The middle of a half-year (``2013H1``: 2013.25) or of a year (``2013``: 2013.5) on a scale of years."""
    return int(half[:4]) + {"": 0.5, "H1": 0.25, "H2": 0.75}[half[4:]]


@cache
def _rows(key: str) -> pd.DataFrame:
    r = _report(key)
    frame = load(r.table)
    frame = frame[frame["company"] == r.company].rename(columns={"n": "requests"})
    if r.table == DATA:
        frame = frame[frame["request_type"].isin(r.kinds)]
        if r.service:
            frame = frame[frame["service"] == r.service]
    else:
        frame = frame.assign(provided=np.nan)
    numbers = ["requests", "items", "provided"]
    frame = frame.astype({"year": int, "half": str, "asker": str, **dict.fromkeys(numbers, float)})
    out = frame.groupby(["half", "year", "asker"], as_index=False)[numbers].sum(min_count=1)
    # A step can be told as taken more often than asked (left over from the year before): then no share can be made.
    sound = out["provided"].notna() & (out["provided"] <= out["requests"])
    out["told"] = out["requests"].where(sound)
    out["given"] = out["provided"].where(sound)
    out["at"] = out["half"].map(place)
    # What one request names, only where both are told; Naver and Kakao tell it of the requests they answered.
    of = out["provided" if r.per == "answered request" else "requests"]
    out["naming"] = of.where(out["items"].notna() & (of > 0))
    out["named"] = out["items"].where(out["naming"].notna())
    return out.sort_values(["half", "asker"], ignore_index=True)


def rows(key: str, between: tuple[int, int] = YEARS) -> pd.DataFrame:
    """A report's counts by period and asker.

    Parameters
    ----------
    key : str
        A key of ``REPORTS``.
    between : (int, int)
        First and last year, both included.

    Returns
    -------
    pandas.DataFrame
        half (``2013H1``, or ``2013`` for a whole year), year, asker, requests, items, provided; told and given (requests with
        an outcome that can be a share, and those with data given); naming and named (requests that tell what they
        name, or the answered ones where the report tells it of those, and how much); at (middle of the period in years).

    Raises
    ------
    ValueError
        An unknown report.
    """
    frame = _rows(key)
    return frame[frame["year"].between(*between)]


@cache
def span(key: str) -> tuple[int, int]:
    """First and last year of a report."""
    years = _rows(key)["year"]
    return int(years.min()), int(years.max())


def length(key: str, between: tuple[int, int] = YEARS) -> float:
    """Years that a report covers within some years; half a year counts one half."""
    halves = rows(key, between)["half"].unique()
    return float(sum(0.5 if len(h) > 4 else 1.0 for h in halves))


@lru_cache(maxsize=512)
def _by_asker(key: str, between: tuple[int, int]) -> pd.DataFrame:
    frame = rows(key, between)
    out = frame.groupby("asker")[["requests", "items", "told", "given", "naming", "named"]].sum(min_count=1)
    years = sorted(frame["year"].unique())
    known = internet_users()
    out["users"] = known[years].mean(axis=1).reindex(out.index) if years else np.nan
    out["rate"] = out["requests"] / (length(key, between) * out["users"].where(out["users"] > 0))
    return out[out["requests"] > 0].sort_values("requests", ascending=False, kind="stable")


def by_asker(key: str, between: tuple[int, int] = YEARS) -> pd.DataFrame:
    """A report's sums by asker, most requests first.

    Parameters
    ----------
    key, between
        As in :func:`rows`.

    Returns
    -------
    pandas.DataFrame
        Indexed by asker: requests, items, told, given, naming, named as in :func:`rows`; users (millions of internet users, mean
        of the report's years); rate (requests per million internet users a year; missing where users are unknown). An asker
        without a request is not in the index.
    """
    return _by_asker(key, tuple(between)).copy()


# ---------------------------------------------------------------- shares


def dispersion(given: pd.Series, told: pd.Series) -> float:
    """How much more a share varies from period to period than separate draws would: Pearson's chi-squared over its
    degrees of freedom, at least 1; nan with fewer than ``STEADY`` periods or where all outcomes are alike.

    References
    ----------
    McCullagh, P. and Nelder, J. A. (1989), Generalized Linear Models, 2nd edition, Chapman and Hall, section 4.5.
    """
    keep = told.gt(0)
    k, n = given[keep].astype(float), told[keep].astype(float)
    if len(n) < STEADY:
        return np.nan
    p = k.sum() / n.sum()
    if p in (0.0, 1.0):
        return np.nan
    return max(1.0, float(((k - n * p) ** 2 / (n * p * (1 - p))).sum() / (len(n) - 1)))


@lru_cache(maxsize=512)
def _dispersions(key: str, between: tuple[int, int]) -> dict[str, float]:
    out, usual = {}, []
    for asker, part in rows(key, between).groupby("asker"):
        value = dispersion(part["given"].fillna(0), part["told"].fillna(0))
        if not np.isnan(value):
            out[str(asker)] = value
            if part["told"].sum() >= FEWEST:
                usual.append(value)
    out[""] = float(np.median(usual)) if usual else np.nan
    return out


def dispersions(key: str, between: tuple[int, int] = YEARS) -> dict[str, float]:
    """A report's dispersion by asker over some years; the median of those with ``FEWEST`` requests or more is under
    ``""`` (nan if there is none)."""
    return dict(_dispersions(key, tuple(between)))


def spread_of(key: str, asker: str, between: tuple[int, int] = YEARS) -> float:
    """The dispersion to use for an asker: its own in these years, else the usual one of the report in these years or in
    all, else 1."""
    for known in (_dispersions(key, tuple(between)), _dispersions(key, YEARS)):
        for name in (asker, ""):
            if not np.isnan(known.get(name, np.nan)):
                return known[name]
    return 1.0


def steady_share(k: float, n: float, spread: float = 1.0) -> tuple[float, float]:
    """95% interval of a share whose cases come in batches: Wilson's, with the sample cut by the dispersion.

    Parameters
    ----------
    k, n : float
        Requests with data given, and requests with an outcome told.
    spread : float
        Dispersion, 1 or more; with 1 it is Wilson's interval.

    Returns
    -------
    (float, float)
        Lower and upper end, between 0 and 1.

    Raises
    ------
    ValueError
        A spread below 1.
    """
    if not spread >= 1:
        raise ValueError(f"spread: {spread} is below 1")
    return wilson(k / spread, n / spread)


# ---------------------------------------------------------------- concentration


def hhi(amounts: pd.Series) -> float:
    """Herfindahl-Hirschman index of amounts, from 1 over their number to 1; nan if they are all nought."""
    total = float(amounts.sum())
    return float(((amounts / total) ** 2).sum()) if total > 0 else np.nan


def gini(amounts: pd.Series) -> float:
    """Gini coefficient of amounts, 0 where all are equal; nan if they are all nought."""
    x = np.sort(amounts.to_numpy(dtype=float))
    if not x.sum() > 0:
        return np.nan
    n = len(x)
    return float((2 * (np.arange(1, n + 1) * x).sum() / (n * x.sum())) - (n + 1) / n)


def top_share(amounts: pd.Series, k: int) -> float:
    """Share of the ``k`` largest amounts; nan if they are all nought."""
    total = float(amounts.sum())
    return float(amounts.nlargest(k).sum() / total) if total > 0 else np.nan


# ---------------------------------------------------------------- two reports side by side


@lru_cache(maxsize=512)
def _common(first: str, second: str, between: tuple[int, int]) -> pd.DataFrame:
    a, b = rows(first, between), rows(second, between)
    yearly = any(len(h) == 4 for h in {*a["half"], *b["half"]})

    def by_period(frame: pd.DataFrame) -> pd.DataFrame:
        if not yearly:
            return frame.assign(period=frame["half"])
        # A year counts when the report covers both of its halves.
        full = frame.groupby("year")["half"].transform(
            lambda h: h.nunique() * 0.5 + 0.5 * (h.str.len() == 4).any()
        )
        return frame[full >= 1].assign(period=frame["year"].astype(str))

    a, b = by_period(a), by_period(b)
    shared = sorted({*a["period"]} & {*b["period"]})
    sums = [
        f[f["period"].isin(shared)].groupby(["asker", "period"])["requests"].sum().rename(n)
        for f, n in ((a, "first"), (b, "second"))
    ]
    out = pd.concat(sums, axis=1)
    out.attrs["periods"] = tuple(shared)
    return out


def common(first: str, second: str, between: tuple[int, int] = YEARS) -> pd.DataFrame:
    """Two reports over the periods that both cover.

    Parameters
    ----------
    first, second : str
        Keys of ``REPORTS``.
    between : (int, int)
        First and last year.

    Returns
    -------
    pandas.DataFrame
        Indexed by asker and period (a half-year, or a year when one of the reports is by year): first, second, the requests
        in each; missing where the report has no row. ``attrs["periods"]`` lists the common periods.
    """
    frame = _common(first, second, tuple(between))
    out = frame.copy()
    out.attrs["periods"] = frame.attrs["periods"]
    return out


@lru_cache(maxsize=512)
def _pairs(first: str, second: str, between: tuple[int, int], each: bool) -> pd.DataFrame:
    frame = common(first, second, between)
    periods = frame.attrs["periods"]
    out = frame.groupby(level="asker").sum(min_count=1)
    out = out[out.gt(0).any(axis=1)]
    if each and periods:
        years = sorted({int(p[:4]) for p in periods})
        per = sum(0.5 if len(p) > 4 else 1.0 for p in periods)
        users = internet_users()[years].mean(axis=1).reindex(out.index)
        out = out.div(per * users.where(users > 0), axis=0).dropna(how="all")
    return out


def pairs(first: str, second: str, between: tuple[int, int] = YEARS, each: bool = False) -> pd.DataFrame:
    """Two reports by asker over the periods that both cover; parameters and columns as in :func:`common`.

    With ``each`` the amounts are requests per million internet users a year, and askers whose users are unknown fall out.
    """
    return _pairs(first, second, tuple(between), each).copy()
