"""The five exhibits of chapter 1.2."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import figures
from cyberdip_utils.claims import Sentence, empty, outside, part, rows, sentence, top, total, value
from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.exhibit import Exhibit, choice, choices, number, search
from cyberdip_utils.figures import marks
from cyberdip_utils.words import count, listed, plural

from .analysis import (
    ANY,
    ATTACKER,
    CLUES,
    DATES,
    EVENTS,
    FIRM,
    GROUPS,
    HARD,
    OFFICIAL,
    REST,
    SOFT,
    attributions_by_year,
    first_speakers,
    group_names,
    name_key,
    names_in_incidents,
    naming,
    origins,
    waiting_curves,
    waits,
    weigh_clues,
)

HUES = {OFFICIAL: "blue", FIRM: "ochre", ATTACKER: "green", REST: "grey"}
LEVEL = outside("95% interval", "the level of Wilson's interval")
RULE = (
    "EuRepoC takes in incidents in part because somebody attributed them, and in 2023 its rule was widened to all "
    "attacks on critical infrastructure."
)


def _named(origin: str, words: str) -> dict:
    """A claim that holds the setting *Named origin* in words, empty where it is *anyone*."""
    return {
        "named": outside(words.format(country(origin)) if origin != ANY else "", "the control Named origin")
    }


# ---------------------------------------------------------------- who attributes


def draw_years(frame: pd.DataFrame, measure: str) -> go.Figure:
    percent = measure == "share"
    if percent:
        whole = frame["all"].where(frame["all"] > 0)
        frame = frame.assign(**{g: frame[g] / whole for g in GROUPS})
    return marks.stack(
        frame,
        "year",
        GROUPS,
        colours=HUES,
        unit="share of the year's attributions" if percent else "attributions",
        percent=percent,
        totals=not percent,
        rules=(figures.rule(2022.5, "rule widened"),),
    )


def say_years(frame: pd.DataFrame, origin: str, since: int) -> Sentence:
    here = _named(origin, " that name {}") | {"since": outside(since, "the control From")}
    if not total(frame, "all"):
        return empty(frame, "all", "No attribution{named} has a date from {since} on.", **here)
    parts = {k: part(frame, g, of="all") for k, g in (("state", OFFICIAL), ("firm", FIRM), ("own", ATTACKER))}
    return sentence(
        "States, courts and international bodies make {state} of the dated attributions{named} since {since}",
        ", security firms and researchers {firm}, the attackers themselves {own}.",
        "{state.counts}, {firm.counts} and {own.counts}; {level}s {state.interval}, {firm.interval} and {own.interval}.",
        level=LEVEL,
        **parts,
        **here,
    )


def cannot_years(frame: pd.DataFrame, origin: str) -> str:
    claims = naming(origin)
    undated = claims.loc[claims["year"].isna(), "attribution_id"].nunique()
    of = f" that name {country(origin)}" if origin != ANY else ""
    return (
        f"what was said in private, and the year of {undated:,} attributions{of} without a date. Many older dates are only "
        f"a year. An attribution on which two groups speak counts once for each. {RULE} EuRepoC's code “third party” also "
        "holds human-rights groups and institutes; it counts here as a state where it spoke in political or legal form."
    )


who_attributes = Exhibit(
    "who_attributes",
    "Who says who did it?",
    data=attributions_by_year,
    draw=draw_years,
    say=say_years,
    caveat=cannot_years,
    sources=("incident_attributions",),
    origin=choice(
        origins, ANY, label="Named origin", help="State or territory that is named as the attacker's."
    ),
    measure=choice([("counts", "count"), ("shares of the year", "share")], label="Show"),
    since=choice([("2011", 2011), ("2000", 2000)], label="From"),
)


# ---------------------------------------------------------------- who spoke first


def draw_first(frame: pd.DataFrame) -> go.Figure:
    return marks.bars(frame, "speaker", ["spoke", "alone", "first of several"], unit="incidents")


WHEN = {
    "all": "",
    "before": " in incidents that began before 2023",
    "after": " in incidents that began in 2023 or 2024",
}


def say_first(frame: pd.DataFrame, origin: str, period: str) -> Sentence:
    here = _named(origin, " and {} is named") | {"when": outside(WHEN[period], "the control Incidents")}
    here["of"] = _named(origin, " that names {}")["named"]
    who, lone = top(frame, "speaker", "first of several"), top(frame, "speaker", "alone")
    several = total(frame, "first of several", "incident")
    if not total(frame, "spoke"):
        return empty(frame, "spoke", "There is no attribution{of}{when}.", **here)
    alone = "{lone} spoke alone most often ({alone.counts} incidents with one speaker)."
    here |= {"alone": part(frame, "alone", {"speaker": list(lone.names)}), "lone": lone, "several": several}
    if not several:
        text = (
            "In no incident{when} do dates show which of several speakers came first with an attribution{of}."
        )
        return sentence(text, "", alone if lone else "", **here)
    share = part(frame, "first of several", {"speaker": list(who.names)})
    return sentence(
        "Where dates show which of several speakers came first{named}{when}, it was most often {who}",
        ": {who.counts} each of {several}." if who.tied else ": {share} of {several}.",
        "{share.counts}, {level} {share.interval}" + ("; " + alone if lone else "."),
        who=who,
        share=share,
        level=LEVEL,
        **here,
    )


who_spoke_first = Exhibit(
    "who_spoke_first",
    "Who speaks at all, alone, and first?",
    data=first_speakers,
    draw=draw_first,
    say=say_first,
    caveat=(
        "who knew first. A date that is missing or only a year often leaves open who spoke first, and such an incident "
        f"counts for nobody. {RULE}"
    ),
    sources=("incident_attributions", "incidents"),
    origin=choice(
        origins, ANY, label="Named origin", help="State or territory that is named as the attacker's."
    ),
    period=choice(
        [("all", "all"), ("began before 2023", "before"), ("began 2023 or 2024", "after")], label="Incidents"
    ),
)


# ---------------------------------------------------------------- time to attribution

HORIZONS = {30: "30 days", 365: "a year", 1826: "five years"}


def draw_curves(frame: pd.DataFrame) -> go.Figure:
    if frame.empty:
        return figures.empty("No group has enough incidents to draw.")
    return marks.lines(
        frame,
        "day",
        "share",
        group="group",
        low="low",
        high="high",
        step=True,
        unit="share of incidents",
        across="days from the start",
        percent=True,
    )


def quartiles(frame: pd.DataFrame) -> pd.DataFrame:
    """The curves in short: by group, the share by the last day, and the days by which a quarter, half and three quarters are reached."""
    lines = []
    for group, curve in frame.groupby("group", sort=False):
        last = curve.iloc[-1]
        line = {"group": group, "incidents": int(last["incidents"])}
        for column in ("low", "high"):
            line[f"{column} by day {int(last['day'])}"] = f"{last[column]:.0%}"
        for share, words in ((0.25, "quarter"), (0.5, "half"), (0.75, "three quarters")):
            line[f"{words} by day"] = " to ".join(
                _reached(curve, column, share) for column in ("high", "low")
            )
        lines.append(line)
    return pd.DataFrame(lines)


def _reached(curve: pd.DataFrame, column: str, share: float) -> str:
    """First day on which a column of a curve reaches a share, in words."""
    days = curve.loc[curve[column] >= share, "day"]
    return f"{days.iloc[0]:,}" if len(days) else "later"


def _ranges(frame: pd.DataFrame, last: dict) -> tuple[str, dict]:
    """A template, and its claims, with each group's incidents and range on the last day."""
    claims, words = {}, []
    for i, group in enumerate(frame.loc[frame["day"] == last["day"], "group"]):
        where, key = last | {"group": group}, "abcd"[i]
        claims[f"{key}_n"] = value(frame, "incidents", where)
        claims[f"{key}_low"] = value(frame, "low", where, percent=True)
        claims[f"{key}_high"] = value(frame, "high", where, percent=True)
        claims[f"{key}_name"] = value(frame, "group", where)
        words.append(f"{{{key}_name}} {{{key}_low}} to {{{key}_high}} of {{{key}_n}}")
    return "; ".join(words) + ".", claims


