"""Trade in digitally deliverable services and ICT use by business (UNCTAD)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

GROUPS = {"WLD": "World", "SSF": "Sub-Saharan Africa"}
FLOWS = {"UNCTAD_DE_DIG_SERVTRADE_ANN_EXP": "exports", "UNCTAD_DE_DIG_SERVTRADE_ANN_IMP": "imports"}
STATUS = {"A": "normal", "O": "missing"}
# Core ICT indicators of businesses; the letter and number are those of the Partnership on Measuring ICT.
ICT = {
    "UNCTAD_DE_ICT_CORE_UBS_ANN_ALL_B1": ("B1", "businesses that use computers"),
    "UNCTAD_DE_ICT_CORE_UBS_ANN_ALL_B2": ("B2", "staff who use computers at work"),
    "UNCTAD_DE_ICT_CORE_UBS_ANN_ALL_B3": ("B3", "businesses that use the internet"),
    "UNCTAD_DE_ICT_CORE_UISIC4_ANN_00_B4": ("B4", "staff who use the internet at work"),
    "UNCTAD_DE_ICT_CORE_UISIC4_ANN_00_B5": ("B5", "businesses on the web"),
    "UNCTAD_DE_ICT_CORE_UISIC3N1_ANN_00_B6": ("B6", "businesses with an intranet"),
    "UNCTAD_DE_ICT_CORE_UISIC3N1_ANN_00_B7": ("B7", "businesses that take orders online"),
    "UNCTAD_DE_ICT_CORE_UISIC4_ANN_00_B8": ("B8", "businesses that place orders online"),
    "UNCTAD_DE_ICT_CORE_UBS_ANN_ALL_B10": ("B10", "businesses with a local area network"),
    "UNCTAD_DE_ICT_CORE_UISIC4_ANN_00_B11": ("B11", "businesses with an extranet"),
    "UNCTAD_DE_ICT_CORE_UBS_ANN_ALL_B12_IDEL": ("B12d", "businesses that deliver products online"),
    "UNCTAD_DE_ICT_CORE_UISIC4_ANN_00_B12_ICUST": ("B12c", "businesses that serve customers online"),
}
WIDE = (
    "Digitally deliverable means a service that could be delivered by wire; the WTO's digitally "
    "delivered services are a narrower idea, and the two are not to be mixed."
)
_flow = field("flow", "string", "Exports or imports.", enum=("exports", "imports"), required=True)
_value = field("value_musd", "number", "Value at current prices; empty when missing.", unit="million USD")
_status = field("status", "string", "As the source marks it.", enum=("normal", "missing"), required=True)

TABLES = [
    Table(
        name="digital_services",
        title="Trade in digitally deliverable services",
        description="Exports and imports of services that could be delivered by wire, by economy and year.",
        theme="data_flows",
        sources=("unctad_digital",),
        fields=(
            field("iso3", "string", "Economy.", required=True),
            field("year", "year", "Calendar year.", required=True),
            _flow,
            _value,
            _status,
        ),
        key=("iso3", "year", "flow"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="2010-2023, 204 economies",
        as_of="2025",
        caveats=(
            WIDE,
            "Of the 201 economies listed for exports in 2023, 71 have no value, most of them poor: "
            "totals of groups must say how many are missing.",
            "A missing year is a row with an empty value (status missing), or no row at all.",
            "The economies add up to less than the world row of the source (97 % of it in 2023); "
            "that row is in digital_services_groups.",
            "Totals with the whole world only: who trades with whom is not in it.",
        ),
        dropped=("112 rows for the world and for Sub-Saharan Africa are in digital_services_groups.",),
    ),
    Table(
        name="digital_services_groups",
        title="Trade in digitally deliverable services: the world and Sub-Saharan Africa",
        description="The source's own totals, to hold sums of economies against.",
        theme="data_flows",
        sources=("unctad_digital",),
        fields=(
            field(
                "area", "string", "WLD the world, SSF Sub-Saharan Africa.", enum=tuple(GROUPS), required=True
            ),
            field("year", "year", "Calendar year.", required=True),
            _flow,
            _value,
            _status,
        ),
        key=("area", "year", "flow"),
        coverage="2010-2023, two groups",
        as_of="2025",
        caveats=(
            WIDE,
            "The source estimates what is missing; the sum of its economies is smaller.",
        ),
    ),
    Table(
        name="ict_use_by_business",
        title="Use of ICT by business",
        description="Twelve shares of businesses or staff that use computers, the internet or online trade.",
        theme="data_flows",
        sources=("unctad_digital",),
        fields=(
            field("iso3", "string", "Economy.", required=True),
            field("year", "year", "Calendar year.", required=True),
            field("indicator", "string", "Core indicator.", enum=[c for c, _ in ICT.values()], required=True),
            field("meaning", "string", "What share it is, in our words.", required=True),
            field("value_pct", "number", "Share.", unit="%", required=True),
        ),
        key=("iso3", "year", "indicator"),
        foreign=((("iso3",), "states", ("iso3",)),),
        coverage="2010-2023, up to 69 economies an indicator",
        as_of="2025",
        caveats=(
            "Few economies report, seldom every year, and rich ones more often: no sample of the world.",
            "One share is above 100 % in the source (Philippines 2017, B10: 115.26) and is kept as it is.",
            "Indicators B6 and B7 rest on another classification of businesses (ISIC 3.1) than the rest.",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """The three tables."""
    d = raw.csv("unctad_de")
    d = d.rename(columns={"REF_AREA": "iso3", "TIME_PERIOD": "year", "OBS_VALUE": "value_musd"})
    d["status"] = d.OBS_STATUS.map(STATUS)
    trade = d[d.INDICATOR.isin(FLOWS)].assign(flow=lambda t: t.INDICATOR.map(FLOWS))
    trade["value_musd"] = pd.to_numeric(trade.value_musd)
    trade = trade[["iso3", "year", "flow", "value_musd", "status"]]
    group = trade.iso3.isin(GROUPS)
    ict = d[d.INDICATOR.isin(ICT)]
    ict = pd.DataFrame(
        {
            "iso3": ict.iso3,
            "year": ict.year,
            "indicator": ict.INDICATOR.map({k: c for k, (c, _) in ICT.items()}),
            "meaning": ict.INDICATOR.map({k: m for k, (_, m) in ICT.items()}),
            "value_pct": pd.to_numeric(ict.value_musd),
        }
    )
    return {
        "digital_services": trade[~group],
        "digital_services_groups": trade[group].rename(columns={"iso3": "area"}),
        "ict_use_by_business": ict,
    }
