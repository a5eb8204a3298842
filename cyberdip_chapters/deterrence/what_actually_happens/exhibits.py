"""The five exhibits of chapter 3.1."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils import figures
from cyberdip_utils.claims import Claim, Sentence, empty, outside, part, rows, sentence, top
from cyberdip_utils.countries import name as country
from cyberdip_utils.countries import regions
from cyberdip_utils.data import load
from cyberdip_utils.exhibit import Exhibit, choice, choices, search, years
from cyberdip_utils.figures import maps, marks
from cyberdip_utils.figures.timeline import timeline
from cyberdip_utils.words import count, day, listed, plural

from . import observatories
from .analysis import (
    ANY,
    NAMED,
    PARTS,
    STATE,
    STATUS,
    UNKNOWN,
    UNNAMED,
    YEARS,
    covered,
    in_full,
    initiators,
    listing,
    received,
    record,
    yearly,
)

ANYTHING = ("any", ANY)
FEW = 30  # below this many incidents a sentence gives no per cent


def values_of(table: str, column: str, **where: str) -> list[str]:
    """The values of a column of a long table, in alphabetical order."""
    found = load(table)
    for other, wanted in where.items():
        found = found[found[other] == wanted]
    return sorted(found[column].dropna().astype("str").unique())


def by_name(codes: pd.Series) -> list[tuple[str, str]]:
    """(name, code) of every state in a column of codes."""
    return sorted((country(code), code) for code in codes.dropna().unique())


def origins() -> list[tuple[str, str]]:
    """Options of *Initiator*: any, any named state, nobody, no state, and each state that is named."""
    return [ANYTHING, ("any named state", NAMED), UNNAMED, UNKNOWN, *by_name(initiators()["iso3"])]


def kept_by(initiator: str, kind: str, sector: str = ANY) -> str:
    """The filters that a reader set, in brackets; empty where there is none."""
    who = {ANY: "any", NAMED: "any named state"}.get(initiator) or (
        initiator if initiator in STATUS else country(initiator)
    )
    who += "" if kind == ANY else ", state or state-affiliated"
    said = [] if (initiator, kind) == (ANY, ANY) else [f"initiator: {who}"]
    said += [] if sector == ANY else [f"sector: {sector}"]
    return f" ({'; '.join(said)})" if said else ""


INITIATOR = {"label": "Initiator", "help": "the state or territory that an initiator comes from"}
KIND = choice(
    [ANYTHING, ("state or state-affiliated", STATE)],
    label="Kind of initiator",
    help="without it, groups and persons from a state count too; with “nobody named” it leaves nothing",
)


# ---------------------------------------------------------------- 1. what is in the record?

NOTHING_FITS = "No incident of the record matches."


def draw_years(frame: pd.DataFrame) -> go.Figure:
    if frame.empty:
        return figures.empty(NOTHING_FITS)
    names = {"matching": "matching", "all": "whole record"}
    rule = figures.rule(2022.5, "2023: rule widened")
    unit = "distinct incidents that began in the year"
    return marks.columns(
        yearly(frame), "year", "matching", behind="all", names=names, unit=unit, rules=[rule], totals=False
    )


def fullest(frame: pd.DataFrame) -> str:
    """The year in which most of these incidents began, with their number; ties are told, a year of one is not."""
    counts = frame["year"].dropna().astype(int).value_counts()
    if counts.empty:
        return "none has a start date"
    if len(frame) == 1:
        return f"it began in {counts.index[0]}"
    if counts.max() == 1:
        return ""
    best, most = sorted(counts.index[counts == counts.max()]), count(int(counts.max()))
    if len(best) == 1:
        return f"the fullest year is {best[0]} ({most})"
    return f"the fullest years are {listed(best, 3)} ({most} each)"


def say_record(frame: pd.DataFrame, initiator: str, between: tuple[int, int]) -> Sentence:
    """How many match; how many name a state, and the fullest year, only where the reader has not chosen them."""
    if frame.empty:
        return empty(frame, None, NOTHING_FITS)
    n, whole = rows(frame), len(record())
    claims = {"n": n, "whole": outside(count(whole), "how many incidents the whole record holds")}
    full = "" if between[0] == between[1] else fullest(frame)
    claims |= {"fullest": outside(full, "the year of most starts; tested by itself")} if full else {}
    full = "; {fullest}." if full else "."
    match = f"{{n}} of {{whole}} recorded incidents {n.verb('matches', 'match')}"
    first = "All {n} incidents of the record match" if len(frame) == whole else match
    if initiator != ANY or len(frame) < FEW:
        return sentence(first, full, **claims)
    claims["named"] = part(frame, None, {"origin": NAMED}, sample=False)
    rest = "; {named} name the state or territory that an initiator comes from."
    return sentence(first, rest, "Named in {named.counts}" + full, **claims)


def cannot_show_record(frame: pd.DataFrame, response: str) -> str:
    """The limits of the record; what is undated, and what a missing response means, only where it matters."""
    said = (
        "what nobody reported, or what the rule leaves out: these are reports that fit one project's rule, not attacks. "
        "In February and March 2023 the rule was widened to every attack on critical infrastructure, so years before and "
        "after are not alike."
    )
    if undated := int(frame["year"].isna().sum()):
        said += f" {plural(undated, 'incident')} of this selection without a start date {'stands' if undated == 1 else 'stand'} in no column."
    if response != ANY and len(frame):
        added = load("incidents").set_index("incident_id")["added_on"]
        early = int((added.reindex(frame["number"]) == added.min()).sum())
        said += (
            f" {plural(early, 'incident')} of it came with the first load of {day(added.min())}, for which responses were "
            "hardly coded: there “none coded” does not mean that there was none (chapter 3.2)."
        )
    return said


incident_explorer = Exhibit(
    "incident_explorer",
    "What is in the record?",
    data=listing,
    draw=draw_years,
    say=say_record,
    caveat=cannot_show_record,
    sources=("incidents", "incident_receivers", "incident_initiators"),
    more=("types", "kind", "region", "sector", "basis", "law", "response"),
    words=search(
        label="Search", examples=("ransomware", "lazarus", "bundestag"), help="Names of incidents and actors."
    ),
    between=years(*YEARS, label="Years"),
    initiator=choice(origins, **INITIATOR),
    receiver=choice(lambda: [ANYTHING, *by_name(load("incident_receivers")["iso3"])], label="Receiver"),
    kind=KIND,
    types=choices(lambda: values_of("incident_types", "type"), label="Type"),
    region=choice(lambda: [ANYTHING, *regions()], label="Region", help="UN region of a receiver"),
    sector=choice(lambda: [ANYTHING, *values_of("incident_receivers", "category")], label="Sector"),
    basis=choice(
        lambda: [ANYTHING, *values_of("incident_attributions", "basis")],
        label="Basis",
        help="of an attribution",
    ),
    law=choice(
        lambda: [ANYTHING, *values_of("incident_legal", "code", kind="breach")],
        label="Legal coding",
        help="obligation possibly breached",
    ),
    response=choice(
        [ANYTHING, ("political or legal", "either"), "political", "legal", ("none coded", "none")],
        label="Response",
        help="hardly coded for the stock loaded in August 2022",
    ),
)


# ---------------------------------------------------------------- 2. who received them?


def draw_received(frame: pd.DataFrame) -> go.Figure:
    unlisted = sorted(set(load("states")["iso3"]) - set(covered()["code"]))
    words = {"unit": "distinct incidents", "zero": "none recorded", "absent": "not listed"}
    return maps.world(frame, "code", "incidents", kind="count", outside=unlisted, **words)


def say_received(frame: pd.DataFrame, initiator: str, kind: str, sector: str) -> Sentence:
    """Which state is named most as a receiver, under which filters, and how many have none."""
    which = kept_by(initiator, kind, sector)
    lead = top(frame, "state", "incidents")
    if not lead:
        return empty(frame, "incidents", f"No state is coded as a receiver{which}.")
    most = plural(int(lead.value), "incident") + (" each" if lead.tied else "")
    claims = {"lead": lead, "most": outside(most, "the highest count, which the claim lead holds")}
    claims |= {"none": rows(frame, where={"incidents": 0}), "all": rows(frame)}
    return sentence(
        f"Most often named as {'receivers' if lead.tied else 'a receiver'}: {{lead}}",
        f", {{most}}{which}.",
        "For {none} of {all} states and territories no such incident is recorded.",
        **claims,
    )


who_received = Exhibit(
    "who_received",
    "Who received the incidents?",
    data=received,
    draw=draw_received,
    say=say_received,
    caveat="how often a state was attacked, only how often this record names it as a receiver. An incident counts once for "
    "each state that received it, so the counts can add up to more than the incidents; incidents inside one state count. Bodies "
    "of the European Union are left out.",
    sources=("incident_receivers", "incident_initiators", "incidents", "states"),
    initiator=choice(origins, **INITIATOR),
    kind=KIND,
    sector=choice([ANYTHING, "State institutions", "Critical infrastructure", "Companies"], label="Sector"),
)


# ---------------------------------------------------------------- 3. one incident in full

RESPONSES = PARTS[-2:]  # political and legal
LANES = dict(zip(PARTS, ("ink", "blue", "grey", "ochre", "green"), strict=True))  # house colours


def draw_incident(frame: pd.DataFrame) -> go.Figure:
    if frame.empty or not frame.loc[frame["part"].isin(PARTS), "date"].any():
        return figures.empty("No dated event to draw.")
    said = [f"{what}, {who}" if who else what for what, who in zip(frame["what"], frame["who"], strict=True)]
    return timeline(
        frame.assign(said=said), "part", "date", "said", lanes=PARTS, colours=LANES, span="Incident"
    )


def on_day(date: str) -> str:
    """A date as exact as the source has it, in words."""
    if not date:
        return "on a day that is not coded"
    month = f"in {pd.Timestamp(date):%B %Y}"
    return {10: f"on {day(date)}", 7: month}.get(len(date), f"in {date}")


def earlier(one: str, other: str) -> bool:
    """Whether a date lies before another as far as both are exact: 2015-06 before 2015-09-04, 2015 not."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]


