"""Chapter 3.2: what follows an incident. Flow, response gap, sanctions clock, time to response.

The data behind the views is in ``responses`` (what EuRepoC codes) and ``listings`` (sanctions lists).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import survival
from cyberdip_utils.data import load
from cyberdip_utils.deterrence import listings
from cyberdip_utils.deterrence import responses as r
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, switch, years
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

WIDER_RULE = (2022.5, "2023: rule widened")
SOURCES = ("incidents", "incident_responses", "incident_initiators", "incident_attributions")
NOT_SILENCE = (
    "No coded response is not silence: a private message, a secret counter-operation or a measure that no coder read "
    "about leaves no code. "
)


def _load_words() -> str:
    """What the first load means for the count, in a sentence."""
    frame = r.incidents()
    early = frame[frame["first_load"]]
    k = len(r.answered(r.ANY).intersection(early.index))
    return (
        f"The {len(early):,} incidents entered on {r.first_load_on():%d %B %Y} have almost no responses coded "
        f"({k}), also where some are well known. "
    )


def _scope_words(scope: str) -> str:
    if scope == r.OLDER:
        return "Only incidents that a criterion of the older rule takes in. "
    return "Since early 2023 the rule takes in every attack on critical infrastructure. "


def _options(words: dict) -> list[tuple[str, str]]:
    return [(text[0].upper() + text[1:], key) for key, text in words.items()]


def _nothing(message: str, columns=("group", "n"), sources=SOURCES, caveat: str = "") -> View:
    return View(figures.empty(message), message, pd.DataFrame(columns=list(columns)), caveat, sources)


# ---------------------------------------------------------------- flow

SHADES = dict(zip(r.STEPS, (*figures.COLOURS[:5], figures.NO_DATA), strict=True)) | dict(
    zip(r.PARTIES, (*figures.COLOURS[:4], figures.NO_DATA), strict=True)
)


#: Shorter names for the picture, so that both columns fit a narrow page.
SHORT = {
    "sanctions, retorsion": "sanctions",
    "legal step at home": "law at home",
    "warning, other": "warning etc.",
    "only named by a state": "only named",
    "nothing coded": "none coded",
    "receiver itself": "receiver",
    "receiver and others": "both",
    "only others": "others",
    "party not coded": "not said",
    "state-affiliated": "affiliated",
    "origin unknown": "unknown",
}


def _heights(sizes: list[int], gap: float = 0.04) -> list[float]:
    """Middles of bars that share a height of 1 by size, with gaps between them."""
    room = 1 - gap * (len(sizes) - 1)
    ends = np.cumsum(sizes) / sum(sizes) * room
    middles = ends - np.array(sizes) / sum(sizes) * room / 2 + gap * np.arange(len(sizes))
    return [float(min(max(m, 0.001), 0.999)) for m in middles]


def _ribbons(counts: pd.DataFrame, left: list[str], right: list[str]) -> go.Figure:
    """Two columns of bars with ribbons between them; the width of a ribbon is a number of incidents."""
    starts = counts.groupby("source")["incidents"].sum().reindex(left)
    ends = counts.groupby("target")["incidents"].sum().reindex(right)
    place = {("s", g): i for i, g in enumerate(left)} | {("t", g): len(left) + i for i, g in enumerate(right)}
    ordered = counts.assign(
        a=counts["source"].map(left.index), b=counts["target"].map(right.index)
    ).sort_values(["a", "b"])
    figure = figures.new(470, margin={"l": 8, "r": 8, "t": 16, "b": 16})
    figure.add_trace(
        {
            "type": "sankey",
            "arrangement": "fixed",
            "textfont": {"size": 14, "color": figures.INK},
            "node": {
                "label": [
                    f"{figures.plain(SHORT.get(g, g))}{'<br>' if fold and n > 0.09 * sum(part) else ' '}{n:,}"
                    for part, fold in ((starts, True), (ends, False))
                    for g, n in part.items()
                ],
                "x": [0.001] * len(left) + [0.999] * len(right),
                "y": _heights(list(starts)) + _heights(list(ends)),
                "color": [figures.SOFT_INK] * len(left) + [SHADES[g] for g in right],
                "pad": 16,
                "thickness": 14,
                "line": {"width": 0},
                "hovertemplate": "%{label}<extra></extra>",
            },
            "link": {
                "source": [place["s", g] for g in ordered["source"]],
                "target": [place["t", g] for g in ordered["target"]],
                "value": ordered["incidents"].tolist(),
                "color": [figures.faded(SHADES[g]) for g in ordered["target"]],
                "customdata": [
                    f"{figures.plain(a)} to {figures.plain(b)}: {share(int(n), int(starts[a]))}"
                    for a, b, n in zip(
                        ordered["source"], ordered["target"], ordered["incidents"], strict=True
                    )
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        }
    )
    return figure


def follow(
    by: str = "kind",
    to: str = "step",
    link: str = r.SETTLED,
    cohort: str = r.LIVE,
    scope: str = r.ALL,
    between: tuple[int, int] = r.YEARS,
    silent: bool = True,
) -> View:
    """From a group of incidents to the strongest step coded, or to who responded; each incident counts once."""
    base = r.chosen(link, cohort, scope, between)
    caveat = (
        NOT_SILENCE
        + (_load_words() if cohort == r.WHOLE else "")
        + ("Each incident goes to the strongest step coded, from sanctions down. " if to == "step" else "")
        + _scope_words(scope)
    ).strip()
    columns = ("From", "To", "Distinct incidents", "Share of the row's group")
    sources = (*SOURCES, "incident_receivers")
    if base.empty:
        return _nothing("No incident fits this selection.", columns, sources, caveat)
    counts = r.flow(by, to, base)
    order = r.STEPS if to == "step" else r.PARTIES
    bare = (r.STEPS[4], r.STEPS[5], r.PARTIES[4])
    n, none = len(base), int(counts.loc[counts["target"].isin(bare), "incidents"].sum())
    whole = counts.groupby("source")["incidents"].sum()
    if not silent:
        counts = counts[counts["target"] != order[-1]]
    rest = counts[~counts["target"].isin(bare)]
    if rest.empty:
        takeaway = f"None of the {n:,} incidents has a coded response."
    else:
        top = rest.groupby("target")["incidents"].sum()
        top = top.reindex([g for g in order if g in top.index])
        first = "the strongest step is most often" if to == "step" else "the response came most often from"
        name = (
            top.idxmax()
            if to == "step"
            else {"receiver itself": "the receiver itself"}.get(top.idxmax(), top.idxmax())
        )
        takeaway = (
            f"Of {n:,} incidents, no response is coded in {share(none, n)}; in the other {n - none:,} {first} “{name}”, "
            f"{share(int(top.max()), n - none)}."
        )
    if counts.empty:
        return _nothing(takeaway, columns, sources, caveat)
    fixed = {
        "kind": ("state organ", "state-affiliated", "non-state", "origin unknown", "nobody named"),
        "intensity": (*r.INTENSITY, "not coded"),
        "load": ("later", "first load"),
    }.get(by)
    size = (
        counts.groupby("source")["incidents"].sum().sort_index().sort_values(ascending=False, kind="stable")
    )
    last = [g for g in (r.OTHERS, r.SEVERAL, r.NOBODY) if g in size.index]
    left = [g for g in fixed or [*(g for g in size.index if g not in last), *last] if g in size.index]
    right = [g for g in order if (counts["target"] == g).any()]
    table = counts.assign(
        a=counts["source"].map(left.index),
        b=counts["target"].map(right.index),
        whole=counts["source"].map(whole),
    ).sort_values(["a", "b"])
    table["share"] = [share(int(k), int(m)) for k, m in zip(table["incidents"], table["whole"], strict=True)]
    return View(
        _ribbons(counts, left, right),
        takeaway,
        table[["source", "target", "incidents", "share"]]
        .set_axis(list(columns), axis=1)
        .reset_index(drop=True),
        caveat,
        sources,
    )


COHORT = {
    "label": "Entered",
    "help": "Responses are hardly coded for incidents of the first load, August 2022.",
}

response_flow = Exhibit(
    "response_flow",
    "What follows an incident?",
    follow,
    by=choice(_options(r.FROM), label="From"),
    to=choice([("Strongest step coded", "step"), ("Who responded", "party")], label="To"),
    link=choice(_options(r.LINKS), label="Incidents"),
    cohort=choice(_options(r.COHORTS), **COHORT),
    scope=choice(_options(r.SCOPES), label="Rule", help="In 2023 the record's rule was widened."),
    between=years(*r.YEARS, label="Years"),
    silent=switch(True, label="Show incidents with nothing coded"),
)


# ---------------------------------------------------------------- response gap

LARGE = 20  # incidents a group needs to be named as the highest or the lowest


def gap(
    by: str = "origin",
    kind: str = r.ANY,
    link: str = r.SETTLED,
    cohort: str = r.LIVE,
    scope: str = r.ALL,
    between: tuple[int, int] = r.YEARS,
) -> View:
    """Share of incidents with a coded response in each group, with Wilson's interval."""
    frame = r.rates(by, kind, link, cohort, scope, between)
    whole, parts = frame.iloc[0], frame.iloc[1:]
    columns = ["Group", "With response", "Incidents", "Share", "95% interval"]
    sources = (*SOURCES, "incident_receivers", "incident_types")
    caveat = NOT_SILENCE + (_load_words() if cohort == r.WHOLE else "")
    if by in ("origin", "receiver", "region", "type"):
        caveat += "An incident with several codes counts in each of their groups. "
    if kind == r.NAMING and link != r.EVERY:
        caveat += "Naming is part of how an incident came to be state-linked, so this share is high by construction. "
    if cohort != r.WHOLE:
        caveat += "Late incidents have had less time to be answered. "
    caveat += _scope_words(scope) + (
        "Intervals cover chance, not what was never reported or coded; the extremes of many groups lie apart by chance more "
        "easily than two groups chosen beforehand."
    )
    if not whole["n"]:
        return _nothing("No incident fits this selection.", columns, sources, caveat)
    takeaway = f"{r.KINDS[kind][0].upper()}{r.KINDS[kind][1:]} is coded in {share(int(whole['k']), int(whole['n']))} of these incidents"
    if kind == r.NAMING:
        takeaway = f"A government, court or body names an origin in {share(int(whole['k']), int(whole['n']))} of these incidents"
    large = parts[(parts["n"] >= LARGE) & (parts["group"] != "others")].sort_values("share", kind="stable")
    if len(large) >= 2 and whole["k"]:
        low, high = large.iloc[0], large.iloc[-1]
        apart = "do not overlap" if low["high"] < high["low"] else "overlap"
        takeaway += (
            f"; most often for “{high['group']}” ({high['share']:.0%}), least for “{low['group']}” ({low['share']:.0%}), "
            f"of the groups with {LARGE} or more, and their intervals {apart}"
        )
    table = frame.copy()
    table["range"] = [f"{a:.0%} to {b:.0%}" for a, b in zip(frame["low"], frame["high"], strict=True)]
    table["share"] = [f"{v:.1%}" for v in frame["share"]]
    table = table[["group", "k", "n", "share", "range"]].set_axis(columns, axis=1)
    if by == "year" and len(parts):
        figure = figures.lines(
            parts.assign(year=parts["group"].astype(int)),
            "year",
            "share",
            low="low",
            high="high",
            percent=True,
            label="share answered",
            changes=[WIDER_RULE] if {2022, 2023} <= set(parts["group"]) else (),
        )
        figure.update_layout(yaxis={"range": [0, 1.02]}, xaxis={"dtick": 4 if len(parts) > 8 else 1})
    else:
        shown = frame.assign(group=[f"{g} ({n})" for g, n in zip(frame["group"], frame["n"], strict=True)])
        figure = figures.bars(
            shown,
            "group",
            "share",
            "low",
            "high",
            percent=True,
            label="share answered",
            height=130 + 40 * len(shown),
        )
        shades = [figures.SOFT_INK] + [figures.COLOURS[0]] * len(parts)
        figure.update_traces(marker_color=shades, selector={"type": "bar"})
        figures.folded(figure).layout.xaxis.update(nticks=4, tickangle=0)
    return View(figure, takeaway + ".", table, caveat, sources)


