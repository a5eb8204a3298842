"""Chapter 4.2: the free-flow network by year, the lives of transfer mechanisms, and what a break would touch.

A *decision* is an adequacy decision of the European Commission. Years stand for their last day; the last year stands
for the day up to which the table of decisions was read.
"""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.countries import states
from cyberdip_utils.data import load
from cyberdip_utils.data_flows import transfer_break as model
from cyberdip_utils.data_flows.transfer_break import (
    ABLE,
    COST,
    DECAY,
    LINKS,
    RELYING,
    SOURCES,
    exposure,
    partners,
)
from cyberdip_utils.data_flows.transfer_rules import (
    ADEQUATE,
    APEC,
    ASSOCIATES,
    BOTH,
    CAUSES,
    CBPR,
    EARLY,
    FORUM_FROM,
    FRAMEWORKS,
    INSIDE,
    LATE,
    MEMBERS,
    NEITHER,
    OTHERS,
    STATUSES,
    TRADE_YEARS,
    UNION_TERRITORIES,
    YEARS,
    adequate,
    chance_all_in_frameworks,
    counts,
    day_of,
    exports_inside,
    fallen,
    gaps,
    last_day,
    lives,
    poisson_rate,
    rates,
    standing,
    survival,
)
from cyberdip_utils.distributions import fisher_exact
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, number, span
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

SHADES = {
    INSIDE: figures.COLOURS[0],
    ADEQUATE: figures.COLOURS[5],
    CBPR: figures.COLOURS[4],
    BOTH: figures.COLOURS[2],
    NEITHER: "#f4f1ea",
}


def _listing(s: pd.DataFrame, year: int) -> pd.DataFrame:
    rows = s[s["status"].isin([ADEQUATE, CBPR, BOTH])].copy()
    entry = load("cbpr").dropna(subset=["iso3"]).set_index("iso3")
    rows["Place"] = [country(c) for c in rows.index]
    rows["In the Forum since"] = entry["forum_from"].reindex(rows.index)
    rows["Role"] = entry["role"].astype(str).reindex(rows.index)
    in_forum = rows["status"].isin([CBPR, BOTH])
    rows.loc[~in_forum, ["In the Forum since", "Role"]] = None
    order = {BOTH: 0, ADEQUATE: 1, CBPR: 2}
    rows = rows.sort_values(["status", "Place"], key=lambda c: c.map(order) if c.name == "status" else c)
    rows = rows.rename(
        columns={
            "status": "Standing",
            "scope": "EU decision covers",
            "decision": "Decision",
            "since": "Decision of",
        }
    )
    columns = [
        "Place",
        "Standing",
        "EU decision covers",
        "Decision",
        "Decision of",
        "In the Forum since",
        "Role",
    ]
    return rows[columns].reset_index(drop=True)


def _on_map(s: pd.DataFrame, year: int) -> go.Figure:
    hover = {
        c: f"covers {r.scope}; decision {r.decision} of {r.since.day} {r.since:%B %Y}"
        for c, r in s[s["status"].isin([ADEQUATE, BOTH])].iterrows()
        if isinstance(r.scope, str)
    }
    return figures.world_map(
        s["status"],
        order=STATUSES,
        colours=SHADES,
        hover=hover,
    )


