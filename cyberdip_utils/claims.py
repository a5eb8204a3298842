"""Sentences made of named claims about a table, so that they can be held against it.

A sentence is a template filled with claims: ``top``, ``part``, ``total``, ``value``, ``change``, ``rows``. A claim
takes the table that a reader gets, reads from it what it says, knows ties, zeros and missing figures, and can
tell afterwards, by counting rows one by one, whether a table bears it out. No figure stands in a template.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from cyberdip_utils import words
from cyberdip_utils.stats import wilson

Where = Mapping[str, Any] | None
LONGEST = 240  # characters of a sentence; counts and intervals go to its evidence


def _same(a: object, b: object) -> bool:
    if words._missing(a) or words._missing(b):
        return words._missing(a) and words._missing(b)
    if isinstance(a, date) or isinstance(b, date):
        one, other = pd.to_datetime([a, b], errors="coerce", format="ISO8601")
        return one == other
    if isinstance(a, str) or isinstance(b, str):
        return str(a) == str(b)
    a, b = float(a), float(b)
    if a.is_integer() and b.is_integer():  # one in ten billion is no tie
        return a == b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


def _wanted(cell: object, want: object) -> bool:
    """Whether a cell is what is asked for: equal to it, or one of a list, or in a ``range``."""
    if isinstance(want, range):
        return not words._missing(cell) and float(cell).is_integer() and int(cell) in want
    if isinstance(want, (list, tuple, set, frozenset)):
        return any(_same(cell, one) for one in want)
    return _same(cell, want)


def _columns(frame: pd.DataFrame, *names: str | None) -> None:
    for name in names:
        if name is not None and name not in frame.columns:
            raise ValueError(f"the table has no column {name!r}; it has {', '.join(map(str, frame.columns))}")


def _chosen(frame: pd.DataFrame, where: Where) -> pd.DataFrame:
    _columns(frame, *(where or {}))
    mask = pd.Series(True, index=frame.index)
    for column, want in (where or {}).items():
        mask &= frame[column].map(lambda cell, want=want: _wanted(cell, want)).astype(bool)
    return frame[mask]


def _passes(record: Mapping[str, Any], where: Where) -> bool:
    return all(_wanted(record[column], want) for column, want in (where or {}).items())


def _by_hand(table: pd.DataFrame, where: Where) -> list[dict]:
    """The rows that pass, found one by one: the way in which claims are checked."""
    return [r for r in table.to_dict("records") if _passes(r, where)]


def _sum(records: list[dict], column: str | None) -> float:
    """The sum of a column over rows, or how many rows there are; nan where rows are there and no figure in any."""
    if column is None:
        return float(len(records))
    known = [float(r[column]) for r in records if not words._missing(r[column])]
    return math.fsum(known) if known or not records else math.nan


@dataclass(frozen=True)
class Claim:
    """Something that a sentence says of a table; ``str`` of it is what the sentence prints."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return True

    def faults(self, table: pd.DataFrame) -> list[str]:
        """What the table says against the claim; empty where it bears it out."""
        raise NotImplementedError


@dataclass(frozen=True)
class Top(Claim):
    """The row or rows with the highest value, ties told."""

    label: str
    column: str
    where: Where
    names: tuple[str, ...]
    value: float
    tied: bool
    lowest: bool = False

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def counts(self) -> str:
        """The value itself, in words."""
        return words.number(self.value)

    @property
    def percent(self) -> str:
        """The value as per cent, for a column of shares."""
        return words.percent(self.value)

    def verb(self, one: str, many: str) -> str:
        """The verb that fits: ``one`` for a single leader, ``many`` for several."""
        return many if len(self.names) > 1 else one

    def faults(self, table: pd.DataFrame) -> list[str]:
        found = [r for r in _by_hand(table, self.where) if not words._missing(r[self.column])]
        if not self.names:
            bad = [r for r in found if self.lowest or float(r[self.column]) != 0]
            return [f"nobody leads by {self.column}, but {bad[0][self.label]} does"] if bad else []
        if not found:
            return [f"there is no figure in {self.column}"]
        best = (min if self.lowest else max)(float(r[self.column]) for r in found)
        leaders = {str(r[self.label]) for r in found if _same(r[self.column], best)}
        out = []
        if not _same(best, self.value):
            out.append(f"the extreme of {self.column} is {best}, not {self.value}")
        if leaders != set(self.names):
            out.append(f"by {self.column} {sorted(leaders)} lead, not {sorted(self.names)}")
        return out


