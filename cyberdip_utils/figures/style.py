"""House style of the figures: colours, text, room, and the way a figure is put together.

Colours are the light ones, by name; a dark page swaps each for its partner in :data:`DARK`. Nothing here asks the
network for anything: maps are drawn from the geometry in ``data/``.
"""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import words

# Name: (light, dark). Where one light value has several dark partners, they differ by one step of one channel,
# which no eye sees: a page swaps colours by their light value.
PALETTE = {
    "card": ("#FFFFFF", "#1A1E23"),
    "sunk": ("#F4F6F8", "#23282F"),
    "rule": ("#E3E8ED", "#30363E"),
    "edge": ("#C9D1D9", "#454E58"),
    "ink": ("#18232E", "#E8ECF0"),
    "soft": ("#53606D", "#A9B3BE"),
    "blue": ("#1E5E91", "#5B9FDB"),
    "ochre": ("#CC7D27", "#EDA05F"),
    "green": ("#2D9270", "#8ADFBF"),
    "wine": ("#6B2A4E", "#E0B4D8"),
    "grey": ("#7F8B98", "#8591A0"),
    "blue text": ("#1E5E92", "#74B4EC"),
    "ochre text": ("#96560B", "#EDA05F"),
    "green text": ("#1E7153", "#8ADFBF"),
    "no": ("#B9521C", "#E2703A"),
    "abstain": ("#EBCB7A", "#F1DFA6"),
    "abstain text": ("#8A6A12", "#F1DFA6"),
    "absent": ("#97A2AD", "#6C7783"),
    "no data": ("#E3E8EC", "#2C3239"),
    "on deep": ("#FFFFFE", "#0C1116"),
    "on bright": ("#0C1117", "#0C1116"),
    "on pale": ("#18232D", "#FFFFFF"),
    "on abstain": ("#18232F", "#18232E"),
    "step 1": ("#B7D1E6", "#2B567D"),
    "step 2": ("#84AFD3", "#3A7BB3"),
    "step 3": ("#4F87B8", "#5B9FDB"),
    "step 4": ("#1E5E90", "#94C4EE"),
    "step 5": ("#0E3A5E", "#D3E7F8"),
    "side 1": ("#1E5E93", "#74B4EC"),
    "side 2": ("#8FB4D3", "#3A6A93"),
    "side 3": ("#EEEBE3", "#3A3F46"),
    "side 4": ("#E3A86B", "#9A5A35"),
    "side 5": ("#B9521D", "#EF8A57"),
}
SAME = {"yes": "blue", "other": "grey", "wine text": "wine", "grey text": "soft", "no text": "no"}
LIGHT = {name: pair[0] for name, pair in PALETTE.items()}
LIGHT |= {name: LIGHT[other] for name, other in SAME.items()}
DARK = dict(PALETTE.values())
NAMES = {light: name for name, (light, _) in PALETTE.items()}
HUES = ("blue", "ochre", "green", "wine")
SEQUENTIAL = tuple(f"step {k}" for k in range(1, 6))
DIVERGING = tuple(f"side {k}" for k in range(1, 6))
SYMBOLS = {"blue": "circle", "ochre": "square", "green": "diamond", "wine": "triangle-up", "grey": "x"}
# what a reader's switch for patterns puts on each colour; lines get the dash, chips of a key the sign
PATTERNS = {"ochre": ".", "green": "/", "wine": "-", "grey": "x", "no": "/", "abstain": ".", "absent": "x"}
DASHES = {".": "dot", "/": "dash", "-": "dashdot", "x": "longdash"}
CHIPS = {".": "▒", "/": "▨", "-": "▤", "x": "▩"}

INK, SOFT = LIGHT["ink"], LIGHT["soft"]
SEAM = {"color": LIGHT["card"], "width": 1}
FREE = {"hovertemplate": "%{customdata}<extra></extra>"}
ABOVE = {"y": 1, "yref": "paper", "yanchor": "bottom"}  # the plot
BELOW = {"y": 0, "yref": "paper", "yanchor": "top"}
NOTHING = "Nothing to draw in this selection."
SIZE = 13
LINE = 17  # px from one line of text to the next
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


def colour(name: str) -> str:
    """The light value of a colour's name; ``ValueError`` naming those there are."""
    if name not in LIGHT:
        raise ValueError(f"{name!r} is no colour of the house; use one of {', '.join(LIGHT)}")
    return LIGHT[name]


