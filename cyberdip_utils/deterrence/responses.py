"""What the record says was done after an incident: kinds of response, shares of incidents answered, waiting times.

A response is counted where EuRepoC counts it. No coded response is not silence: the coders code what they find, and
they coded hardly any for the incidents of the first load. Every function says which incidents it covers.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils import survival
from cyberdip_utils.countries import name as country
from cyberdip_utils.countries import region as region_of
from cyberdip_utils.data import load
from cyberdip_utils.stats import wilson

YEARS = (2000, 2024)
SMALLEST = 10  # incidents a group needs to stand alone

LIVE, BEGAN, WHOLE = "entered", "began", "whole"
COHORTS = {
    LIVE: "after the first load",
    BEGAN: "began after the first load",
    WHOLE: "whole record",
}
SETTLED, ORGAN, WIDE, ROLE, EVERY = "settled", "organ", "wide", "role", "every"
LINKS = {
    SETTLED: "a state or affiliate named",
    ORGAN: "a state's organ named",
    WIDE: "any claim or hint",
    ROLE: "coders see a state's part",
    EVERY: "all incidents",
}
ALL, OLDER = "all", "older"
SCOPES = {ALL: "as recorded", OLDER: "meets the rule before 2023"}

ANY, POLITICAL, LEGAL, STATEMENT, HOME, RETORSION, NAMING = (
    "any",
    "political",
    "legal",
    "statement",
    "home",
    "retorsion",
    "naming",
)
KINDS = {
    ANY: "any political or legal response",
    POLITICAL: "a political response",
    LEGAL: "a legal response",
    STATEMENT: "a statement by the executive",
    HOME: "a legal step at home",
    RETORSION: "sanctions or other retorsion",
    NAMING: "a government, court or body names an origin",
}

TAGS = {
    ANY: "any response",
    POLITICAL: "political",
    LEGAL: "legal",
    STATEMENT: "executive's statement",
    HOME: "legal step at home",
    RETORSION: "sanctions, retorsion",
    NAMING: "official naming",
}

# one step for each incident, the strongest that is coded
STEPS = (
    "sanctions, retorsion",
    "legal step at home",
    "statement",
    "warning, other",
    "only named by a state",
    "nothing coded",
)
PARTIES = (
    "receiver itself",
    "receiver and others",
    "only others",
    "party not coded",
    "nothing coded",
)
BY = {
    "origin": "named state",
    "kind": "kind of initiator",
    "intensity": "intensity",
    "region": "region of a receiver",
    "receiver": "receiving state",
    "type": "type of incident",
    "year": "year of the start",
}
NOBODY, OTHERS, SEVERAL = "none named", "other states", "several"
LEGAL_FORMS = {
    "domestic legal action",
    "political statement and indictment or sanctions",
    "media statement and indictment or sanctions",
}
POLITICAL_FORMS = {"political statement", "media statement and political or technical report"}


def _known(what: str, value: object, allowed) -> None:
    if value not in allowed:
        raise ValueError(f"{what}: {value!r} is not one of {', '.join(map(str, allowed))}")


# ---------------------------------------------------------------- which incidents


@cache
def incidents() -> pd.DataFrame:
    """EuRepoC's incidents by id, with ``year`` of the start and ``first_load`` (entered on the first day)."""
    frame = load("incidents").set_index("incident_id")
    frame["year"] = frame["start_on"].dt.year.astype("Int64")
    frame["first_load"] = frame["added_on"] == frame["added_on"].min()
    return frame


def first_load_on() -> pd.Timestamp:
    """Day of the first load: the day on which the oldest entries of the record were entered."""
    return incidents()["added_on"].min()


