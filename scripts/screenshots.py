"""Take the pictures of docs/img from a finished run: python scripts/screenshots.py maps/atlas.html."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "img"
LARGEST = 300_000
DESKTOP, PHONE = (1280, 800), (390, 844)


@dataclass(frozen=True)
class Shot:
    """One picture: the address to open at, the size of the window, and what to do before it is taken."""

    name: str
    fragment: str
    size: tuple[int, int] = DESKTOP
    prepare: Callable[[Page], None] | None = None


def _search_puerto_interior(page: Page) -> None:
    page.locator("#search").fill("puerto interior")
    page.keyboard.press("Enter")


SHOTS = (
    Shot("atlas_es", "#lang=es&on=parks,assembly_plants,corridor,border,ports_of_entry,states,places,municipalities"),
    Shot("atlas_card", "#lang=en&thing=parks/chh-juarez-antonio-j-bermudez"),
    Shot("atlas_compare", "#lang=es&compare=states/11/19"),
    Shot("atlas_phone", "#lang=es", PHONE, _search_puerto_interior),
)


def main(atlas: Path) -> None:
    """Write every picture."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        sys.exit("The pictures need Chromium: install the Debian package chromium.")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            image = _taken(browser, atlas, shot)
            target = FOLDER / f"{shot.name}.png"
            # Steps of five in each channel: nobody sees them, and the files shrink by a third.
            Image.open(io.BytesIO(image)).convert("RGB").point(lambda value: round(value / 5) * 5).save(
                target, optimize=True
            )
            size = target.stat().st_size
            print(f"{target.name}: {size:,} bytes")
            if size > LARGEST:
                sys.exit(f"{target.name} is over {LARGEST:,} bytes.")
        browser.close()


def _taken(browser: Browser, atlas: Path, shot: Shot) -> bytes:
    phone = shot.size == PHONE
    context = browser.new_context(
        viewport={"width": shot.size[0], "height": shot.size[1]}, offline=True, locale="es-MX", is_mobile=phone,
        has_touch=phone, reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    page.goto(atlas.resolve().as_uri() + shot.fragment)
    page.locator("html[data-ready]").wait_for(state="attached")
    if shot.prepare is not None:
        shot.prepare(page)
    page.wait_for_timeout(1500)
    image = page.screenshot()
    context.close()
    return image


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "maps/atlas.html"))
