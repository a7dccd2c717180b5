"""Files placed together: what a killed process was replacing is put back, and nothing outside the folder is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geo._placing import JOURNAL, is_cut_off, place_files, put_back, settle
from geo.errors import StudyError
from geo.export.files import whole_files
from geo.study import load_study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    (folder / "data").mkdir(parents=True)
    (folder / "geo.toml").write_text("old")
    (folder / "data" / "parks.csv").write_text("old")
    return folder


def staged(folder: Path) -> Path:
    staging = folder / ".geo-ingest-x"
    (staging / "data").mkdir(parents=True)
    for name in ("geo.toml", "data/parks.csv", "data/new.csv"):
        (staging / name).write_text("new")
    return staging


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


OLD = {"geo.toml": "old", "data/parks.csv": "old"}
NEW = {"geo.toml": "new", "data/parks.csv": "new", "data/new.csv": "new"}
NAMES = ["data/new.csv", "data/parks.csv", "geo.toml"]


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_what_was_cut_off_is_put_back(folder: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    staging, replace, done = staged(folder), Path.replace, []

    def die(path: Path, target: Path) -> Path:
        if target.name != JOURNAL:
            if len(done) == after:
                raise KeyboardInterrupt  # like a kill: nothing is tidied up
            done.append(target)
        return replace(path, target)

    if after < len(NAMES):
        monkeypatch.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            place_files(staging, folder, NAMES)
        monkeypatch.undo()
        assert is_cut_off(folder, ".geo-ingest-")
        settle(folder, ".geo-ingest-")
        assert contents(folder) == OLD
    else:
        assert place_files(staging, folder, NAMES) == [folder / name for name in NAMES]
        settle(folder, ".geo-ingest-")
        assert contents(folder) == NEW
    assert not is_cut_off(folder, ".geo-ingest-")
    assert not list(folder.glob(".*"))


def test_putting_back_may_be_cut_off_too(folder: Path) -> None:
    staging = staged(folder)
    place_files(staging, folder, NAMES)
    (staging / JOURNAL).write_text(json.dumps({"data/new.csv": False, "data/parks.csv": True, "geo.toml": True}))
    (staging / "earlier" / "geo.toml").replace(folder / "geo.toml")
    put_back(staging, folder)
    put_back(staging, folder)
    assert {name: text for name, text in contents(folder).items() if not name.startswith(".")} == OLD


@pytest.mark.parametrize("name", ["../victim", "/etc/hostname", "data/../../victim", "out/victim", "", "a\0b"])
def test_a_list_from_elsewhere_does_not_lead_out_of_the_folder(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "victim").write_text("mine")
    (folder / "out").symlink_to(tmp_path)
    staging = staged(folder)
    (staging / JOURNAL).write_text(json.dumps({name: False, "geo.toml": False}))
    (staging / "geo.toml").unlink()
    settle(folder, ".geo-ingest-")
    assert (tmp_path / "victim").read_text() == "mine"
    assert (folder / "geo.toml").read_text() == "old"
    assert not staging.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"geo.toml": ', "null"])
def test_a_list_that_cannot_be_read_is_nothing(folder: Path, text: str) -> None:
    (staged(folder) / JOURNAL).write_text(text)
    settle(folder, ".geo-ingest-")
    assert contents(folder) == OLD


def test_links_with_a_leftovers_name_are_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years")
    (folder / ".geo-ingest-link").symlink_to(tmp_path / "mine")
    settle(folder, ".geo-ingest-")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years"
    assert (folder / ".geo-ingest-link").is_symlink()


def test_a_study_in_the_middle_of_a_change_is_not_read(folder: Path) -> None:
    (staged(folder) / JOURNAL).write_text("{}")
    with pytest.raises(StudyError, match=r"a geo ingest is changing files .* give geo ingest again"):
        load_study(folder / "geo.toml")


def test_the_next_set_of_files_puts_back_what_was_cut_off(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("new")
    staging = tmp_path / ".export.writing-x"
    (staging / "earlier").mkdir(parents=True)
    (staging / "earlier" / "one.csv").write_text("old")
    (staging / "two.csv").write_text("new")
    (staging / JOURNAL).write_text(json.dumps({"one.csv": True, "two.csv": False}))
    with pytest.raises(ZeroDivisionError), whole_files(tmp_path):
        raise ZeroDivisionError
    assert contents(tmp_path) == {"one.csv": "old"}
