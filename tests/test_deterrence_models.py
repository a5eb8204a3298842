"""The models of chapter 3.3: hand-checked cases, what the papers state, and signs that must hold everywhere."""

import math

import hypothesis
import numpy as np
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from cyberdip_utils.deterrence import models as m


def given(*drawn):
    """Hypothesis with the same cases on every run and no limit on time."""
    still = hypothesis.settings(deadline=None, derandomize=True)
    return lambda test: still(hypothesis.given(*drawn)(test))


chance = st.floats(0, 1)
inner = st.floats(0.02, 0.98)
amount = st.floats(0, 10)
positive = st.floats(0.05, 10)

# ---------------------------------------------------------------- (a) punishment and denial


def test_attack_payoff_by_hand():
    # half of the attempts fail; named four times in ten, punished half of these: 0.5·10 − 1 − 0.4·0.5·15
    assert m.attack_payoff(10, 0.5, 1, 0.4, 0.5, 15) == pytest.approx(1.0)
    assert m.needed_attribution(10, 0.5, 1, 0.5, 15) == pytest.approx(4 / 7.5)
    assert m.needed_attribution(10, 1.0, 1, 0.5, 15) == 0.0
    assert m.needed_attribution(10, 0.0, 1, 0.0, 15) == math.inf


@given(amount, chance, amount, chance, chance, amount, chance)
def test_every_instrument_lowers_the_payoff(value, denial, cost, named, resolve, penalty, more):
    base = m.attack_payoff(value, denial, cost, named, resolve, penalty)
    eps = 1e-9
    assert m.attack_payoff(value, denial + (1 - denial) * more, cost, named, resolve, penalty) <= base + eps
    assert m.attack_payoff(value, denial, cost + more, named, resolve, penalty) <= base + eps
    assert m.attack_payoff(value, denial, cost, named + (1 - named) * more, resolve, penalty) <= base + eps
    assert m.attack_payoff(value, denial, cost, named, resolve + (1 - resolve) * more, penalty) <= base + eps
    assert m.attack_payoff(value, denial, cost, named, resolve, penalty + more) <= base + eps
    assert m.attack_payoff(value + more, denial, cost, named, resolve, penalty) >= base - eps


@given(positive, chance, amount, inner, positive)
def test_at_the_needed_attribution_the_attacker_is_indifferent(value, denial, cost, resolve, penalty):
    q = m.needed_attribution(value, denial, cost, resolve, penalty)
    assume(0 < q <= 1)
    assert m.attack_payoff(value, denial, cost, q, resolve, penalty) == pytest.approx(0, abs=1e-9)


@given(chance, amount, positive, chance, st.floats(0, 5), st.floats(0.01, 200))
def test_the_undeterred_band_is_where_an_attack_pays(denial, cost, half, resolve, severity, value):
    low, high = m.undeterred(denial, cost, half, resolve, severity)
    pays = m.attack_payoff(
        value, denial, cost, m.attribution_by_value(value, half), resolve, severity * value
    )
    assume(abs(pays) > 1e-6)
    assert (pays > 0) == (low < value < high)


def test_high_values_are_deterred_and_middling_ones_not():
    low, high = m.undeterred(0.3, 0.5, 5, 0.8, 1.5)  # −0.5 v² + 3 v − 2.5 > 0 between 1 and 5
    assert (low, high) == pytest.approx((1, 5))
    assert m.undeterred(0.3, 0.5, 5, 0.0, 1.5)[1] == math.inf  # no resolve: nothing at the top is safe


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: m.attack_payoff(1, 1.2, 0, 0.5, 0.5, 1), "denial: 1.2 is not a probability"),
        (lambda: m.attack_payoff(-1, 0.2, 0, 0.5, 0.5, 1), "value: -1 is not a number of 0 or more"),
        (lambda: m.attribution_by_value(1, 0), "half: 0 must be more than 0"),
        (lambda: m.blame_game(0.5, 1.5), "knowing: 1.5"),
        (lambda: m.blame_game(0.5, 0.5, gain=0), "gain: 0 must be more than 0"),
        (lambda: m.signals(1, 0.5, 0.5, 0.1), "n: 1 is not a whole number of 2"),
        (lambda: m.improve(m.signals(2, 0.5, 0.5, 0.1), "luck", 0.5), "kind: 'luck' is not one of detect"),
        (lambda: m.attribution_equilibrium(np.ones((3, 3))), "each row must sum to 1"),
        (lambda: m.attribution_equilibrium(m.signals(2, 1, 1, 0), opportunity=1), "opportunity: 1"),
        (lambda: m.attribution_equilibrium(m.signals(2, 1, 1, 0), benefits=(1, 1)), "benefits"),
        (lambda: m.retaliation(0.5, (0.6, 0.4)), "resolve"),
        (lambda: m.play_restraint("echo", "grudge"), "strategy: 'grudge' is not one of restrain"),
        (lambda: m.play_restraint("echo", "echo", rounds=0), "rounds: 0"),
        (lambda: m.feud_level(1, 0), "detection: with no error"),
    ],
)
def test_bad_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        call()


