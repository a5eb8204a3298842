"""Tables of results (``results_…``): computed again from the tables they come from, and compared within their tolerance."""

import importlib.util
import sys
from dataclasses import replace

import pandas as pd
import pytest

from cyberdip_utils import about, catalog, load
from cyberdip_utils.norms import how_the_world_votes as votes
from cyberdip_utils.norms import who_joins_what as joined


@pytest.fixture(scope="module")
def build(root):
    """data/build.py, under a name of its own: classroom has a build.py too."""
    spec = importlib.util.spec_from_file_location("data_build_results", root / "data" / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def recipe(build):
    """The recipe of the results, which runs last."""
    last = build.recipe_modules()[-1]
    assert last.__name__ == "recipes.results"
    return last


@pytest.fixture(scope="module")
def again(recipe):
    """All results computed anew."""
    return recipe.build(None)


def test_every_result_is_computed_again_and_agrees(build, recipe, again, root):
    assert {t.name for t in recipe.TABLES} == {n for n in catalog().index if n.startswith("results_")}
    for table in recipe.TABLES:
        text = build.as_text(again[table.name], table)
        stored = pd.read_csv(root / "data" / "tables" / f"{table.name}.csv", dtype=str, keep_default_na=False)
        assert build.alike(text, stored, table), table.name


def test_a_rebuild_within_the_tolerance_leaves_the_file_alone(build, recipe, again, root):
    table = next(t for t in recipe.TABLES if t.name == "results_camp_stability")
    path = root / "data" / "tables" / f"{table.name}.csv"
    frame = again[table.name].copy()
    frame["jaccard"] *= 1 + 1e-6
    assert build._unless_alike(build.as_text(frame, table), table) == path.read_bytes()
    frame["jaccard"] += 0.1
    assert build._unless_alike(build.as_text(frame, table), table) != path.read_bytes()


def test_alike_holds_texts_whole_numbers_and_gaps_exactly(build, recipe, again):
    table = next(t for t in recipe.TABLES if t.name == "results_list_overlaps")
    text = build.as_text(again[table.name], table)
    assert build.alike(text, text.copy(), table)
    for column, value in (("both", "0"), ("verdict", "more"), ("by_joiner", ""), ("by_joiner", "99")):
        other = text.copy()
        other.loc[other.index[0], column] = value
        assert not build.alike(text, other, table), column
    assert not build.alike(text, text.iloc[1:].reset_index(drop=True), table)
    near = text.copy()
    near["by_joiner"] = [repr(float(v) * 1.0000001) for v in near["by_joiner"]]
    assert build.alike(text, near, table)
    assert not build.alike(text, near, replace(table, tolerance=0.0))


def test_results_wait_for_the_tables_they_come_from(build):
    files = {"tables/memberships.csv": b"changed\n"}
    assert build._ahead(files) == "memberships"
    path = build.HERE / "tables" / "memberships.csv"
    assert build._ahead({"tables/memberships.csv": path.read_bytes()}) == ""


def test_chapters_read_what_the_functions_compute(again):
    stored = votes.camp_stability(votes.CORE)
    pd.testing.assert_frame_equal(stored, votes.resampled_camps(votes.CORE), atol=0.01, check_dtype=False)
    order = {key: i for i, key in enumerate(joined.LISTS)}
    pairs = joined.list_overlaps()
    assert (pairs["a"].map(order) < pairs["b"].map(order)).all()
    fresh = again["results_list_overlaps"].set_index(["a", "b"])
    assert list(pairs.set_index(["a", "b"]).index) == list(fresh.index)


@pytest.mark.parametrize("name", [n for n in catalog().index if n.startswith("results_")])
def test_a_reader_is_told_that_it_is_a_result(name):
    entry = about(name)
    assert entry.title.startswith("Result:") and "Computed by this handbook for chapter" in entry.description
    assert len(load(name)) == catalog().loc[name, "rows"]
