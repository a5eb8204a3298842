"""Chapter 1.3: internet shutdowns, requests to remove content, and freedom scores.

A shutdown that spans several states counts once in each of them, so counts are of shutdowns by state.
"""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.data import load
from cyberdip_utils.first_edition import figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, number, years
from cyberdip_utils.online import internet_users
from cyberdip_utils.rank import RESAMPLES, Rho, spearman
from cyberdip_utils.teach import Verdict, check_number

YEARS = (2016, 2024)
ASKED_YEARS = (2011, 2025)
ANY = "any"
NOBODY, INDIA, INDIA_MYANMAR = "nobody", "India", "India and Myanmar"
LEFT_OUT = {NOBODY: (), INDIA: ("IND",), INDIA_MYANMAR: ("IND", "MMR")}


def _years(between: tuple[int, int]) -> str:
    return str(between[0]) if between[0] == between[1] else f"{between[0]} to {between[1]}"


def _some(items: list[str], most: int = 4) -> str:
    more = len(items) - most
    return ", ".join(items[:most]) + (f" and {more} more" if more > 0 else "")


def _part(k: float, n: float) -> str:
    """A share of a whole count, without an interval: nothing was sampled."""
    return f"{k / n:.0%} ({int(k):,} of {int(n):,})" if n else "none (0 of 0)"


def _states(n: int, rest: str = "") -> str:
    return f"{n:,} {'state or territory' if n == 1 else 'states and territories'}{rest}"


# ---------------------------------------------------------------- shutdowns

UNLISTED, NONE = "no record", "listed, none began"
BINS = (
    (NONE, 0, 0, "#f2f0e6"),
    ("1", 1, 1, "#90d743"),
    ("2 to 5", 2, 5, "#35b779"),
    ("6 to 20", 6, 20, "#31688e"),
    ("more than 20", 21, np.inf, "#440154"),
)


@cache
def _shutdowns() -> pd.DataFrame:
    return load("shutdowns").astype({"year": int, "n": int})


@lru_cache(maxsize=128)
def _counts(between: tuple[int, int]) -> pd.DataFrame:
    rows = _shutdowns()
    rows = rows[rows["year"].between(*between)]
    out = rows.groupby("iso3").agg(
        shutdowns=("n", "sum"),
        years_with=("n", lambda s: int((s > 0).sum())),
        years_listed=("n", "size"),
    )
    return out.sort_values(["shutdowns", "years_with"], ascending=False, kind="stable")


def shutdown_counts(between: tuple[int, int] = YEARS) -> pd.DataFrame:
    """Shutdowns by state for those that the tracker lists in these years.

    Parameters
    ----------
    between : (int, int)
        First and last year of the start, both included.

    Returns
    -------
    pandas.DataFrame
        Indexed by iso3, most first: shutdowns, years_with (years with at least one), years_listed (years for
        which the state has a row). A state that is not in the index has no record in these years: the
        tracker does not say zero for it.
    """
    return _counts(tuple(between)).copy()


def by_year(leave_out: tuple[str, ...] = ()) -> pd.DataFrame:
    """For each year: shutdowns, states with at least one, states listed (with a row, zero or more)."""
    rows = _shutdowns()
    rows = rows[rows["year"].between(*YEARS) & ~rows["iso3"].isin(leave_out)]
    return rows.groupby("year").agg(
        shutdowns=("n", "sum"), states_with=("n", lambda s: int((s > 0).sum())), states_listed=("n", "size")
    )


def _bin(n: int) -> str:
    return next(label for label, low, high, _ in BINS if low <= n <= high)


def _shutdown_map(counts: pd.DataFrame) -> go.Figure:
    words = {
        c: f"{r.shutdowns} began; in {r.years_with} of {r.years_listed} years listed"
        for c, r in zip(counts.index, counts.itertuples(), strict=True)
    }
    figure = figures.world_map(
        counts["shutdowns"].map(_bin),
        "Shutdowns that began",
        hover=words,
        order=[b[0] for b in BINS],
        colours={b[0]: b[3] for b in BINS},
    )
    figure.update_layout(legend={"title": {"side": "top"}})  # room for the marks on a narrow page
    return figure.for_each_trace(
        lambda t: t.update(name=UNLISTED, text=[x.replace("no data", UNLISTED) for x in t.text]),
        selector={"name": "no data"},
    )


