"""The weekly link check collects what readers can follow; asking the network is not tested here."""

import outside_links as links


def test_addresses_lose_the_punctuation_of_their_sentence():
    assert links.trimmed("https://doi.org/10.1/x).") == "https://doi.org/10.1/x"
    assert links.trimmed("https://en.example.net/wiki/A_(b)") == "https://en.example.net/wiki/A_(b)"
    assert links.trimmed("https://a.example.net/b,") == "https://a.example.net/b"


def test_it_finds_the_links_of_notebooks_pages_and_references():
    found = links.collect()
    assert len(found) > 400
    doi = "https://doi.org/10.1080/01402390.2014.977382"
    assert {"notebooks/3_deterrence/3_1_what_actually_happens.ipynb", "notebooks/references.bib"} <= found[
        doi
    ]
    assert not any("example.org" in a for a in found)
    assert not any(a.endswith((")", ".", ",")) and a.count(")") > a.count("(") for a in found)
