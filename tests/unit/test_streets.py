"""Travel along streets: shortest ways against networkx, one-way streets, what is not reached, isochrones, the cache."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import ChoiceError, CorredorError, DataError
from geo.geodesy import distance_km
from geo.layers import read_layer
from geo.network import RoadNetwork
from geo.streets import Streets, cached_streets, highway_streets, isochrones, prepare_streets, read_streets
from geo.study import load_study


def streets_of(rows, places, **options):
    """Make streets from (u, v, km, minutes, minutes_back) and the places of the nodes, with straight lines."""
    table = pd.DataFrame(rows, columns=["u", "v", "km", "minutes", "minutes_back"])
    lines = [shapely.LineString([places[u], places[v]]) for u, v in zip(table["u"], table["v"], strict=True)]
    return Streets(gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4326"), **options)


def grid_streets(seed, *, side=6, one_way=0.3):
    """Make a grid of streets with random costs, some of them one-way, some missing; and the same in networkx."""
    generator = np.random.default_rng(seed)
    places = {
        row * side + column: (-100 + 0.01 * column, 20 + 0.01 * row) for row in range(side) for column in range(side)
    }
    rows, graph = [], nx.DiGraph()
    graph.add_nodes_from(places)
    for node in places:
        for other in ([node + 1] if node % side < side - 1 else []) + ([node + side] if node + side in places else []):
            if generator.uniform() < 0.15:
                continue
            u, v = (node, other) if generator.uniform() < 0.5 else (other, node)
            km, minutes = generator.uniform(0.5, 3, size=2)
            back = np.nan if generator.uniform() < one_way else generator.uniform(0.5, 3)
            rows.append((u, v, km, minutes, back))
            graph.add_edge(u, v, minutes=minutes, km=km)
            if not np.isnan(back):
                graph.add_edge(v, u, minutes=back, km=km)
    return streets_of(rows, places), graph, places


@pytest.fixture(scope="module")
def highways():
    return read_layer(load_study(), "highways")


@pytest.mark.parametrize("seed", range(12))
def test_shortest_ways_equal_networkx_on_random_streets(seed):
    streets, graph, places = grid_streets(seed)
    lon, lat = np.array(list(places.values())).T
    touched = [node for node in places if graph.degree(node)]
    i, j, minutes = streets.pairs(lon[touched], lat[touched], lon[touched], lat[touched])
    found = {(touched[a], touched[b]): cost for a, b, cost in zip(i, j, minutes, strict=True)}
    expected = {
        (a, b): cost
        for a, row in nx.all_pairs_dijkstra_path_length(graph, weight="minutes")
        for b, cost in row.items()
        if a in touched and b in touched
    }
    assert found.keys() == expected.keys()
    # A node's own place lies on its street to within a rounding of the plane: microseconds.
    assert all(found[pair] == pytest.approx(expected[pair], abs=1e-6) for pair in expected)


@pytest.mark.parametrize("seed", range(6))
def test_shortest_ways_equal_networkx_on_parts_of_the_shipped_highways(seed, highways):
    generator = np.random.default_rng(seed)
    part = highways[generator.uniform(size=len(highways)) < 0.7]
    graph = nx.Graph()
    for u, v, km in zip(part["u"], part["v"], part["km"], strict=True):
        if not graph.has_edge(u, v) or graph[u][v]["km"] > km:
            graph.add_edge(int(u), int(v), km=km)
    streets = highway_streets(part, access_leg_km=1.0)
    source = int(part["u"].iloc[generator.integers(len(part))])
    cost, _ = streets.costs_to(*node_place(part, source), by="km")
    lengths = nx.single_source_dijkstra_path_length(graph, source, weight="km")
    reached = np.flatnonzero(np.isfinite(cost))
    assert set(reached) == set(lengths)
    assert np.allclose(cost[reached], [lengths[node] for node in reached], atol=1e-6)


def node_place(highways, node):
    row = highways[(highways["u"] == node) | (highways["v"] == node)].iloc[0]
    return row.geometry.coords[0] if row["u"] == node else row.geometry.coords[-1]


def test_one_way_streets_are_held_from_the_middle_of_a_street_too():
    # A one-way ring 0 -> 1 -> 2 -> 0; two points on the first street.
    places = {0: (-100.0, 20.0), 1: (-99.9, 20.0), 2: (-99.95, 20.1)}
    ring = streets_of([(0, 1, 10, 10, np.nan), (1, 2, 10, 10, np.nan), (2, 0, 10, 10, np.nan)], places)
    west, east = (-99.975, 20.0), (-99.925, 20.0)
    ahead = ring.nearest([west[0]], [west[1]], [east[0]], [east[1]])
    round_about = ring.nearest([east[0]], [east[1]], [west[0]], [west[1]])
    assert ahead["minutes"][0] == pytest.approx(5, rel=0.01)
    assert round_about["minutes"][0] == pytest.approx(25, rel=0.01)
    assert round_about["km"][0] == pytest.approx(25, rel=0.01)


def test_what_is_not_reached_is_missing_and_never_0():
    places = {0: (-100.0, 20.0), 1: (-99.9, 20.0), 2: (-98.0, 20.0), 3: (-97.9, 20.0)}
    islands = streets_of([(0, 1, 10, 10, 10), (2, 3, 10, 10, 10)], places, access_leg_km=5.0)
    found = islands.nearest([-99.9, -98.0, -90.0, np.nan], [20.0, 20.0, 20.0, 20.0], [-100.0], [20.0])
    assert found["target"].tolist() == [0, -1, -1, -1]
    assert found["minutes"].isna().tolist() == found["km"].isna().tolist() == [False, True, True, True]
    i, _, cost = islands.pairs([-99.9, -98.0], [20.0, 20.0], [-100.0], [20.0])
    assert i.tolist() == [0] and cost[0] == pytest.approx(10, abs=1e-6)


def test_facilities_off_the_network_are_told():
    places = {0: (-100.0, 20.0), 1: (-99.9, 20.0)}
    with pytest.raises(ChoiceError, match=r"None of the 2 facilities lies within 5 km of the network"):
        streets_of([(0, 1, 10, 10, 10)], places, access_leg_km=5.0).nearest(
            [-100.0], [20.0], [-90.0, -91.0], [20.0, 20.0]
        )


def test_a_leg_costs_its_geodesic_at_its_own_speed():
    places = {0: (-100.0, 20.0), 1: (-99.9, 20.0)}
    streets = streets_of([(0, 1, 10, 6, 6)], places, access_kmh=30.0)
    found = streets.nearest([-100.0], [20.05], [-99.9], [20.0])
    leg = float(distance_km(-100.0, 20.05, -100.0, 20.0))
    assert found["km"][0] == pytest.approx(10 + leg, abs=0.01)
    assert found["minutes"][0] == pytest.approx(6 + leg * 2, abs=0.02)


@pytest.mark.parametrize("by", ["minutes", "km"])
def test_nearest_is_the_least_of_the_pairs(by):
    streets, _, places = grid_streets(3)
    generator = np.random.default_rng(4)
    lon, lat = generator.uniform(-100.0, -99.95, 40), generator.uniform(20.0, 20.05, 40)
    to = np.array([places[node] for node in (0, 14, 35)]).T
    found = streets.nearest(lon, lat, *to, by=by)
    i, j, cost = streets.pairs(lon, lat, *to, by=by)
    table = np.full((40, 3), np.inf)
    table[i, j] = cost
    assert found[by].fillna(np.inf).to_numpy() == pytest.approx(table.min(axis=1))
    least = streets.least(streets.access(lon, lat), streets.access(*to), by=by)
    assert np.array_equal(np.isnan(least), found[by].isna())
    assert np.nan_to_num(least) == pytest.approx(found[by].fillna(0).to_numpy())
    within = streets.pairs(lon, lat, *to, by=by, within=4.0)
    assert within[2].size == (table <= 4.0).sum() and within[2].max() <= 4.0


def test_juarez_to_queretaro_is_as_long_as_the_road(highways):
    streets = highway_streets(highways, access_leg_km=50.0, kmh=80.0)
    found = streets.nearest([-106.4245], [31.6904], [-100.3899], [20.5888], by="km")
    assert 1_500 < found["km"][0] < 1_600
    assert found["minutes"][0] == pytest.approx(found["km"][0] * 60 / 80, rel=0.02)
    other = RoadNetwork(highways, access_leg_km=50.0)
    assert other.distance_km([-106.4245], [31.6904], [-100.3899], [20.5888])[0, 0] == pytest.approx(found["km"][0])


def test_an_isochrone_holds_what_is_reached_and_nothing_else():
    streets, _, places = grid_streets(8, one_way=0.2)
    generator = np.random.default_rng(9)
    lon, lat = generator.uniform(-100.0, -99.95, 200), generator.uniform(20.0, 20.05, 200)
    park = places[14]
    areas = isochrones(streets, [park[0]], [park[1]], within=[1.5, 3.0], width_km=0.05)
    access = streets.access(lon, lat)
    found = streets.nearest(lon, lat, [park[0]], [park[1]])
    on_street = found["minutes"] - streets.leg_cost(access.leg_km, "minutes")
    feet = shapely.line_interpolate_point(streets.shapes[access.street], access.share, normalized=True)
    shapes = areas.to_crs("EPSG:6372").geometry
    for limit, shape in zip((1.5, 3.0), shapes, strict=True):
        inside = shapely.contains(shape, feet)
        assert inside[on_street < limit - 1e-6].all()
        # Outside the reach a foot is inside only where another reached street passes within the width.
        assert inside[on_street > limit].mean() < 0.2
    assert shapes[0].area < shapes[1].area < shapely.convex_hull(shapes[1]).area


def test_an_isochrone_of_a_park_off_the_network_is_empty():
    streets = streets_of([(0, 1, 10, 10, 10)], {0: (-100.0, 20.0), 1: (-99.9, 20.0)}, access_leg_km=5.0)
    found = isochrones(streets, [-90.0, -100.0], [20.0, 20.0], within=[5.0])
    assert found.geometry.is_empty.tolist() == [True, False]
    with pytest.raises(ValueError, match="above 0"):
        isochrones(streets, [-100.0], [20.0], within=[0.0])


OSM = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6" generator="test">
<node id="1" lat="20.00" lon="-100.00" version="1"/><node id="2" lat="20.00" lon="-99.98" version="1"/>
<node id="3" lat="20.02" lon="-99.98" version="1"/><node id="4" lat="20.02" lon="-100.00" version="1"/>
<node id="5" lat="20.01" lon="-99.97" version="1"/>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="oneway" v="yes"/>
<tag k="maxspeed" v="40"/></way>
<way id="11" version="1"><nd ref="2"/><nd ref="5"/><nd ref="3"/><tag k="highway" v="secondary"/></way>
<way id="12" version="1"><nd ref="3"/><nd ref="4"/><nd ref="1"/><tag k="highway" v="residential"/></way></osm>"""


