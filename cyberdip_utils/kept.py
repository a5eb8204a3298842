"""Opening states and expensive results, kept on disk between sessions in ``data/kept``.

A file there holds, for one module, the first state of each of its exhibits and what its slow functions (those marked
``@result``) returned for the arguments that openings and findings use. It is made by ``make kept``. Before anything is
taken from it, the code it came from, the manifest of the tables and the versions of the libraries are hashed: if
anything differs, it is left alone and everything is computed as if it were not there. ``CYBERDIP_STRICT=1``, which
all tests set, leaves it alone too; ``tests/test_kept.py`` computes every entry anew and compares.

Why: docs/decisions/0002.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import re
from collections.abc import Callable, Iterable
from functools import cache, wraps
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

PACKAGE = Path(__file__).resolve().parent
LIBRARIES = ("numpy", "pandas", "plotly", "scipy")
_PLAIN = (str, int, float, bool, type(None))
#: While the files are made: (module, call) of every slow function that ran, and what it returned.
recorder: dict[tuple[str, str], Any] | None = None


def strict() -> bool:
    """Whether everything must be computed."""
    return os.environ.get("CYBERDIP_STRICT") == "1"


def folder() -> Path:
    """Where the files lie: beside the tables they came from."""
    from cyberdip_utils.data import data_folder

    return data_folder() / "kept"


def path_of(module: str) -> Path:
    """The file of a module of the package."""
    return folder() / f"{module.removeprefix('cyberdip_utils.')}.json"


# ---------------------------------------------------------------- freshness


def _text_hash(path: Path) -> bytes:
    """Hash of a text file, whatever line endings git wrote."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).digest()


@cache
def _libraries() -> str:
    from importlib.metadata import distribution

    # importlib's own `version` reads the whole of a library's description as an e-mail
    read = {name: distribution(name).read_text("METADATA") or "" for name in LIBRARIES}
    return " ".join(f"{name} {re.search(r'(?m)^Version: (.+)$', text)[1]}" for name, text in read.items())


def key(files: Iterable[str]) -> str:
    """Hash of these files (relative to the package), of the tables' manifest and of the libraries' versions."""
    whole = hashlib.sha256(_libraries().encode())
    for name in files:
        whole.update(name.encode())
        path = PACKAGE / name
        whole.update(_text_hash(path) if path.is_file() else b"none")
    whole.update(_text_hash(folder().parent / "datapackage.json"))
    return whole.hexdigest()


