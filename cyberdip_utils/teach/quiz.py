"""The self-check of a chapter: questions, the widget, and what it leaves in the reader's own record."""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

from cyberdip_utils.teach.chapters import chapter_parts, the_chapter
from cyberdip_utils.teach.panel import Panel

_QUIZZES = Path(__file__).resolve().parent.parent / "quizzes"


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


def as_text(questions: Sequence[dict]) -> str:
    """Questions and options as plain text, without the answers."""
    lines = []
    for i, q in enumerate(questions, 1):
        lines += [f"{i}. {q['text']}", *(f"   - {o['text']}" for o in q["options"]), ""]
    return "\n".join(
        [*lines, "Where the handbook runs, this is a quiz that says why an answer is right or not."]
    )


def as_html(questions: Sequence[dict]) -> str:
    """Questions and options as a list, the answers folded."""

    def answer(o: dict) -> str:
        mark = "<b>Right.</b> " if o.get("right") else ""
        return f"<li>{escape(o['text'])}<br>{mark}{escape(o['feedback'])}</li>"

    items = "".join(
        f"<li>{escape(q['text'])}<ul>"
        + "".join(f"<li>{escape(o['text'])}</li>" for o in q["options"])
        + f"</ul><details><summary>Answers</summary><ul>{''.join(map(answer, q['options']))}</ul></details></li>"
        for q in questions
    )
    return f"<ol>{items}</ol>"


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

    An answer counts when *Check* is pressed. Each reader finds the options in an order of their own; the record holds an
    option's place in the chapter's file. Works by keyboard and with the network off. Raises as :func:`questions`.
    """
    from cyberdip_utils.readers_record import reader_seed
    from cyberdip_utils.teach.widgets import QuizWidget

    asked = questions(number)
    panel = Panel(as_text(asked), as_html(asked))
    return QuizWidget(number, json.dumps(asked, ensure_ascii=False), reader_seed(), panel)
