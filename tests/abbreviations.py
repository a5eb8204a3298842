"""Abbreviations in a text, and those that the glossary explains; for the tests of chapters and of exhibits."""

import re

from cyberdip_utils.glossary import written_forms

ABBREVIATION = re.compile(r"(?<![A-Za-z0-9&])([A-Z][A-Z&]*[A-Z])[0-9]*s?(?![A-Za-z0-9&])")
# Capitals that stand for nothing in the field: what they are, so that nobody need look them up.
NO_TERMS = {
    "II": "the Roman numeral",
    "TV": "part of the name of TV5 Monde, a broadcaster",
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
