"""Properties that hold for any reader: random moves over every exhibit, sentences that agree with their tables, and files
that come back as they were written."""

import csv
import gzip
import importlib.util
import io
import json
import math
import random
import re
import sys
from functools import cache
from pathlib import Path

import orjson
import pandas as pd
import pytest
from exhibit_driver import check_state
from hypothesis import given, settings
from hypothesis import strategies as st
from random_walk import walk

from cyberdip_utils import readers_record as record
from cyberdip_utils.controversies.debate import open_debate
from cyberdip_utils.controversies.stance import LONGEST, UNDECIDED, keep_stance
from cyberdip_utils.exhibit.export import _pool, unpack
from cyberdip_utils.first_edition.exhibit import TABLE_ROWS, _flat, all_exhibits
from cyberdip_utils.stats import share, wilson

EXHIBITS = all_exhibits()
STEPS = 3
SHARE = re.compile(
    r"(?P<p>\d+(?:\.\d+)?)% \((?P<k>[\d,]+) of (?P<n>[\d,]+)(?:; (?P<low>[\d.]+)–(?P<high>[\d.]+)%)?\)"
)
RHO = re.compile(
    r"(?P<value>[-−]?\d\.\d+) \(95% interval (?P<low>[-−]?\d\.\d+) to (?P<high>[-−]?\d\.\d+), n = (?P<n>\d+)\)"
)


def whole(text: str) -> int:
    return int(text.replace(",", ""))


def decimal(text: str) -> float:
    return float(text.replace("−", "-"))


# ---------------------------------------------------------------- any sequence of moves


def contradictions(sentence: str, wilsons: bool = True) -> list[str]:
    """Shares whose percentage or interval is not that of their own counts; intervals that leave out their value.

    Where a reader chooses another interval than Wilson's (``wilsons`` false), it must hold the share.
    """
    found = []
    for m in SHARE.finditer(sentence):
        k, n = whole(m["k"]), whole(m["n"])
        digits = len(m["p"].partition(".")[2])
        if n == 0 or k > n or f"{k / n:.{digits}%}" != f"{m['p']}%":
            found.append(m[0])
        elif m["low"] is not None:
            if not wilsons:
                if not float(m["low"]) - 0.5 <= 100 * k / n <= float(m["high"]) + 0.5:
                    found.append(m[0])
                continue
            low, high = wilson(k, n)
            places = len(m["low"].partition(".")[2])
            if (f"{low * 100:.{places}f}", f"{high * 100:.{places}f}") != (m["low"], m["high"]):
                found.append(m[0])
    for m in RHO.finditer(sentence):
        value, low, high = (decimal(m[x]) for x in ("value", "low", "high"))
        if not (-1 <= low <= value <= high <= 1 and int(m["n"]) >= 4):
            found.append(m[0])
    return found


@pytest.mark.parametrize("name", EXHIBITS)
def test_any_sequence_of_moves_is_sound(name):
    """Every state on a random path keeps the rules, agrees with itself and with its file, and forgets how it was reached."""
    exhibit = EXHIBITS[name]
    states = list(walk(exhibit, STEPS, seed=11))
    for values in states:
        where = f"{name} with {values}"
        state = check_state(exhibit, values)
        view = exhibit.view(**values)
        wilsons = "interval" not in exhibit.controls and not name.startswith("evidence_")
        assert contradictions(view.takeaway, wilsons) == [], f"{where}: {view.takeaway}"
        for rule in CLAIMS.get(name, ()):
            assert rule.holds(view, values), f"{where}: {view.takeaway} but {rule.says(view)}"
        # the picture's twin, the page and the file are one table
        flat = _flat(view.table)
        assert state["table"]["columns"] == [str(c) for c in flat.columns], where
        file = exhibit.csv(**values)
        body = "".join(line for line in io.StringIO(file, newline="") if not line.startswith("# "))
        rows = list(csv.reader(io.StringIO(body, newline="")))
        assert rows[0] == [str(c) for c in flat.columns] if len(flat.columns) else not any(rows), where
        assert len(rows) - 1 == len(flat) or not len(flat.columns), where
        same_cells(rows[1 : 1 + TABLE_ROWS], flat.head(TABLE_ROWS), where)
    # the last state again, from nothing: what is shown does not depend on the path
    kept = exhibit.payload(**states[-1])
    exhibit.forget()
    assert json.loads(exhibit.payload(**states[-1])) == json.loads(kept), f"{name}: the path left a trace"


