"""Norms, national positions and the UN process, from hand-compiled lists."""

from __future__ import annotations

import pandas as pd

from recipes.contract import SEEN_IN, Raw, RecipeError, Table, curated, field

# Experts in each group, as the sources of the round give the number
GROUP_SIZE = {"2004-05": 15, "2009-10": 15, "2012-13": 15, "2014-15": 20, "2016-17": 25, "2019-21": 25}
ACTORS = {"European Union and its member states": "EUU"}
PRECISION = ("day", "month", "year")
_OURS = "Labels, grouping and wording are the handbook's; quote the document, not the label."
_SEEN = SEEN_IN


def _span(name: str, column: str) -> str:
    """First to last date or year of a hand-compiled list, as it stands."""
    values = curated(name)[column]
    return f"{values[values != ''].min()} to {values.max()}"


def _coverage() -> dict[str, str]:
    positions, members, lists = curated("positions"), curated("memberships"), curated("instruments")
    rounds = ", ".join(sorted(curated("gge_members")["round"].unique()))
    whole = (lists.complete == "true").sum()
    return {
        "positions": f"{positions.actor.nunique()} actors, {_span('positions', 'year')}",
        "process_timeline": _span("process_timeline", "date"),
        "gge_members": f"rounds {rounds}",
        "instruments": f"{lists.instrument.nunique()} instruments, {len(lists)} lists, {whole} of them whole",
        "memberships": f"{members.instrument.nunique()} instruments, {_span('memberships', 'on')}",
    }


_COVERAGE = _coverage()

