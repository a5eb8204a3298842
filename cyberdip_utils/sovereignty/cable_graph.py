"""Graph functions for submarine cables: what a cut parts, and how many cuts it takes.

A cable system is a node of its own that joins every country it lands in, because the source does not say in
which order a cable visits its landings. The graph has two kinds of nodes: ``("cable", name)`` and
``("country", iso3)``. A land border is a node ``("border", a, b)`` that no cut at sea touches.

All functions take a DataFrame ``links`` with columns ``cable`` and ``iso3``, one row a pair, as
:func:`international` makes it, and are pure. ``networkx`` is imported where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from cyberdip_utils.first_edition.cable_map import international

if TYPE_CHECKING:
    import networkx as nx

Border = tuple[str, str]

WORKS, FAILS = "works elsewhere", "fails whole"
SAME, SOME, ALL, APART = "no cable lost", "some cables lost", "all cables lost", "cables left, but cut off"
BARE, LAND = "no cable before", "only land borders left"


def build(links: pd.DataFrame, borders: Iterable[Border] = ()) -> nx.Graph:
    """The graph of cables and countries, with land borders as further joints.

    Parameters
    ----------
    borders : iterable of (str, str)
        Pairs of codes that share a land border.
    """
    import networkx as nx

    graph = nx.Graph()
    for cable, iso3 in zip(links["cable"], links["iso3"], strict=True):
        graph.add_edge(("cable", cable), ("country", iso3))
    for a, b in borders:
        graph.add_edge(("border", a, b), ("country", a))
        graph.add_edge(("border", a, b), ("country", b))
    return graph


def cut(
    links: pd.DataFrame, cables: Collection[str] = (), countries: Collection[str] = (), rule: str = WORKS
) -> pd.DataFrame:
    """The links that are left when cables are cut and the landings of countries go dark.

    Parameters
    ----------
    cables : collection of str
        Cable systems that are lost whole.
    countries : collection of str
        ISO3 codes of countries whose landings are all lost.
    rule : str
        What becomes of a cable that lands in such a country: "works elsewhere" (its other landings stay
        joined: the best case) or "fails whole" (the worst case).

    Raises
    ------
    ValueError
        A cable, a country or a rule that does not occur.
    """
    for what, given, known in (
        ("cables", cables, set(links["cable"])),
        ("countries", countries, set(links["iso3"])),
        ("rule", [rule], {WORKS, FAILS}),
    ):
        if unknown := sorted(set(given) - known):
            raise ValueError(f"{what}: {', '.join(unknown)} not among those of the graph")
    lost = set(cables)
    if rule == FAILS:
        lost |= set(links.loc[links["iso3"].isin(list(countries)), "cable"])
    left = links[~links["cable"].isin(lost) & ~links["iso3"].isin(list(countries))]
    return international(left)


def main_network(links: pd.DataFrame, borders: Iterable[Border] = ()) -> set[str]:
    """Codes of the countries in the largest connected part; empty without links."""
    import networkx as nx

    parts = [
        {node[1] for node in part if node[0] == "country"}
        for part in nx.connected_components(build(links, borders))
    ]
    return max(parts, key=lambda part: (len(part), sorted(part)), default=set())


def damage(
    before: pd.DataFrame,
    after: pd.DataFrame,
    borders: Iterable[Border] = (),
    dark: Collection[str] = (),
) -> pd.DataFrame:
    """What each country has lost.

    Parameters
    ----------
    before, after : DataFrame
        Links before and after the cut.
    borders : iterable of (str, str)
        Land borders counted as links; those of a dark country are left out after the cut.
    dark : collection of str
        Countries whose landings were cut.

    Returns
    -------
    DataFrame
        Indexed by ``iso3``: ``before`` and ``after`` (distinct international cables), ``lost``, ``reaches``
        (is joined to the largest part of what is left) and ``state``.
    """
    borders = [tuple(b) for b in borders]
    kept = [b for b in borders if not set(b) & set(dark)]
    a, b = (links.groupby("iso3")["cable"].nunique() for links in (before, after))
    codes = sorted({*a.index, *(code for pair in borders for code in pair)})
    out = pd.DataFrame({"before": a, "after": b}, index=pd.Index(codes, name="iso3")).fillna(0).astype(int)
    out["lost"] = out["before"] - out["after"]
    core = main_network(after, kept)
    out["reaches"] = [code in core for code in codes]

    def state(row) -> str:
        if row.before == 0:
            return BARE if row.reaches else APART
        if row.after == 0:
            return LAND if row.reaches else ALL
        if not row.reaches:
            return APART
        return SOME if row.lost else SAME

    out["state"] = [state(row) for row in out.itertuples()]
    return out


# ---------------------------------------------------------------- how many cuts it takes


def flow_network(
    links: pd.DataFrame,
    targets: Collection[str],
    borders: Collection[Border] = (),
    cuttable: str = "cable",
) -> nx.DiGraph:
    """The directed network for :func:`cuts_needed`, to build once and use for many sources.

    Every node is split in two; the arc from (node, 0) to (node, 1) carries one unit if the node can be cut.
    Targets are never cut. The result is networkx's residual network of it.

    Raises
    ------
    ValueError
        No targets, or ``cuttable`` is neither "cable" nor "country".
    """
    import networkx as nx
    from networkx.algorithms.flow import build_residual_network

    if cuttable not in ("cable", "country"):
        raise ValueError(f"cuttable: {cuttable!r} is neither 'cable' nor 'country'")
    if not targets:
        raise ValueError("targets: name at least one country other than the source")
    directed = nx.DiGraph()
    graph = build(links, borders)
    ends = {("country", t) for t in targets}
    for node in graph:
        free = node[0] != cuttable or node in ends
        directed.add_edge((node, 0), (node, 1), **({} if free else {"capacity": 1}))
    for one, other in graph.edges:
        directed.add_edge((one, 1), (other, 0))
        directed.add_edge((other, 1), (one, 0))
    for end in ends:
        directed.add_edge((end, 1), "target")
    return build_residual_network(directed, "capacity")


def _solve(residual: nx.DiGraph, source: str) -> float:
    """The largest flow from a country to the target; the flows stay in the residual network."""
    from networkx.algorithms.flow import edmonds_karp

    start = (("country", source), 1)
    if start not in residual:
        return 0.0
    # the graph itself is asked only for its nodes' names: the residual network carries the capacities
    return float(edmonds_karp(residual, start, "target", residual=residual).graph["flow_value"])


def _reach(residual: nx.DiGraph, start, back: bool) -> set:
    """Nodes that can still be pushed to from a node, or, going back, that can still push to it."""
    seen, todo = {start}, [start]
    while todo:
        node = todo.pop()
        for other, data in (residual.pred[node] if back else residual.succ[node]).items():
            if other not in seen and data["flow"] < data["capacity"]:
                seen.add(other)
                todo.append(other)
    return seen


class Cuts(NamedTuple):
    """How many cuts it takes: the least number, one such smallest set, and where one more cable would help."""

    number: float
    which: list[str]
    gains: set[str]


def _neighbours(links: pd.DataFrame, source: str, borders: Collection[Border]) -> set[str]:
    """Countries that share a cable or a counted land border with one."""
    cables = links.loc[links["iso3"] == source, "cable"]
    by_sea = set(links.loc[links["cable"].isin(cables), "iso3"])
    by_land = {code for pair in borders if source in pair for code in pair}
    return (by_sea | by_land) - {source}


def _by_land(source: str, borders: Collection[Border]) -> set[str]:
    """Countries that can be reached from one over counted land borders alone, itself among them."""
    import networkx as nx

    graph = nx.Graph(list(borders))
    return {source} | (nx.descendants(graph, source) if source in graph else set())


def cuts_needed(
    links: pd.DataFrame,
    source: str,
    targets: Collection[str],
    borders: Collection[Border] = (),
    cuttable: str = "cable",
    residual: nx.DiGraph | None = None,
) -> Cuts:
    """The least number of cables, or of countries in between, whose loss parts a country from all targets.

    By Menger's theorem this is the largest number of routes that share no cable (or no country in between).
    It is found as a maximal flow in which each cable (or country) carries one unit. Among cables that join
    just two countries each, the first is the edge connectivity between source and target, the second the node
    connectivity.

    Parameters
    ----------
    source : str
        ISO3 code.
    targets : collection of str
        ISO3 codes; all routes to any of them must be cut. The source itself is left out of them.
    borders : collection of (str, str)
        Land borders that count as links; they cannot be cut.
    cuttable : str
        "cable" or "country".
    residual : DiGraph, optional
        :func:`flow_network` of the same links, targets (without the source), borders and ``cuttable``.

    Returns
    -------
    Cuts
        ``number``, ``inf`` if no such loss parts them; ``which``, one smallest set of cables or country codes,
        the one nearest to the source; ``gains``, the partners to which **one more cable** from the source would
        raise the number (by one, or to ``inf``).

    Raises
    ------
    ValueError
        No targets, or ``cuttable`` is neither.

    References
    ----------
    Ford, L. R. and Fulkerson, D. R. (1956), "Maximal flow through a network", Canadian Journal of Mathematics
    8, 399-404, doi:10.4153/CJM-1956-045-5.
    """
    targets, borders = set(targets) - {source}, [tuple(b) for b in borders]
    if residual is None:
        residual = flow_network(links, targets, borders, cuttable)
    free = _neighbours(links, source, borders) if cuttable == "country" else _by_land(source, borders)
    if free & targets:
        return Cuts(math.inf, [], set())
    number, start = _solve(residual, source), (("country", source), 1)
    # a new cable adds one route if its far end can still push one unit to the target
    useful = _reach(residual, "target", back=True) if "target" in residual else set()
    countries = set(links["iso3"]) | {code for pair in borders for code in pair}
    gains = {c for c in countries - {source} if (("country", c), 0) in useful}
    # the smallest cut next to the source: nodes whose one unit is used up where the source can still push
    near = _reach(residual, start, back=False) if start in residual else set()
    which = sorted(n[0][1] for n in near if n[1] == 0 and (n[0], 1) not in near)
    return Cuts(number, which, gains)


def cable_cuts_of_all(
    links: pd.DataFrame, targets: Collection[str], borders: Collection[Border] = ()
) -> pd.Series:
    """:func:`cuts_needed` in cables for every country with an international cable, by ISO3 code.

    A country that is itself a target is measured against the other targets.
    """
    targets, borders = set(targets), [tuple(b) for b in borders]
    arcs, place = _arcs(links, targets, borders)
    out = {}
    for code in sorted(set(links["iso3"])):
        others = targets - {code}
        if not others or _by_land(code, borders) & others:
            out[code] = math.inf
            continue
        if code in targets:  # measured against the others, so it is no end itself
            own = _arcs(links, others, borders)
            out[code] = _most_routes(*own, code)
        else:
            out[code] = _most_routes(arcs, place, code)
    return pd.Series(out, name="cables", dtype=float).rename_axis("iso3")


def _arcs(links: pd.DataFrame, targets: Collection[str], borders: Collection[Border]):
    """Capacities between numbered nodes for :func:`_most_routes`, as a sparse matrix, and each country's number.

    Only a cable carries one unit, from (cable, 0) to (cable, 1); all else carries more than there are cables.
    The last node joins the targets.
    """
    from scipy.sparse import csr_array

    countries = sorted({*links["iso3"], *(c for pair in borders for c in pair)} | set(targets))
    place = {code: i for i, code in enumerate(countries)}
    cables = {name: len(place) + 2 * i for i, name in enumerate(sorted(set(links["cable"])))}
    end, much = len(place) + 2 * len(cables), len(cables) + 1
    arcs = [(at, at + 1, 1) for at in cables.values()]
    for cable, code in zip(links["cable"], links["iso3"], strict=True):
        arcs += [(place[code], cables[cable], much), (cables[cable] + 1, place[code], much)]
    for one, other in borders:
        arcs += [(place[one], place[other], much), (place[other], place[one], much)]
    arcs += [(place[code], end, much) for code in targets]
    starts, stops, room = (
        np.array(column, dtype=np.int32) for column in zip(*dict.fromkeys(arcs), strict=True)
    )
    return csr_array((room, (starts, stops)), shape=(end + 1, end + 1)), place


def _most_routes(arcs, place: dict[str, int], source: str) -> float:
    """The largest number of routes from a country to the targets that share no cable."""
    from scipy.sparse.csgraph import maximum_flow

    return float(maximum_flow(arcs, place[source], arcs.shape[0] - 1).flow_value)


def single_points(links: pd.DataFrame, borders: Collection[Border] = ()) -> pd.DataFrame:
    """Cables whose loss alone takes at least one country off the main network.

    Returns
    -------
    DataFrame
        ``cable`` and ``iso3``, one row for each country that falls off; a country that had no other link and
        one that still has links to others that fall off with it both count.
    """
    import networkx as nx

    borders = [tuple(b) for b in borders]
    core = main_network(links, borders)
    graph = build(links, borders)
    rows = []
    for node in nx.articulation_points(graph):
        if node[0] == "cable":
            without = links[links["cable"] != node[1]]
            left = main_network(without, borders)
            rows += [(node[1], code) for code in sorted(core - left)]
    return pd.DataFrame(rows, columns=["cable", "iso3"])
