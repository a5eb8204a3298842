"""Chapter 1.4: the cable graph on a hand-made world with a known cut, and views against counts from the tables."""

import math

import networkx as nx
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.sovereignty import cable_graph as graph
from cyberdip_utils.sovereignty import never_go_dark as dark
from cyberdip_utils.teach import check

# Five countries. A, B and C lie on a ring of three cables; D hangs on B by one cable; E hangs on C by two.
#
#        A ---r1--- B ---spur--- D
#         \        /
#          r3    r2
#           \    /
#             C ===e1, e2=== E
FIVE = pd.DataFrame(
    [
        *[("r1", c) for c in "AB"],
        *[("r2", c) for c in "BC"],
        *[("r3", c) for c in "CA"],
        *[("spur", c) for c in "BD"],
        *[("e1", c) for c in "CE"],
        *[("e2", c) for c in "CE"],
    ],
    columns=["cable", "iso3"],
)


def multigraph(links):
    """Cables of two ends each as the edges of a plain multigraph's simple form, with capacities."""
    plain = nx.Graph()
    for _, ends in links.groupby("cable")["iso3"]:
        a, b = ends
        weight = plain.get_edge_data(a, b, {"capacity": 0})["capacity"]
        plain.add_edge(a, b, capacity=weight + 1)
    return plain


# ---------------------------------------------------------------- five countries


def test_domestic_cables_and_repeated_landings_fall_out():
    rows = [("x", "A"), ("x", "A"), ("y", "A"), ("y", "B"), ("y", "B")]
    found = graph.international(pd.DataFrame(rows, columns=["cable", "iso3"]))
    assert found.to_numpy().tolist() == [["y", "A"], ["y", "B"]]


def test_one_cut_takes_the_spur_off():
    frame = graph.damage(FIVE, graph.cut(FIVE, ["spur"]))
    assert frame.loc["D", "state"] == graph.ALL and not frame.loc["D", "reaches"]
    assert frame.loc["B", ["before", "after", "lost", "state"]].tolist() == [3, 2, 1, graph.SOME]
    assert (frame.loc[["A", "C", "E"], "state"] == graph.SAME).all()


def test_one_cut_of_the_ring_parts_nobody_and_two_part_a():
    one = graph.damage(FIVE, graph.cut(FIVE, ["r1"]))
    assert one["reaches"].all()
    two = graph.damage(FIVE, graph.cut(FIVE, ["r1", "r3"]))
    assert two.loc["A", "state"] == graph.ALL and two["reaches"].sum() == 4


def test_a_group_that_keeps_a_cable_can_be_cut_off():
    # without r1 and r2, B and D still have the spur but no way to A, C and E
    frame = graph.damage(FIVE, graph.cut(FIVE, ["r1", "r2"]))
    assert (frame.loc[["B", "D"], "state"] == graph.APART).all()
    assert frame.loc["D", "lost"] == 0 and frame.loc["B", "lost"] == 2


def test_a_dark_country_takes_those_behind_it_along():
    frame = graph.damage(FIVE, graph.cut(FIVE, countries=["C"]), dark=["C"])
    assert frame.loc["C", "state"] == graph.ALL and frame.loc["E", "state"] == graph.ALL
    assert set(frame.index[frame["reaches"]]) == {"A", "B", "D"}


def test_the_two_rules_for_a_cable_of_three_countries():
    long = pd.DataFrame([("l", c) for c in "ABC"], columns=["cable", "iso3"])
    works = graph.cut(long, countries=["C"], rule=graph.WORKS)
    assert sorted(works["iso3"]) == ["A", "B"]
    assert graph.cut(long, countries=["C"], rule=graph.FAILS).empty


