"""Open every layer of a GeoPackage in QGIS, tell what it sees, and draw a picture; run by the system's Python.

Usage: inspect_qgis.py GEOPACKAGE LAYER,LAYER,... REPORT.json PICTURE.png
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

DRAWN = ("parks", "assembly_plants", "ports_of_entry", "corridor", "border", "states", "municipalities")


def classes(renderer):
    """Return (label, filter, colour) of every class."""
    if renderer is None:
        return []
    if renderer.type() == "RuleRenderer":
        rules = renderer.rootRule().children()
        return [(r.label(), r.filterExpression(), r.symbol().color().name(QColor.HexArgb)) for r in rules]
    return [("", "", renderer.symbol().color().name(QColor.HexArgb))]


def described(metadata):
    """Return what QGIS shows under Properties > Metadata."""
    boxes = metadata.extent().spatialExtents()
    return {
        "title": metadata.title(),
        "abstract": metadata.abstract(),
        "identifier": metadata.identifier(),
        "licences": metadata.licenses(),
        "rights": metadata.rights(),
        "history": metadata.history(),
        "links": [[link.name, link.url] for link in metadata.links()],
        "keywords": metadata.keywords(),
        "crs": metadata.crs().authid(),
        "boxes": [[each.bounds.xMinimum(), each.bounds.yMinimum(), each.bounds.xMaximum()] for each in boxes],
        "dates": [each.begin().toString("yyyy-MM-dd") for each in metadata.extent().temporalExtents()],
    }


def describe(layer):
    """Return what QGIS knows of a layer."""
    fields = [field.name() for field in layer.fields()]
    counts = {}
    if layer.renderer() is not None and layer.renderer().type() == "RuleRenderer":
        root = layer.renderer().rootRule()
        for rule in root.children():
            text = rule.filterExpression()
            counts[rule.label()] = None if text == "ELSE" else len(list(layer.getFeatures(text)))
    return {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "crs": layer.crs().authid(),
        "metadata": described(layer.metadata()),
        "aliases": {name: layer.attributeAlias(index) for index, name in enumerate(fields)},
        "renderer": layer.renderer().type() if layer.renderer() is not None else None,
        "classes": classes(layer.renderer()),
        "class_counts": counts,
        "styles": layer.listStylesInDatabase()[2],
        "invalid": sum(f.hasGeometry() and not f.geometry().isGeosValid() for f in layer.getFeatures()),
    }


def main(path, names, report, picture):
    """Write the report and the picture."""
    app = QgsApplication([], False)
    app.initQgis()
    layers = {name: QgsVectorLayer(f"{path}|layername={name}", name, "ogr") for name in names.split(",")}
    with Path(report).open("w") as file:
        json.dump({name: describe(layer) for name, layer in layers.items()}, file)
    QgsProject.instance().addMapLayers(list(layers.values()))
    settings = QgsMapSettings()
    settings.setLayers([layers[name] for name in DRAWN])
    settings.setDestinationCrs(layers["states"].crs())
    settings.setOutputSize(QSize(1400, 950))
    settings.setBackgroundColor(QColor("#e3e8ea"))
    extent = layers["states"].extent()
    extent.scale(1.05)
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture)
    del job, settings
    QgsProject.instance().removeAllMapLayers()
    layers.clear()
    app.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
