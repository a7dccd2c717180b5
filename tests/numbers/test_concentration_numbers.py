"""Concentration, inequality and specialisation, against their formulas written out and against other libraries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from data_sets import Rng, alike, labels, sizes
from inequality.gini import Gini
from inequality.theil import Theil as PysalTheil
from inequality.theil import TheilD

from geo.metrics.agglomeration import ellison_glaeser, location_quotient
from geo.metrics.areas import AreaInputs, area_metrics
from geo.metrics.concentration import (
    concentration_ratio,
    effective_number,
    gini,
    herfindahl,
    mean_log_deviation,
    ownership_bounds,
    theil,
)
from geo.metrics.lorenz import lorenz_curve


def _exact(values: object) -> list[Fraction]:
    return [Fraction(float(value)) for value in np.asarray(values, dtype=float) if not math.isnan(value)]


def _squares(values: list[Fraction]) -> float:
    total = sum(values)
    return float(sum((value / total) ** 2 for value in values)) if total else math.nan


def herfindahl_and_its_inverse(rng: Rng) -> None:
    """Fractions, without rounding."""
    given = sizes(rng, rng.integers(0, 30))
    kept = [value for value in _exact(given) if value > 0]
    expected = _squares(kept)
    alike(herfindahl(given), expected)
    alike(effective_number(given), 1 / expected)
    share = 1 / len(kept) if kept else math.nan
    alike(herfindahl(given, normalized=True), (expected - share) / (1 - share) if len(kept) > 1 else math.nan)


def concentration_ratios(rng: Rng) -> None:
    """Fractions, sorted by Python."""
    given, k = sizes(rng, rng.integers(0, 30)), int(rng.integers(1, 8))
    kept = sorted(_exact(given), reverse=True)
    expected = float(sum(kept[:k]) / sum(kept)) if sum(kept) else math.nan
    alike(concentration_ratio(given, k), expected)


def gini_of_units(rng: Rng) -> None:
    """The double sum of differences; PySAL's inequality."""
    given = sizes(rng, rng.integers(0, 25))
    kept = _exact(given)
    mean = sum(kept) / len(kept) if kept else Fraction(0)
    both = sum(abs(a - b) for a in kept for b in kept)
    alike(gini(given), float(both / (2 * mean * len(kept) ** 2)) if mean else math.nan)
    if mean and len(kept) > 1:
        alike(gini(given), Gini(np.array([float(value) for value in kept])).g)


def gini_of_weighted_units(rng: Rng) -> None:
    """Each unit written out as often as it weighs."""
    count = int(rng.integers(1, 12))
    given, weights = sizes(rng, count), rng.integers(0, 6, count).astype(float)
    weights[rng.random(count) < 0.1] = np.nan
    wide = [size for size, weight in zip(given, weights, strict=True) if weight > 0 for _ in range(int(weight))]
    kept = [value for value in wide if not math.isnan(value)]
    expected = math.nan
    if sum(kept) > 0:
        table = np.abs(np.subtract.outer(kept, kept)).sum()
        expected = table / (2 * np.mean(kept) * len(kept) ** 2)
    alike(gini(given, weights=weights), expected)


def theil_and_its_parts(rng: Rng) -> None:
    """The formula over shares; PySAL's Theil and TheilD where no size is zero."""
    count = int(rng.integers(1, 25))
    given, groups = sizes(rng, count), labels(rng, count, 4)
    rows = [(size, group) for size, group in zip(given, groups, strict=True) if group and not math.isnan(size)]
    found = theil(given, groups=groups)
    total = math.fsum(size for size, _ in rows)
    if total == 0:
        alike(found, [math.nan] * 3)
        return
    shares = [size / total for size, _ in rows if size > 0]
    alike(found.total, math.fsum(s * math.log(s * len(rows)) for s in shares), floor=1e-10)
    held: dict[str, list[float]] = defaultdict(list)
    for size, group in rows:
        held[str(group)].append(size / total)
    parts = [(sum(members), len(members)) for members in held.values()]
    alike(found.between, math.fsum(s * math.log(s * len(rows) / n) for s, n in parts if s > 0), floor=1e-10)
    alike(found.between + found.within, found.total, floor=1e-10)
    alike(theil(given).total, theil(given, groups=["a"] * count).total, floor=1e-10)
    if all(size > 0 for size, _ in rows):
        values = np.array([size for size, _ in rows])
        alike(found.total, PysalTheil(values).T, rel=1e-6, floor=1e-9)
        split = TheilD(values, np.array([group for _, group in rows]))
        alike(found.between, np.ravel(split.bg)[0], rel=1e-6, floor=1e-9)