response_gap = Exhibit(
    "response_gap",
    "Which incidents are answered?",
    gap,
    by=choice(_options(r.BY), label="Compare by"),
    kind=choice(_options(r.TAGS), label="Response"),
    link=choice(_options(r.LINKS), label="State-linked means"),
    cohort=choice(_options(r.COHORTS), **COHORT),
    scope=choice(_options(r.SCOPES), label="Rule", help="In 2023 the record's rule was widened."),
    between=years(*r.YEARS, label="Years"),
)


# ---------------------------------------------------------------- sanctions clock

LISTS = ("eu_sanctions", "eu_sanction_operations", "anchor_incidents", "incidents")
US_LISTS = ("us_sanctions", "us_sanction_programs", "us_sanction_countries", "us_sanction_links")
IN_FORCE = "The EU lists hold only what was in force in August 2026, and a listing is no conviction. "


def _wait(low: float, high: float) -> str:
    """A wait between two bounds in years, as a reader says it: in days below one year."""
    if high < 1:
        a, b, unit = f"{low * 365.25:.0f}", f"{high * 365.25:.0f}", "days"
    else:
        a, b, unit = f"{low:.1f}", f"{high:.1f}", "years"
    return f"{a} {unit}" if a == b else f"{a} to {b} {unit}"


