"""Chapter 3.5: the game as shown, strategies, a thousand games, the class, findings and the exercise."""

import json

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.deterrence import crisis, crisis_files, crisis_record, crisis_widget
from cyberdip_utils.deterrence import you_are_the_adviser as adviser
from cyberdip_utils.deterrence.crisis import Decision
from cyberdip_utils.readers_record import change_record, now, record_path
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check


@pytest.fixture(autouse=True)
def my_work(monkeypatch, tmp_path):
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    adviser.class_comparison.forget()
    yield tmp_path
    adviser.class_comparison.forget()


# ---------------------------------------------------------------- the widget


def ask(widget, **message):
    widget._told(None, message, [])
    return json.loads(widget.screen)


def test_a_game_on_the_page_is_played_saved_loaded_and_debriefed(my_work):
    widget = adviser.game()
    assert json.loads(widget.screen)["round"] == 1
    said = ask(widget, kind="decide", option="joint", target="merrow", reveal="open")
    assert said["message"].startswith("Not done.") and said["round"] == 1
    for option in ("patch", "help", "nothing", "help"):
        said = ask(widget, kind="decide", option=option)
    assert said["over"] and len(said["turns"]) == 4 and said["hidden"][0].startswith("It was ")
    assert (
        ask(widget, kind="save", name="Team <3>")["message"]
        == f"Saved as {my_work.name}/team-3-blackout-2.json."
    )
    other = ask(widget, kind="whatif", round=2, decision=["joint", "merrow", "technical"])["whatif"]["result"]
    assert [row[0] for row in other["rows"]] == [v[0] for v in crisis.MEASURES.values()]
    fresh = ask(widget, kind="start", scenario="ballot", seed=9, world="coded")
    assert fresh["round"] == 1 and fresh["setup"]["seed"] == 9 and not fresh["turns"]
    back = ask(widget, kind="load", file="team-3-blackout-2.json")
    assert back["over"] and back["name"] == "Team <3>" and back["turns"] == said["turns"]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"kind": "steal"},
        {"kind": "decide"},
        {"kind": "decide", "option": ["patch"]},
        {"kind": "start", "scenario": "x", "seed": 1, "world": "flat"},
        {"kind": "start", "scenario": "ballot", "seed": "1", "world": "flat"},
        {"kind": "load", "file": "../../etc/passwd"},
        {"kind": "read", "text": "<script>"},
        {"kind": "whatif", "round": 1, "decision": ["patch", "", ""]},
        {"kind": "whatif", "round": None, "decision": None},
    ],
)
def test_whatever_the_page_sends_is_answered_with_a_sentence(message):
    widget = adviser.game()
    before = widget.state
    said = ask(widget, **message)
    assert said["message"].startswith("Not done. ") and widget.state == before


def test_the_screen_of_every_round_hides_the_doer():
    state = crisis.new_game("blackout", 4)
    while not state.over:
        shown = crisis_widget.screen(state)
        assert "hidden" not in shown and "truth" not in json.dumps(shown)
        assert len(shown["options"]) == 9 and len(shown["picture"]) == 3
        state = crisis.step(state, Decision("help"))
    assert "hidden" in crisis_widget.screen(state)


def test_without_a_kernel_the_opening_state_is_shown_as_text():
    widget = adviser.game("ballot")
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    for kind in ("text/plain", "text/html"):
        assert "needs a running kernel" in data[kind] and "Round 1 of 4" in data[kind]
    assert "&lt;" not in widget._repr_html_() and "<pre>" in widget._repr_html_()


def test_the_debrief_says_what_was_hidden():
    state = crisis.play(
        "blackout", 4, "flat", [Decision("public", "ixel", "technical")] + [Decision("nothing")] * 3
    )
    text = " ".join(crisis_widget.screen(state)["hidden"])
    assert f"It was {crisis.scenario('blackout').suspect(state.truth).name}" in text
    assert "You named Ixel in public: wrongly." in text and "Against doing nothing in every round" in text


# ---------------------------------------------------------------- exhibits


@pytest.mark.parametrize(
    "draw", ["who", "again", "harm", "force", "step", "joint", "alone", "ready", "others"]
)
def test_draws_are_the_rates_of_the_game(draw):
    frame = adviser.draws_table(draw, "update")
    assert (frame["cases"] <= frame["of"]).all()
    for row in frame.itertuples():
        assert (row.low, row.high) == wilson(row.cases, row.of) and row.tables
    if draw in ("harm", "joint", "alone"):
        assert frame["cases"].sum() == frame["of"].iloc[0]


def test_harm_of_the_election_scenario_by_hand():
    rows = load("incident_receivers")
    subs = ["Election infrastructure / related systems", "Political parties", "Legislative"]
    ids = rows.loc[rows["subcategory"].isin(subs), "incident_id"].unique()
    codes = load("incidents").set_index("incident_id").loc[ids, "disruption"].dropna().value_counts()
    assert dict(crisis.scenario("ballot").harm.cases) == codes[codes > 0].to_dict()


def test_strategies_play_whole_games_by_the_rules():
    for key in adviser.STRATEGIES:
        for scenario in crisis.scenario_ids():
            state = adviser.play_strategy(key, scenario, 12, "coded")
            assert state.over and state == crisis.play(scenario, 12, "coded", state.decisions)
    with pytest.raises(ValueError, match="strategy: 'luck'"):
        adviser.play_strategy("luck", "ballot", 1, "flat")


def test_doing_nothing_burns_nothing_and_gains_nobody():
    frame = adviser.outcomes("silent", "update", "flat", 60)
    assert (frame[["partners", "burned", "named", "wronged"]] == 0).all(axis=None)


