"""Chapter 1.2: who attributes, how long it takes, how evidence adds up, and what the actors are called.

An attribution is a claim: someone says, on a day and on some basis, who did it. Counts say what they count.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, partial
from itertools import combinations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import evidence, survival
from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, number, search, years
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

ANY = "any"
YEARS = (2000, 2024)
WIDER_RULE = (2022.5, "2023: rule widened")

# ---------------------------------------------------------------- claims

ATTACKER, FIRM, RECEIVER, THIRD, COURT, MEDIA, OTHER = SPEAKERS = (
    "the attacker",
    "security firms and researchers",
    "receiving state",
    "another state or body",
    "court or other legal step",
    "media",
    "other or not said",
)
LEGAL = {
    "domestic legal action",
    "political statement and indictment or sanctions",
    "media statement and indictment or sanctions",
}
POLITICAL = {"political statement", "media statement and political or technical report"}


def speaker(basis: str, form: str) -> str:
    """Who speaks, from EuRepoC's basis and form of an attribution.

    A legal step (indictment, arrest, sanction) goes before the rest. "Third party" is another state only if it
    spoke in political form: the code also holds human-rights groups and institutes, and these go to the rest.
    """
    if form in LEGAL:
        return COURT
    if basis == "third party":
        return THIRD if form in POLITICAL else OTHER
    return {
        "attacker confirms": ATTACKER,
        "security community": FIRM,
        "receiver's government": RECEIVER,
        "EU institution": THIRD,
        "international organisation": THIRD,
        "media": MEDIA,
    }.get(basis, OTHER)


def _by_state(basis: str, form: str) -> bool:
    return basis == "receiver's government" or basis == "third party" and form in LEGAL | POLITICAL


@cache
def claims() -> pd.DataFrame:
    """Rows of ``incident_attributions`` that name someone, with who speaks and the bounds of the date.

    Rows in which nobody is named are records of silence, not claims, and stay out.

    Returns
    -------
    pandas.DataFrame
        The table's columns and: speaker; by_state (a government speaks); names_state (a state, territory, region or
        organisation is named as the origin); earliest, latest (bounds of the date; missing without one).
    """
    rows = load("incident_attributions").astype({"basis": str, "type": str, "category": str})
    rows = rows[rows["category"] != "not attributed"].reset_index(drop=True)
    pairs = list(zip(rows["basis"], rows["type"], strict=True))
    rows["speaker"] = pd.Categorical([speaker(*p) for p in pairs], SPEAKERS, ordered=True)
    rows["by_state"] = [_by_state(*p) for p in pairs]
    rows["names_state"] = rows["origin_status"].isin(["state", "region", "organisation"])
    rows["earliest"], rows["latest"] = _bounds(rows["attributed_on"], rows["attributed_precision"])
    rows["year"] = rows["attributed_on"].dt.year.astype("Int64")
    return rows


def _bounds(on: pd.Series, precision: pd.Series) -> tuple[pd.Series, pd.Series]:
    """First and last day that a date of this precision can mean."""
    code = precision.astype(str)
    month, year = code == "month", code == "year"
    first = on.where(~year, on.dt.to_period("Y").dt.start_time).where(
        ~month, on.dt.to_period("M").dt.start_time
    )
    last = on.where(~year, on.dt.to_period("Y").dt.end_time.dt.normalize())
    last = last.where(~month, on.dt.to_period("M").dt.end_time.dt.normalize())
    return first, last


@cache
def _by_origin() -> dict[str, pd.DataFrame]:
    return dict(list(claims().groupby("iso3")))


def _named(origin: str) -> pd.DataFrame:
    if origin == ANY:
        return claims()
    if origin not in _by_origin():
        raise ValueError(f"origin: {origin!r} is not named in any attribution")
    return _by_origin()[origin]


# ---------------------------------------------------------------- who attributes


def by_year(origin: str = ANY, between: tuple[int, int] = YEARS) -> pd.DataFrame:
    """Distinct attributions by year and speaker; years without any are zeros, undated attributions are left out."""
    rows = _named(origin)[["attribution_id", "speaker", "year"]]
    rows = rows[rows["year"].between(*between).fillna(False)].drop_duplicates(["attribution_id", "speaker"])
    counts = rows.groupby(["year", "speaker"], observed=False).size().unstack()
    span = range(between[0], between[1] + 1)
    return counts.reindex(index=span, columns=SPEAKERS, fill_value=0).rename_axis(index="year", columns=None)


def first_speakers(origin: str = ANY, between: tuple[int, int] = YEARS) -> pd.DataFrame:
    """For each speaker: distinct incidents in which it spoke at all, alone, and first.

    First means a known date before which no other kind of speaker can have spoken. An undated attribution could
    lie anywhere, so an incident that has one from another speaker has no first.
    """
    rows = _named(origin)
    if tuple(between) != YEARS:
        began = load("incidents").set_index("incident_id")["start_on"].dt.year
        rows = rows[rows["incident_id"].map(began).between(*between).to_numpy(dtype=bool, na_value=False)]
    ever = rows.drop_duplicates(["incident_id", "speaker"])
    heard = ever.groupby("speaker", observed=False)["incident_id"].nunique()
    lone = ever[~ever["incident_id"].duplicated(keep=False)]
    alone = lone.groupby("speaker", observed=False)["incident_id"].nunique()
    low = (
        rows["earliest"]
        .fillna(pd.Timestamp("1900-01-01"))
        .groupby([rows["incident_id"], rows["speaker"]], observed=True)
    )
    high = (
        rows["latest"]
        .fillna(pd.Timestamp("2100-01-01"))
        .groupby([rows["incident_id"], rows["speaker"]], observed=True)
    )
    ends = pd.DataFrame({"low": low.min(), "high": high.min()}).reset_index()
    ends = ends.sort_values(["incident_id", "high"], kind="stable")
    lead = ends.groupby("incident_id").first()
    rest = ends[ends["incident_id"].duplicated()].groupby("incident_id")["low"].min().reindex(lead.index)
    clear = lead[rest.notna() & (lead["high"] < rest)]
    first = clear.groupby("speaker", observed=False).size()
    return pd.DataFrame({"spoke": heard, "alone": alone, "first of several": first}).fillna(0).astype(int)


@cache
def _receivers() -> frozenset[tuple[int, str]]:
    rows = load("incident_receivers").dropna(subset=["iso3"])
    return frozenset(zip(rows["incident_id"], rows["iso3"], strict=True))


def states_speaking(origin: str = ANY, between: tuple[int, int] = YEARS) -> pd.DataFrame:
    """Distinct (incident, state) in which the state's government or courts attribute.

    Returns
    -------
    pandas.DataFrame
        incident_id, state, receiver (the state is itself a receiver of the incident).
    """
    rows = _named(origin)
    rows = rows[rows["by_state"]].dropna(subset=["attributing_iso3"])
    if tuple(between) != YEARS:
        rows = rows[rows["year"].between(*between).to_numpy(dtype=bool, na_value=False)]
    out = rows[["incident_id", "attributing_iso3"]].drop_duplicates()
    out = out.rename(columns={"attributing_iso3": "state"}).reset_index(drop=True)
    known = _receivers()
    out["receiver"] = [pair in known for pair in zip(out["incident_id"], out["state"], strict=True)]
    return out


def pairs_of_states(speaking: pd.DataFrame) -> pd.DataFrame:
    """Pairs of states that attribute the same incident: state_a, state_b, incidents; most frequent first."""
    found: dict[tuple[str, str], int] = {}
    for states in speaking.groupby("incident_id")["state"]:
        for pair in combinations(sorted(states[1]), 2):
            found[pair] = found.get(pair, 0) + 1
    rows = [(a, b, n) for (a, b), n in found.items()]
    frame = pd.DataFrame(rows, columns=["state_a", "state_b", "incidents"])
    return frame.sort_values(
        ["incidents", "state_a", "state_b"], ascending=[False, True, True], ignore_index=True
    )


def statements(origin: str = ANY) -> pd.Series:
    """Distinct attributing states of each single attribution in which a government speaks, by attribution_id."""
    rows = _named(origin)
    rows = rows[rows["by_state"]].dropna(subset=["attributing_iso3"])
    return rows.groupby("attribution_id")["attributing_iso3"].nunique()


def _without_state(origin: str = ANY) -> tuple[int, int]:
    """Attributions by governments in which no state is coded as speaking, and all of them."""
    rows = _named(origin)
    rows = rows[rows["by_state"]]
    coded = rows["attributing_iso3"].notna().groupby(rows["attribution_id"]).any()
    return int((~coded).sum()), len(coded)


def _stacked(counts: pd.DataFrame, percent: bool) -> go.Figure:
    shown = counts.div(counts.sum(axis=1).where(lambda s: s > 0), axis=0) if percent else counts
    long = shown.set_axis(shown.index.astype(str)).rename_axis("year").reset_index()
    long = long.melt("year", var_name="speaker", value_name="n")
    figure = figures.bars(
        long,
        "year",
        "n",
        group="speaker",
        horizontal=False,
        stacked=True,
        percent=percent,
        values_shown=False,
        label="share of the year's attributions" if percent else "distinct attributions",
        height=480,
    )
    if {2022, 2023} <= set(counts.index):
        figures.mark_changes(figure, [(list(counts.index).index(2022) + 0.5, WIDER_RULE[1])])
    return figure


def _together(origin: str, between: tuple[int, int]) -> tuple[go.Figure, pd.DataFrame, str, str]:
    speaking = states_speaking(origin, between)
    if speaking.empty:
        message = "No government is recorded as attributing anything in this selection."
        return figures.empty(message), pd.DataFrame(columns=["state_a", "state_b", "incidents"]), message, ""
    pairs, per_state = pairs_of_states(speaking), speaking["state"].value_counts()
    joined = [c for c in per_state.index if c in {*pairs["state_a"], *pairs["state_b"]}]
    alone = [f"{country(c)} ({n})" for c, n in per_state.items() if c not in joined]
    stateless, told = _without_state(origin)
    per_incident = speaking.groupby("incident_id").size()
    joint = int((per_incident > 1).sum())
    takeaway = (
        f"At least one government attributed {len(per_incident):,} distinct incidents, and two or more states did so "
        f"in {share(joint, len(per_incident))}; the largest number of states for one incident is {per_incident.max()}."
    )
    table = pairs.assign(
        state_a=[country(c) for c in pairs["state_a"]], state_b=[country(c) for c in pairs["state_b"]]
    ).set_axis(["State", "With", "Distinct incidents both attributed"], axis=1)
    caveat = (
        "Two states that speak on the same incident need not have spoken together. A statement of the European Union "
        "counts as one region, not as its members, and statements of support that name nobody are not attributions. Of "
        f"the attributions by governments, {share(stateless, told)} carry no state at all. Years are those of the "
        "attribution."
    )
    if joined:
        grid = pd.DataFrame(np.nan, index=joined, columns=joined)
        for row in pairs.itertuples():
            grid.loc[row.state_a, row.state_b] = grid.loc[row.state_b, row.state_a] = row.incidents
        grid.index = [f"{country(c)} ({per_state[c]})" for c in joined]
        height = max(360, 160 + 34 * len(joined))
        figure = figures.folded(figures.heatmap(grid, "incidents", height=height), 14)
        if alone:
            caveat += f" Attributed incidents, and never the same as another state: {', '.join(alone)}."
    else:
        single = per_state.rename("incidents").rename_axis("state").reset_index()
        single["state"] = [country(c) for c in single["state"]]
        figure = figures.bars(single, "state", "incidents", label="distinct incidents attributed")
    return figure, table, takeaway, caveat


def attributing(picture: str = "count", origin: str = ANY, between: tuple[int, int] = YEARS) -> View:
    """Who attributes: by year, in shares, who speaks first, or which states speak on the same incident."""
    sources = ("incident_attributions", "incidents")
    rule = (
        " Attributions are claims, and the record takes in incidents in part because someone made one. In 2023 its "
        "rule was widened to all attacks on critical infrastructure."
    )
    if picture == "together":
        figure, table, takeaway, caveat = _together(origin, between)
        return View(figure, takeaway, table, caveat, (*sources, "incident_receivers"))
    if picture == "first":
        frame = first_speakers(origin, between)
        several = int(frame["first of several"].sum())
        top = frame["first of several"].idxmax()
        if frame["spoke"].sum() == 0:
            message = "Nobody attributed an incident in this selection."
            return View(figures.empty(message), message, frame.reset_index(), rule.strip(), sources)
        long = (
            frame.rename_axis("speaker")
            .reset_index()
            .melt("speaker", var_name="role", value_name="incidents")
        )
        figure = figures.folded(
            figures.bars(long, "speaker", "incidents", group="role", label="distinct incidents"), 14
        )
        takeaway = (
            f"Where several kinds of speakers attribute and the dates show who came first ({several:,} incidents), "
            f"it was most often {top}: {share(int(frame.at[top, 'first of several']), several)}."
            if several
            else "In no incident of this selection do dates show which of several kinds of speakers came first."
        )
        caveat = "Years are those of the start here. Where a date is missing or only a year, often nobody can be called first."
        return View(figure, takeaway, frame.rename_axis("Speaker").reset_index(), caveat + rule, sources)
    counts = by_year(origin, between)
    rows = _named(origin)
    undated = int(rows.loc[rows["year"].isna(), "attribution_id"].nunique())
    n = int(counts.to_numpy().sum())
    if n == 0:
        message = "No dated attribution in this selection."
        return View(figures.empty(message), message, counts.reset_index(), rule.strip(), sources)
    totals = counts.sum()
    named = "" if origin == ANY else f" that name {country(origin)}"
    state = int(totals[[RECEIVER, THIRD, COURT]].sum())
    takeaway = (
        f"Of {n:,} dated attributions{named}, {share(int(totals[ATTACKER]), n)} are the attacker's own word, "
        f"{share(int(totals[FIRM]), n)} come from security firms and researchers, and {share(state, n)} from states, "
        "courts and international bodies."
    )
    caveat = (
        f"{undated:,} attributions{named} have no date and are in no year; many older dates are only a year. “Another "
        "state or body” needs a political form: EuRepoC's code “third party” does not say whether it is a state."
    )
    return View(
        _stacked(counts, percent=picture == "share"),
        takeaway,
        counts[counts.sum(axis=1) > 0].reset_index(),
        caveat + rule,
        sources,
    )


def _origins() -> list[tuple[str, str]]:
    codes = sorted(claims()["iso3"].dropna().unique())
    return [("anyone", ANY), *sorted((country(c), c) for c in codes)]


who_attributes = Exhibit(
    "who_attributes",
    "Who says who did it?",
    attributing,
    picture=choice(
        [
            ("Attributions by year", "count"),
            ("Shares by year", "share"),
            ("Who spoke, alone or first", "first"),
            ("States that speak together", "together"),
        ],
        label="Picture",
    ),
    origin=choice(_origins, label="Named origin", help="State or territory that is accused."),
    between=years(*YEARS, label="Years"),
)


# ---------------------------------------------------------------- time to attribution

EVENTS = {
    "any": "anyone is named",
    "origin": "a state or territory is named",
    "others": "someone other than the attacker names anyone",
    "government": "a government or court names anyone",
}
EXACT, SOONEST, LATEST = "exact", "soonest", "latest"
DATES = {
    SOONEST: "shortest wait the dates allow",
    EXACT: "exact dates only",
    LATEST: "longest wait the dates allow",
}
WATCHED = {"updated": "last update of the record", "entered": "day the record was entered"}
TYPES = {
    "state": "state",
    "state-affiliated": "state-affiliated",
    "non-state group": "non-state group",
    "individual": "individual",
}
PERIODS = ((2000, 2010), (2011, 2016), (2017, 2020), (2021, 2022), (2023, 2024))


@cache
def _groups() -> pd.DataFrame:
    """For each incident: kind of initiator named, kind of speaker first heard, period of the start."""
    who = load("incident_initiators").astype({"category": str})
    who = who[who["category"].isin(TYPES)].sort_values(
        ["incident_id", "settled", "n"], ascending=[True, False, True]
    )
    told = claims().sort_values(["incident_id", "latest", "speaker"], kind="stable", na_position="last")
    began = load("incidents").set_index("incident_id")["start_on"].dt.year
    out = pd.DataFrame(index=began.index)
    out["type"] = who.drop_duplicates("incident_id").set_index("incident_id")["category"]
    out["speaker"] = told.drop_duplicates("incident_id").set_index("incident_id")["speaker"].astype(object)
    out["period"] = None
    for a, b in PERIODS:
        out.loc[began.between(a, b).to_numpy(dtype=bool, na_value=False), "period"] = f"began {a}–{b}"
    return out


@cache
def waits(event: str = "any", dates: str = EXACT, watched: str = "updated") -> pd.DataFrame:
    """Days from the start of each incident to its first attribution, or to the last day it was watched.

    A start or a date that is only a month or a year is an interval of days, and so is the wait: ``lower`` takes the
    start as late and the attribution as early as they can be, ``upper`` the reverse. An attribution without a date
    came at some time between the start and the last update of the record. Attributions before the start count as 0.

    Parameters
    ----------
    event : str
        What ends the wait, a key of ``EVENTS``.
    dates : str
        "exact" keeps incidents whose wait is known to the day; "soonest" and "latest" keep all, at the two bounds.
    watched : str
        When watching stopped: "updated", last update of the record, or "entered", the day it was added.

    Returns
    -------
    pandas.DataFrame
        By incident_id: time (days), event (bool), before (an attribution lies before the start), type, speaker,
        period. Incidents without a start are not in it.
    """
    for what, value, allowed in (
        ("event", event, EVENTS),
        ("dates", dates, DATES),
        ("watched", watched, WATCHED),
    ):
        if value not in allowed:
            raise ValueError(f"{what}: {value!r} is not one of {', '.join(allowed)}")
    base = load("incidents").set_index("incident_id")
    base = base[base["start_on"].notna()]
    start_low, start_high = _bounds(base["start_on"], base["start_precision"])
    rows = claims()
    keep = {
        "any": pd.Series(True, index=rows.index),
        "origin": rows["names_state"],
        "others": rows["speaker"] != ATTACKER,
        "government": rows["by_state"] | (rows["speaker"] == COURT),
    }[event]
    rows = rows[keep & rows["incident_id"].isin(base.index)]
    known = rows["incident_id"]
    seen = known.map(base["updated_on"])
    last = rows["latest"].fillna(seen)
    last = last.where(last <= seen, np.maximum(seen, rows["earliest"].fillna(seen)))
    low = (rows["earliest"].fillna(known.map(start_low)) - known.map(start_high)).dt.days
    high = (last - known.map(start_low)).dt.days
    before = (rows["latest"] < known.map(start_low)).groupby(known).any()
    lower = low.clip(lower=0).groupby(known).min().reindex(base.index)
    upper = high.clip(lower=0).groupby(known).min().reindex(base.index)
    first = rows.assign(last=last).sort_values(["incident_id", "last", "speaker"], kind="stable")
    cause = first.drop_duplicates("incident_id").set_index("incident_id")["speaker"].astype(str)
    stop = base["updated_on" if watched == "updated" else "added_on"]
    happened = lower.notna()
    if dates == EXACT:
        sharp = (start_low == start_high) & (~happened | (lower == upper))
        came, until = lower[sharp], (stop - start_low).dt.days[sharp]
    elif dates == SOONEST:
        came, until = lower, (stop - start_high).dt.days
    else:
        came, until = upper, (stop - start_low).dt.days
    until = until.clip(lower=0)
    if watched == "updated":  # an attribution in the record was made before the record was last looked at
        until = until.where(came.isna() | (came <= until), came)
    out = pd.DataFrame({"event": came.notna() & (came <= until)})
    out["time"] = came.where(out["event"], until).astype(float)
    out["before"] = before.reindex(out.index).fillna(False).astype(bool)
    out["cause"] = cause.reindex(out.index).where(out["event"], "")
    return out.join(_groups())


@cache
def curves(event: str, split: str, dates: str, watched: str) -> dict[str, tuple[pd.DataFrame, int, int]]:
    """Kaplan–Meier curves by group: name to (curve, incidents, events); groups of fewer than 5 incidents left out."""
    if split == "dates":
        parts = {DATES[d]: waits(event, d, watched) for d in DATES}
    else:
        frame = waits(event, dates, watched)
        if split == "none":
            parts = {"all incidents": frame}
        else:
            order = {"type": TYPES, "speaker": SPEAKERS, "period": [f"began {a}–{b}" for a, b in PERIODS]}[
                split
            ]
            parts = {g: frame[frame[split] == g] for g in order}
    return {
        name: (survival.kaplan_meier(part["time"], part["event"]), len(part), int(part["event"].sum()))
        for name, part in parts.items()
        if len(part) >= 5
    }


@cache
def compared(event: str, split: str, dates: str, watched: str) -> tuple[float, int, float]:
    """The log-rank test over the groups that are drawn."""
    frame = waits(event, dates, watched)
    frame = frame[frame[split].isin(list(curves(event, split, dates, watched)))]
    return survival.log_rank(frame["time"], frame["event"], frame[split])


@cache
def race(event: str, dates: str, watched: str) -> pd.DataFrame:
    """Cumulative incidence of the first attribution by kind of speaker (Aalen–Johansen)."""
    frame = waits(event, dates, watched)
    return survival.cumulative_incidence(frame["time"], list(frame["cause"]), SPEAKERS)


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def group_table(event: str, split: str, dates: str, watched: str, horizon: int) -> pd.DataFrame:
    """For each group: incidents, attributed, share by the horizon with its 95% interval, and the median wait."""
    rows = []
    for name, (curve, size, events) in curves(event, split, dates, watched).items():
        by_then, low, high = survival.share_by(curve, horizon)
        rows.append((name, size, events, by_then, low, high, survival.median_time(curve)))
    columns = ["group", "incidents", "attributed", "share", "low", "high", "median"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        "share", ascending=False, kind="stable", ignore_index=True
    )


def _for_reading(table: pd.DataFrame, horizon: int) -> pd.DataFrame:
    ends = zip(table["share"], table["low"], table["high"], strict=True)
    return pd.DataFrame(
        {
            "Group": table["group"],
            "Incidents": table["incidents"],
            "Attributed at any time": table["attributed"],
            f"Share by day {horizon:,}": [f"{v:.1%}" for v in table["share"]],
            "95% interval": [f"{low:.1%} to {high:.1%}" if v else "none so far" for v, low, high in ends],
            "Half by day": [f"{m:,.0f}" if np.isfinite(m) else "not reached" for m in table["median"]],
        }
    )


def _test_words(event: str, split: str, dates: str, watched: str) -> str:
    chi2, df, p = compared(event, split, dates, watched)
    return f"chi-squared {chi2:,.1f} on {df} degrees of freedom, {_p(p)}"


def _race_view(event: str, dates: str, watched: str, horizon: int, caveat: str, sources: tuple) -> View:
    found, n = race(event, dates, watched), len(waits(event, dates, watched))
    by_then = found[found["time"] <= horizon].groupby("cause")["incidence"].last()
    by_then = by_then.reindex(SPEAKERS).fillna(0.0)
    parts = {s: g.rename(columns={"incidence": "share"}) for s, g in found.groupby("cause", sort=False)}
    top = by_then.idxmax()
    table = pd.DataFrame(
        {"Who spoke first": by_then.index, f"Share of all by day {horizon:,}": [f"{v:.1%}" for v in by_then]}
    )
    return View(
        figures.rising({s: parts[s] for s in SPEAKERS if s in parts}, horizon, "share of all incidents"),
        f"Within {horizon:,} days of the start, in an estimated {by_then.sum():.0%} of {n:,} incidents {EVENTS[event]}, "
        f"most often first by {top} ({by_then[top]:.0%} of all incidents).",
        table,
        f"{caveat}Each speaker counts only where it came first, so the lines add up to the whole.",
        sources,
    )


def timing(
    event: str = "any",
    split: str = "dates",
    dates: str = LATEST,
    horizon: int = 365,
    watched: str = "updated",
) -> View:
    """Kaplan–Meier curves of the time to attribution, or the race between kinds of speakers."""
    sources = ("incidents", "incident_attributions", "incident_initiators")
    unstarted = int(load("incidents")["start_on"].isna().sum())
    caveat = (
        f"{unstarted} incidents have no start date and are left out. An incident on which nobody has spoken leaves the "
        f"count on the {WATCHED[watched]}, as if those no longer watched were like the rest. "
    )
    exact_only = (
        "Keeping only exact dates drops attributed incidents with vague dates but none of the unattributed, so it "
        "shows too few attributions. "
    )
    if split == "race":
        return _race_view(
            event, dates, watched, horizon, caveat + (exact_only if dates == EXACT else ""), sources
        )
    table = group_table(event, split, dates, watched, horizon)
    words, when = EVENTS[event], f"within {horizon:,} days of the start"
    if split == "none":
        row = table.iloc[0]
        half = f"half by day {row['median']:,.0f}" if np.isfinite(row["median"]) else "half is never reached"
        takeaway = (
            f"In an estimated {row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%}) of {row['incidents']:,} incidents "
            f"{words} {when}; {half}."
        )
    elif split == "dates":
        ends = table.set_index("group")
        takeaway = (
            f"In between {ends.at[DATES[LATEST], 'share']:.0%} and {ends.at[DATES[SOONEST], 'share']:.0%} of "
            f"{ends.at[DATES[SOONEST], 'incidents']:,} incidents {words} {when}, depending on how vague dates are read; "
            f"the {ends.at[DATES[EXACT], 'incidents']:,} with exact dates alone would say {ends.at[DATES[EXACT], 'share']:.0%}."
        )
        caveat += (
            exact_only + "The bands cover chance, and the distance between the outer curves is not chance. "
        )
    else:
        top, end = table.iloc[0], table.iloc[-1]
        takeaway = (
            f"{when.capitalize()} {words} in {top['share']:.0%} of the incidents for “{top['group']}” and in "
            f"{end['share']:.0%} for “{end['group']}” (log-rank {_test_words(event, split, dates, watched)})."
        )
        others = [d for d in DATES if d != dates]
        caveat += "The same test with other dates: " + "; ".join(
            f"{DATES[d]}, {_test_words(event, split, d, watched)}" for d in others
        )
        caveat += ". "
    if split in ("type", "speaker"):
        caveat += (
            "Initiator and speaker are known only where somebody spoke, so these curves start from incidents attributed "
            "in some way: they compare waits, not chances. "
        )
    if split == "speaker" and event in ("others", "government"):
        caveat += "Where the first speaker is also the one waited for, its curve must reach the top. "
    if split == "period":
        caveat += (
            "Older incidents are in the record largely because someone attributed them; since 2023 it takes in attacks "
            "that nobody has explained. "
        )
    if dates == EXACT and split != "dates":
        caveat += exact_only
    early = int(waits(event, dates, watched)["before"].sum())
    if early:
        caveat += f"In {early} incidents an attribution is dated before the start; it counts as day 0."
    parts = {
        name: pd.DataFrame(
            {
                "time": curve["time"],
                "share": 1 - curve["survival"],
                "low": 1 - curve["high"],
                "high": 1 - curve["low"],
            }
        )
        for name, (curve, _, _) in curves(event, split, dates, watched).items()
    }
    return View(
        figures.rising(parts, horizon, "share of incidents", top=1.0),
        takeaway,
        _for_reading(table, horizon),
        caveat.strip(),
        sources,
    )


time_to_attribution = Exhibit(
    "time_to_attribution",
    "How long does it take until someone is named?",
    timing,
    event=choice([(words.capitalize(), key) for key, words in EVENTS.items()], label="The wait ends when"),
    split=choice(
        [
            ("treatment of dates", "dates"),
            ("kind of initiator", "type"),
            ("who spoke first", "speaker"),
            ("period of the start", "period"),
            ("a race between speakers", "race"),
            ("nothing", "none"),
        ],
        label="Compare by",
    ),
    dates=choice(
        [(words.capitalize(), key) for key, words in DATES.items()],
        default=LATEST,
        label="Dates",
        help="Not used when treatments are compared.",
    ),
    horizon=choice(
        [("30 days", 30), ("1 year", 365), ("5 years", 1826)], default=365, label="Show the first"
    ),
    watched=choice([(words.capitalize(), key) for key, words in WATCHED.items()], label="Watched until"),
)


# ---------------------------------------------------------------- evidence

A, B, C = "state A", "state B", "someone else"
#: Illustrative, not estimated from anything: (key, short, clue, ratio against B, ratio against someone else, forgeable).
CLUES = (
    ("code", "shared code", "Code shared with earlier operations laid to A", 8.0, 20.0, True),
    ("hours", "hours, language", "Language settings and working hours fit A", 3.0, 4.0, True),
    ("servers", "shared servers", "Servers used before in operations laid to A", 6.0, 30.0, True),
    ("motive", "motive", "The target matters to A", 1.5, 6.0, False),
    ("source", "intercept, source", "An intercept or a human source names A's service", 20.0, 50.0, False),
    ("money", "money, arrest", "A money trail or an arrest leads to A's officials", 10.0, 25.0, False),
    ("denial", "A denies", "A denies it", 1.0, 1.0, False),
    ("claim", "a group claims", "A group with no known tie to A claims it", 0.8, 0.4, False),
)


def clues(keys: tuple[str, ...]) -> pd.DataFrame:
    """The chosen clues in their order: clue, ratios against B and against someone else, forgeable."""
    rows = [c[1:] for c in CLUES if c[0] in keys]
    return pd.DataFrame(rows, columns=["short", "clue", B, C, "forgeable"])


def weigh(
    prior_a: int = 30,
    prior_b: int = 20,
    found: tuple[str, ...] = ("code", "hours", "servers"),
    false_flag: int = 10,
    doubt: float = 2.0,
    picture: str = "flag",
) -> View:
    """Posterior probability that A did it, for a prior, clues, a false-flag probability and a doubt about ratios."""
    prior = {A: prior_a / 100, B: prior_b / 100, C: (100 - prior_a - prior_b) / 100}
    f, given = false_flag / 100, clues(tuple(found))
    ratios, soft = given[[B, C]].astype(float), given["forgeable"].tolist()
    after = evidence.posterior(prior, A, ratios, soft, f)
    low, high = evidence.band(prior, A, ratios, soft, f, doubt)
    rows = [
        {
            "short": "before",
            "Step": "before any clue",
            "Kind": "prior",
            "P(A)": prior_a / 100,
            "lowest": prior_a / 100,
            "highest": prior_a / 100,
        }
    ]
    for i in range(len(given)):
        part, marks = ratios.iloc[: i + 1], soft[: i + 1]
        ends = evidence.band(prior, A, part, marks, f, doubt)
        rows.append(
            {
                "short": given.at[i, "short"],
                "Step": given.at[i, "clue"],
                "Kind": "can be forged" if soft[i] else "hard to forge",
                "Ratio against B": ratios.at[i, B],
                "Ratio against someone else": ratios.at[i, C],
                "P(A)": float(evidence.over_false_flag(prior, A, part, marks, [f])[0]),
                "lowest": ends[0],
                "highest": ends[1],
            }
        )
    table = pd.DataFrame(rows)
    if picture == "suspects":
        shown = pd.DataFrame(
            [
                (s, when, p)
                for when, ps in (("before", pd.Series(prior)), ("after", after))
                for s, p in ps.items()
            ],
            columns=["suspect", "when", "p"],
        )
        figure = figures.bars(shown, "suspect", "p", group="when", percent=True, label="probability")
        figure.update_layout(xaxis={"range": [0, 1.12]})
    elif picture == "clues":
        figure = _clue_steps(table)
    else:
        figure = _flag_curve(prior, ratios, soft, f, doubt, float(after[A]))
    ceiling = ""
    if any(soft) and f > 0:
        ceiling = f", and all clues that can be forged together weigh no more than {1 / f:,.0f} to 1"
    takeaway = (
        f"A prior of {prior_a}% for A becomes {after[A]:.0%} after {len(given)} clue{'s' * (len(given) > 1)}, and anything from {low:.0%} to {high:.0%} "
        f"if every ratio may be off by a factor of {doubt:g}{ceiling}."
        if len(given)
        else f"Without a clue the probability that A did it stays at the prior, {prior_a}%."
    )
    shown = table.drop(columns="short")
    for column in ("P(A)", "lowest", "highest"):
        shown[column] = [f"{v:.1%}" for v in shown[column]]
    return View(
        figure,
        takeaway,
        shown.astype(object).fillna(""),
        "Suspects, priors and ratios are illustrative: nobody has published estimates of them, and these were not "
        "estimated from our tables. The clues of a kind are taken to be independent once the doer is known.",
        (),
    )


def _clue_steps(table: pd.DataFrame) -> go.Figure:
    figure = figures.new(
        max(300, 130 + 44 * len(table)),
        xaxis={"title": {"text": "probability that A did it"}, "tickformat": ".0%", "range": [0, 1.02]},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
    )
    for i, kind in enumerate(("prior", "can be forged", "hard to forge")):
        part = table[table["Kind"] == kind]
        if part.empty:
            continue
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["P(A)"].tolist(),
                "y": part["short"].tolist(),
                "mode": "markers",
                "name": kind,
                "marker": {"symbol": figures.SYMBOLS[i], "size": 12, "color": figures.COLOURS[i]},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (part["highest"] - part["P(A)"]).tolist(),
                    "arrayminus": (part["P(A)"] - part["lowest"]).tolist(),
                    "color": figures.INK,
                    "thickness": 1.5,
                    "width": 5,
                },
                "hovertemplate": "%{y}: %{x:.1%}<extra></extra>",
            }
        )
    figure.update_layout(yaxis={"categoryorder": "array", "categoryarray": table["short"].tolist()})
    return figure


def _flag_curve(
    prior: dict, ratios: pd.DataFrame, soft: list[bool], f: float, doubt: float, here: float
) -> go.Figure:
    grid = np.linspace(0, 1, 101)
    here_to = partial(evidence.over_false_flag, prior, A, ratios, soft, grid)
    low, middle, high = (here_to(k).tolist() for k in (1 / doubt, 1.0, doubt))
    figure = figures.new(
        440,
        xaxis={
            "title": {"text": "probability that the doer,<br>if not A, planted A's marks"},
            "tickformat": ".0%",
        },
        yaxis={"title": {"text": "probability that A did it"}, "tickformat": ".0%", "range": [0, 1.02]},
    )
    figure.add_trace(
        {
            "type": "scatter",
            "x": [*grid, *grid[::-1]],
            "y": [*high, *low[::-1]],
            "fill": "toself",
            "fillcolor": "rgba(0,114,178,0.18)",
            "line": {"width": 0},
            "name": "all ratios off by the factor",
            "hoverinfo": "skip",
        }
    )
    figure.add_trace(
        {
            "type": "scatter",
            "x": list(grid),
            "y": middle,
            "mode": "lines",
            "name": "ratios as given",
            "line": {"color": figures.COLOURS[0], "width": 2.5},
            "hovertemplate": "false flag %{x:.0%}: %{y:.1%}<extra></extra>",
        }
    )
    figure.add_trace(
        {
            "type": "scatter",
            "x": [0, 1],
            "y": [prior[A]] * 2,
            "mode": "lines",
            "name": "prior",
            "line": {"color": figures.SOFT_INK, "dash": "dash", "width": 1.5},
            "hoverinfo": "skip",
        }
    )
    figure.add_trace(
        {
            "type": "scatter",
            "x": [f],
            "y": [here],
            "mode": "markers",
            "name": "your setting",
            "marker": {
                "symbol": "diamond",
                "size": 13,
                "color": figures.COLOURS[1],
                "line": {"color": figures.INK, "width": 1},
            },
            "hovertemplate": "your setting: %{y:.1%}<extra></extra>",
        }
    )
    return figure


weigh_evidence = Exhibit(
    "weigh_evidence",
    "How much does a clue weigh?",
    weigh,
    prior_a=number(5, 60, 30, 5, "%", label="Prior: state A"),
    prior_b=number(5, 35, 20, 5, "%", label="Prior: state B", help="The rest is someone else."),
    found=choices(
        [(text, key) for key, _, text, *_ in CLUES], default=("code", "hours", "servers"), label="Clues found"
    ),
    false_flag=number(
        0, 50, 10, 1, "%", label="False flag", help="If not A: probability that A's marks were planted."
    ),
    doubt=number(1, 5, 2, 0.5, "times", label="Doubt about each ratio"),
    picture=choice(
        [
            ("By false-flag probability", "flag"),
            ("Clue by clue", "clues"),
            ("All suspects", "suspects"),
        ],
        label="Picture",
    ),
)


# ---------------------------------------------------------------- names


def name_key(name: str) -> str:
    """A name in lower case, letters and digits only, as in the column ``key`` of ``threat_actor_names``."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


