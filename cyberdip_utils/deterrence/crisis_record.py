"""Where the numbers of the crisis game come from: rates and counts taken from the tables, each with its rule.

A :class:`Rate` is k of n cases; a :class:`Counts` is a number of cases for each of several outcomes; an
:class:`Assumed` rate is ours, because no table of the handbook speaks to it, and says so. Nothing here is tuned: each
function counts rows, and :attr:`rule` says in words which.

A rate is uncertain. A game draws one value of it from Jeffreys' posterior, Beta(k + 1/2, n - k + 1/2), and keeps this
value for all its rounds: the world of one game is one world.

References
----------
Jeffreys' interval for a share: Brown, L. D., Cai, T. T. and DasGupta, A. (2001), "Interval estimation for a binomial
proportion", Statistical Science 16(2), 101-133, doi:10.1214/ss/1009213286.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from cyberdip_utils.data import load
from cyberdip_utils.stats import share, wilson

DAYS = 90  # a round of the game
LAST_DAY = pd.Timestamp("2024-12-19")  # the last start in EuRepoC v1.3
FORCE_ACTS = ("quiet", "talk", "demand", "sanction", "cyber")
ANSWERS = ("none", "political", "legal")


@dataclass(frozen=True, eq=False)  # one object for each rate (the functions are cached): compared by identity
class Rate:
    """k of n cases in a table, and how they were counted."""

    key: str
    asks: str
    k: int
    n: int
    rule: str
    tables: tuple[str, ...]

    kind = "record"

    def at(self, u: float) -> float:
        """The value at quantile u (0 to 1) of Beta(k + 1/2, n - k + 1/2)."""
        from scipy.special import betaincinv

        return float(betaincinv(self.k + 0.5, self.n - self.k + 0.5, u))

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval."""
        return wilson(self.k, self.n)

    @cached_property
    def words(self) -> str:
        """Share, count and interval."""
        return share(self.k, self.n)

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True, eq=False)
class Assumed:
    """A rate that no table gives: any value between two ends is as good as another."""

    key: str
    asks: str
    low: float
    high: float
    rule: str

    kind = "assumption"
    tables = ()

    def at(self, u: float) -> float:
        """The value at quantile u (0 to 1) of the even spread between the ends."""
        return self.low + u * (self.high - self.low)

    @property
    def interval(self) -> tuple[float, float]:
        """The two ends."""
        return self.low, self.high

    def __str__(self) -> str:
        return f"our assumption, anywhere from {self.low:.0%} to {self.high:.0%}"


@dataclass(frozen=True, eq=False)
class Counts:
    """How many cases of each outcome a table holds, in the order that a draw walks through them."""

    key: str
    asks: str
    cases: tuple[tuple[str, int], ...]
    rule: str
    tables: tuple[str, ...]

    kind = "record"

    @property
    def n(self) -> int:
        """All cases."""
        return sum(k for _, k in self.cases)

    def at(self, u: float) -> str:
        """The outcome at u (0 to 1) of the shares laid end to end."""
        place = u * self.n
        for outcome, k in self.cases:
            place -= k
            if place < 0:
                return outcome
        return self.cases[-1][0]

    @cached_property
    def words(self) -> str:
        """Each outcome with its share, count and interval."""
        return "; ".join(f"{outcome} {share(k, self.n)}" for outcome, k in self.cases)

    def __str__(self) -> str:
        return self.words


# ---------------------------------------------------------------- incidents of a scenario's kind


@cache
def _incidents() -> pd.DataFrame:
    return load("incidents").set_index("incident_id")


@cache
def like(receivers: tuple[str, ...], types: tuple[str, ...] = ()) -> frozenset[int]:
    """Incidents that hit one of these receiver subcategories and, if types are given, have one of these types.

    Raises
    ------
    ValueError
        A code that does not occur.
    """
    rows, kinds = load("incident_receivers"), load("incident_types")
    for what, codes, known in (
        ("receivers", receivers, rows["subcategory"]),
        ("types", types, kinds["type"]),
    ):
        odd = sorted(set(codes) - set(known.dropna().astype(str)))
        if odd:
            raise ValueError(f"{what}: {', '.join(odd)} does not occur")
    found = set(rows.loc[rows["subcategory"].isin(receivers), "incident_id"])
    if types:
        found &= set(kinds.loc[kinds["type"].isin(types), "incident_id"])
    return frozenset(int(i) for i in found)


