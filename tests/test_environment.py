"""The environment's files agree, and setting it up works, repeats in no time and fails in one sentence.

The set-up is run for real on a small stand-in checkout: the real tools/setup_env.py, a small lock
served from a folder (so no test needs a network), and real virtual environments.
"""

import ast
import base64
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import cyberdip_utils
import setup_env

ROOT = Path(__file__).resolve().parent.parent
SETUP = ROOT / "tools" / "setup_env.py"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# What a reader of the chapters needs: the dependencies, the handbook's, and what builds the package in place.
EXTRAS = PROJECT["optional-dependencies"]
READERS = PROJECT["dependencies"] + EXTRAS["handbook"] + EXTRAS["build"]
BUILD = ["hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"]
OFFLINE = "http://127.0.0.1:9/simple"  # the discard port: nothing answers there
posix_only = pytest.mark.skipif(os.name != "posix", reason="sends a POSIX signal")


# --- The files agree -------------------------------------------------------------------------------------


def read_lock(name):
    """The entries of a lock: a list of (requirement, hashes)."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = []
    for block in re.split(
        r"\n(?=\S)", "\n".join(x for x in text.splitlines() if not x.lstrip().startswith("#"))
    ):
        if block.strip():
            spec = block.split(" \\")[0].split("--hash")[0].strip()
            entries.append((Requirement(spec), re.findall(r"--hash=sha256:([0-9a-f]{64})\b", block)))
    return entries


def versions(lock):
    """Package -> {version: marker} as a lock names them."""
    found = {}
    for requirement, _ in lock:
        name = canonicalize_name(requirement.name)
        found.setdefault(name, {})[str(requirement.specifier)] = str(requirement.marker or "")
    return found


LOCKS = {name: read_lock(name) for name in ("requirements.txt", "requirements-dev.txt")}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_every_package_with_hashes(name):
    assert len(LOCKS[name]) > 50
    for requirement, hashes in LOCKS[name]:
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), f"{requirement} is not pinned"
        assert hashes, f"{requirement} has no hash"
        assert requirement.url is None


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "pyproject.toml", "environment.yml"]
)
def test_no_index_is_named(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize(
    "name, direct",
    [
        ("requirements.txt", READERS),
        ("requirements-dev.txt", READERS + EXTRAS["dev"]),
    ],
)
def test_lock_satisfies_pyproject(name, direct):
    pinned = {}
    for requirement, _ in LOCKS[name]:
        pinned.setdefault(canonicalize_name(requirement.name), []).append(
            next(iter(requirement.specifier)).version
        )
    for text in direct:
        wanted = Requirement(text)
        found = pinned.get(canonicalize_name(wanted.name))
        assert found, f"{wanted.name} is in pyproject.toml and not in {name}; compile it again"
        for version in found:
            assert wanted.specifier.contains(version), (
                f"{name} has {wanted.name} {version}, not {wanted.specifier}"
            )


def test_dev_lock_contains_the_base_lock():
    base, dev = versions(LOCKS["requirements.txt"]), versions(LOCKS["requirements-dev.txt"])
    for name, pins in base.items():
        assert dev.get(name, {}).keys() == pins.keys(), f"{name} differs between the two locks"
        for version, marker in pins.items():
            assert dev[name][version] in (marker, ""), f"the test tools' lock has {name} on fewer platforms"


def reachable(direct, lock):
    """Names reached from the direct requirements through the metadata of the installed packages."""
    locked = {canonicalize_name(requirement.name) for requirement, _ in lock}
    todo, seen = [Requirement(text) for text in direct], set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # a package of another platform: named in the lock, not installed here
        for text in needs:
            need = Requirement(text)
            extras = requirement.extras or {""}
            # Markers of other platforms count as reached: the lock is for every platform.
            optional = need.marker is not None and "extra" in str(need.marker)
            if optional and not any(need.marker.evaluate({"extra": extra}) for extra in extras):
                continue
            if canonicalize_name(need.name) in locked:
                todo.append(need)
    return {name for name, _ in seen}


def test_nothing_is_locked_without_need():
    locked = {canonicalize_name(requirement.name) for requirement, _ in LOCKS["requirements.txt"]}
    assert locked - reachable(READERS, LOCKS["requirements.txt"]) == set()


def test_installed_versions_are_the_locked_ones():
    wrong = {}
    for requirement, _ in LOCKS["requirements-dev.txt"]:
        if requirement.marker is None or requirement.marker.evaluate():
            installed = importlib.metadata.version(requirement.name)
            if not requirement.specifier.contains(installed, prereleases=True):
                wrong[requirement.name] = installed
    assert wrong == {}, "this environment is not the locked one; run: make setup"


def test_environment_yml_is_python_and_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [item for item in environment["dependencies"] if isinstance(item, str)]
    pip = [item["pip"] for item in environment["dependencies"] if isinstance(item, dict)]
    assert environment["channels"][0] == "conda-forge"
    assert [item.split("=")[0] for item in conda] == ["python", "pip"], (
        "conda gives Python and pip, no packages"
    )
    python = conda[0].split("=", 1)[1]
    assert SpecifierSet(PROJECT["requires-python"]).contains(python)
    assert pip == [["-r requirements.txt"]]


def test_binder_installs_the_package_itself():
    # pip accepts no editable package in an environment with hashes, so Binder does it in its next step.
    script = (ROOT / "postBuild").read_text(encoding="utf-8")
    assert "pip install --no-deps --no-build-isolation --editable ." in script
    if os.name == "posix":
        assert os.access(ROOT / "postBuild", os.X_OK)


def test_locks_were_compiled_for_the_oldest_python():
    oldest = ".".join(map(str, setup_env.OLDEST))
    assert PROJECT["requires-python"] == f">={oldest}"
    for name in LOCKS:
        header = (ROOT / name).read_text(encoding="utf-8").split("\n\n")[0][:600]
        assert f"--universal --python-version {oldest}" in header
        assert "--extra build --extra handbook" in header, "a reader's lock holds what the chapters need"


# --- The build -------------------------------------------------------------------------------------------


def test_the_wheel_ships_both_packages_and_the_settings(tmp_path):
    """Built as the set-up builds: no index, no isolation."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation"),
            *("--disable-pip-version-check", "--wheel-dir", str(tmp_path), str(ROOT)),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as zipped:
        inside = set(zipped.namelist())
        metadata = next(zipped.read(n).decode() for n in inside if n.endswith(".dist-info/METADATA"))
    assert f"\nVersion: {cyberdip_utils.__version__}\n" in metadata
    shipped = subprocess.run(
        ["git", "ls-files", "cyberdip_utils", "cyberdip_chapters"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    assert {n for n in shipped if (ROOT / n).is_file()} <= inside
    assert any(
        n.endswith(".data/data/share/jupyter/lab/settings/overrides.d/cyberdip_utils.json") for n in inside
    )
    assert not [n for n in inside if n.startswith(("tests/", "notebooks/", "data/"))]


def test_both_packages_are_found_from_any_folder(tmp_path):
    code = (
        "import cyberdip_utils, cyberdip_chapters; print(cyberdip_utils.__file__, cyberdip_chapters.__file__)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=setup_env.clean_environ(),
        capture_output=True,
        text=True,
    ).stdout.split()
    assert [Path(x).parents[1] for x in said] == [ROOT, ROOT]


# --- The set-up --------------------------------------------------------------------------------------------


def make_wheel(name, folder):
    """A wheel of an installed pure-Python package; its path."""
    distribution = importlib.metadata.distribution(name)
    tag = f"{distribution.metadata['Name'].replace('-', '_')}-{distribution.version}-py3-none-any.whl"
    record = []
    with zipfile.ZipFile(folder / tag, "w") as wheel:
        for file in distribution.files:
            if (
                ".." in file.parts
                or file.suffix == ".pyc"
                or file.name in ("RECORD", "INSTALLER", "REQUESTED")
            ):
                continue
            content = file.read_binary()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{file.as_posix()},sha256={digest},{len(content)}")
            wheel.writestr(file.as_posix(), content)
        info = next(file.parts[0] for file in distribution.files if file.parts[0].endswith(".dist-info"))
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))
    return folder / tag


