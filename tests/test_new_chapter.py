"""An empty chapter from tools/new_chapter.py keeps the rules of the house and runs, in a copy of the handbook."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import new_chapter

ROOT = Path(__file__).resolve().parent.parent
ARGUMENTS = ("data_flows", "a_trial", "4.9", "How many states are there?")
FOLDERS = (
    "cyberdip_utils",
    "cyberdip_chapters",
    "cyberdip_jupyter",
    "classroom",
    "notebooks",
    "tests",
    "tools",
    "site",
)
HELD_TO = (
    "notebook_style",
    "teach",
    "classroom",
    "plan_numbers",
    "code",
    "sentences",
    "licence_marks",
    "teaching_pages",
)
MINE = "(a_trial or 4.9) and not left_to_write"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The handbook in another folder, its data as they are, with the new chapter in it."""
    root = tmp_path_factory.mktemp("copy") / "handbook"
    root.mkdir()
    for name in FOLDERS:
        shutil.copytree(
            ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        )
    for file in ROOT.iterdir():
        if file.is_file() and file.suffix in (".toml", ".md", ".cff", ".py"):
            shutil.copy(file, root)
    (root / "data").symlink_to(ROOT / "data", target_is_directory=True)
    done = run(root, "tools/new_chapter.py", *ARGUMENTS)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


def run(root, *arguments):
    """Python in the copy, which sees the copy's packages and not ours."""
    env = os.environ | {
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'tools'}",
        "CYBERDIP_DATA": str(root / "data"),
    }
    return subprocess.run([sys.executable, *arguments], cwd=root, env=env, capture_output=True, text=True)


def test_an_empty_chapter_passes_the_tests_of_the_house(copy):
    files = [f"tests/test_{name}.py" for name in HELD_TO]
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", MINE, *files)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert int(done.stdout.split(" passed")[0].split()[-1]) > 40, done.stdout[-500:]


def test_its_notebook_runs_and_its_findings_are_stored(copy):
    path = copy / "notebooks" / "4_data_flows" / "4_9_a_trial.ipynb"
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", str(path))
    assert done.returncode == 0, done.stdout[-4000:]
    book = nbformat.read(path, as_version=4)
    assert sum(bool(cell.get("outputs")) for cell in book.cells) == 2


def test_what_is_left_to_write_is_told(copy):
    done = run(
        copy,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "left_to_write and a_trial",
        "tests/test_notebook_style.py",
    )
    assert done.returncode == 1 and "4_9_a_trial.ipynb" in done.stdout and "plan.md" in done.stdout


def test_nothing_is_overwritten(copy):
    before = (copy / "cyberdip_chapters" / "data_flows" / "a_trial" / "chapter.toml").read_bytes()
    done = run(copy, "tools/new_chapter.py", *ARGUMENTS)
    assert done.returncode == 2 and "chapter 4.9 is there already" in done.stderr
    assert (copy / "cyberdip_chapters" / "data_flows" / "a_trial" / "chapter.toml").read_bytes() == before


@pytest.mark.parametrize(
    "change, words",
    [
        ({0: "ethics"}, "'ethics' is no part"),
        ({1: "A-Trial"}, "a name is small letters"),
        ({1: "how_bytes_cross", 2: "3.9"}, "chapters of data_flows are 4.1"),
        ({2: "4.1"}, "chapter 4.1 is there already"),
        ({1: "class"}, "a name is small letters"),
        ({3: "States"}, "a title is a question"),
        ({3: "What is C:\\user?"}, "a title is a question"),
    ],
)
def test_what_cannot_be_a_chapter_is_refused(change, words):
    asked = [change.get(i, given) for i, given in enumerate(ARGUMENTS)]
    with pytest.raises(ValueError, match=words):
        new_chapter.lay_out(*asked)
