"""Who lets personal data travel: where each place stands on a day, and how long decisions have lived.

A *decision* is an adequacy decision of the European Commission. Years stand for their last day; the last year stands
for the day up to which the table of decisions was read.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd

from cyberdip_utils.countries import members, states
from cyberdip_utils.data import load
from cyberdip_utils.distributions import chi2_quantile

YEARS = (2000, 2026)
TRADE_YEARS = (2010, 2023)
FORUM_FROM = pd.Timestamp("2022-04-21")  # declaration of the Global CBPR Forum
GDPR_IN_EEA = (
    "2018-07-20"  # EEA Joint Committee Decision 154/2018; before it the Directive, likewise incorporated
)
EEA_BESIDE_EU = ("ISL", "LIE", "NOR")
#: Parts of a member state under codes of their own to which Union law applies (TFEU, article 355).
UNION_TERRITORIES = ("ALA", "GLP", "GUF", "MAF", "MTQ", "MYT", "REU")
INSIDE, ADEQUATE, CBPR, BOTH, NEITHER = "EU and EEA", "EU adequacy", "Global CBPR", "both", "neither"
STATUSES = (INSIDE, ADEQUATE, CBPR, BOTH, NEITHER)
WHOLE = ("general",)
MEMBERS, ASSOCIATES, APEC = "members", "associates", "apec"
LATE, EARLY = "late", "early"
FRAMEWORKS, OTHERS = "EU-US frameworks", "other decisions"


# ---------------------------------------------------------------- who lets data travel, on a day


@cache
def last_day() -> pd.Timestamp:
    """The day of the newest decision in the table: the end of what is watched."""
    rows = load("adequacy")
    return max(rows["from"].max(), rows["to"].max())


def day_of(year: int) -> pd.Timestamp:
    """31 December of a year, or the last day watched where that is earlier.

    Raises
    ------
    ValueError
        A year outside 2000 to 2026.
    """
    if not YEARS[0] <= year <= YEARS[1]:
        raise ValueError(f"year: {year} is not from {YEARS[0]} to {YEARS[1]}")
    return min(pd.Timestamp(year, 12, 31), last_day())


@cache
def decisions() -> pd.DataFrame:
    """The table `adequacy` with ``part`` (covers a part only), ``ends`` (day it stopped counting) and ``struck``.

    A decision on a country that later joined the Union counts until the day before accession.
    """
    rows = load("adequacy").astype({"status": str})
    joined = load("groups")
    joined = joined[(joined["group"] == "EU") & joined["to"].isna()].set_index("iso3")["from"]
    rows["struck"] = rows["to"].notna()
    rows["part"] = ~rows["scope"].isin(WHOLE) & rows["iso3"].notna()
    needless = rows["status"].str.startswith("no longer needed")
    rows["ends"] = rows["to"].where(~needless, rows["iso3"].map(joined) - pd.Timedelta(days=1))
    return rows


def inside(day: pd.Timestamp) -> list[str]:
    """Codes of the members of the EU on a day, the other states of the EEA, and territories under Union law."""
    return sorted({*members("EU", day), *EEA_BESIDE_EU, *UNION_TERRITORIES})


def adequate(day: pd.Timestamp) -> pd.DataFrame:
    """Decisions on countries and territories in force on a day, outside the EU and EEA."""
    rows = decisions()
    rows = rows[rows["iso3"].notna() & (rows["from"] <= day) & (rows["ends"].isna() | (rows["ends"] > day))]
    return rows[~rows["iso3"].isin(inside(day))].sort_values("from").drop_duplicates("iso3", keep="last")


def in_cbpr(day: pd.Timestamp, club: str = MEMBERS, undated: str = LATE) -> list[str]:
    """Codes in the Global CBPR Forum on a day.

    Parameters
    ----------
    day : Timestamp
    club : str
        "members"; "associates" counts those too; "apec" counts members, and before the Forum the economies whose
        entry into APEC's system of rules was seen.
    undated : str
        Where no day of entry was seen: "late" counts from the first day of the last year, when the list was read;
        "early" from the declaration of 21 April 2022.

    Raises
    ------
    ValueError
        An unknown club or rule.
    """
    if club not in (MEMBERS, ASSOCIATES, APEC):
        raise ValueError(f"club: {club!r} is not one of {MEMBERS}, {ASSOCIATES}, {APEC}")
    if undated not in (LATE, EARLY):
        raise ValueError(f"undated: {undated!r} is not one of {LATE}, {EARLY}")
    rows = load("cbpr").dropna(subset=["iso3"]).astype({"role": str})
    if club != ASSOCIATES:
        rows = rows[rows["role"] == "member"]
    unknown = FORUM_FROM if undated == EARLY else pd.Timestamp(YEARS[1], 1, 1)
    began = rows["forum_from"].fillna(unknown)
    if club == APEC:
        began = began.where(rows["apec_from"].isna(), np.minimum(began, rows["apec_from"]))
    return sorted(rows.loc[began <= day, "iso3"])


@cache
def standing(year: int, club: str = MEMBERS, undated: str = LATE) -> pd.DataFrame:
    """For each state, and each territory a decision or the Forum names: where it stands at the end of a year.

    Returns
    -------
    pandas.DataFrame
        Indexed by iso3: status (one of five), part (the decision covers a part), scope, decision, since.
    """
    day = day_of(year)
    frame = states()
    frame = frame[frame["kind"].isin(["un_member", "un_observer", "non_member"])]
    frame = frame[frame["valid_from"].isna() | (frame["valid_from"] <= day)]
    now, within, clubbed = adequate(day).set_index("iso3"), inside(day), in_cbpr(day, club, undated)
    codes = sorted({*frame.index, *within, *now.index, *clubbed})
    out = pd.DataFrame(index=pd.Index(codes, name="iso3"))
    has, joins = out.index.isin(now.index), out.index.isin(clubbed)
    out["status"] = np.select(
        [out.index.isin(within), has & joins, has, joins], STATUSES[:1] + (BOTH, ADEQUATE, CBPR), NEITHER
    )
    for column in ("part", "scope", "decision", "from"):
        out[column] = now[column].reindex(out.index)
    out["part"] = out["part"].eq(True)
    return out.rename(columns={"from": "since"})


def fallen(day: pd.Timestamp) -> list[str]:
    """Codes with a decision once, struck down, and none in force on a day."""
    rows = decisions()
    gone = rows[rows["struck"] & (rows["ends"] <= day)]["iso3"]
    return sorted(set(gone) - set(adequate(day)["iso3"]))


@cache
def counts(club: str = MEMBERS, undated: str = LATE) -> pd.DataFrame:
    """By year: adequate (whole and part), in the Forum, both, at the year's end; the EU and EEA left out."""
    out = []
    for year in range(YEARS[0], YEARS[1] + 1):
        s = standing(year, club, undated)
        has = s["status"].isin([ADEQUATE, BOTH])
        out.append(
            {
                "year": year,
                "adequacy, whole": int((has & ~s["part"]).sum()),
                "adequacy, part": int((has & s["part"]).sum()),
                "Global CBPR": int(s["status"].isin([CBPR, BOTH]).sum()),
                "both": int((s["status"] == BOTH).sum()),
            }
        )
    return pd.DataFrame(out)


