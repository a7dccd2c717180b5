"""Published values of Gini's and Theil's indices, and the package `inequality` beside ours.

Sources: REAT (R) documentation (examples of Doersam 2004; product of the German Länder of 2015; spatial Gini of five
regions); libpysal's example `mexico` (Rey and Sastré-Gutiérrez 2010), documented in PySAL.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from inequality.gini import Gini
from inequality.theil import Theil as PysalTheil
from inequality.theil import TheilD
from libpysal.examples import get_path

from geo.metrics.concentration import effective_number, gini, herfindahl, mean_log_deviation, theil

YEARS = range(1940, 2001, 10)
GERMAN_GDP = [
    460.69, 549.19, 124.16, 65.29, 31.59, 109.27, 263.44, 39.87,
    258.53, 645.59, 131.95, 35.03, 112.66, 56.22, 85.61, 56.81,
]  # fmt: skip


@pytest.fixture(scope="module")
def mexico() -> pd.DataFrame:
    return pd.read_csv(get_path("mexico.csv"))


def test_reat_sales() -> None:
    sales = [20, 50, 20, 10]
    assert effective_number(sales) == pytest.approx(2.941176, abs=1e-6)
    assert gini(sales) == pytest.approx(0.3, abs=1e-9)
    assert gini(sales) * 4 / 3 == pytest.approx(0.4, abs=1e-9)


def test_reat_income_classes() -> None:
    income, people = [500, 1500, 2500, 4000, 7500, 15000], [1000, 1200, 1600, 400, 200, 600]
    assert gini(income, weights=people) == pytest.approx(0.5278261, abs=1e-6)
    assert gini(np.repeat(income, people)) == pytest.approx(0.5278261, abs=1e-6)


def test_reat_german_laender() -> None:
    assert herfindahl(GERMAN_GDP) == pytest.approx(0.125176299, abs=1e-8)
    assert gini(GERMAN_GDP) == pytest.approx(0.500934846, abs=1e-8)


def test_reat_theil_is_the_mean_log_deviation() -> None:
    assert mean_log_deviation([10, 10, 10, 20, 50]) == pytest.approx(0.2326302, abs=1e-7)


def test_reat_gini_of_regional_concentration() -> None:
    """REAT's `gini.conc` is the Gini of location quotients."""
    industry, total = np.array([500, 500, 1000, 7000, 1000]), np.array([20000, 15000, 20000, 40000, 5000])
    assert gini(industry / total) == pytest.approx(0.4068966, abs=1e-7)


def test_theil_of_mexican_states(mexico: pd.DataFrame) -> None:
    total = [0.20894344, 0.15222451, 0.10472941, 0.10194725, 0.09560113, 0.10511256, 0.10660832]
    between = [0.0345889, 0.02816853, 0.05260921, 0.05931219, 0.03205257, 0.02963731, 0.03635872]
    parts = [theil(mexico[f"pcgdp{year}"], groups=mexico["hanson98"]) for year in YEARS]
    assert [part.total for part in parts] == pytest.approx(total, abs=1e-7)
    assert [part.between for part in parts] == pytest.approx(between, abs=1e-7)
    assert parts[-1].between / parts[-1].total == pytest.approx(0.34105, abs=1e-5)


def test_gini_of_mexican_states(mexico: pd.DataFrame) -> None:
    assert gini(mexico["pcgdp1940"]) == pytest.approx(0.35372371, abs=1e-8)
    assert gini(mexico["pcgdp2000"]) == pytest.approx(0.25811308, abs=1e-8)


@pytest.mark.parametrize("year", YEARS)
def test_inequality_gives_the_same(mexico: pd.DataFrame, year: int) -> None:
    product, regions = mexico[f"pcgdp{year}"].to_numpy(float), mexico["hanson98"].to_numpy()
    ours, theirs = theil(product, groups=regions), TheilD(product, regions)
    assert ours.total == pytest.approx(PysalTheil(product).T, abs=1e-9)
    assert ours.between == pytest.approx(float(theirs.bg[0]), abs=1e-9)
    assert ours.within == pytest.approx(float(theirs.wg[0]), abs=1e-9)
    assert gini(product) == pytest.approx(Gini(product).g, abs=1e-12)
