"""What the atlas shows equals what corredor.gpkg holds: counts in legends, figures on cards."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest
from driver import number, select, switch
from playwright.sync_api import Page

from geo.export.style import LAYER_STYLES, LayerStyle, Styling
from geo.schema import LAYERS

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

COUNTED = [style for style in LAYER_STYLES.values() if LAYERS.get(style.layer) and LAYERS[style.layer].geometry
           and any(styling.column for styling in style.stylings) and style.shape not in {"line", "dashes"}]  # fmt: skip


@pytest.fixture(scope="module")
def package(built: Path) -> dict[str, pd.DataFrame]:
    """Return the layers of the GeoPackage, missing values as None."""
    names = {style.layer for style in COUNTED} | {"developers"}
    read = {
        name: pyogrio.read_dataframe(built / "corredor.gpkg", layer=name, read_geometry=False, use_arrow=True)
        for name in names
    }
    return {name: frame.astype(object).where(frame.notna(), None) for name, frame in read.items()}


def expected_counts(styling: Styling, rows: pd.DataFrame) -> list[int]:
    """Return the rows of each class in the order of the legend, without an empty class of missing values."""
    values = rows[styling.column]
    if styling.instead is not None:
        values = values.where(values.notna(), rows[styling.instead])
    gate = [True] * len(rows) if styling.gate is None else [flag is True for flag in rows[styling.gate]]
    given = [None if pd.isna(value) else value for value in values]
    classes = [styling.classify(value, passes=passes) for value, passes in zip(given, gate, strict=True)]
    found = Counter(each.key for each in classes if each is not None)
    keys = [each.key for each in (*styling.classes, styling.gated, styling.no_data) if each is not None]
    return [found[key] for key in dict.fromkeys(keys) if found[key] or key != "no_data"]


def legend_counts(page: Page, key: str) -> list[float]:
    return [number(text) for text in page.locator(f"[data-legend={key}] .legend-count").all_text_contents()]


@pytest.mark.parametrize("style", COUNTED, ids=lambda style: style.key)
def test_a_legend_counts_what_the_geopackage_holds(
    style: LayerStyle, opened: Any, package: dict[str, pd.DataFrame]
) -> None:
    page = opened(fragment="#on=").page
    switch(page, style.key)
    rows = package[style.layer]
    if LAYERS[style.layer].geometry == "Point":
        rows = rows[rows["lon"].notna()]
    for at, styling in enumerate(style.stylings):
        if styling.column not in rows or styling.rule == "ranked":
            continue
        if len(style.stylings) > 1:
            page.locator(f"#colour-{style.key}").select_option(str(at))
        assert legend_counts(page, style.key) == expected_counts(styling, rows), styling.column


def shown_facts(page: Page) -> dict[str, str]:
    pairs = page.locator("#card [data-column]").evaluate_all(
        "(nodes) => nodes.map((node) => [node.dataset.column, node.querySelector('dd')?.textContent ?? ''])"
    )
    return dict(pairs)


def assert_says(text: str, value: Any, what: object) -> None:
    """Check that a text says a number to the last decimal it shows."""
    if value is None:
        assert not re.search(r"\d", text), (what, text)
        return
    scale = 100 if "%" in text else 1
    found = re.search(r"-?[\d,]*\d(\.\d+)?", text.replace("−", "-"))
    assert found is not None, (what, text)
    decimals = len(found[1]) - 1 if found[1] else 0
    assert abs(float(found[0].replace(",", "")) - float(value) * scale) <= 0.56 * 10**-decimals, (what, text, value)


@pytest.mark.parametrize(
    ("name", "least"),
    [("parks", 15), ("municipalities", 10), ("states", 15), ("developers", 2), ("assembly_plants", 5),
     ("auto_parts_plants", 5), ("establishments", 2), ("establishment_hexagons", 2), ("ports_of_entry", 1)],
)  # fmt: skip
def test_a_card_says_what_the_geopackage_holds(
    name: str, least: int, opened: Any, package: dict[str, pd.DataFrame]
) -> None:
    page, layer = opened().page, LAYERS[name]
    numeric = {column.name for column in layer.output_columns if column.kind in {"number", "integer"}}
    rows = package[name]
    checked = 0
    for at in (0, len(rows) // 3, len(rows) // 2, len(rows) - 1):
        row = rows.iloc[at]
        select(page, name, row[layer.key])
        for column, text in shown_facts(page).items():
            if column in numeric and not column.endswith("year"):
                assert_says(text, row[column], (name, row[layer.key], column))
                checked += 1
    assert checked >= 4 * least


def test_boundaries_are_those_of_areas_and_not_of_hexagons(opened: Any) -> None:
    """Sides of hexagons are shapes of the page too; drawn as municipal lines they would cover the map."""
    drawn, hexagons, bounding = opened().page.evaluate(
        """() => {
          const shapes = Corredor.shapes(), used = new Set(), others = new Set();
          for (const [layer, found] of Object.entries(shapes.polygons)) {
            const into = layer === "establishment_hexagons" ? others : used;
            for (const { rings } of found.values()) for (const arc of rings.flat()) into.add(arc < 0 ? ~arc : arc);
          }
          return [shapes.fine.length + shapes.outer.length + shapes.inner.length, others.size, used.size];
        }"""
    )
    assert hexagons > 500
    assert drawn == bounding
