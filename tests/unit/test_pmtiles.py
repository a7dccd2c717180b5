"""Vector tiles: what the archive says, that every row is in its tile, and that nothing is lost without a word."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader, all_tiles
from pmtiles.tile import Compression, TileType

from geo.errors import ChoiceError, CrsError, OutputError
from geo.export.pmtiles import DEEPEST, FIRST_ZOOM, write_pmtiles

#: Half the side of the tile grid's cell at the deepest zoom, on the ground at the equator, in metres of the tiles' CRS.
GRID_M = 40_075_017 / 2**DEEPEST / 4096 / 2


def tables(crs: str = "EPSG:6372") -> dict[str, pd.DataFrame]:
    """Return parks (one without a point), states that share an edge, and a table without geometry."""
    points = gpd.GeoSeries.from_xy([-106.4, -100.3, -99.1], [31.7, 25.7, 19.4], crs="EPSG:4326").to_crs(crs)
    parks = gpd.GeoDataFrame(
        {
            "park_id": ["juarez", "monterrey", "mexico", "nowhere"],
            "name": ["<b>Ñ</b>", "x", None, "y"],
            "area_ha": [1.5, None, 3.0, 4.0],
            "plants_registered": pd.array([1, 2, 2**40, 4], dtype="Int64"),
            "gi_star_significant": pd.array([True, None, False, True], dtype="boolean"),
        },
        geometry=gpd.GeoSeries([*points, None], crs=crs),
    )
    wave = [(-100 + 0.2 * np.sin(y * 9), y) for y in np.linspace(24, 27, 400)]
    west = shapely.MultiPolygon([shapely.Polygon([*wave, (-103, 27), (-103, 24)])])
    east = shapely.MultiPolygon([shapely.Polygon([(-97, 27), (-97, 24), *wave])])
    states = gpd.GeoDataFrame({"cve_ent": ["05", "19"], "name": ["W", "E"]}, geometry=[west, east], crs="EPSG:4326")
    towns = gpd.GeoDataFrame({"place_id": ["t"]}, geometry=gpd.points_from_xy([-99.1], [19.4]), crs="EPSG:4326")
    return {
        "parks": parks,
        "developers": pd.DataFrame({"developer_id": ["d"]}),
        "states": states.to_crs(crs),
        "places": towns.to_crs(crs),
    }


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiles") / "corredor.pmtiles"
    left_out = write_pmtiles(tables(), path, title="Corredor ñ", description="what it is")
    assert left_out == {"parks": 1}
    return path


@pytest.fixture
def reader(archive: Path) -> Iterator[Reader]:
    with archive.open("rb") as file:
        yield Reader(MmapSource(file))


def tile_layer(path: Path, zoom: int, x: int, y: int, layer: str, folder: Path) -> Any:
    """Return a layer of one tile as GDAL reads the tile alone; None where the tile lacks it."""
    with path.open("rb") as file:
        content = gzip.decompress(Reader(MmapSource(file)).get(zoom, x, y))
    tile = folder / str(zoom) / str(x) / f"{y}.pbf"
    tile.parent.mkdir(parents=True, exist_ok=True)
    tile.write_bytes(content)
    if layer not in pyogrio.list_layers(tile)[:, 0]:
        return None
    return pyogrio.read_dataframe(tile, layer=layer)


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return the column and row of the tile that holds a point."""
    count = 2**zoom
    row = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * count
    return int((lon + 180) / 360 * count), int(row)


