"""How much of the facilities' supply a person can get at, with the competition of everybody else."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.errors import ChoiceError
from geo.metrics._siting_pairs import Costs

Floats = NDArray[np.float64]
Decay = Literal["step", "exponential", "inverse"]


def two_step_catchment(
    costs: Costs, demand: ArrayLike, supply: ArrayLike, *, within: float, theta: float | None = None
) -> pd.Series:
    r"""Return the two-step floating catchment: supply a person, shared with all who reach the same facilities.

    .. math:: R_j = \frac{S_j}{\sum_{i: d_{ij} \le D} P_i f(d_{ij})}, \qquad A_i = \sum_{j: d_{ij} \le D} R_j f(d_{ij})

    with f = 1, or :math:`e^{-d/\theta}` (the enhanced form).

    Parameters
    ----------
    costs
        Cost of each pair of demand point and facility, km or minutes.
    demand
        People P of each demand point, not negative.
    supply
        Supply S of each facility (jobs, hectares), not negative; missing ones supply nothing that is known and are left
        out.
    within
        Catchment D in the unit of the costs, inclusive.
    theta
        Cost at which a person counts 37 %; without it all within count alike.

    Returns
    -------
    pandas.Series
        Supply a person, float64, one for each demand point, named ``access``; 0 where no facility is within.

    Raises
    ------
    geo.errors.ChoiceError
        If there is no demand or no known supply, or a value is negative.
    ValueError
        If lengths differ.

    Notes
    -----
    Computed by PySAL's ``access``. The mean over people, weighted, is the supply that anybody reaches over all people
    who reach any: nothing is counted twice. A facility that nobody reaches supplies nobody.

    References
    ----------
    Luo, W. and Wang, F. (2003). Measures of Spatial Accessibility to Health Care in a GIS Environment. Environment and
    Planning B 30(6).
    Luo, W. and Qi, Y. (2009). An Enhanced Two-Step Floating Catchment Area Method. Health & Place 15(4).

    Examples
    --------
    Two towns; the second facility serves both:

    >>> costs = Costs.from_matrix([[1.0, 2.0], [float("inf"), 3.0]])
    >>> two_step_catchment(costs, [100, 50], [10, 20], within=5).round(4).tolist()
    [0.2333, 0.1333]
    """
    from access.fca import two_stage_fca

    people, amount = _checked(costs, demand, supply)
    if theta is not None and not theta > 0:
        raise ChoiceError(f"theta is {theta:g}; give a cost above 0.")
    near = costs.cost <= within
    # A facility that only points without people reach has nobody to share its supply among.
    used = np.bincount(costs.candidate[near], weights=people[costs.demand[near]], minlength=amount.size) > 0
    counted = near & (used & (amount > 0))[costs.candidate]
    found = pd.Series(0.0, index=pd.RangeIndex(people.size), name="access")
    if not counted.any():
        return found
    pairs = pd.DataFrame(
        {"origin": costs.demand[counted], "dest": costs.candidate[counted], "cost": costs.cost[counted]}
    )
    shares = two_stage_fca(
        pd.DataFrame({"demand": people}, index=pd.RangeIndex(people.size, name="geoid")),
        pd.DataFrame({"supply": amount}, index=pd.RangeIndex(amount.size, name="geoid")),
        pairs,
        demand_index=True,
        weight_fn=None if theta is None else lambda cost: np.exp(-cost / theta),
    )
    return found.add(shares, fill_value=0.0).rename("access")


def gravity_access(
    costs: Costs,
    demand: ArrayLike,
    supply: ArrayLike,
    *,
    decay: Decay = "exponential",
    theta: float,
    floor: float = 0.0,
) -> pd.Series:
    r"""Return the gravity potential with competition: supply a person, the near counting more than the far.

    .. math:: A_i = \sum_j \frac{S_j f(d_{ij})}{\sum_k P_k f(d_{kj})}

    Parameters
    ----------
    costs, demand, supply
        As in ``two_step_catchment``; pairs that are not there count nothing.
    decay
        f: ``exponential`` :math:`e^{-d/\theta}`, ``inverse`` :math:`(d/\theta)^{-1}`, ``step`` :math:`1[d \le \theta]`.
    theta
        Cost that f is scaled by, above 0.
    floor
        Shortest cost counted; ``inverse`` needs one above 0.

    Returns
    -------
    pandas.Series
        Supply a person, one for each demand point, named ``access``; 0 where nothing is reached.

    Raises
    ------
    geo.errors.ChoiceError, ValueError
        As ``two_step_catchment``.

    References
    ----------
    Shen, Q. (1998). Location Characteristics of Inner-City Neighborhoods and Employment Accessibility of Low-Wage
    Workers. Environment and Planning B 25(3).

    Examples
    --------
    >>> costs = Costs.from_matrix([[1.0, 2.0], [float("inf"), 3.0]])
    >>> gravity_access(costs, [100, 50], [10, 20], decay="step", theta=5).round(4).tolist()
    [0.2333, 0.1333]
    """
    people, amount = _checked(costs, demand, supply)
    if not theta > 0 or (decay == "inverse" and not floor > 0):
        raise ChoiceError("theta must be above 0, and so must floor where the decay is inverse.")
    cost = np.maximum(costs.cost, floor)
    if decay == "exponential":
        fade = np.exp(-cost / theta)
    else:
        fade = theta / cost if decay == "inverse" else (cost <= theta).astype(np.float64)
    return _potential(costs, people, amount, fade)


def _potential(costs: Costs, people: Floats, amount: Floats, fade: Floats) -> pd.Series:
    pull = np.bincount(costs.candidate, weights=people[costs.demand] * fade, minlength=amount.size)
    ratio = np.divide(amount, pull, out=np.zeros(amount.size), where=pull > 0)
    total = np.bincount(costs.demand, weights=ratio[costs.candidate] * fade, minlength=people.size)
    return pd.Series(total, name="access")


def _checked(costs: Costs, demand: ArrayLike, supply: ArrayLike) -> tuple[Floats, Floats]:
    people, amount = np.asarray(demand, dtype=np.float64), np.asarray(supply, dtype=np.float64)
    if people.shape != (costs.shape[0],) or amount.shape != (costs.shape[1],):
        raise ValueError(f"{people.size} demands and {amount.size} supplies came for costs of {costs.shape}.")
    amount = np.where(np.isnan(amount), 0.0, amount)
    if not (np.isfinite(people).all() and np.isfinite(amount).all() and (people >= 0).all() and (amount >= 0).all()):
        raise ChoiceError("Demand and supply must be finite and not negative; supply may be missing.")
    if not people.any() or not amount.any():
        raise ChoiceError("There is no demand, or no facility with a known supply.")
    return people, amount
