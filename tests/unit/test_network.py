"""Distance over the highway graph, against networkx and by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.geodesy import GEODETIC_CRS, distance_km
from geo.network import RoadNetwork

NODES = {0: (-100.0, 20.0), 1: (-99.9, 20.0), 2: (-99.9, 20.1), 3: (-100.0, 20.1), 4: (-90.0, 20.0), 5: (-90.1, 20.0)}


def network(edges: list[tuple[int, int, float]], access_leg_km: float = 50) -> RoadNetwork:
    lines = [shapely.LineString([NODES[u], NODES[v]]) for u, v, _ in edges]
    table = {"u": [u for u, *_ in edges], "v": [v for _, v, _ in edges], "km": [km for *_, km in edges]}
    return RoadNetwork(gpd.GeoDataFrame(table, geometry=lines, crs=GEODETIC_CRS), access_leg_km=access_leg_km)


def distance(roads: RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> float:
    return float(roads.distance_km(*([value] for value in (*start, *end)))[0, 0])


def test_the_shorter_way_round_wins() -> None:
    roads = network([(0, 1, 11), (1, 2, 12), (2, 3, 11), (3, 0, 40)])
    assert distance(roads, NODES[0], NODES[2]) == pytest.approx(23, abs=1e-6)
    assert distance(roads, NODES[0], NODES[3]) == pytest.approx(34, abs=1e-6)


def test_two_points_on_one_edge_go_along_it() -> None:
    roads = network([(0, 1, 11)])
    a, b = (-99.98, 20.0), (-99.94, 20.0)
    assert distance(roads, a, b) == pytest.approx(11 * 0.4, rel=1e-3)


def test_parallel_edges_the_shorter_counts() -> None:
    roads = network([(0, 1, 30), (1, 0, 11), (1, 2, 12)])
    assert distance(roads, NODES[0], NODES[2]) == pytest.approx(23, abs=1e-6)


def test_access_legs_are_added_and_bounded() -> None:
    edges = [(0, 1, 11.0), (1, 2, 12.0)]
    off = (-100.0, 19.9)
    leg = float(distance_km(*off, *NODES[0]))
    assert distance(network(edges), off, NODES[2]) == pytest.approx(23 + leg, rel=1e-6)
    assert np.isnan(distance(network(edges, access_leg_km=leg - 0.1), off, NODES[2]))


def test_what_is_not_connected_or_missing_is_nan() -> None:
    roads = network([(0, 1, 11), (4, 5, 11)])
    assert np.isnan(distance(roads, NODES[0], NODES[4]))
    assert np.isnan(distance(roads, (float("nan"), float("nan")), NODES[4]))
    assert np.isnan(distance(roads, NODES[0], (float("nan"), 20.0)))


def test_a_random_graph_agrees_with_bellman_ford() -> None:
    """An independent shortest path: repeated relaxation over the list of edges."""
    rng = np.random.default_rng(3)
    where = rng.uniform((-101, 19), (-99, 21), (30, 2))
    pairs = [(u, v) for u in range(30) for v in range(u + 1, 30) if rng.random() < 0.12]
    km = [float(distance_km(*where[u], *where[v])) * rng.uniform(1, 2) for u, v in pairs]
    lines = [shapely.LineString(where[[u, v]]) for u, v in pairs]
    table = {"u": [u for u, _ in pairs], "v": [v for _, v in pairs], "km": km}
    roads = RoadNetwork(gpd.GeoDataFrame(table, geometry=lines, crs=GEODETIC_CRS), access_leg_km=1)
    best = np.full(30, np.inf)
    best[pairs[0][0]] = 0
    for _ in range(30):
        for (u, v), length in zip(pairs, km, strict=True):
            best[v] = min(best[v], best[u] + length)
            best[u] = min(best[u], best[v] + length)
    used = sorted({node for pair in pairs for node in pair})
    start = where[pairs[0][0]]
    found = roads.distance_km(where[used, 0], where[used, 1], [start[0]], [start[1]])[:, 0]
    np.testing.assert_allclose(found, np.where(np.isinf(best[used]), np.nan, best[used]), rtol=1e-9, atol=1e-6)
