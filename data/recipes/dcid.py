"""Dyadic Cyber Incident and Campaign Dataset 2.0: incidents between rival states, and what both sides did around them."""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

from .contract import Raw, RecipeError, Table, field
from .places import code

# Correlates of War numbers of the states in the file, checked against the names in StateA and StateB.
COW = {
    2: "USA",
    20: "CAN",
    200: "GBR",
    220: "FRA",
    255: "DEU",
    290: "POL",
    365: "RUS",
    366: "EST",
    368: "LTU",
    369: "UKR",
    372: "GEO",
    630: "IRN",
    640: "TUR",
    645: "IRQ",
    652: "SYR",
    660: "LBN",
    666: "ISR",
    670: "SAU",
    692: "BHR",
    700: "AFG",
    710: "CHN",
    713: "TWN",
    731: "PRK",
    732: "KOR",
    740: "JPN",
    750: "IND",
    770: "PAK",
    816: "VNM",
    830: "SGP",
    840: "PHL",
    900: "AUS",
}
ABBREVIATED = {"N Korea": "PRK", "S Korea": "KOR"}
METHODS = {
    1: "vandalism",
    2: "denial of service",
    3: "intrusion",
    3.1: "intrusion",
    4: "infiltration",
    4.1: "logic bomb",
    4.2: "virus",
    4.3: "worm",
    4.4: "keystroke logger",
}
TARGETS = {1: "private", 2: "government, not military", 3: "military"}
OBJECTIVES = {1: "disruption", 2: "short-term espionage", 3: "long-term espionage", 4: "degradation"}
DAMAGE = {1: "direct, immediate", 2: "direct, delayed", 3: "indirect, immediate", 4: "indirect, delayed"}
SECTORS = {
    1: "chemical",
    2: "commercial facilities",
    3: "communications",
    4: "critical manufacturing",
    5: "dams",
    6: "defence industry",
    7: "emergency services",
    8: "energy",
    9: "financial services",
    10: "food and agriculture",
    11: "government facilities",
    12: "health",
    13: "information technology",
    14: "nuclear",
    15: "transport",
    16: "water",
    17: "other",
}
# Columns of the second sheet: our name, the source's, what it is. Negative acts first.
ACTS = {
    "diplomatic_negative": (
        ("d_deny_reject", "Ddeny/reject-", "Denies or rejects."),
        ("d_threat_demand", "Dthreat/demand-", "Threatens or demands."),
    ),
    "diplomatic_positive": (
        ("d_negotiate", "Dnegotiate+", "Negotiates."),
        ("d_agreement", "Dagreement+", "Makes an agreement."),
    ),
    "economic_negative": (
        ("e_reduce", "Ereduce-", "Reduces relations or aid."),
        ("e_threat", "Ethreat-", "Threatens in economic matters."),
        ("e_embargo_sanction", "Eemb/sanc-", "Embargo or sanctions."),
    ),
    "economic_positive": (
        ("e_cooperate", "Ecoop+", "Cooperates."),
        ("e_ease", "Eease+", "Eases sanctions."),
        ("e_aid", "Eaid+", "Gives aid."),
    ),
    "military_negative": (
        ("m_threat", "Mthreat-", "Threatens force."),
        ("m_display", "Mdisplay-", "Displays force."),
        ("m_use", "Musage-", "Uses force."),
    ),
    "military_positive": (
        ("m_promise", "Mpromise+", "Promises support."),
        ("m_cooperate", "Mcoop+", "Cooperates."),
        ("m_confidence", "Mconfid+", "Builds confidence."),
    ),
}

_CODES = (
    "The codebook was not obtained. Labels are those of a student's published script that decodes the file "
    "with the "
    "codebook's pages (mklovak/regimes-cyber-operations), and agree with the curator's list; method 4 "
    "without a "
    "decimal and 3.1 are not in that script."
)
_SCOPE = (
    "Only pairs of rival states, so other pairs, and attackers without a state, are missing by design; "
    "nothing after "
    "January 2021."
)
_STATES = tuple(((c,), "states", ("iso3",)) for c in ("state_a", "state_b", "initiator_iso3"))
_COMMON = {
    "theme": "deterrence",
    "sources": ("dcid",),
    "coverage": "Incidents between 40 pairs of rival states that began 2000-09-01 to 2021-01-05",
    "as_of": "2023-02",
}


