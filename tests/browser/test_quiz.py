"""The quiz and the guess in JupyterLab: by keyboard, what the record then holds, the look, and the page without a kernel."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import tidy_notebooks
from cyberdip_utils import teach

CHAPTER = "1.1"
ASKED = teach.questions(CHAPTER)
GUESSES = [(n, name) for n in teach.chapters() for name in teach.guesses(n)]


@pytest.fixture
def record():
    """The reader's record in this test's own folder, empty at first."""
    path = Path(os.environ["CYBERDIP_WORK"]) / "record.json"
    path.unlink(missing_ok=True)
    yield lambda: json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.unlink(missing_ok=True)


def opened(lab, page, name, *cells):
    """A notebook with these cells, run in JupyterLab."""
    book = new_notebook(cells=[new_markdown_cell("# A trial"), *map(new_code_cell, cells)])
    book.metadata.update(tidy_notebooks.METADATA)
    nbformat.write(book, lab.folder / "notebooks" / f"trial_{name}.ipynb")
    lab.open(page, f"trial_{name}.ipynb")
    assert lab.run_all(page) == []


def quiz(lab, page, name="quiz"):
    opened(lab, page, name, f'from cyberdip_utils.teach import quiz\n\nquiz("{CHAPTER}")')
    page.wait_for_selector(".cyberdip-quiz fieldset")
    return page.query_selector_all(".cyberdip-quiz fieldset")


def options(box):
    """The words of a question's options, in the order on the page."""
    return [x.inner_text() for x in box.query_selector_all("label > span > span:first-child")]


def wait_for(page, read, done):
    for _ in range(50):
        if done(read()):
            return
        page.wait_for_timeout(100)
    raise AssertionError(read())


def test_a_keyboard_user_walks_to_an_option_and_only_then_answers(lab, page, log, record):
    box = quiz(lab, page)[0]
    box.query_selector("input").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(500)
    assert record() == {}, "walking is not answering"
    assert box.query_selector("[role=status]").inner_text() == ""
    chosen = box.query_selector_all("label")[2]
    assert chosen.query_selector("input").is_checked()
    assert page.evaluate("() => document.activeElement.type") == "radio", "the keys stay in the quiz"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Check"
    page.keyboard.press("Space")
    wait_for(page, record, bool)
    at = [o["text"] for o in ASKED[0]["options"]].index(options(box)[2])
    right = ASKED[0]["options"][at].get("right", False)
    assert record()["quizzes"][CHAPTER]["answers"] == {"0": {"first": at, "right": right}}
    said = box.query_selector("[role=status]").inner_text()
    assert (
        said.startswith("✓ Right." if right else "✗ Not quite.")
        and ASKED[0]["options"][at]["feedback"] in said
    )
    assert page.query_selector(".cyberdip-quiz-score").inner_text().startswith(f"1 of {len(ASKED)} answered")
    assert log.crashes == []


def test_a_second_try_is_practice_and_the_right_answer_opens_all_feedback(lab, page, record):
    boxes = quiz(lab, page)
    boxes[1].query_selector("input").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert boxes[1].query_selector("[role=status]").inner_text().startswith(("✓", "✗")), "Enter checks, too"
    wait_for(page, record, bool)
    box = boxes[0]
    press = box.query_selector("button").click
    press()
    assert box.query_selector("[role=status]").inner_text() == "Choose an answer first."
    right = next(i for i, o in enumerate(ASKED[0]["options"]) if o.get("right"))
    wrong = next(i for i, o in enumerate(ASKED[0]["options"]) if not o.get("right"))
    for option in (wrong, right):
        box.query_selector(f"input[value='{option}']").check()
        press()
    wait_for(page, record, lambda r: "0" in r["quizzes"][CHAPTER]["answers"])
    assert record()["quizzes"][CHAPTER]["answers"]["0"] == {"first": wrong, "right": False}
    notes = [n.inner_text() for n in box.query_selector_all(".cyberdip-quiz-note") if n.is_visible()]
    assert sorted(notes) == sorted(o["feedback"] for o in ASKED[0]["options"] if not o.get("right"))
    assert f"2 of {len(ASKED)} answered" in page.query_selector(".cyberdip-quiz-score").inner_text()