SHORT_NAME = 28


def _time_axis(figure: go.Figure, first: pd.Timestamp, last: pd.Timestamp) -> go.Figure:
    """An axis of years that ends half a year beyond the first and the last day."""
    room = pd.Timedelta(days=180)
    style = {"range": [first - room, last + room], "nticks": 4, "tickformat": "%Y", "tickangle": 0}
    return figure.update_layout(xaxis=style)


def _when(low: pd.Series, high: pd.Series) -> np.ndarray:
    """Dates no more exact than their bounds."""
    return np.array(
        [
            ""
            if pd.isna(a)
            else f"{a:%Y-%m-%d}"
            if a == b
            else f"{a:%Y-%m}"
            if (b - a).days < 31
            else f"{a:%Y}"
            for a, b in zip(low, high, strict=True)
        ],
        dtype=object,
    )


def _race_to_list(frame: pd.DataFrame, regime: str, origin: str) -> go.Figure:
    """A row for each operation: when it began, became public, was named, and was sanctioned."""
    if regime == listings.CODED:  # names of incidents are sentences; the table has them
        where = (
            r.groups("receiver")
            .groupby("incident_id")["group"]
            .agg(lambda g: g.iloc[0] if len(g) == 1 else "several")
        )
        rows = [f"{figures.plain(where.get(n, 'not coded'), 12)}<br>#{n}" for n in frame["incident"]]
    else:
        rows = [figures.plain(o, 11, SHORT_NAME) for o in frame["operation"]]
    figure = figures.new(
        max(320, 130 + 54 * len(rows)),
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": rows, "autorange": "reversed"},
        xaxis={
            "title": {"text": "year"},
        },
    )
    event = listings.START if origin == listings.LAW else origin
    begins = frame[f"{event}_low"]
    if origin == listings.LAW and regime in listings.ADOPTED:
        begins = begins.where(begins > listings.ADOPTED[regime], listings.ADOPTED[regime])
    first = min(frame[["start_low", "public_low", "named_low"]].min())
    _time_axis(figure, min(first, listings.ADOPTED.get(regime, first)), frame["first"].max())
    xs, ys = [], []
    for a, b, y in zip(begins, frame["first"], rows, strict=True):
        xs += [a, b, None]
        ys += [y, y, None]
    line = {"mode": "lines", "hoverinfo": "skip", "showlegend": False}
    figure.add_trace(
        dict(type="scatter", x=xs, y=ys, line={"color": figures.COLOURS[5], "width": 9}, opacity=0.5, **line)
    )
    marks = (
        ("start_low", "began"),
        ("public_low", "public"),
        ("named_low", "named by a state"),
        ("first", "sanctioned"),
    )
    began = frame["start_low"]
    for i, (column, name) in enumerate(marks):
        ends = frame[column.replace("low", "high")]
        at = frame[column].mask(
            (frame[column] < began) & (ends >= began), began
        )  # a vague date: not before the start
        known = at.notna()
        when = _when(frame[column], ends)[known.tolist()]
        if known.any():
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": at[known].tolist(),
                    "y": [y for y, k in zip(rows, known, strict=True) if k],
                    "mode": "markers",
                    "name": name,
                    "marker": {
                        "symbol": figures.SYMBOLS[i],
                        "size": 11,
                        "color": figures.COLOURS[i],
                        "line": {"color": figures.INK, "width": 1},
                    },
                    "text": [
                        f"<b>{figures.plain(o, 40)}</b><br>{name}: {d}<br>{_wait(a, b)} to the sanction"
                        for o, d, a, b in zip(
                            frame.loc[known, "operation"],
                            when,
                            frame.loc[known, "low"],
                            frame.loc[known, "high"],
                            strict=True,
                        )
                    ],
                    "hovertemplate": "%{text}<extra></extra>",
                }
            )
    if regime in listings.ADOPTED:
        figures.mark_changes(figure, [(listings.ADOPTED[regime], "regulation adopted")])
    return figure


