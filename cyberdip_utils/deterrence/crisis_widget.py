"""The crisis game on the page: what each screen says, and the one widget that shows it.

``screen(...)`` is pure and gives plain data; ``static/crisis.js`` draws it with native controls; ``CrisisGame`` keeps the
state and answers what the page asks.
"""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from cyberdip_utils.deterrence import crisis, crisis_files
from cyberdip_utils.deterrence.crisis import Decision, State

STATIC = Path(__file__).parents[1] / "static"
FIRST = "blackout"
FIRST_SEED = 2  # the first with which something happens in every scenario if nothing is done
NEEDS_KERNEL = "The game needs a running kernel: open this chapter in JupyterLab, locally or by the Binder link, and run this cell."
ACCESS_WORDS = {"open": "public", "technical": "technical", "secret": "secret source"}


def decision_words(state: State, decision: Decision) -> str:
    """A decision in words: "Sanctions, against Merrow, technical evidence shown"."""
    parts = [crisis.options()[decision.option].name]
    if decision.target:
        parts.append(f"aimed at {crisis.scenario(state.scenario).suspect(decision.target).name}")
    shown = {
        "open": "no evidence shown",
        "technical": "technical evidence shown",
        "secret": "all evidence shown",
    }
    if decision.reveal:
        parts.append(shown[decision.reveal])
    return ", ".join(parts)


def _percent(p: float) -> str:
    return f"{p:.0%}" if 0.01 <= p <= 0.99 else ("under 1%" if p < 0.01 else "over 99%")


def _draw(d: crisis.Draw, over: bool) -> dict:
    kinds = {"record": "from the record", "assumption": "our assumption", "model": "record and model"}
    counted = d.purpose in ("harm", "partners")
    how = (
        f"The outcomes are laid end to end by their shares; the die fell on {d.die:.3f}."
        if counted
        else f"This game's value: {d.value:.1%}. The die fell on {d.die:.3f}; below the value means yes."
    )
    if d.purpose == "strike" and d.kind == "model":
        how = f"Without an answer, this game's value is {d.value:.1%}. The die fell on {d.die:.3f}. " + (
            d.sealed if over else "What your answer did to it is opened in the debrief."
        )
    return {
        "asks": d.asks,
        "outcome": d.outcome,
        "kind": kinds[d.kind],
        "source": d.source,
        "rule": d.rule,
        "how": how,
        "tables": ", ".join(d.tables) or "none",
    }


def _turn(state: State, turn: crisis.Turn) -> dict:
    return {
        "round": turn.round,
        "when": crisis.scenario(state.scenario).rounds[turn.round - 1][0],
        "decision": decision_words(state, turn.decision),
        "events": list(turn.events),
        "draws": [_draw(d, state.over) for d in turn.draws],
    }


def _measures(state: State) -> list[dict]:
    values = crisis.measures(state)
    return [
        {"key": k, "label": label, "value": values[k], "unit": unit, "note": note}
        for k, (label, unit, note) in crisis.MEASURES.items()
    ]


def _picture(state: State) -> list[dict]:
    s, public = crisis.scenario(state.scenario), crisis.outside(state)
    rows = []
    for key, (p, low, high) in crisis.assessment(state).items():
        who = s.suspect(key)
        rows.append(
            {
                "name": who.name,
                "about": who.about,
                "p": p,
                "low": low,
                "high": high,
                "public": public[key],
                "text": f"{_percent(p)}, from {_percent(low)} to {_percent(high)}; "
                f"outsiders would say {_percent(public[key])}",
            }
        )
    return rows


def _clues(state: State) -> list[dict]:
    s = crisis.scenario(state.scenario)
    rows = []
    for key, was in reversed(state.found):
        c = s.clue(key)
        rows.append(
            {
                "title": c.title,
                "text": c.found if was else c.missing,
                "round": c.round,
                "new": c.round == state.round,
                "marks": ", ".join(
                    [ACCESS_WORDS[c.access], "can be forged" if c.forgeable else "hard to forge"]
                    + (["shown"] if key in state.shown else [])
                ),
            }
        )
    return rows


