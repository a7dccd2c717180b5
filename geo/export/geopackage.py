"""The GeoPackage: every published layer with title, abstract, licence, styles, labels, units and joins."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from geo.export.gpkg_keys import write_keys
from geo.export.gpkg_metadata import write_metadata
from geo.export.qml import embedded_styles
from geo.schema import DECLARED, LICENCES, Column

#: QGIS 3.22 and GDAL 3.6 warn about newer ones.
VERSION = "1.3"

_STYLE_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256),
    f_table_schema TEXT(256),
    f_table_name TEXT(256),
    f_geometry_column TEXT(256),
    styleName TEXT(30),
    styleQML TEXT,
    styleSLD TEXT,
    useAsDefault BOOLEAN,
    description TEXT,
    owner TEXT(30),
    ui TEXT(30),
    update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""
_COLUMN_TABLES = """
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    name TEXT,
    title TEXT,
    description TEXT,
    mime_type TEXT,
    constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL,
    constraint_type TEXT NOT NULL,
    value TEXT,
    min NUMERIC,
    min_is_inclusive BOOLEAN,
    max NUMERIC,
    max_is_inclusive BOOLEAN,
    description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
)
"""


def write_geopackage(
    tables: Mapping[str, pd.DataFrame], path: Path, *, timestamp: str, about: Mapping[str, Any] | None = None
) -> None:
    """Write the published layers into one GeoPackage.

    Parameters
    ----------
    tables
        Layer name -> published table; GeoDataFrames in EPSG:6372.
    path
        File to write; it must not exist.
    timestamp
        UTC time written as last change, ``2026-11-01T00:00:00Z``: the same tables then give the same bytes.
    about
        What the run says about itself, as ``geo.about.about`` gives it; None leaves its title, notes and parameters
        out of the metadata.

    Notes
    -----
    QGIS opens every layer in its default style, with column names in Spanish; further styles stand in the layer's
    list. ``gpkg_data_columns`` says in Spanish and English what each column is, with its unit and allowed values.
    See ``geo.export.gpkg_metadata`` for licence, sources and lineage, ``geo.export.gpkg_keys`` for the keys that join
    the tables.
    """
    moment = timestamp.replace("Z", ".000Z")  # the standard asks for milliseconds
    with _fixed_clock(moment):
        for place, (name, table) in enumerate(tables.items()):
            layer = DECLARED[name]
            _, licence, address = LICENCES[layer.licence]
            spatial = isinstance(table, gpd.GeoDataFrame)
            pyogrio.write_dataframe(
                table,
                path,
                layer=name,
                driver="GPKG",
                append=place > 0,
                geometry_type=layer.geometry if spatial else None,
                dataset_options={"VERSION": VERSION} if place == 0 else None,
                layer_options={
                    "IDENTIFIER": f"{layer.es} / {layer.en}",
                    "DESCRIPTION": layer.description,
                    **({"SPATIAL_INDEX": "YES"} if spatial else {}),
                },
                layer_metadata={"LICENSE": licence, "LICENSE_URL": address},
            )
    with closing(sqlite3.connect(path)) as database, database:
        _write_styles(database, tables, moment)
        _write_columns(database, tables)
        write_metadata(database, tables, timestamp=timestamp, about=about)
        write_keys(database, tables)


def _write_styles(database: sqlite3.Connection, tables: Mapping[str, pd.DataFrame], moment: str) -> None:
    """Embed the styles; QGIS lists a style without schema '' or update_time and does not apply it."""
    database.execute(_STYLE_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', 'Styles of the layers, for QGIS', ?)",
        (moment,),
    )
    database.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
        "VALUES ('', '', ?, ?, ?, ?, '', ?, ?, '', ?)",
        [
            (each.layer, _geometry_column(each.layer), each.name, each.qml, each.default, each.description, moment)
            for each in embedded_styles(tables)
        ],
    )


def _geometry_column(name: str) -> str:
    return "" if DECLARED[name].geometry is None else "geom"


def _write_columns(database: sqlite3.Connection, tables: Mapping[str, pd.DataFrame]) -> None:
    """Describe every column: Spanish label, English rule, unit, allowed values."""
    database.executescript(_COLUMN_TABLES)
    database.executemany(
        "INSERT INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) "
        "VALUES (?, NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write')",
        [("gpkg_data_columns",), ("gpkg_data_column_constraints",)],
    )
    enumerations: dict[str, tuple[str, ...]] = {}
    for name in tables:
        for column in DECLARED[name].output_columns:
            constraint = None
            if column.allowed is not None:
                constraint = f"{name}_{column.name}"
                enumerations[constraint] = column.allowed
            row = (name, column.name, column.name, _label(column), _rule(column), constraint)
            database.execute(
                "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description, constraint_name) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
    database.executemany(
        "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value) VALUES (?, 'enum', ?)",
        [(name, value) for name, values in enumerations.items() for value in values],
    )


def _label(column: Column) -> str:
    unit = "" if column.unit is None else f" ({column.unit})"
    return f"{column.es}{unit}"


def _rule(column: Column) -> str:
    unit = "" if column.unit is None else f" Unit: {column.unit}."
    rule = column.description or column.en
    return f"{column.en}. {rule}.{unit}" if column.description else f"{rule}.{unit}"


@contextmanager
def _fixed_clock(timestamp: str) -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": timestamp})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
