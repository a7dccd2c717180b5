"""Formats of an export that share a file."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from geo import extract


@pytest.mark.parametrize("order", list(permutations(["gpkg", "qgz"])))
def test_a_project_and_its_geopackage_may_be_named_in_any_order(
    order: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project writes the GeoPackage that it shows; asked for both, it is written once."""
    written: list[str] = []

    def write(tables: Any, path: Path, **_: Any) -> None:
        written.append(path.name)
        path.touch(exist_ok=False)

    monkeypatch.setattr(extract, "write_geopackage", write)
    monkeypatch.setattr(extract, "write_project", write)
    chosen: Any = SimpleNamespace(tables={}, timestamp="2026-11-01T00:00:00Z", words={})
    for name in order:
        extract.FORMATS[name].write(chosen, tmp_path)
    assert sorted(written) == ["corredor.gpkg", "corredor.qgz"]
