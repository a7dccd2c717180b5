"""The compiled search for points near points; imported only when there is something to find."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geo._compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@compiled
def _slices(place: Floats, angles: Floats, starts: Integers, ground: Floats, reach: float) -> Integers:
    """Return where the points stand that come into question for a place: shape (2 * slabs, 2), first and last of each.

    Two rows a slab, since a sector may pass the angle where the turn begins.
    """
    lowest, height = ground[0], ground[1]
    slabs = starts.size - 1
    low = max(0, math.floor((place[2] - reach - lowest) / height))
    high = min(slabs - 1, math.floor((place[2] + reach - lowest) / height))
    found = np.zeros((2 * max(high - low + 1, 0), 2), dtype=np.int64)
    across = math.hypot(place[0], place[1])
    turn = math.atan2(place[1], place[0])
    # What lies within reach of the place lies, seen from the axis, in a sector of this half width.
    half = math.asin(reach / across) + 1e-12 if reach < across else math.pi
    for slab in range(low, high + 1):
        first, last = starts[slab], starts[slab + 1]
        row = 2 * (slab - low)
        if half >= math.pi:
            found[row, 0], found[row, 1] = first, last
            continue
        inside = angles[first:last]
        found[row, 0] = first + np.searchsorted(inside, turn - half)
        found[row, 1] = first + np.searchsorted(inside, turn + half, side="right")
        if turn - half < -math.pi:
            found[row + 1, 0] = first + np.searchsorted(inside, turn - half + 2.0 * math.pi)
            found[row + 1, 1] = last
        elif turn + half > math.pi:
            found[row + 1, 0] = first
            found[row + 1, 1] = first + np.searchsorted(inside, turn + half - 2.0 * math.pi, side="right")
    return found


@compiled
def count_near(
    places: Floats, points: Floats, angles: Floats, starts: Integers, ground: Floats, reach: float, sure: float
) -> tuple[Integers, Integers]:
    """Return how many points lie within a straight line of each place, and how many within a shorter one.

    Parameters
    ----------
    places, points
        Earth-centred coordinates in metres, shape (n, 3) and (m, 3); the points slab by slab, and by angle in each.
    angles
        Angle of each point about the axis, radians.
    starts
        Where each slab begins, and where the last ends.
    ground
        Third coordinate where the lowest slab begins, and height of a slab.
    reach, sure
        The lines, metres; a negative one has nothing within it.
    """
    within, surely = np.zeros(places.shape[0], dtype=np.int64), np.zeros(places.shape[0], dtype=np.int64)
    farthest, nearer = reach * reach, sure * sure if sure >= 0.0 else -1.0
    for i in range(places.shape[0]):
        x, y, z = places[i, 0], places[i, 1], places[i, 2]
        slices = _slices(places[i], angles, starts, ground, reach)
        count, certain = 0, 0
        for part in range(slices.shape[0]):
            for j in range(slices[part, 0], slices[part, 1]):
                square = (points[j, 0] - x) ** 2 + (points[j, 1] - y) ** 2 + (points[j, 2] - z) ** 2
                count += square <= farthest
                certain += square <= nearer
        within[i], surely[i] = count, certain
    return within, surely


@compiled
def list_near(
    places: Floats, points: Floats, angles: Floats, starts: Integers, ground: Floats, reach: float, pairs: int
) -> tuple[Integers, Integers, Floats]:
    """Return the place, the point and the straight line between them of every pair that ``count_near`` counts.

    Parameters
    ----------
    places, points, angles, starts, ground, reach
        See ``count_near``.
    pairs
        How many there are.
    """
    place, point, chord = np.empty(pairs, dtype=np.int64), np.empty(pairs, dtype=np.int64), np.empty(pairs)
    farthest, at = reach * reach, 0
    for i in range(places.shape[0]):
        x, y, z = places[i, 0], places[i, 1], places[i, 2]
        slices = _slices(places[i], angles, starts, ground, reach)
        for part in range(slices.shape[0]):
            for j in range(slices[part, 0], slices[part, 1]):
                square = (points[j, 0] - x) ** 2 + (points[j, 1] - y) ** 2 + (points[j, 2] - z) ** 2
                if square <= farthest:
                    place[at], point[at], chord[at] = i, j, math.sqrt(square)
                    at += 1
    return place, point, chord
