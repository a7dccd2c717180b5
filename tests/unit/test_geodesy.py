"""Distances, nearest points, pairs and lines on the ellipsoid, against brute force and at the edges."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo import geodesy
from geo.errors import CrsError
from geo.geodesy import BorderIndex, PolylineIndex, chainage, distance_km, nearest, pairs_within

ROOT = Path(__file__).resolve().parents[2]
WGS84 = Geod(ellps="WGS84")
NAN = float("nan")
brute_force = runpy.run_path(str(ROOT / "tests" / "golden" / "line_reference.py"))["nearest_on_line"]


@pytest.fixture(scope="module")
def border() -> shapely.LineString:
    return gpd.read_parquet(ROOT / "data" / "shapes" / "border.parquet").geometry.iloc[0]


@pytest.fixture(scope="module")
def border_index(border: shapely.LineString) -> PolylineIndex:
    return PolylineIndex(border)


def points_over_mexico(count: int, seed: int = 20180101) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(-118.5, -86.7, count), rng.uniform(14.5, 32.8, count)


class TestGuards:
    @staticmethod
    def points(crs: object) -> gpd.GeoSeries:
        return gpd.GeoSeries.from_xy([0.0], [0.0], crs=crs)

    @pytest.mark.parametrize("crs", ["EPSG:6372", "EPSG:32613", "EPSG:3035"])
    def test_planes_in_metres_pass(self, crs: str) -> None:
        geodesy.require_planar(self.points(crs))

    @pytest.mark.parametrize(
        ("crs", "says"),
        [
            ("EPSG:4326", r"EPSG:4326 \(WGS 84\) is not a plane"),
            ("EPSG:6365", "is not a plane"),
            ("EPSG:4978", "is not a plane"),
            ("EPSG:3857", r"EPSG:3857 .* is a Mercator projection"),
            ("EPSG:3395", "is a Mercator projection"),
            ("EPSG:2277", "US survey foot, not in metres"),
            (None, "no reference system"),
        ],
    )
    def test_everything_else_is_refused_with_the_cure(self, crs: str | None, says: str) -> None:
        with pytest.raises(CrsError, match=says) as refused:
            geodesy.require_planar(self.points(crs))
        assert '.to_crs("EPSG:6372")' in str(refused.value)

    @pytest.mark.parametrize("crs", ["EPSG:4326", "OGC:CRS84"])
    def test_longitude_and_latitude_pass(self, crs: str) -> None:
        geodesy.require_geodetic(self.points(crs))

    @pytest.mark.parametrize("crs", ["EPSG:6372", "EPSG:3857", "EPSG:4267", None])
    def test_other_coordinates_are_not_geodetic(self, crs: str | None) -> None:
        with pytest.raises(CrsError, match=r'\.to_crs\("EPSG:4326"\)'):
            geodesy.require_geodetic(self.points(crs))

    def test_what_is_no_reference_system_is_refused(self) -> None:
        class Frame:
            crs = "Mexico, roughly"

        with pytest.raises(CrsError, match="'Mexico, roughly' is not a reference system"):
            geodesy.require_planar(Frame())


class TestDistance:
    def test_equals_pyproj_in_any_broadcast_shape(self) -> None:
        lon, lat = points_over_mexico(12)
        km = distance_km(lon[:, None], lat[:, None], lon[None, :], lat[None, :])
        assert km.shape == (12, 12)
        assert np.all(np.diag(km) == 0.0)
        assert km[3, 7] == WGS84.inv(lon[3], lat[3], lon[7], lat[7])[2] / 1000.0

    def test_missing_in_missing_out(self) -> None:
        km = distance_km([-100.0, NAN, -100.0, np.inf], [20.0, 20.0, NAN, 20.0], -101.0, 21.0)
        assert np.isnan(km).tolist() == [False, True, True, True]

    def test_swapped_columns_are_refused(self) -> None:
        with pytest.raises(ValueError, match="swapped"):
            distance_km(25.7, -100.3, -100.3, 25.7)
        with pytest.raises(ValueError, match=r"2 latitudes .* first is -100\.3"):
            nearest([25.7, 20.0, 1.0], [-100.3, -99.0, 2.0], [-100.3], [25.7])

    def test_lengths_must_fit(self) -> None:
        with pytest.raises(ValueError, match="broadcast"):
            nearest([1.0, 2.0], [1.0, 2.0, 3.0], [1.0], [1.0])
        with pytest.raises(ValueError, match="2 dimensions"):
            nearest([[1.0, 2.0]], [[1.0, 2.0]], [1.0], [1.0])


class TestNearest:
    def test_equals_brute_force_where_straight_lines_mislead(self) -> None:
        """Targets 1,000 to 1,003 km away in every direction: chord order is not geodesic order."""
        rng = np.random.default_rng(7)
        lon, lat = points_over_mexico(20)
        spread = rng.uniform(0.0, 360.0, 400)
        to_lon, to_lat, _ = WGS84.fwd(
            np.full(400, -102.0), np.full(400, 24.0), spread, 1_000_000.0 + rng.uniform(0.0, 3.0, 400)
        )
        lon, lat = np.append(lon, -102.0), np.append(lat, 24.0)
        every = distance_km(lon[:, None], lat[:, None], to_lon, to_lat)
        index, km = nearest(lon, lat, to_lon, to_lat)
        assert index.tolist() == every.argmin(axis=1).tolist()
        assert km == pytest.approx(every.min(axis=1), abs=1e-9)
        straight = geodesy.ecef(to_lon, to_lat) - geodesy.ecef(lon[-1:], lat[-1:])
        assert np.linalg.norm(straight, axis=1).argmin() != index[-1]

    def test_of_targets_in_one_place_the_first(self) -> None:
        index, km = nearest([-100.0], [20.0], [-90.0, *[-100.5] * 9], [20.0] * 10)
        assert index.tolist() == [1]
        assert km == pytest.approx(distance_km([-100.0], 20.0, -100.5, 20.0))

    def test_missing_points_and_targets(self) -> None:
        index, km = nearest([NAN, -100.0], [20.0, 20.0], [NAN, -101.0, -100.0], [20.0, 20.0, NAN])
        assert index.tolist() == [-1, 1]
        assert np.isnan(km).tolist() == [True, False]
        assert index.dtype == np.int64

    @pytest.mark.parametrize("targets", [[], [NAN]])
    def test_without_targets(self, targets: list[float]) -> None:
        index, km = nearest([-100.0], [20.0], targets, targets)
        assert index.tolist() == [-1]
        assert np.isnan(km).all()

    def test_without_points(self) -> None:
        index, km = nearest([], [], [-100.0], [20.0])
        assert index.size == km.size == 0

    def test_in_small_chunks_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lon, lat = points_over_mexico(300)
        whole = nearest(lon, lat, lon[:40] + 0.1, lat[:40])
        monkeypatch.setattr(geodesy, "_CHUNK_PAIRS", 16)
        parts = nearest(lon, lat, lon[:40] + 0.1, lat[:40])
        assert np.array_equal(whole[0], parts[0])
        assert np.array_equal(whole[1], parts[1])


class TestPairs:
    @pytest.mark.parametrize("km", [0.0, 25.0, 300.0, 5000.0, 30_000.0])
    def test_equal_brute_force(self, km: float) -> None:
        lon, lat = points_over_mexico(80)
        to_lon, to_lat = np.concatenate([lon[:30], points_over_mexico(40, seed=2)[0]]), np.resize(lat, 70)
        every = distance_km(lon[:, None], lat[:, None], to_lon, to_lat)
        i, j, apart = pairs_within(lon, lat, to_lon, to_lat, km)
        expected_i, expected_j = np.nonzero(every <= km)
        assert i.tolist() == expected_i.tolist()
        assert j.tolist() == expected_j.tolist()
        assert np.array_equal(apart, every[expected_i, expected_j])

    def test_the_distance_is_inclusive(self) -> None:
        km = float(distance_km(-100.0, 20.0, -103.0, 22.0))
        assert len(pairs_within([-100.0], [20.0], [-103.0], [22.0], km)[0]) == 1
        assert len(pairs_within([-100.0], [20.0], [-103.0], [22.0], np.nextafter(km, 0.0))[0]) == 0

    def test_in_small_chunks_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lon, lat = points_over_mexico(200)
        whole = pairs_within(lon, lat, lon, lat, 150.0)
        monkeypatch.setattr(geodesy, "_CHUNK_PAIRS", 50)
        parts = pairs_within(lon, lat, lon, lat, 150.0)
        for one, other in zip(whole, parts, strict=True):
            assert np.array_equal(one, other)

    def test_missing_has_no_pair(self) -> None:
        i, j, _ = pairs_within([NAN, -100.0], [20.0, 20.0], [-100.0, -100.0], [NAN, 20.0], 10.0)
        assert (i.tolist(), j.tolist()) == ([1], [1])
        i, j, apart = pairs_within([NAN], [NAN], [-100.0], [20.0], 10.0)
        assert i.size == j.size == apart.size == 0
        assert i.dtype == j.dtype == np.int64

    @pytest.mark.parametrize("km", [-1.0, NAN, np.inf])
    def test_senseless_distances_are_refused(self, km: float) -> None:
        with pytest.raises(ValueError, match="finite number"):
            pairs_within([-100.0], [20.0], [-100.0], [20.0], km)

    def test_counts_and_sums(self) -> None:
        lon, lat = points_over_mexico(150)
        weights = np.random.default_rng(3).uniform(0.0, 9.0, 150)
        near = distance_km(lon[:, None], lat[:, None], lon, lat) <= 200.0
        lon[4] = NAN
        near[:, 4] = False
        counts = geodesy.count_within(lon, lat, lon, lat, 200.0)
        sums = geodesy.sum_within(lon, lat, lon, lat, 200.0, weights)
        assert np.isnan(counts[4])
        assert np.isnan(sums[4])
        known = np.arange(150) != 4
        assert counts[known].tolist() == near.sum(axis=1)[known].tolist()
        assert sums[known] == pytest.approx((near @ weights)[known], rel=1e-12)

    def test_a_missing_weight_is_not_nought(self) -> None:
        sums = geodesy.sum_within([-100.0, -90.0], [20.0, 20.0], [-100.0, -100.1], [20.0, 20.0], 50.0, [1.0, NAN])
        assert np.isnan(sums[0])
        assert sums[1] == 0.0

    def test_one_weight_a_target(self) -> None:
        with pytest.raises(ValueError, match="3 weights came for 1 targets"):
            geodesy.sum_within([-100.0], [20.0], [-100.0], [20.0], 10.0, [1.0, 2.0, 3.0])


class TestBorder:
    def check(self, index: PolylineIndex, line: shapely.LineString, lon: np.ndarray, lat: np.ndarray) -> None:
        """Distance to a micrometre; foot on the line, at that distance, and as far along as it says."""
        metres, foot_lon, foot_lat, along = brute_force(shapely.get_coordinates(line), lon, lat)
        found = index.locate(lon, lat)
        assert np.max(np.abs(1000.0 * found.km - metres)) < 1e-6
        assert np.array_equal(found.km, distance_km(lon, lat, found.foot_lon, found.foot_lat))
        assert np.max(np.abs(1000.0 * found.along_km - along)) < 1.0
        assert np.max(1000.0 * distance_km(found.foot_lon, found.foot_lat, foot_lon, foot_lat)) < 1.0

    def test_points_over_mexico(self, border: shapely.LineString, border_index: PolylineIndex) -> None:
        self.check(border_index, border, *points_over_mexico(200))

    @pytest.mark.parametrize("degrees", [1e-6, 1e-3, 0.3])
    def test_points_close_by(self, border: shapely.LineString, border_index: PolylineIndex, degrees: float) -> None:
        rng = np.random.default_rng(11)
        vertices = shapely.get_coordinates(border)
        start = rng.integers(0, len(vertices) - 1, 60)
        share = rng.uniform(0.0, 1.0, (60, 1))
        places = vertices[start] + share * (vertices[start + 1] - vertices[start])
        places += rng.normal(0.0, degrees, places.shape)
        self.check(border_index, border, places[:, 0], places[:, 1])

    def test_its_own_vertices_lie_on_it(self, border: shapely.LineString, border_index: PolylineIndex) -> None:
        vertices = shapely.get_coordinates(border)[::50]
        found = border_index.locate(vertices[:, 0], vertices[:, 1])
        assert np.max(found.km) < 1e-9
        assert np.all(np.diff(found.along_km) > 0.0)

    def test_places_on_other_continents(self, border: shapely.LineString, border_index: PolylineIndex) -> None:
        lon, lat = np.array([-3.7, 151.2, 37.6, -70.7, -100.0]), np.array([40.4, -33.9, 55.8, -33.4, 90.0])
        self.check(border_index, border, lon, lat)

    def test_length(self, border: shapely.LineString, border_index: PolylineIndex) -> None:
        assert border_index.length_km == pytest.approx(3155.0, abs=2.0)
        assert geodesy.line_length_km(border) == pytest.approx(border_index.length_km, abs=1e-6)

    def test_many_rows_in_their_order(self, border_index: PolylineIndex) -> None:
        lon, lat = points_over_mexico(150_000)
        lon[70_000] = NAN
        found = border_index.locate(lon, lat)
        some = np.arange(0, 150_000, 1_000)
        for whole, part in zip(found, border_index.locate(lon[some], lat[some]), strict=True):
            assert np.array_equal(whole[some], part, equal_nan=True)
            assert np.flatnonzero(np.isnan(whole)).tolist() == [70_000]

    def test_distance_returns_km_and_foot(self, border: shapely.LineString, border_index: PolylineIndex) -> None:
        km, foot_lon, foot_lat = BorderIndex(border).distance([-106.4245, NAN], [31.6904, 31.0])
        found = border_index.locate([-106.4245], [31.6904])
        assert (km[0], foot_lon[0], foot_lat[0]) == (found.km[0], found.foot_lon[0], found.foot_lat[0])
        assert np.isnan([km[1], foot_lon[1], foot_lat[1]]).all()

    def test_no_points(self, border_index: PolylineIndex) -> None:
        assert [part.size for part in border_index.locate([], [])] == [0, 0, 0, 0]


class TestLines:
    @pytest.mark.parametrize(
        "vertices",
        [
            [(-100.0, 20.0), (-100.0, 50.0)],
            [(-120.0, 40.0), (-80.0, 40.0), (-80.0, 12.0)],
            [(170.0, -20.0), (-170.0, -22.0), (-165.0, -40.0)],
        ],
        ids=["meridian", "legs of 3,000 km", "over the 180th meridian"],
    )
    def test_long_legs_are_geodesics(self, vertices: list[tuple[float, float]]) -> None:
        rng = np.random.default_rng(5)
        corners = np.array(vertices)
        lon = (corners[0, 0] + rng.uniform(-18.0, 38.0, 300) + 180.0) % 360.0 - 180.0
        lat = rng.uniform(corners[:, 1].min() - 8.0, corners[:, 1].max() + 8.0, 300)
        metres, _, _, along = brute_force(corners, lon, lat)
        along_km, offset_km = chainage(shapely.LineString(vertices), lon, lat)
        assert np.max(np.abs(1000.0 * offset_km - metres)) < 1e-3
        assert np.max(np.abs(1000.0 * along_km - along)) < 10.0

    def test_beyond_the_ends(self) -> None:
        line = shapely.LineString([(-102.0, 22.0), (-101.0, 22.0), (-100.0, 21.5)])
        along_km, offset_km = chainage(line, [-103.0, -99.0, NAN], [22.0, 21.0, 22.0])
        assert along_km[:2] == pytest.approx([0.0, geodesy.line_length_km(line)], abs=1e-9)
        assert offset_km[:2] == pytest.approx(
            distance_km([-103.0, -99.0], [22.0, 21.0], [-102.0, -100.0], [22.0, 21.5])
        )
        assert np.isnan([along_km[2], offset_km[2]]).all()

    def test_of_equally_near_places_the_first(self) -> None:
        ring = shapely.LineString([(-101.0, 20.0), (-100.0, 20.0), (-100.0, 21.0), (-101.0, 21.0), (-101.0, 20.0)])
        along_km, _ = chainage(ring, [-101.0, -101.1], [20.0, 19.9])
        assert along_km.tolist() == [0.0, 0.0]
        there_and_back = shapely.LineString([(-101.0, 20.0), (-100.0, 20.0), (-101.0, 20.0)])
        along_km, _ = chainage(there_and_back, [-100.7, -100.2], [20.0, 20.3])
        assert np.all(along_km < geodesy.line_length_km(there_and_back) / 2.0)

    def test_turned_round(self) -> None:
        line = shapely.LineString([(-106.4, 31.7), (-106.1, 28.6), (-103.4, 25.5), (-100.4, 20.6)])
        lon, lat = points_over_mexico(100)
        there, offset = chainage(line, lon, lat)
        back, offset_back = chainage(line.reverse(), lon, lat)
        assert there + back == pytest.approx(geodesy.line_length_km(line), abs=1e-3)
        assert offset == pytest.approx(offset_back, abs=1e-6)

    def test_repeated_vertices_change_nothing(self) -> None:
        plain = [(-102.0, 22.0), (-101.0, 22.0), (-100.0, 21.0)]
        doubled = [vertex for vertex in plain for _ in range(3)]
        lon, lat = points_over_mexico(50)
        for one, other in zip(
            PolylineIndex(shapely.LineString(plain)).locate(lon, lat),
            PolylineIndex(shapely.LineString(doubled)).locate(lon, lat),
            strict=True,
        ):
            assert one == pytest.approx(other, abs=1e-9)

    def test_parts_are_not_joined(self) -> None:
        parts = shapely.MultiLineString([[(-102.0, 20.0), (-101.0, 20.0)], [(-99.0, 20.0), (-98.0, 20.0)]])
        found = PolylineIndex(parts).locate([-100.0, -98.5], [20.0, 20.0])
        assert found.km[0] == pytest.approx(float(distance_km(-100.0, 20.0, -99.0, 20.0)), rel=1e-3)
        first = float(distance_km(-102.0, 20.0, -101.0, 20.0))
        assert found.along_km[1] == pytest.approx(1.5 * first, rel=1e-6)
        with pytest.raises(TypeError, match="a MultiLineString came"):
            chainage(parts, [-100.0], [20.0])

    @pytest.mark.parametrize(
        ("line", "error", "says"),
        [
            (shapely.Point(-100.0, 20.0), TypeError, "a Point is not a line"),
            ("-100 20", TypeError, "a str is not a line"),
            (shapely.LineString(), ValueError, "empty"),
            (shapely.LineString([(-100.0, 20.0), (-100.0, 20.0)]), ValueError, "no length"),
            (shapely.LineString([(20.0, -100.0), (21.0, -101.0)]), ValueError, "swapped"),
            (shapely.LineString([(2_500_000.0, 800_000.0), (2_500_100.0, 800_000.0)]), ValueError, "latitudes lie"),
            (shapely.LineString([(-100.0, 20.0), (np.inf, 20.0)]), ValueError, "missing or infinite"),
        ],
    )
    def test_what_is_no_line_is_refused(self, line: object, error: type[Exception], says: str) -> None:
        with pytest.raises(error, match=says):
            PolylineIndex(line)


def test_numba_is_imported_only_to_measure_to_a_line() -> None:
    code = "import sys, geo.geodesy as g; g.distance_km(1, 2, 3, 4); assert not {'numba', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
