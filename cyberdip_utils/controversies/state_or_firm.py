"""Chapter 5.4: who should carry the load, state or firm? The debate, and five facts from the tables that bear on it.

The debate itself is ``debates/5_4.toml``. What is computed here uses the tables only. A firm that speaks, owns or removes is
counted for what the record says of it; the record leaves out what nobody published.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from cyberdip_utils.controversies.debate import open_debate
from cyberdip_utils.data import load
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

debate = open_debate("5.4")
argument_map, evidence, weigh = debate.exhibits()
finding_balance, finding_start, finding_robust = debate.findings()

FIRMS = (
    "security community"  # EuRepoC's code: security firms and researchers, university laboratories among them
)
GOVERNMENT = "receiver's government"
#: Google's labels since 2019 for requests that rest on a court; the older label "Judicial" is not split like them
COURTS = ("Court Order directed at 3rd party", "Court Order directed at Google", "Suppression Orders")
BRANCHES_FROM = 2019  # since then every row of Google's carries one of the newer labels
OLD = 2  # years between the number of a flaw and its listing that make it old
EDITION = 2024  # of the index of measures
REGULATION, PARTNERSHIP = "cybersecurity regulation", "public-private partnerships"


# ---------------------------------------------------------------- who speaks


@cache
def speakers() -> pd.DataFrame:
    """Incidents that security firms or the receiving government attributed, and who of the two spoke.

    Returns
    -------
    pandas.DataFrame
        By ``incident_id``: ``firms`` and ``government``, true where at least one attribution has that basis. Incidents
        that neither attributed are left out; so are the words of attackers, media and third parties.
    """
    rows = load("incident_attributions")
    basis = rows["basis"].astype(str)
    spoke = pd.DataFrame({"firms": basis.eq(FIRMS), "government": basis.eq(GOVERNMENT)})
    by = spoke.groupby(rows["incident_id"]).any()
    return by[by.any(axis=1)]


def firms_alone(category: str = "any") -> tuple[int, int]:
    """Of the incidents that firms or the receiving government attributed: on how many only firms spoke.

    Parameters
    ----------
    category : str
        A category of receivers as in ``incident_receivers``, or "any".

    Returns
    -------
    (int, int)
        Incidents on which firms spoke and the government did not; all incidents that one of the two attributed.

    Raises
    ------
    ValueError
        No such category.
    """
    by = speakers()
    if category != "any":
        rows = load("incident_receivers")
        known = rows["category"].astype(object)
        if category not in set(known.dropna()):
            raise ValueError(f"category: {category!r} is not a category of receivers")
        by = by[by.index.isin(rows.loc[known.eq(category), "incident_id"])]
    return int((by["firms"] & ~by["government"]).sum()), len(by)


# ---------------------------------------------------------------- who mends


def flaws() -> pd.DataFrame:
    """Flaws known to be used, with their age when listed.

    Returns
    -------
    pandas.DataFrame
        The table ``kev`` with ``age``: year of listing less the year in the flaw's number, an approximate age in years.
    """
    rows = load("kev")
    return rows.assign(age=rows["added_on"].dt.year - rows["cve"].str.slice(4, 8).astype(int))


def vendors_for_half() -> tuple[int, int]:
    """The smallest number of vendors whose products hold half of the listed flaws, and the number of vendors."""
    counts = load("kev")["vendor"].astype(str).value_counts()
    return int((counts.cumsum() < counts.sum() / 2).sum()) + 1, len(counts)


# ---------------------------------------------------------------- who owns


def only_cables() -> pd.DataFrame:
    """Cable systems in service that are the only one to land in some country or territory.

    Returns
    -------
    pandas.DataFrame
        A row for each such place (ISO3): ``cable`` and ``owners``, how many owners the source names (0: none named).
        As of June 2021. Cables that stay inside one country are not counted.
    """
    cables = load("cables")
    live = set(cables.loc[cables["planned"].eq(False).fillna(False), "cable"])
    landings = load("cable_landings")
    landings = landings[landings["cable"].isin(live) & landings["iso3"].notna()]
    pairs = landings[["cable", "iso3"]].drop_duplicates()
    pairs = pairs[pairs.groupby("cable")["iso3"].transform("size") > 1]
    alone = pairs[pairs.groupby("iso3")["cable"].transform("size") == 1].set_index("iso3")
    owners = load("cable_owners").groupby("cable")["owner"].nunique()
    return alone.assign(owners=alone["cable"].map(owners).fillna(0).astype(int)).sort_index()


# ---------------------------------------------------------------- who decides


def requests_by_branch(without_russia: bool = False) -> pd.Series:
    """Google's count of government requests to remove content since 2019, by the branch that asked, most first.

    Parameters
    ----------
    without_russia : bool
        Leave out requests from Russia.
    """
    rows = load("removal_requests")
    rows = rows[rows["company"].astype(str).eq("Google") & (rows["year"] >= BRANCHES_FROM)]
    if without_russia:
        rows = rows[rows["iso3"].astype(object).ne("RUS")]
    return rows["n"].groupby(rows["branch"].astype(str)).sum().sort_values(ascending=False)


def from_courts(without_russia: bool = False) -> tuple[int, int]:
    """Requests that rest on the order of a court, and all requests; see :func:`requests_by_branch`."""
    counts = requests_by_branch(without_russia)
    return int(counts.reindex(list(COURTS)).sum()), int(counts.sum())


# ---------------------------------------------------------------- who has rules, who has partners


def rules_and_partners() -> pd.DataFrame:
    """States that report a regulation and a partnership in the index of 2024, by income group.

    Returns
    -------
    pandas.DataFrame
        By income group: ``states``, ``regulation`` and ``partnership`` (a score above nought), ``rule only`` (the first
        and not the second) and ``partner only``.
    """
    rows = load("gci_indicators")
    rows = rows[(rows["year"] == EDITION) & rows["indicator"].isin([REGULATION, PARTNERSHIP])]
    has = rows.astype({"indicator": str}).pivot(index="iso3", columns="indicator", values="value") > 0
    income = load("states").drop_duplicates("iso3").set_index("iso3")["income_group"].astype(object)
    group = pd.Series(has.index.map(income), index=has.index).fillna("unknown")
    table = pd.DataFrame(
        {
            "states": True,
            "regulation": has[REGULATION],
            "partnership": has[PARTNERSHIP],
            "rule only": has[REGULATION] & ~has[PARTNERSHIP],
            "partner only": ~has[REGULATION] & has[PARTNERSHIP],
        }
    )
    return table.groupby(group).sum().rename_axis("income group")


# ---------------------------------------------------------------- findings


def finding_speakers() -> str:
    """How often firms alone attribute, overall and where the receiver is a social group."""
    by = speakers()
    both = int((by["firms"] & by["government"]).sum())
    return (
        f"In {share(*firms_alone())} of the incidents that security firms and researchers or the receiving government "
        f"attributed, the government did not; both spoke in {share(both, len(by))}. Where a social group was hit, firms and "
        f"researchers spoke alone in {share(*firms_alone('Social groups'))}. The code does not tell a firm from a university "
        "laboratory, and what neither published is not in the record."
    )


def finding_flaws() -> str:
    """How concentrated listed flaws are among vendors, and how old they were when listed."""
    table = flaws()
    few, vendors = vendors_for_half()
    later = table[table["added_on"].dt.year >= 2023]
    return (
        f"{few} of {vendors} vendors hold half of the {len(table):,} flaws listed as known to be used. "
        f"{share(int((table['age'] >= OLD).sum()), len(table))} had a number at least {OLD} years older than the listing, and "
        f"since 2023, after the first backlog, {share(int((later['age'] >= OLD).sum()), len(later))}. "
        "The list does not say when a mend for them came out."
    )


def finding_last_cable() -> str:
    """Who owns the cable of places that have only one."""
    table = only_cables()
    named = table[table["owners"] > 0]
    largest = named["cable"].value_counts()
    club = load("cables").set_index("cable").at[largest.index[0], "name"]
    names = load("cable_owners")
    names = names.loc[names["cable"] == largest.index[0], "owner"].astype(str).drop_duplicates()
    return (
        f"In {len(table)} countries and territories only one cable from abroad was in service in June 2021. Where its owners "
        f"are named, one owner alone holds it in {int((named['owners'] == 1).sum())} of {len(named)} places. The cable on which "
        f"most of them hang, {club} ({largest.iloc[0]} places), has {len(names)} owners, "
        f"{int(names.str.startswith('Republic of').sum())} of them states by name. "
        "Links over land are not counted, and the source does not say behind which firm a state stands."
    )


def finding_courts() -> str:
    """How many requests to remove content rest on a court."""
    said = []
    for without in (False, True):
        courts, asked = from_courts(without)
        other = int(requests_by_branch(without)["Other"])
        said.append(
            f"{courts / asked:.0%} ({courts:,} of {asked:,}) rest on the order of a court and {other / asked:.0%} on “other”"
        )
    return (
        f"Of the government requests to remove content that Google counted since {BRANCHES_FROM}, {said[0]}; "
        f"without Russia {said[1]}. The rest name an authority, officials or the police. "
        "These are all requests of one company, so the shares have no interval."
    )


def finding_partners() -> str:
    """Who reports a rule, and who reports a partnership, by income."""
    table = rules_and_partners()
    all_states = table.sum()
    parts = [
        f"{group} income {share(int(table.at[group, 'partnership']), int(table.at[group, 'states']))}"
        for group in ("low", "high")
    ]
    return (
        f"In the index of {EDITION} some regulation is reported by {share(int(all_states['regulation']), int(all_states['states']))} "
        f"of the states and some public–private partnership by {share(int(all_states['partnership']), int(all_states['states']))} "
        f"({'; '.join(parts)}). {int(all_states['rule only'])} states report a rule and no partnership, "
        f"{int(all_states['partner only'])} the reverse."
    )


# ---------------------------------------------------------------- checks


def _check_courts(answer: object) -> Verdict:
    courts, asked = from_courts(without_russia=True)
    right = courts / asked
    everywhere = from_courts()
    counts = requests_by_branch(without_russia=True)
    rows = load("removal_requests")
    rows = rows[
        rows["company"].astype(str).eq("Google")
        & (rows["year"] >= BRANCHES_FROM)
        & rows["iso3"].astype(object).ne("RUS")
    ]
    by_row = float(rows["branch"].astype(str).isin(COURTS).mean())
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "You kept Russia. Leave it out.": everywhere[0] / everywhere[1],
            "You counted rows. A row stands for n requests: sum n.": by_row,
            "You left out one kind of court order. Three labels name a court.": float(
                counts[list(COURTS[:2])].sum() / counts.sum()
            ),
            "That is the share that does not rest on a court.": 1 - right,
            "That is a percentage. Give a number between 0 and 1.": 100 * right,
        },
        hint="Keep Google since 2019 without RUS, sum n where branch is one of the three labels, and divide by the sum of n.",
    )


def _check_old(answer: object) -> Verdict:
    table = flaws()
    later = table[table["added_on"].dt.year >= 2023]
    old = later["age"] >= OLD
    right = float(old.mean())
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "You kept the backlog of 2021 and 2022. Take listings from 2023 on.": float(
                (table["age"] >= OLD).mean()
            ),
            "You took flaws more than two years old. At least two.": float((later["age"] > OLD).mean()),
            "You took one year and more. At least two.": float((later["age"] >= 1).mean()),
            "That is the number of flaws. Divide by all listed since 2023.": float(old.sum()),
        },
        hint="The year of the number stands in characters 4 to 8 of cve; take it from the year of added_on.",
    )


CHECKS = {"courts": _check_courts, "old_flaws": _check_old}
