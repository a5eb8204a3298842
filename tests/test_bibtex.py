"""BibTeX that compiles: what cite() gives, and the handbook's own bibliography."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pybtex.database import parse_string

from cyberdip_utils import catalog, cite
from cyberdip_utils.data import data_folder, latex_safe
from cyberdip_utils.teach.references import bibliography as bibliography_entries
from cyberdip_utils.teach.references import format_reference

ROOT = Path(__file__).resolve().parents[1]
TYPES = {
    "article",
    "book",
    "booklet",
    "inbook",
    "incollection",
    "inproceedings",
    "manual",
    "mastersthesis",
    "misc",
}
TYPES |= {"phdthesis", "proceedings", "techreport", "unpublished"}  # what BibTeX's plain.bst knows

SPECIALS = r"""@misc{underscore_note, title = {A database}, author = {{An Office}}, year = {2025}, note = {taken from database AB_CD}}
@misc{dollar_title, title = {A map shows $8bn of cables}, author = {{A Magazine}}, year = {2021}}
@data{data_type, title = {Voting data}, author = {Doe, A.}, year = {2009}}
@online{percent, title = "100% of R&D #1", author = {{A_B}}, year = {2020}, url = {https://example.org/a_b?c=1&d=%20#e}}
@misc{told, title = {ATT\&CK, \#One, 5\%}, note = {See \url{https://example.org/a_b#c}}, doi = {10.1/a_b}}"""


def entries(text):
    return [x.strip() for x in re.split(r"(?m)^(?=@)", text) if x.strip()]


def faults(text):
    """What LaTeX or BibTeX's plain style would stumble over, by entry."""
    found = []
    for key, entry in parse_string(
        text, "bibtex"
    ).entries.items():  # pybtex refuses a repeated key and loose braces
        if entry.type not in TYPES:
            found.append(f"{key}: @{entry.type}")
        values = {k: v for k, v in entry.fields.items() if k not in ("url", "doi")}
        values |= {role: " ".join(map(str, people)) for role, people in entry.persons.items()}
        for field, value in values.items():
            plain = re.sub(r"\\(?:url|href)\{[^}]*\}|\\[^a-zA-Z]", "", value)
            if re.search(r"[&%#$_^]", plain) or value.count("{") != value.count("}"):
                found.append(f"{key}.{field}: {value}")
    return found


def everything():
    """The entries of all tables, in one file as a reader would write it."""
    return cite(*catalog().index)


def bibliography():
    return (ROOT / "notebooks" / "references.bib").read_text(encoding="utf-8")


def test_specials_are_escaped_once_and_addresses_stay():
    assert len(faults(SPECIALS)) == 6, "the check finds what it should"
    safe = "\n".join(map(latex_safe, entries(SPECIALS)))
    assert faults(safe) == []
    assert r"database AB\_CD" in safe and r"shows \$8bn" in safe and r"100\% of R\&D \#1" in safe
    assert "@misc{data_type," in safe and "@misc{percent," in safe
    assert "https://example.org/a_b?c=1&d=%20#e" in safe and r"\url{https://example.org/a_b#c}" in safe
    assert "doi = {10.1/a_b}" in safe
    assert "\n".join(map(latex_safe, entries(safe))) == safe
    assert latex_safe("@misc{c}") == "@misc{c}"


@pytest.mark.parametrize("text", [everything, bibliography])
def test_every_entry_is_fit_for_latex(text):
    assert faults(text()) == []


def test_each_entry_stands_once():
    one, two = cite("incidents"), cite("incident_types")
    assert cite("incidents", "incidents") == one
    assert set(entries(cite("incidents", "incident_types"))) == {*entries(one), *entries(two)}
    keys = re.findall(r"@\w+\{([^,]+),", everything())
    assert len(keys) == len(set(keys)) > 30
    package = json.loads((data_folder() / "datapackage.json").read_text(encoding="utf-8"))
    sources = {s["bibtex"] for r in package["resources"] for s in r["sources"]}
    assert len(keys) == len(sources), "no source is lost, and no key is used for two sources"


def test_cite_without_a_name_is_refused():
    with pytest.raises(TypeError, match="name of a table"):
        cite()
    with pytest.raises(KeyError, match="did you mean"):
        cite("incidents", "statess")


def test_readers_see_no_escapes():
    shown = [format_reference(entry)[0] for entry in bibliography_entries().entries.values()]
    assert sum("$8bn" in line for line in shown) == 1
    assert not [line for line in shown if re.search(r"\\[$&%#_]", line)]


def compiled(text, style, folder):
    """Compile a document that cites every entry; what LaTeX and BibTeX say is wrong."""
    (folder / "all.bib").write_text(text, encoding="utf-8")
    (folder / "doc.tex").write_text(
        "\\documentclass{article}\\usepackage{url}\\begin{document}\\nocite{*}"
        f"\\bibliographystyle{{{style}}}\\bibliography{{all}}\\end{{document}}",
        encoding="utf-8",
    )
    said = ""
    latex = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "doc"]
    for command in (latex, ["bibtex", "doc"], latex, latex):
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=120
        )
        said = done.stdout if command[0] == "bibtex" else said
        assert done.returncode == 0, done.stdout[-2000:]
    assert (folder / "doc.pdf").stat().st_size > 10_000
    return re.findall(r"(?i)error.*|.*isn't style-file defined|.*repeated entry.*", said)


@pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("bibtex")), reason="no LaTeX on this machine"
)
@pytest.mark.parametrize("text", [everything, bibliography])
@pytest.mark.parametrize("style", ["plain", "unsrt"])
def test_latex_compiles_it(text, style, tmp_path):
    assert compiled(text(), style, tmp_path) == []
