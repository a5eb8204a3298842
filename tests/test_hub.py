"""A class's hub: its settings refuse what is unsafe, its sizes follow from what was measured, its doors hold.

The hub itself is started by `make bench-hub`. JupyterHub is not in the handbook's environment, so tests of what imports it use
the Python of an installed hub (CYBERDIP_HUB, or /opt/cyberdip) and are skipped, with that reason, where there is none.
"""

import asyncio
import importlib.util
import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from tornado.web import HTTPError

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "classroom" / "hub"
sys.path.append(str(FOLDER))

import guard  # noqa: E402
import settings  # noqa: E402
import sizes  # noqa: E402

described = importlib.util.spec_from_file_location("bench_hub", ROOT / "bench" / "hub.py")
bench = importlib.util.module_from_spec(described)
sys.modules["bench_hub"] = bench  # its dataclasses look themselves up
if os.name == "posix":  # it reads the users of the machine
    described.loader.exec_module(bench)

GOOD = "correct horse battery"
HUB = Path(os.environ.get("CYBERDIP_HUB", "/opt/cyberdip"))
posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes and users of Linux and macOS")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the hub runs on Linux")


# ---------------------------------------------------------------- settings


def parse(password=GOOD, **given):
    return settings.parse(given, {"CYBERDIP_HUB_PASSWORD": password} if password is not None else {})


def test_the_example_is_what_the_defaults_are():
    given = tomllib.loads((FOLDER / "hub.toml").read_text(encoding="utf-8"))
    got = settings.parse(given, {"CYBERDIP_HUB_PASSWORD": GOOD})
    assert got == settings.Settings(password=GOOD)
    assert set(given) == {f.name for f in fields(settings.Settings)} - {"password", "teacher_password"}
    assert got.mode == "workshop" and got.memory_mb > 0 and got.address == "127.0.0.1"


def test_settings_are_read_from_a_file(tmp_path):
    place = tmp_path / "hub.toml"
    place.write_text('mode = "accounts"\nstudents = ["ada", "bob"]\nmemory_mb = 900\n', encoding="utf-8")
    got = settings.load(place, {})
    assert (got.mode, got.students, got.memory_mb, got.cpu) == ("accounts", ("ada", "bob"), 900, 1.0)
    assert got.system_user("ada") == "ada" and parse().system_user("ada") == "class-ada"
    place.write_text("mode = workshop", encoding="utf-8")
    with pytest.raises(settings.Wrong, match="is not TOML"):
        settings.load(place, {})
    with pytest.raises(settings.Wrong, match="cannot be read"):
        settings.load(tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    "given, sentence",
    [
        ({"mode": "open"}, "mode is 'open'; it has to be one of workshop, accounts"),
        ({"password": ""}, "is empty; write at least 12"),
        ({"password": "   "}, "is empty"),
        ({"password": "shorter"}, "has 7 characters; at least 12"),
        ({"password": "aaaaaaaaaaaaaa"}, "only 1 different characters"),
        ({"moed": "workshop"}, "moed is no setting; the settings are mode"),
        ({"mode": "accounts"}, "lets in only the users named"),
        ({"memory_mb": 100}, "memory_mb is 100; it has to lie between 600"),
        ({"memory_mb": "2G"}, "memory_mb is '2G'; it has to be a whole number"),
        ({"max_students": True}, "has to be a whole number"),
        ({"idle_minutes": 0}, "idle_minutes is 0"),
        ({"behind_proxy": 1}, "has to be true or false"),
        ({"students": "ada"}, "a list of names"),
        ({"students": ["Ada Lovelace"]}, "the name 'Ada Lovelace' cannot be used"),
        ({"students": ["../root"]}, "cannot be used"),
        ({"students": ["a" * 21]}, "cannot be used"),
        ({"students": ["a", "b"], "max_students": 1}, "2 students are named and max_students is 1"),
        ({"students": ["a"], "teachers": ["a"]}, "both a student and a teacher"),
        ({"teachers": ["ada"]}, "teacher_password_file has to name a file"),
        ({"address": "0.0.0.0"}, "would send passwords over the network unprotected"),
        ({"certificate": "/a.pem"}, "certificate and key go together"),
        ({"port": 8081}, "have to differ"),
        ({"state": "state"}, "give the whole path"),
        ({"homes": "/srv/" + "x" * 40}, "homes is too long a path"),
        ({"spawner": "docker"}, "spawner is 'docker'"),
    ],
)
def test_what_is_unsafe_or_unknown_is_refused_in_a_sentence(given, sentence):
    with pytest.raises(settings.Wrong, match=re.escape(sentence)) as found:
        parse(given.pop("password", GOOD), **given)
    assert str(found.value).strip().endswith(".")


