"""Marked points, patterns in a window and owners nearby, against double loops and all relabellings of small data."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
import pytest
import shapely
from data_sets import Floats, Rng, alike, chance_alike, distances_km, labels, places, sizes
from scipy.stats import iqr

from geo.metrics._pattern_kernel import cells_around, m_terms
from geo.metrics.local_ownership import local_ownership
from geo.metrics.patterns import (
    distance_band,
    global_envelope,
    join_counts,
    k_function,
    kd_envelope,
    kd_function,
    kd_simulations,
    l_function,
    m_envelope,
    m_envelopes,
    m_function,
    m_simulations,
    random_labelling,
    random_location,
)

DRAWS = 400


def _marked(rng: Rng, most: int = 11) -> tuple[Floats, Floats, list[str | None], Floats, str, Floats]:
    """Return x, y, types, sizes, metric and all distances."""
    n = int(rng.integers(2, most))
    x, y = places(rng, n, spread_km=60, missing=0.08)
    metric = str(rng.choice(["geodesic", "planar"]))
    if metric == "planar":
        x, y = 100 * (x + 100), 100 * (y - 25)
    with np.errstate(invalid="ignore"):
        apart = np.hypot(x[:, None] - x, y[:, None] - y) if metric == "planar" else distances_km(x, y, x, y)
    return x, y, labels(rng, n, 3, missing=0.1), sizes(rng, n), metric, apart


def _m(
    types: list[str | None], size: Floats, apart: Floats, r: float, reference: str | None, neighbour: str | None
) -> float:
    kept = [i for i in range(len(types)) if types[i] and not math.isnan(size[i]) and not math.isnan(apart[i, i])]
    local, overall = [], []
    everything = math.fsum(size[kept])
    for i in kept:
        if reference and types[i] != reference:
            continue
        kind = neighbour or types[i]
        near = [j for j in kept if j != i and apart[i, j] <= r]
        around = math.fsum(size[near])
        rest = everything - size[i]
        if around <= 0 or rest <= 1e-12 * everything:
            continue
        local.append(math.fsum(size[j] for j in near if types[j] == kind) / around)
        overall.append(math.fsum(size[j] for j in kept if j != i and types[j] == kind) / rest)
    return math.fsum(local) / math.fsum(overall) if math.fsum(overall) > 0 else math.nan


def more_of_its_own_kind(rng: Rng) -> None:
    """Marcon and Puech's double sum; arrangements by the published generators of both null models."""
    x, y, types, size, metric, apart = _marked(rng)
    r = rng.uniform(5, 200, 3)
    named = sorted({t for t in types if t})
    reference = str(rng.choice(named)) if named and rng.random() < 0.6 else None
    neighbour = str(rng.choice(named)) if reference and rng.random() < 0.5 else reference
    found = m_function(x, y, types, size, r, reference=reference, neighbour=neighbour, metric=metric)  # type: ignore[arg-type]
    alike(found, [_m(types, size, apart, at, reference, neighbour) for at in r])
    there = [i for i in range(len(types)) if types[i] and not math.isnan(size[i]) and not math.isnan(apart[i, i])]
    if len(there) < 2:
        return
    seed, null = int(rng.integers(999)), str(rng.choice(["labelling", "location"]))
    kept = [types[i] for i in there]
    options = {"reference": reference, "neighbour": neighbour, "metric": metric}
    if reference and not {reference, neighbour} <= set(kept):
        return
    drawn = m_simulations(x[there], y[there], kept, size[there], r, null=null, simulations=2, seed=seed, **options)  # type: ignore[arg-type]
    near = apart[np.ix_(there, there)]
    if null == "labelling":
        arranged = [(list(kinds), size[there]) for kinds in random_labelling(kept, simulations=2, seed=seed)]
    else:
        arranged = [(list(k), s) for k, s in random_location(kept, size[there], simulations=2, seed=seed)]
    for curve, (kinds, held) in zip(drawn.curves, arranged, strict=True):
        alike(curve, [_m(kinds, held, near, at, reference, neighbour) for at in r])


