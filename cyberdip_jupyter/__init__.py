"""The handbook's part in JupyterLab's server: which notebooks belong to the book, and that reading changes none of them.

``jupyter/etc/jupyter/jupyter_server_config.d/cyberdip_jupyter.json``, which installing the package puts in place, makes every
JupyterLab of the environment load this. So it is light: it imports neither pandas nor :mod:`cyberdip_utils`.
"""

import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

START = "00_start_here.ipynb"


def _folder(package: str) -> Path:
    return Path(find_spec(package).submodule_search_locations[0])


@cache
def book_notebooks() -> tuple[str, ...]:
    """The notebooks of the book, as paths below ``notebooks/``, in reading order.

    They are those that ``cyberdip_utils/chapters.toml`` and each ``cyberdip_chapters/THEME/CHAPTER/chapter.toml`` name. Whatever
    else lies in the folder (copies, trials, JupyterLab's checkpoints) is the reader's own.
    """
    listed = tomllib.loads((_folder("cyberdip_utils") / "chapters.toml").read_text(encoding="utf-8"))
    named = {chapter["notebook"] for chapter in listed.get("chapter", ())}
    for path in _folder("cyberdip_chapters").glob("*/*/chapter.toml"):
        named.add(tomllib.loads(path.read_text(encoding="utf-8"))["notebook"])
    return tuple(sorted(named))


def book_folder(path: Path) -> Path | None:
    """The ``notebooks`` folder of the handbook that a file is a notebook of, or None for any other file."""
    for folder in path.parents:
        if folder.name == "notebooks" and path.relative_to(folder).as_posix() in book_notebooks():
            return folder if (folder / START).exists() else None
    return None


def _jupyter_server_extension_points():
    return [{"module": "cyberdip_jupyter"}]


def _link_jupyter_server_extension(server):
    """Called by Jupyter before it makes its parts: the one for files becomes the handbook's."""
    from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

    from cyberdip_jupyter.contents import HandbookContents

    if server.contents_manager_class is AsyncLargeFileManager:  # what Jupyter takes when nobody names another
        server.contents_manager_class = HandbookContents


def _load_jupyter_server_extension(server):
    """Called by Jupyter when its parts are made."""
    from cyberdip_jupyter.contents import HandbookContents

    if not isinstance(server.contents_manager, HandbookContents):
        name = type(server.contents_manager).__name__
        server.log.warning(
            f"This Jupyter keeps its files by {name}: saving writes into the handbook's chapters. To write in one, make a copy first."
        )
