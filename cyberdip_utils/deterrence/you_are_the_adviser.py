"""Chapter 3.5: the game as a reader plays it, what its draws rest on, a thousand games, and the class compared."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils.data import load
from cyberdip_utils.deterrence import crisis, crisis_files, crisis_record
from cyberdip_utils.deterrence.crisis import Decision, State
from cyberdip_utils.deterrence.crisis_widget import FIRST_SEED, game
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, number
from cyberdip_utils.stats import share, wilson
from cyberdip_utils.teach import Panel, Verdict, check_number

__all__ = ["CHECKS", "class_comparison", "game", "saved_games", "thousand_games", "what_the_draws_say"]

GAMES = 1000
TABLES = (
    "incidents",
    "incident_initiators",
    "incident_receivers",
    "incident_types",
    "incident_responses",
    "incident_attributions",
    "dcid_incidents",
    "dcid_actions",
)


def _scenarios() -> list[tuple[str, str]]:
    return [(crisis.scenario(k).kind.capitalize(), k) for k in crisis.scenario_ids()]


# ---------------------------------------------------------------- what the draws say


def _rates(draw: str, key: str) -> list[tuple[str, crisis_record.Rate]]:
    """Rates of one kind of draw, each with a short label."""
    r, s = crisis_record, crisis.scenario(key)
    if draw == "force":
        words = {
            "quiet": "no demand or act",
            "talk": "only negotiated",
            "demand": "made demands",
            "sanction": "put on sanctions",
            "cyber": "acted in cyberspace",
        }
        return [(words[a], r.force(a)) for a in r.FORCE_ACTS]
    if draw == "again":
        words = {
            "any": "all incidents",
            "none": "no coded response",
            "political": "political",
            "legal": "legal",
        }
        return [(words[a], r.again(a)) for a in ("any", *r.ANSWERS)]
    if draw == "step":
        return [("one side acted", r.step_up(False)), ("both sides acted", r.step_up(True))]
    if draw == "ready":
        rounds = range(len(s.rounds))
        return [
            (f"{k}, round {i + 1}", r.ready(k, r.DAYS * i))
            for k in ("sanctions", "indictment")
            for i in rounds
        ]
    if draw == "others":
        return [
            ("claim contested", r.contested()),
            ("dissent after a statement", r.dissent(True)),
            ("dissent in silence", r.dissent(False)),
            ("arrests on indictment", r.arrests()),
            ("operation brings a change", r.stop()),
        ]
    return [("a state is behind it", s.state_rate), ("a strike succeeds", s.achieved)]


def _cases(draw: str, key: str) -> crisis_record.Counts | None:
    if draw == "harm":
        return crisis.scenario(key).harm
    return crisis_record.partners(draw == "joint") if draw in ("joint", "alone") else None


def draws_table(draw: str, key: str) -> pd.DataFrame:
    """One row for each rate or outcome of a kind of draw: cases, all, share and 95% interval, rule, tables."""
    counts = _cases(draw, key)
    if counts is not None:
        unit = " further" if draw in ("joint", "alone") else ""
        rows = [(f"{name}{unit}", k, counts.n, counts.rule, counts.tables) for name, k in counts.cases]
    else:
        rows = [(name, x.k, x.n, x.rule, x.tables) for name, x in _rates(draw, key)]
    frame = pd.DataFrame(rows, columns=["draw", "cases", "of", "counted how", "tables"])
    ends = [wilson(k, n) for k, n in zip(frame["cases"], frame["of"], strict=True)]
    return frame.assign(
        share=[k / n if n else np.nan for k, n in zip(frame["cases"], frame["of"], strict=True)],
        low=[e[0] for e in ends],
        high=[e[1] for e in ends],
        tables=[", ".join(t) for t in frame["tables"]],
    )[["draw", "cases", "of", "share", "low", "high", "counted how", "tables"]]


def _dots(frame: pd.DataFrame, label: str):

    figure = figures.new(
        max(280, 120 + 36 * len(frame)),
        xaxis={"title": {"text": label}, "tickformat": ".0%", "range": [-0.02, 1.02]},
        yaxis={"autorange": "reversed", "showgrid": False},
    )
    names = [figures.plain(x, width=15) for x in frame["draw"]]
    figure.add_trace(
        {
            "type": "scatter",
            "x": frame["share"].tolist(),
            "y": names,
            "mode": "markers",
            "marker": {"size": 11, "color": figures.COLOURS[0]},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": (frame["high"] - frame["share"]).tolist(),
                "arrayminus": (frame["share"] - frame["low"]).tolist(),
                "color": figures.INK,
                "thickness": 1.5,
                "width": 5,
            },
            "text": [f"{share(int(r.cases), int(r.of))}" for r in frame.itertuples()],
            "hovertemplate": "%{y}: %{text}<extra></extra>",
            "showlegend": False,
        }
    )
    return figure


def draws(draw: str = "who", scenario: str = "blackout") -> View:
    """The rates behind one kind of draw, counted from the tables."""
    frame = draws_table(draw, scenario)
    first = frame.iloc[0]
    top = frame.loc[frame["share"].idxmax()]
    if draw == "again":
        none, any_answer = crisis_record.again("none"), crisis_record.again("political")
        apart = none.interval[1] < any_answer.interval[0] or any_answer.interval[1] < none.interval[0]
        takeaway = (
            f"The same state was recorded again within {crisis_record.DAYS} days after {none} of the incidents without a "
            f"coded response and after {any_answer} of those with a political one, and the intervals "
            f"{'do not overlap' if apart else 'overlap'}."
        )
    elif draw == "force":
        quiet, loud = crisis_record.force("quiet"), crisis_record.force("demand")
        takeaway = (
            f"A threat or display of force is coded beside {quiet} of the cases in which the struck side was quiet and "
            f"{loud} of those in which it made demands, which may be because only bad quarrels bring demands."
        )
    elif _cases(draw, scenario) is not None:
        takeaway = (
            f"The commonest outcome is “{top['draw']}”, {share(int(top['cases']), int(top['of']))}, "
            f"and the draw takes each outcome as often as the record does."
        )
    elif draw == "step":
        takeaway = (
            f"An answer of higher severity is coded in {crisis_record.step_up(False)} of the exchanges in which one side "
            f"acted in cyberspace and in {crisis_record.step_up(True)} of those in which both did."
        )
    elif draw == "ready":
        year = int((crisis_record._lags("sanctions") <= 360).sum()), len(crisis_record._lags("sanctions"))
        takeaway = f"Of the measures of retorsion that have a date, {share(*year)} came within 360 days of the incident's start."
    else:
        takeaway = (
            f"“{first['draw'].capitalize()}” holds in {share(int(first['cases']), int(first['of']))} and "
            f"“{frame.iloc[1]['draw']}” in {share(int(frame.iloc[1]['cases']), int(frame.iloc[1]['of']))}."
        )
    names = tuple(dict.fromkeys(t for row in frame["tables"] for t in row.split(", ")))
    load_out = (
        "Incidents of the record's first load are left out, since their responses were hardly coded: to count them as "
        f"unanswered would make the share without a response {crisis_record.again('none', True)}. "
    )
    return View(
        figure=_dots(frame, "Share of cases"),
        takeaway=takeaway,
        table=frame,
        caveat=(load_out if draw == "again" else "")
        + "These are shares of what was recorded and coded, not chances of what will happen. Cases came about because "
        "of choices that nobody drew by lot, so differences between rows are correlations. A game draws one value from "
        "the uncertainty of each rate and keeps it.",
        sources=names,
    )


what_the_draws_say = Exhibit(
    "what_the_draws_say",
    "What do the draws of the game rest on?",
    draws,
    draw=choice(
        [
            ("Who did it, does it succeed?", "who"),
            ("Does it strike again?", "again"),
            ("How much harm is done?", "harm"),
            ("Is force shown?", "force"),
            ("Does it grow harsher?", "step"),
            ("How many join a joint claim?", "joint"),
            ("Do others follow a lone claim?", "alone"),
            ("Are the measures ready?", "ready"),
            ("Contest, dissent, arrests", "others"),
        ],
        label="Draw",
    ),
    scenario=choice(
        _scenarios, "blackout", label="Scenario", help="Some rates are the same in all scenarios."
    ),
)


# ---------------------------------------------------------------- simple strategies


def _top(state: State) -> tuple[str, float]:
    beliefs = crisis.belief(state.scenario, state.found)
    best = max(beliefs, key=beliefs.__getitem__)
    return best, beliefs[best]


def _first(state: State, *wanted: Decision) -> Decision:
    """The first of these that the rules allow; nothing if none."""
    return next(
        (d for d in wanted if not crisis.blocked(state, crisis.options()[d.option])), Decision("nothing")
    )


def _silent(state: State) -> Decision:
    return Decision("nothing")


def _harden(state: State) -> Decision:
    return _first(state, Decision("patch"), Decision("help"))


def _quiet_word(state: State) -> Decision:
    return Decision("patch") if state.round == 1 else Decision("demarche", _top(state)[0])


def _evidence_first(state: State) -> Decision:
    best, p = _top(state)
    if state.round == 1:
        return Decision("patch")
    if p < 0.8:
        return Decision("help")
    if best not in state.named:
        return Decision("joint", best, "technical")
    return _first(state, Decision("sanctions", best, "technical"), Decision("help"))


def _name_at_once(state: State) -> Decision:
    best, _ = _top(state)
    wanted = [Decision("public", best, "technical")] if best not in state.named else []
    return _first(
        state,
        *wanted,
        Decision("sanctions", best, "technical"),
        Decision("indict", best, "technical"),
        Decision("help"),
    )


def _hit_back(state: State) -> Decision:
    best, _ = _top(state)
    return Decision("demarche", best) if state.round == 1 else Decision("counter", best)


#: Strategies by key: a name, and the rule that decides in each round.
STRATEGIES: dict[str, tuple[str, str, Callable[[State], Decision]]] = {
    "silent": ("Do nothing", "Nothing in any round.", _silent),
    "harden": ("Patch and help", "Patch first, then help the victims in every round.", _harden),
    "quiet": (
        "A quiet word",
        "Patch first, then a démarche to the likeliest suspect in every round.",
        _quiet_word,
    ),
    "evidence": (
        "Evidence first",
        "Patch; help until one suspect has 80%; then name it with partners; then sanctions.",
        _evidence_first,
    ),
    "name": (
        "Name at once",
        "Name the likeliest suspect in round 1, then sanctions, then an indictment.",
        _name_at_once,
    ),
    "hit": ("Hit back", "A démarche, then a counter-operation in every round.", _hit_back),
}


def play_strategy(key: str, scenario: str, seed: int, world: str) -> State:
    """A whole game played by one of ``STRATEGIES``; ``ValueError`` for an unknown one."""
    if key not in STRATEGIES:
        raise ValueError(f"strategy: {key!r} is unknown; there are {', '.join(STRATEGIES)}")
    state = crisis.new_game(scenario, seed, world)
    while not state.over:
        state = crisis.step(state, STRATEGIES[key][2](state))
    return state


@cache
def outcomes(key: str, scenario: str, world: str, games: int = GAMES) -> pd.DataFrame:
    """The five measures of games with seeds 0, 1, 2 …, played by one strategy; one row a game."""
    rows = []
    for seed in range(games):
        state = play_strategy(key, scenario, seed, world)
        rows.append(
            crisis.measures(state) | {"wronged": len(crisis.wronged(state)), "named": len(state.named)}
        )
    return pd.DataFrame(rows)


def difference(one: pd.Series, other: pd.Series) -> tuple[float, float, float]:
    """Mean difference of two strategies over the same seeds, with a 95% interval (normal, paired).

    Returns
    -------
    (float, float, float)
        Mean of ``one`` minus ``other``, lower and upper end.
    """
    gap = one.to_numpy(dtype=float) - other.to_numpy(dtype=float)
    mean, half = float(gap.mean()), 1.959964 * float(gap.std(ddof=1)) / len(gap) ** 0.5
    return mean, mean - half, mean + half


def _many(one: str, other: str, scenario: str, world: str, measure: str) -> pd.DataFrame:
    """Share of games by outcome of one measure, for two strategies."""
    rows = []
    for key in dict.fromkeys((one, other)):
        values = outcomes(key, scenario, world)[measure]
        if measure == "partners":
            values = values.clip(-3, 5)
        else:
            values = values.clip(upper=6)
        counts = values.value_counts()
        rows += [(STRATEGIES[key][0], int(v), int(k)) for v, k in counts.items()]
    frame = pd.DataFrame(rows, columns=["strategy", "outcome", "games"])
    every = range(frame["outcome"].min(), frame["outcome"].max() + 1)
    full = pd.MultiIndex.from_product(
        [[STRATEGIES[k][0] for k in dict.fromkeys((one, other))], every], names=["strategy", "outcome"]
    )
    frame = frame.set_index(["strategy", "outcome"]).reindex(full, fill_value=0).reset_index()
    ends = [wilson(k, GAMES) for k in frame["games"]]
    return frame.assign(share=frame["games"] / GAMES, low=[e[0] for e in ends], high=[e[1] for e in ends])


def many(
    one: str = "evidence",
    other: str = "hit",
    scenario: str = "blackout",
    world: str = "flat",
    measure: str = "escalation",
) -> View:
    """Two strategies over the same thousand seeds."""
    frame = _many(one, other, scenario, world, measure)
    label, unit, note = crisis.MEASURES[measure]
    a, b = (outcomes(k, scenario, world) for k in (one, other))
    means = f"{a[measure].mean():.2f} {unit} a game for “{STRATEGIES[one][0]}”"
    if one == other:
        takeaway = f"{label}: {means}, over {GAMES:,} seeds; choose another strategy to compare it with."
    else:
        gap, low, high = difference(a[measure], b[measure])
        verdict = "no difference beyond chance" if low <= 0 <= high else "more" if gap > 0 else "less"
        takeaway = (
            f"{label}: {means} and {b[measure].mean():.2f} for “{STRATEGIES[other][0]}”, {verdict} "
            f"(difference {gap:+.2f}, 95% {low:+.2f} to {high:+.2f}, {GAMES:,} paired seeds)."
        )
    ends = {"partners": (-3, 5)}.get(measure, (None, 6))
    shown = frame.assign(
        outcome=[
            f"{v} or less" if v == ends[0] else f"{v} or more" if v == ends[1] else str(v)
            for v in frame["outcome"]
        ]
    )
    figure = figures.bars(
        shown,
        "outcome",
        "share",
        "low",
        "high",
        "strategy",
        label="Share of games",
        percent=True,
        height=140 + 56 * shown["outcome"].nunique(),
    )
    figure.update_layout(yaxis={"title": {"text": f"{label} ({unit})"}})
    table = pd.DataFrame(
        [
            (
                STRATEGIES[k][0],
                *(round(float(x[m].mean()), 3) for m in crisis.MEASURES),
                round(float((x["wronged"] > 0).mean()), 3),
            )
            for k, x in {one: a, other: b}.items()
        ],
        columns=[
            "strategy",
            *(f"mean {v[0].lower()} ({v[1]})" for v in crisis.MEASURES.values()),
            "share wronging somebody",
        ],
    )
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table,
        caveat=f"World: {crisis.WORLDS[world].lower()}. {crisis.WORLD_NOTES[world]} A thousand games show what the rules "
        "of this game imply and nothing more. The bands are the chance of the draw over seeds; the uncertainty of the "
        "record is inside the games.",
        sources=TABLES,
        detail=f"**{label}** counts {note}.\n\n"
        + "\n".join(f"- **{STRATEGIES[k][0]}**: {STRATEGIES[k][1]}" for k in dict.fromkeys((one, other))),
    )


_STRATEGY_CHOICES = [(v[0], k) for k, v in STRATEGIES.items()]
_MEASURE_CHOICES = [(v[0], k) for k, v in crisis.MEASURES.items()]

thousand_games = Exhibit(
    "thousand_games",
    "What does a strategy bring over a thousand games?",
    many,
    one=choice(_STRATEGY_CHOICES, "evidence", label="One strategy"),
    other=choice(_STRATEGY_CHOICES, "hit", label="Another"),
    scenario=choice(_scenarios, "blackout", label="Scenario"),
    world=choice([(v, k) for k, v in crisis.WORLDS.items()], label="How the world answers"),
    measure=choice(_MEASURE_CHOICES, "escalation", label="Outcome"),
)


# ---------------------------------------------------------------- the class


def _row(team: str, state: State, example: bool) -> dict:
    return {
        "team": team,
        "example": example,
        "seed": state.seed,
        "world": crisis.WORLDS[state.world],
        "rounds": len(state.turns),
        **crisis.measures(state),
        "path": " → ".join(crisis.options()[d.option].name for d in state.decisions) or "not begun",
    }


@cache
def examples(scenario: str) -> tuple[dict, ...]:
    """Example games: each strategy with the first seed in the flat world, named as examples."""
    return tuple(
        _row(f"example: {name}", play_strategy(key, scenario, FIRST_SEED, "flat"), True)
        for key, (name, _, _) in STRATEGIES.items()
    )


def class_games(scenario: str, which: str = "both") -> tuple[pd.DataFrame, list[str]]:
    """Games of one scenario, saved and examples, one row each; and sentences on files that could not be read.

    Parameters
    ----------
    which : str
        ``both``, ``saved`` or ``examples``.
    """
    rows, refused = list(examples(scenario)) if which != "saved" else [], []
    if which != "examples":
        for name in crisis_files.saved():
            try:
                state, team, _ = crisis_files.load_game(name)
            except (ValueError, OSError) as error:
                refused.append(f"{name}: {error}")
                continue
            if state.scenario == scenario:
                rows.append(_row(f"{team} (seed {state.seed})", state, False))
    columns = ["team", "example", "seed", "world", "rounds", *crisis.MEASURES, "path"]
    frame = pd.DataFrame(rows, columns=columns)
    again = frame.groupby("team").cumcount()  # one file copied under two names: two bars, not one
    frame["team"] = [f"{team} #{n + 1}" if n else team for team, n in zip(frame["team"], again, strict=True)]
    return frame, refused


def weighted(frame: pd.DataFrame, weights: dict[str, float]) -> pd.Series:
    """What the outcomes cost at the reader's weights: the sum of weight times measure, allies counted as a gain."""
    signs = {m: -1 if m in crisis.HIGHER_IS_BETTER else 1 for m in crisis.MEASURES}
    return sum(
        (weights[m] * signs[m] * frame[m] for m in crisis.MEASURES), start=pd.Series(0.0, index=frame.index)
    )


