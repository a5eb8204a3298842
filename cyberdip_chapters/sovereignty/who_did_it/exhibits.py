"""The five exhibits of chapter 1.2 and its opening."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import figures
from cyberdip_utils.claims import Sentence, Value, empty, outside, part, rows, sentence, top, total, value
from cyberdip_utils.countries import name as country
from cyberdip_utils.exhibit import Exhibit, choice, choices, number, search
from cyberdip_utils.figures import marks
from cyberdip_utils.words import count, listed, plural

from . import analysis
from .analysis import ANY, ATTACKER, FIRM, HARD, LAST, OFFICIAL, REST, SOFT, TALK

HUES = {OFFICIAL: "blue", FIRM: "ochre", ATTACKER: "green", REST: "grey"}  # in the order of the stack
LEVEL = outside("95% interval", "the level of Wilson's interval")
FEW = 20  # below it, counts in place of per cent
ORIGIN = choice(
    analysis.origins,
    ANY,
    label="Points to",
    help="Keeps attributions to this state itself or to a group coded as tied to it.",
)
RULE = (
    "EuRepoC takes in incidents in part because somebody attributed them, and in 2023 its rule was widened to all "
    "attacks on critical infrastructure."
)


def _state(origin: str) -> str:
    """A state's name as it stands in a sentence."""
    name = country(origin)
    return f"the {name}" if name.startswith(("United", "Netherlands", "Philippines", "Dominican")) else name


def _pointing(origin: str) -> dict:
    """A claim that holds the setting *Points to* in words, empty where all attributions are kept."""
    text = f" that point to {_state(origin)}" if origin != ANY else ""
    return {"pointing": outside(text, "the control Points to")}


# ---------------------------------------------------------------- who attributes


def draw_years(frame: pd.DataFrame, measure: str) -> go.Figure:
    percent, unit = measure == "share", "attributions"
    if percent:
        whole, unit = frame["all"].where(frame["all"] > 0), "share of the year's attributions"
        frame = frame.assign(**{g: frame[g] / whole for g in HUES})
    rules = (figures.rule(2022.5, "rule widened"),)
    return marks.stack(
        frame, "year", list(HUES), colours=HUES, unit=unit, percent=percent, totals=not percent, rules=rules
    )


def say_years(frame: pd.DataFrame, origin: str, since: int) -> Sentence:
    here = _pointing(origin)
    here |= {"since": outside(since, "the control From"), "last": outside(LAST, "end of the record")}
    if not total(frame, "all"):
        return empty(frame, "all", "There are no attributions dated {since} to {last}{pointing}.", **here)
    parts = [(g, part(frame, g, of="all")) for g in HUES if total(frame, g)]
    parts = dict(zip("abcd", sorted(parts, key=lambda pair: -pair[1].k), strict=False))
    shown = "" if parts["a"][1].n >= FEW else ".counts"
    said = [f"{group} {{{key}{shown}}}" for key, (group, _) in parts.items()]
    return sentence(
        "Of the attributions dated {since} to {last}{pointing}, " + said[0].replace(" {", " made {"),
        "".join(f"; {text}" for text in said[1:]) + ".",
        "; ".join(f"{{{key}.counts}}, {{level}} {{{key}.interval}}" for key in parts) + ".",
        **{key: share for key, (_, share) in parts.items()},
        **here | {"level": LEVEL},
    )


def cannot_years(frame: pd.DataFrame, origin: str) -> str:
    claims = analysis.pointing(origin)
    undated = claims[claims["year"].isna()]
    counts = [
        rows["attribution_id"].nunique()
        for rows in (undated, undated[undated["group"] == ATTACKER], claims[claims["year"] > LAST])
    ]
    return (
        f"what was said in private, and the year of {plural(counts[0], 'attribution')} without a date, {count(counts[1])} of them "
        f"by the attacker. Dated after {LAST} and left out: {count(counts[2])}. Many older dates are only a year. An attribution "
        f"on which two groups speak counts once for each. {RULE} Who counts as a state is drawn roughly: see the text."
    )


