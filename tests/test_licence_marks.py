"""A table that may not be used commercially says so wherever a reader meets it: catalogue, chapter, download."""

import json
import re

import pytest

from cyberdip_utils.data import about, catalog, data_folder, terms_of
from cyberdip_utils.first_edition.exhibit import all_exhibits
from cyberdip_utils.teach import chapter, chapters

RESOURCES = {
    r["name"]: r
    for r in json.loads((data_folder() / "datapackage.json").read_text(encoding="utf-8"))["resources"]
}
CLOSED = re.compile(r"(?i)\bNC\b|non-?commercial|no commercial use")
PLAIN = re.compile(r"(?i)non-?commercial|no commercial use")  # what a reader who knows no code understands


def closed(resource):
    return any(CLOSED.search(f"{x['name']} {x['title']}") for x in resource["licenses"])


NONCOMMERCIAL = sorted(name for name, resource in RESOURCES.items() if closed(resource))
EXHIBITS = all_exhibits()


def test_the_sources_known_to_forbid_it_are_found():
    """TeleGeography, Packet Clearing House, the chip data, the United Nations, the compiler of council texts."""
    assert {"cables", "cable_routes", "exchanges", "chip_shares", "un_votes", "hrc_resolutions"} <= set(
        NONCOMMERCIAL
    )
    assert not {"kev", "states", "adequacy", "gdp", "eu_sanctions"} & set(NONCOMMERCIAL)


@pytest.mark.parametrize("name", NONCOMMERCIAL)
def test_catalogue(name):
    """The generated page: the code in the row of the table, plain words in its section."""
    text = (data_folder() / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith(f"| [`{name}`]")]
    assert CLOSED.search(row.rstrip("| ").rpartition("|")[2]), row
    section = text.split(f"### `{name}`\n", 1)[1].split("\n### ", 1)[0]
    assert PLAIN.search(" ".join(x for x in section.splitlines() if x.startswith("- Licence:")))
    assert CLOSED.search(catalog().at[name, "licence"]) and PLAIN.search(about(name).licence)


@pytest.mark.parametrize("number", list(chapters()))
def test_data_in_this_chapter(number):
    """Every row of the panel, as text and as HTML: marked if and only if the table is closed."""
    panel, tables = chapter(number), chapters()[number].data
    lines = {line.strip().split(":")[0]: line for line in panel.text.splitlines() if line.startswith("  ")}
    rows = {re.search("<code>(.*?)</code>", x)[1]: x for x in panel.html.split("<tr>") if "<code>" in x}
    for name in tables:
        for shown in (lines[name], rows[name]):
            assert shown.count("(no commercial use)") == (name in NONCOMMERCIAL), shown


@pytest.mark.parametrize("name", ["cables_by_year", "vote_explorer", "choke_tree"])
def test_head_of_the_download(name):
    """The licence line of each closed table stands in the head of the CSV and says it in plain words."""
    exhibit = EXHIBITS[name]
    uses = [s for s in exhibit.view().sources if s in NONCOMMERCIAL]
    assert uses  # that every source has its line is looked at where each exhibit is driven
    head = [line for line in exhibit.csv().splitlines() if line.startswith("# ")]
    for source in uses:
        (line,) = [x for x in head if x.startswith(f"# Licence ({source}):")]
        assert PLAIN.search(line), line


def test_terms_in_the_catalogue():
    """The word for each table: by the licence that allows least."""
    terms = catalog()["terms"]
    assert set(terms) == {"free", "non-commercial", "not stated"}
    assert set(terms.index[terms == "non-commercial"]) == set(NONCOMMERCIAL), (
        "none of these has a silent source"
    )
    silent = {n for n, r in RESOURCES.items() if any(x["name"] == "not stated" for x in r["licenses"])}
    assert set(terms.index[terms == "not stated"]) == silent, "every other licence is one that we know"
    assert terms[["kev", "threat_actors", "eu_sanctions"]].eq("free").all()


def test_terms_of_licences():
    assert terms_of(["CC-BY-4.0", "public domain"]) == "free"
    assert terms_of(["CC-BY-4.0", "CC-BY-NC-4.0"]) == "non-commercial"
    assert terms_of(["CC-BY-NC-4.0", "not stated"]) == "not stated"
    assert terms_of(["CC0-1.0 OR BSD-2-Clause"]) == "free"
    assert terms_of(["CC-BY-NC-4.0 OR CC0-1.0"]) == "free"
    assert terms_of(["a licence nobody knows"]) == terms_of([]) == "not stated"
