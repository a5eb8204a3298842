"""Chapter 2.5: what states have in place, how first strategies spread, and capacity beside recorded incidents.

The index is what governments report to be in place. Counts are of distinct recorded incidents. None recorded is not none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.countries import region as region_of
from cyberdip_utils.countries import regions, states
from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, number
from cyberdip_utils.norms import confounding as cf
from cyberdip_utils.norms import diffusion as df
from cyberdip_utils.stats import share, wilson
from cyberdip_utils.teach import Verdict, check_number

EDITIONS = (2020, 2024)
PILLARS = {
    "legal": "Legal measures",
    "technical": "Technical measures",
    "organizational": "Organisational measures",
    "capacity": "Capacity development",
    "cooperation": "Cooperation",
}
SCORES = {"total": "Total, 0 to 100", **{k: f"{v}, 0 to 20" for k, v in PILLARS.items()}}
TIERS = {
    "T1": "T1: 95 to 100",
    "T2": "T2: 85 to 95",
    "T3": "T3: 55 to 85",
    "T4": "T4: 20 to 55",
    "T5": "T5: below 20",
}
TIER_COLOURS = dict(zip(TIERS.values(), ("#0072B2", "#56B4E9", "#F0E442", "#E69F00", "#D55E00"), strict=True))
INCOMES = {"high": "High", "upper_middle": "Upper middle", "lower_middle": "Lower middle", "low": "Low"}
WORLD = "World"
STUDY = (2000, 2024)
# First year at risk of states that became independent during the study.
ENTRY = {"TLS": 2002, "MNE": 2006, "SSD": 2011}
# Land borders of UN members that the list of neighbours, of about 2004, does not have.
NEWER_BORDERS = (
    *(("SRB", x) for x in ("BGR", "BIH", "HRV", "HUN", "MKD", "MNE", "ROU")),
    *(("MNE", x) for x in ("ALB", "BIH", "HRV")),
    *(("SSD", x) for x in ("CAF", "COD", "ETH", "KEN", "SDN", "UGA")),
    ("LIE", "AUT"),
    ("LIE", "CHE"),
    ("MCO", "FRA"),
)
METHOD_CHANGED = (
    "The method changed between the editions, so positions within an edition are compared and scores are not."
)
ON_PAPER = "The index is built on a questionnaire: what is in place on paper, not how well it works."


# ---------------------------------------------------------------- the index


@cache
def _frame() -> pd.DataFrame:
    return states()


@cache
def _incomes() -> dict[str, str]:
    given = _frame()["income_group"].dropna().astype(str)
    return {c: INCOMES[v] for c, v in given.items()}


@cache
def scores(year: int) -> pd.DataFrame:
    """The index of an edition by ISO3: pillars, total, tier (2024 only), rank.

    ``rank`` counts from 1 for the highest total, equal totals share the mean of their places. ``rank_best`` and
    ``rank_worst`` are its ends when each pillar in turn is left out of the total: how far the place hangs on one pillar.

    Raises
    ------
    ValueError
        An edition that there is not.
    """
    if year not in EDITIONS:
        raise ValueError(f"year: {year} is not an edition; there are {EDITIONS[0]} and {EDITIONS[1]}")
    table = load("gci")
    out = table[table["year"] == year].set_index("iso3").drop(columns="year")
    out["tier"] = out["tier"].astype(object).where(out["tier"].notna(), None)
    pillars = out[list(PILLARS)]
    out["rank"] = out["total"].rank(ascending=False)
    without = pd.DataFrame({p: (pillars.sum(axis=1) - pillars[p]).rank(ascending=False) for p in PILLARS})
    out["rank_best"], out["rank_worst"] = without.min(axis=1), without.max(axis=1)
    return out


@cache
def movers() -> pd.DataFrame:
    """Places gained between the two editions, most first; ``low`` and ``high`` leave out each pillar in turn.

    Returns
    -------
    pandas.DataFrame
        By ISO3: rank_2020, rank_2024, gained (places, positive is up), low, high, firm (same sign whichever pillar is
        left out of both editions).
    """
    a, b = scores(2020), scores(2024)
    gains = {
        p: (a[list(PILLARS)].sum(axis=1) - a[p]).rank(ascending=False)
        - (b[list(PILLARS)].sum(axis=1) - b[p]).rank(ascending=False)
        for p in PILLARS
    }
    each = pd.DataFrame(gains)
    out = pd.DataFrame({"rank_2020": a["rank"], "rank_2024": b["rank"], "gained": a["rank"] - b["rank"]})
    out["low"] = each.min(axis=1).clip(upper=out["gained"])
    out["high"] = each.max(axis=1).clip(lower=out["gained"])
    out["firm"] = (out["low"] > 0) | (out["high"] < 0)
    return out.sort_values("gained", ascending=False, kind="stable")


def _names(codes: Sequence[str], most: int = 3) -> str:
    shown = [country(c) for c in codes[:most]]
    return ", ".join(shown)


def _within(codes: pd.Index, where: str) -> pd.Index:
    return codes if where == WORLD else pd.Index([c for c in codes if region_of(c) == where])


def _index_map(year: int, score: str) -> tuple[go.Figure, str, pd.DataFrame]:
    table = scores(year)
    given = table[score].sort_values(ascending=False)
    top = 100 if score == "total" else 20
    figure = figures.world_map(given, SCORES[score].split(",")[0], lo=0, hi=top)
    half = int((given < top / 2).sum())
    takeaway = (
        f"In the edition of {year} the median state has {given.median():.0f} of {top} points, and {half} of the "
        f"{len(given)} states have fewer than half."
    )
    shown = pd.DataFrame({"state": [country(c) for c in given.index], "score": given.to_numpy()})
    return figure, takeaway, shown


def _tier_map() -> tuple[go.Figure, str, pd.DataFrame]:
    table = scores(2024).sort_values("total", ascending=False)
    tiers = table["tier"].map(TIERS)
    figure = figures.world_map(tiers, "Tier, 2024", order=list(TIERS.values()), colours=TIER_COLOURS)
    edges = int(
        ((table["total"].to_numpy()[:, None] - np.array([95, 85, 55, 20])).__abs__().min(axis=1) < 1).sum()
    )
    takeaway = (
        f"Tier 1 holds {share(int((table['tier'] == 'T1').sum()), len(table)).split(';')[0]}) of the states of 2024, and "
        f"{edges} of the {len(table)} lie within one point of the edge of a tier."
    )
    shown = pd.DataFrame(
        {
            "state": [country(c) for c in table.index],
            "tier": tiers.to_numpy(),
            "total": table["total"].to_numpy(),
        }
    )
    return figure, takeaway, shown


def _pillars_said(year: int, state: str) -> str:
    table = scores(year)
    one = table.loc[state]
    low = one[list(PILLARS)].astype(float).idxmin()
    return (
        f"{country(state)} has {one['total']:.0f} of 100 points in {year} and place {one['rank']:g} of {len(table)} "
        f"({one['rank_best']:g} to {one['rank_worst']:g} when one pillar is left out); its lowest pillar is "
        f"{PILLARS[low].lower()} with {one[low]:.1f} of 20."
    )


def _movers_said(where: str) -> str:
    table = movers().loc[lambda t: t.index.isin(_within(t.index, where))]
    best = table.index[0]
    return (
        f"{'In the world' if where == WORLD else 'In ' + where} {country(best)} gained most places from 2020 to 2024, {table['gained'].iloc[0]:g} ({table['low'].iloc[0]:g} to "
        f"{table['high'].iloc[0]:g} when one pillar is left out); of {len(table)} states {int(table['firm'].sum())} move in "
        "the same direction whichever pillar is left out."
    )


def _pillars(year: int, state: str) -> tuple[go.Figure, pd.DataFrame]:
    table = scores(year)
    where = region_of(state)
    parts = {
        country(state): table.loc[state, list(PILLARS)].astype(float),
        f"median of {where}": table.loc[_within(table.index, where), list(PILLARS)].median(),
        "median of the world": table[list(PILLARS)].median(),
    }
    rows = [(PILLARS[p], who, v[p]) for p in PILLARS for who, v in parts.items()]
    frame = pd.DataFrame(rows, columns=["pillar", "who", "points"]).round(2)
    figure = figures.bars(frame, "pillar", "points", group="who", label="points of 20", height=520)
    wide = frame.pivot(index="pillar", columns="who", values="points").loc[
        list(PILLARS.values()), list(parts)
    ]
    return figure, wide.reset_index().rename_axis(columns=None)


def _movers(where: str) -> tuple[go.Figure, pd.DataFrame]:
    table = movers().loc[lambda t: t.index.isin(_within(t.index, where))]
    ends = pd.concat([table.head(10), table.tail(10)])
    ends = ends[~ends.index.duplicated()].assign(state=lambda t: [country(c) for c in t.index])
    figure = figures.new(
        130 + 26 * len(ends),
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
        xaxis={"title": {"text": "places gained<br>from 2020 to 2024"}, "zeroline": True, "zerolinewidth": 2},
    )
    for i, (firm, said) in enumerate(
        ((True, "same direction whichever pillar is left out"), (False, "direction hangs on one pillar"))
    ):
        part = ends[ends["firm"] == firm]
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["gained"].tolist(),
                "y": part["state"].tolist(),
                "mode": "markers",
                "name": said,
                "marker": {"size": 11, "symbol": figures.SYMBOLS[i], "color": figures.COLOURS[i]},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (part["high"] - part["gained"]).tolist(),
                    "arrayminus": (part["gained"] - part["low"]).tolist(),
                    "color": figures.SOFT_INK,
                    "thickness": 1.5,
                    "width": 4,
                },
                "hovertemplate": "%{y}: %{x:+g} places<extra></extra>",
            }
        )
    figure.update_yaxes(categoryorder="array", categoryarray=ends["state"].tolist())
    shown = table.assign(state=[country(c) for c in table.index]).reset_index(drop=True)
    return figure, shown[["state", "rank_2020", "rank_2024", "gained", "low", "high", "firm"]]


def _others(said: dict[str, str], picture: str) -> str:
    """What the other pictures say in a sentence each, so that no control is without an answer."""
    rest = [f"- {sentence}" for key, sentence in said.items() if key != picture]
    return "\n".join(["**The other pictures in a sentence**", "", *rest])


def index_view(
    picture: str = "map", year: int = 2024, score: str = "total", state: str = "KEN", where: str = WORLD
) -> View:
    """The index as a map of a score, as tiers, as the pillars of one state, or as places gained."""
    caveat = f"{ON_PAPER} Taiwan, Kosovo, Hong Kong and the EU are not in it."
    said = {"pillars": _pillars_said(year, state), "movers": _movers_said(where)}
    if picture == "map":
        figure, takeaway, table = _index_map(year, score)
    elif picture == "tiers":
        figure, takeaway, table = _tier_map()
        caveat += (
            " Tiers belong to 2024 only and are derived here from the total by the limits of the report."
        )
    elif picture == "pillars":
        figure, table = _pillars(year, state)
        takeaway = said[picture]
    else:
        figure, table = _movers(where)
        takeaway = said[picture]
        caveat = f"{METHOD_CHANGED} {caveat}"
    return View(figure, takeaway, table, caveat, ("gci",), detail=_others(said, picture))


def _indexed_states() -> list[tuple[str, str]]:
    return sorted((country(c), c) for c in scores(2024).index)


capacity_index = Exhibit(
    "capacity_index",
    "Who has what in place?",
    index_view,
    picture=choice(
        [
            ("Map of a score", "map"),
            ("Tiers of 2024", "tiers"),
            ("Pillars of one state", "pillars"),
            ("Places gained and lost", "movers"),
        ],
        label="Picture",
    ),
    year=choice([("2024", 2024), ("2020", 2020)], label="Edition", help="for the score and the pillars"),
    score=choice([(v, k) for k, v in SCORES.items()], label="Score", help="for the map"),
    state=choice(_indexed_states, "KEN", label="State", help="for the pillars"),
    where=choice(lambda: [WORLD, *regions()], label="Region", help="for places gained and lost"),
)


# ---------------------------------------------------------------- one measure at a time

NONE, PART, FULL = "none reported", "part of the score", "full score"
ANSWERS = {NONE: figures.COLOURS[1], PART: figures.COLOURS[6], FULL: figures.COLOURS[0]}


@cache
def measure(indicator: str, year: int) -> pd.Series:
    """The score of an indicator (0 to 1) by ISO3 in an edition; empty where the edition did not ask for it."""
    return _measures().get((indicator, year), pd.Series(dtype=float))


@cache
def _measures() -> dict[tuple[str, int], pd.Series]:
    table = load("gci_indicators")
    return {
        (str(i), int(y)): part.set_index("iso3")["value"]
        for (i, y), part in table.groupby(["indicator", "year"], observed=True)
    }


def graded(values: pd.Series) -> pd.Series:
    """Scores from 0 to 1 as none reported, part, or full score (0.9995 and more, for rounding in the source)."""
    out = pd.Series(PART, index=values.index, dtype=object)
    return out.mask(values <= 0, NONE).mask(values >= 0.9995, FULL)


def _group_of(by: str) -> dict[str, str]:
    if by == "income":
        return _incomes()
    return {c: region_of(c) for c in scores(2024).index}


def measure_shares(indicator: str, by: str) -> pd.DataFrame:
    """Share of states with none of a measure, by group and edition.

    Parameters
    ----------
    indicator : str
        As in the table ``gci_indicators``.
    by : str
        "income" or "region".

    Returns
    -------
    pandas.DataFrame
        group, edition, none (states), n, share, low, high (Wilson, as if the states were drawn by lot).
    """
    groups = _group_of(by)
    order = [WORLD, *(INCOMES.values() if by == "income" else regions())]
    rows = []
    for year in EDITIONS:
        values = measure(indicator, year)
        for group in order:
            part = values[[group in (WORLD, groups.get(c)) for c in values.index]]
            if len(part):
                k, n = int((part <= 0).sum()), len(part)
                rows.append((group, str(year), k, n, k / n, *wilson(k, n)))
    return pd.DataFrame(rows, columns=["group", "edition", "none", "n", "share", "low", "high"])


def measure_view(
    indicator: str = "national incident response team",
    picture: str = "map",
    year: int = 2024,
    by: str = "income",
) -> View:
    """One measure of the index: where it is reported, and the share of states without it."""
    values = measure(indicator, year)
    caveat = f"{ON_PAPER} An answer that was not given counts as none in the source. {METHOD_CHANGED}"
    asked = [y for y in EDITIONS if len(measure(indicator, y))]
    if picture == "map" and values.empty:
        message = f"The edition of {year} has no score for {indicator}."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, ("gci_indicators",))
    if picture == "map":
        kinds = graded(values)
        figure = figures.world_map(kinds, indicator.capitalize(), order=list(ANSWERS), colours=ANSWERS)
        none = int((kinds == NONE).sum())
        takeaway = (
            f"{indicator.capitalize()}: none is reported for {share(none, len(values))} of the states in the edition of "
            f"{year}, and {int((kinds == FULL).sum())} have the full score."
        )
        table = pd.DataFrame(
            {
                "state": [country(c) for c in values.index],
                "score": values.to_numpy(),
                "graded": kinds.to_numpy(),
            }
        ).sort_values(["score", "state"], ignore_index=True)
    else:
        table = measure_shares(indicator, by)
        figure = figures.bars(
            table,
            "group",
            "share",
            "low",
            "high",
            group="edition",
            percent=True,
            label="share of states that report none",
        )
        last = table[table["edition"] == str(asked[-1])].iloc[1:]
        top, end = last.loc[last["share"].idxmax()], last.loc[last["share"].idxmin()]
        takeaway = (
            f"{indicator.capitalize()}, edition of {asked[-1]}: none is reported for {share(top['none'], top['n'])} of the "
            f"states in the group {top['group']}, and for {share(end['none'], end['n'])} in the group {end['group']}."
        )
        if by == "income":
            caveat += " Income groups are the World Bank's of its fiscal year 2023; Venezuela and the Vatican have none and are in the world's row only."
    return View(figure, takeaway, table, caveat, ("gci_indicators", "states"))


def _indicators() -> list[tuple[str, str]]:
    names = sorted({i for i, _ in _measures()})
    return [(n.capitalize(), n) for n in names]


measures = Exhibit(
    "measures",
    "Who has a team to call?",
    measure_view,
    indicator=choice(_indicators, "national incident response team", label="Measure"),
    picture=choice([("Map", "map"), ("Share without it, by group", "groups")], label="Picture"),
    year=choice([("2024", 2024), ("2020", 2020)], label="Edition", help="for the map"),
    by=choice([("Income group", "income"), ("UN region", "region")], label="Groups", help="for the shares"),
)


# ---------------------------------------------------------------- how strategies spread


@cache
def first_years() -> pd.Series:
    """Year of the first national strategy by ISO3; missing where none was known at the end of 2024."""
    table = load("strategies").set_index("iso3")
    return table["first_on"].dt.year.astype("Int64")


@cache
def land_neighbours() -> dict[str, frozenset[str]]:
    """Land neighbours among the UN members; borders younger than the source are added by hand."""
    pairs = load("country_pairs")
    pairs = pairs[pairs["contiguous"].fillna(False).astype(bool)][["iso3_o", "iso3_d"]]
    newer = pd.DataFrame(NEWER_BORDERS, columns=pairs.columns)
    return df.neighbours(pd.concat([pairs, newer]), list(first_years().index))


@cache
def subregion_neighbours() -> dict[str, frozenset[str]]:
    """The other UN members of a state's UN sub-region."""
    where = _frame()["un_subregion"].reindex(first_years().index).astype(str)
    return {c: frozenset(where.index[where == where[c]]) - {c} for c in where.index}


