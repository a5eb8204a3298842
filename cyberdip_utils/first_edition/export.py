"""States of an exhibit made beforehand, for a page without a kernel.

``page_states`` chooses which combinations of the controls a page holds; ``export`` computes them and packs them into an
opening file and chunks, each compressed, all read by ``static/page.js``.

Which combinations: all, if there are few enough. Otherwise every combination of some *core* controls, and each other control
over all its values with as many core controls as the budget allows, the rest at their start. So every value of every
control can be reached, and what was left out is counted and said on the page.
"""

from __future__ import annotations

import gzip
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from cyberdip_utils.first_edition.exhibit import Exhibit, _source

__all__ = ["Export", "Plan", "export", "grids", "page_states", "unpack"]

STATES = 160  # combinations a page holds of one exhibit, as a rule
BYTES = 900_000  # compressed, for one exhibit
CHUNK = 400_000  # characters of one chunk, about, before compression
LONG = 24  # entries of a list with several choices
STOPS = 9  # stops of a slider on a page
POOLED = 60  # bytes from which a repeated part of a state is stored once


@dataclass(frozen=True)
class Plan:
    """Which states a page holds.

    Parameters
    ----------
    grids : dict of str to list
        The values of each control that the page offers.
    core : tuple of str
        Controls of which all combinations are held.
    states : list of dict
        The states, the opening one first.
    total : int
        Combinations of all offered values, held or not.
    """

    grids: dict[str, list]
    core: tuple[str, ...]
    states: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class Export:
    """What a page needs of one exhibit: ``index`` (plain values) and ``chunks`` (gzip-compressed JSON)."""

    index: dict[str, Any]
    chunks: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Compressed bytes in all."""
        return len(gzip.compress(orjson.dumps(self.index), mtime=0)) + sum(map(len, self.chunks))


def _stops(control, start) -> list:
    """Evenly spaced stops of a slider that hold both ends and the start; else the control's own grid."""
    if control.grid:
        return list(dict.fromkeys([*control.grid_values(), start]))
    steps = round((control.hi - control.lo) / control.step)
    at = round((start - control.lo) / control.step)
    for width in range(1, steps + 1):
        if steps % width == 0 and at % width == 0 and steps // width < STOPS:
            return [
                control.check("stop", control.lo + i * width * control.step)
                for i in range(steps // width + 1)
            ]
    return control.grid_values()


def grids(exhibit: Exhibit) -> dict[str, list]:
    """The values that a page offers of each control, the start among them.

    Lists and switches offer all; sliders evenly spaced stops; spans and search fields what their ``grid_values`` gives; lists
    with several choices none, and each alone (some of them, where there are many).
    """
    offered = {}
    for name, control in exhibit.controls.items():
        start = exhibit.defaults[name]
        if control.kind == "number":
            values = _stops(control, start)
        elif control.kind == "choices":
            values = control.grid_values()
            if len(values) > LONG:
                values = [*values[:1], *values[1 : -1 : math.ceil(len(values) / LONG)]]
        elif control.kind == "search":
            values = [v for v in control.grid_values() if v == start or v in control.examples or v == ""]
        else:
            values = control.grid_values()
        values = [control.check(name, v) for v in values]
        if start not in values:
            values = [start, *values]
        values = list({repr(v): v for v in values}.values())
        offered[name] = sorted(values) if control.kind == "number" else values
    return offered


def page_states(exhibit: Exhibit, limit: int = STATES) -> Plan:
    """Choose the states that a page holds.

    Parameters
    ----------
    limit : int
        Combinations to aim at. Each offered value of each control is held at least once, whatever the limit.

    Returns
    -------
    Plan
    """
    offered, start = grids(exhibit), exhibit.defaults
    sizes = {name: len(values) for name, values in offered.items()}
    total = math.prod(sizes.values())
    first = next(iter(sizes), None)
    order = sorted(sizes, key=lambda n: (n != first, sizes[n]))  # the first control is mostly the picture
    core: list[str] = []
    room = limit if total <= limit else limit // 2
    for name in order:
        if math.prod(sizes[n] for n in core) * sizes[name] <= room:
            core.append(name)
    others = [n for n in order if n not in core]
    families = [tuple(core)]
    for name in others:
        with_core, share = [], max(1, (limit - room) // len(others))
        for c in core:
            if math.prod(sizes[n] for n in with_core) * sizes[c] * sizes[name] <= share:
                with_core.append(c)
        families.append((*with_core, name))
    states, seen = [], set()
    for family in families:
        for values in itertools.product(*(offered[n] for n in family)):
            state = start | dict(zip(family, values, strict=True))
            key = tuple(map(repr, state.values()))
            if key not in seen:
                seen.add(key)
                states.append(state)
    states.sort(key=lambda s: s != start)  # stable: the opening state first
    return Plan(offered, tuple(core), states, total)


# ---------------------------------------------------------------- what the page sees


def _even(values: list) -> bool:
    gaps = [b - a for a, b in itertools.pairwise(values)]
    return len(values) > 2 and max(gaps) - min(gaps) < 1e-9 * max(1, abs(max(gaps)))


def _page_control(exhibit: Exhibit, name: str, values: list) -> tuple[dict, dict[str, Any]]:
    """The control's spec on a page, and the page's value for each of its values (by ``repr``)."""
    control = exhibit.controls[name]
    spec = {"name": name, **control.spec()}
    plain = {repr(v): v for v in values}
    if control.kind == "choice":
        wanted = set(plain)
        spec["options"] = [o for o in spec["options"] if repr(control.check(name, o["value"])) in wanted]
        return spec, plain
    if control.kind == "switch":
        return spec, plain
    if control.kind == "number" and _even(values):
        return spec | {"lo": values[0], "hi": values[-1], "step": values[1] - values[0]}, plain
    spec |= {
        "kind": "choice",
        "options": [{"label": control.describe(v), "value": f"v{i}"} for i, v in enumerate(values)],
    }
    return spec, {repr(v): f"v{i}" for i, v in enumerate(values)}


def _key(values: Mapping[str, Any]) -> str:
    """The state's name in the index; ``exhibit.js`` makes the same, and writes 1.0 as 1."""
    whole = [int(v) if isinstance(v, float) and v.is_integer() else v for v in values.values()]
    return orjson.dumps(whole).decode()


def _pool(payloads: list[Any]) -> dict[str, Any]:
    """Payloads with each repeated part stored once: ``{"pool": […], "states": […]}``; a part is ``{"$": its number}``."""
    count: dict[bytes, int] = {}

    def descend(node: Any) -> bool:
        """Dicts, and lists of them that are not tables of cells: the rest is stored as it is."""
        return isinstance(node, dict) or (
            isinstance(node, list) and 0 < len(node) <= 300 and isinstance(node[0], dict)
        )

    def measure(node: Any) -> None:
        for part in node.values() if isinstance(node, dict) else node:
            if isinstance(part, dict | list | str):
                text = orjson.dumps(part)
                if len(text) >= POOLED:
                    count[text] = count.get(text, 0) + 1
                    if descend(part) and count[text] == 1:
                        measure(part)

    for payload in payloads:
        measure(payload)
    pool: list[Any] = []
    place: dict[bytes, int] = {}

    def shrink(node: Any) -> Any:
        if not isinstance(node, dict | list | str):
            return node
        text = orjson.dumps(node)
        if count.get(text, 0) > 1:
            if text not in place:
                small = inner(node)
                place[text] = len(pool)
                pool.append(small)
            return {"$": place[text]}
        return inner(node)

    def inner(node: Any) -> Any:
        if not descend(node):
            return node
        if isinstance(node, dict):
            return {k: shrink(v) for k, v in node.items()}
        return [shrink(v) for v in node]

    return {"states": [inner(p) for p in payloads], "pool": pool}


def unpack(chunk: bytes) -> list[Any]:
    """The payloads of a chunk; what ``page.js`` does, here for tests."""
    packed = orjson.loads(gzip.decompress(chunk))

    def whole(node: Any) -> Any:
        if isinstance(node, dict):
            if node.keys() == {"$"}:
                return whole(packed["pool"][node["$"]])
            return {k: whole(v) for k, v in node.items()}
        return [whole(v) for v in node] if isinstance(node, list) else node

    return [whole(state) for state in packed["states"]]


def _payload(exhibit: Exhibit, state: Mapping[str, Any]) -> dict[str, Any]:
    """The state as the page gets it. Sources stand once in the index, by name."""
    payload = orjson.loads(exhibit.payload(**state))
    if payload["error"]:
        raise ValueError(f"exhibit {exhibit.name} with {dict(state)}: {payload['error']}")
    payload["sources"] = [s["name"] for s in payload["sources"]]
    payload["selection"] = exhibit.describe(**state)
    return payload


def _chunks(payloads: list[dict]) -> Iterator[list[dict]]:
    batch, size = [], 0
    for payload in payloads:
        length = len(orjson.dumps(payload))
        if batch and size + length > 8 * CHUNK:
            yield batch
            batch, size = [], 0
        batch.append(payload)
        size += length
    if batch:
        yield batch


def export(exhibit: Exhibit, limit: int = STATES, budget: int = BYTES) -> Export:
    """Compute and pack the states of an exhibit for a page.

    Parameters
    ----------
    exhibit : Exhibit
    limit : int
        Combinations to aim at, as in :func:`page_states`.
    budget : int
        Compressed bytes. Beyond it the limit is quartered, until the states fit or each control moves alone.

    Returns
    -------
    Export
        ``index``: the spec with the controls as the page offers them, the opening state, where each other state lies,
        the sources, ``held`` and ``total`` numbers of combinations.

    Raises
    ------
    ValueError
        A state that cannot be drawn, named.
    """
    while True:
        plan = page_states(exhibit, limit)
        specs, names = [], {}
        for name, values in plan.grids.items():
            spec, page_value = _page_control(exhibit, name, values)
            specs.append(spec)
            names[name] = page_value
        page_values = [{n: names[n][repr(v)] for n, v in s.items()} for s in plan.states]
        payloads = [_payload(exhibit, s) for s in plan.states]
        places, chunks = {}, []
        rest = iter(page_values[1:])
        for batch in _chunks(payloads[1:]):
            for i, _ in enumerate(batch):
                places[_key(next(rest))] = [len(chunks), i]
            chunks.append(gzip.compress(orjson.dumps(_pool(batch)), compresslevel=9, mtime=0))
        shown = [name for p in payloads for name in p["sources"]]
        made = Export(
            {
                "spec": exhibit.spec() | {"controls": specs},
                "core": list(plan.core),
                "open": {"values": page_values[0], "payload": payloads[0]},
                "places": places,
                "sources": {name: _source(name) for name in dict.fromkeys(shown)},
                "held": len(plan.states),
                "total": plan.total,
            },
            tuple(chunks),
        )
        smaller = len(page_states(exhibit, limit // 4).states) if limit > 3 else len(plan.states)
        if made.size <= budget or smaller >= len(plan.states):
            return made
        limit //= 4
