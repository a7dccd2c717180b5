"""IBWC's line and the crossings of BTS become the layers border and ports_of_entry."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import DownloadError
from geo.geodesy import line_length_km
from geo.layers import read_layer
from geo.sources.bts import update_modes
from geo.sources.ibwc import densify_parallels, join_lines
from geo.sources.studyfile import set_layers
from geo.study import load_study

LINE = "/ak2bo87wLfUpMrt1/ArcGIS/rest/services/US_Mexico_Border_Map_WFL1/FeatureServer/2/query"
BTS = "/api/views/keg4-3bc2/rows.json"


@pytest.fixture
def shipped() -> Any:
    return gpd.read_parquet(load_study().path("border")).geometry.iloc[0]


def geojson(lines: list[Any], **more: Any) -> bytes:
    features = [
        {"type": "Feature", "id": number, "properties": {"OBJECTID": number},
         "geometry": None if line is None else shapely.geometry.mapping(line)}
        for number, line in enumerate(lines, start=1)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features, **more}).encode()


def pieces(line: Any) -> list[Any]:
    """Cut the border in three, shuffle the pieces and turn one round."""
    xy = np.asarray(line.coords)
    one, two, three = xy[:4001], xy[4000:15001], xy[15000:]
    return [shapely.LineString(two[::-1]), shapely.LineString(three), shapely.LineString(one)]


def test_pieces_in_any_order_become_one_line(
    server: Any, run: Callable[..., Any], shipped: Any, tmp_path: Path
) -> None:
    stray = shapely.LineString([(-99.0, 19.0), (-99.1, 19.1)])
    server.put(LINE, server.chunked(geojson([*pieces(shipped), stray, None])))
    fetched = run("ibwc")
    account = fetched.cleaned
    assert (account.read, account.kept, len(account.rejects)) == (5, 3, 2)
    set_layers(tmp_path / "geo.toml", fetched.layers)
    border = read_layer(load_study(tmp_path / "geo.toml"), "border")
    (line,) = border.geometry
    assert line_length_km(line) == pytest.approx(line_length_km(shipped), abs=0.001)
    assert line.coords[0][0] < line.coords[-1][0]
    assert np.allclose(np.asarray(line.coords), np.asarray(shipped.coords), atol=1e-9)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'{"error":{"code":400,"message":"Invalid URL","details":[]}}', "answered with an error .Invalid URL"),
        (b'{"type":"FeatureCollection","features":[]}', "the answer has no features"),
        (
            b'{"type":"FeatureCollection","properties":{"exceededTransferLimit":true},"features":[1]}',
            "only the first features",
        ),
        (b"[1]", "the answer holds no features"),
    ],
)
def test_an_answer_of_arcgis_that_is_no_line_is_not_kept(
    server: Any, run: Callable[..., Any], tmp_path: Path, answer: bytes, said: str
) -> None:
    server.put(LINE, answer)
    with pytest.raises(DownloadError, match=said):
        run("ibwc")
    assert not list((tmp_path / "cache" / "ibwc").glob("*.geojson"))


def test_half_a_border_is_refused(server: Any, run: Callable[..., Any], shipped: Any, tmp_path: Path) -> None:
    server.put(LINE, geojson(pieces(shipped)[:1]))
    with pytest.raises(DownloadError, match="not that of the whole border"):
        run("ibwc")
    assert not (tmp_path / "sources" / "ibwc").exists()


def test_ends_far_apart_are_not_joined() -> None:
    near = [shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(1.004, 0), (2, 0)])]
    line, lost = join_lines(near)
    assert (len(line.coords), lost) == (4, set())
    far = [shapely.LineString([(0, 0), (1, 0)]), shapely.LineString([(1.01, 0), (3, 0)])]
    line, lost = join_lines(far)
    assert (line.coords[0], lost) == ((1.01, 0.0), {0})


def test_only_segments_along_a_parallel_are_cut() -> None:
    parallel = 31 + 20 / 60
    line = shapely.LineString([(-111.0, parallel), (-110.0, parallel), (-109.0, 32.0)])
    dense = np.asarray(densify_parallels(line).coords)
    assert len(dense) > 150
    assert np.allclose(dense[:-1, 1], parallel)


def test_crossings_are_read_and_every_row_is_accounted_for(
    server: Any, run: Callable[..., Any], bts_json: bytes
) -> None:
    server.put(BTS, server.chunked(bts_json))
    fetched = run("bts")
    account = fetched.cleaned
    assert (account.read, account.kept, len(account.rejects)) == (21, 17, 3)
    assert account.left_out == {"another border: US-Canada Border": 1}
    rejects = pd.read_csv(fetched.folder / "rejects.csv", dtype=str)
    assert rejects["reason"].tolist() == [
        "the port is not in the layer ports_of_entry", "the number of crossings is no whole number",
        "port, month and measure stand twice",
    ]  # fmt: skip
    crossings = pd.read_csv(fetched.folder / "crossings.csv", dtype={"us_port_code": str})
    here = crossings[(crossings["us_port_code"] == "2402") & (crossings["month"] == "2026-05")]
    assert here.set_index("measure")["crossings"].to_dict() == {"Trucks": 1200, "Trains": 30, "Personal Vehicles": 0}


def test_modes_follow_the_last_twelve_months(
    server: Any, run: Callable[..., Any], bts_json: bytes, tmp_path: Path
) -> None:
    server.put(BTS, bts_json)
    set_layers(tmp_path / "geo.toml", run("bts").layers)
    study = load_study(tmp_path / "geo.toml")
    ports = read_layer(study, "ports_of_entry").set_index("port_id")
    before = read_layer(load_study(), "ports_of_entry").set_index("port_id")
    # Buses crossed in 2024 only, cars not at all: trucks and trains are left.
    assert ports.loc["2402", "modes"] == "commercial;rail"
    assert ports.loc["2410", "modes"] == "pedestrian_only"
    assert ports.loc["2402", "source_ids"].split("|")[-1] == "fetch_bts"
    same = ports.index.difference(["2402", "2410"])
    assert ports.loc[same, "modes"].equals(before.loc[same, "modes"])
    assert ports.geometry.geom_equals(before.geometry).all()
    read_layer(study, "sources")


def test_modes_read_twice_are_the_same() -> None:
    ports = pd.DataFrame(
        {"level": ["port"], "us_port_code": ["2402"], "modes": ["rail"], "source_ids": ["a"]}, dtype=str
    )
    crossings = pd.DataFrame(
        {"us_port_code": ["2402"], "month": ["2026-01"], "measure": ["Trucks"], "crossings": ["4"]}, dtype=str
    )
    once = update_modes(ports, crossings, "fetch_bts")
    assert update_modes(once, crossings, "fetch_bts").equals(once)
    assert ports["modes"].tolist() == ["rail"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [(b'"Port Code"', b'"Code"', "has no column Port Code"), (b'"data" : [ [', b'"rows" : [ [', "no table of Socrata"),
     (b'"31.764", "-106.451", "POINT (-106.451 31.764)"]', b'"31"]', None)],
)  # fmt: skip
def test_a_table_laid_out_otherwise_is_not_kept(
    server: Any, run: Callable[..., Any], bts_json: bytes, tmp_path: Path, old: bytes, new: bytes, said: str | None
) -> None:
    body = bts_json.replace(old, new)
    assert body != bts_json
    server.put(BTS, body)
    if said is None:  # columns after the last needed one may be missing
        assert run("bts").cleaned.read == 21
        return
    with pytest.raises(DownloadError, match=said):
        run("bts")
    assert not list((tmp_path / "cache" / "bts").glob("*.json"))