def _options(state: State) -> list[dict]:
    rows = []
    for o in crisis.options().values():
        rows.append(
            {
                "id": o.id,
                "name": o.name,
                "says": o.says,
                "law": o.law,
                "allies": o.allies,
                "home": o.home,
                "blocked": crisis.blocked(state, o),
                "target": o.target,
                "reveals": [[r, crisis.REVEAL_WORDS[r]] for r in crisis.reveals(o)],
            }
        )
    return rows


def _what_was_hidden(state: State) -> list[str]:
    """The debrief in sentences: who did it, what you believed, whom you named, what was traded for what."""
    s = crisis.scenario(state.scenario)
    doer, last = s.suspect(state.truth), crisis.assessment(state)
    lines = [
        f"It was {doer.name}. "
        + (
            f"It planted evidence against {s.suspect(s.accused).name}."
            if state.planted
            else "No evidence was planted."
        )
    ]
    top = max(last, key=lambda k: last[k][0])
    said = f"At the end you gave {doer.name} {_percent(last[state.truth][0])}"
    if top != state.truth:
        said += f" and {s.suspect(top).name} {_percent(last[top][0])}"
    lines.append(f"{said}. Over many seeds such percentages come true; in one game they cannot.")
    if not state.named:
        lines.append("You named nobody in public.")
    for key in state.named:
        lines.append(
            f"You named {s.suspect(key).name} in public: "
            + ("rightly." if key == state.truth else "wrongly.")
        )
    for key in crisis.wronged(state):
        if key not in state.named:
            lines.append(f"Your operation hit {s.suspect(key).name}, which had not done it.")
    for kind, key in state.pending:
        lines.append(f"The {kind} against {s.suspect(key).name} came to nothing within the crisis.")
    for what, reasons in (
        ("Escalation", state.escalation),
        ("Exposure", state.exposure),
        ("Strain with allies", state.strains),
    ):
        if reasons:
            lines.append(f"{what}: {'; '.join(reasons)}.")
    lines.append(_trade_off(state))
    return lines


def _trade_off(state: State) -> str:
    """What a quieter course would have changed: the same luck with nothing done in any round."""
    quiet = crisis.play(state.scenario, state.seed, state.world, [Decision("nothing")] * len(state.turns))
    mine, theirs = crisis.measures(state), crisis.measures(quiet)
    better, worse = [], []
    for key, (label, unit, _) in crisis.MEASURES.items():
        gap = mine[key] - theirs[key]
        if gap:
            good = (gap > 0) == (key in crisis.HIGHER_IS_BETTER)
            (better if good else worse).append(f"{label.lower()} {mine[key]} instead of {theirs[key]} {unit}")
    if not better and not worse:
        return "Against doing nothing in every round, with the same luck, your choices changed none of the five outcomes."
    said = "Against doing nothing in every round, with the same luck: "
    return (
        said
        + "; ".join(
            ([f"better in {', '.join(better)}"] if better else [])
            + ([f"worse in {', '.join(worse)}"] if worse else [])
        )
        + "."
    )


