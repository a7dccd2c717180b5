"""Random data with what real data have: ties, zeros, blanks, doubles, one owner, points at one place."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from geographiclib.geodesic import Geodesic
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rng = np.random.Generator


def sizes(rng: Rng, n: int, *, zeros: bool = True, missing: bool = True) -> Floats:
    """Return sizes: lognormal, whole numbers with ties, all equal, or nothing at all."""
    kind = rng.integers(4 if zeros else 3)
    values = (
        rng.lognormal(3, 1.5, n),
        rng.integers(0 if zeros else 1, 5, n).astype(float),
        np.full(n, float(rng.integers(1, 9))),
        np.zeros(n),
    )[kind].copy()
    if missing:
        values[rng.random(n) < 0.1] = np.nan
    return values


def labels(rng: Rng, n: int, kinds: int, *, missing: float = 0.15) -> list[str | None]:
    """Return so many owners, some of them unknown."""
    return [None if rng.random() < missing else f"owner {rng.integers(kinds)}" for _ in range(n)]


def places(rng: Rng, n: int, *, spread_km: float = 150.0, missing: float = 0.0) -> tuple[Floats, Floats]:
    """Return places around a middle in Mexico, a fifth of them on top of others."""
    middle_lon, middle_lat = rng.uniform(-112, -92), rng.uniform(17, 30)
    lat = middle_lat + rng.normal(0, spread_km / 111, n)
    lon = middle_lon + rng.normal(0, spread_km / 100, n)
    for place in np.flatnonzero(rng.random(n) < 0.2):
        twin = rng.integers(n)
        lon[place], lat[place] = lon[twin], lat[twin]
    lon[rng.random(n) < missing] = np.nan
    return lon, lat


def geodesic_km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return Karney's distance as GeographicLib has it; NaN where a coordinate is missing."""
    if not all(math.isfinite(value) for value in (lon, lat, other_lon, other_lat)):
        return math.nan
    return float(Geodesic.WGS84.Inverse(lat, lon, other_lat, other_lon, Geodesic.DISTANCE)["s12"]) / 1000


def distances_km(
    lon: Sequence[float] | Floats,
    lat: Sequence[float] | Floats,
    to_lon: Sequence[float] | Floats,
    to_lat: Sequence[float] | Floats,
) -> Floats:
    """Return all distances, one row a point."""
    return np.array(
        [
            [geodesic_km(x, y, to_x, to_y) for to_x, to_y in zip(to_lon, to_lat, strict=True)]
            for x, y in zip(lon, lat, strict=True)
        ]
    ).reshape(len(lon), len(to_lon))


def alike(found: object, expected: object, *, rel: float = 1e-9, floor: float = 1e-12) -> None:
    """Hold two results against each other: missing in the same places, else equal up to rounding."""
    np.testing.assert_allclose(
        np.asarray(found, dtype=float), np.asarray(expected, dtype=float), rtol=rel, atol=floor, equal_nan=True
    )


def chance_alike(p: float, exact: float, draws: int) -> None:
    """Hold a permutation p against the exact one: seven standard errors, a false alarm in 10^11."""
    assert abs(p - exact) <= 7 * math.sqrt(max(exact * (1 - exact), 1 / draws) / draws) + 1 / (draws + 1)
