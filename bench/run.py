"""``make bench``: what the handbook costs, next to a floor and to the stock way, measured in one run.

    python bench/run.py [--quick] [--only open exhibits pixels tables growth] [--engines PYTHON] [--write]

(a) open: importing the package, and running all cells of each chapter, against a kernel with pandas,
plotly.graph_objects and ipywidgets; (b) exhibits, pixels: an update of an exhibit against the same marks drawn by
``interact`` and ``plotly.express``; (c) tables: loading against plain ``pandas.read_csv``; growth: with a table 10 and 100
times as long. ``--write`` makes docs/benchmarks.md and docs/images/growth.svg. Nothing here is a test: numbers
depend on the machine. Times are processor seconds (user and system) unless they say otherwise, because other work on
the machine changes them less than the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

from cyberdip_jupyter import book_notebooks

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench"), str(ROOT / "tools")]
FLOOR = "import pandas, plotly.graph_objects, ipywidgets"
OURS = "import cyberdip_utils, cyberdip_utils.first_edition.exhibit, cyberdip_utils.first_edition.figures, cyberdip_utils.teach"
PARTS = ("open", "exhibits", "pixels", "tables", "growth", "book")
GOALS = {"import": 1.15, "run": 2.0, "memory": 2.0, "update": 3.0, "cold": 1.5}
SMALL = 20_000  # bytes; below it a load is mostly pandas setting up types


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]


# ---------------------------------------------------------------- (a) opening


def process_cpu(code: str) -> float:
    """Processor seconds of a fresh Python process that runs ``code``."""
    count = "import time as _t; _a = _t.process_time()\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{count}{code}\nprint(_t.process_time() - _a)"],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[-1])


def imports(runs: int) -> dict:
    """Import of the floor and of the handbook, in turn; seconds."""
    floor, ours = [], []
    for _ in range(runs + 1):
        floor.append(process_cpu(FLOOR))
        ours.append(process_cpu(OURS))
    floor, ours = (
        statistics.median(floor[1:]),
        statistics.median(ours[1:]),
    )  # the first one fills the disk cache
    return {"floor": floor, "ours": ours, "ratio": ours / floor}


def run_notebook(book: nbformat.NotebookNode, folder: Path) -> dict:
    """Start a kernel and run all cells: its processor seconds, seconds by the clock, and memory in MB (PSS)."""
    client = NotebookClient(
        book, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    start = time.perf_counter()
    with client.setup_kernel():
        kernel = psutil.Process(client.km.provisioner.pid)
        for i, cell in enumerate(book.cells):
            client.execute_cell(cell, i)
        clock, used, info = time.perf_counter() - start, kernel.cpu_times(), kernel.memory_full_info()
    return {
        "cpu": used.user + used.system,
        "clock": clock,
        "mb": getattr(info, "pss", info.uss) / 1e6,
    }


def chapters(runs: int) -> dict:
    """Each notebook, with floors in between."""
    floor_book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(FLOOR)])
    paths = [ROOT / "notebooks" / name for name in book_notebooks()]
    floors, taken = [], {p: [] for p in paths}
    for k in range(runs):
        for i, path in enumerate(paths):
            if i % 4 == 0:
                floors.append(run_notebook(nbformat.from_dict(floor_book), ROOT))
            taken[path].append(run_notebook(nbformat.read(path, as_version=4), path.parent))
        note(f"chapters: round {k + 1} of {runs}")

    def middle(rows: list[dict]) -> dict:
        return {key: statistics.median(r[key] for r in rows) for key in rows[0]}

    return {
        "floor": middle(floors),
        "rows": [{"name": p.stem, **middle(taken[p])} for p in paths],
    }


# ---------------------------------------------------------------- (b) updates


def exhibits(count: int) -> dict:
    """View and serialisation of every exhibit, and the chosen ones against plotly.express; milliseconds."""
    import stock

    from cyberdip_utils import exhibit as second
    from cyberdip_utils.first_edition.exhibit import all_exhibits

    os.environ["CYBERDIP_STRICT"] = "1"
    every, chosen = [], []
    for name, exhibit in sorted((all_exhibits() | second.all_exhibits()).items()):
        listed = stock.states(name, count)
        exhibit.payload()  # the first one loads the tables
        taken, sizes, theirs, their_sizes = [], [], [], []
        for values in listed:
            # the exhibit first: drawing up the marks for stock would leave sums that it keeps by their arguments
            stock.forget(exhibit)
            start = time.process_time()
            content = exhibit.payload(**values)
            taken.append((time.process_time() - start) * 1000)
            sizes.append(len(content) / 1000)
            if name in stock.NAMES:
                parts = stock.points(exhibit.view(**values).figure)
                start = time.process_time()
                message = stock.stock_message(stock.stock(parts))
                theirs.append((time.process_time() - start) * 1000)
                their_sizes.append(len(message) / 1000)
        row = {"name": name, "n": len(taken), "median": statistics.median(taken), "p95": p95(taken)}
        row |= {"kb": statistics.median(sizes)}
        every.append(row)
        if theirs:
            also = {"stock_median": statistics.median(theirs), "stock_p95": p95(theirs)}
            chosen.append(
                row | also | {"kind": stock.NAMES[name], "stock_kb": statistics.median(their_sizes)}
            )
    os.environ["CYBERDIP_STRICT"] = "0"
    return {"every": every, "chosen": chosen}


# ---------------------------------------------------------------- (c) tables


def tables(runs: int) -> dict:
    """Loading each table cold and warm against ``pandas.read_csv`` of the same file; milliseconds."""
    import pandas as pd

    from cyberdip_utils import data

    def middle(action, n: int) -> float:
        taken = []
        for _ in range(n):
            start = time.process_time()
            action()
            taken.append(time.process_time() - start)
        return statistics.median(taken) * 1000

    folder, rows = data.data_folder(), []
    start = time.process_time()
    entries = data._manifest(folder)
    manifest = (time.process_time() - start) * 1000
    for name, entry in sorted(entries.items()):
        if "schema" not in entry:
            continue

        def cold(name: str = name) -> None:
            data._table.cache_clear()
            data.load(name)

        def plain(path: Path = folder / entry["path"]) -> None:
            pd.read_csv(path)

        plain()
        rows.append(
            {
                "name": name,
                "rows": entry["rows"],
                "bytes": entry["bytes"],
                "cold": middle(cold, runs),
                "plain": middle(plain, runs),
                "warm": middle(lambda name=name: data.load(name), 4 * runs),
            }
        )
    return {"manifest": manifest, "rows": rows}


# ---------------------------------------------------------------- the page


def machine() -> dict:
    names = ("pandas", "numpy", "plotly", "ipywidgets", "anywidget", "jupyterlab", "ipykernel")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return {
        "date": date.today().isoformat(),
        "commit": commit.stdout.strip(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "versions": ", ".join(f"{n} {version(n)}" for n in names),
    }


def goal(met: bool) -> str:
    return "met" if met else "**not met**"


def open_page(got: dict) -> list[str]:
    one, many = got["import"], got["chapters"]
    floor = many["floor"]
    rows = many["rows"]
    lines = [
        "## (a) Opening a chapter",
        "",
        "The floor is a kernel that imports pandas, plotly.graph_objects and ipywidgets and does nothing else. *Run all*",
        "starts a kernel and runs every cell of the notebook; everything is computed in it, and nothing is answered from a file",
        "([decision 2](decisions/0002-what-is-kept-between-sessions.md)).",
        "",
        f"Import of the package: {one['ours']:.2f} s against {one['floor']:.2f} s, ratio **{one['ratio']:.2f}** "
        f"(goal {GOALS['import']}: {goal(one['ratio'] <= GOALS['import'])}).",
        "",
        f"Floor: {floor['cpu']:.2f} s of processor time, {floor['clock']:.2f} s by the clock, {floor['mb']:.0f} MB.",
        "",
        "| Notebook | run all, s | ratio | by the clock, ratio | memory, MB | ratio |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for r in rows:
        lines.append(
            f"| {r['name']} | {r['cpu']:.2f} | {r['cpu'] / floor['cpu']:.2f} | {r['clock'] / floor['clock']:.2f} | "
            f"{r['mb']:.0f} | {r['mb'] / floor['mb']:.2f} |"
        )
    quick = [r["cpu"] / floor["cpu"] <= GOALS["run"] for r in rows]
    light = [r["mb"] / floor["mb"] <= GOALS["memory"] for r in rows]
    over = [r["name"] for r, a, b in zip(rows, quick, light, strict=True) if not (a and b)]
    most = max(rows, key=lambda r: r["mb"])
    clocks = [r["clock"] / floor["clock"] for r in rows]
    typical = statistics.median(r["cpu"] / floor["cpu"] for r in rows)
    return [
        *lines,
        "",
        f"Run all, goal {GOALS['run']}: {sum(c <= GOALS['run'] for c in clocks)} of {len(rows)} notebooks by the clock (median ratio "
        f"{statistics.median(clocks):.2f}) and {sum(quick)} by processor time (median {typical:.2f}): {goal(all(quick))} for all. "
        f"Memory, goal {GOALS['memory']}: {sum(light)} of {len(rows)} ({goal(all(light))} for all). The heaviest kernel "
        f"takes {most['mb']:.0f} MB ({most['name']}); Binder gives 2,000 MB.",
        "",
        f"Above a goal: {', '.join(over) or 'none'}. A chapter pays for the tables and statistics of its findings, and",
        "a debate for the chapters that it quotes. The first control that is moved adds about 15 MB: plotly's own description of",
        "all its properties.",
        "",
    ]


def update_page(got: dict, pixels: list[dict] | None) -> list[str]:
    chosen, every = got["chosen"], got["every"]
    lines = [
        "## (b) Moving a control",
        "",
        f"The same marks are drawn in two ways for {len(chosen)} exhibits, chosen by kind of picture before any was timed. Stock is",
        "`interact` with plotly.express rebuilt at each change. It is handed its table ready-made, while the exhibit",
        "computes its own, with its takeaway, table and caveat; maps carry their shapes in stock, since nothing may be fetched.",
        "",
        "In the kernel, view and serialisation (caches of states empty), milliseconds of processor time:",
        "",
        "| Exhibit | kind | states | exhibit median | p95 | kB | stock median | p95 | kB | stock / exhibit, p95 |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for r in chosen:
        lines.append(
            f"| {r['name']} | {r['kind']} | {r['n']} | {r['median']:.0f} | {r['p95']:.0f} | {r['kb']:.0f} | {r['stock_median']:.0f} | "
            f"{r['stock_p95']:.0f} | {r['stock_kb']:.0f} | {r['stock_p95'] / r['p95']:.1f} |"
        )
    ratios = [r["stock_p95"] / r["p95"] for r in chosen]
    lines += [
        "",
        f"Goal, {GOALS['update']:.0f} times faster at the 95th percentile: {sum(x >= GOALS['update'] for x in ratios)} of {len(ratios)} "
        f"({goal(min(ratios) >= GOALS['update'])} for all). Never slower: {sum(x >= 1 for x in ratios)} of {len(ratios)} "
        f"({goal(min(ratios) >= 1)} for all).",
        "",
    ]
    if pixels:
        lines += [
            "From the control's event to the drawn picture, JupyterLab in Chromium "
            f"{pixels[0].get('browser', '')}, milliseconds by the clock, both ways moved in turn with 0.3 s between:",
            "",
            "| Exhibit | updates | asked for: median | of which plotly.js draws | p95 | stepped: median | p95 | stock: median | p95 | stock / asked for, p95 | stock / stepped, p95 |",
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for r in pixels:
            a, b, c = r["asked"], r["ahead"], r["stock"]
            lines.append(
                f"| {r['name']} | {a['n']} | {a['median']:.0f} | {r['drawing']['median']:.0f} | {a['p95']:.0f} | {b['median']:.0f} | {b['p95']:.0f} | "
                f"{c['median']:.0f} | {c['p95']:.0f} | {c['p95'] / a['p95']:.1f} | {c['p95'] / b['p95']:.1f} |"
            )

        def reached(key: str, what: str, least: float) -> int:
            return sum(r["stock"][what] / r[key][what] >= least for r in pixels)

        n, best = len(pixels), min(r["stock"]["p95"] / r["ahead"]["p95"] for r in pixels)
        least = min(r["stock"]["p95"] / r["asked"]["p95"] for r in pixels)
        times = GOALS["update"]
        lines += [
            "",
            "*Asked for*: the state comes from the kernel when the control is moved. *Stepped*: the control goes one value on after a pause, in which "
            "the page has asked for that state ahead ([decision 4](decisions/0004-looking-ahead.md)); so most single steps go, and no jump does.",
            "",
            f"Goal, {times:.0f} times at the 95th percentile: stepped {reached('ahead', 'p95', times)} of {n} ({goal(best >= times)} for all), asked for "
            f"{reached('asked', 'p95', times)} of {n}; at the median {reached('ahead', 'median', times)} and {reached('asked', 'median', times)}. "
            f"Never slower: {reached('asked', 'p95', 1)} of {n} at the 95th percentile ({goal(least >= 1)} for all). "
            f"Updates that were not drawn within 15 s: {sum(r['missed'] for r in pixels)}. A state that is asked for pays for the way to the kernel and back, "
            "for plotly.js's drawing and for the wait for the next two frames, as stock does, which bounds the ratio.",
            "",
        ]
    slow = sorted(every, key=lambda r: -r["p95"])[:10]
    under = sum(r["p95"] < 100 for r in every)
    lines += [
        f"All {len(every)} exhibits: {under} answer within 100 ms at the 95th percentile (view and serialisation). The slowest:",
        "",
        "| Exhibit | states | median, ms | p95, ms | kB |",
        "|---|---:|---:|---:|---:|",
        *(f"| {r['name']} | {r['n']} | {r['median']:.0f} | {r['p95']:.0f} | {r['kb']:.0f} |" for r in slow),
        "",
    ]
    return lines


def table_page(got: dict) -> list[str]:
    rows = got["rows"]
    cold, plain, warm = (sum(r[k] for r in rows) for k in ("cold", "plain", "warm"))
    large = [r for r in rows if r["bytes"] >= SMALL]
    small = [r for r in rows if r["bytes"] < SMALL]
    met = [r["cold"] / r["plain"] <= GOALS["cold"] for r in large]
    met_small = [r["cold"] / r["plain"] <= GOALS["cold"] for r in small]
    extra = max(r["cold"] - r["plain"] for r in small)
    lines = [
        "## (c) Loading a table",
        "",
        "`load` checks the file against the hash in the manifest and gives every column its type; plain is `pandas.read_csv(path)`,",
        "which does neither. Cold: nothing in memory (the manifest, read once a session, takes "
        f"{got['manifest']:.0f} ms more). Warm: asked for again.",
        "",
        f"All {len(rows)} tables together: cold {cold:.0f} ms, plain {plain:.0f} ms, ratio **{cold / plain:.2f}** (goal {GOALS['cold']}: "
        f"{goal(cold / plain <= GOALS['cold'])}); warm {warm:.1f} ms, {warm / plain:.1%} of plain.",
        "",
        f"One by one: {sum(met)} of {len(large)} tables of {SMALL // 1000} kB and more keep to {GOALS['cold']}, and {sum(met_small)} of {len(small)} smaller "
        f"ones ({goal(all(met + met_small))} for all). Types cost pandas a fixed time for each column; on a small file that is most of "
        f"it, and at most {extra:.1f} ms.",
        "",
        "| Table | rows | kB | cold, ms | plain, ms | ratio | warm, ms |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for r in sorted(rows, key=lambda r: -r["bytes"])[:15]:
        lines.append(
            f"| {r['name']} | {r['rows']:,} | {r['bytes'] / 1000:.0f} | {r['cold']:.1f} | {r['plain']:.1f} | "
            f"{r['cold'] / r['plain']:.2f} | {r['warm']:.2f} |"
        )
    worst = max(rows, key=lambda r: r["cold"] / r["plain"])
    return [
        *lines,
        "",
        f"The 15 largest are shown. The worst ratio is that of {worst['name']} ({worst['rows']} rows): {worst['cold']:.1f} ms against "
        f"{worst['plain']:.1f} ms.",
        "",
    ]


def growth_page(got: dict) -> list[str]:
    import grow

    rows, last = got["rows"], got["rows"][-1]
    per_row = (last["peak_mb"] - rows[0]["peak_mb"]) / (last["rows"] - rows[0]["rows"])

    def reach(gb: float) -> str:
        return f"{(gb * 1000 - rows[0]['peak_mb']) / per_row / 1e6:,.0f} million rows"

    lines = [
        "## How cost grows",
        "",
        "`removal_requests`, the longest table, made longer by drawing its rows again; chapter 1.3's own code loads it, adds it up by who",
        "asked and makes the opening picture, in a fresh process for each length.",
        "",
        "![CPU seconds to load, add up and draw, by number of rows: loading and adding up grow with the table, the picture much less](images/growth.svg)",
        "",
        "| times | rows | CSV, MB | load, s | sums, s | picture, s | sent, kB | peak memory, MB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for r in rows:
        lines.append(
            f"| {r['times']} | {r['rows']:,} | {r['csv_mb']:.0f} | {r['load']:.2f} | {r['sums']:.2f} | {r['picture']:.2f} | {r['bytes'] / 1000:.0f} | {r['peak_mb']:.0f} |"
        )
    lines += [
        "",
        f"Between the two longest, ten times the rows cost {grow.slope(rows, 'load'):.1f} times the loading and {grow.slope(rows, 'sums'):.1f} times the sums. "
        "What goes to the page does not grow, because pictures show sums. Memory grows by "
        f"{per_row * 1e6 / 1000:.2f} kB a row at its peak: 2 GB (Binder) end at about {reach(2)}, 16 GB at about {reach(16)} of such a table.",
        "",
        "Four more exhibits, each with the table that it adds up made longer in the same way; opening view, first picture of the process:",
        "",
        "| Table | exhibit | times | rows | load, s | view, s | sent, kB |",
        "|---|---|---:|---:|---:|---:|---:|",
        *(
            f"| {r['table']} | {r['exhibit']} | {r['times']} | {r['rows']:,} | {r['load']:.2f} | {r['view']:.2f} | {r['bytes'] / 1000:.0f} |"
            for r in got["also"]
        ),
        "",
        "Beyond Binder's memory, DuckDB (or Polars' streaming engine) takes over on one machine: it reads the file in pieces and keeps only the sums, so",
        "the disk is the limit. Where the file no longer fits one disk or one machine takes too long, Dask (or Spark) takes over",
        "on several. The view stays as it is: it needs the sums only.",
        "",
    ]
    if got["engines"]:
        lines += [
            f'The same aggregation, `tally(removals("Google"), "asker")`, on the CSV file of {last["csv_mb"]:.0f} MB ([bench/engines.py](../bench/engines.py)):',
            "",
            "| Engine | groups | same sums as the chapter | clock, s | processor, s | peak memory of a process, MB |",
            "|---|---:|---|---:|---:|---:|",
            *(
                f"| {e['engine']} {e['version']} | {e['groups']} | {'yes, every number' if e['same'] else 'no'} | {e['wall']:.1f} | {e['cpu']:.1f} | {e['peak_mb']:.0f} |"
                for e in got["engines"]
            ),
            "",
            "Dask ran on two worker processes of a local cluster, which on several machines differs by the scheduler's address. The run stops",
            "if one sum differs. Reading and summing are counted together; starting the cluster as well.",
            "",
        ]
    return lines


def book(folder: Path = ROOT / "artifacts" / "book" / "html") -> dict:
    """Pages of the web book that `make book` built last, and what they weigh; empty if there is none."""
    if not folder.is_dir():
        note("There is no web book in artifacts/book/html: run `make book` first to have its sizes here.")
        return {}
    sys.path.insert(0, str(ROOT / "site"))
    import web_book

    pages, total, _ = web_book.sizes(folder)
    heaviest = sorted(pages.items(), key=lambda item: -item[1])[:3]
    return {
        "pages": len(pages),
        "exhibits": len([p for p in (folder / "_static" / "exhibits").iterdir() if p.is_dir()]),
        "bytes": total,
        "shared": (folder / "_static" / "plotly.min.js").stat().st_size,
        "heaviest": heaviest,
        "built": date.fromtimestamp((folder / "index.html").stat().st_mtime).isoformat(),
    }


def book_page(got: dict) -> list[str]:
    """The web book's section."""
    rows = [f"| {name} | {weight / 1000:,.0f} |" for name, weight in got["heaviest"]]
    return [
        "## The web book",
        "",
        f"Built on {got['built']}: {got['pages']} pages, {got['exhibits']} exhibits, {got['bytes'] / 1e6:.0f} MB in all, with every table as a",
        f"download. The largest shared script is plotly.js, {got['shared'] / 1e6:.1f} MB before a server compresses it. A page's first view, compressed,",
        "beyond the shared scripts (goal: under 1,500 kB):",
        "",
        "| Heaviest pages | kB |",
        "|---|---:|",
        *rows,
        "",
    ]