@cache
def names() -> pd.DataFrame:
    """All names with their entry: source, actor, entry (label), name, main, key, origin (claimed, MISP only)."""
    frame = load("threat_actor_names").astype({"source": str})
    group = load("attack_groups").set_index("group")["name"]
    origin = load("threat_actors").set_index("actor")["claimed_iso3"]
    attack = frame["source"] == "ATT&CK"
    frame["entry"] = np.where(
        attack,
        frame["actor"].map(group).fillna("") + " (ATT&CK " + frame["actor"] + ")",
        frame["actor"] + " (MISP)",
    )
    frame["origin"] = frame["actor"].map(origin).where(~attack)
    return frame[frame["key"] != ""].reset_index(drop=True)


def find_entries(words: str) -> list[str]:
    """Entries of both catalogues that carry the name; if none carries just it, those with a name that contains it."""
    key = name_key(words)
    if not key:
        return []
    frame = names()
    found = frame[frame["key"] == key]
    if found.empty and len(key) >= 3:
        found = frame[frame["key"].str.contains(key, regex=False)]
    return sorted(found["entry"].unique())


def sharing(entries: list[str]) -> list[str]:
    """The entries and all others that share at least one name with any of them."""
    frame = names()
    keys = frame.loc[frame["entry"].isin(entries), "key"]
    return sorted(frame.loc[frame["key"].isin(keys), "entry"].unique())


