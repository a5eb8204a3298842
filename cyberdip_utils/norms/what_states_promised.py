"""Chapter 2.2: the rounds of negotiation, the eleven norms of 2015, the expert groups, the Human Rights Council.

Which step belongs to which track, how it ended, and which codes of the incident record come near to a norm is our
reading. It stands here in tables that a test ties to the data.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.countries import region as region_of
from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, choices, search, years
from cyberdip_utils.stats import share
from cyberdip_utils.teach import Verdict, check_number

ALL, ANY = "all", "any"

# ---------------------------------------------------------------- the process

EXPERTS, OPEN, ASSEMBLY, CRIME, RIGHTS, REGIONS, CLUBS, COUNCIL = (
    "Expert groups",
    "Open-ended groups",
    "General Assembly",
    "Cybercrime treaties",
    "Human rights",
    "Regions",
    "Clubs and pairs",
    "Security Council",
)
TRACKS = (EXPERTS, OPEN, ASSEMBLY, CRIME, RIGHTS, REGIONS, CLUBS, COUNCIL)

AGREED, VOTED, FAILED, TREATY, SOME, STEP = (
    "agreed without a vote",
    "adopted by a vote",
    "no agreement, or not adopted",
    "treaty open or in force",
    "promised by some states",
    "other step",
)
STYLE = {  # colour and symbol stay with the result whatever is selected
    AGREED: (figures.COLOURS[0], "circle"),
    VOTED: (figures.COLOURS[4], "square"),
    FAILED: (figures.COLOURS[1], "x"),
    TREATY: (figures.COLOURS[2], "diamond"),
    SOME: (figures.COLOURS[3], "triangle-up"),
    STEP: (figures.NO_DATA, "cross"),
}

# (date, symbol) of process_timeline -> track and result. Our reading of the columns event and outcome; "other step"
# also where the source does not say how a text was adopted.
STEPS = {
    ("1998-01-01", "A/RES/53/70"): (ASSEMBLY, AGREED),
    ("2001-11-23", "ETS 185"): (CRIME, TREATY),
    ("2003-01-28", "ETS 189"): (CRIME, TREATY),
    ("2004-01-01", "A/RES/58/32"): (EXPERTS, FAILED),
    ("2004-07-01", "ETS 185"): (CRIME, TREATY),
    ("2005-12-08", "A/RES/60/45"): (ASSEMBLY, VOTED),
    ("2009-06-16", ""): (REGIONS, SOME),
    ("2010-01-01", "A/65/201"): (EXPERTS, AGREED),
    ("2011-09-12", ""): (ASSEMBLY, FAILED),
    ("2012-07-05", "A/HRC/RES/20/8"): (RIGHTS, AGREED),
    ("2013-06-01", "A/68/98"): (EXPERTS, AGREED),
    ("2013-12-03", "PC.DEC/1106"): (REGIONS, SOME),
    ("2013-12-18", "A/RES/68/167"): (RIGHTS, STEP),
    ("2013-12-27", "A/RES/68/243"): (ASSEMBLY, AGREED),
    ("2014-06-27", ""): (CRIME, TREATY),
    ("2014-09-01", ""): (CLUBS, SOME),
    ("2015-06-01", "A/70/174"): (EXPERTS, AGREED),
    ("2015-09-25", ""): (CLUBS, SOME),
    ("2015-11-16", ""): (CLUBS, SOME),
    ("2016-03-10", "PC.DEC/1202"): (REGIONS, SOME),
    ("2017-01-01", "CICTE/RES.1/17"): (REGIONS, SOME),
    ("2017-04-11", ""): (CLUBS, SOME),
    ("2017-06-01", "A/72/327"): (EXPERTS, FAILED),
    ("2018-04-27", ""): (REGIONS, SOME),
    ("2018-11-12", ""): (CLUBS, SOME),
    ("2018-12-05", "A/RES/73/27"): (ASSEMBLY, VOTED),
    ("2018-12-22", "A/RES/73/266"): (ASSEMBLY, VOTED),
    ("2019-12-27", "A/RES/74/247"): (CRIME, VOTED),
    ("2020-12-31", "A/RES/75/240"): (ASSEMBLY, VOTED),
    ("2021-03-12", "A/75/816"): (OPEN, AGREED),
    ("2021-05-28", "A/76/135"): (EXPERTS, AGREED),
    ("2021-06-29", ""): (COUNCIL, STEP),
    ("2021-07-13", "A/76/136"): (EXPERTS, STEP),
    ("2022-05-12", "CETS 224"): (CRIME, TREATY),
    ("2022-12-07", "A/RES/77/37"): (ASSEMBLY, VOTED),
    ("2023-06-08", ""): (CRIME, TREATY),
    ("2023-12-04", "A/RES/78/16"): (ASSEMBLY, VOTED),
    ("2023-12-22", "A/RES/78/237"): (ASSEMBLY, VOTED),
    ("2024-01-29", "PSC communiqué 1196"): (REGIONS, SOME),
    ("2024-02-06", ""): (CLUBS, SOME),
    ("2024-05-09", ""): (OPEN, STEP),
    ("2024-06-20", "SC/15738"): (COUNCIL, STEP),
    ("2024-11-18", "ST 15833/24"): (REGIONS, SOME),
    ("2024-12-24", "A/RES/79/243"): (CRIME, AGREED),
    ("2025-01-01", "A/RES/80/16"): (ASSEMBLY, STEP),
    ("2025-04-04", ""): (CLUBS, SOME),
    ("2025-07-11", "A/80/257"): (OPEN, AGREED),
    ("2025-10-25", "UN Treaty Collection XVIII-16"): (CRIME, TREATY),
    ("2026-03-30", "A/80/257, annex I"): (OPEN, STEP),
    ("2026-07-20", "A/80/257"): (OPEN, STEP),
}

# A round: what it is called, its mandate, first and last day known, and the step that tells how it ended.
# Mandates of the expert groups after the list at dig.watch/processes/un-gge. Rounds are named by their years.
ROUNDS = {
    "experts 2004–05": ("A/RES/58/32", "2004-01-01", "2005-12-31", ("2004-01-01", "A/RES/58/32")),
    "experts 2009–10": ("A/RES/60/45", "2009-01-01", "2010-12-31", ("2010-01-01", "A/65/201")),
    "experts 2012–13": ("A/RES/66/24", "2012-01-01", "2013-06-30", ("2013-06-01", "A/68/98")),
    "experts 2014–15": ("A/RES/68/243", "2014-01-01", "2015-06-30", ("2015-06-01", "A/70/174")),
    "experts 2016–17": ("A/RES/70/237", "2016-01-01", "2017-06-30", ("2017-06-01", "A/72/327")),
    "experts 2019–21": ("A/RES/73/266", "2019-01-01", "2021-05-28", ("2021-05-28", "A/76/135")),
    "open-ended group 2019–21": ("A/RES/73/27", "2019-01-01", "2021-03-12", ("2021-03-12", "A/75/816")),
    "open-ended group 2021–25": ("A/RES/75/240", "2021-01-01", "2025-07-11", ("2025-07-11", "A/80/257")),
    "treaty committee 2019–24": ("A/RES/74/247", "2019-12-27", "2024-12-24", ("2024-12-24", "A/RES/79/243")),
}


@cache
def steps() -> pd.DataFrame:
    """The steps of process_timeline that belong to a track, with ``track``, ``result``, ``round`` and ``when``.

    ``place`` is where a step's mark stands: at the end of its round, or at its date.
    """
    frame = load("process_timeline")
    frame["symbol"] = frame["symbol"].fillna("")
    keys = list(zip(frame["date"].dt.strftime("%Y-%m-%d"), frame["symbol"], strict=True))
    frame = frame.assign(
        track=[STEPS.get(k, (None, None))[0] for k in keys],
        result=[STEPS.get(k, (None, None))[1] for k in keys],
        round=[{r[3]: n for n, r in ROUNDS.items()}.get(k, "") for k in keys],
        year=frame["date"].dt.year,
    ).dropna(subset=["track"])
    exact = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
    frame["when"] = [
        d.strftime(exact[str(p)]) for d, p in zip(frame["date"], frame["date_precision"], strict=True)
    ]
    ends = {label: pd.Timestamp(end) for label, (_, _, end, _) in ROUNDS.items()}
    frame["place"] = [ends.get(r, d) for r, d in zip(frame["round"], frame["date"], strict=True)]
    frame["text"] = (
        frame["event"] + " " + frame["symbol"] + " " + frame["outcome"].fillna("")
    ).str.casefold()
    return frame.sort_values("date", kind="stable").reset_index(drop=True)


@cache
def rounds() -> pd.DataFrame:
    """The nine rounds of negotiation at the United Nations: mandate, size, result and document.

    ``experts`` is the size of the group where our table of members gives it; the other bodies were open to all
    members of the United Nations.
    """
    sizes = load("gge_members").drop_duplicates("report").set_index("report")["group_size"]
    by_round = steps().set_index("round")
    rows = []
    for label, (mandate, start, end, (_, symbol)) in ROUNDS.items():
        step = by_round.loc[label]
        rows.append(
            {
                "round": label,
                "track": step["track"],
                "mandate": mandate,
                "start": pd.Timestamp(start),
                "end": pd.Timestamp(end),
                "experts": sizes.get(symbol, pd.NA) if step["track"] == EXPERTS else pd.NA,
                "result": step["result"],
                "document": "A/60/202" if symbol == "A/RES/58/32" else symbol,
                "outcome": step["outcome"],
            }
        )
    return pd.DataFrame(rows).astype({"experts": "Int64"})


def _lane(track: str) -> str:
    return figures.plain(track, width=12)


def _track_figure(rows: pd.DataFrame) -> go.Figure:
    """Steps as marks on lanes, and rounds of negotiation as bars that lead to the step that ended them."""
    lanes = [_lane(t) for t in TRACKS if (rows["track"] == t).any()]
    figure = figures.new(
        130 + 56 * len(lanes),
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": lanes,
            "range": [len(lanes) - 0.5, -0.5],
        },
        xaxis={"type": "date", "showgrid": True},
        legend={"traceorder": "normal"},
    )
    xs, ys = [], []
    for one in rows[rows["round"] != ""].itertuples():
        xs += [pd.Timestamp(ROUNDS[one.round][1]), one.place, None]
        ys += [_lane(one.track), _lane(one.track), None]
    if xs:
        figure.add_trace(
            {
                "type": "scatter",
                "x": xs,
                "y": ys,
                "mode": "lines",
                "name": "a round at work",
                "line": {"color": figures.NO_DATA, "width": 9},
                "hoverinfo": "skip",
            }
        )
    for rank, (result, (colour, symbol)) in enumerate(STYLE.items()):
        part = rows[rows["result"] == result]
        if part.empty:
            continue
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["place"].tolist(),
                "y": [_lane(t) for t in part["track"]],
                "mode": "markers",
                "name": result,
                "legendrank": 1001 + rank,
                "zorder": len(STYLE) - rank,
                "marker": {
                    "color": colour,
                    "symbol": symbol,
                    "size": 12,
                    "line": {"color": figures.INK, "width": 1},
                },
                "text": [
                    f"<b>{figures.plain(r.event, width=44)}</b><br>{r.when} {figures.plain(r.symbol)}"
                    f"<br>{figures.plain(r.outcome, width=50)}"
                    for r in part.itertuples()
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return figure


def process(
    tracks: tuple[str, ...] = (), result: str = ANY, between: tuple[int, int] = (1998, 2026), words: str = ""
) -> View:
    """Steps and rounds by track, and how each ended.

    Parameters
    ----------
    tracks : tuple of str
        Lanes to show; none means all.
    result : str
        One of the results, or "any".
    between : (int, int)
        First and last year of the step.
    words : str
        All must occur in the event, symbol or outcome.
    """
    rows = steps()
    rows = rows[rows["year"].between(*between)]
    if tracks:
        rows = rows[rows["track"].isin(tracks)]
    if result != ANY:
        rows = rows[rows["result"] == result]
    for word in words.casefold().split():
        rows = rows[rows["text"].str.contains(word, regex=False)]
    n = len(rows)
    ended = rows[rows["round"] != ""]
    good = int((ended["result"] == AGREED).sum())
    takeaway = f"{n} of the {len(steps())} listed steps fit."
    if len(ended):
        lost = " and ".join(ended.loc[ended["result"] == FAILED, "round"])
        takeaway = (
            f"{n} of the {len(steps())} listed steps fit. {len(ended)} of them end a round of negotiation at the "
            f"United Nations; {good} of these rounds agreed on a text"
            + (f", and {lost} did not." if lost else ".")
        )
    table = pd.DataFrame(
        {
            "When": rows["when"],
            "Track": rows["track"],
            "What": rows["event"],
            "Symbol": rows["symbol"],
            "Result": rows["result"],
            "What came of it": rows["outcome"],
            "Ends the round": rows["round"],
            "Source": rows["url"],
        }
    ).reset_index(drop=True)
    return View(
        figure=_track_figure(rows) if n else figures.empty("No step in the list fits."),
        takeaway=takeaway,
        table=table,
        caveat="A list made by hand of steps whose source was seen. Track and result are our reading. A mark that "
        "ends a round stands at the round's end; a step known only to its year stands at the first of January. "
        "For July 2026 the schedule was seen and the outcome was not. Steps on other digital matters, sanctions and "
        "incidents are in the timeline of the start page.",
        sources=("process_timeline", "gge_members"),
    )


process_tracks = Exhibit(
    "process_tracks",
    "What did each round agree, and where did talks fail?",
    process,
    tracks=choices(list(TRACKS), label="Track"),
    result=choice([("any", ANY), *STYLE], label="Result"),
    between=years(1998, 2026, label="Years"),
    words=search(label="Search", examples=("A/RES", "consensus", "mechanism")),
)


# ---------------------------------------------------------------- the eleven norms

YEARS = (2000, 2024)
ESSENTIAL = ("Energy", "Water", "Health", "Transportation", "Finance", "Telecommunications")
OFFICIAL = ("receiver's government", "EU institution", "international organisation")
TYPES, LAW = "type", "law"
WHOLE, OLDER = "whole", "older"


def _ids(table: str, **wanted: Iterable[str]) -> frozenset[int]:
    """Incidents with a row in a long table whose columns each carry one of the wanted values."""
    frame = load(table)
    keep = np.ones(len(frame), dtype=bool)
    for column, values in wanted.items():
        keep &= frame[column].isin(list(values)).to_numpy(dtype=bool)
    return frozenset(frame.loc[keep, "incident_id"])


def _across_borders() -> frozenset[int]:
    a = load("incident_initiators")[["incident_id", "iso3"]].dropna()
    b = load("incident_receivers")[["incident_id", "iso3"]].dropna()
    both = a.merge(b, on="incident_id", suffixes=("_a", "_b"))
    return frozenset(both.loc[both["iso3_a"] != both["iso3_b"], "incident_id"])


# Kind of incident that norm_links names -> (the nearest codes of the record, how to find them), or why there is none.
NEAREST = {
    "any incident that crosses borders": (
        "a state of origin is named, and a receiver lies in another state",
        _across_borders,
    ),
    "hack-and-leak": (
        "type: data theft and doxing",
        lambda: _ids("incident_types", type=["data theft and doxing"]),
    ),
    "public attribution": (
        "attributed by the receiver's government, an EU institution or an international organisation",
        lambda: _ids("incident_attributions", basis=OFFICIAL),
    ),
    "operations by proxies": (
        "initiator: state-affiliated group",
        lambda: _ids("incident_initiators", category=["state-affiliated"]),
    ),
    "cybercrime": (
        "initiator: criminals",
        lambda: _ids("incident_initiators", subcategory=["criminals"]),
    ),
    "ransomware": ("type: ransomware", lambda: _ids("incident_types", type=["ransomware"])),
    "terrorist use": (
        "initiator: terrorists",
        lambda: _ids("incident_initiators", subcategory=["terrorists"]),
    ),
    "spyware against journalists": (
        "type: data theft or hijacking, with media among the receivers",
        lambda: (
            _ids(
                "incident_types",
                type=[
                    "data theft",
                    "data theft and doxing",
                    "hijacking with misuse",
                    "hijacking without misuse",
                ],
            )
            & _ids("incident_receivers", category=["Media"])
        ),
    ),
    "disruption or destruction of energy, water, health, transport, finance or telecom systems": (
        "type: disruption, with one of these six sectors among the receivers",
        lambda: (
            _ids("incident_types", type=["disruption"]) & _ids("incident_receivers", subcategory=ESSENTIAL)
        ),
    ),
    "attacks on critical infrastructure at home": (
        "receiver: critical infrastructure",
        lambda: _ids("incident_receivers", category=["Critical infrastructure"]),
    ),
    "supply-chain compromise": (
        "first access coded as supply-chain compromise",
        lambda: _ids("incidents", mitre_initial_access=["Supply Chain Compromise"]),
    ),
    "zero-day exploitation": ("zero-days: yes", lambda: _ids("incidents", zero_days=["yes"])),
    "false flag": "deception is not coded",
    "botnets": "hijacked machines of third parties are not coded",
    "ransomware safe havens": "whether a state tolerates criminals is not coded",
    "internet shutdowns": "a state's own shutdowns are no incidents; they are in the table shutdowns",
    "surveillance": "lasting surveillance is not coded apart from theft and hijacking",
    "attacks on critical infrastructure abroad routed through a third state": "the route is not coded",
    "commercial intrusion tools": "the seller of a tool is not coded",
    "hidden functions": "built-in functions are no incidents",
    "stockpiling of vulnerabilities": "holding back is no incident",
    "attacks on CERTs and CSIRTs": "response teams are not a category of receivers",
    "misuse of a CERT": "response teams are not a category of initiators",
}
SHORT = {
    "disruption or destruction of energy, water, health, transport, finance or telecom systems": "disruption of "
    "energy, water, health, transport, finance or telecom",
    "attacks on critical infrastructure abroad routed through a third state": "attacks on infrastructure routed "
    "through a third state",
}
# Rule of law that norm_links names -> the coders' "obligation possibly breached".
CODED_LAW = {
    "due diligence": ("coded: due diligence", {"code": ["Due diligence"]}),
    "ICCPR, arts. 17 and 19": (
        "coded: civil and political rights",
        {"code": ["Human rights"], "subcode": ["Civic / political rights"]},
    ),
    "prohibition of intervention and of force": (
        "coded: prohibition of intervention, or of force",
        {"code": ["International peace"], "subcode": ["Prohibition of intervention", "Use of force"]},
    ),
}
NO_LAW = "not among the fields of law that the coders use"


@cache
def _bearing(kind: str, linked: str) -> tuple[str, frozenset[int] | None]:
    """What is counted for a link, and the incidents; None where the record has no code for it."""
    if kind == TYPES:
        near = NEAREST[linked]
        return (near, None) if isinstance(near, str) else (near[0], near[1]())
    if linked not in CODED_LAW:
        return NO_LAW, None
    words, wanted = CODED_LAW[linked]
    return words, _ids("incident_legal", kind=["breach"], **wanted)


@cache
def _state_named() -> frozenset[int]:
    """Incidents in which a settled coding names a state, or a group affiliated with one, as initiator."""
    return _ids("incident_initiators", category=["state", "state-affiliated"], settled=[True])


@cache
def _pool(between: tuple[int, int], rule: str) -> frozenset[int]:
    frame = load("incidents")
    keep = np.ones(len(frame), dtype=bool)
    if between != YEARS:
        keep &= frame["start_on"].dt.year.between(*between).fillna(False).to_numpy(dtype=bool)
    if rule == OLDER:
        keep &= frame["in_scope_before_2023"].fillna(False).to_numpy(dtype=bool)
    return frozenset(frame.loc[keep, "incident_id"])


@cache
def norms() -> pd.DataFrame:
    """The eleven norms by letter."""
    return load("norms").set_index("code")


@cache
def _linked(code: str, kind: str) -> tuple[str, ...]:
    """What norm_links names for a norm: kinds of incident, or rules of law."""
    frame = load("norm_links")
    wanted = {TYPES: "incident type", LAW: "law"}[kind]
    return tuple(frame.loc[(frame["code"] == code) & (frame["kind"] == wanted), "linked"])


def bearing(
    code: str, kind: str = TYPES, between: tuple[int, int] = YEARS, rule: str = WHOLE
) -> pd.DataFrame:
    """What is linked with a norm, and how many distinct incidents carry the nearest codes.

    Parameters
    ----------
    code : str
        Letter of the norm, "a" to "k".
    kind : str
        "type" for kinds of incident, "law" for obligations that coders saw as possibly breached.
    between : (int, int)
        Years of the start; with the whole range, incidents without a start stay in.
    rule : str
        "whole" for the record, "older" for incidents that meet a criterion of the rule before 2023.

    Returns
    -------
    pandas.DataFrame
        ``linked``, ``counted as``, ``incidents`` and ``state named``: missing where the record has no code.
    """
    pool, rows = _pool(tuple(between), rule), []
    for linked in _linked(code, kind):
        words, found = _bearing(kind, linked)
        hit = None if found is None else found & pool
        rows.append(
            {
                "linked": linked,
                "counted as": words,
                "incidents": pd.NA if hit is None else len(hit),
                "state named": pd.NA if hit is None else len(hit & _state_named()),
            }
        )
    columns = ["linked", "counted as", "incidents", "state named"]
    return pd.DataFrame(rows, columns=columns).astype({"incidents": "Int64", "state named": "Int64"})


def overview(kind: str = TYPES, between: tuple[int, int] = YEARS, rule: str = WHOLE) -> pd.DataFrame:
    """For each norm: distinct incidents that carry any code near to it; missing where there is no such code."""
    pool, rows = _pool(tuple(between), rule), []
    for code, norm in norms().iterrows():
        links = _linked(code, kind)
        found = [_bearing(kind, linked)[1] for linked in links]
        coded = [f for f in found if f is not None]
        hit = frozenset().union(*coded) & pool
        rows.append(
            {
                "norm": f"({code}) {norm['label']}",
                "direction": str(norm["direction"]),
                "links": len(found),
                "with a code": len(coded),
                "incidents": len(hit) if coded else pd.NA,
                "state named": len(hit & _state_named()) if coded else pd.NA,
            }
        )
    return pd.DataFrame(rows).astype({"incidents": "Int64", "state named": "Int64"})


def _count_figure(labels: list[str], counts: pd.DataFrame) -> go.Figure:
    """Two bars to a label; where nothing can be counted, words in place of a bar."""
    places = [figures.plain(x, width=20) for x in labels]
    figure = figures.new(
        max(420, 120 + 52 * len(places)),
        barmode="group",
        bargap=0.3 if len(places) > 3 else 0.55,
        xaxis={
            "title": {"text": "distinct incidents"},
            "range": [0, 1.35 * max(1, int(counts["incidents"].fillna(0).max()))],
            "nticks": 6,
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": places,
            "range": [len(places) - 0.5, -0.5],
            "showgrid": False,
        },
    )
    series = (("incidents", "all", 0, ""), ("state named", "a state or its affiliate is named", 1, "/"))
    for column, name, i, pattern in series:
        values = [None if pd.isna(v) else int(v) for v in counts[column]]
        figure.add_trace(
            {
                "type": "bar",
                "x": values,
                "y": places,
                "orientation": "h",
                "name": name,
                "marker": {"color": figures.COLOURS[i], "pattern": {"shape": pattern}},
                "text": ["" if v is None else f"{v:,}" for v in values],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertemplate": "%{y}<br>%{x:,} incidents<extra>" + name + "</extra>",
            }
        )
    for place, value in zip(places, counts["incidents"], strict=True):
        if pd.isna(value):
            figure.add_annotation(
                x=0,
                y=place,
                text="no code in the record",
                xanchor="left",
                showarrow=False,
                xshift=6,
                font={"color": figures.SOFT_INK, "size": 13},
            )
    if counts["incidents"].isna().all():
        figure.update_xaxes(showticklabels=False, showgrid=False)
    return figure


NOT_A_BREACH = (
    "A count of what bears on a norm is not a count of breaches: the norms are voluntary and address states, many "
    "initiators are no states, who did it is a claim, and a code is only near to what the norm says. Links and codes "
    "are our reading. The record holds reports that fit a rule, and the rule was widened in 2023."
)
LAW_CODED_LATE = (
    " Coders began to note breaches of law late: most older incidents were never examined (chapter 2.3)."
)


def explore(norm: str = ALL, kind: str = TYPES, between: tuple[int, int] = YEARS, rule: str = WHOLE) -> View:
    """The norm explorer; parameters as in :func:`bearing`, and "all" for the eleven side by side."""
    sources = ("norms", "norm_links", "incidents", "incident_types", "incident_receivers", "incident_legal")
    sources += ("incident_initiators", "incident_attributions")
    what = "links to kinds of incident" if kind == TYPES else "links to rules of law"
    caveat = NOT_A_BREACH + (LAW_CODED_LATE if kind == LAW else "")
    if norm == ALL:
        table = overview(kind, between, rule)
        some = table[table["with a code"] > 0]
        takeaway = (
            f"{int(table['with a code'].sum())} of our {int(table['links'].sum())} {what} have a code in the record; "
            f"{len(table) - len(some)} of the {len(table)} norms have none at all."
        )
        detail = "\n".join(
            f"- **({c}) {r['label']}** ({r['direction']}). {r['asks']}" for c, r in norms().iterrows()
        )
        return View(
            _count_figure(table["norm"].tolist(), table),
            takeaway,
            table.assign(asks=norms()["asks"].tolist()),
            caveat,
            sources,
            detail=detail,
        )
    row, counts = norms().loc[norm], bearing(norm, kind, between, rule)
    coded = counts.dropna(subset=["incidents"])
    if coded.empty:
        takeaway = (
            f"Norm ({norm}): among our {what}, none has a code in the record. Nothing can be counted, which is not the same "
            "as zero."
        )
    else:
        top = coded.sort_values("incidents", ascending=False, kind="stable").iloc[0]
        k, n = int(top["state named"]), int(top["incidents"])
        takeaway = (
            f"Norm ({norm}): “{SHORT.get(top['linked'], top['linked'])}” stands for {n:,} distinct incidents; a state or a "
            f"group affiliated with one is named in {share(k, n)}. Codes exist for {len(coded)} of {len(counts)} {what}."
        )
    laws = _linked(norm, LAW)
    main = "asks states to refrain" if str(row["direction"]) == "restrains" else "asks states to act"
    detail = (
        f"**({norm}) {row['label']}**\n\n{row['asks']}\n\n**Direction**: {main}. **Document**: {row['document']}; "
        f"explained in {row['elaborated_in']}.\n\n**Law that stands behind it**, in our reading: {'; '.join(laws)}."
    )
    return View(
        _count_figure([SHORT.get(x, x) for x in counts["linked"]], counts),
        takeaway,
        counts,
        caveat,
        sources,
        detail=detail,
        links=((f"Page on which the text of ({norm}) was read", row["url"]),),
    )


norm_explorer = Exhibit(
    "norm_explorer",
    "What does each norm ask, and what in the record bears on it?",
    explore,
    norm=choice(
        lambda: [
            ("All eleven side by side", ALL),
            *[(f"({c}) {r['label']}", c) for c, r in norms().iterrows()],
        ],
        default="f",
        label="Norm",
    ),
    kind=choice([("Kinds of incident", TYPES), ("Law coded as possibly breached", LAW)], label="Count by"),
    between=years(*YEARS, label="Years"),
    rule=choice([("Whole record", WHOLE), ("Meets the rule before 2023", OLDER)], label="Rule"),
)


# ---------------------------------------------------------------- seats in the expert groups

SAT, NOT_LISTED, UNKNOWN = "had an expert", "not in the whole list", "not seen, list not whole"
GRID, MAP, BY_REGION = "grid", "map", "regions"
PERMANENT = ("CHN", "FRA", "GBR", "RUS", "USA")


@cache
def _members() -> pd.DataFrame:
    frame = load("gge_members")
    frame["label"] = frame["round"].str.replace("-", "–")
    return frame


@cache
def complete_rounds() -> tuple[str, ...]:
    """The rounds whose list of members is whole."""
    frame = _members()
    return tuple(sorted(frame.loc[frame["complete"], "round"].unique()))


@cache
def seats(which: str = ALL) -> pd.DataFrame:
    """States by round: had an expert, not in the whole list, or not seen while the list is not whole.

    Parameters
    ----------
    which : str
        A round such as "2012-13", "whole" for the rounds with whole lists, or "all".
    """
    frame = _members()
    chosen = {WHOLE: list(complete_rounds()), ALL: sorted(frame["round"].unique())}.get(which, [which])
    states = sorted(frame.loc[frame["round"].isin(chosen), "iso3"].unique(), key=country)
    out = pd.DataFrame(index=pd.Index(states, name="iso3"))
    for one in chosen:
        part = frame[frame["round"] == one]
        blank = NOT_LISTED if part["complete"].all() else UNKNOWN
        out[one] = np.where(out.index.isin(part["iso3"]), SAT, blank)
    order = (out == SAT).sum(axis=1).sort_values(ascending=False, kind="stable").index
    return out.loc[order]


@cache
def _un_members() -> pd.Series:
    """Region of each member of the United Nations today."""
    frame = load("states")
    return frame[frame["member_of_un"].fillna(False)].set_index("iso3")["un_region"].astype(str)


def region_shares(which: str = WHOLE) -> pd.DataFrame:
    """Seats by UN region in rounds with whole lists, beside the region's share of UN members today."""
    frame = _members()
    chosen = complete_rounds() if which in (ALL, WHOLE) else [which]
    frame = frame[frame["round"].isin(chosen) & frame["complete"]]
    held = frame["iso3"].map(region_of).value_counts()
    members = _un_members().value_counts()
    out = pd.DataFrame({"seats": held, "members": members}).fillna(0).astype(int)
    out["share of seats"] = out["seats"] / max(1, out["seats"].sum())
    out["share of UN members"] = out["members"] / out["members"].sum()
    return out.rename_axis("region").sort_values("seats", ascending=False, kind="stable").reset_index()


