"""Data that travel: the files as R, pandas and spreadsheets read them, snippets, workbooks and Parquet."""

import csv
import json
import re

import pytest

from cyberdip_utils.data import data_folder, load

PACKAGE = json.loads((data_folder() / "datapackage.json").read_text(encoding="utf-8"))
TABLES = {r["name"]: r for r in PACKAGE["resources"] if "schema" in r}
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december)"
DATE = re.compile(
    rf"\d{{1,2}}[-/.]\d{{1,4}}([-/.]\d{{1,4}})?|{MONTH}[- ./]?\d{{1,4}}|\d{{1,2}}[- ./]?{MONTH}([- ./]\d{{2,4}})?",
    re.I,
)
FORMULA = re.compile(r"[=+\-@\t\r].*", re.S)
# Names of others that begin with "@": a spreadsheet that opens the CSV file itself takes them for formulas; save() writes text.
NAMES = {("attribution_actors", "actor"), ("incident_initiators", "initiator_name"), ("incidents", "name")}


def texts(entry):
    """The text columns of a table: name and the values that stand in the file."""
    with (data_folder() / entry["path"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for f in entry["schema"]["fields"]:
        if f["type"] == "string":
            yield f["name"], {row[f["name"]] for row in rows}


@pytest.mark.parametrize("name", TABLES)
def test_no_label_is_a_date_or_a_formula_for_a_spreadsheet(name):
    for column, values in texts(TABLES[name]):
        assert not [v for v in values if DATE.fullmatch(v)], column
        if (name, column) in NAMES:
            assert all(v.startswith("@") for v in values if FORMULA.fullmatch(v)), column
        else:
            assert not [v for v in values if FORMULA.fullmatch(v)], column


def test_files_have_no_mark_before_the_header_and_no_comment_lines():
    for entry in TABLES.values():
        head = (data_folder() / entry["path"]).read_bytes().split(b"\n", 1)[0]
        assert head.decode("ascii").split(",") == [f["name"] for f in entry["schema"]["fields"]]


def test_bands_of_affected_entities_are_words():
    bands = load("incidents")["affected_entities"]
    assert bands.cat.ordered and list(bands.cat.categories)[:2] == ["1 to 10", "11 to 50"]
    assert bands.value_counts().to_dict() == {
        "1 to 10": 1794, "11 to 50": 96, "51 to 200": 21, "501 to 10000": 11, "201 to 500": 6, "over 10000": 0,
    }  # fmt: skip
