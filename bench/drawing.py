"""How quickly a moved control changes the picture, drawn three ways, in JupyterLab in Chromium.

    python bench/drawing.py [--steps 50] [--json FILE]

The picture is a world map of about 200 countries beside a bar chart. The ways: (1) a ``go.Figure`` shown anew
in an ``Output``; (2) a ``FigureWidget`` with ``batch_update``; (3) an exhibit of the handbook. Each is moved
through the same states, none of them twice. The clock runs in the page, from the event of the control to the
frame after both halves of the picture show the new state. The decision it served is docs/decisions/0001.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[1]
sys.path += [str(ROOT / "tests" / "browser"), str(ROOT / "tools")]

IDLE = """() => {
    const panel = window.jupyterapp?.shell.currentWidget, kernel = panel?.sessionContext?.session?.kernel;
    return Boolean(kernel && kernel.status === "idle" && panel.content.model);
}"""
RUN = """() => { window.ran = false;
    window.jupyterapp.commands.execute("notebook:run-all-cells").then(() => { window.ran = true; }); }"""
# Both halves carry the state's number as a text drawn with their marks: the map's, the bars'.
PROBE = """() => {
    const topology = {type: "Topology", arcs: [], objects: {}};
    for (const name of ["coastlines", "land", "ocean", "lakes", "rivers", "countries", "subunits"])
        topology.objects[name] = {type: "GeometryCollection", geometries: []};
    window.PlotlyGeoAssets = {topojson: {world_110m: topology, world_50m: topology}};
    const frame = () => new Promise(requestAnimationFrame);
    const shows = (text) => {
        const has = (where) => [...document.querySelectorAll(where)].some((t) => t.textContent === text);
        return has(".geo text, .geolayer text") && has(".cartesianlayer .trace text, .cartesianlayer text.bartext");
    };
    const fire = (kind, n) => {
        if (kind === "ours") {
            const input = document.querySelector(".cdx input[type=range]");
            input.value = n;
            input.dispatchEvent(new Event("input", {bubbles: true}));
        } else {
            const handle = document.querySelector(".noUi-handle");
            handle.dispatchEvent(new KeyboardEvent("keydown", {key: "Right", bubbles: true, cancelable: true}));
        }
    };
    window.step = async (kind, n, burst = 1) => {
        const box = document.querySelector(".jp-OutputArea-output"), before = document.querySelector(".main-svg");
        const start = performance.now();
        for (let i = 1; i <= burst; i++) fire(kind, n + i - 1);
        let low = Infinity, high = 0, blank = 0, others = 0, latest = performance.now(), done = false;
        while (!done && latest - start < 15000) {
            await frame();
            done = shows(`n${n + burst - 1}`);
            const height = document.querySelector(".jp-OutputArea").offsetHeight;
            low = Math.min(low, height); high = Math.max(high, height);
            const svg = document.querySelector(".main-svg");
            if (!svg) blank += 1;
            if (svg !== before) others += 1;
            latest = performance.now();
        }
        await frame();
        return {ms: performance.now() - start, done, jump: high - low, blank, replaced: others > 0};
    };
}"""

SETUP = f"""
import sys
sys.path.insert(0, {str(ROOT / "bench")!r})
from drawing_states import figure, exhibit, STEPS
"""
CELLS = {
    "redisplay": SETUP
    + """
import ipywidgets as w
control = w.IntSlider(value=0, min=0, max=STEPS, description="step")
out = w.interactive_output(lambda step: display(figure(step, inline=True)), {"step": control})
w.VBox([control, out])
""",
    "figurewidget": SETUP
    + """
import ipywidgets as w, plotly.graph_objects as go
control = w.IntSlider(value=0, min=0, max=STEPS, description="step")
shown = go.FigureWidget(figure(0, inline=True))
def move(change):
    new = figure(change.new, inline=False)
    with shown.batch_update():
        for old, fresh in zip(shown.data, new.data):
            for key in ("z", "x", "y", "text"):
                if key in fresh and fresh[key] is not None:
                    old[key] = fresh[key]
