"""Values of regressions in space that other programs gave.

Sources
-------
spdep and spatialreg (R): ``gradient_r.csv``, made by ``r/gradient.R``; the R script also has Conley's covariance as two
loops over pairs.
fixest (R), tests of its Conley covariance: iris at longitudes 0, 80 and 160.
spreg: documentation of `OLS` (columbus, rook neighbours of weight 1) and of `ML_Lag`, `ML_Error` (baltim).
"""

from __future__ import annotations

import runpy
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from libpysal.examples import get_path
from libpysal.graph import Graph, read_gal
from sklearn.datasets import load_iris

from geo.metrics.gradient import Kernel, SpatialModels, ols_conley, spatial_models

HERE = Path(__file__).parent
R = pd.read_csv(HERE / "gradient_r.csv").set_index(["check", "term"])["value"]
TESTS = {"LMerr": "lm_error", "LMlag": "lm_lag", "RLMerr": "rlm_error", "RLMlag": "rlm_lag", "SARMA": "lm_sarma"}
REGRESSORS = ["constant", "ln_border_km", "ln_capital_km"]


@pytest.fixture(scope="module")
def mexico() -> pd.DataFrame:
    return pd.read_csv(HERE / "mexico_gradient.csv").set_index("state").assign(constant=1.0)


@pytest.fixture(scope="module")
def oldcol() -> tuple[pd.DataFrame, SpatialModels]:
    """Return Columbus with the neighbours of Anselin (1988), and its models."""
    shapes = gpd.read_file(get_path("columbus.shp"))
    columbus = shapes.set_index(shapes["POLYID"].astype(int)).assign(constant=1.0)
    neighbours = pd.read_csv(HERE / "columbus_neighbours.csv")
    return columbus, spatial_models(columbus["CRIME"], columbus[["constant", "INC", "HOVAL"]], neighbours)


def assert_as_in_r(models: SpatialModels, name: str, *, tolerance: float) -> None:
    for r_name, ours in TESTS.items():
        for part in ("statistic", "p"):
            assert models.tests.loc[ours, part] == pytest.approx(R[f"{name}_{r_name}", part], abs=1e-8)
    for part in ("statistic", "p"):
        assert models.tests.loc["residual_moran", part] == pytest.approx(R[f"{name}_moran", part], abs=1e-8)
    for model, rows in models.coefficients.groupby("model"):
        expected = R[f"{name}_{model}"]
        assert rows["estimate"].tolist() == pytest.approx(expected[:-1].tolist(), abs=tolerance)
        assert rows["log_likelihood"].tolist() == pytest.approx([expected["log_likelihood"]] * len(rows), abs=1e-6)


def test_columbus_as_anselin_has_it(oldcol: tuple[pd.DataFrame, SpatialModels]) -> None:
    columbus, models = oldcol
    assert_as_in_r(models, "columbus", tolerance=1e-5)
    fit = ols_conley(
        columbus["CRIME"], columbus[["constant", "INC", "HOVAL"]], columbus["X"], columbus["Y"], cutoff_km=1
    )
    assert fit.params.tolist() == pytest.approx([68.618961, -1.597311, -0.273931], abs=1e-6)
    statistics = models.tests["statistic"]
    assert statistics.iloc[:5].tolist() == pytest.approx([5.723131, 9.363684, 0.079495, 3.720048, 9.443178], abs=1e-6)
    spatial = models.coefficients.groupby("model").tail(1)
    assert spatial["estimate"].tolist() == pytest.approx([0.431023198, 0.561790224], abs=1e-6)
    assert spatial["log_likelihood"].tolist() == pytest.approx([-182.390427, -183.380469], abs=1e-6)


def test_columbus_of_spreg() -> None:
    shapes = gpd.read_file(get_path("columbus.shp")).assign(constant=1.0)
    rook = Graph.build_contiguity(shapes, rook=True).adjacency.reset_index()
    x = shapes[["constant", "INC", "CRIME"]]
    fit = ols_conley(shapes["HOVAL"], x, shapes["X"], shapes["Y"], cutoff_km=1)
    assert fit.params.tolist() == pytest.approx([46.42818268, 0.62898397, -0.48488854], abs=1e-6)
    statistics = spatial_models(shapes["HOVAL"], x, rook).tests["statistic"]
    assert statistics["lm_error"] == pytest.approx(4.150812, abs=1e-6)
    assert statistics["lm_lag"] == pytest.approx(0.982800, abs=1e-6)
    assert statistics["residual_moran"] == pytest.approx(0.203735, abs=1e-6)


