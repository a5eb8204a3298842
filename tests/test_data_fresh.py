"""Tables of 2026: totals as their sources publish them, hand counts, and the traps that the sources name."""

from __future__ import annotations

import pandas as pd
import pytest

from cyberdip_utils import about, load

TABLES = """
cissm_events cissm_state_events
""".split()


def year(values: pd.Series) -> pd.Series:
    return values.astype(str).str[:4].astype(int)


@pytest.mark.parametrize("name", TABLES)
def test_codes_are_those_of_the_states_table(name):
    frame, known = load(name), set(load("states").iso3)
    for column in [c for c in frame if "iso3" in c]:
        assert set(frame[column].dropna()) <= known


@pytest.mark.parametrize("name", TABLES)
def test_each_says_what_it_covers_and_what_misleads(name):
    told = about(name)
    assert told.coverage and told.caveats and told.licence


# cissm_events


def test_cissm_events_add_up_to_both_copies():
    d = load("cissm_events")
    assert d.groupby("edition", observed=True).n.sum().to_dict() == {"world": 10642, "United States": 7440}
    us = d[d.edition == "United States"]
    assert set(us.iso3) == {"USA"}
    by_year = us.groupby(year(us.year)).n.sum()
    assert by_year.loc[[2014, 2023, 2024, 2025]].tolist() == [281, 1379, 599, 371]
    assert d[d.iso3.isna()].n.sum() == 308 and set(d[d.iso3.isna()].place) == {"Undetermined"}
    assert d[(d.edition == "world") & (d.iso3 == "TWN")].n.sum() == 53


def test_cissm_editions_agree_on_the_united_states_to_2022():
    d = load("cissm_events")
    d = d[(d.iso3 == "USA") & (year(d.year) <= 2022)]
    n = d.groupby([year(d.year), "edition"], observed=True).n.sum().unstack()
    assert ((n["world"] / n["United States"] - 1).abs() < 0.04).all() and len(n) == 9


def test_cissm_events_laid_to_states():
    d, base = load("cissm_state_events"), load("cissm_events")
    totals = d.groupby("edition", observed=True).n.sum()
    assert totals.to_dict() == {"world": 633, "United States": 146}
    assert base[base.actor_type == "nation-state"].groupby("edition", observed=True).n.sum().equals(totals)
    us = d[d.edition == "United States"]
    by_year = us.groupby(year(us.year)).n.sum()
    assert (by_year[2024], by_year[2025]) == (25, 11)
