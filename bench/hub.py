"""``make bench-hub``: a class's hub, started for real on this machine, with students that do what students do.

    sudo python tools/setup_env.py bench-hub --users 20            needs root and an installed hub, see docs/hub.md

Starts the hub of classroom/hub on 127.0.0.1 with a class password of its own, lets students in, starts their servers, runs
a chapter in each and moves its exhibits, all at once. Reports memory, CPU, times and failures; then ends one student's
kernel, lets another eat memory past the limit and a third spin, and looks at what the rest notice. Before and meanwhile it
tries every address without logging in, and every way from one student to another's files. System users named
``class-bench-…`` are made for it and removed at the end. Exit code 1 if any check failed; numbers depend on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import pwd
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import httpx
import nbformat
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

ROOT = Path(__file__).resolve().parents[1]
HUB = ROOT / "classroom" / "hub"
MEASURED = HUB / "measured.json"
sys.path.insert(0, str(HUB))

import sizes  # noqa: E402

# of all chapters the one that a reader opens first, and the one whose kernel takes most memory (make bench)
LIGHT, HEAVY = "00_start_here.ipynb", "5_controversies/5_5_rules_or_agenda.ipynb"
SEEN = "2_norms/2_1_how_the_world_votes.ipynb"  # in the browser: its first exhibit opens with a choice
LIMIT_MB = 1400

# Everything that the hub answers to a stranger with 200, and why that tells nothing.
OPEN_TO_ALL = {
    r"/hub/login": "the form",
    r"/hub/health": "that it runs",
    r"/hub/api/?": "the version of JupyterHub",
    r"/hub/api/health": "that it runs",
    r"/user/[^/]+/api": "the version of Jupyter's server",
    r"/hub/static/.*": "style and scripts",
    r"/hub/logo": "JupyterHub's logo",
    r"/hub/security/csp-report": "where browsers report; writes to the log",
    r"/hub/error/.*": "the text of an error",
    r"/user/[^/]+/static/.*": "JupyterLab's scripts",
    r"/user/[^/]+/(lab|notebooks)?/?extensions/.*": "JupyterLab's scripts",
    r"/user/[^/]+/(favicon.ico|robots.txt|logo)": "pictures",
}

# Run with the hub's own Python: the patterns of all addresses that the hub and a student's server answer.
ROUTES = """
import json, os, sys, tempfile
from jupyterhub import apihandlers, handlers
hub = [h[0] for h in apihandlers.default_handlers]
pages = [h[0] for h in handlers.default_handlers]
os.environ["JUPYTER_CONFIG_DIR"] = os.environ["HOME"] = tempfile.mkdtemp()
from jupyterlab.labapp import LabApp
from jupyter_server.serverapp import ServerApp
app = LabApp.initialize_server(argv=["--no-browser", "--port=0", "--allow-root"])
def walk(rules):
    for rule in rules:
        target = getattr(rule.target, "rules", None)
        if target is not None:
            yield from walk(target)
        elif hasattr(rule.matcher, "regex"):
            yield rule.matcher.regex.pattern
own = sorted(set(walk(app.web_app.default_router.rules)))
print("ROUTES " + json.dumps({"hub": sorted(set(hub + pages)), "student": own}))
sys.stdout.flush()
os._exit(0)
"""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def p95(values: Iterable[float]) -> float:
    """The 95th percentile; of fewer than 20 values the largest."""
    values = sorted(values)
    if not values:
        return float("nan")
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) >= 20 else values[-1]


# ---------------------------------------------------------------- processes


def owned(uid: int) -> list[int]:
    """Processes of a system user."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and folder.stat().st_uid == uid:
                found.append(int(folder.name))
        except FileNotFoundError:
            pass
    return found


def descendants(pid: int) -> list[int]:
    """A process and all that come from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(folder.name))
            except (FileNotFoundError, ProcessLookupError):
                pass
    found, todo = [], [pid]
    while todo:
        found.append(one := todo.pop())
        todo += children.get(one, [])
    return found


def memory(pids: Iterable[int]) -> dict[str, float]:
    """MB of these processes: PSS (shared pages divided among those who share them), RSS, private."""
    total = {"pss": 0.0, "rss": 0.0, "private": 0.0}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:
            continue
        kb = {line.split(":")[0]: int(line.split()[1]) for line in lines}
        total["pss"] += kb["Pss"] * 1.024e-3
        total["rss"] += kb["Rss"] * 1.024e-3
        total["private"] += (kb["Private_Clean"] + kb["Private_Dirty"]) * 1.024e-3
    return total


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU time of these processes so far."""
    ticks = 0
    for pid in pids:
        try:
            parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(parts[11]) + int(parts[12])
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


def kernels_of(uid: int) -> list[int]:
    """The kernels among a student's processes."""
    found = []
    for pid in owned(uid):
        try:
            if b"ipykernel_launcher" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
        except OSError:
            pass
    return found


# ---------------------------------------------------------------- the hub


