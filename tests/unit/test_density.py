"""Kernel density against the formula over measured geodesics, and how far a chord may be off."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geo._ellipsoid import MIDDLE_RADIUS, ecef
from geo.geodesy import GEOD, distance_km
from geo.metrics.density import CUT_BANDWIDTHS, kernel_density


@pytest.mark.parametrize(("km", "metres"), [(25.0, 0.0002), (125.0, 0.0203)])
def test_a_chord_gives_the_geodesic_within_what_is_said(km: float, metres: float) -> None:
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(-180, 180, 50_000), rng.uniform(-90, 90, 50_000)
    to_lon, to_lat, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, lon.size), np.full(lon.size, 1000 * km))
    chord = np.linalg.norm(ecef(lon, lat) - ecef(np.asarray(to_lon), np.asarray(to_lat)), axis=1)
    off = np.abs(2 * MIDDLE_RADIUS * np.arcsin(chord / (2 * MIDDLE_RADIUS)) - 1000 * km)
    assert off.max() <= metres
    assert off.max() > metres / 4


@pytest.mark.parametrize("bandwidth", [5.0, 25.0, 80.0])
def test_density_is_that_of_the_geodesics(bandwidth: float) -> None:
    """The whole matrix of geodesics, summed without a kernel of ours: alike but for the hills' last edge."""
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(-104, -98, 400), rng.uniform(19, 26, 400)
    mass = rng.uniform(0, 3, 400)
    grid = pd.DataFrame({"lon": rng.uniform(-105, -97, 3_000), "lat": rng.uniform(18, 27, 3_000)})
    grid.loc[7, "lat"] = np.nan
    km = distance_km(grid["lon"].to_numpy()[:, None], grid["lat"].to_numpy()[:, None], lon, lat)
    hills = np.where(km <= CUT_BANDWIDTHS * bandwidth, np.exp(-0.5 * (km / bandwidth) ** 2), 0.0)
    wanted = (hills * mass).sum(axis=1) / (2 * np.pi * bandwidth**2)
    found = kernel_density(lon, lat, mass, bandwidth_km=bandwidth, grid=grid)
    assert np.isnan(found[7])
    top = mass.max() / (2 * np.pi * bandwidth**2)
    off = np.abs(found - wanted).drop(index=7)
    assert off.max() <= 4e-6 * top
    assert off.median() <= 1e-7 * np.nanmax(wanted)
