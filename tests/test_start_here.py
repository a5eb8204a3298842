"""The front door: topics and their chapters, the field map, the paths, the timeline, the glossary exhibit, the README."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from cyberdip_utils import start_here
from cyberdip_utils.data import load
from cyberdip_utils.glossary import terms
from cyberdip_utils.teach import chapters, check, notebook_path
from cyberdip_utils.topics import coverage_table, groups, paths, topics

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Chapters that serve every topic and therefore claim none.
GENERAL = {"0", "3.1", "3.5"}


# --- Topics ------------------------------------------------------------------------------------------------


def test_the_codes_are_the_27_of_the_field():
    assert list(topics()) == [
        f"{g}{i}" for g, n in zip("ABCDE", (7, 5, 4, 5, 6), strict=True) for i in range(1, n + 1)
    ]
    assert set(groups()) == {code[0] for code in topics()}


def test_every_topic_has_chapters_and_words():
    for topic in topics().values():
        assert topic.chapters, f"no chapter claims {topic.code}"
        assert 3 < len(topic.short) <= 14 and len(topic.what) > 20
    assert {n for t in topics().values() for n in t.chapters} == set(chapters()) - GENERAL


def test_chapters_claim_topics_that_there_are():
    assert {code for c in chapters().values() for code in c.topics} <= set(topics())


def test_the_readme_has_the_table_of_topics_as_generated():
    table = re.search(r"(?s)<!-- topics -->\n(.*?)<!-- /topics -->", README)[1].strip()
    assert table == coverage_table()
    assert [line.split(" | ")[0].strip("| ") for line in table.splitlines()[2:]] == list(topics())
    for link in re.findall(r"\]\((.+?)\)", table):
        assert (ROOT / link).is_file(), link


# --- Field map ---------------------------------------------------------------------------------------------


def test_field_map_has_every_topic_and_only_real_claims():
    table = start_here.field_map.view().table.set_index("Topic")
    assert list(table.index) == list(topics())
    for code, row in table.iterrows():
        numbers = re.findall(r"(?:^|; )(\d\.\d) ", row["Chapters"])
        assert numbers == [c.number for c in chapters().values() if code in c.topics]


def test_field_map_draws_one_line_for_each_claim():
    figure = start_here.field_map.view().figure
    lines = sum(len(t.x) // 3 for t in figure.data if t.mode == "lines")
    assert lines == sum(len(c.topics) for c in chapters().values())


def test_field_map_counts_time_once_and_narrows():
    view = start_here.field_map.view(topic="C3")
    minutes = sum(c.minutes for c in chapters().values() if "C3" in c.topics)
    assert f"about {minutes} minutes" in view.takeaway and "2.1, 2.2 and 2.3" in view.takeaway
    part = start_here.field_map.view(part="2").table
    assert set(part["Topic"]) == {t for c in chapters().values() if c.number[0] == "2" for t in c.topics}
    both = start_here.field_map.view(topic="B", part="2").table
    assert both.loc[both["Topic"] == "B2", "Chapters"].tolist() == [""]
    none = start_here.field_map.view(topic="E5", part="1")
    assert none.takeaway.startswith("No chapter of part 1")
    with pytest.raises(ValueError, match="topic"):
        start_here.field_map.view(topic="Z9")


# --- Paths -------------------------------------------------------------------------------------------------


def test_the_student_path_is_the_whole_handbook():
    assert sorted(paths()["student"].chapters) == sorted(chapters())


@pytest.mark.parametrize("key", paths())
def test_a_path_starts_here_and_puts_nothing_before_what_it_needs(key):
    order = list(paths()[key].chapters)
    assert order[0] == "0"
    for number in order:
        if number in chapters():
            for before in chapters()[number].before:
                assert before not in order or order.index(before) < order.index(number), (number, before)


def test_times_of_paths_are_the_sums_of_the_list_of_chapters():
    text, html = start_here.reading_paths().text, start_here.reading_paths().html
    for path in paths().values():
        there = [chapters()[n] for n in path.chapters if n in chapters()]
        told = re.search(rf"{path.name}: (\d+) chapters, about (?:(\d+) h)? ?(?:(\d+) min)?\.", text)
        assert int(told[1]) == len(there)
        assert 60 * int(told[2] or 0) + int(told[3] or 0) == sum(c.minutes for c in there)
        assert all(f"'{c.notebook}'" in html for c in there if c.number != "0")


@pytest.mark.parametrize(
    ("minutes", "told"), [(0, "0 min"), (45, "45 min"), (120, "2 h"), (135, "2 h 15 min")]
)
def test_hours(minutes, told):
    assert start_here.hours(minutes) == told


# --- Timeline ----------------------------------------------------------------------------------------------


def test_timeline_has_all_steps_and_each_known_incident_once():
    table = start_here.timeline.view().table
    steps, anchors = load("process_timeline"), load("anchor_incidents")
    assert set(steps["event"]) <= set(table["What"])
    assert len(table) == len(steps) + len(anchors) - len(start_here._LISTED)
    assert set(anchors["anchor_id"]) >= start_here._LISTED
    assert not table["What"].duplicated().any()
    assert table["When"].str[:4].is_monotonic_increasing
    notpetya = table[table["What"].str.startswith("NotPetya")].iloc[0]
    assert notpetya["When"] == "2017-06-27" and "by Ukraine, 2017-07-01" in notpetya["Outcome"]


def test_timeline_tells_authors_only_as_claims():
    table = start_here.timeline.view(kinds=("Incident",)).table
    known = table[table["What"].str.endswith("comes to light")]
    assert known["Outcome"].str.match(r"Attributed to .+ by .+, \d{4}|Attribution: no ").all()


def test_timeline_filters():
    view = start_here.timeline.view(kinds=("Sanctions",), between=(2019, 2020))
    assert set(view.table["Kind"]) == {"Sanctions"} and set(view.table["When"].str[:4]) == {"2019", "2020"}
    assert len(start_here.timeline.view(words="no such word anywhere").table) == 0


# --- Glossary exhibit --------------------------------------------------------------------------------------


def test_a_search_finds_the_term_itself_first():
    for slug, term in terms().items():
        assert start_here.find_terms(term["term"])[0] == slug
    assert start_here.find_terms("Group of Governmental Experts")[0] == "gge"
    assert start_here.find_terms("gge") == start_here.find_terms("GGE")


def test_every_word_must_fit_and_part_narrows():
    assert start_here.find_terms("zzz qqq") == []
    two = set(start_here.find_terms("eleven norms"))
    assert two and two == set(start_here.find_terms("eleven")) & set(start_here.find_terms("norms"))
    parts = [start_here.find_terms("", p) for p in ("0", "1", "2", "3", "4", "5")]
    assert sorted(s for p in parts for s in p) == sorted(terms())


def test_the_bars_of_the_glossary_count_its_table():
    for values in ({}, {"part": "2"}, {"words": "state"}, {"part": "5"}):
        view = start_here.glossary.view(**values)
        bars = pd.Series([x for trace in view.figure.data if trace.type == "bar" for x in trace.x])
        assert bars.sum() == len(view.table)
    assert "**GGE (Group of Governmental Experts)**" in start_here.glossary.view(words="gge").detail


def test_the_list_links_every_term_whose_chapter_is_written():
    html = start_here.glossary_list().html
    assert html.count("<dt>") == len(terms())
    linked = re.findall(r"<a href='(.+?)'", html)
    assert len(linked) == sum(t["chapter"] in chapters() and t["chapter"] != "0" for t in terms().values())
    assert all((ROOT / "notebooks" / link).is_file() for link in set(linked))


# --- Findings and notebook ---------------------------------------------------------------------------------


def test_finding_on_claims_by_another_way():
    rows = load("anchor_incidents")
    named = [r for r in rows.itertuples() if isinstance(r.attributed_by, str)]
    waits = sorted(
        (r.attributed_on - r.became_public_on).days
        for r in named
        if (r.became_public_precision, r.attributed_precision) == ("day", "day")
    )
    middle = (waits[(len(waits) - 1) // 2] + waits[len(waits) // 2]) / 2
    finding = start_here.finding_claims()
    assert f"Of {len(rows)} well-known incidents listed by hand, {len(named)} have" in finding
    assert f"({len(waits)}), half of these came within {middle:.0f} days" in finding
    assert f"after {waits[-1]:,}." in finding and waits[0] >= 0


def test_check_of_the_exercise():
    from cyberdip_utils.data import catalog

    right = int(catalog()["licence"].str.contains("not stated").sum())
    assert check("0", "not_stated", right).right
    assert not check("0", "not_stated", len(catalog())).right


def test_the_page_leads_to_every_kind_of_reader():
    cells = json.loads(notebook_path("0").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    for call in (
        "field_map",
        "timeline",
        "reading_paths()",
        "glossary",
        "glossary_list()",
        "incidents_by_receiver",
    ):
        assert f"start_here.{call}" in code
    prose = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    links = re.findall(r"\]\(((?!http)[^)]+\.ipynb)\)", prose)
    assert links and all((ROOT / "notebooks" / link).is_file() for link in links)
