"""Chapter 3.1: the record of incidents, its filters, who received what, and one incident in full.

Counts are of distinct incidents unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from cyberdip_utils.countries import name as country
from cyberdip_utils.countries import region as region_of
from cyberdip_utils.data import cached, load

ANY = "any"
YEARS = (2000, 2024)
NAMED, UNNAMED, UNKNOWN = STATUS = ("named", "nobody named", "no state named")
STATE = "state"  # of initiators: those that EuRepoC codes as a state or state-affiliated
KINDS = ("state", "state-affiliated")
TEXTS = ["initiator_name", "receiver_name"]


# ---------------------------------------------------------------- the record and its filters


def initiators(kind: str = ANY) -> pd.DataFrame:
    """Distinct (incident_id, iso3) of the initiators in the claim that EuRepoC follows, where their country is named.

    ``iso3`` is where an initiator is from. It is an act of that state at most where the initiator is coded as a state or
    state-affiliated; ``kind="state"`` keeps those.
    """
    rows = load("incident_initiators").query("settled").dropna(subset=["iso3"])
    rows = rows if kind == ANY else rows[rows["category"].isin(KINDS)]
    return rows[["incident_id", "iso3"]].drop_duplicates()


def together(rows: pd.DataFrame, column: str) -> pd.Series:
    """Distinct values of a column for each incident, joined for reading; states by name."""
    rows = rows[["incident_id", column]].dropna().drop_duplicates().astype({column: "str"})
    if column == "iso3":
        rows[column] = rows[column].map({code: country(code) for code in rows[column].unique()})
    return rows.groupby("incident_id")[column].agg("; ".join)


@cached
def joined(table: str, column: str) -> pd.Series:
    """:func:`together` of all rows of a long table."""
    return together(load(table), column)


def exact(on: pd.Series, precision: pd.Series) -> list[str]:
    """Dates no more exact than the source has them: ``2017-06-27``, ``2017-06``, ``2017``, or nothing."""
    length = {"year": 4, "month": 7}
    return [
        "" if pd.isna(day) else f"{day:%Y-%m-%d}"[: length.get(str(how), 10)]
        for day, how in zip(on, precision, strict=True)
    ]


@cached
def record() -> pd.DataFrame:
    """EuRepoC's incidents, newest first, one row each, for reading; ``text`` holds what a search looks in."""
    rows = load("incidents").sort_values(["start_on", "added_on"], ascending=False, kind="stable")
    frame = pd.DataFrame(
        {"number": rows["incident_id"], "began": exact(rows["start_on"], rows["start_precision"])}
    )
    frame["year"], frame["incident"] = rows["start_on"].dt.year.astype("Int64"), rows["name"]
    frame["types"] = rows["incident_id"].map(joined("incident_types", "type"))
    frame["initiators"] = rows["incident_id"].map(together(initiators(), "iso3"))
    frame["receivers"] = rows["incident_id"].map(joined("incident_receivers", "iso3"))
    nobody = rows["attribution_status"].eq("not attributed")
    frame["origin"] = nobody.map({True: UNNAMED, False: UNKNOWN}).where(frame["initiators"].isna(), NAMED)
    frame["intensity"] = rows["unweighted_intensity"]
    frame["political"], frame["legal"] = rows["n_political_responses"] > 0, rows["n_legal_responses"] > 0
    actors = [joined("incident_initiators", TEXTS[0]), joined("incident_receivers", TEXTS[1])]
    names = [rows["incident_id"].map(found).fillna("") for found in actors]
    frame["text"] = (frame["incident"] + " | " + names[0] + " | " + names[1]).str.casefold()
    return frame.fillna({"types": "", "initiators": "", "receivers": ""}).reset_index(drop=True)


def carrying(table: str, column: str, values: Iterable[str], **where: Iterable) -> pd.Series:
    """Numbers of the incidents that carry a value in a column of a long table, in rows with one of the values ``where``.

    Raises
    ------
    ValueError
        A value that does not occur in the column.
    """
    rows = load(table)
    known = set(rows[column].dropna())
    for other, wanted in where.items():
        rows = rows[rows[other].isin(wanted)]
    for value in values:
        if value not in known:
            raise ValueError(
                f"{column}: {value!r} does not occur in {table}; it has {', '.join(sorted(known))}"
            )
    return rows.loc[rows[column].isin(values), "incident_id"]


def originating(frame: pd.DataFrame, initiator: str, kind: str = ANY) -> pd.DataFrame:
    """The incidents with an initiator from a state (ISO3 code) or any named state, with nobody named, or no state.

    ``kind="state"`` wants that initiator coded as a state or state-affiliated.
    """
    rows = {"settled": [True]} | ({} if kind == ANY else {"category": KINDS})
    if kind != ANY:
        frame = frame[frame["number"].isin(carrying("incident_initiators", "category", KINDS, **rows))]
    if initiator in (UNNAMED, UNKNOWN):
        return frame[frame["origin"] == initiator]
    if initiator == ANY:
        return frame
    codes = initiators()["iso3"].unique() if initiator == NAMED else [initiator]
    return frame[frame["number"].isin(carrying("incident_initiators", "iso3", codes, **rows))]


