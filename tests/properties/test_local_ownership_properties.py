"""Laws of the local index of ownership."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.metrics.concentration import herfindahl, local_ownership

SEEDS = st.integers(0, 2**31)


def city(seed: int, *, parks: int = 25) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return places within some tens of kilometres, owners and sizes, drawn at random."""
    generator = np.random.default_rng(seed)
    lon, lat = generator.uniform(-100.5, -100.0, parks), generator.uniform(25.4, 25.9, parks)
    owners = generator.choice(list("abcdefg"), parks).astype(object)
    return lon, lat, owners, generator.lognormal(3, 1, parks)


@settings(deadline=None, max_examples=10, derandomize=True)
@given(SEEDS)
def test_excess_is_zero_on_average_over_relabellings(seed: int) -> None:
    """Within five standard errors at each of 25 places in ten examples: at three, one of them would leave by chance."""
    lon, lat, owners, sizes = city(seed)
    generator = np.random.default_rng(seed)
    draws = np.array(
        [
            local_ownership(lon, lat, generator.permutation(owners), sizes, bandwidth_km=15, permutations=0)["excess"]
            for _ in range(200)
        ]
    )
    measured = ~np.isnan(draws[0])
    error = draws[:, measured].std(axis=0, ddof=1) / np.sqrt(len(draws))
    assert np.all(np.abs(draws[:, measured].mean(axis=0)) <= 5 * error)


def test_excess_is_zero_within_three_standard_errors() -> None:
    lon, lat, owners, _ = city(7)
    generator = np.random.default_rng(11)
    draws = [
        local_ownership(lon, lat, generator.permutation(owners), bandwidth_km=15, permutations=0)["excess"].mean()
        for _ in range(2_000)
    ]
    assert abs(np.mean(draws)) <= 3 * np.std(draws, ddof=1) / np.sqrt(len(draws))


def test_the_expectation_is_the_mean_over_relabellings() -> None:
    lon, lat, owners, sizes = city(3)
    generator = np.random.default_rng(5)
    options = {"bandwidth_km": 15.0, "permutations": 0}
    draws = np.array(
        [local_ownership(lon, lat, generator.permutation(owners), sizes, **options)["hhi"] for _ in range(2_000)]
    )
    expected = local_ownership(lon, lat, owners, sizes, **options)["expected"].to_numpy()
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    measured = ~np.isnan(expected)
    assert np.all(np.abs(draws.mean(axis=0) - expected)[measured] <= 4 * error[measured])


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.sampled_from(["gaussian", "uniform"]))
def test_a_neighbourhood_of_one_owner_has_excess_one(seed: int, kernel: str) -> None:
    """Everything within reach belongs to z; other owners stand 500 km away."""
    lon, lat, owners, sizes = city(seed)
    far = local_ownership(
        np.append(lon, lon - 5), np.append(lat, lat), np.append(["z"] * lon.size, owners).astype(object),
        np.append(sizes, sizes), bandwidth_km=30, kernel=kernel, permutations=9,
    ).iloc[: lon.size]  # fmt: skip
    assert far["excess"].dropna().to_numpy() == pytest.approx(1)
    everything = local_ownership(lon, lat, ["z"] * lon.size, sizes, bandwidth_km=30, kernel=kernel, permutations=9)
    assert everything["excess"].dropna().eq(1).all()
    assert everything["p"].dropna().eq(1).all()


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.floats(0, 1))
def test_indices_keep_their_order(seed: int, unknown: float) -> None:
    lon, lat, owners, sizes = city(seed)
    owners = np.where(np.random.default_rng(seed).random(owners.size) < unknown, None, owners)
    local = local_ownership(lon, lat, owners, sizes, bandwidth_km=10, permutations=19)
    both = local.dropna()
    assert (both["floor"] <= both["hhi"] + 1e-12).all()
    assert (both["expected"] >= both["floor"] - 1e-12).all()
    assert (local["hhi_low"].dropna() <= local["hhi_high"].dropna() + 1e-12).all()
    assert both["p"].between(1 / 20, 1).all()
    assert both["excess"].le(1 + 1e-9).all()
    assert local["known_share"].between(0, 1).all()


@settings(deadline=None, max_examples=50)
@given(SEEDS, st.floats(1e-3, 1e3))
def test_neither_unit_nor_names_nor_order_matter(seed: int, unit: float) -> None:
    lon, lat, owners, sizes = city(seed)
    order = np.random.default_rng(seed).permutation(lon.size)
    renamed = np.array([f"owner {ord(owner)}" for owner in owners], dtype=object)
    options = {"bandwidth_km": 20.0, "permutations": 0}
    plain = local_ownership(lon, lat, owners, sizes, **options)
    other = local_ownership(lon[order], lat[order], renamed[order], sizes[order] * unit, **options)
    assert other.to_numpy() == pytest.approx(plain.iloc[order].to_numpy(), rel=1e-9, abs=1e-12, nan_ok=True)


@settings(deadline=None, max_examples=50)
@given(SEEDS)
def test_a_bandwidth_that_holds_everything_gives_the_national_index(seed: int) -> None:
    lon, lat, owners, sizes = city(seed)
    local = local_ownership(lon, lat, owners, sizes, bandwidth_km=1_000, kernel="uniform", permutations=0)
    held = [sizes[owners == owner].sum() for owner in np.unique(owners)]
    expected = herfindahl(held) if 1 / herfindahl(sizes) >= 3 else np.nan
    assert local["hhi"].to_numpy() == pytest.approx(expected, nan_ok=True)
