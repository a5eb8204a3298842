"""The exhibit machinery on small exhibits made here: controls, views, states, payloads, errors, files."""

import csv
import io
import json
import subprocess
import sys
import threading
import time

import pandas as pd
import plotly.graph_objects as go
import pytest
from exhibit_driver import drive

from cyberdip_utils import load
from cyberdip_utils.first_edition import exhibit as machinery
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import (
    Exhibit,
    View,
    choice,
    choices,
    number,
    search,
    span,
    switch,
    years,
)

CAPITALS = pd.DataFrame(
    {
        "city": ["Tallinn", "Talinn <b>", "Windhoek", "Taipei", "Pristina"],
        "iso3": ["EST", "EST", "NAM", "TWN", "XKX"],
        "year": [1991, 2007, 1990, 1949, 2008],
        "founded": pd.to_datetime(["1219-01-01", None, "1890-10-18", "1884-01-01", "1342-05-01"]).astype(
            "datetime64[s]"
        ),
        "size": pd.array([4, None, 3, 5, 2], dtype="Int64"),
        "kind": pd.Categorical(["a", "b", "a", None, "b"]),
    }
)


def cities(kind="all", period=(1940, 2010), word="", extra=(), scale=1.0, sort=False):
    """A view over the table above that uses every kind of control."""
    rows = CAPITALS[
        CAPITALS.year.between(*period) & CAPITALS.city.str.contains(word, case=False, regex=False)
    ]
    if kind != "all":
        rows = rows[rows.kind == kind]
    if extra:
        rows = rows[rows.iso3.isin(extra)]
    if rows.empty:
        message = "No city in this selection."
        return View(figures.empty(message), message, rows, sources=("states",))
    if sort:
        rows = rows.sort_values("year")
    figure = figures.bars(rows.assign(length=rows.year * scale), "city", "length", label="year times scale")
    return View(
        figure,
        f"{len(rows)} cities, the first of {rows.year.min()}.",
        rows,
        "Five cities are not the world.",
        ("states", "internet_users"),
    )


def made(name="test_cities", **changes):
    controls = {
        "kind": choice(["all", "a", "b"], label="Kind"),
        "period": years(1940, 2010),
        "word": search(examples=("tal",)),
        "extra": choices(lambda: [("Estonia", "EST"), ("Namibia", "NAM"), ("Kosovo", "XKX")]),
        "scale": number(0, 2, 1, 0.5),
        "sort": switch(),
    }
    return Exhibit(name, "Which cities?", cities, **(controls | changes))


@pytest.fixture
def lenient(monkeypatch):
    """As a reader has it: errors become sentences."""
    monkeypatch.delenv("CYBERDIP_STRICT", raising=False)


def test_drive_all_states():
    assert drive(made(), limit=120) == 120


def test_drive_finds_what_is_wrong():
    def dead(kind="a"):
        return View(figures.empty("x"), "Nothing moves.", pd.DataFrame({"a": [1]}), sources=("states",))

    with pytest.raises(AssertionError, match="'kind' changes nothing"):
        drive(Exhibit("test_dead", "Dead?", dead, kind=choice(["a", "b"])))

    def online(kind="a"):
        figure = go.Figure(go.Choropleth(locations=["EST"], z=[1], locationmode="ISO-3"))
        return View(figure, f"Kind {kind}.", pd.DataFrame({"a": [kind]}))

    with pytest.raises(AssertionError, match="would ask a server"):
        drive(Exhibit("test_online", "Online?", online, kind=choice(["a", "b"])))

    def unknown(kind="a"):
        return View(
            figures.empty(kind), f"Kind {kind}.", pd.DataFrame({"a": [kind]}), sources=("no_such_table",)
        )

    with pytest.raises(KeyError, match="no_such_table"):
        drive(Exhibit("test_unknown", "Unknown?", unknown, kind=choice(["a", "b"])))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "c"}, ["kind", "'c'", "all, a, b"]),
        ({"kind": 3}, ["kind", "3"]),
        ({"period": (2005, 2000)}, ["period: from 2005 is after to 2000; give the earlier year first"]),
        ({"period": (1900, 2000)}, ["period", "1900", "1940 to 2010"]),
        ({"period": (1990.5, 2000)}, ["period", "1990.5", "whole"]),
        ({"period": 1990}, ["period", "pair"]),
        ({"period": ("1990", "2000")}, ["period", "'1990'"]),
        ({"extra": ["Estonie"]}, ["extra", "did you mean Estonia?"]),
        ({"scale": 3}, ["scale", "3", "0 to 2"]),
        ({"scale": float("nan")}, ["scale", "nan"]),
        ({"scale": True}, ["scale", "True"]),
        ({"sort": "yes"}, ["sort", "'yes'", "True, False"]),
        ({"word": 5}, ["word", "5"]),
        ({"word": "x" * 300}, ["word", "300"]),
        ({"perid": (1990, 2000)}, ["perid", "did you mean period?"]),
    ],
)
def test_bad_arguments_are_named(lenient, values, words):
    ex = made()
    with pytest.raises(ValueError) as error:
        ex.view(**values)
    for word in words:
        assert word in str(error.value)
    state = json.loads(ex.payload(**values))
    assert state["error"] and all(word in state["error"] for word in words)
    assert state["takeaway"] == state["error"] == state["alt"] and "Traceback" not in state["error"]


