"""Establishments in partitions: GeoParquet files of rows that lie near each other, sorted along a Hilbert curve.

A folder of partitions holds ``parts/part-00000.parquet`` and so on, ``rejects.parquet`` (rows without a usable point,
and why) and ``partitions.json``: rows, bounds, size and SHA-256 of each part.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import DataError, Problem
from geo.export.folder import whole_file, whole_folder
from geo.export.manifest import sha256
from geo.geodesy import GEODETIC_CRS
from geo.scale._intake import NO_POINT, NOT_DEGREES, PROBLEM, ROW_ID, Intake
from geo.scale._sorting import Runs, Sample
from geo.scale.pace import Pace, Progress, silent
from geo.study import INDEX_FILE, SAMPLE_FILE

if TYPE_CHECKING:
    import pyarrow as pa

#: Version of the form of a folder of partitions.
SCHEMA_VERSION = 1
REJECTS_FILE = "rejects.parquet"
PARTS_FOLDER = "parts"

_NAMES = frozenset({INDEX_FILE, REJECTS_FILE, PARTS_FOLDER, SAMPLE_FILE})
#: A reader of a window reads groups of this many rows.
_GROUP_ROWS = 25_000
_CURE = "Write the partitions anew with geo partition"

__all__ = [
    "INDEX_FILE", "NOT_DEGREES", "NO_POINT", "PARTS_FOLDER", "PROBLEM", "REJECTS_FILE", "ROW_ID", "SCHEMA_VERSION",
    "Bounds", "Part", "Partitions", "derive", "frame_of", "write_part", "write_partitions",
]  # fmt: skip

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a folder of partitions.

    Attributes
    ----------
    file
        Name from the folder, with ``/``.
    rows
        How many rows it has.
    bounds
        West, south, east and north of its points in degrees; None without a row.
    bytes, sha256
        Size and hash of the file.
    """

    file: str
    rows: int
    bounds: Bounds | None
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Partitions:
    """A folder of partitions that was written whole.

    Attributes
    ----------
    folder
        Where it is; workers elsewhere must see it under the same name.
    parts
        Its files, in the order of the curve.
    columns
        Names of the columns, ``row_id`` first; every part also has ``geometry`` and ``bbox``.
    synthetic
        Whether the rows are nobody's establishments, made for trials of size.
    rejected
        Rows that have no place and stand in ``rejects.parquet``.
    """

    folder: Path
    parts: tuple[Part, ...]
    columns: tuple[str, ...]
    synthetic: bool
    rejected: int

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return sum(part.rows for part in self.parts)

    def path(self, i: int) -> Path:
        """Return the file of a part."""
        return self.folder / self.parts[i].file

    @classmethod
    def open(cls, folder: Path) -> Partitions:
        """Open a folder of partitions.

        Raises
        ------
        DataError
            If there is none, or a part is missing or has another size; every such part is listed.
        """
        folder = folder.absolute()
        partitions = _from_index(folder, _index(folder))
        problems = []
        for part in partitions.parts:
            path = folder / part.file
            if not path.is_file():
                problems.append(Problem(str(path), "this part is missing", _CURE))
            elif path.stat().st_size != part.bytes:
                problems.append(Problem(str(path), "this part was changed or cut off since it was written", _CURE))
        if problems:
            raise DataError(problems)
        return partitions

    def verify(self, progress: Progress = silent) -> None:
        """Hold every part against its hash.

        Raises
        ------
        DataError
            If a part was changed; every such part is listed.
        """
        pace, problems = Pace(progress, "checking partitions", self.rows), []
        for i, part in enumerate(self.parts):
            if sha256(self.path(i)) != part.sha256:
                problems.append(Problem(str(self.path(i)), "this part was changed since it was written", _CURE))
            pace.add(part.rows)
        if problems:
            raise DataError(problems)

    def read(self, i: int, columns: Sequence[str] | None = None, *, bbox: Bounds | None = None) -> pd.DataFrame:
        """Read a part.

        Parameters
        ----------
        i
            Number of the part, from 0.
        columns
            Which to read; None for all of ``columns``.
        bbox
            West, south, east and north in degrees: only points in this window, its edge included.

        Returns
        -------
        pandas.DataFrame
            Rows in the order of the curve, index 0, 1, ...

        Raises
        ------
        DataError
            If the file cannot be read, or a page of it does not have its checksum.
        """
        import pyarrow as pa
        from pyarrow import parquet

        path = self.path(i)
        try:
            table = parquet.read_table(
                path,
                columns=list(self.columns if columns is None else columns),
                filters=None if bbox is None else _window(bbox),
                use_threads=False,
                page_checksum_verification=True,
            )
        except (pa.ArrowException, OSError) as error:
            what = f"this part cannot be read ({str(error).splitlines()[0][:120]})"
            raise DataError([Problem(str(path), what, _CURE)]) from error
        if bbox is None and table.num_rows != self.parts[i].rows:
            what = f"this part has {table.num_rows} rows in place of {self.parts[i].rows}"
            raise DataError([Problem(str(path), what, _CURE)])
        return table.to_pandas()


