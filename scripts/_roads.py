"""The highway graph of Mexico and the corridor drawn on it: what ``build_shapes.py`` writes to ``osm/``.

Everything here derives from OpenStreetMap (ODbL 1.0) by way of the package ``scgraph_data``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Geod
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

GEOD = Geod(ellps="WGS84")
LON_LAT = "EPSG:4326"
TRUNK = "trunk"


@dataclass(frozen=True, slots=True)
class Highways:
    """An undirected highway graph.

    Parameters
    ----------
    lon, lat
        Node coordinates, WGS84 degrees; the position is the node's id.
    u, v
        Node ids of each edge, ``u < v``, ordered by (u, v).
    km
        True road length of each edge, kilometres.
    """

    lon: FloatArray
    lat: FloatArray
    u: IntArray
    v: IntArray
    km: FloatArray

    def keep(self, nodes: npt.NDArray[np.bool_]) -> Highways:
        """Return the graph of the marked nodes and the edges among them, ids renumbered in order."""
        number = np.cumsum(nodes) - 1
        edges = nodes[self.u] & nodes[self.v]
        return Highways(self.lon[nodes], self.lat[nodes], number[self.u[edges]], number[self.v[edges]], self.km[edges])

    def matrix(self) -> csr_array:
        """Return the upper triangle of the adjacency matrix, in kilometres."""
        return csr_array((self.km, (self.u, self.v)), shape=(len(self.lon), len(self.lon)))


def read_world_highways() -> tuple[FloatArray, list[dict[int, float]]]:
    """Read nodes and neighbour lists of the world's highways without importing the module.

    Returns
    -------
    tuple
        Nodes as an (n, 2) array of latitude and longitude in degrees, and for each node the length
        in kilometres to each of its neighbours.

    Notes
    -----
    The module's import builds a spatial index of the whole world; its literals are all that is needed.
    """
    text = (files("scgraph_data") / "world_highways.py").read_text(encoding="utf-8")
    literals = dict(line.split("=", 1) for line in text.splitlines() if line.startswith(("graph=", "nodes=")))
    neighbours = json.loads(re.sub(r"(\d+): ", r'"\1": ', literals["graph"]))
    graph = [{int(node): float(km) for node, km in row.items()} for row in neighbours]
    return np.array(json.loads(literals["nodes"]), dtype=np.float64), graph


def highways_within(nodes: FloatArray, graph: list[dict[int, float]], area: shapely.Geometry) -> Highways:
    """Cut the highway graph to the nodes inside an area.

    Parameters
    ----------
    nodes
        Latitude and longitude of each node, degrees.
    graph
        Neighbours of each node with their distance, kilometres.
    area
        Polygon in longitude and latitude.

    Returns
    -------
    Highways
        Nodes in the order of the source; an edge that leaves the area and a loop from a node to itself
        are left out.
    """
    shapely.prepare(area)
    inside = np.flatnonzero(shapely.contains_xy(area, nodes[:, 1], nodes[:, 0]))
    number = {int(old): new for new, old in enumerate(inside)}
    edges = sorted(
        (number[int(u)], number[v], km) for u in inside for v, km in graph[int(u)].items() if u < v and v in number
    )
    start, end, km = (np.array(column) for column in zip(*edges, strict=True))
    return Highways(nodes[inside, 1], nodes[inside, 0], start, end, km)


def largest_component(highways: Highways) -> Highways:
    """Return the largest connected part of the graph, ids renumbered in the old order."""
    _, label = connected_components(highways.matrix(), directed=False)
    return highways.keep(label == np.bincount(label).argmax())


def highways_frame(highways: Highways) -> gpd.GeoDataFrame:
    """Return one row an edge: u, v, km and the straight chord between the nodes (EPSG:4326)."""
    xy = np.column_stack([highways.lon, highways.lat])
    chords = shapely.linestrings(np.stack([xy[highways.u], xy[highways.v]], axis=1))
    table = {"u": highways.u.astype(np.int32), "v": highways.v.astype(np.int32), "km": highways.km}
    return gpd.GeoDataFrame(table, geometry=chords, crs=LON_LAT)


def highways_from_frame(edges: gpd.GeoDataFrame) -> Highways:
    """Rebuild the graph from its table: the inverse of :func:`highways_frame`."""
    u, v = edges["u"].to_numpy(np.int64), edges["v"].to_numpy(np.int64)
    ends = shapely.get_coordinates(edges.geometry.to_numpy()).reshape(-1, 2, 2)
    xy = np.full((int(v.max()) + 1, 2), np.nan)
    xy[u], xy[v] = ends[:, 0], ends[:, 1]
    return Highways(xy[:, 0], xy[:, 1], u, v, edges["km"].to_numpy(np.float64))


def geodesic_km(lon: FloatArray, lat: FloatArray) -> FloatArray:
    """Return the geodesic length in kilometres of each step from a point to the next."""
    steps: FloatArray = np.asarray(GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]) / 1000
    return steps


def snap(highways: Highways, lon: FloatArray, lat: FloatArray) -> tuple[IntArray, FloatArray]:
    """Find the geodesically nearest node of each point (the smallest id on a tie) and its distance in km."""
    count = len(highways.lon)
    far = [
        np.asarray(GEOD.inv(np.full(count, x), np.full(count, y), highways.lon, highways.lat)[2]) / 1000
        for x, y in zip(lon, lat, strict=True)
    ]
    return np.array([int(d.argmin()) for d in far]), np.array([d.min() for d in far])


def shortest_path(highways: Highways, start: int, end: int) -> tuple[list[int], FloatArray]:
    """Find the shortest path by road.

    Parameters
    ----------
    highways
        The graph.
    start, end
        Node ids.

    Returns
    -------
    tuple
        Node ids from start to end, and the length in kilometres of each edge on the way.

    Raises
    ------
    ValueError
        No path joins the nodes.
    """
    distance, previous = dijkstra(highways.matrix(), directed=False, indices=start, return_predecessors=True)
    if not np.isfinite(distance[end]):
        message = f"No road joins node {start} to node {end}. Keep only the largest connected part."
        raise ValueError(message)
    path = [end]
    while path[-1] != start:
        path.append(int(previous[path[-1]]))
    path.reverse()
    return path, np.diff(distance[path])


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of the corridor: a row of ``corridor`` and its rows of ``corridor_points``."""

    line: dict[str, object]
    points: pd.DataFrame


