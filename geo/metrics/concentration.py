"""Concentration and inequality of sizes, and the interval that unknown owners leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.metrics.local_ownership import local_ownership

__all__ = [
    "Bounds",
    "Theil",
    "concentration_ratio",
    "effective_number",
    "gini",
    "herfindahl",
    "local_ownership",
    "mean_log_deviation",
    "ownership_bounds",
    "theil",
]


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


def effective_number(sizes: ArrayLike) -> float:
    r"""Return how many owners of equal size would be as concentrated as these are.

    .. math:: N = 1 / H = 1 / \sum_o s_o^2

    Parameters
    ----------
    sizes
        Size of each owner, shape (n,), any unit, not negative; missing sizes are left out.

    Returns
    -------
    float
        In [1, n].

    Raises
    ------
    ValueError
        If a size is negative or infinite.

    Notes
    -----
    Owners of size zero do not count. Nothing left: nan. One owner: 1.

    References
    ----------
    Adelman, M. A. (1969). Comment on the "H" Concentration Measure as a Numbers-Equivalent. Review of Economics and
    Statistics 51(1).

    Examples
    --------
    >>> round(effective_number([20, 50, 20, 10]), 6)
    2.941176
    """
    return 1 / herfindahl(sizes)


def gini(sizes: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    r"""Return the Gini coefficient of sizes.

    Half the mean difference between two units drawn at random, as a share of the mean size: 0 when all are equal,
    near 1 when one of many has everything.

    .. math:: G = \frac{\sum_i \sum_j w_i w_j |x_i - x_j|}{2 \bar{x} (\sum_i w_i)^2}, \qquad
        \bar{x} = \frac{\sum_i w_i x_i}{\sum_i w_i}

    which without weights is :math:`\sum_i (2i - n - 1) x_{(i)} / (n \sum_i x_i)`.

    Parameters
    ----------
    sizes
        Size of each unit, shape (n,), any unit of measure, not negative.
    weights
        How many units (people, parks) have each size, shape (n,), not negative; none: one each.

    Returns
    -------
    float
        In [0, 1 - 1/n] without weights, in [0, 1) with them. Times n / (n - 1) it reaches 1 for any n.

    Raises
    ------
    ValueError
        If a size or weight is negative or infinite, or their numbers differ.

    Notes
    -----
    Units of size zero count: having nothing is inequality too. Units whose size or weight is missing are left out. One
    unit: 0. No unit, no weight, or nothing to share out: nan. It says nothing about the number of units: two owners
    of half each have the same coefficient as a hundred of a hundredth each.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna: Cuppini.

    Examples
    --------
    >>> round(gini([20, 50, 20, 10]), 6)
    0.3
    >>> round(gini([500, 1500, 2500, 4000, 7500, 15000], weights=[1000, 1200, 1600, 400, 200, 600]), 7)
    0.5278261
    """
    size = _sizes(sizes)
    weight = np.ones_like(size) if weights is None else _sizes(weights)
    if size.shape != weight.shape:
        raise ValueError(f"{size.size} sizes but {weight.size} weights; give one weight a size.")
    given = ~(np.isnan(size) | np.isnan(weight))
    order = np.argsort(size[given], kind="stable")
    size, weight = size[given][order], weight[given][order]
    if not weight.sum() > 0 or not size[weight > 0].sum() > 0:
        return float("nan")
    size, weight = size / size.max(), weight / weight.sum()  # keeps tiny and huge sizes from under- and overflow
    middle = np.cumsum(weight) - weight / 2  # rank of a unit, as the share of units below it and half of its own
    return max(0.0, float(np.sum(weight * size * (2 * middle - 1)) / np.sum(weight * size)))


class Theil(NamedTuple):
    """Theil's index and its parts.

    Attributes
    ----------
    total
        Inequality among all units, in [0, ln n].
    between
        What would be left if every unit had its group's mean; nan when no groups were given.
    within
        The groups' own inequality, weighted by what they hold; nan when no groups were given.
    """

    total: float
    between: float
    within: float


def theil(sizes: ArrayLike, *, groups: ArrayLike | None = None) -> Theil:
    r"""Return Theil's index of inequality, split into what lies between groups and within them.

    .. math:: T = \sum_i s_i \ln(n s_i) = \underbrace{\sum_g S_g \ln(S_g n / n_g)}_{between}
        + \underbrace{\sum_g S_g T_g}_{within}

    with :math:`s_i` the share of unit i, :math:`S_g` and :math:`n_g` share and number of units of group g.

    Parameters
    ----------
    sizes
        Size of each unit (a park's hectares, say), shape (n,), any unit of measure, not negative.
    groups
        Group of each unit (its state, its owner), shape (n,).

    Returns
    -------
    Theil
        total, between, within; total is their sum.

    Raises
    ------
    ValueError
        If a size is negative or infinite, or the numbers of sizes and groups differ.

    Notes
    -----
    Units of size zero count, with 0 ln 0 = 0. Units whose size or group is missing are left out of all three, so that
    the parts always add up. One unit: 0. No unit, or nothing to share out: nan.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory. North-Holland.

    Examples
    --------
    >>> round(theil([10, 10, 10, 20, 50]).total, 4)
    0.2502
    >>> [round(part, 4) for part in theil([1, 1, 4, 4], groups=["a", "a", "b", "b"])]
    [0.1927, 0.1927, 0.0]
    """
    size = _sizes(sizes)
    if groups is None:
        return Theil(_theil(size[~np.isnan(size)]), float("nan"), float("nan"))
    group = pd.Series(np.asarray(groups, dtype=object))
    if len(group) != size.size:
        raise ValueError(f"{size.size} sizes but {len(group)} groups; give one group a size.")
    given = group.notna().to_numpy() & ~np.isnan(size)
    size = size[given]
    total = _theil(size)
    if np.isnan(total):
        return Theil(total, total, total)
    code, _ = pd.factorize(group[given])
    held, members = np.bincount(code, weights=size / size.sum()), np.bincount(code)
    some = held > 0
    between = float(np.sum(held[some] * np.log(held[some] * size.size / members[some])))
    within = sum(share * _theil(size[code == g]) for g, share in enumerate(held) if share > 0)
    return Theil(total, max(0.0, between), float(within))


def mean_log_deviation(sizes: ArrayLike) -> float:
    r"""Return the mean logarithmic deviation, which is Theil's second index (L).

    How far a unit lies below the mean, in logarithms and on average. It reacts to the smallest units, where Theil's
    first index (``theil``) reacts to the largest.

    .. math:: L = \frac{1}{n} \sum_i \ln(\bar{x} / x_i)

    Parameters
    ----------
    sizes
        Size of each unit, shape (n,), any unit of measure, above 0; missing sizes are left out.

    Returns
    -------
    float
        0 for equal units, without an upper limit.

    Raises
    ------
    ValueError
        If a size is negative or infinite.

    Notes
    -----
    A unit of size zero makes it infinite. One unit: 0. No unit, or nothing but zeros: nan. REAT's ``theil`` is this
    index.

    References
    ----------
    Theil, H. (1967). Economics and Information Theory. North-Holland.

    Examples
    --------
    >>> round(mean_log_deviation([10, 10, 10, 20, 50]), 7)
    0.2326302
    """
    size = _sizes(sizes)
    size = size[~np.isnan(size)]
    if not size.size or not size.max() > 0:
        return float("nan")
    if size.min() == 0:
        return float("inf")
    size = size / size.max()
    return max(0.0, float(np.log(size.mean()) - np.log(size).mean()))


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
        If sizes and owners differ in length, or a size is negative or infinite.

    Notes
    -----
    ``high`` is the rule of this project, not a logical maximum: were the unknown holdings those of the largest known
    owner, the index would be higher still.

    Examples
    --------
    >>> ownership_bounds([1, 1, 1, 1], ["a", "a", None, None], index=herfindahl)
    Bounds(low=0.375, high=0.5)
    """
    size = _sizes(sizes)
    code, _ = pd.factorize(np.atleast_1d(np.asarray(owners, dtype=object)))
    if size.shape != code.shape:
        raise ValueError(f"{size.size} sizes but {code.size} owners; give one owner (or None) a size.")
    sized = ~np.isnan(size)
    known, unknown = sized & (code >= 0), size[sized & (code < 0)]
    held = np.bincount(code[known], weights=size[known])
    return Bounds(low=index(np.concatenate([held, unknown])), high=index(np.append(held, unknown.sum())))


def _sizes(values: ArrayLike) -> NDArray[np.float64]:
    """Return sizes as an array after refusing impossible ones; missing stays NaN."""
    sizes = np.atleast_1d(np.asarray(values, dtype=float))
    if np.any(sizes < 0) or np.any(np.isinf(sizes)):
        raise ValueError("Sizes must be finite and not negative; correct them or leave them missing.")
    return sizes


def _theil(size: NDArray[np.float64]) -> float:
    """Return Theil's index of sizes none of which is missing."""
    if not size.size or not size.max() > 0:
        return float("nan")
    share = size / size.max()
    share = share[share > 0] / share.sum()
    return max(0.0, float(np.sum(share * np.log(share * size.size))))


def _shares(sizes: ArrayLike) -> NDArray[np.float64]:
    """Return the positive sizes over their sum."""
    values = _sizes(sizes)
    values = values[values > 0]
    if values.size == 0:
        return values
    shares: NDArray[np.float64] = values / values.max()  # keeps tiny and huge sizes from under- and overflow
    return shares / shares.sum()
