"""Where to put new facilities: fewest that cover, most people covered, least distance, least worst distance.

The programs are written as sparse matrices for HiGHS. ``spopt.locate`` has the same four models and is what the tests
hold these against; it writes them one variable at a time, which at the size of a country takes minutes, and it has
neither partial covering nor a bound when time runs out (docs/methods/siting.md has the times).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.errors import ChoiceError
from geo.metrics._highs import Program, solve
from geo.metrics._siting_median import least_distance
from geo.metrics._siting_pairs import Costs, best_open, exact_sum, group_rows, reach_matrix
from geo.metrics._siting_question import (
    Question,
    Siting,
    answer,
    covered,
    opened_with,
    question,
    require_connected,
    require_new,
    still_open,
    without_idle,
)

__all__ = ["Costs", "Siting", "lscp", "mclp", "p_centre", "p_median"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Longest that a solver may work where nothing else is said, seconds.
TIME_LIMIT_S = 300.0

# Relative error that a sum of shares may carry.
_ROUNDING = 1e-12


def mclp(
    costs: Costs,
    weights: ArrayLike,
    *,
    within: float,
    new: int,
    fixed: ArrayLike | None = None,
    seconds: float = TIME_LIMIT_S,
) -> Siting:
    r"""Open p new facilities so that the most weight lies within reach: the maximal covering location problem.

    .. math::
        \max \sum_i w_i x_i, \quad x_i \le \sum_{j: d_{ij} \le S} y_j, \quad \sum_j y_j \le p, \quad y_j \in \{0, 1\}

    Parameters
    ----------
    costs
        Cost of each pair of demand point and candidate, km or minutes.
    weights
        Weight of each demand point (people, workers), not negative.
    within
        Reach S in the unit of the costs, inclusive.
    new
        How many facilities to add, p.
    fixed
        Which candidates exist already; they stay and do not count in p.
    seconds
        Longest that the solver may work.

    Returns
    -------
    Siting
        Fewer than ``new`` are chosen where another would add nothing.

    Raises
    ------
    geo.errors.ChoiceError
        If there is no candidate, p is below 1 or above the candidates that are left, no weight, or a negative one.

    Notes
    -----
    What fixed facilities cover leaves the program, and demand points that the same candidates reach are one row; both
    keep the optimum. Several sets may be equally good: the objective is what is certain, not the sites.

    References
    ----------
    Church, R. and ReVelle, C. (1974). The Maximal Covering Location Problem. Papers of the Regional Science
    Association 32.

    Examples
    --------
    >>> costs = Costs.from_matrix([[1, 9, 9], [9, 1, 9], [9, 2, 1]])
    >>> found = mclp(costs, [50, 30, 40], within=2, new=1)
    >>> found.chosen.tolist(), found.objective, found.status
    ([1], 70.0, 'optimal')
    """
    asked = question(costs, weights, fixed, seconds)
    require_new(new, asked.fixed)
    reach = reach_matrix(costs, within)
    left, free = still_open(reach, asked)
    groups, sums, _ = group_rows(reach[left][:, free], asked.weights[left])
    covered_before = exact_sum(asked.weights) - exact_sum(asked.weights[left])
    if not groups.shape[0]:
        return answer("mclp", asked, np.empty(0, np.int64), (covered_before, covered_before), within=reach)
    outcome = solve(_cover_program(groups, sums, new), seconds=asked.left())
    picked = free[np.flatnonzero(outcome.values[: free.size] > 0.5)]
    chosen = without_idle(reach, asked, picked)
    objective = covered(reach, asked, chosen)
    bound = objective if outcome.status == "optimal" else max(objective, covered_before + outcome.bound)
    return answer("mclp", asked, chosen, (objective, bound), within=reach)


def lscp(
    costs: Costs,
    weights: ArrayLike,
    *,
    within: float,
    share: float = 1.0,
    fixed: ArrayLike | None = None,
    seconds: float = TIME_LIMIT_S,
) -> Siting:
    r"""Open the fewest new facilities that put a share of the weight within reach: the location set covering problem.

    .. math::
        \min \sum_j y_j, \quad \sum_i w_i x_i \ge s \sum_i w_i, \quad x_i \le \sum_{j: d_{ij} \le S} y_j,
        \quad y_j \in \{0, 1\}

    With s = 1 every demand point with weight is covered, the classic problem.

    Parameters
    ----------
    costs, weights, within, fixed, seconds
        As in ``mclp``.
    share
        Share s of the weight to cover, above 0 and at most 1.

    Returns
    -------
    Siting
        None is chosen where the fixed ones cover the share already.

    Raises
    ------
    geo.errors.ChoiceError
        If all candidates together cover less than the share; the message says how much they do cover. Else as
        ``mclp``.

    References
    ----------
    Toregas, C., Swain, R., ReVelle, C. and Bergman, L. (1971). The Location of Emergency Service Facilities.
    Operations Research 19(6).

    Examples
    --------
    >>> costs = Costs.from_matrix([[1, 9, 9], [9, 1, 9], [9, 2, 1]])
    >>> lscp(costs, [50, 30, 40], within=2).chosen.tolist()
    [0, 1]
    >>> lscp(costs, [50, 30, 40], within=2, share=0.5).chosen.tolist()
    [1]
    """
    asked = question(costs, weights, fixed, seconds)
    if not 0 < share <= 1:
        raise ChoiceError(f"The share to cover is {share:g}; give one above 0 and at most 1.")
    reach = reach_matrix(costs, within)
    wanted = share * exact_sum(asked.weights)
    left, free = still_open(reach, asked)
    groups, sums, alone = group_rows(reach[left][:, free], asked.weights[left])
    lost = asked.weights[left][alone]
    need = wanted - (exact_sum(asked.weights) - exact_sum(asked.weights[left]))
    if (share == 1 and lost.size) or (share < 1 and exact_sum(sums) < need):
        total = exact_sum(asked.weights)
        raise ChoiceError(
            f"All candidates together reach {1 - exact_sum(lost) / total:.4%} of the weight, not {share:.4%}: "
            f"{lost.size} demand points with {exact_sum(lost):,.0f} lie farther than {within:g} from every one. "
            "Give more candidates, a longer reach or a smaller share."
        )
    if need <= 0 or not groups.shape[0]:
        return answer("lscp", asked, np.empty(0, np.int64), (0.0, 0.0), within=reach)
    lift = 0.0
    while True:
        program = _set_cover(groups) if share == 1 else _partial_cover(groups, sums, need + lift)
        outcome = solve(program, seconds=asked.left())
        chosen = free[np.flatnonzero(outcome.values[: free.size] > 0.5)]
        short = wanted * (1 - _ROUNDING) - covered(reach, asked, chosen)
        if short <= 0:
            break
        # The solver holds conditions to a millionth: what it let pass is asked for again, with twice the shortfall.
        lift += 2 * short
    bound = chosen.size if outcome.status == "optimal" else min(chosen.size, np.ceil(outcome.bound - 1e-6))
    return answer("lscp", asked, chosen, (float(chosen.size), float(bound)), within=reach)


def p_median(
    costs: Costs,
    weights: ArrayLike,
    *,
    new: int,
    fixed: ArrayLike | None = None,
    seconds: float = TIME_LIMIT_S,
) -> Siting:
    r"""Open p new facilities so that the weighted cost to the nearest open one is least.

    .. math:: \min \sum_i w_i \min_{j \, open} d_{ij}

    Parameters
    ----------
    costs, weights, new, fixed, seconds
        As in ``mclp``; pairs that are not in the costs cannot be travelled.

    Returns
    -------
    Siting
        ``objective / total_weight`` is the mean cost of a unit of weight.

    Raises
    ------
    geo.errors.ChoiceError
        If a demand point with weight is connected to no candidate, or no p candidates connect all; else as ``mclp``.

    Notes
    -----
    Each demand point has its candidates in order of cost and one variable a step, 1 where none so far is open
    (Cornuejols, Nemhauser and Wolsey 1980); candidates no nearer than the nearest fixed facility fall out. Only the
    first steps are written; where an answer goes beyond them more are, until none does (Garcia, Labbe and Marin 2011).
    A shortened program costs no more than the whole one, so the last answer is its optimum.

    References
    ----------
    Hakimi, S. L. (1964). Optimum Locations of Switching Centers and the Absolute Centers and Medians of a Graph.
    Operations Research 12(3).
    Cornuejols, G., Nemhauser, G. L. and Wolsey, L. A. (1980). A Canonical Representation of Simple Plant Location
    Problems and its Applications. SIAM Journal on Algebraic and Discrete Methods 1(3).
    Garcia, S., Labbe, M. and Marin, A. (2011). Solving Large p-Median Problems with a Radius Formulation. INFORMS
    Journal on Computing 23(4).

    Examples
    --------
    >>> costs = Costs.from_matrix([[1, 9, 9], [9, 1, 9], [9, 2, 1]])
    >>> found = p_median(costs, [50, 30, 40], new=2)
    >>> found.chosen.tolist(), found.objective
    ([0, 1], 160.0)
    """
    asked = question(costs, weights, fixed, seconds)
    require_new(new, asked.fixed)
    require_connected(asked)
    chosen, bound = least_distance(costs, asked.weights, asked.fixed, new=new, left=asked.left)
    _, cost = best_open(costs, opened_with(asked, chosen))
    counted = asked.weights > 0
    objective = exact_sum(asked.weights[counted] * cost[counted])
    return answer("p_median", asked, chosen, (objective, objective if bound is None else min(objective, bound)))


def p_centre(
    costs: Costs,
    weights: ArrayLike,
    *,
    new: int,
    fixed: ArrayLike | None = None,
    seconds: float = TIME_LIMIT_S,
) -> Siting:
    r"""Open p new facilities so that the farthest demand point with weight is as near as can be.

    .. math:: \min \max_{i: w_i > 0} \min_{j \, open} d_{ij}

    Parameters
    ----------
    costs, weights, new, fixed, seconds
        As in ``p_median``; the amount of a weight does not matter, only whether there is one.

    Returns
    -------
    Siting
        The objective is one of the costs given.

    Raises
    ------
    geo.errors.ChoiceError
        As ``p_median`` does.

    Notes
    -----
    The answer is one of the costs: the list of them is halved, asking each time whether p facilities can cover all
    within that cost (Minieka 1970).

    References
    ----------
    Minieka, E. (1970). The m-Center Problem. SIAM Review 12(1).

    Examples
    --------
    >>> costs = Costs.from_matrix([[1, 9, 9], [9, 1, 9], [9, 2, 1]])
    >>> found = p_centre(costs, [50, 30, 40], new=2)
    >>> found.chosen.tolist(), found.objective
    ([0, 1], 2.0)
    """
    asked = question(costs, weights, fixed, seconds)
    require_new(new, asked.fixed)
    require_connected(asked)
    counted = asked.weights > 0
    steps = np.unique(costs.cost[counted[costs.demand]])
    _, before = best_open(costs, asked.fixed)
    worst = before[counted].max() if not np.isnan(before[counted]).any() else np.inf
    low, high = 0, int(np.searchsorted(steps, min(worst, steps[-1])))
    chosen = None if worst > steps[-1] else np.empty(0, np.int64)
    while low < high or chosen is None:
        middle = (low + high) // 2
        try:
            found = _centre_within(asked, steps[middle], new)
        except ChoiceError:
            if chosen is None:
                raise
            return _centre_answer(asked, chosen, steps[low])
        if found is None:
            if middle == steps.size - 1:
                raise ChoiceError(f"No {new} new facilities connect every demand point with weight; open more.")
            low = middle + 1
            high = max(high, low)
        else:
            chosen, high = found, middle
    return _centre_answer(asked, chosen, steps[low])


def _centre_answer(asked: Question, chosen: Integers, bound: float) -> Siting:
    counted = asked.weights > 0
    _, cost = best_open(asked.costs, opened_with(asked, chosen))
    objective = float(cost[counted].max())
    return answer("p_centre", asked, chosen, (objective, min(objective, float(bound))))


def _centre_within(asked: Question, within: float, new: int) -> Integers | None:
    """Return at most so many new facilities that cover all within a cost, or None where there are none."""
    from scipy.sparse import csr_array, vstack

    reach = reach_matrix(asked.costs, within)
    left, free = still_open(reach, asked)
    groups, _, alone = group_rows(reach[left][:, free], asked.weights[left])
    if alone.any():
        return None
    if not groups.shape[0]:
        return np.empty(0, np.int64)
    cover = _set_cover(groups)
    program = Program(
        cover.cost,
        vstack([cover.rows, csr_array(np.ones((1, free.size)))]),
        np.append(cover.low, -np.inf),
        np.append(cover.high, float(new)),
        cover.whole,
    )
    outcome = solve(program, seconds=asked.left())
    if outcome.status == "infeasible":
        return None
    return free[np.flatnonzero(outcome.values > 0.5)]


def _set_cover(groups: Any) -> Program:
    rows, columns = groups.shape
    return Program(
        np.ones(columns), groups.astype(float), np.ones(rows), np.full(rows, np.inf), np.ones(columns, dtype=bool)
    )


def _cover_program(groups: Any, sums: Floats, new: int) -> Program:
    """Return the program of the maximal covering problem: sites first, then groups of demand."""
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    rows, columns = groups.shape
    limit = csr_array(np.concatenate([np.ones(columns), np.zeros(rows)])[None, :])
    return Program(
        np.concatenate([np.zeros(columns), sums]),
        vstack([hstack([-groups.astype(float), eye_array(rows)]), limit]),
        np.full(rows + 1, -np.inf),
        np.append(np.zeros(rows), float(new)),
        np.arange(rows + columns) < columns,
        maximise=True,
    )


def _partial_cover(groups: Any, sums: Floats, need: float) -> Program:
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    rows, columns = groups.shape
    # With whole weights the need is whole too, so that the solver's tolerance cannot leave a person out.
    if (sums == np.rint(sums)).all():
        need = np.ceil(need - 1e-9 * max(1.0, abs(need)))
    enough = csr_array(np.concatenate([np.zeros(columns), sums])[None, :])
    return Program(
        np.concatenate([np.ones(columns), np.zeros(rows)]),
        vstack([hstack([-groups.astype(float), eye_array(rows)]), enough]),
        np.append(np.full(rows, -np.inf), need),
        np.append(np.zeros(rows), np.inf),
        np.arange(rows + columns) < columns,
    )
