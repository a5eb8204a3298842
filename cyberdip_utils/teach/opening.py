"""How a chapter opens: key finding, small picture, time, what to read first, the age of its data, jumps, tables."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from cyberdip_utils.data import about, catalog, data_folder
from cyberdip_utils.teach.chapters import (
    Chapter,
    chapter_module,
    chapter_parts,
    chapters,
    notebook_path,
    the_chapter,
)
from cyberdip_utils.teach.panel import Panel
from cyberdip_utils.words import day, plural

FRESH, AGING = 12, 18  # months: no mark up to the first, a grey one up to the second, an ochre one after
_PASSED = {"Findings", "Since then", "Exercises"}  # sections that an opening does not lead to by itself
_TERMS = 'Full terms and traps: <code>about("name")</code>.'
_SHORT = 20  # characters of a jump's label where the chapter gives none


# ---------------------------------------------------------------- dates


def edition(as_of: str) -> str:
    """A date of the manifest in words: ``3 March 2025``, ``August 2026``, ``2024``."""
    if len(as_of) == 10:
        return day(as_of)
    return f"{pd.Timestamp(as_of):%B %Y}" if len(as_of) == 7 else as_of


def months_old(as_of: str, today: date) -> int:
    """Whole months from the end of what a manifest's date names (a day, a month, a year) to today; never negative.

    Raises
    ------
    ValueError
        The text is no date of the manifest.
    """
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", as_of):
        raise ValueError(f"{as_of!r} is no date; it must be 2025, 2025-03 or 2025-03-03")
    end = pd.Period(as_of, freq={4: "Y", 7: "M", 10: "D"}[len(as_of)]).end_time
    last = min(end.day, pd.Timestamp(today).days_in_month)
    months = 12 * (today.year - end.year) + today.month - end.month - (today.day < last)
    return max(0, months)


def _age(as_of: str, today: date) -> str:
    """The mark beside a date; empty for young data."""
    months = months_old(as_of, today)
    old = " cdo-old" if months > AGING else ""
    return f" <span class='cdo-age{old}'>{plural(months, 'month')} old</span>" if months > FRESH else ""


# ---------------------------------------------------------------- sections


@dataclass(frozen=True)
class Section:
    """A numbered section of a notebook: its heading, its short name, whether an exhibit stands in it."""

    number: str
    heading: str
    name: str
    live: bool


def sections(cells: Sequence[Mapping], names: Mapping[str, str], exhibits: Sequence[str]) -> list[Section]:
    """The numbered sections of a notebook that the opening leads to.

    Parameters
    ----------
    cells : sequence of mapping
        ``cell_type`` and ``source`` of each.
    names : mapping
        Short names by section number; sections without one are left out. If empty, sections have the first words of their
        headings, and findings, what came since and exercises are left out.
    exhibits : sequence of str
        The chapter's exhibits.

    Raises
    ------
    ValueError
        A short name is given to a section that is not there.
    """
    headings, code = [], []  # of each heading of level two: the text, and the code below it
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            new = re.findall(r"(?m)^## (.*)$", text)
            headings, code = headings + new, code + [""] * len(new)
        elif code:
            code[-1] += text
    numbered = [re.match(r"((\d+)\. )(.*)", heading) for heading in headings]
    if unknown := set(names) - {found[2] for found in numbered if found}:
        raise ValueError(f"jumps: the notebook has no section {min(unknown)}")
    shown = re.compile(rf"\b({'|'.join(map(re.escape, exhibits))})\b") if exhibits else None
    return [
        Section(
            found[2],
            found[0].strip(),
            names.get(found[2]) or _cut(found[3]),
            bool(shown and shown.search(below)),
        )
        for found, below in zip(numbered, code, strict=True)
        if found and (found[2] in names or (not names and found[3].strip() not in _PASSED))
    ]


def _cut(text: str) -> str:
    """The first words of a heading, with an ellipsis if some are left out."""
    text = re.sub(r"[*`$]", "", text)
    if len(text) <= _SHORT:
        return text
    return text[: _SHORT + 1].rsplit(" ", 1)[0].rstrip(",.:;") + " …"


def lab_anchor(heading: str) -> str:
    """Where JupyterLab finds a heading: its text with hyphens for spaces."""
    return re.sub(r"[*`]", "", heading).replace(" ", "-")


def book_anchor(heading: str) -> str:
    """Where the web book has a heading: small letters, digits and hyphens, from the first letter on (as docutils makes ids)."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return re.sub(r"^[-0-9]+|-+$", "", re.sub(r"[^a-z0-9]+", "-", " ".join(plain.split())))


