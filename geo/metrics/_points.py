"""What the metrics over points share: their coordinates checked against each other, and pairs in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Pairs of a point and a target at once: about 200 MB at the peak.
_BLOCK_PAIRS = 2_000_000
_BLOCK_TARGETS = 20_000


def columns_of(**columns: ArrayLike) -> tuple[pd.Index, dict[str, Floats]]:
    """Return the index that columns share, and each of them as floats.

    Parameters
    ----------
    columns
        One-dimensional, of one length; those that are Series must have one index.

    Returns
    -------
    index : pandas.Index
        That of the Series; 0, 1, 2 ... where there is none.
    columns : dict of ndarray
        float64; missing is NaN.

    Raises
    ------
    ValueError
        If lengths or indices differ.
    """
    series = [column for column in columns.values() if isinstance(column, pd.Series)]
    names = " and ".join(columns)
    if any(not one.index.equals(series[0].index) for one in series):
        raise ValueError(f"The indices of {names} differ; align them first.")
    arrays = {name: floats(column) for name, column in columns.items()}
    lengths = {array.shape for array in arrays.values()}
    if len(lengths) > 1 or any(len(shape) != 1 for shape in lengths):
        came = ", ".join(str(array.shape) for array in arrays.values())
        raise ValueError(f"{names} have the shapes {came}; give one value of each for a point.")
    size = lengths.pop()[0]
    return series[0].index if series else pd.RangeIndex(size), arrays


def columns_in(table: pd.DataFrame, names: Sequence[str], what: str) -> list[Floats]:
    """Return columns of a table as floats, or say which of them it lacks."""
    lacking = [name for name in names if name not in table]
    if lacking:
        raise ValueError(f"{what} has no column {', '.join(lacking)}; give it {', '.join(names)}.")
    return [floats(table[name]) for name in names]


def require_sizes(sizes: Floats, what: str) -> None:
    """Raise ValueError when a size is negative or infinite; missing ones pass."""
    if np.any(sizes < 0) or np.any(np.isinf(sizes)):
        raise ValueError(f"{what} must be finite and not negative; correct them or leave them missing.")


def blocks(points: int, targets: int) -> Iterator[tuple[slice, slice]]:
    """Yield parts of the points and of the targets so that no two parts make too many pairs."""
    wide = min(max(targets, 1), _BLOCK_TARGETS)
    high = max(1, _BLOCK_PAIRS // wide)
    for first in range(0, points, high):
        for left in range(0, targets, wide):
            yield slice(first, min(first + high, points)), slice(left, min(left + wide, targets))


def floats(column: ArrayLike) -> Floats:
    """Return a column as float64, missing values of any kind as NaN."""
    if isinstance(column, pd.Series):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(column, dtype=np.float64)
