"""What the charts share: panels set in millimetres, logarithmic axes, room for labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.export.figures.look import MM_PER_INCH, POINTS_PER_MM, Look, text_width_mm
from geo.export.style import GROUND

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = GROUND["light"]
LINE_MM = 1.22 * 6 / POINTS_PER_MM
"""Height of a line of the smallest text, millimetres."""

TITLE_MM = 4.0
TICKS_MM = 3.6
LABEL_MM = 3.4
"""Room above a panel for its title, below it for its ticks, and below them for the label of the axis."""


def panel(figure: Figure, look: Look, *, left_mm: float, bottom_mm: float, width_mm: float, height_mm: float) -> Axes:
    """Return axes at a place of the page, millimetres from its lower left corner."""
    page = figure.get_figheight() * MM_PER_INCH
    place = (left_mm / look.width_mm, bottom_mm / page, width_mm / look.width_mm, height_mm / page)
    axes = figure.add_axes(place)
    ink = look.fill(INK["label"])
    axes.tick_params(colors=ink, pad=1.5)
    for spine in axes.spines.values():
        spine.set_color(ink)
    for axis in (axes.xaxis, axes.yaxis):
        axis.labelpad = 2.0
        axis.label.set_color(ink)
    return axes


def panel_title(axes: Axes, look: Look, letter: str, text: str, *, left_mm: float = 0.0) -> None:
    """Write a letter in bold and a title above a panel, flush with its left edge or so far left of it."""
    at = (-left_mm * POINTS_PER_MM, 2.5)
    shift = 1.3 * text_width_mm(f"{letter} ", look, look.text_pt) if letter else 0.0
    style: dict[str, Any] = {
        "xycoords": "axes fraction", "textcoords": "offset points", "ha": "left", "va": "bottom",
        "size": look.text_pt, "color": look.fill(INK["label"]), "annotation_clip": False,
    }  # fmt: skip
    if letter:
        axes.annotate(letter, (0, 1), xytext=at, weight="bold", **style)
    axes.annotate(text, (0, 1), xytext=(at[0] + shift * POINTS_PER_MM, at[1]), **style)


def log_axis(axis: Any, ticks: Sequence[float], look: Look, *, decimals: int = 0, minor: Sequence[float] = ()) -> None:
    """Set ticks of an axis whose units are log10: the marks stand at the logarithms, their labels are the numbers."""
    axis.set_ticks(np.log10(ticks), [look.number(tick, decimals if tick < 1 else 0) for tick in ticks])
    axis.set_ticks(np.log10(minor) if len(minor) else [], minor=True)


def box_mm(axes: Axes, artist: Any) -> tuple[float, float, float, float]:
    """Return the box of an artist, millimetres from the axes' lower left corner: west, south, east, north."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    canvas: Any = figure.canvas
    box, frame = artist.get_window_extent(canvas.get_renderer()), axes.get_window_extent()
    scale = MM_PER_INCH / figure.dpi
    west, south, east, north = (
        (box.x0 - frame.x0) * scale, (box.y0 - frame.y0) * scale, (box.x1 - frame.x0) * scale,
        (box.y1 - frame.y0) * scale,
    )  # fmt: skip
    return west, south, east, north


def widest_mm(look: Look, words: Sequence[str]) -> float:
    """Return the width of the widest of some words in the smallest text, millimetres."""
    return max((text_width_mm(each, look, look.small_pt) for each in words), default=0.0)