def answered(frame: pd.DataFrame, response: str) -> pd.DataFrame:
    """The incidents with a response coded: "political", "legal", "either", "none", or "any" for all."""
    political, legal = frame["political"], frame["legal"]
    masks = {
        "political": political,
        "legal": legal,
        "either": political | legal,
        "none": ~(political | legal),
    }
    return frame if response == ANY else frame[masks[response]]


def listing(
    words: str = "",
    between: tuple[int, int] = YEARS,
    initiator: str = ANY,
    receiver: str = ANY,
    kind: str = ANY,
    types: Iterable[str] = (),
    region: str = ANY,
    sector: str = ANY,
    basis: str = ANY,
    law: str = ANY,
    response: str = ANY,
) -> pd.DataFrame:
    """The incidents that pass every filter, newest first; each filter wants its code at least once, "any" keeps all.

    With the whole range of years, incidents without a start stay in. ``law`` is an obligation coded as possibly breached.
    """
    frame = originating(record(), initiator, kind)
    for word in words.casefold().split():
        frame = frame[frame["text"].str.contains(word, regex=False)]
    if tuple(between) != YEARS:
        frame = frame[frame["year"].between(*between).fillna(False).astype(bool)]
    frame = answered(frame, response)
    codes = load("incident_receivers")["iso3"].dropna().unique()
    inside = [ANY] if region == ANY else [code for code in codes if region_of(code) == region]
    for table, column, values, where in (
        ("incident_receivers", "iso3", [receiver], {}),
        ("incident_receivers", "iso3", inside, {}),
        ("incident_receivers", "category", [sector], {}),
        ("incident_attributions", "basis", [basis], {}),
        ("incident_legal", "code", [law], {"kind": ["breach"]}),
        ("incident_types", "type", list(types), {}),
    ):
        if values and values != [ANY]:
            frame = frame[frame["number"].isin(carrying(table, column, values, **where))]
    return frame.drop(columns=["political", "legal", "text"]).reset_index(drop=True)


def yearly(frame: pd.DataFrame) -> pd.DataFrame:
    """Incidents that began in each year, of some incidents and of the whole record."""
    years = pd.RangeIndex(YEARS[0], YEARS[1] + 1, name="year")
    counts = pd.DataFrame({"matching": frame["year"].value_counts(), "all": record()["year"].value_counts()})
    return counts.reindex(years).fillna(0).astype(int).reset_index()


@cached
def dyads(kind: str = ANY) -> pd.DataFrame:
    """Distinct (incident_id, initiator, receiver), states by ISO3 code, no state against itself; ``kind`` as above."""
    b = load("incident_receivers")[["incident_id", "iso3"]].dropna().drop_duplicates()
    both = (
        initiators(kind).merge(b, on="incident_id").set_axis(["incident_id", "initiator", "receiver"], axis=1)
    )
    return both[both["initiator"] != both["receiver"]].reset_index(drop=True)


@cached
def covered() -> pd.DataFrame:
    """Code and name of the states and territories that the record could name: UN members, observers, all it does name."""
    states = load("states").rename(columns={"iso3": "code", "name": "state"})
    living = states["valid_to"].isna() & states["kind"].isin(["un_member", "un_observer"])
    named = states["code"].isin(load("incident_receivers")["iso3"].dropna()) & (
        states["kind"] != "organisation"
    )
    return states.loc[living | named, ["code", "state"]].reset_index(drop=True)


def received(initiator: str = ANY, kind: str = ANY, sector: str = ANY) -> pd.DataFrame:
    """Distinct incidents that each state received; a state with none has zero.

    ``sector`` keeps the receivers of that category, so that the state itself received the incident there.
    """
    rows = load("incident_receivers").dropna(subset=["iso3"])
    if sector != ANY:
        rows = rows[rows["category"] == sector]
    rows = rows[rows["incident_id"].isin(originating(record(), initiator, kind)["number"])]
    counts = rows.drop_duplicates(["incident_id", "iso3"])["iso3"].value_counts()
    table = covered().assign(incidents=lambda d: d["code"].map(counts).fillna(0).astype(int))
    return table.sort_values(["incidents", "state"], ascending=[False, True], ignore_index=True)


# ---------------------------------------------------------------- one incident in full

PARTS = ("Incident", "Attribution", "No state named", "Political response", "Legal response")
COLUMNS = ["part", "date", "what", "who", "basis", "statement"]


