"""How far a reader has come, and how a class has fared, from the record files (:mod:`cyberdip_utils.readers_record`).

Nothing here leaves the machine: a reader exports the file and hands it over, or erases it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from statistics import median, mode

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import figures
from cyberdip_utils.figures import marks
from cyberdip_utils.readers_record import read_class, read_json, read_record, record_path, work_folder
from cyberdip_utils.stats import wilson
from cyberdip_utils.teach import Panel, chapters, exercises, guesses, questions
from cyberdip_utils.teach.guess import guess_answer, in_words, valid

__all__ = [
    "by_chapter",
    "class_guesses",
    "class_report",
    "class_tables",
    "erase_record",
    "export_record",
    "my_progress",
    "picture",
]


def by_chapter(record: Mapping) -> pd.DataFrame:
    """One reader's record, a row each chapter.

    Parameters
    ----------
    record : mapping
        As :func:`cyberdip_utils.readers_record.read_record` gives it.

    Returns
    -------
    pandas.DataFrame
        Index: chapter number. ``title``; ``guesses`` (that the chapter asks for), ``guessed``; ``questions`` (in the quiz),
        ``answered``, ``right`` (at the first try); ``exercises`` (that check themselves), ``tried``, ``solved``; ``stance``
        ("before", "both", "after" or empty).
    """
    rows = {}
    for number in chapters():
        names = list(exercises(number))
        answers = record["quizzes"].get(number, {}).get("answers", {})
        answers = answers.values() if isinstance(answers, Mapping) else []
        answers = [a for a in answers if isinstance(a, Mapping)]
        tries = [record["checks"].get(f"{number} {name}", {}) for name in names]
        stance = record["stances"].get(number, {})
        when = [w for w in ("before", "after") if isinstance(stance.get(w), Mapping)]
        rows[number] = {
            "title": chapters()[number].title,
            "guesses": len(guesses(number)),
            "guessed": sum(bool(record["guesses"].get(f"{number} {name}")) for name in guesses(number)),
            "questions": len(questions(number)),
            "answered": len(answers),
            "right": sum(bool(a.get("right")) for a in answers),
            "exercises": len(names),
            "tried": sum(bool(t) for t in tries),
            "solved": sum(bool(t.get("right")) for t in tries),
            "stance": "both" if len(when) == 2 else "".join(when),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("chapter")


def picture(table: pd.DataFrame) -> go.Figure:
    """Share of each chapter's quiz questions and exercises done, one row each chapter.

    Parameters
    ----------
    table : pandas.DataFrame
        From :func:`by_chapter`.
    """
    done = pd.DataFrame(
        {
            "chapter": table.index.astype(str),
            "quiz, right at once": table["right"] / table["questions"].where(table["questions"] > 0),
            "exercises solved": table["solved"] / table["exercises"].where(table["exercises"] > 0),
        }
    ).fillna(0.0)
    figure = marks.bars(done, "chapter", ["quiz, right at once", "exercises solved"], percent=True)
    return figures.standalone(figure).update_layout(height=80 + 44 * len(table))


def _games_saved() -> int:
    """Files in the work folder that say they are games of chapter 3.5."""
    count = 0
    for path in work_folder().glob("*.json") if work_folder().is_dir() else ():
        try:
            content = read_json(path, "a saved game")
        except (OSError, ValueError):
            continue
        count += isinstance(content, dict) and content.get("format") == "cyberdip-crisis-game"
    return count


def my_progress(path: Path | None = None) -> Panel:
    """Your own record as a sentence and a table.

    Raises
    ------
    ValueError
        The file there is not a record.
    """
    table = by_chapter(read_record(path))
    done = table[table[["guessed", "answered", "tried"]].any(axis=1) | (table["stance"] != "")]
    games = _games_saved()
    said = (
        f"You have begun {len(done)} of {len(table)} chapters: {int(table['answered'].sum())} of "
        f"{int(table['questions'].sum())} quiz questions answered, {int(table['right'].sum())} right at once; "
        f"{int(table['solved'].sum())} of {int(table['exercises'].sum())} exercises solved; "
        f"{int(table['guessed'].sum())} of {int(table['guesses'].sum())} guesses made; "
        f"{int((table['stance'] == 'both').sum())} stances taken before and after; {games} games saved."
    )
    shown = done if len(done) else table.head(0)
    return Panel(
        f"{said}\n{shown.to_string()}", f"<p>{escape(said)}</p>{shown.to_html() if len(shown) else ''}"
    )


def export_record(target: str | Path, path: Path | None = None) -> Path:
    """Copy your record to a file that you can hand over.

    Raises
    ------
    FileExistsError
        The target is there already; nothing is overwritten.
    ValueError
        The record is damaged.
    """
    target = Path(target)
    if target.is_dir():
        target = target / "record.json"
    if target.exists():
        raise FileExistsError(f"{target} is there already; give another name")
    source = path or record_path()
    read_record(source)
    if not source.exists():
        raise FileNotFoundError("there is no record yet: answer a quiz or an exercise first")
    part = target.with_suffix(".part")
    try:
        shutil.copyfile(source, part)
        return part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def erase_record(sure: bool = False, path: Path | None = None) -> str:
    """Erase your record. ``erase_record(sure=True)`` does it; without that, a sentence says what would go."""
    path = path or record_path()
    if not path.exists():
        return "There is no record to erase."
    if not sure:
        return f"This would erase {path.name} with all guesses, answers and stances. To do it: erase_record(sure=True)"
    path.unlink()
    return "Your record is erased."


# ---------------------------------------------------------------- a class


def class_tables(records: Mapping[str, Mapping]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What a class found easy and hard.

    Parameters
    ----------
    records : mapping
        Records by reader.

    Returns
    -------
    (DataFrame, DataFrame)
        By chapter: ``readers`` who began it, ``median answered``, ``median right`` (quiz, at the first try), ``solved``
        (readers who solved all its exercises). By item (question or exercise, worst first): ``chapter``, ``item``, ``tried`` (readers),
        ``right`` (readers; questions at the first try), ``share`` with Wilson interval ``low`` and ``high``.
    """
    tables = [by_chapter(r) for r in records.values()]
    chapter_rows, items = {}, []
    for number, c in chapters().items():
        begun = [t.loc[number] for t in tables if t.loc[number, ["guessed", "answered", "tried"]].any()]
        chapter_rows[number] = {
            "title": c.title,
            "readers": len(begun),
            "median answered": median([r["answered"] for r in begun]) if begun else float("nan"),
            "median right": median([r["right"] for r in begun]) if begun else float("nan"),
            "solved": sum(r["exercises"] > 0 and r["solved"] == r["exercises"] for r in begun),
        }
        for i, question in enumerate(questions(number)):
            got = [r["quizzes"].get(number, {}).get("answers", {}).get(str(i)) for r in records.values()]
            got = [bool(a.get("right")) for a in got if isinstance(a, Mapping)]
            if got:
                items.append((number, f"question {i + 1}: {question['text'][:60]}", len(got), sum(got)))
        for name in exercises(number):
            got = [r["checks"].get(f"{number} {name}") for r in records.values()]
            got = [bool(a.get("right")) for a in got if isinstance(a, Mapping) and a]
            if got:
                items.append((number, f"exercise {name}", len(got), sum(got)))
    table = pd.DataFrame(items, columns=["chapter", "item", "tried", "right"])
    table["share"] = table["right"] / table["tried"]
    bounds = [wilson(int(k), int(n)) for k, n in zip(table["right"], table["tried"], strict=True)]
    table["low"], table["high"] = [b[0] for b in bounds], [b[1] for b in bounds]
    ordered = table.sort_values(["share", "tried"], ascending=[True, False], kind="stable")
    return pd.DataFrame.from_dict(chapter_rows, orient="index").rename_axis("chapter"), ordered.reset_index(
        drop=True
    )


