"""The controls of an exhibit: ``choice``, ``choices``, ``span``, ``years``, ``number``, ``switch`` and ``search``."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from cyberdip_utils.errors import quoted
from cyberdip_utils.words import listed

__all__ = ["Control", "choice", "choices", "number", "search", "span", "switch", "years"]

_NOTHING = "zzq no such thing zzq"  # a search that finds nothing


def _plain(value: Any) -> Any:
    """numpy scalars as Python ones."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 1) == 0 else value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class Control:
    """One labelled control of an exhibit. Made by ``choice``, ``choices``, ``span`` and the others."""

    _: KW_ONLY
    label: str = ""
    help: str = ""
    kind: ClassVar[str] = ""

    def start(self) -> Any:
        """The value a reader finds."""
        raise NotImplementedError

    def check(self, name: str, value: Any) -> Any:
        """The value in its normal form; ``ValueError`` names the parameter and what is allowed."""
        raise NotImplementedError

    def samples(self) -> list:
        """Values that a test should try."""
        raise NotImplementedError

    def grid_values(self) -> list:
        """Values that a page without a kernel should offer."""
        return self.samples()

    def spec(self) -> dict:
        """What the page needs to draw it."""
        return {"kind": self.kind, "label": self.label, "help": self.help}

    def describe(self, value: Any) -> str:
        """The value in words."""
        return str(value)

    def clip(self, value: Any) -> Any:
        """The nearest value that the control allows; only scales have one, others return it as it is."""
        return value


@dataclass(frozen=True)
class _Options(Control):
    options: (
        Sequence | Callable[[], Sequence]
    )  # strings, (label, value) pairs, or a function that returns them
    default: Any = None

    @cached_property
    def pairs(self) -> list[tuple[str, Any]]:
        """(label, value) of every option; a callable is asked once, at first use."""
        given = self.options() if callable(self.options) else self.options
        pairs = []
        for option in given:
            label, value = option if isinstance(option, (tuple, list)) else (option, option)
            pairs.append((str(label), _plain(value)))
        if not pairs:
            raise ValueError(f"the control {self.label!r} has no options")
        for what, items in (("labels", [x for x, _ in pairs]), ("values", [repr(x) for _, x in pairs])):
            if len(set(items)) != len(items):
                twice = sorted({x for x in items if items.count(x) > 1})
                raise ValueError(f"the control {self.label!r} has {what} twice: {listed(twice)}")
        return pairs

    def _one(self, name: str, value: Any) -> Any:
        value = _plain(value)
        found = [v for _, v in self.pairs if value == v and isinstance(value, bool) == isinstance(v, bool)]
        if found := found or [
            v for label, v in self.pairs if value == label
        ]:  # a label only where no value is meant
            return found[0]
        labels = [label for label, _ in self.pairs]
        near = difflib.get_close_matches(str(value), labels, n=3, cutoff=0.5)
        hint = f"did you mean {listed(near)}? " if near else ""
        raise ValueError(f"{name}: {quoted(value)} is not an option; {hint}Allowed: {listed(labels)}")

    def _label(self, value: Any) -> str:
        return next(label for label, allowed in self.pairs if allowed == value)

    def spec(self) -> dict:
        return super().spec() | {"options": [{"label": x, "value": v} for x, v in self.pairs]}


@dataclass(frozen=True)
class Choice(_Options):
    """One of several ``options``."""

    kind: ClassVar[str] = "choice"

    def start(self) -> Any:
        return self.pairs[0][1] if self.default is None else self.default

    def check(self, name: str, value: Any) -> Any:
        return self._one(name, value)

    def samples(self) -> list:
        return [value for _, value in self.pairs]

    def describe(self, value: Any) -> str:
        return self._label(value)


@dataclass(frozen=True)
class Choices(_Options):
    """Any number of several ``options``; gives a tuple in their order. None chosen stands for all of them."""

    kind: ClassVar[str] = "choices"

    def start(self) -> Any:
        return () if self.default is None else tuple(self.default)

    def check(self, name: str, value: Any) -> tuple:
        value = () if value is None else value
        if isinstance(value, str) or not isinstance(value, Iterable):
            value = (value,)
        chosen = [self._one(name, one) for one in value]
        return tuple(v for _, v in self.pairs if v in chosen)

    def samples(self) -> list:
        values = [value for _, value in self.pairs]
        return [(), *[(v,) for v in values], tuple(values)]

    def describe(self, value: Any) -> str:
        return ", ".join(self._label(v) for v in value) or "all"


