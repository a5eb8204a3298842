"""Chapter 4.5: who gained in digital services, what missing values do, and a regression that a reader can break.

Money is in US dollars at current prices. A *clear* coefficient is one whose 95% interval leaves out nought.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.data_flows import services_figures as figs
from cyberdip_utils.data_flows import services_model as model
from cyberdip_utils.data_flows import services_trade as trade
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, number, span, switch, years
from cyberdip_utils.stats import share, wilson
from cyberdip_utils.teach import Verdict, check_number

BLUE, ORANGE, GREEN = figures.COLOURS[:3]
TRADE = ("digital_services", "digital_services_groups", "states")
INPUTS = (
    "digital_services",
    "states",
    "gdp",
    "internet_users",
    "country_pairs",
    "adequacy",
    "groups",
    "cbpr",
    "regimes",
    "freedom_on_the_net",
    "cloud_regions",
    "ict_use_by_business",
)
WIDE = "Digitally deliverable means that a service could be sent by wire, not that it was. Current prices and exchange rates."


def _names() -> list[tuple[str, str]]:
    return sorted((country(c), c) for c in trade.wide("exports").index)


# ---------------------------------------------------------------- 1. who gained

GAINED, OVER_TIME, NEWEST = "gained", "time", "newest"
MARKS_NEWEST = (trade.LAST, trade.EARLIER, trade.OLD, trade.NEVER)


def gained(
    picture: str = GAINED,
    measure: str = "exports",
    between: tuple[int, int] = trade.YEARS,
    group: str = trade.WORLD,
    least: float = 1.0,
    added: tuple[str, ...] = ("HKG", "NGA"),
) -> View:
    """Who gained in digitally deliverable services, with missing values drawn."""
    start, end = between
    label, unit, unit_change = trade.AMOUNTS[measure]
    flow = "imports" if measure == "imports" else "exports"
    codes = trade.economies(group, flow)
    absent = [c for c in codes if math.isnan(trade.wide(flow).at[c, end])]
    caveat = WIDE
    if measure in ("head",):
        caveat += " Population is one estimate of about 2019; small economies without it are left out."
    if picture == NEWEST:
        marks = trade.last_value(flow).loc[list(codes)]
        counts = marks.value_counts().reindex(MARKS_NEWEST, fill_value=0)
        figure = figures.world_map(
            marks,
            f"Newest value of {flow}",
            order=MARKS_NEWEST,
            colours=dict(zip(MARKS_NEWEST, (BLUE, "#9ecae9", ORANGE, "#7a3b00"), strict=True)),
        )
        table = pd.DataFrame({"economy": [country(c) for c in marks.index], "newest value": marks.to_numpy()})
        return View(
            figure=figure,
            takeaway=f"{group}: {share(int(counts[trade.LAST]), len(marks))} of the economies have a value of {flow} for "
            f"2023, {counts[trade.EARLIER]} stop at 2022, {counts[trade.OLD]} earlier, and {counts[trade.NEVER]} never "
            "have one.",
            table=table.sort_values("economy").reset_index(drop=True),
            caveat=caveat + " The map does not depend on the years chosen. Grey: no row in the source.",
            sources=TRADE,
        )
    if end == start and (picture == GAINED):
        message = "A change needs two different years."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, TRADE)
    if picture == GAINED:
        frame = trade.changes(measure, start, end, group, least)
        if frame.empty:
            message = f"No economy of this group and size has a value in {start} and one after it."
            return View(figures.empty(message), message, pd.DataFrame(), caveat, TRADE)
        top, bottom = frame.head(10), frame.tail(4)
        shown = frame[frame.index.isin([*top.index, *bottom.index, *added])]
        figure = figs.gains(shown, end, f"{label}: change, {unit_change}")
        up = int((frame["change"] > 0).sum())
        old = int((frame["to"] < end).sum())
        first = frame.iloc[0]
        size = f" of {least:g} bn US$ or more" if least else ""
        takeaway = (
            f"Between {start} and {end} {'exports' if measure == 'growth' else figs.low(label)} rose in "
            f"{share(up, len(frame))} of the comparable economies{size}, most in {country(frame.index[0])} "
            f"({first['change']:+,.1f} {unit_change}); "
            + (
                f"{old} of them {'has' if old == 1 else 'have'} no value in {end} and "
                f"{'is' if old == 1 else 'are'} compared at the newest one."
                if old
                else f"all of them have a value in {end}."
            )
        )
        table = frame.reset_index().assign(economy=lambda f: [country(c) for c in f["iso3"]])
        table = table[["economy", "first", "last", "to", "change"]].rename(
            columns={
                "first": f"{start}",
                "last": f"{end} or newest",
                "to": "newest year",
                "change": f"change ({unit_change})",
            }
        )
        caveat += f" {len(absent)} of {len(codes)} listed economies have no value of {flow} in {end}."
        return View(
            figure, takeaway, table.round(3), caveat + " Ten largest, four smallest and those you add.", TRADE
        )
    table = trade.amounts(measure, start).loc[:, start:end]
    size = trade.wide(flow, carried=True)[end].reindex(list(codes)).dropna()
    size = size[trade.wide("exports", carried=True).loc[size.index, end].fillna(0) / 1e3 >= least]
    size = size[table.loc[size.index].notna().any(axis=1)]
    lines = [*size.sort_values(ascending=False).index[:5]]
    lines += [c for c in added if c in codes and c not in lines][: 7 - len(lines)]
    table = table.loc[[c for c in lines if table.loc[c].notna().any()]]
    if table.empty:
        message = "No economy of this group and size has a value in these years."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, TRADE)
    holes = int(table.isna().sum().sum())
    lead = table.iloc[0].dropna()
    world = trade.published(flow)
    takeaway = (
        f"{country(table.index[0])}, the largest of the group by {flow}: {figs.low(label)} "
        f"{lead.iloc[0]:,.1f} in {lead.index[0]} and {lead.iloc[-1]:,.1f} in {lead.index[-1]} ({unit}); the world's {flow} "
        f"by the publisher's estimate were {world[start] / 1e6:.2f} and {world[end] / 1e6:.2f} trillion US$. "
        f"{holes} of the {table.size} values drawn {'is' if holes == 1 else 'are'} missing; {share(len(absent), len(codes))} "
        f"of all economies of the group have none in {end}."
    )
    shown = table.rename(index=country).round(3)
    shown.index.name = "economy"
    return View(
        figs.over_time(table, measure),
        takeaway,
        shown.rename(columns=str),
        caveat + " The five largest of the group and up to two of those you add.",
        TRADE,
    )


who_gained = Exhibit(
    "digital_services_gains",
    "Who gained in digital services?",
    gained,
    picture=choice(
        [("Who gained", GAINED), ("Over time", OVER_TIME), ("Newest value (map)", NEWEST)], label="Picture"
    ),
    measure=choice([(v[0], k) for k, v in trade.AMOUNTS.items()], label="Amount"),
    between=years(*trade.YEARS, label="Years", grid=(2010, 2019, 2023)),
    group=choice(trade.groups, label="Group", help="Income groups are estimates of about 2019."),
    least=number(
        0,
        10,
        1.0,
        step=0.5,
        unit="bn US$",
        label="Smallest exports",
        help="Leave out economies whose newest exports are below this.",
        grid=(0, 1, 10),
    ),
    added=choices(_names, ("HKG", "NGA"), label="Add economies", help="Those of the group only."),
)


# ---------------------------------------------------------------- 2. what missing values do

HEADLINE, COUNT, WHO = "headline", "count", "who"


def headline(
    picture: str = HEADLINE,
    flow: str = "exports",
    group: str = trade.WORLD,
    between: tuple[int, int] = (2022, 2023),
    assumed: tuple[int, int] = (-10, 30),
) -> View:
    """One headline, growth a year, by rules that treat missing values differently."""
    start, end = between
    codes = trade.economies(group, flow)
    gone = int(trade.wide(flow).loc[list(codes), end].isna().sum())
    caveat = (
        "Bounds rest on the range you choose; nothing in the data says that it holds. Economies that never report are in no "
        "rule. The publisher's estimate is its own and is not explained in the copy we have."
    )
    if picture == COUNT:
        table = trade.missing_by_year(flow, group)
        figure = figures.new(barmode="stack", yaxis={"title": {"text": "economies"}}, xaxis={"dtick": 2})
        for column, colour, pattern in (("with a value", BLUE, ""), ("without", ORANGE, "/")):
            figure.add_trace(
                {
                    "type": "bar",
                    "x": table.index.tolist(),
                    "y": table[column].tolist(),
                    "name": column,
                    "marker": {
                        "color": colour,
                        "line": {"color": figures.INK, "width": 0.5},
                        "pattern": {
                            "shape": pattern,
                            "fillmode": "overlay",
                            "fgcolor": figures.PAPER,
                            "size": 7,
                        },
                    },
                }
            )
        held = table["share of the carried-on total"].get(end, math.nan)
        held_text = "not defined" if math.isnan(held) else f"{held:.1%}"
        return View(
            figure,
            f"{group}: {share(gone, len(codes))} of the economies have no value of {flow} in {end}, against "
            f"{share(int(table['without'].iloc[0]), len(codes))} in {trade.YEARS[0]}; at their last values they held "
            f"{held_text} of the group's {end} total.",
            table.reset_index().round(4),
            caveat + " The bars do not depend on the range assumed.",
            TRADE,
        )
    if picture == WHO:
        groups = [g for g in trade.INCOMES if set(trade.economies(g)) & set(codes)]
        rows = []
        for g in groups:
            part = [c for c in trade.economies(g) if c in codes]
            k = int(trade.wide(flow).loc[part, end].isna().sum())
            rows.append((g, k / len(part), *wilson(k, len(part)), k, len(part)))
        table = pd.DataFrame(rows, columns=["income group", "share", "low", "high", "without", "economies"])
        return View(
            figures.bars(
                table,
                "income group",
                "share",
                "low",
                "high",
                label=f"without {end}",
                percent=True,
            ),
            f"{group}, {end}: "
            + "; ".join(f"{r[0].lower()} {share(r[4], r[5])}" for r in rows)
            + " of the economies have no value, so what is left is not a sample of the world.",
            table.round(4),
            caveat + " Intervals treat economies as drawn from a larger set like them.",
            TRADE,
        )
    if end == start:
        message = "Growth needs two different years."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, TRADE)
    found = trade.headlines(flow, start, end, group, assumed[0] / 100, assumed[1] / 100)
    table = pd.DataFrame(
        [
            (
                h.rule,
                h.growth(start, end),
                h.first / 1e3,
                h.last / 1e3,
                h.n_first if h.n_first else None,
                h.n_last if h.n_last else None,
            )
            for h in found
        ],
        columns=[
            "rule",
            "growth a year",
            f"{start} (bn US$)",
            f"{end} (bn US$)",
            f"economies {start}",
            f"economies {end}",
        ],
    )
    rate = table.set_index("rule")["growth a year"]
    if rate.isna().all():
        message = f"No economy of this group has {flow} in these years."
        return View(figures.empty(message), message, table, caveat, TRADE)
    figure = figures.new(
        380,
        xaxis={
            "title": {"text": f"growth a year,<br>{start} to {end}"},
            "nticks": 6,
            "tickformat": ".0%",
        },
    )
    low, high = rate[trade.BOUNDS_LOW], rate[trade.BOUNDS_HIGH]
    order = [trade.REPORTERS, trade.BALANCED, "bounds", trade.CARRIED]
    order += [trade.PUBLISHER] if trade.PUBLISHER in rate.index else []
    figure.add_trace(
        {
            "type": "scatter",
            "x": [low, high],
            "y": ["bounds", "bounds"],
            "mode": "lines+markers+text",
            "line": {"width": 6, "color": figures.NO_DATA},
            "marker": {"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": figures.INK}},
            "text": [figs.percent(low), figs.percent(high)],
            "textposition": ["bottom center", "top center"],
            "showlegend": False,
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
    )
    styles = {
        trade.REPORTERS: (ORANGE, "square"),
        trade.BALANCED: (BLUE, "circle"),
        trade.CARRIED: (GREEN, "diamond"),
        trade.PUBLISHER: (figures.INK, "star"),
    }
    for rule, (colour, symbol) in styles.items():
        if rule in rate.index and not math.isnan(rate[rule]):
            figure.add_trace(
                {
                    "type": "scatter",
                    "x": [rate[rule]],
                    "y": [rule],
                    "mode": "markers+text",
                    "marker": {"symbol": symbol, "size": 13, "color": colour},
                    "text": [figs.percent(rate[rule])],
                    "textposition": "top center",
                    "showlegend": False,
                    "cliponaxis": False,
                    "hovertemplate": "%{y}: %{x:.2%}<extra></extra>",
                }
            )
    shown = [v for v in rate if not math.isnan(v)]
    edge = max(0.005, (max(shown) - min(shown)) * 0.3)
    figure.update_layout(
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": order,
            "autorange": "reversed",
            "tickvals": order,
            "ticktext": [figures.plain(o, width=14) for o in order],
        },
        xaxis={"range": [min(shown) - edge, max(shown) + edge]},
    )
    n = {h.rule: h for h in found}
    both = n[trade.BALANCED]
    takeaway = (
        f"{group}, {flow} {start} to {end}, a year: {figs.percent(rate[trade.REPORTERS])} by whoever reports "
        f"({n[trade.REPORTERS].n_first} economies, then {n[trade.REPORTERS].n_last}), {figs.percent(rate[trade.BALANCED])} for "
        f"the {both.n_first} {'economy' if both.n_first == 1 else 'economies'} with both values, and anything from "
        f"{figs.percent(low)} to {figs.percent(high)} if what is missing moved by {assumed[0]} to {assumed[1]}% a year"
    )
    if trade.PUBLISHER in rate.index:
        takeaway += f"; the publisher's own estimate is {figs.percent(rate[trade.PUBLISHER])}"
    return View(figure, takeaway + ".", table.round(4), caveat, TRADE)


missing_headline = Exhibit(
    "missing_headline",
    "What do missing values do to a headline?",
    headline,
    picture=choice(
        [("The headline", HEADLINE), ("Missing by year", COUNT), ("Who is missing", WHO)], label="Picture"
    ),
    flow=choice([("Exports", "exports"), ("Imports", "imports")], label="Flow"),
    group=choice(trade.groups, label="Group"),
    between=years(*trade.YEARS, (2022, 2023), label="Years", grid=(2010, 2022, 2023)),
    assumed=span(
        -50,
        100,
        (-10, 30),
        step=5,
        unit="% a year",
        label="What is missing moved by",
        help="The growth that you would believe of an economy without a value.",
        grid=(-50, -10, 30, 100),
    ),
)


# ---------------------------------------------------------------- 3. break this regression

PATH, NEIGHBOURS, SCATTER = "path", "neighbours", "scatter"


def _warnings(spec: model.Spec, found: model.Fit) -> str:
    """What this very specification cannot bear, in sentences."""
    label, _, _, dated = model.MEASURES[spec.measure]
    said = ["An association, not an effect."]
    if spec.measure == "orders":
        said.append("Each economy's newest survey of its firms is used, in some after the trade.")
    elif dated and dated > spec.year:
        said.append(
            f"The score ({figs.low(label)}) is of {dated}, the trade of {spec.year}: the cause would follow the effect."
        )
    if spec.lag and not dated:
        said.append(
            f"Measure and controls are {spec.lag} years older than the trade; a lag does not rule out a common cause."
        )
    both = spec.outcome in ("of_gdp", "balance") and ("income" in spec.used_controls or spec.weights == "gdp")
    if both and not (spec.outcome == "balance" and spec.logs):
        said.append("GDP stands on both sides: in the outcome and among the controls or weights.")
    if spec.measure in spec.controls:
        said.append("The measure was also chosen as a control and is used once.")
    if spec.design == "within" and len(spec.controls) > len(spec.used_controls):
        said.append("Controls that do not change over time drop out within economies.")
    if spec.design != "year" and spec.errors == "classical":
        said.append("Classical errors take the years of one economy for independent and are far too small.")
    if spec.errors == "subregion" and found.groups:
        said.append(f"{found.groups} clusters are few for clustered errors.")
    if spec.weights != "equal":
        said.append("With weights a few large economies carry most of the result.")
    return " ".join(said)


def regression(
    picture: str = PATH,
    measure: str = "internet",
    outcome: str = "per_head",
    logs: bool = True,
    controls: tuple[str, ...] = ("income", "size"),
    year: int = 2022,
    lag: int = 0,
    weights: str = "equal",
    sample: str = "all",
    design: str = "year",
    errors: str = "robust",
    carried: bool = False,
    without: tuple[str, ...] = (),
) -> View:
    """One specification, the path to it or its neighbours; parameters as in ``services_model.Spec``."""
    spec = model.Spec(
        measure, outcome, logs, year, lag, controls, weights, sample, design, errors, carried, tuple(without)
    )
    found = model.fit(spec)
    caveat = _warnings(spec, found)
    if found.problem:
        return View(figures.empty(found.problem), found.problem, pd.DataFrame(), caveat, INPUTS)
    steps = model.path(spec) if picture != NEIGHBOURS else model.neighbours(spec)
    rows = []
    for text, f in steps:
        here = spec if text not in ("levels", "logs") else model.changed(spec, logs=text == "logs")
        rows.append(
            (
                text,
                *(np.nan if f.problem else round(figs.shown(here, x), 3) for x in (f.value, f.low, f.high)),
                figs.unit_of(here),
                f.n,
                f.economies,
                f.problem,
            )
        )
    table = pd.DataFrame(
        rows, columns=["step", "coefficient", "low", "high", "unit", "rows", "economies", "why not"]
    )
    if picture == SCATTER:
        figure, table = figs.scatter(spec)
        caveat += " The line is the fit; what it leaves is drawn, not what was measured."
        if design != "year":
            caveat += (
                " One mark an economy, its mean over the years; within economies means are all near nought."
            )
    else:
        figure = figs.coefficients(steps, spec, picture == PATH)
    v, lo, hi = (figs.shown(spec, x) for x in (found.value, found.low, found.high))
    verdict = {
        1: "clear and positive",
        -1: "clear and negative",
        0: "not clear: the interval takes in nought",
    }[found.clear]
    label, words, _, _ = model.MEASURES[measure]
    unit = figs.unit_of(spec)
    when = f"{year}" if design == "year" else f"{trade.YEARS[0]} to {year}"
    here = figs.low(model.OUTCOMES[outcome][0])
    if spec.logs and outcome == "balance":
        size = f"{v:+,.0f}% in the ratio of exports to imports (95% interval {lo:+,.0f} to {hi:+,.0f}%)"
    elif spec.logs and outcome != "growth":
        size = f"{v:+,.0f}% in {here} (95% interval {lo:+,.0f} to {hi:+,.0f}%)"
    else:
        size = f"{v:+,.2f} {unit} in {here} (95% interval {lo:+,.2f} to {hi:+,.2f})"
    if picture == NEIGHBOURS:
        others = [f for t, f in steps[1:] if not f.problem]
        same = sum(f.clear == found.clear for f in others)
        more = f" {same} of {len(others)} neighbours give the same verdict."
    elif picture == PATH and len(steps) > 1 and not steps[0][1].problem:
        bare = figs.shown(spec, steps[0][1].value)
        more = f" Without any control it was {figs.signed(bare)}{'%' if spec.logs and outcome != 'growth' else ''}."
    else:
        more = ""
    takeaway = (
        f"{words[0].upper()}{words[1:]} goes with a difference of {size}, {when}, "
        f"{found.economies} economies{f', {found.n:,} rows' if found.n != found.economies else ''}: {verdict}.{more}"
    )
    return View(figure, takeaway, table, caveat, INPUTS)


break_this_regression = Exhibit(
    "break_this_regression",
    "Can you break this regression?",
    regression,
    picture=choice(
        [("Coefficient path", PATH), ("One choice changed", NEIGHBOURS), ("Scatter", SCATTER)],
        label="Picture",
    ),
    measure=choice([(v[0], k) for k, v in model.MEASURES.items()], label="Openness"),
    outcome=choice([(v[0], k) for k, v in model.OUTCOMES.items()], label="Outcome"),
    logs=switch(True, label="Outcome in logs"),
    controls=choices([(v, k) for k, v in model.CONTROLS.items()], ("income", "size"), label="Controls"),
    year=number(*trade.YEARS, 2022, label="Year of the trade", grid=(2015, 2022, 2023)),
    lag=number(
        0, 5, 0, unit="years", label="Lag", help="Measure and controls are this much older.", grid=(0, 3)
    ),
    weights=choice([(v, k) for k, v in model.WEIGHTS.items()], label="Weights"),
    sample=choice([(v, k) for k, v in model.SAMPLES.items()], label="Sample"),
    design=choice([(v, k) for k, v in model.DESIGNS.items()], label="Design"),
    errors=choice([(v, k) for k, v in model.ERRORS.items()], label="Errors"),
    carried=switch(False, label="Carry last values on"),
    without=choices(_names, label="Leave out"),
)


# ---------------------------------------------------------------- 4. all specifications

CURVE, BY, LEAVE, CHANCE = "curve", "by", "leave", "chance"
ALL = "all"
WORDS = {
    "outcome": "Outcome",
    "form": "Logs or levels",
    "controls": "Controls",
    "weights": "Weights",
    "sample": "Sample",
    "time": "Year",
}


def specifications(
    measure: str = "internet", outcome: str = ALL, picture: str = CURVE, by: str = "outcome"
) -> View:
    """All specifications of a measure at once: the curve, by choice, leave-one-out, against chance."""
    label, words, _, dated = model.MEASURES[measure]
    caveat = (
        "A multiverse is as good as the choices put into it: all of these share the same trade data, the same measure and "
        "the same missing causes. Specifications are not independent, so their share is no probability."
    )
    if dated:
        caveat += f" The measure is of {dated}; most of the trade came before it."
    if picture == LEAVE:
        spec = model.Spec(measure, "per_head" if outcome == ALL else outcome)
        whole, moved = model.fit(spec), model.influence(spec)
        top = moved.head(12)
        values = [figs.shown(spec, v) for v in top["without"]]
        v, lo, hi = (figs.shown(spec, x) for x in (whole.value, whole.low, whole.high))
        names = [figures.plain(country(c), limit=22) for c in top["economy"]]
        figure = figures.new(
            max(320, 120 + 26 * len(top)),
            xaxis={
                "title": {
                    "text": figures.plain(
                        f"{model.OUTCOMES[spec.outcome][0]}: {figs.unit_of(spec)}", width=18
                    )
                }
            },
        )
        figure.add_vrect(x0=lo, x1=hi, fillcolor=figures.NO_DATA, opacity=0.35, line_width=0)
        figure.add_vline(x=0, line={"color": figures.INK, "width": 1.5, "dash": "dot"})
        figure.add_vline(x=v, line={"color": BLUE, "width": 2})
        figure.add_trace(
            {
                "type": "scatter",
                "x": values,
                "y": names,
                "mode": "markers",
                "marker": {"size": 11, "color": ORANGE, "symbol": "diamond"},
                "showlegend": False,
                "hovertemplate": "without %{y}: %{x:,.3g}<extra></extra>",
            }
        )
        figure.update_layout(
            yaxis={
                "type": "category",
                "categoryorder": "array",
                "categoryarray": names,
                "autorange": "reversed",
            }
        )
        every = [figs.shown(spec, x) for x in moved["without"]]
        turned = sum((x > 0) != (v > 0) for x in every)
        table = pd.DataFrame(
            {
                "left out": [country(c) for c in moved["economy"]],
                "coefficient": np.round(every, 3),
                "unit": figs.unit_of(spec),
            }
        )
        return View(
            figure,
            f"{label} and {figs.low(model.OUTCOMES[spec.outcome][0])}, {spec.year}, income and size held equal: "
            f"{figs.signed(v)} ({figs.signed(lo)} to {figs.signed(hi)}; {figs.unit_of(spec)}) with all {whole.economies} economies; without "
            f"{country(moved['economy'].iloc[0])} {figs.signed(every[0])}. Leaving out one economy turns the sign in {turned} of "
            f"{len(moved)} cases.",
            table,
            caveat + " Line and band: all economies, with 95% interval.",
            INPUTS,
        )
    chosen = "" if outcome == ALL else model.OUTCOMES[outcome][0]
    frame = model.multiverse(measure)
    frame = frame[frame["outcome"] == chosen] if chosen else frame
    if picture == CHANCE:
        observed, count, dealt = model.shuffled(measure, chosen)
        p = (1 + int((dealt >= observed).sum())) / (1 + len(dealt))
        table = pd.DataFrame(
            [("observed", observed, count)]
            + [(f"deal at random {i + 1}", int(k), count) for i, k in enumerate(np.sort(dealt)[::-1])],
            columns=["case", "clear and positive", "specifications"],
        )
        return View(
            figs.chance(observed, dealt),
            f"{label}: {observed} of {count} specifications are clear and positive; when the measure is dealt out at random "
            f"among the economies, {np.median(dealt):.0f} are in the middle deal and {np.percentile(dealt, 95):.0f} or more in "
            f"one deal of twenty. {(dealt >= observed).sum()} of {len(dealt)} deals reach the observed number (p = {p:.3f}).",
            table,
            caveat
            + " Dealing at random also cuts the tie of the measure with income, so passing says that something is there, "
            "not what.",
            INPUTS,
        )
    overall = model.tally(frame).iloc[0]
    n = int(overall["specifications"])
    takeaway = (
        f"{label}: {int(overall['positive']) / n:.0%} of {n} specifications are positive, "
        f"{int(overall['clear and positive']) / n:.0%} clear and positive, {int(overall['clear and negative']) / n:.0%} clear "
        f"and negative; the middle one is {overall['median']:+.2f} standard deviations of the outcome for {words}."
    )
    if picture == BY:
        table = model.tally(frame, by)
        gap = table["clear and positive"] / table["specifications"]
        takeaway += (
            f" {WORDS[by]}: clear and positive in {gap.max():.0%} with every option there is."
            if gap.max() == gap.min()
            else f" {WORDS[by]}: clear and positive in {gap.max():.0%} with “{table['choice'][gap.idxmax()]}” and in "
            f"{gap.min():.0%} with “{table['choice'][gap.idxmin()]}”."
        )
        return View(figs.by_choice(table), takeaway, table.round(3), caveat, INPUTS)
    table = frame.sort_values("value", ascending=False).reset_index(drop=True)
    table = table.assign(clear=table["clear"].map({1: "positive", -1: "negative", 0: "no"})).rename(
        columns=WORDS
    )
    return View(figs.curve(frame, by), takeaway, table.round(3), caveat, INPUTS)


all_specifications = Exhibit(
    "all_specifications",
    "What do all the regressions say together?",
    specifications,
    measure=choice([(v[0], k) for k, v in model.MEASURES.items()], label="Openness"),
    outcome=choice([("All outcomes", ALL), *((v[0], k) for k, v in model.OUTCOMES.items())], label="Outcome"),
    picture=choice(
        [
            ("Specification curve", CURVE),
            ("Share by choice", BY),
            ("Leave one out", LEAVE),
            ("Against chance", CHANCE),
        ],
        label="Picture",
    ),
    by=choice([(v, k) for k, v in WORDS.items()], label="Choice to look at"),
)


# ---------------------------------------------------------------- findings and checks


def finding_world() -> str:
    """How far the publisher's world total grew, and how concentrated exports are."""
    total = trade.published("exports")
    last = trade.wide("exports")[2023].dropna().sort_values(ascending=False)
    rate = (total[2023] / total[2010]) ** (1 / 13) - 1
    return (
        f"World exports of digitally deliverable services, by the publisher's estimate, rose from {total[2010] / 1e6:.2f} to "
        f"{total[2023] / 1e6:.2f} trillion US$ between 2010 and 2023, {rate:.1%} a year at current prices. The ten largest of "
        f"the {len(last)} economies with a value hold {last.head(10).sum() / total[2023]:.0%} of it; {country(last.index[0])}, "
        f"{country(last.index[1])} and {country(last.index[2])} lead."
    )


