"""H6, H8, H9, H11, H12 and H14: what stands near what among the plants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geo.geodesy import count_within, nearest
from geo.join import coordinates, municipality_of
from geo.measures.counting import built_assembly, counted, manufacturing_plants, parts_plants
from geo.measures.hypotheses.rules import (
    CANNOT_TELL,
    CONTRADICTED,
    SUPPORTED,
    Finding,
    Ground,
    Part,
    contrast_row,
    row,
    side,
)
from geo.metrics.contrasts import Contrast, against_draws, rank_contrast, rank_correlation
from geo.metrics.inference import benjamini_hochberg
from geo.metrics.patterns import m_envelope
from geo.schema.findings import ALPHA, PER_PEOPLE, SUPPLIER_CODES

AROUND_KM = 25.0
#: Edges of the rings round the assembly plants; farther plants are what the rings are held against.
RINGS_KM = (10.0, 25.0, 50.0, 100.0, 200.0)
#: A reach longer than this is not that of an enclave.
ENCLAVE_KM = 25.0
LOW_VALUE = ("harness_electrical", "seats_interior")
CROSS_R_KM = (5, 10, 25)


def enclave(ground: Ground) -> Finding:
    """H6: export plants do not stand near the country's own plants."""
    plants = manufacturing_plants(ground.tables["establishments"])
    in_parks = plants["park_name_reported"].notna().to_numpy()
    rows = _cross(ground, plants, in_parks, part="parks", subject="in_parks")
    parts = [Part("parks", *_apart(rows), role="context")]
    exporters = ground.official.immex
    if exporters is None:
        return Finding(rows, [*parts, Part("export", CANNOT_TELL, "no_source")])
    export = plants["plant_id"].isin(exporters["plant_id"]).to_numpy()
    found = _cross(ground, plants, export, part="export", subject="export")
    return Finding([*rows, *found], [*parts, Part("export", *_apart(found))])


def _cross(ground: Ground, plants: Any, group: np.ndarray, *, part: str, subject: str) -> list[dict[str, Any]]:
    """Return Marcon and Puech's M of the other plants round those of a group."""
    if not group.any() or group.all():
        return []
    lon, lat = coordinates(plants)
    simulations = ground.study.parameters.curve_simulations
    found = m_envelope(
        lon, lat, np.where(group, "group", "other"), np.ones(len(plants)), CROSS_R_KM, reference="group",
        neighbour="other", simulations=simulations, seed=ground.study.parameters.seed,
    )  # fmt: skip
    return [
        row(f"cross_m_{part}_{r}km", found.observed[r], part=part, subject=subject, low=found.lo[r], high=found.hi[r],
            interval="global_envelope_95", reference=1.0, at=float(r), at_unit="km", p=found.p, n=int(group.sum()),
            unit="ratio", on="register_manufacturing", method="relabelled_plants", permutations=simulations,
            drawn=True, tables=("establishments",))
        for r in CROSS_R_KM
    ]  # fmt: skip


def _apart(rows: list[dict[str, Any]]) -> tuple[str, str]:
    if not rows or pd.isna(rows[0]["p"]):
        return CANNOT_TELL, "nothing_measured"
    if rows[0]["p"] > ALPHA:
        return CONTRADICTED, "like_chance"
    below = any(each["value"] < each["low"] for each in rows)
    return (SUPPORTED, "beyond_chance") if below else (CONTRADICTED, "other_way")


