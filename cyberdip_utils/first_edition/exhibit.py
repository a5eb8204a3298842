"""Exhibits: one question, a pure view of it, and labelled controls.

``View`` is what a view returns; ``Exhibit`` joins a view to its controls and shows it in a notebook.
Controls: ``choice``, ``choices``, ``span``, ``years``, ``number``, ``switch`` and ``search``.
"""

from __future__ import annotations

import difflib
import gzip
import hashlib
import inspect
import io
import itertools
import math
import os
import random
import re
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
import pandas as pd

from cyberdip_utils.errors import quoted

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = [
    "Exhibit",
    "View",
    "all_exhibits",
    "choice",
    "choices",
    "find_any",
    "number",
    "search",
    "span",
    "switch",
    "view_of",
    "years",
]

STATIC = Path(__file__).parent / "static"
TABLE_ROWS = 400  # rows of the table twin sent to the page; the CSV has all
BRISK = 0.05  # seconds; a view that takes longer is not computed before a reader asks for it
_NOTHING = "zzq no such thing zzq"  # a search that finds nothing


# ---------------------------------------------------------------- what a view returns


@dataclass(frozen=True)
class View:
    """One state of an exhibit.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure or dict
        The picture.
    takeaway : str
        One sentence computed from this state.
    table : pandas.DataFrame
        The text twin of the picture. A named index becomes columns.
    caveat : str
        What the picture cannot show.
    sources : tuple of str
        Names of the tables in ``data/`` it rests on.
    alt : str
        Text for readers who do not see the picture; made from title and takeaway if empty.
    detail : str
        A further block of plain text: paragraphs parted by an empty line, ``- `` lists (``  - `` one level
        down), ``**bold**``.
    links : tuple of (text, address)
        Shown under the detail.
    """

    figure: go.Figure | dict
    takeaway: str
    table: pd.DataFrame
    caveat: str = ""
    sources: tuple[str, ...] = ()
    alt: str = ""
    detail: str = ""
    links: tuple[tuple[str, str], ...] = ()


# ---------------------------------------------------------------- controls


def _listed(names: Iterable[Any], limit: int = 12) -> str:
    shown = [str(n) for n in names]
    more = f" and {len(shown) - limit} more" if len(shown) > limit else ""
    return ", ".join(shown[:limit]) + more


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


@dataclass(frozen=True)
class _Options(Control):
    options: Any = ()
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
                raise ValueError(f"the control {self.label!r} has {what} twice: {_listed(twice)}")
        return pairs

    def _one(self, name: str, value: Any) -> Any:
        value = _plain(value)
        for label, allowed in self.pairs:
            if type(value) is bool or type(allowed) is bool:
                same = value is allowed
            else:
                same = value == allowed
            if same or value == label:
                return allowed
        labels = [label for label, _ in self.pairs]
        near = difflib.get_close_matches(str(value), labels, n=3, cutoff=0.5)
        hint = f"did you mean {_listed(near)}? " if near else ""
        raise ValueError(f"{name}: {quoted(value)} is not an option; {hint}Allowed: {_listed(labels)}")

    def _label(self, value: Any) -> str:
        return next(label for label, allowed in self.pairs if allowed == value)

    def spec(self) -> dict:
        return super().spec() | {"options": [{"label": x, "value": v} for x, v in self.pairs]}


@dataclass(frozen=True)
class _Choice(_Options):
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
class _Choices(_Options):
    kind: ClassVar[str] = "choices"

    def start(self) -> Any:
        return () if self.default is None else tuple(self.default)

    def check(self, name: str, value: Any) -> tuple:
        if value is None:
            value = ()
        if isinstance(value, str) or not isinstance(value, Iterable):
            value = (value,)
        chosen = [self._one(name, one) for one in value]
        return tuple(v for _, v in self.pairs if v in chosen)

    def samples(self) -> list:
        values = [value for _, value in self.pairs]
        return [(), *[(v,) for v in values], tuple(values)]

    def describe(self, value: Any) -> str:
        return ", ".join(self._label(v) for v in value) or "none"