def _what_if(state: State, asked: tuple[int, Decision] | None) -> dict:
    """Choices for the counterfactual, and its result if one was asked for."""
    rounds, state_then = [], crisis.new_game(state.scenario, state.seed, state.world)
    for turn in state.turns:
        rounds.append(
            {
                "round": turn.round,
                "taken": decision_words(state, turn.decision),
                "options": [
                    {"words": decision_words(state, d), "decision": [d.option, d.target, d.reveal]}
                    for d in crisis.legal(state_then)
                    if d != turn.decision
                ],
            }
        )
        state_then = crisis.step(state_then, turn.decision)
    if asked is None:
        return {"rounds": rounds, "result": None}
    round_, decision = asked
    other, dropped = crisis.counterfactual(state, round_, decision)
    mine, theirs = crisis.measures(state), crisis.measures(other)
    note = (
        ""
        if not dropped
        else (
            f"In round {', '.join(map(str, dropped))} your old choice was no longer allowed; nothing was done there. "
        )
    )
    result = {
        "title": f"Round {round_}: {decision_words(state, decision)}",
        "note": note + "Draws of the same purpose use the same die in both games.",
        "rows": [[label, mine[k], theirs[k], unit] for k, (label, unit, _) in crisis.MEASURES.items()],
        "events": other.turns[round_ - 1].events,
        "round": round_,
        "decision": [decision.option, decision.target, decision.reveal],
    }
    return {"rounds": rounds, "result": result}


def screen(
    state: State, name: str = "", message: str = "", asked: tuple[int, Decision] | None = None
) -> dict:
    """Everything the page shows of a state, as plain data.

    Parameters
    ----------
    state : State
    name : str
        The team's name.
    message : str
        A sentence on what was just done: saved, loaded, refused.
    asked : (int, Decision), optional
        The counterfactual that the reader asks for once the game is over.
    """
    s = crisis.scenario(state.scenario)
    setup = {
        "scenarios": [
            [k, f"{crisis.scenario(k).title} ({crisis.scenario(k).kind})"] for k in crisis.scenario_ids()
        ],
        "worlds": [[k, words] for k, words in crisis.WORLDS.items()],
        "scenario": state.scenario,
        "seed": state.seed,
        "world": state.world,
        "note": crisis.WORLD_NOTES[state.world],
    }
    shown: dict[str, Any] = {
        "title": s.title,
        "story": s.story,
        "setup": setup,
        "name": name,
        "message": message,
        "over": state.over,
        "rounds": len(s.rounds),
        "measures": _measures(state),
        "turns": [_turn(state, t) for t in state.turns],
        "picture": _picture(state),
        "clues": _clues(state),
        "saved": crisis_files.saved(),
        "file": crisis_files.to_json(state, name),
    }
    if state.over:
        shown["hidden"] = _what_was_hidden(state)
        shown["whatif"] = _what_if(state, asked)
        return shown
    when, text = s.rounds[state.round - 1]
    return shown | {
        "round": state.round,
        "when": when,
        "text": text,
        "options": _options(state),
        "targets": [[x.id, x.name] for x in s.suspects],
        "threshold": f"Partners join when what you show gives your suspect {s.threshold:.0%} or more.",
    }


def as_text(state: State) -> str:
    """The state as plain text: what a page without a kernel, a printer or a screen reader gets."""
    s = crisis.scenario(state.scenario)
    lines = [f"{s.title} ({s.kind})", s.story, ""]
    if not state.over:
        when, text = s.rounds[state.round - 1]
        lines += [f"Round {state.round} of {len(s.rounds)}, {when}", text, ""]
    lines += ["Who did it? Your assessment:"]
    lines += [f"  {row['name']}: {row['text']}" for row in _picture(state)]
    lines += ["", "What you know:"]
    lines += [f"  {c['title']} ({c['marks']}): {c['text']}" for c in _clues(state)]
    if not state.over:
        lines += ["", "What you may propose:"]
        lines += [
            f"  {o['name']}: {o['says']}" + (f" ({o['blocked']})" if o["blocked"] else "")
            for o in _options(state)
        ]
    else:
        lines += ["", *_what_was_hidden(state)]
    return "\n".join(lines)


