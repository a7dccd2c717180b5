"""The compiled search for the nearest place on a line; imported only when a line is measured to."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo._compiled import compiled
from geo._ellipsoid import Metric

Floats = NDArray[np.float64]
Vector = tuple[float, float, float]

# Metres by which the metric may be wrong before a nearer place could be passed over.
_SLACK = 0.005
# Places whose distances differ by less, in metres, count as tied.
_TIE = 1e-6
# Balls of a smaller radius, in metres, take the mean scale from the ball around them.
_COARSE = 5_000.0
# Half the span, in radians, over which the metric's slope and bend are taken.
_STEP = 1e-5
# Deeper than any tree that fits in memory.
_STACK = 128


class Pieces(NamedTuple):
    """A line cut into short pieces, as the search reads it.

    ``starts`` and ``steps``, shape (m, 3): unit vector of each piece's start, and its end minus its start;
    ``squares``: squared lengths of the steps; ``along``: metres along the line at each start, and at the end
    of the last piece.
    """

    starts: Floats
    steps: Floats
    squares: Floats
    along: Floats


class Tree(NamedTuple):
    """Balls around runs of pieces: a complete binary tree in heap order, the root at index 1.

    ``centres``, shape (2 * leaves, 3): unit vectors; ``radii``: metres that hold every piece below,
    negative for a ball without pieces; ``leaf_size``: pieces in a leaf.
    """

    centres: Floats
    radii: Floats
    leaf_size: int


class _Place(NamedTuple):
    """The best place found so far."""

    metres: float
    along: float
    piece: int
    fraction: float


@compiled
def _row(vectors: Floats, row: int) -> Vector:
    """Return one vector of many."""
    return vectors[row, 0], vectors[row, 1], vectors[row, 2]


@compiled
def _in_span(z: float, metric: Metric) -> float:
    """Return where a height lies in the span of the scale's polynomial, held to -1 ... 1."""
    return min(1.0, max(-1.0, (z - metric.z_middle) / metric.z_half))


@compiled
def _scale_at(z: float, metric: Metric) -> float:
    """Return metres on the ground for a radian on the sphere at height ``z``."""
    u = _in_span(z, metric)
    value: float = metric.scale[0]
    for power in range(1, metric.scale.size):
        value = value * u + metric.scale[power]
    return value


@compiled
def _chord2(p: Vector, q: Vector) -> float:
    """Return the squared chord between two unit vectors."""
    x, y, z = p[0] - q[0], p[1] - q[1], p[2] - q[2]
    return x * x + y * y + z * z


@compiled
def length(p: Vector, k_p: float, q: Vector, metric: Metric) -> tuple[float, float]:
    """Return metres along the great circle between two unit vectors, and the mean scale on it.

    The integral of the local scale by Boole's rule; ``k_p`` is the scale at ``p``. The four polynomials are
    evaluated side by side, which takes half the time of one after the other.
    """
    square = min(_chord2(p, q), 4.0)
    twice_cos = math.sqrt(max(4.0 - square, 1e-12))
    quarter = math.sqrt(2.0 + twice_cos)
    z_mid = (p[2] + q[2]) / twice_cos
    u_end, u_mid = _in_span(q[2], metric), _in_span(z_mid, metric)
    u_low, u_high = _in_span((p[2] + z_mid) / quarter, metric), _in_span((q[2] + z_mid) / quarter, metric)
    end = low = mid = high = metric.scale[0]
    for power in range(1, metric.scale.size):
        term = metric.scale[power]
        end = end * u_end + term
        low = low * u_low + term
        mid = mid * u_mid + term
        high = high * u_high + term
    mean = (7.0 * (k_p + end) + 32.0 * (low + high) + 12.0 * mid) / 90.0
    return 2.0 * math.asin(0.5 * math.sqrt(square)) * mean, mean


@compiled
def _chord2_limit(metres: float, scale: float) -> float:
    """Return a squared chord that only points more than so many metres away exceed."""
    x = metres / scale
    if x >= math.pi:
        return 5.0
    square = x * x
    chord = x * (1.0 - square / 24.0 + square * square / 1920.0)
    return chord * chord