def finding_missing() -> str:
    """Who has no value of 2023."""
    listed = sorted(trade.listed("exports", 2023))
    gone = trade.wide("exports").loc[listed, 2023].isna()
    parts = []
    for g in ("High income", "Low income"):
        codes = [c for c in trade.economies(g) if c in listed]
        parts.append(f"{share(int(gone[codes].sum()), len(codes))} of the {g.lower()} economies")
    return (
        f"Of the economies listed for exports in 2023, {share(int(gone.sum()), len(gone))} have no value: "
        f"{parts[0]} and {parts[1]}."
    )


def finding_headline() -> str:
    """The same headline by four rules, for the world and for low-income economies."""
    said = []
    for group, start in ((trade.WORLD, 2022), ("Low income", 2010)):
        rate = {h.rule: (h.growth(start, 2023), h) for h in trade.headlines("exports", start, 2023, group)}
        both = rate[trade.BALANCED]
        text = (
            f"{group}, {start} to 2023: {figs.percent(rate[trade.REPORTERS][0])} a year by whoever reports, "
            f"{figs.percent(both[0])} for the {both[1].n_first} economies with both values, "
            f"{figs.percent(rate[trade.BOUNDS_LOW][0])} to {figs.percent(rate[trade.BOUNDS_HIGH][0])} if what is missing moved by "
            "-10 to 30% a year"
        )
        if trade.PUBLISHER in rate:
            text += f", {figs.percent(rate[trade.PUBLISHER][0])} by the publisher's estimate"
        said.append(text)
    return ". ".join(said) + "."


