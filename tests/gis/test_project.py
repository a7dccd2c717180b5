"""The QGIS project as a user opens it: themes, styles, relations, sheets; without a screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from geo.export.geopackage import write_geopackage
from geo.export.qgis_layers import THEMES, project_layers
from geo.export.qgis_project import write_project
from geo.export.style import LAYER_STYLES
from geo.schema import LAYERS

pytestmark = pytest.mark.gis

SYSTEM_PYTHON = "/usr/bin/python3"
TIMESTAMP = "2026-11-01T00:00:00Z"
ABOUT = {
    "title": {"es": "Parques industriales y corredor automotriz de México", "en": "Industrial parks of Mexico"},
    "date": "2026-11",
    "version": "0.1",
    "parameters": {"seed": 20180},
    "notes": {"es": ["El inventario no es la lista de 564 parques de CREA."], "en": ["Not CREA's list."]},
}
HOSTILE = ("<script>alert(1)</script>", 'Grupo "O\'Neil" & Hijos', "{a} ]]> <!--", "[% 1 + 1 %]", "barra \\")
ON_PAPER = ["foot", "legend", "map", "north", "page", "scale_bar", "subtitle", "title"]


def tables_of(folder: Path) -> dict[str, pd.DataFrame]:
    found = {}
    for name, layer in LAYERS.items():
        if layer.published:
            read = pd.read_parquet if layer.geometry is None else gpd.read_parquet
            found[name] = read(folder / "tables" / f"{name}.parquet")
    return found


def opened(folder: Path, park: str) -> dict[str, Any]:
    """Return what QGIS tells of the project in a folder; pictures lie in the folder beside it."""
    out = folder.with_name(f"{folder.name}-seen")
    out.mkdir()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    command = [SYSTEM_PYTHON, str(Path(__file__).with_name("inspect_project.py")), str(folder / "corredor.qgz"), park]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        [*command, str(out)], capture_output=True, text=True, check=False, timeout=300, env=environment
    )
    assert (out / "report.json").exists(), done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before, "QGIS changed the files"
    return json.loads((out / "report.json").read_text()) | {"folder": out}


@pytest.fixture(scope="session")
def tables(built: Path) -> dict[str, pd.DataFrame]:
    return tables_of(built)


@pytest.fixture(scope="session")
def developed(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the roles of the park with the most."""
    roles = tables["park_developers"]
    park = roles["park_id"].value_counts().sort_index().idxmax()
    return roles[roles["park_id"] == park].merge(tables["developers"][["developer_id", "name"]], on="developer_id")