def _clock_view(regime: str, origin: str) -> View:
    frame = listings.clock(regime, origin)
    every = listings.operations(regime)
    cyber = every[every["kind"] == "cyber"]
    undated = len(cyber) - len(frame)
    columns = ["Operation", "Began", "Public", "Named by a state", "First sanction", "Wait", "Dates from"]
    if regime == listings.CODED:
        caveat = "Incidents in which EuRepoC codes a sanction or other retorsion; many statements name several at once. "
        if undated:
            caveat += f"{undated} of {len(cyber)} lack the date the clock starts with. "
        if origin == listings.PUBLIC:
            caveat += "EuRepoC does not code when an incident became public. "
    else:
        caveat = (
            f"{IN_FORCE}Operations are those that the Council names, matched by us to a dated incident. "
            f"{undated} of {len(cyber)} cyber operations, groups and tools have no such date and are left out. "
            "The start of a bar is uncertain where a date is only a month or a year. "
        )
    sources = LISTS if regime != listings.CODED else SOURCES
    if regime == listings.CODED and origin == listings.LAW:
        return _nothing(
            "These sanctions rest on many national laws, so no one day starts the clock.",
            columns,
            sources,
            caveat,
        )
    if frame.empty:
        return _nothing(
            "Nothing on this list has the date that the clock starts with.", columns, sources, caveat
        )
    middle = (frame["low"] + frame["high"]) / 2
    ordered = frame.assign(middle=middle).sort_values("middle", kind="stable")
    fast, slow = ordered.iloc[0], ordered.iloc[-1]
    takeaway = (
        f"From {listings.ORIGINS[origin]} to the first sanction, the {len(frame)} dated operations took a median of "
        f"{_wait(middle.median(), middle.median())}; the fastest was “{figures.plain(fast['operation'], limit=60)}” "
        f"({_wait(fast['low'], fast['high'])}), the slowest “{figures.plain(slow['operation'], limit=60)}” "
        f"({_wait(slow['low'], slow['high'])})."
        if len(frame) > 1
        else f"One operation is dated: from {listings.ORIGINS[origin]} to the first sanction, “{fast['operation']}” took "
        f"{_wait(fast['low'], fast['high'])}."
    )

    dates = {e: _when(frame[f"{e}_low"], frame[f"{e}_high"]) for e in listings.EVENTS}
    table = pd.DataFrame(
        {
            columns[0]: frame["operation"],
            columns[1]: dates["start"],
            columns[2]: dates["public"],
            columns[3]: dates["named"],
            columns[4]: [f"{d:%Y-%m-%d}" for d in frame["first"]],
            columns[5]: [_wait(a, b) for a, b in zip(frame["low"], frame["high"], strict=True)],
            columns[6]: frame["matched"],
        }
    )
    return View(_race_to_list(frame, regime, origin), takeaway, table, caveat.strip(), sources)


