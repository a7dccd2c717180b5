"""What is true of distances on the ellipsoid whatever the points."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.geodesy import (
    GEOD,
    PolylineIndex,
    chainage,
    count_within,
    distance_km,
    line_length_km,
    nearest,
    pairs_within,
)

# Millionths of a degree, about 0.1 m: coincident points come up, subnormal differences do not.
lon = st.integers(-180_000_000, 180_000_000).map(lambda value: value / 1e6)
lat = st.integers(-90_000_000, 90_000_000).map(lambda value: value / 1e6)
point = st.tuples(lon, lat)
# A country's span, in which lines are exact to well under a millimetre.
near_lon = st.integers(-118_000_000, -86_000_000).map(lambda value: value / 1e6)
near_lat = st.integers(14_000_000, 33_000_000).map(lambda value: value / 1e6)
near_point = st.tuples(near_lon, near_lat)
near_points = st.lists(near_point, min_size=1, max_size=12)
lines = st.lists(near_point, min_size=2, max_size=8).filter(lambda vertices: len(set(vertices)) > 1)

MILLIMETRE = 1e-6
fast = settings(deadline=None, max_examples=60)


def columns(points: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([x for x, _ in points]), np.array([y for _, y in points])


@fast
@given(point, point)
def test_there_is_as_far_as_back(one: tuple[float, float], other: tuple[float, float]) -> None:
    there, back = float(distance_km(*one, *other)), float(distance_km(*other, *one))
    assert there == pytest.approx(back, abs=MILLIMETRE)
    assert there >= 0.0
    assert float(distance_km(*one, *one)) == 0.0


@fast
@given(point, point, point)
def test_no_detour_is_shorter(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> None:
    assert distance_km(*a, *c) <= distance_km(*a, *b) + distance_km(*b, *c) + MILLIMETRE


@fast
@given(st.lists(point, min_size=1, max_size=12), st.lists(point, min_size=1, max_size=12))
def test_nearest_is_the_least_of_all(points: list[tuple[float, float]], targets: list[tuple[float, float]]) -> None:
    (x, y), (to_x, to_y) = columns(points), columns(targets)
    every = distance_km(x[:, None], y[:, None], to_x, to_y)
    index, km = nearest(x, y, to_x, to_y)
    assert np.array_equal(km, every.min(axis=1))
    assert np.array_equal(index, every.argmin(axis=1))


@fast
@given(
    st.lists(point, min_size=1, max_size=12),
    st.lists(point, min_size=1, max_size=12),
    st.floats(0.0, 21_000.0),
)
def test_pairs_are_all_that_are_near(
    points: list[tuple[float, float]], targets: list[tuple[float, float]], km: float
) -> None:
    (x, y), (to_x, to_y) = columns(points), columns(targets)
    every = distance_km(x[:, None], y[:, None], to_x, to_y)
    i, j, apart = pairs_within(x, y, to_x, to_y, km)
    assert list(zip(i, j, strict=True)) == list(zip(*np.nonzero(every <= km), strict=True))
    assert np.array_equal(apart, every[i, j])
    assert np.array_equal(count_within(x, y, to_x, to_y, km), (every <= km).sum(axis=1))


@fast
@given(lines, near_points)
def test_a_line_is_no_further_than_its_vertices(
    vertices: list[tuple[float, float]], points: list[tuple[float, float]]
) -> None:
    (x, y), (line_x, line_y) = columns(points), columns(vertices)
    found = PolylineIndex(shapely.LineString(vertices)).locate(x, y)
    every = distance_km(x[:, None], y[:, None], line_x, line_y)
    assert np.all(found.km <= every.min(axis=1) + MILLIMETRE)
    legs = distance_km(line_x[:-1], line_y[:-1], line_x[1:], line_y[1:])
    assert np.all(found.km >= ((every[:, :-1] + every[:, 1:] - legs) / 2.0).min(axis=1) - MILLIMETRE)


@fast
@given(lines, near_points)
def test_chainage_stays_on_the_line(vertices: list[tuple[float, float]], points: list[tuple[float, float]]) -> None:
    line = shapely.LineString(vertices)
    x, y = columns(points)
    along_km, offset_km = chainage(line, x, y)
    assert np.all((along_km >= 0.0) & (along_km <= line_length_km(line) + MILLIMETRE))
    found = PolylineIndex(line).locate(x, y)
    assert np.array_equal(offset_km, distance_km(x, y, found.foot_lon, found.foot_lat))
    again, off = chainage(line, found.foot_lon, found.foot_lat)
    assert np.all(off < MILLIMETRE)
    assert np.all(again <= along_km + 0.001)


@fast
@given(lines, near_points, st.integers(2, 5))
def test_cutting_the_legs_changes_nothing(
    vertices: list[tuple[float, float]], points: list[tuple[float, float]], parts: int
) -> None:
    """A line with further vertices on its own geodesics is the same line."""
    finer = [vertices[0]]
    for (x0, y0), (x1, y1) in pairwise(vertices):
        finer += [*GEOD.npts(x0, y0, x1, y1, parts), (x1, y1)]
    x, y = columns(points)
    whole = PolylineIndex(shapely.LineString(vertices)).locate(x, y)
    cut = PolylineIndex(shapely.LineString(finer)).locate(x, y)
    assert whole.km == pytest.approx(cut.km, abs=MILLIMETRE)
