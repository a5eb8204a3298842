"""The marks: what they draw is the table, in house colours, with texts that do not touch, and never a made-up zero."""

import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from cyberdip_utils import load
from cyberdip_utils.figures import (
    DARK,
    empty,
    geometry,
    maps,
    marks,
    networks,
    palette_json,
    plain,
    rule,
    standalone,
    style,
    thumbnail,
    to_json,
)
from cyberdip_utils.stats import wilson

VOTES = {vote: vote for vote in ("yes", "abstain", "no", "absent")}


# ---------------------------------------------------------------- tables


def states():
    return load("states")[["iso3", "name", "un_region"]]


def votes(resolution="A/RES/73/27"):
    table = load("un_votes")
    return table[table["resolution"] == resolution].merge(states(), on="iso3")


@cache
def years():
    incidents = load("incidents")
    begun = pd.to_datetime(incidents["start_on"]).dt.year
    return (
        incidents.assign(year=begun)
        .groupby("year")
        .agg(all=("incident_id", "count"), disruption=("has_disruption", "sum"))
        .reset_index()
    )


@cache
def attributions():
    table = load("incident_attributions")
    table = table.assign(year=pd.to_datetime(table["attributed_on"]).dt.year)
    counted = table[table["year"].between(2011, 2024)]
    return counted.pivot_table(index="year", columns="basis", values="n", aggfunc="count").reset_index()


def bases():
    """The bases of attributions, the most frequent first."""
    return [b for b in load("incident_attributions")["basis"].value_counts().index if b in attributions()]


@cache
def speakers():
    table = load("incident_attributions")
    return (
        table.groupby("basis")["incident_id"].nunique().sort_values(ascending=False).reset_index(name="spoke")
    )


@cache
def scores():
    return load("gci").merge(states(), on="iso3")


@cache
def online():
    table = load("internet_users").merge(states(), on="iso3")
    return table.assign(share=table["value"] / 100)


@cache
def named():
    """Shares of records that name a state, in two records, with intervals."""
    rows = []
    for record, table, code in (
        ("EuRepoC", load("incident_initiators"), "iso3"),
        ("CFR", load("cfr_sponsors"), "iso3"),
    ):
        key = "incident_id" if "incident_id" in table else "cfr_id"
        whole = table[key].nunique()
        for iso3 in ("CHN", "RUS", "IRN", "PRK"):
            k = table.loc[table[code] == iso3, key].nunique()
            rows.append((record, iso3, k / whole, *wilson(k, whole)))
    return pd.DataFrame(rows, columns=["record", "state", "share", "low", "high"])


@cache
def anchors():
    table = load("anchor_matches").drop_duplicates(["anchor_id", "dataset"])
    names = load("anchor_incidents")[["anchor_id", "name"]]
    found = table["relation"].astype(str).where(table["in_scope"] | (table["relation"] != "none"), "outside")
    return table.assign(found=found).merge(names, on="anchor_id")


KINDS = {"same": "full", "part_of": "part", "wider": "part", "none": "none", "outside": "outside"}


@cache
def clubs():
    adequate, cbpr = load("adequacy"), load("cbpr")
    adequate = adequate[adequate["status"] == "in force"].assign(club="EU and EEA")
    cbpr = cbpr[cbpr["role"] == "member"].assign(club="CBPR club")
    both = pd.concat([adequate, cbpr]).drop_duplicates(["entity", "club"])
    since = pd.to_datetime(both["from"].fillna(both["forum_from"])).dt.year.astype("Int64").astype(str)
    partial = both["scope"].notna() & (both["scope"] != "general")
    both = both.assign(since=since.replace("<NA>", "undated"), partial=partial)
    return both.merge(load("states")[["iso3", "population"]], on="iso3", how="left")


@cache
def targets():
    table = load("incident_receivers")
    return table[table["iso3"].notna()].groupby("iso3")["incident_id"].nunique().reset_index(name="n")


