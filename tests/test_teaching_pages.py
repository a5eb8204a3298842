"""The pages for teachers name chapters, exhibits and exercises that are there, and their times and shares add up."""

import re
from pathlib import Path

import nbformat
import pytest

from cyberdip_utils import exhibit as new
from cyberdip_utils import teach
from cyberdip_utils.data import load
from cyberdip_utils.first_edition.exhibit import all_exhibits

ROOT = Path(__file__).resolve().parent.parent
CLASSROOM = ROOT / "classroom"


def page(name):
    return (CLASSROOM / name).read_text(encoding="utf-8")


def rows(text, first):
    """Cells of the rows of a table whose first cell matches."""
    cells = [[c.strip() for c in line.strip().strip("|").split("|")] for line in text.splitlines()]
    return [row for row in cells if re.fullmatch(first, row[0])]


def known():
    """Every exhibit, of either form, by name."""
    return all_exhibits() | new.all_exhibits()


def titles():
    return {e.title for e in known().values()}


def exercises(number):
    """Numbers of the exercises in a chapter's notebook."""
    book = nbformat.read(teach.notebook_path(number), as_version=4)
    text = "\n\n".join(c.source for c in book.cells if c.cell_type == "markdown")
    text = re.split(r"(?mi)^## .*exercises\n", text)[1]
    text = re.split(r"(?m)^## ", re.sub(r"(?s)<details>.*?</details>", "", text))[0]
    return set(map(int, re.findall(r"(?m)^(\d+)\. ", text)))


# ---------------------------------------------------------------- the course of twelve weeks


def weeks():
    return rows(page("syllabus.md"), r"\d+")


def chapters_of(row):
    return re.findall(r"\b\d(?:\.\d)?\b", row[2])


def test_course_has_twelve_weeks_and_no_chapter_twice():
    assert [row[0] for row in weeks()] == [str(i) for i in range(1, 13)]
    named = [n for row in weeks() for n in chapters_of(row)]
    assert len(named) == len(set(named)) and set(named) <= set(teach.chapters())


def test_course_keeps_to_what_is_to_be_read_first():
    week = {n: int(row[0]) for row in weeks() for n in chapters_of(row)}
    late = [(n, b) for n in week for b in teach.chapters()[n].before if b in week and week[b] > week[n]]
    assert late == []


@pytest.mark.parametrize("row", weeks(), ids=lambda row: row[0])
def test_each_week_projects_an_exhibit_and_sets_an_exercise_that_are_there(row):
    shown = re.findall(r"\*([^*]+)\*", row[3])
    debates = re.findall(r"\b5\.\d\b", row[3])
    assert len(shown) + len(debates) == 1
    assert set(shown) <= titles() and set(debates) <= set(chapters_of(row))
    number, exercise = re.fullmatch(r"(\d(?:\.\d)?), no\. (\d+)", row[4]).groups()
    assert number in chapters_of(row) and int(exercise) in exercises(number)
    assert row[5]


def test_projected_exhibits_are_of_the_weeks_chapters():
    for row in weeks():
        for title in re.findall(r"\*([^*]+)\*", row[3]):
            name = next(n for n, e in known().items() if e.title == title)
            if any(name in teach.chapters()[n].exhibits for n in chapters_of(row)):
                continue
            sources = {
                teach.notebook_path(n).read_text(encoding="utf-8").count(f".{variable}")
                for n in chapters_of(row)
                for variable in variables(n, name)
            }
            assert sources - {0}, f"week {row[0]}: {title} is not in {chapters_of(row)}"


def variables(number, name):
    """Names under which a chapter's module holds an exhibit."""
    import importlib

    modules = {teach.chapters()[number].module}
    text = teach.notebook_path(number).read_text(encoding="utf-8")
    for theme, parts in re.findall(r"from cyberdip_utils\.(\w+) import ([\w, ]+)", text):
        modules |= {f"cyberdip_utils.{theme}.{part.split(' as ')[0].strip()}" for part in parts.split(",")}
    found = []
    for module in modules:
        try:
            made = importlib.import_module(module)
        except ModuleNotFoundError:
            continue
        found += [k for k, v in vars(made).items() if getattr(v, "name", None) == name]
    return found


def test_shares_of_the_marks_make_a_whole():
    shares = [int(s) for s in re.findall(r"\| (\d+)% \|", page("syllabus.md"))]
    assert len(shares) == 4 and sum(shares) == 100


