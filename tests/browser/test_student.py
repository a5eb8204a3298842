"""The whole way of a student: open a chapter, answer the quiz, get an exercise wrong and then right, save, reopen, export."""

import json
import os
from pathlib import Path

from test_chapters import CODE_CELLS, SHOW_CELL
from test_reading import save_my_copy

CHAPTER = "3_deterrence/3_1_what_actually_happens.ipynb"
RIGHT = "(incidents['unweighted_intensity'].dropna() <= 3).mean()"


def show(page, selector):
    """Scroll cell after cell into view until the selector is there."""
    for index in page.evaluate(CODE_CELLS):
        page.evaluate(SHOW_CELL, index)
        page.wait_for_timeout(150)
        if found := page.query_selector(selector):
            return found
    raise AssertionError(f"no {selector} on the page")


def exercise(page, answer):
    """Put an answer into the exercise's cell, run it, and give what the check says."""
    return page.evaluate(
        """async answer => {
            const panel = window.jupyterapp.shell.currentWidget, book = panel.content;
            const index = book.widgets.findIndex(w => w.model.sharedModel.getSource().includes('check("3.1", "low_intensity"'));
            const cell = book.widgets[index];
            const source = cell.model.sharedModel.getSource().replace(/answer = .*/, "answer = " + answer);
            cell.model.sharedModel.setSource(source);
            book.activeCellIndex = index;
            await window.jupyterapp.commands.execute("notebook:run-cell");
            return cell.model.toJSON().outputs.map(o => JSON.stringify(o.data || o.text)).join(" ");
        }""",
        answer,
    )


def test_a_student_from_first_opening_to_the_file_for_the_teacher(lab, page, log, tmp_path):
    record = Path(os.environ["CYBERDIP_WORK"]) / "record.json"
    record.unlink(missing_ok=True)
    lab.open(page, CHAPTER)
    assert lab.run_all(page) == []
    show(page, ".cyberdip-quiz-check")
    page.locator(".cyberdip-quiz fieldset input[type=radio]").first.check()
    page.locator(".cyberdip-quiz-check").first.click()
    assert "1 of" in page.query_selector(".cyberdip-quiz-score").inner_text()
    assert "Not yet" in exercise(page, "2571")
    assert "Right" in exercise(page, RIGHT)
    save_my_copy(page, "notebooks/my_work/3_1_mine.ipynb")
    page.reload()
    lab.open(page, "my_work/3_1_mine.ipynb")
    source = page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.content.widgets.map(w => w.model.sharedModel.getSource()).join('\\n')"
    )
    assert RIGHT in source, "what the student wrote is there again"
    said = json.loads(record.read_text(encoding="utf-8"))
    assert said["checks"]["3.1 low_intensity"]["right"] and said["checks"]["3.1 low_intensity"]["tries"] == 2
    assert len(said["quizzes"]["3.1"]["answers"]) == 1
    from cyberdip_utils.progress import class_report, export_record, my_progress

    assert "You have begun 1 of" in my_progress().text
    folder = tmp_path / "class"
    folder.mkdir()
    export_record(folder / "student.json")
    assert "1 record;" in class_report(folder).text
    assert log.crashes == []
