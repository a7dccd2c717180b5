"""The small charts of the findings: values with their intervals, and published figures, along one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

WIDTH = 100.0
MARGIN = 3.0


@dataclass(frozen=True)
class Mark:
    """One line of a chart, with places along an axis from 0 to 100; None where there is nothing to draw.

    Parameters
    ----------
    label, words
        What the line is, and its numbers in words.
    at, low, high, reference
        Place of the value, the ends of its interval, and what it is held against.
    own
        Whether the value is the data's, where published ones stand beside it.
    """

    label: str
    words: str
    at: float | None
    low: float | None
    high: float | None
    reference: float | None
    own: bool = False


@dataclass(frozen=True)
class Line:
    """One line before it is placed: its words and its numbers."""

    label: str
    words: str
    value: Any
    low: Any = None
    high: Any = None
    reference: Any = None
    own: bool = False


def placed(lines: Sequence[Line]) -> list[Mark]:
    """Place lines along one axis that holds all their numbers.

    Parameters
    ----------
    lines
        The lines; all in one unit.

    Returns
    -------
    list of Mark
        Empty with fewer than two different numbers, which make no axis.
    """
    numbers = [
        float(each)
        for line in lines
        for each in (line.value, line.low, line.high, line.reference)
        if each is not None and not pd.isna(each)
    ]
    if len(set(numbers)) < 2:
        return []
    least, most = min(numbers), max(numbers)

    def along(number: Any) -> float | None:
        if number is None or pd.isna(number):
            return None
        return round(MARGIN + (WIDTH - 2 * MARGIN) * (float(number) - least) / (most - least), 2)

    return [
        Mark(line.label, line.words, along(line.value), along(line.low), along(line.high), along(line.reference),
             line.own)
        for line in lines
    ]  # fmt: skip
