"""Local ownership: the worked numbers and the edge rules, as its Notes state them."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from geo.metrics.concentration import local_ownership
from geo.metrics.local_ownership import COLUMNS

# Two cities of four parks each, 700 km apart; parks of a city are within a kilometre.
LON = np.array([-106.40, -106.401, -106.402, -106.403, -100.30, -100.301, -100.302, -100.303])
LAT = np.array([31.70] * 4 + [25.70] * 4)
OWNERS = np.array(list("aaabcdef"), dtype=object)
KNOWN = ["hhi", "floor", "expected", "excess", "p"]


def local(owners: object = OWNERS, **changes: object) -> pd.DataFrame:
    options = {"bandwidth_km": 25.0, "kernel": "uniform", "permutations": 199, "seed": 1} | changes
    return local_ownership(LON, LAT, owners, **options)  # type: ignore[arg-type]


def test_four_parks_of_which_three_have_one_owner() -> None:
    """H = (9 + 1) / 16, F = 1/4, pi = 3 * 2 / (8 * 7)."""
    row = local().iloc[0]
    pi = 6 / 56
    assert row["hhi"] == pytest.approx(10 / 16)
    assert row["floor"] == pytest.approx(1 / 4)
    assert row["effective_parks"] == pytest.approx(4)
    assert row["expected"] == pytest.approx(1 / 4 + 3 / 4 * pi)
    assert row["excess"] == pytest.approx(((10 / 16 - 1 / 4) / (3 / 4) - pi) / (1 - pi))
    assert row[["known_share", "hhi_low", "hhi_high"]].tolist() == pytest.approx([1, 10 / 16, 10 / 16])
    assert local().columns.tolist() == list(COLUMNS)


def test_p_is_the_share_of_arrangements_as_far_from_the_mean() -> None:
    """All 56 ways to place the three parks of a, counted by hand, against 9,999 random ones."""
    arrangements = list(itertools.combinations(range(8), 3))
    inside = np.array([sum(site < 4 for site in sites) for sites in arrangements])
    hhi = (inside**2 + (4 - inside)) / 16
    extreme = np.mean(np.abs(hhi - hhi.mean()) >= abs(10 / 16 - hhi.mean()) - 1e-9)
    measured = local(permutations=9_999)
    assert measured["expected"].iloc[0] == pytest.approx(hhi.mean())
    assert measured["p"].iloc[0] == pytest.approx(extreme, abs=0.01)


def test_gaussian_weights_by_hand() -> None:
    lon, lat = np.array([-100.0, -99.9, -99.8, -99.7]), np.full(4, 0.0)
    kernel = np.exp(-0.5 * (np.abs(lon[0] - lon) * 111.319490793 / 20) ** 2) * np.array([1.0, 2.0, 3.0, 4.0])
    weight = kernel / kernel.sum()
    row = local_ownership(lon, lat, list("abab"), [1, 2, 3, 4], bandwidth_km=20, permutations=0).iloc[0]
    assert row["effective_parks"] == pytest.approx(1 / np.sum(weight**2))
    assert row["hhi"] == pytest.approx((weight[0] + weight[2]) ** 2 + (weight[1] + weight[3]) ** 2)
    assert np.isnan(row["p"])


def test_gaussian_ends_at_three_bandwidths() -> None:
    lon = np.array([-100.0, -99.999, -99.998, -99.997, -99.73, -99.72])  # the last two 30.06 and 31.2 km away
    near = local_ownership(lon, np.zeros(6), list("abcdaa"), bandwidth_km=10, permutations=0)
    assert near["effective_parks"].iloc[0] == pytest.approx(4, abs=1e-4)
    assert near["hhi"].iloc[0] == pytest.approx(near["floor"].iloc[0])


def test_unknown_owners_widen_the_interval_and_leave_the_test() -> None:
    owners = np.array(["a", "a", "b", "c", "a", "b", None, None], dtype=object)
    first, last = local(owners).iloc[[0, 7]].to_dict("records")
    assert first["known_share"] == 1
    assert first["hhi_low"] == first["hhi_high"] == first["hhi"] == pytest.approx(6 / 16)
    assert first["expected"] == pytest.approx(1 / 4 + 3 / 4 * (3 * 2 + 2 * 1) / (6 * 5))
    assert last["known_share"] == pytest.approx(0.5)
    assert (last["hhi_low"], last["hhi_high"]) == pytest.approx((4 / 16, 6 / 16))
    assert last["effective_parks"] == pytest.approx(2)
    assert all(np.isnan(last[name]) for name in KNOWN)


def test_nothing_but_unknown_owners() -> None:
    measured = local([None] * 8)
    assert measured[[*KNOWN, "effective_parks"]].isna().all(axis=None)
    assert measured["known_share"].tolist() == [0] * 8
    assert measured["hhi_low"].tolist() == pytest.approx([1 / 4] * 8)
    assert measured["hhi_high"].tolist() == pytest.approx([1] * 8)


def test_one_owner_of_everything() -> None:
    measured = local(["a"] * 8)
    assert measured["excess"].tolist() == [1] * 8
    assert measured["p"].tolist() == [1] * 8
    assert measured["hhi"].tolist() == pytest.approx([1] * 8)


def test_every_owner_different() -> None:
    measured = local(list("abcdefgh"))
    assert measured["excess"].tolist() == pytest.approx([0] * 8)
    assert measured["p"].tolist() == [1] * 8


def test_fewer_than_three_effective_parks_are_blank() -> None:
    measured = local_ownership(
        [-100, -100.001, -99, -99.001, -99.002], [25] * 5, list("aabbc"), bandwidth_km=5, kernel="uniform",
        permutations=9,
    )  # fmt: skip
    assert measured["hhi"].isna().tolist() == [True, True, False, False, False]
    assert measured["hhi_low"].isna().tolist() == [True, True, False, False, False]
    assert measured["effective_parks"].tolist() == pytest.approx([2, 2, 3, 3, 3])


def test_a_park_without_neighbour_is_blank_but_counted() -> None:
    lonely = local_ownership([-100.0, -90.0], [25.0, 25.0], ["a", "b"], bandwidth_km=5, permutations=9)
    assert lonely["effective_parks"].tolist() == [1, 1]
    assert lonely["known_share"].tolist() == [1, 1]
    assert lonely[[*KNOWN, "hhi_low", "hhi_high"]].isna().all(axis=None)


def test_no_row_and_one_row() -> None:
    empty = local_ownership([], [], [], bandwidth_km=5, permutations=9)
    assert empty.shape == (0, len(COLUMNS))
    one = local_ownership([-100.0], [25.0], ["a"], bandwidth_km=5, permutations=9)
    assert one["effective_parks"].tolist() == [1]
    assert one["excess"].isna().all()


def test_a_missing_place_is_a_blank_row_and_no_neighbour() -> None:
    lon, lat = pd.Series([*LON, np.nan], index=list("stuvwxyzm")), [*LAT, 31.7]
    measured = local_ownership(lon, lat, [*OWNERS, "a"], bandwidth_km=25, kernel="uniform", permutations=199, seed=1)
    assert measured.loc["m"].isna().all()
    assert measured.index.tolist() == list("stuvwxyzm")
    pd.testing.assert_frame_equal(measured.iloc[:8].reset_index(drop=True), local())


@pytest.mark.parametrize("size", [0.0, np.nan])
def test_a_holding_without_size_is_measured_and_weighs_nothing(size: float) -> None:
    lon, lat = [*LON, -106.4005], [*LAT, 31.7]
    measured = local_ownership(
        lon, lat, [*OWNERS, "a"], [*np.ones(8), size], bandwidth_km=25, kernel="uniform", permutations=199, seed=1
    )
    pd.testing.assert_frame_equal(measured.iloc[:8], local())
    pd.testing.assert_series_equal(measured.iloc[8], local().iloc[0], check_names=False)
    far = local_ownership([-100.0], [25.0], ["a"], [size], bandwidth_km=5, permutations=9)
    assert far.isna().all(axis=None)


def test_parks_at_one_place_are_neighbours() -> None:
    measured = local_ownership([-100.0] * 4, [25.0] * 4, list("aabb"), bandwidth_km=1, permutations=9)
    assert measured["hhi"].tolist() == pytest.approx([0.5] * 4)


def test_the_seed_decides_p_and_nothing_else() -> None:
    one, again, other = local(seed=1), local(seed=1), local(seed=2)
    pd.testing.assert_frame_equal(one, again)
    pd.testing.assert_frame_equal(one.drop(columns="p"), other.drop(columns="p"))


def test_input_is_left_alone() -> None:
    lon, owners = LON.copy(), OWNERS.copy()
    local_ownership(lon, LAT, owners, bandwidth_km=5, permutations=9)
    assert (lon == LON).all()
    assert (owners == OWNERS).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": [-1.0] + [1.0] * 7}, "finite and not negative"),
        ({"sizes": [np.inf] + [1.0] * 7}, "finite and not negative"),
        ({"sizes": [1.0]}, "give one of each"),
        ({"owners": ["a"]}, "give one of each"),
        ({"bandwidth_km": 0.0}, "above 0"),
        ({"bandwidth_km": np.nan}, "above 0"),
        ({"kernel": "flat"}, "gaussian"),
        ({"permutations": -1}, "0 or more"),
    ],
)
def test_what_cannot_be_measured_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        local(**change)


def test_swapped_coordinates_are_refused() -> None:
    with pytest.raises(ValueError, match="swapped"):
        local_ownership(LAT, LON, OWNERS, bandwidth_km=5, permutations=9)
