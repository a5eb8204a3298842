"""A regression that a reader can break: specifications, robust errors, influence, all specifications at once.

Every coefficient here is an association between economies or years. None is an effect.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils.data import load
from cyberdip_utils.data_flows import services_trade as trade
from cyberdip_utils.data_flows import transfer_rules as rules

#: name: (label, what a change of it means, is it taken as it is (two-valued, or doublings), year of the score or 0
#: where it changes by year)
MEASURES = {
    "internet": ("Internet users", "one standard deviation more internet users", False, 0),
    "reach": ("In reach of EU data", "being in the EU and EEA or holding an adequacy decision", True, 0),
    "law": ("Predictable law", "one standard deviation more predictable law", False, 2025),
    "liberties": ("Civil liberties", "one standard deviation more civil liberties", False, 2025),
    "freedom": ("Internet freedom", "one standard deviation more internet freedom", False, 2024),
    "clouds": ("Foreign cloud regions", "twice as many foreign cloud regions (counted plus one)", True, 2025),
    "cbpr": ("In the CBPR Forum", "being in the Global CBPR Forum", True, 2026),
    "orders": (
        "Firms that sell online",
        "one standard deviation more firms that take orders online",
        False,
        2023,
    ),
}
#: name: (label, unit in levels, unit in logs)
OUTCOMES = {
    "per_head": ("Exports per head", "US dollars a head", "per cent"),
    "of_gdp": ("Exports, share of GDP", "points of GDP", "per cent"),
    "growth": (
        "Growth of exports, 5 years",
        "points a year (compound)",
        "points a year (log growth)",
    ),
    "balance": ("Balance of trade", "points of GDP", "per cent of the ratio of exports to imports"),
}
CONTROLS = {
    "income": "Income (log GDP a head)",
    "size": "Size (log population)",
    "internet": "Internet users",
    "remote": "Remoteness",
    "english": "English",
    "region": "World region",
}
WEIGHTS = {"equal": "Economies alike", "gdp": "By GDP", "population": "By population"}
SAMPLES = {
    "all": "All economies",
    "million": "A million people or more",
    "middle": "Low and middle income",
}
DESIGNS = {"year": "One year", "pooled": "All years up to it", "within": "Within economies"}
ERRORS = {"robust": "Robust", "classical": "Classical", "subregion": "Clustered by sub-region"}
GROWTH_SPAN = 5
LEAST = 12  # economies below which nothing is fitted


# ---------------------------------------------------------------- what goes in


@cache
def by_year(name: str) -> pd.DataFrame:
    """A variable that changes over time, economy by year (2000 to 2023): "gdp_head", "internet", "reach"."""
    codes = trade.wide("exports").index
    span = range(2000, trade.YEARS[1] + 1)
    if name == "reach":
        out = pd.DataFrame(0.0, index=codes, columns=span)
        for year in span:
            day = rules.day_of(year)
            inside = {*rules.inside(day), *rules.adequate(day)["iso3"]}
            out.loc[out.index.isin(inside), year] = 1.0
        return out
    table = load({"gdp_head": "gdp", "internet": "internet_users"}[name])
    frame = table.pivot(index="iso3", columns="year", values="value")
    frame.columns = [int(c) for c in frame.columns]
    return frame.reindex(index=codes, columns=span).astype(float)


@cache
def fixed(name: str) -> pd.Series:
    """A variable with one value an economy: the scores, remoteness, language, population (persons)."""
    codes = trade.wide("exports").index
    if name == "population":
        return trade.frame_of_states()["population"]
    if name in ("law", "liberties"):
        column = {"law": "v2cltrnslw", "liberties": "v2x_civlib"}[name]
        return load("regimes").dropna(subset=["iso3"]).set_index("iso3")[column].astype(float).reindex(codes)
    if name == "freedom":
        rows = load("freedom_on_the_net")
        return rows[rows["edition"] == 2024].set_index("iso3")["total"].astype(float).reindex(codes)
    if name == "clouds":
        rows = load("cloud_regions").astype({"status": str})
        rows = rows[(rows["status"] == "in service") & (rows["iso3"] != rows["provider_home_iso3"])]
        return np.log2(1 + rows.groupby("iso3").size().reindex(codes, fill_value=0).astype(float))
    if name == "cbpr":
        return pd.Series(codes.isin(load("cbpr")["iso3"].dropna()).astype(float), index=codes)
    if name == "orders":
        rows = load("ict_use_by_business").astype({"indicator": str})
        rows = rows[rows["indicator"] == "B7"].sort_values("year")
        return rows.groupby("iso3")["value_pct"].last().reindex(codes)
    if name == "remote":
        return _remoteness().reindex(codes)
    if name == "english":
        rows = load("country_pairs")
        pairs = rows[rows["official_language"] & ((rows["iso3_o"] == "GBR") | (rows["iso3_d"] == "GBR"))]
        speaks = {*pairs["iso3_o"], *pairs["iso3_d"]}
        known = {*rows["iso3_o"], *rows["iso3_d"]}
        return pd.Series([float(c in speaks) if c in known else np.nan for c in codes], index=codes)
    raise ValueError(f"name: {name!r} is no variable with one value an economy")


def _remoteness() -> pd.Series:
    """Log of the harmonic mean distance (km) to all others, each weighted by its GDP of 2019."""
    rows = load("country_pairs")[["iso3_o", "iso3_d", "distance_km"]]
    both = pd.concat([rows, rows.set_axis(["iso3_d", "iso3_o", "distance_km"], axis=1)])
    mass = by_year("gdp_head")[2019] * fixed("population")
    weight = both["iso3_d"].map(mass).astype(float)
    both = both.assign(near=weight / both["distance_km"], weight=weight).dropna(subset=["near"])
    sums = both.groupby("iso3_o")[["near", "weight"]].sum()
    return np.log(sums["weight"] / sums["near"])


@cache
def outcome(name: str, logs: bool, carried: bool) -> pd.DataFrame:
    """An outcome, economy by year; where a log does not exist (no exports) the value is missing.

    Log outcomes are times 100 where they are growth a year; other logs are natural logs.
    """
    exports = trade.wide("exports", carried)
    head = by_year("gdp_head").reindex(columns=exports.columns)
    people = fixed("population")
    gdp = head.mul(people, axis=0) / 1e6
    positive = exports.where(exports > 0)
    if name == "per_head":
        value = (positive if logs else exports).mul(1e6).div(people, axis=0)
        return np.log(value) if logs else value
    if name == "of_gdp":
        return np.log(positive / gdp) if logs else 100 * exports / gdp
    if name == "balance":
        imports = trade.wide("imports", carried)
        return np.log(positive / imports.where(imports > 0)) if logs else 100 * (exports - imports) / gdp
    if name == "growth":
        ratio = positive / positive.shift(GROWTH_SPAN, axis=1)
        return 100 * np.log(ratio) / GROWTH_SPAN if logs else 100 * (ratio ** (1 / GROWTH_SPAN) - 1)
    raise ValueError(f"outcome: {name!r} is not one of {', '.join(OUTCOMES)}")


@cache
def keeps(sample: str) -> pd.Series:
    """Whether each economy is in a sample."""
    table = trade.frame_of_states()
    if sample == "all":
        return pd.Series(True, index=table.index)
    if sample == "million":
        return table["population"] >= 1e6
    if sample == "middle":
        return table["income"].isin([k for k, v in trade.INCOMES.items() if v not in ("high", "")])
    raise ValueError(f"sample: {sample!r} is not one of {', '.join(SAMPLES)}")


# ---------------------------------------------------------------- a specification and its rows


@dataclass(frozen=True)
class Spec:
    """One way to ask the question. ``year`` is the year of the trade; measure and controls are ``lag`` years older.

    ``carried`` fills missing trade with the economy's last value; ``without`` leaves economies out.
    """

    measure: str = "internet"
    outcome: str = "per_head"
    logs: bool = True
    year: int = 2022
    lag: int = 0
    controls: tuple[str, ...] = ("income", "size")
    weights: str = "equal"
    sample: str = "all"
    design: str = "year"
    errors: str = "robust"
    carried: bool = False
    without: tuple[str, ...] = ()

    def __post_init__(self):
        for what, value, known in (
            ("measure", self.measure, MEASURES),
            ("outcome", self.outcome, OUTCOMES),
            ("weights", self.weights, WEIGHTS),
            ("sample", self.sample, SAMPLES),
            ("design", self.design, DESIGNS),
            ("errors", self.errors, ERRORS),
            *(("controls", c, CONTROLS) for c in self.controls),
        ):
            if value not in known:
                raise ValueError(f"{what}: {value!r} is not one of {', '.join(known)}")
        if not trade.YEARS[0] <= self.year <= trade.YEARS[1]:
            raise ValueError(f"year: {self.year} is not from 2010 to 2023")
        if not 0 <= self.lag <= 5:
            raise ValueError(f"lag: {self.lag} is not from 0 to 5 years")

    @property
    def used_controls(self) -> tuple[str, ...]:
        """The controls without the measure itself; within economies only those that change over time."""
        chosen = [c for c in CONTROLS if c in self.controls and c != self.measure]
        if self.design == "within":
            chosen = [c for c in chosen if c in ("income", "internet")]
        return tuple(chosen)


@dataclass(frozen=True)
class Rows:
    """What is fitted: outcome, measure (in its own unit), controls without a constant, weights, economy and year."""

    y: np.ndarray
    x: np.ndarray
    z: np.ndarray
    w: np.ndarray
    economy: np.ndarray
    year: np.ndarray


@cache
def _column(name: str, year: int) -> np.ndarray:
    if name == "income":
        return np.log(by_year("gdp_head")[year].to_numpy(float))
    if name == "size":
        return np.log(fixed("population").to_numpy(float))
    if name in ("internet", "reach"):
        return by_year(name)[year].to_numpy(float)
    return fixed(name).to_numpy(float)


@cache
def _regions() -> tuple[np.ndarray, tuple[str, ...]]:
    where = trade.frame_of_states()["region"]
    names = tuple(sorted(n for n in where.unique() if n))
    return np.column_stack([(where == n).to_numpy(float) for n in names]), names


@cache
def _codes() -> np.ndarray:
    return trade.wide("exports").index.to_numpy(object)


@cache
def _outcome_of(name: str, logs: bool, carried: bool, year: int) -> np.ndarray:
    return outcome(name, logs, carried)[year].to_numpy(float)


@cache
def _given(
    measure: str, year: int, lag: int, controls: tuple[str, ...], weights: str, sample: str
) -> tuple[np.ndarray, ...]:
    """All but the outcome of one year: measure, controls, weights, and which rows are complete."""
    x = _column(measure, year - lag)
    z = []
    for control in controls:
        z += list(_regions()[0].T[1:]) if control == "region" else [_column(control, year - lag)]
    z = np.column_stack(z) if z else np.empty((len(x), 0))
    w = np.ones(len(x)) if weights == "equal" else fixed("population").to_numpy(float)
    if weights == "gdp":
        w = w * by_year("gdp_head")[year].to_numpy(float)
    ok = np.isfinite(x) & np.isfinite(z).all(axis=1) & np.isfinite(w)
    return x, z, w, ok & keeps(sample).to_numpy(bool)


def rows_of(spec: Spec) -> Rows:
    """The complete rows of a specification; an incomplete economy is left out, as most software does in silence."""
    years = [spec.year] if spec.design == "year" else range(trade.YEARS[0], spec.year + 1)
    codes = _codes()
    apart = np.isin(codes, spec.without) if spec.without else np.zeros(len(codes), dtype=bool)
    parts = []
    for year in years:
        y = _outcome_of(spec.outcome, spec.logs, spec.carried, year)
        x, z, w, ok = _given(spec.measure, year, spec.lag, spec.used_controls, spec.weights, spec.sample)
        ok = ok & np.isfinite(y) & ~apart
        parts.append((y[ok], x[ok], z[ok], w[ok], codes[ok], np.full(int(ok.sum()), year)))
    if len(parts) == 1:
        return Rows(*parts[0])
    return Rows(*(np.concatenate(p) for p in zip(*parts, strict=True)))


# ---------------------------------------------------------------- least squares


@dataclass(frozen=True)
class Fit:
    """A coefficient of the measure with its 95% interval, in the outcome's unit.

    ``n`` counts rows, ``economies`` economies, ``groups`` clusters (0 without); ``problem`` says why there is no fit.
    """

    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    error: float = np.nan
    p: float = np.nan
    n: int = 0
    economies: int = 0
    groups: int = 0
    scale: float = np.nan
    spread: float = np.nan
    problem: str = ""

    @property
    def clear(self) -> int:
        """1 or -1 where the interval lies above or below nought, else 0."""
        return int(self.low > 0) - int(self.high < 0)


@cache
def _quantile(df: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.975))


def _tail(t: float, df: int) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t)))


def least_squares(
    y: np.ndarray,
    design: np.ndarray,
    w: np.ndarray | None = None,
    errors: str = "HC3",
    groups: np.ndarray | None = None,
    absorbed: int = 0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weighted least squares with a choice of covariance.

    Parameters
    ----------
    y, design : numpy.ndarray
        Outcome (n) and regressors (n × k), constant included.
    w : numpy.ndarray, optional
        Weights; a row of weight 2 counts as much as two alike.
    errors : str
        "classical", "HC3", or "cluster" (with ``groups``; small-sample factor G/(G-1) × (n-1)/(n-k)).
    absorbed : int
        Effects already taken out of y and design, for the degrees of freedom of classical errors.

    Returns
    -------
    tuple
        Coefficients, covariance, residuals and leverages (of the weighted rows).

    Raises
    ------
    ValueError
        Regressors that are not independent, or an unknown kind of errors.

    References
    ----------
    HC3: MacKinnon, J. G. and White, H. (1985), "Some heteroskedasticity-consistent covariance matrix estimators with
    improved finite sample properties", Journal of Econometrics 29(3), 305-325, doi:10.1016/0304-4076(85)90158-7.
    Clusters: Cameron, A. C. and Miller, D. L. (2015), "A practitioner's guide to cluster-robust inference", Journal of
    Human Resources 50(2), 317-372, doi:10.3368/jhr.50.2.317.
    """
    root = np.ones(len(y)) if w is None else np.sqrt(w / w.mean())
    a, b = design * root[:, None], y * root
    n, k = a.shape
    size = np.sqrt((a * a).sum(axis=0))
    a = a / np.where(size > 0, size, 1.0)
    gram = a.T @ a
    if n <= k or np.linalg.eigvalsh(gram)[0] < 1e-10:  # columns have length 1: a singular value of 0.00001
        raise ValueError("the regressors are not independent in these rows")
    bread = np.linalg.inv(gram)
    beta = bread @ (a.T @ b)
    e = b - a @ beta
    lever = ((a @ bread) * a).sum(axis=1)
    if errors == "classical":
        cov = bread * float(e @ e) / max(n - k - absorbed, 1)
    elif errors == "HC3":
        # a row that alone fixes a coefficient has leverage 1 and residual 0: it tells nothing of the spread
        u = np.where(lever < 1 - 1e-9, e / np.maximum(1 - lever, 1e-9), 0.0)
        meat = (a * u[:, None]).T @ (a * u[:, None])
        cov = bread @ meat @ bread
    elif errors == "cluster":
        _, place = np.unique(groups, return_inverse=True)
        g = int(place.max()) + 1
        scores = np.zeros((g, k))
        np.add.at(scores, place, a * e[:, None])
        cov = bread @ (scores.T @ scores) @ bread * (g / (g - 1)) * ((n - 1) / (n - k))
    else:
        raise ValueError(f"errors: {errors!r} is not one of classical, HC3, cluster")
    return beta / size, cov / np.outer(size, size), e, lever


