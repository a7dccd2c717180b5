"""Point patterns against spatstat, against plain numpy by the published formulas, and by hand.

``r/point_pattern.csv``: numbers printed by ``r/point_pattern.R`` (R 4.2.2, spatstat 3.0-3) for the made-up points of
``point_pattern_cases.py``. The 4 x 4 lattice is the example of PySAL's join counts. Nothing of R is needed here.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from geo.geodesy import distance_km
from geo.metrics.patterns import (
    distance_band,
    join_counts,
    k_function,
    kd_function,
    kd_simulations,
    l_function,
    m_function,
    m_simulations,
    random_labelling,
    random_location,
)

HERE = Path(__file__).parent
POINTS = pd.read_csv(HERE / "point_pattern.csv")
SPATSTAT = pd.read_csv(HERE / "r" / "point_pattern.csv")
WINDOWS = runpy.run_path(str(HERE / "point_pattern_cases.py"))["WINDOWS"]


@pytest.mark.parametrize("normpower", [0, 1, 2])
@pytest.mark.parametrize("correction", ["none", "border", "translation", "isotropic"])
@pytest.mark.parametrize("window", list(WINDOWS))
def test_k_equals_spatstat(window: str, correction: str, normpower: int) -> None:
    """Kest, and Kinhom at both powers, in a square and in a U-shaped window with a hole."""
    rows = (SPATSTAT["window"] == window) & (SPATSTAT["correction"] == correction)
    expected = SPATSTAT[rows & (SPATSTAT["normpower"] == normpower)]
    given = POINTS[POINTS["window"] == window]
    options = {"correction": correction}
    if normpower:
        options |= {"intensity": given["intensity"], "normpower": normpower}
    xy, r = given[["x", "y"]].to_numpy(), expected["r"].to_numpy()
    k = k_function(xy, WINDOWS[window], r, **options)
    np.testing.assert_allclose(k.to_numpy(), expected["k"].to_numpy(), rtol=0, atol=1e-12)
    assert expected["k"].max() > 0.05
    l_expected = np.sqrt(expected["k"].to_numpy().clip(0) / np.pi)
    np.testing.assert_allclose(l_function(xy, WINDOWS[window], r, **options).to_numpy(), l_expected, rtol=0, atol=1e-8)


def plain_m(apart: np.ndarray, types: np.ndarray, sizes: np.ndarray, r: float, pair: tuple | None) -> float:
    """Marcon and Puech's M from the whole matrix of distances, point by point."""
    local, overall = [], []
    for i in range(len(sizes)):
        if pair is not None and types[i] != pair[0]:
            continue
        others = np.arange(len(sizes)) != i
        wanted = others & (types == (types[i] if pair is None else pair[1]))
        near = others & (apart[i] <= r)
        if sizes[near].sum() > 0:
            local.append(sizes[near & wanted].sum() / sizes[near].sum())
            overall.append(sizes[wanted].sum() / sizes[others].sum())
    return sum(local) / sum(overall) if overall else float("nan")


def plain_kd(apart: np.ndarray, sizes: np.ndarray, r: np.ndarray, *, weighted: bool) -> np.ndarray:
    """Duranton and Overman's K_d from the whole matrix of distances."""
    i, j = np.triu_indices(len(sizes), 1)
    d, v = apart[i, j], (sizes[i] * sizes[j] if weighted else np.ones(len(i)))
    total, near = v.sum(), d <= 2 * r.max()
    d, v = d[near], v[near]
    quartiles = np.quantile(d, [0.25, 0.75])
    h = 0.9 * min(np.std(d, ddof=1), (quartiles[1] - quartiles[0]) / 1.34) * len(d) ** -0.2
    z = np.array([[(at - x) / h for x in np.concatenate([d, -d])] for at in r])
    return (np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) / h) @ np.concatenate([v, v]) / total


