"""Small whole files of every format that the program reads: what the fuzz campaign spoils."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

EXAMPLE = Path(__file__).parents[2] / "examples" / "otra_region"
TABLE = 'nombre;municipio;lat;lon\nUno;"Apo;daca";15,7;-111,2\nDós;;14°40\'12"N;110°18\'W\nTres;Juárez;;\n'
STREETS = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6" generator="test">
<node id="1" lat="15.00" lon="-111.00" version="1"/><node id="2" lat="15.00" lon="-110.98" version="1"/>
<node id="3" lat="15.02" lon="-110.98" version="1"/><node id="4" lat="15.02" lon="-111.00" version="1"/>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="oneway" v="yes"/>
<tag k="maxspeed" v="40"/></way>
<way id="11" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="secondary"/></way>
<way id="12" version="1"><nd ref="3"/><nd ref="4"/><nd ref="1"/><tag k="highway" v="residential"/></way></osm>"""
DECISIONS = (
    "decision,cvegeo,name,other_cvegeo,other_name,new_name,by,note\n"
    "merge,08003,Parque Uno,08003,Parque Dos,,ana,mismo\nrename,08003,Parque Tres,,,Parque Cuatro,ana,\n"
    "drop,19021,Bodega,,,,ana,no es parque\n,19021,Sugerido,,,,,\n"
)


def features() -> gpd.GeoDataFrame:
    """Return two points with a name and a number."""
    points = gpd.points_from_xy([-111.0, -110.4], [15.2, 14.6], crs=4326)
    return gpd.GeoDataFrame({"nombre": ["Parque Ñandú", "Dos"], "weight": [1.5, 2.0]}, geometry=points)


def areas() -> gpd.GeoDataFrame:
    """Return the same as two polygons."""
    points = features()
    return points.set_geometry(gpd.GeoSeries(shapely.buffer(points.geometry.to_numpy(), 0.01), crs=4326))


def tables(_folder: Path) -> list[bytes]:
    """Return text with separators in seven encodings, a register, a table of people and a layer of the example."""
    encodings = ("utf-8", "latin-1", "utf-16", "cp850", "utf-8-sig", "utf-16-be", "mac_roman")
    own = [TABLE.replace("Dós", "Dós" * 4).encode(each) for each in encodings]
    register = "plant_id,park_text,cvegeo,year,lon,lat\n1,Parque Uno,01001,2018,-111,15\n2,Parque Dos,01002,2019,,\n"
    people = "id,name,lon,lat,weight\n1,Uno,-111,15,5\n2,Dós,-110.5,14.5,7.5\n"
    layer = (EXAMPLE / "parks.csv").read_bytes().splitlines(keepends=True)[:6]
    return [*own, register.encode(), people.encode(), b"".join(layer)]


def studies(_folder: Path) -> list[bytes]:
    """Return the example's study, and a short one."""
    text = (EXAMPLE / "geo.toml").read_text(encoding="utf-8")
    return [text.encode(), text.partition("[layers]")[0].encode()]


def written(ending: str) -> Callable[[Path], list[bytes]]:
    """Return a maker of files of points, and of polygons, that GDAL or pyarrow writes."""

    def make(folder: Path) -> list[bytes]:
        made = []
        for number, frame in enumerate((features(), areas())):
            path = folder / f"whole{number}.{ending}"
            if ending == "parquet":
                frame.to_parquet(path)
            elif ending == "kml":
                frame.rename(columns={"nombre": "Name"}).to_file(path, driver="KML")
            else:
                frame.to_file(path, **({"SPATIAL_INDEX": "NO"} if ending == "fgb" else {}))
            made.append(path.read_bytes())
        return made

    return make


def shapefiles(folder: Path) -> list[bytes]:
    """Return zipped Shapefiles, with and without the encoding's part."""
    features().to_file(folder / "parques.shp", encoding="cp1252")
    parts = sorted(folder.glob("parques.*"))
    return [
        packed({part.name: part.read_bytes() for part in parts if part.suffix not in without})
        for without in ((), (".cpg",), (".prj", ".cpg"))
    ]


def workbooks(folder: Path) -> list[bytes]:
    """Return a workbook with a cover, text, numbers, dates, a formula and an error."""
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Portada"])
    sheet = book.create_sheet("Parques")
    for row in (["Nombre", "Lat", "Lon", "Ha"], ["Uno", 15.2, -111, 1.234], ["Dós", "14,6", "-110,4", "=1+1"],
                ["Tres", None, None, "#N/A"], [4, 15.1, -110.9, datetime.date(2015, 6, 1)]):  # fmt: skip
        sheet.append(row)
    book.save(folder / "whole.xlsx")
    return [(folder / "whole.xlsx").read_bytes()]


def osm_xml(_folder: Path) -> list[bytes]:
    """Return three streets as OpenStreetMap XML."""
    return [STREETS.encode()]


