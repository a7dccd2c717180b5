"""Spoilt files end in a sentence, never in a traceback, and every row of those that can be read is accounted for.

A short version of the campaign, and what the campaign found.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

import fuzz_campaign
import fuzz_seeds as seeds
import geopandas as gpd
import numpy as np
import pytest
import shapely
from fuzz_targets import TARGETS, Lost, attempt, example, ingest, layers_read_once

from geo.demand import raster_demand, read_demand
from geo.errors import CorredorError, DataError, DownloadError, StudyError
from geo.ingest import Wishes, clean, guess, read_any
from geo.inventory.decisions import read_decisions
from geo.inventory.files import open_register
from geo.layers import read_layer
from geo.scenario import read_scenario
from geo.schema import LAYERS
from geo.sources.content import content_problem
from geo.sources.roads import graph
from geo.study import load_study
from geo.terrain import terrain

#: Cases of each parser here; the campaign has 10,000.
CASES = 6


@pytest.mark.parametrize("name", TARGETS)
def test_a_spoilt_file_is_read_or_refused(tmp_path: Path, name: str) -> None:
    target, rng = TARGETS[name], random.Random(name)
    wholes = target.seeds(tmp_path)
    path = tmp_path / f"case.{target.ending}"
    with layers_read_once():
        path.write_bytes(wholes[0])
        assert target.read(path, None), "the whole file is read"
        for _ in range(CASES):
            path.write_bytes(target.spoil(rng.choice(wholes), rng))
            target.read(path, None)


def test_rows_that_are_lost_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nombre,lat,lon\nUno,15,-111\n", encoding="utf-8")
    with pytest.raises(Lost, match="2 rows were written and 1 came out"):
        ingest(path, 2)


def test_a_refusal_that_is_no_sentence_is_noticed() -> None:
    def refuse() -> None:
        raise CorredorError("no")

    with pytest.raises(AssertionError, match="no sentence"):
        attempt(refuse)


def test_a_process_of_the_campaign_counts_its_cases(tmp_path: Path) -> None:
    outcome = fuzz_campaign.run("decisions", "spoilt", 40, tmp_path)
    assert (outcome.cases, outcome.lost, outcome.said) == (40, 0, [])
    assert min(outcome.counts["values"], outcome.counts["refusals"]) > 0


def test_a_file_whose_every_row_is_misshapen_leaves_none(tmp_path: Path) -> None:
    path, layer = tmp_path / "a.csv", LAYERS["parks"]
    path.write_text("nombre,lat,lon\nUno\nDos,25,-100,7\n", encoding="utf-8")
    raw = read_any(path)
    cleaned = clean(raw, layer, guess(list(raw.cells.columns), layer), load_study(), Wishes())
    assert (len(cleaned.table), cleaned.rejected) == (0, [2, 3])


# What the campaign found.


def register_of(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    municipalities = read_layer(example(), "municipalities")
    list(open_register(path, example(), municipalities, source_id="own").parts)


HEAD = "plant_id,park_text,cvegeo,year"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}\n1,{'x' * 140_000},01001,2018\n", "not a CSV file"),
        (f"{HEAD},year\n1,Uno,01001,2018,2018\n", "the column year stands twice"),
    ],
)
def test_a_register_that_is_no_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        register_of(tmp_path / "a.csv", text)


def test_a_year_of_other_digits_is_refused_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEAD}\n1,Uno,01001,201²\n2,Dos,01001,2018\n", encoding="utf-8")
    (part,) = open_register(path, example(), read_layer(example(), "municipalities"), source_id="own").parts
    assert (len(part.rows), part.rejects["row"].tolist(), part.read) == (1, [2], 2)


def test_a_review_file_with_a_value_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(f"decision,cvegeo,name\ndrop,01001,{'x' * 140_000}\n", encoding="utf-8")
    with pytest.raises(DataError, match="not a CSV file"):
        read_decisions(tmp_path / "d.csv")


@pytest.mark.parametrize("text", ["a = " + "[" * 3000, "a = " + "9" * 5000])
def test_a_study_or_scenario_nested_without_end_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "geo.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="not valid TOML"):
        load_study(tmp_path / "geo.toml")
    with pytest.raises(DataError, match="is not TOML"):
        read_scenario(tmp_path / "geo.toml")


def test_a_layer_with_digits_of_another_script_or_two_columns_of_one_name_is_refused(tmp_path: Path) -> None:
    study = example()
    for name, said in (("digits", "row 2, column lon"), ("twice", "the column lon stands twice")):
        text = study.path("parks").read_text(encoding="utf-8").splitlines()
        header = text[0].split(",")
        if name == "digits":
            row = next(csv.reader([text[1]]))
            row[header.index("lon")] = "-11\u0661.5"
            text[1] = ",".join(f'"{value}"' for value in row)
        else:
            text = [line + f",{'lon' if line is text[0] else ''}" for line in text]
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        with pytest.raises(DataError, match=said):
            read_layer(study.model_copy(update={"layers": {**study.layers, "parks": str(path)}}), "parks")


def test_an_area_with_a_corner_at_infinity_is_refused_and_the_others_are_taken(tmp_path: Path) -> None:
    import pyogrio

    whole = shapely.box(-111, 15, -110.99, 15.01)
    broken = shapely.Polygon([(-111, 15), (float("inf"), 15.5), (-110.9, 15.1)])
    frame = gpd.GeoDataFrame({"nombre": ["Uno", "Dos"]}, geometry=[whole, broken], crs="EPSG:4326")
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg")
    raw, layer = read_any(tmp_path / "a.gpkg"), LAYERS["parks"]
    cleaned = clean(raw, layer, guess(list(raw.cells.columns), layer), example(), Wishes())
    assert [(each.row, each.reason) for each in cleaned.refused] == [(raw.cells.index[1], "outside")]
    assert cleaned.table["name"].tolist() == ["Uno"]


def test_a_road_off_the_globe_is_refused() -> None:
    lines = [shapely.LineString([(-111, 15), (-111, 15.1)]), shapely.LineString([(-111, 15.1), (-111, 1e300)])]
    with pytest.raises(DownloadError, match="off the globe"):
        graph(gpd.GeoDataFrame(geometry=lines, crs="EPSG:4326"))


def test_a_message_that_quotes_a_whole_file_is_cut_and_keeps_its_cure() -> None:
    said = str(CorredorError(f"roads: cannot be read ({'x' * 140_000}). Ask for another part.\nSecond line."))
    assert len(said) < 5_000
    assert said.startswith("roads: cannot be read (xxx")
    assert said.endswith("Ask for another part.\nSecond line.")


def test_a_list_in_a_cell_is_text(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"nombre":["a","b"]},'
        '"geometry":{"type":"Point","coordinates":[-111,15]}}]}', encoding="utf-8",
    )  # fmt: skip
    assert "a" in read_any(tmp_path / "a.geojson").cells["nombre"].iloc[0]


def test_a_package_without_geometry_or_with_a_system_of_no_place_is_refused(tmp_path: Path) -> None:
    import pandas as pd
    import pyogrio

    pyogrio.write_dataframe(pd.DataFrame({"weight": [1]}), tmp_path / "a.gpkg")
    with pytest.raises(DataError, match="no geometry"):
        read_demand(tmp_path / "a.gpkg")
    local = 'LOCAL_CS["site",UNIT["metre",1]]'
    points = gpd.GeoDataFrame({"weight": [1]}, geometry=[shapely.Point(0, 0)], crs=local)
    points.to_parquet(tmp_path / "a.parquet")
    for read in (read_any, read_demand):
        with pytest.raises(DataError, match="cannot be turned into degrees"):
            read(tmp_path / "a.parquet")


def test_a_sheet_that_breaks_while_it_is_read_is_refused(tmp_path: Path) -> None:
    members, part = seeds.unpacked(seeds.workbooks(tmp_path)[0]), "xl/worksheets/sheet2.xml"
    members[part] = members[part].replace(b"<pageMargins ", b'<pageMargins p="1" ').replace(b'r="A2"', b'r="!!"')
    (tmp_path / "a.xlsx").write_bytes(seeds.packed(members))
    with pytest.raises(DataError):
        read_any(tmp_path / "a.xlsx")


def raster(path: Path, *, cell: float = 0.01, crs: str | None = "EPSG:4326", bands: int = 1) -> Path:
    import rasterio

    with rasterio.open(path, "w", driver="GTiff", height=20, width=20, count=bands, dtype="float32", crs=crs,
                       transform=rasterio.Affine(cell, 0, -111.1, 0, -cell, 15.1)) as target:  # fmt: skip
        target.write(np.ones((bands, 20, 20), "float32"))
    return path


def test_a_raster_cut_off_or_beyond_the_globe_is_refused(tmp_path: Path) -> None:
    whole = raster(tmp_path / "a.tif")
    whole.write_bytes(whole.read_bytes()[:-1200])
    far = raster(tmp_path / "b.tif", cell=1e80)
    region = shapely.box(-111.1, 14.9, -110.9, 15.1)
    with pytest.raises(DataError, match="cannot be read as a raster"):
        terrain(whole, [-111.05], [14.92])
    for path in (whole, far):
        with pytest.raises(DataError):
            raster_demand(path, region)
    with pytest.raises(DataError, match="beyond the globe"):
        terrain(far, [-111.0], [15.0])


def test_a_raster_that_claims_more_blocks_than_bytes_is_cut_short_at_once(tmp_path: Path) -> None:
    content = bytearray(raster(tmp_path / "a.tif").read_bytes())
    start = int.from_bytes(content[4:8], "little")
    for entry in range(start + 2, start + 2 + 12 * int.from_bytes(content[start : start + 2], "little"), 12):
        if int.from_bytes(content[entry : entry + 2], "little") == 257:  # the height: a whole number of four bytes
            content[entry + 2 : entry + 12] = b"\4\0\1\0\0\0" + (2**30).to_bytes(4, "little")
    (tmp_path / "b.tif").write_bytes(content)
    assert content_problem(tmp_path / "b.tif", "geotiff") == "the file is cut short"


def test_xml_in_an_encoding_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.kml").write_text('<?xml version="1.0" encoding="utinf"?><kml/>', encoding="utf-8")
    with pytest.raises(DataError, match="not whole XML"):
        read_any(tmp_path / "a.kml")


def test_an_archive_with_a_member_without_a_name_is_refused(tmp_path: Path) -> None:
    content = bytearray(seeds.packed({"a": b"x"}))
    for mark, length, name in ((b"PK\x03\x04", 26, 30), (b"PK\x01\x02", 28, 46)):
        place = content.index(mark)
        content[place + length : place + length + 2] = b"\0\0"
        del content[place + name]
    end = content.index(b"PK\x05\x06")
    for at, value in ((end + 12, end - content.index(b"PK\x01\x02")), (end + 16, content.index(b"PK\x01\x02"))):
        content[at : at + 4] = value.to_bytes(4, "little")
    for ending in ("xlsx", "zip"):
        (tmp_path / f"a.{ending}").write_bytes(content)
        with pytest.raises(DataError):
            read_any(tmp_path / f"a.{ending}")
