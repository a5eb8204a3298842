"""The start page: a first exhibit to practise on, the timeline of the field, and the catalogue of tables."""

from __future__ import annotations

import math
from functools import cache
from html import escape

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import figures
from cyberdip_utils.countries import name as country
from cyberdip_utils.data import catalog, load
from cyberdip_utils.exhibit import Exhibit, View, choice, choices, search, years
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Panel, Verdict, chapters, check_number

YEARS = (2000, 2024)
ALL = "all states"


@cache
def _received() -> pd.DataFrame:
    """Distinct (incident, receiving state) with the year of the start."""
    starts = load("incidents").set_index("incident_id")["start_on"].dt.year.rename("year")
    rows = load("incident_receivers")[["incident_id", "iso3"]].dropna().drop_duplicates()
    return rows.join(starts, on="incident_id").dropna(subset=["year"]).astype({"year": int})


def _receivers() -> list[tuple[str, str]]:
    return [("All states", ALL), *sorted((country(c), c) for c in _received()["iso3"].unique())]


def by_receiver(receiver: str = ALL, between: tuple[int, int] = YEARS) -> View:
    """Distinct incidents by year of start that a state received, in EuRepoC."""
    rows = _received()
    rows = rows[rows["year"].between(*between)]
    whole = rows["incident_id"].nunique()
    who = "any state"
    if receiver != ALL:
        rows, who = rows[rows["iso3"] == receiver], country(receiver)
    counts = (
        rows.drop_duplicates("incident_id")["year"]
        .value_counts()
        .reindex(range(between[0], between[1] + 1), fill_value=0)
        .rename_axis("year")
        .rename("incidents")
    )
    n = int(counts.sum())
    figure = figures.new(
        xaxis={"showgrid": False, "dtick": 4 if len(counts) > 8 else 1},
        yaxis={"title": {"text": "distinct incidents"}, "rangemode": "tozero"},
    )
    figure.add_trace(
        go.Bar(
            x=counts.index.tolist(), y=counts.tolist(), marker={"color": figures.COLOURS[0]}, showlegend=False
        )
    )
    if between[0] <= 2022 and between[1] >= 2023:
        figures.mark_changes(figure, [(2022.5, "2023: rule widened")])
    if receiver == ALL:
        takeaway = (
            f"{n:,} distinct incidents with a named receiving state began in {between[0]} to {between[1]}."
        )
    else:
        takeaway = (
            f"{who} received {n:,} distinct incidents that began in {between[0]} to {between[1]}: "
            f"{share(n, whole)} of those with a named receiving state."
        )
    return View(
        figure=figure,
        takeaway=takeaway,
        table=counts.reset_index(),
        caveat="Reports in one public record, not all attacks. In February and March 2023 the record began to take in "
        "every attack on critical infrastructure. Incidents without a start date are left out.",
        sources=("incidents", "incident_receivers"),
    )


incidents_by_receiver = Exhibit(
    "incidents_by_receiver",
    "How many incidents does one record hold for a state?",
    by_receiver,
    receiver=choice(_receivers, label="Receiver"),
    between=years(*YEARS, label="Years"),
)


# ---------------------------------------------------------------- what there is to read

PARTS = {
    "1": ("Sovereignty", "Whose rules reach into networks, who did it, and what may a state switch off?"),
    "2": ("Norms", "What have states promised, how do they vote, and do the promises hold?"),
    "3": ("Deterrence", "What happens, what follows, and can it be prevented?"),
    "4": ("Data flows", "How do bytes, chips and rights cross borders?"),
    "5": ("Controversies", "Six debates, with the strongest case for every side."),
}


def contents() -> Panel:
    """The five parts with the chapters that are written, each with its link and its time."""
    text, rows = [], []
    for part, (name, question) in PARTS.items():
        written = [c for c in chapters().values() if c.number.startswith(f"{part}.")]
        text += [f"{part} {name}: {question}"]
        text += [f"    {c.number} {c.title} ({c.minutes} min)" for c in written] or ["    in preparation"]
        links = "<br>".join(
            f"<a href='{escape(c.notebook, quote=True)}'>{escape(c.number)} {escape(c.title)}</a> ({c.minutes} min)"
            for c in written
        )
        rows.append(
            f"<tr><th scope='row' style='text-align:left'>{part} {escape(name)}</th>"
            f"<td style='text-align:left'>{escape(question)}</td>"
            f"<td style='text-align:left'>{links or 'in preparation'}</td></tr>"
        )
    head = "".join(
        f"<th scope='col' style='text-align:left'>{h}</th>"
        for h in ("Part", "The question behind it", "Chapters")
    )
    html = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return Panel("\n".join(text), html)


# ---------------------------------------------------------------- the field in time


