"""Demand from a file of the user's: points or polygons with a column of weights."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo.demand.model import Demand, make_demand
from geo.errors import DataError, Problem
from geo.formats import check_system, check_vector
from geo.geodesy import GEODETIC_CRS, planar_crs

Progress = Callable[[str], None]

#: Names that a column of weights, a longitude and a latitude may have where none is given.
WEIGHT_NAMES = ("weight", "population", "people", "workers", "pop", "pobtot", "poblacion", "peso")
LON_NAMES = ("lon", "longitude", "longitud", "lng", "x")
LAT_NAMES = ("lat", "latitude", "latitud", "y")
_CHUNK_ROWS = 200_000
_POINTS_BLIND = {
    "es": "Cada punto de su archivo cuenta entero donde está.",
    "en": "Each point of your file counts whole where it is.",
}
_POLYGONS_BLIND = {
    "es": "Cada polígono de su archivo cuenta entero en un punto interior: quién vive en qué parte no se ve.",
    "en": "Each polygon of your file counts whole at a point inside it: who lives in which part of it is not seen.",
}


def read_demand(path: Path, *, weight: str | None = None, progress: Progress | None = None) -> Demand:
    """Read points or polygons with a weight from CSV, GeoPackage, GeoJSON, GeoParquet, Shapefile, FlatGeobuf or KML.

    Parameters
    ----------
    path
        The file. CSV in UTF-8 with a longitude and a latitude in degrees (``LON_NAMES``, ``LAT_NAMES``).
    weight
        Name of the column of weights; without it the one that is called as in ``WEIGHT_NAMES``.
    progress
        Called with a short line for every 200,000 rows of a CSV.

    Returns
    -------
    Demand
        Columns ``id``, ``name`` and ``cvegeo`` are taken over where the file has them.

    Raises
    ------
    geo.errors.DataError
        If the file cannot be read, has no such column, no reference system, no people, or a weight that is no number
        of 0 or more.

    Notes
    -----
    A polygon counts at a point inside it (``representative_point``), found in EPSG:6372.
    """
    return _read(path, weight, WEIGHT_NAMES, progress)


def read_sites(path: Path, *, progress: Progress | None = None) -> Demand:
    """Read points without weights, facilities or candidates, from the files that ``read_demand`` takes.

    Returns
    -------
    Demand
        Every weight is 1.

    Raises
    ------
    geo.errors.DataError
        As ``read_demand``.
    """
    return _read(path, None, (), progress)


def _read(path: Path, weight: str | None, usual: tuple[str, ...], progress: Progress | None) -> Demand:
    """Read a file; without usual names of weights every row weighs 1."""
    if not path.exists():
        raise DataError([Problem(path.name, f"the file {path} does not exist", "Correct its name")])
    if path.suffix.lower() == ".csv":
        return _from_csv(path, weight, usual, progress)
    return _from_vector(path, weight, usual)


def _from_csv(path: Path, weight: str | None, usual: tuple[str, ...], progress: Progress | None) -> Demand:
    try:
        header = list(pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError([Problem(path.name, f"not a CSV file in UTF-8 ({error})", "Save it as CSV, UTF-8")]) from None
    names = {
        "lon": _column(path, header, None, LON_NAMES, "longitudes"),
        "lat": _column(path, header, None, LAT_NAMES, "latitudes"),
    }
    if weight is not None or usual:
        names["weight"] = _column(path, header, weight, usual, "weights")
    extra: list[str] = [name for name in ("id", "name", "cvegeo") if name in header and name not in names.values()]
    # Codes keep their leading zeros, and bad numbers are told with their row: all is read as text.
    parts: list[pd.DataFrame] = []
    read = 0
    try:
        with pd.read_csv(path, usecols=[*names.values(), *extra], dtype=str, chunksize=_CHUNK_ROWS,
                         encoding="utf-8-sig", keep_default_na=False) as reader:  # fmt: skip
            for chunk in reader:
                parts.append(_typed(path, chunk, names, extra, first=read))
                read += len(chunk)
                if progress is not None:
                    progress(f"{path.name}: {read:,} rows")
    except (UnicodeDecodeError, pd.errors.ParserError) as error:
        raise DataError([Problem(path.name, f"cannot be read ({error})", "Save it as CSV, UTF-8")]) from None
    empty = pd.DataFrame(columns=["lon", "lat", "weight"], dtype=float)
    table = pd.concat(parts, ignore_index=True) if parts else empty
    if "weight" not in names:
        table = table.assign(weight=1.0)
    unit = names.get("weight", "sites")
    return make_demand(table, basis="points", unit=unit, source=path.name, blind=_POINTS_BLIND)


def _typed(path: Path, chunk: pd.DataFrame, names: dict[str, str], extra: list[str], *, first: int) -> pd.DataFrame:
    columns: dict[str, Any] = {name: chunk[name].where(chunk[name] != "", None) for name in extra}
    problems = []
    for role, name in names.items():
        text = chunk[name].str.strip()
        values = pd.to_numeric(text.where(text != "", None), errors="coerce")
        bad = np.flatnonzero(values.isna() & (text != ""))
        if bad.size:
            rows = tuple(int(row) + first + 2 for row in bad[:20])
            what = f"{text.iloc[bad[0]][:40]!r} is no number"
            problems.append(Problem(path.name, what, "Write a number such as 12.5 with a point", rows, name))
        columns[role] = values.astype(float)
    if problems:
        raise DataError(problems)
    return pd.DataFrame(columns)


def _from_vector(path: Path, weight: str | None, usual: tuple[str, ...]) -> Demand:
    import geopandas as gpd

    parquet = path.suffix.lower() == ".parquet"
    if not parquet:
        check_vector(path)
    try:
        frame = gpd.read_parquet(path) if parquet else gpd.read_file(path)
    except Exception as error:
        problem = Problem(path.name, f"cannot be read as a vector file ({error})", "Give CSV, GeoPackage or GeoJSON")
        raise DataError([problem]) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError([Problem(path.name, "the file has no geometry", "Give points or polygons")])
    if frame.crs is None:
        raise DataError([Problem(path.name, "the file has no reference system", "Write it with its CRS")])
    check_system(path.name, frame.crs)
    name, values = _vector_weights(path, frame, weight, usual)
    kinds = set(frame.geom_type.dropna())
    if not kinds <= {"Point", "Polygon", "MultiPolygon"}:
        what = f"the geometry is {', '.join(sorted(kinds))}"
        raise DataError([Problem(path.name, what, "Give points or polygons")])
    inside = frame.geometry.to_crs(planar_crs()).representative_point().to_crs(GEODETIC_CRS)
    points = frame.geometry.to_crs(GEODETIC_CRS).where(frame.geom_type == "Point", inside)
    empty = points.isna() | points.is_empty
    points = points.where(~empty, None)
    table = pd.DataFrame(frame[[each for each in ("id", "name", "cvegeo") if each in frame and each != name]])
    table = table.assign(weight=values.astype(float).to_numpy(), lon=points.x.to_numpy(), lat=points.y.to_numpy())
    polygons = bool(kinds - {"Point"})
    return make_demand(
        table.reset_index(drop=True), basis="polygons" if polygons else "points", unit=name, source=path.name,
        blind=_POLYGONS_BLIND if polygons else _POINTS_BLIND,
    )  # fmt: skip


def _vector_weights(
    path: Path, frame: pd.DataFrame, weight: str | None, usual: tuple[str, ...]
) -> tuple[str, pd.Series]:
    """Return the name and the numbers of the column of weights."""
    if weight is None and not usual:
        return "sites", pd.Series(1.0, index=frame.index)
    name = _column(path, [str(each) for each in frame.columns], weight, usual, "weights")
    values = pd.to_numeric(frame[name], errors="coerce")
    bad = np.flatnonzero(values.isna() & frame[name].notna())
    if bad.size:
        rows = tuple(int(row) + 2 for row in bad[:20])
        raise DataError([Problem(path.name, "the weight is no number", "Give numbers of 0 or more", rows, name)])
    return name, values


def _column(path: Path, header: list[str], wanted: str | None, usual: tuple[str, ...], what: str) -> str:
    """Return the column of the header that is meant."""
    if wanted is not None:
        if wanted in header:
            return wanted
        near = get_close_matches(wanted, header, n=1)
        cure = f"Did you mean {near[0]!r}" if near else f"Its columns are {', '.join(header)}"
        raise DataError([Problem(path.name, f"there is no column {wanted!r}", cure)])
    lower = {name.strip().lower(): name for name in reversed(header)}
    found = [lower[name] for name in usual if name in lower]
    if not found:
        what = f"there is no column of {what}; its columns are {', '.join(header)}"
        raise DataError([Problem(path.name, what, f"Name it, for instance {usual[0]!r}")])
    return found[0]
