"""Models of deterrence when the attacker may not be known: pure functions of numbers, no data.

Four models, from simple to rich:

* ``attack_payoff`` and ``undeterred``: punishment and denial as one expected-utility choice;
* ``blame_game``: attack, tolerate or blame, after Edwards, Furnas, Forrest and Axelrod (2017);
* ``attribution_equilibrium``: several possible attackers and an imperfect signal, after Baliga, Bueno de Mesquita
  and Wolitzky (2020);
* ``play_restraint``: a repeated game of restraint between two rivals who misread each other.

Payoffs have no natural unit: each model says what is set to one. Every calibration is illustrative.
Of the two articles we could read the abstracts, the authors' summaries and what others say of them, not the full
texts. Each docstring therefore derives what it uses and says which published result it reproduces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

__all__ = [
    "IMPROVEMENTS",
    "STRATEGIES",
    "BlameGame",
    "Deterrence",
    "Restraint",
    "attack_payoff",
    "attribution_by_value",
    "attribution_equilibrium",
    "attribution_paths",
    "blame_bimatrix",
    "blame_equilibria",
    "blame_game",
    "feud_level",
    "improve",
    "needed_attribution",
    "play_restraint",
    "posterior_guilt",
    "retaliation",
    "rivalry_peace",
    "signals",
    "strategy_payoffs",
    "undeterred",
]


def _unit(**values) -> None:
    """Each value (or array) is a probability, else ``ValueError`` with its name."""
    for name, value in values.items():
        if isinstance(value, (int, float)) and 0 <= value <= 1:  # the common case, many times in a curve
            continue
        array = np.asarray(value, dtype=float)
        if not (np.isfinite(array).all() and (array >= 0).all() and (array <= 1).all()):
            raise ValueError(f"{name}: {value!r} is not a probability from 0 to 1")


def _at_least_zero(**values) -> None:
    for name, value in values.items():
        array = np.asarray(value, dtype=float)
        if not (np.isfinite(array).all() and (array >= 0).all()):
            raise ValueError(f"{name}: {value!r} is not a number of 0 or more")


def _above_zero(**values) -> None:
    _at_least_zero(**values)
    for name, value in values.items():
        if not (np.asarray(value, dtype=float) > 0).all():
            raise ValueError(f"{name}: {value!r} must be more than 0")


# ---------------------------------------------------------------- (a) punishment and denial


def attack_payoff(value, denial, cost, attribution, resolve, penalty):
    """What an attacker expects from one attempt, holding back being worth 0.

    U = (1 − d) v − c − q r P

    An attempt costs c. It succeeds with probability 1 − d and is then worth v. The attacker is named correctly
    with probability q, and a named attacker is punished with probability r at a loss of P. *Denial* works through d
    and c, *punishment* through q, r and P; the pair of terms is Snyder's (1961), the sum is the expected-utility
    account of crime of Becker (1968). An attacker who maximises U attacks exactly when U > 0.

    Parameters
    ----------
    value : float or numpy.ndarray
        v, worth of a success to the attacker, 0 or more.
    denial, attribution, resolve : float or numpy.ndarray
        d, q and r, probabilities.
    cost, penalty : float or numpy.ndarray
        c and P, in the unit of v, 0 or more.

    Returns
    -------
    float or numpy.ndarray
        U, in the unit of v. It never rises in d, c, q, r or P and never falls in v.

    Raises
    ------
    ValueError
        A probability outside 0 to 1, or a negative amount.
    """
    _unit(denial=denial, attribution=attribution, resolve=resolve)
    _at_least_zero(value=value, cost=cost, penalty=penalty)
    payoff = (
        (1 - np.asarray(denial, float)) * value - cost - np.asarray(attribution, float) * resolve * penalty
    )
    return payoff if np.ndim(payoff) else float(payoff)


def needed_attribution(value, denial, cost, resolve, penalty) -> float:
    """The smallest probability of attribution that deters: q* = ((1 − d) v − c) / (r P), at least 0.

    Above 1 (or infinite, when nothing is ever punished) no attribution deters. Since q* falls by v/(rP) for each
    unit of d, denial and attribution replace each other along a straight line. Parameters as
    :func:`attack_payoff`.
    """
    gain = attack_payoff(value, denial, cost, 0.0, resolve, penalty)
    if gain <= 0:
        return 0.0
    threat = resolve * penalty
    return gain / threat if threat > 0 else float("inf")


def attribution_by_value(value, half):
    """q(v) = v / (v + h): the more a target is worth, the more is spent on finding out who did it.

    Lindsay (2015) argues that attribution is least likely where little is at stake and most likely where much is.
    The functional form is ours: h is the value at which attribution is as likely as not.

    Parameters
    ----------
    value : float or numpy.ndarray
        v, 0 or more.
    half : float
        h, more than 0.
    """
    _at_least_zero(value=value)
    _above_zero(half=half)
    chance = np.asarray(value, float) / (np.asarray(value, float) + half)
    return chance if np.ndim(chance) else float(chance)


def undeterred(
    denial: float, cost: float, half: float, resolve: float, severity: float
) -> tuple[float, float]:
    """The values of targets for which an attack pays, when attribution rises with what is at stake.

    With q(v) = v/(v + h) and a punishment in proportion, P = s v, an attack on a target of value v pays when

    (1 − d) v − c − r s v²/(v + h) > 0,  or  (1 − d − r s) v² + ((1 − d) h − c) v − c h > 0.

    The bottom is left alone because it is not worth the cost, the top (if r s > 1 − d) because it is too dangerous.
    What remains is a band in the middle. It reproduces the published conclusion of Lindsay (2015), many attacks of
    low value and few of high value, not his equations.

    Returns
    -------
    tuple of float
        Ends of the open interval of values for which an attack pays; the upper end may be infinite.
        ``(nan, nan)`` if it pays for none.
    """
    _unit(denial=denial, resolve=resolve)
    _at_least_zero(cost=cost, severity=severity)
    _above_zero(half=half)
    nothing = (float("nan"), float("nan"))
    a = 1 - denial - resolve * severity
    b = (1 - denial) * half - cost
    c = -cost * half
    if abs(a) < 1e-12:
        return (max(0.0, -c / b), float("inf")) if b > 0 else nothing
    inside = b * b - 4 * a * c
    if inside <= 0 and a < 0:
        return nothing
    root = float(np.sqrt(max(inside, 0.0)))
    low, high = sorted(((-b - root) / (2 * a), (-b + root) / (2 * a)))
    if a > 0:
        return max(0.0, high), float("inf")
    return (max(0.0, low), high) if high > 1e-12 else nothing


# ---------------------------------------------------------------- (b) the blame game


@dataclass(frozen=True)
class BlameGame:
    """The equilibrium of :func:`blame_game`.

    Attributes
    ----------
    attack : float
        Probability that a vulnerable attacker attacks. (One who is not vulnerable always does.)
    blame : float
        Probability that a victim who does not know blames, when it sees an attack.
    regime : str
        ``"restraint"``, ``"impunity"``, ``"uneasy"`` or ``"open"``; see :func:`blame_game`.
    belief : float
        The unknowing victim's belief, on seeing an attack, that blame would bite.
    needed_belief : float
        The belief above which blame is worth its risk: m/(m + w).
    peace : float
        Probability that the attacker does not attack.
    tolerated, backfired, wrongful : float
        Probability that there is an attack and it is not blamed; that blame meets an attacker whom it cannot hurt;
        that blame falls on somebody who did nothing.
    """

    attack: float
    blame: float
    regime: str
    belief: float
    needed_belief: float
    peace: float
    tolerated: float
    backfired: float
    wrongful: float


def _blame_arguments(vulnerable, knowing, gain, penalty, vindication, backfire, mischief):
    _unit(vulnerable=vulnerable, knowing=knowing, mischief=mischief)
    _above_zero(gain=gain, penalty=penalty, vindication=vindication, backfire=backfire)


def blame_game(
    vulnerable: float,
    knowing: float,
    gain: float = 1.0,
    penalty: float = 2.0,
    vindication: float = 1.0,
    backfire: float = 1.0,
    mischief: float = 0.0,
) -> BlameGame:
    """Attack or hold back; blame or tolerate: the blame game of Edwards, Furnas, Forrest and Axelrod (2017).

    Nature makes the attacker *vulnerable* (blame hurts it) with probability v, and the victim *knowing* with
    probability k. The attacker knows whether it is vulnerable, the knowing victim knows it too and knows who
    attacked. Holding back gives both 0. An attack that is tolerated gives the attacker g. Blame costs a vulnerable
    attacker p and gives the victim w more than silence; blame on one that is not vulnerable costs the victim m
    and the attacker nothing. Where the attacker holds back, a third party may
    stage an attack in its name, or an accident may look like one, with probability t; blaming an innocent costs
    the victim m and the accused p if it is vulnerable.

    **Best replies.** One who is not vulnerable attacks, since g > 0. The knowing victim blames the vulnerable
    attacker and nobody else. With a the probability that a vulnerable attacker attacks and b that an unknowing
    victim blames,

    * attacking beats holding back for the vulnerable when  g > p [k + (1 − k) b (1 − t)];
    * blame beats silence for the unknowing when  v a w > [(1 − v) + t v (1 − a)] m.

    **Equilibrium** (unique except on boundaries, where we take the more peaceful):

    * ``restraint``, g ≤ p k: the knowing are frequent enough. a = 0, b = 0.
    * ``impunity``, g > p k and v w ≤ (1 − v) m: blame is too risky on the prior alone. a = 1, b = 0: tolerated.
    * ``open``, v w > (1 − v) m and g ≥ p [k + (1 − k)(1 − t)]: blame is certain and does not deter. a = 1, b = 1.
    * ``uneasy``, otherwise: both mix. a = m [1 − v + t v] / [v (w + t m)],  b = (g/p − k) / [(1 − k)(1 − t)].

    **What is reproduced.** The abstract lists four results: conditions under which peace is stable (here g ≤ p k);
    when attacks should be tolerated (here v w ≤ (1 − v) m); that an imbalance in attribution between rivals can
    be destabilising (:func:`rivalry_peace`); that a mischievous third party or an accident can undermine peace
    (here a rises with t, and for large t nothing deters). With v = 1 the victim's ignorance does not matter, and
    peace is certain whenever p > g and t = 0. The payoffs' names and the way t enters are ours, since
    we could not read the article itself.

    Parameters
    ----------
    vulnerable, knowing, mischief : float
        v, k and t, probabilities.
    gain, penalty, vindication, backfire : float
        g, p, w and m, more than 0, in one common unit.

    Returns
    -------
    BlameGame

    Raises
    ------
    ValueError
        A probability outside 0 to 1 or an amount that is not positive.
    """
    _blame_arguments(vulnerable, knowing, gain, penalty, vindication, backfire, mischief)
    v, k, t = float(vulnerable), float(knowing), float(mischief)
    needed = backfire / (backfire + vindication)
    if gain <= penalty * k:
        regime, attack, blame = "restraint", 0.0, 0.0
    elif v * vindication <= (1 - v) * backfire:
        regime, attack, blame = "impunity", 1.0, 0.0
    elif gain >= penalty * (k + (1 - k) * (1 - t)):
        regime, attack, blame = "open", 1.0, 1.0
    else:
        regime = "uneasy"
        attack = backfire * (1 - v + t * v) / (v * (vindication + t * backfire))
        blame = (gain / penalty - k) / ((1 - k) * (1 - t))
    guilty, hardened, staged = v * attack, 1 - v, t * v * (1 - attack)
    seen = guilty + hardened + staged
    return BlameGame(
        attack=attack,
        blame=blame,
        regime=regime,
        belief=guilty / seen if seen else 0.0,
        needed_belief=needed,
        peace=v * (1 - attack),
        tolerated=guilty * (1 - k) * (1 - blame) + hardened * (k + (1 - k) * (1 - blame)),
        backfired=hardened * (1 - k) * blame,
        wrongful=staged * (1 - k) * blame,
    )


def blame_bimatrix(
    vulnerable: float,
    knowing: float,
    gain: float = 1.0,
    penalty: float = 2.0,
    vindication: float = 1.0,
    backfire: float = 1.0,
    mischief: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """The blame game in its normal form, for a general solver.

    Rows: what a vulnerable attacker does (attack, hold back). Columns: what an unknowing victim does (blame,
    tolerate). The other types have a dominant choice, which is put in: one who is not vulnerable attacks, the
    knowing victim blames the vulnerable attacker only. The victim's harm from an attack is left out, since
    it is the same whatever the victim does. Parameters as :func:`blame_game`.

    Returns
    -------
    tuple of numpy.ndarray
        Expected payoffs of the vulnerable attacker and of the unknowing victim, each 2 by 2.
    """
    _blame_arguments(vulnerable, knowing, gain, penalty, vindication, backfire, mischief)
    v, k, t = float(vulnerable), float(knowing), float(mischief)
    attacker = np.array(
        [[gain - penalty, gain - penalty * k], [-t * (1 - k) * penalty, 0.0]],
    )
    hardened = -(1 - v) * backfire
    victim = np.array([[v * vindication + hardened, 0.0], [-t * v * backfire + hardened, 0.0]])
    return attacker, victim


def blame_equilibria(*args, **kwargs) -> list[tuple[float, float]]:
    """All equilibria of the blame game as (a, b), found by support enumeration in nashpy (Knight and Campbell 2018).

    A second way to :func:`blame_game`, which it agrees with off the boundaries. Parameters as there.
    """
    import warnings

    import nashpy

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # nashpy warns on boundaries, where ties are expected
        found = nashpy.Game(*blame_bimatrix(*args, **kwargs)).support_enumeration()
        return sorted({(round(float(a[0]), 10), round(float(b[0]), 10)) for a, b in found})


def rivalry_peace(vulnerable: float, knowing_one: float, knowing_other: float, **payoffs) -> float:
    """Probability that neither of two rivals attacks the other, each playing the blame game in both roles.

    The side with attribution ability k₁ deters the other, and the reverse. The two directions are independent, so
    the probability is the product of :attr:`BlameGame.peace` at k₁ and at k₂. Peace of both needs both abilities
    above g/p; raising one side's ability while the other's stays below that changes who is attacked, not whether
    there is peace. ``payoffs`` are those of :func:`blame_game`.
    """
    return (
        blame_game(vulnerable, knowing_one, **payoffs).peace
        * blame_game(vulnerable, knowing_other, **payoffs).peace
    )


# ---------------------------------------------------------------- (c) imperfect attribution


def signals(n: int, detection: float, identification: float, false_alarm: float) -> np.ndarray:
    """What the defender sees, as probabilities π of each signal (columns) for each truth (rows).

    Row 0: nobody attacked. Row i: attacker i did. Column 0: nothing seen. Column i: attacker i is named.

    π_i^i = D·I,   π_i^j = D (1 − I)/(n − 1),   π_i^0 = 1 − D,   π_0^i = f/n,   π_0^0 = 1 − f

    Parameters
    ----------
    n : int
        Possible attackers, 2 or more.
    detection : float
        D, probability that an attack is seen at all; 1 − D is *missed detection*.
    identification : float
        I, probability that an attack that is seen is put down to the right attacker; 1 − I is *misattribution*.
    false_alarm : float
        f, probability that somebody is named though nobody attacked.

    Returns
    -------
    numpy.ndarray
        (n + 1) × (n + 1); every row sums to 1.
    """
    if not (isinstance(n, (int, np.integer)) and n >= 2):
        raise ValueError(f"n: {n!r} is not a whole number of 2 or more")
    _unit(detection=detection, identification=identification, false_alarm=false_alarm)
    pi = np.empty((n + 1, n + 1))
    pi[0, 0], pi[0, 1:] = 1 - false_alarm, false_alarm / n
    pi[1:, 0] = 1 - detection
    pi[1:, 1:] = detection * (1 - identification) / (n - 1)
    np.fill_diagonal(pi[1:, 1:], detection * identification)
    return pi


#: Kinds of better attribution, by key: what is improved. :func:`improve` carries them out.
IMPROVEMENTS = {
    "detect": "Detect more, names as good as before",
    "alarms": "Fewer false alarms",
    "doubt": "Drop doubtful names",
    "missed": "Name rightly what was missed",
    "unclear": "Detect more, origin unclear",
    "grades": "Grade the evidence",
}


def improve(pi: np.ndarray, kind: str, share: float) -> np.ndarray:
    """A better information structure: ``share`` of what this kind of improvement can do.

    * ``detect``: missed attacks turn into signals in the proportions of those already seen.
    * ``alarms``: false alarms turn into silence.
    * ``doubt``: wrong names turn into silence (the evidence asked for is higher).
    * ``missed``: missed attacks are seen and rightly named.
    * ``unclear``: missed attacks are seen, and every attacker is named equally often.
    * ``grades``: each name comes as *strong* or *weak*. Half of the right names are strong; of the wrong names and
      false alarms, half are strong at share 0 (the grade says nothing) and none at share 1 (a strong name is
      certain). Nothing is lost: ignoring the grade gives back the old signals.

    The first, second, third, fifth and sixth follow the abstract of Baliga, Bueno de Mesquita and Wolitzky (2020),
    the fourth that of their seminar paper of 2019.

    Parameters
    ----------
    pi : numpy.ndarray
        From :func:`signals`.
    kind : str
        A key of :data:`IMPROVEMENTS`.
    share : float
        From 0 (``pi`` itself, or split with no news) to 1.

    Returns
    -------
    numpy.ndarray
        As ``pi``, with n more columns for ``grades`` (0, strong 1 to n, weak 1 to n).
    """
    _unit(share=share)
    if kind not in IMPROVEMENTS:
        raise ValueError(f"kind: {kind!r} is not one of {', '.join(IMPROVEMENTS)}")
    better = np.array(pi, dtype=float)
    n = len(better) - 1
    one = np.arange(1, n + 1)
    if kind == "detect":
        seen = 1 - better[1:, :1]
        target = 1 - (1 - share) * better[1:, :1]
        better[1:, 1:] *= np.divide(target, seen, out=np.ones_like(seen), where=seen > 0)
        better[1:, 0] = 1 - better[1:, 1:].sum(axis=1)
    elif kind == "alarms":
        better[0, 1:] *= 1 - share
        better[0, 0] = 1 - better[0, 1:].sum()
    elif kind == "doubt":
        right = better[one, one].copy()
        better[1:, 1:] *= 1 - share
        better[one, one] = right
        better[1:, 0] = 1 - better[1:, 1:].sum(axis=1)
    elif kind == "missed":
        better[one, one] += share * better[1:, 0]
        better[1:, 0] *= 1 - share
    elif kind == "unclear":
        better[1:, 1:] += share * better[1:, :1] / n
        better[1:, 0] *= 1 - share
    else:
        strong = np.full((n + 1, n), (1 - share) / 2)
        strong[one, one - 1] = 0.5
        named = better[:, 1:]
        better = np.hstack([better[:, :1], named * strong, named * (1 - strong)])
    return better.clip(0, 1)


def posterior_guilt(pi: np.ndarray, aggression, opportunity: float) -> np.ndarray:
    """The defender's belief that attacker i attacked, after each signal s, by Bayes' rule.

    With probability γ one attacker, each equally likely, has an opportunity, and i takes it with probability aᵢ:

    β_i^s = γ aᵢ π_i^s / [ n π_0^s + γ Σⱼ aⱼ (π_j^s − π_0^s) ]

    Parameters
    ----------
    pi : numpy.ndarray
        Signals, (n + 1) × S; see :func:`signals`.
    aggression : sequence of float
        a₁ … aₙ, probabilities.
    opportunity : float
        γ, a probability.

    Returns
    -------
    numpy.ndarray
        n × S; 0 for a signal that never occurs.
    """
    _unit(aggression=aggression, opportunity=opportunity)
    pi = np.asarray(pi, float)
    n = pi.shape[0] - 1
    weight = np.broadcast_to(np.asarray(aggression, float), (n,))[:, None] * opportunity
    joint = weight * pi[1:]
    total = joint.sum(axis=0) + (n - weight.sum()) * pi[0]
    return np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)


def retaliation(belief, resolve: tuple[float, float]):
    """Probability that a defender with belief β strikes back: R(β) = Pr(y ≥ 1 − β).

    Striking back gives the defender y if the target is guilty and y − 1 if not, so it strikes when y ≥ 1 − β. Its
    resolve y is private and uniform on the interval ``resolve`` within 0 to 1.
    """
    low, high = resolve
    if not 0 <= low < high <= 1:
        raise ValueError(f"resolve: {resolve!r} is not an interval within 0 to 1")
    chance = np.clip((high - 1 + np.asarray(belief, float)) / (high - low), 0, 1)
    return chance if np.ndim(chance) else float(chance)


@dataclass(frozen=True)
class Deterrence:
    """The equilibrium of :func:`attribution_equilibrium`.

    Attributes
    ----------
    cutoffs : numpy.ndarray
        xᵢ*, the benefit above which attacker i attacks.
    aggression : numpy.ndarray
        Probability that attacker i attacks, given an opportunity.
    attacks : float
        Probability of an attack.
    beliefs, strikes : numpy.ndarray
        n × S: the defender's belief in i's guilt after each signal and the probability that it strikes i.
    deserved, undeserved : float
        Expected number of strikes on an attacker who attacked, and on one who did not.
    """

    cutoffs: np.ndarray
    aggression: np.ndarray
    attacks: float
    beliefs: np.ndarray
    strikes: np.ndarray
    deserved: float
    undeserved: float


_FLOOR = 1e-12  # an attacker who never attacks is the limit of one who hardly does: beliefs stay defined


def _alike(pi, low, high) -> bool:
    """Is no attacker different from another, in benefits or in signals?"""
    n = pi.shape[-2] - 1
    if np.ptp(low) or np.ptp(high) or (pi.shape[-1] - 1) % n:
        return False
    grid = pi[..., 1:].reshape(*pi.shape[:-1], -1, n)  # …, truth, grade, name
    turned = np.roll(np.roll(grid[..., 1:, :, :], 1, axis=-3), 1, axis=-1)
    return (
        np.allclose(grid[..., 1:, :, :], turned, atol=1e-12)
        and np.allclose(np.ptp(grid[..., 0, :, :], axis=-1), 0, atol=1e-12)
        and np.allclose(np.ptp(pi[..., 1:, 0], axis=-1), 0, atol=1e-12)
    )


def _common_cutoff(pi, opportunity, low, high, resolve):
    """The cutoff of like attackers, by bisection: what follows an attack falls as all attack less."""
    n = pi.shape[-2] - 1
    nobody, first = pi[..., 0, :], pi[..., 1, :]
    excess = (pi[..., 1:, :] - nobody[..., None, :]).sum(axis=-2)
    y_low, y_high = resolve
    a, b = np.full(pi.shape[:-2], -1.0), np.full(pi.shape[:-2], 1.0)
    for _ in range(40):
        mid = (a + b) / 2
        w = (opportunity / n * np.clip((high[0] - mid) / (high[0] - low[0]), _FLOOR, 1))[..., None]
        total = nobody + w * excess
        belief = np.divide(w * first, total, out=np.zeros_like(first), where=total > 0)
        h = ((first - nobody) * np.clip((y_high - 1 + belief) / (y_high - y_low), 0, 1)).sum(axis=-1)
        a, b = np.where(h > mid, mid, a), np.where(h > mid, b, mid)
    return np.repeat(((a + b) / 2)[..., None], n, axis=-1)


def _cutoffs(pi, opportunity, low, high, resolve, start, tolerance=1e-9, most=2000):
    """Cutoffs in equilibrium for a stack of signals (…, n + 1, S), by iteration from ``start``.

    Each attacker's cutoff solves xᵢ = hᵢ(xᵢ; the others), where h falls in xᵢ: bisection. Where the solution rises in
    the others' cutoffs, iteration from below (above) climbs (falls) to the least (greatest) equilibrium.
    """
    n = pi.shape[-2] - 1
    nobody, each = pi[..., :1, :], pi[..., 1:, :]
    gap = each - nobody
    y_low, y_high = resolve

    def weight(x):
        return opportunity / n * np.clip((high - x) / (high - low), _FLOOR, 1)

    x = np.full(each.shape[:-1], float(start))
    for _ in range(most):
        pull = weight(x)[..., None] * gap
        rest = nobody + pull.sum(axis=-2, keepdims=True) - pull
        a, b = np.full_like(x, -1.0), np.full_like(x, 1.0)
        for _ in range(34):
            mid = (a + b) / 2
            w = weight(mid)[..., None]
            total = w * gap + rest
            belief = np.divide(w * each, total, out=np.zeros_like(each), where=total > 0)
            h = (gap * np.clip((y_high - 1 + belief) / (y_high - y_low), 0, 1)).sum(axis=-1)
            above = h > mid
            a, b = np.where(above, mid, a), np.where(above, b, mid)
        new = (a + b) / 2
        done = np.abs(new - x).max() < tolerance
        x = new
        if done:
            return x
    raise ArithmeticError("the cutoffs did not settle")


def attribution_equilibrium(
    pi: np.ndarray,
    opportunity: float = 0.5,
    benefits: tuple = (0.0, 1.0),
    resolve: tuple[float, float] = (0.0, 1.0),
    start: float = 1.0,
) -> Deterrence:
    """Deterrence with imperfect attribution: the model of Baliga, Bueno de Mesquita and Wolitzky (2020).

    One of n attackers, or nobody, has an opportunity. An attack is worth x to the attacker, private and uniform on
    an interval; being struck costs 1. The defender sees a signal s and strikes any attackers it likes; it wants to
    strike the guilty and spare the innocent (:func:`retaliation`).

    Attacker i, if it attacks, changes the chance of being struck by Σ_s (π_i^s − π_0^s) R(β_i^s). It attacks
    when its benefit is larger, so that in equilibrium

    xᵢ* = Σ_s (π_i^s − π_0^s) R(β_i^s),   with aᵢ = Pr(x > xᵢ*) in β (:func:`posterior_guilt`).

    **What is reproduced.** (1) One attacker's greater appetite makes it more suspect and the others less, so
    they attack more too. This needs π_j^i ≥ π_0^i: the name of i is at least as likely when j attacks as when
    nobody does. (2) The equilibrium is unique all the same: iteration from the top and from the bottom meet.
    (3) Of the improvements in :func:`improve`, ``detect``, ``alarms``, ``doubt`` and ``missed`` never raise the
    number of attacks, as long as an attacker is struck only after a signal that names it. (With like attackers and
    a highest resolve of one half this always holds, since a strike then needs a belief above one half.) Proof for
    like attackers and π_i^i > π_0^i: the common cutoff solves x = (π_i^i − π_0^i) R(β_i^i), the right side falls in
    x, and each of the four raises it. Without the condition ``doubt`` can fail: a defender who strikes on weak
    suspicion also strikes the guilty after wrong names, and loses that. (4) ``unclear`` and ``grades`` can raise it: the first makes every name less
    telling, the second lets a defender who would have struck on any name wait for a strong one.
    These are the results of the abstract; the article's own numbering, its weaker conditions and its results on
    commitment are not reproduced here. The uniform distributions are ours.

    Parameters
    ----------
    pi : numpy.ndarray
        (n + 1) × S, from :func:`signals` or :func:`improve`.
    opportunity : float
        γ, from above 0 to below 1.
    benefits : tuple
        Lowest and highest benefit; each a number, or a sequence with one for each attacker.
    resolve : tuple of float
        Lowest and highest resolve, within 0 to 1.
    start : float
        Where the iteration begins: 1 finds the greatest cutoffs, −1 the least. They agree.

    Returns
    -------
    Deterrence

    Raises
    ------
    ValueError
        Rows of ``pi`` that are not probabilities, an empty interval.
    """
    pi = np.asarray(pi, float)
    _unit(pi=pi)
    if not np.allclose(pi.sum(axis=-1), 1):
        raise ValueError("pi: each row must sum to 1")
    if not 0 < opportunity < 1:
        raise ValueError(f"opportunity: {opportunity!r} is not between 0 and 1")
    retaliation(0.0, resolve)
    n = pi.shape[0] - 1
    low, high = (np.broadcast_to(np.asarray(b, float), (n,)) for b in benefits)
    if not (low < high).all():
        raise ValueError(f"benefits: {benefits!r} is not an interval")
    return _outcome(pi, _cutoffs(pi, opportunity, low, high, resolve, start), opportunity, low, high, resolve)


def _outcome(pi, cutoffs, opportunity, low, high, resolve) -> Deterrence:
    n = len(cutoffs)
    aggression = np.clip((high - cutoffs) / (high - low), 0, 1)
    beliefs = posterior_guilt(pi, aggression.clip(_FLOOR, 1), opportunity)
    strikes = retaliation(beliefs, resolve)
    acts = opportunity / n * aggression
    struck = pi @ strikes.T  # truth × attacker: expected strikes
    deserved = float((acts * np.diag(struck[1:])).sum())
    everyone = float(acts @ struck[1:].sum(axis=1) + (1 - acts.sum()) * struck[0].sum())
    return Deterrence(
        cutoffs=cutoffs,
        aggression=aggression,
        attacks=float(acts.sum()),
        beliefs=beliefs,
        strikes=strikes,
        deserved=deserved,
        undeserved=max(everyone - deserved, 0.0),
    )


def attribution_paths(
    pi: np.ndarray,
    kinds: Sequence[str],
    shares: Sequence[float],
    opportunity: float = 0.5,
    benefits: tuple = (0.0, 1.0),
    resolve: tuple[float, float] = (0.0, 1.0),
) -> dict[str, list[Deterrence]]:
    """The equilibria along each kind of improvement, solved together.

    For like attackers the common cutoff is found directly, which is faster and the same. Parameters as
    :func:`attribution_equilibrium`; ``kinds`` are keys of :data:`IMPROVEMENTS`, ``shares`` as in :func:`improve`.
    """
    n = len(pi) - 1
    low, high = (np.broadcast_to(np.asarray(b, float), (n,)) for b in benefits)
    retaliation(0.0, resolve)
    made = {kind: np.array([improve(pi, kind, s) for s in shares]) for kind in kinds}
    paths = {}
    for width in {p.shape[-1] for p in made.values()}:
        same = [kind for kind in kinds if made[kind].shape[-1] == width]
        stack = np.array([made[kind] for kind in same])
        if _alike(stack, low, high):
            solved = _common_cutoff(stack, opportunity, low, high, resolve)
        else:
            solved = _cutoffs(stack, opportunity, low, high, resolve, 1.0, tolerance=1e-7)
        for kind, cutoffs in zip(same, solved, strict=True):
            paths[kind] = [
                _outcome(p, x, opportunity, low, high, resolve)
                for p, x in zip(made[kind], cutoffs, strict=True)
            ]
    return {kind: paths[kind] for kind in kinds}


# ---------------------------------------------------------------- (d) a repeated game of restraint

#: What a rival does, by key: name and rule. Memory is three rounds; "hit" means *attributed* to the rival.
STRATEGIES = {
    "restrain": ("Never retaliate", "never attacks, whatever happens"),
    "echo": ("Tit for tat", "attacks after a round in which it was hit"),
    "generous": ("Generous", "as tit for tat, but lets a hit pass with the chance set as forgiveness"),
    "threshold": ("Threshold", "attacks when it was hit in at least two of the last three rounds"),
    "probe": ("Probe", "attacks unless it was hit in the round before"),
}


@dataclass(frozen=True)
class Restraint:
    """Runs of :func:`play_restraint`.

    Attributes
    ----------
    attacks : numpy.ndarray
        2 × runs × rounds, bool: did this side attack?
    payoffs : numpy.ndarray
        2 × runs: mean payoff a round.
    wrongful : numpy.ndarray
        2 × runs: share of this side's attacks that answered something the rival did not do in the round before.
    """

    attacks: np.ndarray
    payoffs: np.ndarray
    wrongful: np.ndarray


def _restraint_arguments(detection, false_alarm, forgiveness, gain, harm, rounds, runs):
    _unit(detection=detection, false_alarm=false_alarm, forgiveness=forgiveness)
    _above_zero(gain=gain, harm=harm)
    for name, value in (("rounds", rounds), ("runs", runs)):
        if not (isinstance(value, (int, np.integer)) and value >= 1):
            raise ValueError(f"{name}: {value!r} is not a whole number of 1 or more")


def _play(pairs, detection, false_alarm, forgiveness, rounds, runs, seed) -> np.ndarray:
    """Attacks of all pairs, (pairs, 2, runs, rounds), under the same draws of chance."""
    keys = list(STRATEGIES)
    for pair in pairs:
        for key in pair:
            if key not in STRATEGIES:
                raise ValueError(f"strategy: {key!r} is not one of {', '.join(keys)}")
    code = np.array([[keys.index(k) for k in pair] for pair in pairs])[:, :, None]
    is_probe, is_threshold = code == keys.index("probe"), code == keys.index("threshold")
    answers = (code == keys.index("echo")) | (code == keys.index("generous"))
    lets_pass = np.where(code == keys.index("generous"), forgiveness, 0.0)
    chance = np.random.default_rng(seed).random((rounds, 2, 2, runs))
    attacks = np.zeros((len(pairs), 2, runs, rounds), dtype=bool)
    hits = np.zeros((3, len(pairs), 2, runs), dtype=np.int8)  # this round last
    for r in range(rounds):
        read, mood = chance[r]
        last = hits[2] == 1
        act = answers & last & (mood >= lets_pass)
        act |= is_threshold & (hits.sum(axis=0) >= 2)
        act |= is_probe & ~last
        attacks[..., r] = act
        rival = act[:, ::-1]
        hits = np.roll(hits, -1, axis=0)
        hits[2] = np.where(rival, read < detection, read < false_alarm)
    return attacks


def play_restraint(
    one: str,
    other: str,
    detection: float = 0.8,
    false_alarm: float = 0.05,
    forgiveness: float = 0.3,
    gain: float = 1.0,
    harm: float = 2.0,
    rounds: int = 150,
    runs: int = 300,
    seed: int = 0,
) -> Restraint:
    """Two rivals who may attack or hold back each round and misread each other, simulated.

    An attack gives its author g and costs the victim h: with h > g > 0 each round is a prisoner's dilemma. After each
    round a side is *hit* in its own eyes with probability D if the rival attacked and f if it did not (a third
    party, a criminal, an error). Each side follows one rule of :data:`STRATEGIES`.

    The repeated dilemma with error has a literature: Axelrod and Hamilton (1981) on tit for tat, Molander (1985)
    on how error ruins it and how much generosity repairs it, Wu and Axelrod (1995) on coping with noise. There the
    error is the same both ways; here missed attacks and false alarms are apart. :func:`feud_level` gives the long
    run in closed form for two of the pairings.

    Parameters
    ----------
    one, other : str
        Keys of :data:`STRATEGIES`.
    detection, false_alarm, forgiveness : float
        D, f and z, probabilities.
    gain, harm : float
        g and h, more than 0.
    rounds, runs, seed : int
        Length, number of independent runs, and the seed of chance.

    Returns
    -------
    Restraint
    """
    _restraint_arguments(detection, false_alarm, forgiveness, gain, harm, rounds, runs)
    attacks = _play([(one, other)], detection, false_alarm, forgiveness, rounds, runs, seed)[0]
    rate = attacks.mean(axis=-1)
    unanswered = attacks[..., 1:] & ~attacks[::-1, :, :-1]
    made = attacks[..., 1:].sum(axis=-1)
    wrongful = np.divide(unanswered.sum(axis=-1), made, out=np.zeros(made.shape), where=made > 0)
    return Restraint(attacks=attacks, payoffs=gain * rate - harm * rate[::-1], wrongful=wrongful)


@cache
def strategy_payoffs(
    detection: float = 0.8,
    false_alarm: float = 0.05,
    forgiveness: float = 0.3,
    gain: float = 1.0,
    harm: float = 2.0,
    rounds: int = 100,
    runs: int = 100,
    seed: int = 0,
) -> np.ndarray:
    """Mean payoff a round of each strategy (row) against each (column), in the order of :data:`STRATEGIES`.

    All pairings meet the same draws of chance. Parameters as :func:`play_restraint`.
    """
    _restraint_arguments(detection, false_alarm, forgiveness, gain, harm, rounds, runs)
    keys = list(STRATEGIES)
    pairs = [(a, b) for a in keys for b in keys]
    rate = _play(pairs, detection, false_alarm, forgiveness, rounds, runs, seed).mean(axis=(-1, -2))
    return (gain * rate[:, 0] - harm * rate[:, 1]).reshape(len(keys), len(keys))


def feud_level(detection: float, false_alarm: float, forgiveness: float = 0.0) -> float:
    """How often, in the long run, each of two rivals attacks when both answer every hit but let a share z pass.

    Each attacks if it was hit and does not forgive. With p the long-run share of rounds in which a side attacks,

    p = (1 − z) [p D + (1 − p) f]   so that   p = (1 − z) f / [1 − (1 − z)(D − f)].

    With z = 0 (tit for tat) and the same error both ways, D = 1 − f, this is one half however small the error: the
    known frailty of tit for tat under noise (Molander 1985). It rises in D: with f held, better detection makes
    a feud last longer, because every wrong blow is then sure to be answered.

    Raises
    ------
    ValueError
        A probability outside 0 to 1, or D = 1, f = 0 and z = 0, for which the long run depends on the start.
    """
    _unit(detection=detection, false_alarm=false_alarm, forgiveness=forgiveness)
    left = 1 - (1 - forgiveness) * (detection - false_alarm)
    if left <= 0:
        raise ValueError(
            "detection: with no error and no forgiveness the long run depends on the first round"
        )
    return (1 - forgiveness) * false_alarm / left
