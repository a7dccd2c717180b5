"""The frame of a map: extent, ground, graticule, scale bar, north arrow, inset locator, all in EPSG:6372."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Proj

from geo.export.figures.look import MM_PER_INCH, Look
from geo.export.style import GROUND, Words
from geo.geodesy import planar_crs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Tables = Mapping[str, pd.DataFrame]

INK = GROUND["light"]
STEPS = (10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01)
BARS_KM = (2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1)
LEFT_MM = 4.0
RIGHT_MM = 1.5
TOP_MM = 1.5
BELOW_MM = 3.6
"""Margins around a map: room for the labels of parallels on the left and of meridians below."""


@dataclass(frozen=True)
class Extent:
    """A rectangle of the plane, metres of EPSG:6372."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """Width on the plane, metres."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Height on the plane, metres."""
        return self.north - self.south

    @property
    def centre(self) -> tuple[float, float]:
        """Easting and northing of the middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    def height_mm(self, width_mm: float) -> float:
        """Return how high it is where it is so many millimetres wide."""
        return width_mm * self.height / self.width

    def at(self, across: float, up: float) -> tuple[float, float]:
        """Return easting and northing of a place given as shares of width and height."""
        return self.west + across * self.width, self.south + up * self.height

    def has(self, x: Any, y: Any) -> Any:
        """Return whether places lie within it."""
        return (x >= self.west) & (x <= self.east) & (y >= self.south) & (y <= self.north)


def extent_of(frame: gpd.GeoDataFrame, *, pad: float = 0.02) -> Extent:
    """Return the extent of a layer in EPSG:6372 with a margin: a share of the longer side."""
    west, south, east, north = frame.total_bounds
    margin = pad * max(east - west, north - south)
    return Extent(west - margin, south - margin, east + margin, north + margin)


def extent_around(lon: float, lat: float, *, width_km: float, height_km: float) -> Extent:
    """Return the extent of so many kilometres of the plane around a place in degrees."""
    x, y = plane()(lon, lat)
    half_width, half_height = 500 * width_km, 500 * height_km
    return Extent(x - half_width, y - half_height, x + half_width, y + half_height)


def insets_of(tables: Mapping[str, Any], figure: str) -> list[Extent]:
    """Return the parts of the country that the study has a figure show larger, in the study's order."""
    parts = tables["insets"] if "insets" in tables else pd.DataFrame()
    if parts.empty:
        return []
    rows = parts[parts["figure"] == figure].to_dict("records")
    return [extent_around(row["lon"], row["lat"], width_km=row["width_km"], height_km=row["height_km"]) for row in rows]


def plane() -> Proj:
    """Return the projection of every map."""
    return _projection(planar_crs())


@cache
def _projection(crs: str) -> Proj:
    return Proj(crs)


