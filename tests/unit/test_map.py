"""A smaller atlas: only what lies in a state or a box, with the layers that were named, whole or not at all."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

from geo.cli import main
from geo.errors import ChoiceError, OutputError
from geo.export.basemap import find_basemap
from geo.export.folder import whole_file
from geo.export.region import Region, box_region, cut_drawing, cut_tables, find_region, state_region
from geo.export.style import LAYER_STYLES, style_table
from geo.extract import draw_map
from geo.runs import Run
from geo.study import load_study

STATES = gpd.GeoDataFrame(
    {"cve_ent": ["01", "09", "19"], "name": ["Aguascalientes", "Ciudad de México", "Nuevo León"]},
    geometry=[shapely.box(-103, 21, -102, 22), shapely.box(-99.5, 19, -99, 19.6), shapely.box(-101, 24, -99, 27)],
    crs=4326,
).to_crs(6372)


def frame(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    towns = gpd.GeoDataFrame(
        {
            "cvegeo": ["01001", "19001", "19002", "19003"], "cve_ent": ["01", "19", "19", "19"],
            "metro_area_code": ["01.01", None, "19.01", None], "parent_cvegeo": [None, None, None, "19002"],
            "source_ids": ["a", "b", "b", "b"],
        },
        geometry=[*(shapely.box(w, s, w + 1, n) for w, s, n in ((-103, 21, 22), (-101, 24, 27), (-100, 24, 27))), None],
        crs=4326,
    ).to_crs(6372)  # fmt: skip
    return {
        "parks": frame(park_id=["n", "s", "u", "v"], cve_ent=["19", "01", "19", "19"], lon=[-99.5, -102.5, None, None],
                       lat=[25.0, 21.5, None, None], cvegeo=["19002", "01001", "19001", "19003"],
                       source_ids=["c|d", "e", "c", "c"]),
        "park_developers": frame(park_id=["n", "s"], developer_id=["x", "y"], source_ids=["f", "g"]),
        "developers": frame(developer_id=["x", "y"], source_ids=["h", "i"]),
        "sensitivity": frame(park_id=["n", "s"], index=["border_km"] * 2),
        "places": frame(place_id=["1", "2"], cvegeo=["19002", "01001"], lon=[-99.0, -102.5], lat=[24.0, 21.5]),
        "wages": frame(cve_ent=["01", "19"], source_ids=["a", "j"]),
        "metro_areas": frame(metro_area_code=["01.01", "19.01"]),
        "states": STATES,
        "municipalities": towns,
        "national": frame(name=["México"]),
        "sources": frame(source_id=list("abcdefghij")),
    }  # fmt: skip


def held(cut: dict[str, pd.DataFrame]) -> dict[str, list[Any]]:
    return {name: table.iloc[:, 0].tolist() for name, table in cut.items()}


def test_a_state_holds_what_carries_its_code_and_what_belongs_to_it(tables: Any) -> None:
    cut = held(cut_tables(tables, state_region("nuevo leon", STATES)))
    assert cut == {
        "parks": ["n", "u", "v"], "park_developers": ["n"], "developers": ["x"], "sensitivity": ["n"], "places": ["1"],
        "wages": ["19"], "metro_areas": ["19.01"], "states": ["19"], "municipalities": ["19001", "19002", "19003"],
        "national": ["México"], "sources": ["b", "c", "d", "f", "h", "j"],
    }  # fmt: skip


def test_a_box_holds_points_on_its_edge_and_areas_that_meet_it_but_not_those_that_only_touch_it(tables: Any) -> None:
    cut = held(cut_tables(tables, box_region((-99.9, 24.0, -99.0, 26.0), STATES)))
    assert cut["parks"] == ["n", "v"]
    assert cut["places"] == ["1"]
    assert cut["municipalities"] == ["19002", "19003"]
    assert cut["states"] == ["19"]


@pytest.mark.parametrize("part", [state_region("19", STATES), box_region((-101, 24.0, -99.0, 27.0), STATES)])
def test_hexagons_that_meet_a_region_are_in_it_whole(tables: Any, part: Region) -> None:
    shapes = [
        shapely.box(-101.1, 25, -100.9, 25.2),
        shapely.box(-101.2, 25, -101, 25.2),
        shapely.box(-103, 21, -102, 22),
    ]
    tables["establishment_hexagons"] = gpd.GeoDataFrame(
        {"hexagon_id": ["over", "beside", "far"], "establishments": [7, 8, 9]}, geometry=shapes, crs=4326
    )
    cut = cut_tables(tables, part)["establishment_hexagons"]
    assert cut["hexagon_id"].tolist() == ["over"]
    assert cut["establishments"].tolist() == [7]


def test_the_tables_given_are_left_as_they_were(tables: Any) -> None:
    before = {name: table.copy() for name, table in tables.items()}
    cut_tables(tables, state_region("19", STATES))
    for name, table in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(tables[name]), pd.DataFrame(table))


def test_a_drawing_is_cut_to_the_region(tables: Any) -> None:
    region = state_region("19", STATES)
    roads = gpd.GeoDataFrame({"km": [1.0, 2.0]}, crs=4326, geometry=[
        shapely.LineString([(-102, 25), (-98, 25)]), shapely.LineString([(-103, 21), (-102, 21)])])  # fmt: skip
    drawing = {
        "states": STATES,
        "municipalities": tables["municipalities"],
        "highways": roads,
        "density": frame(lon=[-100.1, -102.1], lat=[25.1, 21.1], parks_per_1000_km2=[1.0, 2.0]),
    }
    cut = cut_drawing(drawing, cut_tables(tables, region), region)
    west, _, east, _ = cut["highways"].total_bounds
    assert (round(west, 3), round(east, 3)) == (-101, -99)
    assert len(cut["highways"]) == 1
    assert cut["density"]["lon"].tolist() == [-100.1]
    assert cut["states"]["cve_ent"].tolist() == ["19"]
    assert len(cut["municipalities"]) == 3


@pytest.mark.parametrize("text", ["19", "Nuevo León", "NUEVO LEON", " nuevo león "])
def test_a_state_is_found_by_name_or_code(text: str) -> None:
    region = find_region(text, STATES)
    assert region.cve_ent == "19"
    assert region.bounds == pytest.approx((-101, 24, -99, 27), abs=0.01)


def test_a_code_needs_no_leading_zero() -> None:
    assert state_region("1", STATES).es == "Aguascalientes"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("Nuevo Leon del Norte", "--state Nuevo Leon del Norte: there is no such state. Did you mean Nuevo León?"),
        ("zzz", "--state zzz: there is no such state. Known: Aguascalientes, Ciudad de México, Nuevo León."),
        ((0.0, 0.0, 1.0, 1.0), "--bbox 0,0,1,1: holds nothing of the study's states. Give west,south,east,north"),
        ((-99.0, 24.0, -100.0, 26.0), "--bbox -99,24,-100,26: is no box. Give west,south,east,north"),
        ((-99.0, 24.0, -98.0, 96.0), "--bbox -99,24,-98,96: is no box. Give west,south,east,north"),
    ],
)
def test_what_is_no_part_of_the_country_is_refused_in_one_sentence(part: Any, said: str) -> None:
    with pytest.raises(ChoiceError, match=re.escape(said)):
        find_region(part, STATES)


def test_only_named_layers_have_a_switch_and_two_fills_never_open_together() -> None:
    looks = {layer["key"]: layer for layer in style_table(["corridor", "municipalities", "states_wage"])["layers"]}
    assert set(looks) == set(LAYER_STYLES)
    assert [key for key, layer in looks.items() if not layer["hidden"]] == ["corridor", "states_wage", "municipalities"]
    assert looks["corridor"]["on"]
    assert looks["states_wage"]["on"] != looks["municipalities"]["on"]
    assert not looks["parks"]["on"]


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "new" / "map.html"
    with whole_file(target) as file:
        file.write_text("one")
        assert not target.exists()
    assert target.read_text() == "one"
    with pytest.raises(ZeroDivisionError), whole_file(target) as file:
        file.write_text("two")
        raise ZeroDivisionError
    assert target.read_text() == "one"
    assert list(target.parent.iterdir()) == [target]
    with pytest.raises(OutputError, match="is a folder"), whole_file(tmp_path):
        pass


def said(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["map", *arguments])
    assert result.exit_code != 0
    return result.output


def test_the_command_refuses_before_it_reads_anything(tmp_path: Path) -> None:
    out = str(tmp_path / "map.html")
    assert "no such layer. Did you mean corridor?" in said("--out", out, "--layers", "corridr")
    assert "no such layer. Known: parks," in said("--out", out, "--layers", "qqq")
    assert "give west,south,east,north" in said("--out", out, "--bbox", "1,2,3")
    assert "give one" in said("--out", out, "--bbox=-101,25,-99,26", "--state", "19")
    assert "API KEY REQUIRED" in said("--out", out, "--basemap", "CartoDB.Positron")
    assert "Missing option '--out'" in said()
    assert list(tmp_path.iterdir()) == []


def block(page: str, name: str) -> Any:
    found = re.search(f'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found is not None, name
    return json.loads(found[1])


@pytest.fixture
def run(built: Path) -> Run:
    return Run(load_study(), built)


@pytest.mark.slow
def test_a_map_of_a_state_is_a_small_atlas_that_says_it_is_a_part(tmp_path: Path, built: Path, run: Run) -> None:
    path = draw_map(run, tmp_path / "map.html", switches=["parks", "corridor"], part="Nuevo León", lang="en")
    page = path.read_text("utf-8")
    assert len(page) < 0.3 * (built / "atlas.html").stat().st_size
    about = block(page, "data-about")
    assert about["title"]["en"].endswith(" · Nuevo León")
    assert about["notes"]["es"][0].startswith("Este archivo es una parte: Nuevo León.")
    assert about["lang"] == "en"
    assert about["counts"]["parks"] == len(block(page, "table-parks")["rows"])
    parks = pd.read_parquet(built / "tables" / "parks.parquet")
    assert about["counts"]["parks"] == (parks["cve_ent"] == "19").sum()
    assert 'id="table-establishments"' not in page
    assert "default-src &#39;none&#39;" in page
    assert "img-src data: blob:;" in page
    again = draw_map(run, tmp_path / "again.html", switches=["parks", "corridor"], part="19", lang="en")
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.slow
def test_a_basemap_opens_the_policy_to_its_own_host_only_and_the_page_says_so(tmp_path: Path, run: Run) -> None:
    tiles = find_basemap("OpenTopoMap")
    page = draw_map(run, tmp_path / "map.html", part="19", basemap=tiles).read_text("utf-8")
    hosts = " ".join(f"https://{each}.tile.opentopomap.org" for each in "abc")
    assert f"img-src data: blob: {hosts};" in page
    assert "default-src &#39;none&#39;" in page
    about = block(page, "data-about")
    assert "a.tile.opentopomap.org" in about["notes"]["en"][0]
    assert about["tiles"] == tiles.host
    assert "L.tileLayer" in page


def test_a_region_knows_its_bounds() -> None:
    assert Region("a", "a", shapely.box(-101, 24, -99, 27)).bounds == (-101, 24, -99, 27)
