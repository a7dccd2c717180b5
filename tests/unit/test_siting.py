"""Siting: answers known by hand, the rules of the models, candidates, and what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.demand import municipal_demand, place_demand, read_sites
from geo.demand.model import make_demand
from geo.errors import ChoiceError
from geo.layers import read_layer
from geo.measures.coverage import Facilities, file_facilities, measure_coverage, park_facilities
from geo.measures.planning_area import planning_area
from geo.measures.reach import Within
from geo.measures.siting import (
    SiteQuestion,
    choose_sites,
    file_candidates,
    grid_candidates,
    place_candidates,
    seat_candidates,
)
from geo.metrics.siting import Costs, lscp, mclp, p_centre, p_median
from geo.streets import highway_streets
from geo.study import load_study

LINE = Costs.from_matrix(np.abs(np.arange(5.0)[:, None] - np.arange(5.0)))


@pytest.fixture(scope="module")
def shipped():
    study = load_study()
    return {name: read_layer(study, name) for name in ("parks", "places", "municipalities", "states", "highways")}


@pytest.fixture(scope="module")
def oaxaca(shipped):
    return planning_area(shipped["municipalities"], shipped["states"], state="Oaxaca")


def test_people_and_not_points_decide():
    # Three points at one end with 1 each, one at the other end with 10.
    found = mclp(LINE, [1, 1, 1, 0, 10], within=1, new=1)
    assert found.chosen.tolist() == [3] and found.covered_weight / found.total_weight == 11 / 13


def test_reach_is_inclusive_and_a_cost_of_0_is_a_cost():
    assert mclp(LINE, [1, 1, 1, 1, 1], within=1, new=1).objective == 3
    assert mclp(LINE, [1, 1, 1, 1, 1], within=np.nextafter(1, 0), new=1).objective == 1
    assert p_median(LINE, [0, 0, 7, 0, 0], new=1).objective == 0


def test_fixed_facilities_stay_and_do_not_count():
    fixed = [False, False, False, False, True]
    found = mclp(LINE, [1, 1, 1, 1, 1], within=1, new=1, fixed=fixed)
    assert found.chosen.tolist() == [1] and found.covered_before == 2 and found.objective == 5
    assert lscp(LINE, [1, 1, 1, 1, 1], within=1, fixed=fixed).chosen.tolist() == [1]
    centre = p_centre(LINE, [1, 1, 1, 1, 1], new=1, fixed=fixed)
    assert centre.chosen.tolist() == [1] and centre.objective == 1
    assert centre.nearest.tolist() == [1, 1, 1, 4, 4]


def test_a_site_that_adds_nothing_is_not_opened():
    assert mclp(LINE, [1, 1, 1, 1, 1], within=2, new=3).chosen.tolist() == [2]
    assert lscp(LINE, [1, 1, 1, 1, 1], within=2, fixed=[0, 0, 1, 0, 0]).objective == 0


def test_a_share_that_cannot_be_reached_says_how_much_can():
    costs = Costs.from_matrix([[1, 9], [9, 9], [9, 1]])
    with pytest.raises(ChoiceError, match=r"reach 80\.0000% of the weight, not 100\.0000%: 1 demand points with 20 "):
        lscp(costs, [40, 20, 40], within=2)
    assert lscp(costs, [40, 20, 40], within=2, share=0.8).objective == 2


def test_time_that_ends_early_is_told_with_the_gap():
    generator = np.random.default_rng(3)
    points = generator.uniform(0, 100, size=(150, 2))
    matrix = np.hypot(*(points[:, None] - points[None]).T)
    weights = generator.integers(1, 100, 150).astype(float)
    full = p_median(Costs.from_matrix(matrix), weights, new=8)
    short = p_median(Costs.from_matrix(matrix), weights, new=8, seconds=0.0)
    assert full.status == "optimal" and full.gap == 0
    assert short.status == "time_limit" and 0 < short.gap <= 1
    assert short.bound <= full.objective <= short.objective


@pytest.mark.parametrize("model", [mclp, p_median, p_centre])
@pytest.mark.parametrize(("new", "said"), [(0, "1 or more"), (6, "out of 5 candidates; ask for at most 5")])
def test_a_number_that_cannot_be_is_refused(model, new, said):
    options = {"within": 1} if model is mclp else {}
    with pytest.raises(ChoiceError, match=said):
        model(LINE, [1, 1, 1, 1, 1], new=new, **options)


def test_no_candidates_no_people_and_negative_weights_are_refused():
    empty = Costs.from_matrix(np.empty((3, 0)))
    with pytest.raises(ChoiceError, match="no candidate"):
        mclp(empty, [1, 1, 1], within=1, new=1)
    with pytest.raises(ChoiceError, match="no candidate"):
        mclp(LINE, [1, 1, 1, 1, 1], within=1, new=1, fixed=[True] * 5)
    with pytest.raises(ChoiceError, match="no people"):
        mclp(LINE, [0, 0, 0, 0, 0], within=1, new=1)
    with pytest.raises(ChoiceError, match="not negative"):
        mclp(LINE, [1, 1, -1, 1, 1], within=1, new=1)
    with pytest.raises(ChoiceError, match="connected to no candidate"):
        p_median(Costs.from_matrix([[1.0], [np.inf]]), [1, 1], new=1)


def test_a_state_gets_its_parks_and_the_figures_fit_the_coverage(shipped, oaxaca):
    municipalities, parks = shipped["municipalities"], park_facilities(shipped["parks"])
    demand = place_demand(shipped["places"])
    demand = demand.keep(oaxaca.holds(demand.table["cvegeo"]))
    plan = choose_sites(
        SiteQuestion("mclp", Within(30, "km"), new=3), demand, seat_candidates(oaxaca), municipalities, facilities=parks
    )
    assert plan.answer.status == "optimal" and plan.proof["en"] == "Proven optimum (gap 0)."
    assert plan.sites["rank"].tolist() == [1, 2, 3] and plan.sites["added"].is_monotonic_decreasing
    assert set(plan.sites["state"]) == {"Oaxaca"}
    assert plan.sites["added"].sum() == plan.answer.objective - plan.answer.covered_before
    # Opened, the sites cover what the model says.
    points = gpd.points_from_xy(plan.sites["lon"], plan.sites["lat"], crs="EPSG:4326")
    opened = gpd.GeoDataFrame(plan.sites[["id", "name"]].assign(location_error_m=np.nan), geometry=points)
    both = pd.concat([parks.located, opened], ignore_index=True)
    after = measure_coverage(demand, Facilities(both, parks.unlocated, parks.what), Within(30, "km"), oaxaca)
    assert after.summary["covered"].tolist() == [plan.answer.objective]
    assert plan.places["cost_after"].le(plan.places["cost_before"]).all()


def test_minutes_need_a_network_and_the_unreached_are_told(shipped, oaxaca):
    municipalities = shipped["municipalities"]
    demand = municipal_demand(municipalities)
    demand = demand.keep(oaxaca.holds(demand.table["cvegeo"]))
    candidates = seat_candidates(oaxaca)
    with pytest.raises(ChoiceError, match="needs a network"):
        choose_sites(SiteQuestion("mclp", Within(45, "min"), new=3), demand, candidates, municipalities)
    streets = highway_streets(shipped["highways"], access_leg_km=25.0)
    plan = choose_sites(SiteQuestion("p_median", new=2, seconds=5), demand, candidates, municipalities,
                        streets=streets, facilities=park_facilities(shipped["parks"]))  # fmt: skip
    assert plan.unit == "min" and len(plan.unreached) > 0
    assert len(plan.unreached) + len(plan.places) == len(demand.table)
    assert plan.places["cost_after"].notna().all()
    assert plan.answer.objective == pytest.approx((plan.places["cost_after"] * plan.places["weight"]).sum())


@pytest.mark.parametrize(
    ("question", "options", "said"),
    [
        ("mclp", {"new": 3}, "needs a reach"),
        ("mclp", {"within": Within(30, "km")}, "give --new"),
        ("p_median", {"new": 3, "within": Within(30, "km")}, "leave --within out"),
    ],
)
def test_a_question_that_lacks_a_part_is_refused(question, options, said):
    with pytest.raises(ChoiceError, match=said):
        SiteQuestion(question, **options)


def test_too_many_pairs_are_refused_before_memory_is(shipped):
    municipalities = shipped["municipalities"]
    country = planning_area(municipalities, shipped["states"])
    candidates = place_candidates(shipped["places"], country)
    with pytest.raises(ChoiceError, match="pairs, more than"):
        choose_sites(SiteQuestion("p_median", new=3), place_demand(shipped["places"]), candidates, municipalities)


def test_candidates_of_a_file_are_given_their_municipality(shipped, tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("id,lon,lat\nmine,-101.257,21.019\n")
    found = file_candidates(read_sites(path), shipped["municipalities"])
    assert found.table[["id", "cvegeo"]].values.tolist() == [["mine", "11015"]]
    assert len(file_facilities(read_sites(path)).located) == 1


def test_a_grid_lies_in_its_area_and_is_masked(shipped, oaxaca):
    municipalities = shipped["municipalities"]
    whole = grid_candidates(oaxaca, spacing_km=20)
    land = shapely.union_all(municipalities[municipalities["cve_ent"] == "20"].geometry.to_numpy())
    assert len(whole.table) == pytest.approx(land.area / 400e6, rel=0.05)
    assert set(whole.table["cvegeo"].str[:2]) == {"20"}
    streets = highway_streets(shipped["highways"], access_leg_km=50.0)
    near = grid_candidates(oaxaca, spacing_km=20, roads=streets, road_km=10)
    assert len(near.table) + near.left_out["far from a road"] == len(whole.table)
    assert (streets.access(near.table["lon"], near.table["lat"]).leg_km <= 10).all()

    def slope(lon, lat):
        return np.where(lon < -97, np.nan, np.where(lat > 17, 9.0, 1.0))

    flat = grid_candidates(oaxaca, spacing_km=20, slope_percent=slope)
    assert (flat.table["lon"] >= -97).all() and (flat.table["lat"] <= 17).all()
    assert sum(flat.left_out.values()) + len(flat.table) == len(whole.table)
    with pytest.raises(ChoiceError, match="no candidate site"):
        grid_candidates(oaxaca, spacing_km=20, slope_percent=lambda lon, lat: lon * 0 + 50)
    with pytest.raises(ChoiceError, match="above 0"):
        grid_candidates(oaxaca, spacing_km=0)


def test_costs_refuse_what_is_no_cost():
    with pytest.raises(ValueError, match="0 or more"):
        Costs.from_matrix([[-1.0]])
    with pytest.raises(ValueError, match="cannot be joined"):
        Costs.beside(LINE, Costs.from_matrix([[1.0]]))


def test_demand_of_the_user_keeps_its_unit():
    table = pd.DataFrame({"lon": [-100.0], "lat": [20.0], "weight": [3.0]})
    demand = make_demand(table, basis="points", unit="jobs", source="x", blind={"es": "", "en": ""})
    assert demand.unit == "jobs" and demand.weight.tolist() == [3.0]
