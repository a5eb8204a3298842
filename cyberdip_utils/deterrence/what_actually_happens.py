"""Chapter 3.1: the record of incidents, three observatories side by side, and what they share.

Counts are of distinct incidents unless a name says otherwise.
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
from cyberdip_utils.stats import agreement, share, wilson
from cyberdip_utils.teach import Verdict, check_number

ANY = "any"
YEARS = (2000, 2024)
SHARED_YEARS = (2000, 2022)
WIDER_RULE = (2022.5, "2023: rule widened")
NAMED, UNNAMED, UNKNOWN = "named", "not attributed", "origin unknown"


# ---------------------------------------------------------------- the record and its filters


@cache
def record() -> pd.DataFrame:
    """EuRepoC's incidents indexed by id, with ``year`` of the start and a lower-case ``text`` to search in."""
    frame = load("incidents").set_index("incident_id")
    frame["year"] = frame["start_on"].dt.year.astype("Int64")
    words = pd.concat(
        [
            frame["name"],
            load("incident_initiators").set_index("incident_id")["initiator_name"],
            load("incident_receivers").set_index("incident_id")["receiver_name"],
        ]
    ).dropna()
    frame["text"] = words.str.casefold().groupby(level=0).agg(" | ".join).reindex(frame.index)
    return frame


@cache
def _masks(table: str, column: str) -> dict[str, np.ndarray]:
    """For each value of a long table's column: which incidents of the record carry it at least once."""
    long = load(table)[["incident_id", column]].dropna().drop_duplicates()
    place = pd.Series(np.arange(len(record())), index=record().index)
    out = {}
    for value, rows in long.groupby(column, observed=True)["incident_id"]:
        mask = np.zeros(len(record()), dtype=bool)
        mask[place[rows].to_numpy()] = True
        out[str(value)] = mask
    return out


@cache
def _region_masks() -> dict[str, np.ndarray]:
    by_state = _masks("incident_receivers", "iso3")
    out: dict[str, np.ndarray] = {}
    for iso3, mask in by_state.items():
        if where := region_of(iso3):
            out[where] = out.get(where, np.zeros(len(mask), dtype=bool)) | mask
    return out


@cache
def _legal_masks(kind: str) -> dict[str, np.ndarray]:
    long = load("incident_legal")
    long = long[long["kind"] == kind]
    known = record().index
    return {str(code): known.isin(rows) for code, rows in long.groupby("code", observed=True)["incident_id"]}


def select(
    words: str = "",
    between: tuple[int, int] = YEARS,
    types: Iterable[str] = (),
    initiator: str = ANY,
    receiver: str = ANY,
    region: str = ANY,
    sector: str = ANY,
    basis: str = ANY,
    standing: str = ANY,
    law: str = ANY,
    response: str = ANY,
) -> pd.DataFrame:
    """The incidents that pass every filter; each filter wants its code at least once.

    Parameters
    ----------
    words : str
        All must occur in the incident's name or in the names of its initiators or receivers.
    between : (int, int)
        First and last year of the start. With the whole range, incidents without a start stay in.
    types : iterable of str
        Incidents of any of these types; none means all.
    initiator : str
        ISO3 code, or "named", "not attributed", "origin unknown".
    receiver, region, sector, basis, law : str
        ISO3 code, UN region, receiver category, attribution basis, obligation coded as possibly breached.
    standing : str
        "settled" or "not settled".
    response : str
        "political", "legal", "either" or "none".

    Returns
    -------
    pandas.DataFrame
        Rows of :func:`record`.

    Raises
    ------
    ValueError
        A code that does not occur.
    """
    frame = record()
    keep = np.ones(len(frame), dtype=bool)
    if tuple(between) != YEARS:
        keep &= frame["year"].between(*between).fillna(False).to_numpy(dtype=bool)
    for word in words.casefold().split():
        keep &= frame["text"].str.contains(word, regex=False).to_numpy(dtype=bool)
    if types := tuple(types):
        by_type = _masks("incident_types", "type")
        keep &= np.logical_or.reduce([_mask(by_type, "type", t) for t in types])
    if initiator == NAMED:
        keep &= (frame["attribution_status"] == "attributed").to_numpy()
    elif initiator in (UNNAMED, UNKNOWN):
        keep &= (frame["attribution_status"] == initiator).to_numpy()
    elif initiator != ANY:
        keep &= _mask(_masks("incident_initiators", "iso3"), "initiator", initiator)
    for what, value, masks in (
        ("receiver", receiver, lambda: _masks("incident_receivers", "iso3")),
        ("region", region, _region_masks),
        ("sector", sector, lambda: _masks("incident_receivers", "category")),
        ("basis", basis, lambda: _masks("incident_attributions", "basis")),
        ("law", law, lambda: _legal_masks("breach")),
    ):
        if value != ANY:
            keep &= _mask(masks(), what, value)
    if standing != ANY:
        keep &= (frame["settled"] == (standing == "settled")).fillna(False).to_numpy(dtype=bool)
    if response != ANY:
        political = (frame["n_political_responses"] > 0).to_numpy(dtype=bool)
        legal = (frame["n_legal_responses"] > 0).to_numpy(dtype=bool)
        keep &= {
            "political": political,
            "legal": legal,
            "either": political | legal,
            "none": ~(political | legal),
        }[response]
    return frame[keep]


