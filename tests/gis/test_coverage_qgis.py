"""The GeoPackage of a planner's answer in QGIS and under GDAL's validator."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from geo.planning import Asked, SitesAsked, write_sites
from geo.runs import Run
from geo.schema import PLANNING_LAYERS
from geo.study import load_study

pytestmark = pytest.mark.gis

SYSTEM_PYTHON = "/usr/bin/python3"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}


@pytest.fixture(scope="module")
def written(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sites")
    write_sites(Run(load_study(), built), Asked(state="Oaxaca", within="45min"), SitesAsked(new=2), out)
    return out / "coverage.gpkg"


def test_gdal_finds_nothing_wrong(written: Path) -> None:
    command = [SYSTEM_PYTHON, "-m", "osgeo_utils.samples.validate_gpkg", str(written)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_layer_opens_in_its_style(written: Path, tmp_path: Path) -> None:
    names = ["coverage_municipalities", "coverage_places", "facilities", "proposed_sites", "site_costs",
             "changed_places"]  # fmt: skip
    script = Path(__file__).with_name("inspect_coverage.py")
    report = tmp_path / "report.json"
    command = [SYSTEM_PYTHON, str(script), str(written), ",".join(names), str(report)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    seen = json.loads(report.read_text())
    for name in names:
        layer = seen[name]
        assert layer["valid"]
        assert layer["features"] > 0
        assert layer["invalid"] == 0
        assert layer["aliases"][1:] == [column.es for column in PLANNING_LAYERS[name].output_columns]
        if name != "proposed_sites":
            # Every feature falls in one class and no more.
            assert sum(layer["counts"].values()) == layer["features"]
    assert seen["proposed_sites"]["features"] == 2
    assert seen["proposed_sites"]["renderer"] == "singleSymbol"
