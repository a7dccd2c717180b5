"""Demand from places, files and rasters: what counts, where, and what is refused."""

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio import Affine

from geo.demand import municipal_demand, place_demand, raster_by_area, raster_demand, read_demand, worker_demand
from geo.errors import ChoiceError, DataError


def write_raster(path, values, *, left=-101.0, top=21.0, cell=0.01, nodata=-200.0, crs="EPSG:4326"):
    rows, columns = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="float64", crs=crs, nodata=nodata,
        transform=Affine(cell, 0, left, 0, -cell, top),
    ) as target:  # fmt: skip
        target.write(values, 1)
    return path


def areas(*shapes, crs="EPSG:4326"):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def test_places_count_people_and_keep_their_municipality():
    places = pd.DataFrame(
        {"place_id": ["1", "2"], "name": ["A", "B"], "cvegeo": ["01001", "01002"], "lon": [-100.0, -101.0],
         "lat": [20.0, 21.0], "population_2020": pd.array([500, pd.NA], dtype="Int64")}
    )  # fmt: skip
    found = place_demand(places)
    assert found.table["id"].tolist() == ["1"] and found.weight.tolist() == [500.0]
    assert found.left_out == {"no weight": 1}
    assert found.table["cvegeo"].tolist() == ["01001"]


def test_municipalities_count_at_their_seat():
    seats = pd.DataFrame(
        {"cvegeo": ["01001"], "name": ["A"], "seat_lon": [-102.0], "seat_lat": [21.0], "pop_2020": [10]}
    )
    assert municipal_demand(seats).table[["id", "lon", "weight"]].values.tolist() == [["01001", -102.0, 10.0]]


def test_workers_are_not_shipped_and_the_official_source_is_named():
    with pytest.raises(ChoiceError, match="POCUPADA"):
        worker_demand()


