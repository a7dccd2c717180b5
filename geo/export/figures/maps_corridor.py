"""The auto corridor: a map with chainage, plants and parks, and a strip along its trunk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import ChoiceError
from geo.export.figures.captions import MAPS
from geo.export.figures.catalogue import FigureSpec, Tables
from geo.export.figures.frame import (
    LEFT_MM,
    Extent,
    draw_ground,
    draw_lines,
    extent_of,
    graticule,
    mm,
    mm_axes,
    north_arrow,
    planar,
    scale_bar,
    size_mm,
)
from geo.export.figures.labels import Label, place_labels
from geo.export.figures.look import Look, styled, text_width_mm
from geo.export.figures.marks import border_entry, draw_marks, located_study_set
from geo.export.figures.sheet import (
    BOUNDARY_WORDS,
    PARKS_WORDS,
    PLANTS_WORDS,
    ROADS_WORDS,
    Legend,
    line_entry,
    map_sheet,
    mark_entry,
)
from geo.export.style import GROUND, LAYER_STYLES, OKABE_ITO, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRUNK = "trunk"
REACH_KM = 25
TICK_KM = 100
STRIP_TICKS = (-20, -10, 0, 10, 20)
LABEL_KM = 500

LINE = str(LAYER_STYLES["corridor"].stylings[0].classes[0].fill)
BRANCH_LINE = LAYER_STYLES["corridor"].stylings[0].classes

#: Marker, colour and size (of a park's mark) of the three kinds of place.
KINDS: Mapping[str, tuple[str, str, float]] = {
    "assembly_plants": ("s", GROUND["light"]["outline"], 1.25),
    "auto_parts_plants": ("^", OKABE_ITO[1], 1.0),
    "parks": ("o", OKABE_ITO[0], 0.9),
}


def places_of(tables: Tables) -> dict[str, gpd.GeoDataFrame]:
    """Return the located places of the three kinds; parks of the study set, each parts plant once."""
    parts = planar(tables["auto_parts_plants"])
    return {
        "parks": located_study_set(tables),
        "auto_parts_plants": parts[parts["duplicate_of"].isna()],
        "assembly_plants": planar(tables["assembly_plants"]),
    }


def _on_trunk(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the places whose branch is the trunk, as far away as the strip reaches."""
    return rows[(rows["corridor_branch"] == TRUNK) & (rows["offset_km"] <= REACH_KM)]


@styled
def corridor(tables: Tables, look: Look) -> Figure:
    """Draw the corridor with chainage, plants and parks; below, a strip along the trunk."""
    if not (tables["corridor"]["branch"] == TRUNK).any() or _trunk_points(tables)["waypoint"].dropna().empty:
        raise ChoiceError(
            f"this study's corridor has no branch {TRUNK!r} with named waypoints, which the strip follows."
        )
    places = places_of(tables)
    lines = planar(tables["corridor"])
    whole = extent_of(lines, pad=0.04)
    extent = Extent(whole.west, whole.south - 0.02 * whole.height, whole.east + 0.1 * whole.width, whole.north)
    legend = _legend(look, places)
    strip = 30.0 + _names_mm(look, tables) + (0.0 if look.narrow else 12.0)
    sheet = map_sheet(
        look, extent, legends=[legend], words=(PARKS_WORDS, PLANTS_WORDS, ROADS_WORDS, BOUNDARY_WORDS), under_mm=strip
    )
    axes = sheet.axes
    draw_ground(axes, look, tables)
    graticule(axes, look, extent)
    _draw_lines(axes, look, lines)
    for name, rows in places.items():
        marker, colour, size = KINDS[name]
        inside = rows[extent.has(rows.geometry.x, rows.geometry.y)]
        draw_marks(axes, look, inside, marker, colour, size * (2.2 if look.narrow else 3.4), linewidths=0.2)
    scale_bar(axes, look, extent)
    north_arrow(axes, look, extent, across=0.05, up=0.14)
    width, height = sheet.map_width_mm, sheet.map_height_mm
    taken = [(0.0, 0.0, 0.28 * width, 4.5), (0.0, 0.0, 0.09 * width, 0.14 * height + 8)]
    labels = [*_chainage(axes, look, tables), *_waypoints(look, tables)]
    points = np.vstack([np.column_stack([rows.geometry.x, rows.geometry.y]) for rows in places.values()])
    place_labels(axes, look, labels, points=points, taken=taken)
    _strip(sheet.figure, look, tables, places, bottom_mm=sheet.under_mm, height_mm=strip)
    return sheet.figure


