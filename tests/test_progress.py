"""The reader's record: what quizzes and checks leave in it, the progress page, and the tally of a class."""

import json
import re

import pytest

from cyberdip_utils import progress, teach
from cyberdip_utils.readers_record import change_record, empty, read_class, read_record, record_path
from cyberdip_utils.teach.guess import in_words, remember_guess
from cyberdip_utils.teach.quiz import remember_answer


@pytest.fixture(autouse=True)
def work(monkeypatch, tmp_path):
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    return tmp_path


def right_answer(number, exercise):
    """A number that the exercise calls right, found as a reader would not: by asking the check itself."""
    from cyberdip_utils.data import load

    assert (number, exercise) == ("3.1", "low_intensity")
    return float((load("incidents")["unweighted_intensity"].dropna() <= 3).mean())


def test_a_check_is_remembered_until_it_is_right():
    assert not teach.check("3.1", "low_intensity", 7).right
    assert not teach.check("3.1", "low_intensity", "many").right
    assert teach.check("3.1", "low_intensity", right_answer("3.1", "low_intensity")).right
    entry = read_record()["checks"]["3.1 low_intensity"]
    assert (entry["tries"], entry["right"]) == (3, True)
    teach.check("3.1", "low_intensity", 7)
    assert read_record()["checks"]["3.1 low_intensity"] == entry, "what was solved stays solved"


def test_an_answer_not_given_leaves_no_trace():
    teach.check("3.1", "low_intensity", None)
    teach.check("3.1", "low_intensity", ...)
    assert not record_path().exists()


def test_an_exercise_goes_on_when_the_record_cannot_be_written(work):
    record_path().write_text("something else", encoding="utf-8")
    assert not teach.check("3.1", "low_intensity", 7).right
    assert record_path().read_text(encoding="utf-8") == "something else"


def test_the_first_answer_to_a_question_counts():
    quiz = teach.quiz("3.1")
    right = [next(i for i, o in enumerate(q["options"]) if o.get("right")) for q in teach.questions("3.1")]
    quiz._heard(None, {"kind": "answer", "question": 0, "option": right[0]}, [])
    wrong = (right[1] + 1) % len(teach.questions("3.1")[1]["options"])
    for option in (wrong, right[1]):
        quiz._heard(None, {"kind": "answer", "question": 1, "option": option}, [])
    entry = read_record()["quizzes"]["3.1"]
    assert entry["answers"] == {
        "0": {"first": right[0], "right": True},
        "1": {"first": wrong, "right": False},
    }
    assert entry["of"] == len(right)


@pytest.mark.parametrize(
    "question, option", [(99, 0), (-1, 0), (0, 99), ("0", 0), (None, None), (0, True and "x")]
)
def test_a_hostile_answer_is_dropped(question, option):
    remember_answer("3.1", question, option)
    assert not record_path().exists()


def test_progress_by_hand():
    remember_answer(
        "3.1", 0, next(i for i, o in enumerate(teach.questions("3.1")[0]["options"]) if o.get("right"))
    )
    teach.check("3.1", "low_intensity", 7)
    table = progress.by_chapter(read_record())
    row = table.loc["3.1"]
    assert (row["answered"], row["right"], row["tried"], row["solved"]) == (1, 1, 1, 0)
    assert row["questions"] == len(teach.questions("3.1")) and row["exercises"] >= 1
    assert list(table.index) == list(teach.chapters())
    assert "You have begun 1 of" in progress.my_progress().text
    assert len(progress.picture(table).data) == 2


def test_games_are_counted_by_what_they_are(work):
    from cyberdip_utils.deterrence import crisis, crisis_files

    assert "; 0 games saved" in progress.my_progress().text
    change_record("checks", "3.1 low_intensity", lambda old: {"right": True})
    (work / "crisis_plan.json").write_text('{"format": "of my own"}', encoding="utf-8")
    (work / "torn-crisis.json").write_text("{", encoding="utf-8")
    world = next(iter(crisis.WORLDS))
    for name in ("red", "blue"):
        crisis_files.save(crisis.play("blackout", 1, world, []), name)
    assert "; 2 games saved" in progress.my_progress().text


def test_export_and_erase(work, tmp_path):
    with pytest.raises(FileNotFoundError, match="no record yet"):
        progress.export_record(tmp_path / "mine.json")
    assert progress.erase_record() == "There is no record to erase."
    teach.check("3.1", "low_intensity", 7)
    target = progress.export_record(tmp_path / "mine.json")
    assert read_record(target) == read_record()
    with pytest.raises(FileExistsError, match="is there already"):
        progress.export_record(tmp_path / "mine.json")
    assert "sure=True" in progress.erase_record() and record_path().exists()
    assert progress.erase_record(sure=True) == "Your record is erased." and not record_path().exists()


