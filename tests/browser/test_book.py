"""The web book in a real browser with the network off: built for a part of the chapters, or given in CYBERDIP_BOOK.

CYBERDIP_BOOK=artifacts/book/html python -m pytest tests/browser/test_book.py   looks at a whole book that was built before.
"""

import csv
import functools
import http.server
import io
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("book")  # built once, by one worker
ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "site"))
PART = ("0", "1.2", "1.3", "2.1", "3.1", "5.2")
WHO = "notebooks/1_sovereignty/1_2_who_did_it.html"  # a chapter of the second edition
FIRST_VIEW = 1_500_000  # compressed bytes of a chapter beyond the shared scripts


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def book(tmp_path_factory, browser):
    """The folder of a built book."""
    given = os.environ.get("CYBERDIP_BOOK")
    if given:
        return Path(given).resolve()
    out = tmp_path_factory.mktemp("book")
    command = [sys.executable, "site/web_book.py", "--out", str(out), "--states", "8", "--only", *PART]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return out / "html"


@pytest.fixture(scope="session")
def site(book):
    """The book's address on this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(book)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def visit(browser, site):
    """Open a page of the book; fails at the end on an outside request, a failed file or an error on the console."""
    contexts, bad = [], []

    def go(path, javascript=True, width=1300, **more):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            accept_downloads=True,
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request", lambda r: r.url.startswith((site, "data:", "blob:")) or bad.append(f"outside: {r.url}")
        )
        page.on("response", lambda r: r.status < 400 or bad.append(f"{r.status}: {r.url}"))
        page.on("console", lambda m: m.type == "error" and bad.append(f"console on {path}: {m.text}"))
        page.on("pageerror", lambda e: bad.append(f"error on {path}: {e}"))
        page.goto(f"{site}/{path}")
        page.wait_for_load_state("networkidle")
        return page

    yield go
    for context in contexts:
        context.close()
    assert bad == []


def pages(book, pattern="*.html"):
    return sorted(p.relative_to(book).as_posix() for p in book.rglob(pattern) if "_static" not in p.parts)


def chapter_pages(book):
    return [p for p in pages(book) if p.startswith("notebooks/")]


# Cards of both forms: exhibit.js has a takeaway and perhaps a detail, card.js a sentence and its evidence.
SEEN = """place => {
    const plot = place.querySelector(".cdx-plot");
    return JSON.stringify([...[...place.querySelectorAll(".cdx-takeaway, .cdx-detail, .cdx-sentence, .cdx-evidence")].map(p => p.textContent),
        (plot.data || []).map(t => [t.x, t.y, t.z, t.text, t.locations, t.name, t.lon, t.visible])]);
}"""
READY = """([place, before]) => {
    const plot = place.querySelector(".cdx-plot"), status = place.querySelector(".cdx-status");
    return plot && plot.data && plot.dataset.seq !== before && !status.textContent.startsWith("Loading");
}"""


def alive(page, place):
    place.scroll_into_view_if_needed()
    page.wait_for_function(READY, arg=[place, None], timeout=30_000)
    return place


def seq(place):
    return place.evaluate("p => p.querySelector('.cdx-plot').dataset.seq")


def move(page, place, control):
    """Choose another value of one control as a reader does; False where it has one value only."""
    before = seq(place)
    select = control.query_selector("select")
    if select:
        here = select.evaluate("s => s.selectedIndex")
        n = select.evaluate("s => s.options.length")
        if n < 2:
            return False
        select.select_option(index=(here + 1) % n)
    elif slider := control.query_selector("input[type=range]"):
        slider.focus()
        at_end = slider.evaluate("s => Number(s.value) >= Number(s.max)")
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
    elif box := control.query_selector("input[type=checkbox]"):
        summary = control.query_selector(
            "summary"
        )  # a list of several choices opens first; a switch has none
        if summary and not box.is_visible():
            summary.click()
        box.click()
    else:
        return False
    page.wait_for_function(READY, arg=[place, before], timeout=30_000)
    return True


def test_every_page_loads_with_nothing_from_outside(book, visit):
    listed = pages(book)
    assert len(listed) > 90
    data = [p for p in listed if p.startswith("data/") and p != "data/index.html"]
    for path in [p for p in listed if p not in data] + data[::12]:
        page = visit(path)
        assert page.title() and page.query_selector("h1, #search-results, .search"), path
        page.context.close()


def test_no_file_names_another_server(book):
    """Stylesheets, scripts, pictures and fonts come from the site itself, on every page."""
    for path in pages(book):
        text = (book / path).read_text(encoding="utf-8")
        for tag in re.findall(r"<(?:script|img|iframe|source)\b[^>]*>|<link\b[^>]*>", text):
            if tag.startswith("<link") and not re.search(
                r'rel="(stylesheet|preload|icon|shortcut icon)"', tag
            ):
                continue
            assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", tag), (path, tag)


def test_every_exhibit_reacts(book, visit):
    moved = 0
    for path in chapter_pages(book):
        page = visit(path)
        for place in page.query_selector_all(".exhibit-place"):
            alive(page, place)
            name, opening = place.get_attribute("data-exhibit"), place.evaluate(SEEN)
            reset = place.query_selector("button:has-text('Reset')")
            controls = [c for c in place.query_selector_all("[data-control]") if c.is_visible()]
            reacted = not controls
            for control in controls:
                if not move(page, place, control):
                    continue
                reacted = reacted or place.evaluate(SEEN) != opening
                assert not place.query_selector(".cdx-error"), name
                before = seq(place)
                reset.click()
                page.wait_for_function(READY, arg=[place, before], timeout=30_000)
                assert place.evaluate(SEEN) == opening, f"{name}: reset does not lead back"
                if reacted:
                    break
            assert reacted, f"{name} on {path}: no control changes anything"
            moved += 1
        page.context.close()
    assert moved >= 12


def value_of(cell):
    """A cell of a CSV file as a number where it is one: 9e-05 is 0.00009."""
    try:
        return float(cell)
    except ValueError:
        return cell


def downloaded(page, place, button):
    with page.expect_download() as got:
        place.query_selector(button).click()
    return Path(got.value.path()).read_text(encoding="utf-8-sig")


def rows_of(text):
    """The rows of a CSV file, numbers as numbers."""
    return [list(map(value_of, row)) for row in csv.reader(io.StringIO(text))]


def choose(page, place, control, label):
    """Choose an option, unless it is chosen; wait for the picture."""
    select = place.query_selector(f"[data-control={control}] select")
    if select.evaluate("s => s.options[s.selectedIndex].label") == label:
        return
    before = seq(place)
    select.select_option(label=label)
    page.wait_for_function(READY, arg=[place, before])


def test_an_exhibit_of_the_first_edition_says_what_python_says(book, visit):
    from cyberdip_utils.first_edition.exhibit import find_any

    exhibit = find_any("shutdowns_and_freedom")
    page = visit("notebooks/1_sovereignty/1_3_switched_off.html")
    place = alive(page, page.query_selector("[data-exhibit=shutdowns_and_freedom]"))
    name, control = next((n, c) for n, c in exhibit.controls.items() if c.kind == "choice")
    for label, value in control.pairs:
        choose(page, place, name, label)
        view = exhibit.view(**{name: value})
        assert place.query_selector(".cdx-takeaway").inner_text() == view.takeaway
        head, _, rows = downloaded(page, place, "button:has-text('Download CSV')").partition("; saved ")
        wanted_head, _, wanted = exhibit.csv(**{name: value}).partition("; saved ")
        assert head == wanted_head
        rows, wanted = (rows_of(text.partition("\n")[2]) for text in (rows, wanted))
        assert rows == wanted[: len(rows)]


@pytest.mark.parametrize("name, control", [("who_attributes", "measure"), ("who_spoke_first", "origin")])
def test_an_exhibit_says_what_python_says(book, visit, name, control):
    from cyberdip_utils.exhibit import find

    exhibit = find(name)
    page = visit(WHO)
    place = alive(page, page.query_selector(f"[data-exhibit={name}]:not([data-opening])"))
    for label, value in exhibit.controls[control].pairs[:6]:
        choose(page, place, control, label)
        state = exhibit.defaults | {control: value}
        said = exhibit.sentence(**state)
        assert place.query_selector(".cdx-sentence").inner_text() == said.text
        assert place.query_selector(".cdx-evidence").inner_text() == said.evidence
        assert rows_of(downloaded(page, place, "[data-action=data]")) == rows_of(exhibit.csv(**state))
        place.query_selector("[data-action=code]").click()
        assert place.query_selector("pre").inner_text().strip() == exhibit.code(**state).strip()
        place.query_selector("[data-action=code]").click()


def shown_values(place):
    """What each list of a card in sight is set to, by control."""
    return place.evaluate(
        """p => Object.fromEntries([...p.querySelectorAll("[data-control]:has(select)")]
            .map(c => [c.dataset.control, c.querySelector("select").selectedOptions[0].label]))"""
    )


def test_an_address_opens_its_state_and_back_leads_back(book, visit):
    from cyberdip_utils.exhibit import find

    (one, count), (other, _) = find("who_attributes").controls["measure"].pairs
    page = visit(WHO)
    place = alive(page, page.query_selector("[data-exhibit=who_attributes]"))
    start = shown_values(place)
    assert start["measure"] == one
    choose(page, place, "measure", other)
    place.query_selector("[data-action=link]").click()
    address = place.query_selector("pre").inner_text().strip()
    assert address.startswith(f"{page.url.partition('#')[0]}#who_attributes?")
    place.query_selector("[data-action=link]").click()
    place.query_selector("[data-action=reset]").click()

    page = visit(f"{WHO}#{address.partition('#')[2]}")  # opened anew: at that state, in view
    place = alive(page, page.query_selector("[data-exhibit=who_attributes]"))

    def wait_for(label):
        chosen = "p => p.querySelector('[data-control=measure] select').selectedOptions[0].label"
        page.wait_for_function(f"([p, label]) => ({chosen})(p) === label", arg=[place, label])

    wait_for(other)
    assert shown_values(place) == start | {"measure": other}
    page.wait_for_function("p => Math.abs(p.getBoundingClientRect().top) < 200", arg=place)
    page.evaluate("h => { location.hash = h; }", f"#who_attributes?measure={count}&origin=no%20such%20place")
    wait_for(one)
    assert shown_values(place) == start
    page.go_back()
    wait_for(other)
    page.go_forward()
    wait_for(one)


def test_a_combination_that_is_not_held_falls_back_and_says_so(book, visit):
    page = visit("notebooks/3_deterrence/3_1_what_actually_happens.html")
    place = alive(page, page.query_selector("[data-exhibit=incident_explorer]"))
    place.query_selector(".cdx-others").click()
    chosen = ["region", "sector"]
    for control in chosen:
        before = seq(place)
        place.query_selector(f"[data-control={control}] select").select_option(index=2)
        page.wait_for_function(READY, arg=[place, before])
    at = [place.query_selector(f"[data-control={c}] select").evaluate("s => s.selectedIndex") for c in chosen]
    assert (
        at == [0, 2] and "does not hold that combination" in place.query_selector(".cdx-status").inner_text()
    )


def test_the_switch_for_patterns_is_one_for_all(book, visit):
    page = visit(WHO)
    place = alive(page, page.query_selector("[data-exhibit=who_spoke_first]"))
    pattern = "p => p.querySelector('.cdx-plot').data?.some(t => [t.marker?.pattern?.shape ?? ''].flat().some(Boolean))"
    assert not place.evaluate(pattern)
    switches = page.query_selector_all("[data-cdx-patterns]")
    switches[0].check()
    page.wait_for_function(
        f"() => [...document.querySelectorAll('[data-exhibit=who_spoke_first]')].some({pattern})"
    )
    assert all(s.is_checked() for s in page.query_selector_all("[data-cdx-patterns]"))
    page.reload()
    assert all(s.is_checked() for s in page.query_selector_all("[data-cdx-patterns]"))
    page.query_selector("[data-cdx-patterns]").uncheck()


def test_a_moved_chapter_shows_its_code_and_others_fold_it(book):
    text = (book / WHO).read_text(encoding="utf-8")
    notebook = json.loads((ROOT / WHO.replace(".html", ".ipynb")).read_text(encoding="utf-8"))
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    folded = [c for c in code if c["metadata"].get("jupyter", {}).get("source_hidden")]
    assert text.count("tag_hide-input") == len(folded) < len(code)
    first = (book / "notebooks/1_sovereignty/1_3_switched_off.html").read_text(encoding="utf-8")
    assert first.count("tag_hide-input") == first.count("cell_input")


def test_without_javascript_and_in_print_the_opening_is_there(book, visit):
    path = "notebooks/3_deterrence/3_1_what_actually_happens.html"
    page = visit(path, javascript=False)
    for place in page.query_selector_all(".exhibit-place"):
        assert place.query_selector("img").is_visible() and place.query_selector(".sentence").inner_text()
        assert place.query_selector("img").get_attribute("alt").strip()
        assert place.query_selector("table") and not place.query_selector(".live")
    assert page.query_selector(".quiz-place details")
    page = visit(path)
    place = alive(page, page.query_selector(".exhibit-place"))
    assert not place.query_selector(".still").is_visible()
    page.emulate_media(media="print")
    assert place.query_selector(".still").is_visible() and not place.query_selector(".live").is_visible()
    assert place.query_selector(".still img").evaluate("i => i.complete && i.naturalWidth > 0")


def test_quiz_stance_and_record(book, visit):
    page = visit("notebooks/5_controversies/5_2_sovereignty_or_norms.html")
    quiz = page.query_selector(".quiz-place")
    quiz.query_selector("input[value='0']").check()
    assert "Choose an answer" in quiz.query_selector(".cyberdip-quiz-score").inner_text()
    quiz.query_selector("button").click()
    assert "answered" in quiz.query_selector(".cyberdip-quiz-score").inner_text()
    stance = page.query_selector(".stance-place")
    stance.query_selector("input[type=radio]").check()
    stance.query_selector("textarea").fill("<b>because</b>")
    stance.query_selector("button").click()
    page.wait_for_function(
        "p => p.querySelector('[role=status]').textContent.startsWith('Saved')", arg=stance
    )
    page.goto(page.url.replace(re.search(r"notebooks/.*", page.url)[0], "index.html"))
    with page.expect_download() as got:
        page.click("[data-record=export]")
    saved = Path(got.value.path())
    from cyberdip_utils.readers_record import read_record

    record = read_record(saved)
    assert record["stances"]["5.2"]["before"]["why"] == "<b>because</b>"
    assert record["quizzes"]["5.2"]["answers"]["0"]["first"] == 0
    page.click("[data-record=erase]")
    assert json.loads(page.evaluate("() => localStorage.getItem('cyberdip-record')") or "null") is None


def test_glossary_terms_explain_themselves_by_keyboard(book, visit):
    page = visit("notebooks/2_norms/2_1_how_the_world_votes.html")
    term = page.query_selector("a.term")
    term.focus()
    tip = page.query_selector("#term-tip")
    assert tip.is_visible() and tip.inner_text() == term.get_attribute("data-meaning")
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    href = term.get_attribute("href")
    assert f'id="{href.partition("#")[2]}"' in (book / "glossary.html").read_text(encoding="utf-8").replace(
        "'", '"'
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(book, visit, scheme):
    from axe_playwright_python.sync_playwright import Axe

    for path in (
        "index.html",
        "notebooks/2_norms/2_1_how_the_world_votes.html",
        "glossary.html",
        "data/incidents.html",
    ):
        page = visit(path, color_scheme=scheme)
        for place in page.query_selector_all(".exhibit-place"):
            alive(page, place)
        found = (
            Axe()
            .run(
                page,
                options={
                    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
                    "preload": False,
                },
            )
            .response
        )
        bad = [
            (v["id"], [n["html"][:160] for n in v["nodes"][:3]])
            for v in found["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert bad == [], path
        page.context.close()


@pytest.mark.parametrize("width", [390, 1920])
def test_pages_fit(book, visit, width):
    for path in ("index.html", "notebooks/2_norms/2_1_how_the_world_votes.html", "data/incidents.html"):
        page = visit(path, width=width)
        for place in page.query_selector_all(".exhibit-place")[:2]:
            alive(page, place)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width + 1, path
        page.context.close()


def test_first_view_is_light(book):
    import web_book

    weights, _, _ = web_book.sizes(book)
    heavy = {p: w for p, w in weights.items() if p.startswith("notebooks/") and w >= FIRST_VIEW}
    assert heavy == {}


def test_search_finds_a_chapter(book, visit):
    page = visit("search.html?q=placebo")
    page.wait_for_selector("#search-results li a", timeout=20_000)
    assert page.query_selector_all("#search-results li a")


def test_a_card_fits_a_slide(browser):
    """Slides of a chapter of the second edition on a projector of 1280×720: each exhibit whole, nothing to scroll."""
    command = [sys.executable, "classroom/build.py", "slides", "1.2", "--states", "1", "--no-pictures"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    folder = ROOT / "artifacts" / "classroom" / "slides" / "1.2"
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    try:
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        exhibits = 0
        for _ in page.query_selector_all("section"):
            place = page.query_selector("section:not([hidden]) .exhibit-place")
            if place:
                page.wait_for_function(READY, arg=[place, None], timeout=30_000)
                assert page.evaluate("() => document.documentElement.scrollHeight") <= 720
                assert page.evaluate("() => document.documentElement.scrollWidth") <= 1280
                exhibits += 1
            page.keyboard.press("ArrowRight")
        assert exhibits >= 4
    finally:
        page.close()
        server.shutdown()
