"""Layer-to-layer joins by place, each with its boundary rule and what it does with ties.

Points come as a GeoDataFrame in EPSG:4326 with an index of their own; results keep that index. A row without a point
has missing results. Distances are geodesic kilometres.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.geodesy import (
    GEODETIC_CRS,
    BorderIndex,
    chainage,
    count_within,
    distance_km,
    nearest,
    planar_crs,
    require_geodetic,
    require_planar,
    sum_within,
)
from geo.network import RoadNetwork

Coordinates = tuple[NDArray[np.float64], NDArray[np.float64]]

#: A point outside every municipality (at sea, in a sliver) belongs to the nearest one up to this far.
NEAREST_AREA_KM = 2.0


def coordinates(points: gpd.GeoDataFrame | gpd.GeoSeries) -> Coordinates:
    """Return longitude and latitude of points, nan where there is none."""
    require_geodetic(points)
    return shapely.get_x(points.geometry.to_numpy()), shapely.get_y(points.geometry.to_numpy())


def municipality_of(points: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame) -> pd.Series:
    """Return the municipality that holds each point.

    Boundary: a point on the edge is inside. Tie: on a shared edge the smallest code, so that it counts once. A point
    in no municipality belongs to the nearest up to ``NEAREST_AREA_KM``.

    Parameters
    ----------
    points
        Points in EPSG:4326.
    municipalities
        ``cvegeo`` and polygons in EPSG:6372; rows without a polygon hold nothing.

    Returns
    -------
    pandas.Series
        cvegeo, missing where there is no point or no municipality near; index that of ``points``.
    """
    require_planar(municipalities)
    areas = municipalities[municipalities.geometry.notna()].sort_values("cvegeo")
    codes, shapes = areas["cvegeo"].to_numpy(), areas.geometry.to_numpy()
    located = np.flatnonzero(points.geometry.notna().to_numpy())
    planar = points.geometry.iloc[located].to_crs(planar_crs()).to_numpy()
    held = nearest_area(first_area(planar, shapes), planar, shapes)
    found = pd.Series(codes, dtype="str").reindex(held).set_axis(points.index[located])
    return found.reindex(points.index).rename("cvegeo")


def first_area(points: NDArray[np.object_], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the first of the areas that each planar point touches; the number of areas where there is none."""
    held = np.full(len(points), len(shapes), dtype=np.int64)
    tree = shapely.STRtree(points)
    candidates = tree.query(shapes)
    shapely.prepare(shapes)
    touching = shapely.intersects(shapes[candidates[0]], points[candidates[1]])
    np.minimum.at(held, candidates[1][touching], candidates[0][touching])
    return held


def nearest_area(
    held: NDArray[np.int64],
    points: NDArray[np.object_],
    shapes: NDArray[np.object_],
    reach_km: float = NEAREST_AREA_KM,
) -> NDArray[np.int64]:
    """Give each planar point in no area to the nearest one within reach.

    Parameters
    ----------
    held
        Area of each point as ``first_area`` returns it.
    points, shapes
        Points and areas in the plane.
    reach_km
        Kilometres in the plane; at 0 no point is given away.

    Returns
    -------
    ndarray
        As ``held``. Of areas equally near, the first.
    """
    lost, found, reach = np.flatnonzero(held == len(shapes)), held.copy(), reach_km * 1000
    if not reach:
        return found
    x, y = shapely.get_coordinates(points[lost]).T
    row, near = shapely.STRtree(shapes).query(shapely.box(x - reach, y - reach, x + reach, y + reach))
    # A prepared outline has its edges in a tree: several times faster than the nearest of all areas at once. The tree
    # is built at first use, so threads may not share one: these lines are made here.
    used, place = np.unique(near, return_inverse=True)
    outlines = shapely.boundary(shapes[used])
    shapely.prepare(outlines)
    apart = shapely.distance(outlines[place], points[lost[row]])
    order = np.lexsort((near, apart, row))
    order = order[apart[order] <= reach]
    nearest_rows, first = np.unique(row[order], return_index=True)
    found[lost[nearest_rows]] = near[order][first]
    return found


