"""The area that holds each point, by whichever engine is fastest, with the same answer from each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from operator import is_
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo._threads import threads
from geo.errors import ChoiceError
from geo.geodesy import GEODETIC_CRS, require_planar
from geo.join import NEAREST_AREA_KM, first_area, nearest_area

if TYPE_CHECKING:
    import geopandas as gpd

JoinEngine = Literal["auto", "geopandas", "sedonadb"]

#: Below so many points SedonaDB's reading of the areas costs more than it saves.
SEDONA_POINTS = 100_000
#: SedonaDB's own default library for points in polygons decides some points on an edge otherwise than GEOS, by which
#: geopandas decides. Points are split between the threads here, so that bringing them into the plane is split too.
_SETTINGS = (
    "SET sedona.spatial_join.spatial_library = 'geos'",
    "SET datafusion.execution.target_partitions = 1",
)
#: Outlines that the view ``areas`` of this process shows.
_shown: list[Any] = []
#: Areas out of the points' reach are left out first: the join would look at the edges of all of them.
_JOIN = (
    "SELECT p.i, a.k FROM (SELECT i, ST_Point(x, y) AS point FROM {points}) AS p JOIN ("
    "SELECT k, geometry FROM areas WHERE west <= {east} AND east >= {west} AND south <= {north} AND north >= {south}"
    ") AS a ON ST_Intersects(a.geometry, p.point)"
)


def area_of(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    areas: gpd.GeoDataFrame,
    *,
    engine: JoinEngine = "auto",
    reach_km: float = NEAREST_AREA_KM,
) -> NDArray[np.int64]:
    """Return the area that holds each point.

    Boundary: a point on the edge is inside. Tie: on a shared edge the first area, so that it counts once. A point in no
    area belongs to the nearest within reach. These are the rules of ``geo.join.municipality_of`` where the areas are
    sorted by code.

    Parameters
    ----------
    lon, lat
        Degrees, WGS84.
    areas
        Polygons in a plane; rows without a polygon hold nothing.
    engine
        ``sedonadb``, ``geopandas``, or ``auto``: SedonaDB from ``SEDONA_POINTS`` points where it is installed.
    reach_km
        How far off the nearest area may be, kilometres in the plane; 0 for points in an area only.

    Returns
    -------
    ndarray
        int64: position of the row of ``areas``; -1 where there is no point, or no area near.

    Raises
    ------
    ChoiceError
        If SedonaDB is asked for where it is not installed.
    CrsError
        If the areas are not in a plane.

    Examples
    --------
    >>> import geopandas as gpd
    >>> whole = gpd.GeoSeries([shapely.box(2.0e6, 1.0e6, 2.1e6, 1.1e6)], crs="EPSG:6372").to_frame("geometry")
    >>> inside = whole.centroid.to_crs("EPSG:4326")
    >>> area_of(np.array([*inside.x, -99.0]), np.array([*inside.y, 60.0]), whole, engine="geopandas").tolist()
    [0, -1]
    """
    require_planar(areas)
    rows = np.flatnonzero(areas.geometry.notna().to_numpy())
    shapes = areas.geometry.to_numpy()[rows]
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    planar = _into_plane(areas.crs)

    def held_in(block: tuple[int, NDArray[np.intp]]) -> NDArray[np.int64]:
        x, y = planar.transform(lon[block[1]], lat[block[1]])
        first = _first_by_sedona(block[0], x, y, shapes) if by_sedona else first_area(shapely.points(x, y), shapes)
        lost = np.flatnonzero(first == len(shapes))
        first[lost] = nearest_area(first[lost], shapely.points(x[lost], y[lost]), shapes, reach_km)
        return first

    by_sedona = _by_sedona(engine, len(known))
    if by_sedona:
        _view_areas(shapes)
        held = np.concatenate(list(_pool().map(held_in, enumerate(np.array_split(known, threads())))))
    else:
        held = held_in((0, known))
    found = np.full(len(lon), -1, dtype=np.int64)
    near = held < len(shapes)
    found[known[near]] = rows[held[near]]
    return found


def _by_sedona(engine: JoinEngine, points: int) -> bool:
    if engine not in {"auto", "geopandas", "sedonadb"}:
        raise ChoiceError.no_such("engine of joins", engine, ["auto", "geopandas", "sedonadb"])
    if engine == "geopandas" or (engine == "auto" and points < SEDONA_POINTS):
        return False
    installed = find_spec("sedonadb") is not None
    if engine == "sedonadb" and not installed:
        raise ChoiceError("sedonadb is not installed: pip install 'corredor[scale]', or leave the engine to geopandas.")
    return installed


def _first_by_sedona(
    block: int, x: NDArray[np.float64], y: NDArray[np.float64], shapes: NDArray[np.object_]
) -> NDArray[np.int64]:
    """Return the first of the areas in view that each point touches, as ``first_area`` does."""
    held = np.full(len(x), len(shapes), dtype=np.int64)
    # A place that the plane does not have, such as a pole, comes out at infinity.
    there = np.isfinite(x) & np.isfinite(y)
    if not there.any():
        return held
    database, name = _database(), f"points_{block}"
    table = pd.DataFrame({"i": np.arange(len(x)), "x": x, "y": y})
    database.create_data_frame(table).to_view(name, overwrite=True)
    west, south, east, north = map(float, (x[there].min(), y[there].min(), x[there].max(), y[there].max()))
    pairs = database.sql(_JOIN.format(points=name, west=west, south=south, east=east, north=north)).to_pandas()
    database.drop_view(name)
    # Pairs come in no order, and more than one to a point on a shared edge.
    np.minimum.at(held, pairs["i"].to_numpy(), pairs["k"].to_numpy())
    return held


def _view_areas(shapes: NDArray[np.object_]) -> None:
    """Show the areas to the database, once for all partitions: outlines never change, so the same ones are the same."""
    import geopandas as gpd

    if len(shapes) == len(_shown) and all(map(is_, _shown, shapes)):
        return
    bounds = pd.DataFrame(shapely.bounds(shapes), columns=["west", "south", "east", "north"])
    areas = gpd.GeoDataFrame(bounds.assign(k=np.arange(len(shapes))), geometry=shapes)
    _database().create_data_frame(areas).to_view("areas", overwrite=True)
    _shown[:] = shapes


@cache
def _into_plane(crs: CRS) -> Transformer:
    """Keep the way into a plane: every thread sets it up at first use, which takes as long as 50,000 points."""
    return Transformer.from_crs(GEODETIC_CRS, crs, always_xy=True)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads())


@cache
def _database() -> Any:
    import sedonadb

    database = sedonadb.connect()
    for setting in _SETTINGS:
        database.sql(setting).execute()
    return database
