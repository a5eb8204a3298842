"""The README tells what is there: every chapter, every make target, the size of the data."""

import re
from pathlib import Path

import pytest

import readme
from cyberdip_utils.data import catalog
from cyberdip_utils.teach import chapters

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_chapter_is_listed_in_reading_order_with_its_question():
    listed = re.findall(r"^\| \[(.+?)\]\(notebooks/(.+?)\) \| (.+?) \| (\d+) \|$", README, re.M)
    expected = [
        (
            c.number if c.number != "0" else "Start here",
            c.notebook,
            c.title.split(": ")[-1].capitalize(),
            str(c.minutes),
        )
        if c.number == "0"
        else (c.number, c.notebook, c.title, str(c.minutes))
        for c in chapters().values()
    ]
    assert listed == expected


def test_every_make_target_is_explained_and_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+): ", makefile, re.M))
    named = set(re.findall(r"`make ([a-z-]+)", README))
    assert named == targets


def test_the_size_of_the_data_is_true():
    tables, rows = re.search(r"(\d+) tables and map layers with ([\d,]+) rows", README).groups()
    assert (int(tables), int(rows.replace(",", ""))) == (len(catalog()), int(catalog()["rows"].sum()))


def test_the_generated_parts_are_those_of_today():
    """When this fails: make readme"""
    assert readme.rendered(README) == README


def test_a_readme_without_its_marks_is_refused():
    with pytest.raises(ValueError, match="no part between <!-- badges -->"):
        readme.rendered("# Nothing here")