@cache
def names_in_incidents() -> pd.DataFrame:
    """Names of initiators in EuRepoC: incident_id and key, one row a name. It joins names with slashes."""
    rows = load("incident_initiators")[["incident_id", "initiator_name"]].dropna().drop_duplicates()
    out = []
    for i, text in rows.itertuples(index=False):
        for part in re.split(r"/|\bfka\b|\baka\b|[()]", text):
            if key := name_key(part):
                out.append((i, key))
    return pd.DataFrame(out, columns=["incident_id", "key"]).drop_duplicates(ignore_index=True)


@cache
def _tallies() -> tuple[pd.Series, pd.Series]:
    """By key: number of entries that carry the name, and number of distinct incidents in EuRepoC."""
    entries = names().groupby("key")["entry"].nunique()
    return entries, names_in_incidents().groupby("key")["incident_id"].nunique()


def _most_named(catalogue: str) -> View:
    frame = names()
    if catalogue != ANY:
        frame = frame[frame["source"] == catalogue]
    counts = frame.groupby(["entry", "source"])["key"].nunique().sort_values(ascending=False, kind="stable")
    top = counts.head(15).rename("names").reset_index()
    several = int((counts > 1).sum())
    return View(
        figures.bars(top, "entry", "names", label="distinct names"),
        f"{share(several, len(counts))} of the entries have more than one name; {top.at[0, 'entry']} has the most, "
        f"{int(top.at[0, 'names'])}.",
        counts.rename("names").reset_index(),
        NAMES_CAVEAT,
        NAMES_SOURCES,
    )


