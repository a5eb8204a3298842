"""Data functions of chapter 1.2: who speaks, how long it takes, how clues add up, what the attackers are called.

An attribution is a claim: someone says, on a day and on some basis, who did it. Counts say what they count.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from cyberdip_utils import evidence, survival
from cyberdip_utils.countries import name as country
from cyberdip_utils.data import cached, load

ANY = "any"
LAST = 2024  # the record of incidents ends in December 2024
CLOSED = "2026-11-01"  # the list of well-known incidents was last looked through

# ---------------------------------------------------------------- claims

ATTACKER, FIRM, OFFICIAL, REST = GROUPS = (
    "the attacker",
    "security firms and researchers",
    "states, courts and international bodies",
    "media, third parties and victims",
)
LEGAL = (
    "domestic legal action",
    "political statement and indictment or sanctions",
    "media statement and indictment or sanctions",
)
POLITICAL = ("political statement", "media statement and political or technical report")
BODIES = ("receiver's government", "EU institution", "international organisation")


@cached
def claims() -> pd.DataFrame:
    """Rows of ``incident_attributions`` that say something of who it was, with who speaks and the bounds of the date.

    Rows coded "not attributed" are records of silence, not claims, and stay out. A legal step (indictment, arrest,
    sanction) is a court's or a state's, whatever its basis. "Third party" also holds human-rights groups and institutes:
    it counts as a state only where it spoke in political or legal form.

    Returns
    -------
    pandas.DataFrame
        The table's columns and: group (one of four, who speaks); points (the claim is about a state itself or a group tied
        to it, and says which; a group that only comes from a country points to no state); earliest, latest (bounds of
        the date; missing without one); year.
    """
    rows = load("incident_attributions").astype({"basis": str, "type": str, "category": str})
    rows = rows[rows["category"] != "not attributed"].reset_index(drop=True)
    basis, form = rows["basis"], rows["type"]
    ally = basis.eq("third party") & form.isin(POLITICAL)
    official = form.isin(LEGAL) | basis.isin(BODIES) | ally
    firm, own = basis.eq("security community"), basis.eq("attacker confirms")
    spoke = np.select([official, firm, own], [OFFICIAL, FIRM, ATTACKER], REST)
    rows["group"] = pd.Categorical(spoke, GROUPS, ordered=True)
    rows["points"] = rows["category"].isin(["state", "state-affiliated"]) & rows["iso3"].notna()
    rows["earliest"], rows["latest"] = survival.date_bounds(
        rows["attributed_on"], rows["attributed_precision"]
    )
    rows["year"] = rows["attributed_on"].dt.year.astype("Int64")
    return rows


def origins() -> list[tuple[str, str]]:
    """Options of a control: every state or territory to which a claim points."""
    codes = claims().query("points")["iso3"].unique()
    return [("all attributions", ANY), *sorted((country(c), c) for c in codes)]


def pointing(origin: str) -> pd.DataFrame:
    """The claims that point to a state or territory; ``any`` keeps all claims, also those about no state."""
    rows = claims()
    if origin == ANY:
        return rows
    rows = rows[rows["points"] & (rows["iso3"] == origin)]
    if rows.empty:
        raise ValueError(
            f"origin: no attribution points to {origin!r}; use an ISO code such as RUS, or 'any'"
        )
    return rows


def attributions_by_year(origin: str = ANY, since: int = 2011) -> pd.DataFrame:
    """Distinct dated attributions by year and group of speakers.

    An attribution on which two groups speak counts once for each. Years without any are zeros; attributions without
    a date are in no year.

    Parameters
    ----------
    origin : str
        ISO code of the state or territory to which they point, or ``any``.
    since : int
        First year.

    Returns
    -------
    pandas.DataFrame
        year, the four groups, all (their sum).
    """
    rows = pointing(origin).dropna(subset=["year"]).astype({"year": int})
    counts = {g: rows[rows["group"] == g].groupby("year")["attribution_id"].nunique() for g in GROUPS}
    years = pd.RangeIndex(since, LAST + 1, name="year")
    table = pd.DataFrame({g: n.reindex(years, fill_value=0) for g, n in counts.items()})
    return table.assign(all=table.sum(axis=1)).reset_index()


def first_speakers(origin: str = ANY) -> pd.DataFrame:
    """For each group of speakers: distinct incidents in which it spoke at all, alone, and first of several.

    First means a known date before which no other group can have spoken. An undated attribution could
    lie anywhere, so an incident that has one from another group has no first.

    ``origin`` is as in :func:`attributions_by_year`.
    """
    rows = pointing(origin)
    low, high = pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01")
    dated = rows.assign(low=rows["earliest"].fillna(low), high=rows["latest"].fillna(high))
    spoke = dated.groupby(["incident_id", "group"], observed=True).agg(
        low=("low", "min"), high=("high", "min")
    )
    spoke = spoke.reset_index().sort_values(["incident_id", "high"], kind="stable")
    alone = spoke[~spoke["incident_id"].duplicated(keep=False)]
    lead = spoke.drop_duplicates("incident_id").set_index("incident_id")
    rest = spoke[spoke["incident_id"].duplicated()].groupby("incident_id")["low"].min().reindex(lead.index)
    first = lead[rest.notna() & (lead["high"] < rest)]
    counted = {"spoke": spoke, "alone": alone, "first of several": first}
    table = pd.DataFrame(
        {role: part["group"].value_counts().reindex(GROUPS) for role, part in counted.items()}
    )
    return table.rename_axis("speaker").reset_index().astype({"speaker": str})


# ---------------------------------------------------------------- time to attribution

EVENTS = {
    "any": "an attribution is made",
    "origin": "an attribution points to a state",
    "others": "someone other than the attacker attributes",
    "government": "a state, court or international body attributes",
}
DATES = {
    "both": "short and long waits",
    "early": "short waits",
    "late": "long waits",
    "exact": "exact dates only",
}
WITH, WITHOUT = "incidents with disruption", "incidents without disruption"
SPLITS = {"none": ("all incidents",), "effect": (WITH, WITHOUT)}


def started() -> pd.DataFrame:
    """Incidents with a start: first and last day it can mean, last update of the record and day of its entry."""
    rows = load("incidents").dropna(subset=["start_on"]).set_index("incident_id")
    low, high = survival.date_bounds(rows["start_on"], rows["start_precision"])
    return pd.DataFrame(
        {"low": low, "high": high, "updated": rows["updated_on"], "entered": rows["added_on"]}
    )


def shortest_and_longest(event: str) -> pd.DataFrame:
    """By incident: shortest and longest days to the first claim that ends the wait, and if one lies before the start.

    A start or a date that is only a month or a year is an interval, and so is the wait. A claim without a date came
    at some time between the start and the last update of the record. Claims before the start count as day 0.
    """
    base, rows = started(), claims()
    ending = {
        "any": rows["group"].notna(),
        "origin": rows["points"],
        "others": rows["group"] != ATTACKER,
        "government": rows["group"] == OFFICIAL,
    }[event]
    rows = rows[ending & rows["incident_id"].isin(base.index)]
    low, high, seen = (rows["incident_id"].map(base[c]) for c in ("low", "high", "updated"))
    last = rows["latest"].fillna(seen)
    last = last.where(last <= seen, np.maximum(seen, rows["earliest"].fillna(seen)))
    days = pd.DataFrame({"incident_id": rows["incident_id"], "before": rows["latest"] < low})
    days["shortest"] = (rows["earliest"].fillna(low) - high).dt.days.clip(lower=0)
    days["longest"] = (last - low).dt.days.clip(lower=0)
    return days.groupby("incident_id").agg({"shortest": "min", "longest": "min", "before": "any"})


@cached
def waits(event: str = "any", dates: str = "late", watched: str = "updated") -> pd.DataFrame:
    """Days from the start of each incident to its first attribution, or to the last day it was watched.

    Parameters
    ----------
    event : str
        What ends the wait, a key of ``EVENTS``.
    dates : str
        How vague dates are read: ``early`` (waits as short as the dates allow), ``late`` (as long) or ``exact``, see
        :func:`cyberdip_utils.survival.interval_waits`.
    watched : str
        When watching stopped: ``updated``, last update of the record, or ``entered``, the day it was added.

    Returns
    -------
    pandas.DataFrame
        By incident_id: time (days), event (bool), before (a claim lies before the start), effect (with disruption or not).
    """
    if event not in EVENTS:
        raise ValueError(f"event: {event!r} is not one of {', '.join(EVENTS)}")
    base = started()
    ends = shortest_and_longest(event).reindex(base.index)
    table = survival.interval_waits(base, ends, base[watched], dates, by_stop=watched == "updated")
    disrupted = load("incidents").set_index("incident_id")["has_disruption"].reindex(table.index)
    effect = np.where(disrupted, WITH, WITHOUT)
    return table.assign(before=ends["before"].eq(True), none="all incidents", effect=effect)


def famous_waits(dates: str = "late") -> pd.DataFrame:
    """Days from the day a well-known incident came to light to the first statement by a state, or to the list's close.

    ``dates`` is ``early`` or ``late``, as in :func:`waits`. A statement dated before the incident came to light counts as day 0.

    Returns
    -------
    pandas.DataFrame
        By anchor_id: time (days), event (bool).
    """
    rows = load("anchor_incidents").set_index("anchor_id")
    low, high = survival.date_bounds(rows["became_public_on"], rows["became_public_precision"])
    first, last = survival.date_bounds(rows["attributed_on"], rows["attributed_precision"])
    wait = pd.DataFrame({"shortest": (first - high).dt.days, "longest": (last - low).dt.days}).clip(lower=0)
    closed = pd.Series(pd.Timestamp(CLOSED), rows.index)
    return survival.interval_waits(pd.DataFrame({"low": low, "high": high}), wait, closed, dates)


def read_off(waiting: pd.DataFrame, days: list[int]) -> pd.DataFrame:
    """Kaplan–Meier share attributed by each day, with the ends of its 95% interval."""
    return survival.reached_by(survival.kaplan_meier(waiting["time"], waiting["event"]), days)


def waiting_curves(
    event: str = "any", split: str = "none", dates: str = "both", horizon: int = 365
) -> pd.DataFrame:
    """Estimated share of incidents attributed by each day, by group (Kaplan–Meier).

    Parameters
    ----------
    event, dates : str
        As in :func:`waits`; ``both`` gives the range of the short and the long waits in place of one curve and its
        interval. The two readings are estimates, not limits: in some settings they cross.
    split : str
        A key of ``SPLITS``.
    horizon : int
        Last day.

    Returns
    -------
    pandas.DataFrame
        group, incidents, day, share, low, high; a row where a figure changes and one for the last day. With both
        readings, share is that of the long waits, and low and high are the lower and the higher of the two.
    """
    days = list(range(horizon + 1))
    late, early = waits(event, "late" if dates == "both" else dates), waits(event, "early")
    parts = []
    for group in SPLITS[split]:
        mine = late[late[split] == group]
        part = read_off(mine, days)
        if dates == "both":
            other = read_off(early[early[split] == group], days)["share"]
            part["low"], part["high"] = np.minimum(part["share"], other), np.maximum(part["share"], other)
        part.insert(0, "day", days)
        moved = part.drop(columns="day").diff().ne(0).any(axis=1) | (part["day"] == horizon)
        parts.append(part[moved].assign(group=group, incidents=len(mine)))
    return pd.concat(parts, ignore_index=True)[["group", "incidents", "day", "share", "low", "high"]]


# ---------------------------------------------------------------- evidence

A, B, C = "state A", "state B", "someone else"
SOFT, HARD, TALK = "can be forged", "hard to forge", "easily said"
#: Illustrative, not estimated from anything: (key, short, clue, ratio against B, ratio against someone else, kind).
CLUES = (
    ("code", "shared code", "Code shared with earlier operations laid to A", 8.0, 20.0, SOFT),
    ("hours", "hours, language", "Language settings and working hours fit A", 3.0, 4.0, SOFT),
    ("servers", "shared servers", "Servers used before in operations laid to A", 6.0, 30.0, SOFT),
    ("motive", "motive", "The target matters to A", 1.5, 6.0, HARD),
    ("source", "intercept or source", "An intercept or a human source names A's service", 20.0, 50.0, HARD),
    ("money", "money or arrest", "A money trail or an arrest leads to A's officials", 10.0, 25.0, HARD),
    ("denial", "A denies it", "A denies it", 1.0, 1.0, TALK),
    ("claim", "a group claims it", "A group with no known tie to A claims it", 0.8, 0.4, TALK),
)


def weigh_clues(
    prior: int = 30,
    found: tuple[str, ...] = ("code", "hours", "servers"),
    false_flag: int = 10,
    doubt: float = 2,
) -> pd.DataFrame:
    """Probability that state A did it, after each clue, by Bayes' rule with a false-flag probability.

    What the prior leaves is shared evenly by state B and someone else. The model: :mod:`cyberdip_utils.evidence`.

    Parameters
    ----------
    prior, false_flag : int
        Per cent: before any clue; and, if A did not do it, that A's marks were planted.
    found : tuple of str
        Keys of ``CLUES``.
    doubt : float
        Every ratio may be this many times smaller or larger, all in one direction.

    Returns
    -------
    pandas.DataFrame
        clue, kind, ratio against B, ratio against someone else, probability, lowest, highest (0 to 1).
    """
    before = {A: prior / 100, B: (1 - prior / 100) / 2, C: (1 - prior / 100) / 2}
    rows = [("before any clue", "prior", np.nan, np.nan, before[A], before[A], before[A])]
    chosen = [c for c in CLUES if c[0] in found]
    for n in range(1, len(chosen) + 1):
        ratios = pd.DataFrame([c[3:5] for c in chosen[:n]], columns=[B, C])
        soft = [c[5] == SOFT for c in chosen[:n]]
        middle = evidence.posterior(before, A, ratios, soft, false_flag / 100)[A]
        low, high = evidence.band(before, A, ratios, soft, false_flag / 100, doubt)
        _, short, _, against_b, against_c, kind = chosen[n - 1]
        rows.append((short, kind, against_b, against_c, middle, low, high))
    columns = ["clue", "kind", "ratio against B", f"ratio against {C}", "probability", "lowest", "highest"]
    return pd.DataFrame(rows, columns=columns)


# ---------------------------------------------------------------- names


def name_key(name: str) -> str:
    """A name in lower case, letters and digits only, as in the column ``key`` of ``threat_actor_names``."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