@compiled
def _foot(r: Vector, d: Vector, l2: float) -> float:
    """Return the fraction of a piece at which a great circle meets it squarely, held to 0 ... 1.

    ``r`` leads from the piece's start to the point and ``d`` to its end, both between unit vectors.
    """
    rd = r[0] * d[0] + r[1] * d[1] + r[2] * d[2]
    r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    below = (1.0 - 0.5 * r2 + 0.5 * rd - 0.25 * l2) * l2
    if below <= 0.0:  # a quarter of the globe away or more: one of the ends
        return 1.0 if 2.0 * rd > l2 else 0.0
    return min(1.0, max(0.0, (rd - 0.25 * r2 * l2) / below))


@compiled
def _at_fraction(t: float, piece: int, p: Vector, k_p: float, pieces: Pieces, metric: Metric) -> float:
    """Return metres from a point to the place a fraction ``t`` along a piece, or along its continuation."""
    x = pieces.starts[piece, 0] + t * pieces.steps[piece, 0]
    y = pieces.starts[piece, 1] + t * pieces.steps[piece, 1]
    z = pieces.starts[piece, 2] + t * pieces.steps[piece, 2]
    norm = math.sqrt(x * x + y * y + z * z)
    metres, _ = length(p, k_p, (x / norm, y / norm, z / norm), metric)
    return metres


@compiled
def _polished(place: _Place, p: Vector, pieces: Pieces, metric: Metric) -> _Place:
    """Return the place after a Newton step, within its piece, from the great circle's foot to the geodesic's."""
    k_p = _scale_at(p[2], metric)
    piece, t = place.piece, place.fraction
    h = _STEP / math.sqrt(pieces.squares[piece])
    ahead = _at_fraction(t + h, piece, p, k_p, pieces, metric)
    behind = _at_fraction(t - h, piece, p, k_p, pieces, metric)
    bend = ahead - 2.0 * place.metres + behind
    if bend <= 0.0:
        return place
    t = min(1.0, max(0.0, t - 0.5 * h * (ahead - behind) / bend))
    metres = _at_fraction(t, piece, p, k_p, pieces, metric)
    if metres >= place.metres:
        return place
    return _Place(metres, _along(piece, t, pieces), piece, t)


@compiled
def _settled(place: _Place, p: Vector, pieces: Pieces, metric: Metric) -> _Place:
    """Return the geodesic's foot near the great circle's, following the line over vertices while it nears."""
    place = _polished(place, p, pieces, metric)
    for step in (1, -1):
        end = 1.0 if step == 1 else 0.0
        while place.fraction == end and 0 <= place.piece + step < pieces.squares.size:
            beyond = _Place(place.metres, place.along, place.piece + step, 1.0 - end)
            if not _touch(place.piece, step, pieces):
                break
            beyond = _polished(beyond, p, pieces, metric)
            if beyond.metres >= place.metres:
                break
            place = beyond
    return place


@compiled
def _touch(piece: int, step: int, pieces: Pieces) -> bool:
    """Say whether a piece and the next (or, with ``step`` -1, the one before) share a vertex."""
    before = piece if step == 1 else piece - 1
    apart = 0.0
    for axis in range(3):
        end = pieces.starts[before, axis] + pieces.steps[before, axis]
        apart = max(apart, abs(end - pieces.starts[before + 1, axis]))
    return apart < 1e-12


@compiled
def _along(piece: int, t: float, pieces: Pieces) -> float:
    """Return metres from the start of the line to a fraction of a piece."""
    start, end = pieces.along[piece], pieces.along[piece + 1]
    metres: float = start + t * (end - start)
    return metres


@compiled
def _gap(piece: int, p: Vector, pieces: Pieces) -> tuple[float, float]:
    """Return the squared chord from a point to its foot on a piece, and the fraction the foot is at."""
    s, d, l2 = _row(pieces.starts, piece), _row(pieces.steps, piece), pieces.squares[piece]
    r = (p[0] - s[0], p[1] - s[1], p[2] - s[2])
    t = _foot(r, d, l2)
    sag = 0.5 * t * (1.0 - t) * l2  # of the chord under the arc
    return (_chord2(r, (t * d[0], t * d[1], t * d[2])) - sag * sag) / (1.0 - sag), t