def test_normal_form():
    ex = made(extra=choices(["EST", "NAM", "XKX"]))
    import numpy as np

    got = ex.check(
        {
            "extra": ["XKX", "EST", "EST"],
            "scale": 0.1 + 0.4,
            "period": [np.int64(1990), 2000.0],
            "word": " a  b ",
        }
    )
    assert got["extra"] == ("EST", "XKX")
    assert got["scale"] == 0.5
    assert got["period"] == (1990, 2000) and type(got["period"][0]) is int
    assert got["word"] == "a b"
    assert made().check({"extra": "Estonia"})["extra"] == ("EST",)  # a label for its value
    assert span(0, 1, step=0.1).check("x", (0.1 + 0.2, 0.9)) == (0.3, 0.9)
    with pytest.raises(ValueError, match="smaller number first"):
        span(0, 1, step=0.1).check("x", (0.9, 0.1))


def test_defaults_come_from_control_then_function():
    def view(a=2, b="y", c=(2001, 2002), d=None):
        raise NotImplementedError

    ex = Exhibit(
        "test_defaults",
        "?",
        view,
        a=number(0, 5, 3),
        b=choice(["x", "y"]),
        c=years(2000, 2003),
        d=choice(["p", "q"]),
    )
    assert ex.defaults == {"a": 3, "b": "y", "c": (2001, 2002), "d": "p"}
    assert [c.label for c in ex.controls.values()] == ["A", "B", "C", "D"]


def test_options_are_asked_late_and_once():
    asked = []

    def options():
        asked.append(1)
        return ["a", "b"]

    ex = Exhibit("test_late", "?", lambda kind: None, kind=choice(options))
    assert asked == []
    assert ex.defaults == {"kind": "a"}
    assert ex.spec()["controls"][0]["options"][1] == {"label": "b", "value": "b"}
    assert asked == [1]
    with pytest.raises(ValueError, match="twice"):
        choice(["a", "a"]).samples()
    with pytest.raises(ValueError, match="no options"):
        choice([]).samples()


def test_making_an_exhibit_checks_its_form():
    with pytest.raises(TypeError, match="not a parameter"):
        Exhibit("test_form", "?", lambda a: None, b=switch())
    with pytest.raises(TypeError, match="needs 'a'"):
        Exhibit("test_form", "?", lambda a: None)
    with pytest.raises(TypeError, match="not a control"):
        Exhibit("test_form", "?", lambda a: None, a=["x"])
    with pytest.raises(ValueError, match="lower case"):
        Exhibit("Test form", "?", lambda: None)


GOOD = View(figures.empty("x"), "A sentence.", pd.DataFrame())


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (None, "not a View"),
        (View(GOOD.figure, " ", GOOD.table), "takeaway is empty"),
        (View(GOOD.figure, "No full stop", GOOD.table), "not one sentence"),
        (View(GOOD.figure, "Two.\nLines.", GOOD.table), "not one sentence"),
        (View(GOOD.figure, "A sentence.", [1]), "not a DataFrame"),
        (View("figure", "A sentence.", GOOD.table), "not a plotly figure"),
        (View(GOOD.figure, "A sentence.", GOOD.table, sources="states"), "tuple of table names"),
        (View(GOOD.figure, "A sentence.", GOOD.table, caveat=None), "caveat is not text"),
        (View(GOOD.figure, "A sentence.", GOOD.table, links=(("a",),)), "links"),
    ],
)
def test_a_view_that_breaks_the_rules(view, words):
    with pytest.raises(TypeError, match=words):
        Exhibit("test_rules", "?", lambda: view).view()


