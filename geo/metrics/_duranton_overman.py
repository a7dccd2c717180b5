"""Duranton and Overman's K_d: how thick pairs of plants lie at each distance."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo._threads import in_threads
from geo.metrics._nulls import Envelope, NullModel, Simulated, checked_null, global_envelope, permutations
from geo.metrics._pairs import (
    Codes,
    Floats,
    Metric,
    checked_points,
    checked_r,
    coded,
    measured,
    near_pairs,
    position,
)

# Distances that differ by a smaller share are equal.
_ROUNDING = 1e-12


def kd_function(
    lon: ArrayLike,
    lat: ArrayLike,
    sizes: ArrayLike,
    r: ArrayLike,
    *,
    weighted: bool,
    metric: Metric = "geodesic",
) -> pd.Series:
    r"""Return Duranton and Overman's K_d: the density of the distances between plants.

    Of all pairs of plants, the share that lies about r apart, for each kilometre of r. Against the same curve for
    plants drawn from all sites it tells at which distances an industry is localised.

    .. math:: K_d(r) = \frac{\sum_{i < j} v_{ij} \, [\phi_h(r - d_{ij}) + \phi_h(r + d_{ij})]}{\sum_{i < j} v_{ij}}

    with :math:`\phi_h` the Gaussian density of standard deviation h; v is 1, or the product of the sizes.

    Parameters
    ----------
    lon, lat
        Longitude and latitude of the plants of one industry (or owner) in degrees, shape (n,); or planar x and y.
    sizes
        Size of each plant, shape (n,), any unit, not negative.
    r
        Distances, shape (R,), 0 or more, in any order: kilometres, or the unit of planar coordinates.
    weighted
        Weight a pair by the product of its sizes.
    metric
        ``geodesic`` on WGS84, or ``planar``.

    Returns
    -------
    pandas.Series
        Share of pairs for each unit of distance, float64, index r as given, named ``kd``.

    Raises
    ------
    ValueError
        If lengths differ, a size is negative or infinite, or a distance is negative or not finite.

    Notes
    -----
    Only pairs within twice the largest r have kernels; all pairs stand below the line. The bandwidth is Silverman's
    (R's ``bw.nrd0``) on the distances within twice the largest r: 0.9 of the smaller of their standard deviation
    and their quartile range over 1.34, times their number to the power -1/5. It depends on the largest r,
    so compare curves of the same r only. Where all those distances are equal it is 0.9 of the distance, or 0.9
    where that is 0, times the same power. The mirror image at 0 keeps what the kernel would put below 0.

    Plants without coordinates or size are left out. Fewer than two plants, or sizes that sum to nothing where
    weighted: missing. No pair within twice the largest r: 0. Plants at the same place are a pair at distance 0.

    References
    ----------
    Duranton, G. and Overman, H. G. (2005). Testing for localization using micro-geographic data. Review of Economic
    Studies 72(4), 1077-1106.
    Silverman, B. W. (1986). Density Estimation for Statistics and Data Analysis. Chapman and Hall.

    Examples
    --------
    >>> kd_function([0, 3, 0], [0, 0, 4], [1, 1, 1], [0, 4], weighted=False, metric="planar").round(4).tolist()
    [0.0, 0.335]
    """
    distances = checked_r(r)
    points = checked_points(lon, lat, sizes)
    values = np.full(distances.size, np.nan)
    total = _pairs_of_groups(
        np.zeros(points.x.size, dtype=np.int32), points.sizes if weighted else np.ones(points.x.size)
    )
    if total > 0 and distances.size:
        chunks = list(near_pairs(points.x, points.y, 2.0 * float(distances.max()), metric=metric))
        apart = np.concatenate([chunk[2] for chunk in chunks])
        products = np.ones(apart.size)
        if weighted:
            products = np.concatenate([points.sizes[i] * points.sizes[j] for i, j, _ in chunks])
        values = _density(apart, products / total, distances)
    return pd.Series(values, index=pd.Index(distances, name="r"), name="kd")


def kd_simulations(  # noqa: PLR0913 - those of kd_function and of the null model
    lon: ArrayLike,
    lat: ArrayLike,
    types: ArrayLike | pd.Series,
    sizes: ArrayLike,
    r: ArrayLike,
    *,
    reference: Hashable | None = None,
    weighted: bool,
    null: NullModel = "labelling",
    simulations: int = 9_999,
    seed: int,
    metric: Metric = "geodesic",
) -> Simulated:
    """Return K_d of one type, or of all pooled, and of draws from all sites; pairs are measured once.

    Parameters
    ----------
    lon, lat, sizes, r, weighted, metric
        As for ``kd_function``, but of all plants, and so are the errors raised.
    types
        Type of each plant, shape (n,), missing where unknown.
    reference
        The type measured; none: pairs of the same type are pooled over all types.
    null
        ``labelling``: a site keeps its size (``random_labelling``). ``location``: plants bring their sizes along
        (``random_location``). Unweighted they are the same.
    simulations
        How many draws.
    seed
        Of the random numbers; the result does not depend on the number of cores.

    Returns
    -------
    Simulated
        The curve and an array of shape (simulations, R).

    Raises
    ------
    ValueError
        Also if no plant is of the type.

    Notes
    -----
    Each draw has its own bandwidth. Distances are put on a grid of 1/64 bandwidth for all curves, the observed one
    too, which moves a curve by less than 0.1 % of its largest value beside ``kd_function``. Plants without
    coordinates, size or type are no sites; all types unknown: missing. Memory is twelve bytes a pair within twice
    the largest r, and twice that while they are found.

    Examples
    --------
    >>> x, kinds = [0, 1, 2, 3, 50, 51, 52, 53], ["a", "a", "b", "b", "b", "b", "a", "b"]
    >>> result = kd_simulations(
    ...     x, [0] * 8, kinds, [1] * 8, [1, 50], reference="a", weighted=False, simulations=3, seed=1, metric="planar"
    ... )
    >>> result.curves.shape
    (3, 2)
    """
    checked_null(null)
    distances = checked_r(r)
    codes, names = coded(types)
    points = checked_points(lon, lat, sizes, known=codes >= 0)
    wanted = position(names, reference)
    if reference is not None and wanted < 0 and len(names):
        raise ValueError(f"No plant is of type {reference!r}; name one that is there.")
    kept = codes[points.kept]
    groups = kept if reference is None else np.where(kept == wanted, 0, -1).astype(kept.dtype)
    curves = np.full((simulations, distances.size), np.nan)
    values = np.full(distances.size, np.nan)
    if _pairs_of_groups(groups, np.ones(groups.size)) > 0 and distances.size:
        from geo.metrics._pattern_kernel import gather

        near = measured(points.x, points.y, 2.0 * float(distances.max()), metric=metric)

        def curve(labels: Codes, size: Floats) -> Floats:
            weight = size if weighted else np.ones(size.size)
            total = _pairs_of_groups(labels, weight)
            if total <= 0:
                return np.full(distances.size, np.nan)
            apart, products = gather(*near, labels, weight)
            return _density(apart, products / total, distances, on_grid=True)

        def simulated(shuffle: NDArray[np.int64]) -> Floats:
            return curve(groups[shuffle], points.sizes[shuffle] if null == "location" else points.sizes)

        values = curve(groups, points.sizes)
        drawn = in_threads(simulated, permutations(groups.size, simulations, seed))
        curves = np.array(drawn).reshape(simulations, distances.size)
    return Simulated(pd.Series(values, index=pd.Index(distances, name="r"), name="kd"), curves)


def kd_envelope(  # noqa: PLR0913 - those of kd_simulations and the level
    lon: ArrayLike,
    lat: ArrayLike,
    types: ArrayLike | pd.Series,
    sizes: ArrayLike,
    r: ArrayLike,
    *,
    reference: Hashable | None = None,
    weighted: bool,
    null: NullModel = "labelling",
    simulations: int = 9_999,
    seed: int,
    alpha: float = 0.05,
    metric: Metric = "geodesic",
) -> Envelope:
    """Return K_d of one type with its global envelope over draws from all sites.

    Parameters
    ----------
    lon, lat, types, sizes, r, reference, weighted, null, simulations, seed, metric
        As for ``kd_simulations``, and so are the errors raised.
    alpha
        Level of the envelope, as for ``global_envelope``.

    Returns
    -------
    Envelope
        Above the envelope the type is localised at that distance, below it dispersed.

    Examples
    --------
    >>> x, kinds = list(range(8)) + list(range(100, 140)), ["a"] * 8 + ["b"] * 40
    >>> result = kd_envelope(
    ...     x, [0] * 48, kinds, [1] * 48, [2, 20],
    ...     reference="a", weighted=False, simulations=199, seed=1, metric="planar",
    ... )  # fmt: skip
    >>> bool(result.observed[2.0] > result.hi[2.0]), result.p, result.left
    (True, 0.005, True)
    """
    simulated = kd_simulations(
        lon,
        lat,
        types,
        sizes,
        r,
        reference=reference,
        weighted=weighted,
        null=null,
        simulations=simulations,
        seed=seed,
        metric=metric,
    )
    return global_envelope(simulated.observed, simulated.curves, alpha=alpha)


def _pairs_of_groups(groups: Codes, weights: Floats) -> float:
    """Return the sum of the products of all pairs of one group, over the groups from 0 on."""
    members = groups >= 0
    totals = np.bincount(groups[members], weights=weights[members])
    squares = np.bincount(groups[members], weights=weights[members] ** 2)
    several = np.bincount(groups[members], weights=weights[members] > 0) > 1
    return float(np.sum((totals**2 - squares)[several])) / 2.0


def _bandwidth(apart: Floats) -> float:
    """Return Silverman's bandwidth as R's bw.nrd0 has it."""
    low, high = np.percentile(apart, [25.0, 75.0])
    most = float(apart.max())
    if equal(float(apart.min()), most):
        return silverman(0.0, 0.0, most, apart.size)
    return silverman(float(apart.std(ddof=1)), float(high - low), most, apart.size)


def equal(least: float, most: float) -> bool:
    """Tell whether distances between these two differ by rounding only, which is no spread."""
    return most - least <= _ROUNDING * most


def silverman(spread: float, quartile_range: float, largest: float, count: int) -> float:
    """Return the bandwidth for distances of that standard deviation, quartile range, largest value and number."""
    width = min(spread, quartile_range / 1.34) or spread or largest or 1.0
    return 0.9 * width * float(count) ** -0.2


def _density(apart: Floats, weights: Floats, r: Floats, *, on_grid: bool = False) -> Floats:
    """Return the weighted density of distances at r, reflected at 0."""
    if not apart.size:
        return np.zeros(r.size)
    h = _bandwidth(apart)
    if on_grid:
        from geo.metrics._pattern_kernel import gridded_density

        return gridded_density(apart, weights, h, r, 2.0 * float(r.max()))
    return summed_kernels(apart, weights, r, h)


def summed_kernels(apart: Floats, weights: Floats, r: Floats, h: float) -> Floats:
    """Return the sum of weighted Gaussian kernels of bandwidth h and their mirror images at r."""
    scale = h * np.sqrt(2.0 * np.pi)
    return np.array(
        [
            weights @ (np.exp(-0.5 * ((at - apart) / h) ** 2) + np.exp(-0.5 * ((at + apart) / h) ** 2)) / scale
            for at in r
        ]
    )
