"""Which texts are one park, and where it is."""

from __future__ import annotations

import random

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.inventory.absorbing import absorb_shared, firm_sites, join_stages
from geo.inventory.grouping import SAME_SCORE, Group, Mention, contains, group_names, likeness
from geo.inventory.merging import ACROSS_KM, Ground, merge_across, merge_in_municipality, split_by_place
from geo.inventory.points import centre_of, error_m, footprint, plant_points, spatial_median

PLACES = {"19006": ("APODACA", "MONTERREY", "NUEVO LEON"), "19039": ("MONTERREY", "APODACA", "NUEVO LEON")}


def never(_one: Group, _other: Group) -> bool:
    return False


def mention(text: str, *plants: str, cvegeo: str = "19006") -> Mention:
    return Mention(cvegeo, text, frozenset(plants))


def points(**at: tuple[float, float]) -> pd.DataFrame:
    """Plants at metres east and north of a place near Monterrey."""
    x, y = 2_670_000.0, 1_520_000.0
    rows = {plant: (x + dx, y + dy) for plant, (dx, dy) in at.items()}
    frame = pd.DataFrame(rows, index=["x", "y"]).T.rename_axis("plant_id")
    return frame.assign(weight=1.0, lon=np.nan, lat=np.nan, outside_km=0.0, home="19006").sort_index()


def ground(frame: pd.DataFrame) -> Ground:
    return Ground(frame, {"19006": (-100.19, 25.78), "19039": (-100.31, 25.67)})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("BERNARDO QUINTANA", "BERNARDO QUINATNA", True),
        ("MILENIUM", "MILENUIM", True),
        ("CRUZ", "LACRUZ", True),
        ("CARTAGENA", "CARTAJENA", True),
        ("TOLUCA 2000", "TOLUCA 2001", False),
        ("STIVA AEROPUERTO", "VYNMSA AEROPUERTO", False),
        ("SAN MIGUEL", "SAN RAFAEL", False),
        ("MOL", "MOLL", False),
        ("PIMSA ORIENTE", "PIMSA PONIENTE", False),
    ],
)
def test_likeness_has_a_written_threshold(one: str, other: str, same: bool) -> None:
    assert (likeness(one, other) >= SAME_SCORE) is same
    assert likeness(one, other) == likeness(other, one)


@given(st.text("ABCDE 12", max_size=12), st.text("ABCDE 12", max_size=12))
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 100
    assert likeness(one, one) == 100
    assert contains(one, other) == contains(other, one)


def test_slips_and_abbreviations_are_one_park_with_a_line_of_evidence_each() -> None:
    texts = [
        mention("PARQUE INDUSTRIAL MILENIUM", "a", "b", "c"),
        mention("PARQUE IND. MILENIUM", "d"),
        mention("PARQUE INDUSTRIAL MILENUIM", "e"),
    ]
    groups, merges = group_names(texts, PLACES)
    assert [group.plants for group in groups] == [frozenset("abcde")]
    assert {(merge.text, merge.into) for merge in merges} == {
        ("PARQUE IND. MILENIUM", "PARQUE INDUSTRIAL MILENIUM"),
        ("PARQUE INDUSTRIAL MILENUIM", "PARQUE INDUSTRIAL MILENIUM"),
    }


def test_phases_are_kept_apart_and_the_first_is_the_bare_one() -> None:
    texts = [
        mention("PARQUE INDUSTRIAL EXPORTEC", "a"),
        mention("PARQUE INDUSTRIAL EXPORTEC I", "b"),
        mention("PARQUE INDUSTRIAL EXPORTEC II", "c"),
        mention("PARQUE INDUSTRIAL EXPORTEC NORTE", "d"),
    ]
    groups, _ = group_names(texts, PLACES)
    assert sorted("".join(sorted(group.plants)) for group in groups) == ["ab", "c", "d"]


def test_a_corridor_is_not_a_park_of_its_name_and_a_town_has_zone_and_park() -> None:
    texts = [
        mention("PARQUE INDUSTRIAL EL SALTO", "a"),
        mention("CORREDOR INDUSTRIAL EL SALTO", "b"),
        mention("PARQUE INDUSTRIAL APODACA", "c"),
        mention("ZONA INDUSTRIAL APODACA", "d"),
        mention("FRACCIONAMIENTO INDUSTRIAL EL SALTO", "e"),
    ]
    groups, _ = group_names(texts, PLACES)
    assert sorted("".join(sorted(group.plants)) for group in groups) == ["ae", "b", "c", "d"]


