"""Files made from nothing by hypothesis, each in the structure of its format."""

from __future__ import annotations

import datetime
import io
import json
import tomllib
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import shapely
from fuzz_mutation import TOKENS
from fuzz_seeds import DECISIONS, EXAMPLE, STREETS, as_csv, as_geojson
from hypothesis import strategies as st

from geo.schema import LAYERS


class Made(NamedTuple):
    """A file, and how many rows it holds; None where that is not known."""

    content: bytes
    rows: int | None = None


_ODD = [token.decode("utf-8", "replace")[:300] for token in TOKENS]
_HEADERS = [*(column.name for column in LAYERS["parks"].file_columns), "Nombre", "Municipio", "Latitud", "Longitud",
            "coordenadas", "Superficie (m2)", "Desarrollador", "weight", "lon", "lat", "", "#", "Nombre"]  # fmt: skip
words = st.one_of(st.text(max_size=12), st.sampled_from(_ODD), st.sampled_from(["Parque Uno", "Juárez", "1,234.5"]))
plain = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=10)
numbers = st.one_of(st.floats(), st.integers(-(10**20), 10**20), st.sampled_from([-111, 15.2, "15,2", "111°W", "x"]))
cells = st.one_of(words, numbers.map(str), st.just(""), st.just("-111.1"), st.just("15.1"))
degrees = st.one_of(st.floats(-112, 16), st.floats())
points = st.builds(shapely.Point, st.floats(-112, -109), st.floats(14, 16))
shapes = st.one_of(
    st.none(), points, st.builds(shapely.Point), st.builds(lambda p: p.buffer(0.01, quad_segs=2), points),
    st.lists(points, max_size=3).map(shapely.MultiPoint), st.lists(points, max_size=3).map(shapely.GeometryCollection),
    st.lists(points, min_size=2, max_size=4).map(shapely.LineString),
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> Made:
    """Rows as wide as their header in any encoding, with every sign quoted as it must be; or rows cut anyhow."""
    header = draw(st.lists(st.one_of(st.sampled_from(_HEADERS), plain), min_size=2, max_size=6))
    rows = draw(st.lists(st.lists(cells, min_size=len(header), max_size=len(header)), min_size=1, max_size=6))
    content = as_csv([header, *rows], draw(st.sampled_from(",;\t|")))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850", "latin-1"]))
    whole = content.decode("utf-8", "replace").encode(encoding, "replace")
    return Made(whole)


@st.composite
def plain_tables(draw: st.DrawFn) -> Made:
    """Rows of visible text, of which it is known how many there are."""
    seen = plain.map(lambda text: f"v{text}").filter(lambda text: not text.startswith("#"))
    header = ["nombre", "lat", "lon", *draw(st.lists(seen, max_size=2))]
    rows = draw(st.lists(st.lists(seen, min_size=len(header), max_size=len(header)), min_size=1, max_size=8))
    return Made(as_csv([header, *rows], draw(st.sampled_from(",;\t|"))), len(rows))


values = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=8), st.sampled_from(_ODD),
              st.dates(), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip
_STUDY = tomllib.loads((EXAMPLE / "geo.toml").read_text(encoding="utf-8"))


@st.composite
def studies(draw: st.DrawFn) -> Made:
    """The example's study with keys set to anything, taken out, or put in."""
    import tomlkit

    study = json.loads(json.dumps(_STUDY))
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from([*study, "other"]) if study else st.just("other"))
        section = study.get(name)
        if isinstance(section, dict) and section and draw(st.booleans()):
            key = draw(st.one_of(st.sampled_from(sorted(section)), st.text(max_size=6)))
            section[key] = draw(values)
        elif draw(st.booleans()) and section is not None:
            del study[name]
        else:
            study[name] = draw(values)
    try:
        return Made(tomlkit.dumps(study).encode("utf-8", "surrogatepass"))
    except (ValueError, TypeError):  # tomlkit writes no such value
        return Made(b"")


_JSON_WORDS = ["type", "Feature", "FeatureCollection", "features", "geometry", "properties", "coordinates", "crs",
               "Point", "Polygon", "GeometryCollection", "geometries", "name", "id", "arcs", "objects", "Topology",
               "transform", "bbox", "MultiPolygon", "LineString"]  # fmt: skip
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.sampled_from(_JSON_WORDS)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(_JSON_WORDS), st.text(max_size=4)), inner, max_size=5),
    ),
    max_leaves=20,
)  # fmt: skip


@st.composite
def geojson(draw: st.DrawFn) -> Made:
    """Features of all kinds of geometry, whose number is known; features of anything; or any JSON."""
    way = draw(st.integers(0, 2))
    if way == 0:
        drawn = draw(st.lists(shapes, min_size=1, max_size=5))
        return Made(as_geojson(drawn, draw(st.lists(plain, min_size=len(drawn), max_size=len(drawn)))), len(drawn))
    if way == 1:
        kind = st.fixed_dictionaries(
            {"type": st.just("Feature"), "properties": _json,
             "geometry": st.fixed_dictionaries({"type": st.sampled_from(_JSON_WORDS), "coordinates": _json})}
        )  # fmt: skip
        whole = {"type": "FeatureCollection", "features": draw(st.lists(kind, max_size=4))}
        return Made(json.dumps(whole).encode("utf-8", "surrogatepass"))
    return Made(json.dumps(draw(_json)).encode("utf-8", "surrogatepass"))


def _element(name: str, attributes: dict[str, str], inner: str) -> str:
    written = "".join(f" {key}={quoteattr(_xml(value))}" for key, value in attributes.items())
    return f"<{name}{written}>{inner}</{name}>"