def shares_around_each_point(rng: Rng) -> None:
    """What one point after another adds to the double sum, as partitions of a register hand it on."""
    n, bands = int(rng.integers(2, 9)), int(rng.integers(1, 4))
    codes, size = rng.integers(0, 3, n).astype(np.int32), rng.integers(0, 4, n).astype(float)
    size[0] = 1.0
    band = rng.integers(0, bands + 1, (n, n))
    i, j = np.nonzero((band < bands) & ~np.eye(n, dtype=bool))
    near = cells_around(i, j, band[i, j], n, bands)
    wanted = (-1, -1) if rng.random() < 0.5 else (int(codes[0]), int(rng.integers(0, 3)))
    by_type = np.array([[size[codes == kind].sum() for kind in range(3)]])
    local, overall = m_terms(near, np.arange(n), codes[:, None], size[:, None], by_type, wanted)
    for case in range(n):
        kind = int(codes[case]) if wanted[0] < 0 else wanted[1]
        rest = size.sum() - size[case]
        if wanted[0] not in {-1, codes[case]} or rest <= 0:
            assert np.isnan(local[case]).all() or rest <= 0
            continue
        alike(overall[case], (by_type[0, kind] - size[case] * (codes[case] == kind)) / rest)
        for at in range(bands):
            around = [k for k in range(n) if k != case and band[case, k] <= at]
            whole = size[around].sum()
            own = sum(size[k] for k in around if codes[k] == kind)
            alike(local[case, at], own / whole if whole > 0 else math.nan)


def thickness_of_pairs(rng: Rng) -> None:
    """Duranton and Overman's sum of kernels; R's bandwidth from scipy's quartiles."""
    x, y, types, size, metric, apart = _marked(rng)
    r, weighted = rng.uniform(0, 120, 3), bool(rng.random() < 0.5)
    found = kd_function(x, y, size, r, weighted=weighted, metric=metric)  # type: ignore[arg-type]
    alike(found, _kd(_pairs(["one"] * len(types), size, apart, None, weighted=weighted), r), rel=1e-7)
    named = sorted({t for i, t in enumerate(types) if t and not math.isnan(size[i]) and not math.isnan(apart[i, i])})
    if not named:
        return
    reference = str(rng.choice(named)) if rng.random() < 0.5 else None
    seed = int(rng.integers(999))
    options = {"reference": reference, "weighted": weighted, "metric": metric}
    drawn = kd_simulations(x, y, types, size, r, simulations=1, seed=seed, **options)  # type: ignore[arg-type]
    pairs = _pairs(types, size, apart, reference, weighted=weighted)
    expected = _kd(pairs, r)
    # Simulated curves lie on a grid: off by less than 0.1 % of the largest value, which is at the distance of a pair.
    top = np.nanmax([0.0, *_kd(pairs, [d for d, _ in pairs if d <= 2 * max(r)], reach=2 * max(r))])
    alike(drawn.observed, expected, floor=1e-3 * top)


def _pairs(
    types: list[str | None], size: Floats, apart: Floats, reference: str | None, *, weighted: bool
) -> list[tuple[float, float]]:
    kept = [i for i in range(len(types)) if types[i] and not math.isnan(size[i]) and not math.isnan(apart[i, i])]
    return [
        (apart[i, j], size[i] * size[j] if weighted else 1.0)
        for place, i in enumerate(kept)
        for j in kept[place + 1 :]
        if types[i] == types[j] and (reference is None or types[i] == reference)
    ]


def _kd(pairs: list[tuple[float, float]], at: Sequence[float] | Floats, *, reach: float = 0.0) -> list[float]:
    whole = math.fsum(weight for _, weight in pairs)
    if whole <= 0:
        return [math.nan] * len(at)
    near = [(d, weight) for d, weight in pairs if d <= (reach or 2 * max(at))]
    if not near:
        return [0.0] * len(at)
    h = _bandwidth(np.array([d for d, _ in near]))
    return [
        math.fsum(w * (math.exp(-(((r - d) / h) ** 2) / 2) + math.exp(-(((r + d) / h) ** 2) / 2)) for d, w in near)
        / (h * math.sqrt(2 * math.pi) * whole)
        for r in at
    ]


