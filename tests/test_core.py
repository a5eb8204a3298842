"""The new exhibit: controls, states, sentences held against tables, code that runs by itself, a widget with traits."""

import importlib
import io
import json
import sys
import textwrap

import pandas as pd
import plotly.graph_objects as go
import pytest
import traitlets
from ipywidgets import IntRangeSlider, VBox, link

from cyberdip_utils import claims, load
from cyberdip_utils.data import cached
from cyberdip_utils.exhibit import Exhibit, choice, choices, code, number, registry, search, switch, years
from cyberdip_utils.exhibit.core import RESERVED
from cyberdip_utils.exhibit.widget import Card

FIRST, LAST = 2015, 2024
CHAPTER = """
    from functools import cache

    import pandas as pd

    from cyberdip_utils.data import load
    from cyberdip_utils.words import listed as in_words

    from .limits import LEAST, floor

    STATES, OTHERS = ("attributed", "not attributed"), {"origin unknown"}


    @cache
    def _years() -> pd.Series:
        return load("incidents").set_index("incident_id")["start_on"].dt.year


    def by_status(between: tuple[int, int] = (2015, 2024), least: int = 0) -> pd.DataFrame:
        "Incidents by attribution status."
        rows = load("incidents").set_index("incident_id")
        chosen = rows[_years().between(*between)]
        counts = chosen["attribution_status"].astype(str).value_counts().rename_axis("status").rename("incidents")
        frame = counts[counts >= floor(least)].reset_index()
        return frame.assign(known=[s in STATES for s in frame["status"]], said=in_words(sorted(OTHERS)))
"""
LIMITS = """
    LEAST = 1


    def floor(n):
        return max(LEAST, n)
"""


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """A chapter of two files in a folder of its own; its package."""
    folder = tmp_path / "little_chapter"
    folder.mkdir()
    (folder / "__init__.py").write_text("", encoding="utf-8")
    (folder / "analysis.py").write_text(textwrap.dedent(CHAPTER), encoding="utf-8")
    (folder / "limits.py").write_text(textwrap.dedent(LIMITS), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(registry, "_made", {})
    monkeypatch.setattr(code, "_sources", {})
    code.needed.cache_clear()
    code._parsed.cache_clear()
    yield importlib.import_module("little_chapter.analysis")
    for name in [n for n in sys.modules if n.startswith("little_chapter")]:
        del sys.modules[name]


def draw(frame, between):
    return go.Figure({"data": [{"type": "bar", "x": frame["status"], "y": frame["incidents"]}]})


def say(frame, between):
    if not claims.rows(frame):
        return claims.empty(frame, None, "No incident began in these years.")
    return claims.sentence(
        "{who} {is_are} most frequent",
        "with {share}.",
        "{share.counts}; {share.interval}.",
        who=(most := claims.top(frame, "status", "incidents")),
        is_are=claims.outside(most.verb("is", "are"), "a verb"),
        share=claims.part(frame, "incidents", {"status": most.names[0]}),
    )


def made(chapter, **more):
    parts = {"data": chapter.by_status, "draw": draw, "say": say, "caveat": "Only reports. Not attacks."}
    controls = {"between": years(FIRST, LAST), "least": number(0, 500, 0, 50)}
    return Exhibit("by_status", "How do they stand?", sources=("incidents",), **parts, **controls, **more)


# ---------------------------------------------------------------- values and states


def test_a_state_is_table_sentence_picture(chapter):
    exhibit = made(chapter)
    table = exhibit.table(between=(2020, 2021))
    began = load("incidents")["start_on"].dt.year.between(2020, 2021)
    assert table["incidents"].sum() == began.sum()
    said = exhibit.sentence(between=(2020, 2021))
    assert said.faults(table) == [] and said.text.endswith(".")
    table["incidents"] = 0  # a copy: the exhibit's own stays
    assert exhibit.table(between=(2020, 2021))["incidents"].sum() == began.sum()


def test_bad_values_are_told_by_name(chapter):
    exhibit = made(chapter)
    with pytest.raises(ValueError, match="betwen.*did you mean between"):
        exhibit.table(betwen=(2015, 2016))
    with pytest.raises(ValueError, match="between.*1990.*2015"):
        exhibit.table(between=(1990, 2016))
    with pytest.raises(ValueError, match="least"):
        exhibit.show(least="many")


def test_more_than_four_controls_in_sight_are_refused(chapter):
    five = {f"c{i}": switch() for i in range(5)}

    def data(c0, c1, c2, c3, c4):
        return pd.DataFrame({"n": [1]})

    parts = {"data": data, "draw": one, "say": one, "caveat": "", "sources": ("incidents",)}
    with pytest.raises(TypeError, match="5 controls in sight; at most 4"):
        Exhibit("five", "?", **parts, **five)
    assert Exhibit("five", "?", **parts, more=("c4",), **five)


@pytest.mark.parametrize("name", ["focus", "layout", "keys", "table", "_hidden"])
def test_names_that_a_widget_needs_are_refused(chapter, name):
    with pytest.raises(TypeError, match=name):
        made(chapter, **{name: switch()})


def test_the_reserved_names_are_all_those_of_a_widget_and_an_exhibit(chapter):
    own = {*dir(Card), *dir(Exhibit), *vars(made(chapter))}
    assert {name for name in own if not name.startswith("_")} - RESERVED == set()


def test_a_control_that_nothing_uses_is_refused(chapter):
    with pytest.raises(TypeError, match="'colour' is no parameter"):
        made(chapter, colour=switch())


def test_a_name_belongs_to_one_chapter(chapter):
    made(chapter)
    made(chapter)  # made again by the same chapter
    with pytest.raises(ValueError, match="exists already, in little_chapter.analysis"):
        Exhibit("by_status", "?", data=elsewhere, draw=one, say=one, caveat="", sources=("incidents",))


def one(frame):
    return frame


def elsewhere():
    return pd.DataFrame({"n": [1]})


def test_states_hold_every_value_and_keep_the_limit(chapter):
    exhibit = made(chapter)
    states = list(exhibit.states(limit=30, seed=1))
    assert states[0] == exhibit.defaults and len(states) == len({str(s) for s in states}) <= 30
    assert {s["least"] for s in states} == {0, 250, 500}
    assert states == list(exhibit.states(limit=30, seed=1))


def test_none_chosen_is_called_all():
    control = choices(["a", "b"], label="Kind")
    assert control.describe(()) == "all" and control.describe(("a",)) == "a"


# ---------------------------------------------------------------- code


def test_code_runs_by_itself_and_gives_the_table(chapter):
    exhibit = made(chapter)
    for state in exhibit.states(limit=20):
        space = {}
        exec(compile(exhibit.code(**state), "code", "exec"), space)
        pd.testing.assert_frame_equal(space["table"], exhibit.table(**state))


def test_code_shows_what_ran_and_not_a_later_edit(chapter, tmp_path):
    exhibit = made(chapter)
    before = exhibit.code()
    path = tmp_path / "little_chapter" / "limits.py"
    path.write_text(path.read_text(encoding="utf-8").replace("LEAST = 1", "LEAST = 9"), encoding="utf-8")
    code.needed.cache_clear()
    code._parsed.cache_clear()
    assert exhibit.code() == before and "LEAST = 1" in before and "little_chapter" not in before


def test_code_refuses_what_it_cannot_write_out(tmp_path, monkeypatch, chapter):
    (tmp_path / "little_chapter" / "bad.py").write_text(
        "from .limits import floor as least\n\n\ndef rows():\n    return least(1)\n", encoding="utf-8"
    )
    bad = importlib.import_module("little_chapter.bad")
    with pytest.raises(ValueError, match="unrenamed"):
        code.call(bad.rows, {})


# ---------------------------------------------------------------- the widget


def test_controls_are_traits(chapter):
    exhibit = made(chapter)
    one, two = exhibit.show(), exhibit.show(between=(2016, 2018))
    assert one.between == (FIRST, LAST) and two.between == (2016, 2018)
    seen = []
    one.observe(lambda change: seen.append(change["new"]), "between")
    tied = link((one, "between"), (two, "between"))
    one.between = [2020, 2021]
    assert two.between == (2020, 2021) and seen[-1] == (2020, 2021)
    tied.unlink()
    one.least = 10_000  # outside the scale: the nearest value
    assert one.least == 500
    with pytest.raises((ValueError, traitlets.TraitError)):
        one.between = "always"
    assert VBox([one, two]).children == (one, two)


def test_linked_ranges_of_unlike_length_clip(chapter):
    card, slider = made(chapter).show(), IntRangeSlider(min=1990, max=2030, value=(2000, 2010))
    link((slider, "value"), (card, "between"))
    slider.value = (2018, 2030)
    assert card.between == (2018, LAST)


def test_what_the_page_gets(chapter):
    exhibit = made(chapter)
    state = json.loads(exhibit.payload(between=(2020, 2021)))
    assert state["claim"] + state["rest"] == exhibit.sentence(between=(2020, 2021)).text
    assert (state["caveat"], state["more"], state["error"]) == ("Only reports.", "Not attacks.", "")
    assert state["table"]["total"] == len(exhibit.table(between=(2020, 2021)))
    assert "between=(2020, 2021)" in state["code"] and "".join(state["link"]).endswith(
        "show(between=(2020, 2021))\n"
    )
    cited = exhibit.cite()
    assert "version" in cited and "European Repository" in cited and "read in a copy: GitHub" in cited
    spec = exhibit.spec()
    assert spec["as_of"] == "3 March 2025" and [c["name"] for c in spec["controls"]] == ["between", "least"]


def test_an_error_is_a_sentence_for_a_reader_and_an_error_for_a_test(chapter, monkeypatch):
    exhibit = made(chapter)
    monkeypatch.setattr(exhibit, "data", lambda between, least: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exhibit.payload(least=50)
    monkeypatch.delenv("CYBERDIP_STRICT")
    state = json.loads(exhibit.payload(least=100))
    assert "division by zero" in state["error"] and state["claim"] == state["error"]


def test_csv_reads_without_options(chapter):
    exhibit = made(chapter)
    back = pd.read_csv(io.StringIO(exhibit.csv()))
    assert back["incidents"].tolist() == exhibit.table()["incidents"].tolist()
    assert back.columns[-1] == "Source and settings" and "incidents" in back.iloc[0, -1]


def test_without_a_kernel_there_is_title_sentence_and_table(chapter):
    exhibit = made(chapter)
    page, text = exhibit.html(), exhibit.text()
    for said in (page, text):
        assert exhibit.title in said and exhibit.table()["status"][0] in said
    assert "<script" not in page and exhibit.sentence().rest in text


def test_cached_frames_are_copies():
    calls = []

    @cached
    def frame(n: int) -> pd.DataFrame:
        calls.append(n)
        return pd.DataFrame({"n": range(n)})

    first = frame(3)
    first["n"] = 0
    first["x"] = 1
    assert frame(3)["n"].tolist() == [0, 1, 2] and "x" not in frame(3) and calls == [3]


def test_search_and_choice_controls_still_check():
    assert search().check("words", "  two   words ") == "two words"
    with pytest.raises(ValueError, match="did you mean Russia"):
        choice([("Russia", "RUS"), ("China", "CHN")]).check("origin", "Rusia")
