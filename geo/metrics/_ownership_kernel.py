"""The compiled sums of local ownership; imported only when there is something to measure."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo._compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Neighbours(NamedTuple):
    """Holdings near each place, place by place.

    ``start``, shape (places + 1,): where a place's neighbours begin in the other two; ``holding``: which they are;
    ``weight``: kernel times size, summing to 1 for a place that has any.
    """

    start: Integers
    holding: Integers
    weight: Floats


@compiled
def _place_herfindahl(place: int, near: Neighbours, owner: NDArray[np.integer], held: Floats) -> float:
    """Return H of one place; ``held`` is working space, zero before and after."""
    first, end = near.start[place], near.start[place + 1]
    total = 0.0
    for k in range(first, end):
        o, weight = owner[near.holding[k]], near.weight[k]
        total += weight * (2.0 * held[o] + weight)  # (a + w)^2 - a^2
        held[o] += weight
    for k in range(first, end):
        held[owner[near.holding[k]]] = 0.0
    return total


@compiled
def owner_herfindahl(near: Neighbours, owner: Integers) -> Floats:
    """Return H of every place, NaN where it has no neighbour."""
    places = near.start.size - 1
    result = np.full(places, np.nan)
    if owner.size == 0:
        return result
    held = np.zeros(owner.max() + 1)
    for place in range(places):
        if near.start[place + 1] > near.start[place]:
            result[place] = _place_herfindahl(place, near, owner, held)
    return result


@compiled
def count_extreme(
    near: Neighbours, tested: Integers, labels: NDArray[np.int32], expected: Floats, distance: Floats, extreme: Integers
) -> None:
    """Add to ``extreme`` how many relabellings (rows of ``labels``) put H as far from its mean as the data do."""
    held = np.zeros(labels.max() + 1)
    for relabelling in range(labels.shape[0]):
        owner = labels[relabelling]
        for row in range(tested.size):
            h = _place_herfindahl(tested[row], near, owner, held)
            if abs(h - expected[row]) >= distance[row]:
                extreme[row] += 1
