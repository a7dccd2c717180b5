"""The shipped files against the data package (frictionless), the schemas (pandera) and each other."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from frictionless import Package

from geo.layers import read_layers
from geo.schema import LAYERS
from geo.study import load_study, shipped_data


def test_the_data_package_and_the_dictionary_are_up_to_date() -> None:
    import build_docs

    for path, content in build_docs.files().items():
        assert path.read_text(encoding="utf-8") == content, f"{path.name} is stale: run `make docs`"


def test_frictionless_finds_every_file_as_described() -> None:
    report = Package(str(shipped_data() / "datapackage.json")).validate()
    errors = [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors]
    assert report.valid, errors[:20]
    assert report.stats["tasks"] == sum(layer.file is not None for layer in LAYERS.values())


def test_frictionless_would_find_a_wrong_value(tmp_path: Path) -> None:
    """The check can fail: one wrong cell is found."""
    package = Package(str(shipped_data() / "datapackage.json"))
    resource = package.get_resource("developers")
    text = (shipped_data() / "developers.csv").read_text(encoding="utf-8").replace("private_national", "private", 1)
    (tmp_path / "developers.csv").write_text(text, encoding="utf-8")
    descriptor = resource.to_descriptor()
    one = Package.from_descriptor({"name": "x", "resources": [descriptor]}, basepath=str(tmp_path))
    assert not one.validate().valid


def test_every_data_file_is_described() -> None:
    described = {str(layer.file) for layer in LAYERS.values() if layer.file is not None}
    present = {
        path.relative_to(shipped_data()).as_posix()
        for path in shipped_data().rglob("*")
        if path.suffix in {".csv", ".parquet"}
    }
    assert present == described


def test_the_shipped_layers_pass_their_own_checks() -> None:
    layers = read_layers(load_study())
    assert len(layers["parks"]) == 857
    assert int(layers["parks"]["study_set"].sum()) == 580
    assert int(layers["parks"].geometry.isna().sum()) == 203
    assert len(layers["sources"]) == 316


@pytest.mark.parametrize("path", sorted(shipped_data().glob("*.csv")), ids=lambda path: path.name)
def test_files_are_plain_utf8_with_one_separator(path: Path) -> None:
    content = path.read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        assert ";" not in row.get("source_ids", "")