def stamped(stamps: dict[str, str]) -> str:
    """At which commit each part was measured."""
    if len(set(stamps.values())) == 1:
        return f"Measured at commit {next(iter(stamps.values()))}."
    by = {c: [p for p in PARTS if stamps.get(p) == c] for c in dict.fromkeys(stamps.values())}
    return (
        "Measured in parts: "
        + "; ".join(f"{', '.join(parts)} at commit {c}" for c, parts in by.items())
        + "."
    )


def page(got: dict, command: str) -> str:
    m = got["machine"]
    lines = [
        "# Benchmarks",
        "",
        f"Made by `{command}` on {m['date']}. Do not edit by hand. {stamped(got['stamps'])}",
        "",
        f"{m['system']}, {m['cores']} cores, {m['memory_gb']} GB, load average {m['load']} when the run began"
        + (
            " (**other work ran beside it**: times by the clock are to be read with care; ratios compare what was measured side by side)"
            if m["load"] and m["load"] > 1.5
            else ""
        )
        + f". Python {m['python']}; {m['versions']}.",
        "",
        "Times are seconds of processor time, user and system, unless they say *by the clock*. Ratios are to what was measured",
        "in the same run on the same machine.",
        "",
    ]
    if "open" in got:
        lines += open_page(got["open"])
    if "exhibits" in got:
        lines += update_page(got["exhibits"], got.get("pixels"))
    if "tables" in got:
        lines += table_page(got["tables"])
    if "growth" in got:
        lines += growth_page(got["growth"])
    if got.get("book"):
        lines += book_page(got["book"])
    lines += [
        "## Commands",
        "",
        "```",
        "make book",
        'make bench                              # all of it; BENCH_ARGS="--quick" for a first look',
        "pip install 'dask[dataframe]' distributed duckdb pandas      # in an environment of their own",
        'make bench BENCH_ARGS="--engines PYTHON_OF_THAT_ENVIRONMENT --write"',
        "```",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write when asked."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--quick", action="store_true", help="fewer rounds and states")
    ap.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    ap.add_argument("--engines", help="a Python with dask[dataframe], distributed and duckdb")
    ap.add_argument(
        "--json",
        type=Path,
        default=ROOT / "artifacts" / "bench.json",
        help="the numbers; parts not run stay as they are",
    )
    ap.add_argument(
        "--page", action="store_true", help="measure nothing: make the page from the last numbers"
    )
    ap.add_argument(
        "--write", action="store_true", help="write docs/benchmarks.md and docs/images/growth.svg"
    )
    args = ap.parse_args()
    os.environ["CYBERDIP_STRICT"] = "0"
    os.environ["PYTHONPATH"] = str(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a reader's Python keeps its compiled files
    got = (
        json.loads(args.json.read_text(encoding="utf-8"))
        if set(args.only) != set(PARTS) and args.json.is_file()
        else {}
    )
    if args.page:
        args.only, got = (), json.loads(args.json.read_text(encoding="utf-8"))
    else:
        got["machine"] = machine() | {"quick": args.quick}
        got["stamps"] = got.get("stamps", {}) | dict.fromkeys(args.only, got["machine"]["commit"])
    runs = 1 if args.quick else 3
    if "open" in args.only:
        got["open"] = {"import": imports(3 if args.quick else 9), "chapters": chapters(runs)}
    if "exhibits" in args.only:
        got["exhibits"] = exhibits(15 if args.quick else 60)
    if "pixels" in args.only:
        import pixels
        import stock

        got["pixels"] = pixels.measure(
            list(stock.NAMES)[: 2 if args.quick else None], 8 if args.quick else 23
        )
    if "tables" in args.only:
        got["tables"] = tables(3 if args.quick else 9)
    if "growth" in args.only:
        import grow

        got["growth"] = grow.run([1, 10] if args.quick else [1, 10, 100], args.engines)
    if "book" in args.only:
        got["book"] = book()
    args.json.parent.mkdir(parents=True, exist_ok=True)
    args.json.write_text(json.dumps(got, indent=1), encoding="utf-8")
    quick, engines = got["machine"].get("quick"), got.get("growth", {}).get("engines")
    said = [a for a in ("--quick" if quick else "", "--engines PYTHON" if engines else "", "--write") if a]
    text = page(got, f'make bench BENCH_ARGS="{" ".join(said)}"')
    print(text)
    if args.write:
        import grow

        (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8", newline="\n")
        if "growth" in got:
            image = ROOT / "docs" / "images" / "growth.svg"
            image.write_text(grow.plot(got["growth"]["rows"]), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
