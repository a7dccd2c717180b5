"""Rasters as a GIS user meets them: Cloud-Optimized, described, the same bytes each time."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rio_cogeo.cogeo import cog_validate

from geo.export.rasters import write_rasters
from geo.export.style import RASTER_STYLES
from geo.geodesy import GEODETIC_CRS, planar_crs
from geo.landgrid import CELL_M, LandGrid, Surface, land_grid

HOLE = shapely.box(2_400_000, 1_000_000, 2_600_000, 1_200_000)
LAND = shapely.box(2_000_100, 900_100, 3_600_000, 2_400_000).difference(HOLE)
MOMENT = "2026-11-01T00:00:00Z"


@pytest.fixture(scope="module")
def grid() -> LandGrid:
    return land_grid(gpd.GeoDataFrame(geometry=[LAND], crs=planar_crs()))


def test_cells_are_those_whose_centre_is_on_the_land(grid: LandGrid) -> None:
    assert grid.left % CELL_M == 0
    assert grid.top % CELL_M == 0
    row, column = np.indices(grid.land.shape)
    x, y = grid.left + (column + 0.5) * CELL_M, grid.top - (row + 0.5) * CELL_M
    np.testing.assert_array_equal(grid.land, shapely.contains_xy(LAND, x, y))
    assert shapely.intersects_xy(grid.outline, grid.lon, grid.lat).all()
    centres = gpd.GeoSeries(gpd.points_from_xy(grid.lon, grid.lat), crs=GEODETIC_CRS).to_crs(planar_crs())
    np.testing.assert_allclose(centres.x, x[grid.land], atol=0.01)
    np.testing.assert_allclose(centres.y, y[grid.land], atol=0.01)


def test_a_grid_of_small_shapes_has_the_cells_that_shapely_says() -> None:
    rng = np.random.default_rng(1)
    shapes = shapely.buffer(shapely.points(rng.uniform((2_000_000, 900_000), (2_300_000, 1_100_000), (60, 2))), 9_000)
    grid = land_grid(gpd.GeoDataFrame(geometry=shapes, crs=planar_crs()))
    row, column = np.indices(grid.land.shape)
    inside = shapely.contains_xy(
        shapely.union_all(shapes), grid.left + (column + 0.5) * CELL_M, grid.top - (row + 0.5) * CELL_M
    )
    assert inside.sum() > 1_000
    np.testing.assert_array_equal(grid.land, inside)


def test_values_stand_on_the_land_and_nowhere_else(grid: LandGrid) -> None:
    whole = grid.filled(np.full(grid.lon.size, -0.0))
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(np.isnan(whole), ~grid.land)
    assert not np.signbit(whole[grid.land]).any()


@pytest.mark.parametrize("name", RASTER_STYLES)
def test_a_written_surface_is_a_described_cog(grid: LandGrid, tmp_path: Path, name: str) -> None:
    values = grid.filled(np.linspace(0, 9, grid.lon.size))
    values[150:300, 150:300] = np.nan
    surface = Surface(name, "km", "osm", values, {"bandwidth_km": 25, "port_mode": "any"})
    write_rasters(grid, [surface], tmp_path, timestamp=MOMENT)
    path = tmp_path / f"{name}.tif"
    valid, errors, warnings = cog_validate(path, strict=True, quiet=True)
    assert valid, (errors, warnings)
    styling = RASTER_STYLES[name]
    with rasterio.open(path) as raster:
        np.testing.assert_array_equal(raster.read(1), values)
        assert raster.crs.to_epsg() == 6372
        assert raster.transform == grid.transform
        assert raster.res == (CELL_M, CELL_M)
        assert np.isnan(raster.nodata)
        assert raster.descriptions == (f"{styling.label.es} / {styling.label.en}",)
        assert raster.units == ("km",)
        assert raster.overviews(1) == [2, 4]
        assert raster.compression.name == "deflate"
        said = raster.tags()
        assert (said["TITLE_ES"], said["TITLE_EN"]) == (styling.label.es, styling.label.en)
        assert styling.note is not None
        assert (said["DESCRIPTION_ES"], said["DESCRIPTION_EN"]) == (styling.note.es, styling.note.en)
        assert (said["BANDWIDTH_KM"], said["PORT_MODE"], said["LICENSE"]) == ("25", "any", "ODbL-1.0")
        assert said["TIFFTAG_DATETIME"] == "2026:11:01 00:00:00"
        found = {key: float(value) for key, value in raster.tags(1).items() if key.startswith("STATISTICS_")}
    known = values[np.isfinite(values)].astype(float)
    assert found["STATISTICS_MINIMUM"] == pytest.approx(known.min(), abs=1e-8)
    assert found["STATISTICS_MAXIMUM"] == pytest.approx(known.max())
    assert found["STATISTICS_MEAN"] == pytest.approx(known.mean())
    assert found["STATISTICS_STDDEV"] == pytest.approx(known.std())
    assert found["STATISTICS_VALID_PERCENT"] == pytest.approx(100 * known.size / values.size)


def test_overviews_average_the_cells_with_a_figure(grid: LandGrid, tmp_path: Path) -> None:
    values = grid.filled(np.arange(grid.lon.size, dtype=float))
    values[100, 100] = np.nan
    write_rasters(grid, [Surface("parks_density", "1", "facts", values)], tmp_path, timestamp=MOMENT)
    with rasterio.open(tmp_path / "parks_density.tif", OVERVIEW_LEVEL=0) as half:
        smaller = half.read(1)
    assert smaller[50, 50] == pytest.approx(np.nanmean(values[100:102, 100:102].astype(float)))
    assert smaller[60, 60] == pytest.approx(values[120:122, 120:122].mean())


def test_the_same_surfaces_give_the_same_bytes(grid: LandGrid, tmp_path: Path) -> None:
    surfaces = [Surface(name, "1", "facts", grid.filled(np.sqrt(np.arange(grid.lon.size)))) for name in RASTER_STYLES]
    for folder in ("one", "two"):
        write_rasters(grid, surfaces, tmp_path / folder, timestamp=MOMENT)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(f"{name}.{kind}" for name in RASTER_STYLES for kind in ("tif", "qml"))
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    write_rasters(grid, surfaces, tmp_path / "later", timestamp="2027-01-01T00:00:00Z")
    assert (tmp_path / "later" / names[1]).read_bytes() != (tmp_path / "one" / names[1]).read_bytes()


def test_a_surface_without_a_figure_is_still_a_valid_raster(grid: LandGrid, tmp_path: Path) -> None:
    empty = grid.filled(np.full(grid.lon.size, np.nan))
    write_rasters(grid, [Surface("ownership_excess", "1", "facts", empty)], tmp_path, timestamp=MOMENT)
    assert cog_validate(tmp_path / "ownership_excess.tif", strict=True, quiet=True)[0]
    with rasterio.open(tmp_path / "ownership_excess.tif") as raster:
        assert np.isnan(raster.read(1)).all()
        assert "STATISTICS_MEAN" not in raster.tags(1)


@pytest.mark.parametrize("name", RASTER_STYLES)
def test_a_style_covers_every_value_once(name: str) -> None:
    classes = RASTER_STYLES[name].classes
    assert classes[0].low is None
    assert classes[-1].high is None
    assert [each.high for each in classes[:-1]] == [each.low for each in classes[1:]]
    fills = [each.fill for each in classes if each.fill is not None]
    assert len(set(fills)) == len(fills)


def test_the_sidecar_says_the_classes_in_both_languages(grid: LandGrid, tmp_path: Path) -> None:
    surface = Surface("port_road_distance", "km", "osm", grid.filled(np.ones(grid.lon.size)))
    write_rasters(grid, [surface], tmp_path, timestamp=MOMENT)
    text = (tmp_path / "port_road_distance.qml").read_text(encoding="utf-8")
    items = ElementTree.fromstring(text.split("\n", 1)[1]).findall(".//colorrampshader/item")
    classes = RASTER_STYLES["port_road_distance"].classes
    assert [item.get("color") for item in items] == [each.fill for each in classes]
    assert items[0].get("label") == "menos de 100 km / under 100 km"
    assert float(str(items[-1].get("value"))) == np.inf
    for item, each in zip(items[:-1], classes, strict=False):
        last = np.float32(str(item.get("value")))
        assert last < each.high <= np.nextafter(last, np.float32(np.inf))
