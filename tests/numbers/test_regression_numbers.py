"""Regressions, tests by rank and tests over a map, against formulas in matrices and all arrangements of small data."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from data_sets import Floats, Rng, alike, chance_alike, distances_km, places
from libpysal.graph import Graph
from scipy.optimize import minimize_scalar
from scipy.stats import chi2, mannwhitneyu, norm, rankdata, spearmanr
from scipy.stats import t as student

from geo.metrics.autocorrelation import hot_spots, local_moran
from geo.metrics.contrasts import against_draws, rank_contrast, rank_correlation
from geo.metrics.gradient import SPHERE_KM, ols_conley, wage_gradient
from geo.metrics.inference import benjamini_hochberg, permutation_p
from geo.metrics.spatial_models import spatial_models
from geo.metrics.wage_lines import adjusted, line, period_wages, regressors

DRAWS = 400


def _graph(rng: Rng, n: int) -> tuple[Floats, Graph, list[str]]:
    """Return weights, nobody their own neighbour, and the same as a Graph with labels in an order of its own."""
    weights = np.where(rng.random((n, n)) < 0.45, rng.choice([1.0, 1.0, 0.5, 2.5], (n, n)), 0.0)
    if rng.random() < 0.4:
        weights = (weights > 0).astype(float)
    np.fill_diagonal(weights, 0.0)
    names = [f"unit {place}" for place in range(n)]
    order = rng.permutation(n)
    # Whoever has no neighbour is named with a weight of nothing, wherever the order puts them.
    rows = [(i, j) for i in order for j in range(n) if weights[i, j] > 0 or (i == j and not weights[i].any())]
    focal, other = ([names[pair[side]] for pair in rows] for side in range(2))
    values = [weights[pair] for pair in rows]
    return weights, Graph.from_arrays(focal, other, values), names


def _values(rng: Rng, n: int) -> Floats:
    return (rng.normal(5, 3, n), rng.integers(0, 4, n).astype(float), rng.lognormal(0, 2, n))[rng.integers(3)]


@functools.cache
def _orders(n: int) -> np.ndarray:
    return np.array(list(permutations(range(n))))


def _two_sided_by_enumeration(sums: Floats, observed: float) -> float:
    middle, slack = sums.mean(), 1e-8 * (1 + np.abs(sums).max())
    return float(np.mean(np.abs(sums - middle) >= abs(observed - middle) - slack))


def hot_and_cold_spots(rng: Rng) -> None:
    """Getis and Ord's formula unit by unit; p from all arrangements of the others."""
    n = int(rng.integers(4, 7))
    weights, graph, names = _graph(rng, n)
    x = _values(rng, n)
    star = bool(rng.random() < 0.5)
    normal = hot_spots(pd.Series(x, names), graph, star=star, permutations=0, seed=1)
    drawn = hot_spots(pd.Series(x, names), graph, star=star, permutations=DRAWS, seed=int(rng.integers(999)))
    for i, name in enumerate(names):
        w = weights[i].copy()
        others = np.arange(n) != i
        if not w.any() or np.ptp(x) == 0 or (not star and np.ptp(x[others]) == 0):
            assert math.isnan(normal.loc[name, "z"])
            continue
        within = np.full(n, True) if star else others
        w[i] = w.max() if star else 0.0
        m = within.sum()
        room = (m * (w**2).sum() - w.sum() ** 2) / (m - 1)
        if room < 1e-12:
            assert math.isnan(normal.loc[name, "z"])
            continue
        z = (w @ x - x[within].mean() * w.sum()) / (x[within].std() * math.sqrt(room))
        alike(normal.loc[name, "z"], z, rel=1e-7, floor=1e-9)
        alike(drawn.loc[name, "z"], z, rel=1e-7, floor=1e-9)
        alike(normal.loc[name, "p"], 2 * norm.sf(abs(z)), rel=1e-6)
        sums = x[others][_orders(n - 1)] @ weights[i][others]
        chance_alike(drawn.loc[name, "p"], _two_sided_by_enumeration(sums, float(weights[i] @ x)), DRAWS)