def trace_branch(highways: Highways, waypoints: pd.DataFrame) -> Branch:
    """Draw a branch along the highways between its consecutive waypoints.

    Parameters
    ----------
    highways
        A connected graph.
    waypoints
        Rows of ``corridor.csv`` of one branch in their order, with branch, name, lon, lat.

    Returns
    -------
    Branch
        The line with its lengths, and one row a vertex with chainages along the drawn line (geodesic)
        and along the road (edge weights).

    Notes
    -----
    The line joins the nodes nearest to the waypoints, so it stops short of the waypoints themselves.
    ``length_road_with_access_km`` adds the straight legs between each waypoint and its node: twice at an
    inner waypoint (into the town and out again), once at the two ends.
    """
    lon, lat = (waypoints[column].to_numpy(np.float64) for column in ("lon", "lat"))
    stops, access_km = snap(highways, lon, lat)
    if len(set(stops)) < len(stops):
        message = f"Two waypoints of branch {waypoints['branch'].iloc[0]} share a highway node. Drop one."
        raise ValueError(message)
    path, road_km, at = [int(stops[0])], [np.zeros(1)], [0]
    for start, end in pairwise(stops.tolist()):
        nodes, km = shortest_path(highways, start, end)
        path += nodes[1:]
        road_km.append(km)
        at.append(len(path) - 1)
    line_lon, line_lat = highways.lon[path], highways.lat[path]
    drawn_km = geodesic_km(line_lon, line_lat)
    chainage_road_km = np.cumsum(np.concatenate(road_km))
    names = pd.Series(None, index=range(len(path)), dtype="str")
    names.iloc[at] = waypoints["name"].to_numpy()
    points = pd.DataFrame(
        {
            "branch": waypoints["branch"].iloc[0],
            "vertex_order": np.arange(len(path), dtype=np.int32),
            "lon": line_lon,
            "lat": line_lat,
            "waypoint": names,
            "chainage_geodesic_km": np.concatenate([[0.0], np.cumsum(drawn_km)]).round(6),
            "chainage_road_km": chainage_road_km.round(6),
        }
    )
    line = {
        "branch": waypoints["branch"].iloc[0],
        "waypoints": len(waypoints),
        "length_geodesic_km": round(float(drawn_km.sum()), 6),
        "length_road_km": round(float(chainage_road_km[-1]), 6),
        "length_road_with_access_km": round(
            float(chainage_road_km[-1] + 2 * access_km.sum() - access_km[0] - access_km[-1]), 6
        ),
        "length_waypoints_geodesic_km": round(float(geodesic_km(lon, lat).sum()), 6),
        "geometry": shapely.LineString(np.column_stack([line_lon, line_lat])),
    }
    return Branch(line, points)


def trace_corridor(highways: Highways, waypoints: pd.DataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw every branch of the corridor.

    Parameters
    ----------
    highways
        A connected graph.
    waypoints
        The table ``corridor.csv``: branch, order, name, lon, lat.

    Returns
    -------
    tuple
        ``corridor`` (one LineString a branch of two waypoints or more, the trunk first, then in file
        order) and ``corridor_points`` (one row a vertex; a branch of one waypoint is an enclave and
        has one row at the waypoint itself, with vertex_order 0 and null chainages). Both EPSG:4326.
    """
    groups = dict(list(waypoints.groupby("branch", sort=False)))
    order = sorted(groups, key=lambda branch: branch != TRUNK)
    branches = [trace_branch(highways, groups[name].sort_values("order")) for name in order if len(groups[name]) > 1]
    enclaves = pd.concat([groups[name] for name in order if len(groups[name]) == 1], ignore_index=True)
    alone = pd.DataFrame(
        {
            "branch": enclaves["branch"],
            "vertex_order": np.zeros(len(enclaves), dtype=np.int32),
            "lon": enclaves["lon"],
            "lat": enclaves["lat"],
            "waypoint": enclaves["name"],
            "chainage_geodesic_km": np.full(len(enclaves), np.nan),
            "chainage_road_km": np.full(len(enclaves), np.nan),
        }
    )
    lines = gpd.GeoDataFrame([branch.line for branch in branches], geometry="geometry", crs=LON_LAT)
    lines["waypoints"] = lines["waypoints"].astype(np.int32)
    points = pd.concat([*(branch.points for branch in branches), alone], ignore_index=True)
    xy = gpd.points_from_xy(points["lon"], points["lat"])
    return lines, gpd.GeoDataFrame(points, geometry=xy, crs=LON_LAT)
