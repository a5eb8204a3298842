"""The glossary: complete for every abbreviation that a reader meets, sound in form, linked to real chapters."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from abbreviations import abbreviations, explain, known

from cyberdip_utils import glossary
from cyberdip_utils.glossary import terms, written_forms
from cyberdip_utils.teach import chapters, notebook_path, questions
from cyberdip_utils.topics import paths

ROOT = Path(__file__).resolve().parent.parent
ALL_CHAPTERS = set(paths()["student"].chapters)


def test_the_finder_finds():
    text = (
        "The GGEs and APT28 met ([OPCW 2018](https://X.ORG/ABC)); `NA` and CERT/CC, ATT&CK, A/RES/73/27, G7."
    )
    assert abbreviations(text) == {"GGE", "APT", "OPCW", "CERT", "CC", "ATT&CK", "RES"}


@pytest.mark.parametrize("number", chapters())
def test_every_abbreviation_of_a_chapter_is_explained(number):
    book = json.loads(notebook_path(number).read_text(encoding="utf-8"))
    text = []
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            text += cell["source"]
        text += [line for out in cell.get("outputs", []) for line in out.get("text", [])]
    for question in questions(number):
        text += [question["text"], *(o[k] for o in question["options"] for k in ("text", "feedback"))]
    found = abbreviations(" ".join(text))
    assert found <= known(), explain(found - known())


def test_form():
    assert len(terms()) >= 100
    for slug, term in terms().items():
        assert term["chapter"] in ALL_CHAPTERS, f"{slug}: no chapter {term['chapter']}"
        assert re.search(r"[.]$", term["meaning"]) and len(term["meaning"]) < 330, slug
        assert 1 <= len(re.findall(r"[.](?= |$)", term["meaning"])) <= 3, f"{slug}: one to three sentences"
        assert not {*term["also"]} & {term["term"]}, slug
        if term["term"].isupper():
            assert term["name"], f"{slug} is an abbreviation without its full form"
    assert chapters().keys() <= ALL_CHAPTERS


def test_no_form_is_claimed_twice():
    forms = [form for term in terms().values() for form in (term["term"], *term["also"])]
    assert len(forms) == len(set(forms))
    assert set(forms) <= set(written_forms())
    assert written_forms()["GGEs"] == "gge" and written_forms()["Open-Ended Working Group"] == "oewg"


def test_terms_of_the_field_are_there():
    asked = """attribution, initiator, receiver, dyad, roll call, ideal point, due diligence, countermeasure, retorsion,
    adequacy decision, placebo date, Wilson interval, censoring, HHI, GGE, OEWG, norm, sovereignty, jus ad bellum,
    jus in bello, export control, internet shutdown, CERT, CSIRT, CBPR, KEV, EuRepoC, DCID, Tallinn Manual"""
    forms = {form.casefold() for form in written_forms()}
    assert not [w for w in re.split(r",\s+", asked) if w.casefold() not in forms]


def test_terms_lead_to_chapters_that_speak_of_them():
    """Most terms occur, in one of their forms, in the chapter that they lead to."""
    said = {}
    for number in chapters():
        text = notebook_path(number).read_text(encoding="utf-8")
        home = ROOT / chapters()[number].module.replace(".", "/")
        files = home.glob("*.py") if home.is_dir() else [home.with_suffix(".py")]
        module = "".join(file.read_text(encoding="utf-8") for file in files)
        said[number] = (text + module + json.dumps(questions(number))).casefold()
    silent = [
        slug
        for slug, term in terms().items()
        if term["chapter"] in said
        and not any(
            re.search(rf"(?<!\w){re.escape(form.casefold())}(?!\w)", said[term["chapter"]])
            for form in (term["term"], term["name"], *term["also"])
            if form
        )
    ]
    written = sum(term["chapter"] in said for term in terms().values())
    assert len(silent) < 0.2 * written, silent


@pytest.mark.parametrize(
    "entry",
    [
        '[Bad_Slug]\nterm = "x"\nmeaning = "y."\nchapter = "0"',
        '[x]\nterm = "x"\nchapter = "0"',
        '[x]\nterm = "x"\nmeaning = "y."\nchapter = "0"\nlink = "z"',
    ],
)
def test_a_faulty_entry_is_refused(entry, tmp_path, monkeypatch):
    file = tmp_path / "glossary.toml"
    file.write_text(entry, encoding="utf-8")
    assert tomllib.loads(entry)
    monkeypatch.setattr(glossary, "_FILE", file)
    with pytest.raises(ValueError, match="glossary.toml"):
        glossary.terms.__wrapped__()
