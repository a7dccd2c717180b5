"""What lies over the land: sums that must come out, figures that must be missing, the same figure at a park."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Proj

from geo.geodesy import GEODETIC_CRS, distance_km, planar_crs
from geo.join import coordinates
from geo.landgrid import CELL_M, LandGrid, Surface
from geo.layers import read_layers
from geo.measures.parks import local_excess, located_study_set
from geo.measures.surfaces import EXCESS_KM, serving_ports, surfaces
from geo.network import RoadNetwork
from geo.ownership import controllers
from geo.study import load_study

NAMES = ("parks_density", "auto_plants_density", "ownership_excess", "port_road_distance")
ROADS = [((2_050_000, 1_000_000), (2_200_000, 1_010_000)), ((2_200_000, 1_010_000), (2_330_000, 1_200_000)),
         ((2_200_000, 1_010_000), (2_210_000, 1_300_000))]  # fmt: skip
PORTS = [(2_060_000, 1_002_000), (2_320_000, 1_190_000), (2_100_000, 1_250_000)]


def spots(xy: Any, **columns: Any) -> gpd.GeoDataFrame:
    shapes = [None if each is None else shapely.Point(each) for each in xy]
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=planar_crs()))


def made() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return tables and layers of a square country of 400 km with a town, a lone park at the edge, and three roads."""
    rng = np.random.default_rng(5)
    town = [tuple(each) for each in rng.normal((2_200_000, 1_100_000), 9_000, (12, 2))]
    owners = ["a"] * 5 + ["b"] * 3 + ["c"] * 2
    tables = {
        "parks": spots(
            [*town, (2_001_000, 1_390_000), (2_200_000, 1_100_000), None],
            park_id=[f"p{number}" for number in range(15)],
            study_set=[True] * 13 + [False, True],
        ),
        "auto_parts_plants": spots(
            [(2_300_000, 1_000_000), (2_300_000, 1_000_000), (2_300_000, 1_005_000), None],
            plant_id=["x", "y", "z", "w"],
            duplicate_of=[None, "x", None, None],
            assembly_plant_id=[None] * 4,
            location_error_m=[100] * 4,
        ),
        "assembly_plants": spots(
            [(2_310_000, 1_020_000), (2_310_000, 1_030_000)],
            status=["operating", "planned"],
            location_error_m=[100] * 2,
        ),
        "ports_of_entry": spots(
            PORTS, quality=["good", "off_line", "bad"], modes=["commercial;passenger", "commercial", "commercial"]
        ),
    }
    places = gpd.GeoSeries([shapely.LineString(road) for road in ROADS], crs=planar_crs()).to_crs(GEODETIC_CRS)
    km = [float(distance_km(*line.coords[0], *line.coords[-1])) * 1.1 for line in places]
    states = [shapely.box(2e6, 1e6, 2.2e6, 1.4e6), shapely.box(2.2e6, 1e6, 2.4e6, 1.4e6)]
    layers = {
        "states": gpd.GeoDataFrame(geometry=states, crs=planar_crs()),
        "highways": gpd.GeoDataFrame({"u": [0, 1, 1], "v": [1, 2, 3], "km": km}, geometry=places),
        "park_developers": pd.DataFrame(
            {
                "park_id": [f"p{number}" for number in range(len(owners))],
                "developer_id": owners,
                "role": "owner",
                "as_of_year": pd.array([2018] * len(owners), dtype="Int64"),
                "until_year": pd.array([None] * len(owners), dtype="Int64"),
            }
        ),
    }
    return tables, layers


@pytest.fixture(scope="module")
def measured() -> tuple[LandGrid, dict[str, Surface]]:
    grid, found = surfaces(*made(), load_study())
    return grid, {surface.name: surface for surface in found}


def cell_km2(grid: LandGrid) -> np.ndarray:
    """Return the true area of each cell: the plane's, less its areal scale there."""
    return (CELL_M / 1000) ** 2 / np.asarray(Proj(planar_crs()).get_factors(grid.lon, grid.lat).areal_scale)


