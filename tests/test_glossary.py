"""The glossary: complete for every abbreviation that a reader meets, sound in form, linked to real chapters."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from cyberdip_utils import glossary
from cyberdip_utils.first_edition.exhibit import all_exhibits
from cyberdip_utils.glossary import terms, written_forms
from cyberdip_utils.teach import chapters, notebook_path, questions
from cyberdip_utils.topics import paths

ROOT = Path(__file__).resolve().parent.parent
ALL_CHAPTERS = set(paths()["student"].chapters)
ABBREVIATION = re.compile(r"(?<![A-Za-z0-9&])([A-Z][A-Z&]*[A-Z])[0-9]*s?(?![A-Za-z0-9&])")
# Capitals that stand for nothing in the field: what they are, so that nobody need look them up.
NO_TERMS = {
    "II": "the Roman numeral",
    "ID": "identifier",
    "README": "the name of a file",
    "CONTRIBUTING": "the name of a file",
    "AFP": "a news agency, cited as author",
    "ANT": "a laboratory's name, cited as author",
    "APC": "Association for Progressive Communications, cited as author",
    "ARTICLE": "part of the name of Article 19, cited as author",
    "CADE": "a project's name, cited as author",
    "ESET": "a firm's name",
    "UNC": "first letters of a group's name, UNC3886",
    "CSIS": "Center for Strategic and International Studies, cited as author",
    "DIGITALEUROPE": "an association's name, cited as author",
    "DLA": "part of a law firm's name, cited as author",
    "IAPP": "International Association of Privacy Professionals, cited as author",
    "MS": "the mark of a security bulletin of Microsoft",
    "NDTV": "a news channel, cited as author",
    "RAND": "a research organisation's name, cited as author",
    "SAMENA": "a council's name, cited as author",
    "UCL": "a university's name, cited as author",
    "ACE": "a cable's name",
    "SAT": "part of a cable's name",
    "WACS": "a cable's name",
    "WASC": "a cable's name",
}


def abbreviations(text):
    """All-capitals words of two letters or more, without digits and plural s; code, addresses and formulas are no prose."""
    text = re.sub(r"`[^`]*`", " ", text)
    text = re.sub(r"\]\([^)\s]*(?:\([^)]*\)[^)\s]*)*\)", "]", text)
    text = re.sub(r"https?://\S+|<[^>]+>|\$[^$]*\$", " ", text)
    return set(ABBREVIATION.findall(text))


def known():
    """Each all-capitals word of any written form."""
    return {word for form in written_forms() for word in abbreviations(form)} | set(NO_TERMS)


def explain(missing):
    return (
        f"add to cyberdip_utils/glossary.toml (or, if it is a mere name, to NO_TERMS here): {sorted(missing)}"
    )


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


@pytest.mark.parametrize("name", all_exhibits())
def test_every_abbreviation_of_an_exhibit_is_explained(name):
    exhibit = all_exhibits()[name]
    view = exhibit.view()
    labels = [c.label + " " + c.help for c in exhibit.controls.values()]
    found = abbreviations(" ".join([exhibit.title, view.takeaway, view.caveat, *labels]))
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