def spillovers(ground: Ground) -> Finding:
    """H8: local engineering and machining firms gather round the assembly plants."""
    everyone = ground.tables["establishments"]
    everyone = everyone[counted(everyone)]
    lon, lat = coordinates(everyone)
    is_supplier = everyone["scian"].str.startswith(SUPPLIER_CODES, na=False).to_numpy()
    found = _round_assembly(ground, lon, lat, is_supplier)
    on: dict[str, Any] = {"part": "register", "on": "register", "tables": ("establishments", "assembly_plants")}
    rows = [
        contrast_row("supplier_share_25km", found, unit="share", at=AROUND_KM, at_unit="km", method="random_centres",
                     permutations=ground.draws["permutations"], drawn=True, **on),
        row("suppliers_in_register", int(is_supplier.sum()), n=len(everyone), method="count", **on),
    ]  # fmt: skip
    verdict = side(found.p, found.value - found.centre)
    directory = ground.official.directory
    if directory is None:
        return Finding(rows, [Part("register", *verdict, role="context"), Part("directory", CANNOT_TELL, "no_source")])
    full = _round_assembly(
        ground, directory["lon"], directory["lat"],
        directory["scian"].astype(str).str.startswith(SUPPLIER_CODES, na=False).to_numpy(),
    )  # fmt: skip
    rows.append(
        contrast_row("supplier_share_directory_25km", full, part="directory", unit="share", at=AROUND_KM, at_unit="km",
                     method="random_centres", permutations=ground.draws["permutations"], drawn=True, on="directory",
                     tables=("assembly_plants",))
    )  # fmt: skip
    return Finding(
        rows,
        [Part("register", *verdict, role="context"), Part("directory", *side(full.p, full.value - full.centre))],
    )


def _round_assembly(ground: Ground, lon: Any, lat: Any, is_supplier: np.ndarray) -> Contrast:
    """Compare the suppliers' share round the assembly plants with that round as many manufacturing plants at random.

    The share of a centre is that of suppliers among the establishments within 25 km of it; centres are drawn from the
    register's manufacturing plants outside the auto industry. Their size is unknown, so they are not matched by size.
    """
    centres = built_assembly(ground.tables["assembly_plants"])
    centres = centres[centres.geometry.notna()]
    auto = ground.tables["auto_parts_plants"]["plant_id"]
    others = manufacturing_plants(ground.tables["establishments"])
    others = others[~others["plant_id"].isin(auto)]
    share = _share_within(*coordinates(centres), lon, lat, is_supplier)
    pool = _share_within(*coordinates(others), lon, lat, is_supplier)
    share, pool = share[np.isfinite(share)], pool[np.isfinite(pool)]
    if share.size == 0 or pool.size < share.size:
        return Contrast(np.nan, np.nan, np.nan, np.nan, np.nan, 0)
    rng = np.random.default_rng(ground.study.parameters.seed)
    draws = [
        pool[rng.choice(pool.size, share.size, replace=False, shuffle=False)].mean()
        for _ in range(ground.study.parameters.permutations)
    ]
    return against_draws(float(share.mean()), draws, n=share.size)


def _share_within(lon: Any, lat: Any, x: Any, y: Any, which: np.ndarray) -> np.ndarray:
    x, y = np.asarray(x, float), np.asarray(y, float)
    every = count_within(lon, lat, x, y, AROUND_KM)
    some = count_within(lon, lat, x[which], y[which], AROUND_KM)
    return np.divide(some, every, out=np.full(len(every), np.nan), where=np.asarray(every) > 0)