def compare(
    scenario: str = "blackout",
    which: str = "both",
    measure: str = "harm",
    harm: float = 0,
    partners: float = 0,
    escalation: float = 0,
    exposure: float = 0,
    burned: float = 0,
) -> View:
    """Teams side by side on one outcome, or on all of them at the reader's own weights."""
    frame, refused = class_games(scenario, which)
    weights = dict(zip(crisis.MEASURES, (harm, partners, escalation, exposure, burned), strict=True))
    any_weight = any(weights.values())
    caveat = (
        "One game is one draw of luck: a team that chose well can end badly. Compare games of the same seed and world only. "
        "Weights are yours; the game has none. Games named “example” were played by simple rules, not by people."
    )
    if refused:
        caveat += " Not read: " + " ".join(refused)
    if frame.empty:
        message = "No saved game of this scenario in my_work yet."
        return View(figures.empty(message), message, frame.rename(columns={"team": "game"}), caveat, TABLES)
    frame["at your weights"] = weighted(frame, weights) if any_weight else np.nan
    column = "at your weights" if measure == "weights" else measure
    seeds = frame["seed"].nunique()
    mixed = " They do not share one seed and one world." if seeds > 1 or frame["world"].nunique() > 1 else ""
    people = int((~frame["example"]).sum())
    who = f"{len(frame)} games ({people} saved, {len(frame) - people} examples)"
    if measure == "weights" and not any_weight:
        figure = figures.empty(
            "All weights are 0, so nothing is added up. Move a weight to say what matters to you."
        )
        takeaway = f"No weight is set, so these {who} have no order."
    else:
        high = measure == "partners"
        order = frame.sort_values(column, ascending=not high, kind="stable")
        best = order.iloc[0]
        label, unit = (
            ("Cost at your weights", "points") if measure == "weights" else crisis.MEASURES[measure][:2]
        )
        tied = order.loc[order[column] == best[column], "team"].tolist()
        if best[column] == 1:
            unit = unit.removesuffix("s")
        first = " and ".join(tied) if len(tied) < 4 else f"{len(tied)} games, tied,"
        takeaway = (
            f"{label}: {'most' if high else 'least'} for {first} with {best[column]:g} {unit}, and "
            f"{order.iloc[-1][column]:g} at the other end, of {who}.{mixed}"
        )
        figure = figures.bars(
            order, "team", column, label=f"{label} ({unit})", height=max(300, 130 + 46 * len(order))
        )
        figure.update_layout(
            xaxis={"dtick": 1} if order[column].abs().max() <= 8 else {},
            yaxis={
                "tickmode": "array",
                "tickvals": [figures.plain(t) for t in order["team"]],
                "ticktext": [figures.plain(t, width=16) for t in order["team"]],
            },
        )
    table = frame.drop(columns="example").rename(
        columns={m: v[0].lower() for m, v in crisis.MEASURES.items()}
    )
    return View(figure, takeaway, table, caveat, TABLES)


