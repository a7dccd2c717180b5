"""The Lorenz curve against its definition, the Gini index and sizes that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.metrics.concentration import gini
from geo.metrics.lorenz import lorenz_curve

SIZES = st.lists(st.integers(0, 50), min_size=1, max_size=40).filter(lambda sizes: sum(sizes) > 0)


@given(SIZES)
def test_the_area_under_the_curve_gives_the_gini(sizes: list[int]) -> None:
    curve = lorenz_curve(sizes)
    x, y = curve["owner_share"].to_numpy(), curve["size_share"].to_numpy()
    area = np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2)
    assert 1 - 2 * area == pytest.approx(gini(sizes), abs=1e-9)


@given(SIZES)
def test_the_curve_is_convex_below_the_diagonal_and_scale_free(sizes: list[int]) -> None:
    curve = lorenz_curve(sizes)
    x, y = curve["owner_share"].to_numpy(), curve["size_share"].to_numpy()
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert (np.diff(x) > 0).all()
    assert (y <= x + 1e-12).all()
    slopes = np.diff(y) / np.diff(x)
    assert (np.diff(slopes) > -1e-9).all()
    assert lorenz_curve([3 * size for size in sizes]).equals(curve)
    assert lorenz_curve(list(reversed(sizes))).equals(curve)


def test_corners_by_hand() -> None:
    assert lorenz_curve([4, 1, np.nan, 1, 2]).to_numpy().tolist() == [[0, 0], [0.5, 0.25], [0.75, 0.5], [1, 1]]
    assert lorenz_curve([5, 5, 5]).to_numpy().tolist() == [[0, 0], [1, 1]]
    assert lorenz_curve([0, 7]).to_numpy().tolist() == [[0, 0], [0.5, 0], [1, 1]]


@pytest.mark.parametrize("sizes", [[], [np.nan], [0, 0]])
def test_nothing_to_share_has_no_curve(sizes: list[float]) -> None:
    assert lorenz_curve(sizes).empty


@pytest.mark.parametrize("sizes", [[1, -1], [1, np.inf]])
def test_impossible_sizes_are_refused(sizes: list[float]) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        lorenz_curve(sizes)