def say_incident(frame: pd.DataFrame, words: str) -> Sentence:
    """When it began and the first dated statement that names a state; undated statements; other incidents that fit."""
    if frame.empty:
        hint = "No incident fits these words. " if words.strip() else ""
        return empty(frame, None, f"{hint}Type part of a name, or a number from the explorer's table.")
    name = frame.loc[frame["part"] == "Name", "what"].iloc[0]
    short = name if len(name) <= 70 else name[:69].rstrip() + "…"
    begun = next(iter(frame.loc[(frame["part"] == "Incident") & (frame["what"] == "began"), "date"]), "")
    said = frame[frame["part"] == "Attribution"]
    named = next(iter(said.loc[said["date"] != "", "date"]), "")
    n, undated = said["statement"].nunique(), said.loc[said["date"] == "", "statement"].nunique()
    claims = {
        "name": outside(f"“{short}”", "the row Name, shortened"),
        "began": outside(on_day(begun), "date of the row began"),
        "first": outside(on_day(named), "date of the first dated Attribution"),
        "said": outside(plural(n, "statement"), "distinct numbers of statements in the rows Attribution"),
        "undated": outside(
            count(undated), "distinct numbers of statements in the rows Attribution without a date"
        ),
        "others": rows(frame, "other incident", where={"part": "Also fits"}),
    }
    first = "the first dated statement coded that names a state was made {first}"
    if begun and named and earlier(named, begun):
        first += ", before the coded start: check both dates"
    others = claims["others"]
    also = f"{{others}} {others.verb('fits', 'fit')} these words" if others else "no other incident fits"
    counts = f"{{said}} that {'names' if n == 1 else 'name'} a state, {{undated}} without a date; {also}."
    rest = f"; {first if named else 'no dated statement names a state'}."
    return sentence("{name} began {began}", rest, counts, **claims)


