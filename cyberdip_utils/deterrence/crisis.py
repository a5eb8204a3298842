"""The crisis game: an explicit state, a pure step, and games that can be replayed to the last digit.

``new_game(scenario, seed, world)`` gives the opening :class:`State`; ``step(state, decision, dice)`` gives the next.
Nothing is scripted: what happens is drawn from the rates of :mod:`crisis_record` and the attack rule of
:mod:`models`. Each draw has a die of its own, made from (scenario, seed, round, purpose), so two games with the same seed
share their luck and differ only by what was decided.

Attribution is a Bayesian problem with known answer, because the state is invented: the doer is drawn from the prior,
the clues from the doer (or, if the doer plants evidence, from the accused), and :mod:`cyberdip_utils.evidence` turns
what was found into a probability. The likelihoods of clues are ours; the prior of a state is counted in the record.

A game is its scenario, seed, world and decisions: :func:`play` gives it back. :mod:`crisis_files` saves them.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cyberdip_utils.deterrence import crisis_record as record
from cyberdip_utils.deterrence.models import attack_payoff
from cyberdip_utils.errors import quoted
from cyberdip_utils.evidence import posterior

FOLDER = Path(__file__).parent / "crisis_scenarios"
REVEALS = {"open": 1, "technical": 2, "secret": 3}
REVEAL_WORDS = {
    "open": "Nothing beyond what is public",
    "technical": "Technical evidence too",
    "secret": "Everything, secret sources too",
}
WORLDS = {
    "flat": "Answers change nothing",
    "coded": "The record at face value",
    "deterred": "Punishment works, as in the model",
}
WORLD_NOTES = {
    "flat": "A new strike is as likely as after any recorded incident, whatever you do, unless an operation of yours makes "
    "the doer change its conduct.",
    "coded": "A new strike is as likely as it was after incidents with the same kind of answer (a counter-operation "
    "is in no code, and counts as none). This reads a correlation as a cause: states answer the attackers who come again.",
    "deterred": "The doer attacks when it pays: U = (1 − d) v − c − q r P of chapter 3.3, with d = 0 and c set so "
    "that without an answer the rate is that of the record. Sanctions or an indictment in force, or an operation of "
    "yours, punish it if they are aimed at it.",
}
MEASURES = {
    "harm": ("Harm", "steps", "sum of the harm codes of all strikes, 0 for none; lower is better"),
    "partners": (
        "Allies",
        "net",
        "states that stand with you, less the times you strained them; higher is better",
    ),
    "escalation": ("Escalation", "steps", "harsher answers, threats and displays of force; lower is better"),
    "exposure": ("Exposure", "events", "dents in credibility and breaches of law; lower is better"),
    "burned": ("Sources burned", "sources", "ways of knowing that you showed and lost; lower is better"),
}
HIGHER_IS_BETTER = frozenset({"partners"})

PATCH = record.Assumed(
    "patch_blocks",
    "Does the patch stop the strike?",
    0.2,
    0.6,
    "No table of the handbook measures what a patch prevents, so any share between these ends is as good as another.",
)
HELP = record.Assumed(
    "help_lowers",
    "Does the help lower the harm by one step?",
    0.3,
    0.7,
    "No table of the handbook measures what help to victims prevents, so any share between these ends is as good.",
)
PENALTY = record.Assumed(
    "penalty",
    "What does punishment cost the doer?",
    0.2,
    0.8,
    "P in the attack rule, in units of the most valuable target. An illustrative range; nothing measures it.",
)


# ---------------------------------------------------------------- scenarios, read from their files


@dataclass(frozen=True)
class Suspect:
    """Somebody who may have done it; ``split`` is its share of the prior that states have together."""

    id: str
    name: str
    kind: str
    about: str
    split: float = 1.0


@dataclass(frozen=True)
class Clue:
    """One piece of evidence: found with probability p[doer], in this round, through this source."""

    id: str
    round: int
    title: str
    found: str
    missing: str
    source: str
    access: str
    forgeable: bool
    p: Mapping[str, float] = field(hash=False)


@dataclass(frozen=True)
class Option:
    """Something the adviser may propose."""

    id: str
    name: str
    says: str
    law: str
    allies: str
    home: str
    once: bool
    target: bool = False
    reveals: str = ""
    from_round: int = 1


@dataclass(frozen=True)
class Scenario:
    """A fictional crisis. ``threshold`` is the probability at which partners join."""

    id: str
    title: str
    kind: str
    you: str
    story: str
    accused: str
    false_flag: float
    doubt: float
    threshold: float
    rounds: tuple[tuple[str, str], ...]
    suspects: tuple[Suspect, ...]
    clues: tuple[Clue, ...]
    state_rate: record.Rate
    harm: record.Counts
    harm_words: str
    achieved: record.Rate

    def suspect(self, key: str) -> Suspect:
        """The suspect with this id; ``ValueError`` names those there are."""
        for s in self.suspects:
            if s.id == key:
                return s
        raise ValueError(
            f"target: {quoted(key)} is no suspect here; there are {', '.join(s.id for s in self.suspects)}"
        )

    def clue(self, key: str) -> Clue:
        """The clue with this id."""
        return next(c for c in self.clues if c.id == key)


@cache
def options() -> dict[str, Option]:
    """All options by id, in the order shown."""
    listed = tomllib.loads((FOLDER / "options.toml").read_text(encoding="utf-8"))["option"]
    made = [Option(**{"from_round" if k == "from" else k: v for k, v in o.items()}) for o in listed]
    return {o.id: o for o in made}


@cache
def scenario_ids() -> tuple[str, ...]:
    """Ids of the scenarios: the names of their files."""
    return tuple(sorted(p.stem for p in FOLDER.glob("*.toml") if p.stem != "options"))


@cache
def scenario(key: str) -> Scenario:
    """A scenario by id, with its rates counted from the tables.

    Raises
    ------
    ValueError
        No such scenario, or a file that breaks a rule, named.
    """
    if key not in scenario_ids():
        raise ValueError(f"scenario: {quoted(key)} is unknown; there are {', '.join(scenario_ids())}")
    raw = tomllib.loads((FOLDER / f"{key}.toml").read_text(encoding="utf-8"))
    return read_scenario(key, raw)


def read_scenario(key: str, raw: Mapping[str, Any]) -> Scenario:
    """A scenario from the contents of its file; ``ValueError`` says what is wrong with it."""
    suspects = tuple(Suspect(**s) for s in raw["suspect"])
    ids = [s.id for s in suspects]
    kinds = {s.kind for s in suspects}
    if kinds != {"state", "group"} or len(set(ids)) != len(ids) or raw["accused"] not in ids:
        raise ValueError(f"{key}: suspects need distinct ids, states and a group, and the accused among them")
    if sum(s.kind == "group" for s in suspects) != 1 or raw["accused"] != suspects[0].id:
        raise ValueError(f"{key}: the accused is a state and comes first, and there is one group")
    if abs(sum(s.split for s in suspects if s.kind == "state") - 1) > 1e-9:
        raise ValueError(f"{key}: the splits of the states must add up to 1")
    clues = tuple(Clue(**c) for c in raw["clue"])
    if len({c.id for c in clues}) != len(clues):
        raise ValueError(f"{key}: two clues have the same id")
    for c in clues:
        if set(c.p) != set(ids) or not all(0 < v < 1 for v in c.p.values()) or c.access not in REVEALS:
            raise ValueError(f"{key}: clue {c.id} needs a probability between 0 and 1 for each suspect")
        if not 1 <= c.round <= raw["rounds"]:
            raise ValueError(f"{key}: clue {c.id} comes in no round")
    if len(raw["round"]) != raw["rounds"] or not 4 <= raw["rounds"] <= 5:
        raise ValueError(f"{key}: four or five rounds, each with its text")
    like = tuple(raw["record"]["receivers"]), tuple(raw["record"]["types"])
    words = raw["record"]["words"]
    harm = raw["harm"]
    return Scenario(
        id=key,
        title=raw["title"],
        kind=raw["kind"],
        you=raw["you"],
        story=raw["story"],
        accused=raw["accused"],
        false_flag=raw["false_flag"],
        doubt=raw["doubt"],
        threshold=raw["threshold"],
        rounds=tuple((r["when"], r["text"]) for r in raw["round"]),
        suspects=suspects,
        clues=clues,
        state_rate=record.state_behind(*like, words),
        harm=record.harm(*like, harm["column"], tuple(harm["levels"]), words),
        harm_words=harm["words"],
        achieved=record.achieved(**raw["achieved"]),
    )


# ---------------------------------------------------------------- luck

Dice = Callable[[int, str], float]


def dice(key: str, seed: int) -> Dice:
    """Luck for one game of a scenario: a die for each (round, purpose), from 0 to below 1, the same on every machine.

    The die is the head of a hash of scenario, seed, round and purpose, so each is a stream of its own and none depends on how many were drawn.
    """

    def roll(round_: int, purpose: str) -> float:
        head = hashlib.blake2b(f"{key}|{seed}|{round_}|{purpose}".encode(), digest_size=8).digest()
        return (int.from_bytes(head, "big") >> 11) * 2.0**-53

    return roll


@lru_cache(maxsize=300_000)
def _fixed(key: str, seed: int, rate: record.Rate | record.Assumed) -> float:
    family = rate.key.partition("_")[
        0
    ]  # rates of one family share their luck, so that choices can be compared
    return rate.at(dice(key, seed)(0, f"rate {family}"))


def chance(state: State, rate: record.Rate | record.Assumed) -> float:
    """The value that a rate has in this game: drawn once from its uncertainty, the same in all rounds."""
    return _fixed(state.scenario, state.seed, rate)


@dataclass(frozen=True)
class Draw:
    """One opened draw: the question, the rate and its source, this game's value, the die, what came of it.

    ``sealed`` is a part of the explanation that would give the doer away, and is shown when the game is over.
    """

    purpose: str
    asks: str
    source: str
    rule: str
    tables: tuple[str, ...]
    kind: str
    value: float
    die: float
    outcome: str
    happened: bool
    sealed: str = ""


# ---------------------------------------------------------------- the state


@dataclass(frozen=True)
class Decision:
    """What is decided in a round: an option, whom it is aimed at, and how much evidence is shown."""

    option: str
    target: str = ""
    reveal: str = ""


@dataclass(frozen=True)
class Turn:
    """A round that was played: the decision, its draws, and what happened, in sentences."""

    round: int
    decision: Decision
    draws: tuple[Draw, ...]
    events: tuple[str, ...]


@dataclass(frozen=True)
class State:
    """Everything there is to know of a game. ``truth`` and ``planted`` are hidden from the player until the end."""

    scenario: str
    seed: int
    world: str
    round: int
    truth: str
    planted: bool
    found: tuple[tuple[str, bool], ...] = ()
    shown: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    patched: bool = False
    called: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    pending: tuple[tuple[str, str], ...] = ()
    in_force: tuple[tuple[str, str], ...] = ()
    punished: tuple[str, ...] = ()
    stopped: bool = False
    partners: int = 0
    strains: tuple[str, ...] = ()
    harms: tuple[str, ...] = ()
    escalation: tuple[str, ...] = ()
    exposure: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def over(self) -> bool:
        """All rounds are played."""
        return self.round > len(scenario(self.scenario).rounds)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided so far."""
        return tuple(t.decision for t in self.turns)