def tone(name: str) -> str:
    """The light value of the text tone of a colour's name: readable where the colour itself is too pale."""
    name = SAME.get(name, name)
    name = {"absent": "soft", "no data": "soft"}.get(name, name)
    return colour("soft" if name == "grey" else f"{name} text" if f"{name} text" in LIGHT else name)


def on(name: str) -> str:
    """The light value of text that stands on a fill of this name (4.5:1 or more in light and dark)."""
    name = SAME.get(name, name)
    if name in ("blue", "wine", "no", "step 4", "step 5", "side 1", "side 5"):
        return colour("on deep")
    if name in ("ochre", "green", "grey", "step 3"):
        return colour("on bright")
    return colour("on abstain" if name == "abstain" else "on pale")


def faded(name: str, strength: float = 0.15) -> str:
    """A colour of this name with an opacity from 0 to 1, as ``rgba(…)``."""
    value = colour(name)
    red, green, blue = (int(value[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{strength})"


def palette_json() -> str:
    """What a page needs to dress a figure, as JSON: dark partners, patterns by colour, dashes and chips by pattern."""
    patterns = {LIGHT[name]: shape for name, shape in PATTERNS.items()}
    return json.dumps(
        {"dark": DARK, "patterns": patterns, "dashes": DASHES, "chips": CHIPS}, ensure_ascii=False
    )


# ---------------------------------------------------------------- text


def plain(text: Any, width: int = 0, limit: int = 0) -> str:
    """Text of the data made safe for a figure's labels, where plotly reads tags, entities and ``%{…}``.

    Parameters
    ----------
    width : int
        Break lines after about this many characters; 0 for one line.
    limit : int
        Shorten to this many characters, with an ellipsis; 0 for all.
    """
    if text is None or text is pd.NA or (isinstance(text, float) and math.isnan(text)):
        return ""
    flat = " ".join(str(text).split())
    if limit and len(flat) > limit:
        flat = flat[: limit - 1].rstrip() + "…"
    flat = flat.replace("<", "‹").replace(">", "›").replace("%{", "% {")
    flat = re.sub(r"&(?=#?\w+;)", "＆", flat)
    if not width:
        return flat
    return "<br>".join(textwrap.wrap(flat, width, break_long_words=False, break_on_hyphens=False))


def row_label(text: Any, pixels: float, lines: int = 2) -> str:
    """A row's label in at most so many lines of so many pixels, shortened if it is longer."""
    done, rest = [], plain(text)
    while rest and len(done) < lines - 1 and text_width(rest) > pixels:
        parts = rest.split(" ")
        fit = max(
            [k for k in range(1, len(parts)) if text_width(" ".join(parts[:k])) <= pixels], default=len(parts)
        )
        done, rest = [*done, " ".join(parts[:fit])], " ".join(parts[fit:])
    done = [*done, rest] if rest else done
    return "<br>".join(_shortened(line, pixels) for line in done)


def _shortened(line: str, pixels: float) -> str:
    if text_width(line) <= pixels:
        return line
    keep = max(4, next((k for k in range(len(line), 0, -1) if text_width(line[:k]) + 12 <= pixels), 4))
    return line[:keep].rstrip(" ,(") + "…"


_WIDTHS = {"iljI.,:;'|! ’": 0.32, "ftr-()[]/·": 0.41, "mMwW%@—…■●◆▲": 0.95, "ABCDEFGHJKLNOPQRSTUVXYZ": 0.70}


def text_width(text: str, size: float = SIZE) -> float:
    """About how many pixels the longest line takes, in a wide sans (DejaVu); bold counts 8% more."""
    bold = 1.08 if "<b>" in text else 1.0
    lines = [re.sub(r"<[^>]*>", "", line) for line in text.split("<br>")]
    each = {c: width for group, width in _WIDTHS.items() for c in group}
    return max(sum(each.get(c, 0.63) for c in line) for line in lines) * size * bold


def written(value: Any, percent: bool = False, unit: str = "") -> str:
    """A number as it stands in a figure; *no data* where there is none."""
    if missing(value):
        return "no data"
    if percent:
        return words.percent(value)
    if abs(value) >= 1e6:
        return f"{value / 1e9:.3g} bn" if abs(value) >= 1e9 else f"{value / 1e6:.3g} m"
    return f"{words.number(value)} {unit}".strip()


def alike(values: Sequence, percent: bool = False) -> list[str]:
    """Numbers that stand under one another, with the same decimals."""
    there = [abs(v) for v in values if not missing(v)]
    if percent or all(float(v).is_integer() for v in there) or max(there) >= 1000:
        return [written(v, percent) for v in values]
    digits = 1 if max(there) >= 10 else 2
    return ["no data" if missing(v) else words.number(v, digits) for v in values]


def missing(value: Any) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def numbers(column: Iterable) -> list[float | None]:
    """A column as floats, with ``None`` where there is nothing."""
    return [None if missing(v) else float(v) for v in column]


def need(frame: pd.DataFrame, *columns: str | None) -> None:
    """``ValueError`` naming the columns that the frame has not."""
    absent = [c for c in columns if c is not None and c not in frame.columns]
    if absent:
        raise ValueError(
            f"no column {', '.join(map(repr, absent))}; the table has {', '.join(map(str, frame.columns))}"
        )


# ---------------------------------------------------------------- groups


@dataclass(frozen=True)
class Group:
    """One group of marks: its key in the table, its name in the picture, its colour's name."""

    key: Any
    name: str
    colour: str

    @property
    def said(self) -> str:
        """The name as safe text."""
        return plain(self.name)

    @property
    def light(self) -> str:
        """The light value of its colour."""
        return colour(self.colour)

    @property
    def tone(self) -> str:
        """The light value of its text tone."""
        return tone(self.colour)


def _by_key(keys: Sequence, given: Mapping | Sequence | None) -> dict:
    """A mapping as it is, a sequence in the order of the keys."""
    given = [given] if isinstance(given, str) else given or ()
    return dict(given) if isinstance(given, Mapping) else dict(zip(keys, given, strict=False))


def groups(
    keys: Sequence, names: Mapping | Sequence | None = None, colours: Mapping | Sequence | None = None
) -> list[Group]:
    """Keys with their names and colours: four hues in order unless ``colours`` names others.

    Raises
    ------
    ValueError
        For a fifth group without a colour of its own, and for a colour that is none of the house.
    """
    named, given = _by_key(keys, names), _by_key(keys, colours)
    free = iter([hue for hue in HUES if hue not in given.values()])
    found = []
    for key in keys:
        own = given.get(key) or next(free, None)
        if own is None:
            raise ValueError(
                f"{len(keys)} groups, but four hues and grey are the limit: fold the last with rest='other', "
                "or give one of them the colour 'grey'"
            )
        colour(own)
        found.append(Group(key, str(named.get(key, key)), own))
    return found


def value_groups(
    frame: pd.DataFrame, values: Sequence[str] | str, names=None, colours=None, rest: str | None = None
) -> tuple[pd.DataFrame, list[Group]]:
    """A group for each value column; with ``rest`` those after the fourth are summed to one grey group of that name."""
    values = [values] if isinstance(values, str) else list(values)
    need(frame, *values)
    alone, join = (values[:4], values[4:]) if rest else (values, [])
    found = groups(alone, names, colours)
    if join:
        frame = frame.assign(**{rest: frame[join].sum(axis=1, min_count=1)})
        found.append(Group(rest, rest, "grey"))
    return frame, found


def ordered(frame: pd.DataFrame, label: str, order: Sequence | None) -> pd.DataFrame:
    """The rows that ``order`` names, in its order; all rows without it."""
    if order is None:
        return frame
    return frame.set_index(label).reindex([o for o in order if o in set(frame[label])]).reset_index()


# ---------------------------------------------------------------- room


@dataclass(frozen=True)
class Room:
    """What a picture may count on: a card's least inner width and height in px."""

    name: str
    width: int
    height: int

    @property
    def narrow(self) -> bool:
        return self.name == "narrow"


WIDE, MIDDLE, NARROW = Room("wide", 768, 280), Room("middle", 608, 280), Room("narrow", 312, 290)


def apart(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Centres near those wanted, in the same order, that leave each its size between ``low`` and ``high``.

    Neighbours that would touch form a block about the mean of what they want (pool adjacent violators). If there is
    not room for all, they are spread evenly.
    """
    if sum(sizes) > high - low:
        sizes = [s * (high - low) / sum(sizes) for s in sizes]
    blocks: list[list] = []  # [members, size, start]

    def start(members: list[int], size: float) -> float:
        before, total = 0.0, 0.0
        for i in members:
            total += wanted[i] - before - sizes[i] / 2
            before += sizes[i]
        return min(max(total / len(members), low), high - size)

    for i in sorted(range(len(wanted)), key=lambda i: (wanted[i], i)):
        blocks.append([[i], sizes[i], start([i], sizes[i])])
        while len(blocks) > 1 and blocks[-2][2] + blocks[-2][1] > blocks[-1][2] + 1e-9:
            last = blocks.pop()
            members, size = blocks[-1][0] + last[0], blocks[-1][1] + last[1]
            blocks[-1] = [members, size, start(members, size)]
    centres = [0.0] * len(wanted)
    for members, _, at in blocks:
        for i in members:
            centres[i] = at + sizes[i] / 2
            at += sizes[i]
    return centres


def ticks(low: float, high: float, percent: bool = False, most: int = 5) -> tuple[list[float], list[str]]:
    """At most ``most`` round ticks between two ends, with their words."""
    span = (high - low) or 1.0
    power = 10 ** math.floor(math.log10(span / most))
    step = next(k * power for k in (1, 2, 2.5, 5, 10, 20) if span / (k * power) <= most)
    if not percent and float(low).is_integer() and high - low > 2:
        step = max(1, step)
    at = [k * step for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    at = [round(v, 10) for v in at]
    digits = 0 if all(abs(v * 100 - round(v * 100)) < 1e-6 for v in at) else 1
    return at, [words.percent(v, digits) if percent else written(v) for v in at]


def value_ends(given: Iterable[float | None], room: float, percent: bool = False) -> tuple[float, float]:
    """The ends of an axis of values from 0, with ``room`` (a share of its span) beyond each end that is not 0 or 100%."""
    there = [v for v in given if v is not None]
    low, high = min(0.0, *there), max(0.0, *there)
    beyond = room * ((high - low) or 1.0)
    return low - beyond if low else low, 1.0 if percent and 0.8 < high <= 1 else high + beyond


def year_ticks(low: int, high: int, pitch: float) -> list[int]:
    """Whole years up to the last, as many as fit at ``pitch`` px a year."""
    step = next(k for k in (1, 2, 3, 5, 10, 20, 50, 100) if k * pitch >= text_width("2024") + 5)
    return list(range(int(high), int(low) - 1, -step))[::-1]


# ---------------------------------------------------------------- parts of a layout


def note(text: str, shade: str = SOFT, **place) -> dict:
    """An annotation without arrow, in 13 px of a light value."""
    return {"text": text, "showarrow": False, "font": {"size": SIZE, "color": shade}, **place}


def row_axis(texts: Sequence[str], pad: float = 0.5) -> dict:
    """The axis of rows from top to bottom, with their labels."""
    axis = {
        "range": [len(texts) - 1 + pad, -pad],
        "tickvals": list(range(len(texts))),
        "ticktext": list(texts),
    }
    return axis | {"tickfont": {"size": SIZE, "color": INK}}


def level_rule(y: float, x0: float, x1: float, shade: str = "rule", **more) -> dict:
    """A thin level line behind the marks."""
    line = {"color": colour(shade), "width": 1}
    return {"type": "line", "x0": x0, "x1": x1, "y0": y, "y1": y, "layer": "below", "line": line, **more}


def measures(rows: int, room: Room, tall: float = 0) -> dict:
    """``layout.meta``: the number of rows, and the height in px that a picture needs beyond its room."""
    return {"rows": rows, **({"tall": round(tall)} if tall > room.height else {})}


def under(text: str, room: Room) -> tuple[list[dict], int]:
    """What a level axis measures, at the right under its ticks, and the px that it takes."""
    if not text:
        return [], 0
    said = plain(text, width=int(room.width / 8.2))
    at = {"x": 1, "xref": "paper", "xanchor": "right", **BELOW}
    return [note(said, **at, yshift=-22, align="right")], LINE * (said.count("<br>") + 1)


def flow(items: Iterable[tuple[str, str, str]], width: float) -> tuple[str, int]:
    """A key of (sign, colour's name, safe text) in one text over lines of ``width`` px, and the number of lines."""
    lines, line, used = [], [], 0.0
    for sign, name, said in items:
        said = said if "<" in said else _shortened(said, width - 24)
        sure = text_width(f"{sign} {said}    ")
        if line and used + sure > width:
            lines.append(line)
            line, used = [], 0.0
        line.append(f'<span style="color:{colour(name)}">{sign}</span> {said}')
        used += sure
    lines.append(line)
    return "<br>".join("    ".join(line) for line in lines), len(lines)


def chips(found: Sequence[Group]) -> list[tuple[str, str, str]]:
    """Groups as entries of a key."""
    return [("■", g.colour, g.said) for g in found]


def header(
    title: str, items: Sequence[tuple], room: Room, left: float = 0, lift: float = 6
) -> tuple[list[dict], int]:
    """The axis title and a key, beside it or over it at the picture's top left, and the px that they take."""
    at = {"x": 0, "xref": "paper", "xanchor": "left", **ABOVE}
    at |= {"xshift": -left, "align": "left"}
    text, lines = flow(items, room.width - 4) if items else ("", 0)
    if items and title and lines == 1 and text_width(f"{title}     {text}") <= room.width - 8:
        text, title = f'<span style="color:{colour("soft")}">{plain(title)}</span>     {text}', ""
    found, deep = [], lift
    if title:
        said = row_label(title, room.width - 8, 3)
        found.append(note(said, **at, yshift=deep))
        deep += LINE * (said.count("<br>") + 1)
    if items:
        found.append(note(text, INK, **at, yshift=deep + 2))
        deep += 4 + LINE * lines
    return found, round(deep + 3)


def rule(x: Any, text: str) -> dict:
    """A threshold or a change of rules at ``x``, with its words: for ``rules=`` of the marks."""
    return {"x": x, "words": str(text)}


def rule_marks(
    rules: Sequence[Mapping], room: Room, x_of: Callable, left: float, per_px: float
) -> tuple[list, list, list]:
    """Dashed lines at rules, their words inside the picture, and the (from, to, px from the top) that the words take.

    Words stand at the left of their line, or at its right if there is no room; ``per_px`` is the axis' units in a px.
    """
    shapes, texts, taken = [], [], []
    for x, said in sorted((x_of(r["x"]), r["words"]) for r in rules):
        line = {"color": colour("soft"), "width": 1, "dash": "4px,4px"}
        shapes.append({"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line})
        text = plain(said, width={"wide": 32, "middle": 26}.get(room.name, 17))
        wide = (text_width(text) + 10) * per_px
        right = x - wide < left
        ends = (x, x + wide) if right else (x - wide, x)
        down = max([d for a, b, d in taken if a < ends[1] and ends[0] < b], default=0)
        taken.append((*ends, down + LINE * (text.count("<br>") + 1) + 6))
        side = ("left", 6) if right else ("right", -6)
        place = {"xanchor": side[0], "align": side[0], "xshift": side[1], "yanchor": "top", "yshift": -down}
        texts.append(note(text, x=x, y=1, yref="paper", **place))
    return shapes, texts, taken


# ---------------------------------------------------------------- traces


def hover(head: Any, *lines: str) -> str:
    """What the pointer reads: a bold head over lines of safe text; empty ones are left out."""
    return "<br>".join([f"<b>{plain(head, width=50)}</b>", *(line for line in lines if line)])


def texts(x: Sequence, y: Sequence, said: Sequence, shade: str | Sequence[str] = INK, **more) -> dict:
    """Texts in one light value, or in one for each."""
    font = {"size": SIZE, "color": shade}
    trace = {"type": "scatter", "mode": "text", "x": x, "y": y, "text": said, "textfont": font}
    return {**trace, "hoverinfo": "skip", **more}


def strokes(x: Sequence, y: Sequence, name: str, width: float, opacity: float | None = None, **line) -> dict:
    """Lines, apart where x and y hold ``None``, of which the pointer says nothing."""
    line = {"color": colour(name), "width": width, **line}
    faint = {} if opacity is None else {"opacity": opacity}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", **faint}


def points(x: Sequence, y: Sequence, marker: dict, said: Sequence[str], **more) -> dict:
    """Markers with what the pointer reads."""
    trace = {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker}
    return {**trace, "customdata": said, **FREE, **more}


def level_bars(x: Sequence, y: Sequence, thick: float, marker: dict, said: Sequence[str], **more) -> dict:
    """Level bars, each ``thick`` rows thick, with what the pointer reads."""
    trace = {"type": "bar", "orientation": "h", "x": x, "y": y, "width": [thick] * len(y), "marker": marker}
    return {**trace, "customdata": said, **FREE, **more}


# ---------------------------------------------------------------- figures


def compose(draw: Callable[[Room], tuple[list[dict], dict]]) -> go.Figure:
    """A figure drawn for wide cards, with what changes for those under 800 and under 640 px in ``layout.meta``.

    ``draw(room)`` gives traces and layout. ``meta.middle`` and ``meta.narrow`` override the layout, ``middle_data`` and
    ``narrow_data`` the traces, one by one: objects join, lists replace, ``None`` removes.
    """
    data, layout = draw(WIDE)
    drawn = {room.name: draw(room) for room in (MIDDLE, NARROW)}
    most = max(len(traces) for traces in (data, *(traces for traces, _ in drawn.values())))
    data += [{"type": "scatter", "visible": False} for _ in range(most - len(data))]
    meta = layout.pop("meta", {})
    for name, (traces, other) in drawn.items():
        other.setdefault("meta", {})
        traces += [{**trace, "visible": False} for trace in data[len(traces) :]]
        changes = [
            _changed(a, {"visible": True, **b} if len(a) == 2 else b)
            for a, b in zip(data, traces, strict=True)
        ]
        meta[name] = _changed(layout, other)
        if any(changes):
            meta[f"{name}_data"] = changes
    meta = {key: value for key, value in meta.items() if value}
    return go.Figure({"data": data, "layout": {"template": {}, **layout, "meta": meta}})


def _changed(base: Mapping, other: Mapping) -> dict:
    """What turns ``base`` into ``other``: see :func:`compose`."""
    found = {key: None for key in base if key not in other}
    for key, value in other.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), Mapping):
            if inner := _changed(base[key], value):
                found[key] = inner
        elif key not in base or base[key] != value:
            found[key] = value
    return found


def empty(message: str) -> go.Figure:
    """A figure that says why there is nothing to draw."""
    text = note(plain(message, width=28), INK, x=0.5, y=0.5, xref="paper", yref="paper")
    text["font"] = {"size": 16, "color": INK}
    axes = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
    layout = {"template": {}, **axes, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "annotations": [text]}
    return go.Figure({"data": [], "layout": layout})


@cache
def _template() -> dict:
    text, clear = {"size": SIZE, "color": INK}, "rgba(0,0,0,0)"
    axis = {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": False, "tickangle": 0}
    axis |= {"linecolor": SOFT, "gridcolor": LIGHT["rule"], "tickfont": {"size": SIZE, "color": SOFT}}
    edge = {"align": "left", "bgcolor": LIGHT["card"], "bordercolor": LIGHT["edge"], "font": text}
    layout = {"font": {"family": SANS, **text}, "paper_bgcolor": clear, "plot_bgcolor": clear}
    layout |= {"margin": {"l": 32, "r": 168, "t": 26, "b": 24, "pad": 0}, "showlegend": False}
    layout |= {"dragmode": False, "hovermode": "closest", "hoverlabel": edge, "transition": {"duration": 200}}
    layout |= {"bargap": 0.26, "uniformtext": {"mode": "hide", "minsize": SIZE}}
    layout |= {"xaxis": axis, "yaxis": {**axis, "ticklabelstandoff": 4}}
    # plotly.js 4 would turn the map to what is drawn; 50 is the set of base maps that a page fills with nothing
    layout["geo"] = {"visible": False, "fitbounds": False, "bgcolor": clear, "resolution": 50}
    return {"layout": layout}


def styled(figure: go.Figure) -> dict:
    """A figure as a dict in house style."""
    body = figure.to_dict()
    if not body["layout"].get("template", {}).get("layout"):
        body["layout"]["template"] = _template()
    return body


def to_json(figure: go.Figure) -> bytes:
    """A figure as compact JSON in house style."""
    from plotly.io.json import to_json_plotly

    return to_json_plotly(styled(figure), engine="orjson").encode()


@cache
def geometry(name: str) -> bytes:
    """The GeoJSON bytes that stand for ``"geojson": name`` in a figure; ``KeyError`` if there are none."""
    from cyberdip_utils.data import shapes_bytes

    return shapes_bytes(name)


def standalone(figure: go.Figure) -> go.Figure:
    """A copy in house style that carries its map shapes, for use outside an exhibit."""
    body = json.loads(to_json(figure))
    for trace in body["data"]:
        if isinstance(trace.get("geojson"), str):
            shapes = json.loads(geometry(trace["geojson"]))
            shapes["features"] = [f for f in shapes["features"] if f["geometry"]["type"] != "Point"]
            trace["geojson"] = shapes
    return go.Figure(body)
