"""Answers to the coding exercises of chapter 1.2."""

from __future__ import annotations

from cyberdip_utils.data import load
from cyberdip_utils.teach import Verdict, check_number


def check_joint(answer: object) -> Verdict:
    """Exercise 7: in what share of the incidents that a receiver's government attributes do several states speak?"""
    every = load("incident_attributions").dropna(subset=["attributing_iso3"])
    every = every[every["basis"] == "receiver's government"]
    rows = every[every["category"] != "not attributed"]
    states, silent = (t.groupby("incident_id")["attributing_iso3"].nunique() for t in (rows, every))
    single = rows.groupby("attribution_id")["attributing_iso3"].nunique()
    several = float((states > 1).mean())
    return check_number(
        answer,
        right=several,
        tolerance=0.0003,
        slips={
            "You took all rows; those coded “not attributed” are no claims.": float((silent > 1).mean()),
            "You counted rows. One state can have several rows for an incident: use nunique.": float(
                (rows.groupby("incident_id").size() > 1).mean()
            ),
            "That is the share of single attributions. Group by incident_id, not by attribution_id.": float(
                (single > 1).mean()
            ),
            "That is the number of incidents. Divide by the number of incidents with at least one state.": float(
                (states > 1).sum()
            ),
            "You divided by all incidents of the record. Only those that a government attributes can have two.": float(
                (states > 1).sum() / len(load("incidents"))
            ),
            "That is a percentage. Give a number between 0 and 1.": several * 100,
        },
        hint="Keep rows with the basis “receiver's government” and a state, group by incident_id, count distinct states.",
    )


CHECKS = {"joint": check_joint}
