"""What machine and versions a benchmark ran on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("corredor", "numpy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio", "scipy", "numba")


def describe() -> dict[str, Any]:
    """Return processor, cores, memory, system and package versions, and the same as one line of text."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    versions = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    text = f"{model}, {cores} cores, {memory:.0f} GiB; " + ", ".join(f"{k} {v}" for k, v in versions.items()) + "."
    return {"processor": model, "cores": cores, "memory_gib": round(memory), "versions": versions, "text": text}
