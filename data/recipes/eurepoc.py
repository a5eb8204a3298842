"""EuRepoC v1.3: one row an incident, and a long table for everything a source cell lists.

Raw cells hold parallel lists split by ";". They are split outside parentheses only (a role may hold
a semicolon), repeated values are kept once, and "Not available", "NA" and "Unknown" become codes.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache

import pandas as pd

from .contract import Raw, RecipeError, Table, curated, field
from .places import STATUSES, place, places

MISSING = {"", "Not available", "NA", "#N/A"}
LONGEST_LINK = 400

# ---------------------------------------------------------------- codes: what the source writes, what we write
TYPES = {
    "Data theft": "data theft",
    "Data theft & Doxing": "data theft and doxing",
    "Disruption": "disruption",
    "Hijacking with Misuse": "hijacking with misuse",
    "Hijacking without Misuse": "hijacking without misuse",
    "Ransomware": "ransomware",
}
CRITERIA = {
    "Attack conducted by nation state": "state attacker",
    "Attack conducted by non-state group": "non-state attacker with political goals",
    "Attack on (inter alia) political target(s), not politicized": "political target, not politicised",
    "Attack on (inter alia) political target(s), politicized": "political target, politicised",
    "Attack on non-political target(s), politicized": "other target, politicised",
    "Attack on critical infrastructure target(s)": "critical infrastructure target",
}
DISCLOSERS = {
    "Incident disclosed by attacker": "attacker",
    "Incident disclosed by IT-security company": "security company",
    "Incident disclosed by victim": "victim",
    "Incident disclosed by media": "media",
    "Incident disclosed by authorities of victim state": "authorities of the victim's state",
    "Incident disclosed by third-party-actor": "third party or another state's authorities",
}
CATEGORIES = {
    "State institutions / political system": "State institutions",
    "Critical infrastructure": "Critical infrastructure",
    "Corporate Targets": "Companies",
    "Media": "Media",
    "Social groups": "Social groups",
    "Education": "Education",
    "Science": "Science",
    "End user(s) / specially protected groups": "End users",
    "International / supranational organization": "International organisations",
    "Other": "Other",
    "Unknown": "Unknown",
}
# Receivers in these categories may be named; in the others names are mostly of persons.
NAMED = {
    "State institutions",
    "Critical infrastructure",
    "Companies",
    "Media",
    "Education",
    "Science",
    "International organisations",
}
INITIATORS = {
    "State": "state",
    "State affiliated actor": "state-affiliated",
    "Non-state-group": "non-state group",
    "Individual hacker(s)": "individual",
    "Other": "other",
    "Unknown": "unknown",
    "Not attributed": "not attributed",
}
INITIATOR_KINDS = {
    "Hacktivist(s)": "hacktivists",
    "Criminal(s)": "criminals",
    "Terrorist(s)": "terrorists",
    "Ethnic actors": "ethnic actors",
    "Religious actors": "religious actors",
    "Private technology companies": "private companies or researchers",
    "Non-state-group, state-affiliation suggested": "state affiliation suggested",
}
ATTRIBUTION_TYPES = {
    "Technical report": "technical report",
    "Self-attribution in the course of the attack": "self-attribution during the attack",
    "Direct statement in media report": "direct statement in media or on social media",
    "Anonymous statement in media report": "anonymous statement in media",
    "Political statement / report": "political statement",
    "Domestic legal action": "domestic legal action",
    "Attribution given, type unclear": "type unclear",
    "Media report": "media report without source",
    "Statement in media report and political": "media statement and political or technical report",
    "Political statement/report and indictment": "political statement and indictment or sanctions",
    "Statement in media report and indictment": "media statement and indictment or sanctions",
}
BASES = {
    "Attacker confirms": "attacker confirms",
    "IT-security community attributes attacker": "security community",
    "Attribution by receiver government / state entity": "receiver's government",
    "Receiver attributes attacker": "receiver",
    "Attribution by third-party": "third party",
    "Media-based attribution": "media",
    "Attribution by EU institution/agency": "EU institution",
    "Attribution by international organization": "international organisation",
    "Contested attribution": "contested",
}
ATTRIBUTION_SUBTYPES = {
    "Indictment": "indictment",
    "Arrests": "arrests",
    "Sanctions": "sanctions",
    "Hearings": "hearings",
    "Lawsuit (by private actors)": "private lawsuit",
}
ISSUES = {
    "System / ideology": "system or ideology",
    "System/ideology": "system or ideology",
    "International power": "international power",
    "National power": "national power",
    "Subnational predominance": "subnational predominance",
    "Territory": "territory",
    "Secession": "secession",
    "Autonomy": "autonomy",
    "Decolonization": "decolonisation",
    "Resources": "resources",
    "Cyber-specific": "cyber-specific",
    "Third-party intervention / third-party affection": "third-party intervention",
    "Other": "other",
    "Unknown": "unknown",
}
RESPONSE_LAW = {
    "Unfriendly acts/retorsions justified": "retorsion",
    "Countermeasures under international law justified": "countermeasures",
    "No response justified": "none",
}
RESPONSIBILITY = {
    "None/Negligent": "none or negligent",
    "Indirect": "indirect",
    "Direct": "direct",
}
DATA_THEFT = {
    "none": "none",
    "For private / commercial targets: non-sensitive": "non-sensitive",
    "For private / commercial targets: sensitive": "sensitive",
}
DISRUPTION = {"none": "none", "Short-term": "under 24 hours", "Long-term": "over 24 hours"}
HIJACKING = {
    "none": "none",
    "Hijacking, not used": "without misuse",
    "Hijacking, system misuse": "with misuse",
}
SPATIAL = {"none": "none", "Local": "local", "Widespread": "widespread"}
TEMPORAL = {"none": "none", "Short duration": "under 24 hours", "Long lasting": "over 24 hours"}
FUNCTIONAL = {
    "No system interference": "none",
    "Day (": "under a day",
    "Days (": "days",
    "Weeks": "weeks",
    "Months": "months",
}
# In words, because a spreadsheet takes "1-10" for a date.
BANDS = {
    "1-10": "1 to 10",
    "11-50": "11 to 50",
    "51-200": "51 to 200",
    "201-500": "201 to 500",
    "501-10000": "501 to 10000",
    "> 10000": "over 10000",
}
INTELLIGENCE = {
    "No data breach": "none",
    "Minor data breach/exfiltration (no critical/sensitive information), but no": "minor breach",
    "Data corruption": "corruption, or major breach",
    "Minor data breach/exfiltration (no critical/sensitive information), data": "minor breach with corruption or leak",
    "Major data breach": "major breach with corruption or leak",
}
ACTORS = {
    "State Actors": "state",
    "EU member states": "EU member state",
    "EU": "EU",
    "International organizations": "international organisation",
}
MEASURES = {
    "Stabilizing measures": "stabilising",
    "Preventive measures": "preventive",
    "Legislative reactions": "legislative",
    "Executive reactions": "executive",
    "Cooperative measures": "cooperative",
    "Other legal measures on national level": "national legal measures",
    "Peaceful means: Retorsion": "retorsion",
    "Proclamation of public emergency": "public emergency",
    "No justification under IL": "no justification in international law",
}
# Who acts when the source gives a region as the responding party.
ACTING = {"EU (region)": ("EUU", "organisation", ""), "NATO (region)": ("", "organisation", "NATO")}
HIIK = ("1", "2", "3", "4", "5")


def coded(text: str, codes: dict[str, str]) -> str:
    """Our word for a source label; the longest key that the label starts with wins.

    Raises
    ------
    RecipeError
        A label that the recipe does not know.
    """
    text = text.strip()
    if text in MISSING:
        return ""
    found = [k for k in codes if text.startswith(k)]
    if not found:
        raise RecipeError(f"eurepoc: unknown label {text!r}")
    return codes[max(found, key=len)]


def split(text: str) -> list[str]:
    """Parts of a ";" list, not splitting inside parentheses."""
    out, depth, part = [], 0, ""
    for c in text:
        depth += (c == "(") - (c == ")")
        if c == ";" and depth <= 0:
            out.append(part.strip())
            part, depth = "", 0
        else:
            part += c
    return [*out, part.strip()]


def unique(values) -> list[str]:
    """Values once each, in order, without the missing ones."""
    return [v for v in dict.fromkeys(values) if v not in MISSING]


# ---------------------------------------------------------------- names of persons stay out
ROLE = re.compile(
    r"president|minister|lawyer|attorney|journalist|senator|member of|congress|spokes|chair|director|activist|"
    r"business|advis|developer|manager|chief|CEO|politician|\bMPs?\b|ambassador|professor|editor|leader|candidate|"
    r"founder|blogger|reporter|mayor|governor|secretary|head of|deputy|councillor|councilor|commissioner|"
    r"researcher|expert|admiral|commander|academics|judge|ombuds|coordinator|co-ordinator|official at|executive|"
    r"prosecutor at|assistant|parliament|D-NC|Defence Minister|CTO|CISO|spokesman|Coloner|premier|"
    r"Public Defender|Cybersecurity and Infrastructure Security Agency \(CISA\), United|Agency, Czech",
    re.IGNORECASE,
)
OFFICE = re.compile(r"^(?P<name>[^()]+?)\s*\((?P<role>.*)\)?\s*(?:et al\.)?$")
ORGANISATION_WORDS = re.compile(
    r"ministry|agency|service|office|police|council|committee|department|group|team|bank|universit|institute|"
    r"bureau|centre|center|court|commission|directorate|authority|force|command|state|union|company|party|house|"
    r"federal|national|security|intelligence|union|headquarters|newspaper|television|news|government|embassy|"
    r"COMMITTEE|prosecutor|procureur|association|administration|organi[sz]ation",
    re.IGNORECASE,
)


@cache
def _persons() -> dict[str, str]:
    table = curated("eurepoc_persons")
    return dict(zip(table["sha256_16"], table["organisation"], strict=True))


def without_person(name: str) -> tuple[str, str]:
    """A name without a natural person's: (what may be printed, its kind).

    The kind is "organisation", "office" (the role the source gives a person: "President, USA"),
    "person" (nothing may be printed) or "" (no name).
    """
    name = name.strip(" \u200f\xa0")
    if name in MISSING:
        return "", ""
    listed = _persons().get(hashlib.sha256(name.encode()).hexdigest()[:16])
    if listed is not None:
        return listed, "organisation" if listed else "person"
    found = OFFICE.match(name)
    if found and ROLE.search(found["role"]) and not ORGANISATION_WORDS.search(found["name"]):
        role = found["role"].strip()
        return role.removesuffix(")") if role.count(")") > role.count("(") else role, "office"
    return name, "organisation"


# ---------------------------------------------------------------- dates
def date(text: str) -> tuple[str, str]:
    """(ISO date, precision) of "DD.MM.YYYY", "YYYY-M-D", "YYYY-M" or "YYYY"; ("", "") when missing.

    In "YYYY-M-D" the source writes days without a leading zero; "-01" fills in for an unknown day.
    """
    text = text.strip()
    if text in MISSING or text == "Unknown":
        return "", ""
    if m := re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", text):
        return f"{m[3]}-{m[2]}-{m[1]}", "day"
    if m := re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text):
        precision = "year" if not m[2] else "month" if m[3] in (None, "01") else "day"
        return f"{m[1]}-{int(m[2] or 1):02d}-{int(m[3] or 1):02d}", precision
    raise RecipeError(f"eurepoc: date {text!r}")


def round_date(iso: str) -> str:
    """How exact a start or end date can be taken to be: 1 January may be a year, the first a month."""
    return "" if not iso else "year" if iso.endswith("-01-01") else "month" if iso.endswith("-01") else "day"


# ---------------------------------------------------------------- reading
@cache
def _read(path: str) -> pd.DataFrame:
    import openpyxl

    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    rows = sheet.iter_rows(values_only=True)
    seen: dict[str, int] = {}
    names = []
    for h in next(rows):
        seen[h] = seen.get(h, 0) + 1
        names.append(h if seen[h] == 1 else f"settled_{h}")
    frame = pd.DataFrame([["" if v is None else v for v in r] for r in rows], columns=names, dtype=object)
    for c in ("added_to_db", "updated_at"):
        frame[c] = [v.strftime("%Y-%m-%d") for v in frame[c]]
    return frame.astype(str)


def incidents(raw: pd.DataFrame) -> pd.DataFrame:
    """One row per incident."""
    rows = []
    for r in raw.itertuples(index=False):
        start, end = date(r.start_date)[0], date(r.end_date)[0]
        backwards = bool(start and end and end < start)
        criteria = set(unique(split(r.inclusion_criterion)))
        countries = [p for c in split(r.settled_initiator_country) for p in places(c)]
        statuses = {p[1] for p in countries}
        status = (
            "attributed"
            if statuses & {"state", "region", "organisation"}
            else "origin unknown"
            if statuses & {"unknown", "not_available"}
            else "not attributed"
        )
        score = "" if r.impact_indicator_label in MISSING else r.impact_indicator_score
        rows.append(
            {
                "incident_id": r.incident_id,
                "name": r.name.strip(),
                "start_on": start,
                "start_precision": round_date(start),
                "start_status": "given" if start else "not available",
                "end_on": "" if backwards else end,
                "end_precision": "" if backwards else round_date(end),
                "end_status": "before start" if backwards else "given" if end else "not available",
                "attribution_status": status,
                "settled": "true" if "True" in r.settled_initiator else "false",
                "n_attributions": r.number_attributions,
                "in_scope_before_2023": (
                    ""
                    if not criteria
                    else str(any(not c.startswith("Attack on critical") for c in criteria)).lower()
                ),
                "has_disruption": r.has_disruption.lower(),
                "data_theft": coded(r.data_theft, DATA_THEFT),
                "disruption": coded(r.disruption, DISRUPTION),
                "hijacking": coded(r.hijacking, HIJACKING),
                "physical_spatial": coded(r.physical_effects_spatial, SPATIAL),
                "physical_temporal": coded(r.physical_effects_temporal, TEMPORAL),
                "unweighted_intensity": "" if r.unweighted_intensity in MISSING else r.unweighted_intensity,
                "weighted_intensity": "" if r.weighted_intensity in MISSING else r.weighted_intensity,
                "target_importance": coded(
                    r.target_multiplier, {"Moderate": "moderate to high", "Very high": "very high"}
                ),
                "impact": coded(
                    r.impact_indicator_label, {"Minor": "minor", "Low": "low", "Medium": "medium"}
                ),
                "impact_score": score,
                "functional_impact": coded(r.functional_impact, FUNCTIONAL),
                "intelligence_impact": coded(r.intelligence_impact, INTELLIGENCE),
                "affected_entities": coded(r.affected_entities, BANDS),
                "zero_days": coded(r.zero_days, {"Yes": "yes", "No": "no", "Unknown": "unknown"}),
                "zero_days_number": coded(r.zero_days_subcode, {"One": "one", "multiple": "several"}),
                "mitre_initial_access": "" if r.mitre_initial_access in MISSING else r.mitre_initial_access,
                "mitre_impact": "" if r.mitre_impact in MISSING else r.mitre_impact,
                "state_responsibility": coded(r.state_responsibility_actor, RESPONSIBILITY),
                "response_in_law": coded(r.response_indicator, RESPONSE_LAW),
                "n_political_responses": r.number_political_responses,
                "n_legal_responses": r.number_legal_responses,
                "added_on": r.added_to_db,
                "updated_on": r.updated_at,
            }
        )
    return pd.DataFrame(rows)


def long(raw: pd.DataFrame, column: str, codes: dict[str, str], name: str, **extra: str) -> pd.DataFrame:
    """One row per incident and distinct value of a list column."""
    rows = [
        {"incident_id": i, name: v} | extra
        for i, cell in zip(raw["incident_id"], raw[column], strict=True)
        for v in unique(coded(x, codes) for x in split(cell))
    ]
    return pd.DataFrame(rows)


def conflicts(raw: pd.DataFrame) -> pd.DataFrame:
    """Conflicts outside cyberspace that an incident is linked to, with their HIIK intensity."""
    rows = []
    for r in raw.itertuples(index=False):
        names, levels = split(r.offline_conflict_name), split(r.offline_conflict_intensity_subcode)
        if len(names) != len(levels):
            raise RecipeError(f"eurepoc: conflicts of incident {r.incident_id} do not line up")
        best: dict[str, str] = {}
        for n, level in zip(names, levels, strict=True):
            if n not in MISSING:
                n = re.sub(r"\s+", " ", n)
                best[n] = max(best.get(n, ""), "" if level in MISSING else level.removeprefix("HIIK "))
        rows += [{"incident_id": r.incident_id, "conflict": n, "hiik_intensity": v} for n, v in best.items()]
    return pd.DataFrame(rows)


def legal(raw: pd.DataFrame) -> pd.DataFrame:
    """International-law codings: obligations possibly breached, law invoked in the attribution, response allowed."""
    rows = []
    for r in raw.itertuples(index=False):
        for kind, codes, subcodes in (
            ("breach", r.il_breach_indicator, r.il_breach_indicator_subcode),
            ("attribution", r.attribution_legal_reference, r.attribution_legal_reference_subcode),
        ):
            for c, s in zip(split(codes), split(subcodes), strict=True):
                if c not in MISSING:
                    rows.append((r.incident_id, kind, c, "" if s in MISSING else s))
        if law := coded(r.response_indicator, RESPONSE_LAW):
            rows.append((r.incident_id, "response", law, ""))
    frame = pd.DataFrame(list(dict.fromkeys(rows)), columns=["incident_id", "kind", "code", "subcode"])
    return _numbered(frame, "incident_id")


def _numbered(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    frame = frame.reset_index(drop=True)
    frame["n"] = frame.groupby(by, sort=False).cumcount() + 1
    return frame


def receivers(raw: pd.DataFrame, table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Distinct receivers of each incident; the 92 incidents that the receiver table lacks come from the global one."""
    source = [
        (r.incident_id, r.name, r.country, r.category, r.subcategory) for r in table.itertuples(index=False)
    ]
    listed = set(table["incident_id"])
    for r in raw.itertuples(index=False):
        if r.incident_id in listed:
            continue
        cells = [split(c) for c in (r.receiver_country, r.receiver_category, r.receiver_subcategory)]
        names = split(r.receiver_name)
        if len({len(c) for c in cells}) != 1:
            raise RecipeError(f"eurepoc: receivers of incident {r.incident_id} do not line up")
        if len(names) != len(cells[0]):
            names = [""] * len(cells[0])
        source += [(r.incident_id, *v) for v in zip(names, *cells, strict=True)]
    rows, counts = [], {"raw": len(source), "names": 0}
    for i, name, country, category, subcategory in source:
        iso3, status, word = place(country)
        label = coded(category, CATEGORIES)
        shown, kind = without_person(name)
        if kind and (label not in NAMED or kind != "organisation"):
            counts["names"] += 1
            shown = ""
        sub = "" if subcategory in MISSING else re.sub(r" \(e\.g\..*\)", "", subcategory)
        rows.append((i, shown, iso3, status, word, label, sub))
    columns = ["incident_id", "receiver_name", "iso3", "place_status", "place", "category", "subcategory"]
    frame = pd.DataFrame(list(dict.fromkeys(rows)), columns=columns)
    return _numbered(frame, "incident_id"), counts


