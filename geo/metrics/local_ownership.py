"""Local concentration of ownership: how much more one owner holds around a place than chance would give it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import pairs_within
from geo.metrics.inference import permutation_p

if TYPE_CHECKING:
    from geo.metrics._ownership_kernel import Neighbours

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Kernel = Literal["gaussian", "uniform"]

COLUMNS = ("hhi", "floor", "expected", "excess", "effective_parks", "p", "known_share", "hhi_low", "hhi_high")
#: Bandwidths at which the Gaussian kernel ends; it has fallen to 1.1 percent of its peak there.
GAUSSIAN_REACH = 3.0
#: Fewer equally near parks than this say nothing about concentration.
LEAST_PARKS = 3.0

# Indices that differ by less are equal: what the order of a sum leaves.
_ROUNDING = 1e-9
# Relabellings drawn at once: some tens of MB for a thousand holdings.
_CHUNK = 2_000


def local_ownership(  # noqa: PLR0913 - four columns of the data and four options
    lon: ArrayLike,
    lat: ArrayLike,
    owners: ArrayLike,
    sizes: ArrayLike | None = None,
    *,
    bandwidth_km: float,
    kernel: Kernel = "gaussian",
    permutations: int = 9_999,
    seed: int = 20180,
) -> pd.DataFrame:
    r"""Return how concentrated ownership is around each holding, against owners placed at random over the same sites.

    With :math:`w_j` the kernel at the distance of holding j from the place, times its size, over their sum:

    .. math::
        H = \sum_o \Bigl(\sum_{j \in o} w_j\Bigr)^2, \quad F = \sum_j w_j^2, \quad
        E[H] = F + (1 - F)\,\pi, \quad \pi = \sum_o \frac{n_o (n_o - 1)}{n (n - 1)}, \quad
        \gamma = \frac{(H - F) / (1 - F) - \pi}{1 - \pi}

    H is the chance that two holdings drawn by nearness have one owner, F what H would be if every holding had an owner
    of its own, and E[H] its exact mean when the owners are dealt out over the sites at random. So :math:`\gamma` is 0
    on average when nearness and ownership have nothing to do with each other, and 1 when one owner holds all around.

    Parameters
    ----------
    lon, lat
        Place of each holding (a park, or a controller's part of one), shape (n,): degrees, WGS84.
    owners
        Owner of each, shape (n,); missing where unknown.
    sizes
        Size of each, shape (n,), any unit, not negative; none: all count 1.
    bandwidth_km
        Gaussian: standard deviation h of the kernel :math:`\exp(-d^2 / 2 h^2)`, which ends at 3 h. Uniform: radius
        within which all holdings weigh the same, d = h included. Distances are geodesic.
    kernel
        ``"gaussian"`` or ``"uniform"``.
    permutations
        Relabellings behind p; 0 for none.
    seed
        Seed of the relabellings.

    Returns
    -------
    pandas.DataFrame
        float64, one row a holding; its index is that of ``lon`` where that is a Series, else 0 ... n - 1.

        hhi, floor, expected, excess
            H, F, E[H] and :math:`\gamma` of the holdings of known owner around the place, its own included.
        effective_parks
            1 / F: how many equally near holdings of equal size and known owner the neighbourhood amounts to.
        p
            Two-sided, from owners relabelled over the sites of known owner; no correction for the number of places.
        known_share
            Share of the weight around the place whose owner is known.
        hhi_low, hhi_high
            H of all holdings around, with every unknown owner separate, and with all unknown one owner.

    Raises
    ------
    ValueError
        If lengths differ, a size is negative or infinite, a latitude is impossible, the bandwidth is not positive, or
        the kernel is unknown.

    Notes
    -----
    - Where ``effective_parks`` is below 3, hhi, floor, expected, excess and p are missing; hhi_low and hhi_high are
      missing where all holdings around, known or not, amount to fewer than 3.
    - A missing coordinate: the row is missing, and the holding is nobody's neighbour. A size of zero or missing: the
      row is measured, but the holding weighs nothing and its owner takes no part in the relabelling.
    - No holding of known owner near: known_share is 0 and what rests on known owners is missing. No holding with a
      size near at all: the whole row is missing.
    - All owners unknown: only known_share (0) and the interval. Every owner different: excess is (H - F) / (1 - F) = 0
      and p is 1. One owner of everything: excess is 1 (the limit of the formula, which is 0/0), and p is 1, since
      relabelling changes nothing.
    - Holdings at one place (duplicated coordinates) are neighbours at distance 0.
    - Sizes stay with the sites when owners are relabelled. If large owners hold the large parks, H by size is high for
      that reason too: compare with the index by count.
    - hhi_high is the rule of this project, not a logical maximum (see ``ownership_bounds``).

    References
    ----------
    The excess over a random expectation, netted of the floor, is the idea of Ellison, G. and Glaeser, E. L. (1997).
    Geographic Concentration in U.S. Manufacturing Industries. Journal of Political Economy 105(5), applied to owners.

    Examples
    --------
    Three parks of one owner in one city, three of three owners in another:

    >>> lon = [-106.40, -106.41, -106.42, -100.30, -100.31, -100.32]
    >>> lat = [31.70, 31.71, 31.70, 25.70, 25.71, 25.70]
    >>> local = local_ownership(lon, lat, list("aaabcd"), bandwidth_km=25, kernel="uniform", permutations=99)
    >>> local["excess"].round(3).tolist()
    [1.0, 1.0, 1.0, -0.25, -0.25, -0.25]
    """
    index = lon.index if isinstance(lon, pd.Series) else None
    x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    owner = pd.Series(np.atleast_1d(np.asarray(owners, dtype=object)))
    size = np.ones(x.size) if sizes is None else np.atleast_1d(np.asarray(sizes, dtype=float))
    _check(x, y, owner, size, bandwidth_km=bandwidth_km, kernel=kernel, permutations=permutations)
    weighs = (size > 0) & np.isfinite(x) & np.isfinite(y)
    known = weighs & owner.notna().to_numpy()
    code = np.full(x.size, -1, dtype=np.int64)
    code[known] = pd.factorize(owner[known])[0]
    near = _near(x, y, np.flatnonzero(weighs), bandwidth_km=bandwidth_km, kernel=kernel)
    table = _interval(near, size, code, places=x.size)
    sites = np.flatnonzero(known)
    of_known = _weighted(*(values[known[near[1]]] for values in near), size=size, places=x.size)
    position = np.full(x.size, -1, dtype=np.int64)
    position[sites] = np.arange(sites.size)
    of_known = of_known._replace(holding=position[of_known.holding])
    measured = _measured(of_known, code[sites], permutations=permutations, seed=seed)
    table = pd.concat([measured, table], axis=1)[list(COLUMNS)]
    return table if index is None else table.set_axis(index)


def _check(
    x: Floats, y: Floats, owner: pd.Series, size: Floats, *, bandwidth_km: float, kernel: str, permutations: int
) -> None:
    """Refuse what cannot be measured."""
    if not x.size == y.size == len(owner) == size.size:
        raise ValueError(
            f"{x.size} longitudes, {y.size} latitudes, {len(owner)} owners and {size.size} sizes came; "
            "give one of each a holding."
        )
    if np.any(size < 0) or np.any(np.isinf(size)):
        raise ValueError("Sizes must be finite and not negative; correct them or leave them missing.")
    if not (np.isfinite(bandwidth_km) and bandwidth_km > 0):
        raise ValueError(f"A bandwidth of {bandwidth_km} km came; give a finite number above 0.")
    if kernel not in {"gaussian", "uniform"}:
        raise ValueError(f"The kernel {kernel!r} is unknown; choose 'gaussian' or 'uniform'.")
    if permutations < 0:
        raise ValueError(f"{permutations} permutations came; give 0 or more.")


def _near(
    x: Floats, y: Floats, targets: Integers, *, bandwidth_km: float, kernel: str
) -> tuple[Integers, Integers, Floats]:
    """Return place, holding and kernel of every pair in reach, in order of place, then holding."""
    reach = bandwidth_km if kernel == "uniform" else GAUSSIAN_REACH * bandwidth_km
    place, target, apart = pairs_within(x, y, x[targets], y[targets], reach)
    value = np.ones_like(apart) if kernel == "uniform" else np.exp(-0.5 * (apart / bandwidth_km) ** 2)
    return place, targets[target], value


def _weighted(place: Integers, holding: Integers, kernel: Floats, *, size: Floats, places: int) -> Neighbours:
    """Return the neighbours of each place with weights that sum to 1."""
    from geo.metrics._ownership_kernel import Neighbours

    weight = kernel * size[holding]
    total = np.bincount(place, weights=weight, minlength=places)
    start = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=places))]).astype(np.int64)
    return Neighbours(start, holding, weight / total[place])


def _interval(near: tuple[Integers, Integers, Floats], size: Floats, code: Integers, *, places: int) -> pd.DataFrame:
    """Measure the share of known owners around each place and the interval that unknown ones leave."""
    from geo.metrics._ownership_kernel import owner_herfindahl

    around = _weighted(*near, size=size, places=places)
    unknown = code[around.holding] < 0
    lone = code.max(initial=-1) + 1 + np.arange(size.size)
    low = np.where(code >= 0, code, lone)
    high = np.where(code >= 0, code, code.max(initial=-1) + 1)
    floor = _sums(around, around.weight**2)
    blank = ~(floor * (LEAST_PARKS - _ROUNDING) <= 1)
    known_share = np.clip(_sums(around, np.where(unknown, 0.0, around.weight)), 0.0, 1.0)
    return pd.DataFrame(
        {
            "known_share": np.where(np.diff(around.start) > 0, known_share, np.nan),
            "hhi_low": np.where(blank, np.nan, owner_herfindahl(around, low)),
            "hhi_high": np.where(blank, np.nan, owner_herfindahl(around, high)),
        }
    )


def _sums(near: Neighbours, values: Floats) -> Floats:
    """Sum values over the neighbours of each place; NaN where there is none."""
    count = np.diff(near.start)
    place = np.repeat(np.arange(count.size), count)
    return np.where(count > 0, np.bincount(place, weights=values, minlength=count.size), np.nan)


def _measured(near: Neighbours, code: Integers, *, permutations: int, seed: int) -> pd.DataFrame:
    """Measure concentration among holdings of known owner and compare it with relabelled owners."""
    from geo.metrics._ownership_kernel import count_extreme, owner_herfindahl

    floor = _sums(near, near.weight**2)
    blank = ~(floor * (LEAST_PARKS - _ROUNDING) <= 1)
    hhi = owner_herfindahl(near, code)
    pi = _same_owner_chance(code)
    expected = floor + (1 - floor) * pi
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = ((hhi - floor) / (1 - floor) - pi) / (1 - pi) if pi < 1 else np.ones_like(floor)
    tested = np.flatnonzero(~blank)
    p = np.full(floor.size, np.nan)
    if permutations and tested.size:
        extreme = np.zeros(tested.size, dtype=np.int64)
        distance = np.abs(hhi[tested] - expected[tested]) - _ROUNDING
        generator = np.random.default_rng(seed)
        for done in range(0, permutations, _CHUNK):
            rounds = min(_CHUNK, permutations - done)
            labels = generator.permuted(np.tile(code.astype(np.int32), (rounds, 1)), axis=1)
            count_extreme(near, tested, labels, expected[tested], distance, extreme)
        p[tested] = permutation_p(extreme, permutations)
    columns = {"hhi": hhi, "floor": floor, "expected": expected, "excess": excess}
    table = pd.DataFrame({name: np.where(blank, np.nan, values) for name, values in columns.items()})
    return table.assign(effective_parks=1 / floor, p=p)


def _same_owner_chance(code: Integers) -> float:
    """Return the chance that two different holdings have one owner; nan for fewer than two holdings."""
    held = np.bincount(code) if code.size else np.zeros(0)
    n = code.size
    return float(np.sum(held * (held - 1.0)) / (n * (n - 1))) if n > 1 else float("nan")
