"""Concentration of supply with shares that do not cover everything, and what feeds what.

Shares run from 0 to 1. A market is held as sure shares (one country each), groups (a share known to belong to several
countries, such as Europe) and a rest that nobody is named for. Every result that depends on who holds groups and rest is an
interval: its ends are the two extreme ways to hand them out.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

GOES, KIND = "goes into", "is a kind of"
EACH, POOLED = "each", "pooled"
BELOW, MAYBE, STANDS, UNKNOWN = "below", "may be below", "stands", "no shares"


@dataclass(frozen=True)
class Market:
    """The supply of one input.

    Parameters
    ----------
    sure : mapping of str to float
        Share of each country, 0 to 1.
    groups : mapping of str to float
        Shares that belong to several countries together, by group.
    rest : float
        Share that nobody is named for: the source's residual and what is missing to 1.
    """

    sure: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[str, float] = field(default_factory=dict)
    rest: float = 0.0

    def __post_init__(self):
        parts = [*self.sure.values(), *self.groups.values(), self.rest]
        if any(not p >= 0 for p in parts):
            raise ValueError(f"shares: {parts} has one below 0 or missing")
        if abs(sum(parts) - 1) > 1e-9:
            raise ValueError(
                f"shares: they add up to {sum(parts):.4f}, not to 1; use market() to fill or scale"
            )

    @property
    def leader(self) -> tuple[str, float]:
        """The country or group with the largest share, and the share; ("", 0) if nobody is named."""
        everyone = {**self.groups, **self.sure}
        return max(everyone.items(), key=lambda p: (p[1], p[0])) if everyone else ("", 0.0)


def market(sure: Mapping[str, float], groups: Mapping[str, float] | None = None, rest: float = 0.0) -> Market:
    """A market from shares as published: scaled down if they add up to more than 1, filled with rest if to less.

    Parameters
    ----------
    sure, groups : mapping of str to float
        Shares, 0 to 1; zeros are dropped.
    rest : float
        The published residual.

    Raises
    ------
    ValueError
        Shares above 1.05 in all (more than rounding), or negative ones.
    """
    groups = dict(groups or {})
    total = sum(sure.values()) + sum(groups.values()) + rest
    if total > 1.05:
        raise ValueError(f"shares: they add up to {total:.3f}, more than rounding explains")
    scale = max(total, 1.0)
    sure = {k: v / scale for k, v in sure.items() if v}
    groups = {k: v / scale for k, v in groups.items() if v}
    rest = max(0.0, 1 - sum(sure.values()) - sum(groups.values()))
    return Market(sure, groups, rest if rest > 1e-12 else 0.0)


def hhi(shares: Iterable[float]) -> float:
    """The Herfindahl-Hirschman index: the sum of squared shares, 0 to 1 (1: a single supplier).

    Source: Calkins, S. (1983), "The new merger guidelines and the Herfindahl-Hirschman index", California Law Review
    71(2), 402-429, doi:10.2307/3480160 (there with shares in percent, so up to 10,000).
    """
    return math.fsum(s * s for s in shares)


def hhi_bounds(m: Market) -> tuple[float, float]:
    """Least and greatest index over all ways to hand out groups and rest.

    Lower end: groups and rest are spread so thinly that their squares vanish. Upper end: each group is one country, and
    the whole rest belongs to the largest holder. The upper end is attained and the lower one approached, because the
    index grows with every transfer from a smaller to a larger share.
    """
    low = hhi(m.sure.values())
    units = sorted([*m.sure.values(), *m.groups.values()], reverse=True) or [0.0]
    return low, hhi([units[0] + m.rest, *units[1:]])


def equal_suppliers(index: float) -> float:
    """How many suppliers of equal size would give this index: its reciprocal; infinite for 0."""
    return math.inf if index == 0 else 1 / index


def lost(m: Market, removed: Collection[str], partly: Collection[str] = ()) -> tuple[float, float]:
    """Share of supply that goes when countries are removed: what is sure, and the most it can be.

    Parameters
    ----------
    removed : collection of str
        Countries and groups taken out.
    partly : collection of str
        Groups of which a removed country may be a part: their whole share may go.
    """
    if not removed:
        return 0.0, 0.0
    sure = math.fsum(v for k, v in {**m.sure, **m.groups}.items() if k in removed)
    doubt = math.fsum(v for k, v in m.groups.items() if k in partly and k not in removed)
    return min(1.0, sure), min(1.0, sure + doubt + m.rest)


# ---------------------------------------------------------------- what feeds what


class Feeds:
    """Which input goes into which, and which is a kind of which.

    Parameters
    ----------
    edges : DataFrame
        Columns ``input``, ``relation`` ("goes into" or "is a kind of") and ``target``.

    Raises
    ------
    ValueError
        The links run in a circle.
    """

    def __init__(self, edges: pd.DataFrame):
        self._below: dict[str, list[tuple[str, str]]] = {}
        for source, relation, target in edges[["input", "relation", "target"]].itertuples(index=False):
            self._below.setdefault(str(target), []).append((str(source), str(relation)))
        self.nodes = {str(n) for n in pd.concat([edges["input"], edges["target"]])}
        self.order = self._sorted()

    def below(self, node: str, relation: str | None = None) -> list[str]:
        """What feeds a node directly, by either relation or by one."""
        return [n for n, r in self._below.get(node, ()) if relation is None or r == relation]

    def relation(self, node: str, target: str) -> str:
        """How a node feeds its target."""
        return next(r for n, r in self._below[target] if n == node)

    def _sorted(self) -> list[str]:
        import graphlib

        try:
            return list(
                graphlib.TopologicalSorter({n: self.below(n) for n in sorted(self.nodes)}).static_order()
            )
        except graphlib.CycleError as error:
            raise ValueError(f"edges: they run in a circle: {error.args[1]}") from None

    def upstream(self, node: str) -> set[str]:
        """All that feeds a node, at any distance; the node itself is not in it."""
        seen, todo = set(), [node]
        while todo:
            for n in self.below(todo.pop()):
                if n not in seen:
                    seen.add(n)
                    todo.append(n)
        return seen

    def tree(
        self, root: str, depth: int, key: Mapping[str, tuple] | None = None
    ) -> list[tuple[str, int, bool]]:
        """The nodes under a root in reading order: (node, level, shown before), depth first.

        Parameters
        ----------
        depth : int
            How many levels below the root; 0 is the root alone.
        key : mapping, optional
            Sorting key of siblings.
        """
        out: list[tuple[str, int, bool]] = []
        seen: set[str] = set()

        def walk(node: str, level: int) -> None:
            again = node in seen
            out.append((node, level, again))
            seen.add(node)
            if level == depth or again:
                return
            below = self.below(node)
            for n in sorted(below, key=lambda x: key[x]) if key else below:
                walk(n, level + 1)

        walk(root, 0)
        return out


def supply_left(
    feeds: Feeds,
    markets: Mapping[str, Market],
    removed: Collection[str] = (),
    partly: Collection[str] = (),
    added: Mapping[str, float] | None = None,
    kinds: str = EACH,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """What share of today's supply each input keeps, and each step that needs it.

    The rule is Leontief's for what *goes into* a thing: it runs at the level of its scarcest part, because one part does
    not replace another. This is arithmetic on today's shares. Nobody reacts: no stock is drawn down, no firm expands, no
    price moves, no order is filled from elsewhere.

    Parameters
    ----------
    removed, partly : collection of str
        As in :func:`lost`.
    added : mapping of str to float, optional
        New capacity by input, as a share of today's market; an input keeps at most all of it.
    kinds : "each" or "pooled"
        What *is a kind of* means: each kind is needed (the scarcest sets the level), or the kinds are one pool (the
        group's own share counts; without one, the mean of its kinds, weighted by market size where all have one).
    weights : mapping of str to float, optional
        Market size by input, for the pooled mean.

    Returns
    -------
    DataFrame
        Indexed by node: ``own_low``, ``own_high`` (from its own market), ``low``, ``high`` (with all that feeds it) and
        ``through`` and ``perhaps``: the nodes whose own markets set ``high`` and ``low``. Missing where no share is known.

    Raises
    ------
    ValueError
        Unknown ``kinds`` or an input without a market in ``added``.
    """
    if kinds not in (EACH, POOLED):
        raise ValueError(f"kinds: {kinds!r} is neither {EACH!r} nor {POOLED!r}")
    added, weights = dict(added or {}), weights or {}
    if strange := [n for n in added if n not in markets]:
        raise ValueError(f"added: no market is known for {', '.join(strange)}")
    own: dict[str, tuple[float, float]] = {}
    for node, m in markets.items():
        least, most = lost(m, removed, partly)
        more = added.get(node, 0.0)
        own[node] = (min(1.0, 1 - most + more), min(1.0, 1 - least + more))
    full: dict[str, tuple[float, float, str, str]] = {}
    for node in [*feeds.order, *(n for n in markets if n not in feeds.nodes)]:
        parts = [full[n] for n in feeds.below(node, GOES) if n in full]
        variants = [n for n in feeds.below(node, KIND) if n in full]
        if kinds == EACH:
            parts += [full[n] for n in variants]
        elif node not in own and variants:
            parts.append(
                _pooled(node, [full[n] for n in variants], [weights.get(n, math.nan) for n in variants])
            )
        if node in own:
            parts.append((*own[node], node, node))
        if parts:
            worst, best = min(parts, key=lambda p: p[0]), min(parts, key=lambda p: p[1])
            full[node] = (worst[0], best[1], best[2], worst[3])
    index = sorted(feeds.nodes | set(markets))
    nan, unknown = (math.nan, math.nan), (math.nan, math.nan, None, None)
    return pd.DataFrame(
        [(n, *own.get(n, nan), *full.get(n, unknown)) for n in index],
        columns=["input", "own_low", "own_high", "low", "high", "through", "perhaps"],
    ).set_index("input")


def _pooled(node: str, kinds: Sequence[tuple], weights: Sequence[float]) -> tuple:
    if any(w != w for w in weights) or not sum(weights):
        weights = [1.0] * len(kinds)
    total = sum(weights)
    low, high = (math.fsum(k[i] * w for k, w in zip(kinds, weights, strict=True)) / total for i in (0, 1))
    return low, high, node, node


def status(low: pd.Series, high: pd.Series, threshold: float) -> pd.Series:
    """Where an interval lies against a threshold: below for sure, perhaps below, or not; or no shares are known."""
    out = pd.Series(STANDS, index=low.index, dtype=object)
    out[low < threshold - 1e-12] = MAYBE
    out[high < threshold - 1e-12] = BELOW
    out[high.isna()] = UNKNOWN
    return out