def write_lock(path, wheels):
    lines = []
    for wheel in wheels:
        name, version = wheel.name.split("-")[:2]
        lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    return [make_wheel(name, folder) for name in (*BUILD, "iniconfig")]


@pytest.fixture
def checkout(tmp_path, wheels):
    """A small stand-in for the handbook's folder: real set-up script, a lock of the build backend (dev: one more)."""
    root = tmp_path / "a folder with spaces"
    (root / "tools").mkdir(parents=True)
    shutil.copy(SETUP, root / "tools")
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "small"\nversion = "1"\ndescription = "stand-in"\n'
        '[tool.hatch.build]\ndev-mode-dirs = ["."]\nonly-include = ["small.py"]\n',
        encoding="utf-8",
    )
    (root / "small.py").write_text('"""Stand-in."""\n', encoding="utf-8")
    write_lock(root / "requirements.txt", wheels[:-1])
    write_lock(root / "requirements-dev.txt", wheels)
    return root


def environ(wheels=None, **more):
    """This process's variables with pip pointed at a folder of wheels, or at nothing that answers."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "1"}
    pip |= (
        {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels[0].parent)}
        if wheels
        else {"PIP_INDEX_URL": OFFLINE}
    )
    return {**kept, **pip, **more}


def start(root, *args, env, prelude=""):
    """Run the set-up script of a checkout; `prelude` is Python that changes the machine it sees."""
    script = root / "tools" / "setup_env.py"
    code = (
        f"{prelude}\nimport runpy, sys\nsys.argv = [{str(script)!r}, *{list(args)!r}]\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        # The record of a failed installation stays in the folder for temporary files: here, this test's.
        env={**env, "TMPDIR": str(root.parent), "TEMP": str(root.parent)},
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=hear_ctrl_c if os.name == "posix" else None,
    )


def hear_ctrl_c():
    """A shell that runs the tests in the background has them, and all that they start, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(root, *args, env, prelude=""):
    process = start(root, *args, env=env, prelude=prelude)
    said, _ = process.communicate(timeout=120)
    return process.returncode, said


