"""A guess before the evidence: one number or one choice, shown again beside the answer.

``chapter.toml`` asks it (``[[guess]]``) and names the function of the chapter that computes the answer when it is shown.
The guess itself goes to the reader's own record.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from html import escape

from cyberdip_utils.claims import Sentence
from cyberdip_utils.teach.chapters import chapter_module, chapter_parts, the_chapter
from cyberdip_utils.teach.panel import Panel

_KINDS = {"number": {"low", "high"}, "choice": {"options"}}
_MAY = {"number": {"unit"}, "choice": set()}


def guesses(number: str) -> dict[str, dict]:
    """What a chapter lets its readers guess, by name.

    Returns
    -------
    dict of str to dict
        Each has ``name``, ``text`` (the question), ``kind`` ("number" with ``low``, ``high`` and perhaps ``unit``, or "choice"
        with ``options``) and ``answer`` (the name of a function of the chapter). Empty for a chapter without a folder.

    Raises
    ------
    KeyError
        No such chapter.
    ValueError
        A guess lacks a field, has one too many, or asks what cannot be answered; the sentence names it.
    """
    if the_chapter(number).folder is None:
        return {}
    found: dict[str, dict] = {}
    for asked in chapter_parts(number)["guess"]:
        name, kind = asked.get("name", ""), asked.get("kind", "")
        where = f"chapter {number}, guess {name!r}"
        if kind not in _KINDS:
            raise ValueError(f"{where}: kind is {kind!r}; it must be number or choice")
        must = {"name", "text", "kind", "answer"} | _KINDS[kind]
        if not must <= set(asked) <= must | _MAY[kind]:
            raise ValueError(f"{where} needs {', '.join(sorted(must))}; it has {', '.join(sorted(asked))}")
        if kind == "number" and not asked["low"] < asked["high"]:
            raise ValueError(f"{where}: low {asked['low']} is not below high {asked['high']}")
        if kind == "choice" and len(set(asked["options"])) < max(2, len(asked["options"])):
            raise ValueError(f"{where} needs two or more different options")
        if name in found:
            raise ValueError(f"{where} is there twice")
        found[name] = asked
    return found


def _guess(number: str, name: str) -> dict:
    known = guesses(number)
    if name not in known:
        raise KeyError(f"chapter {number} has no guess {name!r}; it has {', '.join(known) or 'none'}")
    return known[name]


def guess_answer(number: str, name: str) -> Sentence:
    """What the chapter's data say to a guess, computed now.

    Raises
    ------
    KeyError
        No such chapter, or no such guess in it.
    TypeError
        The chapter's function is missing or returns something else than a sentence.
    """
    asked = _guess(number, name)
    module = chapter_module(number)
    function = getattr(module, asked["answer"], None)
    made = function() if callable(function) else None
    if not isinstance(made, Sentence):
        raise TypeError(f"{module.__name__}.{asked['answer']}() must return a Sentence, not {made!r:.60}")
    return made


def valid(asked: Mapping, guess: object) -> bool:
    """Whether a guess is one that the question allows."""
    if asked["kind"] == "choice":
        return guess in asked["options"]
    number = isinstance(guess, (int, float)) and not isinstance(guess, bool) and math.isfinite(guess)
    return number and asked["low"] <= guess <= asked["high"]


def remember_guess(number: str, name: str, guess: object) -> dict:
    """Note a guess in the reader's own record: ``first``, ``guess`` (the latest), ``on``; returns the entry.

    A guess that the question does not allow is not noted. A record that cannot be written must not stop the reader.
    """
    from cyberdip_utils.readers_record import change_record, now

    if not valid(_guess(number, name), guess):
        return {}
    entry = {"first": guess, "guess": guess, "on": now()}
    with contextlib.suppress(OSError, ValueError, TypeError):
        return change_record(
            "guesses", f"{number} {name}", lambda old: entry | {"first": old.get("first", guess)}
        )
    return entry


def _remembered(number: str, name: str) -> dict:
    """The reader's guess as the record holds it; empty if there is none that the question allows."""
    from cyberdip_utils.readers_record import read_record

    with contextlib.suppress(OSError, ValueError):
        entry = read_record()["guesses"].get(f"{number} {name}", {})
        return entry if valid(_guess(number, name), entry.get("guess")) else {}
    return {}


def in_words(asked: Mapping, guess: object) -> str:
    """A guess with its unit: ``60%``, ``12 states``, ``“Russia”``."""
    if asked["kind"] == "choice":
        return f"“{guess}”"
    unit = asked.get("unit", "")
    return f"{guess:g}{unit if unit == '%' else f' {unit}' if unit else ''}"


def guess(number: str, name: str):
    """Ask the reader for a guess before the evidence; the answer comes with :func:`your_guess`.

    Parameters
    ----------
    number, name : str
        Chapter number, and the guess's name in its ``chapter.toml``.

    Raises
    ------
    KeyError
        No such chapter, or no such guess in it.
    """
    from cyberdip_utils.teach.widgets import GuessWidget

    asked = {k: v for k, v in _guess(number, name).items() if k != "answer"}
    options = [f"   - {o}" for o in asked.get("options", ())]
    rest = ["Write your guess down before you read on."]
    items = "".join(f"<li>{escape(o)}</li>" for o in asked.get("options", ()))
    html = f"<p><b>{escape(asked['text'])}</b></p>{f'<ul>{items}</ul>' if items else ''}<p>{rest[0]}</p>"
    spec = asked | {"chapter": number, "entry": _remembered(number, name)}
    return GuessWidget(spec, Panel("\n".join([asked["text"], *options, *rest]), html))


def your_guess(number: str, name: str):
    """The reader's guess beside the answer, which is computed now. Without a guess the answer is folded.

    Raises
    ------
    KeyError
        No such chapter, or no such guess in it.
    TypeError
        As :func:`guess_answer`.
    """
    from cyberdip_utils.teach.widgets import GuessWidget

    asked, entry, said = _guess(number, name), _remembered(number, name), guess_answer(number, name)
    spec = {k: v for k, v in asked.items() if k != "answer"}
    spec |= {"chapter": number, "entry": entry, "answer": said.text, "evidence": said.evidence}
    result = f"<p>{escape(said.text)}</p><p>{escape(said.evidence)}</p>"
    if entry:
        yours = f"You said {in_words(asked, entry['guess'])}."
        html = f"<p><b>{escape(yours)}</b></p>{result}"
    else:
        yours = f"You have not guessed yet: {asked['text']}"
        html = f"<p><b>{escape(yours)}</b></p><details><summary>Show the answer</summary>{result}</details>"
    text = " ".join(part for part in (yours, said.text, said.evidence) if part)
    return GuessWidget(spec, Panel(text, html))
