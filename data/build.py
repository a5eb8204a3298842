"""Rebuild the tables from their raw files: ``python data/build.py [TABLE ...] [--raw DIR] [--check]``.

Runs every recipe in ``data/recipes``, checks each frame against its schema, and writes
``data/tables``, ``data/shapes``, ``data/datapackage.json`` and ``data/README.md``. Nothing in
``data`` changes until every frame has passed. The same raw files give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
for place in (str(HERE), str(HERE.parent)):
    if place not in sys.path:
        sys.path.insert(0, place)

import recipes
from recipes.contract import MissingRaw, Raw, RecipeError, Table, alike, as_text, check_foreign, write_all

from cyberdip_utils.data import GRADES, terms_of, worst_grade

THEMES = {
    "frame": "Countries and groups",
    "sovereignty": "Sovereignty",
    "norms": "Norms",
    "deterrence": "Deterrence",
    "data_flows": "Data flows",
}
SKIP = {"contract"}


def recipe_modules() -> list:
    """All recipe modules, by name; those that compute from finished tables last."""
    names = sorted(m.name for m in pkgutil.iter_modules(recipes.__path__))
    modules = [importlib.import_module(f"recipes.{n}") for n in names if n not in SKIP]
    modules = [m for m in modules if hasattr(m, "TABLES") or hasattr(m, "SHAPES")]
    return sorted(modules, key=lambda m: getattr(m, "FROM_TABLES", False))


def to_csv(frame: pd.DataFrame) -> bytes:
    """A text frame as CSV bytes: UTF-8, LF, quoted only where needed."""
    return frame.to_csv(index=False, lineterminator="\n").encode("utf-8")


def on_disk(table: Table) -> bytes:
    """A table as it stands. Raises ``RecipeError`` when it is not there."""
    path = HERE / "tables" / f"{table.name}.csv"
    if not path.is_file():
        raise RecipeError(f"data/tables/{table.name}.csv is not there yet; build it too")
    return path.read_bytes()


def _ahead(files: dict[str, bytes]) -> str:
    """Names of files that were made and are not yet what stands in ``data``."""
    differ = [p for p, c in files.items() if not (HERE / p).is_file() or (HERE / p).read_bytes() != c]
    return ", ".join(sorted(Path(p).stem for p in differ))


def _unless_alike(frame: pd.DataFrame, table: Table) -> bytes:
    """The frame as CSV; of a computed result the file that stands, where the two agree within the tolerance."""
    path = HERE / "tables" / f"{table.name}.csv"
    if table.tolerance and path.is_file():
        old = pd.read_csv(path, dtype=str, keep_default_na=False)
        if alike(frame, old, table):
            return path.read_bytes()
    return to_csv(frame)


def build(
    raw: Raw, only: set[str] | None = None
) -> tuple[dict[str, Table], dict[str, bytes], dict[str, dict]]:
    """Run the recipes.

    Parameters
    ----------
    raw : Raw
    only : set of str, optional
        Run just the recipes that make these tables or shapes; all else is taken as it stands in ``data``.

    Returns
    -------
    (tables, files, shapes)
        Schemas by table name, file contents by path below ``data``, and the descriptions of
        geometry files by name.

    Raises
    ------
    RecipeError
        As the recipes and their checks raise it, or an unknown name in ``only``.
    """
    tables: dict[str, Table] = {}
    frames: dict[str, pd.DataFrame] = {}
    files: dict[str, bytes] = {}
    shapes: dict[str, dict] = {}
    known: set[str] = set()
    for module in recipe_modules():
        mine = list(getattr(module, "TABLES", []))
        shaped = list(getattr(module, "SHAPES", []))
        names = {t.name for t in mine} | {s["name"] for s in shaped}
        if twice := names & known:
            raise RecipeError(f"two recipes make {', '.join(sorted(twice))}")
        known |= names
        run = only is None or bool(names & only)
        if run and getattr(module, "FROM_TABLES", False) and (ahead := _ahead(files)):
            print(
                f"kept as they stand: {', '.join(sorted(names))} ({ahead} changed; run again)",
                file=sys.stderr,
            )
            run = False
        try:
            made = module.build(raw) if mine and run else {}
            drawn = module.build_shapes(raw) if shaped and run else {}
        except MissingRaw as err:
            if only:
                raise
            print(f"kept as they stand: {', '.join(sorted(names))} ({err})", file=sys.stderr)
            run = False
        if run and set(made) != {t.name for t in mine}:
            raise RecipeError(
                f"{module.__name__}: made {sorted(made)}, promised {sorted(t.name for t in mine)}"
            )
        for table in mine:
            tables[table.name] = table
            path = f"tables/{table.name}.csv"
            if run:
                frames[table.name] = as_text(made[table.name], table)
                files[path] = _unless_alike(frames[table.name], table)
            else:
                files[path] = on_disk(table)
                frames[table.name] = pd.read_csv(HERE / path, dtype=str, keep_default_na=False)
        for shape in shaped:
            path = f"shapes/{shape['name']}.geojson"
            shapes[shape["name"]] = shape
            files[path] = drawn[shape["name"]] if run else (HERE / path).read_bytes()
    if only and (lost := only - known):
        raise RecipeError(f"no recipe makes {', '.join(sorted(lost))}")
    check_foreign(frames, tables.values())
    return tables, files, shapes


def descriptor(raw: Raw, tables: dict[str, Table], files: dict[str, bytes], shapes: dict[str, dict]) -> dict:
    """The manifest of the whole package as Frictionless Data Package writes it."""
    resources = []
    for name in sorted(tables):
        t = tables[name]
        content = files[f"tables/{name}.csv"]
        resources.append(
            _receipt(raw, name, f"tables/{name}.csv", content, t.title, t.description, t.theme, t.sources)
            | {
                "profile": "tabular-data-resource",
                "mediatype": "text/csv",
                "format": "csv",
                "coverage": t.coverage,
                "as_of": t.as_of,
                "caveats": list(t.caveats),
                "dropped": list(t.dropped),
                "rows": content.count(b"\n") - 1 if b'"' not in content else _rows(content),
                "schema": {
                    "fields": [f.descriptor() for f in t.fields],
                    "missingValues": [""],
                    "primaryKey": list(t.key),
                    "foreignKeys": [
                        {
                            "fields": list(a),
                            "reference": {"resource": b if b != name else "", "fields": list(c)},
                        }
                        for a, b, c in t.foreign
                    ],
                },
            }
            | ({"licences_note": t.licence} if t.licence else {})
            | ({"tolerance": t.tolerance} if t.tolerance else {})
        )
    for name in sorted(shapes):
        s, content = shapes[name], files[f"shapes/{name}.geojson"]
        resources.append(
            _receipt(
                raw,
                name,
                f"shapes/{name}.geojson",
                content,
                s["title"],
                s["description"],
                s["theme"],
                s["sources"],
            )
            | {
                "mediatype": "application/geo+json",
                "format": "geojson",
                "coverage": s["coverage"],
                "as_of": s["as_of"],
                "caveats": list(s["caveats"]),
                "dropped": list(s.get("dropped", [])),
                "features": len(json.loads(content)["features"]),
            }
        )
    return {
        "profile": "data-package",
        "name": "cyber-diplomacy-handbook",
        "title": "Data of the Cyber Diplomacy Handbook",
        "description": "Tables on cyber diplomacy, each with its source, licence, coverage and traps.",
        "version": "0.1.0",
        "resources": resources,
    }


def _rows(content: bytes) -> int:
    import csv
    import io

    return sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8"), newline=""))) - 1


def _receipt(raw, name, path, content, title, description, theme, sources) -> dict:
    entries = []
    for sid in sources:
        if sid not in raw.sources:
            raise RecipeError(f"{name}: no source {sid!r} in data/sources.toml")
        entries.append(raw.sources[sid])
        if fault := grade_fault(raw.sources[sid]):
            raise RecipeError(f"data/sources.toml, {sid}: {fault}")
    licences = {(e["licence"], e.get("licence_url", "")): e for e in entries}
    return {
        "name": name,
        "path": path,
        "title": title,
        "description": description,
        "theme": theme,
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "sources": [
            {
                "id": sid,
                "title": e["title"],
                "publisher": e["publisher"],
                "path": e["url"],
                "version": e["version"],
                "retrieved": e.get("retrieved", ""),
                "read": e.get("copy", ""),
                "grade": e["grade"],
                "checked": e.get("checked_against", ""),
                "citation": e["citation"],
                "bibtex": e["bibtex"].strip(),
            }
            for sid, e in zip(sources, entries, strict=True)
        ],
        "licenses": [
            {"name": code, "title": e.get("licence_note", code)} | ({"path": url} if url else {})
            for (code, url), e in licences.items()
        ],
    }


def grade_fault(source: dict) -> str:
    """What is missing from what a source says of the file that was read, or nothing."""
    if source.get("grade") not in GRADES:
        return f"grade is none of {', '.join(GRADES)}"
    lost = [k for k in ("copy", "checked_against") if not source.get(k)]
    if source["grade"] != "original" and lost:
        return f"a {source['grade']} needs {' and '.join(lost)}"
    return ""


def read_where(source: dict) -> list[str]:
    """Two lines of the page: the file that was read, and what it was checked against."""
    lines = []
    if source["read"]:
        place = "the publisher's own file" if source["grade"] == "original" else "a copy"
        lines.append(f"  - Read in {place}: {source['read']}.")
    if source["checked"]:
        lines.append(f"  - {source['grade'].capitalize()}. {source['checked']}")
    return lines


def elsewhere() -> list[str]:
    """The part of ``data/README.md`` on other tools."""
    from cyberdip_utils.take_home import lines

    return [
        "## In R, pandas and spreadsheets",
        "",
        "Every table is a CSV file in UTF-8 with its column names in the first line, and nothing before or after. Types, units,",
        "keys and allowed values are in `datapackage.json`, a Data Package (version 1). An empty cell is a missing value. With the",
        'package, `snippet("states", "R")` gives these lines for any table; without it, put another name for `states`. They look for the folder',
        "`data` from the folder that holds it.",
        "",
        *("```r", lines("states", "R", Path("data")), "```", ""),
        *("```python", lines("states", "pandas", Path("data")), "```", ""),
        "They need R 4.1 or newer with `jsonlite` and `readr`, or pandas. R's own `read.csv` takes Namibia's code, `NA` in",
        '`states.alpha2`, for a missing value unless it is told `na.strings = ""`, and drops the zeros that codes in',
        "`states.numeric` begin with. R's package `frictionless` should read `datapackage.json`; that is untried.",
        "",
        'For Excel and other spreadsheets, `save("incidents", "incidents.xlsx")` writes a workbook with the sheets data, columns and',
        "source, in which texts stay texts (a CSV file that a spreadsheet opens itself loses zeros, takes a name that begins with",
        "@ for a formula and may spoil accents). An ending `.parquet` gives Parquet, and `.csv` the file with its source beside.",
        "",
    ]


def readme(package: dict) -> str:
    """``data/README.md``: a table for each theme, then the traps of each table."""
    lines = [
        "# The data",
        "",
        "Made by `make data` from `datapackage.json`; edit the recipes, not this page.",
        'In Python: `from cyberdip_utils import load, about`, then `load("incidents")` and, for its traps,',
        '`about("incidents")`.',
        "",
        "The column `read` says in what file a table was read, by the source that is known least: *original* is the",
        "publisher's own file; *copy checked* is a file in somebody else's repository that agrees with some figures",
        "of the original, as far as the table's sources tell below; *copy unchecked* is such a file that was not compared",
        "with the original, or that differs from it.",
        "",
        "The column `terms` says what the licences allow, by the one that allows least: *free* is any use, with attribution where",
        "the licence asks for it; *non-commercial* is any other use than a commercial one, some on the condition that works made",
        "from the data carry the same licence; *not stated* means that no terms were seen: ask the publisher before you pass the",
        "table on.",
        "",
        *elsewhere(),
    ]
    for theme, title in THEMES.items():
        rows = [r for r in package["resources"] if r["theme"] == theme]
        if not rows:
            continue
        lines += [
            f"## {title}",
            "",
            "| table | what | rows | coverage | as of | read | terms | licence |",
            "|---|---|---:|---|---|---|---|---|",
        ]
        for r in rows:
            licence = "; ".join(x["name"] for x in r["licenses"])
            lines.append(
                f"| [`{r['name']}`]({r['path']}) | {r['title']} | {r.get('rows', r.get('features')):,} | {r['coverage']} "
                f"| {r['as_of']} | {worst_grade(r['sources'])} | {terms_of(x['name'] for x in r['licenses'])} "
                f"| {licence} |"
            )
        lines.append("")
        for r in rows:
            lines += [f"### `{r['name']}`", "", r["description"], ""]
            for s in r["sources"]:
                lines += [f"- Source: {s['citation']} Version: {s['version']}.", *read_where(s)]
            lines += [
                f"- Licence: {x['title']}" + (f" ({x['path']})" if x.get("path") else "")
                for x in r["licenses"]
            ]
            if r.get("licences_note"):
                lines.append(f"- Terms of this table: {r['licences_note']}")
            lines += [f"- Trap: {c}" for c in r["caveats"]]
            lines += [f"- Left out: {c}" for c in r["dropped"]]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def main(argv: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    ap = argparse.ArgumentParser(description="Rebuild the tables from their raw files.")
    ap.add_argument("tables", nargs="*", help="only these tables (all by default)")
    ap.add_argument("--raw", type=Path, default=os.environ.get("CYBERDIP_RAW"), help="folder of raw files")
    ap.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything would change")
    ap.add_argument("--offline", action="store_true", help="never download")
    args = ap.parse_args(argv)
    raw = Raw(folder=Path(args.raw) if args.raw else None, download=not args.offline)
    try:
        tables, files, shapes = build(raw, set(args.tables) or None)
        package = descriptor(raw, tables, files, shapes)
    except RecipeError as err:
        print(f"make data: {err}", file=sys.stderr)
        return 1
    files["datapackage.json"] = (json.dumps(package, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    files["README.md"] = readme(package).encode("utf-8")
    changed = [p for p, c in files.items() if not (HERE / p).is_file() or (HERE / p).read_bytes() != c]
    stale = [
        p.relative_to(HERE).as_posix()
        for folder in ("tables", "shapes")
        for p in sorted((HERE / folder).glob("*"))
        if p.is_file() and not p.name.startswith(".") and f"{folder}/{p.name}" not in files
    ]
    if args.check:
        for p in changed:
            print(f"differs: data/{p}")
        for p in stale:
            print(f"no recipe makes: data/{p}")
        print(f"{len(files) - len(changed)} files agree, {len(changed)} differ, {len(stale)} have no recipe")
        return 1 if changed or stale else 0
    try:
        write_all({HERE / p: files[p] for p in changed}, [HERE / p for p in stale])
    except OSError as err:
        why = err.strerror or err
        print(f"make data: could not write ({why}); everything in data is as it was", file=sys.stderr)
        return 1
    for p in changed:
        print(f"written: data/{p}")
    print(
        f"{len(files) - len(changed)} files unchanged, {len(changed)} written, {len(stale)} removed; "
        f"{len(tables)} tables"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