def _demeaned(values: np.ndarray, w: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Each column less its weighted mean within each economy."""
    total = np.bincount(place, weights=w)
    out = np.empty_like(values)
    for j in range(values.shape[1]):
        out[:, j] = values[:, j] - (np.bincount(place, weights=w * values[:, j]) / total)[place]
    return out


def _matrix(spec: Spec, rows: Rows) -> tuple[np.ndarray, np.ndarray, float]:
    """Outcome, regressors (the measure first, in its reported unit) and that unit in the measure's own."""
    scale = 1.0 if MEASURES[spec.measure][2] else float(rows.x.std())
    x = rows.x / scale if scale > 0 else rows.x
    columns = [x[:, None], rows.z]
    if spec.design != "year":
        columns.append((rows.year[:, None] == np.unique(rows.year)[None, 1:]).astype(float))
    if spec.design == "within":
        _, place = np.unique(rows.economy, return_inverse=True)
        joined = _demeaned(np.column_stack([rows.y, *columns]), rows.w, place)
        return joined[:, 0], joined[:, 1:], scale
    return rows.y, np.column_stack([*columns, np.ones(len(x))]), scale


def _usable(design: np.ndarray) -> np.ndarray:
    """Without region or year columns that are empty in these rows."""
    live = np.abs(design).max(axis=0) > 1e-12 if len(design) else np.ones(design.shape[1], bool)
    live[0] = True
    return design[:, live]


@cache
def fit(spec: Spec) -> Fit:
    """The coefficient of the measure under one specification.

    The measure is divided by its standard deviation over the fitted rows, except where it is two-valued or already in
    doublings. One year: HC3 errors, or clusters of UN sub-regions; several years: year effects, and errors clustered by
    economy. *Within* adds an effect of each economy, so only what changes over time is left. Intervals use Student's t
    with n - k degrees of freedom, with clusters their number less one.
    """
    if spec.design == "within" and MEASURES[spec.measure][3]:
        return Fit(
            problem=f"{MEASURES[spec.measure][0]} has one value an economy, so nothing varies within economies."
        )
    rows = rows_of(spec)
    n = len(rows.y)
    count = n if spec.design == "year" else len(set(rows.economy))
    if count < LEAST:
        return Fit(
            n=n, economies=count, problem=f"{count} economies have all values; {LEAST} are the least we fit."
        )
    y, design, scale = _matrix(spec, rows)
    design = _usable(design)
    if n - design.shape[1] < 5 or not scale > 0:
        return Fit(n=n, economies=count, problem="Too few rows for so many terms.")
    kind, groups = {"robust": "HC3", "classical": "classical", "subregion": "cluster"}[spec.errors], None
    if spec.errors == "subregion":
        groups = trade.frame_of_states()["subregion"].reindex(rows.economy).to_numpy(str)
    elif spec.design != "year" and spec.errors == "robust":
        kind, groups = "cluster", rows.economy
    try:
        beta, cov, _, _ = least_squares(
            y, design, rows.w, kind, groups, count if spec.design == "within" else 0
        )
    except ValueError:
        return Fit(
            n=n,
            economies=count,
            problem="In these rows the measure does not vary apart from the other terms.",
        )
    g = 0 if groups is None else len(np.unique(groups))
    df = g - 1 if g else n - design.shape[1] - (count if spec.design == "within" else 0)
    b, se = float(beta[0]), float(np.sqrt(cov[0, 0]))
    if not (df > 0 and se > 0):
        return Fit(n=n, economies=count, problem="Too few rows for so many terms.")
    reach = _quantile(df) * se
    return Fit(b, b - reach, b + reach, se, _tail(b / se, df), n, count, g, scale, float(rows.y.std()))


def path(spec: Spec) -> list[tuple[str, Fit]]:
    """The coefficient as the controls come in one by one, in the order of ``CONTROLS``; the last is the whole."""
    steps, taken = [("no controls", fit(changed(spec, controls=())))], ()
    for control in spec.used_controls:
        taken = (*taken, control)
        steps.append(("+ " + CONTROLS[control].split(" (")[0], fit(changed(spec, controls=taken))))
    return steps


def changed(spec: Spec, **changes) -> Spec:
    """The specification with some choices changed."""
    return replace(spec, **changes)


def neighbours(spec: Spec) -> list[tuple[str, Fit]]:
    """The same specification with one choice changed at a time."""
    out = [("as chosen", fit(spec))]
    for what, options in (
        ("weights", WEIGHTS),
        ("sample", SAMPLES),
        ("design", DESIGNS),
        ("errors", ERRORS),
    ):
        for option, label in options.items():
            if option != getattr(spec, what):
                out.append((label, fit(changed(spec, **{what: option}))))
    out.append(("levels" if spec.logs else "logs", fit(changed(spec, logs=not spec.logs))))
    out.append(
        (
            "missing left out" if spec.carried else "last value carried",
            fit(changed(spec, carried=not spec.carried)),
        )
    )
    return out


@cache
def residual_pairs(spec: Spec) -> pd.DataFrame:
    """Measure and outcome freed of the other terms, by economy (and year): what the coefficient is the slope of.

    Empty where there is no fit.
    """
    if fit(spec).problem:
        return pd.DataFrame(columns=["economy", "year", "x", "y"])
    rows = rows_of(spec)
    y, design, _ = _matrix(spec, rows)
    design = _usable(design)
    root = np.sqrt(rows.w / rows.w.mean())
    other = design[:, 1:] * root[:, None]

    def freed(v: np.ndarray) -> np.ndarray:
        if not other.shape[1]:
            return v
        return v - design[:, 1:] @ np.linalg.solve(other.T @ other, other.T @ (v * root))

    return pd.DataFrame(
        {
            "economy": rows.economy,
            "year": rows.year,
            "x": freed(design[:, 0]),
            "y": freed(y),
            "weight": rows.w,
        }
    )


@cache
def influence(spec: Spec) -> pd.DataFrame:
    """The coefficient without each economy in turn, most changed first; the unit stays that of the whole sample."""
    whole = fit(spec)
    if whole.problem:
        return pd.DataFrame(columns=["economy", "without", "change"])
    rows = rows_of(spec)
    y, design, _ = _matrix(spec, rows)
    design = _usable(design)
    root = np.sqrt(rows.w / rows.w.mean())
    a, b = design * root[:, None], y * root
    size = np.sqrt((a * a).sum(axis=0))
    a = a / size
    codes, place = np.unique(rows.economy, return_inverse=True)
    gram, score = a.T @ a, a.T @ b
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], np.arange(len(codes) + 1))
    found = []
    for i, code in enumerate(codes):  # the normal equations less the economy's own part
        own = order[ends[i] : ends[i + 1]]
        left = gram - a[own].T @ a[own]
        if np.linalg.cond(left) < 1e10:
            found.append((code, np.linalg.solve(left, score - a[own].T @ b[own])[0] / size[0]))
    out = pd.DataFrame(found, columns=["economy", "without"])
    out["change"] = out["without"] - whole.value
    return out.dropna().sort_values("change", key=np.abs, ascending=False).reset_index(drop=True)