@pytest.fixture(scope="session")
def seen(
    built: Path,
    tables: dict[str, pd.DataFrame],
    developed: pd.DataFrame,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("project") / "maps"
    folder.mkdir()
    shutil.copy(built / "corredor.gpkg", folder)
    write_project(tables, folder / "corredor.qgz", geopackage="corredor.gpkg", timestamp=TIMESTAMP, about=ABOUT)
    found = opened(folder, developed["park_id"].iloc[0])
    keep = os.environ.get("CORREDOR_PROJECT_PICTURE")
    if keep:
        shutil.copy(found["folder"] / "Parques.png", keep)
    return found


def test_the_project_opens_with_every_layer(seen: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    assert seen["read"]
    assert seen["error"] == ""
    wanted = {each.id: each for each in project_layers(tables)}
    assert set(seen["layers"]) == set(wanted)
    for name, layer in seen["layers"].items():
        table = wanted[name].table
        assert layer["valid"], name
        assert layer["features"] == len(tables[table])
        assert layer["crs"] == ("EPSG:6372" if LAYERS[table].geometry else "")
        assert layer["name"] == wanted[name].label.es
        assert layer["style"] == wanted[name].styles[0].name
        assert set(layer["styles"]) == {each.name for each in wanted[name].styles}
        assert layer["title"] == f"{LAYERS[table].es} / {LAYERS[table].en}"
        aliases = {column.name: column.es for column in LAYERS[table].output_columns}
        assert {key: value for key, value in layer["aliases"].items() if key in aliases} == aliases


def test_the_project_is_in_the_studys_projection_and_measures_on_the_ellipsoid(seen: dict[str, Any]) -> None:
    assert seen["crs"] == "EPSG:6372"
    assert seen["ellipsoid"] == "EPSG:7019"
    assert ABOUT["title"]["es"] in seen["title"]
    assert "CREA" in seen["metadata"][1]


def test_it_opens_on_the_country(seen: dict[str, Any], tables: dict[str, pd.DataFrame]) -> None:
    west, south, width, height = seen["extent"]
    xmin, ymin, xmax, ymax = gpd.GeoDataFrame(tables["states"]).total_bounds
    assert west < xmin < xmax < west + width
    assert south < ymin < ymax < south + height
    assert width < 1.1 * (xmax - xmin)


def test_groups_and_order(seen: dict[str, Any]) -> None:
    groups = ["Industria", "Corredor y frontera", "Fondo del mapa", "Territorio", "Tablas"]
    assert [name for name, _ in seen["tree"]] == groups
    order = seen["order"]
    for above, below in (("parks", "establishments"), ("parks", "corridor"), ("border", "states"),
                         ("ports_of_entry", "border"), ("states", "municipalities")):  # fmt: skip
        assert order.index(f"corredor_{above}") < order.index(f"corredor_{below}")


def test_what_the_style_table_switches_on_is_on(seen: dict[str, Any]) -> None:
    on = {layer for _, layers in seen["tree"] for layer, visible in layers if visible}
    wanted = {key for key, style in LAYER_STYLES.items() if style.on} - {"places"}
    assert on == {f"corredor_{key}" for key in wanted}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name.es)
def test_a_theme_shows_its_layers_in_its_styles(
    seen: dict[str, Any], tables: dict[str, pd.DataFrame], theme: Any
) -> None:
    layers = {each.key: each for each in project_layers(tables)}
    wanted = {layers[key].id: layers[key].style_by(column).name for key, column in theme.columns.items()}
    shown = seen["themes"][theme.name.es]
    assert {layer: state["style"] for layer, state in shown.items()} == wanted
    assert all(state["aliased"] for state in shown.values())


def test_a_theme_changes_the_colours(seen: dict[str, Any]) -> None:
    for theme, key, column in (
        ("Parques", "parks", "kind"),
        ("Propiedad", "parks", "developers"),
        ("Cobertura", "municipalities", "population_without_park_30km"),
    ):
        styling = next(each for each in LAYER_STYLES[key].stylings if each.column == column)
        shown = seen["themes"][theme][f"corredor_{key}"]
        fills = [each.fill or "#ffffff" for each in styling.classes]
        assert shown["colours"][: len(fills)] == fills
        assert len(shown["descriptions"]) == len(shown["labels"])
        if styling.rule != "ranked":
            assert shown["labels"][: len(fills)] == [each.label.es for each in styling.classes]
            assert shown["descriptions"][: len(fills)] == [each.label.en for each in styling.classes]


def test_relations_hold_and_find_a_parks_parties(seen: dict[str, Any], developed: pd.DataFrame) -> None:
    assert len(seen["relations"]) >= 10
    assert all(seen["relations"].values()), seen["relations"]
    assert len(developed) >= 2
    assert seen["related"] == sorted(developed[["role", "name"]].to_numpy().tolist())


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name.es)
def test_a_sheet_prints_on_a4(seen: dict[str, Any], theme: Any) -> None:
    sheet = seen["sheets"][f"A4 · {theme.name.es}"]
    assert sheet["pdf"] == sheet["png"] == 0
    assert sheet["paper"] == [297, 210]
    assert sheet["theme"] == theme.name.es
    assert sheet["items"] == ON_PAPER
    assert {each.removeprefix("corredor_") for each in sheet["legend"]} == set(theme.columns)
    assert 10e6 < sheet["scale"] < 20e6
    picture = seen["folder"] / f"{theme.name.es}.png"
    assert picture.stat().st_size > 100_000
    assert (seen["folder"] / f"{theme.name.es}.pdf").read_bytes().startswith(b"%PDF")


def test_the_legend_of_a_sheet_follows_its_theme(seen: dict[str, Any]) -> None:
    legend = {name: sheet["legend_words"] for name, sheet in seen["sheets"].items()}
    assert "Parque industrial" in legend["A4 · Parques"]["corredor_parks"]
    assert "Otros desarrolladores" in legend["A4 · Propiedad"]["corredor_parks"]
    assert "Nadie" in legend["A4 · Cobertura"]["corredor_municipalities"]


def test_hostile_names_neither_break_nor_run(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    parks = tables["parks"].copy()
    per_name = 40
    for place, name in enumerate(HOSTILE):
        parks.loc[place * per_name : (place + 1) * per_name - 1 - place, "developers"] = name
    changed = {**tables, "parks": parks}
    about = ABOUT | {"title": {"es": "[% 2 + 2 %] <b>&", "en": "x"}}
    write_geopackage(changed, folder / "corredor.gpkg", timestamp=TIMESTAMP, about=about)
    write_project(changed, folder / "corredor.qgz", geopackage="corredor.gpkg", timestamp=TIMESTAMP, about=about)
    found = opened(folder, parks["park_id"].iloc[0])
    shown = found["themes"]["Propiedad"]["corredor_parks"]
    counts = dict(zip(shown["labels"], shown["counts"], strict=True))
    words = found["sheets"]["A4 · Propiedad"]["legend_words"]["corredor_parks"]
    for place, name in enumerate(HOSTILE):
        label = name.replace("[%", "[ %")
        assert counts[label] == per_name - place
        assert label in words
    assert "2" not in words
