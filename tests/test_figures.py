"""House style and forms: safe text, colour never alone, no data never zero, nothing from the network."""

import json
import re

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from cyberdip_utils import load
from cyberdip_utils.first_edition import figures


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_ink_is_readable_and_marks_stand_out():
    assert contrast(figures.INK, figures.PAPER) > 7
    assert contrast(figures.SOFT_INK, figures.PAPER) > 4.5
    dark = dict(re.findall(r'"(#\w{6})": "(#\w{6})"', (figures_js())))
    assert contrast(dark[figures.INK], dark[figures.PAPER]) > 7
    assert contrast(dark[figures.SOFT_INK], dark[figures.PAPER]) > 4.5
    for colour in figures.COLOURS[:3]:  # WCAG 1.4.11, for those used without an outline
        assert contrast(colour, figures.PAPER) >= 3 and contrast(colour, dark[figures.PAPER]) >= 3


def figures_js():
    from cyberdip_utils.first_edition.exhibit import STATIC

    return (STATIC / "exhibit.js").read_text(encoding="utf-8")


def test_scale_gets_darker_step_by_step():
    steps = [luminance(c) for c in figures.SCALE]
    assert steps == sorted(steps, reverse=True)
    assert figures.NO_DATA not in figures.SCALE


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<b>x</b> & y", "‹b›x‹/b› & y"),
        ("a &lt; b &amp; c", "a ＆lt; b ＆amp; c"),
        ("%{customdata}", "% {customdata}"),
        ("two\n lines", "two lines"),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (12, "12"),
    ],
)
def test_plain(given, expected):
    assert figures.plain(given) == expected


def test_plain_wraps_and_shortens():
    assert figures.plain("one two three four", width=9) == "one two<br>three<br>four"
    assert figures.plain("one two three", limit=8) == "one two…"
    assert len(figures.plain("x" * 100, limit=20)) == 20


def names_of(traces):
    return {t.name for t in traces}


def test_world_map_keeps_missing_apart_from_zero():
    figure = figures.world_map({"EST": 0.0, "FRA": 5.0, "USA": np.nan, "MLT": 3.0}, "attacks")
    by_code = {}
    for trace in figure.data:
        if trace.type == "choropleth":
            assert trace.geojson == "world" and trace.locationmode in (None, "geojson-id")
            for code, text in zip(trace.locations, trace.text, strict=True):
                assert code not in by_code
                by_code[code] = (trace.name, text)
    assert by_code["EST"][1].endswith("attacks: 0") and by_code["USA"][0] == "no data"
    assert by_code["NAM"][1] == "<b>Namibia</b><br>no data"
    assert by_code["TWN"][0] == by_code["XKX"][0] == "no data"
    small = [t for t in figure.data if t.type == "scattergeo"]
    assert any("Malta" in text and "attacks: 3" in text for t in small for text in t.text)
    codes = {f["id"] for f in json.loads(figures.geometry("world"))["features"]}
    drawn = len(by_code) + sum(len(t.text) for t in small)
    assert drawn == len(codes)
    assert figure.layout.coloraxis.cmin == 0 and figure.layout.coloraxis.cmax == 5
    assert figures.styled(figure).layout.template.layout.geo.resolution == figures.MAP_RESOLUTION == 50


def test_world_map_names_what_is_not_on_it():
    figure = figures.world_map({"EST": 1, "EUU": 2, "SUN": None})
    assert [a.text for a in figure.layout.annotations] == ["Not on the map: EUU"]


def test_world_map_of_categories():
    kinds = {"EST": "yes", "FRA": "no <i>", "USA": "yes"}
    figure = figures.world_map(kinds, "Vote", order=["yes", "abstain", "no <i>"])
    areas = [t for t in figure.data if t.type == "choropleth"]
    assert [t.name for t in areas] == ["no data", "yes", "no ‹i›"]
    colour = {t.name: t.colorscale[0][1] for t in areas}
    assert colour["yes"] == figures.COLOURS[0] and colour["no ‹i›"] == figures.COLOURS[2]
    fewer = figures.world_map({"FRA": "no <i>"}, "Vote", order=["yes", "abstain", "no <i>"])
    assert {t.name: t.colorscale[0][1] for t in fewer.data if t.type == "choropleth"}[
        "no ‹i›"
    ] == figures.COLOURS[2]


