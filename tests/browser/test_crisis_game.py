"""The crisis game in a real JupyterLab: a whole game by keyboard alone, saved, debriefed, and accessible throughout."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe

NOTEBOOK = "3_deterrence/3_5_you_are_the_adviser.ipynb"
COUNT = "count => Number(document.querySelector('.cg')?.dataset.count) > count"
SHOW = """() => {
    const book = window.jupyterapp.shell.currentWidget.content;
    const index = book.widgets.findIndex(cell => cell.model.sharedModel.getSource().includes("adviser.game()"));
    book.activeCellIndex = index;
    book.scrollToItem(index, "start");
    return book.model.cells.length;
}"""
KERNEL = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    await kernel.requestExecute({ code }).done;
}"""
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.cells.length"


def open_game(lab, page):
    """The chapter, run; games are saved below the test's own folder and not among the reader's."""
    lab.open(page, NOTEBOOK)
    code = f"import os; os.environ['CYBERDIP_WORK'] = {str(lab.folder / 'my_work')!r}"
    page.evaluate(KERNEL, code)
    assert lab.run_all(page) == []
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    cells = page.evaluate(SHOW)
    page.wait_for_selector(".cg .cg-now")
    return cells


def count(page):
    return page.eval_on_selector(".cg", "e => Number(e.dataset.count)")


def answered(page, before):
    page.wait_for_function(COUNT, arg=before, timeout=20_000)
    page.wait_for_timeout(150)


def faults(page):
    result = Axe().run(page, context=".cg")
    return [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in result.response["violations"]]


def status(page):
    return page.inner_text(".cg .cg-status")


def tab_to(page, selector, most=80):
    """Press Tab until an element that fits has the focus, as a reader without a mouse does."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_whole_game_by_keyboard(lab, page, log):
    cells = open_game(lab, page)
    assert faults(page) == []
    page.eval_on_selector(".cg .cg-setup summary", "e => e.focus()")
    for round_ in range(1, 5):
        assert page.inner_text(".cg .cg-now").startswith(f"Round {round_} of 4")
        assert page.is_disabled(".cg .cg-decide")
        assert len(page.query_selector_all(".cg .cg-bars li")) == 3
        before = count(page)
        tab_to(page, "input[type=radio][name$='-option']")
        page.keyboard.press("Space")
        if round_ == 2:  # a joint attribution: two more groups of choices
            while page.evaluate("() => document.activeElement.value") != "joint":
                page.keyboard.press("ArrowDown")
            assert page.is_disabled(".cg .cg-decide")
            tab_to(page, "input[type=radio][name$='-target']")
            page.keyboard.press("Space")
            tab_to(page, "input[type=radio][name$='-reveal']")
            page.keyboard.press("Space")
            page.keyboard.press("ArrowDown")
            assert faults(page) == []
        else:
            page.keyboard.press("ArrowDown")
        tab_to(page, ".cg-decide")
        page.keyboard.press("Enter")
        answered(page, before)
        assert status(page).startswith(f"Round {round_} is played.")
        assert page.evaluate("() => document.activeElement.className") == "cg-now"
        if round_ == 1:
            lab.screenshot(page, "crisis-round-2")
            tab_to(page, ".cg-draws summary")
            page.keyboard.press("Enter")
            opened = page.inner_text(".cg .cg-draws")
            assert "This game's value" in opened and "Tables: dcid_actions" in opened
    assert page.inner_text(".cg .cg-now") == "Debrief"
    assert "It was " in page.inner_text(".cg")
    # the road not taken
    before = count(page)
    tab_to(page, ".cg-whatif button")
    page.keyboard.press("Enter")
    answered(page, before)
    assert page.evaluate("() => document.activeElement.tagName") == "H4"
    assert len(page.query_selector_all(".cg-whatif tbody tr")) == 5
    assert faults(page) == []
    lab.screenshot(page, "crisis-debrief")
    assert page.evaluate(CELLS) == cells, "a key went to the notebook"
    assert log.console == [] and log.crashes == []


def test_save_load_and_start_again(lab, page, log, tmp_path):
    cells = open_game(lab, page)
    before = count(page)
    page.check("input[type=radio][value=patch]")
    page.click(".cg-decide")
    answered(page, before)
    page.click(".cg-store summary")
    before = count(page)
    page.focus(".cg-store input[type=text]")
    page.keyboard.type("dd Team <b>a</b>")  # "dd" deletes a cell where keys are not kept
    assert page.evaluate(CELLS) == cells
    page.click(".cg-store button:has-text('Save')")
    answered(page, before)
    assert status(page) == "Saved as my_work/dd-team-b-a-b-blackout-2.json."
    with page.expect_download() as waiting:
        page.click(".cg-store button:has-text('Download')")
    body = json.loads(waiting.value.path().read_text(encoding="utf-8"))
    assert body["decisions"] == [["patch", "", ""]] and body["name"] == "dd Team <b>a</b>"
    # another game, then the saved one again
    before = count(page)
    page.click(".cg-setup summary")
    page.select_option(".cg-setup select >> nth=0", "update")
    page.fill(".cg-setup input[type=number]", "77")
    page.select_option(".cg-setup select >> nth=1", "deterred")
    page.click(".cg-setup button")
    answered(page, before)
    assert page.inner_text(".cg .cg-now").startswith("Round 1 of 5")
    before = count(page)
    page.select_option(".cg-store select", "dd-team-b-a-b-blackout-2.json")
    page.click(".cg-store button:text-is('Load')")
    answered(page, before)
    assert page.inner_text(".cg .cg-now").startswith("Round 2 of 4")
    assert page.input_value(".cg-store input[type=text]") == "dd Team <b>a</b>"
    # a foreign file is refused, and the game stays
    foreign = tmp_path / "holiday.json"
    foreign.write_text('{"<img src=x onerror=alert(1)>": 1}', encoding="utf-8")
    before = count(page)
    page.set_input_files(".cg-store input[type=file]", foreign)
    answered(page, before)
    assert status(page).startswith("Not done. This is not a saved game")
    assert page.inner_text(".cg .cg-now").startswith("Round 2 of 4")
    assert log.console == [] and log.crashes == []


@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_sticks_out(lab, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_game(lab, page)
    page.check("input[type=radio][value=public]")
    wide = page.evaluate("""() => {
        const box = document.querySelector(".cg").getBoundingClientRect();
        return [...document.querySelectorAll(".cg *")].filter(e => e.getBoundingClientRect().right > box.right + 1)
            .map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40));
    }""")
    assert wide == []
    lab.screenshot(page, f"crisis-{width}")
