"""The header of a chapter."""

from __future__ import annotations

import re
from html import escape

from cyberdip_utils.data import about, catalog
from cyberdip_utils.teach.chapters import chapters, the_chapter
from cyberdip_utils.teach.panel import Panel


def _marked(licence: str) -> str:
    """Short names of licences, with a plain word where one of them forbids commercial use."""
    closed = re.search(r"(?i)\bnc\b|non-?commercial", licence)
    return f"{licence} (no commercial use)" if closed else licence


def chapter(number: str) -> Panel:
    """The header of a chapter: time, what to read first, and *Data in this chapter*.

    Parameters
    ----------
    number : str
        The chapter's number, such as ``"3.1"``.

    Returns
    -------
    Panel
        The table is made from the manifest: as-of date and licence are those of the files here.

    Raises
    ------
    KeyError
        No such chapter.
    """
    c = the_chapter(number)
    first = "; ".join(f"{n} “{chapters()[n].title}”" for n in c.before) or "nothing"
    intro = f"Time: about {c.minutes} minutes. Read first: {first}."
    rows = [about(name) for name in c.data]
    terms = catalog()["licence"].map(_marked)
    text = [intro, "", "Data in this chapter"]
    text += [
        f"  {a.name}: {a.title}; {a.rows:,} rows; {a.coverage}; as of {a.as_of}; {terms[a.name]}"
        for a in rows
    ]
    left = "style='text-align:left'"
    head = "".join(
        f"<th scope='col' {left}>{h}</th>"
        for h in ("Table", "What it holds", "Rows", "Coverage", "As of", "Licence")
    )
    body = "".join(
        f"<tr><th scope='row' {left}><code>{escape(a.name)}</code></th><td {left}>{escape(a.title)}</td>"
        f"<td>{a.rows:,}</td><td {left}>{escape(a.coverage)}</td><td {left}>{escape(a.as_of)}</td>"
        f"<td {left}>{escape(terms[a.name])}</td></tr>"
        for a in rows
    )
    html = (
        f"<p>{escape(intro)}</p><table><caption><b>Data in this chapter</b></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        '<p>Full terms and traps: <code>about("name")</code>.</p>'
    )
    return Panel("\n".join(text), html)
