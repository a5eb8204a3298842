"""Chapter 1.1: what states say of the law, which thresholds an operation is argued to meet, control at home.

A position is a claim that a state makes in a document. A missing row is a gap in what was seen, never a "no".
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, number, switch, years
from cyberdip_utils.sovereignty import thresholds
from cyberdip_utils.sovereignty.thresholds import MAY, MET, NO_RULE, NOT_MET, OPEN, SILENT, Operation
from cyberdip_utils.stats import share, wilson
from cyberdip_utils.teach import Verdict, check_number

# ---------------------------------------------------------------- positions

COLLECTIVE = ("African Union", "European Union and its member states")
LABELS = {COLLECTIVE[0]: "AU, 55 members", COLLECTIVE[1]: "EU and members"}
FIRST, LAST = 2017, 2025

#: The proposition that each issue puts, so that "accepts" and "takes another view" have a meaning.
PROPOSITIONS = {
    "international law applies": "Existing international law applies to what states do in cyberspace.",
    "sovereignty": "Sovereignty is itself a rule that a cyber operation can breach.",
    "due diligence": "A state has a legal duty not to let its territory be knowingly used against others.",
    "non-intervention": "The ban on intervention applies.",
    "use of force": "The ban on the use of force applies.",
    "armed attack and self-defence": "The right of self-defence applies.",
    "countermeasures": "An injured state may take countermeasures.",
    "countermeasures: prior notice": "Notice is owed before a countermeasure.",
    "collective countermeasures": "A state that is not itself injured may take countermeasures.",
    "necessity": "The plea of necessity is open to a state, under strict conditions.",
    "attribution and evidence": "Whether to publish an attribution and its evidence is for the state to decide.",
    "international humanitarian law": "Humanitarian law applies to cyber operations in armed conflict.",
    "neutrality": "The law of neutrality applies.",
    "data as an object": "Data are an object in the law of targeting.",
    "human rights": "Human rights law applies online.",
    "new binding instrument": "A new binding instrument is wanted.",
}
SHORT = {
    "international law applies": "law applies",
    "sovereignty": "sovereignty a rule",
    "due diligence": "due diligence a duty",
    "use of force": "ban on force",
    "armed attack and self-defence": "self-defence",
    "countermeasures: prior notice": "notice owed",
    "collective countermeasures": "by third states",
    "attribution and evidence": "evidence own choice",
    "international humanitarian law": "humanitarian law",
    "data as an object": "data an object",
    "new binding instrument": "new treaty wanted",
}
GROUPS = {
    "rules": (
        "international law applies",
        "sovereignty",
        "due diligence",
        "non-intervention",
        "use of force",
        "armed attack and self-defence",
    ),
    "answers": (
        "countermeasures",
        "countermeasures: prior notice",
        "collective countermeasures",
        "necessity",
        "attribution and evidence",
    ),
    "conflict": (
        "international humanitarian law",
        "neutrality",
        "data as an object",
        "human rights",
        "new binding instrument",
    ),
}
ACCEPTS, TESTED, OTHER_VIEW, UNSETTLED = (
    "accepts the proposition",
    "accepts it with a condition",
    "takes another view",
    "undecided, cautious or unclear",
)
MARKS = {ACCEPTS: "✓", TESTED: "◐", OTHER_VIEW: "≠", UNSETTLED: "?"}
_TESTED = {
    "applies, high threshold",
    "scale and effects",
    "scale and effects, economic harm may count",
    "physical effects, rest open",
    "case by case",
    "permissible in limited cases",
    "qualified",
}
_OTHER = {
    "principle only",
    "voluntary norm",
    "not permissible",
    "not permissible today",
    "not an object",
    "not needed",
    "no absolute duty",
}
_UNSETTLED = {"not decided", "caution", "prudence", "principle partly endorsed"}


def reading(issue: str, stance: str) -> str:
    """Our reading of a stance against the proposition of its issue.

    Raises
    ------
    ValueError
        An issue without a proposition.
    """
    if issue not in PROPOSITIONS:
        raise ValueError(f"issue: {issue!r} is not one of {', '.join(PROPOSITIONS)}")
    if stance in _UNSETTLED or (issue, stance) == ("sovereignty", "applies"):
        return UNSETTLED  # sovereignty was named; rule or principle was not seen
    return OTHER_VIEW if stance in _OTHER else TESTED if stance in _TESTED else ACCEPTS


@cache
def _positions() -> pd.DataFrame:
    rows = load("positions")
    rows["said"] = [_said(r) for r in rows.itertuples()]
    rows["collective"] = rows["actor"].isin(COLLECTIVE)
    rows["reading"] = [reading(i, s) for i, s in zip(rows["issue"], rows["stance"], strict=True)]
    return rows


def latest(rows: pd.DataFrame, until: int = LAST) -> pd.DataFrame:
    """The latest position of each actor on each issue in documents up to a year.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``positions``. A row without a year counts only when ``until`` is the last year, and gives
        way to any dated row of the same actor and issue.
    until : int
        Last year of documents.

    Returns
    -------
    pandas.DataFrame
        One row for each actor and issue that has one.
    """
    known = (rows["year"] <= until).fillna(until >= LAST).astype(bool)
    order = rows[known].sort_values(["year", "document"], na_position="first", kind="stable")
    return order.drop_duplicates(["actor", "issue"], keep="last").sort_values(["actor", "issue"])


def _pool(who: str, seen: str) -> pd.DataFrame:
    rows = _positions()
    if who != "all":
        rows = rows[rows["collective"] == (who == "bodies")]
    return rows[rows["confidence"] == "high"] if seen == "high" else rows


def _issues(issues: str) -> tuple[str, ...]:
    if issues == "all":
        return tuple(i for group in GROUPS.values() for i in group)
    return GROUPS.get(issues, (issues,))


def _order(actors: list[str]) -> list[str]:
    """States by name, then bodies of states."""
    return sorted(actors, key=lambda a: (a in COLLECTIVE, a))


def _matrix(now: pd.DataFrame, issues: tuple[str, ...], actors: list[str]) -> go.Figure:
    grid = now.pivot(index="actor", columns="issue", values="reading").reindex(actors)
    grid = grid.reindex(columns=list(issues))
    grid.index = [LABELS.get(a, a) for a in actors]
    grid.columns = [SHORT.get(i, i) for i in issues]
    figure = figures.heatmap(
        grid,
        categories=MARKS,
        colours=("#56B4E9", "#CC79A7", "#E69F00", "#F0E442"),
        height=230 + 24 * len(actors),
    )
    said = dict(zip(zip(now["actor"], now["issue"], strict=True), now["said"], strict=True))
    heat = figure.data[-1]
    gap = "no position seen: a gap, not a no"
    heat.customdata = [[said.get((a, i), gap) for i in issues] for a in actors]
    heat.hovertemplate = "<b>%{y}</b>, %{x}<br>%{customdata}<extra></extra>"
    heat.hoverongaps = True
    # gaps are drawn as gaps: an empty ring in each empty cell
    holes = [(r, c) for r in range(len(actors)) for c in range(len(issues)) if pd.isna(grid.iat[r, c])]
    figure.add_trace(
        {
            "type": "scatter",
            "x": [grid.columns[c] for _, c in holes] or [None],
            "y": [figures.plain(grid.index[r], limit=48) for r, _ in holes] or [None],
            "mode": "markers",
            "name": "no position seen",
            "marker": {"symbol": "circle-open", "size": 6, "color": figures.SOFT_INK},
            "hoverinfo": "skip",
        }
    )
    rows, columns = figure.layout.yaxis, figure.layout.xaxis
    rows.categoryorder = columns.categoryorder = "array"
    rows.categoryarray = [figures.plain(x, limit=48) for x in grid.index]
    rows.autorange, rows.range = False, [len(actors) - 0.5, -0.5]
    columns.categoryarray, columns.range = list(grid.columns), [-0.5, len(issues) - 0.5]
    columns.tickangle, columns.dtick = -90, 1
    return figure


def _said(row) -> str:
    year = "no year seen" if pd.isna(row.year) else str(row.year)
    words = f"{row.stance}. {row.stance_text} ({row.document}, {year}; confidence {row.confidence})"
    return figures.plain(words, width=50)


def _over_time(rows: pd.DataFrame, issue: str, actors: list[str]) -> go.Figure:
    """All documents on one issue: a row for each actor, a mark for each document."""
    undated = FIRST - 1
    figure = figures.new(
        190 + 26 * len(actors),
        xaxis={
            "tickvals": [undated, *range(FIRST, LAST + 1)],
            "ticktext": ["no year", *map(str, range(FIRST, LAST + 1))],
            "range": [undated - 0.6, LAST + 0.6],
            "title": {"text": "year of the document"},
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [figures.plain(LABELS.get(a, a)) for a in actors],
            "autorange": "reversed",
        },
    )
    stances = list(dict.fromkeys(rows.sort_values(["reading", "stance"])["stance"]))
    for k, stance in enumerate(stances):
        part = rows[rows["stance"] == stance]
        figure.add_trace(
            {
                "type": "scatter",
                "x": [undated if pd.isna(y) else int(y) for y in part["year"]],
                "y": [figures.plain(LABELS.get(a, a)) for a in part["actor"]],
                "mode": "markers",
                "name": f"{MARKS[reading(issue, stance)]} {stance}",
                "marker": {
                    "symbol": figures.SYMBOLS[k % 7],
                    "color": figures.COLOURS[k % 7],
                    "size": 12,
                    "line": {"color": figures.INK, "width": 1},
                },
                "text": part["said"].tolist(),
                "hovertemplate": "<b>%{y}</b><br>%{text}<extra></extra>",
            }
        )
    return figure


def positions_view(
    issues: str = "rules", who: str = "all", until: int = LAST, seen: str = "any", history: bool = False
) -> View:
    """Who said what: the latest position of each actor on each issue, or the documents on one issue."""
    pool, asked = _pool(who, seen), _issues(issues)
    actors = _order(list(pool["actor"].unique()))
    now = latest(pool, until)
    now = now[now["issue"].isin(asked)]
    upto = pool[(pool["year"] <= until).fillna(until >= LAST).astype(bool) & pool["issue"].isin(asked)]
    undated = int(pool.loc[pool["issue"].isin(asked), "year"].isna().sum())
    sources = ("positions",)
    caveat = (
        "A gap means that no position was seen. It is not a no, and not silence for certain: most positions "
        "were read in part. The actors here lean to Europe and its partners; never read a share of the world "
        "from them. Whether a stance accepts the proposition is our reading."
    )
    if undated and until < LAST:
        caveat += f" {undated} positions without a year are shown only when the year is {LAST}."
    if now.empty:
        message = f"No position on this was seen in documents up to {until}: that is a gap, not a no."
        return View(
            figures.empty(message), message, pd.DataFrame(columns=["Actor", "Issue"]), caveat, sources
        )
    shown = upto if history else now
    table = pd.DataFrame(
        {
            "Actor": shown["actor"],
            "Issue": shown["issue"],
            "Stance": shown["stance"],
            "In our words": shown["stance_text"],
            "Year": shown["year"],
            "Our reading": shown["reading"],
            "Confidence": shown["confidence"].astype(str),
            "Document": shown["document"],
            "Address": shown["url"],
            "Seen in": shown["seen_in"],
        }
    ).sort_values(["Actor", "Issue", "Year"], na_position="first")
    if len(asked) == 1:
        present = _order(list(upto["actor"].unique()))
        figure = _over_time(upto if history else now, asked[0], present)
        states = now[~now["collective"]]
        counts = states["stance"].value_counts()
        said = "; ".join(f"{s} {n}" for s, n in counts.items())
        gaps = len([a for a in actors if a not in COLLECTIVE]) - len(states)
        bodies = now[now["collective"]]
        body = "".join(f"; {r.actor}: {r.stance}" for r in bodies.itertuples())
        takeaway = (
            f"“{asked[0]}”, latest position of each state in documents up to {until}: {said or 'no state'} "
            f"(n = {len(states)} states; no position seen for {gaps} more){body}."
        )
    else:
        figure = _matrix(now, asked, actors)
        cells, filled = len(actors) * len(asked), len(now)
        most = now["issue"].value_counts()
        open_most = now[now["reading"] != ACCEPTS]["issue"].value_counts()
        mixed = (
            f"; marks other than plain acceptance are most on {open_most.index[0]}" if len(open_most) else ""
        )
        takeaway = (
            f"Documents up to {until} fill {filled} of {cells} cells ({len(actors)} actors by {len(asked)} "
            f"issues); {most.index[0]} is the fullest column with {int(most.iloc[0])}{mixed}."
        )
    return View(figure, takeaway, table.reset_index(drop=True), caveat, sources)


positions_matrix = Exhibit(
    "positions_matrix",
    "Who said what about the law in cyberspace?",
    positions_view,
    issues=choice(
        [
            ("The rules", "rules"),
            ("Answering a breach", "answers"),
            ("Conflict, rights, treaty", "conflict"),
            ("All issues", "all"),
            *[(f"One issue: {i}", i) for i in PROPOSITIONS],
        ],
        label="Issues",
        help="one issue alone shows its documents by year",
    ),
    who=choice(
        [("States and bodies", "all"), ("Single states", "states"), ("Bodies of states", "bodies")],
        label="Actors",
    ),
    until=number(
        FIRST, LAST, LAST, label="Documents up to", help="the view as it stood at the end of the year"
    ),
    seen=choice(
        [("Any source", "any"), ("The state's own words or a quotation", "high")],
        label="Seen in",
        help="confidence high only, or all",
    ),
    history=switch(label="Show earlier documents", help="in the table, and for one issue in the picture"),
)


# ---------------------------------------------------------------- thresholds ladder

RUNGS = thresholds.THRESHOLDS
ANSWER_MARKS = {MET: "●", MAY: "◐", OPEN: "?", NO_RULE: "∅", NOT_MET: "✕", SILENT: "·"}
ANSWER_WORDS = {
    MET: "argues that it is met",
    MAY: "argues that it may be met",
    OPEN: "leaves it open",
    NO_RULE: "holds that there is no such rule",
    NOT_MET: "argues that it is not met",
    SILENT: "states a condition that is not reached",
}
ANSWER_COLOURS = ("#0072B2", "#56B4E9", "#F0E442", "#CC79A7", "#E69F00", "#c3c9d0")

#: Ready-made operations: constructed, some after the published effects of a known incident.
CASES = {
    "own": ("Set the effects yourself", None),
    "espionage": (
        "Documents copied from a ministry",
        Operation(data="copied", target="government", duration="weeks"),
    ),
    "ddos": (
        "Government sites slow for days",
        Operation(function="slowed", duration="days", scale="nationwide", target="government", entered=False),
    ),
    "election": (
        "Vote count changed",
        Operation(data="altered", interference=("elections",), scale="nationwide", target="government"),
    ),
    "wiper": (
        "Wiper in a country's firms and offices",
        Operation(function="reinstall", data="lost", duration="weeks", scale="nationwide"),
    ),
    "bank": (
        "Banks dark for a week, with a demand",
        Operation(
            function="reinstall",
            interference=("pressure",),
            duration="weeks",
            scale="nationwide",
            target="finance",
        ),
    ),
    "grid": (
        "Power off for hours",
        Operation(function="slowed", duration="hours", scale="sector", target="essential service"),
    ),
    "plant": (
        "Machines destroyed in a plant",
        Operation(function="replace", physical="major", duration="weeks", target="government"),
    ),
    "deaths": (
        "Dam opened, people die",
        Operation(
            function="replace",
            physical="major",
            injury="deaths",
            duration="days",
            scale="sector",
            target="essential service",
        ),
    ),
}


@cache
def _arguments() -> pd.DataFrame:
    return load("threshold_arguments")


TABLE = {
    "Condition or reason": "condition_text",
    "Document": "document",
    "Place": "place",
    "Year": "year",
    "Reference": "reference",
    "Confidence": "confidence",
    "Address": "url",
    "Seen in": "seen_in",
}


@cache
def _records() -> dict[int, tuple]:
    """What the table shows of each argument, by its row."""
    rows = _arguments()[list(TABLE.values())].astype(object)
    rows = rows.where(rows.notna(), "")
    return dict(zip(rows.index, rows.itertuples(index=False, name=None), strict=True))


def argued(operation: Operation) -> pd.DataFrame:
    """What each author in the table argues of each threshold; see :func:`thresholds.answers`."""
    return thresholds.answers(_arguments(), operation)


def _rungs(said: pd.DataFrame) -> go.Figure:
    counts = said.groupby(["threshold", "answer"], observed=True).size()
    figure = figures.new(
        430,
        barmode="stack",
        bargap=0.35,
        xaxis={"title": {"text": "authors"}, "rangemode": "tozero"},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(RUNGS),
            "tickvals": list(RUNGS),
            "ticktext": [r.replace(" ", "<br>", 1) for r in RUNGS],
            "showgrid": False,
        },
        uniformtext={"minsize": 12, "mode": "hide"},
        legend={"traceorder": "normal"},
    )
    for answer, colour in zip(ANSWER_MARKS, ANSWER_COLOURS, strict=True):
        who = {
            r: sorted(said[(said["threshold"] == r) & (said["answer"] == answer)]["author"]) for r in RUNGS
        }
        n = [int(counts.get((r, answer), 0)) for r in RUNGS]
        figure.add_trace(
            {
                "type": "bar",
                "x": n,
                "y": list(RUNGS),
                "orientation": "h",
                "name": f"{ANSWER_MARKS[answer]} {answer}",
                "marker": {"color": colour, "line": {"color": figures.INK, "width": 0.7}},
                "text": [f"{ANSWER_MARKS[answer]} {k}" if k else "" for k in n],
                "textposition": "inside",
                "textangle": 0,
                "insidetextanchor": "middle",
                "textfont": {"color": "#ffffff" if answer == MET else "#1f2933", "size": 13},
                "hovertext": [
                    f"<b>{r}</b>: {ANSWER_WORDS[answer]}<br>{figures.plain(', '.join(who[r]), width=50)}"
                    for r in RUNGS
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "visible": True if sum(n) else "legendonly",
                "showlegend": bool(sum(n)),
            }
        )
    return figure


def _who(said: pd.DataFrame) -> go.Figure:
    kinds = _arguments().drop_duplicates("author").set_index("author")["kind"]
    rank = {k: i for i, k in enumerate(("state", "body of states", "court", "experts", "scholar"))}
    authors = sorted(kinds.index, key=lambda a: (rank[str(kinds[a])], a))
    grid = said.pivot(index="author", columns="threshold", values="answer").reindex(authors)
    grid = grid.reindex(columns=list(RUNGS))
    brief = LABELS | {"International Court of Justice": "ICJ", "Tallinn Manual 2.0 experts": "Tallinn 2.0"}
    grid.index = [brief.get(a, a) for a in authors]
    figure = figures.heatmap(
        grid, categories=ANSWER_MARKS, colours=ANSWER_COLOURS, height=330 + 25 * len(authors)
    )
    return figure.update_layout(xaxis={"tickangle": -90, "dtick": 1})


def _rung_words(said: pd.DataFrame, rung: str) -> str:
    here = said[said["threshold"] == rung]
    yes, maybe = int((here["answer"] == MET).sum()), int((here["answer"] == MAY).sum())
    against = int(here["answer"].isin([OPEN, NO_RULE, NOT_MET]).sum())
    return f"{rung} {yes} met, {maybe} may be met, {against} against or open (of {len(here)})"


def ladder(
    case: str = "own",
    function: str = "slowed",
    physical: str = "none",
    injury: str = "none",
    data: str = "none",
    interference: tuple[str, ...] = (),
    duration: str = "days",
    scale: str = "sector",
    target: str = "essential service",
    entered: bool = True,
    picture: str = "rungs",
) -> View:
    """Which thresholds an operation with these effects is argued to meet, and by whom."""
    operation = CASES[case][1] or Operation(
        function=function,
        physical=physical,
        injury=injury,
        data=data,
        interference=tuple(interference),
        duration=duration,
        scale=scale,
        target=target,
        entered=entered,
    )
    said = argued(operation)
    records = _records()
    rows = [
        (one.threshold, one.author, one.answer, *records[i]) for one in said.itertuples() for i in one.rows
    ]
    rungs, ranks = list(RUNGS), list(thresholds.ANSWERS)
    rows.sort(key=lambda r: (rungs.index(r[0]), ranks.index(r[2]), r[1]))
    table = pd.DataFrame(rows, columns=["Threshold", "Author", "Here", *TABLE])
    parts = [r for r in RUNGS if thresholds.split(said[said["threshold"] == r]["answer"])]
    opinion = f"opinion splits on {' and '.join(parts)}" if parts else "no split among those who speak to it"
    takeaway = f"As argued: {'; '.join(_rung_words(said, r) for r in RUNGS)}; {opinion}."
    detail = "\n\n".join(
        [
            "**The operation**: " + describe(operation),
            *[f"**{r}**\n{_rung_list(said, r)}" for r in RUNGS],
        ]
    )
    return View(
        figure=_rungs(said) if picture == "rungs" else _who(said),
        takeaway=takeaway,
        table=table,
        caveat="This reports arguments; it does not rule, and counting authors decides nothing. It supposes that "
        "the operation is a state's (chapter 1.2). Conditions are our short form of longer texts, some read in "
        "a summary. Most states have published no condition: they are not here, and that is not a view.",
        sources=("threshold_arguments", "positions"),
        detail=detail,
    )


WORDS = {
    "function": {
        "none": "no loss of function",
        "slowed": "systems slowed or interrupted, back by themselves",
        "reinstall": "software or data must be restored",
        "replace": "equipment must be repaired or replaced",
    },
    "physical": {
        "none": "no physical damage",
        "minor": "minor physical damage",
        "major": "serious physical damage",
    },
    "injury": {"none": "nobody hurt", "injured": "people injured", "deaths": "people killed"},
    "data": {
        "none": "data untouched",
        "copied": "data copied",
        "altered": "data changed or deleted, then restored",
        "lost": "data lost for good",
    },
    "duration": {"hours": "for hours", "days": "for days", "weeks": "for weeks or more"},
    "scale": {
        "one": "in one organisation",
        "sector": "across a sector or region",
        "nationwide": "across the country",
    },
    "target": {
        "firm": "private firms",
        "essential service": "an essential service (energy, health, water, transport)",
        "finance": "banks or exchanges",
        "government": "government systems",
        "military": "military systems",
    },
    "interference": {
        "opinion": "attempts to sway opinion before a vote",
        "elections": "holding or counting an election",
        "government functions": "functions of government (taxes, courts, benefits)",
        "pressure": "pressure to force a choice on the state",
    },
}


def describe(operation: Operation) -> str:
    """The operation in words."""
    bits = [WORDS[k][getattr(operation, k)] for k in ("function", "physical", "injury", "data")]
    touched = "; ".join(WORDS["interference"][i] for i in operation.interference)
    inside = "systems entered" if operation.access == "entered" else "no system entered"
    return (
        f"aimed at {WORDS['target'][operation.target]}, {WORDS['scale'][operation.scale]}, "
        f"{WORDS['duration'][operation.duration]}; {inside}; {'; '.join(bits)}; interference: {touched or 'none'}."
    )


def _rung_list(said: pd.DataFrame, rung: str) -> str:
    here = said[said["threshold"] == rung]
    lines = []
    for answer, words in ANSWER_WORDS.items():
        who = sorted(here[here["answer"] == answer]["author"])
        if who:
            lines.append(f"- {ANSWER_MARKS[answer]} {words}: {', '.join(who)}")
    return "\n".join(lines)


def _levels(effect: str) -> list[tuple[str, str]]:
    return [(words, value) for value, words in WORDS[effect].items()]


thresholds_ladder = Exhibit(
    "thresholds_ladder",
    "Which thresholds is it argued to meet, and by whom?",
    ladder,
    case=choice(
        [(words, key) for key, (words, _) in CASES.items()],
        label="Case",
        help="a ready-made case overrides the effects below",
    ),
    function=choice(_levels("function"), default="slowed", label="Loss of function"),
    physical=choice(_levels("physical"), label="Physical damage"),
    injury=choice(_levels("injury"), label="Injury"),
    data=choice(_levels("data"), label="Data"),
    interference=choices(_levels("interference"), label="Interference with"),
    duration=choice(_levels("duration"), default="days", label="Duration"),
    scale=choice(_levels("scale"), default="sector", label="Scale"),
    target=choice(_levels("target"), default="essential service", label="Target"),
    entered=switch(True, label="Systems entered", help="off for a flood of traffic or messages only"),
    picture=choice([("Rungs: how many", "rungs"), ("Who argues what", "who")], label="Picture"),
)


# ---------------------------------------------------------------- control at home

SHUTDOWN_YEARS = (2016, 2024)
STATUS = ("not free", "partly free", "free")
NOT_SCORED = "not scored"
BANDS = ("lower third of the scale", "middle third", "upper third")
MEASURES = {
    "fotn": ("Freedom on the Net 2024 (0 to 100)", "freedom_on_the_net"),
    "civlib": ("V-Dem civil liberties 2025 (0 to 1)", "regimes"),
    "libdem": ("V-Dem liberal democracy 2025 (0 to 1)", "regimes"),
}


@cache
def scores(measure: str) -> pd.DataFrame:
    """Score and group of each state under a measure.

    Returns
    -------
    pandas.DataFrame
        Index iso3; ``score`` on the scale of the source, higher is freer; ``group``, the published status
        (Freedom on the Net) or the third of the scale (V-Dem, ours).

    Raises
    ------
    ValueError
        Not a measure of ``MEASURES``.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure: {measure!r} is not one of {', '.join(MEASURES)}")
    if measure == "fotn":
        rows = load("freedom_on_the_net").query("edition == 2024").set_index("iso3")
        return pd.DataFrame({"score": rows["total"].astype(float), "group": rows["status"].astype(str)})
    rows = load("regimes").dropna(subset=["iso3"]).set_index("iso3")
    score = rows[{"civlib": "v2x_civlib", "libdem": "v2x_libdem"}[measure]].astype(float)
    third = np.minimum((score * 3).astype(int), 2)
    return pd.DataFrame({"score": score, "group": [BANDS[k] for k in third]})


