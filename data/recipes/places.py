"""Names of places in the raw files: to a code where they name a state, to a status where they do not."""

from __future__ import annotations

from functools import cache

from cyberdip_utils.countries import _key

from .contract import curated

STATUSES = ("state", "region", "organisation", "unknown", "not_attributed", "not_available")
ORGANISATIONS = {
    "nato institutions",
    "united nations",
    "united nations organization",
    "united nations economic and social council",
    "united nations environment programme",
    "unicef",
    "interpol",
    "isis",
    "world anti doping agency",
    "international association of athletics federations",
    "organization for security and cooperation in europe",
}
ABSENT = {
    "": "not_available",
    "na": "not_available",
    "not available": "not_available",
    "unknown": "unknown",
    "not attributed": "not_attributed",
}
REGIONS = {"south america", "north america", "africa", "caucasus"}


@cache
def codes() -> dict[str, str]:
    """Code by normalised name, from ``data/curated/state_names.csv``, and every code by itself."""
    table = curated("state_names")
    out = {_key(n): c for c, n in zip(table["iso3"], table["name"], strict=True)}
    return out | {c.lower(): c for c in curated("states")["iso3"]}


def code(name: str) -> str:
    """Code of a name, "" when it is not a state or territory."""
    return codes().get(_key(name), "")


def place(name: str) -> tuple[str, str, str]:
    """(iso3, status, the source's word where it is not a state) of one place."""
    key = _key(name)
    if key in ABSENT:
        return "", ABSENT[key], ""
    if found := codes().get(key):
        return found, "organisation" if found == "EUU" else "state", ""
    if key in ORGANISATIONS:
        return "", "organisation", name.strip()
    if "region" in key or key.endswith("europe") or key in REGIONS:
        return "", "region", name.strip()
    raise ValueError(f"place {name!r} is neither a state nor a known region")


def places(text: str) -> list[tuple[str, str, str]]:
    """The places in a cell that may list several ("China, Iran, Islamic Republic of, Not available").

    Names may hold commas themselves, so the longest known name wins. "Not available" beside a
    real place is left out.
    """
    parts, out = text.split(", "), []
    while parts:
        for n in range(len(parts), 0, -1):
            piece = ", ".join(parts[:n])
            if n == 1 or code(piece):
                out.append(place(piece))
                parts = parts[n:]
                break
    real = [p for p in out if p[1] != "not_available"]
    return list(dict.fromkeys(real or out[:1]))
