"""The card as a widget, without a browser: what it answers to the page, what it refuses, when it closes."""

import importlib
import json
import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from cyberdip_utils import claims, load
from cyberdip_utils.exhibit import Exhibit, all_exhibits, choice, number, pages, registry, search, widget
from cyberdip_utils.exhibit.memory import Recent

MARKUP = "<img src=x onerror=alert(1)>"


def named(words: str = "", first: int = 5) -> pd.DataFrame:
    """Incidents whose name holds the words."""
    names = load("incidents")["name"]
    frame = pd.DataFrame({"name": names[names.str.contains(words, regex=False)].head(first)})
    return frame.assign(mark=MARKUP)


def say(frame):
    return claims.sentence(f"{{n}} {MARKUP}", "stand here.", MARKUP, n=claims.rows(frame, "incident"))


@pytest.fixture
def exhibit(monkeypatch):
    monkeypatch.setattr(registry, "_made", {})
    controls = {"words": search(), "first": number(1, 50, 5)}
    parts = {"data": named, "draw": lambda frame: go.Figure(), "say": say, "caveat": f"{MARKUP}. {MARKUP}"}
    return Exhibit("named", f"Which? {MARKUP}", sources=("incidents",), **parts, **controls)


@pytest.fixture
def card(exhibit, monkeypatch):
    """A card with what it sends to the page: message and payload."""
    made = exhibit.show()
    made.sent = []
    monkeypatch.setattr(
        type(made), "send", lambda self, message, buffers=None: self.sent.append((message, buffers))
    )
    return made


def ask(card, **message):
    card._handle_custom_msg(message, [])
    return card.sent[-1]


def test_the_page_gets_the_state_that_it_asks_for_and_the_traits_follow(card, exhibit):
    message, (payload,) = ask(card, kind="view", id="7", values={"words": "Iran", "first": 3})
    assert message["id"] == "7" and message["values"] == {"words": "Iran", "first": 3} == card.settings
    assert payload == exhibit.payload(words="Iran", first=3)
    assert len(card.sent) == 1, "who asked gets one answer and no push of it"
    assert ask(card, kind="open", id="8")[1] == [payload]
    assert ask(card, kind="csv", id="9", values=card.settings)[1] == [exhibit.csv(**card.settings).encode()]


def test_python_moves_a_control_and_every_view_hears_it(card, exhibit):
    card.first = 9
    message, (payload,) = card.sent[-1]
    assert (message["kind"], message["values"]["first"]) == ("push", 9)
    assert payload == exhibit.payload(first=9)
    message, _ = ask(card, kind="moved", id="3", values={"words": "", "first": 10})
    assert message["for"] == "3" and card.first == 10


def test_the_page_hears_what_an_observer_did_with_its_values(card):
    card.observe(lambda change: setattr(card, "first", 1), "words")
    values = {"words": "Iran", "first": 3}
    pushed, _ = ask(card, kind="view", id="1", values=values)
    assert card.sent[-2][0]["id"] == "1"
    assert (pushed["kind"], pushed["values"], pushed["for"]) == ("push", {"words": "Iran", "first": 1}, "")
    card.words = ""
    pushed, _ = ask(card, kind="moved", id="2", values=values)
    assert (pushed["values"]["first"], pushed["for"]) == (1, "")


def test_values_that_are_refused_stay_out(card, caplog):
    card.first = 9
    ask(card, kind="view", id="1", values={"words": "x" * 201, "first": 7})
    assert "too long" in caplog.text, "strict: the runner of a notebook sees it"
    assert card.settings == {"words": "", "first": 9}
    assert "too long" in json.loads(card.sent[-1][1][0])["error"]


def test_nothing_is_computed_ahead_where_that_takes_long(card):
    card._took = 2 * widget.BRISK
    assert ask(card, kind="ahead", id="1", values={"words": "", "first": 8})[1] == []
    card._took = 0.0
    assert ask(card, kind="ahead", id="2", values={"words": "", "first": 8})[1]


def test_a_cell_run_again_closes_the_cards_of_its_last_run(exhibit, monkeypatch):
    monkeypatch.setattr(widget, "_shown", {})
    run = {"now": ("cell", "first run")}
    monkeypatch.setattr(widget, "_parent", lambda: run["now"])
    one, two = exhibit.show(), exhibit.show()
    run["now"] = ("another cell", "first run of it")
    other = exhibit.show()
    closed = []
    monkeypatch.setattr(widget.Card, "close", lambda self: closed.append(self))
    run["now"] = ("cell", "second run")
    exhibit.show()
    exhibit.show()
    assert closed == [one, two] and other not in closed


def test_a_value_goes_before_a_label():
    crossed = choice([("north", "south"), ("south", "north"), ("yes", True), ("one", 1)])
    assert [crossed.check("way", v) for v in ("south", "north", True, 1, "yes")] == [
        "south",
        "north",
        True,
        1,
        True,
    ]
    assert crossed.check("way", 1) is not True
    with pytest.raises(ValueError, match="way: 0 is not an option"):
        crossed.check("way", 0)


def test_cells_of_any_kind_reach_the_page_as_plain_values():
    odd = pd.DataFrame(
        {
            "number": [math.nan, math.inf],
            "whole": pd.array([1, None], dtype="Int64"),
            "code": pd.Categorical(["x", None]),
            "moment": [pd.NaT, pd.Timestamp("2020-01-01 12:00")],
            "day": pd.to_datetime(["2020-01-01", None]),
            "yes": pd.array([True, None], dtype="boolean"),
            "small": np.array([math.nan, 0.5], dtype="float32"),
        },
        index=[3, 7],
    )
    made = pages.table(odd)
    assert made["rows"] == [
        [None, 1, "x", None, "2020-01-01", True, None],
        [None, None, None, "2020-01-01 12:00", None, None, 0.5],
    ]
    assert pages.table(odd, rows=1)["total"] == 2 and len(pages.table(odd, rows=1)["rows"]) == 1


def test_no_text_is_read_as_html(exhibit):
    page = exhibit.html()
    assert (
        "<img" not in page and page.count("&lt;img") >= 5 + 4
    )  # five rows, title, sentence, evidence, caveat


def test_without_a_state_the_static_form_says_why(exhibit, monkeypatch):
    monkeypatch.delenv("CYBERDIP_STRICT")
    card = exhibit.show()
    monkeypatch.setattr(exhibit, "data", lambda words, first: 1 / 0)
    card.first = 11
    assert all("division by zero" in said for said in card._still())
    assert "division by zero" in card._repr_mimebundle_()[0]["text/plain"]


@pytest.mark.parametrize("name", all_exhibits())
def test_the_link_of_an_exhibit_finds_it(name):
    line = all_exhibits()[name].link().splitlines()[0]
    home, found = line.removeprefix("from ").split(" import ")
    assert getattr(importlib.import_module(home), found) is all_exhibits()[name]


def test_what_is_remembered_keeps_its_limit_and_the_latest():
    recent = Recent(3)
    for key in "abc":
        recent.put(key, key.upper())
    assert recent.get("a") == "A"  # used again: b is now the oldest
    recent.put("d", "D")
    assert [recent.get(key) for key in "abcd"] == ["A", None, "C", "D"]
    recent.put("d", "D", weight=2)
    assert recent.weight == 3 and recent.get("a") is None and recent.get("c") == "C"
    recent.put("large", "L", weight=9)
    assert recent.get("large") == "L" and recent.get("d") is None
    recent.clear()
    assert (recent.get("large"), recent.weight) == (None, 0)
