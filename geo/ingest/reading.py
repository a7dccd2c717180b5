"""Any table or map file as rows of text, geometries and where they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.errors import DataError, Problem
from geo.formats import check_system
from geo.ingest import _delimited, _vector, _workbook
from geo.ingest._grid import Grid, grid
from geo.ingest.reasons import Refusal

#: A larger file is read only where the reader says so.
MOST_BYTES = 200_000_000

_TEXT = frozenset({".csv", ".tsv", ".txt"})
_BOOKS = frozenset({".xlsx", ".xlsm"})
_MAPS = frozenset({*_vector.DRIVERS, ".zip", ".kmz", ".parquet"})
#: Endings of formats that are not read -> what to do.
_OTHERS = {
    ".xls": "Save it as XLSX or CSV",
    ".xlsb": "Save it as XLSX or CSV",
    ".ods": "Save it as XLSX or CSV",
    ".pdf": "Copy its table into a spreadsheet and save that as CSV",
    ".dbf": "Give the whole Shapefile as a .zip",
    ".gml": "Save it as GeoPackage or GeoJSON",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file where it does not say so itself.

    Parameters
    ----------
    table
        Sheet of a workbook, or layer of a file that holds several.
    encoding
        Encoding of text and of a Shapefile's attributes.
    crs
        Reference system of the coordinates: of a file that names none, or of columns that are not degrees.
    large
        Read a file of more than ``MOST_BYTES`` too.
    """

    table: str | None = None
    encoding: str | None = None
    crs: str | None = None
    large: bool = False


