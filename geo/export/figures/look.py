"""How a figure looks on the page: width, language, colour or grey, type, lines; the note below it; the file."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from geo.errors import ChoiceError
from geo.export.style import GROUND, Words, luminance

if TYPE_CHECKING:
    from matplotlib.figure import Figure

P = ParamSpec("P")
T = TypeVar("T")

LANGUAGES = ("es", "en")
FORMATS = ("pdf", "svg", "png")
MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH
PNG_DPI = 600
SMALLEST_PT = 6.0
COLUMN_MM = 85.0
NARROW_MM = 120.0
_NOTE_SPACING = 1.2

#: The family that comes with matplotlib, so that it is always there.
FONT = "DejaVu Sans"

#: Marks that stay apart in grey and at 1.5 mm, in the order in which classes take them.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

#: Hatches that stay apart in grey, from open to dense; the first is plain.
HATCHES = ("", "....", "////", "xxxx", "----", "++++", "\\\\\\\\", "oo")

DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
"""Line patterns that stay apart in grey, in the order in which lines take them."""


@dataclass(frozen=True)
class Look:
    """What a reader chooses of a figure.

    Parameters
    ----------
    width_mm
        Width of the page, millimetres: 85 for one column, 180 for two.
    lang
        Language of every word, ``es`` or ``en``.
    grey
        Greys of the colours' lightness instead of the colours.
    date
        Date of the study's data as it is printed, such as ``2026-11``; None prints none.
    font
        Family of all text; it must be installed.

    Raises
    ------
    ChoiceError
        If the language is neither, the width is no length, or the family is not installed.

    Examples
    --------
    >>> look = Look(width_mm=85, lang="es", grey=True)
    >>> look.say(Words("Parques", "Parks")), look.number(1234.56, 1), look.fill("#e69f00")
    ('Parques', '1,234.6', '#adadad')
    """

    width_mm: float = 180.0
    lang: str = "en"
    grey: bool = False
    date: str | None = None
    font: str = FONT

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise ChoiceError(f"language {self.lang!r}: figures speak {' or '.join(LANGUAGES)}.")
        if not (math.isfinite(self.width_mm) and 20 <= self.width_mm <= 1000):
            raise ChoiceError(f"width {self.width_mm:g} mm: give 85 (one column) or 180 (two columns).")
        if self.font != FONT:
            _require_font(self.font)

    @property
    def narrow(self) -> bool:
        """Whether it is one column wide."""
        return self.width_mm < NARROW_MM

    @property
    def text_pt(self) -> float:
        """Size of ordinary text, points."""
        return SMALLEST_PT if self.narrow else 7.0

    @property
    def small_pt(self) -> float:
        """Size of notes and of the least important labels, points: never under 6."""
        return SMALLEST_PT

    def say(self, words: Words) -> str:
        """Return the words in the figure's language."""
        return str(getattr(words, self.lang))

    def fill(self, colour: str) -> str:
        """Return the colour, or where the figure is grey the grey of equal lightness."""
        if not self.grey:
            return colour
        light = luminance(colour)
        value = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
        return f"#{round(255 * value):02x}" + 2 * f"{round(255 * value):02x}"

    def number(self, value: float | None, decimals: int = 0) -> str:
        """Return a number as Mexico and the United States both write it; a missing one says that there is none."""
        if value is None or value != value:  # noqa: PLR0124 - a missing number differs from itself
            return self.say(Words("sin dato", "no data"))
        return f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")

    def context(self) -> AbstractContextManager[None]:
        """Return the context in which artists are made and drawn."""
        from matplotlib import rc_context

        return rc_context(self.settings())

    def settings(self) -> dict[Any, Any]:
        """Return matplotlib's settings of the look, over its defaults: a user's own settings change nothing."""
        from matplotlib import rcParamsDefault

        defaults: dict[Any, Any] = {
            key: value for key, value in rcParamsDefault.items() if not key.startswith(("backend", "date."))
        }
        line = 0.4 if self.narrow else 0.5
        return defaults | {
            "font.family": [self.font],
            "font.size": self.text_pt,
            "axes.titlesize": self.text_pt,
            "axes.labelsize": self.text_pt,
            "xtick.labelsize": self.small_pt,
            "ytick.labelsize": self.small_pt,
            "legend.fontsize": self.small_pt,
            "legend.title_fontsize": self.text_pt,
            "legend.frameon": False,
            "figure.titlesize": self.text_pt,
            "axes.linewidth": line,
            "lines.linewidth": 2 * line,
            "patch.linewidth": line,
            "hatch.linewidth": line,
            "xtick.major.width": line,
            "ytick.major.width": line,
            "xtick.minor.width": line,
            "ytick.minor.width": line,
            "xtick.major.size": 2.0,
            "ytick.major.size": 2.0,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "text.parse_math": False,
            # Without it ligatures are those of the language of the machine's locale.
            "text.language": self.lang,
            "text.hinting": "no_hinting",
            "axes.unicode_minus": True,
            "pdf.fonttype": 42,
            "svg.fonttype": "none",
            "svg.hashsalt": "corredor",
            "savefig.dpi": PNG_DPI,
        }

    def canvas(self, height_mm: float) -> Figure:
        """Return an empty page of the look's width.

        Parameters
        ----------
        height_mm
            Height of the page, millimetres.

        Notes
        -----
        Artists must be made within ``context``; functions under ``styled`` are.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(
            figsize=(self.width_mm / MM_PER_INCH, height_mm / MM_PER_INCH), dpi=150, facecolor=GROUND["light"]["halo"]
        )
        FigureCanvasAgg(figure)
        return figure

    def printable(self, text: str) -> str:
        r"""Return the text on one line, with a question mark for what the family cannot draw.

        Examples
        --------
        >>> Look().printable("Parque\n工 $x$")
        'Parque ? $x$'
        """
        known = _characters(self.font)
        return "".join(sign if ord(sign) in known else "?" for sign in " ".join(text.split()))


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Make a function of (tables, look) draw within its look's context."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        look = next(each for each in (*args, *kwargs.values()) if isinstance(each, Look))
        with look.context():
            return draw(*args, **kwargs)

    return drawn


def text_width_mm(text: str, look: Look, size_pt: float) -> float:
    """Return how wide a line of text is, millimetres."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    if not text:
        return 0.0
    prop = FontProperties(family=[look.font], size=size_pt)
    width, _, _ = text_to_path.get_text_width_height_descent(text, prop, ismath=False)
    return float(width) / POINTS_PER_MM