def initiators(raw: pd.DataFrame, table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Distinct initiators of each incident: the settled ones, and those other attributions name."""
    source = []
    for r in raw.itertuples(index=False):
        cells = [
            split(c)
            for c in (
                r.initiator_name,
                r.settled_initiator_country,
                r.settled_initiator_category,
                r.initiator_subcategory,
                r.settled_initiator,
            )
        ]
        if len(cells[0]) != len(cells[1]):
            # names beyond the other lists: the lists hold one country; it goes with every name
            if len(set(cells[1])) != 1:
                cells[0] = cells[0][: len(cells[1])]
            else:
                cells[1:] = [[c[0]] * len(cells[0]) for c in cells[1:]]
        source += [(r.incident_id, *v) for v in zip(*cells, strict=True)]
    source += [
        (
            r.incident_id,
            r.initiator_name,
            r.initiator_country,
            r.initiator_category,
            r.initiator_subcategory,
            "other",
        )
        for r in table.itertuples(index=False)
    ]
    rows: dict[tuple, str] = {}
    counts = {"names": 0}
    persons = set()
    for i, name, country, category, subcategory, settled in source:
        name = name.strip()
        shown, kind = without_person("" if name in ("Unknown", "Not attributed") else name)
        if kind in ("person", "office") or shown != name.strip(" \u200f\xa0") and shown:
            persons.add((i, name))
        shown = "" if kind in ("person", "office") else shown
        for iso3, status, word in places(country):
            key = (
                i,
                shown,
                iso3,
                status,
                word,
                coded(category, INITIATORS),
                coded(subcategory, INITIATOR_KINDS),
            )
            rows.setdefault(key, {"True": "true", "False": "false"}.get(settled, "false"))
    counts["names"] = len(persons)
    columns = [
        "incident_id",
        "initiator_name",
        "iso3",
        "origin_status",
        "origin",
        "category",
        "subcategory",
    ]
    frame = pd.DataFrame(list(rows), columns=columns)
    frame["settled"] = list(rows.values())
    return _numbered(frame, "incident_id"), counts


def attributions(raw: pd.DataFrame, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    """Attributions (distinct combinations of attributing and attributed place), and who made them."""
    source = [
        (
            r.attribution_id,
            r.incident_id,
            r.attribution_date,
            r.attribution_type,
            r.attribution_subtype,
            r.attribution_basis,
            r.attributing_country,
            r.initiator_country,
            r.initiator_category,
            r.settled_attribution,
            r.attributing_actor,
            r.attributing_company,
        )
        for r in table.itertuples(index=False)
    ]
    listed = set(table["incident_id"])
    for r in raw.itertuples(index=False):
        if r.incident_id in listed:
            continue
        cells = [
            split(c)
            for c in (
                r.attribution_id,
                r.attribution_date,
                r.attribution_type,
                r.attribution_basis,
                r.settled_initiator_country,
                r.settled_initiator_category,
                r.settled_initiator,
            )
        ]
        for aid, on, kind, basis, country, category, settled in zip(*cells, strict=True):
            for by in unique(split(r.attributing_country)) or ["Not available"]:
                for actor in unique(split(r.attributing_actor)) or [""]:
                    for company in unique(split(r.attributing_company)) or [""]:
                        source.append(
                            (
                                aid,
                                r.incident_id,
                                on,
                                kind,
                                "",
                                basis,
                                by,
                                country,
                                category,
                                settled,
                                actor,
                                company,
                            )
                        )
    rows, actors, persons = {}, {}, 0
    for aid, i, on, kind, sub, basis, by, country, category, settled, actor, company in source:
        day, precision = date(on)
        for b_iso, b_status, b_word in places(by):
            for iso3, status, word in places(country):
                rows[
                    (
                        aid,
                        i,
                        day,
                        precision,
                        coded(kind, ATTRIBUTION_TYPES),
                        coded(sub, ATTRIBUTION_SUBTYPES),
                        coded(basis, BASES),
                        b_iso,
                        b_status,
                        b_word,
                        iso3,
                        status,
                        word,
                        coded(category, INITIATORS),
                        {"True": "true", "False": "false"}.get(settled, ""),
                    )
                ] = None
        for text, what in ((actor, "actor"), (company, "company")):
            for part in split(text):
                shown, named = without_person(part)
                if named in ("person", "office"):
                    persons += 1
                if shown and shown != "Unknown":
                    actors[(aid, shown, "company" if what == "company" else named)] = None
    columns = [
        "attribution_id",
        "incident_id",
        "attributed_on",
        "attributed_precision",
        "type",
        "subtype",
        "basis",
        "attributing_iso3",
        "attributing_status",
        "attributing_place",
        "iso3",
        "origin_status",
        "origin",
        "category",
        "settled",
    ]
    frame = _numbered(pd.DataFrame(list(rows), columns=columns), "attribution_id")
    people = pd.DataFrame(list(actors), columns=["attribution_id", "actor", "kind"]).drop_duplicates(
        ["attribution_id", "actor"]
    )
    return frame, people, {"raw": len(source), "persons": persons}


def responses(raw: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Political and legal responses; a list position is a response when it has a date or a type."""
    rows, counts = [], {"empty": 0, "unaligned": 0, "persons": 0}
    for r in raw.to_dict("records"):
        for kind in ("political", "legal"):
            cells = [
                split(r[f"{kind}_response_{c}"])
                for c in ("date", "type", "subtype", "responding_country", "responding_actor")
            ]
            size = len(cells[0])
            if {len(c) for c in cells[:4]} != {size}:
                raise RecipeError(f"eurepoc: {kind} responses of incident {r['incident_id']} do not line up")
            if len(cells[4]) != size:
                counts["unaligned"] += 1
                cells[4] = [""] * size
            n = 0
            for on, what, sub, country, actor in zip(*cells, strict=True):
                day, precision = date(on)
                if not day and what in MISSING:
                    counts["empty"] += (country not in MISSING) or (actor not in MISSING)
                    continue
                n += 1
                group, _, measure = what.partition(": ") if kind == "political" else ("", "", what)
                iso3, status, word = ACTING.get(country) or place(country)
                shown, named = without_person(actor)
                counts["persons"] += named in ("office", "person")
                rows.append(
                    {
                        "incident_id": r["incident_id"],
                        "kind": kind,
                        "n": n,
                        "responded_on": day,
                        "responded_precision": precision,
                        "type": coded(measure, MEASURES),
                        "subtype": "" if sub in MISSING else sub,
                        "actor_group": coded(group, ACTORS) if what not in MISSING else "",
                        "iso3": iso3,
                        "place_status": status,
                        "place": word,
                        "actor": shown,
                        "actor_kind": named if shown else "",
                        "counted": str(int(r[f"number_{kind}_responses"]) > 0).lower(),
                    }
                )
    return pd.DataFrame(rows), counts


def links(raw: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, int]]:
    """Source links: http(s) addresses with a host, without text fragments."""
    rows, counts = {}, {"broken": 0, "long": 0}
    for i, cell in zip(raw["incident_id"], raw["source_url"], strict=True):
        parts = cell.split(";")
        if len(cell) >= 32767:
            parts.pop()
            counts["broken"] += 1
        for url in parts:
            url = url.strip().split("#:~:text=")[0]
            if url in MISSING:
                continue
            if not re.fullmatch(r"https?://[\w-]+(\.[\w-]+)+(:\d+)?([/?#][^\s\"<>]*)?", url):
                counts["broken"] += 1
            elif len(url) > LONGEST_LINK:
                counts["long"] += 1
            else:
                rows[(i, url)] = None
    return pd.DataFrame(list(rows), columns=["incident_id", "url"]), counts