def _ladder(s: pd.DataFrame, year: int) -> go.Figure:
    """The network as a ladder: the EU on the left, the Forum on the right, the places between them."""
    rows = s[s["status"].isin([ADEQUATE, CBPR, BOTH])]
    gone = [c for c in fallen(day_of(year)) if c not in rows.index or rows.at[c, "status"] == CBPR]
    order = {BOTH: 0, CBPR: 2, ADEQUATE: 1}
    codes = sorted({*rows.index, *gone}, key=lambda c: (order.get(rows["status"].get(c), 3), country(c)))
    if not codes:
        return figures.empty("No decision and no member on this day.")
    place = {c: -i for i, c in enumerate(codes)}
    middle = -(len(codes) - 1) / 2
    figure = figures.new(
        110 + 26 * max(6, len(codes)),
        xaxis={"visible": False, "range": [-0.25, 2.25]},
        yaxis={"visible": False, "range": [-len(codes) + 0.2, 0.8]},
    )
    kinds = (
        (
            "decision covers the whole",
            0,
            "solid",
            lambda c: c in rows.index and rows.at[c, "status"] != CBPR and not rows.at[c, "part"],
        ),
        (
            "decision covers a part",
            0,
            "dash",
            lambda c: c in rows.index and rows.at[c, "status"] != CBPR and rows.at[c, "part"],
        ),
        ("decision struck down", 0, "dot", lambda c: c in gone),
        ("in the Forum", 2, "solid", lambda c: c in rows.index and rows.at[c, "status"] != ADEQUATE),
    )
    tints = (figures.COLOURS[0], figures.COLOURS[5], figures.COLOURS[1], figures.COLOURS[4])
    for (label, hub, dash, belongs), tint in zip(kinds, tints, strict=True):
        chosen = [c for c in codes if belongs(c)]
        if not chosen:
            continue
        xs, ys = [], []
        for c in chosen:
            xs += [hub, 1 + (0.46 if hub else -0.46), None]
            ys += [middle, place[c], None]
        figure.add_trace(
            {
                "type": "scatter",
                "x": xs,
                "y": ys,
                "mode": "lines+markers",
                "name": label,
                "line": {"color": tint, "dash": dash, "width": 2},
                "marker": {"size": [0, 6, 0] * len(chosen), "color": tint},
                "hoverinfo": "skip",
            }
        )
    figure.add_trace(
        {
            "type": "scatter",
            "x": [1] * len(codes),
            "y": [place[c] for c in codes],
            "mode": "text",
            "text": [figures.plain(country(c)) for c in codes],
            "hovertext": [
                f"{country(c)}: {rows.at[c, 'status'] if c in rows.index else 'struck down'}"
                + (
                    f"<br>{figures.plain(rows.at[c, 'scope'], width=40)}"
                    if c in rows.index and isinstance(rows.at[c, "scope"], str)
                    else ""
                )
                for c in codes
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "showlegend": False,
        }
    )
    n_in = int((s["status"] == INSIDE).sum()) - len(UNION_TERRITORIES)
    hubs = [(0, f"EU<br>and EEA<br>({n_in})", figures.COLOURS[0], "circle")]
    if s["status"].isin([CBPR, BOTH]).any():
        hubs.append((2, "Global<br>CBPR", figures.COLOURS[4], "square"))
    for x, text, tint, symbol in hubs:
        figure.add_trace(
            {
                "type": "scatter",
                "x": [x],
                "y": [middle],
                "mode": "markers",
                "showlegend": False,
                "marker": {
                    "size": 22,
                    "color": tint,
                    "symbol": symbol,
                    "line": {"color": figures.INK, "width": 1},
                },
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        )
        figure.add_annotation(
            x=x, y=middle, yshift=-14, text=text, yanchor="top", showarrow=False, bgcolor=figures.PAPER
        )
    figure.update_layout(legend={"y": 0, "yanchor": "top"})
    return figure


def _by_year(club: str, undated: str, year: int) -> go.Figure:
    long = counts(club, undated).melt("year", var_name="kind", value_name="places")
    changes = [(2015, "Safe Harbor falls"), (2020, "Privacy Shield falls")]
    changes += [(year, "chosen year")] if year not in (2015, 2020) else []
    return figures.lines(
        long, "year", "places", "kind", label="places at the end of the year", changes=changes
    )


def free_flow(year: int = 2026, picture: str = "map", club: str = MEMBERS, undated: str = LATE) -> View:
    """Where data may travel freely at the end of a year; parameters as in :func:`in_cbpr`."""
    s, day = standing(year, club, undated), day_of(year)
    has = s["status"].isin([ADEQUATE, BOTH])
    part, clubbed = int((has & s["part"]).sum()), int(s["status"].isin([CBPR, BOTH]).sum())
    both = int((s["status"] == BOTH).sum())
    when = f"{day.day} {day:%B %Y}"
    takeaway = (
        f"On {when} an adequacy decision covers {int(has.sum())} countries and territories outside the EU and EEA, "
        f"{part} of them in part only; {clubbed} places are counted in the CBPR club and {both} in both"
    )
    if year >= TRADE_YEARS[0]:
        sums, world, listed, missing = exports_inside(year, club, undated)
        zone = float(sums[[INSIDE, ADEQUATE, CBPR, BOTH]].sum())
        takeaway += (
            f"; with the EU and EEA they sold {zone / world:.0%} of the world's digitally deliverable exports in "
            f"{min(year, TRADE_YEARS[1])} ({missing} of {listed} economies have no value)."
        )
    else:
        takeaway += "; trade figures begin in 2010."
    caveat = (
        "A line in a table, not a measure of data: adequacy lets personal data leave the EU and says nothing of data coming "
        "in, and a CBPR member only endorses a certificate that single firms may hold. Neither does not mean forbidden: "
        "contracts and other grounds remain. Grey territories were not looked up. Other states' own lists are not drawn."
    )
    if year == 2020:
        caveat += " The United Kingdom stands as neither: transitional rules, not a decision, kept its data flowing."
    if day >= FORUM_FROM and year < YEARS[1]:
        n = int(load("cbpr").query("role == 'member'")["forum_from"].isna().sum())
        caveat += f" The day of entry of {n} members was not seen; they count {'from 2022 here' if undated == EARLY else 'from 2026 only'}."
    draw = {
        "map": lambda: _on_map(s, year),
        "network": lambda: _ladder(s, year),
        "years": lambda: _by_year(club, undated, year),
    }
    table = counts(club, undated) if picture == "years" else _listing(s, year)
    return View(
        figure=draw[picture](),
        takeaway=takeaway,
        table=table,
        caveat=caveat,
        sources=("adequacy", "cbpr", "groups", "states", "digital_services", "digital_services_groups"),
    )


free_flow_network = Exhibit(
    "free_flow_network",
    "Where may personal data travel without asking?",
    free_flow,
    year=number(*YEARS, YEARS[1], label="At the end of", help="The last year stands for January 2026."),
    picture=choice([("Map", "map"), ("Network", "network"), ("By year", "years")], label="Picture"),
    club=choice(
        [
            ("Forum members", MEMBERS),
            ("Members and associates", ASSOCIATES),
            ("Members, and APEC before", APEC),
        ],
        label="Count as CBPR",
    ),
    undated=choice(
        [("From 2026 only", LATE), ("From the declaration of 2022", EARLY)],
        label="Members without a date",
        help="For some members no day of entry was seen.",
    ),
)


# ---------------------------------------------------------------- lives and deaths


def _bars_of_life(rows: pd.DataFrame, day: pd.Timestamp) -> go.Figure:
    figure = figures.new(
        120 + 30 * len(rows),
        xaxis={"type": "date", "range": ["1999-06-01", "2027-06-01"]},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [figures.plain(n, limit=26) for n in rows["name"]],
            "autorange": "reversed",
            "showgrid": False,
        },
        legend={"y": -50 / (30 * len(rows) + 40), "yanchor": "top"},
    )
    for i, group in enumerate((FRAMEWORKS, OTHERS)):
        part = rows[rows["group"] == group]
        xs, ys = [], []
        for r in part.itertuples():
            xs += [r[3], r.until, None]
            ys += [figures.plain(r.name, limit=26)] * 2 + [None]
        if xs:
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": xs,
                    "y": ys,
                    "mode": "lines",
                    "name": group,
                    "line": {"color": figures.COLOURS[1 - i], "width": 11},
                    "opacity": 0.55,
                    "hoverinfo": "skip",
                }
            )
    marks = (
        ("struck down", rows[rows["struck"]], "x", figures.INK),
        ("in force then", rows[rows["until"] == day], "triangle-right", figures.COLOURS[2]),
        ("no longer needed", rows[~rows["struck"] & (rows["until"] < day)], "circle-open", figures.SOFT_INK),
    )
    for label, part, symbol, tint in marks:
        if len(part):
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": part["until"].tolist(),
                    "y": [figures.plain(n, limit=26) for n in part["name"]],
                    "mode": "markers",
                    "name": label,
                    "marker": {
                        "symbol": symbol,
                        "size": 12,
                        "color": tint,
                        "line": {"color": tint, "width": 1.5},
                    },
                    "hovertext": [
                        f"{figures.plain(r.name)}: {r[3].day} {r[3]:%b %Y} to {r.until.day} {r.until:%b %Y}, {r.years:.1f} years"
                        for r in part.itertuples()
                    ],
                    "hovertemplate": "%{hovertext}<extra></extra>",
                }
            )
    return figure


