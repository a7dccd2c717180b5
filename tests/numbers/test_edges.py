"""Edges that the data sets of the differential tests meet seldom or never: each found by one of them or by a mutant."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph
from scipy.sparse import csr_array

from geo import geodesy
from geo.errors import ChoiceError
from geo.geodesy import GEOD, bands_within, count_within, distance_km, nearest, pairs_within, sum_within
from geo.metrics._highs import Program, solve
from geo.metrics._siting_pairs import reach_matrix
from geo.metrics._siting_question import question, without_idle
from geo.metrics.accessibility import gravity_access
from geo.metrics.agglomeration import ellison_glaeser
from geo.metrics.autocorrelation import hot_spots, local_moran
from geo.metrics.clustering import clusters
from geo.metrics.contrasts import against_draws
from geo.metrics.coverage import coverage_interval, moved_coverage
from geo.metrics.gradient import ols_conley
from geo.metrics.patterns import kd_simulations, m_function
from geo.metrics.proximity import corridor_share
from geo.metrics.siting import Costs, mclp
from geo.metrics.spatial_models import spatial_models
from geo.metrics.uncertainty import jitter


def test_a_unit_whose_others_are_all_alike_is_not_tested() -> None:
    """Rounding left a variance of 1e-17 of the others, and with it a z of -3e-8 and a p of 1."""
    focal, other = [0, 1, 1, 2, 2, 3, 3, 3, 4], [3, 0, 2, 0, 3, 0, 2, 4, 2]
    graph = Graph.from_arrays(focal, other, [1, 1, 2.5, 1, 0.5, 2.5, 0.5, 1, 2.5])
    values = pd.Series([2.0, 2.0, 2.0, 2.0, 3.0])
    found = local_moran(values, graph, permutations=99, seed=1)
    assert found.loc[4, ["z", "p", "p_analytic"]].isna().all()
    assert found.loc[4, "local_i"] == pytest.approx(-2.5)
    assert found.loc[0, ["z", "p"]].notna().all()
    assert hot_spots(values, graph, star=False, permutations=99, seed=1).loc[4, ["z", "p"]].isna().all()


def test_a_lag_model_near_one_among_neighbours_that_are_not_mutual_is_fitted() -> None:
    """The power series of spreg grows before it shrinks there, and was taken for one without an end."""
    rng = np.random.default_rng([20180, 3564066569, 3])
    fitted = 0
    for _ in range(15):
        n = 12
        near = np.array([rng.choice(np.delete(np.arange(n), place), 3, replace=False) for place in range(n)])
        adjacency = pd.DataFrame({"focal": np.repeat(np.arange(n), 3), "neighbor": near.ravel()})
        x = pd.DataFrame({"constant": 1.0, "a": rng.normal(size=n)})
        found = spatial_models(rng.normal(size=n), x, adjacency).coefficients
        fitted += abs(found.loc[found["term"] == "rho", "estimate"].item()) > 0.9
    assert fitted, "no coefficient came near 1; the data do not test what they should"


@pytest.mark.parametrize("theta", [0.0, -0.5, float("nan")])
def test_gravity_needs_a_cost_above_0(theta: float) -> None:
    with pytest.raises(ChoiceError, match="theta must be above 0"):
        gravity_access(Costs.from_matrix([[1.0]]), [1.0], [1.0], theta=theta)


def test_a_step_reaches_a_cost_of_exactly_theta() -> None:
    costs = Costs.from_matrix([[2.0, 2.1]])
    assert gravity_access(costs, [10.0], [5.0, 7.0], decay="step", theta=2.0).tolist() == [0.5]
    assert gravity_access(costs, [10.0], [5.0, 7.0], decay="step", theta=0.5).tolist() == [0.0]


def test_shares_of_less_than_one_person_have_an_interval() -> None:
    found = coverage_interval([0.25, 0.5], [np.array([True, False])] * 3)
    assert found.loc["all"].tolist() == pytest.approx([1 / 3] * 4)


@pytest.mark.parametrize("eps_km", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("method", ["dbscan", "hdbscan"])
def test_a_reach_of_clusters_is_a_number_of_kilometres(eps_km: float, method: str) -> None:
    with pytest.raises(ValueError, match="eps_km"):
        clusters([-100.0, -100.0], [25.0, 25.0], eps_km=eps_km, min_samples=2, method=method)  # type: ignore[arg-type]


def test_a_statistic_without_draws_has_no_interval() -> None:
    found = against_draws(0.3, [], n=7)
    assert (found.value, found.n) == (0.3, 7)
    assert np.isnan([found.low, found.high, found.centre, found.p]).all()


def test_a_point_without_any_coordinate_needs_no_error() -> None:
    moved = jitter([np.nan, -100.0], [np.nan, 25.0], [np.nan, 0.0], replicas=2, seed=1)
    assert np.isnan(moved.lon[:, 0]).all()
    assert moved.lon[:, 1].tolist() == [-100.0, -100.0]


def test_three_of_the_regions_without_a_total_are_named() -> None:
    plants = pd.Series([1.0] * 4, index=["a", "b", "c", "d"])
    with pytest.raises(ValueError, match=r"4 regions without a total, such as \['a', 'b', 'c'\]"):
        ellison_glaeser(plants, pd.Series({"e": 1.0}))


def test_without_a_facility_nobody_is_covered_however_short_the_reach() -> None:
    nowhere = jitter([], [], [], replicas=2, seed=1)
    masks = list(moved_coverage([-100.0], [25.0], [], [], nowhere, within_km=0.2))
    assert [mask.tolist() for mask in masks] == [[False], [False]]


def test_a_facility_exactly_at_the_reach_covers() -> None:
    km = float(distance_km(-100.0, 25.0, -100.3, 25.2))
    still = jitter([-100.3], [25.2], [0.0], replicas=1, seed=1)
    assert next(moved_coverage([-100.0], [25.0], [-100.3], [25.2], still, within_km=km)).tolist() == [True]


def test_hundreds_of_rows_are_fitted() -> None:
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(300), rng.normal(size=300)])
    y = x @ [1.0, 2.0] + rng.normal(size=300)
    found = ols_conley(y, x, rng.uniform(-110, -90, 300), rng.uniform(15, 30, 300), cutoff_km=50)
    assert found.n == 300
    np.testing.assert_allclose(found.params, np.linalg.lstsq(x, y)[0])


@pytest.mark.parametrize("km", [0.4, 25.0, 600.0])
def test_targets_a_hair_within_or_beyond_the_reach_are_told_apart(km: float) -> None:
    """From a thousandth of the reach down to a micrometre, on either side: the chord alone cannot decide."""
    parts = np.array([1e-3, 3e-4, 1e-4, 1e-5, 1e-7])
    factors = np.concatenate([1 - parts, 1 + parts])
    turns = np.arange(0.0, 360.0, 36.0)
    lon, lat, _ = GEOD.fwd(np.full(10, -102.0), np.full(10, 24.0), turns, 1000 * km * factors)
    near = factors < 1
    assert count_within([-102.0], [24.0], lon, lat, km).tolist() == [5.0]
    weights = 2.0 ** np.arange(10)
    assert sum_within([-102.0], [24.0], lon, lat, km, weights).tolist() == [weights[near].sum()]
    assert pairs_within([-102.0], [24.0], lon, lat, km)[1].tolist() == np.flatnonzero(near).tolist()
    edges = [km / 2, km, 2 * km]
    bands = np.concatenate([np.column_stack(chunk[1:]) for chunk in bands_within([-102.0], [24.0], lon, lat, edges)])
    assert dict(bands.tolist()) == {place: 1 if near[place] else 2 for place in range(10)}
    index, far = nearest([-102.0], [24.0], lon, lat)
    assert index[0] == np.argmin(factors)
    assert far[0] == pytest.approx(km * factors.min(), rel=1e-9)


def test_lines_that_may_lie_anywhere_are_each_laid_once() -> None:
    around = np.meshgrid(np.linspace(-103, -99, 5), np.linspace(22, 26, 5))
    line = shapely.LineString([(-102.0, 24.0), (-100.0, 24.0)])
    found = corridor_share([-101.0], [24.0], *(part.ravel() for part in around), line, replicas=20, over_industry=0.0)
    assert (found.tried, found.replicas, len(found.simulations)) == (20, 20, 20)


@pytest.mark.parametrize("types", [["a"], ["a", "b", "a"]])
def test_one_type_a_point(types: list[str]) -> None:
    with pytest.raises(ValueError, match="give one type"):
        m_function([0.0, 1.0], [0.0, 0.0], types, [1.0, 1.0], [2.0], metric="planar")


def test_costs_beside_each_other_keep_their_candidates_apart() -> None:
    one, other = Costs.from_matrix([[1.0, 2.0], [3.0, np.inf], [4.0, 5.0]]), Costs.from_matrix([[6.0], [7.0], [np.inf]])
    both = Costs.beside(one, other)
    assert both.shape == (3, 3)
    table = np.full(both.shape, np.inf)
    table[both.demand, both.candidate] = both.cost
    assert table.tolist() == [[1.0, 2.0, 6.0], [3.0, np.inf, 7.0], [4.0, 5.0, np.inf]]
    assert Costs.beside(Costs.from_matrix([[1.0], [2.0]]), Costs.from_matrix([[1.0] * 5] * 2)).shape == (2, 6)
    for fewer in ([[6.0, 7.0, 8.0]], [[6.0, 7.0]]):
        with pytest.raises(ValueError, match="of 3 and of 1 demand points"):
            Costs.beside(one, Costs.from_matrix(fewer))


def test_a_site_that_reaches_only_points_without_people_is_not_opened() -> None:
    costs, weights = Costs.from_matrix([[1.0, 9.0], [9.0, 1.0]]), [5.0, 0.0]
    assert mclp(costs, weights, within=2, new=2).chosen.tolist() == [0]
    both = np.array([0, 1])
    assert without_idle(reach_matrix(costs, 2.0), question(costs, weights, None, 9.0), both).tolist() == [0]


def test_time_that_ends_before_any_answer_is_an_error_and_after_one_is_told() -> None:
    """Sixty points to cover from eighty sites, each at a price of its own."""
    rng = np.random.default_rng(4)
    rows = csr_array((rng.random((60, 80)) < 0.1).astype(float))
    program = Program(
        cost=rng.uniform(1, 2, 80),
        rows=rows,
        low=np.ones(60) * (rows.sum(axis=1) > 0),
        high=np.full(60, np.inf),
        whole=np.ones(80, dtype=bool),
    )
    best = solve(program, seconds=60.0)
    assert best.status == "optimal"
    assert best.values @ program.cost == pytest.approx(best.bound, rel=1e-9)
    with pytest.raises(ChoiceError, match="No answer was found in 0 s"):
        solve(program, seconds=0.0)
    told = solve(program, seconds=0.0, start=np.ones(80))
    assert told.status == "time_limit"
    assert (rows @ told.values >= program.low - 1e-9).all()
    assert told.bound <= best.bound


def test_a_program_without_an_answer_says_so() -> None:
    program = Program(np.array([1.0]), csr_array(np.array([[1.0]])), np.array([2.0]), np.array([3.0]), np.array([True]))
    assert solve(program, seconds=5.0).status == "infeasible"


@pytest.mark.parametrize("place", range(4))
def test_one_missing_coordinate_of_four_is_enough_to_be_missing(place: int) -> None:
    four = [-100.0, 25.0, -101.0, 26.0]
    four[place] = np.nan
    assert np.isnan(distance_km(*four))


def test_hardly_a_pair_is_measured_to_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chord settles nearly all of the 160,000 pairs, and the nearest of 400 is found among a few."""
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(-104, -98, 400), rng.uniform(20, 26, 400)
    measured, of_old = [], geodesy._inverse_km

    def counted(x: np.ndarray, *rest: np.ndarray) -> np.ndarray:
        measured.append(np.size(x))
        return of_old(x, *rest)

    monkeypatch.setattr(geodesy, "_inverse_km", counted)
    edges = [20.0, 60.0, 150.0]
    for work, most in (
        (lambda: count_within(lon, lat, lon, lat, 150.0), 4_000),
        (lambda: sum_within(lon, lat, lon, lat, 150.0, np.ones(400)), 100),
        (lambda: list(bands_within(lon, lat, lon, lat, edges)), 100),
        (lambda: nearest(lon, lat, lon + 0.01, lat), 6_000),
    ):
        measured.clear()
        work()
        assert sum(measured) <= most