def _weight(label: str):
    return number(0, 5, 0, 0.5, label=f"Weight: {label}")


class_comparison = Exhibit(
    "class_comparison",
    "How did the class do?",
    compare,
    scenario=choice(_scenarios, "blackout", label="Scenario"),
    which=choice(
        [("Saved and examples", "both"), ("Saved only", "saved"), ("Examples only", "examples")],
        label="Games",
    ),
    measure=choice([*_MEASURE_CHOICES, ("All, at my weights", "weights")], "harm", label="Outcome"),
    harm=_weight("harm"),
    partners=_weight("an ally"),
    escalation=_weight("escalation"),
    exposure=_weight("exposure"),
    burned=_weight("a source"),
)
class_comparison.live = crisis_files.saved  # it shows the games that the reader saves


def saved_games() -> Panel:
    """Which games lie in my_work, which files were refused and why; the comparison reads the folder anew."""
    class_comparison.forget()
    lines = []
    for name in crisis_files.saved():
        try:
            state, team, note = crisis_files.load_game(name)
            place = crisis.scenario(state.scenario).kind
            lines.append(
                f"{name}: {team}, {place}, seed {state.seed}, {len(state.turns)} rounds. {note}".strip()
            )
        except (ValueError, OSError) as error:
            lines.append(f"{name}: refused. {error}")
    text = (
        "\n".join(lines) or "No saved game in my_work yet. Save one above, or copy your class's files there."
    )
    from html import escape

    return Panel(text, "<ul>" + "".join(f"<li>{escape(x)}</li>" for x in text.split("\n")) + "</ul>")


