"""Where a plant and a park are: the point of each plant, the robust centre of a park, its error and its footprint.

Planar work runs in EPSG:6372; every distance that is reported is geodesic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.geodesy import GEODETIC_CRS, planar_crs
from geo.join import municipality_of

Floats = NDArray[np.float64]

#: A point this far outside the municipality that its plant reports still counts as in it (boundaries, rivers).
EDGE_KM = 0.5
#: A point up to this far outside counts where the plant has no better one (neighbouring municipalities are mixed up).
NEAR_KM = 5.0
#: From this year on coordinates of the RETC are keyed by a newer form and are better: they weigh 2, older ones 1.
GOOD_YEAR = 2014
#: Plants beyond this from the densest one do not count for the centre.
OUTLIER_KM = 5.0
#: The centre is the spatial median of the plants this near the densest one, by kind.
CORE_KM: Mapping[str, float] = MappingProxyType({
    "industrial_park": 1.5, "logistics_park": 1.5, "technology_park": 1.5, "industrial_zone": 2.0,
    "industrial_city": 2.0, "complex": 2.5, "industrial_corridor": 4.0,
})  # fmt: skip
#: 90 % radius by plants behind the centre, from resampling well-known parks; between them by the next smaller count.
ERROR_KM = ((1, 2.9), (2, 2.5), (3, 1.5), (5, 0.9), (8, 0.6))
#: 90 % radius of "the middle of the plants is not the middle of the park".
CENTRE_ERROR_KM = 0.6
#: Plants with different points that a footprint needs.
FOOTPRINT_PLANTS = 5
#: Square metres below which plants stand in a row and span no ground.
FOOTPRINT_M2 = 10_000.0
#: Plants whose distances to all others are held at once.
_ROWS = 1024
#: Ratio of shapely's concave hull: 0 is the tightest, 1 the convex hull.
HULL_RATIO = 0.4


def plant_points(
    records: pd.DataFrame, municipalities: gpd.GeoDataFrame, *, good_year: int | None = GOOD_YEAR
) -> pd.DataFrame:
    """Choose one point for each plant.

    Parameters
    ----------
    records
        plant_id, cvegeo, year, lon, lat: one row a plant and year; rows without a point are passed over.
    municipalities
        cvegeo and polygons in EPSG:6372.
    good_year
        First year of better coordinates; None where every year is alike.

    Returns
    -------
    pandas.DataFrame
        Index plant_id; lon, lat, x, y (EPSG:6372, metres), weight (2 from ``good_year`` on, else 1) and outside_km (how
        far the point lies outside the municipality that the plant reports) and home (the municipality that holds the
        point). Plants without a usable point have no row.

    Notes
    -----
    A point in the reported municipality (or up to ``EDGE_KM`` outside) wins over one up to ``NEAR_KM`` outside; farther
    ones are not used. Then a better year wins, then the value given most often, then the latest, then the western one.
    """
    known = records[records["lon"].notna() & records["lat"].notna() & records["cvegeo"].notna()]
    keys = ["plant_id", "cvegeo", "lon", "lat"]
    good = known["year"] >= good_year if good_year is not None else pd.Series(True, index=known.index)
    distinct = (
        known.assign(good=good.fillna(False))
        .groupby(keys, sort=True)
        .agg(times=("year", "size"), latest=("year", "max"), good=("good", "max"))
        .reset_index()
    )
    planar = gpd.GeoSeries(
        gpd.points_from_xy(distinct["lon"], distinct["lat"]), crs=GEODETIC_CRS, index=distinct.index
    ).to_crs(planar_crs())
    areas = municipalities.set_index("cvegeo").geometry.reindex(distinct["cvegeo"]).to_numpy()
    shapely.prepare(areas)
    outside = shapely.distance(planar.to_numpy(), areas) / 1000
    distinct = distinct.assign(
        x=planar.x,
        y=planar.y,
        outside_km=outside,
        inside=outside <= EDGE_KM,
        weight=np.where(distinct["good"], 2.0, 1.0),
    )
    usable = distinct[distinct["outside_km"] <= NEAR_KM]
    ranked = usable.sort_values(
        ["plant_id", "inside", "good", "times", "latest", "lon", "lat"],
        ascending=[True, False, False, False, False, True, True],
        kind="stable",
    )
    chosen = ranked.drop_duplicates("plant_id").set_index("plant_id")
    points = gpd.GeoDataFrame(chosen, geometry=gpd.points_from_xy(chosen["lon"], chosen["lat"]), crs=GEODETIC_CRS)
    chosen = chosen.assign(home=municipality_of(points, municipalities))
    return pd.DataFrame(chosen[["lon", "lat", "x", "y", "weight", "outside_km", "home"]])


@dataclass(frozen=True, slots=True)
class Centre:
    """A park's centre.

    Attributes
    ----------
    x, y
        EPSG:6372, metres.
    plants
        Plants behind it.
    error_m
        Estimated radius that holds the true centre in 90 % of cases.
    """

    x: float
    y: float
    plants: int
    error_m: float


def spatial_median(x: Floats, y: Floats, weights: Floats | None = None) -> tuple[float, float]:
    """Return the point with the least weighted sum of distances to the points (Weiszfeld, as Vardi and Zhang mend it).

    Parameters
    ----------
    x, y
        Planar coordinates of one point or more.
    weights
        Positive; equal where left out.

    Returns
    -------
    x, y
        Within a centimetre of the optimum for coordinates in metres. Where the points lie on a line and are even in
        number, one of the equally good points.

    References
    ----------
    Vardi, Y. and Zhang, C.-H. (2000). The multivariate L1-median and associated data depth. PNAS 97, 1423-1426.

    Examples
    --------
    >>> spatial_median(np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.0, 0.0]))
    (1.0, 0.0)
    """
    points = np.column_stack([x, y]).astype(float)
    weight = np.ones(len(points)) if weights is None else np.asarray(weights, dtype=float)
    guess = np.average(points, axis=0, weights=weight)
    for _ in range(500):
        apart = np.hypot(*(points - guess).T)
        at = apart < 1e-9
        pull = weight[~at] / apart[~at]
        if not pull.size:
            break
        target = (points[~at] * pull[:, None]).sum(axis=0) / pull.sum()
        rest = ((points[~at] - guess) * pull[:, None]).sum(axis=0)
        strength = float(np.hypot(*rest))
        share = 1.0 if strength == 0 else min(1.0, float(weight[at].sum()) / strength)
        step = (1 - share) * target + share * guess
        moved = float(np.hypot(*(step - guess)))
        guess = step
        if moved < 1e-3:
            break
    best = points[_cost(points, points, weight).argmin()]
    if _cost(best[None], points, weight)[0] <= _cost(guess[None], points, weight)[0]:
        guess = best
    return float(guess[0]), float(guess[1])


def _cost(at: Floats, points: Floats, weight: Floats) -> Floats:
    apart = np.hypot(at[:, None, 0] - points[None, :, 0], at[:, None, 1] - points[None, :, 1])
    return np.asarray(apart @ weight)


def centre_of(plants: pd.DataFrame, kind: str) -> Centre | None:
    """Return the robust centre of a park's plants.

    Parameters
    ----------
    plants
        x, y and weight of plants with a point, in any order.
    kind
        Kind of park: sets how far plants count.

    Returns
    -------
    Centre or None
        None without a plant.

    Notes
    -----
    The densest plant has the most weight within the kind's core radius (tie: the least sum of distances, then the
    western one). Plants more than ``OUTLIER_KM`` away are dropped; the centre is the spatial median of those within the
    core radius.
    """
    if plants.empty:
        return None
    plants = plants.sort_values(["x", "y", "weight"])
    near = core_of(plants, kind)
    x, y = spatial_median(near["x"].to_numpy(), near["y"].to_numpy(), near["weight"].to_numpy())
    return Centre(x, y, len(near), error_m(near["x"].to_numpy() - x, near["y"].to_numpy() - y))


def core_of(plants: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return the plants that count for the centre: those near the densest one."""
    x, y, weight = (plants[name].to_numpy(float) for name in ("x", "y", "weight"))
    density, spread = np.empty(len(x)), np.empty(len(x))
    for start in range(0, len(x), _ROWS):
        rows = slice(start, start + _ROWS)
        apart = _apart_km(x[rows], y[rows], x, y)
        density[rows] = (apart <= CORE_KM[kind]) @ weight
        spread[rows] = np.minimum(apart, OUTLIER_KM) @ weight
    densest = np.lexsort((y, x, spread, -density))[:1]
    return plants[_apart_km(x[densest], y[densest], x, y)[0] <= CORE_KM[kind]]