def _batch_view(regime: str) -> View:
    frame = listings.batches(regime)
    days = f"on {frame['on'].nunique()} days"
    what = "incidents answered" if regime == listings.CODED else "parties listed"
    stretch = listings.longest_gap(frame["on"])
    total = int(frame["parties"].sum())
    if regime == listings.CODED:
        total = listings.coded_sanctions()["incident_id"].nunique()
        takeaway = f"EuRepoC codes sanctions or other retorsion for {total} incidents, {days}"
    else:
        takeaway = f"{total} parties were in force, listed {days}"
    if stretch:
        takeaway += f"; the longest stretch without any was {stretch[0]:.0f} months, from {stretch[1]:%B %Y} to {stretch[2]:%B %Y}"
    long = []
    for name, part in frame.groupby("list", sort=True):
        part = part.sort_values("on")
        long.append(part.assign(sum=part["parties"].cumsum(), list=name))
    long = pd.concat(long)
    figure = figures.new(
        440,
        yaxis={"title": {"text": f"{what}, added up"}, "rangemode": "tozero"},
        xaxis={"title": {"text": "year"}},
    )
    _time_axis(
        figure, min(long["on"].min(), listings.ADOPTED.get(regime, long["on"].min())), long["on"].max()
    )
    for i, (name, part) in enumerate(long.groupby("list", sort=True)):
        end = long["on"].max()
        figure.add_trace(
            {
                "type": "scatter",
                "x": [part["on"].iloc[0], *part["on"], end],
                "y": [0, *part["sum"], part["sum"].iloc[-1]],
                "mode": "lines",
                "line": {"shape": "hv", "width": 2.5, "color": figures.COLOURS[i], "dash": figures.DASHES[i]},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["on"].tolist(),
                "y": part["sum"].tolist(),
                "mode": "markers",
                "name": figures.plain(name),
                "marker": {"symbol": figures.SYMBOLS[i], "size": 10, "color": figures.COLOURS[i]},
                "text": [
                    f"{name}, {d:%Y-%m-%d}: {n} more"
                    for d, n in zip(part["on"], part["parties"], strict=True)
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    if regime in listings.ADOPTED:
        figures.mark_changes(figure, [(listings.ADOPTED[regime], "")])
        note = {"text": "regulation<br>adopted", "xanchor": "left", "align": "left", "xshift": 4}
        figure.layout.annotations[-1].update(note)
    table = frame.assign(on=[f"{d:%Y-%m-%d}" for d in frame["on"]])
    names = ["Day", "List", "Incidents" if regime == listings.CODED else "Parties", "Persons", "Entities"]
    table = table.set_axis(names, axis=1)
    if regime == listings.CODED:
        table = table.iloc[:, :3]
        caveat = "An incident that two states answer counts for each. Sanctions are coded for few incidents: see the text. "
        return View(figure, takeaway + ".", table, caveat.strip(), SOURCES)
    return View(
        figure,
        takeaway + ".",
        table,
        (IN_FORCE + "Parties taken off since are not in it, so older batches may have been larger.").strip(),
        ("eu_sanctions",),
    )


def _who_view(regime: str) -> View:
    frame = listings.who(regime)
    top = frame.groupby("country")["parties"].sum().sort_values(ascending=False, kind="stable")
    coded = regime == listings.CODED
    sources = US_LISTS if regime == listings.US else SOURCES if coded else ("eu_sanctions",)
    if regime == listings.US:
        n = load("us_sanctions")["entity_number"].nunique()
        with_any = load("us_sanction_countries")["entity_number"].nunique()
        k = int(top.iloc[0])
        takeaway = (
            f"Of {n} entries tagged CYBER2 in January 2023, {with_any} give an address; of these, {share(k, with_any)} give "
            f"one in {top.index[0]}."
        )
        caveat = "An address is not a state's responsibility; an entry counts once for each country of an address. "
    elif coded:
        n = listings.coded_sanctions()["incident_id"].nunique()
        takeaway = (
            f"Of {n} incidents with coded sanctions or other retorsion, the state that acts most often is “{top.index[0]}”: "
            f"{share(int(top.iloc[0]), n)}."
        )
        caveat = "EuRepoC codes what its sources report; states that publish little are missing."
    else:
        n = int(top.sum())
        takeaway = f"Of {n} listed parties, {share(int(top.iloc[0]), n)} are linked to {top.index[0]}."
        caveat = IN_FORCE + "The country is the party's link, not a finding against the state."
        if regime != listings.CYBER:
            caveat += " Regulation 2024/2642 is about Russian activities by its title."
    figure = figures.bars(
        frame[frame["country"].isin(top.index[:10])],
        "country",
        "parties",
        group="kind",
        stacked=True,
        values_shown=False,
        label="incidents" if coded else "listed parties",
        height=max(280, 120 + 40 * min(10, len(top))),
    )
    figures.folded(figure)
    names = ["State" if coded else "Country", "Kind", "Incidents" if coded else "Parties"]
    return View(figure, takeaway, frame.set_axis(names, axis=1), caveat.strip(), sources)


def _us_view() -> View:
    frame = listings.us_programmes()
    entries = load("us_sanctions")["entity_number"].nunique()
    alone = int(frame["entries"].iloc[0])
    second = frame.iloc[1]
    linked = load("us_sanction_links")["entity_number"].nunique()
    return View(
        figures.folded(
            figures.bars(frame, "programme", "entries", label="entries", height=130 + 56 * len(frame))
        ),
        f"Of {entries} entries tagged CYBER2 in January 2023, {share(alone, entries)} stand under no other programme; "
        f"{int(second['entries'])} are {second['programme'].replace('also ', 'also under ')}, and {linked} are linked to "
        "another listed party.",
        frame.set_axis(["Programme", "Entries"], axis=1),
        "The snapshot has no days of listing, so no clock and no batches can be drawn: this is what it does hold. An entry "
        "can stand under several programmes. The tag covers election interference too.",
        US_LISTS,
    )


def sanctioned(picture: str = "clock", regime: str = listings.CYBER, origin: str = listings.START) -> View:
    """Sanctions: time from incident to listing by operation, batches over time, or who is listed."""
    if picture == "who":
        return _who_view(regime)
    if regime == listings.US:
        return _us_view()
    return _clock_view(regime, origin) if picture == "clock" else _batch_view(regime)


sanctions_clock = Exhibit(
    "sanctions_clock",
    "How long until someone is sanctioned?",
    sanctioned,
    picture=choice(
        [("Clock by operation", "clock"), ("Batches over time", "batches"), ("Who", "who")], label="Picture"
    ),
    regime=choice(_options(listings.REGIMES), label="List"),
    origin=choice(_options(listings.ORIGINS), label="Clock starts with", help="For the clock only."),
)


# ---------------------------------------------------------------- time to response


RACE_WORDS = {
    r.NAMING: "named by a state or court",
    r.STATEMENT: "statement",
    r.HOME: "legal step at home",
    r.RETORSION: "sanctions, retorsion",
}


def _race_view(dates: str, link: str, cohort: str, horizon: int, caveat: str) -> View:
    found, n, ties = r.race(dates, link, cohort)
    by_then = found[found["time"] <= horizon].groupby("cause")["incidence"].last().reindex(r.RACE).fillna(0.0)
    top = by_then.idxmax()
    parts = {
        RACE_WORDS[k]: found[found["cause"] == k].rename(columns={"incidence": "share"})
        for k in r.RACE
        if (found["cause"] == k).any()
    }
    return View(
        figures.rising(parts, horizon, "share of incidents"),
        f"Within {horizon:,} days an estimated {by_then.sum():.0%} of {n:,} incidents are named or answered; what comes first "
        f"is most often “{RACE_WORDS[top]}” ({by_then[top]:.0%} of all).",
        pd.DataFrame(
            {
                "What came first": [RACE_WORDS[k] for k in by_then.index],
                f"Share by day {horizon:,}": [f"{v:.1%}" for v in by_then],
            }
        ),
        caveat
        + f"In {ties} incidents two came on one day; the first in the table's order then counts. A response of another "
        "kind, a warning for example, does not end this race.",
        SOURCES,
    )


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def _test_words(test: tuple[float, int, float]) -> str:
    chi2, df, p = test
    return f"chi-squared {chi2:.1f} on {df} {'degree' if df == 1 else 'degrees'} of freedom, {_p(p)}"


def timing(
    split: str = "dates",
    kind: str = r.ANY,
    dates: str = r.LATEST,
    link: str = r.SETTLED,
    cohort: str = r.BEGAN,
    horizon: int = 365,
) -> View:
    """Time from the start of an incident to its first response: Kaplan–Meier curves, or a race between kinds."""
    link = r.EVERY if split == "link" else link
    cohort = r.WHOLE if split == "cohort" else cohort
    base = r.chosen(link, cohort)
    unstarted = int(base["start_on"].isna().sum())
    caveat = NOT_SILENCE
    if unstarted:
        caveat += f"{unstarted} incidents have no start date and are left out. "
    caveat += "Unanswered incidents leave the count on the day the record was last updated. "
    if cohort == r.WHOLE:
        caveat += _load_words()
    elif cohort == r.LIVE:
        caveat += "Incidents that began before the first load and were entered later are there because someone still spoke of them. "
    if dates == r.EXACT and split != "dates":
        caveat += "Exact dates alone drop answered incidents with a vague date, and none of the unanswered ones with an exact start. "
    if split == "race":
        return _race_view(dates, link, cohort, horizon, caveat)
    drawn = r.curves(kind, split, dates, link, cohort)
    columns = [
        "Group",
        "Incidents",
        "With response",
        f"Share by day {horizon:,}",
        "95% interval",
        "Half by day",
    ]
    if not drawn:
        return _nothing(f"No group has {r.SMALLEST} incidents or more.", columns, SOURCES, caveat)
    rows = []
    for name, (curve, size, events) in drawn.items():
        rows.append((name, size, events, *survival.share_by(curve, horizon), survival.median_time(curve)))
    found = pd.DataFrame(rows, columns=["group", "n", "k", "share", "low", "high", "median"])
    when = f"within {horizon:,} days of the start"
    words = r.KINDS[kind] if kind != r.NAMING else "an official naming"
    if split == "dates":
        at = found.set_index("group")
        takeaway = (
            f"{when.capitalize()}, {words} is coded in {at.at[r.DATES[r.LATEST], 'share']:.0%} to "
            f"{at.at[r.DATES[r.SOONEST], 'share']:.0%} of {at.at[r.DATES[r.LATEST], 'n']:,} incidents, depending on how vague "
            "dates are read"
        )
        if r.DATES[r.EXACT] in at.index:
            takeaway += f"; the {at.at[r.DATES[r.EXACT], 'n']:,} with exact dates alone would say {at.at[r.DATES[r.EXACT], 'share']:.0%}"
    elif len(found) == 1:
        one = found.iloc[0]
        takeaway = (
            f"{when.capitalize()}, {words} is coded in an estimated {one['share']:.0%} ({one['low']:.0%} to {one['high']:.0%}) "
            f"of {one['n']:,} incidents"
        )
    else:
        order = found.sort_values("share", kind="stable")
        few, many = order.iloc[0], order.iloc[-1]
        takeaway = (
            f"{when.capitalize()}, {words} is coded in an estimated {many['share']:.0%} for “{many['group']}” (n = {many['n']:,}) "
            f"and {few['share']:.0%} for “{few['group']}” (n = {few['n']:,})"
        )
        if test := r.compared(kind, split, dates, link, cohort):
            takeaway += f"; log-rank test of all groups: {_test_words(test)}"
    early = int(r.waits(kind, dates)["before"].reindex(base.index).fillna(False).sum())
    if early:
        caveat += f"In {early} incidents a response is dated before the coded start; it counts as day 0. "
    if kind == r.NAMING and link != r.EVERY:
        caveat += "Naming is part of how an incident came to be state-linked. "
    table = pd.DataFrame(
        {
            columns[0]: found["group"],
            columns[1]: found["n"],
            columns[2]: found["k"],
            columns[3]: [f"{v:.1%}" for v in found["share"]],
            columns[4]: [
                f"{a:.1%} to {b:.1%}" if v else "none so far"
                for v, a, b in zip(found["share"], found["low"], found["high"], strict=True)
            ],
            columns[5]: [f"{m:,.0f}" if np.isfinite(m) else "not reached" for m in found["median"]],
        }
    )
    parts = {
        name: pd.DataFrame(
            {
                "time": curve["time"],
                "share": 1 - curve["survival"],
                "low": 1 - curve["high"],
                "high": 1 - curve["low"],
            }
        )
        for name, (curve, _, _) in drawn.items()
    }
    return View(
        figures.rising(parts, horizon, "share with a response"),
        takeaway + ".",
        table,
        caveat.strip(),
        SOURCES,
    )


time_to_response = Exhibit(
    "time_to_response",
    "How long until someone responds?",
    timing,
    split=choice(_options(r.SPLITS), label="Compare by"),
    kind=choice(_options(r.TAGS), label="The wait ends with", help="Not used by the race."),
    dates=choice(
        _options(r.DATES), default=r.LATEST, label="Dates", help="Not used when treatments are compared."
    ),
    link=choice(_options(r.LINKS), label="Incidents"),
    cohort=choice(_options(r.COHORTS), default=r.BEGAN, **COHORT),
    horizon=choice(
        [("90 days", 90), ("1 year", 365), ("5 years", 1826)], default=365, label="Show the first"
    ),
)


# ---------------------------------------------------------------- findings and checks


def finding_load() -> str:
    """What the first load does to the share."""
    early = r.incidents()[r.incidents()["first_load"]].index.intersection(list(r.linked(r.SETTLED)))
    later = r.chosen().index
    yes = r.answered(r.ANY)
    return (
        f"Of the state-linked incidents that were entered in the first load, {share(len(yes.intersection(early)), len(early))} "
        f"have a coded response; of those entered later, {share(len(yes.intersection(later)), len(later))}. The jump is in the "
        "coding, so the chapter's shares leave the first load out."
    )


def finding_gap() -> str:
    """The response gap among state-linked incidents, and by kind."""
    n = int(r.rates().iloc[0]["n"])

    def said(kind: str) -> str:
        return share(int(r.rates(kind=kind).iloc[0]["k"]), n)

    return (
        f"State-linked incidents entered after the first load: any political or legal response {said(r.ANY)}, a statement by "
        f"the executive {said(r.STATEMENT)}, a legal step at home {said(r.HOME)}, sanctions or other retorsion "
        f"{said(r.RETORSION)}."
    )


def finding_origin() -> str:
    """Shares for the four states named most."""
    rows = r.rates().iloc[1:5]
    parts = "; ".join(f"{x.group} {share(int(x.k), int(x.n))}" for x in rows.itertuples())
    return f"Share with any coded response by the state that is named: {parts}."


def finding_intensity() -> str:
    """Does the share rise with intensity?"""
    rows = r.rates("intensity").set_index("group")
    low, high = rows.loc["0 or 1"], rows.loc[["4", "5 or more"]].sum()
    return (
        f"Of state-linked incidents with an intensity of 0 or 1, {share(int(low['k']), int(low['n']))} have a coded response; with 4 "
        f"or more, {share(int(high['k']), int(high['n']))}."
    )


def finding_blind() -> str:
    """How many EU-sanctioned operations EuRepoC shows as sanctioned."""
    frame = listings.blind_spot()
    return (
        f"The EU sanctioned parties over {len(frame)} operations that EuRepoC holds, all in {frame['listed'].min():%Y}. EuRepoC codes "
        f"a sanction by anyone in {share(int(frame['coded'].sum()), len(frame))} of them."
    )


def finding_clock() -> str:
    """Waits from incident, and from the regulation, to the EU's first listing."""
    words = []
    for origin, name in (
        (listings.START, "the start"),
        (listings.NAMED, "a state's first naming"),
        (listings.LAW, "the day it could act"),
    ):
        frame = listings.clock(listings.CYBER, origin)
        middle = ((frame["low"] + frame["high"]) / 2).median()
        words.append(f"{middle:.1f} years from {name} (n = {len(frame)})")
    stretch = listings.longest_gap(listings.batches(listings.CYBER)["on"])
    return (
        f"The EU's first cyber listing for a dated operation came at a median of {', '.join(words)}; between batches it once "
        f"listed nobody for {stretch[0]:.0f} months."
    )


def finding_time() -> str:
    """Share answered within a year, at both readings of dates."""
    n, out = 0, []
    for dates in (r.LATEST, r.SOONEST):
        curve, n, _ = r.curves(r.ANY, "none", dates, r.SETTLED, r.BEGAN)["all incidents"]
        value, low, high = survival.share_by(curve, 365)
        out.append(f"{value:.0%} ({low:.0%} to {high:.0%})")
    return (
        f"Of {n} state-linked incidents that began after the first load, an estimated {out[0]} had a coded response within a year "
        f"at the longest reading of dates, {out[1]} at the shortest."
    )


def _check_answered(answer: object) -> Verdict:
    base, whole = r.chosen(r.EVERY, r.LIVE), r.chosen(r.EVERY, r.WHOLE)
    yes = r.answered(r.ANY)
    k, n = len(yes.intersection(base.index)), len(base)
    rows = load("incident_responses")
    return check_number(
        answer,
        right=k / n,
        tolerance=0.0005,
        slips={
            "You kept the incidents of the first load, for which responses were hardly coded.": len(
                yes.intersection(whole.index)
            )
            / len(whole),
            "You divided by all incidents of the record. Divide by those entered after the first load.": k
            / len(whole),
            "That is the number of incidents. Divide by those entered after the first load.": float(k),
            "You added up responses. Ask for each incident whether it has any.": float(
                rows.loc[rows["counted"] & rows["incident_id"].isin(base.index)].shape[0] / n
            ),
            "That is a percentage. Give a number between 0 and 1.": 100 * k / n,
            "You took political responses only. Either kind will do.": len(
                r.answered(r.POLITICAL).intersection(base.index)
            )
            / n,
            "You took legal responses only. Either kind will do.": len(
                r.answered(r.LEGAL).intersection(base.index)
            )
            / n,
        },
        hint="Keep the incidents whose added_on is later than the earliest, then take the mean of “either number of responses is above 0”.",
    )


CHECKS = {"answered": _check_answered}
