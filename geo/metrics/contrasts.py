"""Two groups, or two columns, compared by rank: effect, interval of chance, permutation p."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo.metrics.inference import permutation_p

Floats = NDArray[np.float64]


class Contrast(NamedTuple):
    """A statistic beside what chance alone would give it.

    Attributes
    ----------
    value
        The statistic.
    low, high
        2.5 % and 97.5 % quantiles of the permuted statistic.
    centre
        What the statistic is by chance.
    p
        Two-sided p of the permutations.
    n
        Rows that counted.
    """

    value: float
    low: float
    high: float
    centre: float
    p: float
    n: int


NOTHING = Contrast(np.nan, np.nan, np.nan, np.nan, np.nan, 0)
"""What comes of too few rows."""


def rank_contrast(values: ArrayLike, group: ArrayLike, *, permutations: int, seed: int) -> Contrast:
    r"""Return the chance that a row of the group has a smaller value than a row outside it.

    .. math:: P(X_g < X_o) + \tfrac12 P(X_g = X_o)

    which is Mann and Whitney's U over the number of pairs: 0.5 where the groups do not differ, 1 where every row of the
    group lies below every other. Its test shuffles which rows are in the group.

    Parameters
    ----------
    values
        One number a row; missing ones are left out.
    group
        Whether the row is in the group.
    permutations
        How many shuffles.
    seed
        Seed of the shuffles.

    Returns
    -------
    Contrast
        Missing with ``n`` of 0 where either side is empty.

    References
    ----------
    Mann, H. B. and Whitney, D. R. (1947). On a test of whether one of two random variables is stochastically larger
    than the other. Annals of Mathematical Statistics 18(1), 50-60.

    Examples
    --------
    >>> rank_contrast([1, 2, 3, 9, 10], [True, True, False, False, False], permutations=999, seed=1).value
    1.0
    """
    from scipy.stats import rankdata

    x, inside = np.asarray(values, dtype=float), np.asarray(group, dtype=bool)
    known = np.isfinite(x)
    x, inside = x[known], inside[known]
    few = int(min(inside.sum(), (~inside).sum()))
    if few == 0:
        return NOTHING
    ranks = rankdata(x)
    size = int(inside.sum())
    pairs = size * (len(x) - size)

    def superiority(rank_sum: Floats | float) -> Floats:
        return np.asarray(1 - (rank_sum - size * (size + 1) / 2) / pairs)

    # The smaller side is drawn: its ranks settle the larger one's.
    rng = np.random.default_rng(seed)
    total = float(ranks.sum())
    drawn = np.array([ranks[rng.choice(len(x), few, replace=False, shuffle=False)].sum() for _ in range(permutations)])
    shuffled = superiority(drawn if few == size else total - drawn)
    return _against(float(superiority(float(ranks[inside].sum()))), shuffled, centre=0.5, n=len(x))


def rank_correlation(x: ArrayLike, y: ArrayLike, *, permutations: int, seed: int) -> Contrast:
    """Return Spearman's correlation; its test shuffles one column over the rows.

    Parameters
    ----------
    x, y
        One number a row; a row that misses either is left out.
    permutations
        How many shuffles.
    seed
        Seed of the shuffles.

    Returns
    -------
    Contrast
        Missing with ``n`` of 0 for fewer than three rows, or where a column does not vary.

    Examples
    --------
    >>> rank_correlation([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5], permutations=999, seed=1).value.__round__(3)
    0.829
    """
    from scipy.stats import rankdata

    left, right = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    known = np.isfinite(left) & np.isfinite(right)
    if known.sum() < 3:
        return NOTHING
    a, b = (rankdata(column[known]) - (known.sum() + 1) / 2 for column in (left, right))
    scale = float(np.sqrt((a @ a) * (b @ b)))
    if scale == 0:
        return NOTHING
    rng = np.random.default_rng(seed)
    shuffled = np.array([a @ rng.permutation(b) for _ in range(permutations)]) / scale
    return _against(float(a @ b) / scale, shuffled, centre=0.0, n=int(known.sum()))


def against_draws(value: float, draws: ArrayLike, *, n: int) -> Contrast:
    """Return a statistic beside draws of a null model, centred at their mean.

    Parameters
    ----------
    value
        The statistic.
    draws
        The same statistic of each draw.
    n
        Rows behind the statistic.

    Returns
    -------
    Contrast
        With the two-sided p of the draws.
    """
    shuffled = np.asarray(draws, dtype=float)
    return _against(value, shuffled, centre=float(shuffled.mean()) if shuffled.size else np.nan, n=n)


def _against(value: float, draws: Floats, *, centre: float, n: int) -> Contrast:
    if draws.size == 0:
        return Contrast(value, np.nan, np.nan, centre, np.nan, n)
    low, high = np.quantile(draws, [0.025, 0.975])
    # Sums of ranks differ in their last bits with the order they were taken in: equal ones count as as extreme.
    extreme = int(np.sum(np.abs(draws - centre) >= abs(value - centre) - 1e-12))
    return Contrast(value, float(low), float(high), centre, float(permutation_p(extreme, draws.size)), n)
