"""What every test of significance here shares: permutation p-values and the false discovery rate over a map."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


def permutation_p(as_extreme: ArrayLike, permutations: int) -> np.ndarray:
    r"""Return permutation p-values from how many permutations were at least as extreme as the data.

    .. math:: p = (c + 1) / (B + 1)

    Parameters
    ----------
    as_extreme
        Count c of permutations whose statistic is at least as far from its expectation, on either side, as the
        observed one.
    permutations
        Number B of permutations.

    Returns
    -------
    numpy.ndarray
        In [1 / (B + 1), 1]: never 0, since the data are one arrangement among B + 1.

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010). Permutation P-values should never be zero. SAGMB 9(1).
    """
    return (np.asarray(as_extreme, dtype=float) + 1) / (permutations + 1)


def benjamini_hochberg(p: pd.Series, *, alpha: float = 0.05) -> pd.Series:
    """Tell which of many tests stay significant when at most a share alpha of those found may be false.

    Parameters
    ----------
    p
        p-values; missing ones are no tests.
    alpha
        Accepted share of false discoveries.

    Returns
    -------
    pandas.Series
        boolean, index that of ``p``, missing where ``p`` is.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57(1).

    Examples
    --------
    >>> benjamini_hochberg(pd.Series([0.01, 0.04, None, 0.6])).tolist()
    [True, False, <NA>, False]
    """
    from scipy.stats import false_discovery_control

    given = p.notna()
    result = pd.Series(pd.NA, index=p.index, dtype="boolean", name="significant")
    if given.any():
        result[given] = false_discovery_control(p[given].to_numpy(float)) <= alpha
    return result
