"""Places with their population: the shipped table, and the rules that make it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
sys.path.insert(0, str(ROOT / "scripts"))
build = importlib.import_module("build_places")

CODES = {"cvegeo": "str", "place_id": "str", "parent_cvegeo": "str", "other_parent_cvegeo": "str"}
GEOD = Geod(ellps="WGS84")
TO_PLANE = Transformer.from_crs("EPSG:4326", "EPSG:6372", always_xy=True)


@pytest.fixture(scope="module")
def places() -> pd.DataFrame:
    return pd.read_csv(DATA / "places.csv", dtype=CODES)


@pytest.fixture(scope="module")
def rejects() -> pd.DataFrame:
    return pd.read_csv(DATA / "places_rejects.csv", dtype=CODES)


@pytest.fixture(scope="module")
def census() -> pd.DataFrame:
    return pd.read_csv(DATA / "municipalities.csv", dtype=CODES)


@pytest.fixture(scope="module")
def young() -> pd.DataFrame:
    return pd.read_csv(DATA / "young_municipalities.csv", dtype=CODES)


# The shipped table


def test_every_municipality_sums_to_its_census_population(places: pd.DataFrame, census: pd.DataFrame) -> None:
    summed = places.groupby("cvegeo")["population_2020"].sum()
    assert summed.to_dict() == census.set_index("cvegeo")["pop_2020"].to_dict()
    assert len(summed) == 2469
    assert places["population_2020"].sum() == 126_014_024
    assert (places["population_2020"] > 0).all()


def test_no_geonames_place_is_lost_or_doubled(places: pd.DataFrame, rejects: pd.DataFrame) -> None:
    geonames = build.read_geonames()
    named = places.loc[places["match"] != "municipality_seat", "place_id"]
    assert len(geonames) == 16_875
    assert places["place_id"].is_unique
    assert sorted([*named, *rejects["place_id"]]) == sorted(geonames["place_id"])
    assert rejects["reason"].notna().all()


def test_the_table_rebuilt_from_the_packages_equals_the_shipped_one(
    tmp_path: Path, census: pd.DataFrame, young: pd.DataFrame
) -> None:
    polygons = gpd.read_parquet(DATA / "shapes/municipalities.parquet")
    for table, name in zip(
        build.build_places(build.read_geonames(), polygons, census, young),
        ("places.csv", "places_rejects.csv"),
        strict=True,
    ):
        table.to_csv(tmp_path / name, index=False, encoding="utf-8", lineterminator="\n")
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes()


def test_names_and_sources_go_with_the_match(places: pd.DataFrame, census: pd.DataFrame) -> None:
    assert set(places["match"]) <= {"in_polygon", "nearest_polygon", "nearest_seat", "municipality_seat"}
    names = census.set_index("cvegeo")["name"]
    assert (places["municipality"] == places["cvegeo"].map(names)).all()
    seat = places["match"] == "municipality_seat"
    assert (places.loc[seat, "place_id"] == "seat-" + places.loc[seat, "cvegeo"]).all()
    assert places.loc[seat, "population_geonames"].isna().all()
    assert (places.loc[~seat, "population_geonames"] > 0).all()
    assert set(places.loc[seat, "source_ids"]) == {"SRC-MXMAPS"}
    assert set(places.loc[~seat, "source_ids"]) == {"geonames_cities500|SRC-MXMAPS"}
    assert not places.loc[seat, "cvegeo"].isin(places.loc[~seat, "cvegeo"]).any()


def test_places_lie_in_mexico_and_in_the_polygon_they_name(places: pd.DataFrame, young: pd.DataFrame) -> None:
    assert places["lon"].between(-118.5, -86.5).all()
    assert places["lat"].between(14.4, 32.8).all()
    polygons = gpd.read_parquet(DATA / "shapes/municipalities.parquet").set_index("cvegeo").geometry
    parent = young.set_index("cvegeo")["parent_cvegeo"]
    named = places.loc[places["match"].isin(["in_polygon", "nearest_seat"])]
    points = gpd.GeoSeries(gpd.points_from_xy(named["lon"], named["lat"]), crs="EPSG:4326").to_crs(6372)
    shapes = polygons.loc[named["cvegeo"].where(named["match"] == "in_polygon", named["cvegeo"].map(parent))]
    assert shapely.intersects(shapes.to_numpy(), points.to_numpy()).all()


def test_young_municipalities_of_the_census_have_places_near_their_seat(
    places: pd.DataFrame, census: pd.DataFrame, young: pd.DataFrame
) -> None:
    moved = places.loc[places["match"] == "nearest_seat"]
    assert set(moved["cvegeo"]) == {"02006", "04012", "07125", "17036"}
    for name in ("San Quintín", "Seybaplaya", "Honduras de la Sierra", "Hueyapan"):
        assert name in set(moved["name"])
    seats = census.set_index("cvegeo")[["seat_lon", "seat_lat"]]
    parent = young.set_index("cvegeo")["parent_cvegeo"]
    for row in moved.itertuples():
        to_young = GEOD.inv(row.lon, row.lat, *seats.loc[row.cvegeo])[2]
        to_parent = GEOD.inv(row.lon, row.lat, *seats.loc[parent[row.cvegeo]])[2]
        assert to_young < to_parent


# The rules


def squares(lon: float, lat: float, half_km: float = 5.0) -> gpd.GeoDataFrame:
    """Two squares that share the north-south edge through the point; the higher code lies west."""
    x, y = TO_PLANE.transform(lon, lat)
    half = half_km * 1000
    boxes = [shapely.box(x, y - half, x + 2 * half, y + half), shapely.box(x - 2 * half, y - half, x, y + half)]
    return gpd.GeoDataFrame({"cvegeo": ["01001", "01002"]}, geometry=boxes, crs="EPSG:6372")


def test_a_point_on_a_shared_edge_goes_to_the_smallest_code() -> None:
    lon, lat = -102.3, 21.9
    row, away_km = build.match_polygons(np.array([lon]), np.array([lat]), squares(lon, lat))
    assert row.tolist() == [0]
    assert away_km.tolist() == [0.0]


def test_a_point_outside_goes_to_the_nearest_polygon_with_its_geodesic_distance() -> None:
    lon, lat = -102.3, 21.9
    x, y = TO_PLANE.transform(lon, lat)
    out = TO_PLANE.transform([x + 11_500, x - 10_700], [y, y], direction="INVERSE")
    row, away_km = build.match_polygons(np.array(out[0]), np.array(out[1]), squares(lon, lat))
    assert row.tolist() == [0, 1]
    assert away_km == pytest.approx([1.5, 0.7], rel=0.01)


def geonames(lon: list[float], lat: list[float], population: list[int | None]) -> pd.DataFrame:
    ids = [str(7 + i) for i in range(len(lon))]
    table = {"place_id": ids, "name": [f"P{i}" for i in ids], "lon": lon, "lat": lat}
    return pd.DataFrame(table).assign(population_geonames=pd.array(population, dtype="Int64"))


def test_build_places_on_a_small_country() -> None:
    lon, lat = -102.3, 21.9
    x, y = TO_PLANE.transform(lon, lat)
    offsets = [(1000, 0), (9000, 0), (9500, 100), (-10_900, 0), (-13_000, 0), (2000, 0)]
    xs, ys = TO_PLANE.transform([x + dx for dx, _ in offsets], [y + dy for _, dy in offsets], direction="INVERSE")
    seats = TO_PLANE.transform([x + 2000, x - 3000, x + 9000], [y, y, y], direction="INVERSE")
    census = pd.DataFrame(
        {
            "cvegeo": ["01001", "01002", "01003"],
            "name": ["Old", "West", "Young"],
            "pop_2020": [10, 100, 7],
            "seat_lon": seats[0],
            "seat_lat": seats[1],
        }
    )
    young = pd.DataFrame({"cvegeo": ["01003", "01009"], "parent_cvegeo": ["01001", "01002"]})
    source = geonames(list(xs), list(ys), [500, 600, 600, 900, 900, None])
    places, rejects = build.build_places(source, squares(lon, lat), census, young)
    got = places[["place_id", "cvegeo", "match", "population_2020"]].to_numpy().tolist()
    assert got == [
        ["7", "01001", "in_polygon", 10],
        ["10", "01002", "nearest_polygon", 100],
        ["8", "01003", "nearest_seat", 4],
        ["9", "01003", "nearest_seat", 3],
    ]
    assert places.columns.tolist() == list(build.COLUMNS)
    assert rejects[["place_id", "reason"]].to_numpy().tolist() == [
        ["11", "more than 2 km outside every municipality"],
        ["12", "GeoNames gives no population"],
    ]


def test_a_municipality_without_places_is_one_row_at_its_seat() -> None:
    lon, lat = -102.3, 21.9
    east = TO_PLANE.transform(*np.add(TO_PLANE.transform(lon, lat), (1000, 0)), direction="INVERSE")
    census = pd.DataFrame(
        {
            "cvegeo": ["01001", "01002"],
            "name": ["East", "West"],
            "pop_2020": [10, 100],
            "seat_lon": [lon + 0.01, lon - 0.01],
            "seat_lat": [lat, lat],
        }
    )
    young = pd.DataFrame({"cvegeo": [], "parent_cvegeo": []}, dtype="str")
    source = geonames([east[0]], [east[1]], [500])
    places, rejects = build.build_places(source, squares(lon, lat), census, young)
    seat = places.iloc[1]
    assert len(rejects) == 0
    assert seat[["place_id", "name", "lon", "lat", "population_2020"]].tolist() == [
        "seat-01002",
        "West",
        lon - 0.01,
        lat,
        100,
    ]
    assert seat["match"] == "municipality_seat"
    assert pd.isna(seat["population_geonames"])


@given(st.integers(0, 10**7), st.lists(st.integers(1, 10**7), min_size=1, max_size=30))
def test_shares_sum_to_the_total_and_stay_within_one_of_the_quota(total: int, weights: list[int]) -> None:
    shares = build.share_out(total, weights)
    whole = sum(weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert total * weight // whole <= share <= -(-total * weight // whole)


def test_share_out_by_hand() -> None:
    assert build.share_out(10, [1, 1, 1]) == [4, 3, 3]
    assert build.share_out(7, [600, 600]) == [4, 3]
    assert build.share_out(100, [15, 28, 57]) == [15, 28, 57]
    assert build.share_out(5, [1, 1, 8]) == [1, 0, 4]