def _mask(masks: dict[str, np.ndarray], what: str, value: str) -> np.ndarray:
    if value not in masks:
        raise ValueError(f"{what}: {value!r} does not occur in the record; it has {', '.join(sorted(masks))}")
    return masks[value]


@cache
def _joined(table: str, column: str) -> pd.Series:
    """Distinct values of a long table's column for each incident, joined for reading."""
    long = load(table)[["incident_id", column]].dropna().drop_duplicates()
    shown = long[column].astype(str)
    if column == "iso3":
        shown = shown.map({c: country(c) for c in shown.unique()})
    return shown.groupby(long["incident_id"]).agg("; ".join)


def listing(chosen: pd.DataFrame) -> pd.DataFrame:
    """The chosen incidents for reading, newest first."""
    out = pd.DataFrame(
        {
            "Began": chosen["start_on"],
            "Incident": chosen["name"],
            "Types": _joined("incident_types", "type").reindex(chosen.index),
            "Named initiators": _joined("incident_initiators", "iso3").reindex(chosen.index),
            "Receivers": _joined("incident_receivers", "iso3").reindex(chosen.index),
            "Attribution": chosen["attribution_status"],
            "Intensity (unweighted)": chosen["unweighted_intensity"],
            "Number": chosen.index,
        }
    )
    return out.sort_values(["Began", "Number"], ascending=False, na_position="last").reset_index(drop=True)


@cache
def _dyads() -> pd.DataFrame:
    """Distinct (incident, initiating state, receiving state), initiator not the receiver."""
    a = load("incident_initiators")[["incident_id", "iso3"]].dropna().drop_duplicates()
    b = load("incident_receivers")[["incident_id", "iso3"]].dropna().drop_duplicates()
    both = a.merge(b, on="incident_id", suffixes=("_initiator", "_receiver"))
    return both[both["iso3_initiator"] != both["iso3_receiver"]].reset_index(drop=True)


def dyad_counts(chosen: pd.DataFrame) -> pd.DataFrame:
    """Distinct incidents by directed dyad among the chosen ones, most frequent first."""
    rows = _dyads()[_dyads()["incident_id"].isin(chosen.index)]
    counts = rows.groupby(["iso3_initiator", "iso3_receiver"]).size().rename("incidents").reset_index()
    return counts.sort_values(
        ["incidents", "iso3_initiator", "iso3_receiver"], ascending=[False, True, True]
    ).reset_index(drop=True)


def _by_year(chosen: pd.DataFrame) -> tuple[go.Figure, pd.DataFrame]:
    span = pd.RangeIndex(YEARS[0], YEARS[1] + 1, name="year")
    counts = pd.DataFrame(
        {
            "selection": chosen["year"].value_counts().reindex(span, fill_value=0),
            "whole record": record()["year"].value_counts().reindex(span, fill_value=0),
        }
    ).astype(int)
    figure = figures.new(
        barmode="overlay",
        bargap=0.2,
        hovermode="x unified",
        yaxis={"title": {"text": "distinct incidents that began in the year"}, "rangemode": "tozero"},
        xaxis={"dtick": 4, "showgrid": False},
    )
    for name, colour, width in (
        ("whole record", figures.NO_DATA, 0.9),
        ("selection", figures.COLOURS[0], 0.5),
    ):
        figure.add_trace(
            {
                "type": "bar",
                "x": counts.index.tolist(),
                "y": counts[name].tolist(),
                "name": name,
                "width": width,
                "marker": {"color": colour},
            }
        )
    return figures.mark_changes(figure, [WIDER_RULE]), counts.reset_index()


def _on_map(chosen: pd.DataFrame) -> tuple[go.Figure, pd.DataFrame]:
    long = load("incident_receivers")[["incident_id", "iso3"]].dropna().drop_duplicates()
    counts = long[long["incident_id"].isin(chosen.index)].groupby("iso3").size().sort_values(ascending=False)
    table = pd.DataFrame({"receiver": [country(c) for c in counts.index], "incidents": counts.to_numpy()})
    return figures.world_map(counts, "Distinct incidents received", log=True), table


def _as_pairs(chosen: pd.DataFrame, most: int = 30) -> tuple[go.Figure, pd.DataFrame]:
    counts = dyad_counts(chosen)
    if counts.empty:
        return figures.empty(
            "No incident in this selection names both an initiating and a receiving state."
        ), (pd.DataFrame(columns=["initiator", "receiver", "incidents"]))
    top = counts.head(most)
    codes = sorted({*top["iso3_initiator"], *top["iso3_receiver"]})
    out = top.groupby("iso3_initiator")["incidents"].sum().reindex(codes, fill_value=0)
    into = top.groupby("iso3_receiver")["incidents"].sum().reindex(codes, fill_value=0)
    nodes = pd.DataFrame(
        {
            "id": codes,
            "label": [country(c) for c in codes],
            "size": (out + into).to_numpy(),
            "group": np.where(out > into, "named more as initiator", "more as receiver"),
            "hover": [
                f"{country(c)}: in these pairs named as initiator in {o}, as receiver in {i}"
                for c, o, i in zip(codes, out, into, strict=True)
            ],
        }
    )
    edges = top.rename(columns={"iso3_initiator": "source", "iso3_receiver": "target", "incidents": "weight"})
    table = pd.DataFrame(
        {
            "initiator": [country(c) for c in counts["iso3_initiator"]],
            "receiver": [country(c) for c in counts["iso3_receiver"]],
            "incidents": counts["incidents"],
        }
    )
    return figures.network(nodes, edges, labels=30), table


