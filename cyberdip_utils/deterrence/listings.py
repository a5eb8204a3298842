"""Sanctions lists: the EU's batches, the operations its reasons name, the US snapshot, and how long listing took.

A listing is an administrative measure. It says what a council or a ministry holds a person or a firm to have done; it is
no conviction, and the party's country is not a finding that the state is responsible.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.deterrence.responses import (
    RETORSION,
    STEPS,
    answered,
    bounds,
    incidents,
    namings,
    responses,
)

CYBER, HYBRID, BOTH, CODED, US = "cyber", "hybrid", "both", "coded", "us"
REGIMES = {
    CYBER: "EU cyber (2019/796)",
    HYBRID: "EU hybrid (2024/2642)",
    BOTH: "both EU lists",
    CODED: "coded by EuRepoC",
    US: "US, January 2023",
}
#: Day on which the Council adopted the regulation: before it, nobody could be listed.
ADOPTED = {
    CYBER: pd.Timestamp("2019-05-17"),
    HYBRID: pd.Timestamp("2024-10-08"),
    BOTH: pd.Timestamp("2019-05-17"),
}
START, PUBLIC, NAMED, LAW = "start", "public", "named", "law"
ORIGINS = {
    START: "the start",
    PUBLIC: "becoming public",
    NAMED: "a state naming someone",
    LAW: "the later of start and regulation",
}


class Match(NamedTuple):
    """Where an operation of the EU's reasons has its dates: ours to dispute, so the reason stands beside it."""

    anchor: str  # anchor_incidents.anchor_id, or ""
    incident: int  # incidents.incident_id, or 0
    why: str


#: Single operations that one of our tables dates. Groups, tools and services (Callisto, Conti, hosting) have no one start.
MATCHES = {
    "Cloud Hopper": Match("cloud-hopper", 578, "same campaign"),
    "OPCW 2018": Match("opcw-2018", 0, "same attempt; EuRepoC has no row"),
    "Bundestag 2015": Match("bundestag-2015", 712, "same intrusion"),
    "NotPetya 2017": Match("notpetya-2017", 1032, "same attack"),
    "Ukraine power grid 2015-2016": Match(
        "ukraine-grid-2015", 786, "first of the two outages that the reasons name"
    ),
    "WannaCry 2017": Match("wannacry-2017", 1016, "same attack"),
    "Sony Pictures": Match("sony-pictures-2014", 644, "same attack"),
    "Bangladesh Bank": Match("bangladesh-bank-2016", 842, "same theft"),
    "Polish Financial Supervision Authority": Match(
        "", 911, "campaign against Polish banks through the authority"
    ),
    "WhisperGate": Match("", 1449, "first wave, as EuRepoC dates it"),
}


def _known(what: str, value: object, allowed) -> None:
    if value not in allowed:
        raise ValueError(f"{what}: {value!r} is not one of {', '.join(map(str, allowed))}")


@cache
def eu_listings(regime: str = BOTH) -> pd.DataFrame:
    """The EU's listings of one or both regulations with ``list``: "2019/796", "2024/2642, cyber" or "2024/2642, other"."""
    _known("regime", regime, (CYBER, HYBRID, BOTH))
    rows = load("eu_sanctions").astype({"regime": str, "kind": str})
    is_cyber = rows["regime"].str.contains("2019/796")
    rows["list"] = np.select(
        [is_cyber, rows["cyber"].astype(bool)], ["2019/796", "2024/2642, cyber"], "2024/2642, other"
    )
    return rows[is_cyber if regime == CYBER else ~is_cyber if regime == HYBRID else is_cyber | True]


@cache
def coded_sanctions() -> pd.DataFrame:
    """Sanctions and other retorsion that EuRepoC codes: incident_id, responded_on, subtype, by (name of the state)."""
    rows = responses()
    rows = rows[rows["step"] == STEPS[0]]
    by = [country(c) if not pd.isna(c) else "not coded" for c in rows["iso3"]]
    out = rows[["incident_id", "responded_on", "subtype"]].assign(by=by)
    return out.drop_duplicates().reset_index(drop=True)


