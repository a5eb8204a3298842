"""Hostile text in a real browser, and a kernel that is killed: nothing runs, nothing is lost, and it is said.

The text comes from where a reader's own text comes from: names in a table, cells, captions, a quiz, a stance, a saved game, a class.
If any of it became HTML with a handler or a script, the page would set `window.hacked`.
"""

import itertools
import json
import os
import re
import signal
import subprocess

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HOSTILE = """
import pandas as pd
from cyberdip_utils import load, progress, teach
from cyberdip_utils import readers_record as record
from cyberdip_utils.teach.quiz import as_html, as_text
from cyberdip_utils.teach.widgets import QuizWidget
from cyberdip_utils.first_edition import figures
from cyberdip_utils.controversies import stance as stances
from cyberdip_utils.controversies.debate import FOLDER, read_debate
from cyberdip_utils.first_edition.exhibit import *
from pathlib import Path

EVIL = [
    "<img src=x onerror=\\"window.hacked='img'\\">",
    "\\"><script>window.hacked='script'</script>",
    "'><svg onload=\\"window.hacked='svg'\\"></svg>",
    "<a href=\\"javascript:window.hacked='link'\\">Land</a>",
    "&lt;img src=x onerror=window.hacked='entity'&gt;",
    "</script><iframe srcdoc=\\"<script>parent.hacked='frame'</script>\\">",
]
ALL = " ".join(EVIL)

def view(kind="bars", words=""):
    states = load("states").head(len(EVIL)).copy()
    states["name"] = EVIL  # country names
    table = pd.DataFrame({EVIL[0]: states["name"], "n": range(1, 7), "year": range(2001, 2007), "group": states["name"]})
    if kind == "bars":
        figure = figures.bars(table, EVIL[0], "n")
    elif kind == "lines":
        figure = figures.lines(table, "year", "n", group="group")
    elif kind == "heatmap":
        figure = figures.heatmap(pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], index=EVIL[:2], columns=EVIL[2:4]), EVIL[4])
    elif kind == "map":
        figure = figures.world_map(pd.Series(EVIL, index=["FRA", "DEU", "USA", "CHN", "BRA", "IND"]), EVIL[0])
    elif kind == "broken":
        raise ValueError(ALL)
    else:
        figure = figures.empty(ALL)
    return View(figure, f"{ALL} {words}.", table, ALL, ("states",), ALL, f"**{ALL}**\\n\\n- {ALL}\\n  - {ALL}",
                ((ALL, "javascript:window.hacked='address'"), (EVIL[0], "https://example.org/")))

KINDS = [(f"{k} {EVIL[0]}", k) for k in ("bars", "lines", "heatmap", "map", "empty", "broken")]
shown = Exhibit("hostile", EVIL[0], view, kind=choice(KINDS, label=EVIL[1], help=EVIL[2]), words=search("", EVIL, label=EVIL[3]))

def hostile_quiz():
    options = [{"text": EVIL[0], "right": True, "feedback": ALL}, {"text": EVIL[1], "feedback": ALL}]
    import json
    asked = [{"text": ALL, "options": options}]
    return QuizWidget("x", json.dumps(asked), "", teach.Panel(as_text(asked), as_html(asked)))

def hostile_stance():
    text = (FOLDER / "template.toml").read_text(encoding="utf-8")
    text = text.replace('name = "Publish the evidence"', "name = '<img src=x onerror=hacked=1>'")
    text = text.replace('question = "When', "question = '<script>window.hacked=9</script>?' #")
    Path("evil.toml").write_text(text, encoding="utf-8")
    debate = read_debate("evil.toml")
    values = {"side": next(iter(debate.sides)), "sure": 3, "why": ALL, "change": ALL}
    stances.keep_stance(debate, "before", values, Path("class/<img src=x onerror=window.hacked=5>.json"))
    Path("class/bad <img src=x onerror=window.hacked=6>.json").write_text("[]")
    stances.keep_stance(debate, "before", values)
    return debate

def verdict():
    return teach.Verdict(False, ALL)
"""
SETUP = "import os; os.environ['CYBERDIP_WORK'] = {work!r}\nfrom hostile_exhibits import *"
CELLS = [
    "shown",
    "hostile_quiz()",
    "debate = hostile_stance(); stances.stance(debate, 'before')",
    "debate.exhibits()[0]",
    "stances.class_tally(debate, 'class')",
    "progress.class_report('class')",
    "verdict()",
]
HACKED = "() => [window.hacked, ...[...document.querySelectorAll('iframe')].map(f => f.contentWindow?.hacked)].filter(Boolean)"
FOREIGN = """() => [...document.querySelectorAll('.jp-OutputArea-output')].flatMap(o =>
    [...o.querySelectorAll('img, script, iframe, a[href^="javascript"]')].map(n => n.outerHTML.slice(0, 120)))"""
