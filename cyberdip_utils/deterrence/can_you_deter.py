"""Chapter 3.3, Can you deter an attacker you cannot name? The models of :mod:`.models` as exhibits.

Every calibration is illustrative: payoffs have no natural unit, and nobody has measured them. What a model can
show is which way a change pushes, under which condition, and what it leaves out.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils.data import load
from cyberdip_utils.deterrence import models
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, number
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

ILLUSTRATIVE = "All numbers are illustrative: payoffs have no natural unit and nobody has measured them."


def _percent(x: float) -> str:
    """A probability for a sentence; small ones do not read as none."""
    if 0 < x < 0.005:
        return "under 1%"
    if 0.995 < x < 1:
        return "over 99%"
    return f"{x:.0%}"


def _curves(frame: pd.DataFrame, x: str, label: str, *, percent: bool, axis: str) -> object:
    """Lines without markers, legend below, from a wide frame whose columns are the lines."""
    long = frame.melt(id_vars=x, var_name="line", value_name="level")
    figure = figures.lines(long, x, "level", "line", label=label, percent=percent)
    figure.update_traces(mode="lines")
    figure.update_layout(
        xaxis={"title": {"text": axis}},
        legend={"orientation": "h", "y": -0.24, "yanchor": "top", "x": 0, "xanchor": "left"},
        margin={"b": 110},
    )
    return figure


# ---------------------------------------------------------------- (a) punishment and denial

VALUES = np.round(np.arange(0, 20.01, 0.25), 2)
EXAMPLE_VALUE = 10.0

#: Cases to compare with: label, parameters, what they reproduce.
PAYS_CASES = {
    "middle": (
        "Middle band, after Lindsay",
        {"denial": 0.3, "cost": 0.5, "half": 5.0, "resolve": 0.8, "severity": 1.5},
        "Lindsay (2015) concludes that there are many anonymous attacks of low value and few of high value, because "
        "attribution and punishment are worth their cost only when much is at stake.",
    ),
    "denial": (
        "Denial alone",
        {"denial": 0.9, "cost": 0.5, "half": 5.0, "resolve": 0.0, "severity": 1.5},
        "With no punishment at all, denial shifts the bottom of the band up and never closes the top: Borghard and "
        "Lonergan (2023) therefore ask of denial that it act on the attacker's operations, not only on walls.",
    ),
    "bluff": (
        "A threat few believe",
        {"denial": 0.3, "cost": 0.5, "half": 5.0, "resolve": 0.1, "severity": 1.5},
        "A severe punishment that follows rarely deters nothing at the top. In the study of crime the evidence is "
        "stronger for certainty than for severity (Nagin 2013).",
    ),
}


def payoff_by_value(denial: float, cost: float, half: float, resolve: float, severity: float) -> pd.DataFrame:
    """The parts of an attacker's calculation for targets of each value.

    Parameters
    ----------
    denial, resolve : float
        Probabilities.
    cost, half, severity : float
        Cost of an attempt; value at which attribution is as likely as not; punishment as a multiple of the value.

    Returns
    -------
    pandas.DataFrame
        value, attribution, gain (after denial and cost), punishment (expected), payoff.
    """
    named = models.attribution_by_value(VALUES, half)
    gain = models.attack_payoff(VALUES, denial, cost, 0.0, 0.0, 0.0)
    payoff = models.attack_payoff(VALUES, denial, cost, named, resolve, severity * VALUES)
    return pd.DataFrame(
        {
            "value": VALUES,
            "attribution": named,
            "gain": gain,
            "punishment": gain - payoff,
            "payoff": payoff,
        }
    )


def _band_in_words(low: float, high: float) -> str:
    if np.isnan(low):
        return "No attack pays, whatever the target is worth"
    free = low < 0.05
    if np.isinf(high):
        where = "every target: it costs nothing and" if free else f"every target worth more than {low:.1f}:"
        return f"An attack pays on {where} the threat never outgrows the prize"
    if free:
        return f"An attack pays on targets worth up to {high:.1f}: it costs nothing, and above the threat is too real"
    return (
        f"An attack pays on targets worth between {low:.1f} and {high:.1f}: below, it is not worth its cost; above, "
        "the threat is too real"
    )


@cache
def named_by_intensity() -> pd.DataFrame:
    """EuRepoC: how often a state or territory is named as the origin, by coded intensity.

    Returns
    -------
    pandas.DataFrame
        Indexed by band of unweighted intensity (``0 to 2``, ``3 to 4``, ``5 or more``): named, n.
    """
    frame = load("incidents").dropna(subset=["unweighted_intensity"])
    band = pd.cut(
        frame["unweighted_intensity"].astype(float), [-1, 2, 4, 99], labels=["0 to 2", "3 to 4", "5 or more"]
    )
    named = frame["attribution_status"].eq("attributed")
    return named.groupby(band, observed=False).agg(named="sum", n="count")


def pays(
    denial: int = 50,
    cost: float = 0.5,
    half: float = 5.0,
    resolve: int = 50,
    severity: float = 1.5,
    case: str = "middle",
) -> View:
    """For which targets does an attack pay, when attribution grows with what is at stake?"""
    d, r = denial / 100, resolve / 100
    yours = payoff_by_value(d, cost, half, r, severity)
    label, values, reproduces = PAYS_CASES[case]
    other = payoff_by_value(**values)
    low, high = models.undeterred(d, cost, half, r, severity)
    frame = pd.DataFrame({"value": VALUES, "Your setting": yours["payoff"], label: other["payoff"]})
    figure = _curves(
        frame,
        "value",
        "Attacker's expected payoff",
        percent=False,
        axis="Worth of the target",
    )
    figure.add_hline(y=0, line={"color": figures.INK, "width": 1})
    both = frame[["Your setting", label]].to_numpy()
    peak = max(float(both.max()), 0.0)  # the part around zero matters: a line may leave the picture below
    figure.update_layout(
        yaxis={"range": [max(1.1 * float(both.min()), -max(1.0, 0.6 * peak)), max(1.4 * peak, 0.5)]}
    )
    if not np.isnan(low) and low < VALUES[-1]:
        figure.add_vrect(
            x0=low,
            x1=min(high, VALUES[-1]),
            fillcolor=figures.COLOURS[0],
            opacity=0.12,
            line_width=0,
            layer="below",
        )
        figure.add_annotation(
            x=(low + min(high, VALUES[-1])) / 2,
            y=1,
            yref="paper",
            yanchor="top",
            text="pays",
            showarrow=False,
        )
    named = models.attribution_by_value(EXAMPLE_VALUE, half)
    needed = models.needed_attribution(EXAMPLE_VALUE, d, cost, r, severity * EXAMPLE_VALUE)
    want = (
        "no chance of attribution would deter"
        if needed > 1
        else f"a chance of {_percent(needed)} would deter"
    )
    if needed == 0:
        want = "denial alone deters"
    record = named_by_intensity()
    bands = "; ".join(f"intensity {b}: {share(int(x.named), int(x.n))}" for b, x in record.iterrows())
    case_low, case_high = models.undeterred(**values)
    return View(
        figure=figure,
        takeaway=f"{_band_in_words(low, high)}; on a target worth {EXAMPLE_VALUE:.0f} {want}, and the model gives "
        f"{_percent(named)}.",
        table=yours.iloc[::4]
        .assign(pays=lambda f: np.where(f["payoff"] > 0, "yes", "no"))
        .round(3)
        .reset_index(drop=True),
        caveat=f"{ILLUSTRATIVE} The attacker is one mind that adds up gains and losses; the form v/(v + h) is ours.",
        sources=("incidents",),
        detail="**Symbols.** v: worth of the target. d: chance that an attempt fails (denial). c: cost of an attempt. "
        "q: chance of being named, v/(v + h), so h is the worth at which that chance is one half. r: chance that a named "
        "attacker is punished. s: punishment as a multiple of v. Payoff: (1 − d) v − c − q r s v.\n\n"
        f"**The case you compare with: {label}.** {_band_in_words(case_low, case_high)}. {reproduces}\n\n"
        "**What the record says.** In EuRepoC a state or territory is named as the origin as follows. "
        f"{bands}. The coded intensity is not the worth of the target, and incidents enter the record partly because "
        "somebody was named, so this neither confirms nor refutes the curve. It does warn against taking it for granted.\n\n"
        "**What the model leaves out.**\n"
        "- Being wrong: here an attacker is named rightly or not at all.\n"
        "- The defender's own costs and reasons, so a threat is believed as often as you say.\n"
        "- Ties between rivals and norms, two of the four means in Nye (2017).\n"
        "- Attackers who do not weigh gains, or who want to be named.",
    )


when_it_pays = Exhibit(
    "when_it_pays",
    "When does an attack pay?",
    pays,
    case=choice([(v[0], k) for k, v in PAYS_CASES.items()], label="Compare with"),
    denial=number(0, 100, 50, 5, "%", label="Denial d", help="Chance that an attempt fails."),
    cost=number(
        0, 5, 0.5, 0.5, label="Cost c", help="Cost of an attempt, in the unit of the target's worth."
    ),
    half=number(
        1, 20, 5, 1, label="Attribution h", help="Worth of a target at which attribution is as likely as not."
    ),
    resolve=number(0, 100, 50, 5, "%", label="Resolve r", help="Chance that a named attacker is punished."),
    severity=number(
        0, 5, 1.5, 0.25, label="Severity s", help="Punishment, as a multiple of the target's worth."
    ),
)


# ---------------------------------------------------------------- (b) the blame game

STEPS = np.round(np.linspace(0, 1, 101), 2)
SWEEPS = {
    "knowing": ("Knowledge grows", "Victims who know (k)"),
    "mischief": ("Mischief grows", "Staged or accidental attacks (t)"),
    "vulnerable": ("Vulnerability grows", "Vulnerable attackers (v)"),
    "rivals": ("Two rivals", "One side's knowledge"),
}

#: Cases to compare with: label, parameters, what of the article's abstract they show.
BLAME_CASES = {
    "peace": (
        "Stable restraint",
        {"vulnerable": 0.9, "knowing": 0.6, "penalty": 2.0, "backfire": 1.0, "mischief": 0.0},
        "conditions under which peace is stable: knowledge k is above g/p, so whoever can be hurt holds back",
    ),
    "tolerate": (
        "Better to tolerate",
        {"vulnerable": 0.3, "knowing": 0.3, "penalty": 2.0, "backfire": 1.0, "mischief": 0.0},
        "when attacks should be tolerated: too few attackers can be hurt for blame to be worth its risk",
    ),
    "mischief": (
        "A mischievous third party",
        {"vulnerable": 0.9, "knowing": 0.3, "penalty": 2.0, "backfire": 1.0, "mischief": 0.6},
        "that a third party or an accident can undermine peace: restraint no longer protects from blame",
    ),
}


@cache
def blame_curve(sweep: str, **setting) -> pd.DataFrame:
    """The equilibrium along one parameter, the others as in ``setting`` (arguments of ``models.blame_game``).

    Returns
    -------
    pandas.DataFrame
        x, attack, blame, peace, tolerated, backfired, wrongful, regime.
    """
    rows = []
    for x in STEPS:
        s = models.blame_game(**(setting | {sweep: float(x)}))
        rows.append((x, s.attack, s.blame, s.peace, s.tolerated, s.backfired, s.wrongful, s.regime))
    return pd.DataFrame(
        rows, columns=["x", "attack", "blame", "peace", "tolerated", "backfired", "wrongful", "regime"]
    )


@cache
def rivals_curve(knowing: float, **setting) -> pd.DataFrame:
    """Chance that neither of two rivals attacks, as one side's knowledge changes.

    Returns
    -------
    pandas.DataFrame
        x, fixed (the other side at ``knowing``), balanced (both at x), traded (the sum stays twice ``knowing``;
        missing where the other side would leave 0 to 1).
    """
    rest = {k: v for k, v in setting.items() if k != "vulnerable"}
    v = setting["vulnerable"]
    alone = {x: models.blame_game(v, float(x), **rest).peace for x in STEPS}
    other = np.round(2 * knowing - STEPS, 2)
    return pd.DataFrame(
        {
            "x": STEPS,
            "fixed": [alone[x] * models.blame_game(v, knowing, **rest).peace for x in STEPS],
            "balanced": [alone[x] ** 2 for x in STEPS],
            "traded": [
                alone[x] * models.blame_game(v, float(o), **rest).peace if 0 <= o <= 1 else np.nan
                for x, o in zip(STEPS, other, strict=True)
            ],
        }
    )


def _regime_in_words(s: models.BlameGame, setting: dict) -> str:
    ratio = 1 / setting["penalty"]
    v = setting["vulnerable"]
    if s.regime == "restraint":
        return (
            f"Attackers whom blame can hurt hold back, because victims know often enough "
            f"({_percent(setting['knowing'])}, against {_percent(ratio)} needed); the others attack all the same, so there is "
            f"peace in {_percent(s.peace)} of cases"
        )
    if s.regime == "impunity":
        return (
            f"An unsure victim does better to tolerate: it would need a belief of {_percent(s.needed_belief)} that blame bites, "
            f"and has {_percent(s.belief)}; everyone attacks"
        )
    if s.regime == "open":
        return (
            "Blame is certain and deters nobody, because the gain outweighs the risk; everyone attacks and "
            f"{_percent(s.backfired)} of cases end in blame that finds no hold"
        )
    return (
        f"Both sides gamble: {_percent(s.attack)} of the attackers whom blame can hurt ({_percent(v)} of all) attack, unsure "
        f"victims blame in {_percent(s.blame)} of attacks, and there is peace in {_percent(s.peace)} of cases"
    )


def blame(
    picture: str = "knowing",
    vulnerable: int = 80,
    knowing: int = 30,
    mischief: int = 0,
    penalty: float = 2.0,
    backfire: float = 1.0,
    case: str = "peace",
) -> View:
    """The blame game: who attacks, who blames, when there is peace."""
    setting = {
        "vulnerable": vulnerable / 100,
        "knowing": knowing / 100,
        "penalty": float(penalty),
        "backfire": float(backfire),
        "mischief": mischief / 100,
    }
    solved = models.blame_game(**setting)
    label, values, shows = BLAME_CASES[case]
    reference = models.blame_game(**values)
    axis = SWEEPS[picture][1]
    if picture == "rivals":
        rest = {k: v for k, v in setting.items() if k != "knowing"}
        curve = rivals_curve(setting["knowing"], **rest)
        k2 = _percent(setting["knowing"])
        names = {
            "fixed": f"Other side at {k2}",
            "balanced": "Both sides alike",
            "traded": "Same total, shared unequally",
        }
        frame = curve.rename(columns=names)
        figure = _curves(frame, "x", "Chance that neither attacks", percent=True, axis=axis)
        both = models.rivalry_peace(
            setting["vulnerable"],
            setting["knowing"],
            setting["knowing"],
            **{k: v for k, v in rest.items() if k != "vulnerable"},
        )
        traded = curve["traded"].dropna()
        takeaway = (
            f"With knowledge of {k2} on both sides neither attacks in {_percent(both)} of cases; with the same total shared as "
            f"unequally as can be, in {_percent(float(traded.iloc[-1]))}."
        )
        table = curve.iloc[::10].round(3).reset_index(drop=True)
    else:
        curve = blame_curve(picture, **setting)
        theirs = blame_curve(picture, **values)
        frame = pd.DataFrame(
            {
                "x": STEPS,
                "Vulnerable attacker attacks": curve["attack"],
                "Unsure victim blames": curve["blame"],
                "Peace": curve["peace"],
                f"Peace: {label.lower()}": theirs["peace"],
            }
        )
        figure = _curves(frame, "x", "Chance", percent=True, axis=axis)
        x = setting[picture]
        figure.add_vline(x=x, line={"color": figures.SOFT_INK, "dash": "dash", "width": 1.5})
        figure.add_annotation(
            x=x,
            y=1,
            yref="paper",
            yanchor="top",
            text="you",
            showarrow=False,
            xanchor="left" if x < 0.5 else "right",
        )
        takeaway = f"{_regime_in_words(solved, setting)}."
        table = curve.iloc[::10].round(3).reset_index(drop=True)
    figure.update_layout(xaxis={"tickformat": ".0%", "range": [-0.02, 1.02]}, yaxis={"range": [-0.03, 1.08]})
    found = models.blame_equilibria(**setting)
    pairs = "; ".join(f"({a:.2f}, {b:.2f})" for a, b in found) or "none (a boundary)"
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table,
        caveat=f"{ILLUSTRATIVE} We rebuilt the game from the article's abstract and its authors' summaries; its own payoffs "
        "may differ.",
        detail="**Symbols.** v: share of attackers whom blame can hurt. k: share of victims who know who did it and whether "
        "blame bites. t: chance that an attack is staged by a third party, or is an accident, when the attacker held back. "
        "g = 1: gain of an attack. p: loss of a vulnerable attacker who is blamed. w = 1: what the victim gains by blame that "
        "bites. m: what it loses by blame that does not.\n\n"
        "**The rule.** A vulnerable attacker attacks when g > p [k + (1 − k) b (1 − t)]. An unsure victim blames when "
        "v a w > [1 − v + t v (1 − a)] m. Here a is the chance that a vulnerable attacker attacks and b that an unsure victim "
        f"blames. A general solver (nashpy) finds for your setting the equilibria (a, b): {pairs}.\n\n"
        f"**The case you compare with: {label}.** Peace in {_percent(reference.peace)} of cases. It shows what the abstract of "
        f"Edwards, Furnas, Forrest and Axelrod (2017) announces: {shows}.\n\n"
        "**When blame costs the blamer.** At your setting blame falls on an attacker whom it cannot hurt in "
        f"{_percent(solved.backfired)} of cases and on an innocent in {_percent(solved.wrongful)}; an attack is tolerated in "
        f"{_percent(solved.tolerated)}.\n\n"
        "**What the model leaves out.**\n"
        "- Degrees: blame is public and whole, or there is none. Chapter 3.2 shows how many other answers there are.\n"
        "- Time: nobody learns, and no reputation is built.\n"
        "- Allies, audiences at home and the effect of blame on norms.\n"
        "- The size of the attack: every attack gains the same.",
    )


blame_or_tolerate = Exhibit(
    "blame_or_tolerate",
    "When does blame deter, and when is it better to tolerate?",
    blame,
    picture=choice([(v[0], k) for k, v in SWEEPS.items()], label="Picture"),
    case=choice([(v[0], k) for k, v in BLAME_CASES.items()], label="Compare with"),
    vulnerable=number(0, 100, 80, 5, "%", label="Vulnerable v", help="Attackers whom blame can hurt."),
    knowing=number(
        0, 100, 30, 5, "%", label="Knowing k", help="Victims who know who did it and whether blame bites."
    ),
    mischief=number(0, 100, 0, 5, "%", label="Mischief t", help="Chance of a staged or accidental attack."),
    penalty=number(
        0.5, 5, 2, 0.25, label="Penalty p", help="Loss of a blamed attacker, as a multiple of its gain."
    ),
    backfire=number(
        0.25,
        4,
        1,
        0.25,
        label="Backfire m",
        help="Loss from blame in vain, as a multiple of the gain from blame.",
    ),
)


# ---------------------------------------------------------------- (c) better attribution

SHARES = tuple(np.round(np.linspace(0, 1, 21), 2))
OPPORTUNITY = 0.5
SAFE = ("detect", "alarms", "doubt", "missed")
WHY = {
    "detect": "Every signal becomes more frequent in the same proportion, so a name is as telling as before and a false alarm "
    "is a smaller part of it.",
    "alarms": "A name that is given less often for nothing is worth more, so the defender dares to strike on it.",
    "doubt": "Wrong names go, so the names that remain are believed. Fewer answers, each surer.",
    "missed": "What was silent is now seen and rightly named: more strikes on the guilty, and surer names.",
    "unclear": "The new signals name anybody, so every name is less telling. Attackers gain more from the doubt than they lose "
    "from being seen.",
    "grades": "Once strong evidence exists, weak evidence looks weaker. A defender who would have struck on any name now waits, "
    "and the guilty who leave weak evidence go free.",
}


def _resolve(needed: float) -> tuple[float, float]:
    """An interval of resolve, 0.2 wide within 0 to 1, whose middle strikes at the belief ``needed``."""
    return round(max(0.9 - needed, 0.0), 4), round(min(1.1 - needed, 1.0), 4)


@cache
def improvements(
    detection: float, identification: float, alarm: float, n: int, needed: float, appetite: float
) -> dict[str, pd.DataFrame]:
    """The equilibrium along each kind of better attribution.

    Parameters
    ----------
    detection, identification, alarm : float
        Probabilities of the information structure at the start.
    n : int
        Possible attackers.
    needed : float
        The belief at which the middling defender strikes.
    appetite : float
        Lowest benefit of the first attacker; 0 makes it like the others.

    Returns
    -------
    dict of pandas.DataFrame
        By key of ``models.IMPROVEMENTS``: share, attacks, first, others, deserved, undeserved, belief (in the guilt
        of the first when it is named, by the stronger grade if there are grades).
    """
    pi = models.signals(n, detection, identification, alarm)
    low = np.zeros(n)
    low[0] = appetite
    paths = models.attribution_paths(
        pi, list(models.IMPROVEMENTS), SHARES, OPPORTUNITY, (low, 1.0), _resolve(needed)
    )
    return {
        kind: pd.DataFrame(
            {
                "share": SHARES,
                "attacks": [d.attacks for d in path],
                "first": [d.aggression[0] for d in path],
                "others": [d.aggression[1] for d in path],
                "deserved": [d.deserved for d in path],
                "undeserved": [d.undeserved for d in path],
                "belief": [d.beliefs[0, 1] for d in path],
            }
        )
        for kind, path in paths.items()
    }


def _assumptions(detection, identification, alarm, n, needed) -> str:
    """What of the conditions of the published result fails at the start, in a sentence, or nothing."""
    pi = models.signals(n, detection, identification, alarm)
    failing = []
    if pi[1, 1] <= pi[0, 1]:
        failing.append("a name is no likelier when it is right than when nobody attacked")
    if pi[1, 2] < pi[0, 1]:
        failing.append("a name is likelier as a false alarm than as a wrong name")
    if needed < 0.6:
        failing.append(
            "some defenders strike on a belief below one half, so more than one attacker may be struck"
        )
    return (
        f" At this start {' and '.join(failing)}; the safe improvements are proved safe only without that."
        if failing
        else ""
    )


def _changes(table: pd.DataFrame):
    """Bars to the left of zero for fewer attacks and to the right for more; numbers in the labels, clear of bars."""
    figure = figures.bars(
        table,
        "improvement",
        "change",
        label="Attacks: change in points",
        values_shown=False,
        height=430,
    )
    more = table["change"] > 0
    figure.data[0].marker.color = [figures.COLOURS[1] if up else figures.COLOURS[0] for up in more]
    figure.data[0].marker.pattern.shape = ["/" if up else "" for up in more]
    labels = [
        f"{figures.plain(name, width=20)}<br><b>{change:+.1f}</b>".replace("-", "−")
        for name, change in zip(table["improvement"], table["change"], strict=True)
    ]
    figure.update_layout(
        yaxis={
            "tickmode": "array",
            "tickvals": table["improvement"].tolist(),
            "ticktext": labels,
            "tickfont": {"size": 13},
        }
    )
    figure.add_vline(x=0, line={"color": figures.INK, "width": 1.5})
    return figure


def better(
    kind: str = "all",
    detection: int = 70,
    identification: int = 75,
    alarm: int = 5,
    n: int = 3,
    needed: int = 60,
    appetite: int = 0,
) -> View:
    """What better attribution does to the number of attacks."""
    start = (detection / 100, identification / 100, alarm / 100, int(n), needed / 100, appetite / 100)
    paths = improvements(*start)
    base = float(paths["detect"]["attacks"].iloc[0])
    ends = {k: float(p["attacks"].iloc[-1]) for k, p in paths.items()}
    worst = {k: float(p["attacks"].max()) for k, p in paths.items()}
    backfires = [k for k in paths if worst[k] > base + 5e-4]
    caveat = f"{ILLUSTRATIVE}{_assumptions(*start[:5])}"
    if kind == "all":
        table = pd.DataFrame(
            {
                "improvement": [models.IMPROVEMENTS[k] for k in paths],
                "attacks before": base,
                "half way": [float(p["attacks"].iloc[10]) for p in paths.values()],
                "attacks after": list(ends.values()),
                "change": [100 * (e - base) for e in ends.values()],
                "wrong strikes before": [float(p["undeserved"].iloc[0]) for p in paths.values()],
                "wrong strikes after": [float(p["undeserved"].iloc[-1]) for p in paths.values()],
            }
        ).sort_values("change", kind="stable")
        figure = _changes(table)
        if backfires:
            named = " and ".join(f"“{models.IMPROVEMENTS[k].lower()}”" for k in backfires)
            takeaway = (
                f"From a {_percent(base)} chance of an attack, {len(paths) - len(backfires)} of {len(paths)} improvements do not raise "
                f"it and {len(backfires)} can: {named}."
            )
        else:
            takeaway = (
                f"From a {_percent(base)} chance of an attack, none of the {len(paths)} improvements backfires at this start: the largest gain "
                f"comes from “{models.IMPROVEMENTS[min(ends, key=ends.get)].lower()}”."
            )
        table = table.round(3).reset_index(drop=True)
        why = "**Why.**\n\n" + "\n".join(f"- {models.IMPROVEMENTS[k]}: {WHY[k]}" for k in paths)
    else:
        path = paths[kind]
        frame = pd.DataFrame(
            {
                "share": path["share"],
                "An attack": path["attacks"],
                "A strike on an innocent": path["undeserved"],
            }
        )
        if appetite:
            frame["First attacks, if it can"] = path["first"]
            frame["Others attack, if they can"] = path["others"]
        figure = _curves(frame, "share", "Chance", percent=True, axis="Share carried out")
        figure.update_layout(xaxis={"tickformat": ".0%"})
        how = "rises" if ends[kind] > base + 5e-4 else "falls" if ends[kind] < base - 5e-4 else "hardly moves"
        peak = path.loc[path["attacks"].idxmax()]
        detour = (
            f", with a peak of {peak['attacks']:.1%} on the way"
            if worst[kind] > max(base, ends[kind]) + 5e-4
            else ""
        )
        low_point = float(path["attacks"].min())
        if not detour and low_point < min(base, ends[kind]) - 5e-4:
            detour = f", after a low of {low_point:.1%} on the way"
        takeaway = (
            f"{models.IMPROVEMENTS[kind]}: the chance of an attack {how} from {base:.1%} to {ends[kind]:.1%}{detour}, and strikes "
            f"on innocents go from {path['undeserved'].iloc[0]:.1%} to {path['undeserved'].iloc[-1]:.1%}."
        )
        table = path.round(4)
        why = f"**Why.** {WHY[kind]}"
    low, high = _resolve(start[4])
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table,
        caveat=caveat,
        detail="**Symbols.** n: possible attackers, of whom one has a chance to attack half of the time. D: chance that an attack "
        "is seen. I: chance that an attack that is seen is put down to the right attacker. f: chance that somebody is named "
        f"though nobody attacked. The defender strikes when its belief in guilt is at least 1 − y, with y between {low:.1f} and "
        f"{high:.1f}. An attack is worth up to 1 to the attacker, and being struck costs 1.\n\n"
        f"{why}\n\n"
        "**What is reproduced.** The abstract of Baliga, Bueno de Mesquita and Wolitzky (2020) says that deterrence is "
        "strengthened by better detection that leaves identifiability as it is, by fewer false alarms and by turning "
        "misidentification into non-detection, and that it can be weakened by detecting more attacks whose author is hard to "
        "identify and by pursuing too much certainty. Raise the first attacker's appetite to see the other result: the others "
        "become less suspect and attack more.\n\n"
        "**What the model leaves out.**\n"
        "- One round: no revenge, no reputation, no learning.\n"
        "- A commitment to strike by rule, which the article shows would help.\n"
        "- Any response but a strike, and any harm that a wrong strike does beyond its cost to the defender.\n"
        "- Attackers who choose their evidence, as false flags do.",
    )


better_attribution = Exhibit(
    "better_attribution",
    "Does better attribution mean fewer attacks?",
    better,
    kind=choice([("All six", "all"), *((v, k) for k, v in models.IMPROVEMENTS.items())], label="Improvement"),
    detection=number(20, 95, 70, 5, "%", label="Detection D", help="Chance that an attack is seen."),
    identification=number(
        50, 95, 75, 5, "%", label="Identification I", help="Chance that a seen attack is rightly named."
    ),
    alarm=number(0, 40, 5, 5, "%", label="False alarms f", help="Chance that somebody is named for nothing."),
    n=number(2, 5, 3, 1, label="Attackers n"),
    needed=number(
        30, 80, 60, 5, "%", label="Belief needed", help="How sure the middling defender must be to strike."
    ),
    appetite=number(
        0,
        80,
        0,
        10,
        "%",
        label="Appetite",
        help="Lowest worth of an attack to the first attacker.",
    ),
)


# ---------------------------------------------------------------- (d) restraint

ROUNDS, RUNS = 150, 300
SHORT = [
    "Never",
    "Tit for tat",
    "Generous",
    "Threshold",
    "Probe",
]  # for narrow pictures, in the order of the rules
RULES = [(name, key) for key, (name, _) in models.STRATEGIES.items()]


@cache
def restraint_over_time(
    one: str, other: str, detection: float, alarm: float, forgiveness: float, seed: int
) -> tuple[pd.DataFrame, models.Restraint]:
    """Share of rounds with an attack so far, by side and round: mean over runs, and the middle 80% of runs.

    Returns
    -------
    tuple
        A frame with side, round, share, low, high, and the runs themselves.
    """
    play = models.play_restraint(
        one, other, detection, alarm, forgiveness, rounds=ROUNDS, runs=RUNS, seed=seed
    )
    so_far = play.attacks.cumsum(axis=-1) / np.arange(1, ROUNDS + 1)
    at = np.arange(4, ROUNDS, 5)
    rows = []
    for side, key in enumerate((one, other)):
        name = f"{('One', 'Other')[side]}: {models.STRATEGIES[key][0].lower()}"
        low, high = np.quantile(so_far[side][:, at], (0.1, 0.9), axis=0)
        mean = so_far[side][:, at].mean(axis=0)
        rows.append(pd.DataFrame({"side": name, "round": at + 1, "share": mean, "low": low, "high": high}))
    return pd.concat(rows, ignore_index=True), play


@cache
def stable_pairs(
    detection: float, alarm: float, forgiveness: float, harm: float, seed: int
) -> tuple[pd.DataFrame, list]:
    """The payoff table of the rules, and the pairs from which neither side gains by another rule.

    The pairs are the equilibria in pure strategies of the table read as a game, found by nashpy.
    """
    import warnings
    from itertools import takewhile

    import nashpy

    table = np.round(models.strategy_payoffs(detection, alarm, forgiveness, 1.0, harm, 150, 200, seed), 3)
    names = [name for name, _ in RULES]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # ties between rules that never attack are expected
        listed = nashpy.Game(
            table, table.T
        ).support_enumeration()  # smallest supports of the first side first
        pure = [(a, b) for a, b in takewhile(lambda pair: pair[0].max() > 0.999, listed) if b.max() > 0.999]
    found = {(int(a.argmax()), int(b.argmax())) for a, b in pure}
    return pd.DataFrame(table, index=names, columns=names), sorted({tuple(sorted(p)) for p in found})


def restraint(
    picture: str = "time",
    one: str = "echo",
    other: str = "echo",
    detection: int = 80,
    alarm: int = 5,
    forgiveness: int = 30,
    harm: float = 2.0,
    seed: int = 0,
) -> View:
    """Two rivals who misread each other: how much they attack, and which rule pays."""
    d, f, z = detection / 100, alarm / 100, forgiveness / 100
    frame, play = restraint_over_time(one, other, d, f, z, seed)
    names = [models.STRATEGIES[k][0] for k in (one, other)]
    rate = play.attacks.mean(axis=(1, 2))
    low, high = np.quantile(play.attacks.mean(axis=-1), (0.1, 0.9), axis=1)
    payoffs = rate - harm * rate[::-1]
    wrongful = play.wrongful.mean(axis=1)
    if picture == "time":
        figure = figures.lines(
            frame, "round", "share", "side", "low", "high", label="Rounds with an attack so far", percent=True
        )
        figure.update_traces(mode="lines", selector={"mode": "lines+markers"})
        figure.update_layout(
            xaxis={"title": {"text": "Round"}},
            yaxis={"range": [-0.03, 1.05]},
            legend={"orientation": "h", "y": -0.24, "yanchor": "top", "x": 0, "xanchor": "left"},
            margin={"b": 90},
        )
        mistaken = ""
        if one in ("echo", "generous") and rate[0] > 0:
            mistaken = (
                f", and {_percent(wrongful[0])} of its attacks answer nothing that Other did the round before"
            )
        takeaway = (
            f"One ({names[0].lower()}) attacks in {_percent(rate[0])} of rounds ({low[0]:.0%} to {high[0]:.0%} in the middle 80% "
            f"of {RUNS} runs), Other ({names[1].lower()}) in {_percent(rate[1])} ({low[1]:.0%} to {high[1]:.0%}); One's payoff a "
            f"round is {payoffs[0]:+.2f}{mistaken}."
        )
        table = frame.round(3)
    else:
        grid, stable = stable_pairs(d, f, z, float(harm), seed)
        short = grid.set_axis(SHORT, axis=0).set_axis(SHORT, axis=1).round(2) + 0.0
        figure = figures.heatmap(
            short, "Payoff a round", scale=figures.DIVERGING[::-1], lo=-harm, hi=harm, height=380
        )
        figure.update_traces(showscale=False)
        for i, j in {*stable, *((j, i) for i, j in stable)}:
            figure.add_annotation(
                x=SHORT[j],
                y=SHORT[i],
                text="★",
                showarrow=False,
                yshift=-15,
                font={"size": 13, "color": figures.INK},
            )
        figure.update_layout(
            xaxis={"title": {"text": "Rule of the rival"}, "side": "top", "tickangle": -40},
            yaxis={"title": {"text": "Your rule"}, "autorange": "reversed"},
        )
        column = grid[names[1]]
        best = column.idxmax()
        pairs = "; ".join(f"{RULES[i][0].lower()} with {RULES[j][0].lower()}" for i, j in stable[:3])
        more = f" and {len(stable) - 3} more" if len(stable) > 3 else ""
        said = (
            f"the pairs that neither side gains by leaving (★) are {pairs}{more}"
            if stable
            else "no pair of pure rules is stable"
        )
        takeaway = (
            f"Against {names[1].lower()}, {names[0].lower()} earns {column[names[0]]:+.2f} a round and the best rule, "
            f"{best.lower()}, {column[best]:+.2f}; {said}."
        )
        table = grid.rename_axis("your rule").reset_index()
    rules = "\n".join(f"- {name}: {what}." for name, what in models.STRATEGIES.values())
    closed = ""
    if one == other and one in ("echo", "generous"):
        forgiven = z if one == "generous" else 0.0
        if (1 - forgiven) * (d - f) < 1:
            level = models.feud_level(d, f, forgiven)
            closed = f" For this pairing the long run can be worked out: each side attacks in {level:.1%} of rounds."
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table,
        caveat=f"{ILLUSTRATIVE} Bands are the middle 80% of runs under the same rules, not uncertainty about the world.",
        detail="**Symbols.** D: chance that an attack is seen and put down to the rival. f: chance that something else is put down "
        "to the rival. z: chance that the generous side lets a hit pass. An attack gains its author 1 and costs the victim h.\n\n"
        f"**Rules.**\n{rules}\n\n"
        "**What is reproduced.** Without error, rivals who answer in kind keep the peace (Axelrod and Hamilton 1981). With the "
        "same small error both ways, tit for tat against itself ends at one half, however small the error, and generosity "
        f"repairs it (Molander 1985; Wu and Axelrod 1995).{closed} With missed attacks and false alarms apart there is one more "
        "result: at a given f, better detection makes a feud of two who answer in kind *longer*, since each wrong blow is surer "
        "to be answered.\n\n"
        "**What the model leaves out.**\n"
        "- Size: every attack is alike, so nothing escalates. Chapter 3.4 asks what the record says.\n"
        "- Talk: a hotline could clear up a false alarm, and contrition could end a feud.\n"
        "- More than two sides, and a third who profits from the quarrel.\n"
        "- Change of rule: each side keeps its own to the end.",
    )


restraint_game = Exhibit(
    "restraint_game",
    "Can two rivals who misread each other hold back?",
    restraint,
    picture=choice([("Over time", "time"), ("Which rule pays?", "payoffs")], label="Picture"),
    one=choice(RULES, label="One", default="echo"),
    other=choice(RULES, label="Other", default="echo"),
    detection=number(
        0, 100, 80, 5, "%", label="Detection D", help="Chance that an attack is put down to the rival."
    ),
    alarm=number(
        0, 50, 5, 5, "%", label="False alarms f", help="Chance that something else is put down to the rival."
    ),
    forgiveness=number(
        0, 90, 30, 10, "%", label="Forgiveness z", help="How often the generous rule lets a hit pass."
    ),
    harm=number(
        1.25, 5, 2, 0.25, label="Harm h", help="Cost to the victim, as a multiple of the attacker's gain."
    ),
    seed=number(0, 20, 0, 1, label="Draw of chance", help="Another number, other luck."),
)


# ---------------------------------------------------------------- findings and checks


def finding_band() -> str:
    """The middle band of targets in the illustrative setting, and the record's attribution by intensity."""
    _, values, _ = PAYS_CASES["middle"]
    low, high = models.undeterred(**values)
    record = named_by_intensity()
    first, last = record.iloc[0], record.iloc[-1]
    return (
        f"In the illustrative setting an attack pays on targets worth {low:.1f} to {high:.1f} and on no others. In EuRepoC a "
        f"state or territory is named in {share(int(first.named), int(first.n))} of incidents of intensity 0 to 2 and in "
        f"{share(int(last.named), int(last.n))} of those of intensity 5 or more, so the record does not show attribution rising "
        "with intensity; intensity is not value, and being named is one way into the record."
    )


