"""Chapter 3.4: severity between rivals, what the other side did next, what chance alone gives, and restraint.

All counts are rows of DCID 2.0: incidents between pairs of rival states, as its authors code them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.deterrence import transitions
from cyberdip_utils.deterrence.transitions import CLOCK, EITHER, ORDER, OTHER, SAME, SEVERITY
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, years
from cyberdip_utils.stats import share, wilson
from cyberdip_utils.teach import Verdict, check_number

ALL = "all"
YEARS = (2000, 2020)
ORIGIN, END = pd.Timestamp("2000-01-01"), pd.Timestamp("2020-12-31")
LAST = (END - ORIGIN).days
WINDOWS = (30, 90, 180, 365, 730)
DRAWS = 1000
ROWS, JOINED = "rows", "joined"
BOTH = "both"
DIRICHLET, PAIRS = "dirichlet", "pairs"
BANDS = ("1–2", "3", "4", "5–6")
BAND = np.array([0, 0, 0, 1, 2, 3, 3])  # severity to the place of its band
NONE = "no move"
PERIODS = ((2000, 2008), (2009, 2011), (2012, 2014), (2015, 2017), (2018, 2020))
NEW_DOCTRINE = 2018  # United States Cyber Command (2018), of 23 March 2018
SHORT = {"USA": "US", "GBR": "UK", "PRK": "N. Korea", "KOR": "S. Korea", "SAU": "S. Arabia"}
SCOPE = (
    "Pairs of rival states were chosen first and incidents looked for within them, so nothing here speaks for other "
    "states. Initiators and severity are the authors' reading of public sources."
)
SOURCES = ("dcid_incidents",)


# ---------------------------------------------------------------- the record


def short(iso3: str) -> str:
    """A state's name for a label."""
    return SHORT.get(iso3) or country(iso3)


def pair_label(pair: str) -> str:
    """``"USA-IRN"`` as ``"US–Iran"``."""
    return "–".join(short(c) for c in pair.split("-"))


@cache
def record() -> pd.DataFrame:
    """DCID's incidents with ``pair`` ("USA-IRN"), ``year``, ``day`` (days since 2000-01-01) and ``side``.

    ``side`` is 0 or 1 for the first or second state of the pair, missing where the initiator is neither.
    """
    frame = load("dcid_incidents").astype({"method": str, "objective": str, "target_type": str})
    frame["pair"] = frame["state_a"] + "-" + frame["state_b"]
    frame["year"] = frame["start_on"].dt.year
    frame["day"] = (frame["start_on"] - ORIGIN).dt.days
    side = np.where(
        frame["initiator_iso3"] == frame["state_a"],
        0,
        np.where(frame["initiator_iso3"] == frame["state_b"], 1, -1),
    )
    frame["side"] = pd.Series(side, frame.index).astype("Int64").where(lambda s: s >= 0)
    frame["severity"] = frame["severity"].astype(int)
    return frame


@cache
def pairs_by_size() -> tuple[str, ...]:
    """The pairs, those with the most incidents first."""
    counts = record()["pair"].value_counts()
    return tuple(sorted(counts.index, key=lambda p: (-counts[p], p)))


@cache
def two_sided() -> frozenset[str]:
    """Pairs in which each side is recorded as initiator at least once."""
    known = record().dropna(subset=["side"])
    return frozenset(known.groupby("pair")["side"].nunique().loc[lambda n: n == 2].index)


@cache
def moves(unit: str = ROWS, scope: str = ALL) -> pd.DataFrame:
    """The moves to follow: incidents whose initiator is one of the pair, in order of pair and day.

    Parameters
    ----------
    unit : str
        "rows": each row of the source. "joined": rows of the same pair, initiator and day are one move, as severe as
        the most severe of them, since the source cuts a campaign by target and phase.
    scope : str
        "all" pairs, or "both": pairs in which both sides are recorded at least once.

    Returns
    -------
    pandas.DataFrame
        pair, side, day, severity, year, initiator_iso3, receiver_iso3, and objective and method for "rows".

    Raises
    ------
    ValueError
        Another unit or scope.
    """
    if unit not in (ROWS, JOINED) or scope not in (ALL, BOTH):
        raise ValueError(f"unit, scope: {unit!r}, {scope!r}; need rows or joined, all or both")
    frame = record().dropna(subset=["side"])
    if scope == BOTH:
        frame = frame[frame["pair"].isin(two_sided())]
    if unit == JOINED:
        by = ["pair", "side", "day", "year", "initiator_iso3", "receiver_iso3"]
        frame = frame.groupby(by, as_index=False)["severity"].max()
    order = ["pair", "day", "side"] + (["dcid_id"] if unit == ROWS else [])
    return frame.sort_values(order).reset_index(drop=True)


@cache
def _dealt(how: str, by: str, unit: str, scope: str) -> transitions.Next:
    """Next moves as recorded (``how`` empty) or in 1,000 shuffles; cached, and good for every window."""
    m = moves(unit, scope)
    given = (m["pair"].to_numpy(), m["side"].to_numpy(int), m["day"].to_numpy(), m["severity"].to_numpy())
    return (
        transitions.next_moves(*given, by=by)
        if not how
        else transitions.shuffled(*given, how=how, draws=DRAWS, by=by)
    )


