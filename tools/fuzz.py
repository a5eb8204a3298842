"""Throw damaged input at every reader of files and messages: python tools/fuzz.py [TARGET ...] [--runs N] [--seed S]

A target takes bytes. It may accept them, or refuse them with one sentence in the exception its reader promises;
anything else is a finding, kept in artifacts/fuzz. With --atheris the mutations come from atheris, a coverage-guided
fuzzer that is not part of the environment (docs/soundness.md says how it is run); without, from the mutator here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import random
import re
import sys
import tempfile
import tomllib
import warnings
from collections.abc import Callable
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 1_000  # characters of a refusal: a sentence or two, not a dump
HOSTILE = '<img src=x onerror="window.hacked=1">\'"><script>window.hacked=1</script>'
ODD = [
    None, True, False, 0, -1, 1, 2**70, -0.5, 1e308, math.inf, math.nan, "", " ", "x", "5.1", "undecided", "\x00",
    "../../etc/passwd", HOSTILE, "é" * 3000, [], [[]], {}, {"a": {}}, [1, "2", None], {"right": True, "tries": math.inf},
]  # fmt: skip
TABLE = "norms"  # a small table with codes, dates or numbers to damage


class Finding(Exception):
    """A reader broke its promise."""


# ---------------------------------------------------------------- the mutator


def _nodes(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _nodes(inner, (*path, key))


def _put(value, path, new, drop=False):
    if not path:
        return new
    at = value
    for key in path[:-1]:
        at = at[key]
    if drop:
        del at[path[-1]]
    else:
        at[path[-1]] = new
    return value


def mutate_tree(rng: random.Random, text: str) -> bytes:
    """JSON text with one to three of its values replaced, dropped or doubled."""
    value = json.loads(text)
    for _ in range(rng.randint(1, 3)):
        path = rng.choice(list(_nodes(value)))
        what = rng.random()
        if what < 0.2 and path:
            value = _put(value, path, None, drop=True)
        elif what < 0.3 and path and isinstance(path[-1], int):
            at = value
            for key in path[:-1]:
                at = at[key]
            at.append(json.loads(json.dumps(at[path[-1]])))
        else:
            value = _put(value, path, json.loads(json.dumps(rng.choice(ODD))))
        if not isinstance(value, (dict, list)):
            break
    return json.dumps(value, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")


def mutate_lines(rng: random.Random, text: str) -> bytes:
    """Text with lines dropped, doubled, swapped, or a value in a line replaced."""
    lines = text.splitlines(keepends=True)
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(lines))
        what = rng.random()
        if what < 0.2:
            lines[i] = ""
        elif what < 0.35:
            lines.insert(i, lines[i])
        elif what < 0.45:
            j = rng.randrange(len(lines))
            lines[i], lines[j] = lines[j], lines[i]
        else:
            odd = rng.choice(
                ["nan", "inf", "-1", "0", "99999999999999999999", '""', '"x"', "[]", "{}", "true", '"' + "x" * 900 + '"',
                 '"<script>window.hacked=1</script>"', "1e400", '"__class__"', '"lambda"', "2020-01-01", "é", "\x00", ","]
            )  # fmt: skip
            values = list(re.finditer(r'"[^"]*"|(?<![\w.])-?\d+(?:\.\d+)?|\[[^\]]*\]', lines[i]))
            if values:
                found = rng.choice(values)
                lines[i] = lines[i][: found.start()] + odd + lines[i][found.end() :]
            else:
                lines[i] = lines[i].rstrip("\n") + odd + "\n"
        if not any(lines):
            break
    return "".join(lines).encode("utf-8", "surrogatepass")


def mutate_bytes(rng: random.Random, content: bytes) -> bytes:
    """Bytes with bits turned, pieces cut, doubled or replaced."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        i = rng.randrange(len(data) + 1)
        what = rng.random()
        if what < 0.3 and data:
            data[min(i, len(data) - 1)] ^= 1 << rng.randrange(8)
        elif what < 0.5:
            del data[i : i + rng.randint(1, 40)]
        elif what < 0.7:
            data[i:i] = bytes(data[i : i + rng.randint(1, 40)])
        elif what < 0.85:
            data[i : i + rng.randint(0, 3)] = rng.randbytes(rng.randint(1, 6))
        else:
            data = data[:i]
    return bytes(data)


