"""What the GeoPackage says about itself, and the keys that join its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pyogrio
import pytest

from geo.export.geopackage import write_geopackage
from geo.export.gpkg_keys import references
from geo.export.gpkg_metadata import STANDARD, layer_metadata
from geo.export.qgis_xml import DOCTYPE
from geo.schema import LAYERS, LICENCES

NAMES = ("parks", "developers", "park_developers", "municipalities", "states", "wages", "sources")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, small: Any) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "corredor.gpkg"
    write_geopackage(small.tables(), path, timestamp=small.timestamp, about=small.about)
    return path


@pytest.fixture
def database(package: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(package)) as opened:
        yield opened


def entry(database: sqlite3.Connection, name: str | None) -> ElementTree.Element:
    """Return the metadata of a layer, or of the whole."""
    (text,) = database.execute(
        "SELECT metadata FROM gpkg_metadata JOIN gpkg_metadata_reference ON id = md_file_id "
        "WHERE md_standard_uri = ? AND table_name IS ?",
        (STANDARD, name),
    ).fetchone()
    return ElementTree.fromstring(text.removeprefix(DOCTYPE))


def words(root: ElementTree.Element, tag: str) -> list[str]:
    return [each.text or "" for each in root.findall(tag)]


def test_two_writes_give_the_same_bytes(package: Path, tmp_path: Path, small: Any) -> None:
    write_geopackage(small.tables(), tmp_path / "again.gpkg", timestamp=small.timestamp, about=small.about)
    assert (tmp_path / "again.gpkg").read_bytes() == package.read_bytes()


def test_every_layer_and_the_whole_have_one_entry_below_the_whole(database: sqlite3.Connection, small: Any) -> None:
    rows = database.execute(
        "SELECT reference_scope, table_name, timestamp, md_file_id, md_parent_id FROM gpkg_metadata_reference "
        "JOIN gpkg_metadata ON id = md_file_id WHERE md_standard_uri = ?",
        (STANDARD,),
    ).fetchall()
    (whole,) = [row for row in rows if row[0] == "geopackage"]
    assert whole[1] is None
    assert whole[4] is None
    layers = [row for row in rows if row[0] == "table"]
    assert sorted(row[1] for row in layers) == sorted(NAMES) == sorted(small.tables())
    assert {row[4] for row in layers} == {whole[3]}
    assert {row[2] for row in rows} == {"2026-11-01T00:00:00.000Z"}


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_says_title_abstract_licence_and_date(database: sqlite3.Connection, name: str, small: Any) -> None:
    root, layer = entry(database, name), LAYERS[name]
    assert words(root, "title") == [f"{layer.es} / {layer.en}"]
    assert layer.description in words(root, "abstract")[0]
    assert layer.es in words(root, "abstract")[0]
    rights, licence, address = LICENCES[layer.licence]
    assert words(root, "license") == [licence]
    assert words(root, "rights") == [rights]
    assert address in words(root, "constraints")[0]
    assert root.findtext("extent/temporal/instant") == small.timestamp
    spatial = root.find("extent/spatial")
    assert (spatial is not None) == (layer.geometry is not None)
    assert (root.findtext("crs/spatialrefsys/authid") == "EPSG:6372") == (layer.geometry is not None)


def test_the_extent_is_that_of_the_rows(database: sqlite3.Connection, small: Any) -> None:
    spatial = entry(database, "parks").find("extent/spatial")
    assert spatial is not None
    corners = [float(spatial.attrib[each]) for each in ("minx", "miny", "maxx", "maxy")]
    assert corners == pytest.approx(small.tables()["parks"].total_bounds, abs=1e-3)
    assert spatial.attrib["crs"] == "EPSG:6372"


def test_the_lineage_names_study_date_and_parameters_in_both_languages(database: sqlite3.Connection) -> None:
    for name in (None, "parks", "developers"):
        lines = words(entry(database, name), "history")
        spanish, english = lines[-2:]
        assert "Parques & corredor" in spanish
        assert "Parks & corridor" in english
        for line in (spanish, english):
            assert "2026-11" in line
            assert "seed = 7; controller_roles = owner, developer; ownership_year = -" in line


def test_a_layer_links_the_sources_that_its_rows_name(database: sqlite3.Connection, small: Any) -> None:
    links = entry(database, "park_developers").findall("links/link")
    assert [each.attrib["name"] for each in links] == [small.hostile[0], "Prensa"]
    assert [each.attrib["url"] for each in links] == ["https://example.org/a?b=1&c=2", ""]
    assert "copy" in links[0].attrib["description"]
    assert len(entry(database, None).findall("links/link")) == 3
    assert entry(database, "states").findall("links/link") == []


def test_a_layer_says_whether_it_was_read_or_computed(small: Any) -> None:
    tables = small.tables() | {"national": pd.DataFrame({"name": ["México"]})}
    lines = {name: words(layer_metadata("qgis", name, tables, timestamp=small.timestamp), "history") for name in tables}
    assert "computed it" in lines["national"][1]
    assert "Read from a file" in lines["states"][1]
    assert "2 are linked" in lines["park_developers"][1]


def test_gdals_own_licence_stays(package: Path) -> None:
    assert pyogrio.read_info(package, layer="parks")["layer_metadata"]["LICENSE"] == "CC-BY-4.0"


def test_reading_writes_nothing_beside_the_file(package: Path, small: Any) -> None:
    before = package.read_bytes()
    for name in small.tables():
        pyogrio.read_dataframe(package, layer=name)
    assert [each.name for each in package.parent.iterdir()] == ["corredor.gpkg"]
    assert package.read_bytes() == before


def test_keys_join_roles_to_parks_and_parties(database: sqlite3.Connection) -> None:
    keys = {(row[2], row[3], row[4]) for row in database.execute("PRAGMA foreign_key_list(park_developers)")}
    assert keys == {("parks", "park_id", "park_id"), ("developers", "developer_id", "developer_id")}
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_role_of_no_park_is_refused(package: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.gpkg"
    copy.write_bytes(package.read_bytes())
    with closing(sqlite3.connect(copy)) as opened:
        opened.execute("PRAGMA foreign_keys = ON")
        add: Callable[[str], Any] = lambda park: opened.execute(  # noqa: E731 - used twice below
            "INSERT INTO park_developers (park_id, developer_id, role) VALUES (?, 'd1', 'owner')", (park,)
        )
        add("p1")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            add("nowhere")


def test_a_key_that_the_package_does_not_hold_gets_no_constraint(database: sqlite3.Connection, small: Any) -> None:
    assert small.tables()["wages"]["cve_ent"].tolist() == ["01", "09"]
    assert database.execute("PRAGMA foreign_key_list(wages)").fetchall() == []


def test_a_table_made_anew_keeps_rows_columns_and_count(package: Path, database: sqlite3.Connection) -> None:
    read = pyogrio.read_dataframe(package, layer="park_developers", fid_as_index=True)
    assert read.index.tolist() == [1, 2, 3, 4, 5, 6]
    assert read["park_id"].tolist() == [f"p{each}" for each in range(6)]
    assert list(read.columns) == [column.name for column in LAYERS["park_developers"].output_columns]
    database.execute("INSERT INTO park_developers (park_id, developer_id) VALUES ('p0', 'd0')")
    counted = database.execute("SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'park_developers'")
    assert counted.fetchone() == (7,)
    assert database.execute("SELECT max(fid) FROM park_developers").fetchone() == (7,)


def test_source_ids_are_no_reference(small: Any) -> None:
    found = list(references(small.tables()))
    assert {each.column for each in found} == {"cve_ent", "cvegeo", "park_id", "developer_id"}
    assert {(each.layer, each.target) for each in found} == {
        ("parks", "states"),
        ("parks", "municipalities"),
        ("municipalities", "states"),
        ("park_developers", "parks"),
        ("park_developers", "developers"),
        ("wages", "states"),
    }


def test_without_words_about_the_run_the_metadata_still_hold(tmp_path: Path, small: Any) -> None:
    write_geopackage(small.tables(), tmp_path / "plain.gpkg", timestamp=small.timestamp)
    with closing(sqlite3.connect(tmp_path / "plain.gpkg")) as opened:
        root = entry(opened, "parks")
        assert entry(opened, None).findtext("title") == "Corredor"
    assert small.timestamp in words(root, "history")[-1]
