"""Archives and XML that try to write elsewhere, fill the disk or read other files: each is refused with a sentence."""

from __future__ import annotations

import io
import stat
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import fuzz_seeds as seeds
import pytest
from fuzz_seeds import packed, unpacked

from geo.demand import raster_demand, read_demand
from geo.errors import CorredorError, DataError, DownloadError
from geo.ingest import read_any
from geo.layers import read_layer
from geo.sources.archives import extract
from geo.streets import read_streets
from geo.study import load_study
from geo.terrain import terrain

SECRET = "the words of a file that nobody named"


def refusal(read: Callable[[], object]) -> str:
    """Return the sentence that something is refused with; it comes soon."""
    start = time.monotonic()
    with pytest.raises(CorredorError) as refused:
        read()
    assert time.monotonic() - start < 10
    assert SECRET not in str(refused.value)
    assert str(refused.value).endswith(".")
    return str(refused.value)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


def written(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def archive_of(path: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


NAMES = ["../evil.shp", "a/../../evil.shp", "/tmp/evil.shp", "..\\evil.shp", "C:\\evil.shp", "C:/evil.shp",
         "a/b/../../../evil.shp", "//server/evil.shp", "\\\\server\\evil.shp"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ending", ["zip", "kmz", "xlsx"])
def test_a_member_outside_the_archive_is_refused(tmp_path: Path, name: str, ending: str) -> None:
    name = name.replace(".shp", ".kml") if ending == "kmz" else name
    path = archive_of(tmp_path / f"a.{ending}", (name, b"x"))
    # A hidden name is no map file, wherever it leads.
    said = "the archive should hold one map file" if name.startswith("..\\") and ending == "zip" else "leads out of"
    assert said in refusal(lambda: read_any(path))
    with pytest.raises(DownloadError, match="leads out of the archive"):
        extract(path, tmp_path / "deep" / "folder", wanted=lambda _: True)
    assert not list(tmp_path.rglob("evil*"))


def test_a_member_that_is_a_link_is_refused(tmp_path: Path, secret: Path) -> None:
    link = zipfile.ZipInfo("parques.shp")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    path = archive_of(tmp_path / "a.zip", (link, str(secret).encode()))
    assert "leads out of the archive" in refusal(lambda: read_any(path))
    folder = zipfile.ZipInfo("inner")
    folder.create_system, folder.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    path = archive_of(tmp_path / "b.kmz", (folder, b".."), ("inner/evil.kml", b"<kml/>"))
    assert "leads out of the archive" in refusal(lambda: read_any(path))
    assert not list(tmp_path.rglob("evil*"))


def test_an_archive_of_archives_is_not_unpacked_to_its_bottom(tmp_path: Path) -> None:
    content = b"\0" * 1_000_000
    for _ in range(6):
        content = packed({f"{number}.zip": content for number in range(3)})
    path = written(tmp_path / "a.zip", content)
    assert "the archive should hold one map file; it holds none" in refusal(lambda: read_any(path))


@pytest.mark.parametrize(("ending", "member"), [("zip", "a.dbf"), ("kmz", "doc.kml"), ("xlsx", "xl/sharedStrings.xml")])
def test_an_archive_that_grows_without_measure_is_refused(tmp_path: Path, ending: str, member: str) -> None:
    path = archive_of(tmp_path / f"a.{ending}", (member, b"\0" * 60_000_000))
    assert "unpacks to far more than its size" in refusal(lambda: read_any(path))


def test_members_that_share_their_bytes_are_counted_each(tmp_path: Path) -> None:
    # Many entries of the list that point at one packed stretch: a bomb without nesting.
    whole = archive_of(tmp_path / "one.zip", ("a0.dbf", b"\0" * 9_000_000)).read_bytes()
    start = whole.index(b"PK\x01\x02")
    entry, end = whole[start : whole.index(b"PK\x05\x06")], whole[whole.index(b"PK\x05\x06") :]
    entries = b"".join(entry.replace(b"a0.dbf", f"b{number:02}.db"[:6].encode()) for number in range(99))
    count = (99).to_bytes(2, "little")
    bomb = whole[:start] + entries + end[:8] + count + count + len(entries).to_bytes(4, "little") + end[16:]
    path = written(tmp_path / "bomb.zip", bomb)
    with pytest.raises(DownloadError):
        extract(path, tmp_path / "out", wanted=lambda _: True, most_bytes=50_000_000)
    assert not [each for each in (tmp_path / "out").rglob("*") if each.is_file()]


def test_a_size_that_the_list_lies_about_is_not_believed(tmp_path: Path) -> None:
    content = bytearray(archive_of(tmp_path / "a.zip", ("a.dbf", b"\0" * 60_000_000)).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.index(mark) + offset
        content[place : place + 4] = (100).to_bytes(4, "little")
    path = written(tmp_path / "lie.zip", bytes(content))
    refusal(lambda: read_any(path))


def entities(lines: str, body: str) -> str:
    return f'<?xml version="1.0"?><!DOCTYPE k [{lines}]>{body}'


def laughs(body: str) -> str:
    lines = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(9)
    )
    return entities(lines, body.format("&j;"))


def quadratic(body: str) -> str:
    return entities(f'<!ENTITY a "{"a" * 50_000}">', body.format("&a;" * 50_000))


def stranger(body: str, path: Path) -> str:
    return entities(f'<!ENTITY x SYSTEM "{path.as_uri()}">', body.format("&x;"))


def outer(body: str, path: Path) -> str:
    return entities(f'<!ENTITY % p SYSTEM "{path.as_uri()}"> %p;', body.format("x"))


KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>{}</name></Placemark></kml>'
GRAPH = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph><data key="d">{}</data></graph></graphml>'
OSM = '<osm version="0.6"><node id="1" lat="1" lon="1"><tag k="a" v="{}"/></node></osm>'


@pytest.mark.parametrize("attack", ["laughs", "quadratic", "stranger", "outer"])
@pytest.mark.parametrize("ending", ["kml", "kmz", "xlsx", "graphml", "osm", "layer", "demand"])
def test_entities_are_refused_in_every_format_of_xml(tmp_path: Path, secret: Path, attack: str, ending: str) -> None:
    body = {"graphml": GRAPH, "osm": OSM}.get(ending, KML)
    text = {
        "laughs": lambda: laughs(body), "quadratic": lambda: quadratic(body),
        "stranger": lambda: stranger(body, secret), "outer": lambda: outer(body, secret),
    }[attack]()  # fmt: skip
    if ending in {"kml", "kmz", "xlsx"}:
        path = tmp_path / f"a.{ending}"
        if ending == "kml":
            written(path, text)
        elif ending == "kmz":
            archive_of(path, ("doc.kml", text.encode()))
        else:
            parts = unpacked(seeds.workbooks(tmp_path)[0])
            name = "xl/workbook.xml" if attack == "outer" else "xl/styles.xml"
            written(path, packed({**parts, name: text.encode()}))
        said = refusal(lambda: read_any(path))
    elif ending in {"graphml", "osm"}:
        path = written(tmp_path / f"a.{ending}", text)
        said = refusal(lambda: read_streets(path))
    elif ending == "demand":
        said = refusal(lambda: read_demand(written(tmp_path / "a.kml", text)))
    else:
        study = load_study().model_copy(update={"layers": {"states_drawing": str(written(tmp_path / "a.kml", text))}})
        said = refusal(lambda: read_layer(study, "states_drawing"))
    assert "XML entities or a document type" in said


def test_a_project_of_qgis_is_written_and_never_read(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.qgz", ("a.qgs", laughs("<qgis>{}</qgis>").encode()))
    assert "files named .qgz are not read" in refusal(lambda: read_any(path))
    assert "files named .qgz are not read" in refusal(lambda: read_demand(path))


VECTOR_POINTER = (
    "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
RASTER_POINTER = (
    '<VRTDataset rasterXSize="1" rasterYSize="1"><SRS>EPSG:4326</SRS><GeoTransform>-100,1,0,20,0,-1</GeoTransform>'
    '<VRTRasterBand dataType="Byte" band="1"><SimpleSource><SourceFilename>{}</SourceFilename></SimpleSource>'
    "</VRTRasterBand></VRTDataset>"
)


@pytest.mark.parametrize("ending", ["geojson", "json", "gpkg", "kml", "fgb", "gml", "vrt", "txt"])
def test_a_file_that_sends_its_reader_to_another_is_not_opened(tmp_path: Path, secret: Path, ending: str) -> None:
    path = written(tmp_path / f"a.{ending}", VECTOR_POINTER.format(secret))
    study = load_study().model_copy(update={"layers": {"states_drawing": str(path)}})
    for read in (lambda: read_any(path), lambda: read_demand(path), lambda: read_layer(study, "states_drawing")):
        refusal(read)


def test_a_raster_that_sends_its_reader_to_another_is_not_opened(tmp_path: Path, secret: Path) -> None:
    import shapely

    box = shapely.box(-101, 19, -99, 21)
    for target in (str(secret), "/vsicurl/http://127.0.0.1:9/x.tif", "http://127.0.0.1:9/x.tif"):
        path = written(tmp_path / "a.tif", RASTER_POINTER.format(target))
        assert "cannot be read as a raster" in refusal(partial(terrain, path, [-100.5], [19.5]))
        assert "cannot be read as a raster" in refusal(partial(raster_demand, path, box))
    path = written(tmp_path / "a.vrt", RASTER_POINTER.format("/vsicurl/http://127.0.0.1:9/x.tif"))
    assert "the mosaic names parts on a server" in refusal(lambda: raster_demand(path, box))


def test_an_extract_that_is_none_is_not_opened(tmp_path: Path, secret: Path) -> None:
    path = written(tmp_path / "a.osm.pbf", VECTOR_POINTER.format(secret))
    assert "not OpenStreetMap inside" in refusal(lambda: read_streets(path))


def test_an_archive_in_place_of_a_text_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", b"x")
    assert "an archive or a workbook" in refusal(lambda: read_any(written(tmp_path / "a.csv", out.getvalue())))
    with pytest.raises(DataError):
        read_demand(written(tmp_path / "a.csv", out.getvalue()))
