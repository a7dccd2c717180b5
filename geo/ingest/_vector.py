"""Files of geometries: GeoJSON, Shapefile, GeoPackage, KML, FlatGeobuf, GeoParquet."""

from __future__ import annotations

import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.errors import DataError, DownloadError, Problem
from geo.formats import check_start
from geo.ingest._delimited import legacy_encoding
from geo.ingest._workbook import MOST_BYTES, check_parts, check_xml
from geo.sources.archives import extract

#: Ending -> drivers that may open such a file; any other one that GDAL would try is refused.
DRIVERS = {
    ".geojson": {"GeoJSON", "TopoJSON", "ESRIJSON", "GeoJSONSeq"},
    ".json": {"GeoJSON", "TopoJSON", "ESRIJSON", "GeoJSONSeq"},
    ".gpkg": {"GPKG"},
    ".kml": {"KML", "LIBKML"},
    ".fgb": {"FlatGeobuf"},
    ".shp": {"ESRI Shapefile"},
}
_SHAPEFILE = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})

Found = tuple[gpd.GeoDataFrame, dict[str, str], list[str]]


def read_vector(path: Path, *, table: str | None, encoding: str | None) -> Found:
    """Read a file of geometries by the ending of its name.

    Parameters
    ----------
    path
        The file; a Shapefile as .zip or as .shp beside its parts, a KML also as .kmz.
    table
        Layer of a file that holds several.
    encoding
        Encoding of a Shapefile's attributes; None takes that of its .cpg, else finds it.

    Returns
    -------
    tuple
        Features with their attributes, the geometry in the file's own reference system; facts about the file; what
        the reading library warned of.

    Raises
    ------
    DataError
        If the file is not what its ending says, or holds no features.
    """
    ending = path.suffix.lower()
    if ending == ".parquet":
        return _read_parquet(path)
    if ending in {".zip", ".kmz"}:
        return _unpacked(path, table, encoding)
    return _read(path, path.name, table, encoding)


def _unpacked(path: Path, table: str | None, encoding: str | None) -> Found:
    """Read the Shapefile of a .zip or the KML of a .kmz; archives of GeoJSON and the like are read too."""
    if path.suffix.lower() == ".kmz":
        check_parts(path)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            parts = extract(path, folder, wanted=_readable, most_bytes=MOST_BYTES)
        except (DownloadError, OSError) as error:
            what = str(error).removeprefix(f"{path.name}: ").removesuffix(" Fetch it again.").rstrip(".")
            raise DataError([Problem(path.name, what, "Pack it anew, with its files alone")]) from None
        whole = [part for part in parts if part.suffix.lower() in DRIVERS]
        if table is not None:
            whole = [part for part in whole if part.stem == table] or whole
        if len(whole) != 1:
            held = ", ".join(sorted(part.relative_to(folder).as_posix() for part in whole)) or "none"
            cure = "Pack one Shapefile a file, or name it with --table"
            raise DataError([Problem(path.name, f"the archive should hold one map file; it holds {held}", cure)])
        found, facts, notes = _read(whole[0], path.name, table, encoding)
        return found, {**facts, "member": whole[0].relative_to(folder).as_posix()}, notes


def _readable(name: str) -> bool:
    path = Path(name)
    hidden = path.name.startswith(".") or "__MACOSX" in path.parts
    return not hidden and path.suffix.lower() in {*_SHAPEFILE, *DRIVERS}


