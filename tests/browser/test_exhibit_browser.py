"""An exhibit in a real JupyterLab: drawn offline, moved by mouse, keys and Python, readable and accessible."""

import itertools
import json

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

EXHIBITS = """
import pandas as pd
from cyberdip_utils import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import *

def where(region="World", year=2015):
    states, users = load("states"), load("internet_users")
    here = states if region == "World" else states[states.un_region == region]
    rows = users[(users.year == year) & users.iso3.isin(here.iso3)].dropna()
    figure = figures.world_map(rows.set_index("iso3")["value"], "Internet users", unit="%", lo=0, hi=100)
    return View(figure, f"{len(rows)} places of {region} report for {year}.", rows, "Missing is not zero.", ("internet_users",))

def large(word="", regions=(), period=(1990, 2020), log=False):
    if word == "boom":
        return {}["x"]
    rows = load("states").dropna(subset=["population"])
    rows = rows[rows.name.str.contains(word, case=False, regex=False)]
    if regions:
        rows = rows[rows.un_subregion.isin(regions)]
    rows = rows.nlargest(8, "population")[["name", "population"]]
    if rows.empty:
        return View(figures.empty("No state matches."), "No state matches.", rows)
    detail = "**Bold** <b>plain</b>\\n\\n- item"
    links = (("Source", "https://example.org/"), ("Trick", "javascript:alert(1)"))
    text = f"{rows.name.iloc[0]} leads {len(rows)}, {period[0]} to {period[1]}, log {log}."
    return View(figures.bars(rows, "name", "population"), text, rows, "", ("states",), "", detail, links)

REGIONS = ["World", "Africa", "Americas", "Asia", "Europe", "Oceania"]
where = Exhibit("trial_where", "Who was on the internet?", where, region=choice(REGIONS), year=number(1995, 2022, 2015))
large = Exhibit("trial_large", "Which states are large?", large, word=search(examples=("land",), label="Name contains"),
    regions=choices(lambda: sorted(load("states").un_subregion.dropna().unique())), period=years(1990, 2020), log=switch())
"""
CELLS = ["from trial_exhibits import *", "where", "large", "w = where.show(region='Europe'); w"]
DRAWN = (
    "n => [...document.querySelectorAll('.cdx-plot')].filter(p => p.querySelector('.main-svg')).length >= n"
)
NOTEBOOK = """() => {
    const book = window.jupyterapp.shell.currentWidget.content;
    return [book.model.cells.length, book.activeCellIndex, book.mode];
}"""
_number = itertools.count()