@cache
def _shutdowns() -> pd.DataFrame:
    return load("shutdowns")


@cache
def _recorded(between: tuple[int, int]) -> pd.Series:
    rows = _shutdowns()
    inside = rows["year"].between(*between)
    return rows["n"].where(inside, 0).groupby(rows["iso3"]).sum().astype(int)


def recorded(between: tuple[int, int]) -> pd.Series:
    """Shutdowns recorded in the years, by country; a country that the record never names is not in it."""
    return _recorded(tuple(between)).copy()


@lru_cache(maxsize=8)
def _picked(n: int, draws: int, seed: int) -> np.ndarray:
    """Which of n pairs each resample takes."""
    return np.random.default_rng(seed).integers(0, n, (draws, n))


def spearman(x: pd.Series, y: pd.Series, draws: int = 1000, seed: int = 0) -> tuple[float, float, float, int]:
    """Spearman's rank correlation with a 95% percentile interval from the bootstrap.

    Parameters
    ----------
    x, y : pandas.Series
        Numbers with the same index; pairs with a missing value are left out.
    draws, seed : int
        Resamples of the pairs, and where their drawing starts.

    Returns
    -------
    (float, float, float, int)
        Correlation of the mean ranks, lower and upper end, number of pairs; nan where it is not defined.

    Notes
    -----
    rho is Pearson's correlation of ranks, ties sharing their mean rank. The interval takes the countries as
    if drawn at random, which they are not: it covers chance alone.
    """
    both = pd.DataFrame({"x": x, "y": y}).dropna().astype(float)
    n = len(both)
    if n < 3 or both["x"].nunique() < 2 or both["y"].nunique() < 2:
        return np.nan, np.nan, np.nan, n
    ranks = both.rank().to_numpy()
    rho = float(np.corrcoef(ranks.T)[0, 1])
    pick = _picked(n, draws, seed)
    # ranks are drawn, not ranked again: the usual short cut, close for n in the dozens
    a, b = ranks[:, 0][pick], ranks[:, 1][pick]
    a, b = a - a.mean(1, keepdims=True), b - b.mean(1, keepdims=True)
    scale = np.sqrt((a**2).sum(1) * (b**2).sum(1))
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = (a * b).sum(1) / scale
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return rho, float(low), float(high), n