# ---------------------------------------------------------------- findings and checks


def finding_again() -> str:
    """How often the same state strikes again, after each kind of answer."""
    r = crisis_record
    return (
        f"The same state was recorded again against a same receiver within {r.DAYS} days after {r.again('none')} of the "
        f"incidents without a coded response, after {r.again('political')} of those with a political one and after "
        f"{r.again('legal')} of those with a legal one. Were the first load counted as unanswered, the first figure "
        f"would be {r.again('none', True)}. Who is answered was not drawn by lot, so face value is one world of three."
    )


def finding_slow() -> str:
    """How long sanctions and indictments take."""
    said = []
    for kind, words in (("sanctions", "measures of retorsion"), ("indictment", "indictments")):
        days = crisis_record._lags(kind)
        said.append(f"{share(int((days <= 360).sum()), len(days))} of the dated {words}")
    return f"Within 360 days of an incident's start came {' and '.join(said)}; most such measures come later than a crisis of this game lasts."


def finding_alone() -> str:
    """How often a government's attribution stays alone."""
    counts = crisis_record.partners(False)
    return (
        f"Of the incidents that the receiving government or a third party with a state attributed, {share(dict(counts.cases)['0'], counts.n)} were attributed by "
        "one state only."
    )


@cache
def calibration(games: int = 300) -> pd.DataFrame:
    """Before the last decision of silent games: the likeliest suspect's probability, and whether it did it."""
    rows = []
    for key in crisis.scenario_ids():
        waits = [Decision("nothing")] * (len(crisis.scenario(key).rounds) - 1)
        for seed in range(games):
            state = crisis.play(key, seed, "flat", waits)
            best, p = _top(state)
            rows.append((key, p, best == state.truth))
    return pd.DataFrame(rows, columns=["scenario", "told", "right"])