# ---------------------------------------------------------------- (b) the blame game

game = {"gain": positive, "penalty": positive, "vindication": positive, "backfire": positive}


def _off_the_boundaries(v, k, t, g, p, w, b):
    ties = (g - p * k, v * w - (1 - v) * b, g - p * (k + (1 - k) * (1 - t)))
    assume(all(abs(x) > 1e-3 for x in ties))


@given(inner, inner, st.floats(0, 0.95), positive, positive, positive, positive)
def test_closed_form_is_the_only_equilibrium_that_nashpy_finds(v, k, t, g, p, w, b):
    _off_the_boundaries(v, k, t, g, p, w, b)
    solved = m.blame_game(v, k, g, p, w, b, t)
    found = m.blame_equilibria(v, k, g, p, w, b, t)
    assert len(found) == 1
    assert found[0] == pytest.approx((solved.attack, solved.blame), abs=1e-6)


@given(inner, inner, st.floats(0, 0.95), positive, positive, positive, positive)
def test_nobody_gains_by_another_choice(v, k, t, g, p, w, b):
    solved = m.blame_game(v, k, g, p, w, b, t)
    attacker, victim = m.blame_bimatrix(v, k, g, p, w, b, t)
    x, y = np.array([solved.attack, 1 - solved.attack]), np.array([solved.blame, 1 - solved.blame])
    assert (attacker @ y).max() <= x @ attacker @ y + 1e-9
    assert (x @ victim).max() <= x @ victim @ y + 1e-9


@given(chance, chance, chance, positive, positive, positive, positive)
def test_blame_probabilities_are_probabilities_and_add_up(v, k, t, g, p, w, b):
    s = m.blame_game(v, k, g, p, w, b, t)
    for name in ("attack", "blame", "belief", "needed_belief", "peace", "tolerated", "backfired", "wrongful"):
        assert -1e-12 <= getattr(s, name) <= 1 + 1e-12, name
    blamed_rightly = v * s.attack * (k + (1 - k) * s.blame)
    assert s.peace + s.tolerated + s.backfired + blamed_rightly == pytest.approx(1)


def test_uneasy_case_by_hand():
    # eight in ten vulnerable, three in ten knowing, g = 1, p = 2, w = m = 1
    s = m.blame_game(0.8, 0.3)
    assert (s.regime, s.attack) == ("uneasy", pytest.approx(0.2 / 0.8))
    assert s.blame == pytest.approx(0.2 / 0.7)
    assert s.belief == pytest.approx(0.5) == s.needed_belief


def test_peace_is_stable_exactly_when_the_knowing_are_frequent_enough():
    assert m.blame_game(0.9, 0.5).attack == m.blame_game(0.9, 0.51).attack == 0
    assert m.blame_game(0.9, 0.49).attack > 0
    assert m.blame_game(0.9, 0.9).peace == pytest.approx(0.9)  # who cannot be hurt attacks all the same
    assert m.blame_game(1, 0).peace == 1  # all can be hurt and everyone knows it: nobody is unknowing


def test_an_attack_by_one_who_is_probably_not_vulnerable_is_tolerated():
    s = m.blame_game(0.3, 0.2)
    assert (s.regime, s.blame, s.attack) == ("impunity", 0, 1)
    assert s.tolerated == pytest.approx(0.3 * 0.8 + 0.7)


@given(inner, inner, inner)
def test_more_knowledge_never_means_less_peace(v, k, more):
    assert m.blame_game(v, k + (1 - k) * more).peace >= m.blame_game(v, k).peace - 1e-12


@given(inner, inner, st.floats(0, 0.9), inner)
def test_mischief_never_means_more_peace(v, k, t, more):
    worse = m.blame_game(v, k, mischief=t + (1 - t) * more)
    assert worse.peace <= m.blame_game(v, k, mischief=t).peace + 1e-12


