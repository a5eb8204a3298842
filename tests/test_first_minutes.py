"""The first five minutes: a newcomer is told how to run a chapter before the first line of code, and in the README."""

import json
import re
from pathlib import Path

import nbformat
import pytest

import tidy_notebooks

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "jupyter" / "share" / "jupyter" / "lab" / "settings" / "overrides.d" / "cyberdip_utils.json"
SCREEN = 1800  # characters of the README before one has to scroll

every_notebook = pytest.mark.parametrize("path", tidy_notebooks.notebooks(), ids=lambda path: path.stem)


def buttons():
    """Label -> what it does, of the buttons that the handbook adds to a notebook's toolbar."""
    items = json.loads(SETTINGS.read_text(encoding="utf-8"))["@jupyterlab/notebook-extension:panel"][
        "toolbar"
    ]
    return {item["label"]: item["command"] for item in items if not item.get("disabled")}


@every_notebook
def test_the_first_cell_says_how_to_run(path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    [told] = re.findall(r"(?m)^\*\*To run this (?:chapter|page):\*\*(.*)$", first.source)
    named = set(re.findall(r"\*\*(?:▶▶ )?([^*]+)\*\*", told))
    assert {"Shift + Enter", "Run all"} <= named
    assert named - {"Shift + Enter"} <= set(buttons()), "the buttons named are those of the toolbar"
    assert first.source.index(told) > len(first.source) / 4, "first what the chapter is about"


def test_the_buttons_do_what_the_first_cells_say():
    assert buttons() == {"Run all": "notebook:run-all-cells", "Save my copy": "docmanager:save-as"}


@every_notebook
def test_a_chapter_opens_with_words(path):
    """The first screen is words: of the first five cells in sight, the first two are text and at most two are code."""
    cells = nbformat.read(path, as_version=4).cells
    seen = [c for c in cells if not c.metadata.get("jupyter", {}).get("source_hidden")][:5]
    kinds = [cell.cell_type for cell in seen]
    assert kinds[:2] == ["markdown", "markdown"] and kinds.count("code") <= 2


def test_the_readme_opens_with_what_how_and_what_then():
    screen = (ROOT / "README.md").read_text(encoding="utf-8")[:SCREEN]
    places = [screen.find(said) for said in ("\nmake lab\n", "\npy tools\\setup_env.py lab\n", "Run all")]
    assert -1 not in places and places == sorted(places), "how to start it, then what is seen and done next"
    about = screen[: screen.index("\n## ")].split("\n", 1)[1].strip()
    assert len(re.findall(r"[.?!](?:\s|$)", about)) == 3, "three sentences say what it is"