def _by_state(receivers: tuple[str, ...], types: tuple[str, ...]) -> tuple[int, int]:
    """Of these incidents those with a state, or a group tied to one, as settled initiator; and those with any."""
    rows = load("incident_initiators").query("settled")
    rows = rows[rows["incident_id"].isin(like(receivers, types))]
    kinds = rows.groupby("incident_id")["category"].agg(lambda c: set(c.astype(str)))
    state = kinds.map(lambda c: bool(c & {"state", "state-affiliated"}))
    other = kinds.map(lambda c: bool(c & {"non-state group", "individual"})) & ~state
    return int(state.sum()), int(state.sum() + other.sum())


@cache
def state_behind(receivers: tuple[str, ...], types: tuple[str, ...], words: str) -> Rate:
    """How often a state, or a group tied to one, is the settled initiator, where anybody is named."""
    return Rate(
        "state_behind",
        "Is a state behind it?",
        *_by_state(receivers, types),
        f"EuRepoC incidents {words} in which a category of initiator is settled: those with a state or a "
        "state-affiliated initiator. Incidents with an unknown or unnamed initiator are left out.",
        ("incidents", "incident_receivers", "incident_types", "incident_initiators"),
    )


@cache
def harm(
    receivers: tuple[str, ...], types: tuple[str, ...], column: str, levels: tuple[str, ...], words: str
) -> Counts:
    """Coded effects of incidents of this kind, from least to most."""
    codes = _incidents().loc[sorted(like(receivers, types)), column].dropna().astype(str)
    odd = sorted(set(codes) - set(levels))
    if odd:
        raise ValueError(f"levels: {', '.join(odd)} occurs in {column} and is not listed")
    counts = codes.value_counts()
    return Counts(
        "harm",
        "How much harm does a strike do?",
        tuple((level, int(counts.get(level, 0))) for level in levels),
        f"EuRepoC incidents {words}, by the code in `{column}`; incidents without a code are left out.",
        ("incidents", "incident_receivers", "incident_types"),
    )


@cache
def achieved(column: str, value: str | bool, words: str) -> Rate:
    """How often an operation between rivals reached its objective, as DCID codes it."""
    rows = load("dcid_incidents")
    known = {str(v): v for v in rows[column].dropna().unique()}
    if str(value) not in known:
        raise ValueError(f"{column}: {value!r} does not occur; it has {', '.join(sorted(known))}")
    rows = rows[rows[column].astype(str) == str(value)]
    return Rate(
        "achieved",
        "Does the strike reach its objective?",
        int(rows["objective_achieved"].sum()),
        len(rows),
        f"DCID incidents {words}, coded as having reached the initiator's objective. Failed attempts that nobody "
        "noticed are in no record, so this is too high rather than too low.",
        ("dcid_incidents",),
    )


# ---------------------------------------------------------------- the same attacker again


@cache
def _dyads() -> tuple[pd.DataFrame, dict]:
    """Settled state initiator by receiver of each incident; and the starts of each such pair in order."""
    incidents = _incidents()
    named = load("incident_initiators").query("settled").dropna(subset=["iso3"])
    named = named[named["category"].isin(["state", "state-affiliated"])][["incident_id", "iso3"]]
    hit = load("incident_receivers").dropna(subset=["iso3"])[["incident_id", "iso3"]]
    rows = named.drop_duplicates().merge(
        hit.drop_duplicates(), on="incident_id", suffixes=("_by", "_on")
    )  # one row for each pair of states in an incident
    rows = rows[rows["iso3_by"] != rows["iso3_on"]]
    rows = rows.assign(
        start=rows["incident_id"].map(incidents["start_on"]),
        precision=rows["incident_id"].map(incidents["start_precision"]).astype(str),
    )
    dated = rows[rows["precision"].isin(["day", "month"])]
    starts = {pair: np.sort(g["start"].to_numpy()) for pair, g in dated.groupby(["iso3_by", "iso3_on"])}
    return rows, starts


