"""A reader's way through the atlas from opening to printing, and the smaller atlas of a part of the country."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from driver import colours, number, switch
from playwright.sync_api import Browser, Route, expect

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_from_a_search_to_a_printed_sheet(opened: Any, parks: pd.DataFrame, tmp_path: Path) -> None:
    page = opened().page
    page.locator("#search").fill("bermudez")
    page.keyboard.press("Enter")
    expect(page.locator("#card-title")).to_contain_text("Bermúdez")
    page.keyboard.press("Escape")

    page.locator("#filter-box summary").click()
    page.locator("#filter-state").select_option("=11")
    located = parks[(parks["cve_ent"] == "11") & parks["lon"].notna()]
    expect(page.locator("[data-count=parks]")).to_have_text(str(len(located)))

    page.locator("#time-box summary").click()
    page.locator("#time-year").fill("2010")
    year = parks["opened_year"].fillna(parks["first_seen_year"])
    seen = parks[(parks["cve_ent"] == "11") & (year.isna() | (year <= 2010))]
    expect(page.locator("[data-count=parks]")).to_have_text(str(seen["lon"].notna().sum()))

    page.get_by_role("button", name="English").click()
    expect(page.locator("#filter-box .fold-title")).to_have_text("Filters")

    page.locator("[data-tool=compare]").click()
    expect(page.locator("#compare")).to_be_visible()
    page.locator("#compare-kind").select_option("states")
    expect(page.locator("#compare thead th[scope=col]")).to_have_count(2)
    page.keyboard.press("Escape")

    page.locator("[data-open-table]").first.click()
    with page.expect_download() as download:
        page.locator("[data-save=csv]").click()
    download.value.save_as(tmp_path / "parks.csv")
    with (tmp_path / "parks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["park_id"] for row in rows} == set(seen["park_id"])
    page.keyboard.press("Escape")

    page.emulate_media(media="print")
    sheet = page.pdf(prefer_css_page_size=True, path=tmp_path / "sheet.pdf")
    assert sheet.startswith(b"%PDF")


@pytest.fixture(scope="module")
def draw(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a maker of smaller maps from the finished run's tables."""
    from geo.extract import draw_map
    from geo.runs import Run
    from geo.study import load_study

    folder = tmp_path_factory.mktemp("part")
    return lambda name, **rest: draw_map(Run(load_study(), built), folder / name, **rest)


@pytest.fixture(scope="module")
def part(draw: Callable[..., Path]) -> Path:
    return draw("guanajuato.html", switches=["parks", "corridor", "states"], part="Guanajuato", lang="es")


def test_a_part_of_the_country_opens_on_itself_with_its_own_layers(
    opened: Any, part: Path, parks: pd.DataFrame
) -> None:
    page = opened(file=part, locale="en-US").page
    mine = parks[parks["cve_ent"] == "11"]
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("h1")).to_contain_text("Guanajuato")
    switches = page.locator("#layer-list input[role=switch]")
    named = switches.evaluate_all("(nodes) => nodes.map((node) => node.dataset.layer)")
    assert named == ["parks", "corridor", "states"]
    counts = [number(text) for text in page.locator("[data-legend=parks] .legend-count").all_text_contents()]
    assert sum(counts) == mine["lon"].notna().sum()
    centre = page.evaluate("() => [Corredor.map.getCenter().lat, Corredor.map.getCenter().lng, Corredor.map.getZoom()]")
    assert 20 < centre[0] < 22
    assert -102 < centre[1] < -100
    assert centre[2] > 7
    assert colours(page) > 50


def test_every_view_of_a_part_works_without_the_layers_it_leaves_out(
    opened: Any, part: Path, parks: pd.DataFrame
) -> None:
    page = opened(file=part).page
    mine = parks[(parks["cve_ent"] == "11") & parks["lon"].notna()]
    page.locator("#search").fill("silao")
    page.keyboard.press("Enter")
    for park in mine["park_id"].iloc[:5]:
        page.evaluate("(key) => Corredor.select({ table: 'parks', row: Corredor.table('parks').find(key) })", park)
        expect(page.locator("#card-title")).to_have_text(parks.loc[park, "name"])
    page.keyboard.press("Escape")
    switch(page, "parks")
    switch(page, "parks")
    for summary in page.locator("#explore summary").all():
        summary.click()
    page.locator("[data-tool=owners]").click()
    page.locator("[data-view=unlocated]").click()
    page.locator("[data-open-about]").click()
    expect(page.locator("#about")).to_contain_text("Este archivo es una parte: Guanajuato.")
    page.keyboard.press("Escape")
    page.locator("[data-tool=compare]").click()
    page.keyboard.press("Escape")
    page.locator("[data-open-table]").first.click()
    choices = page.locator("#table-choice option").evaluate_all("(nodes) => nodes.map((node) => node.value)")
    assert "establishments" not in choices
    for choice in choices:
        page.locator("#table-choice").select_option(choice)
        expect(page.locator("#table-scroll tbody tr").first).to_be_visible()


def test_a_basemap_asks_its_own_host_for_tiles_and_nobody_else(chromium: Browser, draw: Callable[..., Path]) -> None:
    from geo.export.basemap import find_basemap

    path = draw("tiles.html", switches=["parks", "states"], part=(-101.8, 20.0, -99.8, 21.5), lang="en",
                basemap=find_basemap("OpenTopoMap"))  # fmt: skip
    tile = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63b8f0e00200050402815bc635"
        "ec0000000049454e44ae426082"
    )
    asked: list[str] = []
    complaints: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=200, content_type="image/png", body=tile)

    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="es-MX")
    context.route(re.compile("^https?:"), answer)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(path.as_uri())
    page.locator("html[data-ready]").wait_for(state="attached")
    page.locator("img.leaflet-tile-loaded").first.wait_for(state="attached")
    assert asked
    assert all(url.startswith(tuple(f"https://{each}.tile.opentopomap.org/" for each in "abc")) for url in asked)
    assert complaints == []
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("requests images from a.tile.opentopomap.org")
    page.locator("[data-open-about]").click()
    expect(page.locator("#about")).to_contain_text("This file requests the images of the base map OpenTopoMap")
    assert page.evaluate("() => fetch('https://example.org/').then(() => 'went out', () => 'stopped')") == "stopped"
    context.close()
