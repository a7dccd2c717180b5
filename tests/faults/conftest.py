"""Fixtures of the fault tests: the server of tests/sources, with its official files."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_FILE = Path(__file__).parents[1] / "sources" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("sources_conftest", _FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
_SOURCES = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_SOURCES)

server = _SOURCES.server
bts_json = _SOURCES.bts_json
