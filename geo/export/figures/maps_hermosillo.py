"""Hermosillo, its assembly plant, the parks beside it, and Guaymas: the place of the study of 2012."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import ChoiceError
from geo.export.figures.captions import MAPS
from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.frame import (
    BELOW_MM,
    LEFT_MM,
    RIGHT_MM,
    TOP_MM,
    Extent,
    draw_ground,
    draw_lines,
    graticule,
    insets_of,
    locator,
    map_axes,
    north_arrow,
    outline,
    planar,
    scale_bar,
    size_mm,
)
from geo.export.figures.labels import Box, Label, place_labels
from geo.export.figures.look import Look, note, note_height_mm, styled
from geo.export.figures.maps_corridor import KINDS, places_of
from geo.export.figures.marks import draw_marks
from geo.export.figures.sheet import (
    BOUNDARY_WORDS,
    PARKS_WORDS,
    PLANTS_WORDS,
    ROADS_WORDS,
    Entry,
    Legend,
    crs_words,
    line_entry,
    mark_entry,
)
from geo.export.style import GROUND, LAYER_STYLES, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The study's insets of this figure, widest first: one map each.
FIGURE, INSETS = "hermosillo", 3
ROAD = GROUND["light"]["highway"]
LINE = str(LAYER_STYLES["corridor"].stylings[0].classes[1].fill)
TOWN_PEOPLE = 25_000
GAP_MM = 1.8


@dataclass(frozen=True)
class Panel:
    """One of the three maps: its extent and its place on the page, millimetres above the foot."""

    extent: Extent
    left: float
    bottom: float
    width: float


def _panels(look: Look, extents: Sequence[Extent]) -> tuple[list[Panel], float]:
    """Return the three maps and the height that they take: side by side, or the second over the third."""
    room = look.width_mm - LEFT_MM - RIGHT_MM
    tall = extents[0].width / extents[0].height
    near = extents[1].width / extents[1].height
    gap = LEFT_MM + 0.8
    if look.narrow:
        width = (room - gap - tall * BELOW_MM) / (1 + 2 * tall / near)
        height = 2 * width / near + BELOW_MM
        left = LEFT_MM + tall * height + gap
        places = ((LEFT_MM, 0.0, tall * height), (left, width / near + BELOW_MM, width), (left, 0.0, width))
    else:
        height = (room - 2 * gap) / (tall + 2 * near)
        width = near * height
        left = LEFT_MM + tall * height + gap
        places = ((LEFT_MM, 0.0, tall * height), (left, 0.0, width), (left + width + gap, 0.0, width))
    return [Panel(extent, *place) for extent, place in zip(extents, places, strict=True)], height


def local_places(tables: Tables) -> dict[str, gpd.GeoDataFrame]:
    """Return the parks and plants of the widest map; a plant of the register that is the assembly plant is left out.

    Notes
    -----
    Rows of one name within the same 300 m are one plant: its years run from the first to the last.
    """
    widest = _extents(tables)[0]
    found = {name: rows[widest.has(rows.geometry.x, rows.geometry.y)] for name, rows in places_of(tables).items()}
    parts = found["auto_parts_plants"]
    parts = parts[~parts["assembly_plant_id"].isin(found["assembly_plants"]["plant_id"])]
    cell = (parts.geometry.x / 300).round().astype(int).astype(str) + (parts.geometry.y / 300).round().astype(str)
    groups = parts.groupby([parts["name"], cell], sort=False)
    parts = parts.assign(
        first_year=groups["first_year"].transform("min"), last_year=groups["last_year"].transform("max")
    ).loc[groups.cumcount() == 0]
    return found | {"auto_parts_plants": parts}


def _extents(tables: Tables) -> list[Extent]:
    extents = insets_of(tables, FIGURE)
    if len(extents) != INSETS:
        raise ChoiceError(f"this study names {len(extents)} insets for it, and it needs {INSETS}: widest first.")
    return extents


def _numbered(parts: gpd.GeoDataFrame, extents: Sequence[Extent]) -> gpd.GeoDataFrame:
    """Return the plants with the panel that names each, its site there, and its number: by panel, site and name."""
    views = np.stack([extent.has(parts.geometry.x, parts.geometry.y) for extent in extents])
    parts = parts.assign(panel=views.shape[0] - 1 - views[::-1].argmax(axis=0))
    cell = np.array([extent.width for extent in extents])[parts["panel"]] / 80
    sites = pd.Series(list(zip((parts.geometry.y // cell), (parts.geometry.x // cell), strict=True)), index=parts.index)
    parts = parts.assign(site=sites)
    parts = parts.sort_values(["panel", "site", "name"], ascending=[False, False, True], kind="stable")
    return parts.assign(number=np.arange(1, len(parts) + 1))


@styled
def hermosillo(tables: Tables, look: Look) -> Figure:
    """Draw Hermosillo's assembly plant, parks and auto-parts plants, with Guaymas, at three scales."""
    places = local_places(tables)
    empty = [name for name in ("assembly_plants", "auto_parts_plants", "parks") if places[name].empty]
    if empty:
        raise ChoiceError(f"this study has no {', '.join(empty)} around the place.")
    extents = _extents(tables)
    parts = _numbered(places["auto_parts_plants"], extents)
    legends = [_legend(look, places), _key(look, parts)]
    panels, height = _panels(look, extents)
    words = (PARKS_WORDS, PLANTS_WORDS, ROADS_WORDS, BOUNDARY_WORDS, crs_words())
    text = " ".join(look.say(each) for each in words)
    foot = note_height_mm(look, text)
    under = foot + sum(each.height_mm + GAP_MM for each in legends) + BELOW_MM
    figure = look.canvas(under + height + TOP_MM)
    note(figure, look, text)
    top = under - BELOW_MM
    for each in legends:
        each.draw(figure, left_mm=LEFT_MM, top_mm=top)
        top -= each.height_mm + GAP_MM
    for panel in panels:
        _draw_panel(figure, look, tables, replace(panel, bottom=under + panel.bottom), places, parts)
    return figure