@cache
def _first_load() -> pd.Series:
    """For each incident: whether it was entered on the record's first day, when responses were hardly coded."""
    added = record()["added_on"]
    return added == added.min()


PICTURES = {"years": _by_year, "map": _on_map, "pairs": _as_pairs}


def explore(
    words: str = "",
    picture: str = "years",
    between: tuple[int, int] = YEARS,
    types: tuple[str, ...] = (),
    initiator: str = ANY,
    receiver: str = ANY,
    region: str = ANY,
    sector: str = ANY,
    basis: str = ANY,
    standing: str = ANY,
    law: str = ANY,
    response: str = ANY,
    rows: str = "incidents",
) -> View:
    """The incident explorer; parameters as in :func:`select`, and the picture and table to show."""
    chosen = select(
        words, between, types, initiator, receiver, region, sector, basis, standing, law, response
    )
    whole, n = len(record()), len(chosen)
    undated = int(chosen["year"].isna().sum())
    if n == 0:
        figure, numbers = figures.empty("No incident in the record carries all these codes."), pd.DataFrame()
        takeaway = f"None of the {whole:,} distinct incidents in the record carries all these codes."
    else:
        figure, numbers = PICTURES[picture](chosen)
        named = int((chosen["attribution_status"] == "attributed").sum())
        takeaway = (
            f"{n:,} of {whole:,} distinct incidents match; {share(named, n)} of them name at least one state "
            "or territory as the origin."
        )
    caveat = (
        "Reports that fit a rule, not all attacks. In February and March 2023 the rule was widened to every "
        "attack on critical infrastructure, so counts before and after are not alike."
    )
    if undated:
        caveat += f" {undated} of these incidents have no start date and are in no year."
    if response != ANY and n:
        early = _first_load()
        load_day = f"{record()['added_on'].min():%d %B %Y}".lstrip("0")
        inside = int(early.reindex(chosen.index).sum())
        caveat += (
            f" {inside:,} of these incidents were entered in the first load of {load_day}, for which responses were "
            "hardly coded: there “none coded” means that nobody looked (chapter 3.2)."
        )
    if picture == "map":
        caveat += " An incident counts once for each state that received it."
    if picture == "pairs":
        caveat += " The picture shows the 30 most frequent pairs; an incident counts once for each pair."
    return View(
        figure=figure,
        takeaway=takeaway,
        table=listing(chosen) if rows == "incidents" else numbers,
        caveat=caveat,
        sources=("incidents", "incident_receivers", "incident_initiators"),
    )


def _states_in(table: str) -> list[tuple[str, str]]:
    return sorted((country(c), c) for c in _masks(table, "iso3"))


def _values_in(table: str, column: str) -> list[str]:
    return sorted(_masks(table, column))


ANYTHING = ("any", ANY)

incident_explorer = Exhibit(
    "incident_explorer",
    "What is in the record?",
    explore,
    words=search(
        label="Search", examples=("ransomware", "lazarus", "bundestag"), help="Names of incidents and actors."
    ),
    picture=choice(
        [("Count by year", "years"), ("Map of receivers", "map"), ("Pairs of states", "pairs")],
        label="Picture",
    ),
    between=years(*YEARS, label="Years"),
    types=choices(lambda: _values_in("incident_types", "type"), label="Type"),
    initiator=choice(
        lambda: [
            ANYTHING,
            ("any named state", NAMED),
            ("nobody named", UNNAMED),
            ("origin unknown", UNKNOWN),
            *_states_in("incident_initiators"),
        ],
        label="Initiator",
        help="as named in at least one attribution",
    ),
    receiver=choice(lambda: [ANYTHING, *_states_in("incident_receivers")], label="Receiver"),
    region=choice(
        lambda: [ANYTHING, *sorted(_region_masks())], label="Region", help="UN region of a receiver"
    ),
    sector=choice(lambda: [ANYTHING, *_values_in("incident_receivers", "category")], label="Sector"),
    basis=choice(
        lambda: [ANYTHING, *_values_in("incident_attributions", "basis")],
        label="Basis",
        help="of an attribution",
    ),
    standing=choice(
        [ANYTHING, "settled", "not settled"], label="Standing", help="of the attribution, for the coders"
    ),
    law=choice(
        lambda: [ANYTHING, *sorted(_legal_masks("breach"))],
        label="Legal coding",
        help="obligation possibly breached",
    ),
    response=choice(
        [ANYTHING, ("political or legal", "either"), "political", "legal", ("none coded", "none")],
        label="Response",
        help="hardly coded for the stock loaded in August 2022",
    ),
    rows=choice([("The incidents", "incidents"), ("The numbers in the picture", "numbers")], label="Table"),
)


# ---------------------------------------------------------------- one incident in full


def find(words: str) -> pd.DataFrame:
    """Incidents that match a number or all words, the most attributed and oldest first."""
    frame = record()
    if words.strip().isdigit():
        return frame[frame.index == int(words)]
    if not words.strip():
        return frame.iloc[:0]
    found = select(words)
    in_name = [all(w in n.casefold() for w in words.casefold().split()) for n in found["name"]]
    order = found.assign(in_name=in_name, asked=found["n_attributions"].fillna(0), known=found["start_on"])
    return found.loc[
        order.sort_values(["in_name", "asked", "known"], ascending=[False, False, True], kind="stable").index
    ]


