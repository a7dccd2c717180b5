"""Null models of marked points, and the global envelope that a curve is tested against."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.metrics.inference import permutation_p

Floats = NDArray[np.float64]
NullModel = Literal["labelling", "location"]


class Envelope(NamedTuple):
    """A curve beside what a null model lets it be.

    Attributes
    ----------
    observed, lo, hi
        Series over r: the curve, and the ends of the envelope, missing where no test can be made.
    p
        Global p-value of the whole curve.
    left
        Whether the curve leaves the envelope anywhere.
    """

    observed: pd.Series
    lo: pd.Series
    hi: pd.Series
    p: float
    left: bool


class Simulated(NamedTuple):
    """A curve and the same curve under a null model.

    Attributes
    ----------
    observed
        Series over r.
    curves
        float64, shape (simulations, R).
    """

    observed: pd.Series
    curves: Floats


def random_labelling(types: ArrayLike | pd.Series, *, simulations: int, seed: int) -> Iterator[NDArray[np.object_]]:
    """Yield types shuffled over the points; sites and sizes stay where they are.

    The null model of "who owns the site has nothing to do with where it is".

    Parameters
    ----------
    types
        One value a point, shape (n,), missing where unknown.
    simulations
        How many shuffles.
    seed
        Of the random numbers; the same seed gives the same shuffles.

    Yields
    ------
    numpy.ndarray
        object, shape (n,).

    Raises
    ------
    ValueError
        If ``simulations`` is negative.

    Notes
    -----
    Unknown types stay where they are: only known ones are shuffled, over the points of known type. None or one
    known: every shuffle is the same.

    References
    ----------
    Marcon, E. and Puech, F. (2010). Measures of the geographic concentration of industries: improving distance-based
    methods. Journal of Economic Geography 10(5), 745-762.

    Examples
    --------
    >>> [shuffled.tolist() for shuffled in random_labelling(["a", "b", None, "b"], simulations=2, seed=3)]
    [['b', 'b', None, 'a'], ['a', 'b', None, 'b']]
    """
    values = np.atleast_1d(np.asarray(types, dtype=object))
    known = np.flatnonzero(pd.notna(values))
    for order in permutations(known.size, simulations, seed):
        shuffled = values.copy()
        shuffled[known] = values[known[order]]
        yield shuffled


def random_location(
    types: ArrayLike | pd.Series, sizes: ArrayLike, *, simulations: int, seed: int
) -> Iterator[tuple[NDArray[np.object_], Floats]]:
    """Yield types and sizes shuffled together over the sites: each plant moves, as it is, to another plant's site.

    The null model of "any plant might have stood on any site".

    Parameters
    ----------
    types, sizes
        One value a point, shape (n,).
    simulations, seed
        As for ``random_labelling``.

    Yields
    ------
    tuple of numpy.ndarray
        Types (object) and sizes (float64), shape (n,).

    Raises
    ------
    ValueError
        If lengths differ or ``simulations`` is negative.

    Notes
    -----
    Plants of unknown type or size move too. With equal sizes it is the same model as ``random_labelling`` of
    points that are all of known type.

    References
    ----------
    Marcon and Puech (2010), as for ``random_labelling``.

    Examples
    --------
    >>> types, sizes = next(random_location(["a", "b", "c"], [1, 2, 3], simulations=1, seed=2))
    >>> types.tolist(), sizes.tolist()
    (['c', 'a', 'b'], [3.0, 1.0, 2.0])
    """
    values = np.atleast_1d(np.asarray(types, dtype=object))
    size = np.atleast_1d(np.asarray(sizes, dtype=np.float64))
    if values.shape != size.shape:
        raise ValueError(f"{values.size} types but {size.size} sizes; give one size a type.")
    for order in permutations(values.size, simulations, seed):
        yield values[order], size[order]


def permutations(n: int, simulations: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Return an iterator of random orders of n things, always the same for the same seed."""
    if simulations < 0:
        raise ValueError(f"{simulations} simulations; give 0 or more.")
    rng = np.random.default_rng(seed)
    return (rng.permutation(n) for _ in range(simulations))


