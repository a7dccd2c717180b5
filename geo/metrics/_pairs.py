"""Pairs of points near each other, each found once, and the way many arrangements over them are evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import bands_within, pairs_within

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Codes = NDArray[np.int32]
Metric = Literal["geodesic", "planar"]

# Pairs looked at together: at 24 bytes each, some 100 MB.
_CHUNK_PAIRS = 4_000_000
# Points looked at together at the least: each chunk builds a tree over all points that follow.
_LEAST_ROWS = 256


class Banded(NamedTuple):
    """Neighbours of every point, sorted by band of distance.

    Attributes
    ----------
    ends
        int64, shape (n * bands + 1,): those of point i in a band stand from ``ends[i * bands + band]`` up to the next.
    neighbours
        int32: their positions.
    """

    ends: Whole
    neighbours: Codes


class Measured(NamedTuple):
    """Neighbours of every point with a higher position, and their distances.

    Attributes
    ----------
    ends
        int64, shape (n + 1,): those of point i stand from ``ends[i]`` up to ``ends[i + 1]``.
    neighbours, apart
        int32 and float64: their positions and distances.
    """

    ends: Whole
    neighbours: Codes
    apart: Floats


class Points(NamedTuple):
    """Points that count, with their sizes; ``kept`` holds their positions in what was given."""

    x: Floats
    y: Floats
    sizes: Floats
    kept: Whole


def checked_r(r: ArrayLike) -> Floats:
    """Return distances as an array of shape (R,), or say what is wrong with them."""
    values = np.atleast_1d(np.asarray(r, dtype=np.float64))
    if values.ndim != 1:
        raise ValueError(f"r has {values.ndim} dimensions; give one row of distances.")
    if not np.all(np.isfinite(values) & (values >= 0)):
        raise ValueError("r holds a negative, missing or infinite distance; give finite ones, 0 or more.")
    return values


def checked_points(lon: ArrayLike, lat: ArrayLike, sizes: ArrayLike, *, known: ArrayLike | None = None) -> Points:
    """Return the points with a place, a size and, where asked for, a type.

    Parameters
    ----------
    lon, lat, sizes
        One value a point.
    known
        Whether the point's type is known.

    Raises
    ------
    ValueError
        If lengths differ or a size is negative or infinite.
    """
    given = [np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (lon, lat, sizes)]
    if any(values.shape != given[0].shape or values.ndim != 1 for values in given):
        shapes = ", ".join(str(values.shape) for values in given)
        raise ValueError(f"Coordinates and sizes have shapes {shapes}; give one value a point.")
    x, y, size = given
    if np.any(size < 0) or np.any(np.isinf(size)):
        raise ValueError("Sizes must be finite and not negative; correct them or leave them missing.")
    keep = np.isfinite(x) & np.isfinite(y) & np.isfinite(size)
    if known is not None:
        mask = np.atleast_1d(np.asarray(known, dtype=bool))
        if mask.shape != keep.shape:
            raise ValueError(f"{mask.size} types but {keep.size} points; give one type (or None) a point.")
        keep &= mask
    kept = np.flatnonzero(keep)
    return Points(x[kept], y[kept], size[kept], kept)


def coded(types: ArrayLike | pd.Series) -> tuple[Codes, pd.Index]:
    """Return types as whole numbers, -1 where missing, and the types in order of first appearance."""
    values = np.atleast_1d(np.asarray(types, dtype=object))
    codes, names = pd.factorize(values, use_na_sentinel=True)
    return codes.astype(np.int32), pd.Index(names)


def position(names: pd.Index, name: object) -> int:
    """Return where a type stands among the types, -1 where it does not."""
    return int(names.get_indexer(pd.Index([name], dtype=object))[0])


def near_pairs(x: Floats, y: Floats, reach: float, *, metric: Metric) -> Iterator[tuple[Codes, Codes, Floats]]:
    """Yield every pair of points at most ``reach`` apart, once, the lower position first, a chunk at a time.

    Parameters
    ----------
    x, y
        Coordinates, none missing: longitude and latitude in degrees, or planar ones.
    reach
        Largest distance, inclusive: kilometres on the ellipsoid, or the unit of planar coordinates.
    metric
        ``geodesic`` or ``planar``.

    Raises
    ------
    ValueError
        If the metric is neither.
    """
    if metric not in ("geodesic", "planar"):
        raise ValueError(f"metric is {metric!r}; it may be 'geodesic' or 'planar'.")
    start = 0
    while start < x.size - 1:
        rows = slice(start, start + max(_LEAST_ROWS, _CHUNK_PAIRS // (x.size - start)))
        if metric == "geodesic":
            i, j, apart = pairs_within(x[rows], y[rows], x[start:], y[start:], reach, once=True)
        else:
            i, j, apart = _planar_pairs(x[rows], y[rows], x[start:], y[start:], reach)
        yield (i + start).astype(np.int32), (j + start).astype(np.int32), apart
        start = rows.stop


def banded(points: Points, r: Floats, *, metric: Metric) -> Banded:
    """Return the neighbours of every point by the first of the ascending distances r that reaches them."""
    from geo.metrics._pattern_kernel import count_cells, fill_cells

    ends = np.zeros(points.x.size * r.size + 1, dtype=np.int64)
    chunks = []
    for i, j, band in _banded_pairs(points.x, points.y, r, metric=metric):
        count_cells(i, j, band, r.size, ends)
        chunks.append((i, j, band))
    np.cumsum(ends, out=ends)
    free = ends.copy()
    neighbours = np.empty(ends[-1], dtype=np.int32)
    while chunks:
        fill_cells(*chunks.pop(0), r.size, free, neighbours)
    return Banded(ends, neighbours)


def _banded_pairs(x: Floats, y: Floats, r: Floats, *, metric: Metric) -> Iterator[tuple[Codes, Codes, NDArray[Any]]]:
    """Yield every pair once, the lower position first, with the first of the ascending distances that reaches it."""
    small = np.min_scalar_type(r.size)
    if metric == "geodesic":
        for i, j, band in bands_within(x, y, x, y, r):
            once = i < j
            yield i[once].astype(np.int32), j[once].astype(np.int32), band[once].astype(small)
    else:
        for one, other, apart in near_pairs(x, y, float(r[-1]), metric=metric):
            yield one, other, np.searchsorted(r, apart, side="left").astype(small)


def measured(x: Floats, y: Floats, reach: float, *, metric: Metric) -> Measured:
    """Return the neighbours of every point within reach that have a higher position, with their distances."""
    ends = np.zeros(x.size + 1, dtype=np.int64)
    neighbours, distances = [np.empty(0, dtype=np.int32)], [np.empty(0)]
    for i, j, apart in near_pairs(x, y, reach, metric=metric):
        ends[1:] += np.bincount(i, minlength=x.size)
        order = np.argsort(i, kind="stable")
        neighbours.append(j[order])
        distances.append(apart[order])
    return Measured(np.cumsum(ends), np.concatenate(neighbours), np.concatenate(distances))


def _planar_pairs(
    x: Floats, y: Floats, to_x: Floats, to_y: Floats, reach: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack([to_x, to_y]))
    # A little further than asked for: the tree rounds otherwise than the distances below.
    near = cKDTree(np.column_stack([x, y])).sparse_distance_matrix(tree, reach * (1 + 1e-9), output_type="ndarray")
    i, j = near["i"].astype(np.int64), near["j"].astype(np.int64)
    apart = np.sqrt((x[i] - to_x[j]) ** 2 + (y[i] - to_y[j]) ** 2)
    within = (apart <= reach) & (i < j)
    return i[within], j[within], apart[within]
