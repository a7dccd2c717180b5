"""Rasters are cut to the part that is asked for, in their own cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from geo.errors import ChoiceError, DownloadError
from geo.sources._grid import cut_raster

WORLDPOP = "/GIS/Population/Global_2015_2030/R2025A/{}/MEX/v1/{}"


def test_people_are_cut_to_the_region_and_add_up(server: Any, run: Callable[..., Any], worldpop_tif: bytes) -> None:
    server.put(WORLDPOP.format(2025, "100m/constrained/mex_pop_2025_CN_100m_R2025A_v1.tif"), worldpop_tif)
    fetched = run("worldpop")
    with rasterio.open(fetched.folder / "population.tif") as cut:
        values = cut.read(1, masked=True)
        assert cut.crs.to_epsg() == 4326
        west, south, east, north = cut.bounds
        assert west <= -118.6 < west + 0.1001 and north >= 32.9 > north - 0.1001
        assert south <= 14.3 and east >= -86.5
    account = fetched.cleaned
    assert account.read == values.size
    assert account.kept == values.count()
    assert float(values.sum()) == 2.0 * account.kept
    assert f"{values.sum():,.0f}" in account.notes[0][1]
    assert fetched.layers == {}


def test_a_state_and_a_year_are_asked_for(server: Any, run: Callable[..., Any], worldpop_tif: bytes) -> None:
    server.put(WORLDPOP.format(2020, "1km_ua/constrained/mex_pop_2020_CN_1km_R2025A_UA_v1.tif"), worldpop_tif)
    fetched = run("worldpop", states=("19",), year=2020, resolution="1km")
    with rasterio.open(fetched.folder / "population.tif") as cut:
        assert cut.bounds.left > -102 and cut.bounds.right < -98
    with pytest.raises(ChoiceError, match="has the years 2015 to 2030, not 1999"):
        run("worldpop", year=1999)


def test_a_raster_of_elsewhere_is_said(worldpop_tif: bytes, tmp_path: Path) -> None:
    (tmp_path / "mex.tif").write_bytes(worldpop_tif)
    with pytest.raises(DownloadError, match="does not cover the part"):
        cut_raster(tmp_path / "mex.tif", (10.0, 40.0, 11.0, 41.0), tmp_path / "out.tif")


def test_a_cut_is_the_same_cells_as_the_source(worldpop_tif: bytes, tmp_path: Path) -> None:
    (tmp_path / "mex.tif").write_bytes(worldpop_tif)
    cut_raster(tmp_path / "mex.tif", (-101.05, 19.55, -99.95, 20.35), tmp_path / "out.tif")
    with rasterio.open(tmp_path / "mex.tif") as whole, rasterio.open(tmp_path / "out.tif") as cut:
        assert (cut.width, cut.height) == (12, 9)
        row, column = whole.index(*cut.xy(0, 0))
        assert np.array_equal(cut.read(1), whole.read(1)[row : row + 9, column : column + 12])


def catalogue(links: list[tuple[str, str]]) -> bytes:
    return json.dumps(
        {"id": "x", "stac_version": "1.0.0", "links": [{"rel": rel, "href": href} for rel, href in links]}
    ).encode()


def item(day: str, bbox: list[float], image: str) -> bytes:
    return json.dumps({
        "type": "Feature", "bbox": bbox, "links": [], "properties": {"datetime": f"{day}T07:20:00Z"},
        "assets": {"image": {"href": image}},
    }).encode()  # fmt: skip


@pytest.fixture
def nights(server: Any, worldpop_tif: bytes) -> str:
    """Serve a month of the archive: an image over Mexico, one over Asia, one of another night."""
    names = [f"SVDNB_npp_d20190415_t0{hour}00000_e0805000_b1_c1_noaa_ops.rade9.co" for hour in (1, 8)]
    other = "SVDNB_npp_d20190416_t0800000_e0805000_b1_c1_noaa_ops.rade9.co"
    server.put("/VIIRS_npp_catalog.json", catalogue([
        ("self", "./VIIRS_npp_catalog.json"), ("child", "./201903/VIIRS_DNB_rade9_201903.json"),
        ("child", "./201904/VIIRS_DNB_rade9_201904.json"),
    ]))  # fmt: skip
    server.put("/201904/VIIRS_DNB_rade9_201904.json", catalogue([
        ("root", "../VIIRS_npp_catalog.json"), *(("item", f"./{name}.json") for name in (*names, other)),
        ("item", "https://evil.example/SVDNB_npp_d20190415_t0.json"),
    ]))  # fmt: skip
    server.put(f"/201904/{names[0]}.json", item("2019-04-15", [100.0, 10.0, 140.0, 40.0], f"./{names[0]}.tif"))
    server.put(f"/201904/{names[1]}.json", item("2019-04-15", [-120.0, 4.0, -80.0, 34.0], f"./{names[1]}.tif"))
    server.put(f"/201904/{names[1]}.tif", worldpop_tif)
    return names[1]


def test_the_image_of_a_night_over_the_region_is_found(server: Any, run: Callable[..., Any], nights: str) -> None:
    fetched = run("viirs", date="2019-04-15")
    assert [path.name for path in fetched.folder.glob("*.tif")] == [f"{nights}.cut.tif"]
    assert fetched.cleaned.read == fetched.cleaned.kept + sum(fetched.cleaned.left_out.values())
    asked = [path for path, _ in server.requests]
    assert not any("20190416" in path for path in asked)
    assert not any("evil" in path for path in asked)
    server.requests.clear()
    run("viirs", date="2019-04-15", offline=True)
    assert server.requests == []


def test_a_night_that_is_not_there_is_said(server: Any, run: Callable[..., Any], nights: str) -> None:
    with pytest.raises(DownloadError, match="has no month 2011-01"):
        run("viirs", date="2011-01-01")
    with pytest.raises(DownloadError, match="no image of the night 2019-04-20 covers"):
        run("viirs", date="2019-04-20")
    with pytest.raises(ChoiceError, match="name the night with --date"):
        run("viirs")
