"""Chapter 2.4: clubs and treaties, who is on which list, how alike two states are, and when they joined.

A row of ``memberships`` is a claim: this source says that this state has this role since this day. A list is *whole* when
a source states all of it, or a total that the names add up to. Only on a whole list is a missing state outside;
on any other list it is unknown, and the list stays out of every statistic.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import in_region, members, regions, states
from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, number
from cyberdip_utils.norms import agreement as ag
from cyberdip_utils.norms import joining
from cyberdip_utils.teach import Verdict, check_number

# The list that stands for each instrument: instrument, role, name. Whether it is whole is looked up, not written here.
LISTS = {
    "budapest": ("budapest_convention", "party", "Budapest Convention"),
    "second": ("second_additional_protocol_cybercrime", "signatory", "Second Protocol (Budapest)"),
    "un": ("un_convention_against_cybercrime", "signatory", "UN Cybercrime Convention"),
    "malabo": ("malabo_convention", "party", "Malabo Convention"),
    "sco": ("sco_information_security_2009", "signatory", "SCO agreement 2009"),
    "foc": ("freedom_online_coalition", "member", "Freedom Online Coalition"),
    "cri": ("counter_ransomware_initiative_2023", "member", "Counter Ransomware 2023"),
    "future": ("declaration_future_internet", "supporter", "Future of the Internet"),
    "spyware": ("commercial_spyware_joint_statement", "supporter", "Spyware statement"),
    "c108": ("convention_108", "party", "Convention 108"),
    "c108plus": ("convention_108_plus", "signatory", "Convention 108+"),
    "christchurch": ("christchurch_call", "supporter", "Christchurch Call"),
    "pallmall": ("pall_mall_code_of_practice", "supporter", "Pall Mall code"),
    "paris": ("paris_call", "supporter", "Paris Call"),
    "itr": ("wcit_12_itrs", "signatory", "Telecom Regulations 2012"),
}
TREATIES = ("budapest", "second", "un", "malabo", "sco")
CLUBS = ("foc", "cri", "future", "spyware")
WHOLE, OPEN, EVERY = "whole", "open", "every"
SETS = {
    WHOLE: "All whole lists",
    "treaties": "Whole lists: treaties only",
    "clubs": "Whole lists: coalitions and declarations only",
    OPEN: "Whole lists: without the two regional ones (Malabo, SCO)",
    EVERY: "Every list, whole or not",
}
# Listed without an exact day; the notes of the rows say that they joined after the day of the list.
JOINED_LATER = {
    ("budapest_convention", "party"): ("ECU",),
    ("pall_mall_code_of_practice", "supporter"): ("KOR", "USA"),
}
GROUPS = {
    "G20": "G20",
    "European Union": "EU",
    "NATO": "NATO",
    "Council of Europe": "Council of Europe",
    "OECD": "OECD",
    "ASEAN": "ASEAN",
    "African Union": "AU",
    "OAS (the Americas)": "OAS",
    "BRICS": "BRICS",
    "SCO": "SCO",
    "Five Eyes": "Five Eyes",
}
EVERYONE = "everyone"
SIZES, JOINERS = "by_size", "by_joiner"
YARDSTICKS = {SIZES: "the sizes of the lists", JOINERS: "sizes, and how much each state joins"}
ROLE_MARKS = {
    "party": "P",
    "signed": "S",
    "member or supporter": "M",
    "invited": "i",
    "refused to sign": "r",
    "not on this whole list": "–",
    "unknown: list not whole": "?",
}
ROLE_COLOURS = (
    *(figures.COLOURS[0], figures.COLOURS[5], figures.COLOURS[2], figures.COLOURS[6], figures.COLOURS[1]),
    *("#efeae0", figures.NO_DATA),
)
ROLE_OF = {
    "party": "party",
    "signatory": "signed",
    "member": "member or supporter",
    "supporter": "member or supporter",
    "participant": "member or supporter",
    "invitee": "invited",
    "non-signatory": "refused to sign",
}
CORE_TOPICS = ("ICT security", "cybercrime")


# ---------------------------------------------------------------- lists


@cache
def _names() -> dict[str, str]:
    return states()["name"].astype(str).to_dict()


def country(iso3: str) -> str:
    """Short English name of a code; as ``countries.name``, looked up once."""
    return _names()[iso3]


@cache
def un_members() -> tuple[str, ...]:
    """Codes of the members of the United Nations: the states over which everything is counted."""
    frame = states()
    return tuple(sorted(frame.index[frame["kind"].astype(str) == "un_member"]))


@cache
def instruments() -> pd.DataFrame:
    """``instruments`` by (instrument, role), with ``as_of_day``, the last moment of its ``as_of``."""
    frame = load("instruments").set_index(["instrument", "role"])
    frame["as_of_day"] = [pd.Period(x).end_time.floor("D") for x in frame["as_of"].astype(str)]
    return frame


def is_whole(key: str) -> bool:
    """Whether a list of ``LISTS`` is whole on its day, so that a missing state is outside."""
    return bool(instruments().at[LISTS[key][:2], "complete"])


def label(key: str) -> str:
    """Name of a list, with a mark when it is not whole."""
    return LISTS[key][2] + ("" if is_whole(key) else " (not whole)")


def lists_of(which: str) -> tuple[str, ...]:
    """Keys of a set of lists.

    Raises
    ------
    ValueError
        Another set.
    """
    if which not in SETS:
        raise ValueError(f"which: {which!r} is not one of {', '.join(SETS)}")
    whole = tuple(k for k in LISTS if is_whole(k))
    return {
        WHOLE: whole,
        "treaties": tuple(k for k in whole if k in TREATIES),
        "clubs": tuple(k for k in whole if k in CLUBS),
        OPEN: tuple(k for k in whole if k not in ("malabo", "sco")),
        EVERY: tuple(LISTS),
    }[which]


@cache
def claims() -> pd.DataFrame:
    """``memberships`` with the ``as_of_day`` of its list and ``later``: joined after that day."""
    frame = load("memberships")
    days = instruments()["as_of_day"].rename("as_of_day").reset_index()
    frame = frame.merge(days, on=["instrument", "role"], how="left")
    known = [
        iso3 in JOINED_LATER.get((i, r), ())
        for i, r, iso3 in zip(frame["instrument"], frame["role"], frame["iso3"], strict=True)
    ]
    frame["later"] = (frame["on"] > frame["as_of_day"]) | np.array(known)
    return frame


@cache
def on_list(key: str) -> frozenset[str]:
    """Codes on a list on the day it was whole (or last seen), organisations and later joiners left out."""
    instrument, role, _ = LISTS[key]
    frame = claims()
    frame = frame[(frame["instrument"] == instrument) & (frame["role"] == role) & ~frame["later"]]
    return frozenset(frame.loc[frame["entity_kind"] != "organisation", "iso3"].dropna())


@cache
def incidence(which: str = WHOLE) -> pd.DataFrame:
    """UN members by whole lists of a set: true when on it. Lists that are not whole are never in it."""
    keys = [k for k in lists_of(which) if is_whole(k)]
    index = pd.Index(un_members(), name="iso3")
    return pd.DataFrame({k: [c in on_list(k) for c in index] for k in keys}, index=index)


@cache
def likeness(which: str = WHOLE) -> pd.DataFrame:
    """Jaccard similarity of every two UN members over the whole lists of a set."""
    return joining.jaccard(incidence(which).T)


def redrawn_overlaps() -> pd.DataFrame:
    """Every pair of whole lists: members in common and what chance would give (1,000 tables redrawn, seed 0); computed."""
    return joining.overlaps(incidence(WHOLE), rounds=1000, seed=0)


@cache
def list_overlaps() -> pd.DataFrame:
    """:func:`redrawn_overlaps`, read from the table ``results_list_overlaps``; pairs in the order of ``LISTS``."""
    rows = load("results_list_overlaps").astype({"a": str, "b": str, "verdict": str})
    order = {key: i for i, key in enumerate(LISTS)}
    rows = rows.sort_values(["a", "b"], key=lambda names: names.map(order))
    whole = dict.fromkeys(["size_a", "size_b", "both", "low", "high"], int)
    return rows.astype(whole).reset_index(drop=True)


@cache
def role_grid() -> pd.DataFrame:
    """Every code by every list: the strongest role seen, or whether its absence means anything."""
    frame = claims()
    order = list(ROLE_OF.values())
    codes = sorted(
        set(un_members()) | set(frame.loc[frame["entity_kind"] != "organisation", "iso3"].dropna())
    )
    out = {}
    for key, (instrument, _, _) in LISTS.items():
        rows = frame[(frame["instrument"] == instrument) & frame["iso3"].isin(codes)]
        rank = rows["role"].map(ROLE_OF).map(order.index)
        best = rank.groupby(rows["iso3"]).min().map(lambda i: order[int(i)])
        blank = "not on this whole list" if is_whole(key) else "unknown: list not whole"
        out[key] = best.reindex(codes).fillna(blank)
    return pd.DataFrame(out, index=pd.Index(codes, name="iso3"))


def chosen_states(show: str) -> list[str]:
    """Codes of a choice of states: "everyone", a group of ``GROUPS`` or a UN region; members of the UN only."""
    if show == EVERYONE:
        return list(un_members())
    codes = members(GROUPS[show]) if show in GROUPS else in_region(show)
    return [c for c in codes if c in set(un_members())]


def _show_options() -> list[tuple[str, str]]:
    return [(g, g) for g in GROUPS] + [(r, r) for r in regions()] + [("All members of the UN", EVERYONE)]


def _part(k: int, n: int) -> str:
    """A share of states. No interval: the states are all there are, not a sample."""
    return f"{k / n:.0%} ({k:,} of {n:,})" if n else "none (0 of 0)"


def _joined_names(codes, most: int = 4) -> str:
    names = [country(c) for c in codes]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    if more or len(names) < 2:
        return ", ".join(names[:most]) + more
    return ", ".join(names[:-1]) + " and " + names[-1]


def _left_out(which: str) -> str:
    keys = [k for k in lists_of(which) if not is_whole(k)]
    if not keys:
        return ""
    return f" Left out, because they are not whole: {', '.join(LISTS[k][2] for k in keys)}."


def as_of_text(keys) -> str:
    """Day of each list in words."""
    rows = [(LISTS[k][2], instruments().at[LISTS[k][:2], "as_of"]) for k in keys]
    return "; ".join(f"{name} {day}" for name, day in rows)


# ---------------------------------------------------------------- who is on which list


@cache
def _bipartite(which: str, show: str) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    keys, codes = lists_of(which), chosen_states(show)
    edges = [(c, f"list:{k}") for k in keys for c in codes if c in on_list(k)]
    joined = pd.Series([c for c, _ in edges]).value_counts()
    counts = pd.Series([k for _, k in edges]).value_counts()
    rows = [
        (
            f"list:{k}",
            LISTS[k][2],
            "whole list" if is_whole(k) else "list not whole",
            30 + int(counts.get(f"list:{k}", 0)),
            f"{label(k)}: {counts.get(f'list:{k}', 0)} of the states shown",
        )
        for k in keys
    ]
    rows += [
        (c, country(c), "state", 2, f"{country(c)}: on {joined[c]} of these lists")
        for c in codes
        if c in joined.index
    ]
    nodes = pd.DataFrame(rows, columns=["id", "label", "group", "size", "hover"])
    frame = pd.DataFrame(edges, columns=["source", "target"])
    heights = joining.two_columns(edges, [f"list:{k}" for k in keys], sorted(joined.index, key=country))
    return nodes, frame, {k: (0.0 if k.startswith("list:") else 1.0, y) for k, y in heights.items()}


def _network(which: str, show: str) -> tuple[go.Figure, pd.DataFrame, str]:
    nodes, edges, place = _bipartite(which, show)
    keys, codes = lists_of(which), chosen_states(show)
    named = nodes[nodes["group"] == "state"]
    few = len(named) <= 45
    figure = figures.network(
        nodes,
        edges,
        positions=place,
        labels=0,
        height=110 + max(450, 19 * len(named) if few else 650, 46 * len(keys)),
    )
    lists = nodes[nodes["group"] != "state"]
    axis = {
        **{"showgrid": False, "zeroline": False, "showline": False, "ticks": ""},
        **{"range": [1.04, -0.04], "automargin": True, "tickfont": {"size": 12}},
    }
    figure.update_layout(
        xaxis={"range": [-0.12, 1.08], "fixedrange": True},
        yaxis={
            **axis,
            "visible": True,
            "scaleanchor": None,
            "tickvals": [place[i][1] for i in lists["id"]],
            "ticktext": [figures.plain(n, width=11) for n in lists["label"]],
        },
        yaxis2={
            **axis,
            "overlaying": "y",
            "side": "right",
            "tickvals": [place[i][1] for i in named["id"]] if few else [],
            "ticktext": [figures.plain(n, width=11) for n in named["label"]] if few else [],
        },
    )
    for trace in figure.data:
        trace.cliponaxis = False
        if trace.name == "state":
            trace.yaxis = "y2"
        elif trace.mode == "lines":
            trace.line.width = 1.2 if few else 0.7
    off = [c for c in codes if c not in set(edges["source"])]
    table = pd.DataFrame(
        {"state": [country(c) for c in edges["source"]], "list": [label(t[5:]) for t in edges["target"]]}
    )
    per = edges["source"].value_counts()
    top = [c for c in codes if per.get(c, 0) == per.max()] if len(per) else []
    said = f"; {_joined_names(top)} {'is' if len(top) == 1 else 'are'} on most ({per.max()})" if top else ""
    takeaway = (
        f"The {len(keys)} lists and {len(codes)} states have {len(edges)} links{said}, and {len(off)} of the states "
        f"{'is' if len(off) == 1 else 'are'} on none."
    )
    return figure, table, takeaway


def _grid(which: str, show: str) -> tuple[go.Figure, pd.DataFrame, str]:
    keys, codes = lists_of(which), chosen_states(show)
    grid = role_grid().loc[codes, list(keys)]
    named = sorted(codes, key=country)
    shown = grid.loc[named].set_axis([country(c) for c in named])
    drawn = shown.rename(columns={k: LISTS[k][2] for k in keys})
    figure = figures.heatmap(
        drawn, "Role", categories=ROLE_MARKS, colours=ROLE_COLOURS, height=230 + 23 * len(drawn)
    )
    _wrap(figure, drawn.index, width=18)
    figure.update_layout(legend_title_text="")
    figure.update_xaxes(
        side="top",
        tickangle=-90,
        tickfont={"size": 12},
        tickvals=list(range(len(keys))),
        ticktext=[figures.plain(c) for c in drawn.columns],
    )
    table = shown.rename(columns=label).rename_axis("state").reset_index()
    unknown = int((grid == "unknown: list not whole").to_numpy().sum())
    role = grid.isin(list(ROLE_MARKS)[:5]).to_numpy().sum()
    takeaway = (
        f"Of the {grid.size} places of {len(codes)} states on {len(keys)} lists, {int(role)} hold a role that a source names "
        f"and {unknown} are unknown, because the list is not whole."
    )
    return figure, table, takeaway


def _wrap(figure: go.Figure, rows, columns=(), width: int = 14) -> None:
    """Break the long names at the side (and on top) of a heatmap into lines, so that a narrow page keeps the cells."""
    figure.update_yaxes(
        tickvals=[figures.plain(x) for x in rows], ticktext=[figures.plain(x, width=width) for x in rows]
    )
    if len(columns):
        figure.update_xaxes(
            tickvals=[figures.plain(x) for x in columns],
            ticktext=[figures.plain(x, width=12) for x in columns],
        )


def _overlap(which: str, yardstick: str) -> tuple[go.Figure, pd.DataFrame, str]:
    keys = [k for k in lists_of(which) if is_whole(k)]
    frame = list_overlaps()
    frame = frame[frame["a"].isin(keys) & frame["b"].isin(keys)].copy()
    ratio = frame["both"] / frame[yardstick]
    names = [LISTS[k][2] for k in keys]
    grid = pd.DataFrame(np.nan, names, names)
    for row, value in zip(frame.itertuples(), ratio, strict=True):
        a, b = LISTS[row.a][2], LISTS[row.b][2]
        grid.loc[a, b] = grid.loc[b, a] = value
    text = pd.DataFrame("", names, names)
    for row in frame.itertuples():
        a, b = LISTS[row.a][2], LISTS[row.b][2]
        mark = {"more": "▲", "fewer": "▼", "as chance": ""}[row.verdict] if yardstick == JOINERS else ""
        text.loc[a, b] = text.loc[b, a] = f"{row.both}{mark}"
    sizes = incidence(WHOLE).sum()
    for k in keys:
        text.loc[LISTS[k][2], LISTS[k][2]] = f"({sizes[k]})"
    logs = np.log2(grid.clip(lower=0.25, upper=4))
    figure = figures.heatmap(
        logs, "shared members, times expected", scale=figures.DIVERGING, lo=-2, hi=2, height=640
    )
    heat = next(t for t in figure.data if t.type == "heatmap")
    # the diagonal is written by hand below, and not twice
    heat.text = [
        ["" if i == j else t for j, t in enumerate(row)] for i, row in enumerate(text.to_numpy().tolist())
    ]
    heat.customdata = [["" if pd.isna(v) else f"{v:.1f} times expected" for v in r] for r in grid.to_numpy()]
    heat.hovertemplate = "%{y} and %{x}: %{text} shared, %{customdata}<extra></extra>"
    heat.colorbar.update(
        **{
            "orientation": "h",
            "x": 0.5,
            "len": 1.1,
            "y": -0.02,
            "yanchor": "top",
            "ticklabelposition": "outside",
        }
    )
    heat.colorbar.title.update(text="times expected", side="bottom")
    heat.colorbar.update(tickvals=[-2, -1, 0, 1, 2], ticktext=["≤ ¼", "½", "1", "2", "≥ 4"])
    # The diagonal has no ratio: its number, the size of the list, is written by hand.
    for name in names:
        figure.add_annotation(
            x=name,
            y=name,
            text=text.loc[name, name],
            showarrow=False,
            font={"color": figures.SOFT_INK, "size": 12},
        )
    _wrap(figure, names, width=12)
    figure.update_yaxes(tickfont={"size": 12})
    figure.update_xaxes(
        side="top",
        tickangle=-90,
        tickfont={"size": 12},
        tickvals=list(range(len(names))),
        ticktext=[figures.plain(n) for n in names],
    )
    table = frame.assign(
        a=frame["a"].map(lambda k: LISTS[k][2]),
        b=frame["b"].map(lambda k: LISTS[k][2]),
        **{c: frame[c].round(2) for c in ("jaccard", "by_size", "by_joiner")},
    )
    table = table.rename(
        columns={
            "a": "list",
            "b": "other list",
            "both": "shared",
            "by_size": "expected by size",
            "by_joiner": "expected by size and joiner",
            "low": "range from",
            "high": "range to",
            "verdict": "against chance",
        }
    )
    if yardstick == JOINERS:
        more, fewer = (frame["verdict"] == "more").sum(), (frame["verdict"] == "fewer").sum()
        takeaway = (
            f"Of {len(frame)} pairs of lists {more} share more members, and {fewer} fewer, than in all but 1% of 1,000 random "
            "tables in which each list keeps its size and each state the number of its lists."
        )
    else:
        above = (frame["both"] > frame["by_size"]).sum()
        takeaway = (
            f"Of {len(frame)} pairs of lists {above} share more members than if each list had drawn its members at random "
            f"from the {len(un_members())} members of the UN."
        )
    return figure, table, takeaway


@cache
def _alike_layout(which: str, show: str, least: int) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    table = incidence(which).loc[chosen_states(show)]
    both = joining.shared(table.T)
    codes, cells = list(table.index), both.to_numpy()
    i, j = np.nonzero(np.triu(cells >= least, 1))
    edges = pd.DataFrame(
        {"source": [codes[x] for x in i], "target": [codes[y] for y in j], "weight": cells[i, j]}
    )
    linked = sorted(set(edges["source"]) | set(edges["target"]))
    place = figures.layout_network(zip(edges["source"], edges["target"], strict=True), 1, linked)
    nodes = pd.DataFrame({"id": linked})
    nodes["label"] = [country(c) for c in linked]
    nodes["group"] = [str(states().at[c, "un_region"]) for c in linked]
    nodes["size"] = [int(table.loc[c].sum()) for c in linked]
    nodes["hover"] = [f"{n}: on {s} lists" for n, s in zip(nodes["label"], nodes["size"], strict=True)]
    return (
        nodes.sort_values("group", kind="stable").reset_index(drop=True),
        edges,
        {k: (round(x, 3), round(y, 3)) for k, (x, y) in place.items()},
    )


def _projection(which: str, show: str, least: int) -> tuple[go.Figure, pd.DataFrame, str]:
    nodes, edges, place = _alike_layout(which, show, least)
    n, n_states = len([k for k in lists_of(which) if is_whole(k)]), len(chosen_states(show))
    if nodes.empty:
        text = f"No two of the {n_states} states shown share {least} or more of the {n} whole lists."
        return figures.empty(text), pd.DataFrame(), text
    figure = figures.network(nodes, edges, positions=place, labels=18, height=620)
    figure.update_xaxes(range=[-1.25, 1.25])
    figure.update_yaxes(range=[-1.12, 1.15], scaleanchor=None)
    pairs = n_states * (n_states - 1) // 2
    takeaway = (
        f"Of the {pairs:,} pairs among the {n_states} states shown, {_part(len(edges), pairs)} share at least {least} of "
        f"the {n} whole lists; {n_states - len(nodes)} states share so many with nobody."
    )
    table = edges.sort_values("weight", ascending=False, kind="stable")
    table = pd.DataFrame(
        {
            "state": [country(c) for c in table["source"]],
            "other": [country(c) for c in table["target"]],
            "shared lists": table["weight"].to_numpy(),
        }
    )
    return figure, table, takeaway


def who_joins(
    picture: str = "network",
    which: str = WHOLE,
    show: str = "G20",
    yardstick: str = SIZES,
    least: int = 3,
) -> View:
    """Lists and states as a network, as a grid of roles, and projected on the lists and on the states.

    Parameters
    ----------
    picture : str
        "network", "grid", "lists" (members that two lists share) or "states" (states that share lists).
    which : str
        A set of :func:`lists_of`.
    show : str
        A choice of :func:`chosen_states`; not for "lists", which counts all members of the UN.
    yardstick : str
        "by_size" or "by_joiner", for "lists".
    least : int
        Lists that two states must share to be joined by a line, for "states".
    """
    if picture == "grid":
        figure, table, takeaway = _grid(which, show)
    elif picture == "lists":
        figure, table, takeaway = _overlap(which, yardstick)
    elif picture == "states":
        figure, table, takeaway = _projection(which, show, least)
    else:
        figure, table, takeaway = _network(which, show)
    caveat = (
        "States that are members of the UN; organisations and others on a list are not drawn. Each list is as of its "
        "own day, and later joiners are left out of the counts. Joining is not complying, and staying out is not opposing."
    )
    if picture in ("lists", "states"):
        caveat += _left_out(which)
    elif which == EVERY:
        caveat += " On a list that is not whole a state without a link is unknown, not outside."
    if picture == "grid":
        caveat += " The grid shows every claim, so it has the later joiners too."
    detail = f"**Day of each list.** {as_of_text(lists_of(which))}."
    sources = ("memberships", "instruments", "groups")
    if picture == "lists":
        caveat += " The random tables were drawn beforehand: table results_list_overlaps."
        sources += ("results_list_overlaps",)
    return View(figure, takeaway, table, caveat, sources, detail=detail)


joins = Exhibit(
    "joins",
    "Who joins what, and with whom?",
    who_joins,
    picture=choice(
        [
            ("Network of states and lists", "network"),
            ("Grid of roles", "grid"),
            ("Lists that share members", "lists"),
            ("States that share lists", "states"),
        ],
        label="Picture",
    ),
    which=choice([(v, k) for k, v in SETS.items()], WHOLE, label="Lists"),
    show=choice(_show_options, "G20", label="States", help="not for shared members"),
    yardstick=choice(
        [(v, k) for k, v in YARDSTICKS.items()], SIZES, label="Chance given", help="for shared members"
    ),
    least=number(1, 6, 3, label="Shared at least", help="for states that share lists", grid=(2, 3, 5)),
)


# ---------------------------------------------------------------- two states


@cache
def _votes() -> pd.DataFrame:
    """States by recorded votes on ICT security and cybercrime; low confidence left out."""
    about = load("un_resolutions")
    keep = about["topic"].astype(str).isin(CORE_TOPICS) & (about["confidence"].astype(str) != "low")
    wide = load("un_votes").pivot(index="iso3", columns="resolution", values="vote").astype(object)
    return wide[list(about.loc[keep, "resolution"])]


@cache
def vote_agreement() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Share of equal votes of every two states that cast at least two thirds of them, and the shared votes."""
    table = _votes()
    return ag.pairwise(table[ag.took_part(table) >= 2 / 3])