@cache
def linked(link: str) -> frozenset[int]:
    """Incidents that are state-linked in one of the senses of ``LINKS``.

    "settled": the attribution that the coders follow names a state or a group affiliated with one. "organ": it names
    an organ of a state. "wide": any listed claim does, or hints at an affiliation. "role": the coders see a direct or
    indirect part of a state. "every": all incidents.
    """
    _known("link", link, LINKS)
    if link == EVERY:
        return frozenset(incidents().index)
    if link == ROLE:
        return frozenset(incidents().index[incidents()["state_responsibility"].isin(["direct", "indirect"])])
    rows = load("incident_initiators").astype({"category": str})
    keep = rows["category"].isin(["state"] if link == ORGAN else ["state", "state-affiliated"])
    if link == WIDE:
        keep |= rows["subcategory"].eq("state affiliation suggested").fillna(False)
    else:
        keep &= rows["settled"].fillna(False)
    return frozenset(rows.loc[keep, "incident_id"])


def chosen(
    link: str = SETTLED, cohort: str = LIVE, scope: str = ALL, between: tuple[int, int] = YEARS
) -> pd.DataFrame:
    """The incidents that pass every filter.

    Parameters
    ----------
    link : str
        Meaning of state-linked, a key of ``LINKS``.
    cohort : str
        "entered": entered after the first load of August 2022; "began": also began after it; "whole": all.
    scope : str
        "all", or "older": meets a criterion of the rule in force before 2023 (unknown stays out).
    between : (int, int)
        First and last year of the start; with the whole range, incidents without a start stay in.

    Raises
    ------
    ValueError
        An unknown link, cohort or scope.
    """
    _known("cohort", cohort, COHORTS)
    _known("scope", scope, SCOPES)
    frame = incidents()
    keep = frame.index.isin(linked(link))
    if cohort != WHOLE:
        keep &= ~frame["first_load"].to_numpy()
    if cohort == BEGAN:
        keep &= (frame["start_on"] > first_load_on()).to_numpy()
    if scope == OLDER:
        keep &= frame["in_scope_before_2023"].fillna(False).to_numpy(dtype=bool)
    if tuple(between) != YEARS:
        keep &= frame["year"].between(*between).fillna(False).to_numpy(dtype=bool)
    return frame[keep]


# ---------------------------------------------------------------- responses


def bounds(on: pd.Series, precision: pd.Series) -> tuple[pd.Series, pd.Series]:
    """First and last day that a date can mean: the day, or all of its month or year."""
    code = precision.astype(str)
    first, last = on.copy(), on.copy()
    for word, letter in (("month", "M"), ("year", "Y")):
        vague = (code == word) & on.notna()
        span = on[vague].dt.to_period(letter)
        first[vague] = span.dt.start_time
        last[vague] = span.dt.end_time.dt.normalize()
    return first, last


@cache
def responses() -> pd.DataFrame:
    """The coded responses that the source counts, with their step and the bounds of their date.

    Returns
    -------
    pandas.DataFrame
        The columns of ``incident_responses`` and: step (one of ``STEPS``), earliest, latest (missing without a date).
    """
    rows = load("incident_responses")
    rows = rows[rows["counted"]].astype({"kind": str, "type": object}).reset_index(drop=True)
    rows["step"] = np.select(
        [rows["type"] == "retorsion", rows["kind"] == "legal", rows["type"] == "stabilising"],
        STEPS[:3],
        STEPS[3],
    )
    rows["earliest"], rows["latest"] = bounds(rows["responded_on"], rows["responded_precision"])
    return rows


@cache
def namings() -> pd.DataFrame:
    """Attributions in which a government, a court or an international body names somebody, with bounds of the date.

    EuRepoC's basis "third party" also holds institutes and rights groups, so it counts only in a political or a legal
    form, as in chapter 1.2.
    """
    rows = load("incident_attributions").astype({"basis": str, "type": str, "category": str})
    official = rows["basis"].isin(["receiver's government", "EU institution", "international organisation"])
    official |= rows["type"].isin(LEGAL_FORMS)
    official |= (rows["basis"] == "third party") & rows["type"].isin(POLITICAL_FORMS)
    rows = rows[official & (rows["category"] != "not attributed")].reset_index(drop=True)
    rows["earliest"], rows["latest"] = bounds(rows["attributed_on"], rows["attributed_precision"])
    return rows


