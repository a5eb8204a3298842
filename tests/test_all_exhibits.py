"""Every exhibit of the first edition's form, driven once: a sample of states that holds every value of short controls.

Other tests look at chosen states. Nothing else walks through all exhibits, except random readers in test_properties.
"""

import sys

import pytest
from abbreviations import abbreviations, explain, known
from exhibit_driver import drive, sample

from cyberdip_utils.first_edition.exhibit import all_exhibits

EXHIBITS = all_exhibits()
OUTSIDE = (
    "socket.connect",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.sendto",
    "urllib.Request",
    "http.client.connect",
)


@pytest.fixture(scope="module")
def asked():
    """What was asked of a network since the first test of this file; a hook on audits cannot be taken away, so it is told to rest."""
    found, watching = [], [True]

    def watch(event, args):
        if watching[0] and event in OUTSIDE:
            found.append((event, str(args)))

    sys.addaudithook(watch)
    yield found
    watching[0] = False


@pytest.mark.parametrize("name", EXHIBITS)
def test_every_state_is_sound_and_asks_nobody(name, asked):
    before = len(asked)
    assert drive(EXHIBITS[name]) >= 1
    assert asked[before:] == []


@pytest.mark.parametrize("name", EXHIBITS)
def test_every_figure_has_words_that_the_glossary_knows(name):
    """Title and sentence, computed from the state, a table that says what the picture says, abbreviations explained."""
    exhibit = EXHIBITS[name]
    view = exhibit.view()
    assert len(view.alt.split()) >= 6
    assert exhibit.title and exhibit.title[-1] in "?!."
    assert all(c.label for c in exhibit.controls.values())
    if len(view.figure["data"]):
        assert len(view.table), "a picture without its table"
    labels = [c.label + " " + c.help for c in exhibit.controls.values()]
    found = abbreviations(" ".join([exhibit.title, view.takeaway, view.caveat, *labels]))
    assert found <= known(), explain(found - known())


def test_the_sample_holds_every_value_of_short_controls():
    exhibit = EXHIBITS["who_votes_alike"]
    tried = list(sample(exhibit))
    assert (
        tried[0] == exhibit.defaults
        and len(tried) == len({tuple(map(repr, s.values())) for s in tried}) == 40
    )
    for key, control in exhibit.controls.items():
        values = {repr(control.check(key, v)) for v in control.samples()}
        found = {repr(s[key]) for s in tried} & values
        assert found == values if len(values) <= 12 else len(found) >= 12