def _curves(seen_from: int, which: str, years_on: int) -> go.Figure:
    curve = survival(seen_from)
    if which != "all":
        curve = curve[curve["group"] == which]
    figure = figures.new(
        xaxis={"title": {"text": "years since the decision"}, "range": [0, 27]},
        yaxis={"title": {"text": "share not struck down"}, "range": [-0.04, 1.06], "tickformat": ".0%"},
    )
    for i, group in enumerate((FRAMEWORKS, OTHERS)):
        part = curve[curve["group"] == group]
        if part.empty:
            continue
        tint, dash = figures.COLOURS[1 - i], ("solid", "dash")[i]
        x, low, high = part["time"].tolist(), part["low"].tolist(), part["high"].tolist()
        for y, fill in ((high, None), (low, "tonexty")):
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": x,
                    "y": y,
                    "mode": "lines",
                    "line": {"width": 0, "shape": "hv"},
                    "fill": fill,
                    "fillcolor": figures.faded(tint, 0.15),
                    "hoverinfo": "skip",
                    "showlegend": False,
                }
            )
        figure.add_trace(
            {
                "type": "scatter",
                "x": x,
                "y": part["survival"].tolist(),
                "mode": "lines",
                "name": group,
                "line": {"color": tint, "dash": dash, "width": 3, "shape": "hv"},
            }
        )
    return figures.mark_changes(figure, [(years_on, f"{years_on} years")])


