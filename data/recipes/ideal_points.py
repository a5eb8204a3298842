"""Ideal points estimated from General Assembly votes (Bailey, Strezhnev and Voeten 2017)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

# Source code: ours. A seat in the UN is filed under the state that holds it today.
SEATS = {"YAR": "YEM"}
# (iso3, last year): name of the state then
NAMES_THEN = {
    ("RUS", 1990): "Soviet Union",
    ("YUG", 1992): "Yugoslavia",
    ("SRB", 2002): "Federal Republic of Yugoslavia",
    ("SRB", 2005): "Serbia and Montenegro",
    ("DEU", 1989): "Federal Republic of Germany",
    ("DDR", 1989): "German Democratic Republic",
    ("CSK", 1992): "Czechoslovakia",
    ("YEM", 1989): "Yemen Arab Republic",
    ("YMD", 1989): "People's Democratic Republic of Yemen",
    ("TWN", 1971): "Republic of China, in the seat of China",
}

TABLES = [
    Table(
        name="ideal_points",
        title="General Assembly ideal points",
        description="Position of each state on the first dimension of all General Assembly votes of a "
        "year, with the "
        "posterior quantiles; higher is closer to the position led by the United States.",
        theme="norms",
        sources=("un_ideal_points",),
        fields=(
            field("iso3", "string", "State that holds the seat today.", required=True),
            field("year", "year", "Calendar year of the session's votes.", required=True),
            field("ideal_point", "number", "Posterior mean.", unit="model scale", required=True),
            field("q05", "number", "5% quantile of the posterior.", unit="model scale", required=True),
            field("q10", "number", "10% quantile of the posterior.", unit="model scale", required=True),
            field("q50", "number", "Median of the posterior.", unit="model scale", required=True),
            field("q90", "number", "90% quantile of the posterior.", unit="model scale", required=True),
            field("q95", "number", "95% quantile of the posterior.", unit="model scale", required=True),
            field("n_votes", "integer", "Votes of the state behind the estimate.", required=True),
            field("cow_code", "integer", "Correlates of War code in the source.", required=True),
            field("name_then", "string", "Name of the state then, where another state held the seat."),
        ),
        key=("iso3", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="1946 to 2025 without 1964, members of the UN",
        as_of="2025",
        caveats=(
            "All subjects together: an ideal point says nothing of cyberspace by itself.",
            "The scale is estimated anew at each release: never mix releases.",
            "The United States jump from 2.10 in 2024 to 3.36 in 2025, a year of many lone no votes: a "
            "change in the votes "
            "that are called as much as in policy.",
            "Few votes, wide intervals: use the quantiles.",
            "Seats, not territories: RUS to 1990 is the Soviet Union, DEU to 1989 the Federal Republic, "
            "SRB from 2000 the "
            "later Yugoslavia and from 2003 Serbia and Montenegro (YUG to 1992 is the old one), TWN to "
            "1971 the Republic of "
            "China in the seat of China (CHN from 1971), YEM to 1989 the Yemen Arab Republic; name_then "
            "says so row by row.",
            "Taiwan after 1971, Kosovo, Palestine, the Holy See, Hong Kong and the European Union have no "
            "vote and no estimate.",
            "The year 1964 is missing: the General Assembly took almost no votes in that session.",
        ),
    )
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The table; the codes of the source are turned into seats (see SEATS)."""
    d = raw.csv("un_ideal_points")
    iso3 = d.iso3c.replace(SEATS)
    year = d.year.astype(int)
    iso3 = iso3.mask((iso3 == "YUG") & (year >= 2000), "SRB")
    then = pd.Series("", index=d.index)
    for (code, last), name in sorted(NAMES_THEN.items(), key=lambda x: -x[0][1]):
        then = then.mask((iso3 == code) & (year <= last), name)
    out = pd.DataFrame({"iso3": iso3, "year": year, "ideal_point": d.IdealPointFP, "n_votes": d.NVotesFP})
    for q in ("05", "10", "50", "90", "95"):
        out[f"q{q}"] = d[f"Q{int(q)}%FP"]
    return {"ideal_points": out.assign(cow_code=d.ccode, name_then=then)}
