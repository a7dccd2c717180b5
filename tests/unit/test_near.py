"""The search for near points against measuring every pair, all over the globe."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from geo.geodesy import bands_within, count_within, distance_km, pairs_by_parts, pairs_within, sum_within


def globe(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points all over, many near the poles and near 180 degrees, some on them, some missing, some repeated."""
    rng = np.random.default_rng(seed)
    lon = np.where(rng.random(n) < 0.5, rng.uniform(-180, 180, n), 180 - rng.exponential(1.0, n))
    lon = np.where(rng.random(n) < 0.3, -lon, lon)
    lat = np.where(rng.random(n) < 0.5, rng.uniform(-90, 90, n), 90 - rng.exponential(2.0, n))
    lat = np.where(rng.random(n) < 0.3, -lat, lat)
    lon[:6], lat[:6] = [180.0, -180.0, 0.0, 12.0, -75.0, np.nan], [0.0, 0.0, 90.0, -90.0, 90.0, 5.0]
    lon[6:20], lat[6:20] = lon[20:34], lat[20:34]
    return lon, lat


@pytest.mark.parametrize("km", [0.0, 1e-6, 20.0, 600.0, 6_000.0, 19_000.0, 21_000.0])
@pytest.mark.parametrize("seed", range(3))
def test_every_pair_is_found_and_no_other(km: float, seed: int) -> None:
    lon, lat = globe(160, seed)
    to_lon, to_lat = (
        np.concatenate([mine[:80], other]) for mine, other in zip((lon, lat), globe(70, seed + 50), strict=True)
    )
    apart = distance_km(lon[:, None], lat[:, None], to_lon[None, :], to_lat[None, :])
    expected = [list(pair) for pair in np.argwhere(apart <= km)]
    i, j, found = pairs_within(lon, lat, to_lon, to_lat, km)
    assert np.column_stack([i, j]).tolist() == expected
    np.testing.assert_array_equal(found, apart[i, j])
    counts = np.where(np.isfinite(lon), (apart <= km).sum(axis=1), np.nan)
    np.testing.assert_array_equal(count_within(lon, lat, to_lon, to_lat, km), counts)
    weights = np.arange(to_lon.size) % 7.0
    np.testing.assert_array_equal(
        sum_within(lon, lat, to_lon, to_lat, km, weights),
        np.where(np.isfinite(lon), np.where(apart <= km, weights, 0.0).sum(axis=1), np.nan),
    )


def test_pairs_of_a_point_come_together_and_points_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.geodesy._CHUNK_PAIRS", 100)
    lon, lat = globe(150, 9)
    for parts in (
        [i for i, _, _ in pairs_by_parts(lon, lat, lon, lat, 2_000.0)],
        [i for i, _, _ in bands_within(lon, lat, lon, lat, [100.0, 2_000.0])],
    ):
        assert len(parts) > 10
        stretches = [(part.min(), part.max()) for part in parts if part.size]
        assert all(before[1] < after[0] for before, after in pairwise(stretches))
