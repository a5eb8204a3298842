"""An exhibit's state in the forms in which it leaves Python: JSON for the page, CSV, text, HTML, a citation, a link."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd

from cyberdip_utils import BOOK
from cyberdip_utils import data as tables
from cyberdip_utils.exhibit import registry
from cyberdip_utils.words import day, listed

if TYPE_CHECKING:
    from cyberdip_utils.exhibit.core import Exhibit

NO_SOURCE = "none, an illustration"
TABLE_ROWS = 400  # rows of the table that go to the page; the CSV has all
Values = Mapping[str, Any]


# ---------------------------------------------------------------- tables and sources


def _cell(value: Any) -> Any:
    """A cell as a plain JSON value; missing as None."""
    value = value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value
    if (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        return None
    if isinstance(value, (str, int, float, bool)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _column(column: pd.Series) -> list:
    if pd.api.types.is_datetime64_any_dtype(column):
        days = column.dt.normalize().eq(column).where(column.notna(), True).all()
        column = column.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M")
    return [_cell(value) for value in column.astype(object)]


def table(frame: pd.DataFrame, rows: int = TABLE_ROWS) -> dict[str, Any]:
    """The head of a table as JSON can carry it, with the number of its rows."""
    head = frame.head(rows)
    columns = [_column(head.iloc[:, i]) for i in range(head.shape[1])]
    lines = [list(line) for line in zip(*columns, strict=True)] if columns else []
    return {
        "columns": [str(c) for c in frame.columns],
        "rows": lines,
        "total": len(frame),
        "shown": len(head),
    }


@lru_cache(maxsize=200)
def _source(folder: Path, name: str) -> dict[str, str]:
    known = tables.about(name)
    return {
        "name": name,
        "title": known.title,
        "citation": known.citation,
        "read": known.copies,
        "licence": known.licence,
        "as_of": known.as_of,
        "bibtex": tables.cite(name),
    }


def source(name: str) -> dict[str, str]:
    """Title, citation, licence and date of a table, and the copy it was read in.

    Raises
    ------
    KeyError
        No such table.
    """
    return _source(tables.data_folder(), name)


def _to(as_of: str) -> str:
    """A date of the manifest in words: ``3 March 2025``, ``August 2026``, ``2024``."""
    if len(as_of) == 10:
        return day(as_of)
    return f"{pd.Timestamp(as_of):%B %Y}" if len(as_of) == 7 else as_of


# ---------------------------------------------------------------- words about a state


def shown(exhibit: Exhibit, frame: pd.DataFrame) -> pd.DataFrame:
    """The table as a page shows it: the exhibit's shorter one, if it has one."""
    return exhibit.brief(frame) if exhibit.brief else frame


def citation(exhibit: Exhibit, values: Values) -> list[str]:
    """How to cite a state, in pieces: what is the same for all states, and its settings."""
    number, _, _ = registry.place(exhibit.name)
    chapter = f", chapter {number}" if number else ""
    head = (
        f"{BOOK['authors']} ({BOOK['year']}), {BOOK['title']}, version {BOOK['version']}{chapter}, "
        f"exhibit “{exhibit.title}” ({exhibit.name})"
    )
    lines = []
    for name in exhibit.sources:
        known = source(name)
        copy = f" ({known['read']})" if known["read"] else ""
        lines.append(f"{name}: {known['citation']}{copy}")
    settings = f"; settings: {exhibit.describe(**values)}" if exhibit.controls else ""
    return [head, settings, ".\nTables:\n" + ("\n".join(lines) or NO_SOURCE)]


def _moved(exhibit: Exhibit, values: Values) -> str:
    """The arguments that differ from the opening state, as a call writes them."""
    return ", ".join(f"{k}={v!r}" for k, v in values.items() if v != exhibit.defaults[k])


def link(exhibit: Exhibit, values: Values) -> list[str]:
    """The lines that open a state in a notebook, in pieces."""
    package, _, last = exhibit.module.rpartition(".")
    beside = package if last in ("analysis", "exhibits") else exhibit.module
    home = registry.homes().get(exhibit.name, beside)
    return [f"from {home} import {exhibit.name}\n\n{exhibit.name}.show(", _moved(exhibit, values), ")\n"]


def caveat(text: str) -> tuple[str, str]:
    """The first sentence of a caveat and the rest."""
    head, stop, rest = text.strip().partition(". ")
    return (head + stop.strip(), rest.strip()) if stop else (head, "")


def text(exhibit: Exhibit, values: Values, rows: int) -> str:
    """As :meth:`Exhibit.text`."""
    state = exhibit.state(**values)
    parts = [exhibit.title]
    if exhibit.controls:
        parts.append(f"Settings: {exhibit.describe(**values)}")
    parts += [state.sentence.text, state.sentence.evidence]
    frame = shown(exhibit, state.table)
    if len(frame):
        head = frame.head(rows).to_string(index=False, max_colwidth=40)
        parts.append(head + (f"\n({rows} of {len(frame):,} rows)" if len(frame) > rows else ""))
    parts += [f"What this cannot show: {state.caveat}", f"Sources: {', '.join(exhibit.sources) or NO_SOURCE}"]
    return "\n\n".join(part for part in parts if part)