def finding_regression() -> str:
    """How internet use and exports per head go together without controls, with them, and within economies."""
    said = []
    for words, spec in (
        ("without controls", model.Spec(controls=())),
        ("with income and size held equal", model.Spec()),
        ("with all controls", model.Spec(controls=tuple(model.CONTROLS))),
        ("within economies over time, income held equal", model.Spec(design="within", controls=("income",))),
    ):
        f = model.fit(spec)
        v, lo, hi = (figs.shown(spec, x) for x in (f.value, f.low, f.high))
        said.append(f"{v:+,.0f}% ({lo:+,.0f} to {hi:+,.0f}%; {f.economies} economies) {words}")
    return (
        "One standard deviation more internet users goes with exports per head of "
        + "; ".join(said)
        + ". The first three are for 2022, the last for 2010 to 2022."
    )


def finding_multiverse() -> str:
    """Shares of clear specifications for every measure."""
    said = []
    for key, (label, *_) in model.MEASURES.items():
        t = model.tally_of(key).iloc[0]
        n = t["specifications"]
        said.append(
            f"{figs.low(label)} {t['clear and positive'] / n:.0%} and {t['clear and negative'] / n:.0%}"
        )
    return (
        f"Share of {model.tally_of('internet')['specifications'].iloc[0]} specifications that are clear and positive, and clear and negative: "
        + "; ".join(said)
        + "."
    )


