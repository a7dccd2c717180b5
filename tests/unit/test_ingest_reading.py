"""Files of every format and encoding, and those that must not be opened."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from geo.errors import DataError
from geo.ingest import reading
from geo.ingest.reading import Reading, read_any

TABLE = "Nombre,Municipio,Latitud,Longitud\nParque Ñandú,Juárez,31.69,-106.42\nParque Querétaro,Querétaro,20.6,-100.4\n"
NAMES = ["Parque Ñandú", "Parque Querétaro"]


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path, options: Reading | None = None) -> str:
    with pytest.raises(DataError) as refusal:
        read_any(path, options)
    return str(refusal.value)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "cp850", "mac_roman"]
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    raw = read_any(written(tmp_path / "a.csv", TABLE.encode(encoding)))
    assert list(raw.cells.columns) == ["Nombre", "Municipio", "Latitud", "Longitud"]
    assert raw.cells["Nombre"].tolist() == NAMES
    assert raw.cells["Municipio"].tolist() == ["Juárez", "Querétaro"]


@pytest.mark.parametrize(("separator", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_the_separator_is_found(tmp_path: Path, separator: str, name: str) -> None:
    raw = read_any(written(tmp_path / "a.csv", TABLE.replace(",", separator)))
    assert raw.facts["separator"] == name
    assert raw.cells["Nombre"].tolist() == NAMES


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path: Path) -> None:
    text = "Nombre;Lat;Lon;Ha\n" + "".join(f"P{k};25,{k};-100,{k};1,{k}\n" for k in range(9))
    assert read_any(written(tmp_path / "a.csv", text)).facts["separator"] == "semicolon"


def test_mixed_line_ends_titles_blank_rows_and_comments(tmp_path: Path) -> None:
    text = "Padrón 2024\r\n\r\nNombre,Municipio\n# comment,\nUno,Juárez\r\n,\nDos,León\rTres,Silao\n"
    raw = read_any(written(tmp_path / "a.csv", text))
    assert raw.cells["Nombre"].to_dict() == {5: "Uno", 7: "Dos", 8: "Tres"}
    assert raw.blank == 1
    assert "rows above the header were left out: 1" in raw.notes


def test_doubled_and_missing_headers_get_names_of_their_own(tmp_path: Path) -> None:
    raw = read_any(written(tmp_path / "a.csv", "Nombre,Nombre,,Ha\nUno,Dos,x,3\n"))
    assert list(raw.cells.columns) == ["Nombre", "Nombre (2)", "column 3", "Ha"]
    assert "stands more than once" in raw.notes[0]


def test_rows_that_do_not_fit_the_header_are_refused_and_counted(tmp_path: Path) -> None:
    raw = read_any(written(tmp_path / "a.csv", "Nombre,Ha\nUno,1\nDos,2,5\nTres\nCuatro,4,\n"))
    assert [(each.row, each.reason) for each in raw.refused] == [(3, "too_long"), (4, "too_short")]
    assert raw.cells.index.tolist() == [2, 5]
    assert raw.rows == 4


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"\n\n", "the file is empty"),
        ("a.csv", b"Nombre,Ha\n", "a header and no rows"),
        ("a.csv", b"Nombre,Ha\nUn\x00o,1\n", "NUL"),
        ("a.csv", b'Nombre,Ha\n"Uno,1\n', "row 2: not a table of text"),
        ("a.csv", b"PK\x03\x04rest", "an archive or a workbook"),
        ("a.xlsx", b"Nombre,Ha\n", "no XLSX workbook inside"),
        ("a.xls", b"x", "Save it as XLSX or CSV"),
        ("a.docx", b"x", "are not read"),
        ("a.gpkg", b"Nombre,Ha\n", "not GPKG inside"),
        ("a.geojson", b"<OGRVRTDataSource/>", "not GEOJSON inside"),
        ("a.kml", b"<kml><Document>", "not whole XML"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "no rows"),
        ("a.geojson", b'{"type": "Feature', "cannot be read"),
        ("a.zip", b"PK\x03\x04rest", "no whole ZIP archive"),
        ("a.parquet", b"PAR1", "cannot be read"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_cure(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    assert said in refused(written(tmp_path / name, content))


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path / "a.csv")
    (tmp_path / "b.csv").mkdir()
    assert "this is a folder" in refused(tmp_path / "b.csv")


def test_a_large_file_is_read_only_where_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    path = written(tmp_path / "a.csv", TABLE)
    assert "--yes" in refused(path)
    assert read_any(path, Reading(large=True)).rows == 2


def test_a_wrong_encoding_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", TABLE.encode("latin-1"))
    assert "not text in utf-8" in refused(path, Reading(encoding="utf-8"))
    assert "is not an encoding" in refused(path, Reading(encoding="nope"))


def workbook(path: Path, *rows: list[object], title: str = "Parques") -> Path:
    book = openpyxl.Workbook()
    book.active.append(["Portada"])
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_gives_its_values_and_names_cells_without_one(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ["Nombre", "Ha"], ["Uno", 1.234], ["Dos", "=1+1"], ["Tres", "#N/A"], ["4", 12])
    raw = read_any(path)
    assert raw.facts["sheet"] == "Parques"
    assert raw.cells["Ha"].tolist() == ["1.2340", "", "#N/A", "12"]
    assert [(each.row, each.column, each.reason) for each in raw.bad_cells] == [
        (3, "Ha", "formula_without_result"),
        (4, "Ha", "error_value"),
    ]
    assert "there is no sheet 'X'" in refused(path, Reading(table="X"))


def rezipped(source: Path, target: Path, change: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.namelist():
            new.writestr(item, change.get(item, old.read(item)))
        for name, content in change.items():
            if name not in old.namelist():
                new.writestr(name, content)
    return target


BOMB = b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><k>&b;</k>'
XXE = b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><name>&x;</name></kml>'


@pytest.mark.parametrize("content", [BOMB, XXE])
def test_entities_are_refused_in_kml_and_workbooks(tmp_path: Path, content: bytes) -> None:
    assert "XML entities" in refused(written(tmp_path / "a.kml", content))
    book = workbook(tmp_path / "a.xlsx", ["Nombre"], ["Uno"])
    assert "XML entities" in refused(rezipped(book, tmp_path / "b.xlsx", {"xl/sharedStrings.xml": content}))
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as kmz:
        kmz.writestr("doc.kml", content)
    assert "XML entities" in refused(tmp_path / "a.kmz")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    zeros = b"\0" * 60_000_000
    book = workbook(tmp_path / "a.xlsx", ["Nombre"], ["Uno"])
    assert "far more than its size" in refused(rezipped(book, tmp_path / "b.xlsx", {"xl/media/x.bin": zeros}))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.dbf", zeros)
    assert "far more than its size" in refused(tmp_path / "a.zip")


@pytest.mark.parametrize("name", ["../evil.shp", "/tmp/evil.shp", "a/../../evil.shp"])
def test_a_path_out_of_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"x")
    assert "leads out of the archive" in refused(tmp_path / "a.zip")
    assert not (tmp_path.parent / "evil.shp").exists()


@pytest.fixture
def features() -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([-106.42, -100.4], [31.69, 20.6], crs="EPSG:4326")
    return gpd.GeoDataFrame({"Nombre": NAMES, "Ha": [12.5, None]}, geometry=points)


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "kml", "fgb", "parquet"])
def test_map_files_are_read(tmp_path: Path, features: gpd.GeoDataFrame, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    if ending == "parquet":
        features.to_parquet(path)
    elif ending == "kml":
        features.rename(columns={"Nombre": "Name"}).to_file(path, driver="KML")
    else:
        features.to_file(path, **({"SPATIAL_INDEX": "NO"} if ending == "fgb" else {}))
    raw = read_any(path)
    assert raw.cells["Name" if ending == "kml" else "Nombre"].tolist() == NAMES
    assert raw.geometry is not None
    assert raw.geometry.x.round(2).tolist() == [-106.42, -100.4]
    assert raw.cells.index.tolist() == [1, 2]


def shapefile(
    folder: Path, features: gpd.GeoDataFrame, *, without: tuple[str, ...] = (), encoding: str = "utf-8"
) -> Path:
    folder.mkdir()
    features.to_file(folder / "parques.shp", encoding=encoding)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for part in sorted(folder.glob("parques.*")):
            if part.suffix not in without:
                archive.write(part, f"capa/{part.name}")
    return folder / "a.zip"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_shapefile_without_its_encoding_is_read(tmp_path: Path, features: gpd.GeoDataFrame, encoding: str) -> None:
    raw = read_any(shapefile(tmp_path / "s", features, without=(".cpg",), encoding=encoding))
    assert raw.cells["Nombre"].tolist() == NAMES
    assert raw.facts["member"] == "capa/parques.shp"


def test_a_shapefile_without_its_system_is_refused_unless_named(tmp_path: Path, features: gpd.GeoDataFrame) -> None:
    path = shapefile(tmp_path / "s", features.to_crs(6372), without=(".prj",))
    said = refused(path)
    assert "no reference system" in said
    assert "--crs EPSG:6372" in said
    raw = read_any(path, Reading(crs="EPSG:6372"))
    assert raw.geometry is not None
    assert raw.geometry.to_crs(4326).x.round(2).tolist() == [-106.42, -100.4]
    assert "they look like degrees" in refused(shapefile(tmp_path / "d", features, without=(".prj",)))
    assert "is not a reference system" in refused(path, Reading(crs="EPSG:99999999"))


def test_a_shapefile_without_a_part_is_refused(tmp_path: Path, features: gpd.GeoDataFrame) -> None:
    assert "lacks its .dbf" in refused(shapefile(tmp_path / "s", features, without=(".dbf",)))


def test_a_file_of_several_layers_asks_which(tmp_path: Path, features: gpd.GeoDataFrame) -> None:
    path = tmp_path / "a.gpkg"
    features.to_file(path, layer="uno")
    features.to_file(path, layer="dos")
    assert "several layers: uno, dos" in refused(path)
    assert read_any(path, Reading(table="dos")).rows == 2