def _bandwidth(apart: Floats) -> float:
    spread = float(np.std(apart, ddof=1)) if apart.size > 1 else 0.0
    width = min(spread, float(iqr(apart)) / 1.34)
    for instead in (spread, float(apart[0]), 1.0):
        width = width or instead
    return 0.9 * width * apart.size**-0.2


def curves_outside_an_envelope(rng: Rng) -> None:
    """The definition in words: ranks from both sides, the smallest first, compared like words."""
    curves = rng.integers(0, 12, (20, 3)).astype(float) if rng.random() < 0.5 else rng.normal(size=(20, 3))
    if rng.random() < 0.2:
        curves[4, 1] = np.nan
    alpha = float(rng.choice([0.06, 0.11, 0.22]))
    found = global_envelope(curves[0], curves[1:], alpha=alpha)
    tested = [k for k in range(3) if not np.isnan(curves[:, k]).any()]
    words = []
    for curve in curves:
        ranks = []
        for k in tested:
            below, equal = (curves[:, k] < curve[k]).sum(), (curves[:, k] == curve[k]).sum()
            up = below + (equal + 1) / 2
            ranks.append(min(up, 21 - up))
        words.append(sorted(ranks))
    as_extreme = [sum(other <= word for other in words) / 20 for word in words]
    alike(found.p, as_extreme[0])
    kept = curves[[share > alpha + 1e-9 for share in as_extreme]]
    for k in range(3):
        ends = (kept[:, k].min(), kept[:, k].max()) if k in tested else (np.nan, np.nan)
        alike([found.lo.iloc[k], found.hi.iloc[k]], ends)
    outside = [k for k in tested if not kept[:, k].min() <= curves[0, k] <= kept[:, k].max()]
    assert found.left == bool(outside)


def envelopes_of_curves(rng: Rng) -> None:
    """The envelope of the curves that the simulations return."""
    x, y, types, size, metric, _ = _marked(rng, most=9)
    size = np.nan_to_num(size, nan=1.0) + 0.5
    x, y = np.nan_to_num(x, nan=1.0), np.nan_to_num(y, nan=1.0)
    types = ["owner 0", "owner 0", *(kind or "owner 1" for kind in types)][: len(types)]
    r, seed = np.array([40.0, 10.0]), int(rng.integers(999))
    given = {"simulations": 19, "seed": seed, "metric": metric}
    for whole, simulated in (
        (
            m_envelope(x, y, types, size, r, reference="owner 0", **given),  # type: ignore[arg-type]
            m_simulations(x, y, types, size, r, reference="owner 0", **given),  # type: ignore[arg-type]
        ),
        (
            kd_envelope(x, y, types, size, r, reference="owner 0", weighted=False, **given),  # type: ignore[arg-type]
            kd_simulations(x, y, types, size, r, reference="owner 0", weighted=False, **given),  # type: ignore[arg-type]
        ),
    ):
        expected = global_envelope(simulated.observed, simulated.curves)
        alike(np.column_stack(whole[:3]), np.column_stack(expected[:3]))
        alike(whole.p, expected.p)
        assert whole.left == expected.left
    together = m_envelopes(x, y, types, size, r, references=["owner 0"], **given)["owner 0"]  # type: ignore[arg-type]
    alike(together.hi, m_envelope(x, y, types, size, r, reference="owner 0", **given).hi)  # type: ignore[arg-type]


