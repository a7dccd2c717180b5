"""Distance along the highway graph, with straight access legs at both ends."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from geo.geodesy import GEODETIC_CRS, distance_km, planar_crs


@dataclass(frozen=True)
class _Access:
    """Where points meet the graph: edge, share of the edge behind the foot, and the leg to it in km."""

    edge: NDArray[np.int64]
    share: NDArray[np.float64]
    leg_km: NDArray[np.float64]


class RoadNetwork:
    """A graph of highways whose edges carry their true length.

    Parameters
    ----------
    edges
        One row an edge: ``u``, ``v`` (node numbers), ``km`` (true length) and a straight line from u to v.
    access_leg_km
        Farthest straight leg between a point and the graph; points farther away reach nothing.

    Notes
    -----
    A point meets the graph at the nearest point of the nearest edge's chord; the edge's km are shared out along the
    chord. Edges run both ways.
    """

    def __init__(self, edges: gpd.GeoDataFrame, *, access_leg_km: float) -> None:
        from scipy.sparse import coo_matrix

        self._u = edges["u"].to_numpy(np.int64)
        self._v = edges["v"].to_numpy(np.int64)
        self._km = edges["km"].to_numpy(float)
        self._access_leg_km = access_leg_km
        self._chords = edges.to_crs(planar_crs()).geometry.to_numpy()
        self._tree = shapely.STRtree(self._chords)
        size = int(max(self._u.max(), self._v.max())) + 1
        # Of parallel edges the shortest counts; the sparse matrix would add them up.
        order = np.lexsort((self._km, np.maximum(self._u, self._v), np.minimum(self._u, self._v)))
        low, high = np.minimum(self._u, self._v)[order], np.maximum(self._u, self._v)[order]
        first = np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]))
        self._graph = coo_matrix((self._km[order][first], (low[first], high[first])), shape=(size, size)).tocsr()

    def distance_km(
        self, lon: ArrayLike, lat: ArrayLike, target_lon: ArrayLike, target_lat: ArrayLike
    ) -> NDArray[np.float64]:
        """Return the shortest distance over the graph from every point to every target.

        Parameters
        ----------
        lon, lat
            Points in degrees (WGS84), shape (n,); missing coordinates allowed.
        target_lon, target_lat
            Targets in degrees, shape (m,).

        Returns
        -------
        numpy.ndarray
            Kilometres, shape (n, m); nan where the point or target is missing, too far from the graph, or not
            connected.
        """
        from scipy.sparse.csgraph import dijkstra

        here = self._access(np.asarray(lon, float), np.asarray(lat, float))
        there = self._access(np.asarray(target_lon, float), np.asarray(target_lat, float))
        result = np.full((here.edge.size, there.edge.size), np.nan)
        for column in np.flatnonzero(there.edge >= 0):
            edge, share = there.edge[column], there.share[column]
            ends = [self._u[edge], self._v[edge]]
            to_end = dijkstra(self._graph, directed=False, indices=ends)
            to_node = np.minimum(to_end[0] + share * self._km[edge], to_end[1] + (1 - share) * self._km[edge])
            result[:, column] = self._from_edges(here, to_node) + there.leg_km[column]
            same = here.edge == edge
            along = np.abs(here.share[same] - share) * self._km[edge] + here.leg_km[same] + there.leg_km[column]
            result[same, column] = np.fmin(result[same, column], along)
        result[~np.isfinite(result)] = np.nan
        return result

    def nearest_km(
        self, lon: ArrayLike, lat: ArrayLike, target_lon: ArrayLike, target_lat: ArrayLike
    ) -> NDArray[np.float64]:
        """Return the shortest distance over the graph from every point to the target that is nearest over it.

        The smallest of each row of ``distance_km``, found in one search from all targets at once.

        Parameters
        ----------
        lon, lat
            Points in degrees (WGS84), shape (n,); missing coordinates allowed.
        target_lon, target_lat
            Targets in degrees, shape (m,).

        Returns
        -------
        numpy.ndarray
            Kilometres, shape (n,); nan where the point reaches no target.
        """
        here = self._access(np.asarray(lon, float), np.asarray(lat, float))
        there = self._access(np.asarray(target_lon, float), np.asarray(target_lat, float))
        result = self._from_edges(here, self._to_nearest(there))
        for column in np.flatnonzero(there.edge >= 0):
            same = np.flatnonzero(here.edge == there.edge[column])
            along = np.abs(here.share[same] - there.share[column]) * self._km[there.edge[column]]
            result[same] = np.fmin(result[same], along + here.leg_km[same] + there.leg_km[column])
        result[~np.isfinite(result)] = np.nan
        return result

    def _to_nearest(self, there: _Access) -> NDArray[np.float64]:
        """Return the distance from every node to the nearest target, its access leg included; inf where none."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import dijkstra

        met = there.edge >= 0
        edge, share, leg = there.edge[met], there.share[met], there.leg_km[met]
        start = np.full(self._graph.shape[0], np.inf)
        np.minimum.at(start, self._u[edge], share * self._km[edge] + leg)
        np.minimum.at(start, self._v[edge], (1 - share) * self._km[edge] + leg)
        first = np.flatnonzero(np.isfinite(start))
        # One more node, joined to the ends of the targets' edges: no shortest way from it comes back through it.
        graph, origin = self._graph.tocoo(), start.size
        km = np.concatenate([graph.data, start[first]])
        ends = np.concatenate([graph.row, np.full(first.size, origin)]), np.concatenate([graph.col, first])
        joined = coo_matrix((km, ends), shape=(origin + 1, origin + 1)).tocsr()
        return dijkstra(joined, directed=False, indices=origin)[:origin]

    def _from_edges(self, here: _Access, to_node: NDArray[np.float64]) -> NDArray[np.float64]:
        edge = here.edge.clip(min=0)
        back = here.share * self._km[edge] + to_node[self._u[edge]]
        ahead = (1 - here.share) * self._km[edge] + to_node[self._v[edge]]
        return np.minimum(back, ahead) + here.leg_km

    def _access(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> _Access:
        given = np.isfinite(lon) & np.isfinite(lat)
        edge = np.full(lon.size, -1, dtype=np.int64)
        share, leg = np.full(lon.size, np.nan), np.full(lon.size, np.nan)
        to_planar = Transformer.from_crs(GEODETIC_CRS, planar_crs(), always_xy=True)
        points = shapely.points(*to_planar.transform(lon[given], lat[given]))
        # At a tie the tree may return several edges: the first in the file's order counts.
        row, hit = self._tree.query_nearest(points, all_matches=True)
        nearest = np.full(points.size, len(self._chords), dtype=np.int64)
        np.minimum.at(nearest, row, hit)
        chords = self._chords[nearest]
        part = shapely.line_locate_point(chords, points, normalized=True)
        feet = shapely.line_interpolate_point(chords, part, normalized=True)
        foot_lon, foot_lat = to_planar.transform(shapely.get_x(feet), shapely.get_y(feet), direction="INVERSE")
        edge[given], share[given] = nearest, part
        leg[given] = distance_km(lon[given], lat[given], foot_lon, foot_lat)
        edge[~(leg <= self._access_leg_km)] = -1
        leg[edge < 0] = np.nan
        return _Access(edge, share, leg)