def cannot_show_incident(frame: pd.DataFrame) -> str:
    """What an incident's codes do not say; what an empty row of responses means for an early incident."""
    said = (
        "who did it: attributions are what others said, not findings of ours. A date is as exact as the source has it; "
        "a year alone stands at its 1 January in the picture."
    )
    early = (frame["what"] == f"Added to the record: {load('incidents')['added_on'].min():%Y-%m-%d}").any()
    if early and not set(RESPONSES) <= set(frame.loc[frame["date"] != "", "part"]):
        said += (
            " This incident came with the first load, for which responses were hardly coded: an empty row of responses "
            "does not mean that there was none."
        )
    return said


incident_in_full = Exhibit(
    "incident_in_full",
    "What does the record say of one incident?",
    data=in_full,
    draw=draw_incident,
    say=say_incident,
    caveat=cannot_show_incident,
    sources=("incidents", "incident_attributions", "incident_responses"),
    words=search(
        "NotPetya", examples=("NotPetya", "Viasat", "Colonial Pipeline", "WannaCry"), label="Name or number"
    ),
)


# ---------------------------------------------------------------- 4. three observatories

LABELS = tuple(observatories.OBSERVATORIES.values())
NO_ITEM = "No observatory has an item that fits this rule in these years."


def draw_three(frame: pd.DataFrame) -> go.Figure:
    """The eight states with the highest shares, added over the observatories."""
    if frame.empty:
        return figures.empty(NO_ITEM)
    order = list(frame.groupby("state")["share"].sum().sort_values(ascending=False, kind="stable").index[:8])
    columns = ("state", "share", "low", "high")
    rows_of = sorted(range(len(frame)), key=lambda i: LABELS.index(frame["observatory"].iloc[i]))
    unit = "share of recorded items that name the state"
    return marks.dots(
        frame.iloc[rows_of], *columns, group="observatory", unit=unit, percent=True, order=order
    )


