"""Saved games of the crisis exercise: a small JSON file each, written whole or not at all, and played again to load.

A file holds the scenario, the seed, the world and the decisions, the team's name, and the outcome for comparison.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from cyberdip_utils.deterrence.crisis import Decision, State, measures, play
from cyberdip_utils.errors import quoted
from cyberdip_utils.readers_record import record_path, work_folder, write_text

FORMAT, VERSION = "cyberdip-crisis-game", 1
LARGEST_FILE = 64_000  # bytes; a game is under one thousand


def to_json(state: State, name: str = "") -> str:
    """A game as the text of its file."""
    body = {
        "format": FORMAT,
        "version": VERSION,
        "name": clean_name(name),
        "scenario": state.scenario,
        "seed": state.seed,
        "world": state.world,
        "decisions": [[d.option, d.target, d.reveal] for d in state.decisions],
        "outcome": measures(state),
    }
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def clean_name(name: object) -> str:
    """A team's name on one line, at most 40 characters; "a team" if there is none."""
    text = " ".join("".join(ch for ch in str(name or "") if ch.isprintable()).split())[:40].strip()
    return text or "a team"


def from_json(text: str | bytes) -> tuple[State, str, str]:
    """A game from the text of its file, played again.

    Returns
    -------
    (State, str, str)
        The game, the team's name, and a note: empty, or a sentence if the tables have changed since the game was
        saved and its outcome is another now.

    Raises
    ------
    ValueError
        A file that is not a game of this handbook, in a sentence.
    """
    foreign = "This is not a saved game of the crisis exercise"
    if len(text) > LARGEST_FILE:
        raise ValueError(f"{foreign}: it is too large.")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"{foreign}, or it is damaged: it cannot be read as JSON.") from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise ValueError(f"{foreign}.")
    if body.get("version") != VERSION:
        raise ValueError(
            f"This game was saved in version {quoted(body.get('version'))} of the format; this is {VERSION}."
        )
    listed = body.get("decisions")
    sound = isinstance(listed, list) and all(
        isinstance(d, list) and len(d) == 3 and all(isinstance(x, str) for x in d) for d in listed
    )
    if not sound or not all(isinstance(body.get(k), str) for k in ("scenario", "world")):
        raise ValueError(
            "This game is damaged: its scenario, world or decisions are missing or not as they should be."
        )
    try:
        state = play(body["scenario"], body.get("seed"), body["world"], [Decision(*d) for d in listed])
    except ValueError as error:
        raise ValueError(f"This game is damaged or of another version. {str(error).rstrip('.')}.") from None
    changed = body.get("outcome") != measures(state)
    note = (
        "The tables or rules have changed since this game was saved: its outcome is another now."
        if changed
        else ""
    )
    return state, clean_name(body.get("name")), note


def games_folder() -> Path:
    """Where games are kept: the reader's own folder (:func:`cyberdip_utils.readers_record.work_folder`)."""
    return work_folder()


def save(state: State, name: str = "", folder: Path | None = None) -> Path:
    """Write a game: a temporary file in the same folder first, then a rename, so that no half file is ever there.

    Returns
    -------
    pathlib.Path
        ``<team>-<scenario>-<seed>.json`` in the folder; an older game of that name is replaced.
    """
    folder = folder or games_folder()
    slug = re.sub(r"[^a-z0-9]+", "-", clean_name(name).lower()).strip("-") or "team"
    path = folder / f"{slug}-{state.scenario}-{state.seed}.json"
    write_text(path, to_json(state, name))
    return path


def saved(folder: Path | None = None) -> list[str]:
    """File names of the games in the folder, in alphabetical order; the reader's own record is none."""
    folder = folder or games_folder()
    names = (p.name for p in folder.glob("*.json")) if folder.is_dir() else ()
    return sorted(n for n in names if n != record_path().name)


def load_game(name: str, folder: Path | None = None) -> tuple[State, str, str]:
    """A game from the folder; as :func:`from_json`. ``ValueError`` if there is no such file."""
    folder = folder or games_folder()
    if name not in saved(folder):
        raise ValueError(f"There is no saved game {quoted(name)}.")
    path = folder / name
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError("This is not a saved game of the crisis exercise: it is too large.")
    return from_json(path.read_bytes())