def same_cells(rows: list[list[str]], table: pd.DataFrame, where: str) -> None:
    for i, column in enumerate(table.columns):
        numbers = pd.api.types.is_numeric_dtype(table[column]) and not pd.api.types.is_bool_dtype(
            table[column]
        )
        for row, value in zip(rows, table.iloc[:, i], strict=True):
            if pd.isna(value) if pd.api.types.is_scalar(value) else False:
                assert row[i] == "", f"{where}: {column}"
            elif numbers:
                assert math.isclose(float(row[i]), float(value), rel_tol=1e-12), f"{where}: {column}"
            else:
                assert row[i] == str(value) or row[i] == f"{value:%Y-%m-%d}", f"{where}: {column}"


def test_the_search_for_contradictions_finds_them():
    good = f"{share(21, 50)} and {share(13, 3392)}; 0.20 (95% interval −0.10 to 0.40, n = 30)"
    assert contradictions(good) == []
    assert contradictions(good.replace("42%", "43%")) == ["43% (21 of 50; 29–56%)"]
    assert contradictions(good.replace("–56", "–57")) == ["42% (21 of 50; 29–57%)"]
    assert contradictions("12% (12 of 0)") == ["12% (12 of 0)"]
    assert contradictions("0.50 (95% interval 0.60 to 0.70, n = 9)") != []


# ---------------------------------------------------------------- sentences that count what the table holds


class Claim:
    """A number in the takeaway and what it counts in the table: rows, sum, largest, different values, cells equal to."""

    def __init__(self, pattern: str, what: str, column: str = "", value: str = "", when: tuple = ()):
        self.pattern, self.what, self.column, self.value = re.compile(pattern), what, column, value
        self.when = when  # (control, value): the claim is made of this picture alone

    def counted(self, table: pd.DataFrame) -> float:
        if self.what == "rows":
            return len(table)
        column = table[self.column]
        return {
            "sum": lambda: float(pd.to_numeric(column).sum()),
            "largest": lambda: float(pd.to_numeric(column).max()),
            "smallest": lambda: float(pd.to_numeric(column).min()),
            "first": lambda: float(column.iloc[0]),
            "different": lambda: column.nunique(),
            "filled": lambda: int(column.notna().sum()),
            "positive": lambda: int((pd.to_numeric(column) > 0).sum()),
            "equal": lambda: int((column.astype(str) == self.value).sum()),
        }[self.what]()

    def made(self, view, values=()) -> re.Match | None:
        """The claim, if the sentence makes it and there is something to count in."""
        if not len(view.table) or (self.column and self.column not in view.table):
            return None
        if self.when and values[self.when[0]] != self.when[1]:
            return None
        return self.pattern.search(view.takeaway)

    def holds(self, view, values=()) -> bool:
        """True also where the claim is not made."""
        found = self.made(view, values)
        if not found:
            return True
        return whole(found[1]) == self.counted(view.table)

    def says(self, view) -> str:
        return f"the table's {self.what} of {self.column or 'all'} is {self.counted(view.table):g}"


