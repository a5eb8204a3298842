"""The timeline: every kind of event has its row, an event without a day is left out, close events do not cover each other."""

import re

import pandas as pd
import pytest

from cyberdip_chapters.deterrence import what_actually_happens as happens
from cyberdip_utils import figures
from cyberdip_utils.figures.style import LIGHT
from cyberdip_utils.figures.timeline import timeline

LANES = ("Incident", "Attribution", "No state named")


def events():
    table = happens.in_full("NotPetya")
    return table[table["part"].isin(LANES)]


def test_every_kind_has_its_row_and_every_dated_event_its_mark():
    table = events()
    figure = timeline(table, "part", "date", "what", lanes=LANES, span="Incident")
    assert list(figure.layout.yaxis.ticktext) == list(LANES)
    drawn = [len(t.x or ()) for t in figure.data if t.mode == "markers"]
    assert drawn == [int(((table["part"] == lane) & (table["date"] != "")).sum()) for lane in LANES]


def test_a_kind_without_events_keeps_its_row():
    table = events()
    figure = timeline(table[table["part"] == "Attribution"], "part", "date", "what", lanes=LANES)
    assert list(figure.layout.yaxis.ticktext) == list(LANES)


def test_marks_that_lie_close_stand_apart():
    figure = timeline(events(), "part", "date", "what", lanes=LANES)
    for trace in figure.data:
        places = list(zip(trace.x or (), trace.y or (), strict=True))
        assert len(places) == len(set(places))


def test_vague_dates_are_drawn_and_missing_ones_are_not():
    table = pd.DataFrame({"lane": "a", "date": ["2017", "2017-06", "2017-06-27", ""], "what": list("wxyz")})
    (trace,) = timeline(table, "lane", "date", "what").data
    assert list(trace.x) == ["2017-01-01", "2017-06-01", "2017-06-27"]
    assert [text.split("<br>")[0] for text in trace.customdata] == [
        "<b>2017</b>",
        "<b>2017-06</b>",
        "<b>2017-06-27</b>",
    ]


def test_nothing_to_draw_says_so_and_a_wrong_column_is_named():
    table = events()
    assert timeline(table.assign(date=""), "part", "date", "what").layout.annotations[0].text
    with pytest.raises(ValueError, match="no column 'lane'"):
        timeline(table, "lane", "date", "what")


def test_colours_are_those_of_the_house():
    made = figures.to_json(timeline(events(), "part", "date", "what", lanes=LANES)).decode()
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", made)) <= set(LIGHT.values())


def test_a_thumbnail_leaves_days_out():
    small = figures.thumbnail(timeline(events(), "part", "date", "what", lanes=LANES), ends=("2017", "2018"))
    assert small.count("<text") == 2 and "<circle" not in small
