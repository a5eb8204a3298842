"""A reader's own record: quizzes, guesses, checks, stances and games, in one small JSON file that stays on this machine.

The file is ``my_work/record.json`` next to the handbook; the variable ``CYBERDIP_WORK`` names another folder. Every change
reads the file, changes one entry and puts the new file in the old one's place, so that a cut in the middle loses nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from cyberdip_utils.data import checkout_folder
from cyberdip_utils.errors import quoted

FORMAT, VERSION = "cyberdip-record", 1
SECTIONS = ("quizzes", "guesses", "checks", "stances", "games")  # records from before 2.0 have no guesses
LARGEST = 2_000_000  # bytes; a whole course takes some tens of thousands


def work_folder() -> Path:
    """The folder for what readers make: ``my_work`` beside the handbook, or the one ``CYBERDIP_WORK`` names.

    Where the handbook cannot be written (a class's hub), or only the package is installed, it is ``my_work`` in the
    reader's home folder.
    """
    if named := os.environ.get("CYBERDIP_WORK"):
        return Path(named).expanduser()
    root = checkout_folder()
    return (root if root and os.access(root, os.W_OK) else Path.home()) / "my_work"


def record_path() -> Path:
    """The reader's own record."""
    return work_folder() / "record.json"


def reader_seed() -> str:
    """A short text that is the same for one reader each time and differs between readers, to shuffle by.

    It is made of the computer's name and the record's folder, cannot be turned back into them, and is stored nowhere.
    """
    whose = f"{platform.node()} {work_folder().absolute()}"
    return hashlib.sha256(whose.encode()).hexdigest()[:16]


def now() -> str:
    """This moment in local time, to the second, in ISO 8601."""
    return datetime.now().isoformat(timespec="seconds")


def write_text(path: Path, text: str) -> None:
    """Write a text file so that it is either the old one or the whole new one.

    Raises
    ------
    OSError
        The folder cannot be written, or the disk is full; the old file stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Any) -> None:
    """Write JSON as :func:`write_text` does."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1))


def read_json(path: Path, what: str) -> Any:
    """Read a small JSON file.

    Parameters
    ----------
    what : str
        What the file should be, for the message: "a record of this handbook".

    Raises
    ------
    FileNotFoundError
        No such file.
    ValueError
        Too large, not UTF-8 or not JSON; the sentence names the file.
    """
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is too large to be {what}")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not {what}: it is not UTF-8 text") from None
    except (json.JSONDecodeError, RecursionError):
        raise ValueError(f"{path.name} is not {what}: it is not JSON, or it is cut off") from None


def empty() -> dict[str, Any]:
    """A record with nothing in it."""
    return {"format": FORMAT, "version": VERSION, **{s: {} for s in SECTIONS}}


def checked(content: Any, name: str) -> dict[str, Any]:
    """The content, if it is a record; else ``ValueError`` with a sentence that names the file."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{name} is not a record of this handbook: it does not say “{FORMAT}”")
    if content.get("version") != VERSION:
        raise ValueError(
            f"{name} is a record of version {quoted(content.get('version'))}; this handbook reads version {VERSION}"
        )
    for section in SECTIONS:
        part = content.get(section, {})
        if not isinstance(part, dict) or not all(isinstance(v, dict) for v in part.values()):
            raise ValueError(f"{name}: the part “{section}” is not as the handbook writes it")
    return empty() | content


def read_record(path: Path | None = None) -> dict[str, Any]:
    """A reader's record; an empty one if there is none yet.

    Raises
    ------
    ValueError
        The file is damaged or something else; it is left as it is.
    """
    path = path or record_path()
    if not path.exists():
        return empty()
    return checked(read_json(path, "a record of this handbook"), path.name)


@contextmanager
def _locked(path: Path):
    """Keep two notebooks from writing the record at once; a lock older than ten seconds was left by a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock, until = path.with_suffix(".lock"), time.monotonic() + 10
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except (FileExistsError, PermissionError) as error:
            if isinstance(error, PermissionError) and not lock.exists():
                raise
            try:
                stale = time.time() - lock.stat().st_mtime > 10
            except FileNotFoundError:
                continue
            if stale or time.monotonic() > until:
                lock.unlink(missing_ok=True)
                continue
            time.sleep(0.02)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def change_record(
    section: str, key: str, change: Callable[[dict], Mapping], path: Path | None = None
) -> dict:
    """Change one entry of the record and write it.

    Parameters
    ----------
    section : str
        One of ``quizzes``, ``guesses``, ``checks``, ``stances``, ``games``.
    key : str
        Which entry, such as ``"5.1"``.
    change : callable
        Gets the old entry (empty if there is none) and returns the new one.

    Returns
    -------
    dict
        The new entry.

    Raises
    ------
    ValueError
        No such section, or the file there is not a record; it is left as it is.
    OSError
        It cannot be written; the old file stands.
    """
    if section not in SECTIONS:
        raise ValueError(f"section: {section!r} is not one of {', '.join(SECTIONS)}")
    path = path or record_path()
    with _locked(path):
        record = read_record(path)
        entry = dict(change(dict(record[section].get(key, {}))))
        record[section][key] = entry
        write_json(path, record)
    return entry


def read_class(folder: Path) -> tuple[dict[str, dict], list[str]]:
    """All records in a folder, and a sentence on each JSON file that is none.

    Returns
    -------
    (dict of file name to record, list of str)

    Raises
    ------
    FileNotFoundError
        No such folder.
    """
    if not Path(folder).is_dir():
        raise FileNotFoundError(
            f"there is no folder {folder}; put the class's record files in one and name it"
        )
    records, left_out = {}, []
    for path in sorted(Path(folder).glob("*.json")):
        try:
            records[path.name] = read_record(path)
        except ValueError as error:
            left_out.append(f"{error}.")
    return records, left_out
