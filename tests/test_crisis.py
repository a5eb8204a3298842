"""The crisis game: legal play never fails, replay is exact, luck is shared, saves are safe, numbers are those of the tables."""

import dataclasses
import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberdip_utils.data import load
from cyberdip_utils.deterrence import crisis, crisis_files, crisis_record
from cyberdip_utils.deterrence.crisis import Decision, new_game, step
from cyberdip_utils.stats import wilson

IDS = crisis.scenario_ids()
games = st.tuples(st.sampled_from(IDS), st.integers(0, 999_999), st.sampled_from(list(crisis.WORLDS)))


def played(data, key, seed, world):
    state = new_game(key, seed, world)
    while not state.over:
        state = step(state, data.draw(st.sampled_from(crisis.legal(state))))
    return state


# ---------------------------------------------------------------- legal play, replay, luck


@settings(max_examples=150, deadline=None)
@given(st.data(), games)
def test_legal_play_never_fails_and_replays_exactly(data, game):
    state = played(data, *game)
    assert len(state.turns) == len(crisis.scenario(game[0]).rounds)
    assert crisis.legal(state) == []
    again = crisis.play(*game, state.decisions)
    assert again == state
    outcome = crisis.measures(state)
    assert set(outcome) == set(crisis.MEASURES)
    assert all(v >= 0 for k, v in outcome.items() if k != "partners")
    for turn in state.turns:
        assert turn.events and turn.draws
        for draw in turn.draws:
            assert 0 <= draw.die < 1 and 0 <= draw.value <= 1 and draw.rule and draw.asks.endswith("?")
            assert bool(draw.tables) == (draw.kind != "assumption")


@settings(max_examples=60, deadline=None)
@given(st.data(), games)
def test_beliefs_are_probabilities_and_lie_in_their_band(data, game):
    state = new_game(*game)
    while not state.over:
        beliefs = crisis.assessment(state)
        assert sum(p for p, _, _ in beliefs.values()) == pytest.approx(1)
        accused = beliefs[crisis.scenario(game[0]).accused]
        assert accused[1] <= accused[0] <= accused[2]
        assert sum(crisis.outside(state).values()) == pytest.approx(1)
        state = step(state, data.draw(st.sampled_from(crisis.legal(state))))


@settings(max_examples=40, deadline=None)
@given(st.data(), games)
def test_saved_and_loaded_is_the_same_game(data, game):
    state = played(data, *game)
    back, name, note = crisis_files.from_json(crisis_files.to_json(state, "Team 4"))
    assert (back, name, note) == (state, "Team 4", "")


def test_step_changes_nothing_it_is_given():
    state = new_game("blackout", 3)
    before = dataclasses.asdict(state)
    step(state, Decision("patch"))
    assert dataclasses.asdict(state) == before
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.round = 2


def test_luck_is_the_same_on_every_machine():
    assert crisis.dice("blackout", 7)(2, "strike") == 0.5568414643846548


def test_a_counterfactual_shares_the_draws_of_the_game():
    state = crisis.play("blackout", 11, "flat", [Decision("nothing")] * 4)
    other, dropped = crisis.counterfactual(state, 2, Decision("joint", "merrow", "secret"))
    assert dropped == () and other.truth == state.truth
    assert other.turns[0] == state.turns[0]
    for mine, theirs in zip(state.turns, other.turns, strict=True):
        dice = {d.purpose: d.die for d in theirs.draws}
        assert all(dice[d.purpose] == d.die for d in mine.draws if d.purpose in dice)
        # in the flat world no answer changes whether the doer strikes
        assert [d for d in mine.draws if d.purpose == "strike"] == [
            d for d in theirs.draws if d.purpose == "strike"
        ]


def test_a_counterfactual_drops_what_is_no_longer_allowed():
    state = crisis.play("blackout", 1, "flat", [Decision(x) for x in ("nothing", "patch", "help", "nothing")])
    other, dropped = crisis.counterfactual(state, 1, Decision("patch"))
    assert dropped == (2,)
    assert [d.option for d in other.decisions] == ["patch", "nothing", "help", "nothing"]
    with pytest.raises(ValueError, match="round: 9 was not played"):
        crisis.counterfactual(state, 9, Decision("patch"))