@cache
def pairs():
    table = load("incident_attributions").merge(
        load("incident_receivers"), on="incident_id", suffixes=("", "_to")
    )
    table = table.dropna(subset=["iso3", "iso3_to"])
    return table.groupby(["iso3", "iso3_to"])["incident_id"].nunique().reset_index(name="n")


@cache
def figures():
    """A figure of every mark, each from a real table."""
    wide = (
        votes().pivot_table(index="un_region", columns="vote", values="iso3", aggfunc="count").reset_index()
    )
    two = scores().pivot_table(index="name", columns="year", values="total").dropna().reset_index()
    two.columns = [str(c) for c in two.columns]
    pillars = ["legal", "technical", "organizational", "capacity", "cooperation"]
    last = scores()[scores()["year"] == 2024]
    cells = last.head(18).melt(id_vars="name", value_vars=pillars, var_name="pillar", value_name="score")
    four = online()[online()["name"].isin(["Estonia", "Kenya", "China", "Brazil"])]
    europe = online()[online()["un_region"] == "Europe"]
    wider = [rule(2022.5, "from 2023 a wider rule: all attacks on critical infrastructure")]
    return {
        "bars": marks.bars(speakers(), "basis", "spoke", unit="incidents", lit=["attacker confirms"]),
        "side by side": marks.bars(two.head(4), "name", ["2020", "2024"], unit="score"),
        "many bars": marks.bars(two.head(12), "name", ["2020", "2024"], unit="score"),
        "stacked": marks.bars(wide, "un_region", list(VOTES), colours=VOTES, stacked=True),
        "stack": marks.stack(attributions(), "year", bases()[:4], unit="attributions a year", rules=wider),
        "columns": marks.columns(years(), "year", "disruption", behind="all", unit="incidents", rules=wider),
        "histogram": marks.histogram(last, "total", low=0, high=100, unit="points", title="states"),
        "lines": marks.lines(
            four, "year", "share", group="name", percent=True, dash=["Kenya"], unit="online"
        ),
        "lit": marks.lines(europe, "year", "share", group="name", lit=["Estonia", "Albania"], percent=True),
        "dots": marks.dots(
            named(), "state", "share", "low", "high", group="record", percent=True, unit="share"
        ),
        "dumbbell": marks.dumbbell(two.head(8), "name", "2020", "2024", unit="score"),
        "matrix": marks.matrix(anchors(), "name", "dataset", "found", kinds=KINDS),
        "numbers": marks.matrix(cells, "name", "pillar", "score", low=0, high=20, unit="points of 20"),
        "votes": maps.world(votes(), "iso3", "vote", order=list(VOTES), colours=VOTES, parts="un_region"),
        "count": maps.world(
            targets(), "iso3", "n", kind="count", zero="none recorded", outside=["RUS"], unit="n"
        ),
        "number": maps.world(last, "iso3", "total", kind="number", middle=50, unit="score"),
        "dot map": maps.dots(votes(), "iso3", "vote", order=list(VOTES), colours=VOTES),
        "hubs": networks.hubs(
            clubs(), "club", "entity", size="population", dash="partial", note="since", dashed="in part"
        ),
        "stages": networks.columns(pairs(), ["iso3", "iso3_to"], "n", unit="incidents"),
        "empty": empty("No incident in this selection."),
    }


ALL = (
    "bars, side by side, many bars, stacked, stack, columns, histogram, lines, lit, dots, dumbbell, matrix, numbers, "
    "votes, count, number, dot map, hubs, stages, empty"
).split(", ")


def merged(base, over):
    """What a page does with an override: objects join, lists and values replace, ``None`` removes."""
    result = dict(base)
    for key, value in (over or {}).items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merged(result.get(key) or {}, value)
        else:
            result[key] = value
    return result


