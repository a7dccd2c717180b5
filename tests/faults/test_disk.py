"""Full disks, missing rights, odd paths, links in the way, two at once: nothing is lost and one sentence says why."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from faults_harness import PARKS_TABLE, Tally, assert_sentence, environment, light_example, outputs, record, state

from geo.cli import main
from geo.export.folder import whole_folder
from geo.pipeline import OUTPUTS

BTS = "/api/views/keg4-3bc2/rows.json"


def mounted(folder: Path, *options: str) -> None:
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder with a disk of 96 MB mounted on it."""
    if shutil.which("mount") is None:
        pytest.skip("there is no command mount")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted(disk, "-t", "tmpfs", "-o", "size=96m", "tmpfs")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return light_example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def measured(study: Path) -> Any:
    """Return the example study measured once: what is tried here is the writing."""
    from geo.runs import Run
    from geo.study import load_study

    run = Run(load_study(study))
    assert run.layers
    assert run.tables
    return run


Commands = dict[str, list[str]]

#: Commands that write what was measured, and commands that need nothing measured.
HEAVY = ("build", "export gpkg, csv, fgb", "export qgz", "map", "figure", "table")
LIGHT = ("ingest", "template", "fetch, its cache", "fetch, its folder", "fetch, the study")


@pytest.fixture
def commands(study: Path, server: Any, bts_json: bytes, tmp_path: Path) -> Commands:
    """Return commands that write in as many ways as there are; ``{}`` is the folder to write to."""
    parks = tmp_path / "mis parques.csv"
    parks.write_text(PARKS_TABLE, encoding="utf-8")
    server.put(BTS, server.chunked(bts_json + b" " * 500_000))
    own = ["--study", str(study), "--quiet"]
    fetched = ["fetch", "bts", "--mirror", server.url, "--refresh", "--quiet"]
    cache, sources = str(tmp_path / "cache"), str(tmp_path / "sources")
    return {
        "build": ["build", *own, "--out", "{}/maps"],
        "export gpkg, csv, fgb": ["export", *own, "--out", "{}/export", "--format", "gpkg,csv,fgb"],
        "export qgz": ["export", *own, "--out", "{}/project", "--format", "qgz"],
        "map": ["map", *own, "--out", "{}/atlas.html"],
        "figure": ["figure", "corridor", *own, "--out", "{}/figure.pdf"],
        "table": ["table", "developers", *own, "--out", "{}/table.md"],
        "ingest": ["ingest", str(parks), "--as", "parks", "--yes", "--force", "--out", "{}/study"],
        "template": ["template", "parks", "--force", "--out", "{}/parks.csv"],
        "fetch, its cache": [*fetched, "--cache", "{}/cache", "--out", sources],
        "fetch, its folder": [*fetched, "--cache", cache, "--out", "{}/sources"],
        "fetch, the study": [*fetched, "--cache", cache, "--out", sources, "--into", "{}/geo.toml"],
    }


def run(command: list[str], folder: Path) -> Result:
    """Run a command in this process; it ends well or with one sentence, never with a traceback."""
    result = CliRunner().invoke(main, [each.replace("{}", str(folder)) for each in command])
    if result.exit_code != 0:
        assert isinstance(result.exception, SystemExit), repr(result.exception)
        assert_sentence(result.output)
    return result


def fill(disk: Path, room: int) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        file.truncate(0)
        left = shutil.disk_usage(disk).free - room
        while left > 0:
            left -= file.write(b"x" * min(left, 1 << 20))
    return ballast


def fill_and_run(name: str, command: list[str], disk: Path) -> Tally:
    """Run a command on an empty disk, then on ones with less and less room for what it writes."""
    tally, folder = Tally(), disk / "out"
    empty = shutil.disk_usage(disk).free
    assert run(command, folder).exit_code == 0
    need = empty - shutil.disk_usage(disk).free
    before, refused = state(folder), 0
    for share in (0.8, 0.5, 0.2, 0.0):
        ballast = fill(disk, int(need * share))
        result = run(command, folder)
        ballast.unlink()
        refused += result.exit_code != 0
        same = _without_parts(state(folder)) == before
        tally.cases += 1
        if same:
            tally.survived += 1
        else:
            tally.lost.append(f"{name}, {share:.0%} of the room: {result.output}")
    assert refused > 0, f"{name} was never short of room"
    assert run(command, folder).exit_code == 0
    assert state(folder) == before
    return tally


def _without_parts(found: dict[str, str]) -> dict[str, str]:
    """Leave out what a download goes on from."""
    return {name: digest for name, digest in found.items() if "/cache/" not in name or "/." not in name}


@pytest.mark.parametrize("name", LIGHT)
def test_a_full_disk_loses_nothing(name: str, commands: Commands, disk: Path) -> None:
    assert fill_and_run(name, commands[name], disk).lost == []