def venv_has(root, *modules):
    python = root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return subprocess.run([python, "-c", "import " + ", ".join(modules)], capture_output=True).returncode == 0


def assert_one_sentence(said, *words):
    """The last thing said is a sentence with these words, there is no traceback, and no line of pip's own."""
    assert "Traceback" not in said
    assert not re.search(r"^(ERROR|WARNING)", said, re.M)
    sentences = [
        x for x in said.splitlines() if not x.startswith(("Setting up", "Bringing", "(The full record"))
    ]
    assert len(sentences) == 1, said
    for word in words:
        assert re.search(word, sentences[0]), f"{word!r} is not in {sentences[0]!r}"


def test_set_up_repeat_add_test_tools_and_survive_a_failed_upgrade(checkout, wheels):
    """An environment is made, left alone, given the test tools, kept when an upgrade fails, upgraded."""
    env = environ(wheels)
    code, said = run(checkout, "setup", env=env)
    assert code == 0, said
    assert venv_has(checkout, "hatchling", "small") and not venv_has(checkout, "iniconfig")
    receipt = checkout / ".venv" / "cyberdip-receipt.json"
    assert "dev" not in json.loads(receipt.read_text(encoding="utf-8"))
    assert not (checkout / ".venv" / "cyberdip-unfinished").exists()

    # Again: nothing is installed, so it works with no package index at all, at once and without a word.
    before, started = receipt.stat().st_mtime_ns, time.monotonic()
    assert run(checkout, "setup", env=environ()) == (0, "")
    assert time.monotonic() - started < 5 and receipt.stat().st_mtime_ns == before

    # The test tools: missing network leaves the reader's environment whole; then they are added to it.
    code, said = run(checkout, "setup", "--dev", env=environ())
    assert code == 1
    assert_one_sentence(said, "could not be reached")
    assert run(checkout, "setup", env=environ()) == (0, "")
    code, said = run(checkout, "setup", "--dev", env=env)
    assert code == 0, said
    assert venv_has(checkout, "hatchling", "iniconfig", "small")

    # A changed lock that cannot be installed: the old environment is put back, in working order.
    lock = checkout / "requirements.txt"
    good = lock.read_text(encoding="utf-8")
    lock.write_text(good + "nosuchpackage==1.0 --hash=sha256:" + "0" * 64 + "\n", encoding="utf-8")
    code, said = run(checkout, "setup", env=env)
    assert code == 1
    assert_one_sentence(said, "nosuchpackage")
    assert venv_has(checkout, "hatchling", "iniconfig", "small")
    assert not (checkout / ".venv.old").exists()
    lock.write_text(good, encoding="utf-8")
    assert run(checkout, "setup", "--dev", env=environ()) == (0, "")

    # A changed lock that can: a new environment, with nothing left over from the old one.
    lock.write_text(good + "# another line\n", encoding="utf-8")
    code, said = run(checkout, "setup", env=env)
    assert code == 0, said
    assert venv_has(checkout, "hatchling", "small") and not venv_has(checkout, "iniconfig")
    assert not (checkout / ".venv.old").exists()


