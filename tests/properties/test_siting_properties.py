"""The siting models against enumeration of every set of candidates, and against spopt, on small random instances."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.errors import ChoiceError
from geo.metrics.siting import Costs, lscp, mclp, p_centre, p_median

MODELS = {"mclp", "lscp", "p_median", "p_centre"}


@st.composite
def instances(draw):
    demand, candidates = draw(st.integers(1, 8)), draw(st.integers(1, 7))
    cost = st.one_of(st.integers(0, 12).map(float), st.just(np.inf))
    matrix = np.array(draw(st.lists(cost, min_size=demand * candidates, max_size=demand * candidates)))
    weights = np.array(draw(st.lists(st.integers(0, 9), min_size=demand, max_size=demand)), dtype=float)
    fixed = np.array(draw(st.lists(st.booleans(), min_size=candidates, max_size=candidates)))
    assume(weights.any() and not fixed.all())
    new = draw(st.integers(1, int((~fixed).sum())))
    return matrix.reshape(demand, candidates), weights, fixed, new


def every_set(fixed, sizes):
    free = np.flatnonzero(~fixed)
    for size in sizes:
        for chosen in combinations(free, size):
            yield size, np.union1d(np.flatnonzero(fixed), chosen).astype(int)


def least_cost(matrix, opened):
    return matrix[:, opened].min(axis=1) if opened.size else np.full(len(matrix), np.inf)


@settings(max_examples=150, deadline=None)
@given(instances(), st.integers(0, 12))
def test_mclp_covers_as_much_as_the_best_set(instance, within):
    matrix, weights, fixed, new = instance
    best = max(weights[least_cost(matrix, opened) <= within].sum() for _, opened in every_set(fixed, [new]))
    found = mclp(Costs.from_matrix(matrix), weights, within=within, new=new, fixed=fixed)
    assert found.objective == found.covered_weight == best
    assert found.status == "optimal" and found.gap == 0
    assert found.chosen.size <= new and not fixed[found.chosen].any()
    reached = least_cost(matrix, np.union1d(np.flatnonzero(fixed), found.chosen).astype(int))
    assert weights[reached <= within].sum() == best


@settings(max_examples=150, deadline=None)
@given(instances(), st.integers(0, 12), st.sampled_from([0.25, 0.5, 0.9, 1.0]))
def test_lscp_opens_as_few_as_the_smallest_set(instance, within, share):
    matrix, weights, fixed, _ = instance
    free = int((~fixed).sum())
    enough = [
        size
        for size, opened in every_set(fixed, range(free + 1))
        if weights[least_cost(matrix, opened) <= within].sum() >= share * weights.sum()
    ]
    costs = Costs.from_matrix(matrix)
    if not enough:
        with pytest.raises(ChoiceError, match="All candidates together reach"):
            lscp(costs, weights, within=within, share=share, fixed=fixed)
        return
    found = lscp(costs, weights, within=within, share=share, fixed=fixed)
    assert found.objective == found.chosen.size == min(enough)
    assert found.covered_weight >= share * weights.sum()
    assert found.status == "optimal"


@settings(max_examples=150, deadline=None)
@given(instances())
def test_p_median_costs_as_little_as_the_best_set(instance):
    matrix, weights, fixed, new = instance
    counted = weights > 0
    best = min((weights[counted] * least_cost(matrix, opened)[counted]).sum() for _, opened in every_set(fixed, [new]))
    costs = Costs.from_matrix(matrix)
    if np.isinf(best):
        with pytest.raises(ChoiceError, match="connect"):
            p_median(costs, weights, new=new, fixed=fixed)
        return
    found = p_median(costs, weights, new=new, fixed=fixed)
    assert found.objective == best
    assert found.status == "optimal" and found.chosen.size <= new and not fixed[found.chosen].any()


@settings(max_examples=150, deadline=None)
@given(instances())
def test_p_centre_is_as_near_as_the_best_set(instance):
    matrix, weights, fixed, new = instance
    counted = weights > 0
    best = min(least_cost(matrix, opened)[counted].max() for _, opened in every_set(fixed, [new]))
    costs = Costs.from_matrix(matrix)
    if np.isinf(best):
        with pytest.raises(ChoiceError, match="connect"):
            p_centre(costs, weights, new=new, fixed=fixed)
        return
    found = p_centre(costs, weights, new=new, fixed=fixed)
    assert found.objective == best
    assert found.status == "optimal" and found.chosen.size <= new


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2))
def test_p_median_lengthens_its_program_until_it_is_exact(seed, new):
    # More candidates than the first steps written, and demand far from all but a few of them.
    generator = np.random.default_rng(seed)
    matrix = generator.uniform(0, 100, size=(6, 40))
    matrix[:, :4] = 200 + generator.uniform(0, 1, size=(6, 4))
    weights = generator.integers(1, 50, size=6).astype(float)
    blocked = np.full((3, 40), np.inf)
    blocked[:, :4] = generator.uniform(0, 5, size=(3, 4))
    matrix, weights = np.vstack([matrix, blocked]), np.append(weights, [1e4, 1e4, 1e4])
    best = min(
        (weights * least_cost(matrix, opened)).sum() for _, opened in every_set(np.zeros(40, bool), [min(new, 2)])
    )
    found = p_median(Costs.from_matrix(matrix), weights, new=min(new, 2))
    assert found.objective == pytest.approx(best, rel=1e-12)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_objectives_are_those_of_spopt(seed):
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    generator = np.random.default_rng(seed)
    matrix, weights = generator.uniform(0, 50, size=(12, 9)), generator.integers(1, 99, size=12).astype(float)
    costs, within = Costs.from_matrix(matrix), float(matrix.min(axis=1).max())
    existing = np.zeros(9, dtype=bool)
    existing[2] = True
    solver = pulp.HiGHS(msg=False)

    def theirs(model):
        return pulp.value(model.solve(solver).problem.objective)

    covered = MCLP.from_cost_matrix(matrix, weights, 15.0, 3, predefined_facilities_arr=existing)
    assert mclp(costs, weights, within=15.0, new=2, fixed=existing).objective == pytest.approx(theirs(covered))
    median = PMedian.from_cost_matrix(matrix, weights, 3, predefined_facilities_arr=existing)
    assert p_median(costs, weights, new=2, fixed=existing).objective == pytest.approx(theirs(median))
    centre = PCenter.from_cost_matrix(matrix, 3, predefined_facilities_arr=existing)
    assert p_centre(costs, weights, new=2, fixed=existing).objective == pytest.approx(theirs(centre))
    fewest = LSCP.from_cost_matrix(matrix, within)
    assert lscp(costs, weights, within=within).objective == pytest.approx(theirs(fewest))
