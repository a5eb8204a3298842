"""The start page: the field map, the timeline, a first exhibit to practise on, the paths, and the glossary."""

from __future__ import annotations

from functools import cache
from html import escape

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import catalog, load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, search, years
from cyberdip_utils.glossary import terms
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Chapter, Panel, Verdict, chapters, check_number
from cyberdip_utils.topics import claimed, groups, paths, topics

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
        {
            "type": "bar",
            "x": counts.index.tolist(),
            "y": counts.tolist(),
            "marker": {"color": figures.COLOURS[0]},
            "showlegend": False,
        }
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


# Incidents of `anchor_incidents` that the list of steps has already, at the same moment.
_LISTED = {"estonia-2007", "stuxnet", "ukraine-grid-2015", "viasat-2022"}
_DATES = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def _claim(row: pd.Series) -> str:
    """Who attributed a well-known incident to whom, when and how, as the table has it."""
    if pd.isna(row["attributed_by"]):
        return f"Attribution: {row['basis']}"
    day = row["attributed_on"].strftime(_DATES[str(row["attributed_precision"])])
    return (
        f"Attributed to {row['attributed_actor']} by {country(row['attributed_by'])}, {day} ({row['basis']})"
    )


@cache
def _known_incidents() -> pd.DataFrame:
    """The well-known incidents on the day on which they came to light, in the form of the steps."""
    rows = load("anchor_incidents")
    rows = rows[~rows["anchor_id"].isin(_LISTED)]
    return pd.DataFrame(
        {
            "date": rows["became_public_on"],
            "date_precision": rows["became_public_precision"].astype(str),
            "event": rows["name"].astype(str) + ": comes to light",
            "kind": "incident",
            "outcome": rows.apply(_claim, axis=1),
            "url": rows["attribution_source_url"],
        }
    )


@cache
def _events() -> pd.DataFrame:
    frame = pd.concat(
        [load("process_timeline").astype({"kind": str, "date_precision": str}), _known_incidents()],
        ignore_index=True,
    )
    frame["lane"] = [
        k.replace("_", " ").capitalize().replace("Un ", "UN ") for k in frame["kind"].astype(str)
    ]
    frame["year"] = frame["date"].dt.year
    return frame.sort_values("date", kind="stable")


def _kinds() -> list[tuple[str, str]]:
    return sorted((lane, lane) for lane in _events()["lane"].unique())


