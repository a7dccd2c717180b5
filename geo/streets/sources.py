"""Networks of streets: the shipped highways, a saved network of OpenStreetMap, or a download that is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import CorredorError, DataError, Problem
from geo.formats import refuse_doctype
from geo.geodesy import GEODETIC_CRS
from geo.streets.extract import extract_table
from geo.streets.graph import Streets
from geo.streets.speeds import ACCESS_KMH, HIGHWAY_KMH, OTHER_KMH, SPEEDS_KMH

Progress = Callable[[str], None]

_COLUMNS = ("u", "v", "km", "minutes", "minutes_back")


def highway_streets(
    highways: gpd.GeoDataFrame, *, access_leg_km: float, kmh: float = HIGHWAY_KMH, access_kmh: float = ACCESS_KMH
) -> Streets:
    """Return the shipped highway graph with one speed for all of it; every edge runs both ways.

    Parameters
    ----------
    highways
        The layer highways: ``u``, ``v``, ``km`` and lines.
    access_leg_km
        Farthest straight leg between a point and the graph.
    kmh, access_kmh
        Speeds on the graph and on the legs: assumptions.
    """
    if not (kmh > 0 and access_kmh > 0):
        raise ValueError("Speeds must be above 0 km/h.")
    minutes = highways["km"].to_numpy(np.float64) * 60 / kmh
    table = highways[["u", "v", "km", "geometry"]].assign(minutes=minutes, minutes_back=minutes)
    note = f"shipped highway graph, {kmh:g} km/h on highways and {access_kmh:g} km/h on straight access legs (assumed)"
    return Streets(table, access_leg_km=access_leg_km, access_kmh=access_kmh, note=note)


def read_streets(
    path: Path, *, speeds: Mapping[str, float] = SPEEDS_KMH, access_leg_km: float = 5.0, access_kmh: float = ACCESS_KMH
) -> Streets:
    """Read a network of streets that was saved before.

    Parameters
    ----------
    path
        GraphML as osmnx saves it, OSM XML (.osm, .xml), an extract (.osm.pbf), or what ``prepare_streets`` keeps
        (.parquet).
    speeds
        km/h by class of road, for roads without a posted limit; not used for .parquet, whose minutes are made.
    access_leg_km, access_kmh
        Farthest straight leg, and the speed on it.

    Raises
    ------
    geo.errors.DataError
        If the file is not there, cannot be read as a network, or has no street.

    Notes
    -----
    Minutes are osmnx's: the posted ``maxspeed`` where there is one, else the speed of the class.
    """
    if not path.exists():
        raise DataError([Problem(path.name, f"the file {path} does not exist", "Correct its name")])
    try:
        table = _table(path, speeds)
    except CorredorError:
        raise
    except Exception as error:
        what = f"cannot be read as a network ({error})"
        raise DataError([Problem(path.name, what, "Give GraphML saved by osmnx, OSM XML or .osm.pbf")]) from error
    lacking = [name for name in _COLUMNS if name not in table]
    if lacking or table.empty:
        what = f"the column {', '.join(lacking)} is missing" if lacking else "the network has no street"
        raise DataError([Problem(path.name, what, "Prepare it again with geo network")])
    note = f"streets of {path.name} (OpenStreetMap), posted speeds, else by class; {access_kmh:g} km/h on access legs"
    return Streets(table, access_leg_km=access_leg_km, access_kmh=access_kmh, note=note)


def prepare_streets(
    region: shapely.Geometry,
    name: str,
    *,
    source: Path | None = None,
    folder: Path | None = None,
    speeds: Mapping[str, float] = SPEEDS_KMH,
    progress: Progress | None = None,
) -> Path:
    """Make the network of a region and keep it: from a saved file, or downloaded from OpenStreetMap.

    Parameters
    ----------
    region
        Polygon in longitude and latitude, WGS84; used for the download.
    name
        What the region is called; names the file.
    source
        GraphML, OSM XML or .osm.pbf to start from; without it the streets for cars are downloaded (Overpass).
    folder
        Where to keep it; the user's cache folder without it.
    speeds
        km/h by class of road.
    progress
        Called with a short line before each step.

    Returns
    -------
    pathlib.Path
        The file that ``read_streets`` and ``cached_streets`` take.

    Raises
    ------
    geo.errors.DataError
        If the source cannot be read.
    geo.errors.CorredorError
        If the download fails; the message names the cure.
    """
    target = cached_streets(name, folder=folder)
    _say(progress, f"reading {source.name}" if source else f"downloading the streets of {name} from OpenStreetMap")
    if source is not None:
        table = read_streets(source, speeds=speeds).table
    else:
        table = street_table(_download(region, target.parent), speeds)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    table[[*_COLUMNS, "geometry"]].to_parquet(draft)
    draft.replace(target)
    _say(progress, f"kept {len(table):,} streets in {target}")
    return target


def cached_streets(name: str, *, folder: Path | None = None) -> Path:
    """Return where the network of a region is kept, whether it is there or not."""
    import platformdirs

    plain = "".join(each for each in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(each))
    place = folder or platformdirs.user_cache_path("corredor") / "streets"
    return place / (re.sub(r"[^a-z0-9]+", "-", plain).strip("-") + ".parquet")


def street_table(graph: Any, speeds: Mapping[str, float]) -> gpd.GeoDataFrame:
    """Return the streets of an osmnx graph, the two directions of a street in one row.

    Parameters
    ----------
    graph
        networkx.MultiDiGraph with ``length`` (metres) and ``highway`` on its edges, coordinates in degrees.
    speeds
        km/h by class of road.

    Returns
    -------
    geopandas.GeoDataFrame
        What ``Streets`` takes; EPSG:4326.
    """
    import osmnx

    graph = osmnx.add_edge_speeds(graph, hwy_speeds=dict(speeds), fallback=OTHER_KMH)
    graph = osmnx.add_edge_travel_times(graph)
    nodes, edges = osmnx.graph_to_gdfs(graph, fill_edge_geometry=True)
    edges = edges.reset_index().to_crs(GEODETIC_CRS)
    number = pd.Series(np.arange(len(nodes)), index=nodes.index)
    u, v = number.loc[edges["u"]].to_numpy(), number.loc[edges["v"]].to_numpy()
    minutes = edges["travel_time"].to_numpy(np.float64) / 60
    lines = edges.geometry.to_numpy()
    # The two directions of a street are one line: compared without its direction, to a ten-millionth of a degree.
    plain = shapely.to_wkb(shapely.normalize(shapely.set_precision(lines, 1e-7)))
    table = pd.DataFrame(
        {"u": u, "v": v, "low": np.minimum(u, v), "high": np.maximum(u, v), "line": plain, "minutes": minutes}
    ).assign(km=edges["length"].to_numpy(np.float64) / 1000, row=np.arange(len(edges)))
    table = table.sort_values(["low", "high", "line", "u", "minutes"], kind="stable")
    table = table.drop_duplicates(["low", "high", "line", "u"])
    street = ["low", "high", "line"]
    first = table.drop_duplicates(street)
    other = table[table.duplicated(street)].set_index(street)["minutes"]
    back = other.reindex(pd.MultiIndex.from_frame(first[street])).to_numpy(np.float64)
    # A loop runs the same way from its node to itself: unless marked one-way it is travelled either way.
    loop = (first["u"] == first["v"]).to_numpy() & ~_one_way(edges)[first["row"].to_numpy()]
    back = np.where(loop & np.isnan(back), first["minutes"].to_numpy(), back)
    kept = first[["u", "v", "km", "minutes"]].assign(minutes_back=back)
    return gpd.GeoDataFrame(
        kept.reset_index(drop=True), geometry=lines[first["row"].to_numpy()], crs=GEODETIC_CRS
    ).sort_values(["u", "v", "km"], kind="stable", ignore_index=True)


def _one_way(edges: pd.DataFrame) -> Any:
    if "oneway" not in edges:
        return np.zeros(len(edges), dtype=bool)
    return edges["oneway"].map(lambda value: value is True or str(value).lower() == "true").to_numpy(bool)


def _table(path: Path, speeds: Mapping[str, float]) -> gpd.GeoDataFrame:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return gpd.read_parquet(path)
    return extract_table(path, speeds) if suffix == ".pbf" else street_table(_graph(path), speeds)


def _graph(path: Path) -> Any:
    import osmnx

    refuse_doctype(path)
    if path.suffix.lower() == ".graphml":
        return osmnx.load_graphml(path)
    return osmnx.graph_from_xml(path, retain_all=True)


def _download(region: shapely.Geometry, folder: Path) -> Any:
    import osmnx
    from requests.exceptions import RequestException

    before = osmnx.settings.cache_folder
    osmnx.settings.cache_folder = str(folder / "overpass")
    try:
        return osmnx.graph_from_polygon(region, network_type="drive", retain_all=True)
    except (RequestException, OSError, ValueError) as error:
        raise CorredorError(
            f"The streets could not be downloaded ({error}). Try again later, or give a saved network: GraphML from "
            "osmnx or an OSM XML extract."
        ) from error
    finally:
        osmnx.settings.cache_folder = before


def _say(progress: Progress | None, text: str) -> None:
    if progress is not None:
        progress(text)
