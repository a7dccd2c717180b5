"""Laws that every index of concentration obeys."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

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

SIZES = st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=60)
OWNED = st.lists(
    st.tuples(st.floats(1e-3, 1e6), st.one_of(st.none(), st.sampled_from("abcdef"))), min_size=1, max_size=60
)


@given(SIZES)
def test_herfindahl_lies_between_one_over_n_and_one(sizes: list[float]) -> None:
    index = herfindahl(sizes)
    assert 1 / len(sizes) - 1e-12 <= index <= 1 + 1e-12


@given(SIZES, st.floats(1e-6, 1e6), st.randoms())
def test_herfindahl_knows_neither_unit_nor_order(sizes: list[float], unit: float, random: object) -> None:
    shuffled = [size * unit for size in sizes]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert herfindahl(shuffled) == pytest.approx(herfindahl(sizes), rel=1e-9)


@given(st.lists(st.floats(1e-6, 1e9), min_size=2, max_size=60))
def test_merging_two_owners_never_lowers_concentration(sizes: list[float]) -> None:
    merged = [sizes[0] + sizes[1], *sizes[2:]]
    assert herfindahl(merged) >= herfindahl(sizes) - 1e-12
    assert concentration_ratio(merged, 4) >= concentration_ratio(sizes, 4) - 1e-12


@given(SIZES, st.integers(1, 70))
def test_concentration_ratio_grows_with_k_to_one(sizes: list[float], k: int) -> None:
    assert concentration_ratio(sizes, k) <= concentration_ratio(sizes, k + 1) <= 1
    assert concentration_ratio(sizes, len(sizes)) == pytest.approx(1)


@given(SIZES)
def test_an_owner_of_nothing_changes_nothing(sizes: list[float]) -> None:
    assert herfindahl([*sizes, 0.0, float("nan")]) == pytest.approx(herfindahl(sizes))


@given(OWNED)
def test_bounds_are_ordered_and_meet_when_all_is_known(owned: list[tuple[float, str | None]]) -> None:
    sizes, owners = (list(values) for values in zip(*owned, strict=True))
    low, high = ownership_bounds(sizes, owners, index=herfindahl)
    assert low <= high + 1e-12
    known = [owner or "g" for owner in owners]
    same = ownership_bounds(sizes, known, index=herfindahl)
    assert same.low == pytest.approx(same.high)
    assert low - 1e-12 <= same.low


@given(OWNED)
def test_bounds_know_no_owners_name(owned: list[tuple[float, str | None]]) -> None:
    sizes, owners = (list(values) for values in zip(*owned, strict=True))
    renamed = [None if owner is None else f"owner {ord(owner)}" for owner in owners]
    assert ownership_bounds(sizes, renamed, index=herfindahl) == pytest.approx(
        ownership_bounds(sizes, owners, index=herfindahl)
    )


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=32))
def test_location_quotients_average_to_one(areas: list[tuple[int, int]]) -> None:
    """Weighted by each area's share of all plants, the quotients of an industry average to 1."""
    local = pd.Series([min(pair) for pair in areas])
    total = pd.Series([max(pair) for pair in areas])
    quotient = location_quotient(local, total, national=local.sum(), national_total=total.sum())
    if local.sum() == 0:
        assert quotient.isna().all()
    else:
        assert float(np.average(quotient, weights=total)) == pytest.approx(1)


@given(SIZES)
def test_effective_number_lies_between_one_and_n(sizes: list[float]) -> None:
    assert 1 - 1e-9 <= effective_number(sizes) <= len(sizes) * (1 + 1e-9)


@given(SIZES, st.floats(1e-6, 1e6), st.randoms())
def test_inequality_knows_neither_unit_nor_order(sizes: list[float], unit: float, random: object) -> None:
    shuffled = [size * unit for size in sizes]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for index in (gini, mean_log_deviation, lambda values: theil(values).total):
        assert index(shuffled) == pytest.approx(index(sizes), rel=1e-9, abs=1e-12)


@given(SIZES)
def test_inequality_stays_in_its_range(sizes: list[float]) -> None:
    n = len(sizes)
    assert 0 <= gini(sizes) <= 1 - 1 / n + 1e-12
    assert 0 <= theil(sizes).total <= np.log(n) + 1e-12
    assert mean_log_deviation(sizes) >= 0


@given(st.lists(st.floats(1e-3, 1e6), min_size=2, max_size=40), st.floats(0.01, 0.49))
def test_a_gift_from_rich_to_poor_lowers_inequality(sizes: list[float], part: float) -> None:
    """Pigou and Dalton: the gift leaves the giver richer than the receiver was, and no order is turned round."""
    poor, *rest, rich = sorted(sizes)
    gift = part * (rich - poor)
    after = [poor + gift, *rest, rich - gift]
    for index in (gini, mean_log_deviation, lambda values: theil(values).total):
        assert index(after) <= index(sizes) + 1e-9


@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(1, 9)), min_size=1, max_size=20))
def test_a_weight_is_so_many_units(weighted: list[tuple[float, int]]) -> None:
    sizes, weights = (list(values) for values in zip(*weighted, strict=True))
    assert gini(sizes, weights=weights) == pytest.approx(gini(np.repeat(sizes, weights)), abs=1e-9, nan_ok=True)


@given(SIZES, st.integers(2, 5))
def test_copies_of_everybody_change_nothing(sizes: list[float], copies: int) -> None:
    assert gini(sizes * copies) == pytest.approx(gini(sizes), abs=1e-9)
    assert theil(sizes * copies).total == pytest.approx(theil(sizes).total, abs=1e-9)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.one_of(st.none(), st.sampled_from("abc"))), min_size=1, max_size=40))
def test_theil_is_between_plus_within(grouped: list[tuple[float, str | None]]) -> None:
    sizes, groups = (list(values) for values in zip(*grouped, strict=True))
    total, between, within = theil(sizes, groups=groups)
    assert between + within == pytest.approx(total, abs=1e-9, nan_ok=True)
    if not np.isnan(total):
        assert between >= 0
        assert within >= 0
        assert theil(sizes, groups=["g"] * len(sizes)).between == pytest.approx(0, abs=1e-12)
