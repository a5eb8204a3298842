"""Chapter 5.4: what its findings and checks say, worked out another way from the tables."""

import csv

import pytest

from cyberdip_utils.controversies import state_or_firm as chapter
from cyberdip_utils.data import data_folder, load
from cyberdip_utils.first_edition.exhibit import all_exhibits, find_any
from cyberdip_utils.stats import share
from cyberdip_utils.teach import check


def rows(name):
    with (data_folder() / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---------------------------------------------------------------- the debate


def test_three_sides_and_every_exhibit_of_the_file_is_in_the_chapter():
    assert list(chapter.debate.sides) == ["law", "firms", "share"]
    assert chapter.debate.broken_links() == []
    assert {chapter.argument_map.name, chapter.evidence.name, chapter.weigh.name} == {
        "argument_map_5_4",
        "evidence_5_4",
        "weigh_5_4",
    }


def test_each_side_wins_where_its_own_premise_holds():
    """Planted signals: the levers must push the way their reasons say."""
    able = {"able": 80, "misuse": 10, "spill": 90, "lag": 0}
    assert chapter.debate.score(**able).idxmax() == "law"
    free = {"able": 10, "misuse": 70, "spill": 10, "lag": 6}
    assert chapter.debate.score(**free).idxmax() == "firms"
    assert chapter.debate.score(stability=3, able=10).idxmax() == "share"
    assert chapter.debate.score(spill=10).idxmax() == "firms"  # as the notebook says below the weighing
    assert chapter.debate.score(spill=90).idxmax() == "law"
    for lever, up in {"able": "law", "misuse": "firms"}.items():
        low, high = chapter.debate.range(lever)
        assert chapter.debate.score(**{lever: high})[up] > chapter.debate.score(**{lever: low})[up]


def test_the_readings_say_what_their_exhibits_show():
    """Where a reading names a direction, the exhibit of the other chapter must have it."""
    exhibits = all_exhibits()
    ladder = exhibits["capacity_and_incidents"].view(score="legal", picture="ladder").table
    assert ladder.iloc[0]["low"] > 0 > ladder.iloc[-1]["low"]  # e2: more, and close to nought when held equal
    said = find_any("who_attributes").table(measure="share").set_index("year").loc[2012:]
    firms, states = said["security firms and researchers"], said["states, courts and international bodies"]
    assert (firms > states).all() and firms[2024] < 1.2 * states[
        2024
    ]  # e8: in each year, hardly so in the last
    first = find_any("who_spoke_first").table().set_index("speaker")
    came = first["first of several"]
    assert came[firms.name] <= 1.2 * came[states.name] and came[[firms.name, states.name]].max() < 20  # e9
    heard = load("incident_attributions").query("category != 'not attributed'")["incident_id"].nunique()
    assert 0.88 < first["alone"].sum() / heard < 0.92  # e16
    partners = exhibits["measures"].view(indicator=chapter.PARTNERSHIP, picture="groups").table
    newest = partners[partners["edition"].astype(str) == "2024"].set_index("group")["share"]
    assert list(newest[["High", "Upper middle", "Lower middle", "Low"]]) == sorted(
        newest.drop("World")
    )  # e18
    removed = exhibits["removal_explorer"].view(company="Google", by="asker").table
    assert removed.iloc[0, 0] == "Russia"  # e6


# ---------------------------------------------------------------- findings, from the files themselves


def test_speakers_by_hand():
    firms, states = set(), set()
    for r in rows("incident_attributions"):
        if r["basis"] == "security community":
            firms.add(r["incident_id"])
        elif r["basis"] == "receiver's government":
            states.add(r["incident_id"])
    assert chapter.firms_alone() == (len(firms - states), len(firms | states))
    social = {r["incident_id"] for r in rows("incident_receivers") if r["category"] == "Social groups"}
    assert chapter.firms_alone("Social groups") == (
        len((firms - states) & social),
        len((firms | states) & social),
    )
    sentence = chapter.finding_speakers()
    assert share(len(firms & states), len(firms | states)) in sentence
    table = chapter.speakers()
    assert table.any(axis=1).all() and table.index.is_unique


def test_an_unknown_category_is_refused():
    with pytest.raises(ValueError, match="category: 'Martians'"):
        chapter.firms_alone("Martians")


def test_flaws_by_hand():
    listed = rows("kev")
    ages = [int(r["added_on"][:4]) - int(r["cve"].split("-")[1]) for r in listed]
    assert chapter.flaws()["age"].tolist() == ages and min(ages) >= 0
    counts = {}
    for r in listed:
        counts[r["vendor"]] = counts.get(r["vendor"], 0) + 1
    held, few = 0, 0
    for n in sorted(counts.values(), reverse=True):
        if held * 2 >= len(listed):
            break
        held, few = held + n, few + 1
    assert chapter.vendors_for_half() == (few, len(counts))
    old = sum(a >= 2 for a in ages)
    assert share(old, len(ages)) in chapter.finding_flaws()


def test_only_cables_by_hand():
    live = {r["cable"] for r in rows("cables") if r["planned"].lower() == "false"}
    lands = {}
    for r in rows("cable_landings"):
        if r["cable"] in live and r["iso3"]:
            lands.setdefault(r["cable"], set()).add(r["iso3"])
    by_place = {}
    for cable, places in lands.items():
        if len(places) > 1:
            for place in places:
                by_place.setdefault(place, []).append(cable)
    alone = {place: cables[0] for place, cables in by_place.items() if len(cables) == 1}
    table = chapter.only_cables()
    assert table["cable"].to_dict() == alone
    owners = {}
    for r in rows("cable_owners"):
        owners.setdefault(r["cable"], set()).add(r["owner"])
    assert table["owners"].to_dict() == {p: len(owners.get(c, ())) for p, c in alone.items()}
    single = sum(len(owners.get(c, ())) == 1 for c in alone.values())
    named = sum(c in owners for c in alone.values())
    assert f"in {single} of {named} places" in chapter.finding_last_cable()


def test_courts_by_hand():
    asked = {"all": 0, "others": 0}
    courts = dict(asked)
    for r in rows("removal_requests"):
        if r["company"] != "Google" or int(r["year"]) < 2019:
            continue
        for key in ("all", "others") if r["iso3"] != "RUS" else ("all",):
            asked[key] += int(r["n"])
            if r["branch"].startswith("Court Order") or r["branch"] == "Suppression Orders":
                courts[key] += int(r["n"])
    assert chapter.from_courts() == (courts["all"], asked["all"])
    assert chapter.from_courts(without_russia=True) == (courts["others"], asked["others"])
    assert chapter.requests_by_branch().sum() == asked["all"]


def test_no_older_label_of_a_court_is_left_after_the_year_of_the_split():
    table = load("removal_requests")
    later = table[table["company"].astype(str).eq("Google") & (table["year"] >= chapter.BRANCHES_FROM)]
    assert not later["branch"].astype(str).isin(["Judicial", "Executive"]).any()


def test_rules_and_partners_by_hand():
    has = {}
    for r in rows("gci_indicators"):
        if r["year"] == "2024" and r["indicator"] in (chapter.REGULATION, chapter.PARTNERSHIP):
            has.setdefault(r["iso3"], {})[r["indicator"]] = float(r["value"]) > 0
    table = chapter.rules_and_partners()
    total = table.sum()
    assert total["states"] == len(has)
    assert total["regulation"] == sum(v[chapter.REGULATION] for v in has.values())
    assert total["partnership"] == sum(v[chapter.PARTNERSHIP] for v in has.values())
    assert total["rule only"] - total["partner only"] == total["regulation"] - total["partnership"]
    assert (table["rule only"] + table["partner only"] <= table["states"]).all()


def test_findings_are_sentences_with_counts():
    for name in dir(chapter):
        if name.startswith("finding_"):
            sentence = getattr(chapter, name)()
            assert sentence.endswith(".") and any(c.isdigit() for c in sentence) and "nan" not in sentence


# ---------------------------------------------------------------- checks


def test_check_courts():
    table = load("removal_requests")
    table = table[(table["company"] == "Google") & (table["year"] >= 2019)]
    others = table[table["iso3"].astype(object).ne("RUS")]
    court = others["branch"].astype(str).str.contains("Court Order|Suppression")
    right = others.loc[court, "n"].sum() / others["n"].sum()
    assert check("5.4", "courts", right).right
    everywhere = table.loc[table["branch"].astype(str).str.contains("Court Order|Suppression"), "n"].sum()
    assert "Russia" in check("5.4", "courts", everywhere / table["n"].sum()).sentence
    assert "n requests" in check("5.4", "courts", court.mean()).sentence
    assert not check("5.4", "courts", None).right


def test_check_old_flaws():
    table = load("kev")
    late = table[table["added_on"].dt.year >= 2023]
    age = late["added_on"].dt.year - late["cve"].str.slice(4, 8).astype(int)
    assert check("5.4", "old_flaws", (age >= 2).mean()).right
    assert "At least two" in check("5.4", "old_flaws", (age > 2).mean()).sentence
    every = table["added_on"].dt.year - table["cve"].str.slice(4, 8).astype(int)
    assert "backlog" in check("5.4", "old_flaws", (every >= 2).mean()).sentence
