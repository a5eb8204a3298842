"""EuRepoC, CFR, DCID and the anchors: nothing is lost, everything resolves, the published totals come out."""

import os
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from cyberdip_utils import about, load

ROOT = Path(__file__).resolve().parents[1]
RAW = Path(os.environ.get("CYBERDIP_RAW") or ROOT.parent / "shared" / "sources")
LONG = [
    "incident_types",
    "incident_inclusion",
    "incident_disclosure",
    "incident_issues",
    "incident_conflicts",
    "incident_legal",
    "incident_receivers",
    "incident_initiators",
    "incident_attributions",
    "incident_responses",
    "incident_links",
]


@pytest.fixture(scope="module")
def raw():
    folder = RAW / "incidents"
    if not folder.is_dir():
        pytest.skip(f"no raw files in {RAW}")
    return folder


@pytest.fixture(scope="module")
def world(raw):
    return pd.read_csv(
        raw / "eurepoc/eurepoc_global_dataset_1_3.csv.gz", dtype=str, keep_default_na=False
    ).set_index("incident_id")


@pytest.fixture(scope="module")
def incidents():
    return load("incidents").set_index("incident_id")


# ---------------------------------------------------------------- EuRepoC
def test_incidents_in_equal_incidents_out(incidents, world):
    assert len(incidents) == 3414 and set(incidents.index) == set(world.index.astype(int))
    for name in ("incident_receivers", "incident_initiators", "incident_attributions"):
        assert set(load(name)["incident_id"]) == set(incidents.index), name
    for name in LONG:
        assert set(load(name)["incident_id"]) <= set(incidents.index), name


def test_dates(incidents):
    assert incidents["start_on"].isna().sum() == 92
    assert incidents["start_on"].min() == pd.Timestamp("2000-01-01")
    assert incidents["start_on"].max() == pd.Timestamp("2024-12-19")
    assert (incidents["start_status"] == "not available").sum() == 92
    both = incidents.dropna(subset=["start_on", "end_on"])
    assert (both["end_on"] >= both["start_on"]).all()
    assert set(incidents.index[incidents["end_status"] == "before start"]) == {2726, 4101}
    assert incidents["added_on"].max() == pd.Timestamp("2024-12-23")
    assert (incidents["added_on"] == "2022-08-15").sum() == 1440
    assert incidents["updated_on"].max() == pd.Timestamp("2025-03-03")
    assert (incidents["start_precision"] == "year").sum() == 628
    assert (incidents.loc[incidents["start_precision"] == "day", "start_on"].dt.day > 1).all()


def test_codes_keep_the_counts_of_the_source(incidents, world):
    assert incidents["weighted_intensity"].value_counts().to_dict() == {
        1: 1250,
        3: 792,
        4: 618,
        2: 507,
        5: 128,
        6: 82,
        0: 26,
        9: 7,
        8: 2,
        7: 1,
        11: 1,
    }
    assert incidents["response_in_law"].value_counts().to_dict() == {
        "retorsion": 1365,
        "countermeasures": 491,
        "none": 97,
    }
    assert incidents["zero_days"].value_counts().to_dict() == {"no": 3176, "yes": 98, "unknown": 9}
    assert incidents["has_disruption"].sum() == 1465
    assert (incidents["impact_score"].isna() == incidents["impact"].isna()).all()
    political = world["number_political_responses"].astype(int)
    assert incidents["n_political_responses"].sum() == political.sum()
    types = load("incident_types")["type"].value_counts()
    for word, ours in (
        ("Ransomware", "ransomware"),
        ("Disruption", "disruption"),
        ("Data theft & Doxing", "data theft and doxing"),
    ):
        assert types[ours] == world["incident_type"].map(lambda c, w=word: w in c.split(";")).sum()
    disclosed = load("incident_disclosure")
    assert disclosed["incident_id"].nunique() == 3348
    assert disclosed["disclosed_by"].value_counts()["attacker"] == 1024


def test_scope_before_2023_follows_from_the_criteria(incidents):
    criteria = (
        load("incident_inclusion").groupby("incident_id")["criterion"].agg(lambda s: set(s.astype(str)))
    )
    only = criteria.map(lambda s: s == {"critical infrastructure target"})
    flag = incidents.loc[criteria.index, "in_scope_before_2023"].astype(bool)
    assert (flag == ~only).all() and only.sum() == 670
    assert incidents["in_scope_before_2023"].isna().sum() == len(incidents) - len(criteria) == 12


def test_attribution_status_agrees_with_the_settled_initiators(incidents):
    assert incidents["attribution_status"].value_counts().to_dict() == {
        "attributed": 1652,
        "not attributed": 931,
        "origin unknown": 831,
    }
    settled = load("incident_initiators")
    named = settled[settled["settled"] & settled["iso3"].notna()]["incident_id"].unique()
    assert (incidents.loc[named, "attribution_status"] == "attributed").all()


