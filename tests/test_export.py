"""States made beforehand for a page without a kernel: which ones, and that they are the Python view."""

import gzip
import itertools
import random
import re

import orjson
import pytest

from cyberdip_utils.exhibit.export import (
    _key,
    _payload,
    _pool,
    export,
    grids,
    page_states,
    page_values,
    unpack,
)
from cyberdip_utils.first_edition.exhibit import all_exhibits

EXHIBITS = all_exhibits()
every_exhibit = pytest.mark.parametrize("name", EXHIBITS)


def python_state(exhibit, values):
    """What the notebook would show."""
    payload = orjson.loads(exhibit.payload(**values))
    assert payload["error"] == ""
    return payload | {"selection": exhibit.describe(**values)}


def by_name(payload):
    """With its sources by name, as in an export."""
    return payload | {"sources": [s["name"] for s in payload["sources"]]}


@every_exhibit
def test_a_plan_holds_the_opening_and_every_value_of_every_control(name):
    exhibit = EXHIBITS[name]
    for limit in (1, 12, 160):
        plan = page_states(exhibit, limit)
        assert plan.states[0] == exhibit.defaults
        keys = [tuple(map(repr, s.values())) for s in plan.states]
        assert len(keys) == len(set(keys))
        for control, values in plan.grids.items():
            assert exhibit.defaults[control] in values
            assert {repr(s[control]) for s in plan.states} == set(map(repr, values))
        if plan.total <= limit:
            assert len(plan.states) == plan.total


@every_exhibit
def test_exported_states_are_the_python_view(name):
    exhibit = EXHIBITS[name]
    states = page_states(exhibit, 12).states
    states = [states[0], *random.Random(name).sample(states[1:], min(3, len(states) - 1))]
    packed = gzip.compress(orjson.dumps(_pool([_payload(exhibit, s) for s in states])), mtime=0)
    assert unpack(packed) == [python_state(exhibit, s) for s in states]


@pytest.mark.parametrize("name", ["bloc_cohesion", "severity_ladder"])
def test_a_whole_export_leads_to_each_state(name):
    exhibit = EXHIBITS[name]
    made = export(exhibit, limit=16)
    index, plan = orjson.loads(orjson.dumps(made.index)), page_states(exhibit, 16)
    assert index["held"] == len(plan.states) == 1 + len(index["places"])
    assert index["open"]["payload"] == by_name(python_state(exhibit, exhibit.defaults))
    chunks = [unpack(c) for c in made.chunks]
    found = [chunks[c][i] for c, i in index["places"].values()]
    assert found == [by_name(python_state(exhibit, s)) for s in plan.states[1:]]
    assert set(index["sources"]) == {s for p in [index["open"]["payload"], *found] for s in p["sources"]}
    assert [c["name"] for c in index["spec"]["controls"]] == list(exhibit.controls)
    # the page finds a state by its values in the order of the controls
    for key in index["places"]:
        for value, control in zip(orjson.loads(key), index["spec"]["controls"], strict=True):
            if control["kind"] == "choice":
                assert value in [o["value"] for o in control["options"]]


def test_sliders_without_a_grid_of_their_own_get_even_stops_that_hold_start_and_ends():
    even = 0
    for exhibit in EXHIBITS.values():
        for name, control in exhibit.controls.items():
            if control.kind == "number" and not control.grid:
                stops = grids(exhibit)[name]
                assert (stops[0], stops[-1]) == (control.lo, control.hi) and exhibit.defaults[name] in stops
                even += len({round(b - a, 9) for a, b in itertools.pairwise(stops)}) == 1
    assert even >= 5


def test_a_small_budget_gives_fewer_states_and_keeps_every_value():
    exhibit = EXHIBITS["vote_explorer"]
    small, large = export(exhibit, limit=160, budget=1), export(exhibit, limit=160)
    assert small.index["held"] < large.index["held"]
    assert small.index["held"] >= max(map(len, grids(exhibit).values()))


def test_packing_stores_a_repeated_part_once():
    part = {"x": list(range(100)), "name": "the same in both"}
    packed = _pool([{"figure": part, "n": 1}, {"figure": part, "n": 2}])
    assert packed["states"] == [{"figure": {"$": 0}, "n": 1}, {"figure": {"$": 0}, "n": 2}]
    assert unpack(gzip.compress(orjson.dumps(packed))) == [{"figure": part, "n": 1}, {"figure": part, "n": 2}]


@every_exhibit
def test_the_page_finds_a_state_by_the_name_that_javascript_makes(name):
    """JSON.stringify writes 1.0 as 1 and 0.1 + 0.2 as Python does; no other number may differ."""
    exhibit = EXHIBITS[name]
    for state in page_states(exhibit, 12).states:
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', _key(page_values(exhibit, state)))
        assert not re.search(r"\d\.0(?!\d)", bare), bare
