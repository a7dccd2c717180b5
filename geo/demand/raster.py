"""Demand from a raster of people, read in parts: never the whole of it in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geo.demand.model import Demand, make_demand
from geo.errors import DataError, Problem
from geo.formats import open_raster
from geo.geodesy import GEODETIC_CRS

Progress = Callable[[str], None]
Floats = NDArray[np.float64]

# Cells on a side of what is read at once: 2 million cells, 16 MB a copy.
_TILE = 1448
_CACHE_MB = 64
_LEAST_CELL_KM = 1e-6
_MOST_CELLS = 2_000_000
_BLIND = {
    "es": "El ráster es un modelo: reparte a la gente por edificios y luces; las celdas se juntan en bloques y cada "
    "bloque cuenta en el centro de su gente.",
    "en": "The raster is a model: it shares people out by buildings and lights; cells are joined in blocks and each "
    "block counts at the centre of its people.",
}


def raster_by_area(path: Path, areas: gpd.GeoDataFrame, *, progress: Progress | None = None) -> pd.Series:
    """Return the sum of a raster over each area; a cell on an edge counts by the part of it that is inside.

    Parameters
    ----------
    path
        Raster of counts (people a cell, not a density), one band; WorldPop and GHSL are such.
    areas
        Polygons in any reference system; they are taken to that of the raster.
    progress
        Called with a short line now and then.

    Returns
    -------
    pandas.Series
        float64, index that of the areas, named ``weight``; 0 where there is no cell with a value.

    Raises
    ------
    geo.errors.DataError
        If the raster cannot be read, has no reference system, more than one band, or negative values that it does not
        declare as nodata.

    Notes
    -----
    Sums are exactextract's. Areas are cut in tiles of the raster, so that memory does not grow with them; a cell in
    two areas counts in each by its part. Cells without a value (nodata, NaN) count 0.
    """
    totals = np.zeros(len(areas))
    with _opened(path) as raster:
        shapes = areas.geometry.to_crs(raster.crs).to_numpy()
        for box in _tiles(raster, shapes):
            touched = np.flatnonzero(shapely.intersects(shapes, box))
            parts = [_polygonal(shapely.intersection(shapes[row], box)) for row in touched]
            for row, part in zip(touched, parts, strict=True):
                if part is not None:
                    value, share, _, _ = _cells(path, raster, part)
                    totals[row] += float(value @ share)
            _tell(progress, path, box)
    return pd.Series(totals, index=areas.index, name="weight")


def raster_demand(
    path: Path, region: shapely.Geometry, *, block_km: float = 1.0, unit: str = "people",
    progress: Progress | None = None,
) -> Demand:  # fmt: skip
    """Return the people of a raster inside a region, cells joined into blocks.

    Parameters
    ----------
    path
        Raster of counts, one band, any reference system.
    region
        Polygon in longitude and latitude, WGS84.
    block_km
        About how wide a block is; never less than a cell.
    unit
        What one of the values is.
    progress
        Called with a short line now and then.

    Returns
    -------
    Demand
        One point a block, at the mean of its cells' centres weighted by their people. The weights add up to
        ``raster_by_area`` of the region.

    Raises
    ------
    geo.errors.DataError
        As ``raster_by_area`` does, and if the region holds nobody or the blocks would be too many.

    Notes
    -----
    Blocks are aligned with the raster's corner, not with the region, so that neighbouring regions share none. A raster
    of density must be multiplied by its cell's area first; this cannot be told from the file.
    """
    with _opened(path) as raster:
        shape = gpd.GeoSeries([region], crs=GEODETIC_CRS).to_crs(raster.crs).iloc[0]
        side = _cells_a_block(raster, shape, block_km)
        found: dict[tuple[int, int], Floats] = {}
        tile = max(side, _TILE // side * side)
        for box in _tiles(raster, np.array([shape]), tile=tile):
            part = _polygonal(shapely.intersection(shape, box))
            if part is not None:
                _add_blocks(found, raster, _cells(path, raster, part), side)
            _tell(progress, path, box)
            if len(found) > _MOST_CELLS:
                what = f"more than {_MOST_CELLS:,} blocks of {block_km:g} km have people"
                raise DataError([Problem(path.name, what, "Ask for wider blocks or a smaller region")])
        keys = sorted(found)
        sums = np.array([found[key] for key in keys]).reshape(-1, 3)
        to_degrees = Transformer.from_crs(raster.crs, GEODETIC_CRS, always_xy=True)
        weight = sums[:, 0]
        lon, lat = to_degrees.transform(sums[:, 1] / weight, sums[:, 2] / weight)
    table = pd.DataFrame({"id": [f"{row}_{column}" for row, column in keys], "lon": lon, "lat": lat, "weight": weight})
    return make_demand(table, basis="raster", unit=unit, source=path.name, blind=_BLIND)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a raster and refuse one that cannot be summed."""
    import rasterio

    with open_raster(path) as raster, rasterio.Env(GDAL_CACHEMAX=_CACHE_MB):
        if raster.transform.b or raster.transform.d:
            cure = "Warp it to a grid that runs north and east"
            raise DataError([Problem(path.name, "the raster is rotated", cure)])
        yield raster