def _draw_panel(
    figure: Figure, look: Look, tables: Tables, panel: Panel, places: Mapping[str, gpd.GeoDataFrame],
    parts: gpd.GeoDataFrame,
) -> None:  # fmt: skip
    extents = _extents(tables)
    extent, bottom, place = panel.extent, panel.bottom, extents.index(panel.extent)
    axes = map_axes(figure, look, extent, left_mm=panel.left, bottom_mm=bottom, width_mm=panel.width)
    draw_ground(axes, look, tables, states="states", lines=False)
    graticule(axes, look, extent, lines=3)
    if place < 2:
        _roads(axes, look, tables)
    for name, rows in places.items():
        marker, colour, size = KINDS[name]
        inside = rows[extent.has(rows.geometry.x, rows.geometry.y)]
        draw_marks(axes, look, inside, marker, colour, size * (2.8 if look.narrow else 4.0), linewidths=0.3)
    if place < 2:
        outline(axes, look, extents[place + 1])
    scale_bar(axes, look, extent, share=0.4)
    width, height = size_mm(axes)
    corner: dict[str, Any] = {"size": look.text_pt, "weight": "bold", "ha": "left", "va": "top", "zorder": 8}
    x, y = extent.at(0.8 / width, 1 - 0.8 / height)
    axes.text(x, y, "abc"[place], **corner)
    taken: list[Box] = [(0.0, 0.0, 0.45 * width, 4.5), (0.0, height - 3.5, 3.0, height)]
    if place == 0:
        north_arrow(axes, look, extent, across=0.13, up=0.3)
        aside = 0.46 * width
        inset = locator(figure, look, tables, extents[:1], left_mm=panel.left + width - aside - 0.6,
                        bottom_mm=bottom + 0.4 * height, width_mm=aside)  # fmt: skip
        taken += [
            (width - aside - 1.2, 0.4 * height - 0.6, width, 0.4 * height + size_mm(inset)[1] + 0.6),
            (0.0, 0.3 * height - 0.5, 0.25 * width, 0.3 * height + 8),
        ]
    labels = _labels(look, tables, place, places, parts)
    marks = np.vstack([np.column_stack([rows.geometry.x, rows.geometry.y]) for rows in places.values()])
    place_labels(axes, look, labels, points=marks, taken=taken)


