"""Read one layer's file: decode, type and check every value, and list all problems at once."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import DataError, Problem
from geo.formats import CONTROLS, NO_CONTROLS, check_signs, check_system, check_vector
from geo.geodesy import GEODETIC_CRS
from geo.schema import LAYERS, Column, Layer
from geo.study import Region, Study

FIRST_ROW = 2  # the header is row 1
MOST_VALUES = 20  # distinct bad values named one by one before they are summed up
# Digits of other scripts are digits to Python and not to pandas.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def read_table(study: Study, name: str) -> pd.DataFrame:
    """Read a layer that is a CSV file: UTF-8, comma, one header row, blank for missing.

    Parameters
    ----------
    study
        The study that names the file.
    name
        Name of the layer.

    Returns
    -------
    pandas.DataFrame
        The file's columns in the schema's order and types, one row a record, in the file's order.

    Raises
    ------
    DataError
        If anything in the file breaks the layer's schema; carries every problem.
    """
    path = study.path(name)
    return _table(path.name, LAYERS[name], *_records(path))


def read_points(study: Study, name: str) -> gpd.GeoDataFrame:
    """Read a CSV layer with lon and lat as points; a row without both has no geometry.

    Raises
    ------
    DataError
        As ``read_table``; also where one coordinate lacks the other, or the two look swapped.
    """
    path = study.path(name)
    header, records = _records(path)
    swapped = _swapped(path.name, study.region, header, records)
    if swapped:
        raise DataError(swapped)
    frame = _table(path.name, LAYERS[name], header, records)
    half = frame["lon"].isna() != frame["lat"].isna()
    if half.any():
        raise DataError(
            [
                Problem(
                    path.name,
                    "one coordinate is given without the other",
                    "Give both, or leave both blank",
                    row_numbers(half),
                    "lon, lat",
                )
            ]
        )
    points = shapely.points(frame[["lon", "lat"]].to_numpy(float))
    points[frame["lon"].isna().to_numpy()] = None
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, index=frame.index, crs=GEODETIC_CRS))


def read_shapes(study: Study, name: str) -> gpd.GeoDataFrame:
    """Read a layer of lines or polygons: GeoParquet, GeoPackage, GeoJSON, FlatGeobuf, Shapefile or KML.

    Parameters
    ----------
    study
        The study that names the file.
    name
        Name of the layer.

    Returns
    -------
    geopandas.GeoDataFrame
        The schema's columns and ``geometry``, in the file's own reference system.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column or a CRS, or has a missing or invalid geometry.
    """
    layer, path = LAYERS[name], study.path(name)
    frame = _read_vector(path)
    missing = [column.name for column in layer.file_columns if column.name not in frame]
    problems = [Problem(path.name, f"the column {column} is missing", "Add it") for column in missing]
    if frame.crs is None:
        problems.append(Problem(path.name, "the file has no reference system", "Write it with its CRS"))
    else:
        check_system(path.name, frame.crs)
    empty = frame.geometry.isna() | frame.geometry.is_empty
    if empty.any():
        problems.append(Problem(path.name, "the geometry is missing", "Draw it or drop the row", row_numbers(empty)))
    invalid = ~empty & ~frame.geometry.is_valid
    problems += [
        Problem(
            path.name,
            f"the geometry crosses itself ({shapely.is_valid_reason(shape)})",
            "Repair it, for instance with make_valid",
            (int(row) + FIRST_ROW,),
        )
        for row, shape in zip(np.flatnonzero(invalid), frame.geometry[invalid], strict=True)
    ]
    if problems:
        raise DataError(problems)
    table = _as_schema(path.name, frame, layer)
    problems = _schema_problems(path.name, table, table, layer)
    if problems:
        raise DataError(problems)
    return gpd.GeoDataFrame(table, geometry=frame.geometry, crs=frame.crs)


def _as_schema(file: str, frame: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Return the layer's columns in their types."""
    table, problems = {}, []
    for column in layer.file_columns:
        try:
            table[column.name] = frame[column.name].astype(column.dtype)
        except (TypeError, ValueError, OverflowError):
            problems.append(Problem(file, f"its values are not of the kind {column.kind}", _type_cure(column),
                                    column=column.name))  # fmt: skip
    if problems:
        raise DataError(problems)
    check_signs(file, {column.name: table[column.name] for column in layer.file_columns if column.kind == "text"})
    return pd.DataFrame(table)


