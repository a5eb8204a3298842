"""Chapter header, quiz, check and references, on the chapters that exist."""

import sys
from datetime import date
from pathlib import Path

import pytest
from docutils import nodes
from pybtex.database import parse_string

from cyberdip_utils import teach
from cyberdip_utils.data import catalog
from cyberdip_utils.teach import opening
from cyberdip_utils.teach.chapters import chapter_parts, listed, moved, read_chapter
from cyberdip_utils.teach.guess import in_words, valid
from cyberdip_utils.topics import topics

ROOT = Path(__file__).resolve().parent.parent

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
    assert "object at 0x" not in repr(header)


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


# ---------------------------------------------------------------- chapters and their folders


def test_no_chapter_is_both_moved_and_listed():
    both = set(moved()) & set(listed())
    assert both == set(), f"take {', '.join(both)} out of cyberdip_utils/chapters.toml, or finish the move"


def test_a_moved_chapter_leaves_nothing_in_the_old_places():
    left = [
        path
        for n, c in teach.chapters().items()
        if c.folder
        for path in (
            ROOT / "cyberdip_utils" / "quizzes" / f"{n}.toml",
            *(ROOT / "classroom" / kind / f"{n}.toml" for kind in ("objectives", "figures")),
            ROOT / "classroom" / "plans" / f"{n}.md",
        )
        if path.exists()
    ]
    assert left == []


GOOD = """
number = "1.9"
title = "?"
notebook = "1_sovereignty/1_9_x.ipynb"
minutes = 5
before = []
data = ["states"]
topics = []
exhibits = []
"""


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda t: t.replace("minutes = 5\n", ""), "lacks minutes"),
        (lambda t: t + 'colour = "red"\n', "nothing reads colour"),
        (lambda t: t + "[[", "is not TOML"),
    ],
)
def test_a_faulty_chapter_file_says_what_is_wrong(tmp_path, change, words):
    folder = tmp_path / "sovereignty" / "x"
    folder.mkdir(parents=True)
    (folder / "chapter.toml").write_text(GOOD, encoding="utf-8")
    assert read_chapter(folder)["question"] == []
    (folder / "chapter.toml").write_text(change(GOOD), encoding="utf-8")
    with pytest.raises(ValueError, match=f"sovereignty/x/chapter.toml {words}|chapter.toml: {words}"):
        read_chapter(folder)


@pytest.mark.parametrize("number", [n for n, c in teach.chapters().items() if c.folder])
def test_moved_chapters_are_whole(number):
    c, parts = teach.chapters()[number], chapter_parts(number)
    assert teach.notebook_path(number).is_file() and teach.plan_path(number).is_file()
    assert set(c.data) <= set(catalog().index)
    assert set(c.before) <= set(teach.chapters()) and set(c.topics) <= set(topics())
    assert parts["objective"] and parts["guess"] and len(parts["question"]) >= 5
    module = teach.chapter_module(number)
    assert c.exhibits == tuple(getattr(module, name).name for name in c.exhibits)


# ---------------------------------------------------------------- the opening


@pytest.mark.parametrize(
    "as_of, today, months",
    [
        ("2025-03-03", date(2026, 11, 30), 20),
        ("2025-03-03", date(2025, 3, 3), 0),
        ("2025-03-03", date(2025, 4, 2), 0),
        ("2025-03-03", date(2025, 4, 3), 1),
        ("2025-01-31", date(2025, 2, 28), 1),
        ("2026-08", date(2026, 11, 30), 3),
        ("2024", date(2026, 1, 1), 12),
        ("2027-01-01", date(2026, 1, 1), 0),
    ],
)
def test_age_of_data_by_hand(as_of, today, months):
    assert opening.months_old(as_of, today) == months


def test_age_of_no_date_is_refused():
    with pytest.raises(ValueError, match="'spring' is no date"):
        opening.months_old("spring", date(2026, 1, 1))


