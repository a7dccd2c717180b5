"""Points made ready for finding those near a place: cut into slabs along the earth's axis, each sorted around it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo._ellipsoid import Floats

Integers = NDArray[np.int64]

#: Slabs in reach above a place, and as many below: more leave out more of what is far, but cost more searches.
_SLABS_IN_REACH = 1.0
_MOST_SLABS = 1 << 16


class Near(NamedTuple):
    """Points in slabs, for one reach.

    Attributes
    ----------
    order
        Which point stands where.
    points, angles
        Earth-centred coordinates in metres, shape (m, 3), and angle about the axis, in that order.
    starts
        Where each slab begins, and where the last ends.
    ground
        Third coordinate where the lowest slab begins, and height of a slab, metres.
    reach
        The longest straight line asked about, metres.
    """

    order: Integers
    points: Floats
    angles: Floats
    starts: Integers
    ground: Floats
    reach: float

    @classmethod
    def of(cls, points: Floats, reach: float) -> Near:
        """Return points, shape (m, 3) and m at least 1, ready for a reach above 0."""
        z = points[:, 2]
        lowest, span = float(z.min()), float(np.ptp(z))
        height = max(reach / _SLABS_IN_REACH, span / _MOST_SLABS)
        slab = np.floor((z - lowest) / height).astype(np.int64)
        angles = np.arctan2(points[:, 1], points[:, 0])
        order = np.lexsort((angles, slab))
        starts = np.searchsorted(slab[order], np.arange(slab.max() + 2))
        return cls(order, points[order], angles[order], starts, np.array([lowest, height]), reach)

    def counts(self, places: Floats, sure: float = -1.0) -> tuple[Integers, Integers]:
        """Return how many points lie within reach of each place, shape (n, 3), and how many within ``sure`` metres."""
        from geo._near_kernel import count_near

        return count_near(places, *self[1:], sure)

    def pairs(self, places: Floats, count: int) -> tuple[Integers, Integers, Floats]:
        """Return place, point and straight line (m) of every pair within reach, of which there are ``count``."""
        from geo._near_kernel import list_near

        place, point, chord = list_near(places, *self[1:], count)
        return place, self.order[point], chord
