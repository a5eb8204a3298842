"""Every notebook keeps the house's form: readable, cited, with nothing stored that should not be.

Chapters with a folder of their own (``cyberdip_chapters``) show their analysis: their rules stand under *Moved chapters*.
The others keep the rules of the first edition, in which a notebook only calls, until they move.
"""

import ast
import importlib
import re
import statistics
import warnings
from math import ceil
from pathlib import Path

import nbformat
import pytest
from pybtex.database import parse_file

import tidy_notebooks as tool
from cyberdip_utils.exhibit import find
from cyberdip_utils.teach import chapter_module, chapters

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
PATHS = tool.notebooks(NOTEBOOKS)
MOVED = {NOTEBOOKS / c.notebook: c for c in chapters().values() if c.folder}
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
not_moved = pytest.mark.parametrize("path", [p for p in PATHS if p not in MOVED], ids=name)
moved = pytest.mark.parametrize("path", list(MOVED), ids=name)
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
    assert sorted(c.notebook for c in chapters().values()) == sorted(map(name, PATHS))


def test_chapters_that_have_not_moved_are_told():
    """A list, for whoever moves the next one; nothing to fail."""
    waiting = [n for n, c in chapters().items() if c.folder is None]
    if waiting:
        warnings.warn(
            f"{len(waiting)} chapters keep the first edition's form: {', '.join(waiting)}", stacklevel=1
        )


@not_moved
def test_code_defines_nothing_and_fetches_nothing(path):
    for cell, tree in zip(code_cells(path), trees(path), strict=True):
        defined = [x for x in ast.walk(tree) if isinstance(x, ast.FunctionDef | ast.ClassDef | ast.Lambda)]
        assert not defined, f"move this into cyberdip_utils:\n{cell.source}"
        assert "://" not in cell.source, f"an address in code:\n{cell.source}"


@not_moved
def test_code_is_short(path):
    lengths = [len(cell.source.splitlines()) for cell in code_cells(path)]
    assert max(lengths) <= 15 and statistics.median(lengths) <= 3, lengths
    imports = [
        x for tree in trees(path) for x in ast.walk(tree) if isinstance(x, ast.Import | ast.ImportFrom)
    ]
    assert len(imports) <= 4


@not_moved
def test_prose_carries_the_chapter(path):
    text, code = words(prose(path)), sum(words(cell.source) for cell in code_cells(path))
    assert text / (text + code) >= 0.75, f"{text} words of prose, {code} of code"
    if path.name != START:
        assert text >= 1500


@not_moved
def test_size(path):
    cells = len(read(path).cells)
    assert (12 if path.name == START else 20) <= cells <= 45
    assert path.stat().st_size < 60_000


def exhibits(path):
    """The exhibits that a notebook shows: those of the chapter's file, or one for each cell that ends in one."""
    if path in MOVED:
        return [find(exhibit) for exhibit in MOVED[path].exhibits]
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


@not_moved
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
    number = next(c.number for c in chapters().values() if c.notebook == name(path))
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


# --- Moved chapters ----------------------------------------------------------------------------------------

PANDAS = set(
    "groupby value_counts crosstab pivot pivot_table unstack stack merge join concat agg sum mean median nunique size count "
    "sort_values nlargest nsmallest query between isin isna notna fillna dropna drop_duplicates describe quantile "
    "cumsum cumprod diff shift rank idxmax idxmin cut resample melt map apply explode corr std min max DataFrame Series eq".split()
)
WIDGETS = {
    "interact",
    "interactive",
    "interactive_output",
    "link",
    "jslink",
    "dlink",
    "observe",
    "VBox",
    "HBox",
    "Tab",
}
TRACES = set(
    "scatter bar histogram box violin pie heatmap contour choropleth scattergeo scattermap sankey treemap sunburst "
    "scatterpolar funnel waterfall indicator table surface scatter3d parcats icicle histogram2d".split()
)


