"""The points of a file: from its geometry, from two columns, or from one that holds both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo.errors import DataError, Problem
from geo.geodesy import GEOD, GEODETIC_CRS
from geo.ingest.coordinates import Place, parse_angle, parse_pair, place_of, settle
from geo.ingest.reading import RawTable, crs_of
from geo.ingest.reasons import Refusal
from geo.ingest.synonyms import COORDINATES
from geo.ingest.values import is_missing
from geo.study import Region, Study

_MOSTLY = 0.5
_FITS = 0.9


@dataclass
class Points:
    """Points of a table.

    Attributes
    ----------
    lon, lat
        Degrees on WGS84 by row, nan where there is none.
    refused
        Rows whose coordinates cannot be used.
    done
        What was done to coordinates -> how many rows.
    area_ha
        Geodesic area where the file has polygons; nan elsewhere.
    notes
        What was made of the geometry, in English.
    """

    lon: pd.Series
    lat: pd.Series
    refused: list[Refusal] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    area_ha: pd.Series | None = None
    notes: list[str] = field(default_factory=list)


def points_of(
    raw: RawTable, columns: dict[str, str], study: Study, *, fixes: Collection[str], crs: str | None
) -> Points:
    """Return the points of a file.

    Parameters
    ----------
    raw
        The file.
    columns
        Target (lon, lat, coordinates) -> column of the file.
    study
        For the region where points may lie.
    fixes
        Cures that the reader asked for: swap, sign.
    crs
        Reference system of columns of coordinates; None for degrees on WGS84.

    Raises
    ------
    DataError
        If most coordinates are no degrees and no reference system was named; those that would fit are.
    """
    if raw.geometry is not None:
        points = _of_geometry(raw.cells.index, raw.geometry, study.region, fixes)
    elif {"lon", "lat"} <= columns.keys():
        pairs = list(zip(raw.cells[columns["lon"]], raw.cells[columns["lat"]], strict=True))
        points = _of_pairs(raw, pairs, f"{columns['lon']}, {columns['lat']}", study.region, fixes, crs)
    elif COORDINATES in columns:
        texts = raw.cells[columns[COORDINATES]]
        pairs = [parse_pair(text) or ((text, text) if not is_missing(text) else ("", "")) for text in texts]
        points = _of_pairs(raw, pairs, columns[COORDINATES], study.region, fixes, crs)
    else:
        points = _settled(raw.cells.index, [Place()] * len(raw.cells), "", [""] * len(raw.cells))
    words: dict[str, object] = {"km": study.region.tolerance_km, "country": study.study.country}
    points.refused = [replace(each, words={**words, **each.words}) for each in points.refused]
    return points


def _of_pairs(
    raw: RawTable,
    pairs: Sequence[tuple[str, str]],
    column: str,
    region: Region,
    fixes: Collection[str],
    crs: str | None,
) -> Points:
    """Read pairs of texts: degrees, or the coordinates of a named reference system."""
    shown = [", ".join(dict.fromkeys(part for part in pair if part)) for pair in pairs]
    bare = [tuple("" if is_missing(part) else part for part in pair) for pair in pairs]
    system = None if crs is None else crs_of(crs)
    if system is not None and not system.is_geographic:
        return _settled(raw.cells.index, _projected(bare, system, region, fixes), column, shown)
    places = [place_of(lon, lat, region, fixes) for lon, lat in bare]
    if system is not None:
        places = _on_wgs84(places, system)
    _check_degrees(raw, bare, places, region)
    return _settled(raw.cells.index, places, column, shown)


def _settled(index: pd.Index, places: Iterable[Place], column: str, shown: Sequence[str]) -> Points:
    places = list(places)
    points = Points(
        pd.Series([np.nan if place.lon is None else place.lon for place in places], index=index, dtype=float),
        pd.Series([np.nan if place.lat is None else place.lat for place in places], index=index, dtype=float),
    )
    for row, place, value in zip(index, places, shown, strict=True):
        points.done.update(place.done)
        if place.refusal is not None:
            points.refused.append(Refusal(int(row), column, value, place.refusal))
    return points


def _projected(pairs: Sequence[Sequence[str]], system: CRS, region: Region, fixes: Collection[str]) -> list[Place]:
    """Turn metres into degrees; those that fit only with x and y in each other's place are swapped."""
    read = [[parse_angle(part) if part else None for part in pair] for pair in pairs]
    x, y = np.array([[np.nan if each is None else each.degrees for each in angles] for angles in read]).T
    transformer = Transformer.from_crs(system, GEODETIC_CRS, always_xy=True)
    straight, swapped = (list(zip(*transformer.transform(*way), strict=True)) for way in ((x, y), (y, x)))
    places = []
    for row, (pair, angles) in enumerate(zip(pairs, read, strict=True)):
        if not any(pair):
            places.append(Place())
        elif not all(pair):
            places.append(Place(refusal="half_point"))
        elif None in angles:
            places.append(Place(refusal="not_coordinate"))
        else:
            places.append(_either(straight[row], swapped[row], region, fixes))
    return places


