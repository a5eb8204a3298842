"""Numbers that a lesson plan quotes are what its chapter's exhibits say in that state: when data move, the plan must.

Each ``[[figure]]`` of a chapter (``chapter.toml``, or ``classroom/figures`` for chapters without a folder) names an
``exhibit``, its settings (``show``), what it then ``says``, and the ``plan``'s words if they are others. With ``where``, the
table's rows with these values must say it; else the sentence, its evidence or the table.
"""

import re

import nbformat
import pytest

from cyberdip_utils import exhibit as new
from cyberdip_utils import teach
from cyberdip_utils.first_edition import exhibit as old

FIELDS = {"exhibit", "show", "says", "plan", "where"}


def plain(text):
    """Numbers in one form: no commas for thousands, a hyphen for minus; all white space one blank."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text).replace("−", "-").replace("\xa0", " ")
    return re.sub(r"\s+", " ", text)


def said(words, text):
    """Whether these words stand in the text, and not as a part of a longer number."""
    return re.search(rf"(?<![\d.]){re.escape(words)}" + (r"(?![\d%])" if words[-1].isdigit() else ""), text)


def forms(value):
    """A cell as a plan may round it."""
    if not isinstance(value, float):
        return [str(value)]
    return [str(value), f"{value:.0f}", f"{value:.1f}", f"{value:.2f}", f"{value:.0%}"]


def shown(figure):
    """All that a state of an exhibit says, or the rows that the figure is about."""
    show = {k: tuple(v) if isinstance(v, list) else v for k, v in figure.get("show", {}).items()}
    if (known := old.all_exhibits().get(figure["exhibit"])) is not None:
        view = known.view(**show)
        table, texts = view.table.reset_index(), [view.takeaway, view.detail]
    else:
        known = new.find(figure["exhibit"])
        state = known.state(**show)
        table, texts = state.table, [state.sentence.text, state.sentence.evidence, state.caveat]
    if where := figure.get("where"):
        for column, value in where.items():
            table = table[table[column].astype(str) == str(value)]
        assert len(table), f"{figure['exhibit']} has no row where {where}"
        texts = []
    cells = [form for value in table.to_numpy().ravel() for form in forms(value)]
    lines = [
        ",".join(map(str, row)) for row in table.itertuples(index=False)
    ]  # cells that stand side by side
    return plain("\n".join([*texts, *cells, *lines]))


def plan(number):
    return plain(teach.plan_path(number).read_text(encoding="utf-8"))


def of_chapter(number, exhibit):
    """A chapter's plan quotes exhibits that its notebook shows."""
    c = teach.chapters()[number]
    if c.folder:
        return exhibit in c.exhibits
    known = old.all_exhibits()[exhibit]
    return known.module == c.module or f".{exhibit}" in teach.notebook_path(number).read_text(
        encoding="utf-8"
    )


FIGURES = [(n, i) for n in teach.chapters() for i, _ in enumerate(teach.plan_figures(n))]


@pytest.mark.parametrize("number, place", FIGURES)
def test_a_number_of_a_plan_is_the_exhibits(number, place):
    figure = teach.plan_figures(number)[place]
    assert {"exhibit", "says"} <= set(figure) <= FIELDS and figure["says"]
    there = shown(figure)
    for words in map(plain, figure["says"]):
        assert said(words, there), f"{figure['exhibit']} {figure.get('show', {})} no longer says {words}"
    for words in [figure["plan"]] if "plan" in figure else figure["says"]:
        assert said(plain(words), plan(number)), f"the plan does not say {words}"


@pytest.mark.parametrize("number", teach.chapters())
def test_no_number_of_an_answer_key_is_nobodys(number):
    """Each share and each *k of n* in the key is quoted from an exhibit, or stands in the chapter itself."""
    book = nbformat.read(teach.notebook_path(number), as_version=4)
    covered = "\n".join(c.source for c in book.cells if c.cell_type == "markdown")
    covered += "".join(o.get("text", "") for c in book.cells for o in c.get("outputs", []))
    covered += "\n".join(
        words for f in teach.plan_figures(number) for words in [*f["says"], f.get("plan", "")]
    )
    key = plan(number).split("## Answer key")[1]
    quoted = set(re.findall(r"(?<![\d.])\d[\d.]*%|(?<![\d.])\d+ of \d+(?![\d%])", key))
    assert [q for q in sorted(quoted) if q not in plain(covered)] == []


def test_the_finder_finds():
    assert said("12%", "it is 12% now") and not said("12%", "it is 112% now")
    assert said("76 of", "76 of 90") and not said("54", "154, 540 and 54%")
    assert plain("1,204 and −3") == "1204 and -3"
    assert forms(0.4149) == ["0.4149", "0", "0.4", "0.41", "41%"] and forms("x") == ["x"]