def test_a_class_by_hand(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for name, (right, tries) in {"a": (True, 1), "b": (False, 2), "c": (False, 3)}.items():
        record = empty()
        record["checks"]["3.1 low_intensity"] = {"tries": tries, "right": right}
        record["quizzes"]["3.1"] = {"answers": {"0": {"first": 0, "right": right}}, "of": 5}
        (folder / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / "d.json").write_text("{}", encoding="utf-8")
    panel = progress.class_report(folder)
    assert "3 records" in panel.text and "d.json is not a record" in panel.text
    by, items = progress.class_tables(read_class(folder)[0])
    assert (
        by.loc["3.1", "readers"] == 3 and by.loc["3.1", "solved"] == 1 and by.loc["3.1", "median right"] == 0
    )
    exercise = items[items["item"] == "exercise low_intensity"].iloc[0]
    assert (exercise["tried"], exercise["right"]) == (3, 1) and exercise["low"] < 1 / 3 < exercise["high"]


def test_no_folder_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        progress.class_report(tmp_path / "none")


def test_hostile_names_in_a_class_are_escaped(tmp_path):
    (tmp_path / "<img src=x onerror=alert(1)>.json").write_text("[]", encoding="utf-8")
    html = progress.class_report(tmp_path)._repr_html_()
    assert "<img" not in html and "&lt;img" in html


def test_an_entry_of_another_form_does_not_break_the_page():
    change_record("quizzes", "3.1", lambda _: {"answers": "all right"})
    assert progress.by_chapter(read_record()).loc["3.1", "answered"] == 0


def test_a_copy_of_a_chapter_is_the_students_own(work):
    import nbformat

    path = teach.my_copy("3.1")
    assert path == work / "3_1_what_actually_happens.ipynb"
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    links = [
        x
        for c in book.cells
        if c.cell_type == "markdown"
        for x in re.findall(r"\]\(((?!https?:)[^)\s]+\.ipynb)\)", c.source)
    ]
    assert links and all((work / x).resolve().is_file() for x in links)
    path.write_text("mine", encoding="utf-8")
    assert teach.my_copy("3.1").read_text(encoding="utf-8") == "mine", "an update never touches it"
    with pytest.raises(KeyError, match="no chapter"):
        teach.my_copy("9.9")


# ---------------------------------------------------------------- guesses

NUMBER, NAME = next((n, name) for n in teach.chapters() for name in teach.guesses(n))


def given(share):
    """A guess that the question allows: so far along its scale, or that option."""
    asked = teach.guesses(NUMBER)[NAME]
    if asked["kind"] == "choice":
        return asked["options"][round(share * (len(asked["options"]) - 1))]
    return asked["low"] + share * (asked["high"] - asked["low"])


def test_the_latest_guess_is_told_and_the_first_is_remembered():
    for guess in (given(0.25), given(0.75)):
        remember_guess(NUMBER, NAME, guess)
    entry = read_record()["guesses"][f"{NUMBER} {NAME}"]
    assert (entry["first"], entry["guess"]) == (given(0.25), given(0.75))
    assert progress.by_chapter(read_record()).loc[NUMBER, "guessed"] == 1
    assert "1 of" in progress.my_progress().text.split("guesses made")[0].rsplit(";", 1)[1]


def test_a_record_from_before_guesses_is_read_and_written(work):
    old = empty() | {"checks": {"3.1 low_intensity": {"tries": 1, "right": True}}}
    del old["guesses"]
    record_path().write_text(json.dumps(old), encoding="utf-8")
    assert read_record()["guesses"] == {}
    assert progress.by_chapter(read_record())["guessed"].sum() == 0
    remember_guess(NUMBER, NAME, given(0.5))
    assert read_record()["checks"] == old["checks"] and len(read_record()["guesses"]) == 1


def test_guesses_leave_with_an_export_and_go_with_an_erasure(tmp_path):
    remember_guess(NUMBER, NAME, given(0.5))
    out = progress.export_record(tmp_path / "mine.json")
    assert len(read_record(out)["guesses"]) == 1
    progress.erase_record(sure=True)
    assert read_record()["guesses"] == {}


@pytest.mark.parametrize("damage", ["many", {"guess": "many"}, {"guess": None, "first": []}])
def test_a_damaged_guess_is_no_guess(damage):
    record = empty() | {
        "guesses": {f"{NUMBER} {NAME}": damage if isinstance(damage, dict) else {"guess": damage}}
    }
    record_path().write_text(json.dumps(record), encoding="utf-8")
    assert repr(teach.your_guess(NUMBER, NAME)).startswith("You have not guessed yet")


def test_what_a_class_guessed_stands_beside_the_answer(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for name, share in {"a": 0.25, "b": 0.25, "c": 1.0}.items():
        record = empty()
        record["guesses"][f"{NUMBER} {NAME}"] = {"first": given(share), "guess": given(1.0)}
        (folder / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    (folder / "d.json").write_text(json.dumps(empty()), encoding="utf-8")
    table = progress.class_guesses(read_class(folder)[0])
    asked = teach.guesses(NUMBER)[NAME]
    assert table[["chapter", "readers", "first guess"]].values.tolist() == [
        [NUMBER, 3, in_words(asked, given(0.25))]
    ]
    assert table["answer"].tolist() == [teach.guess_answer(NUMBER, NAME).text]
    report = progress.class_report(folder)
    assert "Guessed before the evidence" in report.text and "Guessed before the evidence" in report.html
