"""Engines: the same answers, and a sentence for what goes wrong."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import scale_tasks as tasks
from scale_cases import STUDY

from geo.errors import ChoiceError, DataError, EngineError
from geo.geodesy import in_plane
from geo.scale import _cluster
from geo.scale import engine as engines
from geo.scale.engine import Dask, Local, choose
from geo.scale.partitions import PARTS_FOLDER, Partitions, derive
from geo.scale.places import ground_of, place

pytest.importorskip("distributed")


def test_both_engines_keep_the_order_and_the_plane(dask: Dask) -> None:
    for engine in (Local(), dask):
        assert engine.map(tasks.times, [3, 1, 2], shared={"by": 10}) == [30, 10, 20]
        assert engine.map(tasks.times, [], shared={"by": 10}) == []
        with in_plane("EPSG:32612"):
            assert engine.map(tasks.plane, [1]) == ["EPSG:32612"]
    assert (Local().name, Local().workers, dask.name, dask.workers) == ("local", 1, "dask", 2)


def test_progress_says_how_many_rows_how_fast_and_how_long(dask: Dask) -> None:
    for engine in (Local, partial(Dask, scheduler=dask.client.scheduler.address)):
        lines: list[str] = []
        with engine(progress=lines.append) as made:
            made.map(tasks.times, [1, 2], shared={"by": 1}, label="placing", rows=[1000, 2000])
        assert lines[-1].startswith("placing: 3,000 of 3,000 rows, ")
        assert lines[-1].endswith(" rows/s, 0 s left")
    assert lines[0].startswith("Dask: 2 workers, dashboard http://127.0.0.1:")


def test_an_error_of_a_task_comes_back_whole(dask: Dask) -> None:
    with pytest.raises(DataError) as error:
        dask.map(tasks.refused, [7])
    assert str(error.value.problems[0]) == "file.csv, rows 1-2: is bad 7. Mend it."
    assert dask.map(tasks.times, [1], shared={"by": 2}) == [2]


def test_a_cluster_places_byte_for_byte_as_this_process(
    cut: dict[int, Partitions], placed: dict[int, Partitions], layers: dict[str, Any], dask: Dask, tmp_path: Path
) -> None:
    made = place(cut[7], layers, STUDY, tmp_path / "made", dask)
    assert made.parts == placed[7].parts


def test_workers_killed_at_two_stages_change_nothing_and_leave_nothing(
    cut: dict[int, Partitions], placed: dict[int, Partitions], layers: dict[str, Any], dask: Dask, tmp_path: Path
) -> None:
    def make(folder: Path) -> list[Any]:
        task = partial(tasks.place_or_die, folder=folder, deaths=tmp_path)
        return dask.map(task, range(7), shared={"partitions": cut[7], "ground": ground_of(layers, STUDY)})

    made = derive(cut[7], tmp_path / "made", make, placed[7].columns)
    assert (tmp_path / "before").exists()
    assert (tmp_path / "between").exists()
    assert made.parts == placed[7].parts
    assert sorted(path.name for path in tmp_path.iterdir()) == ["before", "between", "made"]
    assert len(list((made.folder / PARTS_FOLDER).iterdir())) == 7


def test_a_task_that_always_kills_its_worker_ends_with_a_sentence_and_no_files(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(Path(tempfile.gettempdir()).glob("corredor-dask-*"))
    monkeypatch.setattr(_cluster, "ALLOWED_FAILURES", 1)
    with Dask(workers=1) as engine:
        assert set(Path(tempfile.gettempdir()).glob("corredor-dask-*")) > before
        with pytest.raises(EngineError, match=r"lost its worker 2 times.*--memory-limit"):
            engine.map(tasks.killed, [1])
        assert engine.map(tasks.times, [1], shared={"by": 2}) == [2]
    assert set(Path(tempfile.gettempdir()).glob("corredor-dask-*")) == before


def test_work_without_any_worker_left_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_LOST_S", 1)
    with Dask(workers=1) as engine:
        engine.client.retire_workers()
        with pytest.raises(EngineError, match=r"no worker for 1 s.*--memory-limit"):
            engine.map(tasks.times, [1], shared={"by": 2})


def test_a_scheduler_that_is_not_there_is_told_within_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engines._CONNECT_S < 10
    monkeypatch.setattr(engines, "_CONNECT_S", 1)
    start = time.perf_counter()
    with (
        pytest.raises(EngineError, match=r"tcp://127.0.0.1:9: there is no Dask scheduler"),
        Dask(scheduler="tcp://127.0.0.1:9"),
    ):
        pass
    assert time.perf_counter() - start < 5
    with pytest.raises(EngineError, match="no Dask scheduler"), Dask(scheduler="nonsense://here"):
        pass


def test_a_worker_with_other_software_is_refused_by_its_address(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    address = dask.client.scheduler.address
    with Dask(scheduler=address) as second:
        assert second.map(tasks.times, [4], shared={"by": 2}) == [8]
    monkeypatch.setattr(engines, "software", lambda: "corredor 9.9.9 (abc), Python 3.11")
    with (
        pytest.raises(EngineError, match=r"tcp://127.0.0.1:\d+: has other software.*Install the same version"),
        Dask(scheduler=address),
    ):
        pass
    with pytest.raises(EngineError, match="a worker: has other software"):
        dask.map(tasks.times, [1], shared={"by": 2})


def test_auto_takes_a_cluster_for_many_rows_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "cores", lambda: 2)
    said = {rows: choose("auto", rows=rows) for rows in (9_286, 1_000_000)}
    assert [engine.name for engine, _ in said.values()] == ["local", "dask"]
    assert said[1_000_000][1] == "dask: 1,000,000 rows are 1,000,000 or more, from which starting workers pays."
    assert choose("auto", rows=5_000_000, workers=1)[1] == "local: there is one core to use."
    assert choose("auto", rows=5, scheduler="tcp://a:1")[0].name == "dask"
    assert choose("local", rows=5_000_000)[1] == "local: asked for."


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"engine": "spark"}, "no such engine.*auto, local, dask"),
        ({"engine": "local", "scheduler": "tcp://a:1"}, "exclude each other"),
        ({"engine": "dask", "workers": 0}, "1 or more"),
        ({"engine": "dask", "memory_limit": "lots"}, "2GB or 500MB"),
        ({"engine": "dask", "memory_limit": "1MB"}, "200MB or more"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(wish: dict[str, Any], says: str) -> None:
    with pytest.raises(ChoiceError, match=says):
        choose(wish.pop("engine"), rows=1, **wish)


def test_without_distributed_the_process_works_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    engine, reason = choose("auto", rows=5_000_000)
    assert (engine.name, "not installed" in reason) == ("local", True)
    with pytest.raises(ChoiceError, match=r"corredor\[scale\]"):
        choose("dask", rows=1)


def test_the_engine_is_imported_without_dask() -> None:
    code = "import sys, geo.scale.engine as e; e.choose('local', rows=1); sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
