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


def random_network(access_leg_km: float, *, seed: int) -> tuple[RoadNetwork, np.ndarray]:
    """Return two separate random graphs in one network, and the places of their nodes."""
    rng = np.random.default_rng(seed)
    where = np.concatenate([rng.uniform((-101, 19), (-99, 21), (30, 2)), rng.uniform((-96, 19), (-95, 20), (8, 2))])
    pairs = [(u, v) for u in range(38) for v in range(u + 1, 38) if (u < 30) == (v < 30) and rng.random() < 0.15]
    km = [float(distance_km(*where[u], *where[v])) * rng.uniform(1, 2) for u, v in pairs]
    lines = [shapely.LineString(where[[u, v]]) for u, v in pairs]
    table = {"u": [u for u, _ in pairs], "v": [v for _, v in pairs], "km": km}
    edges = gpd.GeoDataFrame(table, geometry=lines, crs=GEODETIC_CRS)
    return RoadNetwork(edges, access_leg_km=access_leg_km), where


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_over_the_graph_is_the_least_of_all(seed: int) -> None:
    """Targets on nodes, on edges, off the graph, missing and too far; many points on the targets' own edges."""
    roads, where = random_network(15, seed=seed)
    rng = np.random.default_rng(seed + 100)
    targets = np.concatenate([where[[0, 33]], rng.uniform((-101, 19), (-99, 21), (4, 2)), [[np.nan, 20.0], [-90, 25]]])
    beside = targets[rng.integers(0, 6, 300)] + rng.normal(0, 0.05, (300, 2))
    points = np.concatenate([rng.uniform((-101.3, 18.7), (-94.7, 21.3), (700, 2)), beside, [[np.nan, np.nan]]])
    every = roads.distance_km(points[:, 0], points[:, 1], targets[:, 0], targets[:, 1])
    found = roads.nearest_km(points[:, 0], points[:, 1], targets[:, 0], targets[:, 1])
    reached = np.isfinite(every).any(axis=1)
    assert 100 < reached.sum() < reached.size
    np.testing.assert_array_equal(np.isfinite(found), reached)
    np.testing.assert_allclose(found[reached], np.nanmin(every[reached], axis=1), rtol=1e-12)


def test_no_target_that_can_be_reached_leaves_every_point_without_a_distance() -> None:
    roads, where = random_network(15, seed=1)
    assert np.isnan(roads.nearest_km(where[:, 0], where[:, 1], [-90.0, np.nan], [25.0, 20.0])).all()
    assert np.isnan(roads.nearest_km(where[:, 0], where[:, 1], [], [])).all()
