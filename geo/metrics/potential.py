"""What is within reach of a place: market potential and accessible weight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import distance_km, sum_within
from geo.metrics._points import blocks, columns_in, columns_of, require_sizes

Floats = NDArray[np.float64]
Decay = Literal["inverse", "exponential", "threshold"]

#: Mean distance from the centre of a disc to its places, in radii.
DISC_SHARE = 2 / 3


def self_distance_km(area_km2: ArrayLike, *, share: float = DISC_SHARE) -> Floats:
    r"""Return a distance that stands for reaching a place's own mass: that inside a disc of the place's area.

    .. math:: d_{ii} = c \sqrt{A_i / \pi}

    Parameters
    ----------
    area_km2
        Area of each place, km2, not negative.
    share
        The factor c. 2/3 is the mean distance from the centre of a disc to its places; other authors take others.

    Returns
    -------
    ndarray
        km, float64, shape of ``area_km2``; NaN where the area is missing.

    Raises
    ------
    ValueError
        If an area is negative or infinite.

    Examples
    --------
    >>> float(self_distance_km(1000.0).round(2))
    11.89
    """
    area = np.asarray(area_km2, dtype=np.float64)
    require_sizes(area, "Areas")
    return np.asarray(share * np.sqrt(area / np.pi), dtype=np.float64)


def market_potential(
    lon: ArrayLike,
    lat: ArrayLike,
    masses: ArrayLike | pd.DataFrame,
    *,
    decay: Decay,
    theta_km: float | None = None,
    power: float = 1.0,
    self_km: ArrayLike | None = None,
) -> pd.Series:
    r"""Return how much mass (people, jobs, output) is near each point, the near counting more than the far.

    .. math::
        A_i = \sum_j M_j f(d_{ij}), \qquad
        f(d) = d^{-p} \text{ (inverse)}, \; e^{-d/\theta} \text{ (exponential)}, \; 1[d \le \theta] \text{ (threshold)}

    Parameters
    ----------
    lon, lat
        The n points: degrees, WGS84.
    masses
        Mass at each of the points, shape (n,); or a table of masses elsewhere with columns ``lon``, ``lat`` and
        ``weight``. Not negative.
    decay
        How a mass fades with distance.
    theta_km
        Distance theta, km: for "exponential" and "threshold" only.
    power
        Exponent p of "inverse"; 1 is Harris's.
    self_km
        Shortest distance counted to each mass, km, one or one for each: what is nearer counts as if it were so far.
        It is the self-potential where points are their own masses (``self_distance_km`` gives the usual choice).
        "inverse" needs it; for the others none means 0.

    Returns
    -------
    pandas.Series
        Unit of the masses (over km to the power p for "inverse"), float64, index that of the points, named
        ``market_potential``; missing where the point is.

    Raises
    ------
    ValueError
        If lengths or indices differ, a mass is negative or infinite, or an option is lacking or out of range.

    Notes
    -----
    The self-potential weighs much in cities and is a choice; state it with every figure. The floor holds for all
    pairs, not only for a point and its own mass, so that two points a stone's throw apart do not make a spike.

    A mass without coordinates or amount is left out. No mass: 0. Masses at one place add up. Distances are geodesic,
    all pairs are measured, and memory does not grow with their number.

    References
    ----------
    Harris, C. D. (1954). The Market as a Factor in the Localization of Industry in the United States. Annals of the
    Association of American Geographers 44(4).
    Hansen, W. G. (1959). How Accessibility Shapes Land Use. Journal of the American Institute of Planners 25(2).

    Examples
    --------
    A million people at the place and a million 213.7 km away, in Monterrey and Nuevo Laredo:

    >>> lon, lat = [-100.3161, -99.5164], [25.6866, 27.4763]
    >>> market_potential(lon, lat, [1e6, 1e6], decay="inverse", self_km=10.0).round().tolist()
    [104680.0, 104680.0]
    """
    index, given = columns_of(lon=lon, lat=lat)
    x, y = given["lon"], given["lat"]
    if isinstance(masses, pd.DataFrame):
        to_x, to_y, mass = columns_in(masses, ["lon", "lat", "weight"], "The table of masses")
    else:
        columns_of(lon=lon, masses=masses)
        _, at_points = columns_of(lon=lon, lat=lat, masses=masses)
        to_x, to_y, mass = x, y, at_points["masses"]
    require_sizes(mass, "Masses")
    fade = _fading(decay, theta_km, power)
    nearest = _floor(self_km, mass.size, needed=decay == "inverse")
    known = np.isfinite(to_x) & np.isfinite(to_y) & (mass > 0)
    if np.isnan(nearest[known]).any():
        raise ValueError("self_km is missing for a mass; give every mass its own or leave the mass missing.")
    to_x, to_y, mass, nearest = to_x[known], to_y[known], mass[known], nearest[known]
    total = np.zeros(x.size)
    for rows, columns in blocks(x.size, mass.size):
        km = distance_km(x[rows, None], y[rows, None], to_x[columns], to_y[columns])
        total[rows] += fade(np.maximum(km, nearest[columns])) @ mass[columns]
    total[~(np.isfinite(x) & np.isfinite(y))] = np.nan
    return pd.Series(total, index=index, name="market_potential")


def accessible_within(
    lon: ArrayLike, lat: ArrayLike, targets: pd.DataFrame, km: float, *, share: bool = False
) -> pd.Series:
    r"""Return how much of the targets' weight lies within so many kilometres of each point.

    .. math:: A_i = \sum_j w_j \, 1[d_{ij} \le D]

    Parameters
    ----------
    lon, lat
        The n points: degrees, WGS84.
    targets
        Columns ``lon``, ``lat`` and ``weight`` (people, jobs, plants; not negative).
    km
        Largest geodesic distance D, inclusive.
    share
        Divide by the weight of all targets.

    Returns
    -------
    pandas.Series
        Unit of the weights, or a share in [0, 1], float64, index that of the points, named ``accessible``; 0 where no
        target is near, missing where the point is.

    Raises
    ------
    ValueError
        If lengths or indices differ, the table lacks a column, a weight is negative or infinite, or ``km`` is
        negative or not finite.

    Notes
    -----
    A target without coordinates is within reach of no point, and counts in the total of ``share``. A target without
    weight makes every sum it enters missing, and every share. No weight at all: shares are missing. A point among the
    targets reaches itself. Targets at one place add up.

    Examples
    --------
    >>> people = pd.DataFrame({"lon": [-100.2, -99.0], "lat": [25.7, 25.7], "weight": [1500.0, 500.0]})
    >>> accessible_within([-100.3], [25.7], people, 25.0, share=True).tolist()
    [0.75]
    """
    index, given = columns_of(lon=lon, lat=lat)
    to_x, to_y, weight = columns_in(targets, ["lon", "lat", "weight"], "The table of targets")
    require_sizes(weight, "Weights")
    total = sum_within(given["lon"], given["lat"], to_x, to_y, km, weight)
    if share:
        whole = weight.sum()
        total = total / whole if whole > 0 else np.full(total.size, np.nan)
    return pd.Series(total, index=index, name="accessible")


def _fading(decay: str, theta_km: float | None, power: float) -> Callable[[Floats], Floats]:
    """Return f of the formula."""
    if decay not in {"inverse", "exponential", "threshold"}:
        raise ValueError(f"decay is {decay!r}; give inverse, exponential or threshold.")
    if decay == "inverse":
        if theta_km is not None or not (np.isfinite(power) and power > 0):
            raise ValueError("decay inverse takes a positive power and no theta_km; leave theta_km out.")
        return lambda km: np.asarray(km**-power)
    if theta_km is None or not (np.isfinite(theta_km) and theta_km > 0):
        raise ValueError(f"theta_km is {theta_km}; decay {decay} needs a positive number of kilometres.")
    if decay == "exponential":
        return lambda km: np.asarray(np.exp(-km / theta_km))
    return lambda km: np.asarray(km <= theta_km, dtype=np.float64)


def _floor(self_km: ArrayLike | None, size: int, *, needed: bool) -> Floats:
    """Return the shortest distance counted to each mass."""
    if self_km is None:
        if needed:
            raise ValueError("decay inverse needs self_km, the distance to a place's own mass; see self_distance_km.")
        return np.zeros(size)
    nearest = np.asarray(self_km, dtype=np.float64)
    if nearest.shape not in {(), (size,)}:
        raise ValueError(f"self_km has the shape {nearest.shape} for {size} masses; give one, or one for each.")
    require_sizes(nearest, "self_km")
    if needed and np.any(nearest == 0):
        raise ValueError("self_km is 0, where inverse distance is infinite; give a positive number.")
    return np.broadcast_to(nearest, (size,))