# ---------------------------------------------------------------- the rules


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        (Decision("war"), "option: 'war' is unknown"),
        (Decision("counter", "merrow"), "Not before round 2"),
        (Decision("public", "norway", "open"), "'norway' is no suspect here"),
        (Decision("patch", "merrow"), "aimed at nobody"),
        (Decision("public", "merrow"), "goes with open, technical, secret"),
        (Decision("indict", "merrow", "open"), "goes with technical, secret"),
        (Decision("nothing", "", "open"), "goes with no evidence"),
    ],
)
def test_what_the_rules_forbid_is_refused_in_a_sentence(decision, sentence):
    with pytest.raises(ValueError, match=sentence):
        step(new_game("blackout"), decision)


def test_once_is_once_and_over_is_over():
    state = step(new_game("blackout"), Decision("patch"))
    with pytest.raises(ValueError, match="done before"):
        step(state, Decision("patch"))
    end = crisis.play("blackout", 1, "flat", [Decision("nothing")] * 4)
    with pytest.raises(ValueError, match="over"):
        step(end, Decision("nothing"))


@pytest.mark.parametrize("seed", [-1, 1.5, "7", None, True, 1_000_000])
def test_odd_seeds_are_refused(seed):
    with pytest.raises(ValueError, match="seed"):
        new_game("blackout", seed)


def test_unknown_scenario_and_world_are_refused():
    with pytest.raises(ValueError, match="scenario: 'x' is unknown"):
        new_game("x")
    with pytest.raises(ValueError, match="world: 'x' is unknown"):
        new_game("blackout", 1, "x")


def seed_where(test, key="blackout", world="flat"):
    return next(s for s in range(3000) if test(new_game(key, s, world)))


def test_showing_a_secret_source_burns_it():
    def partner_knows(state):
        state = crisis.play("blackout", state.seed, "flat", [Decision("nothing")] * 2)
        return ("liaison", True) in state.found and ("source", True) in state.found

    seed = seed_where(partner_knows)
    quiet = crisis.play("blackout", seed, "flat", [Decision("nothing")] * 3)
    loud = crisis.play(
        "blackout", seed, "flat", [Decision("nothing")] * 2 + [Decision("public", "merrow", "secret")]
    )
    assert {"liaison", "agent"} <= set(loud.lost) and not quiet.lost
    assert "agent2" in dict(quiet.found) and "agent2" not in dict(loud.found)
    assert loud.strains == ("you showed a partner's source",)
    assert crisis.outside(loud)["merrow"] == pytest.approx(
        crisis.belief("blackout", loud.found)["merrow"], abs=0.2
    )


def test_partners_see_only_what_is_shown():
    seed = seed_where(lambda s: dict(s.found) == {"tool": True, "hours": True})
    state = new_game("blackout", seed)
    prior = crisis._prior(crisis.scenario("blackout"))
    assert crisis.outside(state) == pytest.approx(prior)
    assert crisis.outside(state, "technical") == pytest.approx(
        {k: v[0] for k, v in crisis.assessment(state).items()}
    )


def test_a_countermeasure_needs_a_call_and_a_state():
    base = [Decision("nothing"), Decision("counter", "lantern")]
    state = crisis.play("blackout", 2, "flat", base)
    assert "a countermeasure without a call to stop" in state.exposure
    assert any("another state's soil" in x for x in state.exposure)
    called = crisis.play(
        "blackout", 2, "flat", [Decision("demarche", "merrow"), Decision("counter", "merrow")]
    )
    assert not [x for x in called.exposure if "call" in x or "soil" in x]


@pytest.mark.parametrize("option", crisis.options())
def test_every_option_may_meet_with_force(option):
    """Silence is not free of threats in the record, so it is not in the game."""
    start = crisis.play("blackout", 3, "flat", [Decision("nothing")])
    decision = next(d for d in crisis.legal(start) if d.option == option)
    draws = [d for d in step(start, decision).turns[-1].draws if d.purpose == "force"]
    assert len(draws) == 1 and draws[0].tables == ("dcid_actions",)