def test_all_mistakes_are_told_at_once():
    with pytest.raises(settings.Wrong) as found:
        parse("short", mode="open ", spawner="x", port=8081)
    assert len(str(found.value).splitlines()) == 3  # the password is asked for only in a workshop


def test_no_password_may_stand_in_the_settings():
    with pytest.raises(settings.Wrong, match="passwords go into password_file"):
        settings.parse({"password": GOOD}, {})
    assert GOOD not in repr(parse())


@posix_only
def test_password_files_are_for_their_owner_only(tmp_path):
    place = tmp_path / "password"
    place.write_text(GOOD + "\n", encoding="utf-8")
    place.chmod(0o644)
    with pytest.raises(settings.Wrong, match="others can read"):
        parse(None, password_file=str(place))
    place.chmod(0o600)
    assert parse(None, password_file=str(place)).password == GOOD
    place.write_text("", encoding="utf-8")
    with pytest.raises(settings.Wrong, match="is empty"):
        parse(None, password_file=str(place))
    with pytest.raises(settings.Wrong, match="cannot be read"):
        parse(None, password_file=str(tmp_path / "none"))


@posix_only
def test_teachers_have_a_longer_password_of_their_own(tmp_path):
    place = tmp_path / "teacher"
    place.write_text(GOOD, encoding="utf-8")
    place.chmod(0o600)
    given = {"teachers": ["ada"], "teacher_password_file": str(place)}
    with pytest.raises(settings.Wrong, match="students know that one"):
        parse(GOOD, **given)
    place.write_text("only fifteen ch", encoding="utf-8")
    with pytest.raises(settings.Wrong, match="at least 20"):
        parse(GOOD, **given)
    place.write_text(GOOD + " and a staple", encoding="utf-8")
    assert parse(GOOD, **given).teacher_password == GOOD + " and a staple"


def test_other_machines_are_served_only_with_https():
    assert parse(address="0.0.0.0", behind_proxy=True).https
    assert parse(address="0.0.0.0", certificate="/c.pem", key="/k.pem").https
    assert not parse().https


# ---------------------------------------------------------------- the guard


def process(pid, uid, mb, kernel=False, server=False):
    return guard.Process(pid, uid, mb, kernel, server)


def test_the_guard_ends_the_largest_program_of_a_student_over_the_limit_and_no_other():
    found = [
        process(1, 7, 500, server=True),
        process(2, 7, 300, kernel=True),
        process(3, 7, 400, kernel=True),
        process(4, 8, 900, kernel=True),
    ]
    chosen = guard.to_stop(found, 1000, 0, 10_000)
    assert [(p.pid, why) for p, why in chosen] == [(3, "uses 1200 MB of 1000")]
    assert guard.to_stop(found, 1200, 0, 10_000) == []
    both = guard.to_stop(found, 800, 0, 10_000)
    assert [p.pid for p, _ in both] == [3, 4]


def test_the_guard_keeps_the_machine_alive():
    found = [process(1, 7, 500, server=True), process(2, 7, 300, kernel=True), process(3, 8, 600)]
    assert [p.pid for p, _ in guard.to_stop(found, 1000, 700, 200)] == [2]  # a kernel before anything else
    assert [p.pid for p, _ in guard.to_stop([found[0], found[2]], 1000, 700, 200)] == [3]
    assert guard.to_stop(found[:1], 1000, 700, 200) == []  # never a server to save the machine
    assert guard.to_stop([], 1000, 700, 200) == []


@linux_only
def test_the_guard_sees_memory_that_a_program_takes():
    code = "b = b'x' * 60_000_000; print('ready', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        child.stdout.readline()
        [seen] = [p for p in guard.processes({os.getuid()}) if p.pid == child.pid]
        child.communicate(b"\n")
    assert 60 < seen.mb < 120 and not seen.kernel and not seen.server
    assert guard.available_mb() > 0


@posix_only
def test_the_guard_never_watches_root(tmp_path):
    assert 0 not in guard.students("/root", ["root"])
    assert 0 not in guard.students("/", [])


# ---------------------------------------------------------------- a student's server


