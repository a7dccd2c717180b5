"""Joins by place: boundaries, ties, missing points."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import CrsError
from geo.geodesy import GEODETIC_CRS, distance_km, planar_crs
from geo.join import (
    NEAREST_AREA_KM,
    coordinates,
    corridor_position,
    count_near,
    municipality_of,
    nearest_of,
    population_near,
)


def points(*where: tuple[float, float] | None, index: list[int] | None = None, **columns: object) -> gpd.GeoDataFrame:
    shapes = [None if place is None else shapely.Point(place) for place in where]
    return gpd.GeoDataFrame(dict(columns), geometry=gpd.GeoSeries(shapes, index=index, crs=GEODETIC_CRS), index=index)


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    """Two squares of 10 km that share an edge, given in the wrong order, and one without a boundary."""
    east = shapely.box(2_510_000, 800_000, 2_520_000, 810_000)
    west = shapely.box(2_500_000, 800_000, 2_510_000, 810_000)
    return gpd.GeoDataFrame({"cvegeo": ["02002", "01001", "03003"]}, geometry=[east, west, None], crs=planar_crs())


def planar(*where: tuple[float, float] | None) -> gpd.GeoDataFrame:
    shapes = [None if place is None else shapely.Point(place) for place in where]
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(shapes, crs=planar_crs()).to_crs(GEODETIC_CRS))


def test_a_point_inside_belongs_to_its_municipality_and_a_far_one_to_none(squares: gpd.GeoDataFrame) -> None:
    found = municipality_of(planar((2_505_000, 805_000), (2_515_000, 805_000), None, (2_600_000, 805_000)), squares)
    assert found.tolist()[:2] == ["01001", "02002"]
    assert found.isna().tolist() == [False, False, True, True]


def test_a_point_just_outside_belongs_to_the_nearest(squares: gpd.GeoDataFrame) -> None:
    near = 2_500_000 - NEAREST_AREA_KM * 900
    far = 2_500_000 - NEAREST_AREA_KM * 1100
    found = municipality_of(planar((near, 805_000), (far, 805_000)), squares)
    assert found.tolist()[0] == "01001"
    assert found.isna().tolist() == [False, True]


def test_a_point_on_the_shared_edge_counts_once_for_the_smaller_code(squares: gpd.GeoDataFrame) -> None:
    edge = gpd.GeoDataFrame(geometry=gpd.GeoSeries([shapely.Point(2_510_000, 805_000)], crs=GEODETIC_CRS))
    edge.geometry = edge.geometry.set_crs(planar_crs(), allow_override=True).to_crs(GEODETIC_CRS)
    # Going to degrees and back moves the point by less than a micrometre: widen the edge by that.
    wide = squares.assign(geometry=squares.geometry.buffer(1e-3))
    assert municipality_of(edge, wide).tolist() == ["01001"]


def test_measuring_in_the_wrong_system_is_refused(squares: gpd.GeoDataFrame) -> None:
    with pytest.raises(CrsError):
        municipality_of(points((-100, 20)), squares.to_crs(GEODETIC_CRS))
    with pytest.raises(CrsError):
        coordinates(points((-100, 20)).to_crs("EPSG:3857"))


def test_nearest_takes_the_first_at_a_tie_and_passes_over_missing_points() -> None:
    targets = points(None, (-100.1, 20), (-99.9, 20), index=[5, 6, 7], name=["none", "west", "east"])
    found = nearest_of(points((-100, 20), None, index=[1, 2]), targets, {"name": "who"}, km="who_km")
    assert found.index.tolist() == [1, 2]
    assert found.loc[1, "who"] == "west"
    assert found.loc[1, "who_km"] == pytest.approx(float(distance_km(-100, 20, -100.1, 20)))
    assert found.loc[2].isna().all()


def test_a_layer_does_not_count_itself_but_counts_its_twin() -> None:
    parks = points((-100, 20), (-100, 20), (-100.01, 20), None, (-90, 20))
    assert count_near(parks, parks, km=25, itself=True).tolist() == [2, 2, 2, pd.NA, 0]
    study = parks.iloc[[0, 4]]
    assert count_near(parks, study, km=25, itself=True).tolist() == [0, 1, 1, pd.NA, 0]


def test_a_target_at_exactly_the_radius_counts() -> None:
    here, there = points((-100, 20)), points((-100.2, 20))
    km = float(distance_km(-100, 20, -100.2, 20))
    assert count_near(here, there, km=km).tolist() == [1]
    assert count_near(here, there, km=np.nextafter(km, 0)).tolist() == [0]


def test_people_are_summed_and_missing_without_a_point() -> None:
    places = points((-100, 20), (-100.1, 20), (-95, 20), population_2020=[10, 20, 40])
    assert population_near(points((-100, 20), None), places, km=30).tolist() == [30, pd.NA]


def test_corridor_position_at_ends_ties_and_enclaves() -> None:
    lines = gpd.GeoDataFrame(
        {"branch": ["trunk", "bajio"]},
        geometry=[
            shapely.LineString([(-101, 22), (-100, 22), (-100, 21)]),
            shapely.LineString([(-100, 21), (-100, 20)]),
        ],
        crs=GEODETIC_CRS,
    )
    stops = points((-101, 22), (-100, 21), (-103, 20.5), branch=["trunk", "bajio", "guadalajara"])
    asked = points((-101.5, 22), (-100, 21), (-100.1, 20.5), (-103, 20.6), None)
    found = corridor_position(asked, lines, stops)
    assert found["corridor_branch"].tolist()[:4] == ["trunk", "trunk", "bajio", "guadalajara"]
    assert found["corridor_branch"].isna().tolist() == [False] * 4 + [True]
    length = float(distance_km(-101, 22, -100, 22) + distance_km(-100, 22, -100, 21))
    assert found["chainage_km"].iloc[0] == pytest.approx(0)  # beyond the end
    assert found["chainage_km"].iloc[1] == pytest.approx(length)  # tie with bajio's start: the first branch
    assert np.isnan(found["chainage_km"].iloc[3])
    assert found["offset_km"].iloc[3] == pytest.approx(float(distance_km(-103, 20.6, -103, 20.5)))
    assert found["offset_km"].iloc[:2].tolist() == pytest.approx(
        [float(distance_km(-101.5, 22, -101, 22)), 0], abs=0.02
    )
