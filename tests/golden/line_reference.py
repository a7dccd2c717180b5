"""The nearest place on a geodesic polyline by brute force: slow, plain, and sharing no code with the package.

Every vertex is measured with ``pyproj.Geod``; then every segment that the triangle inequality does not rule out is
searched by golden section along its geodesic, the whole segment at once, however long.
"""

from __future__ import annotations

import numpy as np
from pyproj import Geod

WGS84 = Geod(ellps="WGS84")
GOLDEN = (5**0.5 - 1.0) / 2.0


def nearest_on_line(
    vertices: np.ndarray, lon: np.ndarray, lat: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return metres to the line, longitude and latitude of the foot, and metres along the line to it."""
    start, end = vertices[:-1], vertices[1:]
    azimuth, _, length = WGS84.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    before = np.concatenate([[0.0], np.cumsum(length)[:-1]])
    rows, segments = [], []
    for row in range(len(lon)):
        to_vertices = WGS84.inv(
            np.full(len(vertices), lon[row]), np.full(len(vertices), lat[row]), vertices[:, 0], vertices[:, 1]
        )[2]
        at_least = (to_vertices[:-1] + to_vertices[1:] - length) / 2.0
        near = np.flatnonzero(at_least <= to_vertices.min() + 1e-6)
        rows.append(np.full(len(near), row))
        segments.append(near)
    row, segment = np.concatenate(rows), np.concatenate(segments)

    def metres(at: np.ndarray) -> np.ndarray:
        x, y, _ = WGS84.fwd(start[segment, 0], start[segment, 1], azimuth[segment], at)
        return WGS84.inv(lon[row], lat[row], x, y)[2]

    low, high = np.zeros(len(row)), length[segment].copy()
    for _ in range(55):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        shorter = metres(left) <= metres(right)
        low, high = np.where(shorter, low, left), np.where(shorter, right, high)
    places = np.stack([np.zeros(len(row)), (low + high) / 2.0, length[segment]])
    distances = np.stack([metres(at) for at in places])
    choice = distances.argmin(axis=0)
    at, apart = places[choice, np.arange(len(row))], distances[choice, np.arange(len(row))]
    order = np.lexsort((apart, row))
    first = order[np.searchsorted(row[order], np.arange(len(lon)))]
    foot_lon, foot_lat, _ = WGS84.fwd(start[segment, 0], start[segment, 1], azimuth[segment], at)
    return apart[first], foot_lon[first], foot_lat[first], before[segment[first]] + at[first]
