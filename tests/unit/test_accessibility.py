"""Supply a person: by hand, its balance, and what is refused."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.demand.model import make_demand
from geo.errors import ChoiceError
from geo.measures.access import measure_access
from geo.measures.reach import Within
from geo.metrics.accessibility import gravity_access, two_step_catchment
from geo.metrics.siting import Costs

TOWNS = Costs.from_matrix([[1.0, 2.0], [np.inf, 3.0], [np.inf, np.inf]])


def test_two_steps_by_hand():
    # Facility 1 serves 100 people with 10, facility 2 serves 150 with 20: 0.1 + 0.1333, 0.1333, nothing.
    found = two_step_catchment(TOWNS, [100, 50, 7], [10, 20], within=3)
    assert found.tolist() == pytest.approx([10 / 100 + 20 / 150, 20 / 150, 0])
    nearer = two_step_catchment(TOWNS, [100, 50, 7], [10, 20], within=2)
    assert nearer.tolist() == pytest.approx([10 / 100 + 20 / 100, 0, 0])


def test_the_near_count_more_with_theta():
    found = two_step_catchment(TOWNS, [100, 50, 7], [10, 20], within=3, theta=2.0)
    near, mid, far = np.exp(-np.array([1.0, 2.0, 3.0]) / 2)
    second = 20 / (100 * mid + 50 * far)
    assert found.tolist() == pytest.approx([10 / (100 * near) * near + second * mid, second * far, 0])


def test_points_without_people_get_a_share_and_take_none():
    found = two_step_catchment(TOWNS, [0, 50, 7], [10, 20], within=3)
    assert found.tolist() == pytest.approx([20 / 50, 20 / 50, 0])


def test_a_missing_supply_is_left_out_and_a_cost_of_0_counts():
    costs = Costs.from_matrix([[0.0, 1.0]])
    assert two_step_catchment(costs, [10], [5, np.nan], within=1).tolist() == [0.5]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_what_is_handed_out_is_the_supply_within_reach(seed):
    generator = np.random.default_rng(seed)
    matrix = generator.uniform(0, 10, size=(6, 4))
    people, supply = generator.integers(1, 50, 6).astype(float), generator.integers(0, 50, 4).astype(float)
    supply[0] = 9
    within = float(generator.uniform(1, 10))
    found = two_step_catchment(Costs.from_matrix(matrix), people, supply, within=within)
    used = (matrix <= within).any(axis=0)
    assert people @ found.to_numpy() == pytest.approx(supply[used].sum())
    # The gravity form, programmed apart, is the same with a step.
    step = gravity_access(Costs.from_matrix(matrix), people, supply, decay="step", theta=within)
    assert step.tolist() == pytest.approx(found.tolist())


def test_gravity_by_hand():
    found = gravity_access(TOWNS, [100, 50, 7], [10, 20], decay="inverse", theta=1.0, floor=2.0)
    first, second = 10 / (100 / 2), 20 / (100 / 2 + 50 / 3)
    assert found.tolist() == pytest.approx([first / 2 + second / 2, second / 3, 0])


@pytest.mark.parametrize(
    ("demand", "supply"), [([0, 0, 0], [1, 1]), ([1, 1, 1], [0, np.nan]), ([-1, 1, 1], [1, 1]), ([1, 1, 1], [-1, 1])]
)
def test_nothing_to_share_and_negative_values_are_refused(demand, supply):
    with pytest.raises(ChoiceError):
        two_step_catchment(TOWNS, demand, supply, within=3)
    with pytest.raises(ChoiceError):
        gravity_access(TOWNS, demand, supply, theta=3)


def make_parks():
    return gpd.GeoDataFrame(
        {"park_id": ["a", "b", "c"], "plants_registered": [30.0, np.nan, 5.0]},
        geometry=[shapely.Point(-100, 20), shapely.Point(-100, 20.1), None], crs="EPSG:4326",
    )  # fmt: skip


def make_people():
    table = pd.DataFrame({"lon": [-100.0, -100.0, -98.0], "lat": [20.0, 20.1, 20.0], "weight": [1000.0, 2000.0, 500.0]})
    return make_demand(table, basis="points", unit="people", source="test", blind={"es": "", "en": ""})


def test_parks_without_supply_or_point_are_left_out_and_counted():
    found = measure_access(make_people(), make_parks(), "plants_registered", Within(30, "km"))
    assert found.places["access"].tolist() == pytest.approx([10.0, 10.0, 0.0])
    row = found.summary.iloc[0]
    assert row[["parks_with_supply", "parks_without_supply", "parks_without_point"]].tolist() == [1, 1, 1]
    assert row["weight_with_access"] == 3000 and row["mean_access"] == pytest.approx(30 / 3500 * 1000)


def test_gravity_over_kilometres_prefers_the_near():
    found = measure_access(make_people(), make_parks(), "plants_registered", Within(30, "km"), gravity=True, theta=5.0)
    assert found.places["access"][0] > found.places["access"][1] > 0
    assert make_people().weight @ found.places["access"] / 1000 == pytest.approx(30)


@pytest.mark.parametrize(
    ("supply", "within", "options", "said"),
    [
        ("jobs", Within(30, "km"), {}, "no such column"),
        ("plants_registered", Within(30, "min"), {}, "needs a network"),
        ("plants_registered", Within(30, "km"), {"gravity": True}, "needs theta"),
    ],
)
def test_access_that_cannot_be_measured_is_refused(supply, within, options, said):
    with pytest.raises(ChoiceError, match=said):
        measure_access(make_people(), make_parks(), supply, within, **options)
