"""Claims tell ties, zeros and missing figures rightly, and a wrong one is found out by its table."""

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils import claims, words

FRAME = pd.DataFrame(
    {
        "state": ["China", "Russia", "Iran", "Israel"],
        "incidents": [7, 7, 3, 0],
        "all": [10, 20, 30, 40],
        "rate": [0.5, None, 0.25, 0.0],
        "year": [2020, 2021, 2022, 2023],
    }
)


def test_a_tie_is_told():
    lead = claims.top(FRAME, "state", "incidents")
    assert str(lead) == "China and Russia (equal)" and lead.tied and lead.verb("leads", "lead") == "lead"
    assert lead.faults(FRAME) == []
    assert lead.faults(FRAME.assign(incidents=[7, 8, 3, 0]))


def test_nobody_leads_where_all_are_zero():
    none = claims.top(FRAME.assign(incidents=0), "state", "incidents")
    assert not none and str(none) == "nobody" and none.faults(FRAME)


def test_the_lowest_can_be_zero():
    assert claims.top(FRAME, "state", "rate", lowest=True).names == ("Israel",)


def test_a_part_has_its_denominator():
    part = claims.part(FRAME, "incidents", {"state": ["China", "Iran"]})
    assert (str(part), part.counts) == ("59%", "10 of 17") and part.faults(FRAME) == []
    other = claims.part(
        FRAME, "incidents", {"year": range(2020, 2022)}, of="all", among={"year": range(2020, 2022)}
    )
    assert other.counts == "14 of 30" and other.faults(FRAME) == []
    assert other.faults(FRAME.assign(all=1))
    assert str(claims.part(FRAME.assign(incidents=0), "incidents")) == "no cases"


def test_a_part_can_count_rows():
    part = claims.part(FRAME, None, {"incidents": 7}, among={"year": range(2020, 2023)})
    assert part.counts == "2 of 3" and part.faults(FRAME) == []
    assert part.faults(FRAME.head(2))


def test_a_whole_population_has_no_interval():
    assert claims.part(FRAME, "incidents", {"state": "Iran"}).interval == "6–41%"
    with pytest.raises(ValueError, match="no interval"):
        claims.part(FRAME, "incidents", {"state": "Iran"}, sample=False).interval  # noqa: B018


def test_no_figure_is_not_zero():
    assert str(claims.value(FRAME, "rate", {"state": "Russia"}, percent=True)) == "no figure"
    assert str(claims.value(FRAME, "rate", {"state": "Israel"}, percent=True)) == "0%"
    assert claims.value(FRAME, "rate", {"state": "Russia"}).faults(FRAME) == []
    assert claims.value(FRAME, "rate", {"state": "Russia"}).faults(FRAME.fillna({"rate": 0.0}))


def test_a_change_needs_both_ends():
    def change(a, b):
        return claims.change(FRAME, "incidents", {"year": a}, {"year": b})

    assert str(change(2020, 2022)) == "fell from 7 to 3" and str(change(2020, 2021)) == "stayed at 7"
    assert str(change(2020, 2019)) == "cannot be compared: no figure for 2019" and not change(2020, 2019)
    assert str(claims.change(FRAME, "all", {"year": 2020}, {"year": 2022})) == "rose from 10 to 30"
    assert claims.change(FRAME, "all", {"year": 2020}, {"year": 2022}).times == "3.0"
    assert claims.change(FRAME, "incidents", {"year": 2023}, {"year": 2020}).times == "no figure"
    assert change(2020, 2022).faults(FRAME) == [] and change(2020, 2022).faults(FRAME.assign(incidents=1))


def test_a_change_between_several_rows_is_refused():
    twice = FRAME.assign(year=2020)
    with pytest.raises(ValueError, match="4 rows where .*2020.*one at each end"):
        claims.change(twice, "incidents", {"year": 2020}, {"year": 2021})
    assert claims.change(FRAME, "incidents", {"year": 2020}, {"year": 2022}).faults(twice)


def test_large_whole_numbers_that_differ_are_no_tie():
    frame = FRAME.assign(incidents=[10_000_000_001, 10_000_000_000, 3, 0])
    lead = claims.top(frame, "state", "incidents")
    assert lead.names == ("China",) and lead.faults(frame) == []
    assert lead.faults(frame.assign(incidents=[10_000_000_000, 10_000_000_001, 3, 0]))


def test_a_leader_needs_a_figure():
    lead = claims.top(FRAME, "state", "incidents")
    assert lead.faults(FRAME.head(0)) == ["there is no figure in incidents"]
    nobody = claims.top(FRAME.head(0), "state", "incidents", lowest=True)
    assert not nobody and nobody.faults(FRAME.assign(incidents=0))


def test_a_sum_without_figures_is_not_zero():
    frame = FRAME.assign(incidents=pd.array([None] * 4, dtype="Int64"))
    total = claims.total(frame, "incidents", "incident")
    assert str(total) == "no figure" and not total and total.faults(frame) == []
    assert total.faults(FRAME) and claims.total(FRAME, "incidents").faults(frame)
    share = claims.part(frame, "incidents", {"state": "Iran"})
    assert (str(share), share.interval) == ("no figure", "0–100%") and share.faults(frame) == []
    assert claims.empty(frame, "incidents", "Nobody is named.").faults(frame)