def _with(state: State, **changes: Any) -> State:
    """The state with some parts changed; ``dataclasses.replace`` took a third of the time of a game."""
    other = object.__new__(State)
    other.__dict__.update(state.__dict__, **changes)
    return other


def _prior(s: Scenario) -> dict[str, float]:
    """Probability of each suspect before any clue: the state's share from the record, split as the file says."""
    p = (s.state_rate.k + 0.5) / (s.state_rate.n + 1)
    return {x.id: p * x.split if x.kind == "state" else 1 - p for x in s.suspects}


@lru_cache(maxsize=200_000)
def _posterior(key: str, found: tuple[tuple[str, bool], ...], doubt: float) -> tuple[tuple[str, float], ...]:
    s = scenario(key)
    others = [x.id for x in s.suspects if x.id != s.accused]
    rows, soft = {}, []
    for name, was in found:
        c = s.clue(name)
        mine = c.p[s.accused] if was else 1 - c.p[s.accused]
        rows[name] = [mine / (c.p[o] if was else 1 - c.p[o]) for o in others]
        soft.append(c.forgeable)
    values = np.array(list(rows.values()), dtype=float).reshape(len(rows), len(others))
    ratios = pd.DataFrame(values, index=list(rows), columns=others)
    result = posterior(_prior(s), s.accused, ratios, soft, s.false_flag, doubt)
    return tuple((str(k), float(v)) for k, v in result.items())