def _shutdown_years(between: tuple[int, int], out: tuple[str, ...]) -> tuple[go.Figure, pd.DataFrame]:
    rows = _shutdowns()
    rows = rows[rows["year"].between(*between) & ~rows["iso3"].isin(out)]
    first = rows.groupby("iso3")["n"].sum().sort_values(ascending=False, kind="stable")
    first = [c for c in first.index[:3] if first[c] > 0]
    named = rows["iso3"].where(rows["iso3"].isin(first), "other")
    table = rows.groupby(["year", named])["n"].sum().unstack(fill_value=0)
    span = range(between[0], between[1] + 1)
    table = table.reindex(index=span, fill_value=0)[[*first, *(["other"] if "other" in table else [])]]
    table.columns = [country(c) if c != "other" else "all others" for c in table.columns]
    long = table.rename_axis("year").reset_index().melt("year", var_name="state", value_name="n")
    long["year"] = long["year"].astype(str)
    figure = figures.bars(
        long,
        "year",
        "n",
        group="state",
        label="shutdowns that began in the year",
        horizontal=False,
        stacked=True,
        values_shown=False,
    )
    extra = by_year(out)[["states_with", "states_listed"]].reindex(span).astype(int)
    out_table = table.join(extra).rename(
        columns={"states_with": "states with at least one", "states_listed": "states listed"}
    )
    return figure, out_table.rename_axis("year").reset_index()


def off(picture: str = "map", between: tuple[int, int] = YEARS, leave_out: str = NOBODY) -> View:
    """Shutdowns by state and year; parameters as the controls of ``shutdown_map``."""
    out = LEFT_OUT[leave_out]
    counts = _counts(tuple(between))
    counts = counts[~counts.index.isin(out)]
    hit = counts[counts["shutdowns"] > 0]
    total = int(counts["shutdowns"].sum())
    table = pd.DataFrame(
        {
            "state or territory": [country(c) for c in counts.index],
            "shutdowns": counts["shutdowns"].to_numpy(),
            "years with at least one": counts["years_with"].to_numpy(),
            "years listed": counts["years_listed"].to_numpy(),
        }
    )
    if picture == "map":
        figure = _shutdown_map(counts)
    elif picture == "years":
        figure, table = _shutdown_years(between, out)
    else:
        column = "shutdowns" if picture == "most" else "years_with"
        top = counts.sort_values([column, "shutdowns"], ascending=False, kind="stable").head(15)
        figure = figures.bars(
            pd.DataFrame({"state": [country(c) for c in top.index], "n": top[column].to_numpy()}),
            "state",
            "n",
            label="shutdowns that began" if picture == "most" else "years with at least one shutdown",
        )
    without = f", leaving out {leave_out}" if out else ""
    first = (
        f"; {country(hit.index[0])} alone has {_part(int(hit['shutdowns'].iloc[0]), total)}" if total else ""
    )
    return View(
        figure=figure,
        takeaway=f"{_years(between)}{without}: {total:,} shutdowns began in "
        f"{_states(len(hit), f' of the {len(counts)} listed')}{first}.",
        table=table,
        caveat="Counts by Access Now and the #KeepItOn coalition, of where a shutdown took effect: the table does not say "
        "who ordered it, which in a war may be another state or a party. Each is counted in the year it began and "
        "once in each state it touched; a national blackout and a district curfew both count one. “Listed, none "
        "began” is a zero of the source; “no record” is not. A state is listed only from its first recorded "
        "shutdown, so the list grows by itself, and recording grew with the coalition.",
        sources=("shutdowns",),
    )


shutdown_map = Exhibit(
    "shutdown_map",
    "Where were networks switched off?",
    off,
    picture=choice(
        [
            ("Map", "map"),
            ("By year", "years"),
            ("Most shutdowns", "most"),
            ("Most years with a shutdown", "often"),
        ],
        label="Picture",
    ),
    between=years(*YEARS, default=(2024, 2024), label="Years"),
    leave_out=choice(list(LEFT_OUT), label="Leave out"),
)


# ---------------------------------------------------------------- requests to remove content

REQUESTS, ITEMS, REMOVED = "requests", "items", "removed"
WHO, WHY, BRANCH, PRODUCT, WHEN = "asker", "reason", "branch", "product", "half"
OUTCOMES = (
    "removed_law",
    "removed_rules",
    "not_found",
    "too_little_information",
    "no_action",
    "already_removed",
)
OTHERS = {"INTERPOL": "Interpol", "EUROPOL": "Europol", "UNKNOWN": "asker not told", "ALL": "all states"}
ALL_BUT_RUSSIA = "all but Russia"
FEWEST = 30  # items below which no share is shown
OUTCOMES_SINCE = 2019  # Google published outcomes by item from 2019 on, by request before
COLUMNS = {
    WHO: "state or body that asked",
    WHY: "reason",
    BRANCH: "branch",
    PRODUCT: "product",
    WHEN: "half-year",
}


