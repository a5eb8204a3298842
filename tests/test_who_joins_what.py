"""Chapter 2.4: overlap and likeness worked by hand, lists that are not whole kept out, counts straight from the tables."""

import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.norms import joining
from cyberdip_utils.norms import who_joins_what as joins
from cyberdip_utils.teach import check

HAND = pd.DataFrame(
    {"x": [True, True, True, False], "y": [True, True, False, False], "z": [False, False, False, False]},
    index=["A", "B", "C", "D"],
)

# ---------------------------------------------------------------- overlap, by hand


def test_projection_on_the_lists():
    both = joining.shared(HAND)
    assert both.to_numpy().tolist() == [[3, 2, 0], [2, 2, 0], [0, 0, 0]]


def test_projection_on_the_states():
    both = joining.shared(HAND.T)
    assert both.loc["A", "B"] == 2 and both.loc["A", "C"] == 1 and both.loc["A", "D"] == 0
    assert both.loc["A", "A"] == 2 and (both.to_numpy() == both.to_numpy().T).all()


def test_jaccard_by_hand():
    lists, states = joining.jaccard(HAND), joining.jaccard(HAND.T)
    assert lists.loc["x", "y"] == pytest.approx(2 / 3)
    assert lists.loc["x", "z"] == 0 and math.isnan(lists.loc["z", "z"])  # nothing there to compare
    assert states.loc["A", "B"] == 1 and states.loc["A", "C"] == 0.5 and states.loc["C", "D"] == 0
    assert math.isnan(states.loc["D", "D"])


def test_what_neither_has_does_not_enter():
    more = HAND.assign(w=False, v=False)
    pd.testing.assert_frame_equal(joining.jaccard(more.T), joining.jaccard(HAND.T))


def test_expected_by_size_is_the_hypergeometric_mean():
    expected = joining.expected_by_size(HAND)
    assert expected.loc["x", "y"] == pytest.approx(3 * 2 / 4) and expected.loc["x", "x"] == 3
    rng = np.random.default_rng(1)
    a, b = (np.array([rng.permutation(20) < k for _ in range(4000)]) for k in (8, 5))
    table = pd.DataFrame({"a": np.arange(20) < 8, "b": np.arange(20) < 5})
    assert (a & b).sum(axis=1).mean() == pytest.approx(
        joining.expected_by_size(table).loc["a", "b"], abs=0.06
    )


def test_redrawn_tables_keep_sizes_and_states():
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.random((40, 5)) < [0.2, 0.3, 0.5, 0.6, 0.8])
    drawn = joining.redrawn(table, rounds=60, seed=2)
    assert drawn.shape == (60, 5, 5)
    assert (drawn[:, range(5), range(5)] == table.sum().to_numpy()).all()  # every list keeps its size
    # pairs of lists shared by a state: kept, because each state keeps its number of lists
    assert len({int(np.triu(d, 1).sum()) for d in drawn}) == 1
    assert int(np.triu(drawn[0], 1).sum()) == int((table.sum(axis=1) * (table.sum(axis=1) - 1) / 2).sum())
    assert len({tuple(d.ravel()) for d in drawn}) > 20  # and yet they differ
    assert (drawn == joining.redrawn(table, rounds=60, seed=2)).all()


def test_planted_camps_are_found_and_chance_is_not():
    rng = np.random.default_rng(5)
    camp = np.arange(80) < 40
    cells = {f"l{k}": rng.random(80) < np.where(camp, 0.9, 0.05) for k in range(3)}
    cells |= {f"r{k}": rng.random(80) < np.where(camp, 0.05, 0.9) for k in range(3)}
    found = joining.overlaps(pd.DataFrame(cells), rounds=300).set_index(["a", "b"])["verdict"]
    assert (found[[("l0", "l1"), ("l1", "l2"), ("r0", "r1")]] == "more").all()
    assert (found[[("l0", "r0"), ("l1", "r2")]] == "fewer").all()
    plain = pd.DataFrame(rng.random((80, 6)) < 0.4)
    assert (joining.overlaps(plain, rounds=300)["verdict"] == "as chance").mean() >= 13 / 15


def test_states_that_join_everything_explain_an_overlap():
    """Every list drawn alike from keen states: more than by size alone, as chance once keenness is allowed for."""
    rng = np.random.default_rng(7)
    keen = np.where(np.arange(100) < 30, 0.8, 0.05)[:, None]
    frame = joining.overlaps(pd.DataFrame(rng.random((100, 6)) < keen), rounds=300)
    assert (frame["both"] > frame["by_size"] * 1.5).all()
    assert (frame["verdict"] == "as chance").mean() >= 13 / 15