who_attributes = Exhibit(
    "who_attributes",
    "Who says who did it?",
    data=analysis.attributions_by_year,
    draw=draw_years,
    say=say_years,
    caveat=cannot_years,
    sources=("incident_attributions",),
    origin=ORIGIN,
    measure=choice([("counts", "count"), ("shares of the year", "share")], label="Show"),
    since=choice([("2011", 2011), ("2000", 2000)], label="From"),
)

# ---------------------------------------------------------------- who spoke first


def draw_first(frame: pd.DataFrame) -> go.Figure:
    return marks.bars(frame, "speaker", ["spoke", "alone", "first of several"], unit="incidents")


def say_first(frame: pd.DataFrame, origin: str) -> Sentence:
    who, several = top(frame, "speaker", "first of several"), total(frame, "first of several", "incident")
    verb = f"first pointed to {_state(origin)}" if origin != ANY else "spoke first"
    here = {"verb": outside(verb, "the control Points to")}
    if not several:
        text = "In no incident do dates show which of several groups {verb}."
        return empty(frame, "first of several", text, **here)
    where = "Where dates show which of several groups {verb}, "
    if who.tied:
        tie = ": those that tie have {who.counts} of {several} each."
        names = f"Equal: {'; '.join(who.names)}."
        return sentence(where + "no single group leads", tie, names, who=who, several=several, **here)
    return sentence(
        where + "it was most often {who}",
        ": {share} of {several}." if several.value >= FEW else ", with {who.counts} of {several}.",
        "{who}: {share.counts}, {level} {share.interval}.",
        who=who,
        several=several,
        share=part(frame, "first of several", {"speaker": list(who.names)}),
        level=LEVEL,
        **here,
    )


who_spoke_first = Exhibit(
    "who_spoke_first",
    "Who speaks at all, alone, and first?",
    data=analysis.first_speakers,
    draw=draw_first,
    say=say_first,
    caveat="who knew first. A date that is missing or only a year often leaves open who spoke first, and such an incident "
    f"counts for nobody. {RULE}",
    sources=("incident_attributions",),
    origin=ORIGIN,
)

# ---------------------------------------------------------------- time to attribution

HORIZONS = {30: "30 days", 365: "a year", 1826: "five years"}


def draw_curves(frame: pd.DataFrame) -> go.Figure:
    words = {"unit": "share of incidents", "across": "days from the start"}
    return marks.lines(
        frame, "day", "share", group="group", low="low", high="high", step=True, percent=True, **words
    )


def _reached(curve: pd.DataFrame, column: str, share: float) -> str:
    """First day on which a column of a curve reaches a share, in words; empty where it does not."""
    days = curve.loc[curve[column] >= share - 1e-9, "day"]
    return f"{days.iloc[0]:,}" if len(days) else ""


def quartiles(frame: pd.DataFrame) -> pd.DataFrame:
    """In short: by group the range on the last day, and the days by which a quarter, half and three quarters are reached."""
    lines = []
    for group, curve in frame.groupby("group", sort=False):
        last = curve.iloc[-1]
        line = {"group": group, "incidents": int(last["incidents"])}
        line[f"by day {int(last['day']):,}"] = " to ".join({f"{last[c]:.0%}": "" for c in ("low", "high")})
        for share, words in ((0.25, "a quarter"), (0.5, "half"), (0.75, "three quarters")):
            days = [_reached(curve, c, share) or f"after {int(last['day']):,}" for c in ("high", "low")]
            line[f"{words} by day"] = " to ".join(dict.fromkeys(days))
        lines.append(line)
    return pd.DataFrame(lines)


def _ends(claims: dict, low: str = "low", high: str = "high", words: str = "") -> str:
    """A template for two claims, one where both print the same."""
    both = words or f"{{{low}}} to {{{high}}}"
    return both if str(claims[low]) != str(claims[high]) else f"{{{low}}}"