@cache
def _home(measure: str, between: tuple[int, int], without_first: bool) -> pd.DataFrame:
    """One row for each state that has a score or a recorded shutdown."""
    counts = recorded(between)
    frame = scores(measure).join(counts.rename("recorded"), how="outer")
    frame["ever"] = frame.index.isin(counts.index)
    frame["group"] = frame["group"].fillna(NOT_SCORED)
    frame["country"] = [country(c) for c in frame.index]
    if without_first and counts.max() > 0:
        frame = frame.drop(counts.idxmax())
    return frame


def groups_of(measure: str) -> tuple[str, ...]:
    """The groups of a measure, least free first."""
    return STATUS if measure == "fotn" else BANDS


@cache
def shares(measure: str, between: tuple[int, int], without_first: bool = False) -> pd.DataFrame:
    """Share of the scored states of each group with at least one recorded shutdown, with Wilson intervals."""
    frame = _home(measure, between, without_first)
    out = []
    for group in groups_of(measure):
        part = frame[frame["group"] == group]
        k, n = int((part["recorded"].fillna(0) > 0).sum()), len(part)
        out.append((group, k, n, k / n if n else np.nan, *wilson(k, n)))
    return pd.DataFrame(out, columns=["group", "states with a shutdown", "states", "share", "low", "high"])


