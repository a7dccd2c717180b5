"""Where parks agglomerate: their density, and the municipalities that are hot spots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.export.figures.areas import class_entries, classified, draw_classified
from geo.export.figures.captions import MAPS
from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.frame import (
    BELOW_MM,
    LEFT_MM,
    RIGHT_MM,
    TOP_MM,
    draw_areas,
    draw_ground,
    draw_lines,
    extent_of,
    graticule,
    insets_of,
    map_axes,
    north_arrow,
    outline,
    planar,
    scale_bar,
    size_mm,
)
from geo.export.figures.labels import Box, Label, place_labels
from geo.export.figures.look import MM_PER_INCH, POINTS_PER_MM, Look, note, note_height_mm, styled
from geo.export.figures.marks import BORDER_DASHES, border_entry, located_study_set
from geo.export.figures.sheet import BOUNDARY_WORDS, PARKS_WORDS, Legend, crs_words
from geo.export.style import GROUND, LAYER_STYLES, Words
from geo.geodesy import GEODETIC_CRS, planar_crs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DENSITY = LAYER_STYLES["density"].stylings[0]
HOT = next(each for each in LAYER_STYLES["municipalities"].stylings if each.column == "gi_star_z")
GAP_MM = 1.8


def density_cells(tables: Tables) -> gpd.GeoDataFrame:
    """Return the cells of the density grid as polygons of the plane; sides of cells run along meridians."""
    grid = tables["density"]
    half = np.diff(np.unique(grid["lon"].to_numpy())).min() / 2
    lon, lat = grid["lon"].to_numpy(), grid["lat"].to_numpy()
    cells = shapely.box(lon - half, lat - half, lon + half, lat + half)
    return gpd.GeoDataFrame(grid, geometry=cells, crs=GEODETIC_CRS).to_crs(planar_crs())


def hot_municipalities(tables: Tables) -> gpd.GeoDataFrame:
    """Return the drawn municipalities with their Gi*; a young one has no shape and is not drawn."""
    columns = ["cvegeo", "gi_star_z", "gi_star_p", "gi_star_significant"]
    return planar(tables["municipalities_drawing"]).merge(tables["municipalities"][columns], on="cvegeo", how="left")


@styled
def agglomeration(tables: Tables, look: Look) -> Figure:
    """Draw the density of parks and, beside or below it, the hot spots of parks by municipality."""
    cells, towns = density_cells(tables), hot_municipalities(tables)
    extent = extent_of(planar(tables["states_drawing"]))
    legends = _legends(look, cells, towns)
    text = " ".join(look.say(each) for each in (PARKS_WORDS, BOUNDARY_WORDS, crs_words()))
    foot, head = note_height_mm(look, text), look.text_pt * 1.5 / POINTS_PER_MM
    columns = 1 if look.narrow else 2
    width = (look.width_mm - LEFT_MM * columns - RIGHT_MM * columns) / columns
    below = max(each.height_mm for each in legends) + GAP_MM + BELOW_MM
    step = extent.height_mm(width) + below + head
    figure = look.canvas(foot + step * (2 // columns) + TOP_MM)
    note(figure, look, text)
    for place, (styling, rows, legend) in enumerate(zip((DENSITY, HOT), (cells, towns), legends, strict=True)):
        left = LEFT_MM + (place % columns) * (width + LEFT_MM + RIGHT_MM)
        bottom = foot + (0 if columns == 2 else (1 - place) * step) + below
        axes = map_axes(figure, look, extent, left_mm=left, bottom_mm=bottom, width_mm=width)
        draw_ground(axes, look, tables)
        graticule(axes, look, extent)
        draw_classified(axes, look, styling, rows)
        _lines_over(axes, look, tables)
        scale_bar(axes, look, extent)
        north_arrow(axes, look, extent, across=0.06, up=0.17)
        axes.set_title(f"{'ab'[place]}  {look.say(styling.label)}", loc="left", weight="bold", pad=2.5)
        legend.draw(figure, left_mm=left, top_mm=bottom - BELOW_MM)
        if styling is HOT:
            _name_hot(figure, look, tables, axes, rows)
    return figure


def _lines_over(axes: Axes, look: Look, tables: Tables) -> None:
    ink = GROUND["light"]
    states = planar(tables["states_drawing"])
    draw_areas(axes, states.geometry, facecolor="none", edgecolor=look.fill(ink["coast"]), linewidth=0.25, zorder=2)
    draw_lines(axes, planar(tables["border"]).geometry, color=look.fill(ink["outline"]), linewidth=0.7,
               linestyle=BORDER_DASHES, zorder=2.5)  # fmt: skip


def _legends(look: Look, cells: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> list[Legend]:
    room = look.width_mm if look.narrow else look.width_mm / 2
    room -= LEFT_MM + RIGHT_MM
    made = []
    for styling, rows in ((DENSITY, cells), (HOT, towns)):
        entries = class_entries(look, styling, [each for each, _ in classified(styling, rows)])
        made.append(Legend(look, [*entries, border_entry(look)], width_mm=room))
    return made


def _name_hot(figure: Figure, look: Look, tables: Tables, axes: Axes, towns: gpd.GeoDataFrame) -> None:
    """Name the hot spots, the strongest first; those of the inset in a map of their own in the empty corner."""
    hot = towns[towns["gi_star_significant"].fillna(False).astype(bool)]
    hot = hot.sort_values("gi_star_z", ascending=False, kind="stable")
    places = hot.geometry.representative_point()
    labels = [
        Label(look.printable(str(name)), float(p.x), float(p.y)) for name, p in zip(hot["name"], places, strict=True)
    ]
    width, height = size_mm(axes)
    free: list[Box] = [(0.0, 0.0, 0.28 * width, 4.5), (0.0, 0.0, 0.12 * width, 0.17 * height + 8)]
    parts = insets_of(tables, "agglomeration")
    if not parts:
        place_labels(axes, look, labels, taken=free)
        return
    part = parts[0]
    corner, page = axes.get_position(), figure.get_figheight() * MM_PER_INCH
    share = 0.335 * width
    left, bottom = width - share - 1.0, height - part.height_mm(share) - 1.0
    inset = map_axes(figure, look, part, left_mm=corner.x0 * look.width_mm + left, bottom_mm=corner.y0 * page + bottom,
                     width_mm=share)  # fmt: skip
    draw_ground(inset, look, tables)
    draw_classified(inset, look, HOT, towns)
    scale_bar(inset, look, part, share=0.4)
    outline(axes, look, part)
    inside = [each for each in labels if part.has(each.x, each.y)]
    place_labels(inset, look, inside, taken=[(0.0, 0.0, 0.45 * share, 4.5)], gap_mm=0.3)
    others = [each for each in labels if each not in inside]
    place_labels(axes, look, others, taken=[*free, (left, bottom, width, height)])


def _facts(tables: Tables, look: Look) -> Mapping[str, str]:
    towns = tables["municipalities"]
    strong = towns["gi_star_significant"].fillna(False).astype(bool)
    warm = strong & (towns["gi_star_z"].astype("Float64") > 0).fillna(False)
    return {
        "n": look.number(len(located_study_set(tables))),
        "n_tested": look.number(int(towns["gi_star_z"].notna().sum())),
        "n_hot": look.number(int(warm.sum())),
        "n_cold": look.number(int((strong & ~warm).sum())),
    }


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "agglomeration",
        Words("Densidad de parques y puntos calientes", "Density of parks and hot spots"),
        MAPS["agglomeration"],
        ("parks", "density", "municipalities", "municipalities_drawing", "national", "states_drawing", "border"),
        agglomeration,
        _facts,
    ),
)