def test_steps_by_hand():
    out = joining.steps(["2020-01-02", "2019-05-05", "2020-01-02"], undated=4)
    assert out["on"].dt.year.tolist() == [2019, 2020]
    assert (
        out["joined"].tolist() == [1, 2]
        and out["least"].tolist() == [1, 3]
        and out["most"].tolist() == [5, 7]
    )
    assert joining.steps([], 2).empty


def test_two_columns_uncross_the_lines():
    edges = [("A", "z"), ("B", "y"), ("C", "x"), ("A", "y")]
    place = joining.two_columns(edges, ["x", "y", "z", "none"], ["A", "B", "C"])
    crossings = sum(
        (place[a] - place[c]) * (place[b] - place[d]) < 0
        for i, (a, b) in enumerate(edges)
        for c, d in edges[i + 1 :]
    )
    assert crossings == 0
    assert place["none"] == max(
        place[n] for n in ("x", "y", "z", "none")
    )  # what has no link goes to the bottom
    assert len({place[n] for n in "ABC"}) == 3 and all(0 < y < 1 for y in place.values())


# ---------------------------------------------------------------- lists, straight from the tables


def _rows(instrument: str, role: str) -> pd.DataFrame:
    rows = load("memberships")
    return rows[
        (rows["instrument"] == instrument) & (rows["role"] == role) & (rows["entity_kind"] != "organisation")
    ]


def test_every_list_names_an_instrument_of_the_table():
    known = set(zip(load("instruments")["instrument"], load("instruments")["role"], strict=True))
    assert {v[:2] for v in joins.LISTS.values()} <= known
    assert set(joins.CURVES.values()) <= known
    assert set(joins.TREATIES) | set(joins.CLUBS) == set(joins.lists_of(joins.WHOLE))


def test_whole_lists_add_up_to_what_the_source_states():
    about = load("instruments").set_index(["instrument", "role"])
    for key in joins.lists_of(joins.WHOLE):
        row = about.loc[joins.LISTS[key][:2]]
        organisations = load("memberships").query(
            "instrument == @joins.LISTS[@key][0] and role == @joins.LISTS[@key][1] and entity_kind == 'organisation'"
        )
        assert row["complete"] and row["n_listed"] == row["n_stated"], key
        assert len(joins.on_list(key)) == row["n_listed"] - len(organisations), key


def test_lists_that_are_not_whole_stay_out_of_statistics():
    incomplete = {k for k in joins.LISTS if not joins.is_whole(k)}
    assert {"paris", "c108", "itr", "christchurch", "pallmall"} <= incomplete
    for which in joins.SETS:
        assert not incomplete & set(joins.incidence(which).columns)
    assert list(joins.incidence(joins.EVERY).columns) == list(joins.incidence(joins.WHOLE).columns)
    pd.testing.assert_frame_equal(joins.likeness(joins.EVERY), joins.likeness(joins.WHOLE))
    assert not incomplete & (set(joins.list_overlaps()["a"]) | set(joins.list_overlaps()["b"]))
    found = joins.pair("KEN", "JPN", joins.EVERY)
    assert not incomplete & {k for side in ("both", "first", "second", "neither") for k in found[side]}


def test_absence_means_outside_only_on_a_whole_list():
    grid = joins.role_grid()
    assert grid.at["CHN", "budapest"] == "not on this whole list"
    assert grid.at["BOL", "paris"] == "unknown: list not whole"
    for key in joins.LISTS:
        other = "unknown: list not whole" if joins.is_whole(key) else "not on this whole list"
        assert other not in set(grid[key])


def test_roles_do_not_run_together():
    grid = joins.role_grid()
    assert grid.at["KEN", "budapest"] == "invited" and "KEN" not in joins.on_list("budapest")
    assert grid.at["KEN", "itr"] == "refused to sign" and "KEN" not in joins.on_list("itr")
    assert grid.at["JPN", "second"] == "party" and "JPN" in joins.on_list(
        "second"
    )  # a party had signed before


def test_membership_as_of_the_day_of_the_list():
    assert "NZL" in set(_rows("budapest_convention", "party")["iso3"])  # acceded in August 2025
    assert "NZL" not in joins.on_list("budapest") and "ECU" not in joins.on_list("budapest")
    assert "MUS" not in joins.on_list("un")  # signed in November, after the ceremony in Hanoi
    later = joins.claims().query("later")
    assert set(later["iso3"]) >= {"NZL", "ECU", "MUS", "COD"}
    assert len(joins.on_list("pallmall")) == 21 and "USA" not in joins.on_list(
        "pallmall"
    )  # named later, without a day
    dated = later[later["on_precision"] == "day"]
    assert (dated["on"] > dated["as_of_day"]).all()
    assert joins.role_grid().at["NZL", "budapest"] == "party"  # the grid of claims has them