def _region_figure(frame: pd.DataFrame) -> go.Figure:
    long = frame.melt(id_vars="region", value_vars=["share of seats", "share of UN members"])
    return figures.bars(long, "region", "value", group="variable", label="share", percent=True, height=540)


def _seat_map(which: str, grid: pd.DataFrame) -> go.Figure:
    if which == WHOLE:
        words = {0: "none", 1: "one", 2: "two", 3: "three"}
        counts = (grid == SAT).sum(axis=1)
        values = {c: words[int(counts.get(c, 0))] for c in _un_members().index}
        shades = ("#f2f0e6", "#86b6d8", "#21918c", "#440154")
        order = ["none", "one", "two", "three"]
        return figures.world_map(
            values, "Rounds", order=order, colours=dict(zip(order, shades, strict=True)), height=540
        )
    whole = which in complete_rounds()
    seen = dict.fromkeys(grid.index, SAT)
    values = dict.fromkeys(_un_members().index, NOT_LISTED) | seen if whole else seen
    shades = {SAT: figures.COLOURS[0], NOT_LISTED: "#f2f0e6"}
    return figures.world_map(
        values, "", order=[SAT, NOT_LISTED] if whole else [SAT], colours=shades, height=540
    )


def who_sat(which: str = WHOLE, picture: str = GRID) -> View:
    """Who had an expert in which group; shares only from lists that are whole."""
    grid, whole = seats(which), complete_rounds()
    frame = _members()
    table = grid.copy()
    table.insert(0, "state", [country(c) for c in grid.index])
    count = (grid == SAT).sum(axis=1)
    partial = which not in (WHOLE, ALL, *whole)
    n_whole = int((seats(WHOLE) == SAT).sum().sum())
    if partial:
        size = int(frame.loc[frame["round"] == which, "group_size"].iloc[0])
        takeaway = (
            f"{len(grid)} of the {size} members of the group of {which.replace('-', '–')} were seen in a source. About the "
            "other seats this table knows nothing, so no share is computed."
        )
    elif which in whole:
        five = int(grid.index.isin(PERMANENT).sum())
        takeaway = (
            f"{len(grid)} states had an expert in the group of {which.replace('-', '–')}, {five} of them permanent members "
            f"of the Security Council; {len(_un_members())} states are members of the United Nations today."
        )
    elif which == ALL:
        takeaway = (
            f"{len(grid)} states are seen in at least one of {grid.shape[1]} groups. The lists of "
            f"{grid.shape[1] - len(whole)} groups are not whole, so the true number is at least that."
        )
    else:
        every = int((count == len(whole)).sum())
        takeaway = (
            f"In the {len(whole)} groups with whole lists, {len(grid)} states shared {n_whole} seats; {every} states sat in "
            f"all of them and held {every * len(whole)} of the seats."
        )
    if picture == MAP:
        figure = _seat_map(which, grid)
    elif picture == BY_REGION and partial:
        figure = figures.empty(takeaway, height=540)
    elif picture == BY_REGION:
        figure = _region_figure(region_shares(which))
        table = region_shares(which)
    else:
        marks = {SAT: "●", NOT_LISTED: "·", UNKNOWN: "?"}
        figure = figures.heatmap(
            grid.rename(index=country),
            "",
            categories=marks,
            colours=("#56B4E9", "#f2f0e6", figures.NO_DATA),
            height=max(540, 130 + 18 * len(grid)),
        )
        spans = [c.replace("-", "<br>–") for c in grid.columns]
        figure.update_xaxes(tickvals=list(grid.columns), ticktext=spans, tickangle=0, tickfont={"size": 12})
    caveat = (
        "Experts sat in their own capacity, chosen by the Secretary-General: a seat is not a national position. The group "
        "of 2004–05 is not in the table; 2014–15 and 2016–17 are not whole and enter no share."
    )
    if picture == BY_REGION and which == ALL:
        caveat = "Shares use only the groups with whole lists. " + caveat
    return View(figure, takeaway, table.reset_index(drop=True), caveat, ("gge_members", "states"))


