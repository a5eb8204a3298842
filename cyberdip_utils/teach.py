"""What a notebook calls besides exhibits: chapter header, quiz, check, references.

Everything here shows itself as text in a terminal and as HTML in a notebook.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from pathlib import Path

from cyberdip_utils.data import about, catalog, data_folder

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Chapter:
    """One chapter as ``chapters.toml`` lists it; ``minutes`` is the reading and doing time."""

    number: str
    title: str
    notebook: str
    module: str
    topics: tuple[str, ...]
    minutes: int
    before: tuple[str, ...]
    data: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """An answer looked at: is it right, and one sentence that helps."""

    right: bool
    sentence: str

    def __str__(self) -> str:
        return ("Right. " if self.right else "Not yet. ") + self.sentence

    __repr__ = __str__

    def _repr_html_(self) -> str:
        mark = "✓ Right." if self.right else "✗ Not yet."
        return f"<p role='status'><b>{mark}</b> {escape(self.sentence)}</p>"


@dataclass(frozen=True)
class Panel:
    """Something to show with two faces, text and HTML."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


@lru_cache(maxsize=1)
def chapters() -> dict[str, Chapter]:
    """All chapters by number, in reading order."""
    listed = tomllib.loads((_HERE / "chapters.toml").read_text(encoding="utf-8"))["chapter"]
    return {
        c["number"]: Chapter(**{k: tuple(v) if isinstance(v, list) else v for k, v in c.items()})
        for c in listed
    }


def _chapter(number: str) -> Chapter:
    if number not in chapters():
        raise KeyError(f"no chapter {number!r}; the chapters are {', '.join(chapters())}")
    return chapters()[number]


def notebook_path(number: str) -> Path:
    """The file of a chapter's notebook. Raises ``KeyError`` for an unknown chapter."""
    return data_folder().parent / "notebooks" / _chapter(number).notebook


def _marked(licence: str) -> str:
    """Short names of licences, with a plain word where one of them forbids commercial use."""
    closed = re.search(r"(?i)\bnc\b|non-?commercial", licence)
    return f"{licence} (no commercial use)" if closed else licence


def chapter(number: str) -> Panel:
    """The header of a chapter: time, what to read first, and *Data in this chapter*.

    Parameters
    ----------
    number : str
        The chapter's number, such as ``"3.1"``.

    Returns
    -------
    Panel
        The table is made from the manifest: as-of date and licence are those of the files here.

    Raises
    ------
    KeyError
        No such chapter.
    """
    c = _chapter(number)
    first = "; ".join(f"{n} “{chapters()[n].title}”" for n in c.before) or "nothing"
    intro = f"Time: about {c.minutes} minutes. Read first: {first}."
    rows = [about(name) for name in c.data]
    terms = catalog()["licence"].map(_marked)
    text = [intro, "", "Data in this chapter"]
    text += [
        f"  {a.name}: {a.title}; {a.rows:,} rows; {a.coverage}; as of {a.as_of}; {terms[a.name]}"
        for a in rows
    ]
    left = "style='text-align:left'"
    head = "".join(
        f"<th scope='col' {left}>{h}</th>"
        for h in ("Table", "What it holds", "Rows", "Coverage", "As of", "Licence")
    )
    body = "".join(
        f"<tr><th scope='row' {left}><code>{escape(a.name)}</code></th><td {left}>{escape(a.title)}</td>"
        f"<td>{a.rows:,}</td><td {left}>{escape(a.coverage)}</td><td {left}>{escape(a.as_of)}</td>"
        f"<td {left}>{escape(terms[a.name])}</td></tr>"
        for a in rows
    )
    html = (
        f"<p>{escape(intro)}</p><table><caption><b>Data in this chapter</b></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        '<p>Full terms and traps: <code>about("name")</code>.</p>'
    )
    return Panel("\n".join(text), html)


def my_copy(number: str) -> Path:
    """Your own copy of a chapter, to write in; an update of the handbook never touches it.

    Parameters
    ----------
    number : str
        The chapter's number.

    Returns
    -------
    Path
        ``my_work/NAME.ipynb``. A copy that is there already stays as it is.

    Raises
    ------
    KeyError
        No such chapter.
    """
    from cyberdip_utils.record import work_folder, write_json

    source = notebook_path(number)
    target = work_folder() / source.name
    if target.exists():
        return target
    book = json.loads(source.read_text(encoding="utf-8"))

    def link(found: re.Match) -> str:
        there = (source.parent / found[2].partition("#")[0]).resolve()
        try:
            relative = Path(os.path.relpath(there, target.parent.resolve())).as_posix()
        except ValueError:  # another drive on Windows
            relative = there.as_posix()
        return f"{found[1]}({relative})"

    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            text = re.sub(r"(\[[^\]]+\])\((?!https?:|#|mailto:)([^)\s]+)\)", link, "".join(cell["source"]))
            cell["source"] = text.splitlines(keepends=True)
    write_json(target, book)
    return target