def html(exhibit: Exhibit, values: Values, rows: int) -> str:
    """As :meth:`Exhibit.html`."""
    state = exhibit.state(**values)
    frame = table(shown(exhibit, state.table), rows)
    head = "".join(f"<th scope='col'>{escape(c)}</th>" for c in frame["columns"])
    body = "".join(
        "<tr>" + "".join(f"<td>{'' if v is None else escape(str(v))}</td>" for v in row) + "</tr>"
        for row in frame["rows"]
    )
    left = frame["total"] - frame["shown"]
    more = f"<p>{frame['shown']} of {frame['total']:,} rows.</p>" if left else ""
    settings = f"<p>Settings: {escape(exhibit.describe(**values))}.</p>" if exhibit.controls else ""
    said = state.sentence
    return (
        f"<h3>{escape(exhibit.title)}</h3><p><b>{escape(said.claim)}</b>{escape(said.text[len(said.claim) :])}</p>"
        f"<p>{escape(said.evidence)}</p>{settings}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
        f"<p><b>Cannot show:</b> {escape(state.caveat)}</p><p>Sources: {escape(source_line(exhibit))}</p>"
    )


def origin(exhibit: Exhibit) -> tuple[str, str]:
    """What the last column of a CSV file says before and after the settings."""
    return (
        f"{BOOK['title']} {BOOK['version']}, exhibit {exhibit.name}",
        f"; from {', '.join(exhibit.sources) or NO_SOURCE}",
    )


def csv(exhibit: Exhibit, values: Values) -> str:
    """As :meth:`Exhibit.csv`."""
    frame = exhibit.table(**values)
    settings = f"; {exhibit.describe(**values)}" if exhibit.controls else ""
    frame["Source and settings"] = settings.join(origin(exhibit))
    out = io.StringIO()
    frame.to_csv(out, index=False, lineterminator="\n")
    return out.getvalue()


# ---------------------------------------------------------------- JSON for the page


def source_line(exhibit: Exhibit) -> str:
    """The titles of the tables, in one line."""
    return listed(dict.fromkeys(source(name)["title"] for name in exhibit.sources), 3) or NO_SOURCE


def spec(exhibit: Exhibit) -> dict[str, Any]:
    """As :meth:`Exhibit.spec`."""
    number, at, of = registry.place(exhibit.name)
    return {
        "form": 2,
        "name": exhibit.name,
        "title": exhibit.title,
        "place": f"{number}, exhibit {at} of {of}" if number else "",
        "as_of": _to(source(exhibit.sources[0])["as_of"]) if exhibit.sources else "",
        "source_line": source_line(exhibit),
        "controls": [{"name": k, **c.spec(), "more": k in exhibit.more} for k, c in exhibit.controls.items()],
    }


def _body(exhibit: Exhibit, values: Values) -> dict[str, Any]:
    from cyberdip_utils import figures

    state = exhibit.state(**values)
    said, (short, more) = state.sentence, caveat(state.caveat)
    return {
        "form": 2,
        "claim": said.claim,
        "rest": said.text[len(said.claim) :],
        "evidence": said.evidence,
        "caveat": short,
        "more": more,
        "alt": f"{exhibit.title} {said.text} The table holds the same figures.",
        "figure": orjson.Fragment(figures.to_json(state.figure)),
        "table": table(shown(exhibit, state.table)),
        "sources": [source(name) for name in exhibit.sources],
        "selection": exhibit.describe(**values),
        "code": exhibit.code(**values),
        "cite": citation(exhibit, values),
        "link": link(exhibit, values),
        "error": "",
    }


def payload(exhibit: Exhibit, values: Values) -> bytes:
    """One state as JSON."""
    return orjson.dumps(_body(exhibit, values))


def _sentence_of(error: Exception) -> str:
    if isinstance(error, (ValueError, tables.DataError)) and str(error):
        sentence = " ".join(str(error).split())
        return sentence if sentence[-1] in ".!?" else f"{sentence}."
    what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return (
        f"This exhibit could not draw this selection ({what}). Reset, or report it with the chapter's number."
    )


def failed(exhibit: Exhibit, error: Exception) -> bytes:
    """A state that could not be made, as JSON with one sentence on why."""
    from cyberdip_utils import figures

    sentence = _sentence_of(error)
    blank = dict.fromkeys(("evidence", "caveat", "more", "rest", "selection", "code", "cite", "link"), "")
    return orjson.dumps(
        {
            "form": 2,
            **blank,
            "claim": sentence,
            "alt": sentence,
            "figure": orjson.Fragment(figures.to_json(figures.empty(sentence))),
            "table": {"columns": [], "rows": [], "total": 0, "shown": 0},
            "sources": [],
            "error": sentence,
        }
    )
