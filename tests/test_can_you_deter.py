"""Chapter 3.3: what the exhibits say against the models and against the table, worked out another way."""

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.deterrence import can_you_deter as deter
from cyberdip_utils.deterrence import models
from cyberdip_utils.teach import check

# ---------------------------------------------------------------- punishment and denial


def test_each_row_is_the_sum_of_its_parts():
    frame = deter.payoff_by_value(0.3, 0.5, 5.0, 0.8, 1.5)
    assert frame["payoff"].to_numpy() == pytest.approx((frame["gain"] - frame["punishment"]).to_numpy())
    row = frame.set_index("value").loc[10]  # gain 7 − 0.5; named 2/3, punished 0.8, loss 15
    assert row["gain"] == pytest.approx(6.5) and row["punishment"] == pytest.approx(2 / 3 * 0.8 * 15)


def test_the_shaded_band_is_where_the_table_says_it_pays():
    for case in deter.PAYS_CASES:
        values = deter.PAYS_CASES[case][1]
        low, high = models.undeterred(**values)
        frame = deter.payoff_by_value(**values)
        pays = frame.loc[frame["payoff"] > 1e-9, "value"]
        assert pays.min() >= low and pays.max() <= high
        assert low > pays.min() - 0.5
        assert high < pays.max() + 0.5 or pays.max() == deter.VALUES[-1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"denial": 100}, "No attack pays"),
        ({"resolve": 0}, "the threat never outgrows the prize"),
        ({"cost": 0}, "worth up to 10.0: it costs nothing"),
        ({"cost": 0, "resolve": 0}, "An attack pays on every target: it costs nothing"),
        ({}, "between 1.6 and 6.4"),
    ],
)
def test_the_sentence_says_which_targets(values, words):
    assert words in deter.when_it_pays.view(**values).takeaway


def test_named_by_intensity_is_the_record_counted_by_hand():
    rows = load("incidents")
    coded = rows[rows["unweighted_intensity"].notna()]
    found = deter.named_by_intensity()
    assert found["n"].sum() == len(coded)
    high = coded[coded["unweighted_intensity"] >= 5]
    assert found.loc["5 or more", "n"] == len(high) > 0
    assert found.loc["5 or more", "named"] == (high["attribution_status"] == "attributed").sum()
    assert found["named"].sum() == (coded["attribution_status"] == "attributed").sum()


# ---------------------------------------------------------------- the blame game


def test_the_curve_is_the_game_at_each_point():
    curve = deter.blame_curve("knowing", vulnerable=0.8, penalty=2.0, backfire=1.0, mischief=0.2).set_index(
        "x"
    )
    for k in (0.0, 0.3, 0.5, 0.9):
        s = models.blame_game(0.8, k, mischief=0.2)
        assert curve.loc[k, ["attack", "blame", "peace"]].tolist() == [s.attack, s.blame, s.peace]
    assert curve["peace"].is_monotonic_increasing


def test_peace_steps_up_at_the_threshold_and_nowhere_else():
    curve = deter.blame_curve("knowing", vulnerable=0.8, penalty=2.0, backfire=1.0, mischief=0.0)
    steps = curve.loc[curve["peace"].diff().abs() > 1e-9, "x"].tolist()
    assert steps == [0.5]  # g/p


def test_mischief_only_takes_peace_away():
    curve = deter.blame_curve("mischief", vulnerable=0.9, knowing=0.3, penalty=2.0, backfire=1.0)
    assert (curve["peace"].diff().dropna() <= 1e-12).all() and curve["wrongful"].max() > 0


def test_sharing_knowledge_unequally_breaks_peace_above_the_threshold_and_helps_below():
    rest = {"vulnerable": 0.8, "penalty": 2.0, "backfire": 1.0, "mischief": 0.0}
    above = deter.rivals_curve(0.6, **rest).set_index("x")["traded"]
    below = deter.rivals_curve(0.3, **rest).set_index("x")["traded"]
    assert above[0.6] > above[0.9] and below[0.3] < below[0.6]
    assert below[0.7:].isna().all()  # the other side would have less than none
    assert above[0.6] == pytest.approx(models.rivalry_peace(0.8, 0.6, 0.6))


def test_the_three_cases_are_what_they_are_called():
    regimes = {k: models.blame_game(**v).regime for k, (_, v, _) in deter.BLAME_CASES.items()}
    assert regimes["peace"] == "restraint" and regimes["tolerate"] == "impunity"
    case = deter.BLAME_CASES["mischief"][1]
    assert models.blame_game(**case).peace < models.blame_game(**(case | {"mischief": 0.0})).peace


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"knowing": 60}, "hold back, because victims know often enough (60%, against 50% needed)"),
        ({"vulnerable": 30}, "does better to tolerate"),
        ({"mischief": 90}, "deters nobody"),
        ({}, "peace in 60% of cases"),
    ],
)
def test_the_sentence_names_the_regime(values, words):
    assert words in deter.blame_or_tolerate.view(**values).takeaway