def local_moran_of_units(rng: Rng) -> None:
    """The definition; mean and variance over all arrangements of the others; the global index as their mean."""
    n = int(rng.integers(4, 7))
    weights, graph, names = _graph(rng, n)
    x = _values(rng, n)
    found = local_moran(pd.Series(x, names), graph, permutations=DRAWS, seed=int(rng.integers(999)))
    if np.ptp(x) == 0 or not weights.any():
        assert found["local_i"].isna().all()
        return
    z = x - x.mean()
    m2 = (z @ z) / n
    every = np.nan_to_num(found["local_i"].to_numpy())
    alike(every.sum(), z @ weights @ z / m2, floor=1e-9)
    for i, name in enumerate(names):
        if not weights[i].any():
            assert math.isnan(found.loc[name, "local_i"])
            continue
        alike(found.loc[name, "local_i"], z[i] / m2 * (weights[i] @ z), floor=1e-9)
        others = np.arange(n) != i
        draws = z[i] / m2 * (z[others][_orders(n - 1)] @ weights[i][others])
        if draws.std() <= 1e-7 * (1 + np.abs(draws).max()) or abs(z[i]) < 1e-9:
            assert math.isnan(found.loc[name, "z"])
            continue
        score = (found.loc[name, "local_i"] - draws.mean()) / draws.std()
        alike(found.loc[name, "z"], score, rel=1e-6, floor=1e-8)
        alike(found.loc[name, "p_analytic"], 2 * norm.sf(abs(score)), rel=1e-5)
        chance_alike(found.loc[name, "p"], _two_sided_by_enumeration(draws, float(found.loc[name, "local_i"])), DRAWS)
        lag = weights[i] @ z
        if abs(lag) > 1e-9:
            assert found.loc[name, "quadrant"] == f"{'high' if z[i] > 0 else 'low'}-{'high' if lag > 0 else 'low'}"


def false_discoveries(rng: Rng) -> None:
    """The step-up rule as it is written."""
    p = rng.random(int(rng.integers(1, 15))) ** 3
    p = np.round(p, 3) if rng.random() < 0.5 else p
    p[rng.random(p.size) < 0.15] = np.nan
    alpha = 0.0507
    tests = sorted(value for value in p if not math.isnan(value))
    passed = [value for rank, value in enumerate(tests, 1) if value <= rank * alpha / len(tests)]
    limit = max(passed, default=-1.0)
    found = benjamini_hochberg(pd.Series(p), alpha=alpha)
    for value, answer in zip(p, found, strict=True):
        assert answer is pd.NA if math.isnan(value) else bool(answer) == (value <= limit)
    extreme = rng.integers(0, 99, 4)
    alike(permutation_p(extreme, 99), [(int(count) + 1) / 100 for count in extreme])


def contrasts_by_rank(rng: Rng) -> None:
    """scipy's U; p from every way of choosing the group."""
    n = int(rng.integers(2, 9))
    values = rng.normal(size=n) if rng.random() < 0.5 else rng.integers(0, 4, n).astype(float)
    group = rng.random(n) < 0.5
    with_gap = np.append(values, np.nan), np.append(group, True)
    found = rank_contrast(*with_gap, permutations=DRAWS, seed=int(rng.integers(999)))
    if not group.any() or group.all():
        assert found.n == 0
        assert math.isnan(found.value)
        return
    pairs = group.sum() * (~group).sum()
    alike(found.value, mannwhitneyu(values[~group], values[group]).statistic / pairs)
    assert found.n == n
    draws = []
    for chosen in combinations(range(n), int(group.sum())):
        inside = np.isin(np.arange(n), chosen)
        below = values[inside][:, None] - values[~inside]
        draws.append(((below < 0).sum() + (below == 0).sum() / 2) / pairs)
    extreme = np.mean(np.abs(np.array(draws) - 0.5) >= abs(found.value - 0.5) - 1e-9)
    chance_alike(found.p, float(extreme), DRAWS)
    assert min(draws) - 1e-9 <= found.low <= found.high <= max(draws) + 1e-9
    assert found.centre == 0.5


