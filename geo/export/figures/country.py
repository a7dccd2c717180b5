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
    extent_of,
    graticule,
    insets_of,
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

_INSET_WORDS = Words("Recuadros {letters}: ampliados.", "Insets {letters}: enlarged.")
_INSET_WORD = Words("Recuadro {letters}: ampliado.", "Inset {letters}: enlarged.")
_LETTER_MM = 2.6


@dataclass(frozen=True)
class _Corner:
    """Where a part that is shown larger stands on the page, and its share of the map's width."""

    letter: str
    right: bool
    share: float


_CORNERS = (_Corner("A", True, 0.335), _Corner("B", False, 0.26))


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
    look: Look, tables: Tables, legends: Sequence[Legend], words: Sequence[Words], *, figure: str | None = "parks"
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
    figure
        The study's insets of this figure are shown larger, two at most; None for none.
    """
    parts = [] if figure is None else list(zip(_CORNERS, insets_of(tables, figure), strict=False))
    extent = extent_of(planar(tables["states_drawing"]))
    said = (*words, *_inset_words([corner.letter for corner, _ in parts]))
    sheet = map_sheet(look, extent, legends=legends, words=said)
    draw_ground(sheet.axes, look, tables)
    graticule(sheet.axes, look, extent)
    scale_bar(sheet.axes, look, extent)
    north_arrow(sheet.axes, look, extent, across=0.035, up=0.58)
    width, height = sheet.map_width_mm, sheet.map_height_mm
    taken: list[Box] = [(0.0, 0.0, 0.28 * width, 4.5), (0.0, 0.56 * height, 0.075 * width, 0.58 * height + 8.0)]
    insets = []
    for corner, part in parts:
        inset, boxes = _inset(sheet, look, tables, extent, (corner, part))
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


def _inset_words(letters: Sequence[str]) -> list[Words]:
    if not letters:
        return []
    said = _INSET_WORDS if len(letters) > 1 else _INSET_WORD
    return [Words(said.es.format(letters=" y ".join(letters)), said.en.format(letters=" and ".join(letters)))]


def _inset(
    sheet: Sheet, look: Look, tables: Tables, whole: Extent, part: tuple[_Corner, Extent]
) -> tuple[Inset, list[Box]]:
    corner, extent = part
    width = corner.share * sheet.map_width_mm
    height = extent.height_mm(width)
    left = sheet.map_width_mm - width - 1.0 if corner.right else 1.0
    bottom = sheet.map_height_mm - height - 1.0 if corner.right else 0.14 * sheet.map_height_mm
    place = (left + LEFT_MM, sheet.map_bottom_mm + bottom)
    axes = map_axes(sheet.figure, look, extent, left_mm=place[0], bottom_mm=place[1], width_mm=width)
    outline(sheet.axes, look, extent)
    draw_ground(axes, look, tables)
    scale_bar(axes, look, extent, share=0.3, location="lower left" if corner.right else "lower right")
    style: dict[str, Any] = {"size": look.text_pt, "weight": "bold", "va": "top", "zorder": 8}
    across = 1 - 1.0 / width if corner.right else 1.0 / width
    x, y = extent.at(across, 1 - 0.8 / height)
    axes.text(x, y, corner.letter, ha="right" if corner.right else "left", **style)
    unit = mm(sheet.axes, 1.0)
    west, south = (extent.west - whole.west) / unit, (extent.south - whole.south) / unit
    east, north = (extent.east - whole.west) / unit, (extent.north - whole.south) / unit
    sheet.axes.text(extent.east + 0.6 * unit, extent.north, corner.letter, ha="left", **style)
    on_map = [
        (left, bottom, left + width, bottom + height),
        (west, south, east, north),
        (east, north - _LETTER_MM, east + _LETTER_MM, north),
    ]
    bar, free = (0.0, width - 3.2) if corner.right else (0.68 * width - 1.0, 0.0)
    own = [(bar, 0.0, bar + 0.32 * width + 1.0, 4.5), (free, height - 3.2, free + 3.2, height)]
    return Inset(axes, extent, own), on_map
