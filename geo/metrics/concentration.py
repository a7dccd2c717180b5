"""Concentration of ownership: Herfindahl-Hirschman index, concentration ratio and the interval of unknown owners."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


class Bounds(NamedTuple):
    """Interval that unknown owners leave for an index.

    Attributes
    ----------
    low
        Every unknown owner is a separate owner.
    high
        All unknown owners are one owner, none of the known ones.
    """

    low: float
    high: float


def herfindahl(sizes: ArrayLike, *, normalized: bool = False) -> float:
    r"""Return the Herfindahl-Hirschman index of sizes.

    The chance that two units drawn by size belong to the same owner: 1 for one owner, 1/n for n equal ones.

    .. math:: H = \sum_o s_o^2, \qquad s_o = x_o / \sum_o x_o

    Parameters
    ----------
    sizes
        Size of each owner, shape (n,), any unit, not negative; missing sizes are left out.
    normalized
        Return :math:`(H - 1/n) / (1 - 1/n)`, which is 0 for equal owners.

    Returns
    -------
    float
        In [1/n, 1], or [0, 1] normalized. Multiply by 10,000 for the scale of merger guidelines.

    Raises
    ------
    ValueError
        If a size is negative or infinite.

    Notes
    -----
    Owners of size zero do not count. Nothing left: nan. One owner: 1, and nan normalized.

    References
    ----------
    Hirschman, A. O. (1964). The Paternity of an Index. American Economic Review 54(5).

    Examples
    --------
    >>> round(herfindahl([30, 30, 20, 20]), 4)
    0.26
    >>> round(herfindahl([20, 50, 20, 10], normalized=True), 2)
    0.12
    """
    shares = _shares(sizes)
    if shares.size == 0:
        return float("nan")
    index = float(np.sum(shares**2))
    if not normalized:
        return index
    if shares.size == 1:
        return float("nan")
    return (index - 1 / shares.size) / (1 - 1 / shares.size)


def concentration_ratio(sizes: ArrayLike, k: int) -> float:
    r"""Return the share of the k largest owners.

    .. math:: CR_k = \sum_{o \le k} s_{(o)}

    Parameters
    ----------
    sizes
        Size of each owner, shape (n,), any unit, not negative; missing sizes are left out.
    k
        How many owners, at least 1.

    Returns
    -------
    float
        In [0, 1]; 1 where there are no more than k owners; nan where there is none.

    Raises
    ------
    ValueError
        If k is below 1 or a size is negative or infinite.

    Examples
    --------
    >>> round(concentration_ratio([25, 23, 15, 14] + [1] * 487, 4), 6)
    0.136525
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}; ask for one owner or more.")
    shares = _shares(sizes)
    if shares.size == 0:
        return float("nan")
    return min(1.0, float(np.sort(shares)[::-1][:k].sum()))


def ownership_bounds(sizes: ArrayLike, owners: ArrayLike, *, index: Callable[[NDArray[np.float64]], float]) -> Bounds:
    """Return an index of concentration as the interval that unknown owners leave.

    Parameters
    ----------
    sizes
        Size of each holding, shape (n,), any unit, not negative; holdings of missing size are left out.
    owners
        Owner of each holding, shape (n,); missing where unknown.
    index
        Function of the owners' sizes, such as ``herfindahl``.

    Returns
    -------
    Bounds
        ``low`` with every unknown owner separate, ``high`` with all unknown one owner; nan without a holding.

    Raises
    ------
    ValueError
        If sizes and owners differ in length.

    Notes
    -----
    ``high`` is the rule of this project, not a logical maximum: were the unknown holdings those of the largest known
    owner, the index would be higher still.

    Examples
    --------
    >>> ownership_bounds([1, 1, 1, 1], ["a", "a", None, None], index=herfindahl)
    Bounds(low=0.375, high=0.5)
    """
    size = pd.Series(np.asarray(sizes, dtype=float))
    owner = pd.Series(np.asarray(owners, dtype=object))
    if len(size) != len(owner):
        raise ValueError(f"{len(size)} sizes but {len(owner)} owners; give one owner (or None) a size.")
    known = size[owner.notna()].groupby(owner[owner.notna()]).sum(min_count=1).to_numpy(float)
    unknown = size[owner.isna()].dropna().to_numpy(float)
    _shares(unknown)
    return Bounds(
        low=index(np.concatenate([known, unknown])),
        high=index(np.append(known, unknown.sum())),
    )


def _shares(sizes: ArrayLike) -> NDArray[np.float64]:
    """Return the positive sizes over their sum."""
    values = np.asarray(sizes, dtype=float)
    values = values[~np.isnan(values)]
    if np.any(values < 0) or np.any(np.isinf(values)):
        raise ValueError("Sizes must be finite and not negative; correct them or leave them missing.")
    values = values[values > 0]
    if values.size == 0:
        return values
    shares: NDArray[np.float64] = values / values.max()  # keeps tiny and huge sizes from under- and overflow
    return shares / shares.sum()
