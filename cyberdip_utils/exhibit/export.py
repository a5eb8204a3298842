"""States of an exhibit made beforehand, for a page without a kernel.

``page_states`` chooses which combinations of the controls a page holds; ``export`` computes them and packs them into an index
and chunks, each compressed, all read by ``site/_static/precomputed.js``.

Which combinations: all, if there are no more than ``STATES``. Otherwise every combination of some *core* controls, and each
other control over all its values with as many core controls as the limit allows, the rest at their start. So every value of
every control can be reached, and what was left out is counted and said on the page.

Exhibits of the first edition are packed in the same way.
"""

from __future__ import annotations

import gzip
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from cyberdip_utils.exhibit import pages

if TYPE_CHECKING:
    from cyberdip_utils.exhibit.core import Exhibit

__all__ = ["BYTES", "STATES", "Export", "Plan", "export", "grids", "page_states", "page_values", "unpack"]

STATES = 400  # combinations that a page holds of one exhibit; up to so many it holds all
BYTES = 2_500_000  # budget of one exhibit, compressed; the reader loads a chunk of it at a time
CHUNK = 1_500_000  # characters of one chunk, about, before parts are shared and compressed
LONG = 24  # entries of a list with several choices
STOPS = 9  # stops of a slider on a page
POOLED = 60  # bytes from which a repeated part of a state is stored once
PIECES = 8  # a list of no more texts than this is searched for repeated ones: code, citation, link

State = dict[str, Any]


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
    states: list[State]
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


# ---------------------------------------------------------------- which states


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


def _offered(control, start) -> list:
    """The values of one control that a page offers, as they come."""
    values = control.grid_values()
    if control.kind == "number":
        return _stops(control, start)
    if control.kind == "choices" and len(values) > LONG:
        return [*values[:1], *values[1 : -1 : math.ceil(len(values) / LONG)]]
    if control.kind == "search":
        return [v for v in values if v == start or v in control.examples or v == ""]
    return values


def grids(exhibit: Exhibit, shown: Sequence[State] = ()) -> dict[str, list]:
    """The values that a page offers of each control, among them the start and those of the states ``shown``.

    Lists and switches offer all; sliders evenly spaced stops; spans and search fields what their ``grid_values`` gives; lists
    with several choices none, and each alone (some of them, where there are many).
    """
    offered = {}
    for name, control in exhibit.controls.items():
        start = exhibit.defaults[name]
        values = [control.check(name, v) for v in _offered(control, start)]
        wanted = [v for v in (start, *(s[name] for s in shown)) if v not in values]
        values = list({repr(v): v for v in [*wanted, *values]}.values())
        offered[name] = sorted(values) if control.kind == "number" else values
    return offered


