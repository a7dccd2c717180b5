"""What the fault tests share: the command in a process of its own, killed or not; folders by hash; small disks."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "otra_region" / "geo.toml"
RESULTS = ROOT / "tests" / "results"

#: Times of fetching, the only bytes of outputs that are not the same twice.
_CLOCK = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

#: What a killed run may leave until the next one; never outputs.
_LEFTOVER = re.compile(r"(^|/)\.(geo-ingest-|[^/]*\.(lock|writing-|part))")

State = dict[str, str]

#: A small list of parks, to be ingested.
PARKS_TABLE = "nombre,lat,lon,municipio,estado\n" + "".join(
    f"Parque {number},{25.5 + number / 100:.2f},-100.2,Apodaca,Nuevo León\n" for number in range(1, 30)
)


def light_example(folder: Path) -> Path:
    """Copy the example study with few draws: a run takes all its steps in a short time."""
    study = shutil.copytree(EXAMPLE.parent, folder / "otra_region") / EXAMPLE.name
    few = {"permutations": 99, "map_permutations": 99, "curve_simulations": 99, "replicas": 20}
    text = study.read_text(encoding="utf-8")
    for name, count in few.items():
        text = re.sub(rf"^{name} = \d+$", f"{name} = {count}", text, flags=re.MULTILINE)
    study.write_text(text, encoding="utf-8")
    return study


def environment() -> dict[str, str]:
    """Return an environment in which a process takes this checkout and one core."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    one_core = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    return os.environ | one_core | {"PYTHONPATH": path, "PYTHONUTF8": "1"}


def geo(*arguments: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "geo", *map(str, arguments)], cwd=cwd, env=environment() | more,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def killed(seconds: float, arguments: Sequence[str], cwd: Path) -> float | None:
    """Run the command and kill it with all its children after some time; say how long it took if it was done before."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "geo", *arguments], cwd=cwd, env=environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None
    return time.perf_counter() - start


def state(*places: Path) -> State:
    """Return the files under some places by hash, hidden ones too; times of fetching do not count."""
    found: State = {}
    for place in places:
        for path in sorted([place, *place.rglob("*")] if place.is_dir() else [place]):
            if path.is_file() or path.is_symlink():
                content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
                digest = hashlib.sha256(_CLOCK.sub(b"", content) if path.suffix == ".json" else content)
                found[path.relative_to(place.parent).as_posix()] = digest.hexdigest()
    return found


@dataclass
class Duty:
    """A command in two versions whose outputs differ, to be run in turn.

    Attributes
    ----------
    folder
        Folder it runs in; all that is in it when a run has ended is compared.
    versions
        Arguments of either version.
    units
        Places under the folder that are each replaced as one.
    turn
        Called with 0 or 1 before a run of that version.
    remembers
        Whether what a run leaves depends on those before it.
    """

    folder: Path
    versions: tuple[list[str], list[str]]
    units: tuple[str, ...]
    turn: Callable[[int], None] = field(default=lambda _: None)
    remembers: bool = True

    def run(self, version: int) -> None:
        """Run a version to its end; it must succeed."""
        self.turn(version)
        done = geo(*self.versions[version], cwd=self.folder)
        assert done.returncode == 0, done.stderr + done.stdout

    def learn(self) -> tuple[tuple[State, State], float]:
        """Return what either version leaves, each after the other, and how long a run takes."""
        for version in (0, 1) if self.remembers else ():
            self.run(version)
        left, seconds = [], []
        for version in (0, 1):
            start = time.perf_counter()
            self.run(version)
            seconds.append(time.perf_counter() - start)
            left.append(state(self.folder))
        assert left[0] != left[1]
        return (left[0], left[1]), max(seconds)


@dataclass
class Tally:
    """What came of a number of kills."""

    cases: int = 0
    survived: int = 0
    early: int = 0
    lost: list[str] = field(default_factory=list)


def campaign(duty: Duty, rounds: int, seed: int) -> Tally:
    """Kill a command at random moments of its run, so many times while it is at work.

    After each kill every unit is as before or as after a whole run; the next run succeeds and leaves what it leaves
    where nothing was killed, and nothing else. A run that ended before its moment does not count.
    """
    left, seconds = duty.learn()
    chance, tally, version = random.Random(seed), Tally(), 0
    while tally.cases < rounds and tally.early < 3 * rounds:
        moment = chance.uniform(0.0, seconds)
        duty.turn(version)
        took = killed(moment, duty.versions[version], duty.folder)
        if took is not None:
            # A machine with other work to do is now faster, now slower.
            tally.early, seconds, version = tally.early + 1, took, 1 - version
            continue
        tally.cases += 1
        faults = [
            f"{unit} is neither old nor new"
            for unit in duty.units
            if outputs(duty.folder / unit) not in [_part(whole, duty.folder.name, unit) for whole in left]
        ]
        try:
            start = time.perf_counter()
            duty.run(version)
            seconds = time.perf_counter() - start
            faults += [f"{name} differs after the next run" for name in _differing(state(duty.folder), left[version])]
        except AssertionError as error:
            faults.append(f"the next run fails: {error}")
        if faults:
            tally.lost.append(f"after {moment:.3f} s: {'; '.join(faults)}")
        else:
            tally.survived += 1
        version = 1 - version
    return tally


def outputs(place: Path) -> State:
    """Return the files under a place by hash, without what a killed run leaves for the next one to clear."""
    return {name: digest for name, digest in state(place).items() if not _LEFTOVER.search(name)}


def _part(whole: State, folder: str, unit: str) -> State:
    """Return the files of a unit as ``state`` of the unit alone names them."""
    above = f"{folder}/{unit}".rpartition("/")[0] + "/"
    inside = (f"{folder}/{unit}", f"{folder}/{unit}/")
    return {name.removeprefix(above): digest for name, digest in whole.items()
            if name == inside[0] or name.startswith(inside[1])}  # fmt: skip


def _differing(one: State, other: State) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def record(name: str, command: str, seed: int | None, started: float, rows: dict[str, Tally]) -> None:
    """Write what came of a campaign where the table of ``docs/trust.md`` is made from."""
    RESULTS.mkdir(exist_ok=True)
    cases = {key: {"cases": each.cases, "survived": each.survived, "lost": len(each.lost)}
             for key, each in rows.items()}  # fmt: skip
    content = {
        "name": name,
        "command": command,
        "seed": seed,
        "seconds": round(time.perf_counter() - started),
        "cases": sum(each["cases"] for each in cases.values()),
        "survived": sum(each["survived"] for each in cases.values()),
        "lost": sum(each["lost"] for each in cases.values()),
        "rows": cases,
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def require_small_disks(folder: Path) -> None:
    """Skip a test where no file system can be mounted in a name space of its own."""
    if shutil.which("unshare") is None or within(folder, "true").returncode != 0:
        pytest.skip("this system gives no name space to mount a small disk in")


def within(folder: Path, script: str, mount: str = "-t tmpfs -o size=1m tmpfs") -> subprocess.CompletedProcess[str]:
    """Run a shell script with something mounted on a folder, in a name space of its own."""
    command = f'mount {mount} "{folder}" && {script}'
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", command], env=environment(), capture_output=True,
        text=True, check=False, timeout=300,
    )  # fmt: skip


def assert_sentence(said: str) -> None:
    """Assert that a refusal is one sentence and no traceback."""
    assert "Traceback" not in said, said
    lines = [line for line in said.strip().splitlines() if not line.startswith("warning")]
    assert len([line for line in lines if line.startswith("Error: ")]) == 1, said
    assert lines[-1].startswith("Error: "), said
