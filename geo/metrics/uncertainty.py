"""What the error of the points does to an index: the same computation over points moved within their errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import GEOD

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], "pd.Series | pd.DataFrame | float"]

#: Share of replicas that lie within ``error_m`` of the point.
COVERAGE = 0.9
_QUANTILES = (0.05, 0.5, 0.95)
_ENDS = ("low", "median", "high")


class Jittered(NamedTuple):
    """Replicas of points.

    Attributes
    ----------
    lon, lat
        Degrees, WGS84, shape (replicas, n); NaN where the point is missing.
    """

    lon: Floats
    lat: Floats


def jitter(lon: ArrayLike, lat: ArrayLike, error_m: ArrayLike, *, replicas: int, seed: int) -> Jittered:
    r"""Move points at random within their location errors, many times over.

    The error of a point is read as the radius that holds it nine times out of ten. Each replica puts it at a distance
    R in a random direction:

    .. math:: R \sim \mathrm{Rayleigh}(s), \qquad s = \frac{error}{\sqrt{2 \ln 10}}, \qquad P(R \le error) = 0.9

    which is a normal error of standard deviation s in each of the two directions, along the geodesic.

    Parameters
    ----------
    lon, lat
        Degrees, WGS84, shape (n,).
    error_m
        Radius of 90 % of each point, metres, shape (n,) or one for all.
    replicas
        How many times, at least 1.
    seed
        Seed of the moves.

    Returns
    -------
    Jittered
        lon and lat, float64, shape (replicas, n).

    Raises
    ------
    ValueError
        If lengths differ, a located point has no error, an error is negative or infinite, or replicas is below 1.

    Notes
    -----
    A missing coordinate stays missing. Error 0: the point stays where it is. A located point without an error is
    refused: to call it exact would be to invent. Points of the same place move each on their own; move a park once and
    hand its place on to its parts. Errors are independent between points: a whole list shifted one way is not imitated.
    The same seed gives the same moves, whatever the errors.

    Examples
    --------
    >>> moved = jitter([-106.42, float("nan")], [31.69, 31.69], 3000, replicas=2, seed=1)
    >>> moved.lon.round(4).tolist()
    [[-106.4269, nan], [-106.4162, nan]]
    """
    x, y, error = _checked(lon, lat, error_m, replicas=replicas)
    moved = list(_replicas(x, y, error, replicas=replicas, seed=seed))
    return Jittered(np.stack([place[0] for place in moved]), np.stack([place[1] for place in moved]))


def interval(
    statistic: Statistic, lon: ArrayLike, lat: ArrayLike, error_m: ArrayLike, *, replicas: int, seed: int
) -> pd.DataFrame:
    """Return the median and the 5 and 95 % points of an index over points moved within their location errors.

    Parameters
    ----------
    statistic
        Function of lon and lat (arrays of shape (n,), degrees, in the order given here) that returns a number, a
        Series or a DataFrame of numbers; the same index and columns each time.
    lon, lat, error_m, replicas, seed
        As in ``jitter``.

    Returns
    -------
    pandas.DataFrame
        float64; index that of the statistic's output, for a number the one row ``value``. Columns ``low``, ``median``,
        ``high`` and ``defined_share``; for a DataFrame these four for each of its columns, as ``<column>_low`` and so
        on. ``defined_share`` is the share of replicas in which the value was not missing; the other three are over
        those replicas, and missing where there is none.

    Raises
    ------
    ValueError
        As ``jitter`` does, and if the output's index or columns change between replicas.

    Notes
    -----
    The interval is what the points' errors do to the index and nothing else: not sampling, not unknown owners. It need
    not hold the value at the points as given, which moving them tends to smooth: print both. Quantiles are linear
    between order statistics. Without points, what the statistic makes of none.

    Examples
    --------
    >>> spread = lambda lon, lat: pd.Series({"east": lon.max(), "north": lat.max()})
    >>> interval(spread, [-106.42, -100.3], [31.69, 25.7], [3000, 3000], replicas=200, seed=1).round(2)
              low  median    high  defined_share
    east  -100.32 -100.30 -100.27            1.0
    north   31.67   31.69   31.71            1.0
    """
    x, y, error = _checked(lon, lat, error_m, replicas=replicas)
    outcomes = [_table(statistic(*place)) for place in _replicas(x, y, error, replicas=replicas, seed=seed)]
    first = outcomes[0]
    if not all(each.index.equals(first.index) and each.columns.equals(first.columns) for each in outcomes):
        raise ValueError("The statistic's index or columns changed between replicas; return the same rows each time.")
    values = np.stack([each.to_numpy(float) for each in outcomes])
    defined = ~np.isnan(values)
    ends = np.full((len(_QUANTILES), *values.shape[1:]), np.nan)
    some = defined.any(axis=0)
    ends[:, some] = np.nanquantile(values[:, some], _QUANTILES, axis=0)
    columns: dict[str, Floats] = {}
    for place, name in enumerate(first.columns):
        prefix = "" if name is None else f"{name}_"
        columns |= {f"{prefix}{end}": ends[row, :, place] for row, end in enumerate(_ENDS)}
        columns[f"{prefix}defined_share"] = defined[:, :, place].mean(axis=0)
    return pd.DataFrame(columns, index=first.index)


def _checked(lon: ArrayLike, lat: ArrayLike, error_m: ArrayLike, *, replicas: int) -> tuple[Floats, Floats, Floats]:
    """Refuse what cannot be moved; return one-dimensional arrays, missing coordinates NaN in both."""
    x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    error = np.asarray(error_m, dtype=float)
    if x.shape != y.shape or (error.ndim and error.shape != x.shape):
        raise ValueError(
            f"{x.size} longitudes, {y.size} latitudes and {error.size} errors came; give one of each a point."
        )
    if replicas < 1:
        raise ValueError(f"{replicas} replicas came; give 1 or more.")
    located = np.isfinite(x) & np.isfinite(y)
    error = np.broadcast_to(error, x.shape)
    wrong = located & ~(np.isfinite(error) & (error >= 0))
    if wrong.any():
        raise ValueError(
            f"{np.count_nonzero(wrong)} located points have no error, or a negative or infinite one; "
            "give each the radius in metres that holds it nine times out of ten."
        )
    return np.where(located, x, np.nan), np.where(located, y, np.nan), error


def _replicas(x: Floats, y: Floats, error: Floats, *, replicas: int, seed: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield the points moved, once a replica."""
    generator = np.random.default_rng(seed)
    located = np.isfinite(x)
    scale = error[located] / math.sqrt(-2 * math.log(1 - COVERAGE))
    for _ in range(replicas):
        distance = scale * generator.rayleigh(size=x.size)[located]
        azimuth = generator.uniform(0, 360, size=x.size)[located]
        new_x, new_y = x.copy(), y.copy()
        moves = distance > 0
        if moves.any():
            rows = np.flatnonzero(located)[moves]
            new_x[rows], new_y[rows], _ = GEOD.fwd(x[rows], y[rows], azimuth[moves], distance[moves])
        yield new_x, new_y


def _table(outcome: pd.Series | pd.DataFrame | float) -> pd.DataFrame:
    """Return a statistic's output as a table; a single column has no name."""
    if isinstance(outcome, pd.DataFrame):
        return outcome
    series = outcome if isinstance(outcome, pd.Series) else pd.Series({"value": outcome})
    return pd.DataFrame({None: series})
