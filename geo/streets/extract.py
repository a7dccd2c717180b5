"""Streets from an extract of OpenStreetMap in PBF, read by GDAL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import DataError, Problem
from geo.formats import head_holds
from geo.geodesy import GEODETIC_CRS, distance_km

_MPH = 1.609344
_TAG = '"{}"=>"([^"]*)"'
_ONE_WAY = {"yes", "true", "1"}


def extract_table(path: Path, speeds: Mapping[str, float]) -> gpd.GeoDataFrame:
    """Return the streets for cars of an extract, cut where streets meet.

    Parameters
    ----------
    path
        .osm.pbf (or .osm), as GDAL's OSM driver reads it.
    speeds
        km/h by class of road; classes that it lacks are not roads for cars and are left out.

    Returns
    -------
    geopandas.GeoDataFrame
        What ``Streets`` takes; EPSG:4326.

    Raises
    ------
    geo.errors.DataError
        If the file cannot be read, or has no such street.

    Notes
    -----
    Two ways meet where they share a node, which has the same coordinates in both. One-way: ``oneway``, and without that
    tag motorways and roundabouts. Minutes: the posted ``maxspeed`` where there is one, else the speed of the class.
    """
    import pyogrio

    if not head_holds(path, (b"OSMHeader", b"<osm")):
        raise DataError([Problem(path.name, "the file is not OpenStreetMap inside", "Give .osm.pbf")])
    try:
        ways = pyogrio.read_dataframe(
            path, layer="lines", where="highway IS NOT NULL", columns=["highway", "other_tags"]
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise DataError([Problem(path.name, f"cannot be read as OpenStreetMap ({error})", "Give .osm.pbf")]) from None
    ways = ways[ways["highway"].isin(speeds)].reset_index(drop=True)
    if not len(ways):
        raise DataError([Problem(path.name, "the extract has no street for cars", "Give an extract of the region")])
    tags = ways["other_tags"].fillna("")
    ahead, back = _ways_open(ways["highway"], tags)
    kmh = _posted(tags).fillna(ways["highway"].map(dict(speeds))).to_numpy(np.float64)
    way, start, end, lines, km = _pieces(ways.geometry.to_numpy())
    minutes = km * 60 / kmh[way]
    # A street open only against its drawing is turned round, so that u to v can always be travelled.
    turned = ~ahead[way]
    u, v = np.where(turned, end, start), np.where(turned, start, end)
    lines = np.where(turned, shapely.reverse(lines), lines)
    both = ahead[way] & back[way]
    table = pd.DataFrame(
        {"u": u, "v": v, "km": km, "minutes": minutes, "minutes_back": np.where(both, minutes, np.nan)}
    )
    frame = gpd.GeoDataFrame(table, geometry=lines, crs=GEODETIC_CRS)
    return frame.sort_values(["u", "v", "km"], kind="stable", ignore_index=True)


def _ways_open(highway: pd.Series, tags: pd.Series) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which ways may be travelled as drawn, and which against it."""
    one_way = tags.str.extract(_TAG.format("oneway"), expand=False).str.lower()
    implied = (highway == "motorway") | tags.str.contains('"junction"=>"roundabout"', regex=False)
    only_ahead = one_way.isin(_ONE_WAY) | (one_way.isna() & implied)
    only_back = (one_way == "-1").fillna(False)
    return ~only_back.to_numpy(bool), ~only_ahead.to_numpy(bool)


def _posted(tags: pd.Series) -> pd.Series:
    """Return posted speeds in km/h, missing where there is none that is a number."""
    text = tags.str.extract(_TAG.format("maxspeed"), expand=False)
    parts = text.str.extract(re.compile(r"^(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?$"))
    speed = pd.to_numeric(parts[0], errors="coerce")
    speed = speed.where(parts[1] != "mph", speed * _MPH)
    return speed.where(speed > 0)


def _pieces(
    ways: NDArray[np.object_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.object_], NDArray[np.float64]]:
    """Cut ways where they meet; return way, first node, last node, line and length of each piece."""
    xy, way = shapely.get_coordinates(ways, return_index=True)
    _, vertex, times = np.unique(np.round(xy, 7), axis=0, return_inverse=True, return_counts=True)
    vertex = vertex.ravel()
    change = way[1:] != way[:-1]
    first, last = np.append(True, change), np.append(change, True)
    cut = np.flatnonzero(first | last | (times[vertex] > 1))
    same = way[cut[:-1]] == way[cut[1:]]
    begin, finish = cut[:-1][same], cut[1:][same]
    step = np.append(distance_km(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1]), 0.0)
    along = np.append(0.0, np.cumsum(step))
    sizes = finish - begin + 1
    rows = np.repeat(begin, sizes) + np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    lines = shapely.linestrings(xy[rows], indices=np.repeat(np.arange(sizes.size), sizes))
    _, nodes = np.unique(np.append(vertex[begin], vertex[finish]), return_inverse=True)
    start, end = nodes[: begin.size], nodes[begin.size :]
    return way[begin].astype(np.int64), start, end, np.asarray(lines), along[finish] - along[begin]