N = r"(\d[\d,]*)"
DEBATES = ("5_1", "5_2", "5_3", "5_4", "5_5", "5_6")
CLAIMS = {
    **{
        f"argument_map_{d}": [
            Claim(rf"^{N} claims?\b", "equal", "What", "claim"),
            Claim(rf"{N} supports?\b", "equal", "What", "supports"),
            Claim(rf"{N} attacks?\b", "equal", "What", "attacks"),
            Claim(rf"evidence, {N} of them against", "equal", "What", "evidence against"),
        ]
        for d in DEBATES
    },
    "asking_and_freedom": [Claim(rf"n = {N}", "filled", "in the report")],
    "all_specifications": [Claim(rf"of {N} specifications", "rows")],
    "cables_by_year": [Claim(rf"Up to \d+, {N} systems", "different", "system")],
    "choke_tree": [Claim(rf"{N} parts shown", "positive", "Level")],
    "control_at_home": [Claim(rf"Among {N} scored", "filled", "score")],
    "cut_the_cables": [
        Claim(rf", {N} of \d+ countries and territories with an international cable lose", "positive", "lost"),
        Claim(rf" of {N} countries and territories with an international cable lose", "positive", "cables before"),
    ],
    "data_explorer": [Claim(rf"^(?:Apple|Google)[^%]*?: {N} requests\. Requests", "sum", "requests")],
    "exploited_flaws": [Claim(rf"^{N} flaws of", "sum", "Flaws", when=("by", "vendor"))],
    "glossary": [Claim(rf"^The glossary has {N} terms", "rows"), Claim(rf"^{N} of the", "rows")],
    "incidents_by_receiver": [Claim(rf"{N} distinct incidents", "sum", "incidents")],
    "joins": [Claim(rf"have {N} links", "rows")],
    "measures": [
        Claim(rf"\b{N} of 194; ", "equal", "graded", "none reported"),
        Claim(rf"{N} have the full score", "equal", "graded", "full score"),
    ],
    "norm_explorer": [Claim(rf"stands for {N} distinct incidents", "largest", "incidents")],
    "process_tracks": [Claim(rf"^{N} of the \d+ listed steps fit", "rows")],
    "remove_a_country": [Claim(rf"of {N} inputs keep", "filled", "Kept, least")],
    "removal_explorer": [
        Claim(rf"{N} requests that named", "sum", "requests"),
        Claim(rf"that named {N} items", "sum", "items"),
    ],
    "restraint_over_time": [Claim(rf"n = {N}", "sum", "n"), Claim(rf"% \({N} of", "sum", "count")],
    "rights_council": [
        Claim(rf"^{N} resolutions", "rows"),
        Claim(rf"{N} without a vote", "equal", "decided", "without a vote"),
    ],
    "severity_ladder": [
        Claim(rf"^Of {N} incidents", "sum", "incidents"),
        Claim(rf"incidents in {N} pairs", "different", "pair"),
        Claim(rf"none goes above {N}", "largest", "highest"),
    ],
    "shutdown_map": [Claim(rf"^[^:]*: {N} shutdowns began", "sum", "shutdowns")],
    "shutdowns_and_freedom": [Claim(rf"n = {N}", "rows")],
    "timeline": [Claim(rf"^{N} of the \d+ listed", "rows")],
    "vote_explorer": [
        Claim(rf": {N} yes", "equal", "vote", "yes"),
        Claim(rf" {N} no\b", "equal", "vote", "no"),
        Claim(rf" {N} abstentions?", "equal", "vote", "abstain"),
    ],
    "who_hosts_whom": [Claim(rf"^Firms of the United States: {N} of", "sum", "United States")],
    "who_owns_cables": [Claim(rf"^{N} owners", "rows")],
    "capacity_index": [Claim(rf"of the {N} states", "rows")],
    "capacity_and_incidents": [Claim(rf"over {N} states", "rows")],
    "direct_links": [Claim(rf"systems? with {N} of", "rows")],
    "who_votes_alike": [Claim(rf"Cut into {N}", "different", "camp")],
}  # fmt: skip


def test_claims_are_made_of_exhibits_that_are_there_and_most_are_met():
    """A claim that no state ever makes tests nothing."""
    assert set(CLAIMS) <= set(EXHIBITS)
    made = {name: [0] * len(rules) for name, rules in CLAIMS.items()}
    for name, rules in CLAIMS.items():
        for values in [EXHIBITS[name].defaults, *walk(EXHIBITS[name], 30, seed=5)]:
            view = EXHIBITS[name].view(**values)
            for i, rule in enumerate(rules):
                made[name][i] += bool(rule.made(view, values))
                assert rule.holds(view, values), (
                    f"{name} with {values}: {view.takeaway} but {rule.says(view)}"
                )
            if all(made[name]):
                break
    silent = [
        f"{n} {CLAIMS[n][i].pattern.pattern}" for n, c in made.items() for i, k in enumerate(c) if not k
    ]
    assert silent == []