# ---------------------------------------------------------------- all specifications

TIMES = {
    "2015": (2015, False),
    "2019": (2019, False),
    "2022": (2022, False),
    "2023": (2023, False),
    "2023, carried on": (2023, True),
}
SETS = {
    "none": (),
    "income": ("income",),
    "income, size": ("income", "size"),
    "+ region": ("income", "size", "region"),
    "+ geography": ("income", "size", "remote", "english"),
    "everything": ("income", "size", "internet", "remote", "english", "region"),
}
FORMS = {True: "logs", False: "levels"}
CHOICES = ("outcome", "form", "controls", "weights", "sample", "time")


@cache
def universe(measure: str) -> tuple[tuple[tuple[str, ...], Spec], ...]:
    """Every specification of the multiverse of a measure, with its choices in words, each distinct one once."""
    out, seen = [], set()
    for name, logs, controls, weights, sample, time in itertools.product(
        OUTCOMES, FORMS, SETS, ("equal", "gdp"), ("all", "million"), TIMES
    ):
        year, carried = TIMES[time]
        spec = Spec(measure, name, logs, year, 0, SETS[controls], weights, sample, carried=carried)
        key = (spec.used_controls, name, logs, weights, sample, time)
        if key not in seen:
            seen.add(key)
            words = (OUTCOMES[name][0], FORMS[logs], controls, WEIGHTS[weights], SAMPLES[sample], time)
            out.append((words, spec))
    return tuple(out)


