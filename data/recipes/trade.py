"""Trade in integrated circuits, HS 8542 (UN Comtrade, Taiwan Customs)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3

GROUPS = {
    "854231": "processors and controllers",
    "854232": "memories",
    "854233": "amplifiers",
    "854239": "other integrated circuits",
    "854290": "parts",
}
PART = "2025 is part of the year (the copy is of September 2025): do not read it as a fall."
OWN = {"Others": "", "Macau": "MAC", "Netherlands Antilles": "ANT"}

TABLES = [
    Table(
        name="chip_trade",
        title="Exports of integrated circuits by economy",
        description="Exports of electronic integrated circuits (HS 8542) to the whole world, by exporter "
        "and year.",
        theme="data_flows",
        sources=("un_comtrade",),
        fields=(
            field("iso3", "string", "Exporter.", required=True),
            field("year", "year", "Calendar year.", required=True),
            field("value_usd", "number", "Value of exports.", unit="USD", required=True),
            field("net_weight_kg", "number", "Net weight where given.", unit="kg"),
            field(
                "reported",
                "boolean",
                "The total was reported as such; else the UN added it up.",
                required=True,
            ),
            field(
                "stand_in",
                "boolean",
                "True for Taiwan: the row is Comtrade's code S19, Other Asia, not elsewhere specified.",
                required=True,
            ),
        ),
        key=("iso3", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="2013-2024, 180 exporters",
        as_of="2025",
        caveats=(
            "Comtrade has no Taiwan; S19 stands for it here (stand_in true) and may hold others. It is "
            "absent in 2024.",
            "2024 has 86 exporters, other years 140 to 151: a sum over all exporters falls for want of "
            "reports.",
            "Hong Kong and Singapore pass on what others made; exports are not production.",
            "HS 8542 is finished and unfinished circuits, not the machines that make them.",
        ),
    ),
    Table(
        name="taiwan_chip_exports",
        title="Taiwan's exports of integrated circuits by destination",
        description="Exports under HS 8542 by destination and year, from Taiwan Customs.",
        theme="data_flows",
        sources=("taiwan_customs",),
        fields=(
            field("destination", "string", "Destination, in English as the copy has it.", required=True),
            field("iso3", "string", "Destination; empty for Others."),
            field("year", "year", "Calendar year.", required=True),
            field("value_usd", "number", "Value of exports.", unit="USD", required=True),
            field("part_year", "boolean", "Only part of the year is in.", required=True),
        ),
        key=("destination", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="2013 to part of 2025, 199 destinations",
        as_of="2025-09",
        caveats=(
            PART,
            "A destination without a row in a year had no exports under this heading in the copy.",
            "Hong Kong is a place of passage: much of it goes on to mainland China.",
            "Sums over 23 eleven-digit codes, parts and lead frames (HS 8542.90) included.",
            "Netherlands Antilles (ANT) and Antarctica (ATA) are destinations of the source; Others has "
            "no code.",
        ),
    ),
    Table(
        name="taiwan_chip_exports_by_product",
        title="Taiwan's exports of integrated circuits by product",
        description="The same exports by eleven-digit product code and year.",
        theme="data_flows",
        sources=("taiwan_customs",),
        fields=(
            field("hs11", "string", "Eleven-digit code of Taiwan Customs.", required=True),
            field(
                "product",
                "string",
                "Group of its first six digits, in our words.",
                enum=list(GROUPS.values()),
            ),
            field("year", "year", "Calendar year.", required=True),
            field("value_usd", "number", "Value of exports.", unit="USD", required=True),
            field("part_year", "boolean", "Only part of the year is in.", required=True),
        ),
        key=("hs11", "year"),
        coverage="2013 to part of 2025, 23 codes",
        as_of="2025-09",
        caveats=(PART, "The sums by product and by destination are the same in every year."),
        dropped=("The official wording of the codes.",),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The three tables. Values are rounded to whole dollars."""
    c = raw.csv("comtrade_8542")
    trade = pd.DataFrame(
        {
            "iso3": c.reporterISO.replace({"S19": "TWN"}),
            "year": c.refYear,
            "value_usd": pd.to_numeric(c.primaryValue).round(),
            "net_weight_kg": pd.to_numeric(c.netWgt).round(),
            "reported": c.isReported,
            "stand_in": c.reporterISO == "S19",
        }
    )
    d = raw.csv("taiwan_8542_destination")
    to = pd.DataFrame(
        {
            "destination": d.destination,
            "iso3": iso3(d.destination, "taiwan_chip_exports", OWN),
            "year": d.year,
            "value_usd": pd.to_numeric(d.export_usd).round(),
            "part_year": d.year == "2025",
        }
    )
    p = raw.csv("taiwan_8542_product")
    by = pd.DataFrame(
        {
            "hs11": p.hs11,
            "product": p.hs11.str[:6].map(GROUPS),
            "year": p.year,
            "value_usd": pd.to_numeric(p.export_usd).round(),
            "part_year": p.year == "2025",
        }
    )
    return {"chip_trade": trade, "taiwan_chip_exports": to, "taiwan_chip_exports_by_product": by}
