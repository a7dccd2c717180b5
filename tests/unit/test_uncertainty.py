"""Moves of points within their errors, and the interval of an index over them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo.geodesy import distance_km
from geo.metrics.uncertainty import interval, jitter

LON, LAT, ERROR = np.array([-106.42, -100.3, -99.1]), np.array([31.69, 25.7, 19.4]), np.array([500.0, 3000.0, 10_000.0])


def moved_m(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return 1000 * distance_km(np.broadcast_to(LON, lon.shape), np.broadcast_to(LAT, lat.shape), lon, lat)


def test_nine_of_ten_replicas_lie_within_the_error() -> None:
    lon, lat = jitter(LON, LAT, ERROR, replicas=20_000, seed=4)
    assert lon.shape == lat.shape == (20_000, 3)
    assert np.mean(moved_m(lon, lat) <= ERROR, axis=0) == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 20_000))


def test_the_mean_move_is_that_of_a_normal_error() -> None:
    """For a standard deviation of 5 km in each direction: 5 km times the root of pi / 2, 6.27 km."""
    error = 5_000 * np.sqrt(2 * np.log(10))
    lon, lat = jitter(LON, LAT, error, replicas=20_000, seed=4)
    assert moved_m(lon, lat).mean() == pytest.approx(6_267, rel=0.01)


def test_moves_have_no_direction() -> None:
    lon, lat = jitter(LON, LAT, ERROR, replicas=20_000, seed=4)
    east, north = (lon - LON) * np.cos(np.radians(LAT)) * 111_320, (lat - LAT) * 110_900
    scale = ERROR / np.sqrt(2 * np.log(10))
    for axis in (east, north):
        assert np.abs(axis.mean(axis=0) / scale) == pytest.approx(0, abs=4 / np.sqrt(20_000))
        assert axis.std(axis=0) / scale == pytest.approx(1, abs=0.02)


def test_a_missing_point_stays_missing_and_an_exact_one_stays() -> None:
    lon, lat = jitter([*LON, np.nan, -99.0], [*LAT, 20.0, 20.0], [*ERROR, np.nan, 0.0], replicas=5, seed=1)
    assert np.isnan(lon[:, 3]).all()
    assert np.isnan(lat[:, 3]).all()
    assert (lon[:, 4] == -99.0).all()
    assert (lat[:, 4] == 20.0).all()


def test_the_seed_decides() -> None:
    one, again, other = (jitter(LON, LAT, ERROR, replicas=3, seed=seed) for seed in (1, 1, 2))
    assert (one.lon == again.lon).all()
    assert (one.lon != other.lon).all()
    doubled = jitter(LON, LAT, 2 * ERROR, replicas=3, seed=1)
    assert moved_m(*doubled) == pytest.approx(2 * moved_m(*one), rel=1e-6)


def test_points_at_one_place_move_apart() -> None:
    lon, _ = jitter([-100, -100], [25, 25], 1000, replicas=1, seed=1)
    assert lon[0, 0] != lon[0, 1]


def test_no_point_and_one_point() -> None:
    assert jitter([], [], [], replicas=2, seed=1).lon.shape == (2, 0)
    assert jitter(-100, 25, 100, replicas=2, seed=1).lon.shape == (2, 1)


@pytest.mark.parametrize(
    ("lon", "lat", "error", "replicas", "message"),
    [
        ([-100.0], [25.0], [np.nan], 1, "no error"),
        ([-100.0], [25.0], [-1.0], 1, "negative"),
        ([-100.0], [25.0], [np.inf], 1, "infinite"),
        ([-100.0], [25.0, 26.0], [1.0], 1, "one of each"),
        ([-100.0], [25.0], [1.0, 2.0], 1, "one of each"),
        ([-100.0], [25.0], [1.0], 0, "1 or more"),
    ],
)
def test_what_cannot_be_moved_is_refused(
    lon: list[float], lat: list[float], error: list[float], replicas: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        jitter(lon, lat, error, replicas=replicas, seed=1)


def test_interval_is_over_the_replicas_of_jitter() -> None:
    replicas = jitter(LON, LAT, ERROR, replicas=200, seed=9)
    table = interval(lambda lon, lat: pd.Series(lat, index=list("abc")), LON, LAT, ERROR, replicas=200, seed=9)
    assert table.index.tolist() == list("abc")
    assert table.columns.tolist() == ["low", "median", "high", "defined_share"]
    expected = np.quantile(replicas.lat, [0.05, 0.5, 0.95], axis=0).T
    assert table[["low", "median", "high"]].to_numpy() == pytest.approx(expected)


def test_interval_of_a_number_and_of_a_table() -> None:
    number = interval(lambda lon, lat: float(lat.max()), LON, LAT, ERROR, replicas=50, seed=1)
    assert number.index.tolist() == ["value"]
    table = interval(
        lambda lon, lat: pd.DataFrame({"lon": lon, "lat": lat}, index=[3, 1, 2]), LON, LAT, ERROR, replicas=50, seed=1
    )
    assert table.index.tolist() == [3, 1, 2]
    assert table.columns.tolist() == [
        f"{name}_{end}" for name in ("lon", "lat") for end in ("low", "median", "high", "defined_share")
    ]
    assert number["median"].iloc[0] == table["lat_median"].max()


def test_a_value_missing_in_some_replicas_is_counted() -> None:
    def north(lon: np.ndarray, lat: np.ndarray) -> pd.Series:
        return pd.Series([np.nan, 1.0 if lat[0] > LAT[0] else np.nan, 2.0])

    table = interval(north, LON, LAT, ERROR, replicas=400, seed=1)
    assert table["defined_share"].tolist() == [0, pytest.approx(0.5, abs=0.1), 1]
    assert table["median"].isna().tolist() == [True, False, False]
    assert table["low"].tolist()[1:] == [1, 2]


def test_interval_of_exact_points_is_the_value() -> None:
    table = interval(lambda lon, lat: pd.Series(lon + lat), LON, LAT, 0, replicas=3, seed=1)
    assert (table["low"] == LON + LAT).all()
    assert (table["high"] == LON + LAT).all()


def test_rows_that_change_are_refused() -> None:
    def unsteady(lon: np.ndarray, lat: np.ndarray) -> pd.Series:
        return pd.Series(lon[lat > LAT])

    with pytest.raises(ValueError, match="same rows"):
        interval(unsteady, LON, LAT, ERROR, replicas=20, seed=1)