def say_three(frame: pd.DataFrame) -> Sentence:
    """Who leads in each record; one clause where all agree."""
    leads = {label: top(frame, "state", "share", where={"observatory": label}) for label in LABELS}
    leads = {label: lead for label, lead in leads.items() if lead}
    if not leads:
        return empty(frame, None, NO_ITEM)
    claims: dict[str, Claim] = {}
    alike: dict[tuple, list[str]] = {}
    for label, lead in leads.items():
        where = {"observatory": label, "state": lead.names[0]}
        claims |= {label: lead, f"{label}_n": part(frame, "named", where, of="items", among=where)}
        alike.setdefault(lead.names, []).append(label)
    each = ", ".join(f"{{{labels[0]}}} in {listed(labels)}" for labels in alike.values())
    first = f"Most often named: {each}"
    if len(alike) == 1:
        among = "all three records" if len(leads) == len(LABELS) else listed(leads)
        first = f"Most often named in {among}: {{{next(iter(leads))}}}"
    shares = "; ".join(f"{label} {{{label}.percent}}" for label in leads)
    counts = "; ".join(f"{label} {{{label}_n.counts}}, interval {{{label}_n.interval}}" for label in leads)
    return sentence(first, f"; shares {shares}.", f"{counts}.", **claims)


def cannot_show_three(frame: pd.DataFrame, rule: str) -> str:
    """What the comparison leaves out; what the narrowest rule drops."""
    said = (
        "what was never reported: the intervals cover chance alone. Years are those of the start in EuRepoC and DCID and of "
        "the disclosure in CFR. An item that names two states counts for both. In EuRepoC only initiators coded as a state or "
        "state-affiliated count here, in the claim that it follows."
    )
    if rule == observatories.RIVALS:
        said += " A pair is one for which DCID records an incident. CFR often names a body or a group (“U.S. government "
        said += "agencies”). We code a victim state only where the entry is itself a state; the other rows drop out."
    return said


three_observatories = Exhibit(
    "three_observatories",
    "Do three observatories name the same states?",
    data=observatories.shares_in,
    draw=draw_three,
    say=say_three,
    caveat=cannot_show_three,
    sources=("incidents", "cfr_operations", "dcid_incidents"),
    rule=choice(
        [
            ("All rows", observatories.EVERY),
            ("A state is named", observatories.STATE),
            ("Rival pairs only", observatories.RIVALS),
        ],
        label="Rule",
    ),
    period=choice(list(observatories.PERIODS), label="Years"),
)


# ---------------------------------------------------------------- 5. the same incidents?

