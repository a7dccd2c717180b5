"""The fitted line of the wage gradient along the distance to the border, with its band, and the states beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from geo.metrics.gradient import TERMS, OlsConley, ols_conley

DISTANCE = "ln_border_km"
PERIODS = ("before", "after", "change")


def period_wages(wages: pd.DataFrame, states: pd.Index, *, split_year: int = 2019) -> pd.DataFrame:
    r"""Return the mean log wage of each state by period, over the years in which no state is missing.

    Parameters
    ----------
    wages
        Columns cve_ent, year, wage_daily_mxn (above 0): one row a state and year.
    states
        The states; others in ``wages`` are ignored.
    split_year
        First year of the period "after".

    Returns
    -------
    pandas.DataFrame
        Columns before, after and change (after less before), ln of pesos a day; index ``states``. A period without a
        complete year is missing.

    Examples
    --------
    >>> wages = pd.DataFrame({"cve_ent": ["01", "02"] * 2, "year": [2018, 2018, 2019, 2019],
    ...                       "wage_daily_mxn": [100.0, 200.0, 110.0, 220.0]})
    >>> period_wages(wages, pd.Index(["01", "02"])).round(3).values.tolist()
    [[4.605, 4.7, 0.095], [5.298, 5.394, 0.095]]
    """
    wide = wages.pivot(index="year", columns="cve_ent", values="wage_daily_mxn").reindex(columns=states)
    complete = wide.dropna().astype(float)
    logs = pd.DataFrame(np.log(complete.to_numpy()), complete.index, complete.columns)
    early, late = logs[logs.index < split_year].mean(), logs[logs.index >= split_year].mean()
    return pd.DataFrame({"before": early, "after": late, "change": late - early}, index=states)


def regressors(states: pd.DataFrame, *, floor_km: float = 5.0) -> pd.DataFrame:
    """Return the regressors of ``wage_gradient`` for the states.

    Parameters
    ----------
    states
        Columns border_km, mexico_city_km (km) and border_zone (share).
    floor_km
        Distances below this are set to it before the logarithm.

    Returns
    -------
    pandas.DataFrame
        Columns constant, ln_border_km, ln_mexico_city_km, border_zone; index that of ``states``.

    Examples
    --------
    >>> states = pd.DataFrame({"border_km": [1.0], "mexico_city_km": [100.0], "border_zone": [0.5]})
    >>> regressors(states).round(3).values.tolist()
    [[1.0, 1.609, 4.605, 0.5]]
    """
    given = states[["border_km", "mexico_city_km", "border_zone"]].astype(float)
    columns = (1.0, np.log(given["border_km"].clip(lower=floor_km)),
               np.log(given["mexico_city_km"].clip(lower=floor_km)), given["border_zone"])  # fmt: skip
    return pd.DataFrame(dict(zip(TERMS, columns, strict=True)), index=states.index)


def adjusted(y: pd.Series, x: pd.DataFrame, fit: OlsConley) -> pd.Series:
    """Return y with everything but the distance to the border brought to its mean (the partial residual plus the line).

    Parameters
    ----------
    y
        Dependent variable.
    x
        Regressors, with the same index.
    fit
        The fit of y on x.

    Returns
    -------
    pandas.Series
        Index that of ``y``; its residuals about ``line`` are those of the regression.
    """
    others = [name for name in x.columns if name not in {"constant", DISTANCE}]
    return y - (x[others] - x[others].mean()) @ fit.params[others]


def line(x: pd.DataFrame, fit: OlsConley, *, points: int = 41, level: float = 0.95) -> pd.DataFrame:
    r"""Return the fitted line along the distance to the border and its pointwise band.

    .. math:: x_0'b \pm t_{n-k} \sqrt{x_0' V x_0}

    with Conley's covariance V, and x_0 the mean of every regressor but the distance.

    Parameters
    ----------
    x
        Regressors of the fit.
    fit
        A fit of ``ols_conley``.
    points
        Places along the line, evenly spaced in the logarithm from the nearest to the farthest row.
    level
        Level of the band.

    Returns
    -------
    pandas.DataFrame
        ln_border_km, estimate, low, high. ``low`` and ``high`` are missing where the estimated variance is negative.

    Notes
    -----
    Student's t with n - k degrees of freedom, since the rows are few. The band is for the line, not for a new state,
    and holds at each distance alone, not for all at once.
    """
    places = pd.DataFrame([x.mean()] * points, columns=x.columns)
    places[DISTANCE] = np.linspace(x[DISTANCE].min(), x[DISTANCE].max(), points)
    at = places.to_numpy(float)
    variance = np.einsum("ij,jk,ik->i", at, fit.covariance.to_numpy(), at)
    reach = stats.t.ppf((1 + level) / 2, fit.n - len(x.columns)) * np.sqrt(np.where(variance >= 0, variance, np.nan))
    estimate = at @ fit.params.to_numpy()
    return pd.DataFrame(
        {DISTANCE: places[DISTANCE], "estimate": estimate, "low": estimate - reach, "high": estimate + reach}
    )


def wage_lines(
    wages: pd.DataFrame, states: pd.DataFrame, *, split_year: int = 2019, cutoff_km: float = 250.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the states and the fitted line of each period of ``wage_gradient``.

    Parameters
    ----------
    wages, states, split_year
        As in ``wage_gradient``.
    cutoff_km
        Cutoff of Conley's covariance, km; the kernel is Bartlett's.

    Returns
    -------
    points : pandas.DataFrame
        period, cve_ent, the regressors, ln_wage, ln_wage_adjusted: one row a period and state.
    lines : pandas.DataFrame
        period, ln_border_km, estimate, low, high: one row a period and place along the line.
    """
    x = regressors(states)
    means = period_wages(wages, states.index, split_year=split_year)
    points, lines = [], []
    for period in PERIODS:
        y = means[period]
        if y.isna().any():
            continue
        fit = ols_conley(y, x, states["lon"], states["lat"], cutoff_km=cutoff_km)
        row = x.drop(columns="constant").assign(period=period, ln_wage=y, ln_wage_adjusted=adjusted(y, x, fit))
        points.append(row.rename_axis("cve_ent").reset_index())
        lines.append(line(x, fit).assign(period=period, cutoff_km=cutoff_km))
    if not points:
        raise ValueError("No period has a year with a wage for every state; leave out the states without wages.")
    return pd.concat(points, ignore_index=True), pd.concat(lines, ignore_index=True)
