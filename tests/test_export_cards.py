"""States of the new exhibits made beforehand for a page without a kernel: which ones, and that they are what Python shows."""

import gzip
import random
import re

import orjson
import pandas as pd
import plotly.graph_objects as go
import pytest

from cyberdip_utils import claims, load
from cyberdip_utils.exhibit import Exhibit, all_exhibits, choice, registry
from cyberdip_utils.exhibit.export import (
    BYTES,
    STATES,
    _key,
    _made,
    _payload,
    _pool,
    export,
    page_states,
    page_values,
    unpack,
)

EXHIBITS = all_exhibits()
every_exhibit = pytest.mark.parametrize("name", EXHIBITS)
PIECES = ("code", "cite", "link")


def joined(payload):
    """A payload with the texts that come in pieces made whole."""
    return payload | {key: "".join(payload[key]) for key in PIECES}


def python_state(exhibit, values):
    """What a notebook shows."""
    payload = orjson.loads(exhibit.payload(**values))
    assert payload["error"] == ""
    return joined(payload)


def some(exhibit, number):
    """The opening state and a seeded sample of the others that a page would hold."""
    first, *others = page_states(exhibit).states
    return [first, *random.Random(exhibit.name).sample(others, min(number, len(others)))]


@every_exhibit
def test_a_page_holds_all_states_up_to_the_limit_and_else_every_value(name):
    exhibit = EXHIBITS[name]
    for limit in (1, 12, STATES):
        plan = page_states(exhibit, limit)
        keys = [_key(page_values(exhibit, s)) for s in plan.states]
        assert plan.states[0] == exhibit.defaults and len(keys) == len(set(keys)) <= plan.total
        if plan.total <= limit:
            assert len(plan.states) == plan.total
        for control, values in plan.grids.items():
            assert {repr(s[control]) for s in plan.states} == set(map(repr, values))
        for key in keys:  # as JSON.stringify writes it: no 1.0
            assert not re.search(r"\d\.0(?!\d)", re.sub(r'"(?:[^"\\]|\\.)*"', '""', key))


@every_exhibit
def test_packed_states_are_what_python_shows(name):
    exhibit = EXHIBITS[name]
    states = some(exhibit, 3)
    packed = gzip.compress(orjson.dumps(_pool([_payload(exhibit, s) for s in states])), mtime=0)
    assert [joined(p) for p in unpack(packed)] == [python_state(exhibit, s) for s in states]


@every_exhibit
def test_an_export_leads_to_each_state_within_its_budget(name):
    exhibit = EXHIBITS[name]
    opened = some(exhibit, 1)[
        -1
    ]  # a page that opens the exhibit in another state must hold it, whatever the limit
    plan = page_states(exhibit, 4, [opened])
    made = _made(exhibit, plan)
    index, chunks = orjson.loads(orjson.dumps(made.index)), [unpack(c) for c in made.chunks]
    assert index["held"] == len(plan.states) == 1 + len(index["places"])
    assert made.size * STATES / len(plan.states) <= 4 * BYTES
    for state in [opened, *some(exhibit, 2)]:
        key = _key(page_values(exhibit, state))
        if state == exhibit.defaults:
            payload = index["open"]["payload"]
        elif key in index["places"]:
            chunk, place = index["places"][key]
            payload = chunks[chunk][place]
        else:
            assert state != opened
            continue
        sources = [index["sources"][source] for source in payload["sources"]]
        assert joined(payload) | {"sources": sources} == python_state(exhibit, state)
    for control in index["spec"]["controls"]:  # what the page offers is what it holds
        if control["kind"] == "choice":
            held = [orjson.loads(key) for key in index["places"]]
            at = [c["name"] for c in index["spec"]["controls"]].index(control["name"])
            values = {repr(v[at]) for v in held} | {repr(index["open"]["values"][control["name"]])}
            assert values == {repr(o["value"]) for o in control["options"]}


@every_exhibit
def test_the_page_can_write_the_csv_file_of_python(name):
    exhibit = EXHIBITS[name]
    state = some(exhibit, 1)[-1]
    index = _made(exhibit, page_states(exhibit, 1)).index
    settings = f"; {exhibit.describe(**state)}" if exhibit.controls else ""
    last = exhibit.csv(**state).splitlines()[-1]
    if len(exhibit.table(**state)):
        assert settings.join(index["csv"]) in last.replace('""', '"')


# ---------------------------------------------------------------- an exhibit of the test's own

STATUS = [("Attributed", "attributed"), ("Not attributed", "not attributed"), ("Neither", "neither")]


def by_year(status: str = "attributed") -> pd.DataFrame:
    """Incidents of an attribution status, by the year in which they began."""
    if status == "neither":
        raise ValueError("status: the record has no such incidents")
    rows = load("incidents")
    chosen = rows[rows["attribution_status"].astype(str).eq(status)]
    return (
        chosen["start_on"]
        .dt.year.value_counts()
        .sort_index()
        .rename_axis("year")
        .reset_index(name="incidents")
    )


def draw_years(frame):
    return go.Figure({"data": [{"type": "bar", "x": frame["year"], "y": frame["incidents"]}]})


def say_years(frame):
    return claims.sentence("{n} are counted", ".", n=claims.total(frame, "incidents", "incident"))


@pytest.fixture
def exhibit(monkeypatch):
    def make(statuses):
        monkeypatch.setattr(registry, "_made", {})
        return Exhibit(
            "test_years",
            "How many incidents a year?",
            data=by_year,
            draw=draw_years,
            say=say_years,
            caveat="What nobody recorded. Nor why a row was added in one year and not in another one.",
            sources=("incidents",),
            status=choice(statuses),
        )

    return make


def test_a_state_that_cannot_be_drawn_is_named(exhibit, monkeypatch):
    broken = exhibit(STATUS)
    for strict in ("0", "1"):
        monkeypatch.setenv("CYBERDIP_STRICT", strict)
        with pytest.raises(ValueError, match="test_years with .*'neither'.*has no such incidents"):
            export(broken)


def test_code_citation_and_sources_are_stored_once(exhibit):
    made = export(exhibit(STATUS[:2] + [(f"Attributed, {i}", f"{i}") for i in range(6)]))
    (chunk,) = made.chunks
    text = gzip.decompress(chunk).decode()
    assert made.index["held"] == made.index["total"] == 8
    for once in ("def by_year(", "Tables:", "Nor why a row"):
        assert text.count(once) == 1
    assert list(made.index["sources"]) == ["incidents"] and "bibtex" not in text


def test_a_small_budget_gives_fewer_states_and_every_value(exhibit):
    whole = exhibit(STATUS[:2])
    assert export(whole, budget=1).index["held"] == export(whole).index["held"] == 2
