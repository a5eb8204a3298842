"""Chapter 2.1: statistics against cases worked by hand, tallies against the official ones, every exhibit driven."""

import math

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.countries import members
from cyberdip_utils.data import load
from cyberdip_utils.norms import agreement as ag
from cyberdip_utils.norms import how_the_world_votes as votes
from cyberdip_utils.norms import scaling
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check, questions

TOY = pd.DataFrame(
    {
        "r1": ["yes", "yes", "no", "absent"],
        "r2": ["yes", "abstain", "no", "yes"],
        "r3": ["no", "no", "no", "abstain"],
        "r4": ["yes", "absent", "yes", np.nan],
    },
    index=list("ABCD"),
)

# ---------------------------------------------------------------- agreement, by hand


def test_agreement_of_four_countries():
    share, shared = ag.pairwise(TOY)
    # A and B share r1, r2, r3 and agree on r1 and r3; A and C agree on r3 and r4 of four; D shares r2 and r3
    assert shared.loc["A"].tolist() == [4, 3, 4, 2]
    assert share.loc["A", "B"] == pytest.approx(2 / 3)
    assert share.loc["A", "C"] == pytest.approx(2 / 4)
    assert share.loc["A", "D"] == pytest.approx(1 / 2)
    assert share.loc["B", "D"] == 0 and shared.loc["B", "D"] == 2
    assert share.equals(share.T) and (np.diag(share) == 1).all()


def test_abstention_half_way():
    share, shared = ag.pairwise(TOY, abstention="half")
    # r2: A yes, B abstains: one half more
    assert share.loc["A", "B"] == pytest.approx(2.5 / 3)
    # B and D: abstain-yes and no-abstain, a half each
    assert share.loc["B", "D"] == pytest.approx(1 / 2)
    assert shared.equals(ag.pairwise(TOY)[1])
    with pytest.raises(ValueError, match="abstention: 'none'"):
        ag.pairwise(TOY, abstention="none")


def test_weights_count_roll_calls_again():
    twice = pd.concat([TOY, TOY[["r2"]].rename(columns={"r2": "again"})], axis=1)
    weighted, plain = ag.pairwise(TOY, [1, 2, 1, 1]), ag.pairwise(twice)
    for a, b in zip(weighted, plain, strict=True):
        pd.testing.assert_frame_equal(a, b)


def test_no_shared_roll_call_is_missing_not_zero():
    share, shared = ag.pairwise(TOY[["r1"]])
    assert math.isnan(share.loc["A", "D"]) and shared.loc["A", "D"] == 0


def test_absence_is_no_answer():
    some = TOY.replace("absent", "gone")
    assert ag.pairwise(TOY)[0].equals(ag.pairwise(some)[0])
    assert ag.took_part(TOY).tolist() == [1, 0.75, 1, 0.5]


@pytest.mark.parametrize(
    ("yes", "abstain", "no", "index"),
    [(9, 0, 0, 1), (3, 3, 3, 0), (8, 1, 1, 0.7), (6, 0, 6, 0.25), (0, 5, 0, 1), (50, 25, 25, 0.25)],
)
def test_agreement_index_by_hand(yes, abstain, no, index):
    assert ag.agreement_index(yes, abstain, no) == pytest.approx(index)


def test_agreement_index_of_nobody():
    assert math.isnan(ag.agreement_index(0, 0, 0))


def test_adjusted_rand_by_hand():
    assert ag.adjusted_rand([1, 1, 2, 2], [5, 5, 3, 3]) == 1
    # crossing: all four cells hold one; index 0, expected 2*2/6, mean of row and column pairs 2
    assert ag.adjusted_rand([1, 1, 2, 2], [1, 2, 1, 2]) == pytest.approx((0 - 4 / 6) / (2 - 4 / 6))


def two_camps(noise: float, seed: int = 1) -> pd.DataFrame:
    """Thirty states against twenty on sixteen roll calls; each answer is turned with probability ``noise``."""
    draw = np.random.default_rng(seed)
    camp = np.repeat([0, 1], [30, 20])
    yes = camp[:, None] == (np.arange(16) % 2)[None, :]
    yes ^= draw.random(yes.shape) < noise
    return pd.DataFrame(np.where(yes, "yes", "no"), columns=[f"r{i}" for i in range(16)]).astype(object)


