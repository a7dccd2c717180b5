"""Distances on the ellipsoid: reference systems and their guards, nearest points, pairs, and lines.

Every distance is the length of the WGS84 geodesic in kilometres, by Karney's algorithm as PROJ has it.
Coordinates are longitude and latitude in degrees, in that order. A point with a missing or infinite coordinate
is missing: what is measured from it is NaN, and nothing is ever nearest to it.

References
----------
Karney, C. F. F. (2013). Algorithms for geodesics. Journal of Geodesy 87, 43-55.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo._crs import GEODETIC_CRS, SHIPPED_PLANE, in_plane, planar_crs, require_geodetic, require_planar
from geo._ellipsoid import GEOD, Floats, check_latitude, checked_degrees, ecef, longest_chord, surely_within_chord
from geo._near import Near
from geo._polyline import LinePositions, PolylineIndex

if TYPE_CHECKING:
    import shapely

__all__ = [
    "GEOD",
    "GEODETIC_CRS",
    "SHIPPED_PLANE",
    "BorderIndex",
    "LinePositions",
    "PolylineIndex",
    "bands_within",
    "chainage",
    "count_within",
    "distance_km",
    "in_plane",
    "line_length_km",
    "nearest",
    "pairs_by_parts",
    "pairs_within",
    "planar_crs",
    "require_geodetic",
    "require_planar",
    "sum_within",
]

Integers = NDArray[np.int64]

# Candidate pairs measured at once: about 200 MB at the peak.
_CHUNK_PAIRS = 2_000_000


def distance_km(lon: ArrayLike, lat: ArrayLike, other_lon: ArrayLike, other_lat: ArrayLike) -> Floats:
    """Return the geodesic distance between points and others, pair by pair.

    Parameters
    ----------
    lon, lat, other_lon, other_lat
        Degrees, WGS84; any shapes that broadcast together.

    Returns
    -------
    ndarray
        Kilometres, float64, in the broadcast shape; NaN where a coordinate is missing or infinite.

    Raises
    ------
    ValueError
        When a latitude lies outside -90 ... 90 degrees, or the shapes do not broadcast.

    Examples
    --------
    Ciudad Juárez to Querétaro:

    >>> float(distance_km(-106.4245, 31.6904, -100.3899, 20.5888).round(3))
    1369.291
    """
    given = (np.asarray(values, dtype=np.float64) for values in (lon, lat, other_lon, other_lat))
    lon0, lat0, lon1, lat1 = np.broadcast_arrays(*given)
    finite = np.isfinite(lon0) & np.isfinite(lat0) & np.isfinite(lon1) & np.isfinite(lat1)
    check_latitude(np.where(finite, lat0, 0.0))
    check_latitude(np.where(finite, lat1, 0.0))
    km = np.full(lon0.shape, np.nan)
    km[finite] = _inverse_km(lon0[finite], lat0[finite], lon1[finite], lat1[finite])
    return km


def nearest(lon: ArrayLike, lat: ArrayLike, target_lon: ArrayLike, target_lat: ArrayLike) -> tuple[Integers, Floats]:
    """Return which target is geodesically nearest to each point, and how far away it is.

    Parameters
    ----------
    lon, lat
        The n points: degrees, WGS84.
    target_lon, target_lat
        The m targets, likewise. Missing targets are never nearest.

    Returns
    -------
    index : ndarray
        int64, length n: position of the target; -1 where the point is missing or there is no target.
        Of targets equally near, the first.
    km : ndarray
        float64, length n; NaN where ``index`` is -1.

    Raises
    ------
    ValueError
        When lengths do not fit or a latitude lies outside -90 ... 90 degrees.

    Notes
    -----
    Straight-line order and geodesic order differ (by up to 21 m at 1,000 km), so the nearest few by straight
    line are measured, and more of them until the last one's chord is longer than any chord that the best
    geodesic so far could have (``geo._ellipsoid.longest_chord``).

    Examples
    --------
    >>> index, km = nearest([-106.42], [31.69], [-100.31, -110.94], [25.69, 31.31])
    >>> int(index[0]), float(km[0].round(1))
    (1, 431.4)
    """
    x, y = checked_degrees(lon, lat)
    to_x, to_y = checked_degrees(target_lon, target_lat)
    index, km = np.full(x.size, -1, dtype=np.int64), np.full(x.size, np.nan)
    targets = np.flatnonzero(np.isfinite(to_x))
    pending = np.flatnonzero(np.isfinite(x))
    if not targets.size or not pending.size:
        return index, km
    from scipy.spatial import cKDTree

    places = ecef(x, y)
    tree = cKDTree(ecef(to_x[targets], to_y[targets]))
    neighbours = min(2, targets.size)
    while pending.size:
        unproven = []
        for rows in np.array_split(pending, -(-pending.size * neighbours // _CHUNK_PAIRS)):
            chords, found = tree.query(places[rows], k=np.arange(1, neighbours + 1))
            found = targets[found]
            apart = _inverse_km(
                np.repeat(x[rows], neighbours), np.repeat(y[rows], neighbours), to_x[found].ravel(), to_y[found].ravel()
            ).reshape(found.shape)
            km[rows] = apart.min(axis=1)
            index[rows] = np.where(apart == km[rows, None], found, to_x.size).min(axis=1)
            unproven.append(rows[chords[:, -1] <= longest_chord(1000.0 * km[rows])])
        if neighbours == targets.size:
            break
        pending = np.concatenate(unproven)
        neighbours = min(4 * neighbours, targets.size)
    return index, km


def pairs_within(
    lon: ArrayLike, lat: ArrayLike, target_lon: ArrayLike, target_lat: ArrayLike, km: float, *, once: bool = False
) -> tuple[Integers, Integers, Floats]:
    """Return every pair of a point and a target that are at most so many kilometres apart.

    Parameters
    ----------
    lon, lat
        The n points: degrees, WGS84.
    target_lon, target_lat
        The m targets, likewise.
    km
        Largest geodesic distance, inclusive.
    once
        Keep only the pairs whose point stands before its target: each pair once, and no point with itself, where
        points are their own targets.

    Returns
    -------
    i, j : ndarray
        int64, positions of point and target, in ascending order of i, then j. A missing point or target has
        no pair. Points that are their own targets pair with themselves at 0 km.
    apart_km : ndarray
        float64, the distances.

    Raises
    ------
    ValueError
        When lengths do not fit, a latitude lies outside -90 ... 90 degrees, or ``km`` is negative or not finite.

    Notes
    -----
    Candidates are pairs whose chord between earth-centred coordinates is no longer than ``km`` of geodesic can
    have, and each is then measured. Only the result grows with the number of pairs.

    Examples
    --------
    >>> i, j, apart = pairs_within([-100.3, -99.5], [25.7, 27.5], [-100.2], [25.7], km=25.0)
    >>> i.tolist(), j.tolist(), apart.round(2).tolist()
    ([0], [0], [10.04])
    """
    points, targets = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    distances = [np.empty(0)]
    for i, j, apart in pairs_by_parts(lon, lat, target_lon, target_lat, km, once=once):
        order = np.lexsort((j, i))
        points.append(i[order])
        targets.append(j[order])
        distances.append(apart[order])
    return np.concatenate(points), np.concatenate(targets), np.concatenate(distances)


def pairs_by_parts(
    lon: ArrayLike, lat: ArrayLike, target_lon: ArrayLike, target_lat: ArrayLike, km: float, *, once: bool = False
) -> Iterator[tuple[Integers, Integers, Floats]]:
    """Yield what ``pairs_within`` returns, as many pairs at once as fit in memory.

    Parameters
    ----------
    lon, lat, target_lon, target_lat, km, once
        See ``pairs_within``.

    Yields
    ------
    i, j, apart_km : ndarray
        Positions of point and target, and the distances. All pairs of a point come together; points in ascending
        order over the parts, pairs in no order within one.

    Raises
    ------
    ValueError
        As ``pairs_within`` does.

    Examples
    --------
    >>> [(i.tolist(), j.tolist()) for i, j, _ in pairs_by_parts([-100.3], [25.7], [-100.2, -99.0], [25.7, 25.7], 25.0)]
    [([0], [0])]
    """
    x, y = checked_degrees(lon, lat)
    to_x, to_y = checked_degrees(target_lon, target_lat)
    for i, j, _ in _candidates(x, y, to_x, to_y, km):
        if once:
            before = i < j
            i, j = i[before], j[before]  # noqa: PLW2901 - the same pairs, fewer of them
        apart = _inverse_km(x[i], y[i], to_x[j], to_y[j])
        near = np.flatnonzero(apart <= km)
        yield i[near], j[near], apart[near]


def bands_within(
    lon: ArrayLike, lat: ArrayLike, target_lon: ArrayLike, target_lat: ArrayLike, edges_km: ArrayLike
) -> Iterator[tuple[Integers, Integers, Integers]]:
    """Yield the pairs of a point and a target by the first of several distances that reaches them.

    Parameters
    ----------
    lon, lat, target_lon, target_lat
        See ``pairs_within``.
    edges_km
        Distances, ascending, kilometres, inclusive.

    Yields
    ------
    i, j, band : ndarray
        int64: positions of point, target and distance; a pair beyond the last distance has none. As many at once as
        fit in memory: all pairs of a point together, points in ascending order over the parts, in no order within one.

    Raises
    ------
    ValueError
        As ``pairs_within`` does.

    Notes
    -----
    The chord settles the band of nearly every pair; only those whose chord leaves doubt are measured.

    Examples
    --------
    >>> ((i, j, band),) = bands_within([-100.3], [25.7], [-100.2, -99.0], [25.7, 25.7], [5.0, 25.0, 200.0])
    >>> band[j.argsort()].tolist()
    [1, 2]
    """
    x, y = checked_degrees(lon, lat)
    to_x, to_y = checked_degrees(target_lon, target_lat)
    edges = np.atleast_1d(np.asarray(edges_km, dtype=np.float64))
    possible, sure = longest_chord(1000.0 * edges), surely_within_chord(1000.0 * edges)
    for i, j, chord in _candidates(x, y, to_x, to_y, float(edges[-1])):
        band = np.searchsorted(possible, chord)
        unsure = np.flatnonzero(band != np.searchsorted(sure, chord))
        apart = _inverse_km(x[i[unsure]], y[i[unsure]], to_x[j[unsure]], to_y[j[unsure]])
        band[unsure] = np.searchsorted(edges, apart)
        within = band < edges.size
        yield i[within], j[within], band[within]


def count_within(lon: ArrayLike, lat: ArrayLike, target_lon: ArrayLike, target_lat: ArrayLike, km: float) -> Floats:
    """Return how many targets lie within so many kilometres of each point.

    Parameters and rules are those of ``pairs_within``: the distance is inclusive, and a point that is itself
    among the targets counts itself.

    Returns
    -------
    ndarray
        Whole numbers as float64, length n, so that a missing point has NaN and not 0.

    Notes
    -----
    Targets are counted within a chord that is sure and within one that is possible; only around points where the
    counts differ are distances measured.

    Examples
    --------
    >>> count_within([-100.3, float("nan")], [25.7, 25.7], [-100.2, -99.0], [25.7, 25.7], km=25.0).tolist()
    [1.0, nan]
    """
    x, y = checked_degrees(lon, lat)
    to_x, to_y = checked_degrees(target_lon, target_lat)
    _check_km(km)
    total = np.where(np.isfinite(x), 0.0, np.nan)
    points, targets = np.flatnonzero(np.isfinite(x)), np.flatnonzero(np.isfinite(to_x))
    if not points.size or not targets.size:
        return total
    near = Near.of(ecef(to_x[targets], to_y[targets]), float(longest_chord(1000.0 * km)))
    possible, sure = near.counts(ecef(x[points], y[points]), float(surely_within_chord(1000.0 * km)))
    total[points] = sure
    unsure = points[sure != possible]
    total[unsure] = sum_within(x[unsure], y[unsure], to_x, to_y, km, np.ones(to_x.size))
    return total


def sum_within(
    lon: ArrayLike, lat: ArrayLike, target_lon: ArrayLike, target_lat: ArrayLike, km: float, weights: ArrayLike
) -> Floats:
    """Return the sum of the weights of the targets within so many kilometres of each point.

    Parameters and rules are those of ``pairs_within``; memory does not grow with the number of pairs.

    Parameters
    ----------
    lon, lat, target_lon, target_lat, km
        See ``pairs_within``.
    weights
        One for each of the m targets, in any unit. A missing weight makes every sum it enters NaN.

    Returns
    -------
    ndarray
        float64, length n, in the unit of the weights; 0 where no target is near, NaN where the point is missing.

    Raises
    ------
    ValueError
        Also when there is not one weight a target.

    Examples
    --------
    >>> sum_within([-100.3], [25.7], [-100.2, -99.0], [25.7, 25.7], 25.0, [1500.0, 900.0]).tolist()
    [1500.0]
    """
    x, y = checked_degrees(lon, lat)
    to_x, to_y = checked_degrees(target_lon, target_lat)
    each = np.asarray(weights, dtype=np.float64)
    if each.shape != to_x.shape:
        message = f"{each.size} weights came for {to_x.size} targets; give one for each"
        raise ValueError(message)
    total = np.where(np.isfinite(x), 0.0, np.nan)
    sure = surely_within_chord(1000.0 * km)
    for i, j, chord in _candidates(x, y, to_x, to_y, km):
        near = chord <= sure
        unsure = np.flatnonzero(~near)
        near[unsure] = _inverse_km(x[i[unsure]], y[i[unsure]], to_x[j[unsure]], to_y[j[unsure]]) <= km
        total += np.bincount(i[near], weights=each[j[near]], minlength=x.size)
    return total


class BorderIndex:
    """The border line, ready for distances from many points.

    Parameters
    ----------
    line
        LineString or MultiLineString in longitude and latitude, degrees, WGS84; edges are geodesics.

    Raises
    ------
    TypeError, ValueError
        As ``PolylineIndex`` does.

    Examples
    --------
    >>> import shapely
    >>> border = BorderIndex(shapely.LineString([(-106.6, 31.78), (-106.4, 31.75), (-106.2, 31.47)]))
    >>> km, foot_lon, foot_lat = border.distance([-106.4245], [31.6904])
    >>> float(km[0].round(3))
    5.433
    """

    def __init__(self, line: shapely.Geometry) -> None:
        self._index = PolylineIndex(line)

    def distance(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Return the geodesic distance to the line and the nearest place on it.

        Parameters
        ----------
        lon, lat
            Degrees, WGS84; one-dimensional, length n.

        Returns
        -------
        km, foot_lon, foot_lat : ndarray
            float64, length n: kilometres, and degrees; NaN where the point is missing. Never negative:
            which side of the line a point is on is not asked.

        Raises
        ------
        ValueError
            When lengths do not fit or a latitude lies outside -90 ... 90 degrees.

        Notes
        -----
        Within 0.01 m of the smallest distance for points up to 3,000 km away and within 25 degrees of
        latitude of the line's middle; see docs/methods/distance.md for the measured errors.
        """
        found = self._index.locate(lon, lat)
        return found.km, found.foot_lon, found.foot_lat