@pytest.mark.parametrize(
    "months, mark", [(12, ""), (13, "cdo-age'"), (18, "cdo-age'"), (19, "cdo-age cdo-old'")]
)
def test_old_data_have_a_mark(months, mark):
    today = date(2024 + months // 12, months % 12 + 1, 1)
    assert opening.months_old("2024-01-01", today) == months
    made = opening._age("2024-01-01", today)
    assert (mark in made and f"{months} months old" in made) if mark else made == ""


CELLS = [
    {"cell_type": "markdown", "source": "# T\n\n## Guess first"},
    {"cell_type": "markdown", "source": ["## 1. Who says *so*?\n", "\ntext"]},
    {"cell_type": "code", "source": "x.who_spoke"},
    {"cell_type": "markdown", "source": "## 2. A heading of some length\n\ntext\n\n### 2.1 deeper"},
    {"cell_type": "code", "source": "not_who_spoke"},
    {"cell_type": "markdown", "source": "## 3. Findings\n\n## Limits"},
]


def test_sections_by_hand():
    found = opening.sections(CELLS, {}, ["who_spoke"])
    assert [(s.number, s.name, s.live) for s in found] == [
        ("1", "Who says so?", True),
        ("2", "A heading of some …", False),
    ]
    named = opening.sections(CELLS, {"3": "Found"}, ["who_spoke"])
    assert [(s.heading, s.name) for s in named] == [("3. Findings", "Found")]
    with pytest.raises(ValueError, match="no section 9"):
        opening.sections(CELLS, {"9": "x"}, [])


def test_anchors_by_hand():
    heading = '5. From "who did it" to “which state”?'
    assert opening.lab_anchor(heading) == '5.-From-"who-did-it"-to-“which-state”?'
    assert opening.book_anchor(heading) == nodes.make_id(heading) == "from-who-did-it-to-which-state"


# ---------------------------------------------------------------- guesses

GUESSED = [(n, name) for n in teach.chapters() for name in teach.guesses(n)]


@pytest.mark.parametrize("number, name", GUESSED)
def test_a_guess_and_its_answer(number, name, tmp_path, monkeypatch):
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    asked, said = teach.guesses(number)[name], teach.guess_answer(number, name)
    assert said.text and asked["text"].endswith(("?", "."))
    before = teach.your_guess(number, name)
    assert repr(before).startswith("You have not guessed yet") and "<details>" in before.panel.html
    given = asked["options"][1] if asked["kind"] == "choice" else (asked["low"] + asked["high"]) / 2
    teach.guess(number, name)._heard(None, {"kind": "guess", "guess": given}, [])
    after = teach.your_guess(number, name)
    assert repr(after).startswith(f"You said {in_words(asked, given)}. {said.text}")
    assert asked["text"] in repr(teach.guess(number, name)) and said.text not in repr(
        teach.guess(number, name)
    )


@pytest.mark.parametrize("guess", [None, "many", True, float("nan"), float("inf"), -1, 101, [5]])
def test_a_guess_that_cannot_be_is_not_noted(guess):
    asked = {"kind": "number", "low": 0, "high": 100}
    assert not valid(asked, guess) and valid(asked, 100)
    assert not valid({"kind": "choice", "options": ["a", "b"]}, guess)


def test_guesses_in_words():
    assert in_words({"kind": "number", "unit": "%"}, 60) == "60%"
    assert in_words({"kind": "number", "unit": "states"}, 12.5) == "12.5 states"
    assert in_words({"kind": "number"}, 7) == "7"
    assert in_words({"kind": "choice"}, "Russia") == "“Russia”"


def test_an_unknown_guess_is_named():
    number, name = GUESSED[0]
    with pytest.raises(KeyError, match=f"no guess 'nothing'; it has {name}"):
        teach.guess(number, "nothing")


# ---------------------------------------------------------------- the quiz as text


@pytest.mark.parametrize("number", CHAPTERS)
def test_the_quiz_has_a_text_form(number):
    made = teach.quiz(number)
    asked = teach.questions(number)
    assert all(q["text"] in repr(made) and all(o["text"] in repr(made) for o in q["options"]) for q in asked)
    assert not [o["feedback"] for q in asked for o in q["options"] if o["feedback"] in repr(made)]
    assert made.panel.html.count("<details>") == len(asked)
    assert "object at 0x" not in made.bundle()["text/plain"]


@pytest.mark.parametrize("number", [n for n, c in teach.chapters().items() if c.folder])
def test_a_moved_quiz_does_not_give_itself_away(number):
    """The right option is strictly the longest in a third of the questions at most, and stands in different places."""
    asked = teach.questions(number)
    longest, places = 0, set()
    for q in asked:
        lengths = [len(o["text"]) for o in q["options"]]
        at = next(i for i, o in enumerate(q["options"]) if o.get("right"))
        places.add(at)
        longest += lengths[at] > max(n for i, n in enumerate(lengths) if i != at)
    assert longest <= len(asked) / 3, f"the right option is the longest in {longest} of {len(asked)}"
    assert len(places) > 1
