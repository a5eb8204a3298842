"""Which obligations coders noted as possibly breached, by the norm that stands nearest; for chapter 2.3."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import View
from cyberdip_utils.stats import share, wilson


def settled_states() -> frozenset[int]:
    """Incidents for which a settled coding names a state, or a group affiliated with one, as initiator."""
    rows = load("incident_initiators")
    mine = rows["category"].isin(["state", "state-affiliated"]) & rows["settled"].fillna(False)
    return frozenset(rows.loc[mine, "incident_id"])


# Norm -> the coded obligations that stand nearest to it: our reading, after norm_links.
# Norm (f) is about critical infrastructure, so its two rows take only incidents in which such a receiver is coded.
CRITICAL = "critical infrastructure only"
BY_NORM = {
    "due diligence (norms c and h)": {"code": ["Due diligence"]},
    "civil and political rights (norm e)": {
        "code": ["Human rights"],
        "subcode": ["Civic / political rights"],
    },
    "economic, social and cultural rights (norm e)": {
        "code": ["Human rights"],
        "subcode": ["Economic, social and cultural rights"],
    },
    "intervention or force against infrastructure (norm f)": {
        "code": ["International peace"],
        "subcode": ["Prohibition of intervention", "Use of force"],
        CRITICAL: True,
    },
    "law of armed conflict, infrastructure (norm f)": {"code": ["Armed conflict"], CRITICAL: True},
    "sovereignty (no norm of its own)": {"code": ["Sovereignty"]},
    "espionage (no norm of its own)": {"code": ["Cyber espionage"]},
}
SHORT = dict(
    zip(
        BY_NORM,
        (
            "c, h: diligence",
            "e: civil rights",
            "e: social rights",
            "f: force",
            "f: conflict",
            "– sovereignty",
            "– espionage",
        ),
        strict=True,
    )
)
SPAN = (2000, 2024)


@cache
def coded() -> pd.DataFrame:
    """``incidents`` by number, with whether law is coded, the years of start and entry, and whether a state is named."""
    frame = load("incidents").set_index("incident_id")
    legal = load("incident_legal")
    for kind in ("breach", "attribution"):
        frame[kind] = frame.index.isin(legal.loc[legal["kind"] == kind, "incident_id"])
    frame["year"] = frame["start_on"].dt.year
    frame["added"] = frame["added_on"].dt.year
    frame["state"] = frame.index.isin(settled_states())
    return frame


@cache
def _breach_ids(label: str, kind: str = "breach") -> frozenset[int]:
    rows = load("incident_legal")
    rows = rows[rows["kind"] == kind]
    wanted = BY_NORM[label]
    for column in ("code", "subcode"):
        if column in wanted:
            rows = rows[rows[column].isin(wanted[column])]
    found = frozenset(rows["incident_id"])
    if wanted.get(CRITICAL):
        hit = load("incident_receivers")
        found &= set(hit.loc[hit["category"] == "Critical infrastructure", "incident_id"])
    return found


def breaches(initiator: str = "all", between: tuple[int, int] = SPAN) -> pd.DataFrame:
    """Distinct incidents for which coders noted an obligation as possibly breached, by nearest norm.

    Returns
    -------
    pandas.DataFrame
        ``obligation``, ``incidents`` (coded), ``state named`` (those with a settled state or affiliated initiator), ``invoked``
        (those in which an attributing party itself named such a rule). An incident can stand in several rows.
    """
    pool = coded()
    if tuple(between) != SPAN:
        pool = pool[pool["year"].between(*between)]
    if initiator == "state":
        pool = pool[pool["state"]]
    rows = []
    for label in BY_NORM:
        hit = pool.index.isin(_breach_ids(label))
        rows.append(
            {
                "obligation": label,
                "incidents": int(hit.sum()),
                "state named": int((hit & pool["state"].to_numpy()).sum()),
                "invoked": int(pool.index.isin(_breach_ids(label, "attribution")).sum()),
            }
        )
    return pd.DataFrame(rows)


def coding_practice(by: str = "year") -> pd.DataFrame:
    """Of the incidents that began (``year``) or were entered (``added``) in a year, how many carry any breach coding."""
    frame = coded().dropna(subset=[by])
    out = frame.groupby(by)["breach"].agg(["sum", "size"]).reset_index()
    out.columns = ["year", "coded", "incidents"]
    return out.astype(int).assign(share=lambda d: d["coded"] / d["incidents"])


def legal_view(picture: str = "norms", initiator: str = "all", between: tuple[int, int] = SPAN) -> View:
    """Breach codings by norm, or the share of incidents that carry any, by year of start or of entry.

    Parameters
    ----------
    picture : str
        "norms", "year" (of the start) or "added" (year of entry).
    initiator : str
        "all" or "state" (a settled coding names a state or its affiliate); for the picture by norm.
    between : (int, int)
        Years of the start, or of entry.
    """
    sources = ("incidents", "incident_legal", "incident_initiators", "incident_receivers")
    caveat = (
        "A coder's note that a rule may have been breached is not a judgement: no court sat, no state was heard, and some "
        "codes follow from others by rule. States disagree whether sovereignty and due diligence are rules at all. "
        "Rows of norm (f) take only incidents against critical infrastructure; norms (a), (b), (d), (g), (i), (j) and (k) ask "
        "for conduct that no coding records. "
        "Incidents without a coding were mostly never examined, so they are not incidents without a breach."
    )
    if picture == "norms":
        table = breaches(initiator, between)
        if not table["incidents"].any():
            said = "No incident in this selection carries a breach coding."
            return View(figures.empty(said), said, table, caveat, sources)
        long = table.melt("obligation", ["incidents", "state named"], var_name="which", value_name="n")
        long["which"] = long["which"].map(
            {"incidents": "coded as possibly breached", "state named": "and a state is named"}
        )
        long["obligation"] = long["obligation"].map(SHORT)
        figure = figures.bars(
            long,
            "obligation",
            "n",
            group="which",
            label="distinct incidents",
            height=150 + 62 * len(table),
        )
        figure.update_xaxes(range=[0, 1.25 * float(table["incidents"].max())], nticks=4, tickangle=0)
        top = table.loc[table["incidents"].idxmax()]
        return View(
            figure,
            f"Coded most often: {top['obligation']}, in {top['incidents']:,} distinct incidents; a state or its affiliate is named in "
            f"{share(int(top['state named']), int(top['incidents']))}, and an attributing party itself invoked that rule in "
            f"{int(top['invoked'])}.",
            table,
            caveat,
            sources,
        )
    table = coding_practice(picture)
    table = table[table["year"].between(*between)].reset_index(drop=True)
    if initiator == "state":
        pool = coded()
        pool = pool[pool["state"]].dropna(subset=[picture])
        own = pool.groupby(picture)["breach"].agg(["sum", "size"])
        table["coded"] = own["sum"].reindex(table["year"]).fillna(0).astype(int).to_numpy()
        table["incidents"] = own["size"].reindex(table["year"]).fillna(0).astype(int).to_numpy()
        table["share"] = table["coded"] / table["incidents"].where(table["incidents"] > 0)
    if table.empty or not table["incidents"].any():
        said = "No incident in this selection was entered or began in these years."
        return View(figures.empty(said), said, table, caveat, sources)
    word = "began" if picture == "year" else "were entered"
    ends = [
        wilson(k, n) if n else (np.nan, np.nan)
        for k, n in zip(table["coded"], table["incidents"], strict=True)
    ]
    table = table.assign(low=[e[0] for e in ends], high=[e[1] for e in ends])
    figure = figures.lines(
        table,
        "year",
        "share",
        low="low",
        high="high",
        label="share with any breach coding",
        percent=True,
        height=430,
    )
    figure.update_yaxes(range=[0, 1.04])
    figure.update_xaxes(dtick=1 if len(table) < 8 else 10, tickangle=0)
    first, last = table.dropna(subset=["share"]).iloc[[0, -1]].itertuples(index=False)
    return View(
        figure,
        f"Of the incidents that {word} in {first.year}, {share(first.coded, first.incidents)} carry a breach coding; of those that "
        f"{word} in {last.year}, {share(last.coded, last.incidents)}.",
        table.round(4),
        caveat
        + " Compare the year of start with the year of entry: the habit of coding law came with the entries from late 2022.",
        sources,
    )