@cache
def multiverse(measure: str) -> pd.DataFrame:
    """All specifications of a measure: choices, standardised coefficient, interval, n.

    ``value`` is in standard deviations of the outcome for one unit of the measure as in :func:`fit`, so that outcomes in
    dollars, points and logs can stand in one picture.

    References
    ----------
    Simonsohn, U., Simmons, J. P. and Nelson, L. D. (2020), "Specification curve analysis", Nature Human Behaviour 4,
    1208-1214, doi:10.1038/s41562-020-0912-z. Steegen, S., Tuerlinckx, F., Gelman, A. and Vanpaemel, W. (2016),
    "Increasing transparency through a multiverse analysis", Perspectives on Psychological Science 11(5), 702-712,
    doi:10.1177/1745691616658637.
    """
    alike: dict[tuple, list[int]] = {}
    listed = universe(measure)
    for place, (_, spec) in enumerate(listed):
        key = (spec.year, spec.used_controls, spec.weights, spec.sample)
        alike.setdefault(key, []).append(place)
    out = {}
    for places in alike.values():
        out |= _fits_alike({place: listed[place][1] for place in places})
    rows = [(*listed[place][0], *out[place]) for place in sorted(out)]
    return pd.DataFrame(rows, columns=[*CHOICES, "value", "low", "high", "n", "clear"])


