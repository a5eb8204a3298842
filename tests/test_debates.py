"""Debates: the file's rules, the weighing by hand, fairness between sides, stances, and a debate made from the template."""

import itertools
import json
import re
import shutil

import nbformat
import numpy as np
import pytest
from exhibit_driver import drive

from cyberdip_utils.controversies import debate as debates
from cyberdip_utils.controversies import stance as stances
from cyberdip_utils.readers_record import SECTIONS, empty, read_record

TEMPLATE = debates.FOLDER / "template.toml"
FILES = sorted(debates.FOLDER.glob("*.toml"))
OURS = [p for p in FILES if p != TEMPLATE]
every_file = pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
our_debates = pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
#: a side may have at most this many times what another has
WORDS, COUNTS = 1.25, 1.5
#: and each of two sides must lead in at least this share of the corner cases of the weighing
LEADS = 0.25


@pytest.fixture
def template():
    return debates.read_debate(TEMPLATE)


def changed(tmp_path, old, new, count=1):
    text = TEMPLATE.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, count), encoding="utf-8")
    return path


# --- The file ------------------------------------------------------------------------------------------------


@every_file
def test_every_file_reads_and_all_it_points_to_is_there(path):
    assert debates.read_debate(path).broken_links() == []


@pytest.mark.parametrize(
    "old, new, said",
    [
        (
            'side = "publish"\nshort',
            'side = "publisher"\nshort',
            r"claim P1, side: 'publisher' is not in the file",
        ),
        ('attacks = ["S2"]', 'attacks = ["S9"]', r"claim P1, attacks: 'S9' is not in the file; there are P1"),
        ('attacks = ["S2"]', 'attacks = ["P2"]', "P2 belongs to the same side"),
        ('supports = ["P2"]', 'supports = ["S1"]', "S1 belongs to another side"),
        ('id = "P2"', 'id = "P1"', "claim: 'P1' stands twice"),
        ("start = 50", "start = 150", r"assumption burn: start 150 is outside 0 to 100"),
        ("low = 0\nhigh = 100", "low = 100\nhigh = 100", "low 100 is not below high 100"),
        (
            "middle = -1.0\nmoves = { burn = -1.5 }",
            "middle = -1.9\nmoves = { burn = -1.5 }",
            "leaves the scale",
        ),
        (
            "moves = { burn = -1.5 }",
            "moves = { brun = -1.5 }",
            "'brun' is not in the file; there are burn, wrong",
        ),
        ('criterion = "growth"', 'criterion = "openness"', "stands 0 times, not once|stands 2 times"),
        ('bearing = "for" ', 'bearing = "fore" ', r"evidence 1, bearing: 'fore' is not one of"),
        ('question = "When', 'asked = "When', "asked|'question' is a required property"),
        ('number = "x1"', "number = x1", "not valid TOML"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(tmp_path, old, new, said):
    with pytest.raises(ValueError, match=said) as caught:
        debates.read_debate(changed(tmp_path, old, new))
    assert "mine.toml" in str(caught.value)


def test_not_text_and_not_there(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not UTF-8"):
        debates.read_debate(path)
    with pytest.raises(FileNotFoundError):
        debates.open_debate("9.9")


def test_a_wrong_exhibit_or_setting_or_work_is_named(tmp_path):
    wrong = debates.read_debate(changed(tmp_path, 'exhibit = "weigh_evidence"', 'exhibit = "weigh_evidance"'))
    assert wrong.broken_links() == [
        "evidence e3: there is no exhibit 'weigh_evidance'; did you mean weigh_evidence?"
    ]
    wrong = debates.read_debate(changed(tmp_path, 'compare = "names"', 'compare = "nmaes"'))
    assert "evidence e2, show: compare: 'nmaes' is not an option" in wrong.broken_links()[0]
    wrong = debates.read_debate(changed(tmp_path, '"eichensehr2020"', '"eichensehr1920"'))
    assert wrong.broken_links() == ["sources: 'eichensehr1920' is not a key of references.bib"]


# --- The weighing, by hand -----------------------------------------------------------------------------------


def test_effects_by_hand(template):
    at_start = template.effects()
    # publish on security: middle −1, moves −1.5 with `burn`, which starts in the middle of its range
    assert at_start.loc["publish", "security"] == pytest.approx(-1.0)
    assert template.effects(burn=100).loc["publish", "security"] == pytest.approx(-1.75)
    assert template.effects(burn=0).loc["publish", "security"] == pytest.approx(-0.25)
    # publish on stability: middle 0.4, moves 1.0 with `wrong`, 0 to 20 %, at 5
    assert at_start.loc["publish", "stability"] == pytest.approx(0.4 + 1.0 * (5 / 20 - 0.5))


def test_score_is_the_weighted_mean(template):
    effects = template.effects()
    assert template.score()["protect"] == pytest.approx(effects.loc["protect"].mean())
    alone = dict.fromkeys(debates.CRITERIA, 0) | {"rights": 2}
    assert template.score(**alone)["protect"] == pytest.approx(effects.loc["protect", "rights"])
    assert template.score(**dict.fromkeys(debates.CRITERIA, 0)).isna().all()


def test_weights_scale_does_not_matter(template):
    once, thrice = (template.score(**dict.fromkeys(debates.CRITERIA, w)) for w in (1, 3))
    assert np.allclose(once, thrice)


@every_file
def test_a_flip_is_where_the_lead_is_nought_and_changes_hands(path):
    debate = debates.read_debate(path)
    table = debate.tornado()
    leader = debate.score().idxmax()
    for row in table.itertuples():
        if np.isnan(row.flips_at):
            assert row.margin_low >= -1e-9 and row.margin_high >= -1e-9
            continue
        assert row.lowest < row.flips_at < row.highest
        there = debate.score(**{row.lever: row.flips_at})
        assert there[leader] - there.drop(leader).max() == pytest.approx(0, abs=1e-9)
        step = (row.highest - row.lowest) * 1e-4
        signs = []
        for value in (row.flips_at - step, row.flips_at + step):
            near = debate.score(**{row.lever: value})
            signs.append(np.sign(near[leader] - near.drop(leader).max()))
        assert signs[0] * signs[1] < 0


@every_file
def test_tornado_is_sorted_by_swing_and_agrees_with_the_score(path):
    debate = debates.read_debate(path)
    table = debate.tornado(security=2)
    swing = (table["margin_high"] - table["margin_low"]).abs().to_numpy()
    assert (np.diff(swing) <= 1e-12).all()
    leader = debate.score(security=2).idxmax()
    row = table.iloc[0]
    there = debate.score(**({"security": 2} | {row["lever"]: row["highest"]}))
    assert row["margin_high"] == pytest.approx(there[leader] - there.drop(leader).max())


def test_robust_counts_what_a_plain_loop_counts(template):
    wins = dict.fromkeys(template.sides, 0)
    grids = [(1, 3)] * 6 + [(a["low"], a["start"], a["high"]) for a in template.assumptions.values()]
    names = [*debates.CRITERIA, *template.assumptions]
    for values in itertools.product(*grids):
        score = template.score(**dict(zip(names, values, strict=True))).sort_values()
        if score.iloc[-1] - score.iloc[-2] > 1e-9:
            wins[score.index[-1]] += 1
    assert template.robust().to_dict() == wins


def test_a_lever_out_of_its_range_is_named(template):
    with pytest.raises(ValueError, match="burn: 120 is outside 0 to 100"):
        template.score(burn=120)
    with pytest.raises(ValueError, match="no such lever"):
        template.score(brun=1)


# --- Fairness ------------------------------------------------------------------------------------------------


@our_debates
def test_no_side_gets_much_more_than_another(path):
    table = debates.read_debate(path).balance()
    assert table["words"].max() <= WORDS * table["words"].min(), table
    for what in ("claims", "sources", "evidence", "attacks made"):
        assert table[what].min() > 0 and table[what].max() <= max(
            COUNTS * table[what].min(), table[what].min() + 1
        ), table
    assert (table["evidence for"] > 0).all() and (table["evidence against"] > 0).all(), table


@our_debates
def test_the_weighing_is_not_loaded(path):
    wins = debates.read_debate(path).robust()
    assert (wins / wins.sum()).min() >= LEADS * 2 / len(wins), wins


@our_debates
def test_every_claim_has_evidence_and_is_answered(path):
    debate = debates.read_debate(path)
    with_evidence = {e["claim"] for e in debate.evidence.values()}
    attacked = {o for c in debate.claims.values() for o in c.get("attacks", [])}
    assert set(debate.claims) - with_evidence == set()
    assert len(attacked) >= len(debate.claims) / 2


#: words that one side puts on another, or on what the other makes
LABEL = re.compile(
    r"\b(woke\w*|regimes? (?!complex)|propagand\w+|hypocri\w+|dictator\w*|despot\w*|tyrann?\w*|autocra\w+|authoritarian\w*|"
    r"illiberal\w*|imperialis\w+|colonialis\w+|neocolonial\w*|rogue|globalis[tm]\w*|censor\w*|protectionis\w+|"
    r"hegemon\w*|oppressors?|aggressors?|malign|puppets?|elites?|orwellian|splinternet|appeas\w+|naive\w*|blank cheque)",
    re.I,
)
#: what makes it somebody's word: a verb of saying before it in the same sentence
SAID_BY = re.compile(
    r"\b(calls?|called|calling|critics?|charges?|charged|speaks? of|spoke of|terms? (it|this|them)|termed|says?|said|told|tells|"
    r"writes?|wrote|describes?|described|holds?|held|finds?|found|argues?|argued|warns?|warned|names?|named|reports?|reported|"
    r"titled|asks?|asked|sees|saw|fears?|feared|traces?|in \S+ \S+'s view|according to)\b",
    re.I,
)


def unattributed(text):
    """Labels in a text that stand there as our own word: neither within quotation marks or italics nor said by anybody."""
    plain = re.sub(r"\]\([^)\s]*\)", "]", text)  # addresses hold words that nobody says
    bare = re.sub(r"“[^”]*”|‘[^’]*’|\"[^\"]*\"|(?<![\w*])\*[^*\n]+\*(?!\*)", " ", plain)
    found = []
    for sentence in re.split(r"(?<=[.!?;])[*”\"')\]]*\s+", bare):
        found += [m[0] for m in LABEL.finditer(sentence) if not SAID_BY.search(sentence[: m.start()])]
    return found


def texts_of(value):
    """All that a debate's file says in words: its strings with a space in them, comments and keys apart."""
    if isinstance(value, str):
        return [value] if " " in value else []
    return [
        t
        for v in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else [])
        for t in texts_of(v)
    ]


@pytest.mark.parametrize(
    "text, found",
    [
        ("The regime in that state switches off.", ["regime "]),
        ("Nye finds a regime complex, loosely tied.", []),
        ("It is critical to determine the terms on which dictators sign.", ["dictators"]),
        ("Its critics speak of a dictatorship.", []),
        ("Nobody called it so. It is propaganda.", ["propaganda"]),
        ("The order is titled “Preventing Woke AI”, and the word stands in quotation marks.", []),
        ("One side fights *censorship*, the other censorship.", ["censorship"]),
        ("Couldry and Mejias call the pattern data colonialism.", []),
        ("Woke rules, as critics say.", ["Woke"]),
        ("**On a word.** It covers a propaganda office.", ["propaganda"]),
        ("See [the order](https://example.org/preventing-woke-ai) itself.", []),
    ],
)
def test_the_check_of_labels_sees_what_it_should(text, found):
    assert unattributed(text) == found


@our_debates
def test_labels_are_somebodys(path):
    """A label that one side uses of another stands in quotation marks or behind the one who says so, never as our own word.

    In the whole file, evidence and reasons too, and in the chapter's prose.
    """
    from cyberdip_utils.teach import notebook_path

    debate = debates.read_debate(path)
    book = nbformat.read(notebook_path(debate.number), as_version=4)
    texts = texts_of(dict(debate.raw)) + [
        line for cell in book.cells if cell.cell_type == "markdown" for line in cell.source.splitlines()
    ]
    assert {t: f for t in texts if (f := unattributed(t))} == {}


@our_debates
def test_numbers_of_ours_are_not_typed_into_a_reading(path):
    for e in debates.read_debate(path).evidence.values():
        assert not re.search(r"\b\d[\d,.]*\s*(%|per cent|states|incidents|votes)\b", e["reading"]), e


@our_debates
def test_its_works_are_cited_in_its_notebook(path):
    from cyberdip_utils.teach import bibliography, notebook_path
    from cyberdip_utils.teach.references import address_of

    debate = debates.read_debate(path)
    text = notebook_path(debate.number).read_text(encoding="utf-8")
    works = bibliography().entries
    assert [k for k in sorted(debate.sources()) if f"({address_of(works[k])})" not in text] == []


# --- Exhibits ------------------------------------------------------------------------------------------------


def test_exhibits_of_the_template_in_all_states(template):
    for exhibit in template.exhibits():
        assert drive(exhibit, limit=12) > 1


def test_the_evidence_is_the_other_exhibit_itself(template):
    from cyberdip_utils.first_edition.exhibit import find_any, view_of

    evidence = template.exhibits()[1]
    mine, theirs = evidence.view(item="e2"), view_of(find_any("same_incidents"), compare="names")
    assert mine.takeaway == theirs.takeaway and mine.table.equals(theirs.table)
    assert mine.sources == theirs.sources and mine.caveat == theirs.caveat
    assert "speaks against" in mine.detail and "chapter 3.1" in mine.detail


def test_outline_holds_every_claim_and_link(template):
    outline = template.outline()
    for key, claim in template.claims.items():
        assert f"**{key}** {claim['text']}" in outline
    assert outline.count("attacks ") == 4 and outline.count("supports ") == 2
    assert re.findall(r"evidence (?:for|against) (e\d)", outline) == ["e1", "e2", "e3", "e4"]
    near = template.outline("P1")
    assert (
        "- attacks S2 (One standard fits no case)" in near and "evidence for (e1): Look at how often" in near
    )


@every_file
def test_the_map_draws_each_link_with_a_head_at_its_claim(path):
    """A head for every link, at the claim it bears on, and one line for two that attack each other."""
    debate = debates.read_debate(path)
    figure = debate.exhibits()[0].view().figure
    place = {
        text.strip("</b>"): (x, y)
        for trace in figure.data
        if trace.mode == "markers+text"
        for text, x, y in zip(trace.text, trace.x, trace.y, strict=True)
    }
    assert set(place) == set(debate.claims)
    for kind in ("supports", "attacks"):
        links = [(k, o) for k, c in debate.claims.items() for o in c.get(kind, [])]
        if not links:
            continue
        heads = next(t for t in figure.data if t.name == f"{kind}, heads")
        ends = [
            (x, y)
            for x, y, size in zip(heads.x, heads.y, heads.marker.size, strict=True)
            if x is not None and size > 0
        ]
        assert ends == [place[o] for _, o in links]
        line = next(t for t in figure.data if t.name == kind)
        assert sum(x is None for x in line.x) == len({frozenset(link) for link in links})


@pytest.mark.parametrize(
    "start, end",
    [((0.0, 0.0), (0.0, 2.0)), ((1.0, 3.0), (1.0, 0.0)), ((0.0, 0.0), (2.0, 3.0)), ((1.0, 2.0), (0.0, 2.0))],
)
def test_a_line_comes_in_from_the_side_where_no_words_stand(start, end):
    """The words of a claim stand below its mark; a head that came from there would be hidden by them."""
    inward = 1 if start[0] == 0 else -1
    line = debates._curve(start, end, inward)
    assert line[0] == pytest.approx(start) and line[-1] == pytest.approx(end)
    (x0, y0), (x1, y1) = line[-2:]
    rise, run = abs(end[1] - start[1]), abs(end[0] - start[0])
    # flatter at its end than the straight line; within a column that one is upright
    assert abs(y1 - y0) <= 0.5 * rise / run * abs(x1 - x0) if run else abs(y1 - y0) < abs(x1 - x0)
    # by hand, halfway: a cubic lies three quarters as far out as its control points
    bulge = 0.75 * inward * (0.42 + 0.05 * rise) if not run else 0
    middle = ((start[0] + end[0]) / 2 + bulge, (start[1] + end[1]) / 2)
    assert line[8] == pytest.approx(middle)


@every_file
def test_the_weighing_names_every_side_and_lever_beside_its_mark(path):
    debate = debates.read_debate(path)
    figure = debate.exhibits()[2].view().figure
    named = {(a.yref, a.y) for a in figure.layout.annotations if a.xref == "paper"}
    assert all(a.y == a.text for a in figure.layout.annotations if a.xref == "paper")
    drawn = {(t.yaxis or "y", y) for t in figure.data for y in t.y if y is not None}
    assert named == drawn and len(named) == len(debate.sides) + len(debate.levers())


def test_no_weights_say_so(template):
    weigh = template.exhibits()[2]
    assert "no conclusion follows" in weigh.view(**dict.fromkeys(debates.CRITERIA, 0)).takeaway


# --- Stances -------------------------------------------------------------------------------------------------

SAID = {"side": "publish", "sure": 70, "why": "Because.", "change": "A leak."}


def test_a_stance_is_kept_and_both_are_there(template, tmp_path):
    path = tmp_path / "record.json"
    stances.keep_stance(template, "before", SAID, path)
    entry = stances.keep_stance(template, "after", SAID | {"side": "undecided", "sure": 20}, path)
    assert entry["before"]["side"] == "publish" and entry["after"]["sure"] == 20
    assert read_record(path)["stances"]["x1"] == entry
    assert [p.name for p in tmp_path.iterdir()] == ["record.json"], "no half-written file or lock left"


@pytest.mark.parametrize(
    "values, said",
    [
        ({"side": "both"}, "side: 'both' is not one of publish, protect or undecided"),
        ({"sure": 101}, "sure: 101 is not a number from 0 to 100"),
        ({"sure": True}, "sure"),
        ({"why": "x" * 2001}, "why: must be text of at most 2000"),
        ({"change": 3}, "change"),
    ],
)
def test_a_bad_stance_is_refused_and_nothing_is_written(template, tmp_path, values, said):
    with pytest.raises(ValueError, match=said):
        stances.keep_stance(template, "before", SAID | values, tmp_path / "record.json")
    assert list(tmp_path.iterdir()) == []


def test_a_foreign_record_is_left_alone(template, tmp_path, monkeypatch):
    path = tmp_path / "record.json"
    path.write_text('{"shopping": ["milk"]}', encoding="utf-8")
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path))
    assert "is not a record of this handbook" in stances._saved(template, "before", SAID)
    assert path.read_text(encoding="utf-8") == '{"shopping": ["milk"]}'
    assert "cannot be read" in json.loads(stances.stance(template, "before").spec)["note"]


def test_tally_by_hand(template, tmp_path):
    def record(before, after=None):
        entry = {"before": SAID | {"side": before, "sure": 60}}
        if after:
            entry["after"] = SAID | {"side": after, "sure": 80}
        return empty() | {"stances": {"x1": entry}}

    people = [
        record("publish", "publish"),
        record("publish", "protect"),
        record("undecided", "protect"),
        record("publish"),
        empty(),
    ]
    for i, content in enumerate(people):
        (tmp_path / f"{i}.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "notes.json").write_text("not json", encoding="utf-8")
    panel = stances.class_tally(template, tmp_path)
    assert "5 records: 4 gave a stance before and 3 after." in panel.text
    assert "notes.json is not a record" in panel.text and "notes.json" in panel.html
    table = stances.tally(template, dict(enumerate(people)))
    assert table.loc["Publish the evidence", ["before", "after", "stayed", "came", "left"]].tolist() == [
        3,
        1,
        1,
        0,
        1,
    ]
    assert table.loc["Protect the sources", ["before", "after", "stayed", "came", "left"]].tolist() == [
        0,
        2,
        0,
        2,
        0,
    ]
    assert table.loc["Undecided", "left"] == 1


def test_two_writers_lose_nothing(template, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    from cyberdip_utils.readers_record import change_record

    path = tmp_path / "record.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: change_record("checks", f"c{i}", lambda _: {"tries": i}, path), range(40)))
    assert {k: v["tries"] for k, v in read_record(path)["checks"].items()} == {f"c{i}": i for i in range(40)}


@pytest.mark.parametrize(
    "content, said",
    [
        ("", "not JSON"),
        ('{"format": "cyberdip-record", "version": 1, "stances": {"5.1"', "cut off"),
        ('{"format": "cyberdip-record", "version": 9}', "version 9"),
        ('{"format": "cyberdip-record", "version": 1, "stances": []}', "the part “stances”"),
        ('{"format": "cyberdip-record", "version": 1, "checks": {"a": 1}}', "the part “checks”"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_damaged_record_is_refused_with_a_sentence(tmp_path, content, said):
    path = tmp_path / "record.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read_record(path)
    assert path.read_text(encoding="utf-8") == content


def test_an_empty_record_has_every_section():
    assert set(SECTIONS) < set(empty())


# --- A seventh debate ----------------------------------------------------------------------------------------


def test_a_teacher_makes_a_debate_without_python(tmp_path, capsys, monkeypatch):
    from nbclient import NotebookClient

    import new_debate

    mine = tmp_path / "seventh.toml"
    shutil.copy(TEMPLATE, mine)
    assert new_debate.main([str(mine)]) == 0
    book = nbformat.read(tmp_path / "seventh.ipynb", as_version=4)
    monkeypatch.setenv("CYBERDIP_WORK", str(tmp_path / "work"))
    monkeypatch.setenv("CYBERDIP_STRICT", "1")
    NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = {c.id: c.outputs[0].get("data", {}).get("text/plain", "") for c in book.cells if c.get("outputs")}
    assert "Others must be able" in json.dumps(book.cells) or "claims" in shown["map"]
    assert "comes out ahead" in shown["weigh"] and "stance before" in shown["before"]
    assert new_debate.main([str(mine)]) == 1 and "--again" in capsys.readouterr().err
    mine.write_text(
        mine.read_text(encoding="utf-8").replace('claim = "P1"', 'claim = "P7"'), encoding="utf-8"
    )
    assert new_debate.main([str(mine), "--check"]) == 1
    assert "evidence e1, claim: 'P7' is not in the file" in capsys.readouterr().err
    assert new_debate.main([str(tmp_path / "none.toml")]) == 1
