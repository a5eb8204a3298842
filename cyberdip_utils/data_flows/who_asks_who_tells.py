"""Chapter 4.4: requests of governments for user data, company reports compared, freedom scores, concentration.

All counts are what a company publishes, by its own rule. Reports are never added up.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data_flows import company_reports as reports
from cyberdip_utils.data_flows.asking import (
    ANY,
    AS_ZERO,
    GIVEN,
    INCOME,
    LEAST_USERS,
    LEAVE,
    NAMED,
    RATE,
    REQUESTS,
    correlation,
    measured,
    over_time,
    rank_agreement,
)
from cyberdip_utils.data_flows.asking_words import (
    OTHERS,
    asker,
    axis_of,
    covered,
    in_words,
    label_of,
    often,
    on_years,
    options,
    part_of,
    range_of,
    states_of,
    years_of,
)
from cyberdip_utils.data_flows.company_reports import (
    DATA_REPORTS,
    FEWEST,
    REPORTS,
    STATE_REPORTS,
    YEARS,
    by_asker,
    gini,
    hhi,
    rows,
    top_share,
)
from cyberdip_utils.data_flows.reports_side_by_side import (  # noqa: F401  (shown in the notebook)
    asking_and_freedom,
    reports_compared,
)
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, number, switch, years
from cyberdip_utils.teach import Verdict, check_number

DATA_YEARS = (2012, 2025)
WHO, WHEN, MAP = "who", "when", "map"

# ---------------------------------------------------------------- data requests


def _figures(values: pd.Series) -> np.ndarray:
    """Values for a table: whole numbers as such."""
    known = values.dropna()
    whole = len(known) == len(values) and (known == known.round()).all()
    return values.astype(int).to_numpy() if whole else values.round(3).to_numpy()


def _who_picture(key: str, measure: str, between: tuple[int, int], state: str) -> tuple:
    """Figure, table and sentence of the order of askers."""
    frame, label = measured(key, measure, between), label_of(key, measure)
    total = by_asker(key, between)["requests"]
    place = frame["value"].rank(ascending=False, method="min").astype(int)
    table = pd.DataFrame(
        {
            "state or body that asked": [asker(c) for c in frame.index],
            label: _figures(frame["value"]),
            "requests it rests on": frame["n"].astype(int).to_numpy(),
        }
    )
    if measure == REQUESTS:
        table = table.drop(columns="requests it rests on")
    if measure == GIVEN:
        table["95% interval"] = [range_of(a, b) for a, b in zip(frame["low"], frame["high"], strict=True)]
    if frame.empty:
        message = f"{REPORTS[key].label}, {covered(key, between)}: too few requests for this measure."
        return figures.empty(message), table, message
    shown = frame.head(15)
    if state in frame.index and state not in shown.index:
        shown = pd.concat([frame.head(14), frame.loc[[state]]])
    drawn = shown.assign(asker=[f"{'▶ ' if c == state else ''}{asker(c)} ({place[c]})" for c in shown.index])
    figure = figures.bars(
        drawn,
        "asker",
        "value",
        *(("low", "high") if measure == GIVEN else ()),
        label=axis_of(key, measure),
        percent=measure == GIVEN,
    )
    figure.update_layout(meta={"narrow_room": 1.3 if measure == GIVEN else 1.9})  # long names, long numbers
    first = frame.index[0]
    said = f"{asker(first)} is first with "
    if measure == REQUESTS:
        said += part_of(frame.at[first, "value"], float(total.sum()))
    else:
        said += in_words(frame.at[first, "value"], measure)
    if measure == GIVEN:
        row = frame.loc[first]
        said += f" of {int(row['n']):,} ({range_of(row['low'], row['high'])})"
        known = by_asker(key, between)[["given", "told"]].sum()
        said += f"; all askers together {part_of(known['given'], known['told'])}"
    if state in frame.index and state != first:
        said += (
            f"; {country(state)} is number {place[state]} with {in_words(frame.at[state, 'value'], measure)}"
        )
        if measure == GIVEN:
            row = frame.loc[state]
            said += f" of {int(row['n']):,} ({range_of(row['low'], row['high'])})"
    elif state not in (ANY, first):
        said += f"; {country(state)} has too few requests, or too few users, to be in the order"
    return figure, table, f"{states_of(len(frame))} compared: {said}."


def _when_picture(key: str, measure: str, between: tuple[int, int], state: str) -> tuple:
    """Figure, table and sentence of a measure over time."""
    frame, label = over_time(key, measure, between, state), label_of(key, measure)
    others = "all askers" if state == ANY else "all others"
    frame["line"] = frame["who"].map({"": others, state: "" if state == ANY else country(state)})
    drawn = frame.dropna(subset=["value"])
    table = frame.assign(value=_figures(frame["value"]), n=frame["n"].fillna(0).astype(int))
    columns = {"half": "period", "line": "who asked", "value": label, "n": "requests it rests on"}
    table = table[list(columns)].rename(columns=columns)
    if measure == REQUESTS:
        table = table.drop(columns="requests it rests on")
    if drawn.empty:
        message = f"{REPORTS[key].label}, {covered(key, between)}: nothing is told for this measure."
        return figures.empty(message), table, message
    inside = [c for c in REPORTS[key].changes if drawn["at"].min() <= c[0] <= drawn["at"].max()]
    if state == "GBR" and key in ("apple_account", "apple_push") and drawn["at"].max() > 2022.76:
        inside = [*inside, (2022.76, "Oct 2022: UK–US agreement")]
    ends = ("low", "high") if measure == GIVEN else (None, None)
    figure = figures.lines(
        drawn,
        "at",
        "value",
        "line",
        *ends,
        label=axis_of(key, measure),
        percent=measure == GIVEN,
        changes=inside,
    )
    on_years(figure, drawn["at"].min(), drawn["at"].max())
    figure.update_layout(xaxis={"title": {"text": "middle of the period"}})
    said = []
    for name, part in drawn.groupby("line", sort=False):
        part = part.sort_values("at")
        a, b = part.iloc[0], part.iloc[-1]
        move = f"from {in_words(a['value'], measure)} in {a['half']} to {in_words(b['value'], measure)} in {b['half']}"
        if measure == GIVEN:
            move += f" ({int(b['n']):,} requests; {range_of(b['low'], b['high'])})"
        said.append(f"{name} {move}")
    if state != ANY and country(state) not in set(drawn["line"]):
        said.append(f"nothing is told for {country(state)}")
    return figure, table, f"{label[0].upper()}{label[1:]}: {'; '.join(said)}."


def _map_picture(key: str, measure: str, between: tuple[int, int], state: str) -> tuple:
    """Figure, table and sentence of a measure on the map."""
    _, table, sentence = _who_picture(key, measure, between, state)
    frame = measured(key, measure, between)
    frame = frame[~frame.index.isin(list(OTHERS))]
    if frame.empty:
        return (
            figures.empty(f"{REPORTS[key].label}: no state can be drawn for this measure."),
            table,
            sentence,
        )
    figure = figures.world_map(
        frame["value"],
        label_of(key, measure),
        percent=measure == GIVEN,
        log=measure != GIVEN,
        hover={c: f"{int(n):,} requests" for c, n in frame["n"].items()},
    )
    missing = "no row, or too few for the measure"
    figure.for_each_trace(
        lambda t: t.update(name=missing, text=[x.replace("no data", missing) for x in t.text]),
        selector={"name": "no data"},
    )
    return figure, table, sentence


PICTURES = {WHO: _who_picture, WHEN: _when_picture, MAP: _map_picture}


def explore(
    report: str = "apple_account",
    picture: str = WHO,
    measure: str = REQUESTS,
    between: tuple[int, int] = DATA_YEARS,
    state: str = ANY,
) -> View:
    """Requests for user data in one report; parameters as the controls of ``data_explorer``."""
    r, sources = REPORTS[report], ["data_requests"]
    between = tuple(between)
    if measure == RATE:
        sources += ["internet_users", "states"]
    first, last = reports.span(report)
    frame = by_asker(report, between)
    caveat = f"What one request is: {r.counts} The count is the company's own, so compare states within one report."
    if frame.empty:
        message = f"{r.label}: no figure for {years_of(between)}; the report runs from {first} to {last}."
        return View(figures.empty(message), message, pd.DataFrame(columns=["asker"]), caveat, tuple(sources))
    if (measure == GIVEN and not r.given) or (measure == NAMED and not r.item):
        message = f"{r.label}: the report does not tell {'the outcome' if measure == GIVEN else 'what a request names'}."
        table = (
            frame[["requests"]].set_axis([asker(c) for c in frame.index]).rename_axis("asker").reset_index()
        )
        return View(figures.empty(message), message, table, caveat, tuple(sources))
    figure, table, said = PICTURES[picture](report, measure, between, state)
    if picture == WHO and not r.by_state:
        caveat += " The report has a single asker, so there is no order."
    if measure == RATE:
        caveat += (
            f" Users are all internet users of a state, not of this company; states with fewer than {LEAST_USERS:g} million "
            "are left out of the order."
        )
    if measure == GIVEN:
        known = reports.dispersions(report, between)[""]
        if picture == WHEN:
            caveat += " The bands are Wilson's for each period and too narrow: requests come in batches."
        elif not np.isnan(known):
            caveat += (
                f" Shares move {known:.1f} times as much between periods (in variance; median of askers) as separate draws "
                "would, since requests come in batches and practice changes; the intervals are widened by each asker's own "
                "figure."
            )
        caveat += f" “{r.given[0].upper()}{r.given[1:]}” can mean one line of data or a whole account."
        unsound = int((rows(report, between)["provided"] > rows(report, between)["requests"]).sum())
        if unsound:
            caveat += f" Rows that tell more answers than requests are left out ({unsound})."
    return View(
        figure,
        f"{r.label}, {covered(report, between)}: {int(frame['requests'].sum()):,} requests. {said}",
        table,
        caveat,
        tuple(sources),
    )


data_explorer = Exhibit(
    "data_explorer",
    "Who asks companies for data on users?",
    explore,
    report=choice(options(DATA_REPORTS), label="Report"),
    picture=choice([("Who asks", WHO), ("Over time", WHEN), ("Map", MAP)], label="Picture"),
    measure=choice(
        [
            ("Requests", REQUESTS),
            ("Per million internet users", RATE),
            ("Named per request", NAMED),
            ("Share in which data was given", GIVEN),
        ],
        label="Measure",
    ),
    between=years(*DATA_YEARS, label="Years"),
    state=choice(lambda: [("none", ANY), *often()], label="Point out"),
)


# ---------------------------------------------------------------- concentration

RANKED, LORENZ, TOP, EFFECTIVE = "ranked", "lorenz", "top", "effective"


def concentration(
    key: str, between: tuple[int, int] = YEARS, k: int = 3, leave: bool = False
) -> dict[str, float]:
    """How concentrated one report is among those who ask.

    Parameters
    ----------
    key : str
        A key of ``REPORTS``.
    between : (int, int)
        First and last year.
    k : int
        How many of the largest askers.
    leave : bool
        Leave out the largest asker.

    Returns
    -------
    dict
        askers, requests, top (share of the k largest), hhi (Herfindahl-Hirschman index, 0 to 1), effective (1 / hhi: as many
        equal askers would give the same index), gini. nan where nobody asked.

    References
    ----------
    Hirschman, A. O. (1964), "The paternity of an index", American Economic Review 54(5), 761-762.
    """
    amounts = _amounts(key, between, leave)
    index = hhi(amounts)
    return {
        "askers": float(len(amounts)),
        "requests": float(amounts.sum()),
        "top": top_share(amounts, k),
        "hhi": index,
        "effective": 1 / index if index > 0 else np.nan,
        "gini": gini(amounts),
    }


def _amounts(key: str, between: tuple[int, int], leave: bool) -> pd.Series:
    amounts = by_asker(key, between)["requests"]  # most first
    return amounts.iloc[1:] if leave else amounts


@lru_cache(maxsize=200)
def by_year(key: str, between: tuple[int, int] = YEARS, k: int = 3, leave: bool = False) -> pd.DataFrame:
    """:func:`concentration` of each year in which somebody asked; with ``leave`` without each year's largest asker."""
    first, last = reports.span(key)
    span = range(max(first, between[0]), min(last, between[1]) + 1)
    out = pd.DataFrame({y: concentration(key, (y, y), k, leave) for y in span}).T
    return out[out["requests"] > 0] if len(out) else out


