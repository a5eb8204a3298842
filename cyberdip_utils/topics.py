"""The 27 topics of the field with their chapters, and the paths through the handbook (``topics.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cyberdip_utils.teach import Chapter, chapters

_FILE = Path(__file__).resolve().parent / "topics.toml"


@dataclass(frozen=True)
class Topic:
    """One topic: code, short name for pictures, what it is, and the chapters that claim it."""

    code: str
    short: str
    what: str
    chapters: tuple[str, ...]


@dataclass(frozen=True)
class ReadingPath:
    """A way through the handbook: for whom, to what end, and the chapters in order."""

    key: str
    name: str
    goal: str
    chapters: tuple[str, ...]


@cache
def _read() -> dict:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def groups() -> dict[str, str]:
    """The five groups of topics by letter."""
    return dict(_read()["groups"])


@cache
def topics() -> dict[str, Topic]:
    """All topics by code, in the order of the list."""
    claims = {n: c.topics for n, c in chapters().items()}
    return {
        t["code"]: Topic(**t, chapters=tuple(n for n, codes in claims.items() if t["code"] in codes))
        for t in _read()["topic"]
    }


@cache
def paths() -> dict[str, ReadingPath]:
    """The paths by key."""
    made = {}
    for p in _read()["path"]:
        first = p["chapters"]
        rest = [n for n in chapters() if n not in first] if p.get("then_all") else []
        made[p["key"]] = ReadingPath(p["key"], p["name"], p["goal"], (*first, *rest))
    return made


def claimed() -> dict[str, tuple[Chapter, ...]]:
    """The chapters that are written and claim a topic, by code, in reading order."""
    return {code: tuple(c for c in chapters().values() if code in c.topics) for code in topics()}


def coverage_table() -> str:
    """The README's table: each topic, what it is, and the chapters that are written and claim it."""
    rows = ["| Topic | What | Chapters |", "|---|---|---|"]
    for code, found in claimed().items():
        links = ", ".join(f"[{c.number}](notebooks/{c.notebook})" for c in found)
        rows.append(f"| {code} | {topics()[code].what} | {links or 'in preparation'} |")
    return "\n".join(rows)
