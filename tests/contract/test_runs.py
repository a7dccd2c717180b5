"""A finished run serves again where it is the same run, and only there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo.runs import Run
from geo.study import load_study


class _Measured(Exception):
    """Raised in the place of measuring."""


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """Return a copy of a finished run, without its big files."""
    copy = tmp_path / "maps"
    shutil.copytree(built, copy, ignore=shutil.ignore_patterns("*.html", "*.gpkg", "*.csv"))
    return copy


def reason(folder: Path, monkeypatch: pytest.MonkeyPatch, **parameters: Any) -> str | None:
    """Return why a run is measured anew; None where the folder's tables are taken."""

    def measure(*_: Any, **__: Any) -> None:
        raise _Measured

    monkeypatch.setattr("geo.runs.assemble", measure)
    said: list[str] = []
    try:
        _ = Run(load_study(**parameters), folder, said.append).tables
    except _Measured:
        return next(line for line in said if line.startswith("measuring"))
    assert said == [f"taking the tables of the run in {folder}"]
    return None


def test_the_same_run_is_taken_as_it_was_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reason(folder, monkeypatch) is None
    tables = Run(load_study(), folder).tables
    assert tables["parks"].crs.to_epsg() == 6372
    written = {path.stem for path in (folder / "tables").glob("*.parquet")}
    assert set(tables) == written
    pd.testing.assert_frame_equal(tables["national"], pd.read_parquet(folder / "tables" / "national.parquet"))


def test_another_run_is_measured_and_the_reason_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "has other parameters" in str(reason(folder, monkeypatch, seed=3))
    assert "holds no run" in str(reason(folder / "nowhere", monkeypatch))
    table = folder / "tables" / "parks.parquet"
    whole = table.read_bytes()
    table.write_bytes(whole[:-1] + b"x")
    assert "parks.parquet is missing or was changed" in str(reason(folder, monkeypatch))
    table.unlink()
    assert "parks.parquet is missing or was changed" in str(reason(folder, monkeypatch))
    table.write_bytes(whole)
    assert reason(folder, monkeypatch) is None


@pytest.mark.parametrize(
    ("part", "words"), [("inputs", "other data"), ("versions", "other versions"), ("study", "other parameters")]
)
def test_a_manifest_that_names_something_else_is_another_run(
    folder: Path, part: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest[part] = None
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert words in str(reason(folder, monkeypatch))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"outputs": 3}', '{"outputs": [3]}', "\ud800"])
def test_a_broken_manifest_is_no_run(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert "holds no run" in str(reason(folder, monkeypatch))