@dataclass(frozen=True)
class _Scale(Control):
    lo: float = 0
    hi: float = 1
    default: Any = None
    step: float = 1
    unit: str = ""
    grid: tuple = ()

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
        allowed = f"Allowed: {'whole ' if self._whole else ''}numbers from {self.lo} to {self.hi}"
        if not _is_number(value) or (self._whole and not float(value).is_integer()):
            raise ValueError(
                f"{name}: {quoted(value)} is not a {'whole ' if self._whole else ''}number. {allowed}"
            )
        if not self.lo <= value <= self.hi:
            raise ValueError(f"{name}: {value} is outside the scale. {allowed}")
        if self._whole:
            return int(value)
        # 0.1 + 0.2 is 0.3 for a reader: values next to the grid lie on it
        near = round(self.lo + round((value - self.lo) / self.step) * self.step, 12)
        return float(near if abs(near - value) < self.step * 1e-6 else value)

    def _middle(self) -> float:
        steps = int((self.hi - self.lo) / self.step / 2)
        return self._point("middle", self.lo + steps * self.step)

    def spec(self) -> dict:
        return super().spec() | {"lo": self.lo, "hi": self.hi, "step": self.step, "unit": self.unit}


@dataclass(frozen=True)
class _Span(_Scale):
    kind: ClassVar[str] = "span"
    years: bool = False

    def start(self) -> tuple:
        return (self.lo, self.hi) if self.default is None else tuple(self.default)

    def check(self, name: str, value: Any) -> tuple:
        if isinstance(value, str) or not isinstance(value, Iterable) or len(pair := list(value)) != 2:
            raise ValueError(
                f"{name}: {quoted(value)} is not a pair (from, to) between {self.lo} and {self.hi}"
            )
        a, b = (self._point(name, x) for x in pair)
        if a > b:
            word = "year" if self.years else "number"
            first = "earlier" if self.years else "smaller"
            raise ValueError(f"{name}: from {a} is after to {b}; give the {first} {word} first")
        return a, b

    def samples(self) -> list:
        lo, mid, hi = self._point("lo", self.lo), self._middle(), self._point("hi", self.hi)
        return list(dict.fromkeys([(lo, hi), (lo, lo), (mid, mid), (hi, hi), (lo, mid), (mid, hi)]))

    def grid_values(self) -> list:
        if not self.grid:
            return self.samples()
        points = [self._point("grid", x) for x in self.grid]
        return [(a, b) for a in points for b in points if a <= b]

    def spec(self) -> dict:
        return super().spec() | {"years": self.years}

    def describe(self, value: Any) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{value[0]} to {value[1]}{unit}"


@dataclass(frozen=True)
class _Number(_Scale):
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

    def describe(self, value: Any) -> str:
        return f"{value} {self.unit}".strip()


@dataclass(frozen=True)
class _Switch(Control):
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
class _Search(Control):
    kind: ClassVar[str] = "search"
    default: str = ""
    examples: tuple[str, ...] = ()

    def start(self) -> str:
        return self.default

    def check(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(
                f"{name}: {quoted(value)} is not text. Allowed: any text of up to 200 characters"
            )
        text = " ".join(value.split())
        if len(text) > 200:
            raise ValueError(
                f"{name}: {len(text)} characters is too long. Allowed: any text of up to 200 characters"
            )
        return text

    def samples(self) -> list:
        return list(dict.fromkeys([self.default, "", *self.examples, _NOTHING]))

    def spec(self) -> dict:
        return super().spec() | {"examples": list(self.examples)}

    def describe(self, value: Any) -> str:
        return f"'{value}'" if value else "anything"


def choice(
    options: Sequence | Callable[[], Sequence], default: Any = None, *, label: str = "", help: str = ""
):
    """One of several. ``options``: strings, (label, value) pairs, or a function that returns them."""
    return _Choice(options=options, default=default, label=label, help=help)


def choices(
    options: Sequence | Callable[[], Sequence], default: Sequence = (), *, label: str = "", help: str = ""
):
    """Any number of several, also none; gives a tuple in the order of the options."""
    return _Choices(options=options, default=tuple(default) or None, label=label, help=help)


def span(
    lo, hi, default=None, step=1, unit: str = "", *, label: str = "", help: str = "", grid: Sequence = ()
):
    """From … to …; gives a tuple (from, to) between ``lo`` and ``hi``, both included, in ``unit``."""
    return _Span(
        lo=lo, hi=hi, default=default, step=step, unit=unit, label=label, help=help, grid=tuple(grid)
    )


def years(lo: int, hi: int, default=None, *, label: str = "", help: str = "", grid: Sequence = ()):
    """From one year to another; gives a tuple of two years, both included."""
    return _Span(lo=lo, hi=hi, default=default, years=True, label=label, help=help, grid=tuple(grid))


def number(lo, hi, default, step=1, unit: str = "", *, label: str = "", help: str = "", grid: Sequence = ()):
    """One number between ``lo`` and ``hi``, both included, in ``unit``."""
    return _Number(
        lo=lo, hi=hi, default=default, step=step, unit=unit, label=label, help=help, grid=tuple(grid)
    )


def switch(default: bool = False, *, label: str = "", help: str = ""):
    """Yes or no."""
    return _Switch(default=default, label=label, help=help)


def search(default: str = "", examples: Sequence[str] = (), *, label: str = "", help: str = ""):
    """A text to look for; ``examples`` are shown to the reader and tried by the tests."""
    return _Search(default=default, examples=tuple(examples), label=label, help=help)


# ---------------------------------------------------------------- memory of recent states


class _Recent:
    """The most recently used results, up to a total weight. Safe for threads."""

    def __init__(self, limit: int):
        self.limit, self.weight = limit, 0
        self._kept: OrderedDict = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key):
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key, value, weight: int = 1) -> None:
        with self._lock:
            if key in self._kept:
                self.weight -= self._kept.pop(key)[1]
            self._kept[key] = (value, weight)
            self.weight += weight
            while self.weight > self.limit and len(self._kept) > 1:
                self.weight -= self._kept.popitem(last=False)[1][1]

    def forget(self, owner: int) -> None:
        with self._lock:
            for key in [k for k in self._kept if k[0] == owner]:
                self.weight -= self._kept.pop(key)[1]

    def __len__(self) -> int:
        return len(self._kept)


