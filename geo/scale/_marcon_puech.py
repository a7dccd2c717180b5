"""Marcon and Puech's M over partitions: exact with a halo, or from a sample of cases with its error."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import bands_within
from geo.metrics._pairs import Banded, Floats, Whole, checked_points, checked_r
from geo.scale.engine import Engine
from geo.scale.halo import around, read_where
from geo.scale.partitions import ROW_ID, Partitions

#: Cases whose neighbours are looked for together: as near each other as the curve puts them.
_CASES_TOGETHER = 20_000
Keys = NDArray[np.uint64]


class Marks(NamedTuple):
    """What the rows of partitions are marked with, and how much of each mark there is.

    Attributes
    ----------
    types, sizes
        Columns of type and size; no sizes: every row counts 1.
    names
        Types in ascending order, as text.
    totals
        Size of each type over all partitions.
    rows
        How many rows with a size each type has.
    """

    types: str
    sizes: str | None
    names: tuple[str, ...]
    totals: Floats
    rows: Whole

    def pair(self, reference: Hashable | None, neighbour: Hashable | None) -> tuple[int, int]:
        """Return the codes of the types counted around and counted, -1 and -1 where all are pooled."""
        about = reference if reference is not None else neighbour
        counted = neighbour if neighbour is not None else reference
        if about is None:
            return -1, -1
        for name in (about, counted):
            if str(name) not in self.names:
                raise ValueError(f"No row is of type {name!r}; name one that is there.")
        return self.names.index(str(about)), self.names.index(str(counted))


def m_function(
    partitions: Partitions,
    r: ArrayLike,
    engine: Engine,
    *,
    types: str,
    sizes: str | None = None,
    reference: Hashable | None = None,
    neighbour: Hashable | None = None,
) -> pd.Series:
    """Return Marcon and Puech's M of the rows of partitions, exactly: every row counts its neighbours.

    Parameters
    ----------
    partitions
        The rows.
    r
        Distances, geodesic kilometres, 0 or more, in any order.
    engine
        Who does the work.
    types
        Column with the type (industry, owner) of a row, missing where unknown. Types are compared as text.
    sizes
        Column with the size, not negative; None: every row counts 1.
    reference, neighbour
        As for ``geo.metrics.patterns.m_function``.

    Returns
    -------
    pandas.Series
        That of ``geo.metrics.patterns.m_function`` over one table of all rows, to rounding.

    Raises
    ------
    ValueError
        As there, and if a column is missing.

    Notes
    -----
    The sizes of the types are added up over the partitions first. Each partition then gives both sums of M over its own
    rows, whose neighbours within the largest r are in it or in its halo, and the sums add up. Memory is that of a
    partition with its halo; time grows with the pairs within the largest r, so for millions of rows take
    ``sampled_m``.
    """
    distances = checked_r(r)
    ascending = np.sort(distances)
    marks = marks_of(partitions, engine, types=types, sizes=sizes)
    wanted = marks.pair(reference, neighbour)
    local, overall = np.zeros(distances.size), np.zeros(distances.size)
    if distances.size:
        found = engine.map(
            _sums_part,
            range(len(partitions.parts)),
            shared={"partitions": partitions, "marks": marks, "wanted": wanted, "r": ascending},
            label="M of every row",
            rows=[part.rows for part in partitions.parts],
        )
        local, overall = sum(one for one, _ in found), sum(other for _, other in found)
    values = np.full(distances.size, np.nan)
    np.divide(local, overall, out=values, where=overall > 0)
    return _curve(values, ascending, distances)


def sampled_m(  # noqa: PLR0913 - those of m_function and of the sample
    partitions: Partitions,
    r: ArrayLike,
    engine: Engine,
    *,
    types: str,
    sizes: str | None = None,
    reference: Hashable | None = None,
    neighbour: Hashable | None = None,
    cases: int = 2_000,
    seed: int,
    level: float = 0.95,
) -> pd.DataFrame:
    r"""Estimate Marcon and Puech's M from the neighbours of some of the rows, all others being neighbours.

    .. math::
        \hat M(r) = \frac{\sum_{i \in s} a_i}{\sum_{i \in s} b_i}, \qquad
        \widehat{\mathrm{var}} \, \hat M = \Bigl(1 - \frac{n}{N}\Bigr) \frac{n}{n - 1}
        \frac{\sum_{i \in s} (a_i - \hat M b_i)^2}{\bigl(\sum_{i \in s} b_i\bigr)^2}

    where s are n of the N rows that M sums over, drawn at random without replacement, :math:`a_i` is the share of the
    neighbour type within r of row i, :math:`b_i` its share in everything else, and both are 0 where nothing is
    within r.

    Parameters
    ----------
    partitions, r, engine, types, sizes, reference, neighbour
        As for ``m_function``.
    cases
        Rows to draw, n: of the reference type, or of all types where they are pooled. As many as there are, or more:
        the exact M, without error.
    seed
        Of the draw. The same seed draws the same rows, however they are cut into partitions.
    level
        Chance that the interval holds the exact M, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        Index r as given. ``m``; ``standard_error``; ``low`` and ``high``, ends of the interval by Student's t with
        n - 1 degrees of freedom, not below 0; ``cases``, how many rows drawn have a neighbour within r; ``drawn`` and
        ``population``, n and N.

    Raises
    ------
    ValueError
        As ``m_function`` does, and if fewer than 2 cases are asked for or the level is not between 0 and 1.

    Notes
    -----
    The error is that of the sample alone: how far M is from that of all cases, not whether M differs from 1. M is a
    ratio of two sums, so its error is that of the residuals :math:`a_i - \hat M b_i` (the ratio estimator). Its bias is
    of the order of M / n. The interval holds what it promises where a good number of rows have neighbours: see
    ``cases``; with fewer than some 30 of them it is too narrow, and with fewer than 2 it is missing.

    A row is drawn by the rank of a random number made from the seed and its ``row_id``.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, 3rd edition, chapter 6. Wiley.
    """
    if cases < 2:
        raise ValueError(f"{cases} cases came; draw 2 or more.")
    if not 0 < level < 1:
        raise ValueError(f"The level is {level}; give one between 0 and 1.")
    distances = checked_r(r)
    ascending = np.sort(distances)
    marks = marks_of(partitions, engine, types=types, sizes=sizes)
    wanted = marks.pair(reference, neighbour)
    shared: dict[str, Any] = {"partitions": partitions, "marks": marks, "wanted": wanted, "seed": seed}
    numbers, parts = range(len(partitions.parts)), [part.rows for part in partitions.parts]
    keys = engine.map(_lowest_keys, numbers, shared={**shared, "cases": cases}, label="drawing cases", rows=parts)
    lowest = np.sort(np.concatenate([np.empty(0, dtype=np.uint64), *keys]))[:cases]
    found = engine.map(
        _terms_part,
        numbers,
        shared={**shared, "r": ascending, "last": lowest[-1] if lowest.size else None},
        label=f"M of {lowest.size} rows",
        rows=parts,
    )
    local = np.concatenate([np.empty((0, distances.size)), *(one for one, _ in found)])
    overall = np.concatenate([np.empty(0), *(other for _, other in found)])
    population = int(marks.rows.sum() if wanted[0] < 0 else marks.rows[wanted[0]])
    table = ratio_estimate(local, overall, population=population, level=level)
    place = np.searchsorted(ascending, distances)
    return table.iloc[place].set_axis(pd.Index(distances, name="r"))


def ratio_estimate(local: Floats, overall: Floats, *, population: int, level: float = 0.95) -> pd.DataFrame:
    """Return M, its standard error and its interval from the terms of cases drawn at random.

    Parameters
    ----------
    local
        Share of the neighbour type within each r of a case, shape (n, R); NaN where nothing is within r.
    overall
        Its share in everything else, shape (n,).
    population
        How many cases there are to draw from, N.
    level
        As for ``sampled_m``.

    Returns
    -------
    pandas.DataFrame
        Columns as ``sampled_m`` returns them, a row each r.
    """
    from scipy.special import stdtrit

    n = len(overall)
    there = np.isfinite(local)
    a, b = np.where(there, local, 0.0), np.where(there, overall[:, None], 0.0)
    above, below, count = a.sum(axis=0), b.sum(axis=0), there.sum(axis=0)
    m = np.divide(above, below, out=np.full(below.size, np.nan), where=below > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.sum((a - m * b) ** 2, axis=0)
        error = np.sqrt(max(1.0 - n / max(population, 1), 0.0) * n / max(n - 1, 1) * squares) / below
    error = np.where((n >= population) & np.isfinite(m), 0.0, np.where(count > 1, error, np.nan))
    half = stdtrit(max(n - 1, 1), 0.5 + level / 2.0) * error
    return pd.DataFrame(
        {
            "m": m,
            "standard_error": error,
            "low": np.maximum(m - half, 0.0),
            "high": m + half,
            "cases": count,
            "drawn": n,
            "population": population,
        }
    )


def marks_of(partitions: Partitions, engine: Engine, *, types: str, sizes: str | None = None) -> Marks:
    """Return the types of the rows of partitions and their sizes.

    Parameters
    ----------
    partitions, engine, types, sizes
        As for ``m_function``.

    Raises
    ------
    ValueError
        If a column is missing, or a size is negative or infinite.
    """
    found = engine.map(
        _totals_part,
        range(len(partitions.parts)),
        shared={"partitions": partitions, "types": types, "sizes": sizes},
        label=f"adding up {types}",
        rows=[part.rows for part in partitions.parts],
    )
    total = pd.concat([pd.DataFrame({"size": [], "rows": []}), *found]).groupby(level=0).sum().sort_index()
    return Marks(
        types, sizes, tuple(map(str, total.index)), total["size"].to_numpy(float), total["rows"].to_numpy(np.int64)
    )


def _totals_part(i: int, *, partitions: Partitions, types: str, sizes: str | None) -> pd.DataFrame:
    rows = read_where(partitions, i, _columns(types, sizes))
    points = checked_points(rows["lon"], rows["lat"], _sizes(rows, sizes), known=rows[types].notna())
    names = rows[types].iloc[points.kept].astype(str).to_numpy(object)
    return pd.DataFrame({"size": points.sizes, "rows": 1.0}).groupby(names).sum()


def _sums_part(
    i: int, *, partitions: Partitions, marks: Marks, wanted: tuple[int, int], r: Floats
) -> tuple[Floats, Floats]:
    """Return both sums of M over the rows of a part."""
    local, overall = np.zeros(r.size), np.zeros(r.size)
    rows = _marked(partitions, i, marks)
    cases = np.flatnonzero((rows["code"] == wanted[0]) | (wanted[0] < 0))
    if cases.size:
        for one, other in _terms(partitions, i, rows, cases, marks=marks, wanted=wanted, r=r):
            there = np.isfinite(one)
            local += np.where(there, one, 0.0).sum(axis=0)
            overall += np.where(there, other[:, None], 0.0).sum(axis=0)
    return local, overall


def _lowest_keys(
    i: int, *, partitions: Partitions, marks: Marks, wanted: tuple[int, int], seed: int, cases: int
) -> Keys:
    """Return the lowest random numbers of the rows of a part that may be drawn."""
    rows = _marked(partitions, i, marks)
    keys = _random(rows.loc[(rows["code"] == wanted[0]) | (wanted[0] < 0), ROW_ID], seed)
    return np.partition(keys, cases)[:cases] if keys.size > cases else keys


def _terms_part(
    i: int,
    *,
    partitions: Partitions,
    marks: Marks,
    wanted: tuple[int, int],
    seed: int,
    r: Floats,
    last: np.uint64 | None,
) -> tuple[Floats, Floats]:
    """Return the terms of the rows of a part that were drawn."""
    nothing = np.empty((0, r.size)), np.empty(0)
    rows = _marked(partitions, i, marks)
    if last is None or not r.size:
        return nothing
    drawn = ((rows["code"] == wanted[0]) | (wanted[0] < 0)).to_numpy(bool) & (_random(rows[ROW_ID], seed) <= last)
    cases = np.flatnonzero(drawn).astype(np.int64)
    if not cases.size:
        return nothing
    found = list(_terms(partitions, i, rows, cases, marks=marks, wanted=wanted, r=r))
    return np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])


def _terms(
    partitions: Partitions,
    i: int,
    rows: pd.DataFrame,
    cases: Whole,
    *,
    marks: Marks,
    wanted: tuple[int, int],
    r: Floats,
) -> Iterator[tuple[Floats, Floats]]:
    """Yield local shares, shape (c, R), and overall shares, shape (c,), of some cases of a part at a time."""
    from geo.metrics._pattern_kernel import m_terms

    halo = around(partitions, rows.iloc[cases], float(r[-1]), _columns(marks.types, marks.sizes), leave_out=i)
    all_rows = pd.concat([rows, _coded(halo, marks)], ignore_index=True)
    lon, lat = (all_rows[name].to_numpy(float) for name in ("lon", "lat"))
    codes = all_rows["code"].to_numpy(np.int32)[:, None]
    sizes = all_rows["size"].to_numpy(float)[:, None]
    for start in range(0, cases.size, _CASES_TOGETHER):
        some = cases[start : start + _CASES_TOGETHER]
        for places, near in _near(lon, lat, some, r):
            yield m_terms(near, some[places], codes, sizes, marks.totals[None, :], wanted)


def _near(lon: Floats, lat: Floats, cases: Whole, r: Floats) -> Iterator[tuple[Whole, Banded]]:
    """Yield some of the cases at a time, each once, with their neighbours by band; the case itself is none."""
    from geo.metrics._pattern_kernel import cells_around

    for case, j, band in bands_within(lon[cases], lat[cases], lon, lat, r):
        # Every case is in reach of itself, so those that come together are all of a stretch.
        places = np.arange(case.min(), case.max() + 1)
        others = cases[case] != j
        yield places, Banded(*cells_around(case[others] - places[0], j[others], band[others], places.size, r.size))


def _marked(partitions: Partitions, i: int, marks: Marks) -> pd.DataFrame:
    """Return the rows of a part that have type and size: ``row_id``, ``lon``, ``lat``, ``code`` and ``size``."""
    return _coded(read_where(partitions, i, _columns(marks.types, marks.sizes)), marks)


def _coded(rows: pd.DataFrame, marks: Marks) -> pd.DataFrame:
    points = checked_points(rows["lon"], rows["lat"], _sizes(rows, marks.sizes), known=rows[marks.types].notna())
    kept = rows.iloc[points.kept]
    codes = pd.Index(marks.names, dtype=object).get_indexer(pd.Index(kept[marks.types].astype(str), dtype=object))
    return pd.DataFrame(
        {
            ROW_ID: kept[ROW_ID].to_numpy(np.int64),
            "lon": points.x,
            "lat": points.y,
            "code": codes.astype(np.int32),
            "size": points.sizes,
        }
    )


def _columns(types: str, sizes: str | None) -> list[str]:
    return [types] if sizes is None else [types, sizes]


def _sizes(rows: pd.DataFrame, sizes: str | None) -> Floats:
    return np.ones(len(rows)) if sizes is None else rows[sizes].to_numpy(float, na_value=np.nan)


def _random(row_ids: pd.Series, seed: int) -> Keys:
    """Return a random number for each row, the same for the same seed and row."""
    from pandas.util import hash_array

    salt = np.random.default_rng(seed).integers(0, 2**64, dtype=np.uint64)
    return hash_array(hash_array(row_ids.to_numpy(np.uint64)) ^ salt)


def _curve(values: Floats, ascending: Floats, distances: Floats) -> pd.Series:
    """Return a curve at distances in the order they were asked for."""
    place = np.searchsorted(ascending, distances)
    return pd.Series(values[place], index=pd.Index(distances, name="r"), name="m")
