"""Figures and lists in words, one way for the whole handbook."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from numbers import Real

import pandas as pd

from cyberdip_utils.stats import wilson

#: English, whatever the locale of the reader's machine.
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, Real) and value != value)


def number(x: float, digits: int | None = None) -> str:
    """A number as prose writes it: ``1,204``, ``0.53``; *no figure* where there is none.

    Parameters
    ----------
    digits : int, optional
        Decimals; by default none for whole numbers and three significant figures for others.
    """
    if _missing(x):
        return "no figure"
    x = float(x)
    if digits is not None:
        shown = f"{x:z,.{digits}f}"
    elif x.is_integer():
        shown = f"{x:,.0f}"
    else:
        places = max(0, 2 - math.floor(math.log10(abs(x))))
        shown = f"{x:,.{places}f}"
    return shown.replace("-", "−")


count = number


def decimals(x: float) -> int:
    """Decimals that a share from 0 to 1 has as per cent: none, one within two points of 0 or 1, more where one would say 0 or 100."""
    edge = min(x, 1 - x)
    if not 0 < edge < 0.02:
        return 0
    return 1 if edge > 0.00051 else math.ceil(-math.log10(edge)) - 2


def percent(x: float, digits: int | None = None) -> str:
    """A share from 0 to 1 as per cent: ``42%``.

    Shares near 0 or 1 get :func:`decimals`, so that a rare thing does not read as none.
    """
    if _missing(x):
        return "no figure"
    if digits is None:
        digits = decimals(x)
    return f"{x * 100:z.{digits}f}%".replace("-", "−")


def interval(low: float, high: float, digits: int = 0) -> str:
    """Two shares from 0 to 1 as a range in per cent: ``29–56%``."""
    return f"{low * 100:.{digits}f}–{high * 100:.{digits}f}%"


def share(k: int, n: int, sample: bool = True) -> str:
    """A share with its counts, ready for a sentence: ``"42% (21 of 50; 29–56%)"``.

    Parameters
    ----------
    k, n : int
        How many of how many.
    sample : bool
        Whether the cases are a sample of something larger. Then Wilson's 95% interval stands beside the
        share (:func:`cyberdip_utils.stats.wilson`); a whole population has none.
    """
    if n == 0:
        return "no cases (0 of 0)"
    digits = decimals(k / n)
    chance = f"; {interval(*wilson(k, n), digits)}" if sample else ""
    return f"{percent(k / n, digits)} ({k:,} of {n:,}{chance})"


def plural(n: int, one: str, many: str = "") -> str:
    """A count with its noun: ``1 incident``, ``1,204 incidents``, ``2 countries``."""
    if n == 1:
        return f"1 {one}"
    if not many:
        many = f"{one[:-1]}ies" if one[-1:] == "y" and one[-2:-1] not in "aeiou" else f"{one}s"
    return f"{number(n)} {many}"


def listed(names: Iterable[object], limit: int = 12) -> str:
    """Names as a sentence lists them: ``a, b and c``; beyond ``limit``: ``a, b and 7 more``."""
    shown = [str(name) for name in names]
    if len(shown) > limit:
        return f"{', '.join(shown[:limit])} and {len(shown) - limit} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def day(when: date | pd.Timestamp | str) -> str:
    """A date in words: ``3 March 2025``; *no date* where there is none. Text must be in ISO 8601."""
    if _missing(when):
        return "no date"
    moment = pd.Timestamp(when)
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
