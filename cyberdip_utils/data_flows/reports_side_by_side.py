"""Two reports side by side, and a report beside freedom scores (exhibits of chapter 4.4).

All counts are what a company publishes, by its own rule. Reports are never added up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data_flows import company_reports as reports
from cyberdip_utils.data_flows.asking import (
    ANY,
    AS_ZERO,
    GIVEN,
    INCOME,
    LEAVE,
    NOTHING,
    RATE,
    REQUESTS,
    SCORES,
    SHORT,
    agreements,
    asked,
    correlation,
    leave_one_out,
    over_time,
    rank_agreement,
)
from cyberdip_utils.data_flows.asking_words import (
    asker,
    axis_of,
    covered,
    far_apart,
    in_words,
    label_of,
    often,
    on_years,
    options,
    ratio_of,
    rho_of,
    sides,
    years_of,
)
from cyberdip_utils.data_flows.company_reports import (
    FEWEST,
    REPORTS,
    STATE_REPORTS,
    YEARS,
    pairs,
    rows,
)
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, switch, years
from cyberdip_utils.rank import RESAMPLES, Rho, spearman

# ---------------------------------------------------------------- company reports compared

PAIR, STATE, ALL_PAIRS = "pair", "state", "all"


def _definitions(first: str, second: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    out = []
    for key in dict.fromkeys((first, second)):
        r, (a, b) = REPORTS[key], reports.span(key)
        every = "by year" if any(len(h) == 4 for h in rows(key)["half"]) else "by half-year"
        names = f"It names {r.item}, counted apart." if r.item else "What it names is not counted."
        out.append(f"**{r.label}** ({a} to {b}, {every}). {r.counts} {names}")
    links = dict([REPORTS[first].source, REPORTS[second].source])
    return "\n\n".join(out), tuple(links.items())


def _scatter(first: str, second: str, between: tuple[int, int], each: bool, state: str) -> tuple:
    if first == second:
        message = "Choose two different reports to compare."
        return figures.empty(message), pd.DataFrame(columns=["asker"]), message
    frame = pairs(first, second, between, each)
    both = frame[(frame > 0).all(axis=1)]
    names = {"first": REPORTS[first].label, "second": REPORTS[second].label}
    unit = "per million users a year" if each else "requests"
    table = frame.round(3).fillna(0).sort_values("first", ascending=False).rename(columns=names)
    table = table.set_axis([asker(c) for c in table.index]).rename_axis("asker").reset_index()
    only = [
        int(((frame[a] > 0) & ~(frame[b] > 0)).sum()) for a, b in (("first", "second"), ("second", "first"))
    ]
    silent = f"{only[0]} are in the first only, {only[1]} in the second only"
    if both.empty:
        message = f"No asker is in both reports in the periods that both cover; {silent}."
        return figures.empty(message), table, message
    ratio = both["first"] / both["second"]
    figure = figures.new(
        480,
        xaxis={"type": "log", "title": {"text": f"{names['first']} ({unit})"}, "dtick": 1},
        yaxis={"type": "log", "title": {"text": f"{names['second']} ({unit})"}, "dtick": 1},
    )
    low, high = float(both.min().min()), float(both.max().max())
    figure.add_trace(
        {
            "type": "scatter",
            "x": [low, high],
            "y": [low, high],
            "mode": "lines",
            "name": "as many in both",
            "line": {"color": figures.SOFT_INK, "dash": "dot", "width": 1.5},
            "hoverinfo": "skip",
        }
    )
    shown = far_apart(np.log10(both["first"]), np.log10(both["second"]))
    side = dict(zip(both.index, sides(np.log10(both["first"])), strict=True))
    for chosen, part in both.groupby(both.index == state):
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["first"].tolist(),
                "y": part["second"].tolist(),
                "mode": "markers+text",
                "name": country(state) if chosen else f"askers in both ({len(both)})",
                "text": [asker(c) if c in shown or chosen else "" for c in part.index],
                "textposition": [side[c] for c in part.index],
                "cliponaxis": False,
                "marker": {
                    "symbol": "star" if chosen else "circle",
                    "size": 15 if chosen else 9,
                    "color": figures.COLOURS[1 if chosen else 0],
                    "opacity": 0.85,
                    "line": {"width": 1},
                },
                "hovertext": [
                    f"{asker(c)}: {x:,.3g} and {y:,.3g}"
                    for c, x, y in zip(part.index, part["first"], part["second"], strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    rho = rank_agreement(first, second, between, each)
    ends = np.percentile(ratio, [10, 90])
    said = (
        f"{len(both)} {'asker is' if len(both) == 1 else 'askers are'} in both reports, {silent}. Their orders have {rho_of(rho)}; for "
        f"each request in the second there are {ratio_of(ratio.median())} in the first (median; middle 80% of askers "
        f"{ratio_of(ends[0])} to {ratio_of(ends[1])})."
    )
    if state in both.index:
        said += f" {country(state)}: {ratio_of(ratio[state])}."
    elif state != ANY:
        said += f" {country(state)} is not in both."
    return figure, table, said


def _one_state(first: str, second: str, between: tuple[int, int], each: bool, state: str) -> tuple:
    code = "USA" if state == ANY else state
    out = []
    for key in dict.fromkeys((first, second)):
        frame = over_time(key, RATE if each else REQUESTS, between, code)
        out.append(frame[frame["who"] == code].assign(report=REPORTS[key].label))
    drawn = pd.concat(out)
    label = "per million users a year" if each else "requests in the period"
    table = drawn[["half", "report", "value"]].round(3)
    table = table.rename(columns={"half": "period", "value": label})
    seen = drawn[drawn["value"] > 0]
    if seen.empty:
        message = f"{country(code)} has no request in these reports in {years_of(between)}."
        return figures.empty(message), table, message
    figure = figures.lines(seen, "at", "value", "report", label=f"{label} (log)")
    figure.update_layout(
        yaxis={"type": "log", "dtick": 1, "rangemode": "normal"},
        title={"text": country(code), "font": {"size": 15}, "x": 0.01, "y": 0.99, "yanchor": "top"},
        margin={"t": 60},
    )
    changes = list(dict.fromkeys(c for key in (first, second) for c in REPORTS[key].changes))
    inside = [c for c in changes if seen["at"].min() <= c[0] <= seen["at"].max()]
    on_years(figures.mark_changes(figure, inside), seen["at"].min(), seen["at"].max())
    figure.update_annotations(y=0.14)  # the lines run along the top
    common = reports.common(first, second, between)
    mine = (
        common.xs(code, level="asker") if code in common.index.get_level_values("asker") else common.iloc[:0]
    )
    mine = mine.dropna()
    mine = mine[(mine > 0).all(axis=1)]
    if first == second or len(mine) < 4:
        words = (
            f"the two reports share {len(mine)} periods with requests, too few to compare"
            if first != second
            else "one report only"
        )
        return figure, table, f"{country(code)}: {words}."
    ratio = mine["first"] / mine["second"]
    together = spearman(mine["first"], mine["second"])
    said = (
        f"{country(code)}: in {len(mine)} common periods there are between {ratio_of(ratio.min())} and {ratio_of(ratio.max())} requests "
        f"in {REPORTS[first].label} for each one in {REPORTS[second].label}; over time the two have {rho_of(together)}."
    )
    return figure, table, said


def _all_pairs(first: str, second: str, between: tuple[int, int], each: bool, state: str) -> tuple:
    values, ns = agreements(between, each)
    grid = values.set_axis(list(SHORT.values())).set_axis(list(SHORT.values()), axis=1)
    figure = figures.heatmap(
        grid.round(2), "rank correlation", scale=figures.DIVERGING[::-1], lo=-1, hi=1, height=460
    )
    figure.update_layout(xaxis={"tickangle": -60}, margin={"r": 4})
    words = [
        ["" if np.isnan(v) else f"{v:.2f}".replace("0.", ".").replace("-", "−") for v in row]
        for row in grid.to_numpy()
    ]
    figure.update_traces(showscale=False, text=words, textfont={"size": 12}, selector={"type": "heatmap"})
    upper = values.where(np.triu(np.ones(values.shape, dtype=bool), 1)).stack().dropna()
    table = pd.DataFrame(
        {
            "first report": [REPORTS[a].label for a, _ in upper.index],
            "second report": [REPORTS[b].label for _, b in upper.index],
            "rank correlation": upper.round(2).to_numpy(),
            "askers in both": [int(ns.loc[a, b]) for a, b in upper.index],
        }
    ).sort_values("rank correlation", ascending=False, ignore_index=True)
    if upper.empty:
        message = "No two reports have eight askers in common here."
        return figures.empty(message), table, message
    rho = rank_agreement(first, second, between, each)
    low, high = upper.idxmin(), upper.idxmax()
    said = (
        f"Of {len(upper)} pairs of reports with at least eight askers in common, the orders agree most for "
        f"{REPORTS[high[0]].label} and {REPORTS[high[1]].label} ({upper[high]:.2f}, n = {int(ns.loc[high])}) and least for "
        f"{REPORTS[low[0]].label} and {REPORTS[low[1]].label} ({upper[low]:.2f}, n = {int(ns.loc[low])}); the chosen two: {rho}."
    )
    return figure, table, said.replace("(-", "(−")


COMPARED = {PAIR: _scatter, STATE: _one_state, ALL_PAIRS: _all_pairs}


def compare(
    first: str = "apple_account",
    second: str = "google_removal",
    picture: str = PAIR,
    each: bool = False,
    between: tuple[int, int] = YEARS,
    state: str = ANY,
) -> View:
    """Two reports side by side; parameters as the controls of ``reports_compared``."""
    between = tuple(between)
    figure, table, said = COMPARED[picture](first, second, between, each, state)
    periods = reports.common(first, second, between).attrs["periods"]
    when = f"{periods[0]} to {periods[-1]}" if periods else "no common period"
    caveat = f"Only periods that both cover are compared ({when}). A ratio is not an error of either: the two count different things."
    if picture != STATE:
        caveat += (
            " Large states ask more of everyone, so orders by count agree for that reason alone."
            if not each
            else " Both sides are divided by the same number of users, which by itself makes them agree."
        )
        caveat += f" Intervals: {RESAMPLES:,} bootstrap samples of the askers in both; those in one report only are left out."
    if picture == ALL_PAIRS:
        caveat += " A is Apple, G Google, GH GitHub; an empty cell has fewer than eight askers in common."
    sources = dict.fromkeys([REPORTS[first].table, REPORTS[second].table])
    if picture == ALL_PAIRS:
        sources = {"data_requests": None, "removal_requests": None}
    detail, links = _definitions(first, second)
    return View(
        figure,
        said if picture == STATE else f"{REPORTS[first].label} and {REPORTS[second].label}: {said}",
        table,
        caveat,
        (*sources, *(("internet_users", "states") if each else ())),
        detail=detail,
        links=links,
    )


reports_compared = Exhibit(
    "reports_compared",
    "Do company reports tell the same story?",
    compare,
    first=choice(options(REPORTS), label="First report"),
    second=choice(options(REPORTS), default="google_removal", label="Second report"),
    picture=choice(
        [
            ("All askers, two reports", PAIR),
            ("One state over time", STATE),
            ("All pairs of reports", ALL_PAIRS),
        ],
        label="Picture",
    ),
    each=switch(label="Per million internet users"),
    between=years(*YEARS, label="Years"),
    state=choice(lambda: [("none", ANY), *often()], label="State"),
)


# ---------------------------------------------------------------- asking and freedom

SCATTER, WITHOUT = "scatter", "without"


def _verdict(rho: Rho, measure: str = RATE) -> str:
    what = "the larger the share" if measure == GIVEN else "the more is counted"
    if np.isnan(rho.value):
        return "too little varies for a correlation"
    if rho.low > 0:
        return f"the freer the score, {what}"
    if rho.high < 0:
        return f"the freer the score, {what.replace('larger', 'smaller').replace('more', 'less')}"
    return "the interval includes zero, so no direction can be told"


def _score_label(score: str) -> str:
    return SCORES[score].replace("…", "Freedom on the Net")


def freedom(
    report: str = "apple_account",
    score: str = "fotn2024",
    measure: str = RATE,
    between: tuple[int, int] = (2020, 2024),
    silent: str = LEAVE,
    hold: str = NOTHING,
    picture: str = SCATTER,
) -> View:
    """Asking and freedom scores; parameters as the controls of ``asking_and_freedom``."""
    between = tuple(between)
    r, state = REPORTS[report], (report, score, measure, between, silent, hold)
    sources = {r.table: None, "regimes" if score.startswith("v2x") else "freedom_on_the_net": None}
    sources |= {"freedom_on_the_net_items": None} if score in ("C5", "C6") else {}
    sources |= {"internet_users": None, "states": None} if measure == RATE or hold == INCOME else {}
    frame, rho = asked(*state).sort_values("value", ascending=False), correlation(*state)
    label, what = _score_label(score), label_of(report, measure)
    table = pd.DataFrame(
        {
            "state": [country(c) for c in frame.index],
            label: frame["score"].to_numpy(),
            what: frame["value"].round(3).to_numpy(),
            "in the report": ["yes" if t else "no row, taken as zero" for t in frame["told"]],
        }
    )
    gap = int((~frame["told"]).sum())
    caveat = (
        f"{gap} states without a row are taken as zero, which no report says. "
        if gap
        else "States without a row are left out: silence is not zero. "
    )
    caveat += (
        "The score says how free a state is; the report says how much of its asking goes to this company by this road. Where people use "
        "other services, or the police has another road, little is counted here. "
    )
    if hold == INCOME:
        caveat += "GDP per head is held fixed as a rough stand-in for how many use this company's products. "
    if not score.startswith("v2x"):
        caveat += "Freedom House chose its 72 states; they are not a sample. "
    if measure == GIVEN:
        caveat += f"States with fewer than {FEWEST} requests are left out. "
    if measure == GIVEN and not r.given:
        message = f"{r.label}: the report does not tell in how many requests data was given."
        return View(figures.empty(message), message, table, caveat, tuple(sources))
    if np.isnan(rho.value):
        message = f"{r.label}, {covered(report, between)}: {len(frame)} states have both, and {_verdict(rho, measure)}."
        return View(figures.empty(message), message, table, caveat, tuple(sources))
    without = leave_one_out(*state)
    moved = (without - rho.value).abs().idxmax()
    figure = (
        _freedom_scatter(frame, label, axis_of(report, measure), measure)
        if picture == SCATTER
        else _freedom_without(without, rho)
    )
    if picture == WITHOUT:
        table = pd.DataFrame(
            {
                "left out": [country(c) for c in without.index],
                "correlation without it": without.round(3).to_numpy(),
            }
        )
    held = ", GDP per head held fixed" if hold == INCOME else ""
    said = (
        f"{r.label}, {covered(report, between)}, and {label}{held}: rank correlation {rho}; {_verdict(rho, measure)}. Leaving out one state at "
        f"a time it stays between {without.min():.2f} and {without.max():.2f}; {country(moved)} moves it most."
    )
    return View(
        figure,
        said.replace(" -", " −"),
        table,
        caveat.strip() + " A correlation is not a cause.",
        tuple(sources),
    )


def _freedom_scatter(frame: pd.DataFrame, label: str, what: str, measure: str) -> go.Figure:
    figure = figures.new(460, xaxis={"title": {"text": figures.plain(f"{label} (right is freer)", width=30)}})
    heights = frame["value"]
    if measure == GIVEN:
        figure.update_layout(yaxis={"title": {"text": what}, "tickformat": ".0%"})
    else:
        small = float(frame.loc[frame["value"] > 0, "value"].min())
        base = 10 ** np.floor(np.log10(small))
        heights = np.log10(1 + frame["value"] / base)
        top = int(np.ceil(np.log10(frame["value"].max() / base)))
        ticks = [0.0, *[base * 10**k for k in range(top + 1)]]
        figure.update_layout(
            yaxis={
                "title": {"text": f"{what} (log)"},
                "tickvals": [float(np.log10(1 + t / base)) for t in ticks],
                "ticktext": [f"{t:,.6g}" for t in ticks],
            }
        )
    shown = far_apart(frame["score"], heights)
    side = dict(zip(frame.index, sides(frame["score"]), strict=True))
    for told, words, symbol in (
        (True, "in the report", "circle"),
        (False, "no row, taken as zero", "square-open"),
    ):
        part = frame[frame["told"] == told]
        if part.empty:
            continue
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["score"].tolist(),
                "y": heights[part.index].tolist(),
                "mode": "markers+text",
                "name": f"{words} ({len(part)})",
                "text": [country(c) if told and c in shown else "" for c in part.index],
                "textposition": [side[c] for c in part.index],
                "cliponaxis": False,
                "marker": {
                    "symbol": symbol,
                    "size": 9,
                    "color": figures.COLOURS[0 if told else 1],
                    "opacity": 0.85,
                    "line": {"width": 1},
                },
                "hovertext": [
                    f"{country(c)}: score {row.score:g}, {in_words(row.value, measure)}"
                    for c, row in zip(part.index, part.itertuples(), strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return figure


def _freedom_without(without: pd.Series, rho: Rho) -> go.Figure:
    most = (without - rho.value).abs().sort_values(ascending=False).head(14).index
    part = without[without.index.isin(most)].sort_values()
    names = [country(c) for c in part.index]
    ends = [min(0.0, rho.low, part.min()) - 0.06, max(0.0, rho.high, part.max()) + 0.06]
    figure = figures.new(
        120 + 26 * (len(part) + 1),
        xaxis={"title": {"text": "rank correlation"}, "range": ends},
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": [*names, "all states"][::-1]},
        legend={"y": 1.02},
    )
    figure.add_trace(
        {
            "type": "scatter",
            "x": [rho.value],
            "y": ["all states"],
            "mode": "markers",
            "name": "all states, with 95% interval",
            "marker": {"symbol": "diamond", "size": 12, "color": figures.COLOURS[1]},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [rho.high - rho.value],
                "arrayminus": [rho.value - rho.low],
                "color": figures.COLOURS[1],
            },
        }
    )
    figure.add_trace(
        {
            "type": "scatter",
            "x": part.tolist(),
            "y": names,
            "mode": "markers",
            "name": "without this state",
            "marker": {"symbol": "circle", "size": 9, "color": figures.COLOURS[0]},
        }
    )
    return figure


asking_and_freedom = Exhibit(
    "asking_and_freedom",
    "Do freer states ask more, or less?",
    freedom,
    report=choice(options(STATE_REPORTS), label="Report"),
    score=choice([(label, key) for key, label in SCORES.items()], label="Score"),
    measure=choice(
        [
            ("Per million internet users", RATE),
            ("Requests", REQUESTS),
            ("Share in which data was given", GIVEN),
        ],
        label="Measure",
    ),
    between=years(*YEARS, default=(2020, 2024), label="Years"),
    silent=choice([("Leave out", LEAVE), ("Take as zero", AS_ZERO)], label="States without a row"),
    hold=choice([("Nothing", NOTHING), ("GDP per head", INCOME)], label="Hold fixed"),
    picture=choice([("All states", SCATTER), ("One state left out", WITHOUT)], label="Picture"),
)
