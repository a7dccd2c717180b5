"""Laws that the measures of agglomeration obey."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from geo.metrics.agglomeration import (
    accessible_within,
    clusters,
    ellison_glaeser,
    hot_spots,
    kernel_density,
    local_moran,
    market_potential,
)

SIDE = 6
CELLS = [shapely.box(column, row, column + 1, row + 1) for row in range(SIDE) for column in range(SIDE)]
LATTICE = Graph.build_contiguity(gpd.GeoSeries(CELLS), rook=False)

PLANTS = st.lists(st.tuples(st.sampled_from("abcde"), st.floats(1, 1e3)), min_size=2, max_size=40)
TOTALS = st.lists(st.floats(1, 1e4), min_size=5, max_size=5)
LATTICE_VALUES = st.lists(st.integers(-20, 20), min_size=SIDE * SIDE, max_size=SIDE * SIDE)
PLACES = st.lists(st.tuples(st.floats(-100.5, -99.5), st.floats(24.5, 25.5)), min_size=1, max_size=40, unique=True)
SEEDS = st.integers(0, 2**32 - 1)


def columns(places: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([x for x, _ in places]), np.array([y for _, y in places])


# Ellison-Glaeser


@settings(deadline=None)
@given(PLANTS, TOTALS, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.randoms())
def test_ellison_glaeser_knows_neither_unit_nor_order(plants, totals, size_unit, total_unit, random) -> None:
    regions, sizes = zip(*plants, strict=True)
    all_industry = pd.Series(totals, index=list("abcde"))
    one = ellison_glaeser(pd.Series(sizes, index=regions), all_industry)
    shuffled = list(plants)
    random.shuffle(shuffled)
    regions, sizes = zip(*shuffled, strict=True)
    other = ellison_glaeser(pd.Series(sizes, index=regions) * size_unit, all_industry.iloc[::-1] * total_unit)
    assert one == pytest.approx(other, rel=1e-6, abs=1e-9, nan_ok=True)


@settings(deadline=None)
@given(PLANTS, TOTALS)
def test_ellison_glaeser_is_at_most_one_and_z_has_its_sign(plants, totals) -> None:
    regions, sizes = zip(*plants, strict=True)
    result = ellison_glaeser(pd.Series(sizes, index=regions), pd.Series(totals, index=list("abcde")))
    assume(result.h < 0.999)
    assert result.g <= 2
    assert 1 / len(plants) - 1e-12 <= result.h <= 1
    assert result.gamma * result.z >= 0 or abs(result.gamma) < 1e-9


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.integers(2, 30), st.floats(0.0, 1.5))
def test_ellison_glaeser_is_zero_on_average_under_the_dartboard(seed, regions, inequality) -> None:
    """Within 4 standard errors, for boards and plants of all kinds (ten looks at 3 would fail now and then)."""
    rng = np.random.default_rng(seed)
    totals = pd.Series(rng.lognormal(sigma=inequality, size=regions))
    sizes = rng.lognormal(sigma=inequality, size=20)
    chance = (totals / totals.sum()).to_numpy()
    gamma = np.array(
        [ellison_glaeser(pd.Series(sizes, index=rng.choice(regions, 20, p=chance)), totals).gamma for _ in range(400)]
    )
    assert abs(gamma.mean()) <= 4 * gamma.std() / 20 + 1e-12


# Local statistics


@settings(deadline=None)
@given(LATTICE_VALUES, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3), st.booleans())
def test_hot_spots_know_neither_unit_nor_origin(values, unit, origin, star) -> None:
    one = pd.Series(values, dtype=float)
    first = hot_spots(one, LATTICE, star=star, permutations=99, seed=1)
    second = hot_spots(one * unit + origin, LATTICE, star=star, permutations=99, seed=1)
    assert second["z"].to_numpy() == pytest.approx(first["z"].to_numpy(), rel=1e-6, abs=1e-6, nan_ok=True)
    assert second["p"].to_numpy() == pytest.approx(first["p"].to_numpy(), nan_ok=True)


@settings(deadline=None)
@given(LATTICE_VALUES)
def test_turning_values_round_turns_hot_into_cold(values) -> None:
    one = pd.Series(values, dtype=float)
    hot, cold = (hot_spots(each, LATTICE, permutations=99, seed=1) for each in (one, -one))
    assert cold["z"].to_numpy() == pytest.approx(-hot["z"].to_numpy(), abs=1e-9, nan_ok=True)
    assert cold["p"].to_numpy() == pytest.approx(hot["p"].to_numpy(), nan_ok=True)
    same = [local_moran(each, LATTICE, permutations=99, seed=1) for each in (one, -one)]
    for column in ("local_i", "z", "p"):
        assert same[0][column].to_numpy() == pytest.approx(same[1][column].to_numpy(), abs=1e-9, nan_ok=True)


@settings(deadline=None)
@given(LATTICE_VALUES)
def test_local_moran_averages_to_the_global_one(values) -> None:
    one = pd.Series(values, dtype=float)
    assume(one.nunique() > 1)
    weights = LATTICE.transform("r")
    local = local_moran(one, weights, permutations=0, seed=1)["local_i"]
    z = one - one.mean()
    expected = float(z @ (weights.sparse @ z) / (z @ z))
    assert local.sum() / len(one) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_p_of_noise_is_spread_evenly(seed) -> None:
    """Without a pattern, each unit's p is below 5 % in one map of twenty: over 36 units, rarely more than eight."""
    noise = pd.Series(np.random.default_rng(seed).normal(size=SIDE * SIDE))
    result = hot_spots(noise, LATTICE, permutations=999, seed=seed)
    assert result["p"].between(0.001, 1).all()
    assert (result["p"] < 0.05).sum() <= 12


