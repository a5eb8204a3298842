"""Distance, border, language and colonial ties of pairs of economies (CEPII GeoDist)."""

from __future__ import annotations

import pandas as pd

from recipes.contract import Raw, Table, field

OLD_CODES = {"ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "PAL": "PSE", "YUG": "SCG"}
TIES = {
    "contig": ("contiguous", "They share a border."),
    "comlang_off": ("official_language", "They share an official language."),
    "comlang_ethno": ("spoken_language", "They share a language that at least 9 % speak in both."),
    "colony": ("colonial_link", "One was ever a colony of the other."),
    "col45": ("colonial_link_1945", "One was a colony of the other after 1945."),
    "comcol": ("common_coloniser", "They had the same coloniser after 1945."),
    "smctry": ("same_country", "They are or were one country."),
}

TABLES = [
    Table(
        name="country_pairs",
        title="Distance and ties of pairs of economies",
        description="Distance, common border, language and colonial links of every pair, one row a pair.",
        theme="data_flows",
        sources=("cepii_geodist",),
        fields=(
            field("iso3_o", "string", "One economy, the first in the alphabet.", required=True),
            field("iso3_d", "string", "The other.", required=True),
            field("distance_km", "number", "Between the largest cities.", unit="km", required=True),
            field(
                "distance_weighted_km", "number", "Between cities, weighted by their population.", unit="km"
            ),
            *(field(new, "boolean", text, required=True) for new, text in TIES.values()),
        ),
        key=("iso3_o", "iso3_d"),
        foreign=((("iso3_o",), "states", ("iso3",)), (("iso3_d",), "states", ("iso3",))),
        coverage="224 economies as of about 2004, 24,976 pairs",
        as_of="2011",
        caveats=(
            "Each pair stands once, in alphabetical order: turn it round yourself for a model with "
            "direction.",
            "The world of about 2004: no South Sudan, Montenegro or Kosovo. Old codes were brought up to "
            "date "
            "(ROM, ZAR, TMP, PAL); YUG is Serbia and Montenegro (SCG), measured from Belgrade; Serbia "
            "has no rows of its own.",
            "No change over time and no GDP. Distances say nothing of the way a cable takes.",
            "The weighted distance is empty where the source lacks cities.",
        ),
        dropped=(
            "224 rows of an economy with itself.",
            "24,976 rows of the other direction: ties and distances are the same both "
            "ways, except "
            "same_country in 33 pairs (true here if true one way) and the weighted distance in its last "
            "digits.",
            "Distance of capitals, the second weighted distance, and current colonial ties (curcol).",
        ),
    ),
]


def build(raw: Raw) -> dict[str, pd.DataFrame]:
    """One row a pair, distances to whole kilometres."""
    d = raw.csv("dist_cepii").replace({"iso_o": OLD_CODES, "iso_d": OLD_CODES})
    back = d[["iso_o", "iso_d", "smctry"]].set_axis(["iso_d", "iso_o", "back"], axis=1)
    d = d[d.iso_o < d.iso_d].merge(back, on=["iso_o", "iso_d"], validate="1:1")
    d["smctry"] = ((d.smctry == "1") | (d.back == "1")).map({True: "1", False: "0"})
    out = pd.DataFrame({"iso3_o": d.iso_o, "iso3_d": d.iso_d})
    out["distance_km"] = pd.to_numeric(d["dist"]).round()
    out["distance_weighted_km"] = pd.to_numeric(d.distw).round()
    for old, (new, _) in TIES.items():
        out[new] = d[old].map({"1": "true", "0": "false"})
    return {"country_pairs": out}