def test_planted_camps_are_found_and_stable():
    table = two_camps(0.1)
    found = ag.clusters(table, [2])[2]
    assert found.iloc[:30].eq(1).all() and found.iloc[30:].eq(2).all()
    stable = ag.stability(table, [2], rounds=40)
    assert (stable["jaccard"] > 0.9).all() and stable["size"].tolist() == [30, 20]


def test_camps_in_noise_are_not_stable():
    draw = np.random.default_rng(3)
    table = pd.DataFrame(draw.choice(list(ag.VOTES), size=(50, 16))).astype(object)
    assert ag.stability(table, [4], rounds=40)["jaccard"].mean() < ag.STABLE


# ---------------------------------------------------------------- scaling


def planted(n: int = 120, calls: int = 30, seed: int = 5) -> tuple[pd.DataFrame, np.ndarray]:
    """Ordered answers from a latent trait with two thresholds a roll call, half of the calls turned round."""
    draw = np.random.default_rng(seed)
    trait = draw.normal(size=n)
    out = {}
    for j in range(calls):
        at = (1 if j % 2 else -1) * trait + draw.normal(scale=0.5, size=n)
        middle = draw.normal(scale=0.6)
        answer = np.select([at > middle + 0.4, at > middle - 0.4], ["yes", "abstain"], "no").astype(object)
        answer[draw.random(n) < 0.1] = "absent"
        out[f"r{j}"] = answer
    return pd.DataFrame(out), trait


def test_scaling_recovers_a_planted_dimension():
    table, trait = planted()
    found = scaling.facing(scaling.scale(table), pd.Series(trait))
    assert found.scores.rank().corr(pd.Series(trait).rank()) > 0.95
    assert found.scores.mean() == pytest.approx(0, abs=1e-9) and found.scores.std(ddof=0) == pytest.approx(1)
    assert found.first > 2 * found.inertia[1] / found.inertia.sum()


def test_scaling_of_two_questions_by_hand():
    # MCA of two yes/no questions: the first inertia is (1 + phi) / 2, the total is answers / questions - 1
    table = pd.DataFrame({"a": ["yes"] * 5 + ["no"] * 5, "b": ["yes"] * 4 + ["no"] * 5 + ["yes"]})
    phi = (4 * 4 - 1 * 1) / math.sqrt(5 * 5 * 5 * 5)
    found = scaling.scale(table.astype(object), least=0)
    assert found.inertia[0] == pytest.approx((1 + phi) / 2)
    assert found.inertia.sum() == pytest.approx(4 / 2 - 1)


def test_absence_does_not_move_those_who_came():
    """An absence is not a category: states with the same votes stay together whoever is away."""
    table, _ = planted(n=60)
    table.iloc[1] = table.iloc[0]
    scores = scaling.scale(table).scores
    assert scores.iloc[0] == pytest.approx(scores.iloc[1])
    assert "absent" not in scaling.scale(table).answers.columns


def test_rare_answers_and_unanimous_calls_take_no_part():
    table, _ = planted(n=100)
    table["lone no"] = ["no"] + ["yes"] * 99
    answers = scaling.scale(table).answers
    assert "lone no" not in answers.index
    with pytest.raises(ValueError, match="no roll call divides"):
        scaling.scale(table[["lone no"]])


def test_turning_keeps_the_scale():
    table, trait = planted(n=60)
    found = scaling.scale(table)
    back = scaling.facing(found, -found.scores)
    pd.testing.assert_series_equal(back.scores, -found.scores)
    pd.testing.assert_frame_equal(back.answers, -found.answers)


def test_bootstrap_brackets_and_is_repeatable():
    table, trait = planted(n=60)
    found = scaling.facing(scaling.scale(table), pd.Series(trait))
    a, b = (scaling.bootstrap(table, found.scores, rounds=60, seed=2) for _ in range(2))
    pd.testing.assert_frame_equal(a, b)
    inside = (a["low"] <= found.scores) & (found.scores <= a["high"])
    assert inside.mean() > 0.9 and a.attrs["rounds"] == 60
    few = scaling.bootstrap(table.iloc[:, :8], found.scores, rounds=60, seed=2)
    assert (few["high"] - few["low"]).median() > (a["high"] - a["low"]).median()


