"""Self-contained code for a table: the source of a function and of all it needs from its chapter.

What a chapter's function takes from ``cyberdip_utils`` or another library is imported; what it takes from its own
chapter is written out. Names are followed through the syntax tree. The source is the text that ran: it is read
when the exhibit is made, so that a later edit of the file without a restart shows no other code.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

_sources: dict[str, str] = {}


@dataclass
class _Module:
    """The top-level statements of a module, by the names that they define."""

    package: str
    defined: dict[str, ast.stmt] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)  # names that a later statement gives or changes again
    text: str = ""

    def source(self, node: ast.stmt) -> str:
        lines = self.text.split("\n")  # as the syntax tree counts them
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        return "\n".join(lines[first - 1 : node.end_lineno])


def remember(module: str) -> None:
    """Read the source of a module, and of those beside it that are loaded, unless it was read before."""
    package = module.rpartition(".")[0]
    for name in [module, *sys.modules]:
        beside = name == module or (package and name.startswith(f"{package}."))
        loaded = sys.modules.get(name)
        if beside and name not in _sources and getattr(loaded, "__file__", None):
            _sources[name] = Path(loaded.__file__).read_text(encoding="utf-8")


def _targets(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [a.asname or a.name.partition(".")[0] for a in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [n.id for t in targets if t is not None for n in ast.walk(t) if _stored(n)]


def _stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _altered(node: ast.stmt) -> list[str]:
    """Names of what a statement changes in place: ``x.append(1)``, ``x["a"] = 1``, ``x.a += 1``."""
    places = list(getattr(node, "targets", [getattr(node, "target", None)]))
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        places = [node.value.func]
    inner = [p.value for p in places if isinstance(p, (ast.Attribute, ast.Subscript))]
    return [n.id for p in inner for n in ast.walk(p) if isinstance(n, ast.Name)]


@cache
def _parsed(module: str) -> _Module:
    remember(module)
    if module not in _sources:
        raise ValueError(f"{module} has no source to show")
    made = _Module(module.rpartition(".")[0], text=_sources[module])
    for node in ast.parse(made.text).body:
        for name in _targets(node):
            if name in made.defined:
                made.changed.add(name)
            made.defined[name] = node
        made.changed.update(_altered(node))
    return made


def _home(module: _Module, node: ast.ImportFrom) -> str:
    """The full name of the module that a ``from … import`` reads."""
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    base = ".".join(parts[: len(parts) - node.level + 1])
    return f"{base}.{node.module}" if node.module else base


class _Collector:
    """Follows names from one function until all that it needs is found, in an order that runs."""

    def __init__(self, own: str):
        self.own = own  # the chapter's package: what lies in it is written out
        self.imports: dict[str, None] = {}
        self.blocks: dict[tuple[str, int], str] = {}
        self.seen: set[tuple[str, str]] = set()
        self.after: dict[str, list[str]] = {}  # module -> those that it takes from

    def need(self, module: str, name: str) -> None:
        if (module, name) in self.seen:
            return
        self.seen.add((module, name))
        parsed = _parsed(module)
        node = parsed.defined.get(name)
        if node is None:
            if name in vars(sys.modules[module]):
                raise ValueError(
                    f"{module}.{name} is not defined by a plain statement; code() cannot show it"
                )
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self._imported(module, node, name)
            return
        if name in parsed.changed:
            raise ValueError(f"{module}.{name} is changed after it is made; code() shows one statement of it")
        for other in _names(node):
            self.need(module, other)
        self.blocks[module, node.lineno] = parsed.source(node)

    def _imported(self, module: str, node: ast.Import | ast.ImportFrom, name: str) -> None:
        alias = next(a for a in node.names if (a.asname or a.name.partition(".")[0]) == name)
        renamed = f" as {alias.asname}" if alias.asname else ""
        if isinstance(node, ast.Import):
            self.imports[f"import {alias.name}{renamed}"] = None
            return
        home = _home(_parsed(module), node)
        if home != self.own and not home.startswith(f"{self.own}."):
            self.imports[f"from {home} import {alias.name}{renamed}"] = None
        elif alias.asname or f"{home}.{alias.name}" in sys.modules:
            raise ValueError(
                f"{name}: import single names of your own chapter, unrenamed, so that code() can show them"
            )
        else:
            self.after.setdefault(module, []).append(home)
            self.need(home, alias.name)


def _names(node: ast.AST) -> list[str]:
    """Names that a statement reads, in order of appearance; annotations are left out."""
    skip = set()
    for part in ast.walk(node):
        for annotation in (getattr(part, "annotation", None), getattr(part, "returns", None)):
            if annotation is not None:
                skip.update(map(id, ast.walk(annotation)))
    own = {a.arg for f in ast.walk(node) if isinstance(f, ast.arguments) for a in (*f.args, *f.kwonlyargs)}
    found = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in skip]
    return [name for name in dict.fromkeys(found) if name not in own]


def _ordered(imports: list[str]) -> str:
    """Import lines in three groups: Python's own, other libraries, the handbook."""
    groups: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for line in imports:
        root = line.split()[1].partition(".")[0]
        groups[2 if root == "cyberdip_utils" else 0 if root in sys.stdlib_module_names else 1].append(line)
    return "\n\n".join("\n".join(sorted(lines)) for lines in groups.values() if lines)


@cache
def needed(module: str, name: str) -> str:
    """Everything that a function of a chapter needs, as code that runs by itself.

    Parameters
    ----------
    module : str
        The function's module, such as ``"cyberdip_chapters.sovereignty.who_did_it.analysis"``.
    name : str
        A function that a plain ``def`` at the top level of it makes.

    Raises
    ------
    ValueError
        Something that it uses has no source that can be written out, or it is no such function itself.
    """
    if not isinstance(_parsed(module).defined.get(name), ast.FunctionDef):
        raise ValueError(f"{module}.{name} is no function that a plain def at the top level makes")
    collector = _Collector(module.rpartition(".")[0] or module)
    collector.need(module, name)
    order: dict[str, list[tuple[int, str]]] = {}
    for (home, line), text in collector.blocks.items():
        order.setdefault(home, []).append((line, text))
    # a module after those that it takes from, each in the order of its file
    homes = TopologicalSorter({home: collector.after.get(home, []) for home in (*order, *collector.after)})
    blocks = [text for home in homes.static_order() for _, text in sorted(order.get(home, []))]
    annotated = "from __future__ import annotations\n\n"
    return annotated + "\n\n\n".join(filter(None, [_ordered(list(collector.imports)), "\n\n\n".join(blocks)]))


def call(function: Callable, values: Mapping[str, Any]) -> str:
    """Code that gives the table of these values: all that is needed, and the call.

    Raises
    ------
    ValueError
        As :func:`needed`.
    """
    arguments = ", ".join(f"{key}={value!r}" for key, value in values.items())
    body = needed(function.__module__, function.__name__)
    return f"{body}\n\n\ntable = {function.__name__}({arguments})\n"