def belief(key: str, found: tuple[tuple[str, bool], ...]) -> dict[str, float]:
    """Probability of each suspect given which clues were found or not found (Bayes, with false flags)."""
    return dict(_posterior(key, tuple(sorted(found)), 1.0))


def assessment(state: State) -> dict[str, tuple[float, float, float]]:
    """For each suspect: probability, and the lowest and highest if every likelihood ratio is off by the doubt factor."""
    return dict(_bands(state.scenario, tuple(sorted(state.found))))


@lru_cache(maxsize=100_000)
def _bands(key: str, found: tuple[tuple[str, bool], ...]) -> tuple:
    s = scenario(key)
    ends = [dict(_posterior(key, found, k)) for k in (1.0, 1 / s.doubt, s.doubt)]
    return tuple(
        (x.id, (ends[0][x.id], min(e[x.id] for e in ends), max(e[x.id] for e in ends))) for x in s.suspects
    )


def outside(state: State, reveal: str = "") -> dict[str, float]:
    """What partners can conclude from open clues, what was shown before, and what this level of evidence shows."""
    s, level = scenario(state.scenario), max(1, REVEALS.get(reveal, 1))
    seen = [(c, was) for c, was in state.found if REVEALS[s.clue(c).access] <= level or c in state.shown]
    return belief(s.id, tuple(sorted(seen)))


