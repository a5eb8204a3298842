"""The notebook run can fail: with this project's settings nbval sees what a reader would see."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import tidy_notebooks

ROOT = Path(__file__).resolve().parent.parent


def finding(code, stored):
    """A finding cell with a stored output, as `make strip` leaves it."""
    output = new_output("execute_result", {"text/plain": stored}, execution_count=1)
    return new_code_cell(f"{tidy_notebooks.FINDING}\n{code}", outputs=[output], execution_count=1)


CASES = {
    "sound": ([new_code_cell("'not compared'"), finding("'n = 3'", "'n = 3'")], 0),
    "another_finding": ([finding("'n = 4'", "'n = 3'")], 1),
    "error_in_a_cell": ([new_code_cell("1 / 0")], 1),
    "error_in_a_widget": (
        [new_code_cell("import ipywidgets\nout = ipywidgets.Output()\nwith out:\n    1 / 0\nout")],
        1,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_gate(tmp_path, name):
    cells, failures = CASES[name]
    notebook = tidy_notebooks.stripped(new_notebook(cells=cells))
    nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == failures, done.stdout
    assert ("1 failed" in done.stdout) == bool(failures)
