"""The paper's wage regression, done again from the exported CSV by other means.

Sources
-------
Coefficients, classical and HC1 errors: spreg's OLS (``robust="white"`` with n / (n - k)), which the code under test
does not use for them. Conley's errors: the definition written out as two loops over states, the great circle from the
chord between unit vectors, not the haversine. The wages are meaned again from ``wages.csv``; the regressors are taken
from ``wage_points.csv``, and their distances held against GeographicLib's own geodesic.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from spreg import OLS

from geo.export.paper_tables import PAPER_TABLES, render

TERMS = ["ln_border_km", "ln_mexico_city_km", "border_zone"]
HEADS = {"Classical error": "classical", "HC1 error": "hc1", "Conley 100 km": 100, "Conley 250 km": 250,
         "Conley 500 km": 500}  # fmt: skip


@pytest.fixture(scope="module")
def tables(built: Path) -> Path:
    return built / "tables"


def log_wages(tables: Path) -> pd.DataFrame:
    """Return mean log wages of the states by period from the exported wages."""
    wages = pd.read_csv(tables / "wages.csv", dtype={"cve_ent": str})
    derived = wages[(wages["basis"] == "derived") & wages["month"].isna()]
    logs = derived.assign(log=np.log(derived["value"]), after=derived["year"] >= 2019)
    means = logs.groupby(["cve_ent", "after"])["log"].mean().unstack()
    return pd.DataFrame({"before": means[False], "after": means[True], "change": means[True] - means[False]})


def conley(x: np.ndarray, u: np.ndarray, places: np.ndarray, cutoff_km: float) -> np.ndarray:
    lon, lat = np.radians(places).T
    on_sphere = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    meat = np.zeros((x.shape[1], x.shape[1]))
    for i in range(len(x)):
        for j in range(len(x)):
            chord = np.linalg.norm(on_sphere[i] - on_sphere[j])
            km = 2 * 6371.01 * np.arcsin(chord / 2)
            if km <= cutoff_km:
                meat += (1 - km / cutoff_km) * u[i] * u[j] * np.outer(x[i], x[j])
    bread = np.linalg.inv(x.T @ x)
    return np.sqrt(np.diag(bread @ meat @ bread))


def shown(tables: Path) -> pd.DataFrame:
    run = {"wage_gradient": pd.read_csv(tables / "wage_gradient.csv")}
    rows = list(csv.reader(io.StringIO(render(PAPER_TABLES["wage_regression"], run, "csv"))))
    end = next(at for at, row in enumerate(rows) if not any(row))
    return pd.DataFrame(rows[1:end], columns=rows[0])


@pytest.mark.filterwarnings("ignore:The inplace keyword")
@pytest.mark.parametrize("period", ["before", "after", "change"])
def test_the_paper_s_table_is_the_regression_on_the_exported_csv(tables: Path, period: str) -> None:
    points = pd.read_csv(tables / "wage_points.csv", dtype={"cve_ent": str}).query("period == @period")
    points = points.set_index("cve_ent")
    y = log_wages(tables)[period].reindex(points.index).to_numpy()
    assert points["ln_wage"].to_numpy() == pytest.approx(y, abs=1e-6)
    plain = OLS(y[:, None], points[TERMS].to_numpy(), nonspat_diag=True)
    robust = OLS(y[:, None], points[TERMS].to_numpy(), robust="white")
    x = np.column_stack([np.ones(len(y)), points[TERMS]])
    expected = {"classical": plain.std_err, "hc1": robust.std_err}
    places = points[["lon", "lat"]].to_numpy()
    expected |= {km: conley(x, plain.u.ravel(), places, km) for km in (100, 250, 500)}
    rows = shown(tables)
    rows = rows[rows["Period"] == period]
    assert rows["Estimate"].astype(float).tolist() == pytest.approx(plain.betas.ravel().tolist(), abs=1e-6)
    for head, key in HEADS.items():
        assert rows[head].astype(float).tolist() == pytest.approx(list(expected[key]), abs=1e-6)
    assert rows["R²"].astype(float).tolist() == pytest.approx([plain.r2] * 4, abs=1e-6)
    assert rows["n"].astype(int).tolist() == [32] * 4


def test_the_exported_distances_are_geodesic(tables: Path) -> None:
    points = pd.read_csv(tables / "wage_points.csv", dtype={"cve_ent": str}).query("period == 'before'")
    points = points.set_index("cve_ent")
    centre = points.loc["09"]
    for _, state in points.iterrows():
        found = Geodesic.WGS84.Inverse(state["lat"], state["lon"], centre["lat"], centre["lon"])["s12"] / 1000
        assert state["mexico_city_km"] == pytest.approx(found, abs=2e-3)
        assert state["ln_mexico_city_km"] == pytest.approx(np.log(max(found, 5)), abs=1e-5)
    line = shapely.get_coordinates(gpd.read_parquet(tables / "border.parquet").to_crs(4326).geometry.to_numpy())
    for code in ("02", "19", "31"):
        state = points.loc[code]
        about = np.hypot((line[:, 0] - state["lon"]) * 0.87, line[:, 1] - state["lat"])
        near = line[np.argsort(about)[:400]]
        found = min(Geodesic.WGS84.Inverse(state["lat"], state["lon"], lat, lon)["s12"] for lon, lat in near) / 1000
        assert state["border_km"] == pytest.approx(found, abs=0.5)
        assert state["border_km"] <= found + 1e-3


def test_the_line_and_the_adjusted_states_are_those_of_the_regression(tables: Path) -> None:
    points = pd.read_csv(tables / "wage_points.csv", dtype={"cve_ent": str})
    lines = pd.read_csv(tables / "wage_lines.csv")
    gradient = (
        pd.read_csv(tables / "wage_gradient.csv").query("model == 'ols'").set_index(["period", "term"])["estimate"]
    )
    for period, rows in points.groupby("period"):
        line = lines[lines["period"] == period]
        slope, intercept = np.polyfit(np.log(line["border_km"]), line["estimate"], 1)
        assert slope == pytest.approx(gradient[period, "ln_border_km"], abs=1e-5)
        fitted = gradient[period, "constant"] + sum(gradient[period, term] * rows[term] for term in TERMS)
        residual = rows["ln_wage"] - fitted
        apart = rows["ln_wage_adjusted"] - (intercept + slope * rows["ln_border_km"])
        assert apart.tolist() == pytest.approx(residual.tolist(), abs=2e-4)
        assert (line["low"] < line["estimate"]).all()
        assert (line["high"] > line["estimate"]).all()
        # The band is narrowest near the mean and widens to both ends.
        width = (line["high"] - line["low"]).to_numpy()
        assert 0 < width.argmin() < len(width) - 1