def test_a_land_border_keeps_a_country_on():
    frame = graph.damage(FIVE, graph.cut(FIVE, ["spur"]), borders=[("A", "D"), ("E", "F")])
    assert frame.loc["D", "state"] == graph.LAND
    assert frame.loc["F", "state"] == graph.BARE and frame.loc["F", "reaches"]
    # a border with the dark country is of no use
    dead = graph.damage(FIVE, graph.cut(FIVE, ["spur"], ["A"]), borders=[("A", "D")], dark=["A"])
    assert dead.loc["D", "state"] == graph.ALL


@pytest.mark.parametrize(
    ("source", "target", "cables", "which"),
    [("D", "A", 1, ["spur"]), ("E", "A", 2, ["e1", "e2"]), ("A", "E", 2, None), ("B", "C", 2, None)],
)
def test_cables_to_cut_by_hand(source, target, cables, which):
    found = graph.cuts_needed(FIVE, source, [target])
    assert found.number == cables == len(found.which)
    assert which is None or found.which == which
    left = graph.main_network(graph.cut(FIVE, found.which))
    assert not {source, target} <= left


def test_cables_of_two_ends_agree_with_networkx_edge_connectivity():
    plain = multigraph(FIVE)
    for a in "ABCDE":
        for b in set("ABCDE") - {a}:
            assert graph.cuts_needed(FIVE, a, [b]).number == nx.maximum_flow_value(plain, a, b)
    ring = FIVE[FIVE["cable"].str.startswith("r")]
    assert graph.cuts_needed(ring, "A", ["B"]).number == nx.edge_connectivity(multigraph(ring), "A", "B")


def test_countries_in_between_agree_with_networkx_node_connectivity():
    plain = multigraph(FIVE)
    for a in "ABCDE":
        for b in set("ABCDE") - {a}:
            found = graph.cuts_needed(FIVE, a, [b], cuttable="country")
            if plain.has_edge(a, b):
                assert math.isinf(found.number)
            else:
                assert found.number == nx.node_connectivity(plain, a, b)
    assert graph.cuts_needed(FIVE, "D", ["A"], cuttable="country").which == ["B"]
    assert graph.cuts_needed(FIVE, "D", ["E"], cuttable="country").number == 1


def test_a_cable_of_many_countries_is_one_cut():
    long = pd.DataFrame([("l", c) for c in "ABCD"] + [("s", c) for c in "AB"], columns=["cable", "iso3"])
    assert graph.cuts_needed(long, "A", ["B"]).number == 2
    assert graph.cuts_needed(long, "C", ["A", "B"]).number == 1
    assert graph.cuts_needed(long, "C", ["A", "B"]).which == ["l"]


def test_one_more_cable_by_hand():
    # D: any partner but none behind the spur raises 1 to 2; a second cable to B leaves B in every way
    by_cable = graph.cuts_needed(FIVE, "D", ["A"])
    assert by_cable.gains == {"A", "B", "C", "E"}
    by_country = graph.cuts_needed(FIVE, "D", ["A"], cuttable="country")
    assert "B" not in by_country.gains and {"C", "E", "A"} <= by_country.gains


def test_a_gain_is_what_adding_the_cable_gives():
    for source in "ABCDE":
        for target in set("ABCDE") - {source}:
            before = graph.cuts_needed(FIVE, source, [target])
            for partner in set("ABCDE") - {source}:
                more = pd.DataFrame({"cable": "new", "iso3": [source, partner]})
                after = graph.cuts_needed(pd.concat([FIVE, more]), source, [target])
                assert after.number - before.number == (partner in before.gains)


def test_borders_cannot_be_cut():
    assert math.isinf(graph.cuts_needed(FIVE, "D", ["A"], borders=[("D", "A")]).number)
    three = graph.cuts_needed(FIVE, "D", ["C"], borders=[("D", "E")])
    assert three.number == 3 and three.which == ["e1", "e2", "spur"]


def test_all_at_once_gives_the_same_numbers():
    for targets in (("A",), ("A", "B")):
        numbers = graph.cable_cuts_of_all(FIVE, targets, borders=[("D", "E")])
        for code in set("ABCDE") - {"A"}:
            assert numbers[code] == graph.cuts_needed(FIVE, code, targets, [("D", "E")]).number


