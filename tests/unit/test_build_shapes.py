"""The shipped geometry: rebuilt from the packages where that is quick, and held against outside figures."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod, Transformer
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
SHAPES = DATA / "shapes"
sys.path.insert(0, str(ROOT / "scripts"))
build = importlib.import_module("build_shapes")
roads = importlib.import_module("_roads")

GEOD = Geod(ellps="WGS84")
MEXICO_KM2 = 1_964_375  # INEGI, continental and island area
NEIGHBOURHOOD_M = 50.0


def layer(name: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(SHAPES / f"{name}.parquet")


def metres_to_line(line: shapely.LineString, lon: float, lat: float) -> float:
    """Distance on a plane that is true to distance at the point itself."""
    plane = Transformer.from_crs("EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=WGS84", always_xy=True)
    xy = shapely.get_coordinates(line)
    near = xy[np.hypot(xy[:, 0] - lon, xy[:, 1] - lat) < 0.5]
    return shapely.LineString(np.column_stack(plane.transform(near[:, 0], near[:, 1]))).distance(shapely.Point(0, 0))


@pytest.fixture(scope="module")
def source() -> gpd.GeoDataFrame:
    return build.read_municipalities()


@pytest.fixture(scope="module")
def municipalities() -> gpd.GeoDataFrame:
    return layer("municipalities")


@pytest.fixture(scope="module")
def border() -> shapely.LineString:
    return layer("border").geometry.iloc[0]


@pytest.fixture(scope="module")
def highways() -> object:
    return roads.highways_from_frame(layer("osm/highways"))


@pytest.fixture(scope="module")
def waypoints() -> pd.DataFrame:
    return pd.read_csv(DATA / "corridor.csv", dtype={"cvegeo": "str"})


# Areas


@pytest.mark.parametrize(
    ("suffix", "tolerance_m", "state"), [("", 100.0, "01"), ("", 100.0, "19"), ("_drawing", 1000.0, "29")]
)
def test_a_state_rebuilt_from_the_package_equals_the_shipped_one(
    source: gpd.GeoDataFrame, suffix: str, tolerance_m: float, state: str
) -> None:
    shapes = source.geometry.to_numpy()
    tree = shapely.STRtree(shapes)
    own = np.flatnonzero(source["cve_ent"] == state)
    around = np.unique(tree.query(shapes[own], predicate="dwithin", distance=NEIGHBOURHOOD_M)[1])
    rebuilt = build.simplify_coverage(build.clean_coverage(source.iloc[around]), tolerance_m)
    rebuilt = rebuilt.loc[rebuilt["cve_ent"] == state]
    shipped = layer(f"municipalities{suffix}")
    shipped = shipped.loc[shipped["cve_ent"] == state]
    assert len(around) > len(own) == len(rebuilt)
    assert rebuilt["cvegeo"].tolist() == shipped["cvegeo"].tolist()
    assert rebuilt["name"].tolist() == shipped["name"].tolist()
    assert shapely.equals_identical(rebuilt.geometry.to_numpy(), shipped.geometry.to_numpy()).all()


@pytest.mark.parametrize("suffix", ["", "_drawing"])
def test_areas_are_a_clean_coverage_and_states_follow_municipalities(suffix: str) -> None:
    towns, states = layer(f"municipalities{suffix}"), layer(f"states{suffix}")
    assert towns.crs.to_epsg() == states.crs.to_epsg() == 6372
    assert (len(towns), len(states)) == (2465, 32)
    assert towns["cvegeo"].is_unique
    assert towns["cvegeo"].is_monotonic_increasing
    assert (towns["cvegeo"].str[:2] == towns["cve_ent"]).all()
    assert (towns.geometry.area > 10_000).all()
    for frame in (towns, states):
        assert frame.geometry.is_valid.all()
        assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    summed = towns.geometry.area.groupby(towns["cve_ent"]).sum()
    assert states.geometry.area.to_numpy() == pytest.approx(summed[states["cve_ent"]].to_numpy(), rel=1e-9)
    for state in ("01", "28"):
        edge = states.loc[states["cve_ent"] == state, "geometry"].iloc[0].boundary
        parts = towns.loc[towns["cve_ent"] == state].geometry
        assert edge.difference(shapely.union_all(parts.boundary.to_numpy())).length == pytest.approx(0, abs=1e-6)


def test_states_have_no_slivers_inside() -> None:
    """Two lagoons near Guaymas are the only holes; the raw coverage leaves hundreds of slivers."""
    states = layer("states")
    holes = {
        code: shapely.Polygon(ring).area
        for code, shape in zip(states["cve_ent"], states.geometry, strict=True)
        for part in shapely.get_parts(shape)
        for ring in part.interiors
    }
    assert set(holes) == {"26"}
    assert min(holes.values()) > 100_000


def test_area_of_the_country(municipalities: gpd.GeoDataFrame) -> None:
    lon_lat = municipalities.to_crs("EPSG:4326").geometry
    km2 = sum(abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in lon_lat) / 1e6
    assert km2 == pytest.approx(MEXICO_KM2, rel=0.005)


def test_census_seats_lie_in_their_municipality(municipalities: gpd.GeoDataFrame) -> None:
    census = pd.read_csv(DATA / "municipalities.csv", dtype={"cvegeo": "str"})
    census = census.loc[census["cvegeo"].isin(municipalities["cvegeo"])]
    seats = gpd.GeoSeries(gpd.points_from_xy(census["seat_lon"], census["seat_lat"]), crs="EPSG:4326").to_crs(6372)
    shapes = municipalities.set_index("cvegeo").geometry.loc[census["cvegeo"]].to_numpy()
    assert len(census) == 2465
    outside = shapely.distance(shapes, seats.to_numpy())
    assert (outside > 0).sum() <= 1
    assert outside.max() < 100


def test_young_municipalities_have_parents_with_a_polygon(municipalities: gpd.GeoDataFrame) -> None:
    young = pd.read_csv(DATA / "young_municipalities.csv", dtype="str")
    known = set(municipalities["cvegeo"])
    parents = pd.concat([young["parent_cvegeo"], young["other_parent_cvegeo"].dropna()])
    assert len(young) == 13
    assert young["cvegeo"].is_unique
    assert known.isdisjoint(young["cvegeo"])
    assert set(parents) <= known
    assert (young["cvegeo"].str[:2] == young["parent_cvegeo"].str[:2]).all()
    census = set(pd.read_csv(DATA / "municipalities.csv", dtype="str")["cvegeo"])
    assert census - known == {"02006", "04012", "07125", "17036"} <= set(young["cvegeo"])


# Border


def test_border_rebuilt_from_the_package_equals_the_shipped_one(border: shapely.LineString) -> None:
    rebuilt = build.densify_parallels(build.border_arc(build.read_states()))
    assert np.array_equal(shapely.get_coordinates(border), rebuilt)


def test_border_runs_from_the_pacific_to_the_gulf(border: shapely.LineString) -> None:
    frame = layer("border")
    assert frame.crs.to_epsg() == 4326
    assert len(frame) == 1
    assert border.is_simple
    assert GEOD.geometry_length(border) / 1000 == pytest.approx(3155.0, abs=2.0)
    assert frame["length_km"].iloc[0] == pytest.approx(GEOD.geometry_length(border) / 1000, abs=0.001)
    (west, *_, east) = border.coords
    assert GEOD.inv(*west, -117.1240, 32.5343)[2] < 150
    assert GEOD.inv(*east, -97.1455, 25.9560)[2] < 250


@pytest.mark.parametrize(
    ("name", "lon", "lat", "limit_m"),
    [("Monument 258", -117.12194, 32.53444, 20.0), ("Monument 1", -106.529755, 31.783889, 12.0)],
)
def test_border_passes_the_monuments(
    border: shapely.LineString, name: str, lon: float, lat: float, limit_m: float
) -> None:
    assert metres_to_line(border, lon, lat) < limit_m, name


def test_border_keeps_to_the_parallel(border: shapely.LineString) -> None:
    """Along 31°20' no segment is long enough for its geodesic to leave the parallel by a centimetre."""
    xy = shapely.get_coordinates(border)
    metres = GEOD.inv(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])[2]
    on_it = np.abs(xy[:, 1] - (31 + 20 / 60)) < 0.002
    along = on_it[:-1] & on_it[1:]
    assert metres[along].sum() / 1000 == pytest.approx(272.8, abs=1.0)
    assert metres[along].max() <= 500.5


