"""The second study: a made-up region with every layer of its own, and nothing of Mexico in its figures."""

from __future__ import annotations

import json
from pathlib import Path

import build_example
import geopandas as gpd
import pandas as pd
import pytest
from pyproj import Geod

from geo.pipeline import build
from geo.schema import LAYERS
from geo.study import load_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "otra_region"
GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("example") / "maps"
    build(load_study(EXAMPLE / "geo.toml", permutations=99), out)
    return out


def read(run: Path, name: str) -> pd.DataFrame:
    geometry = LAYERS[name].geometry is not None
    return (gpd if geometry else pd).read_parquet(run / "tables" / f"{name}.parquet")


def test_the_study_names_every_layer_and_says_that_it_is_made_up() -> None:
    study = load_study(EXAMPLE / "geo.toml")
    assert set(study.layers) == {name for name, layer in LAYERS.items() if layer.file is not None}
    assert "sintéticos" in study.study.title_es
    assert "synthetic" in study.study.title_en


def test_the_files_are_what_the_script_writes(tmp_path: Path) -> None:
    build_example.main(tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert written
    for path in written:
        if path.suffix == ".csv":
            assert (EXAMPLE / path).read_bytes() == (tmp_path / path).read_bytes(), path
        else:
            assert gpd.read_parquet(EXAMPLE / path).equals(gpd.read_parquet(tmp_path / path)), path


@pytest.mark.slow
def test_a_run_reads_and_shows_only_the_studys_own(run: Path) -> None:
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert not any(each["shipped"] for each in manifest["inputs"])
    assert {each["licence"] for each in manifest["inputs"]} == {"see sources"}
    page = (run / "findings.html").read_text(encoding="utf-8")
    assert "Los parques son los del archivo parks.csv de este estudio" in page
    assert "se armó con un registro federal" not in page
    assert all(each["rows_in"] == each["rows_out"] + each["rejects"] for each in manifest["rows"].values())
    assert read(run, "states")["name"].tolist() == list(build_example.NAMES)
    assert read(run, "national")["name"].tolist() == ["Región de ejemplo"]
    assert len(read(run, "municipalities")) == 80
    assert (run / "atlas.html").stat().st_size > 100_000


@pytest.mark.slow
def test_distances_are_to_the_studys_own_border(run: Path) -> None:
    parks = read(run, "parks").to_crs(4326)
    north = build_example.SOUTH + build_example.LINES * build_example.SIDE
    _, _, metres = GEOD.inv(parks.geometry.x, parks.geometry.y, parks.geometry.x, [north] * len(parks))
    # The border is the parallel: the way due north is within a thousandth of the shortest.
    assert (parks["border_km"] - metres / 1000).abs().max() < 0.2
    assert parks["port_name"].str.startswith("Cruce").all()
    assert (parks["min_wage_zone"] == "northern_border").sum() == (parks.geometry.y > north - 0.25).sum() > 0