def _tiles(raster: Any, shapes: NDArray[np.object_], *, tile: int = _TILE) -> Iterator[shapely.Geometry]:
    """Yield the tiles of the raster that the shapes meet, as boxes along its cells' edges."""
    tree = shapely.STRtree(shapes)
    shapely.prepare(shapes)
    for top in range(0, raster.height, tile):
        for left in range(0, raster.width, tile):
            bottom, right = min(top + tile, raster.height), min(left + tile, raster.width)
            grid = raster.transform
            west, east = grid.c + grid.a * left, grid.c + grid.a * right
            north, south = grid.f + grid.e * top, grid.f + grid.e * bottom
            box = shapely.box(min(west, east), min(south, north), max(west, east), max(south, north))
            if tree.query(box, predicate="intersects").size:
                yield box


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the polygons of an intersection; None where it is only a point or an edge."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    kept = [part for part in parts if part.area > 0]
    return shapely.union_all(kept) if kept else None


def _cells(path: Path, raster: Any, part: shapely.Geometry) -> tuple[Floats, Floats, Floats, Floats]:
    """Return value, share inside, x and y of the cells with people that a part of a tile covers."""
    from exactextract import exact_extract
    from exactextract.feature import JSONFeatureSource
    from exactextract.raster import RasterioRasterSource

    source = RasterioRasterSource(raster)
    feature = {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(part)}
    wanted = ["values", "coverage", "center_x", "center_y"]
    ((answer),) = exact_extract(source, JSONFeatureSource([feature]), wanted)
    columns = [np.asarray(answer["properties"][name]) for name in wanted]
    known = ~np.ma.getmaskarray(np.ma.masked_invalid(columns[0]))
    value, share, x, y = (np.ma.getdata(column)[known].astype(np.float64) for column in columns)
    if (value < 0).any():
        what = f"{int((value < 0).sum())} cells are negative, such as {value.min():g}, and the file's nodata is " + (
            "not set" if raster.nodata is None else f"{raster.nodata:g}"
        )
        raise DataError([Problem(path.name, what, "Declare that value as nodata, for instance gdal_edit -a_nodata")])
    people = value > 0
    return value[people], share[people], x[people], y[people]


def _cells_a_block(raster: Any, shape: shapely.Geometry, block_km: float) -> int:
    """Return how many cells wide a block is, from the size of a cell in the middle of the region."""
    from geo.geodesy import distance_km

    if not block_km > 0:
        raise DataError([Problem("raster", f"blocks of {block_km:g} km were asked for", "Ask for a width above 0")])
    middle = shape.centroid
    to_degrees = Transformer.from_crs(raster.crs, GEODETIC_CRS, always_xy=True)
    lon, lat = to_degrees.transform([middle.x, middle.x], [middle.y, middle.y + abs(raster.transform.e)])
    if not (np.isfinite([lon, lat]).all() and (np.abs(lat) <= 90).all()):
        what = "the raster's cells reach beyond the globe"
        raise DataError([Problem(Path(raster.name).name, what, "Write it with its geotransform")])
    # Cells of no width that can be told would be joined without end.
    cell_km = max(float(distance_km(lon[0], lat[0], lon[1], lat[1])), _LEAST_CELL_KM)
    return max(1, round(block_km / cell_km))


def _add_blocks(
    found: dict[tuple[int, int], Floats], raster: Any, cells: tuple[Floats, Floats, Floats, Floats], side: int
) -> None:
    """Add the cells of a tile to their blocks: weight, and weight times x and y."""
    value, share, x, y = cells
    weight = value * share
    inverse = ~raster.transform
    column, row = np.floor(inverse.a * x + inverse.c) // side, np.floor(inverse.e * y + inverse.f) // side
    keys = np.column_stack([row, column]).astype(np.int64)
    if not keys.size:
        return
    unique, place = np.unique(keys, axis=0, return_inverse=True)
    sums = [
        np.bincount(place.ravel(), weights=each, minlength=len(unique)) for each in (weight, weight * x, weight * y)
    ]
    for key, totals in zip(map(tuple, unique.tolist()), np.column_stack(sums), strict=True):
        found[key] = found[key] + totals if key in found else totals


def _tell(progress: Progress | None, path: Path, box: shapely.Geometry) -> None:
    if progress is not None:
        west, south, _, _ = box.bounds
        progress(f"{path.name}: the tile at {west:g}, {south:g}")
