"""The published tables in formats that are asked for: GeoParquet, FlatGeobuf and CSV with WKT."""

from __future__ import annotations

import csv
import errno
import os
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from geo.errors import CrsError
from geo.export.files import whole_files
from geo.export.tables import csv_table
from geo.schema import DECLARED, LICENCES

#: Rows that a reader of GeoParquet can skip at once by their common bounding box.
ROW_GROUP = 2_000

#: Name of the geometry's column in CSV: GDAL and QGIS take a column of this name for the geometry.
WKT = "wkt"


def write_geoparquet(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write every table as Parquet; those with geometry as GeoParquet 1.1, in the order of a Hilbert curve.

    Parameters
    ----------
    tables
        Layer name -> published table, in any reference system.
    folder
        Folder to write to; other files in it are kept.

    Returns
    -------
    list of pathlib.Path
        The files written, ``<layer>.parquet``.

    Raises
    ------
    geo.errors.OutputError
        If they cannot be written; nothing is changed.
    geo.errors.CrsError
        If a table with geometry has no reference system.

    Notes
    -----
    The reference system is PROJJSON. Each row carries its bounding box as a covering, and row groups are small
    (``ROW_GROUP``), so that a reader skips the groups outside its window. Rows without geometry come last.
    """
    with whole_files(folder) as staging:
        for name, table in tables.items():
            path = staging / f"{name}.parquet"
            if isinstance(table, gpd.GeoDataFrame):
                _crs_of(name, table)
                hilbert_sorted(table).to_parquet(
                    path,
                    index=False,
                    compression="zstd",
                    write_covering_bbox=True,
                    schema_version="1.1.0",
                    row_group_size=ROW_GROUP,
                )
            else:
                table.to_parquet(path, index=False, compression="zstd")
    return [folder / f"{name}.parquet" for name in tables]


def write_flatgeobuf(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write every table with geometry as FlatGeobuf; tables and rows without geometry, which cannot be in it, as CSV.

    Parameters
    ----------
    tables
        Layer name -> published table, in any reference system.
    folder
        Folder to write to; other files in it are kept.

    Returns
    -------
    list of pathlib.Path
        The files written: ``<layer>.fgb``; ``<layer>_without_geometry.csv`` where rows have none; ``<layer>.csv`` for
        a table without geometry; beside each CSV a ``.csvt`` with the types of its columns.

    Raises
    ------
    geo.errors.OutputError
        If they cannot be written; nothing is changed.
    geo.errors.CrsError
        If a table with geometry has no reference system.

    Notes
    -----
    The format's spatial index has no place for a row without geometry, and GDAL 3.12 crashes on such a row where it
    reads a file without index through Arrow: so those rows stand beside it. The index puts the rows in an order of
    its own, a Hilbert curve's.
    """
    written = []
    with whole_files(folder) as staging:
        for name, table in tables.items():
            if isinstance(table, gpd.GeoDataFrame):
                _crs_of(name, table)
                located = has_place(table)
                _write_flatgeobuf(name, table[located], staging / f"{name}.fgb")
                written.append(folder / f"{name}.fgb")
                rest = pd.DataFrame(table[~located].drop(columns=table.geometry.name))
                csvs = _write_csv(f"{name}_without_geometry", rest, staging) if len(rest) else []
            else:
                csvs = _write_csv(name, table, staging)
            written += [folder / path.name for path in csvs]
    return written


def write_csv_wkt(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write every table as CSV, its geometry as well-known text in the last column.

    Parameters
    ----------
    tables
        Layer name -> published table, in any reference system.
    folder
        Folder to write to; other files in it are kept.

    Returns
    -------
    list of pathlib.Path
        The files written: ``<layer>.csv``; ``<layer>.csvt`` with the types of its columns; with geometry
        ``<layer>.prj``, its reference system. GDAL and QGIS read all three as one layer.

    Raises
    ------
    geo.errors.OutputError
        If they cannot be written; nothing is changed.
    geo.errors.CrsError
        If a table with geometry has no reference system.

    Notes
    -----
    Numbers and coordinates have all their digits. Missing values are blank. Text that a spreadsheet would take for a
    formula begins with an apostrophe, as in every CSV of the project.
    """
    written = []
    with whole_files(folder) as staging:
        for name, table in tables.items():
            written += [folder / path.name for path in _write_csv(name, table, staging)]
    return written


def hilbert_sorted(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table's rows in the order of a Hilbert curve through their bounds, so that neighbours lie together.

    Parameters
    ----------
    table
        Rows with geometry; some may have none.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows, labelled from 0. Rows at the same place of the curve keep their order; rows without geometry
        come last, in their order.

    Examples
    --------
    >>> import geopandas
    >>> row = geopandas.GeoDataFrame({"at": [0, 9, 1, 8]}, geometry=geopandas.points_from_xy([0, 9, 1, 8], [0] * 4))
    >>> hilbert_sorted(row)["at"].tolist()
    [0, 1, 8, 9]
    """
    located = has_place(table)
    order = np.flatnonzero(located)
    if len(order) > 1:
        along = table.geometry.iloc[order].hilbert_distance(total_bounds=_frame(table))
        order = order[np.argsort(along.to_numpy(), kind="stable")]
    return table.iloc[np.concatenate([order, np.flatnonzero(~located)])].reset_index(drop=True)


def has_place(table: gpd.GeoDataFrame) -> np.ndarray:
    """Return for each row of a table whether it has a geometry that is not empty."""
    shapes = table.geometry.to_numpy()
    return ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))


