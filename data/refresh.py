"""Look for newer raw data: ``python data/refresh.py TABLE [--apply]``.

Fetches the publisher's newest file for each raw file of the table's recipe that has a ``latest``
address in ``data/sources.toml``, builds into ``data/.build`` and prints what would change. Nothing
in ``data`` is replaced without ``--apply``; a download that is cut off, refused or of another shape
leaves everything as it was and says so.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
for place in (str(HERE), str(HERE.parent)):
    if place not in sys.path:
        sys.path.insert(0, place)

import build as builder  # noqa: E402
from recipes.contract import DATA, Raw, RecipeError, Table, as_text, write_bytes  # noqa: E402

TIMEOUT = 60  # seconds without a byte before a download is given up


def fetch(address: str, timeout: float = TIMEOUT) -> bytes:
    """The whole content of an address.

    Parameters
    ----------
    address : str
    timeout : float
        Seconds without an answer before giving up.

    Raises
    ------
    RecipeError
        Refused, not reached, or cut off before the announced length; the address is named.
    """
    try:
        with urllib.request.urlopen(address, timeout=timeout) as answer:
            content = answer.read()
            announced = answer.headers.get("Content-Length")
    except urllib.error.HTTPError as err:
        raise RecipeError(f"{address} answered {err.code}; nothing was changed") from err
    except (OSError, ValueError) as err:
        raise RecipeError(f"could not download {address} ({err}); nothing was changed") from err
    except Exception as err:  # http.client.IncompleteRead is not an OSError
        raise RecipeError(f"the download of {address} was cut off ({err}); nothing was changed") from err
    if announced and int(announced) != len(content):
        raise RecipeError(
            f"the download of {address} was cut off after {len(content):,} of {int(announced):,} bytes; "
            "nothing was changed"
        )
    if not content:
        raise RecipeError(f"{address} gave an empty file; nothing was changed")
    return content


@dataclass
class Newest(Raw):
    """Raw files in their newest edition: fetched once into a side folder, not checked by hash."""

    side: Path = DATA / ".build" / "raw"
    timeout: float = TIMEOUT
    fetched: dict[str, Path] = field(default_factory=dict)

    def path(self, key: str) -> Path:
        """Path of the newest file where ``latest`` is known, else of the pinned one."""
        entry = self.files.get(key, {})
        if not entry.get("latest"):
            return super().path(key)
        if key not in self.fetched:
            target = self.side / entry["path"]
            write_bytes(target, fetch(entry["latest"], self.timeout))
            self.fetched[key] = target
        return self.fetched[key]


def recipe_of(table: str):
    """The recipe module that makes a table, and its :class:`Table`.

    Raises
    ------
    RecipeError
        No recipe makes it.
    """
    for module in builder.recipe_modules():
        for t in getattr(module, "TABLES", []):
            if t.name == table:
                return module, t
    raise RecipeError(f"no recipe makes a table {table!r}")


def compare(old: pd.DataFrame, new: pd.DataFrame, table: Table) -> dict:
    """What differs between two editions of a table, both as text.

    Returns
    -------
    dict
        ``rows`` (old, new), ``added``, ``removed``, ``changed`` (lists of keys), and ``totals``: for each
        column of numbers the old and new sum.
    """
    key = list(table.key)
    a, b = old.set_index(key), new.set_index(key)
    both = a.index.intersection(b.index)
    differs = (a.loc[both].sort_index() != b.loc[both].sort_index()).any(axis=1)
    numbers = [f.name for f in table.fields if f.type in ("integer", "number") and f.name not in key]
    return {
        "rows": (len(old), len(new)),
        "added": list(b.index.difference(a.index)),
        "removed": list(a.index.difference(b.index)),
        "changed": list(differs[differs].index),
        "totals": {
            c: (float(pd.to_numeric(old[c]).sum()), float(pd.to_numeric(new[c]).sum())) for c in numbers
        },
    }


def report(table: str, diff: dict) -> str:
    """The comparison in words."""
    lines = [f"{table}: {diff['rows'][0]:,} rows now, {diff['rows'][1]:,} in the newest edition"]
    for what in ("added", "removed", "changed"):
        keys = diff[what]
        shown = ", ".join(str(k) for k in keys[:5]) + (", …" if len(keys) > 5 else "")
        lines.append(f"  {what}: {len(keys):,}" + (f" ({shown})" if keys else ""))
    for column, (was, now) in diff["totals"].items():
        if was != now:
            lines.append(f"  sum of {column}: {was:,.6g} -> {now:,.6g}")
    return "\n".join(lines)


def apply(fresh: Newest, table: str, run=builder.main) -> int:
    """Pin the fetched files and rebuild the table; on any failure everything is put back.

    Each fetched file is kept in ``data/raw`` and its new sha256 and the day go into ``sources.toml``.
    Returns the exit code of the build.
    """
    listing = DATA / "sources.toml"
    before = listing.read_bytes()
    saved: dict[Path, bytes | None] = {}
    text = before.decode("utf-8")
    try:
        for key, path in fresh.fetched.items():
            entry = fresh.files[key]
            content = path.read_bytes()
            home = DATA / "raw" / entry["path"]
            saved[home] = home.read_bytes() if home.is_file() else None
            write_bytes(home, content)
            digest = hashlib.sha256(content).hexdigest()
            text = text.replace(f'sha256 = "{entry["sha256"]}"', f'sha256 = "{digest}"')
            if entry.get("address"):
                old = f'address = "{entry["address"]}"'
                text = text.replace(old, f'fetched = "{datetime.now(UTC):%Y-%m-%d} from {entry["latest"]}"')
        write_bytes(listing, text.encode("utf-8"))
        code = run([table] + (["--raw", str(fresh.folder)] if fresh.folder else []))
    except BaseException:
        _put_back(saved, listing, before)
        raise
    if code:
        _put_back(saved, listing, before)
    return code


def _put_back(saved: dict[Path, bytes | None], listing: Path, before: bytes) -> None:
    """What was there before; a file that is still the same is not written, because the disk may be full."""
    for place, content in {listing: before, **saved}.items():
        if content is None:
            place.unlink(missing_ok=True)
        elif not place.is_file() or place.read_bytes() != content:
            write_bytes(place, content)


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    ap = argparse.ArgumentParser(description="Look for a newer edition of a table's raw data.")
    ap.add_argument("table")
    ap.add_argument(
        "--apply", action="store_true", help="replace the table when the new edition passes its checks"
    )
    ap.add_argument(
        "--raw", type=Path, default=os.environ.get("CYBERDIP_RAW"), help="folder of pinned raw files"
    )
    ap.add_argument(
        "--timeout", type=float, default=TIMEOUT, help="seconds without an answer before giving up"
    )
    args = ap.parse_args(argv)
    fresh = Newest(folder=Path(args.raw) if args.raw else None, timeout=args.timeout)
    try:
        return _refresh(args, fresh)
    except OSError as err:
        print(
            f"data-refresh: could not write ({err.strerror or err}); everything in data is as it was",
            file=sys.stderr,
        )
        return 1
    finally:
        shutil.rmtree(fresh.side.parent, ignore_errors=True)


def _refresh(args: argparse.Namespace, fresh: Newest) -> int:
    try:
        module, table = recipe_of(args.table)
        made = module.build(fresh)
        if not fresh.fetched:
            print(f"{args.table}: no newest address is known for its raw files; nothing to compare")
            return 1
        new = as_text(made[table.name], table)
        current = DATA / "tables" / f"{table.name}.csv"
        old = pd.read_csv(current, dtype=str, keep_default_na=False)
        print(report(table.name, compare(old, new, table)))
    except RecipeError as err:
        print(f"data-refresh: {err}", file=sys.stderr)
        return 1
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as err:
        print(
            f"data-refresh: the newest file for {args.table!r} has another shape than its recipe expects "
            f"({type(err).__name__}: {err}); nothing was changed",
            file=sys.stderr,
        )
        return 1
    if not args.apply:
        print("Nothing was replaced. Run again with --apply to take the new edition.")
        return 0
    return apply(fresh, table.name)


if __name__ == "__main__":
    sys.exit(main())