@cache
def _events() -> pd.DataFrame:
    frame = load("process_timeline").copy()
    frame["lane"] = [
        k.replace("_", " ").capitalize().replace("Un ", "UN ") for k in frame["kind"].astype(str)
    ]
    frame["year"] = frame["date"].dt.year
    return frame.sort_values("date", kind="stable")


def _kinds() -> list[tuple[str, str]]:
    return sorted((lane, lane) for lane in _events()["lane"].unique())


def over_time(kinds: tuple[str, ...] = (), between: tuple[int, int] = (1998, 2026), words: str = "") -> View:
    """Steps in the making of rules for cyberspace, by kind."""
    rows = _events()
    rows = rows[rows["year"].between(*between)]
    if kinds:
        rows = rows[rows["lane"].isin(kinds)]
    text = (rows["event"] + " " + rows["symbol"].fillna("") + " " + rows["outcome"].fillna("")).str.casefold()
    for word in words.casefold().split():
        rows = rows[text.loc[rows.index].str.contains(word, regex=False)]
    n, whole = len(rows), len(_events())
    exact = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
    table = pd.DataFrame(
        {
            "When": [
                d.strftime(exact[str(p)]) for d, p in zip(rows["date"], rows["date_precision"], strict=True)
            ],
            "Kind": rows["lane"],
            "What": rows["event"],
            "Symbol": rows["symbol"],
            "Outcome": rows["outcome"],
            "Source": rows["url"],
        }
    ).reset_index(drop=True)
    first = (
        f", the first in {table['When'].iloc[0][:4]}, the last in {table['When'].iloc[-1][:4]}" if n else ""
    )
    return View(
        figure=figures.timeline(rows, "date", "event", "lane", hover="outcome")
        if n
        else figures.empty("No step in the list fits."),
        takeaway=f"{n:,} of the {whole:,} listed steps fit{first}.",
        table=table,
        caveat="A list made by hand of steps whose source was seen. What is missing here may still have happened.",
        sources=("process_timeline",),
    )


timeline = Exhibit(
    "timeline",
    "How did the rules come about?",
    over_time,
    kinds=choices(_kinds, label="Kind"),
    between=years(1998, 2026, label="Years"),
    words=search(label="Search", examples=("sanctions", "A/RES", "NotPetya")),
)


# ---------------------------------------------------------------- the catalogue


def tables(words: str = "", theme: str = "all") -> View:
    """The tables whose name, title, text or columns hold every word."""
    found = catalog(words)
    whole = len(catalog())
    if theme != "all":
        found = found[found["theme"] == theme]
    found = found.sort_values("rows", ascending=False, kind="stable")
    n = len(found)
    if n:
        shown = found.head(30).reset_index()
        figure = figures.bars(shown, "table", "rows", label="rows (each step is ten times the last)")
        top = math.ceil(math.log10(shown["rows"].max()))
        figure.update_xaxes(type="log", rangemode="normal", range=[0, top], dtick=1)
        takeaway = f"{n} of {whole} tables fit, with {int(found['rows'].sum()):,} rows together."
    else:
        figure = figures.empty("No table mentions all these words.")
        takeaway = f"None of the {whole} tables mentions all these words."
    return View(
        figure=figure,
        takeaway=takeaway,
        table=found.reset_index(),
        caveat="The picture shows the thirty longest; the table beneath lists all. Rows say how long a table is, not how good.",
        sources=(),
    )


catalogue = Exhibit(
    "catalogue",
    "Which tables are there?",
    tables,
    words=search(label="Search", examples=("votes", "cable", "sanctions")),
    theme=choice(
        [
            ("All", "all"),
            ("Countries and groups", "frame"),
            ("Sovereignty", "sovereignty"),
            ("Norms", "norms"),
            ("Deterrence", "deterrence"),
            ("Data flows", "data_flows"),
        ],
        label="Theme",
    ),
)


def finding_package() -> str:
    """How many tables there are, how many rows, and how many licences are not stated."""
    all_tables = catalog()
    silent = int(all_tables["licence"].str.contains("not stated").sum())
    return (
        f"The handbook ships {len(all_tables)} tables and map layers with {int(all_tables['rows'].sum()):,} rows. For "
        f"{silent} of them the licence was not stated by the source we could read."
    )


def _check_not_stated(answer: object) -> Verdict:
    licences = catalog()["licence"]
    return check_number(
        answer,
        right=float(licences.str.contains("not stated").sum()),
        tolerance=0,
        slips={
            "That is the number of all tables.": float(len(licences)),
            "You counted only licences that are exactly 'not stated'; some tables join two sources.": float(
                (licences == "not stated").sum()
            ),
        },
        hint="Look in the column licence of catalog() for the words 'not stated'.",
    )


CHECKS = {"not_stated": _check_not_stated}