def write_partitions(
    tables: Iterable[pa.Table],
    folder: Path,
    *,
    rows_per_partition: int = 250_000,
    synthetic: bool,
    progress: Progress | None = None,
    finish: Callable[[Path, Partitions], None] | None = None,
) -> Partitions:
    """Write a register in partitions, whole or not at all.

    Parameters
    ----------
    tables
        The rows, some at a time, with ``lon`` and ``lat`` in degrees; all with the columns of the first. A row with a
        ``problem`` is rejected for that reason.
    folder
        Where to write; an earlier folder of partitions is replaced.
    rows_per_partition
        About how many rows a part has (exactly so up to a million rows).
    synthetic
        Whether the rows are made for trials.
    progress
        Called with a short line now and then.
    finish
        Called with the folder that is being made and the partitions, to add what belongs to them.

    Returns
    -------
    Partitions
        What was written. Rows that came in are the rows of the parts and of ``rejects.parquet``.

    Raises
    ------
    DataError
        If a table lacks a column.
    OutputError
        If the folder cannot be written; what was there is untouched.

    Notes
    -----
    Memory holds one part and one run (128 MB), never all rows: rows are written in runs sorted along the Hilbert curve,
    cut at keys of a sample, and each part is merged from its slice of every run. The same rows in the same order give
    the same bytes however they come in tables. On disk it takes about the size of the rows once more while it works.
    """
    if rows_per_partition < 1:
        raise ValueError(f"rows_per_partition must be 1 or more (got {rows_per_partition}).")
    progress = progress or silent
    with whole_folder(folder, _NAMES, marker=INDEX_FILE) as staging:
        runs, sample = Runs(staging / ".runs"), Sample()
        intake = Intake(staging / REJECTS_FILE, runs, sample)
        pace = Pace(progress, "sorting by place")
        for table in tables:
            intake.take(table)
            pace.add(table.num_rows)
        intake.close()
        placed = intake.came - intake.rejected
        cuts = sample.cuts(max(-(-placed // rows_per_partition), 1))
        (staging / PARTS_FOLDER).mkdir()
        pace, parts = Pace(progress, "writing partitions", placed), []
        for number, rows in enumerate(runs.parts(cuts)):
            frame = frame_of(intake.schema.empty_table() if rows is None else rows)
            parts.append(write_part(frame, staging, number))
            pace.add(len(frame))
        shutil.rmtree(staging / ".runs")
        columns = tuple(intake.schema.names)
        made = Partitions(folder, tuple(parts), columns, synthetic, intake.rejected)
        if finish is not None:
            finish(staging, made)
        _finish(staging, made, came=intake.came)
    return Partitions.open(folder)


def write_part(frame: pd.DataFrame, folder: Path, number: int) -> Part:
    """Write one part of partitions that are being made.

    Parameters
    ----------
    frame
        Rows with ``lon`` and ``lat``.
    folder
        Folder of the partitions.
    number
        Number of the part, from 0.

    Notes
    -----
    The file takes its place when it is whole, so that work which is done twice does no harm.
    """
    import geopandas as gpd

    file = f"{PARTS_FOLDER}/part-{number:05d}.parquet"
    lon, lat = frame["lon"].to_numpy(float), frame["lat"].to_numpy(float)
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(lon, lat), crs=GEODETIC_CRS)
    with whole_file(folder / file) as path:
        points.to_parquet(
            path,
            index=False,
            compression="zstd",
            write_covering_bbox=True,
            schema_version="1.1.0",
            row_group_size=_GROUP_ROWS,
            write_page_checksum=True,
        )
    written = folder / file
    bounds = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())) if len(frame) else None
    return Part(file, len(frame), bounds, written.stat().st_size, sha256(written))