@cache
def drawn_neighbours(seed: int = 0) -> dict[str, frozenset[str]]:
    """As many states drawn by lot as a state has land neighbours: a placebo."""
    draw = np.random.default_rng(seed)
    codes = np.array(sorted(first_years().index))
    return {
        c: frozenset(draw.choice(codes[codes != c], size=len(land_neighbours()[c]), replace=False).tolist())
        for c in codes
    }


AROUND = {
    "land": ("land neighbours", land_neighbours),
    "subregion": ("other states of the UN sub-region", subregion_neighbours),
    "drawn": ("states drawn by lot (placebo)", drawn_neighbours),
}


@cache
def risk_set() -> pd.DataFrame:
    """State-years from 2000 to 2024 in which a UN member had no strategy before, with what the model needs.

    Returns
    -------
    pandas.DataFrame
        unit, year, event, region, income, one column for each kind of neighbours (share with a strategy at the end of the
        year before), and island (1 without a land neighbour).
    """
    rows = df.person_period(first_years(), *STUDY, entry=ENTRY)
    rows["region"] = rows["unit"].map({c: region_of(c) for c in first_years().index})
    rows["income"] = rows["unit"].map(_incomes())
    for key, (_, around) in AROUND.items():
        rows[key] = df.exposure(rows, first_years(), around())
    rows["island"] = rows["unit"].map({c: int(not v) for c, v in land_neighbours().items()})
    return rows


