"""Chapter 3.1: three observatories side by side, and well-known incidents looked up in each of them."""

from __future__ import annotations

import pandas as pd

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import cached, load
from cyberdip_utils.stats import wilson

from .analysis import STATE, exact, initiators

OBSERVATORIES = {"eurepoc": "EuRepoC", "cfr": "CFR", "dcid": "DCID"}
EVERY, RIVALS = "all rows", "rivals"
SHARED = "2005 to 2020"  # CFR's first disclosure and DCID's last full year
PERIODS = {
    SHARED: (2005, 2020),
    "2000 to 2022": (2000, 2022),
    "2005 to 2012": (2005, 2012),
    "2013 to 2016": (2013, 2016),
    "2017 to 2020": (2017, 2020),
}


# ---------------------------------------------------------------- whom they name


def paired(items: pd.DataFrame, initiators: pd.DataFrame, receivers: pd.DataFrame) -> pd.DataFrame:
    """Items (id, year) with each of their initiating and receiving states, a row for each pair."""
    for rows, name in ((initiators, "initiator"), (receivers, "receiver")):
        items = items.merge(rows.dropna().drop_duplicates().set_axis(["id", name], axis=1), how="left")
    return items


@cached
def items() -> pd.DataFrame:
    """One row per observatory, recorded item, initiating state and receiving state.

    Returns
    -------
    DataFrame
        observatory, id (text), year (of the start; in CFR of the disclosure), initiator and receiver (ISO3 or missing),
        rivals (whether DCID records an incident between the two). In EuRepoC initiators are those of the claim that it
        follows, coded as a state or state-affiliated: the other two hold states only.
    """
    a, b, c = load("incidents"), load("cfr_operations"), load("dcid_incidents")
    eurepoc = paired(
        pd.DataFrame({"id": a["incident_id"], "year": a["start_on"].dt.year}),
        initiators(STATE),
        load("incident_receivers")[["incident_id", "iso3"]],
    )
    cfr = paired(
        pd.DataFrame({"id": b["cfr_id"], "year": b["disclosed_on"].dt.year}),
        load("cfr_sponsors")[["cfr_id", "iso3"]],
        load("cfr_victims")[["cfr_id", "iso3"]],
    )
    dcid = c.assign(
        id=c["dcid_id"],
        year=c["start_on"].dt.year,
        initiator=c["initiator_iso3"],
        receiver=c["receiver_iso3"],
    )
    pairs = {frozenset(pair) for pair in zip(c["state_a"], c["state_b"], strict=True)}
    frame = pd.concat({"EuRepoC": eurepoc, "CFR": cfr, "DCID": dcid[eurepoc.columns]}, names=["observatory"])
    frame = frame.reset_index("observatory").astype({"id": "str", "year": "Int64"})
    both = zip(frame["initiator"], frame["receiver"], strict=True)
    return frame.assign(rivals=[frozenset(pair) in pairs for pair in both]).reset_index(drop=True)


def shares(rule: str, between: tuple[int, int]) -> pd.DataFrame:
    """Share of each observatory's items that name each state as initiator, with Wilson's 95% interval.

    Parameters
    ----------
    rule : str
        "all rows": all items; "state": items that name a state as initiator; "rivals": items whose initiator and
        receiver are a pair for which DCID records an incident.
    between : (int, int)
        First and last year; items without a year are left out.

    Returns
    -------
    DataFrame
        observatory, state, named, items, share, low, high. An item that names two states counts for both.
    """
    frame = items()
    frame = frame[frame["year"].between(*between).fillna(False).astype(bool)]
    if rule != EVERY:
        frame = frame[{STATE: frame["initiator"].notna(), RIVALS: frame["rivals"]}[rule]]
    sizes = frame.groupby("observatory")["id"].nunique()
    named = frame.dropna(subset=["initiator"]).drop_duplicates(["observatory", "id", "initiator"])
    counts = named.groupby(["observatory", "initiator"]).size().rename("named").reset_index()
    counts["items"] = counts["observatory"].map(sizes)
    counts["share"] = counts["named"] / counts["items"]
    ends = [wilson(k, n) for k, n in zip(counts["named"], counts["items"], strict=True)]
    counts[["low", "high"]] = pd.DataFrame(ends, columns=["low", "high"], index=counts.index)
    counts.insert(1, "state", [country(code) for code in counts.pop("initiator")])
    return counts.sort_values(
        ["observatory", "named", "state"], ascending=[True, False, True], ignore_index=True
    )


def shares_in(rule: str = EVERY, period: str = SHARED) -> pd.DataFrame:
    """:func:`shares` in one of ``PERIODS``."""
    return shares(rule, PERIODS[period])


# ---------------------------------------------------------------- the same incidents?

HELD, PART, WIDER = "held", "held in part", "inside something wider"
ABSENT, OUTSIDE = "not found", "out of scope"
RELATIONS = {"same": HELD, "part_of": PART, "wider": WIDER}  # what a match says, the closest first
AGREE, DIFFER, SILENT = "same state", "another state", "no state named"
NOBODY = "no formal attribution found"
NEAR, FAR, UNDECIDED, UNDATED = "within 31 days", "further apart", "cannot be decided", "no date to compare"
UNHELD = "not held"