@cache
def _requests() -> pd.DataFrame:
    frame = load("removal_requests")
    numbers = ["n", "items", *OUTCOMES]
    frame = frame.astype({"company": str, "year": int, **dict.fromkeys(numbers, float)})
    taken = frame[["removed_law", "removed_rules"]].sum(axis=1)
    judged = frame[list(OUTCOMES)].sum(axis=1)  # Google tells what became of every item ...
    judged = judged.where(frame["year"] >= OUTCOMES_SINCE)  # ... since 2019; before, of every request
    judged = judged.where(frame["company"] == "Google", frame["items"])  # Apple tells only what it removed
    judged = judged.where(frame["company"] != "GitHub")  # counts repositories, not items named
    frame["judged"], frame["taken"] = judged, taken.where(judged.notna())
    words = ["company", "half", "asker", "branch", "product", "reason"]
    return frame.astype(dict.fromkeys(words, "category"))


def _asker(code: str) -> str:
    return OTHERS.get(code) or country(code)


def _askers() -> list[tuple[str, str]]:
    totals = _requests().groupby("iso3")["n"].sum()
    often = sorted(totals[totals >= 1000].index, key=country)
    return [("Any", ANY), ("All but Russia", ALL_BUT_RUSSIA), *((country(c), c) for c in often)]


def _reasons() -> list[tuple[str, str]]:
    return [("Any", ANY), *((r, r) for r in sorted(_requests()["reason"].unique()))]


def removals(
    company: str = "Google",
    between: tuple[int, int] = ASKED_YEARS,
    asker: str = ANY,
    reason: str = ANY,
) -> pd.DataFrame:
    """The rows of ``removal_requests`` that pass every filter.

    Parameters
    ----------
    company : str
        "Google", "Apple" or "GitHub": each counts in its own way, so never several at once.
    between : (int, int)
        First and last year, both included.
    asker : str
        "any", "all but Russia", or an ISO3 code.
    reason : str
        "any", or one of the company's own labels.

    Returns
    -------
    pandas.DataFrame
        With two more columns of items: taken (removed by law or under the company's rules) and judged (what
        they are a share of: Google's six outcomes added up, or the items named to Apple). Both are missing
        for GitHub, which counts repositories, and for Google before 2019.
    """
    frame = _requests()
    keep = (frame["company"] == company) & frame["year"].between(*between)
    if asker == ALL_BUT_RUSSIA:
        keep &= frame["asker"] != "RUS"
    elif asker != ANY:
        keep &= frame["asker"] == asker
    if reason != ANY:
        keep &= frame["reason"] == reason
    return frame[keep]