@cache
def _opened(path: Path) -> dict:
    try:
        content = json.loads(path.read_bytes())
        fresh = content["key"] == key(content["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return content if fresh else {}


def _content(module: str) -> dict:
    """What is kept for a module; empty when there is nothing or it is stale."""
    return {} if strict() or recorder is not None else _opened(path_of(module))


# ---------------------------------------------------------------- values as JSON and back


def encode(value: Any) -> Any:
    """A value as JSON can carry it; ``TypeError`` for a kind that would not come back the same."""
    if isinstance(value, np.generic):
        return {"is": "scalar", "dtype": str(value.dtype), "value": encode(value.item())}
    if isinstance(value, float) and not np.isfinite(value):
        return {"is": "float", "value": repr(value)}
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, (tuple, list)):
        return {"is": type(value).__name__, "items": [encode(v) for v in value]}
    if isinstance(value, dict):
        return {"is": "dict", "items": [[encode(k), encode(v)] for k, v in value.items()]}
    if isinstance(value, np.ndarray) and value.dtype.kind in "fib":
        return {
            "is": "array",
            "dtype": str(value.dtype),
            "shape": list(value.shape),
            "items": [encode(v) for v in value.ravel().tolist()],
        }
    if isinstance(value, (pd.Index, pd.Series)) and not isinstance(value, pd.MultiIndex):
        if value.dtype.kind not in "fibO" or isinstance(value.dtype, pd.CategoricalDtype):
            raise TypeError(f"a column of {value.dtype} is not kept")
        items = (
            value.astype(object).where(value.notna(), None).tolist() if _is_text(value) else value.tolist()
        )
        made = {"dtype": str(value.dtype), "items": [encode(v) for v in items], "name": encode(value.name)}
        if isinstance(value, pd.RangeIndex):
            made = {"range": [value.start, value.stop, value.step], "name": encode(value.name)}
        if isinstance(value, pd.Series):
            return {"is": "series", **made, "index": encode(value.index), "attrs": encode(value.attrs)}
        return {"is": "index", **made}
    if isinstance(value, pd.DataFrame):
        return {
            "is": "frame",
            "columns": encode(value.columns),
            "index": encode(value.index),
            "parts": [encode(value.iloc[:, i].reset_index(drop=True)) for i in range(value.shape[1])],
            "attrs": encode(value.attrs),
        }
    raise TypeError(f"{type(value).__name__} is not kept")


def _is_text(value: pd.Index | pd.Series) -> bool:
    return isinstance(value.dtype, pd.StringDtype)


def decode(made: Any) -> Any:
    """The value that :func:`encode` was given."""
    if not isinstance(made, dict):
        return made
    kind = made["is"]
    if kind == "float":
        return float(made["value"])
    if kind == "scalar":
        return np.dtype(made["dtype"]).type(decode(made["value"]))
    if kind in ("tuple", "list"):
        return {"tuple": tuple, "list": list}[kind](decode(v) for v in made["items"])
    if kind == "dict":
        return {decode(k): decode(v) for k, v in made["items"]}
    if kind == "array":
        return np.array([decode(v) for v in made["items"]], dtype=made["dtype"]).reshape(made["shape"])
    if kind in ("index", "series"):
        name = decode(made["name"])
        if "range" in made:
            return pd.RangeIndex(*made["range"], name=name)
        items = [decode(v) for v in made["items"]]
        if kind == "index":
            return pd.Index(items, dtype=made["dtype"], name=name)
        out = pd.Series(items, index=decode(made["index"]), dtype=made["dtype"], name=name)
        out.attrs = decode(made["attrs"])
        return out
    index = decode(made["index"])
    parts = [decode(p) for p in made["parts"]]
    out = pd.DataFrame({i: p.set_axis(index) for i, p in enumerate(parts)}, index=index)
    out.columns = decode(made["columns"])
    out.attrs = decode(made["attrs"])
    return out


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal in every digit and every type that matters."""
    return json.dumps(encode(a)) == json.dumps(encode(b))


# ---------------------------------------------------------------- slow functions


def _call(function: Callable, args: tuple, kwargs: dict) -> str | None:
    """A call in words, defaults filled in; None when an argument is not plain."""
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()

    def plain(value: Any) -> bool:
        return isinstance(value, _PLAIN) or (isinstance(value, tuple) and all(map(plain, value)))

    if not all(map(plain, bound.arguments.values())):
        return None
    return f"{function.__qualname__}({', '.join(f'{k}={v!r}' for k, v in bound.arguments.items())})"


def result(function: Callable) -> Callable:
    """Mark a slow, pure function: what it returned for the arguments of openings and findings is kept.

    Put ``@cache`` above it if the module asks for it more than once. What it returns must be one that :func:`encode`
    knows: numbers, texts, tuples, dicts, arrays, Series and DataFrames of plain columns.
    """

    @wraps(function)
    def call(*args, **kwargs):
        if recorder is None and strict():
            return function(*args, **kwargs)
        said = _call(function, args, kwargs)
        found = _content(function.__module__).get("results", {}).get(said)
        if found is not None:
            return decode(found)
        value = function(*args, **kwargs)
        if recorder is not None and said is not None:
            recorder[function.__module__, said] = value
        return value

    return call


# ---------------------------------------------------------------- opening states


def opening(module: str, exhibit: str) -> tuple[bytes, str] | None:
    """The first state of an exhibit: its payload for the page and its text; None when it must be computed."""
    found = _content(module).get("openings", {}).get(exhibit)
    return (found["payload"].encode(), found["text"]) if found else None


def options(module: str, exhibit: str) -> dict[str, list[tuple[str, Any]]]:
    """(label, value) of the options that an exhibit's controls take from tables, by control; empty when not kept."""
    found = _content(module).get("openings", {}).get(exhibit, {})
    return {key: decode(pairs) for key, pairs in found.get("options", {}).items()}