def test_densify_parallels_leaves_other_long_segments_alone() -> None:
    line = np.array([[-111.0, 31.3333], [-110.9, 31.3340], [-110.5, 31.8], [-110.5, 31.801]])
    dense = build.densify_parallels(line)
    added = len(dense) - len(line)
    metres = GEOD.inv(*line[0], *line[1])[2]
    assert added == int(np.ceil(metres / 500)) - 1 > 10
    assert np.array_equal(dense[added + 1 :], line[1:])
    assert dense[: added + 2, 1] == pytest.approx(np.linspace(31.3333, 31.3340, added + 2))


# Highways


def test_highways_are_one_part_and_no_road_is_shorter_than_its_chord(highways: object) -> None:
    edges = layer("osm/highways")
    assert edges.crs.to_epsg() == 4326
    assert len(edges) == 12_466
    assert (edges["u"] < edges["v"]).all()
    assert not edges.duplicated(["u", "v"]).any()
    assert edges[["u", "v"]].dtypes.astype(str).tolist() == ["int32", "int32"]
    assert set(edges["u"]) | set(edges["v"]) == set(range(8433))
    assert connected_components(highways.matrix(), directed=False)[0] == 1
    chord_km = np.array([GEOD.geometry_length(chord) for chord in edges.geometry]) / 1000
    assert (edges["km"] >= 0.99 * chord_km).all()
    assert edges["km"].sum() == pytest.approx(63_404, abs=1)
    rebuilt = roads.highways_frame(highways)
    assert rebuilt.equals(edges)