def _exact(on: pd.Timestamp, precision: str) -> str:
    """A date no more exact than the source has it."""
    if pd.isna(on):
        return ""
    return on.strftime({"year": "%Y", "month": "%Y-%m"}.get(str(precision), "%Y-%m-%d"))


def events_of(incident_id: int) -> pd.DataFrame:
    """What is coded of one incident in time order: start, end, attributions, responses.

    Returns
    -------
    pandas.DataFrame
        on, date (as exact as the source), lane, what, who, basis.
    """
    one = record().loc[incident_id]
    rows = [
        (one["start_on"], _exact(one["start_on"], one["start_precision"]), "Incident", "began", "", ""),
        (one["end_on"], _exact(one["end_on"], one["end_precision"]), "Incident", "ended", "", ""),
    ]
    made = load("incident_attributions")
    for a in made[made["incident_id"] == incident_id].itertuples():
        origin = country(a.iso3) if not pd.isna(a.iso3) else a.origin_status.replace("_", " ")
        by = country(a.attributing_iso3) if not pd.isna(a.attributing_iso3) else "party without a state"
        what = f"attributed to: {origin}" + ("" if pd.isna(a.category) else f" ({a.category})")
        basis = "" if pd.isna(a.basis) else str(a.basis)
        rows.append(
            (
                a.attributed_on,
                _exact(a.attributed_on, a.attributed_precision),
                "Attributions",
                what,
                by,
                basis,
            )
        )
    answers = load("incident_responses")
    for r in answers[answers["incident_id"] == incident_id].itertuples():
        by = country(r.iso3) if not pd.isna(r.iso3) else ("" if pd.isna(r.place) else r.place)
        what = " ".join(x for x in (r.kind, "response:", "" if pd.isna(r.type) else str(r.type)) if x)
        lane = "Political responses" if r.kind == "political" else "Legal responses"
        rows.append((r.responded_on, _exact(r.responded_on, r.responded_precision), lane, what, by, ""))
    frame = pd.DataFrame(rows, columns=["on", "date", "lane", "what", "who", "basis"]).drop_duplicates()
    frame["on"] = pd.to_datetime(frame["on"])
    known = frame[(frame["lane"] != "Incident") | frame["on"].notna()]
    return known.sort_values("on", kind="stable", na_position="last").reset_index(drop=True)


LANES = ("Incident", "Attributions", "Political responses", "Legal responses")


def one_incident(words: str = "NotPetya") -> View:
    """One incident in full: its dates as a line, its codes, and the links its coders used."""
    found = find(words)
    if found.empty:
        message = "Type part of a name or a number from the explorer's table."
        hint = "No incident fits these words. " if words.strip() else ""
        return View(
            figures.empty(hint + message),
            hint + message,
            pd.DataFrame(),
            "Only coded incidents can be found.",
            ("incidents",),
        )
    number, one = found.index[0], found.iloc[0]
    events = events_of(number)
    dated = events.dropna(subset=["on"])
    span = dated[dated["lane"] == "Incident"]
    shown = dated.assign(end=pd.NaT)
    if len(span) == 2:
        shown.loc[span.index[0], "end"] = span["on"].iloc[1]
    shown["text"] = shown["what"] + np.where(shown["who"] != "", " by " + shown["who"], "")
    figure = figures.timeline(shown, "on", "text", "lane", end="end", lanes=LANES)
    made = events[events["lane"] == "Attributions"]
    others = len(found) - 1
    also = f"; {others:,} more fit these words" if others else ""
    began = _exact(one["start_on"], one["start_precision"]) or "on an unknown date"
    naming = made[~made["what"].str.contains("not attributed|unknown|not available")]
    first = naming.dropna(subset=["on"])
    spoke = (
        f"the first dated attribution is of {first['date'].iloc[0]}"
        if len(first)
        else "no dated attribution is coded"
    )
    takeaway = f"“{one['name']}”: began {began}; {spoke}{also}."
    facts = {
        "Number": str(number),
        "Types": _joined("incident_types", "type").get(number, ""),
        "Receivers": _joined("incident_receivers", "iso3").get(number, ""),
        "Receiver categories": _joined("incident_receivers", "category").get(number, ""),
        "Named initiators": _joined("incident_initiators", "iso3").get(number, "none"),
        "Initiator categories": _joined("incident_initiators", "category").get(number, ""),
        "Intensity, unweighted": ""
        if pd.isna(one["unweighted_intensity"])
        else str(one["unweighted_intensity"]),
        "Obligations possibly breached, as coded": "; ".join(
            sorted(c for c, m in _legal_masks("breach").items() if m[record().index.get_loc(number)])
        ),
        "Response in law, as coded": "" if pd.isna(one["response_in_law"]) else str(one["response_in_law"]),
        "Disclosed by": _joined("incident_disclosure", "disclosed_by").get(number, ""),
        "Added to the record": one["added_on"].strftime("%Y-%m-%d"),
    }
    links = load("incident_links")
    addresses = links.loc[links["incident_id"] == number, "url"]
    return View(
        figure=figure,
        takeaway=takeaway,
        table=events.drop(columns="on"),
        caveat="A date is as exact as the source has it: 1 January often means some time in the year. "
        "Attributions are what others said, not findings of ours."
        + (
            " This incident came with the first load, for which responses were hardly coded: an empty lane of responses "
            "means that nobody looked."
            if _first_load().loc[number]
            else ""
        ),
        sources=("incidents", "incident_attributions", "incident_responses"),
        detail="\n".join(f"- **{k}**: {v or 'not coded'}" for k, v in facts.items()),
        links=tuple((url.split("/")[2], url) for url in addresses.head(12)),
    )


