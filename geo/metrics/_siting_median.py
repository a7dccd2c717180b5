"""The p-median by steps of cost: a short program first, longer where an answer goes beyond it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.errors import ChoiceError
from geo.metrics._highs import Program, solve
from geo.metrics._siting_pairs import Costs, best_open, exact_sum
from geo.metrics._siting_swap import exchange

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Steps of cost written for each demand point to begin with.
_FIRST_STEPS = 24
# Demand points by sites that the exchange may hold: 160 MB.
_MOST_CELLS = 20_000_000


@dataclass(frozen=True)
class _Steps:
    """Each demand point's candidates in order of cost, end to end.

    Attributes
    ----------
    demand
        The demand points that the choice matters to.
    start
        Where the candidates of each begin; one longer than ``demand``.
    site, cost
        Column of the candidate and its cost, ascending within a demand point.
    last
        Cost where none of them is open: that of the nearest fixed facility, infinite without one.
    """

    demand: Integers
    start: Integers
    site: Integers
    cost: Floats
    last: Floats

    @property
    def count(self) -> Integers:
        return np.diff(self.start)


def least_distance(
    costs: Costs, weights: Floats, fixed: NDArray[np.bool_], *, new: int, left: Callable[[], float]
) -> tuple[Integers, float | None]:
    """Return the p new sites of the p-median, and a lower bound where time ended before the proof."""
    free = np.flatnonzero(~fixed)
    _, before = best_open(costs, fixed)
    steps = _steps(costs, weights, fixed, before)
    if not steps.demand.size:
        return np.empty(0, np.int64), None
    settled = _settled(steps, weights, before)
    guess = _guess(steps, weights, new, free.size)
    written = np.minimum(steps.count, _FIRST_STEPS)
    if guess is not None:
        written = np.maximum(written, np.minimum(steps.count, 2 * _rank(steps, guess) + 1))
    bound = 0.0
    while True:
        program = _program(steps, written, weights, new, free.size)
        try:
            outcome = solve(program, seconds=left(), start=_start(steps, written, guess, program.cost.size))
        except ChoiceError:
            return free[_connecting(steps, guess)], settled + bound
        if outcome.status == "infeasible":
            raise ChoiceError(f"No {new} new facilities connect every demand point with weight; open more.")
        # Every shortened program costs no more than the whole one, so each bound holds; the best is kept.
        bound = max(bound, outcome.bound)
        chosen = np.flatnonzero(outcome.values[: free.size] > 0.5)
        short = _beyond(steps, written, chosen)
        if outcome.status == "optimal" and not short.any():
            return free[chosen], None
        if guess is None or _total(steps, weights, chosen) < _total(steps, weights, guess):
            guess = chosen
        if outcome.status != "optimal":
            return free[_connecting(steps, guess)], settled + bound
        written = np.where(short, np.minimum(steps.count, 2 * written), written)


def _guess(steps: _Steps, weights: Floats, new: int, sites: int) -> Integers | None:
    """Return a good choice to start from; none where its table would not fit in memory."""
    if steps.demand.size * sites > _MOST_CELLS:
        return None
    # Whoever is not connected costs more than all the rest together.
    known = steps.cost.max() if np.isinf(steps.last).any() else 0.0
    otherwise = np.where(np.isinf(steps.last), 1e3 * (1.0 + known), steps.last)
    cost = np.repeat(otherwise[:, None], sites, axis=1)
    cost[np.repeat(np.arange(steps.demand.size), steps.count), steps.site] = steps.cost
    return exchange(cost, weights[steps.demand], otherwise, new=new)


def _rank(steps: _Steps, opened: Integers) -> Integers:
    """Return the place of the nearest open site in the order of each demand point; their number where none is."""
    hit = np.flatnonzero(np.isin(steps.site, opened))
    owner = np.repeat(np.arange(steps.demand.size), steps.count)
    rank = steps.count.copy()
    np.minimum.at(rank, owner[hit], hit - steps.start[owner[hit]])
    return rank


def _total(steps: _Steps, weights: Floats, opened: Integers) -> float:
    rank = _rank(steps, opened)
    place = np.minimum(steps.start[:-1] + rank, steps.cost.size - 1)
    return exact_sum(weights[steps.demand] * np.where(rank < steps.count, steps.cost[place], steps.last))


def _connects(steps: _Steps, opened: Integers) -> bool:
    return bool(np.isfinite(steps.last[_rank(steps, opened) == steps.count]).all())


def _connecting(steps: _Steps, guess: Integers | None) -> Integers:
    """Return the best choice found before time ended, if it connects everybody."""
    if guess is None or not _connects(steps, guess):
        raise ChoiceError("Time ended before an answer that connects everybody; give more time or fewer candidates.")
    return guess


def _settled(steps: _Steps, weights: Floats, before: Floats) -> float:
    """Return what the program leaves out: whom no candidate helps, and everybody's way to their nearest candidate."""
    beyond = np.ones(weights.size, dtype=bool)
    beyond[steps.demand] = False
    return exact_sum((weights * np.nan_to_num(before))[beyond]) + exact_sum(
        weights[steps.demand] * steps.cost[steps.start[:-1]]
    )


