"""Direct labels on a map: the important ones first, none over another, with a leader line where one stands off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from geo.export.figures.check import HALO
from geo.export.figures.frame import size_mm
from geo.export.figures.look import POINTS_PER_MM, Look, text_width_mm
from geo.export.style import GROUND

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

#: Where a label may stand round its point, best first: across, up, in units of its own half size.
SIDES = ((1, 0), (1, 1), (1, -1), (-1, 0), (-1, 1), (-1, -1), (0, 1), (0, -1))
REACHES_MM = (0.0, 2.0, 4.0, 7.0, 10.0, 14.0)
_PAD_MM = 0.35
_LINE_MM = 6 * 1.25 / POINTS_PER_MM


@dataclass(frozen=True)
class Label:
    """One label and the place it names.

    Parameters
    ----------
    text
        The words; line breaks stay.
    x, y
        The place, in units of the axes.
    bold
        Whether it is set in bold.
    """

    text: str
    x: float
    y: float
    bold: bool = False


Box = tuple[float, float, float, float]
"""West, south, east, north on the page, millimetres from the axes' lower left corner."""


def place_labels(
    axes: Axes,
    look: Look,
    labels: Sequence[Label],
    *,
    points: Floats | None = None,
    taken: Sequence[Box] = (),
    gap_mm: float = 1.0,
) -> list[Label]:
    """Write labels round their points so that none covers another; leave out those that find no room.

    Parameters
    ----------
    axes
        Axes whose view is final.
    look
        Size of the text.
    labels
        The labels, the most important first.
    points
        Marks that labels had better not cover: x, y in units of the axes, one row a mark.
    taken
        Boxes that no label may touch, such as the scale bar's.
    gap_mm
        Space between a point and a label beside it.

    Returns
    -------
    list of Label
        The labels that found no room, in their order.

    Notes
    -----
    Each label takes, of its candidate boxes inside the axes that touch no earlier label and no taken box, the one that
    covers the fewest marks; of equals the nearest, then the first of ``SIDES``. A label that stands off its point by
    more than the gap gets a leader line, which no label may cross.
    """
    scale = _Scale(axes)
    marks = scale.mm(np.empty((0, 2)) if points is None else np.asarray(points, dtype=np.float64))
    boxes, leaders, dropped = list(taken), list[tuple[Floats, Floats]](), []
    for label in labels:
        at = scale.mm(np.array([[label.x, label.y]]))[0]
        best = _best(_candidates(label, at, look, gap_mm), at, scale.size, boxes, leaders, marks)
        if best is None:
            dropped.append(label)
            continue
        box, stands_off = best
        boxes.append(box)
        if stands_off:
            leaders.append((at, _foot(box, at)))
        _write(axes, look, scale, label, box, at if stands_off else None)
    return dropped


class _Scale:
    """Millimetres of the page against units of the axes."""

    def __init__(self, axes: Axes) -> None:
        self.size = np.array(size_mm(axes))
        (self._west, east), (self._south, north) = axes.get_xlim(), axes.get_ylim()
        self._span = np.array([east - self._west, north - self._south])

    def mm(self, places: Floats) -> Floats:
        return np.asarray((places - [self._west, self._south]) / self._span * self.size, dtype=np.float64)

    def units(self, at: Floats) -> Floats:
        return np.asarray(at / self.size * self._span + [self._west, self._south], dtype=np.float64)


def _size(label: Label, look: Look) -> tuple[float, float]:
    lines = label.text.split("\n")
    # Bold DejaVu Sans is at most 1.15 times as wide as the regular cut.
    width = max(text_width_mm(line, look, look.small_pt) for line in lines) * (1.15 if label.bold else 1.0)
    return width + _PAD_MM, len(lines) * _LINE_MM * look.small_pt / 6 + _PAD_MM


def _candidates(label: Label, at: Floats, look: Look, gap_mm: float) -> list[tuple[float, Box]]:
    """Return distance and box of every place that a label may take, best first."""
    width, height = _size(label, look)
    found = []
    for reach in REACHES_MM:
        off = gap_mm + reach
        for across, up in SIDES:
            diagonal = 0.7 if across and up else 1.0
            x = at[0] + across * (off * diagonal + width / 2)
            y = at[1] + up * (off * diagonal + height / 2)
            found.append((reach, (x - width / 2, y - height / 2, x + width / 2, y + height / 2)))
    return found


def _best(
    candidates: Sequence[tuple[float, Box]],
    at: Floats,
    size: Floats,
    boxes: Sequence[Box],
    leaders: Sequence[tuple[Floats, Floats]],
    marks: Floats,
) -> tuple[Box, bool] | None:
    best, least = None, np.inf
    for reach, box in candidates:
        inside = box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]
        if not inside or any(_touch(box, other) for other in boxes):
            continue
        if any(_crosses(one, other, box) for one, other in leaders):
            continue
        if reach and any(_crosses(at, _foot(box, at), other) for other in boxes):
            continue
        covered = np.count_nonzero(
            (marks[:, 0] > box[0]) & (marks[:, 0] < box[2]) & (marks[:, 1] > box[1]) & (marks[:, 1] < box[3])
        )
        cost = covered + 0.6 * reach
        if cost < least:
            best, least = (box, reach > 0), cost
    return best


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _foot(box: Box, at: Floats) -> Floats:
    """Return the place on a box that is nearest to a point."""
    return np.clip(at, (box[0], box[1]), (box[2], box[3]))


def _crosses(start: Floats, end: Floats, box: Box) -> bool:
    import shapely

    return bool(shapely.LineString([start, end]).intersects(shapely.box(*box)))


def _write(axes: Axes, look: Look, scale: _Scale, label: Label, box: Box, off: Floats | None) -> None:
    from matplotlib.patheffects import Stroke

    ink = GROUND["light"]
    if off is not None:
        ends = scale.units(np.array([off, _foot(box, off)]))
        axes.plot(
            ends[:, 0],
            ends[:, 1],
            color=look.fill(ink["label_soft"]),
            linewidth=0.35,
            zorder=7.8,
            solid_capstyle="round",
        )
    x, y = scale.units(np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]))
    style: dict[str, Any] = {
        "size": look.small_pt, "ha": "center", "va": "center", "linespacing": 1.05,
        "weight": "bold" if label.bold else "normal",
    }  # fmt: skip
    halo = axes.text(x, y, label.text, color=GROUND["light"]["halo"], zorder=7.9, **style)
    halo.set_path_effects([Stroke(linewidth=1.4, foreground=look.fill(ink["label_halo"]))])
    halo.set_gid(HALO)
    axes.text(x, y, label.text, color=look.fill(ink["label"]), zorder=8, **style)
