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
    UNKNOWN,
    UNNAMED,
    YEARS,
    covered,
    in_full,
    listing,
    received,
    record,
    yearly,
)

ANYTHING = ("any", ANY)
FEW = 30  # below this many incidents a sentence gives a count and no per cent


def values_of(table: str, column: str, **where: str) -> list[str]:
    """The values of a column of a long table, in alphabetical order."""
    found = load(table)
    for other, wanted in where.items():
        found = found[found[other] == wanted]
    return sorted(found[column].dropna().astype("str").unique())


def states_of_table(table: str) -> list[tuple[str, str]]:
    """(name, code) of every state that a long table names."""
    return sorted((country(code), code) for code in values_of(table, "iso3"))


def origins() -> list[tuple[str, str]]:
    """Options of *Initiator*: any, any named state, nobody, unknown, and each state that is named."""
    special = [("any named state", NAMED), ("nobody named", UNNAMED), ("origin unknown", UNKNOWN)]
    return [ANYTHING, *special, *states_of_table("incident_initiators")]


def by_origin(initiator: str) -> str:
    """How a sentence speaks of the incidents of the initiator that a reader chose."""
    said = {
        NAMED: "that name a state as the origin",
        UNNAMED: "that name nobody",
        UNKNOWN: "of unknown origin",
    }
    return said.get(initiator) or f"with the named initiator {country(initiator)}"


# ---------------------------------------------------------------- 1. what is in the record?

NOTHING_FITS = "No incident of the record carries all these codes."


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
    """The year in which most of these incidents began, with their number; ties are told."""
    counts = frame["year"].dropna().astype(int).value_counts()
    if counts.empty:
        return "none has a start date"
    if len(frame) == 1:
        return f"it began in {counts.index[0]}"
    best, most = sorted(counts.index[counts == counts.max()]), count(int(counts.max()))
    if len(best) == 1:
        return f"the fullest year is {best[0]} ({most})"
    return f"the fullest years are {listed(best, 3)} ({most} each)"


