"""Country names and codes to ISO 3166-1 alpha-3 inside the recipes; nothing is dropped in silence."""

from __future__ import annotations

import unicodedata
from functools import cache

import pandas as pd

from recipes.contract import RecipeError, curated


def plain(name: str) -> str:
    """A name without accents, case and punctuation, for comparing."""
    text = unicodedata.normalize("NFKD", name).casefold().replace("&", "and")
    return "".join(c for c in text if c.isalnum())


@cache
def _names() -> dict[str, str]:
    known = curated("state_names")
    return dict(zip(known.name.map(plain), known.iso3, strict=True))


@cache
def _alpha2() -> dict[str, str]:
    states = curated("states")
    return dict(zip(states.alpha2, states.iso3, strict=True)) | {"": ""}


def _mapped(values: pd.Series, known: dict[str, str], what: str, look) -> pd.Series:
    found = {v: known[v] if v in known else look(v) for v in values.unique()}
    lost = sorted(v for v, code in found.items() if code is None)
    if lost:
        raise RecipeError(f"{what}: {len(lost)} names without a code: {lost[:12]}")
    return values.map(found)


def iso3(values: pd.Series, what: str, known: dict[str, str] | None = None) -> pd.Series:
    """English names to alpha-3 codes.

    Parameters
    ----------
    values : Series of str
    what : str
        Name of the table, for the message.
    known : dict
        Names that the source uses in a sense of its own; "" for what is no state or territory.

    Raises
    ------
    RecipeError
        Lists every name that neither ``known`` nor ``data/curated/state_names.csv`` has.
    """
    return _mapped(values, {"": ""} | (known or {}), what, lambda v: _names().get(plain(v)))


def iso3_of_alpha2(values: pd.Series, what: str, known: dict[str, str] | None = None) -> pd.Series:
    """Alpha-2 codes to alpha-3 codes; otherwise as :func:`iso3`."""
    return _mapped(values, known or {}, what, _alpha2().get)
