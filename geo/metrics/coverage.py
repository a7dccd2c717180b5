"""Who lies within reach of a facility: sums of weight, never counts of points, and the interval errors leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import distance_km, pairs_within
from geo.metrics._points import floats, require_sizes
from geo.metrics.uncertainty import Jittered

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_QUANTILES = {"share_low": 0.05, "share_median": 0.5, "share_high": 0.95}
# Nearer than this to the edge of the reach a pair is measured anew, whatever its facility's move: 1 m.
_EDGE_KM = 0.001


def covered(cost: ArrayLike, within: float) -> Mask:
    """Return which points are within reach: a cost of exactly ``within`` is; a missing one is not."""
    return np.asarray(np.asarray(cost, dtype=np.float64) <= within)


def coverage(weights: ArrayLike, within_reach: ArrayLike, areas: ArrayLike | None = None) -> pd.DataFrame:
    r"""Return the weight within reach, by area or in all.

    .. math:: C_a = \frac{\sum_{i \in a} w_i \, 1[d_i \le D]}{\sum_{i \in a} w_i}

    Parameters
    ----------
    weights
        Weight of each point (people, workers), shape (n,), not negative.
    within_reach
        Which points are covered, shape (n,).
    areas
        Code of each point's area; without it all points are one area, ``all``. A point without an area counts in none.

    Returns
    -------
    pandas.DataFrame
        ``total``, ``covered``, ``uncovered`` (in the unit of the weights) and ``covered_share`` (missing where the
        total is 0); index the areas, ascending.

    Raises
    ------
    ValueError
        If lengths differ, or a weight is missing, negative or infinite.

    Examples
    --------
    >>> coverage([900.0, 100.0], [True, False]).loc["all", "covered_share"].item()
    0.9
    """
    weight, mask = floats(weights), np.asarray(within_reach, dtype=bool)
    if weight.shape != mask.shape:
        raise ValueError(f"{weight.size} weights came for {mask.size} points; give one for each.")
    require_sizes(weight, "Weights")
    if np.isnan(weight).any():
        raise ValueError("A weight is missing; leave the point out, or give it a weight.")
    codes, names = _codes(areas, weight.size)
    total = _sums(codes, weight, names.size)
    reached = _sums(codes, np.where(mask, weight, 0.0), names.size)
    share = np.divide(reached, total, out=np.full(names.size, np.nan), where=total > 0)
    return pd.DataFrame(
        {"total": total, "covered": reached, "uncovered": total - reached, "covered_share": share}, index=names
    )


def coverage_interval(
    weights: ArrayLike, replicas: Iterable[Mask], areas: ArrayLike | None = None, possible: ArrayLike | None = None
) -> pd.DataFrame:
    """Return what moved facilities, and facilities whose place is not known, do to covered shares.

    Parameters
    ----------
    weights, areas
        As in ``coverage``.
    replicas
        Which points are covered with the facilities moved within their errors, once for each replica.
    possible
        Points that a facility without a point might cover, wherever in its area it stands.

    Returns
    -------
    pandas.DataFrame
        ``share_low``, ``share_median``, ``share_high`` (5, 50 and 95 % of the replicas; facilities without a point
        cover nobody) and ``share_at_most`` (95 % of the replicas with everybody covered whom such a facility might
        cover); index the areas, ascending.

    Notes
    -----
    One facility cannot stand at every place of its area: all those points together is more than it can cover, so the
    true share lies below ``share_at_most``.
    """
    weight = floats(weights)
    codes, names = _codes(areas, weight.size)
    total = _sums(codes, weight, names.size)
    chance = np.zeros(weight.size, dtype=bool) if possible is None else np.asarray(possible, dtype=bool)
    shares, wide = [], []
    for mask in replicas:
        shares.append(_sums(codes, np.where(mask, weight, 0.0), names.size))
        wide.append(_sums(codes, np.where(mask | chance, weight, 0.0), names.size))
    if not shares:
        raise ValueError("No replica came; give one or more.")
    safe = np.where(total > 0, total, np.nan)
    ends = np.quantile(np.stack(shares), list(_QUANTILES.values()), axis=0) / safe
    most = np.quantile(np.stack(wide), 0.95, axis=0) / safe
    return pd.DataFrame(dict(zip(_QUANTILES, ends, strict=True)) | {"share_at_most": most}, index=names)


def moved_coverage(
    lon: ArrayLike,
    lat: ArrayLike,
    site_lon: ArrayLike,
    site_lat: ArrayLike,
    moved: Jittered,
    *,
    within_km: float,
) -> Iterator[Mask]:
    """Yield which points lie within so many kilometres of a facility, the facilities moved within their errors.

    Parameters
    ----------
    lon, lat
        Points, degrees, WGS84.
    site_lon, site_lat
        Facilities.
    moved
        The facilities moved within their errors, many times over (``geo.metrics.uncertainty.jitter``).
    within_km
        Reach, geodesic, inclusive.

    Yields
    ------
    ndarray
        One mask of the points for each replica: as measuring every pair anew would give.

    Notes
    -----
    A facility that moves by m changes a distance by at most m, so only the pairs nearer than m to the edge of the reach
    are measured again.
    """
    x, y = (np.asarray(values, dtype=np.float64) for values in (lon, lat))
    to_x, to_y = (np.asarray(values, dtype=np.float64) for values in (site_lon, site_lat))
    step = distance_km(to_x, to_y, moved.lon, moved.lat)
    margin = np.nan_to_num(step).max(initial=0.0) + _EDGE_KM
    i, j, apart = pairs_within(x, y, to_x, to_y, within_km + margin)
    for new_x, new_y, by in zip(moved.lon, moved.lat, step, strict=True):
        reach = by[j] + _EDGE_KM
        mask = np.zeros(x.size, dtype=bool)
        mask[i[apart + reach <= within_km]] = True
        unsure = np.flatnonzero((np.abs(apart - within_km) < reach) & ~mask[i])
        a, b = i[unsure], j[unsure]
        mask[a[distance_km(x[a], y[a], new_x[b], new_y[b]) <= within_km]] = True
        yield mask


def _codes(areas: ArrayLike | None, size: int) -> tuple[NDArray[np.int64], pd.Index]:
    """Return the number of each point's area, -1 for none, and the areas."""
    if areas is None:
        return np.zeros(size, dtype=np.int64), pd.Index(["all"])
    codes, names = pd.factorize(pd.Series(areas), sort=True)
    if codes.size != size:
        raise ValueError(f"{codes.size} areas came for {size} points; give one for each.")
    return codes.astype(np.int64), pd.Index(names)


def _sums(codes: NDArray[np.int64], values: Floats, size: int) -> Floats:
    held = codes >= 0
    return np.bincount(codes[held], weights=values[held], minlength=size).astype(np.float64)