def say_record(frame: pd.DataFrame, initiator: str) -> Sentence:
    """How many match; whom they name only where the reader has not chosen that; the fullest year."""
    if frame.empty:
        return empty(frame, None, NOTHING_FITS)
    n, whole = rows(frame), len(record())
    claims = {"n": n, "whole": outside(count(whole), "how many incidents the whole record holds")}
    claims["fullest"] = outside(fullest(frame), "the year of most starts; tested by itself")
    match = f"{{n}} of {{whole}} recorded incidents {n.verb('matches', 'match')}"
    first = "All {n} incidents of the record match" if len(frame) == whole else match
    if initiator != ANY:
        return sentence(first, "; {fullest}.", **claims)
    claims["named"] = part(frame, None, {"origin": NAMED}, sample=False)
    share = "{named}" if len(frame) >= FEW else "{named.counts}"
    rest = f"; a state or territory is named as the origin in {share}."
    return sentence(first, rest, "Named in {named.counts}; {fullest}.", **claims)


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
            "hardly coded: there “none coded” means that nobody looked (chapter 3.2)."
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
    more=("types", "region", "sector", "basis", "standing", "law", "response"),
    words=search(
        label="Search", examples=("ransomware", "lazarus", "bundestag"), help="Names of incidents and actors."
    ),
    between=years(*YEARS, label="Years"),
    initiator=choice(origins, label="Initiator", help="as named in at least one attribution"),
    receiver=choice(lambda: [ANYTHING, *states_of_table("incident_receivers")], label="Receiver"),
    types=choices(lambda: values_of("incident_types", "type"), label="Type"),
    region=choice(lambda: [ANYTHING, *regions()], label="Region", help="UN region of a receiver"),
    sector=choice(lambda: [ANYTHING, *values_of("incident_receivers", "category")], label="Sector"),
    basis=choice(
        lambda: [ANYTHING, *values_of("incident_attributions", "basis")],
        label="Basis",
        help="of an attribution",
    ),
    standing=choice(
        [ANYTHING, "settled", "not settled"], label="Standing", help="of the attribution, for the coders"
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


def say_received(frame: pd.DataFrame, initiator: str, sector: str) -> Sentence:
    """Which state is named most as a receiver, of which incidents, and how many have none."""
    which = "" if initiator == ANY else f" of incidents {by_origin(initiator)}"
    kind = "" if sector == ANY else f", counting receivers of the kind {sector.lower()}"
    lead = top(frame, "state", "incidents")
    if not lead:
        return empty(frame, "incidents", f"No state is coded as a receiver{which}{kind}.")
    most = plural(int(lead.value), "incident") + (" each" if lead.tied else "")
    claims = {"lead": lead, "most": outside(most, "the highest count, which the claim lead holds")}
    claims |= {"none": rows(frame, where={"incidents": 0}), "all": rows(frame)}
    first = f"{{lead}} {lead.verb('is', 'are')} named most often"
    rest = f"as {'receivers' if lead.tied else 'receiver'}{which}{kind}: {{most}}."
    return sentence(
        first, rest, "For {none} of {all} states and territories no such incident is recorded.", **claims
    )


who_received = Exhibit(
    "who_received",
    "Who received the incidents?",
    data=received,
    draw=draw_received,
    say=say_received,
    caveat="how often a state was attacked, only how often this record names it as a receiver. An incident counts once for "
    "each state that received it, so the counts add up to more than the incidents. Bodies of the European Union are left out.",
    sources=("incident_receivers", "incident_initiators", "incidents", "states"),
    initiator=choice(origins, label="Initiator", help="as named in at least one attribution"),
    sector=choice([ANYTHING, "State institutions", "Critical infrastructure", "Companies"], label="Sector"),
)


# ---------------------------------------------------------------- 3. one incident in full

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
    return (
        f"on {day(date)}"
        if len(date) == 10
        else f"in {pd.Timestamp(date):%B %Y}"
        if len(date) == 7
        else f"in {date}"
    )


def say_incident(frame: pd.DataFrame, words: str) -> Sentence:
    """When it began and when an origin was first stated; how many other incidents fit the words."""
    if frame.empty:
        hint = "No incident fits these words. " if words.strip() else ""
        return empty(frame, None, f"{hint}Type part of a name, or a number from the explorer's table.")
    name = frame.loc[frame["part"] == "Name", "what"].iloc[0]
    short = name if len(name) <= 100 else name[:99].rstrip() + "…"
    began = frame.loc[(frame["part"] == "Incident") & (frame["what"] == "began"), "date"]
    named = frame.loc[(frame["part"] == "Attribution") & (frame["date"] != ""), "date"]
    said, others = (
        rows(frame, "statement", where={"part": "Attribution"}),
        rows(frame, "other incident", where={"part": "Also fits"}),
    )
    claims = {"name": outside(f"“{short}”", "the row Name, shortened"), "said": said, "others": others}
    claims["began"] = outside(on_day(began.iloc[0] if len(began) else ""), "date of the row began")
    claims["first"] = outside(
        on_day(named.iloc[0]) if len(named) else "", "date of the first dated Attribution"
    )
    first = "an origin was first stated {first}" if len(named) else "no dated statement names an origin"
    also = (
        f"{{others}} {others.verb('fits', 'fit')} these words"
        if others
        else "no other incident fits these words"
    )
    coded = f"{{said}} of an origin {said.verb('is', 'are')} coded"
    return sentence("{name} began {began}", f"; {first}.", f"{coded}; {also}.", **claims)


def cannot_show_incident(frame: pd.DataFrame) -> str:
    """What an incident's codes do not say; that an early incident's responses were not looked for."""
    said = (
        "who did it: attributions are what others said, not findings of ours. A date is as exact as the source has it; "
        "a year alone stands at its 1 January in the picture."
    )
    if (frame["what"] == f"Added to the record: {load('incidents')['added_on'].min():%Y-%m-%d}").any():
        said += (
            " This incident came with the first load, for which responses were hardly coded: an empty row of responses "
            "means that nobody looked."
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
        (label, *_), lead = leads, next(iter(leads.values()))
        first = f"{{{label}}} {lead.verb('is', 'are')} named most often in {among}"
    shares = "; ".join(f"{label} {{{label}.percent}}" for label in leads)
    counts = "; ".join(f"{label} {{{label}_n.counts}}, interval {{{label}_n.interval}}" for label in leads)
    return sentence(first, f"; shares {shares}.", f"{counts}.", **claims)


def cannot_show_three(frame: pd.DataFrame, rule: str) -> str:
    """What the comparison leaves out; what the narrowest rule drops."""
    said = (
        "what was never reported: the intervals cover chance alone. Years are those of the start in EuRepoC and DCID and of "
        "the disclosure in CFR. An item that names two states counts for both. EuRepoC counts here by its settled "
        "attributions; DCID names a state in every row and holds pairs of rivals only."
    )
    if rule == observatories.RIVALS:
        said += " CFR writes many victims in words that name no state; under this rule such rows drop out."
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
            ("As published", observatories.PUBLISHED),
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
        observatories.COARSE: "unknown",
        observatories.UNDATED: "outside",
        observatories.UNHELD: "none",
    },
}
SAID = {  # question: answers counted, those among which, what the sentence says
    "held": (
        [observatories.HELD, observatories.PART, observatories.WIDER],
        {"in scope": "yes"},
        "Of the incidents in its scope, each record holds most",
        "",
    ),
    "names": (
        [observatories.AGREE],
        {"answer": [observatories.AGREE, observatories.DIFFER, observatories.SILENT]},
        "Where a state was named officially, each record names the same one",
        "",
    ),
    "starts": (
        [observatories.NEAR],
        {"answer": [observatories.NEAR, observatories.FAR]},
        "Starts often differ by more than a month",
        "; within a month of ours lie",
    ),
}