NAMES_CAVEAT = (
    "Each firm names what it sees, and what it sees differs: two names are seldom two words for exactly the same thing. "
    "The claimed origin is the catalogue's, which does not say who claims it or when."
)
NAMES_SOURCES = ("threat_actor_names", "threat_actors", "attack_groups", "incident_initiators")


def aliases(words: str = "APT28", reach: str = "found", catalogue: str = ANY) -> View:
    """Entries that carry a name, all their names, and which of these other entries share."""
    if not name_key(words):
        return _most_named(catalogue)
    found = find_entries(words)
    entries = sharing(found) if reach == "sharing" else found
    frame = names()[names()["entry"].isin(entries)]
    if catalogue != ANY:
        frame = frame[frame["source"] == catalogue]
    if frame.empty:
        message = f"No entry carries the name “{figures.plain(words, limit=60)}”."
        return View(figures.empty(message), message, frame[["entry", "name"]], NAMES_CAVEAT, NAMES_SOURCES)
    most = 25
    shown = frame.drop_duplicates("entry")["entry"].tolist()
    kept = [e for e in shown if e in found][:most]
    kept += [e for e in shown if e not in kept][: most - len(kept)]
    drawn = frame[frame["entry"].isin(kept)]
    everywhere, used = _tallies()
    label = drawn.drop_duplicates("key").set_index("key")["name"]
    asked = name_key(words)
    nodes = pd.DataFrame(
        [
            (f"entry {e}", e, "catalogue entry", 30.0, f"{e}: {k} names")
            for e, k in drawn.groupby("entry", sort=False)["key"].nunique().items()
        ]
        + [
            (
                f"name {k}",
                text,
                "the name you asked for"
                if k == asked
                else "shared by entries"
                if everywhere[k] > 1
                else "in one entry only",
                9.0 if k == asked else 4.0 if everywhere[k] > 1 else 1.0,
                f"{text}: in {everywhere[k]} entries; {int(used.get(k, 0))} incidents in EuRepoC carry it",
            )
            for k, text in label.items()
        ],
        columns=["id", "label", "group", "size", "hover"],
    )
    order = ["catalogue entry", "the name you asked for", "shared by entries", "in one entry only"]
    nodes = nodes.sort_values("group", key=lambda s: s.map(order.index), kind="stable", ignore_index=True)
    edges = pd.DataFrame(
        {"source": "entry " + drawn["entry"], "target": "name " + drawn["key"]}
    ).drop_duplicates()
    keys = set(frame["key"])
    incidents = names_in_incidents()
    under_all = incidents.loc[incidents["key"].isin(keys), "incident_id"].nunique()
    under_asked = incidents.loc[incidents["key"] == asked, "incident_id"].nunique()
    origins = sorted({country(c) for c in frame["origin"].dropna()})
    many = frame["entry"].nunique()
    takeaway = (
        f"“{figures.plain(words, limit=60)}” leads to {many} {'entry' if many == 1 else 'entries'} with {len(keys)} distinct names, "
        f"{sum(everywhere[k] > 1 for k in keys)} of them shared with another entry; EuRepoC has {under_asked} incidents under the "
        f"name asked for and {under_all} under any of these names."
    )
    table = frame.assign(
        incidents=frame["key"].map(used).fillna(0).astype(int),
        entries=frame["key"].map(everywhere),
        origin=[country(c) if isinstance(c, str) else "" for c in frame["origin"]],
    )[["entry", "name", "entries", "incidents", "origin"]].set_axis(
        ["Entry", "Name", "Entries that carry it", "Incidents in EuRepoC", "Claimed origin (MISP)"], axis=1
    )
    caveat = NAMES_CAVEAT
    if len(origins) > 1:
        caveat += f" Here the catalogue claims more than one origin: {', '.join(origins)}."
    if many > most:
        caveat += f" The picture shows {most} of {many} entries; the table has all."
    place = figures.layout_network(edges.itertuples(index=False), seed=4, nodes=nodes["id"])
    figure = figures.network(nodes, edges, positions=place, labels=45 if len(nodes) <= 60 else 30, height=600)
    reach_x = 1.25 * max(abs(x) for x, _ in place.values()) or 1.0  # room for the labels at the sides
    figure.update_layout(
        xaxis_range=[-reach_x, reach_x], yaxis_scaleanchor=None
    )  # uses the height on a phone
    figure.update_traces(line_width=1, selector={"mode": "lines"})
    return View(
        figure,
        takeaway,
        table.sort_values(["Entry", "Name"], ignore_index=True),
        caveat,
        NAMES_SOURCES,
    )


