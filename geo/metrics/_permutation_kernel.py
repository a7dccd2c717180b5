"""The compiled conditional permutations of local statistics; imported only when some are asked for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo._compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Rows(NamedTuple):
    """What the kernel reads of each unit, shape (n,) but for ``weights``.

    ``start``, shape (n + 1,): where each unit's weights begin in ``weights``; ``flat``: all weights of the unit are
    the same; ``middle``: mean of the weighted sum of the neighbours over all permutations; ``far``: distance from
    it from which on a sum counts as extreme.
    """

    start: Integers
    weights: Floats
    flat: NDArray[np.bool_]
    middle: Floats
    far: Floats


@compiled
def _deal(uniforms: Floats, pool: Integers, hand: Integers) -> None:
    """Draw units without replacement, as many as there are uniform numbers, and leave the pool as it was."""
    for k in range(hand.size):
        at = k + int(uniforms[k] * (pool.size - k))
        pool[k], pool[at] = pool[at], pool[k]
        hand[k] = at
    for k in range(hand.size - 1, -1, -1):
        at = hand[k]
        hand[k] = pool[k]
        pool[k], pool[at] = pool[at], pool[k]


@compiled
def _weighted(drawn: Floats, weights: Floats, rank: int) -> float:
    """Return the weighted sum of the values drawn first, passing over the one of that rank."""
    total = 0.0
    for k in range(weights.size):
        total += weights[k] * drawn[k if k < rank else k + 1]
    return total


@compiled
def count_extremes(uniforms: Floats, values: Floats, rows: Rows) -> Integers:
    """Count, for each unit, the permutations in which its neighbours' sum lies as far out as in the data.

    Parameters
    ----------
    uniforms
        Numbers in [0, 1), shape (permutations, k + 1), k being the largest number of neighbours (at most n - 1).
    values
        Shape (n,).
    rows
        The units.

    Returns
    -------
    ndarray
        Counts, shape (n,).

    Notes
    -----
    One draw of k + 1 units in random order serves all units: a unit that is itself among its neighbours' places is
    passed over, and what is left is a random order of the others. Where all weights of a unit are the same its sum
    is a running sum of the draw, so that a unit costs one comparison however many neighbours it has.
    """
    n, most = values.size, uniforms.shape[1]
    counts = np.zeros(n, dtype=np.int64)
    pool, rank = np.arange(n), np.full(n, most)
    hand, drawn, running = np.empty(most, dtype=np.int64), np.empty(most), np.zeros(most + 1)
    for b in range(uniforms.shape[0]):
        _deal(uniforms[b], pool, hand)
        for k in range(most):
            rank[hand[k]] = k
            drawn[k] = values[hand[k]]
            running[k + 1] = running[k] + drawn[k]
        for i in range(n):
            first, last = rows.start[i], rows.start[i + 1]
            size = last - first
            if size == 0:
                continue
            if not rows.flat[i]:
                total = _weighted(drawn, rows.weights[first:last], rank[i])
            elif rank[i] < size:
                total = rows.weights[first] * (running[size + 1] - values[i])
            else:
                total = rows.weights[first] * running[size]
            counts[i] += abs(total - rows.middle[i]) >= rows.far[i]
        for k in range(most):
            rank[hand[k]] = most
    return counts
