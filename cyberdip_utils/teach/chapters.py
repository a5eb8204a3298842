"""The chapters that are written, and the teaching files of each, wherever they lie.

A chapter has a folder ``cyberdip_chapters/THEME/CHAPTER`` with ``chapter.toml`` and ``plan.md``. Chapters that have no folder
yet are listed in ``chapters.toml`` here, with their files in ``quizzes/`` and in ``classroom/``. A chapter counts as moved once
``chapters.toml`` does not list it any more. Ask for a chapter's parts by the functions of this module, never by a path.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType

from cyberdip_utils.data import data_folder

_LISTED = Path(__file__).resolve().parent.parent / "chapters.toml"
_FIELDS = {"number", "title", "notebook", "minutes", "before", "data", "topics", "exhibits"}
_TABLES = {"objective", "question", "guess", "figure"}
_MAY = {"picture": "", "jumps": {}, "glossary": {}}


@dataclass(frozen=True)
class Chapter:
    """One chapter; ``minutes`` is the reading and doing time, ``module`` what its notebook imports.

    ``exhibits`` (names in the order of the notebook) and ``folder`` are there for chapters with a folder of their own; the
    others have no exhibits listed and no folder.
    """

    number: str
    title: str
    notebook: str
    module: str
    topics: tuple[str, ...]
    minutes: int
    before: tuple[str, ...]
    data: tuple[str, ...]
    exhibits: tuple[str, ...] = ()
    folder: Path | None = None


def chapter_folders() -> dict[Path, str]:
    """The folders of ``cyberdip_chapters`` that hold a ``chapter.toml``, each with the name of its package.

    No chapter is imported.
    """
    found = importlib.util.find_spec("cyberdip_chapters")
    places = list(found.submodule_search_locations or ()) if found else []
    return {
        path.parent: f"cyberdip_chapters.{path.parent.parent.name}.{path.parent.name}"
        for place in places
        for path in sorted(Path(place).glob("*/*/chapter.toml"))
    }


def read_chapter(folder: Path) -> dict:
    """What a ``chapter.toml`` says.

    Parameters
    ----------
    folder : Path
        The chapter's folder.

    Returns
    -------
    dict
        ``number``, ``title``, ``notebook`` (below ``notebooks/``), ``minutes``, ``before`` (chapter numbers), ``data`` (tables),
        ``topics``, ``exhibits`` (names); lists of tables ``objective``, ``question``, ``guess``, ``figure``; and what may be
        left out: ``picture`` (the caption of the opening's picture), ``jumps`` (section number: short name), ``glossary``
        (slug: entry).

    Raises
    ------
    ValueError
        It is not TOML, a field is missing, or one is unknown; the sentence names the file.
    """
    path = folder / "chapter.toml"
    name = f"{folder.parent.name}/{folder.name}/chapter.toml"
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{name} is not TOML: {error}") from None
    if missing := sorted(_FIELDS - set(said)):
        raise ValueError(f"{name} lacks {', '.join(missing)}")
    known = _FIELDS | _TABLES | set(_MAY)
    if unknown := sorted(set(said) - known):
        raise ValueError(f"{name}: nothing reads {', '.join(unknown)}; fields are {', '.join(sorted(known))}")
    return {**{table: [] for table in _TABLES}, **_MAY, **said}


def _frozen(entry: dict) -> dict:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}


def listed() -> dict[str, Chapter]:
    """The chapters of ``chapters.toml``: those that have no folder of their own yet."""
    entries = tomllib.loads(_LISTED.read_text(encoding="utf-8"))["chapter"]
    return {c["number"]: Chapter(**_frozen(c | {"module": f"cyberdip_utils.{c['module']}"})) for c in entries}


def moved() -> dict[str, Chapter]:
    """The chapters with a folder of their own, by number.

    Raises
    ------
    ValueError
        A ``chapter.toml`` is not as it should be, or two give one number.
    """
    found: dict[str, Chapter] = {}
    for folder, package in chapter_folders().items():
        said = read_chapter(folder)
        fields = _frozen({k: said[k] for k in _FIELDS})
        made = Chapter(**fields, module=package, folder=folder)
        if made.number in found:
            raise ValueError(f"{found[made.number].module} and {package} are both chapter {made.number}")
        found[made.number] = made
    return found


@lru_cache(maxsize=1)
def chapters() -> dict[str, Chapter]:
    """All chapters by number, in reading order. A chapter that ``chapters.toml`` still lists has not moved.

    Raises
    ------
    ValueError
        As :func:`moved`.
    """
    both = moved() | listed()
    return {n: both[n] for n in sorted(both, key=lambda number: [int(part) for part in number.split(".")])}


def the_chapter(number: str) -> Chapter:
    """The chapter of that number. Raises ``KeyError`` with the numbers there are."""
    if number not in chapters():
        raise KeyError(f"no chapter {number!r}; the chapters are {', '.join(chapters())}")
    return chapters()[number]


def chapter_module(number: str) -> ModuleType:
    """The module or package of a chapter, imported. Raises ``KeyError`` for an unknown chapter."""
    return importlib.import_module(the_chapter(number).module)


@cache
def chapter_parts(number: str) -> dict:
    """:func:`read_chapter` of a chapter that has a folder. Do not change it. ``KeyError`` if it has none."""
    c = the_chapter(number)
    if c.folder is None:
        raise KeyError(f"chapter {number} has no folder of its own yet")
    return read_chapter(c.folder)


def _beside(*parts: str) -> Path:
    """A file of the checkout."""
    return data_folder().parent.joinpath(*parts)


def notebook_path(number: str) -> Path:
    """The file of a chapter's notebook. Raises ``KeyError`` for an unknown chapter."""
    return _beside("notebooks", the_chapter(number).notebook)


def notebook_here(number: str) -> Path:
    """:func:`notebook_path`, if the file is there; else ``FileNotFoundError`` with a sentence that says how to get it."""
    path = notebook_path(number)
    if not path.is_file():
        raise FileNotFoundError(
            f"the notebook of chapter {number} is not here ({path}): an installed package brings the tables and functions, "
            "and the notebooks are in the handbook's own folder. Get that folder, and let the variable CYBERDIP_DATA name "
            "the folder `data` in it."
        )
    return path


def plan_path(number: str) -> Path:
    """The file of a chapter's lesson plan. Raises ``KeyError`` for an unknown chapter."""
    folder = the_chapter(number).folder
    return folder / "plan.md" if folder else _beside("classroom", "plans", f"{number}.md")


def objectives(number: str) -> list[dict]:
    """A chapter's aims: ``verb``, and the ``exercises`` and ``quiz`` questions (numbers from 1) that serve it.

    Raises ``KeyError`` for an unknown chapter.
    """
    if the_chapter(number).folder:
        return chapter_parts(number)["objective"]
    text = _beside("classroom", "objectives", f"{number}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["objective"]


def plan_figures(number: str) -> list[dict]:
    """The numbers that a chapter's plan quotes: ``exhibit``, ``show`` (its settings), ``says`` (list of text).

    Empty where the plan quotes none. Raises ``KeyError`` for an unknown chapter.
    """
    if the_chapter(number).folder:
        return chapter_parts(number)["figure"]
    path = _beside("classroom", "figures", f"{number}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))["figure"] if path.exists() else []


def my_copy(number: str) -> Path:
    """Your own copy of a chapter, to write in; an update of the handbook never touches it.

    Parameters
    ----------
    number : str
        The chapter's number.

    Returns
    -------
    Path
        ``my_work/NAME.ipynb``. A copy that is there already stays as it is.

    Raises
    ------
    KeyError
        No such chapter.
    FileNotFoundError
        The notebooks are not here: an installed package brings the tables and functions alone.
    """
    from cyberdip_utils.readers_record import work_folder, write_json

    source = notebook_here(number)
    target = work_folder() / source.name
    if target.exists():
        return target
    book = json.loads(source.read_text(encoding="utf-8"))

    def link(found: re.Match) -> str:
        there = (source.parent / found[2].partition("#")[0]).resolve()
        try:
            relative = Path(os.path.relpath(there, target.parent.resolve())).as_posix()
        except ValueError:  # another drive on Windows
            relative = there.as_posix()
        return f"{found[1]}({relative})"

    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            text = re.sub(r"(\[[^\]]+\])\((?!https?:|#|mailto:)([^)\s]+)\)", link, "".join(cell["source"]))
            cell["source"] = text.splitlines(keepends=True)
    write_json(target, book)
    return target
