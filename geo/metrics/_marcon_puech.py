"""Marcon and Puech's M: how much more of its own kind a plant has around it than the country has."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from geo._threads import in_threads
from geo.metrics._nulls import Envelope, NullModel, Simulated, checked_null, global_envelope, permutations
from geo.metrics._pairs import (
    Banded,
    Codes,
    Floats,
    Metric,
    Whole,
    banded,
    checked_points,
    checked_r,
    coded,
    position,
)

# Arrangements worked on side by side: more no longer fit in the processor's nearest memory.
_TOGETHER = 32


class _Marked(NamedTuple):
    """Points with their types, sizes and neighbours, ready for M at ascending distances."""

    near: Banded
    codes: Codes
    sizes: Floats
    bands: int
    reference: int
    neighbour: int

    def around(self) -> Floats:
        """Return the size of all neighbours of each point up to each distance, shape (n, bands)."""
        from geo.metrics._pattern_kernel import size_within

        return size_within(*self.near, self.sizes, self.bands)

    def curves(self, codes: Codes, *, around: Floats) -> Floats:
        """Return M for types over the same sites and sizes, shape (n, K), a row for each of the K."""
        from geo.metrics._pattern_kernel import m_sums

        return _ratio(*m_sums(*self.near, codes, self.sizes[:, None], around, self.reference, self.neighbour))

    def moved_curves(self, codes: Codes, sizes: Floats) -> Floats:
        """Return M for types and sizes over the same sites, both of shape (n, K), a row for each of the K."""
        from geo.metrics._pattern_kernel import m_sums_moving

        return _ratio(*m_sums_moving(*self.near, codes, sizes, self.bands, self.reference, self.neighbour))


def _ratio(local: Floats, overall: Floats) -> Floats:
    return np.divide(local, overall, out=np.full(local.shape, np.nan), where=overall > 0).T


def m_function(  # noqa: PLR0913 - the marks of a point, and the options of the published function
    lon: ArrayLike,
    lat: ArrayLike,
    types: ArrayLike | pd.Series,
    sizes: ArrayLike,
    r: ArrayLike,
    *,
    reference: Hashable | None = None,
    neighbour: Hashable | None = None,
    metric: Metric = "geodesic",
) -> pd.Series:
    r"""Return Marcon and Puech's M of marked points.

    The share of the neighbour type in what stands within r of a plant of the reference type, over its share
    in everything: 1 where location and type have nothing to do with each other, 2 where the type is twice as thick
    around its own as overall.

    .. math:: M(r) = \sum_{i} \frac{\sum_{j \ne i} 1[d_{ij} \le r] \, 1[j \in N_i] \, w_j}
        {\sum_{j \ne i} 1[d_{ij} \le r] \, w_j} \Big/ \sum_{i} \frac{W_{N_i} - w_i 1[i \in N_i]}{W - w_i}

    with sums over points i of the reference type that have a neighbour within r, and :math:`N_i` the points of
    the neighbour type, or of i's own type where types are pooled.

    Parameters
    ----------
    lon, lat
        Longitude and latitude in degrees, shape (n,); or planar x and y.
    types
        Type (owner, industry) of each point, shape (n,), missing where unknown.
    sizes
        Size of each point, shape (n,), any unit, not negative.
    r
        Distances, shape (R,), 0 or more, in any order: kilometres, or the unit of planar coordinates.
    reference, neighbour
        Types counted around, and counted. With one named, it is both; with neither, pairs of the same type are
        pooled over all types.
    metric
        ``geodesic`` on WGS84, or ``planar``.

    Returns
    -------
    pandas.Series
        Ratio, float64, 0 or more, index r as given, named ``m``.

    Raises
    ------
    ValueError
        If lengths differ, a size is negative or infinite, a distance is negative or not finite, or no point is of a
        named type.

    Notes
    -----
    Points without coordinates, size or type are left out: they are nobody's neighbour. Missing at every r that no
    point of the reference type has a neighbour within, so below the smallest distance; missing everywhere with
    fewer than two points, with all types unknown, and where the neighbour type has no other point.
    One type only: 1. A point of size zero adds nothing around others, yet is counted from. Points at the same
    place are neighbours at every r.
    The pooled curve is the mean of the types' own curves, each weighted by its :math:`\sum_i` below the line.

    References
    ----------
    Marcon, E. and Puech, F. (2010). Measures of the geographic concentration of industries: improving distance-based
    methods. Journal of Economic Geography 10(5), 745-762.

    Examples
    --------
    Two pairs of neighbours 1 apart, and the pairs far from each other; each plant's only neighbour is of its own
    type, which holds one of the three others:

    >>> x, y, kinds = [0, 1, 100, 101], [0, 0, 0, 0], ["a", "a", "b", "b"]
    >>> m_function(x, y, kinds, [1, 1, 1, 1], [0.5, 2], metric="planar").tolist()
    [nan, 3.0]
    """
    distances = checked_r(r)
    order = np.argsort(distances)
    marked = _marked(lon, lat, types, sizes, distances[order], reference, neighbour, metric)
    values = np.full(distances.size, np.nan)
    if marked is not None:
        values[order] = marked.curves(marked.codes[:, None], around=marked.around())[0]
    return pd.Series(values, index=pd.Index(distances, name="r"), name="m")


def m_simulations(  # noqa: PLR0913 - those of m_function and of the null model
    lon: ArrayLike,
    lat: ArrayLike,
    types: ArrayLike | pd.Series,
    sizes: ArrayLike,
    r: ArrayLike,
    *,
    null: NullModel = "labelling",
    simulations: int = 9_999,
    seed: int,
    reference: Hashable | None = None,
    neighbour: Hashable | None = None,
    metric: Metric = "geodesic",
) -> Simulated:
    """Return M and M under a null model; pairs are found once, and arrangements share all cores.

    Parameters
    ----------
    lon, lat, types, sizes, r, reference, neighbour, metric
        As for ``m_function``, and so are the errors raised.
    null
        ``labelling``: types are shuffled, sizes stay (``random_labelling``). ``location``: types and sizes move
        together (``random_location``).
    simulations
        How many arrangements.
    seed
        Of the random numbers; the result does not depend on the number of cores.

    Returns
    -------
    Simulated
        The curve and an array of shape (simulations, R).

    Notes
    -----
    Points without coordinates, size or type take no part in shuffling either. Memory is four bytes for each
    neighbour of each point within the largest r, and three times that while they are found.

    Examples
    --------
    >>> x, y, kinds = [0, 1, 100, 101], [0, 0, 0, 0], ["a", "a", "b", "b"]
    >>> result = m_simulations(x, y, kinds, [1, 1, 1, 1], [2], simulations=6, seed=1, metric="planar")
    >>> result.observed.tolist(), result.curves.ravel().tolist()
    ([3.0], [3.0, 0.0, 0.0, 3.0, 3.0, 3.0])
    """
    distances = checked_r(r)
    order = np.argsort(distances)
    marked = _marked(lon, lat, types, sizes, distances[order], reference, neighbour, metric)
    return _simulated(marked, distances, null=null, simulations=simulations, seed=seed)


def _simulated(marked: _Marked | None, distances: Floats, *, null: NullModel, simulations: int, seed: int) -> Simulated:
    """Return M of marked points and M of their arrangements, at distances in the order they were asked for."""
    checked_null(null)
    order = np.argsort(distances)
    curves = np.full((simulations, distances.size), np.nan)
    values = np.full(distances.size, np.nan)
    if marked is not None:
        around = marked.around()
        values[order] = marked.curves(marked.codes[:, None], around=around)[0]
        move = null == "location" and np.unique(marked.sizes).size > 1

        def simulated(shuffles: Whole) -> Floats:
            codes = marked.codes[shuffles]
            return marked.moved_curves(codes, marked.sizes[shuffles]) if move else marked.curves(codes, around=around)

        drawn = in_threads(simulated, _side_by_side(permutations(marked.codes.size, simulations, seed)))
        if drawn:
            curves[:, order] = np.concatenate(drawn)
    return Simulated(pd.Series(values, index=pd.Index(distances, name="r"), name="m"), curves)


def m_envelopes(  # noqa: PLR0913 - those of m_envelope, for several types
    lon: ArrayLike,
    lat: ArrayLike,
    types: ArrayLike | pd.Series,
    sizes: ArrayLike,
    r: ArrayLike,
    *,
    references: Sequence[Hashable],
    null: NullModel = "labelling",
    simulations: int = 9_999,
    seed: int,
    alpha: float = 0.05,
    metric: Metric = "geodesic",
) -> dict[Hashable, Envelope]:
    """Return M of several types, each with its envelope, from neighbours that are found once.

    Parameters
    ----------
    lon, lat, types, sizes, r, null, simulations, seed, metric
        As for ``m_simulations``, and so are the errors raised.
    references
        The types: each is counted around its own points.
    alpha
        Level of each envelope, as for ``global_envelope``.

    Returns
    -------
    dict
        Type -> what ``m_envelope`` returns with it as ``reference``.

    Examples
    --------
    >>> x, y, kinds = [0, 1, 100, 101], [0, 0, 0, 0], ["a", "a", "b", "b"]
    >>> found = m_envelopes(x, y, kinds, [1] * 4, [2], references=["a", "b"], simulations=99, seed=1, metric="planar")
    >>> {name: envelope.observed.tolist() for name, envelope in found.items()}
    {'a': [3.0], 'b': [3.0]}
    """
    distances = checked_r(r)
    names = coded(types)[1]
    missing = [name for name in references if position(names, name) < 0]
    if missing:
        raise ValueError(f"No point is of type {missing[0]!r}; name types that are there.")
    marked = _marked(lon, lat, types, sizes, np.sort(distances), None, None, metric)
    found = {}
    for name in references:
        place = position(names, name)
        one = None if marked is None else marked._replace(reference=place, neighbour=place)
        simulated = _simulated(one, distances, null=null, simulations=simulations, seed=seed)
        found[name] = global_envelope(simulated.observed, simulated.curves, alpha=alpha)
    return found


def m_envelope(  # noqa: PLR0913 - those of m_simulations and the level
    lon: ArrayLike,
    lat: ArrayLike,
    types: ArrayLike | pd.Series,
    sizes: ArrayLike,
    r: ArrayLike,
    *,
    null: NullModel = "labelling",
    simulations: int = 9_999,
    seed: int,
    alpha: float = 0.05,
    reference: Hashable | None = None,
    neighbour: Hashable | None = None,
    metric: Metric = "geodesic",
) -> Envelope:
    """Return M with its global envelope under a null model.

    Parameters
    ----------
    lon, lat, types, sizes, r, null, simulations, seed, reference, neighbour, metric
        As for ``m_simulations``, and so are the errors raised.
    alpha
        Level of the envelope, as for ``global_envelope``.

    Returns
    -------
    Envelope
        Curve, envelope, global p, and whether the curve leaves the envelope.

    Examples
    --------
    Twelve plants of two types in two groups far apart:

    >>> x, y, kinds = [0, 1, 2, 3, 4, 5, 90, 91, 92, 93, 94, 95], [0] * 12, ["a"] * 6 + ["b"] * 6
    >>> result = m_envelope(x, y, kinds, [1] * 12, [2, 5], simulations=199, seed=1, metric="planar")
    >>> result.observed.round(2).tolist(), result.hi.round(2).tolist(), result.p, result.left
    ([2.2, 2.2], [1.5, 1.47], 0.005, True)
    """
    simulated = m_simulations(
        lon,
        lat,
        types,
        sizes,
        r,
        null=null,
        simulations=simulations,
        seed=seed,
        reference=reference,
        neighbour=neighbour,
        metric=metric,
    )
    return global_envelope(simulated.observed, simulated.curves, alpha=alpha)


def _side_by_side(orders: Iterator[Whole]) -> Iterator[Whole]:
    """Yield orders some at a time, shape (n, K)."""
    while batch := list(islice(orders, _TOGETHER)):
        yield np.stack(batch, axis=1)


def _marked(  # noqa: PLR0913, PLR0917 - what m_function was given
    lon: ArrayLike,
    lat: ArrayLike,
    types: ArrayLike | pd.Series,
    sizes: ArrayLike,
    ascending: Floats,
    reference: Hashable | None,
    neighbour: Hashable | None,
    metric: Metric,
) -> _Marked | None:
    """Return the points with their neighbours, None where there is nothing to measure."""
    codes, names = coded(types)
    points = checked_points(lon, lat, sizes, known=codes >= 0)
    codes = codes[points.kept]
    about = reference if reference is not None else neighbour
    counted = neighbour if neighbour is not None else reference
    wanted = [-1, -1]
    if about is not None and len(names):
        wanted = [position(names, about), position(names, counted)]
        if min(wanted) < 0:
            raise ValueError(f"No point is of type {(about, counted)[wanted.index(-1)]!r}; name one that is there.")
    if codes.size < 2 or not ascending.size:
        return None
    near = banded(points, ascending, metric=metric)
    return _Marked(near, codes, points.sizes, ascending.size, *wanted)
