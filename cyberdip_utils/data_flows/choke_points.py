"""Chapter 4.3: concentrated inputs of chips, what goes when a supplier goes, exports around control dates, and exploited flaws.

Shares of inputs are of different years (2019 to 2025) and by seat of the firm. Exports are in US dollars.
"""

from __future__ import annotations

import math
from functools import cache

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.data import load
from cyberdip_utils.data_flows import chip_supply as chips
from cyberdip_utils.data_flows import exploited_flaws as kev
from cyberdip_utils.data_flows import export_controls as trade
from cyberdip_utils.data_flows import export_events as events
from cyberdip_utils.data_flows import supply_network as net
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, number, switch, years
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

# ---------------------------------------------------------------- what feeds a chip

HHI, LEAD, MEMBERS = "index", "leader", "members"
MEASURES = {
    HHI: ("hhi_low", "hhi_high", "HHI of countries (1: a single one)"),
    LEAD: ("share", "share_high", "share of the largest country"),
    MEMBERS: ("member_low", "member_high", "share from participants"),
}


@cache
def _measured() -> pd.DataFrame:
    frame = chips.concentration().copy()
    leader_is_group = frame["leader"] == chips.EUROPE
    frame["share_high"] = (frame["share"] + frame["rest"]).where(
        ~leader_is_group, frame["share"] + frame["rest"]
    )
    return frame


SYMBOL_OF = {"tool": "circle", "material": "square", "design": "diamond"}
COLOUR_OF = {"tool": figures.COLOURS[0], "material": figures.COLOURS[1], "design": figures.COLOURS[2]}


