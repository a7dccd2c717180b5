"""The part of the country that is asked for, and where points may lie."""

from __future__ import annotations

import unicodedata

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import ChoiceError, DataError, Problem
from geo.geodesy import GEODETIC_CRS, planar_crs
from geo.study import Study

Bounds = tuple[float, float, float, float]


def states_of(study: Study) -> gpd.GeoDataFrame:
    """Return the states of a study (cve_ent, name) with polygons in EPSG:6372.

    Raises
    ------
    geo.errors.DataError
        If the file cannot be read.
    """
    path = study.path("states")
    try:
        frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    except Exception as error:
        raise DataError([Problem(path.name, f"cannot be read ({error})", "Correct the layer states")]) from error
    return frame[["cve_ent", "name", frame.geometry.name]].to_crs(planar_crs())


def state_codes(study: Study, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of states given by code or name, without regard to accents and case.

    Raises
    ------
    geo.errors.ChoiceError
        If there is no such state; the message names all of them.
    """
    if not names:
        return ()
    states = states_of(study)
    known = {_folded(name): str(code) for code, name in zip(states["cve_ent"], states["name"], strict=True)}
    known |= {code: code for code in known.values()}
    known |= {str(int(code)): code for code in known.values() if code.isdigit()}
    codes = []
    for name in names:
        if _folded(name) not in known:
            listed = ", ".join(f"{code} {state}" for code, state in zip(states["cve_ent"], states["name"], strict=True))
            raise ChoiceError(f"--state: there is no state {name!r}. There are: {listed}.")
        codes.append(known[_folded(name)])
    return tuple(dict.fromkeys(codes))


def bounds_of(study: Study, codes: tuple[str, ...]) -> Bounds:
    """Return west, south, east and north of the states, in degrees; of the study's region where none is named."""
    if not codes:
        region = study.region
        return region.west, region.south, region.east, region.north
    states = states_of(study)
    west, south, east, north = states[states["cve_ent"].isin(codes)].to_crs(GEODETIC_CRS).total_bounds
    return float(west), float(south), float(east), float(north)


def in_country(study: Study, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points lie in the country or within the study's tolerance of it."""
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=GEODETIC_CRS).to_crs(planar_crs()).to_numpy()
    near = np.zeros(len(points), dtype=bool)
    for shape in states_of(study).geometry.to_numpy():
        shapely.prepare(shape)
        near[~near] = shapely.dwithin(shape, points[~near], study.region.tolerance_km * 1000)
    return near


def _folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.strip())
    return "".join(sign for sign in bare if not unicodedata.combining(sign)).casefold()