def _families(sizes: Mapping[str, int], limit: int) -> list[tuple[str, ...]]:
    """Sets of controls whose combinations are all held, the core first; see the module's text."""
    first = next(iter(sizes), None)
    order = sorted(sizes, key=lambda n: (n != first, sizes[n]))  # the first control is mostly the picture

    def fitting(start: Sequence[str], names: Sequence[str], room: int) -> list[str]:
        taken = list(start)
        for name in names:
            if math.prod(sizes[n] for n in taken) * sizes[name] <= room:
                taken.append(name)
        return taken

    room = limit if math.prod(sizes.values()) <= limit else limit // 2
    core = fitting((), order, room)
    others = [n for n in order if n not in core]
    share = max(1, (limit - room) // max(1, len(others)))
    return [tuple(core), *(tuple(fitting((name,), core, share)) for name in others)]


def page_states(exhibit: Exhibit, limit: int = STATES, shown: Sequence[State] = ()) -> Plan:
    """Choose the states that a page holds.

    Parameters
    ----------
    limit : int
        Combinations to aim at. Each offered value of each control is held at least once, whatever the limit.
    shown : sequence of dict
        States (all controls, in normal form) that must be among them, since a page opens with them.

    Returns
    -------
    Plan
    """
    offered, start = grids(exhibit, shown), exhibit.defaults
    families = _families({name: len(values) for name, values in offered.items()}, limit)
    every = (
        start | dict(zip(family, values, strict=True))
        for family in families
        for values in itertools.product(*(offered[n] for n in family))
    )
    states = {
        tuple(map(repr, state.values())): state for state in itertools.chain([dict(start)], shown, every)
    }
    total = math.prod(map(len, offered.values()))
    return Plan(offered, families[0], list(states.values()), total)


# ---------------------------------------------------------------- what the page sees


def _page_value(control, value: Any) -> Any:
    """The value as the page and its address have it: plain ones as they are, others in words."""
    return value if control.kind in ("choice", "switch", "number") else control.describe(value)


def page_values(exhibit: Exhibit, state: State) -> State:
    """A state (all controls, in normal form) as the page has it."""
    return {name: _page_value(exhibit.controls[name], value) for name, value in state.items()}


def _even(values: list) -> bool:
    gaps = [b - a for a, b in itertools.pairwise(values)]
    return len(values) > 2 and max(gaps) - min(gaps) < 1e-9 * max(1, abs(max(gaps)))


def _page_control(control, spec: dict, values: list) -> dict:
    """The control's spec on a page: a list of the offered values, where the page cannot have the control itself."""
    if control.kind in ("choice", "switch"):
        return spec
    if control.kind == "number" and _even(values):
        return spec | {"lo": values[0], "hi": values[-1], "step": values[1] - values[0]}
    options = [{"label": control.describe(v), "value": _page_value(control, v)} for v in values]
    return spec | {"kind": "choice", "options": options}


def _key(values: Mapping[str, Any]) -> str:
    """The state's name in the index; ``precomputed.js`` makes the same, and writes 1.0 as 1."""
    whole = [int(v) if isinstance(v, float) and v.is_integer() else v for v in values.values()]
    return orjson.dumps(whole).decode()


def _payload(exhibit: Exhibit, state: State) -> dict[str, Any]:
    """The state as the page gets it: sources by name, since they stand once in the index; code in pieces, to share the first.

    Raises
    ------
    ValueError
        The state cannot be drawn; names it and says why.
    """
    try:
        payload = orjson.loads(exhibit.payload(**state))
        why = payload["error"]
    except Exception as error:  # strict mode raises what else becomes a sentence
        raise ValueError(f"exhibit {exhibit.name} with {state}: {error}") from error
    if why:
        raise ValueError(f"exhibit {exhibit.name} with {state}: {why}")
    payload["selection"] = exhibit.describe(**state)
    if payload.get("form") == 2:
        body, call, arguments = payload["code"].rpartition("\n\n\ntable = ")
        payload["code"] = [body, call + arguments]
    return payload


def _parts(node: Any) -> list | None:
    """Parts of a payload that may be shared: values of a dict, dicts of a list, a few texts. None for anything else."""
    if isinstance(node, dict):
        return list(node.values())
    if isinstance(node, list) and node and isinstance(node[0], dict) and len(node) <= 300:
        return node
    texts = isinstance(node, list) and len(node) <= PIECES and all(isinstance(v, str) for v in node)
    return node if texts else None


def _repeated(payloads: list[Any]) -> set[bytes]:
    """The parts, as JSON, that occur more than once in these payloads and are worth sharing."""
    count: dict[bytes, int] = {}

    def measure(node: Any) -> None:
        for part in _parts(node) or ():
            if not isinstance(part, dict | list | str) or len(text := orjson.dumps(part)) < POOLED:
                continue
            count[text] = count.get(text, 0) + 1
            if count[text] == 1:
                measure(part)

    for payload in payloads:
        measure(payload)
    return {text for text, times in count.items() if times > 1}


def _pool(payloads: list[Any]) -> dict[str, Any]:
    """Payloads with each repeated part stored once: ``{"pool": […], "states": […]}``; a part is ``{"$": its number}``."""
    repeated = _repeated(payloads)
    pool: list[Any] = []
    place: dict[bytes, int] = {}

    def shrink(node: Any) -> Any:
        if not isinstance(node, dict | list | str):
            return node
        text = orjson.dumps(node)
        if text not in repeated:
            return inner(node)
        if text not in place:
            pool.append(inner(node))
            place[text] = len(pool) - 1
        return {"$": place[text]}

    def inner(node: Any) -> Any:
        if _parts(node) is None:
            return node
        return {k: shrink(v) for k, v in node.items()} if isinstance(node, dict) else list(map(shrink, node))

    return {"states": [inner(p) for p in payloads], "pool": pool}


def unpack(chunk: bytes) -> list[Any]:
    """The payloads of a chunk; what ``precomputed.js`` does, here for tests."""
    packed = orjson.loads(gzip.decompress(chunk))

    def whole(node: Any) -> Any:
        if isinstance(node, dict):
            if node.keys() == {"$"}:
                return whole(packed["pool"][node["$"]])
            return {k: whole(v) for k, v in node.items()}
        return [whole(v) for v in node] if isinstance(node, list) else node

    return [whole(state) for state in packed["states"]]


def _batches(payloads: list[dict]) -> Iterator[list[dict]]:
    batch, size = [], 0
    for payload in payloads:
        length = len(orjson.dumps(payload))
        if batch and size + length > CHUNK:
            yield batch
            batch, size = [], 0
        batch.append(payload)
        size += length
    if batch:
        yield batch


def _made(exhibit: Exhibit, plan: Plan) -> Export:
    """The states of a plan, computed and packed."""
    payloads = [_payload(exhibit, s) for s in plan.states]
    sources = {s["name"]: s for p in payloads for s in p["sources"]}
    for payload in payloads:
        payload["sources"] = [s["name"] for s in payload["sources"]]
    keys = iter([_key(page_values(exhibit, s)) for s in plan.states[1:]])
    places, chunks = {}, []
    for batch in _batches(payloads[1:]):
        places |= {next(keys): [len(chunks), i] for i in range(len(batch))}
        chunks.append(gzip.compress(orjson.dumps(_pool(batch)), compresslevel=9, mtime=0))
    spec = exhibit.spec()
    controls = [
        _page_control(exhibit.controls[c["name"]], c, plan.grids[c["name"]]) for c in spec["controls"]
    ]
    index = {
        "spec": spec | {"controls": controls},
        "core": list(plan.core),
        "open": {"values": page_values(exhibit, plan.states[0]), "payload": payloads[0]},
        "places": places,
        "sources": sources,
        "held": len(plan.states),
        "total": plan.total,
    }
    if spec.get("form") == 2:
        index["csv"] = list(pages.origin(exhibit))
    return Export(index, tuple(chunks))


def export(exhibit: Exhibit, limit: int = STATES, budget: int = BYTES, shown: Sequence[State] = ()) -> Export:
    """Compute and pack the states of an exhibit for a page.

    Parameters
    ----------
    exhibit : Exhibit
    limit : int
        Combinations to aim at, as in :func:`page_states`.
    budget : int
        Compressed bytes. Beyond it the limit is quartered, until the states fit or each control moves alone.
    shown : sequence of dict
        States that must be held, as in :func:`page_states`.

    Returns
    -------
    Export
        ``index``: the spec with the controls as the page offers them, the opening state, where each other state lies,
        the sources, ``held`` and ``total`` numbers of combinations, and for the last column of the CSV file what stands
        before and after the settings (``csv``).

    Raises
    ------
    ValueError
        A state that cannot be drawn, named.
    """
    plan = page_states(exhibit, limit, shown)
    made = _made(exhibit, plan)
    while made.size > budget:
        limit //= 4
        smaller = page_states(exhibit, limit, shown)
        if len(smaller.states) >= len(plan.states):
            break
        plan, made = smaller, _made(exhibit, smaller)
    return made
