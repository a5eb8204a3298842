"""Tables of 2026: totals as their sources publish them, hand counts, and the traps that the sources name."""

from __future__ import annotations

import pandas as pd
import pytest

from cyberdip_utils import about, load

TABLES = """
cissm_events cissm_state_events uk_services_by_partner china_services_by_partner batis_totals_2022
hrc_votes ioda_outages us_tech_lists china_lists
exchanges_2026 cables_2022 cable_owners_2022 cable_suppliers_2022 cable_landings_2022
wto_positions rpki_coverage govtech_maturity data_barometer ransom_payments us_cyber_listings trade_clauses
""".split()


def year(values: pd.Series) -> pd.Series:
    return values.astype(str).str[:4].astype(int)


@pytest.mark.parametrize("name", TABLES)
def test_codes_are_those_of_the_states_table(name):
    frame, known = load(name), set(load("states").iso3)
    for column in [c for c in frame if "iso3" in c]:
        assert set(frame[column].dropna()) <= known


@pytest.mark.parametrize("name", TABLES)
def test_no_text_cell_is_the_word_nan(name):
    frame = load(name).select_dtypes(["object", "string", "category"])
    for column in frame:
        assert not frame[column].astype("string").isin(["nan", "None", "<NA>", "n.a.", ""]).any(), column


@pytest.mark.parametrize("name", TABLES)
def test_each_says_what_it_covers_and_what_misleads(name):
    told = about(name)
    assert told.coverage and told.caveats and told.licence


# cissm_events


def test_cissm_events_add_up_to_both_copies():
    d = load("cissm_events")
    assert d.groupby("edition", observed=True).n.sum().to_dict() == {"world": 10642, "United States": 7440}
    us = d[d.edition == "United States"]
    assert set(us.iso3) == {"USA"}
    by_year = us.groupby(year(us.year)).n.sum()
    assert by_year.loc[[2014, 2023, 2024, 2025]].tolist() == [281, 1379, 599, 371]
    assert d[d.iso3.isna()].n.sum() == 308 and set(d[d.iso3.isna()].place) == {"Undetermined"}
    assert d[(d.edition == "world") & (d.iso3 == "TWN")].n.sum() == 53


def test_cissm_editions_agree_on_the_united_states_to_2022():
    d = load("cissm_events")
    d = d[(d.iso3 == "USA") & (year(d.year) <= 2022)]
    n = d.groupby([year(d.year), "edition"], observed=True).n.sum().unstack()
    assert ((n["world"] / n["United States"] - 1).abs() < 0.04).all() and len(n) == 9


def test_cissm_events_laid_to_states():
    d, base = load("cissm_state_events"), load("cissm_events")
    totals = d.groupby("edition", observed=True).n.sum()
    assert totals.to_dict() == {"world": 633, "United States": 146}
    assert base[base.actor_type == "nation-state"].groupby("edition", observed=True).n.sum().equals(totals)
    us = d[d.edition == "United States"]
    by_year = us.groupby(year(us.year)).n.sum()
    assert (by_year[2024], by_year[2025]) == (25, 11)


# services by partner

DIGITAL = """
insurance financial intellectual_property telecom_computer_information other_business personal_cultural
""".split()


def digital(rows: pd.DataFrame) -> pd.Series:
    return rows[DIGITAL].sum(axis=1)


def test_uk_digital_services_of_2021():
    d = load("uk_services_by_partner")
    d = d[year(d.year) == 2021].assign(digital=digital)
    v = d.pivot(index="partner_code", columns="flow", values="digital")
    assert v.loc["W1"].to_dict() == {"exports": 259128, "imports": 128205}
    share = (100 * v / v.loc["W1"]).round(1)
    assert share.exports[["B5", "US", "CN"]].tolist() == [35.3, 30.5, 1.4]
    assert share.imports[["B5", "US", "IN"]].tolist() == [33.9, 29.7, 5.1]


def test_uk_partners_are_states_groups_or_remainders():
    d = load("uk_services_by_partner")
    assert d.partner_code.nunique() == 83 and len(d) == 83 * 2 * 6
    codes = d.drop_duplicates("partner_code").set_index("partner_code").iso3
    assert codes[["B5", "TW", "US", "CS", "CZ"]].tolist() == ["EUU", "TWN", "USA", "SCG", "CZE"]
    assert codes[["W1", "D5", "4A", "PB6"]].isna().all() and codes.isna().sum() == 14
    assert d[["total", *DIGITAL]].isna().sum().sum() == 476  # held back by the ONS, of 6,972