def test_single_points_by_hand():
    assert graph.single_points(FIVE).to_numpy().tolist() == [["spur", "D"]]
    assert graph.single_points(FIVE, borders=[("D", "E")]).empty


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="cables: nope not among"):
        graph.cut(FIVE, ["nope"])
    with pytest.raises(ValueError, match="countries: Z"):
        graph.cut(FIVE, countries=["Z"])
    with pytest.raises(ValueError, match="rule: maybe"):
        graph.cut(FIVE, rule="maybe")
    with pytest.raises(ValueError, match="targets"):
        graph.cuts_needed(FIVE, "A", ["A"])
    with pytest.raises(ValueError, match="cuttable"):
        graph.cuts_needed(FIVE, "A", ["B"], cuttable="ship")


# ---------------------------------------------------------------- the real graph


def test_the_graph_holds_the_international_cables_in_service():
    landings, cables = load("cable_landings"), load("cables").set_index("cable")
    for planned in (False, True):
        links = dark.links(planned)
        reach = landings.groupby("cable")["iso3"].nunique()
        kept = reach[reach >= 2].index
        if not planned:
            kept = [c for c in kept if cables.loc[c, "planned"] is not pd.NA and not cables.loc[c, "planned"]]
        assert set(links["cable"]) == set(kept)
        assert not links.duplicated().any()


def test_tonga_by_hand():
    rows = load("cable_landings")
    assert set(rows.loc[rows["cable"] == "tonga-cable", "iso3"]) == {"TON", "FJI"}
    frame, lost = dark.after_cut("tonga2022")
    assert lost == ["tonga-cable"]
    assert frame.loc["TON", ["before", "after", "state"]].tolist() == [1, 0, graph.ALL]
    assert frame.loc["FJI", "lost"] == 1 and (frame["lost"] > 0).sum() == 2
    by_cable, by_country = dark.cuts_of("TON")
    assert by_cable.which == ["tonga-cable"] and by_country.which == ["FJI"]


def test_real_numbers_agree_with_a_plain_count():
    counts = dark.cables_per_country()
    numbers = dark.cuts_of_all()
    assert (numbers <= counts.reindex(numbers.index)).all()
    assert (numbers[counts.index[counts == 1]] == 1).all()
    for code in ("TON", "COM", "GRD", "KEN"):
        assert numbers[code] == dark.cuts_of(code)[0].number


def test_what_the_cut_leaves_is_no_longer_joined():
    for code in ("COM", "MYT", "GRD"):
        found = dark.cuts_of(code)[0]
        left = graph.cut(dark.links(), found.which)
        assert not {code, "USA"} <= graph.main_network(left)


def test_more_cuts_never_help():
    few, _ = dark.after_cut("redsea2024")
    many, _ = dark.after_cut("redsea2024", cables=("seamewe-4", "seamewe-5"))
    assert (many["after"] <= few["after"]).all() and many["after"].sum() < few["after"].sum()
    best, _ = dark.after_cut("none", dark="EGY", rule=graph.WORKS)
    worst, _ = dark.after_cut("none", dark="EGY", rule=graph.FAILS)
    assert (worst["after"] <= best["after"]).all() and worst.loc["EGY", "after"] == best.loc[
        "EGY", "after"
    ] == 0


def test_every_cable_of_an_episode_is_on_the_graph():
    for name, cables, told, *found in dark.EPISODES.values():
        assert set(cables) <= set(dark.links()["cable"]), name
        assert told and found and all(address.startswith("https://") for _, address in found)


def test_borders_are_pairs_of_known_codes_up_to_date():
    borders = {frozenset(b) for b in dark.land_borders()}
    known = set(load("states")["iso3"])
    assert all(len(b) == 2 and b <= known for b in borders)
    assert {"SRB", "HUN"} in borders and {"FRA", "MCO"} in borders and {"SSD", "UGA"} in borders
    assert {"SDN", "UGA"} not in borders and not any("SCG" in b for b in borders)
    assert {"PRT", "ESP"} in borders and {"TON", "FJI"} not in borders


