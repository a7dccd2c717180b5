"""Distances, counts within a reach, lines, and what is made of them, against GeographicLib pair by pair."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from data_sets import Floats, Rng, alike, distances_km, geodesic_km, places, sizes
from geographiclib.geodesic import Geodesic
from scipy.optimize import minimize_scalar
from scipy.stats import kstest, norm
from sklearn.cluster import DBSCAN, HDBSCAN

from geo.geodesy import (
    BorderIndex,
    bands_within,
    chainage,
    count_within,
    distance_km,
    line_length_km,
    nearest,
    pairs_within,
    sum_within,
)
from geo.metrics.clustering import clusters
from geo.metrics.coverage import coverage, coverage_interval, covered, moved_coverage
from geo.metrics.density import kernel_density
from geo.metrics.patterns import global_envelope
from geo.metrics.potential import accessible_within, market_potential, self_distance_km
from geo.metrics.proximity import corridor_membership, corridor_share
from geo.metrics.uncertainty import interval, jitter

WGS84 = Geodesic.WGS84


def _within(apart: Floats, km: float) -> np.ndarray:
    """Return which pairs are near; none of the tests lets a pair lie on the edge by less than a millimetre."""
    assert not (np.abs(apart - km) < 1e-6).any() or km == 0
    return apart <= km


def _two_sets(rng: Rng) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    lon, lat = places(rng, int(rng.integers(0, 12)), missing=0.1)
    to_lon, to_lat = places(rng, int(rng.integers(0, 12)), missing=0.1)
    if lon.size and to_lon.size and rng.random() < 0.8:
        shift_lon, shift_lat = np.nanmean([*lon, 0.0]) if np.isnan(lon).all() else np.nanmean(lon), np.nanmean(lat)
        with_a_place = np.isfinite(to_lon)
        if with_a_place.any():
            to_lon, to_lat = to_lon + shift_lon - to_lon[with_a_place].mean(), to_lat + shift_lat - to_lat.mean()
        to_lon[0], to_lat[0] = lon[0], lat[0]
    return lon, lat, to_lon, to_lat, distances_km(lon, lat, to_lon, to_lat)


def distances_of_pairs(rng: Rng) -> None:
    """GeographicLib in Python; anywhere on Earth, the poles, the antimeridian and antipodes too."""
    lon, lat = rng.uniform(-180, 180, 6), np.append(rng.uniform(-90, 90, 5), rng.choice([90.0, -90.0, 0.0]))
    other_lon, other_lat = rng.uniform(-180, 180, 6), rng.uniform(-90, 90, 6)
    other_lon[0], other_lat[0] = lon[0] + 180 - 1e-3, -lat[0] + 1e-4
    lon[1] = np.nan
    expected = [geodesic_km(*pair) for pair in zip(lon, lat, other_lon, other_lat, strict=True)]
    alike(distance_km(lon, lat, other_lon, other_lat), expected, rel=1e-12, floor=1e-9)


def nearest_targets(rng: Rng) -> None:
    """The smallest of all distances, the first at a tie."""
    lon, lat, to_lon, to_lat, apart = _two_sets(rng)
    index, km = nearest(lon, lat, to_lon, to_lat)
    for row, found, far in zip(apart, index, km, strict=True):
        if not np.isfinite(row).any():
            assert found == -1
            assert math.isnan(far)
            continue
        least = np.nanmin(row)
        alike(far, least, rel=1e-9, floor=1e-9)
        assert found == np.flatnonzero(np.nan_to_num(row, nan=np.inf) <= least + 1e-9)[0]


def pairs_counts_and_sums(rng: Rng) -> None:
    """Every pair measured by GeographicLib."""
    lon, lat, to_lon, to_lat, apart = _two_sets(rng)
    km = float(rng.choice([0.0, 30.0, 150.0, 900.0]) + rng.random() * (1 if rng.random() < 0.9 else 0))
    near = _within(np.nan_to_num(apart, nan=np.inf), km)
    i, j, found = pairs_within(lon, lat, to_lon, to_lat, km)
    rows, columns = np.nonzero(near)
    assert (i.tolist(), j.tolist()) == (rows.tolist(), columns.tolist())
    alike(found, apart[rows, columns], floor=1e-9)
    once = pairs_within(lon, lat, lon, lat, km, once=True)
    own = distances_km(lon, lat, lon, lat)
    assert set(zip(*(part.tolist() for part in once[:2]), strict=True)) == {
        (a, b) for a in range(lon.size) for b in range(a + 1, lon.size) if own[a, b] <= km
    }
    there = np.isfinite(lon)
    alike(count_within(lon, lat, to_lon, to_lat, km), np.where(there, near.sum(axis=1), np.nan))
    weights = rng.random(to_lon.size)
    alike(sum_within(lon, lat, to_lon, to_lat, km, weights), np.where(there, near @ weights, np.nan), floor=1e-9)


def bands_of_pairs(rng: Rng) -> None:
    """The first edge that a distance does not exceed."""
    lon, lat, to_lon, to_lat, apart = _two_sets(rng)
    edges = np.sort(rng.uniform(1, 500, int(rng.integers(1, 5))))
    expected = {
        (a, b, int(np.flatnonzero(apart[a, b] <= edges)[0]))
        for a in range(lon.size)
        for b in range(to_lon.size)
        if apart[a, b] <= edges[-1]
    }
    found = [
        set(zip(*(part.tolist() for part in chunk), strict=True))
        for chunk in bands_within(lon, lat, to_lon, to_lat, edges)
    ]
    assert set().union(*found) == expected


def _line(rng: Rng) -> Floats:
    start = np.array([rng.uniform(-112, -96), rng.uniform(18, 30)])
    steps = rng.normal(0, 1, (int(rng.integers(1, 4)), 2)) + rng.choice([-0.3, 0.3], 2)
    return np.vstack([start, start + np.cumsum(steps, axis=0)])


def _to_legs(corners: Floats, lon: float, lat: float) -> list[tuple[float, float]]:
    """Return distance and chainage of the nearest place of each leg of a line of geodesics, by search along it."""
    found, before = [], 0.0
    for (x0, y0), (x1, y1) in pairwise(corners):
        leg = WGS84.InverseLine(y0, x0, y1, x1)

        def far(metres: float, leg: object = leg) -> float:
            place = leg.Position(metres, Geodesic.LATITUDE | Geodesic.LONGITUDE)  # type: ignore[attr-defined]
            return geodesic_km(lon, lat, place["lon2"], place["lat2"])

        inside = minimize_scalar(far, bounds=(0.0, leg.s13), method="bounded", options={"xatol": 1e-2})
        ends = [(float(inside.fun), float(inside.x)), (far(0.0), 0.0), (far(leg.s13), leg.s13)]
        apart, metres = min(ends)
        found.append((apart, before + metres / 1000))
        before += leg.s13 / 1000
    return found


def _to_line(corners: Floats, lon: float, lat: float) -> float:
    return min(apart for apart, _ in _to_legs(corners, lon, lat))


def border_chainage_and_length(rng: Rng) -> None:
    """The nearest place searched for along every leg with GeographicLib and scipy."""
    corners = _line(rng)
    line = shapely.LineString(corners)
    middle = corners.mean(axis=0)
    lon, lat = middle[0] + rng.normal(0, 2, 2), middle[1] + rng.normal(0, 2, 2)
    if rng.random() < 0.5:
        lon[0], lat[0] = corners[-1]
    elif rng.random() < 0.3:
        lon[0] = np.nan
    km, foot_lon, foot_lat = BorderIndex(line).distance(lon, lat)
    along, offset = chainage(line, lon, lat)
    alike(km, offset)
    for place in range(2):
        if math.isnan(lon[place]):
            assert np.isnan([km[place], foot_lon[place], foot_lat[place], along[place]]).all()
            continue
        legs = _to_legs(corners, lon[place], lat[place])
        expected = min(apart for apart, _ in legs)
        alike(km[place], expected, floor=1e-5)
        alike(geodesic_km(lon[place], lat[place], foot_lon[place], foot_lat[place]), km[place], floor=1e-6)
        # Around the nearest place the distance is flat: it hardly changes over the square root of what it may be off.
        flat = max(2e-3, 2 * math.sqrt(2 * expected * 1e-5))
        assert min(abs(along[place] - where) for apart, where in legs if apart <= expected + 1e-5) <= flat
    lengths = [geodesic_km(*start, *stop) for start, stop in pairwise(corners)]
    alike(line_length_km(line), math.fsum(lengths))


def potentials(rng: Rng) -> None:
    """The sum over all pairs, by GeographicLib."""
    lon, lat, to_lon, to_lat, _ = _two_sets(rng)
    mass = sizes(rng, to_lon.size)
    floor = rng.uniform(1, 40, to_lon.size)
    theta, power = float(rng.uniform(20, 300)), float(rng.uniform(0.5, 2.5))
    table = pd.DataFrame({"lon": to_lon, "lat": to_lat, "weight": mass})
    apart = np.maximum(distances_km(lon, lat, to_lon, to_lat), floor)
    counted = np.isfinite(to_lon) & (mass > 0)
    fades = {
        "inverse": apart**-power,
        "exponential": np.exp(-apart / theta),
        "threshold": (apart <= theta).astype(float),
    }
    for decay, fade in fades.items():
        options = {"power": power} if decay == "inverse" else {"theta_km": theta}
        found = market_potential(lon, lat, table, decay=decay, self_km=floor, **options)  # type: ignore[arg-type]
        expected = np.array([math.fsum((row * mass)[counted]) for row in fade])
        alike(found, np.where(np.isfinite(lon), expected, np.nan))
    area = rng.uniform(0, 5_000, 3)
    alike(self_distance_km(area), [2 / 3 * math.sqrt(value / math.pi) for value in area])


def accessible_weight(rng: Rng) -> None:
    """The weights of the pairs that are near, by GeographicLib."""
    lon, lat, to_lon, to_lat, apart = _two_sets(rng)
    weight = sizes(rng, to_lon.size, missing=False)
    km = float(rng.uniform(1, 300))
    table = pd.DataFrame({"lon": to_lon, "lat": to_lat, "weight": weight})
    near = np.nan_to_num(apart, nan=np.inf) <= km
    expected = np.where(np.isfinite(lon), near @ weight, np.nan)
    alike(accessible_within(lon, lat, table, km), expected, floor=1e-9)
    share = expected / weight.sum() if weight.sum() > 0 else np.full(lon.size, np.nan)
    alike(accessible_within(lon, lat, table, km, share=True), share, floor=1e-9)


def densities(rng: Rng) -> None:
    """The sum of normal densities at GeographicLib's distances; on a half plane, the normal share on land."""
    lon, lat = places(rng, int(rng.integers(0, 8)), spread_km=60, missing=0.1)
    weights = sizes(rng, lon.size)
    middle = np.nanmean(lon) if np.isfinite(lon).any() else -100.0, lat.mean() if lat.size else 25.0
    grid = pd.DataFrame({"lon": middle[0] + rng.normal(0, 0.8, 5), "lat": middle[1] + rng.normal(0, 0.8, 5)})
    width = float(rng.uniform(8, 40))
    apart = distances_km(grid["lon"].to_numpy(), grid["lat"].to_numpy(), lon, lat)
    hills = np.exp(-((apart / width) ** 2) / 2) / (2 * math.pi * width**2)
    hills[apart > 5 * width] = 0.0
    counted = np.isfinite(lon) & (weights > 0)
    alike(
        kernel_density(lon, lat, weights, bandwidth_km=width, grid=grid),
        (hills[:, counted] * weights[counted]).sum(axis=1),
        rel=2e-5,
        floor=1e-12,
    )
    shore = middle[0] + rng.uniform(0.3, 0.8)
    inland = counted & (lon < shore)
    if inland.any():
        land = shapely.box(shore - 30, max(-89.0, middle[1] - 20), shore, middle[1] + 20)
        to_shore = [_to_meridian(x, y, shore) for x, y in zip(lon[inland], lat[inland], strict=True)]
        share = norm.cdf(np.array(to_shore) / width)
        found = kernel_density(lon[inland], lat[inland], weights[inland], bandwidth_km=width, grid=grid, mask=land)
        expected = (hills[:, inland] * weights[inland] / share).sum(axis=1)
        on_land = (grid["lon"] <= shore).to_numpy()
        alike(found, np.where(on_land, expected, np.nan), rel=0.025, floor=1e-12)


