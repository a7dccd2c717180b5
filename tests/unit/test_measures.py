"""What a run measures on the joined tables, on small tables made by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.geodesy import GEOD, GEODETIC_CRS, distance_km
from geo.measures.areas import ownership_rules, zonings
from geo.measures.corridor import state_places
from geo.measures.curves import owned_sites
from geo.measures.parks import distance_band, local_excess, ownership_around
from geo.metrics.areas import AreaInputs
from geo.study import load_study

STUDY = load_study(permutations=199)


def parks(*rows: tuple[str, float | None, float]) -> gpd.GeoDataFrame:
    """Parks of the study set at (km east of a point, plants); None for no place."""
    east = [0.0 if km is None else km for _, km, _ in rows]
    lon, lat, _ = GEOD.fwd([-100.0] * len(rows), [25.0] * len(rows), [90.0] * len(rows), np.array(east) * 1000)
    places = gpd.points_from_xy(lon, lat)
    shapes = [None if km is None else place for (_, km, _), place in zip(rows, places, strict=True)]
    table = {
        "park_id": [name for name, *_ in rows],
        "study_set": True,
        "plants_registered": [plants for *_, plants in rows],
        "location_error_m": 900.0,
    }
    return gpd.GeoDataFrame(table, geometry=shapes, crs=GEODETIC_CRS, index=range(10, 10 + len(rows)))


def held(**owners: str) -> pd.DataFrame:
    """Controllers: park = "a" or "a+b" for two that share."""
    rows = [(park, owner, 1 / len(names.split("+"))) for park, names in owners.items() for owner in names.split("+")]
    return pd.DataFrame(rows, columns=["park_id", "developer_id", "share"])


def test_a_shared_park_stands_for_a_part_of_each_owner() -> None:
    """Four parks at one place: a holds 1.5 of 4, b 1.5, c 1."""
    sites = parks(("p", 0, 1), ("q", 0, 1), ("r", 0, 1), ("s", 0, 1))
    found = local_excess(sites, held(p="a", q="b", r="c", s="a+b"), km=25, permutations=0, seed=1)
    assert found["hhi"].tolist() == pytest.approx([(1.5**2 + 1.5**2 + 1) / 16] * 4)
    assert found.index.tolist() == [10, 11, 12, 13]


def test_local_ownership_is_missing_without_a_place_and_outside_the_study_set() -> None:
    sites = parks(*((name, 0.5 * place, 1) for place, name in enumerate("pqrst")), ("u", None, 1))
    sites.loc[14, "study_set"] = False
    found = ownership_around(sites, held(p="a", q="a", r="a", s="b", t="b", u="b"), STUDY)
    assert found.index.tolist() == sites.index.tolist()
    assert found["owner_excess_25km"].notna().tolist() == [True] * 4 + [False] * 2
    assert found["owner_excess_significant"].isna().tolist() == [False] * 4 + [True] * 2
    assert found["owner_known_share_25km"].iloc[0] == pytest.approx(1)


def test_the_distance_band_joins_neighbours_and_keeps_the_lonely() -> None:
    graph = distance_band(parks(("p", 0, 1), ("q", 20, 1), ("r", 44, 1), ("s", 400, 1)), km=25)
    assert graph[10].index.tolist() == [11]
    assert sorted(graph[11].index) == [10, 12]
    assert graph.isolates.tolist() == [13]


def test_phases_of_one_campus_count_as_one_site() -> None:
    sites = parks(("p", 0, 1), ("q", 0.6, 1), ("r", 1.4, 1), ("s", 5, 1), ("t", 0.1, 1))
    found = owned_sites(sites, held(p="a", q="a", r="a", s="a", t="b"))
    assert found["park_id"].tolist() == ["p", "s", "t"]  # p, q and r follow each other within 1 km


def test_ownership_rules_report_the_difference_roles_make() -> None:
    table = gpd.GeoDataFrame(
        {"park_id": list("pqr"), "study_set": True, "located": True, "area_ha": [1.0, 1.0, 1.0],
         "plants_registered": 0, "country": "M"}
    )  # fmt: skip
    none = pd.DataFrame({"country": pd.Series(dtype=str), "scian": pd.Series(dtype=str), "manufacturing": []})
    inputs = AreaInputs(table, held(p="a"), none.astype({"manufacturing": bool}), none, none)
    roles = pd.DataFrame(
        {"park_id": list("pqr"), "developer_id": list("aaa"), "role": ["owner", "developer", "promoter"],
         "as_of_year": pd.array([None] * 3, dtype="Int64")}
    )  # fmt: skip
    table = ownership_rules(inputs, {"park_developers": roles}, STUDY)
    assert table["ownership_year"].isna().all()
    assert not table["ultimate_owners"].any()
    found = table.set_index("rule")
    assert found["parks_controller_known"].to_dict() == {
        "owner > developer": 2,
        "owner": 1,
        "owner > developer > promoter": 3,
        "owner > developer > promoter > administrator": 3,
    }
    assert found.loc["owner > developer", "headline"]
    assert found["owner_hhi_count_high"].tolist() == pytest.approx([5 / 9, 5 / 9, 1, 1])


def test_a_states_place_is_where_its_people_are() -> None:
    municipalities = pd.DataFrame(
        {"cve_ent": ["01", "01", "09"], "seat_lon": [-102.0, -100.0, -99.0], "seat_lat": [24.0, 24.0, 19.4],
         "pop_2020": [300, 100, 50], "zlfn": [True, False, False]}
    )  # fmt: skip
    border = gpd.GeoDataFrame(geometry=[shapely.LineString([(-110, 31), (-100, 31)])], crs=GEODETIC_CRS)
    places = state_places(municipalities, border, capital="09")
    assert places.loc["01", "lon"] == pytest.approx(-101.5, abs=0.01)
    assert places.loc["01", "lat"] == pytest.approx(24.0, abs=0.01)
    assert places.loc["09", "mexico_city_km"] == 0
    assert places["border_zone"].to_dict() == {"01": 0.75, "09": 0.0}
    expected = float(distance_km(places.loc["01", "lon"], places.loc["01", "lat"], -99.0, 19.4))
    assert places.loc["01", "mexico_city_km"] == pytest.approx(expected)


def test_zonings_summarise_tables_that_are_there_and_make_the_others() -> None:
    from geo.measures.areas import OWNERSHIP_INDICES, ZONINGS
    from geo.schema import LQ_CODES

    columns = (*OWNERSHIP_INDICES, *(f"lq_{code}" for code in LQ_CODES))
    areas = pd.DataFrame({name: [0.2, 0.4, np.nan] for name in columns}).assign(
        parks_study_set=[1, 3, 0], manufacturing_establishments=[1, 1, 5]
    )
    tables = dict.fromkeys(ZONINGS.values(), areas)
    empty = AreaInputs(*[pd.DataFrame()] * 5)
    found = zonings(empty, tables).set_index(["zoning", "index"])
    row = found.loc[("states", "owner_hhi_count_low")]
    assert row["areas"] == 2
    assert row["mean"] == pytest.approx(0.35)  # weighted by parks
    assert found.loc[("states", "lq_3361"), "mean"] == pytest.approx(0.3)
    assert len(found) == len(ZONINGS) * len(columns)


def test_people_beyond_30_km_of_every_park_are_counted_whole() -> None:
    from geo.measures.surfaces import people_without_park

    sites = parks(("p", 0, 1), ("q", None, 1))
    lon, lat, _ = GEOD.fwd([-100.0] * 3, [25.0] * 3, [0.0] * 3, [29_999.0, 30_001.0, 90_000.0])
    places = gpd.GeoDataFrame(
        {"cvegeo": ["01001", "01001", "01002"], "population_2020": [5, 7, 11]},
        geometry=gpd.points_from_xy(lon, lat),
        crs=GEODETIC_CRS,
    )
    found = people_without_park(pd.DataFrame({"cvegeo": ["01002", "01001", "01003"]}), places, sites)
    assert found.tolist() == [11, 7, 0]


def test_park_density_sums_to_the_parks_on_the_land() -> None:
    from geo.measures.surfaces import CELL_DEGREES, park_density

    land = gpd.GeoDataFrame(geometry=[shapely.box(-102, 23, -98, 27)], crs=GEODETIC_CRS)
    found = park_density(parks(("p", 0, 1), ("q", 60, 1), ("r", None, 1)), land)
    height = CELL_DEGREES * 110.8
    area = height * CELL_DEGREES * 111.32 * np.cos(np.radians(found["lat"]))
    assert float((found["parks_per_1000_km2"] / 1000 * area).sum()) == pytest.approx(2, rel=0.02)