# ---------------------------------------------------------------- the votes


def test_tallies_equal_the_official_ones():
    record = load("un_vote_tallies").set_index("resolution")
    assert len(record) >= 13
    for symbol, row in record.iterrows():
        counted = votes.tally(symbol)
        assert [counted[v] for v in ag.VOTES] == [row["yes"], row["abstain"], row["no"]], symbol
        if not pd.isna(row["difference"]):  # the file alone falls short by the votes that were entered
            rows = load("un_votes").query("resolution == @symbol").astype(str)
            entered = rows[rows["vote"] != rows["in_file"]]
            short = row[["yes", "no", "abstain"]].sum() - row[["file_yes", "file_no", "file_abstain"]].sum()
            assert len(entered) == short > 0, symbol


def test_every_tally_is_the_table_counted():
    rows = load("un_votes")
    for symbol in votes.resolutions().index:
        assert votes.tally(symbol) == {
            v: int(((rows["resolution"] == symbol) & (rows["vote"] == v)).sum()) for v in votes.ANSWERS
        }


def test_sets_of_roll_calls():
    frame = load("un_resolutions").set_index("resolution")
    assert (
        set(votes.roll_calls(votes.CERTAIN))
        < set(votes.roll_calls(votes.CORE))
        < set(votes.roll_calls(votes.ALL))
    )
    left = set(votes.roll_calls(votes.CORE)) - set(votes.roll_calls(votes.CERTAIN))
    assert (frame.loc[sorted(left), "identified_by"] == "inference").all() and len(left) == 6
    assert not (frame.loc[votes.roll_calls(votes.ALL), "confidence"] == "low").any()
    with pytest.raises(ValueError, match="votes: 'some' is not one of"):
        votes.roll_calls("some")


@pytest.mark.parametrize("which", list(votes.SETS))
def test_voters_voted_often_enough(which):
    table = votes.voters(which)
    assert (table.isin(ag.VOTES).mean(axis=1) >= 2 / 3).all()
    assert len(table) + len(votes.silent(which)) == len(votes.votes())
    shared = ag.pairwise(table)[1].to_numpy()
    assert shared.min() >= table.shape[1] / 3


def test_agreement_of_a_pair_by_hand():
    rows = load("un_votes")
    core = votes.roll_calls(votes.CORE)
    pair = rows[rows["resolution"].isin(core) & rows["iso3"].isin(["FRA", "RUS"])]
    wide = pair.pivot(index="resolution", columns="iso3", values="vote").astype(str)
    wide = wide[(wide != "absent").all(axis=1)]
    row = votes.alike("FRA").loc["RUS"]
    assert row["shared"] == len(wide)
    assert row["agreement"] == pytest.approx((wide["FRA"] == wide["RUS"]).mean())
    low, high = wilson(int((wide["FRA"] == wide["RUS"]).sum()), len(wide))
    assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_parts_of_the_tally_add_up():
    table = votes.tally_by("A/RES/73/27", "regions").groupby("vote")["states"].sum()
    assert table.to_dict() == votes.tally("A/RES/73/27")
    grid = votes.crossed("A/RES/73/27", "A/RES/73/266")
    assert grid.sum(axis=1).to_dict() == votes.tally("A/RES/73/27")
    assert grid.sum(axis=0).to_dict() == votes.tally("A/RES/73/266")


def test_cohesion_of_the_eu_by_hand():
    frame = votes.cohesion(votes.CORE).set_index(["bloc", "resolution"])
    day = load("un_resolutions").set_index("resolution").at["A/RES/74/29", "date"]
    given = votes.votes().loc[members("EU", day), "A/RES/74/29"].value_counts()
    row = frame.loc[("European Union", "A/RES/74/29")]
    assert row["members"] == 28, "the United Kingdom was still a member"
    assert row["index"] == pytest.approx(
        ag.agreement_index(given.get("yes", 0), given.get("abstain", 0), given.get("no", 0))
    )
    assert frame.loc[("European Union", "A/RES/77/36"), "members"] == 27