# ---------------------------------------------------------------- the day, and the rubrics


def minutes(clock):
    hours, rest = clock.split(":")
    return 60 * int(hours) + int(rest)


def test_the_day_has_no_gap_and_no_overlap():
    times = [re.findall(r"\d\d:\d\d", row[0]) for row in rows(page("workshop.md"), r"\d\d:\d\d–\d\d:\d\d")]
    assert times[0][0] == "09:00" and times[-1][1] == "17:00"
    assert [start for start, _ in times[1:]] == [end for _, end in times[:-1]]
    assert all(minutes(start) < minutes(end) for start, end in times)


def test_the_debriefing_fills_its_time_and_is_as_long_as_the_play():
    text = page("workshop.md")
    length = {
        name: minutes(b) - minutes(a)
        for a, b, name in re.findall(r"\| (\d\d:\d\d)–(\d\d:\d\d) \| \*\*([^*]+?)\.?\*\*", text)
    }
    steps = [int(n) for n in re.findall(r"\((\d+) minutes\)", text)]
    assert sum(steps) == length["Debriefing"] == length["Crisis game: play"]


def test_exhibits_named_on_the_pages_are_there():
    asked_by_the_trainer = {
        "What did you believe in round 1?",
        "Who did it?",
    }  # the second is a part of the game's page
    for name in ("workshop.md", "rubrics.md", "citing.md", "README.md"):
        said = set(re.findall(r"(?<!\*)\*([A-Z][^*\n]+\?)\*(?!\*)", page(name))) - asked_by_the_trainer
        assert {t for t in said if not t.startswith("Which choice")} <= titles(), name


@pytest.mark.parametrize("part", re.findall(r"(?m)^## (.+)$", page("rubrics.md")))
def test_rubrics_have_four_levels_for_each_criterion(part):
    body = page("rubrics.md").split(f"## {part}\n")[1].split("\n## ")[0]
    table = [line for line in body.splitlines() if line.startswith("| ")]
    assert table[0] == "| Criterion | 4 | 3 | 2 | 1 |" and len(table) >= 6
    for line in table[1:]:
        cells = [c.strip() for c in line.strip("|").split("|")]
        assert len(cells) == 5 and all(cells) and len(set(cells)) == 5


# ---------------------------------------------------------------- citing


def test_citations_name_this_version_and_a_finding_that_stands():
    text, cff = page("citing.md"), (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    version = re.search(r"(?m)^version: (\S+)$", cff)[1]
    year = re.search(r"(?m)^date-released: (\d{4})", cff)[1]
    assert set(re.findall(r"[Vv]ersion (\d+\.\d+\.\d+)", text)) == {version}
    assert set(re.findall(r"\*Cyber Diplomacy\s+(?:> )?Handbook\* \((\d{4})\)", text)) == {year}
    assert re.search(r"(?m)^authors:\n  - name: \"(.+)\"$", cff)[1] in text
    quoted, number = re.search(r"\"([^\"\n]+?)(?: …)?\", finding in chapter (\d\.\d)", text).groups()
    assert quoted in teach.notebook_path(number).read_text(encoding="utf-8")
    assert f'"{teach.chapters()["2.3"].title}", chapter 2.3' in text


def test_code_on_the_pages_runs(capsys):
    for block in re.findall(r"```python\n(.*?)```", page("citing.md"), re.S):
        exec(block, {})
    said = capsys.readouterr().out
    assert "Selection: Compare by: Named state; Response: Sanctions, retorsion" in said
    assert said.count("@") >= 1 and len(load("incidents"))


def test_code_of_the_teachers_page_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    from cyberdip_utils.readers_record import change_record

    change_record("checks", "3.1 low_intensity", lambda old: {"right": True})
    (block,) = re.findall(r"```python\n(.*?)```", page("README.md"), re.S)
    exec(block, {})
    assert (tmp_path / "amina.json").is_file() and (tmp_path / "record.json").is_file()


def test_commands_of_the_teachers_page_are_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"(?m)^make (\w+)", page("README.md"))) | {"lab", "book"}:
        assert re.search(rf"(?m)^{target}:", makefile)


def test_every_chapter_has_a_plan_and_objectives():
    assert all(teach.plan_path(n).is_file() and teach.objectives(n) for n in teach.chapters())