def _either(at: tuple[float, float], other: tuple[float, float], region: Region, fixes: Collection[str]) -> Place:
    place = settle(*at, region) if np.isfinite(at).all() else Place(refusal="outside")
    if place.refusal is None:
        return place
    if np.isfinite(other).all() and settle(*other, region).refusal is None:
        return Place(*other, done=("swap",)) if "swap" in fixes else Place(refusal="swapped")
    return Place(refusal="outside")


def _on_wgs84(places: Sequence[Place], system: CRS) -> list[Place]:
    transformer = Transformer.from_crs(system, GEODETIC_CRS, always_xy=True)
    return [
        place if place.lon is None else Place(*transformer.transform(place.lon, place.lat), done=place.done)
        for place in places
    ]


def _check_degrees(raw: RawTable, pairs: Sequence[Sequence[str]], places: Sequence[Place], region: Region) -> None:
    """Refuse a file whose coordinates are mostly no degrees, naming the reference systems they would fit."""
    given = [place for pair, place in zip(pairs, places, strict=True) if any(pair)]
    wrong = [pair for pair, place in zip(pairs, places, strict=True) if place.refusal == "not_degrees"]
    if not given or len(wrong) <= _MOSTLY * len(given):
        return
    fitting = _fitting(wrong, region)
    cure = "Say what they are in with --crs EPSG:CODE"
    if fitting:
        named = " or ".join(f"--crs {each}" for each in fitting)
        cure = f"Say what they are in; they would lie in the region with {named}"
    raise DataError([Problem(raw.file, f"the coordinates of {len(wrong)} rows are not degrees", cure)])


def _fitting(pairs: Sequence[Sequence[str]], region: Region) -> list[str]:
    """Return the UTM zones of the region, and its plane, in which nearly all the points lie in the region."""
    zones = range(int((region.west + 180) // 6) + 1, int((region.east + 180) // 6) + 2)
    hemisphere = 327 if region.north <= 0 else 326
    systems = ["EPSG:6372", *(f"EPSG:{hemisphere}{zone:02d}" for zone in zones)]
    found = []
    for name in systems:
        places = _projected(pairs, crs_of(name), region, ("swap",))
        if sum(place.lon is not None for place in places) >= _FITS * len(pairs):
            found.append(name)
    return found


def _of_geometry(rows: pd.Index, given: gpd.GeoSeries, region: Region, fixes: Collection[str]) -> Points:
    """Take points as they are, polygons by a point inside and their geodesic area; refuse lines."""
    shapes = gpd.GeoSeries(shapely.force_2d(given.to_numpy()), crs=given.crs).to_crs(GEODETIC_CRS)
    kinds = shapes.geom_type.str.removeprefix("Multi")
    geometry = shapes.to_numpy().copy()
    corners, of = shapely.get_coordinates(geometry, return_index=True)
    finite = np.bincount(of[~np.isfinite(corners).all(axis=1)], minlength=len(geometry)) == 0
    areal = (kinds == "Polygon").to_numpy() & ~shapes.is_empty.to_numpy() & finite
    geometry[areal] = shapely.point_on_surface(geometry[areal])
    many = (shapes.geom_type == "MultiPoint").to_numpy()
    geometry[many] = [shape.geoms[0] if len(shape.geoms) == 1 else shape for shape in geometry[many]]
    places, shown = zip(
        *(_of_shape(shape, region, fixes, finite=bool(whole)) for shape, whole in zip(geometry, finite, strict=True)),
        strict=True,
    )
    points = _settled(rows, places, "geometry", shown)
    points.refused = [
        Refusal(each.row, each.column, each.value, each.reason, {"got": each.value, "wanted": "Point"})
        for each in points.refused
    ]
    if areal.any():
        points.area_ha = pd.Series(_areas(shapes.to_numpy(), areal), index=rows)
        points.notes.append(f"{int(areal.sum())} areas were put on the map at a point inside each")
    return points


def _of_shape(
    shape: shapely.Geometry | None, region: Region, fixes: Collection[str], *, finite: bool
) -> tuple[Place, str]:
    if shape is None or shape.is_empty:
        return Place(), ""
    if not finite:
        return Place(refusal="outside"), "not finite"
    if shape.geom_type != "Point":
        return Place(refusal="wrong_geometry"), shape.geom_type
    return settle(shape.x, shape.y, region, fixes), f"{shape.x:.6f}, {shape.y:.6f}"


def _areas(shapes: NDArray[np.object_], areal: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return geodesic areas in hectares."""
    return np.array([
        abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))[0]) / 10_000 if is_area else np.nan
        for shape, is_area in zip(shapes, areal, strict=True)
    ])  # fmt: skip
