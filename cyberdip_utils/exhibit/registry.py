"""Finding an exhibit by its name without importing every chapter."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyberdip_utils.exhibit.core import Exhibit

_made: dict[str, Exhibit] = {}


def add(exhibit: Exhibit) -> None:
    """Take in a new exhibit; the same module may make it again, another must not.

    Raises
    ------
    ValueError
        The name is taken by another module.
    """
    before = _made.get(exhibit.name)
    if before is not None and before.module.rpartition(".")[0] != exhibit.module.rpartition(".")[0]:
        raise ValueError(f"an exhibit named {exhibit.name!r} exists already, in {before.module}")
    _made[exhibit.name] = exhibit


def homes() -> dict[str, str]:
    """The package of each exhibit of a moved chapter, by the exhibit's name, as the ``chapter.toml`` files list them."""
    from cyberdip_utils.teach import chapters

    return {name: c.module for c in chapters().values() for name in c.exhibits}


def find(name: str) -> Exhibit:
    """An exhibit by its name; imports only its own chapter.

    Raises
    ------
    KeyError
        No chapter lists it.
    """
    if name not in _made:
        if name in (known := homes()):
            importlib.import_module(known[name])
        if name not in _made:
            raise KeyError(f"no exhibit {name!r}; a chapter lists its exhibits in its chapter.toml")
    return _made[name]


def all_exhibits() -> dict[str, Exhibit]:
    """Every exhibit of the chapters in the new form, by name."""
    return {name: find(name) for name in sorted(homes())}


def place(name: str) -> tuple[str, int, int]:
    """Number of the exhibit's chapter, its place in it, and how many there are; ``("", 0, 0)`` outside a chapter."""
    from cyberdip_utils.teach import chapters

    for chapter in chapters().values():
        if name in chapter.exhibits:
            return chapter.number, chapter.exhibits.index(name) + 1, len(chapter.exhibits)
    return "", 0, 0