def checked_null(null: str) -> None:
    """Say what is wrong with the name of a null model."""
    if null not in ("labelling", "location"):
        raise ValueError(f"null is {null!r}; it may be 'labelling' or 'location'.")


def global_envelope(observed: pd.Series | ArrayLike, simulations: ArrayLike, *, alpha: float = 0.05) -> Envelope:
    r"""Test a whole curve against simulated ones with the global extreme rank length envelope, two-sided.

    Under the null model the curve leaves the envelope anywhere at all with probability alpha at most. A pointwise
    envelope promises that for one r only, and is left somewhere far more often.

    .. math:: R_{ik} = \min(R^{\uparrow}_{ik}, R^{\downarrow}_{ik}), \qquad
        p = \frac{1 + \#\{i \ge 1 : R_{i(\cdot)} \preceq R_{0(\cdot)}\}}{B + 1}

    where the arrows rank curve i among all B + 1 at the k-th r from below and from above, and
    :math:`R_{i(\cdot)}` are a curve's ranks, the smallest first, compared like words in a dictionary.

    Parameters
    ----------
    observed
        The curve, shape (R,); a Series keeps its index.
    simulations
        Curves under the null model, shape (B, R).
    alpha
        Level, between 0 and 1.

    Returns
    -------
    Envelope
        The envelope holds every curve whose own p-value exceeds alpha.

    Raises
    ------
    ValueError
        If shapes do not fit, alpha is not between 0 and 1, or there are too few simulations for p to reach it.

    Notes
    -----
    An r at which any curve is missing is no part of the test; nothing left: lo and hi missing, p missing, not left.
    Curves with equal ranks count as equally extreme, which is conservative. Ranks of ties are their mean, so where
    all curves agree (K at r = 0) no curve is extreme. Without ties, ``left`` is the same as p <= alpha.

    References
    ----------
    Myllymäki, M., Mrkvička, T., Grabarnik, P., Seijo, H. and Hahn, U. (2017). Global envelope tests for spatial
    processes. JRSS B 79(2), 381-404.

    Examples
    --------
    >>> flat = np.linspace(0.9, 1.1, 39)[:, None] + np.zeros((39, 3))
    >>> envelope = global_envelope([1.0, 1.2, 1.3], flat)
    >>> envelope.p, envelope.left, envelope.hi.round(3).tolist()
    (0.05, True, [1.1, 1.1, 1.1])
    """
    curve = observed if isinstance(observed, pd.Series) else pd.Series(np.asarray(observed, dtype=np.float64))
    curves = np.asarray(simulations, dtype=np.float64)
    if curves.ndim != 2 or curves.shape[1] != curve.size:
        raise ValueError(f"The simulations have shape {curves.shape}; give (B, {curve.size}), a row a curve.")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha is {alpha}; give a level between 0 and 1.")
    count = len(curves)
    if alpha * (count + 1) < 1 - 1e-9:
        raise ValueError(f"{count} simulations cannot reach {alpha}; draw at least {int(np.ceil(1 / alpha)) - 1}.")
    together = np.vstack([curve.to_numpy(dtype=np.float64), curves])
    tested = ~np.isnan(together).any(axis=0)
    low, high = np.full(curve.size, np.nan), np.full(curve.size, np.nan)
    p, left = float("nan"), False
    if tested.any():
        at_least = _as_extreme(together[:, tested])
        p = float(permutation_p(at_least[0] - 1, count))
        kept = together[at_least > alpha * (count + 1) + 1e-9][:, tested]
        low[tested], high[tested] = kept.min(axis=0), kept.max(axis=0)
        left = bool(np.any((together[0, tested] < low[tested]) | (together[0, tested] > high[tested])))
    lo, hi = pd.Series(low, index=curve.index, name="lo"), pd.Series(high, index=curve.index, name="hi")
    return Envelope(curve, lo, hi, p, left)


def _as_extreme(curves: Floats) -> NDArray[np.int64]:
    """Return for each curve how many, itself among them, are at least as extreme."""
    from scipy.stats import rankdata

    from_below = rankdata(curves, axis=0)
    ranks = np.sort(np.minimum(from_below, len(curves) + 1 - from_below), axis=1)
    _, place, counts = np.unique(ranks, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(np.cumsum(counts)[place.ravel()], dtype=np.int64)
