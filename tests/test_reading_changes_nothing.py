"""JupyterLab's server keeps the book's notebooks as they are; what a reader leaves lying about is no part of the book."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_server.utils import ensure_async
from nbformat.v4 import new_code_cell, new_notebook
from tornado.web import HTTPError

import tidy_notebooks
from book_files import book_files
from cyberdip_jupyter import book_folder, book_notebooks
from cyberdip_jupyter.contents import HandbookContents
from cyberdip_utils.teach import chapters

ROOT = Path(__file__).resolve().parent.parent
CHAPTER = "notebooks/2_norms/2_4_who_joins_what.ipynb"
BROKEN = '{"cells": "none"}'
# What lies about after a while: checkpoints, trials, own copies, other tools' folders.
LEFTOVERS = (
    "notebooks/.ipynb_checkpoints/00_start_here-checkpoint.ipynb",
    "notebooks/2_norms/.ipynb_checkpoints/2_4_who_joins_what-checkpoint.ipynb",
    "notebooks/2_norms/2_4_who_joins_what-Copy1.ipynb",
    "notebooks/Untitled.ipynb",
    "notebooks/my_work/2_4_mine.ipynb",
    "my_work/2_4_mine.ipynb",
    "anaconda_projects/db/project.md",
    ".virtual_documents/notebooks/Untitled.ipynb",
    "data/.ipynb_checkpoints/README-checkpoint.md",
)


def run(coroutine):
    import asyncio

    return asyncio.run(ensure_async(coroutine))


@pytest.fixture
def folder(tmp_path):
    """A copy of the book's notebooks."""
    for path in tidy_notebooks.notebooks():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return tmp_path


@pytest.fixture
def contents(folder):
    return HandbookContents(root_dir=str(folder))


def model(cells=("1 + 1",)):
    """What JupyterLab sends when it saves a notebook."""
    book = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    return {"type": "notebook", "format": "json", "content": json.loads(nbformat.writes(book))}


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_chapter_is_shown_read_only_and_other_notebooks_are_not(contents, folder):
    assert run(contents.get(CHAPTER))["writable"] is False
    run(contents.save(model(), "notebooks/2_norms/2_4_mine.ipynb"))
    assert run(contents.get("notebooks/2_norms/2_4_mine.ipynb"))["writable"] is True


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.save(model(), CHAPTER),
        lambda c: c.delete(CHAPTER),
        lambda c: c.rename(CHAPTER, "mine.ipynb"),
    ],
    ids=["save", "delete", "rename"],
)
def test_a_chapter_is_not_changed_and_the_reader_is_told_what_to_do(contents, folder, change):
    before = files(folder)
    with pytest.raises(HTTPError) as refused:
        run(change(contents))
    assert refused.value.status_code == 403
    assert "my_work/2_4_who_joins_what.ipynb" in refused.value.log_message
    assert files(folder) == before


def test_a_checkpoint_of_an_older_edition_does_not_come_back(contents, folder):
    old = Path(contents.checkpoints.checkpoint_path("checkpoint", CHAPTER))
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_text(BROKEN, encoding="utf-8")
    before = files(folder)
    with pytest.raises(HTTPError, match="Save my copy"):
        run(contents.restore_checkpoint("checkpoint", CHAPTER))
    assert files(folder) == before


def test_a_copy_over_a_chapter_is_refused(contents, folder):
    run(contents.save(model(), "mine.ipynb"))
    before = files(folder)
    with pytest.raises(HTTPError):
        run(contents.rename("mine.ipynb", CHAPTER))
    assert files(folder) == before


def test_the_first_own_copy_makes_its_folder(contents, folder):
    run(contents.save(model(["answer = 3"]), "my_work/2_4_mine.ipynb"))
    assert "answer = 3" in (folder / "my_work" / "2_4_mine.ipynb").read_text(encoding="utf-8")


def test_authors_can_write_chapters(folder):
    run(HandbookContents(root_dir=str(folder), write_chapters=True).save(model(), CHAPTER))
    assert "1 + 1" in (folder / CHAPTER).read_text(encoding="utf-8")


@pytest.mark.parametrize("top", [".", "notebooks"])
def test_it_holds_wherever_jupyter_was_started(folder, top):
    path = (folder / CHAPTER).relative_to(folder / top).as_posix()
    contents = HandbookContents(root_dir=str(folder / top))
    with pytest.raises(HTTPError) as refused:
        run(contents.save(model(), path))
    assert "such as my_work/2_4_who_joins_what.ipynb" in refused.value.log_message


def test_the_server_takes_it_and_leaves_another_manager_alone(tmp_path):
    """The extension that the package installs, in a server of its own."""
    code = """
import json, sys
from jupyter_server.serverapp import ServerApp
app = ServerApp()
app.initialize(argv=json.loads(sys.argv[1]), new_httpserver=False)
print(type(app.contents_manager).__name__)
"""
    for arguments, name in (
        ([], "HandbookContents"),
        (
            [
                "--ServerApp.contents_manager_class=jupyter_server.services.contents.filemanager.AsyncFileContentsManager"
            ],
            "AsyncFileContentsManager",
        ),
    ):
        arguments = ["--ServerApp.jpserver_extensions={'cyberdip_jupyter': True}", "--allow-root", *arguments]
        done = subprocess.run(
            [sys.executable, "-c", code, json.dumps(arguments)], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.stdout.split() == [name], done.stderr
        assert ("saving writes into the handbook's chapters" in done.stderr) == (name != "HandbookContents")


def test_the_server_loads_neither_pandas_nor_the_package():
    code = "import sys, cyberdip_jupyter.contents; print({'pandas', 'numpy', 'cyberdip_utils'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ---------------------------------------------------------------- what belongs to the book


def test_the_books_notebooks_are_those_of_the_chapters_and_those_in_git():
    assert set(book_notebooks()) == {chapter.notebook for chapter in chapters().values()}
    assert list(book_notebooks()) == sorted(book_notebooks())
    inside = [path.relative_to(ROOT / "notebooks") for path in book_files() if path.suffix == ".ipynb"]
    assert {path.as_posix() for path in inside} == set(book_notebooks())


@pytest.fixture
def used(folder):
    """The handbook's folder after some weeks of use, without git."""
    for name in LEFTOVERS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(BROKEN, encoding="utf-8")
    return folder


def test_leftovers_are_no_part_of_the_book(used):
    assert tidy_notebooks.notebooks(used / "notebooks") == [used / "notebooks" / n for n in book_notebooks()]
    assert not [name for name in LEFTOVERS if book_folder(used / name)]
    assert {path.relative_to(used / "notebooks").as_posix() for path in book_files(used)} == set(
        book_notebooks()
    )


def test_leftovers_are_not_collected_as_tests(used):
    shutil.copy(ROOT / "conftest.py", used)
    shutil.copy(ROOT / "pyproject.toml", used)
    (used / "tools").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "notebooks"],
        cwd=used,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    collected = {line.split("::")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected == {f"notebooks/{name}" for name in book_notebooks()}, done.stdout[-2000:]
    assert done.returncode == 0, done.stdout[-2000:]
