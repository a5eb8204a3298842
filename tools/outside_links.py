"""Ask every address that the handbook links to whether it answers: python tools/outside_links.py [--report FILE]

Advisory: an address that does not answer today may answer tomorrow, and some servers refuse programs. The exit code is
0 unless the links cannot be collected. Never part of `make test`, which uses no network.
"""

import argparse
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import tidy_notebooks

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\]]+")
AGENT = {"User-Agent": "cyber-diplomacy-handbook link check (weekly, one request an address)"}


def texts():
    """(file, text) of everything that carries links for readers."""
    for path in tidy_notebooks.notebooks():
        book = json.loads(path.read_text(encoding="utf-8"))
        yield path, "\n".join("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "markdown")
    for pattern in ("*.md", "docs/**/*.md", "classroom/**/*.md"):
        for path in sorted(ROOT.glob(pattern)):
            yield path, path.read_text(encoding="utf-8")
    path = ROOT / "notebooks" / "references.bib"
    bib = path.read_text(encoding="utf-8")
    dois = re.findall(r"(?m)^\s*doi\s*=\s*\{(.+?)\}", bib)
    yield path, bib + "\n" + "\n".join(f"https://doi.org/{d}" for d in dois)


def trimmed(address):
    """The address without the punctuation of its sentence; a closing bracket stays if it was opened inside."""
    address = address.rstrip(".,;:!?*_")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?*_")
    return address


def collect():
    """Address -> files that name it."""
    found = {}
    for path, text in texts():
        for match in ADDRESS.findall(text):
            address = trimmed(match)
            if "example.org" not in address and "127.0.0.1" not in address and "localhost" not in address:
                found.setdefault(address, set()).add(path.relative_to(ROOT).as_posix())
    return found


def ask(address):
    """The status of an address, or what went wrong, in a word or two."""
    for method in ("HEAD", "GET"):
        try:
            with urlopen(Request(address, headers=AGENT, method=method), timeout=20) as answer:
                return str(answer.status)
        except HTTPError as error:
            if error.code in (403, 405, 501) and method == "HEAD":
                continue
            return str(error.code)
        except (URLError, OSError, ValueError) as error:
            return type(getattr(error, "reason", error)).__name__
    return "refused"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--report", type=Path)
    chosen = parser.parse_args(arguments)
    found = collect()
    with ThreadPoolExecutor(8) as pool:
        answers = dict(zip(found, pool.map(ask, found), strict=True))
    bad = {a: s for a, s in answers.items() if not s.startswith("2")}
    lines = [f"{s}\t{a}\t{', '.join(sorted(found[a]))}" for a, s in sorted(bad.items())]
    text = f"{len(found)} addresses, {len(bad)} without a good answer\n" + "\n".join(lines) + "\n"
    if chosen.report:
        chosen.report.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