def test_world_map_empty_log_and_midpoint():
    assert names_of(figures.world_map({}).data) <= {"no data", None}
    log = figures.world_map({"EST": 1, "FRA": 1000, "USA": 0}, "amount", log=True)
    assert (log.layout.coloraxis.cmin, log.layout.coloraxis.cmax) == (0, 3)
    assert list(log.layout.coloraxis.colorbar.ticktext) == ["1", "10", "100", "1,000"]
    even = figures.world_map({"EST": -1, "FRA": 3}, midpoint=0, scale=figures.DIVERGING)
    assert (even.layout.coloraxis.cmin, even.layout.coloraxis.cmax) == (-3, 3)
    same = figures.world_map({"EST": 2, "FRA": 2})
    assert same.layout.coloraxis.cmax > same.layout.coloraxis.cmin


def test_standalone_carries_shapes_that_plotly_can_draw():
    figure = figures.standalone(figures.world_map({"EST": 1}))
    for trace in figure.data:
        if trace.type == "choropleth":
            drawn = {f["id"] for f in trace.geojson["features"]}
            assert set(trace.locations) <= drawn
            assert all("Polygon" in f["geometry"]["type"] for f in trace.geojson["features"])
    page = figure.to_html(include_plotlyjs=False, config=figures.OFFLINE)
    assert "data:application/json;base64" in page


def test_rings_are_closed_and_long_enough():
    """One ring of fewer than four points makes plotly.js drop every later country without a word."""
    for feature in json.loads(figures.geometry("world"))["features"]:
        shape = feature["geometry"]
        parts = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}.get(
            shape["type"], []
        )
        for ring in (r for part in parts for r in part):
            assert len(ring) >= 4 and ring[0] == ring[-1], feature["id"]


RATES = pd.DataFrame(
    {
        "who": ["A <x>", "B", "A <x>", "B"],
        "group": ["early", "early", "late", "late"],
        "share": [0.2, 0.004, 0.5, 0.0],
        "low": [0.1, 0.001, 0.4, 0.0],
        "high": [0.3, 0.02, 0.6, 0.05],
    }
)


def test_bars_with_intervals_groups_and_patterns():
    figure = figures.bars(RATES, "who", "share", "low", "high", "group", label="share", percent=True)
    bars = [t for t in figure.data if t.type == "bar"]
    assert [t.name for t in bars] == ["early", "late"]
    assert len({t.marker.pattern.shape for t in bars}) == 2 and len({t.marker.color for t in bars}) == 2
    assert list(bars[0].error_x.array) == pytest.approx([0.1, 0.016])
    assert list(bars[0].error_x.arrayminus) == pytest.approx([0.1, 0.003])
    assert list(bars[0].hovertext) == ["A ‹x›: 20% (10% to 30%)", "B: 0.4% (0.1% to 2.0%)"]
    texts = [t for t in figure.data if t.type == "scatter"]
    assert [x.strip() for x in texts[1].text] == ["50%", "0%"] and list(texts[1].x) == [0.6, 0.05]
    assert list(figure.layout.yaxis.categoryarray) == ["A ‹x›", "B"]
    assert figure.layout.xaxis.range[1] > 0.6


def test_bars_forms():
    upright = figures.bars(RATES, "who", "share", group="group", horizontal=False, stacked=True)
    assert upright.layout.barmode == "stack" and upright.data[0].orientation == "v"
    large = figures.bars(pd.DataFrame({"a": ["x", "y", "z"], "n": [1.4e9, 2_500_000, -3]}), "a", "n")
    assert list(large.data[0].text) == ["1.4B", "2.5M", "-3"]
    assert large.data[0].hovertext[0] == "x: 1,400,000,000" and large.layout.xaxis.range[0] < -3
    assert "No rows" in figures.bars(RATES.head(0), "who", "share").layout.annotations[0].text


def test_lines_say_where_coverage_changed_and_keep_gaps():
    data = pd.DataFrame({"year": [2003, 2001, 2002], "n": [3, 1, None], "low": [2, 0, 1], "high": [4, 2, 3]})
    figure = figures.lines(
        data, "year", "n", low="low", high="high", label="incidents", changes=[(2002, "wider scope")]
    )
    line = figure.data[-1]
    assert list(line.x) == [2001, 2002, 2003] and np.isnan(line.y[1]) and line.connectgaps is False
    assert figure.data[0].fill == "toself"
    assert figure.layout.shapes[0].x0 == 2002 and figure.layout.annotations[0].text == "wider scope"
    both = figures.lines(RATES.assign(year=[1, 1, 2, 2]), "year", "share", "who")
    assert len({t.line.dash for t in both.data}) == len({t.marker.symbol for t in both.data}) == 2