def mean_log_deviations(rng: Rng) -> None:
    """The mean of logarithms by fsum."""
    given = sizes(rng, rng.integers(0, 25))
    kept = [float(value) for value in _exact(given)]
    if not kept or sum(kept) == 0:
        expected = math.nan
    elif min(kept) == 0:
        expected = math.inf
    else:
        mean = math.fsum(kept) / len(kept)
        expected = math.fsum(math.log(mean / value) for value in kept) / len(kept)
    alike(mean_log_deviation(given), expected, floor=1e-10)


def bounds_of_ownership(rng: Rng) -> None:
    """Holdings summed in a dictionary, unknown owners apart and together."""
    count = int(rng.integers(1, 20))
    given, owners = sizes(rng, count), labels(rng, count, 5, missing=rng.choice([0.0, 0.3, 1.0]))
    apart: dict[object, Fraction] = defaultdict(Fraction)
    together: dict[object, Fraction] = defaultdict(Fraction)
    for place, (size, owner) in enumerate(zip(given, owners, strict=True)):
        if not math.isnan(size):
            apart[owner or place] += Fraction(float(size))
            together[owner or "unknown"] += Fraction(float(size))
    found = ownership_bounds(given, owners, index=herfindahl)
    alike(found, [_squares(list(apart.values())), _squares(list(together.values()))])
    ratio = ownership_bounds(given, owners, index=lambda held: concentration_ratio(held, 2))
    for end, held in zip(ratio, (apart, together), strict=True):
        ordered = sorted(held.values(), reverse=True)
        alike(end, float(sum(ordered[:2]) / sum(ordered)) if sum(ordered) else math.nan)


def corners_of_the_lorenz_curve(rng: Rng) -> None:
    """Every share by fractions; the area under it gives the Gini coefficient."""
    given = sizes(rng, rng.integers(1, 25))
    kept = sorted(_exact(given))
    curve = lorenz_curve(given)
    if not sum(kept):
        assert curve.empty
        return
    assert len(curve) == 1 + len(set(kept))
    at = {round(float(x), 12): y for x, y in curve.to_numpy()}
    for value in set(kept):
        below = [other for other in kept if other <= value]
        alike(at[round(len(below) / len(kept), 12)], float(sum(below) / sum(kept)))
    area = np.trapezoid(curve["size_share"], curve["owner_share"])
    alike(1 - 2 * area, gini(given), floor=1e-10)


def location_quotients(rng: Rng) -> None:
    """Four whole numbers as fractions."""
    count = int(rng.integers(1, 10))
    total = rng.integers(0, 30, count)
    local = rng.binomial(total, rng.choice([0.0, 0.3]))
    names = [f"area {place}" for place in range(count)]
    found = location_quotient(
        pd.Series(local, names), pd.Series(total, names), national=int(local.sum()), national_total=int(total.sum())
    )
    for name, part, whole in zip(names, local.tolist(), total.tolist(), strict=True):
        expected = math.nan
        if whole and local.sum():
            expected = float(Fraction(part, whole) / Fraction(int(local.sum()), int(total.sum())))
        alike(found[name], expected)


def index_of_ellison_and_glaeser(rng: Rng) -> None:
    """The formula in fractions; mean and variance of G over every way the darts can fall."""
    regions, plants = int(rng.integers(2, 4)), int(rng.integers(2, 6))
    totals = [Fraction(int(value)) for value in rng.integers(1, 9, regions)]
    x = [total / sum(totals) for total in totals]
    size = [Fraction(int(value)) for value in rng.integers(1, 6, plants)]
    z = [value / sum(size) for value in size]
    where = rng.integers(0, regions, plants)

    def raw(places: tuple[int, ...]) -> Fraction:
        held = [sum((z[k] for k, place in enumerate(places) if place == r), Fraction(0)) for r in range(regions)]
        return sum(((s - share) ** 2 for s, share in zip(held, x, strict=True)), Fraction(0))

    mean = square = Fraction(0)
    for places in product(range(regions), repeat=plants):
        chance = math.prod((x[place] for place in places), start=Fraction(1))
        mean, square = mean + chance * raw(places), square + chance * raw(places) ** 2
    g = raw(tuple(where.tolist()))
    h = sum(share**2 for share in z)
    room = (1 - sum(share**2 for share in x)) * (1 - h)
    names = [f"region {r}" for r in range(regions)]
    table = pd.DataFrame({"region": [names[r] for r in where], "size": [float(value) for value in size]})
    found = ellison_glaeser(table, pd.Series([float(total) for total in totals], names).sample(frac=1, random_state=1))
    alike(found.g, float(g))
    alike(found.h, float(h))
    alike(found.gamma, float((g - mean) / room))
    variance = float(square - mean**2)
    if variance > 1e-9:
        alike(found.z, float(g - mean) / variance**0.5, rel=1e-7, floor=1e-9)
    assert found.plants == plants