class Config(dict):
    """What Jupyter gives to a settings file."""

    def __getattr__(self, name):
        return self.setdefault(name, Config())

    def __setattr__(self, name, value):
        self[name] = value


def student_config(monkeypatch, **environ):
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    config = Config()
    found = runpy.run_path(str(FOLDER / "student_config.py"), {"get_config": lambda: config})
    return config, found


def test_a_student_has_no_terminal_and_reaches_no_other_host(monkeypatch):
    config, _ = student_config(monkeypatch, CYBERDIP_HUB_IDLE="30")
    assert config.ServerApp.terminals_enabled is False
    assert config.KernelManager.transport == "ipc"
    assert config.FewKernels.cull_idle_timeout == 1800
    policy = config.ServerApp.tornado_settings["headers"]["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "object-src 'none'" in policy
    assert not re.search(r"\*|https?:", policy), "a page could send to another host"


def test_a_student_gets_so_many_kernels_and_a_sentence(monkeypatch):
    _, found = student_config(monkeypatch, CYBERDIP_HUB_KERNELS="2")
    kind = found["FewKernels"]
    manager = kind()
    monkeypatch.setattr(kind, "list_kernel_ids", lambda self: ["a", "b"])
    with pytest.raises(HTTPError) as refused:
        asyncio.run(manager.start_kernel())
    assert refused.value.status_code == 409 and refused.value.log_message.startswith("2 chapters are running")


# ---------------------------------------------------------------- sizes and what is generated

MEASURED = json.loads(sizes.MEASURED.read_text(encoding="utf-8"))


def test_what_is_generated_is_of_today():
    """When this fails: python classroom/hub/sizes.py"""
    assert sizes.VALUES.read_text(encoding="utf-8") == sizes.values(MEASURED)
    page = sizes.PAGE.read_text(encoding="utf-8")
    assert sizes.rendered(page, MEASURED) == page


def test_the_chart_gets_the_sizes_that_were_measured():
    chart = yaml.safe_load(sizes.VALUES.read_text(encoding="utf-8"))
    one, got = chart["singleuser"], sizes.sizes(MEASURED)
    assert one["memory"] == {"guarantee": f"{got['guarantee_mb']}M", "limit": f"{got['limit_mb']}M"}
    assert one["cpu"] == {"guarantee": got["cpu_guarantee"], "limit": got["cpu_limit"]}
    assert one["storage"]["capacity"] == f"{got['storage_mb']}M"
    mb = MEASURED["memory_mb"]
    assert mb["student_heavy_rss"] * 1.25 <= got["guarantee_mb"] < mb["student_heavy_rss"] * 1.25 + 50
    three = mb["server_alone_rss"] + 3 * (mb["student_heavy_rss"] - mb["server_alone_rss"])
    assert three * 1.25 <= got["limit_mb"] < three * 1.25 + 100
    assert got["limit_mb"] > got["guarantee_mb"]


def test_the_chart_is_shut_until_somebody_opens_it():
    chart = yaml.safe_load(sizes.VALUES.read_text(encoding="utf-8"))
    assert chart["hub"]["config"]["Authenticator"] == {"allow_all": False}
    assert chart["hub"]["allowNamedServers"] is False
    assert chart["singleuser"]["allowPrivilegeEscalation"] is False
    assert chart["singleuser"]["cloudMetadata"] == {"blockWithIptables": True}
    assert set(chart["singleuser"]["networkPolicy"]["egressAllowRules"].values()) == {False}
    assert chart["cull"]["enabled"] is True and chart["proxy"]["https"]["enabled"] is True
    assert not re.search(r"(password|secret|token)\w*:", sizes.VALUES.read_text(encoding="utf-8"), re.I)


def test_the_limit_on_one_machine_has_room_for_what_was_measured():
    given = settings.Settings()
    mb = MEASURED["memory_mb"]
    assert given.memory_mb >= 1.25 * mb["largest_process_data"], "a chapter would meet the limit"
    three = mb["server_alone_pss"] + given.kernels * (mb["student_heavy_pss"] - mb["server_alone_pss"])
    assert given.memory_mb >= 1.25 * three
    assert given.reserve_mb == sizes.RESERVE_MB and given.kernels == sizes.KERNELS


def test_the_published_run_passed_all_its_checks():
    assert MEASURED["checks"]["failed"] == [] and MEASURED["checks"]["passed"] >= 40
    assert (
        MEASURED["failures"] == []
        and MEASURED["students"]["asked"] == MEASURED["students"]["ran_the_chapter"]
    )
    assert MEASURED["machine"]["busy"] == (
        MEASURED["machine"]["load_before"] > MEASURED["machine"]["cores"] / 2
    )
    words = sizes.table(MEASURED)
    assert ("BUSY" in words) == MEASURED["machine"]["busy"]


def test_more_students_need_more():
    rows = [sizes.machine(MEASURED, n) for n in (1, 10, 100)]
    assert rows[0]["memory_gb"] < rows[1]["memory_gb"] < rows[2]["memory_gb"]
    assert rows[0]["cores"] == 2 <= rows[1]["cores"] <= rows[2]["cores"]
    at = MEASURED["memory_mb"]
    exact = 700 + at["hub_pss"] + 100 * at["student_heavy_pss"] * 1.25
    assert rows[2]["memory_gb"] - 1 < exact / 1000 <= rows[2]["memory_gb"]


def test_a_page_without_its_marks_is_refused():
    with pytest.raises(ValueError, match="no part between <!-- measured -->"):
        sizes.rendered("# Nothing", MEASURED)


# ---------------------------------------------------------------- what is installed


def locked(path):
    text = path.read_text(encoding="utf-8")
    pins = {}
    for line in text.splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            one = Requirement(line.split(" \\")[0].strip())
            pins.setdefault(one.name.lower(), set()).add(str(one.specifier))
    return pins, text


def test_the_hubs_lock_is_pinned_hashed_and_agrees_with_the_handbooks():
    hub, text = locked(FOLDER / "requirements.txt")
    base, _ = locked(ROOT / "requirements.txt")
    assert len(hub) > 50 and all(re.fullmatch(r"==[^,*]+", pin) for pins in hub.values() for pin in pins)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert {n: (hub[n], base[n]) for n in hub.keys() & base.keys() if hub[n] - base[n]} == {}
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)
    wanted = [
        Requirement(x) for x in (FOLDER / "requirements.in").read_text().splitlines() if x[:1].isalpha()
    ]
    for one in wanted:
        assert all(one.specifier.contains(pin.removeprefix("==")) for pin in hub[one.name.lower()]), one


