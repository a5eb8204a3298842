"""Three chapters by keyboard alone, in the order a screen reader takes, and what axe says of them in JupyterLab."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_chapters import exhibits_on, press_reset, wait_for_answer

CHAPTERS = (
    "1_sovereignty/1_3_switched_off.ipynb",
    "4_data_flows/4_2_who_lets_data_travel.ipynb",
    "5_controversies/5_2_sovereignty_or_norms.ipynb",
)
FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"
# The parts of an exhibit, first to last, as a screen reader meets them.
ORDER = (
    "cdx-title",
    "cdx-all",
    "cdx-plot",
    "cdx-status",
    "cdx-takeaway",
    "cdx-caveat",
    "cdx-detail",
    "cdx-buttons",
    "cdx-table",
)


def visible_stops(root):
    """How many elements of the exhibit can have focus now; a radio group counts once."""
    return root.evaluate(
        """(root, what) => [...root.querySelectorAll(what)].filter(e => e.offsetParent && !e.disabled && e.tabIndex >= 0).length""",
        FOCUSABLE,
    )


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_by_keyboard(lab, page, log, path):
    lab.open(page, path)
    assert lab.run_all(page) == []
    cells = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
    walked = 0
    for _, root in exhibits_on(page):
        title = root.query_selector(".cdx-title").inner_text()
        wait_for_answer(page, title, 0)
        parts = root.evaluate(
            "(r, names) => names.map(n => r.querySelector('.' + n)).filter(Boolean).map("
            "e => [...r.querySelectorAll('*')].indexOf(e))",
            list(ORDER),
        )
        assert parts == sorted(parts), f"{title}: read in another order than shown"
        before = (
            root.query_selector(".cdx-takeaway").inner_text(),
            root.evaluate("r => r.querySelector('.cdx-plot').dataset.seq"),
        )
        stops = visible_stops(root)
        first = root.query_selector(FOCUSABLE)
        first.focus()
        seen = []
        for _ in range(stops + 2):
            here = page.evaluate_handle("() => document.activeElement").as_element()
            if not root.evaluate("(r, e) => r.contains(e)", here):
                break
            seen.append(root.evaluate("(r, e) => [...r.querySelectorAll('*')].indexOf(e)", here))
            assert here.evaluate(
                "e => getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none' || e.type === 'range'"
            ), f"{title}: focus cannot be seen on {here.evaluate('e => e.outerHTML.slice(0, 120)')}"
            page.keyboard.press("Tab")
        assert seen == sorted(set(seen)), f"{title}: Tab does not follow the page"
        assert len(seen) >= min(stops, 4), f"{title}: Tab reaches {len(seen)} of {stops}"
        select = root.query_selector(".cdx-controls select")
        if select:
            at = select.evaluate("s => s.selectedIndex")
            select.focus()
            page.keyboard.press("ArrowDown" if at == 0 else "ArrowUp")
            wait_for_answer(page, title, int(before[1]))
            assert select.evaluate("s => s.selectedIndex") != at, f"{title}: arrows do not move the list"
        press_reset(page, root, title)
        walked += 1
    assert walked >= 3
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == cells, (
        "a key made or took a cell"
    )
    assert log.console == [] and log.crashes == []


@pytest.mark.parametrize("path", CHAPTERS)
def test_axe_finds_nothing_serious_in_a_chapter(lab, page, path):
    lab.open(page, path)
    assert lab.run_all(page) == []
    for _, root in exhibits_on(page):
        title = root.query_selector(".cdx-title").inner_text()
        wait_for_answer(page, title, 0)
        found = (
            Axe()
            .run(page, context=".cdx, .cyberdip-stance", options={"preload": False})
            .response["violations"]
        )
        bad = [
            (v["id"], [n["html"][:200] for n in v["nodes"][:3]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert bad == [], title
