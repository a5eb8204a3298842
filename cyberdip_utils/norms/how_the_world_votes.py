"""Chapter 2.1: recorded votes of the General Assembly on ICT: tallies, who votes alike, cohesion, a line.

A vote is yes, abstain or no. Absent is not a vote and not an abstention: it is shown and never used as an answer.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import in_region, members, regions, states
from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, number, years
from cyberdip_utils.norms import agreement as ag
from cyberdip_utils.norms import scaling
from cyberdip_utils.norms.agreement import VOTES
from cyberdip_utils.stats import agreement as raw_and_kappa
from cyberdip_utils.stats import share, wilson
from cyberdip_utils.teach import Verdict, check_number

ABSENT = "absent"
ANSWERS = (*VOTES, ABSENT)
VOTE_PATTERNS = {"yes": "", "abstain": ".", "no": "/", "absent": "x"}
VOTE_COLOURS = {"yes": "#0072B2", "abstain": "#F0E442", "no": "#D55E00", "absent": "#7d7468"}
CORE, CERTAIN, SECURITY, ALL = "core", "certain", "security", "all"
SETS = {
    CORE: "ICT security and cybercrime",
    CERTAIN: "the same, without matches first inferred",
    SECURITY: "ICT security only",
    ALL: "all subjects, to 2025",
}
ENOUGH = (
    2 / 3
)  # share of the roll calls a state must have voted on: any two such states share at least a third
BLOCS = {
    "EU": "European Union",
    "NATO": "NATO",
    "Council of Europe": "Council of Europe",
    "G7": "G7",
    "Five Eyes": "Five Eyes",
    "OECD": "OECD",
    "OAS": "OAS",
    "ASEAN": "ASEAN",
    "AU": "African Union",
    "G77": "G77",
    "BRICS": "BRICS",
    "SCO": "SCO",
}
MOST_LINES = 6  # more groups than this are drawn as a grid
GENERAL = (2018, 2023)  # years over which general ideal points are averaged for comparison
FEW_VOTES = 20  # a year with fewer roll calls behind the median ideal point is thin


# ---------------------------------------------------------------- roll calls and votes


@cache
def _labels(column: str) -> dict[str, str]:
    return states()[column].fillna("").astype(str).to_dict()


def country(iso3: str) -> str:
    """Short English name of a code; as ``countries.name``, looked up once."""
    return _labels("name")[iso3]


def region_of(iso3: str) -> str:
    """UN region of a code."""
    return _labels("un_region")[iso3]


@cache
def resolutions() -> pd.DataFrame:
    """``un_resolutions`` by symbol in order of the vote, with ``label`` and ``year``; low confidence left out."""
    frame = load("un_resolutions").set_index("resolution").sort_values(["date", "roll_call"], kind="stable")
    frame = frame[frame["confidence"].astype(str) != "low"]
    frame["year"] = frame["date"].dt.year
    frame["label"] = [
        f"{r.date:%Y}: {r.Index.removeprefix('A/RES/')} {r.short_title}" for r in frame.itertuples()
    ]
    return frame


@cache
def votes() -> pd.DataFrame:
    """States by resolutions: yes, abstain, no, absent; missing where the source has no row for the state."""
    wide = load("un_votes").pivot(index="iso3", columns="resolution", values="vote").astype(object)
    return wide[list(resolutions().index)]


def roll_calls(which: str = CORE) -> list[str]:
    """Symbols of a set of roll calls, in order of the vote.

    Parameters
    ----------
    which : str
        "core" (ICT security and cybercrime), "certain" (the same without those first matched by inference),
        "security", or "all".

    Raises
    ------
    ValueError
        Another set.
    """
    if which not in SETS:
        raise ValueError(f"votes: {which!r} is not one of {', '.join(SETS)}")
    return list(_symbols()[which])


@cache
def _symbols() -> dict[str, list[str]]:
    frame = resolutions()
    topic = frame["topic"].astype(str)
    by_set = {
        ALL: topic.notna(),
        CORE: topic.isin(["ICT security", "cybercrime"]),
        SECURITY: topic == "ICT security",
        CERTAIN: topic.isin(["ICT security", "cybercrime"])
        & (frame["identified_by"].astype(str) == "symbol"),
    }
    return {which: list(frame.index[rows]) for which, rows in by_set.items()}


def tally(resolution: str) -> dict[str, int]:
    """Yes, abstain, no and absent on a roll call, counted from the votes of the states."""
    counts = votes()[resolution].value_counts()
    return {answer: int(counts.get(answer, 0)) for answer in ANSWERS}


@cache
def voters(which: str = CORE) -> pd.DataFrame:
    """The votes of the states that voted on at least two thirds of a set of roll calls."""
    table = votes()[roll_calls(which)]
    return table[ag.took_part(table) >= ENOUGH]


def silent(which: str = CORE) -> list[str]:
    """Names of the states that voted on too few roll calls of a set to be compared."""
    return sorted(country(c) for c in votes().index.difference(voters(which).index))


@cache
def member_codes(group: str, day: str) -> frozenset[str]:
    """Members of a group on a day; "all" is everybody."""
    return frozenset(members(group, day))


def _joined_names(codes, most: int = 5) -> str:
    names = [country(c) for c in codes]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _part(k: int, n: int) -> str:
    """A share of states. No interval: the states are all there are, not a sample."""
    return f"{k / n:.0%} ({k} of {n})" if n else "none (0 of 0)"


def _votes_cast(counts: dict[str, int]) -> int:
    return sum(counts[v] for v in VOTES)


# ---------------------------------------------------------------- one vote


@cache
def _notes() -> pd.DataFrame:
    return load("un_votes").pivot(index="iso3", columns="resolution", values="note")


def _vote_map(resolution: str) -> tuple[go.Figure, pd.DataFrame]:
    given = votes()[resolution].dropna()
    figure = figures.world_map(
        given, f"Vote on {resolution}", order=list(ANSWERS), colours=VOTE_COLOURS, names={}
    )
    table = pd.DataFrame(
        {"state": [country(c) for c in given.index], "vote": given.to_numpy()}, index=given.index
    )
    table["region"] = [region_of(c) for c in given.index]
    table["note"] = _notes()[resolution].reindex(given.index).fillna("").to_numpy()
    rank = {v: i for i, v in enumerate(ANSWERS)}
    return figure, table.sort_values(["vote", "state"], key=lambda s: s.map(rank) if s.name == "vote" else s)


def tally_by(resolution: str, by: str) -> pd.DataFrame:
    """Counts of the four answers by UN region or by group of states; a state counts in each of its groups.

    Returns
    -------
    pandas.DataFrame
        place, vote, states.
    """
    given = votes()[resolution].dropna()
    if by == "regions":
        parts = {place: [c for c in given.index if region_of(c) == place] for place in regions()}
    else:
        day = f"{resolutions().loc[resolution, 'date']:%Y-%m-%d}"
        parts = {label: given.index.intersection(list(member_codes(g, day))) for g, label in BLOCS.items()}
    rows = [
        (place, answer, int((given[codes] == answer).sum()))
        for place, codes in parts.items()
        if len(codes)
        for answer in ANSWERS
    ]
    return pd.DataFrame(rows, columns=["place", "vote", "states"])


def _vote_bars(resolution: str, by: str) -> tuple[go.Figure, pd.DataFrame]:
    table = tally_by(resolution, by)
    figure = figures.bars(
        table, "place", "states", group="vote", stacked=True, label="states", values_shown=True
    )
    room = table.groupby("place")["states"].sum().max() * 0.025  # a narrower piece has no room for its number
    for trace in figure.data:
        trace.marker.color = VOTE_COLOURS[trace.name]
        trace.marker.pattern = {
            "shape": VOTE_PATTERNS[trace.name],
            "fillmode": "overlay",
            "fgcolor": figures.INK if trace.name == "abstain" else figures.PAPER,
            "fgopacity": 0.35,
            "size": 7,
        }
        trace.text = [f"{x:.0f}" if x >= room else "" for x in trace.x]
        trace.update(insidetextanchor="middle", textangle=0, constraintext="none")
        trace.textfont = {"color": figures.INK if trace.name == "abstain" else figures.PAPER}
    figure.update_layout(legend={"traceorder": "normal"})
    wide = table.pivot(index="place", columns="vote", values="states")[list(ANSWERS)]
    return figure, wide.loc[table["place"].drop_duplicates()].reset_index().rename_axis(columns=None)


def crossed(first: str, second: str) -> pd.DataFrame:
    """How many states gave each pair of answers on two roll calls: rows the first, columns the second."""
    both = votes()[[first, second] if first != second else [first]].dropna()
    a = both[first]
    b = both[second]
    counts = pd.crosstab(a, b).reindex(index=list(ANSWERS), columns=list(ANSWERS), fill_value=0)
    return counts.rename_axis(index=None, columns=None)


def _vote_cross(first: str, second: str) -> tuple[go.Figure, pd.DataFrame]:
    counts = crossed(first, second)
    figure = figures.heatmap(counts, "states", lo=0, height=400)
    figure.update_xaxes(tickangle=0, title={"text": f"answer on {second.removeprefix('A/RES/')}"})
    figure.update_yaxes(title={"text": f"answer on {first.removeprefix('A/RES/')}"})
    both = votes()[list(dict.fromkeys([first, second]))].dropna()
    table = pd.DataFrame({"state": [country(c) for c in both.index], first: both[first].to_numpy()})
    if second != first:
        table[second] = both[second].to_numpy()
    return figure, table


@cache
def _tallies() -> pd.DataFrame:
    return load("un_vote_tallies").set_index("resolution")


def official(resolution: str) -> pd.Series | None:
    """The row of ``un_vote_tallies`` for a resolution, or None where no official or press tally was seen."""
    table = _tallies()
    return table.loc[resolution] if resolution in table.index else None


def _vote_facts(resolution: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    one, counts, record = resolutions().loc[resolution], tally(resolution), official(resolution)
    said, links = "no official or press tally was seen; the counts rest on the roll-call file alone", ()
    if record is not None:
        same = (record["yes"], record["abstain"], record["no"]) == tuple(counts[v] for v in VOTES)
        non = "" if pd.isna(record["non_voting"]) else f", {record['non_voting']} not voting"
        said = (
            f"{record['yes']} yes, {record['no']} no, {record['abstain']} abstaining{non} ({record['source']}); "
            + (
                "the votes counted here add up to it"
                if same
                else "the votes counted here DO NOT add up to it"
            )
        )
        if not pd.isna(record["difference"]):
            said += f". Mended from the record: {record['difference']}"
        links = (("Voting record" if record["kind"] == "official" else "Press report", record["url"]),)
    found = "its symbol stands in the roll-call file"
    if one["identified_by"] == "inference":
        found = (
            "first inferred from day, tally and pattern (for the four of 2022 and 2023 the abstention of Singapore was "
            "one of the clues), since confirmed by the UN Digital Library's record"
        )
    blank = {True: "not seen in a source", False: ""}
    facts = {
        "Subject": f"{one['short_title']} ({one['topic']})",
        "Day of the vote": f"{one['date']:%d %B %Y}".lstrip("0"),
        "Main committee": blank[pd.isna(one["body"])] or one["body"],
        "Led or tabled by": blank[pd.isna(one["sponsor_line"])] or one["sponsor_line"],
        "Official tally": said,
        "How the roll call was identified": f"{found}; confidence {one['confidence']}",
    }
    return "\n".join(f"- **{k}**: {v}" for k, v in facts.items()), links


def _both_yes(first: str, second: str) -> str:
    """How many of the states that voted on two roll calls said yes to both, as a sentence."""
    if first == second:
        return f"{first} is the same roll call: choose another one beside it."
    grid = crossed(first, second)
    both = int(grid.loc[list(VOTES), list(VOTES)].to_numpy().sum())
    twice = int(grid.loc["yes", "yes"])
    return f"Of the states that voted on both {first} and {second}, {_part(twice, both)} said yes to both."


def one_vote(
    resolution: str = "A/RES/73/27",
    picture: str = "map",
    by: str = "regions",
    beside: str = "A/RES/73/266",
) -> View:
    """One roll call: who voted how, by region or group, or crossed with another roll call."""
    counts = tally(resolution)
    cast, all_states = _votes_cast(counts), sum(counts.values())
    takeaway = (
        f"{resolution}: {counts['yes']} yes, {counts['no']} no and {counts['abstain']} abstentions; "
        f"{counts['absent']} of the {all_states} members listed did not vote, and {counts['yes'] / cast:.0%} of the "
        f"{cast} votes cast were yes."
    )
    caveat = "Absent means absent or not voting, for whatever reason: it is neither an abstention nor a no."
    if resolutions().loc[resolution, "year"] == 2025:
        caveat += " The file of 2025 has no row for Afghanistan and Venezuela."
    if picture == "map":
        figure, table = _vote_map(resolution)
    elif picture == "bars":
        figure, table = _vote_bars(resolution, by)
        if by == "groups":
            caveat += (
                " A state counts in each of its groups. Lists of the African Union, OAS, OECD, G7 and G77 are "
                "without dates for most members, so today's list stands for the past; suspended members are left out."
            )
    else:
        figure, table = _vote_cross(resolution, beside)
        takeaway = _both_yes(resolution, beside)
    detail, links = _vote_facts(resolution)
    detail += f"\n- **Beside the other roll call**: {_both_yes(resolution, beside)}"
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table,
        caveat=caveat,
        sources=("un_votes", "un_resolutions", "un_vote_tallies"),
        detail=detail,
        links=links,
    )


def _resolution_options() -> list[tuple[str, str]]:
    return [(label, symbol) for symbol, label in resolutions()["label"].items()]


vote_explorer = Exhibit(
    "vote_explorer",
    "Who voted how?",
    one_vote,
    resolution=choice(_resolution_options, "A/RES/73/27", label="Roll call"),
    picture=choice(
        [("Map", "map"), ("Tally by part of the world", "bars"), ("Crossed with another roll call", "cross")],
        label="Picture",
    ),
    by=choice(
        [("UN regions", "regions"), ("Groups of states", "groups")], label="Parts", help="for the tally"
    ),
    beside=choice(_resolution_options, "A/RES/73/266", label="Other roll call", help="for the crossing"),
)


# ---------------------------------------------------------------- who votes alike


@cache
def _pairwise(which: str, abstention: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return ag.pairwise(voters(which), abstention=abstention)


def alike(state: str, which: str = CORE, abstention: str = "apart") -> pd.DataFrame:
    """Agreement of one state with all others that voted often enough.

    Parameters
    ----------
    state : str
        ISO3 code.
    which : str
        Set of roll calls, as in :func:`roll_calls`.
    abstention : str
        "apart" or "half", as in :func:`cyberdip_utils.norms.agreement.pairwise`.

    Returns
    -------
    pandas.DataFrame
        By ISO3, most alike first: agreement (0 to 1), shared (roll calls both voted on), low, high (Wilson's interval,
        as if roll calls were drawn at random; missing for "half", which is no share of roll calls).
    """
    table, shared = _pairwise(which, abstention)
    if state not in table.index:
        return pd.DataFrame(columns=["agreement", "shared", "low", "high"])
    out = pd.DataFrame({"agreement": table[state], "shared": shared[state].astype(int)}).drop(index=state)
    if abstention == "apart":
        ends = [wilson(round(a * n), n) for a, n in zip(out["agreement"], out["shared"], strict=True)]
    else:
        ends = [(np.nan, np.nan)] * len(out)
    out[["low", "high"]] = np.array(ends)
    return out.rename_axis("iso3").sort_values(["agreement", "shared"], ascending=False, kind="stable")


@cache
def camps(which: str = CORE) -> pd.DataFrame:
    """Partitions of the voters of a set into 2 to 5 camps, one column for each number."""
    return ag.clusters(voters(which), range(2, 6))


def resampled_camps(which: str = CORE) -> pd.DataFrame:
    """How well each camp comes back over 200 resamples of the roll calls (seed 0); computed, which takes a while."""
    return ag.stability(voters(which), range(2, 6), rounds=200, seed=0)


@cache
def camp_stability(which: str = CORE) -> pd.DataFrame:
    """:func:`resampled_camps`, read from the table ``results_camp_stability``."""
    rows = load("results_camp_stability")
    rows = rows[rows["roll_calls"].astype(str) == which].drop(columns="roll_calls")
    whole = dict.fromkeys(["k", "cluster", "size"], int)
    return rows.rename(columns={"camp": "cluster"}).astype(whole).reset_index(drop=True)


RESAMPLED = "The resamples were drawn beforehand: table results_camp_stability."


def camp_names(which: str, k: int, most: int = 2) -> dict[int, str]:
    """Camps by number, each with a letter, its most populous members and its size."""
    people = states()["population"]
    out = {}
    for number_, codes in camps(which).groupby(k).groups.items():
        largest = people.reindex(codes).sort_values(ascending=False, kind="stable").index[:most]
        out[number_] = f"{'ABCDE'[number_ - 1]}: {', '.join(country(c) for c in largest)} … ({len(codes)})"
    return out


def _verdict(jaccard: float) -> str:
    if jaccard >= ag.STABLE:
        return "stable"
    return "in doubt" if jaccard > ag.DISSOLVED else "dissolved"


def votes_alike(
    picture: str = "agreement",
    state: str = "IND",
    other: str = "RUS",
    which: str = CORE,
    abstention: str = "apart",
    k: int = 3,
) -> View:
    """Agreement of one state with all others, camps on the map, or how stable the camps are."""
    n_calls, left_out = len(roll_calls(which)), silent(which)
    caveat = (
        f"Compared are the {len(voters(which))} states that voted on at least two thirds of the {n_calls} roll calls; "
        f"{len(left_out)} voted on fewer and are drawn as no data. Only texts put to a vote are here."
    )
    sources = ("un_votes", "un_resolutions")
    detail = ""
    if picture == "agreement":
        table = alike(state, which, abstention)
        detail = _pair_detail(state, other, which)
        if table.empty:
            message = f"{country(state)} voted on fewer than two thirds of these roll calls."
            return View(figures.empty(message), message, pd.DataFrame(), caveat, sources, detail=detail)
        figure = figures.world_map(
            table["agreement"],
            f"Agreement with {country(state)}",
            percent=True,
            lo=0,
            hi=1,
            hover={c: f"{n} roll calls on which both voted" for c, n in table["shared"].items()},
        )
        top, end = table["agreement"].max(), table["agreement"].min()
        most, least = table.index[table["agreement"] == top], table.index[table["agreement"] == end]
        mean = table["agreement"].mean()
        takeaway = (
            f"{country(state)} votes like {_joined_names(most, 3)} most often ({top:.0%} of the roll calls on which "
            f"both voted), like {_joined_names(least, 3)} least often ({end:.0%}), and like the average state in "
            f"{mean:.0%}."
        )
        caveat += f" {country(state)} is itself drawn as no data."
        shown = table.reset_index()
        shown.insert(1, "state", [country(c) for c in shown["iso3"]])
        table = shown
    elif picture == "camps":
        stable = camp_stability(which).query("k == @k").set_index("cluster")
        names = camp_names(which, k)
        labels = camps(which)[k]
        figure = figures.world_map(labels.map(names), "Camp", order=list(names.values()))
        parts = [f"{names[i][0]} {stable.at[i, 'jaccard']:.2f}" for i in names]
        takeaway = (
            f"Cut into {k}, the camps come back over 200 resamples of the roll calls with a mean Jaccard similarity of "
            f"{', '.join(parts)}, where {ag.STABLE} or more is stable and {ag.DISSOLVED} or less is dissolved."
        )
        table = pd.DataFrame(
            {
                "state": [country(c) for c in labels.index],
                "camp": labels.map(lambda i: names[i][0]).to_numpy(),
            }
        ).sort_values(["camp", "state"])
        caveat += (
            f" The method finds as many camps as it is asked for, whether or not there are any. {RESAMPLED}"
        )
        sources += ("results_camp_stability",)
    else:
        caveat += f" {RESAMPLED}"
        sources += ("results_camp_stability",)
        frame = camp_stability(which).copy()
        frame["jaccard"] = frame["jaccard"].round(2)
        frame["place"] = [f"{row.k}{camp_names(which, row.k, 1)[row.cluster]}" for row in frame.itertuples()]
        figure = figures.bars(frame, "place", "jaccard", label="mean Jaccard similarity, 200 resamples")
        figure.update_xaxes(range=[0, 1.25], tickvals=[0, ag.DISSOLVED, ag.STABLE, 1])
        for at in (ag.STABLE, ag.DISSOLVED):
            figure.add_vline(x=at, line={"color": figures.SOFT_INK, "dash": "dash", "width": 1.5})
        best = frame[frame["jaccard"] >= ag.STABLE]
        takeaway = (
            f"Of the {len(frame)} camps found when 2 to 5 are asked for, {len(best)} come back often enough to be called "
            f"stable ({ag.STABLE} or more)."
        )
        table = frame.assign(verdict=frame["jaccard"].map(_verdict)).drop(columns="place")
        table["camp"] = [camp_names(which, r.k)[r.cluster] for r in frame.itertuples()]
    return View(figure, takeaway, table, caveat, sources, detail=detail)


def _pair_detail(state: str, other: str, which: str) -> str:
    """Two states compared: raw agreement, kappa, and the roll calls on which they differ."""
    table = votes()[roll_calls(which)]
    both = table.loc[[state, other]].T
    both = both[both.isin(VOTES).all(axis=1)]
    raw, kappa, n = raw_and_kappa(both.iloc[:, 0], both.iloc[:, 1])
    head = f"**{country(state)} and {country(other)}**"
    if state == other:
        return f"{head}: choose two different states to compare them."
    if n == 0:
        return f"{head} share no roll call in this set."
    corrected = (
        "not defined, since chance alone would give full agreement" if np.isnan(kappa) else f"{kappa:.2f}"
    )
    lines = [
        f"{head}: the same answer on {share(round(raw * n), n)} of the roll calls on which both voted; "
        f"Cohen's kappa {corrected}."
    ]
    unlike = both[both.iloc[:, 0] != both.iloc[:, 1]]
    lines += [
        f"- {resolutions().at[symbol, 'label']}: {country(state)} {row.iloc[0]}, {country(other)} {row.iloc[1]}"
        for symbol, row in unlike.iterrows()
    ]
    return "\n".join([lines[0], "", *lines[1:]])


def _state_options() -> list[tuple[str, str]]:
    return sorted((country(c), c) for c in votes().index)


def _set_options() -> list[tuple[str, str]]:
    return [(label, key) for key, label in SETS.items()]


who_votes_alike = Exhibit(
    "who_votes_alike",
    "Who votes with whom?",
    votes_alike,
    picture=choice(
        [
            ("Agreement with one state", "agreement"),
            ("Camps", "camps"),
            ("How stable the camps are", "stability"),
        ],
        label="Picture",
    ),
    state=choice(_state_options, "IND", label="State", help="for the agreement"),
    other=choice(_state_options, "RUS", label="Compared with", help="under the map of agreement"),
    which=choice(_set_options, CORE, label="Roll calls"),
    abstention=choice(
        [("a third answer", "apart"), ("half-way between yes and no", "half")],
        label="An abstention is",
        help="for the agreement",
    ),
    k=number(2, 5, 3, label="Number of camps", help="for the camps"),
)


# ---------------------------------------------------------------- cohesion of groups


@cache
def cohesion(which: str = CORE) -> pd.DataFrame:
    """The agreement index of each group on each roll call.

    Returns
    -------
    pandas.DataFrame
        bloc, resolution, year, members (with a row on that day), cast (votes), index (0 to 1; missing with fewer than
        three votes), chance (mean index of 1,000 groups of as many voters drawn at random from all voters, seed 0).
        "All members" is the whole Assembly. A group is absent before it had three members.
    """
    rows, draw = [], np.random.default_rng(0)
    for symbol in roll_calls(which):
        given = votes()[symbol].dropna()
        day, year = f"{resolutions().at[symbol, 'date']:%Y-%m-%d}", int(resolutions().at[symbol, "year"])
        parts = {"All members": given.index}
        for group, label in BLOCS.items():
            parts[label] = given.index.intersection(list(member_codes(group, day)))
        for label, codes in parts.items():
            if len(codes) < 3:
                continue
            n = {v: int((given[codes] == v).sum()) for v in VOTES}
            cast = sum(n.values())
            index = ag.agreement_index(n["yes"], n["abstain"], n["no"]) if cast >= 3 else np.nan
            whole = [tally(symbol)[v] for v in VOTES]
            most = draw.multivariate_hypergeometric(whole, cast, size=1000).max(axis=1)
            chance = float((1.5 * most / cast - 0.5).mean()) if cast >= 3 else np.nan  # the index, rearranged
            rows.append((label, symbol, year, len(codes), cast, index, chance))
    return pd.DataFrame(rows, columns=["bloc", "resolution", "year", "members", "cast", "index", "chance"])


@cache
def cohesion_by_year(which: str = CORE) -> pd.DataFrame:
    """Mean cohesion and turnout of each group by year; a year without a vote is a row without numbers."""
    frame = cohesion(which)
    grouped = frame.groupby(["bloc", "year"], sort=False)
    by_year = grouped.agg(
        cohesion=("index", "mean"),
        chance=("chance", "mean"),
        roll_calls=("resolution", "size"),
        cast=("cast", "sum"),
        seats=("members", "sum"),
    )
    by_year["turnout"] = by_year["cast"] / by_year["seats"]
    span = range(int(frame["year"].min()), int(frame["year"].max()) + 1)
    whole = pd.MultiIndex.from_product([frame["bloc"].unique(), span], names=["bloc", "year"])
    return by_year.reindex(whole).reset_index()


def _index(value: float) -> str:
    """Two decimals, three where two would round to a full 1."""
    return f"{value:.3f}" if 0.995 <= value < 1 else f"{value:.2f}"


def bloc_lines(
    blocs: tuple[str, ...] = ("European Union", "ASEAN", "BRICS"),
    which: str = CORE,
    measure: str = "cohesion",
) -> View:
    """Cohesion or turnout of groups of states by year, beside the whole Assembly."""
    chosen = ["All members", *blocs]
    frame = cohesion_by_year(which).set_index("bloc").loc[chosen].reset_index()
    what = {"cohesion": "mean agreement index", "turnout": "share of members that voted"}[measure]
    if len(chosen) > MOST_LINES:
        grid = frame.dropna(subset=["roll_calls"]).pivot(index="bloc", columns="year", values=measure)
        grid.columns = grid.columns.astype(str)
        figure = figures.heatmap(grid.loc[chosen].round(2), what, percent=measure == "turnout", lo=0, hi=1)
    else:
        figure = figures.lines(frame, "year", measure, "bloc", label=what, percent=measure == "turnout")
        figure.layout.yaxis.range = [0, 1.05]
    overall = cohesion(which).groupby("bloc")
    named, only = list(blocs), ""
    if measure == "cohesion":
        means, chance = overall["index"].mean(), overall["chance"].mean()
        if len(named) > 4:
            order = (means - chance)[named].sort_values(kind="stable")
            named, only = [order.index[-1], order.index[0]], "the most and the least above a random group"
        shown = [f"{b} {_index(means[b])} (random group of its size {chance[b]:.2f})" for b in named]
        whole = f"all members {means['All members']:.2f}"
    else:
        means = overall["cast"].sum() / overall["members"].sum()
        if len(named) > 4:
            order = means[named].sort_values(kind="stable")
            named, only = [order.index[-1], order.index[0]], "the highest and the lowest of those shown"
        shown = [f"{b} {means[b]:.0%}" for b in named]
        whole = f"all members {means['All members']:.0%}"
    n = len(roll_calls(which))
    name = {"cohesion": "Mean agreement index", "turnout": "Share of members that voted"}[measure]
    said = f"{whole}; {only}: {' and '.join(shown)}" if only else "; ".join([whole, *shown])
    takeaway = f"{name} over {n} roll calls (fewer for groups founded later): {said}."
    table = frame.dropna(subset=["roll_calls"])[
        ["bloc", "year", "cohesion", "chance", "turnout", "roll_calls", "cast"]
    ]
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table.rename(columns={"cast": "votes_cast"}).round({"cohesion": 3, "chance": 3, "turnout": 3}),
        caveat=(
            "Members are those of the day of the vote where the table of groups has dates (EU, NATO, ASEAN, BRICS, SCO, "
            "Council of Europe, Five Eyes); for the others today's or an undated list stands for all years, and "
            "suspended members are left out. Years without a recorded vote are gaps, and most years have one to three votes."
        ),
        sources=("un_votes", "un_resolutions", "groups"),
    )


bloc_cohesion = Exhibit(
    "bloc_cohesion",
    "Do groups of states hold together?",
    bloc_lines,
    blocs=choices(list(BLOCS.values()), ("European Union", "ASEAN", "BRICS"), label="Groups"),
    which=choice(_set_options, CORE, label="Roll calls"),
    measure=choice(
        [("Cohesion of the votes cast", "cohesion"), ("Share of members that voted", "turnout")],
        label="Measure",
    ),
)


# ---------------------------------------------------------------- the line


@cache
def ideal_points() -> pd.DataFrame:
    """The general ideal points since 1991 (one release), with missing names for living states only."""
    frame = load("ideal_points")
    return frame[frame["year"] >= 1991].reset_index(drop=True)


@cache
def general_points() -> pd.Series:
    """Mean general ideal point of each state over the years of ``GENERAL``."""
    frame = ideal_points()
    return frame[frame["year"].between(*GENERAL)].groupby("iso3")["ideal_point"].mean()


def _scale_ends(which: str) -> pd.DataFrame:
    """90% bootstrap limits of each voter's place, by ISO3."""
    table = voters(which)
    found = scaling.facing(scaling.scale(table), general_points())
    return scaling.bootstrap(table, found.scores, rounds=400, seed=0)