def _enum(codes: dict) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes.values()))


_CODED = (
    field("method", "string", "Method of the initiator.", enum=_enum(METHODS)),
    field("target_type", "string", "Kind of target.", enum=_enum(TARGETS)),
    field("objective", "string", "Objective of the initiator.", enum=_enum(OBJECTIVES)),
    field("severity", "integer", "Severity, 0 to 10; 1 to 6 occur.", unit="0-10"),
    field("damage", "string", "Kind of damage.", enum=_enum(DAMAGE)),
)

TABLES = [
    Table(
        name="dcid_incidents",
        title="Cyber incidents between rival states (DCID 2.0)",
        description="One row per incident: the pair of rivals, who initiated, how, against what, with what "
        "aim, "
        "severity and success, as the authors code it.",
        fields=(
            field("dcid_id", "integer", "Cyberincidentnum of the first sheet.", required=True),
            field("name", "string", "Name.", required=True),
            field("state_a", "string", "First state of the pair.", required=True),
            field("state_b", "string", "Second state of the pair.", required=True),
            field("initiator_iso3", "string", "State that initiated.", required=True),
            field("receiver_iso3", "string", "The other state of the pair (derived by us)."),
            field("start_on", "date", "Start.", required=True),
            field("end_on", "date", "End."),
            *_CODED,
            field("sector", "string", "Critical-infrastructure sector of the target.", enum=_enum(SECTORS)),
            field("information_operation", "boolean", "Part of an information operation.", required=True),
            field("objective_achieved", "boolean", "The initiator reached its objective.", required=True),
            field("concession", "boolean", "The target changed its behaviour as wanted.", required=True),
            field(
                "third_party_initiator", "boolean", "A third party acted for the initiator.", required=True
            ),
            field("supply_chain", "boolean", "Through the supply chain.", required=True),
            field("ransomware", "boolean", "Ransomware was used.", required=True),
            field("method_code", "number", "Method as coded in the file."),
            field("url", "string", "First source."),
        ),
        key=("dcid_id",),
        foreign=(*_STATES, (("receiver_iso3",), "states", ("iso3",))),
        caveats=(
            _SCOPE,
            _CODES,
            "Campaigns are cut by pair of states, target and phase: NotPetya, Stuxnet or WannaCry are "
            "several rows.",
            "In 4 rows (291, 292, 309, 331) the initiator is not one of the pair; receiver_iso3 is empty "
            "there.",
            "Some dates are slips of the source, among them 1 end before its start (left empty); 1 row has "
            "no sector.",
            "Initiators are the authors' judgement from public sources, not statements by states.",
        ),
        dropped=(
            "0 incidents: 429 in, 429 out.",
            "Political objective (others' text), second and further sources, links to official documents.",
        ),
        **_COMMON,
    ),
    Table(
        name="dcid_actions",
        title="What both rivals did around each incident (DCID 2.0)",
        description="Two rows per incident number of the second sheet, one for each side: its own cyber "
        "action, if "
        "any, and its diplomatic, economic and military acts.",
        fields=(
            field("action_id", "integer", "Cyberincidentnum of the second sheet (1 to 431).", required=True),
            field("n", "integer", "Row of the pair, 1 or 2.", required=True),
            field(
                "dcid_id",
                "integer",
                "Incident of dcid_incidents with the same pair, name and initiator, where there is exactly "
                "one "
                "(matched by us).",
            ),
            field("state_a", "string", "First state of the pair.", required=True),
            field("state_b", "string", "Second state of the pair.", required=True),
            field("initiator_iso3", "string", "State whose acts the row codes.", required=True),
            field("target_iso3", "string", "State towards which it acts.", required=True),
            field("name", "string", "Name of its cyber action."),
            field("start_on", "date", "Start.", required=True),
            field(
                "no_action",
                "boolean",
                "No cyber action by this side (severity and method are 0).",
                required=True,
            ),
            *_CODED,
            field("information_operation", "boolean", "Part of an information operation.", required=True),
            field("objective_achieved", "boolean", "It reached its objective.", required=True),
            field("concession", "boolean", "The other side changed its behaviour.", required=True),
            field("cyber_escalation", "boolean", "Answer in cyberspace of higher severity.", required=True),
            *(
                field(name, "number", f"{what} Weight of the source's event scale; 0 is none.")
                for acts in ACTS.values()
                for name, _, what in acts
            ),
            *(
                field(
                    f"n_{block}",
                    "integer",
                    f"Kinds of {block.replace('_', ', ')} acts present (counted by us).",
                    required=True,
                )
                for block in ACTS
            ),
            field("n_escalation", "integer", "Sum of the three negative counts (0-8).", required=True),
            field("n_deescalation", "integer", "Sum of the three positive counts (0-8).", required=True),
        ),
        key=("action_id", "n"),
        foreign=(
            *_STATES,
            (("target_iso3",), "states", ("iso3",)),
            (("dcid_id",), "dcid_incidents", ("dcid_id",)),
        ),
        caveats=(
            "The numbers of the two sheets do NOT name the same incident: join by dcid_id, which is empty "
            "for most rows "
            "without a cyber action, and never by action_id.",
            _SCOPE,
            _CODES,
            "371 rows have neither method nor severity: read as no cyber action by that side. 4 rows have "
            "one of the two.",
            "Names and codes of acts are read from the column heads; what window around the incident they "
            "cover is in "
            "the codebook, which was not obtained.",
            "The source's own counts are partly typed and partly formulas and differ from ours in a few "
            "rows.",
            "In 2 rows initiator and target are the same state (257, 344).",
        ),
        dropped=("371 empty rows at the end of the sheet; the source's eight columns of counts and sums.",),
        **_COMMON,
    ),
]


