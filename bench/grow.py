"""How cost grows when a table is 10 and 100 times as long, and which engine takes over.

    python bench/grow.py [--times 1 10 100] [--engines PYTHON]

``removal_requests``, the longest table, is made longer by drawing its rows again (seed 0); chapter 1.3's own code then loads
it, adds it up and makes the picture, unchanged, in a fresh process for each length. So do four more exhibits, each with the
table it adds up (``ALSO``). ``--engines`` names a Python
with ``dask[dataframe] distributed duckdb``: the same sums there, on the longest file, must be the same numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = "removal_requests"
ALSO = {
    "incident_receivers": "incident_explorer",
    "data_requests": "data_explorer",
    "incident_attributions": "who_attributes",
    "kev": "exploited_flaws",
}
STEPS = {"load": "load the table", "sums": "add up by who asked", "picture": "picture and texts as sent"}
CHILD = """
import json, resource, time
def now():
    r = resource.getrusage(resource.RUSAGE_SELF)
    return r.ru_utime + r.ru_stime
def peak():
    try:
        text = open("/proc/self/status").read()
        return int(text.split("VmHWM:")[1].split()[0]) / 1000
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
from cyberdip_utils import load
from cyberdip_utils.sovereignty import switched_off as off
off.removal_explorer.payload  # imports done
base = peak()
a = now(); rows = len(load("removal_requests")); b = now()
off._requests(); out = off.tally(off.removals("Google"), off.WHO); c = now()
content = off.removal_explorer.payload(); d = now()
out = out.sort_index()
print(json.dumps({"rows": rows, "load": b - a, "sums": c - b, "picture": d - c, "peak_mb": peak(), "base_mb": base,
    "bytes": len(content), "result": [[str(k), *map(float, v)] for k, v in zip(out.index, out.to_numpy())]}))