def mutate(rng: random.Random, seed: bytes) -> bytes:
    """One damaged copy of a sound input."""
    text = seed.decode("utf-8")
    if rng.random() < 0.35:
        return mutate_bytes(rng, seed)
    if text.lstrip()[:1] in "{[":
        return mutate_tree(rng, text)
    return mutate_lines(rng, text)


# ---------------------------------------------------------------- the targets


@cache
def place() -> Path:
    """A folder of our own for the files that readers are given."""
    return Path(tempfile.mkdtemp(prefix="cyberdip-fuzz-"))


def _given(name: str, content: bytes) -> Path:
    path = place() / name
    path.write_bytes(content)
    return path


@contextmanager
def _work(folder: Path):
    before = os.environ.get("CYBERDIP_WORK")
    os.environ["CYBERDIP_WORK"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["CYBERDIP_WORK"]
        else:
            os.environ["CYBERDIP_WORK"] = before


def _unhurt(html: str) -> None:
    if "<img" in html or "<script" in html:
        raise Finding(f"text of a file is HTML on the page: {html[:300]}")


def record(content: bytes) -> None:
    """A reader's record: read, shown, told apart in a class, and changed by a quiz, an exercise and a stance."""
    from cyberdip_utils import progress
    from cyberdip_utils.controversies.debate import open_debate
    from cyberdip_utils.controversies.stance import class_tally
    from cyberdip_utils.controversies.stance import stance as ask
    from cyberdip_utils.readers_record import read_record
    from cyberdip_utils.teach import Verdict
    from cyberdip_utils.teach.checks import remember_check
    from cyberdip_utils.teach.quiz import remember_answer

    path = _given("record.json", content)
    with _work(path.parent):
        _unhurt(class_tally(open_debate("5.1"))._repr_html_())
        json.loads(ask(open_debate("5.1"), "before").spec)
        remember_check("1.1", "largest", Verdict(True, "x"))
        remember_answer("1.1", 0, 0)
        before = path.read_bytes()
        try:
            read_record(path)
        except ValueError:
            if path.read_bytes() != before or before != content:
                raise Finding("a record that cannot be read was changed") from None
            raise
        _unhurt(progress.my_progress(path)._repr_html_())


def game(content: bytes) -> None:
    """A saved game of the crisis exercise."""
    from cyberdip_utils.deterrence.crisis_files import from_json, to_json

    state, name, _ = from_json(content)
    again, _, note = from_json(to_json(state, name))
    if again != state or note:
        raise Finding("a game that was accepted does not come back the same")


def debate(content: bytes) -> None:
    """A debate file: read, opened as exhibits, weighed."""
    from cyberdip_utils.controversies.debate import read_debate

    read = read_debate(_given("mine.toml", content))
    for exhibit in read.exhibits():
        view = exhibit.view()
        if "nan" in view.takeaway.split():
            raise Finding(f"an accepted debate says nan: {view.takeaway}")
    read.balance(), read.tornado(), read.finding_robust(), read.broken_links()


def stance(content: bytes) -> None:
    """What the page sends when a stance is saved."""
    from cyberdip_utils.controversies.debate import open_debate
    from cyberdip_utils.controversies.stance import keep_stance

    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return
    path = place() / "stances.json"
    path.unlink(missing_ok=True)
    try:
        keep_stance(open_debate("5.1"), "before", values if isinstance(values, dict) else {}, path)
    except ValueError:
        if path.exists():
            raise Finding("a refused stance was written") from None
        raise


def _package(manifest: bytes, table: bytes | None = None) -> None:
    """Read a data folder with this manifest; with other contents of one table, its receipt brought in line."""
    from cyberdip_utils import data

    entry = next(r for r in json.loads(_manifest_seed())["resources"] if r["name"] == TABLE)
    whole = data.data_folder() / entry["path"]
    folder = place() / "data"
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    (folder / entry["path"]).write_bytes(whole.read_bytes() if table is None else table)
    (folder / "datapackage.json").write_bytes(manifest)
    before = os.environ.get("CYBERDIP_DATA")
    os.environ["CYBERDIP_DATA"] = str(folder)
    caches = (data._manifest, data._table)
    for kept in caches:
        kept.cache_clear()
    try:
        for name in data.catalog().index:
            str(data.about(name)), data.cite(name)
            _unhurt(data.about(name)._repr_html_())
            data.load(name)
    except KeyError as error:
        if "geometry, not a table" not in str(error):
            raise
    finally:
        del os.environ["CYBERDIP_DATA"]
        if before is not None:
            os.environ["CYBERDIP_DATA"] = before
        for kept in caches:
            kept.cache_clear()


@cache
def _manifest_seed() -> str:
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] == TABLE]
    return json.dumps(package)


