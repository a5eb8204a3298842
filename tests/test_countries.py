"""Names and codes of states: the hard ones by name, errors that help, groups on a day."""

import pytest

from cyberdip_utils import countries as c

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
