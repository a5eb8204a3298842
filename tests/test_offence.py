"""Chapter 5.3: the findings and checks of the debate on offensive capabilities, re-derived from the tables."""

import re

import pandas as pd
import pytest

from cyberdip_utils.controversies import offence
from cyberdip_utils.data import load
from cyberdip_utils.first_edition.exhibit import all_exhibits
from cyberdip_utils.stats import share, wilson
from cyberdip_utils.teach import check


@pytest.fixture(scope="module")
def dcid():
    return load("dcid_incidents")


def test_concessions_by_a_plain_count(dcid):
    table = offence.concessions(dcid)
    assert table["operations"].sum() == len(dcid) and table["won"].sum() == sum(dcid["concession"])
    for state in ("USA", "RUS", "CHN"):
        mine = [c for i, c in zip(dcid["initiator_iso3"], dcid["concession"], strict=True) if i == state]
        assert table.loc[state].tolist() == [sum(mine), len(mine)]
    assert (table["won"] <= table["operations"]).all()


def test_concessions_of_a_small_frame():
    frame = pd.DataFrame({"initiator_iso3": ["A", "A", "B", "A"], "concession": [True, False, False, True]})
    assert offence.concessions(frame).to_dict("index") == {
        "A": {"won": 2, "operations": 3},
        "B": {"won": 0, "operations": 1},
    }


def test_the_thin_record(dcid):
    said = offence.finding_thin()
    ours = dcid.query("initiator_iso3 == 'USA'")
    since = ours[ours["start_on"].dt.year >= 2018]
    assert 0 < len(since) < len(ours) and f", {len(since)} of them begun since 2018" in said
    assert share(len(ours), len(dcid)) in said and share(int(ours["concession"].sum()), len(ours)) in said
    rest = dcid.drop(index=ours.index)
    assert share(int(rest["concession"].sum()), len(rest)) in said


def test_the_gap_is_that_of_chapter_3_2():
    said = offence.finding_gap()
    for kind in ("any", "retorsion"):
        row = all_exhibits()["response_gap"].view(by="origin", kind=kind).table.set_index("Group").loc["all"]
        low, high = wilson(row["With response"], row["Incidents"])
        assert f"({row['With response']} of {row['Incidents']}; {low * 100:.0f}–{high * 100:.0f}%)" in said
    # the same count straight from the tables
    incidents, who, answers = load("incidents"), load("incident_initiators"), load("incident_responses")
    state = who["settled"].fillna(False) & who["category"].astype(str).isin(["state", "state-affiliated"])
    later = incidents[incidents["added_on"] > incidents["added_on"].min()]["incident_id"]
    linked = set(who.loc[state, "incident_id"]) & set(later)
    answers = answers[answers["counted"]]
    answered = linked & set(answers["incident_id"])
    assert f"coded in {share(len(answered), len(linked))}" in said
    retorsion = linked & set(answers.loc[answers["type"].astype(str) == "retorsion", "incident_id"])
    assert said.endswith(
        f"retorsion in {share(len(retorsion), len(linked))}. Answers in secret leave no code."
    )


def test_six_flaws_of_one_bulletin():
    said, kev = offence.finding_escape(), load("kev").set_index("cve")
    assert len(offence.BULLETIN) == 6 and offence.BULLETIN[1] == "CVE-2017-0144"
    held = [c for c in offence.BULLETIN if c in kev.index]
    assert set(kev.loc[held, "vendor"]) == {"Microsoft"}
    known = sum(kev.loc[held, "ransomware"] == "known")
    assert f", {len(held)} are in the list" in said and f"known for {known} of these {len(held)}" in said
    others = kev.drop(index=held)["ransomware"].eq("known")
    assert share(int(others.sum()), len(others)) in said
    assert kev.loc[held, "added_on"].min() == kev["added_on"].min(), (
        "the sentence says it was the first day of the list"
    )


def test_notpetya_is_told_as_claims():
    claims, said = offence.claims_of_notpetya(), offence.finding_notpetya()
    assert claims["attributed_on"].is_monotonic_increasing
    british = claims[claims["who"] == "GBR"]
    assert british["attributed_on"].dt.strftime("%Y-%m-%d").tolist() == ["2018-02-15"]
    assert "the United Kingdom and the United States on 15 February 2018" in said
    assert "Australia, Canada and New Zealand on 16 February 2018" in said
    assert "Ukraine attributed it to Russian services on 1 July 2017" in said
    assert f"Of {len(claims)} coded attributions {(claims['iso3'] == 'RUS').sum()} name Russia" in said
    # the record was matched by hand, not by name: it is the incident of that day
    assert load("incidents").set_index("incident_id").loc[1032, "start_on"] == pd.Timestamp("2017-06-27")


