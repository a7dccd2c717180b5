"""The compiled loops over pairs of points; imported only when a pattern is measured."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geo._compiled import compiled

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Codes = NDArray[np.int32]

# Steps of the grid that distances are put on, in a bandwidth, and the most steps there may be.
_STEPS_PER_BANDWIDTH = 64.0
_MOST_STEPS = 1 << 18
# Bandwidths beyond which the Gaussian kernel adds nothing to a double.
_TAIL = 8.5


@compiled
def count_cells(i: Codes, j: Codes, band: Codes, bands: int, counts: Whole) -> None:
    """Add to ``counts``, shape (n * bands + 1,), the neighbours of each point in each band, one cell late."""
    for pair in range(i.size):
        counts[np.int64(i[pair]) * bands + band[pair] + 1] += 1
        counts[np.int64(j[pair]) * bands + band[pair] + 1] += 1


@compiled
def fill_cells(i: Codes, j: Codes, band: Codes, bands: int, free: Whole, neighbours: Codes) -> None:
    """Write each end of the pairs into the other's cell; ``free`` holds the next empty place of each cell."""
    for pair in range(i.size):
        one = np.int64(i[pair]) * bands + band[pair]
        neighbours[free[one]] = j[pair]
        free[one] += 1
        other = np.int64(j[pair]) * bands + band[pair]
        neighbours[free[other]] = i[pair]
        free[other] += 1


@compiled
def cells_around(i: Whole, j: Whole, band: Whole, points: int, bands: int) -> tuple[Whole, Codes]:
    """Return neighbours j of points i by point and band, as ``size_within`` and ``m_sums`` read them."""
    ends = np.zeros(points * bands + 1, dtype=np.int64)
    for pair in range(i.size):
        ends[i[pair] * bands + band[pair] + 1] += 1
    for cell in range(points * bands):
        ends[cell + 1] += ends[cell]
    free = ends[:-1].copy()
    neighbours = np.empty(i.size, dtype=np.int32)
    for pair in range(i.size):
        cell = i[pair] * bands + band[pair]
        neighbours[free[cell]] = j[pair]
        free[cell] += 1
    return ends, neighbours


@compiled
def size_within(ends: Whole, neighbours: Codes, sizes: Floats, bands: int) -> Floats:
    """Return the size of all neighbours of each point up to each band, shape (n, bands)."""
    count = (ends.size - 1) // bands
    total = np.empty((count, bands))
    for i in range(count):
        reached = 0.0
        for band in range(bands):
            cell = i * bands + band
            for place in range(ends[cell], ends[cell + 1]):
                reached += sizes[neighbours[place]]
            total[i, band] = reached
    return total


@compiled
def _expected(
    i: int, codes: Codes, sizes: Floats, by_type: Floats, total: Floats, reference: int, neighbour: int
) -> tuple[Codes, Floats]:
    """Return the type wanted around a point in each arrangement, -1 for none, and that type's share in the others."""
    count = codes.shape[1]
    wanted, share = np.full(count, -1, np.int32), np.zeros(count)
    for k in range(count):
        code = codes[i, k]
        if reference < 0:
            wanted[k] = code
        elif code == reference:
            wanted[k] = neighbour
        if wanted[k] >= 0:
            own = sizes[i, k % sizes.shape[1]]
            others = by_type[k, wanted[k]] - (own if code == wanted[k] else 0.0)
            share[k] = others / (total[k] - own)
    return wanted, share


@compiled
def _by_type(codes: Codes, sizes: Floats, reference: int, neighbour: int) -> tuple[Floats, Floats]:
    """Return the size of each type in each arrangement, and of all."""
    count = codes.shape[1]
    by_type = np.zeros((count, max(codes.max(), reference, neighbour) + 1))
    for i in range(codes.shape[0]):
        for k in range(count):
            by_type[k, codes[i, k]] += sizes[i, k % sizes.shape[1]]
    total = np.zeros(count)
    for k in range(count):
        total[k] = by_type[k].sum()
    return by_type, total


@compiled
def _reach(
    first: int, last: int, neighbours: Codes, codes: Codes, sizes: Floats, wanted: Codes, reached: Floats
) -> None:
    """Add to ``reached`` the size of the neighbours in one cell that are of the type wanted in each arrangement."""
    for place in range(first, last):
        j = neighbours[place]
        size, row = sizes[j, 0], codes[j]
        for k in range(wanted.size):
            reached[k] += size if row[k] == wanted[k] else 0.0