@pytest.mark.parametrize(
    ("iso3", "written"),
    [
        ("CHN", "China"),
        ("IRN", "Iran, Islamic Republic of"),
        ("PRK", "Korea, Democratic People's Republic of"),
        ("PSE", "Palestine"),
        ("TUR", "Turkey"),
    ],
)
def test_initiator_countries_match_the_raw_file(world, iso3, written):
    raw = {int(i) for i, c in world["settled_initiator_country"].items() if written in c}
    ours = load("incident_initiators")
    other = set(ours.loc[(ours["iso3"] == iso3) & ~ours["settled"], "incident_id"])
    ours = set(ours.loc[ours["iso3"] == iso3, "incident_id"])
    assert raw <= ours and ours - raw <= other


def test_receiver_countries_match_the_raw_table(raw, world):
    table = pd.read_csv(raw / "eurepoc/eurepoc_receiver_dataset_1.3.csv", dtype=str, keep_default_na=False)
    undated = set(world.index.astype(int)) - set(table["incident_id"].astype(int))
    assert len(undated) == 92
    ours = load("incident_receivers")
    ours = ours[~ours["incident_id"].isin(undated)]
    for iso3, written in (
        ("TWN", "Taiwan"),
        ("XKX", "Kosovo"),
        ("PSE", "Palestine"),
        ("HKG", "Hong Kong"),
        ("NAM", "Namibia"),
        ("EUU", "EU (institutions)"),
        ("RUS", "Russia"),
        ("SWZ", "Swaziland"),
    ):
        wanted = set(table.loc[table["country"] == written, "incident_id"].astype(int))
        assert wanted and set(ours.loc[ours["iso3"] == iso3, "incident_id"]) == wanted, written
    assert (load("incident_receivers")["place"] == "EU (region)").any()


def test_every_place_is_a_state_or_says_why_not(incidents):
    for name, iso3, status, word in (
        ("incident_receivers", "iso3", "place_status", "place"),
        ("incident_initiators", "iso3", "origin_status", "origin"),
        ("incident_attributions", "iso3", "origin_status", "origin"),
        ("incident_attributions", "attributing_iso3", "attributing_status", "attributing_place"),
        ("incident_responses", "iso3", "place_status", "place"),
    ):
        frame = load(name)
        assert (frame[iso3].notna() <= frame[status].isin(["state", "organisation"])).all(), name
        assert frame.loc[frame[status] == "state", iso3].notna().all(), name
        assert frame.loc[frame[status] == "region", word].notna().all(), name
        assert frame.loc[~frame[status].isin(["region", "organisation"]), word].isna().all(), name
        assert set(frame[iso3].dropna()) <= set(load("states")["iso3"]), name


def test_attributions(raw):
    source = pd.read_csv(
        raw / "eurepoc/eurepoc_attribution_dataset_1.3.csv", dtype=str, keep_default_na=False
    )
    ours = load("incident_attributions")
    ids = set(source["attribution_id"].astype(int))
    assert (
        len(ids) == 3805 and ids <= set(ours["attribution_id"]) and ours["attribution_id"].nunique() == 3897
    )
    per = ours.groupby("attribution_id")["incident_id"].nunique()
    assert (per == 1).all()
    day = source[source["attribution_date"] == "2018"]["attribution_id"].astype(int)
    rows = ours[ours["attribution_id"].isin(day)]
    assert (rows["attributed_precision"] == "year").all() and (rows["attributed_on"].dt.year == 2018).all()
    us = source[source["attributing_country"] == "United States"]["attribution_id"].astype(int)
    assert set(ours.loc[ours["attributing_iso3"] == "USA", "attribution_id"]) >= set(us)
    assert set(load("attribution_actors")["attribution_id"]) <= set(ours["attribution_id"])


def test_responses(incidents):
    r = load("incident_responses")
    assert r["kind"].value_counts().to_dict() == {"legal": 556, "political": 403}
    counted = set(incidents.index[incidents["n_political_responses"] > 0])
    assert counted <= set(r.loc[r["kind"] == "political", "incident_id"])
    counted = set(incidents.index[incidents["n_legal_responses"] > 0])
    assert counted <= set(r.loc[r["kind"] == "legal", "incident_id"])
    assert (r["responded_on"].isna() == r["responded_precision"].isna()).all()
    assert (r["iso3"] == "EUU").sum() >= 10
    assert r["responded_on"].dropna().between("2000-01-01", "2025-03-03").all()


def test_links():
    links = load("incident_links")["url"]
    assert links.str.match(r"https?://[^\s]+$").all() and links.str.len().max() <= 400
    assert not links.str.contains("#:~:text=", regex=False).any()