def test_the_solver_is_quoted_and_agrees():
    detail = deter.blame_or_tolerate.view().detail
    s = models.blame_game(0.8, 0.3)
    assert f"({s.attack:.2f}, {s.blame:.2f})" in detail


# ---------------------------------------------------------------- better attribution

START = (0.7, 0.75, 0.05, 3, 0.6, 0.0)


def test_every_path_begins_at_the_same_place():
    starts = {k: p["attacks"].iloc[0] for k, p in deter.improvements(*START).items()}
    assert len(starts) == len(models.IMPROVEMENTS)
    assert list(starts.values()) == pytest.approx([starts["detect"]] * 6, abs=1e-6)


def test_the_opening_state_shows_what_the_abstract_says():
    change = {k: p["attacks"].iloc[-1] - p["attacks"].iloc[0] for k, p in deter.improvements(*START).items()}
    assert all(change[k] < 0 for k in deter.SAFE)
    assert change["unclear"] > 0.01 and change["grades"] > 0.01
    assert deter._assumptions(*START[:5]) == ""  # the conditions of the proof hold here
    view = deter.better_attribution.view()
    assert "4 of 6 improvements do not raise it and 2 can" in view.takeaway
    assert view.table.set_index("improvement")["change"].to_dict() == pytest.approx(
        {models.IMPROVEMENTS[k]: 100 * c for k, c in change.items()}, abs=0.001
    )


def test_one_equilibrium_by_hand_search():
    # like attackers: find x with x = (π11 − π01) R(β), on a fine grid
    pi = models.signals(3, 0.7, 0.75, 0.05)
    x = np.linspace(0, 1, 200_001)
    a = 1 - x
    belief = 0.5 / 3 * a * pi[1, 1] / (0.5 / 3 * a * (pi[1, 1] + 2 * pi[2, 1]) + (1 - 0.5 * a) * pi[0, 1])
    answer = np.clip((belief - 0.5) / 0.2, 0, 1)  # strikes when y ≥ 1 − belief, y from 0.3 to 0.5
    cut = x[np.argmin(np.abs(x - (pi[1, 1] - pi[0, 1]) * answer))]
    assert 0.5 * (1 - cut) == pytest.approx(deter.improvements(*START)["detect"]["attacks"].iloc[0], abs=1e-4)


def test_a_hungry_attacker_emboldens_the_others():
    like = deter.improvements(*START)["detect"].iloc[0]
    hungry = deter.improvements(*START[:5], 0.5)["detect"].iloc[0]
    assert hungry["first"] > like["first"] and hungry["others"] > like["others"]


def test_a_very_cautious_defender_has_nothing_to_lose_by_grading():
    eager = deter.improvements(*START)["grades"]["attacks"]
    cautious = deter.improvements(*START[:4], 0.75, 0.0)["grades"]["attacks"]
    assert eager.iloc[-1] > eager.iloc[0] and cautious.iloc[-1] < cautious.iloc[0]


def test_grading_spares_the_innocent_all_the_same():
    path = deter.improvements(*START)["grades"]["undeserved"]
    assert path.iloc[-1] < path.iloc[0] / 10


@pytest.mark.parametrize("appetite", [0.0, 0.4, 0.8])
@pytest.mark.parametrize("needed", [0.6, 0.7])
@pytest.mark.parametrize(
    ("detection", "identification", "alarm", "n"),
    [(0.7, 0.75, 0.05, 3), (0.6, 0.6, 0.2, 2), (0.9, 0.5, 0.1, 4)],
)
def test_under_the_conditions_the_safe_improvements_are_safe(
    detection, identification, alarm, n, needed, appetite
):
    assert deter._assumptions(detection, identification, alarm, n, needed) == ""
    paths = deter.improvements(detection, identification, alarm, n, needed, appetite)
    for kind in deter.SAFE:
        assert (paths[kind]["attacks"].diff().dropna() < 1e-5).all(), kind


def test_without_them_even_dropping_doubtful_names_can_backfire():
    start = (0.95, 0.5, 0.05, 2, 0.3)
    assert "belief below one half" in deter._assumptions(*start)
    path = deter.improvements(*start, 0.0)["doubt"]["attacks"]
    assert path.max() > path.iloc[0] + 0.005


@pytest.mark.parametrize("needed", [0.3, 0.5, 0.6, 0.8])
def test_the_middling_defender_strikes_at_the_belief_needed(needed):
    low, high = deter._resolve(needed)
    assert 0 <= low < high <= 1
    assert models.retaliation(needed, (low, high)) == pytest.approx(0.5)


