"""What exhibits say is borne out by their tables, in hundreds of states of every exhibit."""

import itertools
import re

import pytest

from cyberdip_utils.exhibit import all_exhibits

STATES = 300


@pytest.mark.parametrize("name", all_exhibits())
def test_sentences_hold_against_the_table(name):
    """Each claim counted again row by row; no figure outside a claim; one sentence of at most 240 characters."""
    exhibit = all_exhibits()[name]
    faults = []
    for values in itertools.islice(exhibit.states(limit=STATES, seed=11), STATES):
        said = exhibit.sentence(**values)
        faults += [f"{values}: {fault} — {said.text}" for fault in said.faults(exhibit.table(**values))]
        for text in (said.text, said.evidence):
            if (
                re.search(r"\b(nan|inf)\b", text.lower())
                or "  " in text
                or " ." in text
                or " ," in text
                or "None" in text
            ):
                faults.append(f"{values}: badly put: {text!r}")
        assert len(faults) < 20, "\n".join(faults)
    assert not faults, "\n".join(faults)
