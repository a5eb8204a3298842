"""The widgets of a chapter: the quiz, a guess, the opening's script. Each has a static form, for where no kernel runs.

A cell shows both; the page hides the static form where the live one runs.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import anywidget
import traitlets

from cyberdip_utils.teach.panel import Panel

if TYPE_CHECKING:
    from cyberdip_utils.teach.opening import Opening

_STATIC = Path(__file__).resolve().parent.parent / "static"


class Live(anywidget.AnyWidget):
    """A widget with a static form beside it."""

    still = traitlets.Unicode("").tag(sync=True)  # marks the static form that the live one hides

    def __init__(self, panel: Panel, short: str, /, **values):
        super().__init__(**values)
        self.panel, self.short = panel, short
        self.still = self.model_id
        self.on_msg(self._heard)

    def _heard(self, _, message: dict, buffers) -> None:
        """What the page sends; nothing by default."""

    def bundle(self) -> dict:
        """What a cell's output holds of the live form."""
        made = self._repr_mimebundle_()
        return (made[0] if isinstance(made, tuple) else made) | {"text/plain": self.short}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        still = f"<div class='cdx-static' data-cdx='{self.still}'>{self.panel.html}</div>"
        display({"text/html": still, "text/plain": self.panel.text}, raw=True)
        display(self.bundle(), raw=True)

    def __repr__(self) -> str:
        return self.panel.text


class QuizWidget(Live):
    """The self-check of a chapter."""

    _esm = _STATIC / "quiz.js"
    _css = _STATIC / "quiz.css"
    questions = traitlets.Unicode("[]").tag(sync=True)
    name = traitlets.Unicode("").tag(sync=True)
    seed = traitlets.Unicode("").tag(sync=True)

    def __init__(self, number: str, questions: str, seed: str, panel: Panel):
        self.number = number
        name = f"quiz-{number}"
        super().__init__(panel, f"Quiz of chapter {number}", questions=questions, seed=seed, name=name)

    def _heard(self, _, message: dict, buffers) -> None:
        from cyberdip_utils.teach.quiz import remember_answer

        if message.get("kind") == "answer":
            remember_answer(self.number, message.get("question"), message.get("option"))

    def page_html(self) -> str:
        """The quiz on a web page, which brings it to life itself."""
        return _place("quiz-place", self.number, json.loads(self.questions), self.panel)


class GuessWidget(Live):
    """A guess before the evidence, or the same guess beside the answer."""

    _esm = _STATIC / "guess.js"
    _css = _STATIC / "quiz.css"
    spec = traitlets.Unicode("{}").tag(sync=True)

    def __init__(self, spec: dict, panel: Panel):
        self.asked = spec
        name = f"Guess “{spec['name']}” of chapter {spec['chapter']}"
        super().__init__(panel, name, spec=json.dumps(spec, ensure_ascii=False))

    def _heard(self, _, message: dict, buffers) -> None:
        from cyberdip_utils.teach.guess import remember_guess

        if message.get("kind") == "guess":
            entry = remember_guess(self.asked["chapter"], self.asked["name"], message.get("guess"))
            self.spec = json.dumps(self.asked | {"entry": entry}, ensure_ascii=False)

    def page_html(self) -> str:
        """The guess on a web page, which brings it to life itself."""
        blank = {k: v for k, v in self.asked.items() if k != "entry"}
        return _place("guess-place", self.asked["chapter"], blank, self.panel)


class OpeningWidget(Live):
    """The script of a chapter's opening; the opening itself is HTML."""

    _esm = _STATIC / "opening.js"

    def __init__(self, opening: Opening):
        super().__init__(opening, f"Opening of chapter {opening.number}")
        marked = f"<section data-cyberdip-opening='{self.still}' "
        self.panel = Panel(opening.text, opening.html.replace("<section ", marked, 1))


def _place(kind: str, number: str, content: object, panel: Panel) -> str:
    """A place that the page's script fills: the content as JSON, and the static form until then."""
    data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f"<div class='{kind}' data-chapter='{escape(number, quote=True)}'>"
        f"<script type='application/json'>{data}</script>{panel.html}</div>"
    )
