"""Lay out an empty chapter: python tools/new_chapter.py THEME NAME NUMBER "Question?"

    python tools/new_chapter.py norms who_keeps_silent 2.6 "Who keeps silent?"

THEME is a part (sovereignty, norms, deterrence, data_flows, controversies), NAME the folder's name in small letters. It writes
``cyberdip_chapters/THEME/NAME/`` and a notebook, with one working exhibit on a real table, runs the notebook once, and
overwrites nothing. What an author has to write is marked with ✎.
"""

import argparse
import keyword
import re
import sys
from pathlib import Path

import nbformat

import tidy_notebooks as tool
from cyberdip_utils.teach import chapters

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Path(__file__).resolve().parent / "chapter_template"
PARTS = {"sovereignty": 1, "norms": 2, "deterrence": 3, "data_flows": 4, "controversies": 5}
CELL = re.compile(r"(?ms)^```python( folded)?\n(.*?)^```$")


def fault(theme, name, number, question):
    """Why these cannot be a new chapter, in a sentence; empty if they can."""
    if theme not in PARTS:
        return f"{theme!r} is no part; the parts are {', '.join(PARTS)}"
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        return f"{name!r}: a name is small letters, digits and single underscores, such as who_did_it"
    if not re.fullmatch(rf"{PARTS[theme]}\.[1-9]\d?", number):
        return f"{number!r}: chapters of {theme} are {PARTS[theme]}.1, {PARTS[theme]}.2, …"
    if number in chapters():
        return f"chapter {number} is there already: {chapters()[number].title}"
    if (ROOT / "cyberdip_chapters" / theme / name).exists():
        return f"cyberdip_chapters/{theme}/{name} is there already"
    if not question.endswith("?") or re.search(r'["\\\x00-\x1f]', question):
        return f"{question!r}: a title is a question in one line without quotation marks and backslashes"
    return ""


def cells(text):
    """The notebook's cells: fenced Python is code, the rest Markdown, a cell each time a section or paragraph mark changes."""
    made, at = [], 0
    for found in CELL.finditer(text):
        made += markdown(text[at : found.start()])
        meta = {"jupyter": {"source_hidden": True}} if found[1] else {}
        made.append(nbformat.v4.new_code_cell(found[2].rstrip("\n"), metadata=meta))
        at = found.end()
    made += markdown(text[at:])
    for i, cell in enumerate(made, 1):
        cell["id"] = f"cell-{i}"
    return made


def markdown(text):
    """Markdown cells: a new one at each heading."""
    parts = re.split(r"(?m)^(?=#{1,3} )", text)
    return [nbformat.v4.new_markdown_cell(part.strip()) for part in parts if part.strip()]


def filled(text, theme, name, number, question, notebook):
    """A template with the chapter's own words in it."""
    for mark, word in {
        "NUMBER_": number,
        "TITLE_": question,
        "NOTEBOOK_": notebook,
        "THEME_": theme,
        "NAME_": name,
    }.items():
        text = text.replace(mark, word)
    return text


def lay_out(theme, name, number, question):
    """Write the folder and the notebook; returns their paths.

    Raises
    ------
    ValueError
        These cannot be a new chapter; the sentence says why.
    """
    if why := fault(theme, name, number, question):
        raise ValueError(why)
    notebook = f"{PARTS[theme]}_{theme}/{number.replace('.', '_')}_{name}.ipynb"
    folder, book = ROOT / "cyberdip_chapters" / theme / name, ROOT / "notebooks" / notebook
    if book.exists():
        raise ValueError(f"notebooks/{notebook} is there already")
    folder.mkdir(parents=True)
    for file in sorted(TEMPLATE.iterdir()):
        if file.is_file():
            text = filled(file.read_text(encoding="utf-8"), theme, name, number, question, notebook)
            if file.name == "notebook.md":
                made = nbformat.v4.new_notebook(cells=cells(text), metadata=tool.METADATA)
                book.write_text(tool.text_of(tool.stripped(made)), encoding="utf-8", newline="\n")
            else:
                (folder / file.name).write_text(text, encoding="utf-8", newline="\n")
    return folder, book


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for word in ("theme", "name", "number", "question"):
        parser.add_argument(word)
    chosen = parser.parse_args(arguments)
    try:
        folder, book = lay_out(chosen.theme, chosen.name, chosen.number, chosen.question)
    except ValueError as error:
        parser.error(str(error))
    code = tool.main(["run", str(book)])
    print(
        f"Wrote {folder.relative_to(ROOT)} and {book.relative_to(ROOT)}. Replace what is marked with ✎; then: make readme"
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
