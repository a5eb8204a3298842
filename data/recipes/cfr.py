"""Cyber Operations Tracker of the Council on Foreign Relations, copy of February 2023."""

from __future__ import annotations

import html
import re

import pandas as pd

from .contract import Raw, RecipeError, Table, field
from .places import code

TYPES = (
    "Espionage",
    "Sabotage",
    "Denial of service",
    "Data destruction",
    "Financial Theft",
    "Defacement",
    "Doxing",
)
SECTORS = ("Government", "Private sector", "Civil society", "Military")
RESPONSES = (
    "Denouncement",
    "Criminal charges",
    "Sanctions",
    "Confirmation",
    "Denial",
    "Hack Back",
    "Unknown",
)
SLIPS = {
    "Parkistan": "PAK",
    "Lebonon": "LBN",
    "Phillipines": "PHL",
    "Tajikstan": "TJK",
    "Krygzstan": "KGZ",
    "Government of Mongolia": "MNG",
}

_ID = field("cfr_id", "string", "cfr- and the number of the row in the raw file, from 0001.", required=True)
_N = field("n", "integer", "Number of the entry within its operation.", required=True)
_FK = ((("cfr_id",), "cfr_operations", ("cfr_id",)),)
_STATE = (("iso3",), "states", ("iso3",))
_COMMON = {
    "theme": "deterrence",
    "sources": ("cfr",),
    "coverage": "Operations disclosed 2005-08-25 to 2022-12-24 and believed sponsored by a state; 762 rows",
    "as_of": "2023-02-06",
}

TABLES = [
    Table(
        name="cfr_operations",
        title="State-sponsored cyber operations (CFR)",
        description="One row per operation that the Council on Foreign Relations believes a state sponsored.",
        fields=(
            _ID,
            field("title", "string", "Title.", required=True),
            field("disclosed_on", "date", "Day of disclosure; not of the operation."),
            field("affiliation", "string", "Threat group, where the source names one."),
            field("type", "string", "Type of operation.", enum=TYPES),
            field(
                "response",
                "string",
                "Kind of response by the victim's side, the sponsor (denial) or the press (confirmation).",
                enum=RESPONSES,
            ),
            field("response_url", "string", "Address on the response."),
            field("url", "string", "First source."),
        ),
        key=("cfr_id",),
        caveats=(
            "disclosed_on is when it became known: a wave of reports is not a wave of attacks. 15 rows "
            "have no date.",
            "By its own rule the tracker holds only operations with a presumed state sponsor: it cannot "
            "show what share "
            "of attacks states make.",
            "Profiles of groups and single incidents stand side by side; 4 titles occur twice.",
            "'Unknown' as response is the source's word; empty (582 rows) means that it gives none.",
            "Some quotation marks became '??' in this copy.",
        ),
        dropped=(
            "6 of 768 rows whose columns are shifted (numbers 112, 127, 208, 239, 262 and 333).",
            "0 more, but in row 479 (Chrysene) the victims were torn over several columns: put together "
            "again, without "
            "a sponsor, and only those victims that survive in the file.",
            "Descriptions and texts of responses (others' sentences); second and third sources; "
            "affiliations that are "
            "sentences ('Believed to be the work of ...').",
        ),
        **_COMMON,
    ),
    Table(
        name="cfr_sponsors",
        title="Presumed sponsors of operations (CFR)",
        description="One row per operation and presumed state sponsor.",
        fields=(
            _ID,
            _N,
            field("iso3", "string", "Presumed sponsor."),
            field("as_written", "string", "The source's word.", required=True),
        ),
        key=("cfr_id", "n"),
        foreign=(*_FK, _STATE),
        caveats=("A presumption by the tracker's editors, not a finding; 41 operations have no sponsor.",),
        **_COMMON,
    ),
    Table(
        name="cfr_victims",
        title="Victims of operations (CFR)",
        description="One row per operation and entry in the list of victims: states where the entry is "
        "one, else "
        "the source's word.",
        fields=(
            _ID,
            _N,
            field("iso3", "string", "Victim, where the entry is a state or territory."),
            field("as_written", "string", "The source's word.", required=True),
        ),
        key=("cfr_id", "n"),
        foreign=(*_FK, _STATE),
        caveats=(
            "Entries mix states with ministries, firms, groups of people and half-sentences: where iso3 is "
            "empty the "
            "country is not coded, so shares by country count only operations with a named state.",
        ),
        dropped=("Entries longer than 80 characters (sentences) and names of persons.",),
        **_COMMON,
    ),
    Table(
        name="cfr_sectors",
        title="Sectors hit by operations (CFR)",
        description="One row per operation and victim sector.",
        fields=(_ID, field("sector", "string", "Sector of the victims.", enum=SECTORS, required=True)),
        key=("cfr_id", "sector"),
        foreign=_FK,
        caveats=("An operation may have several sectors; 24 have none.",),
        **_COMMON,
    ),
]