@cached
def names() -> pd.DataFrame:
    """All names of both catalogues: source, actor, name, main, key, entry (label), origin (claimed, MISP only).

    MISP lists ATT&CK's numbers (G0032) among its names; a number is no name, and they stay out.
    """
    frame = load("threat_actor_names").astype({"source": str})
    group = load("attack_groups").set_index("group")["name"]
    origin = load("threat_actors").set_index("actor")["claimed_iso3"]
    attack = frame["source"] == "ATT&CK"
    numbered = frame["actor"].map(group).fillna("") + " (ATT&CK " + frame["actor"] + ")"
    frame["entry"] = np.where(attack, numbered, frame["actor"] + " (MISP)")
    frame["origin"] = frame["actor"].map(origin).where(~attack)
    return frame[(frame["key"] != "") & ~frame["name"].str.fullmatch(r"G\d{4}")].reset_index(drop=True)


@cached
def names_in_incidents() -> pd.DataFrame:
    """Names of initiators in EuRepoC: incident_id, name and key, one row a name.

    EuRepoC joins names with slashes, adds former names (fka) and units (in brackets), and writes "part < whole": an incident
    of a part is also one of the whole.
    """
    rows = load("incident_initiators")[["incident_id", "initiator_name"]].dropna().drop_duplicates()
    rows["name"] = [re.split(r"[/<=,;]|\s\(|\bfka\b|\baka\b", n) for n in rows["initiator_name"]]
    rows = rows.explode("name")[["incident_id", "name"]]
    rows["key"] = rows["name"].map(name_key)
    return rows[rows["key"] != ""].drop_duplicates(["incident_id", "key"], ignore_index=True)