def correlations_of_ranks(rng: Rng) -> None:
    """scipy's Spearman; p from every order."""
    n = int(rng.integers(3, 7))
    x, y = rng.integers(0, 6, n).astype(float), rng.normal(size=n)
    found = rank_correlation([*x, np.nan], [*y, 1.0], permutations=DRAWS, seed=int(rng.integers(999)))
    if np.ptp(x) == 0:
        assert found.n == 0
        return
    alike(found.value, spearmanr(x, y).statistic, floor=1e-9)
    rank_x, rank_y = rankdata(x) - (n + 1) / 2, rankdata(y) - (n + 1) / 2
    draws = rank_y[_orders(n)] @ rank_x / math.sqrt(rank_x @ rank_x * (rank_y @ rank_y))
    chance_alike(found.p, float(np.mean(np.abs(draws) >= abs(found.value) - 1e-9)), DRAWS)
    assert (found.n, found.centre) == (n, 0.0)
    shuffled = rng.normal(size=30)
    beside = against_draws(0.7, shuffled, n=5)
    alike([beside.low, beside.high, beside.centre], [*np.quantile(shuffled, [0.025, 0.975]), shuffled.mean()])
    alike(beside.p, (sum(abs(d - shuffled.mean()) >= abs(0.7 - shuffled.mean()) for d in shuffled) + 1) / 31)


def _design(rng: Rng, n: int) -> tuple[Floats, pd.DataFrame, Floats, Floats]:
    x = pd.DataFrame({"constant": 1.0, "a": rng.normal(size=n), "b": rng.integers(0, 5, n).astype(float)})
    x.loc[0, "b"] = 7.0
    lon, lat = places(rng, n, spread_km=200)
    return x.to_numpy() @ [1.0, 0.5, -0.2] + rng.normal(size=n), x, lon, lat


def errors_of_conley(rng: Rng) -> None:
    """Double sum over pairs of rows on a sphere, and the textbook's normal equations."""
    n = int(rng.integers(6, 14))
    y, x, lon, lat = _design(rng, n)
    cutoff, kernel = float(rng.uniform(20, 500)), str(rng.choice(["bartlett", "uniform"]))
    found = ols_conley(y, x, lon, lat, cutoff_km=cutoff, kernel=kernel)  # type: ignore[arg-type]
    z = x.to_numpy()
    inverse = np.linalg.inv(z.T @ z)
    b = inverse @ z.T @ y
    u = y - z @ b
    meat = np.zeros((3, 3))
    for i in range(n):
        for j in range(n):
            d = _great_circle(lon[i], lat[i], lon[j], lat[j])
            weight = float(d <= cutoff) if kernel == "uniform" else max(1 - d / cutoff, 0.0)
            meat += weight * u[i] * u[j] * np.outer(z[i], z[j])
    covariance = inverse @ meat @ inverse
    alike(found.params, b, rel=1e-8)
    white = inverse @ (z.T * u**2) @ z @ inverse * n / (n - 3)
    # All rows within a uniform cutoff: the scores sum to 0, and what is left is rounding.
    rounding = 1e-10 * np.abs(white).max()
    alike(found.covariance, covariance, rel=1e-7, floor=rounding)
    variance = np.diag(covariance)
    clear = np.abs(variance) > 1e3 * rounding
    with np.errstate(invalid="ignore"):
        alike(found.std_err[clear], np.sqrt(variance)[clear], rel=1e-5)
    alike(found.hc1, np.sqrt(np.diag(white)), rel=1e-7)
    alike(found.classical, np.sqrt(np.diag(inverse) * (u @ u) / (n - 3)), rel=1e-8)
    alike(found.residuals, u, floor=1e-9)
    alike(found.r2, 1 - (u @ u) / ((y - y.mean()) @ (y - y.mean())), floor=1e-9)
    assert found.n == n