def check(number: str, exercise: str, answer: object) -> Verdict:
    """Look at the answer to a coding exercise.

    Parameters
    ----------
    number, exercise : str
        Chapter number and the exercise's name as the notebook gives it.
    answer : object
        What your code produced.

    Returns
    -------
    Verdict
        Right or not yet, with a sentence that helps.

    Raises
    ------
    KeyError
        No such chapter, or no such exercise in it.
    """
    module = importlib.import_module(f"cyberdip_utils.{_chapter(number).module}")
    checks: dict[str, Callable[[object], Verdict]] = getattr(module, "CHECKS", {})
    if exercise not in checks:
        raise KeyError(f"chapter {number} has no exercise {exercise!r}; it has {', '.join(checks) or 'none'}")
    if answer is None or answer is ...:
        return Verdict(False, "No answer here: put yours in place of None and run the cell again.")
    verdict = checks[exercise](answer)
    _remember_check(number, exercise, verdict)
    return verdict


def _remember_check(number: str, exercise: str, verdict: Verdict) -> None:
    """Note a try in the reader's own record. A record that cannot be written must not stop an exercise."""
    from cyberdip_utils.record import change_record, now

    def tried(old: dict) -> dict:
        again, tries = old.get("right") is True, old.get("tries")
        tries = tries if isinstance(tries, int) and 0 <= tries < 1_000_000 else 0
        return {
            "tries": tries + (0 if again else 1),
            "right": again or verdict.right,
            "on": old.get("on") if again else now(),
        }

    with contextlib.suppress(OSError, ValueError, TypeError):
        change_record("checks", f"{number} {exercise}", tried)


def check_number(
    answer: object, right: float, tolerance: float, slips: dict[str, float], hint: str
) -> Verdict:
    """Judge a number: right within a tolerance, a known slip, or neither.

    Parameters
    ----------
    answer : object
        What the reader gave; anything that is not a number is said to be none.
    right, tolerance : float
        The right value and how far off it may be, in the same unit.
    slips : dict of str to float
        What went wrong, in a sentence, by the value that it leads to.
    hint : str
        What to say of any other number.
    """
    try:
        value = float(answer)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return Verdict(False, f"Give one number; this is a {type(answer).__name__}.")
    if abs(value - right) <= tolerance:
        return Verdict(True, f"{value:g} is what the table gives.")
    for why, wrong in slips.items():
        if abs(value - wrong) <= tolerance:
            return Verdict(False, why)
    return Verdict(False, hint)


@cache
def questions(number: str) -> tuple[dict, ...]:
    """The quiz of a chapter: ``text`` and ``options`` (``text``, ``right``, ``feedback``) of each question.

    Raises
    ------
    KeyError
        No such chapter.
    ValueError
        A question without exactly one right option, or an option without feedback.
    """
    _chapter(number)
    path = _HERE / "quizzes" / f"{number}.toml"
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["question"]
    for q in listed:
        if sum(o.get("right", False) for o in q["options"]) != 1:
            raise ValueError(f"{path.name}: {q['text']!r} needs exactly one right option")
        if not all(o.get("feedback") for o in q["options"]):
            raise ValueError(f"{path.name}: {q['text']!r} has an option without feedback")
    return tuple(listed)


@lru_cache(maxsize=1)
def _quiz_class():
    import anywidget
    import traitlets

    class QuizWidget(anywidget.AnyWidget):
        _esm = _HERE / "static" / "quiz.js"
        _css = _HERE / "static" / "quiz.css"
        questions = traitlets.Unicode("[]").tag(sync=True)
        name = traitlets.Unicode("").tag(sync=True)

        def __init__(self, **values):
            super().__init__(**values)
            self.on_msg(self._answered)

        def _answered(self, _, message: dict, buffers) -> None:
            if message.get("kind") == "answer":
                _remember_answer(
                    self.name.removeprefix("quiz-"), message.get("question"), message.get("option")
                )

    return QuizWidget