def _ranges(frame: pd.DataFrame, last: dict) -> tuple[str, dict]:
    """A template, and its claims, with each group's incidents and range on the last day."""
    claims, words = {}, []
    for key, group in zip("abcd", frame.loc[frame["day"] == last["day"], "group"], strict=False):
        where = last | {"group": group}
        for column in ("group", "low", "high", "incidents"):
            shown = column in ("low", "high")
            claims[f"{key}_{column}"] = value(frame, column, where, percent=shown)
        words.append(f"{{{key}_group}} {_ends(claims, f'{key}_low', f'{key}_high')} of {{{key}_incidents}}")
    return "; ".join(words) + ".", claims


def _say_all(frame: pd.DataFrame, both: bool, last: dict, here: dict) -> Sentence:
    """The sentence where the incidents are not split."""
    here |= {name: value(frame, name, last, percent=True) for name in ("low", "share", "high")}
    for name, column in (("late", "low" if both else "share"), ("early", "high")):
        day = _reached(frame, column, 0.5)
        text = {"": f"not within {here['span']}", "0": "on the first day"}.get(day, f"by day {day}")
        here[name] = outside(text, "first day of the table on which the column reaches half; tested")
    here["incidents"] = value(frame, "incidents", last)
    if both:
        ends = _ends(here)
        half = _ends(here, "early", "late", "{early} with short waits, {late} with long waits")
        return sentence(
            f"Within {{span}} of the start, {{event}} in {ends} of the incidents",
            f", {'depending on how' if ' to ' in ends else 'however'} vague dates are read.",
            f"{{incidents}} incidents with a start. Half of them: {half}.",
            **here,
        )
    evidence = "{incidents} incidents, {level} at the last day. Half of them: {late}."
    text = "Within {span} of the start, {event} in {share} of the incidents"
    return sentence(text, "({low} to {high}).", evidence, level=LEVEL, **here)


def say_curves(frame: pd.DataFrame, event: str, split: str, dates: str, horizon: int) -> Sentence:
    last, both = {"day": horizon}, dates == "both"
    words = {"span": HORIZONS[horizon], "event": analysis.EVENTS[event]}
    here = {name: outside(text, "a control") for name, text in words.items()}
    if split == "none":
        return _say_all(frame, both, last, here)
    if not top(frame, "group", "high", where=last):
        return empty(frame, "high", "Within {span} of the start, {event} in no incident.", where=last, **here)
    evidence, claims = _ranges(frame, last)
    fast = top(frame, "group", "low", where=last)
    slow = top(frame, "group", "high", where=last, lowest=True)
    here |= claims | {"fast": fast, "slow": slow, "level": LEVEL}
    if fast.value <= slow.value:
        what = "dates" if both else "{level}s"
        text = f"The {what} do not tell whether {{event}} within {{span}} more often "
        return sentence(text + "with or without disruption.", "", evidence, **here)
    read = "By either reading of vague dates" if both else "In this reading"
    text = read + ", {event} within {span} more often in {fast} than in {slow}"
    return sentence(text, ": {fast.percent} or more against {slow.percent} or less.", evidence, **here)


def cannot_curves(frame: pd.DataFrame, event: str, split: str, dates: str) -> str:
    unstarted = int(analysis.load("incidents")["start_on"].isna().sum())
    early = int(analysis.waits(event, "late" if dates == "both" else dates)["before"].sum())
    said = [
        f"why waits differ. {unstarted} incidents have no start date and are left out. An incident still waiting leaves the count "
        "at the last update of its record, as if those no longer watched were like the rest."
    ]
    if dates == "both":
        said.append(
            "The band joins two readings of vague dates; they are no limits, and chance comes on top."
        )
    if dates == "exact":
        said.append(
            "An attributed incident needs two exact dates to stay in, an unattributed one only its start: more of the "
            "attributed are dropped."
        )
    if split != "none":
        said.append("Incidents with disruption become known in other ways than the rest.")
    if early:
        said.append(f"In {plural(early, 'incident')} an attribution is dated before the start: day 0.")
    return " ".join(said)