def _xml(text: str) -> str:
    return "".join(sign for sign in text if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff"))


def _tree(names: list[str], keys: list[str]) -> st.SearchStrategy[str]:
    attributes = st.dictionaries(st.sampled_from(keys), words, max_size=3)
    return st.recursive(
        words.map(lambda text: escape(_xml(text))),
        lambda inner: st.builds(_element, st.sampled_from(names), attributes, st.lists(inner, max_size=4).map("".join)),
        max_leaves=15,
    )


_KML = ["Document", "Folder", "Placemark", "name", "Point", "LineString", "Polygon", "outerBoundaryIs", "LinearRing",
        "coordinates", "MultiGeometry", "ExtendedData", "SchemaData", "SimpleData", "Schema", "SimpleField", "Data",
        "value", "TimeStamp", "when", "NetworkLink", "Link", "href", "GroundOverlay", "description"]  # fmt: skip


@st.composite
def kml(draw: st.DrawFn) -> Made:
    """Placemarks with points, whose number is known; or elements of KML in any order."""
    if draw(st.booleans()):
        named = draw(st.lists(st.tuples(plain, points), min_size=1, max_size=5))
        inner = "".join(
            f"<Placemark><name>{escape(_xml(name))}</name><Point><coordinates>{p.x},{p.y}</coordinates></Point>"
            "</Placemark>" for name, p in named
        )  # fmt: skip
        rows: int | None = len(named)
    else:
        inner, rows = draw(_tree(_KML, ["id", "name", "type", "schemaUrl", "xmlns"])), None
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inner}</Document></kml>'
    return Made(text.encode("utf-8", "surrogatepass"), rows)


@st.composite
def workbooks(draw: st.DrawFn) -> Made:
    """A workbook of values of every kind that a cell may hold."""
    import openpyxl

    kinds = st.one_of(plain, st.floats(allow_nan=False, allow_infinity=False), st.integers(), st.booleans(), st.none(),
                      st.dates(datetime.date(1900, 1, 1)), st.datetimes(datetime.datetime(1900, 1, 1)), st.times(),
                      st.sampled_from(["=1+1", "#N/A", "#REF!", "=HYPERLINK(1)"]))  # fmt: skip
    book = openpyxl.Workbook()
    header = draw(st.lists(st.sampled_from(_HEADERS), min_size=2, max_size=5))
    book.active.append(header)
    for row in draw(st.lists(st.lists(kinds, max_size=6), min_size=1, max_size=5)):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return Made(out.getvalue())


@st.composite
def osm_xml(draw: st.DrawFn) -> Made:
    """Nodes, ways and relations that may refer to what is not there."""
    if draw(st.booleans()):
        old, new = draw(st.sampled_from(STREETS.split('"')[1::2])), draw(words)
        return Made(
            STREETS.replace(f'"{old}"', quoteattr(_xml(new)), draw(st.integers(1, 3))).encode("utf-8", "replace")
        )
    inner = draw(_tree(["node", "way", "nd", "tag", "relation", "member", "bounds"],
                       ["id", "ref", "lat", "lon", "k", "v", "version", "role", "type"]))  # fmt: skip
    return Made(f'<?xml version="1.0"?><osm version="0.6">{inner}</osm>'.encode("utf-8", "replace"))


@st.composite
def graphs(draw: st.DrawFn) -> Made:
    """GraphML with keys of every type, nodes and edges that may not fit them."""
    types = st.sampled_from(["string", "double", "int", "boolean", "long", "other"])
    ids = st.sampled_from(["d0", "d1", "d2", "d3", "d4", "d5"])
    names = ["crs", "x", "y", "length", "highway", "geometry", "oneway", "osmid", "maxspeed", "street_count"]
    keys = "".join(
        f'<key id="{draw(ids)}" for="{draw(st.sampled_from(["node", "edge", "graph"]))}" '
        f'attr.name="{draw(st.sampled_from(names))}" attr.type="{draw(types)}"/>'
        for _ in range(draw(st.integers(0, 8)))
    )
    texts = st.one_of(words, st.sampled_from(["1", "-111.0", "epsg:4326", "True", "[1, 2]", "LINESTRING (0 0, 1 1)",
                                              "primary", "['primary', 'x']", "{'a': 1}",
                                              "__import__('os')"]))  # fmt: skip
    data = st.lists(st.builds(lambda key, text: f'<data key="{key}">{escape(_xml(text))}</data>', ids, texts),
                    max_size=4).map("".join)  # fmt: skip
    places = st.sampled_from(["1", "2", "3", "x"])
    nodes = "".join(f'<node id="{draw(places)}">{draw(data)}</node>' for _ in range(draw(st.integers(0, 4))))
    edges = "".join(
        f'<edge source="{draw(places)}" target="{draw(places)}" id="{draw(places)}">{draw(data)}</edge>'
        for _ in range(draw(st.integers(0, 4)))
    )
    text = (
        f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{keys}'
        f'<graph edgedefault="directed">{draw(data)}{nodes}{edges}</graph></graphml>'
    )
    return Made(text.encode("utf-8", "replace"))


@st.composite
def decisions(draw: st.DrawFn) -> Made:
    """Lines of a review file with values of every kind, or with columns of any name."""
    header = DECISIONS.splitlines()[0].split(",")
    if draw(st.integers(0, 4)) == 0:
        header = draw(st.lists(st.one_of(st.sampled_from(header), plain), min_size=1, max_size=8))
    kinds = st.one_of(
        words, st.sampled_from(["merge", "keep_apart", "rename", "drop", "list", "MERGE ", "", "08003", "8003"])
    )
    rows = draw(st.lists(st.lists(kinds, min_size=1, max_size=9), max_size=6))
    return Made(as_csv([header, *rows]))


def any_value() -> st.SearchStrategy[Any]:
    """Anything that TOML holds."""
    return values