def test_the_header_says_what_it_holds(reader: Reader) -> None:
    header = reader.header()
    assert header["tile_type"] == TileType.MVT
    assert header["tile_compression"] == header["internal_compression"] == Compression.GZIP
    assert (header["min_zoom"], header["max_zoom"]) == (0, DEEPEST)
    assert header["clustered"]
    corners = [header[key] / 1e7 for key in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")]
    assert corners == pytest.approx([-106.4, 19.4, -97, 31.7], abs=1e-6)


def test_the_metadata_describe_every_layer(reader: Reader) -> None:
    about = reader.metadata()
    assert (about["name"], about["description"]) == ("Corredor ñ", "what it is")
    assert "CC-BY-4.0" in about["attribution"]
    assert "INEGI" in about["attribution"]
    layers = {layer["id"]: layer for layer in about["vector_layers"]}
    assert list(layers) == ["parks", "states", "places"]
    assert layers["parks"]["fields"] == {
        "park_id": "String", "name": "String", "area_ha": "Number", "plants_registered": "Number",
        "gi_star_significant": "Boolean",
    }  # fmt: skip
    assert "sin geometría" in layers["parks"]["description"].casefold()
    assert layers["parks"]["description"].endswith("in no tile: 1.")
    assert "not CREA's list" in layers["parks"]["description"]
    assert "geometr" not in layers["states"]["description"].split(".")[-2]
    assert [(layer["minzoom"], layer["maxzoom"]) for layer in layers.values()] == [
        (0, DEEPEST), (0, DEEPEST), (FIRST_ZOOM["places"], DEEPEST)
    ]  # fmt: skip


@pytest.mark.parametrize("zoom", [0, 3, 4, 7, DEEPEST])
def test_the_tile_of_a_place_holds_its_park(archive: Path, tmp_path: Path, zoom: int) -> None:
    parks = tile_layer(archive, zoom, *tile_of(-106.4, 31.7, zoom), "parks", tmp_path).set_index("park_id")
    park = parks.loc["juarez"]
    assert (park["name"], park["area_ha"], park["plants_registered"]) == ("<b>Ñ</b>", 1.5, 1)
    assert bool(park["gi_star_significant"]) is True
    assert "nowhere" not in parks.index
    if zoom == 0:
        assert pd.isna(parks.loc["monterrey", "area_ha"])
        assert pd.isna(parks.loc["mexico", "name"])
        assert parks.loc["mexico", "plants_registered"] == 2**40


def test_a_layer_begins_at_its_zoom(archive: Path, tmp_path: Path) -> None:
    first = FIRST_ZOOM["places"]
    assert tile_layer(archive, first, *tile_of(-99.1, 19.4, first), "places", tmp_path)["place_id"].tolist() == ["t"]
    assert tile_layer(archive, first - 1, *tile_of(-99.1, 19.4, first - 1), "places", tmp_path) is None


def test_points_lie_within_the_grid_of_the_deepest_tiles(archive: Path) -> None:
    found = pyogrio.read_dataframe(archive, layer="parks").drop_duplicates("park_id").set_index("park_id")
    true = tables()["parks"].set_index("park_id").to_crs("EPSG:3857")
    for name in ("juarez", "monterrey", "mexico"):
        assert found.geometry[name].distance(true.geometry[name]) <= GRID_M * 2**0.5 * 1.01


@pytest.mark.parametrize("zoom", range(DEEPEST + 1))
def test_neighbours_keep_one_edge_at_every_zoom(archive: Path, zoom: int) -> None:
    """Shapes simplified apart would gape and overlap."""
    states = pyogrio.read_dataframe(archive, layer="states", ZOOM_LEVEL=str(zoom))
    shapes = states.dissolve("cve_ent").geometry.make_valid()
    cell = 40_075_017 / 2**zoom / 4096
    overlap = shapes["05"].intersection(shapes["19"]).area
    assert overlap < 0.05 * cell * 334_000  # of a seam three degrees long and one cell wide
    whole = shapes.union_all().area
    true = tables()["states"].to_crs("EPSG:3857").union_all().area
    assert whole == pytest.approx(true, rel=0.005 if zoom > 2 else 0.05)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_the_reference_system_of_the_tables_does_not_matter(archive: Path, tmp_path: Path, crs: str) -> None:
    write_pmtiles(tables(crs), tmp_path / "other.pmtiles", title="t")
    for zoom in (0, DEEPEST):
        place = tile_of(-106.4, 31.7, zoom)
        one = tile_layer(archive, zoom, *place, "parks", tmp_path / "one")
        two = tile_layer(tmp_path / "other.pmtiles", zoom, *place, "parks", tmp_path / "two")
        assert one["park_id"].tolist() == two["park_id"].tolist()


def test_the_same_tables_give_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    given = tables()
    path = tmp_path / "a folder ñ" / "other name.pmtiles"
    write_pmtiles(given, path, title="Corredor ñ", description="what it is")
    assert path.read_bytes() == archive.read_bytes()
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    for name, table in tables().items():
        pd.testing.assert_frame_equal(pd.DataFrame(given[name]), pd.DataFrame(table))


def test_every_tile_is_one_gzip_stream_without_a_clock(archive: Path) -> None:
    with archive.open("rb") as file:
        tiles = list(all_tiles(MmapSource(file)))
    assert len(tiles) > 20
    for _, content in tiles:
        assert content[:2] == b"\x1f\x8b"
        assert content[4:8] == bytes(4)


def test_tables_without_any_point_are_refused(tmp_path: Path) -> None:
    nothing = {"parks": tables()["parks"].iloc[3:], "developers": tables()["developers"]}
    with pytest.raises(ChoiceError, match="none of the chosen layers has a row with geometry"):
        write_pmtiles(nothing, tmp_path / "a.pmtiles", title="t")
    assert not list(tmp_path.iterdir())


def test_a_layer_without_a_system_is_refused(tmp_path: Path) -> None:
    bare = {"parks": tables()["parks"].set_crs(None, allow_override=True)}
    with pytest.raises(CrsError, match="parks: has no reference system"):
        write_pmtiles(bare, tmp_path / "a.pmtiles", title="t")
    assert not list(tmp_path.iterdir())


def test_a_target_that_cannot_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "a.pmtiles"
    target.mkdir()
    (target / "mine").write_text("mine")
    with pytest.raises(OutputError, match="what was there is untouched"):
        write_pmtiles(tables(), target, title="t")
    assert [path.name for path in tmp_path.iterdir()] == ["a.pmtiles"]
    assert (target / "mine").read_text() == "mine"
