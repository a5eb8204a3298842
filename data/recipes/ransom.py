"""Ransom payments on record, by family and month (Ransomwhere)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

TABLES = [
    Table(
        name="ransom_payments",
        title="Ransom payments on record, by family and month",
        description="Payments to bitcoin addresses that somebody reported as belonging to a family of ransomware: a floor.",
        theme="deterrence",
        sources=("ransomwhere",),
        fields=(
            field("family", "string", "Family of ransomware, as reported.", required=True),
            field("month", "date", "First day of the month.", required=True),
            field("n", "integer", "Payments.", unit="payments", required=True),
            field("usd", "number", "Their worth at the rate of the day.", unit="USD", required=True),
        ),
        key=("family", "month"),
        coverage="105 families, 20,928 payments worth USD 375.2 million, March 2012 to March 2024",
        as_of="2024-06-17",
        caveats=(
            "A FLOOR: only addresses that somebody reported. A fall can be a fall in reporting.",
            "One sum can hold many payments: 2024 has 8 payments for USD 88 million, all to one family.",
            "No country and no victim. Families are named as reported.",
        ),
        dropped=("Amounts in bitcoin and numbers of addresses.",),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row a family and month."""
    d = raw.csv("ransom_payments").rename(columns={"payments": "n"})
    return {"ransom_payments": d.assign(month=d.month + "-01")[TABLES[0].columns]}