@compiled
def m_sums(
    ends: Whole, neighbours: Codes, codes: Codes, sizes: Floats, around: Floats, reference: int, neighbour: int
) -> tuple[Floats, Floats]:
    """Return both sums of Marcon and Puech's M for arrangements of the types: sizes stay on their sites.

    Parameters
    ----------
    ends, neighbours
        Neighbours by point and band: cell ``i * bands + band`` ends at ``ends[cell + 1]``.
    codes
        Types, shape (n, K): an arrangement a column. Columns are worked on together, which keeps the processor's
        lanes full: 32 are some eight times as fast as one by one.
    sizes, around
        Shape (n, 1), and the size of all neighbours up to each band, shape (n, bands).
    reference, neighbour
        Codes of the types; -1, -1 pools every type with itself.

    Returns
    -------
    tuple of ndarray
        Local shares of the neighbour type, and its shares overall, each summed over points; shape (bands, K).
    """
    bands, count = around.shape[1], codes.shape[1]
    by_type, total = _by_type(codes, sizes, reference, neighbour)
    local, overall, reached = np.zeros((bands, count)), np.zeros((bands, count)), np.zeros(count)
    for i in range(codes.shape[0]):
        wanted, share = _expected(i, codes, sizes, by_type, total, reference, neighbour)
        if wanted.max() < 0:
            continue
        reached[:] = 0.0
        for band in range(bands):
            cell = i * bands + band
            _reach(ends[cell], ends[cell + 1], neighbours, codes, sizes, wanted, reached)
            if around[i, band] > 0.0:
                for k in range(count):
                    local[band, k] += reached[k] / around[i, band]
                    overall[band, k] += share[k]
    return local, overall


@compiled
def m_terms(
    near: tuple[Whole, Codes], cases: Whole, codes: Codes, sizes: Floats, by_type: Floats, wanted: tuple[int, int]
) -> tuple[Floats, Floats]:
    """Return what each of some points adds to the sums of ``m_sums``, the types' sizes overall being known.

    Parameters
    ----------
    near
        Neighbours by case and band, as for ``m_sums``; positions are those of ``codes``.
    cases
        Positions of the points counted from, shape (c,).
    codes, sizes
        Shape (n, 1): the cases and whatever stands around them.
    by_type
        Size of each type overall, shape (1, types).
    wanted
        Codes of the reference and of the neighbour type; -1, -1 pools.

    Returns
    -------
    tuple of ndarray
        Local share of the neighbour type up to each band, shape (c, bands), NaN where nothing with a size is around;
        and its share overall, shape (c,). A case that is not of the reference type: NaN in both.
    """
    ends, neighbours = near
    bands = (ends.size - 1) // max(cases.size, 1)
    around = size_within(ends, neighbours, sizes[:, 0], bands)
    total = np.full(1, by_type.sum())
    local, overall, reached = np.full((cases.size, bands), np.nan), np.full(cases.size, np.nan), np.zeros(1)
    for case in range(cases.size):
        counted, share = _expected(cases[case], codes, sizes, by_type, total, wanted[0], wanted[1])
        if counted[0] < 0:
            continue
        overall[case] = share[0]
        reached[:] = 0.0
        for band in range(bands):
            cell = case * bands + band
            _reach(ends[cell], ends[cell + 1], neighbours, codes, sizes, counted, reached)
            if around[case, band] > 0.0:
                local[case, band] = reached[0] / around[case, band]
    return local, overall


@compiled
def m_sums_moving(
    ends: Whole, neighbours: Codes, codes: Codes, sizes: Floats, bands: int, reference: int, neighbour: int
) -> tuple[Floats, Floats]:
    """Return what ``m_sums`` does for arrangements in which sizes move along, shape (n, K) like the types."""
    count = codes.shape[1]
    by_type, total = _by_type(codes, sizes, reference, neighbour)
    local, overall = np.zeros((bands, count)), np.zeros((bands, count))
    reached, around = np.zeros(count), np.zeros(count)
    for i in range(codes.shape[0]):
        wanted, share = _expected(i, codes, sizes, by_type, total, reference, neighbour)
        if wanted.max() < 0:
            continue
        reached[:] = 0.0
        around[:] = 0.0
        for band in range(bands):
            cell = i * bands + band
            for place in range(ends[cell], ends[cell + 1]):
                j = neighbours[place]
                size, row = sizes[j], codes[j]
                for k in range(count):
                    around[k] += size[k]
                    reached[k] += size[k] if row[k] == wanted[k] else 0.0
            for k in range(count):
                if around[k] > 0.0:
                    local[band, k] += reached[k] / around[k]
                    overall[band, k] += share[k]
    return local, overall


