"""Write outputs of a study in this process: `python determinism_work.py STUDY OUT [short] [reversed] [comma]`.

``short`` builds alone; ``reversed`` gives every folder's entries in reverse order; ``comma`` takes on the environment's
locale whole, decimal comma included, as a program that embeds this one might.
"""

from __future__ import annotations

import os
import sys
from typing import Any, Self

_listdir, _scandir = os.listdir, os.scandir


class Entries:
    """Entries of a folder, last first."""

    def __init__(self, path: Any = ".") -> None:
        with _scandir(path) as entries:
            self._entries = iter(sorted(entries, key=lambda each: each.name, reverse=True))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return next(self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._entries = iter(())


def reverse_folders() -> None:
    """Give every folder's entries in reverse order, to whatever is imported after."""
    os.listdir = lambda path=".": sorted(_listdir(path), reverse=True)  # type: ignore[assignment,misc]
    os.scandir = Entries  # type: ignore[assignment,misc]
    for name in ("glob", "pathlib"):
        sys.modules.pop(name, None)


def write(study: str, out: str, *, short: bool) -> None:
    """Build a study and, unless short, write what else can be had from it."""
    from geo.cli import main

    def geo(*words: str) -> None:
        main([*words, "--study", study, "--quiet"], standalone_mode=False)

    maps = f"{out}/maps"
    geo("build", "--out", maps)
    if short:
        return
    every = "gpkg,qgz,geoparquet,fgb,csv,pmtiles,cog"
    geo("export", "--format", every, "--run", maps, "--out", f"{out}/export")
    geo("map", "--lang", "es", "--run", maps, "--out", f"{out}/map.html")
    for ending in ("pdf", "svg"):
        geo("figure", "corridor", "--format", ending, "--run", maps, "--out", f"{out}/corridor.{ending}")
    geo(
        "figure", "agglomeration", "--lang", "es", "--format", "png", "--run", maps, "--out", f"{out}/agglomeration.png"
    )
    geo("table", "concentration", "--format", "latex", "--run", maps, "--out", f"{out}/concentration.tex")
    geo("coverage", "--run", maps, "--out", f"{out}/coverage")
    geo("checklist", "--run", maps, "--out", f"{out}/checklist")


if __name__ == "__main__":
    flags = set(sys.argv[3:])
    if "reversed" in flags:
        reverse_folders()
    if "comma" in flags:
        import locale

        locale.setlocale(locale.LC_ALL, "")
    write(sys.argv[1], sys.argv[2], short="short" in flags)