IN_PART = "in part, or inside something wider"
LOOKS = {
    "held": {
        observatories.HELD: "full",
        IN_PART: "part",
        observatories.ABSENT: "none",
        observatories.OUTSIDE: "outside",
    },
    "names": {
        observatories.AGREE: "full",
        observatories.DIFFER: "part",
        observatories.SILENT: "part",
        observatories.NOBODY: "unknown",
        observatories.UNHELD: "none",
    },
    "starts": {
        observatories.NEAR: "full",
        observatories.FAR: "part",
        observatories.UNDECIDED: "unknown",
        observatories.UNDATED: "outside",
        observatories.UNHELD: "none",
    },
}
SAID = {  # question: answers counted, those among which (all in scope), what the sentence says
    "held": (
        [observatories.HELD, observatories.PART, observatories.WIDER],
        [observatories.HELD, observatories.PART, observatories.WIDER, observatories.ABSENT],
        "Of the incidents in its scope, each record holds most or all, whole or in part",
    ),
    "names": (
        [observatories.AGREE],
        [observatories.AGREE, observatories.DIFFER, observatories.SILENT],
        "Where a record holds an incident and we found a formal attribution to a state, it names that state",
    ),
    "starts": (
        [observatories.NEAR],
        [observatories.NEAR, observatories.FAR],
        "Starts within a month of ours, where the dates can tell",
    ),
}
SHORT = {  # names that do not fit beside a row of the picture
    "Albanian government services": "Albania",
    "Attacks on Estonian websites": "Estonia",
    "Attacks on Georgian websites around the August 2008 war": "Georgia",
    "Attempt on the OPCW in The Hague": "Attempt on the OPCW",
    "Cloud Hopper against managed service providers": "Cloud Hopper",
    "Costa Rican government": "Costa Rica",
    "Dark Seoul: wiper at South Korean banks and broadcasters": "Dark Seoul",
    "Democratic National Committee hack and leak": "US Democratic Party",
    "Exchange Server flaws exploited by Hafnium": "Exchange Server",
    "Intrusion at Belgacom (Operation Socialist)": "Belgacom",
    "Irish Health Service Executive": "Irish health service",
    "Olympic Destroyer at the Pyeongchang Games": "Olympic Destroyer",
    "Operation Ababil against US banks": "Operation Ababil",
    "Power outage in Kyiv (Industroyer)": "Kyiv power",
    "Power outage in western Ukraine": "West Ukraine power",
    "Ronin bridge (Axie Infinity)": "Ronin bridge",
    "Salt Typhoon in US telecommunications": "Salt Typhoon",
    "Shamoon wiper at Saudi Aramco and RasGas": "Shamoon",
    "SolarWinds Orion supply chain": "SolarWinds",
    "Sony Pictures Entertainment": "Sony Pictures",
    "Theft from Bangladesh Bank": "Bangladesh Bank",
    "Triton (Trisis) at a Saudi petrochemical plant": "Triton",
    "US Office of Personnel Management": "US personnel office",
    "Volt Typhoon in US critical infrastructure": "Volt Typhoon",
}


def draw_same(frame: pd.DataFrame, compare: str) -> go.Figure:
    answer = frame["answer"].replace(dict.fromkeys((observatories.PART, observatories.WIDER), IN_PART))
    row = frame["began"].astype("str") + " " + frame["incident"].replace(SHORT)
    named = frame.assign(row=row, answer=answer)
    return marks.matrix(named, "row", "observatory", "answer", kinds=LOOKS[compare])


def say_same(frame: pd.DataFrame, compare: str) -> Sentence:
    """For each record: how many it holds of those in scope, or how often it agrees of those that can be compared."""
    good, whole, first = SAID[compare]
    claims = {}
    for label in LABELS:
        among = {"observatory": label, "in scope": "yes", "answer": whole}
        claims[label] = part(frame, None, {**among, "answer": good}, among=among, sample=False)
    claims = {label: claim for label, claim in claims.items() if claim.n}
    said = "; ".join(f"{label} {{{label}.counts}}" for label in claims)
    shares = "; ".join(f"{label} {{{label}}}" for label in claims)
    return sentence(first, f": {said}.", f"In per cent: {shares}.", **claims)


same_incidents = Exhibit(
    "same_incidents",
    "Do three observatories hold the same incidents?",
    data=observatories.looked_up,
    draw=draw_same,
    say=say_same,
    caveat="how it stands with incidents that nobody remembers: these were chosen because they are famous, and matched by hand "
    "once. They are no sample, so the figures speak of them alone; agreement elsewhere is likely lower. CFR gives the day of "
    "disclosure and no start. A start known only to the month or year is undecided where its days could fit both answers.",
    sources=("anchor_incidents", "anchor_matches", "incidents", "cfr_operations", "dcid_incidents"),
    compare=choice(
        [("Is it held?", "held"), ("Whom does it name?", "names"), ("When did it begin?", "starts")],
        label="Compare",
    ),
)
