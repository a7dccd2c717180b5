"""A run: a study with the tables measured on it, taken from an earlier run's folder where that is the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.assemble import assemble
from geo.errors import DataError, Problem
from geo.export.manifest import identity, read_manifest, sha256
from geo.geodesy import GEODETIC_CRS
from geo.layers import read_layers
from geo.measures.corridor import state_places
from geo.measures.register import Register
from geo.measures.surfaces import park_density
from geo.schema import LAYERS
from geo.study import Study, with_its_study

Progress = Callable[[str], None]

_DRAWN = {"municipalities": "municipalities_drawing", "states": "states_drawing", "highways": "highways"}


def _silent(_step: str) -> None:
    pass


@dataclass(frozen=True)
class Run:
    """A study and what is measured on it; each part is read or measured when it is first asked for.

    Parameters
    ----------
    study
        What to read and with which parameters.
    folder
        Folder of an earlier ``geo build``, whose tables are taken where it is a run of this study; None, or a folder
        that is missing or holds another run, has them measured.
    progress
        Called with a short line before each step.
    register
        Counts of a register in partitions; None where the establishments are one table.

    Notes
    -----
    A folder's tables are taken where its manifest names the same parameters, the same input files by hash, the same
    versions of the libraries and the same code, and each table has the hash that the manifest gives.
    """

    study: Study
    folder: Path | None = None
    progress: Progress = _silent
    register: Register | None = None

    @cached_property
    @with_its_study
    def layers(self) -> dict[str, pd.DataFrame]:
        """The study's layers as they were read; raises DataError with every problem where one is refused."""
        return read_layers(self.study, progress=self.progress)

    @cached_property
    @with_its_study
    def tables(self) -> dict[str, pd.DataFrame]:
        """Published layer -> table, in the schema's order; geometry in EPSG:6372."""
        if self.folder is not None:
            reason = _difference(self.study, self.folder)
            if reason is None:
                self.progress(f"taking the tables of the run in {self.folder}")
                return _read_tables(self.folder)
            self.progress(f"measuring: {reason}")
        if self.register is None and self.study.register is not None:
            what = "its establishments are in partitions, which geo build counts"
            raise DataError([Problem(str(self.study.register), what, "Run geo build, then name its folder with --run")])
        return assemble(self.layers, self.study, progress=self.progress, register=self.register)

    @property
    @with_its_study
    def drawing(self) -> dict[str, Any]:
        """What a map draws beside the tables: generalised outlines, highways, park density, places of the states."""
        drawing: dict[str, Any] = {name: self.layers[layer] for name, layer in _DRAWN.items()}
        parks = gpd.GeoDataFrame(self.tables["parks"]).to_crs(GEODETIC_CRS)
        drawing["density"] = park_density(parks, drawing["states"])
        drawing["state_places"] = state_places(
            self.layers["municipalities"], self.layers["border"], capital=self.study.study.capital
        )
        return drawing

    @cached_property
    @with_its_study
    def figure_tables(self) -> dict[str, Any]:
        """The published tables, with what figures draw beside them under the layers' own names."""
        drawing = self.drawing
        drawn = {layer: drawing[name] for name, layer in _DRAWN.items()}
        insets = pd.DataFrame([inset.model_dump() for inset in self.study.insets])
        return {**self.tables, **drawn, "density": drawing["density"], "insets": insets}


def _difference(study: Study, folder: Path) -> str | None:
    """Say in what the run of a folder is another one than the study's; None where it is the same."""
    manifest = read_manifest(folder)
    if manifest is None:
        return f"{folder} holds no run"
    try:
        now = identity(study)
    except OSError:
        return "a file of the study cannot be read"
    for part, words in (("study", "other parameters"), ("inputs", "other data"), ("versions", "other versions")):
        if manifest.get(part) != now[part]:
            return f"the run in {folder} has {words}"
    written = {each["file"]: each["sha256"] for each in manifest["outputs"]}
    for name in _published():
        path = _table(folder, name)
        if not path.is_file() or written.get(path.relative_to(folder).as_posix()) != sha256(path):
            return f"{path} is missing or was changed"
    return None


def _read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {
        name: (gpd if LAYERS[name].geometry is not None else pd).read_parquet(_table(folder, name))
        for name in _published()
    }


def _table(folder: Path, name: str) -> Path:
    return folder / "tables" / f"{name}.parquet"


def _published() -> list[str]:
    return [name for name, layer in LAYERS.items() if layer.published]