def framework_lives_view(
    picture: str = "lives", which: str = FRAMEWORKS, seen_from: int = YEARS[1], years_on: int = 5
) -> View:
    """How long transfer decisions live, as seen from the end of a year."""
    day, rows = day_of(seen_from), lives(seen_from)
    chosen = rows if which == "all" else rows[rows["group"] == which]
    struck, n = int(chosen["struck"].sum()), len(chosen)
    exposure = float(chosen["years"].sum())
    left = ~chosen["struck"] & (chosen["until"] < day)  # no longer needed: not watched to the end
    reached = chosen[(chosen["from"] + pd.Timedelta(days=round(365.25 * years_on)) <= day) & ~left]
    alive = int((reached["years"] >= years_on - 0.01).sum())
    label = {"all": "decisions", FRAMEWORKS: "EU–US frameworks", OTHERS: "other decisions"}[which]
    if n and exposure > 0:
        rate, low, high = (100 * x for x in poisson_rate(struck, exposure))
        takeaway = (
            f"Seen from {day.day} {day:%B %Y}, courts have struck down {struck} of {n} {label} in {exposure:.0f} years of life together: "
            f"{rate:.1f} ends per 100 years (95% interval {low:.1f} to {high:.1f}); of those taken {years_on} years before or "
            f"earlier, {share(alive, len(reached))} reached that age."
        )
    else:
        takeaway = f"No decision of this kind had been taken by {day.day} {day:%B %Y}."
    caveat = (
        "Three lives are no sample, and the interval treats every year as a fair draw, which it is not: litigants chose the "
        "frameworks because of what US law is, so the record says little of a decision on another country and nothing certain of "
        "the third framework. A decision ends in other ways too, by repeal or expiry; only court ends count as deaths here. A curve "
        "without an end has no band; the upper end of the rate says what it leaves open."
    )
    p = chance_all_in_frameworks(seen_from)
    if not math.isnan(p) and which == "all":
        caveat += f" If all decisions ran the same risk a year, both ends would fall on the frameworks with a chance of {p:.2g}."
    figure = _curves(seen_from, which, years_on) if picture == "survival" else _bars_of_life(chosen, day)
    if chosen.empty:
        figure = figures.empty("No decision of this kind had been taken by then.")
    shown = (
        survival(seen_from).query("group == @which or @which == 'all'").round(4).reset_index(drop=True)
        if picture == "survival"
        else chosen.assign(years=chosen["years"].round(2)).reset_index(drop=True)
    )
    detail, links = "", ()
    if which != OTHERS:
        told = [
            n for n in ("Safe Harbor", "Privacy Shield", "EU-US Data Privacy Framework") if _known(n, day)
        ]
        detail = "\n\n".join(f"**{n}.** {CAUSES[n][0]}" for n in told)
        links = tuple(CAUSES[n][1] for n in told)
        pauses = gaps()[gaps()["to"] <= day]
        if len(pauses):
            detail += (
                "\n\n**Between them.** No framework was in force for "
                + " and ".join(f"{d:,} days" for d in pauses["days"])
                + "; data went on flowing on other grounds."
            )
    return View(
        figure=figure,
        takeaway=takeaway,
        table=shown,
        caveat=caveat,
        sources=("adequacy", "eu_us_frameworks", "groups"),
        detail=detail,
        links=links,
    )


def _known(name: str, day: pd.Timestamp) -> bool:
    """Whether the fate told in CAUSES was known on a day."""
    row = load("eu_us_frameworks").set_index("name").loc[name]
    return day >= (row["to"] if pd.notna(row["to"]) else pd.Timestamp("2025-10-31"))


framework_lives = Exhibit(
    "framework_lives",
    "How long does a transfer mechanism live, and what kills it?",
    framework_lives_view,
    picture=choice([("Lives", "lives"), ("Survival curve", "survival")], label="Picture"),
    which=choice(
        [("EU–US frameworks", FRAMEWORKS), ("Other decisions", OTHERS), ("All decisions", "all")],
        label="Decisions",
    ),
    seen_from=number(
        2001, YEARS[1], YEARS[1], label="Seen from the end of", help="What could have been known then."
    ),
    years_on=number(1, 20, 5, unit="years", label="Reached"),
)