def top(frame: pd.DataFrame, label: str, value: str, *, where: Where = None, lowest: bool = False) -> Top:
    """Who has the most (or least) of a column; false where every value is zero or missing.

    Parameters
    ----------
    frame : DataFrame
    label, value : str
        Columns of names and of numbers.
    where : mapping, optional
        Keep the rows whose column equals the value, or one of a list, or lies in a ``range``.
    lowest : bool
        The least instead; then zero is a value like any other.
    """
    _columns(frame, label, value)
    found = _chosen(frame, where).dropna(subset=[value])
    numbers = found[value].astype(float)
    if found.empty or (not lowest and (numbers == 0).all()):
        return Top("nobody", label, value, where, (), 0.0, False, lowest)
    best = float(numbers.min() if lowest else numbers.max())
    names = tuple(dict.fromkeys(str(x) for x, n in zip(found[label], numbers, strict=True) if _same(n, best)))
    text = words.listed(names, 4) + (" (equal)" if len(names) > 1 else "")
    return Top(text, label, value, where, names, best, len(names) > 1, lowest)


def _amount(frame: pd.DataFrame, column: str | None) -> float:
    """As :func:`_sum`, for a table; the exact sum, rounded once, so that no processor gives another."""
    if column is None:
        return float(len(frame))
    known = frame[column].dropna()
    return math.fsum(known.astype(float)) if len(known) or frame.empty else math.nan


@dataclass(frozen=True)
class Part(Claim):
    """A share: a column's sum over some rows (or their number), of its sum over all or of another column's."""

    column: str | None
    where: Where
    of: str | None
    among: Where
    k: float
    n: float
    sample: bool

    @property
    def share(self) -> float:
        """From 0 to 1; nan where there is nothing to share."""
        return self.k / self.n if self.n else math.nan

    @property
    def counts(self) -> str:
        """``21 of 50``."""
        return f"{words.number(self.k)} of {words.number(self.n)}"

    @property
    def interval(self) -> str:
        """Wilson's 95% interval in per cent; only for samples."""
        if not self.sample:
            raise ValueError("a whole population has no interval")
        if math.isnan(self.share):
            return words.interval(*wilson(0, 0))
        return words.interval(*wilson(round(self.k), round(self.n)), words.decimals(self.share))

    def faults(self, table: pd.DataFrame) -> list[str]:
        k = _sum(_by_hand(table, self.where), self.column)
        n = _sum(_by_hand(table, self.among), self.of or self.column)
        astray = [r for r in _by_hand(table, self.where) if not _passes(r, self.among)]
        out = (
            [f"{len(astray)} rows where {self.where} are not among those where {self.among}"]
            if astray
            else []
        )
        if self.k > self.n:
            out.append(f"the part is {self.k}, the whole only {self.n}")
        return out + [
            f"{what} is {found}, not {said}"
            for what, found, said in (
                (f"{self.column or 'the number of rows'} where {self.where}", k, self.k),
                ("the whole", n, self.n),
            )
            if not _same(found, said)
        ]


def part(
    frame: pd.DataFrame,
    column: str | None,
    where: Where = None,
    *,
    of: str | None = None,
    among: Where = None,
    sample: bool = True,
    digits: int | None = None,
) -> Part:
    """The share that some rows have of a column's sum: ``42%``; *no cases* where the whole is zero, *no figure* without any.

    Parameters
    ----------
    column : str or None
        What is summed; None counts rows.
    where : mapping, optional
        The rows of the part; all by default. They must be among those of the whole.
    of : str, optional
        Column of the whole; the same by default.
    among : mapping, optional
        The rows of the whole; all by default.
    sample : bool
        Whether the cases are a sample, which has an interval (``.interval``), or a whole population, which has none.
    """
    _columns(frame, column, of)
    k, n = _amount(_chosen(frame, where), column), _amount(_chosen(frame, among), of or column)
    text = words.percent(k / n, digits) if n else "no cases"
    return Part(text, column, where, of, among, k, n, sample)


@dataclass(frozen=True)
class Total(Claim):
    """The sum of a column, with a noun if one is given."""

    column: str
    where: Where
    value: float

    def __bool__(self) -> bool:
        return self.value != 0 and not words._missing(self.value)

    def verb(self, one: str, many: str) -> str:
        """The verb that fits the number."""
        return one if self.value == 1 else many

    def faults(self, table: pd.DataFrame) -> list[str]:
        found = _sum(_by_hand(table, self.where), self.column)
        return [] if _same(found, self.value) else [f"{self.column} sums to {found}, not {self.value}"]


