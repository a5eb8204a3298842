"""The card of an exhibit in a real JupyterLab: it fits the screen, obeys mouse and keys, and leaves the page as files."""

import itertools
import json
import re
import xml.etree.ElementTree as ET

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from conftest import ROOT
from cyberdip_utils.figures import style
from cyberdip_utils.teach import chapters

EXHIBITS = """
import pandas as pd
from cyberdip_utils.claims import empty, rows, sentence, top
from cyberdip_utils.data import load
from cyberdip_utils import figures
from cyberdip_utils.exhibit import Exhibit, choice, choices, number, search, switch, years
from cyberdip_utils.figures import marks

REGIONS = ["World", "Africa", "Americas", "Asia", "Europe", "Oceania"]
BANDS = ["over 75%", "to 75%", "to 50%", "to 25%"]
CAVEAT = "A state without a figure is not in the count. Missing is not zero: it may have many users or few."

def by_year(region="World", period=(2005, 2022), level=0, shares=False):
    users = load("internet_users").merge(load("states")[["iso3", "un_region"]], on="iso3").dropna(subset=["value"])
    users = users[users["year"].between(*period) & (users["value"] >= level)]
    users = users if region == "World" else users[users["un_region"] == region]
    users = users.assign(band=pd.cut(users["value"], [-1, 25, 50, 75, 101], labels=BANDS[::-1]).astype(str))
    table = users.groupby(["year", "band"]).size().unstack(fill_value=0).reindex(columns=BANDS, fill_value=0)
    table = table.div(table.sum(axis=1), axis=0) if shares else table
    return table.reset_index().rename_axis(None, axis=1)

def draw_years(frame, shares=False):
    return marks.stack(frame, "year", BANDS, percent=shares) if len(frame) else figures.empty("No state reports.")

def say_years(frame, region):
    if not len(frame):
        return empty(frame, "year", "No state reports in this selection.")
    return sentence(f"States of the selection {region} report for {{n}}", ", by the share of their people who use the internet.",
        "Bands of a quarter each, {n} in all.", n=rows(frame, unit="year"))

def large(word="", parts=(), region="World", most=8):
    if word == "boom":
        raise KeyError("x")
    states = load("states").dropna(subset=["population"])
    states = states[states["name"].str.contains(word, case=False, regex=False)]
    states = states[states["un_subregion"].isin(parts)] if parts else states
    states = states if region == "World" else states[states["un_region"] == region]
    return states.nlargest(most, "population")[["name", "population"]].rename(columns={"name": "State", "population": "People"})

def draw_large(frame, pale=False):
    if not len(frame):
        return figures.empty("No state matches.")
    return marks.bars(frame, "State", "People", colours=["grey"] if pale else None)

def say_large(frame):
    if not len(frame):
        return empty(frame, "People", "No state matches.")
    return sentence("{who} has most people", "of {n} shown.", who=top(frame, "State", "People"), n=rows(frame, unit="state"))

online = Exhibit("trial_online", "Who is online?", data=by_year, draw=draw_years, say=say_years, caveat=CAVEAT,
    sources=("internet_users",), region=choice(REGIONS), period=years(1995, 2023, (2005, 2022), label="Years"),
    level=number(0, 90, 0, 10, "%", label="At least"), shares=switch(label="As shares"))
big = Exhibit("trial_large", "Which states are large?", data=large, draw=draw_large, say=say_large, caveat=CAVEAT,
    sources=("states",), more=("most", "pale"), word=search(examples=("land",), label="Name contains"),
    parts=choices(lambda: sorted(load("states").un_subregion.dropna().unique()), label="Parts of the world"),
    region=choice(REGIONS), most=number(3, 60, 8, label="How many"), pale=switch(label="In grey"))
"""
HEAD = "from trial_cards import *\nfrom ipywidgets import VBox, link"
MOVED = {
    number: chapter for number, chapter in chapters().items() if chapter.exhibits
}  # chapters in the new form
RUN = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const {content} = await kernel.requestExecute({code}).done;
    return content.status === "ok" ? "" : `${content.ename}: ${content.evalue}`;
}"""
NOTEBOOK = """() => {
    const book = window.jupyterapp.shell.currentWidget.content;
    return [book.model.cells.length, book.mode];
}"""
# Texts of a card that are cut, lie outside it, or on one another; parts that overlap.
FAULTS = """card => {
    const faults = [], box = card.getBoundingClientRect(), shown = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 1;
    const name = e => `${e.tagName} ${(e.textContent || "").slice(0, 60)}`;
    for (const e of card.querySelectorAll("h3, p, label, legend, .cdx-label, .cdx-value, button, summary, pre")) {
        if (!shown(e) || e.closest(".cdx-hidden, .cdx-scroll, .cdx-menu")) continue;
        const at = e.getBoundingClientRect();
        if (at.left < box.left || at.right > box.right + 0.5 || at.bottom > box.bottom + 0.5) faults.push("outside: " + name(e));
        if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible") faults.push("cut: " + name(e));
    }
    const pen = document.createElement("canvas").getContext("2d");
    for (const e of card.querySelectorAll("select")) {
        if (!shown(e)) continue;
        const style = getComputedStyle(e);
        pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
        const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        if (pen.measureText(e.selectedOptions[0].text).width > room + 1) faults.push(`cut: option ${e.selectedOptions[0].text}`);
    }
    const parts = [...card.children].filter(shown).map(e => e.getBoundingClientRect());
    parts.slice(1).forEach((b, i) => b.top < parts[i].bottom - 1 && faults.push(`part ${i + 2} lies on the one above`));
    const frame = card.querySelector(".cdx-picture"), place = frame.getBoundingClientRect();
    const edge = {left: place.left, right: place.left + Math.max(frame.clientWidth, frame.scrollWidth), top: place.top, bottom: place.top + Math.max(frame.clientHeight, frame.scrollHeight)};
    const texts = [...card.querySelectorAll(".cdx-plot text")].filter(t => t.textContent.trim() && shown(t) && getComputedStyle(t).opacity !== "0");
    const boxes = texts.flatMap(t => (t.querySelector("tspan.line") ? [...t.querySelectorAll("tspan.line")] : [t]).map(e => [e, e.getBoundingClientRect(), t]));
    boxes.forEach(([t, a, of], i) => {
        if (a.left < edge.left - 2 || a.right > edge.right + 2 || a.top < edge.top - 2 || a.bottom > edge.bottom + 2) faults.push("cut by the picture: " + name(t));
        for (const [u, b, other] of boxes.slice(i + 1)) {
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (of !== other && wide > 2 && high > 4) faults.push(`on one another: ${name(t)} / ${name(u)}`);
        }
    });
    if (card.scrollWidth > card.clientWidth + 1) faults.push("the card scrolls sideways");
    return faults;
}"""
_number = itertools.count()


def open_trial(lab, page, *cells, drawn=None):
    """A notebook with these cells, run; its cards, each drawn."""
    folder = lab.folder / "notebooks"
    (folder / "trial_cards.py").write_text(EXHIBITS, encoding="utf-8")
    name = f"trial_cards_{next(_number)}.ipynb"
    cells = cells or ("online", "big")
    notebook = new_notebook(
        cells=[new_markdown_cell("# Trial"), new_code_cell(HEAD), *(new_code_cell(c) for c in cells)]
    )
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / name)
    lab.open(page, name)
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    assert lab.run_all(page) == []
    count = len(cells) if drawn is None else drawn
    page.wait_for_function(
        "n => [...document.querySelectorAll('.cdx-plot')].filter(p => p.dataset.seq).length >= n", arg=count
    )
    page.wait_for_timeout(600)
    return [page.locator(".cdx").nth(i) for i in range(count)]


def says(page, card, words):
    page.wait_for_function(
        "([card, words]) => card.querySelector('.cdx-sentence').textContent.includes(words) && !card.hasAttribute('aria-busy')",
        arg=[card.element_handle(), words],
        timeout=10_000,
    )


def python(page, code):
    """Run code in the notebook's kernel; an error of it fails the test."""
    assert page.evaluate(RUN, code) == ""


