"""The reading list of a chapter, from ``references.bib``."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape

from cyberdip_utils.data import data_folder
from cyberdip_utils.teach.chapters import notebook_here
from cyberdip_utils.teach.panel import Panel


@lru_cache(maxsize=1)
def bibliography():
    """The whole ``references.bib``, as pybtex reads it."""
    from pybtex.database import parse_file

    return parse_file(str(data_folder().parent / "notebooks" / "references.bib"), bib_format="bibtex")


def address_of(entry) -> str:
    """The DOI or official address of an entry; empty if it has none."""
    doi = entry.fields.get("doi", "")
    return f"https://doi.org/{doi}" if doi else entry.fields.get("url", "")


def _plain(text: str) -> str:
    """BibTeX's text as a reader would print it: accents, dashes, no braces."""
    import codecs

    import latexcodec  # noqa: F401  (comes with pybtex; teaches codecs the name)

    decoded = codecs.decode(text.replace("--", "–"), "ulatex")
    return re.sub(r"\\([$&%#_])|[{}]", r"\1", decoded)


def format_reference(entry) -> tuple[str, str]:
    """One bibliography entry as a sentence, and its address.

    Parameters
    ----------
    entry : pybtex.database.Entry

    Returns
    -------
    (str, str)
        "Author and Author (year). Title. Where." and the DOI or official address.
    """
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [_plain(" ".join([*p.prelast_names, *p.last_names])) for p in people]
    shown = names if len(names) <= 4 else [names[0], "others"]
    who = " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
    f = entry.fields
    where = (
        f.get("journal")
        or f.get("booktitle")
        or f.get("howpublished")
        or f.get("institution")
        or f.get("publisher")
    )
    if where and f.get("volume"):
        where += f" {f['volume']}" + (f"({f['number']})" if f.get("number") else "")
    if where and f.get("pages"):
        where += f", {f['pages']}"
    parts = [f"{who} ({f.get('year', 'n.d.')})", f["title"], where or ""]
    return ". ".join(_plain(x) for x in parts if x) + ".", address_of(entry)


def _formatted(entry: str) -> tuple[str, str]:
    """:func:`format_reference` of one entry given as the bibliography writes it; reading BibTeX is slow."""
    from pybtex.database import parse_string

    (made,) = parse_string(entry, bib_format="bibtex").entries.values()
    return format_reference(made)


def linked(prose: str) -> list[tuple[str, str]]:
    """Sentence and address of the works whose address is linked in a text, in the order of the bibliography."""
    text = (data_folder().parent / "notebooks" / "references.bib").read_text(encoding="utf-8")
    plain = prose.replace("\\", "")
    likely = []
    for entry in re.split(r"(?m)^(?=@)", text):
        given = re.findall(r"(?im)^\s*(?:doi|url)\s*=\s*[{\"]\s*(.*?)\s*[}\"]\s*,?\s*}?\s*$", entry)
        if any(value.replace("\\", "") in plain for value in given):
            likely.append(entry)
    return [
        (line, address) for line, address in map(_formatted, likely) if address and f"({address})" in prose
    ]


def references(number: str) -> Panel:
    """The works that a chapter's text links to, from ``references.bib``, in alphabetical order.

    Raises ``KeyError`` for an unknown chapter, ``FileNotFoundError`` where the notebooks are not here.
    """
    book = json.loads(notebook_here(number).read_text(encoding="utf-8"))
    prose = " ".join("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "markdown")
    found = sorted(linked(prose))
    text = "\n".join(f"{line} {address}" for line, address in found)
    items = "".join(
        f"<li>{escape(line)} <a href='{escape(address, quote=True)}'>{escape(address)}</a></li>"
        for line, address in found
    )
    return Panel(text, f"<ul>{items}</ul>")
