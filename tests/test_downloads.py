"""Data that travel: the files as R, pandas and spreadsheets read them, snippets, workbooks and Parquet."""

import csv
import datetime
import json
import os
import re
import shutil
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest

from cyberdip_utils import about, cite, save, snippet, take_home
from cyberdip_utils.data import data_folder, load, table_bytes

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


def run_lines(name):
    """A table read by the lines for pandas."""
    space = {}
    exec(snippet(name, "pandas"), space)  # noqa: S102
    return space[name]


@pytest.mark.parametrize("name", TABLES)
def test_the_lines_for_pandas_read_every_table(name):
    read, ours = run_lines(name), load(name)
    assert list(read.columns) == list(ours.columns) and len(read) == len(ours)
    assert (read.isna() == ours.isna()).all(axis=None)
    for f in TABLES[name]["schema"]["fields"]:
        if f["type"] == "string":
            assert list(read[f["name"]].dropna()) == list(ours[f["name"]].dropna().astype(str))
        if f["type"] == "date":
            assert list(read[f["name"]].dropna()) == list(ours[f["name"]].dropna())


def test_lines_are_five_and_stand_alone():
    for language in ("R", "pandas"):
        text = snippet("states", language, folder="data")
        assert len(text.splitlines()) == 5 and '"data/datapackage.json"' in text and "cyberdip" not in text
    assert data_folder().as_posix() in snippet("states")
    with pytest.raises(ValueError, match="'Stata' is not one of R, pandas"):
        snippet("states", "Stata")
    with pytest.raises(KeyError, match="did you mean"):
        snippet("statess")
    with pytest.raises(KeyError, match="geometry"):
        snippet("world", "R")


def test_the_data_page_has_the_lines():
    page = (data_folder() / "README.md").read_text(encoding="utf-8")
    assert all(snippet("states", language, folder="data") in page for language in ("R", "pandas"))
    assert 'na.strings = ""' in page and "na.strings" in str(about("states"))


