"""The tables: ``load`` one, read ``about`` it, ``cite`` it, or list the ``catalog``."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache, wraps
from html import escape
from pathlib import Path

import pandas as pd

from cyberdip_utils.errors import quoted

_DTYPES = {"integer": "Int64", "year": "Int64", "number": "float64", "boolean": "boolean", "string": "str"}


_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "handbook_data"  # where a wheel puts the tables; a checkout has no such folder
_OWN = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "data"


class DataError(Exception):
    """A file in ``data/`` is missing or is not what the manifest says it is."""


def data_folder() -> Path:
    """The folder of the data package.

    Returns
    -------
    Path
        ``CYBERDIP_DATA`` if that environment variable is set (``~`` is your home folder), else ``data`` beside the
        package in a checkout, or the tables that an installed package brings.
    """
    given = os.environ.get("CYBERDIP_DATA")
    return Path(given).expanduser() if given else _OWN


def checkout_folder() -> Path | None:
    """The handbook's own folder, with its notebooks, or None where only the package is installed."""
    folder = data_folder()
    return None if folder == _INSTALLED else folder.parent


def remedy() -> str:
    """What a reader can do about a file of the data folder that is missing or damaged."""
    if os.environ.get("CYBERDIP_DATA"):
        return (
            "Restore it from the repository, or rebuild it with `make data`. The variable CYBERDIP_DATA names this "
            "folder: it should name the handbook's folder `data`, or be unset."
        )
    if data_folder() == _INSTALLED:
        return (
            "Install the package again, or let the variable CYBERDIP_DATA name the handbook's folder `data`."
        )
    return (
        "Restore it from the repository, or rebuild it with `make data`. If the handbook's folder `data` lies "
        "elsewhere, let the variable CYBERDIP_DATA name it."
    )


