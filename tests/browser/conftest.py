"""Browser tests: a real JupyterLab, started as `make lab` starts it, seen through a real Chromium.

Fixtures: `lab` (the server, one a run), `page` (a fresh browser page, 1400 x 900) and `log` (what the page
did that a reader does not see). Nothing outside this machine is reached: a request to any other host is
refused, written down in `log.outside`, and fails the test when it ends.

The browser is the machine's own, never a download: CYBERDIP_CHROMIUM names it, or one of the usual names is
found. Without one these tests are skipped, unless CYBERDIP_REQUIRE_BROWSER=1, which makes that a failure.
"""

import itertools
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

import setup_env
import tidy_notebooks

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = ROOT / "artifacts" / "screenshots"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
USUAL_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
LOOPBACK = {"127.0.0.1", "localhost", "::1", None}
IDLE = """() => {
    const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
    const session = panel && panel.sessionContext && panel.sessionContext.session;
    return Boolean(session && session.kernel && session.kernel.status === "idle" && panel.content.model);
}"""
RUN_ALL = """() => {
    window.cyberdipRun = "running";
    window.jupyterapp.commands.execute("notebook:run-all-cells").then(
        () => { window.cyberdipRun = "done"; }, error => { window.cyberdipRun = String(error); });
}"""
ERRORS = """() => {
    const panel = window.jupyterapp.shell.currentWidget, found = [];
    for (const cell of panel.content.model.cells)
        for (const output of cell.toJSON().outputs || [])
            if (output.output_type === "error") found.push(output.ename + ": " + output.evalue);
    // Errors inside an Output widget live on the page, not in the notebook's cells.
    const shown = '.jupyter-widgets [data-mime-type="application/vnd.jupyter.stderr"]';
    for (const node of panel.node.querySelectorAll(shown)) found.push(node.innerText);
    return found;
}"""


def find_browser():
    """The path of a Chromium-like browser on this machine, or None."""
    named = os.environ.get("CYBERDIP_CHROMIUM")
    if named:
        return shutil.which(named)
    found = [shutil.which(name) for name in NAMES] + [place for place in USUAL_PLACES if Path(place).exists()]
    return next(filter(None, found), None)


@pytest.fixture(scope="session")
def browser():
    """The machine's Chromium, without a window."""
    path = find_browser()
    if path is None:
        reason = "no Chromium, Chrome or Edge found; name one in CYBERDIP_CHROMIUM"
        if os.environ.get("CYBERDIP_REQUIRE_BROWSER") == "1":
            pytest.fail(f"browser tests are required and there is {reason}")
        pytest.skip(f"browser tests need a browser: {reason}")
    from playwright.sync_api import sync_playwright

    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        # Playwright gives each launch its own empty profile and removes it afterwards.
        running = playwright.chromium.launch(executable_path=path, args=[*QUIET, *as_root])
        yield running
        running.close()


