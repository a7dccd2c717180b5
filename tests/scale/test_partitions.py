"""Partitions: every row once, the same bytes whatever the batches, and nothing corrupt read."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from scale_cases import whole

from geo.errors import DataError, OutputError
from geo.scale import _sorting
from geo.scale.partitions import (
    INDEX_FILE,
    NO_POINT,
    NOT_DEGREES,
    PARTS_FOLDER,
    REJECTS_FILE,
    Partitions,
    write_part,
    write_partitions,
)


def made_up(rows: int, seed: int = 1) -> pa.Table:
    random = np.random.default_rng(seed)
    return pa.table({
        "lon": random.uniform(-117, -87, rows), "lat": random.uniform(15, 32, rows),
        "name": pa.array([f"P{i}" for i in range(rows)]),
        "jobs": pa.array([None if i % 3 == 0 else i for i in range(rows)], pa.int64()),
    })  # fmt: skip


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_row_is_in_one_part_with_its_own_values(tmp_path: Path) -> None:
    table = made_up(1000)
    made = write_partitions([table], tmp_path / "out", rows_per_partition=150, synthetic=False)
    assert [part.rows for part in made.parts] == [142, 143, 143, 143, 143, 143, 143]
    found = whole(made)
    assert found["row_id"].tolist() == list(range(1000))
    assert found["name"].tolist() == table["name"].to_pylist()
    assert found["jobs"].dtype == "Int64"
    assert found["jobs"].isna().tolist() == [i % 3 == 0 for i in range(1000)]
    np.testing.assert_array_equal(found["lon"], table["lon"])
    for i, part in enumerate(made.parts):
        rows = made.read(i)
        assert part.bounds == (rows["lon"].min(), rows["lat"].min(), rows["lon"].max(), rows["lat"].max())


def test_the_same_rows_give_the_same_bytes_however_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = made_up(2000)
    write_partitions([table], tmp_path / "one", rows_per_partition=300, synthetic=True)
    # Many runs, and a sample that has to be thinned.
    monkeypatch.setattr(_sorting, "_RUN_BYTES", 4000)
    pieces = [table.slice(at, 77) for at in range(0, 2000, 77)]
    write_partitions(pieces, tmp_path / "two", rows_per_partition=300, synthetic=True)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    monkeypatch.setattr(_sorting, "_SAMPLE", 100)
    for name, tables in (("three", [table]), ("four", pieces)):
        write_partitions(tables, tmp_path / name, rows_per_partition=300, synthetic=True)
    assert files_of(tmp_path / "three") == files_of(tmp_path / "four")
    assert sorted(whole(Partitions.open(tmp_path / "three"))["row_id"]) == list(range(2000))


def test_parts_are_geoparquet_that_others_read(tmp_path: Path) -> None:
    import geopandas as gpd

    made = write_partitions([made_up(100)], tmp_path / "out", rows_per_partition=60, synthetic=False)
    frame = gpd.read_parquet(made.path(1), bbox=(-120, 10, -80, 40))
    assert frame.crs.to_epsg() == 4326
    assert (frame.geometry.x == frame["lon"]).all()
    metadata = json.loads(parquet.read_schema(made.path(1)).metadata[b"geo"])
    assert metadata["version"] == "1.1.0"
    assert metadata["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]


def test_rows_without_a_usable_point_are_rejected_with_the_reason(tmp_path: Path) -> None:
    table = pa.table({
        "lon": [-100.0, None, -100.0, np.nan, -200.0, np.inf], "lat": [20.0, 20.0, 95.0, 20.0, 20.0, 20.0],
        "problem": [None, None, None, None, "nowhere", None],
    })  # fmt: skip
    made = write_partitions([table], tmp_path / "out", synthetic=False)
    rejects = parquet.read_table(tmp_path / "out" / REJECTS_FILE).to_pydict()
    assert rejects["row_id"] == [1, 2, 3, 4, 5]
    assert rejects["reason"] == [NO_POINT, NOT_DEGREES, NO_POINT, "nowhere", NO_POINT]
    assert (made.rows, made.rejected, made.columns) == (1, 5, ("row_id", "lon", "lat"))


@pytest.mark.parametrize("tables", [[], [made_up(0)], [made_up(0), made_up(0)]])
def test_no_rows_make_one_empty_part(tmp_path: Path, tables: list[pa.Table]) -> None:
    made = write_partitions(tables, tmp_path / "out", synthetic=False)
    assert [(part.rows, part.bounds) for part in made.parts] == [(0, None)]
    assert made.read(0).empty
    made.verify()


def test_a_million_rows_in_one_place_are_cut_like_any_others(tmp_path: Path) -> None:
    table = pa.table({"lon": np.full(1000, -99.13), "lat": np.full(1000, 19.43)})
    made = write_partitions([table], tmp_path / "out", rows_per_partition=100, synthetic=False)
    assert [part.rows for part in made.parts] == [100] * 10
    assert {part.bounds for part in made.parts} == {(-99.13, 19.43, -99.13, 19.43)}


def test_a_window_reads_the_points_in_it_with_its_edge(tmp_path: Path) -> None:
    made = write_partitions([made_up(5000)], tmp_path / "out", synthetic=False)
    rows = made.read(0)
    box = (rows["lon"].iloc[7], 18.0, -95.0, rows["lat"].max())
    inside = (rows["lon"] >= box[0]) & (rows["lon"] <= box[2]) & (rows["lat"] >= box[1]) & (rows["lat"] <= box[3])
    assert made.read(0, ["row_id"], bbox=box)["row_id"].tolist() == rows.loc[inside, "row_id"].tolist()
    assert list(made.read(0, ["lat", "row_id"])) == ["lat", "row_id"]


def test_parts_that_are_missing_cut_off_or_altered_are_refused_by_name(tmp_path: Path) -> None:
    made = write_partitions([made_up(500)], tmp_path / "out", rows_per_partition=100, synthetic=False)
    content = bytearray(made.path(3).read_bytes())
    content[60] ^= 0xFF
    made.path(3).write_bytes(content)
    with pytest.raises(DataError, match=r"part-00003.*changed.*geo partition"):
        made.verify()
    with pytest.raises(DataError, match=r"part-00003.*cannot be read"):
        Partitions.open(made.folder).read(3)
    made.path(1).write_bytes(made.path(1).read_bytes()[:-9])
    made.path(2).unlink()
    with pytest.raises(DataError) as refused:
        Partitions.open(made.folder)
    assert [problem.what for problem in refused.value.problems] == [
        "this part was changed or cut off since it was written", "this part is missing",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", '{"schema_version": 9}', '{"schema_version": 1}', "\xff"])
def test_an_index_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / INDEX_FILE).write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=INDEX_FILE):
        Partitions.open(tmp_path)
    with pytest.raises(DataError, match="there are no partitions here"):
        Partitions.open(tmp_path / "none")


def test_an_index_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    made = write_partitions([made_up(5)], tmp_path / "out", synthetic=False)
    path = made.folder / INDEX_FILE
    path.write_text(path.read_text().replace("parts/part-00000.parquet", "parts/../../secret.parquet"))
    with pytest.raises(DataError, match="cannot be read as the index"):
        Partitions.open(made.folder)


def test_a_register_without_lon_or_with_changing_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the column lon is missing"):
        write_partitions([pa.table({"lat": [1.0]})], tmp_path / "out", synthetic=False)
    with pytest.raises(DataError, match="the column jobs is missing"):
        write_partitions([made_up(3), made_up(3).drop_columns(["jobs"])], tmp_path / "out", synthetic=False)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_what_was_there_and_no_files_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_partitions([made_up(50)], tmp_path / "out", synthetic=False)
    before = files_of(tmp_path / "out")

    class Full:
        def __init__(self, *_: Any) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    # While the runs are written, and while the parts are.
    for module, name in ((pa, "OSFile"), (parquet, "ParquetWriter")):
        with monkeypatch.context() as patched, pytest.raises(OutputError, match=r"No space left.*free some space"):
            patched.setattr(module, name, Full)
            write_partitions([made_up(99)], tmp_path / "out", synthetic=False)
        assert files_of(tmp_path / "out") == before
        assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_earlier_partitions_are_replaced_and_other_folders_are_not(tmp_path: Path) -> None:
    write_partitions([made_up(500)], tmp_path / "out", rows_per_partition=100, synthetic=False)
    made = write_partitions([made_up(50)], tmp_path / "out", synthetic=True)
    assert [path.name for path in (made.folder / PARTS_FOLDER).iterdir()] == ["part-00000.parquet"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(OutputError, match="not an earlier run's"):
        write_partitions([made_up(50)], tmp_path / "mine", synthetic=True)


def test_part_written_twice_is_the_same(tmp_path: Path) -> None:
    (tmp_path / PARTS_FOLDER).mkdir()
    frame = pd.DataFrame({"lon": [-100.0], "lat": [20.0]})
    assert write_part(frame, tmp_path, 4) == write_part(frame, tmp_path, 4)