def test_mischief_can_end_deterrence_altogether():
    calm, stirred = m.blame_game(0.8, 0.3), m.blame_game(0.8, 0.3, mischief=0.9)
    assert calm.peace == pytest.approx(0.6) and stirred.peace == 0 and stirred.regime == "open"


def test_imbalance_of_attribution_breaks_a_peace_that_balance_keeps():
    assert m.rivalry_peace(0.9, 0.6, 0.6) == pytest.approx(0.81)
    assert m.rivalry_peace(0.9, 0.8, 0.4) < 0.8
    assert m.rivalry_peace(0.3, 0.8, 0.4) == 0


@given(inner, inner, inner)
def test_blame_that_costs_more_is_used_less_by_the_unsure(v, k, more):
    assert m.blame_game(v, k, backfire=1 + more).needed_belief > m.blame_game(v, k).needed_belief


# ---------------------------------------------------------------- (c) imperfect attribution

SHARES = tuple(np.linspace(0, 1, 9))
structures = st.builds(
    m.signals, st.integers(2, 4), st.floats(0.2, 0.95), st.floats(0.55, 0.98), st.floats(0.01, 0.4)
)
opportunities = st.floats(0.1, 0.9)
cautious = st.tuples(st.floats(0, 0.3), st.floats(0.35, 0.5))  # highest resolve at most one half
any_resolve = st.tuples(st.floats(0, 0.4), st.floats(0.5, 1))


def test_signals_by_hand():
    pi = m.signals(3, 0.8, 0.7, 0.09)
    assert pi[0] == pytest.approx([0.91, 0.03, 0.03, 0.03])
    assert pi[2] == pytest.approx([0.2, 0.12, 0.56, 0.12])


@given(structures, st.sampled_from(list(m.IMPROVEMENTS)), chance)
def test_an_improvement_is_an_information_structure(pi, kind, share):
    better = m.improve(pi, kind, share)
    assert better.min() >= 0 and better.sum(axis=1) == pytest.approx(np.ones(len(pi)))
    n = len(pi) - 1
    if kind == "grades":  # ignoring the grade gives back the old names
        assert better[:, 1 : n + 1] + better[:, n + 1 :] == pytest.approx(pi[:, 1:])
    elif share == 0:
        assert better == pytest.approx(pi)
    if kind == "detect":  # of attacks that are seen, the same share is rightly named
        assert better[1, 1] / (1 - better[1, 0]) == pytest.approx(pi[1, 1] / (1 - pi[1, 0]))


@given(structures, st.lists(chance, min_size=4, max_size=4), opportunities)
def test_beliefs_are_bayes_rule(pi, aggression, gamma):
    n = len(pi) - 1
    a = np.array(aggression[:n])
    beliefs = m.posterior_guilt(pi, a, gamma)
    prior = np.r_[1 - gamma / n * a.sum(), gamma / n * a]
    for s in range(pi.shape[1]):
        joint = prior * pi[:, s]
        assert beliefs[:, s] == pytest.approx(joint[1:] / joint.sum())
    # the belief that somebody attacked averages back to how often somebody does
    assert (beliefs.sum(axis=0) * (prior @ pi)).sum() == pytest.approx(prior[1:].sum())


def test_retaliation_by_hand():
    assert m.retaliation(0.5, (0, 1)) == 0.5  # uniform resolve on 0 to 1: strike as often as you believe
    assert m.retaliation(0.5, (0.4, 0.6)) == pytest.approx(0.5)
    assert m.retaliation(0.3, (0.4, 0.6)) == 0 and m.retaliation(0.8, (0.4, 0.6)) == 1


@given(structures, opportunities, any_resolve)
def test_the_equilibrium_solves_its_equation_and_is_unique(pi, gamma, resolve):
    top = m.attribution_equilibrium(pi, gamma, (0, 1), resolve, start=1.0)
    bottom = m.attribution_equilibrium(pi, gamma, (0, 1), resolve, start=-1.0)
    assert top.cutoffs == pytest.approx(bottom.cutoffs, abs=1e-6)
    right = ((pi[1:] - pi[0]) * top.strikes).sum(axis=1)
    assert top.cutoffs == pytest.approx(right, abs=1e-6)
    assert 0 <= top.attacks <= gamma + 1e-9
    assert 0 <= top.deserved <= top.attacks + 1e-9 and top.undeserved >= 0


