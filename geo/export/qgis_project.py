"""The QGIS project: the GeoPackage's layers in groups, with map themes, relations and sheets ready to print."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd

from geo._words import study_words
from geo.export.gpkg_keys import references
from geo.export.gpkg_metadata import TITLE, dataset_metadata, layer_metadata
from geo.export.qgis_layers import TABLES, THEMES, ProjectLayer, Theme, group_words, project_layers, shown_by
from geo.export.qgis_layout import SHEET, Extent, Sheet, sheet_element
from geo.export.qgis_xml import QGIS_VERSION, add, colour, crs_element, document, parsed
from geo.export.style import GROUND
from geo.schema import LAYERS

_GROUND = GROUND["light"]
_KINDS = {"Point": "Point", "LineString": "Line", "MultiPolygon": "Polygon", None: "No geometry"}
_MARGIN = 1.04


def write_project(
    tables: Mapping[str, pd.DataFrame],
    path: Path,
    *,
    geopackage: str,
    timestamp: str,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Write a QGIS project that shows a run's GeoPackage.

    Parameters
    ----------
    tables
        Layer name -> published table, as in the GeoPackage; GeoDataFrames in EPSG:6372.
    path
        The ``.qgz`` to write.
    geopackage
        Name of the GeoPackage, which stands in the same folder.
    timestamp
        UTC time written into the project, ``2026-11-01T00:00:00Z``.
    about
        What the run says about itself, as ``geo.about.about`` gives it; None leaves it out.

    Notes
    -----
    The project names no folder: it and the GeoPackage move together. Distances measured in it are geodesic, on the
    GRS 1980 ellipsoid. The same tables give the same bytes. A theme shows those of its layers that the tables hold.
    """
    text = document(project(tables, geopackage=geopackage, timestamp=timestamp, about=about))
    moment = datetime.fromisoformat(timestamp)
    entry = zipfile.ZipInfo(f"{path.stem}.qgs", max(moment.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(entry, text.encode())


def project(
    tables: Mapping[str, pd.DataFrame],
    *,
    geopackage: str,
    timestamp: str,
    about: Mapping[str, Any] | None = None,
) -> ElementTree.Element:
    """Return the project as XML; see ``write_project`` for the parameters."""
    layers = project_layers(tables)
    title = (TITLE if about is None else about["title"])["es"]
    extent = _extent(tables)
    root = ElementTree.Element("qgis", projectname=title, version=QGIS_VERSION, saveDateTime=timestamp.rstrip("Z"))
    add(root, "homePath", None, {"path": ""})
    add(root, "title", title)
    add(root, "projectCrs").append(crs_element())
    _add_tree(root, layers, geopackage)
    _add_canvas(root, extent)
    _add_relations(root, tables, {each.table: each.id for each in reversed(layers)})
    drawn = add(root, "projectlayers")
    for each in layers:
        metadata = layer_metadata("resourceMetadata", each.table, tables, timestamp=timestamp, about=about)
        drawn.append(_map_layer(each, geopackage, metadata))
    order = add(root, "layerorder")
    for each in layers:
        add(order, "layer", None, {"id": each.id})
    _add_properties(root)
    presets = add(root, "visibility-presets")
    for theme in THEMES:
        presets.append(_preset(theme, layers))
    metadata = dataset_metadata("projectMetadata", tables, timestamp=timestamp, about=about)
    add(metadata, "creation", timestamp.rstrip("Z"))
    root.append(metadata)
    sheets = add(root, "Layouts")
    for theme in THEMES:
        sheets.append(sheet_element(_sheet(theme, layers, title, about), geopackage, extent.shaped(SHEET.ratio)))
    settings = add(root, "ProjectViewSettings", None, {"UseProjectScales": "0", "rotation": "0"})
    add(settings, "DefaultViewExtent", None, extent.attributes()).append(crs_element())
    return root


def _source(layer: ProjectLayer, geopackage: str) -> str:
    return f"./{geopackage}|layername={layer.table}"


def _groups(layers: Sequence[ProjectLayer]) -> dict[str, list[ProjectLayer]]:
    """Return the layers by the name of their group, in the order of the map."""
    grouped: dict[str, list[ProjectLayer]] = {}
    for each in layers:
        name = TABLES.es if each.group is None else group_words(each.group).es
        grouped.setdefault(name, []).append(each)
    return grouped


def _add_tree(root: ElementTree.Element, layers: Sequence[ProjectLayer], geopackage: str) -> None:
    tree = add(root, "layer-tree-group")
    for name, members in _groups(layers).items():
        folded = "0" if name == TABLES.es else "1"
        group = add(tree, "layer-tree-group", None, {"name": name, "checked": "Qt::Checked", "expanded": folded})
        for each in members:
            leaf = {
                "id": each.id,
                "name": each.label.es,
                "providerKey": "ogr",
                "source": _source(each, geopackage),
                "checked": "Qt::Checked" if each.on else "Qt::Unchecked",
                "expanded": "1" if each.on else "0",
            }
            add(group, "layer-tree-layer", None, leaf)


def _add_canvas(root: ElementTree.Element, extent: Extent) -> None:
    canvas = add(root, "mapcanvas", None, {"name": "theMapCanvas", "annotationsVisible": "1"})
    add(canvas, "units", "meters")
    corners = add(canvas, "extent")
    for name, value in extent.attributes().items():
        add(corners, name, value)
    add(canvas, "rotation", "0")
    add(canvas, "destinationsrs").append(crs_element())


def _add_relations(root: ElementTree.Element, tables: Mapping[str, pd.DataFrame], ids: Mapping[str, str]) -> None:
    relations = add(root, "relations")
    for each in references(tables):
        identity = {
            "id": f"{each.layer}_{each.column}",
            "name": f"{LAYERS[each.layer].es} → {LAYERS[each.target].es}",
            "referencingLayer": ids[each.layer],
            "referencedLayer": ids[each.target],
            "strength": "Association",
        }
        relation = add(relations, "relation", None, identity)
        add(relation, "fieldRef", None, {"referencingField": each.column, "referencedField": each.key})


def _map_layer(layer: ProjectLayer, geopackage: str, metadata: ElementTree.Element) -> ElementTree.Element:
    geometry = LAYERS[layer.table].geometry
    attributes = {
        "type": "vector",
        "geometry": _KINDS[geometry],
        "wkbType": geometry or "NoGeometry",
        "styleCategories": "AllStyleCategories",
        "labelsEnabled": "1" if layer.key == "states" or geometry == "Point" else "0",
        "readOnly": "0",
        "simplifyDrawingHints": "1",
    }
    root = ElementTree.Element("maplayer", attributes)
    add(root, "id", layer.id)
    add(root, "datasource", _source(layer, geopackage))
    add(root, "layername", layer.label.es)
    if geometry is not None:
        add(root, "srs").append(crs_element())
    root.append(metadata)
    add(root, "provider", "ogr", {"encoding": "UTF-8"})
    manager = add(root, "map-layer-style-manager", None, {"current": layer.styles[0].name})
    for each in layer.styles:
        # The style that is drawn stands in the layer itself.
        kept = add(manager, "map-layer-style", None, {"name": each.name})
        if each is not layer.styles[0]:
            kept.append(parsed(each.qml))
    root.extend(parsed(layer.styles[0].qml))
    if layer.key == "states":
        root.append(_name_labels())
    elif geometry == "Point":
        root.append(_obstacle())
    return root


def _short_name() -> str:
    """Return the expression of a state's name up to its first "de"; one that ends in the country's name keeps it."""
    country = study_words().terms["country"]["es"].replace("'", "''")
    return f"""if("name" LIKE '% de {country}', "name", regexp_replace("name", ' de .*', ''))"""


def _name_labels() -> ElementTree.Element:
    """Return labels with the names of the states."""
    root = ElementTree.Element("labeling", type="simple")
    settings = add(root, "settings", None, {"calloutType": "simple"})
    words = {
        "fieldName": _short_name(),
        "isExpression": "1",
        "fontFamily": "Sans Serif",
        "fontSize": "7",
        "fontSizeUnit": "Point",
        "textColor": colour(_GROUND["label"]),
        "textOpacity": "1",
    }
    text = add(settings, "text-style", None, words)
    halo = {
        "bufferDraw": "1",
        "bufferSize": "0.8",
        "bufferSizeUnits": "MM",
        "bufferColor": colour(_GROUND["label_halo"]),
        "bufferOpacity": "1",
        "bufferNoFill": "1",
    }
    add(text, "text-buffer", None, halo)
    # Names keep off the points; those of states too small for one appear as one comes closer.
    add(settings, "placement", None, {"placement": "4", "priority": "3"})
    add(settings, "rendering", None, {"obstacle": "0", "drawLabels": "1", "minFeatureSize": "12"})
    return root


def _obstacle() -> ElementTree.Element:
    """Return labels that are not drawn: they only keep other labels off the points."""
    root = ElementTree.Element("labeling", type="simple")
    settings = add(root, "settings")
    add(settings, "text-style", None, {"fieldName": "", "isExpression": "0"})
    add(settings, "rendering", None, {"obstacle": "1", "obstacleFactor": "2", "obstacleType": "0", "drawLabels": "0"})
    return root


def _add_properties(root: ElementTree.Element) -> None:
    """Set the canvas's colour, relative paths, and measuring on the ellipsoid in kilometres."""
    properties = add(root, "properties")
    gui = add(properties, "Gui")
    red, green, blue, _ = colour(_GROUND["land"]).split(",")
    for name, value in (("Red", red), ("Green", green), ("Blue", blue)):
        add(gui, f"CanvasColor{name}Part", value, {"type": "int"})
    add(add(properties, "Measure"), "Ellipsoid", "EPSG:7019", {"type": "QString"})
    units = add(properties, "Measurement")
    add(units, "DistanceUnits", "km", {"type": "QString"})
    add(units, "AreaUnits", "km2", {"type": "QString"})
    add(add(properties, "Paths"), "Absolute", "false", {"type": "bool"})
    add(add(properties, "SpatialRefSys"), "ProjectionsEnabled", "1", {"type": "int"})


def _preset(theme: Theme, layers: Sequence[ProjectLayer]) -> ElementTree.Element:
    attributes = {"name": theme.name.es, "has-checked-group-info": "1", "has-expanded-info": "1"}
    root = ElementTree.Element("visibility-preset", attributes)
    for each, style in shown_by(theme, layers):
        add(root, "layer", None, {"id": each.id, "visible": "1", "expanded": "1", "style": style.name})
    for tag in ("checked-group-node", "expanded-group-node"):
        nodes = add(root, f"{tag}s")
        for name in _groups(layers):
            if tag == "checked-group-node" or name != TABLES.es:
                add(nodes, tag, None, {"id": name})
    return root


def _sheet(theme: Theme, layers: Sequence[ProjectLayer], title: str, about: Mapping[str, Any] | None) -> Sheet:
    entries = []
    for each, style in sorted(shown_by(theme, layers), key=lambda pair: pair[0].column_of(pair[1]) is None):
        heading = f"{each.label.es}: {_lower(style.name)}" if len(each.styles) > 1 else each.label.es
        entries.append((each.id, each.table, heading))
    credited = [*(table for _, table, _ in entries), *theme.credits]
    licences = dict.fromkeys(LAYERS[table].licence for table in credited)
    return Sheet(theme.name.es, title, tuple(entries), tuple(licences), about)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def _extent(tables: Mapping[str, pd.DataFrame]) -> Extent:
    """Return what the project opens on: the states, else everything that has a place."""
    shapes = [table for table in tables.values() if isinstance(table, gpd.GeoDataFrame)]
    bounds = [tables["states"].total_bounds] if "states" in tables else [table.total_bounds for table in shapes]
    frame = pd.DataFrame(bounds, columns=["xmin", "ymin", "xmax", "ymax"])
    return Extent(frame["xmin"].min(), frame["ymin"].min(), frame["xmax"].max(), frame["ymax"].max()).grown(_MARGIN)