@cached
def coded() -> pd.DataFrame:
    """The items that match a well-known incident: the states named, the start, and how exact that is (CFR codes none)."""
    a, b = load("incidents"), load("dcid_incidents")
    eurepoc = a[["start_on", "start_precision"]].assign(
        id=a["incident_id"].astype("str"), observatory="EuRepoC"
    )
    dcid = b[["start_on"]].assign(id=b["dcid_id"].astype("str"), observatory="DCID")
    wanted = items()
    wanted = wanted[wanted["id"].isin(load("anchor_matches")["source_id"].dropna().astype("str"))]
    named = wanted.groupby(["observatory", "id"])["initiator"].agg(lambda codes: frozenset(codes.dropna()))
    frame = named.rename("initiators").reset_index()
    frame = frame.merge(pd.concat([eurepoc, dcid]), how="left", on=["observatory", "id"])
    return frame.assign(start_precision=frame["start_precision"].astype("object").fillna("day"))


def held(relations: set[str], in_scope: bool) -> str:
    """Whether a record holds an incident, from how its rows relate to it."""
    return next((said for r, said in RELATIONS.items() if r in relations), ABSENT if in_scope else OUTSIDE)


def names_answer(official: str | None, named: frozenset[str]) -> str:
    """Whether a record names the state of the first formal attribution that we found."""
    if pd.isna(official):
        return NOBODY
    return SILENT if not named else AGREE if official in named else DIFFER


def days(start: pd.Timestamp, how: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day that a start known to the day, month or year can mean."""
    period = start.to_period({"year": "Y", "month": "M"}.get(how, "D"))
    return period.start_time.normalize(), period.end_time.normalize()


def starts_answer(ours: pd.Timestamp, how: str, theirs: pd.Timestamp, exactly: str) -> str:
    """Near where every pair of days that the two starts can mean fits within 31 days, far where none does."""
    if pd.isna(ours) or pd.isna(theirs):
        return UNDATED
    (a, b), (c, d) = days(ours, how), days(theirs, exactly)
    if max(d - a, b - c).days <= 31:
        return NEAR
    return FAR if max(c - b, a - d).days > 31 else UNDECIDED


@cached
def matched() -> pd.DataFrame:
    """By well-known incident and observatory: how its rows relate, whether it is in scope, states named, earliest start."""
    rows = load("anchor_matches").assign(observatory=lambda d: d["dataset"].map(OBSERVATORIES).astype("str"))
    rows = rows.rename(columns={"source_id": "id"}).merge(coded(), how="left", on=["observatory", "id"])
    rows["initiators"] = [x if isinstance(x, frozenset) else frozenset() for x in rows["initiators"]]
    cells = rows.sort_values("start_on", kind="stable").groupby(["anchor_id", "observatory"])
    return cells.agg(
        relations=("relation", set),
        in_scope=("in_scope", "any"),
        reason=("reason", " ".join),
        initiators=("initiators", lambda sets: frozenset().union(*sets)),
        start_on=("start_on", "first"),
        how=("start_precision", "first"),
    ).reset_index()


def starts_between(one: str, other: str) -> pd.DataFrame:
    """The well-known incidents in the scope of two records: the start in each, and whether the two lie within a month."""
    cells = matched()
    cells = cells[cells["in_scope"]]
    both = cells[cells["observatory"] == one].merge(
        cells[cells["observatory"] == other], on="anchor_id", suffixes=("", "_other")
    )
    four = both[["start_on", "how", "start_on_other", "how_other"]].itertuples(index=False)
    both["answer"] = [starts_answer(*dates) for dates in four]
    both[one], both[other] = (
        exact(both["start_on"], both["how"]),
        exact(both["start_on_other"], both["how_other"]),
    )
    return both[["anchor_id", one, other, "answer"]]


@cached
def lookups() -> pd.DataFrame:
    """Well-known incidents by observatory, the oldest first: what is held, why, whom it names, when it begins."""
    anchors = load("anchor_incidents").astype({"began_precision": "str"})
    table = anchors[["anchor_id", "name", "began_on", "began_precision", "attributed_to_iso3"]].merge(
        matched()
    )
    table["order"] = table["observatory"].map(list(OBSERVATORIES.values()).index)
    table = table.sort_values(["began_on", "anchor_id", "order"], ignore_index=True)
    table["incident"], table["began"] = table["name"], table["began_on"].dt.year
    table["in scope"] = table["in_scope"].map({True: "yes", False: "no"})
    table["held"] = [held(r, s) for r, s in zip(table["relations"], table["in_scope"], strict=True)]
    official = zip(table["attributed_to_iso3"], table["initiators"], strict=True)
    table["names"] = [names_answer(*pair) for pair in official]
    dates = table[["began_on", "began_precision", "start_on", "how"]].itertuples(index=False)
    table["starts"] = [starts_answer(*four) for four in dates]
    table["whom"] = [", ".join(map(country, sorted(codes))) or "no state" for codes in table["initiators"]]
    table["start"] = [date or "no start coded" for date in exact(table["start_on"], table["how"])]
    gone = table["held"].isin([ABSENT, OUTSIDE])
    table.loc[gone, ["names", "whom", "starts", "start"]] = [UNHELD, "", UNHELD, ""]
    table.loc[table["held"] == WIDER, "starts"] = (
        UNDATED  # the start of something wider is not that of the incident
    )
    first = ["anchor_id", "incident", "began", "observatory", "in scope", "held", "reason"]
    return table[[*first, "names", "initiators", "whom", "starts", "start"]]


def looked_up(compare: str = "held") -> pd.DataFrame:
    """Well-known incidents by observatory and one answer: is it held, whom does it name, when did it begin?"""
    has = {"held": "reason", "names": "whom", "starts": "start"}[compare]
    table = lookups()[["incident", "began", "observatory", "in scope", compare, has]]
    return table.rename(columns={compare: "answer", has: "what the record has"})