def answers(window: int, by: str = OTHER, unit: str = ROWS, scope: str = ALL) -> pd.DataFrame:
    """The moves that can be followed for the window, with the severity of the next move in it.

    Parameters
    ----------
    window : int
        Days after the start in which the next move must start.
    by : str
        Whose next move: "other", "same" or "either" side.
    unit, scope : str
        As in :func:`moves`.

    Returns
    -------
    pandas.DataFrame
        :func:`moves` with ``wait`` (days, -1 for never), ``answer`` (severity in the window, 0 for none), ``answered``
        and ``higher``. Moves that began less than a window before the end of 2020 are left out.

    Raises
    ------
    ValueError
        A window below 1.
    """
    if window < 1:
        raise ValueError(f"window: {window} is not a number of days above 0")
    found, frame = _dealt("", by, unit, scope), moves(unit, scope).copy()
    frame["wait"], frame["answer"] = found.wait, found.within(window)
    frame["answered"] = frame["answer"] > 0
    frame["higher"] = frame["answer"] > frame["severity"]
    return frame[found.followed(window, LAST)]


# ---------------------------------------------------------------- the severity ladder

MEASURES = {"highest": "highest", "mean": "mean"}
SPANS = tuple((a, a + 2) for a in range(2000, 2021, 3))


def _trend(frame: pd.DataFrame) -> str:
    from cyberdip_utils.rank import spearman

    return str(spearman(frame["day"].to_numpy(float), frame["severity"].to_numpy(float)))


