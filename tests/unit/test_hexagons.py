"""Hexagons: every point in the one whose centre is nearest."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from scipy.spatial import cKDTree

from geo.geodesy import planar_crs
from geo.hexagons import hexagon_of


def test_a_point_belongs_to_the_nearest_centre() -> None:
    """Independent of the rounding: a tree over the centres of a triangular lattice."""
    spacing = 25_000.0
    size = spacing / np.sqrt(3)
    axial = [(q, r) for q in range(40, 121) for r in range(10, 71)]
    centres = np.array([(size * np.sqrt(3) * (q + r / 2), size * 1.5 * r) for q, r in axial])
    rng = np.random.default_rng(5)
    points = rng.uniform((2_200_000, 600_000), (2_600_000, 1_200_000), (5000, 2))
    nearest = cKDTree(centres).query(points)[1]
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T), crs=planar_crs())
    assert hexagon_of(frame, spacing_km=25).tolist() == [f"h25_{axial[i][0]}_{axial[i][1]}" for i in nearest]


def test_without_a_point_there_is_no_hexagon_and_a_spacing_must_be_positive() -> None:
    frame = gpd.GeoDataFrame(geometry=gpd.GeoSeries([None], crs=planar_crs()), index=[7])
    assert hexagon_of(frame, spacing_km=50).isna().tolist() == [True]
    assert hexagon_of(frame, spacing_km=50).index.tolist() == [7]
    with pytest.raises(ValueError, match="above 0"):
        hexagon_of(frame, spacing_km=0)
