"""``Exhibit``: one question, its table, picture and sentence for every setting of its controls."""

from __future__ import annotations

import difflib
import inspect
import itertools
import math
import os
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from cyberdip_utils.claims import Sentence
from cyberdip_utils.exhibit import code, pages, registry
from cyberdip_utils.exhibit.controls import Control
from cyberdip_utils.exhibit.memory import Recent
from cyberdip_utils.words import listed

if TYPE_CHECKING:
    import plotly.graph_objects as go

IN_SIGHT = 4  # controls that a reader sees without asking for more
#: Names that a widget or an exhibit has for itself; a control of that name would hide them.
RESERVED = frozenset(
    """add_class add_traits blur brief caveat check cite class_own_trait_events class_own_traits class_trait_names class_traits
    close close_all code comm controls cross_validation_lock csv data defaults describe draw figure focus get_manager_state
    get_state get_view_spec handle_comm_opened handle_control_comm_opened has_trait hold_sync hold_trait_notifications html keys
    layout link log model_id module more name notify_change observe on_msg on_trait_change on_widget_constructed open payload
    remove_class say send send_state sentence set_state set_trait settings setup_instance show sources spec state states table
    tabbable text title tooltip trait_defaults trait_events trait_has_value trait_metadata trait_names trait_values traits
    unobserve unobserve_all widget_types widgets""".split()
)

Draw = Callable[..., "go.Figure"]


@dataclass(frozen=True)
class State:
    """What an exhibit is at one setting of its controls."""

    table: pd.DataFrame
    sentence: Sentence
    caveat: str
    drawn: Callable[[], go.Figure]

    @cached_property
    def figure(self) -> go.Figure:
        """The picture, drawn when somebody first asks for it."""
        return self.drawn()


_states = Recent(64)
_payloads = Recent(16_000_000)  # bytes
_serial = itertools.count()


def _parameters(function: Callable) -> list[str]:
    return list(inspect.signature(function).parameters)


def _called(function: Callable, first: tuple, values: Mapping[str, Any]) -> Any:
    """What a function returns for ``first`` and those of the controls' values that it names."""
    wanted = _parameters(function)[len(first) :]
    return function(*first, **{key: values[key] for key in wanted if key in values})


