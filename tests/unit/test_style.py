"""The style table: every value has a class and words in both languages, every outline stands out from the ground."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from geo.export.style import (
    BATLOW,
    BATLOW_8,
    CIVIDIS,
    GROUND,
    LAYER_STYLES,
    OKABE_ITO,
    SERIES,
    LayerStyle,
    StyleClass,
    Styling,
    contrast,
    luminance,
    style_table,
)
from geo.schema import LAYERS

STYLES = list(LAYER_STYLES.values())
SURFACES = {"density": {"parks_per_1000_km2"}}
"""What is drawn from a surface, which no layer of the schema holds, and its columns."""

STYLINGS = [
    pytest.param(style, styling, id=f"{style.key}-{styling.column}")
    for style in STYLES
    for styling in (*style.stylings, *style.sizings)
]
COLUMNS = [each for each in STYLINGS if each.values[0].layer not in SURFACES]


def column_of(style: LayerStyle, styling: Styling):
    return next(column for column in LAYERS[style.layer].output_columns if column.name == styling.column)


@pytest.mark.parametrize(("style", "styling"), COLUMNS)
def test_every_allowed_value_has_a_class_of_its_own(style: LayerStyle, styling: Styling) -> None:
    if styling.column is None:
        assert styling.rule == "one"
        assert len(styling.classes) == 1
        return
    column = column_of(style, styling)
    for value in column.allowed or ():
        found = styling.classify(value)
        assert found is not None, value
        assert found is not styling.no_data, value


@pytest.mark.parametrize(("style", "styling"), COLUMNS)
def test_a_column_that_may_be_missing_has_a_class_for_it(style: LayerStyle, styling: Styling) -> None:
    if styling.column is not None and column_of(style, styling).nullable:
        assert styling.no_data is not None
        assert styling.classify(None) is styling.no_data
        assert styling.classify(float("nan")) is styling.no_data


@pytest.mark.parametrize(("style", "styling"), STYLINGS)
def test_words_are_there_in_both_languages(style: LayerStyle, styling: Styling) -> None:
    extra = [styling.no_data] if styling.no_data else []
    for words in [style.label, styling.label, *(each.label for each in [*styling.classes, *extra])]:
        assert words.es.strip()
        assert words.en.strip()
    if style.note is not None:
        assert style.note.es.strip()
        assert style.note.en.strip()


@pytest.mark.parametrize(("style", "styling"), STYLINGS)
def test_classes_have_keys_and_colours_of_their_own(style: LayerStyle, styling: Styling) -> None:
    keys = [each.key for each in styling.classes]
    assert len(set(keys)) == len(keys)
    for each in styling.classes:
        assert each.fill is None or re.fullmatch("#[0-9a-f]{6}", each.fill)
    pictures = [(each.fill, each.shape, each.size) for each in [*styling.classes, *filter(None, [styling.gated])]]
    assert len(set(pictures)) == len(pictures)
    if styling.rule in {"values", "prefixes"}:
        assert len([each for each in styling.classes if each.key not in {"other", "no_data"}]) <= 7


@pytest.mark.parametrize("switches", [None, ["establishments", "establishment_hexagons", "density"]])
def test_what_stands_for_a_layer_that_is_left_out_is_on(switches: list[str] | None) -> None:
    layers = {each["key"]: each for each in style_table(switches, ["establishments"])["layers"]}
    assert layers["establishments"]["hidden"] is True
    assert layers["establishments"]["on"] is False
    assert layers["establishment_hexagons"]["on"] is (switches is None)  # density came first, and hides it
    whole = {each["key"]: each for each in style_table()["layers"]}
    assert whole["establishment_hexagons"]["on"] is False
    assert "hidden" not in whole["establishments"]


def test_breaks_leave_no_gap_and_do_not_overlap() -> None:
    for style in STYLES:
        for styling in (*style.stylings, *style.sizings):
            if styling.rule == "breaks":
                classes = styling.classes
                assert all(one.high == other.low for one, other in pairwise(classes))
                assert classes[-1].high is None


@pytest.mark.parametrize(
    ("value", "key"), [(0, "none"), (1, "from_1"), (2, "from_2"), (4, "from_2"), (25, "from_25"), (900, "from_25")]
)
def test_a_quantity_falls_in_the_class_whose_lower_edge_it_reaches(value: int, key: str) -> None:
    found = LAYER_STYLES["municipalities"].stylings[0].classify(value)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("scian", "key"), [("336320", "manufacturing"), ("31", "manufacturing"), ("221110", "other"), (None, "no_data")]
)
def test_an_activity_code_is_classed_by_its_first_digits(scian: str | None, key: str) -> None:
    found = LAYER_STYLES["establishments"].stylings[0].classify(scian)
    assert found is not None
    assert found.key == key


def test_a_part_class_that_is_not_named_is_other_and_an_unclassified_one_has_no_data() -> None:
    parts = LAYER_STYLES["auto_parts_plants"].stylings[0]
    assert parts.classify("windmills").key == "other"  # type: ignore[union-attr]
    assert parts.classify("unclassified").key == "no_data"  # type: ignore[union-attr]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_outlines_stand_out_from_the_ground(theme: str) -> None:
    ground = GROUND[theme]
    for under in ("land", "outside"):
        for line in ("outline", "selection"):
            assert contrast(ground[line], ground[under]) >= 3
        for text in ("label", "label_soft"):
            assert contrast(ground[text], ground[under]) >= 4.5, (text, under)
    assert contrast(ground["label_soft"], ground["label_halo"]) >= 4.5
    assert contrast(ground["coast"], ground["land"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_corridor_stands_out_from_the_ground(theme: str) -> None:
    for each in LAYER_STYLES["corridor"].stylings[0].classes:
        assert each.fill is not None
        assert contrast(each.fill, GROUND[theme]["land"]) >= 3


@pytest.mark.parametrize("palette", [CIVIDIS, BATLOW, BATLOW_8])
def test_sequential_palettes_darken_step_by_step(palette: tuple[str, ...]) -> None:
    lights = [luminance(colour) for colour in palette]
    assert lights == sorted(lights, reverse=True)


def test_categories_are_seven_different_colours() -> None:
    assert len(set(OKABE_ITO)) == 7


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#d55e00", "#d55e00") == 1


def test_the_table_names_layers_and_columns_of_the_schema() -> None:
    for style in STYLES:
        names = SURFACES.get(style.layer) or {column.name for column in LAYERS[style.layer].columns}
        for styling in (*style.stylings, *style.sizings):
            assert {styling.column, styling.instead, styling.gate} - {None} <= names


def test_a_gate_sends_what_is_not_significant_to_a_class_of_its_own() -> None:
    hot = next(each for each in LAYER_STYLES["municipalities"].stylings if each.column == "gi_star_z")
    assert [hot.classify(z).key for z in (3.1, -3.1)] == ["hot", "cold"]  # type: ignore[union-attr]
    assert hot.classify(3.1, passes=False) is hot.gated
    assert hot.classify(None, passes=False) is hot.no_data


def test_a_styling_with_a_gate_has_a_class_for_what_it_stops() -> None:
    for style in STYLES:
        for styling in style.stylings:
            assert (styling.gate is None) == (styling.gated is None)


def test_ranked_classes_wait_for_the_runs_own_names() -> None:
    ranked = next(each for each in LAYER_STYLES["parks"].stylings if each.rule == "ranked")
    assert [each.fill for each in ranked.classes[:7]] == list(OKABE_ITO)
    assert ranked.classify("finsa").key == "other"  # type: ignore[union-attr]
    assert ranked.classify(None).key == "no_data"  # type: ignore[union-attr]


def test_sizes_grow_with_the_quantity_and_carry_no_colour() -> None:
    for style in STYLES:
        for sizing in style.sizings:
            sizes = [each.size for each in sizing.classes]
            assert sizes == sorted(sizes)
            assert len(set(sizes)) == len(sizes)
            assert {each.fill for each in sizing.classes} == {None}


@pytest.mark.parametrize(
    ("wage", "key"), [(199.9, "under_200"), (200, "from_200"), (459.99, "from_390"), (540, "from_540")]
)
def test_wages_of_every_year_share_one_scale(wage: float, key: str) -> None:
    assert LAYER_STYLES["states_wage"].stylings[0].classify(wage).key == key  # type: ignore[union-attr]


def test_fills_that_would_blend_are_never_on_together() -> None:
    filled = [style for style in STYLES if style.shape in {"area", "cells"}]
    assert {style.alone for style in filled} == {"fill"}
    assert not any(style.on for style in filled)


def test_areas_without_data_differ_from_the_land() -> None:
    for ground in GROUND.values():
        assert contrast(ground["no_data"], ground["land"]) > 1.25


def test_the_exported_table_holds_everything() -> None:
    table = style_table()
    assert [layer["key"] for layer in table["layers"]] == list(LAYER_STYLES)
    first = table["layers"][0]["stylings"][0]["classes"][0]
    assert first["label"] == {"es": "Parque industrial", "en": "Industrial park"}


def test_a_class_says_when_its_symbol_differs_from_the_layers() -> None:
    bad = LAYER_STYLES["ports_of_entry"].stylings[0].classify("bad")
    assert isinstance(bad, StyleClass)
    assert bad.shape == "cross"


@pytest.mark.parametrize(("theme", "paper"), [("light", "#ffffff"), ("dark", "#1c2226")])
def test_colours_of_the_charts_stand_out_from_the_paper_and_from_each_other(theme: str, paper: str) -> None:
    first, second = SERIES[theme]
    assert contrast(first, paper) >= 3
    assert contrast(second, paper) >= 3
    assert {first, second} <= set(OKABE_ITO)
    assert style_table()["series"][theme] == (first, second)
