"""Chapter 1.1: positions, conditions, the ladder and the correlation against counts taken by hand."""

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils.data import load
from cyberdip_utils.sovereignty import thresholds as t
from cyberdip_utils.sovereignty import whose_rules as rules
from cyberdip_utils.sovereignty.thresholds import Operation
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import check

# ---------------------------------------------------------------- positions


def _rows(*rows):
    frame = pd.DataFrame(rows, columns=["actor", "issue", "stance", "year"])
    return frame.assign(document=[f"d{i}" for i in range(len(rows))], year=frame["year"].astype("Int64"))


def test_latest_by_hand():
    rows = _rows(
        ("A", "x", "rule", 2019),
        ("A", "x", "principle only", 2022),
        ("A", "y", "applies", 2019),
        ("B", "x", "rule", None),
        ("C", "x", "rule", None),
        ("C", "x", "not decided", 2018),
    )

    def said(until):
        now = rules.latest(rows, until)
        return {(r.actor, r.issue): r.stance for r in now.itertuples()}

    assert said(2025) == {
        ("A", "x"): "principle only",
        ("A", "y"): "applies",
        ("B", "x"): "rule",  # no year: counts now, not at an earlier time
        ("C", "x"): "not decided",  # a dated document goes before an undated one
    }
    assert said(2020) == {("A", "x"): "rule", ("A", "y"): "applies", ("C", "x"): "not decided"}
    assert said(2018) == {("C", "x"): "not decided"}


def test_every_issue_has_a_proposition_and_one_group():
    grouped = [i for group in rules.GROUPS.values() for i in group]
    assert sorted(grouped) == sorted(rules.PROPOSITIONS) == sorted(load("positions")["issue"].unique())


@pytest.mark.parametrize(
    ("actor", "issue", "year", "stance", "reading"),
    [
        ("United Kingdom", "sovereignty", 2022, "principle only", rules.OTHER_VIEW),
        ("France", "sovereignty", 2019, "rule", rules.ACCEPTS),
        ("Israel", "sovereignty", 2020, "not decided", rules.UNSETTLED),
        ("Republic of Korea", "sovereignty", 2025, "applies", rules.UNSETTLED),
        ("Israel", "due diligence", 2020, "voluntary norm", rules.OTHER_VIEW),
        ("Estonia", "collective countermeasures", 2019, "permissible", rules.ACCEPTS),
        ("Denmark", "use of force", 2023, "scale and effects, economic harm may count", rules.TESTED),
        ("China", "international humanitarian law", 2021, "prudence", rules.UNSETTLED),
    ],
)
def test_known_positions(actor, issue, year, stance, reading):
    now = rules.latest(rules._positions()).set_index(["actor", "issue"]).loc[(actor, issue)]
    assert (now["year"], now["stance"], now["reading"]) == (year, stance, reading)


def test_every_stance_is_read_on_purpose():
    known = rules._TESTED | rules._OTHER | rules._UNSETTLED
    plain = {
        "applies",
        "rule",
        "obligation",
        "permissible",
        "right applies",
        "right applies, pre-emptive too",
        "available",
        "discretion of the state",
        "wanted",
    }
    assert set(load("positions")["stance"]) <= known | plain
    with pytest.raises(ValueError, match="issue: 'space' is not one of"):
        rules.reading("space", "applies")


def test_a_gap_is_drawn_and_is_in_no_table():
    view = rules.positions_matrix.view(issues="answers")
    gaps = next(trace for trace in view.figure.data if trace.name == "no position seen")
    now = rules.latest(rules._positions())
    filled = int(now["issue"].isin(rules.GROUPS["answers"]).sum())
    assert len(gaps.x) == 36 * 5 - filled > 0
    assert len(view.table) == filled
    words = " ".join(map(str, view.table.to_numpy().ravel()))
    assert "no position" not in words and "It is not a no" in view.caveat


def test_bodies_of_states_stand_apart():
    single = rules.positions_matrix.view(issues="sovereignty", who="states")
    assert not set(single.table["Actor"]) & set(rules.COLLECTIVE)
    assert "rule 20" in single.takeaway and "n = 24 states" in single.takeaway
    both = rules.positions_matrix.view(issues="sovereignty")
    assert "rule 20" in both.takeaway and "African Union: rule" in both.takeaway
    matrix = rules.positions_matrix.view(issues="rules").figure
    shown = list(next(x for x in matrix.data if x.type == "heatmap").y)
    assert shown[-2:] == list(rules.LABELS.values()) and shown[:-2] == sorted(shown[:-2])


