"""Tables for other tools: lines that read one in R or pandas, an Excel workbook, Parquet, CSV with its source beside."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from cyberdip_utils import data

LANGUAGES = ("R", "pandas")
_EXCEL_BEGINS = 1900  # Excel has no dates before that year

_R = """\
library(jsonlite); library(readr)
entry <- Find(\\(r) r$name == "{name}", fromJSON("{folder}/datapackage.json", simplifyVector = FALSE)$resources)
kinds <- c(string = "c", number = "d", integer = "d", year = "d", boolean = "l", date = "D")
kinds <- paste(kinds[vapply(entry$schema$fields, \\(f) f$type, "")], collapse = "")
{name} <- read_csv(file.path("{folder}", entry$path), col_types = kinds, na = "")"""

_PANDAS = """\
import json, pandas as pd
package = json.load(open("{folder}/datapackage.json", encoding="utf-8"))
entry = next(r for r in package["resources"] if r["name"] == "{name}")
texts, days = ([f["name"] for f in entry["schema"]["fields"] if f["type"] == kind] for kind in ("string", "date"))
{name} = pd.read_csv("{folder}/" + entry["path"], dtype=dict.fromkeys(texts, str), parse_dates=days, keep_default_na=False, na_values=[""])"""


_LINES = {"r": _R, "pandas": _PANDAS}


def snippet(name: str, language: str = "pandas", folder: str | Path | None = None) -> str:
    """Five lines that read a table without this package: types as in the manifest, empty cells missing, "NA" as text.

    In R they need the packages ``jsonlite`` and ``readr`` (R 4.1 or newer), in Python pandas alone. R's own ``read.csv``
    and readr without ``na = ""`` take Namibia's code, NA, for a missing value.

    Parameters
    ----------
    name : str
        A name from :func:`cyberdip_utils.catalog`.
    language : str
        "R" or "pandas".
    folder : str or Path, optional
        Where the lines look for the data; the handbook's folder ``data`` on this machine if not given.

    Raises
    ------
    KeyError
        No such table, or it is geometry.
    ValueError
        Another language.
    """
    if str(language).lower() not in _LINES:
        raise ValueError(f"language: {language!r} is not one of {', '.join(LANGUAGES)}")
    data.table_entry(name)
    return lines(name, language, data.data_folder() if folder is None else Path(folder))


def lines(name: str, language: str, folder: Path) -> str:
    """:func:`snippet` without a look at the manifest."""
    place = folder.as_posix().replace("\\", "\\\\").replace('"', '\\"')
    return _LINES[language.lower()].format(name=name, folder=place)


def save(name: str, path: str | Path) -> Path:
    """Write a table to a file of your own; the ending says which kind.

    ``.xlsx``
        A workbook with the sheets *data* (texts stay texts: nothing becomes a date or a formula), *columns* and *source*.
        Needs the package ``openpyxl``.
    ``.parquet``
        Types and codes as :func:`cyberdip_utils.load` gives them. Needs the package ``pyarrow``.
    ``.csv``
        The handbook's file as it is, and beside it ``NAME.source.txt`` with what the table is and how to cite it.

    Parameters
    ----------
    name : str
        A name from :func:`cyberdip_utils.catalog`.
    path : str or Path
        The file to write; ``~`` is your home folder. A file that is there is replaced, once the new one is whole.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    KeyError
        No such table, or it is geometry.
    ValueError
        Another ending.
    ImportError
        The package that writes this kind is not installed; the sentence says which.
    OSError
        It cannot be written; an old file stands.
    """
    writers = {".xlsx": _workbook, ".parquet": _parquet, ".csv": _csv}
    path = Path(path).expanduser()
    if path.suffix.lower() not in writers:
        raise ValueError(f"path: {path.name!r} should end in one of {', '.join(writers)}")
    data.table_entry(name)
    writers[path.suffix.lower()](name, path)
    return path


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a file beside the place, then put it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _needs(package: str, what: str) -> None:
    try:
        importlib.import_module(package)
    except ImportError:
        raise ImportError(
            f"{what} needs the package {package}: pip install {package}", name=package
        ) from None


def _csv(name: str, path: Path) -> None:
    content = data.table_bytes(name)
    beside = f"{data.about(name)}\n\nBibTeX\n\n{data.cite(name)}\n"
    _replace(path.with_suffix(".source.txt"), lambda part: part.write_text(beside, encoding="utf-8"))
    _replace(path, lambda part: part.write_bytes(content))


def _parquet(name: str, path: Path) -> None:
    _needs("pyarrow", "Parquet")
    frame, known = data.load(name), data.about(name)
    frame.attrs = {"citation": known.citation, "licence": known.licence, "as_of": known.as_of}
    _replace(path, lambda part: frame.to_parquet(part, index=False))


def _workbook(name: str, path: Path) -> None:
    _needs("openpyxl", "An Excel workbook")
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in (("data", _data(name)), ("columns", _columns(name)), ("source", _source(name))):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2" if title != "source" else None
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    _replace(path, book.save)


def _cell(sheet, value):
    """What openpyxl writes: a text that begins with "=" stays a text, a day looks like one, missing is empty."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str) and value.startswith("="):
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        return cell
    if isinstance(value, pd.Timestamp):
        if value.year < _EXCEL_BEGINS:
            return value.date().isoformat()
        cell = WriteOnlyCell(sheet, value.date())
        cell.number_format = "yyyy-mm-dd"
        return cell
    return value


def _data(name: str) -> Iterator[list]:
    frame = data.load(name)
    yield list(frame.columns)
    plain = frame.astype(object)
    yield from plain.where(frame.notna(), None).to_numpy().tolist()


def _columns(name: str) -> Iterator[list]:
    yield ["column", "type", "unit", "meaning", "allowed values"]
    for f in data.table_entry(name)["schema"]["fields"]:
        allowed = f.get("constraints", {}).get("enum", [])
        yield [f["name"], f["type"], f.get("unit", ""), f["description"], "; ".join(allowed)]


def _source(name: str) -> Iterator[list]:
    known = data.about(name)
    yield ["table", f"{known.name}: {known.title}"]
    yield ["what", known.description]
    yield ["coverage", known.coverage]
    yield ["as of", known.as_of]
    yield ["rows", known.rows]
    yield ["licence", known.licence]
    for s in known.sources:
        yield ["source", f"{s['citation']} Version: {s.get('version', '')}."]
        if copy := data.read_in(s):
            yield ["read in", copy]
        if s.get("checked"):
            yield ["checked", s["checked"]]
    yield from (["trap", text] for text in known.caveats)
    yield from (["left out", text] for text in known.dropped)
    yield ["BibTeX", data.cite(name)]
