"""The keys that join the GeoPackage's tables: unique identifiers, and foreign keys that point to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from geo.schema import DECLARED


@dataclass(frozen=True, slots=True)
class Reference:
    """A column whose values are the keys of another layer.

    Attributes
    ----------
    layer, column
        The layer that refers, and its column.
    target, key
        The layer it refers to, and that layer's column.
    """

    layer: str
    column: str
    target: str
    key: str


def references(tables: Mapping[str, pd.DataFrame]) -> Iterator[Reference]:
    """Yield every reference between the tables that holds one key a row, in the order of the tables.

    ``source_ids`` holds several keys a row, which no join understands: it is none.
    """
    for name in tables:
        for column in DECLARED[name].output_columns:
            target, _, key = (column.refers_to or "").partition(".")
            if target in tables and column.name != "source_ids":
                yield Reference(name, column.name, target, key)


def write_keys(database: sqlite3.Connection, tables: Mapping[str, pd.DataFrame]) -> None:
    """Declare the keys of tables without geometry in an open GeoPackage.

    Parameters
    ----------
    database
        The open GeoPackage with its tables filled.
    tables
        Layer name -> published table, as in the GeoPackage.

    Notes
    -----
    GDAL 3.6 and QGIS from 3.28 find relations by foreign keys; earlier QGIS takes those of the project file. SQLite
    adds a foreign key only where a table is made, so a table that refers is made anew with the same rows; tables with
    geometry, which the spatial index watches, are left as they are and joined by the project. A reference whose keys
    are not all in the package, as in a part of the country, gets no key.
    """
    keyed: dict[str, list[Reference]] = {}
    for each in references(tables):
        known = tables[each.layer][each.column].dropna().isin(tables[each.target][each.key])
        if DECLARED[each.layer].geometry is None and known.all():
            keyed.setdefault(each.layer, []).append(each)
    targets = {(each.target, each.key) for group in keyed.values() for each in group}
    for target, key in sorted(targets):
        database.execute(f'CREATE UNIQUE INDEX "{target}_{key}" ON "{target}" ("{key}")')
    for layer, group in keyed.items():
        _remake(database, layer, group)


def _remake(database: sqlite3.Connection, layer: str, group: list[Reference]) -> None:
    """Make a table anew with foreign keys, keeping its rows, row numbers and triggers."""
    (made,) = database.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (layer,)).fetchone()
    others = database.execute(
        "SELECT sql FROM sqlite_master WHERE type <> 'table' AND tbl_name = ? AND sql IS NOT NULL ORDER BY rowid",
        (layer,),
    ).fetchall()
    columns = made[made.index("(") + 1 : made.rindex(")")]
    keys = ", ".join(
        f'CONSTRAINT "fk_{each.layer}_{each.column}" FOREIGN KEY ("{each.column}") '
        f'REFERENCES "{each.target}" ("{each.key}")'
        for each in group
    )
    database.execute(f'CREATE TABLE "{layer}_keyed" ({columns}, {keys})')
    database.execute(f'INSERT INTO "{layer}_keyed" SELECT * FROM "{layer}"')  # noqa: S608 - names of the schema
    database.execute(f'DROP TABLE "{layer}"')
    database.execute(f'ALTER TABLE "{layer}_keyed" RENAME TO "{layer}"')
    for (text,) in others:
        database.execute(text)
