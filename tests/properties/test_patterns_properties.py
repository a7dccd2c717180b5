"""Laws that measures of point patterns obey."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from shapely import affinity

from geo.metrics.patterns import (
    distance_band,
    global_envelope,
    join_counts,
    k_function,
    kd_function,
    m_envelope,
    m_function,
    m_simulations,
)

CORRECTIONS = ["none", "border", "translation", "isotropic"]
R = np.linspace(0, 0.3, 13)
# A courtyard with an open side and a hole.
WINDOW = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.7, 1), (0.6, 0.3), (0.4, 1), (0, 1)]) - shapely.box(
    0.1, 0.1, 0.2, 0.3
)
relaxed = settings(deadline=None, max_examples=25)


def points_in(seed: int, n: int = 30) -> np.ndarray:
    xy = np.random.default_rng(seed).random((20 * n, 2))
    return xy[shapely.contains_xy(WINDOW, xy)][:n]


def marked(seed: int, n: int = 40, kinds: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random(n), rng.random(n), rng.integers(0, kinds, n), rng.uniform(0.5, 5, n)


@relaxed
@given(st.integers(0, 10_000), st.sampled_from(["none", "translation", "isotropic"]))
def test_k_never_falls(seed: int, correction: str) -> None:
    assert np.all(np.diff(k_function(points_in(seed), WINDOW, R, correction=correction)) >= 0)


@relaxed
@given(st.integers(0, 10_000), st.sampled_from(CORRECTIONS), st.floats(0, 360), st.floats(-50, 50), st.floats(-50, 50))
@example(seed=0, correction="translation", degrees=0.0, dx=0.0, dy=1.1125369292536007e-308)
def test_k_does_not_see_where_the_pattern_lies(
    seed: int, correction: str, degrees: float, dx: float, dy: float
) -> None:
    def moved(shape: shapely.Geometry) -> shapely.Geometry:
        return affinity.translate(affinity.rotate(shape, degrees, origin=(0, 0)), dx, dy)

    xy = points_in(seed)
    before = k_function(xy, WINDOW, R, correction=correction)
    after = k_function(shapely.get_coordinates(moved(shapely.MultiPoint(xy))), moved(WINDOW), R, correction=correction)
    np.testing.assert_allclose(after.to_numpy(), before.to_numpy(), atol=1e-9)


@relaxed
@given(st.integers(0, 10_000), st.sampled_from(CORRECTIONS), st.floats(0.01, 1e4))
def test_k_of_an_even_intensity_is_k(seed: int, correction: str, intensity: float) -> None:
    """Renormalised, a constant intensity is none at all, but for n in place of n - 1 where all pairs are divided by."""
    xy = points_in(seed)
    n = len(xy)
    power, shrunk = (1, 1.0) if correction == "border" else (2, (n - 1) / n)
    plain = k_function(xy, WINDOW, R, correction=correction)
    even = k_function(xy, WINDOW, R, correction=correction, intensity=np.full(n, intensity), normpower=power)
    np.testing.assert_allclose(even, plain * shrunk, atol=1e-9)


@relaxed
@given(st.integers(0, 10_000))
def test_isotropic_weight_is_the_share_of_the_circle_inside(seed: int) -> None:
    """Against a circle of 20,000 corners cut by the window."""
    xy = points_in(seed, 2)
    radius = float(np.hypot(*(xy[1] - xy[0])))
    assume(radius < 0.6)
    turn = np.linspace(0, 2 * np.pi, 20_001)
    shares = []
    for x, y in xy:
        circle = shapely.LineString(np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)]))
        shares.append(circle.intersection(WINDOW).length / circle.length)
    assume(min(shares) > 0.02)
    k = k_function(xy, WINDOW, [radius * 1.0001], correction="isotropic").iloc[0]
    assert k == pytest.approx(WINDOW.area / 2 * sum(1 / share for share in shares), rel=1e-4)


@relaxed
@given(st.integers(0, 10_000), st.booleans())
def test_pooled_m_is_the_weighted_mean_of_the_types(seed: int, equal: bool) -> None:
    x, y, types, sizes = marked(seed)
    sizes = np.ones(len(x)) if equal else sizes
    r = 0.2
    pooled = m_function(x, y, types, sizes, [r], metric="planar").iloc[0]
    near = (np.hypot(x[:, None] - x, y[:, None] - y) <= r).sum(axis=1) > 1
    total = parts = 0.0
    for kind in np.unique(types):
        of_kind = types == kind
        weight = ((sizes[of_kind].sum() - sizes) / (sizes.sum() - sizes))[of_kind & near].sum()
        if weight > 0:
            total += weight * m_function(x, y, types, sizes, [r], reference=kind, metric="planar").iloc[0]
            parts += weight
    assert pooled == pytest.approx(total / parts, rel=1e-9)


@relaxed
@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_m_sees_neither_names_nor_order_nor_unit(seed: int, renaming: list[int]) -> None:
    x, y, types, sizes = marked(seed)
    order = np.random.default_rng(seed).permutation(len(x))
    r = [0.1, 0.3]
    before = m_function(x, y, types, sizes, r, metric="planar")
    after = m_function(
        x[order], y[order], np.array(list("pqrs"))[renaming][types[order]], 7 * sizes[order], r, metric="planar"
    )
    np.testing.assert_allclose(after, before, rtol=1e-9)


@pytest.mark.parametrize("null", ["labelling", "location"])
@pytest.mark.parametrize("names", [{}, {"reference": 1}, {"reference": 1, "neighbour": 2}])
def test_m_has_mean_one_under_its_null_model(null: str, names: dict[str, int]) -> None:
    x, y, types, _ = marked(3, n=120)
    curves = m_simulations(
        x, y, types, np.ones(120), [0.2, 0.6], null=null, simulations=4_000, seed=5, metric="planar", **names
    ).curves
    error = curves.std(axis=0, ddof=1) / np.sqrt(len(curves))
    assert np.all(np.abs(curves.mean(axis=0) - 1) < 3 * error)


@relaxed
@given(st.integers(0, 10_000), st.booleans())
def test_kd_integrates_to_the_share_of_pairs_it_looks_at(seed: int, weighted: bool) -> None:
    x, y, _, sizes = marked(seed)
    r = np.linspace(0, 3, 1501)  # twice the last holds every pair, and the kernels' tails
    kd = kd_function(x, y, sizes, r, weighted=weighted, metric="planar")
    assert np.all(kd >= 0)
    assert np.trapezoid(kd, r) == pytest.approx(1, abs=1e-4)


@relaxed
@given(st.integers(0, 10_000))
def test_join_counts_do_not_depend_on_direction(seed: int) -> None:
    x, y, types, _ = marked(seed)
    band = distance_band(x, y, reach=0.3, metric="planar")
    one = join_counts(types, band, permutations=99, seed=1)
    other = join_counts(types, (band.j, band.i, band.weight), permutations=99, seed=1)
    assert one[:3] == pytest.approx(other[:3])
    assert one.by_type.sum() == pytest.approx(one.same)
    assert 0 < one.p <= 1


def test_join_counts_have_their_expectation() -> None:
    x, y, types, _ = marked(1)
    band = distance_band(x, y, reach=0.3, metric="planar")
    rng = np.random.default_rng(2)
    drawn = [join_counts(rng.permutation(types), band, permutations=0, seed=1) for _ in range(2_000)]
    same = np.array([result.same for result in drawn])
    assert abs(same.mean() - drawn[0].expected) < 3 * same.std() / np.sqrt(len(same))


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_global_envelope_holds_its_level(alpha: float) -> None:
    """Random walks against random walks: left in a share alpha of cases, give or take three standard errors."""
    rng = np.random.default_rng(4)
    cases = 600
    results = []
    for _ in range(cases):
        walks = rng.normal(size=(100, 25)).cumsum(axis=1)
        results.append(global_envelope(walks[0], walks[1:], alpha=alpha))
    left = np.mean([result.left for result in results])
    assert abs(left - alpha) < 3 * np.sqrt(alpha * (1 - alpha) / cases)
    assert all(result.left == (result.p <= alpha + 1e-12) for result in results)


def test_m_of_shuffled_types_seldom_leaves_its_envelope() -> None:
    x, y, types, sizes = marked(6)
    rng = np.random.default_rng(7)
    left = [
        m_envelope(
            x, y, rng.permutation(types), sizes, [0.1, 0.2, 0.4], simulations=99, seed=seed, alpha=0.1, metric="planar"
        ).left
        for seed in range(200)
    ]
    assert np.mean(left) < 0.1 + 3 * np.sqrt(0.1 * 0.9 / 200)
