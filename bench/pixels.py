"""From a moved control to the changed picture, in JupyterLab in Chromium: the exhibits of bench/stock.py in both ways.

One notebook for each exhibit holds it, each state asked for when it is wanted (behind one slider that steps through its states) and, below, the same states as
``interact`` with ``plotly.express``. They are moved in turn, so that whatever else the machine does falls on both, with a
reader's pause between, so that what one leaves to the page to tidy up is not charged to the other. The
clock runs in the page, from the control's event to the frame after the picture shows the state's number; what plotly.js
takes of it to draw the exhibit's picture is noted beside. A second notebook has the exhibit alone as a reader has it, with
the next state asked for ahead in the pause (docs/decisions/0004): a step forward each time, so it is always there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench"), str(ROOT / "tests" / "browser"), str(ROOT / "tools")]

SETUP = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "bench")!r}]
import ipywidgets as w
import stock
NAME, COUNT = {{name!r}}, {{count}}
"""
AHEAD = "stock.marked(NAME, COUNT)"
ASKED = """
asked = stock.marked(NAME, COUNT)
asked.live = list  # nothing is asked ahead
asked
"""
STOCK = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
# in another process, so that the exhibit finds nothing computed that a reader would not
with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as other:
    given = other.submit(stock.given, NAME, COUNT).result()
w.interact(lambda step: stock.stock(given[step], f"n{step}"), step=w.IntSlider(value=0, min=0, max=COUNT - 1))
None
"""
PROBE = """() => {
    const frame = () => new Promise(requestAnimationFrame);
    const where = {
        ours: () => document.querySelector(".cdx"),
        stock: () => document.querySelector(".widget-interact")?.parentElement
            ?? document.querySelector(".noUi-handle").closest(".jp-OutputArea-output"),
    };
    const shows = (kind, text) => [...where[kind]().querySelectorAll("svg text")].some((t) => t.textContent === text);
    window.there = (kind) => { try { return shows(kind, "n0"); } catch { return false; } };
    window.step = async (kind, n) => {
        const library = window.Plotly;
        if (library && !library.timed) {
            const react = library.react;
            library.react = async (...given) => {
                const began = performance.now();
                try { return await react(...given); } finally { window.drew = performance.now() - began; }
            };
            library.timed = true;
        }
        const start = performance.now();
        if (kind === "ours") {
            const input = where.ours().querySelector("input[type=range]");
            input.value = n;
            input.dispatchEvent(new Event("input", {bubbles: true}));
        } else {
            where.stock().querySelector(".noUi-handle").dispatchEvent(
                new KeyboardEvent("keydown", {key: "Right", bubbles: true, cancelable: true}));
        }
        while (!shows(kind, `n${n}`) && performance.now() - start < 15000) await frame();
        const done = shows(kind, `n${n}`);
        await frame();
        return {ms: performance.now() - start, done, drew: window.drew};
    };
}"""

PAUSE = 300  # ms


def measure(names: list[str], count: int) -> list[dict]:
    """For each exhibit the times in ms of both ways, the exhibit's also with looking ahead; an empty list where there is no browser."""
    from drawing import IDLE, RUN, jupyterlab, notebook
    from playwright.sync_api import sync_playwright

    from conftest import QUIET, find_browser

    path = find_browser()
    if path is None:
        return []
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    rows = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as held, sync_playwright() as playwright:
        folder = Path(held)
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *as_root])
        with jupyterlab(folder) as (address, token):

            def opened(name: str, book: nbformat.NotebookNode, kinds: tuple[str, ...]):
                nbformat.write(book, folder / f"{name}.ipynb")
                page = browser.new_context(viewport={"width": 1400, "height": 2400}).new_page()
                page.goto(f"{address}/lab/workspaces/{name}/tree/{name}.ipynb?token={token}")
                page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
                page.wait_for_function(IDLE, timeout=60_000)
                page.evaluate(PROBE)
                page.evaluate(RUN)
                page.wait_for_function("() => window.ran", timeout=180_000)
                page.wait_for_function("kinds => kinds.every(there)", arg=kinds, timeout=90_000)
                page.wait_for_timeout(1500)
                return page

            for name in names:
                setup = SETUP.format(name=name, count=count)
                both = opened(name, notebook(setup, ASKED, STOCK), ("ours", "stock"))
                got = moved(both, ("ours", "stock"), count)
                both.context.close()
                alone = opened(f"{name}_ahead", notebook(setup, AHEAD), ("ours",))
                ahead = moved(alone, ("ours",), count)
                alone.context.close()
                rows.append(
                    {
                        "name": name,
                        "missed": got["missed"] + ahead["missed"],
                        "asked": summary(got["ours"]),
                        "ahead": summary(ahead["ours"]),
                        "stock": summary(got["stock"]),
                        "drawing": summary(got["drew"]),
                    }
                )
                print(rows[-1], file=sys.stderr, flush=True)
        rows and rows[0].update(browser=browser.version)
        browser.close()
    return rows


def moved(page, kinds: tuple[str, ...], count: int) -> dict:
    """Times in ms of each way by step, of plotly.js in the exhibit's, and how many were never drawn."""
    times: dict = {kind: [] for kind in kinds} | {"drew": [], "missed": 0}
    for n in range(1, count):
        for kind in kinds:
            page.wait_for_timeout(PAUSE)
            got = page.evaluate("([k, n]) => step(k, n)", [kind, n])
            times["missed"] += not got["done"]
            if n > 2 and got["done"]:  # the first two warm up
                times[kind].append(got["ms"])
                times["drew"] += [got["drew"]] if kind == "ours" else []
    return times


def summary(values: list[float]) -> dict:
    """Median, 95th percentile and count."""
    return {
        "n": len(values),
        "median": float(np.median(values)) if values else float("nan"),
        "p95": float(np.percentile(values, 95)) if values else float("nan"),
    }


if __name__ == "__main__":
    measure(sys.argv[2:], int(sys.argv[1]))