# Distances, density, reach


@settings(deadline=None)
@given(PLACES, st.floats(0.1, 500))
def test_potential_is_symmetric(places, theta) -> None:
    """What one place adds to another, the other adds to it: distances are symmetric."""
    lon, lat = columns(places)
    one = pd.DataFrame({"lon": lon[:1], "lat": lat[:1], "weight": [1.0]})
    there = market_potential(lon, lat, one, decay="exponential", theta_km=theta)
    back = [
        market_potential(
            lon[:1],
            lat[:1],
            pd.DataFrame({"lon": [x], "lat": [y], "weight": [1.0]}),
            decay="exponential",
            theta_km=theta,
        )[0]
        for x, y in places
    ]
    assert there.tolist() == pytest.approx(back, rel=1e-9, abs=1e-300)


@settings(deadline=None)
@given(PLACES, st.floats(1, 300), st.floats(1, 300))
def test_reach_grows_with_distance(places, first, second) -> None:
    lon, lat = columns(places)
    targets = pd.DataFrame({"lon": lon, "lat": lat, "weight": 1.0})
    near, far = (accessible_within(lon, lat, targets, km, share=True) for km in sorted([first, second]))
    assert (near <= far).all()
    assert (near >= 1 / len(places) - 1e-12).all()
    assert (far <= 1).all()
    cut = market_potential(lon, lat, np.ones(len(lon)), decay="threshold", theta_km=first)
    assert cut.tolist() == pytest.approx((accessible_within(lon, lat, targets, first)).tolist())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(-100.4, -99.6), st.floats(24.6, 25.4), st.floats(0, 10)), min_size=1, max_size=8))
def test_density_sums_to_the_weights(points) -> None:
    """Over a grid that holds all hills: coarse cells of 4 km, within 1 %."""
    lon, lat, weight = (np.array(values) for values in zip(*points, strict=True))
    assume(weight.sum() > 0)
    step = 0.04
    x, y = np.meshgrid(np.arange(-101.6, -98.4, step), np.arange(23.5, 26.5, step))
    grid = pd.DataFrame({"lon": x.ravel(), "lat": y.ravel()})
    density = kernel_density(lon, lat, weight, bandwidth_km=15, grid=grid)
    north, east = 110.8 * step, 111.32 * step * np.cos(np.radians(grid["lat"]))
    assert float((density * north * east).sum()) == pytest.approx(weight.sum(), rel=0.01)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.floats(-100.4, -99.6), st.floats(24.6, 25.4)), min_size=1, max_size=6))
def test_density_on_land_sums_to_the_weights(places) -> None:
    """With the border correction nothing is lost to the sea."""
    lon, lat = columns(places)
    land = shapely.box(-100.5, 24.5, -99.5, 25.5)
    step = 0.04
    x, y = np.meshgrid(np.arange(-100.48, -99.5, step), np.arange(24.52, 25.5, step))
    grid = pd.DataFrame({"lon": x.ravel(), "lat": y.ravel()})
    density = kernel_density(lon, lat, np.ones(len(lon)), bandwidth_km=15, grid=grid, mask=land)
    north, east = 110.8 * step, 111.32 * step * np.cos(np.radians(grid["lat"]))
    assert float((density * north * east).sum()) == pytest.approx(len(lon), rel=0.02)


# Clusters


@settings(deadline=None)
@given(PLACES, st.floats(1, 40), st.integers(1, 6), st.randoms())
def test_clusters_do_not_depend_on_order(places, eps_km, min_samples, random) -> None:
    lon, lat = columns(places)
    labels = clusters(lon, lat, eps_km=eps_km, min_samples=min_samples)
    order = list(range(len(places)))
    random.shuffle(order)
    shuffled = clusters(lon[order], lat[order], eps_km=eps_km, min_samples=min_samples)
    assert shuffled.tolist() == labels.iloc[order].tolist()


@settings(deadline=None)
@given(PLACES, st.floats(1, 40), st.integers(1, 6))
def test_clusters_are_numbered_from_one_by_size(places, eps_km, min_samples) -> None:
    labels = clusters(*columns(places), eps_km=eps_km, min_samples=min_samples)
    sizes = labels.value_counts().sort_index()
    assert sizes.index.tolist() == list(range(1, len(sizes) + 1))
    assert sizes.is_monotonic_decreasing


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 5.0, 30.0]))
def test_hdbscan_does_not_depend_on_order(seed, eps_km) -> None:
    rng = np.random.default_rng(seed)
    lon, lat = rng.normal(-100, 0.3, 60).round(2), rng.normal(25, 0.3, 60).round(2)
    order = rng.permutation(60)
    labels = clusters(lon, lat, eps_km=eps_km, min_samples=4, method="hdbscan")
    shuffled = clusters(lon[order], lat[order], eps_km=eps_km, min_samples=4, method="hdbscan")
    assert shuffled.tolist() == labels.iloc[order].tolist()