def finding_calibration() -> str:
    """Whether the assessments of the game come true."""
    frame = calibration()
    sure = frame[frame["told"] >= 0.9]
    return (
        f"Over {len(frame):,} games in which the player only watched, the likeliest suspect was given "
        f"{frame['told'].mean():.0%} on average and had done it in {share(int(frame['right'].sum()), len(frame))}; "
        f"where it was given 90% or more, it had not done it in {share(int((~sure['right']).sum()), len(sure))}."
    )


def finding_worlds() -> str:
    """One question asked of three worlds: does hitting back spare harm?"""
    said = []
    for world, words in crisis.WORLDS.items():
        gap, low, high = difference(
            outcomes("hit", "blackout", world)["harm"], outcomes("silent", "blackout", world)["harm"]
        )
        said.append(f"{gap:+.2f} ({low:+.2f} to {high:+.2f}) where “{words.lower()}”")
    return (
        f"Harm from hitting back less harm from doing nothing, in steps a game over {GAMES:,} paired seeds: "
        f"{'; '.join(said)}. How much is spared depends on the world that is assumed, and the record does not decide which."
    )


def _check_not_alone(answer: object) -> Verdict:
    rows = load("incident_attributions")
    rows = rows[rows["basis"].isin(["receiver's government", "third party"])].dropna(
        subset=["attributing_iso3"]
    )
    states = rows.groupby("incident_id")["attributing_iso3"].nunique()
    claims = rows.groupby("attribution_id")["attributing_iso3"].nunique()
    lines = rows.groupby("incident_id").size()
    return check_number(
        answer,
        right=float((states >= 2).mean()),
        tolerance=0.0005,
        slips={
            "You counted rows. An attribution has a row for each origin it names as well: count distinct attributing states.": float(
                (lines >= 2).mean()
            ),
            "That is the share of attributions. Group by incident_id: partners often speak on another day.": float(
                (claims >= 2).mean()
            ),
            "That is the share attributed by one state only. The question asks for the others.": float(
                (states == 1).mean()
            ),
            "You divided by all incidents. Divide by those that one of the two bases attributes.": float(
                (states >= 2).sum() / load("incidents")["incident_id"].nunique()
            ),
            "That is a percentage. Give a number between 0 and 1.": float((states >= 2).mean() * 100),
        },
        hint="Keep the two bases, drop rows without an attributing state, count distinct states for each incident.",
    )


CHECKS = {"not_alone": _check_not_alone}