"""
ALSO_CHILD = """
import json, sys, time
from cyberdip_utils import load
from cyberdip_utils.first_edition.exhibit import find_any
table, name = sys.argv[1:]
exhibit = find_any(name)
a = time.process_time(); rows = len(load(table)); b = time.process_time()
content = exhibit.payload(); c = time.process_time()
print(json.dumps({"rows": rows, "load": b - a, "view": c - b, "bytes": len(content), "error": json.loads(content)["error"]}))
"""


def longer(times: int, folder: Path, table: str = TABLE) -> Path:
    """A data folder with a table that many times as long; the path of the table."""
    import pandas as pd

    manifest = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    entry = next(r for r in manifest["resources"] if r["name"] == table)
    frame = pd.read_csv(ROOT / "data" / entry["path"], dtype=str, keep_default_na=False)
    if times > 1:
        frame = frame.sample(n=times * len(frame), replace=True, random_state=0)
    for other in manifest["resources"]:
        target = folder / other["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        if other["name"] != table:
            target.symlink_to(ROOT / "data" / other["path"])
    path = folder / entry["path"]
    frame.to_csv(path, index=False, lineterminator="\n")
    with path.open("rb") as file:
        entry["hash"] = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    entry["bytes"], entry["rows"] = path.stat().st_size, len(frame)
    (folder / "datapackage.json").write_text(json.dumps(manifest), encoding="utf-8")
    return path


def run(times: list[int], engines: str | None) -> dict:
    """Cost at each length, and the engines on the longest."""
    from cyberdip_utils.sovereignty.switched_off import OUTCOMES, OUTCOMES_SINCE

    chapter = [",".join(OUTCOMES), str(OUTCOMES_SINCE)]
    rows, others = [], []
    for k in sorted(times):
        with tempfile.TemporaryDirectory() as name:
            path = longer(k, Path(name))
            environ = os.environ | {"CYBERDIP_DATA": name, "PYTHONPATH": str(ROOT), "CYBERDIP_STRICT": "1"}
            said = subprocess.run(
                [sys.executable, "-c", CHILD], env=environ, capture_output=True, text=True, check=True
            ).stdout
            row = json.loads(said) | {"times": k, "csv_mb": path.stat().st_size / 1e6}
            rows.append(row)
            if engines and k == max(times):
                for engine in ("duckdb", "dask"):
                    done = subprocess.run(
                        [engines, str(ROOT / "bench" / "engines.py"), engine, str(path), *chapter],
                        capture_output=True,
                        text=True,
                    )
                    if done.returncode:
                        raise SystemExit(f"{engine}: {done.stderr[-1500:]}")
                    got = json.loads(done.stdout.splitlines()[-1])
                    if got.pop("rows") != row["result"]:
                        raise SystemExit(f"{engine} does not give the sums that the chapter gives")
                    others.append({"engine": engine, "same": True, "groups": len(row["result"])} | got)
    for row in rows:
        row.pop("result")
    return {"rows": rows, "engines": others, "also": also(times)}


def also(times: list[int]) -> list[dict]:
    """Loading and the opening view of the other exhibits at each length; a view that refuses stops the run."""
    rows = []
    for table, exhibit in ALSO.items():
        for k in sorted(times):
            with tempfile.TemporaryDirectory() as name:
                longer(k, Path(name), table)
                environ = os.environ | {
                    "CYBERDIP_DATA": name,
                    "PYTHONPATH": str(ROOT),
                    "CYBERDIP_STRICT": "1",
                }
                said = subprocess.run(
                    [sys.executable, "-c", ALSO_CHILD, table, exhibit],
                    env=environ,
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
            row = json.loads(said) | {"times": k, "table": table, "exhibit": exhibit}
            if row["error"]:
                raise SystemExit(f"{exhibit}, {table} {k} times as long: {row['error']}")
            rows.append(row)
    return rows


def slope(rows: list[dict], key: str) -> float:
    """How many times the cost grows when the table is ten times as long, between the two longest."""
    a, b = rows[-2:]
    return (b[key] / a[key]) ** (1 / math.log10(b["times"] / a["times"]))


def plot(rows: list[dict]) -> str:
    """Cost against length on two logarithmic axes, as SVG."""
    width, height, left, top, bottom = 640, 360, 70, 20, 50
    right = 190
    xs = [math.log10(r["rows"]) for r in rows]
    series = [
        ("load", "load", "#0072B2", ""),
        ("sums", "sums", "#D55E00", "6 4"),
        ("picture", "picture", "#009E73", "2 3"),
    ]
    values = [max(r[k], 1e-4) for r in rows for k, *_ in series]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(v: float) -> float:
        return left + (v - xs[0]) / (xs[-1] - xs[0]) * (width - left - right)

    def y(v: float) -> float:
        return top + (high - math.log10(max(v, 1e-4))) / (high - low) * (height - top - bottom)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="system-ui, sans-serif" font-size="13">',
        "<title>CPU seconds to load, add up and draw, by number of rows</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for power in range(low, high + 1):
        here = y(10**power)
        out.append(f'<path d="M{left} {here:.1f}H{width - right}" stroke="#d5dae0"/>')
        out.append(
            f'<text x="{left - 8}" y="{here + 4:.1f}" text-anchor="end" fill="#1f2933">{10.0**power:g} s</text>'
        )
    for r, v in zip(rows, xs, strict=True):
        out.append(
            f'<text x="{x(v):.1f}" y="{height - bottom + 20}" text-anchor="middle" fill="#1f2933">{r["rows"]:,}</text>'
        )
    out.append(
        f'<text x="{(left + width - right) / 2}" y="{height - 10}" text-anchor="middle" fill="#1f2933">rows</text>'
    )
    ends = sorted((y(rows[-1][k]), k) for k, *_ in series)
    place, before = {}, -99.0
    for here, k in ends:  # labels at least a line apart
        before = max(here, before + 17)
        place[k] = before
    for key, _, colour, dash in series:
        way = " ".join(
            f"{'M' if i == 0 else 'L'}{x(v):.1f} {y(r[key]):.1f}"
            for i, (r, v) in enumerate(zip(rows, xs, strict=True))
        )
        out.append(
            f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dash}"/>'
        )
        out += [
            f'<circle cx="{x(v):.1f}" cy="{y(r[key]):.1f}" r="4" fill="{colour}"/>'
            for r, v in zip(rows, xs, strict=True)
        ]
        out.append(
            f'<text x="{width - right + 12}" y="{place[key] + 4:.1f}" fill="#1f2933">{STEPS[key]}</text>'
        )
    return "\n".join([*out, "</svg>"]) + "\n"


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--times", type=int, nargs="+", default=[1, 10, 100])
    ap.add_argument("--engines", help="a Python with dask[dataframe], distributed and duckdb")
    args = ap.parse_args()
    print(json.dumps(run(args.times, args.engines), indent=1))


if __name__ == "__main__":
    main()
