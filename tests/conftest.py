"""Fixtures shared by all tests: a finished run, and studies that differ from the shipped one in one file."""

from __future__ import annotations

import csv
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from geo.schema import LAYERS
from geo.study import Study, load_study, shipped_data

Edit = Callable[[list[list[str]]], None]

# The same examples in every run, so that a change is judged by what it changes; the campaign looks for new ones.
settings.register_profile("same", derandomize=True)
settings.register_profile("new", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a full run of the shipped study, made once however many processes test at a time."""
    from geo.pipeline import build

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out = shared / "run" / "maps"
    out.parent.mkdir(exist_ok=True)
    with (shared / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.exists():
            build(load_study(), out)
    return out


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Return headless Chromium; one a process, since Playwright starts only once in a thread."""
    from driver import ARGUMENTS
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.fail("The browser tests need Chromium: install the Debian package chromium.", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def study_with(tmp_path: Path) -> Callable[..., Study]:
    """Return a maker of studies whose files differ from the shipped ones.

    Each keyword names a layer; its value is bytes (the whole file), or a function that edits the file's rows in place
    (row 0 is the header).
    """

    def make(**layers: Edit | bytes) -> Study:
        lines = [(shipped_data() / "geo.toml").read_text(encoding="utf-8").split("[layers]")[0], "[layers]"]
        for name, change in layers.items():
            file = f"my_{name}.csv"
            if isinstance(change, bytes):
                (tmp_path / file).write_bytes(change)
            else:
                write_edited(name, change, tmp_path / file)
            lines.append(f'{name} = "{file}"')
        path = tmp_path / "geo.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return load_study(path)

    return make


def write_edited(layer: str, change: Edit, path: Path) -> None:
    """Write a shipped CSV layer with its rows changed."""
    source = shipped_data() / str(LAYERS[layer].file)
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