def test_the_wronged_are_counted_at_the_end_only():
    seed = seed_where(lambda s: s.truth == "ixel")
    start = [Decision("public", "merrow", "open")]
    early = crisis.play("blackout", seed, "flat", start)
    end = crisis.play("blackout", seed, "flat", start + [Decision("nothing")] * 3)
    assert crisis.wronged(end) == ("merrow",)
    assert crisis.measures(early)["exposure"] == len(early.exposure)
    assert crisis.measures(end)["exposure"] == len(end.exposure) + 1


def test_nothing_a_player_sees_tells_the_doer():
    """Two games that differ in the hidden doer only show the same draws, as far as the dice fall alike."""
    state = new_game("blackout", 5, "deterred")
    for decision in (
        Decision("demarche", "merrow"),
        Decision("counter", "merrow"),
        Decision("nothing"),
        Decision("help"),
    ):
        shapes = []
        for truth in ("merrow", "ixel", "lantern"):
            after = step(dataclasses.replace(state, truth=truth), decision)
            shapes.append(
                [
                    (d.purpose, d.value, d.rule)
                    for d in after.turns[-1].draws
                    if d.purpose not in ("achieved", "harm", "help")
                ]
            )
        assert shapes[0] == shapes[1] == shapes[2]
        state = step(state, decision)


def test_punishment_lowers_the_chance_only_in_the_world_where_it_works():
    seed = next(
        s
        for s in range(2000)
        if (g := new_game("blackout", s, "deterred")).truth == "merrow"
        and crisis.assessment(g)["merrow"][0] > 0.6
    )
    moves = [Decision("demarche", "merrow"), Decision("counter", "merrow"), Decision("nothing")]
    for world in crisis.WORLDS:
        state = crisis.play("blackout", seed, world, moves[:1])
        state = dataclasses.replace(state, stopped=False)
        die = [d for d in step(state, moves[1]).turns[-1].draws if d.purpose == "strike"]
        plain = [d for d in step(state, Decision("help")).turns[-1].draws if d.purpose == "strike"]
        if not die:
            continue  # the operation made the doer stop: no strike to draw
        if world == "deterred":
            assert die[0].value == plain[0].value  # the open value is the same; the sealed one is lower
            share = [float(d.sealed.split("chance ")[1].rstrip("%.")) for d in (die[0], plain[0])]
            assert share[0] < share[1]
        else:
            assert die[0].value == plain[0].value and not die[0].sealed


def test_assessments_are_calibrated():
    """Of the games in which a suspect is given about x, it did it in about x: doers and clues come from one model."""
    sure, right, told = 0, 0, 0.0
    for key in IDS:
        rounds = len(crisis.scenario(key).rounds)
        for seed in range(250):
            state = crisis.play(key, seed, "flat", [Decision("nothing")] * (rounds - 1))
            top = max(crisis.assessment(state).items(), key=lambda x: x[1][0])
            sure += 1
            told += top[1][0]
            right += top[0] == state.truth
    low, high = wilson(right, sure, z=3)
    assert low <= told / sure <= high and sure == 750


# ---------------------------------------------------------------- scenarios


@pytest.mark.parametrize("key", IDS)
def test_a_scenario_is_whole(key):
    s = crisis.scenario(key)
    assert 4 <= len(s.rounds) <= 5 and len(s.suspects) == 3 and len(s.clues) >= 7
    assert {c.round for c in s.clues} == set(range(1, len(s.rounds) + 1))
    assert {c.access for c in s.clues} == {"open", "technical", "secret"}
    assert sum(crisis._prior(s).values()) == pytest.approx(1)
    assert s.harm.n > 100 and s.state_rate.n > 100


def test_there_are_three_kinds_and_nine_options():
    assert {crisis.scenario(k).kind for k in IDS} == {
        "infrastructure disruption",
        "election interference",
        "supply-chain compromise",
    }
    assert len(crisis.options()) == 9


