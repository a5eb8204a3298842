"""`make lab` serves the handbook: notebooks open without a question and run to the end in the browser."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import tidy_notebooks

CASES = {
    "works": ("import ipywidgets\nipywidgets.IntSlider(description='moves')", []),
    "fails": ("1 / 0", ["ZeroDivisionError: division by zero"]),
    "fails_in_widget": (
        "import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    [][1]\nout",
        ["IndexError"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_run_all_reports_what_a_reader_would_see(lab, page, log, name):
    """The harness itself: an error in a cell, or inside a widget, is found; a sound notebook has none."""
    code, expected = CASES[name]
    notebook = new_notebook(cells=[new_markdown_cell("# A trial"), new_code_cell(code)])
    notebook.metadata.update(tidy_notebooks.METADATA)
    nbformat.write(notebook, lab.folder / "notebooks" / f"trial_{name}.ipynb")
    assert set(lab.ask("api/kernelspecs")["kernelspecs"]) == {"python3", "another"}
    lab.open(page, f"trial_{name}.ipynb")
    assert [session["kernel"]["name"] for session in lab.ask("api/sessions")] == ["python3"]
    errors = lab.run_all(page)
    assert len(errors) == len(expected)
    for error, words in zip(errors, expected, strict=True):
        assert words in error
    if name == "works":
        page.wait_for_selector("text=moves")
    assert log.console == [] and log.crashes == []
    lab.screenshot(page, f"trial-{name}")


def test_the_start_page_opens_and_runs_to_the_end(lab, page, log):
    """What a reader does first. tests/browser/test_chapters.py does the same with every chapter, and then moves all."""
    lab.open(page, "00_start_here.ipynb")
    assert lab.run_all(page) == []
    assert log.crashes == []
    assert log.console == []
    assert page.get_by_text("Jupyter news").count() == 0, "JupyterLab asks about news; run: make setup"
    lab.screenshot(page, "notebook-start")


def test_make_lab_opens_the_start_page(lab):
    """The address that JupyterLab prints leads to the start page."""
    printed = lab.output.read_text(encoding="utf-8")
    assert f"127.0.0.1:{lab.port}/lab/tree/notebooks/00_start_here.ipynb" in printed
