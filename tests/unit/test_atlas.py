"""The atlas's text: the same bytes twice, nothing that escapes its script element, shapes and tables that come back."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.export.atlas import atlas_html, write_atlas
from geo.export.atlas_payload import TABLES
from geo.export.atlas_shapes import POLYGON_SCALE, decode_line, encode_line, lines, merged_lines, topology
from geo.export.atlas_tables import encode_table, safe_json
from geo.export.style import LAYER_STYLES
from geo.hexagons import hexagon_shapes
from geo.schema import LAYERS

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "\"'`&amp;",
    "a\u2028b\u2029c",
    "ñ" * 10_000,
)
ABOUT = {
    "title": {"es": "Parques", "en": "Parks"},
    "date": "2026-11",
    "version": "0",
    "licences": [],
    "notes": {"es": [], "en": []},
    "counts": {"parks": 2},
}


def table(name: str, rows: list[dict[str, Any]], geometry: list[Any] | None = None) -> pd.DataFrame:
    """Return a layer with the schema's columns and types, missing where a row does not say."""
    columns = {
        column.name: pd.array([row.get(column.name) for row in rows], dtype=column.dtype)
        for column in LAYERS[name].output_columns
    }
    frame = pd.DataFrame(columns)
    return frame if geometry is None else gpd.GeoDataFrame(frame, geometry=geometry, crs=4326)


def park(number: int, name: str, **rest: Any) -> dict[str, Any]:
    return {
        "park_id": f"p{number}", "name": name, "kind": "industrial_park", "cve_ent": "01", "state": "Uno",
        "cvegeo": "01001", "municipality": "Villa", "plants_registered": 0, "vintage_2018": True, "study_set": True,
        "confidence": "high", "location_basis": "plants", "source_ids": "s1", "n_plants_basis": 1, **rest,
    }  # fmt: skip


SQUARES = [shapely.box(-102, 20, -101, 21), shapely.box(-101, 20, -100, 21)]


@pytest.fixture
def drawing() -> dict[str, gpd.GeoDataFrame]:
    return {
        "municipalities": gpd.GeoDataFrame({"cvegeo": ["01001", "02001"]}, geometry=SQUARES, crs=4326),
        "states": gpd.GeoDataFrame({"cve_ent": ["01", "02"], "name": ["Uno", "Dos"]}, geometry=SQUARES, crs=4326),
        "highways": gpd.GeoDataFrame(
            {"km": [1.0, 2.0]},
            geometry=[
                shapely.LineString([(-102, 20.5), (-101.5, 20.5)]),
                shapely.LineString([(-101.5, 20.5), (-100, 20.6)]),
            ],
            crs=4326,
        ),
    }


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    flags = {"zlfn": False}
    bare = {name: table(name, []) for name in TABLES}
    return bare | {
        "establishment_hexagons": table("establishment_hexagons", [], []),
        "parks": table("parks", [park(1, "Norte", lon=-101.5, lat=20.5, border_km=1.23456), park(2, HOSTILE[1])]),
        "municipalities": table("municipalities", [
            {"cvegeo": "01001", "name": "Villa", "cve_ent": "01", "state": "Uno", **flags},
            {"cvegeo": "02001", "name": "Otra", "cve_ent": "02", "state": "Dos", **flags},
        ]),
        "border": table("border", [{"border_id": "b", "name": "B"}], [shapely.LineString([(-102, 21), (-100, 21)])]),
        "corridor": table("corridor", [{"branch": "trunk"}], [shapely.LineString([(-102, 20.2), (-99, 20.2)])]),
    }  # fmt: skip