def against_votes(state: str, which: str = WHOLE) -> pd.DataFrame:
    """One state with all others: Jaccard similarity of lists, and agreement in votes.

    Returns
    -------
    pandas.DataFrame
        By ISO3: jaccard (missing when both are on no list), shared_lists, agreement, shared_votes.
    """
    table = incidence(which)
    out = pd.DataFrame({"jaccard": likeness(which)[state]})
    out["shared_lists"] = (table & table.loc[state]).sum(axis=1)
    share, shared_votes = vote_agreement()
    if state in share.index:
        out["agreement"], out["shared_votes"] = share[state], shared_votes[state]
    else:
        out["agreement"], out["shared_votes"] = np.nan, np.nan
    return out.drop(index=state).rename_axis("iso3")


def pair(state: str, other: str, which: str = WHOLE) -> dict:
    """Two states compared: lists of both, of one only, similarity, votes, and common groups."""
    table = incidence(which)
    a, b = table.loc[state], table.loc[other]
    share, counts = vote_agreement()
    voted = state in share.index and other in share.index
    grid = role_grid()
    return {
        "both": [k for k in table.columns if a[k] and b[k]],
        "first": [k for k in table.columns if a[k] and not b[k]],
        "second": [k for k in table.columns if b[k] and not a[k]],
        "neither": [k for k in table.columns if not a[k] and not b[k]],
        "jaccard": float(likeness(which).at[state, other]),
        "agreement": float(share.at[state, other]) if voted else np.nan,
        "votes": int(counts.at[state, other]) if voted else 0,
        "unknown": [
            k
            for k in LISTS
            if not is_whole(k) and (grid.loc[[state, other], k] == "unknown: list not whole").any()
        ],
    }