def total(frame: pd.DataFrame, column: str, unit: str = "", *, many: str = "", where: Where = None) -> Total:
    """The sum of a column over some rows: ``1,204 incidents``; false where it is zero, or *no figure* (all are missing)."""
    _columns(frame, column)
    value = _amount(_chosen(frame, where), column)
    text = words.plural(value, unit, many) if unit and not math.isnan(value) else words.number(value)
    return Total(text, column, where, value)


@dataclass(frozen=True)
class Rows(Claim):
    """How many rows pass."""

    where: Where
    value: int

    def __bool__(self) -> bool:
        return self.value != 0

    verb = Total.verb

    def faults(self, table: pd.DataFrame) -> list[str]:
        found = len(_by_hand(table, self.where))
        return [] if found == self.value else [f"{found} rows where {self.where}, not {self.value}"]


def rows(frame: pd.DataFrame, unit: str = "", *, many: str = "", where: Where = None) -> Rows:
    """How many rows there are: ``36 states``; false where there are none."""
    found = len(_chosen(frame, where))
    return Rows(words.plural(found, unit, many) if unit else words.number(found), where, found)


@dataclass(frozen=True)
class Value(Claim):
    """One cell."""

    column: str
    where: Where
    value: Any

    def __bool__(self) -> bool:
        return not words._missing(self.value)

    def faults(self, table: pd.DataFrame) -> list[str]:
        found = _by_hand(table, self.where)
        if len(found) != 1:
            return [f"{len(found)} rows where {self.where}, not one"]
        cell = found[0][self.column]
        return (
            []
            if _same(cell, self.value)
            else [f"{self.column} is {cell} where {self.where}, not {self.value}"]
        )


def value(
    frame: pd.DataFrame,
    column: str,
    where: Where = None,
    *,
    unit: str = "",
    digits: int | None = None,
    percent: bool = False,
) -> Value:
    """What stands in one cell; *no figure* (and false) where nothing does.

    Raises
    ------
    ValueError
        ``where`` finds no row, or several.
    """
    _columns(frame, column)
    found = _chosen(frame, where)
    if len(found) != 1:
        raise ValueError(f"{len(found)} rows where {dict(where or {})}; a value needs exactly one")
    cell = found[column].iloc[0]
    if words._missing(cell):
        text = "no figure"
    elif isinstance(cell, str):
        text = cell
    elif isinstance(cell, pd.Timestamp):
        text = words.day(cell)
    elif percent:
        text = words.percent(cell, digits)
    else:
        text = (
            words.plural(cell, unit)
            if unit and digits is None
            else f"{words.number(cell, digits)} {unit}".strip()
        )
    return Value(text, column, where, cell)


@dataclass(frozen=True)
class Change(Claim):
    """From one row to another, for instance between two years."""

    column: str
    first: Where
    last: Where
    before: Any
    after: Any

    def __bool__(self) -> bool:
        return not (words._missing(self.before) or words._missing(self.after))

    @property
    def times(self) -> str:
        """How many times the first value the last one is: ``3.0``; *no figure* where the first is zero."""
        return words.number(self.after / self.before, 1) if self and self.before else "no figure"

    def faults(self, table: pd.DataFrame) -> list[str]:
        out = []
        for where, said in ((self.first, self.before), (self.last, self.after)):
            cells = [r[self.column] for r in _by_hand(table, where)]
            if len(cells) > 1:
                out.append(f"{len(cells)} rows where {where}, not one")
            found = cells[0] if cells else None
            if not _same(found, said):
                out.append(f"{self.column} is {found} where {where}, not {said}")
        return out


def change(
    frame: pd.DataFrame,
    column: str,
    first: Mapping[str, Any],
    last: Mapping[str, Any],
    *,
    percent: bool = False,
    digits: int | None = None,
) -> Change:
    """How a column moved from one row to another: ``rose from 12 to 34``, ``stayed at 12``.

    Parameters
    ----------
    first, last : mapping
        Find one row each, such as ``{"year": 2021}``. A row that is not there is a missing figure, not a zero.

    Raises
    ------
    ValueError
        One of them finds several rows.
    """
    _columns(frame, column)

    def cell(where: Mapping[str, Any]) -> Any:
        found = _chosen(frame, where)[column]
        if len(found) > 1:
            raise ValueError(f"{len(found)} rows where {dict(where)}; a change needs one at each end")
        return found.iloc[0] if len(found) else None

    before, after = cell(first), cell(last)
    if words._missing(before) or words._missing(after):
        gone = first if words._missing(before) else last
        text = f"cannot be compared: no figure for {words.listed(gone.values())}"
        return Change(text, column, first, last, before, after)
    shown = [words.percent(x, digits) if percent else words.number(x, digits) for x in (before, after)]
    if shown[0] == shown[1]:
        text = f"stayed at {shown[0]}"
    else:
        text = f"{'rose' if after > before else 'fell'} from {shown[0]} to {shown[1]}"
    return Change(text, column, first, last, before, after)


