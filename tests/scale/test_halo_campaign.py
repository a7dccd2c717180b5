"""A million synthetic rows: Dask on 1, 2 and 7 partitions against one table; and intervals of the sampled M."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scale_cases import (
    COUNTRY,
    PARTS,
    STUDY,
    assert_same_places,
    assert_same_tables,
    every_table,
    joined_as_one_table,
    tables_as_one,
    whole,
)

from geo.geodesy import count_within
from geo.hexagons import hexagon_graph, hexagon_of, in_rows
from geo.measures.areas import area_inputs
from geo.metrics import patterns as single
from geo.metrics.autocorrelation import hot_spots
from geo.metrics.density import kernel_density
from geo.ownership import run_controllers
from geo.scale.engine import Dask, Local
from geo.scale.neighbours import count_around, count_within_km
from geo.scale.partitions import Partitions, write_partitions
from geo.scale.patterns import kd_function, m_function, sampled_m
from geo.scale.places import PLACED, place
from geo.scale.registers import register_tables
from geo.scale.surfaces import Hills, density, hexagon_counts, hexagon_hot_spots
from geo.scale.totals import area_inputs_of
from geo.synthetic import write_register

pytestmark = pytest.mark.campaign

ROWS = 1_000_000
SYNTHETIC = STUDY.model_copy(update={"study": STUDY.study.model_copy(update={"synthetic": True})})
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(scope="module")
def million(layers: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[int, Partitions]:
    """Return a million synthetic rows in 1, 2 and 7 partitions."""
    folder = tmp_path_factory.mktemp("million")
    sources = (layers["establishments"], layers["parks"], layers["municipalities"])
    write_register(folder / "register.csv", *sources, rows=ROWS, seed=1)
    made = {}
    for parts in PARTS:
        with register_tables(folder / "register.csv", SYNTHETIC) as (tables, synthetic):
            made[parts] = write_partitions(
                tables, folder / str(parts), rows_per_partition=-(-ROWS // parts), synthetic=synthetic
            )
    return made


@pytest.fixture(scope="module")
def cluster() -> Iterator[Dask]:
    with Dask(workers=2, memory_limit="6GB") as engine:
        yield engine


@pytest.fixture(scope="module")
def synthetic(million: dict[int, Partitions], layers: dict[str, Any]) -> dict[str, Any]:
    """Return the layers with the million rows as the one table of establishments."""
    rows = whole(million[1]).assign(duplicate_of=pd.Series(pd.NA, index=range(ROWS), dtype="str"))
    points = gpd.GeoDataFrame(rows, geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326")
    return layers | {"establishments": points}


@pytest.fixture(scope="module")
def placed(
    million: dict[int, Partitions], layers: dict[str, Any], cluster: Dask, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, Partitions]:
    folder = tmp_path_factory.mktemp("placed")
    return {parts: place(made, layers, SYNTHETIC, folder / str(parts), cluster) for parts, made in million.items()}


@pytest.fixture(scope="module")
def joined(synthetic: dict[str, Any]) -> pd.DataFrame:
    return joined_as_one_table(synthetic["establishments"], synthetic)


@pytest.fixture(scope="module")
def by_area(synthetic: dict[str, Any]) -> tuple[dict[str, Any], pd.DataFrame, dict[str, pd.DataFrame]]:
    tables = tables_as_one(synthetic)
    held = run_controllers(synthetic, STUDY.parameters)
    return tables, held, every_table(area_inputs(tables, held, COUNTRY), synthetic)


@pytest.mark.parametrize("parts", PARTS)
def test_places_of_a_million_rows(placed: dict[int, Partitions], joined: pd.DataFrame, parts: int) -> None:
    assert len(placed[parts].parts) == parts
    assert_same_places(whole(placed[parts]), joined, sorted(set(PLACED) - {"cvegeo_reported"}))


@pytest.mark.parametrize("parts", PARTS)
def test_tables_by_area_of_a_million_rows(
    placed: dict[int, Partitions],
    by_area: tuple[dict[str, Any], pd.DataFrame, dict[str, pd.DataFrame]],
    layers: dict[str, Any],
    cluster: Dask,
    parts: int,
) -> None:
    tables, held, expected = by_area
    found = every_table(area_inputs_of(placed[parts], tables, held, COUNTRY, cluster), layers)
    assert_same_tables(found, expected)
    assert expected["national"]["establishments"].iloc[0] > 900_000


@pytest.fixture(scope="module")
def rows(million: dict[int, Partitions]) -> pd.DataFrame:
    return whole(million[1], ["lon", "lat", "scian"])


@pytest.mark.parametrize("parts", PARTS)
def test_counts_of_a_million_rows(
    million: dict[int, Partitions], rows: pd.DataFrame, cluster: Dask, parts: int
) -> None:
    lon, lat = rows["lon"], rows["lat"]
    some = slice(None, None, 10_000)
    found = count_within_km(million[parts], 1.0, cluster)
    assert found.index.equals(pd.RangeIndex(len(rows))) or found.index.tolist() == list(range(len(rows)))
    assert found.tolist() == (count_within(lon, lat, lon, lat, 1.0) - 1).tolist()
    around = count_around(lon[some], lat[some], million[parts], 25.0, cluster)
    np.testing.assert_array_equal(around, count_within(lon[some], lat[some], lon, lat, 25.0))


@pytest.mark.parametrize("parts", PARTS)
def test_patterns_of_a_million_rows(
    million: dict[int, Partitions], rows: pd.DataFrame, cluster: Dask, parts: int
) -> None:
    kind, near = rows["scian"].value_counts().index[100], [0.05, 0.1]
    expected = single.m_function(rows["lon"], rows["lat"], rows["scian"], np.ones(len(rows)), near)
    found = m_function(million[parts], near, cluster, types="scian")
    pd.testing.assert_series_equal(found, expected, **CLOSE)
    kept = rows[rows["scian"] == kind]
    expected = single.kd_function(kept["lon"], kept["lat"], np.ones(len(kept)), [1.0, 10.0, 40.0], weighted=False)
    found = kd_function(million[parts], [1.0, 10.0, 40.0], cluster, where={"scian": [kind]})
    pd.testing.assert_series_equal(found, expected, **CLOSE)


@pytest.mark.parametrize("parts", PARTS)
def test_surfaces_of_a_million_rows(
    million: dict[int, Partitions], rows: pd.DataFrame, cluster: Dask, parts: int
) -> None:
    lon, lat = np.meshgrid(np.arange(-117, -87, 1.0), np.arange(15, 33, 1.0))
    grid = pd.DataFrame({"lon": lon.ravel(), "lat": lat.ravel()})
    found = density(million[parts], grid, Hills(25.0), cluster)
    expected = kernel_density(rows["lon"], rows["lat"], np.ones(len(rows)), bandwidth_km=25.0, grid=grid)
    pd.testing.assert_series_equal(found, expected, **CLOSE)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs="EPSG:4326")
    counts = hexagon_of(points, spacing_km=25.0).value_counts()
    counts = counts.reindex(in_rows(list(counts.index)))
    spots = hot_spots(counts.astype(float), hexagon_graph(counts.index), permutations=999, seed=2)
    found = hexagon_hot_spots(hexagon_counts(million[parts], 25.0, cluster), permutations=999, seed=2)
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
