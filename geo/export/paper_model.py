"""What a paper's table is: title, note, columns with their units, and the published rows it selects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from geo.export.style import Words

Tables = Mapping[str, pd.DataFrame]
Kind = Literal["text", "number", "interval"]


@dataclass(frozen=True)
class PaperColumn:
    """One column of a paper's table.

    Parameters
    ----------
    name
        Column of the rows; of an interval the part before ``_low`` and ``_high``.
    head
        Words of the header.
    kind
        text, number, or interval (shown as ``[low, high]``).
    unit
        Unit, set in parentheses behind the header; None for a name or a count.
    decimals
        Decimals of a number in LaTeX and Markdown; CSV has the published figure.
    trim
        Whether zeros at the end are left out, and commas below 10,000, where the numbers of a column are of unlike
        kinds.
    scale
        Factor of the unit: 100 shows a share in per cent, 10,000 an index in points.
    grouped
        Whether thousands are parted by commas; years are not.
    width_mm
        Width of a column of running text in LaTeX; None lets it take what it needs.
    words
        Words of the codes that a text column holds.
    """

    name: str
    head: Words
    kind: Kind = "text"
    unit: Words | None = None
    decimals: int = 0
    trim: bool = False
    scale: float = 1.0
    grouped: bool = True
    width_mm: float | None = None
    words: Mapping[str, Words] = field(default_factory=dict)

    @property
    def parts(self) -> tuple[str, ...]:
        """Columns of the rows that it shows."""
        return (f"{self.name}_low", f"{self.name}_high") if self.kind == "interval" else (self.name,)


@dataclass(frozen=True)
class PaperTable:
    """One table of a paper.

    Parameters
    ----------
    name
        Name it is asked for by.
    title
        Words above it.
    note
        Words below it: definitions, n, set, source. ``{name}`` stands for a fact that ``facts`` takes from the tables.
    columns
        Its columns in order.
    needs
        Layers of the run that it cannot do without.
    rows
        Selects, joins and sorts published rows; computes nothing.
    facts
        The facts that the note names.
    wide
        Whether LaTeX turns its page sideways.
    """

    name: str
    title: Words
    note: Words
    columns: tuple[PaperColumn, ...]
    needs: tuple[str, ...]
    rows: Callable[[Tables], pd.DataFrame]
    facts: Callable[[Tables], Mapping[str, Any]]
    wide: bool = False


@dataclass(frozen=True)
class Filled:
    """A table ready to be written in one language.

    Attributes
    ----------
    name, title, notes
        Name, words above it, and the lines below it.
    columns
        Its columns.
    heads
        Header of each column, unit included.
    frame
        The rows: texts in the language, numbers in the unit of the header.
    wide
        Whether LaTeX turns its page sideways.
    """

    name: str
    title: str
    notes: tuple[str, ...]
    columns: tuple[PaperColumn, ...]
    heads: tuple[str, ...]
    frame: pd.DataFrame
    wide: bool