def block(html: str, name: str) -> Any:
    found = re.search(f'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found is not None, name
    return json.loads(found[1])


def test_the_same_tables_give_the_same_bytes(tmp_path: Path, tables: Any, drawing: Any) -> None:
    write_atlas(tables, drawing, about=ABOUT, path=tmp_path / "one.html")
    write_atlas(tables, drawing, about=ABOUT, path=tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_changed_park_changes_only_its_own_line(tables: Any, drawing: Any) -> None:
    before = atlas_html(tables, drawing, about=ABOUT).split("\n")
    changed = {**tables, "parks": tables["parks"].assign(name=["Sur", HOSTILE[1]])}
    after = atlas_html(changed, drawing, about=ABOUT).split("\n")
    assert len(after) == len(before)
    different = [line for line, old in zip(after, before, strict=True) if line != old]
    assert len(different) == 1
    assert different[0].startswith('["p1","Sur"')


def test_a_changed_park_changes_its_own_lines_in_every_block(tables: Any, drawing: Any) -> None:
    tables["parks"] = table("parks", [park(1, "Norte", border_km=1.0), park(2, "Sur", border_km=2.0)])
    rows = [
        {"park_id": f"p{at}", "index": "border_km", "value": at, "low": at - 0.5, "high": at + 0.5, "replicas": 20}
        for at in (1, 2)
    ]
    tables["sensitivity"] = table("sensitivity", rows)
    before = atlas_html(tables, drawing, about=ABOUT).split("\n")
    rows[1] |= {"low": 1.1, "high": 2.9}
    changed = {
        "parks": table("parks", [park(1, "Norte", border_km=1.0), park(2, "Sur", border_km=2.2)]),
        "sensitivity": table("sensitivity", rows),
    }
    after = atlas_html({**tables, **changed}, drawing, about=ABOUT).split("\n")
    assert len(after) == len(before)
    different = [line for line, old in zip(after, before, strict=True) if line != old]
    assert len(different) == 2
    assert all(line.startswith('["p2",') for line in different)


def test_the_page_names_no_address_to_load_from(tables: Any, drawing: Any) -> None:
    html = atlas_html(tables, drawing, about=ABOUT)
    assert "default-src &#39;none&#39;" in html
    assert not re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)=", html)
    assert "sourceMappingURL" not in html
    assert "url(" not in html.replace("url(#default#VML)", "")
    assert "@import" not in html
    assert "unsafe-inline" not in html.split("</head>")[0]


def test_the_page_has_a_language_a_title_and_a_viewport(tables: Any, drawing: Any) -> None:
    html = atlas_html(tables, drawing, about=ABOUT)
    assert html.startswith('<!DOCTYPE html>\n<html lang="es">')
    assert "<title>Corredor · Parques</title>" in html
    assert '<meta name="viewport" content="width=device-width, initial-scale=1' in html
    assert "user-scalable" not in html


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_inside_its_json(name: str, tables: Any, drawing: Any) -> None:
    tables["parks"] = table("parks", [park(1, name, alt_names=name), park(2, "Sur")])
    html = atlas_html(tables, drawing, about={**ABOUT, "title": {"es": name, "en": name}})
    rows = block(html, "table-parks")["rows"]
    assert rows[0][1] == name
    assert block(html, "data-about")["title"]["es"] == name
    plain = atlas_html(tables | {"parks": table("parks", [])}, drawing, about=ABOUT)
    assert html.count("<script") == plain.count("<script")
    assert html.count("</script>") == plain.count("</script>")
    assert html.count("<img") == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_json_in_the_page_has_no_character_that_html_reads(text: str) -> None:
    written = safe_json({"a": [text]})
    assert not re.search("[<>&\u2028\u2029]", written)
    assert json.loads(written) == {"a": [text]}


def test_json_refuses_numbers_that_are_none() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        safe_json(float("nan"))


def decoded(text: str) -> list[dict[str, Any]]:
    """Read a table as the page's script does, lookups left out."""
    raw = json.loads(text)
    stored = [head for head in raw["columns"] if head["type"] in {"text", "number", "flag", "code"}]
    stored = [head for _, head in sorted((head.get("at", at), head) for at, head in enumerate(stored))]
    rows = []
    for cells in raw["rows"]:
        whole = [*cells, *raw["defaults"][len(cells) :]]
        row = {head["name"]: head["value"] for head in raw["columns"] if head["type"] == "same"}
        for head, cell in zip(stored, whole, strict=True):
            value = cell
            if cell is not None and head["type"] == "number":
                value = cell / 10 ** head["decimals"]
            elif cell is not None and head["type"] == "code":
                value = head["values"][cell]
            elif cell is not None and head["type"] == "flag":
                value = bool(cell)
            row[head["name"]] = value
        rows.append(row)
    return rows


def test_a_table_comes_back_with_missing_values_missing(tables: Any) -> None:
    first, second = decoded(encode_table("parks", tables))
    assert first["park_id"] == "p1"
    assert first["kind"] == "industrial_park"
    assert first["border_km"] == 1.235
    assert (first["lon"], first["lat"]) == (-101.5, 20.5)
    assert first["study_set"] is True
    assert first["area_ha"] is None
    assert second["lon"] is None
    assert second["border_km"] is None
    assert set(first) == {column.name for column in LAYERS["parks"].output_columns}


def test_a_big_table_leaves_names_to_the_tables_that_hold_them() -> None:
    towns = table("municipalities", [
        {"cvegeo": f"01{number:03}", "name": f"Villa {number}", "cve_ent": "01", "state": "Uno", "zlfn": False}
        for number in range(100)
    ])  # fmt: skip
    plants = [
        {"plant_id": f"x{number:03}", "name": "Planta", "cvegeo": f"01{number:03}", "municipality": f"Villa {number}",
         "sector": "Química", "lon": -101.12345678, "lat": 20.0, "border_km": 12.3456}
        for number in reversed(range(100))
    ]  # fmt: skip
    plants[10]["municipality"] = "Villa Vieja"
    text = encode_table("establishments", {"establishments": table("establishments", plants), "municipalities": towns})
    heads = {head["name"]: head for head in json.loads(text)["columns"]}
    assert heads["municipality"]["type"] == "lookup"
    assert heads["municipality"]["but"] == {"89": "Villa Vieja"}
    assert heads["sector"] == {"name": "sector", "es": "Sector del registro", "en": "Sector of the register",
                               "unit": None, "type": "same", "value": "Química"}  # fmt: skip
    rows = decoded(text)
    assert [row["cvegeo"] for row in rows] == sorted(row["cvegeo"] for row in rows)
    assert rows[0]["border_km"] == 12.3
    assert rows[0]["lon"] == -101.1235


def test_an_empty_table_is_written_as_such(tables: Any) -> None:
    raw = json.loads(encode_table("claims", tables))
    assert raw["rows"] == []
    assert raw["key"] == "figure_id"


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(0, 0)],
        [(-117124, 32534), (-117123, 32533), (-97146, 25956)],
        [(15, -16), (16, -17), (-16, 15), (10**7, -(10**7))],
    ],
)  # fmt: skip
def test_a_line_comes_back_whole(points: list[tuple[int, int]]) -> None:
    text = encode_line(points)
    assert re.fullmatch("[A-Za-z0-9_-]*", text)
    assert decode_line(text) == points


