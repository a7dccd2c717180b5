"""The wage gradient: wages against distance to the border and to the capital, with errors alike among neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import distance_km
from geo.metrics.spatial_models import SpatialModels, spatial_models

__all__ = ["OlsConley", "SpatialModels", "ols_conley", "spatial_models", "wage_gradient"]

Floats = NDArray[np.float64]
Kernel = Literal["bartlett", "uniform"]

#: Radius of the sphere that Conley distances are taken on, km, as R's conleyreg has it.
SPHERE_KM = 6371.01
TERMS = ("constant", "ln_border_km", "ln_mexico_city_km", "border_zone")
# Pairs of points weighed at once.
_CHUNK_PAIRS = 2_000_000


@dataclass(frozen=True)
class OlsConley:
    """A least-squares fit and its standard errors.

    Attributes
    ----------
    params
        Coefficients, indexed by the columns of X in their order.
    std_err
        Conley's standard errors, likewise; NaN where the estimated variance is negative.
    hc1
        Heteroskedasticity-consistent standard errors (HC1, n / (n - k)), likewise.
    classical
        Standard errors for independent errors of one variance, likewise.
    covariance
        Conley's covariance of the coefficients.
    residuals
        Shape (n,), indexed as y.
    n
        Rows.
    r2
        Share of the variance of y that is explained, about its mean.
    """

    params: pd.Series
    std_err: pd.Series
    hc1: pd.Series
    classical: pd.Series
    covariance: pd.DataFrame
    residuals: pd.Series
    n: int
    r2: float


def ols_conley(
    y: ArrayLike,
    X: ArrayLike,  # noqa: N803 - the field's name for it
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    cutoff_km: float,
    kernel: Kernel = "bartlett",
) -> OlsConley:
    r"""Fit least squares with standard errors that allow nearby errors to be alike (Conley).

    .. math:: V = (X'X)^{-1} \Bigl[\sum_i \sum_j K(d_{ij})\, u_i u_j\, x_i x_j'\Bigr] (X'X)^{-1}

    with residuals u and, for the cutoff c, :math:`K(d) = 1 - d/c` (Bartlett) or 1 (uniform) for d up to c, else 0.

    Parameters
    ----------
    y
        Dependent variable, shape (n,).
    X
        Regressors with their own constant column, shape (n, k); a DataFrame's columns name the results.
    lon, lat
        Place of each row: degrees, WGS84.
    cutoff_km
        Distance from which on errors count as unrelated.
    kernel
        ``"bartlett"`` or ``"uniform"``.

    Returns
    -------
    OlsConley
        Coefficients, Conley's and HC1 standard errors in the order of X's columns.

    Raises
    ------
    ValueError
        If lengths or indices differ, a value or coordinate is missing, there are no more rows than columns, columns are
        collinear, or the cutoff is not positive.

    Notes
    -----
    Distances are great circles on a sphere of 6,371.01 km, up to 0.35 % off the geodesic: they weigh, and are not
    reported. There is no small-sample factor; without any pair within the cutoff the result is HC0. With the uniform
    kernel, groups further apart than the cutoff and nowhere wider give the errors clustered by group. The uniform
    kernel may give a negative variance (then NaN); the Bartlett kernel may too on a sphere, but rarely does. Rows at
    the same place have weight 1. Missing rows are refused, not dropped: drop them where it can be counted. No row: an
    error, since nothing can be fitted.

    References
    ----------
    Conley, T. G. (1999). GMM estimation with cross sectional dependence. Journal of Econometrics 92(1), 1-45.

    Examples
    --------
    >>> X = pd.DataFrame({"constant": 1.0, "x": [1.0, 2.0, 3.0, 4.0]})
    >>> fit = ols_conley([2.0, 4.0, 3.0, 6.0], X, [-100.0, -100.1, -103.0, -103.1], [25.0] * 4, cutoff_km=50)
    >>> fit.params.round(2).to_dict()
    {'constant': 1.0, 'x': 1.1}
    >>> fit.std_err.round(3).to_dict(), fit.hc1.round(3).to_dict()
    ({'constant': 0.443, 'x': 0.124}, {'constant': 0.721, 'x': 0.336})
    """
    table, target, x, places = _regression(y, X, lon, lat)
    if not (np.isfinite(cutoff_km) and cutoff_km > 0):
        raise ValueError(f"A cutoff of {cutoff_km} km came; give a finite number above 0.")
    if kernel not in {"bartlett", "uniform"}:
        raise ValueError(f"The kernel {kernel!r} is unknown; choose 'bartlett' or 'uniform'.")
    n, k = x.shape
    q, r = np.linalg.qr(x)
    b = np.linalg.solve(r, q.T @ target)
    residuals = target - x @ b
    root = np.linalg.inv(r)
    bread = root @ root.T
    scores = x * residuals[:, None]
    meat = sum(
        (scores[rows].T @ (_kernel(apart, cutoff_km, kernel) @ scores) for rows, apart in _haversine(places)),
        start=np.zeros((k, k)),
    )
    covariance = bread @ meat @ bread
    names = table.columns
    squares = float(residuals @ residuals)
    spread = float(np.sum((target - target.mean()) ** 2))
    return OlsConley(
        params=pd.Series(b, names),
        std_err=pd.Series(_root(np.diag(covariance)), names),
        hc1=pd.Series(_root(np.diag(bread @ (scores.T @ scores) @ bread) * n / (n - k)), names),
        classical=pd.Series(_root(np.diag(bread) * squares / (n - k)), names),
        covariance=pd.DataFrame(covariance, names, names),
        residuals=pd.Series(residuals, table.index),
        n=n,
        r2=1 - squares / spread if spread > 0 else float("nan"),
    )


def wage_gradient(
    wages: pd.DataFrame,
    states: pd.DataFrame,
    *,
    split_year: int = 2019,
    cutoffs_km: Sequence[float] = (100.0, 250.0, 500.0),
    kernel: Kernel = "bartlett",
    adjacency: pd.DataFrame | None = None,
    floor_km: float = 5.0,
) -> pd.DataFrame:
    r"""Regress log wages of states on log distances and the northern border zone, before and after a year.

    .. math:: \overline{\ln w_s} = a + b_1 \ln d_{s,border} + b_2 \ln d_{s,Mexico City} + b_3\, zone_s + e_s

    where the bar is the mean over the years of the period. On a panel without gaps the coefficients are those of all
    state-years together with an effect for each year, and states are not counted once a year as if they were new.

    Parameters
    ----------
    wages
        Columns cve_ent, year, wage_daily_mxn (above 0, any one currency unit): one row a state and year.
    states
        Index cve_ent; columns border_km and mexico_city_km (km), border_zone (0 or 1, or the share of the state's
        people or jobs that is inside), lon and lat (degrees, the place distances between states are taken from).
    split_year
        First year of the period "after": 2019, when the minimum wage of the northern border zone was doubled.
    cutoffs_km
        Cutoffs of Conley's standard errors, km.
    kernel
        As in ``ols_conley``.
    adjacency
        Neighbours, as in ``spatial_models``; none: each state's six nearest.
    floor_km
        Distances below this are set to it before the logarithm.

    Returns
    -------
    pandas.DataFrame
        One row a period, model and term:

        period
            before, after, or change (after less before: what is constant in a state falls out).
        model
            ols, ml_lag or ml_error.
        term
            constant, ln_border_km, ln_mexico_city_km, border_zone; rho or lambda.
        estimate, std_err
            Coefficient and its model's own standard error (classical for ols).
        hc1, conley_<cutoff>km
            Standard errors; ols only.
        n, years
            States, and years behind the mean (for change, of both periods).
        r2, residual_moran, lm_lag, lm_error, rlm_lag, rlm_error, lm_sarma
            Of the ols; each test with its p as ``<test>_p``. Missing on the rows of the other models.
        log_likelihood
            Of the ml models.

    Raises
    ------
    ValueError
        If a state-year occurs twice, a wage is not positive, a state has a missing place, distance or zone, no year
        has a wage for every state, there are too few states, or a column is collinear (no state in the zone, say).

    Notes
    -----
    Only years in which every row of ``states`` has a wage enter, so that no mean is over other years than its
    neighbour's; drop a state from ``states`` to use more years. A period without such a year has no rows. States in
    ``wages`` alone are ignored. ln 0 does not occur: distances are at least ``floor_km`` (5 km), since a state on the
    border is not at distance nought from it for wages.

    The zone did not exist before 2019: its coefficient there is a placebo. With 32 states all standard errors are
    rough, and border and capital pull along nearly the same line. A coefficient is a description, not a cause.

    References
    ----------
    Hanson, G. H. (1997). Increasing Returns, Trade and the Regional Structure of Wages. Economic Journal 107(440),
    113-133: elasticities of -0.13 (border) and -0.19 (Mexico City) before 1990.

    Examples
    --------
    See docs/methods/wage-gradient.md.
    """
    x, places = _state_regressors(states, floor_km=floor_km)
    logs = _log_wages(wages, x.index)
    early = logs[logs.index < split_year]
    late = logs[logs.index >= split_year]
    if adjacency is None:
        adjacency = _nearest(places, x.index)
    means = {"before": (early.mean(), len(early)), "after": (late.mean(), len(late))}
    means["change"] = (late.mean() - early.mean(), len(logs))
    parts = []
    for period, (y, years) in means.items():
        if y.notna().all():
            part = _period(y.to_numpy(float), x, places, adjacency, cutoffs_km=cutoffs_km, kernel=kernel)
            parts.append(part.assign(period=period, years=years))
    table = pd.concat(parts, ignore_index=True)
    columns = [name for name in table.columns if name not in {"period", "years"}]
    columns.insert(columns.index("n") + 1, "years")
    return table[["period", *columns]]


def _period(
    y: Floats, x: pd.DataFrame, places: Floats, adjacency: pd.DataFrame, *, cutoffs_km: Sequence[float], kernel: Kernel
) -> pd.DataFrame:
    """Fit all models of one period."""
    fits = {cutoff: ols_conley(y, x, *places.T, cutoff_km=cutoff, kernel=kernel) for cutoff in cutoffs_km}
    fit = next(iter(fits.values()))
    spatial = spatial_models(y, x, adjacency)
    ols = pd.DataFrame(
        {
            "model": "ols",
            "term": list(TERMS),
            "estimate": fit.params.to_numpy(),
            "std_err": fit.classical.to_numpy(),
            "hc1": fit.hc1.to_numpy(),
        }
        | {f"conley_{cutoff:g}km": each.std_err.to_numpy() for cutoff, each in fits.items()}
        | {"n": fit.n, "r2": fit.r2, "log_likelihood": np.nan}
        | {test: float(value) for test, value in spatial.tests["statistic"].items()}
        | {f"{test}_p": float(value) for test, value in spatial.tests["p"].items()}
    )
    both = pd.concat([ols, spatial.coefficients.assign(n=fit.n)], ignore_index=True)
    return both[ols.columns]


def _state_regressors(states: pd.DataFrame, *, floor_km: float) -> tuple[pd.DataFrame, Floats]:
    """Return the regressors, the constant first, and the places, shape (n, 2)."""
    columns = ["border_km", "mexico_city_km", "border_zone", "lon", "lat"]
    given = states[columns].astype(float)
    missing = given.isna().any(axis=1)
    if missing.any() or states.index.has_duplicates:
        raise ValueError(
            f"{int(missing.sum())} states lack a distance, a place or the zone share, and "
            f"{int(states.index.duplicated().sum())} come twice; complete them or leave them out."
        )
    if not floor_km > 0:
        raise ValueError(f"A floor of {floor_km} km came; give a number above 0, ln 0 has no value.")
    values = np.column_stack(
        [
            np.ones(len(given)),
            np.log(given["border_km"].clip(lower=floor_km)),
            np.log(given["mexico_city_km"].clip(lower=floor_km)),
            given["border_zone"],
        ]
    )
    return pd.DataFrame(values, given.index, list(TERMS)), given[["lon", "lat"]].to_numpy()


def _log_wages(wages: pd.DataFrame, states: pd.Index) -> pd.DataFrame:
    """Return log wages, years by states, of the years in which no state is missing."""
    rows = wages[wages["cve_ent"].isin(list(states))]
    if rows.duplicated(["cve_ent", "year"]).any():
        raise ValueError("A state and year come twice in the wages; choose one series.")
    wide = rows.pivot(index="year", columns="cve_ent", values="wage_daily_mxn").reindex(columns=states)
    if (wide <= 0).any(axis=None):
        raise ValueError("A wage is zero or negative; correct it or leave it missing.")
    complete = wide.dropna()
    if complete.empty:
        raise ValueError("No year has a wage for every state; leave out the states without wages.")
    return cast("pd.DataFrame", np.log(complete.astype(float)))


def _nearest(places: Floats, labels: pd.Index, *, count: int = 6) -> pd.DataFrame:
    """Return each state's nearest others, by geodesic distance."""
    lon, lat = places.T
    apart = distance_km(lon[:, None], lat[:, None], lon, lat)
    np.fill_diagonal(apart, np.inf)
    near = np.argsort(apart, axis=1, kind="stable")[:, : min(count, len(labels) - 1)]
    return pd.DataFrame({"focal": np.repeat(labels, near.shape[1]), "neighbor": labels[near.ravel()]})


def _regression(
    y: ArrayLike, regressors: ArrayLike, lon: ArrayLike, lat: ArrayLike
) -> tuple[pd.DataFrame, Floats, Floats, Floats]:
    """Check the data of a regression; return X as a table, y, X and the places as arrays."""
    named = isinstance(regressors, pd.DataFrame)
    if isinstance(regressors, pd.DataFrame):
        table = regressors
    else:
        table = pd.DataFrame(np.asarray(regressors, dtype=float)).add_prefix("x")
    for one in (y, lon, lat):
        if named and isinstance(one, pd.Series) and not one.index.equals(table.index):
            raise ValueError("The indices of y, X, lon and lat differ; align them first.")
    target, x = np.asarray(y, dtype=float), table.to_numpy(float)
    places = [np.asarray(values, dtype=float) for values in (lon, lat)]
    if not len(x) == target.size == places[0].size == places[1].size:
        raise ValueError(
            f"X has {len(x)} rows, y {target.size}, lon {places[0].size}, lat {places[1].size}; align them."
        )
    complete = np.isfinite(x).all(axis=1) & np.isfinite(target) & np.isfinite(places).all(axis=0)
    if not complete.all():
        count = np.count_nonzero(~complete)
        raise ValueError(f"{count} rows have a missing value or place; drop such rows where they can be counted.")
    if len(x) <= x.shape[1]:
        raise ValueError(f"{len(x)} rows cannot carry {x.shape[1]} coefficients; give more rows than columns.")
    length = np.linalg.norm(x, axis=0)
    if np.linalg.matrix_rank(x / np.where(length > 0, length, 1)) < x.shape[1]:
        raise ValueError(f"The columns {', '.join(map(str, table.columns))} are collinear; leave one out.")
    return table, target, x, np.column_stack(places)


def _haversine(places: Floats) -> Iterator[tuple[slice, Floats]]:
    """Yield rows and their great-circle distances (km) to all places, as many rows at once as fit in memory."""
    lon, lat = np.radians(places).T
    step = max(1, _CHUNK_PAIRS // len(places))
    for first in range(0, len(places), step):
        rows = slice(first, first + step)
        across = np.sin((lat[rows, None] - lat) / 2) ** 2
        along = np.cos(lat[rows, None]) * np.cos(lat) * np.sin((lon[rows, None] - lon) / 2) ** 2
        yield rows, 2 * SPHERE_KM * np.arcsin(np.sqrt(np.minimum(across + along, 1.0)))


def _kernel(apart: Floats, cutoff_km: float, kernel: str) -> Floats:
    if kernel == "uniform":
        return (apart <= cutoff_km).astype(np.float64)
    return np.maximum(1 - apart / cutoff_km, 0.0)


def _root(variance: Floats) -> Floats:
    """Return standard errors; NaN for a negative variance."""
    return np.sqrt(np.where(variance >= 0, variance, np.nan))
