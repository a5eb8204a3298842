"""The frame: states, groups, World Bank series and the world's shapes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from cyberdip_utils import about, load
from cyberdip_utils.data import shapes, shapes_bytes

ROOT = Path(__file__).resolve().parents[1]
RAW = Path(os.environ.get("CYBERDIP_RAW") or ROOT.parent / "shared" / "sources")


@pytest.fixture(scope="module")
def raw():
    if not (RAW / "governance").is_dir():
        pytest.skip(f"no raw files in {RAW}")
    return RAW


@pytest.fixture(scope="module")
def states():
    return load("states").set_index("iso3")


def test_who_is_in(states):
    assert states["kind"].value_counts().to_dict() == {
        "un_member": 193,
        "territory": 51,
        "historic": 8,
        "non_member": 4,
        "un_observer": 2,
        "organisation": 1,
    }
    assert (states["member_of_un"] == (states["kind"] == "un_member")).all()
    hard = {
        "TWN": "non_member",
        "XKX": "non_member",
        "PSE": "un_observer",
        "VAT": "un_observer",
        "HKG": "territory",
        "ESH": "territory",
        "EUU": "organisation",
        "NAM": "un_member",
        "SCG": "historic",
        "SUN": "historic",
    }
    for iso3, kind in hard.items():
        assert states.at[iso3, "kind"] == kind
    assert states.at["NAM", "alpha2"] == "NA"
    assert states.loc[["TWN", "XKX", "PSE", "ESH"], "disputed"].all()
    assert states.loc[states["disputed"], "status_note"].notna().all()


def test_codes_are_unique_and_agree_with_iso(states):
    pycountry = pytest.importorskip("pycountry")
    for column in ("alpha2", "numeric", "name"):
        assert not states[column].dropna().duplicated().any()
    for c in pycountry.countries:
        assert states.at[c.alpha_3, "alpha2"] == c.alpha_2 and states.at[c.alpha_3, "numeric"] == c.numeric
    ours = set(states.index) - {c.alpha_3 for c in pycountry.countries}
    assert ours == {"XKX", "EUU", "EAZ", "SCG", "YUG", "SUN", "CSK", "DDR", "YMD", "ANT"}
    withdrawn = {c.alpha_3 for c in pycountry.historic_countries if hasattr(c, "alpha_3")}
    assert ours - withdrawn == {"XKX", "EUU", "EAZ"}


def test_un_members_are_those_of_the_2025_votes(states, raw):
    head = pd.read_csv(raw / "governance/un_votes/unga_2025_recorded_votes.csv.gz", nrows=1).columns
    columns = {c for c in head if len(c) == 3 and c.isupper()}
    members = set(states.index[states["member_of_un"]])
    assert columns < members and members - columns == {"AFG", "VEN"}  # two without a vote in 2025


def test_historic_states_end(states):
    old = states[states["kind"] == "historic"]
    assert old["valid_to"].notna().all() and (old["valid_from"] < old["valid_to"]).all()
    assert states.loc[states["kind"] != "historic", "valid_to"].isna().all()


def test_regions_and_population(states):
    assert set(states["un_region"].dropna()) == {"Africa", "Americas", "Asia", "Europe", "Oceania"}
    assert states.loc[states["kind"] == "un_member", "un_subregion"].notna().all()
    known = states["population"].dropna()
    assert known.idxmax() == "CHN" and 7.5e9 < known.sum() < 7.9e9
    assert states.loc[["CYP", "XKX", "TWN", "PSE"], "population"].notna().all()


def test_gdp_and_internet_users(states):
    for name, rows in (("gdp", 7216), ("internet_users", 6224)):
        frame = load(name)
        assert len(frame) == rows and (frame["value"] >= 0).all()
        assert {"XKX", "NAM", "PSE", "HKG"} <= set(frame["iso3"])
        assert ("EUU" in set(frame["iso3"])) == (name == "gdp")
        assert not {"WLD", "ARB", "TWN"} & set(frame["iso3"])
    net = load("internet_users")
    assert net["value"].max() <= 100
    latest = load("gdp").sort_values("year").groupby("iso3").tail(1).set_index("iso3")
    assert (states.loc[latest.index, "gdp_per_capita_usd"] == latest["value"]).all()
    assert (states.loc[latest.index, "gdp_year"] == latest["year"]).all()


def test_world_bank_rows_add_up(raw):
    for key, name, out in (
        ("wdi_gdp_1990_on", "gdp", 1670),
        ("wdi_internet_users_pct_1990_on", "internet_users", 693),
    ):
        source = pd.read_csv(raw / f"governance/country_frame/{key}.csv.gz", dtype=str, keep_default_na=False)
        assert len(source) == len(load(name)) + out
        assert f"{out:,} rows" in about(name).dropped[0]


def rings(geometry):
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [(i, ring) for part in parts for i, ring in enumerate(part)]


def area(ring):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False)) / 2


def inside(x, y, geometry):
    odd = False
    for _, ring in rings(geometry):
        for (x1, y1), (x2, y2) in zip(ring, ring[1:], strict=False):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


def test_shapes_are_drawable(states):
    world = shapes("world")
    assert len(shapes_bytes("world")) < 300_000
    ids = [f["id"] for f in world["features"]]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(states.index[~states["kind"].isin(["historic", "organisation"])])
    drawn = {f["id"] for f in world["features"] if f["geometry"]["type"] != "Point"}
    assert drawn == set(states.index[states["has_shape"]]) and len(drawn) == 202
    for f in world["features"]:
        assert f["properties"]["name"] == states.at[f["id"], "name"]
        if f["id"] not in drawn:
            lon, lat = f["geometry"]["coordinates"]
            assert -180 <= lon <= 180 and -90 <= lat <= 90
            continue
        for i, ring in rings(f["geometry"]):
            assert len(ring) >= 4 and ring[0] == ring[-1], f["id"]
            assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring), f["id"]
            assert (area(ring) < 0) == (i == 0) and area(ring) != 0, f["id"]  # outer rings clockwise
            assert all(a != b for a, b in zip(ring, ring[1:], strict=False)), f["id"]


@pytest.mark.parametrize(
    ("place", "lon", "lat", "iso3"),
    [
        ("Pristina", 21.0, 42.6, "XKX"),
        ("Hargeisa", 44.06, 9.56, "SOM"),
        ("Crimea", 34.1, 45.0, "UKR"),
        ("Kyiv", 30.5, 50.4, "UKR"),
        ("Taipei", 121.4, 24.9, "TWN"),
        ("Cyprus, south", 32.7, 34.9, "CYP"),
        ("Cyprus, north", 33.6, 35.28, "CYP"),
        ("Ramallah", 35.2, 31.9, "PSE"),
        ("Moscow", 37.6, 55.7, "RUS"),
        ("Paris", 2.3, 48.8, "FRA"),
        ("Oslo", 10.7, 60.0, "NOR"),
        ("Windhoek", 17.1, -22.6, "NAM"),
        ("Maseru", 28.0, -29.5, "LSO"),
    ],
)
def test_places_lie_where_the_caveats_say(place, lon, lat, iso3):
    found = [f["id"] for f in shapes("world")["features"] if f["geometry"]["type"] != "Point"]
    found = [
        f["id"]
        for f in shapes("world")["features"]
        if f["geometry"]["type"] != "Point" and inside(lon, lat, f["geometry"])
    ]
    assert found == [iso3], place


def test_points(states):
    points = load("state_points").set_index("iso3")
    assert set(points.index) == set(states.index[states["kind"] != "historic"])
    assert points["lon"].between(-180, 180).all() and points["lat"].between(-90, 90).all()
    for f in shapes("world")["features"]:
        if f["geometry"]["type"] == "Point":
            assert f["geometry"]["coordinates"] == points.loc[f["id"]].tolist()


def test_groups():
    groups = load("groups")
    now = groups[groups["to"].isna() & groups["status"].isin(["member", "suspended"])]
    sizes = now["group"].value_counts()
    expected = {
        "EU": 27,
        "NATO": 32,
        "G7": 7,
        "G20": 21,
        "OECD": 38,
        "Five Eyes": 5,
        "SCO": 10,
        "BRICS": 10,
        "Council of Europe": 46,
        "ASEAN": 11,
        "AU": 55,
        "AUKUS": 3,
    }
    extra = {"G7": 1}  # the EU takes part as an organisation
    for group, n in expected.items():
        assert sizes[group] - n in (0, extra.get(group, 0)), (group, sizes[group])
    assert not groups.duplicated(["group", "iso3", "from"]).any()
    ended = groups.dropna(subset=["from", "to"])
    assert (ended["from"] < ended["to"]).all()
    assert groups.loc[groups["iso3"].isna(), "note"].tolist() == ["African Union"]
    assert (groups["from"].isna() == (groups["from_precision"] == "none")).all()


def test_rebuilding_gives_the_same_bytes(raw):
    """The recipes of this family, run in this process, give the committed files."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, 'data'); import build\n"
        "from recipes.contract import Raw, as_text\n"
        "from recipes import states, world, groups, eurepoc, cfr, dcid, anchors\n"
        f"raw = Raw(folder=Path({str(raw)!r}), download=False)\n"
        "for m in (states, groups, eurepoc, cfr, dcid, anchors):\n"
        "    made = m.build(raw)\n"
        "    for t in m.TABLES:\n"
        "        same = build.to_csv(as_text(made[t.name], t)) == Path(f'data/tables/{t.name}.csv').read_bytes()\n"
        "        print(t.name, 'same' if same else 'DIFFERS')\n"
        "same = world.build_shapes(raw)['world'] == Path('data/shapes/world.geojson').read_bytes()\n"
        "print('world', 'same' if same else 'DIFFERS')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "DIFFERS" not in done.stdout and len(done.stdout.split("\n")) > 25, done.stdout


def test_raw_copies_are_the_files_in_sources_toml():
    import hashlib
    import tomllib

    sources = tomllib.loads((ROOT / "data" / "sources.toml").read_text(encoding="utf-8"))
    for sid in ("natural_earth", "wdi"):
        for f in sources[sid]["files"]:
            content = (ROOT / "data" / "raw" / f["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == f["sha256"], f["path"]
    assert json.loads((ROOT / "data/raw/governance/country_frame/ne_110m_missing.geojson").read_text())[
        "features"
    ]