time_to_attribution = Exhibit(
    "time_to_attribution",
    "How long does it take until someone says who it was?",
    data=analysis.waiting_curves,
    draw=draw_curves,
    say=say_curves,
    caveat=cannot_curves,
    brief=quartiles,
    sources=("incidents", "incident_attributions"),
    event=choice(
        [
            ("an attribution is made", "any"),
            ("an attribution points to a state", "origin"),
            ("others than the attacker attribute", "others"),
            ("states, courts or bodies attribute", "government"),
        ],
        label="The wait ends when",
    ),
    split=choice([("nothing", "none"), ("disruption or not", "effect")], label="Compare by"),
    dates=choice([(words, key) for key, words in analysis.DATES.items()], label="Vague dates"),
    horizon=choice([(words, days) for days, words in HORIZONS.items()], 365, label="Within"),
)

# ---------------------------------------------------------------- evidence


def draw_clues(frame: pd.DataFrame) -> go.Figure:
    return marks.dots(frame, "clue", "probability", "lowest", "highest", group="kind", percent=True)


def _percent(frame: pd.DataFrame, column: str, where: dict) -> Value:
    """A share in one cell; one that rounds to all is told as less than all."""
    cell = value(frame, column, where, percent=True)
    return replace(cell, text="over 99.9%") if 0.9995 <= cell.value < 1 else cell


def say_clues(frame: pd.DataFrame, false_flag: int, doubt: float) -> Sentence:
    start = _percent(frame, "probability", {"kind": "prior"})
    found = rows(frame, "clue", where={"kind": [SOFT, HARD, TALK]})
    if not found:
        text = "Without a clue the probability that state A did it stays at the prior, {start}."
        return sentence(text, start=start)
    last = {"clue": frame["clue"].iloc[-1]}
    claims = {k: _percent(frame, k, last) for k in ("probability", "lowest", "highest")}
    claims |= {"start": start, "found": found, "doubt": outside(f"{doubt:g}", "the control Doubt")}
    claims["one"] = outside("1", "a ratio of 1 says nothing, whatever the doubt")
    rest, evidence = "after {found}.", ""
    if doubt > 1 and str(claims["lowest"]) != str(claims["highest"]):
        rest = "after {found}, and anything from {lowest} to {highest} if every ratio but {one} is off by a factor of up to {doubt}."
    if false_flag and rows(frame, where={"kind": SOFT}):
        evidence = "All clues that can be forged weigh together at most {ceiling}: one over the false-flag probability."
        claims["ceiling"] = outside(f"{100 / false_flag:,.3g} to 1", "one over the control False flag")
    return sentence("A prior of {start} that state A did it becomes {probability}", rest, evidence, **claims)


weigh_evidence = Exhibit(
    "weigh_evidence",
    "How much does a clue weigh?",
    data=analysis.weigh_clues,
    draw=draw_clues,
    say=say_clues,
    caveat="how much a real clue weighs. Suspects, priors and ratios are illustrative: we know of no published estimates, and "
    "these were not estimated from our tables. Clues are taken to be independent once the doer is known, but for those that "
    "one forger would plant together. What the prior leaves is shared evenly by state B and someone else.",
    sources=(),
    prior=number(5, 60, 30, 5, "%", label="Prior: state A"),
    found=choices([(text, key) for key, _, text, *_ in analysis.CLUES], label="Clues found"),
    false_flag=number(
        0, 50, 10, 1, "%", label="False flag", help="If not A: probability that A's marks were planted."
    ),
    doubt=number(1, 5, 2, 0.5, "times", label="Doubt about each ratio"),
)

# ---------------------------------------------------------------- names


def draw_names(frame: pd.DataFrame) -> go.Figure:
    if frame.empty:
        return figures.empty("No entry to draw.")
    entries = frame.groupby("entry")["asked"].agg(["any", "size"]).nlargest(3, ["any", "size"]).index
    shown, most = frame[frame["entry"].isin(entries)], 40 if len(entries) < 3 else 30
    shown = shown.assign(held="carries the name")
    shown["common"] = shown.groupby("name")["entry"].transform("nunique") > 1
    shown["entry"] = shown["entry"].str.replace(r" G\d+\)", ")", regex=True)
    shown = shown.sort_values(["asked", "common"], ascending=False, kind="stable")
    shown = shown[shown["name"].isin(shown["name"].unique()[:most])]
    return marks.matrix(shown, "name", "entry", "held", kinds={"carries the name": "full"}, section="common")