many_names = Exhibit(
    "many_names",
    "One group, how many names?",
    aliases,
    words=search(
        "APT28",
        examples=("Fancy Bear", "Lazarus", "winnti", "sandworm", "Charming Kitten"),
        label="Name",
        help="Any alias; empty shows the entries with most names.",
    ),
    reach=choice(
        [("Entries that carry it", "found"), ("All that share a name", "sharing")],
        label="Reach",
    ),
    catalogue=choice([("both", ANY), "MISP", "ATT&CK"], label="Catalogue"),
)


# ---------------------------------------------------------------- findings and checks


def finding_speakers() -> str:
    """Who speaks in the record, and how often the attacker alone."""
    heard = claims().groupby("incident_id")["speaker"].agg(set)
    n, whole = len(heard), len(load("incidents"))
    alone = int((heard.map(len).eq(1) & heard.map(lambda s: ATTACKER in s)).sum())
    official = int(heard.map(lambda s: bool(s & {RECEIVER, THIRD, COURT})).sum())
    return (
        f"Somebody is named in {share(n, whole)} of the incidents in EuRepoC v1.3. In {share(alone, n)} of these the only "
        f"one who speaks is the attacker; a state, a court or an international body speaks in {share(official, n)}."
    )


def finding_wait() -> str:
    """Bounds of the time to attribution, and what exact dates alone would say."""
    said = []
    for horizon, words in ((30, "30 days"), (365, "a year")):
        ends = group_table("any", "dates", LATEST, "updated", horizon).set_index("group")["share"]
        said.append(
            f"{words}: {ends[DATES[LATEST]]:.0%} to {ends[DATES[SOONEST]]:.0%} (exact dates alone: {ends[DATES[EXACT]]:.0%})"
        )
    half = group_table("any", "dates", LATEST, "updated", 365).set_index("group")["median"]
    return (
        f"Share of incidents in which anyone is named, Kaplan–Meier, at the bounds that the dates allow: within "
        f"{said[0]}; within {said[1]}. Half are attributed by day {half[DATES[SOONEST]]:,.0f} at the earliest and by day "
        f"{half[DATES[LATEST]]:,.0f} at the latest."
    )