def test_range_of_harsher_replies_is_what_its_reason_says():
    """The top of the range is about twice the upper end of the interval of chapter 3.4's share."""
    said = offence.finding_reply()
    low, high = map(int, re.search(r"higher severity in \d+% \(\d+ of \d+; (\d+)–(\d+)%\)", said).groups())
    top = offence.debate.assumptions["reply"]["high"]
    assert low > 0 and 1.5 * high <= top <= 2.5 * high
    random_low = int(re.search(r"random order give .* and (\d+)–", said)[1])
    share_now = int(re.search(r"higher severity in (\d+)%", said)[1])
    assert share_now <= random_low + 6, "the reason says that the share is no higher than chance gives"


def test_no_belief_or_value_alone_settles_it():
    """What the chapter says of the weighing: most sets of values lead to either policy under some beliefs."""
    import itertools

    from cyberdip_utils.controversies.debate import CRITERIA

    debate = offence.debate
    beliefs = [(a["low"], a["high"]) for a in debate.assumptions.values()]
    open_sets = 0
    for weights in itertools.product((1, 3), repeat=len(CRITERIA)):
        leaders = {
            debate.score(
                **dict(zip(CRITERIA, weights, strict=True)),
                **dict(zip(debate.assumptions, at, strict=True)),
            ).idxmax()
            for at in itertools.product(*beliefs)
        }
        open_sets += len(leaders) == 2
    assert open_sets > 0.9 * 2 ** len(CRITERIA)


def test_at_either_end_of_the_belief_nothing_else_turns_it_alone():
    """The answer to the second exercise."""
    debate = offence.debate
    leaders = set()
    for value in (0, 40):
        turns = debate.tornado(prevented=value).dropna(subset="flips_at")
        assert turns["lever"].tolist() == ["prevented"]
        leaders.add(debate.score(prevented=value).idxmax())
    assert leaders == {"engage", "restrain"}


def test_evidence_opens_states_in_which_its_reading_holds():
    shown = {
        k: all_exhibits()[e["exhibit"]].view(**e.get("show", {})) for k, e in offence.debate.evidence.items()
    }
    # e3: no more harsh replies than a random order gives
    assert "random order" in shown["e3"].takeaway
    # e5: the state with most concessions is named, and it is the one that the finding speaks of
    assert "United States" in shown["e5"].takeaway
    # e6: under the model hitting back brings less harm than doing nothing; at face value most of the gain is gone
    deterred, coded = (
        all_exhibits()["thousand_games"]
        .view(one="silent", other="hit", world=world, measure="harm")
        .table.set_index("strategy")["mean harm (steps)"]
        for world in ("deterred", "coded")
    )
    assert deterred["Hit back"] < 0.7 * deterred["Do nothing"]
    assert coded["Do nothing"] - coded["Hit back"] < (deterred["Do nothing"] - deterred["Hit back"]) / 3
    # e9: two who only answer attack more than two who forgive and less than where one probes; some attacks answer nothing
    game = all_exhibits()["restraint_game"].view
    calm, probing = game(one="generous", other="generous"), game(one="probe", other="echo")
    first = [int(re.search(r"attacks in (\d+)%", v.takeaway)[1]) for v in (calm, shown["e9"], probing)]
    assert first == sorted(set(first))
    assert int(re.search(r"(\d+)% of its attacks answer nothing", shown["e9"].takeaway)[1]) > 0
    # e10: inside what the turned calendar gives
    assert "about what chance gives" in shown["e10"].takeaway
    # e11: later incidents are more severe, and were so before 2018
    before = all_exhibits()["severity_ladder"].view(pair="all", measure="mean", between=(2000, 2017)).takeaway
    for said in (shown["e11"].takeaway, before):
        assert float(re.search(r"interval (−?\d\.\d+)", said)[1].replace("−", "-")) > 0
    # e15: with strong defence and little resolve no attack pays
    assert shown["e15"].takeaway.startswith("No attack pays")
    # e16: positive with everything held equal
    assert (shown["e16"].table["low"] > 0).all()


@pytest.mark.parametrize(
    "answer, right, said",
    [
        (0.5, True, "what the table gives"),
        (0.3, False, "goes the other way"),
        (20 / 429, False, "all incidents"),
        (12 / 429, False, "whoever began"),
        (6, False, "Divide"),
        (50, False, "percentage"),
        (0.77, False, "concession is true"),
        ("half", False, "one number"),
    ],
)
def test_check_whose(dcid, answer, right, said):
    won = dcid[dcid["concession"]]
    assert (won["initiator_iso3"] == "USA").mean() == 0.5  # the tables as they stand
    verdict = offence.CHECKS["whose"](answer)
    assert verdict.right is right and said in verdict.sentence


def test_check_turns_is_where_the_scores_meet():
    debate = offence.debate
    leader = debate.score(stability=3).idxmax()
    point = debate.flip("prevented", leader, stability=3)
    score = debate.score(stability=3, prevented=point)
    assert score.max() - score.min() == pytest.approx(0, abs=1e-9)
    assert check("5.3", "turns", point).right
    plain = debate.flip("prevented", debate.score().idxmax())
    assert "weights at 1" in offence.CHECKS["turns"](plain).sentence
    assert not offence.CHECKS["turns"](None).right