def _named(some: pd.DataFrame, most: int = 7) -> set[str]:
    """States whose names are printed: those with most shutdowns, without two names on one spot of a narrow page."""
    width = float(some["score"].max() - some["score"].min()) or 1.0 if len(some) else 1.0
    first = some.sort_values("recorded", ascending=False).head(most)
    across, up = first["score"].to_numpy(float), np.log10(first["recorded"].to_numpy(float))
    named: list[int] = []
    for i in range(len(first)):
        if not any(abs(across[i] - across[j]) < 0.4 * width and abs(up[i] - up[j]) < 0.22 for j in named):
            named.append(i)
    return set(first.index[named])


def _scatter(frame: pd.DataFrame, measure: str) -> go.Figure:
    label = MEASURES[measure][0]
    floor = 0.45  # where "none recorded" lies on the logarithmic axis
    figure = figures.new(
        480,
        xaxis={"title": {"text": figures.plain(f"{label}; higher is freer", width=20)}},
        yaxis={
            "type": "log",
            "title": {"text": "shutdowns recorded (logarithmic)"},
            "tickvals": [floor, 1, 3, 10, 30, 100, 300, 1000],
            "ticktext": ["none<br>recorded", "1", "3", "10", "30", "100", "300", "1,000"],
            "range": [np.log10(0.3), 3.25],
        },
    )
    scored = frame.dropna(subset=["score"])
    some = scored[scored["recorded"].fillna(0) > 0]
    top, middle = _named(some), float(scored["score"].mean()) if len(scored) else 0.0
    for i, group in enumerate(groups_of(measure)):
        part = some[some["group"] == group]
        if part.empty:
            continue
        at, counts = part["score"].tolist(), part["recorded"].astype(float).tolist()
        names = part["country"].tolist()
        figure.add_trace(
            {
                "type": "scatter",
                "x": at,
                "y": counts,
                "mode": "markers+text",
                "name": group,
                "text": [
                    figures.plain(n, limit=18) if c in top else ""
                    for c, n in zip(part.index, names, strict=True)
                ],
                "textposition": ["top right" if x < middle else "top center" for x in at],
                "hovertext": [
                    f"<b>{figures.plain(n)}</b><br>score {x:g}, {int(y)} recorded"
                    for n, x, y in zip(names, at, counts, strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {
                    "symbol": figures.SYMBOLS[i],
                    "color": figures.COLOURS[i],
                    "size": 10,
                    "line": {"color": figures.INK, "width": 0.7},
                },
            }
        )
    none = scored[scored["recorded"].fillna(0) == 0]
    if len(none):
        figure.add_trace(
            {
                "type": "scatter",
                "x": none["score"].tolist(),
                "y": [floor] * len(none),
                "mode": "markers",
                "name": "none recorded in these years",
                "hovertext": [
                    f"<b>{figures.plain(n)}</b><br>score {x:g}; "
                    + ("none recorded in these years" if ever else "not in the record at all")
                    for n, x, ever in zip(none["country"], none["score"], none["ever"], strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {"symbol": "circle-open", "color": figures.SOFT_INK, "size": 9},
            }
        )
    return figure


def _by_year(measure: str, between: tuple[int, int], without: set[str]) -> tuple[go.Figure, pd.DataFrame]:
    rows = _shutdowns()
    rows = rows[rows["year"].between(*between) & ~rows["iso3"].isin(without)]
    group = scores(measure)["group"].reindex(rows["iso3"]).fillna(NOT_SCORED).to_numpy()
    counts = rows["n"].groupby([rows["year"], group]).sum().unstack(fill_value=0)
    order = [g for g in (*groups_of(measure), NOT_SCORED) if g in counts]
    counts = counts.reindex(range(between[0], between[1] + 1), fill_value=0)[order].astype(int)
    counts.index.name, counts.columns.name = "year", None
    long = counts.reset_index().melt("year", var_name="group", value_name="shutdowns")
    long["year"] = long["year"].astype(str)
    figure = figures.bars(
        long,
        "year",
        "shutdowns",
        group="group",
        label="recorded shutdowns that began in the year",
        horizontal=False,
        stacked=True,
        values_shown=False,
    )
    return figure, counts.reset_index()


def home(
    measure: str = "fotn",
    between: tuple[int, int] = SHUTDOWN_YEARS,
    picture: str = "scatter",
    without_first: bool = False,
) -> View:
    """Recorded shutdowns beside a score of freedom."""
    frame = _home(measure, between, without_first)
    scored = frame.dropna(subset=["score"])
    outside = frame[frame["score"].isna()]
    n_out, shut_out = int((outside["recorded"] > 0).sum()), int(outside["recorded"].sum())
    counts = recorded(between)
    first = country(counts.idxmax()) if counts.max() > 0 else ""
    total = int(frame["recorded"].fillna(0).sum())
    sources = ("shutdowns", MEASURES[measure][1])
    caveat = (
        "Recorded by a coalition of observers: none recorded is not none. A count says nothing of length or reach, "
        "and names the country where the shutdown was felt, not who ordered it. One score, late in the years or "
        "after them, stands beside counts of up to nine years: it cannot show what led to what. Recording grew "
        "with the coalition, so a rise may be better watching."
    )
    if outside["recorded"].sum() > 0:
        caveat += f" {n_out} countries with {shut_out:,} recorded shutdowns have no score and are left out."
    if without_first and first:
        caveat += f" {first}, with {int(counts.max()):,}, is left out."
    parts = shares(measure, between, without_first)
    words = "; ".join(
        f"{r.group} {share(int(r.k), int(r.n))}"
        for r in parts.rename(columns={"states with a shutdown": "k", "states": "n"}).itertuples()
    )
    if picture == "years":
        without = {counts.idxmax()} if without_first and first else set()
        figure, table = _by_year(measure, between, without)
        top = frame["recorded"].fillna(0).sort_values(ascending=False)
        takeaway = (
            f"{total:,} shutdowns were recorded from {between[0]} to {between[1]}; "
            f"{country(top.index[0])} alone has {int(top.iloc[0]):,} of them ({top.iloc[0] / max(total, 1):.0%})."
        )
    elif picture == "shares":
        figure = figures.bars(
            parts,
            "group",
            "share",
            "low",
            "high",
            label="share of scored states with at least one recorded shutdown",
            percent=True,
        )
        table = parts.round(3)
        takeaway = f"At least one shutdown recorded from {between[0]} to {between[1]}: {words}."
    else:
        figure = _scatter(frame, measure)
        rho, low, high, n = spearman(scored["score"], scored["recorded"].fillna(0))
        table = (
            scored.assign(
                recorded=[str(int(v)) if v > 0 else "none recorded" for v in scored["recorded"].fillna(0)],
                amount=scored["recorded"].fillna(0),
            )
            .sort_values(["amount", "score"], ascending=[False, True])[
                ["country", "group", "score", "recorded"]
            ]
            .reset_index(drop=True)
        )
        link = (
            f"the rank correlation of score and recorded shutdowns is {rho:.2f} ({low:.2f} to {high:.2f}), with those "
            "that have none recorded ranked lowest"
            if not np.isnan(rho)
            else "no rank correlation is defined"
        )
        takeaway = f"Among {n} scored states and territories, {between[0]} to {between[1]}, {link}."
    return View(figure, takeaway, table, caveat, sources)


control_at_home = Exhibit(
    "control_at_home",
    "Who switches the network off at home?",
    home,
    measure=choice([(label, key) for key, (label, _) in MEASURES.items()], label="Score"),
    between=years(*SHUTDOWN_YEARS, label="Years"),
    picture=choice(
        [("Each state", "scatter"), ("Share with a shutdown", "shares"), ("Count by year", "years")],
        label="Picture",
    ),
    without_first=switch(
        label="Leave out the state with most", help="to see how far one state moves the picture"
    ),
)


# ---------------------------------------------------------------- findings and checks


def finding_positions() -> str:
    """How much of the matrix is filled, and by whom."""
    rows = _positions()
    now = latest(rows)
    states = rows[~rows["collective"]]["actor"].nunique()
    cells = rows["actor"].nunique() * len(PROPOSITIONS)
    most = now["issue"].value_counts()
    return (
        f"{len(rows)} positions of {states} states and {len(COLLECTIVE)} bodies of states fill {len(now)} of {cells} "
        f"cells of actor and issue: {len(now) / cells:.0%}. The fullest issue is “{most.index[0]}” ({most.iloc[0]} "
        f"actors), the emptiest “{most.index[-1]}” ({most.iloc[-1]}). Empty cells are gaps, not refusals."
    )


def finding_sovereignty() -> str:
    """Rule or principle, among those whose view was seen."""
    now = latest(_positions()).query("issue == 'sovereignty'")
    states = now[~now["collective"]]
    counts = states["stance"].value_counts()
    rest = "; ".join(
        f"{s}: {', '.join(sorted(states[states['stance'] == s]['actor']))}" for s in counts.index[1:]
    )
    bodies = now[now["collective"]]["stance"].eq("rule").sum()
    return (
        f"On sovereignty, {counts.iloc[0]} of the {len(states)} states whose view was seen say “{counts.index[0]}” "
        f"in their latest document, and so do {bodies} of {len(COLLECTIVE)} bodies of states. The others: {rest}."
    )


def finding_ladder() -> str:
    """How the same four rungs look from below and from above."""
    out = []
    for key in ("espionage", "election", "bank", "plant"):
        words, operation = CASES[key]
        said = argued(operation)
        reach = [r for r in RUNGS if (said[said["threshold"] == r]["answer"] == MET).any()]
        parts = [r for r in RUNGS if thresholds.split(said[said["threshold"] == r]["answer"])]
        out.append(
            f"“{words}”: argued met {', '.join(reach) or 'nowhere'}; split on {', '.join(parts) or 'none'}"
        )
    return "Four constructed cases. " + ". ".join(out) + "."


def finding_home() -> str:
    """Shutdowns by freedom status, with and without the state that has most."""
    parts = shares("fotn", SHUTDOWN_YEARS).set_index("group")
    words = "; ".join(f"{g} {share(int(r.iloc[0]), int(r.iloc[1]))}" for g, r in parts.iterrows())
    counts = recorded(SHUTDOWN_YEARS).sort_values(ascending=False)
    return (
        f"States scored by Freedom on the Net with at least one recorded shutdown, {SHUTDOWN_YEARS[0]} to "
        f"{SHUTDOWN_YEARS[1]}: {words}. Of {int(counts.sum()):,} recorded shutdowns, {country(counts.index[0])}, "
        f"rated {scores('fotn')['group'][counts.index[0]]}, has {counts.iloc[0] / counts.sum():.0%}."
    )


def _check_rule_states(answer: object) -> Verdict:
    rows = load("positions").query("issue == 'sovereignty' and stance == 'rule'")
    states = rows[~rows["actor"].isin(COLLECTIVE)]
    return check_number(
        answer,
        right=float(states["actor"].nunique()),
        tolerance=0.1,
        slips={
            "You counted rows, with the bodies of states among them. Some states have two documents.": float(
                len(rows)
            ),
            "You counted the bodies of states as states. They speak for their members; leave them out.": float(
                rows["actor"].nunique()
            ),
            "You counted documents. One state has two on this issue; count distinct actors.": float(
                len(states)
            ),
        },
        hint="Keep the rows whose issue is sovereignty and whose stance is rule, drop the two bodies of states, and "
        "count distinct actors.",
    )


CHECKS = {"rule_states": _check_rule_states}