def test_a_claim_that_is_wrong_is_seen():
    class Told:
        takeaway = "Of 1,204 incidents in 3 pairs."
        table = pd.DataFrame({"incidents": [1200, 4], "pair": ["a", "b"]})

    assert Claim(rf"^Of {N} incidents", "sum", "incidents").holds(Told)
    assert not Claim(rf"in {N} pairs", "different", "pair").holds(Told)
    assert Claim(rf"in {N} towns", "different", "pair").holds(Told)


# ---------------------------------------------------------------- what is written comes back

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
entries = st.dictionaries(texts, st.dictionaries(texts, values, max_size=4), max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(record.SECTIONS, entries)))
def test_a_record_comes_back_as_it_was_written(tmp_path_factory, sections):
    path = tmp_path_factory.getbasetemp() / "property-record.json"
    made = record.empty() | sections
    record.write_json(path, made)
    assert record.read_record(path) == made
    kept = record.change_record("games", "another", lambda old: old | {"n": 1}, path)
    again = record.read_record(path)
    assert again["games"].pop("another") == kept
    made["games"].pop("another", None)
    assert again == made
    assert list(path.parent.glob(".property-record*")) == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_stance_comes_back_as_it_was_given(tmp_path_factory, data):
    debate = open_debate(data.draw(st.sampled_from(["5.1", "5.2", "5.3"])))
    path = tmp_path_factory.getbasetemp() / "property-stance.json"
    path.unlink(missing_ok=True)
    given_ = {}
    for when in ("before", "after"):
        given_[when] = {
            "side": data.draw(st.sampled_from([*debate.sides, UNDECIDED])),
            "sure": data.draw(st.integers(0, 100)),
            "why": data.draw(texts).strip(),
            "change": data.draw(st.just("x" * LONGEST) | texts).strip(),
        }
        keep_stance(debate, when, given_[when], path)
    entry = record.read_record(path)["stances"][debate.number]
    for when, told in given_.items():
        assert {k: entry[when][k] for k in told} == told


keys = st.text("abcxyz", min_size=1, max_size=3)
long = st.sampled_from([{"x": "same " * 40}, {"a": ["again"] * 60}, "told twice " * 30])
parts = st.recursive(
    long | texts | st.integers(-(2**53), 2**53) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.dictionaries(keys, parts, max_size=4), min_size=1, max_size=4))
def test_packed_states_of_a_page_come_back(payloads):
    """What export.py shares between states is put together again, here and (the same rule) on the page."""
    assert unpack(gzip.compress(orjson.dumps(_pool(payloads)))) == payloads


@cache
def builder():
    """data/build.py, under a name of its own: classroom has a build.py too."""
    place = Path(__file__).resolve().parents[1] / "data" / "build.py"
    spec = importlib.util.spec_from_file_location("data_build", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), cells, st.booleans()), max_size=8, unique_by=lambda r: r[0]))
def test_a_table_is_written_and_read_without_loss(rows):
    build = builder()
    field, as_text = sys.modules["recipes.contract"].field, build.as_text
    columns = (field("id", "integer", "x"), field("word", "string", "x"), field("yes", "boolean", "x"))
    table = build.Table("t", "T", "d", "frame", (), columns, ("id",), "c", "2026", ())
    frame = pd.DataFrame(rows, columns=["id", "word", "yes"])
    text = as_text(frame.sample(frac=1, random_state=1), table)
    content = build.to_csv(text)
    back = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    assert build.to_csv(as_text(back, table)) == content, "a second pass changes nothing"
    told = sorted((i, w, str(y).lower()) for i, w, y in rows)
    assert [(int(i), w, y) for i, w, y in back.itertuples(index=False, name=None)] == told


def test_random_states_reach_all_of_a_control():
    """The walk is not stuck at the samples: it leaves them, and it visits every control."""
    exhibit = EXHIBITS["weigh_5_1"]
    seen = {key: set() for key in exhibit.controls}
    for values in walk(exhibit, 200, seed=1):
        for key, value in values.items():
            seen[key].add(value)
    assert all(len(v) > 3 for v in seen.values())
    off = [k for k, c in exhibit.controls.items() if seen[k] - {c.check(k, v) for v in c.samples()}]
    assert len(off) >= 3
    assert random.Random("a 1").random() == random.Random("a 1").random()