expert_seats = Exhibit(
    "expert_seats",
    "Who sat in the expert groups?",
    who_sat,
    which=choice(
        lambda: [
            ("Groups with whole lists", WHOLE),
            ("All groups seen", ALL),
            *[(r.replace("-", "–"), r) for r in sorted(_members()["round"].unique())],
        ],
        label="Group",
    ),
    picture=choice(
        [("Grid of states and groups", GRID), ("Map", MAP), ("Seats by region", BY_REGION)], label="Picture"
    ),
)


# ---------------------------------------------------------------- the Human Rights Council

TEXTS, AMENDMENTS = "texts", "amendments"
DECIDED = {
    "without a vote": (figures.COLOURS[0], ""),
    "recorded vote": (figures.COLOURS[4], "/"),
    "withdrawn": (figures.NO_DATA, "x"),
}


@cache
def _council() -> pd.DataFrame:
    frame = load("hrc_resolutions").sort_values(["date", "symbol"], kind="stable")
    frame["decided_by"] = frame["decided_by"].astype(str)
    frame["year"] = frame["date"].dt.year
    frame["what"] = np.where(frame["kind"].astype(str) == "amendment", AMENDMENTS, TEXTS)
    return frame.reset_index(drop=True)


def council(what: str = TEXTS, topic: str = ANY, between: tuple[int, int] = (2011, 2026)) -> View:
    """Texts of the Human Rights Council on digital matters by year and by how they were decided."""
    rows = _council()
    rows = rows[rows["year"].between(*between)]
    if what != ALL:
        rows = rows[rows["what"] == what]
    if topic != ANY:
        rows = rows[rows["topic"] == topic]
    n, noun = (
        len(rows),
        {TEXTS: "resolutions and decisions", AMENDMENTS: "amendments", ALL: "texts and amendments"}[what],
    )
    span = list(range(between[0], between[1] + 1))
    counts = (
        rows.groupby(["year", "decided_by"])
        .size()
        .unstack(fill_value=0)
        .reindex(index=span, columns=list(DECIDED), fill_value=0)
    )
    if n:
        figure = figures.new(
            barmode="stack",
            showlegend=True,
            legend={"traceorder": "normal"},
            bargap=0.3,
            xaxis={"showgrid": False, "dtick": 3 if len(span) > 9 else 1, "tickformat": "d"},
            yaxis={
                "title": {"text": noun},
                "rangemode": "tozero",
                "dtick": 1 if counts.sum(axis=1).max() < 7 else None,
            },
        )
        for way, (colour, pattern) in DECIDED.items():
            if not counts[way].any():
                continue
            figure.add_trace(
                {
                    "type": "bar",
                    "x": span,
                    "y": counts[way].tolist(),
                    "name": way,
                    "marker": {"color": colour, "pattern": {"shape": pattern}},
                    "hovertemplate": "%{x}: %{y} " + way + "<extra></extra>",
                }
            )
    else:
        figure = figures.empty("No text in the table fits.")
    by = rows["decided_by"].value_counts()
    parts = ", ".join(f"{int(by[w])} {w}" for w in DECIDED if w in by)
    takeaway = (
        f"{n} {noun} from {between[0]} to {between[1]}: {parts}." if n else f"No {noun} in the table fit."
    )
    voted = rows[rows["decided_by"] == "recorded vote"]
    if len(voted):
        passed = int((voted["outcome"].astype(str) == "adopted").sum())
        takeaway = takeaway[:-1] + f"; of those voted on, {passed} passed and {len(voted) - passed} fell."
    table = rows[
        [
            "date",
            "symbol",
            "kind",
            "topic",
            "decided_by",
            "outcome",
            "yes",
            "no",
            "abstain",
            "non_voting",
            "record",
        ]
    ]
    return View(
        figure,
        takeaway,
        table.rename(columns={"decided_by": "decided", "non_voting": "not voting"}).reset_index(drop=True),
        "Chosen by words of the title, so texts under other titles are missing. The Council has 47 of the members of the "
        "United Nations, elected for terms. Passing without a vote means that nobody asked for one, not that all agree. "
        "The compilation behind this table is licensed for non-commercial use only.",
        ("hrc_resolutions",),
    )


