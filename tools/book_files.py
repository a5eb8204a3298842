"""Which files of this folder belong to the book, and which are a reader's own or pass away."""

import subprocess
from pathlib import Path

from cyberdip_jupyter import book_folder

ROOT = Path(__file__).resolve().parent.parent
AWAY = {"artifacts", "my_work", "wheelhouse", "anaconda_projects", "__pycache__", "node_modules"}


def _lasting(path: Path, root: Path) -> bool:
    """Without git: does a file look like one of the book's?"""
    parts = path.relative_to(root).parts
    if AWAY & set(parts) or any(part.startswith(".") for part in parts[:-1]):
        return False
    return path.suffix != ".ipynb" or book_folder(path) is not None


def book_files(root: Path = ROOT) -> list[Path]:
    """The files of the book, sorted.

    Parameters
    ----------
    root : Path
        The handbook's folder.

    Returns
    -------
    list of Path
        The files that git tracks; where there is no git, all but hidden folders, ``my_work``, what the tools make, and notebooks
        that are none of the book's.
    """
    command = ["git", "ls-files", "-z"]
    try:
        said = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        said = ""
    if named := [root / name for name in said.split("\0") if name]:
        return sorted(path for path in named if path.is_file())
    return sorted(path for path in root.rglob("*") if path.is_file() and _lasting(path, root))