def wrapped(text: str, look: Look, *, width_mm: float, size_pt: float | None = None) -> str:
    r"""Break text into lines that are no wider than so many millimetres; a longer word keeps its own line.

    Examples
    --------
    >>> wrapped("Source: the study's own inventory", Look(), width_mm=25)
    "Source: the study's\nown inventory"
    """
    size = look.small_pt if size_pt is None else size_pt
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width_mm(longer, look, size) <= width_mm:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def note(figure: Figure, look: Look, text: str, *, margin_mm: float = 1.5) -> float:
    """Write sources, reference system and date at the bottom of the page.

    Parameters
    ----------
    figure
        The page.
    look
        Its look; the date of the data is added where it has one.
    text
        What to say, in the figure's language; it is broken into lines of the page's width.
    margin_mm
        Space left, right and below.

    Returns
    -------
    float
        Height that the note takes up from the page's lower edge, with a little room above, millimetres.
    """
    lines = _note_lines(look, text, margin_mm)
    height_mm = figure.get_figheight() * MM_PER_INCH
    figure.text(
        margin_mm / look.width_mm, margin_mm / height_mm, "\n".join(lines),
        size=look.small_pt, color=look.fill(GROUND["light"]["label_soft"]), va="bottom", ha="left",
        linespacing=_NOTE_SPACING, gid="note",
    )  # fmt: skip
    return _note_height_mm(look, lines, margin_mm)


def note_height_mm(look: Look, text: str, *, margin_mm: float = 1.5) -> float:
    """Return the height that ``note`` will take up, before there is a page."""
    return _note_height_mm(look, _note_lines(look, text, margin_mm), margin_mm)


def _note_lines(look: Look, text: str, margin_mm: float) -> list[str]:
    if look.date is not None:
        text = f"{text} {look.say(Words('Datos', 'Data'))}: {look.date}."
    return wrapped(text, look, width_mm=look.width_mm - 2 * margin_mm).split("\n")


def _note_height_mm(look: Look, lines: Sequence[str], margin_mm: float) -> float:
    return margin_mm + 0.8 + len(lines) * look.small_pt * _NOTE_SPACING / POINTS_PER_MM


def save(figure: Figure, path: Path, fmt: str, look: Look | None = None) -> None:
    """Write a figure to a file; the same figure gives the same bytes.

    Parameters
    ----------
    figure
        The figure.
    path
        File to write, of any name; ``geo.export.folder.whole_file`` gives one that appears whole or not at all.
    fmt
        ``pdf``, ``svg`` or ``png``.
    look
        The figure's look; None takes the default's settings.

    Raises
    ------
    ChoiceError
        If the format is another one.
    """
    if fmt not in FORMATS:
        raise ChoiceError(f"format {fmt!r}: figures are written as {', '.join(FORMATS)}.")
    silence: Mapping[str, Mapping[str, None]] = {
        "pdf": dict.fromkeys(("Creator", "Producer", "CreationDate")),
        "svg": dict.fromkeys(("Creator", "Date")),
        "png": {"Software": None},
    }
    drawn = io.BytesIO()
    with (look or Look()).context():
        figure.savefig(drawn, format=fmt, metadata=dict(silence[fmt]), facecolor=GROUND["light"]["halo"])
    # Not by matplotlib itself: where the disk is full, its PDF writer fails with an error of its own that hides why.
    path.write_bytes(drawn.getvalue())


def _require_font(family: str) -> None:
    from matplotlib import font_manager

    try:
        font_manager.findfont(family, fallback_to_default=False)
    except ValueError:
        raise ChoiceError(f"font {family!r}: is not installed here. Leave it out for {FONT}, or install it.") from None


@functools.cache
def _characters(family: str) -> frozenset[int]:
    from matplotlib import font_manager

    path = font_manager.findfont(family, fallback_to_default=False)
    return frozenset(font_manager.get_font(path).get_charmap())
