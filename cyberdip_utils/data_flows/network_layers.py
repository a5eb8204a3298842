"""Chapter 4.1, on top of the cables: exchanges and cloud regions by country, and who hosts whom.

Cloud regions are a complete list of eight providers, not a sample, so their shares carry no interval.
"""

from __future__ import annotations

import math
from functools import cache

import pandas as pd
import plotly.graph_objects as go

from cyberdip_utils.countries import name as country
from cyberdip_utils.countries import region as region_of
from cyberdip_utils.countries import regions
from cyberdip_utils.data import load
from cyberdip_utils.data_flows.cable_lines import nearest
from cyberdip_utils.data_flows.how_bytes_cross import IN_2021, RUNNING, count_of, landings_of, plural, systems
from cyberdip_utils.first_edition import cable_map, figures
from cyberdip_utils.first_edition.exhibit import Exhibit, View, choice, switch
from cyberdip_utils.rank import spearman

# ---------------------------------------------------------------- layers by country

MEASURES = {
    "systems": ("international cable systems", "June 2021"),
    "landings": ("cable landing places", "June 2021"),
    "first": ("year of the oldest international system left", "June 2021"),
    "exchanges": ("internet exchanges", "October 2020"),
    "buildings": ("buildings with an exchange", "October 2020"),
    "clouds": ("cloud regions in service", "January 2025"),
}
TOTAL, PER_MILLION = "total", "per million users"
USERS_YEAR = 2021


@cache
def users() -> pd.Series:
    """Internet users in millions by ISO3 code.

    Population (of about 2019, table ``states``) times the share of users in the latest year up to 2021 with a
    figure. Places without either are missing: Taiwan among them, which the World Bank does not list.
    """
    shares = load("internet_users")
    shares = shares[shares["year"] <= USERS_YEAR].sort_values("year").groupby("iso3")["value"].last()
    people = load("states").set_index("iso3")["population"].astype("Float64").dropna()
    return (people * shares.reindex(people.index) / 100 / 1e6).dropna().astype(float).rename("users")


@cache
def layers() -> pd.DataFrame:
    """Cables, exchanges and cloud regions by country; systems and landings in service only.

    Returns
    -------
    DataFrame
        Indexed by ISO3 code: systems, landings, first (year), exchanges, buildings, clouds and users (million).
        Missing means none in the source, or no figure for users.
    """
    links = cable_map.international(landings_of(IN_2021))
    year = links.assign(year=links["cable"].map(systems()["year"])).groupby("iso3")["year"].min()
    places = load("cable_landings")
    places = places[places["cable"].map(systems()["status"]).eq(RUNNING)]
    exchange = load("exchanges")
    clouds = load("cloud_regions")
    out = pd.DataFrame(
        {
            "systems": links.groupby("iso3")["cable"].nunique(),
            "landings": places.groupby("iso3")["landing"].nunique(),
            "first": year,
            "exchanges": exchange.groupby("iso3")["exchange"].nunique(),
            "buildings": exchange.groupby("iso3")["n_buildings"].sum(),
            "clouds": clouds[clouds["status"] == RUNNING].groupby("iso3").size(),
        }
    ).astype("Float64")
    out["users"] = users().reindex(out.index)
    return out.rename_axis("iso3")


