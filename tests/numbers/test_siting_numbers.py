"""Facilities: every possible choice tried, and accessibility in loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from data_sets import Floats, Rng, alike, sizes

from geo.errors import ChoiceError
from geo.metrics.accessibility import gravity_access, two_step_catchment
from geo.metrics.siting import Costs, Siting, lscp, mclp, p_centre, p_median


def _question(rng: Rng) -> tuple[Floats, Floats, Floats, np.ndarray]:
    """Return costs (infinite where there is no way), weights, a reach and what exists already."""
    demand, candidates = int(rng.integers(1, 9)), int(rng.integers(2, 7))
    costs = (
        rng.integers(0, 12, (demand, candidates)).astype(float)
        if rng.random() < 0.5
        else rng.uniform(0, 12, (demand, candidates))
    )
    costs[rng.random(costs.shape) < 0.1] = np.inf
    weights = rng.integers(0, 5, demand).astype(float) if rng.random() < 0.5 else rng.lognormal(0, 1, demand)
    weights[0] = max(weights[0], 1.0)
    return costs, weights, np.float64(rng.integers(1, 9)), rng.random(candidates) < 0.2


def _choices(fixed: np.ndarray, sizes_of: range) -> list[list[int]]:
    free = np.flatnonzero(~fixed).tolist()
    there = np.flatnonzero(fixed).tolist()
    return [there + list(chosen) for size in sizes_of if size <= len(free) for chosen in combinations(free, size)]


def _least(costs: Floats, opened: list[int]) -> Floats:
    return costs[:, opened].min(axis=1) if opened else np.full(len(costs), np.inf)


def _holds(found: Siting, costs: Floats, weights: Floats, fixed: np.ndarray) -> Floats:
    """Check what every answer says of itself; return the cost to the nearest open facility."""
    assert not fixed[found.chosen].any()
    assert (np.diff(found.chosen) > 0).all()
    least = _least(costs, [*np.flatnonzero(fixed), *found.chosen])
    alike(found.cost, np.where(np.isfinite(least), least, np.nan))
    for point, nearest in enumerate(found.nearest):
        assert nearest == -1 if math.isinf(least[point]) else costs[point, nearest] == least[point]
    alike(found.total_weight, math.fsum(weights))
    assert found.status == "optimal"
    assert found.gap == 0
    alike(found.objective, found.bound)
    return least


def most_weight_covered(rng: Rng) -> None:
    """Every set of so many candidates."""
    costs, weights, reach, fixed = _question(rng)
    free = int((~fixed).sum())
    if not free:
        return
    new = int(rng.integers(1, free + 1))
    found = mclp(Costs.from_matrix(costs), weights, within=reach, new=new, fixed=fixed)
    least = _holds(found, costs, weights, fixed)
    best = max(math.fsum(weights[_least(costs, opened) <= reach]) for opened in _choices(fixed, range(new, new + 1)))
    alike(found.objective, best)
    alike(found.covered_weight, math.fsum(weights[least <= reach]))
    alike(found.covered_before, math.fsum(weights[_least(costs, np.flatnonzero(fixed).tolist()) <= reach]))
    assert len(found.chosen) <= new


def fewest_that_cover(rng: Rng) -> None:
    """Every set of candidates, the smallest first."""
    costs, weights, reach, fixed = _question(rng)
    share = float(rng.choice([1.0, 1.0, rng.uniform(0.2, 0.95)]))
    need = share * math.fsum(weights) * (1 - 1e-12)

    def enough(opened: list[int]) -> bool:
        near = _least(costs, opened) <= reach
        return bool(near[weights > 0].all()) if share == 1 else math.fsum(weights[near]) >= need

    most = int((~fixed).sum())
    if not most:
        return
    sets = [opened for opened in _choices(fixed, range(most + 1)) if enough(opened)]
    if not sets:
        with pytest.raises(ChoiceError, match="All candidates together"):
            lscp(Costs.from_matrix(costs), weights, within=reach, share=share, fixed=fixed)
        return
    found = lscp(Costs.from_matrix(costs), weights, within=reach, share=share, fixed=fixed)
    _holds(found, costs, weights, fixed)
    assert found.objective == len(found.chosen) == min(len(opened) for opened in sets) - fixed.sum()
    assert enough([*np.flatnonzero(fixed), *found.chosen])


def least_cost_in_all_and_at_worst(rng: Rng) -> None:
    """Every set of so many candidates, by sum and by maximum."""
    costs, weights, _, fixed = _question(rng)
    free = int((~fixed).sum())
    if not free:
        return
    new = int(rng.integers(1, free + 1))
    counted = weights > 0
    table = [_least(costs, opened)[counted] for opened in _choices(fixed, range(new, new + 1))]
    for model, value in ((p_median, lambda least: math.fsum(weights[counted] * least)), (p_centre, max)):
        best = min(value(least) for least in table)  # type: ignore[operator]
        if math.isinf(best):
            with pytest.raises(ChoiceError):
                model(Costs.from_matrix(costs), weights, new=new, fixed=fixed)
            continue
        found = model(Costs.from_matrix(costs), weights, new=new, fixed=fixed)
        least = _holds(found, costs, weights, fixed)
        alike(found.objective, best, rel=1e-9)
        alike(value(least[counted]), best, rel=1e-9)  # type: ignore[operator]
        assert len(found.chosen) <= new
        assert math.isnan(found.covered_weight)


def catchments_and_gravity(rng: Rng) -> None:
    """Two steps in loops over people and facilities; nothing is shared out twice."""
    costs, people, reach, _ = _question(rng)
    supply = sizes(rng, costs.shape[1])
    theta = None if rng.random() < 0.4 else float(rng.uniform(1, 10))
    given = Costs.from_matrix(costs)
    if not np.nansum(supply) > 0:
        with pytest.raises(ChoiceError, match="no facility with a known supply"):
            two_step_catchment(given, people, supply, within=reach, theta=theta)
        return
    fades = {
        "exponential": lambda d, t: math.exp(-d / t),
        "step": lambda d, t: float(d <= t),
        "inverse": lambda d, t: t / max(d, 0.5),
    }

    def access(fade: Callable[[float], float]) -> list[float]:
        ratio = []
        for j, amount in enumerate(supply):
            pull = math.fsum(p * fade(d) for p, d in zip(people, costs[:, j], strict=True) if math.isfinite(d))
            ratio.append(amount / pull if pull > 0 and amount > 0 else 0.0)
        return [math.fsum(r * fade(d) for r, d in zip(ratio, row, strict=True) if math.isfinite(d)) for row in costs]

    expected = access(lambda d: (1.0 if theta is None else math.exp(-d / theta)) if d <= reach else 0.0)
    found = two_step_catchment(given, people, supply, within=reach, theta=theta)
    alike(found, expected)
    reached = [j for j in range(len(supply)) if any(people[i] > 0 and costs[i, j] <= reach for i in range(len(people)))]
    alike(math.fsum(people * found), np.nansum(supply[reached]))
    for decay, fade in fades.items():
        at = float(rng.uniform(1, 10))
        got = gravity_access(given, people, supply, decay=decay, theta=at, floor=0.5 if decay == "inverse" else 0.0)  # type: ignore[arg-type]
        alike(got, access(lambda d, fade=fade, at=at: fade(d, at)))


CHECKS: tuple[Callable[[Rng], None], ...] = (
    most_weight_covered,
    fewest_that_cover,
    least_cost_in_all_and_at_worst,
    catchments_and_gravity,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_what_an_independent_computation_makes_it(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 25)


@pytest.mark.campaign
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_so_on_a_thousand_data_sets(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 1_000)
