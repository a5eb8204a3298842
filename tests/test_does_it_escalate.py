"""Chapter 3.4: hand-made sequences, shuffles that find nothing and shuffles that find a plant, counts from the tables."""

import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.deterrence import does_it_escalate as escalate
from cyberdip_utils.deterrence import transitions
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check

# Two pairs by hand. P: 0 strikes at 2, 1 answers at 4 on day 10, 0 answers at 3 on day 25, 0 again at 5 on day 25.
# Q: only side 0 moves, on days 0 and 40.
HAND = {
    "pair": ["P", "P", "P", "P", "Q", "Q"],
    "side": [0, 1, 0, 0, 0, 0],
    "day": [0, 10, 25, 25, 0, 40],
    "severity": [2, 4, 3, 5, 1, 1],
}


def test_next_move_of_the_other_side_by_hand():
    found = transitions.next_moves(**HAND)
    assert found.wait.tolist() == [10, 15, -1, -1, -1, -1]
    assert found.answer.tolist() == [4, 5, 0, 0, 0, 0]  # of two on one day the more severe
    assert found.within(10).tolist() == [4, 0, 0, 0, 0, 0]


def test_next_move_of_the_same_and_of_either_side_by_hand():
    same = transitions.next_moves(**HAND, by="same")
    assert same.wait.tolist() == [25, -1, -1, -1, 40, -1] and same.answer.tolist() == [5, 0, 0, 0, 1, 0]
    either = transitions.next_moves(**HAND, by="either")
    assert either.wait.tolist() == [10, 15, -1, -1, 40, -1]


def test_moves_of_one_day_are_not_answers():
    found = transitions.next_moves(["P", "P"], [0, 1], [5, 5], [2, 3])
    assert found.wait.tolist() == [-1, -1]


def test_order_of_rows_does_not_matter():
    order = [3, 0, 5, 2, 4, 1]
    found = transitions.next_moves(**{k: [v[i] for i in order] for k, v in HAND.items()})
    assert found.answer.tolist() == [transitions.next_moves(**HAND).answer.tolist()[i] for i in order]


def test_a_record_that_ends_too_soon_does_not_count():
    found = transitions.next_moves(**HAND)
    assert found.followed(30, 40).tolist() == [True, True, False, False, True, False]


def test_transition_counts_of_a_known_sequence():
    # strict tit for tat, 1 to 1 and 2 to 2 in turn: side 0 at s, side 1 at s the next day, a month between rounds
    rounds = np.repeat(np.arange(20), 2)
    side, severity = np.tile([0, 1], 20), 1 + rounds % 2
    found = transitions.next_moves(["P"] * 40, side, rounds * 30 + side, severity)
    keep = (side == 0) & found.followed(5, 10_000)
    table = transitions.counts(severity - 1, found.within(5), 2, 3, keep)[0]
    assert table.tolist() == [[0, 10, 0], [0, 0, 10]]
    # after side 1 nothing comes within five days
    back = transitions.counts(severity - 1, found.within(5), 2, 3, side == 1)[0]
    assert back.tolist() == [[10, 0, 0], [10, 0, 0]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"side": [0, 1]}, "as many"),
        ({"side": [0, 1, 2, 0, 0, 0]}, "side: each is 0 or 1"),
        ({"severity": [0, 4, 3, 5, 1, 1]}, "severity: each"),
        ({"by": "them"}, "by: 'them'"),
    ],
)
def test_bad_moves_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        transitions.next_moves(**(HAND | change))
    with pytest.raises(ValueError, match="how: 'dice'"):
        transitions.shuffled(**HAND, how="dice")


@pytest.mark.parametrize("how", transitions.SHUFFLES)
def test_a_shuffle_keeps_what_it_says(how):
    drawn = transitions.shuffled(**HAND, how=how, draws=60, chunk=7)
    assert drawn.wait.shape == (60, 6)
    for pair in ("P", "Q"):
        where = [i for i, p in enumerate(HAND["pair"]) if p == pair]
        assert (np.sort(drawn.severity[:, where], axis=1) == sorted(HAND["severity"][i] for i in where)).all()
    if how == "clock":
        assert (drawn.severity == HAND["severity"]).all()
        assert (drawn.day[:, [0, 2, 3, 4, 5]] == np.array(HAND["day"])[[0, 2, 3, 4, 5]]).all()  # side 0 stays
        assert set(drawn.day[:, 1]) <= set(range(26)) and len(set(drawn.day[:, 1])) > 10
    else:
        assert (drawn.day == HAND["day"]).all()
    if how == "severity":  # when each side's turn comes is untouched
        assert (drawn.wait == transitions.next_moves(**HAND).wait).all()