@cache
def _of_kind(kind: str) -> pd.DataFrame:
    """Rows (incident_id, earliest, latest) of one kind of response."""
    _known("kind", kind, KINDS)
    if kind == NAMING:
        rows = namings()
    else:
        rows = responses()
        keep = {
            ANY: rows["kind"].notna(),
            POLITICAL: rows["kind"] == POLITICAL,
            LEGAL: rows["kind"] == LEGAL,
            STATEMENT: rows["step"] == STEPS[2],
            HOME: rows["step"] == STEPS[1],
            RETORSION: rows["step"] == STEPS[0],
        }
        rows = rows[keep[kind]]
    return rows[["incident_id", "earliest", "latest"]]


@cache
def answered(kind: str) -> frozenset[int]:
    """Incidents with at least one response of the kind, a key of ``KINDS``."""
    return frozenset(_of_kind(kind)["incident_id"])


@cache
def steps() -> pd.Series:
    """For each incident the strongest step that is coded, one of ``STEPS``; naming counts where nothing else is."""
    rows = responses().assign(rank=lambda d: d["step"].map(STEPS.index))
    best = rows.groupby("incident_id")["rank"].min().reindex(incidents().index)
    named = incidents().index.isin(answered(NAMING))
    best = best.where(best.notna(), np.where(named, 4, 5)).astype(int)
    return best.map(dict(enumerate(STEPS)))


@cache
def parties() -> pd.Series:
    """For each incident, whether its receiver, others, or both responded, one of ``PARTIES``.

    A member state of the EU and the EU itself are two parties.
    """
    own = load("incident_receivers")[["incident_id", "iso3"]].dropna()
    own = set(zip(own["incident_id"], own["iso3"], strict=True))
    rows = responses()
    is_own = [(i, c) in own for i, c in zip(rows["incident_id"], rows["iso3"], strict=True)]
    other = rows["iso3"].notna() | rows["place_status"].isin(["region", "organisation"])
    rows = rows.assign(own=is_own, other=other & ~np.array(is_own))
    flags = rows.groupby("incident_id")[["own", "other"]].any()
    said = np.select(
        [flags["own"] & flags["other"], flags["own"], flags["other"]],
        [PARTIES[1], PARTIES[0], PARTIES[2]],
        PARTIES[3],
    )
    return pd.Series(said, index=flags.index).reindex(incidents().index).fillna(PARTIES[4])


# ---------------------------------------------------------------- groups

INTENSITY = ("0 or 1", "2", "3", "4", "5 or more")


@cache
def groups(by: str) -> pd.DataFrame:
    """Distinct (incident_id, group): an incident can lie in several groups, except by kind, intensity and year.

    Parameters
    ----------
    by : str
        A key of ``BY``. Named states and kinds of initiator are those of the attribution that the coders follow.
    """
    _known("by", by, BY)
    base = incidents()
    if by == "intensity":
        points = base["unweighted_intensity"].dropna().astype(int)
        label = points.map(lambda p: INTENSITY[0 if p <= 1 else min(p, 5) - 1])
        out = label.rename("group").reset_index()
    elif by == "year":
        out = base["year"].dropna().astype(int).rename("group").reset_index()
    elif by == "kind":
        rows = load("incident_initiators").astype({"category": str})
        rows = rows[rows["settled"].fillna(False)].sort_values(["incident_id", "n"])
        order = {"state": 0, "state-affiliated": 1, "non-state group": 2, "individual": 2, "other": 2}
        words = {
            0: "state organ",
            1: "state-affiliated",
            2: "non-state",
            3: "origin unknown",
            4: "nobody named",
        }
        rank = rows["category"].map(order).fillna(3).where(rows["category"] != "not attributed", 4)
        best = rank.groupby(rows["incident_id"]).min().reindex(base.index).fillna(4)
        out = best.map(words).rename("group").reset_index()
    else:
        table, column = {
            "origin": ("incident_initiators", "iso3"),
            "receiver": ("incident_receivers", "iso3"),
            "region": ("incident_receivers", "iso3"),
            "type": ("incident_types", "type"),
        }[by]
        rows = load(table)
        if by == "origin":
            rows = rows[rows["settled"].fillna(False)]
        out = (
            rows[["incident_id", column]]
            .dropna()
            .astype({column: str})
            .set_axis(["incident_id", "group"], axis=1)
        )
        if by == "region":
            out["group"] = out["group"].map({c: region_of(c) for c in out["group"].unique()})
        elif by != "type":
            out["group"] = out["group"].map({c: country(c) for c in out["group"].unique()})
    return out.dropna().drop_duplicates().reset_index(drop=True)


