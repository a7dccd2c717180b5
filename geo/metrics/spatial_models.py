"""Spatial dependence in a regression: tests on its residuals, and the lag and error models, by spreg."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Share of y's squares below which what a fit leaves is rounding.
_EXACT = 1e-20


@dataclass(frozen=True)
class SpatialModels:
    """What spreg makes of a regression whose rows have neighbours.

    Attributes
    ----------
    tests
        Index lm_error, lm_lag, rlm_error, rlm_lag, lm_sarma, residual_moran; columns statistic and p. The Lagrange
        multiplier tests are chi-squared; residual_moran is Moran's I of the residuals with its two-sided p.
    coefficients
        Columns model (ml_lag, ml_error), term, estimate, std_err, log_likelihood; the last term of a model is its
        spatial coefficient, rho or lambda.
    """

    tests: pd.DataFrame
    coefficients: pd.DataFrame


def spatial_models(y: ArrayLike, X: pd.DataFrame, adjacency: pd.DataFrame) -> SpatialModels:  # noqa: N803 - the field's name
    r"""Test a regression for spatial dependence and fit the spatial lag and error models by maximum likelihood.

    .. math:: y = \rho W y + X b + e \quad (lag), \qquad y = X b + u,\; u = \lambda W u + e \quad (error)

    Parameters
    ----------
    y
        Dependent variable, shape (n,), in the order of X.
    X
        Regressors with their own constant column; the index names the rows.
    adjacency
        Columns focal and neighbor: labels of X's index, one row for each direction. A column weight is taken as it
        stands (a ``libpysal.graph.Graph``'s ``adjacency.reset_index()`` will do); without it the neighbours of a row
        share a weight of 1.

    Returns
    -------
    SpatialModels
        Tests on the least-squares residuals, and coefficients of both models.

    Raises
    ------
    ValueError
        If a value is missing, lengths differ, the fit is exact, the adjacency names a row that does not exist, or a row
        has no neighbour.

    Notes
    -----
    A pair named twice counts once, and a row is no neighbour of itself. The models are fitted on a full n by n matrix:
    for hundreds of rows. The spatial coefficients are searched for between -1 and 1.

    References
    ----------
    Anselin, L. (1988). Spatial Econometrics: Methods and Models. Kluwer. Computed by spreg.

    Examples
    --------
    >>> X = pd.DataFrame({"constant": 1.0, "x": [1.0, 2.0, 4.0, 3.0, 6.0, 5.0]})
    >>> ring = pd.DataFrame({"focal": [0, 1, 2, 3, 4, 5] * 2, "neighbor": [1, 2, 3, 4, 5, 0, 5, 0, 1, 2, 3, 4]})
    >>> models = spatial_models([1.0, 2.0, 3.0, 4.0, 5.0, 7.0], X, ring)
    >>> float(models.tests["p"].round(3)["lm_lag"]), models.coefficients["term"].tolist()[:3]
    (0.558, ['constant', 'x', 'rho'])
    """
    target, x = np.asarray(y, dtype=float).reshape(-1, 1), X.to_numpy(float)
    if not (np.isfinite(target).all() and np.isfinite(x).all()):
        raise ValueError("A value of y or X is missing; drop such rows where they can be counted.")
    if len(target) != len(x):
        raise ValueError(f"X has {len(x)} rows and y {len(target)}; align them.")
    residuals = target - x @ np.linalg.lstsq(x, target)[0]
    if np.sum(residuals**2) <= _EXACT * np.sum(target**2):
        raise ValueError("The regressors give y exactly; no error is left to test or model.")
    w = _weights(adjacency, X.index)
    return SpatialModels(_tests(target, x, w), _fits(target, x, w, [str(name) for name in X.columns]))


def _tests(y: Floats, x: Floats, w: Any) -> pd.DataFrame:
    """Return the tests on least-squares residuals."""
    from spreg.diagnostics_sp import LMtests, MoranRes
    from spreg.ols import BaseOLS

    ols = BaseOLS(y, x)
    lm, moran = LMtests(ols, w, tests=["lme", "lml", "rlme", "rlml", "sarma"]), MoranRes(ols, w, z=True)
    rows = {"lm_error": lm.lme, "lm_lag": lm.lml, "rlm_error": lm.rlme, "rlm_lag": lm.rlml, "lm_sarma": lm.sarma}
    rows["residual_moran"] = (moran.I, moran.p_norm)
    values = {name: [float(np.squeeze(value)) for value in pair] for name, pair in rows.items()}
    return pd.DataFrame.from_dict(values, orient="index", columns=["statistic", "p"])


def _fits(y: Floats, x: Floats, w: Any, names: list[str]) -> pd.DataFrame:
    """Return the coefficients of the lag and the error model."""
    from spreg.ml_error import BaseML_Error
    from spreg.ml_lag import BaseML_Lag

    with warnings.catch_warnings(), _solved():
        # spreg asks scipy's bounded search for a tolerance in a way that scipy reads as absolute, and says so.
        warnings.filterwarnings("ignore", message="Method 'bounded' does not support relative tolerance")
        lag, error = BaseML_Lag(y, x, w), BaseML_Error(y, x, w)
    parts = []
    for model, fit, spatial in (("ml_lag", lag, "rho"), ("ml_error", error, "lambda")):
        part = pd.DataFrame({"model": model, "term": [*names, spatial], "estimate": np.ravel(fit.betas)})
        parts.append(part.assign(std_err=np.sqrt(np.diag(fit.vm)), log_likelihood=float(np.squeeze(fit.logll))))
    return pd.concat(parts, ignore_index=True)


@contextmanager
def _solved() -> Iterator[None]:
    """Have spreg solve for the lag model's prediction.

    Its power series takes any growth on the way for divergence and ends in a bare Exception, also where it converges:
    so with neighbours that are not mutual and a coefficient near 1 or -1.
    """
    from spreg import ml_lag

    def solved(w: Any, data: Floats, scalar: float, **_: object) -> Floats:
        return np.linalg.solve(np.eye(len(data)) - scalar * w.toarray(), data)

    series = ml_lag.inverse_prod
    ml_lag.inverse_prod = solved
    try:
        yield
    finally:
        ml_lag.inverse_prod = series


def _weights(adjacency: pd.DataFrame, labels: pd.Index) -> Any:
    """Return libpysal weights; rows are numbered, since labels may be of any type."""
    from libpysal.weights import W

    pairs = pd.DataFrame({name: labels.get_indexer(pd.Index(adjacency[name])) for name in ("focal", "neighbor")})
    if (pairs < 0).any(axis=None):
        unknown = [*adjacency["focal"][(pairs["focal"] < 0).to_numpy()]]
        unknown += [*adjacency["neighbor"][(pairs["neighbor"] < 0).to_numpy()]]
        raise ValueError(f"The adjacency names {unknown[0]!r}, which is no row of X; use the labels of its index.")
    given = "weight" in adjacency
    pairs["weight"] = adjacency["weight"].to_numpy(float) if given else 1.0
    pairs = pairs[pairs["focal"] != pairs["neighbor"]].drop_duplicates(["focal", "neighbor"])
    alone = labels[~np.isin(np.arange(len(labels)), pairs["focal"])]
    if len(alone):
        raise ValueError(f"{len(alone)} rows have no neighbour, the first is {alone[0]!r}; give each at least one.")
    rows = dict(list(pairs.sort_values(["focal", "neighbor"]).groupby("focal")))
    w = W(
        {row: part["neighbor"].tolist() for row, part in rows.items()},
        {row: part["weight"].tolist() for row, part in rows.items()},
        id_order=list(range(len(labels))),
        silence_warnings=True,
    )
    if not given:
        w.transform = "r"
    return w