def find(words: str) -> pd.DataFrame:
    """Incidents that match a number or all words: words in the name first, then the most attributions, then the oldest."""
    frame, words = record(), words.casefold().strip()
    if words.isdecimal():
        return frame[frame["number"].astype("str") == words]
    said = load("incidents").set_index("incident_id")["n_attributions"]
    frame = frame.assign(
        said=frame["number"].map(said).fillna(0), since=frame["began"].replace("", "9999"), in_name=True
    )
    for word in words.split():
        frame = frame[frame["text"].str.contains(word, regex=False)]
        frame["in_name"] &= frame["incident"].str.casefold().str.contains(word, regex=False)
    order = frame.sort_values(["in_name", "said", "since"], ascending=[False, False, True], kind="stable")
    return order if words else order.iloc[:0]


def states_of(codes: pd.Series, otherwise: pd.Series | str) -> pd.Series:
    """Names of states for their codes, and what to write where there is no code."""
    names = codes.map({code: country(code) for code in codes.dropna().unique()}).astype("object")
    return names.where(names.notna(), otherwise)


def attributions_of(number: int) -> pd.DataFrame:
    """Who said what of the origin of one incident, and when; rows with one number in ``statement`` are one statement."""
    rows = (
        load("incident_attributions")
        .query("incident_id == @number")
        .astype({"basis": "object", "category": "object"})
    )
    status = rows["origin_status"].astype("str").str.replace("_", " ")
    kind = rows["category"].map(lambda c: f" ({c})", na_action="ignore").fillna("")
    return pd.DataFrame(
        {
            "part": ["Attribution" if s == "state" else "No state named" for s in status],
            "date": exact(rows["attributed_on"], rows["attributed_precision"]),
            "what": "origin: " + states_of(rows["iso3"], rows["origin"].fillna(status)) + kind,
            "who": states_of(rows["attributing_iso3"], "a party without a state"),
            "basis": rows["basis"].fillna(""),
            "statement": rows["attribution_id"].astype("str"),
        }
    )


def responses_of(number: int) -> pd.DataFrame:
    """Political and legal responses coded for one incident."""
    rows = load("incident_responses").query("incident_id == @number")
    return pd.DataFrame(
        {
            "part": [f"{kind} response".capitalize() for kind in rows["kind"]],
            "date": exact(rows["responded_on"], rows["responded_precision"]),
            "what": rows["type"].astype("object").fillna("kind not coded"),
            "who": states_of(rows["iso3"], rows["place"].fillna("")),
        }
    )


def events_of(number: int) -> pd.DataFrame:
    """What is coded of one incident in time order: start, end, attributions, responses; undated ones last."""
    one = load("incidents").query("incident_id == @number")
    dates = exact(one["start_on"], one["start_precision"]) + exact(one["end_on"], one["end_precision"])
    span = pd.DataFrame({"part": "Incident", "date": dates, "what": ["began", "ended"]})
    parts = [span[span["date"] != ""], attributions_of(number), responses_of(number)]
    frame = pd.concat(parts)[COLUMNS].fillna("").drop_duplicates()
    return frame.sort_values("date", key=lambda d: d.where(d != "", "9999"), kind="stable", ignore_index=True)


def codes_of(number: int) -> list[str]:
    """The codes of one incident in words."""
    one = load("incidents").set_index("incident_id").loc[number]
    breaches = load("incident_legal").query("incident_id == @number and kind == 'breach'")["code"]
    codes = {
        "Number": number,
        "Types": joined("incident_types", "type").get(number),
        "Initiators, in all claims": joined("incident_initiators", "iso3").get(number),
        "Kinds of initiators": joined("incident_initiators", "category").get(number),
        "Receivers": joined("incident_receivers", "iso3").get(number),
        "Kinds of receivers": joined("incident_receivers", "category").get(number),
        "Intensity, unweighted": one["unweighted_intensity"],
        "Obligations possibly breached": "; ".join(sorted(set(breaches))) or None,
        "Response in law": one["response_in_law"],
        "Disclosed by": joined("incident_disclosure", "disclosed_by").get(number),
        "Added to the record": f"{one['added_on']:%Y-%m-%d}",
    }
    return [
        f"{key}: {'not coded' if value is None or pd.isna(value) else value}" for key, value in codes.items()
    ]


def in_full(words: str = "NotPetya") -> pd.DataFrame:
    """All that is coded of the incident that fits best: name, events, codes, reports, and the other incidents that fit."""
    found = find(words)
    if found.empty:
        return pd.DataFrame(columns=COLUMNS)
    number = found["number"].iloc[0]
    links = load("incident_links").query("incident_id == @number")["url"]
    others = found["incident"] + " (number " + found["number"].astype("str") + ")"
    texts = {"Code": codes_of(number), "Report": links, "Also fits": others.iloc[1:]}
    parts = [pd.DataFrame({"part": "Name", "what": found["incident"].head(1)}), events_of(number)]
    parts += [pd.DataFrame({"part": part, "what": list(what)}) for part, what in texts.items()]
    return pd.concat(parts, ignore_index=True)[COLUMNS].fillna("")