def draw_same(frame: pd.DataFrame, compare: str) -> go.Figure:
    answer = frame["answer"].replace(dict.fromkeys((observatories.PART, observatories.WIDER), IN_PART))
    named = frame.assign(row=frame["began"].astype("str") + " " + frame["incident"], answer=answer)
    return marks.matrix(named, "row", "observatory", "answer", kinds=LOOKS[compare])


def say_same(frame: pd.DataFrame, compare: str) -> Sentence:
    """For each record: how many it holds of those in scope, or how often it agrees of those that can be compared."""
    good, whole, first, what = SAID[compare]
    claims = {}
    for label in LABELS:
        among = {"observatory": label, **whole}
        claims[label] = part(frame, None, {**among, "answer": good}, among=among)
    claims = {label: claim for label, claim in claims.items() if claim.n}
    said = "; ".join(f"{label} {{{label}}}" for label in claims)
    counts = "; ".join(f"{label} {{{label}.counts}}, interval {{{label}.interval}}" for label in claims)
    return sentence(first, f"{what}: {said}.", f"{counts}.", **claims)


same_incidents = Exhibit(
    "same_incidents",
    "Do three observatories hold the same incidents?",
    data=observatories.looked_up,
    draw=draw_same,
    say=say_same,
    caveat="how it stands with incidents that nobody remembers: these were chosen because they are famous, and matched by hand "
    "once. Agreement here is an upper bound, and the intervals do not speak for other incidents. CFR gives the day of "
    "disclosure and no start.",
    sources=("anchor_incidents", "anchor_matches", "incidents", "cfr_operations", "dcid_incidents"),
    compare=choice(
        [("Is it held?", "held"), ("Whom does it name?", "names"), ("When did it begin?", "starts")],
        label="Compare",
    ),
)
