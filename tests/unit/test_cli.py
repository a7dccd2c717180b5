"""The command line: help without heavy imports, refusals as sentences, progress on standard error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo.cli import main
from geo.study import Study

HEAVY = ("pandas", "geopandas", "shapely", "pyogrio", "pandera", "folium", "numba", "scipy", "pyproj", "rich.progress")


@pytest.mark.parametrize("words", [["--help"], ["build", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from geo.cli import main\n"
        f"try: main({words!r}, prog_name='geo')\nexcept SystemExit as end: assert not end.code\n"
        f"heavy = sorted(set({HEAVY!r}) & set(sys.modules)); assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "geo" in done.stdout


def test_help_names_every_command_and_option() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    for command in ("build", "check", "info"):
        assert command in text
    text = CliRunner().invoke(main, ["build", "--help"]).output
    for option in ("--study", "--out", "--seed", "--permutations", "--quiet"):
        assert option in text


def test_check_passes_on_the_shipped_study() -> None:
    result = CliRunner().invoke(main, ["check"])
    assert result.exit_code == 0
    assert "no problem found" in result.stdout
    assert "reading parks" in result.stderr


def test_quiet_silences_progress() -> None:
    assert CliRunner().invoke(main, ["check", "--quiet"]).stderr == ""


def test_check_lists_all_problems_and_exits_with_one(study_with: Callable[..., Study], tmp_path: Path) -> None:
    def spoil(rows: list[list[str]]) -> None:
        rows[4][rows[0].index("kind")] = "mall"
        rows[7][rows[0].index("area_ha")] = "many"

    study_with(parks=spoil)
    result = CliRunner().invoke(main, ["check", "--quiet", "--study", str(tmp_path / "geo.toml")])
    assert result.exit_code == 1
    assert "2 problems found; nothing was written." in result.stderr
    assert "row 5, column kind" in result.stderr
    assert "row 8, column area_ha" in result.stderr
    assert "Traceback" not in result.stderr


def test_build_asks_for_a_year_and_ultimate_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(study: Study, _out: Path, **_rest: object) -> list[Path]:
        asked.append(study.parameters)
        return []

    monkeypatch.setattr("geo.pipeline.build", run)
    for words in ([], ["--ownership-year", "2018", "--ultimate-owners"]):
        assert CliRunner().invoke(main, ["build", "--quiet", *words]).exit_code == 0
    assert [(each.ownership_year, each.ultimate_owners) for each in asked] == [(None, False), (2018, True)]


def test_a_bad_study_file_is_one_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["build", "--study", str(tmp_path / "none.toml")])
    assert result.exit_code == 1
    assert "does not exist" in result.stderr


def test_info_says_what_this_is() -> None:
    text = CliRunner().invoke(main, ["info"]).stdout
    assert "not CREA's list of 564 parks" in text
    assert "ODbL-1.0" in text
    parks = next(line for line in text.splitlines() if line.startswith("parks "))
    assert "857" in parks


def test_the_study_of_the_current_folder_is_taken(
    study_with: Callable[..., Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study_with(developers=lambda rows: rows.pop())
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check", "--quiet"])
    assert result.exit_code == 1  # the party that is gone still has a park
    assert "my_developers" not in result.stderr
    assert "is not a developer_id of the layer developers" in result.stderr
