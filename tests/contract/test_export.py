"""`geo export`: what was asked for, whole or not at all, and one sentence where it cannot be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import rasterio
from click.testing import CliRunner, Result

from geo.cli import main
from geo.extract import FORMATS


def export(built: Path, out: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", "--run", str(built), "--out", str(out), "--quiet", *arguments])


def written(result: Result, out: Path) -> set[str]:
    assert result.exit_code == 0, result.output
    named = {str(Path(line).relative_to(out)) for line in result.output.splitlines()}
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert named == there
    return there


def refused(built: Path, out: Path, *arguments: str) -> str:
    """Return the sentence of a refusal; nothing may be left of the attempt."""
    before = set(out.parent.rglob("*"))
    result = export(built, out, *arguments)
    assert result.exit_code != 0
    assert set(out.parent.rglob("*")) == before
    assert "Traceback" not in result.output
    return result.output.removeprefix("Error: ").strip()


@pytest.mark.slow
def test_every_format_at_once_within_fifteen_seconds(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "export"
    start = time.perf_counter()
    files = written(export(built, out, "--format", ",".join(FORMATS)), out)
    seconds = time.perf_counter() - start
    # The bar is 15 s on idle cores; the tests may share theirs.
    assert seconds < 45
    assert {"corredor.gpkg", "corredor.qgz", "corredor.pmtiles", "manifest.json", "geoparquet/parks.parquet",
            "flatgeobuf/parks.fgb", "csv/parks.csv", "rasters/parks_density.tif"} <= files  # fmt: skip
    assert (out / "corredor.gpkg").read_bytes() == (built / "corredor.gpkg").read_bytes()
    with zipfile.ZipFile(out / "corredor.qgz") as project:
        assert project.testzip() is None
    with rasterio.open(out / "rasters" / "parks_density.tif") as raster:
        assert raster.crs.to_epsg() == 6372
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert {each["file"] for each in manifest["outputs"]} == files - {"manifest.json"}


def test_named_layers_of_a_state_in_another_reference_system(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "export"
    arguments = ("--format", "gpkg", "--layers", "parks,developers", "--state", "Nuevo León", "--crs", "EPSG:4326")
    assert written(export(built, out, *arguments), out) == {"corredor.gpkg", "manifest.json"}
    layers = {name for name, _ in pyogrio.list_layers(out / "corredor.gpkg")} - {"layer_styles"}
    assert layers == {"parks", "developers"}
    parks = gpd.read_file(out / "corredor.gpkg", layer="parks")
    all_parks = gpd.read_parquet(built / "tables" / "parks.parquet")
    mine = all_parks[all_parks["cve_ent"] == "19"].reset_index(drop=True)
    assert parks.crs.to_epsg() == 4326
    assert parks["park_id"].tolist() == mine["park_id"].tolist()
    moved = mine.geometry.to_crs(4326)
    assert (parks.geometry.isna() == moved.isna()).all()
    assert parks.geometry.dropna().geom_equals_exact(moved.dropna(), 1e-9).all()


def test_what_else_is_in_the_folder_stays(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "export"
    written(export(built, out, "--format", "csv", "--layers", "parks,border"), out)
    (out / "my notes.txt").write_text("mine")
    result = export(built, out, "--format", "fgb", "--layers", "border")
    assert result.exit_code == 0
    assert (out / "my notes.txt").read_text() == "mine"
    assert (out / "csv" / "parks.csv").exists()
    assert (out / "flatgeobuf" / "border.fgb").exists()
    # The same format again: its folder is replaced whole.
    assert export(built, out, "--format", "csv", "--layers", "border").exit_code == 0
    assert not (out / "csv" / "parks.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "shp"), "--format shp: no such format. Known: gpkg, qgz,"),
        (("--format", ""), "--format names none: no such format."),
        (("--format", "geoparket"), "Did you mean geoparquet?"),
        (("--layers", "parcs"), "--layers parcs: no such layer. Did you mean parks?"),
        (("--crs", "EPSG:1"), "--crs EPSG:1: there is no such reference system. Give a code such as EPSG:4326"),
        (("--crs", "nonsense"), "there is no such reference system"),
        (("--crs", "EPSG:5703"), "is no system of places on a map"),
        (("--crs", "EPSG:4326", "--format", "pmtiles"), "pmtiles is always in EPSG:3857. Leave --crs out"),
        (("--bbox=0,50,1,51",), "--bbox 0,50,1,51: holds nothing of the study's states"),
        (("--bbox=-101,25,-99",), "give west,south,east,north in degrees"),
        (("--state", "Texas"), "--state Texas: there is no such state"),
        (("--bbox=-101,25,-99,26", "--state", "19"), "both name a part of the country; give one"),
        (("--format", "postgis"), "--format postgis needs the database's address"),
    ],
)
def test_a_wish_that_cannot_be_met_ends_in_one_sentence(
    built: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in refused(built, tmp_path / "export", *arguments)


def test_a_reference_system_that_does_not_reach_the_country_is_refused(built: Path, tmp_path: Path) -> None:
    # A view from space over the Indian Ocean: Mexico is behind the horizon.
    crs = "+proj=ortho +lat_0=0 +lon_0=80 +type=crs"
    said = refused(built, tmp_path / "export", "--layers", "parks", "--crs", crs)
    assert "does not reach the study's region" in said


def test_a_folder_of_somebody_else_is_left_alone(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "export"
    out.mkdir()
    (out / "thesis.docx").write_text("mine")
    assert "holds files that are not an earlier run's" in refused(built, out)
    assert (out / "thesis.docx").read_text() == "mine"


def test_a_folder_without_the_right_to_write_is_said(built: Path) -> None:
    # /proc takes no folder, not even from root.
    result = export(built, Path("/proc/corredor"))
    assert result.exit_code != 0
    assert "cannot write there" in result.output
    assert "Choose another --out" in result.output


def test_a_file_that_another_program_holds_open_stays_whole_for_it(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "export"
    assert export(built, out, "--layers", "border").exit_code == 0
    before = (out / "corredor.gpkg").read_bytes()
    with (out / "corredor.gpkg").open("rb") as reader:
        assert export(built, out, "--layers", "border,states").exit_code == 0
        assert reader.read() == before
    assert {name for name, _ in pyogrio.list_layers(out / "corredor.gpkg")} >= {"border", "states"}


def in_small_disk(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script with a disk of 2 MB mounted on a folder, in a name space of its own."""
    mount = f'mount -t tmpfs -o size=2m tmpfs "{folder}"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", f"{mount} && {script}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["gpkg", "geoparquet", "fgb", "csv", "pmtiles", "cog"])
