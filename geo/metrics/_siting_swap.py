"""A good answer to the p-median by exchange, from which the exact search starts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def exchange(cost: Floats, weights: Floats, otherwise: Floats, *, new: int) -> Integers:
    """Return sites of little weighted cost: the greedy choice, then exchanges of one site while one helps.

    Parameters
    ----------
    cost
        Demand points by sites, finite.
    weights
        One for each demand point.
    otherwise
        Cost of each demand point where no site is open.
    new
        How many sites, at most as many as there are.

    Returns
    -------
    ndarray
        Columns of ``cost``, ascending.

    Notes
    -----
    Teitz and Bart's exchange, each evaluated from the nearest and the second nearest open site (Whitaker 1983). It is
    not proven best; it bounds the exact search from above.

    References
    ----------
    Teitz, M. B. and Bart, P. (1968). Heuristic Methods for Estimating the Generalized Vertex Median of a Weighted
    Graph. Operations Research 16(5).
    Whitaker, R. A. (1983). A Fast Algorithm for the Greedy Interchange of Large-Scale Clustering and Median Location
    Problems. INFOR 21(2).
    """
    opened = _greedy(cost, weights, otherwise, new)
    improved = True
    while improved:
        improved = False
        owner, first, second = _two_nearest(cost, otherwise, opened)
        for site in np.setdiff1d(np.arange(cost.shape[1]), opened):
            there = cost[:, site]
            gain = float(weights @ np.maximum(first - there, 0.0))
            lost = weights * (np.minimum(second, np.maximum(there, first)) - first)
            leaving = np.bincount(owner[owner >= 0], weights=lost[owner >= 0], minlength=opened.size)
            worst = int(leaving.argmin())
            if leaving[worst] < gain * (1 - 1e-12):
                opened[worst] = site
                owner, first, second = _two_nearest(cost, otherwise, opened)
                improved = True
    return np.sort(opened)


def _greedy(cost: Floats, weights: Floats, otherwise: Floats, new: int) -> Integers:
    best, opened = otherwise.copy(), np.empty(0, dtype=np.int64)
    for _ in range(new):
        saved = np.array([weights @ np.maximum(best - there, 0.0) for there in cost.T])
        saved[opened] = -1.0
        site = int(saved.argmax())
        opened, best = np.append(opened, site), np.minimum(best, cost[:, site])
    return opened


def _two_nearest(cost: Floats, otherwise: Floats, opened: Integers) -> tuple[Integers, Floats, Floats]:
    """Return which open site is nearest (-1 for none nearer than otherwise), its cost and the second cost."""
    there = np.column_stack([otherwise, cost[:, opened]])
    order = np.argsort(there, axis=1, kind="stable")[:, :2]
    rows = np.arange(len(there))
    return order[:, 0] - 1, there[rows, order[:, 0]], there[rows, order[:, 1]]
