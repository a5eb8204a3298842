"""Software flaws known to be exploited (CISA)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

TABLES = [
    Table(
        name="kev",
        title="Known exploited vulnerabilities",
        description="Flaws that CISA lists as exploited, by vendor and product, with the day of listing "
        "and the day "
        "by which US federal agencies had to act.",
        theme="data_flows",
        sources=("cisa_kev",),
        fields=(
            field("cve", "string", "CVE number.", required=True),
            field("vendor", "string", "Vendor or project, as CISA writes it.", required=True),
            field("product", "string", "Product, as CISA writes it.", required=True),
            field("added_on", "date", "Day CISA listed it.", required=True),
            field("due_on", "date", "Deadline for US federal agencies (directive BOD 22-01).", required=True),
            field(
                "ransomware",
                "string",
                "Whether CISA knows of use in ransomware campaigns.",
                enum=("known", "unknown"),
                required=True,
            ),
        ),
        key=("cve",),
        coverage="2021-11-03 to 2025-08-25",
        as_of="2025-08-25",
        caveats=(
            "The day of listing is not the day of first exploitation; 2021 and 2022 hold a backlog of "
            "old flaws.",
            "15 deadlines of 2020 and 2021 lie before the day of listing: the catalogue began in "
            "November 2021.",
            "Unknown in ransomware means not known to CISA: it is not a no.",
            "CISA takes entries off now and then, so yearly counts differ by one or two from what was "
            "reported then.",
            "One firm may stand under several names (QNAP and QNAP Systems; Android and Google; VMware "
            "and Broadcom).",
            "It shows what is used against the customers CISA watches; many flaws of a vendor also means "
            "many customers.",
            "The catalogue has no country of the vendor.",
        ),
        dropped=("The sentences on the flaw and on what to do, which are CISA's text.",),
    ),
    Table(
        name="kev_weaknesses",
        title="Weakness types of known exploited vulnerabilities",
        description="CWE types of each listed flaw, one row a pair.",
        theme="data_flows",
        sources=("cisa_kev",),
        fields=(
            field("cve", "string", "CVE number.", required=True),
            field("cwe", "string", "Type in the Common Weakness Enumeration.", required=True),
        ),
        key=("cve", "cwe"),
        foreign=((("cve",), "kev", ("cve",)),),
        coverage="2021-11-03 to 2025-08-25",
        as_of="2025-08-25",
        caveats=("A flaw without a row has no type in the catalogue.",),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """Both tables."""
    d = raw.csv("kev_facts")
    kev = pd.DataFrame(
        {
            "cve": d.cveID,
            "vendor": d.vendorProject.str.strip(),
            "product": d["product"].str.strip(),
            "added_on": d.dateAdded,
            "due_on": d.dueDate,
            "ransomware": d.knownRansomwareCampaignUse.str.lower(),
        }
    )
    cwe = d.assign(cwe=d.cwes.str.split(",")).explode("cwe", ignore_index=True)
    cwe = pd.DataFrame({"cve": cwe.cveID, "cwe": cwe.cwe.str.strip()})
    return {"kev": kev, "kev_weaknesses": cwe[cwe.cwe != ""].drop_duplicates()}
