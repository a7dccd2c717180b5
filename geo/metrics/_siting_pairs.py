"""Costs between demand and candidates as pairs, and what the siting models read from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Costs:
    """Cost of getting from demand points to candidates, pair by pair; a pair that is not there cannot be travelled.

    Attributes
    ----------
    demand, candidate
        Positions of the pair, int64.
    cost
        Kilometres or minutes, float64, not negative; 0 is a cost like any other.
    shape
        How many demand points and candidates there are.
    """

    demand: Integers
    candidate: Integers
    cost: Floats
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        """Refuse pairs that do not fit."""
        if not self.demand.shape == self.candidate.shape == self.cost.shape:
            raise ValueError("Pairs need one demand point, one candidate and one cost each.")
        if np.isnan(self.cost).any() or (self.cost < 0).any():
            raise ValueError("Costs must be numbers of 0 or more; leave out the pairs that cannot be travelled.")

    @classmethod
    def from_matrix(cls, matrix: ArrayLike) -> Costs:
        """Return the pairs of a matrix, one row a demand point; NaN and infinity are pairs that cannot be travelled."""
        dense = np.asarray(matrix, dtype=np.float64)
        demand, candidate = np.nonzero(np.isfinite(dense))
        return cls(demand.astype(np.int64), candidate.astype(np.int64), dense[demand, candidate], dense.shape)

    @classmethod
    def beside(cls, first: Costs, second: Costs) -> Costs:
        """Return the costs of the same demand to the candidates of the first, then those of the second."""
        if first.shape[0] != second.shape[0]:
            raise ValueError(f"Costs of {first.shape[0]} and of {second.shape[0]} demand points cannot be joined.")
        return cls(
            np.concatenate([first.demand, second.demand]),
            np.concatenate([first.candidate, second.candidate + first.shape[1]]),
            np.concatenate([first.cost, second.cost]),
            (first.shape[0], first.shape[1] + second.shape[1]),
        )


def exact_sum(values: Floats) -> float:
    """Return a sum without rounding on the way, so that the order of the rows does not matter."""
    return math.fsum(values)


def reach_matrix(costs: Costs, within: float) -> Any:
    """Return which candidates each demand point has within a cost, inclusive: 1 in a sparse matrix."""
    from scipy.sparse import csr_array

    near = costs.cost <= within
    pairs = (costs.demand[near], costs.candidate[near])
    matrix = csr_array((np.ones(pairs[0].size, dtype=np.int64), pairs), shape=costs.shape)
    matrix.data[:] = 1  # a pair given twice is one pair
    return matrix


def group_rows(reach: Any, weights: Floats) -> tuple[Any, Floats, NDArray[np.bool_]]:
    """Join demand points that the same candidates reach.

    Returns
    -------
    rows : sparse array
        One row a group, in the order of its first member; points that nobody reaches are in none.
    weights : ndarray
        Sum of each group.
    alone : ndarray
        Which of the points nobody reaches.
    """
    table = reach.tocsr()
    table.sort_indices()
    alone = np.diff(table.indptr) == 0
    members: dict[bytes, list[int]] = {}
    for row in np.flatnonzero(~alone):
        key = table.indices[table.indptr[row] : table.indptr[row + 1]].tobytes()
        members.setdefault(key, []).append(int(row))
    first = np.array([rows[0] for rows in members.values()], dtype=np.int64)
    sums = np.array([exact_sum(weights[rows]) for rows in members.values()], dtype=np.float64)
    return table[first], sums, alone


def best_open(costs: Costs, opened: NDArray[np.bool_]) -> tuple[Integers, Floats]:
    """Return the open candidate with the least cost of each demand point, and the cost; at a tie the first."""
    index, best = np.full(costs.shape[0], -1, dtype=np.int64), np.full(costs.shape[0], np.nan)
    rows = np.flatnonzero(opened[costs.candidate])
    order = rows[np.lexsort((costs.candidate[rows], costs.cost[rows], costs.demand[rows]))]
    demand = costs.demand[order]
    lead = order[np.append(True, demand[1:] != demand[:-1])] if order.size else order
    index[costs.demand[lead]], best[costs.demand[lead]] = costs.candidate[lead], costs.cost[lead]
    return index, best
