"""``drive(exhibit)``: a sample of states that holds every value of short controls, and the rules every state must keep.

A control with many values (a state, a cable) is tried with a seeded dozen of them; ``CYBERDIP_EVERY_STATE=1`` tries all,
once a week in ``.ci/weekly``.
"""

import json
import math
import os
import random
import re
from collections.abc import Iterator

import plotly.graph_objects as go

from cyberdip_utils.data import about
from cyberdip_utils.first_edition.exhibit import TABLE_ROWS, Exhibit

LARGEST = 1_500_000  # bytes of one state; a slow line takes seconds beyond it
SMALLEST_FONT = 12
MISSING = re.compile(r"(?<!\w)(nan|NaN|<NA>|None of nan)(?!\w)")
MOST = 12  # values of one control
BUILT_IN = {"ISO-3", "USA-states", "country names"}  # places that plotly.js would fetch from a server


def _fonts(node, path=""):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "font" or key.endswith("font"):
                if isinstance(value, dict) and isinstance(value.get("size"), (int, float)):
                    yield f"{path}.{key}", value["size"]
            yield from _fonts(value, f"{path}.{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _fonts(value, f"{path}[{i}]")


def check_state(exhibit: Exhibit, values: dict) -> dict:
    """Assert that one state keeps the rules; its payload, read back."""
    where = f"{exhibit.name} with {values}"
    view = exhibit._view(values)  # without the copy that a reader gets
    assert view.takeaway.strip(), f"{where}: no takeaway"
    assert not MISSING.search(f"{view.takeaway} {view.detail}"), f"{where}: {view.takeaway} {view.detail}"
    assert isinstance(view.caveat, str)
    assert view.alt.strip(), f"{where}: no text for those who cannot see the figure"
    assert isinstance(view.figure, go.Figure | dict)
    for name in view.sources:
        assert about(name).citation, f"{where}: {name} has no citation"
    raw = exhibit.payload(**values)
    assert len(raw) < LARGEST, f"{where}: {len(raw):,} bytes"
    state = json.loads(raw)
    assert state["error"] == "", f"{where}: {state['error']}"
    assert (state["takeaway"], state["caveat"], state["alt"]) == (view.takeaway, view.caveat, view.alt)
    assert [s["name"] for s in state["sources"]] == list(view.sources)
    table = state["table"]
    assert table["total"] == len(view.table) and table["shown"] == len(table["rows"]) <= TABLE_ROWS
    assert all(len(row) == len(table["columns"]) for row in table["rows"])
    assert len(set(table["columns"])) == len(table["columns"]), f"{where}: a column twice"
    figure = state["figure"]
    assert len(figure.get("data", [])) == len(view.figure["data"])
    drawn = bool(figure.get("data")) or bool(figure["layout"].get("annotations"))
    assert drawn, f"{where}: a blank figure; figures.empty(message) says why there is nothing"
    if table["total"]:
        assert table["columns"], where
    for trace in figure.get("data", []):
        if trace["type"] == "choropleth":
            assert trace.get("geojson"), f"{where}: this map would ask a server for its shapes"
        assert trace.get("locationmode") not in BUILT_IN, f"{where}: this map would ask a server"
    for place, size in _fonts(figure):
        assert size >= SMALLEST_FONT, f"{where}: {place} is {size} px"
    text = json.dumps(figure).lower()
    assert "<script" not in text and "<a " not in text and "javascript:" not in text, where
    assert all(url.startswith(("https://", "http://")) for _, url in state["links"]), where
    return state


def sample(exhibit: Exhibit, limit: int = 40, seed: int = 0) -> Iterator[dict]:
    """States to try: each control over its values, one moved at a time, then combinations up to the limit."""
    draw, whole = random.Random(f"{exhibit.name} {seed}"), os.environ.get("CYBERDIP_EVERY_STATE") == "1"
    values = {}
    for key, control in exhibit.controls.items():
        options = list(control.samples())
        if len(options) > MOST and not whole:
            options = [options[0], *draw.sample(options[1:-1], MOST - 2), options[-1]]
        values[key] = [control.check(key, v) for v in options]
    every = math.prod(map(len, values.values()))
    limit = min(every, max(120 if whole else 0, limit))
    seen = {}

    def new(state: dict) -> bool:
        name = tuple(map(repr, state.values()))
        return not (name in seen or seen.setdefault(name, False))

    moved = ({**exhibit.defaults, key: v} for key, options in values.items() for v in options)
    drawn = ({key: draw.choice(options) for key, options in values.items()} for _ in range(20 * limit))
    for state in (exhibit.defaults, *moved):
        if new(state):
            yield state
    for state in drawn:
        if len(seen) >= limit:
            return
        if new(state):
            yield state


def _seen(state: dict) -> tuple:
    return state["figure"], state["takeaway"], state["table"], state["detail"]


def _moves(exhibit: Exhibit, key: str, shown: dict) -> bool:
    """Does some sample of the control change what a reader sees, in the opening state or one step from it?"""
    others = [k for k in exhibit.controls if k != key]
    bases = [exhibit.defaults] + [
        exhibit.defaults | {k: exhibit.controls[k].check(k, v)}
        for k in others
        for v in exhibit.controls[k].samples()[:12]
    ]
    control = exhibit.controls[key]
    options = list(control.samples())
    options = options if len(options) <= MOST else [*options[: MOST - 1], options[-1]]
    for base in bases:
        seen = []
        for value in options:
            values = base | {key: control.check(key, value)}
            name = tuple(map(repr, values.values()))
            if name not in shown:
                shown[name] = _seen(check_state(exhibit, values))
            seen.append(shown[name])
            if seen[-1] != seen[0]:
                return True
    return False


def drive(exhibit: Exhibit, limit: int = 40, seed: int = 0) -> int:
    """Try the states of :func:`sample`; the number of states tried.

    Every control must also do something: some sample of it changes the figure, the takeaway or the table.
    """
    shown = {}
    for values in sample(exhibit, limit, seed):
        state = check_state(exhibit, values)
        shown[tuple(map(repr, values.values()))] = _seen(state)
    for key in exhibit.controls:
        assert _moves(exhibit, key, shown), f"{exhibit.name}: the control {key!r} changes nothing"
    # A view is a pure function: asked again, it says the same.
    again, once_more = (
        json.loads(exhibit._packed(exhibit._sound(exhibit.function(**exhibit.defaults)), ""))
        for _ in range(2)
    )
    kept = json.loads(exhibit.payload())  # compared as JSON: plotly does not keep the order of keys
    assert again == once_more == kept, f"{exhibit.name}: the same arguments gave another view"
    file = exhibit.csv()
    head, _, body = file.partition("\n")
    assert head == f"# {exhibit.title}" and body
    for source in exhibit.view().sources:
        assert f"# Licence ({source}): " in body, f"{exhibit.name}: no licence of {source} in the file"
    assert exhibit.title in exhibit.text() and exhibit.view().takeaway in exhibit.text()
    return len(shown)