def _start(steps: _Steps, written: Integers, guess: Integers | None, columns: int) -> Floats | None:
    """Return the columns' values of a choice."""
    if guess is None or not _connects(steps, guess):
        return None
    owner = np.repeat(np.arange(written.size), written)
    rank = np.arange(owner.size) - (np.cumsum(written) - written)[owner]
    none_yet = rank < _rank(steps, guess)[owner]
    sites = np.zeros(columns - owner.size)
    sites[guess] = 1.0
    return np.concatenate([sites, none_yet.astype(np.float64)])


def _steps(costs: Costs, weights: Floats, fixed: NDArray[np.bool_], before: Floats) -> _Steps:
    column = np.cumsum(~fixed) - 1
    last = np.where(np.isnan(before), np.inf, before)
    useful = ~fixed[costs.candidate] & (weights[costs.demand] > 0) & (costs.cost < last[costs.demand])
    rows = np.flatnonzero(useful)
    rows = rows[np.lexsort((costs.candidate[rows], costs.cost[rows], costs.demand[rows]))]
    demand, start = np.unique(costs.demand[rows], return_index=True)
    return _Steps(
        demand.astype(np.int64),
        np.append(start, rows.size).astype(np.int64),
        column[costs.candidate[rows]].astype(np.int64),
        costs.cost[rows],
        last[demand],
    )


def _program(steps: _Steps, written: Integers, weights: Floats, new: int, sites: int) -> Program:
    """Return the program: a column a site, then a column a step, 1 where no site up to the step is open."""
    from scipy.sparse import csr_array

    total = int(written.sum())
    first = np.cumsum(written) - written
    owner = np.repeat(np.arange(written.size), written)
    rank = np.arange(total) - first[owner]
    place = steps.start[owner] + rank
    is_last = rank == written[owner] - 1
    whole = written[owner] == steps.count[owner]
    following = np.where(is_last & whole, steps.last[owner], steps.cost[np.minimum(place + 1, steps.cost.size - 1)])
    rise = np.where(np.isinf(following), 0.0, following - steps.cost[place])
    must = is_last & whole & np.isinf(following)
    # none_k >= none_(k-1) - site_k, with none_0 = 1; where everyone must be served the last step may not be 1.
    row = np.arange(total)
    chain = np.flatnonzero(rank > 0)
    entries = [
        (row, sites + row, np.where(must, 0.0, 1.0)),
        (row, steps.site[place], np.ones(total)),
        (chain, sites + chain - 1, -np.ones(chain.size)),
        (np.full(sites, total), np.arange(sites), np.ones(sites)),
    ]
    rows, columns, values = (np.concatenate([entry[part] for entry in entries]) for part in range(3))
    matrix = csr_array((values, (rows, columns)), shape=(total + 1, sites + total))
    low = np.append(np.where(rank == 0, 1.0, 0.0), -np.inf)
    high = np.append(np.full(total, np.inf), float(new))
    cost = np.concatenate([np.zeros(sites), weights[steps.demand][owner] * rise])
    return Program(cost, matrix, low, high, np.arange(sites + total) < sites)


def _beyond(steps: _Steps, written: Integers, opened: Integers) -> NDArray[np.bool_]:
    """Return which demand points have no open site among the written steps, while there are more."""
    return (_rank(steps, opened) >= written) & (written < steps.count)