def _again(rows: pd.DataFrame, anchor: pd.Series) -> tuple[int, int]:
    """Incidents followed, within DAYS of their anchor, by another of the same pair; and incidents in all."""
    _, starts = _dyads()
    window, none = np.timedelta64(DAYS, "D"), np.array([], dtype="datetime64[ns]")
    followed: dict[int, bool] = {}
    for row, when in zip(rows.itertuples(), anchor, strict=True):
        if pd.isna(when) or when > LAST_DAY - pd.Timedelta(days=DAYS):
            continue
        times = starts.get((row.iso3_by, row.iso3_on), none)
        place = np.searchsorted(times, np.datetime64(when), side="right")
        hit = bool(place < len(times) and times[place] - np.datetime64(when) <= window)
        followed[row.incident_id] = followed.get(row.incident_id, False) or hit
    return sum(followed.values()), len(followed)


@cache
def _first_load() -> frozenset[int]:
    """Incidents entered on the record's first day; its coders recorded hardly any response to them (chapter 3.2)."""
    added = _incidents()["added_on"]
    return frozenset(added.index[added == added.min()])


@cache
def again(answer: str = "any", first_load: bool = False) -> Rate:
    """How often the same state strikes the same victim again within a round.

    Incidents of the first load stay out: that they have no coded response means that nobody looked, and to count them
    as unanswered turns the order of the rates round.

    Parameters
    ----------
    answer : str
        ``any`` for all incidents, counted from their start; ``none`` for incidents without a coded response, counted
        from their start; ``political`` or ``legal`` for those with such a response, counted from its date.
    first_load : bool
        Put the first load back in, to show what it does. The game never does.
    """
    if answer not in ("any", *ANSWERS):
        raise ValueError(f"answer: {answer!r} is none of any, {', '.join(ANSWERS)}")
    rows, _ = _dyads()
    if not first_load:
        rows = rows[~rows["incident_id"].isin(_first_load())]
    responses = load("incident_responses")
    if answer in ("any", "none"):
        kept = rows[rows["precision"].isin(["day", "month"])]
        if answer == "none":
            kept = kept[~kept["incident_id"].isin(responses["incident_id"])]
        anchor = kept["start"]
        whose = "all" if answer == "any" else "those without a coded response"
        since = "of its start"
    else:
        dated = responses[
            (responses["kind"] == answer) & responses["responded_precision"].isin(["day", "month"])
        ]
        first = dated.groupby("incident_id")["responded_on"].min()
        kept = rows[rows["incident_id"].isin(first.index)]
        anchor = kept["incident_id"].map(first)
        whose, since = f"those with a dated {answer} response", "of that response"
    k, n = _again(kept, anchor)
    return Rate(
        f"again_{answer}",
        "Does the same attacker strike again?",
        k,
        n,
        f"EuRepoC incidents {'' if first_load else 'entered after its first load, '}with a settled state initiator ({whose}): followed within {DAYS} days {since} by another "
        "incident of the same state against a same receiving state. Starts known to the day or month.",
        ("incidents", "incident_initiators", "incident_receivers", "incident_responses"),
    )


# ---------------------------------------------------------------- what the other side does


@cache
def _sides() -> pd.DataFrame:
    """DCID's second sheet with one row for each side of a pair: my acts, and yours."""
    rows = load("dcid_actions")
    first, second = (rows[rows["n"] == n].set_index("action_id") for n in (1, 2))

    def seen(mine: pd.DataFrame, yours: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "cyber": ~mine["no_action"],
                "sanction": mine["e_embargo_sanction"] > 0,
                "demand": mine["d_threat_demand"] > 0,
                "talk": mine["d_negotiate"] > 0,
                "struck": ~yours["no_action"],
                "force": (yours["m_threat"] > 0) | (yours["m_display"] > 0),
            }
        )

    return pd.concat([seen(first, second), seen(second, first)])


