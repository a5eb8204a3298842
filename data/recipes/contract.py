"""What a recipe promises: tables with a schema, made from raw files that are named and checked.

A recipe is a module in this folder with two names:

``TABLES``
    a list of :class:`Table`, one for each table it makes;
``build(raw)``
    a function that takes a :class:`Raw` and returns ``{table name: DataFrame}``.

``data/build.py`` runs the recipes, checks every frame against its schema and writes
``data/tables/*.csv``, ``data/datapackage.json`` and ``data/README.md``.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field as _field
from functools import cached_property
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[1]
CURATED = DATA / "curated"
SEEN_IN = (
    "Kind of source, by the host of its address (official page, archive, press or secondary), when it was read, and "
    "what more was seen."
)
TYPES = ("string", "integer", "number", "boolean", "date", "year")


class RecipeError(Exception):
    """A raw file is missing or changed, or a frame breaks its schema."""


class MissingRaw(RecipeError):
    """A raw file is not here and cannot be downloaded in the same bytes."""


@dataclass(frozen=True)
class Field:
    """One column.

    Parameters
    ----------
    name, type, description
        Column name, Table Schema type (one of ``TYPES``) and what it holds, in one sentence.
    unit : str
        Unit of a measure ("km", "million USD", "0-100"), empty for codes, names and counts.
    enum : tuple of str
        The allowed values of a code, in the order in which they should be shown.
    ordered : bool
        The order of ``enum`` is a ranking.
    required : bool
        The column is never empty.
    """

    name: str
    type: str
    description: str
    unit: str = ""
    enum: tuple[str, ...] = ()
    ordered: bool = False
    required: bool = False

    def descriptor(self) -> dict:
        """The field as Frictionless Table Schema writes it."""
        out: dict = {"name": self.name, "type": self.type, "description": self.description}
        if self.unit:
            out["unit"] = self.unit
        limits: dict = {}
        if self.required:
            limits["required"] = True
        if self.enum:
            limits["enum"] = list(self.enum)
        if limits:
            out["constraints"] = limits
        if self.ordered:
            out["categoriesOrdered"] = True
        return out


def field(name: str, type: str, description: str, **more) -> Field:
    """Make a :class:`Field`; see there."""
    if type not in TYPES:
        raise RecipeError(f"field {name}: type {type!r} is not one of {', '.join(TYPES)}")
    if "enum" in more:
        more["enum"] = tuple(more["enum"])
    return Field(name, type, description, **more)


@dataclass(frozen=True)
class Table:
    """One table and everything a reader must know of it.

    Parameters
    ----------
    name, title, description, theme
        ``theme`` is one of frame, sovereignty, norms, deterrence, data_flows.
    sources : tuple of str
        Ids in ``data/sources.toml``; their licences and citations travel with the table.
    fields : tuple of Field
    key : tuple of str
        Columns that together name one row.
    foreign : tuple of (columns, table, columns)
        Each value (where not empty) must be in the other table.
    coverage : str
        What the rows cover, in words ("2000-01-01 to 2024-12-19, worldwide").
    as_of : str
        Date of the copy, ISO 8601 (may be a year or a month).
    caveats : tuple of str
        Traps, one sentence each.
    dropped : tuple of str
        What was left out of the raw file, counted, with the reason.
    licence : str
        Overrides the sources' licence where the table's own terms differ.
    tolerance : float
        Above 0 for computed results: a rebuilt table whose texts are the same and whose numbers differ by no more than
        this share (or, near 0, by no more than this amount) counts as unchanged, because last digits differ between processors.
    """

    name: str
    title: str
    description: str
    theme: str
    sources: tuple[str, ...]
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    coverage: str
    as_of: str
    caveats: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    foreign: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = ()
    licence: str = ""
    tolerance: float = 0.0

    @property
    def columns(self) -> list[str]:
        """Column names in order."""
        return [f.name for f in self.fields]


@dataclass
class Raw:
    """Finds raw files by key: a given folder first, then ``data/raw``, then the pinned address.

    Every file is checked against the sha256 in ``data/sources.toml`` before it is used.
    """

    folder: Path | None = None
    download: bool = True
    cache: Path = _field(default_factory=lambda: DATA.parent / ".cache" / "raw")

    @cached_property
    def sources(self) -> dict:
        """``data/sources.toml``, parsed."""
        return tomllib.loads((DATA / "sources.toml").read_text(encoding="utf-8"))

    @cached_property
    def files(self) -> dict[str, dict]:
        """Every raw file by its key."""
        return {f["key"]: f | {"source": sid} for sid, s in self.sources.items() for f in s.get("files", [])}

    def path(self, key: str) -> Path:
        """Path of a raw file whose contents have been checked.

        Raises
        ------
        RecipeError
            No such key, file not found anywhere, or its sha256 differs.
        """
        if key not in self.files:
            raise RecipeError(f"no raw file {key!r} in data/sources.toml")
        entry = self.files[key]
        tried = []
        for base in [self.folder, DATA / "raw"]:
            if base is None:
                continue
            path = base / entry["path"]
            tried.append(str(path))
            if path.is_file():
                return self._checked(path, entry)
        if entry.get("address") and self.download:
            return self._fetch(entry)
        why = (
            "it has no public address with the same bytes" if not entry.get("address") else "download is off"
        )
        raise MissingRaw(
            f"raw file {key!r} ({entry['path']}) not found; looked in {', '.join(tried)}; {why}. "
            "Give the folder of raw files with --raw or CYBERDIP_RAW."
        )

    def _checked(self, path: Path, entry: dict) -> Path:
        got = hashlib.sha256(path.read_bytes()).hexdigest()
        if got != entry["sha256"]:
            raise RecipeError(
                f"{path} is not the file the recipe was written for: sha256 {got}, expected {entry['sha256']}"
            )
        return path

    def _fetch(self, entry: dict) -> Path:
        import pooch

        try:
            got = pooch.retrieve(
                entry["address"], known_hash=f"sha256:{entry['sha256']}", path=self.cache, fname=entry["key"]
            )
        except ValueError as err:
            raise RecipeError(f"{entry['address']} no longer gives the expected file ({err})") from err
        except OSError as err:
            raise RecipeError(
                f"could not download {entry['address']} ({type(err).__name__}: is there a network?); "
                "nothing was changed. A folder of raw files can be given with --raw or CYBERDIP_RAW."
            ) from err
        return Path(got)

    def csv(self, key: str, **options) -> pd.DataFrame:
        """A raw CSV as text: nothing is guessed, an empty cell is "" and "NA" stays "NA"."""
        path = self.path(key)
        packed = "gzip" if path.read_bytes()[:2] == b"\x1f\x8b" else None
        return pd.read_csv(path, dtype=str, keep_default_na=False, compression=packed, **options)


def curated(name: str) -> pd.DataFrame:
    """A hand-compiled input from ``data/curated`` as text."""
    return pd.read_csv(CURATED / f"{name}.csv", dtype=str, keep_default_na=False)


def as_text(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A frame as the text that goes into the CSV, in schema order, sorted by its key.

    Raises
    ------
    RecipeError
        A column is missing or left over, the key is empty or repeated, a value is not of
        its type or not among the allowed ones.
    """
    frame = frame.reset_index(drop=True)  # exploded and joined frames repeat their index
    missing, extra = set(table.columns) - set(frame.columns), set(frame.columns) - set(table.columns)
    if missing or extra:
        raise RecipeError(f"{table.name}: missing columns {sorted(missing)}, unknown columns {sorted(extra)}")
    out = pd.DataFrame({f.name: _column(frame[f.name], f, table.name) for f in table.fields})
    keys = out[list(table.key)]
    if (keys == "").any(axis=None):
        raise RecipeError(f"{table.name}: {int((keys == '').any(axis=1).sum())} rows with an empty key")
    if keys.duplicated().any():
        example = keys[keys.duplicated()].iloc[0].to_dict()
        raise RecipeError(f"{table.name}: {int(keys.duplicated().sum())} repeated keys, e.g. {example}")
    order = pd.DataFrame(
        {
            c: pd.to_numeric(out[c])
            if next(f for f in table.fields if f.name == c).type in ("integer", "year")
            else out[c]
            for c in table.key
        }
    )
    return out.loc[order.sort_values(list(table.key), kind="stable").index].reset_index(drop=True)