def tables_by_area(rng: Rng) -> None:
    """Every count and index by loops over rows."""
    count = int(rng.integers(1, 25))
    areas = ["north", "south", "east", "nothing"]
    where = rng.choice([*areas[:3], None], count)
    hectares = np.where(rng.random(count) < 0.4, np.nan, rng.integers(1, 90, count))
    parks = pd.DataFrame(
        {
            "park_id": [f"p{place}" for place in range(count)],
            "study_set": rng.random(count) < 0.7,
            "located": rng.random(count) < 0.8,
            "area_ha": hectares,
            "plants_registered": rng.integers(0, 6, count),
            "area": where,
        }
    )
    rows = []
    for park in parks["park_id"]:
        holders = rng.choice(list("abcd"), rng.integers(0, 3), replace=False)
        rows += [{"park_id": park, "developer_id": holder, "share": 1 / len(holders)} for holder in holders]
    held = pd.DataFrame(rows, columns=["park_id", "developer_id", "share"]).astype(
        {"share": float, "developer_id": object}
    )
    plants = pd.DataFrame(
        {"scian": rng.choice(["336320", "336111", "311110", None], 30), "area": rng.choice(areas[:3], 30)}
    )
    plants["manufacturing"] = plants["scian"].notna()
    inputs = AreaInputs(parks, held, plants, auto_parts=plants.iloc[:7], assembly=plants.iloc[7:9])
    found = area_metrics(inputs, by="area", areas=pd.Index(areas), industries=("3363",))
    for area in areas:
        row = found.loc[area]
        inside = [park for park in parks.itertuples() if park.area == area]
        study = [park for park in inside if park.study_set]
        sized = [park.area_ha for park in study if not math.isnan(park.area_ha)]
        counts = [len(inside), len(study), sum(not park.located for park in inside), len(sized)]
        assert row[["parks", "parks_study_set", "parks_not_located", "parks_with_area"]].tolist() == counts
        alike(row["area_ha_known"], math.fsum(sized) if sized else math.nan)
        assert row["plants_in_parks"] == sum(park.plants_registered for park in study)
        made = [str(plant.scian) for plant in plants.itertuples() if plant.area == area and plant.manufacturing]
        assert row["establishments"] == sum(plant.area == area for plant in plants.itertuples())
        assert row["manufacturing_establishments"] == len(made)
        assert row["establishments_3363"] == sum(code.startswith("3363") for code in made)
        _ownership_of_an_area(row, study, rows)


def _ownership_of_an_area(row: pd.Series, study: list[object], held: list[dict[str, object]]) -> None:
    for size, of in (("count", lambda park: 1.0), ("ha", lambda park: park.area_ha)):
        ends: list[dict[object, float]] = [defaultdict(float), defaultdict(float)]
        for park in study:
            amount = of(park)
            mine = [line for line in held if line["park_id"] == park.park_id]  # type: ignore[attr-defined]
            if math.isnan(amount):
                continue
            for end, unknown in zip(ends, (park, "unknown"), strict=True):
                if not mine:
                    end[unknown] += amount
                for line in mine:
                    end[line["developer_id"]] += amount * float(str(line["share"]))
        for name, held_by in zip(("low", "high"), ends, strict=True):
            values = sorted(held_by.values(), reverse=True)
            total = math.fsum(values)
            alike(row[f"owner_hhi_{size}_{name}"], sum((v / total) ** 2 for v in values) if total else math.nan)
            alike(row[f"owner_cr4_{size}_{name}"], sum(values[:4]) / total if total else math.nan)
    known = {park.park_id for park in study} & {line["park_id"] for line in held}  # type: ignore[attr-defined]
    assert row["parks_controller_known"] == len(known)
    assert row["developers"] == len({line["developer_id"] for line in held if line["park_id"] in known})
    alike(row["controller_known_share"], len(known) / len(study) if study else math.nan)


CHECKS: tuple[Callable[[Rng], None], ...] = (
    herfindahl_and_its_inverse,
    concentration_ratios,
    gini_of_units,
    gini_of_weighted_units,
    theil_and_its_parts,
    mean_log_deviations,
    bounds_of_ownership,
    corners_of_the_lorenz_curve,
    location_quotients,
    index_of_ellison_and_glaeser,
    tables_by_area,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_what_an_independent_computation_makes_it(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 25)


@pytest.mark.campaign
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_metric_is_so_on_a_thousand_data_sets(check: Callable[[Rng], None], cases: Callable) -> None:
    cases(check, 1_000)