def border_distance(points: gpd.GeoDataFrame, border: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the distance of each point to the border line and the nearest point of the line.

    Tie: the westernmost foot in the line's order.

    Returns
    -------
    pandas.DataFrame
        border_km, foot_lon, foot_lat; index that of ``points``.
    """
    km, foot_lon, foot_lat = BorderIndex(border.to_crs(GEODETIC_CRS).geometry.iloc[0]).distance(*coordinates(points))
    return pd.DataFrame({"border_km": km, "foot_lon": foot_lon, "foot_lat": foot_lat}, index=points.index)


def nearest_of(
    points: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, columns: dict[str, str], *, km: str
) -> pd.DataFrame:
    """Return columns of the nearest target of each point.

    Tie: the first in the order of the targets. Targets without a point are passed over.

    Parameters
    ----------
    points, targets
        Points in EPSG:4326.
    columns
        Column of ``targets`` -> name in the result.
    km
        Name of the distance in the result.

    Returns
    -------
    pandas.DataFrame
        The named columns and the distance; index that of ``points``.
    """
    located = targets[targets.geometry.notna()]
    place, distance = nearest(*coordinates(points), *coordinates(located))
    found = located[list(columns)].rename(columns=columns).reset_index(drop=True).reindex(place)
    return found.set_axis(points.index).assign(**{km: distance})


def corridor_position(
    points: gpd.GeoDataFrame, corridor: gpd.GeoDataFrame, waypoints: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the branch of the corridor each point is nearest to, its chainage and its offset.

    Tie: the branch that comes first in the layer (the trunk). A point beyond a branch's end has chainage 0 or the
    branch's length. A branch of one place (an enclave) has an offset but no chainage.

    Parameters
    ----------
    points
        Points in EPSG:4326.
    corridor
        ``branch`` and one line a branch.
    waypoints
        ``branch`` and points; branches that are not in ``corridor`` are enclaves.

    Returns
    -------
    pandas.DataFrame
        corridor_branch, chainage_km, offset_km; index that of ``points``.
    """
    lon, lat = coordinates(points)
    lines = corridor.to_crs(GEODETIC_CRS)
    enclaves = waypoints[~waypoints["branch"].isin(lines["branch"])]
    chainages, offsets = [], []
    for line in lines.geometry:
        along, off = chainage(line, lon, lat)
        chainages.append(along)
        offsets.append(off)
    for x, y in zip(*coordinates(enclaves), strict=True):
        chainages.append(np.full(len(points), np.nan))
        offsets.append(distance_km(lon, lat, np.full(len(points), x), np.full(len(points), y)))
    branches = np.array([*lines["branch"], *enclaves["branch"]], dtype=object)
    located = np.isfinite(lon)
    best = np.argmin(np.where(located, np.array(offsets), 0), axis=0)
    rows = np.arange(len(points))
    return pd.DataFrame(
        {
            "corridor_branch": pd.Series(branches[best], index=points.index).where(located).astype("str"),
            "chainage_km": np.array(chainages)[best, rows],
            "offset_km": np.array(offsets)[best, rows],
        },
        index=points.index,
    )


def count_near(points: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, *, km: float, itself: bool = False) -> pd.Series:
    """Return how many targets lie within a distance of each point.

    Boundary: a target at exactly ``km`` counts.

    Parameters
    ----------
    points, targets
        Points in EPSG:4326; targets without a point count nowhere.
    km
        Radius in kilometres.
    itself
        Whether points and targets are rows of one layer: the target with the point's own index does not count.

    Returns
    -------
    pandas.Series
        Whole number, missing without a point; index that of ``points``.
    """
    count = pd.Series(count_within(*coordinates(points), *coordinates(targets), km), index=points.index)
    if itself:
        count = count - points.index.isin(targets.index[targets.geometry.notna()])
    return count.where(points.geometry.notna()).astype("Int64")


def population_near(points: gpd.GeoDataFrame, places: gpd.GeoDataFrame, *, km: float) -> pd.Series:
    """Return the people in places within a distance of each point; a place at exactly ``km`` counts whole."""
    weights = places["population_2020"].to_numpy(float)
    people = sum_within(*coordinates(points), *coordinates(places), km, weights)
    return pd.Series(people, index=points.index).where(points.geometry.notna()).round().astype("Int64")


def road_distance(
    points: gpd.GeoDataFrame, target_of: pd.Series, targets: gpd.GeoDataFrame, network: RoadNetwork
) -> pd.Series:
    """Return the distance over the highways from each point to its own target.

    Parameters
    ----------
    points
        Points in EPSG:4326.
    target_of
        Key of each point's target, missing for none; index that of ``points``.
    targets
        Points in EPSG:4326, index the keys.
    network
        The highway graph.

    Returns
    -------
    pandas.Series
        Kilometres, access legs included; missing where the graph does not reach; index that of ``points``.
    """
    keys = pd.Index(target_of.dropna().unique())
    km = network.distance_km(*coordinates(points), *coordinates(targets.loc[keys]))
    column = keys.get_indexer(target_of)
    found = km[np.arange(len(points)), column] if len(keys) else np.full(len(points), np.nan)
    return pd.Series(found, index=points.index).where(column >= 0)
