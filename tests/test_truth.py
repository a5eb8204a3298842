"""What the pages say holds: links lead somewhere, and numbers in prose have a source or are computed."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

import tidy_notebooks
from book_files import book_files

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?://|mailto:)([^)\s]+)\)")
NOTEBOOKS = tidy_notebooks.notebooks()
# A template's links lead somewhere once its notebook lies in its place (test_new_chapter.py).
MARKDOWN = [p for p in book_files() if p.suffix == ".md" and "chapter_template" not in p.parts]


def cells(path):
    """(cell id, text) of the Markdown cells of a notebook."""
    book = json.loads(path.read_text(encoding="utf-8"))
    return [(c["id"], "".join(c["source"])) for c in book["cells"] if c["cell_type"] == "markdown"]


def text_of(path):
    return (
        "\n\n".join(t for _, t in cells(path))
        if path.suffix == ".ipynb"
        else path.read_text(encoding="utf-8")
    )


def anchors(text):
    """Anchors that GitHub and JupyterLab make of the headings."""
    found = set()
    for heading in re.findall(r"(?m)^#+ (.+?)\s*$", text):
        plain = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        found.add(re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-"))
        found.add(plain.replace(" ", "-"))
    return found | set(re.findall(r"""id=["']([^"']+)["']""", text))


def name(path):
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", [*NOTEBOOKS, *MARKDOWN], ids=name)
def test_every_link_inside_the_handbook_leads_somewhere(path):
    wrong = []
    text = re.sub(r"(?s)```.*?```", "", text_of(path))
    for link in LINK.findall(text):
        target, _, anchor = unquote(link).partition("#")
        there = (path.parent / target).resolve() if target else path
        if not there.exists():
            wrong.append(link)
        elif anchor and there.suffix in {".md", ".ipynb"} and anchor not in anchors(text_of(there)):
            wrong.append(f"{link} (no such heading)")
    assert wrong == []


def test_links_are_there_to_be_checked():
    assert sum(len(LINK.findall(text_of(p))) for p in [*NOTEBOOKS, *MARKDOWN]) > 200


# --- Numbers in prose ----------------------------------------------------------------------------------------

COUNTED = (
    r"incidents|attributions|responses|states|economies|countries|cables|systems|votes|resolutions|requests|shutdowns|"
    r"rows|vulnerabilities|flaws|regions|parties|listings|campaigns|operations"
)
NUMBER = re.compile(
    rf"(?<![\w/.\-–])(?:\d[\d,.]*\s?(?:%|per ?cent)|\d[\d,]*\s+(?:distinct |of the |recorded )?(?:{COUNTED})\b)"
)
# A level, a setting of a control, or a rule of the picture: no count of ours.
SETTING = re.compile(
    r"(?i)\b(?:9[05]%|80%|99%|interval|band|\bset\b|setting|choose|prior|false.flag|starts? at|slider|adds? up to|at least|all but|"
    r"threshold|probability|chance of|more than all)"
)


def sentences(text):
    """Sentences outside answers and code, with their links kept."""
    text = re.sub(r"(?s)<details>.*?</details>|```.*?```|`[^`]*`", "", text)
    text = re.sub(r"\]\((https?://\S+?)\)", lambda m: "](" + m[1].replace(".", "․") + ")", text)
    return re.split(r"(?<=[.!?:;])\s+|\n\n", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_number_in_prose_has_a_source_or_is_a_setting(path):
    """What our tables say is computed in findings and exhibits. A typed count needs a link in its paragraph."""
    bare = []
    for cell, text in cells(path):
        for paragraph in re.split(r"\n\s*\n", re.sub(r"(?s)<details>.*?</details>", "", text)):
            if "](http" in paragraph:
                continue
            for sentence in sentences(paragraph):
                if NUMBER.search(sentence) and not SETTING.search(sentence):
                    bare.append((cell, " ".join(sentence.split())[:160]))
    assert bare == []


def test_the_rule_catches_a_typed_count():
    for text in ("We counted 312 incidents.", "In 41 % of cases a state answered.", "It has 1,203 rows."):
        assert NUMBER.search(text) and not SETTING.search(text)
    for text in ("a 95% interval", "Set the prior to 20%", "the 2015 norms", "A/RES/73/27"):
        assert not NUMBER.search(text) or SETTING.search(text)
