"""How a chapter opens in JupyterLab: one glance high, sections a click away, one switch for patterns, readable everywhere."""

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe

import tidy_notebooks
from cyberdip_utils import teach

OPENED = [n for n, c in teach.chapters().items() if c.folder]
THEME = "t => window.jupyterapp.commands.execute('apputils:change-theme', { theme: `JupyterLab ${t}` })"
CARD = ".cyberdip-opening"


def opened(lab, page, number):
    """The chapter's notebook with the cells up to its opening run, and the text of the rest."""
    book = nbformat.read(teach.notebook_path(number), as_version=4)
    at = next(i for i, c in enumerate(book.cells) if f'chapter("{number}")' in c.source)
    book.cells = [c for i, c in enumerate(book.cells) if i <= at or c.cell_type == "markdown"]
    book.metadata.update(tidy_notebooks.METADATA)
    path = f"{teach.chapters()[number].notebook.rpartition('/')[0]}/trial_opening.ipynb"
    nbformat.write(book, lab.folder / "notebooks" / path)
    lab.open(page, path)
    assert lab.run_all(page) == []
    page.evaluate("() => window.jupyterapp.shell.currentWidget.content.scrollToItem(0)")
    page.wait_for_selector(f"{CARD} .cdo-patterns:not([hidden])")
    return page.query_selector(CARD)


@pytest.mark.parametrize("number", OPENED)
def test_it_is_one_glance_and_leads_to_sections_and_chapters(lab, page, log, number):
    page.set_viewport_size({"width": 1366, "height": 768})
    card = opened(lab, page, number)
    assert card.bounding_box()["height"] <= 276
    shown = card.inner_text()
    assert str(teach.chapter_module(number).key_finding().claim) in shown
    assert f"{teach.chapters()[number].minutes} minutes" in shown
    assert len(card.query_selector_all("svg :is(rect, circle, path, polyline, polygon)")) > 1, (
        "an empty picture"
    )
    lab.screenshot(page, f"opening-{number}")
    card.query_selector("summary").click()
    assert len([r for r in card.query_selector_all("tbody tr") if r.is_visible()]) == len(
        teach.chapters()[number].data
    )
    card.query_selector("summary").click()
    last = card.query_selector_all(".cdo-jumps a")[-1]
    heading = last.get_attribute("title")
    last.click()
    page.wait_for_timeout(1000)
    page.wait_for_function("h => document.activeElement.textContent.startsWith(h)", arg=heading)
    top = page.evaluate("() => document.activeElement.getBoundingClientRect().top")
    assert 0 < top < 768
    for n in teach.chapters()[number].before:
        page.query_selector(f"{CARD} .cdo-facts a >> text={teach.chapters()[n].title}").evaluate(
            "a => a.click()"
        )
        page.wait_for_function(
            "path => window.jupyterapp.shell.currentWidget.context?.path.endsWith(path)",
            arg=teach.chapters()[n].notebook,
        )
    assert log.crashes == []


@pytest.mark.parametrize("number", OPENED[:1])
def test_the_switch_for_patterns_tells_the_page(lab, page, number):
    card = opened(lab, page, number)
    page.evaluate(
        "() => addEventListener('cyberdip-patterns', () => { window.told = (window.told ?? 0) + 1; })"
    )
    box = card.query_selector("input[type=checkbox]")
    assert not box.is_checked()
    box.focus()
    page.keyboard.press("Space")
    assert page.evaluate("() => [localStorage.getItem('cyberdip-patterns'), window.told]") == ["on", 1]
    box.click()
    assert page.evaluate("() => [localStorage.getItem('cyberdip-patterns'), window.told]") == ["off", 2]


@pytest.mark.parametrize("number", OPENED)
def test_the_look_light_dark_and_on_a_phone(lab, page, number):
    card = opened(lab, page, number)
    for theme in ("Dark", "Light"):
        page.evaluate(THEME, theme)
        page.wait_for_timeout(1000)
        found = Axe().run(page, context={"include": [[CARD]]})
        assert found.response["violations"] == [], found.generate_report()
        lab.screenshot(page, f"opening-{number}-{theme.lower()}")
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    for width in (768, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(500)
        cut = card.evaluate(
            "card => [card, ...card.querySelectorAll('*:not(.cdo-scroll, .cdo-scroll *)')]"
            ".filter(x => x.scrollWidth > x.clientWidth + 1 && x.clientWidth).map(x => x.className)"
        )
        assert cut == []
        lab.screenshot(page, f"opening-{number}-{width}")