@cache
def hazard_ratios(around: str = "land", baseline: str = "cubic", link: str = "cloglog") -> pd.DataFrame:
    """The hazard model: neighbours' share, region (against Europe) and income group (against high).

    Ratios for the neighbours compare all of them with a strategy to none of them. Venezuela, which the source does not
    classify, is left out. Parameters as in the exhibit and in :func:`cyberdip_utils.norms.diffusion.fit_hazard`.
    """
    rows = risk_set().dropna(subset=["income"])
    x = rows[["unit", "year", "event"]].copy()
    said = {"around": f"All against none of the {AROUND[around][0]}"}
    x["around"] = rows[around]
    if around != "subregion":
        x["island"] = rows["island"]
        said["island"] = "No land neighbour"
    for where in regions():
        if where != "Europe" and (rows["region"] == where).any():
            x[where] = (rows["region"] == where).astype(int)
            said[where] = f"{where} against Europe"
    for label in list(INCOMES.values())[1:]:
        x[label] = (rows["income"] == label).astype(int)
        said[label] = f"{label} income against high"
    fit = df.fit_hazard(x, list(said), link, baseline)
    return fit.rename(index=said)


def _spread_groups(by: str) -> tuple[pd.DataFrame, list[str]]:
    rows = risk_set()
    if by == "world":
        return rows.assign(group=WORLD), [WORLD]
    column, order = ("income", list(INCOMES.values())) if by == "income" else ("region", regions())
    return rows.assign(group=rows[column]).dropna(subset=["group"]), [
        g for g in order if (rows[column] == g).any()
    ]