def test_uk_members_add_up_to_the_world():
    d = load("uk_services_by_partner")
    d = d[~d.partner_code.isin(["B5", "D5"])].assign(world=lambda x: x.partner_code == "W1")
    sums = d.groupby(["flow", "year", "world"], observed=True).total.sum().unstack()
    assert (abs(sums[False] / sums[True] - 1) < 0.001).all()


def test_china_partners_add_up_to_the_world():
    d = load("china_services_by_partner")
    assert d.partner.nunique() == 203 and len(d) == 203 * 2 * 15
    d = d[year(d.year) == 2019].assign(digital=digital)
    v = d.pivot(index="partner", columns="flow", values="digital")
    assert v.loc["World"].tolist() == pytest.approx([106378.7, 118273.0], abs=0.1)
    assert v.drop("World").sum().tolist() == pytest.approx(v.loc["World"].tolist(), rel=1e-6)
    share = (100 * v / v.loc["World"]).round(1)
    assert share.exports[["Hong Kong, China", "United States"]].tolist() == [16.7, 14.1]
    assert share.imports[["United States", "Germany"]].tolist() == [20.2, 8.7]
    taipei = d[d.partner == "Chinese Taipei"]
    assert set(taipei.iso3) == {"TWN"} and set(d[d.iso3.isna()].partner) == {"World", "Rest of the World"}


def test_services_of_2022_in_two_cuts_of_one_world():
    d = load("batis_totals_2022")
    assert d.groupby("cut", observed=True).value_musd.sum().tolist() == pytest.approx(
        [7079294, 7079294], abs=1
    )
    us = d[d.origin == "USA"].groupby("cut", observed=True).value_musd.sum()
    assert us.tolist() == pytest.approx([1094870, 1094870], abs=1)
    flow = d.set_index(["cut", "origin", "destination"]).value_musd
    assert flow["g20_14", "USA", "EUU"] == pytest.approx(357475, abs=1)
    assert flow["g20_14", "EUU", "USA"] == pytest.approx(252600, abs=100)
    assert set(d[d.origin == d.destination].origin) == {"ROW"}


# Human Rights Council


def test_council_votes_add_up_to_the_official_totals():
    votes, texts = load("hrc_votes"), load("hrc_resolutions")
    official = texts[texts.decided_by == "recorded vote"].set_index("symbol")[["yes", "no", "abstain"]]
    counted = votes.groupby(["symbol", "vote"], observed=False).size().unstack()
    assert len(official) == 9
    assert (counted[["yes", "no", "abstain"]].loc[official.index] == official).all(axis=None)
    assert counted["not recorded"].sum() == 5


def test_council_has_47_members_and_a_double_absence_of_2018():
    votes = load("hrc_votes")
    sizes = votes.groupby("symbol").size()
    assert sizes.drop("A/HRC/38/L.32").eq(47).all() and sizes["A/HRC/38/L.32"] == 46
    assert votes.iso3.nunique() == 100
    out = votes[(votes.symbol == "A/HRC/38/L.32") & (votes.vote == "not recorded")]
    assert set(out.iso3) == {"CUB", "VEN"}


# outages


def test_outages_by_reach_and_cause():
    d = load("ioda_outages")
    assert len(d) == 1703 and d.iso3.nunique() == 189
    assert d.scope.value_counts().to_dict() == {"country": 915, "region": 710, "network": 78}
    causes = d.cause.value_counts()
    assert causes[["not given", "unknown", "government order", "exams", "cable cut"]].tolist() == [
        996,
        463,
        102,
        64,
        40,
    ]
    assert len(d) - causes["not given"] - causes["unknown"] == 244
    assert d.began_on.isna().sum() == 31


def test_outages_have_a_length_only_where_the_end_comes_after_the_beginning():
    d = load("ioda_outages").set_index("event")
    assert (d.hours.dropna() > 0).all() and d.hours.max() == pytest.approx(206.2 * 24, rel=0.001)
    assert pd.isna(d.hours["161"])  # Palau: ends 24 days before it begins
    assert d.hours["61AE093F"] == 1 and d.iso3["61AE093F"] == "SSD"  # 16:40 to 17:40
    ordered = d[d.cause.isin(["government order", "exams"])]
    assert ordered.iso3.isin(["MMR", "SYR", "IRQ"]).sum() == 142


# lists of technology firms