@cache
def _group_sets() -> dict[str, frozenset[str]]:
    names = load("groups")["group"].astype(str).drop_duplicates()
    return {g: frozenset(members(g)) for g in names}


def _pair_detail(state: str, other: str, which: str) -> str:
    if state == other:
        return f"**{country(state)}**: choose two different states to compare them."
    found = pair(state, other, which)

    def listed(keys) -> str:
        return ", ".join(LISTS[k][2] for k in keys) or "none"

    groups = [g for g, codes in _group_sets().items() if state in codes and other in codes]
    similar = (
        "not defined, as both are on none of the lists"
        if np.isnan(found["jaccard"])
        else f"{found['jaccard']:.2f}"
    )
    voted = (
        f"the same answer on {found['agreement']:.0%} of {found['votes']} recorded votes on ICT security and cybercrime"
        if found["votes"]
        else "too few recorded votes to compare"
    )
    return "\n".join(
        [
            f"**{country(state)} and {country(other)}**: Jaccard similarity {similar}; {voted}.",
            "",
            f"- **Both**: {listed(found['both'])}",
            f"- **{country(state)} only**: {listed(found['first'])}",
            f"- **{country(other)} only**: {listed(found['second'])}",
            f"- **Unknown for at least one**: {listed(found['unknown'])}",
            f"- **Both in these groups today**: {', '.join(groups) or 'none of those in our table'}",
        ]
    )