def layer_values(
    measure: str = "systems", per: str = TOTAL, where: str = "World", least: float = 0.0
) -> pd.DataFrame:
    """One measure by country.

    Parameters
    ----------
    measure : str
        A key of ``MEASURES``.
    per : str
        "total" or "per million users"; a year is never divided.
    where : str
        UN region, or "World".
    least : float
        Million internet users that a country must have; 0 keeps countries without a figure.

    Returns
    -------
    DataFrame
        Indexed by ISO3 code: value, users, count (before division); highest first (earliest first for years).

    Raises
    ------
    ValueError
        Another measure or denominator.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure: {measure!r} is not one of {', '.join(MEASURES)}")
    if per not in (TOTAL, PER_MILLION):
        raise ValueError(f"per: {per!r} is not one of {TOTAL}, {PER_MILLION}")
    frame = layers()[[measure, "users"]].rename(columns={measure: "count"}).dropna(subset=["count"])
    if where != "World":
        frame = frame[[region_of(c) == where for c in frame.index]]
    if least > 0:
        frame = frame[frame["users"].ge(least)]
    value = frame["count"].astype(float)
    if per == PER_MILLION and measure != "first":
        value = value / frame["users"].where(frame["users"] > 0)
    out = frame.assign(value=value).dropna(subset=["value"])
    ascending = measure == "first"
    return out.sort_index().sort_values("value", ascending=ascending, kind="stable")


def _amount(value: float, measure: str) -> str:
    if measure == "first" or float(value).is_integer():
        return f"{value:.0f}" if measure == "first" else f"{value:,.0f}"
    return f"{value:,.3g}"


def _against_users(frame: pd.DataFrame, label: str, measure: str) -> go.Figure:
    rows = frame[frame["users"] > 0]
    figure = figures.new(
        520,
        xaxis={
            "type": "log",
            "title": {"text": "internet users, million (log scale)"},
            "dtick": 2,
            "tickangle": 0,
        },
        yaxis={"title": {"text": figures.plain(label, width=44)}},
        legend={"y": 1.0},
        margin={"l": 10, "r": 20, "t": 60, "b": 10},
    )
    if measure != "first":
        figure.update_yaxes(type="log", dtick=1)
        figure.update_yaxes(title={"text": figures.plain(f"{label} (log scale)", width=44)})
    large = set(rows["users"].sort_values(ascending=False).index[:1])
    if measure != "first":  # many share the earliest year
        large |= set(rows.index[:2])
    for i, name in enumerate(regions()):
        part = rows[[region_of(c) == name for c in rows.index]]
        if part.empty:
            continue
        figure.add_trace(
            {
                "type": "scatter",
                "x": part["users"].round(4).tolist(),
                "y": part["value"].astype(float).round(5).tolist(),
                "mode": "markers+text",
                "name": name,
                "text": [figures.plain(country(c), limit=18) if c in large else "" for c in part.index],
                "textposition": "top center",
                "textfont": {"size": 12},
                "cliponaxis": False,
                "marker": {
                    "symbol": figures.SYMBOLS[i],
                    "size": 9,
                    "color": figures.COLOURS[i],
                    "line": {"color": figures.INK, "width": 0.5},
                },
                "hovertext": [
                    f"<b>{figures.plain(country(c))}</b><br>{_amount(r.value, measure)}; {r.users:,.3g} million users"
                    for c, r in zip(part.index, part.itertuples(), strict=True)
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return figure


def layers_view(
    picture: str = "users",
    measure: str = "systems",
    per: str = TOTAL,
    where: str = "World",
    least: float = 0.0,
) -> View:
    """Cables, exchanges or cloud regions by country, against internet users.

    Parameters
    ----------
    picture : str
        "users" (scatter), "ranking" or "map".
    measure, per, where, least
        As in :func:`layer_values`.
    """
    what, when = MEASURES[measure]
    frame = layer_values(measure, per, where, least)
    label = what if per == TOTAL or measure == "first" else f"{what} per million users"
    sources = {
        "exchanges": ("exchanges",),
        "buildings": ("exchanges",),
        "clouds": ("cloud_regions",),
    }.get(measure, ("cable_landings", "cables")) + ("internet_users", "states")
    caveat = f"State of {when}; users of about {USERS_YEAR} on the population of about 2019. Each counts as one, whatever it carries. A country that is not shown has none in the source, which for exchanges and clouds is no proof that it has none."
    if measure == "first":
        caveat += " The oldest system still on the map is not the first there ever was; years are not divided by users."
    if measure == "clouds":
        caveat += " Eight large providers only."
    without = layer_values(measure, TOTAL, where, 0.0)["users"].isna()
    if (picture == "users" or per == PER_MILLION) and without.any():
        caveat += f" No figure of users for {plural(int(without.sum()), 'place', 'places')}"
        caveat += " (Taiwan among them)." if "TWN" in without.index[without] else "."
    if frame.empty or (picture == "users" and not (frame["users"] > 0).any()):
        message = "No country in this selection."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
    if picture == "users":
        figure = _against_users(frame, label, measure)
        rows = frame[frame["users"] > 0]
        rho = spearman(rows["users"].astype(float).tolist(), rows["value"].astype(float).tolist())
        takeaway = f"Rank correlation of {label} and internet users: {rho}."
        if math.isnan(rho.value):
            takeaway = f"Too few countries, or too alike, for a rank correlation of {label} and internet users (n = {rho.n})."
        caveat += " The interval takes countries for a draw from many like them, which they are not: read it as a warning of how few they are."
        if per == PER_MILLION and measure != "first":
            caveat += (
                " Users stand on both axes here, which makes the two fall together whatever the cables do."
            )
    else:
        value = frame["value"].astype(float)
        head = f"{label[0].upper()}{label[1:]}, {len(frame)} countries and territories: "
        if measure == "first":
            old = frame.index[value == value.min()]
            said = f"earliest {value.min():.0f} in {len(old)} of them"
        else:
            said = "most " + ", ".join(
                f"{country(c)} {_amount(v, measure)}" for c, v in value.head(3).items()
            )
        takeaway = f"{head}{said}; median {_amount(float(value.median()), measure)}."
        if picture == "ranking":
            shown = frame.head(25).reset_index()
            shown = shown.assign(country=[country(c) for c in shown["iso3"]])
            if measure == "first":
                figure = figures.new(
                    max(260, 110 + 26 * len(shown)),
                    yaxis={
                        "type": "category",
                        "categoryorder": "array",
                        "categoryarray": [figures.plain(c) for c in shown["country"]],
                        "autorange": "reversed",
                    },
                    xaxis={"title": {"text": "year of service"}, "dtick": 2},
                )
                figure.add_trace(
                    {
                        "type": "scatter",
                        "x": shown["value"].astype(int).tolist(),
                        "y": [figures.plain(c) for c in shown["country"]],
                        "mode": "markers",
                        "showlegend": False,
                        "marker": {"size": 11, "color": figures.COLOURS[0]},
                        "hovertemplate": "%{y}: %{x}<extra></extra>",
                    }
                )
            else:
                figure = figures.bars(
                    shown.assign(value=shown["value"].astype(float)), "country", "value", label=label
                )
        else:
            figure = figures.world_map(
                frame["value"].astype(float),
                "year" if measure == "first" else label,
                log=measure != "first",
                height=460,
            )
            cable_map.say_grey(figure, "none in the source")
    table = pd.DataFrame(
        {
            "country": [country(c) for c in frame.index],
            what: frame["count"].astype(float).to_numpy(),
            "users, million": frame["users"].astype(float).round(3).to_numpy(),
            "shown": frame["value"].astype(float).round(4).to_numpy(),
        }
    )
    return View(figure, takeaway, table, caveat, sources)


layers_by_country = Exhibit(
    "layers_by_country",
    "Who has what, and for how many people?",
    layers_view,
    picture=choice(
        [("Against internet users", "users"), ("Ranking", "ranking"), ("Map", "map")], label="Picture"
    ),
    measure=choice([(f"{w[0].upper()}{w[1:]}", k) for k, (w, _) in MEASURES.items()], label="Measure"),
    per=choice([("in all", TOTAL), ("per million users", PER_MILLION)], label="Counted"),
    where=choice(lambda: ["World", *regions()], label="Region"),
    least=choice(
        [("any size", 0.0), ("0.1 million users", 0.1), ("1 million users", 1.0), ("10 million users", 10.0)],
        label="At least",
    ),
)


# ---------------------------------------------------------------- who hosts whom

EVERY = "every provider"
ANNOUNCED = "announced"
REGIONS, ZONES, CITIES = "regions", "zones", "cities"
BINS = ((10, "10 km or less"), (50, "10 to 50 km"), (100, "50 to 100 km"), (500, "100 to 500 km"))
FAR = "over 500 km"
HOMES = {"USA": "firms of the United States", "CHN": "firms of China"}


@cache
def clouds() -> pd.DataFrame:
    """The cloud regions, with home (code of the provider's country) and the nearest exchange.

    Returns
    -------
    DataFrame
        provider, home, name, iso3 (host), metro, status, zones, government, exchange (nearest, of 2020),
        km (to it).
    """
    frame = load("cloud_regions").rename(columns={"provider_home_iso3": "home"})
    frame = frame.astype({"provider": str, "status": str})
    exchanges = load("exchanges")
    km, which = nearest(frame, exchanges)
    found = exchanges.iloc[which]
    frame["exchange"] = [f"{n} ({c})" for n, c in zip(found["name"], found["city"], strict=True)]
    frame["km"] = km
    columns = ["provider", "home", "name", "iso3", "metro", "status", "zones", "government", "exchange", "km"]
    return frame[columns]


def choose_clouds(who: str = EVERY, announced: bool = False, government: bool = True) -> pd.DataFrame:
    """Cloud regions of a provider, or of all providers of a country.

    Parameters
    ----------
    who : str
        "every provider", "USA", "CHN" or a provider's name.
    announced : bool
        Count regions that were announced and not yet in service in January 2025.
    government : bool
        Count regions that are kept for a government.

    Raises
    ------
    ValueError
        Nobody of that name.
    """
    frame = clouds()
    if who != EVERY:
        keep = (frame["home"] == who) | (frame["provider"] == who)
        if not keep.any():
            raise ValueError(f"who: {who!r} is not {EVERY}, a home country or a provider")
        frame = frame[keep]
    if not announced:
        frame = frame[frame["status"] == RUNNING]
    if not government:
        frame = frame[~frame["government"].astype(bool)]
    return frame


def hosted(frame: pd.DataFrame, unit: str = REGIONS) -> pd.DataFrame:
    """Regions, zones or cities by host country and the provider's home country.

    Parameters
    ----------
    frame : DataFrame
        Rows of :func:`clouds`.
    unit : str
        "regions", "zones" (zones of all regions) or "cities" (distinct cities: one with regions of three
        providers of the same home counts once for it).

    Returns
    -------
    DataFrame
        Hosts by home; sorted by their sum.

    Raises
    ------
    ValueError
        Another unit.
    """
    if unit not in (REGIONS, ZONES, CITIES):
        raise ValueError(f"unit: {unit!r} is not one of {REGIONS}, {ZONES}, {CITIES}")
    by = frame.groupby(["iso3", "home"])
    counts = by.size() if unit == REGIONS else by["zones"].sum() if unit == ZONES else by["metro"].nunique()
    grid = counts.astype(int).unstack(fill_value=0)
    order = grid.sum(axis=1).sort_index().sort_values(ascending=False, kind="stable").index
    return grid.reindex(order)


def distance_class(km: float) -> str:
    """The class of a distance in kilometres."""
    return next((words for end, words in BINS if km <= end), FAR)


def _who(who: str) -> str:
    return {EVERY: "the eight providers", **HOMES}.get(who, who)


def hosts_view(
    picture: str = "homes",
    who: str = EVERY,
    unit: str = REGIONS,
    announced: bool = False,
    government: bool = True,
) -> View:
    """Cloud regions by host and home country, and how far the next exchange is.

    Parameters
    ----------
    picture : str
        "homes": hosts by the provider's home country; "map": all hosts; "near": distance from each region to
        the nearest exchange of 2020.
    who, announced, government
        As in :func:`choose_clouds`.
    unit : str
        As in :func:`hosted`; the distances always count regions.
    """
    frame = choose_clouds(who, announced, government)
    caveat = (
        "A complete list of what eight large providers call a region (January 2025), so shares carry no interval: "
        "nothing was drawn by lot. It says nothing of size, load or customers, and leaves out all other "
        "providers. Home is where the firm is based; in mainland China foreign clouds are run by local partners. Hong Kong stands under China in the source."
    )
    sources = ("cloud_regions",)
    if frame.empty:
        message = f"No region of {_who(who)} in this selection."
        return View(figures.empty(message), message, pd.DataFrame(), caveat, sources)
    if picture == "near":
        order = [w for _, w in BINS] + [FAR]
        table = frame.assign(
            distance=frame["km"].map(distance_class), **{"firms of": frame["home"].map(country)}
        )
        grid = (
            table.groupby(["firms of", "distance"])
            .size()
            .unstack(fill_value=0)
            .reindex(columns=order, fill_value=0)
            .stack()
            .rename("regions")
            .reset_index()
            .sort_values("firms of", ascending=False, kind="stable")
        )
        figure = figures.bars(
            grid, "distance", "regions", group="firms of", label="cloud regions", horizontal=False, height=440
        )
        near = int((frame["km"] <= 50).sum())
        far = frame.sort_values("km").iloc[-1]
        takeaway = (
            f"{count_of(near, len(frame))} regions of {_who(who)} lie within 50 km of an internet exchange; the farthest, "
            f"{far['name']}, {far['km']:,.0f} km from the next."
        )
        caveat += (
            " Exchanges are those of October 2020; both are placed by city, so small distances are rough. "
            f"The map has only {int((load('exchanges')['iso3'] == 'CHN').sum())} exchanges in China, those of Hong Kong included: distances "
            "there may show gaps of the map."
        )
        shown = frame.sort_values("km", ascending=False)
        out = pd.DataFrame(
            {
                "provider": shown["provider"],
                "region": shown["name"],
                "host": shown["iso3"].map(country),
                "nearest exchange": shown["exchange"],
                "km": shown["km"].round(0),
            }
        ).reset_index(drop=True)
        return View(figure, takeaway, out, caveat, ("cloud_regions", "exchanges"))
    grid = hosted(frame, unit)
    table = grid.rename(index=country, columns=country).rename_axis(index="host", columns=None)
    table = table.assign(total=table.sum(axis=1)).reset_index()
    total = int(grid.to_numpy().sum())
    top = grid.sum(axis=1)
    if picture == "map":
        figure = figures.world_map(top, unit, log=True, height=460)
        cable_map.say_grey(figure, "none of the eight")
        takeaway = (
            f"{len(top)} countries and territories host {unit} of {_who(who)}; {country(top.index[0])} most "
            f"({count_of(int(top.iloc[0]), total)})."
        )
        return View(figure, takeaway, table, caveat, sources)
    shown = grid.head(20)
    long = shown.rename(index=country).rename_axis("host").stack().rename("n").reset_index()
    long["firms of"] = long["home"].map(country)
    long = long.sort_values("home", ascending=False, kind="stable")  # the United States first
    long["place"] = long["host"].map({country(c): i for i, c in enumerate(shown.index)})
    long = long.sort_values(["home", "place"], ascending=[False, True], kind="stable")
    figure = figures.bars(
        long,
        "host",
        "n",
        group="firms of",
        label=unit,
        stacked=True,
        values_shown=False,
        height=130 + 26 * len(shown),
    )
    figure.update_layout(legend={"title": {"text": "firms of"}, "traceorder": "normal"})
    parts = []
    for home in sorted(grid.columns, reverse=True):
        n = int(grid[home].sum())
        abroad = n - int(grid[home].get(home, 0))
        where = plural(int((grid[home].drop(home, errors="ignore") > 0).sum()), "country", "countries")
        away = f"{count_of(abroad, n)} of them abroad, in {where}"
        held = f"{count_of(n, total)} {unit}" if len(grid.columns) > 1 else f"{n} {unit}"
        parts.append(f"{HOMES[home] if len(grid.columns) > 1 or who in HOMES else _who(who)}: {held}, {away}")
    takeaway = "; ".join(parts) + "."
    takeaway = takeaway[0].upper() + takeaway[1:]
    if unit == CITIES and len(grid.columns) > 1:
        caveat += " A city with regions of both homes counts for each."
    return View(figure, takeaway, table, caveat, sources)


who_hosts_whom = Exhibit(
    "who_hosts_whom",
    "Whose clouds stand where?",
    hosts_view,
    picture=choice(
        [
            ("Hosts by home of the firm", "homes"),
            ("Map of hosts", "map"),
            ("Distance to an exchange", "near"),
        ],
        label="Picture",
    ),
    who=choice(
        lambda: [
            (EVERY, EVERY),
            ("firms of the United States", "USA"),
            ("firms of China", "CHN"),
            *sorted(clouds()["provider"].unique()),
        ],
        label="Providers",
    ),
    unit=choice([REGIONS, ZONES, CITIES], label="Count"),
    announced=switch(label="Count announced regions", help="not in service in January 2025"),
    government=switch(True, label="Count government regions"),
)


# ---------------------------------------------------------------- findings


def finding_per_user() -> str:
    """How cable systems go with users, and how the ratio turns the order round."""
    frame = layer_values("systems")
    rows = frame[frame["users"] > 0]
    rho = spearman(rows["users"].tolist(), rows["value"].tolist())
    ratio = layer_values("systems", PER_MILLION)
    first, rated = (", ".join(country(c) for c in f.index[:3]) for f in (frame, ratio))
    return (
        f"Over {len(rows)} countries and territories with an international system and a figure of users, the rank "
        f"correlation of the two is {rho}. Most systems: {first}. Most per million users: {rated}."
    )


def finding_exchanges() -> str:
    """Countries with a cable and without an exchange."""
    frame = layers()
    wired = frame[frame["systems"].notna()]
    without = wired[wired["exchanges"].isna()]
    top = load("exchanges").groupby("iso3").size().sort_values(ascending=False)
    return (
        f"{count_of(len(without), len(wired))} countries and territories with an international cable in June 2021 have no "
        f"exchange on the map of October 2020. {country(top.index[0])} has {count_of(int(top.iloc[0]), int(top.sum()))} "
        "of all exchanges on it."
    )


def finding_clouds() -> str:
    """Who hosts whom, as a complete count."""
    frame = choose_clouds()
    grid = hosted(frame)
    raw = int(load("cloud_regions")["n_listings"].sum())
    n = len(frame)
    only = {h: int(((grid[h] > 0) & (grid.drop(columns=h).sum(axis=1) == 0)).sum()) for h in grid.columns}
    abroad = int((frame["home"] != frame["iso3"]).sum())
    return (
        f"The file's {raw} rows are {len(clouds())} regions, {n} of them in service. Firms of the United States hold "
        f"{count_of(int((frame['home'] == 'USA').sum()), n)}, firms of China {count_of(int((frame['home'] == 'CHN').sum()), n)}; "
        f"{count_of(abroad, n)} stand outside the firm's home. Of {len(grid)} hosts, {only['USA']} host only firms of the "
        f"United States and {only['CHN']} only firms of China."
    )