# ---------------------------------------------------------------- the tables of a chapter


def _marked(licence: str) -> str:
    """Short names of licences, with a plain word where one of them forbids commercial use."""
    closed = re.search(r"(?i)\bnc\b|non-?commercial", licence)
    return f"{licence} (no commercial use)" if closed else licence


def _tables_text(c: Chapter) -> list[str]:
    """A line for each table."""
    terms = catalog()["licence"].map(_marked)
    return [
        f"  {a.name}: {a.title}; {a.rows:,} rows; {a.coverage}; as of {a.as_of}; {terms[a.name]}"
        for a in map(about, c.data)
    ]


def _tables_html(c: Chapter, caption: str = "") -> str:
    """The same as a table, with the age of old ones."""
    terms, left = catalog()["licence"].map(_marked), " style='text-align:left'"
    names = ("Table", "What it holds", "Rows", "Coverage", "As of", "Licence")
    head = "".join(f"<th scope='col'{left}>{h}</th>" for h in names)
    body = "".join(
        f"<tr><th scope='row'{left}><code>{escape(a.name)}</code></th><td{left}>{escape(a.title)}</td>"
        f"<td class='cdo-number'>{a.rows:,}</td><td{left}>{escape(a.coverage)}</td>"
        f"<td{left}>{escape(a.as_of)}{_age(a.as_of, date.today())}</td><td{left}>{escape(terms[a.name])}</td></tr>"
        for a in map(about, c.data)
    )
    name = f"<caption><b>{escape(caption)}</b></caption>" if caption else ""
    return f"<table>{name}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _time(c: Chapter) -> str:
    """How long a chapter takes and what to read first."""
    first = "; ".join(f"{n} “{chapters()[n].title}”" for n in c.before) or "nothing"
    return f"Time: about {c.minutes} minutes. Read first: {first}."


def header(number: str) -> Panel:
    """The header of a chapter that has no folder of its own yet: time, what to read first, *Data in this chapter*."""
    c = the_chapter(number)
    html = f"<p>{escape(_time(c))}</p>{_tables_html(c, 'Data in this chapter')}<p>{_TERMS}</p>"
    return Panel("\n".join([_time(c), "", "Data in this chapter", *_tables_text(c)]), html)


# ---------------------------------------------------------------- the opening


@dataclass(frozen=True, repr=False)
class Opening(Panel):
    """A chapter's opening. It shows as HTML; where a kernel runs, a script adds the switch for patterns."""

    number: str = ""
    page: Callable[[], str] = field(default=str, compare=False)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        from cyberdip_utils.teach.widgets import OpeningWidget

        live = OpeningWidget(self)
        display({"text/html": live.panel.html, "text/plain": self.text}, raw=True)
        display(live.bundle(), raw=True)

    def page_html(self) -> str:
        """The opening on a web page, whose own script works the switch."""
        return self.page()


def _picture(module, caption: str) -> str:
    from cyberdip_utils.figures import thumbnail

    figure = module.key_picture()
    reach = figure.layout.xaxis.range or ()
    years = [v for v in reach if isinstance(v, (int, float)) and 1900 <= v <= 2100]
    ends = (round(years[0] + 0.49), round(years[1] - 0.49)) if len(years) == 2 else ()
    said = f"<p class='cdo-soft'>{escape(caption)}</p>" if caption else ""
    return f"<div class='cdo-picture'>{thumbnail(figure, ends=tuple(map(str, ends)))}{said}</div>"


