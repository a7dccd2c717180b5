"""Local ownership around the rows of partitions: parks are few, so every partition gets all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.geodesy import count_within
from geo.metrics.local_ownership import COLUMNS, GAUSSIAN_REACH, Kernel, local_ownership
from geo.scale.engine import Engine
from geo.scale.halo import read_where
from geo.scale.partitions import ROW_ID, Partitions


def ownership_around(
    partitions: Partitions,
    holdings: pd.DataFrame,
    engine: Engine,
    *,
    bandwidth_km: float,
    kernel: Kernel = "gaussian",
    permutations: int = 0,
    seed: int = 20180,
) -> pd.DataFrame:
    """Return how concentrated the ownership of parks is around each row of partitions.

    Parameters
    ----------
    partitions
        The rows.
    holdings
        ``lon``, ``lat``, ``owner`` (missing where unknown) and ``size`` of each park, or of a controller's part of it.
    engine
        Who does the work.
    bandwidth_km, kernel, permutations, seed
        As for ``geo.metrics.local_ownership.local_ownership``; without permutations p is missing.

    Returns
    -------
    pandas.DataFrame
        Columns as there, index ``row_id`` ascending.

    Raises
    ------
    ValueError
        As there, and if the holdings lack a column.

    Notes
    -----
    A row is a place without size: it is measured and is nobody's neighbour. Chance and relabelling are those of all
    holdings, which every partition has, so the result is that of one table of holdings and rows. A row out of reach of
    every holding is missing throughout.
    """
    lacking = [name for name in ("lon", "lat", "owner", "size") if name not in holdings]
    if lacking:
        raise ValueError(f"The holdings have no column {', '.join(lacking)}; give them lon, lat, owner and size.")
    options: dict[str, Any] = {
        "bandwidth_km": bandwidth_km,
        "kernel": kernel,
        "permutations": permutations,
        "seed": seed,
    }
    # What is wrong with the options or the holdings is wrong whatever the rows are.
    _measured(holdings.iloc[:0], holdings, options)
    found = engine.map(
        _ownership_part,
        range(len(partitions.parts)),
        shared={"partitions": partitions, "holdings": holdings, "options": options},
        label="ownership around rows",
        rows=[part.rows for part in partitions.parts],
    )
    return pd.concat(found).sort_index().rename_axis(ROW_ID)


def _ownership_part(i: int, *, partitions: Partitions, holdings: pd.DataFrame, options: dict[str, Any]) -> pd.DataFrame:
    rows = read_where(partitions, i, ()).set_index(ROW_ID)
    reach = float(options["bandwidth_km"]) * (GAUSSIAN_REACH if options["kernel"] == "gaussian" else 1.0)
    near = count_within(rows["lon"], rows["lat"], holdings["lon"], holdings["lat"], reach) > 0
    return _measured(rows[near], holdings, options).reindex(rows.index)


def _measured(rows: pd.DataFrame, holdings: pd.DataFrame, options: dict[str, Any]) -> pd.DataFrame:
    """Measure the index at rows as at holdings without size."""
    found = local_ownership(
        np.concatenate([holdings["lon"].to_numpy(float), rows["lon"].to_numpy(float)]),
        np.concatenate([holdings["lat"].to_numpy(float), rows["lat"].to_numpy(float)]),
        np.concatenate([holdings["owner"].to_numpy(object), np.full(len(rows), None)]),
        np.concatenate([holdings["size"].to_numpy(float), np.zeros(len(rows))]),
        **options,
    )
    return found.iloc[len(holdings) :].set_axis(rows.index)[list(COLUMNS)]