incident_in_full = Exhibit(
    "incident_in_full",
    "What does the record say of one incident?",
    one_incident,
    words=search(
        "NotPetya", examples=("NotPetya", "Viasat", "Colonial Pipeline", "WannaCry"), label="Name or number"
    ),
)


# ---------------------------------------------------------------- three observatories

OBSERVATORIES = {"eurepoc": "EuRepoC", "cfr": "CFR", "dcid": "DCID"}
PUBLISHED, STATE, RIVALS = "published", "state", "rivals"


@cache
def rival_pairs() -> frozenset[frozenset[str]]:
    """The pairs of states that DCID follows, without direction."""
    rows = load("dcid_incidents")
    return frozenset(frozenset(p) for p in zip(rows["state_a"], rows["state_b"], strict=True))


@cache
def initiator_rows(observatory: str) -> pd.DataFrame:
    """One row per recorded item, initiating state and receiving state of an observatory.

    Returns
    -------
    pandas.DataFrame
        id, year, initiator (ISO3 or missing), receiver (ISO3 or missing).

    Raises
    ------
    ValueError
        Not one of eurepoc, cfr, dcid.
    """
    if observatory == "eurepoc":
        base = record()["year"].rename_axis("id").reset_index()
        a = load("incident_initiators").query("settled")[["incident_id", "iso3"]].dropna()
        b = load("incident_receivers")[["incident_id", "iso3"]].dropna()
        left, right, key = a, b, "incident_id"
    elif observatory == "cfr":
        rows = load("cfr_operations")
        base = pd.DataFrame({"id": rows["cfr_id"], "year": rows["disclosed_on"].dt.year.astype("Int64")})
        left = load("cfr_sponsors")[["cfr_id", "iso3"]].dropna()
        right, key = load("cfr_victims")[["cfr_id", "iso3"]].dropna(), "cfr_id"
    elif observatory == "dcid":
        rows = load("dcid_incidents")
        return pd.DataFrame(
            {
                "id": rows["dcid_id"],
                "year": rows["start_on"].dt.year.astype("Int64"),
                "initiator": rows["initiator_iso3"],
                "receiver": rows["receiver_iso3"],
            }
        )
    else:
        raise ValueError(f"observatory: {observatory!r} is not one of {', '.join(OBSERVATORIES)}")
    left = left.drop_duplicates().rename(columns={key: "id", "iso3": "initiator"})
    right = right.drop_duplicates().rename(columns={key: "id", "iso3": "receiver"})
    return base.merge(left, on="id", how="left").merge(right, on="id", how="left")


def initiator_shares(rule: str, between: tuple[int, int]) -> pd.DataFrame:
    """Share of each observatory's items that name each state as initiator, with Wilson intervals.

    Parameters
    ----------
    rule : str
        "published": all items; "state": items that name a state; "rivals": items with an initiator and a
        receiver that form one of DCID's pairs.
    between : (int, int)
        First and last year; items without a year are left out.

    Returns
    -------
    pandas.DataFrame
        observatory, initiator (ISO3), k, n, share, low, high. An item that names two states counts for both.
    """
    out = []
    for key, label in OBSERVATORIES.items():
        rows = initiator_rows(key)
        rows = rows[rows["year"].between(*between).fillna(False).astype(bool)]
        if rule == STATE:
            rows = rows[rows["initiator"].notna()]
        elif rule == RIVALS:
            pairs = rival_pairs()
            both = zip(rows["initiator"], rows["receiver"], strict=True)
            inside = [not pd.isna(a) and not pd.isna(b) and frozenset((a, b)) in pairs for a, b in both]
            rows = rows[np.array(inside, dtype=bool)]
        n = rows["id"].nunique()
        counts = (
            rows.dropna(subset=["initiator"]).drop_duplicates(["id", "initiator"])["initiator"].value_counts()
        )
        for code, k in counts.items():
            out.append((label, code, int(k), n, k / n, *wilson(int(k), n)))
    return pd.DataFrame(out, columns=["observatory", "initiator", "k", "n", "share", "low", "high"])