def _checked_names(name: str, controls: Mapping[str, Control], more: Sequence[str]) -> None:
    """Raise unless the exhibit's name and those of its controls will do."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"name: {name!r} must be lower case letters, digits and underscores")
    for key, control in controls.items():
        if not isinstance(control, Control):
            raise TypeError(f"{name}: {key} is a {type(control).__name__}, not a control such as choice(…)")
        if key in RESERVED or key.startswith("_"):
            raise TypeError(
                f"{name}: a control named {key!r} would hide the widget's own {key!r}; choose another name"
            )
    if unknown := [key for key in more if key not in controls]:
        raise TypeError(
            f"{name}: more names {listed(unknown)}, which {'is' if len(unknown) == 1 else 'are'} no control"
        )
    if (sight := len(controls) - len(more)) > IN_SIGHT:
        raise TypeError(
            f"{name}: {sight} controls in sight; at most {IN_SIGHT}, the others of a search tool go into more=(…)"
        )


class Exhibit:
    """One question with controls.

    Parameters
    ----------
    name : str
        Unique, lower case with underscores; also the name of the downloaded file.
    title : str
        The question.
    data : callable
        Controls -> DataFrame: the table that a reader gets. A pure, plain function of the chapter; its parameters
        are controls.
    draw : callable
        That table, and the controls it names -> plotly Figure, made with :mod:`cyberdip_utils.figures`.
    say : callable
        That table, and the controls it names -> :class:`cyberdip_utils.claims.Sentence`.
    caveat : str or callable
        What the picture cannot show; its first sentence stands on the card, the rest opens. A callable gets the
        table and the controls that it names.
    sources : tuple of str
        Names of the tables in ``data/`` that it rests on, the main one first; none for an illustration.
    brief : callable, optional
        The table -> a shorter one for the page, where the picture is a curve of a thousand points.
    more : tuple of str
        Controls that stay behind a button: the further filters of a search tool.
    **controls : Control
        At most four beside those in ``more``. A control without a default takes that of ``data``.

    Raises
    ------
    TypeError
        More than four controls in sight; a control that nothing uses, or whose name a widget needs for itself; a parameter of
        ``data`` that is no control and has no default.
    ValueError
        The name is taken by another module, or is not a plain name.
    """

    def __init__(
        self,
        name: str,
        title: str,
        /,
        *,
        data: Callable[..., pd.DataFrame],
        draw: Draw,
        say: Callable[..., Sentence],
        caveat: str | Callable[..., str],
        sources: Sequence[str],
        brief: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
        more: Sequence[str] = (),
        **controls: Control,
    ):
        _checked_names(name, controls, more)
        if isinstance(sources, str):
            raise TypeError(f"{name}: sources must be a tuple of table names, not {sources!r}")
        self.name, self.title, self.sources, self.more = name, title, tuple(sources), tuple(more)
        self.data, self.draw, self.say, self.brief, self.caveat = data, draw, say, brief, caveat
        self.module = data.__module__
        self.controls = self._labelled(controls)
        self._key = next(_serial)
        code.remember(self.module)
        registry.add(self)

    def _labelled(self, controls: Mapping[str, Control]) -> dict[str, Control]:
        """The controls with labels and the defaults of ``data``; ``TypeError`` for one that nothing uses."""
        taken = inspect.signature(self.data).parameters
        used = {*taken, *_parameters(self.draw)[1:], *_parameters(self.say)[1:]}
        if callable(self.caveat):
            used |= set(_parameters(self.caveat)[1:])
        for key in controls:
            if key not in used:
                raise TypeError(
                    f"{self.name}: the control {key!r} is no parameter of data, draw, say or caveat"
                )
        for key, parameter in taken.items():
            if key not in controls and parameter.default is parameter.empty:
                raise TypeError(f"{self.name}: data() needs {key!r}, which has no control and no default")
        made = {}
        for key, control in controls.items():
            fill = {} if control.label else {"label": key.replace("_", " ").capitalize()}
            given = taken[key].default if key in taken else inspect.Parameter.empty
            if getattr(control, "default", 0) is None and given not in (inspect.Parameter.empty, None):
                fill["default"] = given
            made[key] = replace(control, **fill)
        return made

    def __repr__(self) -> str:
        return f"Exhibit({self.name!r}, {self.title!r}, controls: {', '.join(self.controls) or 'none'})"

    # ------------------------------------------------ values

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The values that a reader finds, by control."""
        return {key: c.check(key, c.start()) for key, c in self.controls.items()}

    def check(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """All values, defaults filled in, in normal form.

        Raises
        ------
        ValueError
            An unknown control, or a value that it does not allow, with what is allowed.
        """
        unknown = [key for key in values if key not in self.controls]
        if unknown:
            near = difflib.get_close_matches(unknown[0], self.controls, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ValueError(
                f"{unknown[0]}: {self.name} has no such control{hint} Controls: {', '.join(self.controls) or 'none'}"
            )
        return {
            key: c.check(key, values[key]) if key in values else self.defaults[key]
            for key, c in self.controls.items()
        }

    def describe(self, **values) -> str:
        """The settings in words: ``Region: Europe; Years: 2000 to 2024``."""
        checked = self.check(values)
        return "; ".join(f"{c.label}: {c.describe(checked[key])}" for key, c in self.controls.items())

    def states(self, limit: int = 200, seed: int = 0) -> Iterator[dict[str, Any]]:
        """Settings to try: the opening one, every control over its samples, then a seeded sample of combinations.

        Parameters
        ----------
        limit : int
            All combinations if there are no more than this many; else as many of them, drawn with ``seed``, as fit after
            those in which one control differs from the opening (these are never cut).
        """
        samples = {key: [c.check(key, v) for v in c.samples()] for key, c in self.controls.items()}
        seen: set[tuple] = set()

        def new(state: dict) -> bool:
            key = tuple(map(repr, state.values()))
            return not (key in seen or seen.add(key))

        single = (self.defaults | {key: v} for key, options in samples.items() for v in options)
        for state in itertools.chain([dict(self.defaults)], single):
            if new(state):
                yield state
        if math.prod(map(len, samples.values())) <= limit:
            every = (
                dict(zip(samples, values, strict=True)) for values in itertools.product(*samples.values())
            )
        else:
            draw = random.Random(seed)
            every = ({k: draw.choice(options) for k, options in samples.items()} for _ in range(20 * limit))
        for state in every:
            if len(seen) >= limit:
                return
            if new(state):
                yield state

    # ------------------------------------------------ one state

    def state(self, **values) -> State:
        """Table, sentence, picture and caveat for these values, as remembered; change copies only.

        Raises
        ------
        ValueError
            An unknown control or a value that it does not allow.
        TypeError
            ``data`` or ``say`` returned something else than they must; so does the picture for ``draw``, when it is asked for.
        """
        checked = self.check(values)
        key = (self._key, tuple(checked.values()))
        made = _states.get(key)
        if made is None:
            made = self._made(checked)
            _states.put(key, made)
        return made

    def _made(self, checked: Mapping[str, Any]) -> State:
        table = _called(self.data, (), checked)
        if not isinstance(table, pd.DataFrame):
            raise TypeError(f"{self.name}: data returned {type(table).__name__}, not a DataFrame")
        if any(name is not None for name in table.index.names):
            table = table.reset_index()
        sentence = _called(self.say, (table,), checked)
        if not isinstance(sentence, Sentence):
            raise TypeError(
                f"{self.name}: say returned {type(sentence).__name__}; build it with sentence(…) or empty(…)"
            )
        caveat = _called(self.caveat, (table,), checked) if callable(self.caveat) else self.caveat
        return State(table, sentence, caveat, partial(self._drawn, table, checked))

    def _drawn(self, table: pd.DataFrame, checked: Mapping[str, Any]) -> go.Figure:
        figure = _called(self.draw, (table,), checked)
        if not hasattr(figure, "to_plotly_json"):
            raise TypeError(f"{self.name}: draw returned {type(figure).__name__}, not a plotly figure")
        return figure

    def table(self, **values) -> pd.DataFrame:
        """The table of this state, yours to change."""
        return self.state(**values).table.copy()

    def figure(self, **values) -> go.Figure:
        """The picture of this state in house style, yours to change."""
        import plotly.graph_objects as go

        from cyberdip_utils.figures import style

        return go.Figure(style.styled(self.state(**values).figure))

    def sentence(self, **values) -> Sentence:
        """What this state says: ``str`` of it is the text, ``.evidence`` its counts and intervals."""
        return self.state(**values).sentence

    def code(self, **values) -> str:
        """Self-contained Python that makes the table of this state; it needs only the handbook's data."""
        checked = self.check(values)
        wanted = _parameters(self.data)
        return code.call(self.data, {key: v for key, v in checked.items() if key in wanted})

    def csv(self, **values) -> str:
        """The whole table as CSV; its last column names the exhibit, its settings and its sources."""
        return pages.csv(self, self.check(values))

    def cite(self, **values) -> str:
        """How to cite this state: the book, the exhibit, its settings, and the tables with the copies they were read in."""
        return "".join(pages.citation(self, self.check(values)))

    def link(self, **values) -> str:
        """The two lines that open this state in a notebook."""
        return "".join(pages.link(self, self.check(values)))

    def text(self, rows: int = 10, /, **values) -> str:
        """The state as plain text: title, settings, sentence, head of the table, caveat, sources."""
        return pages.text(self, self.check(values), rows)

    def html(self, rows: int = 12, /, **values) -> str:
        """The state as static HTML, for where no kernel runs: title, sentence, head of the table, caveat, sources."""
        return pages.html(self, self.check(values), rows)

    def spec(self) -> dict[str, Any]:
        """Title, controls and sources, as the page needs them."""
        return pages.spec(self)

    def payload(self, **values) -> bytes:
        """The state as JSON for the page; an error becomes a sentence in it, unless ``CYBERDIP_STRICT`` is 1.

        Raises
        ------
        Exception
            Whatever the exhibit's functions raise, where ``CYBERDIP_STRICT`` is 1.
        """
        try:
            checked = self.check(values)
            key = (self._key, tuple(checked.values()))
            made = _payloads.get(key)
            if made is None:
                made = pages.payload(self, checked)
                _payloads.put(key, made, len(made))
            return made
        except Exception as error:
            if os.environ.get("CYBERDIP_STRICT") == "1":
                raise
            return pages.failed(self, error)

    def show(self, **values):
        """The exhibit as a widget that opens with these values; each control is a trait of it.

        Raises
        ------
        ValueError
            An unknown control or a value that it does not allow.
        """
        from cyberdip_utils.exhibit.widget import card

        return card(self, self.check(values))

    def _ipython_display_(self) -> None:
        self.show()._ipython_display_()