def rates(
    by: str = "origin",
    kind: str = ANY,
    link: str = SETTLED,
    cohort: str = LIVE,
    scope: str = ALL,
    between: tuple[int, int] = YEARS,
    most: int = 8,
) -> pd.DataFrame:
    """Share of incidents with a response of the kind in each group, with Wilson's 95% interval.

    Parameters
    ----------
    by, kind, link, cohort, scope, between
        Keys of ``BY``, ``KINDS``, ``LINKS``, ``COHORTS``, ``SCOPES``; years of the start.
    most : int
        Groups to name, the largest with 10 incidents or more; the rest are pooled as "others" (states and types only).

    Returns
    -------
    pandas.DataFrame
        group, k, n, share, low, high; the first row is "all". Incidents without the group's code count in "all" only.
    """
    base = chosen(link, cohort, scope, between)
    yes = base.index.isin(answered(kind))
    rows = groups(by)
    rows = rows[rows["incident_id"].isin(base.index)]
    if by in ("origin", "receiver", "type"):
        top = rows["group"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
        named = list(top[top >= SMALLEST].index[:most])
        rows = rows.assign(group=rows["group"].where(rows["group"].isin(named), "others")).drop_duplicates()
        order = [*named, "others"]
    else:
        order = sorted(rows["group"].unique())
        if by == "region":
            size = rows["group"].value_counts()
            order = sorted(order, key=lambda g: -size[g])
        elif by == "kind":
            order = [
                w
                for w in ("state organ", "state-affiliated", "non-state", "origin unknown", "nobody named")
                if w in order
            ]
    out = [("all", int(yes.sum()), len(base))]
    hit = rows["incident_id"].isin(answered(kind))
    for group in order:
        part = rows["group"] == group
        if part.any():
            out.append((group, int((hit & part).sum()), int(part.sum())))
    return pd.DataFrame(
        [(g, k, n, k / n if n else np.nan, *wilson(k, n)) for g, k, n in out],
        columns=["group", "k", "n", "share", "low", "high"],
    )


FROM = {
    "kind": "kind of initiator",
    "origin": "named state",
    "intensity": "intensity",
    "region": "region of the receivers",
    "load": "when it was entered",
}
LEADING = 4


def sides(by: str, base: pd.DataFrame) -> pd.Series:
    """Exactly one group for each incident of ``base``: codes that name several states are a group of their own.

    Parameters
    ----------
    by : str
        A key of ``FROM``.
    base : pandas.DataFrame
        Incidents as :func:`chosen` gives them.
    """
    _known("by", by, FROM)
    if by == "load":
        words = np.where(base["first_load"], "first load", "later")
        return pd.Series(words, index=base.index)
    rows = groups(by)
    rows = rows[rows["incident_id"].isin(base.index)]
    if by in ("origin", "region"):
        count = rows.groupby("incident_id")["group"].agg(["first", "size"])
        one = count["first"].where(count["size"] == 1, SEVERAL)
        if by == "origin":
            top = one[one != SEVERAL].value_counts().sort_index().sort_values(ascending=False, kind="stable")
            one = one.where(one.isin([*top.index[:LEADING], SEVERAL]), OTHERS)
    else:
        one = rows.set_index("incident_id")["group"]
    return one.reindex(base.index).fillna({"intensity": "not coded"}.get(by, NOBODY))


def flow(by: str, to: str, base: pd.DataFrame) -> pd.DataFrame:
    """Incidents by group and outcome: source, target, incidents; both parts add up to all of ``base``.

    Parameters
    ----------
    by : str
        A key of ``FROM``.
    to : str
        "step": the strongest step coded; "party": who responded.
    """
    _known("to", to, ("step", "party"))
    outcome = (steps() if to == "step" else parties()).reindex(base.index)
    counts = pd.DataFrame({"source": sides(by, base), "target": outcome}).value_counts()
    return counts.rename("incidents").reset_index()


# ---------------------------------------------------------------- waiting times

EXACT, SOONEST, LATEST = "exact", "soonest", "latest"
DATES = {
    SOONEST: "shortest possible wait",
    LATEST: "longest possible wait",
    EXACT: "exact dates only",
}
SPLITS = {
    "dates": "treatment of dates",
    "origin": "named state",
    "intensity": "intensity",
    "link": "state-linked or not",
    "cohort": "when it was entered",
    "race": "a race between kinds",
    "none": "nothing",
}


@cache
def waits(kind: str = ANY, dates: str = LATEST) -> pd.DataFrame:
    """Days from the start of each dated incident to its first response, or to the last day it was watched.

    A start or a response that is dated by month or year is an interval of days, and so is the wait. "soonest" takes
    the start as late and the response as early as they can be, "latest" the reverse; "exact" keeps incidents whose
    wait is known to the day. A response without a date came between the start and the last update of the record.
    Responses dated before the start count as day 0. Watching stops on the day of the last update.

    Returns
    -------
    pandas.DataFrame
        By incident_id: time (days), event (bool), before (a response lies before the start).

    Raises
    ------
    ValueError
        An unknown kind or treatment of dates.
    """
    _known("dates", dates, DATES)
    rows = _of_kind(kind)
    base = incidents()
    base = base[base["start_on"].notna()]
    start_low, start_high = bounds(base["start_on"], base["start_precision"])
    rows = rows[rows["incident_id"].isin(base.index)]
    known = rows["incident_id"]
    seen = known.map(base["updated_on"])
    last = rows["latest"].fillna(seen)
    last = last.where(last <= seen, np.maximum(seen, rows["earliest"].fillna(seen)))
    low = (rows["earliest"].fillna(known.map(start_low)) - known.map(start_high)).dt.days
    high = (last - known.map(start_low)).dt.days
    lower = low.clip(lower=0).groupby(known).min().reindex(base.index)
    upper = high.clip(lower=0).groupby(known).min().reindex(base.index)
    before = (rows["latest"] < known.map(start_low)).groupby(known).any().reindex(base.index)
    stop = base["updated_on"]
    if dates == EXACT:
        sharp = (start_low == start_high) & (lower.isna() | (lower == upper))
        came, until = lower[sharp], (stop - start_low).dt.days[sharp]
    elif dates == SOONEST:
        came, until = lower, (stop - start_high).dt.days
    else:
        came, until = upper, (stop - start_low).dt.days
    until = until.clip(lower=0)
    until = until.where(
        came.isna() | (came <= until), came
    )  # what the record holds was seen before its last update
    out = pd.DataFrame({"time": came.fillna(until).astype(float), "event": came.notna()})
    out["before"] = before.reindex(out.index).fillna(False).astype(bool)
    return out


def _split(split: str, base: pd.DataFrame) -> dict[str, pd.Index]:
    """Groups of incidents to compare, by name."""
    if split == "link":
        named = groups("kind").set_index("incident_id")["group"].reindex(base.index)
        parts = {
            "state-linked": named.isin(["state organ", "state-affiliated"]),
            "others named": named == "non-state",
            "origin unknown or nobody": named.isin(["origin unknown", "nobody named"]),
        }
    elif split == "cohort":
        late = base["start_on"] > first_load_on()
        parts = {
            "began after the first load": ~base["first_load"] & late,
            "began before, entered after": ~base["first_load"] & ~late,
            "in the first load": base["first_load"],
        }
    elif split == "intensity":
        points = base["unweighted_intensity"]
        parts = {
            "0 to 2": points <= 2,
            "3": points == 3,
            "4 or more": points >= 4,
        }
    elif split == "origin":
        side = sides("origin", base)
        order = side.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
        parts = {g: side == g for g in order}
    else:
        parts = {"all incidents": pd.Series(True, index=base.index)}
    return {g: base.index[mask.fillna(False).to_numpy(dtype=bool)] for g, mask in parts.items()}


@cache
def curves(
    kind: str, split: str, dates: str, link: str, cohort: str
) -> dict[str, tuple[pd.DataFrame, int, int]]:
    """Kaplan–Meier curves by group: name to (curve, incidents, answered); groups of fewer than 10 are left out."""
    _known("split", split, SPLITS)
    base = chosen(link, cohort)
    if split == "dates":
        parts = {words: (waits(kind, d), base.index) for d, words in DATES.items()}
    else:
        parts = {g: (waits(kind, dates), ids) for g, ids in _split(split, base).items()}
    out = {}
    for name, (frame, ids) in parts.items():
        part = frame[frame.index.isin(ids)]
        if len(part) >= SMALLEST:
            out[name] = (
                survival.kaplan_meier(part["time"], part["event"]),
                len(part),
                int(part["event"].sum()),
            )
    return out


@cache
def compared(kind: str, split: str, dates: str, link: str, cohort: str) -> tuple[float, int, float] | None:
    """The log-rank test over the groups drawn; None where there are fewer than two, or no response at all."""
    drawn = curves(kind, split, dates, link, cohort)
    if len(drawn) < 2 or not any(events for _, _, events in drawn.values()):
        return None
    frame = waits(kind, dates)
    parts = {g: ids for g, ids in _split(split, chosen(link, cohort)).items() if g in drawn}
    label = pd.Series({i: g for g, ids in parts.items() for i in ids}).reindex(frame.index)
    frame = frame[label.notna()]
    return survival.log_rank(frame["time"], frame["event"], label.dropna())


RACE = (NAMING, STATEMENT, HOME, RETORSION)


@cache
def race(dates: str, link: str, cohort: str) -> tuple[pd.DataFrame, int, int]:
    """Cumulative incidence of the first answer by kind (Aalen–Johansen), incidents, and ties.

    An answer is a naming, a statement, a legal step at home or a retorsion, whichever is first. A tie goes to the
    kind that stands first in this list.
    """
    base = chosen(link, cohort)
    frames = {k: waits(k, dates) for k in RACE}
    ids = frames[NAMING].index
    for frame in frames.values():
        ids = ids.intersection(frame.index)
    ids = ids[ids.isin(base.index)]
    times = pd.DataFrame({k: f["time"].where(f["event"]).reindex(ids) for k, f in frames.items()})
    until = pd.concat([f["time"].reindex(ids) for f in frames.values()], axis=1).max(axis=1)
    first = times.min(axis=1)
    came = first.notna()
    cause = pd.Series("", index=ids, dtype=object)
    cause[came] = times[came].idxmin(axis=1)
    ties = int((times.eq(first, axis=0).sum(axis=1) > 1).sum())
    return survival.cumulative_incidence(first.fillna(until), list(cause), RACE), len(ids), ties
