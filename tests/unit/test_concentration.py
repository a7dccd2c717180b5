"""Edge rules of the concentration indices, as their Notes state them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from geo.metrics.agglomeration import location_quotient
from geo.metrics.concentration import concentration_ratio, herfindahl, ownership_bounds


def test_nothing_to_measure_is_nan() -> None:
    for sizes in ([], [0.0], [float("nan")]):
        assert math.isnan(herfindahl(sizes))
        assert math.isnan(concentration_ratio(sizes, 4))
        assert all(map(math.isnan, ownership_bounds(sizes, ["a"] * len(sizes), index=herfindahl)))


def test_one_owner_is_all() -> None:
    assert herfindahl([7]) == 1
    assert math.isnan(herfindahl([7], normalized=True))
    assert concentration_ratio([7], 1) == 1


def test_all_unknown_owners_span_the_whole_interval() -> None:
    assert ownership_bounds([1, 1, 1, 1], [None] * 4, index=herfindahl) == (0.25, 1.0)


def test_unknown_sizes_are_left_out() -> None:
    bounds = ownership_bounds([2, float("nan"), 2], ["a", "a", None], index=herfindahl)
    assert bounds == (0.5, 0.5)


@pytest.mark.parametrize("sizes", [[-1.0, 2.0], [float("inf")]])
def test_impossible_sizes_are_refused(sizes: list[float]) -> None:
    for call in (
        lambda: herfindahl(sizes),
        lambda: concentration_ratio(sizes, 2),
        lambda: ownership_bounds(sizes, [None] * len(sizes), index=herfindahl),
        lambda: ownership_bounds(sizes, ["a"] + ["b"] * (len(sizes) - 1), index=herfindahl),
    ):
        with pytest.raises(ValueError, match="finite and not negative"):
            call()


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        concentration_ratio([1], 0)
    with pytest.raises(ValueError, match="2 sizes but 1 owners"):
        ownership_bounds([1, 2], ["a"], index=herfindahl)
    with pytest.raises(ValueError, match="align"):
        location_quotient(pd.Series([1]), pd.Series([1], index=[5]), national=1, national_total=1)


def test_an_area_without_plants_has_no_quotient() -> None:
    quotient = location_quotient(pd.Series([0, 1]), pd.Series([0, 2]), national=1, national_total=2)
    assert quotient.isna().tolist() == [True, False]
    assert quotient.name == "location_quotient"