@cache
def force(act: str) -> Rate:
    """How often the side that struck also threatens or displays military force, by what the other side did.

    Parameters
    ----------
    act : str
        One of ``FORCE_ACTS``: quiet (no demand, sanction or cyber action), talk (quiet, and negotiates), demand,
        sanction, cyber. The last three overlap.
    """
    sides = _sides()
    sides = sides[sides["struck"]]
    loud = sides["cyber"] | sides["sanction"] | sides["demand"]
    masks = {
        "quiet": ~loud,
        "talk": ~loud & sides["talk"],
        "demand": sides["demand"],
        "sanction": sides["sanction"],
        "cyber": sides["cyber"],
    }
    if act not in masks:
        raise ValueError(f"act: {act!r} is none of {', '.join(masks)}")
    words = {
        "quiet": "made no demand, took no sanction and did not act in cyberspace",
        "talk": "negotiated, and made no demand, took no sanction and did not act in cyberspace",
        "demand": "threatened or demanded",
        "sanction": "put on an embargo or sanctions",
        "cyber": "acted in cyberspace itself",
    }[act]
    chosen = sides[masks[act]]
    return Rate(
        f"force_{act}",
        "Does the other side threaten or show military force?",
        int(chosen["force"].sum()),
        len(chosen),
        f"DCID 2.0, what both rivals did around an incident: cases in which the side that was struck {words}; those in "
        "which the other side is coded with a military threat or display. The order of the acts is not coded, and "
        "rivals quarrel for other reasons: this is a correlation, not an effect.",
        ("dcid_actions",),
    )


@cache
def step_up(answered: bool) -> Rate:
    """How often an exchange of a pair is coded as an answer in cyberspace of higher severity."""
    rows = load("dcid_actions")
    pairs = rows.groupby("action_id").agg(quiet=("no_action", "any"), harsher=("cyber_escalation", "any"))
    chosen = pairs[~pairs["quiet"]] if answered else pairs[pairs["quiet"]]
    words = "both sides acted in cyberspace" if answered else "one side only acted in cyberspace"
    return Rate(
        f"step_up_{'answered' if answered else 'alone'}",
        "Is there an answer in cyberspace of higher severity?",
        int(chosen["harsher"].sum()),
        len(chosen),
        f"DCID 2.0, pairs of rivals around an incident in which {words}: those in which either side's answer is coded "
        "as more severe.",
        ("dcid_actions",),
    )


@cache
def stop() -> Rate:
    """How often a disruptive or degrading operation is coded as having changed the target's conduct."""
    rows = load("dcid_incidents")
    rows = rows[rows["objective"].isin(["disruption", "degradation"])]
    return Rate(
        "stop",
        "Does your operation make the other side change its conduct?",
        int(rows["concession"].sum()),
        len(rows),
        "DCID incidents with the objective of disruption or degradation: those after which the target is coded as "
        "having changed its behaviour as wanted.",
        ("dcid_incidents",),
    )


# ---------------------------------------------------------------- partners, courts, parliaments


@cache
def _by_states() -> pd.Series:
    """For each incident attributed by the receiving government or by a third party with a state: how many states.

    A third party need not be a government, so this is wider than chapter 1.2, which takes one in political form only.
    """
    rows = load("incident_attributions")
    rows = rows[rows["basis"].isin(["receiver's government", "third party"])]
    return rows.dropna(subset=["attributing_iso3"]).groupby("incident_id")["attributing_iso3"].nunique()


@cache
def partners(joint: bool) -> Counts:
    """How many other states stand beside the first that attributes.

    Parameters
    ----------
    joint : bool
        Only incidents attributed by two states or more.
    """
    states = _by_states()
    if joint:
        states = states[states >= 2]
    counts = (states - 1).value_counts().sort_index()
    words = "by two states or more" if joint else "by a state"
    return Counts(
        f"partners_{'joint' if joint else 'alone'}",
        "How many other states say the same?",
        tuple((str(int(others)), int(k)) for others, k in counts.items()),
        f"EuRepoC incidents attributed {words} on the basis of the receiver's government or of a third party, which "
        "may be an institute: number of further states among the attributing states.",
        ("incident_attributions",),
    )