class Hub:
    """The hub, on ports of its own, with its state in a folder of its own."""

    def __init__(self, prefix: Path, users: int, idle_minutes: float = 60):
        self.folder = Path(tempfile.mkdtemp(prefix="hub-", dir="/tmp"))
        self.folder.chmod(0o711)
        self.prefix, self.password = prefix, secrets.token_urlsafe(18)
        self.port, hub_port, proxy_port = free_ports(3)
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "hub.log"
        self.homes, self.state = self.folder / "h", self.folder / "state"
        lines = {
            "mode": "workshop",
            "max_students": users + 1,
            "memory_mb": LIMIT_MB,
            "idle_minutes": idle_minutes,
            "handbook": str(prefix / "handbook"),
            "environment": str(prefix / "env"),
            "proxy": str(prefix / "proxy"),
            "homes": str(self.homes),
            "state": str(self.state),
            "port": self.port,
            "hub_port": hub_port,
            "proxy_port": proxy_port,
            "spawner": "process",
        }
        self.toml = self.folder / "hub.toml"
        self.toml.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in lines.items()), encoding="utf-8")
        self.proxy_port = proxy_port

    @property
    def program(self) -> Path:
        """The hub's own files: those students can read, in the installed handbook."""
        return self.prefix / "handbook" / "classroom" / "hub" / "hub.py"

    def start(self) -> None:
        """Start and wait until it answers."""
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("CYBERDIP", "PYTHON", "VIRTUAL"))}
        environ["CYBERDIP_HUB_PASSWORD"] = self.password
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.prefix / "env" / "bin" / "python", self.program, "start", self.toml],
                env=environ,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )
        end = time.monotonic() + 120
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/hub/health", timeout=5, trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.3)
        self.stop()
        sys.exit("The hub did not start:\n" + self.log.read_text(errors="replace")[-3000:])

    def stop(self) -> None:
        """End the hub and with it all servers."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                for pid in descendants(self.process.pid):
                    os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """Remove the students of this run, their folders and the hub's."""
        for user in pwd.getpwall():
            if user.pw_name.startswith("class-bench-") and Path(user.pw_dir).parent == self.homes:
                for pid in owned(user.pw_uid):
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.1)
                subprocess.run(["userdel", "--remove", user.pw_name], capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


# ---------------------------------------------------------------- a student


class Failed(Exception):
    """Something a student would see go wrong."""


@dataclass(eq=False)
class Student:
    """A student's browser, as far as the hub can tell."""

    hub: Hub
    name: str
    own: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    token: str = ""
    times: dict[str, float] = field(default_factory=dict)
    moves: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    exhibits: list[tuple[str, dict]] = field(default_factory=list)

    def __post_init__(self):
        self.web = httpx.AsyncClient(
            base_url=self.hub.url, timeout=300, follow_redirects=True, trust_env=False
        )
        self.waiting: dict[str, asyncio.Future] = {}
        self.died, self.turn = 0, 0
        self.outputs: dict[str, list[str]] = {}

    @property
    def uid(self) -> int:
        return pwd.getpwnam(f"class-{self.name}").pw_uid

    @property
    def home(self) -> Path:
        return self.hub.homes / self.name

    def xsrf(self, path: str = "/hub/") -> str:
        """The cookie against forged requests that belongs to a path."""
        found = [c for c in self.web.cookies.jar if c.name == "_xsrf" and path.startswith(c.path)]
        return max(found, key=lambda c: len(c.path)).value if found else ""

    async def log_in(self, own: str | None = None, class_password: str | None = None) -> int:
        """Fill in the form; the status of the answer."""
        await self.web.get("/hub/login")
        answer = await self.web.post(
            "/hub/login?next=%2Fhub%2Ftoken",
            data={
                "username": self.name,
                "password": self.hub.password if class_password is None else class_password,
                "own": self.own if own is None else own,
                "_xsrf": self.xsrf(),
            },
        )
        return answer.status_code

    async def arrive(self) -> None:
        """Log in and wait for the own server, as a browser does."""
        start = time.perf_counter()
        if (status := await self.log_in()) != 200:
            raise Failed(f"login: {status}")
        self.times["login"] = time.perf_counter() - start
        headers = {"X-XSRFToken": self.xsrf(), "Referer": f"{self.hub.url}/hub/home"}
        answer = await self.web.post(f"/hub/api/users/{self.name}/tokens", headers=headers, json={})
        if answer.status_code != 201:
            raise Failed(f"token: {answer.status_code} {answer.text[:200]}")
        self.token = answer.json()["token"]
        start = time.perf_counter()
        answer = await self.ask("POST", f"/hub/api/users/{self.name}/server")
        if answer.status_code not in (201, 202):
            raise Failed(f"server: {answer.status_code} {answer.text[:200]}")
        end = time.monotonic() + 300
        while time.monotonic() < end:
            state = (await self.ask("GET", f"/hub/api/users/{self.name}")).json()
            if state.get("servers", {}).get("", {}).get("ready"):
                break
            await asyncio.sleep(0.3)
        else:
            raise Failed("the server was not ready in five minutes")
        page = await self.web.get(f"/user/{self.name}/lab")  # through the hub's door, with cookies
        if page.status_code != 200 or "jupyter-config-data" not in page.text:
            raise Failed(f"lab: {page.status_code}")
        self.times["server"] = time.perf_counter() - start

    async def ask(self, method: str, path: str, token: str | None = None, **more) -> httpx.Response:
        """A request with the student's token and no cookie."""
        given = self.token if token is None else token
        headers = {"Authorization": f"token {given}"} if given else {}
        async with httpx.AsyncClient(base_url=self.hub.url, timeout=120, trust_env=False) as web:
            return await web.request(method, path, headers=headers, **more)

    async def open(self, chapter: str) -> None:
        """Start the chapter's kernel and listen to it."""
        path = f"handbook/notebooks/{chapter}"
        found = await self.ask("GET", f"/user/{self.name}/api/contents/{path}?content=0")
        if found.status_code != 200:
            raise Failed(f"chapter: {found.status_code}")
        if found.json()["writable"]:
            raise Failed("the chapter can be changed by a student")
        body = {
            "path": path,
            "type": "notebook",
            "name": Path(chapter).name,
            "kernel": {"name": "python3"},
        }
        answer = await self.ask("POST", f"/user/{self.name}/api/sessions", json=body)
        if answer.status_code != 201:
            raise Failed(f"kernel: {answer.status_code} {answer.text[:200]}")
        self.kernel = answer.json()["kernel"]["id"]
        self.session = uuid.uuid4().hex
        address = f"/user/{self.name}/api/kernels/{self.kernel}/channels?session_id={self.session}"
        self.socket = await websocket_connect(
            HTTPRequest(
                self.hub.url.replace("http", "ws") + address,
                headers={"Authorization": f"token {self.token}"},
                connect_timeout=60,
                request_timeout=0,
            ),
            max_message_size=200_000_000,
        )
        self.listener = asyncio.create_task(self.listen())

    async def listen(self) -> None:
        """Sort what the kernel says."""
        while (raw := await self.socket.read_message()) is not None:
            message = deserialize_binary_message(raw) if isinstance(raw, bytes) else json.loads(raw)
            kind, content = message["header"]["msg_type"], message["content"]
            parent = message["parent_header"].get("msg_id", "")
            if kind == "comm_open":
                state = content.get("data", {}).get("state", {})
                spec = state.get("_spec") or state.get("spec")  # a card; an exhibit of the first edition
                if isinstance(spec, dict) and spec.get("controls"):
                    self.exhibits.append((content["comm_id"], spec))
            elif kind == "comm_msg" and content["data"].get("method") == "custom":
                asked = content["data"]["content"]
                if (waiting := self.waiting.pop(str(asked.get("id")), None)) and not waiting.done():
                    waiting.set_result((asked, message.get("buffers") or []))
            elif kind == "stream":
                self.outputs.setdefault(parent, []).append(content["text"])
            elif kind == "error":
                self.outputs.setdefault(parent, []).append(f"{content['ename']}: {content['evalue']}")
            elif kind == "execute_reply":
                if (waiting := self.waiting.pop(parent, None)) and not waiting.done():
                    waiting.set_result(content)
            elif kind == "status" and content["execution_state"] in ("restarting", "dead", "autorestarting"):
                self.died += 1
                for waiting in self.waiting.values():
                    if not waiting.done():
                        waiting.set_exception(Failed("the kernel died"))
                self.waiting.clear()

    def send(self, kind: str, content: dict, key: str | None = None) -> tuple[str, asyncio.Future]:
        """Send a message; a future for the answer with its id (or with ``key``)."""
        number = uuid.uuid4().hex
        message = {
            "header": {
                "msg_id": number,
                "msg_type": kind,
                "session": self.session,
                "username": "",
                "version": "5.3",
                "date": datetime.now(UTC).isoformat(),
            },
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        future = asyncio.get_running_loop().create_future()
        self.waiting[key or number] = future
        self.socket.write_message(json.dumps(message))
        return number, future

    async def execute(self, code: str, timeout: float = 300) -> tuple[str, str]:
        """Run code in the kernel: (status, what it printed or the error)."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        number, future = self.send("execute_request", content)
        reply = await asyncio.wait_for(future, timeout)
        await asyncio.sleep(0.05)  # printed text comes by another channel
        said = "".join(self.outputs.pop(number, []))
        if reply["status"] != "ok":
            said = said or f"{reply.get('ename')}: {reply.get('evalue')}"
        return reply["status"], said

    async def run(self, chapter: str) -> None:
        """Open a chapter and run all its cells."""
        start = time.perf_counter()
        await self.open(chapter)
        book = nbformat.read(self.hub.prefix / "handbook" / "notebooks" / chapter, as_version=4)
        for number, cell in enumerate(book.cells):
            if cell.cell_type == "code":
                status, said = await self.execute(cell.source)
                if status != "ok":
                    raise Failed(f"{chapter}, cell {number}: {said[:200]}")
        self.times["chapter"] = time.perf_counter() - start
        if not self.exhibits:
            raise Failed(f"{chapter} showed no exhibit")

    async def message(self, comm: str, content: dict, timeout: float = 60) -> tuple[dict, dict]:
        """Ask an exhibit, as the page does: (its answer, the picture)."""
        key = f"bench-{uuid.uuid4().hex}"
        data = {"method": "custom", "content": content | {"id": key}}
        _, future = self.send("comm_msg", {"comm_id": comm, "data": data}, key)
        answer, buffers = await asyncio.wait_for(future, timeout)
        return answer, json.loads(bytes(buffers[0]))

    async def move(self, turn: int) -> float:
        """Move one control of one exhibit; seconds until its new picture is here."""
        comm, spec = self.exhibits[turn % len(self.exhibits)]
        answer, _ = await self.message(comm, {"kind": "open"})
        values = dict(answer["values"])
        control = spec["controls"][(turn // len(self.exhibits)) % len(spec["controls"])]
        values[control["name"]] = other(control, values[control["name"]], turn)
        start = time.perf_counter()
        _, picture = await self.message(comm, {"kind": "view", "values": values})
        taken = time.perf_counter() - start
        if picture["error"]:
            raise Failed(f"{spec['name']}: {picture['error']}")
        return taken

    async def play(self, turns: int, pause: float) -> list[float]:
        """Move controls for a while, with pauses of a reader; what failed goes to ``failures``."""
        taken = []
        for _ in range(turns):
            self.turn += 1
            try:
                taken.append(await self.move(self.turn))
            except (Failed, TimeoutError) as error:
                self.failures.append(f"move: {error or 'no answer in a minute'}")
            await asyncio.sleep(pause)
        return taken

    async def leave(self) -> None:
        """Close the connections."""
        if hasattr(self, "listener"):
            self.listener.cancel()
            self.socket.close()
        await self.web.aclose()


def other(control: dict, value, turn: int):
    """Another value of a control than the one it has."""
    kind = control["kind"]
    if kind in ("choice", "choices"):
        rest = [o["value"] for o in control["options"] if o["value"] != value and [o["value"]] != value]
        chosen = rest[turn % len(rest)] if rest else control["options"][0]["value"]
        return [chosen] if kind == "choices" else chosen
    if kind == "switch":
        return not value
    if kind == "search":
        return "" if value else (control.get("examples") or ["a"])[0]
    lo, hi, step = control["lo"], control["hi"], control["step"]
    middle = lo + round((hi - lo) / 2 / step) * step
    if kind == "span":
        return [middle, hi] if list(value) != [middle, hi] else [lo, hi]
    return middle if value != middle else hi


# ---------------------------------------------------------------- checks


@dataclass
class Report:
    """What was checked and how it came out."""

    checks: list[tuple[str, bool, str]] = field(default_factory=list)

    def check(self, what: str, passed: bool, seen: str = "") -> None:
        self.checks.append((what, bool(passed), seen))
        print(f"  {'ok  ' if passed else 'FAIL'} {what}{f': {seen}' if seen else ''}", flush=True)


def example(pattern: str) -> str:
    """An address that a pattern of the server answers to."""
    text = pattern.strip("^$").removesuffix(".*")
    text = re.sub(r"\(\?P<[^>]+>", "(", text)
    while True:
        smaller = re.sub(r"\((?:\?:)?[^()]*\)\??", "x", text)
        if smaller == text:
            break
        text = smaller
    text = re.sub(r"\[[^\]]*\][+*]?", "x", text)
    return re.sub(r"\\(.)", r"\1", text).replace("?", "").replace("+", "").replace(".*", "x")


async def strangers(hub: Hub, student: Student, report: Report) -> int:
    """Every address of the hub, the proxy and a student's server, without a login; how many were asked."""
    said = subprocess.run(
        [hub.prefix / "env" / "bin" / "python", "-c", ROUTES],
        capture_output=True,
        text=True,
        cwd=hub.folder,
        env={"PATH": os.defpath},
    )
    listed = [x for x in said.stdout.splitlines() if x.startswith("ROUTES ")]
    if not listed:
        report.check("the addresses of hub and server could be listed", False, said.stderr[-300:])
        return 0
    routes = json.loads(listed[0].removeprefix("ROUTES "))
    asked = {f"/hub{example(p)}" for p in routes["hub"]}
    asked |= {f"/user/{student.name}{example(p)}" for p in routes["student"]}
    for end in ("", "?token=", "?content=1"):
        asked.add(f"/user/{student.name}/api/contents/handbook{end}")
    asked |= {f"/user/{student.name}/{x}" for x in ("api/kernels", "api/sessions", "api/status", "api/me")}
    asked |= {
        f"/user/{student.name}/{x}" for x in ("lab", "files/my_work/note.txt", "git-pull", "git-pull/api")
    }
    asked |= {"/hub/api/users", f"/hub/api/users/{student.name}", "/hub/admin", "/hub/home", "/metrics"}
    asked |= {f"/services/{x}/" for x in ("idle-culler", "guard")}
    opened, silent, count = [], [], 0
    async with httpx.AsyncClient(base_url=hub.url, timeout=5, trust_env=False) as web:
        for path in sorted(asked):
            for method in ("GET", "POST", "PUT", "DELETE"):
                try:
                    answer = await web.request(method, path)
                except httpx.InvalidURL:
                    continue
                except httpx.TimeoutException:  # no answer gives nothing away
                    silent.append(f"{method} {path}")
                    continue
                count += 1
                where = answer.headers.get("location", "")
                # away: to the login, or to another address here that is asked in its turn; an error tells nothing
                away = 300 <= answer.status_code < 400 and where.startswith(("/", hub.url))
                harmless = any(re.fullmatch(p, path) for p in OPEN_TO_ALL)
                if not (away or answer.status_code >= 400 or harmless):
                    opened.append(f"{method} {path} gave {answer.status_code} {where}".strip())
                if len(answer.content) > 50_000 and not harmless:
                    opened.append(f"{method} {path} gave {len(answer.content)} bytes")
    report.check(f"{count} requests of a stranger gave nothing away", not opened, "; ".join(opened[:8]))
    if silent:
        print(f"       ({len(silent)} got no answer at all: {'; '.join(silent[:3])})", flush=True)
    async with httpx.AsyncClient(timeout=10, trust_env=False) as web:
        answer = await web.get(f"http://127.0.0.1:{hub.proxy_port}/api/routes")
    report.check(
        "the proxy takes no orders from a stranger", answer.status_code == 403, str(answer.status_code)
    )
    address = f"{hub.url.replace('http', 'ws')}/user/{student.name}/api/kernels/{student.kernel}/channels"
    try:
        (await websocket_connect(HTTPRequest(address))).close()
        refused = "was opened"
    except Exception as error:
        refused = str(error)
    report.check("a stranger gets no connection to a kernel", "403" in refused, refused)
    return count


async def between(hub: Hub, a: Student, b: Student, report: Report) -> None:
    """Every way from student a to what is b's."""
    await b.execute(
        "from pathlib import Path; p = Path.home() / 'my_work'; p.mkdir(exist_ok=True); (p / 'note.txt').write_text('b')"
    )
    own = await b.ask("GET", f"/user/{b.name}/api/contents/my_work/note.txt")
    report.check("a student reads the own file", own.status_code == 200, str(own.status_code))
    paths = ["api/contents/my_work/note.txt", "files/my_work/note.txt", "api/kernels", "api/sessions", "lab"]
    seen = {p: (await a.ask("GET", f"/user/{b.name}/{p}")).status_code for p in paths}
    report.check("another student's server, by token", all(s in (403, 404) for s in seen.values()), str(seen))
    seen = {p: (await a.web.get(f"/user/{b.name}/{p}")).status_code for p in paths}
    report.check(
        "another student's server, by cookie", all(s in (403, 404) for s in seen.values()), str(seen)
    )
    for method, path in (
        ("GET", "/hub/api/users"),
        ("GET", f"/hub/api/users/{b.name}"),
        ("DELETE", f"/hub/api/users/{b.name}/server"),
        ("POST", f"/hub/api/users/{b.name}/tokens"),
        ("GET", "/hub/api/proxy"),
    ):
        status = (await a.ask(method, path)).status_code
        report.check(f"{method} {path} as another student", status in (403, 404), str(status))
    for up in (f"api/contents/../{b.name}", f"api/contents/%2e%2e/{b.name}/my_work/note.txt"):
        answer = await a.ask("GET", f"/user/{a.name}/{up}")
        report.check(f"{up} from the own server", answer.status_code in (403, 404), str(answer.status_code))

    files = list((b.home / ".run").glob("kernel-*.json"))
    ways = {json.loads(f.read_text())["transport"] for f in files}
    report.check(
        "what a kernel prints goes through files of the student's, not ports", ways == {"ipc"}, str(ways)
    )
    server = next(p for p in owned(b.uid) if p not in kernels_of(b.uid))
    port = next(iter(listening(server)), 0)
    tries = {
        "list the other's folder": f"os.listdir({str(b.home)!r})",
        "read the other's file": f"open({str(b.home / 'my_work' / 'note.txt')!r}).read()",
        "list who has a folder": f"os.listdir({str(hub.homes)!r})",
        "read the other's secrets in /proc": f"open('/proc/{server}/environ').read()",
        "end the other's server": f"os.kill({server}, 9)",
        "change the handbook": f"open({str(hub.prefix / 'handbook' / 'README.md')!r}, 'a')",
        "put a file into the handbook": f"open({str(hub.prefix / 'handbook' / 'notebooks' / 'x')!r}, 'w')",
        "read the hub's database": f"open({str(hub.state / 'hub.sqlite')!r}).read()",
        "read the hub's settings of the proxy": f"os.listdir({str(hub.state)!r})",
        "become root": "os.setuid(0)",
    }
    for what, code in tries.items():
        status, said = await a.execute(f"import os; {code}")
        report.check(f"from a kernel: {what}", status == "error" and "PermissionError" in said, said[:90])
    web = (
        "import os, urllib.request as u, urllib.error as e\n"
        "class No(u.HTTPRedirectHandler):\n"
        "    def redirect_request(self, *a): return None\n"
        f"for t in ('', os.environ['JUPYTERHUB_API_TOKEN']):\n"
        f"    r = u.Request('http://127.0.0.1:{port}/user/{b.name}/api/contents', headers={{'Authorization': 'token ' + t}})\n"
        "    try: print(u.build_opener(u.ProxyHandler({}), No).open(r, timeout=20).status)\n"
        "    except e.HTTPError as x: print(x.code)"
    )
    _, said = await a.execute(web)
    codes = said.split()
    report.check(
        "from a kernel: the other's server by its port, without the proxy",
        len(codes) == 2 and all(x in ("302", "403") for x in codes),
        said.strip().replace("\n", ", "),
    )
    _, said = await a.execute("print(open('/proc/self/status').read())")
    report.check("no program gives a student more rights", "NoNewPrivs:\t1" in said)
    terminal = await a.ask("POST", f"/user/{a.name}/api/terminals")
    report.check("terminals are off", terminal.status_code == 404, str(terminal.status_code))
    _, said = await a.execute("from cyberdip_utils.readers_record import work_folder; print(work_folder())")
    report.check(
        "what a student makes goes to the own folder", said.strip() == str(a.home / "my_work"), said.strip()
    )
    thief = Student(hub, b.name)
    report.check("a name that is taken, with another own password", await thief.log_in() == 403)
    report.check("a name with a wrong class password", await thief.log_in(b.own, "wrong password 1") == 403)
    report.check("no password at all", await thief.log_in("", "") == 403)
    await thief.leave()


def listening(pid: int) -> list[int]:
    """Ports on which a process waits for connections."""
    sockets = {str(f.readlink()) for f in Path(f"/proc/{pid}/fd").iterdir() if f.is_symlink()}
    found = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and f"socket:[{parts[9]}]" in sockets:
                found.append(int(parts[1].rsplit(":", 1)[1], 16))
    return sorted(found)


async def own_copy(student: Student, prefix: Path, report: Report) -> dict:
    """nbgitpuller: a copy of the handbook of the student's own, from the hub's clone, without a network."""
    if not (prefix / "handbook.git").exists():
        print("  -    nbgitpuller not tried: the hub was installed without a clone", flush=True)
        return {}
    branch = (prefix / "handbook.git" / "HEAD").read_text().strip().removeprefix("ref: refs/heads/")
    query = {"repo": f"file://{prefix}/handbook.git", "branch": branch, "targetpath": "copy"}
    start = time.perf_counter()
    answer = await student.ask("GET", f"/user/{student.name}/git-pull/api?{urlencode(query)}")
    taken = time.perf_counter() - start
    copied = student.home / "copy" / "notebooks" / LIGHT
    fine = copied.exists() and copied.stat().st_uid == student.uid
    report.check("nbgitpuller brings a student an own copy", fine, "" if fine else answer.text[-300:])
    size = sum(f.stat().st_size for f in (student.home / "copy").rglob("*") if f.is_file()) / 1e6
    return {"seconds": round(taken, 1), "mb": round(size)}


def secrets_kept(hub: Hub, students: list[Student], report: Report) -> None:
    """Files with the right modes, and no token or password in the log."""
    for name in ("cookie_secret", "hub.sqlite", "register.json"):
        mode = (hub.state / name).stat().st_mode & 0o777
        report.check(f"{name} is the hub's alone", mode == 0o600, oct(mode))
    report.check("the hub's folder is closed", hub.state.stat().st_mode & 0o077 == 0)
    for student in students[:1]:
        report.check("a student's folder is closed", student.home.stat().st_mode & 0o077 == 0)
    log = hub.log.read_text(errors="replace")
    words = [hub.password, *(s.own for s in students), *(s.token for s in students)]
    shown = sum(w in log for w in words if w) + len(re.findall(r"[?&]token=(?!\[secret\])\w", log))
    report.check(
        "no token and no password in the log", not shown, f"{shown} of {len(words)}" if shown else ""
    )
    register = (hub.state / "register.json").read_text()
    report.check("own passwords are kept as hashes only", not any(s.own in register for s in students))


# ---------------------------------------------------------------- the browser

MOVE = """async () => {
    const roots = [...document.querySelectorAll(".cdx")].filter(r => r.querySelector(".cdx-control select"));
    const root = roots[0], select = root.querySelector(".cdx-control select"), plot = root.querySelector(".cdx-plot");
    root.scrollIntoView();
    await new Promise(requestAnimationFrame);
    const before = Number(plot.dataset.seq), start = performance.now();
    select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
    select.dispatchEvent(new Event("input", { bubbles: true }));
    select.dispatchEvent(new Event("change", { bubbles: true }));
    while (!(Number(plot.dataset.seq) > before && root.querySelector(".cdx-status").textContent === "")) {
        if (performance.now() - start > 60000) return -1;
        await new Promise(requestAnimationFrame);
    }
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
IDLE = """() => {
    const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
    const session = panel && panel.sessionContext && panel.sessionContext.session;
    return Boolean(session && session.kernel && session.kernel.status === "idle" && panel.content.model);
}"""


def chromium() -> str | None:
    """A browser of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    named = os.environ.get("CYBERDIP_CHROMIUM")
    return named or next(filter(None, map(shutil.which, names)), None)


async def in_browser(hub: Hub, student: Student, chapter: str, turns: int, report: Report) -> dict:
    """A student in a real browser: log in by the form, run the chapter, move a control and wait for the picture."""
    from playwright.async_api import async_playwright

    outside, complaints = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context(viewport={"width": 1400, "height": 900})
        context.set_default_timeout(180_000)
        page = await context.new_page()
        page.on("request", lambda r: r.url.startswith((hub.url, "data:", "blob:")) or outside.append(r.url))
        page.on(
            "console",
            lambda m: "Content Security Policy" in m.text and complaints.append(m.text[:300]),
        )
        await page.goto(f"{hub.url}/hub/login")
        await page.fill("#username_input", student.name)
        await page.fill("#password_input", hub.password)
        await page.fill("#own_input", student.own)
        start = time.perf_counter()
        await page.click("#login_submit")
        await page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
        arrived = time.perf_counter() - start
        first = page.url.removeprefix(hub.url)
        report.check("the browser lands on the start page", "00_start_here.ipynb" in first, first)
        address = f"/user/{student.name}/lab/tree/handbook/notebooks/{chapter}"
        await page.goto(f"{hub.url}{address}")
        await page.wait_for_function("() => window.jupyterapp || document.querySelector('.jp-Notebook')")
        await page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell")
        await page.wait_for_timeout(3000)
        # the menu, as a reader: Run, Run All Cells
        await page.click("text=Run >> nth=0")
        await page.click("text=Run All Cells")
        await page.wait_for_selector(".cdx .cdx-control select", state="attached")
        await page.wait_for_timeout(8000)
        times = []
        for _ in range(turns):
            times.append(await page.evaluate(MOVE))
            await page.wait_for_timeout(700)
        await page.screenshot(path=str(hub.folder / "browser.png"))
        if os.environ.get("CYBERDIP_HUB_PICTURE"):
            shutil.copy(hub.folder / "browser.png", os.environ["CYBERDIP_HUB_PICTURE"])
        await browser.close()
    failed = sum(t < 0 for t in times)
    report.check(
        "a control moved in the browser gives its picture", not failed, f"{failed} of {turns} did not"
    )
    report.check("the page asks nothing of other hosts", not outside, " ".join(outside[:3]))
    report.check("the page's security policy hinders nothing", not complaints, " ".join(complaints[:2]))
    good = [t / 1000 for t in times if t >= 0]
    return {
        "moves": len(good),
        "arrive_s": round(arrived, 1),
        "median_s": round(statistics.median(good), 2) if good else None,
        "p95_s": round(p95(good), 2),
    }


# ---------------------------------------------------------------- the run


async def together(students: list[Student], what) -> None:
    """Do something for all students at once; a failure is the student's and ends nothing."""

    async def one(student):
        try:
            return await what(student)
        except Exception as error:
            student.failures.append(f"{type(error).__name__}: {error}"[:300])

    return await asyncio.gather(*map(one, students))


async def others_meanwhile(students: list[Student], apart: set[Student], deed, turns: int, pause: float):
    """All but some move controls, so often and until the deed is done; (times, failures, what the deed gave)."""
    rest = [s for s in students if s not in apart and s.exhibits]
    before = sum(len(s.failures) for s in rest)
    doing = asyncio.ensure_future(deed())

    async def play(student):
        taken = await student.play(turns, pause)
        while not doing.done():
            taken += await student.play(1, pause)
        return taken

    told, *played = await asyncio.gather(doing, *map(play, rest))
    return [t for p in played for t in p], sum(len(s.failures) for s in rest) - before, told


async def measure(hub: Hub, args) -> tuple[dict, Report]:
    """The whole run; the numbers and the checks."""
    report, out = Report(), {}
    load = os.getloadavg()[0]
    hub.start()
    idle = memory(descendants(hub.process.pid))
    students = [Student(hub, f"bench-{i + 1:02}") for i in range(args.users)]

    print(f"\n{args.users} students arrive at once", flush=True)
    await together(students, lambda s: s.arrive())
    here = [s for s in students if not s.failures]
    if len(here) < 2:
        sys.exit("Fewer than two students came in: " + "; ".join(f for s in students for f in s.failures))
    bare = {s.name: memory(owned(s.uid)) for s in here}

    print("each runs a chapter", flush=True)
    await together(here, lambda s: s.run(LIGHT if int(s.name[-2:]) % 2 else HEAVY))
    ran = [s for s in here if not s.failures]
    print("all move their exhibits", flush=True)
    started, before = time.perf_counter(), {s.name: cpu_seconds(owned(s.uid)) for s in ran}
    hub_before = cpu_seconds(descendants_of_hub(hub, students))

    async def play(student):
        student.moves = await student.play(args.moves, args.pause)

    seen = {}
    if args.browser and chromium():
        visitor = Student(hub, "bench-99")
        played = asyncio.gather(*(play(s) for s in ran))
        try:
            seen = await in_browser(hub, visitor, SEEN, args.moves, report)
        except Exception as error:
            report.check("a student in a real browser", False, f"{type(error).__name__}: {error}"[:400])
        await played
    else:
        print("  -    no browser: only the way to the kernel and back is measured", flush=True)
        await together(ran, play)
    wall = time.perf_counter() - started
    use = {s.name: memory(owned(s.uid)) for s in ran}
    cpu = {s.name: cpu_seconds(owned(s.uid)) for s in ran}
    moved = [t for s in ran for t in s.moves]
    hub_mb = memory(descendants_of_hub(hub, students))
    hub_cpu = cpu_seconds(descendants_of_hub(hub, students)) - hub_before
    light = [use[s.name] for s in ran if int(s.name[-2:]) % 2]
    heavy = [use[s.name] for s in ran if not int(s.name[-2:]) % 2]

    def middle(rows, key):
        return round(statistics.median(r[key] for r in rows)) if rows else None

    out["students"] = {
        "asked": args.users,
        "came_in": len(here),
        "ran_the_chapter": len(ran),
        "failures": sum(len(s.failures) for s in students),
        "login_p95_s": round(p95(s.times["login"] for s in here), 1),
        "server_p95_s": round(p95(s.times["server"] for s in here), 1),
        "chapter_p95_s": round(p95(s.times["chapter"] for s in ran), 1),
    }
    out["memory_mb"] = {
        "server_alone_pss": middle(list(bare.values()), "pss"),
        "server_alone_rss": middle(list(bare.values()), "rss"),
        "student_light_pss": middle(light, "pss"),
        "student_heavy_pss": middle(heavy, "pss"),
        "student_heavy_private": middle(heavy, "private"),
        "student_heavy_rss": middle(heavy, "rss"),
        "student_largest_pss": round(max(r["pss"] for r in use.values())),
        "all_students_pss": round(sum(r["pss"] for r in use.values())),
        "hub_idle_pss": round(idle["pss"]),
        "hub_pss": round(hub_mb["pss"]),
    }
    out["cpu_s"] = {
        "student_to_chapter_end": round(statistics.median(before.values()), 1),
        "student_per_move": round(sum(cpu[n] - before[n] for n in cpu) / max(1, len(moved)), 3),
        "hub_per_student_minute": round(hub_cpu / (wall / 60) / max(1, len(ran)), 2),
    }
    out["move"] = {
        "count": len(moved),
        "pause_s": args.pause,
        "median_s": round(statistics.median(moved), 2),
        "p95_s": round(p95(moved), 2),
    }
    out["browser"] = seen
    # what the kernel counts against the limit, so that the limit can be judged
    out["memory_mb"]["largest_process_data"] = round(
        max((vm_data(p) for s in ran for p in owned(s.uid)), default=0)
    )

    print("strangers and neighbours", flush=True)
    out["stranger_requests"] = await strangers(hub, ran[0], report)
    await between(hub, ran[0], ran[1], report)
    out["own_copy"] = await own_copy(ran[0], hub.prefix, report)
    secrets_kept(hub, students, report)

    print("accidents", flush=True)
    turns = max(4, args.moves // 3)
    victim, eater, spinner = ran[0], ran[1], ran[-1]

    async def kill():
        await asyncio.sleep(1)
        died = victim.died
        os.kill(kernels_of(victim.uid)[0], signal.SIGKILL)
        end = time.monotonic() + 60
        while time.monotonic() < end and victim.died == died:
            await asyncio.sleep(0.2)
        _, said = await victim.execute("print('again')")
        return victim.died > died and "again" in said

    got = await others_meanwhile(ran, {victim}, kill, turns, args.pause)
    out["kernel_killed"] = accident(got)
    report.check("a killed kernel: its student is told and can go on", got[2] is True)
    report.check("a killed kernel: the others notice nothing", not got[1], f"{got[1]} failures")

    async def eat():
        status, said = await eater.execute(f"block = bytearray({LIMIT_MB * 2_000_000}); print(len(block))")
        one = status == "error" and "MemoryError" in said
        # under the limit of one process, over it with a second one: the guard's case
        code = (
            f"import subprocess, sys, time; own = b'x' * {int(LIMIT_MB * 0.45) * 1_000_000}; "
            f"more = subprocess.Popen([sys.executable, '-c', "
            f"\"import time; b = b'x' * {int(LIMIT_MB * 0.7) * 1_000_000}; time.sleep(60)\"]); time.sleep(25); "
            "print('ended' if more.poll() is not None else 'alive')"
        )
        most = 0.0
        asked = asyncio.ensure_future(eater.execute(code, 90))
        while not asked.done():
            most = max(most, memory(owned(eater.uid))["pss"])
            await asyncio.sleep(0.3)
        try:
            two = (await asked)[1].strip() == "ended"
        except Failed:
            two = True  # the kernel was the larger one and was ended
        for pid in owned(eater.uid):
            if b"time.sleep(60)" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        server = (await eater.ask("GET", f"/user/{eater.name}/api/status")).status_code
        return {"alone": one, "said": said[:80], "together": two, "most_mb": round(most), "server": server}

    got = await others_meanwhile(ran, {eater, victim}, eat, turns, args.pause)
    out["memory_eaten"] = accident(got) | {"most_mb": got[2]["most_mb"], "limit_mb": LIMIT_MB}
    report.check("memory past the limit in one kernel is refused there", got[2]["alone"], got[2]["said"])
    report.check("memory past the limit in several programs is ended", got[2]["together"])
    report.check("the server of that student still answers", got[2]["server"] == 200)
    report.check("memory eaten: the others notice nothing", not got[1], f"{got[1]} failures")
    with hub.log.open(errors="replace") as log:
        lines = [line.strip() for line in log if "guard: class-" in line]
    report.check("the guard says what it did", bool(lines), lines[-1][-120:] if lines else "no line")

    async def spin():
        content = {"code": "while True: pass", "silent": False, "allow_stdin": False}
        _, future = spinner.send("execute_request", content)
        await asyncio.sleep(turns * args.pause)
        answer = await spinner.ask("POST", f"/user/{spinner.name}/api/kernels/{spinner.kernel}/interrupt")
        try:
            await asyncio.wait_for(future, 60)
        except TimeoutError:
            return False
        return answer.status_code == 204

    got = await others_meanwhile(ran, {spinner, eater, victim}, spin, turns, args.pause)
    out["kernel_spins"] = accident(got)
    report.check("a kernel that spins can be stopped by its student", got[2])
    report.check("a kernel that spins: the others lose nothing", not got[1], f"{got[1]} failures")

    out["machine"] = {
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9),
        "load_before": round(load, 1),
        "busy": load > 0.5 * os.cpu_count(),
        "python": platform.python_version(),
        "jupyterhub": version(hub.prefix, "jupyterhub"),
        "jupyterlab": version(hub.prefix, "jupyterlab"),
    }
    out["chapters"] = {"light": LIGHT, "heavy": HEAVY}
    out["failures_in_all"] = sum(len(s.failures) for s in students)
    out["failures"] = [f"{s.name}: {f}" for s in students for f in s.failures][:20]
    for student in students:
        await student.leave()
    return out, report


def accident(got: tuple[list[float], int, object]) -> dict:
    """How the others fared."""
    return {
        "others_moves": len(got[0]),
        "others_p95_s": round(p95(got[0]), 2) if got[0] else None,
        "others_failures": got[1],
    }


def descendants_of_hub(hub: Hub, students: list[Student]) -> list[int]:
    """The hub, its proxy and services, without the students' servers."""
    return [p for p in descendants(hub.process.pid) if Path(f"/proc/{p}").exists() and not is_student(p)]


def is_student(pid: int) -> bool:
    """Does the process belong to another user than the hub?"""
    try:
        return Path(f"/proc/{pid}").stat().st_uid != 0
    except FileNotFoundError:
        return True


def vm_data(pid: int) -> float:
    """MB of private writable memory a process has asked for, as RLIMIT_DATA counts it."""
    try:
        found = re.search(r"VmData:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) * 1.024e-3 if found else 0.0


def version(prefix: Path, name: str) -> str:
    """The installed version of a package in the hub's environment."""
    code = f"import importlib.metadata as m; print(m.version({name!r}))"
    return subprocess.run(
        [prefix / "env" / "bin" / "python", "-c", code], capture_output=True, text=True
    ).stdout.strip()


async def culled(prefix: Path, report: Report) -> dict:
    """A hub with half a minute of patience: a server without a sign of life is stopped; seconds until then."""
    hub = Hub(prefix, 2, idle_minutes=0.5)
    try:
        hub.start()
        student = Student(hub, "bench-01")
        await student.arrive()
        start = time.perf_counter()
        while time.perf_counter() - start < 300:
            await asyncio.sleep(2)
            state = await student.ask("GET", f"/hub/api/users/{student.name}")
            if not state.json().get("servers"):
                break
        taken = time.perf_counter() - start
        gone = not state.json().get("servers") and not owned(student.uid)
        report.check("an idle server is stopped", gone, f"after {taken:.0f} s with 30 s of patience")
        await student.leave()
        return {"patience_s": 30, "stopped_after_s": round(taken)}
    finally:
        hub.stop()
        hub.remove()


def main() -> int:
    """Measure, print, and tell whether all checks passed."""
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--users", type=int, default=6, help="students; 2 to 60")
    ap.add_argument("--moves", type=int, default=15, help="controls that each student moves")
    ap.add_argument("--pause", type=float, default=2.0, help="seconds between two moves of a student")
    ap.add_argument("--prefix", type=Path, default=Path(os.environ.get("CYBERDIP_HUB", "/opt/cyberdip")))
    ap.add_argument("--no-browser", dest="browser", action="store_false")
    ap.add_argument("--cull", action="store_true", help="also wait until an idle server is stopped")
    ap.add_argument(
        "--write", action="store_true", help="write classroom/hub/measured.json and what follows from it"
    )
    args = ap.parse_args()
    if not 2 <= args.users <= 60:
        ap.error("--users: between 2 and 60")
    if sys.platform != "linux" or os.geteuid():
        sys.exit(
            "bench-hub needs Linux and root: it makes a system user for each student. Try: sudo make bench-hub"
        )
    if not (args.prefix / "env" / "bin" / "jupyterhub").exists():
        sys.exit(
            f"There is no hub in {args.prefix}. Install one: /usr/bin/python3 classroom/hub/hub.py install "
            "--to DIR, then CYBERDIP_HUB=DIR make bench-hub"
        )
    hub, extra = Hub(args.prefix, args.users), {}
    try:
        out, report = asyncio.run(measure(hub, args))
    finally:
        if hasattr(hub, "process"):
            hub.stop()
        if os.environ.get("CYBERDIP_HUB_LOG"):
            shutil.copy(hub.log, os.environ["CYBERDIP_HUB_LOG"])
        hub.remove()
    if args.cull:
        extra["culled"] = asyncio.run(culled(args.prefix, report))
    out |= extra
    failed = [c for c in report.checks if not c[1]]
    out["checks"] = {"passed": len(report.checks) - len(failed), "failed": [c[0] for c in failed]}
    print("\n" + sizes.table(out))
    print(
        f"\n{out['checks']['passed']} of {len(report.checks)} checks passed",
        *(f"FAILED {c[0]}" for c in failed),
        sep="\n",
    )
    for line in out["failures"]:
        print("student saw:", line)
    if args.write:
        MEASURED.write_text(json.dumps(out, indent=1) + "\n", encoding="utf-8")
        subprocess.run([sys.executable, HUB / "sizes.py"], check=True)
    return 1 if failed or out["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