@dataclass(frozen=True)
class About:
    """What is known of one table; printing it shows the lot.

    ``citation`` and ``licence`` join what the table's sources say; ``grade`` is that of the source that is known least:
    original, copy checked or copy unchecked; ``fields`` is a frame with one row per column (name, type, unit,
    description).
    """

    name: str
    title: str
    description: str
    theme: str
    coverage: str
    as_of: str
    licence: str
    citation: str
    grade: str
    rows: int
    caveats: tuple[str, ...]
    dropped: tuple[str, ...]
    sources: tuple[dict, ...]
    fields: pd.DataFrame = field(repr=False, compare=False)

    @property
    def copies(self) -> str:
        """The copies in which its sources were read, or nothing where all were read at their publishers."""
        return "; ".join(dict.fromkeys(filter(None, map(read_in, self.sources))))

    def __str__(self) -> str:
        lines = [
            f"{self.name}: {self.title} ({self.rows:,} rows)",
            self.description,
            f"Coverage: {self.coverage}. As of {self.as_of}.",
            f"Licence: {self.licence}",
            f"Source: {self.citation}",
            *(line for s in self.sources for line in _read_lines(s)),
        ]
        lines += [f"Trap: {c}" for c in self.caveats] + [f"Left out: {c}" for c in self.dropped]
        lines += ["Columns:"]
        for row in self.fields.itertuples():
            unit = f" [{row.unit}]" if row.unit else ""
            lines.append(f"  {row.column} ({row.type}){unit}: {row.description}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rest = str(self).split("\n")
        body = "<br>".join(escape(x) for x in rest[: rest.index("Columns:")])
        return f"<p><b>{escape(head)}</b><br>{body}</p>{self.fields.to_html(index=False, escape=True)}"


GRADES = ("original", "copy checked", "copy unchecked")


def worst_grade(sources: Iterable[dict]) -> str:
    """The grade of a table: that of the source that is known least."""
    return max((s.get("grade", "original") for s in sources), key=GRADES.index, default="original")


def read_in(source: dict) -> str:
    """The copy in which a source was read, or nothing where it was read at its publisher."""
    copied = source.get("grade", "original") != "original"
    return f"read in a copy: {source['read']}" if copied else ""


def _read_lines(source: dict) -> list[str]:
    """Where a source was read and what that was checked against, for ``about``."""
    grade, checked = source.get("grade", "original"), source.get("checked", "")
    place = read_in(source) or (f"original: {source['read']}" if source.get("read") else "")
    lines = [f"{place[0].upper()}{place[1:]}."] if place else []
    return lines + ([f"{grade.capitalize()}: {checked}"] if checked else [])


_TEXTS = ("name", "path", "title", "description", "theme", "coverage", "as_of", "hash")
_PARTS = {"sources": ("citation", "bibtex"), "licenses": ("name", "title")}


def _entry_fault(entry: object) -> str:
    """What is missing from one entry of the manifest, or nothing."""
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        return "an entry without a name"
    name = entry["name"]
    for key in _TEXTS:
        if not isinstance(entry.get(key), str):
            return f"{name}: {key} is not text"
    place = Path(entry["path"])
    if "\0" in entry["path"] or place.is_absolute() or ".." in place.parts:
        return f"{name}: path {quoted(entry['path'])} leads out of the data folder"
    for key in ("bytes", "rows", "features"):
        if not isinstance(entry.get(key, 0), int) or (key == "bytes" and key not in entry):
            return f"{name}: {key} is not a whole number"
    for key in ("caveats", "dropped"):
        if not isinstance(entry.get(key), list) or not all(isinstance(x, str) for x in entry[key]):
            return f"{name}: {key} is not a list of texts"
    for key, inner in _PARTS.items():
        parts = entry.get(key)
        if not isinstance(parts, list) or not all(
            isinstance(x, dict) and all(isinstance(x.get(k), str) for k in inner) for x in parts
        ):
            return f"{name}: {key} is not as the handbook writes it"
    for s in entry["sources"]:
        if s.get("grade", "original") not in GRADES:
            return f"{name}: the grade {quoted(s['grade'])} is none of {', '.join(GRADES)}"
        if not all(isinstance(s.get(k, ""), str) for k in ("read", "checked")):
            return f"{name}: where a source was read is not text"
        if s.get("grade", "original") != "original" and not s.get("read"):
            return f"{name}: a source is a copy and does not say of what file"
    if not isinstance(entry.get("licences_note", ""), str):
        return f"{name}: licences_note is not text"
    return _schema_fault(name, entry["schema"]) if "schema" in entry else ""


def _schema_fault(name: str, schema: object) -> str:
    fields = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(fields, list):
        return f"{name}: the schema has no list of fields"
    for f in fields:
        if not isinstance(f, dict) or not all(
            isinstance(f.get(k), str) for k in ("name", "type", "description")
        ):
            return f"{name}: a field of the schema without name, type or description"
        if f["type"] != "date" and f["type"] not in _DTYPES:
            return f"{name}.{f['name']}: the type {quoted(f['type'])} is none of ours"
        limits = f.get("constraints", {})
        allowed = limits.get("enum", []) if isinstance(limits, dict) else None
        if not isinstance(allowed, list) or not all(isinstance(x, str) for x in allowed):
            return f"{name}.{f['name']}: the allowed values are not a list of texts"
        if len(set(allowed)) != len(allowed):
            return f"{name}.{f['name']}: an allowed value stands twice"
        if not isinstance(f.get("unit", ""), str):
            return f"{name}.{f['name']}: the unit is not text"
    names = [f["name"] for f in fields]
    return f"{name}: a column stands twice" if len(set(names)) != len(names) else ""


@lru_cache(maxsize=4)
def _manifest(folder: Path) -> dict[str, dict]:
    path = folder / "datapackage.json"
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        listed = package["resources"]
        if not isinstance(listed, list):
            raise TypeError("resources is not a list")
        for fault in filter(None, map(_entry_fault, listed)):
            raise ValueError(fault)
        return {r["name"]: r for r in listed}
    except FileNotFoundError:
        raise DataError(f"{path} is missing: the data folder is not whole. {remedy()}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as err:
        why = " ".join(str(err).split())[:200]
        raise DataError(f"{path} is not a readable manifest ({why}). {remedy()}") from err


def _entry(name: str) -> dict:
    manifest = _manifest(data_folder())
    if name in manifest:
        return manifest[name]
    near = difflib.get_close_matches(str(name), manifest, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else "catalog() lists them all."
    raise KeyError(f"no table {name!r} among {len(manifest)}; {hint}")


def table_entry(name: str) -> dict:
    """The manifest's entry of a table; do not change it. Raises ``KeyError`` for an unknown name and for geometry."""
    entry = _entry(name)
    if "schema" not in entry:
        raise KeyError(f"{name!r} is geometry, not a table; use shapes({name!r})")
    return entry


def table_bytes(name: str) -> bytes:
    """A table's file as it stands, checked against the manifest. Raises as :func:`load`."""
    return _content(table_entry(name))


def _content(entry: dict) -> bytes:
    path = data_folder() / entry["path"]
    advice = remedy()
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{path} is missing. {advice}") from None
    if len(content) != entry["bytes"]:
        raise DataError(
            f"{path} is damaged: {len(content):,} bytes, the manifest says {entry['bytes']:,}. {advice}"
        )
    got = "sha256:" + hashlib.sha256(content).hexdigest()
    if got != entry["hash"]:
        raise DataError(f"{path} is damaged: {got}, the manifest says {entry['hash']}. {advice}")
    return content


@cache
def _table(folder: Path, name: str) -> pd.DataFrame:
    import io

    entry = table_entry(name)
    dtypes, dates, codes = {}, [], {}
    for f in entry["schema"]["fields"]:
        allowed = f.get("constraints", {}).get("enum")
        if f["type"] == "date":
            dates.append(f["name"])
        elif allowed:
            codes[f["name"]] = dtypes[f["name"]] = pd.CategoricalDtype(
                allowed, f.get("categoriesOrdered", False)
            )
        else:
            dtypes[f["name"]] = _DTYPES[f["type"]]
    content = _content(entry)
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            dtype=dtypes,
            parse_dates=dates,
            date_format="%Y-%m-%d",
            keep_default_na=False,
            na_values=[""],
            true_values=["true"],
            false_values=["false"],
            low_memory=False,  # in one piece: quicker, and the types are given
        )
    except (ValueError, TypeError, OverflowError) as err:
        why = " ".join(str(err).split())[:200]
        raise DataError(f"{data_folder() / entry['path']} does not fit its schema: {why}") from err
    expected = [f["name"] for f in entry["schema"]["fields"]]
    if list(frame.columns) != expected:
        raise DataError(
            f"{entry['path']}: columns {quoted(list(frame.columns), 300)}, the manifest says {quoted(expected, 300)}"
        )
    for name in dates:  # pandas leaves a column as text where one date cannot be read
        if not pd.api.types.is_datetime64_any_dtype(frame[name]) and frame[name].notna().any():
            raise DataError(f"{data_folder() / entry['path']} does not fit its schema: {name} holds no dates")
    return frame


def cached(function: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Remember what a function of plain arguments returned, and hand out copies of the frame.

    A reader who changes a frame in a notebook changes a copy, and no exhibit.
    """
    remembered = cache(function)

    @wraps(function)
    def call(*args, **kwargs):
        return remembered(*args, **kwargs).copy()

    call.cache_clear = remembered.cache_clear
    return call


def load(name: str) -> pd.DataFrame:
    """One table, typed, as a copy that is yours to change.

    Parameters
    ----------
    name : str
        A name from :func:`catalog`.

    Returns
    -------
    pandas.DataFrame
        Dates as ``datetime64``, codes as categoricals, whole numbers as ``Int64``, yes/no as
        ``boolean``, empty cells as missing.

    Raises
    ------
    KeyError
        No such table; the nearest names are given.
    DataError
        The file is missing, damaged or does not fit its schema.
    """
    return _table(data_folder(), name).copy(deep=False)  # pandas copies on write


@cache
def _shapes(folder: Path, name: str) -> bytes:
    return _content(_entry(name))


def shapes_bytes(name: str) -> bytes:
    """A geometry file as GeoJSON bytes, checked against the manifest. Raises as :func:`load`."""
    return _shapes(data_folder(), name)


def shapes(name: str) -> dict:
    """A geometry file as a GeoJSON ``FeatureCollection``. Raises as :func:`load`."""
    return json.loads(shapes_bytes(name))


def about(name: str) -> About:
    """What a table is, where it is from, what it covers, and its traps.

    Raises
    ------
    KeyError
        No such table; the nearest names are given.
    """
    e = _entry(name)
    fields = pd.DataFrame(
        [
            {
                "column": f["name"],
                "type": f["type"],
                "unit": f.get("unit", ""),
                "description": f["description"],
            }
            for f in e.get("schema", {}).get("fields", [])
        ],
        columns=["column", "type", "unit", "description"],
    )
    licence = "; ".join(x["title"] for x in e["licenses"])
    return About(
        name=e["name"],
        title=e["title"],
        description=e["description"],
        theme=e["theme"],
        coverage=e["coverage"],
        as_of=e["as_of"],
        licence=e.get("licences_note", licence),
        citation=" ".join(s["citation"] for s in e["sources"]),
        grade=worst_grade(e["sources"]),
        rows=e.get("rows", e.get("features", 0)),
        caveats=tuple(e["caveats"]),
        dropped=tuple(e["dropped"]),
        sources=tuple(e["sources"]),
        fields=fields,
    )


# Types that BibTeX's own styles do not know; they print a warning and lose the entry's form.
_MISC = re.compile(r"^@(data|dataset|electronic|online|software)\{", re.IGNORECASE)
_FIELD = re.compile(r"(?:(?<=,)|(?<=\n))\s*(\w+)\s*=\s*(?=[{\"])")
_SPECIAL = re.compile(r"\\(?:url|href|path)\{[^}]*\}|\\.|[&%#$_]", re.DOTALL)


def latex_safe(entry: str) -> str:
    """A BibTeX entry that LaTeX and BibTeX's own styles can read.

    ``& % # $ _`` are escaped, except where they are already and in ``url`` and ``doi``; types such as ``@data`` and
    ``@online`` become ``@misc``.
    """

    def escaped(found: re.Match) -> str:
        return found[0] if found[0].startswith("\\") else f"\\{found[0]}"

    starts = [(m.start(), m[1].lower()) for m in _FIELD.finditer(entry)]
    if not starts:
        return entry
    parts = [_MISC.sub("@misc{", entry[: starts[0][0]])]
    for (start, name), (end, _) in zip(starts, [*starts[1:], (len(entry), "")], strict=True):
        text = entry[start:end]
        parts.append(text if name in ("url", "doi") else _SPECIAL.sub(escaped, text))
    return "".join(parts)


def _with_copy(source: dict) -> str:
    """The BibTeX entry of a source, with the copy it was read in as a note."""
    entry, copy = source["bibtex"].rstrip(), read_in(source)
    if not copy:
        return source["bibtex"]
    if found := re.search(r"^\s*note\s*=\s*\{.*(?=\},?$)", entry, re.MULTILINE):
        return f"{entry[: found.end()]}; {copy}{entry[found.end() :]}"
    return entry.removesuffix("}").rstrip().removesuffix(",") + f",\n  note = {{{copy}}}\n}}"


def cite(*names: str) -> str:
    """BibTeX entries for the sources of one table or of several, each entry once, ready for LaTeX.

    Parameters
    ----------
    *names : str
        Names from :func:`catalog`. An address may hold characters that LaTeX reads as commands: load the package ``url``
        or ``hyperref`` with a style that prints addresses, such as ``plainnat``.

    Raises
    ------
    TypeError
        No name is given.
    KeyError
        No such table; the nearest names are given.
    """
    if not names:
        raise TypeError('cite needs the name of a table, or of several: cite("incidents", "kev")')
    entries = (latex_safe(_with_copy(s)) for name in names for s in _entry(name)["sources"])
    return "\n\n".join(dict.fromkeys(entries))


_FREE = (  # licences that allow any use, with attribution where they ask for it
    "Apache-2.0",
    "BSD-2-Clause",
    "CC-BY-4.0",
    "CC0-1.0",
    "EU reuse (2011/833/EU)",
    "MITRE ATT&CK terms of use",
    "MIT",
    "OGL-UK-3.0",
    "public domain",
    "public domain (US)",
)
_TERMS = ("free", "non-commercial", "not stated")
_CLOSED = re.compile(r"\bNC\b|non-?commercial", re.IGNORECASE)


def terms_of(licences: Iterable[str]) -> str:
    """What the licences of a table's sources allow, by the one that allows least.

    Parameters
    ----------
    licences : iterable of str
        Codes as the manifest has them. ``A OR B`` leaves the choice: the one that allows more counts.

    Returns
    -------
    str
        ``free`` (any use, with attribution where the licence asks for it), ``non-commercial``, or ``not stated``: no
        terms were seen, or only terms that this function does not know.
    """

    def one(code: str) -> int:
        if code in _FREE:
            return 0
        return 1 if _CLOSED.search(code) else 2

    return _TERMS[max((min(map(one, code.split(" OR "))) for code in licences), default=2)]


def catalog(search: str = "") -> pd.DataFrame:
    """All tables, or those that mention every word of ``search`` in name, title, text or columns.

    Returns
    -------
    pandas.DataFrame
        Indexed by table name: theme, title, rows, coverage, as_of, read (original, copy checked, copy unchecked),
        licence, terms (free, non-commercial, not stated).
    """
    rows = []
    for e in _manifest(data_folder()).values():
        columns = [f["name"] for f in e.get("schema", {}).get("fields", [])]
        text = " ".join([e["name"], e["title"], e["description"], e["theme"], *columns]).lower()
        if all(word in text for word in search.lower().split()):
            rows.append(
                {
                    "table": e["name"],
                    "theme": e["theme"],
                    "title": e["title"],
                    "rows": e.get("rows", e.get("features", 0)),
                    "coverage": e["coverage"],
                    "as_of": e["as_of"],
                    "read": worst_grade(e["sources"]),
                    "licence": "; ".join(x["name"] for x in e["licenses"]),
                    "terms": terms_of(x["name"] for x in e["licenses"]),
                }
            )
    columns = ["table", "theme", "title", "rows", "coverage", "as_of", "read", "licence", "terms"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["theme", "table"]).set_index("table")