def say_curves(frame: pd.DataFrame, event: str, split: str, dates: str, horizon: int) -> Sentence:
    last = {"day": horizon}
    here = {
        "span": outside(HORIZONS[horizon], "the control Within"),
        "event": outside(EVENTS[event], "a control"),
    }
    if frame.empty:
        return empty(frame, None, "No group has enough incidents to draw.")
    if split == "none":
        return _say_all(frame, dates, last, here)
    evidence, claims = _ranges(frame, last)
    both = dates == "both"
    fast = top(frame, "group", "low" if both else "share", where=last)
    slow = top(frame, "group", "high" if both else "share", where=last, lowest=True)
    if not top(frame, "group", "high", where=last):
        return empty(
            frame, "high", "Within {span} of the start, {event} in no incident of any group.", **here
        )
    here |= claims | {"fast": fast, "slow": slow}
    if both and fast.value > slow.value:
        text = "However vague dates are read, {event} within {span} more often for “{fast}” than for “{slow}”"
        return sentence(text, ": {fast.percent} or more against {slow.percent} or less.", evidence, **here)
    if both:
        text = "The dates are too vague to rank the groups by how often {event} within {span} of the start."
        return sentence(text, "", evidence, **here)
    text = "Within {span} of the start, {event} most often for “{fast}” and least often for “{slow}”"
    return sentence(text, ": {fast.percent} against {slow.percent}.", evidence, **here)


