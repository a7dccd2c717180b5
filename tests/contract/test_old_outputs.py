"""Folders of outputs of another version, of a broken disk, of a stranger: `geo check --outputs` says what each is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from geo.cli import main
from geo.export import manifest
from geo.export.manifest import write_manifest

Change = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "maps"
    (out / "tables").mkdir(parents=True)
    (out / "tables" / "parks.csv").write_text("park_id\na\n" * 50)
    (out / "atlas.html").write_text("<p>")
    write_manifest(out, {"versions": {"corredor": "0.1.0"}})
    return out


def content(**values: Any) -> Change:
    """Return what sets keys of the manifest."""

    def change(folder: Path) -> None:
        path = folder / "manifest.json"
        text = json.loads(path.read_text("utf-8")) | {k: v for k, v in values.items() if v is not ...}
        path.write_text(json.dumps({k: v for k, v in text.items() if values.get(k) is not ...}), encoding="utf-8")

    return change


def listed(name: object, **more: object) -> Change:
    """Return what adds a file to the list of outputs."""

    def change(folder: Path) -> None:
        path = folder / "manifest.json"
        text = json.loads(path.read_text("utf-8"))
        text["outputs"].append({"file": name, "sha256": "0" * 64} | more)
        path.write_text(json.dumps(text), encoding="utf-8")

    return change


def written(name: str, text: bytes) -> Change:
    return lambda folder: (folder / name).write_bytes(text)


def shown(folder: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["check", "--outputs", str(folder)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def whole(said: str) -> str:
    return re.sub(r"\s+", " ", said)


CASES: dict[str, tuple[Change, str]] = {
    "a newer version": (
        content(schema_version=99, versions={"corredor": "7.2.0"}),
        "version 99, and this program knows",
    ),
    "no version of the form": (content(schema_version=...), "version None"),
    "the version true": (content(schema_version=True), "version True"),
    "the version nought": (content(schema_version=0), "version 0,"),
    "a truncated file": (lambda folder: os.truncate(folder / "tables" / "parks.csv", 17), "parks.csv: was changed"),
    "an empty file": (lambda folder: os.truncate(folder / "atlas.html", 0), "atlas.html: was changed"),
    "a file more by a byte": (written("atlas.html", b"<p>\n"), "atlas.html: was changed"),
    "a missing file": (lambda folder: (folder / "atlas.html").unlink(), "atlas.html: is missing"),
    "a folder for a file": (
        lambda folder: ((folder / "atlas.html").unlink(), (folder / "atlas.html").mkdir()),
        "atlas.html: is missing",
    ),
    "a pipe for a file": (
        lambda folder: ((folder / "atlas.html").unlink(), os.mkfifo(folder / "atlas.html")),
        "atlas.html: is missing",
    ),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "no manifest.json that can be read"),
    "a truncated manifest": (lambda folder: os.truncate(folder / "manifest.json", 60), "no manifest.json"),
    "a manifest that is no JSON": (written("manifest.json", b"<html>"), "no manifest.json"),
    "a manifest that is no UTF-8": (written("manifest.json", b'{"outputs": ["\xff"]}'), "no manifest.json"),
    "a manifest of zeros": (written("manifest.json", bytes(4096)), "no manifest.json"),
    "a manifest nested deep": (written("manifest.json", b"[" * 200_000), "no manifest.json"),
    "a number of many digits": (written("manifest.json", b'{"schema_version": ' + b"9" * 99_999 + b"}"), "no manifest"),
    "outputs that are no list": (content(outputs={"file": "x"}), "no manifest.json"),
    "a name that is no text": (listed(7), "no manifest.json"),
    "a hash that is no text": (listed("atlas.html", sha256=None), "no manifest.json"),
    "a way up": (listed("../secret"), "leads out of the folder"),
    "a way up inside": (listed("tables/../../secret"), "leads out of the folder"),
    "a full path": (listed("/etc/hostname"), "leads out of the folder"),
    "a path of Windows": (listed("..\\secret"), "leads out of the folder"),
    "no name": (listed(""), "leads out of the folder"),
    "the folder itself": (listed("."), "leads out of the folder"),
    "NUL in a name": (listed("atlas.html\0.txt"), "leads out of the folder"),
    "a name too long": (listed("x" * 5_000), "cannot be read (File name too long)"),
    "a lone surrogate": (listed("\ud800"), "is missing"),
    "control letters": (listed("\x1b[2J\u202eparks"), "\\x1b[2J\\u202eparks: is missing"),
}


@pytest.mark.parametrize(("change", "said"), CASES.values(), ids=CASES)
def test_what_is_wrong_is_said_and_nothing_else_happens(folder: Path, change: Change, said: str) -> None:
    secret = folder.parent / "secret"
    secret.write_text("secret")
    change(folder)
    code, output = shown(folder)
    assert code == 1
    assert said in whole(output)
    assert "Traceback" not in output
    assert not set(output) & {"\x1b", "\0", "\u202e"}


def test_a_folder_by_another_version_says_which_when_something_is_wrong(folder: Path) -> None:
    content(schema_version=99, versions={"corredor": "7.2.0"})(folder)
    assert "written by Corredor 7.2.0" in shown(folder)[1]


def test_an_older_form_stays_whole_and_says_its_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of a later day, which knows form 3, reads what today's wrote."""
    monkeypatch.setattr(manifest, "SCHEMA_VERSION", 3)
    assert shown(folder) == (0, f"{folder}: 2 files, whole, written by Corredor 0.1.0.\n")


def test_a_file_besides_is_the_readers_own(folder: Path) -> None:
    (folder / "notes.txt").write_text("the reader's own")
    (folder / "link").symlink_to(folder / "notes.txt")
    code, output = shown(folder)
    assert code == 0
    assert whole(output).endswith("written by Corredor 0.1.0. 2 more in the folder are not among its outputs. ")


@pytest.mark.parametrize("said", ["\x1b[2J", "1" * 41, "", "0.1 <script>", 1, None, ["0.1"], {"a": 1}])
def test_what_is_no_version_of_the_program_is_not_repeated(folder: Path, said: object) -> None:
    content(versions={"corredor": said})(folder)
    assert shown(folder) == (0, f"{folder}: 2 files, whole, written by Corredor unknown.\n")
