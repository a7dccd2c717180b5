"""Open every raster of a folder in QGIS, tell what it sees, and draw a picture; run by the system's Python.

Usage: inspect_rasters.py FOLDER REPORT.json PICTURE.png
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import QgsApplication, QgsMapRendererParallelJob, QgsMapSettings, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage, QPainter

SIZE = QSize(900, 600)


def describe(layer, values):
    """Return what QGIS knows of a raster, and the colour that it gives to each value."""
    provider, renderer = layer.dataProvider(), layer.renderer()
    found = {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "cell": [layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()],
        "band": layer.bandName(1),
        "nodata": provider.sourceHasNoDataValue(1),
        "maximum": provider.bandStatistics(1).maximumValue,
        "pyramids": sum(level.getExists() for level in provider.buildPyramidList()),
        "renderer": renderer.type(),
    }
    if renderer.type() == "singlebandpseudocolor":
        items = renderer.shader().rasterShaderFunction().colorRampItemList()
        found["labels"] = [item.label for item in items]
        found["shades"] = [renderer.shader().shade(value) for value in values]
    return found


def draw(layer):
    """Return a picture of a layer."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(SIZE)
    settings.setBackgroundColor(QColor("#ffffff"))
    settings.setExtent(layer.extent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def main(folder, report, picture):
    """Write the report and the picture, one raster beside the other."""
    app = QgsApplication([], False)
    app.initQgis()
    values = json.loads(Path(report).read_text())
    layers = {name: QgsRasterLayer(str(Path(folder) / f"{name}.tif"), name, "gdal") for name in values}
    with Path(report).open("w") as file:
        json.dump({name: describe(layer, values[name]) for name, layer in layers.items()}, file)
    QgsProject.instance().addMapLayers(list(layers.values()))
    sheet = QImage(2 * SIZE.width(), (len(layers) + 1) // 2 * SIZE.height(), QImage.Format_RGB32)
    sheet.fill(QColor("#ffffff"))
    painter = QPainter(sheet)
    for place, layer in enumerate(layers.values()):
        painter.drawImage(place % 2 * SIZE.width(), place // 2 * SIZE.height(), draw(layer))
    painter.end()
    sheet.save(picture)
    QgsProject.instance().removeAllMapLayers()
    layers.clear()
    app.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