def test_the_settings_of_the_package_alone_reinstall_only_the_package(checkout, wheels):
    assert run(checkout, "setup", env=environ(wheels))[0] == 0
    with (checkout / "pyproject.toml").open("a", encoding="utf-8") as handle:
        handle.write('[tool.other]\nkey = "value"\n')
    code, said = run(checkout, "setup", env=environ())  # no index needed
    assert code == 0, said


def test_an_environment_made_otherwise_is_used_not_replaced(checkout, wheels):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout / ".venv"], check=True)
    mine = checkout / ".venv" / "mine.txt"
    mine.write_text("keep me", encoding="utf-8")
    code, said = run(checkout, "setup", env=environ(wheels))
    assert code == 0, said
    assert mine.exists() and venv_has(checkout, "hatchling", "small")


@posix_only
def test_an_environment_whose_python_is_gone_is_made_anew(checkout, wheels):
    assert run(checkout, "setup", env=environ(wheels))[0] == 0
    for link in (checkout / ".venv" / "bin").glob("python*"):
        link.unlink()
    code, said = run(checkout, "setup", env=environ(wheels))
    assert code == 0, said
    assert venv_has(checkout, "hatchling", "small") and not (checkout / ".venv.old").exists()


def test_another_python_uses_the_environment_that_is_there(checkout, wheels):
    assert run(checkout, "setup", env=environ(wheels))[0] == 0
    prelude = "import sys\nsys.version_info = (3, 99, 0, 'final', 0)"
    code, said = run(checkout, "setup", env=environ(), prelude=prelude)
    assert code == 0
    assert_one_sentence(said, r"Using \.venv", r"Python 3\.99", "remove")


def test_leftovers_of_a_killed_run_are_replaced(checkout, wheels):
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "cyberdip-unfinished").touch()
    (checkout / ".venv" / "junk").touch()
    code, said = run(checkout, "setup", env=environ(wheels))
    assert code == 0, said
    assert venv_has(checkout, "small") and not (checkout / ".venv" / "junk").exists()


def test_no_network(checkout):
    code, said = run(checkout, "setup", env=environ())
    assert code == 1
    assert_one_sentence(said, "needs the internet", "could not be reached")
    assert not (checkout / ".venv").exists()


def test_a_package_with_another_hash(checkout, wheels):
    lock = checkout / "requirements.txt"
    lock.write_text(re.sub(r"sha256:.{8}", "sha256:" + "0" * 8, lock.read_text()), encoding="utf-8")
    code, said = run(checkout, "setup", env=environ(wheels))
    assert code == 1
    assert_one_sentence(said, "hash differs")
    assert not (checkout / ".venv").exists()


def test_little_disk(checkout, wheels):
    prelude = (
        "import collections, shutil\nshutil.disk_usage = lambda p: collections.namedtuple('U', 'free')(3e8)"
    )
    code, said = run(checkout, "setup", env=environ(wheels), prelude=prelude)
    assert code == 1
    assert_one_sentence(said, r"1\.5 GB", r"0\.30 GB")
    assert not (checkout / ".venv").exists()


