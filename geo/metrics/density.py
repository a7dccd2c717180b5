"""Kernel density over the ground: so many plants, or hectares, for each square kilometre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo._ellipsoid import MIDDLE_RADIUS, degrees_around, ecef, longest_chord
from geo._threads import in_threads
from geo.geodesy import GEOD
from geo.metrics._points import blocks, columns_in, columns_of, require_sizes

if TYPE_CHECKING:
    import shapely

Floats = NDArray[np.float64]

#: Bandwidths beyond which a point adds nothing; 4 millionths of its mass lie there.
CUT_BANDWIDTHS = 5.0

# Places the kernel is sampled at around a point to see how much of it lies on land; each carries the same mass.
_RINGS, _SPOKES = 24, 48
# A point less of whose kernel than this lies on land is not a point of this land.
_LEAST_MASS = 0.05
# Cells that one thread takes at a time.
_CELLS = 8_192


def kernel_density(
    lon: ArrayLike,
    lat: ArrayLike,
    weights: ArrayLike,
    *,
    bandwidth_km: float,
    grid: pd.DataFrame,
    mask: shapely.Geometry | None = None,
) -> pd.Series:
    r"""Return the density of weights on the ground at the centres of cells.

    Each point is spread out as a round hill whose volume is its weight; the density is the height of all hills.

    .. math:: f(x) = \sum_i \frac{w_i}{e_i} \frac{\exp(-d(x, i)^2 / 2 h^2)}{2 \pi h^2}

    with d the geodesic distance, h the bandwidth, and e the border correction: 1 without ``mask``; with it, the share
    of the point's hill that stands on land.

    Parameters
    ----------
    lon, lat
        The n points: degrees, WGS84.
    weights
        One for each point, any unit, not negative (1 to count points).
    bandwidth_km
        Standard deviation h of the hill along each axis, km.
    grid
        Centres of the cells: columns ``lon`` and ``lat``, degrees, WGS84.
    mask
        Land: Polygon or MultiPolygon in degrees, WGS84. None makes no border correction, and what would spread over
        the sea or the neighbouring country is lost.

    Returns
    -------
    pandas.Series
        Unit of the weights for each km2, float64, index that of ``grid``, named ``density_per_km2``.

    Raises
    ------
    ValueError
        If lengths or indices differ, a weight is negative or infinite, the bandwidth is not a positive number, the
        grid lacks a column, the mask is empty or not in degrees, or less than 5 % of a point's hill stands on land.

    Notes
    -----
    The correction is Jones's and Diggle's: each point's whole weight stays on land, so that the density sums to the
    total weight. It raises the density near the border whether or not there is something on the other side. The share
    on land is taken at 1,152 places of equal mass around the point: within 0.01 of the exact one along a straight
    border.

    A point without coordinates or weight is left out. No point: 0 everywhere. A cell without coordinates, and a cell
    whose centre is outside the mask: missing. Points at one place add up. Points farther than 5 bandwidths add nothing
    (4 millionths of a hill are lost that way). Memory does not grow with the number of pairs.

    Distances are read off the chord by one radius: within 2 cm of the geodesic at 125 km, where a bandwidth of 25 km
    ends, and nearer below (``geo._ellipsoid.MIDDLE_RADIUS``). That moves a hill by less than 4 millionths of its top.

    References
    ----------
    Silverman, B. W. (1986). Density Estimation for Statistics and Data Analysis. Chapman and Hall.
    Jones, M. C. (1993). Simple boundary correction for kernel density estimation. Statistics and Computing 3.
    Diggle, P. J. (1985). A kernel method for smoothing point process data. Applied Statistics 34(2).

    Examples
    --------
    One plant, at its own place: 1 / (2 pi 25^2).

    >>> cell = pd.DataFrame({"lon": [-100.3], "lat": [25.7]})
    >>> float(kernel_density([-100.3], [25.7], [1.0], bandwidth_km=25.0, grid=cell).round(8)[0])
    0.00025465
    """
    _, given = columns_of(lon=lon, lat=lat, weights=weights)
    x, y, mass = given["lon"], given["lat"], given["weights"]
    to_x, to_y = columns_in(grid, ["lon", "lat"], "The grid")
    require_sizes(mass, "Weights")
    if not (np.isfinite(bandwidth_km) and bandwidth_km > 0):
        raise ValueError(f"A bandwidth of {bandwidth_km} km came; give a positive number.")
    known = np.isfinite(x) & np.isfinite(y) & (mass > 0)
    x, y, mass = x[known], y[known], mass[known]
    if mask is not None:
        mass = mass / _share_on_land(x, y, bandwidth_km, _checked_mask(mask))
    density = _heights(ecef(to_x, to_y), ecef(x, y), mass, bandwidth_km) / (2.0 * np.pi * bandwidth_km**2)
    density[~_there(to_x, to_y, mask)] = np.nan
    return pd.Series(density, index=grid.index, name="density_per_km2")


def _heights(cells: Floats, points: Floats, mass: Floats, bandwidth_km: float) -> Floats:
    """Return the height of all hills at each cell, each hill 1 high at its point and mass 1."""
    from geo.metrics._density_kernel import summed_hills

    order = np.argsort(points[:, 2], kind="stable")
    points, mass = points[order], mass[order]
    reach = float(longest_chord(1000.0 * CUT_BANDWIDTHS * bandwidth_km))
    parts = [cells[start : start + _CELLS] for start in range(0, len(cells), _CELLS)]
    wide = 1000.0 * bandwidth_km
    found = in_threads(lambda part: summed_hills(part, points, mass, reach, MIDDLE_RADIUS, wide), parts)
    return np.concatenate([np.empty(0), *found])


def _there(lon: Floats, lat: Floats, mask: shapely.Geometry | None) -> NDArray[np.bool_]:
    there = np.isfinite(lon) & np.isfinite(lat)
    if mask is not None:
        import shapely

        there[there] = shapely.intersects_xy(mask, lon[there], lat[there])
    return there


def _checked_mask(mask: shapely.Geometry) -> shapely.Geometry:
    import shapely

    if mask.geom_type not in {"Polygon", "MultiPolygon"} or mask.is_empty:
        raise ValueError(f"The mask is a {mask.geom_type}{', empty' * mask.is_empty}; give land as a polygon.")
    west, south, east, north = mask.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise ValueError("The mask is not in degrees; convert it with to_crs(4326).")
    shapely.prepare(mask)
    return mask


def _share_on_land(lon: Floats, lat: Floats, bandwidth_km: float, mask: shapely.Geometry) -> Floats:
    """Return how much of the kernel around each point lies inside the mask."""
    import shapely

    ring = (np.arange(_RINGS) + 0.5) / _RINGS
    metres = np.repeat(1000.0 * bandwidth_km * np.sqrt(-2.0 * np.log1p(-ring)), _SPOKES)
    turns = np.add.outer(np.arange(_RINGS) * 0.381966, np.arange(_SPOKES)).ravel() / _SPOKES
    share = np.ones(lon.size)
    # Far from the edge of the land all places are inside: their window in degrees is.
    windows = shapely.box(*degrees_around(lon, lat, lon, lat, float(metres[-1])))
    near_edge = np.flatnonzero(~shapely.contains_properly(mask, windows))
    for part, _ in blocks(near_edge.size, metres.size):
        rows = near_edge[part]
        far_lon, far_lat, _ = GEOD.fwd(
            np.repeat(lon[rows], metres.size),
            np.repeat(lat[rows], metres.size),
            np.tile(360.0 * turns, rows.size),
            np.tile(metres, rows.size),
        )
        share[rows] = shapely.contains_xy(mask, far_lon, far_lat).reshape(rows.size, metres.size).mean(axis=1)
    off = np.count_nonzero(share < _LEAST_MASS)
    if off:
        raise ValueError(f"{off} points lie too far outside the mask for a border correction; leave them out.")
    return share