def test_timeline():
    data = pd.DataFrame(
        {
            "on": pd.to_datetime(["2004-01-01", "2015-07-22", "2021-03-12"]),
            "to": pd.to_datetime(["2005-01-01", None, None]),
            "what": ["first group", "report", "report <2>"],
            "track": ["GGE", "GGE", "OEWG"],
        }
    )
    figure = figures.timeline(data, "on", "what", "track", end="to")
    marks = [t for t in figure.data if t.mode == "markers"]
    assert [t.name for t in marks] == ["GGE", "OEWG"] and len({t.marker.symbol for t in marks}) == 2
    assert marks[1].text[0] == "<b>report ‹2›</b><br>2021-03-12"
    assert len([t for t in figure.data if t.mode == "lines"]) == 1
    ordered = figures.timeline(data, "on", "what", "track", lanes=["OEWG", "GGE", "nothing here"])
    assert list(ordered.layout.yaxis.categoryarray) == ["OEWG", "GGE"]
    assert "No events" in figures.timeline(data.head(0), "on", "what", "track").layout.annotations[0].text


def test_network_is_the_same_for_the_same_seed():
    nodes = pd.DataFrame({"id": list("abcd"), "group": ["x", "x", "y", "y"], "size": [1, 2, 3, 9]})
    edges = pd.DataFrame({"source": ["a", "b", "c"], "target": ["b", "c", "d"], "weight": [1, 4, 16]})
    one, two, other = (figures.network(nodes, edges, seed=s) for s in (1, 1, 2))
    assert one.to_json() == two.to_json() != other.to_json()
    marks = [t for t in one.data if t.mode == "markers+text"]
    assert len({t.marker.symbol for t in marks}) == 2 and sum(len(t.x) for t in marks) == 4
    assert len([t for t in one.data if t.mode == "lines"]) == 3  # three widths
    few = figures.network(nodes, edges, labels=1)
    assert sorted("".join(t.text) for t in few.data if t.mode == "markers+text") == ["", "d"]
    assert figures.network(nodes, edges.head(0)).data
    assert "No nodes" in figures.network(nodes.head(0), edges).layout.annotations[0].text


def test_heatmap_of_numbers_and_of_categories():
    table = pd.DataFrame([[0.5, None], [0.0, 1.0]], index=["r <1>", "r2"], columns=["c1", "c2"])
    figure = figures.heatmap(table, "share", percent=True)
    assert [list(row) for row in figure.data[0].text] == [["50%", ""], ["0%", "100%"]]
    assert figure.data[0].customdata[0][1] == "no data" and list(figure.data[0].y) == ["r ‹1›", "r2"]
    votes = pd.DataFrame([["yes", "no"], [None, "yes"]], index=["A", "B"], columns=["x", "y"])
    figure = figures.heatmap(votes, categories={"yes": "Y", "abstain": "A", "no": "N"})
    cells = next(t for t in figure.data if t.type == "heatmap")
    assert [list(row) for row in cells.z] == [[0, 2], [None, 0]]
    assert [list(row) for row in cells.text] == [["Y", "N"], ["", "Y"]]


def test_empty_says_why_and_is_safe():
    figure = figures.empty("Nothing <here>")
    assert figure.layout.annotations[0].text == "Nothing ‹here›" and not figure.data


def test_json_is_compact_and_in_house_style():
    small = json.loads(figures.to_json(go.Figure(go.Bar(x=[1], y=[2]))))
    assert small["layout"]["template"]["layout"]["colorway"][0] == figures.COLOURS[0]
    assert len(figures.to_json(figures.empty("x"))) < 2_500
    plain = json.loads(
        figures.to_json({"data": [{"type": "bar", "x": [1, np.nan]}], "layout": {"title": {"text": "t"}}})
    )
    assert plain["data"][0]["x"] == [1.0, None] and plain["layout"]["title"]["text"] == "t"
    values = load("internet_users").query("year == 2015").set_index("iso3")["value"].dropna()
    assert len(figures.to_json(figures.world_map(values, "Internet users"))) < 30_000