def _say_all(frame: pd.DataFrame, dates: str, last: dict, here: dict) -> Sentence:
    """The sentence where the incidents are not split."""
    for name in ("low", "share", "high", "incidents"):
        here[name] = value(frame, name, last, percent=name != "incidents")
    column = "share" if dates != "both" else "low"
    why = "first day of the table on which the column reaches half"
    here["late"] = outside(_half(frame, column, here["span"]), why)
    here["early"] = outside(_half(frame, "high", here["span"]), why)
    if dates == "both":
        return sentence(
            "Within {span} of the start, {event} in {low} to {high} of the incidents",
            ", depending on how vague dates are read.",
            "{incidents} incidents with a start. Half are reached {early} if dates are read early, {late} if they are read late.",
            **here,
        )
    return sentence(
        "Within {span} of the start, {event} in {share} of the incidents",
        "({low} to {high}).",
        "{incidents} incidents, {level} at the last day. Half are reached {late}.",
        level=LEVEL,
        **here,
    )


def _half(frame: pd.DataFrame, column: str, span: object) -> str:
    day = _reached(frame, column, 0.5)
    return f"not within {span}" if day == "later" else f"by day {day}"


def cannot_curves(frame: pd.DataFrame, event: str, split: str, dates: str) -> str:
    early = int(waits(event, "late" if dates == "both" else dates)["before"].sum())
    unstarted = int(load("incidents")["start_on"].isna().sum())
    text = (
        f"why waits differ. {unstarted} incidents have no start date and are left out. An incident on which nobody has spoken "
        "leaves the count at the last update of its record, as if those no longer watched were like the rest. "
    )
    if dates == "both":
        text += (
            "The band runs between two readings of vague dates, not between limits: the line reads them late. Chance adds to "
            "it; the single readings show how much. "
        )
    if dates == "exact":
        text += (
            "Keeping only exact dates drops attributed incidents with vague dates but none of the unattributed, so it shows "
            "too few attributions. "
        )
    if split in ("initiator", "speaker"):
        text += (
            "Initiator and speaker are known only where somebody spoke: these curves start from incidents attributed in some "
            "way, and compare waits, not chances. "
        )
    if split == "period":
        text += (
            "Older incidents are in the record largely because someone attributed them; since 2023 it takes in attacks that "
            "nobody has explained. "
        )
    return text + (
        f"In {early:,} incidents an attribution is dated before the start; it counts as day 0."
        if early
        else ""
    )