def exports_inside(year: int, club: str = MEMBERS, undated: str = LATE) -> tuple[pd.Series, float, int, int]:
    """Digitally deliverable exports by status, and what is known of the rest.

    Returns
    -------
    (Series, float, int, int)
        Million USD by status (of the year, at most 2023); the world's own total; economies listed, and without a value.
    """
    at = min(year, TRADE_YEARS[1])
    rows = load("digital_services")
    rows = rows[(rows["year"] == at) & (rows["flow"].astype(str) == "exports")]
    world = load("digital_services_groups").astype({"area": str, "flow": str})
    world = world[(world["area"] == "WLD") & (world["year"] == at) & (world["flow"] == "exports")]
    status = rows["iso3"].map(standing(year, club, undated)["status"]).fillna(NEITHER)
    sums = rows.groupby(status)["value_musd"].sum().reindex(STATUSES, fill_value=0.0)
    return sums, float(world["value_musd"].iloc[0]), len(rows), int(rows["value_musd"].isna().sum())


# ---------------------------------------------------------------- lives and deaths

#: What ended each framework, in our words, and where to read it.
CAUSES = {
    "Safe Harbor": (
        "Struck down by the Court of Justice in C-362/14 (Schrems I): the Commission had not found that US law gives a level "
        "of protection essentially equivalent to the Union's; access of authorities to the content of communications on a "
        "generalised basis, and no legal remedy, touch the essence of two rights of the Charter.",
        ("Judgment C-362/14", "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62014CJ0362"),
    ),
    "Privacy Shield": (
        "Struck down by the Court of Justice in C-311/18 (Schrems II): surveillance programmes not limited to what is strictly "
        "necessary, and an Ombudsperson who is no tribunal. The same judgment let standard clauses stand, if the exporter checks "
        "the law of the country of destination and stops where it cannot protect.",
        ("Judgment C-311/18", "https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:62018CJ0311"),
    ),
    "EU-US Data Privacy Framework": (
        "In force. The General Court dismissed the action T-553/23 (Latombe) on 3 September 2025; it judged the position of the "
        "day of the decision in 2023. An appeal, C-703/25 P, was brought on 31 October 2025.",
        ("Appeal C-703/25 P", "https://eur-lex.europa.eu/eli/C/2025/6610/oj/eng"),
    ),
}