_number = itertools.count()


def write_notebook(lab, cells, text=HOSTILE, module="hostile_exhibits"):
    folder = lab.folder / "notebooks"
    (folder / f"{module}.py").write_text(text, encoding="utf-8")
    name = f"{module}_{next(_number)}.ipynb"
    notebook = new_notebook(cells=[new_markdown_cell("# Trial"), *(new_code_cell(c) for c in cells)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / name)
    return name


def unhurt(page):
    assert page.evaluate(HACKED) == []
    assert page.evaluate(FOREIGN) == []


def test_hostile_text_runs_nowhere(lab, page, log):
    work = lab.folder / "hostile_work"
    (lab.folder / "notebooks" / "class").mkdir(exist_ok=True)
    name = write_notebook(lab, [SETUP.format(work=str(work)), *CELLS])
    lab.open(page, name)
    assert lab.run_all(page) == []
    page.wait_for_selector(".cdx .main-svg")
    page.wait_for_selector(".cyberdip-stance textarea")
    unhurt(page)
    exhibit = page.locator(".cdx").first
    assert "<img src=x" in exhibit.locator(".cdx-takeaway").text_content(), "as text, it is there to be read"
    exhibit.locator("button", has_text="Table").click()
    assert "<script>" in exhibit.locator("tbody").text_content()
    select = exhibit.locator("select")
    for i in range(select.locator("option").count()):
        select.select_option(index=i)
        page.wait_for_timeout(900)
        plot = exhibit.locator(".cdx-plot").bounding_box()
        for x in range(8):  # over the marks, so that hover labels are drawn
            page.mouse.move(
                plot["x"] + plot["width"] * (x + 1) / 9, plot["y"] + plot["height"] * (0.25 + 0.07 * x)
            )
            page.wait_for_timeout(40)
        unhurt(page)
    assert exhibit.locator(".cdx-takeaway").text_content().count("<img") >= 1  # the refusal quotes it
    select.select_option(index=0)
    search = exhibit.locator("input[type=search]").last
    search.fill("<img src=x onerror=window.hacked=7>")
    page.wait_for_function(
        "() => document.querySelector('.cdx-takeaway').textContent.includes('window.hacked=7')",
        timeout=10_000,
    )
    exhibit.locator("button", has_text="Copy citation").click()
    with page.expect_download() as download:
        exhibit.locator("button", has_text="Download CSV").click()
    assert download.value.suggested_filename == "hostile.csv"
    for links in exhibit.locator(".cdx-detail a").all():
        assert links.get_attribute("href").startswith("https://")
    # quiz: choose and check every option, read every feedback
    quiz = page.locator("input[type=radio]")
    for i in range(quiz.count()):
        quiz.nth(i).check(force=True)
        page.locator(".cyberdip-quiz-check").first.click(force=True)
    # stance: type and save
    form = page.locator(".cyberdip-stance").first
    form.locator("textarea").first.fill("<img src=x onerror=window.hacked=8>")
    form.locator("button").click()
    page.wait_for_function(
        "() => document.querySelector('.cyberdip-stance-status').textContent.includes('my_work/record.json')"
    )
    kept = json.loads((work / "record.json").read_text(encoding="utf-8"))["stances"]["x1"]["before"]
    assert kept["why"] == "<img src=x onerror=window.hacked=8>"
    unhurt(page)
    lab.screenshot(page, "hostile")
    assert log.crashes == []
    # opened again, everything that was stored is shown again
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(1500)
    page.reload()
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_timeout(2500)
    unhurt(page)


def test_a_hostile_team_and_file_in_the_game(lab, page, log):
    cells = [
        f"import os; os.environ['CYBERDIP_WORK'] = {str(lab.folder / 'hostile_games')!r}",
        "from cyberdip_utils.deterrence.crisis_widget import game\ngame()",
    ]
    lab.open(page, write_notebook(lab, cells))
    assert lab.run_all(page) == []
    page.wait_for_selector(".cg .cg-now")
    page.click(".cg-store summary")
    page.fill(".cg-store input[type=text]", "<img src=x onerror=hacked=1>")
    before = page.eval_on_selector(".cg", "e => Number(e.dataset.count)")
    page.click(".cg-store button:has-text('Save')")
    page.wait_for_function("n => Number(document.querySelector('.cg').dataset.count) > n", arg=before)
    files = [p.name for p in (lab.folder / "hostile_games").iterdir()]
    assert len(files) == 1 and re.fullmatch(r"img-src-x-onerror-hacked-1-blackout-\d+\.json", files[0])
    before = page.eval_on_selector(".cg", "e => Number(e.dataset.count)")
    game = json.loads((lab.folder / "hostile_games" / files[0]).read_text(encoding="utf-8"))
    evil = game | {"scenario": "<img src=x onerror=window.hacked=2>"}
    page.set_input_files(
        ".cg-store input[type=file]",
        {"name": "<img src=x>.json", "mimeType": "application/json", "buffer": json.dumps(evil).encode()},
    )
    page.wait_for_function("n => Number(document.querySelector('.cg').dataset.count) > n", arg=before)
    page.wait_for_function("() => document.querySelector('.cg-status').textContent.startsWith('Not done.')")
    assert "<img src=x onerror" in page.inner_text(".cg .cg-status")
    unhurt(page)
    assert log.crashes == []


# ---------------------------------------------------------------- the kernel is killed in mid-exhibit

SLOW = """
import os, time
from pathlib import Path
from cyberdip_utils import load, teach
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import *

def view(year=2001):
    if year == 2005:  # the kernel dies while this is computed
        Path("pid").write_text(str(os.getpid()))
        time.sleep(60)
    rows = load("states").head(3)[["name", "population"]]
    return View(figures.bars(rows, "name", "population"), f"The year is {year}.", rows, "", ("states",))

slow = Exhibit("slow", "What year?", view, year=number(2000, 2010, 2001))
"""


@pytest.mark.skipif(os.name != "posix", reason="a process is killed as on Linux and macOS")
def test_a_kernel_killed_in_mid_exhibit_is_said_and_a_new_one_goes_on(lab, page, log):
    work = lab.folder / "killed_work"
    folder = lab.folder / "notebooks"
    (folder / "pid").unlink(missing_ok=True)
    cells = [
        f"import os; os.environ['CYBERDIP_WORK'] = {str(work)!r}\nfrom slow_exhibits import *",
        "teach.check('1.1', next(iter(__import__('cyberdip_utils.sovereignty.whose_rules', fromlist=['x']).CHECKS)), 1)",
        "slow",
    ]
    lab.open(page, write_notebook(lab, cells, SLOW, "slow_exhibits"))
    assert lab.run_all(page) == []
    page.wait_for_selector(".cdx .main-svg")
    exhibit = page.locator(".cdx").first
    assert exhibit.locator(".cdx-takeaway").text_content() == "The year is 2001."
    record = (work / "record.json").read_bytes()
    exhibit.locator("input[type=range]").evaluate(
        "e => { e.value = 2005; e.dispatchEvent(new Event('input')); }"
    )
    for _ in range(100):
        if (folder / "pid").exists() and (folder / "pid").read_text():
            break
        page.wait_for_timeout(100)
    pid = int((folder / "pid").read_text())
    os.kill(pid, signal.SIGKILL)
    # the last whole state stays, and a sentence says what happened and what to do
    page.wait_for_function(
        "() => [...document.querySelectorAll('.cdx-status')].some(s => "
        "s.textContent === 'The kernel does not answer. Run this cell again.')",
        timeout=30_000,
    )
    assert exhibit.locator(".cdx-takeaway").text_content() == "The year is 2001."
    assert exhibit.locator(".main-svg").count() >= 1
    assert (work / "record.json").read_bytes() == record, "nothing of the reader's record is lost"
    gone = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    assert not gone.strip() or gone.strip().startswith("Z")
    # JupyterLab may say so too, and starts a new kernel by itself; with it everything works again
    for _ in range(3):
        dialog = page.query_selector(".jp-Dialog .jp-mod-accept")
        if dialog:
            dialog.click()
        page.wait_for_timeout(700)
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'",
        timeout=60_000,
    )
    assert lab.run_all(page) == []
    page.wait_for_function(
        "() => [...document.querySelectorAll('.cdx-takeaway')].some(t => t.textContent === 'The year is 2001.')"
    )
    fresh = page.locator(".cdx").last
    fresh.locator("input[type=range]").evaluate(
        "e => { e.value = 2003; e.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_function(
        "() => [...document.querySelectorAll('.cdx-takeaway')].some(t => t.textContent === 'The year is 2003.')",
        timeout=15_000,
    )
    # JupyterLab says of its own question to the killed kernel, now and then, that it was given up
    assert [c for c in log.crashes if "kernel_info_request" not in c] == []
