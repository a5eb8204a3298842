"""Chapter header, quiz, check and references, on the chapters that exist."""

import sys

import pytest
from pybtex.database import parse_string

from cyberdip_utils import teach
from cyberdip_utils.data import catalog

reading_list = sys.modules["cyberdip_utils.teach.references"]
CHAPTERS = list(teach.chapters())


@pytest.mark.parametrize("number", CHAPTERS)
def test_header_names_every_table_with_its_age_and_licence(number):
    header = teach.chapter(number)
    for name in teach.chapters()[number].data:
        row = catalog().loc[name]
        assert f"{name}: " in header.text and row["as_of"] in header.text and row["licence"] in header.text
        assert f"<code>{name}</code>" in header.html
    assert f"about {teach.chapters()[number].minutes} minutes" in header.text


@pytest.mark.parametrize("number", CHAPTERS)
def test_quiz_has_one_right_option_and_feedback_for_each(number):
    questions = teach.questions(number)
    assert len(questions) >= 5
    for question in questions:
        assert sum(o.get("right", False) for o in question["options"]) == 1
        feedback = [o["feedback"] for o in question["options"]]
        assert len(feedback) >= 3 and len(set(feedback)) == len(feedback)


@pytest.mark.parametrize("number", [n for n in CHAPTERS if n != "0"])
def test_every_chapter_has_an_exercise_that_checks_itself(number):
    checks = teach.exercises(number)
    assert checks
    for name in checks:
        verdict = teach.check(number, name, None)
        assert not verdict.right and verdict.sentence.endswith(".")


def test_unknown_chapter_and_exercise_are_named():
    with pytest.raises(KeyError, match="no chapter '9.9'"):
        teach.chapter("9.9")
    with pytest.raises(KeyError, match="no exercise 'nothing'"):
        teach.check("3.1", "nothing", 1)


def test_check_number_right_slip_other():
    slips = {"You forgot to divide.": 50.0}
    assert teach.check_number(0.5, 0.5, 0.01, slips, "Try again.").right
    assert teach.check_number(50, 0.5, 0.01, slips, "Try again.").sentence == "You forgot to divide."
    assert teach.check_number(7, 0.5, 0.01, slips, "Try again.").sentence == "Try again."
    assert "Give one number" in teach.check_number("many", 0.5, 0.01, slips, "Try again.").sentence


def test_a_quiz_with_two_right_options_is_refused(tmp_path, monkeypatch):
    (tmp_path / "5.6.toml").write_text(
        '[[question]]\ntext = "?"\noptions = [{text="a", right=true, feedback="x"},'
        ' {text="b", right=true, feedback="y"}]\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(sys.modules["cyberdip_utils.teach.quiz"], "_QUIZZES", tmp_path)
    teach.questions.cache_clear()
    with pytest.raises(ValueError, match="exactly one right option"):
        teach.questions("5.6")
    teach.questions.cache_clear()


def test_reference_by_hand():
    entry = parse_string(
        r"""@article{x, author = {Sch{\"o}ndorf, Roy and Doe, Ann and {The Body}}, title = {A {Title}: one--two},
        journal = {Journal \& Co}, year = {2020}, volume = {3}, number = {1}, pages = {4--9}, doi = {10.1/2}}""",
        "bibtex",
    ).entries["x"]
    line, address = teach.format_reference(entry)
    assert line == "Schöndorf, Doe and The Body (2020). A Title: one–two. Journal & Co 3(1), 4–9."
    assert address == "https://doi.org/10.1/2"


@pytest.mark.parametrize("number", [n for n in CHAPTERS if n != "0"])
def test_references_are_those_the_chapter_links_to(number):
    listed = teach.references(number)
    assert listed.text.count("https://") + listed.text.count("http://") >= 3
    assert "{" not in listed.text and "\\" not in listed.text


def test_hostile_text_is_escaped():
    verdict = teach.Verdict(False, "<script>alert(1)</script>")
    assert "<script>" not in verdict._repr_html_()


def test_quick_reading_of_the_bibliography_finds_what_the_whole_has():
    whole = teach.bibliography().entries.values()
    prose = " ".join(f"({reading_list.address_of(e)})" for e in whole)
    assert reading_list.linked(prose) == [
        teach.format_reference(e) for e in whole if reading_list.address_of(e)
    ]
    assert reading_list.linked("no links") == []
