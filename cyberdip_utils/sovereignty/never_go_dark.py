"""Chapter 1.4: sectors under attack on a stable rule, submarine cables cut one by one, and who owns them.

Counts of incidents are of distinct incidents; counts of cables are of distinct cable systems. Countries and
territories count apart, as in the source of the cables.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.cable_map import add_lines, say_grey
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, switch, years
from cyberdip_utils.sovereignty import cable_graph as graph
from cyberdip_utils.stats import share, wilson
from cyberdip_utils.teach import Verdict, check_number

YEARS = (2010, 2024)
NAIVE, STABLE = "record as it stands", "rule before 2023"
WIDER_RULE = (2022.5, "Feb/Mar 2023: rule widened")
INFRASTRUCTURE = "Critical infrastructure"
COUNT, SHARE = "count", "share"
NONE = "none"

# ---------------------------------------------------------------- sectors under two rules


def incident_sectors() -> pd.DataFrame:
    """Distinct pairs of incident and sector: every receiver category, and the sectors of infrastructure.

    Returns
    -------
    DataFrame
        incident_id, sector. Sectors of critical infrastructure read "Infrastructure: Health".
    """
    rows = load("incident_receivers")[["incident_id", "category", "subcategory"]]
    whole = rows[["incident_id", "category"]].rename(columns={"category": "sector"})
    inner = rows[(rows["category"] == INFRASTRUCTURE) & rows["subcategory"].notna()]
    fine = pd.DataFrame(
        {"incident_id": inner["incident_id"], "sector": "Infrastructure: " + inner["subcategory"].astype(str)}
    )
    pairs = pd.concat([whole.astype({"sector": object}), fine.astype({"sector": object})])
    return pairs.dropna().drop_duplicates().reset_index(drop=True)


@cache
def sector_counts() -> pd.DataFrame:
    """Distinct incidents by year of the start, sector and rule, with the year's total under the same rule.

    Returns
    -------
    DataFrame
        year, sector, rule, k (incidents with a receiver in the sector), n (incidents of the year). Years
        without any are 0. The stable rule keeps incidents that meet a criterion that was in force before 2023;
        incidents without a coded criterion are left out of it.
    """
    frame = load("incidents").set_index("incident_id")
    frame["year"] = frame["start_on"].dt.year
    frame = frame[frame["year"].between(*YEARS)].astype({"year": int})
    pairs = incident_sectors().merge(
        frame[["year", "in_scope_before_2023"]], left_on="incident_id", right_index=True
    )
    out = []
    for rule in (NAIVE, STABLE):
        part, whole = pairs, frame
        if rule == STABLE:
            part = part[part["in_scope_before_2023"].fillna(False).astype(bool)]
            whole = whole[whole["in_scope_before_2023"].fillna(False).astype(bool)]
        grid = pd.crosstab(part["year"], part["sector"])
        grid = grid.reindex(index=range(YEARS[0], YEARS[1] + 1), columns=sectors(), fill_value=0)
        n = whole["year"].value_counts()
        long = grid.rename_axis(index="year", columns="sector").stack().rename("k").reset_index()
        out.append(long.assign(rule=rule, n=long["year"].map(n).fillna(0).astype(int)))
    return pd.concat(out, ignore_index=True)


@cache
def sectors() -> tuple[str, ...]:
    """All sectors, critical infrastructure first, then its parts, then the other categories; by frequency."""
    counts = incident_sectors()["sector"].value_counts()
    fine = [s for s in counts.index if s.startswith("Infrastructure:")]
    return (INFRASTRUCTURE, *fine, *[s for s in counts.index if s not in fine and s != INFRASTRUCTURE])


def _times(a: float, b: float) -> str:
    return f"{b / a:.1f} times" if a else "from none"


def _sector_lines(frame: pd.DataFrame, sector: str, measure: str) -> go.Figure:
    part = frame[frame["sector"] == sector].copy()
    if measure == COUNT:
        return figures.lines(
            part, "year", "k", "rule", label="distinct incidents that began in the year", changes=[WIDER_RULE]
        )
    part = part[part["n"] > 0]
    part["share"] = part["k"] / part["n"]
    ends = [wilson(k, n) for k, n in zip(part["k"], part["n"], strict=True)]
    part["low"], part["high"] = [a for a, _ in ends], [b for _, b in ends]
    return figures.lines(
        part,
        "year",
        "share",
        "rule",
        "low",
        "high",
        label="share of the year's incidents",
        percent=True,
        changes=[WIDER_RULE],
    )


def sectors_view(
    picture: str = "lines",
    sector: str = INFRASTRUCTURE,
    measure: str = COUNT,
    rule: str = STABLE,
    between: tuple[int, int] = YEARS,
) -> View:
    """Sectors over the years under both rules.

    Parameters
    ----------
    picture : str
        "lines": one sector, both rules; "grid": all sectors, one rule.
    sector : str
        One of :func:`sectors`, for the lines.
    measure : str
        "count" or "share" (of the incidents of the year under the same rule).
    rule : str
        For the grid.
    between : (int, int)
        Years of the start.
    """
    frame = sector_counts()
    frame = frame[frame["year"].between(*between)]
    first, last = between
    if first <= 2022 and last >= 2023:
        first, last = 2022, 2023
    if picture == "grid":
        part = frame[frame["rule"] == rule]
        value = part["k"] if measure == COUNT else (part["k"] / part["n"]).where(part["n"] > 0)
        grid = part.assign(value=value).pivot(index="sector", columns="year", values="value")
        grid = grid.reindex([s for s in sectors() if s in grid.index])
        label = "incidents" if measure == COUNT else "share of the year"
        shown = grid.rename(index=lambda name: name.replace("Infrastructure: ", "– "))
        figure = figures.heatmap(shown, label, percent=measure == SHARE)
        figure.update_traces(showscale=False)  # the numbers stand in the cells
        if 2023 in grid.columns and 2022 in grid.columns:
            place = list(grid.columns).index(2023) - 0.5
            figure.add_shape(
                type="line",
                x0=place,
                x1=place,
                y0=0,
                y1=1,
                yref="paper",
                line={"color": figures.INK, "width": 2.5, "dash": "dash"},
            )
        table = part.assign(share=part["k"] / part["n"].where(part["n"] > 0))
        ends = part[part["year"] == last].set_index("sector")
        fine = ends[[s.startswith("Infrastructure:") for s in ends.index]]["k"]
        n = int(ends["n"].iloc[0])
        takeaway = (
            f"Under the {rule}, the part of infrastructure hit in most of the incidents of {last} is "
            f"{fine.idxmax().split(': ')[1].lower()}: {share(int(fine.max()), n)}."
        )
    else:
        figure = _sector_lines(frame, sector, measure)
        table = frame[frame["sector"] == sector].assign(
            share=lambda d: (d["k"] / d["n"].where(d["n"] > 0)).astype(float)
        )
        said = []
        for name in (NAIVE, STABLE):
            both = table[table["rule"] == name].set_index("year")
            a, b = both.loc[first], both.loc[last]
            if measure == COUNT:
                words = f"{int(a['k'])} incidents in {first} and {int(b['k'])} in {last}"
                if first != last and a["k"]:
                    words += f", {_times(a['k'], b['k'])} as many"
            else:
                words = f"{share(int(a['k']), int(a['n']))} of the incidents of {first} and "
                words += f"{share(int(b['k']), int(b['n']))} of those of {last}"
            said.append(f"in the {name} {words}" if name == NAIVE else f"by the {name} {words}")
        takeaway = f"{sector}: {said[0]}; {said[1]}."
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table.rename(columns={"k": "incidents in the sector", "n": "incidents of the year"}),
        caveat="Reports that fit a rule, not all attacks. The stable series drops incidents that meet only the "
        "criterion of 2023 (any attack on critical infrastructure); coders may since have ticked that one where "
        "an older one fits too, so it can run low. Years are those of the start: incidents of 2021 and 2022 "
        "that were coded after February 2023 fall under the wider rule as well. An incident counts once for "
        "each sector it hit.",
        sources=("incidents", "incident_receivers"),
    )


sectors_over_time = Exhibit(
    "sectors_over_time",
    "Which sectors are hit, and how much of the rise is the rule?",
    sectors_view,
    picture=choice([("One sector, both rules", "lines"), ("All sectors, one rule", "grid")], label="Picture"),
    sector=choice(sectors, default=INFRASTRUCTURE, label="Sector", help="for one sector"),
    measure=choice(
        [("Number of incidents", COUNT), ("Share of the year's incidents", SHARE)], label="Measure"
    ),
    rule=choice(
        [("Rule before 2023", STABLE), ("Record as it stands", NAIVE)], label="Rule", help="for all sectors"
    ),
    between=years(*YEARS, label="Years"),
)


# ---------------------------------------------------------------- the cable graph

# Borders that country_pairs (the world of about 2004) lacks or still has: checked by hand.
NEW_BORDERS = (
    *(("SRB", other) for other in ("BGR", "BIH", "HRV", "HUN", "MKD", "MNE", "ROU", "XKX")),
    *(("MNE", other) for other in ("ALB", "BIH", "HRV", "XKX")),
    *(("XKX", other) for other in ("ALB", "MKD")),
    *(("SSD", other) for other in ("CAF", "COD", "ETH", "KEN", "SDN", "UGA")),
    ("FRA", "MCO"),
    ("MAF", "SXM"),
)
OLD_BORDERS = (frozenset({"SDN", "COD"}), frozenset({"SDN", "KEN"}), frozenset({"SDN", "UGA"}))


@cache
def land_borders() -> tuple[tuple[str, str], ...]:
    """Pairs of codes that share a land border: those of about 2004, brought up to date by hand."""
    rows = load("country_pairs")
    rows = rows[rows["contiguous"].fillna(False).astype(bool)]
    old = [
        pair
        for pair in zip(rows["iso3_o"], rows["iso3_d"], strict=True)
        if "SCG" not in pair and frozenset(pair) not in OLD_BORDERS
    ]
    return tuple(old) + NEW_BORDERS


@cache
def links(planned: bool = False) -> pd.DataFrame:
    """Cable and country, of the international cables of June 2021; with ``planned`` also those to come.

    Without it, only cables that the source gives as in service on 29 June 2021.
    """
    landings = load("cable_landings")
    if not planned:
        state = load("cables").set_index("cable")["planned"]
        landings = landings[landings["cable"].map(state).eq(False).fillna(False).astype(bool)]
    return graph.international(landings)


@cache
def cable_names() -> dict[str, str]:
    """Names of the international cables by key, in alphabetical order."""
    rows = load("cables").set_index("cable")["name"]
    rows = rows[rows.index.isin(links(True)["cable"])]
    twice = rows[rows.duplicated(keep=False)]
    named = {key: f"{rows[key]} ({key})" if key in twice.index else str(rows[key]) for key in rows.index}
    return dict(sorted(named.items(), key=lambda item: item[1].casefold()))


def cables_per_country(planned: bool = False) -> pd.Series:
    """Distinct international cables by ISO3 code, most first."""
    counts = links(planned).groupby("iso3")["cable"].nunique()
    return counts.sort_values(ascending=False, kind="stable").rename("cables")


def core(planned: bool = False, size: int = 10) -> tuple[str, ...]:
    """The countries where most international cables land."""
    return tuple(cables_per_country(planned).index[:size])


@cache
def _middle() -> pd.DataFrame:
    """A landing point of each country, the one nearest to the mean of all of them, to hang a mark on."""
    rows = load("cable_landings").drop_duplicates("landing")
    mean = rows.groupby("iso3")[["lon", "lat"]].transform("mean")
    rows = rows.assign(off=(rows["lon"] - mean["lon"]) ** 2 + (rows["lat"] - mean["lat"]) ** 2)
    return rows.sort_values("off").drop_duplicates("iso3").set_index("iso3")[["lon", "lat"]]


@cache
def _at_home() -> pd.DataFrame:
    """Internet exchanges (2020) and cloud regions in service (2025) by ISO3 code."""
    clouds = load("cloud_regions")
    return pd.DataFrame(
        {
            "exchanges": load("exchanges").groupby("iso3").size(),
            "clouds": clouds[clouds["status"] == "in service"].groupby("iso3").size(),
        }
    )


# What was reported of real breaks: name, cables lost, what became of it, and sources (text, address).
EPISODES = {
    "tonga2022": (
        "Tonga, January 2022",
        ("tonga-cable",),
        "**What was reported.** After the eruption of 15 January 2022 Tonga's only international cable failed. "
        "With no working satellite backup the country was cut off almost whole.",
        (
            "APNIC blog, 1 March 2022",
            "https://blog.apnic.net/2022/03/01/when-volcanoes-go-bang-submarine-cables-do-what",
        ),
    ),
    "redsea2024": (
        "Red Sea, February 2024",
        ("asia-africa-europe-1-aae-1", "europe-india-gateway-eig", "seacomtata-tgn-eurasia"),
        "**What was reported.** On 24 February 2024 three cables were cut in the Red Sea. Traffic was disturbed "
        "from East Africa to South-East Asia; no country was reported cut off. A drifting ship's anchor is the "
        "likely cause that the report gives.",
        (
            "Kentik blog, March 2024",
            "https://www.kentik.com/blog/what-caused-the-red-sea-submarine-cable-cuts/",
        ),
    ),
    "westafrica2024": (
        "West Africa, March 2024",
        ("africa-coast-to-europe-ace", "mainone", "sat-3wasc", "west-africa-cable-system-wacs"),
        "**What was reported.** On 14 March 2024 four cables failed off Abidjan, and 12 countries had trouble of "
        "different degree. Observers of address blocks saw Côte d'Ivoire and Liberia worst hit, with 93% of "
        "active blocks out. An underwater landslide was thought likely.",
        (
            "Internet Society, March 2024",
            "https://email.internetsociety.org/african-internet-outage-could-have-been-a-lot-worse",
        ),
        ("ANT Lab, University of Southern California, 2024", "https://ant.isi.edu/blog/?p=2062"),
    ),
}

STATES = (graph.SAME, graph.BARE, graph.SOME, graph.LAND, graph.APART, graph.ALL)
SHADES = {
    graph.SAME: "#9ecae1",
    graph.BARE: "#e3eef6",
    graph.SOME: "#F0E442",
    graph.LAND: "#E69F00",
    graph.APART: "#CC79A7",
    graph.ALL: "#D55E00",
}
MARKS = {graph.LAND: "triangle-up", graph.APART: "diamond", graph.ALL: "x"}
GRAPH_CAVEAT = (
    "State of June 2021. A cut takes a cable system out whole, while a real break takes one stretch of it: the "
    "picture is the worst case for a cable and says nothing of capacity, routing, satellites or repair."
)
GRAPH_SOURCES = ("cables", "cable_landings")


def after_cut(
    episode: str = NONE,
    cables: tuple[str, ...] = (),
    dark: str = NONE,
    rule: str = graph.WORKS,
    land: bool = False,
    planned: bool = False,
) -> tuple[pd.DataFrame, list[str]]:
    """Damage by country after a cut, and the cables that were lost whole; parameters as in :func:`cut_view`."""
    before = links(planned)
    known = set(before["cable"])
    chosen = {*cables, *(EPISODES[episode][1] if episode != NONE else ())}
    gone = (dark,) if dark != NONE and dark in set(before["iso3"]) else ()
    after = graph.cut(before, chosen & known, gone, rule)
    borders = land_borders() if land else ()
    return graph.damage(before, after, borders, gone), sorted(known - set(after["cable"]))


def _listed(codes, most: int = 8) -> str:
    names = [country(c) for c in codes]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def cut_view(
    episode: str = "westafrica2024",
    cables: tuple[str, ...] = (),
    dark: str = NONE,
    rule: str = graph.WORKS,
    land: bool = False,
    planned: bool = False,
) -> View:
    """Cut cables or a country's landings and see who loses what.

    Parameters
    ----------
    episode : str
        A break that happened: its cables are cut. "none" for no such break.
    cables : tuple of str
        Further cables to cut.
    dark : str
        ISO3 code of a country whose landings all go dark, or "none".
    rule : str
        What becomes of cables that land there: "works elsewhere" or "fails whole".
    land : bool
        Count land borders as possible links.
    planned : bool
        Count cables that were planned, or of unknown state, in June 2021.
    """
    frame, lost = after_cut(episode, cables, dark, rule, land, planned)
    wired = frame[frame["before"] > 0]
    counts = wired["state"].value_counts()
    hurt = wired[wired["lost"] > 0]
    off = wired[wired["state"].isin([graph.ALL, graph.APART])].sort_values(["before"], ascending=False)
    asked = [cable_names()[c] for c in (*(EPISODES[episode][1] if episode != NONE else ()), *cables)]
    ignored = [
        cable_names()[c]
        for c in (*(EPISODES[episode][1] if episode != NONE else ()), *cables)
        if c not in set(links(planned)["cable"])
    ]
    what = asked if len(asked) <= 4 else [f"{len(set(asked))} cables"]
    if dark != NONE:
        what = [*what, f"the landings of {country(dark)}"]
    if not what:
        takeaway = (
            f"Nothing is cut: {len(wired)} countries and territories have an international cable, and "
            f"{int(wired['reaches'].sum())} of them form one network."
        )
    else:
        bare = int(counts.get(graph.ALL, 0) + counts.get(graph.LAND, 0))
        apart = int(counts.get(graph.APART, 0))
        named = " and ".join([", ".join(what[:-1]), what[-1]] if len(what) > 1 else what)
        takeaway = (
            f"Without {named}, {len(hurt)} of {len(wired)} countries and territories with an international "
            f"cable {'loses' if len(hurt) == 1 else 'lose'} at least one, {bare} {'loses' if bare == 1 else 'lose'} all"
        )
        if land:
            takeaway += f" (of which {int(counts.get(graph.LAND, 0))} with a way left over land borders)"
        takeaway += (
            f" and {apart} {'keeps a cable but is' if apart == 1 else 'keep a cable but are'} cut off from the "
            "main network."
        )
    figure = figures.world_map(
        frame["state"],
        "after the cut",
        order=STATES,
        colours=SHADES,
        hover={
            code: f"{row.before} cables before, {row.after} after"
            for code, row in zip(frame.index, frame.itertuples(), strict=True)
        },
        height=500,
    )
    say_grey(figure)
    rest = [c for c in links(planned)["cable"].unique() if c not in lost]
    add_lines(figure, rest, "working cable", figures.SOFT_INK, 0.6, "solid", legend=False)
    add_lines(figure, lost, "lost cable", "#D55E00", 2.2, "dash")
    for state, symbol in MARKS.items():
        codes = [c for c in frame.index[frame["state"] == state] if c in _middle().index]
        if codes:
            figure.add_trace(
                {
                    "type": "scattergeo",
                    "lon": _middle().loc[codes, "lon"].tolist(),
                    "lat": _middle().loc[codes, "lat"].tolist(),
                    "mode": "markers",
                    "name": state,
                    "showlegend": False,
                    "marker": {"symbol": symbol, "size": 10, "color": figures.INK},
                    "text": [f"{country(c)}: {state}" for c in codes],
                    "hovertemplate": "%{text}<extra></extra>",
                }
            )
    home = _at_home().reindex(frame.index).fillna(0).astype(int)
    order = pd.Categorical(frame["state"], categories=STATES[::-1], ordered=True)
    table = (
        pd.DataFrame(
            {
                "country": [country(c) for c in frame.index],
                "after the cut": order,
                "cables before": frame["before"].to_numpy(),
                "cables after": frame["after"].to_numpy(),
                "lost": frame["lost"].to_numpy(),
                "exchanges (2020)": home["exchanges"].to_numpy(),
                "cloud regions (2025)": home["clouds"].to_numpy(),
            }
        )
        .sort_values(["after the cut", "lost", "country"], ascending=[True, False, True])
        .astype({"after the cut": str})
        .reset_index(drop=True)
    )
    caveat = GRAPH_CAVEAT
    if dark != NONE:
        caveat += (
            " A cable that lands in the dark country is taken to work between its other landings: the best case."
            if rule == graph.WORKS
            else " Every cable that lands in the dark country is taken to fail whole: the worst case."
        )
    if land:
        caveat += " A land border is a possible link only: whether a fibre crosses it is not in the data."
    if ignored:
        caveat += f" Not in service in June 2021, so not cut: {', '.join(sorted(set(ignored))[:6])}."
    detail, addresses = [], ()
    if len(off):
        detail.append(f"**Off the main network.** {_listed(off.index, 30)}.")
    if episode != NONE:
        detail.append(EPISODES[episode][2])
        addresses = EPISODES[episode][3:]
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table,
        caveat=caveat,
        sources=(*GRAPH_SOURCES, "cable_routes", *(("country_pairs",) if land else ())),
        detail="\n\n".join(detail),
        links=addresses,
    )


def _landing_countries() -> list[tuple[str, str]]:
    return sorted(((country(c), c) for c in set(links(True)["iso3"])), key=lambda x: x[0].casefold())


cut_the_cables = Exhibit(
    "cut_the_cables",
    "Cut a cable: who loses what?",
    cut_view,
    episode=choice(
        [("none", NONE), *[(e[0], key) for key, e in EPISODES.items()]],
        default="westafrica2024",
        label="A break that happened",
    ),
    cables=choices(
        lambda: [(name, key) for key, name in cable_names().items()], label="Cut these cables as well"
    ),
    dark=choice(lambda: [("none", NONE), *_landing_countries()], label="A country's landings go dark"),
    rule=choice(
        [("work between other landings", graph.WORKS), ("fail whole", graph.FAILS)],
        label="Cables that land there",
    ),
    land=switch(label="Count land borders", help="as possible links over land"),
    planned=switch(label="Count planned cables", help="as of June 2021"),
)


# ---------------------------------------------------------------- one more cable

CORE = "core"
LADDER = ("1", "2", "3 or 4", "5 to 9", "10 or more", "no cut at sea parts it")
GAINS = ("no gain", "+1 cable to lose", "+1 cable, +1 country", "direct link")


def _targets(target: str, source: str, planned: bool) -> tuple[str, ...]:
    return tuple(c for c in (core(planned) if target == CORE else (target,)) if c != source)


def _step(number: float) -> str:
    if math.isinf(number):
        return LADDER[5]
    return LADDER[0 if number <= 1 else 1 if number == 2 else 2 if number <= 4 else 3 if number <= 9 else 4]


@cache
def cuts_of_all(target: str = CORE, land: bool = False, planned: bool = False) -> pd.Series:
    """The least number of cables whose loss parts each country from the target; by ISO3 code."""
    targets = core(planned) if target == CORE else (target,)
    numbers = graph.cable_cuts_of_all(links(planned), targets, land_borders() if land else ())
    return numbers.drop(target, errors="ignore")


@cache
def _network(targets: tuple[str, ...], land: bool, planned: bool, kind: str):
    return graph.flow_network(links(planned), targets, land_borders() if land else (), kind)


@cache
def cuts_of(source: str, target: str = CORE, land: bool = False, planned: bool = False):
    """Cuts in cables and in countries in between that part one country from the target, and what helps."""
    targets, borders = _targets(target, source, planned), land_borders() if land else ()
    return tuple(
        graph.cuts_needed(
            links(planned), source, targets, borders, kind, _network(targets, land, planned, kind)
        )
        for kind in ("cable", "country")
    )


@cache
def _distances(source: str) -> pd.Series:
    rows = load("country_pairs")
    one = rows[rows["iso3_o"] == source].set_index("iso3_d")["distance_km"]
    other = rows[rows["iso3_d"] == source].set_index("iso3_o")["distance_km"]
    return pd.concat([one, other])


def partners(source: str, target: str = CORE, land: bool = False, planned: bool = False) -> pd.DataFrame:
    """What one more cable from a country to each possible partner would buy.

    Returns
    -------
    DataFrame
        Indexed by ISO3 code: ``gain`` (one of GAINS), ``km`` between the largest cities (not along a route),
        nearest first.
    """
    by_cable, by_country = cuts_of(source, target, land, planned)
    ends = set(_targets(target, source, planned))
    codes = sorted(set(links(planned)["iso3"]) - {source})

    def gain(code: str) -> str:
        if code not in by_cable.gains:
            return GAINS[0]
        if math.isinf(by_country.number):
            return GAINS[1]
        if code in ends:
            return GAINS[3]
        return GAINS[2] if code in by_country.gains else GAINS[1]

    frame = pd.DataFrame({"gain": [gain(c) for c in codes]}, index=pd.Index(codes, name="iso3"))
    frame["km"] = _distances(source).reindex(codes)
    return frame.sort_values("km", na_position="last", kind="stable")


def _said_target(target: str) -> str:
    return "the ten countries where most cables land" if target == CORE else country(target)


def _plural(n: float, one: str, many: str) -> str:
    return f"{n:.0f} {one if n == 1 else many}"


def one_more_view(
    picture: str = "country",
    source: str = "TON",
    target: str = CORE,
    land: bool = False,
    planned: bool = False,
) -> View:
    """How many cuts part a country from a target, and what one more cable would buy.

    Parameters
    ----------
    picture : str
        "country": what one more cable from ``source`` would buy; "world": how many cables must be lost before
        each country is parted from the target.
    source : str
        ISO3 code.
    target : str
        ISO3 code, or "core" for the ten countries where most international cables land.
    land, planned : bool
        As in :func:`cut_view`.
    """
    aim = _said_target(target)
    caveat = (
        "State of June 2021. Every cable counts as one, whatever it carries and however close it lies to the "
        "next: two cables in one trench count as two."
    )
    if land:
        caveat += " Land borders count as links that no cut touches; whether a fibre crosses them is unknown."
    sources = (*GRAPH_SOURCES, "country_pairs")
    if picture == "world":
        numbers = cuts_of_all(target, land, planned)
        steps = numbers.map(_step)
        tally = steps.value_counts().reindex(LADDER, fill_value=0)
        figure = figures.world_map(
            steps,
            "cables to lose",
            order=LADDER,
            colours=dict(
                zip(LADDER, ("#D55E00", "#E69F00", "#F0E442", "#9ecae1", "#0072B2", "#e3eef6"), strict=True)
            ),
            hover={
                c: "no cut at sea parts it" if math.isinf(v) else f"{_plural(v, 'cable', 'cables')} to lose"
                for c, v in numbers.items()
            },
            height=480,
        )
        say_grey(figure)
        takeaway = (
            f"Of {len(numbers)} countries and territories with an international cable, {tally['1']} are parted "
            f"from {aim} by the loss of a single cable and {tally['2']} by the loss of two"
            + (f"; {tally[LADDER[5]]} cannot be parted at sea alone." if tally[LADDER[5]] else ".")
        )
        table = pd.DataFrame(
            {
                "country": [country(c) for c in numbers.index],
                "cables to lose": numbers.where(~np.isinf(numbers)).to_numpy(),
                "step": steps.to_numpy(),
                "cables that land": cables_per_country(planned).reindex(numbers.index).to_numpy(),
            }
        ).sort_values(["cables to lose", "country"], ignore_index=True)
        return View(figure, takeaway, table, caveat, sources)
    have = cables_per_country(planned)
    if source not in have.index:
        message = f"{country(source)} had no international cable in service in June 2021."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
    if source == target or (target != CORE and target not in have.index):
        message = (
            f"Choose another country to reach: this is {country(source)} itself."
            if source == target
            else f"{country(target)} had no international cable in service in June 2021."
        )
        return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
    by_cable, by_country = cuts_of(source, target, land, planned)
    frame = partners(source, target, land, planned)
    tally = frame["gain"].value_counts().reindex(GAINS, fill_value=0)
    start = f"{country(source)} ({_plural(have[source], 'international cable', 'international cables')})"
    if math.isinf(by_cable.number):
        takeaway = f"{start} has a way to {aim} over land borders, so no cut at sea alone parts it."
    else:
        takeaway = (
            f"{start} is parted from {aim} by the loss of {_plural(by_cable.number, 'cable', 'cables')}"
        )
        if math.isinf(by_country.number):
            takeaway += " and of no country in between, for it is linked directly"
        else:
            takeaway += f" or of {_plural(by_country.number, 'country in between', 'countries in between')}"
            if len(by_country.which) <= 3:
                takeaway += f" ({_listed(by_country.which)})"
        takeaway += (
            f"; one more cable would raise the first number with {len(frame) - tally[GAINS[0]]} of "
            f"{len(frame)} partners"
        )
        better = frame[frame["gain"].isin(GAINS[2:])]
        if not math.isinf(by_country.number):
            takeaway += f" and both with {len(better)}"
            if len(better) and not pd.isna(better["km"].iloc[0]):
                takeaway += f", the nearest {country(better.index[0])} ({better['km'].iloc[0]:,.0f} km)"
        takeaway += "."
    figure = figures.world_map(
        frame["gain"],
        "a cable to … buys",
        order=GAINS,
        colours=dict(zip(GAINS, ("#e3eef6", "#F0E442", "#56B4E9", "#0072B2"), strict=True)),
        hover={
            c: "" if pd.isna(km) else f"{km:,.0f} km between the largest cities"
            for c, km in frame["km"].items()
        },
        height=480,
    )
    say_grey(figure)
    mine = links(planned).loc[links(planned)["iso3"] == source, "cable"].unique()
    add_lines(figure, mine, f"cables of {country(source)}", figures.INK, 2, "solid", legend=False)
    if source in _middle().index:
        figure.add_trace(
            {
                "type": "scattergeo",
                "lon": [_middle().loc[source, "lon"]],
                "lat": [_middle().loc[source, "lat"]],
                "mode": "markers",
                "name": country(source),
                "showlegend": False,
                "marker": {
                    "symbol": "star",
                    "size": 15,
                    "color": "#D55E00",
                    "line": {"color": figures.INK, "width": 1},
                },
                "hovertemplate": f"{figures.plain(country(source))}<extra></extra>",
            }
        )
    detail = []
    if by_cable.which and len(by_cable.which) <= 12:
        names = ", ".join(cable_names()[c] for c in by_cable.which)
        detail.append(f"**One smallest set of cables.** {names}.")
    if target == CORE:
        detail.append(f"**The ten.** {_listed(core(planned), 10)}.")
    table = pd.DataFrame(
        {
            "partner": [country(c) for c in frame.index],
            "one more cable buys": frame["gain"].to_numpy(),
            "km between largest cities": frame["km"].to_numpy(),
            "cables that land there": have.reindex(frame.index).to_numpy(),
        }
    )
    return View(figure, takeaway, table, caveat, sources, detail="\n\n".join(detail))


def _hubs() -> list[tuple[str, str]]:
    """The thirty countries where most cables land, by name."""
    return sorted(((country(c), c) for c in core(size=30)), key=lambda x: x[0].casefold())


one_more_cable = Exhibit(
    "one_more_cable",
    "How many cuts does it take, and what would one more cable buy?",
    one_more_view,
    picture=choice(
        [("One more cable for one country", "country"), ("All countries: cables to lose", "world")],
        label="Picture",
    ),
    source=choice(_landing_countries, default="TON", label="Country"),
    target=choice(lambda: [("the ten with most cables", CORE), *_hubs()], label="Must still reach"),
    land=switch(label="Count land borders", help="as links that no cut touches"),
    planned=switch(label="Count planned cables", help="as of June 2021"),
)


# ---------------------------------------------------------------- owners

# Four firms whose main trade is content or cloud, under the names that the source uses.
CONTENT = ("Amazon Web Services", "Facebook", "Google", "Microsoft")
WHOLE, DIVIDED = "whole", "divided"
KINDS = ("one owner", "two to four", "five or more", "not stated")
REACH = ("none lands", "1", "2 to 4", "5 or more")
PERIODS = ((1989, 1999), (2000, 2004), (2005, 2009), (2010, 2014), (2015, 2019), (2020, 2024))


@cache
def owned() -> pd.DataFrame:
    """Cable, owner, number of owners of the cable, and the year of service."""
    rows = load("cable_owners").drop_duplicates()
    rows["owners"] = rows.groupby("cable")["owner"].transform("size")
    year = load("cables").set_index("cable")["ready_on"].dt.year
    return rows.assign(year=rows["cable"].map(year))


def owner_counts(where: str = "any", weight: str = WHOLE, planned: bool = True) -> pd.Series:
    """Cables by owner, most first.

    Parameters
    ----------
    where : str
        ISO3 code: only cables that land there; "any" for all.
    weight : str
        "whole": a cable counts once for each of its owners; "divided": one cable is shared out equally among
        them (the source gives no shares).
    planned : bool
        Count cables that were planned, or of unknown state, in June 2021.
    """
    rows = owned()
    if where != "any":
        landings = load("cable_landings")
        rows = rows[rows["cable"].isin(landings.loc[landings["iso3"] == where, "cable"])]
    if not planned:
        state = load("cables").set_index("cable")["planned"]
        rows = rows[rows["cable"].map(state).eq(False).fillna(False).astype(bool)]
    if weight == WHOLE:
        counts = rows.groupby("owner")["cable"].nunique().astype(float)
    else:
        counts = (1 / rows["owners"]).groupby(rows["owner"]).sum()
    return counts.sort_index().sort_values(ascending=False, kind="stable").rename("cables")


@cache
def owner_kinds() -> pd.DataFrame:
    """Every cable with its number of owners, the kind of ownership and whether a content firm is among them."""
    frame = load("cables").set_index("cable")[["name", "ready_on", "planned"]]
    frame["year"] = frame["ready_on"].dt.year
    rows = load("cable_owners").drop_duplicates()
    frame["owners"] = rows.groupby("cable").size().reindex(frame.index).fillna(0).astype(int)
    frame["content"] = frame.index.isin(rows.loc[rows["owner"].isin(CONTENT), "cable"])
    frame["kind"] = [
        KINDS[3] if n == 0 else KINDS[0] if n == 1 else KINDS[1] if n <= 4 else KINDS[2]
        for n in frame["owners"]
    ]
    return frame


def _reached(n: int) -> str:
    return REACH[0 if n == 0 else 1 if n == 1 else 2 if n <= 4 else 3]


def _period(year: float) -> str:
    for a, b in PERIODS:
        if a <= year <= b:
            return f"{a}–{b}"
    return "no date"


def owners_view(
    picture: str = "owners",
    where: str = "any",
    owner: str = "Google",
    weight: str = WHOLE,
    planned: bool = True,
) -> View:
    """Who owns the cables, alone or together, and where an owner's cables land.

    Parameters
    ----------
    picture : str
        "owners": the owners with most cables; "kinds": cables by number of owners and year of service; "map":
        the countries where one owner's cables land.
    where, weight, planned
        As in :func:`owner_counts`.
    owner : str
        For the map.
    """
    caveat = (
        "Names as the source writes them in June 2021: one group can stand under several, no shares and no home "
        "country are given, and whether a state stands behind a firm is not told. Retired cables are not in it."
    )
    sources = ("cable_owners", "cables", "cable_landings")
    state = load("cables").set_index("cable")["planned"]
    kept = set(state.index) if planned else set(state.index[state.eq(False).fillna(False).astype(bool)])
    if picture == "map":
        mine = owned().loc[(owned()["owner"] == owner) & owned()["cable"].isin(kept), "cable"]
        landings = load("cable_landings")
        reach = landings[landings["cable"].isin(mine)].groupby("iso3")["cable"].nunique()
        reach = reach.sort_values(ascending=False, kind="stable")
        if reach.empty:
            message = f"No cable of {owner} is left in this selection."
            return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
        sole = int(
            (
                owned().loc[owned()["cable"].isin(mine), ["cable", "owners"]].drop_duplicates()["owners"] == 1
            ).sum()
        )
        every = landings["iso3"].dropna().unique()
        steps = {c: _reached(int(reach.get(c, 0))) for c in every}
        figure = figures.world_map(
            steps,
            "its cables",
            order=REACH,
            colours=dict(zip(REACH, ("#e3eef6", "#9ecae1", "#56B4E9", "#0072B2"), strict=True)),
            hover={c: f"cables of {owner}: {int(reach.get(c, 0))}" for c in every},
            height=480,
        )
        add_lines(say_grey(figure), sorted(mine), "drawn routes", "#D55E00", 1.6, "solid")
        table = pd.DataFrame({"country": [country(c) for c in reach.index], "cables": reach.to_numpy()})
        takeaway = (
            f"{owner} is an owner of {len(mine)} cables, of {sole} the only one; they land in {len(reach)} countries "
            "and territories."
        )
        return View(figure, takeaway, table, caveat, sources)
    frame = owner_kinds()
    frame = frame[frame.index.isin(kept)]
    if where != "any":
        landings = load("cable_landings")
        frame = frame[frame.index.isin(landings.loc[landings["iso3"] == where, "cable"])]
    place = "" if where == "any" else f" that land in {country(where)}"
    if frame.empty:
        message = f"No cable in this selection lands in {country(where)}."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
    stated = frame[frame["owners"] > 0]
    alone = int((stated["owners"] == 1).sum())
    if picture == "kinds":
        periods = [f"{a}–{b}" for a, b in PERIODS] + ["no date"]
        grid = pd.crosstab(frame["year"].map(_period), frame["kind"]).reindex(
            index=periods, columns=list(KINDS), fill_value=0
        )
        grid = grid.loc[grid.sum(axis=1) > 0, grid.sum() > 0]
        long = (
            grid.rename_axis(index="ready for service", columns="owners")
            .stack()
            .rename("cables")
            .reset_index()
        )
        figure = figures.bars(
            long,
            "ready for service",
            "cables",
            group="owners",
            stacked=True,
            horizontal=False,
            label="cables",
        )
        content = int(stated["content"].sum())
        takeaway = (
            f"Of the cables{place} with a stated owner, {share(alone, len(stated))} have a single one, and "
            f"{share(content, len(stated))} have at least one of four content and cloud firms among their owners."
        )
        return View(figure, takeaway, long, caveat, sources)
    counts = owner_counts(where, weight, planned)
    if counts.empty:
        message = f"No owner is stated for the cables{place} in this selection."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
    top = counts.head(20).round(2).rename_axis("owner").reset_index()
    label = "cables" if weight == WHOLE else "cables, each divided equally among its owners"
    figure = figures.bars(top, "owner", "cables", label=label)
    lead = counts.iloc[0]
    amount = f"{lead:.0f}" if weight == WHOLE else f"{lead:.1f}"
    takeaway = (
        f"{len(counts)} owners are named for {len(stated)} cables{place}; {counts.index[0]} has most "
        f"({amount}{'' if weight == WHOLE else ', each cable divided among its owners'}), and "
        f"{share(alone, len(stated))} of the cables have a single owner."
    )
    return View(figure, takeaway, counts.round(3).rename_axis("owner").reset_index(), caveat, sources)


def _owner_options() -> list[str]:
    """Owners of two cables or more."""
    counts = owner_counts()
    return sorted(counts.index[counts >= 2], key=str.casefold)


def _all_landings() -> list[tuple[str, str]]:
    codes = load("cable_landings")["iso3"].dropna().unique()
    return sorted(((country(c), c) for c in codes), key=lambda x: x[0].casefold())


who_owns_cables = Exhibit(
    "who_owns_cables",
    "Who owns the cables, and for whom?",
    owners_view,
    picture=choice(
        [
            ("Owners with most cables", "owners"),
            ("Alone or together, by year of service", "kinds"),
            ("Where one owner's cables land", "map"),
        ],
        label="Picture",
    ),
    where=choice(
        lambda: [("anywhere", "any"), *_all_landings()], label="Cables that land in", help="not for the map"
    ),
    owner=choice(_owner_options, default="Google", label="Owner", help="for the map; of two cables or more"),
    weight=choice(
        [("once for each owner", WHOLE), ("divided among its owners", DIVIDED)], label="Count a cable"
    ),
    planned=switch(True, label="Count planned cables", help="as of June 2021"),
)


# ---------------------------------------------------------------- findings


def finding_sectors() -> str:
    """The step of 2023 under both rules, for infrastructure and for health."""
    frame = sector_counts().set_index(["rule", "sector", "year"])["k"]
    said = []
    for sector, words in ((INFRASTRUCTURE, "critical infrastructure"), ("Infrastructure: Health", "health")):
        a, b, c, d = (frame[r, sector, y] for r in (NAIVE, STABLE) for y in (2022, 2023))
        said.append(
            f"{words} goes from {a} to {b} in the record as it stands and from {c} to {d} by the rule before 2023"
        )
    return f"Distinct incidents that began in 2022 and in 2023: {'; '.join(said)}."


def finding_one_cable() -> str:
    """How many countries hang on one cable, and what land borders change."""
    counts = cables_per_country()
    one = int((counts == 1).sum())
    at_sea, by_land = cuts_of_all(), cuts_of_all(land=True)
    left = int((by_land[at_sea == 1] == 1).sum())
    return (
        f"In June 2021, {one} of {len(counts)} countries and territories on the graph had a single international "
        f"cable; {int((at_sea == 1).sum())} could be parted from the ten best connected by losing one cable, and "
        f"{left} of these also if every land border counted as a link."
    )


def finding_single_points() -> str:
    """The cables whose loss alone takes a country off the network."""
    points, by_land = graph.single_points(links()), graph.single_points(links(), land_borders())
    sizes = points.groupby("cable").size().sort_values(ascending=False)
    top = sizes.index[0]
    return (
        f"{len(sizes)} of {links()['cable'].nunique()} international cables were a single point of failure for at "
        f"least one country or territory; {cable_names()[top]} was one for {sizes.iloc[0]}, of which "
        f"{int((by_land['cable'] == top).sum())} had no land border to fall back on."
    )


def finding_west_africa() -> str:
    """What the graph says of the four cables of March 2024."""
    frame, _ = after_cut("westafrica2024")
    wired = frame[frame["before"] > 0]
    gone = wired[wired["state"] == graph.ALL]
    by_land, _ = after_cut("westafrica2024", land=True)
    left = int((by_land["state"] == graph.ALL).sum())
    return (
        f"On the graph of 2021 the four cables that failed in March 2024 leave {int((wired['lost'] > 0).sum())} "
        f"countries with fewer cables and {len(gone)} with none; counting land borders, {left} "
        f"{'is' if left == 1 else 'are'} left with no link at all."
    )


def finding_owners() -> str:
    """Single owners and content firms, by time of service."""
    frame = owner_kinds()
    frame = frame[frame["owners"] > 0]
    late, early = frame[frame["year"] >= 2016], frame[frame["year"] < 2016]
    return (
        f"{share(int((frame['owners'] == 1).sum()), len(frame))} of the cables with a stated owner have a single one; "
        f"four content and cloud firms are among the owners of {share(int(early['content'].sum()), len(early))} of "
        f"those ready before 2016 and of {share(int(late['content'].sum()), len(late))} of those ready or planned from "
        "2016 on."
    )


def _check_one_cable(answer: object) -> Verdict:
    landings, cables = load("cable_landings"), load("cables").set_index("cable")["planned"]
    pairs = landings[["cable", "iso3"]].drop_duplicates()
    active = landings[landings["cable"].map(cables).eq(False).fillna(False).astype(bool)]
    return check_number(
        answer,
        right=int((cables_per_country() == 1).sum()),
        tolerance=0.1,
        slips={
            "You counted planned cables as well. Keep those whose `planned` is False.": int(
                (cables_per_country(True) == 1).sum()
            ),
            "You counted domestic cables too, which lead nowhere abroad. Keep cables that land in at least two "
            "countries.": int(
                (active[["cable", "iso3"]].drop_duplicates().groupby("iso3").size() == 1).sum()
            ),
            "You counted domestic and planned cables too.": int((pairs.groupby("iso3").size() == 1).sum()),
            "You counted landing points. A cable with three landings in a country is one cable.": int(
                (active[active["cable"].isin(links()["cable"])].groupby("iso3").size() == 1).sum()
            ),
        },
        hint="Keep cables in service that land in at least two countries, take distinct pairs of cable and country, "
        "count by country, and count the ones.",
    )


CHECKS = {"one_cable": _check_one_cable}
