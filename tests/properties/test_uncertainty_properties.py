"""Laws of moved points and their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geodesy import distance_km
from geo.metrics.uncertainty import interval, jitter

POINTS = st.lists(st.tuples(st.floats(-118, -86), st.floats(14, 33), st.floats(0, 20_000)), min_size=1, max_size=20)
SEEDS = st.integers(0, 2**31)


@settings(deadline=None, max_examples=25, derandomize=True)
@given(POINTS, SEEDS)
def test_nine_of_ten_lie_within_the_radius(points: list[tuple[float, float, float]], seed: int) -> None:
    lon, lat, error = map(np.array, zip(*points, strict=True))
    error = error + 1.0
    moved = jitter(lon, lat, error, replicas=400, seed=seed)
    apart = 1000 * distance_km(np.tile(lon, (400, 1)), np.tile(lat, (400, 1)), *moved)
    inside = np.mean(apart <= error)
    assert abs(inside - 0.9) <= 5 * np.sqrt(0.09 / apart.size)


@settings(deadline=None, max_examples=50)
@given(POINTS, SEEDS, st.integers(1, 30))
def test_intervals_are_ordered(points: list[tuple[float, float, float]], seed: int, replicas: int) -> None:
    lon, lat, error = map(np.array, zip(*points, strict=True))
    table = interval(lambda x, y: pd.Series(x * y), lon, lat, error, replicas=replicas, seed=seed)
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()
    assert (table["defined_share"] == 1).all()


@settings(deadline=None, max_examples=50)
@given(POINTS, SEEDS)
def test_a_larger_error_widens_the_interval(points: list[tuple[float, float, float]], seed: int) -> None:
    lon, lat, error = map(np.array, zip(*points, strict=True))
    narrow, wide = (
        interval(lambda x, y: pd.Series(y), lon, lat, factor * (error + 10), replicas=20, seed=seed)
        for factor in (1, 10)
    )
    assert ((wide["high"] - wide["low"]) >= (narrow["high"] - narrow["low"])).all()
