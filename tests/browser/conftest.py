"""Fixtures of the browser tests: Chromium without a network, a page that must stay quiet, a run full of bad names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from driver import DESKTOP, HOSTILE, Opened
from playwright.sync_api import Browser

from geo.schema import LAYERS
from geo.study import load_study


@pytest.fixture
def opened(chromium: Browser, built: Path) -> Iterator[Callable[..., Opened]]:
    """Return a function that opens the atlas; a test fails where it asked for or complained of anything."""
    made: list[Opened] = []

    def open_atlas(
        size: tuple[int, int] = DESKTOP,
        *,
        fragment: str = "",
        locale: str = "es-MX",
        file: Path | None = None,
        **rest: Any,
    ) -> Opened:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, offline=True, locale=locale, **rest
        )
        result = Opened(context.new_page())
        made.append(result)
        page = result.page
        page.on("request", lambda request: result.requests.append(request.url))
        page.on("console", lambda message: result.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: result.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (result.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto((file or built / "atlas.html").as_uri() + fragment)
        page.locator("html[data-ready]").wait_for(state="attached")
        return result

    yield open_atlas
    for each in made:
        each.page.context.close()
        assert [url for url in each.requests if not re.match("file:|data:|blob:", url)] == []
        assert len([url for url in each.requests if url.startswith("file:")]) == each.loads
        assert each.complaints == []


@pytest.fixture(scope="session")
def parks(built: Path) -> pd.DataFrame:
    return pd.read_parquet(built / "tables" / "parks.parquet").set_index("park_id", drop=False)


@pytest.fixture(scope="session")
def hostile_atlas(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from geo.export.atlas import write_atlas
    from geo.export.atlas_payload import TABLES

    tables: dict[str, pd.DataFrame] = {}
    for name in TABLES:
        file = built / "tables" / f"{name}.parquet"
        tables[name] = gpd.read_parquet(file) if LAYERS[name].geometry else pd.read_parquet(file)
    order = tables["parks"]["lon"].isna().sort_values(kind="stable").index
    for names, rows in (
        ("parks", order[:5]),
        ("parks", order[-5:]),
        ("developers", range(5)),
        ("municipalities", range(5)),
    ):
        tables[names].loc[rows, "name"] = HOSTILE
    tables["parks"].loc[order[:5], ["alt_names", "municipality"]] = [[text, text] for text in HOSTILE]
    tables["sources"].loc[:4, "title"] = HOSTILE
    tables["sources"].loc[:4, "url"] = [
        "javascript:alert(1)",
        "data:text/html,x",
        'https://example.org/"onmouseover=alert(1)',
        *HOSTILE[:2],
    ]
    tables["claims"].loc[:4, "what"] = HOSTILE
    tables["claims"].loc[:4, "source_url"] = ["javascript:alert(1)"] * 5
    study = load_study()
    files = {"municipalities": "municipalities_drawing", "states": "states_drawing", "highways": "highways"}
    drawing = {name: gpd.read_parquet(study.path(layer)) for name, layer in files.items()}
    about = {"title": {"es": HOSTILE[0], "en": HOSTILE[1]}, "date": "2026-11", "version": HOSTILE[0],
             "licences": [{"name": HOSTILE[1], "id": "x", "url": "javascript:alert(1)"}],
             "origins": [
                 {"layer": "border", "file": HOSTILE[0]},
                 {"layer": HOSTILE[1], "file": "x", "source": {"es": HOSTILE[0], "en": HOSTILE[0]},
                  "publisher": HOSTILE[1], "fetched": "2026-11-02",
                  "licence": {"name": HOSTILE[0], "id": HOSTILE[0], "url": "javascript:alert(1)"}},
             ],
             "notes": {"es": HOSTILE, "en": HOSTILE}, "counts": {HOSTILE[0]: 1}}  # fmt: skip
    path = tmp_path_factory.mktemp("hostile") / "atlas.html"
    write_atlas(tables, drawing, about=about, path=path)
    return path