def test_error_inside_a_view_is_a_sentence_and_the_exhibit_goes_on(lenient, monkeypatch):
    def view(mode="fine"):
        if mode == "key":
            return {}["x"]
        if mode == "value":
            raise ValueError("mode: there is nothing to compare")
        return View(figures.empty("fine"), "Fine.", pd.DataFrame({"a": [1]}))

    ex = Exhibit("test_errors", "Errors?", view, mode=choice(["fine", "key", "value"]))
    state = json.loads(ex.payload(mode="key"))
    assert state["error"] == (
        "This exhibit could not draw this selection (KeyError: 'x'). "
        "Reset, or report it with the chapter's name."
    )
    assert state["figure"]["layout"]["annotations"][0]["text"].replace("<br>", " ") == state["error"]
    assert json.loads(ex.payload(mode="value"))["error"] == "mode: there is nothing to compare."
    assert json.loads(ex.payload())["error"] == ""
    assert "could not draw" in ex.text(mode="key")
    monkeypatch.setenv("CYBERDIP_STRICT", "1")
    with pytest.raises(KeyError):
        ex.payload(mode="key")
    with pytest.raises(ValueError, match="nothing to compare"):
        ex.show(mode="value")


def test_a_figure_that_json_cannot_carry_is_a_sentence(lenient):
    def view():
        return View({"data": [{"type": "bar", "x": [object()]}]}, "A sentence.", pd.DataFrame())

    assert "could not draw" in json.loads(Exhibit("test_json", "?", view).payload())["error"]


def test_states_are_bounded_seeded_and_cover_every_sample():
    ex = made()
    got = list(ex.states(limit=80, seed=1))
    assert got[0] == ex.defaults and len(got) == 80
    assert got == list(ex.states(limit=80, seed=1)) != list(ex.states(limit=80, seed=2))
    for key, control in ex.controls.items():
        for value in control.samples():
            assert ex.defaults | {key: control.check(key, value)} in got
    small = Exhibit("test_small", "?", lambda a, b: None, a=switch(), b=choice(["x", "y", "z"]))
    assert len(list(small.states())) == 6
    assert list(Exhibit("test_none", "?", lambda: None).states()) == [{}]


def test_views_and_payloads_are_kept_within_bounds(monkeypatch):
    calls = []

    def view(n=0):
        calls.append(n)
        return View(figures.empty(str(n)), f"Number {n}.", pd.DataFrame({"n": [n]}))

    monkeypatch.setattr(machinery, "_views", machinery._Recent(3))
    monkeypatch.setattr(machinery, "_payloads", machinery._Recent(10_000))
    ex = Exhibit("test_recent", "?", view, n=number(0, 99, 0))
    for n in (1, 1, 2, 3, 1, 4, 2):
        ex.view(n=n)
    assert calls == [1, 2, 3, 4, 2]  # 1 was used lately and stayed, 2 went when 4 came
    for n in range(100):
        ex.payload(n=n)
    assert len(machinery._views) == 3
    assert 1 <= len(machinery._payloads) <= 10 and machinery._payloads.weight <= 10_000


def test_what_view_returns_is_yours_to_change():
    ex = made()
    first = ex.view()
    first.figure.update_layout(title="mine")
    first.table.loc[:, "city"] = "mine"
    again = ex.view()
    assert again.figure.layout.title.text is None and "mine" not in set(again.table.city)


def test_many_threads_get_the_same_answers():
    ex, wrong = made("test_threads"), []
    expected = {
        p: ex._packed(ex._sound(cities(period=p)), "") for p in [(1940, 1950), (1985, 1995), (2000, 2010)]
    }

    def ask():
        for _ in range(20):
            for period, payload in expected.items():
                if ex.payload(period=period) != payload:
                    wrong.append(period)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert wrong == []


def test_table_of_the_payload():
    table = json.loads(made().payload())["table"]
    assert table["columns"] == list(CAPITALS.columns)
    assert table["rows"][0] == ["Tallinn", "EST", 1991, "1219-01-01", 4, "a"]
    assert table["rows"][1][3:5] == [None, None]
    assert table["rows"][3][5] is None
    long = pd.DataFrame({"n": range(1000)}).assign(share=lambda d: d.n / 3).set_index("n")
    state = json.loads(Exhibit("test_long", "?", lambda: View(figures.empty("x"), "Long.", long)).payload())
    assert state["table"]["columns"] == ["n", "share"]
    assert (state["table"]["total"], state["table"]["shown"]) == (1000, 400)