def open_trial(lab, page, cells=CELLS, drawn=3):
    folder = lab.folder / "notebooks"
    (folder / "trial_exhibits.py").write_text(EXHIBITS, encoding="utf-8")
    name = f"trial_exhibits_{next(_number)}.ipynb"
    notebook = new_notebook(cells=[new_markdown_cell("# Trial"), *(new_code_cell(c) for c in cells)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / name)
    lab.open(page, name)
    assert lab.run_all(page) == []
    page.wait_for_function(DRAWN, arg=drawn, timeout=30_000)
    page.wait_for_timeout(500)
    return [page.locator(".cdx").nth(i) for i in range(drawn)]


def takeaway(exhibit):
    return exhibit.locator(".cdx-takeaway").text_content()


def says(page, exhibit, words):
    page.wait_for_function(
        "([node, words]) => node.querySelector('.cdx-takeaway').textContent.includes(words)",
        arg=[exhibit.element_handle(), words],
        timeout=10_000,
    )


def serious(page, **options):
    found = Axe().run(page, context=".cdx", **options).response["violations"]
    return [
        (v["id"], [n["html"][:200] for n in v["nodes"]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def test_drawn_once_offline_and_moved(lab, page, log):
    sizes = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: sizes.append(len(frame))))
    where, large, europe = open_trial(lab, page)
    assert sum(n > 1_000_000 for n in sizes) == 1, "plotly.js is sent once, for all exhibits of the page"
    shapes = "() => document.querySelectorAll('.cdx .geolayer path').length"
    assert page.evaluate(shapes) > 2 * 190
    says(page, where, "of World report for 2015")
    says(page, europe, "of Europe report for 2015")
    before = where.locator(".geolayer").inner_html()
    where.locator("select").select_option(label="Africa")
    says(page, where, "of Africa")
    page.wait_for_timeout(500)
    assert where.locator(".geolayer").inner_html() != before
    where.locator("button", has_text="Reset").click()
    says(page, where, "of World report for 2015")
    large.locator("input[role=switch]").check()
    says(page, large, "log True")
    # Python moves the third; a refused value leaves it alone.
    run = "code => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code}).done"
    page.evaluate(run, "w.values = {'region': 'Asia', 'year': 2001}")
    says(page, europe, "of Asia report for 2001")
    assert europe.locator("select").evaluate("e => e.selectedOptions[0].text") == "Asia"
    assert (log.console, log.crashes, log.outside) == ([], [], [])
    lab.screenshot(page, "exhibit-light")


def test_keys_belong_to_the_control(lab, page):
    """JupyterLab must not take arrows, letters, Enter, Space or Escape from a control of an exhibit."""
    where, large, _ = open_trial(lab, page)
    slider = where.locator("input[type=range]")
    slider.focus()
    state = page.evaluate(NOTEBOOK)
    for key, year in [
        ("ArrowRight", 2016),
        ("ArrowUp", 2017),
        ("ArrowLeft", 2016),
        ("ArrowDown", 2015),
        ("Home", 1995),
    ]:
        page.keyboard.press(key)
        says(page, where, f"for {year}")
    box = large.locator("input[type=search]").first
    box.focus()
    state = page.evaluate(NOTEBOOK)
    page.keyboard.type("abdd")  # commands of the notebook: new cell above, below, delete
    says(page, large, "No state matches.")
    assert box.input_value() == "abdd"
    page.keyboard.press("Escape")  # clears a search field
    page.keyboard.type("land")
    page.keyboard.press("Enter")
    says(page, large, "Thailand leads")
    table = large.locator("button", has_text="Table")
    table.focus()
    page.keyboard.press("Enter")
    assert table.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Space")
    assert table.get_attribute("aria-expanded") == "false"
    large.locator("summary").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("western a")
    assert large.locator(".cdx-option:visible label").all_text_contents()[:2] == [
        "Western Africa",
        "Western Asia",
    ]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    assert large.locator("details").get_attribute("open") is None
    assert page.evaluate("() => document.activeElement.tagName") == "SUMMARY"
    box.fill("")
    says(page, large, "Nigeria leads")
    first = large.locator(".cdx-rail input").first
    first.focus()
    page.keyboard.press("End")  # over the other thumb
    large.locator(".cdx-rail input").nth(1).focus()
    page.keyboard.press("Home")
    says(page, large, "1990 to 2020")
    assert page.evaluate(NOTEBOOK)[0] == state[0] and page.evaluate(NOTEBOOK)[2] == "command"


def test_table_file_citation_and_errors(lab, page, log):
    _, large, _ = open_trial(lab, page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    large.locator("button", has_text="Table").click()
    assert large.locator("caption").text_content() == "Which states are large? (8 rows)"
    assert large.locator("tbody tr").count() == 8
    head = large.locator("thead th").nth(1)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    column = [int(x) for x in large.locator("tbody tr td").all_text_contents()]
    assert column == sorted(column)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    with page.expect_download() as download:
        large.locator("button", has_text="Download CSV").click()
    assert download.value.suggested_filename == "trial_large.csv"
    text = (lab.folder / "saved.csv").as_posix()
    download.value.save_as(text)
    saved = (lab.folder / "saved.csv").read_text(encoding="utf-8-sig")
    assert saved.startswith("# Which states are large?\n# Selection: ") and "# Licence (states)" in saved
    large.locator("button", has_text="Copy citation").click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.cdx-status')].some(s => s.textContent === 'Copied')"
    )
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert "exhibit 'trial_large'" in copied and "@" in copied
    large.locator("input[type=search]").first.fill("boom")
    says(page, large, "could not draw this selection (KeyError: 'x')")
    assert large.locator("tbody tr").count() == 0, "the open table follows"
    large.locator("button", has_text="Reset").click()
    says(page, large, "China leads")
    assert large.locator("tbody tr").count() == 8
    assert (
        large.locator(".cdx-detail b").count() == 0
        and "<b>plain</b>" in large.locator(".cdx-detail").text_content()
    )
    assert large.locator(".cdx-detail a").all_text_contents() == ["Source"]
    assert log.crashes == []


def test_dragging_leaves_no_backlog_and_no_stale_picture(lab, page):
    where, *_ = open_trial(lab, page)
    page.evaluate("""node => { const range = node.querySelector('input[type=range]');
        for (let year = 1995; year <= 2022; year++) { range.value = year; range.dispatchEvent(new Event('input')); } }""",
        where.element_handle())  # fmt: skip
    says(page, where, "for 2022")
    page.wait_for_timeout(1500)
    assert "for 2022" in takeaway(where)
    heights = page.evaluate("""async node => { const seen = new Set(), range = node.querySelector('input[type=range]');
        for (let year = 2000; year < 2010; year++) {
            range.value = year; range.dispatchEvent(new Event('input'));
            for (let i = 0; i < 12; i++) { await new Promise(requestAnimationFrame); seen.add(node.querySelector('.cdx-plot').offsetHeight); }
        }
        return [...seen]; }""", where.element_handle())  # fmt: skip
    assert len(heights) == 1, "the page does not jump while a control moves"


def test_a_move_to_the_next_value_does_not_wait_for_the_kernel(lab, page):
    frames = []
    page.on(
        "websocket",
        lambda ws: ws.on(
            "framesent", lambda f: frames.append(f if isinstance(f, str) else f.decode("utf8", "replace"))
        ),
    )
    *_, europe = open_trial(lab, page)
    run = "code => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code}).done"

    def sent():
        page.wait_for_timeout(600)  # a pause, in which the page asks for what lies beside
        kinds = [k for f in frames for k in ("view", "ahead", "moved") if f'"kind":"{k}"' in f]
        frames.clear()
        return kinds

    slider = europe.locator("input[type=range]")
    slider.focus()
    sent()
    page.keyboard.press("ArrowRight")
    says(page, europe, "of Europe report for 2016")
    assert sent() == ["view", "ahead"], "the year after; the year before was the opening"
    page.keyboard.press("ArrowRight")
    says(page, europe, "of Europe report for 2017")
    assert sent() == ["moved", "ahead"]
    page.keyboard.press("ArrowLeft")
    says(page, europe, "of Europe report for 2016")
    assert sent() == ["moved"], "both years beside it are there"
    # Python has the page's values, and what it sets is shown and is where the next move starts.
    page.evaluate(
        run,
        "assert w.values == {'region': 'Europe', 'year': 2016}; w.values = {'region': 'Asia', 'year': 2001}",
    )
    says(page, europe, "of Asia report for 2001")
    sent()
    slider.focus()
    page.keyboard.press("ArrowRight")
    says(page, europe, "of Asia report for 2002")
    assert sent()[:1] == ["view"]
    europe.locator("button", has_text="Reset").click()
    says(page, europe, "of Europe report for 2015")


def test_a_kernel_that_is_gone_is_said(lab, page):
    where, *_ = open_trial(lab, page)
    lab.shut_down_kernels()
    page.wait_for_timeout(500)
    where.locator("select").select_option(label="Europe")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.cdx-status')].some(s => s.textContent === 'The kernel does not answer. Run this cell again.')",
        timeout=15_000,
    )


def test_accessible_in_light_and_dark_and_when_open(lab, page):
    where, large, _ = open_trial(lab, page)
    figure = where.locator(".cdx-plot")
    assert figure.get_attribute("role") == "img"
    assert figure.get_attribute("aria-label") == f"Who was on the internet? {takeaway(where)}"
    assert where.locator(".cdx-takeaway").get_attribute("aria-live") == "polite"
    large.locator("button", has_text="Table").click()
    large.locator("summary").click()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
        page.wait_for_timeout(1500)
        assert serious(page) == []
        text = page.evaluate(
            "() => getComputedStyle(document.querySelector('.cdx .bartext, .cdx .xtick text')).fill"
        )
        light = sum(json.loads(text.replace("rgb(", "[").replace(")", "]"))) > 380
        assert light == ("Dark" in theme), text
        lab.screenshot(page, "exhibit-" + theme.split()[1].lower())
    page.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
    )


@pytest.mark.parametrize(("name", "width", "height"), [("phone", 390, 844), ("zoomed", 700, 450)])
def test_narrow_pages(lab, page, name, width, height):
    """390 px wide, and 1400 x 900 at 200 %."""
    exhibits = open_trial(lab, page)
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(1500)
    for exhibit in exhibits:
        assert exhibit.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
        drawn = exhibit.evaluate(
            "e => [e.querySelector('.main-svg').clientWidth, e.querySelector('.cdx-plot').clientWidth]"
        )
        assert abs(drawn[0] - drawn[1]) < 2, "the figure follows the width of the page"
        small = exhibit.evaluate("""e => [...e.querySelectorAll('button, select, summary, input')]
            .filter(c => c.offsetParent && Math.min(c.offsetWidth, c.offsetHeight) < 20).map(c => c.outerHTML)""")
        assert small == []
    exhibits[0].locator("select").scroll_into_view_if_needed()
    lab.screenshot(page, f"exhibit-{name}")
