"""Small registers for the tests of metrics over partitions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from geo.scale.partitions import Partitions, write_partitions


def partitioned(rows: pd.DataFrame, folder: Path, parts: int) -> Partitions:
    """Return rows in so many partitions."""
    table = pa.Table.from_pandas(rows, preserve_index=False)
    each = max(-(-len(rows) // parts), 1)
    return write_partitions([table], folder / f"{parts}-parts", rows_per_partition=each, synthetic=True)


def clusters(n: int, *, seed: int, lon: float = -100.0, lat: float = 25.0) -> pd.DataFrame:
    """Return plants of three kinds in a few towns, some of them at one place, some without a kind or a size."""
    rng = np.random.default_rng(seed)
    town = rng.integers(0, 6, n)
    centre = np.column_stack([lon + rng.uniform(-1.5, 1.5, 6), lat + rng.uniform(-1.5, 1.5, 6)])
    place = centre[town] + rng.normal(0.0, 0.12, (n, 2))
    place[: n // 10] = place[0]
    kinds = np.where(rng.random(n) < 0.6, np.array(list("abcabc"))[town], rng.choice(list("abc"), n)).astype(object)
    kinds[rng.random(n) < 0.05] = None
    sizes = rng.lognormal(3.0, 1.0, n)
    sizes[rng.random(n) < 0.05] = np.nan
    return pd.DataFrame({"lon": place[:, 0], "lat": place[:, 1], "kind": kinds, "size": sizes, "number": np.arange(n)})
