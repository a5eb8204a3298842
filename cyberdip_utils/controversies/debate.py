"""The one form of all debates: sides, claims, evidence, an argument map and a weighing that shows its sums.

A debate is one TOML file (``debates/5_1.toml``), checked against ``debate.schema.json`` and against itself. From it come
three exhibits: the argument map, the evidence (other chapters' exhibits, called by name) and the weighing. A teacher's own
debate is another such file; ``tools/new_debate.py`` checks it and writes its notebook.

The weighing is a weighted sum, as in multi-attribute utility theory (Keeney and Raiffa 1993, ch. 3), and linear in every
lever, so that the point at which a conclusion flips is solved for and not searched. The effects in it are the editors'
judgements, each with its reason; they can be disputed in the file.
"""

from __future__ import annotations

import difflib
import itertools
import json
import math
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.errors import quoted
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, number, switch

__all__ = ["Debate", "open_debate", "read_debate"]

FOLDER = Path(__file__).resolve().parent / "debates"
SCHEMA = Path(__file__).resolve().parent / "debate.schema.json"
CRITERIA = ("security", "openness", "growth", "rights", "fairness", "stability")
HEAVIEST = 3  # the largest weight a reader can give
SIGN = {"for": "+", "against": "−"}
MARK = 34  # pixels across, of a claim on the map


# ---------------------------------------------------------------- reading and checking


def _place(path) -> str:
    """Where in the file the schema found something: 'claim 3, why'."""
    words = []
    for step in path:
        if isinstance(step, int):
            words[-1] += f" {step + 1}"
        else:
            words.append(str(step))
    return ", ".join(words) or "the file"


def _no_such(what: str, name: str, known) -> str:
    return f"{what}: {quoted(name)} is not in the file; there are {', '.join(map(str, known))}"


def _twice(names: list[str]) -> set[str]:
    return {n for n in names if names.count(n) > 1}


def _faults(raw: Mapping[str, Any]) -> Iterator[str]:
    """What the schema cannot say: names that must resolve, and sums that must stay on the scale."""
    sides = [s["id"] for s in raw["side"]]
    claims = {c["id"]: c for c in raw["claim"]}
    levers = {a["id"]: a for a in raw["assumption"]}
    criteria = [c["id"] for c in raw["criterion"]]
    for what, names in {
        "side": sides,
        "claim": [c["id"] for c in raw["claim"]],
        "evidence": [e["id"] for e in raw["evidence"]],
        "criterion": criteria,
        "assumption": [a["id"] for a in raw["assumption"]],
    }.items():
        for name in sorted(_twice(names)):
            yield f"{what}: {quoted(name)} stands twice"
    for name in set(levers) & set(CRITERIA):
        yield f"assumption: {name!r} is the name of a criterion"
    for c in raw["claim"]:
        if c["side"] not in sides:
            yield _no_such(f"claim {c['id']}, side", c["side"], sides)
        for kind in ("supports", "attacks"):
            for other in c.get(kind, []):
                if other not in claims:
                    yield _no_such(f"claim {c['id']}, {kind}", other, claims)
                elif other == c["id"]:
                    yield f"claim {c['id']}, {kind}: a claim cannot bear on itself"
                elif kind == "supports" and claims[other]["side"] != c["side"]:
                    yield f"claim {c['id']}, supports: {other} belongs to another side"
                elif kind == "attacks" and claims[other]["side"] == c["side"]:
                    yield f"claim {c['id']}, attacks: {other} belongs to the same side"
    for side in sides:
        if not any(c["side"] == side for c in raw["claim"]):
            yield f"side {quoted(side)} makes no claim"
    for e in raw["evidence"]:
        if e["claim"] not in claims:
            yield _no_such(f"evidence {e['id']}, claim", e["claim"], claims)
    for a in raw["assumption"]:
        if not a["low"] < a["high"]:
            yield f"assumption {a['id']}: low {a['low']:g} is not below high {a['high']:g}"
        elif not a["low"] <= a["start"] <= a["high"]:
            yield f"assumption {a['id']}: start {a['start']:g} is outside {a['low']:g} to {a['high']:g}"
    pairs = [(e["side"], e["criterion"]) for e in raw["effect"]]
    wanted = [(s, c) for s in sides for c in criteria]
    for side, criterion in wanted:
        if (n := pairs.count((side, criterion))) != 1:
            yield f"effect: {quoted(side)} on {quoted(criterion)} stands {n} times, not once"
    for side, criterion in set(pairs) - set(wanted):
        yield f"effect: {quoted(side)} on {quoted(criterion)}: no such side or criterion"
    for e in raw["effect"]:
        moves = e.get("moves", {})
        for lever in moves:
            if lever not in levers:
                yield _no_such(f"effect of {e['side']} on {e['criterion']}, moves", lever, levers)
        if abs(e["middle"]) + sum(map(abs, moves.values())) / 2 > 2 + 1e-9:
            yield (
                f"effect of {e['side']} on {e['criterion']}: with its moves it leaves the scale of −2 to 2 "
                f"(middle {e['middle']:g}, moves {', '.join(f'{v:g}' for v in moves.values())})"
            )
    for lever in levers:
        if not any(lever in e.get("moves", {}) for e in raw["effect"]):
            yield f"assumption {lever!r} moves no effect"


def _hold_to_schema(raw: dict, name: str) -> None:
    """``ValueError`` with the first place where a debate is not of the schema."""
    from jsonschema import Draft202012Validator

    checker = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    errors = sorted(checker.iter_errors(raw), key=lambda e: [str(p) for p in e.path])
    if errors:
        first, more = errors[0], len(errors) - 1
        also = f" (and {more} more)" if more else ""
        raise ValueError(f"{name}: {_place(first.path)}: {first.message[:200]}{also}")