def test_random_lines_come_back_whole() -> None:
    points = [(int(x), int(y)) for x, y in np.random.default_rng(7).integers(-180_000, 180_000, (500, 2))]
    assert decode_line(encode_line(points)) == points


def rebuilt(arcs: list[str], ring: list[int]) -> list[tuple[int, int]]:
    points: list[tuple[int, int]] = []
    for number in ring:
        arc = decode_line(arcs[~number if number < 0 else number])
        points += (arc[::-1] if number < 0 else arc)[1 if points else 0 :]
    return points


def test_neighbours_share_the_arc_between_them_and_come_back_whole() -> None:
    ring = shapely.Polygon(shapely.box(-98, 20, -95, 23).exterior, [shapely.box(-97, 21, -96, 22).exterior])
    shapes = [*SQUARES, ring, shapely.box(-97, 21, -96, 22)]
    frame = gpd.GeoDataFrame({"key": ["a", "b", "hole", "plug"]}, geometry=shapes, crs=4326)
    made = topology({"towns": (frame, "key")})
    features = made.features["towns"]
    both = {abs(n + 0.5) for n in features["a"][0][0]} & {abs(n + 0.5) for n in features["b"][0][0]}
    assert len(both) == 1
    assert len(features["hole"][0]) == 2
    assert [abs(n + 0.5) for n in features["hole"][0][1]] == [abs(n + 0.5) for n in features["plug"][0][0]]
    for key, shape in zip(frame["key"], shapes, strict=True):
        rings = [np.array(rebuilt(made.arcs, ring)) / POLYGON_SCALE for ring in features[key][0]]
        assert shapely.equals(shapely.Polygon(rings[0], rings[1:]), shape)


def test_a_polygon_too_small_to_draw_is_left_out() -> None:
    frame = gpd.GeoDataFrame({"key": ["dot"]}, geometry=[shapely.box(0, 0, 1e-5, 1e-5)], crs=4326)
    assert topology({"towns": (frame, "key")}).features["towns"] == {}


def hexagons() -> gpd.GeoDataFrame:
    """Return two neighbours and one alone, as a run publishes them."""
    codes = ["h25_81_37", "h25_82_37", "h25_90_40"]
    rows = [{"hexagon_id": code, "establishments": at, "manufacturing_establishments": 1, "lon": -100, "lat": 20}
            for at, code in enumerate(codes, 1)]  # fmt: skip
    shapes = hexagon_shapes(codes).to_crs(4326).geometry
    return table("establishment_hexagons", rows, [shapely.MultiPolygon([shape]) for shape in shapes])


def test_hexagons_come_back_beside_the_areas_without_a_gap(tables: Any, drawing: Any) -> None:
    frame = hexagons()
    made = block(atlas_html(tables | {"establishment_hexagons": frame}, drawing, about=ABOUT), "data-shapes")
    features = made["features"]["establishment_hexagons"]
    rings = [rebuilt(made["arcs"], features[code][0][0]) for code in frame["hexagon_id"]]
    for ring, shape in zip(rings, frame.geometry, strict=True):
        drawn = shapely.Polygon(np.array(ring) / POLYGON_SCALE)
        assert shapely.hausdorff_distance(drawn, shape) < 1 / POLYGON_SCALE
    assert len({tuple(map(tuple, ring)) for ring in rings}) == 3
    assert len({tuple(point) for point in rings[0]} & {tuple(point) for point in rings[1]}) == 2
    towns = made["features"]["municipalities"]["01001"]
    assert shapely.Polygon(np.array(rebuilt(made["arcs"], towns[0][0])) / POLYGON_SCALE).equals(SQUARES[0])