control.observe(move, "value")
w.VBox([control, shown])
""",
    "ours": SETUP + "\nexhibit",
}
KIND = {"redisplay": "slider", "figurewidget": "slider", "ours": "ours"}
NAMES = {
    "redisplay": "(1) go.Figure shown anew in an Output",
    "figurewidget": "(2) FigureWidget, batch_update",
    "ours": "(3) the exhibit",
}


def notebook(*cells: str):
    """A notebook of these code cells that opens with a Python kernel and no question."""
    made = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


@contextmanager
def jupyterlab(folder: Path):
    """A JupyterLab on ``folder``; its address and token."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    own = {f"JUPYTER_{x}_DIR": str(folder / "settings" / x.lower()) for x in ("CONFIG", "DATA", "RUNTIME")}
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--expose-app-in-browser",
        f"--port={port}",
    ]
    command += [f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with (folder / "jupyter.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api/status?token={token}").close()
                break
            except OSError:
                time.sleep(0.2)
        yield address, token
    finally:
        process.send_signal(signal.SIGINT if os.name == "nt" else signal.SIGTERM)
        process.wait(20)


def open_and_run(page, address: str, token: str, name: str) -> None:
    page.goto(f"{address}/lab/workspaces/{secrets.token_hex(4)}/tree/{name}?token={token}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
    page.wait_for_function(IDLE, timeout=60_000)
    page.evaluate(PROBE)
    page.received.clear()
    page.evaluate(RUN)
    page.wait_for_function("() => window.ran", timeout=120_000)


def watched(browser):
    """A page that notes the size of every message and file it receives."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.received = []

    def size(frame) -> None:
        page.received.append(("message", len(frame if isinstance(frame, bytes) else frame.encode())))

    page.on("websocket", lambda ws: ws.on("framereceived", size))

    def answered(response) -> None:
        if response.url.startswith("http"):  # a blob: is made on the page, not received
            page.received.append(("file", int(response.headers.get("content-length") or 0)))

    page.on("response", answered)
    return page


def bytes_of(page, what: str) -> int:
    return sum(n for kind, n in page.received if kind == what)


def measure(browser, address: str, token: str, folder: Path, steps: int) -> list[dict]:
    """All ways, moved in turns of five updates, so that whatever else the machine does falls on all of them."""
    pages, first, got, received = {}, {}, {way: [] for way in CELLS}, dict.fromkeys(CELLS, 0)
    for way in CELLS:
        nbformat.write(notebook(CELLS[way]), folder / f"{way}.ipynb")
        page = pages[way] = watched(browser)
        open_and_run(page, address, token, f"{way}.ipynb")
        page.wait_for_selector(".main-svg", timeout=60_000)
        page.wait_for_timeout(3000)
        first[way] = {kind: bytes_of(page, kind) for kind in ("message", "file")}
    step = dict.fromkeys(CELLS, 0)

    def move(way: str, burst: int = 1) -> dict:
        answer = pages[way].evaluate(f"() => step('{KIND[way]}', {step[way] + 1}, {burst})")
        step[way] += burst
        return answer

    for turn in range(-1, -(-steps // 5)):
        for way, page in pages.items():
            page.bring_to_front()
            page.wait_for_timeout(300)
            page.received.clear()
            answers = [move(way) for _ in range(5)]
            if turn >= 0:  # the first turn warms up
                got[way] += answers
                received[way] += sum(n for _, n in page.received)
    rows = []
    for way, page in pages.items():
        page.bring_to_front()
        page.wait_for_timeout(300)
        burst = move(way, 8)
        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        page.wait_for_timeout(1500)
        times = [g["ms"] for g in got[way] if g["done"]]
        rows.append(
            {
                "way": way,
                "updates": len(times),
                "missed": sum(not g["done"] for g in got[way]),
                "median_ms": round(statistics.median(times)),
                "p95_ms": round(statistics.quantiles(times, n=20, method="inclusive")[18]),
                "burst_of_8_ms": round(burst["ms"]),
                "first_messages_bytes": first[way]["message"],
                "first_files_bytes": first[way]["file"],
                "bytes_per_update": round(received[way] / len(got[way])),
                "saved_by_jupyterlab_bytes": (folder / f"{way}.ipynb").stat().st_size,
                "saved_with_widget_state_bytes": executed_size(folder, way),
                "figure_replaced_share": round(sum(g["replaced"] for g in got[way]) / len(got[way]), 2),
                "frames_without_figure": sum(g["blank"] for g in got[way]),
                "height_jump_px": max(g["jump"] for g in got[way]),
            }
        )
        page.context.close()
    return rows


def executed_size(folder: Path, way: str) -> int:
    """Bytes of the notebook after nbclient ran it, which keeps the state of widgets."""
    from nbclient import NotebookClient

    made = notebook(CELLS[way])
    NotebookClient(made, timeout=120, kernel_name="python3").execute()
    return len(nbformat.writes(made).encode())


def several(browser, address: str, token: str, folder: Path, way: str, count: int) -> dict:
    """``count`` of them in one notebook: what the page receives until all are drawn."""
    cell = {"ours": "exhibit", "figurewidget": "go.FigureWidget(figure(0, inline=True))"}[way]
    made = notebook(SETUP + "\nimport plotly.graph_objects as go", *([cell] * count))
    nbformat.write(made, folder / f"several_{way}.ipynb")
    page = watched(browser)
    open_and_run(page, address, token, f"several_{way}.ipynb")
    page.wait_for_function(
        f"() => document.querySelectorAll('.js-plotly-plot .geolayer path').length >= {count * 150}",
        timeout=60_000,
    )
    page.wait_for_timeout(2000)
    sizes = [n for kind, n in page.received if kind == "message"]
    page.context.close()
    return {
        "way": way,
        "figures": count,
        "messages_bytes": sum(sizes),
        "times_plotly_js_was_sent": sum(n > 1_000_000 for n in sizes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=50, help="updates measured for each way")
    parser.add_argument("--json", type=Path, help="write the numbers here too")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    from conftest import QUIET, find_browser

    path = find_browser()
    if path is None:
        sys.exit("No Chromium, Chrome or Edge found; name one in CYBERDIP_CHROMIUM.")
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *as_root])
        with jupyterlab(folder) as (address, token):
            ways = measure(browser, address, token, folder, options.steps)
            pages = [several(browser, address, token, folder, way, 3) for way in ("figurewidget", "ours")]
        about = {
            "date": date.today().isoformat(),
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
            "python": platform.python_version(),
            "browser": browser.version,
            "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            **{
                p: version(p)
                for p in ("plotly", "ipywidgets", "anywidget", "jupyterlab", "ipykernel", "pandas")
            },
        }
        browser.close()
    for row in ways:
        print(NAMES[row["way"]])
        for key, value in row.items():
            if key != "way":
                print(f"    {key:32} {value:>12,}")
    for row in pages:
        print(
            f"{row['figures']} on one page, {row['way']}: {row['messages_bytes']:,} bytes, "
            f"plotly.js sent {row['times_plotly_js_was_sent']} times"
        )
    p95 = {row["way"]: row["p95_ms"] for row in ways}
    print(f"95th percentile of (1) / (3): {p95['redisplay'] / p95['ours']:.1f} (goal: 3 or more)")
    print(about)
    if options.json:
        options.json.write_text(
            json.dumps({"about": about, "ways": ways, "pages": pages}, indent=1), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