def test_a_month_ends_on_its_last_day():
    days = joins.instruments()["as_of_day"]
    assert days[("declaration_future_internet", "supporter")] == pd.Timestamp(2022, 5, 31)
    assert days[("convention_108", "party")] == pd.Timestamp(2024, 12, 31)
    assert days[("budapest_convention", "party")] == pd.Timestamp(2024, 10, 9)


def test_incidence_counts_un_members_only():
    table = joins.incidence(joins.WHOLE)
    assert len(table) == 193 and "XKX" not in table.index and "TWN" not in table.index
    assert "TWN" in joins.on_list("future")
    for key in table:
        instrument, role, _ = joins.LISTS[key]
        by_hand = set(_rows(instrument, role)["iso3"]) & set(table.index)
        late = {"NZL", "ECU", "MUS", "COD"}
        assert set(table.index[table[key]]) - late == by_hand - late


def test_organisations_are_not_states():
    assert "EUU" not in joins.on_list("un") | joins.on_list("cri") | joins.on_list("future")


# ---------------------------------------------------------------- likeness and two states


def test_two_states_against_the_tables():
    found = joins.pair("KEN", "JPN", joins.WHOLE)
    on = {c: {k for k in joins.lists_of(joins.WHOLE) if c in joins.on_list(k)} for c in ("KEN", "JPN")}
    assert set(found["both"]) == on["KEN"] & on["JPN"]
    assert set(found["first"]) == on["KEN"] - on["JPN"] and set(found["second"]) == on["JPN"] - on["KEN"]
    assert found["jaccard"] == pytest.approx(len(on["KEN"] & on["JPN"]) / len(on["KEN"] | on["JPN"]))
    sides = [found[s] for s in ("both", "first", "second", "neither")]
    assert sorted(k for side in sides for k in side) == sorted(joins.lists_of(joins.WHOLE))


def test_two_states_vote_agreement_by_hand():
    about = load("un_resolutions")
    core = about[about["topic"].isin(joins.CORE_TOPICS) & (about["confidence"] != "low")]["resolution"]
    votes = load("un_votes")
    votes = votes[votes["resolution"].isin(core) & votes["vote"].isin(["yes", "abstain", "no"])]
    wide = votes.pivot(index="resolution", columns="iso3", values="vote").astype(object)
    both = wide[["KEN", "JPN"]].dropna()
    found = joins.pair("KEN", "JPN")
    assert found["votes"] == len(both)
    assert found["agreement"] == pytest.approx((both["KEN"] == both["JPN"]).mean())


def test_a_pair_is_the_same_both_ways():
    one, two = joins.pair("FRA", "RUS"), joins.pair("RUS", "FRA")
    assert one["jaccard"] == two["jaccard"] and one["first"] == two["second"] and one["both"] == two["both"]
    assert one["agreement"] == two["agreement"]


def test_states_on_no_list_have_no_likeness_to_each_other():
    count = joins.incidence(joins.WHOLE).sum(axis=1)
    idle = list(count.index[count == 0])
    assert len(idle) > 10 and math.isnan(joins.likeness()[idle[0]][idle[1]])
    view = joins.compare.view(picture="map", state=idle[0])
    assert "cannot be compared" in view.takeaway
    assert "no similarity can be given" in joins.compare.view(state=idle[0], other=idle[1]).takeaway


def test_projection_view_counts_pairs():
    table = joins.incidence(joins.WHOLE).loc[joins.chosen_states("G20")]
    pairs = sum(
        int((table.iloc[i] & table.iloc[j]).sum()) >= 3
        for i in range(len(table))
        for j in range(i + 1, len(table))
    )
    view = joins.joins.view(picture="states", show="G20", least=3)
    assert len(view.table) == pairs and f"({pairs} of {len(table) * (len(table) - 1) // 2})" in view.takeaway


def test_network_view_counts_links():
    view = joins.joins.view()
    codes = joins.chosen_states("G20")
    links = sum(c in joins.on_list(k) for k in joins.lists_of(joins.WHOLE) for c in codes)
    assert len(view.table) == links and f"{len(codes)} states have {links} links" in view.takeaway


def test_overlap_of_the_two_conventions_straight_from_the_table():
    budapest = set(_rows("budapest_convention", "party")["iso3"]) - {"NZL", "ECU"}
    un = set(_rows("un_convention_against_cybercrime", "signatory")["iso3"]) - {"MUS"}
    row = joins.list_overlaps().set_index(["a", "b"]).loc[("budapest", "un")]
    assert (row["size_a"], row["size_b"], row["both"]) == (
        len(budapest),
        len(un & set(joins.un_members())),
        len(budapest & un),
    )
    assert row["jaccard"] == pytest.approx(
        len(budapest & un) / len((budapest | un) & set(joins.un_members()))
    )
    assert row["by_size"] == pytest.approx(row["size_a"] * row["size_b"] / 193)