def has_words(name: str, key: str) -> bool:
    """Whether a name holds a key as whole words: *Lazarus Group* holds ``lazarus``, *APT10* does not hold ``apt1``."""
    words = [name_key(w) for w in re.split(r"[\s-]+", name)]
    runs = ("".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
    return key in runs


def find_names(words: str) -> pd.DataFrame:
    """Rows of :func:`names` asked for: in each catalogue those with just this name, else those that hold it as whole words.

    If neither is in any catalogue, those that contain it, from three letters on.
    """
    key, frame = name_key(words), names()
    if not key:
        return frame[:0]
    exact, held = frame["key"] == key, frame["name"].map(lambda name: has_words(name, key))
    found = exact | held & ~exact.groupby(frame["source"]).transform("any")
    part = frame["key"].str.contains(key, regex=False) & (len(key) >= 3)
    return frame[found if found.any() else part]


def group_names(words: str = "APT28", reach: str = "found", catalogue: str = "both") -> pd.DataFrame:
    """Every name of the entries that carry a name.

    Parameters
    ----------
    words : str
        Any alias; case, spaces and hyphens do not matter.
    reach : str
        ``found``, entries that carry the name; ``sharing``, also those that share any name with them.
    catalogue : str
        ``MISP``, ``ATT&CK`` or ``both``.

    Returns
    -------
    pandas.DataFrame
        entry, name (one spelling for each), asked (as in :func:`find_names`), entries (of both catalogues that carry it),
        incidents (of EuRepoC under it), claimed origin (MISP; empty where it claims none).
    """
    frame, asked = names(), find_names(words)
    entries = asked["entry"].unique()
    if reach == "sharing":
        keys = frame.loc[frame["entry"].isin(entries), "key"]
        entries = frame.loc[frame["key"].isin(keys), "entry"].unique()
    mine = frame[frame["entry"].isin(entries)]
    if catalogue != "both":
        mine = mine[mine["source"] == catalogue]
    carried = frame.groupby("key")["entry"].nunique()
    used = names_in_incidents().groupby("key")["incident_id"].nunique()
    table = mine.drop_duplicates(["entry", "key"]).sort_values(["entry", "name"], ignore_index=True)
    table = table.assign(
        name=table["key"].map(table.drop_duplicates("key").set_index("key")["name"]),
        asked=table["key"].isin(asked["key"]),
        entries=table["key"].map(carried).astype(int),
        incidents=table["key"].map(used).fillna(0).astype(int),
        origin=[country(c) if isinstance(c, str) else "" for c in table["origin"]],
    )
    columns = ["entry", "name", "asked", "entries", "incidents", "origin"]
    return table[columns].rename(columns={"origin": "claimed origin"})
