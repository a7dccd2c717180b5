"""Duranton and Overman's K_d over partitions: pairs are gone through several times, and never kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import pairs_by_parts
from geo.metrics._duranton_overman import equal, silverman, summed_kernels
from geo.metrics._pairs import Floats, checked_points, checked_r
from geo.scale.engine import Engine
from geo.scale.halo import Where, read_where, with_halo
from geo.scale.partitions import ROW_ID, Partitions

# Parts that an interval of distances is cut into at a time, and how often: 3 times leave 1e-14 of the longest.
_BINS = 1 << 16
_ROUNDS = 3
# Least width of such a part, as a share of the longest distance: what rounding leaves.
_LEAST = 1e-15


class _Plants(NamedTuple):
    """Which rows are measured: how many there are, and the sum of the products of their pairs."""

    rows: int
    products: float


class _Spread(NamedTuple):
    """Number, mean and sum of squared deviations of distances, the smallest and the largest."""

    pairs: int
    mean: float
    squares: float
    least: float
    most: float


def kd_function(
    partitions: Partitions,
    r: ArrayLike,
    engine: Engine,
    *,
    where: Where | None = None,
    sizes: str | None = None,
) -> pd.Series:
    """Return Duranton and Overman's K_d of rows of partitions, exactly.

    Parameters
    ----------
    partitions
        The rows.
    r
        Distances, geodesic kilometres, 0 or more, in any order.
    engine
        Who does the work.
    where
        Which rows are the industry's plants, as ``{"scian": ["336390"]}``; None for all.
    sizes
        Column with the size, by whose product a pair is weighted; None: pairs count alike.

    Returns
    -------
    pandas.Series
        That of ``geo.metrics.patterns.kd_function`` over one table of these rows, to rounding: its bandwidth and what
        it says of few plants hold here too.

    Raises
    ------
    ValueError
        As there, and if a column is missing.

    Notes
    -----
    A pair is counted where its row with the lower ``row_id`` lies; its other row is there too, or in the halo of twice
    the largest r. The bandwidth needs standard deviation and quartiles of all distances, and the curve needs the
    bandwidth: pairs are gone through five times (deviation; quartiles, narrowed down by counting three times; curve).
    Memory is that of a partition with its halo; time grows with the pairs within twice the largest r.
    """
    distances = checked_r(r)
    shared: dict[str, Any] = {"partitions": partitions, "where": where, "sizes": sizes}
    over = _Over(engine, shared, [part.rows for part in partitions.parts])
    plants = _all_plants(over.each(_plants_part, "plants"))
    values = np.full(distances.size, np.nan)
    if plants.products > 0 and distances.size:
        over.shared["reach"] = 2.0 * float(distances.max())
        spread = _added(over.each(_spread_part, "spread of distances"))
        values = np.zeros(distances.size)
        if spread.pairs:
            h = _bandwidth(over, spread)
            over.shared |= {"r": distances, "h": h, "total": plants.products}
            values = np.sum(over.each(_curve_part, "density of distances"), axis=0)
    return pd.Series(values, index=pd.Index(distances, name="r"), name="kd")


class _Over:
    """The same work on every part."""

    def __init__(self, engine: Engine, shared: dict[str, Any], rows: list[int]) -> None:
        self._engine, self.shared, self._rows = engine, shared, rows

    def each(self, task: Any, label: str, **more: Any) -> list[Any]:
        """Return what a task gives for every part."""
        numbers = range(len(self._rows))
        return self._engine.map(task, numbers, shared={**self.shared, **more}, label=label, rows=self._rows)


def _all_plants(parts: list[tuple[int, float, float, int]]) -> _Plants:
    rows, total, squares, several = (sum(column) for column in zip(*parts, strict=True)) if parts else (0, 0.0, 0.0, 0)
    return _Plants(rows, (total**2 - squares) / 2.0 if several > 1 else 0.0)


def _plants_part(
    i: int, *, partitions: Partitions, where: Where | None, sizes: str | None
) -> tuple[int, float, float, int]:
    """Return number of plants, sum and squared sum of their sizes, and how many have one."""
    columns = [] if sizes is None else [sizes]
    _, size = _sized(read_where(partitions, i, columns, where), sizes)
    return size.size, float(size.sum()), float(np.sum(size**2)), int(np.count_nonzero(size > 0))


def _spread_part(i: int, **shared: Any) -> _Spread:
    return _added(
        [
            _Spread(apart.size, mean, float(np.sum((apart - mean) ** 2)), float(apart.min()), float(apart.max()))
            for apart, _ in _pairs(i, **shared)
            if apart.size
            for mean in [float(apart.mean())]
        ]
    )


def _added(parts: list[_Spread]) -> _Spread:
    """Return number, mean and deviations of several lots together (Chan, Golub and LeVeque 1983)."""
    some = [part for part in parts if part.pairs]
    count = sum(part.pairs for part in some)
    if not count:
        return _Spread(0, 0.0, 0.0, 0.0, 0.0)
    mean = sum(part.pairs * part.mean for part in some) / count
    squares = sum(part.squares + part.pairs * (part.mean - mean) ** 2 for part in some)
    return _Spread(count, mean, squares, min(part.least for part in some), max(part.most for part in some))


def _bandwidth(over: _Over, spread: _Spread) -> float:
    """Return Silverman's bandwidth of all distances, as ``geo.metrics.patterns.kd_function`` has it."""
    if equal(spread.least, spread.most):
        return silverman(0.0, 0.0, spread.most, spread.pairs)
    deviation = float(np.sqrt(spread.squares / (spread.pairs - 1)))
    at = np.array([0.25, 0.75]) * (spread.pairs - 1)
    ranks = np.unique(np.concatenate([np.floor(at), np.ceil(at)])).astype(np.int64)
    found = _ranked(over, ranks, spread)
    low, high = np.interp(at, ranks, found)
    return silverman(deviation, float(high - low), spread.most, spread.pairs)