@dataclass
class Log:
    """What a page did behind the reader's back."""

    outside: list[str] = field(default_factory=list)  # addresses off this machine that were refused
    console: list[str] = field(default_factory=list)  # errors on the console
    crashes: list[str] = field(default_factory=list)  # uncaught exceptions


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def page(request, browser, lab, log):
    """A fresh page; at its end a picture if the test failed, and a check that nothing outside was asked."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.set_default_timeout(60_000)

    def guard(route):
        parts = urlsplit(route.request.url)
        if parts.scheme in ("data", "blob") or parts.hostname in LOOPBACK:
            route.continue_()
        else:
            log.outside.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    page = context.new_page()
    page.on(
        "websocket",
        lambda socket: urlsplit(socket.url).hostname in LOOPBACK or log.outside.append(socket.url),
    )
    page.on("console", lambda message: message.type == "error" and log.console.append(message.text))
    page.on("pageerror", lambda error: log.crashes.append(str(error)))
    yield page
    if getattr(request.node, "failed", False):
        lab.screenshot(page, "failed-" + re.sub(r"\W+", "-", request.node.name))
    context.close()
    lab.shut_down_kernels()
    assert log.outside == [], "the page asked for something outside this machine"


def pytest_collection_modifyitems(items):
    """The one test that mostly waits comes first, so that the others run meanwhile."""
    items.sort(key=lambda item: item.path.name != "test_reading.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and report.failed:
        item.failed = True
    return report


class Lab:
    """A running JupyterLab on a copy of the notebooks, or on a clone of the whole handbook."""

    def __init__(self, folder, settings=None, root=ROOT):
        self.folder = folder  # what JupyterLab shows; notebooks/ in it is a copy of ours
        self.settings = settings or folder / "settings"  # Jupyter's own folders and its log
        self.root = root  # the handbook whose code is used and from whose folder JupyterLab is started
        self.token = secrets.token_hex(16)
        self._workspaces = itertools.count(1)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = self.settings / "jupyter.log"

    def arguments(self):
        """What is passed to JupyterLab through LAB_ARGS."""
        options = [
            "--no-browser",
            "--expose-app-in-browser",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--ServerApp.root_dir={self.folder}",
        ]
        return options + (["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])

    def command(self):
        """`make lab`; without make, what it calls; in an environment made otherwise, JupyterLab alike."""
        if not (self.root / ".venv" / "cyberdip-receipt.json").exists():
            _, [command] = setup_env.task_commands("lab", self.arguments())
            return [sys.executable, *command]
        if shutil.which("make") and os.name == "posix":
            return ["make", "lab", f"PYTHON={sys.executable}", "LAB_ARGS=" + " ".join(self.arguments())]
        return [sys.executable, str(ROOT / "tools" / "setup_env.py"), "lab", *self.arguments()]

    def start(self):
        # As on a student's machine with another distribution: one more Python kernel to choose from.
        other = self.settings / "data" / "kernels" / "another"
        other.mkdir(parents=True)
        start = ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        kernel = {"argv": start, "display_name": "Another Python", "language": "python"}
        (other / "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
        own = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
        }
        environ = {
            key: value for key, value in os.environ.items() if key not in ("CYBERDIP_STRICT", "MAKEFLAGS")
        }
        environ |= {key: str(self.settings / name) for key, name in own.items()}
        if self.root != ROOT:
            environ |= {"PYTHONPATH": str(self.root)}
            environ.pop("CYBERDIP_WORK", None)  # as on a reader's machine: my_work in the handbook's folder
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.root,
                env=environ,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        end = time.monotonic() + 90
        while time.monotonic() < end:
            try:
                self.ask("api/status")
                return
            except (urllib.error.URLError, ConnectionError):
                if self.process.poll() is not None:
                    break
                time.sleep(0.2)
        self.stop()
        pytest.fail(
            "JupyterLab did not start:\n" + self.output.read_text(encoding="utf-8", errors="replace")[-3000:]
        )

    def stop(self):
        if os.name == "posix":
            try:
                os.killpg(self.process.pid, signal.SIGTERM)
            except ProcessLookupError:
                return
        else:
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def ask(self, path, method="GET"):
        """The answer of the server's own interface, as Python."""
        request = urllib.request.Request(
            f"{self.url}/{path}", method=method, headers={"Authorization": f"token {self.token}"}
        )
        # No proxy: the server is on this machine, whatever the user's settings say.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def shut_down_kernels(self):
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")

    def address(self, path=""):
        """The address a reader would open, `path` below notebooks/."""
        place = f"/tree/notebooks/{quote(path)}" if path else ""
        return f"{self.url}/lab/workspaces/test{next(self._workspaces)}{place}?token={self.token}"

    def open(self, page, path):
        """Open a notebook (path below notebooks/) and wait until its kernel is ready."""
        page.goto(self.address(path))
        page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell", timeout=90_000)
        page.wait_for_function(f"() => document.querySelector('.jp-Dialog') || ({IDLE})()", timeout=90_000)
        question = page.query_selector(".jp-Dialog-content")
        assert question is None, f"JupyterLab asks before the reader can read: {question.inner_text()}"

    def run_all(self, page, timeout=180):
        """Run all cells of the open notebook, wait until all is quiet, and return the errors shown."""
        page.evaluate(RUN_ALL)
        page.wait_for_function("() => window.cyberdipRun !== 'running'", timeout=timeout * 1000)
        page.wait_for_function(IDLE, timeout=60_000)
        page.wait_for_timeout(500)
        outcome = page.evaluate("() => window.cyberdipRun")
        return ([] if outcome == "done" else [outcome]) + page.evaluate(ERRORS)

    def screenshot(self, page, name):
        """Keep a picture of the page in artifacts/screenshots; its path."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=path)
        return path


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy of the notebooks, on a port of its own."""
    folder = tmp_path_factory.mktemp("lab")
    for notebook in tidy_notebooks.notebooks():
        copy = folder / notebook.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebook, copy)
    server = Lab(folder)
    server.start()
    yield server
    server.stop()