@cache
def cyber_scale(which: str = CORE) -> tuple[pd.DataFrame, scaling.Scale]:
    """Each voter's place on the line of a set of roll calls with 90% bootstrap limits, and the scale.

    Returns
    -------
    (pandas.DataFrame, scaling.Scale)
        By ISO3: score (standard deviations), low, high, general (mean ideal point over ``GENERAL``). The line is turned
        to run the same way as the general ideal points.
    """
    table = voters(which)
    found = scaling.facing(scaling.scale(table), general_points())
    ends = _scale_ends(which)
    frame = pd.DataFrame({"score": found.scores, "low": ends["low"], "high": ends["high"]})
    frame["general"] = general_points().reindex(frame.index)
    return frame.sort_values("score", kind="stable"), found


def rank_correlation(which: str = CORE) -> tuple[float, int]:
    """Spearman's correlation of the line with the general ideal points, and the number of states."""
    both = cyber_scale(which)[0].dropna(subset=["general"])
    return float(both["score"].rank().corr(both["general"].rank())), len(both)


def moves(between: tuple[int, int]) -> pd.DataFrame:
    """Change of the general ideal point of each state between two years of one release.

    Returns
    -------
    pandas.DataFrame
        By ISO3, largest change first: start, end, change, clear (the 90% intervals of the two years do not overlap, a
        cautious test), votes (the smaller number of roll calls behind the two estimates), from_low, from_high, to_low,
        to_high.
    """
    frame = ideal_points()
    a, b = (frame[frame["year"] == y].set_index("iso3") for y in between)
    both = a.index.intersection(b.index)
    a, b = a.loc[both], b.loc[both]
    out = pd.DataFrame(
        {
            "start": a["ideal_point"],
            "end": b["ideal_point"],
            "change": b["ideal_point"] - a["ideal_point"],
            "clear": (b["q05"] > a["q95"]) | (b["q95"] < a["q05"]),
            "votes": np.minimum(a["n_votes"], b["n_votes"]),
            "from_low": a["q05"],
            "from_high": a["q95"],
            "to_low": b["q05"],
            "to_high": b["q95"],
        }
    )
    order = out["change"].abs().sort_values(ascending=False, kind="stable").index
    return out.loc[order]