def test_shares_of_a_thousand_games_add_up():
    frame = adviser._many("silent", "harden", "blackout", "flat", "harm")
    assert frame.groupby("strategy")["games"].sum().tolist() == [adviser.GAMES] * 2
    assert frame.groupby("strategy")["share"].sum().tolist() == pytest.approx([1, 1])


def test_a_planted_difference_is_found_and_none_is_not():
    rng = np.random.default_rng(0)
    base = pd.Series(rng.poisson(2, 500))
    mean, low, high = adviser.difference(base + rng.integers(0, 2, 500), base)
    assert low < 0.5 < high and low > 0
    assert adviser.difference(base, base) == (0, 0, 0)


def test_the_patch_spares_harm_and_punishment_only_where_it_works():
    silent, harden = (adviser.outcomes(k, "blackout", "flat")["harm"] for k in ("silent", "harden"))
    assert adviser.difference(harden, silent)[2] < 0
    hit = {w: adviser.outcomes("hit", "blackout", w)["harm"].mean() for w in crisis.WORLDS}
    nothing = {w: adviser.outcomes("silent", "blackout", w)["harm"].mean() for w in crisis.WORLDS}
    assert hit["deterred"] < 0.7 * nothing["deterred"]
    assert abs(hit["flat"] - nothing["flat"]) < 0.1 * nothing["flat"]
    assert (
        nothing["flat"] == nothing["deterred"]
    )  # nobody is punished: the model gives back the record's rate


def test_the_class_is_read_from_the_folder(my_work):
    crisis_files.save(crisis.play("blackout", 4, "flat", [Decision("patch")]), "Blue", my_work)
    crisis_files.save(crisis.play("ballot", 4, "flat", [Decision("patch")]), "Blue", my_work)
    (my_work / "foreign.json").write_text('{"a": 1}', encoding="utf-8")
    frame, refused = adviser.class_games("blackout", "saved")
    assert frame["team"].tolist() == ["Blue (seed 4)"] and refused[0].startswith(
        "foreign.json: This is not a saved game"
    )
    both, _ = adviser.class_games("blackout")
    assert len(both) == 1 + len(adviser.STRATEGIES) and both["team"].str.startswith("example: ").sum() == 6
    panel = adviser.saved_games()
    assert (
        "Blue, infrastructure disruption, seed 4, 1 rounds." in panel.text
        and "foreign.json: refused" in panel.text
    )
    view = adviser.class_comparison.view(which="saved")
    assert "Blue (seed 4)" in view.takeaway and "foreign.json" in view.caveat


def test_the_readers_own_record_is_no_refused_game(my_work):
    change_record("checks", "3.5 not_alone", lambda old: {"tries": 1, "right": True, "on": now()})
    assert record_path().parent == my_work and record_path().is_file()
    assert crisis_files.saved() == [] and "No saved game" in adviser.saved_games().text
    assert "Not read" not in adviser.class_comparison.view().caveat


def test_nothing_is_added_up_until_weights_are_set():
    view = adviser.class_comparison.view(measure="weights")
    assert "No weight is set" in view.takeaway and view.table["at your weights"].isna().all()
    frame, _ = adviser.class_games("blackout", "examples")
    weights = {"harm": 2, "partners": 1, "escalation": 0, "exposure": 0, "burned": 0}
    assert adviser.weighted(frame, weights).tolist() == (2 * frame["harm"] - frame["partners"]).tolist()


def test_an_empty_folder_says_so():
    assert "No saved game" in adviser.class_comparison.view(which="saved").takeaway
    assert "No saved game" in adviser.saved_games().text


def test_the_first_seed_is_the_first_with_a_strike_everywhere():
    def struck(seed):
        games = [adviser.play_strategy("silent", k, seed, "flat") for k in crisis.scenario_ids()]
        return all(crisis.measures(g)["harm"] for g in games)

    assert [s for s in range(1, crisis_widget.FIRST_SEED + 1) if struck(s)] == [crisis_widget.FIRST_SEED]


# ---------------------------------------------------------------- findings and the exercise


def test_findings_carry_their_numbers():
    assert str(crisis_record.again("none")) in adviser.finding_again()
    assert "7 of 20" in adviser.finding_slow() and "6 of 33" in adviser.finding_slow()
    assert "236 of 264" in adviser.finding_alone()


def test_the_assessments_come_true():
    frame = adviser.calibration(150)
    low, high = wilson(int(frame["right"].sum()), len(frame), z=3)
    assert low <= frame["told"].mean() <= high
    assert len(frame) == 450


def test_check_right_slips_and_no_number():
    rows = load("incident_attributions")
    rows = rows[rows["basis"].isin(["receiver's government", "third party"])].dropna(
        subset=["attributing_iso3"]
    )
    states = rows.groupby("incident_id")["attributing_iso3"].nunique()
    assert check("3.5", "not_alone", 28 / 264).right and (states >= 2).mean() == 28 / 264
    assert "one state only" in check("3.5", "not_alone", 236 / 264).sentence
    assert "attributions" in check("3.5", "not_alone", 17 / 326).sentence
    assert "percentage" in check("3.5", "not_alone", 100 * 28 / 264).sentence
    assert not check("3.5", "not_alone", 0.5).right
    assert "No answer here" in check("3.5", "not_alone", None).sentence


def test_a_file_copied_under_two_names_is_two_bars(my_work):
    path = crisis_files.save(crisis.new_game("ballot", 4), "Red", my_work)
    (my_work / "copy.json").write_bytes(path.read_bytes())
    frame, _ = adviser.class_games("ballot", "saved")
    assert frame["team"].tolist() == ["Red (seed 4)", "Red (seed 4) #2"]
    adviser.class_comparison.forget()
    assert len(adviser.class_comparison.view(scenario="ballot", which="saved").figure.data[0].y) == 2
