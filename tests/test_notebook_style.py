"""Every notebook keeps the house's form: thin, readable, cited, with nothing stored that should not be."""

import ast
import importlib
import re
import statistics
import tomllib
from pathlib import Path

import nbformat
import pytest
from pybtex.database import parse_file

import tidy_notebooks as tool

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
PATHS = tool.notebooks(NOTEBOOKS)
CHAPTERS = tomllib.loads((ROOT / "cyberdip_utils" / "chapters.toml").read_text(encoding="utf-8"))["chapter"]
START = "00_start_here.ipynb"
# What a chapter has, in this order, and how it is recognised.
SKELETON = {
    "learning objectives": r"(?i)you will be able to",
    "both sides": r"(?mi)^#+ .*both sides",
    "findings": r"(?mi)^#+ .*findings",
    "check yourself": r"(?mi)^#+ .*check yourself",
    "exercises": r"(?mi)^#+ .*exercises",
    "what to remember": r"(?mi)^#+ .*what to remember",
    "limits": r"(?mi)^#+ .*limits",
    "discussion": r"(?mi)^#+ .*discussion",
    "further reading": r"(?mi)^#+ .*further reading",
    "next chapter": r"(?mi)^#+ .*next",
}
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((https?://[^\s)]+(?:\([^\s)]*\)[^\s)]*)*)\)")
YEAR = re.compile(r"\b(1[89]|20)\d\d[a-z]?\b")


def name(path):
    return path.relative_to(NOTEBOOKS).as_posix()


every_notebook = pytest.mark.parametrize("path", PATHS, ids=name)
every_chapter = pytest.mark.parametrize("path", [p for p in PATHS if p.name != START], ids=name)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def prose(path):
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def trees(path):
    """The syntax trees of a notebook's code cells."""
    return [ast.parse(cell.source) for cell in code_cells(path)]


def words(text):
    return len(text.split())


def test_the_notebooks_are_those_of_the_list_of_chapters():
    assert PATHS, "there is no notebook"
    assert sorted(chapter["notebook"] for chapter in CHAPTERS) == sorted(map(name, PATHS))


@every_notebook
def test_code_defines_nothing_and_fetches_nothing(path):
    for cell, tree in zip(code_cells(path), trees(path), strict=True):
        defined = [x for x in ast.walk(tree) if isinstance(x, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
        assert not defined, f"move this into cyberdip_utils:\n{cell.source}"
        assert "://" not in cell.source, f"an address in code:\n{cell.source}"


@every_notebook
def test_code_is_short(path):
    lengths = [len(cell.source.splitlines()) for cell in code_cells(path)]
    assert max(lengths) <= 15 and statistics.median(lengths) <= 3, lengths
    imports = [
        x for tree in trees(path) for x in ast.walk(tree) if isinstance(x, ast.Import | ast.ImportFrom)
    ]
    assert len(imports) <= 4


@every_notebook
def test_prose_carries_the_chapter(path):
    text, code = words(prose(path)), sum(words(cell.source) for cell in code_cells(path))
    assert text / (text + code) >= 0.75, f"{text} words of prose, {code} of code"
    if path.name != START:
        assert text >= 1500


@every_notebook
def test_size(path):
    cells = len(read(path).cells)
    assert (12 if path.name == START else 20) <= cells <= 45
    assert path.stat().st_size < 60_000


def exhibits(path):
    """The exhibits that a notebook shows, one for each cell that ends in one."""
    from cyberdip_utils.first_edition.exhibit import Exhibit

    known, shown = {}, []
    for tree in trees(path):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cyberdip_utils"):
                module = importlib.import_module(node.module)
                for alias in node.names:
                    value = getattr(module, alias.name, None)
                    if value is None:
                        value = importlib.import_module(f"{node.module}.{alias.name}")
                    known[alias.asname or alias.name] = value
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            value = last.value
            if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
                value = getattr(known.get(value.value.id), value.attr, None)
            elif isinstance(value, ast.Name):
                value = known.get(value.id)
            if isinstance(value, Exhibit):
                shown.append(value)
    return shown


@every_notebook
def test_two_to_four_exhibits(path):
    assert 2 <= len(exhibits(path)) <= 4


@every_chapter
def test_skeleton(path):
    text, place = prose(path), 0
    for section, pattern in SKELETON.items():
        found = re.search(pattern, text)
        assert found, f"no {section}"
        if section != "limits":  # may stand before what to remember
            assert found.start() > place, f"{section} is out of order"
            place = found.start()
    calls = [ast.unparse(x) for tree in trees(path) for x in ast.walk(tree) if isinstance(x, ast.Call)]
    number = next(chapter["number"] for chapter in CHAPTERS if chapter["notebook"] == name(path))
    assert f"chapter('{number}')" in calls, "no generated header with Data in this chapter"
    assert "<details>" in text, "no folded answers"
    assert any(call.startswith("check(") for call in calls), "no coding exercise with check()"


@every_notebook
def test_one_title_first(path):
    cells = read(path).cells
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    assert len(re.findall(r"(?m)^# ", prose(path))) == 1
    assert len(cells[0].source.split("\n\n")) >= 2 or cells[1].cell_type == "markdown", "no lead paragraph"


@every_notebook
def test_pictures_have_words(path):
    for alt in re.findall(r"!\[([^\]]*)\]\(", prose(path)):
        assert words(alt) >= 2, "a picture without a description"


# --- What is stored ----------------------------------------------------------------------------------------


@every_notebook
def test_stored_as_strip_leaves_it(path):
    """Outputs, counts and metadata are exactly those that `make strip` writes."""
    assert path.read_text(encoding="utf-8") == tool.text_of(tool.stripped(read(path))), "run: make strip"


@every_notebook
def test_outputs_are_those_of_findings_and_can_be_compared(path):
    findings = [cell for cell in code_cells(path) if tool.is_finding(cell)]
    if path.name != START:
        assert findings, "a chapter has findings"
    for cell in code_cells(path):
        if tool.is_finding(cell):
            assert cell.outputs, f"nothing to compare; run: python tools/tidy_notebooks.py run\n{cell.source}"
            assert cell.execution_count is not None, "nbval compares nothing without a count"
            assert not [x for x in cell.outputs if x.output_type == "error"]
        else:
            assert not cell.outputs and cell.execution_count is None


@every_notebook
def test_no_trace_of_who_ran_it(path):
    nb = read(path)
    assert nb.metadata == tool.METADATA, "stored widgets, or the name of somebody's own kernel"
    ids = [cell.id for cell in nb.cells]
    assert len(ids) == len(set(ids))


@pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
def test_strip_removes_all_but_findings():
    """The tool itself, on a notebook as JupyterLab saves it."""
    v4 = nbformat.v4
    drawn = v4.new_output("display_data", {"application/vnd.plotly.v1+json": {}, "image/png": "AA=="})
    said = v4.new_output("stream", text="n = 3\n")
    value = v4.new_output("execute_result", {"text/plain": "'n = 3'"}, execution_count=7)
    cells = [
        v4.new_markdown_cell("# Title"),
        v4.new_code_cell("figure", outputs=[drawn], execution_count=6, metadata={"scrolled": True}),
        v4.new_code_cell(f"{tool.FINDING}\nfinding", outputs=[said, value], execution_count=7),
        v4.new_code_cell("1/0", metadata={"tags": ["raises-exception"]}, execution_count=8),
    ]
    cells[3]["id"] = cells[2]["id"]
    nb = v4.new_notebook(cells=cells)
    nb.metadata = nbformat.from_dict(
        {"kernelspec": {"name": "mine", "display_name": "Mine"}, "widgets": {"x": {}}}
    )
    text = tool.text_of(tool.stripped(nb))
    after = nbformat.reads(text, as_version=4)
    assert [len(cell.get("outputs", [])) for cell in after.cells] == [0, 0, 2, 0]
    assert [cell.get("execution_count") for cell in after.cells] == [None, None, 2, None]
    assert after.cells[2].outputs[1].execution_count == 2
    assert after.cells[2].metadata == {"keep_output": True}
    assert after.cells[3].metadata == {"tags": ["raises-exception"]}
    assert len({cell.id for cell in after.cells}) == 4
    assert after.metadata == tool.METADATA
    assert tool.text_of(tool.stripped(after)) == text, "stripping twice changes nothing"


# --- Citations ---------------------------------------------------------------------------------------------


def bibliography():
    """Address -> entry of references.bib; a DOI is written as its address."""
    entries = {}
    for key, entry in parse_file(str(NOTEBOOKS / "references.bib"), bib_format="bibtex").entries.items():
        doi, url = entry.fields.get("doi"), entry.fields.get("url")
        assert doi or url, f"{key} has neither doi nor url"
        entries[address(f"https://doi.org/{doi}" if doi else url)] = (key, entry)
    return entries


def address(url):
    """An address in the one form in which two are compared."""
    return re.sub(r"^https?://(dx\.)?(www\.)?", "https://", url).rstrip("/").lower()


def links(path):
    return [(text, address(url)) for text, url in LINK.findall(prose(path))]


@every_notebook
def test_every_cited_work_is_in_the_bibliography(path):
    known = bibliography()
    cited = [(text, url) for text, url in links(path) if YEAR.search(text) or "doi.org/" in url]
    missing = [(text, url) for text, url in cited if url not in known]
    assert not missing
    for text, url in cited:
        year = known[url][1].fields.get("year", "")
        assert not YEAR.search(text) or year in text, f"{text} links to a work of {year}"


@every_notebook
def test_every_citation_is_a_link(path):
    plain = LINK.sub("", prose(path))
    for key, entry in bibliography().values():
        people = entry.persons.get("author") or entry.persons.get("editor") or []
        year = entry.fields.get("year", "")
        if people and people[0].last_names:
            surname = re.escape(" ".join([*people[0].prelast_names, *people[0].last_names]).strip("{}"))
            more = r"(,? (and|&) [^\W\d]+| et al\.?|(, [^\W\d]+)+,? and [^\W\d]+)?"
            assert not re.search(rf"\b{surname}{more},? \(?{year}\b", plain), (
                f"{key} is cited without its link"
            )


def test_every_work_of_the_bibliography_is_cited():
    cited = {url for path in PATHS for _, url in links(path)}
    assert {key for url, (key, _) in bibliography().items() if url not in cited} == set()
