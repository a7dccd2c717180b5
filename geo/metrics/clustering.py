"""Clusters of points on the ground, by density."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import distance_km, pairs_within
from geo.metrics._points import columns_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Points from which on the matrix of all distances is refused.
LARGEST_MATRIX = 5_000


def clusters(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    eps_km: float,
    min_samples: int,
    method: Literal["dbscan", "hdbscan"] = "dbscan",
) -> pd.Series:
    """Group points that stand thick together, and leave the scattered ones out.

    DBSCAN: a point with ``min_samples`` points (itself among them) within ``eps_km`` is a core point; core points
    within ``eps_km`` of each other are of one cluster; a point within ``eps_km`` of a core point that is not one
    itself belongs to the nearest one's. HDBSCAN does so at every distance at once and keeps the clusters that last.

    Parameters
    ----------
    lon, lat
        The n points: degrees, WGS84.
    eps_km
        Distance, km, geodesic, inclusive. For "hdbscan" shorter distances count as this one, so that no cluster is
        split at a scale below it; 0 leaves all distances as they are.
    min_samples
        Points that make a core point. For "hdbscan" also the size of the smallest cluster.
    method
        Which.

    Returns
    -------
    pandas.Series
        Int64, index that of the points, named ``cluster_id``: 1 for the largest cluster, 2 for the next ...; missing
        for scattered points and for points without coordinates. Of clusters of one size the one with the westernmost
        (then southernmost) member comes first.

    Raises
    ------
    ValueError
        If lengths or indices differ, an option is out of range, or "hdbscan" is asked of more than 5,000 points.

    Notes
    -----
    The order of the points does not matter, neither for the clusters nor for their numbers. With DBSCAN a point
    between two clusters goes to the nearer core point, and of two equally near ones to the western (then southern)
    one; scikit-learn gives it to the cluster it finds first, and the rest is the same.

    Points at one place count one by one, so ``min_samples`` points at one place are a cluster. Fewer points than
    ``min_samples``: none. Memory grows with the pairs within ``eps_km``; for HDBSCAN with the square of n, hence the
    bound.

    References
    ----------
    Ester, M., Kriegel, H.-P., Sander, J. and Xu, X. (1996). A density-based algorithm for discovering clusters in
    large spatial databases with noise. KDD-96.
    Campello, R. J. G. B., Moulavi, D. and Sander, J. (2013). Density-Based Clustering Based on Hierarchical Density
    Estimates. PAKDD 2013.

    Examples
    --------
    >>> lon = [-100.30, -100.31, -100.32, -99.50]
    >>> clusters(lon, [25.7, 25.7, 25.7, 27.5], eps_km=2.0, min_samples=3).tolist()
    [1, 1, 1, <NA>]
    """
    index, given = columns_of(lon=lon, lat=lat)
    x, y = given["lon"], given["lat"]
    if method not in {"dbscan", "hdbscan"}:
        raise ValueError(f"method is {method!r}; give dbscan or hdbscan.")
    if not (np.isfinite(eps_km) and eps_km >= 0) or (eps_km == 0 and method == "dbscan"):
        raise ValueError(f"eps_km is {eps_km}; give a positive number of kilometres.")
    least = 1 if method == "dbscan" else 2
    if min_samples < least:
        raise ValueError(f"min_samples is {min_samples}; {method} needs {least} or more.")
    there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    # west to east, then south to north: what is first does not depend on how the points came
    there = there[np.lexsort((y[there], x[there]))]
    labels = np.full(x.size, -1, dtype=np.int64)
    if there.size >= min_samples:
        if method == "dbscan":
            found = density_clusters(
                *pairs_within(x[there], y[there], x[there], y[there], eps_km), there.size, min_samples
            )
        else:
            found = _hdbscan(x[there], y[there], eps_km, min_samples)
        labels[there] = _by_size(found)
    return pd.Series(labels + 1, index=index, name="cluster_id", dtype="Int64").where(labels >= 0)


def density_clusters(i: Integers, j: Integers, apart: Floats, n: int, min_samples: int) -> Integers:
    """Return DBSCAN's clusters of n points from the pairs that are near enough.

    Parameters
    ----------
    i, j
        Positions of the two points of each pair, each pair both ways and each point with itself.
    apart
        Distances, any unit.
    n, min_samples
        Points, and how many of them near one make it a core point.

    Returns
    -------
    ndarray
        Shape (n,): clusters numbered in no order that means anything, -1 for noise. Of core points equally near, the
        first in order.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    core = np.bincount(i, minlength=n) >= min_samples
    linked = core[i] & core[j]
    joined = coo_array((np.ones(np.count_nonzero(linked)), (i[linked], j[linked])), shape=(n, n))
    labels = np.where(core, connected_components(joined, directed=False)[1], -1).astype(np.int64)
    edge = np.flatnonzero(~core[i] & core[j])
    edge = edge[np.lexsort((j[edge], apart[edge], i[edge]))]
    points, first = np.unique(i[edge], return_index=True)
    labels[points] = labels[j[edge[first]]]
    return labels


def _hdbscan(x: Floats, y: Floats, eps_km: float, min_samples: int) -> Integers:
    if x.size > LARGEST_MATRIX:
        raise ValueError(f"hdbscan takes at most {LARGEST_MATRIX:,} points, {x.size:,} came; use method dbscan.")
    from sklearn.cluster import HDBSCAN

    apart = np.zeros((x.size, x.size))
    for i in range(x.size - 1):
        apart[i, i + 1 :] = distance_km(x[i], y[i], x[i + 1 :], y[i + 1 :])
    apart += apart.T
    # a floor and not cluster_selection_epsilon, which fails under numpy 2.4 (scikit-learn issue 33219)
    np.maximum(apart, eps_km, out=apart)
    np.fill_diagonal(apart, 0.0)
    model = HDBSCAN(
        min_cluster_size=min_samples,
        min_samples=min_samples,
        metric="precomputed",
        copy=False,
    )
    return np.asarray(model.fit_predict(apart), dtype=np.int64)


def _by_size(labels: Integers) -> Integers:
    """Give clusters numbers from 0, the largest first, then in order of their first members; -1 stays."""
    member = np.flatnonzero(labels >= 0)
    names, first, place, sizes = np.unique(labels[member], return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(names.size, dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(names.size)
    numbered = np.full(labels.size, -1, dtype=np.int64)
    numbered[member] = rank[place]
    return numbered
