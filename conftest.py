"""Of the notebooks only the book's own are tests; copies and trials that lie among them are the reader's."""

from pathlib import Path

from cyberdip_jupyter import book_folder

NOTEBOOKS = Path(__file__).resolve().parent / "notebooks"


def pytest_ignore_collect(collection_path):
    if collection_path.suffix == ".ipynb" and NOTEBOOKS in collection_path.parents:
        return True if book_folder(collection_path) is None else None
    return None