def plants(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Made-up plants around Monterrey: lon, lat, types, sizes, and the matrix of their distances."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.normal(-100.3, 0.8, n), rng.normal(25.7, 0.6, n)
    apart = distance_km(lon[:, None], lat[:, None], lon[None], lat[None])
    return lon, lat, rng.choice(list("abcde"), n), rng.uniform(1, 20, n), apart


@pytest.mark.parametrize("pair", [None, ("a", "a"), ("a", "b")])
def test_m_equals_a_plain_version(pair: tuple[str, str] | None) -> None:
    lon, lat, types, sizes, apart = plants(120, 5)
    r = [0.5, 5, 10, 25, 60, 400]
    names = {} if pair is None else {"reference": pair[0], "neighbour": pair[1]}
    found = m_function(lon, lat, types, sizes, r, **names)
    expected = [plain_m(apart, types, sizes, at, pair) for at in r]
    np.testing.assert_allclose(found.to_numpy(), expected, rtol=1e-12)


def test_simulated_m_equals_m_of_each_shuffle() -> None:
    lon, lat, types, sizes, _ = plants(60, 6)
    r = [5, 20, 80]
    labelled = m_simulations(lon, lat, types, sizes, r, simulations=40, seed=8)
    for curve, shuffled in zip(labelled.curves, random_labelling(types, simulations=40, seed=8), strict=True):
        np.testing.assert_allclose(curve, m_function(lon, lat, shuffled, sizes, r), rtol=1e-12)
    moved = m_simulations(lon, lat, types, sizes, r, null="location", simulations=33, seed=8, reference="b")
    for curve, (kinds, size) in zip(moved.curves, random_location(types, sizes, simulations=33, seed=8), strict=True):
        np.testing.assert_allclose(curve, m_function(lon, lat, kinds, size, r, reference="b"), rtol=1e-12)


def test_m_by_hand() -> None:
    """Sizes 1, 2, 3, 4 at 0, 1, 2, 9 on a line; a, b, a, b.

    Within 1: around 0 nothing of a of 2; around 1 nothing of b of 4; around 2 nothing of a of 2. Within 2: 3/5, 0, 1/3.
    Shares overall: a around 0: 3/9, b around 1: 4/8, a around 2: 1/7.
    """
    found = m_function([0, 1, 2, 9], [0] * 4, list("abab"), [1, 2, 3, 4], [1, 2], metric="planar")
    assert found.tolist() == pytest.approx([0.0, (3 / 5 + 1 / 3) / (3 / 9 + 4 / 8 + 1 / 7)])


@pytest.mark.parametrize("weighted", [False, True])
def test_kd_equals_a_plain_version(weighted: bool) -> None:
    lon, lat, types, sizes, apart = plants(90, 7)
    r = np.array([0.0, 5, 20, 60, 90])
    found = kd_function(lon, lat, sizes, r, weighted=weighted)
    np.testing.assert_allclose(found.to_numpy(), plain_kd(apart, sizes, r, weighted=weighted), rtol=1e-12)
    chosen = types == "c"
    simulated = kd_simulations(lon, lat, types, sizes, r, reference="c", weighted=weighted, simulations=9, seed=3)
    expected = plain_kd(apart[np.ix_(chosen, chosen)], sizes[chosen], r, weighted=weighted)
    np.testing.assert_allclose(simulated.observed.to_numpy(), expected, rtol=1e-3)
    for curve, shuffled in zip(simulated.curves, random_labelling(types, simulations=9, seed=3), strict=True):
        chosen = shuffled == "c"
        expected = plain_kd(apart[np.ix_(chosen, chosen)], sizes[chosen], r, weighted=weighted)
        np.testing.assert_allclose(curve, expected, rtol=0, atol=1e-3 * expected.max())


def test_kd_by_hand() -> None:
    """Sides 3, 4, 5: deviation 1, quartiles 3.5 and 4.5, so the bandwidth is 0.9 / 1.34 * 3 ** -0.2."""
    h = 0.9 / 1.34 * 3**-0.2
    expected = (1 + 2 * np.exp(-0.5 / h**2)) / (3 * h * np.sqrt(2 * np.pi))
    found = kd_function([0, 3, 0], [0, 0, 4], [1, 1, 1], [4], weighted=False, metric="planar")
    assert found.iloc[0] == pytest.approx(expected, rel=1e-12)


def lattice() -> Graph:
    """Rook neighbours of a 4 x 4 lattice, in both directions."""
    cell = np.arange(16)
    right, below = cell[cell % 4 < 3], cell[cell < 12]
    i, j = np.concatenate([right, below]), np.concatenate([right + 1, below + 4])
    both = np.concatenate([i, j]), np.concatenate([j, i])
    return Graph.from_arrays(*both, np.ones(48))


def test_join_counts_of_pysal_lattice() -> None:
    """Upper half white, lower half black: 10 joins of each and 4 between, of 24."""
    result = join_counts([0] * 8 + [1] * 8, lattice(), permutations=99, seed=1)
    by_name = pd.Series([0] * 8 + [1] * 8).sample(frac=1, random_state=1)
    assert join_counts(by_name, lattice(), permutations=0, seed=1).same == result.same == 40
    assert (result.by_type / 2).to_dict() == {0: 10.0, 1: 10.0}
    assert (result.total - result.same) / 2 == 4.0
    assert result.expected == pytest.approx(48 * 2 * 8 * 7 / (16 * 15))


def test_distance_band_equals_the_matrix() -> None:
    lon, lat, *_, apart = plants(80, 9)
    np.fill_diagonal(apart, np.inf)
    i, j = np.nonzero(apart <= 30)
    band = distance_band(lon, lat, reach=30)
    assert len(i) > 100
    np.testing.assert_array_equal(np.stack([band.i, band.j]), np.stack([i, j]))
