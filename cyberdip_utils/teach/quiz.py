"""The self-check of a chapter: questions, the widget, and what it leaves in the reader's own record."""

from __future__ import annotations

import contextlib
import json
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from cyberdip_utils.teach.chapters import chapter_parts, the_chapter

_QUIZZES = Path(__file__).resolve().parent.parent / "quizzes"
_STATIC = Path(__file__).resolve().parent.parent / "static"


@cache
def questions(number: str) -> tuple[dict, ...]:
    """The quiz of a chapter: ``text`` and ``options`` (``text``, ``right``, ``feedback``) of each question.

    Raises
    ------
    KeyError
        No such chapter.
    ValueError
        A question without exactly one right option, or an option without feedback.
    """
    if the_chapter(number).folder:
        name, listed = f"chapter {number}", chapter_parts(number)["question"]
    else:
        name = f"{number}.toml"
        listed = tomllib.loads((_QUIZZES / name).read_text(encoding="utf-8"))["question"]
    for q in listed:
        if sum(o.get("right", False) for o in q["options"]) != 1:
            raise ValueError(f"{name}: {q['text']!r} needs exactly one right option")
        if not all(o.get("feedback") for o in q["options"]):
            raise ValueError(f"{name}: {q['text']!r} has an option without feedback")
    return tuple(listed)


@lru_cache(maxsize=1)
def quiz_class():
    import anywidget
    import traitlets

    class QuizWidget(anywidget.AnyWidget):
        _esm = _STATIC / "quiz.js"
        _css = _STATIC / "quiz.css"
        questions = traitlets.Unicode("[]").tag(sync=True)
        name = traitlets.Unicode("").tag(sync=True)

        def __init__(self, **values):
            super().__init__(**values)
            self.on_msg(self._answered)

        def _answered(self, _, message: dict, buffers) -> None:
            if message.get("kind") == "answer":
                remember_answer(
                    self.name.removeprefix("quiz-"), message.get("question"), message.get("option")
                )

    return QuizWidget


def remember_answer(number: str, question: object, option: object) -> None:
    """Note the first answer to a question in the reader's own record; later ones are practice."""
    from cyberdip_utils.readers_record import change_record, now

    listed = questions(number)
    if not (isinstance(question, int) and 0 <= question < len(listed)):
        return
    options = listed[question]["options"]
    if not (isinstance(option, int) and 0 <= option < len(options)):
        return

    def answered(old: dict) -> dict:
        answers = dict(old.get("answers") or {})
        answers.setdefault(str(question), {"first": option, "right": bool(options[option].get("right"))})
        return old | {"answers": answers, "of": len(listed), "on": now()}

    with contextlib.suppress(OSError, ValueError, TypeError):
        change_record("quizzes", number, answered)


def quiz(number: str):
    """The self-check of a chapter: one right answer each, feedback for every option.

    Works by keyboard and with the network off. Raises as :func:`questions`.
    """
    return quiz_class()(questions=json.dumps(questions(number)), name=f"quiz-{number}")
