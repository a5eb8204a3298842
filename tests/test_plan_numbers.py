"""Numbers that the plans of parts 3 to 5 take from an exhibit are still what the exhibit says in that state."""

import re
from pathlib import Path

import pytest

from cyberdip_utils.first_edition.exhibit import all_exhibits

PLANS = Path(__file__).resolve().parent.parent / "classroom" / "plans"
ONE = dict.fromkeys(("security", "openness", "growth", "rights", "fairness", "stability"), 0)

# (plan, words of the plan, exhibit, its settings, what the exhibit's sentence or table then holds)
SAID = [
    (
        "3.2",
        "4 of 94 incidents laid to Russia, 3 of 92 to China, 5 of 82",
        "response_flow",
        {"by": "Named state", "to": "Who responded"},
        ("4% (4 of 94", "3% (3 of 92", "6% (5 of 82"),
    ),
    (
        "3.2",
        "none of 61 to Iran",
        "response_flow",
        {"by": "Named state", "to": "Who responded"},
        "(46 of 61;",
    ),
    (
        "3.2",
        "Cloud Hopper, 1.6 years",
        "sanctions_clock",
        {"origin": "A state naming someone"},
        "“Cloud Hopper” (1.6 years)",
    ),
    (
        "3.2",
        "1.2 years were left",
        "sanctions_clock",
        {"origin": "The later of start and regulation"},
        "1.2 years",
    ),
    ("3.2", "four and a half years", "sanctions_clock", {}, "median of 4.5 years"),
    ("3.2", "*Executive's statement* 6%", "response_gap", {"kind": "Executive's statement"}, "in 6% ("),
    ("3.2", "*Sanctions, retorsion* 2%", "response_gap", {"kind": "Sanctions, retorsion"}, "in 2% ("),
    ("3.2", "*Whole record* 12%", "response_gap", {"cohort": "Whole record"}, "in 12% ("),
    ("3.2", "*A state's organ named* 35%", "response_gap", {"link": "A state's organ named"}, "in 35% ("),
    ("3.2", "27% as it opens", "response_gap", {}, "in 27% ("),
    (
        "3.3",
        "targets above 10.0 still pay",
        "when_it_pays",
        {"resolve": 0, "denial": 95},
        "worth more than 10.0",
    ),
    ("3.3", "closes only at *Denial d* 100", "when_it_pays", {"resolve": 0, "denial": 100}, "No attack pays"),
    (
        "3.3",
        "about 1.0 to 1.2",
        "when_it_pays",
        {"denial": 0, "resolve": 100, "severity": 3},
        "between 1.0 and 1.2",
    ),
    ("3.3", "still names grading at 65", "better_attribution", {"needed": 65}, "“grade the evidence”"),
    ("3.3", "*Vulnerable v* to 50", "blame_or_tolerate", {"vulnerable": 50}, "does better to tolerate"),
    ("3.4", "from 3% to 33%", "what_came_next", {"window": "30 days"}, "next in 3% ("),
    (
        "3.4",
        "32–42% and 12–20% at 730",
        "what_came_next",
        {"window": "730 days"},
        ("next in 33% (", "in 12% (", "32–42% and 12–20%"),
    ),
    (
        "3.4",
        "(0.53, interval 0.22 to 0.80)",
        "severity_ladder",
        {"pair": "N. Korea–S. Korea"},
        "0.53 (95% interval 0.22 to 0.80",
    ),
    (
        "3.4",
        "(−0.10, −0.40 to 0.19, n = 47)",
        "severity_ladder",
        {"pair": "US–Russia"},
        "−0.10 (95% interval −0.40 to 0.19, n = 47)",
    ),
    ("3.4", "19.7% against 19.2% to 27.3%", "chance_alone", {}, ("19.7%", "19.2% and 27.3%")),
    ("3.4", "16.0% to 24.5%", "chance_alone", {"how": "one side's calendar"}, "16.0% and 24.5%"),
    (
        "4.1",
        "From 71 to 35",
        "cables_by_year",
        {"picture": "Two editions compared"},
        "71 are not found again",
    ),
    (
        "4.1",
        "From 71 to 35",
        "cables_by_year",
        {"picture": "Two editions compared", "match": "by name or landing places"},
        "35 are not found again",
    ),
    ("4.1", "25 partners by *share any system*", "direct_links", {"source": "Brazil"}, "with 25 of"),
    (
        "4.1",
        "3 by *a system of these two only*",
        "direct_links",
        {"source": "Brazil", "rule": "a system of these two only"},
        "with 3 of",
    ),
    ("4.1", "from 27% of regions", "who_hosts_whom", {}, "firms of China: 73 of 266 (27%)"),
    ("4.1", "to 34% of cities", "who_hosts_whom", {"unit": "cities"}, "firms of China: 44 of 130 (34%)"),
    (
        "4.2",
        "5.4 ends per 100 years (0.1 to 29.9)",
        "framework_lives",
        {"seen_from": 2019},
        ("1 of 2", "5.4 ends per 100 years (95% interval 0.1 to 29.9)"),
    ),
    (
        "4.2",
        "10.4 (1.3 to 37.6)",
        "framework_lives",
        {"seen_from": 2020},
        ("2 of 2", "10.4 ends per 100 years (95% interval 1.3 to 37.6)"),
    ),
    ("4.2", "32 to 34 billion dollars", "transfer_break", {}, "$32 billion to $34 billion"),
    ("4.2", "(150 billion)", "transfer_break", {"able": 0}, "$150 billion to $150 billion"),
    (
        "4.3",
        "EUV (index 1.00)",
        "choke_tree",
        {"root": "Lithography tools", "picture": "Most concentrated first"},
        "EUV lithography tools (1.00, Netherlands 100%)",
    ),
    (
        "4.3",
        "Three of 12 steps",
        "remove_a_country",
        {"removed": ("Singapore",), "picture": "Steps of making"},
        "3 of 12 steps",
    ),
    (
        "4.3",
        "none is sure to fall",
        "remove_a_country",
        {"removed": ("Singapore",), "picture": "Steps of making", "kinds": "kinds are one pool"},
        "none of the 12 steps is sure",
    ),
    (
        "4.3",
        "four of the seven years that can be tried, and as four of nine places",
        "exports_and_controls",
        {"place": "China"},
        ("of the 7 years that can be tried 4", "of 9 places in this year 4"),
    ),
    (
        "4.4",
        "Germany for *Apple: devices*",
        "data_explorer",
        {"report": "Apple: devices"},
        "Germany is first",
    ),
    (
        "4.4",
        "Taiwan for *Apple: payments*",
        "data_explorer",
        {"report": "Apple: payments"},
        "Taiwan is first",
    ),
    ("4.4", "between 0.20 and 0.33", "asking_and_freedom", {"hold": "GDP per head"}, "between 0.20 and 0.33"),
    (
        "4.5",
        "22 economies with six",
        "missing_headline",
        {"group": "Low income", "between": (2010, 2023)},
        "(22 economies, then 6)",
    ),
    (
        "4.5",
        "begin at −2.6% a year, and whoever reports gives −7.7%",
        "missing_headline",
        {"group": "Low income", "between": (2010, 2023), "assumed": (-50, 30)},
        ("-7.7% by whoever", "from -2.6% to"),
    ),
    (
        "4.5",
        "(+19%, −21 to +79)",
        "break_this_regression",
        {},
        "+19% in exports per head (95% interval -21 to +79%), 2022",
    ),
    (
        "4.5",
        "(+84%, +30 to +161)",
        "break_this_regression",
        {"design": "All years up to it"},
        "+84% in exports per head (95% interval +30 to +161%)",
    ),
    (
        "4.5",
        "+18% (−1 to +40)",
        "break_this_regression",
        {"measure": "In reach of EU data", "design": "Within economies"},
        "+18% in exports per head (95% interval -1 to +40%)",
    ),
    (
        "4.5",
        "Ireland gained most",
        "digital_services_gains",
        {"measure": "Share of world exports"},
        "most in Ireland",
    ),
    ("5.1", "at 0.92 (now 1)", "weigh_5_1", {}, "“weight of rights” at 0.92 (now 1)"),
    (
        "5.1",
        "at 100 (control at home leads)",
        "weigh_5_1",
        {"reach": 100},
        "“Keep control at home” comes out ahead",
    ),
    ("5.1", "at 70 (free flow leads, barely)", "weigh_5_1", {"abuse": 70}, "“Let data flow” comes out ahead"),
    (
        "5.2",
        "leads on security, fairness and stability",
        "weigh_5_2",
        ONE | {"security": 1},
        "“Own law first” comes out ahead",
    ),
    (
        "5.2",
        "leads on security, fairness and stability",
        "weigh_5_2",
        ONE | {"fairness": 1},
        "“Own law first” comes out ahead",
    ),
    (
        "5.2",
        "leads on security, fairness and stability",
        "weigh_5_2",
        ONE | {"stability": 1},
        "“Own law first” comes out ahead",
    ),
    (
        "5.2",
        "on openness, growth and rights",
        "weigh_5_2",
        ONE | {"openness": 1},
        "“Common rules first” comes out ahead",
    ),
    (
        "5.2",
        "on openness, growth and rights",
        "weigh_5_2",
        ONE | {"growth": 1},
        "“Common rules first” comes out ahead",
    ),
    (
        "5.2",
        "on openness, growth and rights",
        "weigh_5_2",
        ONE | {"rights": 1},
        "“Common rules first” comes out ahead",
    ),
    ("5.3", "At 0 *Hold back* leads", "weigh_5_3", {"prevented": 0}, "“Hold back” comes out ahead"),
    (
        "5.3",
        "at 40 *Engage daily*",
        "weigh_5_3",
        {"prevented": 40},
        ("“Engage daily” comes out ahead", "at 17% (now 40)."),
    ),
    ("5.4", "at 10 sharing leads", "weigh_5_4", {"able": 10}, "“Share it, task by task” comes out ahead"),
    ("5.4", "at 80 the duty", "weigh_5_4", {"able": 80}, "“Make it a duty in law” comes out ahead"),
    (
        "5.5",
        "fairness, against a moral agenda",
        "weigh_5_5",
        ONE | {"fairness": 1},
        "“Against a moral agenda” comes out ahead",
    ),
    (
        "5.5",
        "rights, against a control agenda",
        "weigh_5_5",
        ONE | {"rights": 1},
        "“Against a control agenda” comes out ahead",
    ),
    (
        "5.5",
        "stability, rules all need",
        "weigh_5_5",
        ONE | {"stability": 1},
        "“Rules all need” comes out ahead",
    ),
]


