"""Sheets of the QGIS project, A4 and ready to print: map, legend, scale bar, north arrow, sources."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from pyproj import CRS

from geo.export.qgis_xml import add, colour, identifier, shown
from geo.export.style import GROUND
from geo.geodesy import planar_crs

#: Whom a sheet credits, by the licence of what it draws.
CREDITS = {
    "own": "datos propios del estudio: véase la tabla «sources»",
    "facts": "hechos compilados de las fuentes citadas en la tabla «sources» (CC BY 4.0)",
    "semarnat": "SEMARNAT, RETC (Libre Uso MX)",
    "inegi": "INEGI, uso libre con crédito, transformado",
    "geonames": "GeoNames (CC BY 4.0)",
    "osm": "colaboradores de OpenStreetMap (ODbL 1.0)",
    "public_domain": "dominio público de EE. UU.",
}

_FONT = "Sans Serif"
_GROUND = GROUND["light"]
_PAGE, _MAP, _PICTURE, _LABEL, _LEGEND, _SCALE_BAR = "65638", "65639", "65640", "65641", "65642", "65646"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Format:
    """Where things stand on the paper: left, top, width, height in millimetres."""

    page: Box = (0, 0, 297, 210)
    title: Box = (10, 7, 277, 9)
    subtitle: Box = (10, 16, 277, 7)
    map: Box = (10, 25, 205, 153)
    legend: Box = (219, 25, 68, 153)
    north: Box = (198, 28, 13, 13)
    scale_bar: Box = (13, 163, 70, 12)
    foot: Box = (10, 181, 277, 22)

    @property
    def ratio(self) -> float:
        """Width of the map over its height."""
        return self.map[2] / self.map[3]


SHEET = Format()


@dataclass(frozen=True, slots=True)
class Extent:
    """A box in metres of the outputs' coordinate system."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float

    def grown(self, factor: float) -> Extent:
        """Return the box with its sides as many times as long, about the same middle."""
        return self._about(factor * (self.xmax - self.xmin), factor * (self.ymax - self.ymin))

    def shaped(self, ratio: float) -> Extent:
        """Return the smallest box about the same middle that holds this one and is ``ratio`` times as wide as high."""
        width, height = self.xmax - self.xmin, self.ymax - self.ymin
        return self._about(max(width, ratio * height), max(height, width / ratio))

    def attributes(self) -> dict[str, str]:
        """Return the corners as QGIS writes them."""
        corners = {"xmin": self.xmin, "ymin": self.ymin, "xmax": self.xmax, "ymax": self.ymax}
        return {name: f"{value:.3f}" for name, value in corners.items()}

    def _about(self, width: float, height: float) -> Extent:
        x, y = (self.xmin + self.xmax) / 2, (self.ymin + self.ymax) / 2
        return Extent(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one sheet shows.

    Attributes
    ----------
    theme
        Map theme that its map follows; also its name.
    title
        Title of the study.
    entries
        (identifier, layer of the GeoPackage, heading) of every layer in its legend.
    licences
        Keys of the licences of what it shows.
    about
        What the run says about itself; None leaves date and notes out.
    """

    theme: str
    title: str
    entries: tuple[tuple[str, str, str], ...]
    licences: tuple[str, ...]
    about: Mapping[str, Any] | None


def sheet_element(sheet: Sheet, geopackage: str, extent: Extent) -> ElementTree.Element:
    """Return a sheet as QGIS's XML.

    Parameters
    ----------
    sheet
        What it shows.
    geopackage
        Name of the GeoPackage beside the project.
    extent
        What its map shows, of the shape of the paper's map.
    """
    root = ElementTree.Element("Layout", name=f"A4 · {sheet.theme}", units="mm", printResolution="300")
    add(root, "Snapper", None, {"snapToGuides": "1", "tolerance": "5", "snapToGrid": "0", "snapToItems": "1"})
    pages = add(root, "PageCollection")
    pages.append(_page_symbol())
    pages.append(_item(sheet, "page", _PAGE, 0, {"background": "true"}))
    root.append(_north(sheet))
    root.append(_scale_bar(sheet, extent))
    root.append(_legend(sheet, geopackage))
    root.append(_label(sheet, "foot", foot_words(sheet), 7.5, bold=False))
    root.append(_label(sheet, "subtitle", sheet.theme, 11, bold=False))
    root.append(_label(sheet, "title", sheet.title, 16, bold=True))
    root.append(_map(sheet, extent))
    return root


def foot_words(sheet: Sheet) -> str:
    """Return the words under the map: what must be known, sources, projection, date."""
    lines = [f"Fuentes: {'; '.join(CREDITS[key] for key in sheet.licences)}."]
    projection = f"Proyección: {CRS(planar_crs()).name} ({planar_crs()})."
    if sheet.about is None:
        return "\n".join([*lines, projection])
    dated = f"{projection} Datos a {sheet.about['date']}. Corredor {sheet.about['version']}."
    return "\n".join([" ".join(sheet.about["notes"]["es"]), *lines, dated])


def _item(sheet: Sheet, name: str, kind: str, level: int, more: Mapping[str, str] | None = None) -> ElementTree.Element:
    left, top, wide, high = getattr(SHEET, name)
    attributes = {
        "type": kind,
        "id": name,
        "uuid": identifier("sheet", sheet.theme, name),
        "templateUuid": identifier("sheet", sheet.theme, name),
        "position": f"{left},{top},mm",
        "positionOnPage": f"{left},{top},mm",
        "size": f"{wide},{high},mm",
        "referencePoint": "0",
        "visibility": "1",
        "zValue": str(level),
        "frame": "false",
        "background": "false",
        "opacity": "1",
        "outlineWidthM": "0.2,mm",
    }
    root = ElementTree.Element("LayoutItem", attributes | dict(more or {}))
    add(root, "FrameColor", None, _channels(_GROUND["coast"]))
    add(root, "BackgroundColor", None, _channels(_GROUND["land"]))
    return root


def _channels(fill: str) -> dict[str, str]:
    return dict(zip(("red", "green", "blue", "alpha"), colour(fill).split(","), strict=True))


def _page_symbol() -> ElementTree.Element:
    symbol = ElementTree.Element("symbol", name="", type="fill", alpha="1", force_rhr="0", clip_to_extent="1")
    drawn = add(symbol, "layer", None, {"class": "SimpleFill", "enabled": "1", "locked": "0", "pass": "0"})
    for name, value in {"color": colour(_GROUND["halo"]), "style": "solid", "outline_style": "no"}.items():
        add(drawn, "prop", None, {"k": name, "v": value})
    return symbol


def _map(sheet: Sheet, extent: Extent) -> ElementTree.Element:
    more = {
        "frame": "true",
        "background": "true",
        "followPreset": "true",
        "followPresetName": sheet.theme,
        "keepLayerSet": "false",
        "mapRotation": "0",
    }
    root = _item(sheet, "map", _MAP, 1, more)
    add(root, "Extent", None, extent.attributes())
    add(root, "LayerSet")
    return root


def _label(sheet: Sheet, name: str, words: str, size: float, *, bold: bool) -> ElementTree.Element:
    more = {"labelText": shown(words), "htmlState": "0", "halign": "1", "valign": "32", "marginX": "0", "marginY": "0"}
    root = _item(sheet, name, _LABEL, 2, more)
    add(root, "LabelFont", None, {"description": _font(size, bold=bold), "style": ""})
    add(root, "FontColor", None, _channels(_GROUND["label"]))
    return root


def _font(size: float, *, bold: bool = False) -> str:
    return f"{_FONT},{size:g},-1,5,{75 if bold else 50},0,0,0,0,0"


def _legend(sheet: Sheet, geopackage: str) -> ElementTree.Element:
    more = {
        "title": "",
        "map_uuid": identifier("sheet", sheet.theme, "map"),
        "resizeToContents": "0",
        "columnCount": "1",
        "splitLayer": "0",
        "boxSpace": "0",
        "symbolWidth": "5",
        "symbolHeight": "3",
        "lineSpacing": "0.8",
        "wrapChar": "",
        "fontColor": _GROUND["label"],
        "legendFilterByAtlas": "0",
    }
    root = _item(sheet, "legend", _LEGEND, 3, more)
    styles = add(root, "styles")
    for name, size, bold, above in (
        ("title", 10, True, "0"), ("group", 9, True, "2"), ("subgroup", 8, True, "2.2"), ("symbol", 7.5, False, "0.8"),
        ("symbolLabel", 7.5, False, "1"),
    ):  # fmt: skip
        left = {"marginLeft": "1.5"} if name == "symbolLabel" else {}
        kept = add(styles, "style", None, {"name": name, "alignment": "1", "indent": "0", "marginTop": above, **left})
        add(kept, "styleFont", None, {"description": _font(size, bold=bold), "style": ""})
    tree = add(root, "layer-tree-group")
    for key, table, heading in sheet.entries:
        source = f"./{geopackage}|layername={table}"
        leaf = {"id": key, "name": heading, "providerKey": "ogr", "source": source, "checked": "Qt::Checked",
                "expanded": "1"}  # fmt: skip
        entry = add(tree, "layer-tree-layer", None, leaf)
        box = add(add(entry, "customproperties"), "Option", None, {"type": "Map"})
        for name, value in (("cached_name", heading), ("legend/title-label", shown(heading))):
            add(box, "Option", None, {"name": name, "type": "QString", "value": value})
    return root


def segment_km(extent: Extent) -> float:
    """Return how long each half of a scale bar is: a round number, at most a tenth of the map's width.

    Examples
    --------
    >>> segment_km(Extent(0, 0, 3_300_000, 2_400_000)), segment_km(Extent(0, 0, 684_000, 500_000))
    (250.0, 50.0)
    """
    most = (extent.xmax - extent.xmin) / 10_000
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1.0, 2.5, 5.0) if step * power <= most)


def _scale_bar(sheet: Sheet, extent: Extent) -> ElementTree.Element:
    more = {
        "mapUuid": identifier("sheet", sheet.theme, "map"),
        "style": "Single Box",
        "unitType": "km",
        "unitLabel": "km",
        "numMapUnitsPerScaleBarUnit": "1",
        "numUnitsPerSegment": f"{segment_km(extent):g}",
        "numSegments": "2",
        "numSegmentsLeft": "0",
        "segmentSizeMode": "0",
        "height": "2",
        "labelBarSpace": "1.5",
        "boxContentSpace": "1",
        "outlineWidth": "0.2",
        "alignment": "0",
    }
    root = _item(sheet, "scale_bar", _SCALE_BAR, 4, more)
    text = {"fontFamily": _FONT, "fontSize": "8", "fontSizeUnit": "Point", "textColor": colour(_GROUND["label"]),
            "textOpacity": "1"}  # fmt: skip
    add(root, "text-style", None, text)
    add(root, "strokeColor", None, _channels(_GROUND["outline"]))
    add(root, "fillColor", None, _channels(_GROUND["outline"]))
    add(root, "fillColor2", None, _channels(_GROUND["halo"]))
    return root


def _north(sheet: Sheet) -> ElementTree.Element:
    more = {
        "file": "arrows/NorthArrow_02.svg",
        "mode": "0",
        "resizeMode": "0",
        "anchorPoint": "0",
        "svgFillColor": colour(_GROUND["outline"]),
        "svgBorderColor": colour(_GROUND["outline"]),
        "svgBorderWidth": "0.2",
        "mapUuid": identifier("sheet", sheet.theme, "map"),
        "northMode": "1",
        "northOffset": "0",
        "pictureRotation": "0",
    }
    return _item(sheet, "north", _PICTURE, 5, more)
