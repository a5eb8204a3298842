"""Internet outages that were measured and looked into by hand (IODA, 2018 to 2021)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field
from recipes.flow_names import iso3

OWN = {
    "Bonaire/Sint Eustatius/Saba": "BES",
    "Democratic Republic of (DRC)": "COD",
    "Ivory Coast (Cote d'Ivoire)": "CIV",
    "Kyrgyz Republic (Kyrgyzstan)": "KGZ",
    "United States of America (USA)": "USA",
}
CAUSES = {
    "": "not given",
    "Unknown": "unknown",
    "Government-Ordered": "government order",
    "Exams": "exams",
    "Cable-Cut": "cable cut",
    "Power-Outage": "power cut",
    "Equipment-Failure": "equipment failure",
    "Weather": "weather",
    "Misc-Routing-Problem": "routing problem",
    "Generic-Technical": "other technical",
    "Route-Leak": "route leak",
    "Earthquake": "earthquake",
    "Other-Natural-Disaster": "other natural disaster",
    "Maintenance": "maintenance",
    "DDoS": "denial of service",
}
SCOPES = {"Country": "country", "Region": "region", "AS": "network"}

TABLES = [
    Table(
        name="ioda_outages",
        title="Measured internet outages, their length and cause",
        description="Drops in measured connectivity that the authors looked into by hand: country, day, hours, reach and, where "
        "found, the cause.",
        theme="sovereignty",
        sources=("ioda_outages",),
        fields=(
            field("event", "string", "The authors' identifier.", required=True),
            field("iso3", "string", "Country or territory.", required=True),
            field("began_on", "date", "Day it began; empty where the time cannot be read."),
            field(
                "hours",
                "number",
                "Length; empty where the end is missing or does not lie after the beginning.",
                unit="hours",
            ),
            field("scope", "string", "How far it reached.", enum=tuple(SCOPES.values()), required=True),
            field(
                "cause",
                "string",
                "Cause found; unknown: looked for and not found; not given: the field is empty.",
                enum=tuple(CAUSES.values()),
                required=True,
            ),
            field(
                "confirmation",
                "string",
                "Whether the authors call the cause confirmed; empty where they say nothing.",
                enum=("confirmed", "unconfirmed"),
            ),
        ),
        key=("event",),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="1,703 outages in 189 countries and territories, 2018 to 2021 and four of 2022",
        as_of="2023-11-17",
        caveats=(
            "A selection: what the authors looked into, not every outage. Counts by country follow their attention.",
            "A cause is given for 244 outages only, 166 of them a government order or exams; 142 of these in Myanmar, Syria and "
            "Iraq, where each of a series of cuts is a row.",
            "For 76 outages the end does not lie after the beginning: a wrong day in the source; hours are empty there.",
            "A few last for months (the longest 206 days): use medians.",
            "Regions and networks are not named, so several rows of one country and hour may be one event.",
            "Times are believed to be UTC; the source does not say.",
            "Not comparable with the counts of shutdowns, whose unit is another.",
        ),
        dropped=("Notes and links; one row that stands twice.",),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row an outage."""
    d = raw.csv("ioda_outages").drop_duplicates()
    begins = pd.to_datetime(d.begins, format="%Y-%m-%dT%H:%M:%S", errors="coerce")
    ends = pd.to_datetime(d.ends, format="%Y-%m-%dT%H:%M:%S", errors="coerce")
    hours = ((ends - begins).dt.total_seconds() / 3600).round(2)
    return {
        "ioda_outages": pd.DataFrame(
            {
                "event": d.event,
                "iso3": iso3(d.country, "ioda_outages", OWN),
                "began_on": begins.dt.strftime("%Y-%m-%d"),
                "hours": hours.where(hours > 0),
                "scope": d.scope.map(SCOPES),
                "cause": d.cause.map(CAUSES),
                "confirmation": d.confirmation.str.lower(),
            }
        )
    }