@dataclass(frozen=True)
class RawTable:
    """A file as it came.

    Attributes
    ----------
    file
        Name of the file.
    sha256
        Hash of its bytes.
    cells
        Text, '' for blank; columns are the file's; index the rows' numbers.
    geometry
        Geometry of each row in the file's reference system; None for a table.
    refused
        Rows that could not be read.
    bad_cells
        Cells whose value is not there (a formula without a stored result, an error).
    blank
        Rows without any value.
    facts
        Format, encoding, separator, sheet and reference system, for the report.
    notes
        What was done while reading, in English.
    """

    file: str
    sha256: str
    cells: pd.DataFrame
    geometry: gpd.GeoSeries | None
    refused: tuple[Refusal, ...]
    bad_cells: tuple[Refusal, ...]
    blank: int
    facts: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Number of rows that hold anything."""
        return len(self.cells) + len(self.refused)


def read_any(path: Path, reading: Reading | None = None) -> RawTable:
    """Read a CSV, XLSX, GeoJSON, Shapefile, GeoPackage, KML, FlatGeobuf or Parquet file.

    Parameters
    ----------
    path
        The file.
    reading
        What the file does not say itself.

    Returns
    -------
    RawTable
        Its rows as text, and its geometry.

    Raises
    ------
    DataError
        If the file cannot be read, is too large, or is not what its ending says.
    """
    reading = reading or Reading()
    content_hash = _checked(path, reading)
    ending = path.suffix.lower()
    if ending in _TEXT:
        return _from_text(path, reading, content_hash)
    if ending in _BOOKS:
        return _from_book(path, reading, content_hash)
    return _from_map(path, reading, content_hash)


def _checked(path: Path, reading: Reading) -> str:
    """Return the hash of a file that may be read."""
    ending = path.suffix.lower()
    if path.is_dir():
        raise DataError([Problem(path.name, "this is a folder", "Give a file")])
    if not path.is_file():
        raise DataError([Problem(path.name, f"the file {path} does not exist", "Correct its name")])
    if ending not in _TEXT | _BOOKS | _MAPS:
        known = "CSV, XLSX, GeoJSON, Shapefile (.zip), GeoPackage, KML or Parquet"
        cure = _OTHERS.get(ending, f"Give {known}, by the ending of its name")
        raise DataError([Problem(path.name, f"files named {ending or 'without an ending'} are not read", cure)])
    size = path.stat().st_size
    if size > MOST_BYTES and not reading.large:
        what = f"the file has {size / 1e6:,.0f} MB, more than {MOST_BYTES / 1e6:,.0f} MB"
        raise DataError([Problem(path.name, what, "Say --yes to read it all the same")])
    if not size:
        raise DataError([Problem(path.name, "the file is empty", "Write a header and at least one row")])
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError([Problem(path.name, f"cannot be read ({error.strerror})", "Allow reading it")]) from error


def _from_text(path: Path, reading: Reading, content_hash: str) -> RawTable:
    content = path.read_bytes()
    if content.startswith(b"PK\x03\x04"):
        cure = "Give it the ending .xlsx or .zip"
        raise DataError([Problem(path.name, "the file is an archive or a workbook, not text", cure)])
    text, encoding = _delimited.decode(path.name, content, reading.encoding)
    rows, separator = _delimited.split(path.name, text)
    facts = {"format": "text", "separator": separator, "encoding": encoding}
    return _table(path, content_hash, grid(path.name, rows, whole_rows=True), facts, ())


def _from_book(path: Path, reading: Reading, content_hash: str) -> RawTable:
    if not _vector.is_archive(path):
        cure = "Take its password off, or save it anew as XLSX"
        raise DataError([Problem(path.name, "the file is no XLSX workbook inside, or has a password", cure)])
    rows, bad, sheet, others = _workbook.read_sheet(path, reading.table)
    found = grid(path.name, rows, whole_rows=False)
    numbers = set(found.cells.index)
    cells = tuple(
        Refusal(each.row, found.names[each.place], each.value, each.reason)
        for each in bad
        if each.row in numbers and each.place < len(found.names)
    )
    more = [f"sheets not read: {', '.join(others)} (choose one with --table)"] if others else []
    return _table(path, content_hash, found, {"format": "workbook", "sheet": sheet}, cells, more)


def _table(
    path: Path, content_hash: str, found: Grid, facts: Mapping[str, str], bad: tuple[Refusal, ...], more: Any = ()
) -> RawTable:
    return RawTable(
        path.name, content_hash, found.cells, None, found.refused, bad, found.blank, facts, (*found.notes, *more)
    )


def _from_map(path: Path, reading: Reading, content_hash: str) -> RawTable:
    frame, facts, notes = _vector.read_vector(path, table=reading.table, encoding=reading.encoding)
    if frame.empty:
        raise DataError([Problem(path.name, "the file holds no rows", "Write at least one")])
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    geometry, attributes = None, frame
    if isinstance(frame, gpd.GeoDataFrame):
        geometry = _with_crs(path.name, frame.geometry, reading)
        attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        facts = {**facts, "reference system": _named(geometry.crs)}
    texts = {str(name): [_text(value) for value in attributes[name]] for name in attributes}
    if any("\0" in text for column in texts.values() for text in column):
        raise DataError([Problem(path.name, "the file holds NUL characters", "Save it anew without them")])
    cells = pd.DataFrame(texts, index=frame.index, dtype=object)
    return RawTable(path.name, content_hash, cells, geometry, (), (), 0, facts, tuple(notes))


def _text(value: Any) -> str:
    missing = pd.isna(value) if pd.api.types.is_scalar(value) else value is None
    return "" if missing else _workbook.text_of(value.tolist() if hasattr(value, "tolist") else value)


def _with_crs(file: str, geometry: gpd.GeoSeries, reading: Reading) -> gpd.GeoSeries:
    """Return the geometry with its reference system; refuse where neither the file nor the reader names one."""
    if geometry.crs is not None:
        check_system(file, geometry.crs)
        return geometry
    if reading.crs is not None:
        return geometry.set_crs(crs_of(reading.crs))
    west, south, east, north = geometry.total_bounds
    degrees = west >= -180 and east <= 180 and south >= -90 and north <= 90
    hint = "they look like degrees: --crs EPSG:4326" if degrees else "for instance --crs EPSG:6372, or a UTM zone's"
    cure = f"Add its .prj, or say what the coordinates are in; {hint}"
    raise DataError([Problem(file, "the file has no reference system (CRS)", cure)])


def crs_of(name: str) -> CRS:
    """Return a reference system by its name; raise DataError where there is none."""
    try:
        return CRS.from_user_input(int(name) if name.isdigit() else name)
    except CRSError:
        problem = Problem("--crs", f"{name!r} is not a reference system", "Write it as EPSG:6372")
        raise DataError([problem]) from None


def _named(crs: Any) -> str:
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)