def test_perfect_attribution_deters_all_who_fear_a_strike():
    # seen, named, never mistaken: belief 1, always struck, cost 1 = highest benefit
    sure = m.attribution_equilibrium(m.signals(3, 1, 1, 0), 0.5, (0, 1), (0.2, 0.5))
    assert sure.attacks == pytest.approx(0, abs=1e-8) and sure.undeserved == pytest.approx(0, abs=1e-8)
    blind = m.attribution_equilibrium(m.signals(3, 0, 1, 0), 0.5, (0, 1), (0.2, 0.5))
    assert blind.attacks == pytest.approx(0.5)


@given(structures, opportunities, cautious, st.floats(0.1, 1))
def test_one_attacker_s_appetite_emboldens_the_others(pi, gamma, resolve, more):
    n = len(pi) - 1
    assume(pi[1, 2] >= pi[0, 2])  # a name is at least as often a wrong name as a false alarm
    like = m.attribution_equilibrium(pi, gamma, (0.0, 1.0), resolve)
    low = np.zeros(n)
    low[0] = more * 0.9
    hungry = m.attribution_equilibrium(pi, gamma, (low, 1.0), resolve)
    assert hungry.aggression[0] >= like.aggression[0] - 1e-6
    assert (hungry.aggression[1:] >= like.aggression[1:] - 1e-6).all()


def test_appetite_makes_one_suspect_and_clears_the_others():
    pi = m.signals(3, 0.8, 0.7, 0.1)
    like = m.posterior_guilt(pi, [0.5, 0.5, 0.5], 0.5)
    hungry = m.posterior_guilt(pi, [0.9, 0.5, 0.5], 0.5)
    assert (hungry[0] > like[0]).all() and (hungry[1:, 1] < like[1:, 1]).all() and hungry[1, 2] < like[1, 2]


@given(structures, opportunities, cautious, st.sampled_from(["detect", "alarms", "doubt", "missed"]))
def test_the_safe_improvements_never_raise_attacks(pi, gamma, resolve, kind):
    path = m.attribution_paths(pi, [kind], SHARES, gamma, (0, 1), resolve)[kind]
    attacks = np.array([d.attacks for d in path])
    assert (np.diff(attacks) <= 1e-6).all()


@pytest.mark.parametrize("kind", ["unclear", "grades"])
def test_the_other_improvements_can_raise_attacks(kind):
    pi = m.signals(3, 0.8, 0.7, 0.1)
    first, last = (
        m.attribution_paths(pi, [kind], (0, 1), 0.5, (0, 1), (0.4, 0.6))[kind][i].attacks for i in (0, 1)
    )
    assert last > first + 0.01


def test_the_path_is_the_same_as_one_by_one():
    pi = m.signals(2, 0.7, 0.8, 0.2)
    path = m.attribution_paths(pi, ["grades"], (0.2, 0.9), 0.4, (0, 1), (0.3, 0.7))["grades"]
    for share, d in zip((0.2, 0.9), path, strict=True):
        one = m.attribution_equilibrium(m.improve(pi, "grades", share), 0.4, (0, 1), (0.3, 0.7))
        assert d.attacks == pytest.approx(one.attacks, abs=1e-7)


def test_strikes_are_shared_out_between_guilty_and_innocent_by_simulation():
    pi = m.signals(3, 0.8, 0.6, 0.2)
    d = m.attribution_equilibrium(pi, 0.6, (0, 1), (0.2, 0.8))
    rng = np.random.default_rng(5)
    runs = 200_000
    who = np.where(rng.random(runs) < 0.6, rng.integers(1, 4, runs), 0)
    acts = (who > 0) & (rng.random(runs) > d.cutoffs[np.maximum(who, 1) - 1])
    truth = np.where(acts, who, 0)
    seen = (rng.random(runs)[:, None] > np.cumsum(pi, axis=1)[truth]).sum(axis=1)
    y = rng.uniform(0.2, 0.8, runs)
    struck = y[:, None] >= 1 - d.beliefs.T[seen]
    guilty = truth[:, None] == np.arange(1, 4)
    assert acts.mean() == pytest.approx(d.attacks, abs=0.005)
    assert (struck & guilty).sum() / runs == pytest.approx(d.deserved, abs=0.005)
    assert (struck & ~guilty).sum() / runs == pytest.approx(d.undeserved, abs=0.005)


# ---------------------------------------------------------------- (d) restraint


@pytest.mark.parametrize(("detection", "alarm"), [(0.8, 0.05), (0.95, 0.05), (0.6, 0.2)])
@pytest.mark.parametrize(("key", "forgiveness"), [("echo", 0.0), ("generous", 0.3)])
def test_long_runs_settle_where_the_closed_form_says(detection, alarm, key, forgiveness):
    play = m.play_restraint(key, key, detection, alarm, forgiveness, rounds=600, runs=300)
    assert play.attacks[:, :, 200:].mean() == pytest.approx(
        m.feud_level(detection, alarm, forgiveness), abs=0.015
    )