def test_options_stand_in_the_readers_own_order_each_time(lab, page):
    first = [options(box) for box in quiz(lab, page, "order")]
    in_file = [[o["text"] for o in q["options"]] for q in ASKED]
    assert [sorted(o) for o in first] == [sorted(o) for o in in_file] and first != in_file
    lab.shut_down_kernels()
    assert [options(box) for box in quiz(lab, page, "order")] == first
    code = (Path(teach.__file__).parents[1] / "static" / "quiz.js").read_text(encoding="utf-8")
    places = page.evaluate(
        """async code => {
            const { order } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
            return Array.from({ length: 300 }, (_, i) => order(3, `reader ${i}|question`));
        }""",
        code,
    )
    assert all(sorted(p) == [0, 1, 2] for p in places)
    for option in range(3):  # 100 times expected in each place
        assert all(60 < sum(p[at] == option for p in places) < 140 for at in range(3))


def test_the_look_on_screen_and_paper(lab, page):
    boxes = quiz(lab, page, "look")
    boxes[0].query_selector("input").check()
    boxes[0].query_selector("button").click()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate("t => window.jupyterapp.commands.execute('apputils:change-theme', { theme: t })", theme)
        page.wait_for_timeout(1000)
        found = Axe().run(page, context={"include": [[".cyberdip-quiz"]]})
        assert found.response["violations"] == [], found.generate_report()
        lab.screenshot(page, f"quiz-{theme.split()[-1].lower()}")
    page.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })"
    )
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    page.wait_for_timeout(500)
    cut = page.eval_on_selector_all(
        ".cyberdip-quiz, .cyberdip-quiz *",
        "all => all.filter(x => x.scrollWidth > x.clientWidth + 1 && x.clientWidth).length",
    )
    assert cut == 0
    lab.screenshot(page, "quiz-phone")
    page.emulate_media(media="print")
    assert boxes[0].evaluate("x => getComputedStyle(x.querySelector('button')).display") == "none"
    assert boxes[0].evaluate("x => getComputedStyle(x).color") == "rgb(0, 0, 0)"


def test_where_nothing_runs_the_questions_are_text(lab, page):
    """A notebook that is opened again without its kernel, and the live quiz in place of the text where there is one."""
    quiz(lab, page, "still")
    assert not page.query_selector(".cdx-static").is_visible(), "live and static form side by side"
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    saved = nbformat.read(lab.folder / "notebooks" / "trial_still.ipynb", as_version=4)
    outputs = saved.cells[1].outputs
    text = outputs[0].data["text/plain"]
    assert all(q["text"] in text and all(o["text"] in text for o in q["options"]) for q in ASKED)
    assert not any(o["feedback"] in text for q in ASKED for o in q["options"])
    assert "<details>" in outputs[0].data["text/html"]
    assert not any("object at 0x" in o.data["text/plain"] for o in outputs)


@pytest.mark.parametrize("number, name", GUESSES)
def test_a_guess_is_saved_and_stands_beside_the_answer(lab, page, log, record, number, name):
    asked, said = teach.guesses(number)[name], teach.guess_answer(number, name)
    code = 'from cyberdip_utils.teach import {0}\n\n{0}("{1}", "{2}")'
    opened(lab, page, "guess", code.format("guess", number, name), code.format("your_guess", number, name))
    page.wait_for_selector(".cyberdip-guess form")
    form, answer = page.query_selector_all(".cyberdip-guess")
    assert answer.query_selector("details p").inner_text() == "", "the answer waits for the guess"
    press = form.query_selector("button").click
    press()
    assert record() == {}, "nothing given is no guess"
    if asked["kind"] == "number":
        given = (asked["low"] + asked["high"]) // 2
        form.query_selector("input").fill(str(asked["high"] + 1))
        press()
        assert record() == {} and str(asked["high"]) in form.query_selector("[role=status]").inner_text()
        form.query_selector("input").fill(str(given))
    else:
        given = asked["options"][0]
        form.query_selector("input").check()
    form.query_selector("input").focus()
    page.keyboard.press("Enter")
    wait_for(page, record, bool)
    entry = record()["guesses"][f"{number} {name}"]
    assert entry["first"] == entry["guess"] == given
    beside = " ".join(page.query_selector_all(".cyberdip-guess")[1].inner_text().split())
    assert beside.startswith("You said") and " ".join(said.text.split()) in beside
    found = Axe().run(page, context={"include": [[".cyberdip-guess"]]})
    assert found.response["violations"] == [], found.generate_report()
    assert log.crashes == []
    lab.screenshot(page, f"guess-{number}-{name}")