# ---------------------------------------------------------------- what a break would touch

FLOWS = {"exports": "sells to the EU", "imports": "buys from the EU", "both": "trades with the EU both ways"}


def _the(code: str) -> str:
    """A country's name as it stands in a sentence."""
    known = country(code)
    return f"the {known}" if known.startswith(("United ", "Isle ", "Faroe ")) else known


def _usd(musd: float) -> str:
    return (
        f"${musd / 1e3:,.0f} billion"
        if musd >= 9_950
        else f"${musd / 1e3:,.2g} billion"
        if musd >= 1_000
        else f"${musd:,.0f} million"
    )


def _short(musd: float) -> str:
    """Billions in a few characters."""
    return f"{musd / 1e3:,.0f}" if musd >= 99_500 else f"{musd / 1e3:.2g}"


def _steps(total: float, t: model.Touched, loss: tuple[float, float]) -> tuple[go.Figure, pd.DataFrame]:
    rows = [
        ("With the world", total, total, total, "table"),
        ("With the EU", t.union, t.union, t.union, "gravity model"),
        ("On the decision", t.relies, t.relies, t.relies, "assumption"),
        ("could switch", t.switches, t.switches, t.switches, "assumption"),
        ("could not", t.stops, t.stops, t.stops, "assumption"),
        ("Lost: scenario", (t.low + t.high) / 2, t.low, t.high, "assumption"),
        ("Lost: published", sum(loss) / 2, *loss, "estimate of 2026"),
    ]
    frame = pd.DataFrame(rows, columns=["step", "musd", "low", "high", "rests on"])
    figure = figures.new(
        110 + 44 * len(frame),
        xaxis={"title": {"text": "billion US dollars"}, "rangemode": "tozero"},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": frame["step"].tolist(),
            "autorange": "reversed",
            "showgrid": False,
        },
        bargap=0.3,
        barmode="overlay",
        legend={"y": -0.18, "yanchor": "top"},
        meta={"narrow_room": 1.3},  # on a phone the numbers beyond the bars need more of the axis
    )
    tints = {
        "table": (figures.COLOURS[0], ""),
        "gravity model": (figures.COLOURS[5], "/"),
        "assumption": (figures.COLOURS[4], "."),
        "estimate of 2026": (figures.COLOURS[2], "x"),
    }
    top = total / 1e3 or 1.0
    for (kind, ranged), part in frame.groupby(["rests on", frame["high"] > frame["low"]], sort=False):
        tint, pattern = tints[kind]
        spread = (part["high"] - part["low"]) / 2e3
        figure.add_trace(
            {
                "type": "bar",
                "x": (part["musd"] / 1e3).tolist(),
                "y": part["step"].tolist(),
                "orientation": "h",
                "name": kind,
                "error_x": {
                    "type": "data",
                    "array": spread.tolist(),
                    "color": figures.INK,
                    "thickness": 2,
                    "width": 5,
                }
                if ranged
                else None,
                "legendgroup": kind,
                "showlegend": not (ranged and kind == "assumption"),
                "marker": {
                    "color": tint,
                    "line": {"color": figures.INK, "width": 0.5},
                    "pattern": {
                        "shape": pattern,
                        "fillmode": "overlay",
                        "fgcolor": figures.PAPER,
                        "fgopacity": 0.6,
                        "size": 7,
                    },
                },
                "hovertext": [_usd(v) for v in part["musd"]],
                "hovertemplate": "%{y}: %{hovertext}<extra></extra>",
            }
        )
    figure.add_trace(
        {
            "type": "scatter",
            "x": (frame["high"] / 1e3 + top * 0.015).tolist(),
            "y": frame["step"].tolist(),
            "mode": "text",
            "showlegend": False,
            "hoverinfo": "skip",
            "text": [
                _short(a) if a == b else f"{_short(a)} to {_short(b)}"
                for a, b in zip(frame["low"], frame["high"], strict=True)
            ],
            "textposition": "middle right",
            "cliponaxis": False,
        }
    )
    figure.update_xaxes(range=[0, top * 1.16])
    return figure, frame.assign(**{c: frame[c].round(1) for c in ("musd", "low", "high")})


