"""Two things that a notebook shows as text in a terminal and as HTML in a page: a panel and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Panel:
    """Something to show with two faces, text and HTML."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True)
class Verdict:
    """An answer looked at: is it right, and one sentence that helps."""

    right: bool
    sentence: str

    def __str__(self) -> str:
        return ("Right. " if self.right else "Not yet. ") + self.sentence

    __repr__ = __str__

    def _repr_html_(self) -> str:
        mark = "✓ Right." if self.right else "✗ Not yet."
        return f"<p role='status'><b>{mark}</b> {escape(self.sentence)}</p>"
