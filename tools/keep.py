"""Make ``data/kept``: opening states and expensive results, computed once (docs/decisions/0002).

    python tools/keep.py             make what is stale
    python tools/keep.py --all       make everything anew
    python tools/keep.py --check     say what is stale, and fail if anything is

A module's file is stale when its code, the code it imports, a table or a library has changed; a stale file is never
used, so this is for speed only.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import inspect
import io
import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from cyberdip_utils import kept  # noqa: E402
from cyberdip_utils.exhibit import Exhibit, all_exhibits  # noqa: E402

PACKAGE = kept.PACKAGE
#: Modules that read all others or any text file of the package: whatever changes, they may.
#: Modules that chapters import for quizzes, checks and records: no state of an exhibit depends on them.
BESIDE = ("cyberdip_utils.export", "cyberdip_utils.progress", "cyberdip_utils.record", "cyberdip_utils.teach")
EVERYTHING = ("cyberdip_utils.controversies.", "cyberdip_utils.start_here", "cyberdip_utils.topics")


def _file(module: str) -> Path | None:
    base = PACKAGE.joinpath(*module.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def imported(module: str) -> frozenset[str]:
    """Modules of the package that a module names in its imports, wherever they stand in it."""
    found = set()
    for node in ast.walk(ast.parse(_file(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{a.name}" for a in node.names}
    return frozenset(m for m in found if m.split(".")[0] == "cyberdip_utils" and _file(m))


def files_of(module: str) -> list[str]:
    """Every file of the package that can change what a module computes, relative to the package."""
    everything = [
        p for p in PACKAGE.rglob("*") if p.suffix in (".py", ".toml", ".json") and "quizzes" not in p.parts
    ]
    if module.startswith(EVERYTHING):
        paths = set(everything) | {ROOT / "notebooks" / "references.bib"}
    else:
        seen, todo = set(), [module]
        while todo:
            if (one := todo.pop()) not in seen and (one == module or one not in BESIDE):
                seen.add(one)
                todo += imported(one)
        paths = {_file(m) for m in seen}
        beside = _file(module).parent
        paths |= {p for p in everything if p.suffix != ".py" and beside != PACKAGE and beside in p.parents}
    return sorted(Path(os.path.relpath(p, PACKAGE)).as_posix() for p in paths)


def modules() -> list[str]:
    """Modules that have an exhibit."""
    return sorted({e.module for e in all_exhibits().values()})


def stale(module: str) -> bool:
    """Whether what is kept for a module would not be used."""
    path = kept.path_of(module)
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return True
    return content["files"] != files_of(module) or content["key"] != kept.key(content["files"])


class _Watch:
    """Notes whether anything under the reader's own folder was looked at: such a state is the reader's, not ours."""

    def __init__(self, folder: str):
        self.folder, self.seen = os.path.realpath(folder), False
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple) -> None:
        if event in ("open", "os.listdir", "os.scandir") and isinstance(args[0], (str, os.PathLike)):
            if os.path.realpath(args[0]).startswith(self.folder):
                self.seen = True


def options(exhibit: Exhibit) -> dict:
    """The options of an exhibit's controls that come from tables, encoded, by control."""
    read = {key: c for key, c in exhibit.controls.items() if callable(getattr(c, "options", None))}
    return {key: kept.encode(control.pairs) for key, control in read.items()}


def compute(todo: list[str]) -> dict[str, dict]:
    """What to keep for these modules, by module: openings and results."""
    from cyberdip_utils.teach import chapters, references

    with tempfile.TemporaryDirectory() as work:
        os.environ["CYBERDIP_WORK"] = work
        os.environ["CYBERDIP_STRICT"] = "1"
        watch = _Watch(work)
        made = {m: {"openings": {}, "results": {}} for m in todo}
        kept.recorder = {}
        for name, exhibit in all_exhibits().items():
            watch.seen = False
            content, text = exhibit.payload().decode(), exhibit.text()
            if exhibit.module in made and (exhibit.live is not None or not watch.seen):
                made[exhibit.module]["openings"][name] = {
                    "payload": content,
                    "text": text,
                    "options": options(exhibit),
                }
        for module in sorted(m for m in sys.modules if m.startswith("cyberdip_utils.")):
            for name, function in list(vars(sys.modules[module]).items()):
                if name.startswith("finding_") and inspect.isfunction(function):
                    if all(p.default is not p.empty for p in inspect.signature(function).parameters.values()):
                        watch.seen, before = False, set(kept.recorder)
                        with contextlib.redirect_stdout(io.StringIO()):
                            function()
                        for call in set(kept.recorder) - before if watch.seen else ():
                            del kept.recorder[call]
        for chapter in chapters():
            references(chapter)
        for (module, call), value in sorted(kept.recorder.items(), key=lambda item: item[0]):
            if module in made or module not in modules():
                made.setdefault(module, {"openings": {}, "results": {}})["results"][call] = kept.encode(value)
                if not kept.same(value, kept.decode(kept.encode(value))):
                    raise TypeError(f"{module}: {call} does not come back as it was")
        kept.recorder = None
    return {m: parts for m, parts in made.items() if parts["openings"] or parts["results"]}


def _lines(content: dict) -> str:
    """JSON with one line for each opening and each result, so that a change shows where it is."""

    def one(value: object) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    parts = []
    for name, value in content.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"{one(k)}:{one(v)}" for k, v in sorted(value.items()))
            parts.append(f"{one(name)}:{{\n{inner}\n}}" if inner else f"{one(name)}:{{}}")
        else:
            parts.append(f"{one(name)}:{one(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write(made: dict[str, dict]) -> None:
    """The files of these modules."""
    kept.folder().mkdir(exist_ok=True)
    for module, parts in made.items():
        files = files_of(module)
        content = {"module": module, "key": kept.key(files), "files": files, **parts}
        text = _lines(content)
        kept.path_of(module).write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--all", action="store_true", help="make everything anew")
    ap.add_argument("--check", action="store_true", help="only say what is stale")
    args = ap.parse_args()
    there = {f"cyberdip_utils.{p.stem}" for p in kept.folder().glob("*.json")}
    wanted = sorted(set(modules()) | {m for m in there if _file(m)})
    old = [m for m in wanted if args.all or stale(m)]
    gone = sorted(m for m in there if not _file(m))
    if args.check:
        print(*[f"stale: {m}" for m in old + gone] or ["All that is kept is fresh."], sep="\n")
        return 1 if old or gone else 0
    for module in gone:
        kept.path_of(module).unlink()
    if old:
        made = compute([m for m in old if m in modules()])
        write(made)
        print(
            f"Kept: {len(made)} modules, {sum(p.stat().st_size for p in kept.folder().glob('*.json')) / 1e6:.1f} MB"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
