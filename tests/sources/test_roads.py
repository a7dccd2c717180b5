"""INEGI's roads and OpenStreetMap's become one graph whose edges carry their true length."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import ChoiceError, DownloadError
from geo.layers import read_layer
from geo.network import RoadNetwork
from geo.sources.roads import graph, overpass_url
from geo.sources.studyfile import set_layers
from geo.study import load_study

RNC = "/contenidos/productos/prod_serv/contenidos/espanol/bvinegi/productos/geografia/caminos/2025/794551163030_gpk.zip"
OVERPASS = "/api/interpreter"

ROADS = (
    ("Carretera", [(0, 0), (5000, 3000), (10_000, 0)]),
    ("Carretera", [(20_000, 0), (10_000, 0)]),
    ("Enlace", [(10_000, 0), (10_000, 500)]),
    ("Calle", [(20_000, 0), (20_000, 800)]),
    ("Carretera", [(90_000, 0), (95_000, 0)]),
    ("Glorieta", [(20_000, 0), (20_050, 50), (20_000, 100), (20_000, 0)]),
)


@pytest.fixture
def rnc(zipped: Any, tmp_path: Path) -> Callable[..., bytes]:
    def make(layer: str = "red_vial", kind: str = "TIPO_VIAL") -> bytes:
        origin = np.array([2_500_000, 1_000_000])
        frame = gpd.GeoDataFrame(
            {"ID_RED": range(len(ROADS)), kind: [name for name, _ in ROADS], "NOMBRE": "Carretera Ñ"},
            geometry=[shapely.LineString(np.asarray(xy) + origin) for _, xy in ROADS], crs="EPSG:6372",
        )  # fmt: skip
        path = tmp_path / "made.gpkg"
        path.unlink(missing_ok=True)
        frame.to_file(path, layer=layer, driver="GPKG")
        return zipped({"conjunto_de_datos/rnc2025.gpkg": path.read_bytes()})

    return make


def test_highways_of_the_rnc_become_a_graph(
    server: Any, run: Callable[..., Any], rnc: Callable[..., bytes], tmp_path: Path
) -> None:
    server.put(RNC, rnc())
    fetched = run("roads")
    account = fetched.cleaned
    assert (account.read, account.kept) == (6, 4)
    assert account.left_out == {
        "no highway": 1,
        "roads of no length": 0,
        "roads that are not connected with the main network": 1,
    }
    set_layers(tmp_path / "geo.toml", fetched.layers)
    highways = read_layer(load_study(tmp_path / "geo.toml"), "highways")
    assert set(highways["u"]) | set(highways["v"]) == {0, 1, 2, 3, 4}  # the roundabout is two edges
    assert (highways["u"] < highways["v"]).all()
    planar = [shapely.LineString(xy).length / 1000 for _, xy in (ROADS[0], ROADS[1], ROADS[2], ROADS[5])]
    assert highways["km"].sum() == pytest.approx(sum(planar), rel=0.01)
    ends = highways.geometry.get_coordinates().iloc[[0, -1]]
    network = RoadNetwork(highways, access_leg_km=5)
    whole = network.distance_km([ends["x"].min()], [ends["y"].iloc[0]], [ends["x"].max()], [ends["y"].iloc[-1]])
    assert np.isfinite(whole).all()


@pytest.mark.parametrize(
    ("given", "said"),
    [({"layer": "caminos"}, "has no layer red_vial; it has caminos"), ({"kind": "TIPO"}, "has no column TIPO_VIAL")],
)
def test_a_package_laid_out_otherwise_is_refused(
    server: Any, run: Callable[..., Any], rnc: Callable[..., bytes], given: dict[str, str], said: str, tmp_path: Path
) -> None:
    server.put(RNC, rnc(**given))
    with pytest.raises(DownloadError, match=said):
        run("roads")
    assert not (tmp_path / "sources" / "roads").exists()


def osm(*, remark: str = "", end: str = "</osm>") -> bytes:
    """Return what Overpass answers to out:xml: ways, then their nodes, in any order."""
    nodes = {1: (-102.30, 21.80), 2: (-102.31, 21.85), 3: (-102.30, 21.90), 4: (-102.20, 21.90), 5: (-102.25, 21.90)}
    ways = {10: (1, 2, 3), 11: (3, 5), 12: (5, 4), 13: (3, 1)}
    body = "".join(f'<node id="{key}" lat="{lat}" lon="{lon}"/>' for key, (lon, lat) in nodes.items())
    for key, members in ways.items():
        refs = "".join(f'<nd ref="{node}"/>' for node in members)
        body += f'<way id="{key}">{refs}<tag k="highway" v="trunk"/><tag k="name" v="Vía &lt;1&gt;"/></way>'
    note = f"<remark> runtime error: {remark} </remark>" if remark else ""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="Overpass API 0.7.62">'
    return f"{head}<note>OpenStreetMap</note>{body}{note}{end}\n".encode()


def test_roads_of_openstreetmap_become_a_graph(server: Any, run: Callable[..., Any], tmp_path: Path) -> None:
    server.put(OVERPASS, server.chunked(osm()))
    fetched = run("roads", network="osm", states=("01",))
    asked = server.requests[0][0]
    assert "motorway" in asked and "out:xml" in asked
    highways = read_layer(load_study(set_and_path(tmp_path, fetched)), "highways")
    assert len(highways) == 3  # the ring 3-1-2-3 cut in two, and 3-5-4 as one
    assert fetched.cleaned.read == fetched.cleaned.kept == 2
    shortest = RoadNetwork(highways, access_leg_km=5).distance_km([-102.30], [21.80], [-102.20], [21.90])[0, 0]
    assert shortest == pytest.approx(11.07 + 10.34, abs=0.1)
    assert "OpenStreetMap" in (fetched.folder / "source.json").read_text(encoding="utf-8")


def set_and_path(tmp_path: Path, fetched: Any) -> Path:
    set_layers(tmp_path / "geo.toml", fetched.layers)
    return tmp_path / "geo.toml"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (osm(remark="Query timed out"), "did not finish the query"),
        (osm(end=""), "cut short"),
        (b"<x/>", "no OpenStreetMap"),
    ],
)
def test_an_unfinished_answer_of_overpass_is_not_kept(
    server: Any, run: Callable[..., Any], tmp_path: Path, body: bytes, said: str
) -> None:
    server.put(OVERPASS, body)
    with pytest.raises(DownloadError, match=said):
        run("roads", network="osm", states=("01",))
    assert not list((tmp_path / "cache" / "roads").glob("*.osm"))


def test_an_answer_without_roads_is_said(server: Any, run: Callable[..., Any]) -> None:
    empty = osm().split(b"<node")[0] + b"</osm>"
    server.put(OVERPASS, empty)
    with pytest.raises(DownloadError, match="holds no road that can be read"):
        run("roads", network="osm", states=("01",))


def test_the_query_names_the_box_south_first() -> None:
    assert "%2820.0000%2C-101.0000%2C21.0000%2C-100.0000%29" in overpass_url((-101, 20, -100, 21))


def test_networks_are_asked_for_by_name(run: Callable[..., Any], server: Any) -> None:
    with pytest.raises(ChoiceError, match="--state goes with --network osm"):
        run("roads", states=("01",))
    assert server.requests == []


def test_a_parallel_road_stays_a_road_of_its_own() -> None:
    straight, round_about = [(-102, 20), (-101.9, 20)], [(-102, 20), (-101.95, 20.1), (-101.9, 20)]
    shapes = [shapely.LineString(straight), shapely.LineString(round_about)]
    lines = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326")
    edges, loops, lost = graph(lines)
    assert (len(edges), loops, lost) == (2, 0, 0)
    assert edges["km"].is_monotonic_increasing