rights_council = Exhibit(
    "rights_council",
    "Votes or consensus in the Human Rights Council?",
    council,
    what=choice(
        [("Resolutions and decisions", TEXTS), ("Amendments", AMENDMENTS), ("Both", ALL)], label="Texts"
    ),
    topic=choice(lambda: [("any", ANY), *sorted(_council()["topic"].unique())], label="Topic"),
    between=years(2011, 2026, label="Years"),
)


# ---------------------------------------------------------------- findings and checks


def finding_rounds() -> str:
    """How many rounds of negotiation ended in a text, and which did not."""
    frame = rounds()
    good = frame[frame["result"] == AGREED]
    lost = ", ".join(frame.loc[frame["result"] == FAILED, "round"])
    return (
        f"Of {len(frame)} rounds of negotiation at the United Nations ({int((frame['track'] == EXPERTS).sum())} expert groups, "
        f"{int((frame['track'] == OPEN).sum())} open-ended groups, {int((frame['track'] == CRIME).sum())} treaty committee), "
        f"{len(good)} ended in a text agreed without a vote. Without one: {lost}."
    )


def finding_mandates() -> str:
    """How the mandates since 2018 came about, beside how the rounds ended."""
    frame = steps()
    late = rounds()[rounds()["start"] >= "2018-01-01"]
    mandates = frame[frame["symbol"].isin(late["mandate"])]
    return (
        f"{int((mandates['result'] == VOTED).sum())} of the {len(mandates)} rounds since 2018 were set up by a text that went to "
        f"a vote, and {int((late['result'] == AGREED).sum())} of the {len(late)} ended in a text that was adopted without one."
    )


