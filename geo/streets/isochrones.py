"""From where a facility is reached in time: the streets themselves, widened, not a hull around them."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from geo.geodesy import GEODETIC_CRS, planar_crs
from geo.streets.graph import By, Streets

Floats = NDArray[np.float64]


def isochrones(
    streets: Streets,
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    within: Sequence[float],
    by: By = "minutes",
    width_km: float = 0.5,
) -> gpd.GeoDataFrame:
    """Return the area from which each facility is reached within each time or distance.

    Parameters
    ----------
    streets
        The network.
    lon, lat
        Facilities, degrees.
    within
        Minutes or km, each above 0.
    by
        Whether ``within`` is minutes or km.
    width_km
        How far from a reached street still counts; planar in EPSG:6372.

    Returns
    -------
    geopandas.GeoDataFrame
        ``facility`` (position), ``within``, ``unit`` and a polygon in EPSG:4326, in the order of the facilities, then
        of ``within``; empty where the facility is off the network.

    Raises
    ------
    ValueError
        If a time, distance or width is not above 0.

    Notes
    -----
    Every street, or the part of it, from which the facility is reached in time is widened by ``width_km``; land
    that no street reaches stays out, and so do holes. Ways lead to the facility, one-way streets held.
    """
    limits = [float(each) for each in within]
    if not all(each > 0 for each in [*limits, width_km]):
        raise ValueError("Isochrones need times or distances, and a width, above 0.")
    x, y = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (lon, lat))
    near = streets.access(x, y).street >= 0
    rows, shapes = [], []
    for facility in range(x.size):
        for limit in limits:
            rows.append({"facility": facility, "within": limit, "unit": by})
            shapes.append(
                _area(streets, x[facility], y[facility], limit, by, width_km)
                if near[facility]
                else shapely.Polygon()
            )  # fmt: skip
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=planar_crs())
    return frame.to_crs(GEODETIC_CRS)


def _area(streets: Streets, lon: float, lat: float, limit: float, by: By, width_km: float) -> shapely.Geometry:
    cost, there = streets.costs_to(lon, lat, by=by)
    street, share, leg_km = int(there.street[0]), float(there.share[0]), there.leg_km
    leg = float(streets.leg_cost(leg_km, by)[0])
    left = limit - leg
    if left < 0:
        return shapely.Polygon()
    lines = _parts(streets, cost, limit, by)
    ahead, back = streets.ahead[by][street], streets.back[by][street]
    low = share - left / ahead if ahead > 0 else 0.0
    high = share + left / back if np.isfinite(back) and back > 0 else share
    lines.append(_piece(streets.shapes[street], max(low, 0.0), min(high, 1.0)))
    planar = Transformer.from_crs(GEODETIC_CRS, planar_crs(), always_xy=True).transform(lon, lat)
    foot = shapely.line_interpolate_point(streets.shapes[street], share, normalized=True)
    lines.append(shapely.LineString([planar, (foot.x, foot.y)]))
    return shapely.union_all(shapely.buffer(np.array(lines), width_km * 1000, quad_segs=4))


def _parts(streets: Streets, cost: Floats, limit: float, by: By) -> list[shapely.Geometry]:
    """Return the streets, or their parts, from which there is a way in time by either end."""
    shares = []
    # By u one goes back along the street, by v ahead.
    for node, length in ((streets.u, streets.back[by]), (streets.v, streets.ahead[by])):
        left = limit - cost[node]
        open_street = np.isfinite(length) & (left >= 0)
        share = np.where(open_street, np.minimum(left / np.where(length > 0, length, 1e-12), 1.0), 0.0)
        shares.append(np.where(np.isnan(share), 0.0, share))
    by_u, by_v = shares
    whole = by_u + by_v >= 1
    lines = list(streets.shapes[whole])
    for row in np.flatnonzero(~whole & (by_u > 0)):
        lines.append(_piece(streets.shapes[row], 0.0, by_u[row]))
    for row in np.flatnonzero(~whole & (by_v > 0)):
        lines.append(_piece(streets.shapes[row], 1 - by_v[row], 1.0))
    return lines


def _piece(line: shapely.Geometry, low: float, high: float) -> shapely.Geometry:
    from shapely.ops import substring

    return substring(line, low, high, normalized=True)
