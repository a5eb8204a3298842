"""When something breaks: damaged and missing files, a full disk at any moment, no network. Said in a sentence, nothing lost."""

import errno
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import fuzz
from cyberdip_utils import data, progress
from cyberdip_utils import readers_record as record
from cyberdip_utils.controversies import stance
from cyberdip_utils.controversies.debate import open_debate
from cyberdip_utils.deterrence import crisis, crisis_files
from cyberdip_utils.teach import Verdict
from cyberdip_utils.teach.checks import remember_check
from cyberdip_utils.teach.quiz import remember_answer

ROOT = Path(__file__).resolve().parents[1]


@cache
def builder():
    """data/build.py, under a name of its own: classroom has a build.py too."""
    spec = importlib.util.spec_from_file_location("data_build", ROOT / "data" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def alone(code, *arguments, strict="0", **environment):
    """Run Python in a process of its own; its output."""
    clean = {k: v for k, v in os.environ.items() if k not in ("CYBERDIP_DATA", "CYBERDIP_RAW")}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=clean | {"CYBERDIP_STRICT": strict, "PYTHONIOENCODING": "utf-8", **environment},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


# ---------------------------------------------------------------- damaged files


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_damaged_input_is_refused_in_a_sentence_or_harmless(target):
    """Damaged copies for each reader (`tools/fuzz.py` throws more): accepted whole, or refused in words."""
    accepted, refused = fuzz.run(target, runs := {"debate": 60, "record": 80}.get(target, 200), seed=3)
    if target == "play":
        assert accepted == runs  # the game says what is wrong on the page and goes on
    else:
        assert refused > 20


def test_the_fuzzer_finds_what_is_wrong(monkeypatch):
    def careless(content):
        json.loads(content)["format"]

    monkeypatch.setattr(fuzz, "promised", lambda: {"game": (careless, (ValueError,))})
    with pytest.raises(fuzz.Finding, match=r"KeyError|TypeError|JSONDecodeError|UnicodeDecodeError"):
        fuzz.run("game", 200)
    monkeypatch.setattr(fuzz, "promised", lambda: {"game": (lambda content: None, (ValueError,))})
    assert fuzz.run("game", 20) == (20, 0)


def test_every_table_cut_short_or_changed_is_refused(tmp_path, monkeypatch):
    """Each file of the package, not just one: a byte off, a byte changed, gone."""
    whole = data.data_folder()
    shutil.copy(whole / "datapackage.json", tmp_path)
    for entry in json.loads((whole / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
        path = tmp_path / entry["path"]
        path.parent.mkdir(exist_ok=True)
        content = (whole / entry["path"]).read_bytes()
        monkeypatch.setenv("CYBERDIP_DATA", str(tmp_path))
        read = data.load if "schema" in entry else data.shapes
        with pytest.raises(data.DataError, match=f"{path.name} is missing. Restore it"):
            read(entry["name"])
        path.write_bytes(content[:-1])
        with pytest.raises(data.DataError, match=f"{path.name} is damaged.* bytes.*make data"):
            read(entry["name"])
        path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        with pytest.raises(data.DataError, match=f"{path.name} is damaged: sha256:.*make data"):
            read(entry["name"])
        path.unlink()


EXHIBITS_SAY = """
import json, sys
from cyberdip_utils.first_edition.exhibit import all_exhibits
said = {}
for name, exhibit in all_exhibits().items():
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    try:
        said[name] = json.loads(exhibit.payload())["error"]
        exhibit.text()
    except BaseException as error:
        said[name] = f"RAISED {type(error).__name__}: {error}"
print(json.dumps(said))
"""


def test_every_exhibit_says_which_file_is_missing(tmp_path):
    """All tables and shapes gone: the package still imports, and each exhibit names a file and how to get it back."""
    folder = tmp_path / "handbook" / "data"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "data" / "datapackage.json", folder)
    shutil.copytree(ROOT / "notebooks", tmp_path / "handbook" / "notebooks")
    said = json.loads(alone(EXHIBITS_SAY, CYBERDIP_DATA=str(folder)).splitlines()[-1])
    assert len(said) > 80
    raised = {n: s for n, s in said.items() if s.startswith("RAISED") and "DataError" not in s}
    assert raised == {}
    need_nothing = {n for n, s in said.items() if not s}
    for name, sentence in said.items():
        if name not in need_nothing:
            assert (
                " is missing. Restore it from the repository, or rebuild it with `make data`" in sentence
            ), name
            assert "Traceback" not in sentence and "\n" not in sentence
    assert len(need_nothing) < 25, need_nothing


def test_one_file_gone_stops_only_the_exhibits_that_need_it(tmp_path):
    folder = tmp_path / "handbook" / "data"
    shutil.copytree(
        ROOT / "data",
        folder,
        ignore=shutil.ignore_patterns("raw", "curated", "recipes", "kept", "__pycache__"),
    )
    shutil.copytree(ROOT / "notebooks", tmp_path / "handbook" / "notebooks")
    (folder / "tables" / "shutdowns.csv").unlink()
    need = {"shutdown_map", "control_at_home", "shutdowns_and_freedom"}
    others = {
        "response_flow",
        "severity_ladder",
        "vote_explorer",
        "field_map",
        "weigh_5_1",
        "direct_links",
    }
    said = json.loads(alone(EXHIBITS_SAY, *need, *others, CYBERDIP_DATA=str(folder)).splitlines()[-1])
    assert {n for n, sentence in said.items() if sentence} == need and set(said) == need | others
    assert all("shutdowns.csv is missing" in said[n] for n in need)


# ---------------------------------------------------------------- a full disk, at every moment


class Full:
    """Lets ``allowed`` writing calls through; from then on the disk is full. Taking away and renaming back need no room."""

    WRITES = (
        (Path, "write_bytes"),
        (Path, "mkdir"),
        (Path, "replace"),
        (os, "open"),
        (os, "fdopen"),
        (os, "fsync"),
        (shutil, "copyfile"),
    )

    def __init__(self, monkeypatch, allowed, rename_back=True):
        self.count, self.allowed, self.full = 0, allowed, True
        for owner, name in self.WRITES:
            monkeypatch.setattr(owner, name, self.guard(getattr(owner, name), name))

    def guard(self, real, name):
        def call(*args, **kwargs):
            if name == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR):
                return real(*args, **kwargs)
            going_back = name == "replace" and (args[0].suffix == ".old")
            if self.full and not going_back:
                self.count += 1
                if self.count > self.allowed:
                    if name == "write_bytes":  # half of it lands
                        real(args[0], args[1][: len(args[1]) // 2])
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(args[0]))
            return real(*args, **kwargs)

        return call


def snapshot(folder):
    return {p.relative_to(folder): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def points(monkeypatch, prepare, act, most=200):
    """Run ``act`` on a disk that is full after 0, 1, 2 … writes until it succeeds; yields (snapshot before, outcome)."""
    for allowed in range(most):
        folder = prepare(allowed)
        before = snapshot(folder)
        with monkeypatch.context() as patch:
            full = Full(patch, allowed)
            outcome = act(folder)
            full.full = False
        yield allowed, folder, before, outcome
        if full.count <= allowed:
            return
    raise AssertionError("it never succeeds")


def test_the_record_survives_a_full_disk_at_every_write(tmp_path, monkeypatch):
    def prepare(i):
        folder = tmp_path / str(i)
        folder.mkdir()
        record.write_json(folder / "record.json", record.empty() | {"games": {"a": {"kept": True}}})
        return folder

    def act(folder):
        try:
            return record.change_record("games", "b", lambda old: {"new": True}, folder / "record.json")
        except OSError as error:
            return error

    outcomes = []
    for _, folder, before, outcome in points(monkeypatch, prepare, act):
        now = record.read_record(folder / "record.json")["games"]
        if isinstance(outcome, OSError):
            assert outcome.errno == errno.ENOSPC
            assert snapshot(folder) == before, "an old file changed, or something was left behind"
        else:
            assert now == {"a": {"kept": True}, "b": {"new": True}}
        outcomes.append(type(outcome))
    assert outcomes.count(dict) == 1 and len(outcomes) >= 5


def test_a_quiz_a_check_and_a_stance_go_on_when_the_disk_is_full(tmp_path, monkeypatch):
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    debate, values = open_debate("5.1"), {"side": "undecided", "sure": 50}
    assert stance._saved(debate, "before", values).startswith("Saved")
    before = snapshot(tmp_path)
    with monkeypatch.context() as patch:
        Full(patch, 0)
        remember_check("1.1", "largest", Verdict(True, "x"))
        remember_answer("1.1", 0, 0)
        said = stance._saved(debate, "after", values)
    assert said.startswith("Not saved: ") and os.strerror(errno.ENOSPC) in said
    assert snapshot(tmp_path) == before


def test_a_saved_game_survives_a_full_disk_at_every_write(tmp_path, monkeypatch):
    first = crisis.new_game("ballot", 8)
    second = crisis.step(first, crisis.Decision("patch"))

    def prepare(i):
        folder = tmp_path / str(i)
        crisis_files.save(first, "a", folder)
        return folder

    def act(folder):
        try:
            return crisis_files.save(second, "a", folder)
        except OSError as error:
            return error

    failures = 0
    for _, folder, before, outcome in points(monkeypatch, prepare, act):
        state, _, _ = crisis_files.load_game("a-ballot-8.json", folder)
        if isinstance(outcome, OSError):
            failures += 1
            assert snapshot(folder) == before and state == first
        else:
            assert state == second and len(snapshot(folder)) == 1
    assert failures >= 3


def test_an_export_that_does_not_fit_leaves_nothing_half_made(tmp_path, monkeypatch):
    source = tmp_path / "record.json"
    record.write_json(source, record.empty())
    (tmp_path / "out").mkdir()
    with monkeypatch.context() as patch:

        def half(a, b):
            Path(b).write_bytes(Path(a).read_bytes()[:5])
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(shutil, "copyfile", half)
        with pytest.raises(OSError, match="No space"):
            progress.export_record(tmp_path / "out" / "mine.json", source)
    assert list((tmp_path / "out").iterdir()) == []


def small_package(folder, words):
    """A data folder of two tables and what `make data` writes, made by the real code from a stand-in for the recipes."""
    build = builder()
    field = sys.modules["recipes.contract"].field
    made = {}
    for name in ("first", "second"):
        table = build.Table(
            name, name, "Two words.", "frame", ("world",), (field("id", "integer", "x"), field("word", "string", "x")),
            ("id",), "all", "2026", (),
        )  # fmt: skip
        made[name] = (table, "".join(f"{i},{w}\n" for i, w in enumerate([name, *words])))
    tables = {n: t for n, (t, _) in made.items()}
    files = {f"tables/{n}.csv": ("id,word\n" + body).encode() for n, (_, body) in made.items()}
    return tables, files, {}


@pytest.fixture
def make_data(monkeypatch):
    build = builder()
    source = {
        "title": "t", "publisher": "p", "url": "https://example.org", "version": "1", "citation": "c.",
        "bibtex": "@misc{c}", "licence": "CC0-1.0", "grade": "original",
    }  # fmt: skip
    monkeypatch.setattr(build.Raw, "sources", {"world": source})

    def run(folder, words):
        monkeypatch.setattr(build, "HERE", folder)
        monkeypatch.setattr(build, "build", lambda raw, only: small_package(folder, words))
        return build.main([])

    return run


def loads(folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("CYBERDIP_DATA", str(folder))
        data._manifest.cache_clear()
        data._table.cache_clear()
        words = [list(data.load(n)["word"]) for n in ("first", "second")]
    data._manifest.cache_clear()
    data._table.cache_clear()
    return words


def test_make_data_on_a_disk_that_fills_up_at_every_write(tmp_path, monkeypatch, make_data, capsys):
    """Whatever the moment: the tables and their manifest are all the old ones or all the new ones, and it is said."""

    def prepare(i):
        folder = tmp_path / str(i)
        (folder / "tables").mkdir(parents=True)
        assert make_data(folder, ["old"]) == 0
        (folder / "tables" / "left_over.csv").write_text("id\n1\n", encoding="utf-8")
        capsys.readouterr()
        return folder

    codes = []
    for allowed, folder, before, code in points(
        monkeypatch, prepare, lambda f: make_data(f, ["new", "newer"])
    ):
        told = capsys.readouterr()
        words = loads(folder, monkeypatch)  # also: every receipt fits its table
        if code:
            assert snapshot(folder) == before, f"after {allowed} writes"
            assert words == [["first", "old"], ["second", "old"]]
            assert told.err.count("\n") == 1 and "everything in data is as it was" in told.err
            assert os.strerror(errno.ENOSPC) in told.err
        else:
            assert words == [["first", "new", "newer"], ["second", "new", "newer"]]
            assert sorted(p.name for p in (folder / "tables").iterdir()) == ["first.csv", "second.csv"]
        codes.append(code)
    assert codes[-1] == 0 and codes.count(1) == len(codes) - 1 >= 8


FILL = """
import errno, os, sys
from pathlib import Path
sys.path.insert(0, "data")
from recipes.contract import write_all
from cyberdip_utils import readers_record as record
from cyberdip_utils.deterrence import crisis, crisis_files
folder = Path(sys.argv[1])
files = {folder / f"{i}.csv": b"old" * 1000 for i in range(4)}
write_all(files)
record.write_json(folder / "record.json", record.empty())
kept = crisis_files.save(crisis.new_game("ballot", 8), "a", folder)
game = kept.read_bytes()
if sys.argv[2] == "limit":
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
before = {p.name: p.read_bytes() for p in folder.iterdir()}
for what in (
    lambda: write_all({p: b"new" * (1000 + 20_000 * i) for i, p in enumerate(files)}),
    lambda: record.change_record("games", "b", lambda old: {"text": "x" * 200_000}, folder / "record.json"),
):
    try:
        what()
    except OSError as error:
        assert error.errno in (errno.ENOSPC, errno.EFBIG), error
        print(os.strerror(error.errno))
    else:
        raise SystemExit("it fitted")
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before, sorted(p.name for p in folder.iterdir())
assert crisis_files.load_game(kept.name, folder)[0] == crisis.new_game("ballot", 8) and kept.read_bytes() == game
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are set as on Linux and macOS")
def test_a_file_that_the_system_cuts_off(tmp_path):
    """The operating system itself refuses to write more than 5,000 bytes to a file, in the middle of a write."""
    assert alone(FILL, tmp_path, "limit").splitlines() == [os.strerror(errno.EFBIG)] * 2


def test_a_disk_that_is_really_full(tmp_path):
    """A file system of 60 kB in memory; only root may mount one."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("mounting a small file system needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=60k", "cyberdip-small", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"this system lets root mount nothing: {mounted.stderr.strip()}")
    try:
        assert alone(FILL, tmp_path, "disk").splitlines() == [os.strerror(errno.ENOSPC)] * 2
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


# ---------------------------------------------------------------- the network is away

OFFLINE = """
import json, sys
asked = []
def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind",
                 "urllib.Request", "http.client.connect", "ftplib.connect", "smtplib.connect"):
        asked.append([event, str(args)])
        raise OSError(101, "Network is unreachable")
sys.addaudithook(watch)
import cyberdip_utils
from cyberdip_utils import teach
from cyberdip_utils.first_edition.exhibit import all_exhibits
every = all_exhibits()
for name in ("timeline", "cables_by_year", "incidents_by_receiver"):
    assert not json.loads(every[name].payload())["error"], name
    every[name].csv()
for number in teach.chapters():
    teach.chapter(number), teach.references(number), teach.quiz(number)
print(json.dumps([len(every), asked]))
"""


def test_nothing_asks_the_network():
    """Importing everything, each header, quiz and reading list, a few pictures and files: no socket leaves the machine.

    All other states of exhibits are watched where they are drawn, in test_all_exhibits.
    """
    imported, asked = json.loads(alone(OFFLINE, strict="1").splitlines()[-1])
    assert asked == [] and imported > 80


def test_the_watch_on_the_network_sees_a_request():
    code = OFFLINE.partition("import cyberdip_utils\n")[0] + (
        "import socket, urllib.request\n"
        "for ask in (lambda: socket.create_connection(('127.0.0.1', 9)), lambda: urllib.request.urlopen('http://x.invalid')):\n"
        "    try: ask()\n"
        "    except OSError: pass\n"
        "print(json.dumps([e for e, _ in asked]))\n"
    )
    events = json.loads(alone(code))
    assert "urllib.Request" in events and len(events) >= 2


def test_make_data_without_a_network_says_so_and_changes_nothing(tmp_path):
    """A raw file that would have to be downloaded: one sentence, and no half file in the cache."""
    code = OFFLINE.partition("import cyberdip_utils\n")[0] + (
        "from pathlib import Path\n"
        "sys.path.insert(0, 'data')\n"
        "from recipes.contract import Raw, RecipeError\n"
        "raw = Raw(cache=Path(sys.argv[1]))\n"
        "key = next(k for k, f in raw.files.items() if f.get('address'))\n"
        "raw.files[key]['path'] = 'not/here'\n"
        "try: raw.path(key)\n"
        "except RecipeError as error: print(json.dumps([len(asked) > 0, str(error)]))\n"
    )
    asked, said = json.loads(alone(code, tmp_path).splitlines()[-1])
    assert asked and said.startswith("could not download https://") and "is there a network?" in said
    assert "nothing was changed" in said and "\n" not in said
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


# ---------------------------------------------------------------- the report of the mutation test


def test_the_mutation_report_counts_what_was_noticed():
    import mutate

    listed = (
        "    cyberdip_utils.stats.x_wilson__mutmut_1: killed\n"
        "    cyberdip_utils.stats.x_wilson__mutmut_2: survived\n"
        "    cyberdip_utils.norms.agreement.x_pairwise__mutmut_1: timeout\n"
        "    cyberdip_utils.deterrence.transitions.xǁNextǁwithin__mutmut_1: killed\n"
    )
    lines, share = mutate.table(listed)
    assert share == 0.75 and lines[-1] == "| all | 4 | 3 | 75.0% |"
    assert "| `stats` | 2 | 1 | 50% |" in lines and "| `rank` | 0 | | |" in lines
    assert all((ROOT / "cyberdip_utils" / m).is_file() for m in mutate.MODULES)
    assert all((ROOT / "tests" / t).is_file() for t in mutate.TESTS)