def _cards(state: str, other: str, which: str) -> tuple[go.Figure, pd.DataFrame, str]:
    keys = lists_of(which)
    codes = list(dict.fromkeys([state, other]))
    grid = role_grid().loc[codes, list(keys)].T
    shown = grid.set_axis([LISTS[k][2] for k in keys]).set_axis([country(c) for c in codes], axis=1)
    figure = figures.heatmap(
        shown, "Role", categories=ROLE_MARKS, colours=ROLE_COLOURS, height=240 + 38 * len(keys)
    )
    _wrap(figure, shown.index, shown.columns)
    figure.update_layout(legend_title_text="")
    figure.update_xaxes(side="top", tickangle=0)
    table = grid.set_axis([label(k) for k in keys]).set_axis([country(c) for c in codes], axis=1)
    if state == other:
        takeaway = f"{country(state)} is compared with itself: choose another state."
    else:
        found = pair(state, other, which)
        either = len(found["both"]) + len(found["first"]) + len(found["second"])
        votes = (
            f", and voted alike on {found['agreement']:.0%} of {found['votes']} roll calls"
            if found["votes"]
            else ""
        )
        similar = (
            "no similarity can be given" if not either else f"a Jaccard similarity of {found['jaccard']:.2f}"
        )
        takeaway = (
            f"{country(state)} and {country(other)} share {len(found['both'])} of the {either} whole lists that at least one "
            f"of them is on, {similar}{votes}."
        )
    return figure, table.rename_axis("list").reset_index(), takeaway