def manifest(content: bytes) -> None:
    """The manifest of the data folder."""
    _package(content)


def table(content: bytes) -> None:
    """A table whose receipt fits, so that only its schema stands guard."""
    package = json.loads(_manifest_seed())
    package["resources"][0] |= {
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }
    _package(json.dumps(package).encode(), content)


def damaged(content: bytes) -> None:
    """A table that is not the one of its receipt: always refused."""
    from cyberdip_utils.data import DataError

    same = content == _table_seed()
    try:
        _package(_manifest_seed().encode(), content)
    except DataError as error:
        if same or "is damaged" not in str(error):
            raise Finding(f"refused for another reason: {error}") from error
        raise
    if not same:
        raise Finding("a damaged table was loaded")


def _table_seed() -> bytes:
    return (ROOT / "data" / "tables" / f"{TABLE}.csv").read_bytes()


def message(content: bytes) -> None:
    """What a page asks of an exhibit: values of its controls."""
    from cyberdip_utils.exhibit.registry import find

    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(values, dict):
        exhibit = find("incident_explorer")
        exhibit.check({str(k): v for k, v in values.items()})


@cache
def _player():
    from cyberdip_utils.deterrence.crisis_widget import game as start

    return start()


def play(content: bytes) -> None:
    """What the page of the crisis game sends: said in a sentence, whatever it is."""
    try:
        asked = json.loads(content)
    except (ValueError, RecursionError):
        return
    with _work(place() / "games"):
        widget = _player()
        widget._told(None, asked, [])
        json.loads(widget.screen)


def _seed_record() -> str:
    body = {
        "format": "cyberdip-record",
        "version": 1,
        "quizzes": {"1.1": {"answers": {"0": {"first": 1, "right": True}}, "of": 8, "on": "2026-01-01T10:00:00"}},
        "checks": {"1.1 largest": {"tries": 2, "right": False, "on": None}},
        "stances": {"5.1": {"before": {"side": "undecided", "sure": 50, "why": "w", "change": "c", "on": "2026-01-01"}}},
        "games": {},
    }  # fmt: skip
    return json.dumps(body)


def _seed_game() -> str:
    from cyberdip_utils.deterrence import crisis, crisis_files

    return crisis_files.to_json(crisis.play("ballot", 8, "flat", [crisis.Decision("patch")]), "a team")


def seeds() -> dict[str, list[bytes]]:
    """Sound inputs of each target."""
    template = ROOT / "cyberdip_utils" / "controversies" / "debates" / "template.toml"
    asked = [
        {"kind": "start", "scenario": "blackout", "seed": 4, "world": "flat"},
        {"kind": "decide", "option": "patch", "target": "", "reveal": "", "name": "a"},
        {"kind": "read", "text": _seed_game()},
        {"kind": "load", "file": "x.json"},
        {"kind": "whatif", "round": 1, "decision": ["patch", "", ""]},
    ]
    from cyberdip_utils.exhibit.registry import find

    values = find("incident_explorer").defaults
    return {
        "record": [_seed_record().encode()],
        "game": [_seed_game().encode()],
        "debate": [template.read_bytes()],
        "stance": [b'{"side": "undecided", "sure": 50, "why": "because", "change": "nothing"}'],
        "manifest": [_manifest_seed().encode()],
        "table": [_table_seed()],
        "damaged": [_table_seed()],
        "message": [json.dumps(values).encode()],
        "play": [json.dumps(a).encode() for a in asked],
    }


