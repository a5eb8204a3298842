"""Who is on which list: overlap and similarity of members, tables drawn at random, steps of joining.

A table of members has a row for each state and a column for each list; a cell is true when the state is on the list.
A false cell must mean *not on it*. Lists that are not whole cannot give such a table. Nothing here knows the data.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def shared(table: pd.DataFrame) -> pd.DataFrame:
    """Projection on the columns: how many rows two lists have in common; a list with itself is its size.

    The projection on the rows is that of the turned table, ``shared(table.T)``.
    """
    cells = table.to_numpy(dtype=int)
    return pd.DataFrame(cells.T @ cells, table.columns, table.columns)


def jaccard(table: pd.DataFrame) -> pd.DataFrame:
    """Similarity of the columns: members of both divided by members of either.

    J(A, B) = |A and B| / |A or B|. What neither has does not enter. Rows are compared with ``jaccard(table.T)``.

    Parameters
    ----------
    table : pandas.DataFrame
        True and false.

    Returns
    -------
    pandas.DataFrame
        0 to 1, columns by columns; missing where both are empty, since nothing is there to compare.

    References
    ----------
    Jaccard, P. (1912), "The distribution of the flora in the alpine zone", New Phytologist 11(2), 37-50,
    doi:10.1111/j.1469-8137.1912.tb05611.x.
    """
    both = shared(table).to_numpy(dtype=float)
    size = np.diag(both)
    either = size[:, None] + size[None, :] - both
    with np.errstate(invalid="ignore", divide="ignore"):
        out = np.where(either > 0, both / either, np.nan)
    return pd.DataFrame(out, table.columns, table.columns)


def expected_by_size(table: pd.DataFrame) -> pd.DataFrame:
    """Members that two lists of these sizes share on average when each draws its members at random.

    E = |A| |B| / N, the mean of the hypergeometric distribution, N the number of rows. A list with itself is its size.
    """
    size = table.to_numpy(dtype=int).sum(axis=0).astype(float)
    out = np.outer(size, size) / len(table)
    np.fill_diagonal(out, size)
    return pd.DataFrame(out, table.columns, table.columns)


def redrawn(table: pd.DataFrame, rounds: int = 1000, seed: int = 0) -> np.ndarray:
    """Shared members in tables drawn at random in which every list keeps its size and every state its number of lists.

    Two lists put the members that only one of them has into one pot and draw them again ("curveball" trades); five
    trades for each list lie between two tables that are kept, and a hundred for each before the first.

    Parameters
    ----------
    table : pandas.DataFrame
        True and false.
    rounds, seed : int
        Tables kept, and the seed that makes them the same each time.

    Returns
    -------
    numpy.ndarray
        rounds x lists x lists.

    References
    ----------
    Strona, G., Nappo, D., Boccacci, F., Fattorini, S. and San-Miguel-Ayanz, J. (2014), "A fast and unbiased procedure
    to randomize ecological binary matrices with fixed row and column totals", Nature Communications 5, 4114,
    doi:10.1038/ncomms5114.
    """
    draw = np.random.default_rng(seed)
    cells = table.to_numpy(dtype=bool).copy()
    lists = cells.shape[1]
    out = np.empty((rounds, lists, lists), dtype=int)

    def trade() -> None:
        a, b = draw.choice(lists, 2, replace=False)
        pot = np.flatnonzero(cells[:, a] ^ cells[:, b])
        if not len(pot):
            return
        to_a = draw.permutation(pot)[: int(cells[pot, a].sum())]
        cells[pot, a], cells[pot, b] = False, True
        cells[to_a, a], cells[to_a, b] = True, False

    if lists > 1:
        for _ in range(100 * lists):
            trade()
    for k in range(rounds):
        if lists > 1:
            for _ in range(5 * lists):
                trade()
        whole = cells.astype(int)
        out[k] = whole.T @ whole
    return out


def overlaps(table: pd.DataFrame, rounds: int = 1000, seed: int = 0) -> pd.DataFrame:
    """Each pair of lists: members in common, and how many chance would give.

    Returns
    -------
    pandas.DataFrame
        a, b, size_a, size_b, both, jaccard, by_size (mean by list sizes alone), by_joiner (mean when states keep their
        number of lists too), low, high (the middle 99% of the tables redrawn), verdict: "more", "fewer" or "as chance".
    """
    both, like, by_size = shared(table), jaccard(table), expected_by_size(table)
    drawn = redrawn(table, rounds, seed)
    rows = []
    names = list(table.columns)
    for i, a in enumerate(names):
        for j in range(i + 1, len(names)):
            b = names[j]
            n = int(both.iloc[i, j])
            low, high = np.quantile(drawn[:, i, j], [0.005, 0.995], method="inverted_cdf")
            verdict = "more" if n > high else "fewer" if n < low else "as chance"
            sizes = int(both.iloc[i, i]), int(both.iloc[j, j])
            mean = float(drawn[:, i, j].mean())
            rows.append(
                (a, b, *sizes, n, like.iloc[i, j], by_size.iloc[i, j], mean, int(low), int(high), verdict)
            )
    columns = [
        *("a", "b", "size_a", "size_b", "both", "jaccard"),
        *("by_size", "by_joiner", "low", "high", "verdict"),
    ]
    return pd.DataFrame(rows, columns=columns)


def steps(days: Sequence, undated: int = 0) -> pd.DataFrame:
    """Bounds on how many had joined by each day, when the day of some members is not known.

    Parameters
    ----------
    days : sequence of dates
        Days that are known exactly.
    undated : int
        Members whose day is not known; each may have joined before the first day or after the last.

    Returns
    -------
    pandas.DataFrame
        on, joined (on that day), least (known by then), most (least and all undated).
    """
    counts = pd.Series(pd.to_datetime(list(days))).value_counts().sort_index()
    least = counts.cumsum()
    return pd.DataFrame(
        {
            "on": counts.index,
            "joined": counts.to_numpy(),
            "least": least.to_numpy(),
            "most": least.to_numpy() + undated,
        }
    )


def two_columns(
    edges: Sequence[tuple[str, str]], lists: Sequence[str], states: Sequence[str], rounds: int = 12
) -> dict[str, float]:
    """Heights, 0 (top) to 1, for a picture with the lists in one column and the states in the other, with few crossings.

    Each side is sorted in turn by the mean height of what it is linked with (the barycentre heuristic); what has no link
    goes to the bottom.

    Parameters
    ----------
    edges : sequence of (state, list)
    lists, states : sequence of str
        The two columns, in the order that decides ties.
    rounds : int
        Times that both sides are sorted.

    References
    ----------
    Sugiyama, K., Tagawa, S. and Toda, M. (1981), "Methods for visual understanding of hierarchical system structures",
    IEEE Transactions on Systems, Man, and Cybernetics 11(2), 109-125, doi:10.1109/TSMC.1981.4308636.
    """
    near: dict[str, list[str]] = {n: [] for n in (*lists, *states)}
    for state, name in edges:
        near[state].append(name)
        near[name].append(state)

    def spread(order: Sequence[str]) -> dict[str, float]:
        return {n: (i + 0.5) / len(order) for i, n in enumerate(order)}

    place = {**spread(lists), **spread(states)}
    for _ in range(rounds):
        for side in (states, lists):
            mean = {n: float(np.mean([place[m] for m in near[n]])) if near[n] else 2.0 for n in side}
            place.update(spread(sorted(side, key=lambda n: mean[n])))
    return {n: round(y, 4) for n, y in place.items()}