def _similar_map(state: str, which: str) -> tuple[go.Figure, pd.DataFrame, str]:
    frame = against_votes(state, which)
    mine = int(incidence(which).loc[state].sum())
    if not mine:
        text = f"{country(state)} is on none of these whole lists, so it cannot be compared by what it has joined."
        return figures.empty(text), pd.DataFrame(), text
    figure = figures.world_map(
        frame["jaccard"].dropna(),
        f"Similarity to {country(state)}",
        lo=0,
        hi=1,
        hover={c: f"{n} lists in common" for c, n in frame["shared_lists"].items()},
    )
    top = frame["jaccard"].max()
    most = frame.index[frame["jaccard"] == top]
    none = int((frame["jaccard"] == 0).sum())
    takeaway = (
        f"{country(state)} is on {mine} of the whole lists; most like it are {_joined_names(most)} (Jaccard {top:.2f}), and "
        f"{none} of {len(frame)} states share no list with it."
    )
    return figure, frame, takeaway


def _beside_votes(state: str, other: str, which: str) -> tuple[go.Figure, pd.DataFrame, str]:
    frame = against_votes(state, which)
    both = frame.dropna(subset=["jaccard", "agreement"])
    if both.empty:
        text = f"{country(state)} is on no list or cast too few votes: nothing to set side by side."
        return figures.empty(text), frame, text
    figure = figures.new(
        460,
        xaxis={"title": {"text": "agreement in recorded votes"}, "tickformat": ".0%"},
        yaxis={"title": {"text": "Jaccard similarity of lists"}, "range": [-0.05, 1.08]},
    )
    cells = both.assign(agreement=both["agreement"].round(3)).groupby(["agreement", "jaccard"])
    rows = [(x, y, list(part.index)) for (x, y), part in cells]
    for chosen in (False, True):
        some = [r for r in rows if (other in r[2]) == chosen]
        figure.add_trace(
            {
                "type": "scatter",
                "x": [r[0] for r in some],
                "y": [r[1] for r in some],
                "mode": "markers+text" if chosen else "markers",
                "name": country(other) if chosen else "other states (size: how many)",
                "text": [country(other)] * len(some) if chosen else None,
                "textposition": "top center",
                "marker": {
                    "symbol": "diamond" if chosen else "circle",
                    "color": figures.COLOURS[1] if chosen else figures.COLOURS[0],
                    "size": [8 + 4 * (len(r[2]) - 1) ** 0.5 for r in some],
                    "opacity": 1 if chosen else 0.6,
                    "line": {"color": figures.INK, "width": 1},
                },
                "hovertext": [figures.plain(_joined_names(r[2], 8), width=50) for r in some],
                "hovertemplate": "%{hovertext}<br>votes %{x:.0%}, lists %{y:.2f}<extra></extra>",
                "showlegend": bool(some),
            }
        )
    rho = both["jaccard"].rank().corr(both["agreement"].rank())
    said = (
        "one of the two measures does not vary"
        if np.isnan(rho)
        else f"similarity of lists and agreement in votes correlate at {f'{rho:.2f}'.replace('-', '−')} (Spearman's rank correlation)"
    )
    return figure, frame, f"Over the {len(both)} states that can be compared with {country(state)}, {said}."