def neighbours_of_one_type(rng: Rng) -> None:
    """Loops over joins; expectation and p from every relabelling."""
    n = int(rng.integers(2, 7))
    x, y = places(rng, n, spread_km=40)
    reach = float(rng.uniform(10, 80))
    near = distances_km(x, y, x, y) <= reach
    band = distance_band(x, y, reach=reach)
    i, j = np.nonzero(near & ~np.eye(n, dtype=bool))
    assert (band.i.tolist(), band.j.tolist(), set(band.weight)) == (i.tolist(), j.tolist(), {1.0} if i.size else set())
    weight = rng.choice([1.0, 2.0, 0.25], i.size)
    types = labels(rng, n, 3)
    found = join_counts(types, (i, j, weight), permutations=DRAWS, seed=int(rng.integers(999)))
    known = [place for place in range(n) if types[place]]
    joins = [(a, b, w) for a, b, w in zip(i, j, weight, strict=True) if types[a] and types[b]]

    def same(kinds: list[str | None]) -> float:
        return math.fsum(w for a, b, w in joins if kinds[a] == kinds[b])

    alike([found.same, found.total], [same(types), math.fsum(w for *_, w in joins)])
    by_type: dict[object, float] = defaultdict(float)
    for a, b, w in joins:
        by_type[types[a]] += w * (types[a] == types[b])
    assert found.by_type.to_dict() == pytest.approx({kind: by_type[kind] for kind in dict.fromkeys(types) if kind})
    if len(known) < 2:
        assert math.isnan(found.expected)
        return
    draws = []
    for order in permutations(known):
        kinds = list(types)
        for to, origin in zip(known, order, strict=True):
            kinds[to] = types[origin]
        draws.append(same(kinds))
    alike(found.expected, math.fsum(draws) / len(draws), floor=1e-9)
    further = np.mean(np.abs(np.array(draws) - found.expected) >= abs(found.same - found.expected) - 1e-7)
    chance_alike(found.p, float(further), DRAWS)


def ripley_in_a_window(rng: Rng) -> None:
    """Ordered pairs one by one; shared areas and arcs by shapely."""
    hole = shapely.box(4, 4, 5, 5) if rng.random() < 0.5 else shapely.Polygon()
    slanted = shapely.Polygon([(0, 1), (9, 0), (10, 7), (5, 8.5), (1, 8)])
    window = (shapely.box(0, 0, 10, 8) if rng.random() < 0.5 else slanted) - hole
    xy = rng.uniform(0, [10, 8], (30, 2))
    xy = xy[shapely.contains_xy(window, xy)][:7]
    xy[-1] = xy[0]
    n, area = len(xy), window.area
    r = np.sort(rng.uniform(0.5, 4, 2))[::-1]
    density = rng.uniform(0.05, 0.4, n) if rng.random() < 0.5 else None
    lam = np.ones(n) if density is None else density
    power = int(rng.integers(1, 3))
    apart = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1))
    edge = shapely.distance(shapely.points(xy), window.boundary)
    for correction in ("none", "border", "translation", "isotropic"):
        found = k_function(xy, window, r, correction=correction, intensity=density, normpower=power)  # type: ignore[arg-type]
        for at, value in zip(r, found, strict=True):
            expected = _ripley(xy, window, at, correction, lam, edge, apart)
            c = area / (1 / lam).sum()
            if correction == "border":
                counted = (1 / lam)[edge > at].sum()
                scale = math.nan if not counted else (area / n if density is None else c**power) / counted
            else:
                scale = area / (n * (n - 1)) if density is None else c**power / area
            alike(value, expected * scale, rel=1e-2 if correction == "isotropic" else 1e-8, floor=1e-9)
        radius = l_function(xy, window, r, correction=correction, intensity=density, normpower=power)  # type: ignore[arg-type]
        alike(radius, np.sqrt(found / math.pi))


def _ripley(
    xy: Floats, window: shapely.Polygon, r: float, correction: str, lam: Floats, edge: Floats, apart: Floats
) -> float:
    total = 0.0
    for i in range(len(xy)):
        for j in range(len(xy)):
            if i == j or apart[i, j] > r or (correction == "border" and edge[i] <= r):
                continue
            weight = 1.0
            if correction == "translation":
                shift = xy[j] - xy[i]
                moved = shapely.transform(window, lambda old, shift=shift: old + shift)
                weight = window.area / window.intersection(moved).area
            elif correction == "isotropic" and apart[i, j] > edge[i]:
                turns = (np.arange(1_500) + 0.5) * math.tau / 1_500
                ring = xy[i] + apart[i, j] * np.column_stack([np.cos(turns), np.sin(turns)])
                weight = 1 / max(shapely.contains_xy(window, ring).mean(), 0.01)
            total += weight / (lam[i] * lam[j])
    return total


