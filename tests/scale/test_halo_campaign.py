"""A million synthetic rows: 1, 2 and 7 partitions against one table; and intervals of the sampled M, drawn often."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scale_cases import PARTS, STUDY, whole

from geo.geodesy import count_within
from geo.hexagons import hexagon_graph, hexagon_of, in_rows
from geo.metrics import patterns as single
from geo.metrics.autocorrelation import hot_spots
from geo.metrics.density import kernel_density
from geo.scale.engine import Local
from geo.scale.neighbours import count_around, count_within_km
from geo.scale.partitions import Partitions, write_partitions
from geo.scale.patterns import kd_function, m_function, sampled_m
from geo.scale.registers import register_tables
from geo.scale.surfaces import Hills, density, hexagon_counts, hexagon_hot_spots
from geo.synthetic import write_register

pytestmark = pytest.mark.campaign

ROWS = 1_000_000
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(scope="module")
def million(layers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[int, Partitions]:
    """Return a million synthetic rows in 1, 2 and 7 partitions."""
    folder = tmp_path_factory.mktemp("million")
    sources = (layers["establishments"], layers["parks"], layers["municipalities"])
    write_register(folder / "register.csv", *sources, rows=ROWS, seed=1)
    study = STUDY.model_copy(update={"study": STUDY.study.model_copy(update={"synthetic": True})})
    made = {}
    for parts in PARTS:
        with register_tables(folder / "register.csv", study) as (tables, synthetic):
            made[parts] = write_partitions(
                tables, folder / str(parts), rows_per_partition=-(-ROWS // parts), synthetic=synthetic
            )
    return made


@pytest.fixture(scope="module")
def rows(million: dict[int, Partitions]) -> pd.DataFrame:
    return whole(million[1], ["lon", "lat", "scian"])


@pytest.mark.parametrize("parts", PARTS)
def test_counts_of_a_million_rows(million: dict[int, Partitions], rows: pd.DataFrame, parts: int) -> None:
    lon, lat = rows["lon"], rows["lat"]
    some = slice(None, None, 10_000)
    found = count_within_km(million[parts], 1.0, Local())
    assert found.index.equals(pd.RangeIndex(len(rows))) or found.index.tolist() == list(range(len(rows)))
    assert found.tolist() == (count_within(lon, lat, lon, lat, 1.0) - 1).tolist()
    around = count_around(lon[some], lat[some], million[parts], 25.0, Local())
    np.testing.assert_array_equal(around, count_within(lon[some], lat[some], lon, lat, 25.0))


@pytest.mark.parametrize("parts", PARTS)
def test_patterns_of_a_million_rows(million: dict[int, Partitions], rows: pd.DataFrame, parts: int) -> None:
    kind, near = rows["scian"].value_counts().index[100], [0.05, 0.1]
    expected = single.m_function(rows["lon"], rows["lat"], rows["scian"], np.ones(len(rows)), near)
    found = m_function(million[parts], near, Local(), types="scian")
    pd.testing.assert_series_equal(found, expected, **CLOSE)
    kept = rows[rows["scian"] == kind]
    expected = single.kd_function(kept["lon"], kept["lat"], np.ones(len(kept)), [1.0, 10.0, 40.0], weighted=False)
    found = kd_function(million[parts], [1.0, 10.0, 40.0], Local(), where={"scian": [kind]})
    pd.testing.assert_series_equal(found, expected, **CLOSE)


@pytest.mark.parametrize("parts", PARTS)
def test_surfaces_of_a_million_rows(million: dict[int, Partitions], rows: pd.DataFrame, parts: int) -> None:
    import geopandas as gpd

    lon, lat = np.meshgrid(np.arange(-117, -87, 1.0), np.arange(15, 33, 1.0))
    grid = pd.DataFrame({"lon": lon.ravel(), "lat": lat.ravel()})
    found = density(million[parts], grid, Hills(25.0), Local())
    expected = kernel_density(rows["lon"], rows["lat"], np.ones(len(rows)), bandwidth_km=25.0, grid=grid)
    pd.testing.assert_series_equal(found, expected, **CLOSE)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326")
    counts = hexagon_of(points, spacing_km=25.0).value_counts()
    counts = counts.reindex(in_rows(list(counts.index)))
    spots = hot_spots(counts.astype(float), hexagon_graph(counts.index), permutations=999, seed=2)
    found = hexagon_hot_spots(hexagon_counts(million[parts], 25.0, Local()), permutations=999, seed=2)
    assert found["rows"].tolist() == counts.tolist()
    pd.testing.assert_frame_equal(found.drop(columns="rows"), spots, check_names=False)


def test_samples_of_the_shipped_establishments_hold_the_exact_m(cut: dict[int, Partitions]) -> None:
    """300 draws of 400 plants of one sector: about 95 % of their intervals hold M."""
    rows = whole(cut[2], ["sector"])
    kind = rows["sector"].value_counts().index[0]
    question = {"types": "sector", "reference": kind}
    exact = m_function(cut[2], [2.0, 10.0], Local(), **question)
    held = np.zeros(2)
    for seed in range(300):
        found = sampled_m(cut[2], [2.0, 10.0], Local(), cases=400, seed=seed, **question)
        held += ((found["low"] <= exact) & (exact <= found["high"])).to_numpy()
    assert np.all((held / 300 > 0.91) & (held / 300 < 0.98)), held / 300
