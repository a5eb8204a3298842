"""Recorded votes of the UN General Assembly on information and communications technologies (ICT)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, RecipeError, Table, curated, field

CODES = {"1": "yes", "2": "abstain", "3": "no", "8": "absent", "9": "not a member"}
VOTES = ("yes", "abstain", "no", "absent")

# Votes that the roll-call file lacks and the record of the UN Digital Library has; which states they are
# is said in data/curated/un_vote_tallies.csv. (resolution, iso3): (vote in the record, what the file has)
FROM_RECORD = {
    ("A/RES/78/16", "TUR"): ("yes", "absent"),
    ("A/RES/78/16", "YEM"): ("yes", "not a member"),
    ("A/RES/78/16", "ZMB"): ("yes", "absent"),
    ("A/RES/78/16", "ZWE"): ("yes", "absent"),
    ("A/RES/78/237", "TUR"): ("no", "not a member"),
}
LEADS = {"Russia": "RUS", "United States": "USA", "France": "FRA"}
RECORD_NOTE = "the roll-call file lacks this vote; taken from the voting record of the UN Digital Library"
SERBIA_NOTE = "cast as Serbia and Montenegro; Serbia holds that seat today"

_CAMPS = (
    "Which state leads a text is known for some texts only: an empty sponsor_line means that no source "
    "that "
    "names the sponsors was seen, not that there were none."
)

TABLES = [
    Table(
        name="un_resolutions",
        title="General Assembly resolutions on ICT put to a recorded vote",
        description="The 23 roll calls of the plenary behind un_votes: symbol, day, subject in our words, "
        "who led the text "
        "where a source names them, and how the roll call was identified.",
        theme="norms",
        sources=("curated", "un_voting_data", "un_digital_library"),
        fields=(
            field("resolution", "string", "UN document symbol.", required=True),
            field("date", "date", "Day of the plenary vote.", required=True),
            field("session", "integer", "Session of the General Assembly.", required=True),
            field("short_title", "string", "What it is about, in our words.", required=True),
            field("sponsor_line", "string", "States that led or tabled the text, where a source names them."),
            field("led_by", "string", "The one state that led it, where sponsor_line begins with one."),
            field(
                "topic",
                "string",
                "Subject, our grouping.",
                enum=(
                    "ICT security",
                    "cybercrime",
                    "military AI",
                    "technology and development",
                    "human rights online",
                ),
                required=True,
            ),
            field("body", "string", "Main committee the text came from, where a source says."),
            field(
                "identified_by",
                "string",
                "How the roll call was first matched with the resolution: the symbol stands in the "
                "roll-call file, or it "
                "was inferred from date, tally and pattern.",
                enum=("symbol", "inference"),
                required=True,
            ),
            field(
                "confidence",
                "string",
                "How sure the match is, after comparison with records and press.",
                enum=("low", "medium", "high"),
                ordered=True,
                required=True,
            ),
            field(
                "roll_call", "integer", "Number of the roll call in the Voeten data (rcid), where it has one."
            ),
            field(
                "basis", "string", "Roll-call file, and the record that confirms the match.", required=True
            ),
            field("seen_in", "string", "Where subject, sponsors or committee were seen."),
        ),
        key=("resolution",),
        foreign=((("led_by",), "states", ("iso3",)),),
        coverage="2005-12-08 to 2025-12-18, recorded plenary votes only",
        as_of="2025-12-31",
        caveats=(
            "Only texts put to a recorded vote in plenary: those adopted without a vote (the yearly ICT "
            "text of sessions 64 "
            "to 70 among them, as far as known) are not here, so the list shows dispute, not the whole "
            "record.",
            "The second half of 2024 is missing: no usable copy of those roll calls was found.",
            _CAMPS,
            "Six roll calls of 2020 to 2023 come from a file without symbols and were first identified by "
            "inference; the "
            "symbols in the records of the UN Digital Library have since confirmed all six.",
            "The abstention of Singapore was one of the clues for the four of 2022 and 2023: do not "
            "report it as a finding.",
            "The topics of 2025 (military AI, development, human rights) differ from the earlier ones: "
            "compare like with like.",
        ),
    ),
    Table(
        name="un_votes",
        title="How each state voted on ICT resolutions",
        description="One row per state and roll call of un_resolutions: yes, abstain, no or absent.",
        theme="norms",
        sources=("un_ict_votes", "un_voting_data", "un_digital_library"),
        fields=(
            field("resolution", "string", "UN document symbol.", required=True),
            field("iso3", "string", "State.", required=True),
            field(
                "vote",
                "string",
                "Vote; absent means absent or not voting.",
                enum=VOTES,
                required=True,
            ),
            field(
                "in_file",
                "string",
                "What the roll-call file has for this state, before any correction.",
                enum=(*VOTES, "not a member"),
                required=True,
            ),
            field("note", "string", "Why vote and in_file differ, or what is particular about the seat."),
        ),
        key=("resolution", "iso3"),
        foreign=((("resolution",), "un_resolutions", ("resolution",)), (("iso3",), "states", ("iso3",))),
        coverage="23 roll calls, 2005-12-08 to 2025-12-18; 191 to 193 states each",
        as_of="2025-12-31",
        caveats=(
            "Absent is not an opinion: a delegation may be out of the room, or lack the vote because of "
            "arrears.",
            "The roll calls to 2019 list no absences; theirs are taken from the second file, which has "
            "the same roll calls, "
            "agrees in every vote, and tells absent from not yet a member.",
            "Five votes that the roll-call file lacks (one of Turkiye, Yemen, Zambia and Zimbabwe on "
            "78/16, one of Turkiye "
            "on 78/237) are taken from the official record; in_file and note show them.",
            "The file of 2025 has 191 states: Afghanistan and Venezuela, members, have no row in the six "
            "roll calls of "
            "that year. Why is not said in the file.",
            "In 2005 the seat of Serbia was held by Serbia and Montenegro; the vote stands under SRB with "
            "a note.",
            "Not members of the UN, so never here: Taiwan, Kosovo, Palestine and the Holy See (observers "
            "do not vote), "
            "Hong Kong, the European Union.",
            "Intentions notified after the vote change no record and are not here.",
        ),
        dropped=("The country names and labels of the raw file (the codes carry them).",),
    ),
    Table(
        name="un_vote_tallies",
        title="Official tallies of the ICT votes",
        description="Totals of a roll call as an official record or the press gives them, beside what the "
        "roll-call file adds up to.",
        theme="norms",
        sources=("curated", "un_digital_library", "un_voting_data"),
        fields=(
            field("resolution", "string", "UN document symbol.", required=True),
            field("yes", "integer", "Votes in favour.", required=True),
            field("no", "integer", "Votes against.", required=True),
            field("abstain", "integer", "Abstentions.", required=True),
            field("non_voting", "integer", "Members that did not vote, where given."),
            field("kind", "string", "Kind of record.", enum=("official", "press"), required=True),
            field("source", "string", "Record or report.", required=True),
            field("url", "string", "Its address.", required=True),
            field("seen_in", "string", "Where it was read.", required=True),
            field(
                "file_yes", "integer", "Votes in favour in the roll-call file, uncorrected.", required=True
            ),
            field("file_no", "integer", "Votes against in the roll-call file, uncorrected.", required=True),
            field(
                "file_abstain", "integer", "Abstentions in the roll-call file, uncorrected.", required=True
            ),
            field("difference", "string", "Which votes the file lacks; empty where the two agree."),
        ),
        key=("resolution",),
        foreign=((("resolution",), "un_resolutions", ("resolution",)),),
        coverage="13 of the 23 roll calls, 2019-12-27 to 2025-12-18",
        as_of="2025-12-31",
        caveats=(
            "For ten roll calls of 2005 to 2019 no official or press tally was seen, so theirs rest on "
            "the roll-call file alone.",
            "The totals of 2025 come from the same copy of the UN Digital Library as the votes: they "
            "check the file's "
            "arithmetic, not the copy.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """All three tables."""
    votes = _votes(raw)
    notes, tallies = curated("un_resolution_notes"), curated("un_vote_tallies")
    return {
        "un_resolutions": _resolutions(notes, raw.csv("un_ict_votes")),
        "un_votes": votes,
        "un_vote_tallies": _tallies(tallies, votes),
    }


def _resolutions(notes: pd.DataFrame, ict: pd.DataFrame) -> pd.DataFrame:
    calls = ict.groupby("resolution")[["rcid", "date"]].first()
    missing = set(calls.index) ^ set(notes.resolution)
    if missing:
        raise RecipeError(f"un_resolutions: notes and votes name different resolutions: {sorted(missing)}")
    if (notes.date != notes.resolution.map(calls.date)).any():
        raise RecipeError("un_resolutions: a date in the notes differs from the roll-call file")
    out = notes.rename(columns={"source": "basis"})
    out["led_by"] = out.sponsor_line.str.extract(f"^({'|'.join(LEADS)})")[0].map(LEADS)
    out["session"] = out.resolution.str.split("/").str[2]
    out["roll_call"] = pd.to_numeric(out.resolution.map(calls.rcid)).astype("Int64")
    return out


def _votes(raw: Raw) -> pd.DataFrame:
    ict = raw.csv("un_ict_votes")
    wide = raw.csv("un_roll_calls_wide")
    calls = ict[["resolution", "date", "rcid"]].drop_duplicates()
    calls = calls[calls.rcid != ""].assign(rcid=lambda d: d.rcid.astype(float).astype(int).astype(str))
    rows = calls.merge(wide, on=["rcid", "date"], validate="one_to_one")
    if len(rows) != len(calls):
        raise RecipeError("un_votes: a roll call is not in the wide file under its number and date")
    states = [c for c in wide.columns if len(c) == 3 and c.isupper()]
    full = rows.melt("resolution", states, "iso3", "in_file")
    full["in_file"] = full.in_file.str[0].map(CODES)
    both = ict.merge(full, on=["resolution", "iso3"])
    if (both.vote != both.in_file).any():
        raise RecipeError("un_votes: the two roll-call files disagree on an ICT vote")
    later = ict[ict.rcid == ""].assign(in_file=lambda d: d.vote)[["resolution", "iso3", "in_file"]]
    out = pd.concat([full, later], ignore_index=True)
    keys = list(zip(out.resolution, out.iso3, strict=True))
    out["vote"] = [FROM_RECORD.get(k, (v,))[0] for k, v in zip(keys, out.in_file, strict=True)]
    out["note"] = [RECORD_NOTE if k in FROM_RECORD else "" for k in keys]
    for k, v in zip(keys, out.in_file, strict=True):
        if k in FROM_RECORD and FROM_RECORD[k][1] != v:
            raise RecipeError(f"un_votes: the file now has {v!r} for {k}")
    out.loc[(out.resolution == "A/RES/60/45") & (out.iso3 == "SRB"), "note"] = SERBIA_NOTE
    return out[out.vote != "not a member"]


def _tallies(tallies: pd.DataFrame, votes: pd.DataFrame) -> pd.DataFrame:
    count = votes.groupby(["resolution", "in_file"]).size().unstack(fill_value=0)
    out = tallies.drop(columns="compared_with_roll_call_file")
    for kind in ("yes", "no", "abstain"):
        out[f"file_{kind}"] = out.resolution.map(count[kind])
    out["kind"] = out.source.str.startswith("UN Digital Library").map({True: "official", False: "press"})
    said = tallies.compared_with_roll_call_file
    out["difference"] = said.where(~said.str.startswith("agrees"), "")
    return out