# ---------------------------------------------------------------- groups and days


def test_groups_by_hand():
    assert set(joins.chosen_states("Five Eyes")) == {"AUS", "CAN", "GBR", "NZL", "USA"}
    assert len(joins.chosen_states("European Union")) == 27 and len(joins.chosen_states("everyone")) == 193
    assert set(joins.chosen_states("BRICS")) <= set(joins.un_members())


def test_accessions_by_bloc_straight_from_the_table():
    rows = _rows("budapest_convention", "party")
    rows = rows[~rows["iso3"].isin(["NZL", "ECU"])]
    for show in ("European Union", "ASEAN", "African Union"):
        codes = set(joins.chosen_states(show))
        view = joins.joining_dates.view(lists=("Budapest Convention: parties",), show=show)
        mine = rows[rows["iso3"].isin(codes)]
        exact = mine[mine["on"].notna() & (mine["on_precision"] == "day")]
        assert len(view.table) == len(mine) > 0
        assert f"{len(exact)} of {len(mine)} with an exact day" in view.takeaway
    eu = set(joins.chosen_states("European Union"))
    assert eu - set(rows["iso3"]) == {
        "IRL"
    }  # the only member of the EU that had not ratified by October 2024


def test_curves_split_a_list_into_exact_days_and_others():
    for curve, (instrument, role) in joins.CURVES.items():
        rows, others = joins.dated(curve)
        late = joins.claims()
        late = late[late["later"] & (late["instrument"] == instrument) & (late["role"] == role)]
        assert len(rows) + others == len(_rows(instrument, role)) - len(late), curve
        assert rows["on"].is_monotonic_increasing and not rows["iso3"].duplicated().any()
        assert (rows["on"] <= joins.instruments().at[(instrument, role), "as_of_day"]).all()


def test_bounds_hold_the_truth():
    curve = "Budapest Convention: parties"
    rows, others = joins.dated(curve)
    opened = joins.instruments().at[joins.CURVES[curve], "opened_on"]
    least, most = joins.bounds(curve, 10)
    assert least == (rows["on"] <= opened + pd.Timedelta(days=3652)).sum() and most == least + others
    assert joins.bounds(curve, 0) == (0, others) and joins.bounds(curve, 99) == (
        len(rows),
        len(rows) + others,
    )
    one = frozenset({"FRA"})
    assert joins.bounds(curve, 99, one)[1] == 1


def test_signatures_in_hanoi_stand_on_their_days():
    rows, _ = joins.dated("UN Cybercrime Convention: signatures")
    assert set(rows["on"].dt.strftime("%Y-%m")) == {"2025-10"}
    view = joins.joining_dates.view(lists=("UN Cybercrime Convention: signatures",))
    assert "all in 2025" in view.takeaway


# ---------------------------------------------------------------- bad and empty arguments, check


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="which"):
        joins.lists_of("secret")
    with pytest.raises(ValueError, match="least"):
        joins.joins.view(least=9)
    with pytest.raises(ValueError, match="state"):
        joins.compare.view(state="TWN")
    with pytest.raises(ValueError, match="lists"):
        joins.joining_dates.view(lists=("Paris Call",))
    with pytest.raises(ValueError, match="picture"):
        joins.joins.view(picture="pie")


def test_empty_selections_say_so():
    assert joins.joining_dates.view(lists=()).takeaway == "Choose at least one list."
    view = joins.joining_dates.view(lists=("Malabo Convention: parties",), show="European Union")
    assert view.table.empty
    view = joins.joins.view(picture="states", show="Oceania", least=6)
    assert "No two of the" in view.takeaway or len(view.table)
    assert "compared with itself" in joins.compare.view(state="KEN", other="KEN").takeaway


def test_check_counts_parties_and_catches_invitations():
    rows = load("memberships").query("entity_kind != 'organisation'")
    budapest = rows[rows["instrument"] == "budapest_convention"]
    un = set(rows.loc[rows["instrument"] == "un_convention_against_cybercrime", "iso3"])
    parties = budapest[budapest["role"] == "party"]["iso3"]
    assert check("2.4", "both_conventions", parties.isin(un).mean()).right
    wrong = check("2.4", "both_conventions", budapest["iso3"].isin(un).mean())
    assert not wrong.right and "invited" in wrong.sentence
