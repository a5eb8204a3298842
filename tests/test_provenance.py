"""Where each source was read: in the manifest, and wherever a reader meets a table."""

import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from cyberdip_utils import about, catalog, cite
from cyberdip_utils import data as tables
from cyberdip_utils.data import DataError, data_folder
from cyberdip_utils.exhibit import pages

ROOT = Path(__file__).resolve().parents[1]
GRADES = {"original", "copy checked", "copy unchecked"}


def resources():
    return json.loads((data_folder() / "datapackage.json").read_text(encoding="utf-8"))["resources"]


def builder():
    spec = importlib.util.spec_from_file_location("build_for_provenance", ROOT / "data" / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_source_says_where_it_was_read():
    listed = tomllib.loads((ROOT / "data" / "sources.toml").read_text(encoding="utf-8"))
    for r in resources():
        for s in r["sources"]:
            assert s["grade"] in GRADES, s["id"]
            assert s["grade"] == listed[s["id"]]["grade"] and s["read"] == listed[s["id"]].get("copy", "")
            if s["grade"] != "original":
                assert s["read"] and s["checked"], f"{s['id']}: what copy, and what was compared"


def test_the_catalogue_has_the_grade_of_the_source_known_least():
    read = catalog()["read"]
    assert set(read) == GRADES
    assert read[["kev", "us_cyber_listings", "incidents"]].tolist() == [
        "original",
        "copy checked",
        "copy unchecked",
    ]
    assert read["states"] == "copy unchecked", "its own compilation beside copies of others"
    for r in resources():
        grades = {s["grade"] for s in r["sources"]}
        assert read[r["name"]] in grades
        assert (read[r["name"]] == "original") == (grades == {"original"})


@pytest.mark.parametrize("name", ["incidents", "cfr_operations", "gci", "states", "shutdowns"])
def test_a_copy_is_named_wherever_a_reader_meets_the_table(name):
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    part = page[page.index(f"### `{name}`") :]
    part = part[: part.find("\n### ")]
    for s in about(name).sources:
        if s["grade"] == "original":
            continue
        assert s["read"] in str(about(name)) and s["checked"] in str(about(name))
        assert s["read"][:30] in about(name)._repr_html_()
        assert re.sub(r"\s", "", s["read"]) in re.sub(r"\\|\s", "", cite(name))
        assert s["read"] in pages.source(name)["read"]
        assert s["read"] in part and s["checked"] in part


def test_an_original_has_no_word_of_a_copy():
    assert about("kev").copies == "" and "read in a copy" not in cite("kev") + str(about("kev"))


def test_a_note_that_stands_keeps_its_words():
    cited = cite("us_cyber_listings")
    assert "459 copies, 22 May 2021 to 2 July 2024; read in a copy: GitHub" in cited
    assert len(re.findall(r"note\s*=", cited)) == 1


def test_a_source_without_its_grade_is_refused():
    fault = builder().grade_fault
    assert fault({}) and fault({"grade": "good"})
    assert "checked_against" in fault({"grade": "copy checked", "copy": "a file"})
    assert fault({"grade": "original"}) == ""
    assert fault({"grade": "copy unchecked", "copy": "a file", "checked_against": "Not compared."}) == ""


def test_a_manifest_with_an_unknown_grade_is_refused(tmp_path, monkeypatch):
    entry = next(r for r in resources() if r["name"] == "kev")
    entry["sources"][0]["grade"] = "good"
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [entry]}), encoding="utf-8")
    monkeypatch.setenv("CYBERDIP_DATA", str(tmp_path))
    tables._manifest.cache_clear()
    with pytest.raises(DataError, match="grade"):
        catalog()
