"""The coverage map and its report in a browser: quiet, in two languages, within every width, on two pages of A4."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pyogrio
import pytest
from axe_playwright_python.sync_playwright import Axe
from driver import DESKTOP, HOSTILE, PHONE
from playwright.sync_api import Browser, Page, expect

from geo.export.coverage_story import people, share
from geo.planning import Asked, SitesAsked, write_checklist, write_coverage, write_sites
from geo.runs import Run
from geo.study import load_study

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

NARROWEST = (320, 640)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
KINDS = ("state", "country", "scenarios", "sites", "ways")


@pytest.fixture(scope="module")
def folders(built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the folder of an answer of each kind; the second scenario is full of bad names."""
    run, root = Run(load_study(), built), tmp_path_factory.mktemp("coverage")
    rows = [
        f'add,bad-{number},"{name.replace(chr(34), chr(34) * 2)}",-100.9{number},21.1{number}'
        for number, name in enumerate(HOSTILE)
    ]
    (root / "bad.csv").write_text("\n".join(["action,park_id,name,lon,lat", *rows]) + "\n", encoding="utf-8")
    bad = (root / "bad.csv").rename(root / "<img src=x onerror=alert(1)>.csv")
    write_coverage(run, Asked(state="Guanajuato"), root / "state")
    write_coverage(run, Asked(), root / "country", lang="en")
    write_coverage(run, Asked(state="Guanajuato"), root / "scenarios", compare=bad)
    write_sites(run, Asked(state="Colima", within="20km"), SitesAsked(new=2), root / "sites")
    write_sites(run, Asked(state="Colima", network="none"), SitesAsked("pcentre", new=2), root / "ways", lang="en")
    write_checklist(run, Asked(state="Colima"), root / "checklist")
    return {kind: root / kind for kind in (*KINDS, "checklist")}


