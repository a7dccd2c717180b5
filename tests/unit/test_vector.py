"""GeoParquet, FlatGeobuf and CSV with WKT: nothing lost, the same bytes, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pyproj import CRS

from geo.errors import CrsError, OutputError
from geo.export.vector import ROW_GROUP, hilbert_sorted, write_csv_wkt, write_flatgeobuf, write_geoparquet

Writer = Callable[[dict[str, pd.DataFrame], Path], list[Path]]
WRITERS = [write_geoparquet, write_flatgeobuf, write_csv_wkt]
CRSES = ["EPSG:6372", "EPSG:4326", "EPSG:3857"]


def parks(crs: str = "EPSG:6372") -> gpd.GeoDataFrame:
    """Return four parks: one without a point, with a missing value in every column that may have one."""
    points = gpd.GeoSeries.from_xy([-100.3, -99.1, -106.4], [25.7, 19.4, 31.7], crs="EPSG:4326").to_crs(crs)
    return gpd.GeoDataFrame(
        {
            "park_id": ["a", "b", "c", "d"],
            "name": ["=1+1", 'ñ, "x"\nz', "-", "d"],
            "cve_ent": ["01", "02", "03", "04"],
            "owner_kind": ["public", None, "mixed", None],
            "area_ha": [0.1 + 0.2, None, 1e-7, 12345678.9],
            "opened_year": pd.array([1999, None, 2001, 2**40], dtype="Int64"),
            "study_set": [True, False, True, False],
            "gi_star_significant": pd.array([True, None, False, None], dtype="boolean"),
        },
        geometry=gpd.GeoSeries([points[0], points[1], None, points[2]], crs=crs),
    )


def tables(crs: str = "EPSG:6372") -> dict[str, pd.DataFrame]:
    square = shapely.MultiPolygon([shapely.box(-100.5, 25, -99.75, 26)])
    states = gpd.GeoDataFrame({"cve_ent": ["19"], "name": ["Nuevo León"]}, geometry=[square], crs="EPSG:4326")
    roles = pd.DataFrame({"park_id": ["a", "b"], "as_of_year": pd.array([2001, None], dtype="Int64")})
    return {"parks": parks(crs), "states": states.to_crs(crs), "park_developers": roles}


def same(ours: gpd.GeoDataFrame, theirs: gpd.GeoDataFrame, columns: list[str]) -> None:
    """Assert that two tables hold the same values, nulls and geometries."""
    for column in columns:
        assert theirs[column].isna().tolist() == ours[column].isna().tolist(), column
        given = ours[column].notna()
        assert theirs[column][given].tolist() == ours[column][given].tolist(), column
    assert theirs.geometry.isna().tolist() == ours.geometry.isna().tolist()
    there = ours.geometry.notna()
    assert shapely.equals_exact(theirs.geometry[there].to_numpy(), ours.geometry[there].to_numpy(), 0).all()
    assert CRS(theirs.crs) == CRS(ours.crs)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of 64 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can be made by root alone")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("crs", CRSES)
def test_geoparquet_keeps_types_nulls_and_rows_without_a_point(tmp_path: Path, crs: str) -> None:
    assert write_geoparquet(tables(crs), tmp_path) == [
        tmp_path / f"{name}.parquet" for name in ("parks", "states", "park_developers")
    ]
    ours = hilbert_sorted(parks(crs))
    theirs = gpd.read_parquet(tmp_path / "parks.parquet")
    pd.testing.assert_frame_equal(pd.DataFrame(ours.drop(columns="geometry")),
                                  pd.DataFrame(theirs.drop(columns="geometry")))  # fmt: skip
    same(ours, theirs, [])
    assert theirs["park_id"].tolist()[-1] == "c"  # the row without a point
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "park_developers.parquet"), tables()["park_developers"])


def test_geoparquet_says_version_system_and_boxes(tmp_path: Path) -> None:
    write_geoparquet(tables(), tmp_path)
    geo = json.loads(pq.read_schema(tmp_path / "parks.parquet").metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert CRS.from_json_dict(column["crs"]) == CRS("EPSG:6372")
    assert column["crs"]["id"] == {"authority": "EPSG", "code": 6372}
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert b"geo" not in (pq.read_schema(tmp_path / "park_developers.parquet").metadata or {})
    boxes = pq.read_table(tmp_path / "states.parquet", columns=["bbox"])["bbox"].to_pylist()
    west, south, east, north = tables()["states"].total_bounds
    assert boxes == [{"xmin": west, "ymin": south, "xmax": east, "ymax": north}]


def test_rows_are_in_groups_that_a_reader_can_skip(tmp_path: Path) -> None:
    count = 3 * ROW_GROUP + 1
    random = np.random.default_rng(1)
    points = gpd.GeoSeries.from_xy(random.random(count), random.random(count), crs="EPSG:6372")
    write_geoparquet({"places": gpd.GeoDataFrame({"place_id": range(count)}, geometry=points)}, tmp_path)
    assert pq.ParquetFile(tmp_path / "places.parquet").num_row_groups == 4
    groups = [
        pq.ParquetFile(tmp_path / "places.parquet").read_row_group(number, columns=["bbox"])["bbox"].to_pylist()
        for number in range(3)
    ]
    areas = [
        (max(b["xmax"] for b in boxes) - min(b["xmin"] for b in boxes))
        * (max(b["ymax"] for b in boxes) - min(b["ymin"] for b in boxes))
        for boxes in groups
    ]
    assert sum(areas) < 1.6  # in the order of the file each group would cover the whole square: 3


def test_neighbours_lie_together_and_ties_keep_their_order() -> None:
    across, up = (axis.ravel() for axis in np.meshgrid(range(16), range(16)))
    shuffled = np.random.default_rng(7).permutation(256)
    grid = gpd.GeoDataFrame({"at": shuffled}, geometry=gpd.points_from_xy(across[shuffled], up[shuffled]))
    along = hilbert_sorted(grid)
    steps = along.geometry.distance(along.geometry.shift()).iloc[1:]
    assert (steps == 1).all()  # the curve goes from each cell to one beside it
    tied = gpd.GeoDataFrame({"at": [3, 1, 2, 9]}, geometry=[*[shapely.Point(5, 5)] * 3, None])
    assert hilbert_sorted(tied)["at"].tolist() == [3, 1, 2, 9]


@pytest.mark.parametrize("points", [[], [None], [shapely.Point(1, 2)], [shapely.Point(), shapely.Point(1, 2), None]])
def test_few_points_or_none_are_sorted_too(points: list[Any]) -> None:
    table = gpd.GeoDataFrame({"at": range(len(points))}, geometry=gpd.GeoSeries(points, crs="EPSG:6372"))
    assert sorted(hilbert_sorted(table)["at"]) == list(range(len(points)))


@pytest.mark.parametrize("crs", CRSES)
def test_flatgeobuf_keeps_rows_without_a_point_and_tables_beside_it(tmp_path: Path, crs: str) -> None:
    written = write_flatgeobuf(tables(crs), tmp_path)
    assert sorted(written) == sorted(tmp_path.iterdir())
    assert {path.name for path in written} == {
        "parks.fgb", "parks_without_geometry.csv", "parks_without_geometry.csvt", "states.fgb",
        "park_developers.csv", "park_developers.csvt",
    }  # fmt: skip
    columns = [name for name in parks() if name != "geometry"]
    theirs = pyogrio.read_dataframe(tmp_path / "parks.fgb").sort_values("park_id", ignore_index=True)
    same(parks(crs).iloc[[0, 1, 3]].reset_index(drop=True), theirs, columns)
    rest = (tmp_path / "parks_without_geometry.csv").read_text(encoding="utf-8")
    assert rest == f"{','.join(columns)}\nc,'-,03,mixed,1e-07,2001,true,false\n"
    info = pyogrio.read_info(tmp_path / "parks.fgb")
    kinds = dict(zip(info["fields"], zip(info["ogr_types"], info["ogr_subtypes"], strict=True), strict=True))
    assert kinds["cve_ent"] == ("OFTString", "OFSTNone")
    assert kinds["area_ha"] == ("OFTReal", "OFSTNone")
    assert kinds["opened_year"] == ("OFTInteger64", "OFSTNone")
    assert kinds["gi_star_significant"] == kinds["study_set"] == ("OFTInteger", "OFSTBoolean")
    assert info["layer_metadata"]["TITLE"] == "Parques industriales / Industrial parks"
    assert "CC-BY-4.0" in info["layer_metadata"]["DESCRIPTION"]
    assert info["capabilities"]["fast_spatial_filter"]
    # GDAL's Arrow reader crashes on a row without geometry.
    assert len(pyogrio.read_dataframe(tmp_path / "parks.fgb", use_arrow=True)) == 3


def test_flatgeobuf_of_rows_without_any_point(tmp_path: Path) -> None:
    lost = parks().iloc[[2]]
    empty = lost.set_geometry(gpd.GeoSeries([shapely.Point()], index=lost.index, crs=lost.crs))
    for name, table in (("null", lost), ("empty", empty)):
        write_flatgeobuf({"parks": table}, tmp_path / name)
        assert len(pyogrio.read_dataframe(tmp_path / name / "parks.fgb")) == 0
        assert (tmp_path / name / "parks_without_geometry.csv").read_text(encoding="utf-8").count("\n") == 2


@pytest.mark.parametrize("crs", CRSES)
def test_csv_is_read_as_a_layer_with_types_system_and_null_points(tmp_path: Path, crs: str) -> None:
    write_csv_wkt(tables(crs), tmp_path)
    theirs = pyogrio.read_dataframe(tmp_path / "parks.csv", EMPTY_STRING_AS_NULL="YES")
    columns = ["park_id", "cve_ent", "owner_kind", "area_ha", "opened_year", "study_set"]
    same(parks(crs), theirs, columns)
    text = (tmp_path / "parks.csv").read_text(encoding="utf-8")
    assert text.startswith("park_id,name,cve_ent,owner_kind,area_ha,opened_year,study_set,gi_star_significant,wkt\n")
    assert "a,'=1+1,01,public,0.30000000000000004,1999,true,true,POINT (" in text
    assert "\nc,'-,03,mixed,1e-07,2001,true,false,\n" in text
    plain = pd.read_csv(tmp_path / "parks.csv", dtype=str, keep_default_na=False)
    assert plain["gi_star_significant"].tolist() == ["true", "", "false", ""]
    assert plain["name"].tolist() == ["'=1+1", 'ñ, "x"\nz', "'-", "d"]
    back = shapely.from_wkt(plain["wkt"].to_numpy(object)[[0, 1, 3]])
    assert shapely.equals_exact(back, parks(crs).geometry.to_numpy()[[0, 1, 3]], 0).all()
    assert {path.name for path in tmp_path.glob("park_developers.*")} == {"park_developers.csv", "park_developers.csvt"}


@pytest.mark.parametrize("write", WRITERS)
def test_a_layer_without_rows_is_a_layer(tmp_path: Path, write: Writer) -> None:
    write({"parks": parks().iloc[:0], "states": tables()["states"].iloc[:0]}, tmp_path)
    for name in ("parks", "states"):
        path = next(path for path in tmp_path.glob(f"{name}.*") if path.suffix in {".parquet", ".fgb", ".csv"})
        read = gpd.read_parquet if path.suffix == ".parquet" else pyogrio.read_dataframe
        found = read(path)
        assert len(found) == 0
        assert CRS(found.crs) == CRS("EPSG:6372")


@pytest.mark.parametrize("write", WRITERS)
def test_the_same_tables_give_the_same_bytes_and_stay_as_they_are(tmp_path: Path, write: Writer) -> None:
    given = tables()
    first = write(given, tmp_path / "one")
    second = write(tables(), tmp_path / "a folder ñ" / "two")
    assert [path.name for path in first] == [path.name for path in second]
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() == two.read_bytes()
    for name, table in tables().items():
        pd.testing.assert_frame_equal(pd.DataFrame(given[name]), pd.DataFrame(table))


@pytest.mark.parametrize("write", WRITERS)
def test_other_files_are_kept_and_earlier_ones_replaced(tmp_path: Path, write: Writer) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    first = {path: path.read_bytes() for path in write(tables(), tmp_path)}
    write({"parks": parks().iloc[:1]}, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    changed = {path.name for path, content in first.items() if path.read_bytes() != content}
    assert changed & {"parks.parquet", "parks.fgb", "parks.csv"}
    assert all(name.startswith("parks.") for name in changed)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("write", WRITERS)
def test_a_layer_without_a_system_is_refused_and_nothing_written(tmp_path: Path, write: Writer) -> None:
    bare = {**tables(), "ports_of_entry": parks().set_crs(None, allow_override=True)}
    with pytest.raises(CrsError, match=r"^ports_of_entry: has no reference system"):
        write(bare, tmp_path / "new" / "folder")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_leaves_what_was_there(full_disk: Path, write: Writer) -> None:
    before = {path: path.read_bytes() for path in write({"states": tables()["states"]}, full_disk)}
    many = pd.concat([parks()] * 2_000, ignore_index=True).assign(name=[str(number) * 9 for number in range(8_000)])
    with pytest.raises(OutputError, match="free some space, or choose another --out") as caught:
        write({"states": tables()["states"].assign(name="other"), "parks": gpd.GeoDataFrame(many)}, full_disk)
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in full_disk.rglob("*") if path.is_file()} == before


def test_flatgeobuf_says_so_where_gdal_does_not(full_disk: Path) -> None:
    """GDAL closes a file whose last bytes found no room without a word; every size must end whole or refused."""
    table = gpd.GeoDataFrame(pd.concat([parks()] * 40, ignore_index=True))
    table, outcomes = table[table.geometry.notna()], set()
    (whole,) = write_flatgeobuf({"parks": table}, full_disk / "whole")
    size = whole.stat().st_size
    whole.unlink()
    for room in range(4_096, 2 * size + 16_384, 4_096):  # the index is built from a second copy
        ballast = full_disk / "ballast"
        ballast.write_bytes(b"x" * (shutil.disk_usage(full_disk).free - room))
        try:
            (path,) = write_flatgeobuf({"parks": table}, full_disk / "out")
        except OutputError:
            outcomes.add("refused")
            assert not (full_disk / "out").exists()
        else:
            outcomes.add("whole")
            assert len(pyogrio.read_dataframe(path)) == len(table)
            shutil.rmtree(path.parent)
        ballast.unlink()
    assert outcomes == {"refused", "whole"}


@pytest.mark.parametrize("write", WRITERS)
def test_a_target_that_cannot_be_replaced_leaves_every_file(tmp_path: Path, write: Writer) -> None:
    before = {path: path.read_bytes() for path in write(tables(), tmp_path)}
    last = sorted(before)[-1]
    last.unlink()
    last.mkdir()
    (last / "inside").write_text("mine")
    del before[last]
    with pytest.raises(OutputError, match="what was there is untouched"):
        write({name: table.iloc[:1] for name, table in tables().items()}, tmp_path)
    assert {path: path.read_bytes() for path in before} == before
    assert (last / "inside").read_text() == "mine"


@pytest.mark.parametrize("write", WRITERS)
def test_a_target_open_elsewhere_leaves_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Writer
) -> None:
    """Windows refuses to move a file that another program has open: here the system refuses the last one."""
    before = {path: path.read_bytes() for path in write(tables(), tmp_path)}
    last, replace = sorted(before)[-1], Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if Path(target) == last:
            raise PermissionError(13, "Permission denied")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match=r"Permission denied.*Close programs that have it open"):
        write({name: table.iloc[:1] for name, table in tables().items()}, tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.skipif(os.name != "posix", reason="folders of /proc are Linux's")
@pytest.mark.parametrize("write", WRITERS)
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, write: Writer) -> None:
    (tmp_path / "file").write_text("")
    for folder in (Path("/proc/nowhere"), tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(OutputError, match=r"cannot write there .*Choose another --out"):
            write(tables(), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
