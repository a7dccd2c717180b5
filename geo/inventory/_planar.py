"""Between degrees and EPSG:6372, for plain coordinates."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from geo.geodesy import GEODETIC_CRS, planar_crs

Floats = NDArray[np.float64]


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_planar(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return easting and northing in metres of points in degrees."""
    x, y = _transformer(str(GEODETIC_CRS), str(planar_crs())).transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def to_degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude of points in metres."""
    lon, lat = _transformer(str(planar_crs()), str(GEODETIC_CRS)).transform(x, y)
    return np.asarray(lon), np.asarray(lat)
