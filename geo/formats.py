"""What a stranger's file may be opened as: by its ending, its beginning, its XML and its reference system.

GDAL opens a file by what it finds in it, not by its name: a text named ``.geojson`` may send it to other files or to a
server. So a file is opened only where it begins as its ending says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import Any

from geo.errors import DataError, Problem

#: Signs that no text of a table needs and some formats cannot hold: controls but tab and end of line, and what XML has
#: no place for. A carriage return alone would end a row of a CSV.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|\r(?!\n)")

#: Ending -> how such a file begins, white space and the mark of UTF-8 apart.
STARTS: dict[str, tuple[bytes, ...]] = {
    ".geojson": (b"{", b"["), ".json": (b"{", b"["), ".gpkg": (b"SQLite format 3\0",), ".kml": (b"<",),
    ".fgb": (b"fgb",), ".shp": (b"\0\0\x27\x0a",),
}  # fmt: skip
#: Ending -> what GDAL opens a raster as; without one of them, as a GeoTIFF.
RASTER_DRIVERS = {
    ".asc": "AAIGrid", ".hgt": "SRTMHGT", ".img": "HFA", ".dt0": "DTED", ".dt1": "DTED", ".dt2": "DTED",
    ".dem": "USGSDEM", ".jp2": "JP2OpenJPEG", ".vrt": "VRT",
}  # fmt: skip
#: What a mosaic (.vrt) names instead of files.
_ADDRESSES = (b"/vsi", b"://")
#: A document of these roots sends GDAL to other files or to a server.
_POINTERS = (b"<OGRVRTDataSource", b"<OGRWFSDataSource", b"<VRTDataset", b"<GDAL_W")
_HEAD_BYTES = 4096
NO_CONTROLS = "Write it without control characters (an end of line and a tab may stay)"


def check_signs(file: str, texts: Mapping[str, Iterable[object]]) -> None:
    """Refuse texts that hold signs of control.

    Parameters
    ----------
    file
        What to call the file.
    texts
        Column -> its values, the first of them in row 2; what is no text is passed over.

    Raises
    ------
    geo.errors.DataError
        With one problem a column.
    """
    problems = []
    for name, values in texts.items():
        rows = [row for row, each in enumerate(values, start=2) if isinstance(each, str) and CONTROLS.search(each)]
        if rows:
            problems.append(Problem(file, "the text holds control characters", NO_CONTROLS, tuple(rows), name))
    if problems:
        raise DataError(problems)


def check_start(path: Path, file: str | None = None) -> None:
    """Refuse a file that does not begin as its ending says, or that sends its reader elsewhere.

    Parameters
    ----------
    path
        A file with one of the endings of ``STARTS``.
    file
        What to call it; its name where left out.

    Raises
    ------
    geo.errors.DataError
        If it begins otherwise.
    """
    ending = path.suffix.lower()
    with path.open("rb") as opened:
        whole = opened.read(_HEAD_BYTES)
    head = whole.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if not head.startswith(STARTS[ending]) or any(each in whole for each in _POINTERS):
        what = f"the file is not {ending[1:].upper()} inside"
        raise DataError([Problem(file or path.name, what, "Give its true format by the ending of its name")])


def check_vector(path: Path) -> None:
    """Refuse a file of geometries that GDAL is not to open.

    Raises
    ------
    geo.errors.DataError
        If its ending is not one of ``STARTS``, or it is not what its ending says; a KML also where it declares a
        document type.
    """
    ending = path.suffix.lower()
    if ending not in STARTS:
        what, cure = f"files named {ending or 'without an ending'} are not read here", "Give GeoPackage or GeoJSON"
        raise DataError([Problem(path.name, what, cure)])
    if ending == ".shp":
        _check_shapefile(path)
    check_start(path)
    if ending == ".kml":
        refuse_doctype(path)


def _check_shapefile(path: Path) -> None:
    there = {each.suffix.lower() for each in path.parent.glob(f"{path.stem}.*")}
    missing = [each for each in (".shx", ".dbf") if each not in there]
    if missing:
        what = f"the Shapefile lacks its {' and '.join(missing)}"
        raise DataError([Problem(path.name, what, "Give the whole Shapefile")])


def refuse_doctype(path: Path) -> None:
    """Refuse XML that declares a document type: that is how entities that grow without end are written.

    Parameters
    ----------
    path
        XML; only what stands before its first element is read.

    Raises
    ------
    geo.errors.DataError
        If it declares one. Broken XML is left to whoever reads the rest.
    """
    from xml.parsers import expat

    parser, found = expat.ParserCreate(), []
    parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
    parser.StartElementHandler = lambda *_: found.append(False)
    with path.open("rb") as opened:
        while not found and (piece := opened.read(_HEAD_BYTES)):
            try:
                parser.Parse(piece, False)
            except (expat.ExpatError, ValueError, LookupError):
                break
    if found and found[0]:
        what = "the file declares XML entities or a document type"
        raise DataError([Problem(path.name, what, "Save it anew without them")])


def check_system(file: str, crs: Any) -> None:
    """Refuse a reference system from which there is no way to degrees.

    Parameters
    ----------
    file
        What to call the file.
    crs
        A reference system of pyproj.

    Raises
    ------
    geo.errors.DataError
        If it is a system of a building site, of heights alone, or the like.
    """
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    except ProjError:
        what = f"its reference system {getattr(crs, 'name', crs)!s:.60} cannot be turned into degrees"
        raise DataError([Problem(file, what, "Write it in degrees, EPSG:4326, or in another known system")]) from None


def head_holds(path: Path, words: Iterable[bytes]) -> bool:
    """Whether one of some words stands in a file's first 4,096 bytes."""
    with path.open("rb") as opened:
        head = opened.read(_HEAD_BYTES)
    return any(word in head for word in words)


@contextmanager
def open_raster(path: Path) -> Iterator[Any]:
    """Give a raster; refuse a file that is none, that cannot be read, or whose grid is none.

    Parameters
    ----------
    path
        A GeoTIFF, or a raster with one of the endings of ``RASTER_DRIVERS``; a mosaic (.vrt) of files of this machine.

    Yields
    ------
    rasterio.DatasetReader
        The open raster.

    Raises
    ------
    geo.errors.DataError
        If it cannot be opened, lacks a reference system that leads to degrees, has not one band, or a cell of no
        size; also where reading from it fails while it is open.
    """
    import rasterio
    from rasterio.errors import RasterioError

    driver = RASTER_DRIVERS.get(path.suffix.lower(), "GTiff")
    if driver == "VRT" and path.is_file() and any(each in path.read_bytes().lower() for each in _ADDRESSES):
        raise DataError([Problem(path.name, "the mosaic names parts on a server", "Download them, and name the files")])
    try:
        with rasterio.open(path, driver=driver) as raster:
            problems = _raster_problems(path.name, raster)
            if problems:
                raise DataError(problems)
            yield raster
    except (RasterioError, MemoryError) as error:
        raise DataError([Problem(path.name, f"cannot be read as a raster ({error})", "Give a GeoTIFF")]) from None


def _raster_problems(file: str, raster: Any) -> list[Problem]:
    problems = []
    if raster.crs is None:
        problems.append(Problem(file, "the raster has no reference system", "Write it with its CRS"))
    else:
        check_system(file, raster.crs)
    if raster.count != 1:
        problems.append(Problem(file, f"the raster has {raster.count} bands", "Give one band"))
    if not (isfinite(raster.transform.determinant) and all(map(isfinite, raster.transform))) or (
        raster.transform.determinant == 0
    ):
        problems.append(Problem(file, "the raster's cells have no size", "Write it with its geotransform"))
    return problems