def calls(tree):
    """The names that a piece of code calls, the last part of each."""
    found = [x.func for x in ast.walk(tree) if isinstance(x, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else getattr(f, "id", "") for f in found}


def names(tree):
    """All names and attributes in a piece of code."""
    return {
        x.attr if isinstance(x, ast.Attribute) else x.id
        for x in ast.walk(tree)
        if isinstance(x, ast.Attribute | ast.Name)
    }


def lines(source):
    """Lines of code that are not blank and not a comment."""
    return [line for line in source.splitlines() if line.strip() and not line.strip().startswith("#")]


def analysis_cells(path):
    """Places of the cells that compute in sight, 3 to 12 lines of pandas, and are neither a finding nor an exhibit."""
    shown = set(MOVED[path].exhibits)
    return [
        i
        for i, cell in enumerate(code_cells(path))
        if 3 <= len(lines(cell.source)) <= 12
        and not tool.is_finding(cell)
        and calls(ast.parse(cell.source)) & PANDAS
        and not names(ast.parse(cell.source)) & shown
    ]


def exhibit_cells(path):
    """Exhibit -> places of the cells that show it: as the last value, or by ``show()``."""
    found = {exhibit: [] for exhibit in MOVED[path].exhibits}
    for i, tree in enumerate(trees(path)):
        last = tree.body[-1] if tree.body else None
        showing = [
            x.func.value
            for x in ast.walk(tree)
            if isinstance(x, ast.Call) and ast.unparse(x.func).endswith(".show")
        ]
        showing += [last.value] if isinstance(last, ast.Expr) else []
        for exhibit in found:
            if any(ast.unparse(x).split(".")[-1] == exhibit for x in showing):
                found[exhibit].append(i)
    return found


@moved
def test_the_analysis_is_in_sight(path):
    last = max(max(places) for places in exhibit_cells(path).values())
    assert len([i for i in analysis_cells(path) if i < last]) >= 3, (
        "cells of 3 to 12 lines of pandas before the exhibits"
    )


@moved
def test_every_exhibit_of_the_chapter_is_shown_and_small(path):
    shown = exhibit_cells(path)
    assert [e for e, places in shown.items() if not places] == []
    assert 1 <= len(shown) <= 5
    for exhibit in exhibits(path):
        assert len([key for key in exhibit.controls if key not in exhibit.more]) <= 4, exhibit.name


@moved
def test_findings_are_computed_in_their_cells(path):
    found = [ast.parse(cell.source) for cell in code_cells(path) if tool.is_finding(cell)]
    assert found, "a chapter has findings"
    for tree in found:
        assert not {n for n in calls(tree) if n.startswith("finding")}, "a finding that is only called"
        assert calls(tree) - {"print"}, f"nothing is computed here:\n{ast.unparse(tree)}"


@moved
def test_widgets_are_used_in_the_open(path):
    used = set()
    for tree in trees(path):
        taken = {
            a.asname or a.name
            for x in ast.walk(tree)
            if isinstance(x, ast.ImportFrom) and (x.module or "").startswith("ipywidgets")
            for a in x.names
        }
        used |= (
            taken
            | ({"observe"} & calls(tree))
            | (WIDGETS & calls(tree) if "ipywidgets" in names(tree) else set())
        )
    assert used & WIDGETS, "link two exhibits, or interact with a function of the chapter"


@moved
def test_code_of_a_moved_chapter_is_short_and_fetches_nothing(path):
    for cell in code_cells(path):
        assert len(lines(cell.source)) <= 12, cell.source
        assert "://" not in cell.source, f"an address in code:\n{cell.source}"
        for x in ast.walk(ast.parse(cell.source)):
            assert not isinstance(x, ast.ClassDef), "a class belongs to the chapter's folder"
            if isinstance(x, ast.FunctionDef):
                assert x.end_lineno - x.lineno < 8, (
                    "a small function teaches; a long one belongs to the chapter's folder"
                )


def main_text(path):
    """What is read from the lead to the findings, without what is folded, tables' rules and addresses."""
    text = re.split(r"(?mi)^#+ .*(?:since then|check yourself)", prose(path))[0]
    text = re.sub(r"<details>.*?</details>", "", text, flags=re.S)
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"(?m)^\|[-| :]*\|$|\|", " ", text))


@moved
def test_size_of_a_moved_chapter(path):
    assert 30 <= len(read(path).cells) <= 60
    assert words(main_text(path)) <= 2600, f"{words(main_text(path))} words from the lead to the findings"
    assert path.stat().st_size < 90_000


@moved
def test_citations_leave_room_for_the_text(path):
    text = re.split(r"(?mi)^#+ .*further reading", prose(path))[0]
    crowded = []
    for block in re.split(r"\n\s*\n|\n(?=[-*] |\d+\. |\|)", text):
        cited = [shown for shown, _ in LINK.findall(block) if YEAR.search(shown)]
        room = max(1, ceil(words(LINK.sub(r"\1", block)) / 40))
        if len(cited) > room:
            crowded.append(f"{len(cited)} citations, room for {room}: {block[:70]}")
    assert crowded == []


