"""What lies in data/kept equals what is computed, is left alone when stale, and never reaches the tests."""

import ast
import importlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import keep
from cyberdip_utils import kept
from cyberdip_utils.deterrence import crisis, crisis_files
from cyberdip_utils.exhibit import all_exhibits

FILES = sorted(kept.folder().glob("*.json"))
ANEW = "made of other code or tables than these: run `make kept`"


def content(path: Path) -> dict:
    return json.loads(path.read_bytes())


@pytest.fixture
def lax(monkeypatch):
    """As a reader has it."""
    monkeypatch.delenv("CYBERDIP_STRICT")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_kept_equals_computed(path):
    made = content(path)
    if keep.stale(made["module"]):
        pytest.skip(ANEW)
    for name, state in made["openings"].items():
        exhibit = all_exhibits()[name]
        assert exhibit.module == made["module"]
        assert exhibit.payload() == state["payload"].encode()
        assert exhibit.text() == state["text"]
        assert keep.options(exhibit) == state["options"]
    module = importlib.import_module(made["module"])
    for call, value in made["results"].items():
        said = ast.parse(call, mode="eval").body
        arguments = {k.arg: ast.literal_eval(k.value) for k in said.keywords}
        assert kept.same(getattr(module, said.func.id)(**arguments), kept.decode(value)), call


def test_what_is_kept_of_the_readers_folder_is_an_empty_one(lax, monkeypatch, tmp_path):
    exhibit = all_exhibits()["class_comparison"]
    if keep.stale(exhibit.module):
        pytest.skip(ANEW)
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    exhibit.forget()
    monkeypatch.setattr(exhibit, "function", lambda **_: pytest.fail("computed"))
    assert "(0 saved" in json.loads(exhibit.show().view)["takeaway"]
    exhibit.forget()
    monkeypatch.undo()
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    monkeypatch.delenv("CYBERDIP_STRICT")
    crisis_files.save(crisis.new_game("blackout", 7), "A team")
    assert "(1 saved" in json.loads(exhibit.show().view)["takeaway"]
    exhibit.forget()


def test_a_change_of_code_table_or_library_makes_it_stale(tmp_path, monkeypatch):
    (tmp_path / "kept").mkdir()
    (tmp_path / "datapackage.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(kept, "folder", lambda: tmp_path / "kept")
    monkeypatch.setattr(kept, "PACKAGE", tmp_path)
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    keys = [kept.key(["a.py"])]
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n")
    assert kept.key(["a.py"]) == keys[0]  # line endings are git's
    (tmp_path / "a.py").write_bytes(b"x = 2\n")
    keys.append(kept.key(["a.py"]))
    (tmp_path / "datapackage.json").write_text("{ }", encoding="utf-8")
    keys.append(kept.key(["a.py"]))
    monkeypatch.setattr(kept, "_libraries", lambda: "numpy 0")
    keys.append(kept.key(["a.py"]))
    assert len(set(keys)) == 4


def test_stale_damaged_and_missing_files_are_left_alone(tmp_path, monkeypatch, lax):
    monkeypatch.setattr(kept, "folder", lambda: tmp_path)
    (tmp_path.parent / "datapackage.json").write_text("{}", encoding="utf-8")
    fresh = {"module": "m", "files": [], "key": kept.key([]), "results": {}}
    state = {"payload": "{}", "text": "t"}
    for text, found in (
        (json.dumps(fresh | {"openings": {"one": state}}), (b"{}", "t")),
        (json.dumps(fresh | {"key": "other", "openings": {"one": state}}), None),
        ("[", None),
        ("[]", None),
        (None, None),
    ):
        kept._opened.cache_clear()
        kept.path_of("m").unlink(missing_ok=True)
        if text is not None:
            kept.path_of("m").write_text(text, encoding="utf-8")
        assert kept.opening("m", "one") == found
    kept._opened.cache_clear()


def test_tests_compute(monkeypatch):
    monkeypatch.setattr(kept, "_opened", lambda path: pytest.fail("read"))
    assert kept.opening("cyberdip_utils.sovereignty.whose_rules", "positions_matrix") is None


def test_a_fresh_opening_is_shown_without_its_view(lax, monkeypatch):
    exhibit = all_exhibits()["positions_matrix"]
    if keep.stale(exhibit.module):
        pytest.skip(ANEW)
    exhibit.forget()
    monkeypatch.setattr(exhibit, "function", lambda **_: pytest.fail("computed"))
    shown = exhibit.show()
    assert json.loads(shown.view)["takeaway"] in shown._repr_mimebundle_()[0]["text/plain"]
    exhibit.forget()


@pytest.mark.parametrize(
    "value",
    [
        1,
        0.1 + 0.2,
        float("inf"),
        None,
        (1, "a", (2.5, None)),
        {"a": 1.5, 2: [True]},
        np.float64(1 / 3),
        np.arange(6.0).reshape(2, 3),
        pd.Series([1.5, np.inf], index=pd.Index(["a", "b"], name="code"), name="n"),
        pd.DataFrame({"a": ["x", None], "b": [1, 2], "c": [0.1, np.nan], "d": [True, False]}),
        pd.DataFrame({"a": [1]}, index=pd.Index(["z"], dtype=object)),
    ],
    ids=lambda v: type(v).__name__,
)
def test_values_come_back_the_same(value):
    back = kept.decode(json.loads(json.dumps(kept.encode(value))))
    assert type(back) is type(value)
    if isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(back, value, check_exact=True)
    elif isinstance(value, pd.Series):
        pd.testing.assert_series_equal(back, value, check_exact=True)
    elif isinstance(value, np.ndarray):
        assert (back == value).all() and back.dtype == value.dtype
    else:
        assert back == value


@pytest.mark.parametrize(
    "value", [object(), pd.Series(pd.to_datetime(["2020-01-01"])), pd.Series(["a"], dtype="category")]
)
def test_what_would_not_come_back_the_same_is_refused(value):
    with pytest.raises(TypeError, match="not kept"):
        kept.encode(value)


def test_every_import_of_a_module_counts():
    files = keep.files_of("cyberdip_utils.sovereignty.never_go_dark")
    assert {"sovereignty/cable_graph.py", "cable_map.py", "exhibit.py", "data.py", "kept.py"} <= set(files)
    assert "norms/diffusion.py" not in files
    assert any(
        f.endswith("blackout.toml") for f in keep.files_of("cyberdip_utils.deterrence.you_are_the_adviser")
    )
    assert "controversies/debates/5_1.toml" in keep.files_of("cyberdip_utils.controversies.debate")
