"""``make bench``: what the handbook costs, as ratios to a floor measured in the same run.

The floor is a kernel with pandas, plotly.graph_objects and ipywidgets imported. Prints import time,
run-all time and memory of each notebook, and the time of each exhibit's view with serialisation.
Nothing here is a test: numbers depend on the machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
FLOOR = "import pandas, plotly.graph_objects, ipywidgets"
OURS = "import cyberdip_utils, cyberdip_utils.exhibit, cyberdip_utils.figures, cyberdip_utils.teach"


def seconds(code: str, runs: int) -> float:
    """Median wall-clock time in seconds of fresh Python processes that run ``code``."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def imports(runs: int) -> tuple[float, float]:
    """Import time in seconds above an empty process: (floor, ours)."""
    empty = seconds("pass", runs)
    return seconds(FLOOR, runs) - empty, seconds(OURS, runs) - empty


def run_notebook(book: nbformat.NotebookNode, folder: Path) -> tuple[float, float]:
    """Run all cells: seconds from the first cell to the last, and the kernel's memory in MB (PSS)."""
    client = NotebookClient(
        book, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    with client.setup_kernel():
        pid = client.km.provisioner.pid
        start = time.perf_counter()
        for i, cell in enumerate(book.cells):
            client.execute_cell(cell, i)
        taken = time.perf_counter() - start
        info = psutil.Process(pid).memory_full_info()
        memory = getattr(info, "pss", info.uss) / 1e6
    return taken, memory


def notebooks(runs: int) -> list[tuple[str, float, float]]:
    """(name, median seconds, median MB) of the floor and of each notebook."""
    floor = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(FLOOR)])
    rows = []
    paths = sorted(p for p in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    for name, load, folder in [("floor", lambda: nbformat.from_dict(floor), ROOT)] + [
        (p.stem, lambda p=p: nbformat.read(p, as_version=4), p.parent) for p in paths
    ]:
        results = [run_notebook(load(), folder) for _ in range(runs)]
        rows.append((name, *(statistics.median(x) for x in zip(*results, strict=True))))
    return rows


def exhibits(states: int) -> list[tuple[str, int, float, float, float]]:
    """(name, states, median ms, 95th percentile ms, median kB) of view + serialisation, caches empty."""
    from cyberdip_utils.exhibit import all_exhibits

    rows = []
    for name, exhibit in sorted(all_exhibits().items()):
        exhibit.payload()  # the first one loads the tables
        taken, sizes = [], []
        for values in exhibit.states(limit=states):
            exhibit.forget()
            start = time.perf_counter()
            content = exhibit.payload(**values)
            taken.append((time.perf_counter() - start) * 1000)
            sizes.append(len(content) / 1000)
        cut = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
        rows.append((name, len(taken), statistics.median(taken), cut, statistics.median(sizes)))
    return rows


def main() -> None:
    """Measure and print."""
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("--runs", type=int, default=5)
    ap.add_argument("--states", type=int, default=60)
    args = ap.parse_args()
    os.environ["CYBERDIP_STRICT"] = "1"
    versions = ", ".join(f"{m} {version(m)}" for m in ("pandas", "plotly", "ipywidgets", "anywidget"))
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; {versions}\n")

    floor, ours = imports(args.runs)
    print(f"import: floor {floor:.2f} s, handbook {ours:.2f} s, ratio {ours / floor:.2f} (goal 1.15)\n")

    rows = notebooks(min(args.runs, 3))
    _, t0, m0 = rows[0]
    print(f"{'notebook':38}{'s':>8}{'ratio':>8}{'MB':>8}{'ratio':>8}   (goals 2 and 1.3)")
    for name, t, m in rows:
        print(f"{name:38}{t:8.2f}{t / t0:8.2f}{m:8.0f}{m / m0:8.2f}")

    print(f"\n{'exhibit':38}{'states':>8}{'median ms':>11}{'p95 ms':>9}{'kB':>8}")
    for name, n, middle, high, kb in exhibits(args.states):
        print(f"{name:38}{n:8}{middle:11.1f}{high:9.1f}{kb:8.1f}")


if __name__ == "__main__":
    main()