def _legend(look: Look, places: Mapping[str, gpd.GeoDataFrame]) -> Legend:
    entries = []
    for name in KINDS:
        marker, colour, size = KINDS[name]
        words = f"{look.say(LAYER_STYLES[name].label)} ({look.number(len(places[name]))})"
        entries.append(
            mark_entry(look, words, marker, colour, size_pt=size * (2.6 if look.narrow else 3.6), edge_pt=0.2)
        )
    for each, width in zip(BRANCH_LINE, (1.6, 0.8), strict=True):
        entries.append(line_entry(look, look.say(each.label), str(each.fill), width))
    return Legend(look, [*entries, border_entry(look)])


def _draw_lines(axes: Axes, look: Look, lines: gpd.GeoDataFrame) -> None:
    trunk = lines["branch"] == TRUNK
    colour = look.fill(LINE)
    draw_lines(axes, lines.geometry[~trunk], color=colour, linewidth=0.8, zorder=3)
    draw_lines(axes, lines.geometry[trunk], color=colour, linewidth=1.6, zorder=3.1)


def _trunk_points(tables: Tables) -> gpd.GeoDataFrame:
    points = planar(tables["corridor_points"])
    return points[points["branch"] == TRUNK].sort_values("vertex_order", kind="stable")


def _chainage(axes: Axes, look: Look, tables: Tables) -> list[Label]:
    """Draw a tick across the trunk at every hundred kilometres; return the labels of some."""
    points = _trunk_points(tables)
    along = points["chainage_geodesic_km"].to_numpy(dtype=np.float64)
    x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    stops = np.arange(0, along[-1], TICK_KM)
    at = np.column_stack([np.interp(stops, along, x), np.interp(stops, along, y)])
    ahead = np.column_stack([np.interp(stops + 5, along, x), np.interp(stops + 5, along, y)]) - at
    aside = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    half = mm(axes, 0.8)
    ticks = [
        shapely.LineString([place - half * side, place + half * side]) for place, side in zip(at, aside, strict=True)
    ]
    draw_lines(axes, ticks, color=look.fill(GROUND["light"]["outline"]), linewidth=0.5, zorder=3.3)
    return [
        Label(f"{look.number(stop)} km", float(place[0]), float(place[1]), bold=True)
        for stop, place in zip(stops, at, strict=True)
        if stop % LABEL_KM == 0
    ]


def _waypoints(look: Look, tables: Tables) -> list[Label]:
    """Return the names of the corridor's towns: the trunk's ends first, then the trunk's, then the branches'."""
    towns = planar(tables["corridor_waypoints"]).drop_duplicates("name")
    trunk = towns[towns["branch"] == TRUNK].sort_values("order", kind="stable")
    ends = trunk.iloc[[0, -1]]
    last = towns[towns["branch"] != TRUNK].sort_values("order", ascending=False, kind="stable")
    order = pd.concat([ends, trunk.iloc[1:-1], last.drop_duplicates("branch"), last]).drop_duplicates("name")
    most = 16 if look.narrow else 34
    return [
        Label(look.printable(str(name)), float(point.x), float(point.y))
        for name, point in zip(order["name"].head(most), order.geometry.head(most), strict=True)
    ]


def _strip(
    figure: Figure, look: Look, tables: Tables, places: Mapping[str, gpd.GeoDataFrame], *, bottom_mm: float,
    height_mm: float,
) -> None:  # fmt: skip
    """Draw distance from the trunk against chainage: plants above the line, parks below it."""
    left, foot = LEFT_MM + 6.5, 8.5
    width = look.width_mm - left - 4.5
    axes = mm_axes(figure, left, bottom_mm + foot, width, height_mm - foot - _names_mm(look, tables) - 1.5)
    points = _trunk_points(tables)
    length = float(points["chainage_geodesic_km"].max())
    axes.set_xlim(-15, length + 15)
    axes.set_ylim(-REACH_KM, REACH_KM)
    axes.axhline(0, color=look.fill(LINE), linewidth=1.6, zorder=2)
    for name, side in (("auto_parts_plants", 1), ("assembly_plants", 1), ("parks", -1)):
        rows = _on_trunk(places[name])
        marker, colour, size = KINDS[name]
        points_pt = size * (2.6 if look.narrow else 3.6)
        axes.scatter(
            rows["chainage_km"], side * rows["offset_km"], s=points_pt**2, marker=marker, facecolors=look.fill(colour),
            edgecolors=look.fill(GROUND["light"]["outline"]), linewidths=0.2, zorder=4,
        )  # fmt: skip
    axes.set_xlabel(look.say(Words("Cadenamiento geodésico del tronco, km", "Geodesic chainage of the trunk, km")))
    axes.set_ylabel(look.say(Words("Distancia al tronco, km", "Distance from the trunk, km")), labelpad=2)
    axes.set_yticks(STRIP_TICKS)
    axes.set_yticklabels([look.number(abs(value)) for value in STRIP_TICKS])
    stops = np.arange(0, length, 200 if look.narrow else 100)
    axes.set_xticks(stops)
    axes.set_xticklabels([look.number(stop) for stop in stops])
    _strip_words(axes, look, length)
    _towns(axes, look, points, gap_km=(length + 30) / width * 2.9)
    if not look.narrow:
        _companies(axes, look, _on_trunk(places["assembly_plants"]), _on_trunk(places["auto_parts_plants"]))