def _made(rng, echo: float) -> dict:
    """Two sides at random over ten years; with probability ``echo`` side 1 answers side 0 within a week, one higher."""
    rows = []
    for pair in range(12):
        for day in rng.integers(0, 3650, 12):
            severity = int(rng.integers(1, 5))
            rows.append((pair, 0, int(day), severity))
            if rng.random() < echo:
                rows.append((pair, 1, int(day + rng.integers(1, 8)), severity + 1))
            else:
                rows.append((pair, 1, int(rng.integers(0, 3650)), int(rng.integers(2, 6))))
    return dict(zip(("pair", "side", "day", "severity"), map(list, zip(*rows, strict=True)), strict=True))


def _answered(found, window=14):
    return np.atleast_2d(found.within(window) > 0).mean(axis=1)


@pytest.mark.parametrize("how", ["order", "clock"])
def test_a_shuffle_finds_a_planted_echo(how):
    made = _made(np.random.default_rng(3), echo=0.6)
    observed = _answered(transitions.next_moves(**made))[0]
    drawn = _answered(transitions.shuffled(**made, how=how, draws=300))
    assert observed > drawn.max() and transitions.p_value(observed, drawn) < 0.01


@pytest.mark.parametrize("how", ["order", "clock"])
def test_a_shuffle_finds_nothing_where_nothing_is(how):
    ps = []
    for seed in range(40):
        made = _made(np.random.default_rng(seed), echo=0.0)
        drawn = _answered(transitions.shuffled(**made, how=how, draws=99, seed=seed))
        ps.append(transitions.p_value(_answered(transitions.next_moves(**made))[0], drawn))
    assert np.mean(np.array(ps) <= 0.05) <= 0.15 and 0.3 < np.mean(ps) < 0.75


def test_severity_shuffle_finds_matched_severities():
    made = _made(np.random.default_rng(5), echo=0.9)
    found, drawn = transitions.next_moves(**made), transitions.shuffled(**made, how="severity", draws=200)
    observed = transitions.correlation(found.severity, found.within(14), found.within(14) > 0)[0]
    chance = transitions.correlation(drawn.severity, drawn.within(14), drawn.within(14) > 0)
    assert observed > 0.5 and transitions.p_value(observed, chance) < 0.02


def test_the_order_shuffle_by_full_enumeration():
    """Three moves A2, B3, A1 on days 0, 1, 2: the mean over all six orders, against the drawn mean."""
    from itertools import permutations

    moves = [(0, 2), (1, 3), (0, 1)]
    exact = []
    for order in permutations(moves):
        side, severity = zip(*order, strict=True)
        exact.append((transitions.next_moves(["P"] * 3, side, [0, 1, 2], severity).within(1) > 0).sum())
    drawn = transitions.shuffled(["P"] * 3, [0, 1, 0], [0, 1, 2], [2, 3, 1], how="order", draws=6000)
    assert (drawn.within(1) > 0).sum(axis=1).mean() == pytest.approx(np.mean(exact), abs=0.05)


def test_p_value_by_hand():
    drawn = np.array([1.0, 2.0, 3.0, 4.0])
    assert transitions.p_value(5.0, drawn) == 2 * 1 / 5
    assert transitions.p_value(2.5, drawn) == 1.0
    assert math.isnan(transitions.p_value(1.0, np.array([np.nan])))


def test_dirichlet_against_sampling_and_against_wilson():
    counts = np.array([30, 5, 1, 0, 4])
    low, high = transitions.dirichlet(counts)
    drawn = np.random.default_rng(1).dirichlet(counts + 0.5, size=200_000)
    assert low == pytest.approx(np.quantile(drawn, 0.025, axis=0), abs=0.003)
    assert high == pytest.approx(np.quantile(drawn, 0.975, axis=0), abs=0.003)
    low, high = transitions.dirichlet(np.array([40, 60]))
    assert (low[0], high[0]) == pytest.approx(wilson(40, 100), abs=0.01)
    with pytest.raises(ValueError, match="prior"):
        transitions.dirichlet(counts, prior=0)


def test_bootstrap_of_equal_blocks_is_exact_and_of_unequal_ones_is_wide():
    equal = np.tile([[3, 7]], (20, 1, 1))
    low, high = transitions.bootstrap(equal)
    assert low[0].tolist() == high[0].tolist() == pytest.approx([0.3, 0.7])
    apart = np.array([[[10, 0]]] * 10 + [[[0, 10]]] * 10)
    low, high = transitions.bootstrap(apart)
    free_low, free_high = transitions.dirichlet(apart.sum(axis=0))
    assert high[0, 0] - low[0, 0] > 1.8 * (free_high[0, 0] - free_low[0, 0])
    assert np.isnan(transitions.bootstrap(np.zeros((4, 1, 2)))[0]).all()


