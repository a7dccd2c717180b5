"""A folder of outputs against its manifest: whole, or every fault named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from geo.cli import main
from geo.export.manifest import SCHEMA_VERSION, check_outputs, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "maps"
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "parks.csv").write_text("park_id\na\n")
    (out / "atlas.html").write_text("<p>")
    write_manifest(out, {"versions": {"corredor": "0.1.0"}})
    return out


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    change(manifest)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def faults(folder: Path) -> list[str]:
    return [f"{each.file}: {each.what}" for each in check_outputs(folder)[1]]


def test_a_whole_folder_says_who_wrote_it(folder: Path) -> None:
    (folder / "notes.txt").write_text("the reader's own")
    assert check_outputs(folder) == ("0.1.0", [])
    shown = CliRunner().invoke(main, ["check", "--outputs", str(folder)])
    beside = "1 more in the folder are not among its outputs."
    assert (shown.exit_code, shown.output) == (0, f"{folder}: 2 files, whole, written by Corredor 0.1.0. {beside}\n")


def test_every_fault_is_named(folder: Path) -> None:
    (folder / "tables" / "parks.csv").write_text("park_id\nb\n")
    (folder / "atlas.html").unlink()
    assert faults(folder) == ["atlas.html: is missing", "tables/parks.csv: was changed since it was written"]
    shown = CliRunner().invoke(main, ["check", "--outputs", str(folder)])
    assert shown.exit_code == 1
    assert "2 problems found" in shown.output


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "a/../../b", "", "a\\b", "a\0b"])
def test_a_manifest_cannot_lead_out_of_its_folder(folder: Path, name: str) -> None:
    edit(folder, lambda manifest: manifest["outputs"].append({"file": name, "sha256": "0"}))
    assert [each for each in faults(folder) if each.endswith("its name leads out of the folder")]


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (folder / "tables").rename(other)
    (folder / "tables").symlink_to(other)
    assert faults(folder) == ["tables/parks.csv: is a link"]


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, None, "1"])
def test_a_manifest_of_another_form_is_said(folder: Path, version: Any) -> None:
    edit(folder, lambda manifest: manifest.update(schema_version=version))
    assert "this program knows up to" in faults(folder)[0]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"outputs": [1]}', '{"outputs": [{"file": 1, "sha256": "x"}]}', "[" * 99999]
)
def test_what_is_no_manifest_is_said(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    assert "there is no manifest.json that can be read" in faults(folder)[0]