@cache
def _sheets(path: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    frames = []
    for sheet in book.worksheets[:2]:
        rows = list(sheet.iter_rows(values_only=True))
        frame = pd.DataFrame(rows[1:], columns=[str(h).strip() for h in rows[0]], dtype=object)
        frames.append(frame[frame["Cyberincidentnum"].notna()].reset_index(drop=True))
    return frames[0], frames[1]


def cow(number) -> str:
    """ISO code of a Correlates of War number in the file.

    Raises
    ------
    RecipeError
        A number the recipe does not know.
    """
    if int(number) not in COW:
        raise RecipeError(f"dcid: state number {number} is unknown")
    return COW[int(number)]


def pair(number, a: str, b: str) -> tuple[str, str]:
    """The two states of a Dyadpair, checked against the names beside it.

    Raises
    ------
    RecipeError
        Number and names do not agree.
    """
    text = str(int(number))
    found = [
        (COW[int(text[:i])], COW[int(text[i:])])
        for i in range(1, len(text))
        if text[i] != "0" and int(text[:i]) in COW and int(text[i:]) in COW
    ]
    if len(found) != 1:
        raise RecipeError(f"dcid: pair {text} can be read as {found}")
    named = [ABBREVIATED.get(s.strip()) or code(s) for s in (a, b)]
    if set(named) != set(found[0]):
        raise RecipeError(f"dcid: pair {text} is {found[0]}, the names say {named}")
    return found[0]


def coded(frame: pd.DataFrame) -> dict:
    """The columns that both sheets share."""

    def label(column: str, codes: dict) -> list[str]:
        values = [float(v) for v in frame[column]]
        if lost := {v for v in values if v and v not in codes}:
            raise RecipeError(f"dcid: {column} has unknown codes {lost}")
        return [codes.get(v, "") for v in values]

    return {
        "method": label("method", METHODS),
        "target_type": label("targettype", TARGETS),
        "objective": label("cyber_objective", OBJECTIVES),
        "severity": [int(v) for v in frame["severity"]],
        "damage": label("damage type", DAMAGE),
        "information_operation": flag(frame["information_operation"]),
        "objective_achieved": flag(frame["objective_achievement"]),
        "concession": flag(frame["Concession"]),
    }


def flag(values: pd.Series) -> list[str]:
    """0 and 1 as "false" and "true"."""
    return [{0: "false", 1: "true"}[int(v)] for v in values]


def same(name) -> str:
    """A name for comparing: letters and digits only, lower case."""
    return re.sub(r"[^a-z0-9]", "", str(name).lower()) if isinstance(name, str) else ""


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Make both tables. Raises ``RecipeError`` when incidents are lost or a code is unknown."""
    first, second = _sheets(str(raw.path("dcid")))
    if len(first) != 429 or len(second) != 862:
        raise RecipeError(f"dcid: {len(first)} and {len(second)} rows, expected 429 and 862")

    pairs = [pair(*r) for r in first[["Dyadpair", "StateA", "StateB"]].itertuples(index=False)]
    one = pd.DataFrame(
        {
            "dcid_id": [int(v) for v in first["Cyberincidentnum"]],
            "name": first["Name"].str.strip(),
            "state_a": [a for a, _ in pairs],
            "state_b": [b for _, b in pairs],
            "initiator_iso3": first["initiator"].map(cow),
        }
        | coded(first)
    )
    one["receiver_iso3"] = [
        a if i == b else b if i == a else ""
        for a, b, i in zip(one["state_a"], one["state_b"], one["initiator_iso3"], strict=True)
    ]
    one["start_on"] = [v.strftime("%Y-%m-%d") for v in first["interactionstartdate"]]
    ends = [v.strftime("%Y-%m-%d") for v in first["interactionenddate"]]
    one["end_on"] = [e if e >= s else "" for s, e in zip(one["start_on"], ends, strict=True)]
    one["sector"] = [SECTORS.get(int(v), "") for v in first["Crit Inf"]]
    one["third_party_initiator"] = flag(first["3rdpartyinitiator"])
    one["supply_chain"] = flag(first["Supply Ch"])
    one["ransomware"] = flag(first["Ransomware"])
    one["method_code"] = first["method"].astype(float)
    links = first["Sources1"].map(lambda v: re.search(r"https?://[^\s\"<>,;]+", str(v)))
    one["url"] = [m[0] if m else "" for m in links]

    pairs = [pair(*r) for r in second[["Dyadpair", "StateA", "StateB"]].itertuples(index=False)]
    two = pd.DataFrame(
        {
            "action_id": [int(v) for v in second["Cyberincidentnum"]],
            "state_a": [a for a, _ in pairs],
            "state_b": [b for _, b in pairs],
            "initiator_iso3": second["initiator"].map(cow),
            "target_iso3": second["target"].map(cow),
            "name": second["Name"].map(lambda v: v.strip() if isinstance(v, str) else ""),
            "start_on": [v.strftime("%Y-%m-%d") for v in second["interactionstartdate"]],
        }
        | coded(second)
    )
    two["n"] = two.groupby("action_id").cumcount() + 1
    two["no_action"] = [
        str(float(m) == 0 and s == 0).lower() for m, s in zip(second["method"], two["severity"], strict=True)
    ]
    two["cyber_escalation"] = flag(second["Cyber_escalation"])
    for block, acts in ACTS.items():
        for name, source, _ in acts:
            two[name] = second[source].astype(float)
        two[f"n_{block}"] = (two[[a[0] for a in acts]] != 0).sum(axis=1)
    for total, sign in (("n_escalation", "negative"), ("n_deescalation", "positive")):
        two[total] = two[[f"n_{b}" for b in ACTS if b.endswith(sign)]].sum(axis=1)

    by = ["state_a", "state_b", "initiator_iso3", "same"]
    left = one.assign(same=one["name"].map(same))
    left = left.drop_duplicates(by, keep=False).set_index(by)["dcid_id"]
    right = two.assign(same=two["name"].map(same))
    once = (right["same"] != "") & ~right.duplicated(by, keep=False)
    two["dcid_id"] = [
        left.get(tuple(k), "") if ok else ""
        for k, ok in zip(right[by].itertuples(index=False), once, strict=True)
    ]
    return {"dcid_incidents": one, "dcid_actions": two}
