"""The window of a planar pattern: how near its edge is, and how much of a circle or of its shifted self it holds."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Largest weight a pair may get, so that one pair at a corner cannot carry the whole estimate.
LARGEST_WEIGHT = 100.0


class Window:
    """A polygon, or several, with or without holes, that points were observed in.

    Parameters
    ----------
    shape
        Polygon or MultiPolygon in planar coordinates.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If it is empty, has no area or is not valid.
    """

    def __init__(self, shape: shapely.Geometry) -> None:
        kind = getattr(shape, "geom_type", type(shape).__name__)
        if kind not in ("Polygon", "MultiPolygon"):
            raise TypeError(f"The window is a {kind}; give a Polygon or MultiPolygon in planar coordinates.")
        if not shapely.is_valid(shape):
            reason = shapely.is_valid_reason(shape)
            raise ValueError(f"The window is not valid ({reason}); shapely.make_valid mends it.")
        self.area = float(shape.area)
        if self.area <= 0:
            raise ValueError("The window is empty; give one with an area.")
        self._shape = shape

    @cached_property
    def _edges(self) -> Floats:
        """Edges of all rings, shape (m, 4), the window on the left of each."""
        polygons = [shapely.geometry.polygon.orient(polygon) for polygon in shapely.get_parts(self._shape)]
        rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(polygons)]
        return np.concatenate([np.column_stack([ring[:-1], ring[1:]]) for ring in rings])

    @cached_property
    def circumradius(self) -> float:
        """Radius of the smallest circle around the window."""
        return float(shapely.minimum_bounding_radius(self._shape))

    def outside(self, points: Floats) -> int:
        """Return how many points lie outside the window; its edge belongs to it."""
        shapely.prepare(self._shape)
        return int(np.sum(~shapely.intersects_xy(self._shape, points)))

    def edge_distance(self, points: Floats) -> Floats:
        """Return the distance of each point to the nearest edge of the window."""
        edge = self._shape.boundary
        shapely.prepare(edge)
        return np.asarray(shapely.distance(shapely.points(points), edge), dtype=np.float64)

    def isotropic_weights(self, centres: Floats, radii: Floats, edge_distance: Floats) -> Floats:
        """Return Ripley's weights: a full turn over the part of the circle that lies inside the window.

        Parameters
        ----------
        centres
            Shape (m, 2), inside the window.
        radii
            Shape (m,).
        edge_distance
            Distance of each centre to the nearest edge: a smaller circle lies wholly inside.
        """
        from geo.metrics._pattern_kernel import angles_within

        weights = np.ones(radii.size)
        cut = np.flatnonzero(radii > edge_distance)
        x, y = np.ascontiguousarray(centres[cut, 0]), np.ascontiguousarray(centres[cut, 1])
        angles = angles_within(x, y, radii[cut], self._edges)
        weights[cut] = 2.0 * np.pi / np.maximum(angles, 2.0 * np.pi / LARGEST_WEIGHT)
        return np.maximum(weights, 1.0)

    def translation_weights(self, shifts: Floats) -> Floats:
        """Return the window's area over what it shares with itself moved by each shift, shape (m, 2)."""
        low, high = np.asarray(self._shape.bounds).reshape(2, 2)
        width, height = high - low
        if np.isclose(self.area, width * height, rtol=1e-12):
            shared = (width - np.abs(shifts[:, 0])) * (height - np.abs(shifts[:, 1]))
        else:
            shared = np.array([self._shared(float(dx), float(dy)) for dx, dy in shifts], dtype=np.float64)
        return self.area / np.maximum(shared, self.area / LARGEST_WEIGHT)

    @cached_property
    def _centred(self) -> shapely.Geometry:
        """The window around (0, 0): an overlay goes wrong at coordinates such as 1e-308, and loses digits far away."""
        low, high = np.asarray(self._shape.bounds).reshape(2, 2)
        return shapely.transform(self._shape, lambda xy: xy - (low + high) / 2)

    def _shared(self, dx: float, dy: float) -> float:
        moved = shapely.transform(self._centred, lambda xy: xy + np.array([dx, dy]))
        return float(shapely.area(shapely.intersection(self._centred, moved)))