def test_history_keeps_the_older_documents():
    latest = rules.positions_matrix.view(issues="sovereignty")
    history = rules.positions_matrix.view(issues="sovereignty", history=True)
    assert (latest.table["Actor"] == "United Kingdom").sum() == 1
    assert history.table.query("Actor == 'United Kingdom'")["Year"].tolist() == [2018, 2022]
    assert latest.takeaway == history.takeaway


def test_a_year_without_documents_says_so():
    view = rules.positions_matrix.view(issues="necessity", until=2017)
    assert "a gap, not a no" in view.takeaway and view.table.empty


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("condition", "effects", "true"),
    [
        ("always", {}, True),
        ("physical >= minor", {}, False),
        ("physical >= minor", {"physical": "major"}, True),
        ("physical is minor", {"physical": "major"}, False),
        ("function >= replace", {"function": "reinstall"}, False),
        # "and" before "or": one alternative is enough, and each needs all its parts
        ("injury >= deaths or target is finance and scale >= nationwide", {"target": "finance"}, False),
        (
            "injury >= deaths or target is finance and scale >= nationwide",
            {"target": "finance", "scale": "nationwide"},
            True,
        ),
        ("injury >= deaths or target is finance and scale >= nationwide", {"injury": "deaths"}, True),
        ("interference includes elections", {"interference": ("opinion", "elections")}, True),
        ("interference excludes pressure", {"interference": ("pressure",)}, False),
        ("access >= entered", {"entered": False}, False),
        ("access >= entered", {"entered": False, "data": "copied"}, True),  # to copy is to enter
        ("access >= entered", {"entered": False, "function": "slowed"}, False),  # a flood from outside
        ("effects >= some", {"data": "copied"}, False),  # copying alone changes nothing
        ("effects >= some", {"data": "altered"}, True),
    ],
)
def test_conditions_by_hand(condition, effects, true):
    assert t.holds(condition, Operation(**effects)) is true


