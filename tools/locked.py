"""The locked packages as a table for docs/security.md: python tools/locked.py

Name, version and what it is for, from the locks and from what the installed packages say of themselves.
"""

import importlib.metadata
import re
import sys
import textwrap
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def blocks(text):
    """(name, version, names that need it) of each pinned package."""
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if found := re.match(r"([A-Za-z0-9][\w.\-]*)(?:\[[\w,]+\])?==([^\s;\\]+)", block):
            via = re.findall(r"^\s+#\s+(?:via\s+)?([A-Za-z][\w.\-]+)", block, re.M)
            yield found[1], found[2], [v for v in via if v not in ("via", "cyberdip-utils")]


def summary(name):
    """What an installed package says that it is, in a few words."""
    try:
        said = importlib.metadata.metadata(name)["Summary"] or ""
    except importlib.metadata.PackageNotFoundError:
        return "for another system or Python"
    return textwrap.shorten(said.replace("|", "/"), 90, placeholder=" …").rstrip(".")


def rows():
    """Lines of the table, in alphabetical order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    options = project["optional-dependencies"]
    ours = {re.match(r"[\w.\-]+", x)[0].lower() for x in project["dependencies"] + options["handbook"]}
    builds = {re.match(r"[\w.\-]+", x)[0].lower() for x in options["build"]}
    extra = {re.match(r"[\w.\-]+", x)[0].lower() for x in options["dev"]}
    found = {}
    reader = {n for n, _, _ in blocks((ROOT / LOCKS[0]).read_text(encoding="utf-8"))}
    for lock in LOCKS:
        for name, version, via in blocks((ROOT / lock).read_text(encoding="utf-8")):
            versions, users = found.setdefault(name, ([], set()))
            if version not in versions:
                versions.append(version)
            users.update(via)
    for name in sorted(found):
        versions, users = found[name]
        if name in ours:
            why = "ours"
        elif name in builds:
            why = "installs this folder"
        elif name in extra:
            why = "ours, for maintainers"
        else:
            who = "" if name in reader else "for maintainers, "
            why = f"{who}needed by {', '.join(sorted(users)[:3])}"
        yield f"| `{name}` | {', '.join(sorted(versions))} | {why}: {summary(name)} |"


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    print("\n".join(rows()))