def class_guesses(records: Mapping[str, Mapping]) -> pd.DataFrame:
    """What a class guessed before the evidence, beside the answer.

    Parameters
    ----------
    records : mapping
        Records by reader.

    Returns
    -------
    pandas.DataFrame
        A row for each guess that somebody made: ``chapter``, ``guess`` (the question), ``readers``, ``first guess`` (the median,
        or the most frequent choice, of first guesses) and ``answer`` (what the chapter's data say now).
    """
    rows = []
    for number in chapters():
        for name, asked in guesses(number).items():
            entries = [r["guesses"].get(f"{number} {name}", {}).get("first") for r in records.values()]
            made = [g for g in entries if valid(asked, g)]
            if made:
                middle = median(made) if asked["kind"] == "number" else mode(made)
                said = guess_answer(number, name).text
                rows.append((number, asked["text"], len(made), in_words(asked, middle), said))
    return pd.DataFrame(rows, columns=["chapter", "guess", "readers", "first guess", "answer"])


def class_report(folder: str | Path | None = None, worst: int = 10) -> Panel:
    """The class in a folder of record files: how far, which questions and exercises failed most, and what was guessed.

    Parameters
    ----------
    folder : str or Path, optional
        Holds one ``.json`` record a reader; ``my_work/class`` if not given.
    worst : int
        How many items to list.

    Raises
    ------
    FileNotFoundError
        No such folder.
    """
    records, left_out = read_class(Path(folder or work_folder() / "class"))
    by, items = class_tables(records)
    guessed = class_guesses(records)
    begun, hard = by[by["readers"] > 0], items.head(worst)
    said = f"{len(records)} {'record' if len(records) == 1 else 'records'}; {len(begun)} of {len(by)} chapters begun by at least one reader."
    parts = [
        said,
        begun.to_string(na_rep="–"),
        "Hardest first",
        hard.round(2).to_string(index=False),
        *(["Guessed before the evidence", guessed.to_string(index=False)] if len(guessed) else []),
        *left_out,
    ]
    html = (
        f"<p>{escape(said)}</p>{begun.to_html(na_rep='–')}<p><b>Hardest first</b></p>{hard.round(2).to_html(index=False)}"
        + (f"<p><b>Guessed before the evidence</b></p>{guessed.to_html(index=False)}" if len(guessed) else "")
        + "".join(f"<p>Left out: {escape(r)}</p>" for r in left_out)
    )
    return Panel("\n".join(parts), html)
