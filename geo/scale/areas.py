"""The area that holds each point, by whichever engine is fastest, with the same answer from each."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from operator import is_
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from geo.errors import ChoiceError
from geo.geodesy import GEODETIC_CRS, require_planar
from geo.join import first_area, nearest_area

if TYPE_CHECKING:
    import geopandas as gpd

JoinEngine = Literal["auto", "geopandas", "sedonadb"]

#: Below so many points SedonaDB's reading of the areas costs more than it saves.
SEDONA_POINTS = 100_000
#: SedonaDB's own default library for points in polygons decides some points on an edge otherwise than GEOS, by which
#: geopandas decides.
_SETTINGS = ("SET sedona.spatial_join.spatial_library = 'geos'",)
#: Outlines that the view ``areas`` of this process shows.
_shown: list[Any] = []
_JOIN = (
    "SELECT p.i, a.k FROM (SELECT i, ST_Point(x, y) AS point FROM points) AS p "
    "JOIN areas AS a ON ST_Intersects(a.geometry, p.point)"
)


def area_of(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    areas: gpd.GeoDataFrame,
    *,
    engine: JoinEngine = "auto",
) -> NDArray[np.int64]:
    """Return the area that holds each point.

    Boundary: a point on the edge is inside. Tie: on a shared edge the first area, so that it counts once. A point in no
    area belongs to the nearest up to ``geo.join.NEAREST_AREA_KM``. These are the rules of ``geo.join.municipality_of``
    where the areas are sorted by code.

    Parameters
    ----------
    lon, lat
        Degrees, WGS84.
    areas
        Polygons in a plane; rows without a polygon hold nothing.
    engine
        ``sedonadb``, ``geopandas``, or ``auto``: SedonaDB from ``SEDONA_POINTS`` points where it is installed.

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
    x, y = Transformer.from_crs(GEODETIC_CRS, areas.crs, always_xy=True).transform(lon[known], lat[known])
    held = _held_by_sedona(x, y, shapes) if _by_sedona(engine, len(known)) else _held(x, y, shapes)
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


def _held(x: NDArray[np.float64], y: NDArray[np.float64], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    points = shapely.points(x, y)
    return nearest_area(first_area(points, shapes), points, shapes)


def _held_by_sedona(x: NDArray[np.float64], y: NDArray[np.float64], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    database = _database()
    _view_areas(database, shapes)
    database.create_data_frame(
        pd.DataFrame({"i": np.arange(len(x)), "x": x, "y": y})
    ).to_view("points", overwrite=True)  # fmt: skip
    pairs = database.sql(_JOIN).to_pandas()
    held = np.full(len(x), len(shapes), dtype=np.int64)
    # Pairs come in no order, and more than one to a point on a shared edge.
    np.minimum.at(held, pairs["i"].to_numpy(), pairs["k"].to_numpy())
    lost = np.flatnonzero(held == len(shapes))
    held[lost] = nearest_area(held[lost], shapely.points(x[lost], y[lost]), shapes)
    return held


def _view_areas(database: Any, shapes: NDArray[np.object_]) -> None:
    """Show the areas to the database, once for all partitions: outlines never change, so the same ones are the same."""
    import geopandas as gpd

    if len(shapes) == len(_shown) and all(map(is_, _shown, shapes)):
        return
    database.create_data_frame(
        gpd.GeoDataFrame({"k": np.arange(len(shapes))}, geometry=shapes)
    ).to_view("areas", overwrite=True)  # fmt: skip
    _shown[:] = shapes


@cache
def _database() -> Any:
    import sedonadb

    database = sedonadb.connect()
    for setting in _SETTINGS:
        database.sql(setting).execute()
    return database