def finding_norms() -> str:
    """What the norms ask, and how much of it a record of incidents can see."""
    table = overview()
    direction = table["direction"].value_counts()
    blind = table.loc[table["with a code"] == 0, "norm"].str[:3]
    return (
        f"Of the {len(table)} norms, {direction['restrains']} mainly ask states to refrain and {direction['requires']} to act. "
        f"Of {int(table['links'].sum())} kinds of incident that we link with them, {int(table['with a code'].sum())} have a code "
        f"in the record; nothing can be counted for {' and '.join(blind)}."
    )


def finding_essential() -> str:
    """Disruption in essential sectors, and how often a state is named."""
    row = bearing("f").iloc[0]
    k, n = int(row["state named"]), int(row["incidents"])
    low = int(bearing("f", rule=OLDER).iloc[0]["incidents"])
    law = bearing("f", LAW).dropna(subset=["incidents"]).iloc[0]
    return (
        f"{n:,} distinct incidents carry the type disruption and one of six essential sectors ({low:,} under the rule before "
        f"2023). A state or a group affiliated with one is named in {share(k, n)}. Coders saw the prohibition of intervention "
        f"or of force as possibly breached in {int(law['incidents']):,} incidents of all kinds."
    )


def finding_seats() -> str:
    """Concentration of seats in the groups whose lists are whole."""
    grid = seats(WHOLE)
    held = (grid == SAT).sum(axis=1)
    total, five = int(held.sum()), int(held.reindex(PERMANENT).sum())
    never = len(_un_members()) - int(grid.index.isin(_un_members().index).sum())
    return (
        f"In the {grid.shape[1]} expert groups with whole lists {len(grid)} states held {total} seats; the five permanent members "
        f"of the Security Council held {five} of them ({five / total:.0%}). {never} of {len(_un_members())} members of the "
        "United Nations had no expert in any of these groups."
    )