def _frame(table: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Return a square around a table: the curve's cells are then as wide as they are high."""
    west, south, east, north = table.total_bounds
    side = max(east - west, north - south) or 1.0
    return (west, south, west + side, south + side)


def _write_flatgeobuf(name: str, table: gpd.GeoDataFrame, path: Path) -> None:
    layer = DECLARED[name]
    words, licence, address = LICENCES[layer.licence]
    pyogrio.write_dataframe(
        table,
        path,
        layer=name,
        driver="FlatGeobuf",
        geometry_type=layer.geometry,
        layer_options={
            "SPATIAL_INDEX": "YES",
            "TITLE": f"{layer.es} / {layer.en}",
            "DESCRIPTION": f"{layer.description} {words}: {licence}, {address}",
        },
    )
    # GDAL does not always say when the end of a file found no room on the disk.
    if len(pyogrio.read_dataframe(path, columns=[])) != len(table):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _write_csv(name: str, table: pd.DataFrame, folder: Path) -> list[Path]:
    plain = csv_table(table)
    types = [_csv_type(table[column].dtype) for column in plain]
    written = [folder / f"{name}.csv", folder / f"{name}.csvt"]
    if isinstance(table, gpd.GeoDataFrame):
        crs = _crs_of(name, table)
        # Coordinates go out with the fewest digits that read back to the same number.
        plain[WKT] = shapely.to_wkt(table.geometry.to_numpy(), rounding_precision=-1)
        types.append("WKT")
        written.append(folder / f"{name}.prj")
        written[2].write_text(crs.to_wkt("WKT1_GDAL") + "\n", encoding="utf-8")
    plain.to_csv(written[0], index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL, encoding="utf-8")
    written[1].write_text(",".join(f'"{each}"' for each in types) + "\n", encoding="utf-8")
    return written


def _csv_type(dtype: object) -> str:
    """Return GDAL's name of a column's type, as a .csvt has it."""
    if pd.api.types.is_bool_dtype(dtype):  # type: ignore[arg-type]
        return "Integer(Boolean)"
    if pd.api.types.is_integer_dtype(dtype):  # type: ignore[arg-type]
        return "Integer64"
    return "Real" if pd.api.types.is_float_dtype(dtype) else "String"  # type: ignore[arg-type]


def _crs_of(name: str, table: gpd.GeoDataFrame) -> CRS:
    if table.crs is None:
        raise CrsError(f"{name}: has no reference system, so its coordinates mean nothing; set one with .set_crs(...).")
    return table.crs
