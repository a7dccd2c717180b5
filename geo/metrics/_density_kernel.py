"""The compiled sum of hills; imported only when there is something to measure."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geo._compiled import compiled

Floats = NDArray[np.float64]


@compiled
def summed_hills(cells: Floats, points: Floats, mass: Floats, reach: float, radius: float, bandwidth: float) -> Floats:
    """Return the sum of mass * exp(-d^2 / 2 h^2) over the points in reach of each cell.

    Parameters
    ----------
    cells, points
        Earth-centred coordinates in metres, shape (n, 3) and (m, 3); the points in ascending order of the third.
    mass
        One a point, in their order.
    reach
        Longest chord that counts, metres.
    radius
        Radius of the circle that turns a chord into a distance, metres.
    bandwidth
        h, metres.
    """
    heights = np.zeros(cells.shape[0])
    farthest = reach * reach
    turn = 2.0 * radius
    steepness = -0.5 / (bandwidth * bandwidth)
    order = np.ascontiguousarray(points[:, 2])
    for cell in range(cells.shape[0]):
        x, y, z = cells[cell, 0], cells[cell, 1], cells[cell, 2]
        # A chord is no shorter than its part along the axis, so only a slice of the points comes into question.
        first = np.searchsorted(order, z - reach)
        last = np.searchsorted(order, z + reach, side="right")
        height = 0.0
        for point in range(first, last):
            square = (points[point, 0] - x) ** 2 + (points[point, 1] - y) ** 2 + (order[point] - z) ** 2
            if square <= farthest:
                metres = turn * math.asin(min(math.sqrt(square) / turn, 1.0))
                height += mass[point] * math.exp(steepness * metres * metres)
        heights[cell] = height
    return heights
