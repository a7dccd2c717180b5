"""Ripley's K and L of points in a planar window, homogeneous and inhomogeneous."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geo.metrics._pairs import checked_r, near_pairs
from geo.metrics._window import Window

Floats = NDArray[np.float64]
Correction = Literal["none", "border", "translation", "isotropic"]


class _Pattern(NamedTuple):
    """Points inside their window, with one over the intensity at each (None where it is taken as even)."""

    xy: Floats
    window: Window
    inverse: Floats | None


def k_function(
    points: ArrayLike,
    window: shapely.Geometry,
    r: ArrayLike,
    *,
    correction: Correction,
    intensity: ArrayLike | None = None,
    normpower: int = 2,
) -> pd.Series:
    r"""Return Ripley's K of points in a window.

    How many further points stand within r of a point, over how many stand on a unit of area: :math:`\pi r^2` where
    points fall at random, more where they cluster, less where they keep apart.

    .. math:: K(r) = \frac{|W|}{n (n - 1)} \sum_{i \ne j} 1[d_{ij} \le r] \, e_{ij}(r)

    .. math:: K_{inhom}(r) = \frac{c^p}{|W|} \sum_{i \ne j} \frac{1[d_{ij} \le r] \, e_{ij}}{\lambda_i \lambda_j},
        \qquad c = \frac{|W|}{\sum_i 1 / \lambda_i}

    Parameters
    ----------
    points
        Planar coordinates, shape (n, 2); points with a missing coordinate are left out.
    window
        Polygon or MultiPolygon, holes allowed, in the same coordinates.
    r
        Distances, shape (R,), unit of the coordinates, 0 or more, in any order.
    correction
        What is done about neighbours that the edge hides. ``none``: nothing. ``border``: only points further than r
        from the edge are counted from. ``translation``: e is the window's area over what it shares with itself
        moved by the vector from i to j. ``isotropic``: e is the whole circle around i through j over its part
        inside the window.
    intensity
        Expected points on a unit of area at each point, shape (n,): K of a pattern that is not expected to be even.
        None: even.
    normpower
        Power p of the renormalisation, 1 or 2; without ``intensity`` it does nothing.

    Returns
    -------
    pandas.Series
        float64, unit of the coordinates squared, index r as given, named ``k``.

    Raises
    ------
    TypeError
        If the window is not a polygon.
    ValueError
        If a point lies outside the window, the window is not valid, an intensity is not positive, lengths differ,
        or r or an option is none of those allowed.

    Notes
    -----
    Fewer than two points: missing everywhere. Points at the same place are neighbours at distance 0. Below the
    smallest distance K is 0. Missing too: ``border`` where no point is further than r from the edge; ``translation``
    and ``isotropic`` from the radius of the smallest circle around the window on. No weight exceeds 100.
    For ``border``, the sum is over points whose edge distance :math:`b_i > r`, and the factor in front of it
    :math:`|W| / (n \, \#\{b_i > r\})`, or with an intensity :math:`c^p / \sum_{b_i > r} 1 / \lambda_i`. With
    ``border`` K is free of the unit of the intensity where ``normpower`` is 1, with the others where it is 2.

    Definitions are spatstat's (``Kest``, ``Kinhom``; whose ``normpower`` is 1 unless told otherwise), without its
    rasters: shared areas and arcs are worked out from the edges. Work grows with pairs times edges of the window;
    ``translation`` in a window other than a rectangle overlays two polygons for each pair.

    References
    ----------
    Ripley, B. D. (1977). Modelling spatial patterns. JRSS B 39(2), 172-212.
    Baddeley, A., Møller, J. and Waagepetersen, R. (2000). Non- and semi-parametric estimation of interaction in
    inhomogeneous point patterns. Statistica Neerlandica 54(3), 329-350.

    Examples
    --------
    >>> import shapely
    >>> corners = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]
    >>> k_function(corners, shapely.box(0, 0, 1, 1), [0.4, 0.5, 0.6], correction="none").round(4).tolist()
    [0.0, 0.6667, 0.6667]
    """
    distances = checked_r(r)
    if correction not in ("none", "border", "translation", "isotropic"):
        raise ValueError(f"correction is {correction!r}; it may be none, border, translation or isotropic.")
    if normpower not in (1, 2):
        raise ValueError(f"normpower is {normpower}; it may be 1 or 2.")
    pattern = _checked(points, window, intensity)
    order = np.argsort(distances)
    ascending = distances[order]
    values = np.full(distances.size, np.nan)
    if pattern.xy.shape[0] >= 2 and distances.size:
        values[order] = _estimate(pattern, ascending, correction, normpower)
    return pd.Series(values, index=pd.Index(distances, name="r"), name="k")


def l_function(
    points: ArrayLike,
    window: shapely.Geometry,
    r: ArrayLike,
    *,
    correction: Correction,
    intensity: ArrayLike | None = None,
    normpower: int = 2,
) -> pd.Series:
    r"""Return Besag's L: the radius of the disc whose area is K.

    Equal to r where points fall at random, whatever r is, so that curves can be read and compared.

    .. math:: L(r) = \sqrt{K(r) / \pi}

    Parameters
    ----------
    points, window, r, correction, intensity, normpower
        As for ``k_function``, and so are the errors raised.

    Returns
    -------
    pandas.Series
        float64, unit of the coordinates, index r as given, named ``l``; missing where K is.

    References
    ----------
    Besag, J. (1977). Discussion of Ripley (1977). JRSS B 39(2), 193-195.

    Examples
    --------
    >>> import shapely
    >>> corners = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]
    >>> l_function(corners, shapely.box(0, 0, 1, 1), [0.5], correction="none").round(4).tolist()
    [0.4607]
    """
    k = k_function(points, window, r, correction=correction, intensity=intensity, normpower=normpower)
    return pd.Series(np.sqrt(k / np.pi), name="l")


def _checked(points: ArrayLike, window: shapely.Geometry, intensity: ArrayLike | None) -> _Pattern:
    """Return the points that have a place, or say what is wrong with the input."""
    where = Window(window)
    xy = np.asarray(points, dtype=np.float64)
    xy = xy.reshape(-1, 2) if xy.size == 0 else xy
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise ValueError(f"The points have shape {xy.shape}; give (n, 2).")
    keep = np.isfinite(xy).all(axis=1)
    inverse = None
    if intensity is not None:
        expected = np.atleast_1d(np.asarray(intensity, dtype=np.float64))
        if expected.shape != (len(xy),):
            raise ValueError(f"{expected.size} intensities but {len(xy)} points; give one a point.")
        expected = expected[keep]
        if not np.all(np.isfinite(expected) & (expected > 0)):
            raise ValueError("An intensity is missing, infinite or not positive; give one above 0 at every point.")
        inverse = 1.0 / expected
    outside = where.outside(xy[keep])
    if outside:
        raise ValueError(f"{outside} of {keep.sum()} points lie outside the window; leave them out or widen it.")
    return _Pattern(xy[keep], where, inverse)


def _estimate(pattern: _Pattern, r: Floats, correction: Correction, normpower: int) -> Floats:
    """Return K at ascending distances."""
    n, area = len(pattern.xy), pattern.window.area
    inverse = pattern.inverse
    # An even pattern is one of intensity 1: scaled by what it sums to in the end.
    sums = _pair_sums(pattern, np.ones(n) if inverse is None else inverse, r, correction)
    even = inverse is None
    scale = 1.0 if inverse is None else (area / inverse.sum()) ** normpower
    if correction == "border":
        edge = pattern.window.edge_distance(pattern.xy)
        weight = np.ones(n) if inverse is None else inverse
        counted = np.array([weight[edge > radius].sum() for radius in r])
        per_point = np.divide(sums, counted, out=np.full(r.size, np.nan), where=counted > 0)
        return per_point * (area / n if even else scale)
    k = sums * (area / (n * (n - 1)) if even else scale / area)
    if correction in ("translation", "isotropic"):
        k[r >= pattern.window.circumradius] = np.nan
    return k


def _pair_sums(pattern: _Pattern, weight: Floats, r: Floats, correction: Correction) -> Floats:
    """Return the weighted number of ordered pairs no further apart than each of the ascending distances."""
    xy, window = pattern.xy, pattern.window
    edge = window.edge_distance(xy) if correction in ("border", "isotropic") else np.empty(0)
    gained = np.zeros(r.size + 1)
    for i, j, apart in near_pairs(xy[:, 0], xy[:, 1], float(r[-1]), metric="planar"):
        both = weight[i] * weight[j]
        first = np.searchsorted(r, apart, side="left")
        if correction == "border":
            for end in (i, j):  # counted from the first r that reaches, until r reaches the edge
                last = np.maximum(np.searchsorted(r, edge[end], side="left"), first)
                gained += np.bincount(first, both, r.size + 1) - np.bincount(last, both, r.size + 1)
            continue
        if correction == "none":
            each = 2.0 * both
        elif correction == "translation":
            each = 2.0 * both * window.translation_weights(xy[j] - xy[i])
        else:
            one = window.isotropic_weights(xy[i], apart, edge[i])
            other = window.isotropic_weights(xy[j], apart, edge[j])
            each = both * (one + other)
        gained += np.bincount(first, each, r.size + 1)
    # What was added and taken away again may leave a last digit below 0.
    return np.maximum(np.cumsum(gained[:-1]), 0.0)