def _all_partners(
    partner: str, year: int, flow: str, decay: float, how: tuple
) -> tuple[go.Figure, pd.DataFrame]:
    frame = exposure(year, flow, decay)
    touched = [model.scenario(u, *how) for u in frame["union"]]
    frame = frame.assign(
        relies=[t.relies for t in touched], low=[t.low for t in touched], high=[t.high for t in touched]
    )
    frame = frame.sort_values("union", ascending=False, na_position="last", kind="stable")
    label = {c: ("▸ " if c == partner else "") + country(c) for c in frame.index}
    known, lost = frame[frame["missing"] == ""], frame[frame["missing"] != ""]
    figure = figures.new(
        150 + 28 * len(frame),
        xaxis={"type": "log", "title": {"text": "million US dollars, log scale"}, "dtick": 1},
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [label[c] for c in frame.index],
            "autorange": "reversed",
        },
        legend={"y": -0.12, "yanchor": "top"},
    )
    for i, (column, name) in enumerate(
        (
            ("union", "with the EU (modelled)"),
            ("relies", "rests on the decision"),
            ("high", "scenario: value lost, high end"),
        )
    ):
        part = known[known[column] > 0]
        figure.add_trace(
            {
                "type": "scatter",
                "x": part[column].tolist(),
                "y": [label[c] for c in part.index],
                "mode": "markers",
                "name": name,
                "marker": {
                    "symbol": figures.SYMBOLS[i],
                    "size": 11,
                    "color": figures.COLOURS[i],
                    "line": {"color": figures.INK, "width": 1},
                },
                "hovertext": [f"{country(c)}: {_usd(v)}" for c, v in part[column].items()],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    if len(lost):
        at = max(float(known["union"].min()) / 100, 1.0) if len(known) else 1.0
        figure.add_trace(
            {
                "type": "scatter",
                "x": [at] * len(lost),
                "y": [label[c] for c in lost.index],
                "mode": "text",
                "name": "no data",
                "showlegend": False,
                "text": ["no data"] * len(lost),
                "textposition": "middle right",
                "textfont": {"color": figures.SOFT_INK},
                "hovertext": lost["missing"].tolist(),
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    table = frame.reset_index().rename(
        columns={
            "world": "world_musd",
            "union": "eu_musd",
            "relies": "relies_musd",
            "low": "lost_low_musd",
            "high": "lost_high_musd",
        }
    )
    table.insert(0, "partner", [country(c) for c in table["iso3"]])
    return figure, table.round(1)


def _over_time(
    partner: str, year: int, flow: str, decay: float, how: tuple
) -> tuple[go.Figure, pd.DataFrame]:
    rows = []
    for y in range(TRADE_YEARS[0], TRADE_YEARS[1] + 1):
        union = model.with_union(partner, y, flow, decay)[1]
        t = model.scenario(union, *how)
        rows.append((y, union, t.relies, t.high, partner in set(adequate(day_of(y))["iso3"])))
    frame = pd.DataFrame(
        rows,
        columns=["year", "with the EU", "rests on the decision", "value lost, high end", "decision in force"],
    )
    if frame["with the EU"].isna().all():
        return figures.empty(f"The source has no value for {country(partner)}."), frame
    unit, size = ("billion", 1e3) if frame["with the EU"].max() >= 1e3 else ("million", 1.0)
    long = frame.drop(columns="decision in force").melt("year", var_name="kind", value_name="value")
    long["value"] /= size
    figure = figures.lines(
        long, "year", "value", "kind", label=f"{unit} US dollars", changes=[(year, "chosen year")]
    )
    covered = frame[frame["decision in force"]]["year"].tolist()
    figure.add_trace(
        {
            "type": "scatter",
            "x": covered,
            "y": [0] * len(covered),
            "mode": "markers",
            "name": "decision in force",
            "marker": {
                "symbol": "line-ew-open",
                "size": 16,
                "color": figures.COLOURS[3],
                "line": {"width": 5},
            },
            "hoverinfo": "skip",
        }
    )
    for y in frame[frame["with the EU"].isna()]["year"]:
        figure.add_annotation(
            x=y,
            y=0.5,
            yref="paper",
            text="no data",
            textangle=-90,
            showarrow=False,
            bgcolor=figures.PAPER,
            font={"color": figures.SOFT_INK},
        )
    return figure, frame.rename(columns={c: f"{c}, million USD" for c in frame.columns[1:4]}).round(1)


def touched_view(
    partner: str = "USA",
    year: int = TRADE_YEARS[1],
    flow: str = "exports",
    picture: str = "steps",
    decay: float = DECAY,
    relying: int = RELYING,
    able: int = ABLE,
    cost: tuple[int, int] = COST,
) -> View:
    """The scenario: if the decision on a partner fell and the trade of a year stood for the present."""
    how = (relying / 100, able / 100, (cost[0] / 100, cost[1] / 100))
    total, union = model.with_union(partner, year, flow, decay)
    sources = ("digital_services", "country_pairs", "adequacy", "groups")
    economies = len(model.bilateral(year, decay))
    caveat = (
        "A scenario, not a forecast: no default is a measurement of this trade. The table has services that could be delivered by "
        "wire, not which of them need personal data, and totals with the whole world only; the pairs are a model over "
        f"{economies} economies with both totals, checked against US figures alone. Firms adapt, stop part, or move servers; "
        "nothing here says how fast."
    )
    if partner == "GBR" and year < 2020:
        caveat += " The United Kingdom was in the EU then."
    scope = adequate(last_day()).set_index("iso3").at[partner, "scope"]
    caveat += f" The decision covers: {scope}."
    detail = "\n\n".join(f"**{head}:** {text}" for head, text in SOURCES)
    if math.isnan(union):
        why = exposure(year, flow, decay).at[partner, "missing"]
        takeaway = (
            f"Scenario: for {_the(partner)} in {year} nothing can be said, because the table has no figure ({why}); no data is "
            "not zero."
        )
        figure, table = (
            figures.empty(f"{country(partner)}, {year}: {why}."),
            pd.DataFrame([(country(partner), year, why)], columns=["partner", "year", "missing"]),
        )
    else:
        t, loss = model.scenario(union, *how), model.published_loss(union)
        takeaway = (
            f"Scenario: of {_usd(union)} that {_the(partner)} {FLOWS[flow]} in a year like {year} (modelled, {union / total:.0%} of "
            f"its total), {_usd(t.relies)} would rest on the decision; if it fell, {_usd(t.switches)} would switch, {_usd(t.stops)} "
            f"could not, and the value lost would be {_usd(t.low)} to {_usd(t.high)} on these assumptions, beside "
            f"{_usd(loss[0])} to {_usd(loss[1])} by the published estimate."
        )
        figure, table = _steps(total, t, loss)
    if picture == "partners":
        figure, table = _all_partners(partner, year, flow, decay, how)
    elif picture == "years":
        figure, table = _over_time(partner, year, flow, decay, how)
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table,
        caveat=caveat,
        sources=sources,
        detail=detail,
        links=LINKS,
    )


transfer_break = Exhibit(
    "transfer_break",
    "Scenario: what would the end of a decision touch?",
    touched_view,
    partner=choice(lambda: [(country(c), c) for c in partners()], default="USA", label="Partner"),
    year=number(*TRADE_YEARS, TRADE_YEARS[1], label="Trade of"),
    flow=choice(
        [("What the partner sells", "exports"), ("What it buys", "imports"), ("Both", "both")], label="Trade"
    ),
    picture=choice(
        [("Step by step", "steps"), ("All partners", "partners"), ("Over time", "years")], label="Picture"
    ),
    decay=number(
        0,
        1.5,
        DECAY,
        0.1,
        label="Distance exponent β",
        help="0: only size counts. Higher: neighbours count more.",
    ),
    relying=number(0, 100, RELYING, 1, "%", label="Rests on the decision"),
    able=number(0, 100, ABLE, 1, "%", label="Could switch to another mechanism"),
    cost=span(0, 40, COST, 1, "%", label="Cost of switching, of the value"),
)


# ---------------------------------------------------------------- findings and checks


def finding_network() -> str:
    """How the network stands, and how much trade lies in it."""
    day, s = last_day(), standing(YEARS[1])
    has = s["status"].isin([ADEQUATE, BOTH])
    sums, world, listed, missing = exports_inside(YEARS[1])
    zone = float(sums[[INSIDE, ADEQUATE, CBPR, BOTH]].sum())
    both = ", ".join(country(c) for c in s.index[s["status"] == BOTH])
    return (
        f"On {day.day} {day:%B %Y} adequacy decisions cover {int(has.sum())} countries and territories, {int((has & s['part']).sum())} of them "
        f"in part only; the Global CBPR Forum has {int(s['status'].isin([CBPR, BOTH]).sum())} members with a code here, and {both} are in "
        f"both. The EU, the EEA and all of these sold {zone / world:.0%} of the world's digitally deliverable exports in "
        f"{TRADE_YEARS[1]}; {missing} of {listed} economies have no value for that year, and the world's total includes an estimate for them."
    )


def finding_overlap() -> str:
    """Whether the two clubs overlap more than their size among states would give."""
    s = standing(YEARS[1])
    s = s[s["status"] != INSIDE]
    s = s[s.index.isin(states().query("kind in ['un_member', 'un_observer', 'non_member']").index)]
    a, c = s["status"].isin([ADEQUATE, BOTH]), s["status"].isin([CBPR, BOTH])
    table = [[int((a & c).sum()), int((c & ~a).sum())], [int((a & ~c).sum()), int((~a & ~c).sum())]]
    odds, p = fisher_exact(table)
    return (
        f"Among {len(s)} states outside the EU and EEA, {share(table[0][0], sum(table[0]))} of the CBPR members have an adequacy decision "
        f"against {share(table[1][0], sum(table[1]))} of the others (odds ratio {odds:.0f}, Fisher's exact p = {p:.1g}). "
        "Wealth or trade may bring a state into both; the figure does not say that one leads to the other."
    )


def finding_lives() -> str:
    """Rates of court ends, frameworks and others."""
    r = rates().set_index("group")
    parts = [
        f"{int(r.at[g, 'struck'])} of {int(r.at[g, 'decisions'])} {words} in {r.at[g, 'years']:.0f} years "
        f"({r.at[g, 'rate']:.1f} per 100 years; {r.at[g, 'low']:.1f} to {r.at[g, 'high']:.1f})"
        for g, words in ((FRAMEWORKS, "EU–US frameworks"), (OTHERS, "other decisions"))
    ]
    return f"Struck down by a court so far: {parts[0]}, and {parts[1]}. With equal risk a year, both ends would fall on the frameworks with a chance of {chance_all_in_frameworks():.2g}."


def finding_gaps() -> str:
    """Days without a framework."""
    g = gaps()
    start = load("eu_us_frameworks")["from"].min()
    whole = (last_day() - start).days
    return (
        f"Between {start.day} {start:%B %Y} and {last_day().day} {last_day():%B %Y} no EU–US framework was in force for {' and '.join(f'{d:,}' for d in g['days'])} "
        f"days, {g['days'].sum() / whole:.0%} of the time."
    )


def finding_model() -> str:
    """How far the gravity model is from the two published shares."""
    c = model.calibrated()
    best = c.loc[c["miss"].idxmin()]
    return (
        f"With distance exponent {best['decay']:.1f} the model puts {best['exports']:.0%} of US exports and {best['imports']:.0%} of US imports of "
        f"digitally deliverable services with the EU in {model.PUBLISHED_YEAR}; published are {model.PUBLISHED['exports']:.0%} and "
        f"{model.PUBLISHED['imports']:.0%}. No other partner was checked."
    )


def finding_break() -> str:
    """The default scenario and what each assumption moves."""
    _, union = model.with_union("USA", TRADE_YEARS[1], "exports", DECAY)
    cost = (COST[0] / 100, COST[1] / 100)
    t, none = (
        model.scenario(union, RELYING / 100, ABLE / 100, cost),
        model.scenario(union, RELYING / 100, 0, cost),
    )
    loss = model.published_loss(union)
    return (
        f"In the default scenario the value lost is {_usd(t.low)} to {_usd(t.high)} of {_usd(union)} a year that the United States sells to "
        f"the EU; if no one could switch it is {_usd(none.high)}. The published estimate, applied to the same trade, gives {_usd(loss[0])} to {_usd(loss[1])}."
    )


def finding_missing() -> str:
    """Which partners have no trade figure."""
    e = exposure(TRADE_YEARS[1], "exports", DECAY)
    lost = e[e["missing"] != ""]
    return (
        f"For {len(lost)} of {len(e)} partners with a decision no exposure can be computed for {TRADE_YEARS[1]}: "
        f"{', '.join(f'{country(c)} ({why})' for c, why in lost['missing'].items())}."
    )


def _check_gap(answer: object) -> Verdict:
    rows = load("eu_us_frameworks").set_index("name")
    first = (rows.at["Privacy Shield", "from"] - rows.at["Safe Harbor", "to"]).days
    second = (rows.at["EU-US Data Privacy Framework", "from"] - rows.at["Privacy Shield", "to"]).days
    return check_number(
        answer,
        right=float(first + second),
        tolerance=2,
        slips={
            "That is the first gap only. Add the one between Privacy Shield and the Data Privacy Framework.": float(
                first
            ),
            "That is the second gap only. Add the one between Safe Harbor and Privacy Shield.": float(second),
            "That is in years. Give days: a difference of dates has .days.": (first + second) / 365.25,
            "The sign is turned round: take the next beginning less the last end.": float(-first - second),
        },
        hint="Sort eu_us_frameworks by from; take the from of the next row less the to of each row, and add the days.",
    )


CHECKS = {"days_without": _check_gap}
