"""Marks of a map and their legend, from the classes of the style table: a shape and a colour a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import ChoiceError
from geo.export.figures.frame import Tables, planar
from geo.export.figures.look import MARKERS, Look
from geo.export.figures.sheet import Entry, Legend, line_entry, mark_entry
from geo.export.style import GROUND, LAYER_STYLES, StyleClass, Styling

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Parts = list[tuple[StyleClass, gpd.GeoDataFrame]]

#: Marks that are strokes and have no face.
STROKES = ("+", "x")
BORDER_DASHES = (0, (4, 1.5))


def located_study_set(tables: Tables) -> gpd.GeoDataFrame:
    """Return the parks of the study set that have a point, in EPSG:6372.

    Raises
    ------
    ChoiceError
        If there is none.
    """
    parks = planar(tables["parks"])
    parks = parks[parks["study_set"].astype(bool)]
    if parks.empty:
        raise ChoiceError("this study has no park of the study set with a point, so there is nothing to show.")
    return parks


def mark_size(look: Look) -> float:
    """Return the size of a park's mark, points."""
    return 2.7 if look.narrow else 4.2


def parts_of(styling: Styling, rows: gpd.GeoDataFrame) -> Parts:
    """Return the rows of each class that has any: the faint classes first, then in the order of the legend."""
    gates = rows[styling.gate].fillna(False).astype(bool) if styling.gate else pd.Series(True, index=rows.index)
    found = [
        styling.classify(None if pd.isna(value) else value, passes=bool(passes))
        for value, passes in zip(rows[styling.column], gates, strict=True)
    ]
    keys = np.array([each.key if each is not None else "" for each in found], dtype=object)
    order = [each for each in (styling.no_data, styling.gated, *styling.classes) if each is not None]
    return [(each, rows[keys == each.key]) for each in order if (keys == each.key).any()]


def draw_marks(
    axes: Axes, look: Look, rows: gpd.GeoDataFrame, marker: str, colour: str | None, size_pt: float, **style: Any
) -> None:
    """Draw one class of marks; a colour of None draws the outline alone."""
    ink = look.fill(GROUND["light"]["outline"])
    face = "none" if colour is None else look.fill(colour)
    colours: dict[str, Any] = {"c": ink} if marker in STROKES else {"facecolors": face, "edgecolors": ink}
    style = {"linewidths": 0.25 if look.narrow else 0.35, "zorder": 4} | colours | style
    axes.scatter(rows.geometry.x, rows.geometry.y, s=size_pt**2, marker=marker, **style)


def draw_classes(axes: Axes, look: Look, styling: Styling, rows: gpd.GeoDataFrame, *, larger: float = 1.0) -> None:
    """Draw the marks of every class of a styling, the faint classes small and below."""
    size = larger * mark_size(look)
    for each, part in parts_of(styling, rows):
        marker, share, width = _mark(styling, each)
        more = {} if share == 1 else {"linewidths": width, "zorder": 3.5}
        draw_marks(axes, look, part, marker, each.fill, share * size, **more)


def class_legend(look: Look, styling: Styling, rows: gpd.GeoDataFrame, *, title: str | None = None) -> Legend:
    """Return the legend of a styling's marks with the number of rows of each class, and of the border line."""
    size = 1.2 * mark_size(look)
    found = parts_of(styling, rows)
    entries = []
    for each, part in sorted(found, key=lambda pair: _mark(styling, pair[0])[1] < 1):
        marker, share, width = _mark(styling, each)
        words = f"{look.say(each.label)} ({look.number(len(part))})"
        entries.append(mark_entry(look, words, marker, each.fill, size_pt=share * size, edge_pt=width))
    return Legend(look, [*entries, border_entry(look)], title=title or look.say(styling.label))


def border_entry(look: Look) -> Entry:
    """Return the legend's line for the border with the United States."""
    words = look.say(LAYER_STYLES["border"].label)
    return line_entry(look, words, GROUND["light"]["outline"], 0.8, BORDER_DASHES)


def _mark(styling: Styling, each: StyleClass) -> tuple[str, float, float]:
    """Return marker, share of the full size, and width of the outline (points) of a class."""
    if each is styling.gated:
        return "o", 0.55, 0.15
    if each is styling.no_data:
        return ("+", 0.5, 0.2) if styling.gated is not None else ("o", 0.55, 0.15)
    return MARKERS[styling.classes.index(each) % len(MARKERS)], 1.0, 0.4
