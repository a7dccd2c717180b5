"""The GeoPackage in QGIS and under GDAL's validator: opened as a user would, without a screen."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from geo.export.style import LAYER_STYLES
from geo.schema import LAYERS, LICENCES

pytestmark = pytest.mark.gis

SYSTEM_PYTHON = "/usr/bin/python3"
PUBLISHED = [name for name, layer in LAYERS.items() if layer.published]
SPATIAL = [name for name in PUBLISHED if LAYERS[name].geometry]


@pytest.fixture(scope="session")
def seen(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what QGIS tells of every layer; keeps the picture it drew."""
    folder = tmp_path_factory.mktemp("qgis")
    before = (built / "corredor.gpkg").read_bytes()
    command = [
        SYSTEM_PYTHON,
        str(Path(__file__).with_name("inspect_qgis.py")),
        str(built / "corredor.gpkg"),
        ",".join(PUBLISHED),
        str(folder / "report.json"),
        str(folder / "map.png"),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert (folder / "report.json").exists(), done.stderr
    found = dict(json.loads((folder / "report.json").read_text()))
    assert (built / "corredor.gpkg").read_bytes() == before, "opening it in QGIS changed the file"
    keep = os.environ.get("CORREDOR_PICTURES")
    if keep:
        shutil.copy(folder / "map.png", keep)
    assert (folder / "map.png").stat().st_size > 50_000
    return found


def colour(fill: str | None, *, transparent: bool = False) -> str:
    return "#00ffffff" if fill is None else ("#00" if transparent else "#ff") + fill.removeprefix("#")


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_layer_opens_with_its_words(built: Path, seen: dict[str, Any], name: str) -> None:
    layer = seen[name]
    assert layer["valid"]
    table = gpd.pd.read_parquet(built / "tables" / f"{name}.parquet")
    assert layer["features"] == len(table)
    assert layer["invalid"] == 0
    wanted = {column.name: column.es for column in LAYERS[name].output_columns}
    assert {key: value for key, value in layer["aliases"].items() if key in wanted} == wanted
    if name in SPATIAL:
        assert layer["crs"] == "EPSG:6372"


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_layer_shows_its_metadata(built: Path, seen: dict[str, Any], name: str) -> None:
    layer, shown = LAYERS[name], seen[name]["metadata"]
    rights, licence, _ = LICENCES[layer.licence]
    assert shown["title"] == f"{layer.es} / {layer.en}"
    assert layer.description in shown["abstract"]
    assert shown["licences"] == [licence]
    assert shown["rights"] == [rights]
    assert len(shown["dates"]) == 1
    assert {layer.es, layer.en} <= set(shown["keywords"]["corredor"])
    assert any("Corredor" in line for line in shown["history"])
    table = gpd.pd.read_parquet(built / "tables" / f"{name}.parquet")
    if name in SPATIAL:
        assert shown["crs"] == "EPSG:6372"
        assert len(shown["boxes"]) == 1
    if "source_ids" in table:
        sources = gpd.pd.read_parquet(built / "tables" / "sources.parquet").set_index("source_id")
        named = set(table["source_ids"].dropna().str.split("|").explode())
        assert sorted(link[0] for link in shown["links"]) == sorted(sources.loc[list(named), "title"])


def test_gdal_finds_the_relations_of_the_tables(built: Path) -> None:
    code = (
        "from osgeo import gdal; import json, sys; gdal.UseExceptions(); file = gdal.OpenEx(sys.argv[1]); "
        "found = [file.GetRelationship(each) for each in file.GetRelationshipNames()]; "
        "print(json.dumps([[r.GetLeftTableName(), *r.GetLeftTableFields(), r.GetRightTableName(), "
        "*r.GetRightTableFields()] for r in found]))"
    )
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", code, str(built / "corredor.gpkg")], capture_output=True, text=True, check=True
    )
    found = {tuple(each) for each in json.loads(done.stdout)}
    assert ("parks", "park_id", "park_developers", "park_id") in found
    assert ("developers", "developer_id", "park_developers", "developer_id") in found
    assert ("parks", "park_id", "sensitivity", "park_id") in found


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("parks", "parks"),
        ("assembly_plants", "assembly_plants"),
        ("auto_parts_plants", "auto_parts_plants"),
        ("establishments", "establishments"),
        ("municipalities", "municipalities"),
        ("ports_of_entry", "ports_of_entry"),
        ("corridor", "corridor"),
    ],
)
def test_the_default_style_is_applied_as_the_style_table_says(seen: dict[str, Any], name: str, key: str) -> None:
    layer, styling = seen[name], LAYER_STYLES[key].stylings[0]
    assert layer["renderer"] == "RuleRenderer"
    wanted = {each.label.es: colour(each.fill) for each in styling.classes}
    found = {label: shown for label, _, shown in layer["classes"]}
    assert {label: found[label] for label in wanted} == wanted
    if styling.no_data is not None:
        assert styling.no_data.label.es in found


def test_every_park_falls_in_one_class(seen: dict[str, Any]) -> None:
    assert sum(seen["parks"]["class_counts"].values()) == 857
    assert sum(seen["municipalities"]["class_counts"].values()) == 2469


def test_further_styles_stand_in_the_list(seen: dict[str, Any]) -> None:
    assert "Desarrollador" in seen["parks"]["styles"]
    assert len(seen["parks"]["styles"]) >= 4
    assert "Salario diario (MXN)" in seen["states"]["styles"]


def test_gdals_validator_finds_no_error(built: Path) -> None:
    command = [SYSTEM_PYTHON, "-m", "osgeo_utils.samples.validate_gpkg", str(built / "corredor.gpkg")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_validator_can_fail(built: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gpkg"
    shutil.copy(built / "corredor.gpkg", broken)
    with sqlite3.connect(broken) as database:
        database.execute("UPDATE gpkg_contents SET last_change = 'yesterday' WHERE table_name = 'parks'")
    database.close()
    command = [SYSTEM_PYTHON, "-m", "osgeo_utils.samples.validate_gpkg", str(broken)]
    assert subprocess.run(command, capture_output=True, check=False, timeout=300).returncode != 0