@cache
def adoption_curve(by: str = "world") -> pd.DataFrame:
    """Share of states with a strategy by year and group: one minus the survival of the life table, with 95% intervals."""
    rows, order = _spread_groups(by)
    table = df.survival_interval(df.life_table(rows, ["group"]), ["group"])
    out = table.assign(
        adopted=1 - table["survived"], low=1 - table["survived_high"], high=1 - table["survived_low"]
    )
    out["group"] = pd.Categorical(out["group"], order)
    return out.sort_values(["group", "year"]).astype({"group": str})[
        ["group", "year", "at_risk", "events", "adopted", "low", "high"]
    ]


@cache
def hazard_table(by: str = "world", width: int = 3) -> pd.DataFrame:
    """State-years at risk, first strategies and hazard by span of years and group."""
    rows, order = _spread_groups(by)
    table = df.life_table(rows, ["group"], width)
    table["group"] = pd.Categorical(table["group"], order)
    return table.sort_values(["group", "year"]).astype({"group": str})


def strategy_map(upto: int) -> dict[str, str]:
    """What each UN member of the time had at the end of a year: "before", "that year" or "no strategy known"."""
    out = {}
    for code, year in first_years().astype("Float64").fillna(df.NEVER).to_dict().items():
        if ENTRY.get(code, 0) <= upto:
            out[code] = "no strategy known" if year > upto else ("that year" if year == upto else "before")
    return out


def _lines(table: pd.DataFrame, y: str, label: str, last_only: bool = False) -> go.Figure:
    """Lines by group: one group with a band, several with upright intervals side by side (at the last year only)."""
    if table["group"].nunique() == 1:
        return figures.lines(table, "year", y, "group", "low", "high", label=label, percent=True)
    figure = figures.lines(table, "year", y, "group", label=label, percent=True)
    figure.update_layout(hovermode="closest")
    groups = list(dict.fromkeys(table["group"]))
    for i, (trace, group) in enumerate(zip(figure.data, groups, strict=True)):
        part = table[table["group"] == group].sort_values("year")
        shift = 0.16 * (i - (len(groups) - 1) / 2)
        up = (part["high"] - part[y]).to_numpy(float, copy=True)
        down = (part[y] - part["low"]).to_numpy(float, copy=True)
        x = part["year"].to_numpy(float) + (0 if last_only else shift)
        if last_only:
            last = np.arange(len(x)) == len(x) - 1
            up, down = np.where(last, up, 0), np.where(last, down, 0)
            x = x + last * 0.3 * (i + 1)
        trace.update(
            x=x.tolist(),
            error_y={
                "type": "data",
                "symmetric": False,
                "array": np.nan_to_num(up).tolist(),
                "arrayminus": np.nan_to_num(down).tolist(),
                "color": trace.line.color,
                "thickness": 1.5,
                "width": 0 if last_only else 3,
            },
            text=[f"{figures.plain(group)}, {year}" for year in part["year"]],
            hovertemplate="%{text}: %{y:.0%}<extra></extra>",
        )
    return figure


