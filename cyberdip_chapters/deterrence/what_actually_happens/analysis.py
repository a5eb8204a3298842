"""Chapter 3.1: the record of incidents and its filters, three observatories, and well-known incidents looked up in each.

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
NAMED, UNNAMED, UNKNOWN = "named", "not attributed", "origin unknown"
STATUS = {NAMED: "attributed", UNNAMED: UNNAMED, UNKNOWN: UNKNOWN}


# ---------------------------------------------------------------- the record and its filters


@cached
def record() -> pd.DataFrame:
    """EuRepoC's incidents by number, with ``year`` of the start and a lower-case ``text`` to search in."""
    frame = load("incidents").set_index("incident_id")
    frame["year"] = frame["start_on"].dt.year.astype("Int64")
    initiators = load("incident_initiators").set_index("incident_id")["initiator_name"]
    receivers = load("incident_receivers").set_index("incident_id")["receiver_name"]
    names = pd.concat([frame["name"], initiators, receivers]).dropna().str.casefold()
    frame["text"] = names.groupby(level=0).agg(" | ".join).reindex(frame.index)
    return frame


def carrying(table: str, column: str, values: Iterable[str], **where: str) -> pd.Series:
    """Numbers of the incidents that carry at least one of the values in a column of a long table.

    Raises
    ------
    ValueError
        A value that does not occur in the column.
    """
    rows = load(table)
    for other, value in where.items():
        rows = rows[rows[other] == value]
    known, values = set(rows[column].dropna()), list(values)
    for value in values:
        if value not in known:
            raise ValueError(
                f"{column}: {value!r} does not occur in {table}; it has {', '.join(sorted(known))}"
            )
    return rows.loc[rows[column].isin(values), "incident_id"].drop_duplicates()


def searched(frame: pd.DataFrame, words: str) -> pd.DataFrame:
    """The incidents whose name, initiators' or receivers' names hold every word."""
    for word in words.casefold().split():
        frame = frame[frame["text"].str.contains(word, regex=False)]
    return frame


def originating(frame: pd.DataFrame, initiator: str) -> pd.DataFrame:
    """The incidents that name a state (ISO3 code), any state, nobody, or an unknown origin."""
    if initiator == ANY:
        return frame
    if initiator in STATUS:
        return frame[frame["attribution_status"] == STATUS[initiator]]
    return frame[frame.index.isin(carrying("incident_initiators", "iso3", [initiator]))]


def answered(frame: pd.DataFrame, response: str) -> pd.DataFrame:
    """The incidents with a response coded: "political", "legal", "either", "none", or "any" for all."""
    political, legal = frame["n_political_responses"] > 0, frame["n_legal_responses"] > 0
    none = ~(political | legal)
    masks = {"political": political, "legal": legal, "either": ~none, "none": none, ANY: none | ~none}
    if response not in masks:
        raise ValueError(f"response: {response!r} is not one of {', '.join(masks)}")
    return frame[masks[response].astype(bool)]


def located(frame: pd.DataFrame, region: str) -> pd.DataFrame:
    """The incidents with a receiver in a UN region (bodies of the European Union count for Europe)."""
    rows = load("incident_receivers").dropna(subset=["iso3"])
    inside = [code for code in rows["iso3"].unique() if region_of(code) == region]
    return frame[frame.index.isin(rows.loc[rows["iso3"].isin(inside), "incident_id"])]


def select(
    words: str = "",
    between: tuple[int, int] = YEARS,
    initiator: str = ANY,
    receiver: str = ANY,
    types: Iterable[str] = (),
    region: str = ANY,
    sector: str = ANY,
    basis: str = ANY,
    standing: str = ANY,
    law: str = ANY,
    response: str = ANY,
) -> pd.DataFrame:
    """Rows of :func:`record` that pass every filter; each wants its code at least once, "any" (or no type) wants none.

    With the whole range of years, incidents without a start stay in. ``law`` is an obligation coded as possibly breached.
    """
    frame = originating(searched(answered(record(), response), words), initiator)
    if tuple(between) != YEARS:
        frame = frame[frame["year"].between(*between).fillna(False).astype(bool)]
    if region != ANY:
        frame = located(frame, region)
    if standing != ANY:
        frame = frame[(frame["settled"] == (standing == "settled")).fillna(False).astype(bool)]
    for table, column, values, where in (
        ("incident_receivers", "iso3", [receiver], {}),
        ("incident_receivers", "category", [sector], {}),
        ("incident_attributions", "basis", [basis], {}),
        ("incident_legal", "code", [law], {"kind": "breach"}),
        ("incident_types", "type", list(types), {}),
    ):
        if values and values != [ANY]:
            frame = frame[frame.index.isin(carrying(table, column, values, **where))]
    return frame