def in_r(code, folder):
    """Standard output of R code in a locale of UTF-8."""
    (folder / "ask.R").write_text(code, encoding="utf-8")
    done = subprocess.run(
        ["Rscript", "--vanilla", "ask.R"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def has_r():
    if not shutil.which("Rscript"):
        return False
    asked = [
        "Rscript",
        "--vanilla",
        "-e",
        'stopifnot(requireNamespace("readr"), requireNamespace("jsonlite"))',
    ]
    return subprocess.run(asked, capture_output=True).returncode == 0


needs_r = pytest.mark.skipif(not has_r(), reason="no R with readr and jsonlite on this machine")


@needs_r
def test_the_lines_for_r_read_every_table(tmp_path):
    report = 'cat(jsonlite::toJSON(list(nrow({0}), nrow(problems({0})), sum(is.na({0})), names({0})), auto_unbox = TRUE), "\\n")'
    code = "\n".join(f"{snippet(name, 'R')}\n{report.format(name)}" for name in TABLES)
    lines = in_r(code, tmp_path).splitlines()
    assert len(lines) == len(TABLES)
    for name, line in zip(TABLES, lines, strict=True):
        rows, problems, missing, names = json.loads(line)
        ours = load(name)
        assert (rows, problems, missing) == (len(ours), 0, int(ours.isna().sum().sum())), name
        assert names == list(ours.columns) or [names] == list(ours.columns), name


@needs_r
def test_r_reads_files_without_options_with_and_without_the_mark_that_exhibits_write(tmp_path):
    code = "suppressMessages(library(readr))\n"
    for name in ("states", "incidents", "kev"):
        content = table_bytes(name)
        (tmp_path / f"{name}.csv").write_bytes(content)
        (tmp_path / f"{name}_marked.csv").write_bytes(b"\xef\xbb\xbf" + content)
        for file in (f"{name}.csv", f"{name}_marked.csv"):
            code += f'x <- read.csv("{file}"); cat(nrow(x), names(x)[1], "\\n")\n'
            code += f'x <- read_csv("{file}", show_col_types = FALSE, progress = FALSE); cat(nrow(x), names(x)[1], "\\n")\n'
    code += (
        snippet("states", "R") + '\ncat(states$alpha2[states$iso3 == "NAM"], states$numeric[1:2], "\\n")\n'
    )
    code += 'x <- read.csv("states.csv", na.strings = ""); cat(x$alpha2[x$iso3 == "NAM"], "\\n")\n'
    *lines, namibia, plain = in_r(code, tmp_path).splitlines()
    expected = [
        f"{len(load(n))} {load(n).columns[0]}" for n in ("states", "incidents", "kev") for _ in range(4)
    ]
    assert [line.strip() for line in lines] == expected
    assert namibia.split() == ["NA", "533", "004"] and plain.strip() == "NA"
    states = in_r(snippet("states", "R") + "\ncat(sum(is.na(states$alpha2)))\n", tmp_path)
    assert int(states) == load("states")["alpha2"].isna().sum()


def test_a_workbook_holds_data_columns_and_source(tmp_path):
    path = save("incidents", tmp_path / "sub" / "incidents.xlsx")
    book = openpyxl.load_workbook(path, read_only=True)
    assert book.sheetnames == ["data", "columns", "source"]
    head, *rows = book["data"].iter_rows()
    ours = load("incidents")
    assert [c.value for c in head] == list(ours.columns) and len(rows) == len(ours)
    at = {column: i for i, column in enumerate(ours.columns)}
    name = next(r[at["name"]] for r in rows if str(r[at["name"]].value).startswith("@"))
    assert name.data_type == "s", "a text, not a formula"
    for row, (_, mine) in zip(rows[:200], ours.head(200).iterrows(), strict=True):
        for column, i in at.items():
            value = row[i].value
            assert (value is None) == bool(pd.isna(mine[column])), column
            if value is not None:
                assert value == (mine[column].to_pydatetime() if column.endswith("_on") else mine[column])
    assert [r[0].value for r in book["columns"].iter_rows(min_row=2)] == list(ours.columns)
    told = {r[0].value: r[1].value for r in book["source"].iter_rows()}
    assert told["licence"] == about("incidents").licence and told["BibTeX"] == cite("incidents")
    assert sorted(p.name for p in path.parent.iterdir()) == ["incidents.xlsx"]
    numbers = openpyxl.load_workbook(save("states", tmp_path / "s.xlsx"), read_only=True)["data"]
    zeros = [r[2].value for r in numbers.iter_rows(min_row=2) if r[0].value in ("AFG", "NAM")]
    assert zeros == ["004", "516"]
    old = [r[14].value for r in numbers.iter_rows(min_row=2) if r[0].value == "SUN"]
    assert old == [datetime.datetime(1922, 12, 30)]


def test_texts_that_look_like_formulas_and_old_days_stay_as_they_are(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    values = [
        "=1+1",
        "+1 cable",
        "@name",
        "1-10",
        pd.Timestamp("1815-06-09"),
        pd.Timestamp("2025-03-03"),
        None,
        4,
    ]
    sheet.append([take_home._cell(sheet, v) for v in values])
    book.save(tmp_path / "x.xlsx")
    cells = next(openpyxl.load_workbook(tmp_path / "x.xlsx").active.iter_rows())
    assert [c.value for c in cells[:5]] == ["=1+1", "+1 cable", "@name", "1-10", "1815-06-09"]
    assert {c.data_type for c in cells[:5]} == {"s"}
    assert cells[5].value == datetime.datetime(2025, 3, 3) and cells[6].value is None and cells[7].value == 4


def test_a_csv_has_its_source_beside(tmp_path):
    path = save("kev", tmp_path / "kev.csv")
    assert path.read_bytes() == table_bytes("kev")
    beside = (tmp_path / "kev.source.txt").read_text(encoding="utf-8")
    assert about("kev").citation in beside and cite("kev") in beside


def test_a_file_that_is_there_stands_when_the_new_one_cannot_be_written(tmp_path, monkeypatch):
    path = tmp_path / "kev.xlsx"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(take_home, "_source", lambda name: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save("kev", path)
    monkeypatch.undo()
    monkeypatch.setattr(openpyxl.Workbook, "save", lambda self, place: place.write_text("half") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save("kev", path)
    assert path.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("package", "ending"), [("openpyxl", "xlsx"), ("pyarrow", "parquet")])
def test_a_missing_package_is_named(package, ending, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=f"needs the package {package}: pip install {package}"):
        save("kev", tmp_path / f"kev.{ending}")
    assert list(tmp_path.iterdir()) == []


def test_another_ending_or_table_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"'kev.ods' should end in one of \.xlsx, \.parquet, \.csv"):
        save("kev", tmp_path / "kev.ods")
    with pytest.raises(KeyError, match="geometry"):
        save("world", tmp_path / "world.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.read_parquet(save("incidents", tmp_path / "incidents.parquet"))
    pd.testing.assert_frame_equal(frame, load("incidents"))


def test_the_data_package_is_valid_and_its_tables_keep_their_schemas():
    from frictionless import Package, system

    with system.use_context(standards="v1", trusted=True):
        report = Package(str(data_folder() / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "message"])[:5]
    assert report.stats["tasks"] == len(PACKAGE["resources"])


def test_a_table_that_breaks_its_schema_is_found():
    from frictionless import Package, system

    wrong = json.loads(json.dumps(TABLES["states"]))
    next(f for f in wrong["schema"]["fields"] if f["name"] == "kind")["constraints"]["enum"].remove(
        "territory"
    )
    package = {"profile": "data-package", "name": "wrong", "resources": [wrong]}
    with system.use_context(standards="v1", trusted=True):
        report = Package(package, basepath=str(data_folder())).validate()
    assert not report.valid and {e.type for t in report.tasks for e in t.errors} == {"constraint-error"}