def _fits_alike(specs: dict[int, Spec]) -> dict[int, tuple]:
    """What :func:`fit` gives for specifications of one year that differ in the outcome only, those without a problem.

    Outcomes that have the same rows share one decomposition. Value, low, high (all over the outcome's standard
    deviation), n and clear, by the specifications' keys.
    """
    one = next(iter(specs.values()))
    x, z, w, complete = _given(one.measure, one.year, one.lag, one.used_controls, one.weights, one.sample)
    same: dict[bytes, list[tuple[int, np.ndarray]]] = {}
    for key, spec in specs.items():
        y = _outcome_of(spec.outcome, spec.logs, spec.carried, spec.year)
        same.setdefault((complete & np.isfinite(y)).tobytes(), []).append((key, y))
    out = {}
    for mask, members in same.items():
        ok = np.frombuffer(mask, dtype=bool)
        n, y = int(ok.sum()), np.column_stack([y for _, y in members])[ok]
        if n < LEAST:
            continue
        rows = Rows(y, x[ok], z[ok], w[ok], _codes()[ok], np.full(n, one.year))
        _, design, scale = _matrix(one, rows)
        design = _usable(design)
        df = n - design.shape[1]
        if df < 5 or not scale > 0:
            continue
        found = _first_coefficient(y, design, rows.w)
        if found is None:
            continue
        value, error = (v / y.std(axis=0) for v in found)
        reach = _quantile(df) * error
        for (key, _), b, r in zip(members, value, reach, strict=True):
            if r > 0:
                out[key] = (float(b), float(b - r), float(b + r), n, int(b > r) - int(b < -r))
    return out


