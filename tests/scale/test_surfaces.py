"""Densities, hexagons and ownership over partitions against one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from halo_cases import clusters, partitioned
from scale_cases import PARTS, whole

from geo.geodesy import GEODETIC_CRS
from geo.hexagons import hexagon_graph, hexagon_of, hexagon_shapes, hexagons_of, in_rows
from geo.metrics.autocorrelation import hot_spots
from geo.metrics.density import kernel_density
from geo.metrics.local_ownership import local_ownership
from geo.scale.engine import Local
from geo.scale.ownership import ownership_around
from geo.scale.partitions import Partitions
from geo.scale.surfaces import Hills, density, hexagon_counts, hexagon_hot_spots

CLOSE = {"rtol": 1e-9, "atol": 1e-15}
LAND = shapely.box(-102.5, 22.5, -97.5, 27.5)


@pytest.fixture(scope="module")
def grid() -> pd.DataFrame:
    lon, lat = np.meshgrid(np.arange(-103, -97, 0.25), np.arange(22, 28, 0.25))
    return pd.DataFrame({"lon": lon.ravel(), "lat": lat.ravel()}, index=np.arange(lon.size) * 3)


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize("mask", [None, LAND])
def test_density_of_partitions_is_that_of_one_table(
    grid: pd.DataFrame, tmp_path: Path, parts: int, mask: shapely.Polygon | None
) -> None:
    rows = clusters(400, seed=8)
    given = partitioned(rows, tmp_path, parts)
    found = density(given, grid, Hills(25.0, mask), Local(), weights="size")
    expected = kernel_density(rows["lon"], rows["lat"], rows["size"], bandwidth_km=25.0, grid=grid, mask=mask)
    pd.testing.assert_series_equal(found, expected, **CLOSE)


@pytest.mark.parametrize("parts", PARTS)
def test_shipped_establishments_have_the_same_density(
    cut: dict[int, Partitions], layers: dict[str, Any], parts: int
) -> None:
    land = shapely.union_all(
        shapely.coverage_simplify(layers["states"].to_crs("EPSG:6372").geometry.to_numpy(), 5_000.0)
    )
    land = gpd.GeoSeries([land.buffer(20_000.0)], crs="EPSG:6372").to_crs(GEODETIC_CRS).iloc[0]
    rows = whole(cut[parts], ["lon", "lat", "sector"])
    some = [rows["sector"].value_counts().index[-1]]
    kept = rows[rows["sector"].isin(some)]
    lon, lat = np.meshgrid(np.arange(-117, -87, 0.5), np.arange(15, 33, 0.5))
    cells = pd.DataFrame({"lon": lon.ravel(), "lat": lat.ravel()})
    found = density(cut[parts], cells, Hills(25.0, land), Local(), where={"sector": some})
    expected = kernel_density(kept["lon"], kept["lat"], np.ones(len(kept)), bandwidth_km=25.0, grid=cells, mask=land)
    pd.testing.assert_series_equal(found, expected, **CLOSE)
    assert expected.max() > 0


def test_rows_put_together_keep_their_weight_and_nearly_their_density(grid: pd.DataFrame, tmp_path: Path) -> None:
    rows = clusters(3_000, seed=2)
    exact = kernel_density(rows["lon"], rows["lat"], np.ones(len(rows)), bandwidth_km=10.0, grid=grid)
    found = [
        density(partitioned(rows, tmp_path, parts), grid, Hills(10.0), Local(), together_km=1.0) for parts in PARTS
    ]
    for other in found[1:]:
        pd.testing.assert_series_equal(other, found[0], rtol=1e-9, atol=1e-12)
    assert (found[0] - exact).abs().max() < 1.0**2 / (4 * 10.0**2) * exact.max()
    assert found[0].sum() == pytest.approx(exact.sum(), rel=1e-3)
    assert not np.allclose(found[0], exact, rtol=1e-9)


def test_points_inland_have_their_whole_hill_on_land() -> None:
    """The window that spares the sampling must not spare a point whose hill reaches the sea."""
    cell = pd.DataFrame({"lon": [-100.0], "lat": [25.0]})
    bare = kernel_density([-100.0], [25.0], [1.0], bandwidth_km=25.0, grid=cell).iloc[0]
    assert kernel_density([-100.0], [25.0], [1.0], bandwidth_km=25.0, grid=cell, mask=LAND).iloc[0] == bare
    lake = LAND.difference(shapely.Point(-100.0, 25.6).buffer(0.2))
    assert kernel_density([-100.0], [25.0], [1.0], bandwidth_km=25.0, grid=cell, mask=lake).iloc[0] > bare


@pytest.mark.parametrize("parts", PARTS)
def test_hexagons_have_the_same_rows_and_hot_spots(
    cut: dict[int, Partitions], layers: dict[str, Any], parts: int
) -> None:
    counts = hexagon_counts(cut[parts], 50.0, Local())
    points = layers["establishments"]
    single = hexagon_of(points[points.geometry.notna()], spacing_km=50.0).value_counts()
    assert counts.to_dict() == single.to_dict()
    land = in_rows(sorted({*hexagons_of(layers["states"], spacing_km=50.0), *single.index}))
    values = single.reindex(land, fill_value=0).astype(float)
    expected = hot_spots(values, hexagon_graph(land), permutations=199, seed=7)
    found = hexagon_hot_spots(counts, hexagons=land[::-1], permutations=199, seed=7)
    pd.testing.assert_frame_equal(found.drop(columns="rows"), expected, check_names=False)
    assert found["z"].max() > 5
    assert found["p"].min() < 0.05
    assert found["rows"].sum() == cut[parts].rows
    assert len(hexagon_hot_spots(counts, permutations=9, seed=7)) == len(counts)


def test_neighbouring_hexagons_touch_and_others_do_not() -> None:
    land = gpd.GeoDataFrame(geometry=[shapely.box(2_000_000, 600_000, 2_300_000, 900_000)], crs="EPSG:6372")
    codes = hexagons_of(land, spacing_km=40.0)
    shapes = hexagon_shapes(codes)
    centres = gpd.GeoDataFrame(geometry=shapes.centroid, crs=shapes.crs)
    assert hexagon_of(centres, spacing_km=40.0).tolist() == codes == in_rows(codes[::-1])
    apart = shapely.distance(centres.geometry.to_numpy()[:, None], centres.geometry.to_numpy()[None, :])
    beside = np.isclose(apart, 40_000.0, atol=1.0)
    np.testing.assert_array_equal(hexagon_graph(codes).sparse.toarray() > 0, beside)
    overlap = shapely.union_all(shapes.geometry.to_numpy()).area
    assert overlap == pytest.approx(shapes.area.sum(), rel=1e-9)


@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.parametrize("kernel", ["gaussian", "uniform"])
def test_ownership_around_rows_is_that_of_one_table(tmp_path: Path, parts: int, kernel: Any) -> None:
    rows, parks = clusters(200, seed=5), clusters(80, seed=5).rename(columns={"kind": "owner"})
    far = pd.DataFrame({"lon": [-90.0], "lat": [20.0], "kind": ["a"]})
    rows = pd.concat([rows, far], ignore_index=True)
    options = {"bandwidth_km": 15.0, "kernel": kernel, "permutations": 99, "seed": 3}
    found = ownership_around(partitioned(rows, tmp_path, parts), parks, Local(), **options)
    together = pd.concat([parks, rows.assign(owner=None, size=0.0)], ignore_index=True)
    expected = local_ownership(together["lon"], together["lat"], together["owner"], together["size"], **options)
    expected = expected.iloc[len(parks) :].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_names=False, rtol=1e-9)
    assert found["p"].notna().any()
    assert found.iloc[-1].isna().all()


def test_a_part_without_rows_adds_nothing(grid: pd.DataFrame, tmp_path: Path) -> None:
    nobody = partitioned(pd.DataFrame({"lon": [], "lat": []}), tmp_path, 1)
    assert density(nobody, grid, Hills(25.0), Local()).eq(0).all()
    assert density(nobody, grid, Hills(25.0), Local(), together_km=1.0).eq(0).all()
    assert hexagon_counts(nobody, 25.0, Local()).empty
    parks = clusters(20, seed=5).rename(columns={"kind": "owner"})
    assert ownership_around(nobody, parks, Local(), bandwidth_km=25.0).empty


def test_wrong_questions_are_refused(grid: pd.DataFrame, tmp_path: Path) -> None:
    given = partitioned(clusters(50, seed=3), tmp_path, 2)
    with pytest.raises(ValueError, match="bandwidth"):
        density(given, grid, Hills(0.0), Local())
    with pytest.raises(ValueError, match="Squares of -1"):
        density(given, grid, Hills(25.0), Local(), together_km=-1.0)
    with pytest.raises(ValueError, match="spacing"):
        hexagon_counts(given, 0.0, Local())
    with pytest.raises(ValueError, match="no column owner, size"):
        ownership_around(given, pd.DataFrame({"lon": [], "lat": []}), Local(), bandwidth_km=25.0)