def finding_council() -> str:
    """How the Human Rights Council decides on digital matters."""
    frame = _council()
    texts, changes = frame[frame["what"] == TEXTS], frame[frame["what"] == AMENDMENTS]
    quiet = int((texts["decided_by"] == "without a vote").sum())
    voted = changes[changes["decided_by"] == "recorded vote"]
    return (
        f"{quiet} of {len(texts)} resolutions and decisions of the Human Rights Council on digital matters passed without a vote. "
        f"{len(changes)} amendments were moved against such texts: {int((changes['decided_by'] == 'withdrawn').sum())} were withdrawn "
        f"and {len(voted)} voted on, of which {int((voted['outcome'].astype(str) == 'adopted').sum())} passed."
    )


def _check_permanent(answer: object) -> Verdict:
    frame = load("gge_members")
    whole = frame[frame["complete"]]
    held = whole["iso3"].isin(PERMANENT)
    return check_number(
        answer,
        right=float(held.mean()),
        tolerance=0.0005,
        slips={
            "You kept the groups whose lists are not whole. A famous state is more likely to be seen in a source, so "
            "they inflate the share.": float(frame["iso3"].isin(PERMANENT).mean()),
            "That is the share of states, not of seats: a state that sat three times holds three seats.": float(
                len(PERMANENT) / whole["iso3"].nunique()
            ),
            "That is the number of seats. Divide by all seats in groups with whole lists.": float(held.sum()),
            "That is a percentage. Give a number between 0 and 1.": float(held.mean() * 100),
        },
        hint="Keep the rows where complete is true, ask whether iso3 is one of the five codes, and take the mean.",
    )


CHECKS = {"permanent_seats": _check_permanent}
