"""The QGIS project as a file: whole, the same twice, safe against names, and complete."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from geo.export.qgis_layers import GROUPS, THEMES, group_words, project_layers
from geo.export.qgis_layout import CREDITS, SHEET, Extent, segment_km
from geo.export.qgis_project import write_project
from geo.export.qgis_xml import DOCTYPE, colour, document, quoted, shown
from geo.export.qml import embedded_styles
from geo.export.style import LAYER_STYLES
from geo.schema import LAYERS, LICENCES


def text_of(path: Path) -> str:
    with zipfile.ZipFile(path) as file:
        (name,) = file.namelist()
        assert name == "corredor.qgs"
        return file.read(name).decode()


def root_of(text: str) -> ElementTree.Element:
    assert text.startswith(DOCTYPE)
    return ElementTree.fromstring(text.removeprefix(DOCTYPE))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, small: Any) -> Path:
    found = tmp_path_factory.mktemp("project") / "corredor.qgz"
    write_project(small.tables(), found, geopackage="corredor.gpkg", timestamp=small.timestamp, about=small.about)
    return found


@pytest.fixture(scope="module")
def root(path: Path) -> ElementTree.Element:
    return root_of(text_of(path))


def test_two_writes_give_the_same_bytes(path: Path, tmp_path: Path, small: Any) -> None:
    again = tmp_path / "corredor.qgz"
    write_project(small.tables(), again, geopackage="corredor.gpkg", timestamp=small.timestamp, about=small.about)
    assert again.read_bytes() == path.read_bytes()


def test_the_file_in_the_archive_is_dated_as_the_run(path: Path) -> None:
    with zipfile.ZipFile(path) as file:
        assert file.infolist()[0].date_time == (2026, 11, 1, 0, 0, 0)
        assert file.testzip() is None


def test_every_source_is_the_geopackage_beside_it(root: ElementTree.Element, small: Any) -> None:
    sources = [each.text or "" for each in root.iter("datasource")] + [
        each.attrib["source"] for each in root.iter("layer-tree-layer")
    ]
    assert len(sources) > 2 * len(small.tables())
    assert {each.split("|")[0] for each in sources} == {"./corredor.gpkg"}
    assert {each.split("layername=")[1] for each in sources} == set(small.tables())


def test_no_path_of_a_machine_stands_in_the_project(path: Path) -> None:
    text = text_of(path)
    assert re.findall(r"(?<![\w/.])(?:/(?:home|tmp|usr|work|root|Users)/|[A-Za-z]:\\|file://)", text) == []
    assert re.findall(r"save(?:User|UserFull)", text) == []


def test_hostile_names_stay_words(root: ElementTree.Element, small: Any) -> None:
    labels = [rule.attrib["label"] for rule in root.iter("rule")]
    for name in small.hostile[:3]:
        assert name in labels
    assert shown(small.hostile[3]) in labels
    assert not any("[%" in label for label in labels)
    assert not [each for each in root.iter() if each.tag == "script"]
    filters = [rule.attrib["filter"] for rule in root.iter("rule")]
    assert "\"developers\" IN ('Grupo \"O''Neil\" & Hijos')" in filters
    assert "\"developers\" IN ('barra \\\\')" in filters


def test_a_hostile_title_is_no_expression(tmp_path: Path, small: Any) -> None:
    about = small.about | {"title": {"es": small.hostile[3], "en": small.hostile[0]}}
    write_project(
        small.tables(), tmp_path / "corredor.qgz", geopackage="a.gpkg", timestamp=small.timestamp, about=about
    )
    titles = [
        item.attrib["labelText"] for item in root_of(text_of(tmp_path / "corredor.qgz")).iter("LayoutItem")
        if "labelText" in item.attrib
    ]  # fmt: skip
    assert shown(small.hostile[3]) in titles
    assert not any("[%" in each for each in titles)


def test_groups_stand_in_spanish_from_top_to_bottom(root: ElementTree.Element) -> None:
    groups = [each.attrib["name"] for each in root.findall("layer-tree-group/layer-tree-group")]
    assert groups == ["Industria", "Fondo del mapa", "Territorio", "Tablas"]
    assert [group_words(each).es for each in GROUPS] == ["Industria", "Corredor y frontera", *groups[1:3]]


def test_the_style_table_says_what_is_on(small: Any) -> None:
    layers = {each.key: each for each in project_layers(small.tables())}
    assert {key for key, each in layers.items() if each.on} == {"parks", "states"}
    assert layers["parks"].label == LAYER_STYLES["parks"].label
    assert [each.name for each in layers["states"].styles] == ["Límite estatal"]
    assert [each.name for each in layers["states_wage"].styles] == ["Salario diario (MXN)"]


def test_every_embedded_style_is_in_the_project(root: ElementTree.Element, small: Any) -> None:
    kept = {
        (layer.findtext("datasource", "").split("=")[1], each.attrib["name"])
        for layer in root.iter("maplayer")
        for each in layer.iter("map-layer-style")
    }
    assert kept == {(each.layer, each.name) for each in embedded_styles(small.tables())}


def test_themes_name_layers_and_columns_of_the_style_table() -> None:
    for theme in THEMES:
        for key, column in theme.columns.items():
            if key in LAYER_STYLES:
                layer = LAYER_STYLES[key].layer
                columns = {
                    styling.column for each in LAYER_STYLES.values() if each.layer == layer for styling in each.stylings
                }
                assert column is None or column in columns, (theme.name.es, key)
            else:
                assert LAYERS[key].geometry is not None
        assert set(theme.credits) <= set(LAYERS)


def test_a_theme_shows_those_of_its_layers_that_there_are(root: ElementTree.Element) -> None:
    presets = {each.attrib["name"]: each for each in root.iter("visibility-preset")}
    assert list(presets) == ["Parques", "Propiedad", "Corredor", "Cobertura"]
    parks = {each.attrib["id"]: each.attrib["style"] for each in presets["Propiedad"].findall("layer")}
    assert parks == {"corredor_parks": "Desarrollador", "corredor_states": "Límite estatal"}


def test_relations_join_what_the_schema_says(root: ElementTree.Element) -> None:
    found = {
        (each.attrib["referencingLayer"], field.attrib["referencingField"], each.attrib["referencedLayer"])
        for each in root.iter("relation")
        for field in each
    }
    assert ("corredor_park_developers", "park_id", "corredor_parks") in found
    assert ("corredor_park_developers", "developer_id", "corredor_developers") in found
    assert ("corredor_parks", "cvegeo", "corredor_municipalities") in found
    ids = {each.text for each in root.findall("projectlayers/maplayer/id")}
    assert {layer for one, _, other in found for layer in (one, other)} <= ids
    assert all(len(str(each)) > 10 for each in ids), "QGIS replaces shorter identifiers"


def test_identifiers_are_unique(root: ElementTree.Element) -> None:
    for found in (
        [each.text for each in root.findall("projectlayers/maplayer/id")],
        [each.attrib["uuid"] for each in root.iter("LayoutItem")],
        [each.attrib["id"] for each in root.iter("relation")],
    ):
        assert len(found) == len(set(found)) > 0


def test_a_sheet_says_sources_projection_date_and_notes(root: ElementTree.Element) -> None:
    for sheet in root.iter("Layout"):
        (foot,) = [each.attrib["labelText"] for each in sheet.iter("LayoutItem") if each.attrib["id"] == "foot"]
        for words in ("Fuentes:", "INEGI", "EPSG:6372", "2026-11", "No es la lista de CREA."):
            assert words in foot


def test_every_licence_has_its_credit() -> None:
    assert set(CREDITS) == set(LICENCES)


def test_nothing_on_the_sheet_leaves_the_paper_or_the_map() -> None:
    _, _, wide, high = SHEET.page
    for name in ("title", "subtitle", "map", "legend", "north", "scale_bar", "foot"):
        left, top, width, height = getattr(SHEET, name)
        assert left >= 5
        assert left + width <= wide - 5
        assert top >= 5
        assert top + height <= high - 5
    left, top, width, height = SHEET.map
    assert SHEET.legend[0] >= left + width
    assert SHEET.foot[1] >= top + height


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.34, 4.0])
def test_a_shaped_extent_holds_the_box_and_has_the_ratio(ratio: float) -> None:
    box = Extent(0, 10, 100, 60)
    found = box.shaped(ratio)
    assert (found.xmax - found.xmin) / (found.ymax - found.ymin) == pytest.approx(ratio)
    assert found.xmin <= box.xmin
    assert found.ymin <= box.ymin
    assert found.xmax >= box.xmax
    assert found.ymax >= box.ymax


@pytest.mark.parametrize("width_km", [0.9, 7, 10, 24.9, 25, 100, 684, 3300, 9999])
def test_the_scale_bar_is_round_and_fits(width_km: float) -> None:
    found = segment_km(Extent(0, 0, width_km * 1000, 1))
    assert 0.04 * width_km <= found <= 0.1 * width_km * (1 + 1e-9)
    assert f"{found:e}"[:3] in {"1.0", "2.5", "5.0"}


def test_a_project_without_words_about_the_run_is_whole(tmp_path: Path, small: Any) -> None:
    write_project(small.tables(), tmp_path / "corredor.qgz", geopackage="a.gpkg", timestamp=small.timestamp)
    assert root_of(text_of(tmp_path / "corredor.qgz")).findtext("title") == "Corredor"


def test_tables_may_lack_layers(tmp_path: Path, small: Any) -> None:
    few = {name: small.tables()[name] for name in ("parks", "states")}
    write_project(few, tmp_path / "corredor.qgz", geopackage="a.gpkg", timestamp=small.timestamp, about=small.about)
    root = root_of(text_of(tmp_path / "corredor.qgz"))
    assert [each.attrib["id"] for each in root.iter("relation")] == ["parks_cve_ent"]


def test_points_of_a_named_class_are_drawn_last(small: Any) -> None:
    qml = {each.name: each.qml for each in embedded_styles(small.tables()) if each.layer == "parks"}
    order = root_of(qml["Desarrollador"]).find("renderer-v2/orderby/orderByClause")
    assert order is not None
    assert order.attrib == {"asc": "1", "nullsFirst": "1"}
    assert str(order.text).startswith('"developers" IN (\'')


def test_a_table_carries_its_columns_names(small: Any) -> None:
    (style,) = [each for each in embedded_styles(small.tables()) if each.layer == "developers"]
    aliases = {each.attrib["field"]: each.attrib["name"] for each in root_of(style.qml).iter("alias")}
    assert aliases == {column.name: column.es for column in LAYERS["developers"].output_columns}


def test_xml_leaves_out_what_it_cannot_hold() -> None:
    root = ElementTree.Element("qgis", name="a\x00b\ufffe")
    assert root_of(document(root)).attrib["name"] == "ab"


@pytest.mark.parametrize(("text", "literal"), [("a", "'a'"), ("O'N", "'O''N'"), ("\\", "'\\\\'"), ("a\nb", "'a\\nb'")])
def test_literals_of_expressions(text: str, literal: str) -> None:
    assert quoted(text) == literal


def test_colours() -> None:
    assert colour(None) == "255,255,255,0"
    assert colour("#0072b2", transparent=True) == "0,114,178,0"
