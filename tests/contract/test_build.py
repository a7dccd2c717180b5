"""A whole run of the shipped study: what it writes, that it adds up, and the lengths that have known values."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.export.tables import csv_table
from geo.schema import LAYERS

PUBLISHED = [name for name, layer in LAYERS.items() if layer.published]


@pytest.fixture(scope="session")
def manifest(built: Path) -> dict[str, Any]:
    return dict(json.loads((built / "manifest.json").read_text(encoding="utf-8")))


def table(built: Path, name: str) -> Any:
    path = built / "tables" / f"{name}.parquet"
    return gpd.read_parquet(path) if LAYERS[name].geometry else pd.read_parquet(path)


def test_a_run_writes_exactly_the_outputs_it_promises(built: Path) -> None:
    assert {path.name for path in built.iterdir()} == {
        "atlas.html", "corredor.gpkg", "findings.html", "findings.md", "manifest.json", "rasters", "tables",
    }  # fmt: skip
    expected = {f"{name}.{ending}" for name in PUBLISHED for ending in ("parquet", "csv")}
    assert {path.name for path in (built / "tables").iterdir()} == expected


@pytest.mark.parametrize("name", PUBLISHED)
def test_tables_and_geopackage_hold_the_same(built: Path, name: str) -> None:
    """GeoPackage, Parquet and CSV agree column by column, value by value, null by null; types are the schema's."""
    parquet = table(built, name)
    LAYERS[name].output_schema.validate(pd.DataFrame(parquet.drop(columns="geometry", errors="ignore")))
    package = pyogrio.read_dataframe(built / "corredor.gpkg", layer=name)
    columns = LAYERS[name].output_columns
    assert [c for c in package.columns if c != "geometry"] == [column.name for column in columns]
    plain = pd.read_csv(built / "tables" / f"{name}.csv", dtype=str, keep_default_na=False, na_values=[""])
    assert len(plain) == len(parquet) == len(package)
    for column in columns:
        ours, theirs = parquet[column.name], package[column.name]
        assert ours.isna().tolist() == theirs.isna().tolist() == plain[column.name].isna().tolist(), column.name
        given = ours.notna()
        if column.kind == "text":
            assert ours[given].tolist() == theirs[given].tolist(), column.name
            assert plain.loc[given, column.name].tolist() == csv_table(parquet)[column.name][given].tolist()
        else:
            np.testing.assert_array_equal(ours[given].to_numpy(float), theirs[given].to_numpy(float))
    info = pyogrio.read_info(built / "corredor.gpkg", layer=name)
    ogr = dict(zip(info["fields"], zip(info["ogr_types"], info["ogr_subtypes"], strict=True), strict=True))
    for column in columns:
        wanted = {
            "text": ("OFTString", "OFSTNone"),
            "integer": ("OFTInteger64", "OFSTNone"),
            "number": ("OFTReal", "OFSTNone"),
            "boolean": ("OFTInteger", "OFSTBoolean"),
        }
        assert ogr[column.name] == wanted[column.kind], column.name
    if LAYERS[name].geometry:
        assert parquet.crs.to_epsg() == package.crs.to_epsg() == 6372
        assert shapely.equals_exact(parquet.geometry.to_numpy(), package.geometry.to_numpy(), 0)[
            parquet.geometry.notna()
        ].all()
        assert parquet.geometry.is_valid.all() or parquet.geometry.isna().any()


def test_rows_in_equal_rows_out_plus_rejects(built: Path, manifest: dict[str, Any]) -> None:
    assert set(PUBLISHED) < set(manifest["rows"])
    for name, account in manifest["rows"].items():
        assert account["rows_in"] == account["rows_out"] + account["rejects"], name
        if name in PUBLISHED:
            assert account["rows_out"] == len(table(built, name)), name
    rows = manifest["rows"]
    assert rows["parks"] == {"rows_in": 857, "rows_out": 857, "rejects": 0, "without_geometry": 203}
    assert rows["auto_parts_plants"]["rejects"] == 125
    assert rows["establishments"]["rejects"] == 735
    assert rows["establishments"]["duplicates_left_out_of_counts"] == 232


def test_the_manifest_hashes_every_input_and_output(built: Path, manifest: dict[str, Any]) -> None:
    on_disk = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert {output["file"] for output in manifest["outputs"]} == on_disk - {"manifest.json"}
    for output in manifest["outputs"]:
        assert hashlib.sha256((built / output["file"]).read_bytes()).hexdigest() == output["sha256"]
    assert {item["layer"] for item in manifest["inputs"]} == {n for n, layer in LAYERS.items() if layer.file}
    assert all(len(item["sha256"]) == 64 and item["licence"] for item in manifest["inputs"])


def test_the_manifest_tells_nothing_of_the_machine(built: Path) -> None:
    text = (built / "manifest.json").read_text(encoding="utf-8")
    for secret in (str(Path.home()), str(Path.cwd()), str(built), os.environ.get("USER") or "-no user-"):
        if len(secret) > 4:
            assert secret not in text


def test_known_lengths(manifest: dict[str, Any]) -> None:
    checks = manifest["checks"]
    assert checks["border"]["length_km"] == pytest.approx(3155, abs=2)
    assert checks["straight_lines"][0]["geodesic_km"] == pytest.approx(1369.3, abs=0.05)
    corridor = checks["corridor"]
    assert corridor["branch"] == "trunk"
    assert 1500 < corridor["shortest_highway_path_km"] < 1600
    assert corridor["along_places_geodesic_km"] == pytest.approx(1586, abs=1)
    assert corridor["along_places_road_km"] == pytest.approx(1758, abs=2)
    assert corridor["along_places_road_miles"] == pytest.approx(1092, abs=1)
    (claim,) = corridor["published"]
    assert "1,000 miles" in claim["quote"]