def test_the_proxys_lock_names_every_package_with_its_hash():
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    asked = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = {k: v for k, v in lock["packages"].items() if k}
    assert len(packages) > 20 and all(p["integrity"].startswith("sha512-") for p in packages.values())
    found = packages["node_modules/configurable-http-proxy"]["version"]
    assert asked == {"configurable-http-proxy": found}


def command(*args, **environ):
    return subprocess.run(
        [sys.executable, str(FOLDER / "hub.py"), *map(str, args)],
        capture_output=True,
        text=True,
        env={"PATH": os.environ.get("PATH", ""), **environ},
    )


def test_check_says_what_is_missing_and_names_no_password(tmp_path):
    place = tmp_path / "hub.toml"
    lines = "".join(
        f"{name} = {json.dumps(str(tmp_path / name))}\n" for name in ("handbook", "environment", "proxy")
    )
    place.write_text(lines, encoding="utf-8")
    done = command("check", place, CYBERDIP_HUB_PASSWORD="short")
    assert done.returncode == 1 and "has 5 characters" in done.stderr and "Traceback" not in done.stderr
    done = command("check", place, CYBERDIP_HUB_PASSWORD=GOOD)
    assert done.returncode == 1 and GOOD not in done.stdout + done.stderr
    if sys.platform == "linux":
        assert "has no bin/jupyterhub; run hub.py install" in done.stderr
    else:
        assert "The hub needs Linux" in done.stderr


@posix_only
def test_the_one_copy_can_be_read_by_all_and_changed_by_none_but_its_owner(tmp_path, monkeypatch):
    source = tmp_path / "source"
    (source / "notebooks").mkdir(parents=True)
    (source / ".venv").mkdir()
    (source / ".venv" / "x").write_text("not this")
    (source / "notebooks" / "a.ipynb").write_text("{}")
    (source / "notebooks" / "a.ipynb").chmod(0o666)
    found = runpy.run_path(str(FOLDER / "hub.py"), run_name="hub_program")
    found["copy_handbook"].__globals__["ROOT"] = source
    (tmp_path / "to").mkdir()
    for _ in range(2):  # the second time over the first
        found["copy_handbook"](tmp_path / "to" / "handbook")
    made = tmp_path / "to" / "handbook"
    assert {p.relative_to(made).as_posix() for p in made.rglob("*")} == {"notebooks", "notebooks/a.ipynb"}
    assert (made / "notebooks" / "a.ipynb").stat().st_mode & 0o777 == 0o644
    assert [p.name for p in (tmp_path / "to").iterdir()] == ["handbook"]
    assert not found["writable_for_all"](made / "notebooks" / "a.ipynb")
    (made / "notebooks" / "a.ipynb").chmod(0o666)
    assert found["writable_for_all"](made / "notebooks" / "a.ipynb")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert found["shut_folder"](closed / "python") is not None