def derive(
    partitions: Partitions, folder: Path, make: Callable[[Path], Sequence[Part]], columns: Sequence[str]
) -> Partitions:
    """Write partitions of the same rows with other columns, whole or not at all.

    Parameters
    ----------
    partitions
        What they are made from.
    folder
        Where to write.
    make
        Called with the folder to write the parts into, by ``write_part``; returns them in order.
    columns
        Names of the columns of the new parts.
    """
    with whole_folder(folder, _NAMES, marker=INDEX_FILE) as staging:
        (staging / PARTS_FOLDER).mkdir()
        parts = tuple(make(staging))
        source = partitions.folder / REJECTS_FILE
        (staging / REJECTS_FILE).write_bytes(source.read_bytes())
        made = Partitions(folder, parts, tuple(columns), partitions.synthetic, partitions.rejected)
        _finish(staging, made, came=partitions.rows + partitions.rejected)
    return Partitions.open(folder)


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return a table for pandas: whole numbers and truths keep their type where some are missing."""
    import pyarrow as pa

    nullable = {pa.int64(): pd.Int64Dtype(), pa.int32(): pd.Int32Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=nullable.get)
    return frame.astype({ROW_ID: "int64"})


def _finish(folder: Path, partitions: Partitions, *, came: int) -> None:
    """Account for the rows and write the index; what work that broke off left beside the parts is removed."""
    if partitions.rows + partitions.rejected != came:
        message = f"{came} rows came in, {partitions.rows} are in parts and {partitions.rejected} rejected"
        raise AssertionError(message)
    names = {part.file for part in partitions.parts}
    for path in (folder / PARTS_FOLDER).iterdir():
        if path.relative_to(folder).as_posix() not in names:
            path.unlink()
    content = {
        "schema_version": SCHEMA_VERSION,
        "synthetic": partitions.synthetic,
        "rows": partitions.rows,
        "rejected": partitions.rejected,
        "columns": list(partitions.columns),
        "parts": [asdict(part) for part in partitions.parts],
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    (folder / INDEX_FILE).write_text(text + "\n", encoding="utf-8")


def _index(folder: Path) -> dict[str, Any]:
    path = folder / INDEX_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = Problem(str(path), "there are no partitions here", "Write them with geo partition")
    except (OSError, ValueError, RecursionError):
        problem = Problem(str(path), "cannot be read as the index of partitions", _CURE)
    else:
        if isinstance(content, dict) and content.get("schema_version") == SCHEMA_VERSION:
            return content
        problem = Problem(str(path), f"is not an index of partitions of version {SCHEMA_VERSION}", _CURE)
    raise DataError([problem])


def _from_index(folder: Path, content: dict[str, Any]) -> Partitions:
    try:
        parts = tuple(
            Part(
                file=_own_name(each["file"]),
                rows=int(each["rows"]),
                bounds=None if each["bounds"] is None else _four(each["bounds"]),
                bytes=int(each["bytes"]),
                sha256=str(each["sha256"]),
            )
            for each in content["parts"]
        )
        columns = tuple(map(str, content["columns"]))
        return Partitions(folder, parts, columns, bool(content["synthetic"]), int(content["rejected"]))
    except (KeyError, TypeError, ValueError) as error:
        what = "cannot be read as the index of partitions"
        raise DataError([Problem(str(folder / INDEX_FILE), what, _CURE)]) from error


def _own_name(file: str) -> str:
    """Refuse a name that leads out of the folder."""
    if Path(file).parent != Path(PARTS_FOLDER):
        raise ValueError(file)
    return file


def _four(values: Sequence[float]) -> Bounds:
    west, south, east, north = map(float, values)
    return west, south, east, north


def _window(bbox: Bounds) -> list[tuple[str, str, float]]:
    west, south, east, north = bbox
    return [("lon", ">=", west), ("lon", "<=", east), ("lat", ">=", south), ("lat", "<=", north)]
