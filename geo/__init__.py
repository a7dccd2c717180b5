"""Corredor: Mexico's industrial parks, who owns them, the auto corridor and its wages.

The command is ``geo``; from Python::

    from pathlib import Path
    from geo import build, load_study

    build(load_study(), Path("maps"))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.errors import CorredorError, CrsError, DataError, OutputError, StudyError

if TYPE_CHECKING:
    from geo.pipeline import build
    from geo.study import load_study

__all__ = ["CorredorError", "CrsError", "DataError", "OutputError", "StudyError", "build", "load_study"]


def __getattr__(name: str) -> Any:
    """Import what is heavy when it is asked for."""
    if name == "build":
        from geo.pipeline import build

        return build
    if name == "load_study":
        from geo.study import load_study

        return load_study
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
