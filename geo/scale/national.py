"""A register in partitions as measures count it: every row is counted where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo._ellipsoid import Floats, checked_degrees
from geo.geodesy import count_within
from geo.measures.counting import is_manufacturing
from geo.measures.curves import CLASS_R_KM, MIN_PLANTS
from geo.metrics.areas import COUNT, AreaInputs
from geo.runs import Progress, Run
from geo.scale.engine import Engine, Local
from geo.scale.halo import near_window
from geo.scale.partitions import Partitions, write_partitions
from geo.scale.patterns import sampled_m
from geo.scale.places import place
from geo.scale.totals import area_inputs_of, counts, repeated_plants
from geo.schema import LQ_CODES
from geo.study import Study

#: M(r) of industries, beside the placed partitions.
CURVES_FILE = "m_function.csv"
_CURVE_COLUMNS = (
    "industry", "r_km", "m", "standard_error", "low", "high", "cases", "drawn", "population",
)  # fmt: skip


def run_at_scale(study: Study, folder: Path, engine: Engine | None, *, progress: Progress) -> Run:
    """Return the run of a study whose establishments are placed and counted partition by partition.

    Parameters
    ----------
    study
        A study whose ``establishments`` are a folder of partitions, or one table.
    folder
        Where the placed partitions are written; those of one table are not kept.
    engine
        Who does the work; None for this process.
    progress
        Called with a short line now and then.

    Notes
    -----
    Counts (plants around parks, figures by area, location quotients, Ellison and Glaeser's gamma, their sensitivity)
    are of every row. Measures of patterns (curves, the corridor's test, findings by distance) take the rows of the
    layer: all rows of one table, the sample of a register in partitions. The engine changes no result.
    """
    engine = engine or Local(progress)
    run = Run(study, progress=progress)
    if study.register is not None:
        placed = place(Partitions.open(study.register), run.layers, study, folder, engine)
        curves = sampled_curves(placed, engine, seed=study.parameters.seed)
        curves.to_csv(folder / CURVES_FILE, index=False, encoding="utf-8", lineterminator="\n")
        return replace(run, register=PartitionedRegister(placed, engine))
    scratch = TemporaryDirectory(prefix="corredor-partitions-")
    layer = run.layers["establishments"]
    rows = pa.Table.from_pandas(pd.DataFrame(layer.drop(columns="geometry")), preserve_index=False)
    split = write_partitions([rows], Path(scratch.name) / "rows", synthetic=study.study.synthetic, progress=progress)
    placed = place(split, run.layers, study, Path(scratch.name) / "placed", engine)
    return replace(run, register=PartitionedRegister(placed, engine, scratch))


def sampled_curves(partitions: Partitions, engine: Engine, *, seed: int) -> pd.DataFrame:
    """Return M(r) of the auto industries among all rows of a register, from a sample of their plants.

    Returns
    -------
    pandas.DataFrame
        industry, r_km, m, standard_error, low, high, cases, drawn, population; see ``geo.scale.patterns.sampled_m``.
        The interval is that of the sample, not an envelope of chance. An industry with fewer than ``MIN_PLANTS``
        plants has no row.
    """
    if "scian" not in partitions.columns:
        return pd.DataFrame(columns=_CURVE_COLUMNS)
    plants = counts(partitions, ["scian"], engine).set_index("scian")[COUNT]
    found = [
        sampled_m(partitions, CLASS_R_KM, engine, types="scian", reference=code, seed=seed).assign(industry=code)
        for code in LQ_CODES
        if plants.get(code, 0) >= MIN_PLANTS
    ]
    table = pd.concat(found).rename_axis("r_km").reset_index() if found else pd.DataFrame(columns=_CURVE_COLUMNS)
    return table[list(_CURVE_COLUMNS)]


@dataclass(frozen=True)
class PartitionedRegister:
    """A register whose rows are in placed partitions.

    Attributes
    ----------
    partitions
        As ``geo.scale.places.place`` writes them.
    engine
        Who does the work.
    scratch
        Folder that goes with the register.
    """

    partitions: Partitions
    engine: Engine
    scratch: TemporaryDirectory[str] | None = None

    @cached_property
    def repeated(self) -> frozenset[str]:
        """Keys of plants that other rows repeat: such rows count nowhere."""
        return repeated_plants(self.partitions, self.engine)

    def area_inputs(self, tables: Mapping[str, Any], held: pd.DataFrame, country: str) -> AreaInputs:
        """Return what is counted by area, see ``geo.scale.totals.area_inputs_of``."""
        return area_inputs_of(self.partitions, tables, held, country, self.engine, repeated=self.repeated)

    def manufacturing_around(self, lon: Floats, lat: Floats, km: float) -> Floats:
        """Return how many manufacturing plants lie within so many kilometres of each place; NaN without a place.

        Exact: the counts of the partitions add up, and only partitions near a place are opened.
        """
        x, y = checked_degrees(lon, lat)
        found = self.engine.map(
            _around_part,
            range(len(self.partitions.parts)),
            shared={"partitions": self.partitions, "lon": x, "lat": y, "km": km, "repeated": self.repeated},
            label=f"manufacturing within {km:g} km",
            rows=[part.rows for part in self.partitions.parts],
        )
        total = np.where(np.isfinite(x) & np.isfinite(y), 0.0, np.nan)
        for places, around in found:
            total[places] += around
        return total


def _around_part(
    i: int, *, partitions: Partitions, lon: Floats, lat: Floats, km: float, repeated: frozenset[str]
) -> tuple[NDArray[np.int64], Floats]:
    bounds = partitions.parts[i].bounds
    near = np.flatnonzero(near_window(lon, lat, bounds, km)) if bounds is not None else np.empty(0, dtype=np.int64)
    if not near.size:
        return near, np.empty(0)
    rows = partitions.read(i, ["lon", "lat", "scian", *(["duplicate_of"] if repeated else [])])
    rows = rows[is_manufacturing(rows).to_numpy(bool)]
    if repeated:
        rows = rows[~rows["duplicate_of"].isin(repeated)]
    return near, count_within(lon[near], lat[near], rows["lon"], rows["lat"], km)