@cache
def contested() -> Rate:
    """How often another country is named as well, in incidents that a government or third party attributed."""
    rows = load("incident_attributions")
    chosen = rows[rows["incident_id"].isin(_by_states().index)]
    named = chosen.groupby("incident_id")["iso3"].nunique()
    return Rate(
        "contested",
        "Does somebody name another country?",
        int((named > 1).sum()),
        len(named),
        "EuRepoC incidents attributed by the receiver's government or a third party: those in which the recorded attributions name more than one "
        "country. It says that a claim was disputed, not that it was wrong.",
        ("incident_attributions",),
    )


@cache
def dissent(spoken: bool) -> Rate:
    """How often a dissenting statement is coded, with and without a statement by the government.

    Parameters
    ----------
    spoken : bool
        The government (or a spokesperson of it) made a statement.
    """
    rows = load("incident_responses").query("kind == 'political'")
    said = set(rows.loc[rows["type"] == "stabilising", "incident_id"])
    against = set(rows.loc[rows["subtype"].astype(str).str.startswith("Dissent"), "incident_id"])
    chosen = said if spoken else set(rows["incident_id"]) - said
    words = "with" if spoken else "without"
    return Rate(
        f"dissent_{'spoken' if spoken else 'silent'}",
        "Is there open dissent at home?",
        len(chosen & against),
        len(chosen),
        f"EuRepoC incidents with a coded political response and {words} a statement by the executive: those with a "
        "dissenting statement by a member of a parliament or an executive.",
        ("incident_responses",),
    )


@cache
def _lags(instrument: str) -> np.ndarray:
    """Days from the start of an incident to the first dated measure of this kind."""
    start = _incidents()["start_on"]
    if instrument == "sanctions":
        rows = load("incident_responses")
        rows = rows[(rows["type"] == "retorsion") & rows["responded_precision"].isin(["day", "month"])]
        first = rows.groupby("incident_id")["responded_on"].min()
    elif instrument == "indictment":
        rows = load("incident_attributions")
        rows = rows[(rows["subtype"] == "indictment") & rows["attributed_precision"].isin(["day", "month"])]
        first = rows.groupby("incident_id")["attributed_on"].min()
    else:
        raise ValueError(f"instrument: {instrument!r} is none of sanctions, indictment")
    days = (first - start.reindex(first.index)).dropna().dt.days
    return days.to_numpy()


@cache
def ready(instrument: str, after: int) -> Rate:
    """How often a measure that is not there `after` days into a crisis is there one round later.

    Parameters
    ----------
    instrument : str
        ``sanctions`` or ``indictment``.
    after : int
        Days since the incident at the start of the round.
    """
    days = _lags(instrument)
    waiting = days[days > after]
    what = "a measure of retorsion (sanctions, travel bans)" if instrument == "sanctions" else "an indictment"
    return Rate(
        f"ready_{instrument}_{after}",
        "Are the sanctions in force?" if instrument == "sanctions" else "Is the indictment unsealed?",
        int((waiting <= after + DAYS).sum()),
        len(waiting),
        f"EuRepoC incidents with {what} dated to the day or month, more than {after} days after the start: those "
        f"in which it came within {after + DAYS} days. It mixes the time to decide with the time to prepare.",
        ("incidents", "incident_responses" if instrument == "sanctions" else "incident_attributions"),
    )


@cache
def arrests() -> Rate:
    """How often arrests are coded among incidents with an indictment or arrests."""
    rows = load("incident_attributions")
    kinds = (
        rows.dropna(subset=["subtype"]).groupby("incident_id")["subtype"].agg(lambda s: set(s.astype(str)))
    )
    chosen = kinds[kinds.map(lambda s: "indictment" in s)]
    return Rate(
        "arrests",
        "Is anybody arrested?",
        int(chosen.map(lambda s: "arrests" in s).sum()),
        len(chosen),
        "EuRepoC incidents with an indictment among the attributions: those with arrests among them as well.",
        ("incident_attributions",),
    )


def sources(items: Mapping | list) -> tuple[str, ...]:
    """Names of all tables behind some rates, each once."""
    values = items.values() if isinstance(items, Mapping) else items
    return tuple(dict.fromkeys(t for x in values for t in x.tables))
