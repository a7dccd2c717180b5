"""The maps: what a journal's art check and a cartographer would hold against them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Polygon
from matplotlib_scalebar.scalebar import ScaleBar
from pyproj import Geod, Transformer

from geo.errors import ChoiceError
from geo.export.figures.catalogue import FIGURES, draw_figure, figure_caption
from geo.export.figures.check import faults, text_boxes
from geo.export.figures.frame import (
    extent_around,
    extent_of,
    graticule,
    map_axes,
    north_arrow,
    scale_bar,
)
from geo.export.figures.labels import Label, place_labels
from geo.export.figures.look import Look, save
from geo.export.figures.maps_developers import largest
from geo.export.figures.maps_parks import EXCESS, OWNER
from geo.export.figures.maps_reach import COLUMN, people_drawn
from geo.export.figures.marks import located_study_set, parts_of
from geo.export.figures.write import parse_width, write_figures
from geo.export.style import OKABE_ITO, luminance

MAPS = ("parks_by_owner", "corridor", "developers", "ownership_excess", "agglomeration", "coverage", "hermosillo")
LOOKS = (
    Look(85, "es", date="2026-11"),
    Look(85, "en", grey=True, date="2026-11"),
    Look(180, "en", date="2026-11"),
    Look(180, "es", grey=True, date="2026-11"),
)
GEODESIC = Geod(ellps="GRS80")
TO_DEGREES = Transformer.from_crs("EPSG:6372", "EPSG:4326", always_xy=True)
TO_PLANE = Transformer.from_crs("EPSG:4326", "EPSG:6372", always_xy=True)
Tables = Mapping[str, pd.DataFrame]


def name_of(look: Look) -> str:
    return f"{look.width_mm:g}-{look.lang}-{'grey' if look.grey else 'colour'}"


@pytest.mark.parametrize("look", LOOKS, ids=name_of)
@pytest.mark.parametrize("name", MAPS)
def test_no_text_is_clipped_overlapping_or_small(figure_tables: Tables, name: str, look: Look) -> None:
    figure = draw_figure(name, figure_tables, look)
    assert faults(figure, look) == []
    boxes = text_boxes(figure)
    assert len(boxes) > 10
    assert min(size for _, _, size in boxes) >= 6
    assert figure.get_figwidth() * 25.4 == pytest.approx(look.width_mm)
    assert figure.get_figheight() * 25.4 < 225  # a journal's page


def test_the_art_check_finds_what_is_wrong() -> None:
    look = Look(85)
    with look.context():
        figure = look.canvas(50)
        figure.text(0.5, 0.5, "one over", size=6)
        figure.text(0.52, 0.5, "the other", size=6)
        figure.text(0.9, 0.2, "beyond the edge", size=6)
        figure.text(0.1, 0.8, "too small", size=5)
        figure.text(0.1, 0.8, "hidden", size=2, visible=False)
    assert faults(figure, look) == [
        "'beyond the edge' runs off the page",
        "'too small' is 5 pt, under 6 pt",
        "'one over' and 'the other' overlap",
    ]


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="needs poppler's pdffonts and pdftotext")
@pytest.mark.parametrize("name", MAPS)
def test_the_fonts_of_a_pdf_are_embedded_and_its_text_is_text(figure_tables: Tables, name: str, tmp_path: Path) -> None:
    look, path = Look(85, "es", date="2026-11"), tmp_path / "figure.pdf"
    save(draw_figure(name, figure_tables, look), path, "pdf", look)
    listing = subprocess.run(["pdffonts", path], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert listing
    for line in listing:
        assert "DejaVuSans" in line
        assert "TrueType" in line
        assert line.split()[-5:-2] == ["yes", "yes", "yes"]  # embedded, subset, with a map to Unicode
    read = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
    for words in ("EPSG:6372", "Datos: 2026-11", "no es la lista", "de CREA", "INEGI"):
        assert words in " ".join(read.split())


@pytest.mark.parametrize(("name", "fmt"), [*((name, "pdf") for name in MAPS), ("coverage", "svg"), ("corridor", "png")])
def test_the_same_tables_give_the_same_bytes(figure_tables: Tables, name: str, fmt: str, tmp_path: Path) -> None:
    look = Look(85, "en", grey=fmt == "svg")
    files = [tmp_path / f"{turn}.{fmt}" for turn in (1, 2)]
    for file in files:
        save(draw_figure(name, figure_tables, look), file, fmt, look)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"Matplotlib" not in files[0].read_bytes()


def test_the_text_of_an_svg_is_text(figure_tables: Tables, tmp_path: Path) -> None:
    look, path = Look(180, "en"), tmp_path / "figure.svg"
    save(draw_figure("parks_by_owner", figure_tables, look), path, "svg", look)
    written = set(re.findall(r"<text[^>]*>([^<]+)</text>", path.read_text(encoding="utf-8")))
    assert {"Kind of owner", "Monterrey", "500 km", "N", "100° W"} <= written


@pytest.mark.parametrize(
    ("lon", "lat", "width_km", "height_km"),
    [(-102.0, 23.6, 3200, 2000), (-116.5, 32.2, 120, 100), (-87.5, 20.5, 300, 200), (-110.9, 29.0, 4, 5)],
)
def test_the_scale_bar_is_true_at_the_middle_of_the_map(
    lon: float, lat: float, width_km: float, height_km: float
) -> None:
    look = Look(85, "es")
    extent = extent_around(lon, lat, width_km=width_km, height_km=height_km)
    with look.context():
        figure = look.canvas(90)
        axes = map_axes(figure, look, extent, left_mm=5, bottom_mm=5, width_mm=60)
        scale_bar(axes, look, extent)
    ((words, _, _),) = text_boxes(figure)
    (bar,) = figure.findobj(ScaleBar)
    value, unit = words.replace(",", "").split()
    x, y = extent.centre
    ends = TO_DEGREES.transform([x - bar.info.length_px / 2, x + bar.info.length_px / 2], [y, y])
    _, _, metres = GEODESIC.inv(ends[0][0], ends[1][0], ends[0][1], ends[1][1])
    assert unit == "km"
    assert metres / 1000 == pytest.approx(float(value), rel=0.005)
    # What is drawn is as long as what is measured.
    pixels = axes.transData.transform([(x, y), (x + bar.info.length_px, y)])
    assert bar.info.window_extent.width >= pixels[1, 0] - pixels[0, 0]
    assert bar.info.length_px < 0.3 * extent.width


@pytest.mark.parametrize("across", [0.03, 0.5, 0.95])
@pytest.mark.parametrize(("lon", "lat"), [(-117.0, 32.0), (-102.0, 24.0), (-87.5, 20.5)])
def test_the_north_arrow_points_north(lon: float, lat: float, across: float) -> None:
    look = Look(85)
    extent = extent_around(lon, lat, width_km=400, height_km=300)
    with look.context():
        figure = look.canvas(80)
        axes = map_axes(figure, look, extent, left_mm=5, bottom_mm=5, width_mm=60)
        north_arrow(axes, look, extent, across=across, up=0.4)
    (arrow,) = figure.findobj(lambda artist: isinstance(artist, Polygon) and artist.get_gid() == "north")
    tip, _, notch, _ = arrow.get_xy()[:4]
    drawn = np.degrees(np.arctan2(*(tip - notch)))
    x, y = extent.at(across, 0.4)
    there = TO_DEGREES.transform(x, y)
    further = GEODESIC.fwd(*there, 0.0, 1000.0)[:2]
    ahead = np.array(TO_PLANE.transform(*further)) - (x, y)
    assert drawn == pytest.approx(np.degrees(np.arctan2(*ahead)), abs=0.01)


def test_the_degrees_stand_where_the_lines_leave_the_map(figure_tables: Tables) -> None:
    look = Look(180, "es")
    extent = extent_of(gpd.GeoDataFrame(figure_tables["states_drawing"]))
    with look.context():
        figure = look.canvas(150)
        axes = map_axes(figure, look, extent, left_mm=5, bottom_mm=5, width_mm=170)
        graticule(axes, look, extent)
    labels = {text.get_text(): text.get_position() for text in axes.texts}
    assert {"115° O", "90° O", "15° N", "30° N"} <= set(labels)
    for words, (x, y) in labels.items():
        lon, lat = TO_DEGREES.transform(max(x, extent.west), max(y, extent.south))
        degrees = float(words.split("°")[0])
        assert degrees == pytest.approx(-lon if words.endswith("O") else lat, abs=0.02)


@pytest.mark.parametrize("name", MAPS)
def test_both_languages_say_their_own_words(figure_tables: Tables, name: str) -> None:
    said = {}
    for lang in ("es", "en"):
        figure = draw_figure(name, figure_tables, Look(180, lang))
        said[lang] = " ".join(" ".join(text for text, _, _ in text_boxes(figure)).split())
    assert "Parques: inventario Corredor" in said["es"]
    assert "Parks: Corredor inventory" in said["en"]
    assert not re.search(r"\b(Parks|Plants|Border|Boundaries|Projection|the)\b", said["es"])
    assert not re.search(r"\b(Parques:|Plantas|Frontera|Límites|Proyección|del)\b", said["en"])


@pytest.mark.parametrize("name", MAPS)
def test_a_grey_figure_has_no_colour(figure_tables: Tables, name: str) -> None:
    look = Look(85, "en", grey=True)
    figure = draw_figure(name, figure_tables, look)
    with look.context():
        figure.canvas.draw()
        pixels = np.asarray(figure.canvas.buffer_rgba())[:, :, :3].astype(int)
    assert np.ptp(pixels, axis=2).max() == 0


def test_a_colour_and_its_grey_are_equally_light() -> None:
    for colour in OKABE_ITO:
        grey = Look(grey=True).fill(colour)
        assert luminance(grey) == pytest.approx(luminance(colour), abs=0.005)
        assert Look().fill(colour) == colour


@pytest.mark.parametrize("styling", [OWNER, EXCESS], ids=["owner", "excess"])
def test_classes_take_marks_of_their_own_and_every_park_is_in_one(figure_tables: Tables, styling: object) -> None:
    parks = located_study_set(figure_tables)
    found = parts_of(styling, parks)  # type: ignore[arg-type]
    assert sum(len(rows) for _, rows in found) == len(parks)
    figure = draw_figure("parks_by_owner" if styling is OWNER else "ownership_excess", figure_tables, Look(180, "en"))
    (legend,) = figure.legends
    marks = [(handle.get_marker(), handle.get_markersize()) for handle in legend.legend_handles[:-1]]
    assert len(set(marks)) == len(marks) == len(found)
    counted = [int(re.findall(r"\((\d+)\)$", text.get_text())[0]) for text in legend.get_texts()[:-1]]
    assert sorted(counted) == sorted(len(rows) for _, rows in found)


def test_only_significant_parks_stand_out(figure_tables: Tables) -> None:
    parks = located_study_set(figure_tables)
    strong = {each.key: len(rows) for each, rows in parts_of(EXCESS, parks)}
    assert strong.pop("not_significant") == int((parks["owner_excess_significant"] == False).sum())  # noqa: E712
    assert strong.pop("no_data") == int(parks["owner_excess_25km"].isna().sum())
    assert sum(strong.values()) == int((parks["owner_excess_significant"] == True).sum())  # noqa: E712


def test_the_largest_developers_are_those_of_the_run(figure_tables: Tables) -> None:
    table = figure_tables["developers"].set_index("name")["parks_controlled"]
    holders = largest(figure_tables)
    assert [len(holder.parks) for holder in holders] == sorted(table, reverse=True)[: len(holders)]
    for holder in holders:
        assert table[holder.name] == len(holder.parks)
        assert holder.at_home == holder.parks["state"].value_counts().max()
        assert holder.at_home == (holder.parks["state"] == holder.home).sum()


def test_no_person_is_lost_on_the_map_of_reach(figure_tables: Tables) -> None:
    table, drawn = figure_tables["municipalities"], people_drawn(figure_tables)
    assert drawn[COLUMN].sum() == table[COLUMN].sum()
    young = table[table["parent_cvegeo"].notna() & (table[COLUMN] > 0)].iloc[0]
    alone = table.set_index("cvegeo").loc[young["parent_cvegeo"], COLUMN]
    assert drawn.set_index("cvegeo").loc[young["parent_cvegeo"], COLUMN] >= alone + young[COLUMN]


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_captions_count_what_the_tables_hold(figure_tables: Tables, name: str, lang: str) -> None:
    caption = figure_caption(name, figure_tables, Look(lang=lang, date="2026-11"))
    parks = figure_tables["parks"]
    known = int(figure_tables["national"].iloc[0]["parks_controller_known"])
    for words in (str(len(parks)), str(int(parks["study_set"].sum())), str(known), "564", "CREA", "2026-11"):
        assert words in caption
    assert "{" not in caption
    fewer = dict(figure_tables) | {"parks": parks.iloc[:-1]}
    assert str(len(parks) - 1) in figure_caption(name, fewer, Look(lang=lang))


def test_an_unknown_figure_is_told_the_names() -> None:
    with pytest.raises(ChoiceError, match=r"Did you mean corridor\? Known: .*parks_by_owner.*hermosillo"):
        draw_figure("coridor", {}, Look())


def test_a_missing_layer_is_named_and_the_others_are_written(figure_tables: Tables, tmp_path: Path) -> None:
    fewer = {name: table for name, table in figure_tables.items() if name != "corridor"}
    fewer["places"] = figure_tables["places"].iloc[:0]
    names = ["corridor", "coverage", "hermosillo"]
    written, refused = write_figures(fewer, Look(85), tmp_path, "pdf", names=names)
    assert [path.name for path in written] == ["coverage.pdf", "captions.en.md"]
    assert re.search("figure corridor: .*no corridor,", refused[0])
    assert re.search("figure hermosillo: .*no places, corridor,", refused[1])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["captions.en.md", "coverage.pdf"]


def test_a_place_without_plants_is_refused_for_what_it_lacks(figure_tables: Tables) -> None:
    plants = figure_tables["assembly_plants"]
    fewer = dict(figure_tables) | {"assembly_plants": plants[plants["state"] != "Sonora"]}
    with pytest.raises(ChoiceError, match="no assembly_plants around the place"):
        draw_figure("hermosillo", fewer, Look())


@pytest.mark.parametrize(
    ("name", "layer", "says"),
    [
        ("coverage", "parks", "no park of the study set with a point"),
        ("developers", "park_developers", "knows no controller"),
        ("corridor", "corridor", "has no branch 'trunk'"),
    ],
)
def test_a_layer_without_what_the_figure_shows_is_refused(
    figure_tables: Tables, name: str, layer: str, says: str
) -> None:
    table = figure_tables[layer]
    keep = {
        "parks": lambda: table[table.geometry.isna()],
        "park_developers": lambda: table[table["role"] == "promoter"],
        "corridor": lambda: table[table["branch"] != "trunk"],
    }[layer]()
    with pytest.raises(ChoiceError, match=f"figure {name}: .*{says}"):
        draw_figure(name, dict(figure_tables) | {layer: keep}, Look(85))


def test_a_map_of_three_parks_is_drawn(figure_tables: Tables) -> None:
    parks = figure_tables["parks"]
    few = parks[parks["study_set"] & parks.geometry.notna()].iloc[:3]
    figure = draw_figure("parks_by_owner", dict(figure_tables) | {"parks": few}, Look(85, "en"))
    assert faults(figure, Look(85)) == []
    counted = [int(found[0]) for text, _, _ in text_boxes(figure) if (found := re.findall(r" \((\d+)\)$", text))]
    assert sum(counted) == 3


@pytest.mark.parametrize("name", MAPS)
def test_a_page_too_narrow_for_the_labels_is_refused(figure_tables: Tables, name: str) -> None:
    with pytest.raises(ChoiceError, match=f"figure {name}: 30 mm is too narrow for its labels: .*--width"):
        draw_figure(name, figure_tables, Look(30, "es"))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"font": "No Such Family"}, "font 'No Such Family': is not installed"),
        ({"lang": "fr"}, "language 'fr': figures speak es or en"),
        ({"width_mm": float("nan")}, "width nan mm"),
        ({"width_mm": 5.0}, "width 5 mm"),
    ],
)
def test_a_look_that_cannot_be_is_refused(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ChoiceError, match=says):
        Look(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["85cm", "wide", "", "-85mm"])
def test_a_width_that_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ChoiceError, match="give millimetres"):
        parse_width(text)


def test_an_unknown_format_is_refused_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(ChoiceError, match="format 'gif': figures are written as pdf, svg, png"):
        write_figures({}, Look(), tmp_path, "gif")
    assert list(tmp_path.iterdir()) == []


def test_names_from_data_are_shown_as_they_are(figure_tables: Tables) -> None:
    developers = figure_tables["developers"].copy()
    top = developers["parks_controlled"].astype(int).idxmax()
    developers.loc[top, "name"] = r"$\frac{1}{0}$ <b>&amp;" + "\n\x07工 {n}"
    figure = draw_figure("developers", dict(figure_tables) | {"developers": developers}, Look(85))
    said = " ".join(text for text, _, _ in text_boxes(figure))
    assert r"$\frac{1}{0}$" in said
    assert "<b>&amp;" in said
    assert "\x07" not in said
    assert "工" not in said


points = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0, 60), st.text("abcdefghij ", min_size=1, max_size=14).filter(str.strip)),
    min_size=1, max_size=25,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(points)
def test_labels_never_cover_each_other_nor_leave_the_map(places: list[tuple[float, float, str]]) -> None:
    look = Look(85)
    with look.context():
        figure = look.canvas(60)
        axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 60)
        axes.set_axis_off()
        labels = [Label(text.strip(), x, y) for x, y, text in places]
        dropped = place_labels(axes, look, labels, taken=[(0.0, 0.0, 20.0, 10.0)])
    assert faults(figure, look) == []
    boxes = [box for _, box, _ in text_boxes(figure)] if len(dropped) < len(labels) else []
    assert len(boxes) + len(dropped) == len(labels)
    frame = axes.bbox
    millimetre = figure.dpi / 25.4
    for box in boxes:
        assert box.x0 >= frame.x0 - 1
        assert box.x1 <= frame.x1 + 1
        assert not (box.x0 < frame.x0 + 20 * millimetre - 1 and box.y0 < frame.y0 + 10 * millimetre - 1)
    for line in axes.lines:
        leader = shapely.LineString(axes.transData.transform(line.get_xydata()))
        crossed = [box for box in boxes if leader.intersection(shapely.box(*box.extents)).length > millimetre]
        assert crossed == []


def test_a_label_without_room_is_left_out_and_the_important_one_stays() -> None:
    look = Look(85)
    with look.context():
        figure = look.canvas(20)
        axes = figure.add_axes((0.3, 0.2, 0.5, 0.5))
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        labels = [Label("Ciudad Juárez", 0.1, 0.5), *(Label(f"another {n}", 0.1, 0.5) for n in range(12))]
        dropped = place_labels(axes, look, labels)
    assert dropped
    assert labels[0] not in dropped


def test_every_figure_of_the_list_is_there() -> None:
    assert set(MAPS) <= set(FIGURES)
    assert all(spec.name == name for name, spec in FIGURES.items())
