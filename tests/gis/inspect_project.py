"""Open a project in QGIS, tell what it sees, draw its themes and print its sheets; run by the system's Python.

Usage: inspect_project.py PROJECT.qgz PARK_ID FOLDER
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    QgsApplication,
    QgsExpressionContext,
    QgsLayerTreeModel,
    QgsLayoutExporter,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsSymbolLegendNode,
)
from qgis.PyQt.QtCore import QSize


def describe(layer):
    """Return what QGIS knows of a layer."""
    fields = [field.name() for field in layer.fields()]
    metadata = layer.metadata()
    return {
        "valid": layer.isValid(),
        "source": layer.source(),
        "features": layer.featureCount(),
        "crs": layer.crs().authid(),
        "name": layer.name(),
        "styles": layer.styleManager().styles(),
        "style": layer.styleManager().currentStyle(),
        "aliases": {name: layer.attributeAlias(index) for index, name in enumerate(fields)},
        "title": metadata.title(),
        "licences": metadata.licenses(),
        "links": len(metadata.links()),
    }


def tree(project):
    """Return (group, layers and whether each is shown) from the top."""
    root = project.layerTreeRoot()
    return [
        [group.name(), [[node.layerId(), node.isVisible()] for node in group.findLayers()]] for group in root.children()
    ]


def legend_texts(node, model):
    """Return the words of every class of a layer as a sheet draws them: evaluated."""
    nodes = model.layerLegendNodes(node)
    context = QgsExpressionContext()
    return [each.evaluateLabel(context) if isinstance(each, QgsSymbolLegendNode) else each.data(0) for each in nodes]


def theme_state(project, name):
    """Switch to a theme; return what is shown and how."""
    root = project.layerTreeRoot()
    model = QgsLayerTreeModel(root)
    project.mapThemeCollection().applyTheme(name, root, model)
    shown = {}
    for node in root.findLayers():
        if node.isVisible():
            layer = node.layer()
            rules = layer.renderer().rootRule().children() if layer.renderer().type() == "RuleRenderer" else []
            shown[node.layerId()] = {
                "style": layer.styleManager().currentStyle(),
                "labels": [rule.label() for rule in rules],
                "descriptions": [rule.description() for rule in rules],
                "colours": [rule.symbol().color().name() for rule in rules],
                "counts": [
                    -1 if rule.filterExpression() == "ELSE" else len(list(layer.getFeatures(rule.filterExpression())))
                    for rule in rules
                ],
                "aliased": layer.attributeDisplayName(1) != layer.fields()[1].name(),
            }
    return shown


def draw(project, path):
    """Draw the canvas as it opens."""
    settings = QgsMapSettings()
    settings.setLayers(
        [
            layer
            for layer in project.layerTreeRoot().layerOrder()
            if project.layerTreeRoot().findLayer(layer.id()).isVisible()
        ]
    )
    settings.setDestinationCrs(project.crs())
    settings.setOutputSize(QSize(1400, 900))
    settings.setOutputDpi(96)
    settings.setBackgroundColor(project.backgroundColor())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(path))


def print_sheet(layout, folder):
    """Export a sheet as PDF and PNG; return what it holds and the size of its paper."""
    exporter = QgsLayoutExporter(layout)
    name = layout.name().split()[-1]
    pdf = exporter.exportToPdf(str(folder / f"{name}.pdf"), QgsLayoutExporter.PdfExportSettings())
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 120
    png = exporter.exportToImage(str(folder / f"{name}.png"), settings)
    size = layout.pageCollection().page(0).pageSize()
    items = layout.items()
    maps = [item for item in items if isinstance(item, QgsLayoutItemMap)]
    legends = [item for item in items if isinstance(item, QgsLayoutItemLegend)]
    return {
        "pdf": pdf,
        "png": png,
        "paper": [size.width(), size.height()],
        "items": sorted(item.id() for item in items if hasattr(item, "id") and item.id()),
        "theme": maps[0].followVisibilityPresetName(),
        "scale": maps[0].scale(),
        "legend": [node.layerId() for node in legends[0].model().rootGroup().findLayers()],
        "legend_words": {
            node.layerId(): legend_texts(node, legends[0].model())
            for node in legends[0].model().rootGroup().findLayers()
        },
        "legend_size": [legends[0].legendSettings() is not None, legends[0].rect().width(), legends[0].rect().height()],
    }


def related(project, park):
    """Return the names of a park's developers, found by the project's relations."""
    manager = project.relationManager()
    roles, parties = manager.relation("park_developers_park_id"), manager.relation("park_developers_developer_id")
    parks = project.mapLayer("corredor_parks")
    found = next(parks.getFeatures(f"\"park_id\" = '{park}'"))
    return sorted(
        [role["role"], parties.getReferencedFeature(role)["name"]] for role in roles.getRelatedFeatures(found)
    )


def main(path, park, folder):
    """Write report.json and the pictures."""
    folder = Path(folder)
    app = QgsApplication([], False)
    app.initQgis()
    project = QgsProject.instance()
    report = {"read": project.read(path), "error": project.error()}
    report["crs"] = project.crs().authid()
    report["title"] = project.title()
    report["metadata"] = [project.metadata().title(), project.metadata().abstract()]
    report["ellipsoid"] = project.ellipsoid()
    report["extent"] = project.viewSettings().defaultViewExtent().toRectF().getRect()
    report["tree"] = tree(project)
    report["order"] = [layer.id() for layer in project.layerTreeRoot().layerOrder()]
    report["layers"] = {key: describe(layer) for key, layer in project.mapLayers().items()}
    report["relations"] = {key: each.isValid() for key, each in project.relationManager().relations().items()}
    report["related"] = related(project, park)
    draw(project, folder / "opens.png")
    report["sheets"] = {each.name(): print_sheet(each, folder) for each in project.layoutManager().printLayouts()}
    report["themes"] = {}
    for name in project.mapThemeCollection().mapThemes():
        report["themes"][name] = theme_state(project, name)
        draw(project, folder / f"theme_{name}.png")
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1))
    project.clear()
    app.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
