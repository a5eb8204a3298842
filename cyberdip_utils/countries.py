"""Codes, names and groups of states, and the policy for naming them.

Everything is looked up in the tables ``states`` and ``groups`` and in ``data/curated/state_names.csv``,
which are read when first needed.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils.data import DataError, data_folder, load, remedy

NAMING_POLICY = """\
How this handbook names states and territories

Codes are ISO 3166-1 alpha-3. Where ISO has none we use XKX for Kosovo and EUU for the European Union.
Names are short English names in common use; official names stand beside them in the table `states`.

A code or a name says nothing about legal status. Sources count entities apart or together for their own
reasons, and we keep what a source counts:
- Taiwan (TWN), Kosovo (XKX), Palestine (PSE), Western Sahara (ESH), Hong Kong (HKG) and Macao (MAC) have rows
  of their own. `states` says for each whether it is a member of or observer at the UN and what is disputed.
- Areas that declared independence but have no code (Northern Cyprus, Somaliland, Transnistria, Abkhazia,
  South Ossetia) count with the UN member whose territory UN resolutions or most members take them to be.
- Crimea counts as Ukraine (General Assembly resolution 68/262), on maps too.
- The European Union (EUU) acts in cyber diplomacy and is listed, but it is not a state: it is in no group of
  states and in no count of states.
- Historic states (Soviet Union SUN, Yugoslavia YUG, Serbia and Montenegro SCG, ...) keep the codes that ISO
  withdrew and are never merged with a successor.
- Sources name the same state in different ways ("Korea, Democratic People's Republic of", "Turkey"): `code`
  knows these. What a source wrote stays in the tables where it does not map to one state.