# ---------------------------------------------------------------- schemas
_ID = field("incident_id", "integer", "EuRepoC's number of the incident.", required=True)
_FK = ((("incident_id",), "incidents", ("incident_id",)),)
_STATE = ("iso3",), "states", ("iso3",)
_COVERAGE = (
    "Incidents that began 2000-01-01 to 2024-12-19, worldwide; 3,414 incidents, 92 without a start date"
)
_PRECISION = ("day", "month", "year")
_REPORTED = (
    "Only incidents that became public and that coders found: more reports from some languages, sectors "
    "and years "
    "are not more attacks."
)
_RULE = (
    "The inclusion rule widened in February and March 2023 to any attack on critical infrastructure: part "
    "of the rise "
    "of 2022 to 2024 comes from that."
)


def _table(
    name, title, description, fields, key, caveats, dropped=(), foreign=_FK, coverage=_COVERAGE
) -> Table:
    return Table(
        name=name,
        title=title,
        description=description,
        theme="deterrence",
        sources=("eurepoc",),
        fields=fields,
        key=key,
        foreign=foreign,
        coverage=coverage,
        as_of="2025-03-03",
        caveats=caveats,
        dropped=dropped,
    )


def _code(name: str, what: str, codes: dict[str, str], **more):
    return field(name, "string", what, enum=tuple(dict.fromkeys(codes.values())), **more)