def test_us_lists_have_the_entries_of_each_edition():
    d = load("us_tech_lists")
    assert d["list"].value_counts().to_dict() == {
        "Section 1286": 443,
        "Section 1260H": 397,
        "FCC covered list": 16,
        "Section 889": 5,
        "Section 5949": 3,
    }
    military = d[d["list"] == "Section 1260H"]
    assert military.groupby(military.listed_on.dt.strftime("%Y-%m-%d")).size().to_dict() == {
        "2021-06-03": 47,
        "2022-10-05": 13,
        "2024-01-31": 16,
        "2025-01-07": 133,
        "2026-06-08": 188,
    }
    assert d.removed_on.notna().sum() == 21 and d[d.listed_on.isna()]["list"].unique().tolist() == [
        "Section 1286"
    ]
    research = d[d["list"] == "Section 1286"]
    assert year(research.edition).value_counts().to_dict() == {2025: 156, 2024: 134, 2023: 105, 2022: 48}


def test_four_fcc_entries_name_products_and_no_firm():
    fcc = load("us_tech_lists").query("list == 'FCC covered list'")
    assert (fcc.unit == "country of make").sum() == 4
    assert set(fcc[fcc.unit == "country of make"].edition.astype(str).str[:4]) == {"2025", "2026"}
    assert "Huawei" in set(fcc.name)


def test_china_lists_by_measure():
    d = load("china_lists")
    assert d.measure.value_counts().to_dict() == {
        "export control list": 153,
        "countermeasures": 133,
        "unreliable entity list": 60,
        "export control watch list": 40,
    }
    assert d.ended_on.notna().sum() == 3 and d.iso3.isna().sum() == 30
    skydio = d[d.name.str.startswith("Skydio")].sort_values("listed_on")
    assert skydio.measure.tolist() == ["countermeasures", "export control list", "unreliable entity list"]
    assert pd.isna(d.set_index("name").iso3["Recorded Future, Inc."])
    assert set(d[d.iso3 == "TWN"].body) == {"Ministry of Commerce", "Taiwan Affairs Office"}


# exchanges and cables


def test_exchanges_of_2026_by_register():
    d = load("exchanges_2026").set_index("iso3")
    assert len(d) == 172
    assert d.sum().tolist() == [1476, 1282, 115, 79, 845]
    assert (d.n == d.n_peeringdb + d.n_pch + d.n_he).all()
    assert d.loc["USA"].tolist() == [237, 211, 14, 12, 133] and d.n["NAM"] >= 1  # NA is a code
    assert "unit" in about("exchanges_2026").caveats[0].lower()


def test_cables_of_2022_beside_the_other_editions():
    d = load("cables_2022")
    assert len(d) == 521 and d.planned.sum() == 65 and d.length_km.isna().sum() == 33
    assert (d.in_2021.sum(), len(load("cables")), d.in_2026.sum(), len(load("cable_list_2026"))) == (
        468,
        484,
        455,
        693,
    )
    africa = d.set_index("cable").loc["2africa"]
    assert (africa.length_km, africa.n_landings, str(africa.ready_on.date())) == (45000, 48, "2023-01-01")
    assert d.ready_on.isna().sum() == 5


def test_suppliers_and_owners_of_2022():
    suppliers, owned = load("cable_suppliers_2022"), load("cable_owners_2022")
    assert len(suppliers) == 330 and suppliers.cable.nunique() == 309
    assert suppliers.supplier.value_counts()[["ASN", "SubCom", "NEC", "HMN Tech"]].tolist() == [
        134,
        76,
        35,
        35,
    ]
    assert not owned.owner.str.fullmatch(r"(Inc|Ltd|LLC|Lda)\.?( \(\w+\))?").any()
    assert owned.owner.value_counts()["Google"] == 21


def test_landings_of_2022_keep_territories_apart():
    d = load("cable_landings_2022")
    assert len(d) == 2378
    where = d.set_index(["cable", "landing"]).iso3
    assert where["antillas-1", "miramar-pr-united-states"] == "PRI"
    assert where["americas-i-north", "magens-bay-vi-united-states"] == "VIR"
    assert where["apricot", "agat-guam"] == "GUM"
    counts = load("cables_2022").set_index("cable").n_landings
    assert d.groupby("cable").size().reindex(counts.index, fill_value=0).eq(counts).all()


# positions at the WTO


def test_wto_members_in_the_joint_initiative():
    d = load("wto_positions").set_index("iso3")
    assert len(d) == 164
    assert d[["joined_2017", "joined_2019", "joined_2024"]].sum().tolist() == [71, 77, 91]
    assert d.joined_2024["CHN"] and not d.joined_2024["IND"] and "EUU" not in d.index