@pytest.mark.campaign
@pytest.mark.parametrize("name", [*HEAVY, *LIGHT])
def test_full_disks_at_every_command(
    name: str, commands: Commands, disk: Path, measured: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.pipeline.Run", lambda *_, **__: measured)
    monkeypatch.setattr("geo.runs.Run", lambda *_, **__: measured)
    started = time.perf_counter()
    tally = fill_and_run(name, commands[name], disk)
    key = "".join(letter if letter.isalnum() else "_" for letter in name)
    record(
        f"full_disk_{key}", f"pytest -m campaign tests/faults/test_disk.py -k '{name}'", None, started, {name: tally}
    )
    assert tally.lost == []


@pytest.mark.parametrize("name", [*LIGHT, "build", "export qgz", "map"])
def test_a_disk_that_takes_nothing_is_said_before_anything_is_measured(
    name: str, commands: Commands, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(*_: Any, **__: Any) -> None:
        raise AssertionError("measured although nothing can be written")

    monkeypatch.setattr("geo.runs.assemble", measure)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    result = run(commands[name], disk / "out")
    assert result.exit_code == 1
    assert "Read-only file system" in result.output
    assert list(disk.iterdir()) == []


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="root writes everywhere; setpriv takes that right away")
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="setpriv needs root")
@pytest.mark.parametrize("name", ["template", "build"])
def test_a_folder_without_the_right_to_write_is_left_alone(name: str, commands: Commands, tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    arguments = [each.replace("{}", str(folder)) for each in commands[name]]
    done = subprocess.run(
        ["setpriv", "--inh-caps=-dac_override,-dac_read_search", "--bounding-set=-dac_override,-dac_read_search",
         sys.executable, "-m", "geo", *arguments],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert_sentence(done.stderr)
    assert "cannot write there (Permission denied)" in done.stderr
    assert list(folder.iterdir()) == []


LONG = "Parques y dueños, año 2026 (revisión de Ángel) " + "ñandú " * 20


@pytest.mark.parametrize("name", LIGHT)
def test_spaces_accents_and_two_hundred_letters_are_no_trouble(name: str, commands: Commands, tmp_path: Path) -> None:
    folder = tmp_path / LONG.strip() / LONG.strip()[:100]
    assert len(os.fsencode(folder.parent.name)) > 180
    assert run(commands[name], folder).exit_code == 0
    once = state(folder)
    assert once
    assert run(commands[name], folder).exit_code == 0
    assert state(folder) == once


def test_a_link_in_the_way_is_not_written_through(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "thesis.txt").write_text("years")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "maps").symlink_to(tmp_path / "victim")
    (folder / "export").symlink_to(tmp_path / "nowhere")
    (folder / "parks.csv").symlink_to(tmp_path / "victim" / "thesis.txt")
    (folder / "sources").mkdir()
    (folder / "sources" / "bts").symlink_to(tmp_path / "victim")
    for name in ("build", "export gpkg, csv, fgb", "fetch, its folder"):
        assert run(commands[name], folder).exit_code == 1
    # A file's link is replaced by the file; what it points to stays.
    assert run(commands["template"], folder).exit_code == 0
    assert not (folder / "parks.csv").is_symlink()
    assert state(tmp_path / "victim") == {"victim/thesis.txt": state(tmp_path / "victim")["victim/thesis.txt"]}
    assert (tmp_path / "victim" / "thesis.txt").read_text() == "years"
    assert not (tmp_path / "nowhere").exists()


def test_a_package_that_another_program_has_locked_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "maps"
    target.mkdir()
    (target / "manifest.json").write_text("{}")
    reader = sqlite3.connect(target / "corredor.gpkg", isolation_level=None)
    reader.executescript("create table t (x); insert into t values (1); begin exclusive;")
    with whole_folder(target, OUTPUTS) as folder:
        (folder / "corredor.gpkg").write_bytes(b"new")
        (folder / "manifest.json").write_text("{}")
    assert (target / "corredor.gpkg").read_bytes() == b"new"
    assert reader.execute("select x from t").fetchall() == [(1,)]
    reader.close()


@pytest.mark.slow
def test_of_two_builds_into_one_folder_one_says_so(study: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "geo", "build", "--study", str(study), "--out", str(tmp_path / "maps"), "--quiet"]
    lock = tmp_path / ".maps.lock"
    with subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL) as first:
        try:
            start = time.perf_counter()
            while not (lock.exists() and lock.read_text()):
                assert time.perf_counter() - start < 120
                assert first.poll() is None
                time.sleep(0.01)
            second = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
            assert first.poll() is None, "the first run ended before the second had tried"
        finally:
            first.kill()
    assert second.returncode == 1
    assert_sentence(second.stderr)
    assert f"another run (process {first.pid}) is writing there. Wait for it to end." in second.stderr
    # The lock went with its process: the next run is not kept waiting, and clears what is left.
    assert lock.exists()
    with whole_folder(tmp_path / "maps", OUTPUTS) as folder:
        (folder / "manifest.json").write_text("{}")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_two_ingests_and_two_fetches_do_not_mix(commands: Commands, tmp_path: Path) -> None:
    from geo._placing import alone

    folder = tmp_path / "out"
    for name, busy in (("ingest", folder / "study" / "ingest"), ("fetch, its folder", folder / "sources" / "bts")):
        assert run(commands[name], folder).exit_code == 0
        before = state(folder)
        with alone(busy) as held:
            assert held
            result = run(commands[name], folder)
        assert result.exit_code == 1
        assert "is writing there. Wait for it to end." in result.output
        assert outputs(folder) == before