def _first_coefficient(y: np.ndarray, design: np.ndarray, w: np.ndarray) -> tuple | None:
    """First coefficient and its HC3 error of :func:`least_squares` for each column of y; None where that refuses."""
    root = np.sqrt(w / w.mean())[:, None]
    a, b = design * root, y * root
    size = np.sqrt((a * a).sum(axis=0))
    a = a / np.where(size > 0, size, 1.0)
    gram = a.T @ a
    if np.linalg.eigvalsh(gram)[0] < 1e-10:
        return None
    bread = np.linalg.inv(gram)
    pull = a @ bread  # a row's weight in each coefficient
    lever = (pull * a).sum(axis=1)[:, None]
    e = b - a @ (pull.T @ b)
    u = np.where(lever < 1 - 1e-9, e / np.maximum(1 - lever, 1e-9), 0.0)
    first = pull[:, :1]
    return (first * b).sum(axis=0) / size[0], np.sqrt(((first * u) ** 2).sum(axis=0)) / size[0]


@cache
def shuffled(
    measure: str, outcome_label: str = "", times: int = 199, seed: int = 1
) -> tuple[int, int, np.ndarray]:
    """How many specifications are clear and positive, and how many are when the measure is dealt out at random.

    The measure's values are dealt anew among the economies that have one, the same deal for every specification, so
    that specifications stay as alike as they are; "" for the outcome takes all outcomes. HC3 errors by the theorem of Frisch, Waugh and Lovell.

    Returns
    -------
    (int, int, numpy.ndarray)
        Clear and positive as observed; specifications; clear and positive in each deal.
    """
    rng = np.random.default_rng(seed)
    codes = trade.wide("exports").index
    changing = MEASURES[measure][3] == 0
    have = np.flatnonzero(np.isfinite(_column(measure, 2019)))
    deals = np.array([rng.permutation(have) for _ in range(times)])
    observed, count, found = 0, 0, np.zeros(times, dtype=int)
    for words, spec in universe(measure):
        if outcome_label and words[0] != outcome_label:
            continue
        f = fit(spec)
        if f.problem:
            continue
        count += 1
        observed += f.clear == 1
        rows = rows_of(spec)
        values = _column(measure, spec.year if changing else 2019)
        dealt = np.full((times, len(codes)), np.nan)
        dealt[:, have] = values[deals]
        x = dealt[:, codes.get_indexer(rows.economy)].T
        x = np.where(np.isfinite(x), x, np.nanmean(values))
        found += _clear_positive(rows, x)
    return observed, count, found