def say_names(frame: pd.DataFrame, words: str) -> Sentence:
    key, asked = analysis.name_key(words), outside(figures.plain(words, limit=60), "the control Name")
    if not key:
        return empty(frame, None, "Type a name to see which entries of the catalogues carry it.")
    if frame.empty:
        return empty(
            frame, None, "No entry of the chosen catalogues carries the name “{asked}”.", asked=asked
        )
    used, keys = analysis.names_in_incidents(), {analysis.name_key(n) for n in frame["name"]}
    whole = analysis.find_names(words)["name"].map(lambda name: analysis.has_words(name, key)).any()
    mine = used["name"].map(lambda n: analysis.has_words(n, key) if whole else key in analysis.name_key(n))
    counted = {
        "entries": plural(frame["entry"].nunique(), "entry"),
        "names": plural(frame["name"].nunique(), "distinct name"),
        "mine": plural(used.loc[mine, "incident_id"].nunique(), "incident"),
        "every": count(used.loc[mine | used["key"].isin(keys), "incident_id"].nunique()),
        "shared": count(frame.loc[frame["entries"] > 1, "name"].nunique()),
    }
    why = "distinct values, which a sum over rows would count twice; the chapter's tests count them"
    return sentence(
        "“{asked}” leads to {entries} with {names}",
        "; the record has {mine} with “{asked}” in a name, and {every} with any of these names.",
        "Names that several entries of the catalogues carry: {shared}.",
        asked=asked,
        **{name: outside(text, why) for name, text in counted.items()},
    )


def cannot_names(frame: pd.DataFrame) -> str:
    claimed, more = sorted(set(frame["claimed origin"]) - {""}), frame["entry"].nunique() - 3
    text = (
        "whether two names mean the same thing. Each firm names what it sees, and what it sees differs. The claimed origin is the "
        "catalogue's, which does not say who claims it or when; where it is empty the catalogue claims none."
    )
    text += f" Here it claims more than one origin: {listed(claimed)}." if len(claimed) > 1 else ""
    return text + (f" The table has {plural(more, 'further entry', 'further entries')}." if more > 0 else "")


many_names = Exhibit(
    "many_names",
    "One group, how many names?",
    data=analysis.group_names,
    draw=draw_names,
    say=say_names,
    caveat=cannot_names,
    sources=("threat_actor_names", "threat_actors", "attack_groups", "incident_initiators"),
    words=search(
        "Cozy Bear",
        ("Charming Kitten", "Lazarus", "Fancy Bear", "winnti", "sandworm"),
        label="Name",
        help="Any alias; case, spaces and hyphens do not matter.",
    ),
    reach=choice([("entries that carry it", "found"), ("all that share a name", "sharing")], label="Reach"),
    catalogue=choice(["both", "MISP", "ATT&CK"], label="Catalogue"),
)

# ---------------------------------------------------------------- the opening


def voices() -> pd.DataFrame:
    """Distinct attributed incidents by who is heard: the attacker alone, a state, court or international body, others."""
    heard = analysis.claims().groupby("incident_id")["group"].agg(set)
    alone, state = sum(h == {ATTACKER} for h in heard), sum(OFFICIAL in h for h in heard)
    counts = {"the attacker alone": alone, OFFICIAL: state, "others": len(heard) - alone - state}
    return pd.DataFrame(list(counts.items()), columns=["heard", "incidents"])


def only_the_attacker() -> Sentence:
    """The answer beside the reader's guess."""
    table = voices()
    own, state = (part(table, "incidents", {"heard": who}) for who in ("the attacker alone", OFFICIAL))
    return sentence(
        "In {own} of the incidents with an attribution, the attacker is the only one who speaks",
        "; a state, a court or an international body speaks in {state}.",
        "{own.counts} and {state.counts} incidents; {level}s {own.interval} and {state.interval}.",
        own=own,
        state=state,
        level=LEVEL,
    )


def key_finding() -> Sentence:
    """What the chapter's opening says."""
    return time_to_attribution.sentence()


def key_picture() -> go.Figure:
    """What the chapter's opening shows."""
    return time_to_attribution.figure()
