"""Exercises that check themselves: :func:`check`, and what a chapter's checks are made of."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from cyberdip_utils.teach.chapters import chapter_module
from cyberdip_utils.teach.panel import Verdict


def exercises(number: str) -> dict[str, Callable[[object], Verdict]]:
    """The exercises of a chapter that check themselves, by name: its ``CHECKS``.

    Raises ``KeyError`` for an unknown chapter.
    """
    return getattr(chapter_module(number), "CHECKS", {})


def check(number: str, exercise: str, answer: object) -> Verdict:
    """Look at the answer to a coding exercise.

    Parameters
    ----------
    number, exercise : str
        Chapter number and the exercise's name as the notebook gives it.
    answer : object
        What your code produced.

    Returns
    -------
    Verdict
        Right or not yet, with a sentence that helps.

    Raises
    ------
    KeyError
        No such chapter, or no such exercise in it.
    """
    checks = exercises(number)
    if exercise not in checks:
        raise KeyError(f"chapter {number} has no exercise {exercise!r}; it has {', '.join(checks) or 'none'}")
    if answer is None or answer is ...:
        return Verdict(False, "No answer here: put yours in place of None and run the cell again.")
    verdict = checks[exercise](answer)
    remember_check(number, exercise, verdict)
    return verdict


def remember_check(number: str, exercise: str, verdict: Verdict) -> None:
    """Note a try in the reader's own record. A record that cannot be written must not stop an exercise."""
    from cyberdip_utils.readers_record import change_record, now

    def tried(old: dict) -> dict:
        again, tries = old.get("right") is True, old.get("tries")
        tries = tries if isinstance(tries, int) and 0 <= tries < 1_000_000 else 0
        return {
            "tries": tries + (0 if again else 1),
            "right": again or verdict.right,
            "on": old.get("on") if again else now(),
        }

    with contextlib.suppress(OSError, ValueError, TypeError):
        change_record("checks", f"{number} {exercise}", tried)


def check_number(
    answer: object, right: float, tolerance: float, slips: dict[str, float], hint: str
) -> Verdict:
    """Judge a number: right within a tolerance, a known slip, or neither.

    Parameters
    ----------
    answer : object
        What the reader gave; anything that is not a number is said to be none.
    right, tolerance : float
        The right value and how far off it may be, in the same unit.
    slips : dict of str to float
        What went wrong, in a sentence, by the value that it leads to.
    hint : str
        What to say of any other number.
    """
    try:
        value = float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return Verdict(False, f"Give one number; this is a {type(answer).__name__}.")
    if abs(value - right) <= tolerance:
        return Verdict(True, f"{value:g} is what the table gives.")
    for why, wrong in slips.items():
        if abs(value - wrong) <= tolerance:
            return Verdict(False, why)
    return Verdict(False, hint)
