"""The card on the page: an ipywidgets widget whose traits are the exhibit's controls.

Figures travel as messages and not as widget state, so that a saved notebook stays small. Every view of a widget gets
each new state. Running a cell again closes the cards that its last run made.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import time
import weakref
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from cyberdip_utils.exhibit.pages import failed

if TYPE_CHECKING:
    from cyberdip_utils.exhibit.core import Exhibit

STATIC = Path(__file__).parent / "static"
BRISK = 0.05  # seconds; what takes longer is not computed before a reader asks for it


# ---------------------------------------------------------------- files that all cards of a page share


def _content(name: str) -> bytes:
    if name == "plotly.min.js":
        import plotly

        return (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()
    if name in ("card.js", "card.css"):
        return (STATIC / name).read_bytes()
    if name.endswith(".geojson"):
        from cyberdip_utils import figures

        return figures.geometry(name.removesuffix(".geojson"))
    raise KeyError(f"no shared file {name!r}")


@cache
def asset(name: str) -> bytes:
    """A shared file of the page, gzip-compressed: ``card.js``, ``card.css``, ``plotly.min.js``, ``world.geojson``.

    Raises
    ------
    KeyError
        No such file.
    """
    # plotly is large and sent once: a fast level costs a tenth more bytes and a quarter of the time
    return gzip.compress(_content(name), compresslevel=3 if name == "plotly.min.js" else 6, mtime=0)


@cache
def versions() -> dict[str, str]:
    """A mark for each shared file that changes with it."""
    from importlib.metadata import version

    marks = {n: hashlib.sha256(_content(n)).hexdigest()[:8] for n in ("card.js", "card.css")}
    return marks | {"plotly.min.js": version("plotly")}


# ---------------------------------------------------------------- one card a cell


_shown: dict[str, tuple[str, list[weakref.ref]]] = {}  # cell -> its last run, and the cards of that run


def _parent() -> tuple[str, str]:
    """The cell that runs and the message that runs it; empty outside a notebook."""
    from IPython import get_ipython

    shell = get_ipython()
    message = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = message.get("metadata", {}).get("cellId", "")
    return cell, message.get("header", {}).get("msg_id", "")


def _note(card: Card) -> None:
    """Remember a card for its cell, and close those that an earlier run of the cell made."""
    cell, run = _parent()
    if not cell:
        return
    before, cards = _shown.get(cell, (run, []))
    if before != run:
        for old in filter(None, (ref() for ref in cards)):
            old.close()
        cards = []
    _shown[cell] = (run, [*cards, weakref.ref(card)])


class Card(anywidget.AnyWidget):
    """An exhibit on the page. Made by :meth:`Exhibit.show`; each control is a trait."""

    _esm = STATIC / "notebook.js"
    _spec = traitlets.Dict().tag(sync=True)

    def __init__(self, exhibit: Exhibit, values: Mapping[str, Any]):
        self._exhibit = exhibit
        self._quiet = False
        self._took = 0.0
        exhibit.payload(**values)  # a broken exhibit shows here, not in the browser
        super().__init__(_spec=exhibit.spec() | {"assets": versions()}, **values)
        self._spec = self._spec | {"id": self.model_id}
        self.on_msg(self._asked)
        self.observe(self._moved, names=list(exhibit.controls))
        _note(self)

    @property
    def settings(self) -> dict[str, Any]:
        """The values of all controls, by name."""
        return {key: getattr(self, key) for key in self._exhibit.controls}

    def _payload(self) -> bytes:
        return self._exhibit.payload(**self.settings)

    def _push(self, asked: str = "") -> None:
        """Tell all views what is shown; the page that asked with this id has it already."""
        if self.comm is not None:
            self.send({"kind": "push", "values": self.settings, "for": asked}, [self._payload()])

    def _moved(self, _change) -> None:
        if not self._quiet:
            self._push()

    def _asked(self, _, message: dict, _buffers) -> None:
        kind, reply = message.get("kind"), {"kind": message.get("kind"), "id": message.get("id")}
        if kind == "asset":
            self.send(reply, [asset(message["name"])])
        elif kind == "csv":
            self.send(reply, [self._exhibit.csv(**message["values"]).encode()])
        elif kind == "ahead":  # what the reader may ask for next, if it costs next to nothing
            content = self._ahead(message["values"])
            self.send(reply, [] if content is None else [content])
        elif kind == "moved":  # the page had the state already; views elsewhere have not
            self._push("" if self._take(message["values"]) else message.get("id", ""))
        elif kind in ("view", "open"):
            further = kind == "view" and self._take(message["values"])
            try:
                content = self._timed(message["values"] if kind == "view" else self.settings)
            except Exception as error:  # strict: tell the page, then let the notebook's runner see it
                self.send(reply | {"values": self.settings}, [failed(self._exhibit, error)])
                raise
            self.send(reply | {"values": self.settings, "keep": True}, [content])  # all views hear it
            if further:
                self._push()

    def _take(self, values: Mapping[str, Any]) -> bool:
        """Take over the page's values; whether an observer then moved them further.

        Where a value is refused all stay out, and the payload says why.
        """
        self._quiet, further = True, False
        try:
            wanted = self._exhibit.check(self.settings | dict(values))  # all of them, before any is set
            with self.hold_trait_notifications():
                for key, value in wanted.items():
                    setattr(self, key, value)
            further = self.settings != wanted
        except (ValueError, TypeError, traitlets.TraitError):
            pass
        finally:
            self._quiet = False
        return further

    def _ahead(self, values: Mapping[str, Any]) -> bytes | None:
        """A state that nobody has asked for yet; None where it could keep the kernel from what somebody asks."""
        if self._took > BRISK:
            return None
        try:
            return self._timed(values)
        except Exception:  # strict: whoever asks for it will see what is wrong
            return None

    def _timed(self, values: Mapping[str, Any]) -> bytes:
        began = time.perf_counter()
        content = self._exhibit.payload(**values)
        took = time.perf_counter() - began
        if took > 0.001:  # less: it was remembered, which says nothing of the next
            self._took = took
        return content

    def _mimebundle(self, text: str) -> tuple[dict, dict]:
        """Data and metadata of the live card; ``text`` stands where no widget can."""
        bundle = super()._repr_mimebundle_()
        data, meta = bundle if isinstance(bundle, tuple) else (bundle, {})
        return data | {"text/plain": text}, meta

    def _still(self) -> tuple[str, str]:
        """The static form as HTML and as text; where the state cannot be made, the sentence that says why."""
        try:
            return self._exhibit.html(**self.settings), self._exhibit.text(**self.settings)
        except Exception:
            why = json.loads(self._payload())["error"]  # strict: this raises what is wrong
            return f"<p>{escape(why)}</p>", why

    def _repr_mimebundle_(self, **_kwargs) -> tuple[dict, dict]:
        return self._mimebundle(self._still()[1])

    def _ipython_display_(self) -> None:
        """The static form and the live card; the page hides the first where the second runs."""
        from IPython.display import display

        style = (STATIC / "static.css").read_text(encoding="utf-8")
        still, text = self._still()
        block = f"<style>{style}</style><div class='cdx-static' data-cdx='{self.model_id}'>{still}</div>"
        display({"text/html": block, "text/plain": text}, raw=True)
        data, meta = self._mimebundle(repr(self))
        display(data, metadata=meta, raw=True)

    def __repr__(self) -> str:
        return f"<{self._exhibit.name}: {self._exhibit.describe(**self.settings)}>"


def _trait(exhibit: Exhibit, key: str) -> tuple[traitlets.Any, Any]:
    """A trait for a control, and the function that holds its values to what the control allows."""
    control = exhibit.controls[key]

    def valid(_self: Card, proposal) -> Any:
        return control.check(key, control.clip(proposal.value))

    return traitlets.Any(), traitlets.validate(key)(valid)


@cache
def _class(exhibit: Exhibit) -> type[Card]:
    """The card of one exhibit: ``Card`` with a trait for each control."""
    members: dict[str, Any] = {"__doc__": f"{exhibit.title} Controls: {', '.join(exhibit.controls)}."}
    for key in exhibit.controls:
        trait, valid = _trait(exhibit, key)
        members |= {key: trait, f"_valid_{key}": valid}
    return type(f"Card_{exhibit.name}", (Card,), members)


def card(exhibit: Exhibit, values: Mapping[str, Any]) -> Card:
    """The widget of an exhibit, opened at these values (all controls, in normal form)."""
    return _class(exhibit)(exhibit, values)
