"""The corridor: membership, and the share of plants beside it against random lines."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.geodesy import GEOD, distance_km, line_length_km
from geo.metrics import proximity
from geo.metrics.proximity import corridor_membership, corridor_share

LINE = shapely.LineString([(-104.0, 24.0), (-102.0, 24.5), (-100.0, 24.0)])
EVERYWHERE = tuple(axis.ravel() for axis in np.meshgrid(np.linspace(-108, -96, 30), np.linspace(19, 29, 30)))


def scattered(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.uniform(-106, -98, n), generator.uniform(21, 27, n)


def test_membership_is_inclusive_and_missing_where_unknown() -> None:
    offset = pd.Series([0.0, 25.0, 25.1, 100.0, 101.0, None], index=list("abcdef"))
    member = corridor_membership(offset)
    assert member.columns.tolist() == ["corridor_25km", "corridor_50km", "corridor_100km"]
    assert member.index.equals(offset.index)
    assert (member.dtypes == "boolean").all()
    assert member["corridor_25km"].tolist() == [True, True, False, False, False, pd.NA]
    assert member["corridor_100km"].tolist() == [True, True, True, True, False, pd.NA]
    assert corridor_membership(offset[:0]).shape == (0, 3)
    assert corridor_membership(offset, cuts=(12.5,)).columns.tolist() == ["corridor_12.5km"]


@pytest.mark.parametrize("cuts", [(), (0.0,), (-1.0, 5.0), (5.0, 5.0), (np.inf,), (np.nan,)])
def test_bad_cuts_are_refused(cuts: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="cuts"):
        corridor_membership(pd.Series([1.0]), cuts=cuts)


def test_negative_offsets_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        corridor_membership(pd.Series([-1.0]))


def test_the_observed_shares_are_geodesic() -> None:
    """Points 10, 30 and 120 km due north and south of the middle vertex, and one at the far end of the world."""
    lon, lat, _ = GEOD.fwd([-102.0] * 3, [24.5] * 3, [0.0] * 3, [10_000.0, 30_000.0, 120_000.0])
    found = corridor_share([*lon, 10.0], [*lat, 50.0], *EVERYWHERE, LINE, replicas=19)
    assert found.table["plants"].tolist() == [1, 2, 2]
    assert found.table["share"].tolist() == [0.25, 0.5, 0.5]
    assert found.plants == 4
    assert found.base == 900
    assert found.simulations.shape == (19, 3)


def test_plants_along_the_line_are_found_and_scattered_ones_are_not() -> None:
    along = np.linspace(0.02, 0.98, 40)
    places = shapely.get_coordinates(LINE.interpolate(along, normalized=True))
    near = corridor_share(*places.T, *EVERYWHERE, LINE, replicas=199)
    assert near.outside
    assert near.p == pytest.approx(1 / 200)
    assert (near.table["share"] == 1).all()
    assert (near.table["p"] <= 0.01).all()
    generator = np.random.default_rng(2)
    over_all = (generator.uniform(-108, -96, 400), generator.uniform(19, 29, 400))
    off = corridor_share(*over_all, *EVERYWHERE, LINE, replicas=199)
    assert not off.outside
    assert off.p > 0.05
    table = off.table
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()
    assert table.index.name == "cut_km"


def test_random_lines_have_the_shape_of_the_line() -> None:
    """Lay the lines themselves and measure to them: the shares are those that moving the plants gave."""
    points, cuts = scattered(300, 5), [25.0, 100.0]
    shape = proximity._seen_from_middle(LINE)
    middles, turns, _ = proximity._laid(
        shape, EVERYWHERE, replicas=20, over_industry=0.75, generator=np.random.default_rng(1)
    )
    moved = proximity._shares_beside(points, middles, turns, shape, proximity.PolylineIndex(LINE), cuts)
    for row, (middle, turn) in enumerate(zip(middles, turns, strict=True)):
        size = shape.metres.size
        lon, lat, _ = GEOD.fwd(np.full(size, middle[0]), np.full(size, middle[1]), shape.azimuth + turn, shape.metres)
        laid = shapely.LineString(np.column_stack([lon, lat]))
        assert line_length_km(laid) == pytest.approx(line_length_km(LINE), rel=0.03)  # its last step is left off
        offset = proximity.PolylineIndex(laid).locate(*points).km
        expected = [np.mean(offset <= cut) for cut in cuts]
        assert moved[row] == pytest.approx(expected, abs=0.02)


def test_the_middle_is_halfway() -> None:
    shape = proximity._seen_from_middle(LINE)
    assert distance_km(*shape.middle, -102.0, 24.5) < 10
    assert shape.reach_m == pytest.approx(line_length_km(LINE) * 500, rel=0.05)


def test_random_lines_stay_over_industry() -> None:
    """Industry in a band along the line: only lines that run along it are kept."""
    lon = np.linspace(-106, -98, 200)
    band = (lon, np.full(200, 24.0))
    found = corridor_share(*scattered(50, 1), *band, LINE, replicas=99, over_industry=1.0)
    assert found.tried > found.replicas == 99
    shape = proximity._seen_from_middle(LINE)
    _, turns, _ = proximity._laid(shape, band, replicas=99, over_industry=1.0, generator=np.random.default_rng(20180))
    tilt = np.minimum(turns % 180, 180 - turns % 180)
    assert tilt.max() < 60


def test_a_rule_no_line_can_meet_is_refused() -> None:
    with pytest.raises(ValueError, match="lower over_industry"):
        corridor_share(*scattered(5, 1), [-102.0], [24.0], LINE, replicas=19, alpha=0.1, over_industry=1.0)


def test_the_seed_decides() -> None:
    points = scattered(100, 3)
    one, again, other = (corridor_share(*points, *EVERYWHERE, LINE, replicas=19, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.table, again.table)
    assert one.table["share"].equals(other.table["share"])
    assert not one.table["expected"].equals(other.table["expected"])


def test_missing_points_are_left_out_and_none_is_refused() -> None:
    lon, lat = scattered(20, 4)
    whole = corridor_share(lon, lat, *EVERYWHERE, LINE, replicas=19)
    more = corridor_share([*lon, np.nan], [*lat, 24.0], *EVERYWHERE, LINE, replicas=19)
    pd.testing.assert_frame_equal(whole.table, more.table)
    with pytest.raises(ValueError, match="No plant"):
        corridor_share([np.nan], [24.0], *EVERYWHERE, LINE, replicas=19)
    with pytest.raises(ValueError, match="No base point"):
        corridor_share(lon, lat, [], [], LINE, replicas=19)
    with pytest.raises(ValueError, match="one of each a plant"):
        corridor_share(lon, lat[1:], *EVERYWHERE, LINE, replicas=19)


def test_one_plant_and_plants_at_one_place() -> None:
    one = corridor_share([-102.0], [24.5], *EVERYWHERE, LINE, replicas=19)
    three = corridor_share([-102.0] * 3, [24.5] * 3, *EVERYWHERE, LINE, replicas=19)
    assert one.table["share"].tolist() == three.table["share"].tolist() == [1, 1, 1]
    assert three.table["plants"].tolist() == [3, 3, 3]


def test_a_line_in_parts_may_be_given_but_not_a_point() -> None:
    parts = shapely.MultiLineString([[(-104, 24), (-102, 24.5)], [(-102, 24.5), (-100, 24)]])
    points = scattered(100, 6)
    whole = corridor_share(*points, *EVERYWHERE, LINE, replicas=19)
    split = corridor_share(*points, *EVERYWHERE, parts, replicas=19)
    pd.testing.assert_frame_equal(whole.table, split.table, atol=0.02)
    with pytest.raises(TypeError, match="Point"):
        corridor_share(*points, *EVERYWHERE, shapely.Point(-102, 24), replicas=19)


def test_too_few_random_lines_for_the_level_are_refused() -> None:
    with pytest.raises(ValueError, match="simulations"):
        corridor_share(*scattered(5, 1), *EVERYWHERE, LINE, replicas=9)