def test_all_names_are_invented():
    from cyberdip_utils.countries import code

    for key in IDS:
        s = crisis.scenario(key)
        for invented in (s.you, *(x.name for x in s.suspects)):
            assert code(invented, "") == "", f"{invented} is a real state"
    assert code("Norway", "") == "NOR"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda r: r["suspect"][0].update(split=0.9), "add up to 1"),
        (lambda r: r.update(accused="nobody"), "the accused among them"),
        (lambda r: r.update(accused="ixel"), "the accused is a state and comes first"),
        (lambda r: r["clue"][0]["p"].pop("merrow"), "clue tool needs a probability"),
        (lambda r: r["clue"][0].update(round=7), "comes in no round"),
        (lambda r: r["clue"][1].update(id="tool"), "same id"),
        (lambda r: r["round"].pop(), "four or five rounds"),
        (lambda r: r["record"].update(receivers=["Navy"]), "Navy does not occur"),
        (lambda r: r["harm"].update(levels=["none"]), "is not listed"),
        (lambda r: r["achieved"].update(value="moon"), "does not occur"),
    ],
)
def test_a_broken_scenario_file_is_named(change, sentence):
    raw = tomllib.loads((crisis.FOLDER / "blackout.toml").read_text(encoding="utf-8"))
    change(raw)
    with pytest.raises(ValueError, match=sentence):
        crisis.read_scenario("blackout", raw)


# ---------------------------------------------------------------- the rates, a second way


def test_partners_are_counted_by_incident():
    rows = load("incident_attributions")
    rows = rows[
        rows["basis"].isin(["receiver's government", "third party"]) & rows["attributing_iso3"].notna()
    ]
    pairs = rows[["incident_id", "attributing_iso3"]].drop_duplicates()
    states = pairs["incident_id"].value_counts()
    alone, joint = crisis_record.partners(False), crisis_record.partners(True)
    assert alone.n == len(states) == 264 and joint.n == int((states > 1).sum()) == 28
    assert dict(alone.cases)["0"] == int((states == 1).sum())


def test_the_same_attacker_again_by_hand():
    """One incident looked up by a plain loop."""
    rows, _ = crisis_record._dyads()
    rate = crisis_record.again("any")
    dated = rows[rows["precision"].isin(["day", "month"])]
    added = load("incidents").set_index("incident_id")["added_on"]
    later = dated[dated["incident_id"].map(added) > added.min()]
    kept = later[later["start"] <= crisis_record.LAST_DAY - crisis_record.pd.Timedelta(days=90)]
    assert rate.n == kept["incident_id"].nunique()
    hits = set()
    for row in kept.itertuples():
        same = dated[(dated["iso3_by"] == row.iso3_by) & (dated["iso3_on"] == row.iso3_on)]
        gap = (same["start"] - row.start).dt.days
        if ((gap > 0) & (gap <= 90)).any():
            hits.add(row.incident_id)
    assert rate.k == len(hits)


def test_the_first_load_is_not_counted_as_unanswered():
    """Its responses were hardly coded (chapter 3.2); put in as zeros they turn the order of the rates round."""
    none, political = crisis_record.again("none"), crisis_record.again("political")
    naive, answered = crisis_record.again("none", True), crisis_record.again("political", True)
    assert none.k / none.n > political.k / political.n and naive.k / naive.n < answered.k / answered.n
    assert (none.k, none.n, naive.k, naive.n) == (67, 127, 123, 389)


def test_rates_of_the_rivals_by_hand():
    rows = load("dcid_actions").set_index(["action_id", "n"])
    both = [
        a for a in range(1, 432) if not rows.loc[(a, 1), "no_action"] and not rows.loc[(a, 2), "no_action"]
    ]
    harsher = [
        a for a in both if rows.loc[(a, 1), "cyber_escalation"] or rows.loc[(a, 2), "cyber_escalation"]
    ]
    rate = crisis_record.step_up(True)
    assert (rate.k, rate.n) == (len(harsher), len(both)) == (20, 60)
    assert crisis_record.step_up(False).n + rate.n == 431
    assert crisis_record.force("talk").n <= crisis_record.force("quiet").n