def thin_years() -> list[int]:
    """Years whose ideal points rest on few roll calls."""
    middle = ideal_points().groupby("year")["n_votes"].median()
    return [int(y) for y in middle.index[middle < FEW_VOTES]]


def _shown_states(show: str) -> list[str]:
    frame = cyber_scale(CORE)[0]
    if show == "everyone":
        return list(votes().index)
    if show == "large":
        people = states()["population"].reindex(frame.index)
        return list(people.sort_values(ascending=False, kind="stable").index[:25])
    if show in regions():
        return [c for c in in_region(show) if c in votes().index]
    group = next(g for g, label in BLOCS.items() if label == show)
    return [c for c in members(group) if c in votes().index]


def _dots(frame: pd.DataFrame, value: str, low: str, high: str, label: str) -> go.Figure:
    figure = figures.new(
        max(320, 110 + 22 * len(frame)),
        xaxis={"title": {"text": label}, "zeroline": True},
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": frame["state"].tolist()},
        showlegend=False,
    )
    figure.add_trace(
        {
            "type": "scatter",
            "x": frame[value].tolist(),
            "y": frame["state"].tolist(),
            "mode": "markers",
            "marker": {"size": 9, "color": figures.COLOURS[0], "line": {"color": figures.INK, "width": 1}},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": (frame[high] - frame[value]).clip(lower=0).tolist(),
                "arrayminus": (frame[value] - frame[low]).clip(lower=0).tolist(),
                "color": figures.SOFT_INK,
                "thickness": 1.5,
                "width": 3,
            },
            "hovertext": [
                f"{figures.plain(r['state'])}: {r[value]:.2f} ({r[low]:.2f} to {r[high]:.2f})"
                for r in frame.to_dict("records")
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    )
    return figure


def _ranked(frame: pd.DataFrame) -> go.Figure:
    """All states in order of their place, names in the pointer only."""
    figure = figures.new(
        440,
        xaxis={"title": {"text": "states in order<br>of their place"}, "showgrid": False},
        yaxis={"title": {"text": "place on the line (standard deviations)"}},
        showlegend=False,
    )
    rank = list(range(1, len(frame) + 1))
    figure.add_trace(
        {
            "type": "scatter",
            "x": rank + rank[::-1],
            "y": frame["high"].tolist() + frame["low"].tolist()[::-1],
            "fill": "toself",
            "fillcolor": "rgba(0,114,178,0.18)",
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
    )
    figure.add_trace(
        {
            "type": "scatter",
            "x": rank,
            "y": frame["score"].tolist(),
            "mode": "markers",
            "marker": {"size": 6, "color": figures.COLOURS[0]},
            "hovertext": [
                f"{figures.plain(r['state'])}: {r['score']:.2f} ({r['low']:.2f} to {r['high']:.2f})"
                for r in frame.to_dict("records")
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
    )
    return figure


def _scatter(frame: pd.DataFrame, named: list[str]) -> go.Figure:
    figure = figures.new(
        480,
        xaxis={
            "title": {"text": f"general ideal point,<br>mean {GENERAL[0]} to {GENERAL[1]}<br>(all subjects)"}
        },
        yaxis={"title": {"text": "place on the line of these votes"}},
    )
    for part, label, style in (
        (
            frame[~frame.index.isin(named)],
            "other states",
            {"color": figures.NO_DATA, "symbol": "circle", "size": 7},
        ),
        (
            frame[frame.index.isin(named)],
            "states shown",
            {"color": figures.COLOURS[1], "symbol": "diamond", "size": 10},
        ),
    ):
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["general"].tolist(),
                "y": part["score"].tolist(),
                "mode": "markers",
                "name": label,
                "marker": {**style, "line": {"color": figures.INK, "width": 0.7}},
                "hovertext": [
                    f"{figures.plain(country(c))}: {s:.2f} here, {g:.2f} in general"
                    for c, s, g in zip(part.index, part["score"], part["general"], strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return figure


def _moved(between: tuple[int, int], codes: list[str], most: int = 15) -> tuple[go.Figure, pd.DataFrame, str]:
    table = moves(between)
    table.insert(0, "state", [country(c) for c in table.index])
    here = table[table.index.isin(codes)] if codes else table
    if here.empty or between[0] == between[1]:
        text = "Choose two different years for which these states have an estimate."
        return figures.empty(text), table, text
    top = here.head(most).sort_values("change")
    figure = figures.new(
        max(320, 130 + 30 * len(top)),
        xaxis={
            "title": {"text": "general ideal point<br>(higher: towards the side<br>of the United States)"}
        },
        yaxis={"type": "category", "categoryorder": "array", "categoryarray": top["state"].tolist()},
    )
    for row in top.to_dict("records"):
        figure.add_trace(
            {
                "type": "scatter",
                "x": [row["start"], row["end"]],
                "y": [row["state"]] * 2,
                "mode": "lines",
                "line": {"color": figures.SOFT_INK, "width": 2, "dash": "solid" if row["clear"] else "dot"},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    for year, value, low, high, symbol, colour in (
        (between[0], "start", "from_low", "from_high", "circle-open", figures.COLOURS[0]),
        (between[1], "end", "to_low", "to_high", "diamond", figures.COLOURS[1]),
    ):
        figure.add_trace(
            {
                "type": "scatter",
                "x": top[value].tolist(),
                "y": top["state"].tolist(),
                "mode": "markers",
                "name": str(year),
                "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 1.5}},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (top[high] - top[value]).tolist(),
                    "arrayminus": (top[value] - top[low]).tolist(),
                    "color": colour,
                    "thickness": 1,
                    "width": 3,
                },
                "hovertext": [
                    f"{figures.plain(r['state'])} {year}: {r[value]:.2f} ({r[low]:.2f} to {r[high]:.2f})"
                    for r in top.to_dict("records")
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    first = here.iloc[0]
    takeaway = (
        f"Between {between[0]} and {between[1]} {first['state']} moved most among the {len(here)} states shown "
        f"({first['change']:+.2f}), and {_part(int(here['clear'].sum()), len(here))} moved clearly, which means that their "
        "90% intervals do not overlap."
    )
    return figure, table.round(3), takeaway


def line_of_votes(
    picture: str = "line",
    which: str = CORE,
    show: str = "large",
    between: tuple[int, int] = (2015, 2025),
) -> View:
    """The one-dimensional map of the votes, what it is made of, beside general ideal points, and who moved."""
    named = _shown_states(show)
    sources = ("un_votes", "un_resolutions", "ideal_points")
    if picture == "moved":
        figure, table, takeaway = _moved(between, named)
        thin = [y for y in between if y in thin_years()]
        caveat = (
            "All subjects together, not cyberspace. The line connects two estimates of one release; releases must not be "
            "mixed. The year 2025 held many votes on which the United States stood nearly alone, so a jump there is a "
            "change in what was voted on as much as in policy."
        )
        if thin:
            caveat += (
                f" The estimates of {', '.join(map(str, thin))} rest on fewer than {FEW_VOTES} roll calls."
            )
        return View(figure, takeaway, table.reset_index(drop=True), caveat, ("ideal_points",))
    frame, found = cyber_scale(which)
    n_calls, used = len(roll_calls(which)), len(found.answers)
    caveat = (
        f"Of {n_calls} roll calls {used} divide the states enough to count. Many states gave the same answers and stand on "
        "one point: the line is a ranking of a few patterns. The interval covers the choice of roll calls only."
    )
    if picture == "made":
        shown = found.answers.copy()
        shown.index = list(resolutions().loc[shown.index, "label"])
        figure = figures.heatmap(
            shown.round(2),
            "place of the answer on the line",
            scale=figures.DIVERGING,
            lo=-2.5,
            hi=2.5,
            height=150 + 34 * len(shown),
        )
        led = resolutions()["sponsor_line"].fillna("lead not seen")
        short = [f"{c.removeprefix('A/RES/')} {led[c]}" for c in found.answers.index]
        figure.update_yaxes(
            tickvals=list(range(len(short))), ticktext=[figures.plain(x, limit=19) for x in short]
        )
        takeaway = (
            f"The first axis holds {found.first:.0%} of the spread of the answers analysed and the second "
            f"{found.inertia[1] / found.inertia.sum():.0%}; it is made of {used} roll calls."
        )
        table = shown.rename_axis("roll call").reset_index().round(2)
        return View(figure, takeaway, table, caveat, sources)
    rho, n = rank_correlation(which)
    if picture == "beside":
        both = frame.dropna(subset=["general"])
        figure = _scatter(both, named)
        takeaway = (
            f"Over {n} states, places on the line of these votes and general ideal points correlate at {rho:.2f} "
            "(Spearman's rank correlation)."
        )
    else:
        part = frame[frame.index.isin(named)].copy()
        if part.empty:
            message = "None of these states voted on two thirds of the roll calls."
            return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
        part["state"] = [country(c) for c in part.index]
        figure = (
            _ranked(part)
            if len(part) > 60
            else _dots(part, "score", "low", "high", "place on the line (standard deviations)")
        )
        width = (part["high"] - part["low"]).median()
        takeaway = (
            f"Among the {len(part)} states shown the line runs from {part['state'].iloc[0]} ({part['score'].iloc[0]:.2f}) to "
            f"{part['state'].iloc[-1]} ({part['score'].iloc[-1]:.2f}), and half of their 90% intervals are wider than "
            f"{width:.2f}."
        )
    table = frame.reset_index()
    table.insert(1, "state", [country(c) for c in table["iso3"]])
    return View(figure, takeaway, table.round(3), caveat, sources)


def _show_options() -> list[tuple[str, str]]:
    return [
        ("25 most populous states", "large"),
        ("Everyone", "everyone"),
        *((r, r) for r in regions()),
        *((b, b) for b in BLOCS.values()),
    ]


one_line = Exhibit(
    "one_line",
    "Can the votes be put on one line?",
    line_of_votes,
    picture=choice(
        [
            ("The line, with intervals", "line"),
            ("What the line is made of", "made"),
            ("Beside the general ideal points", "beside"),
            ("Who moved, in general", "moved"),
        ],
        label="Picture",
    ),
    which=choice(_set_options, CORE, label="Roll calls", help="not for who moved"),
    show=choice(_show_options, "large", label="States"),
    between=years(
        1991, 2025, (2015, 2025), label="Years", help="for who moved", grid=(1991, 2005, 2015, 2025)
    ),
)


# ---------------------------------------------------------------- findings and checks


def finding_votes() -> str:
    """What the votes are, and whether they add up to the tallies."""
    frame, table, record = resolutions(), votes(), _tallies()
    same = sum(
        tuple(int(record.at[symbol, v]) for v in VOTES) == tuple(tally(symbol)[v] for v in VOTES)
        for symbol in record.index
    )
    mended = int(record["difference"].notna().sum())
    subjects = frame["topic"].astype(str).value_counts()
    return (
        f"{len(frame)} roll calls, {frame['date'].min():%Y} to {frame['date'].max():%Y}, by {len(table)} states: "
        f"{subjects['ICT security']} on ICT security, {subjects['cybercrime']} on cybercrime, "
        f"{len(frame) - subjects['ICT security'] - subjects['cybercrime']} on other digital subjects. The votes add up to "
        f"the tally in {same} of the {len(record)} cases where one was seen, after votes missing from the file were "
        f"entered from the record in {mended}; {int((frame['identified_by'] == 'inference').sum())} roll calls were first "
        f"identified by inference."
    )


def finding_absence() -> str:
    """How often states are absent, and how that compares with abstaining."""
    table = votes()[roll_calls(CORE)]
    cells = table.stack().dropna()  # a state that had not joined yet had no place
    absent, abstain = int((cells == ABSENT).sum()), int((cells == "abstain").sum())
    often = (table == ABSENT).sum(axis=1)
    return (
        f"On ICT security and cybercrime {absent:,} of {len(cells):,} places were empty ({absent / len(cells):.0%}) and "
        f"{abstain:,} were abstentions ({abstain / len(cells):.0%}). {int((often == 0).sum())} states missed no vote and "
        f"{len(silent(CORE))} missed more than a third, too many to be compared."
    )


def finding_rivals() -> str:
    """How many states voted for both rival texts of 2018, against both, and for one only."""
    grid = crossed("A/RES/73/27", "A/RES/73/266")
    both = int(grid.loc[list(VOTES), list(VOTES)].to_numpy().sum())
    twice = int(grid.loc["yes", "yes"])
    east = int(grid.loc["yes", "no"])
    west = int(grid.loc["no", "yes"])
    return (
        f"Of the {both} states that voted on both rival texts of December 2018, {_part(twice, both)} said yes to both, "
        f"{_part(west, both)} no to the Russian and yes to the American text, and {_part(east, both)} yes to the Russian "
        "and no to the American text."
    )


def finding_camps() -> str:
    """Which camps survive a redrawing of the roll calls."""
    frame = camp_stability(CORE)
    two, three = frame[frame["k"] == 2], frame[frame["k"] == 3]
    usa = int(camps(CORE).at["USA", 3])
    held = three.loc[three["cluster"] == usa].iloc[0]
    rest = three.loc[three["cluster"] != usa, "jaccard"]
    return (
        f"Cut in two, the camps have {two['size'].iloc[0]} and {two['size'].iloc[1]} states and both come back when the "
        f"roll calls are redrawn (mean Jaccard {two['jaccard'].min():.2f} or more). Cut in three, the camp with the United "
        f"States ({held['size']:.0f} states) still comes back ({held['jaccard']:.2f}); the two parts of the rest do not "
        f"reach {ag.STABLE} ({rest.max():.2f} and {rest.min():.2f})."
    )


def finding_cohesion() -> str:
    """Which groups vote together more than a random group of their size."""
    frame = cohesion(CORE)
    means = frame.groupby("bloc")[["index", "chance"]].mean()
    eu = frame[frame["bloc"] == "European Union"]
    gap = (means["index"] - means["chance"]).drop("All members").sort_values()
    below = [
        f"{b} ({means.at[b, 'index']:.2f} against {means.at[b, 'chance']:.2f})"
        for b in gap.index
        if gap[b] < 0.05
    ]
    return (
        f"The members of the European Union voted alike on {int((eu['index'] > 0.9999).sum())} of {len(eu)} roll calls. "
        f"Mean agreement index of the whole Assembly: {means.at['All members', 'index']:.2f}. Groups whose mean is less than "
        f"0.05 above that of random groups of their size: {', '.join(below) or 'none'}."
    )


def finding_line() -> str:
    """How good the line is and how it compares with the general ideal points."""
    frame, found = cyber_scale(CORE)
    rho, n = rank_correlation(CORE)
    usa, rus = frame.loc["USA"], frame.loc["RUS"]
    top = int((frame["score"].round(6) == frame["score"].round(6).max()).sum())
    return (
        f"{len(found.answers)} of {len(roll_calls(CORE))} roll calls divide the states enough to place {len(frame)} of them; "
        f"the first axis holds {found.first:.0%} of the spread. The United States stand at {usa['score']:.1f} "
        f"({usa['low']:.1f} to {usa['high']:.1f}), Russia at {rus['score']:.1f} ({rus['low']:.1f} to {rus['high']:.1f}); "
        f"{top} states share the place at the upper end. Rank correlation with the general ideal points over {n} states: "
        f"{rho:.2f}."
    )


def finding_moved() -> str:
    """Who moved most in general between 2015 and 2025."""
    table = moves((2015, 2025))
    first = [
        f"{country(c)} ({r.change:+.1f})"
        for c, r in zip(table.index[:3], table.head(3).itertuples(), strict=True)
    ]
    before = moves((2015, 2023))
    return (
        f"Between 2015 and 2025 the general ideal points of {_part(int(table['clear'].sum()), len(table))} of the states "
        f"moved clearly; {', '.join(first)} moved most, and the United States by {table.at['USA', 'change']:+.1f}. Between "
        f"2015 and 2023 the United States had moved by {before.at['USA', 'change']:+.1f}."
    )


def _check_both(answer: object) -> Verdict:
    grid = crossed("A/RES/73/27", "A/RES/73/266")
    twice = int(grid.loc["yes", "yes"])
    both = int(grid.loc[list(VOTES), list(VOTES)].to_numpy().sum())
    return check_number(
        answer,
        right=twice / both,
        tolerance=0.0005,
        slips={
            "You divided by all members; those absent from either vote gave no answer to compare. Leave them out.": twice
            / int(grid.to_numpy().sum()),
            "You divided by the states that said yes to the first text. The question asks for all that voted on both.": twice
            / int(grid.loc["yes", list(VOTES)].sum()),
            "That is the share of equal answers. The question asks for yes to both.": sum(
                int(grid.loc[v, v]) for v in VOTES
            )
            / both,
            "That is the number of states. Divide by the number that voted on both.": float(twice),
            "That is a percentage. Give a number between 0 and 1.": 100 * twice / both,
        },
        hint="Make a column for each resolution with pivot, drop rows with absent, and take the mean of both being yes.",
    )


CHECKS = {"yes_to_both": _check_both}