def _roads(axes: Axes, look: Look, tables: Tables) -> None:
    box = _extents(tables)[0]
    roads = planar(tables["highways"]).cx[box.west : box.east, box.south : box.north]
    draw_lines(axes, roads.geometry, color=look.fill(ROAD), linewidth=0.5, zorder=2)
    draw_lines(axes, planar(tables["corridor"]).geometry, color=look.fill(LINE), linewidth=0.9, zorder=3)


def _labels(
    look: Look, tables: Tables, place: int, places: Mapping[str, gpd.GeoDataFrame], parts: gpd.GeoDataFrame
) -> list[Label]:
    """Return the labels of a panel: what a nearer view shows is named there."""
    extents = _extents(tables)

    def named_here(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        here = extents[place].has(rows.geometry.x, rows.geometry.y)
        nearer = extents[place + 1].has(rows.geometry.x, rows.geometry.y) if place < 2 else here & False
        return rows[here & ~nearer]

    labels = []
    if place == 0:
        towns = planar(tables["places"])
        towns = towns[towns["population_2020"] >= TOWN_PEOPLE]
        towns = towns[extents[0].has(towns.geometry.x, towns.geometry.y)]
        labels += [Label(look.printable(n), p.x, p.y, bold=True) for n, p in _pairs(towns, "name")]
    labels += [
        Label(look.printable(n), p.x, p.y, bold=True)
        for n, p in _pairs(named_here(places["assembly_plants"]), "company")
    ]
    for _, site in parts[parts["panel"] == place].groupby("site", sort=False):
        first, last, at = site["number"].min(), site["number"].max(), site.geometry.iloc[0]
        labels.append(Label(f"{first}" if first == last else f"{first}\N{EN DASH}{last}", at.x, at.y))
    parks = named_here(places["parks"])
    labels += [Label(_short(look, n), p.x, p.y) for n, p in _pairs(parks, "name")]
    return labels


def _pairs(rows: gpd.GeoDataFrame, column: str) -> Sequence[tuple[str, shapely.Point]]:
    return list(zip(rows[column].astype(str), rows.geometry, strict=True))


def _short(look: Look, name: str) -> str:
    return look.printable(name).replace("Parque Industrial ", "P. I. ")


def _legend(look: Look, places: Mapping[str, gpd.GeoDataFrame]) -> Legend:
    entries = []
    for name, (marker, colour, size) in KINDS.items():
        words = f"{look.say(LAYER_STYLES[name].label)} ({look.number(len(places[name]))})"
        entries.append(
            mark_entry(look, words, marker, colour, size_pt=size * (2.8 if look.narrow else 4.0), edge_pt=0.3)
        )
    entries.append(line_entry(look, look.say(LAYER_STYLES["corridor"].label), LINE, 0.9))
    entries.append(line_entry(look, look.say(LAYER_STYLES["highways"].label), ROAD, 0.5))
    return Legend(look, entries)


def _key(look: Look, parts: gpd.GeoDataFrame) -> Legend:
    """Return the list of the numbered plants with their years in the register."""
    from matplotlib.lines import Line2D

    blank = Line2D([], [], linestyle="none")
    entries = []
    for row in parts.itertuples():
        years = (
            f"{row.first_year}\N{EN DASH}{row.last_year}" if row.first_year != row.last_year else f"{row.first_year}"
        )
        entries.append(Entry(f"{row.number}  {look.printable(str(row.name))}, {years}", blank))
    title = Words(
        "Plantas de autopartes y sus años en el registro", "Auto-parts plants and their years in the register"
    )
    return Legend(look, entries, title=look.say(title), handle_length=0.0)


def _facts(tables: Tables, look: Look) -> Mapping[str, str]:
    places = local_places(tables)
    errors = pd.concat([rows["location_error_m"] for rows in places.values()]).dropna()
    facts = {f"n_{name}": look.number(len(rows)) for name, rows in places.items()}
    low, high = (None, None) if errors.empty else (float(errors.min()), float(errors.max()))
    return facts | {"error_low": look.number(low), "error_high": look.number(high)}


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "hermosillo",
        Words("Hermosillo y Guaymas: armadora, autopartes, parques", "Hermosillo and Guaymas: plants and parks"),
        MAPS["hermosillo"],
        ("assembly_plants", "auto_parts_plants", "parks", "places", "states", "states_drawing", "highways", "corridor",
         "national"),
        hermosillo,
        _facts,
    ),
)  # fmt: skip
