"""A run comes back from every format as it was: column by column, type by type, null by null, to the last digit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pmtiles.reader import MmapSource, Reader
from pyproj import CRS

from geo.export.pmtiles import DEEPEST, FIRST_ZOOM, write_pmtiles
from geo.export.tables import csv_table
from geo.export.vector import hilbert_sorted, write_csv_wkt, write_flatgeobuf, write_geoparquet
from geo.schema import LAYERS

PUBLISHED = [name for name, layer in LAYERS.items() if layer.published]
SPATIAL = [name for name in PUBLISHED if LAYERS[name].geometry]
TABLES = [name for name in PUBLISHED if not LAYERS[name].geometry]


@pytest.fixture(scope="session")
def published(built: Path) -> dict[str, Any]:
    """Return the run's tables as its own Parquet files hold them."""
    return {
        name: (gpd.read_parquet if name in SPATIAL else pd.read_parquet)(built / "tables" / f"{name}.parquet")
        for name in PUBLISHED
    }


@pytest.fixture(scope="session")
def exported(published: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the run in every format of `geo.export.vector`, each in a folder of its own."""
    folder = tmp_path_factory.mktemp("export")
    write_geoparquet(published, folder / "parquet")
    write_flatgeobuf(published, folder / "fgb")
    write_csv_wkt(published, folder / "csv")
    return folder


def assert_same(ours: Any, theirs: Any, name: str, *, kinds: Callable[[Any], str] | None = None) -> None:
    """Assert that a table came back: the same columns in the same order, rows, nulls, values and geometries."""
    columns = LAYERS[name].output_columns
    assert [column for column in theirs.columns if column != "geometry"] == [column.name for column in columns]
    assert len(theirs) == len(ours)
    for column in columns:
        mine, other = ours[column.name], theirs[column.name]
        assert other.isna().tolist() == mine.isna().tolist(), (name, column.name)
        given = mine.notna()
        assert other[given].tolist() == mine[given].tolist(), (name, column.name)
        if kinds is not None:
            assert kinds(other) == column.kind, (name, column.name)
    if LAYERS[name].geometry:
        assert CRS(theirs.crs) == CRS("EPSG:6372")
        assert theirs.geometry.isna().tolist() == ours.geometry.isna().tolist()
        there = ours.geometry.notna().to_numpy()
        assert shapely.equals_exact(theirs.geometry.to_numpy()[there], ours.geometry.to_numpy()[there], 0).all()
        assert set(theirs.geom_type.dropna()) <= {LAYERS[name].geometry}


def arrow_kind(values: Any) -> str:
    """Return the schema's name of a column's type."""
    kinds = {"string": "text", "int64": "integer", "double": "number", "bool": "boolean"}
    return kinds[str(values.dtype.pyarrow_dtype).replace("large_", "")]


def read_ogr(path: Path, layer: str, **options: str) -> Any:
    """Return a layer with the types that GDAL found, every null kept."""
    table = pyogrio.read_dataframe(
        path, layer=layer, use_arrow=True, arrow_to_pandas_kwargs={"types_mapper": pd.ArrowDtype}, **options
    )
    return table.drop(columns="wkt", errors="ignore")


def with_apostrophes(table: Any) -> Any:
    """Return a table with the apostrophes that its text has in CSV."""
    safe, table = csv_table(table), table.copy()
    for column in safe:
        if pd.api.types.is_string_dtype(table[column]):
            table[column] = safe[column]
    return table


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_geopackage_equals_the_tables(built: Path, published: dict[str, Any], name: str) -> None:
    assert_same(published[name], read_ogr(built / "corredor.gpkg", name), name, kinds=arrow_kind)


@pytest.mark.parametrize("name", PUBLISHED)
def test_geoparquet_equals_the_tables(exported: Path, published: dict[str, Any], name: str) -> None:
    path = exported / "parquet" / f"{name}.parquet"
    if name in TABLES:
        pd.testing.assert_frame_equal(pd.read_parquet(path), published[name])
        return
    theirs, ours = gpd.read_parquet(path), hilbert_sorted(published[name])
    assert theirs.dtypes.to_dict() == ours.dtypes.to_dict()
    assert_same(ours, theirs, name)
    # Sorting loses and doubles no row.
    plain = [column.name for column in LAYERS[name].output_columns]
    both = (pd.DataFrame(table[plain]).sort_values(plain, ignore_index=True) for table in (published[name], theirs))
    pd.testing.assert_frame_equal(*both)


@pytest.mark.parametrize("name", SPATIAL)
def test_flatgeobuf_equals_the_tables(exported: Path, published: dict[str, Any], name: str) -> None:
    """Rows without geometry stand in a CSV beside it."""
    theirs = read_ogr(exported / "fgb" / f"{name}.fgb", name)
    # The format's own index puts the rows in another order.
    key = LAYERS[name].key or ["lon", "lat", *[c.name for c in LAYERS[name].output_columns if c.kind == "integer"]]
    order = [key] if isinstance(key, str) else key
    located = published[name].geometry.notna()
    ours = published[name][located].sort_values(order, ignore_index=True)
    assert_same(ours, theirs.sort_values(order, ignore_index=True), name, kinds=arrow_kind)
    rest = exported / "fgb" / f"{name}_without_geometry.csv"
    if located.all():
        assert not rest.exists()
        return
    beside = read_ogr(rest, rest.stem, EMPTY_STRING_AS_NULL="YES").assign(geometry=None)
    lost = with_apostrophes(published[name][~located].reset_index(drop=True))
    assert_same(lost, gpd.GeoDataFrame(beside, crs="EPSG:6372"), name, kinds=arrow_kind)


@pytest.mark.parametrize("name", PUBLISHED)
def test_csv_equals_the_tables_but_for_apostrophes(exported: Path, published: dict[str, Any], name: str) -> None:
    """The apostrophes keep a spreadsheet from running text as a formula; nothing else differs."""
    theirs = read_ogr(exported / "csv" / f"{name}.csv", name, EMPTY_STRING_AS_NULL="YES")
    assert_same(with_apostrophes(published[name]), theirs, name, kinds=arrow_kind)


def test_flatgeobuf_leaves_tables_without_geometry_as_csv(exported: Path) -> None:
    for name in TABLES:
        assert not (exported / "fgb" / f"{name}.fgb").exists()
        assert (exported / "fgb" / f"{name}.csv").read_bytes() == (exported / "csv" / f"{name}.csv").read_bytes()


@pytest.mark.parametrize("name", SPATIAL)
def test_geoparquet_is_version_1_1_with_boxes_and_projjson(exported: Path, name: str) -> None:
    geo = json.loads(pq.read_schema(exported / "parquet" / f"{name}.parquet").metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 6372}
    assert column["covering"]["bbox"]["ymax"] == ["bbox", "ymax"]
    assert column["geometry_types"] == [LAYERS[name].geometry]


@pytest.mark.parametrize("name", ["establishments", "places", "municipalities"])
def test_the_order_of_the_curve_is_more_local_than_the_order_of_the_file(published: dict[str, Any], name: str) -> None:
    """The way from row to row is shorter by far."""

    def way(table: gpd.GeoDataFrame) -> float:
        points = table.geometry.dropna().centroid
        return float(points.distance(points.shift()).sum())

    assert way(hilbert_sorted(published[name])) < way(published[name]) / 2


def test_a_reader_skips_most_row_groups_for_a_window(exported: Path, published: dict[str, Any]) -> None:
    """Places within 0.5 degrees of Tijuana: only the groups whose box meets the window need reading."""
    window = shapely.box(-117.2, 32.0, -116.2, 32.8)
    west, south, east, north = gpd.GeoSeries([window], crs="EPSG:4326").to_crs("EPSG:6372").total_bounds
    file = pq.ParquetFile(exported / "parquet" / "places.parquet")
    names = [file.metadata.row_group(0).column(i).path_in_schema for i in range(file.metadata.num_columns)]
    needed = 0
    for number in range(file.num_row_groups):
        group = file.metadata.row_group(number)
        edge = {key: group.column(names.index(f"bbox.{key}")).statistics for key in ("xmin", "ymin", "xmax", "ymax")}
        needed += (edge["xmin"].min <= east and edge["xmax"].max >= west
                   and edge["ymin"].min <= north and edge["ymax"].max >= south)  # fmt: skip
    assert file.num_row_groups >= 9
    assert 1 <= needed <= 3
    points = published["places"].geometry
    inside = points.x.between(west, east) & points.y.between(south, north)
    found = gpd.read_parquet(exported / "parquet" / "places.parquet", bbox=(west, south, east, north))
    assert len(found) == inside.sum() > 10


def test_duckdb_opens_geoparquet(exported: Path, published: dict[str, Any]) -> None:
    """DuckDB 2 knows the geometry and its reference system without its spatial extension.

    The extension is a download, and tests have no network: none may be installed or loaded here.
    """
    path = str(exported / "parquet" / "parks.parquet")
    with duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False}) as base:
        types = dict(
            base.execute("SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet(?))", [path]).fetchall()
        )
        wanted = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}
        for column in LAYERS["parks"].output_columns:
            assert types[column.name] == wanted[column.kind], column.name
        assert types["geometry"].startswith("GEOMETRY(")
        assert '"id":{"authority":"EPSG","code":6372}' in types["geometry"]
        assert types["bbox"] == "STRUCT(xmin DOUBLE, ymin DOUBLE, xmax DOUBLE, ymax DOUBLE)"
        (told,) = base.execute(
            "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) = 'geo'", [path]
        ).fetchone()
        assert json.loads(told)["columns"]["geometry"]["crs"]["id"]["code"] == 6372
        rows = base.execute(
            "SELECT park_id, opened_year, area_ha, gi_star_significant, geometry::BLOB, bbox.xmin FROM read_parquet(?) "
            "ORDER BY park_id",
            [path],
        ).fetchall()
    parks = published["parks"].sort_values("park_id")
    assert [row[0] for row in rows] == parks["park_id"].tolist()
    for place, column in ((1, "opened_year"), (2, "area_ha"), (3, "gi_star_significant")):
        assert [row[place] for row in rows] == parks[column].astype(object).where(parks[column].notna(), None).tolist()
    shapes = shapely.from_wkb([row[4] for row in rows])
    located = parks.geometry.notna().to_numpy()
    assert [shape is not None for shape in shapes] == located.tolist()
    assert shapely.equals_exact(shapes[located], parks.geometry.to_numpy()[located], 0).all()
    assert [row[5] for row, there in zip(rows, located, strict=True) if there] == parks.geometry.x[located].tolist()
    assert all(row[5] is None for row, there in zip(rows, located, strict=True) if not there)


@pytest.mark.slow
def test_every_located_row_is_in_the_tiles(published: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "corredor.pmtiles"
    left_out = write_pmtiles(published, path, title="Corredor")
    missing = {name: int(published[name].geometry.isna().sum()) for name in SPATIAL}
    assert left_out == {name: count for name, count in missing.items() if count}
    with path.open("rb") as file:
        layers = {layer["id"]: layer for layer in Reader(MmapSource(file)).metadata()["vector_layers"]}
    assert list(layers) == SPATIAL
    assert {name: layer["minzoom"] for name, layer in layers.items()} == {n: FIRST_ZOOM.get(n, 0) for n in SPATIAL}
    for name in ("parks", "municipalities", "places"):
        key = str(LAYERS[name].key)
        found = pyogrio.read_dataframe(path, layer=name, columns=[key], ZOOM_LEVEL=str(DEEPEST))
        assert set(found[key]) == set(published[name].loc[published[name].geometry.notna(), key]), name
    seats = pyogrio.read_dataframe(path, layer="establishments", columns=["plant_id"], ZOOM_LEVEL=str(DEEPEST))
    seats = seats.drop_duplicates("plant_id")
    true = published["establishments"].set_index("plant_id").to_crs("EPSG:3857")
    assert set(seats["plant_id"]) == set(true.index)
    apart = seats.set_index("plant_id").geometry.distance(true.geometry, align=True)
    assert np.nanmax(apart) <= 40_075_017 / 2**DEEPEST / 4096