def test_an_osm_extract_is_read_with_its_one_way_streets_and_kept(tmp_path):
    extract = tmp_path / "town.osm"
    extract.write_text(OSM)
    kept = prepare_streets(shapely.box(-101, 19, -99, 21), "Querétaro, Qro.", source=extract, folder=tmp_path)
    assert kept == cached_streets("Querétaro, Qro.", folder=tmp_path) and kept.name == "queretaro-qro.parquet"
    for streets in (read_streets(extract), read_streets(kept)):
        ahead = streets.nearest([-100.0], [20.0], [-99.98], [20.0])
        back = streets.nearest([-99.98], [20.0], [-100.0], [20.0])
        straight = float(distance_km(-100.0, 20.0, -99.98, 20.0))
        assert ahead["km"][0] == pytest.approx(straight, rel=0.01)
        assert ahead["minutes"][0] == pytest.approx(ahead["km"][0] * 60 / 40, rel=0.01)  # as posted
        assert back["km"][0] > 3 * straight  # round by the other streets
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_extract_read_by_gdal_has_the_streets_that_osmnx_reads(tmp_path):
    from geo.streets.extract import extract_table
    from geo.streets.speeds import SPEEDS_KMH

    extract = tmp_path / "town.osm"
    way = '<way id="{}" version="1"><nd ref="{}"/><nd ref="{}"/><tag k="highway" v="{}"/>{}</way>'
    back = way.format(13, 1, 3, "tertiary", '<tag k="oneway" v="-1"/>')
    path = way.format(14, 2, 4, "footway", "")
    extract.write_text(OSM.replace("</osm>", f"{back}{path}</osm>"))
    table = extract_table(extract, SPEEDS_KMH)
    assert table["minutes_back"].isna().sum() == 2 and len(table) == 4
    streets = Streets(table)
    ahead = streets.nearest([-100.0], [20.0], [-99.98], [20.0])
    assert ahead["minutes"][0] == pytest.approx(ahead["km"][0] * 60 / 40, rel=0.01)
    # Node 3 to node 1: straight by the street that is open only against its drawing; back, round by the others.
    there = streets.nearest([-99.98], [20.02], [-100.0], [20.0])
    again = streets.nearest([-100.0], [20.0], [-99.98], [20.02])
    assert there["km"][0] == pytest.approx(float(distance_km(-99.98, 20.02, -100.0, 20.0)), rel=0.001)
    assert again["km"][0] > 1.3 * there["km"][0]
    theirs = read_streets(extract)
    for lon, lat in ((-99.98, 20.0), (-99.97, 20.01), (-99.98, 20.02)):
        ours = streets.nearest([lon], [lat], [-100.0], [20.0])["minutes"][0]
        assert ours == pytest.approx(theirs.nearest([lon], [lat], [-100.0], [20.0])["minutes"][0], rel=0.005)


