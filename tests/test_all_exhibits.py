"""Every exhibit of the handbook, every control over all its options (a seeded sample where the product is huge)."""

import pytest
from exhibit_driver import drive

from cyberdip_utils.first_edition.exhibit import all_exhibits

EXHIBITS = all_exhibits()


def test_there_are_exhibits_and_the_known_ones_are_among_them():
    assert {"response_flow", "severity_ladder", "timeline"} <= set(EXHIBITS)


@pytest.mark.parametrize("name", EXHIBITS)
def test_every_state_is_sound(name):
    exhibit = EXHIBITS[name]
    tried = drive(exhibit, limit=120)
    assert tried >= max(len(c.samples()) for c in exhibit.controls.values())