def _dots(frame: pd.DataFrame, order: list[str]) -> go.Figure:
    """Shares with intervals: a row for each state, a mark for each observatory."""
    figure = figures.new(
        max(300, 110 + 46 * len(order)),
        xaxis={
            "title": {"text": "share of recorded items that name the state"},
            "tickformat": ".0%",
            "rangemode": "tozero",
        },
        yaxis={
            "tickvals": list(range(len(order))),
            "ticktext": [figures.plain(country(c)) for c in order],
            "autorange": "reversed",
            "showgrid": False,
            "zeroline": False,
        },
    )
    for i, label in enumerate(OBSERVATORIES.values()):
        part = frame[frame["observatory"] == label].set_index("initiator").reindex(order).dropna(subset=["k"])
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["share"].tolist(),
                "y": [order.index(c) + (i - 1) * 0.22 for c in part.index],
                "mode": "markers",
                "name": label,
                "marker": {"symbol": figures.SYMBOLS[i], "size": 10, "color": figures.COLOURS[i]},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": (part["high"] - part["share"]).tolist(),
                    "arrayminus": (part["share"] - part["low"]).tolist(),
                    "thickness": 1.5,
                    "width": 3,
                },
                "text": [
                    f"{label}, {country(c)}: {share(int(k), int(n))}"
                    for c, k, n in zip(part.index, part["k"], part["n"], strict=True)
                ],
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    return figure


def three(rule: str = PUBLISHED, between: tuple[int, int] = SHARED_YEARS, most: int = 8) -> View:
    """Initiator shares of the three observatories side by side."""
    frame = initiator_shares(rule, between)
    if frame.empty:
        message = "No observatory has an item that fits this rule in these years."
        return View(
            figures.empty(message), message, frame, "", ("incidents", "cfr_operations", "dcid_incidents")
        )
    weight = frame.groupby("initiator")["share"].sum().sort_values(ascending=False, kind="stable")
    order = list(weight.index[:most])
    sizes = frame.drop_duplicates("observatory").set_index("observatory")["n"]
    top = frame[frame["initiator"] == order[0]].set_index("observatory")
    said = "; ".join(f"{o} {share(int(r.k), int(r.n))}" for o, r in top.iterrows())
    table = frame.sort_values(["share"], ascending=False).assign(
        initiator=lambda d: [country(c) for c in d["initiator"]]
    )
    missing = [o for o in OBSERVATORIES.values() if o not in sizes]
    caveat = (
        "Intervals cover chance alone, not what was never reported. Years are those of the start in EuRepoC and "
        "DCID and of the disclosure in CFR; DCID ends in 2020. An item that names two states counts for both. "
        "EuRepoC counts here by its settled attributions."
    )
    if rule == RIVALS:
        caveat += " CFR names half of its victims in words that are no state, and those rows drop out here."
    if missing:
        caveat += f" Nothing in these years: {', '.join(missing)}."
    return View(
        figure=_dots(frame, order),
        takeaway=f"{country(order[0])} is named most often over the three records: {said}.",
        table=table.reset_index(drop=True),
        caveat=caveat,
        sources=("incidents", "cfr_operations", "dcid_incidents"),
    )


three_observatories = Exhibit(
    "three_observatories",
    "Do three observatories name the same states?",
    three,
    rule=choice(
        [("As published", PUBLISHED), ("A state is named", STATE), ("Rival pairs only", RIVALS)], label="Rule"
    ),
    between=years(*SHARED_YEARS, label="Years"),
)


# ---------------------------------------------------------------- the same incidents?

HELD, PART, WIDER, ABSENT, OUTSIDE = (
    "held",
    "held in part",
    "only as part of something wider",
    "not found",
    "out of scope",
)
# dark to light for how much is held; grey where nothing could be
SHADES = ("#0072B2", "#56B4E9", "#cfe3f2", "#D55E00", figures.NO_DATA)
MARKS = {HELD: "●", PART: "◐", WIDER: "◌", ABSENT: "×", OUTSIDE: "–"}
AGREE, DIFFER, SILENT, NOBODY = "same state", "another state", "names no state", "no official attribution"
NAMES = {AGREE: "=", DIFFER: "≠", SILENT: "?", NOBODY: "·"}
NEAR, FAR, COARSE, UNCLEAR = (
    "within 31 days",
    "more than 31 days off",
    "same year, day not coded",
    "no comparable date",
)
STARTS = {NEAR: "=", FAR: "≠", COARSE: "≈", UNCLEAR: "·"}


@cache
def _matches() -> pd.DataFrame:
    frame = load("anchor_matches").astype({"dataset": str, "relation": str})
    frame["observatory"] = frame["dataset"].map(OBSERVATORIES)
    return frame


@cache
def holdings() -> pd.DataFrame:
    """For each anchor (rows) and observatory (columns): held, in part, wider, not found, out of scope."""

    def one(rows: pd.DataFrame) -> str:
        relations = set(rows["relation"])
        if "same" in relations:
            return HELD
        if "part_of" in relations:
            return PART
        if "wider" in relations:
            return WIDER
        return ABSENT if rows["in_scope"].any() else OUTSIDE

    grid = _matches().groupby(["anchor_id", "observatory"])[["relation", "in_scope"]].apply(one).unstack()
    return grid[list(OBSERVATORIES.values())]


@cache
def _coded(observatory: str) -> pd.DataFrame:
    """Per matched item: id as text, the set of initiators, the start and how exact it is."""
    if observatory == "EuRepoC":
        named = load("incident_initiators").query("settled").dropna(subset=["iso3"])
        sets = named.groupby("incident_id")["iso3"].agg(frozenset)
        frame = record()[["start_on", "start_precision"]].set_axis(["start", "precision"], axis=1)
    elif observatory == "CFR":
        sets = load("cfr_sponsors").dropna(subset=["iso3"]).groupby("cfr_id")["iso3"].agg(frozenset)
        ids = load("cfr_operations")["cfr_id"]
        frame = pd.DataFrame({"start": pd.NaT, "precision": ""}, index=ids)
    else:
        rows = load("dcid_incidents").set_index("dcid_id")
        sets = rows["initiator_iso3"].dropna().map(lambda c: frozenset([c]))
        frame = pd.DataFrame({"start": rows["start_on"], "precision": "day"})
    frame = frame.assign(initiators=sets.reindex(frame.index))
    frame.index = frame.index.astype(str)
    return frame


