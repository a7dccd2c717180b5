"""Counts of rows within a distance, over partitions: around every row, and around a few places."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo._ellipsoid import Floats, checked_degrees
from geo.geodesy import count_within
from geo.scale.engine import Engine
from geo.scale.halo import Where, around, near_window, read_where
from geo.scale.partitions import ROW_ID, Partitions


def count_within_km(
    partitions: Partitions, km: float, engine: Engine, of: Partitions | None = None, *, where: Where | None = None
) -> pd.Series:
    """Return how many others lie within so many kilometres of each row.

    Parameters
    ----------
    partitions
        The rows.
    km
        Geodesic distance, inclusive.
    engine
        Who does the work.
    of
        What is counted; None for the rows themselves, none counting itself.
    where
        Count only these rows, as ``{"scian": ["336390"]}``.

    Returns
    -------
    pandas.Series
        int64, index ``row_id`` ascending, named ``within``: 16 bytes a row, whatever the number of pairs.

    Raises
    ------
    ValueError
        If the distance is negative or not finite, or a column of ``where`` is missing.

    Notes
    -----
    Exact, by ``geo.geodesy.count_within`` on each partition and its halo: however the rows are cut into partitions, the
    counts are those of one table. What lies around a place is counted once for all rows there, so that a million rows
    at one place do no harm.
    """
    found = engine.map(
        _count_part,
        range(len(partitions.parts)),
        shared={"partitions": partitions, "km": km, "of": of, "where": where},
        label=f"counting within {km:g} km",
        rows=[part.rows for part in partitions.parts],
    )
    counts = pd.concat([pd.Series([], index=pd.Index([], dtype="int64"), dtype="int64"), *found])
    return counts.sort_index().rename_axis(ROW_ID).rename("within")


def count_around(
    lon: ArrayLike,
    lat: ArrayLike,
    partitions: Partitions,
    km: float,
    engine: Engine,
    *,
    where: Where | None = None,
) -> Floats:
    """Return how many rows lie within so many kilometres of each of a few places.

    Parameters
    ----------
    lon, lat
        Places (parks, plants): degrees, WGS84.
    partitions
        The rows that are counted.
    km
        Geodesic distance, inclusive.
    engine
        Who does the work.
    where
        Count only these rows.

    Returns
    -------
    ndarray
        Whole numbers as float64, one a place; NaN for a missing place, as ``geo.geodesy.count_within`` has it.

    Raises
    ------
    ValueError
        As ``count_within_km`` does, and for impossible latitudes.

    Notes
    -----
    Counts of the partitions add up, and only partitions near a place are opened.
    """
    x, y = checked_degrees(lon, lat)
    found = engine.map(
        _around_part,
        range(len(partitions.parts)),
        shared={"partitions": partitions, "km": km, "lon": x, "lat": y, "where": where},
        label=f"counting within {km:g} km of {x.size} places",
        rows=[part.rows for part in partitions.parts],
    )
    total = np.where(np.isfinite(x), 0.0, np.nan)
    for places, counts in found:
        total[places] += counts
    return total


def _count_part(i: int, *, partitions: Partitions, km: float, of: Partitions | None, where: Where | None) -> pd.Series:
    own = read_where(partitions, i, ())
    targets = around(partitions if of is None else of, own, km, (), where=where)
    place = own.groupby(["lon", "lat"], sort=False).ngroup().to_numpy()
    each = own[["lon", "lat"]].drop_duplicates()
    counts = count_within(each["lon"], each["lat"], targets["lon"], targets["lat"], km)[place]
    itself = own[ROW_ID].isin(targets[ROW_ID]).to_numpy(np.int64) if of is None else 0
    return pd.Series(counts.astype(np.int64) - itself, index=own[ROW_ID].to_numpy())


def _around_part(
    i: int, *, partitions: Partitions, km: float, lon: Floats, lat: Floats, where: Where | None
) -> tuple[NDArray[np.int64], Floats]:
    bounds = partitions.parts[i].bounds
    near = np.flatnonzero(near_window(lon, lat, bounds, km)) if bounds is not None else np.empty(0, dtype=np.int64)
    if not near.size:
        return near, np.empty(0)
    rows = read_where(partitions, i, (), where)
    return near, count_within(lon[near], lat[near], rows["lon"], rows["lat"], km)