def test_baltimore_of_spreg() -> None:
    shapes = gpd.read_file(get_path("baltim.shp")).assign(constant=1.0)
    shapes.index = shapes["STATION"].astype(int)
    neighbours = read_gal(get_path("baltim_q.gal")).adjacency.reset_index()[["focal", "neighbor"]].astype(int)
    models = spatial_models(shapes["PRICE"], shapes[["constant", "NROOM", "AGE", "SQFT"]], neighbours)
    lag, error = (models.coefficients.query(f"model == '{name}'") for name in ("ml_lag", "ml_error"))
    assert lag["estimate"].tolist() == pytest.approx([-6.0404, 3.48995, -0.20104, 0.65462, 0.62351], abs=1e-4)
    assert error["estimate"].tolist() == pytest.approx([19.45930, 3.98928, -0.16714, 0.57337, 0.71757], abs=1e-4)
    assert lag["log_likelihood"].iloc[0] == pytest.approx(-875.92771, abs=1e-4)
    assert error["log_likelihood"].iloc[0] == pytest.approx(-881.26941, abs=1e-4)
    assert models.tests["statistic"]["lm_lag"] == pytest.approx(101.0831, abs=1e-4)
    assert models.tests["statistic"]["lm_error"] == pytest.approx(67.4170, abs=1e-4)


@pytest.mark.parametrize(
    ("cutoff_km", "expected"), [(200, (0.764366797, 0.330984167)), (1, (0.427797453, 0.140413611))]
)
def test_conley_is_clustered_or_plain_where_fixest_says_so(cutoff_km: float, expected: tuple[float, float]) -> None:
    """Three groups far apart, each within 200 km: clustered by group; no pair within 1 km: HC0."""
    iris = load_iris().data
    x = pd.DataFrame({"constant": 1.0, "sepal_width": iris[:, 1]})
    lon, lat = np.repeat([0.0, 80.0, 160.0], 50), np.tile(np.linspace(-0.5, 0.5, 50), 3)
    fit = ols_conley(iris[:, 0], x, lon, lat, cutoff_km=cutoff_km, kernel="uniform")
    assert fit.std_err.tolist() == pytest.approx(expected, abs=1e-8)


def test_product_per_head_of_mexican_states(mexico: pd.DataFrame) -> None:
    fit = ols_conley(mexico["ln_pcgdp"], mexico[REGRESSORS], mexico["lon"], mexico["lat"], cutoff_km=300)
    assert fit.params.tolist() == pytest.approx([12.134202, -0.346616, -0.011749], abs=1e-6)
    assert fit.classical.tolist()[1:] == pytest.approx([0.143799, 0.074141], abs=1e-6)
    assert fit.hc1.tolist()[1:] == pytest.approx([0.138944, 0.119843], abs=1e-6)
    assert fit.r2 == pytest.approx(0.174358, abs=1e-6)
    published = {300: (0.140909, 0.096615), 500: (0.149337, 0.092257), 800: (0.142232, 0.086903)}
    for cutoff, expected in published.items():
        fit = ols_conley(mexico["ln_pcgdp"], mexico[REGRESSORS], mexico["lon"], mexico["lat"], cutoff_km=cutoff)
        assert fit.std_err.tolist()[1:] == pytest.approx(expected, abs=1e-4)
    models = spatial_models(mexico["ln_pcgdp"], mexico[REGRESSORS], pd.read_csv(HERE / "mexico_neighbours.csv"))
    assert_as_in_r(models, "mexico", tolerance=1e-5)
    statistic, p = models.tests["statistic"], models.tests["p"]
    assert statistic[["lm_lag", "lm_error", "residual_moran"]].tolist() == pytest.approx(
        [3.008953, 3.730419, 0.253972], abs=1e-6
    )
    assert p[["lm_lag", "lm_error"]].tolist() == pytest.approx([0.0828, 0.0534], abs=1e-4)
    spatial = models.coefficients.groupby("model").tail(1)
    assert spatial["estimate"].tolist() == pytest.approx([0.431233, 0.537788], abs=1e-5)
    assert spatial["log_likelihood"].tolist() == pytest.approx([-15.101903, -14.421314], abs=1e-6)


@pytest.mark.parametrize("kernel", ["bartlett", "uniform"])
@pytest.mark.parametrize("cutoff_km", [300, 500, 800])
def test_conley_as_two_loops_in_r(mexico: pd.DataFrame, kernel: Kernel, cutoff_km: float) -> None:
    fit = ols_conley(
        mexico["ln_pcgdp"], mexico[REGRESSORS], mexico["lon"], mexico["lat"], cutoff_km=cutoff_km, kernel=kernel
    )
    variance = R[f"mexico_{kernel}_{cutoff_km}"]
    assert np.diag(fit.covariance).tolist() == pytest.approx(variance.tolist(), rel=1e-8)
    assert fit.hc1.tolist() == pytest.approx(R["mexico_hc1"].tolist(), rel=1e-8)


def test_the_mexican_example_is_libpysals(mexico: pd.DataFrame) -> None:
    states, neighbours = runpy.run_path(str(HERE / "mexico_gradient.py"))["tables"]()
    pd.testing.assert_frame_equal(states.set_index("state"), mexico.drop(columns="constant"), rtol=1e-9)
    assert len(neighbours) == len(pd.read_csv(HERE / "mexico_neighbours.csv"))
