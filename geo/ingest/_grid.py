"""Rows of text as a table: where the header stands, which rows are blank, which do not fit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geo.errors import DataError, Problem
from geo.ingest.reasons import Refusal

#: A row that begins with this explains the columns (as in a template) and holds no data.
COMMENT = "#"
_LOOKED_AT = 50

Row = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Grid:
    """A table of text.

    Attributes
    ----------
    cells
        Text, '' for blank; columns are the headers, each its own name; index the rows' numbers.
    names
        Name of every column of the file by its place, also of those without any value.
    refused
        Rows that do not fit the header.
    blank
        Number of rows without any value.
    notes
        What was done to header and rows, in English.
    """

    cells: pd.DataFrame
    names: tuple[str, ...]
    refused: tuple[Refusal, ...]
    blank: int
    notes: tuple[str, ...]


def grid(file: str, rows: Sequence[Row], *, whole_rows: bool) -> Grid:
    """Make a table of numbered rows.

    Parameters
    ----------
    file
        Name of the file, for problems.
    rows
        Number and values of each row, from the top of the file.
    whole_rows
        Whether every row must be as long as the header, as in a CSV; a workbook leaves out blank cells at the end.

    Returns
    -------
    Grid
        The table; every row that is not blank and does not begin with ``#`` stands in ``cells`` or in ``refused``.

    Raises
    ------
    DataError
        If there is no header, or no row under it.

    Notes
    -----
    The header is the first row with more than half as many values as the fullest of the first 50 rows: titles above
    it are left out and noted.
    """
    filled = [row for row in rows if any(value.strip() for value in row[1])]
    if not filled:
        raise DataError([Problem(file, "the file is empty", "Write a header and at least one row")])
    place = _header_place(filled)
    notes = []
    if place:
        above = ", ".join(str(number) for number, _ in filled[:place])
        notes.append(f"rows above the header were left out: {above}")
    number, header = filled[place]
    names, more = _names(header)
    notes += more
    data = [row for row in rows if row[0] > number]
    filled = [row for row in data if any(value.strip() for value in row[1])]
    records = [row for row in filled if not row[1][0].lstrip().startswith(COMMENT)]
    if not records:
        raise DataError([Problem(file, "the file has a header and no rows", "Write at least one row", (number,))])
    kept, refused = [], []
    for row, values in records:
        misfit = _misfit(row, values, len(names), whole_rows=whole_rows)
        if misfit is None:
            kept.append((row, [*values, *[""] * len(names)][: len(names)]))
        else:
            refused.append(misfit)
    cells = pd.DataFrame(
        [values for _, values in kept], columns=names, index=pd.Index([row for row, _ in kept], dtype=int), dtype=object
    )
    named = [place for place, value in enumerate(_padded(header, len(names))) if value.strip()]
    used = [place for place in range(len(names)) if place in named or cells.iloc[:, place].str.strip().ne("").any()]
    return Grid(cells.iloc[:, used], tuple(names), tuple(refused), len(data) - len(filled), tuple(notes))


def _header_place(filled: Sequence[Row]) -> int:
    counts = [sum(bool(value.strip()) for value in values) for _, values in filled[:_LOOKED_AT]]
    return next(place for place, count in enumerate(counts) if 2 * count > max(counts))


def _padded(header: Sequence[str], width: int) -> list[str]:
    return [*header, *[""] * width][:width]


def _names(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a name of its own for each column, and what had to be done for it."""
    plain = [re.sub(r"\s+", " ", value).strip().removeprefix("\ufeff") for value in header]
    while plain and not plain[-1]:
        plain.pop()
    names: list[str] = []
    notes = []
    for place, name in enumerate(plain, start=1):
        own = name or f"column {place}"
        count = 2
        while own in names:
            own = f"{name or f'column {place}'} ({count})"
            count += 1
        if name and own != name:
            notes.append(f"the header {name!r} stands more than once: the later one is read as {own!r}")
        names.append(own)
    return names, notes


def _misfit(row: int, values: Sequence[str], width: int, *, whole_rows: bool) -> Refusal | None:
    words: dict[str, object] = {"got": len(values), "wanted": width}
    if any(value.strip() for value in values[width:]):
        return Refusal(row, "", "", "too_long", words)
    if whole_rows and len(values) < width:
        return Refusal(row, "", "", "too_short", words)
    return None