def batches(regime: str = BOTH) -> pd.DataFrame:
    """Parties listed on each day: on, list, parties, persons, entities; for coded sanctions the incidents answered.

    The US snapshot has no days, so it gives no rows.
    """
    _known("regime", regime, REGIMES)
    columns = ["on", "list", "parties", "persons", "entities"]
    if regime == US:
        return pd.DataFrame(columns=columns)
    if regime == CODED:
        rows = coded_sanctions().dropna(subset=["responded_on"])
        who = rows["by"].where(rows["by"] == "United States", "others")
        count = rows.groupby([rows["responded_on"], who])["incident_id"].nunique()
        out = count.rename("parties").rename_axis(["on", "list"]).reset_index()
        return out.assign(persons=pd.NA, entities=pd.NA)[columns]
    rows = eu_listings(regime)
    count = pd.crosstab([rows["listed_on"], rows["list"]], rows["kind"]).reindex(
        columns=["person", "entity"], fill_value=0
    )
    out = count.rename_axis(index=["on", "list"], columns=None).reset_index()
    out = out.rename(columns={"person": "persons", "entity": "entities"})
    out["parties"] = out["persons"] + out["entities"]
    return out[columns]


def longest_gap(days: pd.Series) -> tuple[float, pd.Timestamp, pd.Timestamp] | None:
    """Longest stretch between two neighbouring days, in months of 30.44 days, with its ends; None with fewer than two."""
    ordered = days.drop_duplicates().sort_values().reset_index(drop=True)
    if len(ordered) < 2:
        return None
    steps = ordered.diff().dt.days
    at = int(steps.idxmax())
    return float(steps[at]) / 30.44, ordered[at - 1], ordered[at]


def _first_naming() -> pd.DataFrame:
    rows = (
        namings()
        .dropna(subset=["earliest"])
        .sort_values(["incident_id", "latest", "earliest"], kind="stable")
    )
    return rows.drop_duplicates("incident_id").set_index("incident_id")[["earliest", "latest"]]


def _span(on, precision) -> tuple[pd.Timestamp, pd.Timestamp]:
    low, high = bounds(pd.Series([pd.Timestamp(on) if not pd.isna(on) else pd.NaT]), pd.Series([precision]))
    return low[0], high[0]


EVENTS = ("start", "public", "named")


@cache
def operations(regime: str = BOTH) -> pd.DataFrame:
    """What was sanctioned, with the bounds of its dates and the first and last day of sanction.

    Operations of the EU's reasons take their dates from ``anchor_incidents``, else from EuRepoC; incidents with a coded
    sanction take all from EuRepoC, which does not code when they became public.

    Returns
    -------
    pandas.DataFrame
        operation, kind, parties, first, last (days of sanction), start_low, start_high, public_low, public_high,
        named_low, named_high, matched (where the dates come from; "" if nothing dates it), incident (EuRepoC's number
        or 0). The US snapshot has no days and gives no rows.
    """
    _known("regime", regime, REGIMES)
    columns = ["operation", "kind", "parties", "first", "last"]
    columns += [f"{e}_{end}" for e in EVENTS for end in ("low", "high")] + ["matched", "incident"]
    record, naming, out = incidents(), _first_naming(), []

    def by_record(number: int) -> list:
        one = record.loc[number]
        named = tuple(naming.loc[number]) if number in naming.index else (pd.NaT, pd.NaT)
        return [*_span(one["start_on"], one["start_precision"]), pd.NaT, pd.NaT, *named]

    if regime == CODED:
        for number, rows in coded_sanctions().groupby("incident_id"):
            days = rows["responded_on"]
            name = record.at[number, "name"]
            out.append(
                (
                    name,
                    "cyber",
                    rows["by"].nunique(),
                    days.min(),
                    days.max(),
                    *by_record(number),
                    f"EuRepoC {number}",
                    number,
                )
            )
    elif regime != US:
        anchors = load("anchor_incidents").set_index("anchor_id")
        tags = load("eu_sanction_operations").astype({"operation": str, "kind": str})
        rows = tags.merge(eu_listings(regime)[["listing", "listed_on"]], on="listing")
        for name, part in rows.groupby("operation", sort=False):
            match = MATCHES.get(name)
            dates: list = [pd.NaT] * 6
            where, number = "", 0
            if match:
                number = match.incident
                where = f"{'our anchor' if match.anchor else f'EuRepoC {number}'}: {match.why}"
                if match.anchor:
                    a = anchors.loc[match.anchor]
                    dates = [
                        *_span(a["began_on"], a["began_precision"]),
                        *_span(a["became_public_on"], a["became_public_precision"]),
                        *_span(a["attributed_on"], a["attributed_precision"]),
                    ]
                else:
                    dates = by_record(number)
            days = part["listed_on"]
            out.append((name, part["kind"].iloc[0], len(part), days.min(), days.max(), *dates, where, number))
    frame = pd.DataFrame(out, columns=columns)
    for column in columns[3:11]:
        frame[column] = pd.to_datetime(frame[column])
    return frame.sort_values(["first", "operation"], kind="stable", ignore_index=True)