@moved
def test_the_reader_guesses_before_and_compares_after(path):
    said = [ast.unparse(x) for tree in trees(path) for x in ast.walk(tree) if isinstance(x, ast.Call)]
    asked = [re.fullmatch(r"guess\((.*)\)", call)[1] for call in said if call.startswith("guess(")]
    answered = [
        re.fullmatch(r"your_guess\((.*)\)", call)[1] for call in said if call.startswith("your_guess(")
    ]
    assert asked and sorted(asked) == sorted(answered)
    assert all(said.index(f"guess({x})") < said.index(f"your_guess({x})") for x in asked)


def chapter_files():
    return [file for c in MOVED.values() for file in sorted(c.folder.glob("*.py"))]


every_file = pytest.mark.parametrize("file", chapter_files(), ids=lambda f: f"{f.parent.name}/{f.name}")


@every_file
def test_functions_of_a_chapter_fit_a_page(file):
    long = []
    for x in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(x, ast.FunctionDef | ast.AsyncFunctionDef):
            told = (x.body[0].end_lineno - x.body[0].lineno + 1) if ast.get_docstring(x) else 0
            if (length := x.end_lineno - x.lineno + 1 - told) > 40:
                long.append(f"{x.name}: {length} lines without its docstring")
    assert long == []


@every_file
def test_chapters_write_no_traces(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for x in ast.walk(tree):
        if isinstance(x, ast.Dict):
            kinds = {
                v.value
                for k, v in zip(x.keys, x.values, strict=True)
                if isinstance(k, ast.Constant) and k.value == "type" and isinstance(v, ast.Constant)
            }
            assert not kinds & TRACES, f"line {x.lineno}: a trace; use figures.marks"
        if isinstance(x, ast.Call):
            called = ast.unparse(x.func)
            made = re.fullmatch(r"(?:go|graph_objects)\.(\w+)", called)
            assert not made or made[1] == "Figure", f"line {x.lineno}: {called}"
            assert not re.search(r"\.add_(trace|traces|scatter|bar|heatmap|choropleth)$", called), (
                f"line {x.lineno}: {called}"
            )


OLD_PARTS = r"(sovereignty|norms|deterrence|data_flows|controversies)"


@every_file
def test_a_chapter_imports_the_core_and_itself_only(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for x in ast.walk(tree):
        if isinstance(x, ast.ImportFrom) and x.level:
            assert x.level == 1, f"line {x.lineno}: from another chapter"
            continue
        taken = [x.module or ""] if isinstance(x, ast.ImportFrom) else []
        taken += [f"{x.module}.{a.name}" for a in x.names] if isinstance(x, ast.ImportFrom) else []
        taken += [a.name for a in x.names] if isinstance(x, ast.Import) else []
        for module in taken:
            assert not module.startswith("cyberdip_chapters"), f"line {x.lineno}: {module}"
            assert not re.match(rf"cyberdip_utils\.(first_edition|{OLD_PARTS})\b", module), (
                f"line {x.lineno}: {module}"
            )


@moved
def test_a_notebook_imports_its_own_chapter_only(path):
    own = MOVED[path].module
    for tree in trees(path):
        for x in ast.walk(tree):
            if isinstance(x, ast.ImportFrom) and (x.module or "").startswith(
                ("cyberdip_chapters", "cyberdip_utils.")
            ):
                for a in x.names:
                    whole = f"{x.module}.{a.name}"
                    assert not whole.startswith("cyberdip_chapters") or whole.startswith(own), whole
                    assert not re.match(rf"cyberdip_utils\.(first_edition|{OLD_PARTS})\b", whole), whole


@moved
def test_nothing_is_left_to_write(path):
    """``tools/new_chapter.py`` marks what an author has to fill in."""
    c = MOVED[path]
    files = [path, *c.folder.glob("*.toml"), *c.folder.glob("*.md"), *c.folder.glob("*.py")]
    left = [f.name for f in files if "✎" in f.read_text(encoding="utf-8")]
    assert not left, f"still marked ✎: {', '.join(left)}"
    assert chapter_module(c.number).__doc__


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
