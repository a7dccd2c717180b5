"""Rows placed partition by partition are placed as in one table."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scale_cases import PARTS, assert_same_places, joined_as_one_table, whole

from geo.errors import ChoiceError
from geo.join import municipality_of
from geo.scale import areas
from geo.scale.areas import area_of
from geo.scale.partitions import Partitions
from geo.scale.places import PLACED


@pytest.fixture(params=["geopandas", "sedonadb"])
def engine(request: pytest.FixtureRequest) -> Any:
    if request.param == "sedonadb":
        pytest.importorskip("sedonadb")
    return request.param


@pytest.fixture(scope="module")
def single(layers: dict[str, Any]) -> pd.DataFrame:
    return joined_as_one_table(layers["establishments"], layers)


def assert_as_single(partitions: Partitions, single: pd.DataFrame) -> None:
    assert_same_places(whole(partitions), single, sorted(set(PLACED) - {"cvegeo_reported"}))


@pytest.mark.parametrize("parts", PARTS)
def test_any_number_of_partitions_places_as_one_table(
    placed: dict[int, Partitions], single: pd.DataFrame, parts: int
) -> None:
    assert len(placed[parts].parts) == parts
    assert_as_single(placed[parts], single)


@pytest.fixture(scope="module")
def hard(layers: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, gpd.GeoDataFrame]:
    """Return points on the vertices and edges of municipalities, at sea, far away, and none at all."""
    table = layers["municipalities"].sort_values("cvegeo").reset_index(drop=True)
    corners = shapely.get_coordinates(table.geometry.to_numpy())
    random = np.random.default_rng(3)
    at = random.integers(len(corners) - 1, size=4000)
    middle = (corners[at] + corners[at + 1]) / 2
    points = gpd.GeoSeries.from_xy(*np.vstack([corners[at], middle]).T, crs=table.crs).to_crs("EPSG:4326")
    far = [(-100.0, 10.0), (-97.0, 22.30), (np.nan, 20.0), (0.0, 0.0)]
    lon = np.concatenate([points.x.to_numpy(), [x for x, _ in far]])
    lat = np.concatenate([points.y.to_numpy(), [y for _, y in far]])
    return lon, lat, table


def test_points_on_shared_edges_get_the_same_area_from_every_engine(
    hard: tuple[np.ndarray, np.ndarray, gpd.GeoDataFrame], engine: Any
) -> None:
    lon, lat, table = hard
    points = gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326")
    points[np.isnan(lon)] = None
    expected = municipality_of(gpd.GeoDataFrame(geometry=points), table)
    held = area_of(lon, lat, table, engine=engine)
    codes = pd.Series(table["cvegeo"].to_numpy(), dtype="str").reindex(held).reset_index(drop=True)
    pd.testing.assert_series_equal(codes, expected.reset_index(drop=True), check_names=False)
    assert (held[-4:] == -1).tolist() == [True, codes.isna().iloc[-3], True, True]


def test_a_place_that_the_plane_does_not_have_is_in_no_area(
    hard: tuple[np.ndarray, np.ndarray, gpd.GeoDataFrame], engine: Any
) -> None:
    lon, lat, table = hard
    poles = area_of(np.array([-100.0, 0.0]), np.array([-90.0, -90.0]), table, engine=engine)
    assert poles.tolist() == [-1, -1]
    held = area_of(np.append(lon, -100.0), np.append(lat, -90.0), table, engine=engine)
    assert held.tolist() == [*area_of(lon, lat, table, engine=engine), -1]


@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_number_of_threads_changes_no_area(
    hard: tuple[np.ndarray, np.ndarray, gpd.GeoDataFrame], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sedonadb")
    lon, lat, table = hard
    expected = area_of(lon, lat, table, engine="geopandas")
    monkeypatch.setattr(areas, "threads", lambda: count)
    for points in (len(lon), 3, 1, 0):
        held = area_of(lon[:points], lat[:points], table, engine="sedonadb")
        assert held.tolist() == expected[:points].tolist()


def test_without_reach_a_point_beside_all_areas_has_none(
    hard: tuple[np.ndarray, np.ndarray, gpd.GeoDataFrame], engine: Any
) -> None:
    lon, lat, table = hard
    held = area_of(lon, lat, table, engine=engine, reach_km=0)
    known = np.flatnonzero(np.isfinite(lon))
    points = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_xy(lon[known], lat[known], crs="EPSG:4326").to_crs(table.crs))
    touching = points.sjoin(table.set_axis(range(len(table)))[["geometry"]], predicate="intersects")
    first = touching["index_right"].groupby(level=0).min().reindex(range(len(known)), fill_value=-1)
    assert held[known].tolist() == first.tolist()
    assert (held != area_of(lon, lat, table, engine=engine)).any()


def test_areas_without_a_polygon_and_no_points_are_no_trouble(hard: tuple[Any, Any, gpd.GeoDataFrame]) -> None:
    lon, lat, table = hard
    assert area_of(np.empty(0), np.empty(0), table).tolist() == []
    holed = table.copy()
    first = area_of(lon[:1], lat[:1], table)[0]
    holed.loc[first, "geometry"] = None
    assert area_of(lon[:1], lat[:1], holed)[0] != first


def test_sedonadb_is_refused_by_name_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "find_spec", lambda _name: None)
    square = gpd.GeoDataFrame(geometry=[shapely.box(2.0e6, 1.0e6, 2.1e6, 1.1e6)], crs="EPSG:6372")
    with pytest.raises(ChoiceError, match="corredor\\[scale\\]"):
        area_of(np.array([-102.0]), np.array([20.0]), square, engine="sedonadb")
    assert area_of(np.array([-150.0]), np.array([20.0]), square)[0] == -1
