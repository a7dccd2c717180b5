"""The Lorenz curve: which share of all holdings the smaller owners have together."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


def lorenz_curve(sizes: ArrayLike) -> pd.DataFrame:
    r"""Return the corners of the Lorenz curve of sizes.

    .. math:: L(k / n) = \sum_{i \le k} x_{(i)} / \sum_i x_i

    with the sizes x in ascending order.

    Parameters
    ----------
    sizes
        What each owner has, shape (n,), any unit, not negative; missing sizes are left out.

    Returns
    -------
    pandas.DataFrame
        owner_share and size_share in [0, 1], ascending from (0, 0) to (1, 1): one row a size that occurs and the
        origin. Between the corners the curve is straight.

    Raises
    ------
    ValueError
        If a size is negative or infinite.

    Notes
    -----
    No size, or all zero: no row, for there is nothing to share. Equal sizes: the two ends of the diagonal.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of the American Statistical
    Association 9(70), 209-219.

    Examples
    --------
    >>> lorenz_curve([1, 1, 2, 4]).values.tolist()
    [[0.0, 0.0], [0.5, 0.25], [0.75, 0.5], [1.0, 1.0]]
    """
    values = np.sort(np.atleast_1d(np.asarray(sizes, dtype=float)))
    values = values[~np.isnan(values)]
    if np.any(values < 0) or np.any(np.isinf(values)):
        raise ValueError("Sizes must be finite and not negative; correct them or leave them missing.")
    total = values.sum()
    if not total > 0:
        return pd.DataFrame({"owner_share": pd.Series(dtype=float), "size_share": pd.Series(dtype=float)})
    last = np.append(np.flatnonzero(np.diff(values) > 0), values.size - 1)
    held = np.cumsum(values)[last] / total
    return pd.DataFrame(
        {"owner_share": np.append(0.0, (last + 1) / values.size), "size_share": np.append(0.0, held / held[-1])}
    )