time_to_attribution = Exhibit(
    "time_to_attribution",
    "How long does it take until someone is named?",
    data=waiting_curves,
    draw=draw_curves,
    say=say_curves,
    caveat=cannot_curves,
    brief=quartiles,
    sources=("incidents", "incident_attributions", "incident_initiators"),
    event=choice([(words.capitalize(), key) for key, words in EVENTS.items()], label="The wait ends when"),
    split=choice(
        [
            ("nothing", "none"),
            ("kind of initiator", "initiator"),
            ("who spoke first", "speaker"),
            ("period of the start", "period"),
        ],
        label="Compare by",
    ),
    dates=choice([(words.capitalize(), key) for key, words in DATES.items()], label="Vague dates"),
    horizon=choice([(words, days) for days, words in HORIZONS.items()], 365, label="Within"),
)


# ---------------------------------------------------------------- evidence


def draw_clues(frame: pd.DataFrame) -> go.Figure:
    return marks.dots(frame, "clue", "probability", "lowest", "highest", group="kind", percent=True)


def say_clues(frame: pd.DataFrame, false_flag: int, doubt: float) -> Sentence:
    start = value(frame, "probability", {"kind": "prior"}, percent=True)
    found = rows(frame, "clue", where={"kind": [SOFT, HARD]})
    if not found:
        text = "Without a clue the probability that state A did it stays at the prior, {start}."
        return sentence(text, start=start)
    last = {"clue": frame["clue"].iloc[-1]}
    claims = {k: value(frame, k, last, percent=True) for k in ("probability", "lowest", "highest")}
    claims |= {"start": start, "found": found, "doubt": outside(f"{doubt:g}", "the control Doubt")}
    rest, evidence = "after {found}.", ""
    if doubt > 1:
        rest = "after {found}, and anything from {lowest} to {highest} if every ratio is off by a factor of up to {doubt}."
    if false_flag and rows(frame, where={"kind": SOFT}):
        evidence = "All clues that can be forged weigh together at most {ceiling} to {one}: one over the false-flag probability."
        claims["ceiling"] = outside(f"{100 / false_flag:,.3g}", "one over the control False flag")
        claims["one"] = outside("1", "the other side of a ratio")
    return sentence("A prior of {start} that state A did it becomes {probability}", rest, evidence, **claims)


weigh_evidence = Exhibit(
    "weigh_evidence",
    "How much does a clue weigh?",
    data=weigh_clues,
    draw=draw_clues,
    say=say_clues,
    caveat=(
        "how much a real clue weighs. Suspects, priors and ratios are illustrative: we know of no published estimates, and these "
        "were not estimated from our tables. Clues are taken to be independent once the doer is known, but for those that one "
        "forger would plant together. What the prior leaves is shared evenly by state B and someone else."
    ),
    sources=(),
    prior=number(5, 60, 30, 5, "%", label="Prior: state A"),
    found=choices(
        [(text, key) for key, _, text, *_ in CLUES], ("code", "hours", "servers"), label="Clues found"
    ),
    false_flag=number(
        0, 50, 10, 1, "%", label="False flag", help="If not A: probability that A's marks were planted."
    ),
    doubt=number(1, 5, 2, 0.5, "times", label="Doubt about each ratio"),
)


# ---------------------------------------------------------------- names


def draw_names(frame: pd.DataFrame) -> go.Figure:
    if frame.empty:
        return figures.empty("No entry to draw.")
    most = frame["entry"].value_counts().index[:4]
    shown = frame[frame["entry"].isin(most)].assign(held="carries the name", common=frame["entries"] > 1)
    shown = shown.sort_values(["asked", "common"], ascending=False, kind="stable")
    shown = shown[shown["name"].isin(shown["name"].unique()[:40])]
    return marks.matrix(shown, "name", "entry", "held", kinds={"carries the name": "full"}, section="common")