def finding_tests() -> str:
    """The log-rank tests by initiator and by first speaker under every treatment of dates."""
    said = []
    for event, split, words in (
        ("origin", "type", "until a state or territory is named, by kind of initiator"),
        ("any", "speaker", "until anyone is named, by who spoke first"),
    ):
        tests = "; ".join(f"{DATES[d]}: {_test_words(event, split, d, 'updated')}" for d in DATES)
        said.append(f"Waits {words} ({tests}).")
    return " ".join(said)


def finding_joint() -> str:
    """Distinct states per incident and per statement."""
    speaking = states_speaking()
    per_incident = speaking.groupby("incident_id").size()
    outside = int((~speaking["receiver"]).groupby(speaking["incident_id"]).any().sum())
    single = statements()
    pair = pairs_of_states(speaking).iloc[0]
    return (
        f"A government attributes {len(per_incident):,} incidents with its state coded. Two or more states do so in "
        f"{share(int((per_incident > 1).sum()), len(per_incident))}, and {share(int((single > 1).sum()), len(single))} of "
        f"the single attributions carry more than one state. In {share(outside, len(per_incident))} a state speaks that is "
        f"not coded as a receiver. The most frequent pair is {country(pair['state_a'])} and "
        f"{country(pair['state_b'])}, with {pair['incidents']} incidents."
    )