def _column(values: pd.Series, f: Field, table: str) -> pd.Series:
    where = f"{table}.{f.name}"
    empty = values.isna() | (values.astype(str) == "")
    text = pd.Series("", index=values.index, dtype=object)
    full = values[~empty]
    try:
        if f.type in ("integer", "year"):
            numbers = pd.to_numeric(full)
            if (numbers % 1 != 0).any():
                raise ValueError("not whole numbers")
            text[~empty] = numbers.astype("int64").astype(str)
        elif f.type == "number":
            numbers = [float(v) for v in full]
            text[~empty] = [repr(int(v)) if v.is_integer() else repr(v) for v in numbers]
        elif f.type == "boolean":
            known = {"true": "true", "false": "false"}
            text[~empty] = [known[str(v).lower()] for v in full]
        elif f.type == "date":
            text[~empty] = pd.to_datetime(full, format="%Y-%m-%d").dt.strftime("%Y-%m-%d")
        else:
            text[~empty] = full.astype(str).str.strip()
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        raise RecipeError(f"{where}: not {f.type}: {err}") from err
    if f.required and (text == "").any():
        raise RecipeError(f"{where}: {int((text == '').sum())} empty values in a required column")
    if f.enum:
        strange = sorted(set(text) - set(f.enum) - {""})
        if strange:
            raise RecipeError(f"{where}: values not in the list: {strange[:8]}")
    return text