def test_wto_positions_on_data_flows_and_duties():
    d = load("wto_positions").set_index("iso3")
    assert d.flows_2024.value_counts().to_dict() == {
        "room for policy": 80,
        "silent": 41,
        "common guidelines": 30,
        "binding rules": 5,
        "rejects rules": 5,
        "wavers": 1,
    }
    assert d.flows_2024.isna().sum() == 2 and d.moratorium_2024.isna().sum() == 1
    assert d.moratorium_2024.value_counts()[["study first", "make permanent", "end it"]].tolist() == [
        66,
        18,
        1,
    ]
    assert d.loc["TWN", ["flows_first", "moratorium_2024"]].isna().all()


# the rest


def test_routes_with_a_valid_origin():
    d = load("rpki_coverage").set_index("iso3")
    assert len(d) == 250 and (d.v4_routes == 0).sum() == 4
    share = (100 * d.v4_valid / d.v4_routes).round(1)
    assert share[["DEU", "IND", "GBR", "RUS", "BRA", "USA", "CHN"]].tolist() == [
        73.7,
        73.0,
        41.4,
        40.1,
        33.7,
        28.6,
        2.5,
    ]
    assert (d.v4_valid.sum(), d.v4_routes.sum()) == (530739, 1225668)  # the world row of the source
    assert (d.v4_valid + d.v4_invalid <= d.v4_routes).all() and d.v4_routes["NAM"] > 0


def test_govtech_maturity_by_edition():
    d = load("govtech_maturity")
    by_year = d.groupby(year(d.year))
    assert by_year.size().to_dict() == {2020: 198, 2022: 198, 2025: 197}
    assert by_year.enablers.mean().round(2)[[2022, 2025]].tolist() == [0.54, 0.61]
    wide = d.pivot(index="iso3", columns="year", values="group").dropna()
    first, last = (wide[c].map({"D": 0, "C": 1, "B": 2, "A": 3}).astype(int) for c in wide.columns[1:])
    assert ((first == last).sum(), (last > first).sum(), (last < first).sum()) == (157, 29, 11)
    top = d[d.group == "A"].groupby(year(d.year)).size()
    assert (round(100 * top[2022] / 198), round(100 * top[2025] / 197)) == (
        35,
        41,
    )  # as the World Bank published
    assert {"XKX", "PSE", "ROU", "TLS", "COD", "AND"} <= set(d.iso3)


def test_data_protection_rules_of_2021():
    d = load("data_barometer")
    assert len(d) == 109
    assert d.protection.value_counts().to_dict() == {"force of law": 85, "without full force": 13, "none": 11}
    assert d.sharing.value_counts().to_dict() == {"force of law": 42, "none": 41, "without full force": 26}
    assert d.reach.isna().sum() == 9 and d.breach.value_counts()["yes"] == 53
    assert d.set_index("iso3").protection["AGO"] == "force of law"


def test_ransom_payments_are_a_floor_that_adds_up():
    d = load("ransom_payments")
    assert (len(d), d.family.nunique(), d.n.sum()) == (758, 105, 20928)
    assert d.usd.sum() == pytest.approx(375.2e6, rel=0.001)
    last = d[d.month.dt.year == 2024]
    assert last.n.sum() == 8 and last.usd.sum() == pytest.approx(88.3e6, rel=0.001)
    assert set(last.family) == {"BlackCat"}


def test_us_listings_have_their_days():
    d = load("us_cyber_listings")
    assert (len(d), d.first_seen.notna().sum(), d.cyber.sum(), d.election.sum()) == (291, 108, 251, 101)
    assert (d.cyber | d.election).all() and (d.election & ~d.cyber).sum() == 40
    assert set(load("us_sanctions").entity_number) <= set(d.entity_number)
    wait = (d.first_seen - d.not_yet_on).dt.days.dropna()
    assert len(wait) == 108 and wait.between(1, 11).all() and (wait <= 2).sum() == 73
    seen = d.assign(day=d.first_seen.dt.strftime("%Y-%m-%d"))
    for name, day in (
        ("SUEX OTC", "2021-09-21"),
        ("CHATEX", "2021-11-08"),
        ("TORNADO CASH", "2022-08-08"),
        ("MATVEEV, Mikhail", "2023-05-16"),
        ("KHOROSHEV", "2024-05-08"),
    ):
        assert day in set(seen[seen.name.str.startswith(name)].day), name


def test_trade_clauses_are_a_sketch():
    d = load("trade_clauses")
    assert len(d) == 775 and (d.iso3_a < d.iso3_b).all()
    assert (d.protection_first.notna().sum(), d.flow_first.notna().sum()) == (133, 127)
    clause = d[d.flow_first.notna()]
    assert not clause[["iso3_a", "iso3_b"]].isin(["DEU", "FRA", "ITA", "ESP", "POL"]).any(axis=None)