# ---------------------------------------------------------------- what may be decided


def blocked(state: State, option: Option) -> str:
    """Why an option cannot be chosen now, in a sentence; empty if it can."""
    if state.over:
        return "The game is over."
    if option.once and option.id in state.used:
        return "This was done before."
    if state.round < option.from_round:
        return f"Not before round {option.from_round}: partners and lawyers have not been asked yet."
    return ""


def reveals(option: Option) -> tuple[str, ...]:
    """Levels of evidence that go with an option; none if it shows no evidence."""
    if not option.reveals:
        return ()
    return tuple(level for level, rank in REVEALS.items() if rank >= REVEALS[option.reveals])


def legal(state: State) -> list[Decision]:
    """Every decision that the rules allow now."""
    found = []
    for option in options().values():
        if blocked(state, option):
            continue
        targets = [x.id for x in scenario(state.scenario).suspects] if option.target else [""]
        found += [Decision(option.id, t, r) for t in targets for r in reveals(option) or ("",)]
    return found


def check(state: State, decision: Decision) -> Option:
    """The decision's option; ``ValueError`` says in a sentence why the decision is not allowed."""
    option = options().get(decision.option)
    if option is None:
        raise ValueError(f"option: {quoted(decision.option)} is unknown; there are {', '.join(options())}")
    if why := blocked(state, option):
        raise ValueError(f"option: {option.name} cannot be chosen. {why}")
    if option.target:
        scenario(state.scenario).suspect(decision.target)
    elif decision.target:
        raise ValueError(f"target: {option.name} is aimed at nobody")
    if decision.reveal not in (reveals(option) or ("",)):
        allowed = ", ".join(reveals(option)) or "no evidence"
        raise ValueError(f"reveal: {option.name} goes with {allowed}, not with {quoted(decision.reveal)}")
    return option


# ---------------------------------------------------------------- one round


def new_game(key: str, seed: int = 1, world: str = "flat") -> State:
    """The opening state: the doer, and whether it plants evidence, are drawn; the first clues come in.

    Raises
    ------
    ValueError
        An unknown scenario or world, or a seed that is no whole number from 0 to 999,999.
    """
    s = scenario(key)
    if world not in WORLDS:
        raise ValueError(f"world: {quoted(world)} is unknown; there are {', '.join(WORLDS)}")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= 999_999:
        raise ValueError(f"seed: {quoted(seed)} is not a whole number from 0 to 999,999")
    roll = dice(key, seed)
    place, truth = roll(0, f"doer of {key}"), s.suspects[-1].id
    for suspect, p in _prior(s).items():
        place -= p
        if place < 0:
            truth = suspect
            break
    planted = truth != s.accused and roll(0, "plants evidence") < s.false_flag
    return _clues(State(scenario=key, seed=seed, world=world, round=1, truth=truth, planted=planted), roll)


def _clues(state: State, roll: Dice) -> State:
    """The clues of the state's round, drawn from the doer; a source that was shown gives nothing more."""
    s = scenario(state.scenario)
    fresh = []
    for c in s.clues:
        if c.round == state.round and c.source not in state.lost:
            like = s.accused if state.planted and c.forgeable else state.truth
            fresh.append((c.id, roll(c.round, f"clue {c.id}") < c.p[like]))
    return _with(state, found=(*state.found, *fresh))