def listed(cell: str) -> list[str]:
    """Entries of a comma list in which names may hold a comma ("Palestine, State of"): the longest known name wins."""
    parts, out = [p.strip(" \"'.") for p in cell.split(",")], []
    while parts:
        for n in range(min(3, len(parts)), 0, -1):
            piece = ", ".join(parts[:n])
            if n == 1 or code(piece):
                out.append(piece)
                parts = parts[n:]
                break
    return [p for p in dict.fromkeys(out) if p]


def address(text: str) -> str:
    """The first http(s) address in a cell, or ""."""
    found = re.search(r"https?://[^\s\"<>]+", html.unescape(text))
    return found[0].rstrip(".,;") if found else ""


def entries(frame: pd.DataFrame, column: str, drop=lambda text: False) -> pd.DataFrame:
    """One row per operation and entry of a list column."""
    rows = []
    for cfr_id, cell in zip(frame["cfr_id"], frame[column], strict=True):
        kept = [e for e in listed(html.unescape(cell)) if not drop(e)]
        rows += [(cfr_id, n, SLIPS.get(e) or code(e.removeprefix("and ")), e) for n, e in enumerate(kept, 1)]
    return pd.DataFrame(rows, columns=["cfr_id", "n", "iso3", "as_written"])


# Entries that name a natural person.
PERSON = re.compile(
    r"^(Ben Hubbard|Jeff Bezos|Maati Monjib|and Abdessadak .*|Omar Abdulaziz|Yahya Assiri|Carlos Loret de Mola|"
    r"Ewa Wrzosek|and Roman Giertych|Krzysztof Brezja|Kamel Jendoubi|Hanan Elatr)$"
)


def mended(row: pd.Series) -> pd.Series:
    """Row 479, whose list of victims was torn over four columns at its commas, put together again."""
    if row["cfr_id"] != "cfr-0479":
        return row
    row = row.copy()
    torn = [
        row["Description"].rpartition(",")[2],
        *(row[c].strip(' "') for c in ("Response", "Victims", "Sponsor")),
    ]
    row["Victims"] = ", ".join(v for v in torn if code(v))
    row["Type"], row["Category"], row["Sources_1"] = row["Category"], row["Sources_1"], row["Sources_2"]
    row["Affiliations"] = row["Response"] = row["Sponsor"] = ""
    return row


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Make the CFR tables.

    Raises
    ------
    RecipeError
        Other than 762 sound rows, or an unknown kind of response.
    """
    frame = raw.csv("cfr_operations")
    frame["cfr_id"] = [f"cfr-{n:04d}" for n in range(1, len(frame) + 1)]
    frame = frame[frame["Type"].isin([*TYPES, ""])]
    if len(frame) != 762:
        raise RecipeError(f"cfr: {len(frame)} sound rows, expected 762")
    frame = frame.apply(mended, axis=1)
    out = pd.DataFrame({"cfr_id": frame["cfr_id"], "title": frame["Title"].map(html.unescape)})
    out["disclosed_on"] = [
        "" if not d else pd.to_datetime(d, format="%m/%d/%Y").strftime("%Y-%m-%d")
        for d in frame["Date"].str.strip()
    ]
    groups = frame["Affiliations"].map(html.unescape).str.strip()
    prose = groups.str.contains("believed", case=False) | (groups.str.len() > 80)
    out["affiliation"] = groups.where(~prose, "")
    out["type"] = frame["Type"]
    kinds = frame["Response"].map(lambda t: next((k for k in RESPONSES if t.strip().startswith(k)), ""))
    if lost := sorted(set(frame["Response"].str.strip()[kinds == ""]) - {""}):
        raise RecipeError(f"cfr: unknown kinds of response: {[t[:40] for t in lost]}")
    out["response"] = kinds
    out["response_url"] = frame["Response"].map(address)
    out["url"] = frame["Sources_1"].map(address)
    sectors = [
        (i, s)
        for i, cell in zip(frame["cfr_id"], frame["Category"], strict=True)
        for s in dict.fromkeys(x.strip() for x in cell.split(","))
        if s in SECTORS
    ]
    return {
        "cfr_operations": out,
        "cfr_sponsors": entries(frame, "Sponsor"),
        "cfr_victims": entries(frame, "Victims", lambda e: len(e) > 80 or bool(PERSON.match(e))),
        "cfr_sectors": pd.DataFrame(sectors, columns=["cfr_id", "sector"]),
    }