def test_difference_against_statsmodels_and_newcombe():
    from statsmodels.stats.proportion import confint_proportions_2indep

    gap, low, high = transitions.difference(56, 70, 48, 80)
    assert gap == pytest.approx(0.2)
    # Newcombe (1998), table II, example (a), method 10
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (low, high) == pytest.approx(
        confint_proportions_2indep(56, 70, 48, 80, method="newcomb"), abs=1e-9
    )
    with pytest.raises(ValueError, match="above 0"):
        transitions.difference(0, 0, 1, 2)


def test_correlation_against_numpy():
    rng = np.random.default_rng(0)
    x, y, keep = rng.normal(size=50), rng.normal(size=50), rng.random(50) < 0.6
    assert transitions.correlation(x, y, keep)[0] == pytest.approx(np.corrcoef(x[keep], y[keep])[0, 1])
    assert np.isnan(transitions.correlation(np.ones(5), np.arange(5), np.ones(5, bool)))[0]


# ---------------------------------------------------------------- the record


def test_record_by_hand():
    frame, table = escalate.record(), load("dcid_incidents")
    assert len(frame) == 429 and frame["side"].isna().sum() == 4 == table["receiver_iso3"].isna().sum()
    first = frame[frame["side"] == 0]
    assert (first["initiator_iso3"] == first["state_a"]).all()
    assert frame["pair"].nunique() == len(escalate.pairs_by_size()) == 40


def test_two_sided_pairs_straight_from_the_table():
    table = load("dcid_incidents")
    said = set(zip(table["initiator_iso3"], table["receiver_iso3"].fillna(""), strict=True))
    both = {
        f"{a}-{b}"
        for a, b in zip(table["state_a"], table["state_b"], strict=True)
        if {(a, b), (b, a)} <= said
    }
    assert escalate.two_sided() == both and len(both) == 13


def test_answers_straight_from_the_table():
    """Every incident against every other, in a plain loop."""
    table = load("dcid_incidents").dropna(subset=["receiver_iso3"])
    followed = answered = higher = 0
    for r in table.itertuples():
        if r.start_on + pd.Timedelta(days=180) > pd.Timestamp("2020-12-31"):
            continue
        followed += 1
        wait = (table["start_on"] - r.start_on).dt.days
        back = (table["initiator_iso3"] == r.receiver_iso3) & (table["receiver_iso3"] == r.initiator_iso3)
        back &= (table["state_a"] == r.state_a) & (table["state_b"] == r.state_b)
        later = wait[back & (wait > 0) & (wait <= 180)]
        if len(later):
            answered += 1
            higher += table.loc[later[later == later.min()].index, "severity"].max() > r.severity
    frame = escalate.answers(180)
    assert (len(frame), frame["answered"].sum(), frame["higher"].sum()) == (followed, answered, higher)


def test_joined_moves_are_the_days_of_each_side():
    table = load("dcid_incidents").dropna(subset=["receiver_iso3"])
    joined = escalate.moves("joined")
    assert len(joined) == len(table.drop_duplicates(["state_a", "state_b", "initiator_iso3", "start_on"]))
    assert joined["severity"].max() == table["severity"].max()


@pytest.mark.parametrize("window", escalate.WINDOWS)
@pytest.mark.parametrize("by", transitions.BY)
def test_transition_table_parts_the_incidents(window, by):
    frame = escalate.transition_table(window, by)
    assert frame.groupby("after")["share"].sum().tolist() == pytest.approx([1.0] * 4)
    assert frame["count"].sum() == len(escalate.answers(window, by))
    assert ((frame["low"] <= frame["share"] + 0.05) & (frame["high"] >= frame["share"] - 1e-9)).all()
    moved = frame.loc[frame["next"] != escalate.NONE, "count"].sum()
    assert moved == escalate.answers(window, by)["answered"].sum()


def test_longer_windows_find_no_fewer_among_the_same_incidents():
    short, long = escalate.answers(30).set_index("dcid_id"), escalate.answers(730).set_index("dcid_id")
    both = short.index.intersection(long.index)
    assert (long.loc[both, "answered"] >= short.loc[both, "answered"]).all()


def test_pairs_drawn_whole_give_wider_intervals():
    free = escalate._overall(365, "other", "rows", "all", "dirichlet")["answered"]
    whole = escalate._overall(365, "other", "rows", "all", "pairs")["answered"]
    assert free[:2] == whole[:2] and whole[3] - whole[2] > free[3] - free[2]


def test_severity_shuffle_cannot_change_who_moved():
    test = escalate.chance_test("answered", "severity", 365)
    assert np.ptp(test["drawn"]) == 0 and test["drawn"][0] == pytest.approx(test["observed"])
    assert "cannot change it" in escalate.chance_alone.view(how="severity").takeaway