@pytest.mark.parametrize(
    "wrong",
    [
        "physical > minor",
        "physical >= huge",
        "weather is bad",
        "target >= finance",
        "interference is elections",
        "",
        "(physical >= minor)",
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(wrong):
    with pytest.raises(ValueError, match="condition: cannot read"):
        t.parse(wrong)


def test_unknown_levels_are_refused():
    with pytest.raises(ValueError, match="physical: 'huge' is not one of none, minor, major"):
        Operation(physical="huge")
    with pytest.raises(ValueError, match="interference: weather not among"):
        Operation(interference=("weather",))


def test_the_strongest_answer_of_an_author_counts():
    arguments = pd.DataFrame(
        [
            ("use of force", "A", "may be met", "function >= slowed"),
            ("use of force", "A", "met", "physical >= minor"),
            ("use of force", "B", "not met", "always"),
            ("armed attack", "A", "met", "injury >= deaths"),
        ],
        columns=["threshold", "author", "says", "condition"],
    )

    def said(operation):
        return t.answers(arguments, operation).set_index(["threshold", "author"])["answer"].to_dict()

    assert said(Operation(function="slowed", physical="minor")) == {
        ("use of force", "A"): t.MET,
        ("use of force", "B"): t.NOT_MET,
        ("armed attack", "A"): t.SILENT,
    }
    assert said(Operation(function="slowed"))["use of force", "A"] == t.MAY
    rows = t.answers(arguments, Operation(function="slowed", physical="minor"))["rows"].tolist()
    assert rows == [(1,), (2,), (3,)]


def test_split_needs_both_sides():
    assert t.split([t.MET, t.NOT_MET]) and t.split([t.MAY, t.OPEN]) and t.split([t.MET, t.NO_RULE])
    assert not t.split([t.MET, t.MAY, t.SILENT]) and not t.split([t.NOT_MET, t.OPEN])


# ---------------------------------------------------------------- the table of arguments


def test_every_argument_can_be_read_and_has_its_source():
    table = load("threshold_arguments")
    assert set(table["threshold"].astype(str)) == set(t.THRESHOLDS)
    assert set(table["says"].astype(str)) <= set(t.ANSWERS) - {t.SILENT}
    for condition in table["condition"]:
        t.parse(condition)
    assert table["url"].str.startswith("http").all() and table["seen_in"].str.len().gt(10).all()
    tallinn = table[table["author"] == "Tallinn Manual 2.0 experts"]
    assert (tallinn["reference"] == "doi:10.1017/9781316822524").all()
    assert set(tallinn["place"]) <= {"Rule 4", "Rule 66", "Rule 69", "Rule 71"}


def test_states_that_argue_are_states_that_spoke():
    table, spoke = load("threshold_arguments"), load("positions")
    known = set(spoke["actor"])
    mine = set(table.loc[table["kind"].isin(["state", "body of states"]), "author"]) - {"UN General Assembly"}
    assert mine <= known
    code = spoke.drop_duplicates("actor").set_index("actor")["iso3"]
    for row in table[table["author"].isin(known)].itertuples():
        assert str(code[row.author]) == str(row.iso3) or (pd.isna(code[row.author]) and pd.isna(row.iso3))


def test_arguments_agree_with_the_stances():
    now = rules.latest(rules._positions())
    stance = now[now["issue"] == "sovereignty"].set_index("actor")["stance"]
    rows = load("threshold_arguments").query("threshold == 'violation of sovereignty'")
    for row in rows[rows["author"].isin(stance.index)].itertuples():
        if row.says in (t.MET, t.MAY):
            assert stance[row.author] == "rule", row.author
        if row.says == t.NO_RULE:
            assert stance[row.author] == "principle only", row.author


def _answer(operation, threshold, author):
    said = rules.argued(operation)
    return said[(said["threshold"] == threshold) & (said["author"] == author)]["answer"].item()


@pytest.mark.parametrize(
    ("effects", "threshold", "author", "answer"),
    [
        ({"data": "copied"}, "violation of sovereignty", "France", t.MET),
        ({"data": "copied"}, "violation of sovereignty", "African Union", t.MET),
        ({"data": "copied"}, "violation of sovereignty", "Germany", t.NOT_MET),
        ({"data": "copied"}, "violation of sovereignty", "United Kingdom", t.NO_RULE),
        ({"physical": "minor"}, "violation of sovereignty", "Germany", t.MET),
        ({"interference": ("elections",)}, "prohibited intervention", "Israel", t.MET),
        (
            {"interference": ("elections",)},
            "prohibited intervention",
            "International Court of Justice",
            t.SILENT,
        ),
        ({"interference": ("pressure",)}, "prohibited intervention", "International Court of Justice", t.MET),
        ({"interference": ("opinion",)}, "prohibited intervention", "Iran", t.MET),
        ({"interference": ("opinion",)}, "prohibited intervention", "Singapore", t.NOT_MET),
        ({"physical": "minor"}, "use of force", "Israel", t.MET),
        ({"function": "slowed"}, "use of force", "Israel", t.OPEN),
        ({"function": "slowed"}, "use of force", "Tallinn Manual 2.0 experts", t.NOT_MET),
        (
            {"function": "slowed", "target": "finance", "scale": "nationwide", "duration": "weeks"},
            "use of force",
            "Netherlands",
            t.MAY,
        ),
        ({"physical": "major", "injury": "deaths"}, "armed attack", "New Zealand", t.MET),
        ({"physical": "major", "injury": "deaths"}, "armed attack", "Cuba", t.NOT_MET),
    ],
)
def test_who_argues_what(effects, threshold, author, answer):
    assert _answer(Operation(**effects), threshold, author) == answer


def test_worse_never_silences_the_upper_rungs():
    grave = {"physical": "major", "injury": "deaths", "function": "replace", "data": "lost"}
    for threshold in ("use of force", "armed attack"):
        counts = []
        for effects in ({}, {"physical": "minor"}, {"physical": "major"}, grave):
            said = rules.argued(Operation(**effects))
            counts.append(int(said[said["threshold"] == threshold]["answer"].isin([t.MET, t.MAY]).sum()))
        assert counts == sorted(counts) and counts[0] == 0 < counts[-1]


def test_a_case_overrides_the_effects_and_says_what_it_is():
    set_by_hand = rules.thresholds_ladder.view(
        data="copied", target="government", duration="weeks", scale="one", function="none"
    )
    case = rules.thresholds_ladder.view(case="espionage", injury="deaths")
    assert case.takeaway == set_by_hand.takeaway and case.detail == set_by_hand.detail
    assert "data copied" in case.detail and "nobody hurt" in case.detail


def test_the_ladder_reports_and_does_not_rule():
    view = rules.thresholds_ladder.view(case="bank")
    assert view.takeaway.startswith("As argued:") and "does not rule" in view.caveat
    assert set(view.table["Threshold"]) == set(t.THRESHOLDS)
    assert view.table["Address"].str.startswith("http").all()
    assert view.table["Document"].str.len().gt(0).all()
    bars = [x for x in view.figure.data if x.type == "bar"]
    total = sum(sum(x.x) for x in bars)
    assert total == load("threshold_arguments").drop_duplicates(["threshold", "author"]).shape[0]


# ---------------------------------------------------------------- control at home


def test_spearman_by_hand():
    # ranks 1 2 3 4 5 against 1 3 2 5 4: d = 0 1 1 1 1, rho = 1 - 6*4/(5*24) = 0.8
    rho, low, high, n = rules.spearman(pd.Series([1, 2, 3, 4, 5]), pd.Series([10, 30, 20, 500, 40]))
    assert rho == pytest.approx(0.8) and n == 5 and -1 <= low <= rho <= high <= 1
    # ties share their mean rank: x 1, 2.5, 2.5, 4; y 1, 2, 3, 4
    rho = rules.spearman(pd.Series([1, 2, 2, 3]), pd.Series([1, 2, 3, 4]))[0]
    assert rho == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    assert np.isnan(rules.spearman(pd.Series([1, 1, 1]), pd.Series([1, 2, 3]))[0])
    assert rules.spearman(pd.Series([1, np.nan, 3, 4]), pd.Series([1, 2, 3, 4]))[3] == 3


def test_recorded_by_hand():
    rows = load("shutdowns")
    counts = rules.recorded((2016, 2024))
    assert counts.sum() == rows.query("2016 <= year <= 2024")["n"].sum() == 1829
    assert rules.recorded((2024, 2024))["IND"] == rows.query("iso3 == 'IND' and year == 2024")["n"].item()
    assert "NOR" not in counts.index  # never in the record: not a zero


def test_shares_by_hand():
    status = load("freedom_on_the_net").query("edition == 2024").set_index("iso3")["status"].astype(str)
    hit = set(load("shutdowns").query("2016 <= year <= 2024 and n > 0")["iso3"])
    table = rules.shares("fotn", (2016, 2024)).set_index("group")
    for group in rules.STATUS:
        members = set(status[status == group].index)
        row = table.loc[group]
        assert (row["states with a shutdown"], row["states"]) == (len(members & hit), len(members))
        assert (row["low"], row["high"]) == wilson(len(members & hit), len(members))
    assert table["states"].sum() == 72


def test_thirds_hold_their_ends():
    for measure in ("civlib", "libdem"):
        table = rules.scores(measure)
        assert table["score"].between(0, 1).all()
        assert (
            (table.groupby("group")["score"].max()[rules.BANDS[0]])
            < 1 / 3
            <= table.groupby("group")["score"].min()[rules.BANDS[1]]
        )
    with pytest.raises(ValueError, match="measure: 'happiness' is not one of"):
        rules.scores("happiness")


@pytest.mark.parametrize("measure", list(rules.MEASURES))
def test_names_of_the_scatter_do_not_share_a_spot(measure):
    figure = rules.control_at_home.view(measure=measure).figure
    named = [trace for trace in figure.data if trace.text]
    marks = [m for trace in named for m in zip(trace.text, trace.x, trace.y, strict=True) if m[0]]
    assert marks and max(marks, key=lambda m: m[2])[0] == "India"
    xs = [x for trace in named for x in trace.x]
    for i, (_, x, y) in enumerate(marks):
        for _, u, v in marks[i + 1 :]:
            assert abs(x - u) >= 0.4 * (max(xs) - min(xs)) or max(y / v, v / y) >= 10**0.22
    assert all(len(line) <= 20 for line in figure.layout.xaxis.title.text.split("<br>"))


def test_none_recorded_is_not_written_as_zero():
    view = rules.control_at_home.view()
    assert "none recorded" in set(view.table["recorded"]) and "0" not in set(view.table["recorded"])
    assert len(view.table) == 72 and "none recorded is not none" in view.caveat


def test_leaving_out_the_first_state():
    without = rules.control_at_home.view(without_first=True)
    assert "India" not in set(without.table["country"]) and "India, with 857, is left out" in without.caveat
    years = rules.control_at_home.view(picture="years", without_first=True).table
    assert years.drop(columns="year").to_numpy().sum() == 1829 - 857


def test_years_sum_to_the_record():
    years = rules.control_at_home.view(picture="years").table
    by_year = load("shutdowns").query("2016 <= year <= 2024").groupby("year")["n"].sum()
    assert years.set_index("year").sum(axis=1).tolist() == by_year.tolist()


# ---------------------------------------------------------------- findings, check, every state


def test_findings_are_one_computed_paragraph():
    for finding in (
        rules.finding_positions,
        rules.finding_sovereignty,
        rules.finding_ladder,
        rules.finding_home,
    ):
        text = finding()
        assert text == finding() and "\n" not in text and text.endswith(".") and "nan" not in text


def test_check_right_slips_other_and_no_number():
    said = load("positions").query("issue == 'sovereignty' and stance == 'rule'")
    states = said[~said["actor"].isin(rules.COLLECTIVE)]
    assert check("1.1", "rule_states", states["actor"].nunique()).right
    for slip, word in (
        (len(said), "rows"),
        (said["actor"].nunique(), "bodies of states as states"),
        (len(states), "documents"),
    ):
        verdict = check("1.1", "rule_states", slip)
        assert not verdict.right and word in verdict.sentence
    assert not check("1.1", "rule_states", 3).right
    assert "No answer here" in check("1.1", "rule_states", None).sentence