def _line(xs: list, ys: list, colour: str, width: float) -> go.Scatter:
    return {
        "type": "scatter",
        "x": xs,
        "y": ys,
        "mode": "lines",
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def short(name: str, room: int) -> str:
    """A name cut to ``room`` characters: first the words that the mark tells anyway go, then the end."""
    for long, brief in (
        (" lithography tools", " lithography"),
        ("(adv. pkg.)", "(pkg.)"),
        ("for advanced packaging", "adv. packaging"),
        (" tools", ""),
        (" and ", " & "),
        (") lithography", ")"),
    ):
        if len(name) > room:
            name = name.replace(long, brief)
    return name if len(name) <= room else name[: room - 1].rstrip() + "…"


def _rows_figure(rows: pd.DataFrame, label: str) -> go.Figure:
    """Rows with a text line above an interval; ``level`` indents, ``low`` and ``high`` may be missing."""
    n = len(rows)
    figure = figures.new(
        max(260, 96 + 38 * n),
        xaxis={
            "range": [-0.02, 1.04],
            "title": {"text": figures.plain(label)},
            "dtick": 0.25,
            "zeroline": False,
        },
        yaxis={"range": [n - 0.4, -0.75], "visible": False},
        legend={"y": 1, "yanchor": "bottom"},
    )
    for kind, symbol in SYMBOL_OF.items():
        part = rows[(rows["kind"] == kind) & rows["low"].notna()]
        if part.empty:
            continue
        place = [float(i) + 0.22 for i in part["place"]]
        wide = part[part["high"] - part["low"] > 0.002]
        stem_x, stem_y, line_x, line_y = [], [], [], []
        for low, y in zip(part["low"], place, strict=True):
            stem_x += [0, low, None]
            stem_y += [y, y, None]
        for low, high, y in zip(wide["low"], wide["high"], wide["place"], strict=True):
            line_x += [low, high, None]
            line_y += [y + 0.22, y + 0.22, None]
        figure.add_trace(_line(stem_x, stem_y, figures.NO_DATA, 2))
        if line_x:
            figure.add_trace(_line(line_x, line_y, COLOUR_OF[kind], 4))
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["low"].tolist(),
                "y": place,
                "mode": "markers",
                "name": kind,
                "marker": {
                    "symbol": symbol,
                    "color": COLOUR_OF[kind],
                    "size": 11,
                    "line": {"color": figures.INK, "width": 1},
                },
                "text": [figures.plain(t, width=50) for t in part["hover"]],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    for row in rows.itertuples():
        figure.add_annotation(
            text=figures.plain(row.text, limit=58),
            x=0,
            xref="paper",
            xanchor="left",
            xshift=14 * row.level,
            y=row.place - 0.2,
            showarrow=False,
            align="left",
            font={"size": 13, "color": figures.INK if row.strong else figures.SOFT_INK},
        )
    return figure


TREE, RANKED = "tree", "ranked"


def choke(root: str = "N25", depth: int = 2, picture: str = TREE, measure: str = HHI) -> View:
    """What feeds a step, and how concentrated each part is.

    Parameters
    ----------
    root : str
        Code of what is made.
    depth : int
        Levels below it.
    picture : "tree" or "ranked"
        In the order of feeding, or the highest first (at most 25).
    measure : "index", "leader" or "members"
        Concentration index, share of the largest country, or share from Wassenaar participants.
    """
    table, frame = chips.inputs(), _measured()
    low_column, high_column, label = MEASURES[measure]
    key = {
        n: (chips.feeds_rank(n), -(frame[low_column].get(n, -1.0)), table["name"][n])
        for n in chips.feeds().nodes
    }
    walk = chips.feeds().tree(root, depth, key)
    once = [n for n, _, again in walk if not again and n != root]
    known = [n for n in once if n in frame.index]
    named = table["name"]
    if picture == RANKED:
        walk = [(n, 0, False) for n in sorted(known, key=lambda n: (-frame[low_column][n], named[n]))[:25]]
    rows, listed = [], []
    for place, (node, level, again) in enumerate(walk):
        has = node in frame.index and not again
        low, high = (
            (float(frame[low_column][node]), float(frame[high_column][node])) if has else (math.nan,) * 2
        )
        kind = str(table["kind"][node])
        value = _said(node, measure, code=True) if has else ""
        after = " (above)" if again else " (step)" if kind in chips.STEPS else "" if has else " (no shares)"
        room = 32 - 3 * level - len(value) - len(after)
        text = f"{value} {short(named[node], room)}" if has else f"{short(named[node], room)}{after}"
        mark = "└ " if level and picture == TREE else ""
        hover = f"{named[node]}: {chips.in_full(node)}" if has else ""
        rows.append(
            (place, level, kind, low, high, mark + text, hover, has or (kind in chips.STEPS and not again))
        )
        if not again:
            listed.append((node, level, low, high))
    data = pd.DataFrame(rows, columns=["place", "level", "kind", "low", "high", "text", "hover", "strong"])
    figure = (
        _rows_figure(data, label) if known or picture == TREE else figures.empty("No part here has shares.")
    )
    twin = pd.DataFrame(
        {
            "Level": [level for _, level, _, _ in listed],
            "Input": [named[n] for n, *_ in listed],
            "Kind": [str(table["kind"][n]) for n, *_ in listed],
            "HHI, least": [frame["hhi_low"].get(n) for n, *_ in listed],
            "HHI, most": [frame["hhi_high"].get(n) for n, *_ in listed],
            "Largest": [
                chips.country(frame["leader"][n]) if n in frame.index and frame["leader"][n] else None
                for n, *_ in listed
            ],
            "Its share": [frame["share"].get(n) for n, *_ in listed],
            "Wassenaar share, least": [frame["member_low"].get(n) for n, *_ in listed],
            "Not assigned": [frame["rest"].get(n) for n, *_ in listed],
            "Year of shares": [frame["year"].get(n) for n, *_ in listed],
        }
    ).round(3)
    return View(
        figure=figure,
        takeaway=_choke_sentence(root, known, len(once), measure),
        table=twin,
        caveat="A line runs from the least to the most that the shares allow: the rest that no country is named for, and "
        "Europe, are spread thin or given to one holder. A missing line means that the shares leave nothing open. Shares are "
        "by seat of the firm and of 2019 to 2025, by input. Groups of tools hold the tools below them, so inputs overlap.",
        sources=("chip_inputs", "chip_edges", "chip_shares", "chip_providers", "wassenaar"),
    )


def _said(node: str, measure: str, code: bool = False) -> str:
    row = _measured().loc[node]
    low, high = row[MEASURES[measure][0]], row[MEASURES[measure][1]]
    if measure == HHI:
        return f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f}–{high:.2f}"
    amount = _amount(low, high)
    if measure != LEAD or not row["leader"]:
        return amount
    return f"{row['leader'] if code else chips.country(row['leader'])} {amount}"


