"""Reading drawn cables: where a line lands, which cable is the same under another name, who shares a cable.

The edition of 2021 says where each cable lands. That of 2026 gives drawings and places and does not tie them
together. :func:`read_landings` ties them by distance; :func:`reading_error` measures on 2021, where the answer
is known, how often that is wrong. ``scipy`` is imported where it is used.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd

from cyberdip_utils.data import load, shapes
from cyberdip_utils.first_edition.cable_map import international

EARTH_KM = 6371.0088  # mean radius
REACH_KM = 5.0  # a line that comes this near to a landing place lands there
SAME_KM = 25.0  # landings of two cables this near to each other are in the same place
SAME_SHARE = 0.75  # of the landings on either side must have such a partner

ANY, ALONE = "shares a system", "a system of these two only"


def _on_sphere(lon, lat) -> np.ndarray:
    """Points on the unit sphere from degrees."""
    lon, lat = np.radians(np.asarray(lon, dtype=float)), np.radians(np.asarray(lat, dtype=float))
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def nearest(points: pd.DataFrame, targets: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Great-circle distance to, and position of, the nearest target of each point.

    Parameters
    ----------
    points, targets : DataFrame
        Columns ``lon`` and ``lat`` in degrees.

    Returns
    -------
    (array, array)
        Kilometres, and row numbers in ``targets``.

    Raises
    ------
    ValueError
        No targets.
    """
    from scipy.spatial import cKDTree

    if targets.empty:
        raise ValueError("targets: give at least one place")
    tree = cKDTree(_on_sphere(targets["lon"], targets["lat"]))
    chord, place = tree.query(_on_sphere(points["lon"], points["lat"]))
    return 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0, 1)), place


def _places(edition: int) -> pd.DataFrame:
    if edition == 2021:
        rows = load("cable_landings").drop_duplicates("landing")
        return rows[["landing", "place", "iso3", "lon", "lat"]].reset_index(drop=True)
    return load("cable_landing_points_2026")[["landing", "place", "iso3", "lon", "lat"]]


@cache
def read_landings(edition: int, reach_km: float = REACH_KM) -> pd.DataFrame:
    """Cable and landing place, read off the drawings: a corner of the line lies near the place.

    Parameters
    ----------
    edition : int
        2021 or 2026.
    reach_km : float
        Kilometres.

    Returns
    -------
    DataFrame
        cable, landing, place, iso3, lon, lat; distinct pairs of cable and landing.
    """
    rows = [
        (feature["properties"]["cable"], *point)
        for feature in shapes("cable_routes")["features"]
        if int(feature["properties"]["edition"]) == edition
        for part in feature["geometry"]["coordinates"]
        for point in part
    ]
    corners = pd.DataFrame(rows, columns=["cable", "lon", "lat"])
    places = _places(edition)
    km, which = nearest(corners, places)
    near = km <= reach_km
    out = places.iloc[which[near]].reset_index(drop=True)
    out.insert(0, "cable", corners["cable"].to_numpy()[near])
    return out.drop_duplicates(["cable", "landing"]).reset_index(drop=True)


def _pair_set(links: pd.DataFrame) -> set[tuple]:
    return set(links[["cable", "iso3"]].drop_duplicates().itertuples(index=False, name=None))


@cache
def reading_error(reach_km: float = REACH_KM) -> dict[str, int]:
    """How well :func:`read_landings` finds the countries of the cables of 2021, where they are stated.

    Returns
    -------
    dict
        ``stated`` and ``read`` (pairs of cable and country), ``both`` (in either list), ``cables`` and
        ``exact`` (cables whose countries are read without any error).
    """
    stated, read = _pair_set(load("cable_landings")), _pair_set(read_landings(2021, reach_km))
    cables = {c for c, _ in stated}
    wrong = {c for c, _ in stated ^ read}
    return {
        "stated": len(stated),
        "read": len(read),
        "both": len(stated & read),
        "cables": len(cables),
        "exact": len(cables - wrong),
    }


@cache
def counterparts() -> pd.DataFrame:
    """Cables of 2021 whose key is missing in 2026, and the new cable of 2026 that lands in the same places.

    Two cables land in the same places if, on either side, at least three quarters of the landings have a landing
    of the other within 25 km; of several, the one with the most similar name. Several old cables may point to one new one (systems that were merged).

    Returns
    -------
    DataFrame
        Indexed by the key of 2021: name, landings, counterpart (key of 2026 or missing), counterpart_name.
    """
    old, new = load("cables").set_index("cable")["name"], load("cable_list_2026").set_index("cable")["name"]
    landings = load("cable_landings").drop_duplicates(["cable", "landing"])
    before = landings[~landings["cable"].isin(new.index)]
    after = read_landings(2026)
    after = after[~after["cable"].isin(old.index)]
    # chords between all old and all new landings at once: a few hundred by a few hundred
    dots = _on_sphere(before["lon"], before["lat"]) @ _on_sphere(after["lon"], after["lat"]).T
    near = pd.DataFrame(np.arccos(np.clip(dots, -1, 1)) * EARTH_KM <= SAME_KM)
    mine, theirs = before["cable"].to_numpy(), after["cable"].to_numpy()
    there = (
        near.T.groupby(theirs).any().T.groupby(mine).mean()
    )  # of the old landings, how many have a partner
    back = near.groupby(mine).any().T.groupby(theirs).mean().T  # of the new ones
    alike = np.minimum(there, back)
    out = []
    for key, row in alike.iterrows():
        fits = row.index[row >= SAME_SHARE]
        found = max(fits, key=lambda k: (_alike(old[key], new[k]), k), default=None)
        out.append((key, old[key], int((mine == key).sum()), found, new[found] if found else None))
    columns = ["cable", "name", "landings", "counterpart", "counterpart_name"]
    return pd.DataFrame(out, columns=columns).set_index("cable")


def _alike(a: str, b: str) -> float:
    """How alike two names are, 0 to 1."""
    return SequenceMatcher(None, a.casefold(), b.casefold()).ratio()


# ---------------------------------------------------------------- who shares a cable


def country_pairs(landings: pd.DataFrame, rule: str = ANY) -> pd.DataFrame:
    """Pairs of countries joined by a cable, and by how many.

    Parameters
    ----------
    landings : DataFrame
        Columns ``cable`` and ``iso3``; repeated landings count once.
    rule : str
        "shares a system" joins every two countries in which a system lands: an upper bound, since a festoon of
        twenty landings joins 190 pairs. "a system of these two only" counts systems that land in exactly two
        countries, where a direct way is certain: a lower bound.

    Returns
    -------
    DataFrame
        a, b (codes in alphabetical order), systems; most first.

    Raises
    ------
    ValueError
        Another rule.
    """
    if rule not in (ANY, ALONE):
        raise ValueError(f"rule: {rule!r} is neither {ANY!r} nor {ALONE!r}")
    tally: dict[tuple[str, str], int] = {}
    for _, codes in international(landings).groupby("cable")["iso3"]:
        if rule == ALONE and len(codes) != 2:
            continue
        for pair in combinations(sorted(codes), 2):
            tally[pair] = tally.get(pair, 0) + 1
    out = pd.DataFrame([(*p, n) for p, n in tally.items()], columns=["a", "b", "systems"])
    return out.sort_values(["systems", "a", "b"], ascending=[False, True, True], ignore_index=True)