TABLES = [
    Table(
        name="norms",
        title="The eleven norms of 2015",
        description="The voluntary norms of responsible state behaviour of A/70/174, paragraph 13 (a) to "
        "(k), in our words.",
        theme="norms",
        sources=("curated",),
        fields=(
            field("code", "string", "Letter of the sub-paragraph.", required=True),
            field("label", "string", "Short name, ours.", required=True),
            field("asks", "string", "What it asks of states, in our words.", required=True),
            field(
                "direction",
                "string",
                "Whether it tells states to refrain from something or to do something.",
                enum=("restrains", "requires"),
                required=True,
            ),
            field("document", "string", "Paragraph of the report.", required=True),
            field("elaborated_in", "string", "Report that explains the norm.", required=True),
            field("source", "string", "UN document behind the text.", required=True),
            field("url", "string", "Page on which the text was read.", required=True),
        ),
        key=("code",),
        coverage="2015, all eleven norms",
        as_of="2026-11",
        caveats=(
            "Voluntary and not binding: the report says so of norms as against international law.",
            "Several norms do both; direction is the main thrust as we read it: (c), (f) and (k) "
            "restrain, the others require.",
            "The report itself was not read for this table: the text was read where others quote it (url).",
            _OURS,
        ),
    ),
    Table(
        name="norm_links",
        title="What each norm touches",
        description="Types of incident and rules of law that we connect with each of the eleven norms.",
        theme="norms",
        sources=("curated",),
        fields=(
            field("code", "string", "Norm.", required=True),
            field("kind", "string", "What it is linked with.", enum=("incident type", "law"), required=True),
            field("linked", "string", "Type of incident or rule of law.", required=True),
        ),
        key=("code", "kind", "linked"),
        foreign=((("code",), "norms", ("code",)),),
        coverage="all eleven norms",
        as_of="2026-11",
        caveats=("The links are our reading, for teaching: the report of 2015 does not draw them.",),
    ),
    Table(
        name="positions",
        title="Views of states on international law in cyberspace",
        description="Who said what, when, on which issue: one row per actor, issue and document.",
        theme="sovereignty",
        sources=("curated",),
        fields=(
            field("actor", "string", "State or organisation.", required=True),
            field("iso3", "string", "Code; EUU for the European Union, empty for other organisations."),
            field("issue", "string", "Question of law, our grouping.", required=True),
            field("stance", "string", "Stance, in a few words that repeat across actors.", required=True),
            field("stance_text", "string", "Stance in one sentence of our own.", required=True),
            field("year", "year", "Year of the document; empty where it was not seen."),
            field("document", "string", "Document.", required=True),
            field("url", "string", "Its page.", required=True),
            field("seen_in", "string", "Where it was read.", required=True),
            field(
                "confidence",
                "string",
                "How directly the words were seen.",
                enum=("medium", "high"),
                ordered=True,
                required=True,
            ),
        ),
        key=("actor", "issue", "document"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage=_COVERAGE["positions"],
        as_of="2026-11",
        caveats=(
            "A floor, not a census: more states have spoken than are here. A gap is not a no, and silence "
            "is not opposition.",
            "A state may have several rows on an issue, from different years: views change.",
            "States that publish views are mostly European or allied: shares over these rows are not "
            "shares of the world.",
            "The position of the European Union is that of the Union and its members together; the "
            "African Union's speaks for "
            "its 55 members. Neither is copied to the members here.",
            "Medium confidence: seen through a summary or a secondary page.",
            _OURS,
        ),
    ),
    Table(
        name="process_timeline",
        title="Steps in cyber diplomacy",
        description="UN steps, treaties, clubs, laws, court rulings, sanctions and well-known incidents, "
        "in order of time.",
        theme="norms",
        sources=("curated",),
        fields=(
            field(
                "date", "date", "Day; the first of the month or year where only that is known.", required=True
            ),
            field("date_precision", "string", "What of the date is known.", enum=PRECISION, required=True),
            field("event", "string", "What happened, in our words.", required=True),
            field(
                "kind",
                "string",
                "Kind of step.",
                enum=(
                    "un_resolution",
                    "un_report",
                    "process",
                    "treaty",
                    "club",
                    "domestic_law",
                    "court",
                    "sanctions",
                    "incident",
                ),
                required=True,
            ),
            field("symbol", "string", "Symbol or number of the document."),
            field("outcome", "string", "What came of it.", required=True),
            field("source", "string", "Source.", required=True),
            field("url", "string", "Its page.", required=True),
            field("seen_in", "string", _SEEN, required=True),
        ),
        key=("date", "event"),
        coverage=_COVERAGE["process_timeline"],
        as_of="2026-11",
        caveats=(
            "A selection for teaching, not a register: what is missing is not unimportant.",
            "Attributions of incidents are claims by those named in outcome, on that date; denials are "
            "noted where seen.",
            "Entries of 2026 are as scheduled or announced where the outcome was not seen.",
        ),
    ),
    Table(
        name="gge_members",
        title="Members of the UN groups of governmental experts",
        description="States whose experts sat in a group of governmental experts on ICT, by round.",
        theme="norms",
        sources=("curated",),
        fields=(
            field("round", "string", "Years in which the group met.", required=True),
            field("iso3", "string", "State of the expert.", required=True),
            field("report", "string", "Symbol of the group's report."),
            field(
                "group_size", "integer", "Experts in the group, as sources give the number.", required=True
            ),
            field("complete", "boolean", "Whether all members of the round are here.", required=True),
            field("source", "string", "Source of the list.", required=True),
            field("url", "string", "Its page.", required=True),
            field("seen_in", "string", _SEEN, required=True),
            field(
                "confidence",
                "string",
                "How sure the entry is.",
                enum=("medium", "high"),
                ordered=True,
                required=True,
            ),
            field("note", "string", "Remark."),
        ),
        key=("round", "iso3"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage=_COVERAGE["gge_members"],
        as_of="2026-11",
        caveats=(
            "Only members seen in a source are here. There were six rounds (2004-05, 2009-10, "
            "2012-13, 2014-15, 2016-17, "
            "2019-21); complete says which are whole. A state or round that is missing is unknown, not absent.",
            "Experts sat in their own capacity by invitation of the Secretary-General: membership is not "
            "a national position.",
        ),
    ),
    Table(
        name="instruments",
        title="Instruments and initiatives",
        description="Treaties, declarations and coalitions of memberships, one row per role, with how "
        "complete each list is.",
        theme="norms",
        sources=("curated",),
        fields=(
            field("instrument", "string", "Short name.", required=True),
            field("role", "string", "Role that the list is of.", required=True),
            field("title", "string", "Full name.", required=True),
            field("kind", "string", "Kind of instrument.", required=True),
            field("opened_on", "date", "Opened for signature, or launched."),
            field("in_force_on", "date", "Entered into force; empty where it has not, or is not a treaty."),
            field("symbol", "string", "Official number or page."),
            field(
                "complete", "boolean", "Whether the list was seen whole as of the day given.", required=True
            ),
            field(
                "as_of",
                "string",
                "Day, month or year for which the list holds.",
                required=True,
            ),
            field("n_stated", "integer", "Members as a source states the number, where one does."),
            field(
                "n_listed",
                "integer",
                "Members in memberships that belong to the list of that day; later ones are in "
                "memberships too.",
                required=True,
            ),
            field("note", "string", "Remark."),
        ),
        key=("instrument", "role"),
        coverage=_COVERAGE["instruments"],
        as_of="2026-11",
        caveats=(
            "Where complete is false, a state that is not listed is unknown, NOT a non-member.",
            "A list with n_listed 0 is named for its stated size; no list of names was seen.",
            "n_stated may count states only, n_listed counts organisations too; note says so.",
            "Complete means complete on its as_of day: later accessions may be missing.",
        ),
    ),
    Table(
        name="memberships",
        title="Who has joined what",
        description="Parties, signatories, members and supporters of each instrument, with day and source.",
        theme="norms",
        sources=("curated",),
        fields=(
            field("instrument", "string", "Instrument.", required=True),
            field(
                "member",
                "string",
                "Code of the state, or name of an organisation without one.",
                required=True,
            ),
            field("iso3", "string", "Code; EUU for the European Union, empty for other organisations."),
            field("entity_kind", "string", "Kind of member.", required=True),
            field("role", "string", "Role.", required=True),
            field("on", "date", "Day of joining; first of the month or year where only that was seen."),
            field(
                "on_precision",
                "string",
                "What of the day is known; empty where the day was not seen.",
                enum=PRECISION,
            ),
            field("on_event", "string", "What happened on that day."),
            field(
                "complete",
                "boolean",
                "Whether the list of this instrument and role is whole (see instruments).",
                required=True,
            ),
            field("source", "string", "Source.", required=True),
            field("url", "string", "Its page.", required=True),
            field("seen_in", "string", _SEEN, required=True),
            field(
                "confidence",
                "string",
                "How sure the entry is.",
                enum=("low", "medium", "high"),
                ordered=True,
                required=True,
            ),
            field("note", "string", "Remark."),
        ),
        key=("instrument", "role", "member"),
        foreign=(
            (("iso3",), "states", ("iso3",)),
            (("instrument", "role"), "instruments", ("instrument", "role")),
        ),
        coverage=_COVERAGE["memberships"],
        as_of="2026-11",
        caveats=(
            "Some lists are cut short: use complete before you count a state as outside.",
            "What the day means depends on the role: signature for signatories, ratification or accession "
            "for parties, the "
            "meeting for the Counter Ransomware Initiative.",
            "Lists of a few names (Paris Call, WCIT-12) are there for those states, not for the whole.",
            "Signing is not ratifying: a signatory of a convention is not bound by it.",
            "Taiwan and Kosovo appear where the initiative lists them (entity_kind territory is the "
            "list's, not a judgement).",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """All tables; no raw file is needed, only data/curated."""
    norms = curated("norms").rename(
        columns={"restrains_or_requires": "direction", "elaboration_document": "elaborated_in"}
    )
    links = pd.concat(
        [_links(norms, "related_incident_types", "incident type"), _links(norms, "related_law", "law")],
        ignore_index=True,
    )
    positions = curated("positions")
    positions["iso3"] = positions.actor.map(ACTORS).fillna(positions.iso3)
    made = {
        "norms": norms,
        "norm_links": links,
        "positions": positions,
        "process_timeline": _timeline(),
        "gge_members": _experts(),
        **_memberships(),
    }
    return {t.name: made[t.name][t.columns] for t in TABLES}


def whole_date(text: str) -> str:
    """A date of reduced precision as its first day: "2010-06" becomes "2010-06-01"."""
    return text + "-01-01"[3 * (text.count("-")) :] if text else ""


def _links(norms: pd.DataFrame, column: str, kind: str) -> pd.DataFrame:
    out = (
        norms[["code", column]]
        .assign(linked=norms[column].str.split(";"))
        .explode("linked", ignore_index=True)
    )
    return out.assign(kind=kind, linked=out.linked.str.strip())[["code", "kind", "linked"]]


def _timeline() -> pd.DataFrame:
    d = curated("process_timeline").rename(columns={"precision": "date_precision"})
    fits = d.date.str.count("-").map({0: "year", 1: "month", 2: "day"})
    if (fits != d.date_precision).any():
        raise RecipeError("process_timeline: a date is longer or shorter than its precision says")
    return d.assign(date=d.date.map(whole_date))


def _experts() -> pd.DataFrame:
    d = curated("gge_members")
    size = d["round"].map(GROUP_SIZE)
    n = d.groupby("round").iso3.transform("size")
    if size.isna().any() or (n > size).any():
        raise RecipeError("gge_members: a round of unknown size, or with more members than experts")
    return d.assign(group_size=size, complete=(n == size).map({True: "true", False: "false"}))


def _memberships() -> dict[str, pd.DataFrame]:
    instruments = curated("instruments").rename(
        columns={"official_symbol_or_url": "symbol", "n_expected": "n_stated"}
    )
    d = curated("memberships")
    nameless = (d.iso3 == "") & (d.note == "")
    if nameless.any():
        raise RecipeError(
            f"memberships: {int(nameless.sum())} rows with neither a code nor a name in the note"
        )
    whole = instruments.set_index(["instrument", "role"]).complete
    keys = pd.MultiIndex.from_frame(d[["instrument", "role"]])
    d = d.assign(
        member=d.iso3.where(d.iso3 != "", d.note),
        complete=whole.reindex(keys).to_numpy(),
        on=d.on.map(whole_date),
        on_precision=d.on_precision.replace("none", ""),
    )
    n = d.groupby(["instrument", "role"]).size().reindex(whole.index, fill_value=0).to_numpy()
    if (n < instruments.n_listed.astype(int).to_numpy()).any():
        raise RecipeError("instruments: memberships has fewer rows than n_listed says")
    return {"instruments": instruments, "memberships": d}
