"""What kind of source each row of the hand-made tables was read in, and no words of the workshop."""

import subprocess
from pathlib import Path
from urllib.parse import urlparse

import pandas as pd
import pytest

from cyberdip_utils import load

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"official page", "archive", "press", "secondary"}
READ = (
    "adequacy",
    "cbpr",
    "eu_us_frameworks",
    "export_control_dates",
    "gge_members",
    "groups",
    "memberships",
    "process_timeline",
    "vendor_5g_decisions",
    "wassenaar",
)


def hosts():
    listed = pd.read_csv(ROOT / "data" / "curated" / "source_hosts.csv", dtype=str)
    assert listed.host.is_unique and set(listed.kind) == KINDS
    return listed.set_index("host").kind


@pytest.mark.parametrize("name", READ)
def test_the_kind_of_source_is_that_of_the_rows_own_address(name):
    rows = load(name)
    told = rows.seen_in.str.extract(r"^(.+?), read in (\w+ \d{4})(?:; .+)?$")
    by_rule = rows.url.map(lambda url: hosts().get(urlparse(url).netloc.rstrip(".")))
    dated = told[0].notna()
    assert (told[0][dated] == by_rule[dated]).all()
    assert set(told[1][dated]) == {"November 2026"}
    assert rows.seen_in[~dated].str.startswith("GitHub ").all() and (~dated).sum() <= 4


def test_kinds_known_from_reading():
    kind = hosts()
    assert (kind["treaties.un.org"], kind["www.coe.int"]) == ("official page", "official page")
    assert (kind["docslib.org"], kind["www.washingtonpost.com"]) == ("archive", "press")
    assert (kind["en.wikipedia.org"], kind["fanaticforjesus.blogspot.com"]) == ("secondary", "secondary")


def test_no_words_of_the_workshop():
    words = ("found by search", "stored copy", "stored page", "stored repository", "shared/sources")
    asked = [x for word in words for x in ("-e", word)]
    places = ["data/tables", "data/curated", "cyberdip_chapters", "notebooks", "classroom"]
    found = subprocess.run(
        ["git", "grep", "-l", "-i", "-F", *asked, "--", *places], cwd=ROOT, capture_output=True, text=True
    )
    assert (found.returncode, found.stdout) == (1, ""), found.stdout + found.stderr


def test_a_blog_or_a_conspiracy_site_bears_nothing_out():
    for name in ("gge_members", "un_resolutions", "memberships", "groups"):
        seen = load(name).seen_in.dropna()
        assert not seen.str.contains("blogspot|whatreallyhappened|askhelps|defense-arab").any(), name
    led = load("un_resolutions").set_index("resolution")
    assert led.led_by["A/RES/73/187"] == "RUS" and led.body["A/RES/73/187"] == "Third Committee"