def _yes_no(
    state: State, roll: Dice, rate, purpose: str, yes: str, no: str, value: float | None = None
) -> Draw:
    p = chance(state, rate) if value is None else value
    die = roll(state.round, purpose)
    happened = die < p
    return Draw(
        purpose,
        rate.asks,
        str(rate),
        rate.rule,
        rate.tables,
        rate.kind,
        p,
        die,
        yes if happened else no,
        happened,
    )


def _once(reasons: tuple[str, ...], reason: str) -> tuple[str, ...]:
    """The reasons with this one, which counts once however often it occurs."""
    return reasons if reason in reasons else (*reasons, reason)


def _answer_kind(option: str) -> str:
    """How the record would code an answer of this kind."""
    if option in ("public", "joint", "demarche"):
        return "political"
    return "legal" if option in ("indict", "sanctions") else "none"


def _strike(state: State, option: Option, roll: Dice) -> Draw:
    """Does the doer strike in this round? By the world of the game."""
    rate = record.again(_answer_kind(option.id) if state.world == "coded" else "any")
    if state.world != "deterred":
        return _yes_no(state, roll, rate, "strike", "A new strike is tried.", "No new strike.")
    base = chance(state, rate)
    guilty = state.truth in state.punished
    q = belief(state.scenario, state.found)[state.truth] if guilty else 0.0
    penalty = chance(state, PENALTY)
    die = roll(state.round, "strike")
    happened = attack_payoff(1 - die, 0.0, 1 - base, q, 1.0 if guilty else 0.0, penalty) > 0
    value = max(0.0, base - q * guilty * penalty)
    rule = (
        f"{rate.rule} Without an answer the model gives this rate. The doer strikes when (1 − d) v − c − q r P is above "
        f"0, with v drawn evenly from 0 to 1, c = {1 - base:.2f}, and d = 0, since it does not know of your patch."
    )
    sealed = (
        f"q = {q:.2f} (your assessment of the true doer, once it is punished), "
        f"r = {int(guilty)}, P = {penalty:.2f}: chance {value:.0%}."
    )
    outcome = "A new strike is tried." if happened else "No new strike."
    return Draw(
        "strike", rate.asks, str(rate), rule, rate.tables, "model", base, die, outcome, happened, sealed
    )