def _names_mm(look: Look, tables: Tables) -> float:
    """Return how high the upright names of the trunk's towns stand."""
    names = _trunk_points(tables)["waypoint"].dropna()
    return max(text_width_mm(look.printable(str(name)), look, look.small_pt) for name in names) + 1.0


def _strip_words(axes: Axes, look: Look, length: float) -> None:
    style: dict[str, Any] = {"size": look.small_pt, "rotation": 90, "ha": "left", "va": "center", "clip_on": False}
    edge = axes.get_xlim()[1] + 0.01 * length
    axes.text(edge, REACH_KM / 2, look.say(Words("plantas", "plants")), **style)
    axes.text(edge, -REACH_KM / 2, look.say(Words("parques", "parks")), **style)


def _towns(axes: Axes, look: Look, points: gpd.GeoDataFrame, *, gap_km: float) -> None:
    """Name the towns above the strip, upright; one that stands too near to a named one is left out."""
    towns = points[points["waypoint"].notna()]
    named: list[float] = []
    order = [0, len(towns) - 1, *range(len(towns) - 2, 0, -1)]
    for place in order:
        row = towns.iloc[place]
        at = float(row["chainage_geodesic_km"])
        if any(abs(at - other) < gap_km for other in named):
            continue
        named.append(at)
        axes.axvline(at, color=look.fill(GROUND["light"]["boundary"]), linewidth=0.4, zorder=1)
        axes.text(at, REACH_KM * 1.04, look.printable(str(row["waypoint"])), rotation=90, ha="center", va="bottom",
                  size=look.small_pt, color=look.fill(GROUND["light"]["label"]), clip_on=False)  # fmt: skip


def _companies(axes: Axes, look: Look, plants: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> None:
    """Name the makers of the strip's assembly plants, each once a town."""
    once = plants.sort_values(["chainage_km", "company"], kind="stable").drop_duplicates(["company", "municipality"])
    labels = [
        Label(look.printable(str(row["company"])), float(row["chainage_km"]), float(row["offset_km"]))
        for _, row in once.iterrows()
    ]
    both = pd.concat([plants[["chainage_km", "offset_km"]], others[["chainage_km", "offset_km"]]])
    wide, high = size_mm(axes)
    taken = [(0.0, 0.0, wide, high / 2)]
    place_labels(axes, look, labels, points=both.to_numpy(dtype=np.float64), taken=taken)


def _facts(tables: Tables, look: Look) -> Mapping[str, str]:
    places = places_of(tables)
    line = tables["corridor"][tables["corridor"]["branch"] == TRUNK].iloc[0]
    facts = {f"n_{name}": look.number(len(rows)) for name, rows in places.items()}
    facts |= {f"t_{name}": look.number(len(_on_trunk(rows))) for name, rows in places.items()}
    road = look.number(float(line["length_road_km"]))
    return facts | {"km": look.number(float(line["length_geodesic_km"])), "road_km": road, "reach": str(REACH_KM)}


FIGURES: tuple[FigureSpec, ...] = (
    FigureSpec(
        "corridor",
        Words("El corredor automotriz: cadenamiento, plantas y parques", "The auto corridor: chainage, plants, parks"),
        MAPS["corridor"],
        ("corridor", "corridor_points", "corridor_waypoints", "assembly_plants", "auto_parts_plants", "parks",
         "national", "states_drawing", "border"),
        corridor,
        _facts,
    ),
)  # fmt: skip