def reach(ground: Ground) -> Finding:
    """H9: what gathers round the assembly plants does not reach far."""
    from scipy.stats import binomtest, fisher_exact

    plants = manufacturing_plants(ground.tables["establishments"])
    auto = ground.tables["auto_parts_plants"]
    assembly_works = auto.loc[auto["assembly_plant_id"].notna(), "plant_id"]
    plants = plants[~plants["plant_id"].isin(assembly_works)]
    centres = built_assembly(ground.tables["assembly_plants"])
    km = nearest(*coordinates(plants), *coordinates(centres[centres.geometry.notna()]))[1]
    is_parts = plants["plant_id"].isin(parts_plants(auto)["plant_id"]).to_numpy()
    beyond = is_parts[km > RINGS_KM[-1]]
    base = float(beyond.mean()) if beyond.size else np.nan
    rows = []
    for inner, outer in zip((-1.0, *RINGS_KM[:-1]), RINGS_KM, strict=True):
        inside = is_parts[(km > inner) & (km <= outer)]
        if not inside.size or not beyond.size:
            continue
        bounds = binomtest(int(inside.sum()), inside.size).proportion_ci(1 - ALPHA, "exact")
        p = fisher_exact([[inside.sum(), (~inside).sum()], [beyond.sum(), (~beyond).sum()]]).pvalue
        rows.append(
            row(f"parts_share_{int(outer)}km", float(inside.mean()), part="reach", at=outer, at_unit="km",
                low=bounds.low, high=bounds.high, interval="exact_95", reference=base, p=float(p), n=inside.size,
                unit="share", on="register_manufacturing", method="fisher", drawn=True,
                tables=("establishments", "auto_parts_plants", "assembly_plants"))
        )  # fmt: skip
    length, verdict = _reach(rows, base)
    rows.append(
        row("reach_km", length, part="reach", unit="km", method="last_ring", on="register_manufacturing",
            reference=ENCLAVE_KM, tables=("establishments", "auto_parts_plants", "assembly_plants"))
    )  # fmt: skip
    return Finding(rows, [Part("reach", *verdict)])


def _reach(rows: list[dict[str, Any]], base: float) -> tuple[float, tuple[str, str]]:
    """Return the outer edge of the last ring, from inside out, with more parts plants than far away."""
    if not rows:
        return np.nan, (CANNOT_TELL, "nothing_measured")
    passes = benjamini_hochberg(pd.Series([each["p"] for each in rows], dtype=float)).fillna(False)
    length = 0.0
    for each, significant in zip(rows, passes, strict=True):
        each["significant"] = bool(significant)
    for each in rows:
        if not (each["significant"] and each["value"] > base):
            break
        length = each["at"]
    if length == 0:
        return length, (CANNOT_TELL, "no_gathering")
    return length, ((SUPPORTED, "short_reach") if length <= ENCLAVE_KM else (CONTRADICTED, "long_reach"))


def low_value(ground: Ground) -> Finding:
    """H11: the low-wage parts, harnesses and seats, are made nearer to the border."""
    plants = parts_plants(ground.tables["auto_parts_plants"])
    classes, km = plants["part_class"], plants["border_km"].to_numpy(float)
    on: dict[str, Any] = {"on": "auto_parts", "tables": ("auto_parts_plants",)}
    rows = []
    for part, names in (("low_value", LOW_VALUE), *((name, (name,)) for name in LOW_VALUE)):
        inside = classes.isin(names).to_numpy()
        found = rank_contrast(km, inside, **ground.draws)
        rows += [
            contrast_row(f"nearer_{part}", found, part=part, unit="share", method="relabelled_plants", drawn=True,
                         permutations=ground.draws["permutations"], **on),
            row(f"median_{part}", float(np.nanmedian(km[inside])) if inside.any() else np.nan, part=part, unit="km",
                n=int(inside.sum()), method="count", **on),
        ]  # fmt: skip
    others = ~classes.isin(LOW_VALUE).to_numpy()
    rows.append(row("median_other_parts", float(np.nanmedian(km[others])) if others.any() else np.nan,
                    part="low_value", unit="km", n=int(others.sum()), method="count", **on))  # fmt: skip
    tested = {each["part"]: each for each in rows if each["statistic"].startswith("nearer_")}
    passes = benjamini_hochberg(pd.Series([tested[name]["p"] for name in LOW_VALUE], dtype=float))
    for name, significant in zip(LOW_VALUE, passes, strict=True):
        tested[name]["significant"] = significant
    return Finding(
        rows,
        [
            Part(name, *side(each["p"], each["value"] - 0.5), role="decides" if name == "low_value" else "context")
            for name, each in tested.items()
        ],
    )


