"""Chapter 4.1: cables by year and edition, and countries joined directly. What lies on top: `network_layers`.

Counts of cables are of distinct systems; countries and territories count apart, as in the source.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.countries import region as region_of
from cyberdip_utils.data import load
from cyberdip_utils.data_flows import cable_lines as drawn
from cyberdip_utils.first_edition import cable_map, figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, number
from cyberdip_utils.teach import Verdict, check_number

EVERYWHERE = "any"
FIRST_YEAR, LAST_YEAR = 1989, 2024
RUNNING, PLANNED, UNKNOWN = "in service", "planned", "not stated"
ALL, ABROAD, HOME = "all", "international", "domestic"
SYSTEMS, KM = "systems", "km"
BY_NAME, BY_PLACE = "by name", "by name or landing places"
RECENT = 5  # years that the map sets off as new
CABLES_CAVEAT = (
    "Systems that were on the map in June 2021: retired ones are gone, so early years show survivors. "
    "No capacity and no traffic; routes are drawn for looks."
)


def plural(n: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{n:,} {one if n == 1 else many}"


def count_of(k: int, n: int) -> str:
    """A share of a complete list: no interval, because nothing was drawn by lot."""
    if n == 0:
        return "0 of 0"
    return f"{k:,} of {n:,} ({k / n:.{1 if 0 < k / n < 0.1 or 0.9 < k / n < 1 else 0}%})"


# ---------------------------------------------------------------- systems


@cache
def systems() -> pd.DataFrame:
    """Cable systems of June 2021.

    Returns
    -------
    DataFrame
        Indexed by cable: name, year (of service, missing if not stated), km (length, missing if not stated),
        status (in service, planned, not stated), landings, countries (number of codes), codes (frozenset).
    """
    frame = load("cables").set_index("cable")
    codes = load("cable_landings").groupby("cable")["iso3"].agg(frozenset)
    return pd.DataFrame(
        {
            "name": frame["name"],
            "year": frame["ready_on"].dt.year.astype("Int64"),
            "km": frame["length_km"],
            "status": frame["planned"].map({True: PLANNED, False: RUNNING}).fillna(UNKNOWN).astype(str),
            "landings": frame["n_landings"],
            "countries": codes.map(len).reindex(frame.index),
            "codes": codes.reindex(frame.index),
        }
    )


@cache
def systems_2026() -> pd.DataFrame:
    """Cable systems of the list of April 2026, with countries read off their drawings.

    Returns
    -------
    DataFrame
        Indexed by cable: name, countries, codes (frozenset), same_name (the key was on the map of 2021) and
        same_place (that, or a missing cable of 2021 lands in the same places).
    """
    frame = load("cable_list_2026").set_index("cable")
    codes = drawn.read_landings(2026).groupby("cable")["iso3"].agg(frozenset).reindex(frame.index)
    codes = codes.map(lambda s: s if isinstance(s, frozenset) else frozenset())
    twins = set(drawn.counterparts()["counterpart"].dropna())
    same = frame["in_2021"].astype(bool)
    return pd.DataFrame(
        {
            "name": frame["name"],
            "countries": codes.map(len),
            "codes": codes,
            "same_name": same,
            "same_place": same | frame.index.isin(twins),
        }
    )


def choose(frame: pd.DataFrame, where: str = EVERYWHERE, reach: str = ALL) -> pd.DataFrame:
    """Systems that land in a country, and that join countries or stay within one.

    Parameters
    ----------
    frame : DataFrame
        :func:`systems` or :func:`systems_2026`.
    where : str
        ISO3 code, or "any".
    reach : str
        "all", "international" (lands in two countries or more) or "domestic" (in one).

    Raises
    ------
    ValueError
        Another reach.
    """
    if reach not in (ALL, ABROAD, HOME):
        raise ValueError(f"reach: {reach!r} is not one of {ALL}, {ABROAD}, {HOME}")
    keep = pd.Series(True, index=frame.index)
    if where != EVERYWHERE:
        keep &= frame["codes"].map(lambda s: where in s)
    if reach == ABROAD:
        keep &= frame["countries"] >= 2
    elif reach == HOME:
        keep &= frame["countries"] == 1
    return frame[keep]


def by_year(frame: pd.DataFrame) -> pd.DataFrame:
    """Systems and kilometres by year of service and status; every year of the range has a row for each status."""
    dated = frame.dropna(subset=["year"]).astype({"year": int})
    grid = pd.MultiIndex.from_product(
        [range(FIRST_YEAR, LAST_YEAR + 1), [RUNNING, PLANNED, UNKNOWN]], names=["year", "status"]
    )
    out = dated.groupby(["year", "status"]).agg(
        systems=("name", "size"), km=("km", "sum"), without_length=("km", lambda s: int(s.isna().sum()))
    )
    return out.reindex(grid, fill_value=0).reset_index()


def _base_map(counts: pd.Series, steps: tuple[tuple[int, str], ...], grey: str) -> go.Figure:
    """A map of numbers of systems in steps, each with the number at which it begins."""
    step = counts.map(lambda n: next(words for least, words in reversed(steps) if n >= least))
    shades = ("#e3eef6", "#a6cbe3", "#5fa3cc")
    figure = figures.world_map(
        step,
        "",
        order=[words for _, words in steps],
        colours={words: shade for (_, words), shade in zip(steps, shades, strict=True)},
        hover={c: f"systems: {n}" for c, n in counts.items()},
        height=500,
    )
    return cable_map.say_grey(figure, grey)


LANDING_STEPS = ((1, "1–4 land"), (5, "5–9"), (10, "10+"))
SHARED_STEPS = ((1, "1 shared"), (2, "2–4"), (5, "5+"))


def _length(km: float) -> str:
    return f"{km / 1000:,.0f} thousand km" if km >= 10_000 else f"{km:,.0f} km"


def _landing_counts(frame: pd.DataFrame) -> pd.Series:
    if frame.empty:
        return pd.Series(dtype=int)
    counts = frame["codes"].explode().dropna().value_counts()
    return counts.sort_index().sort_values(ascending=False, kind="stable")  # sets have no order of their own


def _listing(frame: pd.DataFrame) -> pd.DataFrame:
    """Systems for reading."""
    columns = {
        "system": frame["name"],
        **({"year": frame["year"], "status": frame["status"], "km": frame["km"]} if "year" in frame else {}),
        "lands in": frame["codes"].map(lambda s: ", ".join(sorted(country(c) for c in s))),
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def _map_of_year(frame: pd.DataFrame, upto: int) -> tuple[go.Figure, pd.DataFrame]:
    dated = frame.dropna(subset=["year"])
    dated = dated[dated["year"] <= upto]
    figure = _base_map(_landing_counts(dated), LANDING_STEPS, "none")
    running = dated[dated["status"] == RUNNING]
    fresh = running["year"] > upto - RECENT
    cable_map.add_lines(figure, running.index[~fresh], "older", figures.SOFT_INK, 0.7)
    cable_map.add_lines(figure, running.index[fresh], f"since {upto - RECENT + 1}", "#D55E00", 1.8)
    later = dated.index[dated["status"] != RUNNING]
    cable_map.add_lines(figure, later, "planned or not stated", "#CC79A7", 1.8, "dot")
    return figure, _listing(dated.sort_values(["year", "name"], ascending=[False, True]))


def _bars_of_years(frame: pd.DataFrame, upto: int, count: str) -> tuple[go.Figure, pd.DataFrame]:
    table = by_year(frame)
    table = table[table["year"] <= upto]
    label = "systems by year of service" if count == SYSTEMS else "thousand km of cable by year of service"
    figure = figures.new(
        barmode="stack",
        bargap=0.15,
        hovermode="x unified",
        yaxis={"title": {"text": label}, "rangemode": "tozero"},
        xaxis={"dtick": 5, "tick0": 1990, "showgrid": False},
    )
    for status, colour, pattern in (
        (RUNNING, figures.COLOURS[0], ""),
        (PLANNED, figures.COLOURS[1], "/"),
        (UNKNOWN, figures.COLOURS[3], "x"),
    ):
        part = table[table["status"] == status]
        if part["systems"].sum() == 0:
            continue
        values = part["systems"] if count == SYSTEMS else part["km"] / 1000
        figure.add_trace(
            {
                "type": "bar",
                "x": part["year"].tolist(),
                "y": [round(float(v), 3) for v in values],
                "name": f"{status} in June 2021",
                "marker": {
                    "color": colour,
                    "line": {"color": figures.INK, "width": 0.5},
                    "pattern": {
                        "shape": pattern,
                        "fillmode": "overlay",
                        "fgcolor": figures.PAPER,
                        "fgopacity": 0.7,
                        "size": 6,
                    },
                },
            }
        )
    if upto >= 2022:
        value = "systems" if count == SYSTEMS else "km"
        tallest = float(table.groupby("year")[value].sum().max()) / (1 if count == SYSTEMS else 1000)
        figure.update_yaxes(range=[0, 1.25 * tallest])  # room for the words beside the line
        figures.mark_changes(figure, [(2021.5, "June 2021: then plans")])
    return figure, table[table["systems"] > 0].reset_index(drop=True)


def editions(where: str = EVERYWHERE, reach: str = ALL, match: str = BY_PLACE) -> dict[str, pd.DataFrame]:
    """Systems in both editions, only in 2021 and only in 2026.

    Parameters
    ----------
    where, reach
        As in :func:`choose`.
    match : str
        "by name": the same key in both; "by name or landing places": also a cable of 2021 whose key is missing when a
        new one lands in the same places.

    Returns
    -------
    dict
        "both" (rows of 2026), "gone" (rows of 2021), "new" (rows of 2026).
    """
    old, new = choose(systems(), where, reach), choose(systems_2026(), where, reach)
    missing = drawn.counterparts()
    if match == BY_PLACE:
        missing = missing[missing["counterpart"].isna()]
    kept = new["same_name" if match == BY_NAME else "same_place"]
    return {"both": new[kept], "gone": old[old.index.isin(missing.index)], "new": new[~kept]}


def _map_of_editions(
    where: str, reach: str, match: str
) -> tuple[go.Figure, pd.DataFrame, dict[str, pd.DataFrame]]:
    parts = editions(where, reach, match)
    both, gone, new = parts["both"], parts["gone"], parts["new"]
    figure = _base_map(_landing_counts(pd.concat([both, new])), LANDING_STEPS, "none")
    cable_map.add_lines(figure, both.index, "in both", figures.SOFT_INK, 0.7, edition=2026)
    cable_map.add_lines(figure, new.index, "only in 2026", "#D55E00", 1.6, edition=2026)
    cable_map.add_lines(figure, gone.index, "only in 2021", "#CC79A7", 2.0, "dot", edition=2021)
    table = pd.concat(
        [
            _listing(part[["name", "codes"]]).assign(edition=words)
            for part, words in ((gone, "only in 2021"), (new, "only in 2026"), (both, "in both"))
        ],
        ignore_index=True,
    )
    return figure, table, parts


def cables_view(
    picture: str = "map",
    upto: int = 2021,
    where: str = EVERYWHERE,
    reach: str = ALL,
    count: str = SYSTEMS,
    match: str = BY_NAME,
) -> View:
    """Cables by year of service, as a map or as bars, and the two editions compared.

    Parameters
    ----------
    picture : str
        "map": systems in service by ``upto``; "years": new systems by year; "editions": 2021 against 2026.
    upto : int
        Last year of service that is drawn, 1989 to 2024; not used for the editions.
    where, reach
        As in :func:`choose`.
    count : str
        "systems" or "km", for the bars and the sentence.
    match : str
        As in :func:`editions`.
    """
    place = "" if where == EVERYWHERE else f" that land in {country(where)}"
    place_one = "" if where == EVERYWHERE else f" that lands in {country(where)}"
    kind = {ALL: "systems", ABROAD: "international systems", HOME: "systems inside one country"}[reach]
    chosen = choose(systems(), where, reach)
    if picture == "editions":
        sources = ("cables", "cable_list_2026", "cable_landings", "cable_landing_points_2026", "cable_routes")
        figure, table, parts = _map_of_editions(where, reach, match)
        n_old, n_new = len(chosen), len(parts["both"]) + len(parts["new"])
        if n_old + n_new == 0:
            message = f"No {kind}{place} in either edition."
            return View(figures.empty(message), message, table, CABLES_CAVEAT, sources)
        takeaway = (
            f"Of {plural(n_old, kind.replace('systems', 'system', 1), kind)}{place if n_old != 1 else place_one} on the map of June 2021, "
            f"{plural(len(parts['gone']), 'is', 'are')} not found again "
            f"in April 2026 {match}; of {n_new:,} there, {plural(len(parts['new']), 'is', 'are')} new."
        )
        error = drawn.reading_error()
        caveat = (
            "The list of 2026 has no dates, no owners and no status: planned systems are in it. Its landings are read "
            "off the drawings: a line that comes within 5 km of a landing place lands there. Read in the same way, "
            f"the map of 2021 gives {count_of(error['both'], error['stated'])} of the stated pairs of cable and country, "
            f"and {error['read'] - error['both']} wrong ones. New on the map is not newly laid."
        )
        return View(figure, takeaway, table, caveat, sources)
    dated = chosen.dropna(subset=["year"])
    dated = dated[dated["year"] <= upto]
    sources = ("cables", "cable_landings", "cable_routes")
    if dated.empty:
        message = f"No {kind}{place} with a year of service up to {upto} on the map of June 2021."
        return View(figures.empty(message), message, pd.DataFrame(), CABLES_CAVEAT, sources)
    if picture == "years":
        figure, table = _bars_of_years(chosen, upto, count)
    else:
        figure, table = _map_of_year(chosen, upto)
    caveat = CABLES_CAVEAT
    if undated := int(chosen["year"].isna().sum()):
        caveat += f" {plural(undated, 'system has', 'systems have')} no year and {'is' if undated == 1 else 'are'} left out."
    running = dated[dated["status"] == RUNNING]
    words = f"Up to {upto}, {plural(len(dated), kind.replace('systems', 'system', 1), kind)}"
    words += place_one if len(dated) == 1 else place
    if count == KM:
        known = dated["km"].notna()
        takeaway = f"{words} {'has' if len(dated) == 1 else 'have'} {_length(dated['km'].sum())} in all"
        takeaway += f" (length known for {count_of(int(known.sum()), len(dated))})"
        peak = by_year(running).groupby("year")["km"].sum()
        if (peak > 0).sum() > 1:
            takeaway += f"; among those in service {peak.idxmax()} has most, {_length(peak.max())}"
        caveat += (
            " Lengths of whole systems count in the year of service, even where a system grew in stages."
        )
    else:
        takeaway = f"{words}: {plural(len(running), 'was', 'were')} in service in June 2021"
        peak = by_year(running).groupby("year")["systems"].sum()
        if peak.max() > 1 and (peak > 0).sum() > 1:
            takeaway += f"; no year has more of those than {peak.idxmax()} ({peak.max():,})"
    return View(figure, takeaway + ".", table, caveat, sources)


@cache
def _landing_countries() -> tuple[tuple[str, str], ...]:
    codes = set().union(*systems()["codes"])
    return tuple(sorted(((country(c), c) for c in codes), key=lambda x: x[0].casefold()))


cables_by_year = Exhibit(
    "cables_by_year",
    "Which cables came when, and what has changed since?",
    cables_view,
    picture=choice(
        [
            ("Map up to a year", "map"),
            ("New systems by year", "years"),
            ("Two editions compared", "editions"),
        ],
        label="Picture",
    ),
    upto=number(FIRST_YEAR, LAST_YEAR, 2021, label="Up to", grid=(1995, 2000, 2005, 2010, 2015, 2021, 2024)),
    where=choice(lambda: [("anywhere", EVERYWHERE), *_landing_countries()], label="Lands in"),
    reach=choice(
        [("all", ALL), ("between countries", ABROAD), ("inside one country", HOME)], label="Systems"
    ),
    count=choice(
        [("systems", SYSTEMS), ("kilometres", KM)], label="Count", help="by year, and in the sentence"
    ),
    match=choice([BY_NAME, BY_PLACE], label="Match editions", help="for the two editions"),
)


# ---------------------------------------------------------------- who is joined to whom

IN_2021, WITH_PLANS, IN_2026 = "June 2021, in service", "June 2021, with plans", "April 2026, with plans"


@cache
def landings_of(edition: str) -> pd.DataFrame:
    """Pairs of cable and country for an edition.

    Parameters
    ----------
    edition : str
        "June 2021, in service", "June 2021, with plans" (both as stated) or "April 2026, with plans" (read off
        the drawings).

    Raises
    ------
    ValueError
        Another edition.
    """
    if edition == IN_2026:
        rows = drawn.read_landings(2026)
    elif edition in (IN_2021, WITH_PLANS):
        rows = load("cable_landings")
        if edition == IN_2021:
            rows = rows[rows["cable"].map(systems()["status"]).eq(RUNNING)]
    else:
        raise ValueError(f"edition: {edition!r} is not one of {IN_2021}; {WITH_PLANS}; {IN_2026}")
    return rows[["cable", "iso3"]].drop_duplicates().reset_index(drop=True)


@cache
def pairs(edition: str = IN_2021, rule: str = drawn.ANY) -> pd.DataFrame:
    """:func:`cable_lines.country_pairs` of an edition."""
    return drawn.country_pairs(landings_of(edition), rule)


@cache
def _middle() -> dict[str, tuple[float, float]]:
    rows = load("state_points").set_index("iso3")
    return {c: (float(r.lon), float(r.lat)) for c, r in rows[["lon", "lat"]].iterrows()}


def partners(source: str, edition: str = IN_2021, rule: str = drawn.ANY) -> pd.Series:
    """Systems that a country shares with each other country, by ISO3 code, most first."""
    rows = pairs(edition, rule)
    both = pd.concat(
        [
            rows[rows["a"] == source].set_index("b")["systems"],
            rows[rows["b"] == source].set_index("a")["systems"],
        ]
    )
    return both.sort_index().sort_values(ascending=False, kind="stable").rename_axis("iso3")


def between_regions(edition: str = IN_2021, rule: str = drawn.ANY) -> pd.DataFrame:
    """Pairs of countries joined directly, and all possible pairs, by pair of UN regions.

    Only countries where an international system of the edition lands can form a pair.

    Returns
    -------
    DataFrame
        one, other (regions), joined, possible.
    """
    wired = cable_map.international(landings_of(edition))["iso3"].unique()
    where = {c: region_of(c) for c in wired if region_of(c)}
    size = pd.Series(where).value_counts()
    rows = pairs(edition, rule)
    rows = rows[rows["a"].isin(where) & rows["b"].isin(where)]
    ends = [tuple(sorted((where[a], where[b]))) for a, b in zip(rows["a"], rows["b"], strict=True)]
    joined = pd.Series(ends).value_counts() if ends else pd.Series(dtype=int)
    names = sorted(size.index)
    out = []
    for i, one in enumerate(names):
        for other in names[i:]:
            n = size[one] * (size[one] - 1) // 2 if one == other else size[one] * size[other]
            out.append((one, other, int(joined.get((one, other), 0)), int(n)))
    return pd.DataFrame(out, columns=["one", "other", "joined", "possible"])


def _partner_map(source: str, found: pd.Series) -> go.Figure:
    figure = _base_map(found, SHARED_STEPS, "none")
    spots = _middle()
    if source in spots:
        figure.add_trace(
            {
                "type": "scattergeo",
                "lon": [spots[source][0]],
                "lat": [spots[source][1]],
                "mode": "markers",
                "name": country(source),
                "marker": {
                    "symbol": "star",
                    "size": 15,
                    "color": "#D55E00",
                    "line": {"color": figures.INK, "width": 1},
                },
                "hovertemplate": f"{figures.plain(country(source))}<extra></extra>",
            }
        )
    return figure


def links_view(
    picture: str = "one", source: str = "KEN", edition: str = IN_2021, rule: str = drawn.ANY
) -> View:
    """Countries that share a cable system.

    Parameters
    ----------
    picture : str
        "one": the partners of one country on a map; "pairs": the pairs with most systems; "regions": how many
        of the possible pairs within and between regions are joined.
    source : str
        ISO3 code, for the map.
    edition : str
        As in :func:`landings_of`.
    rule : str
        As in :func:`cable_lines.country_pairs`.
    """
    rows = pairs(edition, rule)
    wired = cable_map.international(landings_of(edition))["iso3"].nunique()
    possible = wired * (wired - 1) // 2
    meaning = "share a system" if rule == drawn.ANY else "are joined by a system of these two only"
    caveat = (
        (
            "Two countries that share a long system need not be joined by it directly: the order of its landings is not "
            "told. "
            if rule == drawn.ANY
            else "Direct ways within longer systems are left out, so this is the least that is certain. "
        )
        + "Land lines, satellites, capacity and who may use the fibre are not in it. Hong Kong stands under China in the source."
    )
    sources = ("cable_landings", "cables")
    if edition == IN_2026:
        sources = ("cable_list_2026", "cable_landing_points_2026", "cable_routes")
        caveat += " Landings of 2026 are read off the drawings, and plans are in it: compare with June 2021 with plans."
    world = f"{count_of(len(rows), possible)} pairs of {wired} countries and territories with an international system"
    if picture == "pairs":
        top = rows.head(20)
        labels = [f"{country(a)} – {country(b)}" for a, b in zip(top["a"], top["b"], strict=True)]
        figure = figures.bars(top.assign(pair=labels), "pair", "systems", label="systems")
        first = top.iloc[0]
        takeaway = (
            f"{edition}: {world} {meaning}; most of all {country(first['a'])} and {country(first['b'])} "
            f"({first['systems']})."
        )
        table = pd.DataFrame(
            {
                "one": [country(c) for c in rows["a"]],
                "other": [country(c) for c in rows["b"]],
                "systems": rows["systems"],
            }
        )
        return View(figure, takeaway, table, caveat, sources)
    if picture == "regions":
        table = between_regions(edition, rule)
        share_of = (table["joined"] / table["possible"].where(table["possible"] > 0)).astype(float)
        grid = pd.concat(
            [
                table.assign(share=share_of),
                table.rename(columns={"one": "other", "other": "one"}).assign(share=share_of),
            ]
        ).drop_duplicates(["one", "other"])
        grid = grid.pivot(index="one", columns="other", values="share")
        figure = figures.heatmap(grid, "pairs joined", percent=True, lo=0)
        figure.update_traces(showscale=False)
        between = table[table["one"] != table["other"]].assign(share=share_of).sort_values("share")
        low, high = between.iloc[0], between.iloc[-1]
        takeaway = (
            f"{edition}: {world} {meaning}; between regions least for {low['one']} and {low['other']} "
            f"({count_of(int(low['joined']), int(low['possible']))}), most for {high['one']} and {high['other']} "
            f"({count_of(int(high['joined']), int(high['possible']))})."
        )
        return View(figure, takeaway, table.assign(share=share_of.round(3)), caveat, sources)
    found = partners(source, edition, rule)
    if found.empty:
        alone = "shares a system" if rule == drawn.ANY else "is joined by a system of these two only"
        message = f"{country(source)}: no country with which it {alone} ({edition})."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
    mine = landings_of(edition)
    mine = cable_map.international(mine).query("iso3 == @source")["cable"]
    figure = _partner_map(source, found)
    used = set(mine)
    if rule == drawn.ALONE:
        sizes = landings_of(edition).groupby("cable")["iso3"].size()
        used = {c for c in used if sizes[c] == 2}
    cable_map.add_lines(
        figure, sorted(used), "its systems", "#D55E00", 1.5, edition=2026 if edition == IN_2026 else 2021
    )
    takeaway = (
        f"{edition}: {country(source)} shares {plural(len(used), 'system', 'systems')} with "
        f"{count_of(len(found), wired - 1)} other countries and territories that have one"
    )
    if found.iloc[0] > 1:
        takeaway += f", most with {country(found.index[0])} ({found.iloc[0]})"
    elif len(found) == 1:
        takeaway += f": {country(found.index[0])}"
    takeaway += "."
    table = pd.DataFrame({"partner": [country(c) for c in found.index], "systems shared": found.to_numpy()})
    return View(
        figure, takeaway, table, caveat, (*sources, *(() if edition == IN_2026 else ("cable_routes",)))
    )


direct_links = Exhibit(
    "direct_links",
    "Who is joined to whom?",
    links_view,
    picture=choice(
        [
            ("Partners of one country", "one"),
            ("Pairs with most systems", "pairs"),
            ("Within and between regions", "regions"),
        ],
        label="Picture",
    ),
    source=choice(_landing_countries, default="KEN", label="Country", help="for the partners"),
    edition=choice([IN_2021, WITH_PLANS, IN_2026], label="Edition"),
    rule=choice(
        [("share any system", drawn.ANY), ("a system of these two only", drawn.ALONE)], label="Joined means"
    ),
)


# ---------------------------------------------------------------- findings and checks


def finding_growth() -> str:
    """How many systems came when, and how many of those planned in 2021 are named in 2026."""
    frame = systems()
    counts = frame["status"].value_counts()
    dated = frame.dropna(subset=["year"])
    early = int(((dated["year"] <= 2002) & (dated["status"] == RUNNING)).sum())
    still = frame.index.isin(load("cable_list_2026")["cable"])
    planned = frame["status"] == PLANNED
    other = frame.index.isin(drawn.counterparts()["counterpart"].dropna().index)
    n, k, more = int(planned.sum()), int((planned & still).sum()), int((planned & other).sum())
    return (
        f"The map of June 2021 has {len(frame)} systems: {counts[RUNNING]} in service, {counts[PLANNED]} planned, "
        f"{counts[UNKNOWN]} without a stated status. {count_of(early, int(counts[RUNNING]))} of those in service date "
        f"from 2002 or before. Of the planned, {count_of(k, n)} stand under the same name in the list of April 2026; "
        f"{more or 'none'} of the others {'has' if more < 2 else 'have'} a counterpart that lands in the same places."
    )


def finding_domestic() -> str:
    """How many systems never leave a country."""
    frame = systems()
    n = len(frame)
    inside, two = int((frame["countries"] == 1).sum()), int((frame["countries"] == 2).sum())
    most = frame.sort_values(["countries", "name"], ascending=[False, True]).iloc[0]
    return (
        f"{count_of(inside, n)} systems land in one country or territory only, {count_of(two, n)} in two; the system that lands "
        f"in most, {most['name']}, lands in {most['countries']}."
    )


def finding_editions() -> str:
    """How much of the change between the editions is only a change of names."""
    names, places = editions(match=BY_NAME), editions(match=BY_PLACE)
    n = len(systems())
    a, b = len(names["gone"]), len(places["gone"])
    return (
        f"Compared by name, {count_of(a, n)} systems of June 2021 are missing in April 2026. For {a - b} of them a new name "
        f"lands in the same places, so that {count_of(b, n)} are left without a counterpart. {len(places['new'])} systems of "
        "the list of 2026 have no counterpart in 2021."
    )


def finding_links() -> str:
    """How many pairs of countries are joined, at most and at least, and how that changed."""
    said = []
    for edition in (IN_2021, WITH_PLANS, IN_2026):
        wired = cable_map.international(landings_of(edition))["iso3"].nunique()
        most, least = len(pairs(edition, drawn.ANY)), len(pairs(edition, drawn.ALONE))
        said.append(
            f"{edition}: {wired} countries and territories, {most:,} pairs share a system, {least} of them a system of these two only"
        )
    return "; ".join(said) + "."


def _check_pairs(answer: object) -> Verdict:
    landings = load("cable_landings")
    running = landings[landings["cable"].map(systems()["status"]).eq(RUNNING)]

    def number_of(rows: pd.DataFrame, code: str) -> int:
        mine = rows.loc[rows["iso3"] == code, "cable"]
        return rows.loc[rows["cable"].isin(mine) & (rows["iso3"] != code), "iso3"].nunique()

    mine = running.loc[running["iso3"] == "KEN", "cable"]
    return check_number(
        answer,
        right=number_of(running, "KEN"),
        tolerance=0.5,
        slips={
            "You counted the planned systems too. Keep those with planned equal to False.": number_of(
                landings, "KEN"
            ),
            "Kenya itself is among the codes. Take it out.": number_of(running, "KEN") + 1,
            "That is the number of rows. A country with several landings counts once: use nunique.": int(
                (running["cable"].isin(mine) & (running["iso3"] != "KEN")).sum()
            ),
            "That is the number of Kenya's systems. Ask where they land.": mine.nunique(),
        },
        hint="Find the systems in service that land in Kenya, then the other countries in which these land.",
    )


CHECKS = {"partners": _check_pairs}