def clock(regime: str = CYBER, origin: str = START) -> pd.DataFrame:
    """Years from an event to the first sanction for each operation that has both dates, slowest first.

    Parameters
    ----------
    regime : str
        A key of ``REGIMES``.
    origin : str
        What the clock starts with, a key of ``ORIGINS``.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`operations` and low, high: bounds of the wait in years of 365.25 days. Below 0, the event
        came after the first listing of a party: its reasons were widened later, and such rows are left out.
    """
    _known("origin", origin, ORIGINS)
    frame, event = operations(regime), START if origin == LAW else origin
    early, late = frame[f"{event}_low"], frame[f"{event}_high"]
    if origin == LAW:
        adopted = ADOPTED.get(regime, pd.NaT)
        early, late = (x.where(x.isna() | (x > adopted), adopted) for x in (early, late))
    frame = frame.assign(
        low=(frame["first"] - late).dt.days / 365.25, high=(frame["first"] - early).dt.days / 365.25
    )
    frame = frame.dropna(subset=["low", "high"])
    frame = frame[frame["high"] >= 0]
    return frame.assign(low=frame["low"].clip(lower=0)).sort_values(
        ["high", "operation"], ascending=[False, True], kind="stable", ignore_index=True
    )


def who(regime: str = BOTH) -> pd.DataFrame:
    """Listed parties by country: country, kind, parties.

    The EU's is the party's link as its reasons or address give it. The US snapshot counts an entry once for each country
    in which it has an address. For coded sanctions it is the state that imposes them, and the count is of incidents.
    """
    _known("regime", regime, REGIMES)
    if regime == US:
        rows = load("us_sanction_countries").merge(
            load("us_sanctions")[["entity_number", "kind"]], on="entity_number"
        )
        rows = rows.rename(columns={"iso3": "code", "entity_number": "party"}).astype({"kind": str})
        rows["kind"] = rows["kind"].where(rows["kind"].isin(["person", "entity"]), "ship or aircraft")
    elif regime == CODED:
        rows = (
            coded_sanctions()
            .rename(columns={"incident_id": "party", "by": "country"})
            .assign(kind="incident")
        )
    else:
        rows = eu_listings(regime).rename(columns={"linked_to": "code", "listing": "party"})
    if "country" not in rows:
        rows = rows.assign(country=[country(c) if not pd.isna(c) else "not given" for c in rows["code"]])
    out = rows.groupby(["country", "kind"])["party"].nunique().rename("parties").reset_index()
    size = out.groupby("country")["parties"].transform("sum")
    return (
        out.assign(size=size)
        .sort_values(["size", "country", "kind"], ascending=[False, True, True], ignore_index=True)
        .drop(columns="size")
    )


def us_programmes() -> pd.DataFrame:
    """Entries of the US snapshot by sanctions programme they stand under beside CYBER2: programme, entries."""
    rows = load("us_sanction_programs").astype({"program": str})
    only = rows.groupby("entity_number")["program"].nunique() == 1
    count = rows.loc[rows["program"] != "CYBER2", "program"].value_counts().sort_index()
    count = count.sort_values(ascending=False, kind="stable")
    parts = [("CYBER2 alone", int(only.sum())), *[(f"also {p}", int(n)) for p, n in count.items()]]
    return pd.DataFrame(parts, columns=["programme", "entries"])


@cache
def blind_spot() -> pd.DataFrame:
    """Operations that the EU sanctioned before the record was closed, and whether EuRepoC codes that sanction.

    Returns
    -------
    pandas.DataFrame
        operation, listed (first day), incident, coded (a sanction or other retorsion of any state is coded), answered
        (any response is coded). Only operations with a row in EuRepoC.
    """
    frame = operations(BOTH)
    frame = frame[(frame["incident"] > 0) & (frame["first"] <= incidents()["updated_on"].max())]
    out = frame[["operation", "first", "incident"]].rename(columns={"first": "listed"}).reset_index(drop=True)
    return out.assign(
        coded=out["incident"].isin(answered(RETORSION)), answered=out["incident"].isin(answered("any"))
    )