@cache
def anchor_codings() -> pd.DataFrame:
    """One row per anchor and observatory that holds it: initiators named, earliest start.

    Returns
    -------
    pandas.DataFrame
        Indexed by anchor_id and observatory: initiators (frozenset), start (datetime), precision.
    """
    out = []
    for (anchor, label), rows in (
        _matches().dropna(subset=["source_id"]).groupby(["anchor_id", "observatory"])
    ):
        coded = _coded(label).loc[rows["source_id"].astype(str)]
        named = [s for s in coded["initiators"] if isinstance(s, frozenset)]
        first = coded.dropna(subset=["start"]).sort_values("start").head(1)
        out.append(
            (
                anchor,
                label,
                frozenset().union(*named),
                first["start"].iloc[0] if len(first) else pd.NaT,
                str(first["precision"].iloc[0]) if len(first) else "",
            )
        )
    columns = ["anchor_id", "observatory", "initiators", "start", "precision"]
    return pd.DataFrame(out, columns=columns).set_index(["anchor_id", "observatory"])


def _names_grid() -> tuple[pd.DataFrame, pd.DataFrame]:
    anchors = load("anchor_incidents").set_index("anchor_id")
    codes, shown = {}, {}
    for (anchor, label), row in anchor_codings().iterrows():
        official = anchors.at[anchor, "attributed_to_iso3"]
        named = row["initiators"]
        shown[anchor, label] = ", ".join(country(c) for c in sorted(named)) or "no state"
        if pd.isna(official):
            codes[anchor, label] = NOBODY
        else:
            codes[anchor, label] = SILENT if not named else AGREE if official in named else DIFFER
    return pd.Series(codes).unstack(), pd.Series(shown).unstack()


def _starts_grid() -> tuple[pd.DataFrame, pd.DataFrame]:
    anchors = load("anchor_incidents").set_index("anchor_id")
    codes, shown = {}, {}
    for (anchor, label), row in anchor_codings().iterrows():
        ours, exact = anchors.at[anchor, "began_on"], anchors.at[anchor, "began_precision"]
        theirs = row["start"]
        shown[anchor, label] = (
            "disclosure only" if label == "CFR" else _exact(theirs, row["precision"]) or "none"
        )
        if pd.isna(theirs) or pd.isna(ours):
            codes[anchor, label] = UNCLEAR
        elif "year" in (str(exact), row["precision"]):
            codes[anchor, label] = COARSE if ours.year == theirs.year else FAR
        else:
            codes[anchor, label] = NEAR if abs((theirs - ours).days) <= 31 else FAR
    return pd.Series(codes).unstack(), pd.Series(shown).unstack()


def scope_counts() -> pd.DataFrame:
    """For each observatory: anchors in its scope, and how many of them it holds in any form."""
    scope = _matches().groupby(["anchor_id", "observatory"])["in_scope"].any().unstack()
    held = holdings().isin([HELD, PART, WIDER])
    return pd.DataFrame(
        {
            label: {"in scope": int(scope[label].sum()), "held": int((held[label] & scope[label]).sum())}
            for label in held
        }
    ).T


def _primary(label: str) -> pd.Series:
    """One code per anchor for kappa: the states named, joined, or "none"."""
    rows = anchor_codings().xs(label, level="observatory")["initiators"]
    return rows.map(lambda s: "+".join(sorted(s)) or "none")


def same(compare: str = "held") -> View:
    """Well-known incidents looked up in the three observatories."""
    anchors = load("anchor_incidents").set_index("anchor_id").sort_values("began_on")
    if compare == "held":
        codes = shown = holdings()
        marks, label = MARKS, "Is it held?"
        counts = scope_counts()
        said = ", ".join(f"{o} {share(int(r['held']), int(r['in scope']))}" for o, r in counts.iterrows())
        takeaway = (
            f"Of the {len(anchors)} anchors, each counted where it lies in scope, the records hold: {said}."
        )
    elif compare == "names":
        codes, shown = _names_grid()
        marks, label = NAMES, "Whom does it name?"
        parts = []
        for a, b in (("EuRepoC", "CFR"), ("EuRepoC", "DCID"), ("CFR", "DCID")):
            equal, kappa, n = agreement(_primary(a), _primary(b))
            parts.append(f"{a} and {b} {equal:.0%} of {n} shared (kappa {kappa:.2f})")
        takeaway = f"The states named are exactly the same for {'; '.join(parts)}."
    else:
        codes, shown = _starts_grid()
        marks, label = STARTS, "When did it begin?"
        parts = []
        for o in ("EuRepoC", "DCID"):
            exact = codes[o].isin([NEAR, FAR])
            parts.append(f"{o} {share(int((codes[o] == NEAR).sum()), int(exact.sum()))}")
        takeaway = f"Start within 31 days of the one we found, where both dates are exact enough: {', '.join(parts)}."
    grid = codes.reindex(index=anchors.index, columns=list(OBSERVATORIES.values()))
    figure = figures.heatmap(
        grid.set_axis([f"{b.year} {n}" for n, b in zip(anchors["name"], anchors["began_on"], strict=True)]),
        label,
        categories=marks,
        colours=SHADES if compare == "held" else ("#0072B2", "#D55E00", "#cfe3f2", figures.NO_DATA),
    )
    table = shown.reindex(index=anchors.index, columns=grid.columns)
    table = table.set_axis(anchors["name"].tolist()).rename_axis("Anchor").reset_index()
    return View(
        figure=figure,
        takeaway=takeaway,
        table=table,
        caveat="The anchors were chosen because they are well known and matched by hand once, so agreement here is an "
        "upper bound and the intervals do not speak for other incidents. CFR gives the day of disclosure only.",
        sources=("anchor_incidents", "anchor_matches", "incidents", "cfr_operations", "dcid_incidents"),
    )