def test_pairs_are_the_same_however_few_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(-101, -100, 30), rng.uniform(25, 26, 30)
    lon[:3] -= 20
    whole = pairs_within(lon, lat, lon, lat, 40.0)
    index, km = nearest(lon, lat, lon[::-1] + 0.1, lat)
    for chunk in (1, 7, 40):
        monkeypatch.setattr(geodesy, "_CHUNK_PAIRS", chunk)
        for one, other in zip(whole, pairs_within(lon, lat, lon, lat, 40.0), strict=True):
            assert one.tolist() == other.tolist()
        again = nearest(lon, lat, lon[::-1] + 0.1, lat)
        assert (again[0].tolist(), again[1].tolist()) == (index.tolist(), km.tolist())


def test_the_thickness_of_pairs_is_the_same_in_metres_as_in_kilometres() -> None:
    rng = np.random.default_rng(8)
    x, y, kinds = rng.uniform(0, 90, 25), rng.uniform(0, 90, 25), list("ab" * 12 + "a")
    r = np.array([5.0, 40.0, 80.0])
    curves = [
        kd_simulations(
            unit * x, unit * y, kinds, np.ones(25), unit * r, weighted=False, simulations=3, seed=1, metric="planar"
        ).curves
        for unit in (1.0, 1_000.0)
    ]
    np.testing.assert_allclose(curves[0], 1_000 * curves[1], rtol=1e-9)