def say_names(frame: pd.DataFrame, words: str) -> Sentence:
    asked = outside(figures.plain(words, limit=60), "the control Name")
    if not name_key(words):
        return empty(frame, None, "Type a name to see which entries of the catalogues carry it.")
    if frame.empty:
        return empty(
            frame, None, "No entry of the chosen catalogues carries the name “{asked}”.", asked=asked
        )
    used, keys = names_in_incidents(), {name_key(n) for n in frame["name"]}
    under_all = used.loc[used["key"].isin(keys), "incident_id"].nunique()
    under_asked = used.loc[used["key"] == name_key(words), "incident_id"].nunique()
    shared = frame.loc[frame["entries"] > 1, "name"].nunique()
    why = "distinct values, which a sum over rows would count twice; the chapter's tests count them"
    return sentence(
        "“{asked}” leads to {entries} with {names}",
        "; the record has {mine} under the name itself and {every} under any of these names.",
        "{shared} of the names {stand} in another entry too.",
        asked=asked,
        entries=outside(plural(frame["entry"].nunique(), "entry"), why),
        names=outside(plural(frame["name"].nunique(), "distinct name"), why),
        mine=outside(plural(under_asked, "incident"), why),
        every=outside(count(under_all), why),
        shared=outside(count(shared), why),
        stand=outside("stands" if shared == 1 else "stand", why),
    )


def cannot_names(frame: pd.DataFrame) -> str:
    claimed = sorted(set(frame["claimed origin"]) - {""})
    text = (
        "whether two names mean the same thing. Each firm names what it sees, and what it sees differs. The claimed origin is the "
        "catalogue's, which does not say who claims it or when; an empty one means that it claims none."
    )
    return text + (f" Here it claims more than one origin: {listed(claimed)}." if len(claimed) > 1 else "")


many_names = Exhibit(
    "many_names",
    "One group, how many names?",
    data=group_names,
    draw=draw_names,
    say=say_names,
    caveat=cannot_names,
    sources=("threat_actor_names", "threat_actors", "attack_groups", "incident_initiators"),
    words=search(
        "APT28",
        ("Fancy Bear", "Lazarus", "winnti", "sandworm", "Charming Kitten"),
        label="Name",
        help="Any alias; case, spaces and hyphens do not matter.",
    ),
    reach=choice([("entries that carry it", "found"), ("all that share a name", "sharing")], label="Reach"),
    catalogue=choice(["both", "MISP", "ATT&CK"], label="Catalogue"),
)


# ---------------------------------------------------------------- the opening


def voices() -> pd.DataFrame:
    """Distinct attributed incidents by who is heard: the attacker alone, a state, court or international body, others."""
    heard = naming(ANY).groupby("incident_id")["group"].agg(set)
    alone, state = heard.map({ATTACKER}.__eq__), heard.map(lambda groups: OFFICIAL in groups)
    counts = {
        "the attacker alone": alone.sum(),
        OFFICIAL: state.sum(),
        "others": len(heard) - alone.sum() - state.sum(),
    }
    return pd.DataFrame(list(counts.items()), columns=["heard", "incidents"])


def key_finding() -> Sentence:
    """What the chapter's opening says."""
    table = voices()
    own, state = (part(table, "incidents", {"heard": who}) for who in ("the attacker alone", OFFICIAL))
    return sentence(
        "In {own} of the incidents that somebody attributes, the attacker is the only one who speaks",
        "; a state, a court or an international body speaks in {state}.",
        "{own.counts} and {state.counts} incidents; {level}s {own.interval} and {state.interval}.",
        own=own,
        state=state,
        level=LEVEL,
    )


def your_share() -> Sentence:
    """The answer beside the reader's guess."""
    own = part(voices(), "incidents", {"heard": "the attacker alone"})
    text = "In {own} of the incidents that somebody attributes, the attacker alone speaks."
    return sentence(text, "", "{own.counts}; {level} {own.interval}.", own=own, level=LEVEL)


def key_picture() -> go.Figure:
    """The chapter's first exhibit as it opens."""
    return who_attributes.figure()