def step(state: State, decision: Decision, roll: Dice | None = None) -> State:
    """The state after a round in which this was decided. Pure: the same arguments give the same state.

    Parameters
    ----------
    state : State
        Any state of a game that is not over.
    decision : Decision
        One of :func:`legal`.
    roll : callable, optional
        (round, purpose) to a die from 0 to below 1; that of the state's seed if not given.

    Raises
    ------
    ValueError
        A decision that the rules do not allow, in a sentence.
    """
    option = check(state, decision)
    roll = roll or dice(state.scenario, state.seed)
    s = scenario(state.scenario)
    draws: list[Draw] = []
    events: list[str] = []

    def ask(rate, purpose: str, yes: str, no: str) -> bool:
        draws.append(_yes_no(state, roll, rate, purpose, yes, no))
        events.append(draws[-1].outcome)
        return draws[-1].happened

    target = s.suspect(decision.target) if option.target else None
    openly = option.id in ("public", "joint", "indict", "sanctions")

    # what is shown, and what that costs
    if decision.reveal:
        level = REVEALS[decision.reveal]
        showing = [
            s.clue(c)
            for c, was in state.found
            if was and c not in state.shown and 1 < REVEALS[s.clue(c).access] <= level
        ]
        gone = tuple(dict.fromkeys(c.source for c in showing if c.source not in state.lost))
        state = _with(state, shown=(*state.shown, *(c.id for c in showing)), lost=(*state.lost, *gone))
        if gone:
            events.append(f"Shown and lost: {', '.join(gone)}. These sources will bring nothing more.")
        if "liaison" in gone:
            state = _with(state, strains=(*state.strains, "you showed a partner's source"))
            events.append("A partner's source was shown without its consent. The partner is angry.")

    if option.id in ("demarche", "public", "joint"):
        state = _with(state, called=tuple(dict.fromkeys((*state.called, target.id))))
    if option.id == "demarche":
        where = "its host state" if target.kind == "group" else "its government"
        events.append(f"You call on {target.name} ({where}) to stop, in private. It denies everything.")
    first_naming = openly and target.id not in state.named
    if openly:
        state = _with(state, named=tuple(dict.fromkeys((*state.named, target.id))))
        events.append(f"You name {target.name} in public.")
    if option.id == "patch":
        state = _with(state, patched=True)
        events.append("The hole is closed.")

    # partners
    if option.id in ("public", "joint"):
        believed = outside(state, decision.reveal)[target.id]
        if believed < s.threshold:
            events.append(
                f"On what you show, partners give {target.name} {believed:.0%}. They wanted {s.threshold:.0%}, "
                "and nobody joins."
            )
        else:
            counts = record.partners(option.id == "joint")
            die = roll(state.round, "partners")
            others = int(counts.at(die))
            joined = max(state.partners, others)
            said = f"{others} other {'state says' if others == 1 else 'states say'} the same."
            draws.append(
                Draw(
                    "partners",
                    counts.asks,
                    str(counts),
                    counts.rule,
                    counts.tables,
                    counts.kind,
                    die,
                    die,
                    said,
                    others > 0,
                )
            )
            events.append(said)
            state = _with(state, partners=joined)
    if first_naming and ask(
        record.contested(),
        "contested",
        "Somebody names another country, in public.",
        "Nobody names another country.",
    ):
        state = _with(state, exposure=(*state.exposure, "your claim is contested"))

    # courts and sanctions take their time
    if option.id in ("indict", "sanctions"):
        kind = "indictment" if option.id == "indict" else "sanctions"
        state = _with(state, pending=(*state.pending, (kind, target.id)))
    for kind, whom in state.pending:
        rate = record.ready(kind, record.DAYS * (state.round - 1))
        yes = f"The {kind} against {s.suspect(whom).name} {'is unsealed' if kind == 'indictment' else 'are in force'}."
        if ask(
            rate,
            f"ready {kind}",
            yes,
            f"The {kind} {'is' if kind == 'indictment' else 'are'} still being prepared.",
        ):
            state = _with(
                state,
                pending=tuple(p for p in state.pending if p != (kind, whom)),
                in_force=(*state.in_force, (kind, whom)),
                punished=tuple(dict.fromkeys((*state.punished, whom))),
            )
            if kind == "indictment":
                ask(record.arrests(), "arrests", "Somebody is arrested abroad.", "Nobody is arrested.")

    # your own operation
    if option.id == "counter":
        state = _with(state, punished=tuple(dict.fromkeys((*state.punished, target.id))))
        events.append(f"Your operation hits systems of {target.name}.")
        if target.id not in state.called:
            state = _with(state, exposure=_once(state.exposure, "a countermeasure without a call to stop"))
            events.append("You had not called on it to stop. Lawyers abroad say so.")
        if target.kind == "group":
            state = _with(
                state, exposure=_once(state.exposure, "an operation against a group on another state's soil")
            )
            events.append("The systems stand in a state that you have not accused of anything.")
        if state.partners == 0:
            state = _with(state, strains=_once(state.strains, "partners were not with you"))
            events.append("Partners hear of it from the press.")
        # drawn for any target, so that the draw does not tell whether it is the right one
        if ask(
            record.stop(),
            "stop",
            f"{target.name} changes its conduct.",
            f"{target.name} carries on as before.",
        ):
            state = _with(state, stopped=state.stopped or target.id == state.truth)

    # what the other side does: the state that was addressed, or the accused, whom everybody suspects anyway
    acts = {
        "demarche": "talk",
        "public": "demand",
        "joint": "demand",
        "indict": "demand",
        "sanctions": "sanction",
        "counter": "cyber",
    }
    at_state = target is not None and target.kind == "state"
    who = target.name if at_state else s.suspect(s.accused).name
    if ask(
        record.force(acts[option.id] if at_state else "quiet"),
        "force",
        f"{who} threatens, or holds a military exercise.",
        f"{who} makes no show of force.",
    ):
        state = _with(state, escalation=(*state.escalation, f"a threat or display of force by {who}"))
    answered = option.id == "counter"
    if ask(
        record.step_up(answered),
        "step up",
        "The exchange in cyberspace grows harsher.",
        "The exchange in cyberspace stays at its level.",
    ):
        state = _with(state, escalation=(*state.escalation, "a harsher answer in cyberspace"))

    # at home
    spoken = option.id in ("public", "joint")
    if ask(
        record.dissent(spoken),
        "dissent",
        "A member of parliament dissents in public.",
        "No open dissent at home.",
    ):
        state = _with(state, exposure=(*state.exposure, "open dissent at home"))

    # the doer
    if state.stopped:
        events.append("No new strike.")
    else:
        strike = _strike(state, option, roll)
        draws.append(strike)
        if strike.happened:
            state = _land(state, option, roll, draws, events)
        else:
            events.append(strike.outcome)

    turn = Turn(state.round, decision, tuple(draws), tuple(events))
    state = _with(state, round=state.round + 1, used=(*state.used, option.id), turns=(*state.turns, turn))
    return state if state.over else _clues(state, roll)


