"""Least squares with Conley's errors, spatial models and the wage gradient: definitions and edge rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.metrics import gradient
from geo.metrics.gradient import TERMS, Kernel, ols_conley, spatial_models, wage_gradient

REACH = {"bartlett": lambda d, c: max(0.0, 1 - d / c), "uniform": lambda d, c: float(d <= c)}


def sample(n: int = 60, seed: int = 3) -> tuple[pd.Series, pd.DataFrame, pd.Series, pd.Series]:
    """Return a regression whose errors are not of one variance."""
    generator = np.random.default_rng(seed)
    index = pd.Index([f"row {row}" for row in range(n)])
    x = pd.DataFrame({"a": generator.normal(size=n), "constant": 1.0, "b": generator.uniform(size=n)}, index=index)
    y = 2 * x["a"] + 1 - x["b"] + generator.normal(size=n) * (1 + x["b"])
    lon, lat = (pd.Series(generator.uniform(*ends, n), index=index) for ends in ((-106, -98), (20, 30)))
    return y, x, lon, lat


def haversine_km(lon0: float, lat0: float, lon1: float, lat1: float) -> float:
    lon0, lat0, lon1, lat1 = np.radians([lon0, lat0, lon1, lat1])
    a = np.sin((lat1 - lat0) / 2) ** 2 + np.cos(lat0) * np.cos(lat1) * np.sin((lon1 - lon0) / 2) ** 2
    return float(2 * 6371.01 * np.arcsin(np.sqrt(a)))


@pytest.mark.parametrize("kernel", ["bartlett", "uniform"])
@pytest.mark.parametrize("cutoff_km", [1.0, 150.0, 600.0])
def test_conley_as_a_sum_over_pairs(kernel: Kernel, cutoff_km: float) -> None:
    y, x, lon, lat = sample()
    fit = ols_conley(y, x, lon, lat, cutoff_km=cutoff_km, kernel=kernel)
    a, u = x.to_numpy(), (y - x @ np.linalg.lstsq(x.to_numpy(), y.to_numpy())[0]).to_numpy()
    meat = np.zeros((3, 3))
    for i in range(len(y)):
        for j in range(len(y)):
            weight = REACH[kernel](haversine_km(lon.iloc[i], lat.iloc[i], lon.iloc[j], lat.iloc[j]), cutoff_km)
            meat += weight * u[i] * u[j] * np.outer(a[i], a[j])
    bread = np.linalg.inv(a.T @ a)
    variance = np.diag(bread @ meat @ bread)
    assert np.diag(fit.covariance) == pytest.approx(variance, rel=1e-9, abs=1e-15)
    assert fit.std_err.to_numpy() == pytest.approx(np.sqrt(np.where(variance < 0, np.nan, variance)), nan_ok=True)


def test_results_are_named_in_the_order_of_the_columns() -> None:
    y, x, lon, lat = sample()
    fit = ols_conley(y, x, lon, lat, cutoff_km=100)
    for series in (fit.params, fit.std_err, fit.hc1, fit.classical):
        assert series.index.tolist() == ["a", "constant", "b"]
    assert fit.residuals.index.equals(y.index)
    assert fit.n == 60
    plain = ols_conley(y.to_numpy(), x.to_numpy(), lon.to_numpy(), lat.to_numpy(), cutoff_km=100)
    assert plain.params.index.tolist() == ["x0", "x1", "x2"]
    assert plain.std_err.tolist() == fit.std_err.tolist()


def test_without_neighbours_conley_is_hc0() -> None:
    y, x, lon, lat = sample()
    fit = ols_conley(y, x, lon, lat, cutoff_km=1)
    assert fit.std_err.to_numpy() == pytest.approx(fit.hc1.to_numpy() * np.sqrt((60 - 3) / 60))


def test_rows_at_one_place_weigh_one() -> None:
    """All rows in one place: the scores sum to nothing, and so does the variance."""
    y, x, _, _ = sample()
    fit = ols_conley(y, x, [-100.0] * 60, [25.0] * 60, cutoff_km=10)
    assert np.diag(fit.covariance) == pytest.approx(0, abs=1e-12)


def test_rows_are_weighed_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x, lon, lat = sample()
    whole = ols_conley(y, x, lon, lat, cutoff_km=300)
    monkeypatch.setattr(gradient, "_CHUNK_PAIRS", 7 * 60)
    assert ols_conley(y, x, lon, lat, cutoff_km=300).std_err.tolist() == pytest.approx(whole.std_err.tolist())


def test_a_constant_y_has_no_r2() -> None:
    _, x, lon, lat = sample()
    assert np.isnan(ols_conley(np.ones(60), x, lon, lat, cutoff_km=10).r2)


def test_what_cannot_be_fitted_is_refused() -> None:
    y, x, lon, lat = sample()
    with pytest.raises(ValueError, match="2 rows have a missing value"):
        ols_conley(y.where(y.index != "row 3"), x, lon.where(lon.index != "row 5"), lat, cutoff_km=10)
    with pytest.raises(ValueError, match="collinear"):
        ols_conley(y, x.assign(twice=2 * x["a"]), lon, lat, cutoff_km=10)
    with pytest.raises(ValueError, match="collinear"):
        ols_conley(y, x.assign(nothing=0.0), lon, lat, cutoff_km=10)
    with pytest.raises(ValueError, match="3 rows cannot carry 3 coefficients"):
        ols_conley(y[:3], x[:3], lon[:3], lat[:3], cutoff_km=10)
    with pytest.raises(ValueError, match="0 rows cannot carry"):
        ols_conley(y[:0], x[:0], lon[:0], lat[:0], cutoff_km=10)
    with pytest.raises(ValueError, match="indices"):
        ols_conley(y[::-1], x, lon, lat, cutoff_km=10)
    with pytest.raises(ValueError, match="60 rows, y 59"):
        ols_conley(y.to_numpy()[1:], x, lon, lat, cutoff_km=10)
    with pytest.raises(ValueError, match="above 0"):
        ols_conley(y, x, lon, lat, cutoff_km=0)
    with pytest.raises(ValueError, match="bartlett"):
        ols_conley(y, x, lon, lat, cutoff_km=10, kernel="gaussian")  # type: ignore[arg-type]


def ring(labels: pd.Index) -> pd.DataFrame:
    return pd.DataFrame({"focal": [*labels, *labels], "neighbor": [*np.roll(labels, 1), *np.roll(labels, -1)]})


def test_labels_and_order_of_the_adjacency_do_not_matter() -> None:
    y, x, _, _ = sample()
    x = x[["constant", "a", "b"]]
    one = spatial_models(y, x, ring(x.index))
    doubled = pd.concat([ring(x.index), ring(x.index), pd.DataFrame({"focal": ["row 1"], "neighbor": ["row 1"]})])
    other = spatial_models(y, x, doubled.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(one.tests, other.tests)
    pd.testing.assert_frame_equal(one.coefficients, other.coefficients)
    halves = spatial_models(y, x, ring(x.index).assign(weight=0.5))
    pd.testing.assert_frame_equal(one.coefficients, halves.coefficients)


def test_spatial_models_refuse_what_has_no_meaning() -> None:
    y, x, _, _ = sample()
    with pytest.raises(ValueError, match="'elsewhere', which is no row"):
        spatial_models(y, x, pd.DataFrame({"focal": ["row 1"], "neighbor": ["elsewhere"]}))
    with pytest.raises(ValueError, match="58 rows have no neighbour, the first is 'row 2'"):
        spatial_models(y, x, pd.DataFrame({"focal": ["row 0", "row 1"], "neighbor": ["row 1", "row 0"]}))
    with pytest.raises(ValueError, match="missing"):
        spatial_models(y.where(y > 0), x, ring(x.index))
    with pytest.raises(ValueError, match="align"):
        spatial_models(y[1:], x, ring(x.index))


def test_nothing_is_left_to_test_in_an_exact_fit() -> None:
    _, x, _, _ = sample()
    with pytest.raises(ValueError, match="exactly"):
        spatial_models(x["a"] * 2 + 1, x, ring(x.index))


@pytest.fixture
def states() -> pd.DataFrame:
    generator = np.random.default_rng(8)
    index = pd.Index([f"{code:02d}" for code in range(1, 33)], name="cve_ent")
    border = np.append([0.0, 2.0], generator.uniform(5, 1_500, 30))
    return pd.DataFrame(
        {
            "border_km": border,
            "mexico_city_km": generator.uniform(1, 1_500, 32),
            "border_zone": np.where(border < 200, generator.uniform(size=32), 0.0),
            "lon": generator.uniform(-110, -90, 32),
            "lat": generator.uniform(16, 31, 32),
        },
        index=index,
    )


def panel(states: pd.DataFrame, years: range, *, zone: float) -> pd.DataFrame:
    """Return wages that follow the model but for noise of a state and of a year, and a common growth."""
    generator = np.random.default_rng(1)
    noise = generator.normal(0, 0.01, 32)
    logs = (
        5
        - 0.1 * np.log(states["border_km"].clip(lower=5))
        - 0.2 * np.log(states["mexico_city_km"].clip(lower=5))
        + noise
    )
    parts = []
    for year in years:
        wage = np.exp(logs + 0.04 * (year - 2015) + (zone * states["border_zone"] if year >= 2019 else 0))
        wage *= generator.lognormal(0, 0.001, 32)
        parts.append(pd.DataFrame({"cve_ent": states.index, "year": year, "wage_daily_mxn": wage.to_numpy()}))
    return pd.concat(parts, ignore_index=True)


def estimates(table: pd.DataFrame, period: str, model: str = "ols") -> pd.Series:
    rows = table[(table["period"] == period) & (table["model"] == model)]
    return rows.set_index("term")["estimate"]


def test_the_gradient_and_the_zone_are_found(states: pd.DataFrame) -> None:
    table = wage_gradient(panel(states, range(2016, 2022), zone=0.3), states)
    for period, zone in (("before", 0.0), ("after", 0.3), ("change", 0.3)):
        found = estimates(table, period)
        assert found.index.tolist() == list(TERMS)
        assert found["border_zone"] == pytest.approx(zone, abs=0.05)
        slope = (0, 0) if period == "change" else (-0.1, -0.2)
        assert found.iloc[1:3].tolist() == pytest.approx(slope, abs=0.02)
    assert estimates(table, "change")["border_zone"] == pytest.approx(0.3, abs=0.005)
    years = table.groupby("period")["years"].agg(["min", "max"])
    assert years.loc[["before", "after", "change"], "max"].tolist() == [3, 3, 6]
    assert years["min"].equals(years["max"])
    assert (table["n"] == 32).all()


def test_means_over_a_full_panel_give_the_coefficients_of_all_state_years(states: pd.DataFrame) -> None:
    wages = panel(states, range(2016, 2019), zone=0)
    wages["wage_daily_mxn"] *= np.random.default_rng(2).lognormal(0, 0.1, len(wages))
    rows = wages.join(states, on="cve_ent")
    dummies = pd.get_dummies(rows["year"]).to_numpy(float)
    x = np.column_stack(
        [dummies, np.log(rows["border_km"].clip(lower=5)), np.log(rows["mexico_city_km"].clip(lower=5)),
         rows["border_zone"]]
    )  # fmt: skip
    pooled = np.linalg.lstsq(x, np.log(rows["wage_daily_mxn"]))[0]
    assert estimates(wage_gradient(wages, states), "before").tolist()[1:] == pytest.approx(pooled[3:].tolist())


def test_columns_and_models(states: pd.DataFrame) -> None:
    table = wage_gradient(panel(states, range(2017, 2021), zone=0.3), states, cutoffs_km=(250, 500.5))
    assert table.columns.tolist() == [
        "period", "model", "term", "estimate", "std_err", "hc1", "conley_250km", "conley_500.5km", "n", "years", "r2",
        "log_likelihood", "lm_error", "lm_lag", "rlm_error", "rlm_lag", "lm_sarma", "residual_moran", "lm_error_p",
        "lm_lag_p", "rlm_error_p", "rlm_lag_p", "lm_sarma_p", "residual_moran_p",
    ]  # fmt: skip
    ols = table["model"] == "ols"
    assert table.groupby("period").size().tolist() == [14, 14, 14]
    assert table.loc[ols, ["hc1", "conley_250km", "lm_lag_p", "r2"]].notna().all(axis=None)
    assert table.loc[~ols, ["hc1", "conley_250km", "lm_lag_p", "r2"]].isna().all(axis=None)
    assert table.loc[ols, "log_likelihood"].isna().all()
    assert estimates(table, "before", "ml_lag").index.tolist() == [*TERMS, "rho"]
    assert estimates(table, "before", "ml_error").index.tolist() == [*TERMS, "lambda"]


def test_only_years_of_all_states_enter(states: pd.DataFrame) -> None:
    wages = panel(states, range(2015, 2022), zone=0.3)
    gap = wages.drop(wages[(wages["cve_ent"] == "07") & (wages["year"] == 2016)].index)
    gap.loc[(gap["cve_ent"] == "08") & (gap["year"] == 2020), "wage_daily_mxn"] = np.nan
    expected = wage_gradient(wages[~wages["year"].isin([2016, 2020])], states)
    pd.testing.assert_frame_equal(wage_gradient(gap, states), expected)
    extra = pd.concat([wages, pd.DataFrame({"cve_ent": ["99"], "year": [2015], "wage_daily_mxn": [1.0]})])
    pd.testing.assert_frame_equal(wage_gradient(extra, states), wage_gradient(wages, states))


def test_a_period_without_years_has_no_rows(states: pd.DataFrame) -> None:
    table = wage_gradient(panel(states, range(2016, 2018), zone=0), states)
    assert table["period"].unique().tolist() == ["before"]
    assert table["years"].unique().tolist() == [2]


def test_distances_start_at_the_floor(states: pd.DataFrame) -> None:
    wages = panel(states, range(2016, 2021), zone=0.3)
    at_floor = states.assign(border_km=states["border_km"].clip(lower=5.0))
    pd.testing.assert_frame_equal(wage_gradient(wages, states), wage_gradient(wages, at_floor))
    higher = wage_gradient(wages, states, floor_km=50)
    assert estimates(higher, "before").iloc[1] != estimates(wage_gradient(wages, states), "before").iloc[1]


def test_given_neighbours_are_used(states: pd.DataFrame) -> None:
    wages = panel(states, range(2016, 2021), zone=0.3)
    near, given = wage_gradient(wages, states), wage_gradient(wages, states, adjacency=ring(states.index))
    assert estimates(near, "before").equals(estimates(given, "before"))
    assert estimates(near, "before", "ml_lag")["rho"] != estimates(given, "before", "ml_lag")["rho"]


def test_bad_panels_are_refused(states: pd.DataFrame) -> None:
    wages = panel(states, range(2016, 2021), zone=0.3)
    with pytest.raises(ValueError, match="come twice"):
        wage_gradient(pd.concat([wages, wages[:1]]), states)
    with pytest.raises(ValueError, match="zero or negative"):
        wage_gradient(wages.assign(wage_daily_mxn=0.0), states)
    with pytest.raises(ValueError, match="No year"):
        wage_gradient(wages[wages["cve_ent"] != "05"], states)
    with pytest.raises(ValueError, match="No year"):
        wage_gradient(wages[:0], states)
    with pytest.raises(ValueError, match="1 states lack"):
        wage_gradient(wages, states.assign(border_km=states["border_km"].where(states.index != "04")))
    with pytest.raises(ValueError, match="1 come twice"):
        wage_gradient(wages, pd.concat([states, states[:1]]))
    with pytest.raises(ValueError, match="collinear"):
        wage_gradient(wages, states.assign(border_zone=0.0))
    with pytest.raises(ValueError, match="floor"):
        wage_gradient(wages, states, floor_km=0)
    with pytest.raises(ValueError, match="cannot carry"):
        wage_gradient(wages, states[:4])
