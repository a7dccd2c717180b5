"""Surfaces as Cloud-Optimized GeoTIFF, each with its colours beside it for QGIS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from geo._words import study_words
from geo.export.qgis_xml import QGIS_VERSION, add, document
from geo.export.style import GROUND, RASTER_STYLES, StyleClass, Styling, Words
from geo.geodesy import planar_crs
from geo.landgrid import LandGrid, Surface
from geo.schema import LICENCES

BLOCK = 256


def write_rasters(grid: LandGrid, surfaces: Sequence[Surface], folder: Path, *, timestamp: str) -> None:
    """Write each surface as ``<name>.tif`` with ``<name>.qml``, its style, beside it.

    Parameters
    ----------
    grid
        The cells.
    surfaces
        What to write.
    folder
        Folder to write to; made where missing.
    timestamp
        UTC time stamped on the files, ``2026-11-01T00:00:00Z``: the same surfaces then give the same bytes.

    Notes
    -----
    Float32 in EPSG:6372, nodata nan, deflated with a predictor, in blocks of 256 cells, with overviews that average
    the cells with a figure. The file carries the band's name in Spanish and English and its unit, exact statistics,
    what the figure means in both languages, the parameters it was measured with and its licence. GIS programs open
    the style beside the file unasked; QGIS lists the classes in both languages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for surface in surfaces:
        styling = RASTER_STYLES[surface.name]
        _write_cog(grid, surface, styling, folder / f"{surface.name}.tif", timestamp)
        (folder / f"{surface.name}.qml").write_text(_qml(styling), encoding="utf-8")


def _write_cog(grid: LandGrid, surface: Surface, styling: Styling, path: Path, timestamp: str) -> None:
    import rasterio
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    height, width = surface.values.shape
    profile = {
        "driver": "GTiff",
        "height": height,
        "width": width,
        "count": 1,
        "dtype": "float32",
        "crs": planar_crs(),
        "transform": grid.transform,
        "nodata": float("nan"),
    }
    # One thread: how many there are must not show in the file.
    with rasterio.Env(GDAL_NUM_THREADS="1"), MemoryFile() as memory:
        with memory.open(**profile) as draft:
            draft.write(surface.values, 1)
            draft.set_band_description(1, _both(styling.label))
            draft.set_band_unit(1, surface.unit)
            draft.update_tags(1, **_statistics(surface))
            draft.update_tags(
                **_words(surface, styling), TIFFTAG_DATETIME=timestamp[:19].replace("-", ":").replace("T", " ")
            )
        # Written in memory first: the system's own error then says that a disk is full.
        with memory.open() as draft, MemoryFile() as finished:
            copy(draft, finished.name, driver="COG", compress="DEFLATE", predictor="YES", blocksize=BLOCK,
                 overviews="AUTO", overview_resampling="average", statistics="AUTO")  # fmt: skip
            path.write_bytes(finished.read())


def _statistics(surface: Surface) -> dict[str, str]:
    """Return GDAL's own names for the statistics of the band; none where no cell has a figure."""
    known = surface.values[np.isfinite(surface.values)].astype(np.float64)
    if not known.size:
        return {}
    figures = {
        "MINIMUM": known.min(),
        "MAXIMUM": known.max(),
        "MEAN": known.mean(),
        "STDDEV": known.std(),
        "VALID_PERCENT": 100 * known.size / surface.values.size,
    }
    return {f"STATISTICS_{name}": f"{value:.9g}" for name, value in figures.items()}


def _words(surface: Surface, styling: Styling) -> dict[str, str]:
    """Return what the file says about itself: meaning in both languages, parameters, licence."""
    _, licence, address = LICENCES[study_words().licence(surface.licence)]
    note = styling.note or Words("", "")
    parameters = {
        name.upper(): value if isinstance(value, str) else f"{value:g}" for name, value in surface.parameters.items()
    }
    return {
        "TITLE_ES": styling.label.es,
        "TITLE_EN": styling.label.en,
        "DESCRIPTION_ES": note.es,
        "DESCRIPTION_EN": note.en,
        "LICENSE": licence,
        "LICENSE_URL": address,
        **parameters,
    }


def _qml(styling: Styling) -> str:
    """Return the style as QGIS reads it: one colour for each class."""
    root = ElementTree.Element("qgis", version=QGIS_VERSION, styleCategories="Symbology")
    renderer = add(add(root, "pipe"), "rasterrenderer", attributes={
        "type": "singlebandpseudocolor", "band": "1", "opacity": "1", "alphaBand": "-1",
    })  # fmt: skip
    shader = add(add(renderer, "rastershader"), "colorrampshader", attributes={
        "colorRampType": "DISCRETE", "classificationMode": "1", "clip": "0",
    })  # fmt: skip
    for each in styling.classes:
        add(shader, "item", attributes={
            "value": _last(each),
            "label": _both(each.label),
            "color": each.fill or GROUND["light"]["halo"],
            "alpha": "0" if each.fill is None else "255",
        })  # fmt: skip
    return document(root)


def _last(each: StyleClass) -> str:
    """Return the largest value of a class; QGIS counts it in, and the style table leaves the upper bound out."""
    if each.high is None:
        return "inf"
    return repr(float(np.nextafter(np.float32(each.high), np.float32(-np.inf))))


def _both(words: Words) -> str:
    return words.es if words.es == words.en else f"{words.es} / {words.en}"
