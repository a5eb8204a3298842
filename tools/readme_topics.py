"""Writes the README's table of topics anew, between its two markers.

Run ``python tools/readme_topics.py`` when a chapter is new or claims other topics.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cyberdip_utils.topics import coverage_table  # noqa: E402

MARKERS = re.compile(r"(?s)(<!-- topics -->\n).*?(<!-- /topics -->)")


def updated(readme: str) -> str:
    """The README with the table as it should be. ``ValueError`` if it does not have the markers once."""
    text, n = MARKERS.subn(lambda m: f"{m[1]}\n{coverage_table()}\n\n{m[2]}", readme)
    if n != 1:
        raise ValueError(f"README.md has {n} pairs of <!-- topics --> and <!-- /topics -->; it needs one")
    return text


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(updated(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
