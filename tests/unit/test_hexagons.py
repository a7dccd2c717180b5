"""Hexagons: every point in the one whose centre is nearest, their outlines, and what they hold."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from geo.assemble import publish
from geo.geodesy import planar_crs
from geo.hexagons import hexagon_of, hexagon_shapes, in_rows
from geo.measures.areas import hexagon_table
from geo.metrics.areas import AreaInputs
from geo.schema import LAYERS

AXIAL = st.tuples(st.integers(-200, 200), st.integers(-200, 200))
NONE = pd.DataFrame()


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


@given(
    st.lists(AXIAL, min_size=1, max_size=20, unique=True),
    st.sampled_from([0.5, 25, 100]),
    st.floats(0, 0.999),
    st.integers(0, 5),
)
def test_an_outline_holds_the_points_of_its_hexagon(
    axial: list[tuple[int, int]], km: float, reach: float, corner: int
) -> None:
    codes = [f"h{km:g}_{q}_{r}" for q, r in axial]
    shapes = hexagon_shapes(codes)
    assert shapes.index.tolist() == codes
    assert shapes.crs == planar_crs()
    assert shapes.area.to_numpy() == pytest.approx(np.sqrt(3) / 2 * (km * 1000) ** 2)
    centres, corners = shapes.centroid, shapely.get_coordinates(shapes.geometry.to_numpy())[corner::7]
    inside = gpd.points_from_xy(
        *(side + reach * (far - side) for side, far in zip((centres.x, centres.y), corners.T, strict=True))
    )
    frame = gpd.GeoDataFrame(geometry=inside, crs=planar_crs())
    assert hexagon_of(frame, spacing_km=km).tolist() == codes


def test_an_outline_points_north() -> None:
    (shape,) = hexagon_shapes(["h25_0_0"]).geometry
    x, y = shapely.get_coordinates(shape)[:-1].T
    assert x[y.argmax()] == pytest.approx(0, abs=1e-6)
    assert y.max() == pytest.approx(25_000 / np.sqrt(3))


def inputs(rows: list[tuple[str | None, bool, int]]) -> AreaInputs:
    """Return establishments of (hexagon, manufacturing, plants) and nothing else."""
    hexagons, manufacturing, plants = zip(*rows, strict=True) if rows else ((), (), ())
    frame = pd.DataFrame({"hexagon_25km": pd.array(hexagons, dtype="str"),
                          "manufacturing": pd.array(manufacturing, dtype="bool"),
                          "plants": pd.array(plants, dtype="int64")})  # fmt: skip
    return AreaInputs(NONE, NONE, frame, NONE, NONE)


CODE = AXIAL.map(lambda axial: f"h25_{80 + axial[0] // 20}_{30 + axial[1] // 20}")


@settings(deadline=None, max_examples=50)  # validating by pandera costs most of the time
@given(st.lists(st.tuples(st.none() | CODE, st.booleans(), st.integers(1, 5000)), max_size=40))
def test_hexagons_hold_every_establishment_with_a_point_once(rows: list[tuple[str | None, bool, int]]) -> None:
    grouped = inputs(rows)
    found = publish(hexagon_table(grouped), "establishment_hexagons")
    LAYERS["establishment_hexagons"].output_schema.validate(pd.DataFrame(found.drop(columns="geometry")))
    assert found["establishments"].sum() == sum(plants for code, _, plants in rows if code)
    assert found["manufacturing_establishments"].sum() == sum(plants for code, made, plants in rows if code and made)
    assert found["hexagon_id"].tolist() == in_rows(sorted({code for code, _, _ in rows if code}))
    plants = grouped.establishments
    one_by_one = plants.loc[plants.index.repeat(plants["plants"])].drop(columns="plants")
    pd.testing.assert_frame_equal(
        pd.DataFrame(publish(hexagon_table(AreaInputs(NONE, NONE, one_by_one, NONE, NONE)), "establishment_hexagons")),
        pd.DataFrame(found),
    )


def test_the_centre_of_a_hexagon_lies_in_it() -> None:
    found = hexagon_table(inputs([("h25_92_39", True, 3)]))
    here = gpd.GeoDataFrame(geometry=gpd.points_from_xy(found["lon"], found["lat"]), crs=4326)
    assert hexagon_of(here, spacing_km=25).tolist() == ["h25_92_39"]
    assert found.to_crs(4326).contains(here.geometry.iloc[0]).all()