def cell_of(grid: LandGrid, xy: tuple[float, float]) -> tuple[int, int]:
    return int((grid.top - xy[1]) // CELL_M), int((xy[0] - grid.left) // CELL_M)


def test_the_four_surfaces_say_their_unit_and_terms(measured: tuple[LandGrid, dict[str, Surface]]) -> None:
    _, found = measured
    assert tuple(found) == NAMES
    assert [found[name].unit for name in NAMES] == ["1/1000 km2", "1/1000 km2", "1", "km"]
    assert [found[name].licence for name in NAMES] == ["facts", "semarnat", "facts", "osm"]
    assert found["port_road_distance"].parameters["access_leg_km"] == load_study().parameters.access_leg_km


@pytest.mark.parametrize(("name", "points"), [("parks_density", 13), ("auto_plants_density", 3)])
def test_a_density_sums_to_its_points(measured: tuple[LandGrid, dict[str, Surface]], name: str, points: int) -> None:
    """Parks outside the study set, duplicates and planned works do not count, and none is lost at the edge."""
    grid, found = measured
    values = found[name].values
    np.testing.assert_array_equal(np.isnan(values), ~grid.land)
    total = (values[grid.land].astype(float) / 1000 * cell_km2(grid)).sum()
    assert total == pytest.approx(points, rel=0.01)
    assert found[name].parameters["points"] == points


def test_excess_at_a_cell_is_that_of_a_park_there(measured: tuple[LandGrid, dict[str, Surface]]) -> None:
    """A lone holding without an owner, put on the cell's centre, has the cell's index among the same parks."""
    grid, found = measured
    tables, layers = made()
    study = load_study()
    held = controllers(layers["park_developers"], precedence=study.parameters.controller_roles)
    values = found["ownership_excess"].values
    sites = located_study_set(tables["parks"])
    for xy in ((2_200_000, 1_100_000), (2_215_000, 1_085_000)):
        row, column = cell_of(grid, xy)
        centre = grid.left + (column + 0.5) * CELL_M, grid.top - (row + 0.5) * CELL_M
        with_one = pd.concat([sites, spots([centre], park_id=["here"], study_set=[True])], ignore_index=True)
        wanted = local_excess(with_one.to_crs(GEODETIC_CRS), held, km=EXCESS_KM, permutations=0, seed=1)["excess"].iloc[
            -1
        ]
        assert np.isfinite(wanted)
        assert values[row, column] == pytest.approx(wanted, abs=6e-5)


def test_excess_is_blank_under_three_effective_parks(measured: tuple[LandGrid, dict[str, Surface]]) -> None:
    grid, found = measured
    tables, layers = made()
    values = found["ownership_excess"].values[grid.land]
    held = located_study_set(tables["parks"]).merge(layers["park_developers"]["park_id"])
    lon, lat = coordinates(held.to_crs(GEODETIC_CRS))
    km = distance_km(grid.lon[:, None], grid.lat[:, None], lon, lat)
    weight = np.where(km <= 3 * EXCESS_KM, np.exp(-0.5 * (km / EXCESS_KM) ** 2), 0)
    with np.errstate(invalid="ignore"):
        effective = weight.sum(axis=1) ** 2 / (weight**2).sum(axis=1)
    clear = ~np.isclose(effective, 3, atol=1e-6)
    np.testing.assert_array_equal(np.isfinite(values)[clear], (effective >= 3)[clear])
    assert 100 < np.isfinite(values).sum() < values.size / 2


def test_road_distance_is_the_least_over_the_ports_that_serve(measured: tuple[LandGrid, dict[str, Surface]]) -> None:
    grid, found = measured
    tables, layers = made()
    study = load_study()
    network = RoadNetwork(layers["highways"], access_leg_km=study.parameters.access_leg_km)
    lon, lat = coordinates(tables["ports_of_entry"].iloc[:2].to_crs(GEODETIC_CRS))
    every = network.distance_km(grid.lon, grid.lat, lon, lat)
    values = found["port_road_distance"].values[grid.land]
    np.testing.assert_array_equal(np.isnan(values), np.isnan(every).all(axis=1))
    reached = np.isfinite(values)
    assert 0.3 < reached.mean() < 1
    np.testing.assert_allclose(values[reached], np.nanmin(every[reached], axis=1), atol=6e-4)
    straight = distance_km(grid.lon[:, None], grid.lat[:, None], lon, lat).min(axis=1)
    assert (values[reached] >= straight[reached] - 6e-4).all()


def test_an_empty_country_has_no_density_no_owners_and_no_road_to_a_port() -> None:
    tables, layers = made()
    tables = {name: table.iloc[:0] for name, table in tables.items()}
    layers["park_developers"] = layers["park_developers"].iloc[:0]
    grid, found = surfaces(tables, layers, load_study())
    values = {surface.name: surface.values[grid.land] for surface in found}
    assert (values["parks_density"] == 0).all()
    assert (values["auto_plants_density"] == 0).all()
    assert np.isnan(values["ownership_excess"]).all()
    assert np.isnan(values["port_road_distance"]).all()


def test_the_year_of_the_owners_counts_and_is_said() -> None:
    """Every owner is known for 2018 alone: before, nobody holds anything."""
    tables, layers = made()
    _, found = surfaces(tables, layers, load_study(ownership_year=2017))
    excess = found[2]
    assert excess.parameters["ownership_year"] == 2017
    assert "ultimate_owners" not in excess.parameters
    assert np.isnan(excess.values).all()


def test_ultimate_owners_are_said_and_owners_of_one_parent_are_one() -> None:
    tables, layers = made()
    owners = sorted(set(layers["park_developers"]["developer_id"]))
    layers["party_relations"] = pd.DataFrame(
        {"developer_id": owners, "parent_id": "all", "relation": "merged_into", "from_year": None, "to_year": None,
         "share_pct": None}
    )  # fmt: skip
    excess = surfaces(tables, layers, load_study(ultimate_owners=True))[1][2]
    apart = surfaces(tables, layers, load_study())[1][2]
    assert excess.parameters["ultimate_owners"] == "true"
    measured = ~np.isnan(excess.values)
    assert measured.any()
    assert not np.allclose(excess.values[measured], apart.values[measured])


def test_the_shipped_surfaces(built: Path) -> None:
    """The real country: sums come out, no road is shorter than the straight line, few cells have enough owners."""
    study = load_study()
    layers = read_layers(study)
    tables = {name: gpd.read_parquet(built / "tables" / f"{name}.parquet")
              for name in ("parks", "auto_parts_plants", "assembly_plants", "ports_of_entry")}  # fmt: skip
    grid, measured = surfaces(tables, layers, study)
    found = {surface.name: surface.values[grid.land].astype(float) for surface in measured}
    counts = {surface.name: surface.parameters.get("points") for surface in measured}
    assert counts["parks_density"] == 506
    assert cell_km2(grid).sum() == pytest.approx(1_960_000, rel=0.005)
    for name in ("parks_density", "auto_plants_density"):
        assert (found[name] / 1000 * cell_km2(grid)).sum() == pytest.approx(counts[name], rel=0.002)
    ports = serving_ports(tables["ports_of_entry"], study).to_crs(GEODETIC_CRS)
    straight = distance_km(grid.lon[:, None], grid.lat[:, None], *coordinates(ports)).min(axis=1)
    road = found["port_road_distance"]
    reached = np.isfinite(road)
    assert (road[reached] >= straight[reached]).all()
    assert 0.8 < reached.mean() < 0.9
    excess = found["ownership_excess"]
    assert 0.05 < np.isfinite(excess).mean() < 0.1
    assert np.nanmax(excess) <= 1
