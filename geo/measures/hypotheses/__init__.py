"""The papers' claims held against the data: hypotheses H1-H14 and contradictions X1-X13."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo.measures.hypotheses import dates, ownership, places, plants, wages
from geo.measures.hypotheses.contradictions import contradictions, verdict_rows
from geo.measures.hypotheses.rules import Finding, Ground, Official, overall
from geo.schema import Layer
from geo.schema.findings import CONTRADICTIONS, FINDINGS, VERDICTS
from geo.study import Study

HYPOTHESES: Mapping[str, Callable[[Ground], Finding]] = {
    "H1": ownership.rentier,
    "H2": ownership.home,
    "H3": dates.boom,
    "H4": dates.to_the_border,
    "H5": places.corridor,
    "H6": plants.enclave,
    "H7": wages.arbitrage,
    "H8": plants.spillovers,
    "H9": plants.reach,
    "H10": places.infrastructure,
    "H11": plants.low_value,
    "H12": plants.small_firms,
    "H13": wages.stagnation,
    "H14": plants.agglomeration,
}


def findings(
    tables: Mapping[str, Any],
    layers: Mapping[str, Any],
    held: pd.DataFrame,
    study: Study,
    *,
    official: Official | None = None,
) -> dict[str, pd.DataFrame]:
    """Hold every hypothesis and every contradiction against the run.

    Parameters
    ----------
    tables
        The joined and measured tables of the run.
    layers
        The layers as they were read; an official source that stands among them under its name in ``Official`` is used.
    held
        Controllers of parks.
    study
        The study, for its parameters.
    official
        Official sources, instead of those among the layers.

    Returns
    -------
    dict
        ``findings`` (one row a statistic), ``verdicts`` (one row a part and one a whole claim) and
        ``contradictions`` (one row a figure), with the columns of ``geo.schema.findings``.
    """
    ground = Ground(tables, layers, held, study, official if official is not None else Official.of(layers))
    rows: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    for finding, measure in HYPOTHESES.items():
        found = measure(ground)
        rows += [{"finding_id": finding, **each} for each in found.rows]
        verdict, reason = overall(found.parts)
        verdicts.append(
            {"finding_id": finding, "part": "overall", "role": "overall", "verdict": verdict, "reason": reason}
        )
        verdicts += [
            {"finding_id": finding, "part": each.key, "role": each.role, "verdict": each.verdict,
             "reason": each.reason}
            for each in found.parts
        ]  # fmt: skip
    published = contradictions(tables)
    verdicts += verdict_rows(published)
    return {
        "findings": _frame([{"drawn": False, **each} for each in rows], FINDINGS),
        "verdicts": _frame(verdicts, VERDICTS),
        "contradictions": _frame(published.to_dict("records"), CONTRADICTIONS),
    }


def _frame(rows: Sequence[Mapping[Any, Any]], layer: Layer) -> pd.DataFrame:
    """Return rows with the columns of a layer, numbers as numbers whatever stood for a missing one."""
    table = pd.DataFrame(list(rows)).reindex(columns=[column.name for column in layer.columns])
    for column in layer.columns:
        if column.kind in {"number", "integer"}:
            table[column.name] = [np.nan if pd.isna(value) else float(value) for value in table[column.name]]
    return table.assign(drawn=table["drawn"].astype(bool)) if "drawn" in table else table