@dataclass(frozen=True)
class _Scale(Control):
    lo: float
    hi: float
    default: Any = None
    step: float = 1
    unit: str = ""
    grid: Sequence = field(default=(), kw_only=True)  # what a page without a kernel offers

    def __post_init__(self):
        if not (_is_number(self.lo) and _is_number(self.hi) and self.lo <= self.hi):
            raise ValueError(
                f"a scale runs from a lower to a higher number, not from {self.lo!r} to {self.hi!r}"
            )
        if not (_is_number(self.step) and self.step > 0):
            raise ValueError(f"step: {self.step!r} is not a positive number")

    @property
    def _whole(self) -> bool:
        return all(float(x).is_integer() for x in (self.lo, self.step))

    def _point(self, name: str, value: Any) -> float:
        value = _plain(value)
        kind = "whole number" if self._whole else "number"
        allowed = f"Allowed: {kind}s from {self.lo} to {self.hi}"
        if not _is_number(value) or (self._whole and not float(value).is_integer()):
            raise ValueError(f"{name}: {quoted(value)} is not a {kind}. {allowed}")
        if not self.lo <= value <= self.hi:
            raise ValueError(f"{name}: {value} is outside the scale. {allowed}")
        if self._whole:
            return int(value)
        # 0.1 + 0.2 is 0.3 for a reader: values next to the grid lie on it
        near = round(self.lo + round((value - self.lo) / self.step) * self.step, 12)
        return float(near if abs(near - value) < self.step * 1e-6 else value)

    def _nearest(self, value: Any) -> Any:
        return min(max(value, self.lo), self.hi) if _is_number(_plain(value)) else value

    def _middle(self) -> float:
        steps = int((self.hi - self.lo) / self.step / 2)
        return self._point("middle", self.lo + steps * self.step)

    def spec(self) -> dict:
        return super().spec() | {"lo": self.lo, "hi": self.hi, "step": self.step, "unit": self.unit}


@dataclass(frozen=True)
class Span(_Scale):
    """From … to …; gives a tuple (from, to) between ``lo`` and ``hi``, both included, in ``unit``."""

    kind: ClassVar[str] = "span"
    years: bool = field(default=False, kw_only=True)

    def start(self) -> tuple:
        return (self.lo, self.hi) if self.default is None else tuple(self.default)

    def check(self, name: str, value: Any) -> tuple:
        if isinstance(value, str) or not isinstance(value, Iterable) or len(pair := list(value)) != 2:
            raise ValueError(
                f"{name}: {quoted(value)} is not a pair (from, to) between {self.lo} and {self.hi}"
            )
        a, b = (self._point(name, x) for x in pair)
        if a > b:
            first = "earlier year" if self.years else "smaller number"
            raise ValueError(f"{name}: from {a} is after to {b}; give the {first} first")
        return a, b

    def samples(self) -> list:
        lo, mid, hi = self._point("lo", self.lo), self._middle(), self._point("hi", self.hi)
        return list(dict.fromkeys([(lo, hi), (lo, lo), (mid, mid), (hi, hi), (lo, mid), (mid, hi)]))

    def grid_values(self) -> list:
        points = [self._point("grid", x) for x in self.grid]
        return [(a, b) for a in points for b in points if a <= b] or self.samples()

    def spec(self) -> dict:
        return super().spec() | {"years": self.years}

    def clip(self, value: Any) -> Any:
        if isinstance(value, str) or not isinstance(value, Iterable):
            return value
        return tuple(self._nearest(x) for x in value)

    def describe(self, value: Any) -> str:
        return f"{value[0]} to {value[1]} {self.unit}".strip()


@dataclass(frozen=True)
class Number(_Scale):
    """One number between ``lo`` and ``hi``, both included, in ``unit``."""

    kind: ClassVar[str] = "number"

    def start(self) -> float:
        return self.default

    def check(self, name: str, value: Any) -> float:
        return self._point(name, value)

    def samples(self) -> list:
        points = [self.start(), self.lo, self._middle(), self.hi]
        return list(dict.fromkeys(self._point("sample", x) for x in points))

    def grid_values(self) -> list:
        return [self._point("grid", x) for x in self.grid] or self.samples()

    def clip(self, value: Any) -> Any:
        return self._nearest(value)

    def describe(self, value: Any) -> str:
        return f"{value} {self.unit}".strip()


@dataclass(frozen=True)
class Switch(Control):
    """Yes or no."""

    kind: ClassVar[str] = "switch"
    default: bool = False

    def start(self) -> bool:
        return bool(self.default)

    def check(self, name: str, value: Any) -> bool:
        value = _plain(value)
        if not isinstance(value, bool):
            raise ValueError(f"{name}: {quoted(value)} is not a yes or no. Allowed: True, False")
        return value

    def samples(self) -> list:
        return [False, True]

    def describe(self, value: Any) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True)
class Search(Control):
    """A text to look for; ``examples`` are shown to the reader and tried by the tests."""

    kind: ClassVar[str] = "search"
    default: str = ""
    examples: Sequence[str] = ()

    def start(self) -> str:
        return self.default

    def check(self, name: str, value: Any) -> str:
        allowed = "Allowed: any text of up to 200 characters"
        if not isinstance(value, str):
            raise ValueError(f"{name}: {quoted(value)} is not text. {allowed}")
        text = " ".join(value.split())
        if len(text) > 200:
            raise ValueError(f"{name}: {len(text)} characters is too long. {allowed}")
        return text

    def samples(self) -> list:
        return list(dict.fromkeys([self.default, "", *self.examples, _NOTHING]))

    def spec(self) -> dict:
        return super().spec() | {"examples": list(self.examples)}

    def describe(self, value: Any) -> str:
        return f"'{value}'" if value else "anything"


def years(lo: int, hi: int, default=None, **more):
    """From one year to another; gives a tuple of two years, both included. ``label``, ``help`` and ``grid`` as of ``span``."""
    return Span(lo, hi, default, years=True, **more)


choice, choices, span, number, switch, search = Choice, Choices, Span, Number, Switch, Search
