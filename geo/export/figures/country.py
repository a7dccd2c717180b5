"""The map of the country with the parts where parks crowd shown larger, in the empty corners of the sea."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from geo.export.figures.frame import (
    LEFT_MM,
    Extent,
    Tables,
    draw_ground,
    extent_around,
    extent_of,
    graticule,
    map_axes,
    mm,
    north_arrow,
    outline,
    planar,
    scale_bar,
)
from geo.export.figures.labels import Box, Label, place_labels
from geo.export.figures.look import Look
from geo.export.figures.sheet import Legend, Sheet, map_sheet
from geo.export.style import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INSET_WORDS = Words("Recuadros A y B: ampliados.", "Insets A and B: enlarged.")
_LETTER_MM = 2.6


@dataclass(frozen=True)
class _Part:
    """A part that is shown larger: its place on the ground, and its corner and share of the map's width on the page."""

    letter: str
    lon: float
    lat: float
    width_km: float
    height_km: float
    right: bool
    share: float


#: Where most parks stand close together: the Bajío with the Valley of Mexico, and Monterrey with Saltillo.
PARTS = (
    _Part("A", -100.25, 20.35, 560.0, 400.0, True, 0.335),
    _Part("B", -100.45, 25.68, 140.0, 100.0, False, 0.26),
)


@dataclass(frozen=True)
class Inset:
    """A part that is shown larger: its axes, its extent, and the boxes of it that labels must leave free."""

    axes: Axes
    extent: Extent
    taken: list[Box]


@dataclass(frozen=True)
class Country:
    """A page with the country's map, its insets, and the boxes of the map that labels must leave free."""

    sheet: Sheet
    extent: Extent
    insets: list[Inset]
    taken: list[Box]


def country(
    look: Look, tables: Tables, legends: Sequence[Legend], words: Sequence[Words], *, parts: Sequence[_Part] = PARTS
) -> Country:
    """Return a page with the country's ground, graticule, scale bar, north arrow and insets, ready for the data.

    Parameters
    ----------
    look
        The look.
    tables
        ``states_drawing`` and ``border``.
    legends
        Legends under the map.
    words
        Sentences of the note.
    parts
        Parts that are shown larger.
    """
    extent = extent_of(planar(tables["states_drawing"]))
    said = (*words, INSET_WORDS) if parts else words
    sheet = map_sheet(look, extent, legends=legends, words=said)
    draw_ground(sheet.axes, look, tables)
    graticule(sheet.axes, look, extent)
    scale_bar(sheet.axes, look, extent)
    north_arrow(sheet.axes, look, extent, across=0.035, up=0.58)
    width, height = sheet.map_width_mm, sheet.map_height_mm
    taken: list[Box] = [(0.0, 0.0, 0.28 * width, 4.5), (0.0, 0.56 * height, 0.075 * width, 0.58 * height + 8.0)]
    insets = []
    for part in parts:
        inset, boxes = _inset(sheet, look, tables, extent, part)
        insets.append(inset)
        taken += boxes
    return Country(sheet, extent, insets, taken)


def city_labels(axes: Axes, look: Look, marks: gpd.GeoDataFrame, taken: Sequence[Box], *, most: int) -> None:
    """Name the metropolitan areas with most marks, as many as find room, up to so many."""
    names = marks.groupby("metro_area").agg(
        number=("metro_area", "size"), x=("geometry", lambda g: g.x.median()), y=("geometry", lambda g: g.y.median())
    )
    names = names.sort_values("number", ascending=False, kind="stable").head(most)
    labels = [Label(look.printable(str(name)), float(row["x"]), float(row["y"])) for name, row in names.iterrows()]
    place_labels(axes, look, labels, points=np.column_stack([marks.geometry.x, marks.geometry.y]), taken=taken)


def _inset(sheet: Sheet, look: Look, tables: Tables, whole: Extent, part: _Part) -> tuple[Inset, list[Box]]:
    extent = extent_around(part.lon, part.lat, width_km=part.width_km, height_km=part.height_km)
    width = part.share * sheet.map_width_mm
    height = extent.height_mm(width)
    left = sheet.map_width_mm - width - 1.0 if part.right else 1.0
    bottom = sheet.map_height_mm - height - 1.0 if part.right else 0.14 * sheet.map_height_mm
    place = (left + LEFT_MM, sheet.map_bottom_mm + bottom)
    axes = map_axes(sheet.figure, look, extent, left_mm=place[0], bottom_mm=place[1], width_mm=width)
    outline(sheet.axes, look, extent)
    draw_ground(axes, look, tables)
    scale_bar(axes, look, extent, share=0.3, location="lower left" if part.right else "lower right")
    style: dict[str, Any] = {"size": look.text_pt, "weight": "bold", "va": "top", "zorder": 8}
    across = 1 - 1.0 / width if part.right else 1.0 / width
    x, y = extent.at(across, 1 - 0.8 / height)
    axes.text(x, y, part.letter, ha="right" if part.right else "left", **style)
    unit = mm(sheet.axes, 1.0)
    west, south = (extent.west - whole.west) / unit, (extent.south - whole.south) / unit
    east, north = (extent.east - whole.west) / unit, (extent.north - whole.south) / unit
    sheet.axes.text(extent.east + 0.6 * unit, extent.north, part.letter, ha="left", **style)
    on_map = [
        (left, bottom, left + width, bottom + height),
        (west, south, east, north),
        (east, north - _LETTER_MM, east + _LETTER_MM, north),
    ]
    bar, corner = (0.0, width - 3.2) if part.right else (0.68 * width - 1.0, 0.0)
    own = [(bar, 0.0, bar + 0.32 * width + 1.0, 4.5), (corner, height - 3.2, corner + 3.2, height)]
    return Inset(axes, extent, own), on_map