def _curves(
    chosen: tuple[str, ...], between: tuple[int, int], k: int, leave: bool, ranked: bool
) -> go.Figure:
    """Share of the requests by rank, largest first, or the Lorenz curve, fewest first; a mark at the k largest."""
    x_axis = {"title": {"text": "askers, largest first (log)"}, "type": "log", "dtick": 1}
    if not ranked:
        x_axis = {
            "title": {"text": "share of askers, fewest first"},
            "tickformat": ".0%",
            "range": [0, 1.02],
        }
    figure = figures.new(
        460,
        xaxis=x_axis,
        yaxis={"title": {"text": "share of the requests"}, "tickformat": ".0%", "range": [0, 1.02]},
    )
    if not ranked:
        figure.add_trace(
            {
                "type": "scatter",
                "x": [0, 1],
                "y": [0, 1],
                "mode": "lines",
                "name": "all ask alike",
                "line": {"color": figures.SOFT_INK, "dash": "dot", "width": 1.5},
                "hoverinfo": "skip",
            }
        )
    for i, key in enumerate(chosen):
        amounts = np.sort(_amounts(key, between, leave).to_numpy(dtype=float))
        if not amounts.sum() > 0:
            continue
        n = len(amounts)
        if ranked:
            x, y = np.arange(1, n + 1), np.cumsum(amounts[::-1]) / amounts.sum()
            mark = min(k, n) - 1
        else:
            x, y = np.linspace(0, 1, n + 1), np.concatenate([[0.0], np.cumsum(amounts) / amounts.sum()])
            mark = max(0, n - k)
        colour = figures.COLOURS[i % len(figures.COLOURS)]
        figure.add_trace(
            {
                "type": "scatter",
                "x": x.tolist(),
                "y": y.tolist(),
                "mode": "lines",
                "name": REPORTS[key].label,
                "line": {"color": colour, "dash": figures.DASHES[i % len(figures.DASHES)], "width": 2.5},
            }
        )
        figure.add_trace(
            {
                "type": "scatter",
                "x": [float(x[mark])],
                "y": [float(y[mark])],
                "mode": "markers",
                "showlegend": False,
                "marker": {
                    "symbol": figures.SYMBOLS[i % len(figures.SYMBOLS)],
                    "size": 12,
                    "color": colour,
                    "line": {"color": figures.INK, "width": 1},
                },
                "hovertext": [
                    f"{REPORTS[key].label}: the {k} largest hold {y[mark] if ranked else 1 - y[mark]:.0%}"
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return figure


def concentrate(
    chosen: tuple[str, ...] = ("apple_account", "apple_device", "apple_payment", "google_removal"),
    picture: str = RANKED,
    between: tuple[int, int] = YEARS,
    k: int = 3,
    leave: bool = False,
) -> View:
    """How few ask most; parameters as the controls of ``concentration_of_asking``."""
    between, chosen = tuple(between), tuple(chosen)
    sources = tuple(dict.fromkeys(REPORTS[c].table for c in chosen)) or ("data_requests", "removal_requests")
    columns = [
        "report",
        "asks first",
        "askers",
        "requests",
        f"share of the {k} largest",
        "HHI",
        "equal askers (1 / HHI)",
        "Gini",
    ]
    lines, said = [], []
    for key in chosen:
        amounts, c = _amounts(key, between, leave), concentration(key, between, k, leave)
        if not c["requests"] > 0:
            continue
        r = REPORTS[key]
        first = asker(amounts.index[0])
        lines.append(
            (
                r.label,
                first,
                int(c["askers"]),
                int(c["requests"]),
                *(round(c[x], 3) for x in ("top", "hhi", "effective", "gini")),
            )
        )
        said.append(
            f"{part_of(amounts.nlargest(k).sum(), c['requests'])} of {r.label} ({int(c['askers'])} askers, as if "
            f"{c['effective']:.1f} equal ones; {first} first)"
        )
    table = pd.DataFrame(lines, columns=columns)
    caveat = (
        "All requests that the company tells are counted, so there is no interval: what is unsure is what it does not tell. Concentration "
        "among askers mixes how much a state asks, how many people there use the company, and where the company must answer: "
        "United States authorities reach American companies at home, others come from abroad or through treaties."
    )
    if leave:
        caveat += (
            " The largest asker of each report"
            + (" and year" if picture in (TOP, EFFECTIVE) else "")
            + " is left out."
        )
    if not lines:
        message = (
            "No report is chosen."
            if not chosen
            else f"No report that is chosen has a request in {years_of(between)}."
        )
        return View(figures.empty(message), message, table, caveat, sources)
    if picture in (RANKED, LORENZ):
        figure = _curves(chosen, between, k, leave, picture == RANKED)
        caveat += f" The mark on each curve parts the {k} largest askers from the rest."
    else:
        column = {TOP: "top", EFFECTIVE: "effective"}[picture]
        long = pd.concat(
            [
                by_year(key, between, k, leave)
                .assign(report=REPORTS[key].label)
                .rename_axis("year")
                .reset_index()
                for key in chosen
            ]
        )
        label = f"share of the {k} largest" if picture == TOP else "equal askers (1 / HHI)"
        figure = figures.lines(long, "year", column, "report", label=label, percent=picture == TOP)
        on_years(figure, long["year"].min(), long["year"].max())
        table = long[["report", "year", "askers", "requests", "top", "hhi", "effective", "gini"]].round(3)
        table = table.astype({"year": int, "askers": int, "requests": int})
        table = table.rename(
            columns={
                "top": f"share of the {k} largest",
                "hhi": "HHI",
                "effective": "equal askers (1 / HHI)",
                "gini": "Gini",
            }
        )
        caveat += " The last year of Apple is its first half only."
    return View(
        figure,
        f"{years_of(between)}{', without the largest asker' if leave else ''}: {'the largest asker makes' if k == 1 else f'the {k} largest askers make'} {'; '.join(said)}.",
        table,
        caveat,
        sources,
    )


concentration_of_asking = Exhibit(
    "concentration_of_asking",
    "How few ask most?",
    concentrate,
    chosen=choices(
        options(STATE_REPORTS),
        default=("apple_account", "apple_device", "apple_payment", "google_removal"),
        label="Reports",
    ),
    picture=choice(
        [
            ("Largest first", RANKED),
            ("Lorenz curve", LORENZ),
            ("Share of the largest, by year", TOP),
            ("Equal askers (1 / HHI), by year", EFFECTIVE),
        ],
        label="Picture",
    ),
    between=years(*YEARS, label="Years"),
    k=number(1, 10, 3, label="How many of the largest"),
    leave=switch(label="Leave out the largest"),
)


# ---------------------------------------------------------------- findings and checks


def finding_apple() -> str:
    """How Apple's requests about accounts grew, and how often data and content was given."""
    frame = rows("apple_account").groupby("half")[["requests", "told", "given"]].sum()
    a, b = frame.iloc[0], frame.iloc[-1]
    askers = by_asker("apple_account")
    device = by_asker("apple_device")["requests"].sum()
    low, high = (steady(r) for r in (a, b))
    return (
        f"Apple tells of {int(askers['requests'].sum()):,} requests about accounts from {states_of(len(askers))} and of "
        f"{int(device):,} about devices. Requests about accounts went from {int(a['requests']):,} in {frame.index[0]} to "
        f"{int(b['requests']):,} in {frame.index[-1]}; the share in which data was given went from {low} to {high}."
    )


def steady(row: pd.Series) -> str:
    """A share of requests with data given, of one row with given and told, with Wilson's interval."""
    k, n = float(row["given"]), float(row["told"])
    low, high = reports.steady_share(k, n)
    return f"{k / n:.0%} ({int(k):,} of {int(n):,}; {range_of(low, high)})"


def finding_batches() -> str:
    """How far from separate draws the outcomes of requests are."""
    known = reports.dispersions("apple_account")
    own = pd.Series({c: v for c, v in known.items() if c})
    enough = by_asker("apple_account")["told"]
    own = own[[c for c in own.index if enough[c] >= FEWEST]]
    above = int((own > 2).sum())
    return (
        f"If each request were a separate draw, the share with data given would move between half-years with a dispersion near 1. "
        f"Among the {len(own)} states with {FEWEST} requests or more about accounts, the median dispersion is {own.median():.1f}, "
        f"and {above} have more than 2 (the United States {own['USA']:.0f}); so an ordinary interval is too narrow."
    )


def finding_size() -> str:
    """How the order changes when askers are compared for the size of their net."""
    count, rate = (measured("apple_account", m, (2020, 2024))["value"] for m in (REQUESTS, RATE))
    place = rate.rank(ascending=False, method="min").astype(int)
    moved = "; ".join(
        f"{country(c)} from {i} to {place[c]}" for i, c in enumerate(count.index[:5], 1) if c in place
    )
    return (
        f"Requests to Apple about accounts, 2020 to 2024, among the {len(rate)} states with at least one million internet users: "
        f"per million users {', '.join(f'{country(c)} ({rate[c]:.1f})' for c in rate.index[:3])} ask most. The first five by count "
        f"move as follows: {moved}."
    )


def finding_reports() -> str:
    """How far the orders of different reports agree."""
    chosen = (
        ("apple_account", "apple_device"),
        ("apple_account", "google_removal"),
        ("apple_account", "github_abroad"),
    )
    said = "; ".join(f"{REPORTS[a].label} and {REPORTS[b].label} {rank_agreement(a, b)}" for a, b in chosen)
    each = rank_agreement("apple_account", "google_removal", YEARS, True)
    return (
        f"Rank correlation of askers, over the periods that both cover: {said}. Per million internet users the second becomes "
        f"{each}."
    )


def finding_korea() -> str:
    """What happened to requests in Korea when companies stopped giving names without a warrant."""
    out = []
    for service in ("naver", "kakao", "daum"):
        year = {
            kind: rows(f"{service}_{kind}").groupby("year")[["requests", "provided"]].sum()
            for kind in ("identity", "warrant")
        }
        a, b = (year["warrant"]["requests"][y] for y in (2012, 2014))
        gone = ", ".join(f"{int(year['identity']['provided'][y]):,}" for y in (2012, 2013))
        out.append(
            f"{REPORTS[f'{service}_warrant'].label.split(':')[0]} names given {gone}, warrants {int(a):,} to {int(b):,}"
        )
    return f"Requests for names answered in 2012 and in 2013, and search warrants in 2012 and in 2014: {'; '.join(out)}."


def finding_freedom() -> str:
    """The relation of asking to freedom scores under different choices."""
    c = correlation
    return (
        f"Freedom on the Net 2024 and requests per million internet users, 2020 to 2024: Apple accounts {c('apple_account', 'fotn2024')}, "
        f"with GDP per head held fixed {c('apple_account', 'fotn2024', RATE, (2020, 2024), LEAVE, INCOME)}, with silent states as zero "
        f"{c('apple_account', 'fotn2024', RATE, (2020, 2024), AS_ZERO)}; Google removals {c('google_removal', 'fotn2024')}. The question on "
        f"state surveillance (C5) and Apple accounts: {c('apple_account', 'C5')}."
    )


def finding_concentration() -> str:
    """How concentrated the reports are, and what becomes of it without the largest asker."""
    out = []
    for key in ("apple_account", "apple_device", "google_removal"):
        c, less = concentration(key), concentration(key, leave=True)
        first = by_asker(key)["requests"]
        out.append(
            f"{REPORTS[key].label}: {asker(first.index[0])} {part_of(first.iloc[0], first.sum())}, as if {c['effective']:.1f} equal askers, "
            f"without it {less['effective']:.1f}"
        )
    return f"All years: {'; '.join(out)}."


def _check_given_2024(answer: object) -> Verdict:
    table = reports.load("data_requests").query("company == 'Apple' and year == 2024")
    mine = table[table["request_type"] == "account"]
    right = float(mine["provided"].sum() / mine["requests"].sum())
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "That is the mean of the shares of states and half-years, in which Malta counts like the United States. Add up first, "
            "then divide.": float((mine["provided"] / mine["requests"]).mean()),
            "That is over all kinds of request. Keep the kind “account”.": float(
                table["provided"].sum() / table["requests"].sum()
            ),
            "That is the share in which content was given. The question asks for any data, the column provided.": float(
                mine["provided_content"].sum() / mine["requests"].sum()
            ),
            "You divided by accounts named. Divide by requests.": float(
                mine["provided"].sum() / mine["items"].sum()
            ),
            "That is a percentage. Give a number between 0 and 1.": right * 100,
        },
        hint="Keep Apple, 2024 and the kind “account”; add up provided, add up requests, divide.",
    )


def _check_equal_askers(answer: object) -> Verdict:
    table = reports.load("removal_requests").query("company == 'Google' and year == 2024")
    amounts = table.groupby("asker")["n"].sum()
    shares = (amounts / amounts.sum()).astype(float)
    right = float(1 / (shares**2).sum())
    row_shares = (table["n"] / table["n"].sum()).astype(float)
    return check_number(
        answer,
        right=right,
        tolerance=0.005,
        slips={
            "That is the index itself. Equal askers are 1 divided by it.": float((shares**2).sum()),
            "That is the number of askers, each counted alike.": float((amounts > 0).sum()),
            "You squared the shares of rows. Add up the requests of each asker first.": float(
                1 / (row_shares**2).sum()
            ),
        },
        hint="Add up n by asker, divide by the sum to get shares, square them, add them up, and take 1 over the result.",
    )


CHECKS = {"given_2024": _check_given_2024, "equal_askers": _check_equal_askers}