def alike(one: pd.DataFrame, other: pd.DataFrame, table: Table) -> bool:
    """Are two text frames of a table the same within its tolerance? Texts, whole numbers and rows must be equal."""
    if list(one.columns) != list(other.columns) or len(one) != len(other):
        return False
    for f in table.fields:
        a, b = one[f.name], other[f.name]
        if f.type != "number" or not table.tolerance:
            if list(a) != list(b):
                return False
            continue
        a, b = pd.to_numeric(a), pd.to_numeric(b)  # an empty cell is NaN
        if not (a.isna() == b.isna()).all():
            return False
        reach = table.tolerance * b.abs().clip(lower=1.0)
        if ((a - b).abs() > reach).any():
            return False
    return True


def check_foreign(frames: dict[str, pd.DataFrame], tables: Iterable[Table]) -> None:
    """Every foreign key resolves.

    Raises
    ------
    RecipeError
        Names the table, the columns and the first values that point nowhere.
    """
    for table in tables:
        for columns, other, theirs in table.foreign:
            if other not in frames:
                raise RecipeError(f"{table.name}: refers to a table {other!r} that is not there")
            mine = set(frames[table.name][list(columns)].itertuples(index=False, name=None))
            known = set(frames[other][list(theirs)].itertuples(index=False, name=None))
            lost = sorted(v for v in mine - known if any(v))
            if lost:
                raise RecipeError(
                    f"{table.name}: {list(columns)} not in {other}: {lost[:8]} ({len(lost)} in all)"
                )


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: to a temporary name first, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_all(files: dict[Path, bytes], gone: Iterable[Path] = ()) -> None:
    """Write several files and take others away, all or none: when the disk is full, everything is as it was.

    Every new content is written beside its place first, which is where a disk runs out; only then is anything renamed.

    Raises
    ------
    OSError
        Nothing was changed; what had been renamed by then is put back.
    """
    parts = {path: path.with_name(f".{path.name}.part") for path in files}
    old = {path: path.with_name(f".{path.name}.old") for path in [*files, *gone]}
    moved, placed = [], []
    try:
        for path, part in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(files[path])
        for path, kept in old.items():
            if path.is_file():
                path.replace(kept)
                moved.append(path)
            if path in parts:
                parts[path].replace(path)
                placed.append(path)
    except BaseException:
        for path in placed:
            if path not in moved:
                path.unlink(missing_ok=True)
        for path in moved:
            old[path].replace(path)
        for part in parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise
    for path in moved:
        with suppress(OSError):  # all is written; a leftover is hidden and does no harm
            old[path].unlink(missing_ok=True)