def two_states(picture: str = "pair", state: str = "KEN", other: str = "JPN", which: str = EVERY) -> View:
    """Two states on every list, one state's likeness on the map, or likeness beside agreement in votes.

    Parameters
    ----------
    picture : str
        "pair", "map" or "votes".
    state, other : str
        ISO3 codes of members of the UN.
    which : str
        A set of :func:`lists_of`; only its whole lists enter a number.
    """
    if picture == "map":
        figure, table, takeaway = _similar_map(state, which)
    elif picture == "votes":
        figure, table, takeaway = _beside_votes(state, other, which)
    else:
        figure, table, takeaway = _cards(state, other, which)
    if picture != "pair" and len(table):
        table = table.reset_index()
        table.insert(1, "state", [country(c) for c in table["iso3"]])
        table = table.sort_values("jaccard", ascending=False, kind="stable").round(3)
    caveat = (
        "Similarity counts whole lists only; lists that neither has joined do not enter. It says nothing about why. A list "
        "that one of the two may not join (the Malabo Convention is African) counts as a difference all the same."
    )
    if picture == "map":
        caveat += (
            f" {country(state)}, and states on none of the lists when it is on none, are drawn as no data."
        )
    if picture == "votes":
        caveat += " Votes are compared for states that cast at least two thirds of them."
    sources = ("memberships", "instruments", "groups", "un_votes", "un_resolutions")
    return View(figure, takeaway, table, caveat, sources, detail=_pair_detail(state, other, which))


def _state_options() -> list[tuple[str, str]]:
    return sorted((country(c), c) for c in un_members())


compare = Exhibit(
    "compare",
    "How alike are two states in what they join?",
    two_states,
    picture=choice(
        [
            ("Two states, list by list", "pair"),
            ("One state and the world", "map"),
            ("Lists beside votes", "votes"),
        ],
        label="Picture",
    ),
    state=choice(_state_options, "KEN", label="State"),
    other=choice(_state_options, "JPN", label="Compared with", help="marked beside votes"),
    which=choice([(v, k) for k, v in SETS.items()], EVERY, label="Lists"),
)


# ---------------------------------------------------------------- when they joined

CURVES = {
    "Budapest Convention: parties": ("budapest_convention", "party"),
    "Second Protocol: signatures": ("second_additional_protocol_cybercrime", "signatory"),
    "UN Cybercrime Convention: signatures": ("un_convention_against_cybercrime", "signatory"),
    "Convention 108: parties": ("convention_108", "party"),
    "Convention 108+: signatures": ("convention_108_plus", "signatory"),
    "Convention 108+: ratifications": ("convention_108_plus", "party"),
    "Malabo Convention: parties": ("malabo_convention", "party"),
    "Spyware statement: supporters": ("commercial_spyware_joint_statement", "supporter"),
    "Christchurch Call: supporters": ("christchurch_call", "supporter"),
    "Pall Mall code: supporters": ("pall_mall_code_of_practice", "supporter"),
}
CALENDAR, SINCE = "calendar", "since"
YEAR_DAYS = 365.2425


@cache
def dated(curve: str) -> tuple[pd.DataFrame, int]:
    """States of a list with an exact day of joining, and how many others are on it.

    Only days known to the day count, and only to the list's ``as_of``. Meetings are no joining.

    Returns
    -------
    (pandas.DataFrame, int)
        iso3, on, on_event in order of the day; and the number of states whose day is missing or not exact.
    """
    instrument, role = CURVES[curve]
    frame = claims()
    frame = frame[(frame["instrument"] == instrument) & (frame["role"] == role) & ~frame["later"]]
    frame = frame[frame["entity_kind"] != "organisation"]
    exact = frame["on"].notna() & (frame["on_precision"].astype(str) == "day")
    rows = frame.loc[exact, ["iso3", "on", "on_event"]].sort_values(["on", "iso3"])
    return rows.reset_index(drop=True), int((~exact).sum())