def _choke_sentence(root: str, known: list[str], of: int, measure: str) -> str:
    name = chips.named_lower(root)
    frame = _measured()
    if not known:
        return f"Under {name}, none of the {of} parts shown has shares by country."
    part = frame.loc[known]
    n = len(known)
    if measure == HHI:
        high = int((part["hhi_low"] > 0.5).sum())
        top = part.sort_values(["hhi_low", "share"], ascending=False).index[0]
        return (
            f"Under {name}, {n} of {of} parts shown have shares by country; {high} of these {n} are more concentrated than "
            f"two equal countries would be, however the rest is handed out; the most concentrated is {chips.named_lower(top)} "
            f"({_said(top, HHI)}, {_said(top, LEAD)})."
        )
    if measure == LEAD:
        leads = part["leader"][part["share"] > 0.5].value_counts()
        who = (
            f"; most often it is {chips.in_text(chips.country(leads.index[0]))} ({leads.iloc[0]})"
            if len(leads)
            else ""
        )
        return (
            f"Under {name}, one country holds more than half of the market in {int(leads.sum())} of the {n} parts with "
            f"shares{who}."
        )
    inside = int((part["member_low"] > 0.9).sum())
    least = part["member_low"].idxmin()
    return (
        f"Under {name}, participants of the Wassenaar Arrangement are sure to supply more than nine tenths of "
        f"{inside} of the {n} parts with shares; least of {chips.named_lower(least)} ({_said(least, MEMBERS)})."
    )


choke_tree = Exhibit(
    "choke_tree",
    "What feeds a chip, and how few supply it?",
    choke,
    root=choice(
        chips.roots, label="What is made", help="a step of chip-making, or a group of tools or materials"
    ),
    depth=number(1, 3, 2, label="Levels", unit="below"),
    picture=choice([("Tree", TREE), ("Most concentrated first", RANKED)], label="Order"),
    measure=choice(
        [("Concentration (HHI)", HHI), ("Largest country", LEAD), ("Wassenaar participants", MEMBERS)],
        label="Measure",
    ),
)


# ---------------------------------------------------------------- remove a country, add a supplier

PARTS, STEPS_SHOWN, TURNS = "parts", "steps", "turns"
STATUS_MARK = {net.BELOW: "↓", net.MAYBE: "?", net.STANDS: "•"}
STATUS_COLOUR = {net.BELOW: figures.COLOURS[1], net.MAYBE: figures.COLOURS[4], net.STANDS: figures.COLOURS[0]}
STATUS_SYMBOL = {net.BELOW: "triangle-down", net.MAYBE: "diamond", net.STANDS: "circle"}


def _kept_figure(rows: pd.DataFrame, threshold: int) -> go.Figure:
    """Intervals of what is kept, one row each, with the threshold; columns name, low, high, state."""
    n = len(rows)
    figure = figures.new(
        max(260, 110 + 34 * n),
        xaxis={
            "range": [-0.02, 1.04],
            "tickformat": ".0%",
            "dtick": 0.25,
            "title": {"text": "share of supply kept"},
            "zeroline": False,
        },
        yaxis={"range": [n - 0.4, -0.75], "visible": False},
    )
    rows = rows.assign(place=range(n))
    for state, symbol in STATUS_SYMBOL.items():
        part = rows[rows["state"] == state]
        if part.empty:
            continue
        line_x, line_y = [], []
        for low, high, y in zip(part["low"], part["high"], part["place"], strict=True):
            line_x += [low, high, None]
            line_y += [y + 0.2, y + 0.2, None]
        colour = STATUS_COLOUR[state]
        stem_x, stem_y = [], []
        for low, y in zip(part["low"], part["place"], strict=True):
            stem_x += [0, low, None]
            stem_y += [y + 0.2, y + 0.2, None]
        figure.add_trace(_line(stem_x, stem_y, figures.NO_DATA, 2))
        figure.add_trace(_line(line_x, line_y, colour, 4))
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["high"].tolist(),
                "y": [y + 0.2 for y in part["place"]],
                "mode": "markers",
                "name": state,
                "marker": {
                    "symbol": symbol,
                    "size": 11,
                    "color": colour,
                    "line": {"color": figures.INK, "width": 1},
                },
                "text": [figures.plain(t, width=50) for t in part["hover"]],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    for row in rows.itertuples():
        figure.add_annotation(
            text=figures.plain(f"{STATUS_MARK[row.state]} {row.text}", limit=58),
            x=0,
            xref="paper",
            xanchor="left",
            y=row.place - 0.2,
            showarrow=False,
            font={"size": 13},
        )
    figure.add_shape(
        type="line",
        x0=threshold / 100,
        x1=threshold / 100,
        y0=0,
        y1=1,
        yref="paper",
        line={"color": figures.INK, "dash": "dash", "width": 1.5},
    )
    return figure


