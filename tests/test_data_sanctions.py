"""Sanctions, threat actors and ATT&CK: totals as published, tags by rule, and nothing personal but names."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pandas as pd
import pytest

from cyberdip_utils import about, load

ROOT = Path(__file__).resolve().parents[1]
RAW = Path(os.environ.get("CYBERDIP_RAW") or ROOT.parent / "shared" / "sources") / "incidents"
KEPT = ROOT / "data" / "raw" / "incidents"
EU = {"32019R0796": "eu-cyber-sanctions/32019R0796", "32024R2642": "eu-cyber-sanctions/32024R2642"}
TABLES = """
eu_sanctions eu_sanction_operations us_sanctions us_sanction_programs us_sanction_countries us_sanction_links
threat_actors threat_actor_names threat_actor_victims attack_groups attack_campaigns attack_campaign_groups
""".split()


def raw(path: str) -> pd.DataFrame:
    """A raw file as text; skipped where the folder is not there."""
    if not (RAW / path).is_file():
        pytest.skip(f"raw files not there: {RAW / path}")
    return pd.read_csv(RAW / path, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def recipe():
    """The recipe of the sanctions tables."""
    sys.path.insert(0, str(ROOT / "data"))
    try:
        return importlib.import_module("recipes.sanctions")
    finally:
        sys.path.remove(str(ROOT / "data"))


def test_eu_listings_as_published():
    d = load("eu_sanctions")
    n = d.groupby(["regime", "kind"], observed=True).size().to_dict()
    cyber, hybrid = "cyber-attacks (2019/796)", "Russian hybrid activities (2024/2642)"
    assert n == {(cyber, "person"): 27, (cyber, "entity"): 11, (hybrid, "person"): 80, (hybrid, "entity"): 20}
    assert d.listed_on.min() == pd.Timestamp("2020-07-30")
    assert d.listed_on.max() == pd.Timestamp("2026-07-13")
    assert d.listing.is_unique
    first = d[(d.listed_on == "2020-07-30")]
    assert len(first) == 9  # six persons and three entities, the first listings of all
    assert set(first.linked_to) == {"CHN", "RUS", "PRK"}


def test_eu_links_of_the_cyber_list():
    d = load("eu_sanctions").query("regime.str.startswith('cyber')")
    assert d.linked_to.value_counts().to_dict() == {"RUS": 29, "CHN": 7, "PRK": 1, "IRN": 1}
    assert d.cyber.all()


def test_hybrid_listings_for_cyber_acts():
    d = load("eu_sanctions").query("regime.str.startswith('Russian') and cyber")
    assert len(d) == 8
    assert {"GRU Unit 29155", "Stark Industries Solutions Ltd."} <= set(d.name)


@pytest.mark.parametrize("celex", EU)
def test_operations_follow_the_rule(celex, recipe):
    full = raw(f"{EU[celex]}.csv")
    theirs = {
        (f"{r.celex}/{r.annex}/{r.recordId}", tag) for r in full.itertuples() for tag in recipe.tags(r.reason)
    }
    d = load("eu_sanction_operations")
    d = d[d.listing.str.startswith(celex)]
    assert set(zip(d.listing, d.operation.astype(str), strict=True)) == theirs


@pytest.mark.parametrize(
    ("operation", "names"),
    [
        ("Cloud Hopper", {"GAO Qiang", "ZHANG Shilong"}),
        ("WannaCry 2017", {"Chosun Expo"}),
        ("Bundestag 2015", {"Dmitry Sergeyevich BADIN", "Igor Olegovich KOSTYUKOV"}),
        ("Flax Typhoon", {"Integrity Technology Group"}),
        ("LummaC2", {"Maksim Evgenevich VORONIN", "Maksim Aleksandrovich GORDIENKO"}),
    ],
)
def test_operations_known_from_reading(operation, names):
    d = load("eu_sanction_operations").merge(load("eu_sanctions"), on="listing")
    assert names <= set(d[d.operation == operation].name)


def test_opcw_and_notpetya_counts():
    n = load("eu_sanction_operations").operation.value_counts()
    assert n["OPCW 2018"] == 6  # four of the team, their chief, their unit
    assert n["NotPetya 2017"] == 1
    assert n["WhisperGate"] == 6


def test_every_cyber_listing_has_an_operation():
    d = load("eu_sanctions").query("regime.str.startswith('cyber')")
    assert set(d.listing) <= set(load("eu_sanction_operations").listing)


def test_ofac_as_published():
    d = load("us_sanctions")
    assert len(d) == 206
    assert d.kind.value_counts().to_dict() == {"person": 130, "entity": 72, "aircraft": 3, "vessel": 1}
    assert d.nationality.isna().sum() == 123
    n = load("us_sanction_programs").program.value_counts()
    assert (n["CYBER2"], n["ELECTION-EO13848"], n["UKRAINE-EO13661"], n["NPWMD"]) == (206, 61, 38, 27)
    c, links = load("us_sanction_countries"), load("us_sanction_links")
    assert d.entity_number.nunique() - c.entity_number.nunique() == 26
    assert d.entity_number.nunique() - links.entity_number.nunique() == 66
    assert {"RUS", "IRN", "CHN", "HKG", "SYC"} <= set(c.iso3)
    assert set(links.linked_number.dropna()) <= set(d.entity_number)


def test_nothing_personal_but_names():
    banned = ("birth", "dob", "passport", "address", "phone", "tax", "reason", "remark", "title", "alias")
    for name in ("eu_sanctions", "eu_sanction_operations", "us_sanctions", "us_sanction_links"):
        columns = [c for c in load(name) if c != "n_crypto_addresses"]
        assert not [c for c in columns if any(b in c.lower() for b in banned)]
    for path in [*KEPT.glob("eu-cyber-sanctions/*.csv"), *KEPT.glob("ofac-cyber/*.csv")]:
        head = path.read_text(encoding="utf-8").split("\n", 1)[0].lower()
        for word in ("birth", "passport", "reason", "phone", "remark"):
            assert word not in head, path


@pytest.mark.parametrize(
    ("kept", "full"),
    [(f"{p}_facts.csv", f"{p}.csv") for p in EU.values()]
    + [
        ("misp-threat-actors/threat_actors_facts.csv", "misp-threat-actors/threat_actors.csv"),
        ("mitre-attack/groups_facts.csv", "mitre-attack/groups.csv"),
        ("mitre-attack/campaigns_facts.csv", "mitre-attack/campaigns.csv"),
    ],
)
def test_kept_raw_copies_are_the_raw_files_without_the_text(kept, full):
    whole = raw(full)
    part = pd.read_csv(KEPT / kept, dtype=str, keep_default_na=False)
    assert part.equals(whole[part.columns])
    assert not {"reason", "description"} & set(part)


def test_misp_as_published():
    d = load("threat_actors")
    assert len(d) == 1041
    assert d.claimed_iso3.notna().sum() == 476
    assert d.confidence.notna().sum() == 164
    assert (d.confidence == 50).sum() == 155
    assert d.sponsor_status.value_counts().to_dict() == {"not stated": 942, "named": 91, "unknown": 8}
    assert (d.sponsor_iso3.notna() == (d.sponsor_status == "named")).all()
    n = d.claimed_iso3.value_counts()
    assert (n["CHN"], n["RUS"], n["IRN"], n["PRK"], n["PSE"]) == (216, 79, 60, 26, 9)
    assert load("threat_actor_victims").actor.nunique() == 146


def test_names_of_actors():
    d = load("threat_actor_names")
    actors, groups = load("threat_actors"), load("attack_groups")
    mains = d[d.main]
    assert set(mains[mains.source == "MISP"].actor) == set(actors.actor)
    assert set(mains[mains.source == "ATT&CK"].actor) == set(groups.group)
    assert (d[d.source == "MISP"].groupby("actor").size() == actors.set_index("actor").n_names).all()
    assert d.key.str.len().min() >= 3
    assert not d.name.str.contains("|", regex=False).any()
    apt28 = d[(d.source == "ATT&CK") & (d.actor == "G0007")]
    assert {"Fancy Bear", "Sofacy", "Forest Blizzard", "APT28"} <= set(apt28.name)


def test_names_match_across_catalogues():
    d = load("threat_actor_names")
    both = set(d[d.source == "MISP"].key) & set(d[d.source == "ATT&CK"].key)
    assert len(both) > 300
    assert {"apt28", "lazarusgroup", "voodoobear"} <= both


def test_victims():
    d = load("threat_actor_victims").set_index("victim").iso3
    assert d["Taiwan"].unique().tolist() == ["TWN"]
    assert d["Palestine"].unique().tolist() == ["PSE"]
    assert d["Hong Kong"].unique().tolist() == ["HKG"]
    assert d["European Union"].unique().tolist() == ["EUU"]
    assert d.loc[["Middle East", "NATO", "HSBC"]].isna().all()


def test_attack_as_published():
    g, c, tied = load("attack_groups"), load("attack_campaigns"), load("attack_campaign_groups")
    assert (len(g), len(c)) == (172, 52)
    assert (c.first_seen <= c.last_seen).all()
    assert c.set_index("campaign").at["C0059", "first_seen"].year == 2004  # as in the source
    full = pd.read_csv(KEPT / "mitre-attack" / "campaigns_facts.csv", dtype=str, keep_default_na=False)
    named = full.attributed_groups.str.split(" | ", regex=False).explode()
    assert len(tied) == (named != "").sum()
    assert about("attack_groups").licence.startswith("(c) 2025 The MITRE Corporation.")
    assert any("MITRE Corporation" in x for x in about("threat_actor_names").caveats)


@pytest.mark.parametrize("name", TABLES)
def test_codes_traps_and_sources(name):
    frame, known = load(name), set(load("states").iso3)
    for column in [c for c in frame if "iso3" in c or c == "nationality"]:
        assert set(frame[column].dropna()) <= known
    if name == "eu_sanctions":
        assert set(frame.linked_to) <= known
    a = about(name)
    assert a.caveats
    assert a.licence
    assert a.citation