def test_observed_statistic_is_that_of_the_table():
    frame = escalate.answers(90, scope="both")
    assert escalate.chance_test("higher", "order", 90, scope="both")["observed"] == pytest.approx(
        frame["higher"].mean()
    )
    climb = escalate.chance_test("climb", "order", 90, scope="both")["observed"]
    assert climb == pytest.approx(frame.loc[frame["answered"], "higher"].mean())
    with pytest.raises(ValueError, match="statistic: 'anger'"):
        escalate.chance_test("anger", "order", 90)


def test_authors_pairing_straight_from_the_table():
    table = load("dcid_actions").pivot(index="action_id", columns="n", values="severity")
    both = table[(table[1] > 0) & (table[2] > 0)]
    frame = escalate.paired()
    assert len(frame) == int((table[1] > 0).sum()) == 429
    assert int((frame["answer"] > 0).sum()) == len(both) == 60
    assert int((frame["answer"] > frame["severity"]).sum()) == int((both[2] > both[1]).sum()) == 11


@pytest.mark.parametrize("measure", escalate.HELD)
@pytest.mark.parametrize("by", escalate.GROUPINGS)
def test_groups_part_the_rows(measure, by):
    frame = escalate.held(measure)
    assert sum(len(part) for _, part in escalate._groups(frame, by)) == len(frame)
    table = escalate.restraint_over_time.view(measure=measure, by=by).table
    assert table["count"].sum() == frame["yes"].sum() and table["n"].sum() == len(frame)


def test_concessions_straight_from_the_table():
    table = load("dcid_incidents")
    assert escalate.held("concession")["yes"].sum() == table["concession"].sum() == 12
    assert "degradation 7 of 46" in escalate.finding_concessions()
    low = table.loc[table["objective"] == "degradation", "concession"]
    assert (int(low.sum()), len(low)) == (7, 46)


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="window"):
        escalate.answers(0)
    with pytest.raises(ValueError, match="unit, scope"):
        escalate.moves("weeks")
    with pytest.raises(ValueError, match="measure: 'peace'"):
        escalate.held("peace")
    with pytest.raises(ValueError, match="pair: 'Narnia'"):
        escalate.severity_ladder.view(pair="Narnia")


def test_ladder_of_one_pair_by_hand():
    table = load("dcid_incidents")
    rows = table[(table["state_a"] == "USA") & (table["state_b"] == "IRN")]
    view = escalate.severity_ladder.view(pair="USA-IRN")
    assert len(view.table) == len(rows) == 30 and view.takeaway.startswith(
        "30 incidents (initiated by United States 9, by Iran 21)"
    )
    assert len(escalate.severity_ladder.view().table) == len(escalate.record().groupby(["pair", "year"]))


def test_an_empty_selection_says_so():
    view = escalate.severity_ladder.view(pair="USA-SYR", objective="degradation")
    assert view.table.empty and "not the same as peace" in view.takeaway


def test_check_right_slip_other_and_no_number():
    assert check("3.4", "raised", 11 / 60).right
    assert "both sides acted" in check("3.4", "raised", 11 / 431).sentence
    assert (
        "Use > and not >=" in check("3.4", "raised", 45 / 60).sentence
        or not check("3.4", "raised", 45 / 60).right
    )
    assert not check("3.4", "raised", 0.5).right
    assert "No answer here" in check("3.4", "raised", None).sentence


def test_every_row_and_column_of_the_matrix_is_labelled():
    """plotly takes a category named "3" for the third place: names must not be numbers."""
    figure = escalate.what_came_next.view().figure
    for axis, names in ((figure.layout.xaxis, figure.data[0].x), (figure.layout.yaxis, figure.data[0].y)):
        assert list(axis.tickvals) == list(names) and not any(str(n).isdigit() for n in names)
    assert [t.split("<br>")[0] for t in figure.layout.yaxis.ticktext] == [
        "after 1–2",
        "after 3",
        "after 4",
        "after 5–6",
    ]


@pytest.mark.parametrize("statistic", escalate.STATISTICS)
@pytest.mark.parametrize("window", [30, 365])
def test_bars_of_the_shuffles_hold_every_shuffle(statistic, window):
    view = escalate.chance_alone.view(statistic=statistic, how="clock", window=window)
    drawn = escalate.chance_test(statistic, "clock", window)["drawn"]
    assert sum(sum(t.y) for t in view.figure.data if t.type == "bar") == np.isfinite(drawn).sum()


def test_busy_sides_by_hand():
    frame = escalate.answers(365)
    rows = frame[frame["initiator_iso3"] == "USA"]
    assert f"({int(rows['answered'].sum())} of {len(rows)};" in escalate.finding_busy()