def planar(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a layer in EPSG:6372 without the rows that have no geometry."""
    frame = gpd.GeoDataFrame(table)
    frame = frame[frame.geometry.notna()]
    return frame if frame.crs == planar_crs() else frame.to_crs(planar_crs())


def scale_factor(extent: Extent) -> float:
    """Return how many metres of the plane one metre on the ground has at the middle of an extent.

    Notes
    -----
    EPSG:6372 is conformal: the factor is the same in every direction. It is true to scale on its two parallels only.
    """
    lon, lat = plane()(*extent.centre, inverse=True)
    return float(plane().get_factors(lon, lat).meridional_scale)


def north_azimuth(x: float, y: float) -> float:
    """Return where true north lies at a place of the plane: degrees clockwise from the page's upward direction."""
    lon, lat = plane()(x, y, inverse=True)
    return -float(plane().get_factors(lon, lat).meridian_convergence)


def map_axes(figure: Figure, look: Look, extent: Extent, *, left_mm: float, bottom_mm: float, width_mm: float) -> Axes:
    """Return axes on the page that show an extent at equal scale, its lower left corner at a place in millimetres."""
    axes = mm_axes(figure, left_mm, bottom_mm, width_mm, extent.height_mm(width_mm))
    axes.set_xlim(extent.west, extent.east)
    axes.set_ylim(extent.south, extent.north)
    axes.set_aspect(1)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(look.fill(INK["outside"]))
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set_color(look.fill(INK["label"]))
    return axes


def mm_axes(figure: Figure, left_mm: float, bottom_mm: float, width_mm: float, height_mm: float) -> Axes:
    """Return axes on the page at a place and of a size in millimetres."""
    page_width, page_height = figure.get_figwidth() * MM_PER_INCH, figure.get_figheight() * MM_PER_INCH
    return figure.add_axes(
        (left_mm / page_width, bottom_mm / page_height, width_mm / page_width, height_mm / page_height)
    )


def mm(axes: Axes, length: float) -> float:
    """Return how many units of a map's plane so many millimetres of the page are."""
    west, east = axes.get_xlim()
    return length * (east - west) / size_mm(axes)[0]


def size_mm(axes: Axes) -> tuple[float, float]:
    """Return width and height of axes on the page, millimetres."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    place = axes.get_position()
    return place.width * figure.get_figwidth() * MM_PER_INCH, place.height * figure.get_figheight() * MM_PER_INCH


def draw_areas(axes: Axes, areas: Iterable[shapely.Geometry], **style: Any) -> Any:
    """Draw polygons, all in one way or each by lists of styles."""
    from matplotlib.collections import PathCollection
    from shapely.plotting import patch_from_polygon

    paths = [patch_from_polygon(each).get_path() for each in areas if each.area > 0]
    return axes.add_collection(PathCollection(paths, **style), autolim=False)


def draw_lines(axes: Axes, lines: Iterable[shapely.Geometry], **style: Any) -> Any:
    """Draw lines, parts of several as lines of their own."""
    from matplotlib.collections import LineCollection

    parts = shapely.get_parts(np.asarray(list(lines), dtype=object))
    return axes.add_collection(
        LineCollection([shapely.get_coordinates(each) for each in parts], **style), autolim=False
    )


def draw_ground(axes: Axes, look: Look, tables: Tables, *, states: str = "states_drawing", lines: bool = True) -> None:
    """Draw the land, the state lines and the border with the United States."""
    land = planar(tables[states]).cx[slice(*axes.get_xlim()), slice(*axes.get_ylim())]
    # Far outside the map there is nothing to see, and much to write to the file.
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    pad = 0.05 * (east - west)
    shapes = shapely.coverage_simplify(land.geometry.to_numpy(), mm(axes, 0.06))
    shapes = shapely.clip_by_rect(shapes, west - pad, south - pad, east + pad, north + pad)
    thin = 0.25 if look.narrow else 0.35
    edge = look.fill(INK["boundary" if lines else "land"])
    draw_areas(axes, shapes, facecolor=look.fill(INK["land"]), edgecolor=edge, linewidth=thin, zorder=1)
    if "border" in tables:
        draw_lines(
            axes, planar(tables["border"]).geometry, color=look.fill(INK["outline"]), linewidth=2.5 * thin,
            linestyle=(0, (4, 1.5)), zorder=2.5,
        )  # fmt: skip


def graticule(axes: Axes, look: Look, extent: Extent, *, lines: int = 4, left: bool = True, below: bool = True) -> None:
    """Draw meridians and parallels under the data and write their degrees at the left and lower edges.

    Parameters
    ----------
    axes
        Axes of the map.
    look
        Language of the directions.
    extent
        What the map shows.
    lines
        About how many lines each way.
    left, below
        Whether the degrees are written at that edge.
    """
    west, south, east, north = _degrees(extent)
    step = next((each for each in STEPS if min(east - west, north - south) / each >= lines - 1), STEPS[-1])
    decimals = max(0, -int(np.floor(np.log10(step)))) + (step == 0.25)
    style: dict[str, Any] = {"color": look.fill(INK["coast"]), "linewidth": 0.25, "zorder": 0.9}
    text: dict[str, Any] = {"size": look.small_pt, "color": look.fill(INK["label"]), "clip_on": False}
    gap = mm(axes, 0.7)
    margin = 0.03 * min(extent.width, extent.height)
    for lat in np.arange(np.ceil(south / step), np.floor(north / step) + 1) * step:
        x, y = plane()(np.linspace(west, east, 200), np.full(200, lat))
        axes.plot(x, y, **style)
        at = float(np.interp(extent.west, x, y))
        if left and extent.south + margin < at < extent.north - margin:
            axes.text(extent.west - gap, at, _degree(lat, decimals, "NS"), rotation=90, ha="right", va="center", **text)
    for lon in np.arange(np.ceil(west / step), np.floor(east / step) + 1) * step:
        x, y = plane()(np.full(200, lon), np.linspace(south, north, 200))
        axes.plot(x, y, **style)
        at = float(np.interp(extent.south, y, x))
        if below and extent.west + margin < at < extent.east - margin:
            signs = ("E", look.say(Words("O", "W")))
            axes.text(at, extent.south - gap, _degree(lon, decimals, signs), ha="center", va="top", **text)


def scale_bar(axes: Axes, look: Look, extent: Extent, *, location: str = "lower left", share: float = 0.25) -> Any:
    """Draw a scale bar that is true at the middle of the map.

    Parameters
    ----------
    axes
        Axes of the map.
    look
        Size of the text.
    extent
        What the map shows.
    location
        Corner of the map, as matplotlib names it.
    share
        Largest length, as a share of the map's width.
    """
    from matplotlib_scalebar.scalebar import ScaleBar

    factor = scale_factor(extent)
    bar = ScaleBar(
        1 / factor,
        "m",
        fixed_value=next(each for each in BARS_KM if each * 1000 * factor <= share * extent.width),
        fixed_units="km",
        scale_formatter=lambda value, unit: f"{look.number(value, 0 if value >= 1 else 1)} {unit}",
        location=location,
        width_fraction=mm(axes, 0.6) / extent.height,
        frameon=False,
        color=look.fill(INK["label"]),
        scale_loc="top",
        sep=1.0,
        pad=0.2,
        border_pad=0.4,
        font_properties={"family": [look.font], "size": look.small_pt},
    )
    bar.set_gid("scale bar")
    return axes.add_artist(bar)


def north_arrow(axes: Axes, look: Look, extent: Extent, *, across: float, up: float, length_mm: float = 5.0) -> None:
    """Draw an arrow to true north at a place of the map, given as shares of width and height.

    Notes
    -----
    Grid north is up; true north differs from it by the convergence of the meridians at that place.
    """
    from matplotlib.patches import Polygon

    x, y = extent.at(across, up)
    angle = np.radians(north_azimuth(x, y))
    ahead = np.array([np.sin(angle), np.cos(angle)])
    aside = np.array([ahead[1], -ahead[0]])
    size = mm(axes, length_mm)
    foot = np.array([x, y])
    corners = [foot + size * ahead, foot + 0.3 * size * aside, foot + 0.25 * size * ahead, foot - 0.3 * size * aside]
    arrow = Polygon(corners, closed=True, facecolor=look.fill(INK["label"]), edgecolor="none", zorder=6)
    arrow.set_gid("north")
    axes.add_patch(arrow)
    tip = foot + (size + mm(axes, 1.3)) * ahead
    axes.text(tip[0], tip[1], "N", ha="center", va="center", size=look.text_pt, color=look.fill(INK["label"]), zorder=6)


def locator(
    figure: Figure, look: Look, tables: Tables, shown: Sequence[Extent], *, left_mm: float, bottom_mm: float,
    width_mm: float,
) -> Axes:  # fmt: skip
    """Draw a small map of the country with the extents that the page shows."""
    from matplotlib.patches import Rectangle

    land = planar(tables["states_drawing"])
    whole = extent_of(land, pad=0.03)
    axes = map_axes(figure, look, whole, left_mm=left_mm, bottom_mm=bottom_mm, width_mm=width_mm)
    axes.set_facecolor(INK["halo"])
    simple = shapely.simplify(shapely.union_all(land.geometry.to_numpy()), mm(axes, 0.1))
    draw_areas(axes, [simple], facecolor=look.fill(INK["boundary"]), edgecolor="none")
    for extent in shown:
        x, y = extent.centre
        width, height = max(extent.width, mm(axes, 1.2)), max(extent.height, mm(axes, 1.2))
        edge = look.fill(INK["outline"])
        box = Rectangle((x - width / 2, y - height / 2), width, height, fill=False, edgecolor=edge, linewidth=0.8)
        axes.add_patch(box)
    axes.set_gid("locator")
    return axes


def outline(axes: Axes, look: Look, extent: Extent) -> None:
    """Outline on a map the part that another map shows larger."""
    from matplotlib.patches import Rectangle

    ink = look.fill(INK["outline"])
    box = Rectangle((extent.west, extent.south), extent.width, extent.height, fill=False, edgecolor=ink,
                    linewidth=0.7, zorder=7)  # fmt: skip
    axes.add_patch(box)


def _degrees(extent: Extent) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees of all that an extent shows."""
    along = np.linspace(0, 1, 50)
    x = extent.west + extent.width * np.concatenate([along, along, np.zeros(50), np.ones(50)])
    y = extent.south + extent.height * np.concatenate([np.zeros(50), np.ones(50), along, along])
    lon, lat = plane()(x, y, inverse=True)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _degree(value: float, decimals: int, signs: Sequence[str]) -> str:
    sign = signs[0] if value >= 0 else signs[1]
    return f"{abs(value):.{decimals}f}° {sign}"