def test_a_layer_that_is_left_out_has_no_row_in_the_page(tables: Any, drawing: Any) -> None:
    plant = {"plant_id": "plant-4711", "name": "Taller Secreto", "scian": "336320", "cvegeo": "01001",
             "lon": -101.4321, "lat": 20.5678, "source_ids": "s1"}  # fmt: skip
    tables |= {"establishments": table("establishments", [plant]), "establishment_hexagons": hexagons()}
    whole = atlas_html(tables, drawing, about=ABOUT)
    page = atlas_html(tables, drawing, about={**ABOUT, "left_out": ["establishments"]})
    for text in ("plant-4711", "Taller Secreto", 'id="table-establishments"'):
        assert text in whole
        assert text not in page
    switches = {each["key"]: each for each in block(page, "data-style")["layers"]}
    assert switches["establishments"]["hidden"]
    assert switches["establishment_hexagons"]["on"]
    assert [row[:2] for row in block(page, "table-establishment_hexagons")["rows"]] == [
        ["h25_81_37", 1], ["h25_82_37", 2], ["h25_90_40", 3]
    ]  # fmt: skip


def test_touching_highway_edges_become_one_line(drawing: Any) -> None:
    (line,) = merged_lines(drawing["highways"], scale=POLYGON_SCALE)
    assert set(decode_line(line)) == {(-102_000, 20_500), (-101_500, 20_500), (-100_000, 20_600)}


def test_a_simplified_line_strays_no_more_than_it_may() -> None:
    wavy = shapely.LineString([(-101 + step / 1000, 20 + 0.0003 * (step % 2)) for step in range(200)])
    frame = gpd.GeoDataFrame(geometry=[wavy], crs=4326)
    ((coarse,),) = lines(frame, tolerance_m=50, scale=10_000)
    ((fine,),) = lines(frame, tolerance_m=1, scale=10_000)
    assert len(decode_line(coarse)) < 10
    assert len(decode_line(fine)) > 150


def test_the_corridor_has_a_tick_every_100_km(tables: Any, drawing: Any) -> None:
    (line,) = block(atlas_html(tables, drawing, about=ABOUT), "data-shapes")["lines"]["corridor"]
    assert line["key"] == "trunk"
    assert [tick[0] for tick in line["ticks"]] == [100, 200, 300]
    assert line["ticks"][0][1] == pytest.approx(-101.0438, abs=1e-3)


def test_every_named_value_of_a_shown_column_has_words_in_both_languages(tables: Any, drawing: Any) -> None:
    values = block(atlas_html(tables, drawing, about=ABOUT), "data-strings")["values"]
    styled = {
        (column, value)
        for style in LAYER_STYLES.values()
        for styling in style.stylings
        for column in ([styling.column, "kind"] if styling.column == "owner_kind" else [styling.column])
        for each in styling.classes
        for value in each.values
        if len(each.values) == 1
    }
    lacking = [
        (column.name, value)
        for name in TABLES
        for column in LAYERS[name].output_columns
        for value in column.allowed or ()
        if (column.name, value) not in styled and value not in values.get(column.name, {}) and column.name != "branch"
    ]
    assert lacking == []


def test_every_string_is_there_in_both_languages_with_the_same_parameters(tables: Any, drawing: Any) -> None:
    strings = block(atlas_html(tables, drawing, about=ABOUT), "data-strings")
    pairs = [*strings["ui"].items(), *strings["units"].items()]
    pairs += [
        (f"{column}.{value}", pair) for column, named in strings["values"].items() for value, pair in named.items()
    ]
    for key, pair in pairs:
        assert pair["es"].strip(), key
        assert pair["en"].strip(), key
        assert set(re.findall(r"{(\w+)}", pair["es"])) == set(re.findall(r"{(\w+)}", pair["en"])), key


def test_the_page_uses_only_strings_that_exist_and_no_string_is_unused(tables: Any, drawing: Any) -> None:
    known = set(block(atlas_html(tables, drawing, about=ABOUT), "data-strings")["ui"])
    templates = Path(str(resources.files("geo.export") / "templates"))
    code = "".join(path.read_text("utf-8") for path in [*templates.glob("js/*.js"), templates / "atlas.html.j2"])
    used = set(re.findall(r'A\.t\("(\w+)"', code)) | set(re.findall(r'data-t(?:-label|-hint)?="(\w+)"', code))
    assert used <= known
    built = tuple(re.findall(r"`(\w+_)\$\{", code))
    assert [key for key in known if not re.search(rf'["`.]{key}\b', code) and not key.startswith(built)] == []
