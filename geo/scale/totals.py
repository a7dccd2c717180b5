"""Figures by area over partitions: what adds up is counted in each and added; the metrics are those of one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.geodesy import GEODETIC_CRS
from geo.hexagons import hexagon_of
from geo.measures.areas import CORRIDOR_CUTS_KM, area_inputs
from geo.measures.counting import is_manufacturing
from geo.metrics.areas import COUNT, AreaInputs
from geo.scale.engine import Engine
from geo.scale.partitions import Partitions
from geo.schema import HEXAGONS_KM, LQ_CODES

_AREAS = ("cve_ent", "metro_area_code", "cvegeo")
_KEYS = (*_AREAS, *(f"hexagon_{km}km" for km in HEXAGONS_KM), "corridor_branch", "offset_km", "scian", "manufacturing")


def counts(partitions: Partitions, by: Sequence[str], engine: Engine) -> pd.DataFrame:
    """Count rows by columns, such as area and industry, or area and band of staff.

    Parameters
    ----------
    partitions
        Partitions with the columns.
    by
        Names of columns; a missing value is a value of its own.
    engine
        Who does the work.

    Returns
    -------
    pandas.DataFrame
        The columns ``by`` and ``plants``, a row each combination that occurs, sorted.
    """
    found = engine.map(
        _count_part,
        range(len(partitions.parts)),
        shared={"partitions": partitions, "by": tuple(by)},
        label=f"counting by {', '.join(by)}",
        rows=[part.rows for part in partitions.parts],
    )
    return _added(found, by)


def area_inputs_of(
    partitions: Partitions,
    tables: Mapping[str, Any],
    held: pd.DataFrame,
    country: str,
    engine: Engine,
    *,
    repeated: frozenset[str] | None = None,
) -> AreaInputs:
    """Return what is counted by area, the establishments being those of placed partitions.

    Parameters
    ----------
    partitions
        Partitions as ``geo.scale.places.place`` writes them, with ``scian`` and, where the register has them,
        ``plant_id`` and ``duplicate_of``.
    tables
        Joined tables of the study: parks, auto_parts_plants, assembly_plants, establishments (whose rows are not used).
    held
        Controllers of parks.
    country
        Name of the country.
    engine
        Who does the work.
    repeated
        What ``repeated_plants`` returns, where it is known already.

    Returns
    -------
    AreaInputs
        As ``geo.measures.areas.area_inputs``, but for ``establishments``: one row each combination of areas, distance
        class from the corridor and industry, with how many plants it stands for. The functions of
        ``geo.measures.areas`` take it as it is.

    Notes
    -----
    Rows without a point are not in the partitions, and count in no area. Industries are told apart as far as
    ``geo.schema.LQ_CODES`` do, distances from the corridor as far as ``CORRIDOR_CUTS_KM`` do. The plant that a
    duplicate repeats may lie in another partition: which of them are there is asked first.
    """
    inputs = area_inputs({**tables, "establishments": tables["establishments"].iloc[:0]}, held, country)
    if repeated is None:
        repeated = repeated_plants(partitions, engine)
    sizes = [part.rows for part in partitions.parts]
    shared = {"partitions": partitions, "repeated": repeated}
    found = engine.map(_area_part, range(len(sizes)), shared=shared, label="counting by area", rows=sizes)
    plants = _added(found, _KEYS).assign(country=country)
    return replace(inputs, establishments=plants.astype({"manufacturing": bool}))


def repeated_plants(partitions: Partitions, engine: Engine) -> frozenset[str]:
    """Return the keys of plants that rows of any partition repeat: a row with one as ``duplicate_of`` does not count.

    Parameters
    ----------
    partitions
        Partitions; where they lack ``plant_id`` or ``duplicate_of``, nothing is a duplicate.
    engine
        Who does the work.

    Notes
    -----
    As in ``geo.measures.counting.counted``, a duplicate counts where the works that it names is not in the register.
    """
    if not {"plant_id", "duplicate_of"} <= set(partitions.columns):
        return frozenset()
    sizes = [part.rows for part in partitions.parts]
    numbers = range(len(sizes))
    named = engine.map(_repeated, numbers, shared={"partitions": partitions}, label="duplicates", rows=sizes)
    wanted = {"partitions": partitions, "wanted": frozenset().union(*named)}
    there = engine.map(_present, numbers, shared=wanted, label="what they repeat", rows=sizes)
    return frozenset().union(*there)


def _added(tables: Sequence[pd.DataFrame], by: Sequence[str]) -> pd.DataFrame:
    """Add up tables of counts."""
    return pd.concat(tables, ignore_index=True).groupby(list(by), dropna=False, sort=True)[COUNT].sum().reset_index()


def _counted(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    return rows.groupby(list(by), dropna=False, sort=True).size().rename(COUNT).reset_index()


def _count_part(i: int, *, partitions: Partitions, by: tuple[str, ...]) -> pd.DataFrame:
    return _counted(partitions.read(i, by), by)


def _repeated(i: int, *, partitions: Partitions) -> frozenset[str]:
    return frozenset(partitions.read(i, ["duplicate_of"])["duplicate_of"].dropna().unique())


def _present(i: int, *, partitions: Partitions, wanted: frozenset[str]) -> frozenset[str]:
    return wanted & frozenset(partitions.read(i, ["plant_id"])["plant_id"]) if wanted else wanted


def _area_part(i: int, *, partitions: Partitions, repeated: frozenset[str]) -> pd.DataFrame:
    duplicates = ["duplicate_of"] if repeated else []
    rows = partitions.read(i, [*_AREAS, "corridor_branch", "offset_km", "scian", "lon", "lat", *duplicates])
    if duplicates:
        rows = rows[~rows["duplicate_of"].isin(repeated)].reset_index(drop=True)
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs=GEODETIC_CRS)
    hexagons = {f"hexagon_{km}km": hexagon_of(points, spacing_km=km) for km in HEXAGONS_KM}
    told_apart = rows["scian"].astype("str").str.startswith(LQ_CODES).fillna(False).astype(bool)
    return _counted(
        rows.assign(
            manufacturing=is_manufacturing(rows).astype(bool),
            scian=rows["scian"].where(told_apart),
            offset_km=_cut(rows["offset_km"].to_numpy(float)),
            **hexagons,
        ),
        _KEYS,
    )


def _cut(offset_km: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the smallest cut that a distance is within, infinite beyond the last: it passes the same cuts."""
    edges = np.array([*CORRIDOR_CUTS_KM, np.inf])
    cut = edges[np.searchsorted(edges, np.nan_to_num(offset_km, nan=np.inf))]
    return np.where(np.isnan(offset_km), np.nan, cut)