# ---------------------------------------------------------------- the test of the hub


def test_the_run_says_in_a_sentence_what_it_needs(tmp_path):
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "hub.py", "--prefix", tmp_path], capture_output=True, text=True
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert re.search("needs Linux and root|There is no hub in", done.stderr)
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "hub.py", "--users", "1000"], capture_output=True, text=True
    )
    assert done.returncode == 2 and "between 2 and 60" in done.stderr


@posix_only
@pytest.mark.parametrize(
    "control, value",
    [
        ({"kind": "choice", "options": [{"value": "a"}, {"value": "b"}]}, "a"),
        ({"kind": "choices", "options": [{"value": "a"}, {"value": "b"}]}, ["a"]),
        ({"kind": "switch"}, True),
        ({"kind": "number", "lo": 0, "hi": 10, "step": 1}, 5),
        ({"kind": "span", "lo": 2000, "hi": 2024, "step": 1}, [2000, 2024]),
        ({"kind": "search", "examples": ["x"]}, ""),
    ],
)
def test_a_move_changes_the_control(control, value):
    moved = [bench.other(control, value, turn) for turn in range(3)]
    assert all(m != value for m in moved)


@posix_only
def test_patterns_become_addresses():
    assert bench.example(r"/api/contents(?P<path>(?:(?:/[^/]+)+|/?))$") == "/api/contentsx"
    assert bench.example(r"/api/kernels/(?P<kernel_id>\w+-\w+)/restart") == "/api/kernels/x/restart"
    assert bench.example(r"/api/users/([^/]+)/tokens/([^/]+)") == "/api/users/x/tokens/x"


@posix_only
def test_the_95th_percentile():
    assert bench.p95(range(1, 102)) == 96 and bench.p95([3, 1, 2]) == 3 and bench.p95([]) != bench.p95([])


# ---------------------------------------------------------------- what needs JupyterHub