def finding_blame() -> str:
    """Peace in the three cases of the blame game."""
    said = [
        f"{label.lower()} {_percent(models.blame_game(**v).peace)}" for label, v, _ in BLAME_CASES.values()
    ]
    v = BLAME_CASES["mischief"][1]
    calm = models.blame_game(**(v | {"mischief": 0.0})).peace
    return (
        f"Blame game, chance of peace by case: {'; '.join(said)}. Without its third party the last would have "
        f"{_percent(calm)}. Two rivals who share one total of knowledge keep the peace in "
        f"{_percent(models.rivalry_peace(0.9, 0.6, 0.6))} of cases at 60% each and in "
        f"{_percent(models.rivalry_peace(0.9, 0.9, 0.3))} at 90% and 30%."
    )


def finding_better() -> str:
    """Which improvements help and which backfire at the illustrative start."""
    paths = improvements(0.7, 0.75, 0.05, 3, 0.6, 0.0)
    said = []
    for kind, label in models.IMPROVEMENTS.items():
        path = paths[kind]["attacks"]
        said.append(f"{label.lower()} {100 * (path.iloc[-1] - path.iloc[0]):+.1f}")
    base = paths["detect"]["attacks"].iloc[0]
    return f"From a {base:.1%} chance of an attack, change in percentage points when each improvement is complete: {'; '.join(said)}."