@cache
def lives(seen_from: int = YEARS[1]) -> pd.DataFrame:
    """One row per decision taken by the end of a year: its life as far as it could be seen then.

    Returns
    -------
    pandas.DataFrame
        name, group (EU-US frameworks or other decisions), from, until (struck down, left, or last day seen), struck (a
        court ended it by then), years (length of life seen, in years of 365.25 days).
    """
    day = day_of(seen_from)
    rows = decisions()
    rows = rows[rows["from"] <= day]
    ends = rows["ends"].where(rows["ends"] <= day)
    out = pd.DataFrame(
        {
            "name": rows["entity"]
            .str.replace("United States (", "", regex=False)
            .str.replace(")", "", regex=False)
            .str.replace("Organisation", "Org.", regex=False),
            "group": np.where(rows["iso3"] == "USA", FRAMEWORKS, OTHERS),
            "from": rows["from"],
            "until": ends.fillna(day),
            "struck": rows["struck"] & ends.notna(),
        }
    )
    out["years"] = (out["until"] - out["from"]).dt.days / 365.25
    return out.sort_values("from", kind="stable").reset_index(drop=True)


def gaps() -> pd.DataFrame:
    """Days without a framework between the end of one and the decision on the next: from, to, days."""
    rows = load("eu_us_frameworks").sort_values("from")
    ends, begins = rows["to"].iloc[:-1].reset_index(drop=True), rows["from"].iloc[1:].reset_index(drop=True)
    return pd.DataFrame({"from": ends, "to": begins, "days": (begins - ends).dt.days})


def poisson_rate(events: int, exposure: float) -> tuple[float, float, float]:
    """Events per unit of exposure, with Garwood's exact 95% interval.

    Parameters
    ----------
    events : int
        0 or more.
    exposure : float
        Above 0, for instance years under watch.

    Returns
    -------
    (float, float, float)
        Rate, lower and upper end.

    Raises
    ------
    ValueError
        Negative events, or no exposure.

    References
    ----------
    Garwood, F. (1936), "Fiducial limits for the Poisson distribution", Biometrika 28(3-4), 437-442,
    doi:10.1093/biomet/28.3-4.437.
    """
    if events < 0 or exposure <= 0:
        raise ValueError(f"events and exposure: {events} and {exposure}; need 0 or more, and above 0")
    low = chi2_quantile(0.025, 2 * events) / 2 if events else 0.0
    high = chi2_quantile(0.975, 2 * events + 2) / 2
    return events / exposure, low / exposure, high / exposure


def rates(seen_from: int = YEARS[1]) -> pd.DataFrame:
    """Per group: decisions, struck down, years under watch, and the rate per 100 years with its interval."""
    out = []
    for group, rows in lives(seen_from).groupby("group", sort=True):
        k, exposure = int(rows["struck"].sum()), float(rows["years"].sum())
        rate, low, high = (100 * x for x in poisson_rate(k, exposure))
        out.append((group, len(rows), k, exposure, rate, low, high))
    return pd.DataFrame(out, columns=["group", "decisions", "struck", "years", "rate", "low", "high"])


def chance_all_in_frameworks(seen_from: int = YEARS[1]) -> float:
    """Chance that every court end falls on the EU-US frameworks if all decisions ran the same risk a year.

    The exact conditional test of two Poisson rates, one-sided: the frameworks' share of the years to the power of the
    ends (Przyborowski and Wilenski 1940). Not a number without ends.
    """
    r = rates(seen_from).set_index("group")
    k = int(r["struck"].sum())
    if k == 0 or OTHERS not in r.index or r.at[OTHERS, "struck"]:
        return math.nan
    return float(r.at[FRAMEWORKS, "years"] / r["years"].sum()) ** k


def survival(seen_from: int = YEARS[1]) -> pd.DataFrame:
    """Kaplan-Meier by group, as steps from year 0: group, time (years), survival, low, high."""
    from cyberdip_utils.survival import kaplan_meier

    out = []
    for group, rows in lives(seen_from).groupby("group", sort=True):
        curve = kaplan_meier(rows["years"], rows["struck"])[["time", "survival", "low", "high"]]
        start = pd.DataFrame({"time": [0.0], "survival": [1.0], "low": [1.0], "high": [1.0]})
        end = curve.tail(1) if len(curve) else start
        end = end.assign(time=float(rows["years"].max()))
        part = (
            pd.concat([start, curve, end], ignore_index=True)
            if len(curve)
            else pd.concat([start, end], ignore_index=True)
        )
        out.append(part.assign(group=group))
    return pd.concat(out, ignore_index=True)[["group", "time", "survival", "low", "high"]]