def _remember_answer(number: str, question: object, option: object) -> None:
    """Note the first answer to a question in the reader's own record; later ones are practice."""
    from cyberdip_utils.record import change_record, now

    listed = questions(number)
    if not (isinstance(question, int) and 0 <= question < len(listed)):
        return
    options = listed[question]["options"]
    if not (isinstance(option, int) and 0 <= option < len(options)):
        return

    def answered(old: dict) -> dict:
        answers = dict(old.get("answers") or {})
        answers.setdefault(str(question), {"first": option, "right": bool(options[option].get("right"))})
        return old | {"answers": answers, "of": len(listed), "on": now()}

    with contextlib.suppress(OSError, ValueError, TypeError):
        change_record("quizzes", number, answered)


def quiz(number: str):
    """The self-check of a chapter: one right answer each, feedback for every option.

    Works by keyboard and with the network off. Raises as :func:`questions`.
    """
    return _quiz_class()(questions=json.dumps(questions(number)), name=f"quiz-{number}")


@lru_cache(maxsize=1)
def _bibliography():
    from pybtex.database import parse_file

    return parse_file(str(data_folder().parent / "notebooks" / "references.bib"), bib_format="bibtex")


def _address(entry) -> str:
    doi = entry.fields.get("doi", "")
    return f"https://doi.org/{doi}" if doi else entry.fields.get("url", "")


def _plain(text: str) -> str:
    """BibTeX's text as a reader would print it: accents, dashes, no braces."""
    import codecs

    import latexcodec  # noqa: F401  (comes with pybtex; teaches codecs the name)

    return re.sub(r"[{}]", "", codecs.decode(text.replace("--", "–"), "ulatex"))


def format_reference(entry) -> tuple[str, str]:
    """One bibliography entry as a sentence, and its address.

    Parameters
    ----------
    entry : pybtex.database.Entry

    Returns
    -------
    (str, str)
        "Author and Author (year). Title. Where." and the DOI or official address.
    """
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [_plain(" ".join([*p.prelast_names, *p.last_names])) for p in people]
    shown = names if len(names) <= 4 else [names[0], "others"]
    who = " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
    f = entry.fields
    where = (
        f.get("journal")
        or f.get("booktitle")
        or f.get("howpublished")
        or f.get("institution")
        or f.get("publisher")
    )
    if where and f.get("volume"):
        where += f" {f['volume']}" + (f"({f['number']})" if f.get("number") else "")
    if where and f.get("pages"):
        where += f", {f['pages']}"
    parts = [f"{who} ({f.get('year', 'n.d.')})", f["title"], where or ""]
    return ". ".join(_plain(x) for x in parts if x) + ".", _address(entry)


def _formatted(entry: str) -> tuple[str, str]:
    """:func:`format_reference` of one entry given as the bibliography writes it; reading BibTeX is slow."""
    from pybtex.database import parse_string

    (made,) = parse_string(entry, bib_format="bibtex").entries.values()
    return format_reference(made)


def _linked(prose: str) -> list[tuple[str, str]]:
    """Sentence and address of the works whose address is linked in a text, in the order of the bibliography."""
    text = (data_folder().parent / "notebooks" / "references.bib").read_text(encoding="utf-8")
    plain = prose.replace("\\", "")
    likely = []
    for entry in re.split(r"(?m)^(?=@)", text):
        given = re.findall(r"(?im)^\s*(?:doi|url)\s*=\s*[{\"]\s*(.*?)\s*[}\"]\s*,?\s*}?\s*$", entry)
        if any(value.replace("\\", "") in plain for value in given):
            likely.append(entry)
    return [
        (line, address) for line, address in map(_formatted, likely) if address and f"({address})" in prose
    ]


def references(number: str) -> Panel:
    """The works that a chapter's text links to, from ``references.bib``, in alphabetical order.

    Raises ``KeyError`` for an unknown chapter.
    """
    book = json.loads(notebook_path(number).read_text(encoding="utf-8"))
    prose = " ".join("".join(c["source"]) for c in book["cells"] if c["cell_type"] == "markdown")
    found = sorted(_linked(prose))
    text = "\n".join(f"{line} {address}" for line, address in found)
    items = "".join(
        f"<li>{escape(line)} <a href='{escape(address, quote=True)}'>{escape(address)}</a></li>"
        for line, address in found
    )
    return Panel(text, f"<ul>{items}</ul>")
