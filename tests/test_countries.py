"""Names and codes of states: the hard ones by name, errors that help, groups on a day."""

import pandas as pd
import pycountry
import pytest

from cyberdip_utils import countries as c
from cyberdip_utils.data import data_folder

HARD = {
    "TWN": ["Taiwan", "Taiwan, Province of China", "Chinese Taipei", "TAIWAN"],
    "XKX": ["Kosovo", "Republic of Kosovo", "XKX"],
    "PSE": [
        "Palestine",
        "Palestine, State of",
        "State of Palestine",
        "West Bank and Gaza",
        "Palestinian Territory, Occupied",
    ],
    "HKG": ["Hong Kong", "Hong Kong SAR, China", "Hong Kong, China (SAR)"],
    "MAC": ["Macao", "Macau"],
    "EUU": ["European Union", "EU", "EU (institutions)"],
    "NAM": ["Namibia", "NAM"],
    "SCG": ["Serbia and Montenegro", "Serbia & Montenegro"],
    "SRB": ["Serbia"],
    "YUG": ["Yugoslavia"],
    "SUN": ["USSR", "Soviet Union", "Union of Soviet Socialist Republics"],
    "DDR": ["German Democratic Republic"],
    "DEU": ["Germany", "Federal Republic of Germany"],
    "PRK": [
        "North Korea",
        "Korea, Democratic People's Republic of",
        "Korea, Democratic People’s Republic of",
        "Korea (Democratic People's Republic of)",
        "Korea, Dem. People's Rep.",
        "DPRK",
    ],
    "KOR": ["South Korea", "Korea, Republic of", "Republic of Korea", "Korea, Rep."],
    "COD": ["Congo, Dem. Rep.", "Democratic Republic of the Congo", "Congo - Kinshasa", "DR Congo"],
    "COG": ["Congo", "Congo, Rep.", "Republic of the Congo", "Congo - Brazzaville"],
    "GIN": ["Guinea"],
    "GNB": ["Guinea-Bissau"],
    "GNQ": ["Equatorial Guinea"],
    "PNG": ["Papua New Guinea"],
    "NER": ["Niger"],
    "NGA": ["Nigeria"],
    "DMA": ["Dominica"],
    "DOM": ["Dominican Republic"],
    "CZE": ["Czech Republic", "Czechia"],
    "SVK": ["Slovakia", "Slovak Republic"],
    "SVN": ["Slovenia"],
    "USA": ["United States", "United States of America", "U.S.", "the United States"],
    "UMI": ["United States Minor Outlying Islands"],
    "GBR": ["United Kingdom", "UK", "United Kingdom of Great Britain and Northern Ireland"],
    "TUR": ["Turkey", "Türkiye", "turkiye"],
    "CIV": ["Côte d'Ivoire", "Cote d’Ivoire", "Ivory Coast"],
    "STP": ["São Tomé & Príncipe", "Sao Tome and Principe"],
    "SWZ": ["Swaziland", "Eswatini"],
    "MKD": ["North Macedonia", "Macedonia, FYR"],
    "IRN": ["Iran", "Iran, Islamic Republic of", "Iran, Islamic Rep."],
    "VNM": ["Vietnam", "Viet Nam"],
    "LAO": ["Lao PDR", "Laos"],
    "RUS": ["Russia", "Russian Federation"],
    "VAT": ["Holy See", "Vatican City"],
    "ESH": ["Western Sahara"],
    "MMR": ["Myanmar (Burma)", "Burma"],
    "ARE": ["United Arab Emirates", "UAE"],
}


@pytest.mark.parametrize(("iso3", "written"), [(k, n) for k, names in HARD.items() for n in names])
def test_hard_names(iso3, written):
    assert c.code(written) == iso3


def test_every_code_and_name_finds_itself():
    table = c.states()
    for iso3, name in table["name"].items():
        assert c.code(iso3) == iso3
        assert c.code(name) == iso3
        assert c.name(iso3) == name


def test_alpha2_of_namibia_is_text_and_no_name():
    assert c.states().at["NAM", "alpha2"] == "NA"
    with pytest.raises(KeyError):
        c.code("NA")


def test_unknown_names_give_the_nearest():
    with pytest.raises(KeyError, match="did you mean Germany"):
        c.code("Germny")
    with pytest.raises(KeyError, match="South Korea, North Korea"):
        c.code("Korea")
    with pytest.raises(KeyError, match="no code 'GER'"):
        c.name("GER")
    assert c.code("Atlantis", default="") == ""


