"""What a teacher gets: a plan and objectives for every chapter, and editions and a package that hold what they should."""

import importlib.util
import json
import re
import zipfile
from pathlib import Path

import nbformat
import pytest
from test_notebook_style import LINK, address, bibliography, exhibits, prose

from cyberdip_utils import teach

ROOT = Path(__file__).resolve().parent.parent
PLANS = ROOT / "classroom" / "plans"
OBJECTIVES = ROOT / "classroom" / "objectives"

PLANNED = list(teach.chapters())
HEADINGS = [
    "In one sentence",
    "30 minutes",
    "60 minutes",
    "90 minutes",
    "Common misreadings",
    "Discussion",
    "Assignment",
    "Reading",
    "Answer key",
]
WORDS = range(450, 801)

every_plan = pytest.mark.parametrize("number", PLANNED)


@pytest.fixture(scope="module")
def build():
    """classroom/build.py; it is loaded by its path because data/build.py has the same name."""
    spec = importlib.util.spec_from_file_location("classroom_build", ROOT / "classroom" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plan(number):
    return teach.plan_path(number).read_text(encoding="utf-8")


def sections(text):
    """Heading -> text of a plan."""
    parts = re.split(r"(?m)^## (.+)$", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def book(number):
    return nbformat.read(teach.notebook_path(number), as_version=4)


def aims(number):
    """The bold verbs of a notebook's list of aims, in its order."""
    cell = next(c.source for c in book(number).cells if "ou will be able to" in c.source)
    return re.findall(r"(?m)^(?:-|\d+\.) \*\*(.+?)\*\*", cell)


def exercise_text(number):
    """The exercises of a notebook: from their heading to the next one of the same rank."""
    text = prose(teach.notebook_path(number))
    return re.split(r"(?m)^## ", re.split(r"(?mi)^## .*exercises\n", text)[1])[0]


def exercise_steps(number):
    """Numbers of exercises and texts of folded answers, in their order on the page."""
    steps = []
    for part in re.split(r"(<details>.*?</details>)", exercise_text(number), flags=re.S):
        steps += [part] if part.startswith("<details>") else map(int, re.findall(r"(?m)^(\d+)\. ", part))
    return steps


def exercises(number):
    return [step for step in exercise_steps(number) if isinstance(step, int)]


# ---------------------------------------------------------------- plans and objectives


def test_plans_and_objectives_are_those_of_the_chapters():
    beside = {n for n, c in teach.chapters().items() if c.folder is None}
    assert {f.stem for f in PLANS.glob("*.md")} == beside
    assert {f.stem for f in OBJECTIVES.glob("*.toml")} == beside
    assert all(teach.plan_path(n).is_file() for n in teach.chapters())


@every_plan
def test_plan_has_its_headings_and_fits_a_page(number):
    text = plan(number)
    assert text.startswith(f"# Lesson plan {number}: {teach.chapters()[number].title}\n")
    assert re.findall(r"(?m)^#+ .*$", text)[1:] == [f"## {h}" for h in HEADINGS]
    assert len(text.split()) in WORDS, f"{len(text.split())} words"
    assert all(body.strip() for body in sections(text).values())


@every_plan
@pytest.mark.parametrize("minutes", [30, 60, 90])
def test_times_follow_on_and_add_up(number, minutes):
    steps = re.findall(r"(?m)^[|\s*-]*(\d+)–(\d+)\b", sections(plan(number))[f"{minutes} minutes"])
    ends = [int(end) for _, end in steps]
    assert [int(start) for start, _ in steps] == [0, *ends[:-1]] and ends[-1] == minutes
    assert ends == sorted(set(ends)) and len(steps) >= 3


@every_plan
def test_every_timing_asks_a_question(number):
    parts = sections(plan(number))
    for heading in HEADINGS[1:4]:
        assert "?" in parts[heading], f"{heading}: what is asked before the exhibit answers?"


@every_plan
def test_objectives_are_the_aims_of_the_notebook(number):
    found = aims(number)
    assert len(found) >= 3
    assert [o["verb"] for o in teach.objectives(number)] == found


@every_plan
def test_objectives_exercises_and_quiz_cover_each_other(number):
    listed = teach.objectives(number)
    for o in listed:
        assert set(o) == {"verb", "exercises", "quiz"}
        assert o["exercises"] and o["quiz"], f"{o['verb']} is not practised or not tested"
        for key in ("exercises", "quiz"):
            assert o[key] == sorted(set(o[key]))
    questions = range(1, len(teach.questions(number)) + 1)
    assert {x for o in listed for x in o["exercises"]} == set(exercises(number))
    assert {x for o in listed for x in o["quiz"]} == set(questions)


@every_plan
def test_exercises_are_numbered_and_each_has_a_folded_answer(number):
    found = exercises(number)
    assert found == list(range(1, len(found) + 1))
    waiting = []
    for step in exercise_steps(number):
        if isinstance(step, int):
            waiting.append(step)
            continue
        answered = list(map(int, re.findall(r"(?m)^(\d+)\. ", step)))
        assert waiting, "an answer without an exercise"
        assert (answered or waiting[:1]) == waiting, f"exercises {waiting}, answers {answered}"
        waiting = []
    assert not waiting, f"no answer to {waiting}"


@every_plan
def test_answer_key_answers_every_exercise(number):
    key = sections(plan(number))["Answer key"]
    assert list(map(int, re.findall(r"(?m)^(\d+)\. ", key))) == exercises(number)


@every_plan
def test_code_of_the_answer_key_is_right(number, monkeypatch):
    """The code runs after the cells that the exercise stands on, and every check in it says right."""
    asked = {found for c in book(number).cells for found in re.findall(r'check\("[\d.]+", "(\w+)"', c.source)}
    verdicts, given = {}, []

    def noted(chapter, exercise, answer):
        verdicts[exercise] = verdict = teach.check(chapter, exercise, answer)
        given.append(answer)
        assert chapter == number
        return verdict

    before = [
        c.source
        for c in book(number).cells
        if c.cell_type == "code" and re.search(r"(?m)^(from|import) |^check\(", c.source)
    ]
    names = {}
    for source in before:
        exec(source, names)  # the setup cell, and what an exercise's own cell loads
    names["check"] = noted
    key = sections(plan(number))["Answer key"]
    for found in re.finditer(r"```python\n(.*?)```", key, re.S):
        exec(found[1], names)
        item = re.split(r"(?m)^(?=\d+\. )", key[: found.start()])[-1]
        if said := re.match(r"\d+\. (?:About )?(\d[\d,]*(?:\.\d+)?)", item):
            places = len(said[1].partition(".")[2])
            assert round(float(given[-1]), places) == float(said[1].replace(",", "")), (
                f"the key says {said[1]}"
            )
    assert set(verdicts) == asked
    assert all(v.right for v in verdicts.values()), verdicts


@every_plan
def test_links_of_a_plan_are_those_of_its_chapter(number):
    text, known = plan(number), bibliography()
    there = {address(url) for _, url in LINK.findall(prose(teach.notebook_path(number)))}
    found = {address(url) for _, url in LINK.findall(text)}
    assert found & {address(url) for _, url in LINK.findall(sections(text)["Reading"])}, "nothing to read"
    assert found <= there, "not cited in the chapter"
    assert found <= set(known), "not in references.bib"
    rest = re.sub(LINK, "", text)
    assert not re.search(r"https?://|\]\(", rest), "a bare address, or a link that breaks when the plan moves"


@every_plan
def test_names_in_italics_are_on_the_page(number):
    """Exhibits, controls and options stand in italics; each is one of the chapter's, or words of its text."""
    names = set()
    for exhibit in exhibits(teach.notebook_path(number)):
        names.add(exhibit.title)
        for control in exhibit.controls.values():
            names.add(control.label)
            names |= {str(label) for label, _ in control.pairs} if hasattr(control, "pairs") else set()
            names |= set(getattr(control, "examples", ()))
    names = {name.strip().lower() for name in names}
    text = re.sub(r"\s+", " ", prose(teach.notebook_path(number)).replace("*", "")).lower()
    words = re.sub(r"```.*?```|`[^`]*`|\*\*.*?\*\*", "", plan(number), flags=re.S)
    said = re.findall(r"(?<![*\w])\*([^*\s](?:[^*\n]*[^*\s])?)\*(?![*\w])", words)
    assert said, "a plan names what to project"
    missing = []
    for name in said:
        parts = [name] if name.lower() in names else name.split(": ", 1)
        missing += [
            part
            for part in parts
            if part.strip(" .,").lower() not in names and not re.search(rf"\b{re.escape(part.lower())}", text)
        ]
    assert not missing


# ---------------------------------------------------------------- editions


def answers(number):
    """Sentences that only folded answers hold, long enough not to stand elsewhere by accident."""
    text = prose(teach.notebook_path(number))
    open_text = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
    folded = "\n".join(re.findall(r"<details>.*?</summary>(.*?)</details>", text, re.S))
    lines = [line.strip() for line in folded.splitlines()]
    return [line for line in lines if len(line) >= 30 and line not in open_text]


def relative_links(text):
    """Targets in Markdown that are files, and code is no Markdown."""
    return re.findall(
        r"\]\((?!https?:|#|mailto:)([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)
    )


def markdown(made):
    return "\n\n".join(c.source for c in made.cells if c.cell_type == "markdown")


@pytest.mark.parametrize("number", teach.chapters())
def test_student_edition_holds_no_answers(build, number):
    c = teach.chapters()[number]
    source = book(number)
    text = markdown(build.student(source, c.notebook))
    assert len(answers(number)) >= 2
    assert "details" not in text and "summary>" not in text
    assert [line for line in answers(number) if line in text] == []
    assert text.count("*Your answer:*") >= 1
    assert all(f"\n{n}. " in f"\n{text}" for n in exercises(number)), "an exercise is lost with its answer"
    assert source == book(number), "the chapter itself is changed"


@pytest.mark.parametrize("number", teach.chapters())
def test_teacher_edition_holds_plan_and_open_answers(build, number):
    c = teach.chapters()[number]
    made = build.teacher(book(number), c.notebook, build.demoted("# Lesson plan\n\n## 30 minutes"))
    text = markdown(made)
    assert made.cells[0].source.startswith("# "), "the title stays first"
    assert made.cells[1].source.startswith("## Lesson plan\n\n### 30 minutes")
    assert "<details>" not in text and text.count("<details open>") == prose(
        teach.notebook_path(number)
    ).count("<details>")
    assert [line for line in answers(number) if line not in text and "](" not in line] == []


@pytest.mark.parametrize("number", teach.chapters())
@pytest.mark.parametrize("edition", ["student", "teacher"])
def test_editions_are_sound_notebooks_whose_links_lead_somewhere(build, number, edition):
    c = teach.chapters()[number]
    made = (
        build.student(book(number), c.notebook)
        if edition == "student"
        else build.teacher(book(number), c.notebook, "## Plan")
    )
    nbformat.validate(made)
    again = nbformat.reads(json.dumps(made), as_version=4)
    assert [x.id for x in again.cells] == [x.id for x in made.cells]
    assert len({x.id for x in made.cells}) == len(made.cells)
    code = [x.source for x in book(number).cells if x.cell_type == "code"]
    assert [x.source for x in made.cells if x.cell_type == "code"] == code
    if edition == "student":
        assert not any(x.outputs or x.execution_count for x in made.cells if x.cell_type == "code")
    folder = build.out_folder() / edition
    found = relative_links(markdown(made))
    assert len(found) == len(relative_links(prose(teach.notebook_path(number)))) - sum(
        len(relative_links(part))
        for part in re.findall(r"<details>.*?</details>", prose(teach.notebook_path(number)), re.S)
        if edition == "student"
    )
    missing = [x for x in found if not (folder / x.split("#")[0]).resolve().exists()]
    assert not missing


def test_editions_are_written_and_the_same_each_time(build, tmp_path):
    first = build.editions(tmp_path / "a")
    (tmp_path / "a" / "student" / "left_over.ipynb").write_text("old", encoding="utf-8")
    before = {p.relative_to(tmp_path / "a"): p.read_bytes() for p in first}
    second = {p.relative_to(tmp_path / "a"): p.read_bytes() for p in build.editions(tmp_path / "a")}
    assert before == second
    on_disk = {p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file()}
    assert on_disk == set(before), "an old edition stays behind"
    names = {Path(c.notebook).name for c in teach.chapters().values()}
    assert len(names) == len(teach.chapters()), "two notebooks of one name overwrite each other"
    assert {(p.parts[0], p.name) for p in before} == {(e, n) for e in ("student", "teacher") for n in names}
    for c in teach.chapters().values():
        teachers = nbformat.read(tmp_path / "a" / "teacher" / Path(c.notebook).name, as_version=4)
        assert teachers.cells[1].source.startswith(f"## Lesson plan {c.number}: {c.title}")
        assert all(f"### {h}" in teachers.cells[1].source for h in HEADINGS)
        raw = (tmp_path / "a" / "student" / Path(c.notebook).name).read_text(encoding="utf-8")
        assert "<details" not in raw and "Answer key" not in raw and "\r" not in raw


# ---------------------------------------------------------------- the offline package


def test_package_is_the_same_each_time_and_whole(build, tmp_path):
    first = build.package("win_amd64", "3.12", tmp_path, download=False)
    before = first.read_bytes()
    assert build.package("win_amd64", "3.12", tmp_path, download=False).read_bytes() == before
    assert not list(tmp_path.glob("*.part"))
    with zipfile.ZipFile(first) as zipped:
        assert zipped.testzip() is None
        inside = zipped.namelist()
        assert len(set(inside)) == len(inside)
        base = "cyber-diplomacy-handbook/"
        assert all(n.startswith(base) and ".." not in n and "\\" not in n for n in inside)
        there = {n.removeprefix(base) for n in inside}
        assert zipped.read(f"{base}requirements.txt") == (ROOT / "requirements.txt").read_bytes()
        assert {"requirements.txt", "tools/setup_env.py", "Makefile", "OFFLINE.txt"} <= there
        assert {f"notebooks/{c.notebook}" for c in teach.chapters().values()} <= there
        for edition in ("student", "teacher"):
            for c in teach.chapters().values():
                assert f"artifacts/classroom/{edition}/{Path(c.notebook).name}" in there
        assert not {n for n in there if n.split("/")[0] in (".venv", ".git", "my_work", "wheelhouse")} - {
            n for n in there if n.startswith("my_work/") and (ROOT / n).name.startswith((".", "README"))
        }
        said = zipped.read(f"{base}OFFLINE.txt").decode()
        assert "win_amd64" in said and "3.12" in said


def test_package_takes_wheels_of_its_own_platform_only(build, tmp_path):
    for folder, name in (
        ("win_amd64-3.12", "here-1-py3-none-any.whl"),
        ("other-3.12", "there-1-py3-none-any.whl"),
    ):
        (tmp_path / "wheelhouse" / folder).mkdir(parents=True)
        (tmp_path / "wheelhouse" / folder / name).write_bytes(b"wheel")
    made = build.package("win_amd64", "3.12", tmp_path, download=False)
    with zipfile.ZipFile(made) as zipped:
        wheels = [n for n in zipped.namelist() if n.endswith(".whl")]
    assert wheels == ["cyber-diplomacy-handbook/wheelhouse/here-1-py3-none-any.whl"]


def test_slides_of_an_unknown_chapter_are_refused(build):
    with pytest.raises(SystemExit, match="no chapter 9"):
        build.slides("9")