def _apart_km(x: Floats, y: Floats, to_x: Floats, to_y: Floats) -> Floats:
    return np.asarray(np.hypot(x[:, None] - to_x[None, :], y[:, None] - to_y[None, :]) / 1000)


def error_m(dx: Floats, dy: Floats) -> float:
    r"""Return the 90 % radius of a centre from the count of its plants and how they spread about it.

    Parameters
    ----------
    dx, dy
        Offsets of the plants from the centre in metres.

    Returns
    -------
    float
        Metres, rounded up to a hundred.

    Notes
    -----
    The count alone gives ``ERROR_KM`` (3.0 km for one plant with ``CENTRE_ERROR_KM``, 0.9 for eight). The spread gives

    .. math:: r = 2.146 \frac{m}{1.177} \sqrt{\frac{4}{\pi n}}

    with :math:`m` the median distance of the plants from the centre: the 90 % radius of a two-dimensional normal whose
    axes have the standard error of a spatial median. From three plants on the larger of the two counts, since three
    plants may stand together by chance; both are joined with ``CENTRE_ERROR_KM`` as independent errors.
    """
    count = len(dx)
    by_count = next(radius for least, radius in reversed(ERROR_KM) if count >= least)
    by_spread = 0.0
    if count >= 3:
        median = float(np.median(np.hypot(dx, dy))) / 1000
        by_spread = 2.146 * median / 1.1774 * np.sqrt(4 / (np.pi * count))
    radius = np.hypot(max(by_count, by_spread), CENTRE_ERROR_KM)
    return float(np.ceil(round(radius * 10, 6)) * 100)


def footprint(plants: pd.DataFrame) -> shapely.Polygon | None:
    """Return the concave hull of a park's plants in EPSG:6372; None where too few differ or they stand in a row.

    It is the ground that the plants of the register span, not the boundary of the park.
    """
    points = plants[["x", "y"]].round(1).drop_duplicates().sort_values(["x", "y"]).to_numpy(float)
    if len(points) < FOOTPRINT_PLANTS:
        return None
    hull = shapely.concave_hull(shapely.multipoints(points), ratio=HULL_RATIO)
    return hull if isinstance(hull, shapely.Polygon) and hull.area >= FOOTPRINT_M2 else None
