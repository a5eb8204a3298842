"""The package away from the checkout: what a wheel and an sdist hold, and what they do when installed elsewhere.

Built and installed with what is there (no index, no isolation). Python then runs without ``site``, so that the checkout,
which an editable installation puts on the path, is not on it.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from cyberdip_utils import data
from cyberdip_utils.readers_record import work_folder

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sysconfig.get_path("purelib")
# What may be imported beside the standard library: the package and what its base dependencies bring.
BASE = ("cyberdip_utils", "cyberdip_chapters", "numpy", "pandas", "dateutil", "six", "tzdata")
ALONE = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if not top.startswith("_") and top not in sys.stdlib_module_names and top not in {BASE!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Refuse())
"""


def done(*command, **options):
    """Standard output of a command that must succeed."""
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True, encoding="utf-8", **options)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def build(root, target, kind):
    """Build a wheel or an sdist of a folder as a packager would, with the tools that are there."""
    done(sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", target, cwd=root)
    (made,) = Path(target).iterdir()
    return made


def inside(wheel):
    """The names in a wheel, with the checksums of the data."""
    with zipfile.ZipFile(wheel) as zipped:
        return {i.filename: i.CRC if "/handbook_data/" in i.filename else None for i in zipped.infolist()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    target = tmp_path_factory.mktemp("elsewhere")
    pip = (
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--disable-pip-version-check",
    )
    done(*pip, "--target", target, wheel)
    return target


@pytest.fixture
def run(installed, tmp_path):
    """Run code with the installed package, from another folder, as a reader with a home of their own."""

    def it(code, alone=True, **more):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("CYBERDIP_", "PYTHON"))}
        env |= {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "PYTHONIOENCODING": "utf-8", **more}
        path = f"import sys; sys.path[:0] = [{str(installed)!r}, {PACKAGES!r}]\n"
        return done(
            sys.executable, "-S", "-c", path + (ALONE if alone else "") + code, cwd=tmp_path, env=env
        ).strip()

    return it


def test_the_wheel_holds_the_data_and_nothing_of_their_making(wheel):
    manifest = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    with zipfile.ZipFile(wheel) as zipped:
        names = set(zipped.namelist())
        for name in ["datapackage.json", *(r["path"] for r in manifest["resources"])]:
            assert zipped.read(f"cyberdip_utils/handbook_data/{name}") == (ROOT / "data" / name).read_bytes()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name and ".data/" not in name}
    assert tops == {"cyberdip_utils", "cyberdip_chapters", "cyberdip_jupyter"}
    assert not [
        n for n in names if "/recipes/" in n or "/raw/" in n or n.endswith(("sources.toml", ".ipynb"))
    ]
    assert wheel.stat().st_size < 10e6


def test_a_wheel_from_the_sdist_is_the_wheel(wheel, tmp_path):
    sdist = build(ROOT, tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as packed:
        assert not [n for n in packed.getnames() if "/recipes" in n or "/raw/" in n or n.endswith(".ipynb")]
        packed.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    again = build(source, tmp_path / "again", "wheel")
    assert inside(again) == inside(wheel)


def test_the_tables_load_with_the_base_dependencies_alone(run):
    code = """
import json
from cyberdip_utils import about, catalog, cite, data, load
from cyberdip_utils.countries import code
print(json.dumps([{n: len(load(n)) for n in catalog().index if n in data._manifest(data.data_folder())
                   and "schema" in data._entry(n)}, data.__file__, code("Türkiye"), len(data.shapes("world")["features"]),
                  about("incidents").rows, cite("incidents")[0], sorted(m for m in sys.modules if m in ("plotly", "ipywidgets"))]))
"""
    rows, place, turkey, features, n, at, heavy = json.loads(run(code))
    assert rows == {
        e["name"]: e["rows"] for e in data._manifest(data.data_folder()).values() if "schema" in e
    }
    assert not Path(place).is_relative_to(ROOT)
    assert (turkey, features, n, at, heavy) == (
        "TUR",
        len(data.shapes("world")["features"]),
        rows["incidents"],
        "@",
        [],
    )


def test_the_base_dependencies_are_those_that_may_be_imported_here():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {x.partition(">")[0] for x in project["dependencies"]} == {"numpy", "pandas"}
    assert "jupyterlab" in {x.partition(">")[0] for x in project["optional-dependencies"]["handbook"]}


def test_a_readers_work_stays_out_of_the_installed_package(run, installed, tmp_path):
    code = "from cyberdip_utils.readers_record import change_record, work_folder\n"
    before = sorted(installed.rglob("my_work"))
    assert Path(run(code + "print(work_folder())")) == tmp_path / "my_work"
    run(code + "change_record('checks', 'x', lambda old: {'a': 1})")
    assert (tmp_path / "my_work" / "record.json").is_file()
    assert before == sorted(installed.rglob("my_work")) == []
    named = run(code + "print(work_folder())", CYBERDIP_WORK=str(tmp_path / "mine"))
    assert Path(named) == tmp_path / "mine"


def test_what_needs_the_notebooks_says_so(run):
    code = """
from cyberdip_utils.teach import my_copy, references
for ask in (my_copy, references):
    try:
        ask("3.1")
    except FileNotFoundError as error:
        print(error)
"""
    sentences = run(code, alone=False).splitlines()
    assert len(sentences) == 2
    assert all("notebook of chapter 3.1 is not here" in s and "CYBERDIP_DATA" in s for s in sentences)


def test_an_exhibit_answers_from_the_installed_package(run):
    code = """
from cyberdip_chapters.sovereignty import who_did_it as who
from cyberdip_utils.exhibit import Exhibit
exhibit = next(x for x in vars(who).values() if isinstance(x, Exhibit))
print(type(exhibit).__module__, len(exhibit.table()), exhibit.sentence().text != "")
"""
    module, rows, said = run(code, alone=False).split()
    assert module.startswith("cyberdip_utils.exhibit") and int(rows) > 0 and said == "True"


def test_data_of_a_checkout_can_be_named_with_a_tilde(run, tmp_path):
    try:
        (tmp_path / "handbook").symlink_to(ROOT, target_is_directory=True)
    except OSError:
        pytest.skip("this system allows no symbolic links here")
    code = "from cyberdip_utils import data, load; print(data.data_folder(), len(load('kev')))"
    folder, rows = run(code, CYBERDIP_DATA="~/handbook/data").rsplit(maxsplit=1)
    assert (Path(folder), int(rows)) == (tmp_path / "handbook" / "data", data.about("kev").rows)


def test_a_folder_that_is_not_whole_is_told_with_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("CYBERDIP_DATA", str(tmp_path))
    with pytest.raises(data.DataError, match="not whole.*CYBERDIP_DATA names this folder"):
        data.load("kev")
    monkeypatch.delenv("CYBERDIP_DATA")
    monkeypatch.setattr(data, "_OWN", tmp_path)
    with pytest.raises(data.DataError, match="not whole.*let the variable CYBERDIP_DATA name it"):
        data.load("kev")


def test_in_a_checkout_the_work_stays_beside_the_handbook(monkeypatch):
    monkeypatch.delenv("CYBERDIP_WORK", raising=False)
    monkeypatch.delenv("CYBERDIP_DATA", raising=False)
    expected = ROOT if os.access(ROOT, os.W_OK) else Path.home()
    assert work_folder() == expected / "my_work"
