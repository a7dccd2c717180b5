"""Elevation and slope at points, from a raster of heights, reading only the cells around them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from geo.errors import DataError, Problem
from geo.formats import open_raster
from geo.geodesy import GEODETIC_CRS, distance_km

Floats = NDArray[np.float64]


def terrain(path: Path, lon: ArrayLike, lat: ArrayLike) -> pd.DataFrame:
    r"""Return the height and the slope of the ground at points.

    .. math:: slope = 100 \sqrt{(\partial z / \partial x)^2 + (\partial z / \partial y)^2}

    Parameters
    ----------
    path
        Raster of heights in metres, one band, any reference system.
    lon, lat
        Points, degrees, WGS84.

    Returns
    -------
    pandas.DataFrame
        ``elevation_m`` of the cell that holds the point and ``slope_percent``; missing off the raster, where the point
        is missing, and for the slope also where one of the eight cells around has no value. Row labels from 0.

    Raises
    ------
    geo.errors.DataError
        If the raster cannot be read, has no reference system or more than one band.

    Notes
    -----
    Horn's slope over three by three cells; the width and height of a cell are geodesic, so degrees will do.

    References
    ----------
    Horn, B. K. P. (1981). Hill Shading and the Reflectance Map. Proceedings of the IEEE 69(1).
    """
    x, y = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (lon, lat))
    height, slope = np.full(x.size, np.nan), np.full(x.size, np.nan)
    with open_raster(path) as raster:
        to_raster = Transformer.from_crs(GEODETIC_CRS, raster.crs, always_xy=True)
        given = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        across, up = to_raster.transform(x[given], y[given])
        inverse = ~raster.transform
        columns = np.floor(inverse.a * across + inverse.b * up + inverse.c)
        rows = np.floor(inverse.d * across + inverse.e * up + inverse.f)
        inside = (columns >= 0) & (columns < raster.width) & (rows >= 0) & (rows < raster.height)
        for point, row, column in zip(
            given[inside], rows[inside].astype(int), columns[inside].astype(int), strict=True
        ):
            block = _around(raster, row, column)
            height[point] = block[1, 1]
            slope[point] = _horn(block, *_cell_km(raster, to_raster, row, column))
    return pd.DataFrame({"elevation_m": height, "slope_percent": slope})


def _around(raster: Any, row: int, column: int) -> Floats:
    """Return the three by three cells around one, missing as NaN."""
    from rasterio.windows import Window

    top, left = max(row - 1, 0), max(column - 1, 0)
    bottom, right = min(row + 2, raster.height), min(column + 2, raster.width)
    cells = raster.read(1, window=Window(left, top, right - left, bottom - top), masked=True)
    block = np.full((3, 3), np.nan)
    block[top - row + 1 : bottom - row + 1, left - column + 1 : right - column + 1] = np.ma.filled(
        cells.astype(np.float64), np.nan
    )
    return block


def _cell_km(raster: Any, to_raster: Transformer, row: int, column: int) -> tuple[float, float]:
    grid = raster.transform
    x = grid.c + grid.a * (column + np.array([0.0, 1.0, 0.5, 0.5])) + grid.b * (row + np.array([0.5, 0.5, 0.0, 1.0]))
    y = grid.f + grid.d * (column + np.array([0.0, 1.0, 0.5, 0.5])) + grid.e * (row + np.array([0.5, 0.5, 0.0, 1.0]))
    lon, lat = to_raster.transform(x, y, direction="INVERSE")
    if not (np.isfinite([lon, lat]).all() and (np.abs(lat) <= 90).all()):
        what = "a cell of the raster reaches beyond the globe"
        raise DataError([Problem(Path(raster.name).name, what, "Write it with its geotransform")])
    wide, high = distance_km(lon[[0, 2]], lat[[0, 2]], lon[[1, 3]], lat[[1, 3]])
    return float(wide), float(high)


def _horn(z: Floats, wide_km: float, high_km: float) -> float:
    east = (z[0, 2] + 2 * z[1, 2] + z[2, 2] - z[0, 0] - 2 * z[1, 0] - z[2, 0]) / (8000 * wide_km)
    north = (z[0, 0] + 2 * z[0, 1] + z[0, 2] - z[2, 0] - 2 * z[2, 1] - z[2, 2]) / (8000 * high_km)
    return float(100 * np.hypot(east, north))
