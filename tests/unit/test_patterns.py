"""What measures of point patterns do with input that is empty, partial, degenerate or wrong."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.sparse import csr_array

from geo.metrics.patterns import (
    distance_band,
    global_envelope,
    join_counts,
    k_function,
    kd_envelope,
    kd_function,
    kd_simulations,
    l_function,
    m_envelope,
    m_envelopes,
    m_function,
    m_simulations,
    random_labelling,
    random_location,
)

SQUARE = shapely.box(0, 0, 1, 1)
CORRECTIONS = ["none", "border", "translation", "isotropic"]
nan = float("nan")


def m(x: Any, types: Any, sizes: Any, r: Any, **options: Any) -> list[float]:
    return m_function(x, [0] * len(x), types, sizes, r, metric="planar", **options).tolist()


def kd(x: Any, sizes: Any, r: Any, *, weighted: bool = False) -> list[float]:
    return kd_function(x, [0] * len(x), sizes, r, weighted=weighted, metric="planar").tolist()


def test_importing_patterns_compiles_nothing() -> None:
    code = "import sys, geo.metrics.patterns; sys.exit('numba' in sys.modules or 'scipy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# K and L


@pytest.mark.parametrize("correction", CORRECTIONS)
@pytest.mark.parametrize("points", [[], [(0.5, 0.5)], [(0.5, 0.5), (nan, 0.2)]])
def test_k_of_fewer_than_two_points_is_missing(points: list, correction: str) -> None:
    k = k_function(points, SQUARE, [0.1, 0.2], correction=correction)
    assert k.isna().all()
    assert k.index.tolist() == [0.1, 0.2]
    assert (k.name, k.index.name, k.dtype) == ("k", "r", float)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_k_of_points_at_the_same_place_and_below_the_smallest_distance(correction: str) -> None:
    twins = [(0.5, 0.5), (0.5, 0.5)]
    divided = 1 / 2 if correction == "border" else 1  # by n, or by n - 1
    assert k_function(twins, SQUARE, [0, 0.1], correction=correction).tolist() == pytest.approx([divided, divided])
    apart = [(0.4, 0.5), (0.6, 0.5)]
    assert k_function(apart, SQUARE, [0, 0.1], correction=correction).tolist() == [0, 0]


def test_k_keeps_the_order_of_r_and_counts_a_distance_equal_to_r() -> None:
    points = [(0.25, 0.5), (0.5, 0.5), (0.5, 0.75)]
    k = k_function(points, SQUARE, [0.4, 0.25, 0.1, 0.25], correction="none")
    assert k.index.tolist() == [0.4, 0.25, 0.1, 0.25]
    assert k.tolist() == pytest.approx([1, 4 / 6, 0, 4 / 6])
    assert k_function(points, SQUARE, [], correction="isotropic").empty


def test_k_is_missing_where_its_correction_has_nothing_to_go_by() -> None:
    points = [(0.2, 0.5), (0.6, 0.5)]
    r = [0.35, 0.5, 0.70, 0.71]
    assert k_function(points, SQUARE, r, correction="border").isna().tolist() == [False, True, True, True]
    for correction in ("translation", "isotropic"):
        assert k_function(points, SQUARE, r, correction=correction).isna().tolist() == [False, False, False, True]
    assert l_function(points, SQUARE, r, correction="border").isna().tolist() == [False, True, True, True]


def test_weights_by_hand() -> None:
    """0.4 apart and 0.2 from the west edge: a third of the circle around the first point lies outside."""
    points = [(0.2, 0.5), (0.6, 0.5)]
    isotropic = k_function(points, SQUARE, [0.41], correction="isotropic").iloc[0]
    assert isotropic == pytest.approx(((3 / 2) + 1) / 2)
    translation = k_function(points, SQUARE, [0.41], correction="translation").iloc[0]
    assert translation == pytest.approx(1 / 0.6)


def test_weights_are_capped_where_nothing_of_the_circle_lies_inside() -> None:
    corners = [(0, 0), (1, 1)]
    wide = shapely.Polygon([(0, 0), (0.1, 0), (1, 0.9), (1, 1), (0.9, 1), (0, 0.1)])
    k = k_function(corners, wide, [0.7], correction="isotropic")
    assert k.tolist() == [0]
    far = shapely.MultiPolygon([shapely.box(-2, -1, 0, 0), shapely.box(1, 1, 3, 2)])
    for correction in ("translation", "isotropic"):
        k = k_function(corners, far, [1.5], correction=correction)
        assert np.isfinite(k.iloc[0])
        assert k.iloc[0] <= 100 * far.area


def test_every_window_of_one_shape_gives_one_k() -> None:
    """A square in two halves, or with its corners the other way round."""
    points = np.random.default_rng(1).random((40, 2))
    halves = shapely.MultiPolygon(
        [shapely.box(0, 0, 0.5, 1), shapely.Polygon([(0.7, 0), (0.7, 1), (1.2, 1), (1.2, 0)])]
    )
    moved = points + np.where(points[:, :1] > 0.5, (0.2, 0), 0)
    assert np.isfinite(k_function(moved, halves, [0.1], correction="isotropic")).all()
    turned = shapely.Polygon(list(SQUARE.exterior.coords)[::-1])
    for correction in CORRECTIONS:
        one, other = (k_function(points, window, [0.1, 0.3], correction=correction) for window in (SQUARE, turned))
        pd.testing.assert_series_equal(one, other)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"points": [(0.5, 0.5), (2, 2)]}, ValueError, "1 of 2 points lie outside"),
        ({"points": [1.0, 2.0, 3.0]}, ValueError, r"shape \(3,\)"),
        ({"window": shapely.LineString([(0, 0), (1, 1)])}, TypeError, "LineString"),
        ({"window": shapely.Polygon()}, ValueError, "empty"),
        ({"window": shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])}, ValueError, "not valid"),
        ({"r": [-0.1]}, ValueError, "negative"),
        ({"r": [nan]}, ValueError, "missing"),
        ({"r": [[0.1]]}, ValueError, "2 dimensions"),
        ({"correction": "ripley"}, ValueError, "ripley"),
        ({"normpower": 3}, ValueError, "normpower is 3"),
        ({"intensity": [1.0]}, ValueError, "1 intensities but 2 points"),
        ({"intensity": [1.0, 0.0]}, ValueError, "not positive"),
        ({"intensity": [1.0, nan]}, ValueError, "missing"),
    ],
)
def test_k_says_what_is_wrong(change: dict[str, Any], error: type[Exception], message: str) -> None:
    given = {"points": [(0.2, 0.5), (0.6, 0.5)], "window": SQUARE, "r": [0.1], "correction": "none"} | change
    with pytest.raises(error, match=message):
        k_function(**given)


# M


def test_m_without_anything_to_compare_is_missing() -> None:
    assert np.isnan(m([], [], [], [1, 2])).all()
    assert np.isnan(m([0], ["a"], [1], [1, 2])).all()
    assert np.isnan(m([0, 1], [None, None], [1, 1], [1, 2])).all()
    assert np.isnan(m([0, 1], ["a", "b"], [1, 1], [1, 2])).all()  # no type has a second point
    assert np.isnan(m([0, 1], ["a", "a"], [0, 0], [1, 2])).all()  # all of size 0
    assert m_function([], [], [], [], []).empty


def test_m_of_one_type_is_one() -> None:
    assert m([0, 1, 2], ["a"] * 3, [1, 2, 3], [0.5, 1, 2]) == pytest.approx([nan, 1, 1], nan_ok=True)


def test_m_leaves_out_what_is_missing() -> None:
    full = m([0, 1, 5, 6], list("aabb"), [1, 2, 3, 4], [1, 10])
    holed = m(
        [0, nan, 1, 2, 5, 6, 7],
        ["a", "a", "a", None, "b", "b", "b"],
        [1, 9, 2, 9, 3, 4, nan],
        [1, 10],
    )
    assert holed == full


def test_a_point_of_size_zero_is_counted_from_but_adds_nothing() -> None:
    """From 0: all of b's 2 around; from 1, of size 2: nothing. Overall b is 2 of 2 for the first."""
    assert m([0, 1, 9], ["a", "b", "a"], [0, 2, 2], [1], reference="a", neighbour="b") == pytest.approx([2.0])


