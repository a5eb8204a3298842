"""Chapter 2.3: critical infrastructure before and after the promises of 2015 and 2021, and what coders saw as breached.

Counts are of distinct incidents. The model stands in :mod:`cyberdip_utils.norms.interrupted`.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, number, years
from cyberdip_utils.norms import interrupted
from cyberdip_utils.norms.breach_codings import SPAN, coded, legal_view, settled_states
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

# ---------------------------------------------------------------- series

STABLE, NAIVE, RIVALS, BOTH = "stable", "naive", "rivals", "both"
LABELS = {
    STABLE: "stable definition (EuRepoC)",
    NAIVE: "naive count (EuRepoC)",
    RIVALS: "rival states (DCID)",
}
ANY, ESSENTIAL, DISRUPTED = "any", "essential", "disrupted"
SIX = ("Energy", "Water", "Health", "Transportation", "Finance", "Telecommunications")
DCID_SIX = (
    *("energy", "nuclear", "water", "dams", "health", "transport"),
    *("financial services", "communications"),
)
DCID_ANY = (
    *DCID_SIX,
    *("chemical", "defence industry", "critical manufacturing", "information technology"),
    *("food and agriculture", "emergency services"),
)
COUNT, SHARE = "count", "share"
OWN, ALL_YEARS = "own", "all"

FIRST, SECOND = "2015", "2021"
#: promise -> text, day, first half-year and year taken as after, years of its own window. In 2015 the experts agreed at the
#: end of June and the report is dated 22 July; in 2021 the reports were agreed in March and May. So the second half is after.
PROMISES = {
    FIRST: ("A/70/174", pd.Timestamp("2015-07-22"), {2: (2015, 1), 1: (2016, 0)}, (2009, 2020)),
    SECOND: ("A/75/816 and A/76/135", pd.Timestamp("2021-05-28"), {2: (2021, 1), 1: (2022, 0)}, (2016, 2024)),
}
EVERYTHING = (2007, 2024)
LAST_OF_RIVALS = 2020
WIDER = pd.Timestamp("2023-02-01")
READINGS = 20


@cache
def items(series: str, infrastructure: str = ANY) -> pd.DataFrame:
    """The incidents that a definition takes in.

    Parameters
    ----------
    series : str
        "stable": EuRepoC, a settled coding names a state or a group affiliated with one as initiator, and the rule
        in force before 2023 would have taken the incident. "naive": all of EuRepoC. "rivals": DCID.
    infrastructure : str
        "any" sector coded as critical, "essential" (energy, water, health, transport, finance, telecom), or
        "disrupted": one of these six, and coded as disruption (in DCID: aim disruption or degradation).

    Returns
    -------
    pandas.DataFrame
        ``start_on``, ``exact`` (start known to the month or better; for DCID always true, because the file does not say)
        and ``hit`` (critical infrastructure in the chosen sense), one row per incident.
    """
    if series == RIVALS:
        frame = load("dcid_incidents")
        hit = frame["sector"].isin(DCID_ANY if infrastructure == ANY else DCID_SIX)
        if infrastructure == DISRUPTED:
            hit &= frame["objective"].isin(["disruption", "degradation"])
        out = pd.DataFrame({"start_on": frame["start_on"], "exact": True, "hit": hit.fillna(False)})
    else:
        frame = load("incidents")
        rows = load("incident_receivers")
        mine = rows["category"] == "Critical infrastructure"
        if infrastructure != ANY:
            mine &= rows["subcategory"].isin(SIX)
        hit = frame["incident_id"].isin(rows.loc[mine, "incident_id"])
        if infrastructure == DISRUPTED:
            types = load("incident_types")
            hit &= frame["incident_id"].isin(types.loc[types["type"] == "disruption", "incident_id"])
        out = pd.DataFrame(
            {
                "start_on": frame["start_on"],
                "exact": frame["start_precision"].isin(["day", "month"]),
                "hit": hit,
            }
        )
        if series == STABLE:
            keep = frame["incident_id"].isin(settled_states())
            keep &= frame["in_scope_before_2023"].fillna(False).astype(bool)
            out = out[keep]
    return out.astype({"exact": bool, "hit": bool})


def window(promise: str, which: str, series: str) -> tuple[int, int]:
    """First and last year of the analysis; DCID ends in 2020."""
    first, last = PROMISES[promise][3] if which == OWN else EVERYTHING
    return first, min(last, LAST_OF_RIVALS) if series == RIVALS else last


@cache
def data(
    promise: str, series: str, infrastructure: str, per_year: int, which: str
) -> tuple[pd.DatetimeIndex, np.ndarray, np.ndarray, int, int] | None:
    """Starts of periods, counts, all incidents of the definition, index of the first period after, starts placed by chance.

    Counts have a row for each reading. The naive count takes every start at face value, so that a start known to the year
    stands in January. The stable series places such starts in either half of their year by chance, many times over: to drop
    them would make a step, because dates have become more exact. None where fewer than two years lie after the promise.
    """
    first, last = window(promise, which, series)
    year, half = PROMISES[promise][2][per_year]
    at = (year - first) * per_year + half
    n = (last - first + 1) * per_year
    if at > n - 2 * per_year:
        return None
    frame = items(series, infrastructure)
    frame = frame[frame["start_on"].dt.year.between(first, last)]
    exact = frame["exact"] | (series == NAIVE)
    hit = frame["hit"]
    counts, rest = (
        interrupted.placed_counts(
            frame.loc[m, "start_on"], exact[m], first, last, per_year, READINGS, seed=2015 + k
        )
        for k, m in enumerate((hit, ~hit))
    )
    placed = int((hit & ~exact).sum()) if per_year > 1 else 0
    whole = counts + rest
    return interrupted.period_starts(first, last, per_year), counts, whole, at, placed


@cache
def analysis(
    promise: str = FIRST,
    series: str = STABLE,
    infrastructure: str = ANY,
    measure: str = COUNT,
    per_year: int = 2,
    which: str = OWN,
    slope: bool = True,
    variance: str = interrupted.DISPERSION,
) -> interrupted.Fit | None:
    """The interrupted time series of a version; None where it cannot be fitted."""
    got = data(promise, series, infrastructure, per_year, which)
    if got is None:
        return None
    _, counts, whole, at, _ = got
    mean = counts.mean(axis=0)
    if min(mean[:at].sum(), mean[at:].sum()) < 5:
        return None
    exposure = whole if measure == SHARE else None
    if exposure is not None and not (exposure > 0).all():
        return None
    return interrupted.fit(counts, at, per_year, slope=slope, exposure=exposure, variance=variance)


def versions(promise: str = FIRST, infrastructure: str = ANY) -> pd.DataFrame:
    """Every version of the analysis side by side: definition, measure, period, window and model."""
    rows = []
    for series in (STABLE, NAIVE, RIVALS):
        for measure in (COUNT, SHARE):
            for per_year in (2, 1):
                for slope in (True, False):
                    if per_year == 1 and slope and promise == SECOND:
                        continue  # three points after the promise are too few for a slope of their own
                    fit = analysis(promise, series, infrastructure, measure, per_year, OWN, slope)
                    if fit is not None:
                        rows.append((series, measure, per_year, slope, fit.ratio, fit.low, fit.high))
    columns = ["series", "measure", "per_year", "slope", "ratio", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


@cache
def all_versions() -> pd.DataFrame:
    """Every version without the naive count that the first exhibit can show, with intervals widened for overdispersion.

    Returns
    -------
    pandas.DataFrame
        ``promise``, ``series``, ``infrastructure``, ``measure``, ``per_year``, ``which``, ``slope``, ``ratio``, ``low``, ``high``;
        versions that cannot be fitted are left out, and so is a slope of its own after three yearly points.
    """
    rows = []
    choices = (
        PROMISES,
        (STABLE, RIVALS),
        (ANY, ESSENTIAL, DISRUPTED),
        (COUNT, SHARE),
        (2, 1),
        (OWN, ALL_YEARS),
        (True, False),
    )
    for version in product(*choices):
        if version[0] == SECOND and version[4] == 1 and version[6]:
            continue
        fit = analysis(*version)
        if fit is not None:
            rows.append((*version, fit.ratio, fit.low, fit.high))
    names = [
        "promise",
        "series",
        "infrastructure",
        "measure",
        "per_year",
        "which",
        "slope",
        "ratio",
        "low",
        "high",
    ]
    return pd.DataFrame(rows, columns=names)


def _times(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def _ratio(fit: interrupted.Fit) -> str:
    return f"{_times(fit.ratio)} (95% interval {_times(fit.low)} to {_times(fit.high)})"


def _verdict(fit: interrupted.Fit) -> str:
    return "no change can be told from chance" if fit.low < 1 < fit.high else "the interval leaves out 1"


UNFIT = "This version cannot be fitted: the record has fewer than two years, or fewer than five such incidents, on one side."
CAVEAT = (
    "A step at a date is not an effect of the date. Incidents are those that became known and were coded; the other "
    "things that happened at the time (more reporting, war, new coders) are in the same line."
)
SOURCES = {
    STABLE: ("incidents", "incident_receivers", "incident_initiators"),
    NAIVE: ("incidents", "incident_receivers"),
    RIVALS: ("dcid_incidents",),
}


def _sources(shown: tuple[str, ...], infrastructure: str) -> tuple[str, ...]:
    names = [n for s in shown for n in SOURCES[s]]
    if infrastructure == DISRUPTED and set(shown) & {STABLE, NAIVE}:
        names.append("incident_types")
    return tuple(dict.fromkeys(names))


def _mark(figure: go.Figure, promise: str, first: int, last: int) -> None:
    marks = [(PROMISES[promise][1], f"{PROMISES[promise][1]:%B %Y}: promise")]
    if first <= WIDER.year <= last:
        marks.append((WIDER, "2023: rule widened"))
    figures.mark_changes(figure, marks)


def before_and_after(
    promise: str = FIRST,
    series: str = BOTH,
    picture: str = "series",
    infrastructure: str = ANY,
    measure: str = COUNT,
    per_year: int = 2,
    which: str = OWN,
    slope: bool = True,
    variance: str = interrupted.DISPERSION,
) -> View:
    """The series with the fitted step and the old trend carried on, or all versions side by side.

    Parameters
    ----------
    promise, series, infrastructure, measure, per_year, which, slope, variance
        As in :func:`analysis`; "both" shows the stable and the naive definition.
    picture : str
        "series" or "versions".
    """
    if picture == "versions":
        return _versions_view(promise, series, infrastructure)
    shown = (STABLE, NAIVE) if series == BOTH else (series,)
    figure = figures.new(
        470,
        hovermode="x unified",
        yaxis={
            "title": {"text": "share of incidents" if measure == SHARE else "distinct incidents"},
            "rangemode": "tozero",
        },
    )
    if measure == SHARE:
        figure.update_yaxes(tickformat=".0%")
    tables, said, details, placed_all, top = [], [], [], 0, 0.0
    for i, name in enumerate(shown):
        got = data(promise, name, infrastructure, per_year, which)
        fit = analysis(promise, name, infrastructure, measure, per_year, which, slope, variance)
        if got is None or fit is None:
            continue
        starts, counts, whole, at, placed = got
        counts, whole = counts.mean(axis=0), whole.mean(axis=0)
        placed_all += placed
        scale = 1 / whole if measure == SHARE else np.ones(len(counts))
        colour, symbol = figures.COLOURS[i], figures.SYMBOLS[i]
        days = starts + pd.Timedelta(days=365.25 / per_year / 2)
        top = max(top, float((counts * scale).max()), float((fit.smooth * scale).max()))
        short = name if len(shown) > 1 else "count"
        line = (fit.smooth * scale).round(3).tolist()
        x = days.tolist()
        for xs, ys, label, style in (
            (
                [*x[:at], None, *x[at:]],
                [*line[:at], None, *line[at:]],
                f"{short}: fitted",
                {"color": colour, "width": 3, "dash": figures.DASHES[i]},
            ),
            (
                x[at:],
                (fit.without * scale).round(3).tolist()[at:],
                f"{short}: old trend",
                {"color": colour, "width": 2, "dash": "dot"},
            ),
        ):
            figure.add_trace(
                {"type": "scatter", "x": xs, "y": ys, "mode": "lines", "name": label, "line": style}
            )
        figure.add_trace(
            {
                "type": "scatter",
                "x": days.tolist(),
                "y": (counts * scale).round(3).tolist(),
                "mode": "markers",
                "name": f"{short}: incidents" if len(shown) > 1 else LABELS[name],
                "marker": {"color": colour, "symbol": symbol, "size": 8},
            }
        )
        said.append(
            f"{LABELS[name]}: level after over level expected {_ratio(fit)}, {counts[:at].sum():,.0f} incidents before "
            f"and {counts[at:].sum():,.0f} after; {_verdict(fit)}"
        )
        details.append(
            f"**{LABELS[name][0].upper()}{LABELS[name][1:]}**. Level ratio {_ratio(fit)}. "
            + (
                f"Growth before: {fit.growth:.2f} a year; growth after over growth before: {fit.slope:.2f} "
                f"({fit.slope_low:.2f} to {fit.slope_high:.2f}). "
                if slope
                else f"Growth: {fit.growth:.2f} a year. "
            )
            + f"Dispersion {fit.dispersion:.1f} (1 would be pure chance); likeness of neighbouring periods "
            + f"{fit.autocorrelation:+.2f}.".replace("-", "−")
        )
        tables.append(
            pd.DataFrame(
                {
                    "series": LABELS[name],
                    "period from": starts,
                    "incidents": counts.round(1),
                    "all incidents of the definition": whole.round(1),
                    "fitted": fit.smooth.round(1),
                    "old trend carried on": [
                        round(float(v), 1) if k >= at else None for k, v in enumerate(fit.without)
                    ],
                }
            )
        )
    sources = _sources(shown, infrastructure)
    if not tables:
        return View(figures.empty(UNFIT), UNFIT, pd.DataFrame(), CAVEAT, sources)
    first, last = window(promise, which, shown[0])
    figure.update_yaxes(range=[0, top * 1.25])
    _mark(figure, promise, first, last)
    caveat = CAVEAT
    if placed_all:
        caveat += (
            f" {placed_all} starts of the stable series are known only to the year: each is placed in either half by chance, "
            f"in {READINGS} readings that are pooled, and the marks are their means."
        )
    return View(
        figure,
        "; ".join(said)[0].upper() + "; ".join(said)[1:] + ".",
        pd.concat(tables, ignore_index=True),
        caveat,
        sources,
        detail="\n\n".join(details),
    )


def _versions_view(promise: str, series: str, infrastructure: str) -> View:
    frame = versions(promise, infrastructure)
    shown = (STABLE, NAIVE) if series == BOTH else (series,)
    frame = frame[frame["series"].isin(shown)]
    sources = _sources(shown, infrastructure)
    if frame.empty:
        return View(figures.empty(UNFIT), UNFIT, pd.DataFrame(), CAVEAT, sources)
    labels = [
        f"{'share' if r.measure == SHARE else 'count'}, {'half-years' if r.per_year == 2 else 'years'}"
        f"{', new slope' if r.slope else ''}"
        for r in frame.itertuples()
    ]
    places = np.arange(len(frame))
    figure = figures.new(
        120 + 46 * len(frame),
        xaxis={
            "type": "log",
            "title": {"text": "level ratio"},
            "tickvals": [0.1, 0.3, 1, 3, 10],
            "tickangle": 0,
            "range": [np.log10(0.1), np.log10(12)],
        },
        yaxis={
            "tickvals": places.tolist(),
            "ticktext": [figures.plain(x, width=18) for x in labels],
            "zeroline": False,
            "range": [len(places) - 0.5, -0.5],
        },
        legend={"traceorder": "normal"},
    )
    for i, name in enumerate(shown):
        mine = frame["series"].to_numpy() == name
        if not mine.any():
            continue
        part = frame[mine]
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["ratio"].round(3).tolist(),
                "y": places[mine].tolist(),
                "mode": "markers",
                "name": LABELS[name],
                "marker": {"color": figures.COLOURS[i], "symbol": figures.SYMBOLS[i], "size": 10},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (part["high"] - part["ratio"]).round(3).tolist(),
                    "arrayminus": (part["ratio"] - part["low"]).round(3).tolist(),
                    "thickness": 2,
                },
            }
        )
    figure.add_vline(x=1, line={"color": figures.SOFT_INK, "dash": "dash", "width": 1.5})
    parts = []
    for name in shown:
        part = frame[frame["series"] == name]
        if len(part):
            k = int(((part["low"] > 1) | (part["high"] < 1)).sum())
            parts.append(
                f"{LABELS[name]}: {len(part)} versions, ratios from {_times(part['ratio'].min())} to "
                f"{_times(part['ratio'].max())}, and {k} of the intervals leave out 1"
            )
    return View(
        figure,
        "; ".join(parts)[0].upper() + "; ".join(parts)[1:] + ".",
        frame.assign(version=labels).drop(columns=["slope", "measure", "per_year"]).round(3),
        CAVEAT + " Versions share their data, so their agreement is not independent evidence.",
        sources,
    )


_PROMISE = choice([("July 2015: eleven norms", FIRST), ("2021: norms confirmed", SECOND)], label="Promise")
_WHAT = choice(
    [("Any critical sector", ANY), ("Six essential sectors", ESSENTIAL), ("Six, and disrupted", DISRUPTED)],
    label="Infrastructure",
)
_MEASURE = choice(
    [("Number of incidents", COUNT), ("Share of all incidents of the definition", SHARE)], label="Measure"
)
_PERIOD = choice([("Half-years", 2), ("Years", 1)], label="Period")
_WINDOW = choice([("The promise's own window", OWN), ("2007 to the end", ALL_YEARS)], label="Window")
_ONE = [
    ("Stable definition (EuRepoC)", STABLE),
    ("Naive count (EuRepoC)", NAIVE),
    ("Rival states (DCID)", RIVALS),
]

before_after = Exhibit(
    "before_after",
    "Did attacks on critical infrastructure change after the promise?",
    before_and_after,
    promise=_PROMISE,
    series=choice([("Stable and naive", BOTH), *_ONE], label="Definition"),
    picture=choice([("The series", "series"), ("Every version side by side", "versions")], label="Picture"),
    infrastructure=_WHAT,
    measure=_MEASURE,
    per_year=_PERIOD,
    which=_WINDOW,
    slope=choice([("Step and new slope", True), ("Step only", False)], label="What may change"),
    variance=choice(
        [
            ("Overdispersion", interrupted.DISPERSION),
            ("Newey–West", interrupted.HAC),
            ("Negative binomial", interrupted.NEGATIVE_BINOMIAL),
        ],
        label="Uncertainty",
    ),
)


# ---------------------------------------------------------------- placebo dates


@cache
def placebos(
    promise: str = FIRST,
    series: str = STABLE,
    infrastructure: str = ANY,
    measure: str = COUNT,
    which: str = OWN,
    slope: bool = True,
) -> pd.DataFrame | None:
    """The half-yearly model at every date with two years on either side; None where the real one cannot be fitted."""
    if analysis(promise, series, infrastructure, measure, 2, which, slope) is None:
        return None
    starts, counts, whole, at, _ = data(promise, series, infrastructure, 2, which)
    frame = interrupted.placebo(counts, 2, slope=slope, exposure=whole if measure == SHARE else None)
    return frame.assign(date=starts[frame["at"]], real=frame["at"] == at)


def placebo_view(
    promise: str = FIRST,
    series: str = STABLE,
    infrastructure: str = ANY,
    measure: str = COUNT,
    which: str = OWN,
    slope: bool = True,
) -> View:
    """How strong the step looks at each date, the real one marked; parameters as in :func:`placebos`."""
    frame, sources = (
        placebos(promise, series, infrastructure, measure, which, slope),
        _sources((series,), infrastructure),
    )
    if frame is None:
        return View(figures.empty(UNFIT), UNFIT, pd.DataFrame(), CAVEAT, sources)
    at = int(frame.loc[frame["real"], "at"].iloc[0])
    place, n = interrupted.rank(frame, at)
    figure = figures.new(
        430,
        yaxis={"title": {"text": "step over its standard error"}},
        xaxis={
            "type": "date",
            "title": {"text": "first half-year<br>after the date"},
            "tickangle": 0,
            "nticks": 6,
        },
    )
    for real, label, colour, symbol, size in (
        (False, "other dates", figures.NO_DATA, "circle", 9),
        (True, "date of the promise", figures.COLOURS[1], "diamond", 15),
    ):
        part = frame[frame["real"] == real]
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["date"].tolist(),
                "y": part["statistic"].round(3).tolist(),
                "mode": "markers",
                "name": label,
                "marker": {
                    "color": colour,
                    "symbol": symbol,
                    "size": size,
                    "line": {"color": figures.INK, "width": 1},
                },
                "text": [
                    f"{d:%Y-%m}: level ratio {_times(r)}"
                    for d, r in zip(part["date"], part["ratio"], strict=True)
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    figure.add_hline(y=0, line={"color": figures.SOFT_INK, "width": 1})
    real = frame[frame["real"]].iloc[0]
    top = frame.loc[frame["statistic"].abs().idxmax()]
    table = frame[["date", "ratio", "statistic", "real"]].rename(
        columns={
            "date": "first period after",
            "ratio": "level ratio",
            "statistic": "step over its standard error",
        }
    )
    return View(
        figure,
        f"Of {n} possible dates, {place} ({place / n:.0%}) show a step at least as large as the promise's own, itself included "
        f"({'a rise' if real['ratio'] > 1 else 'a fall'}, level ratio {_times(real['ratio'])}); the largest stands at "
        f"{top['date']:%B %Y}.",
        table.round({"level ratio": 3, "step over its standard error": 3}).reset_index(drop=True),
        "Neighbouring dates share most of their data and look alike, so these are fewer independent trials than there are "
        "marks. With so few dates even first place is weak evidence.",
        sources,
    )


placebo_dates = Exhibit(
    "placebo_dates",
    "Would any other date have looked the same?",
    placebo_view,
    promise=_PROMISE,
    series=choice(_ONE, label="Definition"),
    infrastructure=_WHAT,
    measure=_MEASURE,
    which=_WINDOW,
    slope=choice([("Step and new slope", True), ("Step only", False)], label="What may change"),
)


# ---------------------------------------------------------------- power


@cache
def curve(
    promise: str = FIRST,
    series: str = STABLE,
    infrastructure: str = ANY,
    which: str = OWN,
    slope: bool = True,
) -> pd.DataFrame | None:
    """Power of the half-yearly count to see a planted step; None where the real one cannot be fitted."""
    if analysis(promise, series, infrastructure, COUNT, 2, which, slope) is None:
        return None
    _, counts, _, at, _ = data(promise, series, infrastructure, 2, which)
    return interrupted.power(counts, at, 2, slope=slope)


def _statement(frame: pd.DataFrame, wanted: float) -> str:
    fall, rise = interrupted.smallest_seen(frame, wanted)
    down = f"a fall by less than {1 - fall:.0%}" if fall else "even a fall by 90%"
    up = f"a rise to less than {rise:g} times the level" if rise else "even a rise to 4 times the level"
    return f"{down}, or {up}, would be seen in fewer than {wanted:.0%} of cases"


def power_view(
    promise: str = FIRST,
    series: str = STABLE,
    infrastructure: str = ANY,
    which: str = OWN,
    wanted: int = 80,
) -> View:
    """How often a step of a given size would be seen; ``wanted`` is the power asked for, in percent."""
    sources = _sources((series,), infrastructure)
    both = {slope: curve(promise, series, infrastructure, which, slope) for slope in (True, False)}
    if any(v is None for v in both.values()):
        return View(figures.empty(UNFIT), UNFIT, pd.DataFrame(), CAVEAT, sources)
    long = pd.concat(
        [frame.assign(model="step and new slope" if s else "step only") for s, frame in both.items()],
        ignore_index=True,
    )
    figure = figures.lines(
        long,
        "ratio",
        "power",
        "model",
        label="share of series that see it",
        percent=True,
        height=430,
    )
    ticks = [0.1, 0.2, 0.5, 1, 2, 4]
    figure.update_layout(hovermode="closest")
    figure.update_yaxes(range=[0, 1.04])
    figure.update_xaxes(
        type="log", title={"text": "planted ratio (1: no change)"}, tickvals=ticks, tickangle=0
    )
    figure.add_hline(y=wanted / 100, line={"color": figures.SOFT_INK, "dash": "dash", "width": 1.5})
    text = _statement(both[True], wanted / 100)
    simple = _statement(both[False], wanted / 100)
    table = long.rename(
        columns={"ratio": "planted ratio", "right": "seen, right way", "seen": "seen, either way"}
    )
    return View(
        figure,
        f"With a step and a new slope, {text}.",
        table[["model", "planted ratio", "seen, right way", "seen, either way", "runs", "power"]],
        "Simulated series have the fitted level, trend, season and spread, and no likeness of neighbours beyond these, so true "
        "power is lower rather than higher. The planted step is sudden and lasting; a slow change is harder to see.",
        sources,
        detail=f"**If only a step is allowed**, {simple}. That model is stronger because it assumes more: that the trend did "
        "not change.",
    )


power_curve = Exhibit(
    "power_curve",
    "How large would a change have to be for us to see it?",
    power_view,
    promise=_PROMISE,
    series=choice(_ONE, label="Definition"),
    infrastructure=_WHAT,
    which=_WINDOW,
    wanted=number(50, 95, 80, 5, "%", label="Seen in at least", grid=(50, 80, 95)),
)


# ---------------------------------------------------------------- legal codings

legal_codings = Exhibit(
    "legal_codings",
    "What did coders note as possibly breached, and since when do they look?",
    legal_view,
    picture=choice(
        [
            ("Codings by norm", "norms"),
            ("Share coded, by year of start", "year"),
            ("Share coded, by year of entry", "added"),
        ],
        label="Picture",
    ),
    initiator=choice(
        [("All incidents", "all"), ("A state or affiliate is named", "state")], label="Initiator"
    ),
    between=years(*SPAN, label="Years"),
)


# ---------------------------------------------------------------- findings and checks


def _finding(promise: str) -> str:
    stable, naive = analysis(promise, STABLE), analysis(promise, NAIVE)
    return (
        f"{promise}, half-years {'–'.join(map(str, window(promise, OWN, STABLE)))}: on the stable definition the level after over the level "
        f"expected is {_ratio(stable)}; on the naive count {_ratio(naive)}."
    )


def finding_2015() -> str:
    """Level change after July 2015, stable and naive."""
    return _finding(FIRST)


def finding_2021() -> str:
    """Level change after 2021, stable and naive."""
    return _finding(SECOND)


def finding_verdict() -> str:
    """In how many of all versions a fall or a rise stands out."""
    frame = all_versions()
    falls, rises = int((frame["high"] < 1).sum()), int((frame["low"] > 1).sum())
    after = {p: frame.loc[frame["promise"] == p, "ratio"].median() for p in PROMISES}
    return (
        f"Of {len(frame)} versions without the naive count (stable definition and rival states, three widths of infrastructure, counts "
        f"and shares, half-years and years, two windows, with and without a new slope) the interval lies below 1, a fall, in {falls} "
        f"and above 1, a rise, in {rises}; if they were separate tries, chance would put about {len(frame) / 40:.0f} on each side. The "
        f"median ratio is {after[FIRST]:.2f} for 2015 and {after[SECOND]:.2f} for 2021."
    )


def finding_placebo() -> str:
    """Rank of the real dates among all dates."""
    said = []
    for promise in (FIRST, SECOND):
        frame = placebos(promise)
        place, n = interrupted.rank(frame, int(frame.loc[frame["real"], "at"].iloc[0]))
        said.append(f"{place} of {n} possible dates for {promise}")
    return f"On the stable definition a step at least as large as the promise's own is found at {' and '.join(said)}, itself included."


def finding_power() -> str:
    """The power statements."""
    parts = [f"{p}: {_statement(curve(p), 0.8)}" for p in (FIRST, SECOND)]
    return "Stable definition, step and slope. " + "; ".join(parts) + "."


def finding_measure() -> str:
    """How much of the naive series the rule of 2023 and the missing state explain."""
    late = items(NAIVE)
    late = late[late["hit"] & late["start_on"].dt.year.isin([2023, 2024])]
    kept = late.index.isin(items(STABLE).index)
    early = items(NAIVE)
    early = early[early["hit"] & early["start_on"].dt.year.isin([2014, 2015])]
    kept_early = early.index.isin(items(STABLE).index)
    return (
        f"The stable definition keeps {share(int(kept_early.sum()), len(early))} of the naive count's incidents of 2014 and 2015, and "
        f"{share(int(kept.sum()), len(late))} of those of 2023 and 2024: what the naive count measures changed on the way."
    )


def dating(promise: str = FIRST) -> tuple[int, int, int, int, float]:
    """How exact dates are on either side of a promise in the stable series, and what dropping the others would do.

    Returns
    -------
    (int, int, int, int, float)
        Exact and all incidents before; exact and all after, by year and in the promise's own window; the level ratio that
        half-years of exact starts alone would give.
    """
    frame = items(STABLE)
    first, last = window(promise, OWN, STABLE)
    frame = frame[frame["hit"] & frame["start_on"].dt.year.between(first, last)]
    year, half = PROMISES[promise][2][2]
    old = frame["start_on"].dt.year < year
    counts = interrupted.period_counts(frame.loc[frame["exact"], "start_on"], first, last, 2)
    ratio = interrupted.fit(counts, (year - first) * 2 + half, 2).ratio
    exact = frame["exact"]
    return int((exact & old).sum()), int(old.sum()), int((exact & ~old).sum()), int((~old).sum()), ratio


def finding_dates() -> str:
    """A second change of measurement: dates became more exact."""
    a, b, c, d, ratio = dating(FIRST)
    first, last = window(FIRST, OWN, STABLE)
    return (
        f"On the stable definition {share(a, b)} of the starts of {first} to 2014 are known to the month or better, and {share(c, d)} of "
        f"those of 2015 to {last}. To drop the others would raise the ratio of 2015 from {_times(analysis(FIRST, STABLE).ratio)} to "
        f"{_times(ratio)}."
    )


def finding_legal() -> str:
    """Since when law is coded, and how often a party invoked it."""
    frame = coded()
    old, new = frame[frame["added_on"] < "2022-10-01"], frame[frame["added_on"] >= "2023-01-01"]
    k = int(frame["attribution"].sum())
    return (
        f"A breach coding is carried by {share(int(old['breach'].sum()), len(old))} of the incidents entered before October 2022 and by "
        f"{share(int(new['breach'].sum()), len(new))} of those entered since 2023. An attributing party itself invoked law in "
        f"{share(k, len(frame))} of all incidents."
    )


def _check_kept(answer: object) -> Verdict:
    rows = load("incidents")
    hit = load("incident_receivers")
    hit = set(hit.loc[hit["category"] == "Critical infrastructure", "incident_id"])
    late = rows[rows["incident_id"].isin(hit) & rows["start_on"].dt.year.isin([2023, 2024])]
    scope = late["in_scope_before_2023"].fillna(False).astype(bool)
    everything = rows[rows["start_on"].dt.year.isin([2023, 2024])]
    return check_number(
        answer,
        right=float(scope.mean()),
        tolerance=0.001,
        slips={
            "You counted all incidents. Keep those with critical infrastructure among the receivers.": float(
                everything["in_scope_before_2023"].fillna(False).astype(bool).mean()
            ),
            "That is the share that only the wider rule takes. Turn it round.": float(1 - scope.mean()),
            "That is the number of incidents. Divide by all incidents of 2023 and 2024 that hit critical infrastructure.": float(
                scope.sum()
            ),
            "That is a percentage. Give a number between 0 and 1.": float(scope.mean() * 100),
        },
        hint="Collect the incident numbers with the category, keep incidents that began in 2023 or 2024, take the mean of "
        "in_scope_before_2023 with missing as false.",
    )


CHECKS = {"old_rule": _check_kept}
