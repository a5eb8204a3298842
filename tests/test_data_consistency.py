"""What has no country code is what it is said to be: never a state whose name was missed."""

from pathlib import Path

import pytest

from cyberdip_utils import countries
from cyberdip_utils.data import about, catalog, load

PAGE = Path(__file__).resolve().parents[1] / "docs" / "data-consistency.md"
# (table, code column, column with the source's word): the words that may stand without a code
WORDS = [
    ("incident_receivers", "iso3", "place"),
    ("incident_initiators", "iso3", "origin"),
    ("incident_attributions", "attributing_iso3", "attributing_place"),
    ("incident_responses", "iso3", "place"),
    ("cfr_sponsors", "iso3", "as_written"),
    ("cfr_victims", "iso3", "as_written"),
    ("removal_requests", "iso3", "asker"),
    ("data_requests", "iso3", "asker"),
    ("taiwan_chip_exports", "iso3", "destination"),
    ("adequacy", "iso3", "entity"),
    ("cbpr", "iso3", "entity"),
    ("chip_providers", "iso3", "name"),
]


@pytest.mark.parametrize(("table", "code", "word"), WORDS)
def test_a_row_without_a_code_names_no_state(table, code, word):
    rows = load(table)
    words = rows.loc[rows[code].isna(), word].dropna().astype(str).unique()
    missed = {w: countries.code(w, default="") for w in words if countries.code(w, default="")}
    assert not missed, f"{table}: these name a state and have no code: {missed}"


@pytest.mark.parametrize(
    ("table", "code", "status"),
    [
        ("incident_receivers", "iso3", "place_status"),
        ("incident_initiators", "iso3", "origin_status"),
        ("incident_attributions", "iso3", "origin_status"),
        ("incident_attributions", "attributing_iso3", "attributing_status"),
    ],
)
def test_status_and_code_agree(table, code, status):
    rows = load(table)
    states = rows[status].astype(str) == "state"
    assert rows.loc[states, code].notna().all()
    assert rows.loc[~states & (rows[code] != "EUU"), code].isna().all()


def test_only_known_askers_are_no_states():
    for table in ("removal_requests", "data_requests"):
        rows = load(table)
        assert set(rows.loc[rows["iso3"].isna(), "asker"]) <= {"INTERPOL", "EUROPOL", "UNKNOWN", "ALL"}


def test_every_code_in_every_table_is_in_states():
    known = set(load("states")["iso3"])
    lost = {}
    for name in catalog().index:
        if about(name).fields.empty:
            continue  # geometry
        frame = load(name)
        for column in [
            c for c in frame.columns if c == "iso3" or c.endswith("_iso3") or c.startswith("iso3_")
        ]:
            if strange := set(frame[column].dropna().astype(str)) - known:
                lost[f"{name}.{column}"] = sorted(strange)[:5]
    assert not lost


def test_the_page_tells_the_counts_of_today():
    page = PAGE.read_text(encoding="utf-8")
    for table, code in (
        ("incident_receivers", "iso3"),
        ("incident_initiators", "iso3"),
        ("incident_attributions", "attributing_iso3"),
        ("cfr_victims", "iso3"),
    ):
        rows = load(table)
        line = next(x for x in page.splitlines() if x.startswith(f"| `{table}`"))
        assert f"| {len(rows):,} | {int(rows[code].isna().sum()):,} |" in line, table