@cache
def _undated(curve: str) -> frozenset[str]:
    instrument, role = CURVES[curve]
    frame = claims()
    frame = frame[(frame["instrument"] == instrument) & (frame["role"] == role) & ~frame["later"]]
    frame = frame[frame["entity_kind"] != "organisation"]
    return frozenset(frame["iso3"]) - set(dated(curve)[0]["iso3"])


def curve_whole(curve: str) -> bool:
    """Whether the list behind a curve is whole."""
    return bool(instruments().at[CURVES[curve], "complete"])


def bounds(curve: str, years: float, codes: frozenset[str] | None = None) -> tuple[int, int]:
    """At least and at most how many had joined this many years after the list opened.

    The lower number counts exact days; the upper one adds all members without an exact day.
    """
    rows, _ = dated(curve)
    hidden = _undated(curve)
    if codes is not None:
        rows, hidden = rows[rows["iso3"].isin(codes)], hidden & codes
    opened = instruments().at[CURVES[curve], "opened_on"]
    least = int(((rows["on"] - opened).dt.days <= years * YEAR_DAYS).sum())
    return least, least + len(hidden)


def when_joined(
    lists: tuple[str, ...] = ("Budapest Convention: parties", "UN Cybercrime Convention: signatures"),
    clock: str = CALENDAR,
    show: str = EVERYONE,
) -> View:
    """Step curves of exact days of joining, with the room that members without an exact day leave.

    Parameters
    ----------
    lists : tuple of str
        Names of ``CURVES``.
    clock : str
        "calendar" or "since" (years since the list opened).
    show : str
        A choice of :func:`chosen_states`, or "everyone" (also those outside the UN).
    """
    sources = ("memberships", "instruments")
    caveat = (
        "Only days known to the day make a step. The dotted line adds the members whose day is missing or known only to the "
        "month or year, so the truth lies between the lines. A curve ends on the day of its list. The days of the Budapest "
        "Convention and of Convention 108 mix consent to be bound with entry into force, which follows some months later."
    )
    if not lists:
        text = "Choose at least one list."
        return View(figures.empty(text), text, pd.DataFrame(), caveat, sources)
    codes = None if show == EVERYONE else frozenset(chosen_states(show))
    since = clock == SINCE
    figure = figures.new(
        480,
        xaxis={"title": {"text": "years since the list opened" if since else ""}},
        yaxis={"title": {"text": "states on the list"}, "rangemode": "tozero"},
        legend={"y": 1.02},
    )
    tables, said = [], []
    for i, curve in enumerate(lists):
        rows, hidden = dated(curve)[0], _undated(curve)
        if codes is not None:
            rows, hidden = rows[rows["iso3"].isin(codes)], hidden & codes
        about = instruments().loc[CURVES[curve]]
        opened, end = about["opened_on"], about["as_of_day"]
        steps = joining.steps(rows["on"], len(hidden))
        days = [opened, *steps["on"], end]
        least = [0, *steps["least"], len(rows)]
        x = (
            [round((d - opened).days / YEAR_DAYS, 3) for d in days]
            if since
            else [f"{d:%Y-%m-%d}" for d in days]
        )
        colour, dash, symbol = figures.COLOURS[i % 7], "solid", figures.SYMBOLS[i % 7]
        whole = curve_whole(curve)
        named = rows.groupby("on")["iso3"].apply(lambda s: _joined_names(list(s), 6))
        hover = [
            f"{figures.plain(curve)}: opened {opened:%d %b %Y}",
            *(f"{figures.plain(named[d], width=50)}<br>{d:%d %b %Y}" for d in steps["on"]),
            f"{figures.plain(curve)}: list of {end:%d %b %Y}",
        ]
        figure.add_trace(
            {
                "type": "scatter",
                "x": x,
                "y": least,
                "mode": "lines+markers",
                "line": {"shape": "hv", "color": colour, "dash": dash if whole else "dash", "width": 2.5},
                "marker": {"symbol": symbol, "size": [0, *[7] * len(steps), 0], "color": colour},
                "name": figures.plain(curve + ("" if whole else " (list not whole)"), width=26),
                "hovertext": hover,
                "hovertemplate": "%{hovertext}<br>%{y} with an exact day<extra></extra>",
            }
        )
        if hidden:
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": x,
                    "y": [n + len(hidden) for n in least],
                    "mode": "lines",
                    "line": {"shape": "hv", "color": colour, "dash": "dot", "width": 1.5},
                    "showlegend": False,
                    "hoverinfo": "skip",
                }
            )
        tables.append(
            rows.assign(
                list=curve,
                state=[country(c) for c in rows["iso3"]],
                years_since_opening=((rows["on"] - opened).dt.days / YEAR_DAYS).round(2),
                on=rows["on"].dt.strftime("%Y-%m-%d"),
            )[["list", "state", "on", "on_event", "years_since_opening"]]
        )
        tables.append(
            pd.DataFrame({"list": curve, "state": sorted(country(c) for c in hidden), "on": "no exact day"})
        )
        n = len(rows) + len(hidden)
        first, last = (rows["on"].min().year, rows["on"].max().year) if len(rows) else (0, 0)
        span = f", from {first} to {last}" if last > first else f", all in {first}" if last else ""
        said.append(f"{curve}, {len(rows)} of {n} {'' if whole else 'seen '}with an exact day{span}")
    where = "" if codes is None else f" in the choice {show}"
    takeaway = f"States on the list{where}: {'; '.join(said)}."
    table = pd.concat(tables, ignore_index=True)
    columns = ["list", "state", "on", "on_event", "years_since_opening"]
    table = table.reindex(columns=columns)
    if not len(table):
        text = f"None of the states chosen is on {'this list' if len(lists) == 1 else 'these lists'}."
        return View(figures.empty(text), takeaway, table, caveat, sources)
    return View(figure, takeaway, table, caveat, sources)


