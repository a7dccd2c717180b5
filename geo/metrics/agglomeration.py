"""Agglomeration: where an industry stands thicker than industry as a whole."""

from __future__ import annotations

import numpy as np
import pandas as pd


def location_quotient(local: pd.Series, local_total: pd.Series, *, national: float, national_total: float) -> pd.Series:
    r"""Return the location quotient of an industry by area.

    The industry's share of the area's plants over its share of the country's: above 1 the area is specialised in it.

    .. math:: LQ_{sj} = \frac{E_{sj} / E_s}{E_j / E}

    Parameters
    ----------
    local
        Plants (or jobs) of the industry by area, index the areas.
    local_total
        All plants (or jobs) by area, same index.
    national
        Plants of the industry in the country.
    national_total
        All plants in the country.

    Returns
    -------
    pandas.Series
        Ratio, float64, same index, named ``location_quotient``; missing in an area without plants, and everywhere
        where the country has none of the industry.

    Raises
    ------
    ValueError
        If the indices differ.

    Notes
    -----
    Small denominators make it jump: read it with the number of plants beside it.

    References
    ----------
    Isard, W. (1960). Methods of Regional Analysis. MIT Press.

    Examples
    --------
    >>> one = pd.Series([1714.0])
    >>> lq = location_quotient(one, pd.Series([79006.0]), national=879213, national_total=15593224)
    >>> float(lq.iloc[0].round(7))
    0.3847623
    """
    if not local.index.equals(local_total.index):
        raise ValueError("The indices of local and local_total differ; align them first.")
    total = local_total.astype(float).where(local_total > 0)
    base = national / national_total if national > 0 and national_total > 0 else np.nan
    return (local.astype(float) / total / base).rename("location_quotient")