def _to_meridian(lon: float, lat: float, meridian: float) -> float:
    found = minimize_scalar(lambda y: geodesic_km(lon, lat, meridian, y), bounds=(lat - 2, lat + 2), method="bounded")
    return float(found.fun)


def clusters_by_density(rng: Rng) -> None:
    """scikit-learn's DBSCAN and HDBSCAN on GeographicLib's distances."""
    lon, lat = places(rng, int(rng.integers(1, 25)), spread_km=float(rng.choice([20, 60])))
    eps, least = float(rng.uniform(5, 40)), int(rng.integers(1, 5))
    apart = distances_km(lon, lat, lon, lat)
    found = clusters(lon, lat, eps_km=eps, min_samples=least).to_numpy(float, na_value=-1)
    model = DBSCAN(eps=eps, min_samples=least, metric="precomputed").fit(apart)
    core = model.core_sample_indices_
    _same_partition(found[core], model.labels_[core])
    assert ((found == -1) == (model.labels_ == -1)).all()
    for point in np.flatnonzero((found != -1) & ~np.isin(np.arange(lon.size), core)):
        near = core[apart[point, core] <= apart[point, core].min() + 1e-9]
        assert found[point] in found[near]
    _largest_first(found)
    if least > 1 and lon.size > least:
        floored = np.maximum(apart, eps)
        np.fill_diagonal(floored, 0.0)
        order = np.lexsort((lat, lon))
        other = np.empty(lon.size)
        options = {"min_cluster_size": least, "min_samples": least, "metric": "precomputed", "copy": True}
        other[order] = HDBSCAN(**options).fit_predict(floored[np.ix_(order, order)])
        again = clusters(lon, lat, eps_km=eps, min_samples=least, method="hdbscan").to_numpy(float, na_value=-1)
        _same_partition(again, other)
        _largest_first(again)


