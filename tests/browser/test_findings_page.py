"""The page of the findings in a browser: quiet, switchable with and without scripts, within every width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from driver import DESKTOP, HOSTILE, PHONE
from playwright.sync_api import Browser, Page, expect

from geo.about import about
from geo.export.findings import write_findings
from geo.export.style import GROUND, SERIES, contrast
from geo.schema import LAYERS
from geo.schema.findings import FINDING_IDS
from geo.study import load_study

NARROWEST = (320, 640)


@pytest.fixture(scope="module")
def tables(built: Path) -> dict[str, Any]:
    names = ("findings", "verdicts", "contradictions", "claims", "national")
    return {
        name: (gpd if LAYERS[name].geometry else pd).read_parquet(built / "tables" / f"{name}.parquet")
        for name in names
    }


@pytest.fixture(scope="module")
def findings(tables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    return write_findings(tables, folder, about=about(load_study(), tables))[0]


@pytest.fixture
def page_of(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page; a test fails where it asked for or complained of anything."""
    contexts, complaints = [], []

    def open_page(path: Path, size: tuple[int, int] = DESKTOP, *, fragment: str = "", **rest: Any) -> Page:
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True, **rest)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: complaints.append(request.url) if request.url[:5] != "file:" else None)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri() + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def test_the_language_is_switched_with_the_keyboard(findings: Path, page_of: Callable[..., Page]) -> None:
    page = page_of(findings)
    expect(page.locator("main[lang=es] h1")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(page.locator("main[lang=en] h1")).to_be_visible()
    expect(page.locator("main[lang=es] h1")).to_be_hidden()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "Findings" in page.title()


def test_the_language_is_switched_without_scripts(findings: Path, page_of: Callable[..., Page]) -> None:
    page = page_of(findings, java_script_enabled=False)
    page.locator("label[for=language-en]").click()
    expect(page.locator("main[lang=en] h1")).to_be_visible()
    expect(page.locator("main[lang=es] h1")).to_be_hidden()


def test_an_address_opens_a_card_in_its_language(findings: Path, page_of: Callable[..., Page]) -> None:
    page = page_of(findings, fragment="#en-H9")
    expect(page.locator("#en-H9")).to_be_in_viewport()
    page.locator("main[lang=en] .overview a").nth(13).click()
    expect(page.locator("#en-H14")).to_be_in_viewport()


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROWEST])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_off_the_side(
    size: tuple[int, int], scheme: str, findings: Path, page_of: Callable[..., Page]
) -> None:
    page = page_of(findings, size, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.locator("main[lang=es] article").count() == len(FINDING_IDS)


def test_print_shows_one_language_on_white(findings: Path, page_of: Callable[..., Page]) -> None:
    page = page_of(findings, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator(".switch")).to_be_hidden()
    expect(page.locator("main[lang=en]")).to_be_hidden()


def test_names_full_of_markup_stay_text(tables: dict[str, Any], tmp_path: Path, page_of: Callable[..., Page]) -> None:
    bad = {name: table.copy() for name, table in tables.items()}
    for column in ("source_title", "quote", "what", "place"):
        bad["claims"][column] = HOSTILE[0]
    bad["findings"].loc[bad["findings"]["statistic"] == "largest_owner", "subject"] = HOSTILE[1]
    bad["contradictions"]["source"] = HOSTILE[1]
    page = page_of(write_findings(bad, tmp_path, about=about(load_study(), bad))[0])
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert HOSTILE[1] in str(page.locator("#es-H1").text_content())


def test_the_colours_of_the_page_keep_their_contrast() -> None:
    for theme, papers in (("light", ("land", "halo")), ("dark", ("outside", "land"))):
        for paper in papers:
            ground = GROUND[theme]
            assert min(contrast(ground[text], ground[paper]) for text in ("label", "label_soft")) >= 4.5
            assert min(contrast(colour, ground[paper]) for colour in (*SERIES[theme], ground["coast"])) >= 3