def test_ports_lie_on_the_border_but_for_the_listed_ones(manifest: dict[str, Any]) -> None:
    ports = manifest["checks"]["ports_of_entry"]
    assert ports["ports"] == 28
    assert ports["good"] == 25
    assert ports["median_distance_of_good_m"] < 20
    assert {port["name"]: port["quality"] for port in ports["not_good"]} == {
        "Brownsville": "bad",
        "Ysleta": "off_line",
        "Tornillo": "off_line",
    }


def test_every_disagreement_of_a_parks_municipality_is_listed(built: Path, manifest: dict[str, Any]) -> None:
    parks = table(built, "parks")
    listed = manifest["checks"]["municipality_disagreements"]["parks"]
    differ = parks[parks["cvegeo"] != parks["cvegeo_reported"]]
    assert [row["park_id"] for row in listed] == differ["park_id"].tolist()
    assert 0 < len(listed) < 10


def test_area_tables_add_up_to_the_country(built: Path) -> None:
    country = table(built, "national").iloc[0]
    counts = ["parks", "parks_study_set", "parks_not_located", "parks_with_area", "plants_in_parks", "establishments",
              "manufacturing_establishments", "auto_parts_plants", "assembly_plants", "parks_controller_known",
              "establishments_3361", "establishments_3363", "establishments_336320",
              "establishments_336360"]  # fmt: skip
    for areas in ("states", "municipalities"):
        sums = table(built, areas)[counts].sum()
        assert sums.to_dict() == {name: country[name] for name in counts}
    for areas in ("states", "municipalities"):
        assert table(built, areas)["pop_2020"].sum() == country["pop_2020"] == 126_014_024
    assert (country["parks"], country["parks_study_set"], country["parks_not_located"]) == (857, 580, 203)
    assert len(table(built, "metro_areas")) == 74


def test_ownership_intervals_are_ordered_and_within_bounds(built: Path) -> None:
    for areas in ("national", "states", "metro_areas", "municipalities"):
        frame = table(built, areas)
        for index in ("hhi", "cr4"):
            for size in ("count", "ha"):
                low, high = (frame[f"owner_{index}_{size}_{end}"] for end in ("low", "high"))
                measured = low.notna()
                assert (low[measured] <= high[measured] + 1e-9).all()
                assert low[measured].between(0, 1).all()
                assert high[measured].between(0, 1).all()


def test_parks_without_a_point_keep_their_row_and_never_get_a_distance(built: Path) -> None:
    parks = table(built, "parks")
    lost = parks[parks.geometry.isna()]
    assert len(lost) == 203
    assert (
        lost[["border_km", "port_km", "port_road_km", "offset_km", "parks_25km", "population_30km"]].isna().all().all()
    )
    assert lost[["cvegeo", "state", "wage_daily_mxn", "min_wage_zone"]].notna().all().all()


def test_distances_make_sense(built: Path) -> None:
    parks = table(built, "parks")
    located = parks[parks.geometry.notna()]
    assert (located["border_km"] <= located["port_km"] + 0.6).all()  # a port's point lies up to 0.5 km off the line
    by_road = located.dropna(subset="port_road_km")
    assert len(by_road) > 0.95 * len(located)
    assert (by_road["port_road_km"] >= by_road["port_km"] - 1).all()
    circuity = by_road["port_road_km"] / by_road["port_km"]
    assert 1.05 < circuity[by_road["port_km"] > 100].median() < 1.5
    juarez = located[located["municipality"] == "Juárez"]
    assert juarez["border_km"].max() < 30
    assert (located["wage_year"] == 2022).all()


def test_min_wage_zone_is_the_border_strip(built: Path) -> None:
    parks = table(built, "parks")
    strip = parks[parks["min_wage_zone"] == "northern_border"]
    assert set(strip["state"]) <= {
        "Baja California", "Sonora", "Chihuahua", "Coahuila de Zaragoza", "Nuevo León", "Tamaulipas"
    }  # fmt: skip
    assert {"Tijuana", "Juárez", "Reynosa"} <= set(strip["municipality"])


@pytest.mark.campaign
def test_same_study_and_seed_give_the_same_bytes_in_another_process(built: Path, tmp_path: Path) -> None:
    """Another process, another hash seed, locale, time zone and folder."""
    out = tmp_path / "otra carpeta ñ" / "maps"
    environment = os.environ | {"PYTHONHASHSEED": "7", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run(
        [sys.executable, "-m", "geo", "build", "--quiet", "--out", str(out)], check=True, env=environment, cwd=tmp_path
    )
    files = sorted(path.relative_to(built) for path in built.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(out) for path in out.rglob("*") if path.is_file())
    for path in files:
        assert (out / path).read_bytes() == (built / path).read_bytes(), path


def test_the_geopackage_describes_its_layers(built: Path) -> None:
    for name in PUBLISHED:
        said = pyogrio.read_info(built / "corredor.gpkg", layer=name)["layer_metadata"]
        assert said["IDENTIFIER"] == f"{LAYERS[name].es} / {LAYERS[name].en}"
        assert said["DESCRIPTION"] == LAYERS[name].description
        assert said["LICENSE"]
    assert pyogrio.read_info(built / "corredor.gpkg", layer="corridor")["layer_metadata"]["LICENSE"] == "ODbL-1.0"


def test_geoparquet_carries_version_and_bounding_boxes(built: Path) -> None:
    import pyarrow.parquet as pq

    schema = pq.read_schema(built / "tables" / "parks.parquet")
    geo = json.loads(schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["covering"]["bbox"]
