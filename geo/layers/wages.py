"""Wages by state: the annual values among those of single months."""

from __future__ import annotations

import pandas as pd

MEASURE = "imss_sbc_daily_mxn"


def annual(wages: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the layer wages that are annual values of the IMSS mean daily base wage.

    Parameters
    ----------
    wages
        The layer wages.

    Returns
    -------
    pandas.DataFrame
        Its rows without a month, derived and published ones, in the layer's order and with its index.
    """
    return wages[(wages["measure"] == MEASURE) & wages["month"].isna()]