def finding_names() -> str:
    """How many entries have several names, and how many names point to several entries of one catalogue."""
    frame = names()
    misp = frame[frame["source"] == "MISP"]
    per_entry = misp.groupby("entry")["key"].nunique()
    per_name = misp.groupby("key")["entry"].nunique()
    both = frame.groupby("key")["source"].nunique()
    return (
        f"In the MISP catalogue {share(int((per_entry > 1).sum()), len(per_entry))} of the entries have more than one name, "
        f"the most named has {int(per_entry.max())}, and {int((per_name > 1).sum())} names point to two or more entries. "
        f"{int((both > 1).sum())} names stand in both MISP and ATT&CK."
    )


def _check_joint(answer: object) -> Verdict:
    rows = load("incident_attributions")
    rows = rows[rows["basis"] == "receiver's government"].dropna(subset=["attributing_iso3"])
    states = rows.groupby("incident_id")["attributing_iso3"].nunique()
    per_statement = rows.groupby("attribution_id")["attributing_iso3"].nunique()
    return check_number(
        answer,
        right=float((states > 1).mean()),
        tolerance=0.0005,
        slips={
            "You counted rows. One state can have several rows for an incident: use nunique.": float(
                (rows.groupby("incident_id").size() > 1).mean()
            ),
            "That is the share of single attributions. Group by incident_id, not by attribution_id.": float(
                (per_statement > 1).mean()
            ),
            "That is the number of incidents. Divide by the number of incidents with at least one state.": float(
                (states > 1).sum()
            ),
            "You divided by all incidents of the record. Only those that a government attributes can have two.": float(
                (states > 1).sum() / len(load("incidents"))
            ),
            "That is a percentage. Give a number between 0 and 1.": float((states > 1).mean() * 100),
        },
        hint="Keep rows with the basis “receiver's government” and a state, group by incident_id, count distinct states.",
    )


CHECKS = {"joint": _check_joint}
