"""Areas of a map and their legend, from the classes of the style table; in grey every other class is hatched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.export.figures.frame import draw_areas
from geo.export.figures.look import Look
from geo.export.figures.sheet import Entry, area_entry
from geo.export.style import GROUND, StyleClass, Styling

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Hatches of the classes in grey, by turns; lightness tells apart the classes in between.
GREY_HATCHES = ("", "///////", "", ".......", "", "xxxxxxx")


def hatch_of(look: Look, styling: Styling, each: StyleClass) -> str:
    """Return the hatch of a class: none in colour, by turns in grey."""
    if not look.grey:
        return ""
    filled = [one for one in styling.classes if one.fill is not None]
    return GREY_HATCHES[filled.index(each) % len(GREY_HATCHES)] if each in filled else ""


def hatch_colour(look: Look, colour: str) -> str:
    """Return the ink of a hatch that shows on a colour: dark on light, light on dark."""
    grey = int(Look(grey=True).fill(colour)[1:3], 16)
    return look.fill(GROUND["light"]["label" if grey > 127 else "halo"])


def classified(styling: Styling, rows: gpd.GeoDataFrame) -> list[tuple[StyleClass, gpd.GeoDataFrame]]:
    """Return the rows of each class of a styling that has a colour and any row, in the order of the legend."""
    gates = rows[styling.gate].fillna(False).astype(bool) if styling.gate else pd.Series(True, index=rows.index)
    found = [
        styling.classify(None if pd.isna(value) else value, passes=bool(passes))
        for value, passes in zip(rows[styling.column], gates, strict=True)
    ]
    keys = np.array([each.key if each is not None else "" for each in found], dtype=object)
    order = [each for each in (*styling.classes, styling.no_data) if each is not None and each.fill is not None]
    return [(each, rows[keys == each.key]) for each in order if (keys == each.key).any()]


def draw_classified(
    axes: Axes, look: Look, styling: Styling, rows: gpd.GeoDataFrame, *, edge_pt: float = 0.1, zorder: float = 1.5
) -> None:
    """Draw the areas of every class that has a colour."""
    for each, part in classified(styling, rows):
        assert each.fill is not None
        face, hatch = look.fill(each.fill), hatch_of(look, styling, each)
        # The outline takes the colour of the hatch, so areas are filled first and hatched without an outline.
        draw_areas(axes, part.geometry, facecolor=face, edgecolor=face, linewidth=edge_pt, zorder=zorder)
        if hatch:
            ink = hatch_colour(look, each.fill)
            draw_areas(axes, part.geometry, facecolor="none", edgecolor=ink, linewidth=0, hatch=hatch, zorder=zorder)


def class_entries(look: Look, styling: Styling, found: Sequence[StyleClass]) -> list[Entry]:
    """Return the legend's lines of the classes that are found."""
    return [
        area_entry(look, look.say(each.label), each.fill, hatch_of(look, styling, each),
                   ink=hatch_colour(look, each.fill or GROUND["light"]["land"]))
        for each in found
    ]  # fmt: skip