def _facts(c: Chapter, link: Callable[[str], str]) -> str:
    """Time, what to read first, the date of the data, the tables."""
    first = "<br>".join(
        f"<a href='{escape(link(n), quote=True)}'>{n} {escape(chapters()[n].title)}</a>" for n in c.before
    )
    as_of = about(c.data[0]).as_of
    tables = (
        f"<details><summary><span>{len(c.data)} of {len(catalog())}</span> show</summary>"
        f"<div class='cdo-scroll'>{_tables_html(c)}</div>"
        f"<p class='cdo-soft'>{_TERMS}</p></details>"
    )
    parts = {
        "Time": f"{c.minutes} minutes",
        "Read first": first or "nothing",
        "Data to": escape(edition(as_of)) + _age(as_of, date.today()),
        "Tables it rests on": tables,
    }
    return "".join(
        f"<div><p class='cdo-label'>{name}</p><div class='cdo-value'>{shown}</div></div>"
        for name, shown in parts.items()
    )


def _places(c: Chapter, names: Mapping[str, str]) -> list[Section]:
    """The sections to lead to; none where the notebooks are not here (an installed package)."""
    path = notebook_path(c.number)
    if not path.is_file():
        return []
    return sections(json.loads(path.read_text(encoding="utf-8"))["cells"], names, c.exhibits)


def _jump(section: Section, anchor: Callable[[str], str]) -> str:
    live = " class='cdo-live'" if section.live else ""
    title, name = escape(section.heading, quote=True), f"{section.number} {escape(section.name)}"
    return f"<li><a{live} href='#{quote(anchor(section.heading))}' title='{title}'>{name}</a></li>"


def _card(c: Chapter, link: Callable[[str], str], anchor: Callable[[str], str], switch: str) -> str:
    """The opening as HTML, its style with it."""
    parts, module = chapter_parts(c.number), chapter_module(c.number)
    found = module.key_finding()
    places = _places(c, parts["jumps"])
    jumps = "".join(_jump(section, anchor) for section in places)
    style = (Path(__file__).resolve().parent.parent / "static" / "opening.css").read_text(encoding="utf-8")
    evidence = f"{escape(found.evidence)} " if found.evidence else ""
    return (
        f"<style>{style}</style><section class='cyberdip-opening' aria-label='Opening of chapter {c.number}'>"
        f"<div class='cdo-top'><div class='cdo-found'><p class='cdo-name'>Key finding</p>"
        f"<p class='cdo-claim'>{escape(found.text)}</p>"
        f"<p class='cdo-soft'>{evidence}Computed when the chapter runs.</p></div>{_picture(module, parts['picture'])}</div>"
        f"<div class='cdo-facts'>{_facts(c, link)}</div>"
        f"<div class='cdo-foot'><ul class='cdo-jumps' aria-label='Sections; a dot marks those with exhibits'>{jumps}</ul>"
        f"<label class='cdo-patterns'{switch}><input type='checkbox' data-cdx-patterns> Patterns</label></div></section>"
    )


def _beside(c: Chapter, number: str) -> str:
    """The address of a chapter's notebook as another chapter's notebook links to it, from the folder that it runs in.

    A copy outside the handbook is taken to keep the folders of ``notebooks/``.
    """
    here, there = Path.cwd(), notebook_path(number)
    if not here.is_relative_to(data_folder().parent):
        here, there = Path(c.notebook).parent, Path(the_chapter(number).notebook)
    return Path(os.path.relpath(there, here)).as_posix()


def _opening(c: Chapter) -> Opening:
    found = chapter_module(c.number).key_finding()
    text = [
        f"Key finding: {found.text}",
        *([found.evidence] if found.evidence else []),
        f"{_time(c)} Data to {edition(about(c.data[0]).as_of)}.",
        "",
        f"It rests on {len(c.data)} of {len(catalog())} tables:",
        *_tables_text(c),
    ]
    html = _card(c, lambda n: _beside(c, n), lab_anchor, " hidden")

    def page() -> str:
        return _card(c, lambda n: f"{_beside(c, n).removesuffix('.ipynb')}.html", book_anchor, "")

    return Opening("\n".join(text), html, c.number, page)


def chapter(number: str) -> Panel:
    """How a chapter opens: key finding, picture, time, what to read first, the data and their age, jumps to sections.

    Parameters
    ----------
    number : str
        The chapter's number, such as ``"3.1"``.

    Returns
    -------
    Panel
        Finding and picture are computed now (``key_finding``, ``key_picture`` of the chapter); dates, rows and licences are those
        of the files here. A chapter without a folder of its own has a plain header.

    Raises
    ------
    KeyError
        No such chapter.
    """
    c = the_chapter(number)
    return _opening(c) if c.folder else header(number)