def test_names_file_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("CYBERDIP_DATA", str(tmp_path))
    with pytest.raises(c.DataError, match=r"state_names\.csv is missing"):
        c.code("Germany")


def test_regions():
    assert c.region("TWN") == "Asia"
    assert c.subregion("XKX") == "Southern Europe"
    assert c.region("ATA") == ""
    assert c.regions() == ["Africa", "Americas", "Asia", "Europe", "Oceania"]
    assert "NAM" in c.in_region("Africa")
    assert "TUR" in c.in_region("Western Asia")
    world = c.in_region("World")
    assert "TWN" in world and "EUU" not in world and "SUN" not in world
    with pytest.raises(ValueError, match="region: 'Atlantis'"):
        c.in_region("Atlantis")


def test_members_on_a_day():
    assert len(c.members("EU")) == 27
    assert "GBR" in c.members("EU", on="2019-12-31") and "GBR" not in c.members("EU", on="2021-01-01")
    assert len(c.members("EU", on="2013-06-30")) == 27 and len(c.members("EU", on="2013-07-01")) == 28
    assert len(c.members("NATO")) == 32
    assert "SWE" not in c.members("NATO", on="2024-01-01") and "SWE" in c.members("NATO", on="2024-06-01")
    assert c.members("G7") == ["CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"]
    assert c.members("Five Eyes") == ["AUS", "CAN", "GBR", "NZL", "USA"]
    assert len(c.members("G20")) == 19 and "EUU" not in c.members("G20")
    assert {"BRA", "RUS", "IND", "CHN", "ZAF"} <= set(c.members("BRICS")) and "SAU" not in c.members("BRICS")
    assert {"EU", "NATO", "G7", "G20", "BRICS", "SCO", "OECD", "Five Eyes"} <= set(c.groups())
    with pytest.raises(ValueError, match="group: 'Nato'"):
        c.members("Nato")
    with pytest.raises(ValueError, match="on: 'tomorrow-ish' is not a date"):
        c.members("EU", on="tomorrow-ish")


def test_policy_names_the_hard_cases():
    for word in ("Taiwan", "Kosovo", "Palestine", "Crimea", "European Union", "Western Sahara"):
        assert word in c.NAMING_POLICY


PUBLIC_LISTS = {  # names that lists of ISO, UNTERM, the UN, the World Bank, V-Dem and the Correlates of War print
    "ARE": ["United Arab Emirates (the)"],
    "ATF": ["French Southern Territories (the)"],
    "BEN": ["Dahomey"],
    "BFA": ["Upper Volta"],
    "BLR": ["Byelorussian SSR"],
    "CAF": ["Central African Republic (the)"],
    "COD": ["Dem. Rep. of the Congo", "Congo (the Democratic Republic of the)"],
    "COG": ["Congo (the)"],
    "COK": ["Cook Islands (the)"],
    "COM": ["Comoros (the)"],
    "FLK": ["Falkland Islands (the) [Malvinas]"],
    "FSM": ["Micronesia (Fed. States of)"],
    "GBR": ["United Kingdom of Great Britain and Northern Ireland (the)"],
    "GUY": ["the Co-operative Republic of Guyana"],
    "HKG": ["China, Hong Kong Special Administrative Region"],
    "HMD": ["Heard & McDonald Islands"],
    "IOT": ["British Indian Ocean Territory (the)"],
    "IRN": ["Iran (Islamic Rep. of)", "the Islamic Republic of Iran"],
    "ITA": ["the Republic of Italy"],
    "LAO": ["Lao People's Democratic Republic (the)", "Lao People's Dem. Rep.", "Lao P.D.R."],
    "LBY": ["the State of Libya"],
    "MAC": ["China, Macao Special Administrative Region"],
    "MDA": ["Moldova (the Republic of)", "Republic of Moldova (the)", "Rep. of Moldova"],
    "MKD": ["TFYR of Macedonia"],
    "MMR": ["the Republic of the Union of Myanmar"],
    "NER": ["Niger (the)"],
    "PHL": ["Philippines (the)"],
    "PRI": ["Puerto Rico (US)"],
    "PRK": [
        "Korea (the Democratic People's Republic of)",
        "Democratic People's Republic of Korea (the)",
        "Dem. People's Republic of Korea",
    ],
    "RWA": ["the Republic of Rwanda"],
    "SDN": ["Sudan (the)"],
    "SOM": ["Somalia, Fed. Rep."],
    "SWZ": ["Swaziland (Eswatini)"],
    "SYR": ["Syrian Arab Rep."],
    "TWN": ["China, Taiwan Province of", "Taiwan (Province of China)"],
    "TZA": ["Tanzania, the United Republic of", "United Rep. of Tanzania"],
    "UMI": ["U.S. Outlying Islands"],
    "USA": ["United States of America (the)"],
    "VAT": ["Holy See (the) *"],
    "WLF": ["Wallis and Futuna Islands"],
    "XKX": ["Kosovo (under UNSCR 1244)"],
    "YMD": ["Yemen People's Republic"],
    "ZWE": ["Southern Rhodesia"],
}