def test_m_of_points_at_the_same_place() -> None:
    assert m([0, 0, 5, 5], list("aabb"), [1] * 4, [0]) == pytest.approx([3.0])


def test_m_keeps_the_order_of_r() -> None:
    x, types, sizes = [0, 1, 3, 7], list("aabb"), [1, 2, 3, 4]
    ascending = m(x, types, sizes, [0.5, 1, 3, 8])
    assert m(x, types, sizes, [8, 0.5, 3, 1]) == pytest.approx([ascending[k] for k in (3, 0, 2, 1)], nan_ok=True)
    simulated = m_simulations(x, [0] * 4, types, sizes, [8, 1], simulations=5, seed=1, metric="planar")
    other = m_simulations(x, [0] * 4, types, sizes, [1, 8], simulations=5, seed=1, metric="planar")
    np.testing.assert_array_equal(simulated.curves, other.curves[:, ::-1])


def test_one_name_is_both_types() -> None:
    x, types, sizes = [0, 1, 3, 7], list("aabb"), [1, 2, 3, 4]
    both = m(x, types, sizes, [3], reference="b", neighbour="b")
    assert m(x, types, sizes, [3], reference="b") == m(x, types, sizes, [3], neighbour="b") == both


def test_geodesic_is_the_rule() -> None:
    """The second pair is a degree of latitude, 110.6 km, apart."""
    lon, lat = [-100, -100, -90, -90], [20, 20.001, 20, 21]
    found = m_function(lon, lat, list("aabb"), [1] * 4, [50, 110, 112])
    assert found.tolist() == pytest.approx([3, 3, 3])
    found = m_function(lon, lat, list("abba"), [1] * 4, [112], reference="b", neighbour="a")
    assert found.tolist() == pytest.approx([1.5])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": [1, -1]}, "not negative"),
        ({"sizes": [1, np.inf]}, "finite"),
        ({"sizes": [1]}, "one value a point"),
        ({"types": ["a"]}, "1 types but 2 points"),
        ({"r": [-1]}, "negative"),
        ({"reference": "z"}, "No point is of type 'z'"),
        ({"reference": "a", "neighbour": "y"}, "No point is of type 'y'"),
        ({"metric": "haversine"}, "haversine"),
        ({"lat": [20, 95]}, "latitude"),
    ],
)
def test_m_says_what_is_wrong(change: dict[str, Any], message: str) -> None:
    given = {"lon": [-100, -99], "lat": [20, 20], "types": ["a", "b"], "sizes": [1, 1], "r": [1]} | change
    with pytest.raises(ValueError, match=message):
        m_function(**given)