def test_a_csv_of_points_keeps_codes_as_text(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("cvegeo,longitud,latitud,trabajadores\n01001,-102,21,5\n01002,-103,22,0\n01003,,22,7\n")
    found = read_demand(path, weight="trabajadores")
    assert found.table["cvegeo"].tolist() == ["01001"] and found.unit == "trabajadores"
    assert found.left_out == {"no point": 1, "weight 0": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lon,lat,weight\n-100,20,many\n", "row 2, column weight: 'many' is no number"),
        ("lon,lat,weight\n-100,20,-3\n", "row 2, column weight: the weight is negative"),
        ("lon,lat,weight\n-100,20,0\n", "has no people"),
        ("lon,lat,weight\n", "has no people"),
        ("lon,lat,weight\n20,-100,3\n", "beyond 90 degrees"),
        ("lon,lat,heads\n-100,20,3\n", "no column of weights"),
        ("", "not a CSV file"),
    ],
)
def test_a_bad_csv_is_refused_with_row_and_cure(tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        read_demand(path)


def test_a_wrong_column_is_answered_with_a_near_one(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("lon,lat,peoples\n-100,20,3\n")
    with pytest.raises(DataError, match="Did you mean 'peoples'"):
        read_demand(path, weight="people")


def test_a_million_points_are_read_with_progress(tmp_path):
    path = tmp_path / "million.csv"
    generator = np.random.default_rng(1)
    table = pd.DataFrame({"lon": generator.uniform(-117, -87, 1_000_000).round(4),
                          "lat": generator.uniform(15, 32, 1_000_000).round(4), "weight": 1})  # fmt: skip
    table.to_csv(path, index=False)
    said = []
    found = read_demand(path, progress=said.append)
    assert found.weight.sum() == 1_000_000
    assert len(said) == 5 and "1,000,000 rows" in said[-1]


def test_polygons_count_inside_themselves_whatever_their_reference_system(tmp_path):
    # A horseshoe, whose centroid lies outside it.
    shoe = shapely.Polygon([(0, 0), (10, 0), (10, 10), (8, 10), (8, 2), (2, 2), (2, 10), (0, 10)])
    shoe = shapely.transform(shoe, lambda xy: xy * 1000 + [2_500_000, 800_000])
    path = tmp_path / "areas.gpkg"
    gpd.GeoDataFrame({"people": [7]}, geometry=[shoe], crs="EPSG:6372").to_file(path)
    found = read_demand(path)
    point = found.points().to_crs("EPSG:6372").geometry.iloc[0]
    assert shoe.contains(point) and not shoe.contains(shoe.centroid)
    assert found.basis == "polygons" and found.unit == "people"


def test_lines_and_a_file_without_reference_system_are_refused(tmp_path):
    path = tmp_path / "lines.gpkg"
    line = gpd.GeoDataFrame({"weight": [1]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs="EPSG:4326")
    line.to_file(path)
    with pytest.raises(DataError, match="LineString"):
        read_demand(path)
    bare = tmp_path / "bare.parquet"
    gpd.GeoDataFrame({"weight": [1]}, geometry=[shapely.Point(0, 0)], crs=None).to_parquet(bare)
    with pytest.raises(DataError, match="no reference system"):
        read_demand(bare)


def test_zonal_sums_of_partial_cells_and_nodata_are_those_worked_by_hand(tmp_path):
    # Cells of one degree; the area covers the left half of the right column and a quarter of the corner.
    values = np.array([[8.0, 4.0, -200.0], [2.0, 16.0, 32.0], [1.0, np.nan, 64.0]])
    path = write_raster(tmp_path / "people.tif", values, left=-103.0, top=23.0, cell=1.0)
    shape = shapely.box(-102.5, 20.5, -100.5, 22.5)
    # quarter of 8, half of 4, nodata; half of 2, all of 16, half of 32; quarter of 1, nan, quarter of 64
    expected = 2 + 2 + 0 + 1 + 16 + 16 + 0.25 + 0 + 16
    assert raster_by_area(path, areas(shape)).tolist() == pytest.approx([expected])
    found = raster_demand(path, shape, block_km=1)
    assert found.weight.sum() == pytest.approx(expected)


def test_zonal_sums_are_exactextracts_over_many_tiles(tmp_path, monkeypatch):
    from exactextract import exact_extract

    monkeypatch.setattr("geo.demand.raster._TILE", 16)
    generator = np.random.default_rng(5)
    values = generator.integers(0, 50, size=(70, 90)).astype(float)
    values[generator.uniform(size=values.shape) < 0.2] = -200
    path = write_raster(tmp_path / "people.tif", values)
    shapes = areas(
        shapely.Point(-100.6, 20.6).buffer(0.23),
        shapely.box(-100.955, 20.31, -100.12, 20.985),
        shapely.Point(0, 0).buffer(1),
    )
    theirs = [row["properties"]["sum"] for row in exact_extract(str(path), shapes, "sum")]
    assert raster_by_area(path, shapes).tolist() == pytest.approx(theirs, rel=1e-12)
    found = raster_demand(path, shapes.geometry[0], block_km=5.0)
    assert found.weight.sum() == pytest.approx(theirs[0], rel=1e-12)
    assert 20 < len(found.table) < 200


def test_a_raster_in_another_reference_system_is_met_where_it_lies(tmp_path):
    values = np.zeros((50, 50))
    values[25, 25] = 100.0
    path = write_raster(tmp_path / "planar.tif", values, left=2_500_000, top=850_000, cell=1000.0, crs="EPSG:6372")
    there = gpd.GeoSeries(gpd.points_from_xy([2_525_500], [824_500]), crs="EPSG:6372").to_crs("EPSG:4326").iloc[0]
    found = raster_demand(path, there.buffer(0.1))
    assert found.weight.tolist() == [100.0]
    assert (found.lon[0], found.lat[0]) == (pytest.approx(there.x, abs=1e-6), pytest.approx(there.y, abs=1e-6))


def test_a_block_counts_at_the_centre_of_its_people(tmp_path):
    values = np.zeros((10, 10))
    values[0, 0], values[0, 1] = 30.0, 10.0
    path = write_raster(tmp_path / "people.tif", values)
    found = raster_demand(path, shapely.box(-101, 20.9, -100.9, 21), block_km=20.0)
    assert found.weight.tolist() == [40.0]
    assert found.lon[0] == pytest.approx(-101 + (0.005 * 30 + 0.015 * 10) / 40)


def test_a_raster_without_nodata_is_read_and_its_negatives_are_refused(tmp_path):
    values = np.full((4, 4), 2.0)
    plain = write_raster(tmp_path / "plain.tif", values, nodata=None)
    shape = shapely.box(-101, 20.96, -100.96, 21)
    assert raster_by_area(plain, areas(shape)).tolist() == pytest.approx([32.0])
    values[1, 1] = -9999
    negative = write_raster(tmp_path / "negative.tif", values, nodata=None)
    with pytest.raises(DataError, match=r"1 cells are negative, such as -9999, and the file's nodata is not set"):
        raster_by_area(negative, areas(shape))


def test_a_raster_of_nobody_and_what_is_no_raster_are_refused(tmp_path):
    path = write_raster(tmp_path / "empty.tif", np.zeros((4, 4)))
    with pytest.raises(DataError, match="no people"):
        raster_demand(path, shapely.box(-101, 20.96, -100.96, 21))
    text = tmp_path / "text.tif"
    text.write_text("no raster")
    with pytest.raises(DataError, match="cannot be read as a raster"):
        raster_by_area(text, areas(shapely.box(0, 0, 1, 1)))
    bare = write_raster(tmp_path / "bare.tif", np.ones((4, 4)), crs=None)
    with pytest.raises(DataError, match="no reference system"):
        raster_by_area(bare, areas(shapely.box(0, 0, 1, 1)))


HUGE = """
import sys
from pathlib import Path
import shapely
from geo.demand import raster_demand
found = raster_demand(Path(sys.argv[1]), shapely.box(-110, 18, -98, 26), block_km=20.0)
# The peak of this process alone: what getrusage tells has the parent's in it.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(found.weight.sum(), len(found.table), int(peak.split()[1]) / 1024)
"""


@pytest.mark.slow
def test_a_virtual_raster_of_20_gb_stays_below_500_mb(tmp_path):
    # 50,000 x 50,000 doubles are 20 GB; the virtual raster stretches one small tile over them: 1 where the tile has
    # people, nodata elsewhere.
    tile = np.full((500, 500), -200.0)
    tile[::5, ::5] = 1.0
    write_raster(tmp_path / "tile.tif", tile, left=-117, top=32, cell=0.06)
    side, cell = 50_000, 30 / 50_000
    vrt = f"""<VRTDataset rasterXSize="{side}" rasterYSize="{side}"><SRS>EPSG:4326</SRS>
<GeoTransform>-117, {cell}, 0, 32, 0, -{cell}</GeoTransform>
<VRTRasterBand dataType="Float64" band="1"><NoDataValue>-200</NoDataValue>
<ComplexSource><SourceFilename relativeToVRT="1">tile.tif</SourceFilename><SourceBand>1</SourceBand>
<SrcRect xOff="0" yOff="0" xSize="500" ySize="500"/><DstRect xOff="0" yOff="0" xSize="{side}" ySize="{side}"/>
<NODATA>-200</NODATA></ComplexSource></VRTRasterBand></VRTDataset>"""
    path = tmp_path / "huge.vrt"
    path.write_text(vrt)
    run = subprocess.run([sys.executable, "-c", HUGE, str(path)], capture_output=True, text=True, check=True)
    people, blocks, megabytes = map(float, run.stdout.split())
    # 267 million cells, 2.1 GB, of which 40 columns by 27 rows of the tile have people, 10,000 cells each.
    assert blocks > 1_000
    assert people == pytest.approx(40 * 27 * 1e4, rel=1e-9)
    assert megabytes < 500
