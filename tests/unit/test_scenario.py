"""Scenarios: what a file may say, what is refused all at once, and what becomes of the parks."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.demand import place_demand
from geo.errors import ChoiceError, DataError
from geo.layers import read_layer
from geo.measures.comparison import compare_coverage
from geo.measures.coverage import Moves, measure_coverage, park_facilities
from geo.measures.planning_area import planning_area
from geo.measures.reach import Within
from geo.scenario import apply_scenario, read_scenario
from geo.study import load_study

TOML = """
title = "A park for Oaxaca"
[[changes]]
action = "add"
park_id = "new-one"
name = "Istmo"
lon = -95.2
lat = 16.3
[[changes]]
action = "remove"
park_id = "b"
[[changes]]
action = "move"
park_id = "a"
lon = -100.5
lat = 20.5
location_error_m = 300
"""


def make_parks():
    return gpd.GeoDataFrame(
        {
            "park_id": ["a", "b", "c"], "name": ["A", "B", "C"], "kind": "industrial_park",
            "lon": [-100.0, -101.0, None], "lat": [20.0, 21.0, None], "location_error_m": [900.0, 800.0, None],
            "plants_registered": pd.array([3, 4, 5], dtype="Int64"), "vintage_2018": True, "study_set": True,
        },
        geometry=[shapely.Point(-100, 20), shapely.Point(-101, 21), None], crs="EPSG:4326",
    )  # fmt: skip


def scenario(tmp_path, text, name="what_if.toml"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_parks_are_added_removed_and_moved_and_the_layer_is_left_alone(tmp_path):
    parks = make_parks()
    before = parks.copy()
    found = apply_scenario(parks, read_scenario(scenario(tmp_path, TOML)))
    assert found["park_id"].tolist() == ["a", "c", "new-one"]
    moved, unlocated, added = (found.iloc[row] for row in range(3))
    assert (moved["lon"], moved["location_error_m"], moved.geometry) == (-100.5, 300.0, shapely.Point(-100.5, 20.5))
    assert unlocated.geometry is None and pd.isna(unlocated["lon"])
    assert added["name"] == "Istmo" and added["study_set"] and added["location_error_m"] == 0
    # What the scenario does not say of an added park is not known.
    assert pd.isna(added["plants_registered"]) and pd.isna(added["vintage_2018"])
    assert found.crs == parks.crs and list(found.columns) == list(parks.columns)
    pd.testing.assert_frame_equal(pd.DataFrame(parks), pd.DataFrame(before))


def test_csv_says_the_same_as_toml(tmp_path):
    header = "action,park_id,name,lon,lat,location_error_m\n"
    text = header + "add,new-one,Istmo,-95.2,16.3,\nremove,b,,,,\nmove,a,,-100.5,20.5,300\n"
    by_csv, by_toml = read_scenario(scenario(tmp_path, text, "x.csv")), read_scenario(scenario(tmp_path, TOML))
    assert by_csv.changes == by_toml.changes and by_csv.title == "x"


def test_every_problem_of_a_file_is_told_with_its_row(tmp_path):
    text = "action,park_id,lon,lat,kindd\nadd,x,-100,,\nclose,y,,,\nremove,z,-100,20,\nmove,a,-100,95,\nadd,w,1,1,q\n"
    with pytest.raises(DataError) as caught:
        read_scenario(scenario(tmp_path, text, "bad.csv"))
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 5
    assert "row 2" in said[0] and "needs lon and lat" in said[0]
    assert "row 3" in said[1] and "action" in said[1]
    assert "row 4" in said[2] and "takes no lon and lat" in said[2]
    assert "row 5" in said[3] and "90" in said[3]
    assert "row 6" in said[4] and "Did you mean 'kind'" in said[4]


def test_a_park_changed_twice_is_refused(tmp_path):
    text = "action,park_id\nremove,a\nremove,b\nremove,a\n"
    with pytest.raises(DataError, match=r"rows 2, 4: the park 'a' stands in 2 changes"):
        read_scenario(scenario(tmp_path, text, "twice.csv"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.toml", "title = ", "is not TOML"),
        ("x.toml", 'title = "t"\nchanges = []', "changes nothing"),
        ("x.toml", "changes = []", "title"),
        ("x.csv", "action,park_id\n", "changes nothing"),
        ("x.csv", "action,park_id\nremove,a,b\n", "not known"),
    ],
)
def test_a_file_that_says_nothing_is_refused(tmp_path, name, text, said):
    with pytest.raises(DataError, match=said):
        read_scenario(scenario(tmp_path, text, name))


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_scenario(tmp_path / "lost.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="cannot be read"):
        read_scenario(tmp_path / "bytes.toml")


def test_parks_that_do_not_fit_are_all_named(tmp_path):
    text = "action,park_id,lon,lat\nremove,bb,,\nadd,a,-100,20\nmove,zzzz,-100,20\n"
    with pytest.raises(DataError) as caught:
        apply_scenario(make_parks(), read_scenario(scenario(tmp_path, text, "x.csv")), source="x.csv")
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 3 and "Did you mean 'b'" in said[0] and "there already" in said[1]
    assert all(each.startswith("x.csv") for each in said)


def test_two_scenarios_can_be_compared_by_what_they_cover(tmp_path):
    study = load_study()
    parks, places, municipalities, states = (
        read_layer(study, name) for name in ("parks", "places", "municipalities", "states")
    )
    text = "action,park_id,name,lon,lat\nadd,istmo,Istmo,-95.03,16.43\n"
    changed = apply_scenario(parks, read_scenario(scenario(tmp_path, text, "x.csv")))
    area = planning_area(municipalities, states, state="Oaxaca")
    demand, within = place_demand(places), Within(30, "km")
    now, then = (
        measure_coverage(demand, park_facilities(each), within, area, moves=Moves(20)) for each in (parks, changed)
    )
    gained = then.places["covered"].to_numpy() & ~now.places["covered"].to_numpy()
    assert gained.any() and set(then.places.loc[gained, "nearest_id"]) == {"istmo"}
    people = then.places.loc[gained, "weight"].sum()
    assert then.summary["covered"][0] - now.summary["covered"][0] == people
    found = compare_coverage(now, then)
    row = found.summary.iloc[0]
    assert (row["gained"], row["lost"]) == (people, 0) and row["share_difference"] == pytest.approx(
        people / row["total"]
    )
    assert found.places["id"].tolist() == then.places.loc[gained, "id"].tolist()
    assert found.municipalities["gained"].sum() == people and found.municipalities["gained"].is_monotonic_decreasing
    back = compare_coverage(then, now)
    assert back.summary["lost"][0] == people and back.summary["gained"][0] == 0
    longer = measure_coverage(demand, park_facilities(parks), Within(40, "km"), area, moves=Moves(20))
    with pytest.raises(ChoiceError, match="cannot be compared"):
        compare_coverage(now, longer)
