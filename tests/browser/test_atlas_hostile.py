"""Names that try to be code are shown as text and run nothing, in every view of the atlas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from driver import HOSTILE

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_hostile_names_are_shown_as_text_and_run_nothing(opened: Any, hostile_atlas: Path) -> None:
    page = opened(file=hostile_atlas).page
    assert page.title() == f"Corredor · {HOSTILE[0]}"
    scripts = page.locator("script").count()
    for at, name in enumerate(HOSTILE):
        page.locator("#search").fill(name[:150])
        found = page.locator("#results .result[data-table=parks] .result-name")
        assert found.first.text_content() == name, at
        page.keyboard.press("Enter")
        assert page.locator("#card-title").text_content() == name
        assert page.locator("#card").bounding_box()["width"] <= 372
    page.locator("#tabs [data-view=unlocated]").click()
    assert set(HOSTILE) <= set(page.locator("#unlocated .thing-name").all_text_contents())
    page.get_by_role("button", name="English").click()
    page.locator("[data-open-about]").click()
    assert HOSTILE[0] in page.locator("#about").inner_text()
    origins = page.locator("#origins li").all_inner_texts()
    assert origins[0] == f"US-Mexico border: own file {HOSTILE[0]}"
    assert origins[1] == f"{HOSTILE[1]}: {HOSTILE[0]}; {HOSTILE[1]}, fetched on 2026-11-02 ({HOSTILE[0]})"
    page.locator("#about summary").first.click()
    assert page.locator("img, iframe, object, embed").count() == 0
    assert page.locator("script").count() == scripts
    addresses = page.locator("a").evaluate_all("(nodes) => nodes.map((node) => node.getAttribute('href'))")
    assert all(re.match(r"https?://|#search$", address) for address in addresses)
    assert page.locator("[onerror], [onmouseover], [onclick], [onload]").count() == 0
