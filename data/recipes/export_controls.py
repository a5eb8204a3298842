"""Export controls on chips, the Wassenaar Arrangement, decisions on 5G suppliers (compiled by hand)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, RecipeError, Table, curated, field
from recipes.data_regimes import PRECISION, SEEN, full

VENDOR_KINDS = (
    "ban",
    "licence condition",
    "agreement with operators",
    "authorisation of suppliers",
    "government procurement",
    "single proposal refused",
)
DATE_IS = ("effective", "in force", "published", "announced", "released", "listed", "reported agreement")

TABLES = [
    Table(
        name="export_control_dates",
        title="Dates of export controls on chips and what goes into them",
        description="Measures of the United States, China, the Netherlands, Japan, Taiwan and others, "
        "with the day and what the day is.",
        theme="data_flows",
        sources=("curated",),
        fields=(
            field("measure_id", "string", "Number of the row: M, year, count in the year.", required=True),
            field("date", "date", "Date of the measure.", required=True),
            field("date_precision", "string", "Precision of the date.", enum=PRECISION, required=True),
            field("date_is", "string", "What happened on that day.", enum=DATE_IS, required=True),
            field(
                "authority",
                "string",
                "Office that took it; its state is in export_control_states.",
                required=True,
            ),
            field("measure", "string", "What it does, in our words.", required=True),
            field("symbol", "string", "Official number where seen."),
            field("targets", "string", "At whom it is aimed.", required=True),
            *SEEN,
        ),
        key=("measure_id",),
        coverage="2019-05-16 to 2026-01-15",
        as_of="2026",
        caveats=(
            "No census: measures seen in official pages or in notes of law firms. What was not seen is "
            "not in it.",
            "date_is tells whether the day is that of effect, publication or announcement: do not mix "
            "them in one test.",
            "Two rows can belong to one package. That exports moved after a date does not show that the "
            "measure moved them.",
        ),
    ),
    Table(
        name="export_control_states",
        title="Who took an export control",
        description="State or union behind each measure, one row a pair.",
        theme="data_flows",
        sources=("curated",),
        fields=(
            field("measure_id", "string", "Measure.", required=True),
            field("iso3", "string", "State, or EUU for the European Union.", required=True),
        ),
        key=("measure_id", "iso3"),
        foreign=(
            (("measure_id",), "export_control_dates", ("measure_id",)),
            (("iso3",), "states", ("iso3",)),
        ),
        coverage="2019-05-16 to 2026-01-15",
        as_of="2026",
        caveats=("One row of export_control_dates is a reported agreement of three states.",),
    ),
    Table(
        name="wassenaar",
        title="Participating states of the Wassenaar Arrangement",
        description="States in the arrangement on export controls for arms and dual-use goods, with year "
        "or day of joining.",
        theme="data_flows",
        sources=("curated",),
        fields=(
            field("iso3", "string", "State.", required=True),
            field("joined", "date", "Joined on; first day of the period where less is known.", required=True),
            field("joined_precision", "string", "Precision of that date.", enum=PRECISION, required=True),
            field("founding", "boolean", "One of the 33 founding states.", required=True),
            field("note", "string", "Note of ours."),
            *SEEN,
        ),
        key=("iso3",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="42 states, 1996-2017; complete",
        as_of="2026",
        caveats=(
            "China and Taiwan are not in it. It works by consensus and binds nobody: each state decides "
            "on its licences.",
            "1996 stands for the founding without a day.",
        ),
    ),
    Table(
        name="vendor_5g_decisions",
        title="Decisions of states on suppliers of 5G networks",
        description="Dated decisions that keep suppliers seen as a risk out of 5G networks or government "
        "systems.",
        theme="data_flows",
        sources=("curated",),
        fields=(
            field("iso3", "string", "State.", required=True),
            field("date", "date", "Day of the decision or its announcement.", required=True),
            field("date_precision", "string", "Precision of that day.", enum=PRECISION, required=True),
            field("kind", "string", "Form of the decision, ours.", enum=VENDOR_KINDS, required=True),
            field("names_vendor", "boolean", "The decision names Huawei or ZTE.", required=True),
            field("measure", "string", "What it does, in our words.", required=True),
            *SEEN,
        ),
        key=("iso3", "date"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="11 decisions, 2018-08-23 to 2024-07-11; not complete",
        as_of="2026-11",
        caveats=(
            "Not a census: 11 decisions whose day was seen in a page. A state without a row may have "
            "decided too, and "
            "states that decided to keep all suppliers are not looked for.",
            "Forms differ from a ban in law to one refused proposal: do not count them as one thing.",
            "Mostly press pages. Decisions change: some were suspended by courts or tightened later.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The four tables, from data/curated."""
    d = curated("export_control_dates").reset_index(drop=True)
    d["date_precision"] = d.precision
    d["date"] = d.date.map(full)
    year = d.date.str[:4]
    d["measure_id"] = "M" + year + "-" + (d.groupby(year).cumcount() + 1).astype(str).str.zfill(2)
    w = curated("wassenaar")
    if set(w.list_complete) != {"yes"}:
        raise RecipeError("wassenaar: the list is no longer marked complete; say so in the table's coverage")
    w["joined_precision"], w["joined"] = w.precision, w.joined.map(full)
    w["founding"] = (w.group == "founding").map({True: "true", False: "false"})
    office = d.authority.str.extract(r"^[A-Z]{3}, (?![A-Z]{3} and )(.+)$")[0]
    states = d.authority.str.findall(r"\b[A-Z]{3}\b")
    states = states.map(lambda found: found or ["EUU"])  # the European Union
    states = pd.DataFrame({"measure_id": d.measure_id, "iso3": states}).explode("iso3", ignore_index=True)
    d["authority"] = office.fillna(d.authority)
    v = curated("vendor_5g_decisions")
    v["date_precision"] = v.precision
    v["names_vendor"] = v.names_vendor.map({"yes": "true", "no": "false"})
    made = {
        "vendor_5g_decisions": v,
        "export_control_dates": d,
        "export_control_states": states,
        "wassenaar": w,
    }
    return {t.name: made[t.name][t.columns] for t in TABLES}