@pytest.mark.parametrize("metric", ["geodesic", "planar"])
def test_pairs_are_the_same_a_few_points_at_a_time(metric: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    x, y, types, sizes = rng.random(60), rng.random(60), rng.choice(list("abc"), 60), rng.random(60)
    r = [20, 60] if metric == "geodesic" else [0.2, 0.6]

    def measure() -> list[np.ndarray]:
        band = distance_band(x, y, reach=r[0], metric=metric)
        return [
            m_function(x, y, types, sizes, r, metric=metric).to_numpy(),
            kd_simulations(
                x, y, types, sizes, r, reference="a", weighted=True, simulations=5, seed=1, metric=metric
            ).curves,
            np.stack([band.i, band.j]),
        ]

    at_once = measure()
    monkeypatch.setattr("geo.metrics._pairs._CHUNK_PAIRS", 10)
    monkeypatch.setattr("geo.metrics._pairs._LEAST_ROWS", 7)
    for one, other in zip(at_once, measure(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_m_does_not_touch_its_input() -> None:
    frame = pd.DataFrame({"x": [0.0, 1, 2, 3], "t": list("abab"), "w": [1.0, 2, 3, 4]}, index=[9, 8, 7, 6])
    before = frame.copy()
    m_envelope(
        frame["x"], frame["x"], frame["t"], frame["w"], [1], simulations=39, seed=1, null="location", metric="planar"
    )
    pd.testing.assert_frame_equal(frame, before)


def test_simulated_m_is_the_same_whatever_the_number_of_simulations() -> None:
    """33 are worked on 32 and 1; the first of them are those of a shorter run."""
    rng = np.random.default_rng(1)
    x, types, sizes = rng.random(50), rng.choice(list("abc"), 50), rng.random(50)
    for null in ("labelling", "location"):
        few, many = (
            m_simulations(x, x, types, sizes, [0.1, 0.3], null=null, simulations=n, seed=4, metric="planar").curves
            for n in (5, 33)
        )
        np.testing.assert_allclose(few, many[:5], rtol=1e-12)
        assert len(np.unique(many[:, 1])) > 20
    assert m_simulations(x, x, types, sizes, [0.1], simulations=0, seed=4, metric="planar").curves.shape == (0, 1)


def test_m_without_a_curve_has_no_test() -> None:
    result = m_envelope([0, 1], [0, 1], [None, None], [1, 1], [1], simulations=19, seed=1)
    assert np.isnan(result.p)
    assert not result.left
    assert result.lo.isna().all()


# K_d


def test_kd_without_a_pair_is_missing() -> None:
    assert np.isnan(kd([], [], [1])).all()
    assert np.isnan(kd([0], [1], [1])).all()
    assert np.isnan(kd([0, nan], [1, 1], [1])).all()
    assert np.isnan(kd([0, 1], [1, 0], [1], weighted=True)).all()
    assert kd([0, 1], [1, 1], []) == []


def test_kd_of_pairs_all_equally_far_takes_the_distance_as_spread() -> None:
    h = 0.9 * 2
    expected = [(np.exp(-0.5 * (d / h) ** 2) + np.exp(-0.5 * ((d + 4) / h) ** 2)) / h / 2.5066282746 for d in (0, 0)]
    assert kd([0, 2], [1, 1], [2]) == pytest.approx(expected[:1])
    at_once = kd([1, 1], [1, 1], [0, 1])
    assert at_once[0] == pytest.approx(2 / (0.9 * 2.5066282746))
    assert kd([0, 100], [1, 1], [1, 2]) == [0, 0]


def test_kd_keeps_the_order_of_r_and_ignores_the_unit_of_sizes() -> None:
    x, sizes = [0, 1, 3, 7], [1, 2, 3, 4]
    ascending = kd(x, sizes, [1, 4], weighted=True)
    assert kd(x, [10 * size for size in sizes], [4, 1], weighted=True) == pytest.approx(ascending[::-1])
    assert ascending != pytest.approx(kd(x, sizes, [1, 4]))


def test_kd_simulations_of_unknown_or_single_types() -> None:
    options = {"weighted": False, "simulations": 3, "seed": 1, "metric": "planar"}
    unknown = kd_simulations([0, 1], [0, 0], [None, None], [1, 1], [1], reference="a", **options)
    assert unknown.observed.isna().all()
    assert unknown.curves.shape == (3, 1)
    single = kd_simulations([0, 1], [0, 0], ["a", "b"], [1, 1], [1], reference="a", **options)
    assert np.isnan(single.curves).all()
    everything = kd_simulations([0, 1, 3], [0] * 3, ["a"] * 3, [1] * 3, [1, 2], reference="a", **options)
    np.testing.assert_allclose(everything.curves, np.tile(everything.observed, (3, 1)), rtol=1e-12)
    result = kd_envelope([0, 1, 3], [0] * 3, ["a"] * 3, [1] * 3, [1], reference="a", **options | {"simulations": 19})
    assert (result.p, result.left) == (1, False)
    with pytest.raises(ValueError, match="No plant is of type 'z'"):
        kd_simulations([0, 1], [0, 0], ["a", "b"], [1, 1], [1], reference="z", **options)


def test_plants_that_move_bring_their_sizes_to_kd() -> None:
    """Weighted, a type keeps its sizes under ``location`` and takes those of the sites under ``labelling``."""
    x, types, sizes = [0, 1, 2, 8], list("aaab"), [1, 1, 1, 50]
    options = {"reference": "a", "weighted": True, "simulations": 30, "seed": 2, "metric": "planar"}
    labelled, moved = (
        kd_simulations(x, [0] * 4, types, sizes, [4], null=null, **options).curves for null in ("labelling", "location")
    )
    alike = kd_simulations(x, [0] * 4, types, [1] * 4, [4], **options | {"weighted": False}).curves
    np.testing.assert_allclose(moved, alike, rtol=1e-12)
    assert np.abs(labelled - alike).max() > 1e-3


# Join counts


def test_join_counts_without_joins_or_types() -> None:
    nobody = distance_band([0, 9], [0, 0], reach=1, metric="planar")
    assert nobody.i.size == 0
    lonely = join_counts(["a", "a"], nobody, permutations=9, seed=1)
    assert (lonely.same, lonely.expected, lonely.p, lonely.total) == (0, 0, 1, 0)
    empty = join_counts([], ([], [], []), permutations=9, seed=1)
    assert (empty.same, empty.total, empty.by_type.size) == (0, 0, 0)
    assert np.isnan([empty.expected, empty.p]).all()
    unknown = join_counts([None, None, "a"], ([0, 1], [1, 2], [1, 1]), permutations=9, seed=1)
    assert (unknown.same, unknown.total) == (0, 0)
    assert np.isnan(unknown.p)


def test_join_counts_of_one_type_are_as_expected() -> None:
    result = join_counts(["a"] * 4, ([0, 1, 2, 3], [1, 2, 3, 3], [0.5, 1, 2, 9]), permutations=19, seed=1)
    assert (result.same, result.expected, result.p, result.total) == (3.5, 3.5, 1, 3.5)  # not the join with itself


def test_p_of_join_counts_by_hand() -> None:
    """Two of a among four on a chain: all six ways equally likely, J of 0, 1, 1, 1, 1, 2 with mean 1.

    Of both ways to 0 or 2, one third of relabellings is as far as J = 2.
    """
    chain = ([0, 1, 2], [1, 2, 3], [1, 1, 1])
    result = join_counts(["a", "a", "b", "b"], chain, permutations=9_999, seed=1)
    six = [2, 0, 1, 1, 0, 2]  # aabb, abab, abba, baab, baba, bbaa
    assert result.expected == pytest.approx(np.mean(six))
    far = np.mean(np.abs(np.subtract(six, 1)) >= 1)
    assert result.p == pytest.approx(far, abs=3 * np.sqrt(far * (1 - far) / 9_999))


def test_join_counts_read_every_kind_of_neighbours_alike() -> None:
    types = pd.Series(["a", "a", "b", None], index=list("wxyz"))
    arrays = (np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([1.0, 2.0, 4.0]))
    matrix = csr_array((arrays[2], arrays[:2]), shape=(4, 4))
    one, other = (join_counts(types, given, permutations=9, seed=1) for given in (arrays, matrix))
    assert one[:3] == other[:3]
    assert (one.same, one.total, one.by_type.to_dict()) == (1, 3, {"a": 1, "b": 0})


@pytest.mark.parametrize(
    ("neighbours", "message"),
    [
        (([0], [2], [1]), "not there"),
        (([-1], [0], [1]), "not there"),
        (([0], [1, 0], [1]), "one of each"),
        (([0], [1], [nan]), "missing or infinite"),
        (csr_array((3, 3)), r"give \(2, 2\)"),
    ],
)
def test_join_counts_say_what_is_wrong(neighbours: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        join_counts(["a", "b"], neighbours, permutations=9, seed=1)


@pytest.mark.parametrize("reach", [-1, nan, np.inf])
def test_distance_band_needs_a_distance(reach: float) -> None:
    with pytest.raises(ValueError, match="finite distance"):
        distance_band([0, 1], [0, 1], reach=reach)


def test_distance_band_skips_points_without_a_place() -> None:
    band = distance_band([nan, 0, 0, 5], [0, 0, 0, 0], reach=0, metric="planar")
    assert (band.i.tolist(), band.j.tolist()) == ([1, 2], [2, 1])


# Null models and envelopes


def test_shuffles_keep_what_they_promise() -> None:
    types, sizes = ["a", None, "b", "a", "c"], [1, 2, 3, 4, 5]
    for shuffled in random_labelling(types, simulations=20, seed=1):
        assert shuffled[1] is None
        assert sorted(shuffled[[0, 2, 3, 4]]) == ["a", "a", "b", "c"]
    plants = {(str(kind), size) for kind, size in zip(types, sizes, strict=True)}
    for kinds, moved in random_location(types, sizes, simulations=20, seed=1):
        assert {(str(kind), size) for kind, size in zip(kinds, moved, strict=True)} == plants
    once, again = (np.array(list(random_labelling(list("abcdefgh"), simulations=3, seed=5))) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert [shuffled.tolist() for shuffled in random_labelling([], simulations=1, seed=1)] == [[]]


def test_shuffles_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="-1 simulations"):
        list(random_labelling(["a"], simulations=-1, seed=1))
    with pytest.raises(ValueError, match="2 types but 1 sizes"):
        list(random_location(["a", "b"], [1], simulations=1, seed=1))
    with pytest.raises(ValueError, match="null is 'csr'"):
        m_simulations([0, 1], [0, 0], ["a", "b"], [1, 1], [1], null="csr", simulations=1, seed=1)  # type: ignore[arg-type]


def test_envelope_by_hand() -> None:
    """Nineteen steps and a curve above them: the lowest and the highest step are no more extreme than it."""
    steps = np.arange(1.0, 20)[:, None] * np.ones(2)
    observed = pd.Series([20.0, 20.0], index=[5, 10])
    result = global_envelope(observed, steps, alpha=0.1)
    assert result.p == pytest.approx(2 / 20)
    assert (result.lo.tolist(), result.hi.tolist(), result.left) == ([2, 2], [19, 19], True)
    assert result.lo.index.tolist() == [5, 10]
    inside = global_envelope(pd.Series([10.5, 10.5]), steps, alpha=0.1)
    assert (inside.p, inside.left) == (1.0, False)


def test_envelope_leaves_out_r_at_which_a_curve_is_missing() -> None:
    steps = np.arange(1.0, 20)[:, None] * np.ones(3)
    steps[4, 0] = nan
    result = global_envelope([99.0, 10.5, nan], steps)
    assert result.lo.isna().tolist() == [True, False, True]
    assert (result.p, result.left) == (1.0, False)


def test_envelope_of_curves_that_are_all_equal() -> None:
    result = global_envelope([1.0, 1.0], np.ones((19, 2)))
    assert (result.p, result.left) == (1, False)
    assert (result.lo.tolist(), result.hi.tolist()) == ([1, 1], [1, 1])


@pytest.mark.parametrize(
    ("simulations", "alpha", "message"),
    [
        (np.ones((19, 3)), 0.05, r"give \(B, 2\)"),
        (np.ones(2), 0.05, r"give \(B, 2\)"),
        (np.ones((18, 2)), 0.05, "draw at least 19"),
        (np.ones((19, 2)), 1.5, "between 0 and 1"),
    ],
)
def test_envelope_says_what_is_wrong(simulations: np.ndarray, alpha: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        global_envelope([1.0, 1.0], simulations, alpha=alpha)


def test_pooled_kd_is_the_density_of_all_pairs_of_one_type() -> None:
    """Independent: every distance between two points of one type, Silverman's bandwidth, mirrored at 0."""
    rng = np.random.default_rng(11)
    x, y = rng.uniform(0, 60, (2, 40))
    kinds = rng.choice(list("abc"), 40)
    r = np.array([2.0, 10.0, 25.0])
    i, j = np.triu_indices(40, 1)
    same = kinds[i] == kinds[j]
    apart = np.hypot(x[i] - x[j], y[i] - y[j])[same]
    near = apart[apart <= 50]
    quartiles = np.quantile(near, [0.25, 0.75])
    h = 0.9 * min(near.std(ddof=1), (quartiles[1] - quartiles[0]) / 1.34) * near.size**-0.2

    def bell(distance: np.ndarray) -> np.ndarray:
        return np.exp(-0.5 * (distance / h) ** 2) / (h * np.sqrt(2 * np.pi))

    expected = (bell(r[:, None] - near) + bell(r[:, None] + near)).sum(axis=1) / same.sum()
    found = kd_simulations(x, y, kinds, np.ones(40), r, weighted=False, simulations=0, seed=1, metric="planar")
    np.testing.assert_allclose(found.observed, expected, rtol=2e-3)
    one = kd_simulations(x, y, ["a"] * 40, np.ones(40), r, weighted=True, simulations=0, seed=1, metric="planar")
    named = kd_simulations(
        x, y, ["a"] * 40, np.ones(40), r, reference="a", weighted=True, simulations=0, seed=1, metric="planar"
    )
    np.testing.assert_array_equal(one.observed, named.observed)


def test_m_of_several_types_is_m_of_each() -> None:
    rng = np.random.default_rng(12)
    lon, lat = rng.uniform(-101, -99, 60), rng.uniform(20, 22, 60)
    kinds = rng.choice(list("abc"), 60)
    options = {"simulations": 39, "seed": 4}
    together = m_envelopes(lon, lat, kinds, np.ones(60), [25, 100], references=["a", "c"], **options)
    for name, found in together.items():
        alone = m_envelope(lon, lat, kinds, np.ones(60), [25, 100], reference=name, **options)
        pd.testing.assert_series_equal(found.observed, alone.observed)
        pd.testing.assert_series_equal(found.hi, alone.hi)
        assert found.p == alone.p
    with pytest.raises(ValueError, match="No point is of type 'z'"):
        m_envelopes(lon, lat, kinds, np.ones(60), [25], references=["z"], **options)