def _forest(table: pd.DataFrame, label: str) -> go.Figure:
    """Ratios on a logarithmic axis with their intervals; a filled circle where the interval leaves out 1."""
    figure = figures.new(
        120 + 44 * len(table),
        xaxis={
            "type": "log",
            "title": {"text": label},
            "tickvals": [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50],
        },
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False},
    )
    figure.add_vline(x=1, line={"color": figures.SOFT_INK, "dash": "dash", "width": 1.5})
    places = [figures.plain(x, width=24) for x in table.index]
    clear = (table["low"] > 1) | (table["high"] < 1)
    for keep, symbol, said in (
        (clear, "circle", "interval leaves out 1"),
        (~clear, "circle-open", "interval holds 1"),
    ):
        part = table[keep]
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["ratio"].tolist(),
                "y": [p for p, k in zip(places, keep, strict=True) if k],
                "mode": "markers",
                "name": said,
                "marker": {"symbol": symbol, "size": 12, "color": figures.COLOURS[0], "line": {"width": 2}},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (part["high"] - part["ratio"]).tolist(),
                    "arrayminus": (part["ratio"] - part["low"]).tolist(),
                    "color": figures.INK,
                    "thickness": 1.5,
                    "width": 4,
                },
                "hovertemplate": "%{y}: %{x:.2f}<extra></extra>",
            }
        )
    figure.update_yaxes(categoryorder="array", categoryarray=places)
    return figure


LINK_NAMES = {"cloglog": "ratio of hazards", "logit": "ratio of odds"}
BASELINES = {
    "none": "the same hazard in all years",
    "cubic": "a smooth curve over the years",
    "steps": "a level for every three years",
}


def _share_said(by: str) -> str:
    years_ = first_years()
    last = adoption_curve(by).groupby("group", sort=False).last().sort_values("adopted")
    rest = (
        f", least in {last.index[0]} ({last['adopted'].iloc[0]:.0%}) and most in {last.index[-1]} "
        f"({last['adopted'].iloc[-1]:.0%})"
        if len(last) > 1
        else ""
    )
    return (
        f"By the end of 2024 {share(int(years_.notna().sum()), len(years_))} of the UN members had a first "
        f"strategy{rest}."
    )


def _hazard_said(by: str, width: int) -> str:
    table = hazard_table(by, width)
    top = table.loc[table["hazard"].idxmax()]
    first, last = int(top["year"]), min(int(top["year"]) + width - 1, STUDY[1])
    span = str(first) if first == last else f"{first} to {last}"
    return (
        f"The hazard is highest for {top['group']} in {span}: a first strategy in "
        f"{share(int(top['events']), int(top['at_risk']))} of the state-years at risk."
    )


def _map_said(upto: int) -> str:
    kinds = strategy_map(upto)
    new = sorted(country(c) for c, k in kinds.items() if k == "that year")
    have = sum(k != "no strategy known" for k in kinds.values())
    named = f": {', '.join(new[:6])}{' and others' if len(new) > 6 else ''}" if new else ""
    return (
        f"At the end of {upto} {have} of {len(kinds)} UN members had a strategy; {len(new)} had taken their first in "
        f"that year{named}."
    )


def _model_said(around: str, baseline: str, link: str) -> str:
    fit = hazard_ratios(around, baseline, link)
    one = fit.iloc[0]
    return (
        f"With {BASELINES[baseline]}, the {LINK_NAMES[link]} for all against none of the {AROUND[around][0]} is "
        f"{one['ratio']:.2f} ({one['low']:.2f} to {one['high']:.2f}), from {fit.attrs['events']} first strategies in "
        f"{fit.attrs['n']:,} state-years of {fit.attrs['units']} states."
    )


def spread_view(
    picture: str = "curve",
    by: str = "region",
    width: int = 3,
    upto: int = 2016,
    around: str = "land",
    baseline: str = "cubic",
    link: str = "cloglog",
) -> View:
    """First national strategies: share of states, hazard, map at the end of a year, or the hazard model."""
    said = {
        "curve": _share_said(by),
        "hazard": _hazard_said(by, width),
        "map": _map_said(upto),
        "model": _model_said(around, baseline, link),
    }
    caveat = (
        "The risk set is the UN members without a strategy so far, from 2000 or independence. The "
        f"{int(first_years().isna().sum())} states without one at the end of 2024 are censored there: not yet is not never."
    )
    if picture == "curve":
        table = adoption_curve(by)
        figure = _lines(table, "adopted", "share with a first strategy", last_only=True)
        figure.update_yaxes(range=[0, 1])
        if by != "world":
            caveat += " The uprights at the right end are 95% intervals; those of all years are in the table."
    elif picture == "hazard":
        table = hazard_table(by, width)
        figure = _lines(table, "hazard", "yearly hazard of a first strategy")
        caveat += " A mark stands at the first year of its span; intervals treat state-years as drawn by lot."
    elif picture == "map":
        kinds = strategy_map(upto)
        figure = figures.world_map(
            kinds,
            f"First strategy, end of {upto}",
            order=["before", "that year", "no strategy known"],
            colours={
                "before": figures.COLOURS[5],
                "that year": figures.COLOURS[0],
                "no strategy known": figures.COLOURS[6],
            },
        )
        when = first_years().to_dict()
        table = pd.DataFrame(
            {
                "state": [country(c) for c in kinds],
                "first strategy": pd.array([when[c] for c in kinds], dtype="Int64"),
                "at the end of the year": list(kinds.values()),
            }
        ).sort_values("state", ignore_index=True)
    else:
        fit = hazard_ratios(around, baseline, link)
        figure = _forest(fit, f"{LINK_NAMES[link]}, 95% interval")
        table = fit.rename_axis("term").reset_index()
    if picture == "model":
        caveat += (
            " Neighbours count as they stood at the end of the year before. Income groups are of about 2019, after many of "
            "the strategies; Cyprus has none and is left out. Three-year levels drop spans without any first strategy."
        )
    sources = ("strategies", "states", "country_pairs")
    return View(figure, said[picture], table, caveat, sources, detail=_others(said, picture))


