"""Open layers of a GeoPackage in QGIS and tell how they open; run by the system's Python.

Usage: inspect_coverage.py GEOPACKAGE LAYER,LAYER,... REPORT.json
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import QgsApplication, QgsVectorLayer


def describe(layer):
    """Return whether a layer opens, how many features it has, and how many each class of its style holds."""
    counts = {}
    if layer.renderer().type() == "RuleRenderer":
        for rule in layer.renderer().rootRule().children():
            counts[rule.label()] = len(list(layer.getFeatures(rule.filterExpression())))
    return {"valid": layer.isValid(), "features": layer.featureCount(), "renderer": layer.renderer().type(),
            "counts": counts, "invalid": sum(not f.geometry().isGeosValid() for f in layer.getFeatures()),
            "aliases": [layer.attributeAlias(place) for place in range(len(layer.fields()))]}  # fmt: skip


def main(path, names, report):
    """Write the report."""
    app = QgsApplication([], False)
    app.initQgis()
    layers = {name: QgsVectorLayer(f"{path}|layername={name}", name, "ogr") for name in names.split(",")}
    Path(report).write_text(json.dumps({name: describe(layer) for name, layer in layers.items()}))
    layers.clear()
    app.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