def test_cohesion_is_in_range_and_groups_begin_when_they_begin():
    frame = votes.cohesion(votes.ALL)
    assert frame["index"].dropna().between(0, 1).all()
    assert (frame["cast"] <= frame["members"]).all()
    assert frame.loc[frame["bloc"] == "BRICS", "year"].min() > 2009
    whole = frame[frame["bloc"] == "All members"]
    assert (whole["index"] - whole["chance"]).abs().max() < 1e-9, "drawing everybody is no draw"


def test_years_without_a_vote_are_gaps():
    by_year = votes.cohesion_by_year(votes.CORE).set_index(["bloc", "year"])
    assert math.isnan(by_year.loc[("NATO", 2012), "cohesion"])
    assert by_year.loc[("NATO", 2018), "roll_calls"] == 3


def test_the_line_runs_with_the_general_points():
    frame, found = votes.cyber_scale(votes.CORE)
    assert frame.loc["USA", "score"] > 0 > frame.loc["RUS", "score"]
    assert frame["score"].corr(frame["general"]) > 0.5
    assert (frame["low"] <= frame["high"]).all() and 0 < found.first < 1
    assert set(found.answers.index) < set(votes.roll_calls(votes.CORE))


def test_moves_are_differences_of_one_release():
    points = load("ideal_points").set_index(["iso3", "year"])
    table = votes.moves((2015, 2023))
    a, b = points.loc[("TUR", 2015)], points.loc[("TUR", 2023)]
    assert table.at["TUR", "change"] == pytest.approx(b["ideal_point"] - a["ideal_point"])
    assert table.at["TUR", "clear"] == bool(b["q05"] > a["q95"] or b["q95"] < a["q05"])
    assert table["change"].abs().is_monotonic_decreasing
    assert votes.thin_years() == [2024]
    assert "rest on fewer than" in votes.one_line.view(picture="moved", between=(2015, 2024)).caveat


# ---------------------------------------------------------------- exhibits, checks, quiz


def test_every_resolution_says_its_sponsor_and_its_tally():
    for symbol in votes.resolutions().index:
        detail = votes.vote_explorer.view(resolution=symbol).detail
        assert "Led or tabled by" in detail and "Official tally" in detail and "DO NOT" not in detail


def test_inference_and_absence_are_told():
    view = votes.vote_explorer.view(resolution="A/RES/77/36")
    assert "first inferred" in view.detail and "neither an abstention nor a no" in view.caveat
    assert "press report" in votes.vote_explorer.view(resolution="A/RES/74/247").links[0][0].casefold()
    assert "Afghanistan" in votes.vote_explorer.view(resolution="A/RES/80/57").caveat


def test_a_state_that_seldom_votes_is_said_to():
    seldom = votes.votes().index.difference(voters_index := votes.voters().index)[0]
    assert seldom not in voters_index
    view = votes.who_votes_alike.view(state=seldom)
    assert "fewer than two thirds" in view.takeaway and view.table.empty


def test_wrong_names_are_refused():
    with pytest.raises(ValueError, match="resolution"):
        votes.vote_explorer.view(resolution="A/RES/1/1")
    with pytest.raises(ValueError, match="k"):
        votes.who_votes_alike.view(k=9)


def test_check_right_slip_other_and_no_number():
    grid = votes.crossed("A/RES/73/27", "A/RES/73/266")
    both = grid.loc[list(ag.VOTES), list(ag.VOTES)].to_numpy().sum()
    assert check("2.1", "yes_to_both", grid.loc["yes", "yes"] / both).right
    everyone = check("2.1", "yes_to_both", grid.loc["yes", "yes"] / grid.to_numpy().sum())
    assert not everyone.right and "absent" in everyone.sentence
    assert not check("2.1", "yes_to_both", 0.123).right
    assert "No answer here" in check("2.1", "yes_to_both", None).sentence


def test_quiz_is_sound():
    assert len(questions("2.1")) >= 5