def over_time(kinds: tuple[str, ...] = (), between: tuple[int, int] = (1998, 2026), words: str = "") -> View:
    """Steps in the making of rules for cyberspace and well-known incidents, by kind."""
    rows = _events()
    rows = rows[rows["year"].between(*between)]
    if kinds:
        rows = rows[rows["lane"].isin(kinds)]
    text = (rows["event"] + " " + rows["symbol"].fillna("") + " " + rows["outcome"].fillna("")).str.casefold()
    for word in words.casefold().split():
        rows = rows[text.loc[rows.index].str.contains(word, regex=False)]
    n, whole = len(rows), len(_events())
    table = pd.DataFrame(
        {
            "When": [
                d.strftime(_DATES[p]) for d, p in zip(rows["date"], rows["date_precision"], strict=True)
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
        takeaway=f"{n:,} of the {whole:,} listed steps and incidents fit{first}.",
        table=table,
        caveat="Lists made by hand of steps and incidents whose source was seen. What is missing here may still have "
        "happened. An incident stands at the day on which it came to light, and who did it is told as a claim.",
        sources=("process_timeline", "anchor_incidents"),
    )


timeline = Exhibit(
    "timeline",
    "How did the rules come about?",
    over_time,
    kinds=choices(_kinds, label="Kind"),
    between=years(1998, 2026, label="Years"),
    words=search(label="Search", examples=("sanctions", "A/RES", "NotPetya")),
)


# ---------------------------------------------------------------- the field map

EVERY, WHOLE = "all topics", "all parts"
_NAMES = {
    c.number: c.notebook.rsplit("/", 1)[-1].removesuffix(".ipynb").split("_", 2)[2].replace("_", " ")
    for c in chapters().values()
    if c.number != "0"
}


def _subjects() -> list[tuple[str, str]]:
    return [
        ("All topics", EVERY),
        *((f"{letter} {name}", letter) for letter, name in groups().items()),
        *((f"{t.code} {t.short}", t.code) for t in topics().values()),
    ]


def _parts() -> list[tuple[str, str]]:
    return [("All parts", WHOLE), *((f"{k} {name}", k) for k, (name, _) in PARTS.items())]


def _listed(words: list[str]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)


def _drawn(found: dict[str, tuple[Chapter, ...]]) -> go.Figure:
    """Topics on the left, chapters on the right, a line where a chapter claims a topic."""
    right = sorted({c.number for claims in found.values() for c in claims})
    left = list(found)
    rows = max(len(left), len(right))
    gap = {side: rows / len(side_rows) for side, side_rows in (("l", left), ("r", right))}
    at = {("l", code): (0.0, (i + 0.5) * gap["l"]) for i, code in enumerate(left)}
    at |= {("r", n): (1.0, (i + 0.5) * gap["r"]) for i, n in enumerate(right)}
    figure = figures.new(
        max(260, 60 + 24 * rows),
        xaxis={"visible": False, "range": [-1.42, 1.36], "fixedrange": True},
        yaxis={"visible": False, "range": [rows + 0.2, -0.2], "fixedrange": True},
        margin={"l": 4, "r": 4, "t": 8},
    )
    for i, part in enumerate(PARTS):
        colour, symbol = figures.COLOURS[i], figures.SYMBOLS[i]
        ends = [(code, c.number) for code, claims in found.items() for c in claims if c.number[0] == part]
        if not ends:
            continue
        figure.add_trace(
            {
                "type": "scatter",
                "x": [x for _ in ends for x in (0, 1, None)],
                "y": [y for code, n in ends for y in (at["l", code][1], at["r", n][1], None)],
                "mode": "lines",
                "line": {"color": colour, "width": 2, "dash": figures.DASHES[i]},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
        here = [n for n in right if n[0] == part]
        figure.add_trace(
            {
                "type": "scatter",
                "x": [1] * len(here),
                "y": [at["r", n][1] for n in here],
                "mode": "markers+text",
                "marker": {
                    "color": colour,
                    "symbol": symbol,
                    "size": 11,
                    "line": {"color": figures.INK, "width": 1},
                },
                "text": [f" {n}" for n in here],
                "name": f"{part} {PARTS[part][0]}",
                "showlegend": True,
                "textposition": "middle right",
                "textfont": {"size": 12},
                "hovertext": [figures.plain(f"{n} {chapters()[n].title}", width=50) for n in here],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    figure.add_trace(
        {
            "type": "scatter",
            "x": [0] * len(left),
            "y": [at["l", code][1] for code in left],
            "mode": "markers+text",
            "marker": {
                "color": [figures.PAPER if not found[code] else figures.INK for code in left],
                "symbol": "circle",
                "size": 9,
                "line": {"color": figures.INK, "width": 1},
            },
            "text": [f"{code} {topics()[code].short} " for code in left],
            "textposition": "middle left",
            "textfont": {"size": 12},
            "hovertext": [figures.plain(topics()[code].what, width=50) for code in left],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "showlegend": False,
        }
    )
    return figure


def field(topic: str = EVERY, part: str = WHOLE) -> View:
    """Topics of the field and the chapters that treat them.

    Parameters
    ----------
    topic : str
        A topic's code such as ``"C3"``, a group's letter, or ``"all topics"``.
    part : str
        Number of a part, or ``"all parts"``.
    """
    chosen = {
        code: tuple(c for c in found if part in (WHOLE, c.number[0]))
        for code, found in claimed().items()
        if topic in (EVERY, code, code[0])
    }
    if part != WHOLE and topic == EVERY:
        chosen = {code: found for code, found in chosen.items() if found}
    homes = {c.number: c for found in chosen.values() for c in found}
    minutes = sum(c.minutes for c in homes.values())
    where = "" if part == WHOLE else f" of part {part}"
    open_topics = [code for code, found in chosen.items() if not found]
    if not homes:
        name = f"{topic} ({topics()[topic].short})" if topic in topics() else "these topics"
        takeaway = f"No chapter{where} that is written treats {name}."
    elif topic in topics():
        takeaway = (
            f"{topic} ({topics()[topic].short}) is treated in {_listed(sorted(homes))}{where}, "
            f"about {minutes} minutes to read and do."
        )
    else:
        takeaway = (
            f"{len(homes)} chapter{'s' * (len(homes) != 1)}{where} treat{'s' * (len(homes) == 1)} "
            f"{len(chosen) - len(open_topics)} of the {len(topics())} topics, about {minutes / 60:.0f} hours to read and do."
            if minutes >= 90
            else f"{len(homes)} chapter{where} treats {len(chosen) - len(open_topics)} of the {len(topics())} topics, "
            f"about {minutes} minutes to read and do."
        )
    caveat = "A line says that a chapter takes a topic up, not how much of the chapter it fills."
    whole = [c.number for c in chapters().values() if not c.topics and c.number != "0"]
    caveat += f" Chapters {_listed(whole)} serve all topics and have no line."
    if open_topics and part == WHOLE:
        caveat += f" No chapter is written yet for {_listed(open_topics)}."
    return View(
        figure=_drawn(chosen) if homes else figures.empty("No chapter that is written fits."),
        takeaway=takeaway,
        table=pd.DataFrame(
            {
                "Topic": list(chosen),
                "Short": [topics()[code].short for code in chosen],
                "What it is": [topics()[code].what for code in chosen],
                "Chapters": ["; ".join(f"{c.number} {c.title}" for c in found) for found in chosen.values()],
            }
        ),
        caveat=caveat,
        sources=(),
        detail=f"**{topic}** {topics()[topic].what}.\n\n"
        + "\n".join(f"- {c.number} {c.title}" for c in homes.values())
        if topic in topics()
        else "",
    )


field_map = Exhibit(
    "field_map",
    "Which topics are there, and where are they treated?",
    field,
    topic=choice(_subjects, label="Topic"),
    part=choice(_parts, label="Part"),
)


# ---------------------------------------------------------------- paths through the handbook


def hours(minutes: int) -> str:
    """A time for a reader: "45 min", "2 h", "2 h 15 min"."""
    h, m = divmod(minutes, 60)
    return " ".join([f"{h} h"] * (h > 0) + [f"{m} min"] * (m > 0 or h == 0))


def reading_paths() -> Panel:
    """The paths for three kinds of reader, with times added up from ``chapters.toml``."""
    text, blocks = [], []
    for path in paths().values():
        there = [chapters()[n] for n in path.chapters if n in chapters()]
        later = [n for n in path.chapters if n not in chapters()]
        total = hours(sum(c.minutes for c in there))
        asked = [b for c in there for b in c.before if b not in path.chapters]
        ends = [f"Still to come: {_listed(later)}."] if later else []
        ends += [f"Builds also on {_listed(sorted(set(asked)))}."] if asked else []
        head = f"{path.name}: {len(there)} chapters, about {total}. {path.goal}"
        text += [head, *(f"    {c.number} {c.title} ({c.minutes} min)" for c in there), *ends, ""]
        steps = " → ".join(
            f"<a href='{escape(c.notebook, quote=True)}'>{escape(c.number)} {escape(c.title)}</a> ({c.minutes})"
            for c in there
            if c.number != "0"
        )
        blocks.append(
            f"<p><b>{escape(path.name)}</b>: {len(there)} chapters, about {total}. {escape(path.goal)}<br>"
            f"This page → {steps}. {escape(' '.join(ends))}</p>"
        )
    return Panel("\n".join(text).rstrip(), "".join(blocks))


# ---------------------------------------------------------------- the glossary


def _where(number: str) -> str:
    """Where a term is explained, in words; a chapter that is not written yet has a number only."""
    if number == "0":
        return "Start here"
    return f"{number} {chapters()[number].title}" if number in chapters() else f"{number} (in preparation)"


def _entry(slug: str) -> str:
    term = terms()[slug]
    return term["term"] + (f" ({term['name']})" if term["name"] and term["name"] != term["term"] else "")


@cache
def _haystack() -> dict[str, tuple[set[str], str, str]]:
    """For each term: its written forms, and name with forms, and all its text, in small letters."""
    rows = {}
    for slug, term in terms().items():
        forms = {f.casefold() for f in (term["term"], term["name"], *term["also"]) if f}
        rows[slug] = (
            forms,
            " ".join(sorted(forms)),
            f"{' '.join(sorted(forms))} {term['meaning'].casefold()}",
        )
    return rows


def find_terms(words: str = "", part: str = WHOLE) -> list[str]:
    """Slugs of the terms that hold every word: first those so written, then those with it in a name.

    Parameters
    ----------
    words : str
        Parted by spaces; capitals do not matter. Empty finds all.
    part : str
        Number of a part (``"0"`` for this page), or ``"all parts"``.
    """
    asked = words.casefold().split()
    whole = " ".join(asked)
    found = []
    for slug, (forms, names, text) in _haystack().items():
        if part in (WHOLE, terms()[slug]["chapter"][0]) and all(w in text for w in asked):
            rank = 0 if whole in forms else 1 if all(w in names for w in asked) else 2
            found.append((rank if asked else 0, slug))
    return [slug for _, slug in sorted(found, key=lambda x: x[0])]


_SHOWN = 5


def look_up(words: str = "", part: str = WHOLE) -> View:
    """The glossary: terms that hold every word, and the chapter to read on in."""
    found = find_terms(words, part)
    whole, n = len(terms()), len(found)
    if n:
        explained = pd.Series([terms()[s]["chapter"] for s in found])
        if part == WHOLE:
            keys = {"0": "0 Start here", **{k: f"{k} {name}" for k, (name, _) in PARTS.items()}}
            counts = explained.str[0].value_counts().reindex(list(keys)).dropna().rename(index=keys)
        else:
            counts = explained.value_counts().sort_index()
            counts.index = [
                "Start here" if c == "0" else f"{c} {_NAMES.get(c, '')}".strip() for c in counts.index
            ]
        shown = counts.rename_axis("where").rename("terms").astype(int).reset_index()
        figure = figures.bars(shown, "where", "terms", label="terms")
    else:
        figure = figures.empty("No term holds all these words.")
    if not n:
        takeaway = f"None of the {whole} terms holds all these words; try one word, or its beginning."
    elif words.strip():
        first = found[0]
        takeaway = (
            f"{n} of {whole} terms hold{'s' * (n == 1)} these words; on the nearest, {_entry(first)}, read on in "
            f"{_where(terms()[first]['chapter']).rstrip('?')}."
        )
    else:
        place = "to this page" if part == "0" else f"to part {part}"
        takeaway = (
            f"The glossary has {whole} terms; the largest group, {int(counts.max())}, leads to part {counts.idxmax()}."
            if part == WHOLE
            else f"{n} of the {whole} terms lead {place}."
        )
    detail = ""
    if words.strip() and n:
        detail = "\n\n".join(
            f"**{_entry(s)}**: {terms()[s]['meaning']} See {_where(terms()[s]['chapter']).rstrip('?')}."
            for s in found[:_SHOWN]
        )
    return View(
        figure=figure,
        takeaway=takeaway,
        table=pd.DataFrame(
            {
                "Term": [terms()[s]["term"] for s in found],
                "In full": [terms()[s]["name"] for s in found],
                "Meaning": [terms()[s]["meaning"] for s in found],
                "Chapter": [_where(terms()[s]["chapter"]) for s in found],
            }
        ),
        caveat="Short meanings for reading on. Many of these words are disputed; the chapter says by whom and why.",
        sources=(),
        detail=detail,
    )


glossary = Exhibit(
    "glossary",
    "What does this word mean, and where can I read on?",
    look_up,
    words=search(label="Search", examples=("GGE", "attribution", "cable")),
    part=choice(lambda: [("All parts", WHOLE), ("Start here", "0"), *_parts()[1:]], label="Read on in"),
)


def glossary_list() -> Panel:
    """All terms by first letter, folded, each with a link to the chapter to read on in."""
    text, letters = [], {}
    for slug, term in terms().items():
        text.append(f"{_entry(slug)}: {term['meaning']} [{term['chapter']}]")
        here = chapters().get(term["chapter"])
        link = escape(_where(term["chapter"]))
        if here and here.number != "0":
            link = f"<a href='{escape(here.notebook, quote=True)}'>{link}</a>"
        line = f"<dt><b>{escape(_entry(slug))}</b></dt><dd>{escape(term['meaning'])} {link}</dd>"
        letters.setdefault(term["term"][0].upper(), []).append(line)
    html = "".join(
        f"<details><summary>{escape(letter)} ({len(lines)})</summary><dl>{''.join(lines)}</dl></details>"
        for letter, lines in sorted(letters.items())
    )
    return Panel("\n".join(text), html)


# ---------------------------------------------------------------- findings


def finding_package() -> str:
    """How many tables there are, how many rows, and how many licences are not stated."""
    all_tables = catalog()
    silent = int(all_tables["licence"].str.contains("not stated").sum())
    return (
        f"The handbook ships {len(all_tables)} tables and map layers with {int(all_tables['rows'].sum()):,} rows. For "
        f"{silent} of them the licence was not stated by the source we could read."
    )


def finding_claims() -> str:
    """How many well-known incidents a state attributed on the record, and how long that took."""
    rows = load("anchor_incidents")
    named = rows[rows["attributed_by"].notna()]
    exact = named[(named["became_public_precision"] == "day") & (named["attributed_precision"] == "day")]
    days = (exact["attributed_on"] - exact["became_public_on"]).dt.days
    return (
        f"Of {len(rows)} well-known incidents listed by hand, {len(named)} have an attribution on the record by a state. "
        f"Where both days are known ({len(exact)}), half of these came within {days.median():.0f} days after the incident "
        f"came to light, and the last after {days.max():,}."
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