def _one_pair(frame: pd.DataFrame, pair: str, measure: str) -> tuple[go.Figure, pd.DataFrame]:
    figure = figures.new(
        430,
        xaxis={"showgrid": False},
        yaxis={"title": {"text": "severity as coded (0 to 10)"}, "range": [0.4, 6.7], "dtick": 1},
    )
    yearly = frame.groupby("year")["severity"].agg("max" if measure == "highest" else "mean")
    figure.add_trace(
        {
            "type": "scatter",
            "x": [f"{y}-07-01" for y in yearly.index],
            "y": yearly.astype(float).tolist(),
            "mode": "lines",
            "line": {"color": figures.SOFT_INK, "dash": "dot", "width": 1.5},
            "name": f"{MEASURES[measure]} of the year",
            "hoverinfo": "skip",
        }
    )
    for i, who in enumerate([*pair.split("-"), "another"]):
        part = frame[frame["initiator_iso3"] == who] if i < 2 else frame[frame["side"].isna()]
        if part.empty:
            continue
        # rows of one day and severity would hide each other: spread them a little upwards
        lift = part.groupby(["start_on", "severity"]).cumcount() * 0.12
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["start_on"].tolist(),
                "y": (part["severity"] + lift).tolist(),
                "mode": "markers",
                "name": f"by {short(who)}" if i < 2 else "by another state",
                "marker": {
                    "symbol": figures.SYMBOLS[i],
                    "size": 11,
                    "color": figures.COLOURS[i],
                    "line": {"color": figures.INK, "width": 1},
                },
                "text": [
                    f"<b>{figures.plain(n, width=40)}</b><br>{d:%Y-%m-%d}, severity {s}, {o}"
                    for n, d, s, o in zip(
                        part["name"], part["start_on"], part["severity"], part["objective"], strict=True
                    )
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    table = frame.sort_values("start_on").assign(
        initiator=[country(c) for c in frame.sort_values("start_on")["initiator_iso3"]]
    )
    columns = ["start_on", "name", "initiator", "severity", "objective", "method"]
    return figure, table[columns].rename(columns={"start_on": "start"}).reset_index(drop=True)


def _all_pairs(frame: pd.DataFrame, measure: str, most: int = 15) -> tuple[go.Figure, pd.DataFrame]:
    counts = frame["pair"].value_counts()
    order = [p for p in pairs_by_size() if p in counts.index]
    rule = "max" if measure == "highest" else "mean"
    names = {s: f"{s[0]}–{s[1] % 100:02d}" for s in SPANS}
    place = frame["year"].map(lambda y: names[SPANS[(min(y, 2020) - 2000) // 3]])
    grid = frame.groupby(["pair", place])["severity"].agg(rule).unstack()
    grid = grid.reindex(index=order[:most], columns=[n for n in names.values() if n in set(place)])
    figure = figures.heatmap(
        grid.round(1).set_axis([pair_label(p) for p in grid.index]),
        f"{MEASURES[measure]} severity",
        lo=1,
        hi=6,
        height=max(300, 110 + 38 * len(grid)),
    )
    figure.update_traces(showscale=False, textfont={"size": 13})
    figure.update_xaxes(tickangle=-90)
    labels = [f"{pair_label(p).replace('–', '–<br>')} ({counts[p]})" for p in grid.index]
    figure.update_yaxes(tickvals=list(range(len(labels))), ticktext=labels, tickfont={"size": 12})
    table = (
        frame.groupby(["pair", "year"])["severity"]
        .agg(incidents="size", highest="max", mean="mean")
        .round(2)
        .reset_index()
    )
    table["pair"] = table["pair"].map(pair_label)
    return figure, table


def ladder(
    pair: str = ALL, measure: str = "highest", objective: str = ALL, between: tuple[int, int] = YEARS
) -> View:
    """Severity by pair and year: a grid over all pairs, or every incident of one pair."""
    frame = record()
    frame = frame[frame["year"].clip(upper=YEARS[1]).between(*between)]
    if objective != ALL:
        frame = frame[frame["objective"] == objective]
    if pair != ALL:
        frame = frame[frame["pair"] == pair]
    if frame.empty:
        message = "No incident in the record fits this selection. That is not the same as peace."
        return View(figures.empty(message), message, pd.DataFrame(), SCOPE, SOURCES)
    n, top = len(frame), int(frame["severity"].max())
    if pair == ALL:
        figure, table = _all_pairs(frame, measure)
        high = int((frame["severity"] >= 5).sum())
        takeaway = (
            f"Of {n} incidents in {frame['pair'].nunique()} pairs, {share(high, n)} reach severity 5 or more and none "
            f"goes above {top}; rank correlation of severity with the date: {_trend(frame)}."
        )
        caveat = (
            "The 15 pairs with most incidents (their number in brackets); the table has all, by year. An empty cell "
            "means that nothing is recorded. " + SCOPE
        )
    else:
        figure, table = _one_pair(frame, pair, measure)
        a, b = pair.split("-")
        by_a, by_b = ((frame["initiator_iso3"] == c).sum() for c in (a, b))
        first = frame[frame["severity"] == top].sort_values("start_on").iloc[0]
        takeaway = (
            f"{n} incident{'s' * (n > 1)} (initiated by {country(a)} {by_a}, by {country(b)} {by_b}); the highest severity, "
            f"{top}, is first coded for {first['start_on']:%B %Y}; rank correlation of severity with the date: {_trend(frame)}."
        )
        caveat = (
            "Nearly half of all starts are coded to the first of a month, which stands for “some time that month”. "
            + SCOPE
        )
    return View(figure, takeaway, table, caveat, SOURCES)


TARGETS = ("private", "government, not military", "military")
OBJECTIVES = ("disruption", "short-term espionage", "long-term espionage", "degradation")

severity_ladder = Exhibit(
    "severity_ladder",
    "Does severity climb from year to year?",
    ladder,
    pair=choice(
        lambda: [("all pairs", ALL), *((pair_label(p), p) for p in pairs_by_size())], label="Pair of rivals"
    ),
    measure=choice([("Highest severity", "highest"), ("Mean severity", "mean")], label="Show"),
    objective=choice([("any", ALL), *OBJECTIVES], label="Objective"),
    between=years(*YEARS, label="Years"),
)


# ---------------------------------------------------------------- what came next

WHO = {OTHER: "the other side", SAME: "the same side", EITHER: "either side"}


@cache
def _blocks(window: int, by: str, unit: str, scope: str) -> np.ndarray:
    """Transition counts of each pair: pairs x bands x (no move, bands)."""
    frame = answers(window, by, unit, scope)
    after = np.where(frame["answer"] > 0, 1 + BAND[frame["answer"]], 0)
    out = [
        transitions.counts(BAND[frame["severity"]], after, 4, 5, (frame["pair"] == p).to_numpy())[0]
        for p in dict.fromkeys(moves(unit, scope)["pair"])
    ]
    return np.array(out)


@cache
def _chance_shares(window: int, by: str, unit: str, scope: str) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the central 95% of each cell's share when the moves are dealt in random order."""
    drawn = _dealt(ORDER, by, unit, scope)
    after = drawn.within(window)
    table = transitions.counts(
        BAND[drawn.severity], np.where(after > 0, 1 + BAND[after], 0), 4, 5, drawn.followed(window, LAST)
    ).astype(float)
    whole = table.sum(axis=2, keepdims=True)
    shares = np.divide(table, whole, out=np.full_like(table, np.nan), where=whole > 0)
    empty = np.isnan(shares).all(axis=0)
    shares[:, empty] = 0.0
    low, high = np.nanpercentile(shares, [2.5, 97.5], axis=0)
    return low, high


def transition_table(
    window: int, by: str = OTHER, unit: str = ROWS, scope: str = ALL, interval: str = PAIRS
) -> pd.DataFrame:
    """Shares of what came next after incidents of each severity band.

    Parameters
    ----------
    window, by, unit, scope
        As in :func:`answers`.
    interval : str
        "dirichlet": Dirichlet posterior with Jeffreys' prior, incidents taken one by one. "pairs": bootstrap that draws
        whole pairs of states again.

    Returns
    -------
    pandas.DataFrame
        after (band of the incident), next (band or "no move"), count, n, share, low, high, and chance_low and
        chance_high: the central 95% of the share in 1,000 random orders.
    """
    blocks = _blocks(window, by, unit, scope)
    table = blocks.sum(axis=0)
    low, high = transitions.dirichlet(table) if interval == DIRICHLET else transitions.bootstrap(blocks)
    chance_low, chance_high = _chance_shares(window, by, unit, scope)
    whole = table.sum(axis=1)
    out = [
        (
            BANDS[i],
            (NONE, *BANDS)[j],
            int(table[i, j]),
            int(whole[i]),
            table[i, j] / whole[i] if whole[i] else np.nan,
        )
        + (low[i, j], high[i, j], chance_low[i, j], chance_high[i, j])
        for i in range(4)
        for j in range(5)
    ]
    columns = ["after", "next", "count", "n", "share", "low", "high", "chance_low", "chance_high"]
    return pd.DataFrame(out, columns=columns)


def _overall(
    window: int, by: str, unit: str, scope: str, interval: str
) -> dict[str, tuple[int, int, float, float]]:
    """(k, n, low, high) of the shares answered and answered at a higher severity."""
    frame = answers(window, by, unit, scope)
    out = {}
    for what in ("answered", "higher"):
        k, n = int(frame[what].sum()), len(frame)
        if interval == DIRICHLET:
            low, high = (x[0] for x in transitions.dirichlet(np.array([k, n - k])))
        else:
            yes = frame.groupby("pair")[what].agg(["sum", "size"])
            blocks = np.stack([yes["sum"], yes["size"] - yes["sum"]], axis=1)[:, None, :]
            low, high = (x[0, 0] for x in transitions.bootstrap(blocks))
        out[what] = (k, n, float(low), float(high))
    return out


def _said(k: int, n: int, low: float, high: float) -> str:
    return f"{k / n:.0%} ({k} of {n}; {low * 100:.0f}–{high * 100:.0f}%)" if n else "no cases (0 of 0)"


def what_next(
    window: int = 365, by: str = OTHER, unit: str = ROWS, scope: str = ALL, interval: str = PAIRS
) -> View:
    """The transition matrix: rows the severity of an incident, columns what came next within the window."""
    frame = transition_table(window, by, unit, scope, interval)
    grid = frame.pivot(index="after", columns="next", values="share").reindex(
        index=BANDS, columns=[NONE, *BANDS]
    )
    cells, hover = {}, {}
    for r in frame.itertuples():
        near = 1e-12
        mark = "▲" if r.share > r.chance_high + near else "▼" if r.share < r.chance_low - near else ""
        ends = f'<span style="font-size:10px">{r.low * 100:.0f}–{r.high * 100:.0f}</span>'
        cells[r.after, r.next] = f"<b>{r.share:.0%}</b><br>{ends}<br>{mark}" if r.n else ""
        hover[r.after, r.next] = (
            f"{r.count} of {r.n}; interval {r.low:.0%} to {r.high:.0%}; random order {r.chance_low:.0%} to {r.chance_high:.0%}"
        )
    sizes = frame.groupby("after")["n"].first()
    # a category named "3" and the third place are one to plotly: names with words keep them apart
    ways, states = ["none", *(f"next {b}" for b in BANDS)], [f"after {b}" for b in BANDS]
    figure = figures.heatmap(
        grid.set_axis(ways, axis=1).set_axis(states), percent=True, lo=0, hi=1, height=430
    )
    figure.data[0].update(
        text=[[cells[b, c] for c in (NONE, *BANDS)] for b in BANDS],
        customdata=[[hover[b, c] for c in (NONE, *BANDS)] for b in BANDS],
        textfont={"size": 13},
        showscale=False,
    )
    figure.update_xaxes(
        title={"text": "what came next"}, tickvals=ways, ticktext=["none", *BANDS], tickangle=0
    )
    labels = [f"{state}<br>n={sizes[b]}" for state, b in zip(states, BANDS, strict=True)]
    figure.update_yaxes(tickvals=states, ticktext=labels, tickfont={"size": 13})
    overall = _overall(window, by, unit, scope, interval)
    drawn = _dealt(ORDER, by, unit, scope)
    ok = drawn.followed(window, LAST)
    after = drawn.within(window)
    n = ok.sum(axis=1)
    ends = {
        "answered": np.percentile(((after > 0) & ok).sum(axis=1) / n, [2.5, 97.5]),
        "higher": np.percentile(((after > drawn.severity) & ok).sum(axis=1) / n, [2.5, 97.5]),
    }
    said = {k: f"{a * 100:.0f}–{b * 100:.0f}%" for k, (a, b) in ends.items()}
    takeaway = (
        f"Within {window} days {WHO[by]} moved next in {_said(*overall['answered'])} of the cases, and at a higher severity in "
        f"{_said(*overall['higher'])}; the same moves dealt in random order give {said['answered']} and {said['higher']}."
    )
    table = frame.assign(
        **{c: frame[c].round(3) for c in ("share", "low", "high", "chance_low", "chance_high")}
    )
    left = len(moves(unit, scope)) - overall["answered"][1]
    caveat = (
        f"“Next” is the first to start on a later day, which is not the same as an answer: no one knows why it was done. {left} "
        "moves lie too near the end of 2020 to be followed this long and are left out. Several incidents can share one "
        "next move. " + SCOPE
    )
    return View(figure, takeaway, table, caveat, SOURCES)


WINDOW = choice([(f"{w} days", w) for w in WINDOWS], default=365, label="Window")
UNIT = choice([("each row", ROWS), ("rows of one day joined", JOINED)], label="Unit")
PAIRS_CHOICE = choice([("all pairs", ALL), ("both sides recorded", BOTH)], label="Pairs")

what_came_next = Exhibit(
    "what_came_next",
    "What came next?",
    what_next,
    window=WINDOW,
    by=choice(
        [("the other side", OTHER), ("the same side", SAME), ("either side", EITHER)], label="Next move by"
    ),
    unit=UNIT,
    scope=PAIRS_CHOICE,
    interval=choice(
        [("pairs drawn whole", PAIRS), ("each move by itself", DIRICHLET)],
        label="Interval",
        help="what is taken as independent",
    ),
)


# ---------------------------------------------------------------- what chance alone gives

STATISTICS = {
    "answered": "share followed by a move of the other side",
    "higher": "share followed by a more severe one",
    "climb": "share more severe, among those followed,",
    "match": "correlation of the two severities",
}


def _statistic(name: str, found: transitions.Next, window: int) -> np.ndarray:
    """A statistic in each draw; nan where no move is followed by another."""
    ok = np.atleast_2d(found.followed(window, LAST))
    after = np.atleast_2d(found.within(window)) * ok
    before = np.atleast_2d(found.severity)
    if name == "match":
        return transitions.correlation(before, after, after > 0)
    top = {"answered": after > 0, "higher": after > before, "climb": after > before}[name].sum(axis=1)
    bottom = (after > 0).sum(axis=1) if name == "climb" else ok.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


@cache
def chance_test(statistic: str, how: str, window: int, unit: str = ROWS, scope: str = ALL) -> dict:
    """A statistic as recorded and in 1,000 shuffles.

    Parameters
    ----------
    statistic : str
        "answered", "higher", "climb" or "match"; see :data:`STATISTICS`.
    how : str
        "order", "clock" or "severity"; see :func:`transitions.shuffled`.
    window, unit, scope
        As in :func:`answers`.

    Returns
    -------
    dict
        observed, drawn (array), low, high (central 95%), p (two-sided).

    Raises
    ------
    ValueError
        Another statistic.
    """
    if statistic not in STATISTICS:
        raise ValueError(f"statistic: {statistic!r} is not one of {', '.join(STATISTICS)}")
    observed = float(_statistic(statistic, _dealt("", OTHER, unit, scope), window)[0])
    drawn = _statistic(statistic, _dealt(how, OTHER, unit, scope), window)
    known = drawn[~np.isnan(drawn)]
    low, high = np.percentile(known, [2.5, 97.5]) if len(known) else (np.nan, np.nan)
    return {
        "observed": observed,
        "drawn": drawn,
        "low": float(low),
        "high": float(high),
        "p": transitions.p_value(observed, drawn),
    }


def chance(
    statistic: str = "answered", how: str = ORDER, window: int = 365, unit: str = ROWS, scope: str = ALL
) -> View:
    """What the same moves give when chance deals them, and where the record lies."""
    test = chance_test(statistic, how, window, unit, scope)
    observed, known = test["observed"], test["drawn"][~np.isnan(test["drawn"])]
    rate = statistic != "match"

    def text(x: float) -> str:
        return f"{x:.1%}" if rate else f"{x:.2f}".replace("-", "−")

    if np.isnan(observed) or not len(known):
        message = "No incident is followed by one of the other side in this window."
        return View(figures.empty(message), message, pd.DataFrame(), SCOPE, SOURCES)
    flat = np.ptp(known) < 1e-12
    step = max((max(known.max(), observed) - min(known.min(), observed)) / 30, 0.002)
    if statistic in ("answered", "higher"):  # a bin holds a whole number of incidents, so none is favoured
        each = 1 / len(answers(window, OTHER, unit, scope))
        step = each * max(1, round(step / each))
        start = min(known.min(), observed) - each / 2
    else:
        start = min(known.min(), observed) - step / 2
    places = np.floor((known - start) / step).astype(int)
    counts = np.bincount(places)
    centres = start + (np.arange(len(counts)) + 0.5) * step
    inside = (centres >= test["low"] - step / 2) & (centres <= test["high"] + step / 2)
    figure = figures.new(
        400,
        bargap=0.05,
        xaxis={
            "title": {"text": figures.plain(STATISTICS[statistic].rstrip(","), width=26)},
            "tickformat": ".0%" if rate else ".1f",
        },
        yaxis={"title": {"text": f"of {len(known):,} shuffles"}, "rangemode": "tozero"},
    )
    for label, keep, colour, pattern in (
        ("central 95%", inside, figures.COLOURS[5], ""),
        ("outer 5%", ~inside, figures.SOFT_INK, "/"),
    ):
        if keep.any() and counts[keep].sum():
            figure.add_trace(
                {
                    "type": "bar",
                    "x": centres[keep].tolist(),
                    "y": counts[keep].tolist(),
                    "width": step,
                    "name": label,
                    "marker": {
                        "color": colour,
                        "pattern": {"shape": pattern},
                        "line": {"color": figures.PAPER, "width": 0.5},
                    },
                    "hovertemplate": "%{y} shuffles near %{x}<extra></extra>",
                }
            )
    if flat:
        figure.update_traces(width=0.01)
        figure.update_xaxes(range=[max(0, observed - 0.1), observed + 0.1])
    figure.add_trace(
        {
            "type": "scatter",
            "x": [observed, observed],
            "y": [0, float(counts.max()) * 1.08],
            "mode": "lines+markers",
            "name": f"as recorded: {text(observed)}",
            "line": {"color": figures.COLOURS[1], "width": 3},
            "marker": {"symbol": "diamond", "size": 10},
            "hovertemplate": f"as recorded: {text(observed)}<extra></extra>",
        }
    )
    lead = f"As recorded, within {window} days, the {STATISTICS[statistic]} is {text(observed)}"
    if flat:
        takeaway = f"{lead}; this shuffle cannot change it, because who moved and when stays as it was."
    else:
        verdict = (
            "more than chance gives"
            if observed > test["high"]
            else "less than chance gives"
            if observed < test["low"]
            else "about what chance gives"
        )
        takeaway = (
            f"{lead}, {verdict}: 95% of {len(known):,} shuffles lie between {text(test['low'])} and {text(test['high'])} "
            f"(two-sided p = {test['p']:.2g})."
        )
    quantiles = {"lowest": 0, "2.5%": 2.5, "25%": 25, "median": 50, "75%": 75, "97.5%": 97.5, "highest": 100}
    table = pd.DataFrame(
        [
            ("as recorded", observed),
            *((k, float(np.percentile(known, q))) for k, q in quantiles.items()),
            ("p-value", test["p"]),
        ],
        columns=["of the shuffles", "value"],
    ).round(4)
    caveat = (
        "A shuffle answers one question: could this come about if the thing that was shuffled did not matter? It keeps how "
        "often each side is recorded and so cannot see a side that was silent because it had been deterred. With many "
        "settings to try, one in twenty will look unusual by luck. " + SCOPE
    )
    return View(figure, takeaway, table, caveat, SOURCES)


chance_alone = Exhibit(
    "chance_alone",
    "What would chance alone give?",
    chance,
    statistic=choice(
        [
            ("followed by the other side", "answered"),
            ("followed, more severe", "higher"),
            ("more severe, of those followed", "climb"),
            ("severities go together", "match"),
        ],
        label="Measure",
    ),
    how=choice(
        [("order of the moves", ORDER), ("one side's calendar", CLOCK), ("severities only", SEVERITY)],
        label="Shuffle",
    ),
    window=WINDOW,
    unit=UNIT,
    scope=PAIRS_CHOICE,
)


# ---------------------------------------------------------------- restraint

HELD = {
    "answered": "followed by the other side",
    "higher": "followed by a more severe move",
    "paired": "answered, as the authors pair it",
    "low": "severity 1 to 3",
    "high": "severity 5 or 6",
    "achieved": "objective achieved",
    "concession": "concession by the target",
}
WORDS = {
    "answered": "were followed by a move of the other side",
    "higher": "were followed by a more severe move of the other side",
    "paired": "are paired by the authors with an action of the other side that starts",
    "low": "have a severity of 1 to 3",
    "high": "have a severity of 5 or 6",
    "achieved": "are coded as having reached their objective",
    "concession": "are coded as having won a concession",
}
GROUPINGS = {
    "period": "years",
    "objective": "objective",
    "initiator": "initiator",
    "target_type": "kind of target",
}


@cache
def paired() -> pd.DataFrame:
    """The authors' own pairing: each action with the other side's action that they set beside it.

    Returns
    -------
    pandas.DataFrame
        Indexed by action_id: the first row's columns, ``year``, ``answer`` (severity of the second row, 0 for none),
        ``answer_on``, ``wait`` (days from the first to the second start; negative when the second is dated earlier),
        ``flag`` (either row marked as escalation in cyberspace). Two numbers without a first action are left out.
    """
    rows = (
        load("dcid_actions")
        .set_index("action_id")
        .astype({"method": str, "objective": str, "target_type": str})
    )
    one, two = rows[rows["n"] == 1].copy(), rows[rows["n"] == 2]
    one["year"] = one["start_on"].dt.year
    one["answer"] = two["severity"].reindex(one.index).astype(int)
    one["answer_on"] = two["start_on"].reindex(one.index)
    one["wait"] = (one["answer_on"] - one["start_on"]).dt.days
    one["flag"] = one["cyber_escalation"] | two["cyber_escalation"].reindex(one.index)
    one = one.rename(columns={"target_iso3": "receiver_iso3"})
    one["severity"] = one["severity"].astype(int)
    return one[one["severity"] > 0]


def held(measure: str, window: int = 365) -> pd.DataFrame:
    """The rows that a measure of restraint is about, with ``yes`` for those that have it.

    Parameters
    ----------
    measure : str
        One of :data:`HELD`.
    window : int
        Days, for "answered", "higher" and "paired"; rows that cannot be followed that long are left out. For "paired"
        the second action must be dated 0 to ``window`` days after the first.

    Returns
    -------
    pandas.DataFrame
        year, initiator_iso3, receiver_iso3, objective, target_type, severity, yes.

    Raises
    ------
    ValueError
        Another measure.
    """
    if measure not in HELD:
        raise ValueError(f"measure: {measure!r} is not one of {', '.join(HELD)}")
    if measure in ("answered", "higher"):
        frame = answers(window)
        yes = frame[measure]
    elif measure == "paired":
        frame = paired()
        frame = frame[frame["start_on"] + pd.Timedelta(days=window) <= END]
        yes = (frame["answer"] > 0) & frame["wait"].between(0, window)
    else:
        frame = record()
        yes = {
            "low": frame["severity"] <= 3,
            "high": frame["severity"] >= 5,
            "achieved": frame["objective_achieved"],
            "concession": frame["concession"],
        }[measure]
    columns = ["year", "initiator_iso3", "receiver_iso3", "objective", "target_type", "severity"]
    return frame[columns].assign(yes=yes.astype(bool).to_numpy())


def _groups(frame: pd.DataFrame, by: str) -> list[tuple[str, pd.DataFrame]]:
    if by == "period":
        years_of = [(f"{a}–{b % 100:02d}", (a, b)) for a, b in PERIODS]
        return [(label, frame[frame["year"].clip(upper=2020).between(*ends)]) for label, ends in years_of]
    if by == "objective":
        return [(o, frame[frame["objective"] == o]) for o in OBJECTIVES]
    if by == "target_type":
        return [(t, frame[frame["target_type"] == t]) for t in TARGETS]
    top = frame["initiator_iso3"].value_counts()
    top = sorted(top.index, key=lambda c: (-top[c], c))[:8]
    named = [(country(c), frame[frame["initiator_iso3"] == c]) for c in top]
    rest = frame[~frame["initiator_iso3"].isin(top)]
    return [*named, ("all others", rest)] if len(rest) else named


def restraint(measure: str = "answered", by: str = "period", window: int = 365, receiver: str = ALL) -> View:
    """A measure of restraint by years, objective, initiator or kind of target, with Wilson intervals."""
    frame = held(measure, window)
    if receiver != ALL:
        frame = frame[frame["receiver_iso3"] == receiver]
    rows = [
        (label, int(part["yes"].sum()), len(part), *wilson(int(part["yes"].sum()), len(part)))
        for label, part in _groups(frame, by)
        if len(part)
    ]
    table = pd.DataFrame(rows, columns=[GROUPINGS[by], "count", "n", "low", "high"])
    if table.empty:
        message = "No incident fits this selection."
        return View(figures.empty(message), message, table, SCOPE, ("dcid_incidents", "dcid_actions"))
    table.insert(3, "share", table["count"] / table["n"])
    k, n = int(frame["yes"].sum()), len(frame)
    figure = figures.bars(table, GROUPINGS[by], "share", "low", "high", label=HELD[measure], percent=True)
    labels = [
        f"{figures.plain(g, width=13)}<br>n={m}"
        for g, m in zip(table[GROUPINGS[by]], table["n"], strict=True)
    ]
    figure.update_layout(height=max(280, 120 + 52 * len(table)))
    figure.update_yaxes(tickvals=list(range(len(labels))), ticktext=labels, tickfont={"size": 13})
    top = figure.layout.xaxis.range[1]
    figure.update_xaxes(
        range=[0, top * 1.08], nticks=4, tickangle=0, title={"text": figures.plain(HELD[measure], width=20)}
    )
    whom = "" if receiver == ALL else f" (target: {country(receiver)})"
    timed = f" within {window} days" if measure in ("answered", "higher", "paired") else ""
    takeaway = f"{share(k, n)} of the incidents{whom} {WORDS[measure]}{timed}"
    if by == "period":
        from cyberdip_utils.rank import spearman

        trend = spearman(frame["year"].to_numpy(float), frame["yes"].to_numpy(float))
        takeaway += f"; rank correlation with the year: {trend}."
    else:
        best, least = table.loc[table["share"].idxmax()], table.loc[table["share"].idxmin()]
        takeaway += (
            f"; from {share(int(least['count']), int(least['n']))} for {least[GROUPINGS[by]]} to "
            f"{share(int(best['count']), int(best['n']))} for {best[GROUPINGS[by]]}."
            if len(table) > 1
            else "."
        )
    caveat = (
        "Recent years are watched more closely and known for a shorter time: what was hidden in 2019 may not have come out when "
        "the record closed. " + SCOPE
    )
    if measure == "paired":
        caveat = (
            "The rule by which the authors pair two actions is in a codebook that we could not obtain. "
            + caveat
        )
    return View(figure, takeaway, table.round(3), caveat, ("dcid_incidents", "dcid_actions"))


@cache
def _receivers() -> tuple[tuple[str, str], ...]:
    counts = record()["receiver_iso3"].value_counts()
    chosen = [c for c in counts.index if counts[c] >= 15]
    return tuple(sorted((country(c), c) for c in chosen))


restraint_over_time = Exhibit(
    "restraint_over_time",
    "How restrained has it been?",
    restraint,
    measure=choice([(v, k) for k, v in HELD.items()], label="Measure"),
    by=choice([(v, k) for k, v in GROUPINGS.items()], label="Compare by"),
    window=WINDOW,
    receiver=choice(lambda: [("any", ALL), *_receivers()], label="Target"),
)


# ---------------------------------------------------------------- findings and checks


def finding_record() -> str:
    """How large the record is, how low its severity, and how one-sided its pairs."""
    frame = record()
    n, low, high = len(frame), int((frame["severity"] <= 3).sum()), int((frame["severity"] >= 5).sum())
    pairs, both = frame["pair"].nunique(), len(two_sided())
    return (
        f"DCID 2.0 codes {n} incidents in {pairs} pairs of rivals. Severity is 3 or less in {share(low, n)} and 5 or more in "
        f"{share(high, n)}; the highest is {frame['severity'].max()} on a scale to 10. In {pairs - both} of the {pairs} pairs "
        f"only one side, or neither, is ever recorded as initiator."
    )


def _chance_ends(statistic: str, how: str, window: int, unit: str = ROWS) -> dict[str, float]:
    """Observed value and the ends of the central 95% of :func:`chance_test`, over all pairs."""
    test = chance_test(statistic, how, window, unit)
    return {k: float(test[k]) for k in ("observed", "low", "high")}


def _overall_ends(unit: str) -> dict[str, tuple[int, int, float, float]]:
    """:func:`_overall` within a year by the other side, with intervals that draw pairs whole."""
    overall = _overall(365, OTHER, unit, ALL, PAIRS)
    return {key: (int(k), int(n), float(low), float(high)) for key, (k, n, low, high) in overall.items()}


def finding_trend() -> str:
    """Whether severity climbs with the years, over all pairs and inside them."""
    frame = record()
    inside = frame.assign(severity=frame["severity"] - frame.groupby("pair")["severity"].transform("mean"))
    later = frame["year"] >= 2013
    means = [frame.loc[k, "severity"].mean() for k in (~later, later)]
    return (
        f"Rank correlation of severity with the date: {_trend(frame)}; measured from each pair's own mean: {_trend(inside)}. Mean "
        f"severity is {means[0]:.2f} up to 2012 ({int((~later).sum())} incidents) and {means[1]:.2f} from 2013 ({int(later.sum())})."
    )


def finding_next() -> str:
    """How often the other side moved next within a year, and what chance gives."""
    said = []
    for unit, words in ((ROWS, "each row"), (JOINED, "rows of one day joined")):
        overall = _overall_ends(unit)
        ends = [_chance_ends(s, ORDER, 365, unit) for s in ("answered", "higher")]
        said.append(
            f"{words}: {_said(*overall['answered'])} followed by the other side (random order {ends[0]['low']:.0%} to "
            f"{ends[0]['high']:.0%}), {_said(*overall['higher'])} by a more severe move (random order {ends[1]['low']:.0%} to "
            f"{ends[1]['high']:.0%})"
        )
    return f"Within a year, with intervals that draw pairs whole. {'; '.join(said)}."


def finding_chance() -> str:
    """How many of the settings lie outside the central 95% of their shuffles, and on which side."""
    more = less = total = 0
    for statistic in STATISTICS:
        for how in transitions.SHUFFLES:
            if how == SEVERITY and statistic == "answered":
                continue
            for window in WINDOWS:
                test = _chance_ends(statistic, how, window)
                total += 1
                more += test["observed"] > test["high"]
                less += test["observed"] < test["low"]
    return (
        f"Over {total} combinations of measure, shuffle and window (each row, all pairs), the record lies above the central "
        f"95% of the shuffles in {more} and below it in {less}; luck alone would put about {0.05 * total:.0f} outside."
    )


def finding_busy() -> str:
    """Moves of the United States and of China, in all their pairs, that were followed within a year, beside what turned calendars give."""
    recorded, drawn = (_dealt(how, OTHER, ROWS, ALL) for how in ("", CLOCK))
    initiators = moves()["initiator_iso3"].to_numpy()
    said = []
    for who in ("USA", "CHN"):
        kept, dealt = (x.followed(365, LAST) & (initiators == who) for x in (recorded, drawn))
        k, n = int((recorded.within(365) > 0)[kept].sum()), int(kept.sum())
        low, high = np.percentile(
            ((drawn.within(365) > 0) & dealt).sum(axis=1) / dealt.sum(axis=1), [2.5, 97.5]
        )
        said.append(
            f"{country(who)} {share(k, n)}, with one side's calendar turned at random {low:.0%} to {high:.0%}"
        )
    return f"Moves followed by the other side within a year, by initiator: {'; '.join(said)}."


def finding_paired() -> str:
    """What the authors' own pairing says, and how it is dated."""
    frame = paired()
    both = frame[frame["answer"] > 0]
    higher = int((both["answer"] > both["severity"]).sum())
    earlier, year = int((both["wait"] < 0).sum()), int(both["wait"].between(0, 365).sum())
    return (
        f"The authors set an action of the other side beside {share(len(both), len(frame))} of the actions. It is more severe in "
        f"{share(higher, len(both))} of these, while the column for escalation is set in {int(frame['flag'].sum())} cases. Of the "
        f"{len(both)}, {earlier} are dated before the action that they stand beside and {year} within a year after it."
    )


def finding_doctrine() -> str:
    """The record of the United States as target before and since the doctrine of 2018."""
    frame = held("answered", 365)
    frame = frame[frame["receiver_iso3"] == "USA"]
    new = frame["year"] >= NEW_DOCTRINE
    k1, n1, k2, n2 = (
        int(x) for x in (frame.loc[new, "yes"].sum(), new.sum(), frame.loc[~new, "yes"].sum(), (~new).sum())
    )
    gap, low, high = transitions.difference(k1, n1, k2, n2)
    points = [f"{100 * x:+.0f}".replace("-", "−") for x in (gap, low, high)]
    against = record()[record()["receiver_iso3"] == "USA"]
    late = against["year"] >= NEW_DOCTRINE
    graver = [int((part["severity"] >= 4).sum()) for part in (against[~late], against[late])]
    return (
        f"Incidents against the United States that were followed within a year by one of its own: {share(k2, n2)} before "
        f"2018, {share(k1, n1)} in 2018 and 2019 (later ones cannot be followed for a year). The difference is "
        f"{points[0]} percentage points (95% interval {points[1]} to {points[2]}). Of the incidents against it, "
        f"{share(graver[0], int((~late).sum()))} were of severity 4 or more before 2018 and "
        f"{share(graver[1], int(late.sum()))} since."
    )


def finding_concessions() -> str:
    """Objectives achieved and concessions, by objective."""
    frame = record()
    parts = []
    for objective in OBJECTIVES:
        rows = frame[frame["objective"] == objective]
        parts.append(f"{objective} {int(rows['concession'].sum())} of {len(rows)}")
    given = frame[frame["concession"]]
    return (
        f"The objective is coded as achieved in {share(int(frame['objective_achieved'].sum()), len(frame))} of the incidents and a "
        f"concession in {share(len(given), len(frame))}: {', '.join(parts)}. In {int(given['initiator_iso3'].isin(['USA']).sum())} of the "
        f"{len(given)} concessions the initiator is coded as the United States."
    )


def _check_raised(answer: object) -> Verdict:
    frame = paired()
    both = frame[frame["answer"] > 0]
    right = float((both["answer"] > both["severity"]).mean())
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "You divided by all numbers. Keep those in which both sides acted: both severities above 0.": float(
                (both["answer"] > both["severity"]).sum() / 431
            ),
            "You divided by all first actions. Keep those in which the second severity is above 0 as well.": float(
                (both["answer"] > both["severity"]).sum() / len(frame)
            ),
            "That counts answers of equal severity as raised. Use > and not >=.": float(
                (both["answer"] >= both["severity"]).mean()
            ),
            "That is the share lowered. The question asks for the share raised.": float(
                (both["answer"] < both["severity"]).mean()
            ),
            "That is the number of cases. Divide by the number in which both sides acted.": float(
                (both["answer"] > both["severity"]).sum()
            ),
            "That is a percentage. Give a number between 0 and 1.": right * 100,
        },
        hint="Pivot dcid_actions by action_id and n, keep the rows in which both severities are above 0, and compare them.",
    )


CHECKS = {"raised": _check_raised}
