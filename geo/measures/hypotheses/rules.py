"""The rows of a finding and the written rules that turn them into a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.metrics.contrasts import Contrast
from geo.schema.findings import ALPHA
from geo.study import Study

SUPPORTED, CONTRADICTED, CANNOT_TELL = "supported", "contradicted", "cannot_be_told"

#: Where less than this share of the rows is known, what is known does not speak for the rest.
ENOUGH_KNOWN = 0.5


@dataclass(frozen=True)
class Part:
    """One part of a claim, with its own verdict.

    Parameters
    ----------
    key
        Name of the part.
    verdict
        supported, contradicted or cannot_be_told.
    reason
        Key of the rule that decided.
    role
        ``decides``: the claim falls with it and needs it; ``needed``: the claim needs it, but does not fall with it
        alone; ``context``: it is reported and decides nothing.
    """

    key: str
    verdict: str
    reason: str
    role: str = "decides"


@dataclass(frozen=True)
class Finding:
    """What a hypothesis came to: the rows that were measured and the verdict of each part."""

    rows: list[dict[str, Any]]
    parts: list[Part]


@dataclass(frozen=True)
class Official:
    """Official sources that the shipped data lack; each test that needs one runs when it is there.

    Parameters
    ----------
    municipal_wages
        Panel of daily wages: cvegeo, year, wage_daily_mxn (IMSS by municipality).
    price_index
        Consumer prices: year, index (INEGI, INPC).
    immex
        Plants with an export-maquiladora programme: plant_id of the layer establishments (Ministry of Economy).
    directory
        Establishments of a full directory: scian, lon, lat (INEGI, DENUE).
    infrastructure
        Points of the railway, airports and seaports: kind, lon, lat (ministry of transport).
    """

    municipal_wages: pd.DataFrame | None = None
    price_index: pd.DataFrame | None = None
    immex: pd.DataFrame | None = None
    directory: pd.DataFrame | None = None
    infrastructure: pd.DataFrame | None = None

    @classmethod
    def of(cls, layers: Mapping[str, Any]) -> Official:
        """Take the sources that stand among the layers of a study, each under its own name."""
        there = {name: layers.get(name) for name in cls.__dataclass_fields__}
        return cls(**{name: None if table is None or table.empty else table for name, table in there.items()})


@dataclass(frozen=True)
class Ground:
    """What the tests read: measured tables, layers as they were read, controllers, the study, official sources."""

    tables: Mapping[str, Any]
    layers: Mapping[str, Any]
    held: pd.DataFrame
    study: Study
    official: Official = field(default_factory=Official)

    @property
    def draws(self) -> dict[str, int]:
        """How every permutation test of a hypothesis is drawn."""
        return {"permutations": self.study.parameters.permutations, "seed": self.study.parameters.seed}

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """The located parks of the study set."""
        parks = self.tables["parks"]
        return parks[parks["study_set"] & parks.geometry.notna()]


def row(statistic: str, value: float | None, *, part: str, **rest: Any) -> dict[str, Any]:
    """Return a row of the table ``findings``; ``tables`` are the tables that it was made from."""
    tables = rest.pop("tables")
    return {"statistic": statistic, "value": value, "part": part, "source_tables": "|".join(tables), **rest}


def contrast_row(statistic: str, found: Contrast, *, part: str, **rest: Any) -> dict[str, Any]:
    """Return a row of a permutation test."""
    return row(
        statistic, found.value, part=part, low=found.low, high=found.high, interval="chance_95",
        reference=found.centre, p=found.p, n=found.n, **rest,
    )  # fmt: skip


def side(p: float, effect: float) -> tuple[str, str]:
    """Judge an effect whose claimed sign is positive.

    Returns
    -------
    tuple of str
        Supported where the test rejects and the effect has the claimed sign; contradicted where the effect has the
        other sign, or the test does not reject; cannot be told where nothing was measured. Then the reason.
    """
    if pd.isna(p) or pd.isna(effect):
        return CANNOT_TELL, "nothing_measured"
    if p > ALPHA:
        return CONTRADICTED, "like_chance"
    return (SUPPORTED, "beyond_chance") if effect > 0 else (CONTRADICTED, "other_way")


def overall(parts: Sequence[Part]) -> tuple[str, str]:
    """Return the verdict of a claim from its parts, and the part that settled it.

    Notes
    -----
    A deciding part that is contradicted contradicts the claim. Else the claim is supported where every deciding and
    needed part is. Else it cannot be told.
    """
    ruling = [part for part in parts if part.role != "context"]
    for part in ruling:
        if part.role == "decides" and part.verdict == CONTRADICTED:
            return CONTRADICTED, part.key
    for part in ruling:
        if part.verdict != SUPPORTED:
            return CANNOT_TELL, part.key
    return SUPPORTED, "all_parts"