@cache
def _widget_class():
    """The widget, defined at first use: anywidget is not loaded to play in plain Python."""
    import anywidget
    import traitlets

    class CrisisGame(anywidget.AnyWidget):
        """The game on the page. The kernel keeps the state; the page gets a screen and sends what was chosen."""

        _esm = STATIC / "crisis.js"
        _css = STATIC / "crisis.css"
        screen = traitlets.Unicode("{}").tag(sync=True)

        def __init__(self, state: State):
            self.state = state
            self.name = ""
            self.asked = None
            super().__init__()
            self._show()
            self.on_msg(self._told)

        def _show(self, message: str = "") -> None:
            body = screen(self.state, self.name, message, self.asked)
            self._count = getattr(self, "_count", 0) + 1
            self.screen = json.dumps(body | {"count": self._count}, ensure_ascii=False)

        def _told(self, _, message: dict, buffers) -> None:
            """Do what the page asks; whatever is wrong with it is said in a sentence."""
            try:
                said = self._do(message if isinstance(message, dict) else {})
            except (ValueError, OSError) as error:
                said = f"Not done. {str(error).strip()}"
            self._show(said)

        def _do(self, message: dict) -> str:
            kind = message.get("kind")
            if "name" in message:
                self.name = crisis_files.clean_name(message["name"]) if message["name"] else ""
            if kind == "start":
                scenario, world = (str(message.get(k) or "") for k in ("scenario", "world"))
                self.state = crisis.new_game(scenario, message.get("seed"), world)
                self.asked = None
                return f"A new game has begun, with seed {self.state.seed}."
            if kind == "decide":
                parts = [str(message.get(k) or "") for k in ("option", "target", "reveal")]
                self.state, self.asked = crisis.step(self.state, Decision(*parts)), None
                done = len(self.state.turns)
                return f"Round {done} is played." + (
                    " The game is over: here is the debrief." if self.state.over else ""
                )
            if kind == "save":
                path = crisis_files.save(self.state, self.name)
                return f"Saved as {path.parent.name}/{path.name}."
            if kind in ("load", "read"):
                loaded = (
                    crisis_files.load_game(str(message.get("file")))
                    if kind == "load"
                    else crisis_files.from_json(str(message.get("text", "")))
                )
                self.state, self.name, note = loaded
                self.asked = None
                return f"The game of {self.name} is loaded, with {len(self.state.turns)} rounds played. {note}".strip()
            if kind == "whatif":
                round_, parts = message.get("round"), message.get("decision")
                if not isinstance(round_, int) or not isinstance(parts, list) or len(parts) != 3:
                    raise ValueError("Choose a round and another choice first.")
                asked = (round_, Decision(*map(str, parts)))
                crisis.counterfactual(self.state, *asked)
                self.asked = asked
                return "The other course is below."
            raise ValueError(
                "The page asked for something that this version does not know. Run the cell again."
            )

        def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
            bundle = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
            data, *rest = bundle if isinstance(bundle, tuple) else (bundle,)
            data = data | {
                "text/plain": f"{NEEDS_KERNEL}\n\n{as_text(self.state)}",
                "text/html": self._repr_html_(),
            }
            return (data, *rest) if rest else data

        def _repr_html_(self) -> str:
            """For a page without a kernel: the opening state, and the sentence that it cannot be played there."""
            return f"<div><p><strong>{escape(NEEDS_KERNEL)}</strong></p><pre>{escape(as_text(self.state))}</pre></div>"

        def __repr__(self) -> str:
            return f"<CrisisGame: {self.state.scenario}, seed {self.state.seed}, {len(self.state.turns)} rounds played>"

    return CrisisGame


def game(scenario: str = FIRST, seed: int = FIRST_SEED, world: str = "flat"):
    """The playing surface, as a widget; make it the last line of a cell.

    Parameters
    ----------
    scenario : str
        ``blackout``, ``ballot`` or ``update``.
    seed : int
        0 to 999,999: the luck of the game.
    world : str
        ``flat``, ``coded`` or ``deterred``: what an answer does to the next strike.

    Raises
    ------
    ValueError
        An unknown scenario or world, or a seed out of range.
    """
    return _widget_class()(crisis.new_game(scenario, seed, world))