def finding_outcomes() -> str:
    """The same measure by outcome: levels against growth."""
    said = []
    for key in ("reach", "law", "liberties"):
        t = model.tally_of(key, "outcome").set_index("choice")
        cells = [
            f"{t.at[o, 'clear and positive'] / t.at[o, 'specifications']:.0%} for {figs.low(o)}"
            for o in (model.OUTCOMES["of_gdp"][0], model.OUTCOMES["growth"][0])
        ]
        said.append(f"{figs.low(model.MEASURES[key][0])}: {' and '.join(cells)}")
    return "Clear and positive, " + "; ".join(said) + "."


def _check_same(answer: object) -> Verdict:
    rate = {h.rule: h.growth(2022, 2023) for h in trade.headlines("exports", 2022, 2023)}
    right = rate[trade.BALANCED]
    return check_number(
        answer,
        right=right,
        tolerance=0.0002,
        slips={
            "That divides the sum of all 2023 values by the sum of all 2022 values; fewer economies are in the first.": rate[
                trade.REPORTERS
            ],
            "That is the publisher's world row, which fills gaps by its own estimate. Use the economies.": rate[
                trade.PUBLISHER
            ],
            "That is the ratio. Take 1 away for growth.": right + 1,
            "That is a percentage. Give a share, such as 0.05.": right * 100,
        },
        hint="Keep the rows with flow exports, pivot to one row an economy and one column a year, drop economies without "
        "2022 or 2023, then divide the sums and take 1 away.",
    )


def _check_low(answer: object) -> Verdict:
    rows = load("digital_services").astype({"flow": str})
    rows = rows[(rows["year"] == 2023) & (rows["flow"] == "exports")]
    poor = set(trade.economies("Low income"))
    part = rows[rows["iso3"].isin(poor)]
    right = float(part["value_musd"].isna().mean())
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "That is the share that have a value. The question asks for those without.": 1 - right,
            "That is the share among all economies. Keep the low-income ones.": float(
                rows["value_musd"].isna().mean()
            ),
            "That is a count. Divide by the number of low-income economies listed.": float(
                part["value_musd"].isna().sum()
            ),
            "That is a percentage. Give a number between 0 and 1.": right * 100,
        },
        hint="Merge digital_services with states on iso3, keep exports of 2023 and income_group low, and take the mean of "
        "value_musd.isna().",
    )


CHECKS = {"same_economies": _check_same, "missing_low_income": _check_low}