def test_a_saved_graphml_is_read(tmp_path):
    import osmnx

    extract = tmp_path / "town.osm"
    extract.write_text(OSM)
    saved = tmp_path / "town.graphml"
    osmnx.save_graphml(osmnx.graph_from_xml(extract, retain_all=True), saved)
    ours, theirs = read_streets(saved), read_streets(extract)
    assert np.allclose(ours.km, theirs.km) and ours.table["minutes_back"].isna().sum() == 1


@pytest.mark.parametrize("name", ["lost.graphml", "text.graphml", "extract.parquet", "text.osm.pbf"])
def test_a_network_that_cannot_be_read_is_refused(tmp_path, name):
    if name.startswith("text"):
        (tmp_path / name).write_text("no graph")
    if name == "extract.parquet":
        gpd.GeoDataFrame({"u": [0]}, geometry=[shapely.Point(0, 0)], crs="EPSG:4326").to_parquet(tmp_path / name)
    with pytest.raises(DataError):
        read_streets(tmp_path / name)


def test_a_download_that_fails_names_the_cure_and_keeps_nothing(tmp_path, monkeypatch):
    import osmnx
    from requests.exceptions import ConnectionError as NoConnection

    def fail(*_, **__):
        raise NoConnection("no route")

    monkeypatch.setattr(osmnx, "graph_from_polygon", fail)
    with pytest.raises(CorredorError, match=r"could not be downloaded \(no route\).*give a saved network"):
        prepare_streets(shapely.box(-100, 20, -99, 21), "nowhere", folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_download_is_kept_and_read_again(tmp_path, monkeypatch):
    import osmnx

    extract = tmp_path / "town.osm"
    extract.write_text(OSM)
    graph = osmnx.graph_from_xml(extract, retain_all=True)
    asked = []

    def download(region, **options):
        asked.append((region.bounds, options["network_type"]))
        return graph

    monkeypatch.setattr(osmnx, "graph_from_polygon", download)
    said = []
    kept = prepare_streets(shapely.box(-101, 19, -99, 21), "town", folder=tmp_path, progress=said.append)
    assert asked == [((-101.0, 19.0, -99.0, 21.0), "drive")] and len(said) == 2
    assert np.allclose(read_streets(kept).km, read_streets(extract).km)
