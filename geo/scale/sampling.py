"""A stated random sample of a register in partitions: the rows that patterns are measured on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from geo.export.tables import csv_table
from geo.layers import read_layer
from geo.scale.areas import area_of
from geo.scale.partitions import ROW_ID, Partitions
from geo.schema import LAYERS
from geo.sources.registers.denue import SOURCE_ID
from geo.study import SAMPLE_FILE, Study

#: Rows that a sample has at most: as many as curves and their envelopes take in minutes.
SAMPLE_ROWS = 20_000
#: Source that the rows of a synthetic register name.
SYNTHETIC_SOURCE = "synthetic_register"
_NO_CODE = "unknown"
#: Columns that a register may have itself.
_OWN = frozenset({"plant_id", "name", "sector", "source_ids"})


def write_sample(partitions: Partitions, folder: Path, study: Study, *, rows: int = SAMPLE_ROWS) -> None:
    """Write ``sample.csv``: rows drawn without replacement, as a file of the layer ``establishments``.

    Parameters
    ----------
    partitions
        The partitions; their files stand in ``folder``. A row without ``plant_id`` and ``name`` is known by its number.
    folder
        Where the partitions are being made.
    study
        Says which municipalities there are, and the seed of the draw.
    rows
        How many to draw; all where there are no more.

    Notes
    -----
    Every row is as likely as any other. Drawn rows in no municipality are left out, so a sample may have a few less.
    """
    areas = read_layer(study, "municipalities").sort_values("cvegeo").reset_index(drop=True)
    drawn = _drawn(partitions, folder, rows=rows, seed=study.parameters.seed)
    held = pd.Series(area_of(drawn["lon"].to_numpy(float), drawn["lat"].to_numpy(float), areas), index=drawn.index)
    inside = held >= 0
    drawn, town = drawn[inside], areas.iloc[held[inside]].set_axis(drawn.index[inside])
    scian = drawn["scian"].astype("str") if "scian" in drawn else pd.Series(None, index=drawn.index, dtype="str")
    number = drawn[ROW_ID].astype("str")
    found = {
        "plant_id": number,
        "name": number,
        "sector": scian.str[:2].fillna(_NO_CODE),
        "cvegeo": town["cvegeo"],
        "state": town["state"],
        "municipality": town["name"],
        "source_ids": SYNTHETIC_SOURCE if partitions.synthetic else SOURCE_ID,
    }
    columns = [column.name for column in LAYERS["establishments"].file_columns]
    # What the rows say of themselves stays; where they lie is the municipalities' to say.
    told = {name: values for name, values in found.items() if name not in _OWN or name not in drawn}
    table = drawn.assign(**told).reindex(columns=columns)
    csv_table(table).to_csv(folder / SAMPLE_FILE, index=False, encoding="utf-8", lineterminator="\n")


def _drawn(partitions: Partitions, folder: Path, *, rows: int, seed: int) -> pd.DataFrame:
    """Draw rows by their numbers, in the order that they came in."""
    from pyarrow import parquet

    random = np.random.default_rng(seed)
    total = partitions.rows
    taken = np.sort(random.choice(total, size=min(rows, total), replace=False))
    starts = np.cumsum([0, *(part.rows for part in partitions.parts)])
    parts = []
    for number, part in enumerate(partitions.parts):
        here = taken[(taken >= starts[number]) & (taken < starts[number + 1])] - starts[number]
        if here.size:
            table = parquet.read_table(folder / part.file, columns=list(partitions.columns), use_threads=False)
            parts.append(table.take(here).to_pandas())
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(partitions.columns))
    return frame.sort_values(ROW_ID, ignore_index=True)