def small_firms(ground: Ground) -> Finding:
    """H12: small technology firms follow the clusters of the auto multinationals."""
    metro = ground.tables["metro_areas"].set_index("metro_area_code")
    everyone = ground.tables["establishments"]
    everyone = everyone[counted(everyone)]
    auto = metro["auto_parts_plants"] + metro["assembly_plants"]
    inside = everyone["scian"].str.startswith(SUPPLIER_CODES, na=False)
    register = everyone.loc[inside, "metro_area_code"].value_counts() if "metro_area_code" in everyone else (
        everyone.loc[inside, "metro_area"].map({name: code for code, name in metro["name"].items()}).value_counts()
    )  # fmt: skip
    rows = [_follows(ground, metro, auto, register, part="register", on="register")]
    parts = [Part("register", *side(rows[0]["p"], rows[0]["value"]), role="context")]
    directory = ground.official.directory
    if directory is None:
        return Finding(rows, [*parts, Part("directory", CANNOT_TELL, "no_source")])
    rows.append(_follows(ground, metro, auto, _firms_by_metro(ground, directory), part="directory", on="directory"))
    return Finding(rows, [*parts, Part("directory", *side(rows[1]["p"], rows[1]["value"]))])


def _follows(ground: Ground, metro: pd.DataFrame, auto: Any, firms: Any, *, part: str, on: str) -> dict[str, Any]:
    people = metro["pop_2020"].astype(float) / PER_PEOPLE
    found = rank_correlation(
        auto.astype(float) / people, firms.reindex(metro.index).fillna(0).astype(float) / people, **ground.draws
    )
    return contrast_row(
        f"follow_{part}", found, part=part, unit="correlation", method="spearman", on=on, drawn=True,
        permutations=ground.draws["permutations"], tables=("metro_areas", "establishments"),
    )  # fmt: skip


def _firms_by_metro(ground: Ground, directory: pd.DataFrame) -> pd.Series:
    import geopandas as gpd

    firms = directory[directory["scian"].astype(str).str.startswith(SUPPLIER_CODES, na=False)]
    points = gpd.GeoDataFrame(firms, geometry=gpd.points_from_xy(firms["lon"], firms["lat"]), crs="EPSG:4326")
    municipalities = ground.layers["municipalities"]
    codes = municipalities.set_index("cvegeo")["metro_area_code"]
    return municipality_of(points, municipalities).map(codes).value_counts()


def agglomeration(ground: Ground) -> Finding:
    """H14: the auto industry agglomerates."""
    table = ground.tables["industry_agglomeration"]
    chosen = table[table["zoning"].isin(["states", "metro_areas"]) & table["industry"].isin(["3361", "3363"])]
    rows = []
    for each in chosen.itertuples():
        spread = abs(each.gamma / each.z) if each.z else np.nan
        rows.append(
            row(f"gamma_{each.industry}_{each.zoning}", each.gamma, part=each.zoning, subject=each.industry,
                low=-_Z * spread, high=_Z * spread, interval="chance_95", reference=0.0,
                p=_two_sided(each.z), n=each.plants, unit="gamma", on="register_manufacturing",
                method="ellison_glaeser", drawn=True, tables=("industry_agglomeration",))
        )  # fmt: skip
    parts = []
    for industry in ("3361", "3363"):
        both = [each for each in rows if each["subject"] == industry]
        verdicts = {side(each["p"], each["value"]) for each in both}
        agreed = verdicts.pop() if len(verdicts) == 1 else (CANNOT_TELL, "zonings_differ")
        parts.append(Part(f"industry_{industry}", *(agreed if both else (CANNOT_TELL, "nothing_measured"))))
    return Finding(rows, parts)


_Z = 1.959963984540054
"""97.5 % quantile of the normal distribution."""


def _two_sided(z: float) -> float:
    from scipy.stats import norm

    return float(2 * norm.sf(abs(z)))