@pytest.fixture
def page_of(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page; a test fails where it asked for or complained of anything."""
    contexts, complaints = [], []

    def open_page(path: Path, size: tuple[int, int] = DESKTOP, *, fragment: str = "") -> Page:
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: complaints.append(request.url) if request.url[:5] != "file:" else None)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri() + fragment)
        if path.name == "coverage_map.html":
            page.locator("html[data-ready]").wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 A and AA."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations"]})
    return [f"{each['id']}: {node['html'][:140]}" for each in found.response["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("kind", KINDS)
def test_the_map_keeps_the_rules_of_access(
    folders: dict[str, Path], page_of: Callable[..., Page], kind: str, size: tuple[int, int]
) -> None:
    page = page_of(folders[kind] / "coverage_map.html", size)
    assert violations(page) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("kind", [*KINDS, "checklist"])
def test_the_report_keeps_the_rules_of_access(
    folders: dict[str, Path], page_of: Callable[..., Page], kind: str, size: tuple[int, int]
) -> None:
    name = "checklist.html" if kind == "checklist" else "coverage_report.html"
    assert violations(page_of(folders[kind] / name, size)) == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE, NARROWEST])
@pytest.mark.parametrize("kind", [*KINDS, "checklist"])
def test_nothing_runs_off_the_side(
    folders: dict[str, Path], page_of: Callable[..., Page], kind: str, size: tuple[int, int]
) -> None:
    for path in sorted(folders[kind].glob("*.html")):
        page = page_of(path, size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path.name


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_prints_on_two_pages_of_a4(
    folders: dict[str, Path], page_of: Callable[..., Page], kind: str
) -> None:
    page = page_of(folders[kind] / "coverage_report.html")
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", io.BytesIO(pdf).read())
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(595, 842)}
    page.emulate_media(media="print")
    ends = page.evaluate(
        """[...document.querySelectorAll(".sheet")].map((sheet) => Math.max(...[...sheet.children].map(
          (part) => part.getBoundingClientRect().bottom)) - sheet.getBoundingClientRect().bottom)"""
    )
    # Everything ends above the margin of 14 mm: nothing is cut off.
    assert all(each <= -52 for each in ends)


def test_the_map_shows_the_numbers_of_the_table(folders: dict[str, Path], page_of: Callable[..., Page]) -> None:
    folder = folders["state"]
    whole = pyogrio.read_dataframe(folder / "coverage.gpkg", layer="coverage_summary").iloc[0]
    towns = pyogrio.read_dataframe(folder / "coverage.gpkg", layer="coverage_municipalities")
    page = page_of(folder / "coverage_map.html")
    expect(page.locator(".figure")).to_have_text(share(whole["covered_share"]))
    expect(page.locator("#answer")).to_contain_text(people(whole["uncovered"]))
    page.locator("#find").fill("jerecuaro")
    expect(page.locator("#rows tr")).to_have_count(1)
    page.locator("#find").fill("")
    first = towns.sort_values(["uncovered", "cvegeo"], ascending=[False, True]).iloc[0]
    row = page.locator("#rows tr").first
    expect(row).to_contain_text(first["municipality"])
    expect(row.locator("td.n").nth(1)).to_have_text(people(first["uncovered"]))
    expect(row.locator("td.n").nth(2)).to_have_text(share(first["covered_share"]))
    page.locator("#more").click()
    expect(page.locator("#rows tr")).to_have_count(len(towns))


def test_the_language_is_switched_with_the_keyboard(folders: dict[str, Path], page_of: Callable[..., Page]) -> None:
    page = page_of(folders["state"] / "coverage_map.html")
    assert page.locator("html").get_attribute("lang") == "es"
    page.locator("[data-lang=en]").focus()
    page.keyboard.press("Enter")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator("h1")).to_contain_text("Coverage map")
    expect(page.locator("#words")).to_contain_text("exactly 30 km counts")
    assert "Coverage map" in page.title()
    english = page_of(folders["country"] / "coverage_map.html")
    expect(english.locator("h1")).to_contain_text("Coverage map")
    spanish = page_of(folders["country"] / "coverage_map.html", fragment="#es")
    expect(spanish.locator("h1")).to_contain_text("Mapa de cobertura")


def test_a_municipality_is_found_with_the_keyboard(folders: dict[str, Path], page_of: Callable[..., Page]) -> None:
    page = page_of(folders["state"] / "coverage_map.html")
    page.locator("#find").focus()
    page.keyboard.type("silao")
    page.locator("#rows button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#facts h3")).to_contain_text("Silao")
    expect(page.locator("#facts")).to_contain_text("Parque más cercano")


def test_a_click_on_the_map_tells_what_is_there(folders: dict[str, Path], page_of: Callable[..., Page]) -> None:
    page = page_of(folders["state"] / "coverage_map.html")
    box = page.locator("#map-0").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.45)
    expect(page.locator("#facts h3")).not_to_be_empty()
    page.locator("#show-places").uncheck()
    page.locator("#show-parks").uncheck()
    page.mouse.click(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.5)
    expect(page.locator("#facts")).to_contain_text("Fuera")


def test_two_situations_move_together(folders: dict[str, Path], page_of: Callable[..., Page]) -> None:
    page = page_of(folders["scenarios"] / "coverage_map.html")
    expect(page.locator(".map")).to_have_count(2)
    # Leaflet keeps centre and zoom of a map in the transform of this element.
    where = "[...document.querySelectorAll('.leaflet-proxy')].map((proxy) => proxy.style.transform)"
    before = page.evaluate(where)
    page.locator("#map-0").focus()
    page.keyboard.press("+")
    page.wait_for_timeout(600)
    first, second = page.evaluate(where)
    assert first == second
    assert first != before[0]
    page.locator("#changed button").first.click()
    expect(page.locator("#facts h3")).not_to_be_empty()
    expect(page.locator("#facts dt").first).to_contain_text("Situación actual")


def test_proposals_are_called_proposals(folders: dict[str, Path], page_of: Callable[..., Page]) -> None:
    page = page_of(folders["sites"] / "coverage_map.html")
    expect(page.locator("#legend")).to_contain_text("no son parques")
    expect(page.locator(".leaflet-marker-icon")).to_have_count(2)
    page.locator("#sites button").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#facts h3")).to_contain_text("Sitio propuesto P2")


def test_bad_names_stay_text(folders: dict[str, Path], page_of: Callable[..., Page]) -> None:
    page = page_of(folders["scenarios"] / "coverage_map.html")
    for code in page.locator("#changed button").all()[:3]:
        code.click()
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3
    report = page_of(folders["scenarios"] / "coverage_report.html")
    assert report.locator("img, script").count() == 0
    expect(report.locator("main")).to_contain_text("<img src=x onerror=alert(1)>")
