"""Chapter 3.1: three observatories side by side, and well-known incidents looked up in each of them."""

from __future__ import annotations

import pandas as pd

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import cached, load
from cyberdip_utils.stats import wilson

from .analysis import exact, record

OBSERVATORIES = {"eurepoc": "EuRepoC", "cfr": "CFR", "dcid": "DCID"}
PUBLISHED, STATE, RIVALS = "published", "state", "rivals"
SHARED_YEARS = (2005, 2020)  # CFR's first disclosure and DCID's last full year
PERIODS = {  # label: first and last year
    "2005 to 2020, all three": SHARED_YEARS,
    "2000 to 2022, all rows": (2000, 2022),
    "2005 to 2012": (2005, 2012),
    "2013 to 2016": (2013, 2016),
    "2017 to 2020": (2017, 2020),
}


# ---------------------------------------------------------------- whom they name


def eurepoc_items() -> pd.DataFrame:
    """EuRepoC: incidents by settled initiator and receiver; the year of the start."""
    base = record()["year"].rename_axis("id").reset_index()
    a = load("incident_initiators").query("settled")[["incident_id", "iso3"]].dropna().drop_duplicates()
    b = load("incident_receivers")[["incident_id", "iso3"]].dropna().drop_duplicates()
    a, b = a.set_axis(["id", "initiator"], axis=1), b.set_axis(["id", "receiver"], axis=1)
    return base.merge(a, how="left").merge(b, how="left")


def cfr_items() -> pd.DataFrame:
    """CFR: operations by sponsor and victim; the year of the disclosure."""
    rows = load("cfr_operations")
    base = pd.DataFrame({"id": rows["cfr_id"], "year": rows["disclosed_on"].dt.year.astype("Int64")})
    a = load("cfr_sponsors")[["cfr_id", "iso3"]].dropna().drop_duplicates()
    b = load("cfr_victims")[["cfr_id", "iso3"]].dropna().drop_duplicates()
    a, b = a.set_axis(["id", "initiator"], axis=1), b.set_axis(["id", "receiver"], axis=1)
    return base.merge(a, how="left").merge(b, how="left")


def dcid_items() -> pd.DataFrame:
    """DCID: one initiator and one receiver a row; the year of the start."""
    rows = load("dcid_incidents").assign(year=lambda d: d["start_on"].dt.year.astype("Int64"))
    items = rows[["dcid_id", "year", "initiator_iso3", "receiver_iso3"]]
    return items.set_axis(["id", "year", "initiator", "receiver"], axis=1)


def rival_pairs() -> set[frozenset[str]]:
    """The pairs of states that DCID follows, without direction."""
    rows = load("dcid_incidents")
    return {frozenset(pair) for pair in zip(rows["state_a"], rows["state_b"], strict=True)}


@cached
def items() -> pd.DataFrame:
    """One row per observatory, recorded item, initiating state and receiving state.

    Returns
    -------
    DataFrame
        observatory, id (text), year, initiator and receiver (ISO3 or missing), rivals (whether the two are a pair of DCID).
    """
    parts = {"EuRepoC": eurepoc_items(), "CFR": cfr_items(), "DCID": dcid_items()}
    frame = pd.concat(
        [part.assign(observatory=label, id=part["id"].astype("str")) for label, part in parts.items()]
    )
    pairs = rival_pairs()
    both = zip(frame["initiator"], frame["receiver"], strict=True)
    return frame.assign(rivals=[frozenset(pair) in pairs for pair in both]).reset_index(drop=True)


def shares(rule: str = PUBLISHED, between: tuple[int, int] = SHARED_YEARS) -> pd.DataFrame:
    """Share of each observatory's items that name each state as initiator, with Wilson's 95% interval.

    Parameters
    ----------
    rule : str
        "published": all items; "state": items that name a state; "rivals": items whose initiator and receiver
        are a pair that DCID follows.
    between : (int, int)
        First and last year; items without a year are left out.

    Returns
    -------
    DataFrame
        observatory, state, named, items, share, low, high. An item that names two states counts for both.
    """
    frame = items()
    frame = frame[frame["year"].between(*between).fillna(False).astype(bool)]
    if rule == STATE:
        frame = frame[frame["initiator"].notna()]
    elif rule == RIVALS:
        frame = frame[frame["rivals"]]
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


def shares_in(rule: str = PUBLISHED, period: str = "2005 to 2020, all three") -> pd.DataFrame:
    """:func:`shares` in one of ``PERIODS``."""
    if period not in PERIODS:
        raise ValueError(f"period: {period!r} is not one of {', '.join(PERIODS)}")
    return shares(rule, PERIODS[period])


# ---------------------------------------------------------------- the same incidents?

HELD, PART, WIDER = "held", "held in part", "inside something wider"
ABSENT, OUTSIDE = "not found", "out of scope"
AGREE, DIFFER, SILENT, NOBODY = "same state", "another state", "no state named", "no official statement"
NEAR, FAR, COARSE, UNDATED = (
    "within 31 days",
    "further apart",
    "same year, day not coded",
    "no date to compare",
)
UNHELD = "not held"