same_incidents = Exhibit(
    "same_incidents",
    "Do three observatories hold the same incidents?",
    same,
    compare=choice(
        [("Is it held?", "held"), ("Whom does it name?", "names"), ("When did it begin?", "starts")],
        label="Compare",
    ),
)


# ---------------------------------------------------------------- findings and checks


def finding_record() -> str:
    """How many incidents the record holds and how many name a state."""
    frame = record()
    status = frame["attribution_status"].value_counts()
    n = len(frame)
    return (
        f"EuRepoC v1.3 records {n:,} distinct incidents. A state or territory is named as the origin in "
        f"{share(int(status['attributed']), n)}; nobody is named in {share(int(status[UNNAMED]), n)}; someone is named "
        f"but the origin is unknown in {share(int(status[UNKNOWN]), n)}. "
        f"{int(frame['year'].isna().sum())} incidents have no start date."
    )


def finding_intensity() -> str:
    """How low the coded intensities are, and how rare physical effects."""
    frame = record()
    coded = frame["unweighted_intensity"].dropna()
    physical = frame["physical_spatial"].dropna()
    return (
        f"Unweighted intensity is 3 or less in {share(int((coded <= 3).sum()), len(coded))} of the incidents where it is "
        f"coded, on a scale that reaches {int(coded.max())} here. A physical effect is coded in "
        f"{share(int((physical != 'none').sum()), len(physical))}."
    )


def finding_scope() -> str:
    """How much of the growth since 2021 the wider rule could account for."""
    frame = record()
    by_year = frame.groupby("year").size()
    stable = frame[frame["in_scope_before_2023"].fillna(False).astype(bool)].groupby("year").size()
    recent = frame[frame["year"].between(2023, 2024).fillna(False).astype(bool)]
    out = int((~recent["in_scope_before_2023"].fillna(True).astype(bool)).sum())
    return (
        f"Incidents that began in 2023 outnumber those of 2021 by {by_year[2023] / by_year[2021]:.1f} to 1 in the record as "
        f"it stands, and by {stable[2023] / stable[2021]:.1f} to 1 when only incidents that also meet a criterion of the "
        f"older rule are counted; {share(out, len(recent))} of the incidents of 2023 and 2024 meet no older criterion."
    )


def finding_shares() -> str:
    """How far the three records are apart under the widest and the narrowest rule."""
    said = []
    for rule, words in ((PUBLISHED, "as published"), (RIVALS, "for rival pairs only")):
        grid = (
            initiator_shares(rule, (2000, 2020))
            .pivot(index="initiator", columns="observatory", values="share")
            .fillna(0)
        )
        gap = (grid.max(axis=1) - grid.min(axis=1)).sort_values(ascending=False)
        said.append(f"{words} it is {gap.iloc[0] * 100:.0f} percentage points ({country(gap.index[0])})")
    return (
        f"The largest gap between the three records' shares for any state, 2000 to 2020: {'; '.join(said)}."
    )


def finding_anchors() -> str:
    """How many of the well-known incidents each record holds."""
    counts = scope_counts()
    parts = ", ".join(f"{o} {share(int(r['held']), int(r['in scope']))}" for o, r in counts.iterrows())
    everywhere = holdings().isin([HELD, PART, WIDER]).all(axis=1)
    return (
        f"Of {len(holdings())} well-known incidents, counted where they lie in a record's scope: {parts}. "
        f"All three hold {int(everywhere.sum())}. These are famous cases, so the figures are upper bounds."
    )


def _check_low_intensity(answer: object) -> Verdict:
    frame = load("incidents")["unweighted_intensity"]
    coded = frame.dropna()
    return check_number(
        answer,
        right=float((coded <= 3).mean()),
        tolerance=0.0005,
        slips={
            "You divided by all incidents; those without an intensity are then counted as not low. Drop them first.": float(
                (coded <= 3).sum() / len(frame)
            ),
            "That is the share below 3. The question asks for 3 or less.": float((coded < 3).mean()),
            "That is the number of incidents. Divide by the number that have an intensity.": float(
                (coded <= 3).sum()
            ),
            "That is a percentage. Give a number between 0 and 1.": float((coded <= 3).mean() * 100),
        },
        hint="Use the column unweighted_intensity, drop missing values, and take the mean of a comparison with 3.",
    )


CHECKS = {"low_intensity": _check_low_intensity}