@compiled
def _better(best: _Place, piece: int, p: Vector, k_p: float, pieces: Pieces, metric: Metric) -> _Place:
    """Return the better of the best place so far and the foot on a piece."""
    _, t = _gap(piece, p, pieces)
    metres, along = _at_fraction(t, piece, p, k_p, pieces, metric), _along(piece, t, pieces)
    if metres < best.metres - _TIE or (metres <= best.metres + _TIE and along < best.along):
        return _Place(min(metres, best.metres), along, piece, t)
    return best


@compiled
def _scan(leaf: int, floor: float, p: Vector, best: _Place, pieces: Pieces, leaf_size: int, metric: Metric) -> _Place:
    """Return the better of the best place so far and the pieces of one leaf, where the scale is >= ``floor``."""
    k_p = _scale_at(p[2], metric)
    first, end = leaf * leaf_size, min((leaf + 1) * leaf_size, pieces.squares.size)
    limit = _chord2_limit(best.metres + _SLACK, floor)
    likeliest, smallest = -1, limit
    for piece in range(first, end):
        gap, _ = _gap(piece, p, pieces)
        if gap <= smallest:
            likeliest, smallest = piece, gap
    if likeliest < 0:
        return best
    best = _better(best, likeliest, p, k_p, pieces, metric)
    limit = _chord2_limit(best.metres + _SLACK, floor)
    for piece in range(first, end):
        gap, _ = _gap(piece, p, pieces)
        if gap <= limit and piece != likeliest:
            best = _better(best, piece, p, k_p, pieces, metric)
    return best


@compiled
def _nearest(
    p: Vector, nodes: NDArray[np.int64], chords: Floats, floors: Floats, pieces: Pieces, tree: Tree, metric: Metric
) -> _Place:
    """Return the nearest place on the line to one point; ``nodes``, ``chords``, ``floors`` are working space."""
    k_p = _scale_at(p[2], metric)
    centres, radii = tree.centres, tree.radii
    leaves = radii.size // 2
    best = _Place(np.inf, np.inf, -1, np.nan)
    nodes[0], chords[0], floors[0], waiting = 1, 0.0, metric.scale_least, 1
    while waiting > 0:
        waiting -= 1
        node, floor = nodes[waiting], floors[waiting]
        reach = best.metres + _SLACK + radii[node]
        if chords[waiting] > _chord2_limit(reach, floor):
            continue
        if radii[node] > _COARSE:
            far, mean = length(p, k_p, _row(centres, node), metric)
            if far > reach:
                continue
            # Nothing below lies further than two radii from the centre, nor does the centre of a ball below.
            floor = max(floor, mean - 2.0 * metric.scale_slope * radii[node] / metric.scale_least)
        if node >= leaves:
            best = _scan(node - leaves, floor, p, best, pieces, tree.leaf_size, metric)
            continue
        child = 2 * node
        left = _chord2(p, _row(centres, child))
        right = _chord2(p, _row(centres, child + 1))
        swap = 1 if left < right else 0  # the nearer child goes on top
        for side in (swap, 1 - swap):
            if radii[child + side] >= 0.0:
                nodes[waiting] = child + side
                chords[waiting] = right if side == 1 else left
                floors[waiting] = floor
                waiting += 1
    return best


@compiled
def search(points: Floats, pieces: Pieces, tree: Tree, metric: Metric) -> tuple[NDArray[np.int64], Floats]:
    """Return for each point the nearest piece of the line and the fraction along it.

    Parameters
    ----------
    points
        Unit vectors, shape (n, 3); a missing point is NaN.
    pieces, tree, metric
        The line, the balls around its pieces, and the way lengths are measured.

    Returns
    -------
    tuple of ndarray
        Piece, -1 where the point is missing, and fraction, NaN there.
    """
    found = np.full(points.shape[0], -1, np.int64)
    fractions = np.full(points.shape[0], np.nan)
    nodes, chords, floors = np.empty(_STACK, np.int64), np.empty(_STACK), np.empty(_STACK)
    for row in range(points.shape[0]):
        p = _row(points, row)
        if not math.isnan(p[0] + p[1] + p[2]):
            place = _nearest(p, nodes, chords, floors, pieces, tree, metric)
            place = _settled(place, p, pieces, metric)
            found[row], fractions[row] = place.piece, place.fraction
    return found, fractions