def test_the_disk_fills_up_while_installing():
    said = setup_env.explain(
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    )
    assert "disk filled up" in said


def test_no_venv_module(checkout, wheels):
    prelude = "import sys\nsys.modules['ensurepip'] = None"  # what Debian without python3-venv lacks
    code, said = run(checkout, "setup", env=environ(wheels), prelude=prelude)
    assert code == 1
    assert_one_sentence(said, "apt install python3-venv")
    assert not (checkout / ".venv").exists()


@posix_only
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_downloading(checkout, sent):
    """Stop the set-up at the moment that pip waits for the package index."""
    with socket.create_server(("127.0.0.1", 0)) as index:
        index.settimeout(60)
        address = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
        process = start(checkout, "setup", env={**environ(), "PIP_INDEX_URL": address})
        connection, _ = index.accept()
        assert (checkout / ".venv").is_dir()
        # Ctrl-C reaches the whole group, as in a terminal; the other signal only the script.
        os.killpg(process.pid, sent) if sent == signal.SIGINT else process.send_signal(sent)
        said, _ = process.communicate(timeout=30)
        connection.close()
    assert process.returncode == 1
    assert_one_sentence(said, "Stopped before the installation was complete")
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("version", [(3, 10), (3, 6), (2, 7)])
def test_old_python(checkout, version):
    prelude = f"import sys\nsys.version_info = {version + (0, 'final', 0)!r}"
    code, said = run(checkout, "lab", env=environ(), prelude=prelude)
    assert code == 1
    assert_one_sentence(said, r"needs Python 3\.11 or newer", rf"Python {version[0]}\.{version[1]}")
    assert not (checkout / ".venv").exists()


def test_the_script_reads_as_old_python():
    ast.parse(SETUP.read_text(encoding="utf-8"), feature_version=(3, 7))
    text = SETUP.read_text(encoding="utf-8")
    assert not re.search(r"\bf[\"']|:=|\bnonlocal\b|\basync\b", text), (
        "Python 2.7 and 3.5 have no such syntax"
    )


def old_pythons():
    """Pythons too old for the handbook that this machine happens to have, by version."""
    found = {}
    names = [shutil.which(f"python{version}") for version in ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10")]
    names += sorted((Path.home() / ".pyenv" / "versions").glob("*/bin/python"))
    for name in filter(None, names):
        asked = [name, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(asked, capture_output=True, text=True)
        version = done.stdout.strip()
        if done.returncode == 0 and tuple(map(int, version.split("."))) < (3, 11):
            found.setdefault(version, name)
    return found


def test_really_old_python(checkout):
    pythons = old_pythons()
    if not pythons:
        pytest.skip("no Python older than 3.11 on this machine")
    for version, python in pythons.items():
        command = [python, checkout / "tools" / "setup_env.py", "lab"]
        done = subprocess.run(command, capture_output=True, text=True, env=environ())
        assert done.returncode == 1
        assert_one_sentence(done.stderr, r"needs Python 3\.11 or newer", re.escape(f"is Python {version};"))
        assert not (checkout / ".venv").exists()


def test_make_passes_options_and_python_on():
    make = shutil.which("make")
    if not make:
        pytest.skip("no make on this machine")
    done = subprocess.run(
        [make, "-n", "lab", "LAB_ARGS=--no-browser --port 8899", "PYTHON=python3.12"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={key: value for key, value in os.environ.items() if not key.startswith("MAKE")},
    )
    assert done.stdout.strip() == "python3.12 tools/setup_env.py lab --no-browser --port 8899"


def test_jupyterlab_is_told_not_to_fetch_news():
    """The setting lies where JupyterLab reads it, in this very environment."""
    settings = Path(sys.prefix) / "share/jupyter/lab/settings/overrides.d/cyberdip_utils.json"
    if not settings.exists():
        pytest.fail("the package's Jupyter settings are not installed; run: make setup")
    notification = json.loads(settings.read_text(encoding="utf-8"))[
        "@jupyterlab/apputils-extension:notification"
    ]
    assert notification == {"fetchNews": "false", "checkForUpdates": False}
