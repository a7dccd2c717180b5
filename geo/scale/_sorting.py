"""Sort more rows by place than memory holds: sorted runs on disk, cut at keys of a sample, merged part by part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Keys = NDArray[np.uint64]

#: Column of the sort key in a run.
KEY = "__key"
#: The Hilbert curve runs over the whole globe, so that a point's place on it does not depend on the other points.
_GLOBE = (-180.0, -90.0, 180.0, 90.0)
_LEVEL = 16
_SAMPLE = 1 << 20
_RUN_BYTES = 128 << 20


def keys_of(lon: NDArray[np.float64], lat: NDArray[np.float64], row_ids: NDArray[np.int64]) -> Keys:
    """Return the sort key of points: the place on the Hilbert curve, and the number of the row.

    Notes
    -----
    The number makes every key different, so that a million rows in one place are cut into parts like any others.
    """
    import geopandas as gpd

    curve = gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326").hilbert_distance(total_bounds=_GLOBE, level=_LEVEL)
    return (curve.to_numpy(np.uint64) << np.uint64(32)) | row_ids.astype(np.uint64)


class Sample:
    """Keys of every n-th row, n being doubled whenever there are too many: it does not depend on the batches."""

    def __init__(self) -> None:
        self._stride = 1
        self._keys = np.empty(0, dtype=np.uint64)

    def add(self, keys: Keys) -> None:
        """Take the keys of the next rows."""
        numbers = keys & np.uint64(0xFFFFFFFF)
        self._keys = np.concatenate([self._keys, keys[numbers % self._stride == 0]])
        while len(self._keys) > _SAMPLE:
            self._stride *= 2
            self._keys = self._keys[(self._keys & np.uint64(0xFFFFFFFF)) % self._stride == 0]

    def cuts(self, parts: int) -> Keys:
        """Return the keys that parts of about the same size begin with, but the first one's."""
        keys = np.sort(self._keys)
        return np.unique(keys[len(keys) * np.arange(1, parts) // parts]) if len(keys) else keys


class Runs:
    """Rows in sorted runs on disk.

    Parameters
    ----------
    folder
        Where the runs are written; made here, removed by the caller.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: list[pa.Table] = []
        self._bytes = self._count = 0
        folder.mkdir()

    def add(self, table: pa.Table) -> None:
        """Take rows with their ``KEY``; a run is written when enough have come."""
        if not table.num_rows:
            return
        self._waiting.append(table)
        self._bytes += table.nbytes
        if self._bytes >= _RUN_BYTES:
            self.close()

    def close(self) -> None:
        """Write the rows that wait as a run."""
        import pyarrow as pa

        if not self._waiting:
            return
        table = _sorted(self._waiting)
        self._waiting, self._bytes = [], 0
        with pa.OSFile(str(self._path(self._count)), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            # One batch a run: a slice of it is read straight from the disk's pages.
            writer.write_table(table, max_chunksize=table.num_rows)
        self._count += 1

    def parts(self, cuts: Keys) -> Iterator[pa.Table | None]:
        """Yield the sorted rows below the first cut, between each two, and from the last; None for no rows."""
        edges = [self._edges(run, cuts) for run in range(self._count)]
        for part in range(len(cuts) + 1):
            slices = [
                self._slice(run, int(edge[part]), int(edge[part + 1]))
                for run, edge in enumerate(edges)
                if edge[part] < edge[part + 1]
            ]
            yield _sorted(slices).drop_columns([KEY]) if slices else None

    def _edges(self, run: int, cuts: Keys) -> NDArray[np.int64]:
        """Return where each part begins in a run, and where the last ends."""
        import pyarrow as pa

        with pa.memory_map(str(self._path(run))) as file:
            keys = pa.ipc.open_file(file).get_batch(0).column(KEY).to_numpy()
            return np.concatenate([[0], np.searchsorted(keys, cuts), [len(keys)]]).astype(np.int64)

    def _slice(self, run: int, start: int, stop: int) -> pa.Table:
        import pyarrow as pa

        # Opened anew for each part: what is mapped would count as memory of this process as long as it stays open.
        with pa.memory_map(str(self._path(run))) as file:
            batch = pa.ipc.open_file(file).get_batch(0).slice(start, stop - start)
            return pa.Table.from_batches([batch]).take(np.arange(stop - start))

    def _path(self, run: int) -> Path:
        return self._folder / f"run-{run:05d}.arrow"


def _sorted(tables: list[pa.Table]) -> pa.Table:
    import pyarrow as pa

    table = pa.concat_tables(tables)
    return table.take(np.argsort(table.column(KEY).to_numpy()))