def _land(state: State, option: Option, roll: Dice, draws: list[Draw], events: list[str]) -> State:
    """A strike that is tried: does it succeed, does the patch hold, what harm does it do?"""
    s = scenario(state.scenario)
    hit = _yes_no(
        state, roll, s.achieved, "achieved", "It reaches its objective.", "A new strike is tried and fails."
    )
    draws.append(hit)
    if not hit.happened:
        events.append(hit.outcome)
        return state
    if state.patched:
        held = _yes_no(
            state,
            roll,
            PATCH,
            "patch",
            "A new strike is tried. The patch stops it.",
            "The patch does not stop it.",
        )
        draws.append(held)
        if held.happened:
            events.append(held.outcome)
            return state
    levels = [name for name, _ in s.harm.cases]
    die = roll(state.round, "harm")
    level = s.harm.at(die)
    draws.append(
        Draw(
            "harm",
            s.harm.asks,
            str(s.harm),
            s.harm.rule,
            s.harm.tables,
            s.harm.kind,
            die,
            die,
            f"Harm: {level}.",
            level != levels[0],
        )
    )
    if option.id == "help" and level != levels[0]:
        eased = _yes_no(
            state, roll, HELP, "help", "The help lowers the harm by one step.", "The help comes too late."
        )
        draws.append(eased)
        if eased.happened:
            level = levels[levels.index(level) - 1]
    events.append(f"A new strike reaches its objective. {s.harm_words}: {level}.")
    return _with(state, harms=(*state.harms, level))


# ---------------------------------------------------------------- what came of it


def measures(state: State) -> dict[str, int]:
    """The five outcomes, each in its own unit (``MEASURES``); they are never added up here.

    Once the game is over, an open act against somebody who did not do it counts as exposure.
    """
    levels = [name for name, _ in scenario(state.scenario).harm.cases]
    return {
        "harm": sum(levels.index(h) for h in state.harms),
        "partners": state.partners - len(state.strains),
        "escalation": len(state.escalation),
        "exposure": len(state.exposure) + (len(wronged(state)) if state.over else 0),
        "burned": len(state.lost),
    }


def wronged(state: State) -> tuple[str, ...]:
    """Suspects who were named in public or hit by an operation, and did not do it."""
    hit = [t.decision.target for t in state.turns if t.decision.option == "counter"]
    return tuple(x for x in dict.fromkeys((*state.named, *hit)) if x != state.truth)


def play(key: str, seed: int, world: str, decisions) -> State:
    """A game from its opening through these decisions; ``ValueError`` as :func:`step`."""
    state = new_game(key, seed, world)
    for decision in decisions:
        state = step(state, decision)
    return state


def counterfactual(state: State, round_: int, decision: Decision) -> tuple[State, tuple[int, ...]]:
    """The same game, the same luck, another choice in one round; later choices stay where the rules still allow them.

    Returns
    -------
    (State, tuple of int)
        The other game, played as far as this one; and rounds in which the old choice was no longer allowed and
        nothing was done instead.

    Raises
    ------
    ValueError
        A round that was not played, or a choice that was not allowed there.
    """
    if not 1 <= round_ <= len(state.turns):
        raise ValueError(f"round: {quoted(round_)} was not played; there are {len(state.turns)}")
    other, dropped = new_game(state.scenario, state.seed, state.world), []
    for i, old in enumerate(state.decisions, start=1):
        choice = decision if i == round_ else old
        if i > round_ and choice not in legal(other):
            choice = Decision("nothing")
            dropped.append(i)
        other = step(other, choice)
    return other, tuple(dropped)