def test_csv_carries_selection_citation_licence_and_all_rows():
    text = made().csv(kind="a", period=(1945, 1995))
    head = [line[2:] for line in text.splitlines() if line.startswith("# ")]
    assert head[0] == "Which cities?"
    assert "Kind: a" in head[1] and "Period: 1945 to 1995" in head[1]
    assert any(line.startswith("Source (states, as of ") and "Natural Earth" in line for line in head)
    assert any(line.startswith("Licence (internet_users): ") for line in head)
    assert any("exhibit test_cities; saved 20" in line for line in head)
    body = [line for line in text.splitlines() if not line.startswith("# ")]
    rows = list(csv.DictReader(io.StringIO("\n".join(body))))
    assert [r["city"] for r in rows] == ["Tallinn", "Windhoek"] and rows[1]["iso3"] == "NAM"
    long = pd.DataFrame({"n": range(1000)})
    assert (
        Exhibit("test_long", "?", lambda: View(figures.empty("x"), "Long.", long)).csv().count("\n") >= 1001
    )


def test_text_twin():
    text = made().text(kind="b")
    assert (
        "Which cities?" in text and "Kind: b" in text and "Pristina" in text and "Five cities are not" in text
    )


def test_names_are_unique_but_a_reload_is_fine(tmp_path, monkeypatch):
    import importlib

    code = (
        "from cyberdip_utils.first_edition.exhibit import *\nfrom cyberdip_utils.first_edition import figures\nimport pandas as pd\n"
        "ex = Exhibit('test_reloaded', '?', lambda: View(figures.empty('x'), WORD + '.', pd.DataFrame()))\n"
    )
    for module, word in (("first_home", "One"), ("second_home", "Two")):
        (tmp_path / f"{module}.py").write_text(f"WORD = {word!r}\n" + code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    first = importlib.import_module("first_home")
    assert first.ex.view().takeaway == "One."
    (tmp_path / "first_home.py").write_text("WORD = 'Three, longer'\n" + code, encoding="utf-8")
    importlib.invalidate_caches()
    first = importlib.reload(first)
    assert first.ex.view().takeaway == "Three, longer." and b"Three" in first.ex.payload()
    with pytest.raises(ValueError, match="exists already, in first_home"):
        importlib.import_module("second_home")
    assert "test_reloaded" not in machinery.all_exhibits()  # only the package's own


def test_widget_state_is_small_and_messages_answer(lenient):
    w = made().show(kind="a")
    assert w.values["kind"] == "a"
    state = w.get_state()
    assert "values" not in state and "view" not in state
    assert len(json.dumps({k: str(v) for k, v in state.items()})) < 10_000
    sent = []
    w.send = lambda content, buffers=None: sent.append((content, buffers))
    w._asked(w, {"kind": "view", "id": "1", "values": {"kind": "b", "period": [1990, 2009]}}, [])
    content, [payload] = sent.pop()
    assert content == {"kind": "view", "id": "1", "values": w.values, "keep": True}
    assert w.values["period"] == (1990, 2009)
    assert payload == w.view == made("test_cities").payload(kind="b", period=(1990, 2009)) and not sent
    w._asked(w, {"kind": "view", "id": "2", "values": {"kind": "nonsense"}}, [])
    content, [payload] = sent.pop()
    assert "nonsense" in json.loads(payload)["error"] and content["values"]["kind"] == "b"
    w.values = {"kind": "a"}  # Python moves it: the page is told
    assert sent.pop()[0]["kind"] == "push"
    with pytest.raises(ValueError, match="kind"):
        w.values = {"kind": "nonsense"}
    w._asked(w, {"kind": "csv", "id": "3", "values": {"kind": "a"}}, [])
    assert sent.pop()[1][0].startswith(b"# Which cities?")
    for name in ("exhibit.js", "exhibit.css", "plotly.min.js", "world.geojson"):
        w._asked(w, {"kind": "asset", "id": "4", "name": name}, [])
        assert sent.pop()[1][0][:2] == b"\x1f\x8b"
    data = w._repr_mimebundle_()
    data = data[0] if isinstance(data, tuple) else data
    assert "Which cities?" in data["text/plain"] and "application/vnd.jupyter.widget-view+json" in data


def test_taking_a_copy_leaves_what_is_sent_as_it_was():
    def view():
        figure = figures.bars(pd.DataFrame({"a": ["x", "y"], "n": [1, 2]}), "a", "n")
        figure.data[0].update(textangle=0, opacity=0.5)
        return View(figure, "Two.", pd.DataFrame())

    exhibit = Exhibit("test_copied", "?", view)
    before = exhibit.payload()
    machinery._payloads.forget(exhibit._key)
    exhibit.view().figure.data[0].opacity = 0.1
    assert exhibit.payload() == before


def asked(w, kind, values):
    """What the widget answers to the page."""
    sent = []
    w.send = lambda content, buffers=None: sent.append((content, buffers))
    w._asked(w, {"kind": kind, "id": "1", "values": values}, [])
    return sent


def test_looking_ahead_moves_nothing_and_a_move_is_noted(lenient):
    w = made().show(kind="a")
    before = dict(w.values)
    [(content, [payload])] = asked(w, "ahead", {"kind": "b"})
    assert content == {"kind": "ahead", "id": "1"}
    assert payload == made("test_cities").payload(kind="b") and w.values == before
    assert asked(w, "moved", {"kind": "b"}) == [] and w.values["kind"] == "b"
    for odd in ({"kind": "nonsense"}, {"no such control": 1}, {"period": [2, 1]}, [], None, "kind"):
        assert asked(w, "moved", odd) == [] and w.values["kind"] == "b"


def test_no_looking_ahead_where_a_view_is_slow_broken_or_reads_the_readers_folder(monkeypatch):
    seen = []

    def view(n=1):
        seen.append(n)
        if n == 3:
            raise KeyError("broken")
        if n > 5:
            time.sleep(2 * machinery.BRISK)
        return View(figures.empty("x"), f"Number {n}.", pd.DataFrame())

    exhibit = Exhibit("test_ahead", "?", view, n=number(1, 9, 1))
    w = exhibit.show()
    assert asked(w, "ahead", {"n": 2})[0][1] and seen[-1] == 2
    assert asked(w, "ahead", {"n": 3}) == [({"kind": "ahead", "id": "1"}, [])] and seen[-1] == 3
    assert asked(w, "view", {"n": 6})[0][1]
    assert asked(w, "ahead", {"n": 7})[0][1] == [] and seen[-1] == 6, "the last one took long"
    assert asked(w, "view", {"n": 6})[0][1]
    assert asked(w, "ahead", {"n": 7})[0][1] == [] and seen[-1] == 6, (
        "a remembered state says nothing of the next"
    )
    assert asked(w, "view", {"n": 4})[0][1]
    monkeypatch.setattr(exhibit, "live", list)
    assert asked(w, "ahead", {"n": 5})[0][1] == [] and seen[-1] == 4
    assert asked(w, "view", {"n": 5})[0][0]["keep"] is False


def test_importing_is_cheap():
    heavy = "{'anywidget', 'ipywidgets', 'statsmodels', 'networkx', 'plotly.express', 'scipy', 'plotly.graph_objs'}"
    code = f"import sys, cyberdip_utils.first_edition.exhibit; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    code = "import sys, cyberdip_utils.first_edition.figures as f; f.empty('x'); print('networkx' in sys.modules, 'plotly.express' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_package_files_name_no_outside_address():
    for path in machinery.STATIC.iterdir():
        assert "://" not in path.read_text(encoding="utf-8").replace("https?:\\/\\/", ""), path.name
        assert "innerHTML" not in path.read_text(encoding="utf-8"), path.name


def test_dark_colours_match_those_of_the_figures():
    code = (machinery.STATIC / "exhibit.js").read_text(encoding="utf-8")
    for colour in (figures.INK, figures.SOFT_INK, figures.GRID, figures.NO_DATA, figures.PAPER):
        assert f'"{colour}":' in code


def test_real_table_through_an_exhibit():
    def view(year=2015):
        table = load("internet_users").query("year == @year").dropna()
        return View(
            figures.world_map(table.set_index("iso3")["value"], "Internet users", unit="%"),
            f"{len(table)} places report for {year}.",
            table,
            sources=("internet_users",),
        )

    ex = Exhibit("test_real", "Who is on the internet?", view, year=number(1995, 2020, 2015, label="Year"))
    assert drive(ex) == 4
    assert len(ex.payload()) < 80_000
