"""The published tables as PostgreSQL tables: types, keys, references and comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo.errors import DataError, Problem
from geo.schema import LAYERS, LICENCES, Column, Layer

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

#: Ends the comment of every table that an export made: only such tables are ever replaced.
MARK = "[corredor export]"

#: Key of a table whose schema names none: its row's number from 1 in the table's order.
ROW_KEY = "row_number"

#: Bytes that PostgreSQL keeps of a name; it would cut a longer one without a word.
NAME_BYTES = 63

_KEYS = {"park_developers": ("park_id", "developer_id", "role")}


def declare_tables(tables: Mapping[str, pd.DataFrame], schema: str) -> MetaData:
    """Declare a PostgreSQL table for every published table.

    Parameters
    ----------
    tables
        Layer name -> published table.
    schema
        Schema that the tables will stand in.

    Returns
    -------
    sqlalchemy.MetaData
        Tables with types, primary keys, foreign keys, comments and spatial indexes, none of them created yet.

    Raises
    ------
    geo.errors.DataError
        If a table or a column cannot go into PostgreSQL as it is; all of them are named.

    Notes
    -----
    A foreign key is declared where the schema's ``refers_to`` points at the primary key of an exported table and
    every value is found there. In a part of the country some rows refer to rows outside, and the key is left out.
    """
    from sqlalchemy import MetaData

    problems = [problem for name, table in tables.items() for problem in _problems(name, table)]
    if problems:
        raise DataError(problems)
    metadata = MetaData(schema=schema)
    for name in tables:
        _declare(name, tables, metadata)
    return metadata


def srid(table: gpd.GeoDataFrame) -> int:
    """Return the EPSG number of a table's reference system."""
    return int(table.crs.to_epsg())


def primary_key(name: str, table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of a table's primary key; ``ROW_KEY`` where the schema knows none."""
    key = LAYERS[name].key if name in LAYERS else None
    columns = _KEYS.get(name, () if key is None else (key,))
    usable = columns and set(columns) <= set(table.columns) and not table[list(columns)].isna().any(axis=None)
    return columns if usable and not table.duplicated(list(columns)).any() else (ROW_KEY,)


def _declare(name: str, tables: Mapping[str, pd.DataFrame], metadata: MetaData) -> Table:
    from sqlalchemy import BigInteger, ForeignKey, Index, Table
    from sqlalchemy import Column as SqlColumn

    table, layer = tables[name], LAYERS.get(name)
    about = {column.name: column for column in layer.columns} if layer is not None else {}
    key, references = primary_key(name, table), _references(name, tables)
    declared = Table(name, metadata, comment=_table_comment(layer))
    if key == (ROW_KEY,):
        words = "Número de la fila / row number, from 1 in the order of the published table"
        declared.append_column(SqlColumn(ROW_KEY, BigInteger, primary_key=True, autoincrement=False, comment=words))
    for column in table.columns:
        spatial = isinstance(table, gpd.GeoDataFrame) and column == table.geometry.name
        target = [ForeignKey(f"{metadata.schema}.{references[column]}")] if column in references else []
        told = about.get(column)
        declared.append_column(
            SqlColumn(
                column,
                _geometry_type(layer, table) if spatial else _sql_type(table[column].dtype),
                *target,
                primary_key=column in key,
                autoincrement=False,
                nullable=column not in key and (told is None or told.nullable),
                comment="Geometría / geometry" if spatial else _column_comment(told),
            )
        )
        if spatial:
            Index(None, declared.c[column], postgresql_using="gist")
    return declared


def _references(name: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return column -> ``table.column`` of the foreign keys that the data hold to."""
    found = {}
    for column in LAYERS[name].columns if name in LAYERS else ():
        # source_ids holds several keys in one text.
        if column.refers_to is None or column.name == "source_ids" or column.name not in tables[name]:
            continue
        other, key = column.refers_to.split(".")
        if other in tables and primary_key(other, tables[other]) == (key,):
            values = tables[name][column.name].dropna()
            if values.isin(tables[other][key]).all():
                found[column.name] = column.refers_to
    return found


def _problems(name: str, table: pd.DataFrame) -> Iterator[Problem]:
    yield from _name_problems(name, name, None)
    for place, column in enumerate(map(str, table.columns)):
        yield from _name_problems(name, column, column)
        if column in {*map(str, table.columns[:place]), ROW_KEY}:
            yield Problem(name, "the name stands for another column already", "Rename it", column=column)
        elif not _is_geometry(table, column) and _sql_type(table[column].dtype) is None:
            yield Problem(name, f"the type {table[column].dtype} has no place in a table", "Convert it", column=column)
    if isinstance(table, gpd.GeoDataFrame) and (table.crs is None or table.crs.to_epsg() is None):
        said = "there is no reference system" if table.crs is None else f"{table.crs.name} has no EPSG number"
        yield Problem(name, f"{said}, and PostGIS knows systems by theirs", "Choose another with --crs EPSG:6372")


def _name_problems(table: str, name: str, column: str | None) -> Iterator[Problem]:
    length = len(name.encode())
    if length > NAME_BYTES:
        what = f"the name has {length} bytes, and PostgreSQL keeps only {NAME_BYTES}"
        yield Problem(table, what, "Shorten it", column=column)
    if not name or "\0" in name:
        yield Problem(table, "the name is empty or has a zero byte", "Rename it", column=column)


def _is_geometry(table: pd.DataFrame, column: str) -> bool:
    return isinstance(table, gpd.GeoDataFrame) and column == table.geometry.name


def _geometry_type(layer: Layer | None, table: gpd.GeoDataFrame) -> Any:
    from geoalchemy2 import Geometry

    kind = "GEOMETRY" if layer is None or layer.geometry is None else layer.geometry.upper()
    # The index is made after the rows are in, which is faster.
    return Geometry(kind, srid=srid(table), spatial_index=False)


def _sql_type(dtype: Any) -> Any:
    from sqlalchemy import BigInteger, Boolean, Double, Text

    is_type = pd.api.types
    if is_type.is_bool_dtype(dtype):
        return Boolean()
    if is_type.is_integer_dtype(dtype):
        return BigInteger()
    if is_type.is_float_dtype(dtype):
        return Double()
    return Text() if isinstance(dtype, pd.StringDtype) else None


def _table_comment(layer: Layer | None) -> str:
    if layer is None:
        return MARK
    words, licence, address = LICENCES[layer.licence]
    return f"{layer.es} / {layer.en}. {layer.description} {words}: {licence}, {address} {MARK}"


def _column_comment(column: Column | None) -> str | None:
    if column is None:
        return None
    unit = "" if column.unit is None else f" ({column.unit})"
    rule = f". {column.description}" if column.description else ""
    return f"{column.es} / {column.en}{unit}{rule}"