_N = field("n", "integer", "Number of the row within its incident or attribution.", required=True)


def _status(name: str, what: str):
    return field(
        name,
        "string",
        f"{what}: a state or territory, a region, an organisation, unknown (someone is named, the country "
        f"is not known), "
        "not attributed (nobody is named) or not available.",
        enum=STATUSES,
        required=True,
    )


TABLES = [
    _table(
        "incidents",
        "Cyber incidents (EuRepoC)",
        "One row per publicly reported cyber incident with a political dimension, or, since 2023, against "
        "critical "
        "infrastructure, with EuRepoC's codes for timing, effect, attribution, law and response.",
        (
            _ID,
            field("name", "string", "Short title.", required=True),
            field("start_on", "date", "Start of the incident."),
            field(
                "start_precision",
                "string",
                "How exact start_on can be taken to be, inferred by us: 1 January may stand for a year, "
                "the first of a "
                "month for the month.",
                enum=_PRECISION,
            ),
            field(
                "start_status",
                "string",
                "Why start_on is empty.",
                enum=("given", "not available"),
                required=True,
            ),
            field("end_on", "date", "End of the incident."),
            field("end_precision", "string", "As start_precision.", enum=_PRECISION),
            field(
                "end_status",
                "string",
                "Why end_on is empty: not available in the source, or printed as a day before the start.",
                enum=("given", "not available", "before start"),
                required=True,
            ),
            field(
                "attribution_status",
                "string",
                "Outcome of the attribution that EuRepoC follows: a country, region or organisation is "
                "named; someone "
                "acted but the origin is unknown; nobody is named.",
                enum=("attributed", "origin unknown", "not attributed"),
                required=True,
            ),
            field(
                "settled",
                "boolean",
                "EuRepoC marks the attribution it follows as settled. True for nearly all, also where "
                "nobody is named.",
                required=True,
            ),
            field(
                "n_attributions",
                "integer",
                "Number of attributions, as the source counts them.",
                required=True,
            ),
            field(
                "in_scope_before_2023",
                "boolean",
                "Derived by us: at least one inclusion criterion is other than an attack on critical "
                "infrastructure, so "
                "the rule in force before 2023 would have taken the incident. Empty where no criterion is "
                "given.",
            ),
            field(
                "has_disruption",
                "boolean",
                "The source's own flag; contradicts `disruption` in 26 rows.",
                required=True,
            ),
            _code("data_theft", "Kind of data stolen.", DATA_THEFT, ordered=True),
            _code("disruption", "Length of the disruption.", DISRUPTION, ordered=True),
            _code("hijacking", "Whether systems were entered, and misused.", HIJACKING, ordered=True),
            _code("physical_spatial", "Reach of physical effects.", SPATIAL, ordered=True),
            _code("physical_temporal", "Length of physical effects.", TEMPORAL, ordered=True),
            field(
                "unweighted_intensity", "integer", "Intensity before weighting by the target.", unit="points"
            ),
            field(
                "weighted_intensity",
                "integer",
                "Intensity, times 1.5 for very important targets.",
                unit="points",
            ),
            field(
                "target_importance",
                "string",
                "Political importance of the target; very high multiplies the intensity by 1.5.",
                enum=("moderate to high", "very high"),
                ordered=True,
            ),
            field(
                "impact",
                "string",
                "EuRepoC's impact indicator, in words.",
                enum=("minor", "low", "medium"),
                ordered=True,
            ),
            field("impact_score", "integer", "EuRepoC's impact indicator.", unit="points"),
            _code(
                "functional_impact",
                "How long the work of the receiver was disturbed.",
                FUNCTIONAL,
                ordered=True,
            ),
            _code("intelligence_impact", "What was lost, leaked or corrupted.", INTELLIGENCE),
            field(
                "affected_entities",
                "string",
                "Number of affected entities, as a band.",
                enum=tuple(BANDS.values()),
                ordered=True,
            ),
            field("zero_days", "string", "Unknown vulnerabilities were used.", enum=("yes", "no", "unknown")),
            field("zero_days_number", "string", "How many.", enum=("one", "several")),
            field("mitre_initial_access", "string", "Way in, as a MITRE ATT&CK technique of initial access."),
            field("mitre_impact", "string", "Effect, as a MITRE ATT&CK technique of impact or exfiltration."),
            _code(
                "state_responsibility",
                "Part of a state in the act, as coded by EuRepoC.",
                RESPONSIBILITY,
                ordered=True,
            ),
            field(
                "response_in_law",
                "string",
                "What EuRepoC's coders take international law to allow in response.",
                enum=("none", "retorsion", "countermeasures"),
                ordered=True,
            ),
            field("n_political_responses", "integer", "Coded political responses.", required=True),
            field("n_legal_responses", "integer", "Coded legal responses.", required=True),
            field(
                "added_on",
                "date",
                "Day the incident was entered; the first 1,440 came in one load on 2022-08-15.",
            ),
            field("updated_on", "date", "Day of the last change."),
        ),
        ("incident_id",),
        (
            _REPORTED,
            _RULE,
            "628 starts are a 1 January and 951 another first of the month: see start_precision before "
            "drawing by day or month.",
            "added_on is when it was coded, never when it happened.",
            "Empty codes are 'Not available' in the source; 'unknown' and 'not attributed' are kept as "
            "values.",
            "impact_score is empty where no impact label is given (the source prints 0 there).",
            "unweighted_intensity is 0 in 10 rows, in some because it was not coded: 1493 has a weighted intensity of 3.",
            "Legal codings are assessments by the coders, not findings of a court or claims by a state.",
            "response_in_law and il breaches follow from other codes by rule, so they are not independent "
            "of attribution.",
        ),
        (
            "0 incidents: 3,414 in, 3,414 out.",
            "Columns left out: description (others' text), casualties (empty in every row), "
            "evidence_for_sanctions (6 rows), "
            "user_interaction, economic impact and number of affected third countries (mostly not "
            "available).",
            "2 end dates that lie before the start.",
        ),
        foreign=(),
    ),
    _table(
        "incident_types",
        "Types of each incident",
        "What was done: one row per incident and type.",
        (_ID, _code("type", "Type of operation.", TYPES, required=True)),
        ("incident_id", "type"),
        ("An incident may have several types: shares by type add to more than 100%.",),
        ("4 incidents have no type.",),
    ),
    _table(
        "incident_inclusion",
        "Why each incident is in EuRepoC",
        "One row per incident and inclusion criterion.",
        (
            _ID,
            _code("criterion", "Inclusion criterion, shortened.", CRITERIA, required=True),
        ),
        ("incident_id", "criterion"),
        (_RULE,),
        ("12 incidents have no criterion.",),
    ),
    _table(
        "incident_disclosure",
        "Who made each incident public",
        "One row per incident and discloser.",
        (_ID, _code("disclosed_by", "Who made it public.", DISCLOSERS, required=True)),
        ("incident_id", "disclosed_by"),
        ("An incident may have several disclosers.",),
        ("66 incidents without a discloser.",),
    ),
    _table(
        "incident_issues",
        "What each incident was about",
        "Issues of the conflict in cyberspace and of the conflict outside it, one row each.",
        (
            _ID,
            field(
                "kind",
                "string",
                "Issue of the cyber incident, or of the offline conflict linked to it.",
                enum=("cyber", "offline"),
                required=True,
            ),
            _code("issue", "Issue, after the Heidelberg conflict barometer.", ISSUES, required=True),
        ),
        ("incident_id", "kind", "issue"),
        ("'unknown' is a code of the source; 'Not available' is left out.",),
    ),
    _table(
        "incident_conflicts",
        "Offline conflicts linked to incidents",
        "One row per incident and conflict outside cyberspace, with the conflict's intensity.",
        (
            _ID,
            field("conflict", "string", "Name of the conflict, as HIIK names it.", required=True),
            field(
                "hiik_intensity",
                "string",
                "Intensity in the Heidelberg conflict barometer: 1 dispute to 5 war.",
                enum=HIIK,
                ordered=True,
            ),
        ),
        ("incident_id", "conflict"),
        (
            "A link to a conflict says the parties are in it, not that the incident was caused by it.",
            "Where the source repeats a conflict for each of its issues, the row is kept once with its "
            "highest intensity.",
        ),
    ),
    _table(
        "incident_legal",
        "International law and incidents",
        "Obligations that an incident may have breached, law that an attribution invoked, and the response "
        "that "
        "law would allow: codings by EuRepoC.",
        (
            _ID,
            _N,
            field(
                "kind",
                "string",
                "breach: obligation possibly breached; attribution: law invoked by the attributing party; "
                "response: what law would allow.",
                enum=("breach", "response", "attribution"),
                required=True,
            ),
            field("code", "string", "Field of law, or kind of response.", required=True),
            field("subcode", "string", "Finer code, where given."),
        ),
        ("incident_id", "n"),
        (
            "Assessments by coders; few incidents were called a breach of law by any state: see kind "
            "'attribution'.",
            "Sovereignty and due diligence are coded widely; states disagree whether they are rules of "
            "their own.",
        ),
    ),
    _table(
        "incident_receivers",
        "Who was hit",
        "One row per incident and distinct receiver: place, category and, for organisations, name.",
        (
            _ID,
            _N,
            field(
                "receiver_name",
                "string",
                "Name of the state body or organisation; empty where not given or a person's.",
            ),
            field("iso3", "string", "State of the receiver."),
            _status("place_status", "What the source names as place"),
            field("place", "string", "The source's word where the place is not a state."),
            _code("category", "Category of the receiver.", CATEGORIES),
            field("subcategory", "string", "Finer category or critical-infrastructure sector."),
        ),
        ("incident_id", "n"),
        (
            "Count distinct incidents per state, not rows: an incident with 20 receivers in a state is one "
            "incident.",
            "'Global (region)' and other regions hold no list of states.",
            "The EU's institutions are EUU; the region EU is a region.",
        ),
        (
            "433 repeated rows of 12,397 (same incident, place, category, sector and printed name).",
            "185 names of persons, or in categories that mostly hold persons (end users, social groups, "
            "unknown).",
            "For the 92 incidents that the receiver table lacks, receivers come from the global table.",
        ),
        foreign=(*_FK, _STATE),
    ),
    _table(
        "incident_initiators",
        "Who is named as the attacker",
        "One row per incident and named initiator: the claim EuRepoC follows, and other claims it lists.",
        (
            _ID,
            _N,
            field(
                "initiator_name", "string", "Group, unit or organisation; aliases as the source lists them."
            ),
            field("iso3", "string", "State the initiator is attributed to or comes from."),
            _status("origin_status", "Origin of the initiator"),
            field("origin", "string", "The source's word where the origin is not a state."),
            _code("category", "Kind of initiator.", INITIATORS, required=True),
            _code("subcategory", "Finer kind, or state affiliation suggested elsewhere.", INITIATOR_KINDS),
            field("settled", "boolean", "The claim that EuRepoC follows.", required=True),
        ),
        ("incident_id", "n"),
        (
            "Being named is a claim, made by someone on some basis: see incident_attributions.",
            "iso3 with category 'non-state group' is where the group is from, not a state's act.",
            "Where the source names two countries for one initiator there are two rows.",
        ),
        (
            "Names of 89 natural persons (charged or suspected); the unit or firm is kept where the source "
            "gives it.",
        ),
        foreign=(*_FK, _STATE),
    ),
    _table(
        "incident_attributions",
        "Attributions: who says who did it",
        "One row per attribution, attributing place and attributed place: date, kind, basis, and whether "
        "EuRepoC "
        "takes it as settled.",
        (
            field("attribution_id", "integer", "EuRepoC's number of the attribution.", required=True),
            _N,
            _ID,
            field("attributed_on", "date", "Day of the attribution."),
            field("attributed_precision", "string", "Precision of attributed_on.", enum=_PRECISION),
            _code("type", "Form of the attribution.", ATTRIBUTION_TYPES),
            _code("subtype", "Legal form, where there is one.", ATTRIBUTION_SUBTYPES),
            _code("basis", "Who attributes.", BASES),
            field("attributing_iso3", "string", "State of the attributing party."),
            _status("attributing_status", "Place of the attributing party"),
            field("attributing_place", "string", "The source's word where that place is not a state."),
            field("iso3", "string", "State to which the incident is attributed."),
            _status("origin_status", "What is attributed"),
            field("origin", "string", "The source's word where the origin is not a state."),
            _code("category", "Kind of initiator named.", INITIATORS),
            field("settled", "boolean", "The source marks the attribution as settled."),
        ),
        ("attribution_id", "n"),
        (
            "Count distinct attribution_id or incident_id, not rows: a joint statement by eight states has "
            "eight rows.",
            "The source multiplies attributing states, agencies and named persons with each other (up to "
            "192 rows for "
            "one attribution), so which agency belongs to which state cannot be told; agencies are in "
            "attribution_actors.",
            "1,611 rows have no date and 826 only a year; old incidents mostly have a year.",
            "A day written '-01' is taken as an unknown day, because the source writes real first days "
            "without the zero.",
            "attributing_status 'not_available' often means a company or the attacker itself.",
            "The basis 'attacker confirms' is a claim of responsibility, often on a defaced page.",
        ),
        (
            "0 attributions: 3,805 of the attribution table and 92 of the global table (for the incidents "
            "that the "
            "attribution table lacks), 3,897 in all.",
            "1,119 of 5,311 rows that repeat the same attribution for further agencies or named persons.",
        ),
        foreign=(*_FK, _STATE, (("attributing_iso3",), "states", ("iso3",))),
    ),
    _table(
        "attribution_actors",
        "Who made each attribution",
        "One row per attribution and attributing agency, company, office or group.",
        (
            field("attribution_id", "integer", "EuRepoC's number of the attribution.", required=True),
            field(
                "actor",
                "string",
                "Agency, company, group, or the office of the person who spoke.",
                required=True,
            ),
            field(
                "kind",
                "string",
                "Organisation (also a claiming group), company (the source's column for companies), or "
                "office.",
                enum=("organisation", "company", "office"),
                required=True,
            ),
        ),
        ("attribution_id", "actor"),
        ("Join by attribution_id; do not pair an actor with a state, the source does not.",),
        ("Names of persons: replaced by their office or organisation where the source gives it (114 rows).",),
        foreign=(),
    ),
    _table(
        "incident_responses",
        "Political and legal responses",
        "One row per response: who responded, when and how.",
        (
            _ID,
            field("kind", "string", "Political or legal.", enum=("political", "legal"), required=True),
            _N,
            field("responded_on", "date", "Day of the response."),
            field("responded_precision", "string", "Precision of responded_on.", enum=_PRECISION),
            _code("type", "Kind of measure.", MEASURES),
            field("subtype", "string", "Finer kind, as the source writes it."),
            _code("actor_group", "Who responds, for political responses.", ACTORS),
            field("iso3", "string", "State that responds; EUU for the EU."),
            _status("place_status", "Who responds"),
            field("place", "string", "The source's word where it is not a state."),
            field("actor", "string", "Agency or body, or the office of the person who spoke."),
            field("actor_kind", "string", "Organisation or office.", enum=("organisation", "office")),
            field(
                "counted",
                "boolean",
                "The source's own number of responses of the incident is above zero.",
                required=True,
            ),
        ),
        ("incident_id", "kind", "n"),
        (
            "Few responses are coded: 403 political and 556 legal for 3,414 incidents. No row is no coded "
            "response, not silence.",
            "Sanctions and statements that name several incidents are coded with each.",
            "Political dates have no mark for an unknown day; legal dates written '-01' are taken as months.",
        ),
        (
            "51 list positions with a country or an agency but neither date nor type.",
            "Agencies of 1 incident whose list does not line up with the others.",
            "Names of persons: replaced by their office (139 rows).",
        ),
        foreign=(*_FK, _STATE),
    ),
    _table(
        "incident_links",
        "Links for each incident",
        "Addresses of the reports that EuRepoC cites.",
        (_ID, field("url", "string", "Address of a report.", required=True)),
        ("incident_id", "url"),
        (
            "Links were not opened by us; many will have moved. Some lead to pages of the attackers.",
            "Text fragments (#:~:text=) are cut off.",
        ),
        (
            "50 entries that are not an http(s) address, among them the rest of one cell cut at 32,767 "
            "characters.",
            "3 addresses longer than 400 characters.",
        ),
    ),
]
# What the recipe left out when it was written; the build stops if it changes, so that the texts above stay true.
COUNTS = {
    "receivers": {"raw": 12397, "names": 185},
    "initiators": {"names": 89},
    "attributions": {"raw": 5311, "persons": 114},
    "responses": {"empty": 51, "unaligned": 1, "persons": 139},
    "links": {"broken": 50, "long": 3},
}


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Make the EuRepoC tables.

    Raises
    ------
    RecipeError
        An unknown label or place, lists that do not line up, incidents lost, or other counts than documented.
    """
    world = _read(str(raw.path("eurepoc_global")))
    claims, hit = raw.csv("eurepoc_attribution"), raw.csv("eurepoc_receiver")
    got, counts = {}, {}
    got["incident_receivers"], counts["receivers"] = receivers(world, hit)
    got["incident_initiators"], counts["initiators"] = initiators(world, claims)
    got["incident_attributions"], got["attribution_actors"], counts["attributions"] = attributions(
        world, claims
    )
    got["incident_responses"], counts["responses"] = responses(world)
    got["incident_links"], counts["links"] = links(world)
    if counts != COUNTS:
        raise RecipeError(f"eurepoc: counted {counts}, the recipe says {COUNTS}")
    got["incidents"] = incidents(world)
    got["incident_types"] = long(world, "incident_type", TYPES, "type")
    got["incident_inclusion"] = long(world, "inclusion_criterion", CRITERIA, "criterion")
    got["incident_disclosure"] = long(world, "source_disclosure", DISCLOSERS, "disclosed_by")
    got["incident_issues"] = pd.concat(
        [
            long(world, "cyber_conflict_issue", ISSUES, "issue", kind="cyber"),
            long(world, "offline_conflict_issue", ISSUES, "issue", kind="offline"),
        ]
    )
    got["incident_conflicts"] = conflicts(world)
    got["incident_legal"] = legal(world)
    every = set(world["incident_id"])
    for name in ("incidents", "incident_receivers", "incident_initiators", "incident_attributions"):
        if set(got[name]["incident_id"]) != every:
            raise RecipeError(f"eurepoc: {name} has lost incidents")
    return got