_views = _Recent(64)  # views
_payloads = _Recent(16_000_000)  # bytes
_serial = itertools.count()
_registry: dict[str, Exhibit] = {}


def _strict() -> bool:
    return os.environ.get("CYBERDIP_STRICT") == "1"


# ---------------------------------------------------------------- tables and sources


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """Named index levels as columns, an unnamed running index left out."""
    return table.reset_index() if any(n is not None for n in table.index.names) else table


def _cells(column: pd.Series) -> list:
    """A column as plain JSON values; dates as ISO text, missing as None."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if pd.api.types.is_datetime64_any_dtype(column):
        days = column.dt.normalize().eq(column).where(column.notna(), True).all()
        column = column.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M")
    values = []
    for value, missing in zip(column.tolist(), column.isna().tolist(), strict=True):
        value = _plain(value)
        if missing or (isinstance(value, float) and not math.isfinite(value)):
            values.append(None)
        elif isinstance(value, (str, int, float, bool)):
            values.append(value)
        elif isinstance(value, date):
            values.append(value.isoformat())
        else:
            values.append(str(value))
    return values


def _table_payload(table: pd.DataFrame) -> dict:
    flat = _flat(table)
    head = flat.head(TABLE_ROWS)
    columns = [_cells(head.iloc[:, i]) for i in range(head.shape[1])]
    rows = [list(row) for row in zip(*columns, strict=True)] if columns else []
    return {"columns": [str(c) for c in flat.columns], "rows": rows, "total": len(flat), "shown": len(head)}


def _source(name: str) -> dict:
    from cyberdip_utils.data import data_folder

    return _source_in(data_folder(), name)


@lru_cache(maxsize=200)
def _source_in(folder: Path, name: str) -> dict:
    from cyberdip_utils.data import DataError, about, cite

    try:
        known, bibtex = about(name), cite(name)
    except (KeyError, DataError):
        unknown = {"title": name, "citation": name, "licence": "not known", "as_of": "not known"}
        return {"name": name, **unknown, "bibtex": ""}
    return {
        "name": name,
        "title": known.title,
        "citation": f"{known.citation} ({known.copies})" if known.copies else known.citation,
        "licence": known.licence,
        "as_of": known.as_of,
        "bibtex": bibtex,
    }


# ---------------------------------------------------------------- the exhibit


@dataclass(frozen=True)
class _Failure:
    sentence: str
    cause: Exception = field(repr=False)


class Exhibit:
    """One question with controls.

    Parameters
    ----------
    name : str
        Unique, lower case with underscores; also the name of the downloaded file.
    title : str
        The question.
    view : callable
        A pure function: same arguments, same :class:`View`. Each control is one of its parameters.
    **controls : Control
        One for each parameter, made by ``choice``, ``years`` and the others. A control without a default of
        its own takes the function's.

    Raises
    ------
    TypeError
        A control that is no parameter of the view, or a parameter without a value.
    ValueError
        The name is taken by another module, or is not a plain name.

    Attributes
    ----------
    live : callable, optional
        Set it for an exhibit that reads the reader's own folder: a function that says whether there is anything of theirs
        to show. The page remembers no state of such an exhibit, and its kept opening is that of an empty folder.
    """

    live: Callable[[], Any] | None = None

    def __init__(self, name: str, title: str, view: Callable[..., View], /, **controls: Control):
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(f"name: {name!r} must be lower case letters, digits and underscores")
        self.name, self.title, self.function = name, title, view
        parameters = inspect.signature(view).parameters
        for key, control in controls.items():
            if not isinstance(control, Control):
                raise TypeError(
                    f"{name}: {key} is a {type(control).__name__}, not a control such as choice(…)"
                )
            if key not in parameters:
                raise TypeError(f"{name}: the control {key!r} is not a parameter of {view.__name__}()")
        for key, parameter in parameters.items():
            if key not in controls and parameter.default is parameter.empty:
                raise TypeError(
                    f"{name}: {view.__name__}() needs {key!r}, which has no control and no default"
                )
        self.controls: dict[str, Control] = {}
        for key, control in controls.items():
            given = parameters[key].default
            fill = {} if control.label else {"label": key.replace("_", " ").capitalize()}
            if (
                getattr(control, "default", 0) is None
                and given is not parameters[key].empty
                and given is not None
            ):
                fill["default"] = given
            self.controls[key] = replace(control, **fill)
        self.module = sys._getframe(1).f_globals.get("__name__", "__main__")
        self._key = next(_serial)
        before = _registry.get(name)
        if before is not None:
            if before.module != self.module:
                raise ValueError(f"an exhibit named {name!r} exists already, in {before.module}")
            _views.forget(before._key)
            _payloads.forget(before._key)
        _registry[name] = self

    def __repr__(self) -> str:
        return f"Exhibit({self.name!r}, {self.title!r}, controls: {', '.join(self.controls) or 'none'})"

    # ------------------------------------------------ values

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The values a reader finds, by control."""
        return {key: c.check(key, c.start()) for key, c in self.controls.items()}

    def check(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """All values, defaults filled in, in normal form. ``ValueError`` names what is wrong."""
        unknown = [key for key in values if key not in self.controls]
        if unknown:
            near = difflib.get_close_matches(unknown[0], self.controls, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(
                f"{unknown[0]}: {self.name} has no such control{hint} "
                f"Controls: {_listed(self.controls) or 'none'}"
            )
        return {
            key: c.check(key, values[key]) if key in values else self.defaults[key]
            for key, c in self.controls.items()
        }

    def describe(self, **values) -> str:
        """The selection in words: 'Region: Europe; Years: 2000 to 2024'."""
        checked = self.check(values)
        return "; ".join(f"{c.label}: {c.describe(checked[key])}" for key, c in self.controls.items())

    def states(self, limit: int = 200, seed: int = 0) -> Iterator[dict[str, Any]]:
        """States to try: every control over all its samples, then a seeded sample of the combinations.

        Parameters
        ----------
        limit : int
            All combinations if there are no more than this many; else as many of them, drawn with ``seed``,
            as fit after the states in which one control differs from the defaults (those are never cut).
        """
        samples = {key: [c.check(key, v) for v in c.samples()] for key, c in self.controls.items()}
        seen = set()

        def new(state: dict) -> bool:
            key = tuple(repr(v) for v in state.values())
            return not (key in seen or seen.add(key))

        if new(self.defaults):
            yield dict(self.defaults)
        for key, options in samples.items():
            for value in options:
                if new(state := self.defaults | {key: value}):
                    yield state
        size = math.prod(len(options) for options in samples.values())
        if size <= limit:
            for combination in itertools.product(*samples.values()):
                if new(state := dict(zip(samples, combination, strict=True))):
                    yield state
            return
        draw = random.Random(seed)
        for _ in range(20 * limit):
            if len(seen) >= limit:
                return
            if new(state := {key: draw.choice(options) for key, options in samples.items()}):
                yield state

    # ------------------------------------------------ views

    def _view(self, values: Mapping[str, Any]) -> View:
        checked = self.check(values)
        key = (self._key, tuple(checked.values()))
        view = _views.get(key)
        if view is None:
            view = self._sound(self.function(**checked))
            _views.put(key, view)
        return view

    def _sound(self, view: View) -> View:
        """The view, if it keeps the rules; else ``TypeError``."""
        who = f"exhibit {self.name}"
        if not isinstance(view, View):
            raise TypeError(f"{who}: the view returned {type(view).__name__}, not a View")
        if not isinstance(view.takeaway, str) or not view.takeaway.strip():
            raise TypeError(f"{who}: the takeaway is empty")
        if "\n" in view.takeaway or view.takeaway.strip()[-1] not in ".!?":
            raise TypeError(f"{who}: the takeaway is not one sentence: {view.takeaway!r}")
        if not isinstance(view.table, pd.DataFrame):
            raise TypeError(f"{who}: the table is {type(view.table).__name__}, not a DataFrame")
        is_figure = isinstance(view.figure, Mapping) or hasattr(view.figure, "to_plotly_json")
        if not is_figure:
            raise TypeError(f"{who}: the figure is {type(view.figure).__name__}, not a plotly figure")
        if isinstance(view.sources, str) or not all(isinstance(s, str) and s for s in view.sources):
            raise TypeError(f"{who}: sources must be a tuple of table names, not {view.sources!r}")
        for what in ("caveat", "alt", "detail"):
            if not isinstance(getattr(view, what), str):
                raise TypeError(f"{who}: {what} is not text")
        if not all(len(link) == 2 and all(isinstance(x, str) for x in link) for link in view.links):
            raise TypeError(f"{who}: links must be (text, address) pairs")
        return replace(view, alt=view.alt or f"{self.title} {view.takeaway}")

    def view(self, **values) -> View:
        """The state for these values, defaults for the rest; table and figure are yours to change.

        Raises
        ------
        ValueError
            An unknown control or a value it does not allow, named.
        TypeError
            The view broke the rules of :class:`View`.
        """
        from cyberdip_utils.first_edition.figures import styled

        view = self._view(values)
        return replace(view, figure=styled(view.figure), table=view.table.copy(deep=False))

    def _attempt(self, values: Mapping[str, Any]) -> View | _Failure:
        try:
            return self._view(values)
        except Exception as error:
            if _strict():
                raise
            from cyberdip_utils.data import DataError

            if isinstance(error, (ValueError, DataError)) and str(error):
                sentence = str(error).strip().replace("\n", " ")
                return _Failure(sentence if sentence[-1] in ".!?" else sentence + ".", error)
            what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            return _Failure(
                f"This exhibit could not draw this selection ({what}). "
                "Reset, or report it with the chapter's name.",
                error,
            )

    def forget(self) -> None:
        """Drop the remembered states, so that the next one is made anew."""
        _views.forget(self._key)
        _payloads.forget(self._key)

    def payload(self, **values) -> bytes:
        """The state as JSON for the page: figure, texts, the first rows of the table, sources, error."""
        try:
            key = (self._key, tuple(self.check(values).values()))
        except ValueError:
            key = None
        ready = _payloads.get(key) if key else None
        if ready is not None:
            return ready
        got = self._attempt(values)
        if isinstance(got, _Failure):
            return self._failed(got.sentence)
        try:
            made = self._packed(got, "")
        except Exception as error:  # a figure or a table that JSON cannot carry
            if _strict():
                raise
            return self._failed(
                f"This exhibit could not draw this selection ({type(error).__name__}: {error}). "
                "Reset, or report it with the chapter's name."
            )
        _payloads.put(key, made, len(made))
        return made

    def _failed(self, sentence: str) -> bytes:
        from cyberdip_utils.first_edition.figures import empty

        return self._packed(View(empty(sentence), sentence, pd.DataFrame(), alt=sentence), sentence)

    def _packed(self, view: View, error: str) -> bytes:
        from cyberdip_utils.first_edition.figures import to_json

        return orjson.dumps(
            {
                "figure": orjson.Fragment(to_json(view.figure)),
                "takeaway": view.takeaway,
                "caveat": view.caveat,
                "alt": view.alt,
                "table": _table_payload(view.table),
                "sources": [_source(name) for name in view.sources],
                "detail": view.detail,
                "links": [list(link) for link in view.links],
                "error": error,
            }
        )

    def csv(self, **values) -> str:
        """The whole table as CSV, after ``# `` lines: title, selection, citations, licences, date."""
        view = self._view(values)
        lines = [self.title, f"Selection: {self.describe(**values) or 'all'}", view.takeaway]
        if view.caveat:
            lines.append(f"What this cannot show: {view.caveat}")
        for source in map(_source, view.sources):
            lines.append(f"Source ({source['name']}, as of {source['as_of']}): {source['citation']}")
            lines.append(f"Licence ({source['name']}): {source['licence']}")
        lines.append(f"Cyber Diplomacy Handbook, exhibit {self.name}; saved {date.today().isoformat()}")
        head = "".join("# " + " ".join(line.split()) + "\n" for line in lines)
        body = io.StringIO()
        _flat(view.table).to_csv(body, index=False, lineterminator="\n")
        return head + body.getvalue()

    def text(self, rows: int = 10, /, **values) -> str:
        """The state as plain text: title, selection, takeaway, the head of the table, caveat, sources."""
        got = self._attempt(values)
        if isinstance(got, _Failure):
            return f"{self.title}\n{got.sentence}"
        table = _flat(got.table)
        parts = [self.title]
        if self.controls:
            parts.append(f"Selection: {self.describe(**values)}")
        parts.append(got.takeaway)
        if len(table):
            shown = table.head(rows).to_string(index=False, max_colwidth=40)
            parts.append(shown + (f"\n({rows} of {len(table):,} rows)" if len(table) > rows else ""))
        if got.caveat:
            parts.append(f"What this cannot show: {got.caveat}")
        if got.sources:
            parts.append(f"Sources: {', '.join(got.sources)}")
        return "\n\n".join(parts)

    # ------------------------------------------------ on the page

    def spec(self) -> dict:
        """Title and controls, as the page needs them."""
        return {
            "name": self.name,
            "title": self.title,
            "cite": f"Cyber Diplomacy Handbook, exhibit '{self.name}'.",
            "controls": [{"name": key, **c.spec()} for key, c in self.controls.items()],
        }

    def show(self, **values):
        """The exhibit as a widget that opens with these values; make it the last line of a cell.

        Raises
        ------
        ValueError
            An unknown control or a value it does not allow.
        """
        return _widget_class()(self, self.check(values))

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.show()._repr_mimebundle_(include=include, exclude=exclude)


def all_exhibits() -> dict[str, Exhibit]:
    """Every exhibit of the package, by name; imports all its modules."""
    import importlib
    import pkgutil

    package = importlib.import_module("cyberdip_utils")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return {n: e for n, e in sorted(_registry.items()) if e.module.startswith(f"{package.__name__}.")}


def find_any(name: str):
    """An exhibit by its name, of this form or of the second edition's.

    Raises
    ------
    KeyError
        Neither has it.
    """
    from cyberdip_utils.exhibit import registry

    try:
        return registry.find(name)
    except KeyError:
        if name not in _registry and name not in all_exhibits():
            raise KeyError(f"no exhibit {name!r}") from None
    return _registry[name]


def view_of(exhibit: Any, **values: Any) -> View:
    """A state of an exhibit of either form as a view, for a debate that quotes it.

    Raises
    ------
    ValueError
        An unknown control or a value that it does not allow.
    """
    if isinstance(exhibit, Exhibit):
        return exhibit.view(**values)
    from cyberdip_utils import figures

    state = exhibit.state(**values)
    figure = orjson.loads(figures.to_json(state.figure))
    meta = figure["layout"].get("meta") or {}
    figure["layout"] |= {
        "meta": meta | {"dark": {light.lower(): dark for light, dark in figures.DARK.items()}},
        "height": max(400, meta.get("tall", 0)),
    }
    said = state.sentence
    return View(
        figure=figure,
        takeaway=f"{said.text} {said.evidence}".strip(),
        table=state.table.copy(),
        caveat=state.caveat,
        sources=exhibit.sources,
    )


# ---------------------------------------------------------------- the widget


def _asset_content(name: str) -> bytes:
    if name == "plotly.min.js":
        import plotly

        return (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()
    if name in ("exhibit.js", "exhibit.css"):
        return (STATIC / name).read_bytes()
    if name.endswith(".geojson"):
        from cyberdip_utils.first_edition.figures import geometry

        return geometry(name.removesuffix(".geojson"))
    raise KeyError(name)


@cache
def asset(name: str) -> bytes:
    """A shared file of the page, gzip-compressed: exhibit.js, exhibit.css, plotly.min.js, world.geojson."""
    # plotly is large and sent once: a fast level costs 10% more bytes and a quarter of the time
    return gzip.compress(_asset_content(name), compresslevel=3 if name == "plotly.min.js" else 6, mtime=0)


@cache
def _asset_versions() -> dict[str, str]:
    from importlib.metadata import version

    marks = {n: hashlib.sha256(_asset_content(n)).hexdigest()[:8] for n in ("exhibit.js", "exhibit.css")}
    return marks | {"plotly.min.js": version("plotly")}


@cache
def _widget_class():
    """The widget, defined at first use: anywidget and ipywidgets are not loaded to import a view."""
    import anywidget
    import traitlets

    class ExhibitWidget(anywidget.AnyWidget):
        """An exhibit on the page. The kernel keeps the values; figures travel as messages, not as state."""

        _esm = (STATIC / "notebook.js").read_text(encoding="utf-8")
        spec = traitlets.Dict().tag(sync=True)
        values = traitlets.Dict()

        def __init__(self, exhibit: Exhibit, values: dict):
            self.exhibit = exhibit
            self._quiet = False
            self._opening = exhibit.payload(**values)  # a broken view shows here, not in the browser
            self._took = 0.0
            super().__init__(spec=exhibit.spec() | {"assets": _asset_versions()}, values=values)
            self.on_msg(self._asked)

        @property
        def view(self) -> bytes:
            """The state shown, as JSON."""
            return self.exhibit.payload(**self.values)

        @traitlets.validate("values")
        def _valid(self, proposal):
            return self.exhibit.check(proposal.value)

        @traitlets.observe("values")
        def _moved(self, change):
            if self.comm is None or self._quiet:
                return
            self.send({"kind": "push", "values": self.values}, [self.view])

        def _asked(self, _, message: dict, buffers) -> None:
            kind, reply = message.get("kind"), {"kind": message.get("kind"), "id": message.get("id")}
            if kind == "asset":
                self.send(reply, [asset(message["name"])])
            elif kind == "csv":
                self.send(reply, [self.exhibit.csv(**message["values"]).encode()])
            elif kind == "view":
                try:
                    payload = self._timed(message["values"])
                except Exception:  # strict: tell the page, then let the notebook's runner see it
                    self.send(reply | {"values": self.values}, [self.exhibit._failed("This view is broken.")])
                    raise
                self._note(message["values"])
                self.send(reply | {"values": self.values, "keep": self.exhibit.live is None}, [payload])
            elif kind == "ahead":  # what the reader may ask for next, if it costs next to nothing
                content = self._ahead(message["values"])
                self.send(reply, [] if content is None else [content])
            elif kind == "moved":  # the page had the state that the reader moved to
                self._note(message["values"])
            elif kind == "open":
                keep = self.exhibit.live is None
                self.send(reply | {"values": self.values, "keep": keep}, [self.view])

        def _note(self, values: dict) -> None:
            """Take over the page's values without pushing them back; what is refused, the payload says."""
            try:
                self._quiet = True
                self.values = values
            except (ValueError, TypeError, traitlets.TraitError):
                pass
            finally:
                self._quiet = False

        def _ahead(self, values: dict) -> bytes | None:
            """A state that nobody has asked for yet; None if it could keep the kernel from what somebody asks."""
            if self.exhibit.live is not None or self._took > BRISK:
                return None
            try:
                return self._timed(values)
            except Exception:  # strict: whoever asks for it will see what is wrong
                return None

        def _timed(self, values: dict) -> bytes:
            began = time.perf_counter()
            content = self.exhibit.payload(**values)
            took = time.perf_counter() - began
            if took > 0.001:  # less: it was remembered, which says nothing of the next
                self._took = took
            return content

        def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
            bundle = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
            data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
            data = data | {"text/plain": self.exhibit.text(**self.values)}
            return (data, *rest) if rest else data

        def __repr__(self) -> str:
            return f"<{self.exhibit.name}: {self.exhibit.describe(**self.values)}>"

    return ExhibitWidget