"""

WORLD = "World"


# Abbreviations that lists of the UN and the World Bank use inside names.
_SHORT = {"rep": "republic", "dem": "democratic", "st": "saint"}
# Names that public lists have and that are no single state of `states`: why, and what a reader can do.
_NO_CODE = {
    "Somaliland": "it has no code of its own and counts with Somalia (SOM) here; a list that has both would count Somalia "
    "twice",
    "German Federal Republic": "the list that has it (Correlates of War) counts the state of 1955 to 1990 apart from "
    "Germany; use DEU where you treat them as one",
    "Republic of Vietnam": "a state that ended in 1975 and is never merged with Vietnam (VNM)",
    "South Vietnam": "a state that ended in 1975 and is never merged with Vietnam (VNM)",
    "Palestine/Gaza": "a part of Palestine (PSE) that its list (V-Dem) counts apart",
    "Palestine/West Bank": "a part of Palestine (PSE) that its list (V-Dem) counts apart",
    "Palestine/British Mandate": "a territory that ended in 1948 and is never merged with Palestine (PSE) or Israel (ISR)",
}


def _key(name: str) -> str:
    """A name without accents, case, punctuation, "the" wherever it stands, and "&"; usual abbreviations in full."""
    text = unicodedata.normalize("NFKD", str(name).replace("&", " and "))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    words = re.sub(r"[^a-z0-9]+", " ", text).split()
    return " ".join(_SHORT.get(w, w) for w in words if w != "the")


def _curated(folder, file: str) -> pd.DataFrame:
    path = folder / "curated" / file
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise DataError(f"{path} is missing. {remedy()}") from None


@cache
def _names(folder) -> dict[str, str]:
    table = _curated(folder, "state_names.csv")
    return {_key(n): c for c, n in zip(table["iso3"], table["name"], strict=True)}


@cache
def _cow(folder) -> dict[str, str]:
    """Letter codes of the Correlates of War and the names of their states."""
    table = _curated(folder, "cow_codes.csv")
    return dict(zip(table["cow"], table["name"], strict=True))


@cache
def _no_code() -> dict[str, str]:
    return {_key(n): why for n, why in _NO_CODE.items()}


@cache
def _states(folder) -> pd.DataFrame:
    return load("states").set_index("iso3")


def states() -> pd.DataFrame:
    """The table ``states``, indexed by code; a copy that is yours to change."""
    return _states(data_folder()).copy(deep=False)


def code(name: str, default: str | None = None) -> str:
    """ISO 3166-1 alpha-3 code of an English name, an alias or a code.

    Parameters
    ----------
    name : str
        "Czech Republic", "Korea, Republic of", "türkiye", "TWN" ... Accents, case and punctuation
        do not matter. Alpha-2 codes are not accepted: "NA" is Namibia in one list and missing in another.
    default : str, optional
        Returned for an unknown name instead of raising.

    Returns
    -------
    str
        "CZE", "KOR", "TUR", "TWN" ...; XKX for Kosovo, EUU for the European Union.

    Raises
    ------
    KeyError
        Unknown name; the nearest names are given, or why a known name has no code here.

    Notes
    -----
    Three letters are read as ISO 3166-1. Some letter codes of the Correlates of War are other states in ISO ("AUS" is
    Austria there): hand a whole column to :func:`codes`, which notices.
    """
    names, known = _names(data_folder()), _states(data_folder())
    text = str(name).strip()
    if text.upper() in known.index and len(text) == 3:
        return text.upper()
    if (found := names.get(_key(text))) is not None:
        return found
    if default is not None:
        return default
    if why := _no_code().get(_key(text)):
        raise KeyError(f"no code for {text!r}: {why}.")
    if text.upper() in _cow(data_folder()):
        raise KeyError(_is_cow(text.upper()))
    near = difflib.get_close_matches(_key(text), names, n=3, cutoff=0.6)
    shown = list(dict.fromkeys(known.at[names[n], "name"] for n in near))
    hint = f"did you mean {', '.join(shown)}?" if shown else "the table `states` lists them all."
    raise KeyError(f"no state or territory {text!r}; {hint}")


def _is_cow(letters: str) -> str:
    """Why a letter code of the Correlates of War is refused, with the codes that mean another state in ISO."""
    known, cow = _states(data_folder()), _cow(data_folder())
    other = [c for c in cow if c in known.index and code(cow[c], default=c) != c]
    return (
        f"{letters!r} is the code of {cow[letters]} in the Correlates of War, not in ISO 3166-1. In that list "
        f"{', '.join(other)} are other states than in ISO: use the names of its states instead."
    )


def codes(written: Iterable[str]) -> list[str]:
    """:func:`code` of each entry of a column, which must be names or ISO codes all through.

    Parameters
    ----------
    written : iterable of str
        A column of names or of alpha-3 codes.

    Returns
    -------
    list of str
        One code for each entry, in the same order.

    Raises
    ------
    KeyError
        An unknown name, or a letter code that only the Correlates of War has: then the others of the column are not
        ISO codes either, even those that look like it ("AUS", "SWZ").
    """
    entries = list(written)
    found = {entry: code(entry) for entry in dict.fromkeys(entries)}
    return [found[entry] for entry in entries]


@cache
def _column(folder, column: str) -> dict[str, str]:
    """One column of ``states`` as a dictionary: a look-up in it is a thousand times quicker than in a frame."""
    values = _states(folder)[column]
    return dict(zip(values.index, values.astype(object).where(values.notna(), ""), strict=True))


def _of(iso3: str, column: str) -> str:
    known = _column(data_folder(), column)
    if iso3 in known:
        return str(known[iso3])
    near = difflib.get_close_matches(str(iso3).upper(), known, n=3, cutoff=0.6)
    hint = f"did you mean {', '.join(near)}?" if near else "the table `states` lists them all."
    raise KeyError(f"no code {iso3!r}; {hint}")


def name(iso3: str) -> str:
    """Short English name of a code ("PRK" gives "North Korea").

    Raises
    ------
    KeyError
        Unknown code; the nearest codes are given.
    """
    return _of(iso3, "name")


def region(iso3: str) -> str:
    """UN M49 region of a code ("Asia"), "" where there is none (Antarctica). Raises as :func:`name`."""
    return _of(iso3, "un_region")


def subregion(iso3: str) -> str:
    """UN M49 sub-region of a code ("Western Asia"), "" where there is none. Raises as :func:`name`."""
    return _of(iso3, "un_subregion")


def regions() -> list[str]:
    """The names of the UN regions, in alphabetical order."""
    return sorted(_states(data_folder())["un_region"].dropna().unique())


def in_region(where: str) -> list[str]:
    """Codes of the living entities (states and territories) in a UN region or sub-region, or "World".

    Raises
    ------
    ValueError
        Unknown region; the allowed names are given.
    """
    table = _states(data_folder())
    table = table[~table["kind"].isin(["historic", "organisation"])]
    if where == WORLD:
        return list(table.index)
    found = table.index[(table["un_region"] == where) | (table["un_subregion"] == where)]
    if len(found):
        return list(found)
    allowed = [WORLD, *regions(), *sorted(table["un_subregion"].dropna().unique())]
    raise ValueError(f"region: {where!r} is not one of {', '.join(allowed)}")


def groups() -> list[str]:
    """The names of the groups :func:`members` knows."""
    return sorted(load("groups")["group"].astype(str).unique())


@cache
def _spells(group: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes, first and last days (NaT: unknown, or still in) of the memberships of states in a group."""
    table = load("groups")
    table = table[table["group"].astype(str) == group]
    if table.empty:
        raise ValueError(f"group: {group!r} is not one of {', '.join(groups())}")
    table = table[table["status"].isin(["member", "suspended"]) & (table["entity_kind"] != "organisation")]
    table = table.dropna(subset=["iso3"])
    return table["iso3"].to_numpy(object), table["from"].to_numpy(), table["to"].to_numpy()


def members(group: str, on: str | dt.date | None = None) -> list[str]:
    """Codes of the states (and territories) that belong to a group, on a day or today.

    Suspended members count, invited and disputed ones do not; organisations (the EU in the G20) are left out.

    Parameters
    ----------
    group : str
        "EU", "NATO", "G7", ...: see :func:`groups`.
    on : date or ISO text, optional
        The day. A membership without a known first day counts from the beginning: see the precision in `groups`
        before counting members in the past. An accession known to the month or year counts from its first day.

    Returns
    -------
    list of str
        Sorted codes.

    Raises
    ------
    ValueError
        Unknown group or unreadable date.
    """
    codes, first, last = _spells(group)
    if on is None:
        return sorted(set(codes[np.isnat(last)]))
    try:
        day = pd.Timestamp(on).to_datetime64()
    except ValueError:
        raise ValueError(f"on: {on!r} is not a date; write it as 2024-12-31") from None
    begun = np.isnat(first) | (first <= day)
    return sorted(set(codes[begun & (np.isnat(last) | (last >= day))]))