def _same_partition(one: Floats, other: Floats) -> None:
    assert ((one[:, None] == one) == (np.asarray(other)[:, None] == other)).all()


def _largest_first(found: Floats) -> None:
    names, counts = np.unique(found[found > 0], return_counts=True)
    assert names.tolist() == list(range(1, names.size + 1))
    assert (np.diff(counts) <= 0).all()


def coverage_of_weight(rng: Rng) -> None:
    """Sums in loops, by area and over replicas."""
    count = int(rng.integers(1, 20))
    cost = np.where(rng.random(count) < 0.2, np.nan, rng.integers(0, 9, count).astype(float))
    weights = sizes(rng, count, missing=False)
    areas = rng.choice(["a", "b", None], count)
    mask = covered(cost, 4)
    assert mask.tolist() == [not math.isnan(value) and value <= 4 for value in cost]
    replicas = [rng.random(count) < 0.5 for _ in range(7)]
    chance = rng.random(count) < 0.2
    found, spread = coverage(weights, mask, areas), coverage_interval(weights, replicas, areas, chance)
    assert found.index.tolist() == sorted({area for area in areas if area})
    for area in found.index:
        inside = [place for place in range(count) if areas[place] == area]
        total = math.fsum(weights[inside])
        reached = math.fsum(weights[place] for place in inside if mask[place])
        share = reached / total if total else math.nan
        alike(found.loc[area], [total, reached, total - reached, share], floor=1e-9)
        shares = [math.fsum(weights[p] for p in inside if once[p]) / total if total else math.nan for once in replicas]
        most = [
            math.fsum(weights[p] for p in inside if once[p] or chance[p]) / total if total else math.nan
            for once in replicas
        ]
        alike(spread.loc[area], [*np.quantile(shares, [0.05, 0.5, 0.95]), np.quantile(most, 0.95)], floor=1e-9)


