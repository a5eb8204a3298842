"""Chapter 5.3: offensive capabilities, deterrent or danger? The debate, and what the handbook's tables say to it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cyberdip_utils.controversies.debate import open_debate
from cyberdip_utils.countries import name
from cyberdip_utils.data import load
from cyberdip_utils.first_edition.exhibit import find_any, view_of
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

debate = open_debate("5.3")
argument_map, evidence, weigh = debate.exhibits()
finding_balance, finding_start, finding_robust = debate.findings()


#: the flaws closed by Microsoft's bulletin MS17-010, and the day of the bulletin
BULLETIN = tuple(f"CVE-2017-{n:04d}" for n in range(143, 149))
PATCHED_ON = pd.Timestamp("2017-03-14")
#: the year in which the United States published the doctrine, as a start of counting
DOCTRINE = pd.Timestamp("2018-01-01")
NOTPETYA = "notpetya-2017"


def _shown(exhibit: str, **values: Any) -> pd.DataFrame:
    """The table of another chapter's exhibit, in the state that the evidence of this debate opens."""
    return view_of(find_any(exhibit), **values).table


def _day(date: pd.Timestamp) -> str:
    return f"{date.day} {date:%B %Y}"


def finding_gap() -> str:
    """How many incidents laid to a state have a public answer on record, and how many a sanction or other retorsion."""
    parts = {}
    for kind in ("any", "retorsion"):
        whole = _shown("response_gap", by="origin", kind=kind).iloc[0]
        parts[kind] = share(int(whole["With response"]), int(whole["Incidents"]))
    return (
        f"Where a state or its affiliate is named as the origin, a political or legal response is coded in {parts['any']} of the "
        f"incidents that were entered after the record's first load, and a sanction or other retorsion in {parts['retorsion']}. Answers in "
        "secret leave no code."
    )


def finding_reply() -> str:
    """How often the other side follows with a harsher move within a year, beside what chance gives.

    Intervals draw pairs of states whole, as the finding of chapter 3.4 does: moves within a pair are not independent.
    """
    view = view_of(find_any("what_came_next"), window=365, by="other", interval="pairs")
    return f"Among recorded rivals, pairs drawn whole. {view.takeaway}"


def concessions(frame: pd.DataFrame) -> pd.DataFrame:
    """Operations, and those that won a concession, by the state that they are laid to.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of ``dcid_incidents``.

    Returns
    -------
    pandas.DataFrame
        Columns ``won`` and ``operations``, one row a state, most operations first.
    """
    by = frame.groupby("initiator_iso3", observed=True)["concession"].agg(won="sum", operations="size")
    return by.astype(int).sort_values(["operations", "won"], ascending=False)


def finding_thin() -> str:
    """How few operations of the state with the doctrine are on record, and how few since it was published."""
    frame = load("dcid_incidents")
    ours = frame[frame["initiator_iso3"] == "USA"]
    since = int((ours["start_on"] >= DOCTRINE).sum())
    table = concessions(frame)
    won, total = int(table.loc["USA", "won"]), int(table["won"].sum())
    others = table.drop(index="USA").sum()
    return (
        f"DCID lays {share(len(ours), len(frame))} of its incidents between rivals to the United States, {since} of them begun since "
        f"{DOCTRINE.year}, the year of the doctrine. A concession is coded in {share(won, len(ours))} of the American operations and in "
        f"{share(int(others['won']), int(others['operations']))} of all others: {won} of {total} concessions are American. A doctrine of constant "
        f"operations is judged here by {since} that became known."
    )


