"""The rasters in QGIS: opened as a user would, each in the colours that stand beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.export.rasters import write_rasters
from geo.export.style import RASTER_STYLES, StyleClass
from geo.geodesy import planar_crs
from geo.landgrid import CELL_M, Surface, land_grid

pytestmark = pytest.mark.gis

SYSTEM_PYTHON = "/usr/bin/python3"
STEP = 2.0**-20
HIGHEST = 5000.0


def probes(name: str) -> list[tuple[float, StyleClass]]:
    """Return values with their classes: just under every break and on it, as a raster holds them, and a large one."""
    classes = RASTER_STYLES[name].classes
    found = [(HIGHEST, classes[-1])]
    for low, high in pairwise(classes):
        assert low.high == high.low is not None
        found += [(low.high - max(1.0, low.high) * STEP, low), (float(np.float32(low.high)), high)]
    return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a raster of every kind: values that rise from west to east over a square with a hole."""
    place = tmp_path_factory.mktemp("rasters")
    hole = shapely.box(2_500_000, 1_300_000, 2_900_000, 1_600_000)
    land = shapely.box(2_000_000, 1_000_000, 3_600_000, 2_000_000).difference(hole)
    grid = land_grid(gpd.GeoDataFrame(geometry=[land], crs=planar_crs()))
    rising = np.linspace(-1, HIGHEST, grid.land.sum())
    surfaces = [Surface(name, "1", "facts", grid.filled(rising)) for name in RASTER_STYLES]
    write_rasters(grid, surfaces, place, timestamp="2026-11-01T00:00:00Z")
    return place


@pytest.fixture(scope="session")
def seen(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what QGIS tells of every raster; keeps the picture it drew."""
    place = tmp_path_factory.mktemp("qgis_rasters")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    report = place / "report.json"
    report.write_text(json.dumps({name: [value for value, _ in probes(name)] for name in RASTER_STYLES}))
    command = [SYSTEM_PYTHON, str(Path(__file__).with_name("inspect_rasters.py")), str(folder), str(report)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        [*command, str(place / "rasters.png")],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=environment,
    )
    found = dict(json.loads(report.read_text()))
    assert isinstance(found["ownership_excess"], dict), done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before, "opening them changed the folder"
    keep = os.environ.get("CORREDOR_PICTURES")
    if keep:
        shutil.copy(place / "rasters.png", keep)
    return found


@pytest.mark.parametrize("name", RASTER_STYLES)
def test_a_raster_opens_where_it_lies_with_its_words(seen: dict[str, Any], name: str) -> None:
    raster, styling = seen[name], RASTER_STYLES[name]
    assert raster["valid"]
    assert raster["crs"] == "EPSG:6372"
    assert raster["cell"] == [CELL_M, CELL_M]
    assert styling.label.es in raster["band"]
    assert styling.label.en in raster["band"]
    assert raster["nodata"]
    assert raster["maximum"] == pytest.approx(HIGHEST)
    assert raster["pyramids"] >= 2


@pytest.mark.parametrize("name", RASTER_STYLES)
def test_every_value_has_the_colour_of_its_class(seen: dict[str, Any], name: str) -> None:
    raster, styling = seen[name], RASTER_STYLES[name]
    assert raster["renderer"] == "singlebandpseudocolor"
    for each, label in zip(styling.classes, raster["labels"], strict=True):
        assert each.label.es in label
        assert each.label.en in label
    for (value, each), (shaded, *colour) in zip(probes(name), raster["shades"], strict=True):
        assert shaded
        if each.fill is None:
            assert colour[3] == 0, value
        else:
            assert colour == [*bytes.fromhex(each.fill[1:]), 255], value