@cached
def joined(table: str, column: str) -> pd.Series:
    """Distinct values of a long table's column for each incident, joined for reading."""
    rows = load(table)[["incident_id", column]].dropna().drop_duplicates()
    shown = rows[column].astype("str")
    if column == "iso3":
        shown = shown.map({code: country(code) for code in shown.unique()})
    return shown.groupby(rows["incident_id"]).agg("; ".join)


def exact(on: pd.Series, precision: pd.Series) -> list[str]:
    """Dates no more exact than the source has them: ``2017-06-27``, ``2017-06``, ``2017``, or nothing."""
    length = {"year": 4, "month": 7}
    return [
        "" if pd.isna(day) else f"{day:%Y-%m-%d}"[: length.get(str(how), 10)]
        for day, how in zip(on, precision, strict=True)
    ]


def listing(
    words: str = "",
    between: tuple[int, int] = YEARS,
    initiator: str = ANY,
    receiver: str = ANY,
    types: Iterable[str] = (),
    region: str = ANY,
    sector: str = ANY,
    basis: str = ANY,
    standing: str = ANY,
    law: str = ANY,
    response: str = ANY,
) -> pd.DataFrame:
    """The incidents that pass every filter of :func:`select`, for reading, newest first."""
    frame = select(
        words, between, initiator, receiver, types, region, sector, basis, standing, law, response
    ).sort_values(["start_on", "added_on"], ascending=False, na_position="last", kind="stable")
    out = pd.DataFrame(
        {
            "number": frame.index,
            "began": exact(frame["start_on"], frame["start_precision"]),
            "year": frame["year"].to_numpy(),
            "incident": frame["name"].to_numpy(),
        }
    )
    for name, table, column in (
        ("types", "incident_types", "type"),
        ("initiators", "incident_initiators", "iso3"),
        ("receivers", "incident_receivers", "iso3"),
    ):
        out[name] = joined(table, column).reindex(frame.index).fillna("").to_numpy()
    out["origin"] = frame["attribution_status"].astype("str").to_numpy()
    out["intensity"] = frame["unweighted_intensity"].to_numpy()
    return out


def yearly(frame: pd.DataFrame) -> pd.DataFrame:
    """Incidents that began in each year, of some incidents and of the whole record."""
    years = pd.RangeIndex(YEARS[0], YEARS[1] + 1, name="year")
    counts = pd.DataFrame({"matching": frame["year"].value_counts(), "all": record()["year"].value_counts()})
    return counts.reindex(years).fillna(0).astype(int).reset_index()


@cached
def dyads() -> pd.DataFrame:
    """Distinct (incident_id, initiator, receiver), states by ISO3 code, no state against itself."""
    a = load("incident_initiators")[["incident_id", "iso3"]].dropna().drop_duplicates()
    b = load("incident_receivers")[["incident_id", "iso3"]].dropna().drop_duplicates()
    both = a.merge(b, on="incident_id", suffixes=("_a", "_b")).set_axis(
        ["incident_id", "initiator", "receiver"], axis=1
    )
    return both[both["initiator"] != both["receiver"]].reset_index(drop=True)


def received(initiator: str = ANY, sector: str = ANY) -> pd.DataFrame:
    """Distinct incidents that each state received; a state with none has zero.

    ``sector`` keeps the receivers of that category, so that the state itself received the incident there. States are
    the members and observers of the United Nations and whatever else the record names as a receiver.
    """
    rows = load("incident_receivers").dropna(subset=["iso3"])
    if sector != ANY:
        carrying("incident_receivers", "category", [sector])
        rows = rows[rows["category"] == sector]
    rows = rows[rows["incident_id"].isin(originating(record(), initiator).index)]
    counts = rows.drop_duplicates(["incident_id", "iso3"])["iso3"].value_counts()
    codes = covered()
    out = pd.DataFrame({"code": codes, "state": [country(c) for c in codes]})
    out["incidents"] = counts.reindex(codes, fill_value=0).to_numpy()
    return out.sort_values(["incidents", "state"], ascending=[False, True]).reset_index(drop=True)


def covered() -> list[str]:
    """ISO3 codes of the states and territories that the record could name: UN members, observers, and all it does name."""
    states = load("states").set_index("iso3")
    members = states.index[states["valid_to"].isna() & states["kind"].isin(["un_member", "un_observer"])]
    named = load("incident_receivers")["iso3"].dropna().unique()
    return sorted({*members, *(code for code in named if states.at[code, "kind"] != "organisation")})


def uncovered() -> list[str]:
    """ISO3 codes of the territories that the record does not list on their own."""
    return sorted(set(load("states")["iso3"]) - set(covered()))


# ---------------------------------------------------------------- one incident in full

PARTS = ("Incident", "Attribution", "Nobody named", "Political response", "Legal response")
COLUMNS = ("part", "date", "what", "who", "basis")


