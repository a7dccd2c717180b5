"""The planner's checklist and the ground under a park."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio import Affine

from geo.errors import DataError
from geo.geodesy import distance_km
from geo.measures.checklist import ABSENT, park_checklist
from geo.terrain import terrain


def write_heights(path, values, *, left, top, cell, crs, nodata=-9999.0):
    rows, columns = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float64", crs=crs, nodata=nodata,
        transform=Affine(cell, 0, left, 0, -cell, top),
    ) as target:  # fmt: skip
        target.write(values, 1)
    return path


def test_a_plane_has_its_slope_everywhere_but_at_the_edge(tmp_path):
    # Rises 3 m eastwards and 4 m northwards every 100 m: 5 %.
    column, row = np.meshgrid(np.arange(20.0), np.arange(20.0))
    path = write_heights(tmp_path / "plane.tif", 3 * column - 4 * row, left=2_500_000, top=802_000, cell=100.0,
                         crs="EPSG:6372")  # fmt: skip
    planar = gpd.GeoSeries(
        gpd.points_from_xy([2_500_950, 2_500_050, 2_600_000], [801_050, 801_950, 0]), crs="EPSG:6372"
    )
    points = planar.to_crs("EPSG:4326")
    found = terrain(path, [*points.x, np.nan], [*points.y, np.nan])
    # The plane of EPSG:6372 is not true to scale: the geodesic cell is 0.5 % off a hundred metres here.
    assert found["slope_percent"][0] == pytest.approx(5.0, rel=0.01)
    assert found["elevation_m"].iloc[:2].tolist() == [3 * 9 - 4 * 9, 0.0]
    assert found["slope_percent"].isna().tolist() == [False, True, True, True]
    assert found["elevation_m"].isna().tolist() == [False, False, True, True]


def test_degrees_are_measured_on_the_ground_and_nodata_is_missing(tmp_path):
    values = np.tile(np.arange(30.0), (30, 1))
    values[20, 20] = -9999
    path = write_heights(tmp_path / "degrees.tif", values, left=-100.0, top=20.0, cell=0.001, crs="EPSG:4326")
    found = terrain(path, [-99.9895, -99.9785, -99.9795], [19.9895, 19.9785, 19.9795])
    metres = float(distance_km(-100.0, 19.9895, -99.999, 19.9895)) * 1000
    assert found["slope_percent"][0] == pytest.approx(100 / metres)
    assert np.isnan(found["slope_percent"][1]) and found["elevation_m"][1] == 21
    assert np.isnan(found["elevation_m"][2])


def test_what_is_no_raster_of_heights_is_refused(tmp_path):
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(DataError, match="cannot be read"):
        terrain(tmp_path / "text.tif", [0.0], [0.0])


def test_each_park_gets_its_distances_and_what_is_absent_is_named(tmp_path):
    parks = gpd.GeoDataFrame(
        {"park_id": ["a", "b"], "name": ["A", "B"], "location_error_m": [900.0, None]},
        geometry=[shapely.Point(-100.0, 20.1), None], crs="EPSG:4326",
    )  # fmt: skip
    layers = {
        "ports_of_entry": gpd.GeoDataFrame({"name": ["far", "near"]}, crs="EPSG:4326",
                                           geometry=[shapely.Point(-100, 25), shapely.Point(-99, 20)]),
        "highways": gpd.GeoDataFrame({"u": [0], "v": [1], "km": [120.0]}, crs="EPSG:4326",
                                     geometry=[shapely.LineString([(-100, 20), (-99, 20)])]),
        "border": gpd.GeoDataFrame(geometry=[shapely.LineString([(-101, 21), (-99, 21)])], crs="EPSG:4326"),
    }  # fmt: skip
    path = write_heights(tmp_path / "flat.tif", np.full((40, 40), 1800.0), left=-100.2, top=20.3, cell=0.01,
                         crs="EPSG:4326")  # fmt: skip
    found = park_checklist(parks, layers, heights=path)
    first, second = found.iloc[0], found.iloc[1]
    leg = float(distance_km(-100, 20.1, -100, 20))
    assert first["highway_km"] == pytest.approx(leg, abs=0.02)
    assert first["port_of_entry"] == "near" and first["port_of_entry_road_km"] == pytest.approx(120 + leg, abs=0.2)
    assert first["border_km"] == pytest.approx(float(distance_km(-100, 20.1, -100, 21)), abs=0.5)
    assert (first["elevation_m"], first["slope_percent"]) == (1800.0, 0.0)
    measured = second.drop(["park_id", "name"])
    assert measured.isna().all()
    assert set(ABSENT) == {"rail", "seaport", "airport", "elevation"}
    assert park_checklist(parks, layers)["elevation_m"].isna().all()
    assert isinstance(found, pd.DataFrame) and found.index.equals(parks.index)
