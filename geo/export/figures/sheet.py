"""A page with a map: the map above, its legend below, sources, reference system and date at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyproj import CRS

from geo.export.figures.frame import BELOW_MM, LEFT_MM, RIGHT_MM, TOP_MM, Extent, map_axes
from geo.export.figures.look import MM_PER_INCH, Look, note, note_height_mm
from geo.export.style import GROUND, Words
from geo.geodesy import planar_crs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BOUNDARY_WORDS = Words("[[boundaries_credit.es]]", "[[boundaries_credit.en]]")
PARKS_WORDS = Words("[[parks_credit.es]]", "[[parks_credit.en]]")
PLANTS_WORDS = Words("[[plants_credit.es]]", "[[plants_credit.en]]")
ROADS_WORDS = Words("[[line_credit.es]]", "[[line_credit.en]]")


def crs_words() -> Words:
    """Return what a map says of its plane."""
    plane = f"{planar_crs()} ({CRS(planar_crs()).name})."
    return Words(f"Proyección: {plane}", f"Projection: {plane}")


@dataclass(frozen=True)
class Entry:
    """One line of a legend: words, and what stands before them."""

    words: str
    handle: Any


def mark_entry(
    look: Look, words: str, marker: str, colour: str | None, *, size_pt: float, edge_pt: float = 0.4
) -> Entry:
    """Return a legend's line for a mark."""
    from matplotlib.lines import Line2D

    face = "none" if colour is None else look.fill(colour)
    handle = Line2D(
        [], [], linestyle="none", marker=marker, markersize=size_pt, markerfacecolor=face,
        markeredgecolor=look.fill(GROUND["light"]["outline"]), markeredgewidth=edge_pt,
    )  # fmt: skip
    return Entry(words, handle)


def area_entry(look: Look, words: str, colour: str | None, hatch: str = "", *, ink: str | None = None) -> Entry:
    """Return a legend's line for an area; ``ink`` is the colour of its hatch."""
    from matplotlib.patches import Patch

    ground = GROUND["light"]
    face, edge = look.fill(ground["land"] if colour is None else colour), look.fill(ground["label"])
    patch = Patch(facecolor=face, edgecolor=edge, linewidth=0.3, hatch=hatch)
    if ink is not None:
        patch.set_hatchcolor(ink)
    return Entry(words, patch)


def line_entry(look: Look, words: str, colour: str, width_pt: float, dashes: Any = "-") -> Entry:
    """Return a legend's line for a line."""
    from matplotlib.lines import Line2D

    return Entry(words, Line2D([], [], color=look.fill(colour), linewidth=width_pt, linestyle=dashes))


class Legend:
    """A legend as wide as the page at most, in as many columns as fit.

    Parameters
    ----------
    look
        Size of text and width of the page.
    entries
        Its lines, read down the columns.
    title
        Words above; None has none.
    width_mm
        Room, millimetres; None takes the page's.
    handle_length
        Room for marks, in sizes of the text.
    """

    def __init__(
        self,
        look: Look,
        entries: Sequence[Entry],
        *,
        title: str | None = None,
        width_mm: float | None = None,
        handle_length: float = 1.6,
    ) -> None:
        self._look, self._entries, self._title = look, list(entries), title
        self._handle = handle_length
        self._room = look.width_mm - LEFT_MM - RIGHT_MM if width_mm is None else width_mm
        self._columns, self.height_mm, self.width_mm = self._fit()

    def _make(self, figure: Figure, columns: int, anchor: tuple[float, float]) -> Any:
        legend = figure.legend(
            [each.handle for each in self._entries],
            [each.words for each in self._entries],
            title=self._title,
            ncols=columns,
            loc="upper left",
            bbox_to_anchor=anchor,
            borderaxespad=0,
            borderpad=0,
            labelspacing=0.35,
            handletextpad=0.5 if self._handle else 0.0,
            handlelength=self._handle,
            columnspacing=1.2,
            alignment="left",
        )
        legend.get_title().set_fontweight("bold")
        return legend

    def _fit(self) -> tuple[int, float, float]:
        for columns in range(len(self._entries), 0, -1):
            figure = self._look.canvas(200)
            legend = self._make(figure, columns, (0.0, 1.0))
            box = legend.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]
            width, height = box.width / figure.dpi * MM_PER_INCH, box.height / figure.dpi * MM_PER_INCH
            if width <= self._room or columns == 1:
                rows = -(-len(self._entries) // columns)
                if columns > 1 and -(-len(self._entries) // (columns - 1)) == rows:
                    continue
                return columns, height, width
        return 1, 0.0, 0.0

    def draw(self, figure: Figure, *, left_mm: float, top_mm: float) -> None:
        """Draw it with its upper left corner at a place of the page, millimetres from the lower left corner."""
        height = figure.get_figheight() * MM_PER_INCH
        self._make(figure, self._columns, (left_mm / self._look.width_mm, top_mm / height))


@dataclass(frozen=True)
class Sheet:
    """A page with one map over its legends and note; ``under_mm`` is where the room between them begins."""

    figure: Figure
    axes: Axes
    map_bottom_mm: float
    map_width_mm: float
    map_height_mm: float
    under_mm: float


def map_sheet(
    look: Look, extent: Extent, *, legends: Sequence[Legend] = (), words: Sequence[Words], under_mm: float = 0.0
) -> Sheet:
    """Return a page with the axes of a map, the legends under it and the note at the foot.

    Parameters
    ----------
    look
        The look.
    extent
        What the map shows.
    legends
        Legends from top to bottom.
    words
        Sentences of the note; the reference system is added.
    under_mm
        Room kept free between the map and its legends.
    """
    text = " ".join(look.say(each) for each in (*words, crs_words()))
    width = look.width_mm - LEFT_MM - RIGHT_MM
    height = extent.height_mm(width)
    gap = 1.8
    foot = note_height_mm(look, text)
    under = sum(each.height_mm + gap for each in legends)
    bottom = foot + under + under_mm + BELOW_MM
    figure = look.canvas(bottom + height + TOP_MM)
    note(figure, look, text)
    top = foot + under
    for each in legends:
        each.draw(figure, left_mm=LEFT_MM, top_mm=top)
        top -= each.height_mm + gap
    axes = map_axes(figure, look, extent, left_mm=LEFT_MM, bottom_mm=bottom, width_mm=width)
    return Sheet(figure, axes, bottom, width, height, foot + under)