spread = Exhibit(
    "spread",
    "How did national strategies spread?",
    spread_view,
    picture=choice(
        [
            ("Share of states with a strategy", "curve"),
            ("Hazard", "hazard"),
            ("Map at the end of a year", "map"),
            ("Hazard model", "model"),
        ],
        label="Picture",
    ),
    by=choice(
        [("UN region", "region"), ("Income group", "income"), ("World", "world")],
        label="Groups",
        help="for share and hazard",
    ),
    width=choice([("3 years", 3), ("1 year", 1), ("5 years", 5)], label="Span", help="for the hazard"),
    upto=number(*STUDY, 2016, label="End of year", help="for the map"),
    around=choice(
        [
            ("Land neighbours", "land"),
            ("UN sub-region", "subregion"),
            ("Drawn by lot (placebo)", "drawn"),
        ],
        label="Neighbours",
        help="for the model",
    ),
    baseline=choice(
        [
            ("Smooth over the years", "cubic"),
            ("None: all years alike", "none"),
            ("A level for three years", "steps"),
        ],
        label="Time",
        help="for the model",
    ),
    link=choice(
        [("Hazards (cloglog)", "cloglog"), ("Odds (logit)", "logit")], label="Ratio of", help="for the model"
    ),
)


# ---------------------------------------------------------------- capacity and being targeted

WINDOWS = {
    "before": (2015, 2019, "2015 to 2019, before the index of 2020"),
    "after": (2021, 2024, "2021 to 2024, after it"),
    "all": (2015, 2024, "2015 to 2024"),
}
CONTROLS = {
    "population": "population",
    "wealth": "GDP per head",
    "internet": "internet users",
    "openness": "civil liberties",
}
LADDER = ("population", "wealth", "internet", "openness")
AS_OF = 2019  # what the world looked like before the edition of 2020


@cache
def _latest(table: str) -> pd.Series:
    frame = load(table)
    frame = frame[(frame["year"] <= AS_OF) & (frame["year"] >= AS_OF - 5)].dropna(subset=["value"])
    return frame.sort_values("year").groupby("iso3")["value"].last()


@cache
def targeted(window: str = "after") -> pd.DataFrame:
    """One row for each state in the index of 2020: scores, distinct incidents recorded, and what may stand behind both.

    Parameters
    ----------
    window : str
        "before" (2015-2019), "after" (2021-2024) or "all": years in which the incidents began.

    Returns
    -------
    pandas.DataFrame
        By ISO3: scores of 2020; incidents (count) and recorded = log(1 + count); population and wealth as natural logs,
        internet (log of the number of users, from the share of 2019 and the population), openness (V-Dem's civil
        liberties index of 2025, 0 to 1), share_online (%).
    """
    first, last, _ = WINDOWS[window]
    began = load("incidents").set_index("incident_id")["start_on"].dt.year
    rows = load("incident_receivers")[["incident_id", "iso3"]].dropna().drop_duplicates()
    rows = rows[rows["incident_id"].map(began).between(first, last)]
    out = scores(2020)[[*PILLARS, "total"]].copy()
    out["incidents"] = rows["iso3"].value_counts().reindex(out.index).fillna(0).astype(int)
    out["recorded"] = np.log1p(out["incidents"])
    people = _frame()["population"].reindex(out.index).astype(float)
    online = _latest("internet_users").reindex(out.index)
    out["population"] = np.log(people.where(people > 0))
    out["wealth"] = np.log(_latest("gdp").reindex(out.index))
    out["share_online"] = online
    out["internet"] = np.log((people * online / 100).where(lambda s: s > 0))
    civil = load("regimes").dropna(subset=["iso3"]).drop_duplicates("iso3").set_index("iso3")["v2x_civlib"]
    out["openness"] = civil.reindex(out.index)
    return out


@cache
def associated(
    measured: str, score: str, window: str, held: tuple[str, ...], pool: tuple[str, ...]
) -> cf.Association:
    """Capacity and recorded incidents with ``held`` equal, over the states that have every column of ``pool``.

    ``measured`` is "ranks", "logs" (partial correlation) or "counts" (ratio of expected counts for 10% of the scale more).
    """
    frame = targeted(window).dropna(subset=list(pool))
    if measured == "counts":
        return cf.count_ratio(frame, score, "incidents", held, step=10 if score == "total" else 2)
    return cf.partial_correlation(frame, score, "recorded", held, ranks=measured == "ranks")


MEASURED = {
    "ranks": "rank correlation",
    "logs": "correlation with the logarithm of the count",
    "counts": "ratio of expected counts for a tenth of the scale more",
}


def _held_text(held: Sequence[str]) -> str:
    return " and ".join(", ".join(CONTROLS[c] for c in held).rsplit(", ", 1)) if held else "nothing"