@pytest.mark.parametrize(("iso3", "written"), [(k, n) for k, names in PUBLIC_LISTS.items() for n in names])
def test_names_of_public_lists(iso3, written):
    assert c.code(written) == iso3


def test_every_name_of_iso_finds_its_code():
    for country in pycountry.countries:
        for form in ("name", "official_name", "common_name"):
            if written := getattr(country, form, ""):
                assert c.code(written) == country.alpha_3, written


def test_no_two_states_share_a_name():
    table = pd.read_csv(data_folder() / "curated" / "state_names.csv", dtype=str, keep_default_na=False)
    keys = table["name"].map(c._key)
    assert (table.groupby(keys)["iso3"].nunique() == 1).all()
    assert set(table["iso3"]) <= set(c.states().index)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("Somaliland", r"Somalia \(SOM\)"),
        ("German Federal Republic", "1955 to 1990"),
        ("Republic of Vietnam", r"never merged with Vietnam \(VNM\)"),
        ("Palestine/Gaza", r"Palestine \(PSE\)"),
    ],
)
def test_a_name_without_a_code_is_told_why(written, why):
    with pytest.raises(KeyError, match=why):
        c.code(written)
    assert c.code(written, default="") == ""


@pytest.mark.parametrize(
    "written", ["Austria-Hungary", "Bavaria", "Gran Colombia", "Channel Islands", "Korea", "NA"]
)
def test_what_is_no_single_state_stays_unknown(written):
    assert c.code(written, default="") == ""


def test_codes_of_the_correlates_of_war_are_refused():
    cow = pd.read_csv(data_folder() / "curated" / "cow_codes.csv", dtype=str, keep_default_na=False)
    assert len(cow) == cow["cow"].nunique() == 217
    with pytest.raises(KeyError, match="'GMY' is the code of Germany in the Correlates of War") as refused:
        c.code("GMY")
    for other in ("AUS", "CZE", "MAC", "MNG", "SLV", "SWZ"):
        assert other in str(refused.value)
    assert c.code("AUS") == "AUS" and c.name("AUS") == "Australia", "three letters are read as ISO"
    with pytest.raises(KeyError, match="Correlates of War"):
        c.codes(cow["cow"])
    with pytest.raises(KeyError, match="Correlates of War"):
        c.codes(["AUS", "SWZ", "FRN"])  # Austria, Switzerland, France
    assert c.codes(["Austria", "SWZ", "France", "Austria"]) == ["AUT", "SWZ", "FRA", "AUT"]


def test_names_of_the_correlates_of_war_are_never_another_state():
    cow = pd.read_csv(data_folder() / "curated" / "cow_codes.csv", dtype=str, keep_default_na=False)
    found = {
        row.cow: c.code(row.name_, default="") for row in cow.rename(columns={"name": "name_"}).itertuples()
    }
    right = {
        "AUS": "AUT",
        "CZE": "CSK",
        "MAC": "MKD",
        "MNG": "MNE",
        "SLV": "SVN",
        "SWZ": "CHE",
        "AUL": "AUS",
        "MON": "MNG",
    }
    right |= {
        "SAL": "SLV",
        "SWA": "SWZ",
        "CZR": "CZE",
        "GFR": "",
        "RVN": "",
        "AUH": "",
        "YAR": "YEM",
        "YPR": "YMD",
    }
    assert {k: found[k] for k in right} == right
    assert sum(v == "" for v in found.values()) == 17  # states that ended before ISO 3166, and Korea to 1905
