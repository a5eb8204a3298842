"""Reading leaves no trace in git: three chapters, run and moved for three minutes in a fresh clone of the handbook."""

import os
import shutil
import subprocess
import sys
import time

import pytest

from conftest import ROOT, Lab

CHAPTERS = (
    "1_sovereignty/1_1_whose_rules.ipynb",
    "2_norms/2_4_who_joins_what.ipynb",
    "5_controversies/5_3_offence.ipynb",
)
READING = 180  # seconds; JupyterLab saves by itself every 120
QUICK = ("tests/test_notebook_style.py", "tests/test_first_minutes.py", "tests/test_readme.py")
CHANGES = "() => window.jupyterapp.shell.currentWidget.context.model.dirty"
MOVE_ALL = """() => {
    const shown = document.querySelectorAll(".jp-OutputArea-output select, .jp-OutputArea-output input[type=range]");
    for (const control of shown) {
        if (control.tagName === "SELECT") control.selectedIndex = control.options.length - 1;
        else control.value = control.max;
        for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, {bubbles: true}));
    }
    return shown.length;
}"""


def git(clone, *arguments):
    done = subprocess.run(["git", *arguments], cwd=clone, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def clone(tmp_path):
    """The handbook as someone gets it who clones it now."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("needs the handbook's git repository")
    git(ROOT, "clone", "--quiet", str(ROOT), str(tmp_path / "handbook"))
    return tmp_path / "handbook"


@pytest.fixture
def reader(browser, clone, tmp_path):
    """JupyterLab on the clone."""
    server = Lab(clone, settings=tmp_path / "settings", root=clone)
    server.start()
    yield server
    server.shut_down_kernels()
    server.stop()


def save_my_copy(page, name):
    """Press *Save my copy*, give a name, and come to the copy."""
    page.locator("[data-jp-item-name=save-my-copy]").get_by_text("Save my copy").click()
    page.locator(".jp-Dialog input").fill(name)
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    page.get_by_role(
        "button", name="Discard"
    ).click()  # what was run and written in the chapter is in the copy
    tabs = page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")
    tabs.get_by_text(name.rsplit("/", 1)[-1], exact=True).wait_for()
    assert tabs.count() == 1, "the chapter is closed and the copy open"


def test_reading_three_chapters_leaves_git_clean_and_the_tests_green(reader, page, log, clone):
    start = time.monotonic()
    pages = [page, *(page.context.new_page() for _ in CHAPTERS[1:])]
    for chapter, tab in zip(CHAPTERS, pages, strict=True):
        reader.open(tab, chapter)
        assert reader.run_all(tab) == []
        assert tab.evaluate(MOVE_ALL) > 0, "there is nothing to move"
        tab.keyboard.press("Control+s")  # many do it now and then
        assert tab.evaluate(CHANGES), "nothing that could be saved: this test would find nothing"
    while time.monotonic() < start + READING:
        pages[0].wait_for_timeout(1000)
    assert git(clone, "status", "--porcelain") == ""
    save_my_copy(page, "my_work/mine.ipynb")
    assert (clone / "my_work" / "mine.ipynb").exists()
    assert git(clone, "status", "--porcelain") == ""
    environ = {k: v for k, v in os.environ.items() if k != "CYBERDIP_WORK"} | {"PYTHONPATH": str(clone)}
    for command in (
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", *QUICK],
        ["tools/tidy_notebooks.py", "check"],
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=clone,
            env=environ,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stdout[-3000:]
    assert git(clone, "status", "--porcelain") == ""
    assert log.crashes == []