def _apart(x: pd.Series, y: pd.Series, wanted: Sequence[str]) -> set[str]:
    """Those of the wanted points whose names would not run into one named before."""
    wide, high = float(np.ptp(x)) or 1.0, float(np.ptp(y)) or 1.0
    kept: list[str] = []
    for code in dict.fromkeys(wanted):
        if all(abs(x[code] - x[k]) > 0.3 * wide or abs(y[code] - y[k]) > 0.05 * high for k in kept):
            kept.append(code)
    return set(kept)


def _scatter(
    score: str, window: str, held: tuple[str, ...], pool: tuple[str, ...]
) -> tuple[go.Figure, pd.DataFrame]:
    frame = targeted(window).dropna(subset=list(pool))
    if held:
        x, y = cf.residuals(frame, score, held), cf.residuals(frame, "recorded", held)
        titles = (
            "points of the index above or below expectation",
            "log of incidents above or below expectation",
        )
        ticks = {}
    else:
        x, y = frame[score], frame["recorded"]
        titles = (SCORES[score].lower() + " (2020)", "distinct incidents recorded")
        marks = [m for m in (0, 1, 3, 10, 30, 100, 300, 1000) if m <= frame["incidents"].max() * 1.1]
        ticks = {"tickvals": [float(np.log1p(m)) for m in marks], "ticktext": [f"{m:,}" for m in marks]}
    figure = figures.new(
        500, xaxis={"title": {"text": titles[0]}}, yaxis={"title": {"text": titles[1]}, **ticks}
    )
    where = pd.Series({c: region_of(c) for c in frame.index})
    named = _apart(x, y, [*y.nlargest(6).index, y.idxmin(), x.idxmin(), x.idxmax()])
    for i, place in enumerate(regions()):
        codes = where.index[where == place]
        figure.add_trace(
            {
                "type": "scatter",
                "x": x[codes].tolist(),
                "y": y[codes].tolist(),
                "mode": "markers+text",
                "name": place,
                "text": [country(c) if c in named else "" for c in codes],
                "textposition": ["middle left" if x[c] > x.median() else "middle right" for c in codes],
                "hovertext": [
                    f"{country(c)}: {frame.at[c, score]:.1f} points, {frame.at[c, 'incidents']} incidents"
                    for c in codes
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {
                    "symbol": figures.SYMBOLS[i],
                    "color": figures.COLOURS[i],
                    "size": 9,
                    "opacity": 0.8,
                },
            }
        )
    slope, level = np.polyfit(x, y, 1)
    ends = [float(x.min()), float(x.max())]
    figure.add_trace(
        {"type": "scatter",
            "x": ends, "y": [level + slope * e for e in ends], "mode": "lines", "name": "least squares",
            "line": {"color": figures.INK, "dash": "dash", "width": 2}, "hoverinfo": "skip",
        }
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "state": [country(c) for c in frame.index],
            "region": where.to_numpy(),
            "index": frame[score].to_numpy(),
            "incidents": frame["incidents"].to_numpy(),
            "index, rest": x.round(3).to_numpy(),
            "log incidents, rest": y.round(3).to_numpy(),
        }
    )
    return figure, table.sort_values("incidents", ascending=False, ignore_index=True)


def _ladder(measured: str, score: str, window: str) -> tuple[go.Figure, pd.DataFrame]:
    rows = []
    for k in range(len(LADDER) + 1):
        held = LADDER[:k]
        a = associated(measured, score, window, held, LADDER)
        rows.append(
            (
                "nothing held equal" if k == 0 else f"+ {CONTROLS[LADDER[k - 1]]}",
                a.value,
                a.low,
                a.high,
                a.n,
                a.hidden,
            )
        )
    table = pd.DataFrame(rows, columns=["held equal", "ratio", "low", "high", "states", "hidden"])
    figure = _forest(table.set_index("held equal"), MEASURED[measured])
    if measured != "counts":
        figure.update_xaxes(type="linear", tickvals=None, range=[-0.65, 1.0], tickmode="auto")
        figure.layout.shapes[0].update(x0=0, x1=0)
        clear = (table["low"] > 0) | (table["high"] < 0)
        for trace, keep, said in zip(
            figure.data, (clear, ~clear), ("interval leaves out 0", "interval holds 0"), strict=True
        ):
            part = table[keep]
            trace.update(
                x=part["ratio"].tolist(), y=[figures.plain(v, width=24) for v in part["held equal"]], name=said,
                error_x={"array": (part["high"] - part["ratio"]).tolist(), "arrayminus": (part["ratio"] - part["low"]).tolist()},
            )  # fmt: skip
    else:
        figure.update_xaxes(tickvals=[0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3])
        table = table.drop(columns="hidden")
    return figure, table.rename(columns={"ratio": MEASURED[measured], "hidden": "hidden cause needed"})


def targeted_view(
    picture: str = "scatter",
    score: str = "total",
    window: str = "after",
    held: tuple[str, ...] = (),
    measured: str = "ranks",
) -> View:
    """Capacity beside recorded incidents, raw or with other things held equal."""
    held = tuple(held)
    years_text = WINDOWS[window][2]
    if picture == "scatter":
        found = associated(measured, score, window, held, held)
        figure, table = _scatter(score, window, held, held)
        takeaway = (
            f"Incidents of {years_text}, {_held_text(held)} held equal: the {MEASURED[measured]} is {found.value:.2f} "
            f"({found.low:.2f} to {found.high:.2f}) over {found.n} states."
        )
    else:
        figure, table = _ladder(measured, score, window)
        start = associated(measured, score, window, (), LADDER)
        found = associated(measured, score, window, LADDER, LADDER)
        takeaway = (
            f"Incidents of {years_text}: the {MEASURED[measured]} is {start.value:.2f} ({start.low:.2f} to {start.high:.2f}) "
            f"with nothing held equal and {found.value:.2f} ({found.low:.2f} to {found.high:.2f}) with "
            f"{_held_text(LADDER)} held equal, over the same {found.n} states."
        )
    detail = ""
    if measured != "counts":
        detail = (
            f"**How strong a hidden cause?** One that explained {found.hidden:.0%} of what is left both of the index and of "
            "the recorded incidents would bring the last figure to zero. Better detection could be such a cause."
        )
    caveat = (
        "Incidents are recorded ones: a state that detects and publishes more has more, and none recorded is not none. "
        "The rule of the record was widened in 2023. Incidents without a start date are left out. States that lack "
        "a figure that is held equal drop out."
    )
    if "openness" in held or picture == "ladder":
        caveat += " The index of civil liberties is of 2025, the only year in the data."
    return View(
        figure,
        takeaway,
        table,
        caveat,
        ("gci", "incidents", "incident_receivers", "gdp", "internet_users", "states", "regimes"),
        detail=detail,
    )