def _finite(text: str) -> float:
    """A decimal number of the file; "nan", "inf" and what overflows would pass every comparison below."""
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text[:40]} is no number that can be weighed")
    return value


def read_debate(path: str | Path) -> Debate:
    """Read a debate file and check it.

    Parameters
    ----------
    path : str or Path
        A TOML file as ``debates/template.toml`` shows it.

    Returns
    -------
    Debate

    Raises
    ------
    FileNotFoundError
        No such file.
    ValueError
        Not TOML, not of the schema, or a name in it that does not resolve; the sentence says where.
    """
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=_finite)
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not UTF-8 text; save it as UTF-8") from None
    except RecursionError:
        raise ValueError(f"{path.name} is not a debate: it is nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name} is not valid TOML: {' '.join(str(error).split())[:200]}") from None
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
    # The tests hold the handbook's own files to the schema; here its checker would cost a second to import.
    own = path.resolve().parent == FOLDER.resolve() and os.environ.get("CYBERDIP_STRICT") != "1"
    if not own:
        _hold_to_schema(raw, path.name)
    try:
        faults = list(_faults(raw))
    except (AttributeError, KeyError, TypeError):  # one of ours, changed by hand: say where it is wrong
        _hold_to_schema(raw, path.name)
        raise
    if faults:
        also = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise ValueError(f"{path.name}: {faults[0]}{also}")
    return Debate(_one_line(raw))