def tally(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Requests, items and outcomes of some rows by a column, most requests first (half-years in order)."""
    out = rows.groupby(by, observed=True).agg(
        requests=("n", "sum"), items=("items", "sum"), judged=("judged", "sum"), taken=("taken", "sum")
    )
    if by == WHEN:
        return out.sort_index()
    return out.sort_values(["requests", "items"], ascending=False, kind="stable")


@cache
def _reported(company: str) -> tuple[int, int]:
    rows = _requests().loc[_requests()["company"] == company, "year"]
    return int(rows.min()), int(rows.max())


def ask(
    company: str = "Google",
    by: str = WHO,
    measure: str = REQUESTS,
    between: tuple[int, int] = ASKED_YEARS,
    asker: str = ANY,
    reason: str = ANY,
) -> View:
    """Requests of governments and courts to one company; parameters as the controls of ``removal_explorer``."""
    rows = removals(company, between, asker, reason)
    first, last = _reported(company)
    sources = ("removal_requests",)
    total, items = int(rows["n"].sum()), int(rows["items"].sum())
    if not total:
        message = f"{company} counts no request that fits; its figures here run from {first} to {last}."
        return View(figures.empty(message), message, pd.DataFrame(columns=[COLUMNS[by]]), "", sources)
    table = tally(rows, by).astype(int)
    labels = [_asker(x) for x in table.index] if by == WHO else list(table.index)
    table = table.reset_index(drop=True)
    table.insert(0, COLUMNS[by], labels)
    shown = table.rename(columns={"judged": "items with outcome", "taken": "items removed"})
    caveat = (
        "The company's own count, in its own categories; compare states within one company, not companies. "
        "One request can name one item or thousands. A low count can mean that the service is blocked or little "
        "used; a state without a row asked nothing that was counted."
    )
    if company != "Google":
        caveat += f" {company} does not tell the branch" + (
            ", the reason or the items." if company == "GitHub" else "."
        )
    if company == "Google" and measure == REMOVED:
        first = OUTCOMES_SINCE
    span = max(first, between[0]), min(last, between[1])
    scope = f"{company}, {_years(span if span[0] <= span[1] else between)}"
    named = "; ".join(
        x
        for x in (
            "" if asker == ANY else f"asked by {asker if asker == ALL_BUT_RUSSIA else country(asker)}",
            "" if reason == ANY else f"reason “{reason}”",
        )
        if x
    )
    scope += f" ({named})" if named else ""
    if measure == REMOVED:
        judged, taken = int(table["judged"].sum()), int(table["taken"].sum())
        enough = table[table["judged"] >= FEWEST].copy()
        if enough.empty:
            message = f"{scope}: the outcome is told for {judged} items, too few for a share."
            return View(figures.empty(message), message, shown, caveat, sources)
        enough["share"] = enough["taken"] / enough["judged"]
        enough = enough if by == WHEN else enough.head(15)
        figure = figures.bars(
            enough,
            COLUMNS[by],
            "share",
            label="share of the items with an outcome that was removed",
            percent=True,
            horizontal=by != WHEN,
            values_shown=by != WHEN,
        )
        halves = tally(rows, WHEN)
        halves = halves[halves["judged"] >= FEWEST]
        each = halves["taken"] / halves["judged"]
        takeaway = f"{scope}: {_part(taken, judged)} of the items were removed, by law or under the company's own rules"
        takeaway += (
            f"; by half-year, from {each.min():.0%} to {each.max():.0%} (n = {len(each)})."
            if len(each) > 1
            else "."
        )
        caveat += (
            (
                f" Google tells the outcome of items since {OUTCOMES_SINCE} only."
                if company == "Google"
                else ""
            )
            + f" Shares rest on at least {FEWEST} items and have no interval: these are all the items there were, and "
            "the items of one request are decided together."
        )
        return View(figure, takeaway, shown, caveat, sources)
    column = REQUESTS if measure == REQUESTS else ITEMS
    if not table[column].sum():
        message = f"{scope}: the company does not tell how many items the requests named."
        return View(figures.empty(message), message, shown, caveat, sources)
    ordered = table if by == WHEN else table.sort_values(column, ascending=False, kind="stable")
    figure = figures.bars(
        ordered if by == WHEN else ordered.head(15),
        COLUMNS[by],
        column,
        label=f"{column} ({'to remove content' if column == REQUESTS else 'named in requests'})",
        horizontal=by != WHEN,
        values_shown=by != WHEN,
    )
    most = ordered.sort_values(column, ascending=False, kind="stable").iloc[0]
    whole = total if column == REQUESTS else items
    takeaway = (
        f"{scope}: {total:,} requests that named {items:,} items"
        if items
        else f"{scope}: {total:,} requests, items not told"
    ) + f"; “{most.iloc[0]}” has most {column}: {_part(int(most[column]), whole)}."
    return View(figure, takeaway, shown, caveat, sources)


removal_explorer = Exhibit(
    "removal_explorer",
    "Who asks for removals, and why?",
    ask,
    company=choice(["Google", "Apple", "GitHub"], label="Company"),
    by=choice(
        [
            ("Who asks", WHO),
            ("Why", WHY),
            ("Which branch of the state", BRANCH),
            ("Which product", PRODUCT),
            ("When", WHEN),
        ],
        label="Divide by",
    ),
    measure=choice(
        [("Requests", REQUESTS), ("Items named", ITEMS), ("Share of items removed", REMOVED)],
        label="Measure",
    ),
    between=years(*ASKED_YEARS, label="Years"),
    asker=choice(_askers, label="Asked by"),
    reason=choice(_reasons, label="Reason"),
)


# ---------------------------------------------------------------- for the size of the net


def per_million(company: str, between: tuple[int, int], reason: str = ANY) -> pd.DataFrame:
    """Requests by asking state, and requests per million internet users a year.

    Parameters
    ----------
    company, between, reason
        As in :func:`removals`.

    Returns
    -------
    pandas.DataFrame
        Indexed by iso3, highest rate first: requests, users (millions, mean of the years), rate. The rate is
        requests / (number of years x users); missing where the number of users is not known.
    """
    first, last = _reported(company)
    a, b = max(between[0], first), min(between[1], last)
    rows = removals(company, between, ANY, reason).dropna(subset=["iso3"])
    requests = rows.groupby("iso3")["n"].sum()
    out = pd.DataFrame({"requests": requests[requests > 0]})
    out["users"] = (
        internet_users()[list(range(a, b + 1))].mean(axis=1).reindex(out.index) if a <= b else np.nan
    )
    out["rate"] = out["requests"] / ((b - a + 1) * out["users"].where(out["users"] > 0))
    return out.sort_values("rate", ascending=False, kind="stable")


def scaled(
    company: str = "Google",
    picture: str = "both",
    between: tuple[int, int] = (2020, 2025),
    reason: str = ANY,
    least: float = 1,
) -> View:
    """Requests for the size of the net; parameters as the controls of ``for_size``."""
    frame = per_million(company, between, reason)
    sources = ("removal_requests", "internet_users", "states")
    without = frame.loc[frame["rate"].isna(), "requests"].sort_values(ascending=False, kind="stable")
    unknown = [country(c) for c in without.index]
    small = int((frame["users"] < least).sum())
    kept = frame[frame["rate"].notna() & (frame["users"] >= least)]
    if kept.empty:
        message = (
            f"No state with {least:g} million internet users or more has a counted request to {company} here."
        )
        return View(figures.empty(message), message, kept.reset_index(), "", sources)
    table = pd.DataFrame(
        {
            "state or territory": [country(c) for c in frame.index],
            "requests": frame["requests"].astype(int).to_numpy(),
            "internet users (million)": frame["users"].round(2).to_numpy(),
            "requests per million users a year": frame["rate"].round(3).to_numpy(),
        }
    )
    by_count = kept["requests"].rank(ascending=False, method="min").astype(int)
    by_rate = kept["rate"].rank(ascending=False, method="min").astype(int)
    top_count, top_rate = kept["requests"].idxmax(), kept["rate"].idxmax()
    if picture == "map":
        figure = figures.world_map(
            kept["rate"],
            "Requests per million internet users a year",
            hover={c: f"{int(r):,} requests in all" for c, r in kept["requests"].items()},
            log=True,
        )
        figure.for_each_trace(
            lambda t: t.update(
                name="no counted request, users unknown or too few",
                text=[x.replace("no data", "no counted request, users unknown or too few") for x in t.text],
            ),
            selector={"name": "no data"},
        )
    else:
        top = kept.head(15) if picture == "both" else kept.sort_values("requests", ascending=False).head(15)
        labels = [f"{country(c)} ({by_count[c]})" for c in top.index]
        column, label = "rate", "requests per million internet users a year"
        if picture == "count":
            labels = [f"{country(c)} ({by_rate[c]})" for c in top.index]
            column, label = "requests", "requests"
        figure = figures.bars(
            pd.DataFrame({"state": labels, "value": top[column].to_numpy()}), "state", "value", label=label
        )
    rho = spearman(kept["requests"], kept["rate"])
    brackets = {"both": "In brackets: rank by count. ", "count": "In brackets: rank for size. "}.get(
        picture, ""
    )
    caveat = (
        f"{brackets}Internet users are estimates: the share of the year times one population figure for each state, mostly of 2019. "
        f"Left out: {small} askers with fewer than {least:g} million users"
    )
    caveat += f", and {_some(unknown)}, whose users are not in the table." if unknown else "."
    caveat += (
        " Not every user of the net uses this company, and in some states the company is blocked, so a rate for "
        "the net is not a rate for the service."
    )
    said = (
        f"{country(top_count)} leads both by count and by size"
        if top_count == top_rate
        else f"{country(top_count)} has most requests ({int(kept.at[top_count, 'requests']):,}) and is "
        f"number {by_rate[top_count]} for its size, where {country(top_rate)} leads"
    )
    return View(
        figure=figure,
        takeaway=f"{company}, {_years(between)}, {_states(len(kept), ' compared')}: {said}, with "
        f"{kept.at[top_rate, 'rate']:,.3g} requests per million internet users a year; the two orders have a rank "
        f"correlation of {rho}.",
        table=table,
        caveat=caveat,
        sources=sources,
    )


for_size = Exhibit(
    "for_size",
    "Who asks most for the size of its net?",
    scaled,
    company=choice(["Google", "Apple", "GitHub"], label="Company"),
    picture=choice(
        [("Ranked for size", "both"), ("Ranked by count", "count"), ("Map, for size", "map")], label="Picture"
    ),
    between=years(*ASKED_YEARS, default=(2020, 2025), label="Years"),
    reason=choice(_reasons, label="Reason"),
    least=number(0, 20, 1, step=0.5, unit="million", label="Fewest internet users"),
)


# ---------------------------------------------------------------- shutdowns and freedom scores

SCORES = {
    "fotn2024": "Freedom on the Net 2024, total",
    "fotn2025": "Freedom on the Net 2025, total",
    "obstacles": "… 2024, A: obstacles to access",
    "limits": "… 2024, B: limits on content",
    "violations": "… 2024, C: violations of user rights",
    "v2x_civlib": "V-Dem 2025, civil liberties",
    "v2x_libdem": "V-Dem 2025, liberal democracy",
}
ALL_SCORED, SAME_72 = "all", "fotn"
AS_ZERO, LEAVE = "zero", "leave"


@cache
def scores() -> pd.DataFrame:
    """All freedom scores by state; in every column more is freer. Missing where the source has no score."""
    fotn = load("freedom_on_the_net").astype({"edition": int})
    edition = {y: fotn[fotn["edition"] == y].set_index("iso3") for y in (2024, 2025)}
    vdem = load("regimes").dropna(subset=["iso3"]).set_index("iso3")
    parts = {c: edition[2024][c] for c in ("obstacles", "limits", "violations")}
    return pd.DataFrame(
        {
            "fotn2024": edition[2024]["total"],
            "fotn2025": edition[2025]["total"],
            **parts,
            **{c: vdem[c] for c in ("v2x_civlib", "v2x_libdem")},
        }
    ).astype(float)


def pairs(
    score: str,
    between: tuple[int, int],
    unlisted: str = AS_ZERO,
    states: str = ALL_SCORED,
    measure: str = "shutdowns",
) -> pd.DataFrame:
    """A freedom score and the shutdowns of the states that have the score.

    Parameters
    ----------
    score : str
        A key of ``SCORES``.
    between : (int, int)
        Years of the shutdowns.
    unlisted : str
        "zero" takes states without a record for states without a shutdown, which the source does not say;
        "leave" leaves them out.
    states : str
        "all" that have the score, or "fotn", those of Freedom on the Net 2024.
    measure : str
        "shutdowns" or "years_with".

    Returns
    -------
    pandas.DataFrame
        Indexed by iso3: score, value, listed.
    """
    frame = scores()
    chosen = frame[score].dropna()
    if states == SAME_72:
        chosen = chosen[chosen.index.isin(frame.index[frame["fotn2024"].notna()])]
    counts = _counts(tuple(between))[measure]
    out = pd.DataFrame({"score": chosen, "value": counts.reindex(chosen.index).astype(float)})
    out["listed"] = out["value"].notna()
    return out[out["listed"]] if unlisted == LEAVE else out.fillna({"value": 0.0})


@lru_cache(maxsize=512)
def rank_correlation(
    score: str,
    between: tuple[int, int],
    unlisted: str = AS_ZERO,
    states: str = ALL_SCORED,
    measure: str = "shutdowns",
) -> Rho:
    """Spearman's rho between score and shutdowns with its interval; parameters as in :func:`pairs`."""
    frame = pairs(score, between, unlisted, states, measure)
    return spearman(frame["score"], frame["value"])


def _labelled(x: pd.Series, y: pd.Series, most: int = 7) -> set[str]:
    """The highest points whose labels do not run into one another."""
    wide, high = (float(v.max() - v.min()) or 1.0 for v in (x, y)) if len(x) else (1.0, 1.0)
    kept: list[str] = []
    for c in y[y > 0].sort_values(ascending=False, kind="stable").index:
        near = (abs(x[c] - x[k]) < 0.18 * wide and abs(y[c] - y[k]) < 0.08 * high for k in kept)
        if not any(near):
            kept.append(c)
        if len(kept) == most:
            break
    return set(kept)


def together(
    score: str = "fotn2024",
    between: tuple[int, int] = (2022, 2024),
    unlisted: str = AS_ZERO,
    states: str = ALL_SCORED,
    measure: str = "shutdowns",
) -> View:
    """Freedom scores and shutdowns; parameters as the controls of ``shutdowns_and_freedom``."""
    between = tuple(between)
    frame = pairs(score, between, unlisted, states, measure)
    frame = frame.sort_values("value", ascending=False, kind="stable")
    rho = rank_correlation(score, between, unlisted, states, measure)
    label = SCORES[score].replace("…", "Freedom on the Net")
    figure = figures.new(
        460,
        xaxis={"title": {"text": figures.plain(f"{label} (right is freer)", width=20)}},
        yaxis={
            "title": {
                "text": "shutdowns that began (log scale from 1)"
                if measure == "shutdowns"
                else "years with a shutdown"
            },
        },
    )
    heights = np.log10(1 + frame["value"]) if measure == "shutdowns" else frame["value"]
    if measure == "shutdowns":
        ticks = [0, 1, 3, 10, 30, 100, 300, 1000]
        figure.update_layout(
            yaxis={"tickvals": [float(np.log10(1 + t)) for t in ticks], "ticktext": [str(t) for t in ticks]}
        )
    named = _labelled(frame["score"], heights)
    for listed, words, symbol in (
        (True, "listed by the tracker", "circle"),
        (False, UNLISTED, "square-open"),
    ):
        part = frame[frame["listed"] == listed]
        if part.empty:
            continue
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["score"].tolist(),
                "y": heights[part.index].tolist(),
                "mode": "markers+text",
                "name": f"{words} ({len(part)})",
                "text": [country(c) if c in named else "" for c in part.index],
                "textposition": "top center",
                "cliponaxis": False,
                "marker": {
                    "symbol": symbol,
                    "size": 9,
                    "color": figures.COLOURS[0] if listed else figures.COLOURS[1],
                    "opacity": 0.8,
                    "line": {"width": 1},
                },
                "hovertext": [
                    f"{country(c)}: score {r.score:g}, {int(r.value)} "
                    + ("shutdowns" if measure == "shutdowns" else "years")
                    + ("" if r.listed else " (no record, taken as zero)")
                    for c, r in zip(part.index, part.itertuples(), strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    sources = ("shutdowns", "regimes" if score.startswith("v2x") else "freedom_on_the_net")
    caveat = (
        "Freedom on the Net scores 72 states that Freedom House chose; they are not drawn by lot, so the interval, made "
        f"from {RESAMPLES:,} bootstrap samples, says how much the figure hangs on which of these states are in and does not "
        "speak for the world. "
        if not score.startswith("v2x") or states == SAME_72
        else f"The interval comes from {RESAMPLES:,} bootstrap samples of the states that V-Dem scores. "
    )
    caveat += (
        "Part A of Freedom on the Net asks about restrictions of connectivity, so its total is in part made of shutdowns. "
        if not score.startswith("v2x")
        else "V-Dem's scores are of 2025, after the shutdowns counted here. "
    )
    gap = int((~frame["listed"]).sum())
    caveat += (
        f"{gap} states without a record are taken as zero, which the source does not say. "
        if gap
        else "States without a record are left out, which keeps only those that had a shutdown at some time. "
    )
    caveat += "Shutdowns count where they took effect, whoever ordered them. A correlation is not a cause."
    direction = (
        "the freer the score, the fewer recorded"
        if rho.value < 0
        else "the freer the score, the more recorded"
    )
    clear = rho.high < 0 or rho.low > 0
    if np.isnan(rho.value):
        said = "too little variation for a rank correlation"
    elif clear:
        said = f"{direction}"
    else:
        said = "the interval includes zero, so no direction can be told"
    table = pd.DataFrame(
        {
            "state": [country(c) for c in frame.index],
            label: frame["score"].to_numpy(),
            "shutdowns" if measure == "shutdowns" else "years with a shutdown": frame["value"]
            .astype(int)
            .to_numpy(),
            "in the tracker": ["listed" if x else "no record, taken as zero" for x in frame["listed"]],
        }
    )
    return View(
        figure=figure,
        takeaway=f"{label}, shutdowns {_years(between)}: rank correlation {rho}; {said}.",
        table=table,
        caveat=caveat,
        sources=sources,
    )


shutdowns_and_freedom = Exhibit(
    "shutdowns_and_freedom",
    "Do states with lower freedom scores have more shutdowns?",
    together,
    score=choice([(label, key) for key, label in SCORES.items()], label="Score"),
    between=years(*YEARS, default=(2022, 2024), label="Shutdowns in"),
    unlisted=choice(
        [("Take as zero", AS_ZERO), ("Leave out", LEAVE)],
        label="States without a record",
    ),
    states=choice(
        [("All that have the score", ALL_SCORED), ("The 72 of Freedom on the Net", SAME_72)], label="States"
    ),
    measure=choice(
        [("Number of shutdowns", "shutdowns"), ("Years with a shutdown", "years_with")], label="Measure"
    ),
)


# ---------------------------------------------------------------- findings and checks


def finding_where() -> str:
    """How many shutdowns are recorded and how few states have most of them."""
    counts = _counts(YEARS)
    total = int(counts["shutdowns"].sum())
    top = counts["shutdowns"].head(3)
    scored = load("states").query("member_of_un")["iso3"]
    without = int((~scored.isin(counts.index)).sum())
    return (
        f"From {YEARS[0]} to {YEARS[1]} the tracker counts {total:,} shutdowns in "
        f"{_states(int((counts['shutdowns'] > 0).sum()))}; {country(top.index[0])} has {_part(int(top.iloc[0]), total)} "
        f"and {country(top.index[1])} {_part(int(top.iloc[1]), total)}. Of the {len(scored)} UN members, {without} have no "
        "record, which is not a zero."
    )


def finding_growth() -> str:
    """Growth of the counts, of the states affected and of the list."""
    whole, less = by_year(), by_year(("IND", "MMR"))
    a, b = YEARS
    return (
        f"Between {a} and {b} the yearly count went from {whole.at[a, 'shutdowns']} to {whole.at[b, 'shutdowns']}, without "
        f"India and Myanmar from {less.at[a, 'shutdowns']} to {less.at[b, 'shutdowns']}; states and territories with at "
        f"least one went from {whole.at[a, 'states_with']} to {whole.at[b, 'states_with']}."
    )


def finding_council() -> str:
    """How the Human Rights Council voted on resolution 47/16."""
    row = load("hrc_resolutions").set_index("symbol").loc["A/HRC/RES/47/16"]
    return (
        f"The Human Rights Council adopted resolution 47/16 on {row['date']:%d %B %Y} by {row['yes']} votes to {row['no']} "
        f"with {row['abstain']} abstentions."
    )


def finding_who() -> str:
    """How much of Google's requests one state makes, and what it gives as reasons."""
    rows = removals()
    total = int(rows["n"].sum())
    who = tally(rows, WHO)["requests"]
    first = who.index[0]
    theirs = tally(rows[rows["asker"] == first], WHY)["requests"]
    rest = tally(rows[rows["asker"] != first], WHY)["requests"]
    return (
        f"Google counts {total:,} requests from {_states(int((who.reindex(rows['iso3'].dropna().unique()) > 0).sum()))}; "
        f"{_asker(first)} made {_part(int(who.iloc[0]), total)}. Its commonest reason is “{theirs.index[0]}”, "
        f"{_part(int(theirs.iloc[0]), int(theirs.sum()))}; that of all others together is “{rest.index[0]}”, "
        f"{_part(int(rest.iloc[0]), int(rest.sum()))}."
    )


def finding_outcome() -> str:
    """How much of what was named was removed, in all and for two reasons."""
    rows = removals()
    judged, taken = int(rows["judged"].sum()), int(rows["taken"].sum())
    why = tally(rows, WHY)

    def one(reason: str) -> str:
        return f"“{reason}” {why.at[reason, 'taken'] / why.at[reason, 'judged']:.0%}"

    return (
        f"Of {judged:,} items whose outcome Google tells (since {OUTCOMES_SINCE}), {taken / judged:.0%} were removed, by law or under its own "
        f"rules; by reason: {one('Copyright')}, {one('National security')}, {one('Defamation')}, {one('Government criticism')}."
    )


def finding_size() -> str:
    """How the order of askers changes when their size is taken into account."""
    frame = per_million("Google", (2020, 2025))
    kept = frame[(frame["users"] >= 1) & frame["rate"].notna()]
    count, rate = kept["requests"].idxmax(), kept["rate"].rank(ascending=False, method="min").astype(int)
    second = kept["requests"].sort_values(ascending=False).index[1:4]
    moved = "; ".join(
        f"{country(c)} from {int(kept['requests'].rank(ascending=False, method='min')[c])} to {rate[c]}"
        for c in second
    )
    return (
        f"For 2020 to 2025, among {_states(len(kept))} with at least one million internet users, {country(count)} is number "
        f"{rate[count]} for its size; the next three by count move as follows: {moved}."
    )


def finding_freedom() -> str:
    """The rank correlation of scores and shutdowns under each reading of missing records."""
    span = (2022, 2024)
    zero, leave = (rank_correlation("fotn2024", span, u) for u in (AS_ZERO, LEAVE))
    same = rank_correlation("v2x_civlib", span, AS_ZERO, SAME_72)
    wide = rank_correlation("v2x_civlib", span, AS_ZERO)
    return (
        f"Freedom on the Net 2024 and shutdowns of 2022 to 2024: rank correlation {zero} if no record is read as none, "
        f"{leave} among states with a record. With V-Dem's civil liberties it is {same} for the same states and {wide} "
        "for all that V-Dem scores."
    )


def _check_security_share(answer: object) -> Verdict:
    rows = removals("Google", (2024, 2024))
    every = load("removal_requests").query("year == 2024")
    named = rows["reason"] == "National security"
    right = float(rows.loc[named, "n"].sum() / rows["n"].sum())
    return check_number(
        answer,
        right=right,
        tolerance=0.0005,
        slips={
            "That is the share of rows. One row stands for many requests: add up the column n.": float(
                named.mean()
            ),
            "That is the share of items. The question asks for requests, the column n.": float(
                rows.loc[named, "items"].sum() / rows["items"].sum()
            ),
            "You took all companies together; each counts in its own way. Keep Google alone.": float(
                every.loc[every["reason"] == "National security", "n"].sum() / every["n"].sum()
            ),
            "That is a percentage. Give a number between 0 and 1.": right * 100,
        },
        hint="Keep the rows of Google in 2024, add up n where the reason is “National security”, divide by the sum of n.",
    )


CHECKS = {"security_share": _check_security_share}
