"""How many people use the internet, by state and year."""

from __future__ import annotations

from functools import cache

import pandas as pd

from cyberdip_utils.data import load

YEARS = (2011, 2025)


@cache
def internet_users() -> pd.DataFrame:
    """Internet users in millions by state (rows) and year (columns, 2011 to 2025).

    The share of users of the year (ITU through the World Bank; the last known share where a year is
    missing) times the population of ``states`` (one estimate for each state, mostly of 2019).
    """
    rows = load("internet_users")
    shares = rows.pivot(index="iso3", columns="year", values="value").astype(float)
    span = range(int(rows["year"].min()), YEARS[1] + 1)
    shares = shares.reindex(columns=span).ffill(axis=1)[list(range(YEARS[0], YEARS[1] + 1))]
    people = load("states").set_index("iso3")["population"].astype(float)
    return shares.mul(people.reindex(shares.index), axis=0).dropna(how="all") / 100 / 1e6