def _one_line(value: Any) -> Any:
    """The same content with each text on one line: line breaks in the file mean nothing."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, dict):
        return {k: _one_line(v) for k, v in value.items()}
    return [_one_line(v) for v in value] if isinstance(value, list) else value


def open_debate(which: str | Path) -> Debate:
    """A debate of the handbook by its chapter's number (``"5.1"``), or your own by its file.

    Raises
    ------
    FileNotFoundError, ValueError
        As :func:`read_debate`.
    """
    known = FOLDER / f"{str(which).replace('.', '_')}.toml"
    return read_debate(known if known.is_file() else which)


# ---------------------------------------------------------------- the debate


@dataclass(frozen=True)
class Debate:
    """One debate as its file states it; made by :func:`read_debate`.

    Parameters
    ----------
    raw : mapping
        The file's content, checked.
    """

    raw: Mapping[str, Any] = field(repr=False)

    # ---- parts

    @property
    def number(self) -> str:
        return self.raw["number"]

    @property
    def title(self) -> str:
        return self.raw["title"]

    @property
    def sides(self) -> dict[str, str]:
        """Names of the sides, by id."""
        return {s["id"]: s["name"] for s in self.raw["side"]}

    @property
    def claims(self) -> dict[str, Mapping]:
        return {c["id"]: c for c in self.raw["claim"]}

    @property
    def evidence(self) -> dict[str, Mapping]:
        return {e["id"]: e for e in self.raw["evidence"]}

    @property
    def assumptions(self) -> dict[str, Mapping]:
        return {a["id"]: a for a in self.raw["assumption"]}

    def sources(self) -> set[str]:
        """Keys of ``references.bib`` that the debate rests on."""
        parts = [*self.raw["side"], *self.raw["claim"], *self.raw["assumption"]]
        return {key for part in parts for key in part.get("sources", [])}

    def balance(self) -> pd.DataFrame:
        """What each side gets in this file: words, claims, sources, evidence. A row each side."""
        rows = {}
        for s in self.raw["side"]:
            mine = [c for c in self.raw["claim"] if c["side"] == s["id"]]
            ids = {c["id"] for c in mine}
            text = " ".join([s["case"], *(f"{c['text']} {c['why']}" for c in mine)])
            bearing = [e["bearing"] for e in self.raw["evidence"] if e["claim"] in ids]
            rows[s["name"]] = {
                "words": len(text.split()),
                "claims": len(mine),
                "sources": len({k for part in (s, *mine) for k in part["sources"]}),
                "evidence": len(bearing),
                "evidence for": bearing.count("for"),
                "evidence against": bearing.count("against"),
                "attacks made": sum(len(c.get("attacks", [])) for c in mine),
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("side")

    # ---- the weighing

    def levers(self) -> dict[str, float]:
        """Where every weight and assumption stands when nobody has moved it."""
        return dict.fromkeys(CRITERIA, 1.0) | {k: float(a["start"]) for k, a in self.assumptions.items()}

    def _set(self, levers: Mapping[str, float]) -> dict[str, float]:
        start = self.levers()
        for name, value in levers.items():
            if name not in start:
                raise ValueError(f"{name}: no such lever; there are {', '.join(start)}")
            low, high = self.range(name)
            if not low - 1e-9 <= value <= high + 1e-9:
                raise ValueError(f"{name}: {value:g} is outside {low:g} to {high:g}")
        return start | dict(levers)

    def range(self, lever: str) -> tuple[float, float]:
        """Lowest and highest value of a weight or an assumption."""
        if lever in CRITERIA:
            return 0.0, float(HEAVIEST)
        a = self.assumptions[lever]
        return float(a["low"]), float(a["high"])

    def effects(self, **levers: float) -> pd.DataFrame:
        """How each side's policy does on each criterion, −2 (far worse than today) to 2 (far better), under these assumptions.

        Returns
        -------
        pandas.DataFrame
            One row a side (by id), one column a criterion. An effect is ``middle`` plus, for each assumption that moves
            it, ``move × (position in its range − ½)``.
        """
        effects = self._effects(self._set(levers))
        return pd.DataFrame(effects, index=list(self.sides), columns=list(CRITERIA))

    @cached_property
    def _judged(self) -> tuple[np.ndarray, list[tuple[int, int, str, float, float, float]]]:
        """Middle effects (sides by criteria); and what moves them: row, column, lever, its move, its lowest and highest."""
        rows = {side: i for i, side in enumerate(self.sides)}
        middle, moves = np.zeros((len(rows), len(CRITERIA))), []
        for e in self.raw["effect"]:
            place = rows[e["side"]], CRITERIA.index(e["criterion"])
            middle[place] = e["middle"]
            moves += [(*place, lever, move, *self.range(lever)) for lever, move in e.get("moves", {}).items()]
        return middle, moves

    def _effects(self, at: Mapping[str, float]) -> np.ndarray:
        """:meth:`effects` as an array, for levers that are all given and checked."""
        middle, moves = self._judged
        made = middle.copy()
        for row, column, lever, move, low, high in moves:
            made[row, column] += move * ((at[lever] - low) / (high - low) - 0.5)
        return made

    def _scores(self, at: Mapping[str, float]) -> np.ndarray:
        """:meth:`score` as an array in the order of the sides."""
        weights = np.array([at[c] for c in CRITERIA], dtype=float)
        if weights.sum() == 0:
            return np.full(len(self.sides), np.nan)
        return self._effects(at) @ weights / weights.sum()

    def score(self, **levers: float) -> pd.Series:
        """The weighted mean effect of each side, −2 to 2, by id. All missing if every weight is nought."""
        return pd.Series(self._scores(self._set(levers)), index=list(self.sides))

    def margin(self, first: str, second: str, **levers: float) -> float:
        """Score of one side less the score of another."""
        score = self.score(**levers)
        return float(score[first] - score[second])

    def flip(self, lever: str, leader: str, **levers: float) -> float | None:
        """The value of one lever at which the leader stops leading, the others held; None if it leads all along.

        Parameters
        ----------
        lever : str
            A criterion (its weight) or an assumption.
        leader : str
            A side's id. It must lead, or be tied, at ``levers``.

        Notes
        -----
        The numerator of the margin (its weighted sum) is linear in each lever, and its sign is the margin's sign, so the
        root is exact. With several rivals the root nearest to the present value counts.
        """
        at, first = self._set(levers), list(self.sides).index(leader)
        low, high = self.range(lever)

        def totals(value: float) -> list[float]:
            """The leader's weighted sum less that of each side."""
            there = at | {lever: value}
            effects = self._effects(there).tolist()
            return [
                sum(there[c] * (a - b) for c, a, b in zip(CRITERIA, effects[first], other, strict=True))
                for other in effects
            ]

        roots = []
        for a, b in zip(
            totals(low), totals(high), strict=True
        ):  # the leader's own are nought and have no root
            if a * b < 0:
                roots.append(low + (high - low) * a / (a - b))
        return min(roots, key=lambda r: abs(r - at[lever])) if roots else None

    def tornado(self, **levers: float) -> pd.DataFrame:
        """What the conclusion hangs on: the leader's margin as each lever goes from its lowest to its highest.

        Returns
        -------
        pandas.DataFrame
            ``lever``, ``kind`` (weight or assumption), ``name``, ``at``, ``lowest``, ``highest``, ``margin_low``,
            ``margin_high`` (leader less the best rival there), ``flips_at`` (missing if nowhere); widest swing first.
            Empty if every weight is nought.
        """
        at = self._set(levers)
        score = self._scores(at)
        if np.isnan(score).all():
            return pd.DataFrame()
        first = int(score.argmax())
        leader = list(self.sides)[first]

        def lead(values: Mapping[str, float]) -> float:
            there = self._scores(values)
            return float(there[first] - np.delete(there, first).max())

        rows = []
        for lever in at:
            low, high = self.range(lever)
            flips = self.flip(lever, leader, **at)
            rows.append(
                {
                    "lever": lever,
                    "kind": "weight" if lever in CRITERIA else "assumption",
                    "name": f"Weight of {lever}" if lever in CRITERIA else self.assumptions[lever]["name"],
                    "at": at[lever],
                    "lowest": low,
                    "highest": high,
                    "margin_low": lead(at | {lever: low}),
                    "margin_high": lead(at | {lever: high}),
                    "flips_at": float("nan") if flips is None else flips,
                }
            )
        table = pd.DataFrame(rows)
        swing = (table["margin_high"] - table["margin_low"]).abs()
        return table.loc[swing.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)

    # ---- what the chapter shows

    def exhibits(self) -> tuple[Exhibit, Exhibit, Exhibit]:
        """The argument map, the evidence and the weighing, as exhibits named after the debate's number."""
        tag = re.sub(r"[^a-z0-9]", "_", self.number)
        focus = [("Everything", "all"), *((name, f"side {k}") for k, name in self.sides.items())]
        focus += [(f"{k} {c['short']}", k) for k, c in self.claims.items()]
        items = [
            (f"{k} {e['bearing']} {e['claim']}: {self.claims[e['claim']]['short']}", k)
            for k, e in self.evidence.items()
        ]
        # on a page without a kernel: each criterion counts once or three times
        weights = {
            c: number(0, HEAVIEST, 1, 1, label=f"Weight of {c}", help=self._meaning(c), grid=(1, HEAVIEST))
            for c in CRITERIA
        }
        beliefs = {
            k: number(
                a["low"],
                a["high"],
                a["start"],
                a["step"],
                a["unit"],
                label=a["name"],
                help=a["reason"],
                grid=(a["low"], a["start"], a["high"]),
            )
            for k, a in self.assumptions.items()
        }
        return (
            Exhibit(
                f"argument_map_{tag}",
                f"How do the arguments hang together? {self.title}",
                self._map_view,
                focus=choice(focus, label="Focus"),
                with_evidence=switch(True, label="Show evidence"),
            ),
            Exhibit(
                f"evidence_{tag}",
                f"What does the record say? {self.title}",
                self._evidence_view,
                item=choice(items, label="Claim and evidence"),
            ),
            Exhibit(
                f"weigh_{tag}",
                f"Which conclusion follows from what you value and believe? {self.title}",
                self._weigh_function(),
                **weights,
                **beliefs,
            ),
        )

    def _meaning(self, criterion: str) -> str:
        return next(c["meaning"] for c in self.raw["criterion"] if c["id"] == criterion)

    # ---- argument map

    def outline(self, focus: str = "all", with_evidence: bool = True) -> str:
        """The argument map as an indented outline in plain text.

        For the whole debate links and evidence stand by their ids; for a side or a claim they are spelled out.
        """
        shown = self._shown(focus)
        blocks = []
        for side, name in self.sides.items():
            mine = [c for k, c in self.claims.items() if c["side"] == side and k in shown]
            if not mine:
                continue
            lines = []
            for c in mine:
                lines.append(f"- **{c['id']}** {c['text']}")
                if focus == "all":
                    lines += self._in_short(c, with_evidence)
                    continue
                for other in c.get("supports", []):
                    lines.append(f"  - supports {other} ({self.claims[other]['short']})")
                for other in c.get("attacks", []):
                    lines.append(f"  - attacks {other} ({self.claims[other]['short']})")
                if with_evidence:
                    for e in self.evidence.values():
                        if e["claim"] == c["id"]:
                            lines.append(f"  - evidence {e['bearing']} ({e['id']}): {e['reading']}")
                lines.append(f"  - sources: {'; '.join(_cited(k) for k in c['sources'])}")
            blocks.append(f"**{name}**\n\n" + "\n".join(lines))
        return "\n\n".join(blocks)

    def _in_short(self, claim: Mapping, with_evidence: bool) -> list[str]:
        """What a claim bears on, its evidence and its sources, in two or three lines."""
        parts = [f"{kind} {', '.join(claim[kind])}" for kind in ("supports", "attacks") if claim.get(kind)]
        if with_evidence:
            for bearing in SIGN:
                ids = [
                    k
                    for k, e in self.evidence.items()
                    if e["claim"] == claim["id"] and e["bearing"] == bearing
                ]
                parts += [f"evidence {bearing} {', '.join(ids)}"] if ids else []
        lines = ["  - " + "; ".join(parts)] if parts else []
        return [*lines, f"  - sources: {'; '.join(_cited(k) for k in claim['sources'])}"]

    def _shown(self, focus: str) -> list[str]:
        """Ids of the claims in focus: all, one side's, or one claim with those it bears on and that bear on it."""
        if focus == "all":
            return list(self.claims)
        if focus.startswith("side "):
            return [k for k, c in self.claims.items() if c["side"] == focus.removeprefix("side ")]
        if focus not in self.claims:
            raise ValueError(f"focus: {focus!r} is neither a side nor a claim of this debate")
        near = {focus}
        for k, c in self.claims.items():
            linked = [*c.get("supports", []), *c.get("attacks", [])]
            if focus in linked:
                near.add(k)
            if k == focus:
                near.update(linked)
        return [k for k in self.claims if k in near]

    def _table(self, shown: list[str], with_evidence: bool) -> pd.DataFrame:
        rows = []
        for k in shown:
            c = self.claims[k]
            side = self.sides[c["side"]]
            sources = "; ".join(_cited(s) for s in c["sources"])
            rows.append((k, side, "claim", "", c["text"], sources))
            for kind in ("supports", "attacks"):
                rows += [
                    (k, side, kind, o, self.claims[o]["text"], "") for o in c.get(kind, []) if o in shown
                ]
            if with_evidence:
                rows += [
                    (k, side, f"evidence {e['bearing']}", e["id"], e["reading"], f"exhibit {e['exhibit']}")
                    for e in self.evidence.values()
                    if e["claim"] == k
                ]
        return pd.DataFrame(rows, columns=["Claim", "Side", "What", "Of", "In words", "Source"])

    def _map_view(self, focus: str = "all", with_evidence: bool = True) -> View:
        shown = self._shown(focus)
        evidence = [e for e in self.evidence.values() if with_evidence and e["claim"] in shown]
        links = [
            (kind, k, other)
            for k in shown
            for kind in ("supports", "attacks")
            for other in self.claims[k].get(kind, [])
            if other in shown
        ]
        attacks = sum(kind == "attacks" for kind, *_ in links)
        against = sum(e["bearing"] == "against" for e in evidence)
        said = f"{len(shown)} claims, {attacks} attacks and {len(links) - attacks} supports between them"
        if with_evidence:
            said += (
                f", and {len(evidence)} pieces of evidence, {against} of them against the claim they stand at"
            )
        attacked = pd.Series([o for kind, _, o in links if kind == "attacks"], dtype=object).value_counts()
        if len(attacked):
            top = [k for k in shown if attacked.get(k, 0) == attacked.max()]
            often = "once" if attacked.max() == 1 else f"{attacked.max()} times"
            if len(top) < 4:
                said += f"; attacked most: {' and '.join(top)}, {often}" + (" each" if len(top) > 1 else "")
        return View(
            figure=self._drawn(shown, evidence, links, focus),
            takeaway=f"{said}.",
            table=self._table(shown, with_evidence),
            caveat="The map shows what bears on what, as the editors read the authors. It does not count votes: one good "
            "argument can outweigh three weak ones.",
            detail=self.outline(focus, with_evidence),
        )

    def _drawn(self, shown: list[str], evidence: list, links: list, focus: str) -> go.Figure:
        sides = [s for s in self.sides if any(self.claims[k]["side"] == s for k in shown)]
        deepest = max(sum(self.claims[k]["side"] == s for k in shown) for s in sides)
        # three columns or more: narrower words, higher rows, evidence farther from its mark
        wide = {1: 40, 2: 16}.get(len(sides), 11)
        figure = figures.new(
            max(360, 130 + (96 if len(sides) < 3 else 116) * deepest),
            xaxis={"visible": False, "range": [-0.5, len(sides) - 0.5]},
            yaxis={"visible": False, "range": [deepest - 0.3, -0.75]},
        )
        place = {}
        for x, s in enumerate(sides):
            mine = [k for k in shown if self.claims[k]["side"] == s]
            for y, k in enumerate(mine):
                place[k] = (float(x), y + (deepest - len(mine)) / 2)
        styles = {
            "supports": ("supports", figures.COLOURS[2], "solid"),
            "attacks": ("attacks", figures.COLOURS[1], "dash"),
        }
        for kind, (name, colour, dash) in styles.items():
            mine = [(a, b) for k, a, b in links if k == kind]
            xs, ys, tips = [], [], []
            for i, (a, b) in enumerate(mine):
                curve = _curve(place[a], place[b], -1 if place[a][0] >= len(sides) / 2 else 1)
                tips += [(*curve[-2], 0), (*curve[-1], 13), (None, None, 0)]
                if (b, a) not in mine[:i]:  # one line for two that attack each other, or its dashes fill up
                    xs += [*(x for x, _ in curve), None]
                    ys += [*(y for _, y in curve), None]
            if xs:
                figure.add_trace(
                    {
                        "type": "scatter",
                        "x": xs,
                        "y": ys,
                        "mode": "lines",
                        "name": name,
                        "line": {"color": colour, "dash": dash, "width": 1.6},
                        "hoverinfo": "skip",
                    }
                )
                figure.add_trace(
                    {
                        "type": "scatter",
                        "x": [x for x, _, _ in tips],
                        "y": [y for _, y, _ in tips],
                        "mode": "markers",
                        "name": f"{name}, heads",
                        "marker": {
                            "symbol": "arrow",
                            "angleref": "previous",
                            "standoff": MARK / 2
                            + 2,  # pixels: a head ends at the mark's edge on a page of any width
                            "size": [size for _, _, size in tips],
                            "color": colour,
                            "opacity": 1,
                            "line": {"width": 0},
                        },
                        "showlegend": False,
                        "hoverinfo": "skip",
                    }
                )
        for i, s in enumerate(sides):
            mine = [k for k in shown if self.claims[k]["side"] == s]
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": [place[k][0] for k in mine],
                    "y": [place[k][1] for k in mine],
                    "mode": "markers+text",
                    "name": figures.plain(self.sides[s]),
                    "showlegend": False,
                    "text": [f"<b>{k}</b>" for k in mine],
                    "textfont": {"size": 13, "color": figures.INK},
                    "textposition": "middle center",
                    "hovertext": [figures.plain(f"{k} {self.claims[k]['text']}", width=44) for k in mine],
                    "hovertemplate": "%{hovertext}<extra></extra>",
                    "marker": {
                        "symbol": figures.SYMBOLS[(0, 1, 2, 3)[list(self.sides).index(s)]],
                        "size": MARK,
                        "color": figures.PAPER,
                        "line": {
                            "color": figures.COLOURS[(0, 4, 3, 5)[list(self.sides).index(s)]],
                            "width": [5 if k == focus else 3 for k in mine],
                        },
                    },
                }
            )
            for k in mine:
                figure.add_annotation(
                    x=place[k][0],
                    y=place[k][1],
                    yshift=-20,
                    text=figures.plain(self.claims[k]["short"], width=wide),
                    showarrow=False,
                    font={"size": 12},
                    yanchor="top",
                    bgcolor=figures.PAPER,
                    borderpad=0,
                )
            figure.add_annotation(
                x=i,
                y=-0.4,
                text=f"<b>{figures.plain(self.sides[s], width=14 if len(sides) < 3 else 10)}</b>",
                font={"size": 14 if len(sides) < 3 else 12},
                showarrow=False,
                yanchor="bottom",
            )
        for bearing, symbol, colour in (("for", "cross", 2), ("against", "x", 1)):
            mine = [e for e in evidence if e["bearing"] == bearing]
            if not mine:
                continue
            spots = []
            for e in mine:
                order = [o["id"] for o in evidence if o["claim"] == e["claim"]].index(e["id"])
                x, y = place[e["claim"]]
                outward = (
                    1
                    if len(sides) == 1 or sides.index(self.claims[e["claim"]]["side"]) >= len(sides) / 2
                    else -1
                )
                away = 0.2 + 0.1 * (order % 3) if len(sides) < 3 else 0.28 + 0.14 * (order % 2)
                spots.append((x + outward * away, y - 0.13 + 0.26 * (order // (3 if len(sides) < 3 else 2))))
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": [x for x, _ in spots],
                    "y": [y for _, y in spots],
                    "mode": "markers",
                    "name": f"evidence {bearing}",
                    "marker": {"symbol": symbol, "size": 12, "color": figures.COLOURS[colour]},
                    "hovertext": [figures.plain(f"{e['id']}: {e['reading']}", width=44) for e in mine],
                    "hovertemplate": "%{hovertext}<extra></extra>",
                }
            )
        figure.update_layout(legend={"y": 0, "yanchor": "top"}, margin={"b": 10, "t": 20})
        return figure

    # ---- evidence

    def _evidence_view(self, item: str) -> View:
        from cyberdip_utils.first_edition.exhibit import find_any, view_of

        if item not in self.evidence:
            raise ValueError(_no_such("item", item, self.evidence))
        e = self.evidence[item]
        claim = self.claims[e["claim"]]
        exhibit = find_any(e["exhibit"])
        shown = view_of(exhibit, **_values(e.get("show", {})))
        bears = "speaks for" if e["bearing"] == "for" else "speaks against"
        home = _chapter_of(exhibit)
        where = f"chapter {home}" if home else "this handbook"
        picked = exhibit.describe(**_values(e.get("show", {})))
        return View(
            figure=shown.figure,
            takeaway=shown.takeaway,
            table=shown.table,
            caveat=shown.caveat,
            sources=shown.sources,
            alt=f"{exhibit.title} {shown.takeaway}",
            detail=f"**{claim['id']}, {self.sides[claim['side']]}.** {claim['text']}\n\n"
            f"**This {bears} it.** {e['reading']}\n\n"
            f"The picture is the exhibit “{exhibit.title}” of {where}"
            + (f", opened with: {picked}." if picked else ".")
            + " Go there to move its controls.",
        )

    # ---- weighing

    def _weigh_function(self):
        """A view with one parameter for each lever, so that the exhibit can name them."""
        import inspect

        def view(**levers: float) -> View:
            return self._weigh_view(levers)

        start = self.levers()
        view.__signature__ = inspect.Signature(
            [
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=value)
                for name, value in start.items()
            ]
        )
        return view

    def _weigh_view(self, levers: Mapping[str, float]) -> View:
        score = self.score(**levers)
        caveat = (
            "The effects behind the score, from −2 (far worse than today) to 2 (far better), are judgements by the editors, each "
            "with its reason below and in the debate's file. The score shows what follows from them and from you; it cannot show who is right."
        )
        if score.isna().all():
            return View(
                figures.empty("No criterion has any weight, so nothing follows. Give at least one a weight."),
                "With no weight on anything, no conclusion follows.",
                pd.DataFrame(),
                caveat=caveat,
            )
        table = self.tornado(**levers)
        ranked = score.sort_values(ascending=False, kind="stable")
        leader, second = ranked.index[:2]
        margin = float(ranked.iloc[0] - ranked.iloc[1])
        return View(
            figure=self._weighed(ranked, table),
            takeaway=self._conclusion(leader, second, margin, table),
            table=self._weigh_table(table, levers),
            caveat=caveat,
            detail=self._reasons(levers),
        )

    def _conclusion(self, leader: str, second: str, margin: float, table: pd.DataFrame) -> str:
        if margin < 0.005:
            return (
                f"A tie: with these weights and assumptions “{self.sides[leader]}” and “{self.sides[second]}” score the same, "
                "so the smallest change decides."
            )
        said = (
            f"With these weights and assumptions “{self.sides[leader]}” comes out ahead of “{self.sides[second]}” by "
            f"{margin:.2f} on a scale from −2 to 2; "
        )
        turns = table[table["flips_at"].notna()]
        if turns.empty:
            return (
                said + "no single weight or assumption, moved alone over its whole range, turns this round."
            )
        reach = (turns["flips_at"] - turns["at"]).abs() / (turns["highest"] - turns["lowest"])
        nearest = turns.loc[reach.idxmin()]
        unit = self._unit(nearest["lever"])
        others = (
            f"; so would {len(turns) - 1} other levers"
            if len(turns) > 2
            else ("; so would one other lever" if len(turns) == 2 else "")
        )
        what = nearest["name"][0].lower() + nearest["name"][1:]
        return (
            said + f"what turns it round soonest is “{what}” at {nearest['flips_at']:.2g}{unit} "
            f"(now {nearest['at']:.3g}){others}."
        )

    def _unit(self, lever: str) -> str:
        unit = "" if lever in CRITERIA else self.assumptions[lever]["unit"]
        return f" {unit}" if unit and unit != "%" else unit

    def _weigh_table(self, table: pd.DataFrame, levers: Mapping[str, float]) -> pd.DataFrame:
        shown = table.rename(
            columns={
                "name": "Lever",
                "at": "Set at",
                "lowest": "Lowest",
                "highest": "Highest",
                "margin_low": "Lead at lowest",
                "margin_high": "Lead at highest",
                "flips_at": "Turns at",
            }
        )[["Lever", "Set at", "Lowest", "Highest", "Lead at lowest", "Lead at highest", "Turns at"]]
        return shown.round(3)

    def _reasons(self, levers: Mapping[str, float]) -> str:
        at, effects = self._set(levers), self.effects(**levers)
        blocks = []
        for c in CRITERIA:
            lines = []
            for e in self.raw["effect"]:
                if e["criterion"] == c:
                    value = f"{effects.loc[e['side'], c]:+.2f}".replace("-", "−")
                    lines.append(f"- {self.sides[e['side']]}: {value}. {e['reason']}")
            blocks.append(
                f"**{c.capitalize()}**, weight {at[c]:g}. {self._meaning(c)}\n\n" + "\n".join(lines)
            )
        facts = "\n".join(
            f"- {a['name']}, {a['low']:g} to {a['high']:g}{self._unit(k)}, set at {at[k]:g}. {a['reason']}"
            + (f" Sources: {'; '.join(_cited(s) for s in a['sources'])}." if a.get("sources") else "")
            for k, a in self.assumptions.items()
        )
        return "\n\n".join([*blocks, f"**Assumptions of fact**\n\n{facts}"])

    def _weighed(self, ranked: pd.Series, table: pd.DataFrame) -> go.Figure:
        # names stand above their bars and lines, so that a narrow page keeps its width for the picture
        names = [figures.plain(self.sides[s]) for s in ranked.index]
        labels = [figures.plain(n, width=36) for n in table["name"]]
        rows, foot = len(table), 100
        # pixels from the top: the bars, their axis and title, the lines
        bars, gap, lines = 30 + 52 * len(names), 74, 30 + 54 * rows
        drawn = bars + gap + lines
        height = drawn + 10 + foot
        axis = {"showgrid": False, "showticklabels": False}
        figure = figures.new(
            height,
            barmode="overlay",
            bargap=0.62,
            xaxis={
                "range": [-2.3, 2.3],
                "tickvals": [-2, -1, 0, 1, 2],
                "ticktext": ["−2", "−1", "0", "1", "2"],
                "tickangle": 0,
                "title": {"text": "score: far worse to far better"},
                "anchor": "y",
            },
            yaxis={"domain": [1 - bars / drawn, 1], "range": [len(names) - 0.5, -1.0], **axis},
            xaxis2={
                "title": {"text": "lead as one lever moves"},
                "anchor": "y2",
                "nticks": 6,
                "tickangle": 0,
                "zeroline": True,
                "zerolinewidth": 2,
            },
            yaxis2={"domain": [0, lines / drawn], "range": [rows - 0.5, -1.0], **axis},
            margin={"l": 12, "r": 12, "t": 10, "b": foot},
        )
        figure.add_trace(
            {
                "type": "bar",
                "x": [round(v, 3) for v in ranked],
                "y": names,
                "orientation": "h",
                "marker": {
                    "color": [figures.COLOURS[(0, 4, 3, 5)[list(self.sides).index(s)]] for s in ranked.index],
                    "pattern": {"shape": [figures.PATTERNS[list(self.sides).index(s)] for s in ranked.index]},
                },
                "text": [f"{v:+.2f}".replace("-", "−") for v in ranked],
                "textposition": "outside",
                "textangle": 0,
                "cliponaxis": False,
                "hovertemplate": "%{y}: %{x}<extra></extra>",
                "showlegend": False,
            }
        )
        for end, name, colour, symbol in (
            ("margin_low", "lever at its lowest", 5, "triangle-left"),
            ("margin_high", "lever at its highest", 1, "triangle-right"),
        ):
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": table[end].round(3).tolist(),
                    "y": labels,
                    "mode": "markers",
                    "name": name,
                    "marker": {
                        "symbol": symbol,
                        "size": 13,
                        "color": figures.COLOURS[colour],
                        "line": {"color": figures.INK, "width": 1},
                    },
                    "xaxis": "x2",
                    "yaxis": "y2",
                    "hovertemplate": "%{y}: %{x}<extra>" + name + "</extra>",
                }
            )
        now = float(ranked.iloc[0] - ranked.iloc[1])
        xs, ys = [], []
        for label, a, b in zip(labels, table["margin_low"], table["margin_high"], strict=True):
            # by way of the present lead: among three sides both ends can lie on the same side of it
            xs += [round(a, 4), round(now, 4), round(b, 4), None]
            ys += [label, label, label, None]
        figure.add_trace(
            {
                "type": "scatter",
                "x": xs,
                "y": ys,
                "mode": "lines",
                "line": {"color": figures.SOFT_INK, "width": 3},
                "xaxis": "x2",
                "yaxis": "y2",
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
        heads = [
            {
                "xref": "paper",
                "x": 0,
                "yref": yref,
                "y": text,
                "yshift": 9,
                "text": text,
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "bottom",
                "align": "left",
                "font": {"size": 12},
                "bgcolor": figures.PAPER,
                "borderpad": 0,
            }
            for yref, said in (("y", names), ("y2", labels))
            for text in said
        ]
        mark = {"xref": "x2", "yref": "y2 domain", "x": now, "y": 1, "text": "now", "yanchor": "bottom"}
        # all at once: plotly checks those that are there again with each that is added
        figure.layout.annotations = [*heads, {**mark, "showarrow": False}]
        figure.add_shape(
            type="line",
            xref="x2",
            yref="y2 domain",
            x0=now,
            x1=now,
            y0=0,
            y1=1,
            layer="below",
            line={"color": figures.INK, "dash": "dot", "width": 1.5},
        )
        figure.layout.legend = {"y": -48 / drawn, "yanchor": "top"}
        return figure

    # ---- findings

    def findings(self) -> tuple[Callable[[], str], Callable[[], str], Callable[[], str]]:
        """The balance, the start and the robustness, for the chapter's module to name."""
        return self.finding_balance, self.finding_start, self.finding_robust

    def finding_balance(self) -> str:
        """How many claims, sources and pieces of evidence each side has in this file."""
        table = self.balance()
        parts = [
            f"{name}: {r['claims']} claims, {r['sources']} sources, {r['evidence for']} pieces of evidence for and "
            f"{r['evidence against']} against, {r['words']} words"
            for name, r in table.iterrows()
        ]
        return "What each side gets in this chapter. " + "; ".join(parts) + "."

    def finding_start(self) -> str:
        """The conclusion before a reader moves anything: all weights equal, all assumptions at their start."""
        return "All weights equal, all assumptions at their start. " + self._weigh_view({}).takeaway

    def robust(self) -> pd.Series:
        """In how many of the corner cases each side leads: every weight at 1 or 3, every assumption low, start or high.

        Returns
        -------
        pandas.Series
            Number of cases by side id; ties go to no one. An enumeration of the model, not a probability.
        """
        levers = list(self.assumptions)
        grids = [(a["low"], a["start"], a["high"]) for a in self.assumptions.values()]
        weights = np.array(list(itertools.product((1.0, float(HEAVIEST)), repeat=len(CRITERIA))))
        wins = dict.fromkeys(self.sides, 0)
        sides = list(self.sides)
        for values in itertools.product(*grids):
            effects = self._effects(self._set(dict(zip(levers, values, strict=True))))
            scores = weights @ effects.T / weights.sum(axis=1, keepdims=True)
            best = np.sort(scores, axis=1)
            clear = best[:, -1] - best[:, -2] > 1e-9
            for i, n in zip(*np.unique(scores.argmax(axis=1)[clear], return_counts=True), strict=True):
                wins[sides[i]] += int(n)
        return pd.Series(wins)

    def finding_robust(self) -> str:
        """How far the conclusion hangs on the reader: shares of the corner cases in which each side leads."""
        wins = self.robust()
        n = 2 ** len(CRITERIA) * 3 ** len(self.assumptions)
        parts = [f"“{self.sides[s]}” leads in {k:,}" for s, k in wins.items()]
        ties = n - int(wins.sum())
        tied = f", and {ties:,} are ties" if ties else ""
        return (
            f"Of {n:,} combinations (each weight at 1 or {HEAVIEST}, each assumption low, start or high) "
            + "; ".join(parts)
            + f"{tied}. This counts cases of the model; it is no probability."
        )

    def broken_links(self) -> list[str]:
        """Sentences on what the file points to and the handbook has not: exhibits, their settings, works.

        Apart from :func:`read_debate` because it loads every chapter.
        """
        from cyberdip_utils.exhibit import registry
        from cyberdip_utils.first_edition.exhibit import all_exhibits
        from cyberdip_utils.teach import bibliography

        known, works, said = all_exhibits() | registry.all_exhibits(), bibliography().entries, []
        for e in self.raw["evidence"]:
            if e["exhibit"] not in known:
                near = difflib.get_close_matches(e["exhibit"], known, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                said.append(f"evidence {e['id']}: there is no exhibit {e['exhibit']!r}{hint}")
                continue
            try:
                known[e["exhibit"]].check(_values(e.get("show", {})))
            except ValueError as error:
                said.append(f"evidence {e['id']}, show: {error}")
        said += [
            f"sources: {k!r} is not a key of references.bib" for k in sorted(self.sources() - set(works))
        ]
        return said

    def text_twin(self) -> str:
        """The whole debate as plain text."""
        return f"{self.title}\n{self.raw['question']}\n\n" + self.outline().replace("**", "")


def _curve(start: tuple[float, float], end: tuple[float, float], inward: int) -> list[tuple[float, float]]:
    """Points of a line on the map, which leaves one mark and reaches the other nearly level.

    The words of a claim stand below its mark and would hide a head that came from there; on a narrow page most would.
    Within a column the line bends ``inward`` (1 or -1), past the words. Bézier's cubic curve with its two control points
    beside the ends; the small slant keeps the heads of several lines at one mark apart.
    """
    (x0, y0), (x1, y1) = start, end
    rise = y1 - y0
    if x0 == x1:
        out = inward * (0.42 + 0.05 * abs(rise))
        controls = ((x0 + out, y0 + 0.12 * rise), (x1 + out, y1 - 0.12 * rise))
    else:
        run = 0.5 * (x1 - x0)
        controls = ((x0 + run, y0 + 0.2 * rise), (x1 - run, y1 - 0.2 * rise))
    corners = (start, *controls, end)
    points = []
    for i in range(17):
        s = i / 16
        shares = ((1 - s) ** 3, 3 * s * (1 - s) ** 2, 3 * s**2 * (1 - s), s**3)
        points.append(
            (
                sum(f * x for f, (x, _) in zip(shares, corners, strict=True)),
                sum(f * y for f, (_, y) in zip(shares, corners, strict=True)),
            )
        )
    return points


def _values(show: Mapping[str, Any]) -> dict[str, Any]:
    """Control values as an exhibit wants them: TOML's lists are tuples there."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in show.items()}


@cache
def _homes() -> dict[str, str]:
    from cyberdip_utils.teach import chapters

    return {c.module: c.number for c in chapters().values()}


def _chapter_of(exhibit: Any) -> str:
    """The number of the chapter whose module or folder holds the exhibit (of either form), or an empty text."""
    homes = _homes()
    return homes.get(exhibit.module) or homes.get(exhibit.module.rpartition(".")[0], "")


@cache
def _cited(key: str) -> str:
    """'Author (year)' for a key of references.bib; the key itself if it is not there."""
    from cyberdip_utils.teach import bibliography, format_reference

    entry = bibliography().entries.get(key)
    if entry is None:
        return key
    who = format_reference(entry)[0]
    return who[: who.index(")") + 1]
