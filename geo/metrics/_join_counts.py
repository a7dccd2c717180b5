"""Join counts: how many neighbours are of one type."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo._threads import in_threads
from geo.metrics._nulls import permutations as random_orders
from geo.metrics._pairs import Codes, Floats, Metric, Whole, checked_points, coded, near_pairs
from geo.metrics.inference import permutation_p


class Neighbours(NamedTuple):
    """Directed joins between points: from, to, and the weight of each.

    Attributes
    ----------
    i, j
        int64, shape (m,): positions of the points.
    weight
        float64, shape (m,).
    """

    i: Whole
    j: Whole
    weight: Floats


class JoinCounts(NamedTuple):
    """Joins between points of one type.

    Attributes
    ----------
    same
        Weight of the joins of one type, in both directions where the neighbours are given in both.
    expected
        Its mean over all ways of handing the types out.
    p
        Two-sided permutation p-value.
    by_type
        Series, index the types in order of first appearance, named ``joins``: the joins of each.
    total
        Weight of all joins between points of known type.
    """

    same: float
    expected: float
    p: float
    by_type: pd.Series
    total: float


def distance_band(lon: ArrayLike, lat: ArrayLike, *, reach: float, metric: Metric = "geodesic") -> Neighbours:
    """Return the joins of every point with every other at most ``reach`` away, in both directions, of weight 1.

    Parameters
    ----------
    lon, lat
        Longitude and latitude in degrees, shape (n,); or planar x and y.
    reach
        Largest distance, inclusive: kilometres, or the unit of planar coordinates.
    metric
        ``geodesic`` on WGS84, or ``planar``.

    Returns
    -------
    Neighbours
        In ascending order of i, then j.

    Raises
    ------
    ValueError
        If lengths differ or the distance is negative or not finite.

    Notes
    -----
    A point without coordinates has no neighbour. A band without any neighbour is empty.

    Examples
    --------
    >>> band = distance_band([-100.3, -100.2, -99.0], [25.7, 25.7, 25.7], reach=25)
    >>> band.i.tolist(), band.j.tolist()
    ([0, 1], [1, 0])
    """
    if not (np.isfinite(reach) and reach >= 0):
        raise ValueError(f"A band of {reach} came; give a finite distance, 0 or more.")
    points = checked_points(lon, lat, np.ones(np.size(np.atleast_1d(lon))))
    chunks = list(near_pairs(points.x, points.y, reach, metric=metric))
    nobody = np.empty(0, dtype=np.int64)
    one = points.kept[np.concatenate([nobody, *(chunk[0] for chunk in chunks)])]
    other = points.kept[np.concatenate([nobody, *(chunk[1] for chunk in chunks)])]
    i, j = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.lexsort((j, i))
    return Neighbours(i[order], j[order], np.ones(i.size))


def join_counts(
    types: ArrayLike | pd.Series,
    neighbours: Neighbours | tuple[ArrayLike, ArrayLike, ArrayLike] | Any,
    *,
    permutations: int = 9_999,
    seed: int,
) -> JoinCounts:
    r"""Return how many neighbours are of one type, against types handed out at random.

    More than expected: owners hold parks beside their own. The sites themselves, and how many each owner has, are
    taken as given.

    .. math:: J = \sum_{ij} w_{ij} 1[t_i = t_j], \qquad
        E[J] = S_0 \pi, \quad S_0 = \sum_{i \ne j} w_{ij}, \quad \pi = \sum_t \frac{n_t (n_t - 1)}{n (n - 1)}

    Parameters
    ----------
    types
        Type (owner) of each point, shape (n,), missing where unknown.
    neighbours
        Joins as ``distance_band`` returns them, as three arrays (from, to, weight), as a scipy sparse matrix of shape
        (n, n), or as a libpysal ``Graph``, whose ids are those of the index of ``types`` (positions, where it is not
        a Series); their order does not matter.
    permutations
        How many random relabellings.
    seed
        Of the random numbers; the result does not depend on the number of cores.

    Returns
    -------
    JoinCounts
        Counts, expectation and p.

    Raises
    ------
    ValueError
        If a position or id is not that of a point, a weight is missing or infinite, or lengths differ.

    Notes
    -----
    A join given in both directions counts twice, in J and in its expectation alike: halve for the textbook's BB and
    WW. A point's join with itself is left out, and so are joins with a point of unknown type, which is not
    relabelled either. :math:`p = (c + 1) / (B + 1)` with c the relabellings at least as far from the expectation,
    on either side. No joins, or all of one type: J equals its expectation and p is 1. Fewer than two points of
    known type: expectation and p missing.

    References
    ----------
    Cliff, A. D. and Ord, J. K. (1981). Spatial Processes: Models and Applications. Pion.

    Examples
    --------
    >>> chain = ([0, 1, 2], [1, 2, 3], [1, 1, 1])
    >>> result = join_counts(["a", "a", "b", "b"], chain, permutations=99, seed=1)
    >>> result.same, result.expected, result.by_type.to_dict()
    (2.0, 1.0, {'a': 1.0, 'b': 1.0})
    """
    codes, names = coded(types)
    joins = _joins(neighbours, types.index if isinstance(types, pd.Series) else pd.RangeIndex(codes.size))
    counted = (joins.i != joins.j) & (codes[joins.i] >= 0) & (codes[joins.j] >= 0)
    i, j, weight = (np.ascontiguousarray(values[counted]) for values in joins)
    alike = codes[i] == codes[j]
    of_type = np.bincount(codes[i][alike], weights=weight[alike], minlength=len(names))
    by_type = pd.Series(of_type, index=names, name="joins", dtype=float)
    known = np.flatnonzero(codes >= 0)
    same, total = float(weight[alike].sum()), float(weight.sum())
    if known.size < 2:
        return JoinCounts(same, float("nan"), float("nan"), by_type, total)
    held = np.bincount(codes[known]).astype(float)
    expected = total * float(np.sum(held * (held - 1))) / (known.size * (known.size - 1))
    from geo.metrics._pattern_kernel import same_type_weight

    def simulated(order: NDArray[np.int64]) -> float:
        shuffled: Codes = codes.copy()
        shuffled[known] = codes[known[order]]
        return float(same_type_weight(i, j, weight, shuffled))

    drawn = np.array(in_threads(simulated, random_orders(known.size, permutations, seed)))
    # Sums in another order may differ in the last digits.
    slack = 1e-9 * float(np.abs(weight).sum())
    further = int(np.sum(np.abs(drawn - expected) >= abs(same - expected) - slack))
    return JoinCounts(same, expected, float(permutation_p(further, permutations)), by_type, total)


def _joins(neighbours: Any, index: pd.Index) -> Neighbours:
    """Return joins as arrays, or say what is wrong with them."""
    n = len(index)
    if hasattr(neighbours, "unique_ids"):  # a Graph: its matrix is in the order of its own ids
        entries = neighbours.sparse.tocoo()
        place = index.get_indexer(pd.Index(neighbours.unique_ids))
        neighbours = (place[entries.row], place[entries.col], entries.data)
    elif hasattr(neighbours, "tocoo"):
        entries = neighbours.tocoo()
        if entries.shape != (n, n):
            raise ValueError(f"The neighbours have shape {entries.shape} but there are {n} points; give ({n}, {n}).")
        neighbours = (entries.row, entries.col, entries.data)
    i, j, weight = (np.atleast_1d(np.asarray(values)) for values in neighbours)
    if not i.shape == j.shape == weight.shape:
        raise ValueError(f"{i.size} joins from, {j.size} to and {weight.size} weights; give one of each a join.")
    i, j, weight = i.astype(np.int64), j.astype(np.int64), weight.astype(np.float64)
    if i.size and (min(i.min(), j.min()) < 0 or max(i.max(), j.max()) >= n):
        raise ValueError(f"A join names a point that is not there; there are {n}, counted from 0, or by their index.")
    if not np.all(np.isfinite(weight)):
        raise ValueError("A join's weight is missing or infinite; give finite ones.")
    return Neighbours(i, j, weight)
