"""What the tests of partitions share."""

from __future__ import annotations

import pandas as pd

from geo.scale.partitions import Partitions
from geo.study import load_study

STUDY = load_study()
PARTS = (1, 2, 7)


def whole(partitions: Partitions, columns: list[str] | None = None) -> pd.DataFrame:
    """Return all rows in the order that they came in."""
    wanted = None if columns is None else ["row_id", *columns]
    tables = [partitions.read(i, wanted) for i in range(len(partitions.parts))]
    return pd.concat(tables).sort_values("row_id").reset_index(drop=True)