@pytest.fixture(scope="module")
def in_hub():
    """Run code with the Python of an installed hub; what it prints, as Python."""
    python = HUB / "env" / "bin" / "python"
    if not python.exists():
        pytest.skip(
            f"JupyterHub is not in the handbook's environment and there is no hub in {HUB} (hub.py install; CYBERDIP_HUB)"
        )

    def run(code, **environ):
        done = subprocess.run(
            [python, "-c", f"import sys; sys.path.insert(0, {str(FOLDER)!r})\n{code}"],
            capture_output=True,
            text=True,
            env={"PATH": os.environ.get("PATH", ""), **environ},
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run


def test_the_door_opens_for_the_right_words_only(in_hub, tmp_path):
    said = in_hub(
        f"""
import json
from settings import Settings
from doors import ClassAuthenticator
ClassAuthenticator.settings = Settings(state={str(tmp_path)!r}, max_students=2, teachers=("prof",),
    password="class password", teacher_password="the teachers' password")
now = [0.0]
ClassAuthenticator.clock = staticmethod(lambda: now[0])
door = ClassAuthenticator()
own = "own password"
out = []
for name, word, mine in [
    ("ada", "class password", own), ("ada", "class password", own), ("ada", "class password", "another password"),
    ("ada", "wrong", own), ("ada", "", ""), ("Root", "class password", own), ("../x", "class password", own),
    ("bob", "class password", "short"), ("bob", "class password", own), ("cyd", "class password", own),
    ("prof", "class password", own), ("prof", "the teachers' password", own), ("ada", "the teachers' password", own)]:
    out.append(door.admit(name, word, mine)[0])
for _ in range(12):
    door.admit("bob", "class password", "guess" * 3)
out.append(door.admit("bob", "class password", own))
now[0] = 31
out.append(door.admit("bob", "class password", own)[0])
ClassAuthenticator.settings = Settings(state={str(tmp_path)!r}, password="")
out.append(ClassAuthenticator().admit("ada", "", own)[0])
print(json.dumps(out))
"""
    )
    assert said[:13] == [True, True] + [False] * 6 + [True, False, False, True, False]
    assert said[13:] == [[False, "too many wrong passwords; waiting"], True, False]
    kept = tmp_path / "register.json"
    assert set(json.loads(kept.read_text())) == {"ada", "bob", "prof"}
    assert "own password" not in kept.read_text() and kept.stat().st_mode & 0o077 == 0


def test_a_workshops_users_are_never_somebody_elses(in_hub, tmp_path):
    said = in_hub(
        f"""
import json, pwd
from settings import Settings
import doors
s = Settings(homes={str(tmp_path)!r}, password="x" * 12)
out = []
real = pwd.getpwnam
for uid, home in ((0, "/root"), (1000, "/home/somebody")):
    doors.pwd.getpwnam = lambda name: pwd.struct_passwd((name, "x", uid, uid, "", home, "/bin/sh"))
    for deed in (doors.ensure_student, doors.remove_student):
        try:
            deed(s, "ada")
            out.append("done")
        except RuntimeError as error:
            out.append(str(error))
try:
    doors.ensure_student(s, "../../etc")
except RuntimeError as error:
    out.append(str(error))
print(json.dumps(out))
"""
    )
    assert len(said) == 5 and all("not a student's" in x or "cannot be a student's name" in x for x in said)


CONFIG = """
import json, sys
from traitlets.config import PyFileConfigLoader
c = PyFileConfigLoader({file!r}).load_config()
j, a, s = c.JupyterHub, c.Authenticator, c.Spawner
print(json.dumps(dict(
    bind=j.bind_url, hub=j.hub_bind_url, all=a.allow_all, allowed=sorted(a.allowed_users), admin=sorted(a.admin_users),
    access=j.admin_access, named=j.allow_named_servers, csp=j.tornado_settings["headers"]["Content-Security-Policy"],
    limit=j.active_server_limit, cookie=j.cookie_secret_file, user_config=s.disable_user_config, metrics=j.authenticate_prometheus,
    roles=list(j.load_roles), services=[x["name"] for x in j.services], kind=str(j.authenticator_class),
    environment=dict(s.environment), command=list(s.cmd) + list(s.args))))
"""


@pytest.mark.parametrize("mode", ["workshop", "accounts"])
def test_the_hubs_configuration_is_closed_by_default(in_hub, tmp_path, mode):
    place = tmp_path / "hub.toml"
    lines = {"mode": mode, "state": str(tmp_path / "state"), "spawner": "process", "max_students": 5}
    lines["students"] = ["ada", "bob"] if mode == "accounts" else []
    place.write_text(
        "".join(f"{k} = {json.dumps(v)}\n" for k, v in lines.items())
        + f'homes = "/tmp/hub-test-{os.getpid()}"\n'
    )
    environ = {"CYBERDIP_HUB_SETTINGS": str(place)}
    if mode == "workshop":
        environ["CYBERDIP_HUB_PASSWORD"] = GOOD
    got = in_hub(CONFIG.format(file=str(FOLDER / "jupyterhub_config.py")), **environ)
    if (made := Path(f"/tmp/hub-test-{os.getpid()}")).exists():
        assert made.stat().st_mode & 0o777 == 0o711
        made.rmdir()
    assert got["bind"] == "http://127.0.0.1:8000" and got["hub"].startswith("http://127.0.0.1:")
    assert got["all"] is (mode == "workshop") and got["admin"] == [] and got["access"] is False
    assert got["allowed"] == lines["students"] and got["named"] is False and got["limit"] == 5
    assert got["user_config"] is True and got["metrics"] is True
    assert "default-src 'self'" in got["csp"] and "frame-ancestors 'none'" in got["csp"]
    assert got["services"] == ["idle-culler", "guard"]
    for role in got["roles"]:
        assert not {"access:servers", "admin:users", "admin:servers", "self"} & set(role["scopes"])
    assert GOOD not in json.dumps(got)
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert ("ClassAuthenticator" in got["kind"]) is (mode == "workshop")


def test_limits_are_set_on_a_students_processes(in_hub):
    got = in_hub(
        "import json, doors, settings, resource\n"
        "found = doors.limits(settings.Settings(memory_mb=1000, processes=150))\n"
        "print(json.dumps([found[getattr(resource, 'RLIMIT_' + n)] for n in ('DATA', 'NPROC', 'CORE')]))"
    )
    assert got == [1_000_000_000, 150, 0]