@given(st.floats(0.01, 0.4))
def test_tit_for_tat_under_even_noise_attacks_half_the_time(error):
    assert m.feud_level(1 - error, error) == pytest.approx(0.5)  # Molander 1985


@given(inner, st.floats(0.01, 0.9), st.floats(0, 0.9), inner)
def test_feuds_grow_with_detection_and_alarms_and_shrink_with_forgiveness(d, f, z, more):
    assume(d > f)
    base = m.feud_level(d, f, z)
    assert 0 <= base <= 1
    assert m.feud_level(d + (1 - d) * more, f, z) >= base - 1e-12
    assert m.feud_level(d, f + (d - f) * more, z) >= base - 1e-12
    assert m.feud_level(d, f, z + (1 - z) * more) <= base + 1e-12


def test_without_error_rivals_who_answer_keep_the_peace():
    for key in ("restrain", "echo", "generous", "threshold"):
        assert not m.play_restraint(key, key, 1.0, 0.0).attacks.any()


def test_a_prober_exploits_one_who_never_answers_and_not_one_who_does():
    soft = m.play_restraint("probe", "restrain", 1.0, 0.0)
    firm = m.play_restraint("probe", "echo", 1.0, 0.0)
    assert soft.attacks[0].all() and not soft.attacks[1].any()
    assert "".join("-x"[int(a)] for a in firm.attacks[0, 0, :6]) == "xx--xx"
    assert "".join("-x"[int(a)] for a in firm.attacks[1, 0, :6]) == "-xx--x"


def test_the_threshold_answers_the_second_hit_in_three_rounds():
    play = m.play_restraint("probe", "threshold", 1.0, 0.0, rounds=8, runs=1)
    assert "".join("-x"[int(a)] for a in play.attacks[0, 0]) == "xxx---xx"
    assert "".join("-x"[int(a)] for a in play.attacks[1, 0]) == "--xxx---"


def test_same_seed_same_runs_and_payoffs_follow_from_attacks():
    a, b = (m.play_restraint("echo", "probe", seed=3) for _ in range(2))
    assert (a.attacks == b.attacks).all()
    assert (a.attacks != m.play_restraint("echo", "probe", seed=4).attacks).any()
    rate = a.attacks.mean(axis=2)
    assert a.payoffs[0] == pytest.approx(rate[0] - 2 * rate[1])
    assert 0 <= a.wrongful.min() and a.wrongful.max() <= 1


def test_wrongful_attacks_are_those_after_a_quiet_rival():
    # never detected, often alarmed: every answer is wrong
    play = m.play_restraint("echo", "restrain", 0.0, 0.5)
    assert play.wrongful[0] == pytest.approx(np.ones(300))


def test_payoff_table_agrees_with_single_pairings():
    table = m.strategy_payoffs(0.8, 0.1)
    keys = list(m.STRATEGIES)
    play = m.play_restraint("probe", "threshold", 0.8, 0.1, rounds=100, runs=100)
    assert table[keys.index("probe"), keys.index("threshold")] == pytest.approx(play.payoffs[0].mean())
    assert table[0, 0] == 0  # two who never attack


@given(structures, st.sampled_from(list(m.IMPROVEMENTS)), opportunities, cautious)
def test_the_short_way_for_like_attackers_is_the_long_way(pi, kind, gamma, resolve):
    better = m.improve(pi, kind, 0.6)
    low, high = np.zeros(len(pi) - 1), np.ones(len(pi) - 1)
    assert m._alike(better[None], low, high)
    low[0] = 0.1
    assert not m._alike(better[None], low, high)
    short = m.attribution_paths(pi, [kind], (0.6,), gamma, (0, 1), resolve)[kind][0]
    long = m.attribution_equilibrium(better, gamma, (0, 1), resolve)
    assert short.cutoffs == pytest.approx(long.cutoffs, abs=1e-6)


def test_unlike_signals_are_seen_as_such():
    pi = m.signals(3, 0.8, 0.7, 0.1)
    pi[1, 0], pi[1, 1] = pi[1, 0] + 0.1, pi[1, 1] - 0.1
    assert not m._alike(pi[None], np.zeros(3), np.ones(3))
    assert m._alike(m.signals(3, 0.8, 0.7, 0.1)[None], np.zeros(3), np.ones(3))