NAMES = [
    "MILENIUM",
    "MILENUIM",
    "LA SILLA",
    "LA SILLA II",
    "STIVA",
    "ESTIVA",
    "KALOS",
    "KALOS APODACA",
    "FINSA 2",
    "FINSA",
]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 9)), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(pairs: list[tuple[str, int]], shuffler: random.Random) -> None:
    plants: dict[str, set[str]] = {}
    for name, plant in pairs:
        plants.setdefault(f"PARQUE INDUSTRIAL {name}", set()).add(str(plant))
    texts = [mention(text, *some) for text, some in plants.items()]
    shuffled = list(texts)
    shuffler.shuffle(shuffled)
    one, other = group_names(texts, PLACES), group_names(shuffled, PLACES)
    assert [(group.key, group.plants) for group in one[0]] == [(group.key, group.plants) for group in other[0]]
    assert set(one[1]) == set(other[1])


def test_one_place_under_two_names_is_one_park_where_the_distance_says_so() -> None:
    texts = [
        mention("PARQUE INDUSTRIAL ANTONIO J BERMUDEZ", *"abcdefghijkl"),
        mention("PARQUE INDUSTRIAL BERMUDEZ", "x", "y"),
    ]
    near = points(**{plant: (10.0 * i, 0.0) for i, plant in enumerate("abcdefghijkl")}, x=(100, 300), y=(120, 300))
    far = points(**{plant: (10.0 * i, 0.0) for i, plant in enumerate("abcdefghijkl")}, x=(9000, 0), y=(9100, 0))
    for frame, parks in ((near, 1), (far, 2)):
        groups, _ = group_names(texts, PLACES)
        groups, merges = merge_in_municipality(groups, ground(frame), never)
        assert len(groups) == parks
        assert len(merges) == 2 - parks
    groups, _ = group_names(texts, PLACES)
    kept, _ = merge_in_municipality(groups, ground(near), lambda _one, _other: True)
    assert len(kept) == 2


def test_one_name_at_two_places_is_two_parks() -> None:
    group = Group("19006", "FINSA", "", "", [mention("PARQUE INDUSTRIAL FINSA", *"abcdefgh", "lost")])
    frame = points(**{plant: (0.0, 40.0 * i) for i, plant in enumerate("abcd")},
                   **{plant: (30_000.0, 40.0 * i) for i, plant in enumerate("efgh")})  # fmt: skip
    parts = split_by_place(group, ground(frame))
    assert [part.plants for part in parts] == [frozenset([*"abcd", "lost"]), frozenset("efgh")]
    assert parts[1].key != parts[0].key
    together = points(**{plant: (0.0, 40.0 * i) for i, plant in enumerate("abcdefgh")})
    assert split_by_place(group, ground(together)) == [group]


def test_a_park_on_a_boundary_is_one_and_a_namesake_across_the_state_is_not() -> None:
    for east, parks in ((1000.0, 1), (20_000.0, 2)):
        texts = [
            mention("PARQUE INDUSTRIAL KALOS", *"abcd"),
            mention("PARQUE INDUSTRIAL KALOS", *"wxy", cvegeo="19039"),
        ]
        frame = points(**{plant: (10.0 * i, 0.0) for i, plant in enumerate("abcd")},
                       **{plant: (east + 10.0 * i, 0.0) for i, plant in enumerate("wxy")})  # fmt: skip
        groups, _ = group_names(texts, PLACES)
        groups, merges = merge_across(groups, ground(frame), never)
        assert len(groups) == parks
        assert all(merge.distance_km is not None and merge.distance_km <= ACROSS_KM for merge in merges)


def test_a_stage_of_few_plants_joins_and_a_second_park_does_not() -> None:
    texts = [
        mention("PARQUE INDUSTRIAL LAGUNERO", *"abcdef"),
        mention("PARQUE INDUSTRIAL LAGUNERO 4A ETAPA", "x"),
        mention("PARQUE INDUSTRIAL LAGUNERO II", "y"),
    ]
    groups, _ = group_names(texts, PLACES)
    groups, merges = join_stages(groups, ground(points(a=(0.0, 0.0))), never)
    assert sorted(len(group.plants) for group in groups) == [1, 7]
    assert [merge.rule for merge in merges] == ["stage"]