def finding_escape() -> str:
    """What the list of exploited flaws says of the six that MS17-010 closed, beside all the others."""
    frame = load("kev")
    leaked = frame[frame["cve"].isin(BULLETIN)]
    rest = frame.drop(index=leaked.index)
    known = int((leaked["ransomware"] == "known").sum())
    wait = (leaked["added_on"].min() - PATCHED_ON).days / 365.25
    return (
        f"Of the {len(BULLETIN)} flaws that Microsoft closed on {_day(PATCHED_ON)} with bulletin MS17-010, {len(leaked)} are in the list of "
        f"exploited flaws; use in ransomware is known for {known} of these {len(leaked)}, against "
        f"{share(int((rest['ransomware'] == 'known').sum()), len(rest))} of the other flaws. The first was listed {wait:.1f} years after its "
        f"repair, the day the list began, {_day(frame['added_on'].min())}. The list says nothing on who found a flaw first."
    )


def claims_of_notpetya() -> pd.DataFrame:
    """Who said what of NotPetya, and when, as EuRepoC codes it.

    Returns
    -------
    pandas.DataFrame
        ``attributed_on``, ``who`` (ISO code, or the basis where it is no state), ``basis``, ``type``, ``iso3`` (the accused state,
        missing if none was named); earliest first.
    """
    match = load("anchor_matches")
    same = match[
        (match["anchor_id"] == NOTPETYA) & (match["dataset"] == "eurepoc") & (match["relation"] == "same")
    ]
    frame = load("incident_attributions")
    frame = frame[frame["incident_id"].astype(str).isin(same["source_id"].astype(str))]
    who = frame["attributing_iso3"].astype(object).fillna(frame["basis"].astype(object))
    frame = frame.assign(who=who).sort_values(["attributed_on", "n"])
    return frame[["attributed_on", "who", "basis", "type", "iso3"]].reset_index(drop=True)


def finding_notpetya() -> str:
    """Who attributed NotPetya to whom, on which day and on what basis."""
    anchor = load("anchor_incidents").set_index("anchor_id").loc[NOTPETYA]
    frame = claims_of_notpetya()
    accused = frame[(frame["iso3"] == "RUS") & (frame["type"] == "political statement")]
    days = [
        f"{_listed([name(w) for w in day['who']])} on {_day(on)}"
        for on, day in accused.groupby("attributed_on")
    ]
    return (
        f"NotPetya began on {_day(anchor['began_on'])} and reached about {int(anchor['receivers_n'])} states. {name(anchor['attributed_by'])} "
        f"attributed it to Russian services on {_day(anchor['attributed_on'])} ({anchor['basis']}); by political statement followed "
        f"{', and '.join(days)}. Of {len(frame)} coded attributions {int(frame['iso3'].eq('RUS').sum())} name Russia."
    )


def _listed(names: list[str]) -> str:
    named = [f"the {n}" if n.startswith("United") else n for n in sorted(names)]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _check_whose(answer: object) -> Verdict:
    table = concessions(load("dcid_incidents"))
    won, operations = table.loc["USA", "won"], table.loc["USA", "operations"]
    right = float(won / table["won"].sum())
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "That is the share of American operations that won a concession. The question goes the other way: of the concessions, how many "
            "were American?": float(won / operations),
            "That is the American share of all incidents. Keep only those with a concession.": float(
                operations / table["operations"].sum()
            ),
            "That is the share of all incidents that won a concession, whoever began them.": float(
                table["won"].sum() / table["operations"].sum()
            ),
            "That is a number of incidents. Divide by the number of concessions.": float(won),
            "That is a percentage. Give a number between 0 and 1.": right * 100,
        },
        hint="Keep the rows of dcid_incidents in which concession is true, then take the mean of initiator_iso3 == 'USA'.",
    )


def _check_turns(answer: object) -> Verdict:
    levers = {"stability": 3}
    leader = str(debate.score(**levers).idxmax())
    right = debate.flip("prevented", leader, **levers)
    plain = debate.flip("prevented", str(debate.score().idxmax()))
    return check_number(
        answer,
        right=float("nan") if right is None else right,
        tolerance=0.05,
        slips={
            "That is the point with all weights at 1. Give stability the weight 3.": float("nan")
            if plain is None
            else plain
        },
        hint="debate.flip('prevented', leader, stability=3), where leader is the side that debate.score(stability=3) puts first.",
    )


CHECKS = {"whose": _check_whose, "turns": _check_turns}
