"""Freedom on the Net, internet shutdowns and V-Dem: freedom and control at home."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, RecipeError, Table, field

STATUS = {"F": "free", "PF": "partly free", "NF": "not free"}
VDEM = {
    "v2x_libdem": ("Liberal democracy index", "0-1"),
    "v2x_partipdem": ("Participatory democracy index", "0-1"),
    "v2x_delibdem": ("Deliberative democracy index", "0-1"),
    "v2x_egaldem": ("Egalitarian democracy index", "0-1"),
    "v2x_gender": ("Women's political empowerment index", "0-1"),
    "v2x_corr": ("Political corruption index; higher is more corrupt", "0-1"),
    "v2cltrnslw": ("Transparent laws with predictable enforcement", "model scale"),
    "v2xcl_rol": ("Equality before the law and individual liberty index", "0-1"),
    "v2x_civlib": ("Civil liberties index", "0-1"),
    "v2x_clpriv": ("Private civil liberties index", "0-1"),
    "v2clrelig": ("Freedom of religion", "model scale"),
    "v2xeg_eqaccess": ("Equal access index", "0-1"),
}
VDEM_PARTS = {
    "PSE": "The West Bank only: V-Dem scores the West Bank and Gaza apart.",
    "PSG": "Gaza, scored apart from the West Bank; no code of a state of its own.",
    "SML": "Somaliland, scored apart from Somalia; no code of a state of its own.",
    "ZZB": "Zanzibar, scored apart from the Tanzanian mainland; no code of a state of its own.",
}

TABLES = [
    Table(
        name="freedom_on_the_net",
        title="Freedom on the Net",
        description="Internet freedom scores of Freedom House: total, and for 2024 the three parts, by "
        "country.",
        theme="sovereignty",
        sources=("freedom_on_the_net",),
        fields=(
            field("iso3", "string", "Country.", required=True),
            field("edition", "year", "Edition of the report.", required=True),
            field("obstacles", "integer", "A, obstacles to access; higher is freer.", unit="0-25"),
            field("limits", "integer", "B, limits on content; higher is freer.", unit="0-35"),
            field("violations", "integer", "C, violations of user rights; higher is freer.", unit="0-40"),
            field("total", "integer", "Sum of the parts; 100 is most free.", unit="0-100", required=True),
            field(
                "status",
                "string",
                "Status: not free to 39, partly free 40 to 69, free from 70.",
                enum=("not free", "partly free", "free"),
                ordered=True,
                required=True,
            ),
            field(
                "status_basis",
                "string",
                "Published by Freedom House, or derived here from the total.",
                enum=("published", "derived"),
                required=True,
            ),
        ),
        key=("iso3", "edition"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="72 countries, editions 2024 and 2025",
        as_of="2025",
        caveats=(
            "Higher is freer in every column, also in those named for obstacles, limits and violations.",
            "72 countries chosen by Freedom House: not a sample of the world. Palestine, Kosovo and Hong "
            "Kong are not scored.",
            "An edition covers about June of the year before to May of its year.",
            "The totals of 2025 were scraped from the page of the then current edition and are taken to "
            "be of 2025; parts and "
            "status are not given there, so status is derived from the total.",
            "Scores are judgements of analysts after review, not measurements.",
        ),
    ),
    Table(
        name="freedom_on_the_net_items",
        title="Freedom on the Net 2024: points by question",
        description="Points of each country on the 21 questions A1 to C8 of the 2024 edition.",
        theme="sovereignty",
        sources=("freedom_on_the_net",),
        fields=(
            field("iso3", "string", "Country.", required=True),
            field("edition", "year", "Edition of the report.", required=True),
            field(
                "part",
                "string",
                "Part of the score.",
                enum=("obstacles", "limits", "violations"),
                required=True,
            ),
            field("item", "string", "Number of the question in the method.", required=True),
            field("points", "integer", "Points; higher is freer.", unit="points", required=True),
        ),
        key=("iso3", "edition", "item"),
        foreign=((("iso3", "edition"), "freedom_on_the_net", ("iso3", "edition")),),
        coverage="72 countries, edition 2024",
        as_of="2024",
        caveats=(
            "Questions carry different maximum points: compare countries on a question, not questions in "
            "a country.",
            "What each question asks is in Freedom House's method, not here.",
        ),
    ),
    Table(
        name="shutdowns",
        title="Internet shutdowns by country and year",
        description="Number of internet shutdowns that began in a year, as recorded by Access Now and the "
        "#KeepItOn coalition.",
        theme="sovereignty",
        sources=("keepiton",),
        fields=(
            field("iso3", "string", "Country or territory.", required=True),
            field("year", "year", "Year in which the shutdowns began.", required=True),
            field("n", "integer", "Shutdowns that began in the year.", required=True),
            field("cumulative", "integer", "Shutdowns to the end of the year.", required=True),
        ),
        key=("iso3", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="92 countries and territories; systematic from 2016 to 2024",
        as_of="2024-12-31",
        caveats=(
            "It says where a shutdown took effect, not who ordered it: in a war that may be another state.",
            "A country enters with its first recorded shutdown; before that it has no row, and a country "
            "that is not here has "
            "no record: that is not proof of no shutdown.",
            "The year is that of the start: a long shutdown counts once, and the few rows before 2016 are "
            "long ones found "
            "later, not a series.",
            "Totals differ from Access Now's reports, which give 296 in 54 countries for 2024 and 283 in "
            "39 for 2023; here "
            "282 in 42 and 272 in 31, because the year is that of the start and an incident in several "
            "countries counts "
            "once in each.",
            "Counts say nothing of length, reach or cause; one national blackout and one district curfew "
            "both count one.",
            "More recorded may mean better watched: recording has grown with the coalition.",
            "New Caledonia (NCL) has a row of its own, apart from France; Hong Kong, Taiwan and Kosovo "
            "have none.",
        ),
    ),
    Table(
        name="regimes",
        title="Democracy and civil liberties (V-Dem)",
        description="Twelve V-Dem indices for 2025, by V-Dem unit.",
        theme="sovereignty",
        sources=("vdem",),
        fields=(
            field("unit", "string", "V-Dem's code of the unit.", required=True),
            field("unit_name", "string", "V-Dem's name of the unit.", required=True),
            field("iso3", "string", "State, where the unit is one or stands for one."),
            field("year", "year", "Year.", required=True),
            *(
                field(tag, "number", f"{name}.", unit=unit, required=True)
                for tag, (name, unit) in VDEM.items()
            ),
            field("note", "string", "How the unit relates to a state."),
        ),
        key=("unit", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="179 units, 2025",
        as_of="2025",
        caveats=(
            "Units are V-Dem's: Gaza, Somaliland and Zanzibar are scored apart and have no iso3 here; PSE "
            "is the West Bank "
            "only. Hong Kong, Taiwan and Kosovo are in; the European Union and 21 small "
            "UN members are not.",
            "v2cltrnslw and v2clrelig are on the scale of a measurement model (about -4 to 4), the others "
            "from 0 to 1.",
            "Point estimates of expert codings; their intervals are not in this copy, so small "
            "differences mean nothing.",
            "One year only: no trend can be read from it. Regime types and the indicators on the internet "
            "(v2sm) are not in "
            "this copy.",
            "The release is assumed to be version 16, because the year is 2025.",
        ),
        dropped=(
            "23 units that ended before 2025 (Baden to South Yemen, British-mandate Palestine among them).",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """All four tables."""
    fotn, items = _freedom(raw.csv("fotn_2024"), raw.csv("fotn_2025"))
    s = raw.csv("keepiton")
    shut = s.rename(columns={"shutdowns_in_year": "n", "shutdowns_cumulative": "cumulative"})
    return {
        "freedom_on_the_net": fotn,
        "freedom_on_the_net_items": items,
        "shutdowns": shut,
        "regimes": _regimes(raw.csv("vdem_latest")),
    }


def _freedom(d24: pd.DataFrame, d25: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    old = pd.DataFrame(
        {
            "iso3": d24.iso3,
            "edition": d24.Edition,
            "obstacles": d24.A,
            "limits": d24.B,
            "violations": d24.C,
            "total": d24.Total,
            "status": d24.Status.map(STATUS),
            "status_basis": "published",
        }
    )
    total = d25.fotn_score_2025.astype(int)
    new = pd.DataFrame({"iso3": d25.iso3, "edition": "2025", "total": total, "status_basis": "derived"})
    new["status"] = total.map(status)
    if (old.status != old.total.astype(int).map(status)).any():
        raise RecipeError("freedom_on_the_net: a published status is not what the total says")
    questions = [c for c in d24.columns if len(c) == 2 and c[0] in "ABC"]
    items = d24.melt(["iso3", "Edition"], questions, "item", "points").rename(columns={"Edition": "edition"})
    items["part"] = items["item"].str[0].map({"A": "obstacles", "B": "limits", "C": "violations"})
    return pd.concat([old, new], ignore_index=True), items


def status(total: int) -> str:
    """Status that goes with a total of Freedom on the Net (0 to 100)."""
    return "free" if total >= 70 else "partly free" if total >= 40 else "not free"


def _regimes(d: pd.DataFrame) -> pd.DataFrame:
    now = d[d.year == "2025"]
    return now.assign(
        unit=now.iso3,
        unit_name=now.country,
        iso3=now.iso3.where(~now.iso3.isin(set(VDEM_PARTS) - {"PSE"}), ""),
        note=now.iso3.map(VDEM_PARTS).fillna(""),
    ).drop(columns="country")