@pytest.mark.parametrize(("number", "words", "name", "settings", "held"), SAID)
def test_a_number_of_a_plan_is_the_exhibits(number, words, name, settings, held):
    text = re.sub(r"\s+", " ", (PLANS / f"{number}.md").read_text(encoding="utf-8"))
    assert words in text, "the plan says something else now"
    view = all_exhibits()[name].view(**settings)
    shown = f"{view.takeaway}\n{view.table.to_csv()}"
    for part in (held,) if isinstance(held, str) else held:
        assert part in shown


@pytest.mark.parametrize(
    ("number", "lever", "settings", "turns"),
    [
        ("5.2", "How often states keep a common rule that costs them", ONE | {"security": 1}, 54),
        ("5.2", "Governments that turn a free hand against their people", ONE | {"rights": 1}, 22),
        ("5.2", "States with a real say in the rules", ONE | {"fairness": 1}, 87),
        ("5.5", "Rule-making that sets values, not function", ONE | {"fairness": 1}, 15),
        ("5.5", "Governments that turn new powers on critics", ONE | {"rights": 1}, 21),
        ("5.5", "How often states keep a narrow rule that costs them", ONE | {"stability": 1}, 35),
    ],
)
def test_where_an_assumption_turns_the_order(number, lever, settings, turns):
    table = all_exhibits()[f"weigh_{number.replace('.', '_')}"].view(**settings).table.set_index("Lever")
    assert round(table.loc[lever, "Turns at"]) == turns
    key = (PLANS / f"{number}.md").read_text(encoding="utf-8").split("## Answer key")[1]
    assert re.search(rf"\b{turns}\b", key)


@pytest.mark.parametrize(
    ("words", "side", "criteria"),
    [
        ("clubs lead on security, growth and rights", "clubs", ("security", "growth", "rights")),
        ("one order on openness and stability", "one", ("openness", "stability")),
        ("many tables on fairness", "plural", ("fairness",)),
    ],
)
def test_which_side_of_5_6_leads_on_one_criterion_alone(words, side, criteria):
    from cyberdip_utils.controversies.one_order import debate

    assert words in (PLANS / "5.6.md").read_text(encoding="utf-8")
    for criterion in criteria:
        assert debate.score(**ONE | {criterion: 1}).idxmax() == side
