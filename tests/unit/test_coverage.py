"""Coverage: shares of people, the edge of the reach, the interval, and the joins by place, municipality and state."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.demand import place_demand, read_demand
from geo.demand.model import make_demand
from geo.errors import ChoiceError
from geo.geodesy import GEOD, distance_km
from geo.layers import read_layer
from geo.measures.coverage import Facilities, Moves, measure_coverage, park_facilities
from geo.measures.planning_area import planning_area
from geo.measures.reach import Within, parse_within
from geo.measures.surfaces import people_without_park
from geo.metrics.coverage import coverage, coverage_interval, moved_coverage
from geo.metrics.uncertainty import jitter
from geo.streets import highway_streets
from geo.study import load_study

EVERYWHERE = {"es": "", "en": ""}


@pytest.fixture(scope="module")
def shipped():
    study = load_study()
    return {name: read_layer(study, name) for name in ("parks", "places", "municipalities", "states", "highways")}


def brute(places, parks):
    """Measure every place to every park, one geodesic at a time, with nothing of the package."""
    lon, lat = places["lon"].to_numpy(float), places["lat"].to_numpy(float)
    best = np.full(len(places), np.inf)
    for x, y in zip(parks["lon"], parks["lat"], strict=True):
        _, _, metres = GEOD.inv(lon, lat, np.full(lon.size, x), np.full(lat.size, y))
        best = np.minimum(best, metres / 1000)
    return best


def test_shares_are_of_people_and_not_of_points():
    found = coverage([900.0, 50.0, 50.0], [True, False, False], ["a", "a", "b"])
    assert found.loc["a"].tolist() == [950.0, 900.0, 50.0, 900 / 950]
    assert found.loc["b", "covered_share"] == 0.0
    assert coverage([900.0, 100.0], [True, False]).loc["all", "covered_share"] == 0.9


def test_an_area_without_people_has_no_share_and_a_point_without_area_counts_in_none():
    found = coverage([0.0, 5.0, 7.0], [True, True, False], ["a", "b", None])
    assert np.isnan(found.loc["a", "covered_share"]) and found["total"].tolist() == [0.0, 5.0]


@pytest.mark.parametrize("weights", [[1.0], [1.0, np.nan], [1.0, -1.0], [1.0, np.inf]])
def test_weights_that_cannot_be_summed_are_refused(weights):
    with pytest.raises(ValueError, match="eight"):
        coverage(weights, [True, False])


def test_moved_facilities_cover_what_measuring_every_pair_anew_gives():
    generator = np.random.default_rng(2)
    lon, lat = generator.uniform(-101, -100, 300), generator.uniform(20, 21, 300)
    to_lon, to_lat = generator.uniform(-101, -100, 8), generator.uniform(20, 21, 8)
    error = generator.uniform(0, 6000, 8)
    moved = jitter(to_lon, to_lat, error, replicas=25, seed=7)
    masks = list(moved_coverage(lon, lat, to_lon, to_lat, moved, within_km=15.0))
    assert len(masks) == 25
    for mask, x, y in zip(masks, moved.lon, moved.lat, strict=True):
        every = distance_km(lon[:, None], lat[:, None], x, y).min(axis=1) <= 15.0
        assert np.array_equal(mask, every)


def test_the_interval_is_of_the_replicas_and_its_top_adds_whom_an_unknown_place_might_cover():
    masks = [np.array([True, step > 4, False, False]) for step in range(10)]
    found = coverage_interval([4.0, 4.0, 1.0, 1.0], masks, possible=[False, False, True, False]).loc["all"]
    assert found.tolist() == pytest.approx([0.4, 0.6, 0.8, 0.9])


def test_the_edge_itself_is_within_and_a_hair_beyond_is_not():
    km = float(distance_km(-100.0, 20.0, -100.2, 20.1))
    demand = make_demand(
        pd.DataFrame({"lon": [-100.2], "lat": [20.1], "weight": [10], "cvegeo": ["01001"]}),
        basis="points", unit="people", source="test", blind=EVERYWHERE,
    )  # fmt: skip
    towns = gpd.GeoDataFrame(
        {"cvegeo": ["01001"], "name": ["A"], "cve_ent": ["01"], "state": ["S"]},
        geometry=gpd.GeoSeries([shapely.box(-101, 19, -99, 21)], crs="EPSG:4326").to_crs("EPSG:6372"),
    )
    park = gpd.GeoDataFrame({"id": ["p"], "name": ["P"], "location_error_m": [np.nan]},
                            geometry=[shapely.Point(-100, 20)], crs="EPSG:4326")  # fmt: skip
    nobody = pd.DataFrame({"id": [], "name": [], "cvegeo": []}, dtype="str")
    facilities = Facilities(park, nobody, EVERYWHERE)
    area = planning_area(towns, towns)
    for amount, share in ((km, 1.0), (np.nextafter(km, 0), 0.0)):
        found = measure_coverage(demand, facilities, Within(amount, "km"), area)
        assert found.summary["covered_share"].tolist() == [share]
    # Without errors of the points nothing is moved, and no interval is given.
    assert found.moves.replicas == 0 and np.isnan(found.summary["share_low"][0])


def test_the_shipped_study_equals_brute_force(shipped):
    parks = shipped["parks"]
    sites = parks[parks["study_set"] & parks.geometry.notna()]
    places = shipped["places"]
    best = brute(places, sites)
    people = places["population_2020"].to_numpy(float)
    area = planning_area(shipped["municipalities"], shipped["states"])
    found = measure_coverage(place_demand(places), park_facilities(parks), parse_within("30km"), area, moves=Moves(20))
    assert np.array_equal(found.places["nearest_km"].to_numpy(), best)
    assert found.summary["covered"].tolist() == [people[best <= 30].sum()]
    by_town = pd.Series(np.where(best <= 30, people, 0)).groupby(places["cvegeo"].to_numpy()).sum()
    table = found.municipalities.set_index("cvegeo")
    assert table["covered"].to_dict() == by_town.to_dict()
    # The column of the outputs is the same figure.
    outside = people_without_park(shipped["municipalities"], places, parks)
    assert table["uncovered"].sum() == outside.sum()
    assert table["uncovered"].is_monotonic_decreasing
    summary = found.summary.iloc[0]
    assert summary["share_low"] <= summary["share_median"] <= summary["share_high"] <= summary["share_at_most"]
    assert summary["facilities_unlocated"] == (parks["study_set"] & parks.geometry.isna()).sum()
    assert found.states["total"].sum() == people.sum()


def test_a_state_in_minutes_lists_what_no_road_reaches(shipped):
    area = planning_area(shipped["municipalities"], shipped["states"], state="baja california sur")
    streets = highway_streets(shipped["highways"], access_leg_km=50.0)
    found = measure_coverage(
        place_demand(shipped["places"]), park_facilities(shipped["parks"], study_set=False), Within(45, "min"), area,
        streets=streets, moves=Moves(20),
    )  # fmt: skip
    assert set(found.places["cvegeo"].str[:2]) == {"03"}
    lost = found.places["road_minutes"].isna()
    assert lost.sum() == len(found.unreached) == found.summary["unreached_places"].item()
    assert not found.places.loc[lost, "covered"].any()
    assert (found.places["road_minutes"].dropna() > 0).all()
    assert np.array_equal(found.places["covered"], found.places["road_minutes"] <= 45)
    assert "80 km/h" in found.network and "45 minutos exactos" in found.within.rule["es"]


def test_demand_without_municipality_is_placed(shipped, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("lon,lat,weight\n-101.257,21.019,100\n-116.97,32.5,50\n")
    area = planning_area(shipped["municipalities"], shipped["states"], state="11")
    found = measure_coverage(read_demand(path), park_facilities(shipped["parks"]), parse_within("30km"), area)
    assert found.municipalities["municipality"].tolist() == ["Guanajuato"]
    assert found.summary["total"].tolist() == [100.0]


def test_what_cannot_be_measured_is_said(shipped):
    municipalities, parks = shipped["municipalities"], shipped["parks"]
    area = planning_area(municipalities, shipped["states"])
    demand = place_demand(shipped["places"].head(5))
    with pytest.raises(ChoiceError, match="needs a network"):
        measure_coverage(demand, park_facilities(parks), Within(45, "min"), area)
    elsewhere = planning_area(municipalities, shipped["states"], state="Chiapas")
    with pytest.raises(ChoiceError, match="no people in Chiapas"):
        measure_coverage(demand, park_facilities(parks), Within(30, "km"), elsewhere)
    with pytest.raises(ChoiceError, match="Known: complex"):
        park_facilities(parks, kinds=["casino"])


@pytest.mark.parametrize("text", ["30", "km", "30 miles", "-3km", "0km", "3,5km", ""])
def test_a_reach_without_unit_is_refused(text):
    with pytest.raises(ChoiceError, match="--within"):
        parse_within(text)


def test_a_reach_is_read_with_its_unit():
    assert parse_within(" 1.5h") == Within(90.0, "min") and parse_within("30 KM") == Within(30.0, "km")
    assert Within(30.0, "km").by_road is False and Within(30.0, "km", road=True).by_road is True


def test_areas_are_found_by_name_and_near_names_are_suggested(shipped):
    municipalities, states = shipped["municipalities"], shipped["states"]
    found = planning_area(municipalities, states, metro="leon")
    assert "11020" in found.codes and found.es == "León"
    with pytest.raises(ChoiceError, match=r"Did you mean .*Monterrey"):
        planning_area(municipalities, states, metro="Monterey")
    with pytest.raises(ChoiceError, match="Did you mean Guanajuato"):
        planning_area(municipalities, states, state="Guanajato")
    with pytest.raises(ChoiceError, match="several"):
        planning_area(municipalities, states, metro="ac")
    with pytest.raises(ChoiceError, match="not both"):
        planning_area(municipalities, states, state="11", metro="León")
