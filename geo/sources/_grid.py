"""Rasters cut to the part of the country that is asked for, block by block."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

from geo.errors import DownloadError
from geo.geodesy import GEODETIC_CRS
from geo.sources.area import Bounds

_BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut came to: cells in the box, those with a value, and their sum."""

    cells: int
    valued: int
    total: float


def cut_raster(raster: Path, box: Bounds, path: Path, *, least: float | None = None) -> Cut:
    """Write the part of a raster that lies in a box, in its own cells and reference system.

    Parameters
    ----------
    raster
        A GeoTIFF.
    box
        West, south, east, north in degrees.
    path
        The GeoTIFF to write: tiled, packed, its first band.
    least
        Values below it are no values: what the source marks as missing by a number of its own.

    Returns
    -------
    Cut
        Its account.

    Raises
    ------
    geo.errors.DownloadError
        If the file is no raster that can be read, or does not cover any of the box.
    """
    import rasterio
    from rasterio.errors import RasterioError, RasterioIOError

    try:
        with rasterio.open(raster) as source:
            return _cut(source, box, path, least)
    except (RasterioIOError, RasterioError) as error:
        raise DownloadError(f"{raster.name}: cannot be read as a raster ({error}). Fetch it with --refresh.") from error


def _cut(source, box: Bounds, path: Path, least: float | None) -> Cut:  # type: ignore[no-untyped-def] # rasterio's
    import numpy as np
    import rasterio
    from rasterio import Affine
    from rasterio.warp import transform_bounds
    from rasterio.windows import Window

    grid = source.transform
    if source.crs is None or grid.b or grid.d or grid.a <= 0 or grid.e >= 0:
        raise DownloadError(f"{Path(source.name).name}: has no reference system, or its rows do not run west to east.")
    west, south, east, north = transform_bounds(GEODETIC_CRS, source.crs, *box)
    left, right = max(0, floor((west - grid.c) / grid.a)), min(source.width, ceil((east - grid.c) / grid.a))
    top, bottom = max(0, floor((north - grid.f) / grid.e)), min(source.height, ceil((south - grid.f) / grid.e))
    if right <= left or bottom <= top:
        raise DownloadError(f"{Path(source.name).name}: does not cover the part that is asked for.")
    window = Window(left, top, right - left, bottom - top)
    missing = -99999.0 if source.nodata is None else source.nodata
    profile = {
        "driver": "GTiff", "width": window.width, "height": window.height, "count": 1, "dtype": source.dtypes[0],
        "crs": source.crs, "nodata": missing,
        "transform": Affine(grid.a, 0.0, grid.c + left * grid.a, 0.0, grid.e, grid.f + top * grid.e), "tiled": True,
        "blockxsize": 256, "blockysize": 256, "compress": "deflate", "bigtiff": "if_safer",
    }  # fmt: skip
    cells = valued = 0
    total = 0.0
    with rasterio.open(path, "w", **profile) as target:
        for row in range(0, window.height, _BLOCK):
            for column in range(0, window.width, _BLOCK):
                piece = Window(column, row, min(_BLOCK, window.width - column), min(_BLOCK, window.height - row))
                read = Window(left + column, top + row, piece.width, piece.height)
                values = source.read(1, window=read, masked=True)
                if least is not None:
                    values = np.ma.masked_less(values, least)
                cells, valued = cells + values.size, valued + int(values.count())
                total += float(values.sum(dtype="float64") or 0.0) if values.count() else 0.0
                target.write(values.filled(missing).astype(source.dtypes[0]), 1, window=piece)
    return Cut(cells, valued, total)