def _read_vector(path: Path) -> gpd.GeoDataFrame:
    try:
        if path.suffix == ".parquet":
            return gpd.read_parquet(path).reset_index(drop=True)
        check_vector(path)
        frame = gpd.read_file(path).reset_index(drop=True)
    except FileNotFoundError:
        raise DataError([_missing_file(path)]) from None
    except DataError:
        raise
    except Exception as error:
        if not path.exists():
            raise DataError([_missing_file(path)]) from None
        problem = Problem(path.name, f"cannot be read as a vector file ({error})", "Give GeoParquet or GeoPackage")
        raise DataError([problem]) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise DataError([Problem(path.name, "the file has no geometry", "Give lines or polygons")])
    return frame


def _missing_file(path: Path) -> Problem:
    return Problem(path.name, f"the file {path} does not exist", "Correct its name in the study file")


def _records(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header and the records of a CSV file, each as wide as the header."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DataError([_missing_file(path)]) from None
    except OSError as error:
        problem = Problem(path.name, f"cannot be read ({error.strerror})", "Give a readable file")
        raise DataError([problem]) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        problem = Problem(path.name, "the file is not UTF-8 (Latin-1 perhaps)", "Save it as UTF-8", (row,))
        raise DataError([problem]) from None
    if "\0" in text:
        raise DataError([Problem(path.name, "the file holds NUL characters", "Save it as plain text")])
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise DataError([Problem(path.name, f"not a CSV file ({error})", "Close every quote")]) from error
    if not rows:
        raise DataError([Problem(path.name, "the file is empty", "Write at least the header row")])
    header, records = rows[0], rows[1:]
    ragged = np.array([len(record) != len(header) for record in records], dtype=bool)
    if ragged.any():
        what = f"the row does not have the {len(header)} values of the header"
        cure = "Put quotes around values that hold a comma, and fill the row"
        raise DataError([Problem(path.name, what, cure, row_numbers(ragged))])
    return header, records


def _table(file: str, layer: Layer, header: list[str], records: list[list[str]]) -> pd.DataFrame:
    """Return records typed and checked against the layer's schema."""
    _check_header(file, header, layer)
    raw = pd.DataFrame(records, columns=header, dtype=object)[[column.name for column in layer.file_columns]]
    problems: list[Problem] = []
    typed = {}
    for column in layer.file_columns:
        values, bad = _typed(raw[column.name], column)
        typed[column.name] = values
        problems += _bad_values(file, column, raw[column.name], bad, _type_cure(column))
    frame = pd.DataFrame(typed)
    problems += _schema_problems(file, frame, raw, layer)
    if problems:
        raise DataError(problems)
    return frame


def _check_header(file: str, header: list[str], layer: Layer) -> None:
    known = [column.name for column in layer.file_columns]
    problems = []
    for name in known:
        if name not in header:
            near = get_close_matches(name, [given for given in header if given not in known], n=1)
            cure = (
                f"Rename the column {near[0]!r} to {name!r}" if near else "Add it; leave values you do not know blank"
            )
            problems.append(Problem(file, f"the column {name} is missing", cure, (1,)))
    for name in header:
        if name not in known:
            cure = f"Remove it, or name it one of: {', '.join(known)}"
            problems.append(Problem(file, f"the column {name!r} is not known", cure, (1,)))
    problems += [
        Problem(file, f"the column {name} stands twice", "Keep one", (1,))
        for name in sorted(set(header))
        if header.count(name) > 1
    ]
    if problems:
        raise DataError(problems)


def _typed(raw: pd.Series, column: Column) -> tuple[pd.Series, pd.Series]:
    """Return the typed values and where a value is not of the column's kind."""
    blank = raw == ""
    if column.kind == "text":
        return raw.where(~blank, None).astype("str"), raw.str.contains(CONTROLS, regex=True).astype(bool)
    if column.kind == "boolean":
        values = raw.str.lower().map(_BOOLEANS)
        bad = ~blank & values.isna()
        return values.astype("boolean" if bad.any() or blank.any() else column.dtype), bad
    form = _INTEGER if column.kind == "integer" else _NUMBER
    good = raw.map(lambda value: form.fullmatch(value) is not None).astype(bool)
    values = pd.to_numeric(raw.where(good, None))
    return values.astype(column.dtype), ~blank & ~good


def _type_cure(column: Column) -> str:
    return {
        "integer": "Write a whole number such as 12, or leave it blank",
        "number": "Write a number such as 12.5 with a point, or leave it blank",
        "boolean": "Write true or false",
        "text": NO_CONTROLS,
    }[column.kind]


def _schema_problems(file: str, frame: pd.DataFrame, raw: pd.DataFrame, layer: Layer) -> list[Problem]:
    from pandera.errors import SchemaErrors

    try:
        layer.input_schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        failures = errors.failure_cases
    else:
        return []
    columns = {column.name: column for column in layer.file_columns}
    problems = []
    for (name, check), cases in failures.groupby(["column", "check"], sort=False):
        column = columns.get(name)
        if column is None or str(check).startswith("dtype") or cases["index"].isna().all():
            continue  # a value of the wrong kind is reported already
        bad = frame.index.isin(cases["index"])
        problems += _bad_values(file, column, raw[name], pd.Series(bad, index=frame.index), _check_cure(column, check))
    return problems


def _check_cure(column: Column, check: str) -> str:
    if "nullable" in check:
        return "Fill it: this column may not be blank"
    if "unique" in check:
        return "Give every row its own value"
    if "isin" in check:
        return f"Write one of: {', '.join(column.allowed or ())}"
    if "str_matches" in check:
        return f"Write it in the form {column.pattern}"
    low = "" if column.low is None else f" at least {column.low:g}"
    high = "" if column.high is None else f" at most {column.high:g}"
    return f"Write a value of{low}{' and' if low and high else ''}{high}"


def _bad_values(file: str, column: Column, raw: pd.Series, bad: pd.Series, cure: str) -> list[Problem]:
    """One problem a distinct bad value, or one for all where they are many."""
    if not bad.any():
        return []
    shown = raw[bad].map(_shown)
    if shown.nunique() > MOST_VALUES:
        what = f"{shown.nunique()} different values are refused, such as {', '.join(shown.unique()[:3])}"
        return [Problem(file, what, cure, row_numbers(bad), column.name)]
    return [
        Problem(file, f"{value} is refused", cure, tuple(int(row) + FIRST_ROW for row in rows), column.name)
        for value, rows in shown.groupby(shown, sort=False).groups.items()
    ]


def _shown(value: object) -> str:
    if value is None or value == "" or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return "a blank"
    text = repr(str(value))
    return text if len(text) <= 60 else text[:57] + "..."


def row_numbers(mask: Iterable[bool]) -> tuple[int, ...]:
    """Return where a mask is true, as row numbers a spreadsheet shows (the header is row 1)."""
    return tuple(int(row) + FIRST_ROW for row in np.flatnonzero(np.asarray(mask, dtype=bool)))


def _swapped(file: str, region: Region, header: list[str], records: list[list[str]]) -> list[Problem]:
    """Find rows whose longitude would be a latitude of the region and the other way round."""
    if header.count("lon") != 1 or header.count("lat") != 1:
        return []
    lon_lat = pd.DataFrame(records, columns=header, dtype=object)[["lon", "lat"]]
    lon, lat = (pd.to_numeric(lon_lat[column], errors="coerce") for column in ("lon", "lat"))
    swapped = lon.between(region.south, region.north) & lat.between(region.west, region.east)
    if not swapped.any():
        return []
    what = "longitude and latitude look swapped"
    cure = "Put the value of lat into lon and of lon into lat"
    return [Problem(file, what, cure, row_numbers(swapped), "lon, lat")]
