"""A hexagonal cut of the plane, to see what a metric owes to the shape of official areas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import planar_crs

if TYPE_CHECKING:
    from libpysal.graph import Graph

_ROOT_3 = np.sqrt(3.0)
# Steps from a hexagon to the six around it, in axial coordinates.
_SIDES = np.array([(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)])


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
    planar = points.geometry.to_crs(planar_crs())
    located = planar.notna().to_numpy()
    size = spacing_km * 1000 / _ROOT_3
    x = shapely.get_x(planar.to_numpy()[located]) / size
    y = shapely.get_y(planar.to_numpy()[located]) / size
    q, r = _round_axial(_ROOT_3 / 3 * x - y / 3, 2 / 3 * y)
    codes = np.full(len(points), None, dtype=object)
    codes[located] = [f"h{spacing_km:g}_{column}_{row}" for column, row in zip(q, r, strict=True)]
    return pd.Series(codes, index=points.index, dtype="str", name=f"hexagon_{spacing_km:g}km")


def hexagon_graph(codes: Sequence[str] | pd.Index) -> Graph:
    """Return which hexagons touch which: six at most for each, those that are not among the codes left out.

    Parameters
    ----------
    codes
        Codes of ``hexagon_of``, of one spacing, each once.

    Returns
    -------
    libpysal.graph.Graph
        Binary, in the order of the codes; a hexagon that touches no other is an isolate.

    Examples
    --------
    >>> hexagon_graph(["h25_0_0", "h25_1_0", "h25_5_5"])["h25_0_0"].to_dict()
    {'h25_1_0': 1}
    """
    from libpysal.graph import Graph

    q, r = _axial(codes)
    names = pd.Index(codes)
    beside = pd.MultiIndex.from_arrays([q, r])
    focal, neighbour = [], []
    for step_q, step_r in _SIDES:
        found = beside.get_indexer(pd.MultiIndex.from_arrays([q + step_q, r + step_r]))
        focal.append(np.flatnonzero(found >= 0))
        neighbour.append(found[found >= 0])
    alone = np.setdiff1d(np.arange(len(names)), np.concatenate(focal))
    focals, neighbours = np.concatenate([*focal, alone]), np.concatenate([*neighbour, alone])
    weights = np.concatenate([np.ones(len(focals) - len(alone), dtype=int), np.zeros(len(alone), dtype=int)])
    order = np.lexsort((neighbours, focals))
    return Graph.from_arrays(names[focals[order]], names[neighbours[order]], weights[order])


def hexagon_shapes(codes: Sequence[str] | pd.Index) -> gpd.GeoDataFrame:
    """Return the outlines of hexagons in the plane, index the codes.

    Parameters
    ----------
    codes
        Codes of ``hexagon_of``.

    Examples
    --------
    >>> float(hexagon_shapes(["h25_0_0"]).area.iloc[0].round(-3)) / 1e6
    541.266
    """
    q, r = _axial(codes)
    size = np.array([float(code[1:].split("_")[0]) for code in codes]) * 1000 / _ROOT_3
    x, y = size * _ROOT_3 * (q + r / 2), size * 1.5 * r
    turn = np.radians(30 + 60 * np.arange(6))
    rings = np.stack([x[:, None] + size[:, None] * np.cos(turn), y[:, None] + size[:, None] * np.sin(turn)], axis=2)
    return gpd.GeoDataFrame(geometry=shapely.polygons(rings), index=pd.Index(codes), crs=planar_crs())


def hexagons_of(shape: gpd.GeoDataFrame, *, spacing_km: float) -> list[str]:
    """Return the codes of the hexagons whose centre lies in any of some polygons, row by row from the south-west.

    Parameters
    ----------
    shape
        Polygons in any reference system.
    spacing_km
        As for ``hexagon_of``.
    """
    if spacing_km <= 0:
        raise ValueError(f"A spacing of {spacing_km} km came; give one above 0.")
    land = shapely.union_all(shape.geometry.to_crs(planar_crs()).to_numpy())
    shapely.prepare(land)
    size = spacing_km * 1000 / _ROOT_3
    west, south, east, north = land.bounds if not land.is_empty else (0.0, 0.0, -1.0, -1.0)
    codes: list[str] = []
    for r in range(int(np.floor(south / size / 1.5)), int(np.ceil(north / size / 1.5)) + 1):
        first, last = np.floor(west / size / _ROOT_3 - r / 2), np.ceil(east / size / _ROOT_3 - r / 2)
        q = np.arange(first, last + 1)
        inside = q[shapely.contains_xy(land, size * _ROOT_3 * (q + r / 2), np.full(q.size, size * 1.5 * r))]
        codes.extend(f"h{spacing_km:g}_{column:.0f}_{r}" for column in inside)
    return codes


def in_rows(codes: Sequence[str] | pd.Index) -> list[str]:
    """Return codes row by row from the south, each row from the west: an order that is theirs alone.

    Examples
    --------
    >>> in_rows(["h25_10_2", "h25_9_2", "h25_3_1"])
    ['h25_3_1', 'h25_9_2', 'h25_10_2']
    """
    q, r = _axial(codes)
    return [codes[place] for place in np.lexsort((q, r))]


def _axial(codes: Sequence[str] | pd.Index) -> tuple[np.ndarray, np.ndarray]:
    parts = [code.split("_") for code in codes]
    q, r = (np.array([int(part[place]) for part in parts], dtype=np.int64) for place in (1, 2))
    return q, r


def _round_axial(q: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round to the nearest centre: of the three cube coordinates the one that moved most follows the other two."""
    s = -q - r
    whole = np.rint(np.stack([q, r, s]))
    moved = np.abs(whole - np.stack([q, r, s]))
    most = moved.argmax(axis=0)
    near_q = np.where(most == 0, -whole[1] - whole[2], whole[0])
    near_r = np.where(most == 1, -whole[0] - whole[2], whole[1])
    return near_q.astype(int), near_r.astype(int)