@cached
def matches() -> pd.DataFrame:
    """The hand-made matches of well-known incidents with rows of the observatories."""
    frame = load("anchor_matches")
    return frame.assign(observatory=frame["dataset"].astype("str").map(OBSERVATORIES))


@cached
def holdings() -> pd.DataFrame:
    """For each well-known incident (rows) and observatory (columns): held, in part, wider, not found, out of scope."""

    def one(rows: pd.DataFrame) -> str:
        for relation, said in (("same", HELD), ("part_of", PART), ("wider", WIDER)):
            if (rows["relation"] == relation).any():
                return said
        return ABSENT if rows["in_scope"].any() else OUTSIDE

    found = matches().groupby(["anchor_id", "observatory"])[["relation", "in_scope"]].apply(one)
    return found.unstack()[list(OBSERVATORIES.values())]


@cached
def coded() -> pd.DataFrame:
    """Every item of the observatories: the states it names, its start, and how exact that is (CFR codes none)."""
    starts = record().reset_index().assign(id=lambda d: d["incident_id"].astype("str"))
    rows = load("dcid_incidents")
    dates = pd.concat(
        [
            starts[["id", "start_on", "start_precision"]].assign(observatory="EuRepoC"),
            pd.DataFrame(
                {"id": rows["dcid_id"].astype("str"), "start_on": rows["start_on"], "observatory": "DCID"}
            ),
        ]
    )
    named = items().groupby(["observatory", "id"])["initiator"].agg(lambda codes: frozenset(codes.dropna()))
    frame = named.rename("initiators").reset_index().merge(dates, how="left", on=["observatory", "id"])
    return frame.assign(start_precision=frame["start_precision"].astype("object").fillna("day"))


@cached
def codings() -> pd.DataFrame:
    """By well-known incident and observatory that holds it: states named (frozenset), earliest start, how exact it is."""
    rows = matches().dropna(subset=["source_id"])
    rows = rows.assign(id=rows["source_id"].astype("str")).merge(
        coded(), how="left", on=["observatory", "id"]
    )
    rows = rows.sort_values("start_on", na_position="last", kind="stable")
    keys = ["anchor_id", "observatory"]
    first = rows.drop_duplicates(keys).set_index(keys)[["start_on", "start_precision"]]
    named = rows.groupby(keys)["initiators"].agg(lambda sets: frozenset().union(*sets))
    return pd.concat([named, first], axis=1).sort_index()


def names_answer(official: str | None, named: frozenset[str]) -> str:
    """Whether a record names the state of the first official attribution."""
    if pd.isna(official):
        return NOBODY
    return SILENT if not named else AGREE if official in named else DIFFER


def starts_answer(ours: pd.Timestamp, how: str, theirs: pd.Timestamp, exactly: str) -> str:
    """Whether a record's start lies near ours, as far as the precision of both allows."""
    if pd.isna(ours) or pd.isna(theirs):
        return UNDATED
    if "year" in (how, exactly):
        return COARSE if ours.year == theirs.year else FAR
    return NEAR if abs((theirs - ours).days) <= 31 else FAR


def compared(anchor: pd.Series, found: pd.Series | None) -> dict[str, str]:
    """What a record that holds an incident says of who and when, beside what we found."""
    if found is None:
        return {"names": UNHELD, "whom": "", "starts": UNHELD, "start": ""}
    names = ", ".join(country(code) for code in sorted(found["initiators"])) or "no state"
    begun = exact(found[["start_on"]], found[["start_precision"]])[0]
    when = (anchor["began_on"], str(anchor["began_precision"]), found["start_on"], found["start_precision"])
    return {
        "names": names_answer(anchor["attributed_to_iso3"], found["initiators"]),
        "whom": names,
        "starts": starts_answer(*when),
        "start": begun or "no start coded",
    }


@cached
def lookups() -> pd.DataFrame:
    """Well-known incidents by observatory, the oldest first: what is held, why, whom it names, when it begins."""
    anchors = load("anchor_incidents").sort_values("began_on").set_index("anchor_id")
    by_cell = matches().groupby(["anchor_id", "observatory"])
    reasons, scope = by_cell["reason"].agg(" ".join), by_cell["in_scope"].any()
    grid, found = holdings(), codings()
    rows = []
    for anchor_id, anchor in anchors.iterrows():
        for label in grid.columns:
            key = (anchor_id, label)
            row = {"incident": anchor["name"], "began": anchor["began_on"].year, "observatory": label}
            row |= {"in scope": "yes" if scope[key] else "no", "held": grid.loc[key], "reason": reasons[key]}
            rows.append(row | compared(anchor, found.loc[key] if key in found.index else None))
    return pd.DataFrame(rows)


def looked_up(compare: str = "held") -> pd.DataFrame:
    """Well-known incidents by observatory and one answer: is it held, whom does it name, when did it begin?

    Returns
    -------
    DataFrame
        incident, began (year), observatory, in scope, answer, and what the record has.
    """
    has = {"held": "reason", "names": "whom", "starts": "start"}
    if compare not in has:
        raise ValueError(f"compare: {compare!r} is not one of {', '.join(has)}")
    frame = lookups()[["incident", "began", "observatory", "in scope", compare, has[compare]]]
    return frame.set_axis([*frame.columns[:4], "answer", "what the record has"], axis=1)