def test_nothing_cut_and_everything_cut():
    assert "Nothing is cut" in dark.cut_the_cables.view(episode="none").takeaway
    all_cables = tuple(dark.cable_names())
    view = dark.cut_the_cables.view(cables=all_cables)
    assert (view.table["cables after"] == 0).all()
    assert "Not in service in June 2021" in view.caveat


def test_a_source_without_a_cable_or_equal_to_the_target_says_so():
    assert "itself" in dark.one_more_cable.view(source="USA", target="USA").takeaway
    assert "no international cable" in dark.one_more_cable.view(source="KAZ").takeaway


def test_partners_of_tonga():
    frame = dark.partners("TON")
    assert frame.loc["FJI", "gain"] == dark.GAINS[1]
    assert frame.loc["USA", "gain"] == dark.GAINS[3]
    assert frame["km"].dropna().is_monotonic_increasing


# ---------------------------------------------------------------- sectors


@pytest.mark.parametrize("sector", ["Critical infrastructure", "Infrastructure: Health", "Media"])
def test_sector_counts_are_distinct_incidents(sector):
    incidents, receivers = load("incidents"), load("incident_receivers")
    if sector.startswith("Infrastructure"):
        rows = receivers[
            (receivers["category"] == "Critical infrastructure") & (receivers["subcategory"] == "Health")
        ]
    else:
        rows = receivers[receivers["category"] == sector]
    hit = incidents[
        incidents["incident_id"].isin(rows["incident_id"]) & (incidents["start_on"].dt.year == 2023)
    ]
    counts = dark.sector_counts().set_index(["rule", "sector", "year"])["k"]
    assert counts[dark.NAIVE, sector, 2023] == len(hit)
    assert counts[dark.STABLE, sector, 2023] == int(hit["in_scope_before_2023"].fillna(False).sum())


def test_stable_never_exceeds_naive():
    wide = dark.sector_counts().pivot(index=["sector", "year"], columns="rule", values="k")
    assert (wide[dark.STABLE] <= wide[dark.NAIVE]).all()
    frame = dark.sector_counts()
    assert (frame["k"] <= frame["n"]).all()


def test_the_two_rules_part_at_2023():
    wide = dark.sector_counts().query("sector == 'Critical infrastructure'")
    wide = wide.pivot(index="year", columns="rule", values="k")
    gap = wide[dark.NAIVE] - wide[dark.STABLE]
    assert gap[2010:2016].sum() == 0 and gap[2023] > 100


# ---------------------------------------------------------------- owners


def test_owner_counts_by_hand():
    rows = load("cable_owners")
    counts = dark.owner_counts()
    assert counts["Google"] == rows.loc[rows["owner"] == "Google", "cable"].nunique()
    divided = dark.owner_counts(weight=dark.DIVIDED)
    assert divided.sum() == pytest.approx(rows["cable"].nunique())
    here = dark.owner_counts("TON")
    assert here.index.tolist() and here["Government of Tonga"] >= 1


def test_kinds_part_the_cables():
    frame = dark.owner_kinds()
    assert len(frame) == load("cables")["cable"].nunique() == 484
    assert (frame["kind"] == "not stated").sum() == 484 - load("cable_owners")["cable"].nunique()
    assert set(dark.CONTENT) <= set(load("cable_owners")["owner"])


def test_check_right_slip_other_and_no_number():
    right = int((dark.cables_per_country() == 1).sum())
    assert check("1.4", "one_cable", right).right
    planned = int((dark.cables_per_country(True) == 1).sum())
    assert planned != right and "planned" in check("1.4", "one_cable", planned).sentence
    assert not check("1.4", "one_cable", 999).right
    assert "No answer here" in check("1.4", "one_cable", None).sentence
