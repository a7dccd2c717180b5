"""The corridor: who lies near the line, and whether a line laid at random would have as much beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geo.geodesy import GEOD, PolylineIndex, nearest
from geo.metrics.inference import permutation_p

if TYPE_CHECKING:
    import shapely

Floats = NDArray[np.float64]

CUTS_KM = (25.0, 50.0, 100.0)
#: A place on a random line counts as over industry when a base point is this near, km.
OVER_INDUSTRY_KM = 100.0
# Places along the line at which that is asked, km apart.
_STEP_KM = 10.0
# Lines tried for one that is kept before the rule is given up as impossible.
_MOST_TRIES = 50
# Offsets of this many points and lines are held at once.
_CHUNK_PAIRS = 2_000_000


def corridor_membership(offset_km: pd.Series, *, cuts: Sequence[float] = CUTS_KM) -> pd.DataFrame:
    """Tell which points lie within each distance of the corridor.

    Parameters
    ----------
    offset_km
        Geodesic distance of each point to the corridor's line, km (column ``offset_km``).
    cuts
        Distances, km, above 0.

    Returns
    -------
    pandas.DataFrame
        boolean columns ``corridor_<cut>km``, index that of ``offset_km``; missing where the offset is.

    Raises
    ------
    ValueError
        If a cut or an offset is negative, or a cut comes twice.

    Notes
    -----
    The distance is inclusive: 25 km is within 25 km. A point beyond the end of the line is as far as it is from that
    end, so the area is a buffer with round ends. No row: no row.

    Examples
    --------
    >>> corridor_membership(pd.Series([3.0, 25.0, 60.0])).to_numpy(bool).tolist()
    [[True, True, True], [True, True, True], [False, False, True]]
    """
    limits = _checked_cuts(cuts)
    offset = offset_km.astype("Float64")
    if (offset < 0).any():
        raise ValueError("An offset is negative; distances to a line have no side.")
    return pd.DataFrame({f"corridor_{cut:g}km": (offset <= cut).astype("boolean") for cut in limits})


class _Shape(NamedTuple):
    """A line as seen from its middle.

    ``middle``: its longitude and latitude; ``azimuth``, ``metres``: where places every 10 km along it lie from there;
    ``reach_m``: the furthest of them.
    """

    middle: tuple[float, float]
    azimuth: Floats
    metres: Floats
    reach_m: float


@dataclass(frozen=True)
class CorridorShare:
    """Share of plants near the corridor, beside lines of its shape laid at random.

    Attributes
    ----------
    table
        Index cut_km; columns plants (how many lie within), share (of all located plants), base_share (the same for the
        base points), expected (mean share over the random lines), low and high (global envelope), p (two-sided, of
        that cut alone).
    p
        Global p-value: all cuts together.
    alpha
        Level of the envelope.
    outside
        Whether the shares leave the envelope at any cut.
    plants, base
        Located plants and base points.
    replicas, tried
        Random lines kept, and how many were laid to get them.
    simulations
        Shares of the random lines, shape (replicas, cuts).
    """

    table: pd.DataFrame
    p: float
    alpha: float
    outside: bool
    plants: int
    base: int
    replicas: int
    tried: int
    simulations: Floats


def corridor_share(  # noqa: PLR0913 - two sets of points, a line, and how to test
    lon: ArrayLike,
    lat: ArrayLike,
    base_lon: ArrayLike,
    base_lat: ArrayLike,
    line: shapely.Geometry,
    *,
    cuts: Sequence[float] = CUTS_KM,
    replicas: int = 999,
    seed: int = 20180,
    alpha: float = 0.05,
    over_industry: float = 0.75,
) -> CorridorShare:
    r"""Return the share of plants near a corridor, tested against lines of the same shape laid at random over industry.

    .. math:: S(c) = \frac{\#\{i : d(i, L) \le c\}}{n}

    Each random line is the corridor itself, lifted: its middle (half its length, within 10 km) put on a base point
    drawn at random, and turned by a random angle. It is kept if at least ``over_industry`` of the places along it, one
    every 10 km, have a base point within 100 km; else another is laid. So a random line may cross a desert, as the
    corridor does, but does not lie in the sea or abroad.

    Parameters
    ----------
    lon, lat
        The plants, shape (n,): degrees, WGS84.
    base_lon, base_lat
        Points of the industry that a line might as well have followed (all establishments), shape (m,).
    line
        LineString or MultiLineString, degrees, WGS84, edges geodesics.
    cuts
        Distances c, km.
    replicas
        Random lines kept.
    seed
        Seed of the lines.
    alpha
        Level of the global envelope over the cuts.
    over_industry
        Share of a random line that must be over industry, 0 ... 1.

    Returns
    -------
    CorridorShare
        Table by cut, global p, and the random lines' shares.

    Raises
    ------
    ValueError
        If no plant or no base point is located, a cut is not above 0, there are too few replicas for alpha, or fewer
        than one line in fifty could be kept.
    TypeError
        If it is not a line.

    Notes
    -----
    Missing coordinates are left out of plants and base. Distances to the corridor are geodesic. A random line keeps the
    distances and directions of its places from its middle; its length differs from the corridor's by some tenths of a
    percent, as its distances to plants do. Plants at the same place each count. All plants within the smallest cut:
    share 1, and p tells how often a random line does the same.

    The test is of this line against lines of its shape, not against the best line. It was drawn by people who knew
    where the plants are, so a small p says that they drew it well, not that it made the plants come. p of a cut counts
    random lines whose share is at least as far from their mean, on either side.

    References
    ----------
    Myllymäki, M., Mrkvička, T., Grabarnik, P., Seijo, H. and Hahn, U. (2017). Global envelope tests for spatial
    processes. JRSS B 79(2), 381-404.

    Examples
    --------
    Plants on the line, and industry all around it:

    >>> import shapely
    >>> line = shapely.LineString([(-102.0, 24.0), (-100.0, 24.0)])
    >>> around = np.meshgrid(np.linspace(-103, -99, 20), np.linspace(22, 26, 20))
    >>> east = np.linspace(-101.9, -100.1, 10)
    >>> found = corridor_share(east, np.full(10, 24.0), around[0].ravel(), around[1].ravel(), line, replicas=99)
    >>> found.table["share"].tolist(), found.outside, found.p
    ([1.0, 1.0, 1.0], True, 0.01)
    """
    from geo.metrics.patterns import global_envelope

    limits = _checked_cuts(cuts)
    points, base = _located(lon, lat, "plant"), _located(base_lon, base_lat, "base point")
    index = PolylineIndex(line)
    offsets = index.locate(*points).km
    base_offsets = index.locate(*base).km
    observed = np.array([np.mean(offsets <= cut) for cut in limits])
    shape = _seen_from_middle(line)
    generator = np.random.default_rng(seed)
    middles, turns, tried = _laid(shape, base, replicas=replicas, over_industry=over_industry, generator=generator)
    simulations = _shares_beside(points, middles, turns, shape, index, limits)
    envelope = global_envelope(observed, simulations, alpha=alpha)
    expected = simulations.mean(axis=0)
    extreme = np.abs(simulations - expected) >= np.abs(observed - expected) - 1e-12
    table = pd.DataFrame(
        {
            "plants": [int(np.count_nonzero(offsets <= cut)) for cut in limits],
            "share": observed,
            "base_share": [float(np.mean(base_offsets <= cut)) for cut in limits],
            "expected": expected,
            "low": np.asarray(envelope.lo),
            "high": np.asarray(envelope.hi),
            "p": permutation_p(extreme.sum(axis=0), replicas),
        },
        index=pd.Index(limits, name="cut_km"),
    )
    return CorridorShare(
        table=table,
        p=float(envelope.p),
        alpha=alpha,
        outside=bool(envelope.left),
        plants=offsets.size,
        base=base_offsets.size,
        replicas=replicas,
        tried=tried,
        simulations=simulations,
    )


def _checked_cuts(cuts: Sequence[float]) -> list[float]:
    """Return the cuts in ascending order after refusing impossible ones."""
    limits = sorted(float(cut) for cut in cuts)
    if not limits or not all(np.isfinite(limits)) or limits[0] <= 0 or len(set(limits)) < len(limits):
        raise ValueError(f"The cuts {list(cuts)} came; give different distances in km above 0.")
    return limits


def _located(lon: ArrayLike, lat: ArrayLike, what: str) -> tuple[Floats, Floats]:
    """Return the coordinates of the points that have both."""
    x, y = np.atleast_1d(np.asarray(lon, dtype=float)), np.atleast_1d(np.asarray(lat, dtype=float))
    if x.shape != y.shape:
        raise ValueError(f"{x.size} longitudes and {y.size} latitudes came; give one of each a {what}.")
    given = np.isfinite(x) & np.isfinite(y)
    if not given.any():
        raise ValueError(f"No {what} has coordinates; a share of none has no value.")
    return x[given], y[given]


def _seen_from_middle(line: shapely.Geometry) -> _Shape:
    """Return azimuth and distance of places along a line from its middle."""
    import shapely

    parts = []
    for part in shapely.get_parts(line):
        x, y = shapely.get_coordinates(part).T
        azimuth, _, metres = GEOD.inv(x[:-1], y[:-1], x[1:], y[1:])
        for first in range(metres.size):
            steps = np.linspace(0.0, metres[first], 1 + max(1, int(np.ceil(metres[first] / 1000 / _STEP_KM))))
            across = np.full(steps.size, azimuth[first])
            lon, lat, _ = GEOD.fwd(np.full(steps.size, x[first]), np.full(steps.size, y[first]), across, steps)
            parts.append(np.column_stack([lon, lat, np.diff(steps, append=steps[-1])]))
    places = np.vstack(parts)
    along = np.cumsum(places[:, 2]) - places[:, 2]
    middle = int(np.searchsorted(along, along[-1] / 2))
    every = np.unique(np.searchsorted(along, np.arange(0, along[-1], 1000 * _STEP_KM)))
    lon, lat = (np.full(every.size, places[middle, axis]) for axis in (0, 1))
    azimuth, _, metres = GEOD.inv(lon, lat, places[every, 0], places[every, 1])
    return _Shape((float(places[middle, 0]), float(places[middle, 1])), azimuth, metres, float(metres.max()))


def _laid(
    shape: _Shape, base: tuple[Floats, Floats], *, replicas: int, over_industry: float, generator: np.random.Generator
) -> tuple[Floats, Floats, int]:
    """Return the middles, shape (replicas, 2), and turns in degrees of lines that are kept, and how many were laid."""
    points = np.column_stack(base)
    kept: list[tuple[Floats, Floats]] = []
    found = tried = 0
    while found < replicas:
        if tried >= _MOST_TRIES * max(replicas, 20):
            raise ValueError(
                f"Of {tried} random lines only {found} were over industry for {over_industry:.0%} of their length; "
                "lower over_industry or give more base points."
            )
        middles = points[generator.integers(len(points), size=replicas)]
        turns = generator.uniform(0, 360, size=replicas)
        size = shape.metres.size
        lon, lat, _ = GEOD.fwd(
            np.repeat(middles[:, 0], size),
            np.repeat(middles[:, 1], size),
            (shape.azimuth + turns[:, None]).ravel(),
            np.tile(shape.metres, replicas),
        )
        _, apart = nearest(lon, lat, *base)
        good = np.mean(apart.reshape(replicas, size) <= OVER_INDUSTRY_KM, axis=1) >= over_industry
        needed = np.flatnonzero(good)[: replicas - found]
        tried += int(needed[-1]) + 1 if len(needed) == replicas - found else replicas
        kept.append((middles[needed], turns[needed]))
        found += len(needed)
    return np.vstack([middles for middles, _ in kept]), np.concatenate([turns for _, turns in kept]), tried


def _shares_beside(
    points: tuple[Floats, Floats],
    middles: Floats,
    turns: Floats,
    shape: _Shape,
    index: PolylineIndex,
    limits: list[float],
) -> Floats:
    """Return the share of points within each limit of each line.

    The line stays where it is, which keeps its index; the points are moved the other way.
    """
    x, y = points
    shares = np.zeros((len(turns), len(limits)))
    far = shape.reach_m + 1010.0 * limits[-1]
    step = max(1, _CHUNK_PAIRS // x.size)
    for first in range(0, len(turns), step):
        lines = slice(first, first + step)
        count = len(turns[lines])
        azimuth, _, metres = GEOD.inv(
            np.repeat(middles[lines, 0], x.size),
            np.repeat(middles[lines, 1], x.size),
            np.tile(x, count),
            np.tile(y, count),
        )
        near = np.flatnonzero(metres <= far)
        of_line = near // x.size
        lon, lat, _ = GEOD.fwd(
            np.full(near.size, shape.middle[0]),
            np.full(near.size, shape.middle[1]),
            azimuth[near] - turns[lines][of_line],
            metres[near],
        )
        offset = index.locate(lon, lat).km
        for column, cut in enumerate(limits):
            shares[lines, column] = np.bincount(of_line[offset <= cut], minlength=count) / x.size
    return shares
