"""Outputs appear all or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from geo._placing import staging_prefix
from geo.errors import OutputError
from geo.export.folder import whole_file, whole_folder

NAMES = frozenset({"one.txt", "manifest.json", "tables"})


def write(target: Path, text: str) -> None:
    with whole_folder(target, NAMES) as folder:
        (folder / "one.txt").write_text(text)
        (folder / "tables").mkdir()
        (folder / "tables" / "two.txt").write_text(text)
        (folder / "manifest.json").write_text("{}")


def test_a_run_replaces_its_own_outputs_and_keeps_what_is_not_its_own(tmp_path: Path) -> None:
    target = tmp_path / "maps"
    write(target, "first")
    (target / "notes.txt").write_text("mine")
    (target / "mine").mkdir()
    (target / "mine" / "deep.txt").write_text("mine")
    (target / "tables" / "stale.txt").write_text("old")
    write(target, "second")
    assert (target / "one.txt").read_text() == "second"
    assert (target / "notes.txt").read_text() == "mine"
    assert (target / "mine" / "deep.txt").read_text() == "mine"
    assert not (target / "tables" / "stale.txt").exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]


def test_a_failed_run_leaves_the_earlier_outputs_whole(tmp_path: Path) -> None:
    target = tmp_path / "maps"
    write(target, "first")
    with pytest.raises(ZeroDivisionError), whole_folder(target, NAMES) as folder:
        (folder / "one.txt").write_text("half")
        raise ZeroDivisionError
    assert (target / "one.txt").read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]


def test_a_folder_with_files_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match="Choose an empty or new folder"), whole_folder(tmp_path, NAMES):
        pass
    assert (tmp_path / "thesis.docx").read_text() == "years of work"


def test_the_projects_own_maps_folder_is_accepted(tmp_path: Path) -> None:
    target = tmp_path / "maps"
    target.mkdir()
    (target / "README.md").write_text("about")
    write(target, "first")
    assert (target / "README.md").read_text() == "about"


def test_a_file_or_a_link_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file"), whole_folder(tmp_path / "file", NAMES):
        pass
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OutputError, match="is a link"), whole_folder(tmp_path / "link", NAMES):
        pass


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = tmp_path / f".maps.writing-{int(gone.stdout)}-abc"
    left.mkdir()
    (left / "half.txt").write_text("half")
    write(tmp_path / "maps", "first")
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]


def test_a_second_run_into_the_same_folder_says_so(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "maps", NAMES) as busy:
        with pytest.raises(OutputError, match=rf"maps: another run \(process {os.getpid()}\) is writing there"):
            write(tmp_path / "maps", "second")
        with pytest.raises(OutputError, match="another run"), whole_folder(tmp_path / "maps", NAMES):
            pass
        assert busy.is_dir()
        write(tmp_path / "others", "beside it")
        (busy / "manifest.json").write_text("{}")
    write(tmp_path / "maps", "third")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["maps", "others"]


def test_two_runs_into_one_file_do_not_mix(tmp_path: Path) -> None:
    with whole_file(tmp_path / "atlas.html") as path:
        path.write_text("first")
        with pytest.raises(OutputError, match="another run"), whole_file(tmp_path / "atlas.html"):
            pass
    assert (tmp_path / "atlas.html").read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["atlas.html"]


def test_a_failed_run_leaves_no_folders_above_its_target(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "a" / "b" / "maps", NAMES):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_earlier_outputs_that_a_killed_run_had_moved_aside_come_back(tmp_path: Path) -> None:
    write(tmp_path / "maps", "first")
    (tmp_path / "maps").rename(tmp_path / ".maps.old")  # where folders cannot be exchanged, between its two renames
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "maps", NAMES):
        raise ZeroDivisionError
    assert (tmp_path / "maps" / "one.txt").read_text() == "first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["maps"]


@pytest.mark.parametrize("name", ["á" * 120, "a" * 250, "con espacios y ñ", "[a-z]*", "-o"])
def test_long_and_odd_names_are_written(tmp_path: Path, name: str) -> None:
    left = tmp_path / staging_prefix(tmp_path / name)
    left.mkdir()
    write(tmp_path / name, "first")
    write(tmp_path / name, "second")
    assert (tmp_path / name / "one.txt").read_text() == "second"
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("links", [True, False])
def test_a_link_where_the_lock_stands_is_not_followed(tmp_path: Path, links: bool) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / ".maps.lock").symlink_to(victim if links else tmp_path / "nowhere")
    with pytest.raises(OutputError, match="cannot write there"):
        write(tmp_path / "maps", "first")
    assert victim.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_rights_of_the_folder_follow_the_umask(tmp_path: Path) -> None:
    write(tmp_path / "maps", "first")
    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "maps").stat().st_mode & 0o777 == 0o777 & ~mask