def chainage(line: shapely.LineString, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Return how far along a line each point's nearest place lies, and how far from the line the point is.

    Parameters
    ----------
    line
        LineString in longitude and latitude, degrees, WGS84; the legs between vertices are geodesics.
    lon, lat
        Degrees, WGS84; one-dimensional, length n.

    Returns
    -------
    chainage_km, offset_km : ndarray
        float64, length n: geodesic length from the line's start to the nearest place, and geodesic distance
        to it, never negative; NaN where the point is missing.

    Raises
    ------
    TypeError
        When it is not a LineString: the gaps of several parts have no length.
    ValueError
        As ``PolylineIndex`` does.

    Notes
    -----
    A point abreast of no place on the line has chainage 0 or the line's length. Of places equally near, the
    one with the smallest chainage.

    Examples
    --------
    >>> import shapely
    >>> leg = shapely.LineString([(-106.4245, 31.6904), (-106.0889, 28.6353)])
    >>> along, offset = chainage(leg, [-106.5], [30.0])
    >>> float(along[0].round(2)), float(offset[0].round(2))
    (185.83, 25.33)
    """
    kind = getattr(line, "geom_type", type(line).__name__)
    if kind != "LineString":
        message = f"chainage runs along one LineString; a {kind} came: merge or choose a part"
        raise TypeError(message)
    found = PolylineIndex(line).locate(lon, lat)
    return found.along_km, found.km


def line_length_km(line: shapely.Geometry) -> float:
    """Return the geodesic length of a line in longitude and latitude, in kilometres.

    Parameters
    ----------
    line
        LineString or MultiLineString, degrees, WGS84; gaps between parts have no length.

    Examples
    --------
    >>> import shapely
    >>> round(line_length_km(shapely.LineString([(-106.4245, 31.6904), (-100.3899, 20.5888)])), 3)
    1369.291
    """
    return float(GEOD.geometry_length(line)) / 1000.0


def _inverse_km(lon: Floats, lat: Floats, other_lon: Floats, other_lat: Floats) -> Floats:
    _, _, metres = GEOD.inv(lon, lat, other_lon, other_lat)
    return np.asarray(metres, dtype=np.float64) / 1000.0


def _check_km(km: float) -> None:
    if not (np.isfinite(km) and km >= 0.0):
        message = f"a distance of {km} km came; give a finite number, 0 or more"
        raise ValueError(message)


def _candidates(
    x: Floats, y: Floats, to_x: Floats, to_y: Floats, km: float
) -> Iterator[tuple[Integers, Integers, Floats]]:
    """Yield point, target and chord (m) of every pair that may lie within ``km``, as many at once as fit in memory."""
    _check_km(km)
    points, targets = np.flatnonzero(np.isfinite(x)), np.flatnonzero(np.isfinite(to_x))
    if not points.size or not targets.size:
        return
    places = ecef(x[points], y[points])
    near = Near.of(ecef(to_x[targets], to_y[targets]), float(longest_chord(1000.0 * km)))
    counts, _ = near.counts(places)
    candidates = np.cumsum(counts)
    cuts = np.searchsorted(candidates, np.arange(_CHUNK_PAIRS, candidates[-1], _CHUNK_PAIRS))
    for rows in np.split(np.arange(points.size), np.unique(cuts)):
        pairs = int(counts[rows].sum())
        if not pairs:
            continue
        i, j, chord = near.pairs(places[rows], pairs)
        yield points[rows[i]], targets[j], chord