def finding_restraint() -> str:
    """Tit for tat under error, in closed form."""
    return (
        f"Two who answer every hit attack in {models.feud_level(0.8, 0.05):.0%} of rounds in the long run at 80% detection and 5% "
        f"false alarms, in {models.feud_level(0.95, 0.05):.0%} at 95% detection, and in {models.feud_level(0.95, 0.05, 0.3):.0%} "
        "at 95% if three hits in ten are let pass."
    )


def _check_belief(answer: object) -> Verdict:
    pi = models.signals(3, 0.8, 0.7, 0.1)
    right = float(models.posterior_guilt(pi, 1.0, 0.5)[0, 0 + 1])
    return check_number(
        answer,
        right=right,
        tolerance=0.002,
        slips={
            "That is the chance of the name if it is guilty. Bayes' rule turns the question round: divide by all the ways in which "
            "the name can be given.": float(pi[1, 1]),
            "You left out false alarms: nobody attacks half of the time, and then a name can still be given.": float(
                pi[1, 1] / (pi[1, 1] + 2 * pi[2, 1])
            ),
            "That is the chance before any evidence. Now weigh it by how likely the name is.": 0.5 / 3,
            "That is a percentage. Give a number between 0 and 1.": 100 * right,
        },
        hint="Write down how often each of four things happens together with the name: it did it, either of the others did, "
        "nobody did. Divide the first by the sum.",
    )


CHECKS = {"belief": _check_belief}