capacity_and_incidents = Exhibit(
    "capacity_and_incidents",
    "Are better prepared states attacked more?",
    targeted_view,
    picture=choice(
        [("States as points", "scatter"), ("One thing after another held equal", "ladder")], label="Picture"
    ),
    score=choice([(v, k) for k, v in SCORES.items()], label="Score of 2020"),
    window=choice([(v[2], k) for k, v in WINDOWS.items()], "after", label="Incidents"),
    held=choices([(v, k) for k, v in CONTROLS.items()], label="Hold equal", help="for the points"),
    measured=choice(
        [
            ("Rank correlation", "ranks"),
            ("Correlation of logs", "logs"),
            ("Ratio of counts (Poisson)", "counts"),
        ],
        label="Measure",
    ),
)


# ---------------------------------------------------------------- findings


def finding_index() -> str:
    """How uneven the index is, and how much the places hang on one pillar."""
    table = scores(2024)
    spread_ = (table["rank_worst"] - table["rank_best"]).median()
    low = scores(2024)[[_incomes().get(c) == "Low" for c in table.index]]["total"].median()
    high = scores(2024)[[_incomes().get(c) == "High" for c in table.index]]["total"].median()
    return (
        f"In the edition of 2024 the median state of the high-income group has {high:.0f} of 100 points and that of the "
        f"low-income group {low:.0f}. Leaving out one pillar in turn moves the median state over {spread_:.0f} places of "
        f"{len(table)}, and {int(movers()['firm'].sum())} of {len(movers())} states changed place since 2020 in a direction "
        "that no single pillar decides."
    )


def finding_teams() -> str:
    """Who reports no national incident response team."""
    world = measure_shares("national incident response team", "income").set_index(["group", "edition"])
    a, b = world.loc[(WORLD, "2020")], world.loc[(WORLD, "2024")]
    low = world.loc[("Low", "2024")]
    return (
        f"No national incident response team is reported for {share(int(a['none']), int(a['n']))} of the states in 2020 and "
        f"{share(int(b['none']), int(b['n']))} in 2024; in the low-income group of 2024 it is "
        f"{share(int(low['none']), int(low['n']))}."
    )


def finding_spread() -> str:
    """When first strategies came, and who is still without."""
    years_ = first_years()
    table = hazard_table("world", 3)
    top = table.loc[table["hazard"].idxmax()]
    return (
        f"{share(int(years_.notna().sum()), len(years_))} of the UN members had a first strategy by the end of 2024; the median "
        f"one came in {years_.dropna().median():.0f}. The yearly hazard was highest in {top['year']} to {top['year'] + 2}, "
        f"{share(int(top['events']), int(top['at_risk']))} of the state-years at risk, and has fallen since."
    )


def finding_neighbours() -> str:
    """What remains of the neighbours once time is held equal, and what strangers do."""

    def said(around: str, baseline: str) -> str:
        one = hazard_ratios(around, baseline).iloc[0]
        return f"{one['ratio']:.1f} ({one['low']:.1f} to {one['high']:.1f})"

    return (
        f"With all years alike, the hazard with all land neighbours before is {said('land', 'none')} times that with none; for "
        f"as many states drawn by lot it is {said('drawn', 'none')} times. With a smooth curve over the years the land "
        f"neighbours' ratio is {said('land', 'cubic')} and the strangers' {said('drawn', 'cubic')}."
    )


def finding_targeted() -> str:
    """The raw correlation, the adjusted one, and the same two for incidents before the index."""

    def said(window: str, held: tuple[str, ...]) -> str:
        a = associated("ranks", "total", window, held, LADDER)
        return f"{a.value:.2f} ({a.low:.2f} to {a.high:.2f})"

    n = associated("ranks", "total", "after", LADDER, LADDER)
    return (
        f"Rank correlation of the index of 2020 with incidents recorded in 2021 to 2024: {said('after', ())}; with "
        f"{_held_text(LADDER)} held equal: {said('after', LADDER)} ({n.n} states). With incidents of 2015 to 2019, from "
        f"before that edition: {said('before', ())} and {said('before', LADDER)}."
    )


# ---------------------------------------------------------------- checks


def _check_hazard_2016(answer: object) -> Verdict:
    years_ = first_years()
    at_risk = int((years_.isna() | (years_ >= 2016)).sum())
    events = int((years_ == 2016).sum())
    return check_number(
        answer,
        right=events / at_risk,
        tolerance=0.0005,
        slips={
            "You divided by all 193 members. States that already had a strategy are no longer at risk.": events
            / len(years_),
            "You left out the states that have had none to this day. Until the end of 2024 they are at risk too.": events
            / int((years_ >= 2016).sum()),
            "You took the states of 2016 out of the risk set. A state is at risk in the year of its event.": events
            / (at_risk - events),
            "That is the number of first strategies. Divide by the states at risk.": float(events),
            "That is a percentage. Give a number between 0 and 1.": 100 * events / at_risk,
        },
        hint="At risk in 2016 is every state without a strategy before 2016: first year missing, or 2016 and later.",
    )


CHECKS = {"hazard_2016": _check_hazard_2016}