def promised() -> dict[str, tuple[Callable[[bytes], None], tuple[type[Exception], ...]]]:
    """Each target and the exceptions in which its reader may refuse."""
    from cyberdip_utils.data import DataError

    return {
        "record": (record, (ValueError,)),
        "game": (game, (ValueError,)),
        "debate": (debate, (ValueError,)),
        "stance": (stance, (ValueError,)),
        "manifest": (manifest, (DataError,)),
        "table": (table, (DataError,)),
        "damaged": (damaged, (DataError,)),
        "message": (message, (ValueError,)),
        "play": (play, ()),
    }


TARGETS = ("record", "game", "debate", "stance", "manifest", "table", "damaged", "message", "play")


def attempt(target: str, content: bytes) -> str:
    """Give one input to a target; "" if it was accepted, else the sentence of refusal.

    Raises
    ------
    Finding
        Another exception than the promised, or a refusal that is no sentence.
    """
    function, refusals = promised()[target]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(content)
    except Finding:
        raise
    except refusals as error:
        if type(error) is UnicodeDecodeError or isinstance(
            error, json.JSONDecodeError | tomllib.TOMLDecodeError
        ):
            raise Finding(f"{target}: a bare {type(error).__name__}") from error
        sentence = str(error)
        if not sentence.strip() or "\n" in sentence or len(sentence) > LONGEST:
            raise Finding(f"{target}: refused, but not in a sentence: {sentence[:300]!r}") from error
        return sentence
    except Exception as error:
        raise Finding(f"{target}: {type(error).__name__}: {error}") from error
    return ""


def run(target: str, runs: int, seed: int = 0) -> tuple[int, int]:
    """Mutated inputs for one target; how many were accepted and refused. Raises :class:`Finding`."""
    rng = random.Random(f"{target} {seed}")
    sound = seeds()[target]
    accepted = 0
    for whole in sound:
        if said := attempt(target, whole):
            if not (target == "play" or "no saved game" in said):
                raise Finding(f"{target}: the sound input is refused: {said}")
    for _ in range(runs):
        content = mutate(rng, rng.choice(sound))
        try:
            accepted += not attempt(target, content)
        except Finding as error:
            folder = ROOT / "artifacts" / "fuzz"
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                name = f"{target}-{hashlib.sha256(content).hexdigest()[:10]}"
                (folder / name).write_bytes(content)
                error.add_note(f"kept as artifacts/fuzz/{name}")
            raise
    return accepted, runs - accepted


def _guided(target: str, runs: int, seed: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["cyberdip_utils", "cyberdip_chapters"]):
        import cyberdip_utils.exhibit
        import cyberdip_utils.first_edition.exhibit

        cyberdip_utils.first_edition.exhibit.all_exhibits()
        cyberdip_utils.exhibit.all_exhibits()
    whole = seeds()[target]
    rng = random.Random(seed)

    def change(data, largest, number):
        return mutate(random.Random(number), rng.choice(whole) if number % 3 else bytes(data) or whole[0])[:largest] \
            if number % 2 else atheris.Mutate(bytes(data), largest)  # fmt: skip

    corpus = Path(tempfile.mkdtemp(prefix="cyberdip-corpus-"))
    for i, content in enumerate(whole):
        (corpus / str(i)).write_bytes(content)

    def mutator(data, largest, number):
        try:
            return change(data, largest, number)
        except (UnicodeDecodeError, ValueError, RecursionError, TypeError):
            return atheris.Mutate(bytes(data), largest)

    atheris.Setup(
        [
            sys.argv[0],
            f"-runs={runs}",
            f"-seed={seed + 1}",
            f"-max_len={4 * max(map(len, whole))}",
            str(corpus),
        ],
        lambda data: attempt(target, data),
        custom_mutator=mutator,
    )
    atheris.Fuzz()


def main(arguments: list[str] | None = None) -> int:
    """Command line; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)} (all by default)"
    )
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--atheris", action="store_true", help="coverage-guided, one target")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    if chosen.atheris:
        if len(chosen.targets) != 1:
            parser.error("--atheris takes one target")
        _guided(chosen.targets[0], chosen.runs, chosen.seed)  # leaves the process itself
    worst = 0
    for target in chosen.targets or TARGETS:
        try:
            accepted, refused = run(target, chosen.runs, chosen.seed)
            print(f"{target}: {accepted} accepted, {refused} refused in a sentence")
        except Finding as error:
            worst = 1
            print(f"FOUND {error} ({'; '.join(getattr(error, '__notes__', []))})")
    return worst


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