def test_broken_conditions_are_said():
    assert "likelier as a false alarm" in deter.better_attribution.view(alarm=40).caveat
    assert "belief below one half" in deter.better_attribution.view(needed=40).caveat


# ---------------------------------------------------------------- restraint


def test_lines_end_at_the_share_of_the_runs_and_bands_hold_most_of_them():
    frame, play = deter.restraint_over_time("echo", "probe", 0.8, 0.05, 0.3, 0)
    last = frame[frame["round"] == deter.ROUNDS].set_index("side")
    rate = play.attacks.mean(axis=-1)
    assert last["share"].to_numpy() == pytest.approx(rate.mean(axis=1))
    for side, name in enumerate(last.index):
        inside = (rate[side] >= last.loc[name, "low"] - 1e-9) & (rate[side] <= last.loc[name, "high"] + 1e-9)
        assert 0.78 <= inside.mean() <= 0.95  # ties lie on the ends
    assert (frame["low"] <= frame["share"] + 1e-9).all() and (frame["share"] <= frame["high"] + 1e-9).all()


def test_stars_are_mutual_best_replies():
    grid, stable = deter.stable_pairs(0.8, 0.05, 0.3, 2.0, 0)
    table = grid.to_numpy()
    n = len(table)
    best = {
        tuple(sorted((i, j)))
        for i in range(n)
        for j in range(n)
        if table[i, j] >= table[:, j].max() and table[j, i] >= table[:, i].max()
    }
    assert set(stable) == best != set()


def test_clear_sight_makes_a_longer_feud_and_forgiveness_a_shorter():
    def attacks(**values):
        view = deter.restraint_game.view(**values)
        return view.table.query("round == @deter.ROUNDS", local_dict={"deter": deter})["share"].mean()

    dim, clear = attacks(detection=60), attacks(detection=95)
    kind = attacks(detection=95, one="generous", other="generous")
    assert kind < dim < clear


def test_the_pair_in_the_sentence_is_the_cell_of_the_table():
    view = deter.restraint_game.view(picture="payoffs", one="restrain", other="probe")
    cell = view.table.set_index("your rule").at["Never retaliate", "Probe"]
    assert f"never retaliate earns {cell:+.2f}" in view.takeaway


def test_another_draw_is_other_luck_and_the_same_rules():
    a, b = (deter.restraint_game.view(seed=s).table["share"] for s in (0, 1))
    assert (a != b).any() and a.iloc[-1] == pytest.approx(b.iloc[-1], abs=0.03)


# ---------------------------------------------------------------- all four, findings, exercise

EXHIBITS = (deter.when_it_pays, deter.blame_or_tolerate, deter.better_attribution, deter.restraint_game)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda e: e.name)
def test_each_names_its_symbols_what_it_leaves_out_and_that_it_is_illustrative(exhibit):
    view = exhibit.view()
    assert "**Symbols.**" in view.detail and "**What the model leaves out.**" in view.detail
    assert "illustrative" in view.caveat


def test_findings_quote_what_the_models_give():
    assert "+6.9" in deter.finding_better() and "+5.6" in deter.finding_better()
    path = deter.improvements(*START)
    assert (
        f"{100 * (path['unclear']['attacks'].iloc[-1] - path['unclear']['attacks'].iloc[0]):+.1f}" == "+6.9"
    )
    assert (
        f"{models.feud_level(0.95, 0.05):.0%}" == "50%"
        and "in 50% at 95% detection" in deter.finding_restraint()
    )
    assert "1.0 to 5.0" in deter.finding_band()
    case = deter.BLAME_CASES["peace"][1]
    assert f"stable restraint {models.blame_game(**case).peace:.0%}" in deter.finding_blame()


def test_the_exercise_is_bayes_rule():
    right, wrong, alarm, prior = 0.56, 0.12, 0.1 / 3, 0.5 / 3
    belief = prior * right / (prior * right + 2 * prior * wrong + 0.5 * alarm)
    assert check("3.3", "belief", belief).right
    for slip in (right, 0.7, prior, 100 * belief):
        verdict = check("3.3", "belief", slip)
        assert not verdict.right and len(verdict.sentence) > 40
    assert not check("3.3", "belief", None).right


def test_payoff_table_is_a_frame_of_all_rules():
    grid, _ = deter.stable_pairs(1.0, 0.0, 0.3, 2.0, 0)
    assert isinstance(grid, pd.DataFrame) and grid.shape == (len(models.STRATEGIES),) * 2
    assert grid.loc["Never retaliate", "Never retaliate"] == 0
