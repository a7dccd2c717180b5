"""A hexagonal cut of the plane, to see what a metric owes to the shape of official areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import PLANAR_CRS

_ROOT_3 = np.sqrt(3.0)


def hexagon_of(points: gpd.GeoDataFrame, *, spacing_km: float) -> pd.Series:
    """Return the code of the hexagon that holds each point.

    The hexagons tile the plane of EPSG:6372 from its origin, pointed tops north; their centres are ``spacing_km``
    apart, so that one covers 0.866 times its square.

    Parameters
    ----------
    points
        Points in any reference system.
    spacing_km
        Distance between the centres of neighbouring hexagons, planar kilometres.

    Returns
    -------
    pandas.Series
        ``h<spacing>_<q>_<r>`` with the axial coordinates of the hexagon, missing without a point; index that of
        ``points``.

    Raises
    ------
    ValueError
        If the spacing is not positive.

    Notes
    -----
    A point on an edge belongs to one of its hexagons, by rounding.

    Examples
    --------
    >>> here = gpd.GeoDataFrame(geometry=gpd.points_from_xy([2_500_000, 2_510_000], [800_000, 800_000]), crs=6372)
    >>> hexagon_of(here, spacing_km=25).tolist()
    ['h25_81_37', 'h25_82_37']
    """
    if spacing_km <= 0:
        raise ValueError(f"A spacing of {spacing_km} km came; give one above 0.")
    planar = points.geometry.to_crs(PLANAR_CRS)
    located = planar.notna().to_numpy()
    size = spacing_km * 1000 / _ROOT_3
    x = shapely.get_x(planar.to_numpy()[located]) / size
    y = shapely.get_y(planar.to_numpy()[located]) / size
    q, r = _round_axial(_ROOT_3 / 3 * x - y / 3, 2 / 3 * y)
    codes = np.full(len(points), None, dtype=object)
    codes[located] = [f"h{spacing_km:g}_{column}_{row}" for column, row in zip(q, r, strict=True)]
    return pd.Series(codes, index=points.index, dtype="str", name=f"hexagon_{spacing_km:g}km")


def _round_axial(q: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round to the nearest centre: of the three cube coordinates the one that moved most follows the other two."""
    s = -q - r
    whole = np.rint(np.stack([q, r, s]))
    moved = np.abs(whole - np.stack([q, r, s]))
    most = moved.argmax(axis=0)
    near_q = np.where(most == 0, -whole[1] - whole[2], whole[0])
    near_r = np.where(most == 1, -whole[0] - whole[2], whole[1])
    return near_q.astype(int), near_r.astype(int)
