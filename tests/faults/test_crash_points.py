"""A process killed before each of its steps on the file system, one after the other: never half, never in the way."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults_harness import PARKS_TABLE, State, Tally, environment, outputs, record, state

CRASH = Path(__file__).with_name("faults_crash.py")

FOLDER = """
from pathlib import Path
from geo.export.folder import whole_folder
with whole_folder(Path("maps"), frozenset({"one.txt", "tables", "manifest.json"})) as folder:
    (folder / "tables").mkdir()
    for name in ("one.txt", "tables/two.txt", "manifest.json"):
        (folder / name).write_text("TEXT")
"""
FILE = """
from pathlib import Path
from geo.export.folder import whole_file
with whole_file(Path("maps/atlas.html")) as path:
    path.write_text("TEXT")
"""
FILES = """
from pathlib import Path
from geo.export.files import whole_files
with whole_files(Path("maps")) as folder:
    for name in ("one.csv", "two.csv", "three.csv"):
        (folder / name).write_text("TEXT")
"""
STUDY = """
from pathlib import Path
from geo.sources.studyfile import set_layers
set_layers(Path("maps/geo.toml"), {"parks": Path("maps/TEXT.csv")})
"""
INGEST = """
from geo.cli import main
main(["ingest", "../TEXT/parques.csv", "--as", "parks", "--yes", "--force", "--out", "maps"], standalone_mode=False)
"""


def python(step: int, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CRASH), str(step), str(folder), code]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


def crash_at_every_step(folder: Path, code: str, *, together: bool, every: int = 1) -> Tally:
    """Kill old -> new at each step; then let new -> new run to its end.

    With ``together`` all files are replaced as one; else each is, and the next run puts back or finishes.
    """

    def run(text: str, step: int = 0) -> subprocess.CompletedProcess[str]:
        return python(step, folder, code.replace("TEXT", text))

    def whole(text: str) -> State:
        done = run(text)
        assert done.returncode == 0, done.stderr
        return state(folder)

    whole("new")
    old, new = whole("old"), whole("new")
    assert old != new
    assert whole("old") == old
    steps = int(run("new").stdout.splitlines()[-1])
    assert steps >= 4
    tally = Tally()
    for step in range(1, steps + 1, every):
        assert whole("old") == old
        assert run("new", step).returncode == -9
        now = outputs(folder)
        whole_now = now in (old, new) if together else all(now.get(name) in (old[name], new[name]) for name in old)
        after = run("new")
        fine = whole_now and after.returncode == 0 and state(folder) == new
        tally.cases, tally.survived = tally.cases + 1, tally.survived + fine
        if not fine:
            tally.lost.append(f"step {step}: whole {whole_now}, next run {after.returncode} {after.stderr[-300:]}")
    return tally


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    work = tmp_path / "work"
    (work / "maps").mkdir(parents=True)
    for name, text in (("old", PARKS_TABLE), ("new", PARKS_TABLE.replace("Parque 1", "Ciudad 1"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "parques.csv").write_text(text, encoding="utf-8")
    return work


def test_a_kill_before_some_steps_loses_nothing(folder: Path) -> None:
    tally = crash_at_every_step(folder, FOLDER, together=True, every=5)
    assert tally.lost == []
    assert tally.cases >= 3


@pytest.mark.campaign
@pytest.mark.parametrize(
    ("code", "together"),
    [(FOLDER, True), (FILE, True), (FILES, False), (STUDY, True), (INGEST, False)],
    ids=["folder", "file", "files", "study", "ingest"],
)
def test_every_step_of_all_that_is_written(
    folder: Path, code: str, together: bool, request: pytest.FixtureRequest
) -> None:
    started = time.perf_counter()
    name = request.node.callspec.id
    tally = crash_at_every_step(folder, code, together=together)
    command = f"pytest -m campaign tests/faults/test_crash_points.py -k {name}"
    record(f"steps_{name}", command, None, started, {name: tally})
    assert tally.lost == []