def owners_nearby(rng: Rng) -> None:
    """The chance that two draws by nearness have one owner; expectation and p from every relabelling."""
    n = int(rng.integers(3, 8))
    x, y = places(rng, n, spread_km=15, missing=0.05)
    owners, size = labels(rng, n, 3, missing=0.2), sizes(rng, n)
    width, kernel = float(rng.uniform(8, 30)), str(rng.choice(["gaussian", "uniform"]))
    found = local_ownership(
        x,
        y,
        owners,
        size,
        bandwidth_km=width,
        kernel=kernel,
        permutations=DRAWS,
        seed=int(rng.integers(999)),  # type: ignore[arg-type]
    )
    apart = distances_km(x, y, x, y)
    near = (
        np.exp(-((apart / width) ** 2) / 2) * (apart <= 3 * width) if kernel == "gaussian" else (apart <= width) * 1.0
    )
    weight = np.nan_to_num(near) * np.nan_to_num(size)
    counts = [i for i in range(n) if math.isfinite(x[i]) and size[i] > 0]
    known = [i for i in counts if owners[i]]
    orders = (
        [[owners[place] for place in order] for order in set(permutations(known))][:5_040] if len(known) < 7 else []
    )
    for i in range(n):
        row = found.iloc[i]
        if math.isnan(x[i]) or weight[i, counts].sum() == 0:
            assert row.isna().all()
            continue
        w = weight[i] / weight[i, counts].sum()
        alike(row["known_share"], w[known].sum(), floor=1e-9)
        thin = 1 / (w[counts] ** 2).sum() < 3
        lone, pooled = ([owners[j] or other(j) for j in counts] for other in (lambda j: j, lambda _: "?"))
        ends = [math.nan] * 2 if thin else [_herfindahl(w[counts], lone), _herfindahl(w[counts], pooled)]
        if abs(1 / (w[counts] ** 2).sum() - 3) > 1e-6:
            alike(row[["hhi_low", "hhi_high"]], ends, floor=1e-9)
        if w[known].sum() == 0:
            assert row[["hhi", "excess", "p", "effective_parks"]].isna().all()
            continue
        v = w[known] / w[known].sum()
        floor = (v**2).sum()
        alike(row["effective_parks"], 1 / floor)
        if 1 / floor < 3 - 1e-6:
            assert row[["hhi", "floor", "expected", "excess", "p"]].isna().all()
        elif orders and 1 / floor > 3 + 1e-6:
            mine = [owners[j] for j in known]
            draws = np.array([_herfindahl(v, kinds) for kinds in orders])
            alike(row[["hhi", "floor", "expected"]], [_herfindahl(v, mine), floor, draws.mean()], floor=1e-9)
            one = len(set(mine)) == 1
            held = sum(k * (k - 1) for k in Counter(mine).values()) / (len(mine) * (len(mine) - 1))
            alike(row["excess"], 1.0 if one else ((row["hhi"] - floor) / (1 - floor) - held) / (1 - held), floor=1e-9)
            further = np.mean(np.abs(draws - draws.mean()) >= abs(row["hhi"] - draws.mean()) - 1e-8)
            chance_alike(row["p"], float(further), DRAWS)


def _herfindahl(weights: Floats, owners: list[object]) -> float:
    held: dict[object, float] = defaultdict(float)
    for weight, owner in zip(weights, owners, strict=True):
        held[owner] += float(weight)
    return math.fsum(value**2 for value in held.values())


CHECKS: tuple[Callable[[Rng], None], ...] = (
    more_of_its_own_kind,
    shares_around_each_point,
    thickness_of_pairs,
    curves_outside_an_envelope,
    envelopes_of_curves,
    neighbours_of_one_type,
    ripley_in_a_window,
    owners_nearby,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_what_an_independent_computation_makes_it(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 25)


@pytest.mark.campaign
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_so_on_a_thousand_data_sets(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 1_000)
