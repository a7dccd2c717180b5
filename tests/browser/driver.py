"""Driving the atlas in a browser: what the tests of this folder share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import Page

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP, PHONE = (1280, 800), (390, 844)
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\"quoted\" 'twice' & `more`",
    "{{7*7}} ${alert(1)}",
    "x" * 10_000,
]


@dataclass
class Opened:
    """A page of the atlas and everything it asked for or complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    loads: int = 1


def pixels(page: Page, x: float = 0, y: float = 0, width: float = 0, height: float = 0) -> list[int]:
    """Return the different pixels (as 32-bit numbers) in a box of the map, or in all of it."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(
        """([x, y, width, height]) => {
          const canvas = document.querySelector(".leaflet-scene-pane canvas");
          const stage = document.querySelector(".folium-map").getBoundingClientRect();
          const box = canvas.getBoundingClientRect();
          const copy = document.createElement("canvas");
          [copy.width, copy.height] = [width || stage.width, height || stage.height];
          const context = copy.getContext("2d", { willReadFrequently: true });
          context.drawImage(canvas, box.left - stage.left - x, box.top - stage.top - y, box.width, box.height);
          return [...new Set(new Uint32Array(context.getImageData(0, 0, copy.width, copy.height).data.buffer))];
        }""",
        [x, y, width, height],
    )


def colours(page: Page) -> int:
    """Return how many different colours the map holds."""
    return len(pixels(page))


def brightness(page: Page, x: float, y: float) -> int:
    """Return red + green + blue of one pixel of the map."""
    (pixel,) = pixels(page, x, y, 1, 1)
    return (pixel & 255) + (pixel >> 8 & 255) + (pixel >> 16 & 255)


def switch(page: Page, key: str) -> None:
    page.locator(f"label[for=switch-{key}]").click()


def wait_for_rest(page: Page) -> None:
    """Wait until the map has stopped flying."""
    page.wait_for_timeout(900)


def fact(page: Page, column: str) -> str:
    return page.locator(f"#card [data-column={column}] dd").first.text_content() or ""


def number(text: str) -> float:
    found = re.search(r"-?[\d,]+(\.\d+)?", text)
    assert found is not None, text
    return float(found[0].replace(",", ""))


def select(page: Page, table: str, key: str) -> None:
    """Open the card of a thing by its key."""
    page.evaluate(
        "([table, key]) => Corredor.select({ table, row: Corredor.table(table).find(key) }, { zoom: false })",
        [table, key],
    )