def test_a_full_disk_leaves_nothing_half_written(built: Path, tmp_path: Path, key: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if shutil.which("unshare") is None or in_small_disk("true", disk).returncode != 0:
        pytest.skip("this system gives no name space to mount a small disk in")
    geo = f'"{sys.executable}" -m geo export --quiet --format {key} --run "{built}" --out "{disk}/export"'
    script = f'{geo}; echo "code $?"; find "{disk}" -mindepth 1 | sort'
    found = in_small_disk(script, disk)
    assert found.stdout == "code 1\n", found.stdout + found.stderr
    assert "Error: " in found.stderr
    assert "free some space, or choose another --out." in found.stderr
    assert "Traceback" not in found.stderr
    assert len(found.stderr.strip().splitlines()) <= 2


def test_environment_carries_the_address_of_the_database(built: Path, tmp_path: Path) -> None:
    env = {"CORREDOR_DSN": "postgresql://someone:s3cret@127.0.0.1:9/nowhere?connect_timeout=2"}
    result = CliRunner(env=os.environ | env).invoke(
        main, ["export", "--run", str(built), "--format", "postgis", "--layers", "border", "--quiet"]
    )
    assert result.exit_code == 1
    assert "Error: " in result.output
    assert "s3cret" not in result.output


def test_reading_back_gives_the_tables(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "export"
    written(export(built, out, "--format", "geoparquet", "--layers", "parks,wages"), out)
    wages = pd.read_parquet(out / "geoparquet" / "wages.parquet")
    pd.testing.assert_frame_equal(wages, pd.read_parquet(built / "tables" / "wages.parquet"))
    parks = gpd.read_parquet(out / "geoparquet" / "parks.parquet")
    expected = gpd.read_parquet(built / "tables" / "parks.parquet").set_index("park_id")
    pd.testing.assert_frame_equal(
        pd.DataFrame(parks.set_index("park_id").loc[expected.index]), pd.DataFrame(expected), check_index_type=False
    )