def _amount(low: float, high: float) -> str:
    return f"{high:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low * 100:.0f}–{high:.0%}"


def _row(node: str, low: float, high: float) -> str:
    value = _amount(low, high)
    return f"{value} {short(chips.inputs()['name'][node], 28 - len(value))}"


def _joined(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def remove(
    removed: tuple[str, ...] = ("JPN",),
    threshold: int = 50,
    kinds: str = net.EACH,
    added: str = chips.NONE,
    amount: int = 20,
    picture: str = PARTS,
) -> View:
    """What goes when countries are taken out and a supplier is put in; parameters as in :func:`supply_left`."""
    table = chips.inputs()
    left = chips.left_without(tuple(sorted(removed)), added, amount, kinds)
    left = left.assign(
        state=net.status(left["low"], left["high"], threshold / 100),
        own_state=net.status(left["own_low"], left["own_high"], threshold / 100),
    )
    own = left[left["own_high"].notna()]
    later = left.reindex(chips.steps())
    caveat = (
        "Arithmetic on shares, not a forecast: nobody reacts, no stock is used, no other firm expands. Shares are by seat of "
        "the firm and of 2019 to 2025. A line shows what the unnamed rest leaves open. Steps count only inputs with shares: "
        f"{int((left['own_high'].isna() & left.index.isin(chips.shareless())).sum())} tools and materials have none."
    )
    if picture == TURNS:
        turns = chips.by_country(added, amount, kinds, threshold)
        long = turns.melt("Without", ["Inputs below", "Inputs perhaps below"], "what", "n")
        long["what"] = long["what"].map({"Inputs below": "below", "Inputs perhaps below": "perhaps below"})
        figure = figures.bars(
            long,
            "Without",
            "n",
            group="what",
            stacked=True,
            label="inputs",
            values_shown=False,
        )
        twin = turns
    elif picture == STEPS_SHOWN:
        rows = later.dropna(subset=["high"])
        data = pd.DataFrame(
            {
                "low": rows["low"],
                "high": rows["high"],
                "state": rows["state"],
                "text": [_row(n, r.low, r.high) for n, r in rows.iterrows()],
                "hover": [
                    f"{table['name'][n]} keeps {_amount(r.low, r.high)}"
                    + (f"; set by {table['name'][r.through]}" if r.high < 1 - 1e-9 else "")
                    + (f"; perhaps by {table['name'][r.perhaps]}" if r.low < r.high - 1e-9 else "")
                    for n, r in rows.iterrows()
                ],
            }
        )
        figure = _kept_figure(data, threshold)
        twin = pd.DataFrame(
            {
                "Step": table["name"][rows.index].to_numpy(),
                "Kept, least": rows["low"].to_numpy(),
                "Kept, most": rows["high"].to_numpy(),
                "Against the threshold": rows["state"].to_numpy(),
                "Set by": [
                    table["name"][r.through] if r.high < 1 - 1e-9 else None for r in rows.itertuples()
                ],
                "Perhaps by": [
                    table["name"][r.perhaps] if r.low < r.high - 1e-9 else None for r in rows.itertuples()
                ],
            }
        ).round(3)
    else:
        hit = own[own["own_low"] < 1 - 1e-9].sort_values(["own_high", "own_low"], kind="stable")
        shown = hit.head(25)
        data = pd.DataFrame(
            {
                "low": shown["own_low"],
                "high": shown["own_high"],
                "state": shown["own_state"],
                "text": [_row(n, r.own_low, r.own_high) for n, r in shown.iterrows()],
                "hover": [f"{table['name'][n]}: {chips.in_full(n)}" for n in shown.index],
            }
        )
        figure = (
            _kept_figure(data, threshold)
            if len(shown)
            else figures.empty("No input loses anything in this selection.")
        )
        twin = pd.DataFrame(
            {
                "Input": table["name"][own.index].to_numpy(),
                "Kept, least": own["own_low"].to_numpy(),
                "Kept, most": own["own_high"].to_numpy(),
                "Against the threshold": own["own_state"].to_numpy(),
            }
        ).round(3)
        twin = twin.sort_values(["Kept, most", "Kept, least", "Input"], kind="stable")
        if len(hit) > 25:
            caveat += f" The picture shows the 25 hardest hit of {len(hit)}; the table has all."
    return View(
        figure=figure,
        takeaway=_remove_sentence(removed, threshold, added, amount, own, later),
        table=twin.reset_index(drop=True),
        caveat=caveat,
        sources=("chip_shares", "chip_edges", "chip_inputs", "chip_providers"),
    )


def _remove_sentence(removed, threshold, added, amount, own, later) -> str:
    n = len(own)
    below, maybe = int((own["own_state"] == net.BELOW).sum()), int((own["own_state"] == net.MAYBE).sum())
    who = (
        f"Without {_joined([chips.in_text(chips.country(c)) for c in removed])}"
        if removed
        else "With nobody taken out"
    )
    plus = (
        f" and with a new supplier of {chips.inputs()['name'][added]} ({amount}% of its market)"
        if added != chips.NONE
        else ""
    )
    if not removed:
        return f"{who}{plus}, all {n} inputs with shares keep their supply; choose a country to take out."
    worst = own.sort_values(["own_high", "own_low"], kind="stable").index[0]
    words = f"{below} of {n} inputs keep less than {threshold}% of today's supply" + (
        f" and {maybe} more may" if maybe else ""
    )
    fallen = later[later["state"] == net.BELOW]
    last = later["through"].iloc[-1]
    end = (
        f"{len(fallen)} of {len(later)} steps fall below it with them, and the finished chip hangs on "
        f"{chips.named_lower(last)} ({_amount(later['low'].iloc[-1], later['high'].iloc[-1])} kept)"
        if len(fallen)
        else f"none of the {len(later)} steps is sure to fall below it"
    )
    return (
        f"{who}{plus}, {words} (hardest hit: {chips.named_lower(worst)}, {_amount(own['own_low'][worst], own['own_high'][worst])} "
        f"kept); {end}."
    )


def _addable() -> list[tuple[str, str]]:
    named = chips.inputs()["name"]
    return [
        ("nothing", chips.NONE),
        *sorted((str(named[n]), n) for n in chips.markets() if n in chips.feeds().nodes),
    ]


remove_a_country = Exhibit(
    "remove_a_country",
    "What goes when a country goes?",
    remove,
    removed=choices(lambda: [(chips.country(c), c) for c in chips.suppliers()], ("JPN",), label="Take out"),
    threshold=number(5, 95, 50, 5, "%", label="Threshold", help="of today's supply"),
    kinds=choice(
        [("each kind is needed", net.EACH), ("kinds are one pool", net.POOLED)], label="Kinds of a tool"
    ),
    added=choice(_addable, chips.NONE, label="New supplier of"),
    amount=number(5, 100, 20, 5, "% of the market", label="Its size"),
    picture=choice(
        [("Inputs", PARTS), ("Steps of making", STEPS_SHOWN), ("Each country in turn", TURNS)],
        label="Picture",
    ),
)


# ---------------------------------------------------------------- exports and flaws

exports_and_controls = Exhibit(
    "exports_and_controls",
    "Did Taiwan's chip exports move when controls came?",
    trade.exports,
    measure=choice(
        lambda: [(r.label, i) for i, r in trade.measures().iterrows()], "M2022-04", label="Measure"
    ),
    place=choice(list(trade.PLACES), "China and Hong Kong", label="Exports to"),
    against=choice(
        [("all other destinations", trade.REST), ("other hubs in Asia", trade.ASIA)], label="Against"
    ),
    window=number(2, 4, 3, 1, "years", label="Years on each side"),
    trend=switch(False, label="Take off the line before"),
    picture=choice(
        [
            ("Event study", trade.STUDY),
            ("Dollars", trade.SERIES),
            ("Placebo years", trade.YEARS_MOVED),
            ("Placebo places", trade.PLACES_MOVED),
        ],
        label="Picture",
    ),
)

exploited_flaws = Exhibit(
    "exploited_flaws",
    "Whose flaws are used, how long was there to mend them, and which serve ransomware?",
    kev.exploited,
    picture=choice(
        [("How many", kev.COUNT), ("Days to the deadline", kev.DAYS), ("Known ransomware use", kev.RANSOM)],
        label="Picture",
    ),
    by=choice(
        [
            ("vendor", kev.VENDOR),
            ("year listed", kev.YEAR),
            ("month listed", kev.MONTH),
            ("age of the flaw", kev.AGE),
            ("type of weakness", kev.WEAKNESS),
        ],
        label="By",
    ),
    between=years(kev.FIRST, kev.LAST, label="Listed in"),
    age=choice(
        [("all", kev.ALL), ("new flaws", kev.NEW), ("older flaws", kev.OLD)],
        label="Flaws",
        help="new: numbered in the year of listing or the one before",
    ),
    joined=switch(False, label="Join names of one firm"),
)


# ---------------------------------------------------------------- findings and checks


def finding_concentration() -> str:
    """How concentrated the inputs are, with bounds."""
    frame = chips.concentration()
    frame = frame[frame.index.isin(list(chips.feeds().nodes))]
    n = len(frame)
    sure, may = int((frame["hhi_low"] > 0.5).sum()), int((frame["hhi_high"] > 0.5).sum())
    one = int((frame["share"] > 0.999).sum())
    leads = frame["leader"][frame["share"] > 0.5].value_counts()
    first = ", ".join(f"{chips.country(c)} {k}" for c, k in leads.head(4).items())
    many = f"{sure}" if sure == may else f"between {sure} and {may}"
    return (
        f"Of {n} inputs with shares by country, {many} are more concentrated than two equal countries would be (HHI above "
        f"0.5); {one} come from a single country alone. One country holds more than half of {int(leads.sum())}: {first}. "
        f"Another {len(chips.shareless())} tools, materials and designs have no shares at all."
    )


def finding_removal() -> str:
    """Who takes most with it, and what the rule for kinds does."""
    turns = chips.by_country(chips.NONE, 20, net.EACH, 50)
    pooled = chips.by_country(chips.NONE, 20, net.POOLED, 50).set_index("Without")["Steps below"]
    top = turns[turns["Without"] != chips.country(chips.EUROPE)].head(4)
    said = "; ".join(
        f"{r[0]} {r[1]} inputs and {r[3]} steps ({pooled[r[0]]} with kinds as one pool)"
        for r in top.itertuples(index=False)
    )
    return f"Taken out alone, at a threshold of half of today's supply and of {len(chips.steps())} steps: {said}. Arithmetic, not a forecast."


def finding_taiwan() -> str:
    """Why the best-known supplier does not show among the inputs."""
    shares = {n: m.sure.get("TWN", 0.0) for n, m in chips.markets().items() if n in chips.feeds().nodes}
    top = max(shares, key=lambda n: shares[n])
    stage = load("chip_stages").set_index("stage")["name"]
    said = ", ".join(
        f"{stage[s].split(',')[0].lower()} {chips.markets()[s].sure.get('TWN', 0):.0%}"
        for s in ("S1", "S2", "S3")
    )
    return (
        f"Taiwan's largest share of any input is {shares[top]:.0%} ({chips.named_lower(top)}); of the three stages: {said} (each stage as a whole, "
        "2022). The table has no shares of their own for making the newest chips, so no removal here shows them."
    )


def finding_members() -> str:
    """What the Wassenaar participants supply, and who is outside."""
    frame = chips.concentration()
    frame = frame[frame.index.isin(list(chips.feeds().nodes))]
    nine = int((frame["member_low"] > 0.9).sum())
    outside: dict[str, int] = {}
    for node in frame.index:
        for c, v in chips.markets()[node].sure.items():
            if c not in chips.members() and v > 0.1:
                outside[c] = outside.get(c, 0) + 1
    who = ", ".join(f"{chips.country(c)} {k}" for c, k in sorted(outside.items(), key=lambda p: -p[1]))
    return (
        f"The Wassenaar Arrangement has {len(chips.members())} participants in our table. Firms seated there are sure to supply more "
        f"than nine tenths of {nine} of {len(frame)} inputs. Suppliers outside it with more than a tenth of an input: {who}."
    )


def finding_exports() -> str:
    """The change after October 2022, with and without the line, against placebos."""
    out = []
    for place in ("China", "Hong Kong", "United States"):
        one = events.study(trade.gap_of(place, trade.REST), 2022, 3)
        ranks = []
        for trend in (False, True):
            by_year, _ = trade.placebo_tables(place, 2022, 3, trend, trade.REST)
            ranks.append(events.rank(one.amount(trend), by_year.loc[~by_year["event"], "change"]))
        out.append(
            f"{place} {math.expm1(one.change):+.0%} (rank {ranks[0][0]} of {ranks[0][1]} years; beyond the line before "
            f"{math.expm1(one.beyond):+.0%}, rank {ranks[1][0]})"
        )
    return (
        f"Taiwan's chip exports in 2023 and 2024 against 2019 to 2021, relative to all other destinations: {'; '.join(out)}. With "
        f"{ranks[0][1]} years to try, no rank can be rarer than 1 in {ranks[0][1]}."
    )


def finding_flaws() -> str:
    """Concentration of vendors, the change of deadlines, and ransomware."""
    frame = kev.flaws()
    n = len(frame)
    names = frame["firm"].value_counts()
    days = kev.before_and_after()["median"]
    return (
        f"{n:,} exploited flaws: {names.index[0]} {share(int(names.iloc[0]), n)}, index {net.hhi(names / n):.3f}. From "
        f"{kev.rule_change():%B %Y} the median deadline fell from {days['old', 'before']:.0f} to {days['old', 'after']:.0f} days for "
        f"flaws numbered before 2021 and rose from {days['new', 'before']:.0f} to {days['new', 'after']:.0f} for later ones. "
        f"Ransomware use is known for {share(int(frame['known'].sum()), n)}."
    )


def finding_vendors_5g() -> str:
    """What kinds of 5G decisions the table holds."""
    frame = load("vendor_5g_decisions")
    kinds = frame["kind"].value_counts()
    said = ", ".join(f"{k} {v}" for k, v in kinds.items())
    return (
        f"{len(frame)} decisions of states on 5G suppliers, {frame['date'].min():%Y} to {frame['date'].max():%Y}, not a census: {said}; "
        f"{int(frame['names_vendor'].sum())} name a vendor."
    )


def _check_hhi(answer: object) -> Verdict:
    m = chips.markets()["N19"]
    frame = load("chip_shares")
    rows = frame[(frame["input"] == "N19") & frame["share_pct"].notna()]
    lands = rows[rows["kind"] == "country"]["share_pct"] / 100
    return check_number(
        answer,
        right=float((lands**2).sum()),
        tolerance=0.003,
        slips={
            "You added organisations to countries: they are two accounts of one market. Keep kind == 'country'.": float(
                ((rows["share_pct"] / 100) ** 2).sum()
            ),
            "That is the index of organisations. Keep kind == 'country'.": float(
                ((rows[rows["kind"] == "organisation"]["share_pct"] / 100) ** 2).sum()
            ),
            "That is on the scale of percent. Divide shares by 100 first.": float((lands * 100).pow(2).sum()),
            "That is the largest share. Square all shares, then add.": float(m.leader[1]),
        },
        hint="Keep the countries' rows of input N19, divide share_pct by 100, square, add.",
    )


CHECKS = {"hhi_lithography": _check_hhi}
