"""A reader's stance on a debate, before and after, and the tally of a class.

Stances go into the reader's own record (:mod:`cyberdip_utils.readers_record`); nothing leaves the machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd

from cyberdip_utils.controversies.debate import Debate
from cyberdip_utils.errors import quoted
from cyberdip_utils.readers_record import change_record, now, read_class, read_record, work_folder
from cyberdip_utils.teach import Panel

__all__ = ["class_tally", "keep_stance", "stance", "tally"]

WHEN = ("before", "after")
LONGEST = 2000  # characters of a text
UNDECIDED = "undecided"


def checked(debate: Debate, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a stance in their normal form.

    Parameters
    ----------
    values : mapping
        ``side`` (an id of the debate's sides, or "undecided"), ``sure`` (0 to 100), ``why`` and ``change`` (texts).

    Raises
    ------
    ValueError
        Names what is wrong.
    """
    side, sure = values.get("side"), values.get("sure")
    if side not in (*debate.sides, UNDECIDED):
        raise ValueError(f"side: {quoted(side)} is not one of {', '.join(debate.sides)} or {UNDECIDED}")
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 100:
        raise ValueError(f"sure: {quoted(sure)} is not a number from 0 to 100")
    texts = {}
    for key in ("why", "change"):
        text = values.get(key, "")
        if not isinstance(text, str) or len(text) > LONGEST:
            raise ValueError(f"{key}: must be text of at most {LONGEST} characters")
        texts[key] = text.strip()
    return {"side": side, "sure": round(sure), **texts}


def keep_stance(debate: Debate, when: str, values: Mapping[str, Any], path: Path | None = None) -> dict:
    """Write a stance into the record.

    Parameters
    ----------
    when : str
        "before" or "after".

    Returns
    -------
    dict
        The debate's entry, with both stances as far as given.

    Raises
    ------
    ValueError, OSError
        As :func:`checked` and :func:`cyberdip_utils.readers_record.change_record`.
    """
    if when not in WHEN:
        raise ValueError(f"when: {when!r} is not one of {', '.join(WHEN)}")
    entry = checked(debate, values) | {"on": now()}
    return change_record("stances", debate.number, lambda old: old | {when: entry}, path)


@lru_cache(maxsize=1)
def _widget_class():
    import anywidget
    import traitlets

    static = Path(__file__).resolve().parent.parent / "static"

    class StanceWidget(anywidget.AnyWidget):
        _esm = static / "stance.js"
        _css = static / "stance.css"
        spec = traitlets.Unicode("{}").tag(sync=True)

        def __init__(self, debate: Debate, when: str, spec: dict):
            self._debate, self._when = debate, when
            super().__init__(spec=json.dumps(spec))
            self.on_msg(self._asked)

        def _asked(self, _, message: dict, buffers) -> None:
            if message.get("kind") == "save":
                self.send(
                    {"kind": "saved", "sentence": _saved(self._debate, self._when, message.get("values"))}
                )

        def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
            bundle = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
            data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
            data = data | {"text/plain": f"Your stance {self._when} reading: {self._debate.raw['question']}"}
            return (data, *rest) if rest else data

    return StanceWidget


def _saved(debate: Debate, when: str, values: object) -> str:
    """Keep the stance; one sentence on what happened."""
    try:
        entry = keep_stance(debate, when, values if isinstance(values, Mapping) else {})
    except (ValueError, OSError) as error:
        return f"Not saved: {error}."
    other = entry.get("before") if when == "after" else None
    if other is None:
        return "Saved in my_work/record.json, on this machine only."
    same = other["side"] == entry["after"]["side"]
    name = {**debate.sides, UNDECIDED: "undecided"}[other["side"]]
    moved = "the same as before" if same else f"before you read it was “{name}”"
    return f"Saved in my_work/record.json, on this machine only. Your side is {moved}; you were {other['sure']} of 100 sure then."


def stance(debate: Debate, when: str):
    """Ask the reader where they stand; the answer goes to their own record.

    Parameters
    ----------
    debate : Debate
    when : str
        "before" or "after".

    Raises
    ------
    ValueError
        ``when`` is something else.
    """
    if when not in WHEN:
        raise ValueError(f"when: {when!r} is not one of {', '.join(WHEN)}")
    note = "Nothing leaves this machine."
    try:
        entry = read_record()["stances"].get(debate.number, {})
    except (ValueError, OSError) as error:
        entry, note = {}, f"Your record cannot be read: {error}."
    spec = {
        "when": when,
        "question": debate.raw["question"],
        "sides": [[k, name] for k, name in debate.sides.items()],
        "entry": entry.get(when, {}),
        "longest": LONGEST,
        "note": note,
    }
    return _widget_class()(debate, when, spec)


def tally(debate: Debate, records: Mapping[str, Mapping]) -> pd.DataFrame:
    """How many readers stood where, before and after.

    Parameters
    ----------
    records : mapping
        Records by reader.

    Returns
    -------
    pandas.DataFrame
        A row for each side and for undecided: ``before`` and ``after`` (readers), ``median sure before``, ``median sure
        after`` (0 to 100, missing without readers), ``stayed`` (there both times), ``came`` and ``left`` (between the two,
        among those who gave both).
    """
    entries = [r["stances"][debate.number] for r in records.values() if debate.number in r["stances"]]
    entries = [
        {w: e[w] for w in WHEN if isinstance(e.get(w), Mapping) and _sound(debate, e[w])} for e in entries
    ]
    both = [(e["before"]["side"], e["after"]["side"]) for e in entries if len(e) == 2]
    rows = {}
    for side, name in {**debate.sides, UNDECIDED: "Undecided"}.items():
        at = {w: [e[w]["sure"] for e in entries if w in e and e[w]["side"] == side] for w in WHEN}
        rows[name] = {
            "before": len(at["before"]),
            "after": len(at["after"]),
            "median sure before": median(at["before"]) if at["before"] else float("nan"),
            "median sure after": median(at["after"]) if at["after"] else float("nan"),
            "stayed": sum(a == b == side for a, b in both),
            "came": sum(b == side != a for a, b in both),
            "left": sum(a == side != b for a, b in both),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("side")


def _sound(debate: Debate, values: Mapping) -> bool:
    try:
        checked(debate, values)
    except ValueError:
        return False
    return True


def class_tally(debate: Debate, folder: str | Path | None = None) -> Panel:
    """The tally of all records in a folder, or of your own record alone.

    Parameters
    ----------
    folder : str or Path, optional
        Holds one ``.json`` record a reader. ``my_work/class`` if it is there; else only your own record counts.

    Raises
    ------
    FileNotFoundError
        A folder was named that is not there.
    """
    refused: list[str] = []
    if folder is None and not (work_folder() / "class").is_dir():
        try:
            records = {"you": read_record()}
        except ValueError as error:
            records, refused = {}, [f"{error}."]
        whose = "Your own record (for a class: put the readers' record files in my_work/class)"
    else:
        records, refused = read_class(Path(folder or work_folder() / "class"))
        whose = f"{len(records)} records"
    table = tally(debate, records)
    n = [int(table[w].sum()) for w in WHEN]
    said = f"{whose}: {n[0]} gave a stance before and {n[1]} after."
    text = "\n".join([said, table.to_string(), *refused])
    html = f"<p>{escape(said)}</p>{table.to_html(na_rep='–', float_format='{:g}'.format)}" + "".join(
        f"<p>Left out: {escape(r)}</p>" for r in refused
    )
    return Panel(text, html)