def _read(path: Path, file: str, table: str | None, encoding: str | None) -> Found:
    ending = path.suffix.lower()
    check_start(path, file)
    if ending == ".kml":
        check_xml(path, file)
    if ending == ".shp":
        missing = [each for each in (".shx", ".dbf") if not _part(path, each)]
        if missing:
            cure = "Give the whole Shapefile, as a .zip or beside the .shp"
            raise DataError([Problem(file, f"the Shapefile lacks its {' and '.join(missing)}", cure)])
    options = _encoding_of(path, encoding) if ending == ".shp" else {}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        layers = _layers(path, file, table)
        frames = [_features(path, file, layer, options) for layer in layers]
    notes = list(dict.fromkeys(str(each.message) for each in warned))
    frame = frames[0] if len(frames) == 1 else _joined(frames, layers)
    facts = {"format": {".shp": "Shapefile", ".gpkg": "GeoPackage"}.get(ending, ending[1:].upper()), **options}
    return frame, facts, notes


def _part(path: Path, ending: str) -> Path | None:
    return next((each for each in path.parent.glob(f"{path.stem}.*") if each.suffix.lower() == ending), None)


def _encoding_of(path: Path, encoding: str | None) -> dict[str, str]:
    """Return the encoding of a Shapefile's attributes where no .cpg says it."""
    if encoding is not None:
        return {"encoding": encoding}
    if _part(path, ".cpg"):
        return {}
    table = _part(path, ".dbf")
    content = b"" if table is None else table.read_bytes()[32:]
    words = b" ".join(each for each in content.split() if any(byte > 127 for byte in each))[:200_000]
    try:
        words.decode("utf-8")
    except UnicodeDecodeError:
        return {"encoding": legacy_encoding(words)}
    return {"encoding": "utf-8"}


def _layers(path: Path, file: str, table: str | None) -> list[str]:
    """Return the layers to read: all of a KML (its folders), one of any other file."""
    import pyogrio

    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        drivers = {pyogrio.read_info(path, layer=name)["driver"] for name in names}
    except Exception as error:
        raise _unreadable(file, error) from error
    if not names:
        raise _unreadable(file, ValueError("it holds no layer"))
    if not drivers <= DRIVERS[path.suffix.lower()]:
        raise _unreadable(file, ValueError(f"it opens as {', '.join(sorted(drivers))}"))
    if table is not None and path.suffix.lower() != ".shp":
        if table not in names:
            raise DataError([Problem(file, f"there is no layer {table!r}", f"Its layers are: {', '.join(names)}")])
        return [table]
    if len(names) > 1 and path.suffix.lower() != ".kml":
        what = f"the file holds several layers: {', '.join(names)}"
        raise DataError([Problem(file, what, "Name one with --table")])
    return names


def _features(path: Path, file: str, layer: str, options: dict[str, str]) -> gpd.GeoDataFrame:
    import pyogrio

    try:
        frame = pyogrio.read_dataframe(path, layer=layer, **options)
    except LookupError:
        problem = Problem(file, f"{options.get('encoding')!r} is not an encoding", "Name one such as utf-8 or latin-1")
        raise DataError([problem]) from None
    except Exception as error:
        raise _unreadable(file, error) from error
    return frame if isinstance(frame, gpd.GeoDataFrame) else gpd.GeoDataFrame(frame, geometry=[None] * len(frame))


def _joined(frames: list[gpd.GeoDataFrame], layers: list[str]) -> gpd.GeoDataFrame:
    filled = [frame.assign(folder=name) for frame, name in zip(frames, layers, strict=True) if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def _read_parquet(path: Path) -> Found:
    import pyarrow.parquet as pq

    try:
        metadata: dict[bytes, Any] = pq.read_schema(path).metadata or {}
        read: Callable[[Path], Any] = gpd.read_parquet if b"geo" in metadata else pd.read_parquet
        frame = read(path)
    except Exception as error:
        raise _unreadable(path.name, error) from error
    facts = {"format": "GeoParquet" if b"geo" in metadata else "Parquet"}
    return frame.reset_index(drop=True), facts, []


def _unreadable(file: str, error: Exception) -> DataError:
    return DataError([Problem(file, f"cannot be read ({error})", "Save it anew, or give GeoPackage or GeoJSON")])


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP archive inside."""
    return zipfile.is_zipfile(path)
