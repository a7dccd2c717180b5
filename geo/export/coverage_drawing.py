"""The small map of the coverage report: an SVG in the plane of EPSG:6372."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup, escape
from numpy.typing import NDArray

from geo.export.coverage_story import Shown, Story, class_numbers, legend
from geo.export.style import GROUND, PLANNING_STYLES
from geo.geodesy import GEODETIC_CRS, planar_crs

_WIDTH, _HEIGHT = 1000, 780
_MARGIN = 12
#: Parks drawn beyond this many are drawn smaller.
_MANY = 100
_GROUND = GROUND["light"]

Place = Callable[[NDArray[np.float64]], NDArray[np.int64]]


def report_map(story: Story, shown: Shown, label: str) -> Markup:
    """Return a map of one situation as SVG: municipalities in their class, parks, proposed sites.

    Parameters
    ----------
    story
        The story, with outlines and colours.
    shown
        The situation to draw.
    label
        What the map is, for those who do not see it.
    """
    towns = story.outlines.to_crs(planar_crs())
    place = _frame(story.frame)
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    ]
    values = shown.towns.drop_duplicates("cvegeo").set_index("cvegeo")["value"].reindex(towns["cvegeo"])
    numbers = np.array(class_numbers(story.town_styling, values))
    for number, each in enumerate(legend(story.town_styling)):
        parts.append(_path(_simple(towns.geometry[numbers == number], place), place, each.fill or _GROUND["land"]))
    states = _simple(story.states.to_crs(planar_crs()).geometry, place)
    parts.append(_outline(states, place))
    parts.append(_markers(shown.facilities, place, _park_fill(), 3.4 if len(shown.facilities) > _MANY else 6.5, False))
    if shown.sites is not None:
        fill = PLANNING_STYLES["proposed_sites"].stylings[0].classes[0].fill or _GROUND["land"]
        parts.append(_markers(shown.sites, place, fill, 15, True))
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - numbers, colours of the style table, an escaped label


def park_mark() -> Markup:
    """Return the symbol of a park, for the legend."""
    circle = _circle(10, 10, 6, _park_fill())
    return Markup(f'<svg viewBox="0 0 20 20" aria-hidden="true">{circle}</svg>')  # noqa: S704 - numbers and colours


def site_mark() -> Markup:
    """Return the symbol of a proposed site, for the legend."""
    fill = PLANNING_STYLES["proposed_sites"].stylings[0].classes[0].fill or _GROUND["land"]
    return Markup(f'<svg viewBox="0 0 20 20" aria-hidden="true">{_diamond(10, 10, 8, fill)}</svg>')  # noqa: S704 - as above


def _park_fill() -> str:
    return PLANNING_STYLES["facilities"].stylings[0].classes[0].fill or _GROUND["land"]


def _frame(bounds: tuple[float, float, float, float]) -> Place:
    """Return what takes planar coordinates to the drawing, its own scale on both axes."""
    west, south, east, north = bounds
    scale = min((_WIDTH - 2 * _MARGIN) / (east - west), (_HEIGHT - 2 * _MARGIN) / (north - south))
    left, top = (_WIDTH - scale * (east - west)) / 2, (_HEIGHT - scale * (north - south)) / 2

    def place(xy: NDArray[np.float64]) -> NDArray[np.int64]:
        x, y = left + (xy[:, 0] - west) * scale, top + (north - xy[:, 1]) * scale
        return np.rint(np.column_stack([x, y]) * 10).astype(np.int64)

    place.scale = scale  # type: ignore[attr-defined]
    return place


def _simple(shapes: gpd.GeoSeries, place: Place) -> Iterable[shapely.Geometry]:
    """Return polygons with no more corners than the drawing can show."""
    known = shapes.dropna().to_numpy()
    return shapely.simplify(known, 0.4 / place.scale)  # type: ignore[attr-defined]


def _path(shapes: Iterable[shapely.Geometry], place: Place, fill: str) -> str:
    data = "".join(_rings(shapes, place))
    if not data:
        return ""
    return f'<path d="{data}" fill="{fill}" fill-rule="evenodd" stroke="{_GROUND["boundary"]}" stroke-width="0.8"/>'


def _outline(shapes: Iterable[shapely.Geometry], place: Place) -> str:
    return (
        f'<path d="{"".join(_rings(shapes, place))}" fill="none" stroke="{_GROUND["label_soft"]}" stroke-width="1.6"/>'
    )


def _rings(shapes: Iterable[shapely.Geometry], place: Place) -> Iterable[str]:
    for polygon in shapely.get_parts(np.asarray(shapes, dtype=object)):
        for ring in (polygon.exterior, *polygon.interiors):
            points = place(shapely.get_coordinates(ring))
            head, steps = points[0], np.diff(points, axis=0)
            # A ring too small for the drawing falls onto one point.
            steps = steps[(steps != 0).any(axis=1)]
            if len(steps) > 2:
                moves = " ".join(f"{x / 10:g} {y / 10:g}" for x, y in steps)
                yield f"M{head[0] / 10:g} {head[1] / 10:g}l{moves}z"


def _markers(table: pd.DataFrame, place: Place, fill: str, size: float, diamonds: bool) -> str:
    points = gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), crs=GEODETIC_CRS).to_crs(planar_crs())
    drawn = place(shapely.get_coordinates(points.to_numpy())) / 10
    inside = (drawn >= 0).all(axis=1) & (drawn[:, 0] <= _WIDTH) & (drawn[:, 1] <= _HEIGHT)
    shape = _diamond if diamonds else _circle
    return "".join(shape(float(x), float(y), size, fill) for x, y in drawn[inside])


def _circle(x: float, y: float, size: float, fill: str) -> str:
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{size:g}" fill="{fill}" stroke="{_GROUND["outline"]}" stroke-width="1.4"/>'
    )


def _diamond(x: float, y: float, size: float, fill: str) -> str:
    corners = f"{x:g},{y - size:g} {x + size:g},{y:g} {x:g},{y + size:g} {x - size:g},{y:g}"
    return f'<polygon points="{corners}" fill="{fill}" stroke="{_GROUND["outline"]}" stroke-width="2"/>'
