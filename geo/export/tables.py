"""The published tables as Parquet (GeoParquet 1.1 where they have a geometry) and CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

#: A cell that begins with one of these is a formula to a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write every table as Parquet and CSV.

    Parameters
    ----------
    tables
        Layer name -> published table.
    folder
        Folder to write to; made where missing.

    Notes
    -----
    GeoParquet carries the bounding box of every row as a covering column. CSV leaves geometry out (point layers carry
    lon and lat), writes missing values as blanks, and puts an apostrophe before text that a spreadsheet would take
    for a formula.
    """
    folder.mkdir(exist_ok=True)
    for name, table in tables.items():
        if isinstance(table, gpd.GeoDataFrame):
            table.to_parquet(
                folder / f"{name}.parquet", compression="zstd", write_covering_bbox=True, schema_version="1.1.0"
            )
        else:
            table.to_parquet(folder / f"{name}.parquet", compression="zstd")
        csv_table(table).to_csv(
            folder / f"{name}.csv", index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL, encoding="utf-8"
        )


def csv_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is written to CSV: no geometry, true and false in lower case, no formulas."""
    geometry = [table.geometry.name] if isinstance(table, gpd.GeoDataFrame) else []
    plain = pd.DataFrame(table.drop(columns=geometry))
    for name in plain:
        values = plain[name]
        if pd.api.types.is_bool_dtype(values):
            plain[name] = values.map({True: "true", False: "false"})
        elif pd.api.types.is_string_dtype(values):
            plain[name] = values.where(~values.str.startswith(FORMULA_STARTS, na=False), "'" + values)
    return plain