def find(words: str) -> pd.DataFrame:
    """Incidents that match a number or all words: words in the name first, then the most attributed, then the oldest."""
    frame, words = record(), words.casefold().strip()
    if words.isdecimal():
        return frame[frame.index.astype("str") == words]
    if not words:
        return frame.iloc[:0]
    found = searched(frame, words)
    in_name = [all(word in name for word in words.split()) for name in found["name"].str.casefold()]
    order = found.assign(in_name=in_name, said=found["n_attributions"].fillna(0))
    order = order.sort_values(["in_name", "said", "start_on"], ascending=[False, False, True], kind="stable")
    return found.loc[order.index]


def states_of(codes: pd.Series, otherwise: pd.Series | str) -> pd.Series:
    """Names of states for their codes, and what to write where there is no code."""
    names = codes.map({code: country(code) for code in codes.dropna().unique()}).astype("object")
    return names.where(names.notna(), otherwise)


def attributions_of(number: int) -> pd.DataFrame:
    """Who said what of the origin of one incident, and when."""
    rows = load("incident_attributions").query("incident_id == @number")
    status = rows["origin_status"].astype("str").str.replace("_", " ")
    category = rows["category"].astype("str").where(rows["category"].notna(), "")
    what = "origin: " + states_of(rows["iso3"], rows["origin"].fillna(status))
    return pd.DataFrame(
        {
            "part": [
                "Attribution" if s in ("state", "region", "organisation") else "Nobody named" for s in status
            ],
            "date": exact(rows["attributed_on"], rows["attributed_precision"]),
            "what": what + category.map(lambda c: f" ({c})" if c else ""),
            "who": states_of(rows["attributing_iso3"], "a party without a state"),
            "basis": rows["basis"].astype("object").where(rows["basis"].notna(), ""),
        }
    )


def responses_of(number: int) -> pd.DataFrame:
    """Political and legal responses coded for one incident."""
    rows = load("incident_responses").query("incident_id == @number")
    return pd.DataFrame(
        {
            "part": [f"{kind} response".capitalize() for kind in rows["kind"]],
            "date": exact(rows["responded_on"], rows["responded_precision"]),
            "what": rows["type"].astype("object").where(rows["type"].notna(), "not coded"),
            "who": states_of(rows["iso3"], rows["place"].fillna("")),
            "basis": "",
        }
    )


def events_of(number: int) -> pd.DataFrame:
    """What is coded of one incident in time order: start, end, attributions, responses; undated ones last."""
    one = record().loc[[number]]
    dates = exact(one["start_on"], one["start_precision"]) + exact(one["end_on"], one["end_precision"])
    span = pd.DataFrame(
        {"part": "Incident", "date": dates, "what": ["began", "ended"], "who": "", "basis": ""}
    )
    parts = [span[span["date"] != ""], attributions_of(number), responses_of(number)]
    frame = pd.concat(parts)[list(COLUMNS)].drop_duplicates()
    return frame.sort_values("date", key=lambda d: d.where(d != "", "9999"), kind="stable").reset_index(
        drop=True
    )


def codes_of(number: int) -> pd.DataFrame:
    """The codes of one incident, a row each."""
    one = record().loc[number]
    breaches = load("incident_legal").query("incident_id == @number and kind == 'breach'")["code"]
    codes = {
        "Number": number,
        "Types": joined("incident_types", "type").get(number),
        "Initiators, states": joined("incident_initiators", "iso3").get(number),
        "Initiators, kinds": joined("incident_initiators", "category").get(number),
        "Receivers, states": joined("incident_receivers", "iso3").get(number),
        "Receivers, kinds": joined("incident_receivers", "category").get(number),
        "Intensity, unweighted": one["unweighted_intensity"],
        "Obligations possibly breached": "; ".join(sorted(set(breaches))) or None,
        "Response in law": one["response_in_law"],
        "Disclosed by": joined("incident_disclosure", "disclosed_by").get(number),
        "Added to the record": f"{one['added_on']:%Y-%m-%d}",
    }
    said = [
        f"{key}: {'not coded' if value is None or pd.isna(value) else value}" for key, value in codes.items()
    ]
    return pd.DataFrame({"part": "Code", "what": said})


def in_full(words: str = "NotPetya") -> pd.DataFrame:
    """All that is coded of the incident that fits best: name, events, codes, reports, and the other incidents that fit."""
    found = find(words)
    if found.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    number = found.index[0]
    links = load("incident_links").query("incident_id == @number")["url"]
    others = [f"{name} (number {n})" for n, name in found["name"].iloc[1:].items()]
    parts = [
        pd.DataFrame({"part": "Name", "what": [found["name"].iloc[0]]}),
        events_of(number),
        codes_of(number),
        pd.DataFrame({"part": "Report", "what": links}),
        pd.DataFrame({"part": "Also fits", "what": others}),
    ]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)].fillna("")