def height(card):
    return card.evaluate("c => c.offsetHeight")


def action(card, name):
    return card.locator(f"[data-action={name}]")


def serious(page):
    found = Axe().run(page, context=".cdx", options={"preload": False}).response["violations"]
    return [
        (v["id"], [n["html"][:200] for n in v["nodes"]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def theme(page, name):
    page.evaluate(
        "t => window.jupyterapp.commands.execute('apputils:change-theme', {theme: t})", f"JupyterLab {name}"
    )
    page.wait_for_timeout(1200)


# ---------------------------------------------------------------- on the screen


@pytest.mark.parametrize(
    ("width", "high"), [(1366, 768), (1366, 657), (768, 1024), (390, 844), (360, 740), (683, 384)]
)
def test_a_card_fits_its_screen(lab, page, log, width, high):
    """A laptop, a small window, a tablet, two phones, and a laptop at 200 %."""
    page.set_viewport_size({"width": width, "height": high})
    cards = open_trial(lab, page)
    for card in cards:
        card.scroll_into_view_if_needed()
        page.wait_for_timeout(400)
        assert card.evaluate(FAULTS) == []
        narrow = card.evaluate("c => c.clientWidth < 640")
        picture = card.locator(".cdx-stage").evaluate("e => e.offsetHeight")
        assert (300 if narrow else 280) <= picture <= 400
        if not narrow:
            assert height(card) <= (620 if high >= 768 else 540)
        least = 44 if narrow else 24
        small = card.evaluate(
            """(c, least) => [...c.querySelectorAll('.cdx-control, .cdx-others, .cdx-actions button, .cdx-actions summary, .cdx-more')]
                .filter(e => e.checkVisibility() && !e.closest('.cdx-menu') && e.offsetHeight < least).map(e => e.outerHTML.slice(0, 100))""",
            least,
        )
        assert small == []
    lab.screenshot(page, f"card-{width}x{high}")
    assert log.console == [] and log.crashes == []


@pytest.mark.parametrize("number", MOVED)
def test_every_card_of_a_moved_chapter_fits_its_screen(lab, page, number):
    page.set_viewport_size({"width": 1366, "height": 768})
    names = MOVED[number].exhibits
    head = f"from {MOVED[number].module} import {', '.join(names)}"
    cards = open_trial(lab, page, head, *names, drawn=len(names))
    faults = {}
    for width in (1366, 768, 390):
        page.set_viewport_size({"width": width, "height": 768})
        page.wait_for_timeout(800)
        for name, card in zip(names, cards, strict=True):
            card.scroll_into_view_if_needed()
            page.wait_for_timeout(600)
            found = card.evaluate(FAULTS)
            if width == 1366 and height(card) > 620:
                found.append(f"{height(card)} px high")
            if found:
                faults[width, name] = found
            lab.screenshot(page, f"card-{name}-{width}")
    assert faults == {}


@pytest.mark.parametrize("number", MOVED)
def test_every_list_of_a_moved_chapter_moves_its_card(lab, page, log, number):
    """Each list of each exhibit is set to its options, three at most; the card answers, and something it says or draws changes."""
    names = MOVED[number].exhibits
    head = f"from {MOVED[number].module} import {', '.join(names)}"
    cards = open_trial(lab, page, head, *names, drawn=len(names))
    shown = """card => [...card.querySelectorAll(".cdx-say, .cdx-caveat")].map(e => e.textContent).join(" ")
        + JSON.stringify((card.querySelector(".cdx-plot").data ?? []).map(t => [t.x, t.y, t.z, t.text, t.locations]))"""
    still = []
    for name, card in zip(names, cards, strict=True):
        card.scroll_into_view_if_needed()
        if card.locator(".cdx-others").count():
            card.locator(".cdx-others").click()
        for place in card.locator("select").all():
            before, moved = card.evaluate(shown), False
            options = place.locator("option").count()
            for i in sorted({1, options // 2, options - 1}):
                place.select_option(index=i)
                page.wait_for_timeout(900)
                assert "cdx-error" not in card.get_attribute("class"), (name, i)
                moved = moved or card.evaluate(shown) != before
            if not moved:
                still.append((name, place.evaluate("e => e.closest('[data-control]').dataset.control")))
            action(card, "reset").click()
            page.wait_for_timeout(600)
            assert card.evaluate(shown) == before, f"{name}: Reset does not lead back"
    assert still == []
    assert log.console == [] and log.crashes == []


def test_words_of_any_length_leave_the_page_where_it_is(lab, page):
    _, big = open_trial(lab, page)
    before = height(big)
    big.locator("select").select_option(label="Europe")
    says(page, big, "Russia has most people")
    assert height(big) == before
    for name in ("table", "code", "cite", "link"):
        button = action(big, name)
        button.click()
        assert button.text_content() == "Picture" and height(big) == before, name
        assert big.locator(".cdx-panel").is_visible() and not big.locator(".cdx-plot").is_visible()
    action(big, "link").click()
    assert action(big, "link").text_content() == "Link"
    assert big.locator(".cdx-plot").is_visible() and height(big) == before
    more = big.locator(".cdx-more")
    more.click()
    assert big.locator(".cdx-rest").text_content().startswith("Missing is not zero")
    assert more.get_attribute("aria-expanded") == "true" and more.text_content() == "less"


# ---------------------------------------------------------------- controls


def test_mouse_and_keys_move_every_control(lab, page, log):
    """JupyterLab must not take arrows, letters, Enter, Space or Escape from a control."""
    online, big = open_trial(lab, page, "w = online.show(); w", "v = big.show(); v")
    state = page.evaluate(NOTEBOOK)
    select = online.locator("select")
    select.select_option(label="Africa")
    says(page, online, "selection Africa")
    select.focus()
    page.keyboard.press("ArrowDown")
    says(page, online, "selection Americas")
    low, high = online.locator("[data-control=period] input").all()
    low.focus()
    page.keyboard.press("ArrowRight")
    high.focus()
    page.keyboard.press("Home")
    says(page, online, "report for")
    page.wait_for_timeout(600)
    python(page, "assert w.region == 'Americas' and w.period == (1995, 2006), w.period")
    rail = online.locator("[data-control=period] .cdx-rail").bounding_box()
    page.mouse.move(rail["x"] + rail["width"] * 0.39, rail["y"] + 12)
    page.mouse.down()
    page.mouse.move(rail["x"] + rail["width"] - 12, rail["y"] + 12, steps=4)
    page.mouse.up()
    page.wait_for_timeout(600)
    python(page, "assert w.period == (1995, 2023), w.period")
    level = online.locator("[data-control=level] input")
    box = level.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 12)
    level.focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(600)
    python(page, "assert w.level in (50, 60), w.level")
    switch = online.locator("[data-control=shares]")
    switch.click()
    switch.locator("input").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    page.wait_for_timeout(600)
    python(page, "assert w.shares is True")
    box = big.locator("[data-control=word] input")
    box.focus()
    page.keyboard.type("abdd")  # commands of the notebook: new cell above, below, delete
    says(page, big, "No state matches.")
    page.keyboard.press("Escape")  # clears a search field
    page.keyboard.type("land")
    page.keyboard.press("Enter")
    says(page, big, "Thailand has most people")
    parts = big.locator("[data-control=parts]")
    assert parts.locator(".cdx-value").text_content() == "all", "none chosen stands for all"
    parts.locator("summary").focus()
    page.keyboard.press("Enter")
    parts.locator("input[type=search]").fill("northern e")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    says(page, big, "Finland has most people")
    assert parts.locator(".cdx-value").text_content() == "Northern Europe"
    page.keyboard.press("Escape")
    assert not parts.locator(".cdx-menu").is_visible() and parts.locator("summary").evaluate(
        "e => e === document.activeElement"
    )
    others = big.locator(".cdx-others")
    assert others.text_content() == "2 more controls" and not big.locator("[data-control=most]").is_visible()
    others.click()
    most = big.locator("[data-control=most] input")
    most.focus()
    page.keyboard.press("Home")
    says(page, big, "of 3 states shown")
    action(big, "reset").click()
    says(page, big, "China has most people of 8 states shown")
    assert parts.locator(".cdx-value").text_content() == "all"
    assert page.evaluate(NOTEBOOK)[0] == state[0], "a key made or took a cell"
    assert log.console == [] and log.crashes == []


def test_tab_walks_the_card_in_the_order_it_is_read(lab, page):
    _, big = open_trial(lab, page)
    what = "button, input, select, summary, [tabindex='0']"
    stops = big.evaluate(
        "(c, w) => [...c.querySelectorAll(w)].filter(e => e.checkVisibility() && !e.closest('details:not([open]) .cdx-menu')).length",
        what,
    )
    big.locator("input[type=search]").first.focus()
    seen = []
    for _ in range(stops):
        at = big.evaluate("c => [...c.querySelectorAll('*')].indexOf(document.activeElement)")
        seen.append(at)
        ring = page.evaluate(
            "() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]; }"
        )
        assert ring == ["solid", "3px"], "focus cannot be seen"
        page.keyboard.press("Tab")
    assert -1 not in seen and seen == sorted(set(seen)) and len(seen) == stops
    assert big.evaluate("c => !c.contains(document.activeElement)"), "Tab leaves the card"


def test_dragging_leaves_no_backlog_and_no_stale_picture(lab, page):
    online, _ = open_trial(lab, page)
    heights = online.evaluate("""async card => { const seen = new Set(), range = card.querySelector('[data-control=level] input');
        for (let level = 0; level <= 90; level += 10) {
            range.value = level; range.dispatchEvent(new Event('input'));
            for (let i = 0; i < 4; i++) { await new Promise(requestAnimationFrame); seen.add(card.offsetHeight); }
        }
        return [...seen]; }""")
    page.wait_for_timeout(1500)
    assert len(heights) == 1, "the page jumps while a control moves"
    assert online.locator("[data-control=level] .cdx-value").text_content() == "90 %"
    shown = online.evaluate("c => c.querySelectorAll('.bars .point').length")
    action(online, "table").click()
    assert online.locator("tbody tr").count() * 4 == shown, "table and picture are of the same state"


def test_a_move_to_the_next_value_does_not_wait_for_the_kernel(lab, page):
    frames = []
    page.on("websocket", lambda ws: ws.on("framesent", lambda f: frames.append(f if isinstance(f, str) else f.decode("utf8", "replace"))))  # fmt: skip
    _, big = open_trial(lab, page, "online", "w = big.show(); w")

    def sent():
        page.wait_for_timeout(700)  # a pause, in which the page asks for what lies beside
        kinds = [k for f in frames for k in ("view", "ahead", "moved") if f'"kind":"{k}"' in f]
        frames.clear()
        return kinds

    python(
        page, "from cyberdip_utils.exhibit import widget; widget.BRISK = 60"
    )  # however busy this machine is
    big.locator(".cdx-others").click()
    most = big.locator("[data-control=most] input")
    most.focus()
    sent()
    page.keyboard.press("ArrowRight")
    assert sent() == ["view", "ahead"], "the next; the one before was the opening"
    page.keyboard.press("ArrowRight")
    assert sent() == ["moved", "ahead"]
    page.keyboard.press("ArrowLeft")
    assert sent() == ["moved"], "both beside it are there"
    says(page, big, "of 9 states shown")
    # Python has the page's values, and what it sets is where the next move starts.
    python(page, "assert w.most == 9; w.region = 'Asia'")
    says(page, big, "of 9 states shown")
    assert big.locator("select").evaluate("e => e.selectedOptions[0].text") == "Asia"
    sent()
    most.focus()
    page.keyboard.press("ArrowRight")
    assert sent()[:1] == ["view"]


# ---------------------------------------------------------------- widgets


def test_cards_are_widgets_that_can_be_linked_and_observed(lab, page, log):
    cell = (
        "a, b = online.show(), big.show()\ntied = link((a, 'region'), (b, 'region'))\nseen = []\n"
        "a.observe(lambda change: seen.append(change.new), names='region')\nVBox([a, b])"
    )
    online, big = open_trial(lab, page, cell, drawn=2)
    online.locator("select").select_option(label="Oceania")
    says(page, big, "Australia has most people")
    assert big.locator("select").evaluate("e => e.selectedOptions[0].text") == "Oceania"
    python(page, "assert seen == ['Oceania'] and b.region == 'Oceania'")
    big.locator("select").select_option(label="Africa")
    says(page, online, "selection Africa")
    python(page, "a.period = (1900, 2010); assert a.period == (1995, 2010), 'clipped to the range'")
    page.wait_for_timeout(500)
    assert online.locator("[data-control=period] .cdx-value").text_content() == "1995 to 2010"
    assert log.console == [] and log.crashes == []


def test_a_second_view_follows_the_first(lab, page, log):
    first, second = open_trial(lab, page, "w = online.show(); w", "w")
    first.locator("select").select_option(label="Africa")
    says(page, second, "selection Africa")
    second.locator("select").select_option(label="Asia")
    says(page, first, "selection Asia")
    first.locator("select").select_option(label="Africa")  # remembered: the kernel is not asked
    says(page, second, "selection Africa")
    python(page, "assert w.region == 'Africa'; w.region = 'Europe'")
    for view in (first, second):
        says(page, view, "selection Europe")
        assert view.locator("select").evaluate("e => e.selectedOptions[0].text") == "Europe"
    action(first, "table").click()
    assert second.locator(".cdx-plot").is_visible(), "what is open is each view's own"
    assert log.console == [] and log.crashes == []


def test_a_cell_run_again_closes_its_card(lab, page, log):
    open_trial(lab, page, "old = globals().get('w'); w = online.show(); w")
    assert page.locator(".cdx").count() == 1
    assert lab.run_all(page) == []
    page.wait_for_timeout(1500)
    assert page.locator(".cdx").count() == 1
    python(page, "assert old.comm is None and w.comm is not None")
    python(page, "w.close()")
    page.wait_for_timeout(500)
    assert page.locator(".cdx").count() == 0, "a card goes with its widget"
    assert log.crashes == []


def test_without_a_kernel_a_reader_sees_the_static_form(lab, page):
    open_trial(lab, page)
    still = page.locator(".cdx-static")
    assert still.count() == 2 and not any(s.is_visible() for s in still.all()), "the card stands for it"
    gap = page.locator(".cdx").first.evaluate(
        "c => c.getBoundingClientRect().top - c.closest('.jp-OutputArea').getBoundingClientRect().top"
    )
    assert gap < 12, "the hidden form leaves no room behind"
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(1500)
    name = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path.split('/').pop()")
    lab.shut_down_kernels()
    page.goto("about:blank")
    lab.open(page, name)
    page.wait_for_timeout(2500)
    first = page.locator(".cdx-static").first
    assert first.is_visible() and first.locator("table tr").count() > 5
    assert "report for 18 years" in first.text_content() and page.locator(".cdx").count() == 0
    seen = page.locator(".jp-NotebookPanel-notebook").inner_text()
    assert "Error displaying widget" not in seen and "Loading widget" not in seen
    lab.screenshot(page, "card-without-kernel")


def test_a_kernel_that_is_gone_is_said(lab, page):
    online, _ = open_trial(lab, page)
    lab.shut_down_kernels()
    page.wait_for_timeout(500)
    online.locator("select").select_option(label="Europe")
    page.wait_for_function(
        "() => document.querySelector('.cdx .cdx-status').textContent === 'The kernel does not answer. Run this cell again.'",
        timeout=40_000,
    )


def test_errors_and_empty_selections_are_sentences(lab, page, log):
    _, big = open_trial(lab, page)
    box = big.locator("[data-control=word] input")
    box.fill("boom")
    says(page, big, "could not draw this selection (KeyError: 'x')")
    assert "cdx-error" in big.get_attribute("class") and box.is_enabled()
    box.fill("no such state")
    says(page, big, "No state matches.")
    assert "cdx-error" not in big.get_attribute("class")
    assert "No state matches." in big.locator(".cdx-plot").text_content()
    action(big, "table").click()
    assert big.locator("tbody tr").count() == 0
    action(big, "reset").click()
    says(page, big, "China has most people")
    assert big.locator("tbody tr").count() == 8, "the open table follows"
    assert log.console == [] and log.crashes == []


# ---------------------------------------------------------------- what leaves the page


def test_table_code_citation_and_link(lab, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _, big = open_trial(lab, page, "online", "v = big.show(); v")
    big.locator("select").select_option(label="Europe")
    says(page, big, "Russia has most people")
    action(big, "table").click()
    head = big.locator("thead th").first
    assert (
        head.get_attribute("aria-sort") == "none"
        and big.locator("tbody td").first.text_content().count(",") == 2
    )
    for way, wanted in (("ascending", sorted), ("descending", lambda v: sorted(v, reverse=True))):
        head.locator("button").click()
        names = big.locator("tbody th").all_text_contents()
        assert head.get_attribute("aria-sort") == way and names == wanted(names) and len(names) == 8
    for name, words in (("code", "'Europe'"), ("cite", "settings: "), ("link", "region='Europe'")):
        action(big, name).click()
        text = big.locator(".cdx-panel pre").text_content()
        assert words in text
        big.locator(".cdx-panel button").click()
        page.wait_for_function(
            "t => document.querySelectorAll('.cdx-status')[1].textContent === 'Copied.'", arg=text
        )
        assert page.evaluate("() => navigator.clipboard.readText()") == text
    python(
        page,
        f"assert {big.locator('.cdx-panel pre').text_content().split('.')[-1].strip()!r}.startswith('show(')",
    )


def test_data_and_images_leave_as_files(lab, page, log):
    _, big = open_trial(lab, page)
    with page.expect_download() as download:
        action(big, "data").click()
    assert download.value.suggested_filename == "trial_large.csv"
    download.value.save_as(lab.folder / "saved.csv")
    assert (lab.folder / "saved.csv").read_text(encoding="utf-8-sig").startswith("State,People,")
    for ending in ("svg", "png"):
        action(big, "image").click()
        with page.expect_download() as download:
            big.locator(".cdx-image button", has_text=ending.upper()).click()
        assert download.value.suggested_filename == f"trial_large.{ending}"
        download.value.save_as(lab.folder / f"saved.{ending}")
    drawing = ET.fromstring((lab.folder / "saved.svg").read_text(encoding="utf-8"))
    written = re.sub(r"\s", "", "".join(drawing.itertext()))
    for words in (
        "Which states are large?",
        big.locator(".cdx-sentence").text_content(),
        big.locator(".cdx-source").text_content(),
        "Cannot show:",
        "Bangladesh",
    ):
        assert re.sub(r"\s", "", words) in written
    image = (lab.folder / "saved.png").read_bytes()
    assert image[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(image[16:20], "big") == 2000
    assert len(image) > 30_000, "an empty sheet is smaller"
    assert log.console == [] and log.crashes == []


# ---------------------------------------------------------------- light, dark, paper


def test_the_page_and_python_name_the_same_colours():
    code = (ROOT / "cyberdip_utils" / "exhibit" / "static" / "card.js").read_text(encoding="utf-8")
    text = re.search(r"export const PALETTE = (\{.*?\n\});", code, re.DOTALL)[1]
    text = re.sub(r"^(\s+)(dark|patterns|dashes|chips):", r'\1"\2":', text, flags=re.MULTILINE)
    ours = json.loads(re.sub(r",(\s*\})", r"\1", text))
    python = json.loads(style.palette_json())
    lower = {
        k: {a.lower(): b if k == "patterns" else b.lower() for a, b in python[k].items()}
        for k in ("dark", "patterns")
    }
    assert ours == python | lower


def test_accessible_in_light_and_dark_and_when_open(lab, page):
    online, big = open_trial(lab, page)
    assert online.locator(".cdx-plot").get_attribute("role") == "img"
    assert "Who is online?" in online.locator(".cdx-plot").get_attribute("aria-label")
    assert online.locator(".cdx-say").get_attribute("aria-live") == "polite"
    action(big, "table").click()
    big.locator(".cdx-others").click()
    for name in ("Light", "Dark"):
        theme(page, name)
        assert serious(page) == []
        fill = online.evaluate("c => getComputedStyle(c.querySelector('.xtick text')).fill")
        assert (sum(map(int, re.findall(r"\d+", fill)[:3])) > 380) == (name == "Dark"), fill
        lab.screenshot(page, f"card-{name.lower()}")
    big.locator("[data-control=parts] summary").click()
    assert serious(page) == []
    theme(page, "Light")


def test_paper_is_black_on_white_also_from_a_dark_page(lab, page):
    online, big = open_trial(lab, page)
    theme(page, "Dark")
    action(big, "table").click()
    page.emulate_media(media="print")
    page.wait_for_timeout(800)
    for card in (online, big):
        assert card.evaluate("c => [getComputedStyle(c).color, getComputedStyle(c).backgroundColor]") == [
            "rgb(0, 0, 0)",
            "rgb(255, 255, 255)",
        ]
        assert not card.locator(".cdx-actions").is_visible() and not card.locator("form").is_visible()
        assert card.locator(".cdx-rest").is_visible() and card.locator(".cdx-source").is_visible()
    fill = online.evaluate("c => getComputedStyle(c.querySelector('.xtick text')).fill")
    assert fill == "rgb(83, 96, 109)", "the picture has its light colours"
    assert online.evaluate("c => c.querySelector('.main-svg').clientWidth <= c.clientWidth")
    assert big.locator("table").is_visible() and not big.locator(".cdx-plot").is_visible()
    lab.screenshot(page, "card-print")
    page.emulate_media(media="screen")
    page.wait_for_timeout(800)
    assert (
        online.evaluate("c => getComputedStyle(c.querySelector('.xtick text')).fill") == "rgb(169, 179, 190)"
    )
    theme(page, "Light")


def test_patterns_follow_the_readers_one_switch(lab, page):
    online, big = open_trial(lab, page)
    patterns = "() => document.querySelectorAll('.cdx pattern').length"
    assert page.evaluate(patterns) == 0
    turn = "on => { localStorage.setItem('cyberdip-patterns', on); window.dispatchEvent(new CustomEvent('cyberdip-patterns')); }"
    page.evaluate(turn, "on")
    page.wait_for_timeout(600)
    assert online.evaluate("c => c.querySelectorAll('pattern').length") >= 3
    lab.screenshot(page, "card-patterns")
    page.evaluate(turn, "off")
    page.wait_for_timeout(600)
    assert page.evaluate(patterns) == 0
    page.emulate_media(forced_colors="active")
    page.wait_for_timeout(800)
    assert online.evaluate("c => c.querySelectorAll('pattern').length") >= 3
    lab.screenshot(page, "card-forced-colors")
    page.emulate_media(forced_colors="none")


def test_marks_move_only_as_an_answer_and_not_for_all_readers(lab, page):
    online, _ = open_trial(lab, page)
    moving = "c => c.querySelector('.bars .point path').getAnimations().length"
    assert online.evaluate(moving) == 0, "nothing moves on load"
    # How many moves are seen in the three seconds after a change.
    watch = """async (c, option) => {
        const select = c.querySelector('select'), end = performance.now() + 3000;
        let most = 0;
        select.selectedIndex = option;
        select.dispatchEvent(new Event('input'));
        for (; performance.now() < end; await new Promise(requestAnimationFrame))
            most = Math.max(most, c.querySelector('.bars .point path')?.getAnimations().length ?? 0);
        return most;
    }"""
    assert online.evaluate(watch, 1) > 0
    page.emulate_media(reduced_motion="reduce")
    assert online.evaluate(watch, 2) == 0
