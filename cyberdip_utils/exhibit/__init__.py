"""Exhibits: one question, one picture, at most four controls, one sentence that can be checked."""

from cyberdip_utils.exhibit.controls import choice, choices, number, search, span, switch, years
from cyberdip_utils.exhibit.core import Exhibit
from cyberdip_utils.exhibit.registry import all_exhibits, find

__all__ = [
    "Exhibit",
    "all_exhibits",
    "choice",
    "choices",
    "find",
    "number",
    "search",
    "span",
    "switch",
    "years",
]