def _ranked(over: _Over, ranks: NDArray[np.int64], spread: _Spread) -> Floats:
    """Return the distances of these ranks, from 0, by counting in ever smaller parts of an interval."""
    low, high = np.full(ranks.size, spread.least), np.full(ranks.size, spread.most)
    below = np.zeros(ranks.size, dtype=np.int64)
    for _ in range(_ROUNDS):
        edges = [np.linspace(start, stop, _BINS + 1) for start, stop in zip(low, high, strict=True)]
        counts = np.sum(over.each(_counts_part, "quartiles of distances", edges=edges), axis=0)
        for k, rank in enumerate(ranks):
            reached = below[k] + np.cumsum(counts[k])
            found = int(np.searchsorted(reached, rank, side="right"))
            low[k], high[k] = edges[k][found], edges[k][found + 1]
            below[k] = reached[found] - counts[k][found]
        if np.all(high - low <= _LEAST * spread.most):
            break
    return (low + high) / 2.0


def _counts_part(i: int, *, edges: list[Floats], **shared: Any) -> NDArray[np.int64]:
    """Return how many distances lie in each part of each interval; an edge belongs to what lies above it."""
    counts = np.zeros((len(edges), _BINS), dtype=np.int64)
    for apart, _ in _pairs(i, **shared):
        for k, edge in enumerate(edges):
            counts[k] += np.histogram(apart, edge)[0]
    return counts


def _curve_part(i: int, *, r: Floats, h: float, total: float, **shared: Any) -> Floats:
    density = np.zeros(r.size)
    for apart, products in _pairs(i, **shared):
        density += summed_kernels(apart, products / total, r, h)
    return density


def _pairs(
    i: int, *, partitions: Partitions, where: Where | None, sizes: str | None, reach: float
) -> Iterator[tuple[Floats, Floats]]:
    """Yield distance and product of sizes of the pairs that are counted in a part, some at a time."""
    halo = with_halo(partitions, i, reach, [] if sizes is None else [sizes], where=where)
    own, own_size = _sized(halo.own, sizes)
    other, other_size = _sized(halo.together(), sizes)
    row, other_row = own[ROW_ID].to_numpy(), other[ROW_ID].to_numpy()
    for one, two, apart in pairs_by_parts(own["lon"], own["lat"], other["lon"], other["lat"], reach):
        once = row[one] < other_row[two]
        yield apart[once], own_size[one[once]] * other_size[two[once]]


def _sized(rows: pd.DataFrame, sizes: str | None) -> tuple[pd.DataFrame, Floats]:
    """Return the rows that have a size, and their sizes."""
    size = np.ones(len(rows)) if sizes is None else rows[sizes].to_numpy(float, na_value=np.nan)
    points = checked_points(rows["lon"], rows["lat"], size)
    return rows.iloc[points.kept], points.sizes