def test_highways_lie_in_mexico(highways: object) -> None:
    country = layer("states").to_crs("EPSG:4326").geometry.union_all()
    shapely.prepare(country)
    inside = shapely.contains_xy(country, highways.lon, highways.lat)
    assert inside.mean() > 0.995


def test_highways_within_drops_loops_and_edges_that_leave() -> None:
    nodes = np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 9.0], [0.0, 2.0], [1.0, 1.0]])
    graph = [{0: 0.1, 1: 111.0}, {0: 111.0, 2: 900.0, 3: 112.0}, {1: 900.0}, {1: 112.0}, {}]
    inside = roads.highways_within(nodes, graph, shapely.box(-0.5, -0.5, 3, 3))
    assert inside.lon.tolist() == [0.0, 1.0, 2.0, 1.0]
    assert list(zip(inside.u, inside.v, inside.km, strict=True)) == [(0, 1, 111.0), (1, 2, 112.0)]
    kept = roads.largest_component(inside)
    assert kept.lat.tolist() == [0.0, 0.0, 0.0]


def test_world_highways_are_read_as_literals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from scgraph.core import GeoGraph\ngraph=[{1: 1.5}, {0: 1.5}]\nnodes=[[20.5, -99.0], [20.6, -99.1]]\nx=1\n"
    (tmp_path / "world_highways.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(roads, "files", lambda _: tmp_path)
    nodes, graph = roads.read_world_highways()
    assert nodes.tolist() == [[20.5, -99.0], [20.6, -99.1]]
    assert graph == [{1: 1.5}, {0: 1.5}]


def test_no_road_between_the_parts_is_an_error() -> None:
    apart = roads.Highways(np.arange(4.0), np.zeros(4), np.array([0, 2]), np.array([1, 3]), np.array([1.0, 1.0]))
    with pytest.raises(ValueError, match="No road joins node 0 to node 3"):
        roads.shortest_path(apart, 0, 3)


# Corridor


def test_corridor_traced_on_the_shipped_highways_equals_the_shipped_one(
    highways: object, waypoints: pd.DataFrame
) -> None:
    lines, points = roads.trace_corridor(highways, waypoints)
    for rebuilt, name in ((lines, "corridor"), (points, "corridor_points")):
        shipped = layer(f"osm/{name}")
        pd.testing.assert_frame_equal(rebuilt.drop(columns="geometry"), shipped.drop(columns="geometry"))
        assert shapely.equals_identical(rebuilt.geometry.to_numpy(), shipped.geometry.to_numpy()).all()


def test_trunk_matches_the_published_lengths(waypoints: pd.DataFrame) -> None:
    lines = layer("osm/corridor").set_index("branch")
    assert lines.index[0] == "trunk"
    assert "guadalajara" not in lines.index
    assert "morelos_civac" not in lines.index
    trunk = lines.loc["trunk"]
    assert trunk["waypoints"] == 13
    assert trunk["length_waypoints_geodesic_km"] == pytest.approx(1585.919, abs=0.001)
    assert trunk["length_road_km"] == pytest.approx(1740.304, abs=0.001)
    assert trunk["length_road_with_access_km"] == pytest.approx(1757.909, abs=0.001)
    assert trunk["length_geodesic_km"] <= trunk["length_road_km"]
    stated = waypoints.groupby("branch")["segment_geodesic_km"].sum()
    assert lines["length_waypoints_geodesic_km"].to_dict() == pytest.approx(stated[lines.index].to_dict(), abs=0.01)


def test_each_stretch_matches_the_road_lengths_of_the_waypoint_table(highways: object, waypoints: pd.DataFrame) -> None:
    points = layer("osm/corridor_points")
    for branch, rows in waypoints.groupby("branch"):
        if len(rows) == 1:
            continue
        stops = points.loc[(points["branch"] == branch) & points["waypoint"].notna()]
        assert stops["waypoint"].tolist() == rows["name"].tolist()
        access = roads.snap(highways, rows["lon"].to_numpy(), rows["lat"].to_numpy())[1]
        stretch = np.diff(stops["chainage_road_km"]) + access[:-1] + access[1:]
        assert stretch == pytest.approx(rows["segment_road_km_model"].to_numpy()[1:], abs=0.051)


@pytest.mark.parametrize(
    ("start", "end", "published_km", "tolerance"),
    [
        ("Ciudad Juárez", "Chihuahua", 373, 0.05),
        ("Saltillo", "San Luis Potosí", 448, 0.05),
        ("Saltillo", "Querétaro", 638, 0.07),
    ],
)
def test_published_road_lengths(start: str, end: str, published_km: float, tolerance: float) -> None:
    points = layer("osm/corridor_points")
    trunk = points.loc[points["branch"] == "trunk"].set_index("waypoint")["chainage_road_km"]
    assert trunk[end] - trunk[start] == pytest.approx(published_km, rel=tolerance)


def test_shortest_highway_from_juarez_to_queretaro(highways: object, waypoints: pd.DataFrame) -> None:
    trunk = waypoints.loc[waypoints["branch"] == "trunk"].iloc[[0, -1]]
    lon, lat = trunk["lon"].to_numpy(), trunk["lat"].to_numpy()
    nodes, _ = roads.snap(highways, lon, lat)
    km = roads.shortest_path(highways, int(nodes[0]), int(nodes[1]))[1].sum()
    assert 1500 < km < 1600
    assert km == pytest.approx(1550.9, abs=0.05)
    assert km > roads.geodesic_km(lon, lat)[0] == pytest.approx(1377.0, abs=0.05)


def test_corridor_points_follow_the_lines(waypoints: pd.DataFrame) -> None:
    lines, points = layer("osm/corridor").set_index("branch"), layer("osm/corridor_points")
    assert lines.crs.to_epsg() == points.crs.to_epsg() == 4326
    assert points["branch"].drop_duplicates().tolist()[: len(lines)] == lines.index.tolist()
    assert set(points["branch"]) == set(waypoints["branch"])
    assert not points.duplicated(["branch", "vertex_order"]).any()
    for branch, rows in points.groupby("branch"):
        assert rows["vertex_order"].tolist() == list(range(len(rows)))
        assert shapely.get_coordinates(rows.geometry.to_numpy()).tolist() == rows[["lon", "lat"]].to_numpy().tolist()
        if branch not in lines.index:
            assert len(rows) == 1
            assert rows[["chainage_geodesic_km", "chainage_road_km"]].isna().all(axis=None)
            continue
        line = lines.loc[branch]
        assert shapely.get_coordinates(line["geometry"]).tolist() == rows[["lon", "lat"]].to_numpy().tolist()
        assert rows["chainage_geodesic_km"].iloc[-1] == pytest.approx(GEOD.geometry_length(line["geometry"]) / 1000)
        assert rows["chainage_road_km"].iloc[-1] == pytest.approx(line["length_road_km"])
        for column in ("chainage_geodesic_km", "chainage_road_km"):
            assert rows[column].iloc[0] == 0
            assert (rows[column].diff().iloc[1:] > 0).all()


def test_waypoints_that_share_a_node_are_refused() -> None:
    two = roads.Highways(np.array([0.0, 1.0]), np.zeros(2), np.array([0]), np.array([1]), np.array([112.0]))
    near = pd.DataFrame({"branch": "b", "name": ["A", "B"], "lon": [0.0, 0.1], "lat": [0.0, 0.0]})
    with pytest.raises(ValueError, match="branch b share a highway node"):
        roads.trace_branch(two, near)


# The folder


def test_shapes_are_small_and_licensed() -> None:
    files = [path for path in SHAPES.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 25_000_000
    assert {path.name for path in SHAPES.glob("osm/*.parquet")} == {
        "highways.parquet",
        "corridor.parquet",
        "corridor_points.parquet",
    }
    note = (SHAPES / "osm/LICENSE.md").read_text(encoding="utf-8")
    assert note == build.LICENSE_NOTE
    assert "ODbL" in note
    assert "OpenStreetMap contributors" in note


def test_every_layer_states_its_crs_and_compression() -> None:
    parquet = importlib.import_module("pyarrow.parquet")
    for path in SHAPES.rglob("*.parquet"):
        meta = parquet.read_metadata(path)
        geo = json.loads(meta.metadata[b"geo"])
        code = geo["columns"]["geometry"]["crs"]["id"]["code"]
        assert code == (6372 if "mun" in path.name or "states" in path.name else 4326), path.name
        assert meta.row_group(0).column(0).compression == "ZSTD"