def coverage_of_moved_places(rng: Rng) -> None:
    """Every pair of every replica measured by GeographicLib."""
    lon, lat = places(rng, 8, spread_km=20)
    site_lon, site_lat = lon[:3] + rng.normal(0, 0.1, 3), lat[:3] + rng.normal(0, 0.1, 3)
    km = float(rng.uniform(2, 30))
    moved = jitter(site_lon, site_lat, rng.uniform(0, 9_000, 3), replicas=4, seed=int(rng.integers(1_000)))
    for mask, x, y in zip(moved_coverage(lon, lat, site_lon, site_lat, moved, within_km=km), *moved, strict=True):
        assert mask.tolist() == (distances_km(lon, lat, x, y) <= km).any(axis=1).tolist()


def moves_within_errors(rng: Rng) -> None:
    """The distances moved, by GeographicLib, against scipy's Rayleigh and the 90 % of the definition."""
    lon, lat = places(rng, 2)
    error = rng.uniform(10, 20_000, 2)
    moved = jitter([*lon, np.nan], [*lat, 20.0], [*error, 5.0], replicas=60, seed=int(rng.integers(10_000)))
    assert np.isnan(moved.lon[:, 2]).all()
    metres = [
        geodesic_km(lon[place], lat[place], x, y) * 1000 / error[place]
        for place in range(2)
        for x, y in zip(moved.lon[:, place], moved.lat[:, place], strict=True)
    ]
    assert kstest(metres, "rayleigh", args=(0, 1 / math.sqrt(2 * math.log(10)))).pvalue > 1e-8
    turns = np.array(
        [WGS84.Inverse(lat[0], lon[0], y, x)["azi1"] for x, y in zip(moved.lon[:, 0], moved.lat[:, 0], strict=True)]
    )
    assert kstest((turns % 360) / 360, "uniform").pvalue > 1e-8


