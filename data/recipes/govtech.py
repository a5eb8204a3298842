"""GovTech Maturity Index of the World Bank: 2020, 2022 and 2025."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

# Codes of the World Bank that differ from ISO's
CODES = {"ADO": "AND", "KSV": "XKX", "ROM": "ROU", "TMP": "TLS", "WBG": "PSE", "ZAR": "COD"}


def _score(name: str, what: str):
    return field(name, "number", what, unit="0-1", required=True)


TABLES = [
    Table(
        name="govtech_maturity",
        title="GovTech Maturity Index 2020, 2022 and 2025",
        description="How far governments use digital means: the index, its four parts and the World Bank's group.",
        theme="norms",
        sources=("govtech_dataset",),
        fields=(
            field("iso3", "string", "Economy.", required=True),
            field("year", "year", "Edition.", required=True),
            field(
                "group",
                "string",
                "Group of the World Bank, A the highest.",
                enum=("D", "C", "B", "A"),
                ordered=True,
                required=True,
            ),
            _score("maturity", "GovTech Maturity Index, mean of the four parts."),
            _score("core_systems", "Core government systems."),
            _score("services", "Online public services."),
            _score("engagement", "Digital engagement of citizens."),
            _score("enablers", "Strategy, institutions, laws and skills."),
        ),
        key=("iso3", "year"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="198 economies in 2020 and 2022, 197 in 2025",
        as_of="2025-12",
        caveats=(
            "The key indicators were revised between 2020 and 2022: compare 2022 with 2025, not with 2020.",
            "Answers are mostly governments' own; for 39 of 197 economies of 2025 the World Bank read public sources "
            "(https://reproducibility.worldbank.org/index.php/catalog/418).",
            "The World Bank calls it no ranking. It measures administration, not security.",
        ),
        dropped=(
            "The single indicators, which are not in this copy; five summary lines at the foot of 2025.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row an economy and edition."""
    d = raw.csv("govtech_2025").rename(
        columns={
            "gtmi": "maturity",
            "cgsi": "core_systems",
            "psdi": "services",
            "dcei": "engagement",
            "gtei": "enablers",
        }
    )
    return {"govtech_maturity": d.assign(iso3=d.iso3.replace(CODES))[TABLES[0].columns]}