def _clear_positive(rows: Rows, x: np.ndarray) -> np.ndarray:
    """For each column of x as the measure: is its coefficient clear and positive under HC3?"""
    z = _usable(np.column_stack([np.ones(len(rows.y)), rows.z]))
    root = np.sqrt(rows.w / rows.w.mean())[:, None]
    q, _ = np.linalg.qr(z * root)
    y = rows.y * root[:, 0]
    y = y - q @ (q.T @ y)
    x = x * root
    x = x - q @ (q.T @ x)
    ss = (x * x).sum(axis=0)
    b = (x * y[:, None]).sum(axis=0) / ss
    lever = (q * q).sum(axis=1)[:, None] + x * x / ss
    e = (y[:, None] - x * b) / np.maximum(1 - lever, 1e-9)
    se = np.sqrt((x * x * e * e).sum(axis=0)) / ss
    df = len(y) - z.shape[1] - 1
    return b / se > _quantile(df)


def tally_of(measure: str, by: str | None = None) -> pd.DataFrame:
    """:func:`tally` over all specifications of a measure."""
    return tally(multiverse(measure), by)


def tally(frame: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Specifications, how many are positive, clear and positive, clear and negative, and the median; by a choice or in all."""
    groups: Sequence = [("all", frame)] if by is None else list(frame.groupby(by, sort=False))
    return pd.DataFrame(
        [
            (
                key,
                len(part),
                int((part["value"] > 0).sum()),
                int((part["clear"] == 1).sum()),
                int((part["clear"] == -1).sum()),
                float(part["value"].median()) if len(part) else np.nan,
            )
            for key, part in groups
        ],
        columns=[
            "choice",
            "specifications",
            "positive",
            "clear and positive",
            "clear and negative",
            "median",
        ],
    )