@dataclass(frozen=True)
class Nothing(Claim):
    """Nothing to tell: the column sums to zero, or there is no row."""

    column: str | None
    where: Where

    def __bool__(self) -> bool:
        return False

    def faults(self, table: pd.DataFrame) -> list[str]:
        found = _by_hand(table, self.where)
        if self.column is None:
            return [f"{len(found)} rows, not none"] if found else []
        held = _sum(found, self.column)
        return [f"{self.column} sums to {held}, not to nothing"] if held else []


@dataclass(frozen=True)
class Outside(Claim):
    """A figure that does not stand in the table, with the reason why; its chapter tests it."""

    why: str

    def faults(self, table: pd.DataFrame) -> list[str]:
        return [] if self.why.strip() else [f"{self.text!r} is not in the table, and nothing says why"]


def outside(text: object, why: str) -> Outside:
    """Something that a sentence takes from elsewhere than the table, such as a control or a test's result."""
    return Outside(str(text), why)


# ---------------------------------------------------------------- the sentence


@dataclass(frozen=True)
class Sentence:
    """What an exhibit says of its state.

    Attributes
    ----------
    claim, rest : str
        The sentence in two pieces; the page prints the claim in bold.
    evidence : str
        Counts, denominators and intervals of the same sentence.
    claims : mapping
        The claims it was filled with, by name.
    """

    claim: str
    rest: str = ""
    evidence: str = ""
    claims: Mapping[str, Claim] = field(default_factory=dict)
    bare: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """The sentence in one piece."""
        joint = "" if not self.rest or self.rest[0] in ",;:.?!" else " "
        return f"{self.claim}{joint}{self.rest}"

    def __str__(self) -> str:
        return self.text

    def faults(self, table: pd.DataFrame) -> list[str]:
        """Every way in which the table does not bear the sentence out, and every fault of form."""
        out = [f"{name}: {fault}" for name, c in self.claims.items() for fault in c.faults(table)]
        if digits := re.findall(r"\d+", self.bare):
            out.append(f"figures that come from no claim: {', '.join(digits)}")
        if len(self.text) > LONGEST:
            out.append(f"{len(self.text)} characters; at most {LONGEST}")
        if not self.text.strip() or self.text.strip()[-1] not in ".!?" or "\n" in self.text:
            out.append("not one whole sentence")
        return out


class _Bare:
    """Stands for any claim in a template and prints nothing."""

    def __getattr__(self, _: str) -> _Bare:
        return self

    def __getitem__(self, _: object) -> _Bare:
        return self

    def __format__(self, _: str) -> str:
        return ""

    def __repr__(self) -> str:
        return ""


def sentence(claim: str, rest: str = "", evidence: str = "", /, **claims: Claim) -> Sentence:
    """A sentence from templates and the claims that fill them.

    Parameters
    ----------
    claim, rest, evidence : str
        Templates of :meth:`str.format`: ``{who}`` prints a claim, ``{who.counts}`` one of its attributes. No digit may stand
        in a template; names that hold digits (``G7``, a year that a control gives) come in by :func:`outside`.
    **claims : Claim

    Raises
    ------
    ValueError
        A template names a claim that is not given, or a claim is not one.
    """
    for name, given in claims.items():
        if not isinstance(given, Claim):
            raise ValueError(
                f"{name}: {given!r} is no claim; use top, part, total, value, change, rows or outside"
            )
    try:
        made = [t.format(**claims) for t in (claim, rest, evidence)]
    except (KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"the sentence {claim!r} asks for {error}, which no claim gives") from None
    made = [text[:1].upper() + text[1:] if i != 1 else text for i, text in enumerate(made)]
    blank = dict.fromkeys(claims, _Bare())
    bare = " ".join(t.format(**blank) for t in (claim, rest, evidence))
    return Sentence(*made, claims=dict(claims), bare=bare)


def empty(
    frame: pd.DataFrame, column: str | None, text: str, *, where: Where = None, **claims: Claim
) -> Sentence:
    """The sentence of a state in which there is nothing to tell.

    Parameters
    ----------
    column : str or None
        The column that sums to zero; None where the table has no row.
    text : str
        Template of the whole sentence.
    """
    if column is not None:
        _columns(frame, column)
    nothing = Nothing("", column, where)
    made = sentence(text, **claims)
    return Sentence(made.claim, claims={**claims, "nothing": nothing}, bare=made.bare)


Say = Callable[..., Sentence]
