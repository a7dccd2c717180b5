"""Rows on their way into partitions: numbered, checked, given to the sort or to the rejects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import DataError, Problem
from geo.scale._sorting import KEY, Runs, Sample, keys_of

if TYPE_CHECKING:
    import pyarrow as pa

#: Number of the row in what came in, from 0: the row's key, in every part.
ROW_ID = "row_id"
#: Column of what comes in that says why a row has no place; missing where it has one.
PROBLEM = "problem"
NO_POINT = "there is no point"
NOT_DEGREES = "the point is not in degrees of longitude and latitude"

_RESERVED = frozenset({"geometry", "bbox", PROBLEM, KEY})
_MOST_ROWS = 2**32


class Intake:
    """What comes in: rows with a point go to the runs, the others to the rejects.

    Attributes
    ----------
    came, rejected
        Rows so far.
    """

    def __init__(self, rejects: Path, runs: Runs, sample: Sample) -> None:
        self._runs, self._sample = runs, sample
        self._path = rejects
        self._schema: pa.Schema | None = None
        self._writer: Any = None
        self.came = self.rejected = 0

    @property
    def schema(self) -> pa.Schema:
        """The columns of a part."""
        if self._schema is None:
            self._begin(_no_rows())
        return self._schema

    def take(self, table: pa.Table) -> None:
        """Take the next rows."""
        import pyarrow as pa

        if self._schema is None:
            self._begin(table)
        problems = _problems(table)
        table = _fitted(table, self.schema)
        row_ids = np.arange(self.came, self.came + table.num_rows, dtype=np.int64)
        self.came += table.num_rows
        if self.came >= _MOST_ROWS:
            raise DataError([Problem("the register", "it has more rows than 32 bits can number", "Cut it in two")])
        table = table.add_column(0, ROW_ID, pa.array(row_ids))
        lon, lat = (table.column(name).to_numpy() for name in ("lon", "lat"))
        problems[(problems == "") & ~(np.isfinite(lon) & np.isfinite(lat))] = NO_POINT
        problems[(problems == "") & ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))] = NOT_DEGREES
        usable = problems == ""
        if not usable.all():
            self._reject(table.filter(pa.array(~usable)), problems[~usable])
            table = table.filter(pa.array(usable))
        keys = keys_of(lon[usable], lat[usable], row_ids[usable])
        self._sample.add(keys)
        self._runs.add(table.append_column(KEY, pa.array(keys)))

    def close(self) -> None:
        """Write what waits; no more rows come."""
        self._reject(self.schema.empty_table(), np.empty(0, dtype=object))
        self._writer.close()
        self._runs.close()

    def _begin(self, table: pa.Table) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        fields = [pa.field(ROW_ID, pa.int64())]
        for field in table.schema:
            if field.name not in {ROW_ID, *_RESERVED}:
                fields.append(pa.field(field.name, _plain_type(field.name, field.type)))
        self._schema = pa.schema(fields)
        self._writer = parquet.ParquetWriter(self._path, self._schema.append(pa.field("reason", pa.string())))

    def _reject(self, table: pa.Table, problems: NDArray[np.object_]) -> None:
        import pyarrow as pa

        self.rejected += table.num_rows
        self._writer.write_table(table.append_column("reason", pa.array(problems.tolist(), pa.string())))


def _no_rows() -> pa.Table:
    import pyarrow as pa

    return pa.table({"lon": pa.array([], pa.float64()), "lat": pa.array([], pa.float64())})


def _problems(table: pa.Table) -> NDArray[np.object_]:
    """Return what each row of a table says is wrong with it, '' for nothing."""
    if PROBLEM not in table.column_names:
        return np.full(table.num_rows, "", dtype=object)
    return table.column(PROBLEM).to_pandas().astype(object).fillna("").to_numpy(copy=True)


def _plain_type(name: str, kind: pa.DataType) -> pa.DataType:
    """Return the type that a column has in every part, whatever the tables' own."""
    import pyarrow as pa

    if name in {"lon", "lat"}:
        return pa.float64()
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.string() if pa.types.is_null(kind) or pa.types.is_large_string(kind) else kind


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table with the columns and types of the first one; its own ``row_id`` gives way."""
    import pyarrow as pa

    wanted = pa.schema([field for field in schema if field.name != ROW_ID])
    missing = [name for name in ("lon", "lat", *wanted.names) if name not in table.column_names]
    if missing:
        cure = "Give every part of the register the same columns, with lon and lat"
        raise DataError(
            Problem("the register", f"the column {name} is missing", cure) for name in dict.fromkeys(missing)
        )
    return table.select(wanted.names).cast(wanted)
