"""Every spatial layer as vector tiles in one PMTiles archive, which a browser reads from any web server."""

from __future__ import annotations

import gzip
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.errors import ChoiceError, CrsError
from geo.export.files import whole_files
from geo.export.vector import has_place
from geo.geodesy import GEODETIC_CRS, planar_crs
from geo.schema import LAYERS, LICENCES

#: Deepest zoom: a tile's grid is then 36 m, finer than the boundaries (100 m) and the points' errors. Viewers go on
#: enlarging from there.
DEEPEST = 8

#: First zoom of the layers that would fill the tiles of the whole country; every other layer begins at 0.
FIRST_ZOOM = {"auto_parts_plants": 3, "municipalities": 4, "corridor_points": 4, "establishments": 7, "places": 8}

#: Zooms drawn from the same shapes, and how far those may lie from the true ones, in metres; None: not at all. Each
#: is under half a pixel of the deepest zoom of its band.
BANDS = ((0, 3, 4_000), (4, 6, 500), (7, DEEPEST, None))

#: Bytes a tile may have before GDAL would make its shapes coarser: far more than any has.
_TILE_BYTES = 20_000_000

_GZIP_LEVEL = 6


def write_pmtiles(
    tables: Mapping[str, pd.DataFrame], path: Path, *, title: str, description: str = ""
) -> dict[str, int]:
    """Write every table with geometry as a layer of one PMTiles archive.

    Parameters
    ----------
    tables
        Layer name -> published table, in any reference system; tables without geometry are left out.
    path
        File to write; an earlier one is replaced when all went well.
    title, description
        What the archive says it is.

    Returns
    -------
    dict of str to int
        Rows that are in no tile because they have no geometry, by layer; layers without such rows are left out.

    Raises
    ------
    geo.errors.OutputError
        If it cannot be written; an earlier file is untouched.
    geo.errors.ChoiceError
        If no table has a row with geometry.
    geo.errors.CrsError
        If a table with geometry has no reference system.

    Notes
    -----
    All columns are in all tiles, in which a missing value is an absent attribute. From ``DEEPEST`` on each row with
    geometry is there; at lower zooms areas are drawn from shapes simplified together, so that neighbours keep one
    edge, and an area smaller than a tile's grid may be missing. The layers begin at the zooms of ``FIRST_ZOOM``.

    GDAL makes the tiles of each layer; a tile of several layers is their bytes one after the other, as the vector
    tile format defines it.
    """
    from pmtiles import tile, writer

    spatial = {name: table for name, table in tables.items() if isinstance(table, gpd.GeoDataFrame)}
    located = {name: _located(name, table) for name, table in spatial.items()}
    drawn = {name: table for name, table in located.items() if len(table)}
    if not drawn:
        raise ChoiceError("pmtiles: none of the chosen layers has a row with geometry. Choose other --layers.")
    left_out = {name: len(spatial[name]) - len(table) for name, table in located.items()}
    with whole_files(path.parent) as staging, tempfile.TemporaryDirectory(dir=staging) as folder:
        tiles: defaultdict[int, bytes] = defaultdict(bytes)
        for name, table in drawn.items():
            for place, content in _layer_tiles(name, table, Path(folder)):
                tiles[tile.zxy_to_tileid(*place)] += content
        with (staging / path.name).open("wb") as out:
            archive = writer.Writer(out)
            for number in sorted(tiles):
                archive.write_tile(number, gzip.compress(tiles[number], _GZIP_LEVEL, mtime=0))
            archive.finalize(
                {"tile_type": tile.TileType.MVT, "tile_compression": tile.Compression.GZIP, **_extent(drawn)},
                _metadata(drawn, left_out, title=title, description=description),
            )
    return {name: count for name, count in left_out.items() if count}


def _located(name: str, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if table.crs is None:
        raise CrsError(f"{name}: has no reference system, so its coordinates mean nothing; set one with .set_crs(...).")
    return table[has_place(table)]


def _layer_tiles(name: str, table: gpd.GeoDataFrame, folder: Path) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    """Give the (zoom, x, y) and the bytes of every tile of a layer."""
    areas = LAYERS[name].geometry == "MultiPolygon"
    bands = BANDS if areas else ((0, DEEPEST, None),)
    for first, high, tolerance_m in bands:
        low = max(first, FIRST_ZOOM.get(name, 0))
        if low > high:
            continue
        shapes = table
        if tolerance_m is not None:
            plane = table.geometry.to_crs(planar_crs())
            shapes = table.set_geometry(plane.simplify_coverage(tolerance_m))
        yield from _tiles_of_gdal(name, shapes, folder / f"{name}-{low}.mbtiles", low, high)


def _tiles_of_gdal(
    name: str, table: gpd.GeoDataFrame, path: Path, low: int, high: int
) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    pyogrio.write_dataframe(
        table.to_crs("EPSG:3857"),  # the tiles' own; nothing is measured in it
        path,
        layer=name,
        driver="MVT",
        encoding="UTF-8",  # else GDAL's writer takes the locale's
        geometry_type=LAYERS[name].geometry,
        dataset_options={
            "FORMAT": "MBTILES",
            "MINZOOM": low,
            "MAXZOOM": high,
            "COMPRESS": "NO",
            "MAX_SIZE": _TILE_BYTES,
        },
    )
    with closing(sqlite3.connect(path)) as database:
        for zoom, x, row, tile in database.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"):
            yield (zoom, x, (1 << zoom) - 1 - row), tile  # MBTiles counts rows from the south
    path.unlink()


def _extent(tables: Mapping[str, gpd.GeoDataFrame]) -> dict[str, int]:
    """Return the box and the first view of the header, in units of 1e-7 degrees."""
    boxes = pd.DataFrame([table.geometry.to_crs(GEODETIC_CRS).total_bounds for table in tables.values()])
    west, south, east, north = (round(each * 1e7) for each in (*boxes[[0, 1]].min(), *boxes[[2, 3]].max()))
    return {
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "center_lon_e7": (west + east) // 2,
        "center_lat_e7": (south + north) // 2,
        "center_zoom": 4,
    }


def _metadata(
    tables: Mapping[str, gpd.GeoDataFrame], left_out: Mapping[str, int], *, title: str, description: str
) -> dict[str, Any]:
    used = dict.fromkeys(LAYERS[name].licence for name in tables)
    return {
        "name": title,
        "description": description,
        "type": "overlay",
        "attribution": "; ".join(f"{LICENCES[key][0]} ({LICENCES[key][1]})" for key in used),
        "vector_layers": [
            {
                "id": name,
                "description": _words(name, left_out[name]),
                "minzoom": FIRST_ZOOM.get(name, 0),
                "maxzoom": DEEPEST,
                "fields": {
                    column: _field(table[column].dtype) for column in table.columns if column != table.geometry.name
                },
            }
            for name, table in tables.items()
        ],
    }


def _words(name: str, left_out: int) -> str:
    layer = LAYERS[name]
    missing = f" Sin geometría, fuera de las teselas / without geometry, in no tile: {left_out}." if left_out else ""
    return f"{layer.es} / {layer.en}. {layer.description}{missing}"


def _field(dtype: object) -> str:
    if pd.api.types.is_bool_dtype(dtype):  # type: ignore[arg-type]
        return "Boolean"
    return "Number" if pd.api.types.is_numeric_dtype(dtype) else "String"  # type: ignore[arg-type]
