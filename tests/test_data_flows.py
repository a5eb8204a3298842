"""Data flows: totals as published, keys that hold, and the traps that SOURCE.md names."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from cyberdip_utils import about, load
from cyberdip_utils.data import shapes, shapes_bytes

RAW = Path(os.environ.get("CYBERDIP_RAW") or Path(__file__).resolve().parents[2] / "shared" / "sources")
KEPT = Path(__file__).resolve().parents[1] / "data" / "raw"
NON_COMMERCIAL = {
    "CC-BY-NC-SA-3.0": [
        "cables",
        "cable_owners",
        "cable_landings",
        "cable_list_2026",
        "cable_landing_points_2026",
        "cable_routes",
        "cables_2022",
        "cable_owners_2022",
        "cable_suppliers_2022",
        "cable_landings_2022",
        "exchanges",
    ],
    "CC-BY-NC-4.0": [
        "chip_stages",
        "chip_inputs",
        "chip_providers",
        "chip_provider_names",
        "chip_shares",
        "chip_edges",
    ],
}
TABLES = """
digital_services digital_services_groups ict_use_by_business removal_requests data_requests adequacy cbpr
eu_us_frameworks export_control_dates export_control_states wassenaar vendor_5g_decisions chip_stages chip_inputs chip_providers
chip_provider_names chip_shares chip_edges chip_trade taiwan_chip_exports taiwan_chip_exports_by_product cables
cable_owners cable_landings cable_list_2026 cable_landing_points_2026 cloud_regions exchanges kev kev_weaknesses
country_pairs
""".split()


def raw(path: str) -> pd.DataFrame:
    """A raw file as text; skipped where the folder is not there."""
    for folder in (RAW, KEPT):
        if (folder / path).is_file():
            return pd.read_csv(folder / path, dtype=str, keep_default_na=False)
    pytest.skip(f"raw files not there: {RAW / path}")


def number(values: pd.Series) -> pd.Series:
    return pd.to_numeric(values, errors="coerce")


@pytest.mark.parametrize("name", TABLES)
def test_codes_are_those_of_the_states_table(name):
    frame, known = load(name), set(load("states").iso3)
    for column in [c for c in frame if "iso3" in c]:
        assert set(frame[column].dropna()) <= known


@pytest.mark.parametrize("name", TABLES)
def test_no_text_cell_is_the_word_nan(name):
    frame = load(name).select_dtypes(["object", "string", "category"])
    for column in frame:
        assert not frame[column].astype("string").isin(["nan", "None", "<NA>", "n.a."]).any(), column


@pytest.mark.parametrize(
    ("code", "name"), [(code, name) for code, names in NON_COMMERCIAL.items() for name in names]
)
def test_non_commercial_terms_are_marked(code, name):
    from cyberdip_utils.data import _entry

    entry = _entry(name)
    assert [x["name"] for x in entry["licenses"]] == [code]
    assert all("creativecommons.org/licenses/by-nc" in x["path"] for x in entry["licenses"])
    assert any("no commercial use" in c for c in entry["caveats"])


def test_no_other_table_of_these_publishers_escapes_the_mark():
    from cyberdip_utils.data import _manifest, data_folder

    marked = {n for names in NON_COMMERCIAL.values() for n in names}
    for name, entry in _manifest(data_folder()).items():
        theirs = any(s["id"].startswith(("telegeography", "eto_")) for s in entry["sources"])
        assert theirs == (name in marked)


# digital services


def test_digital_services_counts():
    d, g = load("digital_services"), load("digital_services_groups")
    assert len(d) + len(g) == 2609 + 233 + 2647 + 232
    assert len(g) == 56
    assert (d.value_musd.isna() == (d.status == "missing")).all()
    assert set(d.year) == set(range(2010, 2024))
    n = d[d.status == "missing"].flow.value_counts()
    assert (n["exports"], n["imports"]) == (233, 232)


def test_missing_exports_of_2023_are_71_of_203_areas():
    d, g = load("digital_services"), load("digital_services_groups")
    last = d[(d.year == 2023) & (d.flow == "exports")]
    groups = g[(g.year == 2023) & (g.flow == "exports")]
    assert len(last) + len(groups) == 203
    assert last.value_musd.isna().sum() + groups.value_musd.isna().sum() == 71


@pytest.mark.parametrize(("year", "share"), [(2010, 0.970), (2015, 0.994), (2020, 0.989), (2023, 0.967)])
def test_economies_add_up_to_less_than_the_world_row(year, share):
    d, g = load("digital_services"), load("digital_services_groups")
    ours = d[(d.year == year) & (d.flow == "exports")].value_musd.sum()
    world = g[(g.year == year) & (g.flow == "exports") & (g.area == "WLD")].value_musd.sum()
    assert ours / world == pytest.approx(share, abs=0.001)


def test_digital_services_hard_names():
    d = load("digital_services")
    for code in ("NAM", "TWN", "HKG", "MAC", "XKX", "PSE", "SRB", "MNE"):
        assert (d.iso3 == code).sum() >= 14, code
    assert not d.iso3.isin(["WLD", "SSF"]).any()


def test_ict_use_counts_and_ranges():
    d = load("ict_use_by_business")
    assert len(d) == 8156 - 5721
    odd = d[~d.value_pct.between(0, 100)]
    assert odd[["iso3", "year", "indicator"]].values.tolist() == [["PHL", 2017, "B10"]]  # as in the source
    assert d.indicator.nunique() == 12
    assert d.groupby("indicator", observed=True).iso3.nunique().max() == 69


# requests to platforms


def test_google_removals_as_published():
    d = load("removal_requests").query("company == 'Google'")
    assert len(d) == 27991
    assert d.n.sum() == 603110
    assert d["items"].sum() == 7839387
    assert d.removed_law.sum() == 4747813
    assert d.removed_rules.sum() == 354121
    assert d.not_found.sum() == 831673
    assert (d.half.min(), d.half.max(), d.half.nunique()) == ("2011H1", "2025H2", 30)
    assert d["product"].nunique() == 61
    assert d.reason.nunique() == 22
    assert (d["product"] == "Unnamed").sum() == 18


def test_google_outcomes_add_up_to_the_items():
    d = load("removal_requests").query("company == 'Google'")
    parts = d[
        [
            "removed_law",
            "removed_rules",
            "not_found",
            "too_little_information",
            "no_action",
            "already_removed",
        ]
    ].sum(axis=1)
    assert (parts == d["items"]).mean() > 0.996


def test_askers_that_are_no_country_have_names():
    for name in ("removal_requests", "data_requests"):
        d = load(name)
        assert set(d[d.iso3.isna()].asker) <= {"INTERPOL", "EUROPOL", "UNKNOWN", "ALL"}
        assert (d.asker == d.iso3)[d.iso3.notna()].all()
    d = load("removal_requests")
    assert {"INTERPOL", "EUROPOL", "UNKNOWN"} <= set(d.asker)
    for code in ("XKX", "TWN", "HKG", "PSE", "SRB", "RUS"):
        assert (d.iso3 == code).any(), code
    one = d[(d.half == "2021H2") & (d.iso3 == "GBR") & (d.reason == "Regulated goods and services")]
    assert ((one.branch == "Other") & (one["product"] == "Web Search")).sum() == 1  # Google's code UK


def test_every_country_name_of_google_and_apple_is_kept():
    g = raw("flows/transparency_reports/google_government_removals.csv.gz")
    d = load("removal_requests").query("company == 'Google'")
    ours = d.groupby("asker").n.sum()
    theirs = number(g.num_requests).groupby(g.country_code).sum()
    assert len(ours) == len(theirs) - 1  # the code UK joins GB
    assert ours["UNKNOWN"] == theirs[""]
    assert ours["GBR"] == theirs["GB"] + theirs["UK"]
    assert ours.sum() == theirs.sum()
    a = raw("flows/transparency_reports/apple_government_requests.csv.gz")
    apple = load("data_requests").query("company == 'Apple'")
    both = set(apple.asker) | set(load("removal_requests").query("company == 'Apple'").asker)
    assert len(both) == a.country.nunique() == 123


def test_apple_as_published():
    a = raw("flows/transparency_reports/apple_government_requests.csv.gz")
    down = a.request_type.str.startswith("app_takedown")
    removals, data = load("removal_requests"), load("data_requests")
    removals, data = removals.query("company == 'Apple'"), data.query("company == 'Apple'")
    assert len(removals) + len(data) == len(a) == 4802
    assert data.requests.sum() == number(a.requests_received[~down]).sum()
    assert removals["items"].sum() == number(a.items_specified[down]).sum()
    assert removals[["removed_law", "removed_rules"]].sum().sum() == number(a.apps_removed[down]).sum()
    us = data[(data.iso3 == "USA") & (data.half == "2025H1") & (data.request_type == "account")].iloc[0]
    assert us.requests == 15989
    assert us.provided == 7445 + 7107  # 91 % as Apple prints it
    assert round(100 * us.provided / us.requests) == 91


def test_github_and_korea_as_published():
    h = raw("flows/transparency_reports/github_transparency.csv")
    d = load("data_requests").query("company == 'GitHub'")
    abroad = d[d.request_type == "cross-border by country"]
    assert abroad.requests.sum() == number(h[h.dataset == "cross_border_data_requests"].count_low).sum()
    assert abroad.iso3.notna().all()
    assert d[d.asker == "ALL"].iso3.isna().all()
    removals = load("removal_requests").query("company == 'GitHub'")
    assert removals.n.sum() == number(h[h.dataset == "government_takedowns_received"].count_low).sum()
    done = h[(h.dataset == "government_takedowns_processed") & (h.metric == "repos_affected")]
    assert removals[["removed_law", "removed_rules"]].sum().sum() == number(done.count_low).sum()
    k = raw("flows/transparency_reports/korea_transparency.csv")
    d = load("data_requests").query("company in ['Naver', 'Kakao']")
    assert len(d) == 28 * 12
    for metric, column in (("requests", "requests"), ("accounts", "items"), ("processed", "provided")):
        told = number(k[k.metric == metric].value)
        assert d[column].sum() == told[told >= 0].sum()  # the copy writes -1 where Kakao tells no number
    assert not (d["items"] < 0).any() and d["unit_of_items"].notna().equals(d["items"].notna())
    assert set(d.iso3) == {"KOR"}


# chips


def test_chip_counts():
    assert load("chip_inputs").kind.value_counts().to_dict() == {
        "tool": 90,
        "material": 17,
        "process": 11,
        "design": 7,
        "stage": 3,
        "output": 1,
    }
    assert len(load("chip_shares")) == 1300
    assert len(load("chip_edges")) == 139
    p = load("chip_providers")
    assert p.kind.value_counts().to_dict() == {"organisation": 373, "country": 22, "residual": 1}
    assert p.provider.is_unique
    assert set(p[p.iso3.isna()].kind) <= {"residual", "organisation"}
    assert p[p.name == "Taiwan"].iso3.item() == "TWN"


def test_country_shares_of_96_inputs_add_up():
    s = load("chip_shares").query("kind != 'organisation'").dropna(subset="share_pct")
    assert len(s) == 510
    total = s.groupby("input").share_pct.sum()
    assert len(total) == 96
    assert total.between(99, 102).all()
    assert (s.groupby("input").year.nunique() == 1).all()


def test_chip_share_years():
    assert load("chip_shares").year.value_counts().to_dict() == {2025: 977, 2019: 264, 2022: 43, 2021: 16}


def test_market_sizes_are_read_right():
    d = load("chip_inputs").set_index("name")
    assert d.at["Chip design", "market_musd"] == 574100
    assert d.at["Crystal growing furnaces", "market_musd"] == 44
    assert d.at["Advanced CPUs", "market_scope"] == "microprocessors"
    assert d.at["Advanced CPUs", "market_year"] == 2019
    given = raw("flows/eto_chip_supply_chain/inputs.csv").market_share_chart_global_market_size_info
    assert (
        d.market_musd.drop(["Design", "Assembly, testing, and packaging (ATP)"]).notna().sum()
        == (given != "").sum()
    )


def test_edges_have_no_circle():
    import networkx as nx

    e = load("chip_edges")
    assert nx.is_directed_acyclic_graph(nx.DiGraph(list(zip(e.input, e.target, strict=True))))


# trade in circuits


def test_comtrade_counts_and_taiwan():
    d = load("chip_trade")
    assert len(d) == 1686
    assert d.iso3.nunique() == 180
    n = d.groupby("year").iso3.nunique()
    assert n[2024] == 86
    assert n.drop(2024).between(140, 151).all()
    assert set(d[d.stand_in].iso3) == {"TWN"} == set(d[d.iso3 == "TWN"].iso3)
    assert d[d.iso3 == "TWN"].stand_in.all()
    assert set(d[d.iso3 == "TWN"].year) == set(range(2013, 2024))
    assert (d.iso3 == "HKG").any() and (d.iso3 == "NAM").any() and (d.iso3 == "PSE").any()


def test_taiwan_by_destination_equals_by_product():
    a, b = load("taiwan_chip_exports"), load("taiwan_chip_exports_by_product")
    assert len(a) == 1567
    assert a.destination.nunique() == 199
    assert len(b) == 289
    assert b.hs11.nunique() == 23
    by_year = a.groupby("year").value_usd.sum(), b.groupby("year").value_usd.sum()
    assert (by_year[0] - by_year[1]).abs().max() < 200  # rounding to dollars
    assert by_year[0][2022] / 1e9 == pytest.approx(184.136, abs=0.001)
    assert set(a[a.iso3.isna()].destination) == {"Others"}
    assert a[a.part_year].year.unique().tolist() == [2025]
    named = a.drop_duplicates("destination").set_index("destination").iso3
    assert named["Kosovo"] == "XKX"
    assert named["Netherlands Antilles"] == "ANT"
    assert named["Namibia"] == "NAM"
    assert named["East Timor"] == "TLS"
    assert named.dropna().is_unique


def test_two_views_of_taiwans_exports_agree_roughly():
    ours = load("taiwan_chip_exports").groupby("year").value_usd.sum()
    theirs = load("chip_trade").query("iso3 == 'TWN'").set_index("year").value_usd
    ratio = (ours / theirs).dropna()
    assert ratio.between(0.8, 1.25).all()


# cables


def test_cable_counts():
    c, links = load("cables"), load("cable_landings")
    assert len(c) == 484
    assert len(links) == 2144
    assert links.landing.nunique() == 1299
    assert (links.groupby("cable").size() == c.set_index("cable").n_landings).all()
    assert links.undecided.sum() == 3
    assert (~c.in_2026).sum() == 71
    assert c.length_km.isna().sum() == 32
    assert load("cable_list_2026").in_2021.sum() == 484 - 71
    assert len(load("cable_list_2026")) == 693
    assert (~load("cable_list_2026").has_route).sum() == 1
    assert len(load("cable_landing_points_2026")) == 1910


def test_every_landing_country_is_mapped():
    theirs = raw("flows/submarine_cables/cable_landing_links_2021.csv")
    d = load("cable_landings").merge(
        theirs.assign(landing=number(theirs.landing_point_id))[["cable_slug", "landing", "country"]],
        left_on=["cable", "landing"],
        right_on=["cable_slug", "landing"],
    )
    assert len(d) == 2144
    names = d.groupby("country").iso3.agg(lambda s: sorted(set(s)))
    assert len(names) == 182
    several = names[names.map(len) > 1]
    assert several.to_dict() == {"United States": ["GUM", "PRI", "USA", "VIR"]}
    expected = {
        "Rep.": "COG",
        "Dem. Rep.": "COD",
        "Taiwan": "TWN",
        "Namibia": "NAM",
        "Netherlands Antilles": "BES",
        "Sint Eustatius and Saba": "BES",
        "Saint Martin": "MAF",
        "Sint Maarten": "SXM",
        "Micronesia": "FSM",
        "Côte d'Ivoire": "CIV",
        "Curaçao": "CUW",
        "Virgin Islands (U.K.)": "VGB",
    }
    assert {n: names[n] for n in expected} == {n: [c] for n, c in expected.items()}
    places = d[d.country == "Rep."].place.tolist()
    assert places
    assert all(p == "Pointe-Noire" for p in places)


def test_cable_dates():
    c = load("cables").set_index("cable")
    assert c.at["2africa", "ready_on"] == pd.Timestamp("2023-01-01")
    assert c.at["2africa", "ready_on_precision"] == "year"
    assert c.at["2africa", "planned"]
    dated = c.dropna(subset="ready_on")
    assert dated.ready_on_precision.notna().all()
    assert dated.ready_on.dt.year.between(1989, 2024).all()
    assert not dated[dated.ready_on < "2021-01-01"].planned.any()
    assert dated[dated.ready_on > "2021-06-30"].planned.all()
    assert dated[dated.planned.isna()].ready_on.dt.year.unique().tolist() == [2021]


def test_owners_are_whole_names():
    o = load("cable_owners")
    assert not o.owner.str.fullmatch(r"(Inc|LLC|Lda|Ltd)\.?( \(\w+\))?").any()
    assert o.owner.str.contains(", Inc").any()
    assert not o.owner.str.contains("  ").any()
    assert set(o[o.cable == "2africa"].owner) == {
        "Facebook",
        "Vodafone",
        "MTN Group",
        "China Mobile",
        "WIOCC",
        "Orange",
        "Telecom Egypt",
        "Saudi Telecom",
    }


@pytest.mark.parametrize(
    "name", ["cable_landings", "cable_landing_points_2026", "cloud_regions", "exchanges"]
)
def test_places_are_on_the_globe(name):
    d = load(name)
    assert d.lon.between(-180, 180).all()
    assert d.lat.between(-90, 90).all()


@pytest.mark.parametrize(
    "name", ["cable_landings", "cable_landing_points_2026", "cloud_regions", "exchanges"]
)
def test_places_lie_near_their_country(name):
    """A wrong code would put a point far from every known point of that country."""
    d, s = load(name), load("state_points").set_index("iso3")
    far = []
    for row in d.itertuples():
        if row.iso3 in {
            "USA",
            "RUS",
            "CAN",
            "FRA",
            "GBR",
            "NLD",
            "NOR",
            "ESP",
            "PRT",
            "CHL",
            "AUS",
            "BRA",
            "IDN",
        }:
            continue
        state = s.loc[row.iso3]
        turn = abs(row.lon - state.lon)
        if min(turn, 360 - turn) > 32 or abs(row.lat - state.lat) > 25:
            far.append((row.iso3, row.lon, row.lat))
    assert not far, far[:5]


def test_routes():
    assert len(shapes_bytes("cable_routes")) < 1_200_000
    features = shapes("cable_routes")["features"]
    cables = {2021: set(load("cables").cable), 2026: set(load("cable_list_2026").query("has_route").cable)}
    for year, known in cables.items():
        drawn = [f["properties"]["cable"] for f in features if f["properties"]["edition"] == year]
        assert len(drawn) == len(set(drawn))
        assert set(drawn) == known
    for f in features:
        lines = f["geometry"]["coordinates"]
        assert lines
        for line in lines:
            assert len(line) >= 2
            assert all(-180.01 <= x <= 180.01 and -90 <= y <= 90 for x, y in line)


# clouds and exchanges


def test_cloud_regions_and_the_rows_behind_them():
    d = load("cloud_regions")
    assert len(d) == 308
    assert d.n_listings.sum() == 357
    listed = d.groupby("status", observed=True).n_listings.sum().to_dict()
    assert listed == {"in service": 315, "announced": 42}
    assert d.iso3.nunique() == 47
    assert d.groupby("provider", observed=True).n_listings.sum().to_dict() == {
        "Microsoft Azure": 90,
        "Oracle Cloud": 65,
        "Google Cloud": 52,
        "Amazon Web Services": 51,
        "Alibaba Cloud": 35,
        "Huawei Cloud": 27,
        "Tencent Cloud": 24,
        "IBM Cloud": 13,
    }
    assert (d.iso3 == "TWN").any() and (d.iso3 == "HKG").sum() >= 0
    assert d[d.government].iso3.isin(["USA", "GBR", "AUS"]).all()
    assert not (d.code == "null").any()


def test_exchange_counts():
    d = load("exchanges")
    assert len(d) == 920
    assert d.n_buildings.sum() == 2127
    assert d.city.notna().all()
    slugs = raw("flows/internet_exchanges/ixp_buildings_2020.csv")
    slugs = slugs.drop_duplicates("exchange_slug").set_index("exchange_slug").country_slug
    names = d.assign(slug=d.exchange.map(slugs)).groupby("slug").iso3.agg(lambda s: sorted(set(s)))
    assert len(names) == 126
    assert {k: v for k, v in names.items() if len(v) > 1} == {"united-states": ["ARG", "GUM", "PRI", "USA"]}
    assert d.set_index("exchange").at["cabase-san-juan-san-juan-pr-united-states", "iso3"] == "ARG"
    expected = {
        "palestinian-territory": "PSE",
        "taiwan": "TWN",
        "cte-divoire": "CIV",
        "runion": "REU",
        "congo-rep-": "COG",
        "congo-dem-rep-": "COD",
        "netherlands-antilles": "CUW",
    }
    assert {n: names[n] for n in expected} == {n: [c] for n, c in expected.items()}


# software


def test_kev_as_published():
    d = load("kev")
    assert len(d) == 1404
    assert d.ransomware.value_counts().to_dict() == {"unknown": 1111, "known": 293}
    assert (d.added_on.min(), d.added_on.max()) == (pd.Timestamp("2021-11-03"), pd.Timestamp("2025-08-25"))
    assert d.cve.str.fullmatch(r"CVE-\d{4}-\d{4,}").all()
    early = d[d.due_on <= d.added_on]
    assert len(early) == 15
    assert (early.due_on < "2021-11-03").all()
    assert load("kev_weaknesses").cwe.str.fullmatch(r"CWE-\d+").all()
    assert (d.vendor == "Microsoft").sum() == 340


def test_kept_raw_copies_are_the_raw_files_without_the_text():
    full = raw("flows/cisa_kev/known_exploited_vulnerabilities.csv.gz")
    kept = pd.read_csv(KEPT / "flows" / "cisa_kev" / "kev_facts.csv", dtype=str, keep_default_na=False)
    assert kept.equals(full[kept.columns])
    assert not {"shortDescription", "requiredAction", "notes"} & set(kept)


# pairs


def test_country_pairs():
    d = load("country_pairs")
    assert len(d) == 224 * 223 // 2
    assert (d.iso3_o < d.iso3_d).all()
    assert len(set(d.iso3_o) | set(d.iso3_d)) == 224
    known = set(d.iso3_o) | set(d.iso3_d)
    assert {"ROU", "COD", "TLS", "PSE", "SCG", "TWN", "HKG", "NAM"} <= known
    assert not {"ROM", "ZAR", "TMP", "PAL", "YUG"} & known
    pair = d.set_index(["iso3_o", "iso3_d"])
    assert pair.at[("DEU", "FRA"), "contiguous"]
    assert pair.at[("GBR", "IND"), "colonial_link"]
    assert not pair.at[("CHN", "TWN"), "contiguous"]
    assert pair.at[("FRA", "USA"), "distance_km"] == pytest.approx(5838, abs=150)
    assert d.distance_km.between(1, 20100).all()


def test_country_pairs_equal_the_directed_source():
    theirs = raw("flows/cepii_geodist/dist_cepii.csv.gz")
    assert len(theirs) == 50176
    d = load("country_pairs")
    off = theirs[theirs.iso_o != theirs.iso_d]
    for old, new in (
        ("contig", "contiguous"),
        ("comlang_off", "official_language"),
        ("colony", "colonial_link"),
    ):
        assert 2 * d[new].sum() == (off[old] == "1").sum()
    assert 2 * number(off["dist"]).sum() / 2 == pytest.approx(2 * d.distance_km.sum(), rel=1e-5)
    assert d.distance_weighted_km.isna().sum() * 2 == (off.distw == "").sum()


# regimes of data and controls


def test_adequacy_and_frameworks_agree():
    a, f = load("adequacy"), load("eu_us_frameworks")
    assert len(a) == 20
    assert (a.status == "invalidated").sum() == 2
    assert set(a[a.iso3.isna()].entity) == {"European Patent Organisation"}
    us = a[a.iso3 == "USA"].set_index("decision")
    assert set(us.index) == set(f.decision)
    for row in f.itertuples(index=False):
        theirs = us.loc[row.decision]
        assert theirs["from"] == f.set_index("decision").at[row.decision, "from"]
        assert (theirs["to"] == row.to) or (pd.isna(theirs["to"]) and pd.isna(row.to))
    assert (f["to"].isna() == (f.status == "in force")).all()
    assert (a["to"].notna() == (a.status == "invalidated")).all()


def test_cbpr_and_wassenaar():
    c, w = load("cbpr"), load("wassenaar")
    assert c.role.value_counts().to_dict() == {"member": 9, "associate": 4}
    assert c.set_index("entity").iso3["Chinese Taipei"] == "TWN"
    assert set(c[c.iso3.isna()].entity) == {"Dubai International Financial Centre"}
    assert c.founding_signatory.sum() == 7
    assert len(w) == 42
    assert w.founding.sum() == 33
    assert {"CHN", "TWN", "ISR"}.isdisjoint(w.iso3)
    assert {"RUS", "UKR", "IND", "TUR", "KOR"} <= set(w.iso3)


def test_export_controls():
    d, s = load("export_control_dates"), load("export_control_states")
    assert set(d.measure_id) == set(s.measure_id)
    assert s.measure_id.value_counts().max() == 3
    assert d.date.is_monotonic_increasing or d.measure_id.is_unique
    assert {"USA", "CHN", "NLD", "JPN", "TWN", "EUU"} == set(s.iso3)
    first = d[(d.date == "2022-10-07") | (d.date == "2023-10-25")]
    assert len(first) >= 2
    assert d[["source", "url"]].notna().all(axis=None)


def test_5g_decisions_name_their_source():
    d = load("vendor_5g_decisions")
    assert len(d) == 11
    assert d[["source", "url"]].notna().all(axis=None)
    assert d.url.str.startswith("https://").all()
    assert d.set_index("iso3").at["GBR", "date"] == pd.Timestamp("2020-07-14")
    assert "not complete" in about("vendor_5g_decisions").coverage


@pytest.mark.parametrize("name", [*TABLES, "cable_routes"])
def test_each_has_traps_licence_and_source(name):
    a = about(name)
    assert a.caveats
    assert a.licence
    assert a.citation
    assert len(a.title) < 80