def test_each_kind_of_claim_finds_another_table_out():
    lead = claims.top(FRAME, "state", "incidents", where={"year": [2021, 2022]})
    assert lead.names == ("Russia",) and lead.faults(FRAME) == []
    assert "extreme" in lead.faults(FRAME.assign(incidents=[7, 8, 3, 0]))[0]
    assert claims.total(FRAME, "incidents").faults(FRAME.assign(incidents=[7, 7, 3, 1]))
    alone = claims.rows(FRAME, where={"year": 2020})
    assert alone.verb("is", "are") == "is" and claims.rows(FRAME).verb("is", "are") == "are"
    assert alone.faults(FRAME.assign(year=2020))
    assert claims.empty(FRAME.head(0), None, "No row.").faults(FRAME)
    assert claims.outside("7", "the control").faults(FRAME) == [] and claims.outside("7", " ").faults(FRAME)
    assert "not one whole sentence" in claims.sentence("Only a heading").faults(FRAME)
    assert (
        claims.part(pd.DataFrame({"n": [99, 1], "s": ["a", "b"]}), "n", {"s": "a"}).interval == "94.6–99.8%"
    )


def test_a_part_lies_in_its_whole():
    astray = claims.part(FRAME, None, {"state": "China"}, among={"state": "Iran"})
    assert "not among" in astray.faults(FRAME)[0]
    assert "the whole only" in claims.part(FRAME, "all", of="incidents").faults(FRAME)[0]


def test_rows_are_found_by_dates_codes_and_whole_numbers():
    frame = FRAME.assign(
        day=pd.to_datetime(["2020-01-01", "2021-03-01", None, "2022-05-01"]),
        code=pd.Categorical(["CHN", "RUS", "IRN", "ISR"]),
        late=[2020.7, 2021.0, None, 2019.0],
    )
    day = claims.value(frame, "day", {"code": "RUS"})
    assert str(day) == "1 March 2021" and day.faults(frame) == []
    assert day.faults(frame.assign(day=pd.Timestamp("2021-03-02")))
    for when in (pd.Timestamp("2021-03-01"), pd.Timestamp("2021-03-01").date(), "2021-03-01"):
        assert str(claims.value(frame, "state", {"day": when})) == "Russia"
    assert claims.rows(frame, where={"late": range(2020, 2022)}).value == 1


def test_a_template_may_take_one_name_of_several():
    said = claims.sentence("{who.names[0]} is named first.", who=claims.top(FRAME, "state", "incidents"))
    assert said.text == "China is named first." and said.faults(FRAME) == []


def test_an_empty_sentence_is_checked_too():
    said = claims.empty(FRAME.assign(incidents=0), "incidents", "Nobody is named.")
    assert said.faults(FRAME.assign(incidents=0)) == [] and said.faults(FRAME)


def test_figures_come_from_claims():
    good = claims.sentence(
        "{n} {verb}", "here.", n=claims.rows(FRAME, "state"), verb=claims.outside("stand", "a verb")
    )
    assert good.text == "4 states stand here." and good.faults(FRAME) == []
    assert any("no claim" in f for f in claims.sentence("Here are 4 states.").faults(FRAME))
    assert any("240" in f for f in claims.sentence("x" * 300 + ".").faults(FRAME))
    with pytest.raises(ValueError, match="asks for 'm'"):
        claims.sentence("{m}.", n=claims.rows(FRAME))
    with pytest.raises(ValueError, match="no column 'x'"):
        claims.total(FRAME, "x")


def test_words():
    assert (
        words.share(21, 50) == "42% (21 of 50; 29–56%)"
        and words.share(21, 50, sample=False) == "42% (21 of 50)"
    )
    assert [words.plural(n, "state") for n in (0, 1, 1204)] == ["0 states", "1 state", "1,204 states"]
    assert words.plural(2, "country") == "2 countries" and words.plural(2, "day") == "2 days"
    assert (
        words.listed("abc") == "a, b and c"
        and words.listed([]) == ""
        and words.listed("abc", 1) == "a and 2 more"
    )
    assert words.day("2025-03-03") == "3 March 2025" and words.day(pd.NaT) == "no date"
    assert (
        words.percent(0.004) == "0.4%"
        and [words.percent(x) for x in (0.0004, 0.9996, 0.9995, 0.02, 1)]
        == ["0.04%", "99.96%", "99.95%", "2%", "100%"]
        and words.share(1, 5000, sample=False) == "0.02% (1 of 5,000)"
        and (words.percent(-0.001), words.number(-0.4, 0)) == ("0%", "0")
        and words.number(np.float32("nan")) == "no figure"
        and words.percent(None) == "no figure"
        and words.number(-1234.5) == "−1,234"
    )
