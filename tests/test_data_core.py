"""load, about, cite, catalog: what they promise, and what they say when the data folder is not whole."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import cyberdip_utils
from cyberdip_utils import DataError, about, catalog, cite, data, load

NAME = "incident_types"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the data package with one table, which the tests may damage."""
    whole = data.data_folder()
    package = json.loads((whole / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] in (NAME, "states", "world")]
    for r in package["resources"]:
        target = tmp_path / r["path"]
        target.parent.mkdir(exist_ok=True)
        shutil.copy(whole / r["path"], target)
    (tmp_path / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    monkeypatch.setenv("CYBERDIP_DATA", str(tmp_path))
    return tmp_path


def rewrite(folder: Path, content: bytes) -> None:
    """Other contents for the table, with the manifest's size and hash brought in line."""
    import hashlib

    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    entry = next(r for r in package["resources"] if r["name"] == NAME)
    (folder / entry["path"]).write_bytes(content)
    entry |= {"bytes": len(content), "hash": "sha256:" + hashlib.sha256(content).hexdigest()}
    path.write_text(json.dumps(package), encoding="utf-8")


def test_every_table_loads_and_has_the_rows_of_the_manifest():
    tables = [e for e in data._manifest(data.data_folder()).values() if "schema" in e]
    assert len(tables) >= 20
    for entry in tables:
        frame = load(entry["name"])
        assert len(frame) == entry["rows"], entry["name"]
        key = entry["schema"]["primaryKey"]
        assert not frame.duplicated(key).any(), entry["name"]
        assert not frame[key].isna().any(axis=None), entry["name"]


def test_types():
    incidents = load("incidents")
    assert pd.api.types.is_datetime64_any_dtype(incidents["start_on"])
    assert str(incidents["weighted_intensity"].dtype) == "Int64"
    assert str(incidents["settled"].dtype) == "boolean"
    impact = incidents["impact"].dtype
    assert list(impact.categories) == ["minor", "low", "medium"] and impact.ordered
    assert not load("incident_types")["type"].dtype.ordered


def test_the_frame_is_yours_to_change():
    before = load("states")
    first = before.at[0, "name"]
    before.loc[0, "name"] = "changed"
    before["extra"] = 1
    before["kind"] = "changed"
    after = load("states")
    assert after.at[0, "name"] == first and "extra" not in after and "changed" not in set(after["kind"])


def test_missing_table_gives_the_nearest_names():
    with pytest.raises(KeyError, match="did you mean incidents"):
        load("incident")
    with pytest.raises(KeyError, match=r"catalog\(\) lists them all"):
        load("zzzz")
    with pytest.raises(KeyError, match="did you mean"):
        about("statess")
    with pytest.raises(KeyError, match="did you mean"):
        cite("statess")


def test_geometry_is_not_a_table():
    with pytest.raises(KeyError, match="geometry"):
        load("world")


def test_damaged_csv_names_the_file_and_what_differs(folder):
    path = folder / "tables" / f"{NAME}.csv"
    good = path.read_bytes()
    path.write_bytes(good[:-20])
    with pytest.raises(DataError, match=rf"{NAME}\.csv is damaged: .* bytes, the manifest says .*make data"):
        load(NAME)
    path.write_bytes(good.replace(b"disruption", b"disruptiom", 1))
    with pytest.raises(DataError, match=r"is damaged: sha256:[0-9a-f]{64}, the manifest says sha256:"):
        load(NAME)
    path.write_bytes(good)
    assert len(load(NAME)) == 5817


def test_missing_file(folder):
    (folder / "tables" / f"{NAME}.csv").unlink()
    with pytest.raises(DataError, match=rf"{NAME}\.csv is missing. Restore it"):
        load(NAME)


def test_wrong_schema(folder):
    rewrite(folder, b"incident_id,type\nseven,disruption\n")
    with pytest.raises(DataError, match="does not fit its schema"):
        load(NAME)


def test_wrong_columns(folder):
    rewrite(folder, b"incident_id,kind\n7,disruption\n")
    with pytest.raises(
        DataError, match=r"columns .*'kind'.*the manifest says .*'type'|does not fit its schema"
    ):
        load(NAME)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"name": 1}'])
def test_unreadable_manifest(folder, content):
    (folder / "datapackage.json").write_text(content, encoding="utf-8")
    data._manifest.cache_clear()
    with pytest.raises(DataError, match="not a readable manifest"):
        load(NAME)
    data._manifest.cache_clear()


def test_no_manifest(folder):
    (folder / "datapackage.json").unlink()
    data._manifest.cache_clear()
    with pytest.raises(DataError, match=r"datapackage\.json is missing: the data folder is not whole"):
        catalog()
    data._manifest.cache_clear()


def test_about_says_what_a_reader_must_know():
    told = about("incidents")
    assert told.rows == 3414 and told.caveats and told.dropped
    text = str(told)
    for part in ("Coverage:", "Licence:", "Source:", "Trap:", "Left out:", "weighted_intensity"):
        assert part in text
    assert list(told.fields["column"]) == list(load("incidents").columns)
    assert "<b>incidents" in told._repr_html_()


def test_cite_is_bibtex():
    for name in catalog().index:
        text = cite(name)
        assert text.lstrip().startswith("@") and text.count("{") == text.count("}"), name


def test_catalog():
    everything = catalog()
    assert {"states", "incidents", "cfr_operations", "dcid_incidents", "anchor_incidents"} <= set(
        everything.index
    )
    assert not everything.isna().any(axis=None) and (everything != "").all(axis=None)
    assert {"dcid_incidents", "dcid_actions"} <= set(catalog("dcid").index) < set(everything.index)
    assert catalog("no such words anywhere").empty


def test_every_entry_has_its_receipt():
    for name, e in data._manifest(data.data_folder()).items():
        assert e["title"] and e["description"] and e["coverage"] and e["as_of"] and e["caveats"], name
        assert e["licenses"] and all(x["name"] and x["title"] for x in e["licenses"]), name
        for s in e["sources"]:
            assert (
                s["publisher"]
                and s["citation"]
                and s["bibtex"]
                and s["version"]
                and s["path"].startswith("http")
            )
        assert (data.data_folder() / e["path"]).stat().st_size == e["bytes"], name


def test_the_package_exports_them():
    assert {"load", "about", "cite", "catalog", "DataError"} <= set(cyberdip_utils.__all__)