def graphs(folder: Path) -> list[bytes]:
    """Return three streets as osmnx saves them."""
    import osmnx

    (folder / "town.osm").write_text(STREETS)
    osmnx.save_graphml(osmnx.graph_from_xml(folder / "town.osm", retain_all=True), folder / "town.graphml")
    return [(folder / "town.graphml").read_bytes()]


def rasters(folder: Path) -> list[bytes]:
    """Return a raster of counts: stored plainly, compressed, and in tiles."""
    import rasterio

    made = []
    values = np.arange(400, dtype="float32").reshape(20, 20)
    for number, options in enumerate(({}, {"compress": "deflate"}, {"tiled": True, "blockxsize": 16, "blockysize": 16,
                                                                   "compress": "lzw"})):  # fmt: skip
        path = folder / f"whole{number}.tif"
        with rasterio.open(path, "w", driver="GTiff", height=20, width=20, count=1, dtype="float32", crs="EPSG:4326",
                           nodata=-1, transform=rasterio.Affine(0.01, 0, -111.1, 0, -0.01, 15.1), **options,
                           ) as target:  # fmt: skip
            target.write(values, 1)
        made.append(path.read_bytes())
    return made


def decisions(_folder: Path) -> list[bytes]:
    """Return a review file."""
    return [DECISIONS.encode()]


def packed(members: dict[str, bytes]) -> bytes:
    """Return a ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """Return the members of a ZIP archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def extracts(_folder: Path) -> list[bytes]:
    """Return three streets as an extract in PBF: the blocks of a header and of nodes and ways."""
    return [framed([("OSMHeader", _field(4, b"OsmSchema-V0.6")), ("OSMData", _streets_block())])]


def framed(blocks: list[tuple[str, bytes]]) -> bytes:
    """Return blocks as a PBF file holds them, each packed by zlib behind its header."""
    out = b""
    for kind, raw in blocks:
        blob = _field(2, len(raw)) + _field(3, zlib.compress(raw))
        head = _field(1, kind.encode()) + _field(3, len(blob))
        out += len(head).to_bytes(4, "big") + head + blob
    return out


def blocks_of(content: bytes) -> list[tuple[str, bytes]]:
    """Return the blocks of a file that ``framed`` made."""
    blocks, at = [], 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        head = content[at + 4 : at + 4 + size]
        kind = head[2 : 2 + head[1]].decode()
        at += 4 + size
        length = head[2 + len(kind) + 1 :]
        size, _ = _read_varint(length, 0)
        blob = content[at : at + size]
        at += size
        blocks.append((kind, zlib.decompress(blob[blob.index(b"\x78\x9c") :])))
    return blocks


def _streets_block() -> bytes:
    words = ["", "highway", "primary", "oneway", "yes", "maxspeed", "40", "secondary", "residential"]
    table = b"".join(_field(1, word.encode()) for word in words)
    places = [(1, 15.00, -111.00), (2, 15.00, -110.98), (3, 15.02, -110.98), (4, 15.02, -111.00)]
    dense = b"".join(
        _field(number, _packed_deltas([values[at] for values in rounded]))
        for number, at, rounded in (
            (1, 0, places),
            (8, 1, [(0, round(lat * 1e7), 0) for _, lat, _ in places]),
            (9, 2, [(0, 0, round(lon * 1e7)) for _, _, lon in places]),
        )
    )
    ways = [(10, [1, 2], [1, 3, 5], [2, 4, 6]), (11, [2, 3], [1], [7]), (12, [3, 4, 1], [1], [8])]
    drawn = b"".join(
        _field(
            3,
            _field(1, number)
            + _field(2, b"".join(map(_varint, keys)))
            + _field(3, b"".join(map(_varint, values)))
            + _field(8, _packed_deltas(nodes)),
        )
        for number, nodes, keys, values in ways
    )
    return _field(1, table) + _field(2, _field(2, dense)) + _field(2, drawn)


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (content[at] & 127) << shift
        shift += 7
        at += 1
        if content[at - 1] < 128:
            return value, at


def _packed_deltas(values: list[int]) -> bytes:
    steps = [now - before for before, now in zip([0, *values], values, strict=False)]
    return b"".join(_varint(step << 1 if step >= 0 else (-step << 1) - 1) for step in steps)


def as_csv(rows: list[list[str]], separator: str = ",") -> bytes:
    """Return rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def as_geojson(shapes: list[shapely.Geometry | None], names: list[str]) -> bytes:
    """Return features as GeoJSON."""
    import json

    features_ = [
        {"type": "Feature", "properties": {"nombre": name},
         "geometry": None if shape is None else json.loads(shapely.to_geojson(shape))}
        for shape, name in zip(shapes, names, strict=True)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features_}).encode()
