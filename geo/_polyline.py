"""A line on the ellipsoid, cut and ordered so that the nearest place on it is found exactly and fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from geo._ellipsoid import GEOD, Floats, GaussSphere, check_latitude, checked_degrees
from geo._threads import in_threads

if TYPE_CHECKING:
    from geo._polyline_kernel import Pieces, Tree

# A great circle of the sphere leaves a geodesic this long by less than 3 mm.
_LONGEST_PIECE_M = 10_000.0
_LEAF_SIZE = 8
_CHUNK_ROWS = 65_536


class LinePositions(NamedTuple):
    """Where on a line each point is nearest to it, row by row; NaN where the point is missing.

    ``km``: geodesic distance to the line; ``foot_lon``, ``foot_lat``: the nearest place on it, degrees;
    ``along_km``: geodesic length of the line from its start to that place.
    """

    km: Floats
    foot_lon: Floats
    foot_lat: Floats
    along_km: Floats


class PolylineIndex:
    """A line of geodesics between its vertices, ready to be measured to many times.

    Parameters
    ----------
    line
        LineString or MultiLineString in longitude and latitude, degrees, WGS84. The parts of a
        MultiLineString are not joined, and the gap between two of them has no length.

    Raises
    ------
    TypeError
        When it is not a line.
    ValueError
        When the line is empty, has no length, or a vertex is missing or has no such latitude.

    Notes
    -----
    The pieces of the line are the leaves of a tree of balls. Geodesic distance obeys the triangle
    inequality, so no piece in a ball of radius r around C is nearer to P than d(P, C) - r: a ball for which
    that exceeds the best distance found is passed over, and nothing nearer can be lost. Distances in the
    search come from Gauss's conformal sphere (``GaussSphere``); the distance returned is Karney's geodesic
    to the place found.
    """

    def __init__(self, line: shapely.Geometry) -> None:
        lon, lat, joined = _segments(line)
        azimuth, _, metres = GEOD.inv(lon[:-1][joined], lat[:-1][joined], lon[1:][joined], lat[1:][joined])
        keep = metres > 0.0
        if not np.any(keep):
            message = "the line has no length: every vertex lies in the same place"
            raise ValueError(message)
        first = np.flatnonzero(joined)[keep]
        self._lon, self._lat, self._azimuth, self._metres = _shortened(
            lon[first], lat[first], azimuth[keep], metres[keep]
        )
        self._along = np.concatenate([[0.0], np.cumsum(self._metres)])
        self._sphere = GaussSphere.centred(_middle_longitude(lon), 0.5 * float(lat.min() + lat.max()))
        self._pieces, self._tree = self._index()

    @property
    def length_km(self) -> float:
        """Geodesic length of the line in kilometres."""
        return float(self._along[-1]) / 1000.0

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> LinePositions:
        """Return the nearest place on the line to each point.

        Parameters
        ----------
        lon, lat
            Degrees, WGS84; scalars or one-dimensional and of the same length n.

        Returns
        -------
        LinePositions
            Four float64 arrays of length n. Of places equally near, the one nearest to the line's start.

        Raises
        ------
        ValueError
            When the lengths do not fit or a latitude lies outside -90 ... 90 degrees.
        """
        x, y = checked_degrees(lon, lat)
        positions = LinePositions(*(np.empty(x.size) for _ in range(4)))

        def fill(start: int) -> None:
            rows = slice(start, start + _CHUNK_ROWS)
            for whole, part in zip(positions, self._locate(x[rows], y[rows]), strict=True):
                whole[rows] = part

        starts = range(0, x.size, _CHUNK_ROWS)
        if len(starts) < 2:
            fill(0)
        else:
            in_threads(fill, starts)
        return positions

    def _locate(self, lon: Floats, lat: Floats) -> LinePositions:
        from geo._polyline_kernel import search

        points = self._sphere.unit_vectors(lon, lat)
        piece, fraction = search(points, self._pieces, self._tree, self._sphere.metric)
        metres = fraction * self._metres[piece]
        foot_lon, foot_lat, _ = GEOD.fwd(self._lon[piece], self._lat[piece], self._azimuth[piece], metres)
        _, _, apart = GEOD.inv(lon, lat, foot_lon, foot_lat)
        return LinePositions(apart / 1000.0, foot_lon, foot_lat, (self._along[piece] + metres) / 1000.0)

    def _index(self) -> tuple[Pieces, Tree]:
        """Return the pieces on the sphere and the tree of balls around them."""
        from geo._polyline_kernel import Pieces, Tree

        end_lon, end_lat, _ = GEOD.fwd(self._lon, self._lat, self._azimuth, self._metres)
        starts = self._sphere.unit_vectors(self._lon, self._lat)
        ends = self._sphere.unit_vectors(end_lon, end_lat)
        steps = ends - starts
        pieces = Pieces(starts, steps, np.einsum("ij,ij->i", steps, steps), self._along)
        leaves = 1 << max(0, (-(-len(starts) // _LEAF_SIZE) - 1).bit_length())
        centres, radii = np.zeros((2 * leaves, 3)), np.full(2 * leaves, -1.0)
        heaviest = float(np.abs(self._sphere.metric.scale).sum())
        first, size = leaves, _LEAF_SIZE
        while first >= 1:
            runs = np.arange(0, len(starts), size)
            rows = slice(first, first + len(runs))
            low = np.minimum.reduceat(np.minimum(starts, ends), runs)
            high = np.maximum.reduceat(np.maximum(starts, ends), runs)
            middle = low + high
            centres[rows] = middle / np.linalg.norm(middle, axis=1, keepdims=True)
            each = np.repeat(centres[rows], size, axis=0)[: len(starts)]
            chords = np.maximum(np.linalg.norm(starts - each, axis=1), np.linalg.norm(ends - each, axis=1))
            angles = 2.0 * np.arcsin(np.minimum(0.5 * np.maximum.reduceat(chords, runs), 1.0))
            radii[rows] = angles * heaviest
            first, size = first // 2, size * 2
        return pieces, Tree(centres, radii, _LEAF_SIZE)


def _segments(line: shapely.Geometry) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the vertices of a line, and which of them are joined to the next."""
    kind = getattr(line, "geom_type", type(line).__name__)
    if kind not in {"LineString", "MultiLineString"}:
        message = f"a {kind} is not a line; give a shapely LineString or MultiLineString"
        raise TypeError(message)
    parts = shapely.get_parts(line)
    vertices, part = shapely.get_coordinates(parts, return_index=True)
    if not len(vertices):
        message = "the line is empty"
        raise ValueError(message)
    if not np.all(np.isfinite(vertices)):
        message = "a vertex of the line is missing or infinite"
        raise ValueError(message)
    check_latitude(vertices[:, 1])
    return vertices[:, 0].copy(), vertices[:, 1].copy(), part[1:] == part[:-1]


def _shortened(lon: Floats, lat: Floats, azimuth: Floats, metres: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Cut geodesics into equal pieces no longer than ``_LONGEST_PIECE_M``; return their starts the same way."""
    count = np.maximum(np.ceil(metres / _LONGEST_PIECE_M), 1.0).astype(np.int64)
    segment = np.repeat(np.arange(len(metres)), count)
    step = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    size = (metres / count)[segment]
    new_lon, new_lat, back = GEOD.fwd(lon[segment], lat[segment], azimuth[segment], step * size)
    new = step > 0
    return (
        np.where(new, new_lon, lon[segment]),
        np.where(new, new_lat, lat[segment]),
        np.where(new, back + 180.0, azimuth[segment]),
        size,
    )


def _middle_longitude(lon: Floats) -> float:
    """Return the longitude, in degrees, in the middle of a line that may cross the 180th meridian."""
    angle = np.radians(lon)
    return float(np.degrees(np.arctan2(np.sin(angle).mean(), np.cos(angle).mean())))