def test_no_names_of_persons():
    """Names of natural persons that the raw files hold are in no table (compared by hash, so that none stands here)."""
    import hashlib

    listed = set(pd.read_csv(ROOT / "data/curated/eurepoc_persons.csv", dtype=str)["sha256_16"])
    columns = {
        "incident_receivers": "receiver_name",
        "incident_initiators": "initiator_name",
        "attribution_actors": "actor",
        "incident_responses": "actor",
    }
    for name, column in columns.items():
        for value in load(name)[column].dropna().unique():
            assert hashlib.sha256(value.encode()).hexdigest()[:16] not in listed, (name, value)
            assert not re.search(r"\baka\b (?!the )|Lieut|\(Lawyer|\(Journalist", value), (name, value)


def test_recipe_refuses_what_it_does_not_know():
    sys.path.insert(0, str(ROOT / "data"))
    from recipes import eurepoc, places
    from recipes.contract import RecipeError

    with pytest.raises(RecipeError, match="unknown label 'Magic'"):
        eurepoc.coded("Magic", eurepoc.TYPES)
    with pytest.raises(ValueError, match="neither a state nor a known region"):
        places.place("Atlantis")
    assert eurepoc.split("A (x; y);B") == ["A (x; y)", "B"]
    assert [p[0] for p in places.places("Iran, Islamic Republic of, Not available")] == ["IRN"]
    assert [p[0] for p in places.places("Korea, Republic of, United States")] == ["KOR", "USA"]
    assert places.places("Not available") == [("", "not_available", "")]
    assert places.places("EU (region)") == [("", "region", "EU (region)")]
    assert eurepoc.date("03.05.2024") == ("2024-05-03", "day")
    assert eurepoc.date("2024-2-01") == ("2024-02-01", "month")
    assert eurepoc.date("2024-2-1") == ("2024-02-01", "day")
    assert eurepoc.date("2018") == ("2018-01-01", "year")
    assert eurepoc.without_person("Jane Doe (Prime Minister, Utopia)") == ("Prime Minister, Utopia", "office")
    assert eurepoc.without_person("CERT-UA") == ("CERT-UA", "organisation")


def test_counts_in_the_catalogue_are_those_of_the_recipe():
    sys.path.insert(0, str(ROOT / "data"))
    from recipes.eurepoc import COUNTS

    assert f"{COUNTS['receivers']['names']} names" in " ".join(about("incident_receivers").dropped)
    repeated = COUNTS["receivers"]["raw"] - len(load("incident_receivers"))
    assert f"{repeated} repeated rows of 12,397" in about("incident_receivers").dropped[0]
    assert f"{COUNTS['responses']['empty']} list positions" in about("incident_responses").dropped[0]
    assert f"{COUNTS['links']['broken']} entries" in about("incident_links").dropped[0]


# ---------------------------------------------------------------- CFR
def test_cfr_rows():
    o = load("cfr_operations")
    assert len(o) == 762 and o["cfr_id"].is_unique
    missing = {f"cfr-{n:04d}" for n in range(1, 769)} - set(o["cfr_id"])
    assert missing == {f"cfr-{n:04d}" for n in (112, 127, 208, 239, 262, 333)}
    assert o["disclosed_on"].isna().sum() == 15
    assert o["disclosed_on"].min() == pd.Timestamp("2005-08-25")
    assert o["disclosed_on"].max() == pd.Timestamp("2022-12-24")
    assert o["response"].value_counts()["Denouncement"] == 55 and o["response"].isna().sum() == 582
    assert o["type"].value_counts()["Espionage"] == 609  # 608 and the mended row
    for name in ("cfr_sponsors", "cfr_victims", "cfr_sectors"):
        assert set(load(name)["cfr_id"]) <= set(o["cfr_id"])


def test_cfr_sponsors_match_the_raw_file(raw):
    source = pd.read_csv(
        raw / "cfr-cyber-operations/cyber-operations-incidents.csv", dtype=str, keep_default_na=False
    )
    source.index = [f"cfr-{n:04d}" for n in range(1, len(source) + 1)]
    source = source.loc[load("cfr_operations")["cfr_id"]]
    s = load("cfr_sponsors")
    assert s["iso3"].notna().all()
    for iso3, words in (
        ("PRK", ["Democratic People"]),
        ("KOR", ["Korea (Republic of)"]),
        ("USA", ["United States"]),
        ("PSE", ["Palestine"]),
        ("TWN", ["Taiwan"]),
        ("HKG", ["Hong Kong"]),
    ):
        wanted = set(source.index[source["Sponsor"].map(lambda c, w=words: any(x in c for x in w))])
        assert set(s.loc[s["iso3"] == iso3, "cfr_id"]) == wanted, iso3
    v = load("cfr_victims")
    assert (
        not v["as_written"].isin(["State of", "Palestine"]).any()
        or (v.loc[v["as_written"] == "Palestine", "iso3"] == "PSE").all()
    )
    assert set(v.loc[v["cfr_id"] == "cfr-0479", "iso3"]) == {"IRQ", "PAK", "ISR", "GBR"}