def test_a_vague_name_that_a_park_s_own_plants_write_is_absorbed() -> None:
    texts = [
        mention("PARQUE INDUSTRIAL KALOS", *"abcde"),
        mention("ZONA INDUSTRIAL APODACA", "a", "b"),
        mention("PARQUE INDUSTRIAL MARTEL", "c", "d"),
    ]
    groups, _ = group_names(texts, PLACES)
    groups, merges = absorb_shared(groups, never)
    assert [merge.text for merge in merges] == ["ZONA INDUSTRIAL APODACA"]
    assert sorted(group.core for group in groups) == ["KALOS", "MARTEL"]


def test_a_site_that_bears_its_only_firm_s_name_is_found() -> None:
    texts = [mention("COMPLEJO INDUSTRIAL BURLINGTON", "a", "b"), mention("PARQUE INDUSTRIAL KALOS", "c")]
    groups, _ = group_names(texts, PLACES)
    names = {"a": frozenset({"BURLINGTON", "MORELOS"}), "b": frozenset({"TEXTILES"}), "c": frozenset({"TUBOS"})}
    assert [group.core for group in firm_sites(groups, names, frozenset())] == ["BURLINGTON"]
    assert firm_sites(groups, names, frozenset({"BURLINGTON"})) == []


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=12))
def test_the_spatial_median_costs_no_more_than_any_plant_or_the_mean(places: list[tuple[float, float]]) -> None:
    x, y = np.array(places).T

    def cost(a: float, b: float) -> float:
        return float(np.hypot(x - a, y - b).sum())

    best = cost(*spatial_median(x, y))
    assert best <= min(cost(a, b) for a, b in places) + 1e-6
    assert best <= cost(float(x.mean()), float(y.mean())) + 1e-6


def test_one_far_plant_does_not_move_the_centre() -> None:
    close = {f"p{i}": (30.0 * (i % 3), 30.0 * (i // 3)) for i in range(9)}
    honest = centre_of(points(**close), "industrial_park")
    fooled = centre_of(points(**close, far=(80_000.0, 0.0)), "industrial_park")
    assert honest is not None and fooled is not None
    assert (fooled.x, fooled.y) == (honest.x, honest.y)
    assert fooled.plants == 9
    assert centre_of(points(**close).iloc[:0], "industrial_park") is None


def test_the_error_shrinks_with_plants_and_grows_with_their_spread() -> None:
    nothing = [error_m(np.zeros(n), np.zeros(n)) for n in (1, 2, 3, 5, 8, 40)]
    assert nothing == [3000, 2600, 1700, 1100, 900, 900]
    wide = error_m(np.full(9, 4000.0), np.zeros(9))
    assert wide > error_m(np.full(36, 4000.0), np.zeros(36)) > 900


def test_a_footprint_needs_five_places_and_holds_them() -> None:
    square = points(a=(0, 0), b=(1000, 0), c=(0, 1000), d=(1000, 1000), e=(500, 500))
    shape = footprint(square)
    assert shape is not None
    assert shape.buffer(0.1).covers(shapely.multipoints(square[["x", "y"]].to_numpy()))
    assert footprint(square.iloc[:4]) is None
    assert footprint(points(a=(0, 0), b=(1, 1), c=(2, 2), d=(3, 3), e=(4, 4))) is None


def test_a_plant_stands_where_its_municipality_is_and_better_years_win() -> None:
    square = gpd.GeoSeries([shapely.box(-100.3, 25.7, -100.2, 25.8)], crs=4326).to_crs(6372)
    municipality = gpd.GeoDataFrame({"cvegeo": ["19006"]}, geometry=square)
    rows = pd.DataFrame(
        [
            ("p", "19006", 2005, -100.25, 25.71), ("p", "19006", 2006, -100.25, 25.71),
            ("p", "19006", 2015, -100.22, 25.75),
            ("p", "19006", 2016, -90.0, 20.0),
            ("far", "19006", 2016, -90.0, 20.0),
            ("none", "19006", 2016, None, None),
        ],
        columns=["plant_id", "cvegeo", "year", "lon", "lat"],
    )  # fmt: skip
    chosen = plant_points(rows, municipality)
    assert list(chosen.index) == ["p"]
    assert (chosen.loc["p", "lon"], chosen.loc["p", "lat"]) == (-100.22, 25.75)
    assert chosen.loc["p", "weight"] == 2
    assert chosen.loc["p", "home"] == "19006"
    alike = plant_points(rows, municipality, good_year=None)
    assert alike.loc["p", "lon"] == -100.25
