"""Chapter 4.1: readings of drawn cables against what is known, hand-made worlds, and counts made another way."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from exhibit_driver import sample

from cyberdip_utils.data import load, shapes
from cyberdip_utils.data_flows import cable_lines as drawn
from cyberdip_utils.data_flows import how_bytes_cross as cross
from cyberdip_utils.data_flows import network_layers as layers
from cyberdip_utils.first_edition import cable_map
from cyberdip_utils.teach import chapters, check

EXHIBITS = (cross.cables_by_year, cross.direct_links, layers.layers_by_country, layers.who_hosts_whom)

# A long system P-Q-R-S, a short one P-Q, one inside P, and Q landing twice on the long one.
WORLD = pd.DataFrame(
    [*[("long", c) for c in "PQQRS"], *[("short", c) for c in "PQ"], ("inside", "P"), ("inside", "P")],
    columns=["cable", "iso3"],
)


# ---------------------------------------------------------------- pairs, by hand


def test_pairs_of_the_small_world_at_most_and_at_least():
    most = drawn.country_pairs(WORLD, drawn.ANY)
    assert len(most) == 6  # four countries on the long system
    assert most.iloc[0].tolist() == ["P", "Q", 2]
    assert most["systems"].sum() == 7
    least = drawn.country_pairs(WORLD, drawn.ALONE)
    assert least.to_numpy().tolist() == [["P", "Q", 1]]


def test_pairs_of_a_world_without_links_are_none():
    assert drawn.country_pairs(WORLD[WORLD["cable"] == "inside"]).empty
    with pytest.raises(ValueError, match="rule"):
        drawn.country_pairs(WORLD, "some other")


@pytest.mark.parametrize("edition", [cross.IN_2021, cross.WITH_PLANS, cross.IN_2026])
def test_pairs_again_from_sets(edition):
    lands = {}
    for cable, iso3 in cross.landings_of(edition).itertuples(index=False, name=None):
        lands.setdefault(cable, set()).add(iso3)
    most = {frozenset(p) for codes in lands.values() for p in itertools.combinations(codes, 2)}
    least = {frozenset(codes) for codes in lands.values() if len(codes) == 2}
    assert len(cross.pairs(edition, drawn.ANY)) == len(most)
    assert len(cross.pairs(edition, drawn.ALONE)) == len(least)
    assert least <= most
    for code in ("KEN", "TON", "BRA"):
        mine = {next(iter(p - {code})) for p in most if code in p}
        assert set(cross.partners(code, edition).index) == mine


@pytest.mark.parametrize("rule", [drawn.ANY, drawn.ALONE])
def test_regions_parts_add_up(rule):
    table = cross.between_regions(cross.IN_2021, rule)
    wired = cable_map.international(cross.landings_of(cross.IN_2021))["iso3"].nunique()
    assert table["possible"].sum() == wired * (wired - 1) // 2
    assert table["joined"].sum() == len(cross.pairs(cross.IN_2021, rule))
    assert (table["joined"] <= table["possible"]).all()


# ---------------------------------------------------------------- distances and drawings


def test_distances_of_known_places():
    points = pd.DataFrame({"lon": [0.0, 179.9, 2.35], "lat": [0.0, 0.0, 48.85]})
    targets = pd.DataFrame({"lon": [0.0, -179.9, -0.13], "lat": [90.0, 0.0, 51.51]})
    km, which = drawn.nearest(points, targets)
    assert which.tolist() == [2, 1, 2]
    assert km[1] == pytest.approx(0.2 * math.pi / 180 * drawn.EARTH_KM, rel=1e-6)  # across 180 degrees
    assert km[2] == pytest.approx(344, abs=3)  # Paris to London
    with pytest.raises(ValueError, match="targets"):
        drawn.nearest(points, targets.iloc[:0])


def test_distance_agrees_with_the_haversine_formula():
    rng = np.random.default_rng(4)
    a = pd.DataFrame({"lon": rng.uniform(-180, 180, 60), "lat": rng.uniform(-85, 85, 60)})
    b = pd.DataFrame({"lon": rng.uniform(-180, 180, 40), "lat": rng.uniform(-85, 85, 40)})
    km, which = drawn.nearest(a, b)
    la, lb = np.radians(a["lat"].to_numpy())[:, None], np.radians(b["lat"].to_numpy())[None, :]
    gap = np.radians(b["lon"].to_numpy()[None, :] - a["lon"].to_numpy()[:, None])
    h = np.sin((lb - la) / 2) ** 2 + np.cos(la) * np.cos(lb) * np.sin(gap / 2) ** 2
    every = 2 * drawn.EARTH_KM * np.arcsin(np.sqrt(h))
    assert np.allclose(km, every.min(axis=1)) and (which == every.argmin(axis=1)).all()


def test_reading_2021_finds_what_is_stated_and_hardly_more():
    error = drawn.reading_error()
    stated = load("cable_landings")[["cable", "iso3"]].drop_duplicates()
    assert error["stated"] == len(stated) and error["cables"] == 484
    assert error["both"] / error["stated"] > 0.98  # few are missed
    assert error["read"] - error["both"] < 0.01 * error["read"]  # and few are false
    # a longer reach misses fewer and invents more
    wide = drawn.reading_error(20.0)
    assert wide["both"] >= error["both"] and wide["read"] - wide["both"] > error["read"] - error["both"]


def test_reading_2026_agrees_with_2021_for_cables_that_did_not_change():
    read = drawn.read_landings(2026)
    for cable, codes in {
        "marea": {"USA", "ESP"},
        "tonga-cable": {"TON", "FJI"},
        "south-atlantic-cable-system-sacs": {"AGO", "BRA"},
    }.items():
        assert set(read.loc[read["cable"] == cable, "iso3"]) == codes
    assert not read.duplicated(["cable", "landing"]).any()
    assert set(read["cable"]) <= set(load("cable_list_2026")["cable"])


def test_counterparts_are_new_names_in_the_same_places():
    frame = drawn.counterparts()
    old, new = set(load("cables")["cable"]), set(load("cable_list_2026")["cable"])
    assert set(frame.index) == old - new
    found = frame.dropna(subset=["counterpart"])
    assert set(found["counterpart"]) <= new - old
    assert frame.loc["tt-1", "counterpart_name"] == "TT1"
    assert frame.loc["gtt-atlantic", "counterpart_name"] == "EXA North and South"
    assert pd.isna(frame.loc["seamewe-3", "counterpart"])
    # the rule, once more and by brute force, on the pairs that were found
    mine = load("cable_landings").drop_duplicates(["cable", "landing"])
    theirs = drawn.read_landings(2026)
    for key, row in found.iterrows():
        a, b = mine[mine["cable"] == key], theirs[theirs["cable"] == row["counterpart"]]
        assert (drawn.nearest(a, b)[0] <= 25).mean() >= 0.75
        assert (drawn.nearest(b, a)[0] <= 25).mean() >= 0.75


# ---------------------------------------------------------------- routes


def test_thin_keeps_ends_and_stays_near():
    line = np.array([[0, 0], [1, 0.05], [2, 0], [3, 2], [4, 0]], dtype=float)
    kept = cable_map.thin(line, 0.1)
    assert kept.tolist() == [[0, 0], [2, 0], [3, 2], [4, 0]]
    assert cable_map.thin(line[:2], 5.0).tolist() == line[:2].tolist()


def test_routes_of_both_editions():
    for edition, count in ((2021, 484), (2026, 692)):
        drawn_keys = {
            f["properties"]["cable"]
            for f in shapes("cable_routes")["features"]
            if int(f["properties"]["edition"]) == edition
        }
        assert set(cable_map.routes(edition)) == drawn_keys and len(drawn_keys) == count
    with pytest.raises(ValueError, match="edition"):
        cable_map.routes(1999)


# ---------------------------------------------------------------- systems and editions


def test_systems_partition():
    frame = cross.systems()
    raw = load("cables")
    assert len(frame) == len(raw) == 484
    counts = frame["status"].value_counts()
    assert counts[cross.RUNNING] == int((raw["planned"] == False).sum())  # noqa: E712
    assert counts[cross.UNKNOWN] == int(raw["planned"].isna().sum())
    parts = [len(cross.choose(frame, reach=r)) for r in (cross.ABROAD, cross.HOME)]
    assert sum(parts) == len(frame)
    with pytest.raises(ValueError, match="reach"):
        cross.choose(frame, reach="far")


def test_by_year_adds_up_to_the_dated_systems():
    table = cross.by_year(cross.systems())
    raw = load("cables").dropna(subset=["ready_on"])
    assert table["systems"].sum() == len(raw)
    assert table["km"].sum() == pytest.approx(raw["length_km"].sum())
    assert table["without_length"].sum() == int(raw["length_km"].isna().sum())
    one = table[(table["year"] == 2001) & (table["status"] == cross.RUNNING)]
    assert int(one["systems"].iloc[0]) == int((raw["ready_on"].dt.year == 2001).sum())


def test_sentences_of_one_system_are_grammar():
    """Names that hold "land" or "are" stay whole, and one is not "are"."""
    said = cross.cables_by_year.view(where="SLB", upto=2021).takeaway
    assert "1 system that lands in Solomon Islands:" in said
    found = cross.direct_links.view(source="SHN").takeaway
    assert found.startswith(
        "Saint Helena, Ascension and Tristan da Cunha: no country with which it shares a system"
    )
    for where in ("CRI", "SYC", "ISL", "NLD"):
        both = cross.cables_by_year.view(where=where, picture="editions").takeaway
        assert "1 are" not in both and "1 systems" not in both and "system that land " not in both


@pytest.mark.parametrize("match", [cross.BY_NAME, cross.BY_PLACE])
def test_editions_partition(match):
    parts = cross.editions(match=match)
    assert len(parts["both"]) + len(parts["new"]) == len(load("cable_list_2026"))
    assert not set(parts["both"].index) & set(parts["new"].index)


def test_editions_by_name_are_the_differences_of_the_lists():
    old, new = set(load("cables")["cable"]), set(load("cable_list_2026")["cable"])
    parts = cross.editions(match=cross.BY_NAME)
    assert set(parts["gone"].index) == old - new and set(parts["new"].index) == new - old
    fewer = cross.editions(match=cross.BY_PLACE)
    assert set(fewer["gone"].index) < set(parts["gone"].index)
    assert set(fewer["new"].index) < set(parts["new"].index)


def test_editions_of_a_country_are_those_that_land_there():
    parts = cross.editions("TWN", match=cross.BY_NAME)
    assert all("TWN" in codes for part in parts.values() for codes in part["codes"])


# ---------------------------------------------------------------- layers by country


def test_layers_again_from_the_tables():
    frame = layers.layers()
    exchanges, clouds = load("exchanges"), load("cloud_regions")
    assert frame["exchanges"].sum() == len(exchanges)
    assert frame["buildings"].sum() == exchanges["n_buildings"].sum()
    assert frame["clouds"].sum() == int((clouds["status"] == "in service").sum())
    cables = load("cables").set_index("cable")
    landings = load("cable_landings")
    running = landings[landings["cable"].map(cables["planned"]).eq(False).fillna(False).astype(bool)]
    codes = running.groupby("cable")["iso3"].nunique()
    abroad = running[running["cable"].map(codes) > 1]
    kenya = abroad[abroad["iso3"] == "KEN"]
    assert frame.loc["KEN", "systems"] == kenya["cable"].nunique()
    assert frame.loc["KEN", "first"] == cables.loc[kenya["cable"], "ready_on"].dt.year.min()
    assert frame.loc["JPN", "landings"] == running.loc[running["iso3"] == "JPN", "landing"].nunique()
    assert (
        pd.isna(frame.loc["SRB", "systems"]) and frame.loc["SRB", "clouds"] == 1
    )  # landlocked, hosts a cloud


def test_users_by_hand_and_who_has_none():
    users = layers.users()
    shares = load("internet_users").query("iso3 == 'DEU' and year <= 2021").sort_values("year")
    people = load("states").set_index("iso3").loc["DEU", "population"]
    assert users["DEU"] == pytest.approx(people * shares["value"].iloc[-1] / 1e8)
    assert "TWN" not in users.index
    assert "TWN" in layers.layer_values("systems").index
    assert "TWN" not in layers.layer_values("systems", layers.PER_MILLION).index


def test_dividing_and_narrowing():
    whole = layers.layer_values("systems")
    rated = layers.layer_values("systems", layers.PER_MILLION)
    assert rated.loc["KEN", "value"] == pytest.approx(whole.loc["KEN", "value"] / layers.users()["KEN"])
    assert layers.layer_values("first", layers.PER_MILLION)["value"].between(1989, 2021).all()
    big = layers.layer_values("systems", least=10.0)
    assert (big["users"] >= 10).all() and len(big) < len(whole)
    parts = [
        len(layers.layer_values("systems", where=w))
        for w in ("Africa", "Americas", "Asia", "Europe", "Oceania")
    ]
    assert sum(parts) == len(whole)
    for bad in ({"measure": "ships"}, {"per": "per head"}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            layers.layer_values(**bad)


def test_dividing_by_users_makes_a_correlation_out_of_nothing():
    """Systems dealt out at random correlate with users only once they are divided by them."""
    users = layers.users()
    users = users[users > 0]
    dealt = np.random.default_rng(1).permutation(layers.layer_values("systems")["value"].to_numpy())[
        : len(users)
    ]
    users = users.to_numpy()[: len(dealt)]
    plain = layers.spearman(users, dealt)
    ratio = layers.spearman(users, dealt / users)
    assert plain.low < 0 < plain.high
    assert ratio.high < -0.8


# ---------------------------------------------------------------- clouds


def test_clouds_are_the_regions_not_the_rows():
    raw = load("cloud_regions")
    assert len(layers.clouds()) == len(raw) == 308 and raw["n_listings"].sum() == 357
    assert "357 rows are 308 regions" in layers.finding_clouds()


def test_hosted_adds_up_in_every_unit():
    frame = layers.choose_clouds(announced=True)
    assert layers.hosted(frame).to_numpy().sum() == 308
    assert layers.hosted(frame, layers.ZONES).to_numpy().sum() == load("cloud_regions")["zones"].sum()
    cities = layers.hosted(frame, layers.CITIES)
    assert cities.loc["DEU", "USA"] == frame.query("iso3 == 'DEU' and home == 'USA'")["metro"].nunique()
    with pytest.raises(ValueError, match="unit"):
        layers.hosted(frame, "racks")


def test_choosing_clouds():
    assert set(layers.choose_clouds("CHN")["provider"]) == {"Alibaba Cloud", "Huawei Cloud", "Tencent Cloud"}
    running = layers.choose_clouds()
    public = layers.choose_clouds(government=False)
    assert len(running) - len(public) == int(running["government"].sum()) > 0
    assert len(layers.choose_clouds("IBM Cloud", announced=True)) == 11
    with pytest.raises(ValueError, match="who"):
        layers.choose_clouds("Nobody")


def test_distance_to_an_exchange():
    assert [layers.distance_class(x) for x in (0, 10, 10.1, 60, 400, 900)] == [
        "10 km or less",
        "10 km or less",
        "10 to 50 km",
        "50 to 100 km",
        "100 to 500 km",
        "over 500 km",
    ]
    frame = layers.clouds()
    assert frame.loc[frame["metro"] == "Frankfurt", "km"].max() < 20
    chengdu = frame[frame["metro"] == "Chengdu"]["km"].iloc[0]
    spots = load("exchanges")
    assert chengdu == pytest.approx(
        drawn.nearest(pd.DataFrame({"lon": [104.067], "lat": [30.67]}), spots)[0][0], abs=5
    )


# ---------------------------------------------------------------- exhibits, findings, check


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda e: e.name)
def test_pictures_are_light(exhibit):
    first = next(iter(exhibit.controls))  # the choice of the picture, where there is one
    for value in exhibit.controls[first].samples()[:4]:
        assert len(exhibit.payload(**{first: value})) < 700_000


def test_the_map_has_few_traces_and_asks_nobody():
    state = json.loads(cross.cables_by_year.payload(picture="editions"))
    assert len(state["figure"]["data"]) <= 14
    assert "http" not in json.dumps(state["figure"])


def test_takeaways_say_what_the_tables_say():
    view = cross.cables_by_year.view(picture="editions", match=cross.BY_PLACE)
    gone = (view.table["edition"] == "only in 2021").sum()
    assert f" {gone} are not found again" in view.takeaway
    one = cross.direct_links.view(source="TON", rule=drawn.ALONE)
    assert one.takeaway.endswith(": Fiji.") and one.table["partner"].tolist() == ["Fiji"]
    none = cross.cables_by_year.view(where="TON", upto=1990)
    assert none.takeaway.startswith("No systems that land in Tonga") and none.table.empty
    hosts = layers.who_hosts_whom.view()
    assert hosts.table["total"].sum() == 266 and "266" in hosts.takeaway


def test_no_interval_where_nothing_was_drawn_by_lot():
    assert cross.count_of(73, 266) == "73 of 266 (27%)" and cross.count_of(1, 200) == "1 of 200 (0.5%)"
    assert cross.count_of(0, 0) == "0 of 0"
    assert "no interval" in layers.who_hosts_whom.view().caveat


def test_findings_agree_with_the_tables():
    old, new = set(load("cables")["cable"]), set(load("cable_list_2026")["cable"])
    assert f"{len(old - new)} of {len(old)}" in cross.finding_editions()
    planned = load("cables").query("planned == True")["cable"]
    assert f"{planned.isin(new).sum()} of {len(planned)}" in cross.finding_growth()
    inside = load("cable_landings").groupby("cable")["iso3"].nunique().eq(1).sum()
    assert cross.finding_domestic().startswith(f"{inside} of 484")
    wired = set(cable_map.international(cross.landings_of(cross.IN_2021))["iso3"])
    without = wired - set(load("exchanges")["iso3"])
    assert layers.finding_exchanges().startswith(f"{len(without)} of {len(wired)}")
    for finding in (cross.finding_links, layers.finding_per_user, layers.finding_clouds):
        assert finding() == finding() and "nan" not in finding()


def test_check_knows_the_answer_and_the_slips():
    cables, landings = load("cables"), load("cable_landings")
    running = cables.loc[cables["planned"].eq(False).fillna(False), "cable"]
    rows = landings[landings["cable"].isin(running)]
    kenyan = rows.loc[rows["iso3"] == "KEN", "cable"]
    others = rows[rows["cable"].isin(kenyan) & (rows["iso3"] != "KEN")]
    right = others["iso3"].nunique()
    assert check("4.1", "partners", right).right
    assert "Kenya itself" in check("4.1", "partners", right + 1).sentence
    assert "nunique" in check("4.1", "partners", len(others)).sentence
    assert not check("4.1", "partners", kenyan.nunique()).right
    assert not check("4.1", "partners", None).right


def test_chapter_names_every_table_that_its_exhibits_use():
    mine = set(chapters()["4.1"].data)
    used = {s for e in EXHIBITS for v in sample(e, 12) for s in e.view(**v).sources}
    assert used <= mine and mine <= used
