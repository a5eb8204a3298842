"""How an error quotes what it was given: on one line, and short whatever it was."""

from __future__ import annotations

from typing import Any

LONGEST = 80


def quoted(value: Any, limit: int = LONGEST) -> str:
    """A value as Python writes it, on one line, cut to ``limit`` characters with an ellipsis."""
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
