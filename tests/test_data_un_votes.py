"""Votes of the General Assembly: the tables, and the two roll-call files they rest on."""

import os
from pathlib import Path

import pandas as pd
import pytest

from cyberdip_utils import load

FOLDER = Path(os.environ.get("CYBERDIP_RAW") or Path(__file__).resolve().parents[2] / "shared" / "sources")
HERE = Path(__file__).resolve().parents[1]
CODES = {"1": "yes", "2": "abstain", "3": "no", "8": "absent", "9": "not a member"}


def raw(path: str) -> pd.DataFrame:
    """A raw file as text, from the folder of raw files or the copy in data/raw."""
    for base in (FOLDER, HERE / "data" / "raw"):
        if (base / path).is_file():
            return pd.read_csv(base / path, dtype=str, keep_default_na=False)
    pytest.skip(f"raw file {path} is not here (set CYBERDIP_RAW)")


@pytest.fixture(scope="module")
def votes():
    return load("un_votes")


@pytest.fixture(scope="module")
def counts(votes):
    return votes.groupby(["resolution", "vote"], observed=False).size().unstack()


def test_23_roll_calls(votes):
    resolutions = load("un_resolutions")
    assert len(resolutions) == 23
    assert set(votes.resolution) == set(resolutions.resolution)
    assert (resolutions.identified_by == "inference").sum() == 6
    assert resolutions.date.between("2005-12-08", "2025-12-18").all()


def test_votes_add_up_to_the_official_tally_of_every_resolution_that_has_one(counts):
    tallies = load("un_vote_tallies").set_index("resolution")
    assert len(tallies) == 13
    ours = counts.loc[tallies.index]
    for vote in ("yes", "no", "abstain"):
        assert (ours[vote] == tallies[vote]).all(), vote
    given = tallies.non_voting.dropna()
    assert len(given) == 12
    assert (ours.absent[given.index] == given).all()


def test_every_difference_from_the_file_is_a_row_with_a_reason(votes):
    changed = votes[votes.vote.astype(str) != votes.in_file.astype(str)]
    assert set(changed[["resolution", "iso3", "vote"]].itertuples(index=False, name=None)) == {
        ("A/RES/78/16", "TUR", "yes"),
        ("A/RES/78/16", "YEM", "yes"),
        ("A/RES/78/16", "ZMB", "yes"),
        ("A/RES/78/16", "ZWE", "yes"),
        ("A/RES/78/237", "TUR", "no"),
    }
    assert changed.note.str.contains("record of the UN Digital Library").all()


def test_tallies_of_the_file_are_those_of_its_rows(votes):
    tallies = load("un_vote_tallies").set_index("resolution")
    file = votes.groupby(["resolution", "in_file"], observed=False).size().unstack().loc[tallies.index]
    for vote in ("yes", "no", "abstain"):
        assert (file[vote] == tallies[f"file_{vote}"]).all()
    differ = (tallies[["yes", "no", "abstain"]].to_numpy() != file[["yes", "no", "abstain"]].to_numpy()).any(
        axis=1
    )
    assert set(tallies.index[differ]) == {"A/RES/78/16", "A/RES/78/237"}
    assert (tallies.difference.notna() == differ).all()


@pytest.mark.parametrize(
    ("resolution", "yes", "no", "abstain"),
    [
        ("A/RES/60/45", 177, 1, 0),
        ("A/RES/73/27", 119, 46, 14),
        ("A/RES/73/187", 94, 59, 33),
        ("A/RES/73/266", 138, 12, 16),
        ("A/RES/74/29", 129, 6, 45),
        ("A/RES/74/247", 79, 60, 33),
        ("A/RES/78/16", 161, 9, 11),
        ("A/RES/80/23", 118, 9, 44),
    ],
)
def test_known_tallies(counts, resolution, yes, no, abstain):
    assert counts.loc[resolution, ["yes", "no", "abstain"]].tolist() == [yes, no, abstain]


def test_each_roll_call_has_all_members_of_its_day_but_those_named(votes):
    members = set(load("states").query("kind == 'un_member'").iso3)
    assert len(members) == 193
    late = {"A/RES/60/45": {"MNE", "SSD"}} | {
        f"A/RES/{r}": {"SSD"} for r in ("61/54", "62/17", "63/37")
    }  # Montenegro joined in June 2006, South Sudan in July 2011
    dates = load("un_resolutions").set_index("resolution").date
    for resolution, rows in votes.groupby("resolution"):
        missing = late.get(resolution, {"AFG", "VEN"} if dates[resolution].year == 2025 else set())
        assert set(rows.iso3) == members - missing, resolution


def test_hard_names(votes):
    by = votes.set_index(["iso3", "resolution"])
    assert not {"TWN", "XKX", "PSE", "HKG", "EUU", "VAT", "SCG"} & set(votes.iso3)
    assert len(votes[votes.iso3 == "NAM"]) == 23
    seat = by.loc[("SRB", "A/RES/60/45")]
    assert (seat.vote, "Serbia and Montenegro" in seat.note) == ("yes", True)
    assert by.loc[("USA", "A/RES/60/45")].vote == "no"
    assert by.loc[("RUS", "A/RES/74/247")].vote == "yes"


def test_rows_equal_the_curators_long_table(votes):
    theirs = raw("governance/un_votes/ict_votes_by_country.csv")
    both = votes.merge(theirs, on=["resolution", "iso3"], how="right", suffixes=("", "_raw"))
    assert len(both) == 4259
    assert (both.in_file.astype(str) == both.vote_raw).all()
    only_ours = votes.merge(theirs[["resolution", "iso3"]], how="left", indicator=True).query(
        "_merge == 'left_only'"
    )
    assert set(only_ours.in_file.astype(str)) <= {"absent", "not a member"}


