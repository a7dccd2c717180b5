"""Halos and counts within a distance over partitions against one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from halo_cases import clusters, partitioned
from scale_cases import PARTS, whole

from geo._ellipsoid import degrees_around
from geo.geodesy import GEOD, count_within, distance_km
from geo.join import coordinates
from geo.scale.engine import Local
from geo.scale.halo import windows_around, with_halo
from geo.scale.neighbours import count_around, count_within_km
from geo.scale.partitions import Partitions


def world(n: int, seed: int) -> pd.DataFrame:
    """Return points all over, many near the poles and near 180 degrees, some on them."""
    rng = np.random.default_rng(seed)
    lon = np.where(rng.random(n) < 0.5, rng.uniform(-180, 180, n), 180 - rng.exponential(2.0, n))
    lon = np.where(rng.random(n) < 0.3, -lon, lon)
    lat = np.where(rng.random(n) < 0.5, rng.uniform(-90, 90, n), 90 - rng.exponential(3.0, n))
    lat = np.where(rng.random(n) < 0.3, -lat, lat)
    lon[:4], lat[:4] = [180.0, -180.0, 0.0, 12.0], [10.0, 10.0, 90.0, -90.0]
    return pd.DataFrame({"lon": lon, "lat": lat})


@pytest.mark.parametrize("km", [0.0, 30.0, 400.0, 3_000.0])
def test_a_halo_holds_every_row_within_the_distance(tmp_path: Path, km: float) -> None:
    rows = world(600, seed=int(km))
    given = partitioned(rows, tmp_path, 7)
    for i in range(7):
        own, neighbours = with_halo(given, i, km, [])
        assert not neighbours["row_id"].duplicated().any()
        assert not neighbours["row_id"].isin(own["row_id"]).any()
        others = rows.drop(own["row_id"])
        near = count_within(others["lon"], others["lat"], own["lon"], own["lat"], km) > 0
        assert set(others.index[near]) <= set(neighbours["row_id"])


def test_windows_hold_points_just_within_the_distance() -> None:
    rng = np.random.default_rng(5)
    rows = world(2_000, seed=6)
    km = 10 ** rng.uniform(-3, 4, len(rows))
    for lon, lat, reach, turn in zip(rows["lon"], rows["lat"], km, rng.uniform(0, 360, len(rows)), strict=True):
        to_lon, to_lat, _ = GEOD.fwd(lon, lat, turn, 1000.0 * reach)
        assert any(
            west <= to_lon <= east and south <= to_lat <= north
            for west, south, east, north in windows_around(np.array([lon]), np.array([lat]), reach)
        )


def test_windows_are_not_much_wider_than_the_distance() -> None:
    west, south, east, north = degrees_around(-100.0, 25.0, -100.0, 25.0, 50_000.0)
    assert distance_km(-100.0, 25.0, east, 25.0) == pytest.approx(50.0, rel=0.01)
    assert distance_km(-100.0, 25.0, -100.0, north) == pytest.approx(50.0, rel=0.01)
    assert distance_km(-100.0, 25.0, west, south) < 72.0


@pytest.mark.parametrize("parts", PARTS)
def test_shipped_establishments_have_the_same_neighbours(cut: dict[int, Partitions], parts: int) -> None:
    rows = whole(cut[parts], ["lon", "lat"])
    expected = count_within(rows["lon"], rows["lat"], rows["lon"], rows["lat"], 25.0) - 1
    assert count_within_km(cut[parts], 25.0, Local()).tolist() == expected.tolist()


@pytest.mark.parametrize("parts", PARTS)
def test_counts_around_the_globe(tmp_path: Path, parts: int) -> None:
    rows = world(800, seed=1)
    found = count_within_km(partitioned(rows, tmp_path, parts), 500.0, Local())
    expected = count_within(rows["lon"], rows["lat"], rows["lon"], rows["lat"], 500.0) - 1
    assert found.index.tolist() == list(range(800))
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("parts", PARTS)
def test_parks_have_the_same_establishments_around(
    cut: dict[int, Partitions], layers: dict[str, Any], parts: int
) -> None:
    lon, lat = coordinates(layers["parks"])
    rows = whole(cut[parts], ["lon", "lat", "sector"])
    found = count_around(lon, lat, cut[parts], 25.0, Local())
    np.testing.assert_array_equal(found, count_within(lon, lat, rows["lon"], rows["lat"], 25.0))
    some = rows["sector"].value_counts().index[:2].tolist()
    kept = rows[rows["sector"].isin(some)]
    found = count_around(lon, lat, cut[parts], 25.0, Local(), where={"sector": some})
    np.testing.assert_array_equal(found, count_within(lon, lat, kept["lon"], kept["lat"], 25.0))


@pytest.mark.parametrize("parts", PARTS)
def test_others_may_be_other_partitions_or_some_rows(tmp_path: Path, parts: int) -> None:
    rows, others = clusters(500, seed=1), clusters(300, seed=2)
    given, of = partitioned(rows, tmp_path, parts), partitioned(others, tmp_path / "of", 3)
    found = count_within_km(given, 40.0, Local(), of)
    expected = count_within(rows["lon"], rows["lat"], others["lon"], others["lat"], 40.0)
    assert found.tolist() == expected.tolist()
    kept = rows[rows["kind"] == "a"]
    found = count_within_km(given, 40.0, Local(), where={"kind": ["a"]})
    expected = count_within(rows["lon"], rows["lat"], kept["lon"], kept["lat"], 40.0) - (rows["kind"] == "a")
    assert found.tolist() == expected.tolist()


def test_many_rows_at_one_place_cost_little(tmp_path: Path) -> None:
    """100,000 rows at two places 1 km apart: ten thousand million pairs, none of which is made."""
    n = 100_000
    rows = pd.DataFrame({"lon": np.full(n, -100.0), "lat": np.where(np.arange(n) % 4 == 0, 25.01, 25.0)})
    given = partitioned(rows, tmp_path, 3)
    assert set(count_within_km(given, 0.5, Local())) == {n // 4 - 1, 3 * n // 4 - 1}
    assert set(count_within_km(given, 5.0, Local())) == {n - 1}


def test_a_part_without_rows_counts_nothing(tmp_path: Path) -> None:
    nobody = partitioned(pd.DataFrame({"lon": [], "lat": []}), tmp_path, 1)
    assert nobody.rows == 0
    assert count_within_km(nobody, 5.0, Local()).empty
    assert count_around([-100.0, np.nan], [25.0, 25.0], nobody, 5.0, Local()).tolist()[:1] == [0.0]
    rows = clusters(50, seed=3)
    assert count_within_km(partitioned(rows, tmp_path, 2), 5.0, Local(), nobody).eq(0).all()


def test_wrong_questions_are_refused(tmp_path: Path) -> None:
    given = partitioned(clusters(50, seed=3), tmp_path, 2)
    for km in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="0 or more"):
            count_within_km(given, km, Local())
    with pytest.raises(ValueError, match="no column owner"):
        count_around([-100.0], [25.0], given, 5.0, Local(), where={"owner": ["x"]})