def intervals_of_moved_points(rng: Rng) -> None:
    """numpy's quantiles over the replicas, one column and one row at a time."""
    lon, lat = places(rng, 3)
    error = rng.uniform(10, 20_000, 3)
    seed, cut = int(rng.integers(10_000)), float(lat[0])

    def statistic(x: Floats, y: Floats) -> pd.DataFrame:
        return pd.DataFrame({"north": np.where(y > cut, y, np.nan), "east": x}, index=list("abc"))

    found = interval(statistic, lon, lat, error, replicas=20, seed=seed)
    moved = jitter(lon, lat, error, replicas=20, seed=seed)
    for place, name in enumerate("abc"):
        for column, draws in (("north", moved.lat[:, place]), ("east", moved.lon[:, place])):
            kept = draws[draws > cut] if column == "north" else draws
            ends = np.quantile(kept, [0.05, 0.5, 0.95]) if kept.size else [np.nan] * 3
            alike(found.loc[name, [f"{column}_low", f"{column}_median", f"{column}_high"]], ends)
            alike(found.loc[name, f"{column}_defined_share"], kept.size / 20)
    alike(
        interval(lambda x, y: float(x[0]), lon, lat, error, replicas=20, seed=seed)["median"],
        [np.median(moved.lon[:, 0])],
    )


def shares_beside_a_line(rng: Rng) -> None:
    """Distances to every leg by search; p from the random lines' own shares."""
    corners = _line(rng)
    line = shapely.LineString(corners)
    around = np.meshgrid(np.linspace(-3, 3, 9), np.linspace(-3, 3, 9))
    base_lon, base_lat = (corners.mean(axis=0)[axis] + part.ravel() for axis, part in enumerate(around))
    lon, lat = (corners.mean(axis=0)[axis] + rng.normal(0, 1, 4) for axis in range(2))
    lon[0] = np.nan
    found = corridor_share(lon, lat, base_lon, base_lat, line, cuts=(80.0, 30.0), replicas=39, over_industry=0.3)
    offset = [_to_line(corners, x, y) for x, y in zip(lon[1:], lat[1:], strict=True)]
    assert found.table.index.tolist() == [30.0, 80.0]
    assert (found.plants, found.base) == (3, 81)
    for place, cut in enumerate((30.0, 80.0)):
        count = sum(far <= cut for far in offset)
        row, draws = found.table.loc[cut], found.simulations[:, place]
        assert row["plants"] == count
        alike(row["share"], count / 3)
        alike(row["expected"], math.fsum(draws) / 39)
        extreme = sum(abs(draw - row["expected"]) >= abs(row["share"] - row["expected"]) - 1e-9 for draw in draws)
        alike(row["p"], (extreme + 1) / 40)
        alike(row["base_share"], np.mean(chainage(line, base_lon, base_lat)[1] <= cut))
        assert np.isin(np.round(draws * 3, 9), [0, 1, 2, 3]).all()
    whole = global_envelope(found.table["share"].to_numpy(), found.simulations, alpha=0.05)
    alike(found.table[["low", "high"]], np.column_stack([whole.lo, whole.hi]))
    alike(found.p, whole.p)
    assert (found.outside, found.alpha, found.replicas) == (whole.left, 0.05, 39)
    member = corridor_membership(pd.Series([*offset, None]), cuts=(30.0,))["corridor_30km"]
    assert member.tolist()[:-1] == [far <= 30 for far in offset]
    assert member.isna().tolist()[-1]


CHECKS: tuple[Callable[[Rng], None], ...] = (
    distances_of_pairs,
    nearest_targets,
    pairs_counts_and_sums,
    bands_of_pairs,
    border_chainage_and_length,
    potentials,
    accessible_weight,
    densities,
    clusters_by_density,
    coverage_of_weight,
    coverage_of_moved_places,
    moves_within_errors,
    intervals_of_moved_points,
    shares_beside_a_line,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_what_an_independent_computation_makes_it(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 25)


@pytest.mark.campaign
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_so_on_a_thousand_data_sets(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 1_000)
