"""Every exhibit of every notebook, moved as a reader moves it: what is on the page must follow.

For each control of each exhibit a new value is chosen with mouse or keyboard; the exhibit must answer without
an error, and something a reader sees (sentence, figure or table) must change.
"""

import csv
import io
from pathlib import Path

import pytest

import tidy_notebooks
from cyberdip_utils.teach import chapters

ROOT = tidy_notebooks.ROOT
# Chapters in the new form have other cards: tests/browser/test_card.py moves those.
MOVED = {c.notebook for c in chapters().values() if c.folder}
FIRST = [p for p in tidy_notebooks.notebooks() if p.relative_to(ROOT / "notebooks").as_posix() not in MOVED]
SHOW_CELL = """index => {
    const book = window.jupyterapp.shell.currentWidget.content;
    book.activeCellIndex = index;
    book.scrollToItem(index, "start");
}"""
CODE_CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets
    .map((cell, index) => [cell.model.type, index]).filter(([type]) => type === "code").map(([, index]) => index)"""
READY = """([name, seq]) => {
    const root = [...document.querySelectorAll(".cdx")].find(e => e.querySelector(".cdx-title").textContent === name);
    if (!root) return false;
    const plot = root.querySelector(".cdx-plot"), status = root.querySelector(".cdx-status").textContent;
    return plot.data && Number(plot.dataset.seq) > seq && status === "";
}"""
SEEN = """root => {
    const plot = root.querySelector(".cdx-plot");
    return {
        takeaway: root.querySelector(".cdx-takeaway").textContent,
        caveat: root.querySelector(".cdx-caveat").textContent,
        detail: root.querySelector(".cdx-detail").textContent,
        figure: JSON.stringify((plot.data || []).map(t => [t.x, t.y, t.z, t.text, t.locations, t.name, t.lon])),
        table: (root.querySelector("table") || {}).textContent || "",
        broken: root.classList.contains("cdx-error"),
        seq: Number(plot.dataset.seq),
    };
}"""


def exhibits_on(page):
    """(cell index, root element) of each exhibit, each scrolled into view before it is given."""
    for index in page.evaluate(CODE_CELLS):
        page.evaluate(SHOW_CELL, index)
        page.wait_for_timeout(150)
        cell = page.evaluate_handle(
            "index => window.jupyterapp.shell.currentWidget.content.widgets[index].node", index
        ).as_element()
        if cell.query_selector(
            ".jp-OutputArea-output.jupyter-widgets, .jp-OutputArea .lm-Widget.jupyter-widgets"
        ):
            page.wait_for_timeout(150)
        root = cell.query_selector(".cdx")
        if root:
            yield index, root


def seen(root):
    return root.evaluate(SEEN)


def wait_for_answer(page, title, seq):
    page.wait_for_function(READY, arg=[title, seq], timeout=30_000)


def moves(control):
    """Ways to move a control, each a function; at most four."""
    kind = control.evaluate(
        """e => e.querySelector("select") ? "choice" : e.querySelector("details") ? "choices"
            : e.querySelectorAll("input[type=range]").length === 2 ? "span"
            : e.querySelector("input[type=range]") ? "number"
            : e.querySelector("input[role=switch]") ? "switch" : "search" """
    )
    if kind == "choice":
        select = control.query_selector("select")
        here = select.evaluate("e => e.selectedIndex")
        size = select.evaluate("e => e.options.length")
        tried = [i for i in dict.fromkeys([size - 1, 1, size // 2, 0]) if i != here and 0 <= i < size]
        return [lambda i=i: select.select_option(index=i) for i in tried]
    if kind == "choices":

        def tick(i):
            details = control.query_selector("details")
            if not details.evaluate("e => e.open"):
                control.query_selector("summary").press("Enter")
            control.query_selector_all("input[type=checkbox]")[i].press("Space")

        size = len(control.query_selector_all("input[type=checkbox]"))
        return [lambda i=i: tick(i) for i in range(min(3, size))]
    if kind in ("span", "number"):
        thumbs = control.query_selector_all("input[type=range]")
        keys = ["End", "Home", "ArrowLeft", "ArrowRight"]
        return [lambda k=k, t=t: t.press(k) for t in thumbs[:1] for k in ("End", "Home")] + [
            lambda k=k: thumbs[-1].press(k) for k in keys[:2]
        ]
    if kind == "switch":
        return [lambda: control.query_selector("input").press("Space")]
    field = control.query_selector("input")
    text = control.inner_text()
    words = [w.strip() for w in text.split("For example:")[1].split(",")] if "For example:" in text else ["a"]
    return [lambda w=w: field.fill(w) for w in [*words[::-1], "zzz nothing is called this"][:4]]


def press_reset(page, root, title):
    before = seen(root)
    root.query_selector(".cdx-buttons button:last-child").click()
    wait_for_answer(page, title, before["seq"])


def select_and_wait(page, root, title, select, index):
    if select.evaluate("e => e.selectedIndex") != index:
        before = seen(root)
        select.select_option(index=index)
        wait_for_answer(page, title, before["seq"])


def follows(page, root, title, control, reset=True):
    """Move a control until something a reader sees changes; every answer on the way must be sound."""
    name, base = control.get_attribute("data-control"), seen(root)
    changed = False
    for move in moves(control):
        before = seen(root)
        move()
        try:
            wait_for_answer(page, title, before["seq"])
        except Exception:
            now = seen(root)
            assert now["seq"] > before["seq"] or now == before, f"{title}: {name} got no answer"
        now = seen(root)
        assert not now["broken"], f"{title}: {name}: {now['takeaway']}"
        assert now["takeaway"], f"{title}: {name} left no sentence"
        changed = any(now[k] != base[k] for k in ("takeaway", "caveat", "detail", "figure", "table"))
        if changed:
            break
    if reset:
        press_reset(page, root, title)
    return changed


@pytest.mark.parametrize("path", FIRST, ids=lambda path: path.stem)
def test_every_control_moves_what_a_reader_sees(lab, page, log, path):
    lab.open(page, path.relative_to(ROOT / "notebooks").as_posix())
    assert lab.run_all(page) == []
    count = 0
    for index, root in exhibits_on(page):
        count += 1
        title = root.query_selector(".cdx-title").inner_text()
        wait_for_answer(page, title, 0)
        root.query_selector(".cdx-buttons button").click()  # the table, so that it is seen too
        base = seen(root)
        assert not base["broken"] and base["takeaway"] and base["table"], title
        controls = root.query_selector_all("[data-control]")
        still = [c for c in controls if not follows(page, root, title, c)]
        # a control may act on one of several pictures only: try it under options of the lists
        lists = root.query_selector_all("[data-control] select")
        sizes = [e.evaluate("e => e.options.length") for e in lists]
        ways = [
            (e, i)
            for e, n in zip(lists, sizes, strict=True)
            for i in (range(1, n) if n <= 6 else sorted({1, n // 2, n - 1}))
        ]
        for select, i in ways:
            if not still:
                break
            select_and_wait(page, root, title, select, i)
            kept = []
            for control in still:
                if not follows(page, root, title, control):
                    kept.append(control)
                select_and_wait(page, root, title, select, i)
            still = kept
            press_reset(page, root, title)
        names = [c.get_attribute("data-control") for c in still]
        assert not names, f"{title}: nothing a reader sees follows {names}"
        press_reset(page, root, title)
        assert seen(root)["takeaway"] == base["takeaway"], f"{title}: Reset does not lead back"
        lab.screenshot(page, f"exhibit-{path.stem}-{index}")
    assert count >= 2, "a notebook shows two exhibits or more"
    assert log.console == [] and log.crashes == []


def test_csv_download_is_a_file_with_its_citation(lab, page):
    lab.open(page, "3_deterrence/3_2_what_follows.ipynb")
    assert lab.run_all(page) == []
    _, root = next(exhibits_on(page))
    title = root.query_selector(".cdx-title").inner_text()
    wait_for_answer(page, title, 0)
    with page.expect_download() as waiting:
        root.query_selector_all(".cdx-buttons button")[1].click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert waiting.value.suggested_filename == "response_flow.csv"
    head = [line for line in text.splitlines() if line.startswith("# ")]
    assert any("European Repository of Cyber Incidents" in line or "EuRepoC" in line for line in head)
    rows = list(csv.reader(io.StringIO("\n".join(x for x in text.splitlines() if not x.startswith("# ")))))
    assert len(rows) > 2 and len({len(row) for row in rows}) == 1
