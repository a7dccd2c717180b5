"""Square cells over the land in EPSG:6372, and figures on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geo.geodesy import GEODETIC_CRS, planar_crs

Floats = NDArray[np.float64]

CELL_M = 2500.0


@dataclass(frozen=True, slots=True)
class Surface:
    """One figure over the whole land.

    Attributes
    ----------
    name
        Name of the file; its words and colours stand in the style table under it.
    unit
        Unit of the values; ``1`` for none.
    licence
        Key of ``geo.schema.LICENCES``: the strictest terms of what it was measured from.
    values
        float32, shape of the grid, north up; nan off the land and where there is no figure.
    parameters
        What the figure was measured with: name -> value.
    """

    name: str
    unit: str
    licence: str
    values: NDArray[np.float32]
    parameters: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LandGrid:
    """Square cells of 2.5 km over the land in EPSG:6372.

    Attributes
    ----------
    left, top
        Outer corner of the first cell, metres; whole multiples of the cell.
    land
        Which cells have their centre on the land, shape (rows, columns), from north to south and west to east.
    lon, lat
        Centres of the land's cells, degrees, WGS84, in the order of ``land`` read row by row.
    outline
        The land in degrees, WGS84.
    """

    left: float
    top: float
    land: NDArray[np.bool_]
    lon: Floats
    lat: Floats
    outline: shapely.Geometry

    @property
    def transform(self) -> Any:
        """The affine transform from column and row to metres."""
        return _transform(self.left, self.top)

    def filled(self, values: Floats) -> NDArray[np.float32]:
        """Return values of the land's cells as a whole grid, nan off the land."""
        whole = np.full(self.land.shape, np.nan, dtype=np.float32)
        whole[self.land] = values + 0.0  # turns -0.0 into 0.0
        return whole


def land_grid(land: gpd.GeoDataFrame) -> LandGrid:
    """Return the cells whose centre lies on the land.

    Parameters
    ----------
    land
        Polygons of the land, in any reference system.

    Returns
    -------
    LandGrid
        Aligned to whole multiples of the cell, so that grids of two studies fit each other.

    Notes
    -----
    A cell belongs to the land by its centre alone: islands and spits narrower than a cell may have none. What is
    straight in the plane is not straight in degrees, so the outline gets a vertex every 5 km at least: the two then
    differ by less than a metre, and a centre counts that lies within both.
    """
    from rasterio.features import geometry_mask

    planar = land.to_crs(planar_crs()).geometry
    west, south, east, north = planar.total_bounds
    left, top = float(np.floor(west / CELL_M) * CELL_M), float(np.ceil(north / CELL_M) * CELL_M)
    shape = int(np.ceil((top - south) / CELL_M)), int(np.ceil((east - left) / CELL_M))
    on_land = ~geometry_mask(planar, shape, _transform(left, top))
    row, column = np.nonzero(on_land)
    to_degrees = Transformer.from_crs(planar_crs(), GEODETIC_CRS, always_xy=True)
    lon, lat = to_degrees.transform(left + (column + 0.5) * CELL_M, top - (row + 0.5) * CELL_M)
    outline = shapely.union_all(planar.segmentize(2 * CELL_M).to_crs(GEODETIC_CRS).to_numpy())
    shapely.prepare(outline)
    there = shapely.intersects_xy(outline, lon, lat)
    on_land[row[~there], column[~there]] = False
    return LandGrid(left, top, on_land, lon[there], lat[there], outline)


def _transform(left: float, top: float) -> Any:
    from rasterio import Affine

    return Affine(CELL_M, 0.0, left, 0.0, -CELL_M, top)