def dressed(figure, room="wide"):
    """Traces and layout of a figure for a width of card."""
    body = json.loads(to_json(figure))
    meta = body["layout"].get("meta", {})
    changes = meta.get(f"{room}_data") or [{}] * len(body["data"])
    data = [merged(trace, change) for trace, change in zip(body["data"], changes, strict=True)]
    return [t for t in data if t.get("visible", True) is not False], merged(body["layout"], meta.get(room))


def bars_of(data):
    return [t for t in data if t["type"] == "bar"]


def texts_of(value):
    """Every string in a figure."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


# ---------------------------------------------------------------- colours


@pytest.mark.parametrize("name", ALL)
def test_only_house_colours(name):
    body = json.loads(to_json(figures()[name]))
    allowed = {tuple(int(c[k : k + 2], 16) for k in (1, 3, 5)) for c in DARK}
    for text in texts_of(body):
        for found in re.findall(r"#[0-9a-fA-F]{3,8}\b", text):
            assert found in DARK, found
        for found in re.findall(r"rgba?\(([^)]*)\)", text):
            parts = [float(x) for x in found.split(",")]
            assert tuple(parts[:3]) in allowed or parts == [0, 0, 0, 0], found


@pytest.mark.parametrize("name", ALL)
def test_no_colour_by_a_name_of_css(name):
    def walk(value, key=""):
        if isinstance(value, dict):
            for k, inner in value.items():
                walk(inner, k)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, key)
        elif isinstance(value, str) and key in (
            "color",
            "bgcolor",
            "fillcolor",
            "linecolor",
            "gridcolor",
            "bordercolor",
        ):
            assert value[0] == "#" or value.startswith("rgba("), value

    walk(json.loads(to_json(figures()[name])))


def test_each_light_colour_has_one_dark_one():
    assert len(DARK) == len(style.PALETTE)
    assert json.loads(palette_json())["dark"] == DARK


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable(dark):
    def see(value):
        return DARK[value] if dark else value

    card = see(style.colour("card"))
    for name in (
        "ink",
        "soft",
        *(style.NAMES[style.tone(h)] for h in (*style.HUES, "grey", "yes", "no", "abstain")),
    ):
        assert contrast(see(style.colour(name)), card) >= 4.5, name
    for name in (*style.HUES, "grey", "yes", "no", "abstain", "absent", *style.SEQUENTIAL):
        assert contrast(see(style.on(name)), see(style.colour(name))) >= 4.5, name
    for name in (*style.HUES, "grey"):
        assert contrast(see(style.colour(name)), card) >= 3, name


def test_unknown_colour_is_refused():
    with pytest.raises(ValueError, match="no colour of the house"):
        marks.bars(speakers(), "basis", "spoke", colours=["crimson"])


# ---------------------------------------------------------------- what is drawn is the table


def test_columns_of_a_stack_add_up_to_the_table():
    table, keys = attributions(), bases()[:4]
    data, _ = dressed(figures()["stack"])
    drawn = Counter()
    for bar in bars_of(data):
        for year, amount in zip(bar["x"], bar["y"], strict=True):
            drawn[year] += amount or 0
    assert drawn == dict(zip(table["year"], table[keys].sum(axis=1), strict=True))
    totals = next(t for t in data if t.get("mode") == "text")
    assert set(totals["text"]) <= {f"{total:,.0f}" for total in drawn.values()}


def test_bars_are_the_rows_in_order():
    bar = bars_of(dressed(figures()["bars"])[0])[0]
    assert bar["x"] == speakers()["spoke"].tolist()
    axis = figures()["bars"].layout.yaxis
    assert axis.range[0] > axis.range[1]  # the first row on top
    shades = dict(zip(speakers()["basis"], bar["marker"]["color"], strict=True))
    assert shades.pop("attacker confirms") == style.colour("blue")
    assert set(shades.values()) == {style.colour("grey")}


def test_order_chooses_and_sorts_rows():
    figure = marks.bars(speakers(), "basis", "spoke", order=["media", "receiver"])
    assert list(figure.layout.yaxis.ticktext) == ["media", "receiver"]
    assert (
        list(figure.data[0].x) == speakers().set_index("basis").loc[["media", "receiver"], "spoke"].tolist()
    )


def test_a_series_behind_holds_the_one_before_it():
    back, front = bars_of(dressed(figures()["columns"])[0])
    assert back["y"] == years()["all"].tolist() and front["y"] == years()["disruption"].tolist()
    assert back["marker"]["color"] == style.colour("grey")
    with pytest.raises(ValueError, match="must be at least"):
        marks.columns(years(), "year", "all", behind="disruption")


def test_histogram_counts_every_value():
    last = scores()[scores()["year"] == 2024]
    bar = bars_of(dressed(figures()["histogram"])[0])[0]
    expected, _ = np.histogram(last["total"].dropna(), bins=20, range=(0, 100))
    assert bar["y"] == expected.tolist()


def test_lines_are_the_values_in_order_of_x():
    shuffled = online().sample(frac=1, random_state=3)
    figure = marks.lines(shuffled[shuffled["name"] == "Kenya"], "year", "share", group="name", percent=True)
    kenya = online()[online()["name"] == "Kenya"].sort_values("year")
    assert list(figure.data[0].x) == kenya["year"].tolist()
    np.testing.assert_allclose(figure.data[0].y, kenya["share"])


def test_only_lit_lines_have_hues():
    data, _ = dressed(figures()["lit"])
    assert [t["line"]["color"] for t in data] == [style.colour(c) for c in ("grey", "blue", "ochre")]
    europe = online()[online()["un_region"] == "Europe"]
    quiet = europe[~europe["name"].isin(["Estonia", "Albania"])]
    assert sum(v is not None for v in data[0]["y"]) == quiet["share"].notna().sum()


def test_planned_lines_are_dashed_and_no_others():
    dashes = {t["name"]: t["line"]["dash"] for t in dressed(figures()["lines"])[0]}
    assert dashes == {"Kenya": "dash", "Estonia": "solid", "China": "solid", "Brazil": "solid"}


def test_intervals_end_where_the_table_says():
    for trace in dressed(figures()["dots"])[0]:
        part = named()[named()["record"] == trace["name"]]
        np.testing.assert_allclose(np.array(trace["x"]) + trace["error_x"]["array"], part["high"])
        np.testing.assert_allclose(np.array(trace["x"]) - trace["error_x"]["arrayminus"], part["low"])
        assert trace["error_x"]["width"] == 0 and trace["error_x"]["thickness"] == 2.5
    assert {t["marker"]["symbol"] for t in dressed(figures()["dots"])[0]} == {"circle", "square"}


def test_bars_take_intervals_too():
    part = named()[named()["record"] == "CFR"]
    figure = marks.bars(part, "state", "share", low="low", high="high", percent=True)
    np.testing.assert_allclose(np.array(figure.data[0].x) + figure.data[0].error_x.array, part["high"])
    np.testing.assert_allclose(figure.data[1].x, part["high"])  # the number stands beyond the whisker


@pytest.mark.parametrize("room", ["wide", "middle", "narrow"])
def test_matrix_has_each_cell_once(room):
    data, _ = dressed(figures()["matrix"], room)
    signs = [t for t in data if t.get("mode") == "markers"]
    drawn = Counter({k: sum(len(t["x"]) for t in signs if t["marker"]["symbol"] == k) for k in ("square",)})
    assert drawn["square"] == (anchors()["found"] == "outside").sum()
    assert sum(len(t["x"]) for t in signs) == len(anchors())
    places = [(x, y) for t in signs for x, y in zip(t["x"], t["y"], strict=True)]
    assert len(set(places)) == len(places)


def test_matrix_of_numbers_writes_each_number():
    data, _ = dressed(figures()["numbers"])
    texts = next(t for t in data if t.get("mode") == "text" and "customdata" not in t)
    last = scores()[scores()["year"] == 2024].head(18)
    assert len(texts["text"]) == 5 * len(last)
    assert texts["text"][0] == f"{last['legal'].iloc[0]:.1f}"


def test_matrix_in_blocks_on_wide_cards_and_tall_on_phones():
    height = {
        room: dressed(figures()["matrix"], room)[1]["meta"].get("tall", 0) for room in ("wide", "narrow")
    }
    rows = anchors()["name"].nunique()
    assert rows > 20 and height["wide"] <= 400 and height["narrow"] >= 18 * rows
    assert 400 / (dressed(figures()["matrix"])[1]["yaxis"]["range"][0] + 0.5) >= 18


@pytest.mark.parametrize("figure", ["votes", "dot map"])
def test_tally_counts_states(figure):
    data, _ = dressed(figures()[figure])
    counted = Counter(votes()["vote"])
    if figure == "votes":
        drawn = {bar["name"]: int(bar["text"][0].replace(",", "") or 0) for bar in bars_of(data)}
        assert drawn == counted
        for bar in bars_of(data):
            assert sum(int(t or 0) for t in bar["text"][1:]) == counted[bar["name"]]
    else:
        drawn = dict(zip(VOTES, bars_of(data)[0]["x"], strict=False))
        assert drawn == {vote: counted[vote] for vote in VOTES}


def test_zero_and_not_covered_are_two_looks():
    data, _ = dressed(figures()["count"])
    area, tally = data[0], bars_of(data)[0]
    shade = {code: area["colorscale"][2 * z][1] for code, z in zip(area["locations"], area["z"], strict=True)}
    members = load("states").query("member_of_un and valid_to.isna()")["iso3"]
    large = set(area["locations"])
    never = set(members) - set(targets()["iso3"]) - {"RUS"}
    assert {shade[c] for c in never & large} == {style.colour("card")}
    assert shade["RUS"] == shade["GRL"] == style.colour("no data")
    assert tally["x"][0] == len(never) and tally["x"][-1] == 1  # Russia, which the call left out
    assert sum(tally["x"]) == len(set(members) | set(targets()["iso3"]))
    bare = maps.world(targets(), "iso3", "n", kind="count")
    assert style.colour("card") not in dict(bare.data[0].colorscale).values()


def test_small_states_are_dots():
    area, dots = dressed(figures()["votes"])[0][:2]
    assert "SGP" not in area["locations"] and len(dots["lon"]) > 25
    assert {area["geojson"]} == {"world"} and b"FeatureCollection" in geometry("world")


def test_classes_of_a_map_are_round_and_hold_every_value():
    values = targets()["n"].tolist()
    breaks = maps.round_breaks(values)
    assert 2 <= len(breaks) <= 4 and all(str(b).strip("0.")[0] in "125" for b in breaks)
    assert min(values) < breaks[0] and breaks[-1] <= max(values)
    with pytest.raises(ValueError, match="five classes"):
        maps.world(targets(), "iso3", "n", kind="count", breaks=[1, 2, 3, 4, 5])


def test_two_sides_of_a_midpoint_have_two_hues():
    scale = dict(dressed(figures()["number"])[0][0]["colorscale"]).values()
    assert style.colour("side 3") in scale or {style.colour("side 2"), style.colour("side 4")} & set(scale)


def test_the_projection_has_the_published_corners():
    corner = maps._natural_earth(np.radians([180, 0]), np.radians([0, 90]))
    np.testing.assert_allclose([corner[0, 0], corner[1, 1]], [2.73539, 1.42239], atol=1e-5)


def test_193_dots_that_do_not_touch():
    spots = np.array(list(maps.places().values()))
    assert len(spots) == 193
    apart = np.hypot(*(spots[:, None] - spots[None, :]).transpose(2, 0, 1))
    np.fill_diagonal(apart, 9)
    assert apart.min() > 0.98


@pytest.mark.parametrize(
    ("room", "width", "height"), [("wide", 768, 280), ("middle", 608, 280), ("narrow", 312, 300)]
)
def test_dots_of_the_map_do_not_touch_in_px(room, width, height):
    data, layout = dressed(figures()["dot map"], room)
    height = max(height, layout["meta"].get("tall", 0))
    trace = next(t for t in data if t.get("xaxis") == "x2")
    margin = layout["margin"]
    scales = []
    for axis, size in (
        ("xaxis2", width - margin["l"] - margin["r"]),
        ("yaxis2", height - margin["t"] - margin["b"]),
    ):
        domain, ends = layout[axis]["domain"], layout[axis]["range"]
        scales.append((domain[1] - domain[0]) * size / (ends[1] - ends[0]))
    assert trace["marker"]["size"] + 1 <= 1.02 * min(scales)


def test_hubs_draw_every_line_once():
    data, _ = dressed(figures()["hubs"])
    lines = [t for t in data if t.get("mode") == "lines"]
    drawn = sum(len(t["x"]) // 3 for t in lines)
    left_out = sum(
        int(re.search(r"\d+", a.text).group())
        for a in figures()["hubs"].layout.annotations
        if a.text[0] == "+"
    )
    assert drawn + left_out == len(clubs())
    assert {t["line"]["dash"] for t in lines} == {"solid", "dash"}
    signs = [t for t in dressed(figures()["hubs"], "narrow")[0] if t.get("mode") == "markers"]
    assert sum(len(t["x"]) for t in signs) == len(clubs())  # as a matrix, on a phone, all of them


def test_stages_draw_the_largest_and_say_the_rest():
    figure = figures()["stages"]
    nodes = [t for t in dressed(figure)[0] if "markers" in t.get("mode", "")]
    first = pairs().groupby("iso3")["n"].sum().sort_values(ascending=False)
    assert nodes[0]["text"][0].strip() == first.index[0]
    said = [a.text for a in figure.layout.annotations if a.text.startswith("+")]
    assert said[0] == f"+ {len(first) - len(nodes[0]['x'])} more"


# ---------------------------------------------------------------- no data is not zero


def test_missing_amounts_are_not_drawn_as_zero():
    table = speakers().assign(spoke=speakers()["spoke"].astype(float))
    table.loc[2, "spoke"] = None
    bar, texts = dressed(marks.bars(table, "basis", "spoke"))[0]
    assert bar["x"][2] is None and texts["text"][2].strip() == "no data"


def test_a_gap_in_a_line_stays_a_gap():
    table = online()[online()["name"] == "Kenya"].sort_values("year").reset_index(drop=True)
    table.loc[5, "share"] = None
    assert marks.lines(table, "year", "share", group="name").data[0].y[5] is None


def test_unknown_cells_have_a_short_line():
    table = scores().head(6).assign(pillar="legal")
    table.loc[2, "legal"] = None
    figure = marks.matrix(table.drop_duplicates("name"), "name", "pillar", "legal")
    assert "–" in figure.data[-1].text


def test_missing_dots_are_left_out():
    table = named().copy()
    table.loc[0, "share"] = None
    drawn = sum(len(t["x"]) for t in dressed(marks.dots(table, "state", "share", group="record"))[0])
    assert drawn == len(table) - 1


NONE = pd.DataFrame({c: pd.Series(dtype=float) for c in ("a", "b", "c", "d", "e")})


@pytest.mark.parametrize(
    "draw",
    [
        lambda: marks.bars(NONE, "a", "b"),
        lambda: marks.stack(NONE, "a", ["b", "c"]),
        lambda: marks.columns(NONE, "a", "b", behind="c"),
        lambda: marks.histogram(NONE, "a"),
        lambda: marks.lines(NONE, "a", "b", group="c"),
        lambda: marks.dots(NONE, "a", "b", "c", "d", group="e"),
        lambda: marks.dumbbell(NONE, "a", "b", "c"),
        lambda: marks.matrix(NONE, "a", "b", "c", kinds={}),
        lambda: maps.world(NONE, "a", "b"),
        lambda: maps.dots(NONE, "a", "b"),
        lambda: networks.hubs(NONE, "a", "b"),
        lambda: networks.columns(NONE, ["a", "b"], "c"),
    ],
)
def test_an_empty_table_says_so(draw):
    figure = draw()
    assert not figure.data and "Nothing to draw" in figure.layout.annotations[0].text


# ---------------------------------------------------------------- limits


FIVE = ["a", "b", "c", "d", "e"]


def test_a_fifth_group_is_refused_or_folded():
    keys = bases()[:5]
    for draw in (marks.stack, marks.bars):
        with pytest.raises(ValueError, match="rest="):
            draw(attributions(), "year", keys)
    with pytest.raises(ValueError, match="limit"):
        marks.lines(online(), "year", "share", group="un_region")
    with pytest.raises(ValueError, match="limit"):
        maps.world(votes().assign(vote=votes()["iso3"].str[0]), "iso3", "vote")
    figure = marks.stack(attributions(), "year", bases(), rest="other")
    other = next(t for t in figure.data if t.name == "other")
    assert other.marker.color == style.colour("grey")
    np.testing.assert_allclose(
        pd.Series(other.y, dtype=float).fillna(0), attributions()[bases()[4:]].sum(axis=1).to_numpy()
    )
    grey = marks.stack(attributions(), "year", keys, colours={keys[4]: "grey"})
    assert len(bars_of(dressed(grey)[0])) == 5


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: marks.bars(speakers(), "basis", "spok"), "no column 'spok'"),
        (lambda: marks.lines(years(), "year", "all", low="x", high="y"), "no column 'x', 'y'"),
        (lambda: maps.world(pd.concat([votes(), votes()]), "iso3", "vote"), "two rows for"),
        (lambda: maps.world(votes(), "iso3", "vote", kind="share"), "kind='share'"),
        (
            lambda: marks.matrix(pd.concat([anchors(), anchors()]), "name", "dataset", "found", kinds=KINDS),
            "two values",
        ),
        (lambda: marks.matrix(anchors(), "name", "dataset", "found", kinds={"same": "full"}), "has no kind"),
        (lambda: networks.hubs(votes(), "vote", "iso3"), "places are fixed for two"),
        (lambda: networks.columns(pairs(), ["iso3"]), "between two and four"),
        (
            lambda: marks.lines(online(), "year", "share", group="name", lit=list("abcde")),
            "four hues are the limit",
        ),
    ],
)
def test_bad_input_is_named(draw, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        draw()


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize("name", ["stack", "lines", "lit", "columns"])
@pytest.mark.parametrize("room", ["wide", "middle"])
@pytest.mark.parametrize("height", [330, 250])
def test_names_at_the_ends_do_not_overlap(name, room, height):
    _, layout = dressed(figures()[name], room)
    low, high = layout["yaxis"]["range"]
    at = [a for a in layout["annotations"] if a.get("xanchor") == "left" and a.get("yref") is None]
    assert len(at) >= 2
    spans = []
    for a in at:
        middle, half = (a["y"] - low) / (high - low) * height, 8.5 * (a["text"].count("<br>") + 1)
        spans.append((middle - half, middle + half))
    for (_, top), (bottom, _) in pairwise(sorted(spans)):
        assert bottom >= top - 0.5


@pytest.mark.parametrize("name", ["stack", "lines", "lit", "columns"])
def test_a_phone_has_its_key_above(name):
    _, layout = dressed(figures()[name], "narrow")
    assert not [a for a in layout["annotations"] if a.get("xanchor") == "left" and a.get("yref") is None]
    key = next(a["text"] for a in layout["annotations"] if "■" in a["text"])
    assert key.count("■") == len(
        [
            g
            for g in dressed(figures()[name])[1]["annotations"]
            if g.get("xanchor") == "left" and g.get("yref") is None
        ]
    )
    assert len(layout["xaxis"]["tickvals"]) < len(dressed(figures()[name])[1]["xaxis"]["tickvals"])


def test_pushed_apart_in_order_and_within_bounds():
    draw = np.random.default_rng(7)
    for _ in range(200):
        count = int(draw.integers(1, 8))
        wanted, sizes = draw.uniform(0, 100, count).tolist(), draw.uniform(2, 12, count).tolist()
        at = style.apart(wanted, sizes, 0, 100)
        order = sorted(range(count), key=lambda i: wanted[i])
        for i, j in pairwise(order):
            assert at[j] - at[i] >= (sizes[i] + sizes[j]) / 2 - 1e-6
        assert all(s / 2 - 1e-6 <= a <= 100 - s / 2 + 1e-6 for a, s in zip(at, sizes, strict=True))
    assert style.apart([10, 50], [5, 5], 0, 100) == [10, 50]  # nothing moves that has room


def test_years_are_whole_and_thousands_have_commas():
    _, layout = dressed(figures()["stack"])
    assert layout["xaxis"]["ticktext"] == [str(y) for y in range(2011, 2025)]
    assert style.ticks(0, 4200)[1] == ["0", "1,000", "2,000", "3,000", "4,000"]
    assert style.ticks(0, 0.8, percent=True)[1] == ["0%", "20%", "40%", "60%", "80%"]
    for low, high in ((0, 7), (0, 123), (0, 0.04), (-3, 9)):
        assert 2 <= len(style.ticks(low, high)[0]) <= 6


def test_texts_of_the_data_carry_no_tags():
    table = speakers().head(2).assign(basis=["<b>x</b>", "%{y} &lt;"])
    for text in texts_of(json.loads(to_json(marks.bars(table, "basis", "spoke")))["data"]):
        assert "%{y}" not in text and "<b>x" not in text and "&lt;" not in text


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
def test_plain_text(given, expected):
    assert plain(given) == expected


def test_row_labels_fit():
    for pixels in (60, 118, 240):
        for text in load("anchor_incidents")["name"]:
            lines = style.row_label(text, pixels, 2).split("<br>")
            assert len(lines) <= 2 and all(style.text_width(line) <= pixels + 16 for line in lines)


# ---------------------------------------------------------------- figures as a whole


@pytest.mark.parametrize("name", ALL)
def test_one_style_and_no_height(name):
    figure = figures()[name]
    body = json.loads(to_json(figure))
    assert figure.layout.height is None and body["layout"]["template"]["layout"]["font"]["size"] == 13
    assert body["layout"].get("showlegend") is None


@pytest.mark.parametrize("name", ALL)
def test_thumbnails_are_svg_without_text(name):
    root = ElementTree.fromstring(thumbnail(figures()[name], 320, 96))
    assert root.get("width") == "320"
    assert not [e for e in root.iter() if e.tag.endswith("text")]
    if name in ("bars", "stack", "lines", "dots", "hubs", "dot map", "columns", "dumbbell"):
        assert len(list(root.iter())) > 4
    for element in root.iter():
        for key in ("fill", "stroke"):
            paint = element.get(key, "none")
            assert paint == "none" or paint.startswith(("var(--cdx-", "rgba(")), paint


def test_a_thumbnail_may_name_its_ends():
    texts = [
        e.text
        for e in ElementTree.fromstring(thumbnail(figures()["stack"], ends=("2011", "2024"))).iter()
        if e.text
    ]
    assert texts == ["2011", "2024"]


def test_standalone_carries_its_shapes():
    figure = standalone(figures()["votes"])
    assert figure.data[0].geojson["type"] == "FeatureCollection"
    assert figure.layout.template.layout.font.size == 13


def test_the_same_table_gives_the_same_figure():
    assert to_json(marks.stack(attributions(), "year", bases()[:4])) == to_json(
        marks.stack(attributions(), "year", bases()[:4])
    )
