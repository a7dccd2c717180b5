"""What a journal's art check would refuse: text off the page, over other text, or too small."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any

from geo.export.figures.look import SMALLEST_PT, Look

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox

HALO = "halo"
OFF_PAGE = "runs off the page"
_SLACK_PX = 1.0


def faults(figure: Figure, look: Look) -> list[str]:
    """Return what is wrong with a figure's text, one sentence a fault; an empty list where nothing is.

    Parameters
    ----------
    figure
        The figure.
    look
        The look it was drawn with.

    Notes
    -----
    Boxes are measured with the Agg renderer at 150 dots an inch. Boxes may touch by 1 dot (0.17 mm): a box is the
    line's full height, the letters rarely are.
    """
    with look.context():
        boxes = text_boxes(figure)
    page = figure.bbox
    found = [
        f"{text!r} {OFF_PAGE}"
        for text, box, _ in boxes
        if box.x0 < page.x0 - _SLACK_PX or box.y0 < page.y0 - _SLACK_PX
        or box.x1 > page.x1 + _SLACK_PX or box.y1 > page.y1 + _SLACK_PX
    ]  # fmt: skip
    found += [f"{text!r} is {size:g} pt, under {SMALLEST_PT:g} pt" for text, _, size in boxes if size < SMALLEST_PT]
    for (one, first, _), (other, second, _) in combinations(boxes, 2):
        across = min(first.x1, second.x1) - max(first.x0, second.x0)
        up = min(first.y1, second.y1) - max(first.y0, second.y0)
        if across > _SLACK_PX and up > _SLACK_PX:
            found.append(f"{one!r} and {other!r} overlap")
    return found


def text_boxes(figure: Figure) -> list[tuple[str, Bbox, float]]:
    """Return every text that a reader sees with its box in pixels of the page and its size in points."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib_scalebar.scalebar import ScaleBar

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    boxes = [
        (text.get_text(), text.get_window_extent(renderer), float(text.get_fontsize())) for text in seen_texts(figure)
    ]
    boxes += [
        (bar.info.scale_text, bar.info.window_extent, float(bar.font_properties.get_size()))
        for bar in figure.findobj(ScaleBar)
    ]
    return boxes


def seen_texts(figure: Figure) -> Iterator[Text]:
    """Yield every text of a figure that a reader sees: not hidden, not empty, no tick beyond the ends of its axis."""
    from matplotlib.text import Text

    hidden: set[int] = set()
    for artist in figure.findobj():
        if not artist.get_visible():
            hidden.update(id(child) for child in artist.findobj())
    for axes in figure.axes:
        hidden.update(id(label) for label in _labels_off_axis(axes))
    for text in figure.findobj(Text):
        if id(text) not in hidden and text.get_text().strip() and text.get_gid() != HALO:
            yield text


def _labels_off_axis(axes: Any) -> Iterator[Any]:
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        slack = 1e-9 * (high - low)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
            if not (axes.axison and low - slack <= tick.get_loc() <= high + slack):
                yield from (tick.label1, tick.label2)
        if not axes.axison:
            yield from (axis.label, axis.offsetText)
