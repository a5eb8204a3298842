"""One aggregation of chapter 1.3 on Dask and on DuckDB, from the CSV file; run by bench/grow.py.

    PYTHON bench/engines.py dask|duckdb FILE.csv OUTCOMES SINCE

PYTHON is that of an environment with ``dask[dataframe] distributed duckdb``, which the handbook does not need. The
question is ``tally(removals("Google"), "asker")``: requests, items, judged and taken items by who asked. OUTCOMES (columns,
by commas) and SINCE (the year from which Google tells what became of every item) are the chapter's own. Prints JSON.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path


def peak() -> float:
    """Largest memory of this process so far, MB."""
    try:
        text = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(text.split("VmHWM:")[1].split()[0]) / 1000
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def on_dask(path: str, outcomes: list[str], since: int) -> tuple[list, float]:
    """On two worker processes of a local cluster; on several machines only the address of the scheduler differs."""
    import dask
    import dask.dataframe as dd
    from distributed import Client, LocalCluster

    dask.config.set({"distributed.worker.memory.terminate": False})
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        numbers = ["n", "items", *outcomes]
        frame = dd.read_csv(
            path,
            blocksize="32MB",
            usecols=["company", "year", "asker", *numbers],
            dtype={"company": "str", "year": "int64", "asker": "str", **dict.fromkeys(numbers, "float64")},
            keep_default_na=False,
            na_values=[""],
        )
        frame = frame[frame["company"] == "Google"]
        judged = frame[outcomes].sum(axis=1).where(frame["year"] >= since)
        taken = frame[["removed_law", "removed_rules"]].sum(axis=1).where(judged.notnull())
        sums = (
            frame.assign(judged=judged, taken=taken).groupby("asker")[["n", "items", "judged", "taken"]].sum()
        )
        done = sums.compute().sort_index()
        most = max([peak(), *client.run(peak).values()])
    return [[code, *map(float, row)] for code, row in zip(done.index, done.to_numpy(), strict=True)], most


def on_duckdb(path: str, outcomes: list[str], since: int) -> tuple[list, float]:
    """In one process, streaming over the file."""
    import duckdb

    six = " + ".join(f"coalesce({c}, 0)" for c in outcomes)
    query = f"""
        select asker, sum(n), coalesce(sum(items), 0),
               coalesce(sum(case when year >= {since} then {six} end), 0),
               coalesce(sum(case when year >= {since} then coalesce(removed_law, 0) + coalesce(removed_rules, 0) end), 0)
        from read_csv('{path}', header = true) where company = 'Google' and asker is not null
        group by asker order by asker"""
    rows = [[code, *map(float, row)] for code, *row in duckdb.connect().execute(query).fetchall()]
    return rows, peak()


def main() -> None:
    engine, path, outcomes, since = sys.argv[1:]
    start = time.perf_counter()
    rows, most = {"dask": on_dask, "duckdb": on_duckdb}[engine](path, outcomes.split(","), int(since))
    wall = time.perf_counter() - start
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        json.dumps(
            {
                "rows": rows,
                "wall": wall,
                "cpu": sum(u.ru_utime + u.ru_stime for u in used),
                "peak_mb": most,
                "version": importlib.import_module(engine).__version__,
            }
        )
    )


if __name__ == "__main__":
    main()
