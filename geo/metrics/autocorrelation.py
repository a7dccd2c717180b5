"""Local spatial autocorrelation: where neighbours are high or low together, with tests over the whole map."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.metrics.inference import benjamini_hochberg, permutation_p

Floats = NDArray[np.float64]

# Uniform numbers drawn at once: 16 MB.
_CHUNK_DRAWS = 2_000_000
# Sums closer than this share of the values' spread count as equal.
_TIE = 1e-9


class Neighbours(Protocol):
    """What is asked of a graph; ``libpysal.graph.Graph`` has it."""

    @property
    def unique_ids(self) -> pd.Index:
        """Labels of the units, in the order of the matrix."""

    @property
    def sparse(self) -> Any:
        """Weights as a scipy sparse matrix; a row holds the neighbours of a unit."""


class _Units(NamedTuple):
    """The units that have a value: values, shape (n,), and weights without and on the diagonal."""

    labels: pd.Index
    values: Floats
    weights: Any
    own: Floats
    largest: Floats
    has_neighbours: NDArray[np.bool_]


def hot_spots(
    values: pd.Series, graph: Neighbours, *, star: bool = True, permutations: int = 9_999, seed: int
) -> pd.DataFrame:
    r"""Find units whose surroundings are unusually high or low (Getis-Ord local G).

    High z: high values stand together here (a hot spot). Low z: low values do (a cold spot).

    .. math::
        z_i^* = \frac{\sum_j w_{ij} x_j - \bar x W_i}{s \sqrt{(n S_{1i} - W_i^2) / (n - 1)}},
        \qquad W_i = \sum_j w_{ij}, \; S_{1i} = \sum_j w_{ij}^2

    with the unit itself among its neighbours. Without ``star`` the sums, the mean, the standard deviation s (divisor
    n) and n leave the unit out.

    Parameters
    ----------
    values
        Any unit, shape (n,), index the units; missing values are left out.
    graph
        Neighbours and weights, such as a ``libpysal.graph.Graph`` labelled by the same units, in any order.
    star
        Count the unit itself, with its weight in the graph, or the largest of its neighbours' weights where the
        graph gives it none.
    permutations
        Number of conditional permutations; 0 takes ``p`` from the normal distribution of z.
    seed
        Of the permutations. The same seed, values and order of units give the same result on any machine.

    Returns
    -------
    pandas.DataFrame
        Index that of ``values``. ``z``: float64, standard deviations. ``p``: float64, two-sided: the share of
        arrangements of the other units' values in which the sum over the neighbours lies at least as far from its
        mean over all arrangements, on either side. ``significant``: boolean, Benjamini-Hochberg at 5 % over the map.

    Raises
    ------
    ValueError
        If a value is infinite, labels repeat or differ from the graph's, a weight is negative or not finite, or
        ``permutations`` is negative.

    Notes
    -----
    A unit with a missing value is no unit: it is neither tested nor anyone's neighbour, and the other weights stay as
    they are. A unit without neighbours counts in the mean, but nothing surrounds it: missing. So is everything for
    constant values, for fewer than three units, and for a unit that neighbours all others. Values of zero or below
    are values like any other.

    The units share their draws: each p is valid by itself, and errors of simulation go together over the map. No p
    is below 1 / (permutations + 1): a single hot spot among n units can be significant only with more than 20 n
    permutations.

    The p of a unit is the same with and without ``star``, and that of ``local_moran``: all ask whether the neighbours
    are unusual.

    References
    ----------
    Ord, J. K. and Getis, A. (1995). Local Spatial Autocorrelation Statistics. Geographical Analysis 27(4).

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_arrays([0, 1, 1, 2, 2, 3, 3, 4], [1, 0, 2, 1, 3, 2, 4, 3], [1] * 8)
    >>> hot_spots(pd.Series([9.0, 8.0, 2.0, 1.0, 1.0]), row, permutations=99, seed=1).round(2)["z"].tolist()
    [1.98, 1.47, -0.37, -1.98, -1.47]
    """
    units = _checked(values, graph, permutations)
    x, n = units.values, units.values.size
    weights, own = units.weights, units.own
    if star:
        own = np.where(own > 0, own, units.largest)
        middle, spread, others = np.full(n, x.mean() if n else np.nan), np.full(n, _deviation(x)), n
    else:
        own, others = np.zeros(n), n - 1
        middle, spread = _without_each(x)
    total = _row_sums(weights) + own
    squares = _row_sums(weights.power(2)) + own**2
    room = others * squares - total**2
    testable = units.has_neighbours & (n > 2) & (spread > 0) & (room > _TIE * others * squares)
    z = np.full(n, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = spread * np.sqrt(room / (others - 1))
        z[testable] = ((weights @ x + own * x - middle * total) / scale)[testable]
    p = _two_sided(z) if permutations == 0 else _permuted(units, testable, permutations, seed)
    return _assembled(values, units, {"z": z, "p": p})


def local_moran(values: pd.Series, graph: Neighbours, *, permutations: int = 9_999, seed: int) -> pd.DataFrame:
    r"""Find units like their surroundings, and units unlike them (local Moran's I).

    Positive: high among high or low among low. Negative: high among low or low among high.

    .. math::
        I_i = \frac{z_i}{m_2} \sum_j w_{ij} z_j, \qquad z_i = x_i - \bar x, \; m_2 = \frac{1}{n} \sum_i z_i^2

    Given the unit's own value, over all arrangements of the others' values:

    .. math::
        E_i = -\frac{z_i^2 W_i}{(n-1) m_2}, \qquad
        V_i = \frac{z_i^2}{m_2^2} \frac{n}{n-2} \Bigl(S_{1i} - \frac{W_i^2}{n-1}\Bigr)
              \Bigl(m_2 - \frac{z_i^2}{n-1}\Bigr)

    Parameters
    ----------
    values
        Any unit, shape (n,), index the units; missing values are left out.
    graph
        Neighbours and weights, such as a ``libpysal.graph.Graph`` labelled by the same units, in any order; its
        self-weights are left out.
    permutations
        Number of conditional permutations; 0 takes ``p`` from the normal distribution of z.
    seed
        Of the permutations. The same seed, values and order of units give the same result on any machine.

    Returns
    -------
    pandas.DataFrame
        Index that of ``values``. ``local_i``: float64. ``z``: (I - E) / sqrt(V). ``p_analytic``: two-sided, normal.
        ``p``: two-sided, by permutation as in ``hot_spots``. ``significant``: boolean, Benjamini-Hochberg at 5 % over
        ``p``. ``quadrant``: string, "high-high", "low-low", "high-low" (a high unit among low ones) or "low-high".

    Raises
    ------
    ValueError
        As ``hot_spots`` does.

    Notes
    -----
    Scaled so that the sum of I over the sum of the weights is the global Moran's I, as in R's spdep; esda's ``Is`` is
    (n - 1) / n of it.

    Missing values, units without neighbours, constant values and fewer than three units as in ``hot_spots``. A unit
    exactly at the mean has I = 0 whatever surrounds it: z, p and quadrant are missing. A unit that neighbours all
    others has nothing to be compared with, nor has one whose others are all alike: z and p are missing. Neighbours
    exactly at the mean count as low.

    References
    ----------
    Anselin, L. (1995). Local Indicators of Spatial Association. Geographical Analysis 27(2).
    Sokal, R. R., Oden, N. L. and Thomson, B. A. (1998). Local Spatial Autocorrelation in a Biological Model.
    Geographical Analysis 30(4).

    Examples
    --------
    >>> from libpysal.graph import Graph
    >>> row = Graph.from_arrays([0, 1, 1, 2, 2, 3, 3, 4], [1, 0, 2, 1, 3, 2, 4, 3], [1] * 8).transform("r")
    >>> local_moran(pd.Series([9.0, 8.0, 2.0, 1.0, 1.0]), row, permutations=99, seed=1)["quadrant"].tolist()
    ['high-high', 'high-high', 'low-high', 'low-low', 'low-low']
    """
    units = _checked(values, graph, permutations)
    n = units.values.size
    z = units.values - (units.values.mean() if n else 0.0)
    z[np.abs(z) <= _TIE * np.abs(z).max(initial=0.0)] = 0.0
    m2 = _deviation(units.values) ** 2
    known = units.has_neighbours & (m2 > 0)
    lag, total, squares = units.weights @ z, _row_sums(units.weights), _row_sums(units.weights.power(2))
    testable = known & (n > 2) & (z != 0)
    testable &= squares * (n - 1) - total**2 > _TIE * squares * (n - 1)
    index, score = np.full(n, np.nan), np.full(n, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        index[known] = (z / m2 * lag)[known]
        expected = -(z**2) * total / ((n - 1) * m2)
        variance = (z / m2) ** 2 * n / (n - 2) * (squares - total**2 / (n - 1)) * (m2 - z**2 / (n - 1))
        # Where all others are alike the variance is nought, or what rounding leaves of it.
        testable &= (variance > 0) & (m2 - z**2 / (n - 1) > _TIE * m2)
        score[testable] = ((index - expected) / np.sqrt(variance))[testable]
    analytic = _two_sided(score)
    p = analytic if permutations == 0 else _permuted(units, testable, permutations, seed)
    table = _assembled(values, units, {"local_i": index, "z": score, "p_analytic": analytic, "p": p})
    sides = np.where(z > 0, "high-", "low-").astype(object) + np.where(lag > 0, "high", "low").astype(object)
    quadrant = pd.Series(sides, index=units.labels).where(known & (z != 0))
    return table.assign(quadrant=quadrant.reindex(values.index).astype("string"))


def _checked(values: pd.Series, graph: Neighbours, permutations: int) -> _Units:
    """Bring values and graph into one order, without the units that have no value."""
    from scipy import sparse

    labels = pd.Index(graph.unique_ids)
    if permutations < 0:
        raise ValueError(f"{permutations} permutations came; give 0 (none) or more.")
    if values.index.has_duplicates:
        raise ValueError("Labels of values repeat; give each unit one value.")
    if len(labels) != len(values) or not values.index.isin(labels).all():
        odd = values.index.symmetric_difference(labels, sort=False).tolist()
        raise ValueError(f"Values and graph differ in {len(odd)} units, such as {odd[:3]}; make both of one table.")
    x = values.reindex(labels).to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(x).any():
        raise ValueError("Values must be finite; correct them or leave them missing.")
    there = np.flatnonzero(~np.isnan(x))
    weights = sparse.csr_array(graph.sparse, dtype=float)[there][:, there]
    if not (np.isfinite(weights.data).all() and (weights.data >= 0).all()):
        raise ValueError("Weights must be finite and not negative; mend the graph.")
    own = weights.diagonal()
    weights = sparse.csr_array(weights - sparse.diags_array(own)) if there.size else weights
    weights.eliminate_zeros()
    largest = weights.max(axis=1).toarray().ravel() if there.size else np.empty(0)
    return _Units(labels[there], x[there], weights, own, largest, np.diff(weights.indptr) > 0)


def _permuted(units: _Units, testable: NDArray[np.bool_], permutations: int, seed: int) -> Floats:
    """Return the two-sided conditional permutation p of the weighted sum over each unit's neighbours."""
    p = np.full(units.values.size, np.nan)
    if not testable.any():
        return p
    from geo.metrics._permutation_kernel import Rows, count_extremes

    n, weights = units.values.size, units.weights
    x = (units.values - units.values.mean()) / _deviation(units.values)
    start = weights.indptr.astype(np.int64)
    sizes = np.diff(start)
    observed = weights @ x
    middle = _row_sums(weights) * -x / (n - 1)  # the others' mean, since all sum to 0
    far = np.abs(observed - middle) - _TIE * np.maximum(_row_sums(weights) * np.abs(x).max(), np.abs(observed))
    flat = np.zeros(n, dtype=np.bool_)
    some = np.flatnonzero(sizes)
    least = np.minimum.reduceat(weights.data, start[some])
    flat[some] = units.largest[some] - least <= 1e-12 * units.largest[some]
    rows = Rows(start, weights.data, flat, middle, far)
    rng = np.random.default_rng(seed)
    width = int(sizes.max()) + 1
    at_once = max(1, _CHUNK_DRAWS // width)
    counts = np.zeros(n, dtype=np.int64)
    for done in range(0, permutations, at_once):
        counts += count_extremes(rng.random((min(at_once, permutations - done), width)), x, rows)
    p[testable] = permutation_p(counts, permutations)[testable]
    return p


def _assembled(values: pd.Series, units: _Units, columns: dict[str, Floats]) -> pd.DataFrame:
    table = pd.DataFrame(columns, index=units.labels).reindex(values.index)
    return table.assign(significant=benjamini_hochberg(table["p"]))


def _two_sided(z: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(2.0 * ndtr(-np.abs(z)), dtype=np.float64)


def _row_sums(weights: Any) -> Floats:
    return np.asarray(weights.sum(axis=1), dtype=np.float64).ravel()


def _deviation(x: Floats) -> float:
    """Return the standard deviation (divisor n), 0 where the values differ by rounding only."""
    if x.size == 0:
        return 0.0
    return float(x.std()) if np.ptp(x) > _TIE * np.abs(x).max() else 0.0


def _without_each(x: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation (divisor n - 1) of the others, for each unit."""
    n = x.size
    if n < 3:
        return np.full(n, np.nan), np.zeros(n)
    centred = x - x.mean()
    middle = -centred / (n - 1)
    variance = (np.sum(centred**2) - centred**2) / (n - 1) - middle**2
    order = np.argsort(x)
    highest, lowest = np.full(n, x[order[-1]]), np.full(n, x[order[0]])
    highest[order[-1]], lowest[order[0]] = x[order[-2]], x[order[1]]
    still = highest - lowest <= _TIE * np.abs(x).max()
    return middle + x.mean(), np.where(still, 0.0, np.sqrt(np.maximum(variance, 0.0)))