joining_dates = Exhibit(
    "joining_dates",
    "When did they join?",
    when_joined,
    lists=choices(
        list(CURVES),
        ("Budapest Convention: parties", "UN Cybercrime Convention: signatures"),
        label="Lists",
    ),
    clock=choice([("Calendar", CALENDAR), ("Years since opening", SINCE)], label="Clock"),
    show=choice(
        lambda: [("Everyone", EVERYONE), *[o for o in _show_options() if o[1] != EVERYONE]],
        EVERYONE,
        label="States",
    ),
)


# ---------------------------------------------------------------- findings and checks


def finding_lists() -> str:
    """How many claims there are, and what is left of them for statistics."""
    frame, known = claims(), instruments()
    whole = lists_of(WHOLE)
    used = sum(len(on_list(k) & set(un_members())) for k in whole)
    empty = int((known["n_listed"] == 0).sum())
    return (
        f"{len(frame)} claims on {len(known)} lists: {int(known['complete'].sum())} lists are whole, {empty} have a stated "
        f"total and no names. One whole list for each instrument gives {len(whole)} lists, {used} links with "
        f"{int(incidence(WHOLE).any(axis=1).sum())} of {len(un_members())} members of the UN."
    )


def finding_joiners() -> str:
    """Who is on most lists, and how many on none."""
    count = incidence(WHOLE).sum(axis=1)
    top = count[count == count.max()].index
    return (
        f"{_part(int((count == 0).sum()), len(count))} of the members of the UN are on none of the {len(lists_of(WHOLE))} "
        f"whole lists and half are on {int(count.median())} or fewer; {_joined_names(top, 8)} "
        f"{'is' if len(top) == 1 else 'are'} on most ({int(count.max())})."
    )


def finding_two_conventions() -> str:
    """Whether the two cybercrime conventions have the same states."""
    row = list_overlaps().set_index(["a", "b"]).loc[("budapest", "un")]
    table = incidence(WHOLE)
    only_un = int((table["un"] & ~table["budapest"]).sum())
    neither = int((~table["un"] & ~table["budapest"]).sum())
    how = {"more": "above", "fewer": "below", "as chance": "within"}[row["verdict"]]
    return (
        f"Of the {row['size_a']} parties to the Budapest Convention (October 2024) {_part(int(row['both']), int(row['size_a']))} "
        f"signed the UN convention in Hanoi in October 2025. By size alone one would expect {row['by_size']:.0f}; when states "
        f"keep their number of lists, {row['low']} to {row['high']} in 99% of random tables: the count is {how} that range. "
        f"{only_un} states signed the UN convention without being parties to the other, {neither} did neither."
    )


def finding_overlaps() -> str:
    """How much of the overlap remains when joiners are allowed for."""
    frame = list_overlaps()
    above = frame[frame["both"] > frame["by_size"]]
    more, fewer = frame[frame["verdict"] == "more"], frame[frame["verdict"] == "fewer"]

    def named(rows) -> str:
        return (
            "; ".join(f"{LISTS[r.a][2]} and {LISTS[r.b][2]} ({r.both})" for r in rows.itertuples()) or "none"
        )

    return (
        f"{len(above)} of {len(frame)} pairs of lists share more members than their sizes give. With each state's number of "
        f"lists held fixed, {len(more)} still share more: {named(more)}. {len(fewer)} share fewer: {named(fewer)}."
    )


def finding_votes() -> str:
    """Whether states that join alike vote alike."""
    like, (share, _) = likeness(WHOLE), vote_agreement()
    codes = [c for c in like.index if c in share.index]
    i, j = np.triu_indices(len(codes), 1)
    frame = pd.DataFrame(
        {"lists": like.loc[codes, codes].to_numpy()[i, j], "votes": share.loc[codes, codes].to_numpy()[i, j]}
    )
    both = frame.dropna()
    rho = both["lists"].rank().corr(both["votes"].rank())
    high, none = both[both["lists"] >= 0.75]["votes"], both[both["lists"] == 0]["votes"]
    return (
        f"{len(both):,} pairs of states can be compared in both ways (pairs on no list drop out). Rank correlation of similarity "
        f"of lists with agreement in votes: {rho:.2f}. Pairs with a similarity of 0.75 or more voted alike on {high.mean():.0%} of "
        f"their shared votes on average ({len(high):,} pairs), pairs that share no list on {none.mean():.0%} ({len(none):,} pairs)."
    )


def finding_dates() -> str:
    """What can be said of the pace, with the missing days allowed for."""
    curve = "Budapest Convention: parties"
    rows, missing = dated(curve)
    five, ten, twenty = (bounds(curve, y) for y in (5, 10, 20))
    signed, late = dated("UN Cybercrime Convention: signatures")
    first = int((signed["on"] == signed["on"].min()).sum())
    return (
        f"Budapest Convention: {len(rows)} of {len(rows) + missing} parties have an exact day. Five years after it opened "
        f"between {five[0]} and {five[1]} had joined, after ten between {ten[0]} and {ten[1]}, after twenty between {twenty[0]} "
        f"and {twenty[1]}. UN convention: {first} states are dated to the first day of signature, and {late} have no exact day. "
        "A signature is not a ratification."
    )


def _check_both_conventions(answer: object) -> Verdict:
    frame = load("memberships")
    frame = frame[frame["entity_kind"] != "organisation"]
    budapest = frame[frame["instrument"] == "budapest_convention"]
    un = set(frame.loc[frame["instrument"] == "un_convention_against_cybercrime", "iso3"])
    parties = set(budapest.loc[budapest["role"] == "party", "iso3"])
    listed = set(budapest["iso3"])
    both = len(parties & un)
    return check_number(
        answer,
        right=both / len(parties),
        tolerance=0.0005,
        slips={
            "You counted those invited to accede as parties. An invitation is another role: keep role == 'party'.": len(
                listed & un
            )
            / len(listed),
            "You divided by the signatories of the UN convention. The question asks for a share of the parties to Budapest.": both
            / len(un),
            "That is the Jaccard similarity of the two lists. The question asks for a share of the parties to Budapest.": both
            / len(parties | un),
            "That is the number of states. Divide by the number of parties.": float(both),
            "That is a percentage. Give a number between 0 and 1.": 100 * both / len(parties),
        },
        hint="Make two sets of iso3 codes, one for each convention, with the right role; then divide their overlap.",
    )


CHECKS = {"both_conventions": _check_both_conventions}