def test_waiting_for_sanctions_adds_up():
    """Those ready in the first four rounds and those still waiting are all there are."""
    rounds = [crisis_record.ready("sanctions", 90 * r) for r in range(4)]
    assert all(a.n - a.k == b.n for a, b in zip(rounds, rounds[1:], strict=False))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: crisis_record.again("war"), "answer: 'war'"),
        (lambda: crisis_record.force("war"), "act: 'war'"),
        (lambda: crisis_record.ready("war", 0), "instrument: 'war'"),
    ],
)
def test_unknown_rates_are_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_rate_is_drawn_from_its_uncertainty():
    rate = crisis_record.Rate("x", "?", 20, 60, "", ())
    low, high = rate.at(0.025), rate.at(0.975)
    assert low < 20 / 60 < high and high - low == pytest.approx(rate.interval[1] - rate.interval[0], abs=0.02)
    assert crisis_record.Rate("x", "?", 0, 10, "", ()).at(0.5) > 0
    counts = crisis_record.Counts("x", "?", (("a", 1), ("b", 3)), "", ())
    assert [counts.at(u) for u in (0, 0.24, 0.25, 0.999999)] == ["a", "a", "b", "b"]


def test_a_game_keeps_one_value_of_a_rate():
    state = crisis.play("update", 4, "flat", [Decision("nothing")] * 5)
    values = {d.value for t in state.turns for d in t.draws if d.purpose == "strike"}
    assert len(values) == 1


# ---------------------------------------------------------------- files


def test_saving_writes_whole_files_and_replaces(tmp_path):
    state = crisis.play("ballot", 8, "flat", [Decision("patch")])
    path = crisis_files.save(state, "Équipe <b>1</b> / ../x", tmp_path)
    assert path.parent == tmp_path and path.name == "quipe-b-1-b-x-ballot-8.json"
    crisis_files.save(step(state, Decision("help")), "Équipe <b>1</b> / ../x", tmp_path)
    assert crisis_files.saved(tmp_path) == [path.name] and [p.name for p in tmp_path.iterdir()] == [path.name]
    back, name, _ = crisis_files.load_game(path.name, tmp_path)
    assert len(back.turns) == 2 and name == "Équipe <b>1</b> / ../x"


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    state = new_game("ballot", 8)
    path = crisis_files.save(state, "a", tmp_path)
    before = path.read_bytes()

    def fails(*_):
        raise OSError("disk full")

    monkeypatch.setattr(crisis_files.Path, "replace", fails)
    with pytest.raises(OSError, match="disk full"):
        crisis_files.save(step(state, Decision("patch")), "a", tmp_path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == [path.name]


def broken(**change):
    body = json.loads(crisis_files.to_json(crisis.play("ballot", 8, "flat", [Decision("patch")]), "a"))
    return json.dumps(body | change)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "damaged: it cannot be read as JSON"),
        ("[" * 30_000, "damaged: it cannot be read as JSON"),
        (b"\xff\xfe\x00", "damaged: it cannot be read as JSON"),
        ("[]", "not a saved game"),
        ('{"format": "chess"}', "not a saved game"),
        ("x" * 70_000, "too large"),
        (broken(version=2), "version 2"),
        (broken(decisions="patch"), "decisions are missing"),
        (broken(decisions=[["patch", "", 1]]), "decisions are missing"),
        (broken(decisions=[["war", "", ""]]), "option: 'war' is unknown"),
        (broken(decisions=[["patch", "", ""]] * 2), "done before"),
        (broken(scenario="../../etc"), "scenario: '../../etc' is unknown"),
        (broken(seed="8"), "seed"),
        (broken(world=3), "damaged"),
    ],
)
def test_a_foreign_or_corrupt_file_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        crisis_files.from_json(text)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_an_outcome_that_no_longer_holds_is_said():
    assert "have changed" in crisis_files.from_json(broken(outcome={"harm": 99}))[2]


def test_only_files_of_the_folder_are_loaded(tmp_path):
    with pytest.raises(ValueError, match="no saved game"):
        crisis_files.load_game("../secret.json", tmp_path)
    assert crisis_files.saved(tmp_path / "nothing") == []


def test_the_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    assert crisis_files.games_folder() == tmp_path
    monkeypatch.delenv("CYBERDIP_WORK")
    assert crisis_files.games_folder().name == "my_work"
