"""Conditions over the effects of an operation, and what authors argue when a condition holds.

A condition is a line of text such as ``physical >= minor or function >= replace``. An atom names an effect, a
relation and a level. ``and`` binds more tightly than ``or``; there are no brackets. ``always`` holds for every
operation. The arguments are in the table ``threshold_arguments``. Nothing here says what the law is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pandas as pd

#: Levels of each effect, from least to most. ``target`` has no order.
LEVELS: dict[str, tuple[str, ...]] = {
    "access": ("none", "entered"),
    "function": ("none", "slowed", "reinstall", "replace"),
    "physical": ("none", "minor", "major"),
    "injury": ("none", "injured", "deaths"),
    "data": ("none", "copied", "altered", "lost"),
    "duration": ("hours", "days", "weeks"),
    "scale": ("one", "sector", "nationwide"),
    "target": ("firm", "essential service", "finance", "government", "military"),
    "effects": ("none", "some"),
}
INTERFERENCE = ("opinion", "elections", "government functions", "pressure")
UNORDERED = ("target",)

#: What an author says of a threshold, strongest first; an author with several answers gives the first of these.
MET, MAY, OPEN, NO_RULE, NOT_MET = "met", "may be met", "left open", "no such rule", "not met"
SILENT = "condition not reached"
ANSWERS = (MET, MAY, OPEN, NO_RULE, NOT_MET, SILENT)
THRESHOLDS = ("violation of sovereignty", "prohibited intervention", "use of force", "armed attack")


@dataclass(frozen=True)
class Operation:
    """The effects of an operation that is taken to be a state's; levels as in ``LEVELS``.

    Raises
    ------
    ValueError
        A level that is not one of the effect's.
    """

    function: str = "none"
    physical: str = "none"
    injury: str = "none"
    data: str = "none"
    interference: tuple[str, ...] = ()
    duration: str = "hours"
    scale: str = "one"
    target: str = "firm"
    entered: bool = True

    def __post_init__(self):
        for name in ("function", "physical", "injury", "data", "duration", "scale", "target"):
            if getattr(self, name) not in LEVELS[name]:
                raise ValueError(f"{name}: {getattr(self, name)!r} is not one of {', '.join(LEVELS[name])}")
        if strange := set(self.interference) - set(INTERFERENCE):
            raise ValueError(
                f"interference: {', '.join(sorted(strange))} not among {', '.join(INTERFERENCE)}"
            )

    @property
    def access(self) -> str:
        """Whether systems were entered: said so, or implied by what was done to data or software."""
        inside = self.entered or self.data != "none" or self.function in ("reinstall", "replace")
        return "entered" if inside else "none"

    @property
    def effects(self) -> str:
        """Whether there is an effect beyond access and copying."""
        done = self.function != "none" or self.physical != "none" or self.injury != "none"
        return "some" if done or self.data in ("altered", "lost") else "none"


def parse(condition: str) -> tuple[tuple[tuple[str, str, str], ...], ...]:
    """A condition as alternatives of atoms (effect, relation, level).

    Raises
    ------
    ValueError
        The condition cannot be read, or names an effect or a level that is not known.
    """
    text = " ".join(condition.split())
    if text == "always":
        return ((),)
    return tuple(tuple(_atom(part, text) for part in one.split(" and ")) for one in text.split(" or "))


def _atom(part: str, text: str) -> tuple[str, str, str]:
    effect, _, rest = part.strip().partition(" ")
    relation, _, level = rest.partition(" ")
    if effect == "interference":
        fits = relation in ("includes", "excludes") and level in INTERFERENCE
    else:
        ordered = relation == ">=" and effect not in UNORDERED
        fits = level in LEVELS.get(effect, ()) and (relation == "is" or ordered)
    if not fits:
        raise ValueError(f"condition: cannot read {part!r} in {text!r}")
    return effect, relation, level


def holds(condition: str, operation: Operation) -> bool:
    """Whether a condition holds for an operation."""
    return any(all(_true(atom, operation) for atom in one) for one in _parsed(condition))


_parsed = cache(parse)


def _true(atom: tuple[str, str, str], operation: Operation) -> bool:
    effect, relation, level = atom
    value = getattr(operation, effect)
    if relation == "includes":
        return level in value
    if relation == "excludes":
        return level not in value
    if relation == "is":
        return value == level
    order = LEVELS[effect]
    return order.index(value) >= order.index(level)


def answers(arguments: pd.DataFrame, operation: Operation) -> pd.DataFrame:
    """What each author says of each threshold for this operation.

    Parameters
    ----------
    arguments : DataFrame
        Columns threshold, author, says, condition (table ``threshold_arguments``).
    operation : Operation

    Returns
    -------
    pandas.DataFrame
        One row for each (threshold, author) that has an argument: ``answer`` (one of ``ANSWERS``; the
        strongest of those whose condition holds, "condition not reached" if none does) and ``rows``, the
        index labels of the arguments behind it (all of the author's when none is reached).
    """
    reached: dict[tuple[str, str], list[tuple[int, object]]] = {}
    columns = (arguments[c] for c in ("threshold", "author", "says", "condition"))
    for i, threshold, author, said, condition in zip(arguments.index, *columns, strict=True):
        rank = ANSWERS.index(said if holds(condition, operation) else SILENT)
        reached.setdefault((threshold, author), []).append((rank, i))
    out = []
    for (threshold, author), ranks in reached.items():
        best = min(rank for rank, _ in ranks)
        out.append((threshold, author, ANSWERS[best], tuple(i for rank, i in ranks if rank == best)))
    return pd.DataFrame(out, columns=["threshold", "author", "answer", "rows"])


def split(said: Iterable[str]) -> bool:
    """Whether answers pull apart: some say met or may be met, others not met, no such rule or left open."""
    said = set(said)
    return bool(said & {MET, MAY}) and bool(said & {NOT_MET, NO_RULE, OPEN})
