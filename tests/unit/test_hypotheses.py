"""The written rules of the hypotheses, on made data whose answer is known, and the paths of official sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.geodesy import GEOD, GEODETIC_CRS, planar_crs
from geo.measures.hypotheses import HYPOTHESES, dates, findings, ownership, places, plants, wages
from geo.measures.hypotheses.contradictions import PUBLISHED, contradictions, settled, verdict_rows
from geo.measures.hypotheses.rules import Finding, Ground, Official, Part, overall, side
from geo.metrics.contrasts import against_draws, rank_contrast, rank_correlation
from geo.schema.findings import CONTRADICTIONS, FINDINGS, VERDICTS
from geo.study import load_study

STUDY = load_study(permutations=199, curve_simulations=99, seed=5)
NONE = pd.DataFrame({"park_id": [], "developer_id": [], "share": []})


def at(km: Sequence[float], north: Sequence[float] | float = 0.0) -> gpd.GeoSeries:
    """Points so many km east, and north, of a place."""
    east = np.asarray(km, float)
    up = np.broadcast_to(np.asarray(north, float), east.shape)
    lon, lat, _ = GEOD.fwd(np.full(east.size, -101.0), np.full(east.size, 25.0), np.full(east.size, 90.0), east * 1000)
    lon, lat, _ = GEOD.fwd(lon, lat, np.zeros(east.size), up * 1000)
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=GEODETIC_CRS)


def ground(tables: dict[str, Any], *, held: pd.DataFrame = NONE, layers: dict[str, Any] | None = None,
           **official: pd.DataFrame) -> Ground:  # fmt: skip
    return Ground(tables, layers or {}, held, STUDY, Official(**official))


def verdict(found: Finding, part: str) -> tuple[str, str]:
    return next((each.verdict, each.reason) for each in found.parts if each.key == part)


def value(found: Finding, statistic: str) -> float:
    return next(each["value"] for each in found.rows if each["statistic"] == statistic)


# ---- the rules themselves


@pytest.mark.parametrize(
    ("p", "effect", "expected"),
    [
        (0.01, 1.0, ("supported", "beyond_chance")),
        (0.01, -1.0, ("contradicted", "other_way")),
        (0.2, 1.0, ("contradicted", "like_chance")),
        (np.nan, 1.0, ("cannot_be_told", "nothing_measured")),
    ],
)
def test_a_test_decides_by_p_and_by_the_side_of_the_effect(p: float, effect: float, expected: tuple[str, str]) -> None:
    assert side(p, effect) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((("a", "supported", "decides"), ("b", "supported", "needed")), ("supported", "all_parts")),
        ((("a", "supported", "decides"), ("b", "cannot_be_told", "needed")), ("cannot_be_told", "b")),
        ((("a", "supported", "decides"), ("b", "contradicted", "needed")), ("cannot_be_told", "b")),
        ((("a", "cannot_be_told", "decides"), ("b", "contradicted", "decides")), ("contradicted", "b")),
        ((("a", "supported", "decides"), ("b", "contradicted", "context")), ("supported", "all_parts")),
    ],
)
def test_a_claim_falls_with_a_deciding_part_and_needs_all(parts: Any, expected: tuple[str, str]) -> None:
    assert overall([Part(key, word, "", role) for key, word, role in parts]) == expected


def test_the_contrast_of_ranks_is_mann_and_whitneys() -> None:
    from scipy.stats import mannwhitneyu

    x = np.random.default_rng(3).normal(size=60).round(1)
    group = np.arange(60) < 22
    found = rank_contrast(x, group, permutations=1999, seed=1)
    test = mannwhitneyu(x[~group], x[group], method="asymptotic")
    assert found.value == pytest.approx(test.statistic / (22 * 38))
    assert found.p == pytest.approx(test.pvalue, abs=0.04)
    turned = rank_contrast(x, ~group, permutations=1999, seed=1)
    assert turned.value == pytest.approx(1 - found.value)
    assert turned.p == pytest.approx(found.p, abs=0.05)


def test_the_contrast_of_ranks_skips_missing_values_and_needs_both_sides() -> None:
    found = rank_contrast([1, 2, np.nan, 3], [True, True, True, False], permutations=99, seed=1)
    assert (found.value, found.n) == (1.0, 3)
    assert rank_contrast([1, 2], [True, True], permutations=9, seed=1).n == 0
    assert np.isnan(rank_contrast([], [], permutations=9, seed=1).value)


def test_the_correlation_of_ranks_is_spearmans() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(4)
    x = rng.normal(size=40)
    y = (x + rng.normal(size=40)).round(0)
    found, expected = rank_correlation(x, y, permutations=1999, seed=1), spearmanr(x, y)
    assert found.value == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, abs=0.01)
    assert rank_correlation([1, 2], [1, 2], permutations=9, seed=1).n == 0
    assert np.isnan(rank_correlation([1, 1, 1], [1, 2, 3], permutations=9, seed=1).value)


def test_draws_give_a_two_sided_p_about_their_mean() -> None:
    draws = [0.0, 1.0, 2.0, 3.0]
    assert against_draws(3.0, draws, n=1).p == pytest.approx(3 / 5)  # 0 and 3 are as far from 1.5
    assert against_draws(9.0, draws, n=1).p == pytest.approx(1 / 5)
    assert np.isnan(against_draws(1.0, [], n=1).p)


# ---- H1 and H2


def owners(*, known: float, hhi: tuple[float, float], beyond: int, kind: str) -> dict[str, Any]:
    country = {f"owner_{index}_{size}_{end}": bound for index in ("hhi", "cr4") for size in ("count", "ha")
               for end, bound in zip(("low", "high"), hhi, strict=True)}  # fmt: skip
    parks = pd.DataFrame({"study_set": [True] * 4})
    for km, prefix in ((25, "owner_excess"), (10, "owner_excess_10km"), (50, "owner_excess_50km")):
        parks[f"owner_excess_{km}km"] = [0.5] * beyond + [0.0] * (4 - beyond)
        parks[f"{prefix}_p"] = 0.5
        parks[f"{prefix}_significant"] = pd.array([True] * beyond + [False] * (4 - beyond), dtype="boolean")
    return {
        "national": pd.DataFrame([{**country, "parks_study_set": 4, "controller_known_share": known,
                                   "parks_controller_known": 4 * known, "parks_with_area": 4}]),
        "parks": parks,
        "developers": pd.DataFrame({"developer_id": ["a", "b"], "name": ["A", "B"], "kind": [kind, "public"],
                                    "parks_controlled": [3, 1], "headquarters": None}),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"known": 1.0, "hhi": (0.3, 0.3), "beyond": 2, "kind": "private_national"}, "supported"),
        ({"known": 1.0, "hhi": (0.3, 0.3), "beyond": 0, "kind": "private_national"}, "contradicted"),
        ({"known": 1.0, "hhi": (0.3, 0.3), "beyond": 2, "kind": "reit"}, "contradicted"),
        ({"known": 1.0, "hhi": (0.01, 0.05), "beyond": 2, "kind": "private_national"}, "cannot_be_told"),
        ({"known": 0.25, "hhi": (0.01, 0.6), "beyond": 2, "kind": "private_national"}, "cannot_be_told"),
    ],
)
def test_a_rentier_fraction_must_be_concentrated_local_and_national(case: dict[str, Any], expected: str) -> None:
    found = ownership.rentier(ground(owners(**case)))
    assert overall(found.parts)[0] == expected


def test_the_rentier_numbers_are_those_of_the_tables() -> None:
    found = ownership.rentier(ground(owners(known=1.0, hhi=(0.01, 0.05), beyond=2, kind="private_national")))
    assert value(found, "excess_share_25km") == pytest.approx(0.5)
    assert value(found, "top_private_national") == pytest.approx(0.75)
    assert value(found, "owner_gini") == pytest.approx(0.25)
    assert verdict(found, "national") == ("contradicted", "below_threshold")


def curve(p: float, observed: float) -> pd.DataFrame:
    return pd.DataFrame([{"statistic": name, "subject": "owners_pooled", "name": None, "points": 9, "r_km": 25.0,
                          "observed": observed, "low": 0.5, "high": 1.5, "p": p, "permutations": 199}
                         for name in ("m", "kd")])  # fmt: skip


@pytest.mark.parametrize(
    ("p", "observed", "moved", "expected"),
    [
        (0.005, 3.0, False, "supported"),
        (0.4, 1.1, False, "contradicted"),
        (0.005, 0.2, False, "contradicted"),
        (0.005, 3.0, True, "contradicted"),
    ],
)
def test_owners_keep_home_where_their_parks_are_near_and_in_their_state(
    p: float, observed: float, *, moved: bool, expected: str
) -> None:
    names = ["Sonora", "Jalisco", "México", "Puebla", "Tlaxcala", "Hidalgo", "Morelos", "Colima"]
    codes = [f"{i:02d}" for i in range(8)]
    states = pd.DataFrame({"cve_ent": codes, "name": names})
    seats = ["Nogales, Sonora", "Jalisco", "Toluca, Estado de México", *names[3:], "Jalisco"]
    developers = pd.DataFrame(
        {"developer_id": list("abcdefghp"), "kind": ["private_national"] * 8 + ["public"], "headquarters": seats}
    )
    where = codes * 3 if moved else np.repeat(codes, 3).tolist()
    parks = pd.DataFrame({"park_id": [f"p{i}" for i in range(25)], "study_set": True, "cve_ent": [*where, "01"]})
    owners_of = [*np.repeat(list("abcdefgh"), 3), "p"]
    held = pd.DataFrame({"park_id": parks["park_id"], "developer_id": owners_of, "share": 1})
    tables = {"curves": curve(p, observed), "states": states, "developers": developers, "parks": parks}
    found = ownership.home(ground(tables, held=held))
    assert overall(found.parts)[0] == expected
    assert value(found, "home_owners") == 8  # the public owner is kept in its state by law
    assert (value(found, "home_share") < 0.3) if moved else (value(found, "home_share") == 1.0)


def test_an_owner_abroad_has_no_home_state() -> None:
    states = pd.DataFrame(
        {"cve_ent": ["05", "30"], "name": ["Coahuila de Zaragoza", "Veracruz de Ignacio de la Llave"]}
    )
    found = [ownership._state_code(words, states) for words in ("Torreón, Coahuila", "Veracruz", "Hamburg", None)]
    assert found == ["05", "30", None, None]


# ---- H3 and H4


def dated(years: Sequence[int | None], border: Sequence[float] | None = None) -> dict[str, Any]:
    size = len(years)
    parks = gpd.GeoDataFrame(
        {"park_id": [str(i) for i in range(size)], "study_set": True, "owner_kind": "public",
         "opened_year": pd.array(years, dtype="Int64"), "first_seen_year": pd.array([2004] * size, dtype="Int64"),
         "border_km": border if border is not None else [500.0] * size},
        geometry=at(np.arange(size)),
    )  # fmt: skip
    return {"parks": parks}


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([1980] * 4 + [1995] * 26, ("supported", "beyond_chance")),
        ([1980] * 15 + [1995] * 15, ("contradicted", "like_chance")),
        ([1980] * 26 + [1995] * 4, ("contradicted", "other_way")),
        ([1980] * 4 + [1995] * 26 + [None] * 40, ("cannot_be_told", "few_years")),
        ([1900] * 20, ("cannot_be_told", "nothing_measured")),
        ([], ("cannot_be_told", "few_years")),
    ],
)
def test_the_boom_needs_years_and_then_more_openings_after(years: list[int | None], expected: tuple[str, str]) -> None:
    assert verdict(dates.boom(ground(dated(years))), "boom") == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([500.0] * 15, [20.0] * 15, ("supported", "beyond_chance")),
        ([20.0] * 15, [500.0] * 15, ("contradicted", "other_way")),
        ([20.0, 500.0] * 8, [500.0, 20.0] * 8, ("contradicted", "like_chance")),
    ],
)
def test_parks_moved_to_the_border_where_the_share_near_it_grew(
    before: list[float], after: list[float], expected: tuple[str, str]
) -> None:
    years: list[int | None] = [1975] * len(before) + [1999] * len(after)
    found = dates.to_the_border(ground(dated(years, before + after)))
    assert verdict(found, "border") == expected
    few: list[int | None] = [*years, *[None] * 100]
    unknown = dates.to_the_border(ground(dated(few, [*before, *after, *[1.0] * 100])))
    assert verdict(unknown, "border") == ("cannot_be_told", "few_years")


# ---- H5 and H10


@pytest.mark.parametrize(
    ("share", "p", "expected"),
    [(0.6, 0.006, "supported"), (0.25, 0.3, "contradicted"), (0.01, 0.006, "contradicted"),
     (0.6, np.nan, "cannot_be_told")],
)  # fmt: skip
def test_the_corridor_exists_where_it_holds_more_than_random_lines(share: float, p: float, expected: str) -> None:
    test = pd.DataFrame([{"within_km": 25, "share": share, "low": 0.1, "high": 0.4, "expected": 0.2, "p_all": p,
                          "all_plants": 9, "base_share": 0.2, "shifts": 99}])  # fmt: skip
    assert overall(places.corridor(ground({"corridor_test": test})).parts)[0] == expected


def sited(park_km: float, plant_km: float, error_m: float) -> Ground:
    size = 40
    road = gpd.GeoDataFrame(geometry=[shapely.LineString(at([0, 2000]).tolist())], crs=GEODETIC_CRS)
    spread = np.linspace(0, 0.5, size)
    tables = {
        "parks": gpd.GeoDataFrame({"study_set": [True] * size, "location_error_m": error_m, "port_km": 9.0},
                                  geometry=at(spread, park_km)),
        "establishments": gpd.GeoDataFrame(
            {"plant_id": [f"e{i}" for i in range(size)], "scian": "336390", "duplicate_of": None,
             "park_name_reported": None, "port_km": 9.0},
            geometry=at(spread, plant_km)),
    }  # fmt: skip
    return ground(tables, layers={"highways": road})


@pytest.mark.parametrize(
    ("park_km", "plant_km", "error_m", "expected"),
    [
        (1.0, 9.0, 500.0, ("supported", "beyond_chance")),
        (9.0, 1.0, 500.0, ("contradicted", "other_way")),
        (1.0, 9.0, 20_000.0, ("cannot_be_told", "within_location_error")),
    ],
)
def test_a_gap_to_the_highway_must_exceed_the_location_error(
    park_km: float, plant_km: float, error_m: float, expected: tuple[str, str]
) -> None:
    found = places.infrastructure(sited(park_km, plant_km, error_m))
    assert verdict(found, "highway") == expected
    assert value(found, "median_parks_highway") == pytest.approx(park_km, rel=0.05)
    assert verdict(found, "rail_air_sea") == ("cannot_be_told", "no_source")


def test_rail_and_airports_are_tested_where_their_points_are_given() -> None:
    here = sited(1.0, 9.0, 500.0)
    points = at([0.25, 0.25], [0.0, 9.0])
    official = pd.DataFrame({"kind": ["rail", "airport"], "lon": points.x, "lat": points.y})
    found = places.infrastructure(Ground(here.tables, here.layers, here.held, STUDY, Official(infrastructure=official)))
    assert verdict(found, "rail") == ("supported", "beyond_chance")
    assert verdict(found, "airport") == ("contradicted", "other_way")
    assert overall(found.parts) == ("contradicted", "airport")


# ---- H6, H8, H9, H11, H12, H14


def works(km: Sequence[float], scian: Sequence[str] | str = "311110", **columns: Any) -> gpd.GeoDataFrame:
    size = len(km)
    table = {"plant_id": [f"e{i}" for i in range(size)], "scian": scian, "duplicate_of": None,
             "park_name_reported": None, **columns}  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=at(km), index=range(size))


def parts(ids: Sequence[str] = (), **columns: Any) -> gpd.GeoDataFrame:
    table = {"plant_id": list(ids), "duplicate_of": None, "assembly_plant_id": None, **columns}
    return gpd.GeoDataFrame(table, geometry=at(np.zeros(len(ids))), index=range(len(ids)))


def assembly(km: Sequence[float], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"status": ["operating"] * len(km), **columns}, geometry=at(km))


@pytest.mark.parametrize(
    ("mixed", "expected"),
    [(False, ("supported", "beyond_chance")), (True, ("contradicted", "like_chance"))],
)
def test_an_enclave_needs_the_directory_of_export_plants(*, mixed: bool, expected: tuple[str, str]) -> None:
    towns = np.repeat(np.arange(8) * 100.0, 10) + np.tile(np.arange(10) * 0.5, 8)
    establishments = works(towns)
    export = np.random.default_rng(2).permutation(80) < 40 if mixed else np.arange(80) < 40
    tables = {"establishments": establishments}
    without = plants.enclave(ground(tables))
    assert verdict(without, "export") == ("cannot_be_told", "no_source")
    immex = pd.DataFrame({"plant_id": establishments.loc[export, "plant_id"]})
    assert verdict(plants.enclave(ground(tables, immex=immex)), "export") == expected


def test_plants_in_parks_are_context_and_decide_nothing() -> None:
    towns = np.repeat(np.arange(8) * 100.0, 10) + np.tile(np.arange(10) * 0.5, 8)
    names = [f"Parque {i}" if i < 40 else None for i in range(80)]
    found = plants.enclave(ground({"establishments": works(towns, park_name_reported=names)}))
    assert verdict(found, "parks") == ("supported", "beyond_chance")
    assert overall(found.parts) == ("cannot_be_told", "export")


def shops(*, near: bool) -> tuple[dict[str, Any], pd.DataFrame]:
    """Ten towns of ten plants, assembly plants in two of them; machine shops there, or spread over all."""
    towns = np.repeat(np.arange(10) * 100.0, 10) + np.tile(np.arange(10) * 0.5, 10)
    tables = {
        "establishments": works(towns),
        "assembly_plants": assembly([1.0, 2.0, 101.0, 102.0]),
        "auto_parts_plants": parts(),
    }
    where = at(np.repeat([2.0, 102.0], 20) if near else np.repeat(np.arange(10) * 100.0, 4))
    town = at(towns)
    directory = pd.DataFrame({"scian": ["332710"] * len(where) + ["311110"] * len(town),
                              "lon": [*where.x, *town.x], "lat": [*where.y, *town.y]})  # fmt: skip
    return tables, directory


@pytest.mark.parametrize(
    ("near", "expected"),
    [(True, ("supported", "beyond_chance")), (False, ("contradicted", "like_chance"))],
)
def test_spillovers_are_told_from_a_full_directory_only(*, near: bool, expected: tuple[str, str]) -> None:
    tables, directory = shops(near=near)
    assert overall(plants.spillovers(ground(tables)).parts) == ("cannot_be_told", "directory")
    assert verdict(plants.spillovers(ground(tables, directory=directory)), "directory") == expected


@pytest.mark.parametrize(
    ("edge", "expected", "length"),
    [(8.0, ("supported", "short_reach"), 10.0), (95.0, ("contradicted", "long_reach"), 100.0),
     (-1.0, ("cannot_be_told", "no_gathering"), 0.0)],
)  # fmt: skip
def test_the_reach_ends_with_the_last_ring_of_more_parts_plants(
    edge: float, expected: tuple[str, str], length: float
) -> None:
    km = np.concatenate([np.linspace(0.5, 199, 800), np.linspace(210, 300, 400)])
    establishments = works(km)
    make = [f"e{i}" for i, place in enumerate(km) if place <= edge and i % 4]
    tables = {"establishments": establishments, "auto_parts_plants": parts(make), "assembly_plants": assembly([0.0])}
    found = plants.reach(ground(tables))
    assert verdict(found, "reach") == expected
    assert value(found, "reach_km") == length


@pytest.mark.parametrize(
    ("low_km", "other_km", "expected"),
    [(10.0, 500.0, "supported"), (500.0, 10.0, "contradicted"), (100.0, 100.0, "contradicted")],
)
def test_low_value_parts_lie_nearer_to_the_border_or_not(low_km: float, other_km: float, expected: str) -> None:
    classes = ["harness_electrical"] * 15 + ["seats_interior"] * 15 + ["engine"] * 30
    km = [low_km + i for i in range(30)] + [other_km + i for i in range(30)]
    table = parts([f"a{i}" for i in range(60)], part_class=classes, border_km=km)
    assert overall(plants.low_value(ground({"auto_parts_plants": table})).parts)[0] == expected


def test_small_firms_are_told_from_a_full_directory_only() -> None:
    size = 12
    points = at(np.arange(size) * 50.0)
    boxes = shapely.box(points.x - 0.1, points.y - 0.1, points.x + 0.1, points.y + 0.1)
    codes = [f"{i:05d}" for i in range(size)]
    areas = gpd.GeoDataFrame({"cvegeo": codes, "metro_area_code": codes}, geometry=boxes, crs=GEODETIC_CRS)
    areas = areas.to_crs(planar_crs())
    metro = pd.DataFrame({"metro_area_code": codes, "name": codes, "pop_2020": 100_000,
                          "auto_parts_plants": np.arange(size), "assembly_plants": 0})  # fmt: skip
    tables = {"metro_areas": metro, "establishments": works([0.0], "332710", metro_area=["00000"])}
    assert overall(plants.small_firms(ground(tables)).parts) == ("cannot_be_told", "directory")
    for order, expected in ((range(size), "supported"), (range(size)[::-1], "contradicted")):
        where = [point for point, times in zip(points, order, strict=True) for _ in range(times)]
        directory = pd.DataFrame({"scian": "541330", "lon": [p.x for p in where], "lat": [p.y for p in where]})
        found = plants.small_firms(ground(tables, layers={"municipalities": areas}, directory=directory))
        assert verdict(found, "directory")[0] == expected


@pytest.mark.parametrize(
    ("states", "metro", "expected"),
    [
        ((0.05, 5.0), (0.04, 4.0), ("supported", "beyond_chance")),
        ((-0.05, -5.0), (-0.04, -4.0), ("contradicted", "other_way")),
        ((0.01, 0.5), (0.01, 0.4), ("contradicted", "like_chance")),
        ((0.05, 5.0), (0.01, 0.4), ("cannot_be_told", "zonings_differ")),
    ],
)
def test_agglomeration_must_hold_in_both_zonings(
    states: tuple[float, float], metro: tuple[float, float], expected: tuple[str, str]
) -> None:
    rows = [
        {"industry": industry, "zoning": zoning, "gamma": gamma, "z": z, "plants": 40}
        for industry in ("3361", "3363")
        for zoning, (gamma, z) in (("states", states), ("metro_areas", metro))
    ]
    found = plants.agglomeration(ground({"industry_agglomeration": pd.DataFrame(rows)}))
    assert verdict(found, "industry_3363") == expected


# ---- H7 and H13


def country(slope: float) -> tuple[dict[str, Any], dict[str, Any], pd.DataFrame]:
    """Municipalities south of a border, with wages of a known elasticity to their distance from it."""
    rng = np.random.default_rng(8)
    size = 60
    seats = at(rng.uniform(0, 900, size), -rng.uniform(20, 900, size))
    line = gpd.GeoDataFrame(geometry=[shapely.LineString(at([-200, 300, 700, 1200]).tolist())], crs=GEODETIC_CRS)
    km = np.array([max(GEOD.inv(p.x, p.y, p.x, 25.0)[2] / 1000, 5) for p in seats])
    municipalities = pd.DataFrame({"cvegeo": [f"{i:05d}" for i in range(size)], "seat_lon": seats.x,
                                   "seat_lat": seats.y, "pop_2020": 1000, "zlfn": km < 60,
                                   "cve_ent": ["09"] * 3 + ["05"] * (size - 3)})  # fmt: skip
    wages_table = pd.concat([
        pd.DataFrame({"cvegeo": municipalities["cvegeo"], "year": year,
                      "wage_daily_mxn": 300 * km**slope * np.exp(rng.normal(0, 0.01, size))})
        for year in (2017, 2018, 2019, 2020)
    ])  # fmt: skip
    none = parts(part_class=[], border_km=[])
    gradient = pd.DataFrame([{"model": "ols", "term": "ln_border_km", "period": period, "estimate": -0.1,
                              "conley_250km": 0.2, "n": 32} for period in ("before", "after", "change")])  # fmt: skip
    tables = {"wage_gradient": gradient, "auto_parts_plants": none, "assembly_plants": assembly([], border_km=[])}
    return tables, {"municipalities": municipalities, "border": line}, wages_table


@pytest.mark.parametrize(
    ("slope", "expected"),
    [(-0.2, ("contradicted", "higher_near_border")), (0.2, ("supported", "lower_near_border")),
     (0.0, ("cannot_be_told", "interval_holds_zero"))],
)  # fmt: skip
def test_municipal_wages_decide_where_they_are_given(slope: float, expected: tuple[str, str]) -> None:
    tables, layers, given = country(slope)
    without = wages.arbitrage(ground(tables, layers=layers))
    assert verdict(without, "municipal_wages") == ("cannot_be_told", "no_source")
    found = wages.arbitrage(ground(tables, layers=layers, municipal_wages=given))
    assert value(found, "elasticity_municipal_before") == pytest.approx(slope, abs=0.02)
    assert verdict(found, "municipal_wages") == expected
    assert overall(found.parts)[0] == expected[0]


@pytest.mark.parametrize(
    ("estimate", "error", "expected"),
    [(-0.2, 0.01, "higher_near_border"), (0.2, 0.01, "lower_near_border"), (-0.1, 0.2, "interval_holds_zero")],
)
def test_state_wages_alone_can_contradict_but_never_support(estimate: float, error: float, expected: str) -> None:
    tables, layers, _ = country(0.0)
    tables["wage_gradient"] = tables["wage_gradient"].assign(estimate=estimate, conley_250km=error)
    found = wages.arbitrage(ground(tables, layers=layers))
    assert verdict(found, "state_wages")[1] == expected
    assert overall(found.parts)[0] == ("contradicted" if estimate == -0.2 else "cannot_be_told")


def test_harness_plants_near_the_border_are_context() -> None:
    tables, layers, _ = country(0.0)
    tables["auto_parts_plants"] = parts(
        [f"a{i}" for i in range(20)], part_class="harness_electrical", border_km=np.arange(20.0)
    )
    tables["assembly_plants"] = assembly([0.0] * 20, border_km=np.arange(20.0) + 400)
    found = wages.arbitrage(ground(tables, layers=layers))
    assert verdict(found, "harness") == ("supported", "beyond_chance")
    assert (value(found, "nearer_harness"), value(found, "median_assembly")) == (1.0, 409.5)


@pytest.mark.parametrize(
    ("growth", "expected"),
    [(0.0, ("supported", "stagnant")), (0.03, ("contradicted", "rising")), (None, ("cannot_be_told", "no_source"))],
)
def test_real_wages_need_municipal_wages_and_prices(growth: float | None, expected: tuple[str, str]) -> None:
    states = pd.DataFrame({"cve_ent": ["01", "02", "03"], "parks_study_set": [1, 2, 3], "pop_2020": 100_000})
    series = pd.DataFrame([{"cve_ent": code, "year": year, "month": None, "value": 100.0 + i, "basis": "derived",
                            "measure": "imss_sbc_daily_mxn"}
                           for i, code in enumerate(states["cve_ent"]) for year in (2006, 2022)])  # fmt: skip
    codes = [f"{i:05d}" for i in range(30)]
    tables = {
        "states": states,
        "municipalities": pd.DataFrame({"cvegeo": codes, "parks_study_set": [1] * 20 + [0] * 10}),
    }
    official = {}
    if growth is not None:
        prices = pd.DataFrame({"year": [2010, 2020], "index": [100.0, 150.0]})
        rise = 1.5 * np.exp(10 * (growth + np.linspace(-0.002, 0.002, 30)))
        panel = pd.concat(
            [
                pd.DataFrame({"cvegeo": codes, "year": 2010, "wage_daily_mxn": 100.0}),
                pd.DataFrame({"cvegeo": codes, "year": 2020, "wage_daily_mxn": 100 * rise}),
            ]
        )
        official = {"municipal_wages": panel, "price_index": prices}
    found = wages.stagnation(ground(tables, layers={"wages": series}, **official))
    assert verdict(found, "municipal_panel") == expected
    if growth is not None:
        assert value(found, "real_growth_with_parks") == pytest.approx(growth, abs=0.002)


# ---- X1-X13


def claimed(**values: tuple[float | None, str]) -> pd.DataFrame:
    rows = [{"figure_id": key.replace("_", "-"), "what": "w", "place": "p", "year": year, "value": figure,
             "value_low": None, "value_high": None, "unit": "u", "source_title": "s", "source_url": None}
            for key, (figure, year) in values.items()]  # fmt: skip
    columns = ["figure_id", "what", "place", "year", "value", "value_low", "value_high", "unit", "source_title",
               "source_url"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def inventory() -> dict[str, Any]:
    parks = pd.DataFrame({"park_id": ["a"], "kind": "industrial_park", "opened_year": pd.array([1966], dtype="Int64"),
                          "cvegeo": "08037", "study_set": True, "workers_reported": pd.array([None], dtype="Int64"),
                          "firms_reported": pd.array([None], dtype="Int64")})  # fmt: skip
    return {
        "parks": parks,
        "national": pd.DataFrame([{"parks_study_set": 1, "parks": 1, "area_ha_known": 5.0}]),
        "developers": pd.DataFrame({"developer_id": ["finsa"], "parks": [2], "parks_controlled": [1]}),
        "assembly_plants": assembly([0.0], segment=["light_vehicle"], company=["c"], state=["s"]),
    }


def test_growth_is_given_for_both_dates_of_the_first_count() -> None:
    claims = claimed(FIG_001=(127.0, "1968"), FIG_047=(127.0, "1986"), FIG_002=(564.0, "2018"))
    found = contradictions({**inventory(), "claims": claims})
    rates = found[found["measure"] == "growth"].set_index("definition")["value"]
    assert rates.round(2).to_dict() == {"growth_from_paper": 3.03, "growth_from_other": 4.77}
    years = found[(found["finding_id"] == "X1") & (found["kind"] == "difference")]
    assert years["value"].tolist() == [18]


def test_arithmetic_on_the_published_figures_contradicts_the_ratio() -> None:
    claims = claimed(FIG_211=(38.0, ""), FIG_207=(19078.0, ""), FIG_208=(445.0, ""), FIG_209=(940e3, ""),
                     FIG_210=(980e3, ""))  # fmt: skip
    found = contradictions({**inventory(), "claims": claims})
    ratio = found[found["definition"] == "rd_ratio_recomputed"]["value"].iloc[0]
    assert ratio == pytest.approx(44.7, abs=0.05)
    assert settled(found[found["finding_id"] == "X5"]) == ("contradicted", "near_none")


@pytest.mark.parametrize(
    ("year", "expected"),
    [("1968", ("contradicted", "earlier_park")), ("1953", ("cannot_be_told", "no_earlier_park"))],
)
def test_only_an_earlier_park_refutes_a_first_one(year: str, expected: tuple[str, str]) -> None:
    claims = claimed(FIG_015=(float(year), year))
    found = contradictions({**inventory(), "claims": claims})
    assert settled(found[found["finding_id"] == "X3"]) == expected


def test_an_inventory_that_is_not_the_published_list_settles_nothing() -> None:
    found = contradictions({**inventory(), "claims": claimed(FIG_065=(1.0, "2018"), FIG_227=(300.0, ""))})
    assert settled(found[found["finding_id"] == "X13"]) == ("cannot_be_told", "other_definition")
    assert settled(found[found["finding_id"] == "X11"]) == ("cannot_be_told", "no_figures")
    assert settled(found[found["finding_id"] == "X6"])[0] == "cannot_be_told"


def test_a_date_that_is_no_year_is_no_year() -> None:
    claims = claimed(FIG_001=(127.0, "about 1968"), FIG_002=(564.0, "2018"))
    found = contradictions({**inventory(), "claims": claims})
    assert found[found["measure"] == "growth"].empty


def test_every_hypothesis_and_contradiction_has_its_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Finding([{"statistic": "s", "value": pd.NA, "part": "p", "method": "m", "source_tables": "t"}],
                   [Part("p", "supported", "beyond_chance")])  # fmt: skip
    for name in HYPOTHESES:
        monkeypatch.setitem(HYPOTHESES, name, lambda _ground: made)  # type: ignore[arg-type]
    found = findings({**inventory(), "claims": claimed()}, {}, NONE, STUDY)
    assert found["verdicts"].query("part == 'overall'")["finding_id"].tolist() == [*HYPOTHESES]
    for name, layer in (("findings", FINDINGS), ("verdicts", VERDICTS), ("contradictions", CONTRADICTIONS)):
        assert found[name].columns.tolist() == [column.name for column in layer.columns]
    assert found["findings"]["value"].isna().all()


def test_a_contradiction_has_a_verdict_where_the_study_holds_a_figure_of_it() -> None:
    claims = claimed(FIG_015=(1.0, "1965"), FIG_212=(1990.0, "1990"))
    rows = contradictions({**inventory(), "claims": claims})
    assert rows["finding_id"].unique().tolist() == ["X3", "X6"]
    # X11 is that figures have no source: it stands beside any other.
    assert [each["finding_id"] for each in verdict_rows(rows)] == ["X3", "X6", "X11"]
    every = claimed(**{figure.replace("-", "_"): (1.0, "2018") for each in PUBLISHED.values() for _, of in each
                       for figure in of})  # fmt: skip
    rows = contradictions({**inventory(), "claims": every})
    assert [each["finding_id"] for each in verdict_rows(rows)] == [*PUBLISHED]


def test_official_sources_are_taken_from_the_layers_of_their_name() -> None:
    table = pd.DataFrame({"plant_id": ["x"]})
    found = Official.of({"immex": table, "parks": table})
    assert found.immex is table
    assert found.municipal_wages is None