def test_2025_rows_equal_the_scraped_records():
    full = raw("governance/un_votes/unga_2025_recorded_votes.csv.gz").set_index("Resolution")
    votes = load("un_votes")
    states = [c for c in full.columns if len(c) == 3 and c.isupper()]
    assert len(states) == 191
    for resolution in load("un_resolutions").query("date >= '2025-01-01'").resolution:
        theirs = full.loc[resolution, states].str.lower().replace("", "absent")
        ours = votes[votes.resolution == resolution].set_index("iso3").vote.astype(str)
        assert (ours.reindex(states) == theirs).all()


@pytest.fixture(scope="module")
def two_files():
    """The two files cell by cell: shared roll calls, votes of the old file, cells of the wide one."""
    old = raw("governance/un_votes/un_votes.csv.gz")
    calls = raw("governance/un_votes/un_roll_calls.csv.gz")
    wide = raw("governance/un_votes/roll_calls_wide_1946_2024.csv.gz")
    assert (len(old), len(calls), len(wide)) == (870_109, 6_203, 6_551)
    shared = wide.merge(calls[["rcid", "date"]], on=["rcid", "date"])
    states = [c for c in wide.columns if len(c) == 3 and c.isupper()]
    cells = shared.melt("rcid", states, "iso3", "cell")
    cells["cell"] = cells.cell.str[0].map(CODES)
    return old, calls, wide, shared, cells


def test_all_roll_calls_of_the_old_file_are_in_the_wide_one(two_files):
    _, calls, wide, shared, _ = two_files
    assert len(shared) == len(calls) == 6_203
    reused = wide[wide.duplicated("rcid", keep=False) & wide.date.str.startswith("2023")]
    assert set(reused.rcid) == {"411", "427", "449", "495"}  # numbers of the 1950s on roll calls of 2023
    assert len(wide) - len(shared) == 348


def test_the_two_files_agree_on_the_votes_they_share(two_files):
    import pycountry

    old, *_, cells = two_files
    code = {c.alpha_2: c.alpha_3 for c in pycountry.countries} | {"YU": "SRB"}
    named = {"Federal Republic of Germany": "DEU"}
    iso3 = old.country_code.map(code).fillna(old.country.map(named))
    no_column = old[iso3.isna()].country.value_counts()
    assert no_column.to_dict() == {
        "Czechoslovakia": 3752,
        "Yemen Arab Republic": 3291,
        "Yemen People's Republic": 2378,
        "German Democratic Republic": 2067,
        "Zanzibar": 2,
    }
    both = (
        old.assign(iso3=iso3).dropna(subset="iso3").merge(cells, on=["rcid", "iso3"], validate="one_to_one")
    )
    assert len(both) == 870_109 - no_column.sum() == 858_619
    differ = both[both.vote != both.cell]
    # votes of the Federal Republic of Yugoslavia, later Serbia and Montenegro, that the wide file lacks
    assert len(differ) == 110
    assert set(differ.country) == {"Yugoslavia"}
    assert set(differ.cell) == {"absent"}
    # and the wide file has no vote on a shared roll call that the old one lacks
    assert cells.cell.isin(["yes", "no", "abstain"]).sum() == 858_619 - 110


def test_ideal_points():
    d = load("ideal_points")
    assert len(d) == 11_610
    assert (
        (d.q05 <= d.q10).all()
        and (d.q10 <= d.q50).all()
        and (d.q50 <= d.q90).all()
        and (d.q90 <= d.q95).all()
    )
    assert d.ideal_point.between(d.q05, d.q95).all()
    assert set(range(1946, 2026)) - set(d.year) == {1964}
    assert (d.year == 2025).sum() == 190
    us = d[d.iso3 == "USA"].set_index("year").ideal_point
    assert (round(us[2024], 2), round(us[2025], 2)) == (2.10, 3.36)


def test_ideal_points_follow_the_seat():
    d = load("ideal_points")
    years = d.groupby("iso3").year.agg(["min", "max"])
    assert years.loc["YUG"].tolist() == [1946, 1992]
    assert years.loc["SRB"].tolist() == [2000, 2025]
    assert years.loc["TWN"].tolist() == [1946, 1971]
    assert years.loc["DDR"].tolist() == [1973, 1989]
    assert years.loc["YEM"].tolist() == [1947, 2025]
    assert years.loc["NAM", "max"] == 2025
    assert not {"XKX", "PSE", "HKG", "EUU", "VAT"} & set(d.iso3)
    then = d.set_index(["iso3", "year"]).name_then
    assert then["RUS", 1985] == "Soviet Union"
    assert then["SRB", 2004] == "Serbia and Montenegro"
    assert then["DEU", 1980] == "Federal Republic of Germany"
    assert then.isna().sum() > 11_000


def test_who_led_is_said_only_where_a_source_names_one():
    d = load("un_resolutions").set_index("resolution")
    assert d[d.led_by.notna()].sponsor_line.notna().all()
    assert d.led_by[["A/RES/73/27", "A/RES/73/266", "A/RES/77/37"]].tolist() == ["RUS", "USA", "FRA"]
    assert pd.isna(d.led_by["A/RES/80/23"])  # several sponsors, none named as the leader
    assert pd.isna(d.sponsor_line["A/RES/74/28"])  # no source that names its sponsors was seen
