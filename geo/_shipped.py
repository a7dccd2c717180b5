"""Where the shipped data lie."""

from __future__ import annotations

from pathlib import Path


def shipped_data() -> Path:
    """Return the folder of the shipped data: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent / "data"