# ---------------------------------------------------------------- DCID
def test_dcid_incidents():
    d = load("dcid_incidents")
    assert len(d) == 429 and set(d["dcid_id"]) == set(range(1, 430))
    assert d["severity"].value_counts().to_dict() == {3: 160, 4: 115, 2: 115, 5: 19, 1: 15, 6: 5}
    assert d["method"].value_counts()["intrusion"] == 266
    assert d["initiator_iso3"].value_counts().head(5).to_dict() == {
        "CHN": 115,
        "RUS": 113,
        "IRN": 65,
        "PRK": 59,
        "USA": 20,
    }
    assert len(d[["state_a", "state_b"]].drop_duplicates()) == 40
    assert d["ransomware"].sum() == 11 and d["supply_chain"].sum() == 148
    outside = d[(d["initiator_iso3"] != d["state_a"]) & (d["initiator_iso3"] != d["state_b"])]
    assert set(outside["dcid_id"]) == {291, 292, 309, 331} and outside["receiver_iso3"].isna().all()
    assert "TWN" in set(d["receiver_iso3"])


def test_dcid_actions():
    a, d = load("dcid_actions"), load("dcid_incidents").set_index("dcid_id")
    assert len(a) == 862 and a["action_id"].nunique() == 431 and (a.groupby("action_id").size() == 2).all()
    assert a["no_action"].sum() == 371 and (a["severity"] > 0).sum() == 489
    assert set(a.loc[a["initiator_iso3"] == a["target_iso3"], "action_id"]) == {257, 344}
    linked = a.dropna(subset=["dcid_id"])
    assert len(linked) == linked["dcid_id"].nunique() == 386
    theirs = d.loc[linked["dcid_id"].astype(int)]
    assert (linked["severity"].to_numpy() == theirs["severity"].to_numpy()).sum() == 384
    assert (linked["initiator_iso3"].to_numpy() == theirs["initiator_iso3"].to_numpy()).all()
    negative = [c for c in a if c.startswith("n_") and c.endswith("negative")]
    assert (a[negative].sum(axis=1) == a["n_escalation"]).all()


def test_dcid_numbers_of_the_two_sheets_differ():
    """The trap in the catalogue is real: joining by number would pair different incidents."""
    a, d = load("dcid_actions"), load("dcid_incidents")
    both = a.merge(d, left_on=["action_id", "initiator_iso3"], right_on=["dcid_id", "initiator_iso3"])
    assert (both["name_x"] == both["name_y"]).mean() < 0.5


def test_dcid_refuses_unknown_states():
    sys.path.insert(0, str(ROOT / "data"))
    from recipes import dcid
    from recipes.contract import RecipeError

    with pytest.raises(RecipeError, match="unknown"):
        dcid.cow(999)
    with pytest.raises(RecipeError, match="the names say"):
        dcid.pair(2365, "US", "China")
    assert dcid.pair(20365, "Canada", "Russia ") == ("CAN", "RUS")


# ---------------------------------------------------------------- anchors
def test_anchors_point_to_rows_that_exist():
    anchors, matches = load("anchor_incidents"), load("anchor_matches")
    assert len(anchors) >= 25 and set(matches["anchor_id"]) == set(anchors["anchor_id"])
    known = {
        "eurepoc": set(load("incidents")["incident_id"].astype(str)),
        "cfr": set(load("cfr_operations")["cfr_id"]),
        "dcid": set(load("dcid_incidents")["dcid_id"].astype(str)),
    }
    for dataset, ids in known.items():
        rows = matches[matches["dataset"] == dataset]
        assert set(rows["source_id"].dropna()) <= ids, dataset
        assert set(rows["anchor_id"]) == set(anchors["anchor_id"]), dataset
    assert (matches["source_id"].isna() == (matches["relation"] == "none")).all()
    alone = matches[matches["relation"] == "none"]
    assert (
        matches.groupby(["anchor_id", "dataset"], observed=True)["n"].transform("size")[alone.index] == 1
    ).all()
    exact = anchors[(anchors["began_precision"] == "day") & (anchors["became_public_precision"] == "day")]
    assert len(exact) >= 15 and (exact["became_public_on"] >= exact["began_on"]).all()
    given = anchors["attributed_by"].notna()
    assert (given == anchors["attributed_on"].notna()).all() and anchors.loc[
        ~given, "attributed_to_iso3"
    ].isna().all()
    for name in ("Stuxnet", "NotPetya", "WannaCry", "SolarWinds", "Viasat"):
        assert anchors["name"].str.contains(name).any(), name