def _great_circle(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the arc by the cross product of the two directions."""

    def direction(x: float, y: float) -> Floats:
        return np.array([math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)])

    one, other = (
        direction(math.radians(lon), math.radians(lat)),
        direction(math.radians(other_lon), math.radians(other_lat)),
    )
    return SPHERE_KM * math.atan2(float(np.linalg.norm(np.cross(one, other))), float(one @ other))


def models_of_space(rng: Rng) -> None:
    """Anselin's multipliers in matrices; likelihoods searched by scipy."""
    n = int(rng.integers(9, 15))
    y, x, lon, lat = _design(rng, n)
    near = np.argsort(distances_km(lon, lat, lon, lat) + 1e6 * np.eye(n), axis=1)[:, :3]
    w = np.zeros((n, n))
    w[np.repeat(np.arange(n), 3), near.ravel()] = 1 / 3
    adjacency = pd.DataFrame({"focal": np.repeat(np.arange(n), 3), "neighbor": near.ravel()})
    found = spatial_models(y, x, adjacency.sample(frac=1, random_state=1))
    z = x.to_numpy()
    hat = z @ np.linalg.inv(z.T @ z) @ z.T
    e = y - hat @ y
    s2 = e @ e / n
    t = np.trace(w.T @ w + w @ w)
    pull, drag = e @ w @ e / s2, e @ w @ y / s2
    spread = w @ hat @ y
    j = spread @ (np.eye(n) - hat) @ spread / s2 + t
    tests = {
        "lm_error": pull**2 / t,
        "lm_lag": drag**2 / j,
        "rlm_lag": (drag - pull) ** 2 / (j - t),
        "rlm_error": (pull - t / j * drag) ** 2 / (t * (1 - t / j)),
        "lm_sarma": (drag - pull) ** 2 / (j - t) + pull**2 / t,
    }
    for name, statistic in tests.items():
        alike(found.tests.loc[name, "statistic"], statistic, rel=1e-6, floor=1e-9)
        alike(found.tests.loc[name, "p"], chi2.sf(statistic, 2 if name == "lm_sarma" else 1), rel=1e-5, floor=1e-9)
    alike(found.tests.loc["residual_moran", "statistic"], n / w.sum() * (e @ w @ e) / (e @ e), floor=1e-9)
    for model, of in (("ml_lag", _lag), ("ml_error", _error)):
        best = minimize_scalar(lambda r, of=of: -of(r, y, z, w)[0], bounds=(-0.999, 0.999), method="bounded")
        part = found.coefficients.loc[found.coefficients["model"] == model].set_index("term")
        spatial = part["estimate"].iloc[-1]
        if abs(spatial) > 0.97:
            continue
        value, b = of(spatial, y, z, w)
        assert value >= -best.fun - 1e-6
        alike(part["estimate"].iloc[:3], b, rel=1e-4, floor=1e-6)
        alike(part["log_likelihood"].iloc[0], value, rel=1e-6, floor=1e-6)


def _lag(rho: float, y: Floats, x: Floats, w: Floats) -> tuple[float, Floats]:
    return _likelihood(y - rho * w @ y, x, np.eye(len(y)) - rho * w)


def _error(lam: float, y: Floats, x: Floats, w: Floats) -> tuple[float, Floats]:
    clean = np.eye(len(y)) - lam * w
    return _likelihood(clean @ y, clean @ x, clean)


def _likelihood(y: Floats, x: Floats, clean: Floats) -> tuple[float, Floats]:
    b = np.linalg.lstsq(x, y)[0]
    s2 = np.sum((y - x @ b) ** 2) / len(y)
    constant = -len(y) / 2 * (math.log(2 * math.pi) + 1)
    return constant - len(y) / 2 * math.log(s2) + np.linalg.slogdet(clean)[1], b


def gradients_of_wages(rng: Rng) -> None:
    """Means of logarithms by dictionary and least squares by numpy; the line and its band point by point."""
    n = int(rng.integers(8, 13))
    lon, lat = places(rng, n, spread_km=400)
    states = pd.DataFrame(
        {
            "border_km": rng.uniform(0, 900, n),
            "mexico_city_km": rng.uniform(3, 900, n),
            "border_zone": np.where(np.arange(n) < 3, rng.uniform(0.2, 1, n), 0.0),
            "lon": lon + 1e-3 * np.arange(n),
            "lat": lat,
        },
        index=[f"{place:02d}" for place in range(n)],
    )
    rows = [
        {"cve_ent": state, "year": year, "wage_daily_mxn": float(rng.lognormal(5, 0.4))}
        for state in [*states.index, "99"]
        for year in (2016, 2017, 2018, 2019, 2020)
    ]
    gap = rng.integers(0, n) * 5
    rows[gap]["wage_daily_mxn"] = np.nan
    wages = pd.DataFrame(rows).sample(frac=1, random_state=2)
    found = wage_gradient(wages, states, cutoffs_km=(200.0,))
    value = {
        (row["cve_ent"], row["year"]): math.log(row["wage_daily_mxn"]) for row in rows if row["wage_daily_mxn"] > 0
    }
    means = {
        "before": [(value[state, 2017] + value[state, 2018]) / 2 for state in states.index],
        "after": [(value[state, 2019] + value[state, 2020]) / 2 for state in states.index],
    }
    means["change"] = np.subtract(means["after"], means["before"]).tolist()
    x = np.column_stack(
        [np.ones(n), np.log(np.maximum(states["border_km"], 5)), np.log(np.maximum(states["mexico_city_km"], 5))]
    )
    x = np.column_stack([x, states["border_zone"]])
    alike(regressors(states), x)
    alike(period_wages(wages, states.index)[list(means)], np.column_stack(list(means.values())))
    for period, y in means.items():
        part = found[(found["period"] == period) & (found["model"] == "ols")]
        b, squares = np.linalg.lstsq(x, np.array(y))[:2]
        alike(part["estimate"], b, rel=1e-7)
        assert part["years"].unique().tolist() == [4 if period == "change" else 2]
        alike(part["r2"].iloc[0], 1 - squares[0] / np.sum((np.array(y) - np.mean(y)) ** 2), rel=1e-7)
    period = str(rng.choice(list(means)))
    _line_and_band(rng, pd.Series(means[period], states.index), regressors(states), states)


def _line_and_band(rng: Rng, y: pd.Series, x: pd.DataFrame, states: pd.DataFrame) -> None:
    fit = ols_conley(y, x, states["lon"], states["lat"], cutoff_km=200.0)
    level = float(rng.uniform(0.8, 0.99))
    found = line(x, fit, points=5, level=level)
    along = np.linspace(x["ln_border_km"].min(), x["ln_border_km"].max(), 5)
    for place, row in zip(along, found.to_dict("records"), strict=True):
        at = np.array([1.0, place, x["ln_mexico_city_km"].mean(), x["border_zone"].mean()])
        variance = at @ fit.covariance.to_numpy() @ at
        middle = at @ fit.params.to_numpy()
        reach = student.ppf((1 + level) / 2, len(y) - 4) * (math.sqrt(variance) if variance >= 0 else math.nan)
        alike([row["ln_border_km"], row["estimate"]], [place, middle])
        if abs(variance) > 1e-12:
            alike([row["low"], row["high"]], [middle - reach, middle + reach], rel=1e-6)
    on_line = fit.params["constant"] + fit.params["ln_border_km"] * x["ln_border_km"]
    on_line += x["ln_mexico_city_km"].mean() * fit.params["ln_mexico_city_km"]
    on_line += x["border_zone"].mean() * fit.params["border_zone"]
    alike(adjusted(y, x, fit) - on_line, fit.residuals, floor=1e-9)


CHECKS: tuple[Callable[[Rng], None], ...] = (
    hot_and_cold_spots,
    local_moran_of_units,
    false_discoveries,
    contrasts_by_rank,
    correlations_of_ranks,
    errors_of_conley,
    models_of_space,
    gradients_of_wages,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_what_an_independent_computation_makes_it(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 25)


@pytest.mark.campaign
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_so_on_a_thousand_data_sets(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 1_000)
