"""`kill -9` at random moments: what was there is whole, and the next run is as if nothing had happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults_harness import PARKS_TABLE, Duty, campaign, geo, light_example, record

BTS = "/api/views/keg4-3bc2/rows.json"
SEED = 20180

Maker = Callable[[str], Duty]


@pytest.fixture
def duty(tmp_path: Path, request: pytest.FixtureRequest) -> Maker:
    """Return a maker of the four commands, each in two versions."""
    folder = tmp_path / "work"
    folder.mkdir()
    study = ["--study", str(light_example(tmp_path)), "--quiet"]

    def build() -> Duty:
        first = ["build", *study, "--out", "maps"]
        return Duty(folder, (first, [*first, "--seed", "8"]), ("maps",), remembers=False)

    def export() -> Duty:
        run = tmp_path / "run"
        done = geo("build", *study, "--out", run, cwd=folder)
        assert done.returncode == 0, done.stderr
        first = ["export", *study, "--run", str(run), "--out", "export", "--format", "gpkg,csv,fgb"]
        return Duty(folder, (first, [*first, "--crs", "EPSG:4326"]), ("export",), remembers=False)

    def ingest() -> Duty:
        for name, text in (("one", PARKS_TABLE), ("two", PARKS_TABLE.replace("Parque 1", "Ciudad 1"))):
            (tmp_path / name).mkdir()
            (tmp_path / name / "mis_parques.csv").write_text(text, encoding="utf-8")
        arguments = ["--as", "parks", "--yes", "--force", "--out", "study"]
        first, second = (["ingest", str(tmp_path / name / "mis_parques.csv"), *arguments] for name in ("one", "two"))
        return Duty(folder, (first, second), ("study",))

    def fetch() -> Duty:
        server: Any = request.getfixturevalue("server")
        body: bytes = request.getfixturevalue("bts_json")
        # Long enough to be cut within.
        first = body + b" " * 3_000_000

        def turn(version: int) -> None:
            other = first.replace(b'"1200"', b'"1300"')
            server.put(BTS, server.whole((first, other)[version], etag=f'"v{version}"'))

        arguments = ["fetch", "bts", "--mirror", server.url, "--cache", "cache", "--out", "sources", "--into",
                     "geo.toml", "--refresh", "--accept-change", "--quiet"]  # fmt: skip
        # The source's folder, the table of sources and the study are three things, each replaced as one.
        return Duty(folder, (arguments, arguments), ("sources/bts", "geo.toml"), turn)

    makers = {"build": build, "export": export, "ingest": ingest, "fetch": fetch}
    return lambda name: makers[name]()


@pytest.mark.slow
def test_three_kills_lose_nothing(duty: Maker) -> None:
    tally = campaign(duty("fetch"), 3, SEED)
    assert tally.lost == []
    assert tally.survived == 3


#: Fifty kills a command, the slow ones in parts that may run beside each other.
PARTS = [("build", 1, 17), ("build", 2, 17), ("build", 3, 16), ("export", 1, 25), ("export", 2, 25), ("ingest", 1, 50),
         ("fetch", 1, 50)]  # fmt: skip


@pytest.mark.campaign
@pytest.mark.parametrize(("name", "part", "rounds"), PARTS, ids=[f"{name}-{part}" for name, part, _ in PARTS])
def test_fifty_kills_lose_nothing(duty: Maker, name: str, part: int, rounds: int) -> None:
    started, seed = time.perf_counter(), SEED + part
    tally = campaign(duty(name), rounds, seed)
    command = f"pytest -m campaign tests/faults/test_kill.py -k {name}-{part}"
    record(f"kills_{name}_{part}", command, seed, started, {name: tally})
    assert tally.lost == []
    assert tally.survived == rounds
