"""Edge rules of the concentration indices, as their Notes state them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from geo.metrics.agglomeration import location_quotient
from geo.metrics.concentration import (
    concentration_ratio,
    effective_number,
    gini,
    herfindahl,
    mean_log_deviation,
    ownership_bounds,
    theil,
)


def test_nothing_to_measure_is_nan() -> None:
    for sizes in ([], [0.0], [float("nan")]):
        assert math.isnan(herfindahl(sizes))
        assert math.isnan(concentration_ratio(sizes, 4))
        assert math.isnan(effective_number(sizes))
        assert math.isnan(gini(sizes))
        assert math.isnan(mean_log_deviation(sizes))
        assert all(map(math.isnan, theil(sizes)))
        assert all(map(math.isnan, theil(sizes, groups=["g"] * len(sizes))))
        assert all(map(math.isnan, ownership_bounds(sizes, ["a"] * len(sizes), index=herfindahl)))


def test_one_owner_is_all() -> None:
    assert herfindahl([7]) == 1
    assert math.isnan(herfindahl([7], normalized=True))
    assert concentration_ratio([7], 1) == 1
    assert effective_number([7]) == 1
    assert gini([7]) == 0
    assert gini([7], weights=[3]) == 0
    assert mean_log_deviation([7]) == 0
    assert theil([7], groups=["g"]) == (0, 0, 0)


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
        lambda: effective_number(sizes),
        lambda: gini(sizes),
        lambda: gini([1.0] * len(sizes), weights=sizes),
        lambda: mean_log_deviation(sizes),
        lambda: theil(sizes),
        lambda: theil(sizes, groups=["g"] * len(sizes)),
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
    with pytest.raises(ValueError, match="2 sizes but 1 weights"):
        gini([1, 2], weights=[1])
    with pytest.raises(ValueError, match="2 sizes but 1 groups"):
        theil([1, 2], groups=["a"])
    with pytest.raises(ValueError, match="align"):
        location_quotient(pd.Series([1]), pd.Series([1], index=[5]), national=1, national_total=1)


def test_an_area_without_plants_has_no_quotient() -> None:
    quotient = location_quotient(pd.Series([0, 1]), pd.Series([0, 2]), national=1, national_total=2)
    assert quotient.isna().tolist() == [True, False]
    assert quotient.name == "location_quotient"


def test_zero_is_inequality_to_gini_and_theil_but_no_owner_to_herfindahl() -> None:
    assert gini([0, 0, 0, 1]) == pytest.approx(3 / 4)
    assert theil([0, 0, 0, 1]).total == pytest.approx(math.log(4))
    assert mean_log_deviation([0, 1]) == math.inf
    assert effective_number([0, 0, 0, 1]) == 1


def test_missing_sizes_weights_and_groups_are_left_out() -> None:
    nan = float("nan")
    assert gini([1, nan, 3, 8], weights=[1, 1, 1, nan]) == pytest.approx(gini([1, 3]))
    assert gini([1, 3, 8], weights=[1, 1, 0]) == pytest.approx(gini([1, 3]))
    assert theil([1, nan, 3, 8], groups=["a", "a", "b", None]) == pytest.approx(theil([1, 3], groups=["a", "b"]))
    assert mean_log_deviation([1, nan, 3]) == pytest.approx(mean_log_deviation([1, 3]))


def test_theil_without_groups_has_no_parts() -> None:
    total, between, within = theil([1, 3])
    assert total == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    assert math.isnan(between)
    assert math.isnan(within)


def test_theil_parts_by_hand() -> None:
    """Groups (1, 1) and (4, 4) differ in their means alone, groups (1, 4) and (1, 4) within alone."""
    total = 0.2 * math.log(0.4) + 0.8 * math.log(1.6)
    assert theil([1, 1, 4, 4], groups=["a", "a", "b", "b"]) == pytest.approx((total, total, 0))
    assert theil([1, 1, 4, 4], groups=["a", "b", "a", "b"]) == pytest.approx((total, 0, total))


def test_a_group_that_holds_nothing_is_a_group() -> None:
    parts = theil([0, 0, 3, 3], groups=["a", "a", "b", "b"])
    assert parts == pytest.approx((math.log(2), math.log(2), 0))