@compiled
def gather(ends: Whole, neighbours: Codes, apart: Floats, groups: Codes, sizes: Floats) -> tuple[Floats, Floats]:
    """Return distance and product of sizes of every pair of one group; a group below 0 is none."""
    count = 0
    for i in range(groups.size):
        if groups[i] >= 0:
            for place in range(ends[i], ends[i + 1]):
                count += 1 if groups[neighbours[place]] == groups[i] else 0
    distances, products = np.empty(count), np.empty(count)
    count = 0
    for i in range(groups.size):
        if groups[i] >= 0:
            for place in range(ends[i], ends[i + 1]):
                j = neighbours[place]
                if groups[j] == groups[i]:
                    distances[count] = apart[place]
                    products[count] = sizes[i] * sizes[j]
                    count += 1
    return distances, products


@compiled
def gridded_density(distances: Floats, weights: Floats, bandwidth: float, r: Floats, reach: float) -> Floats:
    """Return the sum of weighted Gaussian kernels and their mirror images at r, distances first put on a grid."""
    step = max(bandwidth / _STEPS_PER_BANDWIDTH, reach / _MOST_STEPS)
    mass = np.zeros(int(reach / step) + 3)
    for pair in range(distances.size):
        place = distances[pair] / step
        left = int(place)
        share = place - left
        mass[left] += weights[pair] * (1.0 - share)
        mass[left + 1] += weights[pair] * share
    density = np.zeros(r.size)
    for k in range(r.size):
        for sign in (1.0, -1.0):
            first = max(0, int((sign * r[k] - _TAIL * bandwidth) / step))
            last = min(mass.size - 1, int((sign * r[k] + _TAIL * bandwidth) / step) + 1)
            for place in range(first, last + 1):
                z = (sign * r[k] - place * step) / bandwidth
                density[k] += mass[place] * math.exp(-0.5 * z * z)
    return density / (bandwidth * math.sqrt(2.0 * math.pi))


@compiled
def same_type_weight(i: Whole, j: Whole, weights: Floats, codes: Codes) -> float:
    """Return the weight of the joins whose ends are of one type."""
    total = 0.0
    for join in range(i.size):
        if codes[i[join]] == codes[j[join]]:
            total += weights[join]
    return total


@compiled
def _covers(x: float, y: float, edges: Floats) -> bool:
    """Tell whether a point lies inside the rings."""
    inside = False
    for edge in range(edges.shape[0]):
        y0, y1 = edges[edge, 1], edges[edge, 3]
        if (y0 > y) != (y1 > y):
            x0, x1 = edges[edge, 0], edges[edge, 2]
            if x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
                inside = not inside
    return inside


@compiled
def _angle_within(x: float, y: float, radius: float, edges: Floats) -> float:
    """Return how much of a circle, in radians, lies inside the rings; the window is on the left of every edge.

    An arc inside the window starts where the boundary leaves the disc and ends where it enters it, going
    counter-clockwise. At most one arc passes angle 0, so the ends less the starts are the answer or fall short
    of it by a full turn.
    """
    square = radius * radius
    turn, crossings = 0.0, 0
    for edge in range(edges.shape[0]):
        ax, ay = edges[edge, 0] - x, edges[edge, 1] - y
        bx, by = edges[edge, 2] - x, edges[edge, 3] - y
        a_out = ax * ax + ay * ay > square
        b_out = bx * bx + by * by > square
        if not a_out and not b_out:
            continue
        dx, dy = bx - ax, by - ay
        length2 = dx * dx + dy * dy
        along = ax * dx + ay * dy
        if a_out and b_out and not (along < 0.0 and -along < length2):
            continue
        cross = ax * dy - ay * dx
        root2 = square * length2 - cross * cross
        if a_out and b_out and root2 <= 0.0:
            continue
        root = math.sqrt(max(0.0, root2))
        if a_out:
            t = min(1.0, max(0.0, (-along - root) / length2))
            turn += math.atan2(ay + t * dy, ax + t * dx)
            crossings += 1
        if b_out:
            t = min(1.0, max(0.0, (-along + root) / length2))
            turn -= math.atan2(ay + t * dy, ax + t * dx)
            crossings += 1
    if crossings == 0:
        return 2.0 * math.pi if _covers(x + radius, y, edges) else 0.0
    return turn if turn > 0.0 else turn + 2.0 * math.pi


@compiled
def angles_within(x: Floats, y: Floats, radii: Floats, edges: Floats) -> Floats:
    """Return how much of each circle, in radians, lies inside the rings; ``edges`` has shape (m, 4)."""
    angles = np.empty(x.size)
    for row in range(x.size):
        angles[row] = _angle_within(x[row], y[row], radii[row], edges)
    return angles
