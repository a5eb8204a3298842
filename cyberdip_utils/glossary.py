"""The words of the field: what each means, how it is written, and which chapter explains it.

They stand in ``glossary.toml``; a chapter with a folder of its own may bring more under ``[glossary.SLUG]`` in ``chapter.toml``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from cyberdip_utils.teach.chapters import chapter_parts, chapters

_FILE = Path(__file__).resolve().parent / "glossary.toml"
_FIELDS = {"term", "also", "name", "meaning", "chapter"}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _listed() -> list[tuple[str, str, dict]]:
    """Where an entry stands, its slug, and the entry."""
    found = [("glossary.toml", *item) for item in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()]
    for number, c in chapters().items():
        own = chapter_parts(number)["glossary"] if c.folder else {}
        found += [(f"chapter {number}", slug, {"chapter": number, **entry}) for slug, entry in own.items()]
    return found


@cache
def terms() -> dict[str, dict]:
    """All terms by slug, in alphabetical order of how they are written.

    Returns
    -------
    dict of str to dict
        Each has ``term`` (as written in text), ``also`` (list of other written forms), ``name`` (the full form of an
        abbreviation, else empty), ``meaning`` (one to three plain sentences) and ``chapter`` (a number such as
        ``"2.2"``). Do not change it: every caller gets the same object.

    Raises
    ------
    ValueError
        An entry lacks a field, has one too many, has a slug that is not of small letters, digits and hyphens, or is there twice.
    """
    entries = {}
    for where, slug, entry in _listed():
        full = {"also": [], "name": "", **entry}
        if not _SLUG.fullmatch(slug) or set(full) != _FIELDS:
            raise ValueError(
                f"{where}: {slug!r} needs {', '.join(sorted(_FIELDS))}; it has {', '.join(entry)}"
            )
        if slug in entries:
            raise ValueError(f"{where}: {slug!r} is in the glossary already")
        entries[slug] = full
    return dict(sorted(entries.items(), key=lambda kv: (kv[1]["term"].casefold(), kv[0])))


@cache
def written_forms() -> dict[str, str]:
    """Each way in which a term is written, with its slug: terms first, then names, then other forms.

    A form that two entries share goes to the one whose ``term`` it is, else to the first in alphabetical order.
    """
    forms: dict[str, str] = {}
    for field in ("term", "name", "also"):
        for slug, entry in terms().items():
            for form in entry["also"] if field == "also" else [entry[field]]:
                if form:
                    forms.setdefault(form, slug)
    return forms
