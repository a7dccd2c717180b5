"""What lies over the land between the points: densities, owners, roads to a port, people without a park in reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.geodesy import GEODETIC_CRS, count_within
from geo.join import coordinates
from geo.landgrid import LandGrid, Surface, land_grid
from geo.measures.counting import auto_plants
from geo.measures.parks import located_study_set
from geo.metrics.density import kernel_density
from geo.metrics.local_ownership import GAUSSIAN_REACH, LEAST_PARKS, local_ownership
from geo.network import RoadNetwork
from geo.ownership import run_controllers
from geo.schema import BANDWIDTHS_KM, DECIMALS
from geo.study import Study

Tables = Mapping[str, Any]
Floats = NDArray[np.float64]

DENSITY_KM = 25.0
CELL_DEGREES = 0.2
REACH_KM = 30.0
EXCESS_KM = BANDWIDTHS_KM[0]
DENSITY_DECIMALS = 4


def people_without_park(municipalities: pd.DataFrame, places: gpd.GeoDataFrame, parks: gpd.GeoDataFrame) -> pd.Series:
    """Return the people of each municipality in places farther than 30 km from every located park of the study set.

    A place counts whole, at its point; 30 km itself is within reach.

    Returns
    -------
    pandas.Series
        Whole number, index that of ``municipalities``.
    """
    near = count_within(*coordinates(places), *coordinates(located_study_set(parks)), REACH_KM)
    outside = places.loc[near == 0].groupby("cvegeo")["population_2020"].sum()
    return municipalities["cvegeo"].map(outside).fillna(0).astype("Int64")


def park_density(parks: gpd.GeoDataFrame, states: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the density of the located study set on a grid over the land, border-corrected.

    Parameters
    ----------
    parks
        The layer parks.
    states
        Outlines of the land; a drawing copy will do.

    Returns
    -------
    pandas.DataFrame
        lon, lat (centres of cells of 0.2 degrees, from south to north, then west to east) and parks_per_1000_km2;
        cells off the land, and those where it rounds to 0, are left out.
    """
    land = shapely.union_all(states.to_crs(GEODETIC_CRS).geometry.to_numpy())
    west, south, east, north = land.bounds
    lon = np.arange(np.floor(west / CELL_DEGREES), np.ceil(east / CELL_DEGREES)) * CELL_DEGREES + CELL_DEGREES / 2
    lat = np.arange(np.floor(south / CELL_DEGREES), np.ceil(north / CELL_DEGREES)) * CELL_DEGREES + CELL_DEGREES / 2
    grid = pd.DataFrame({"lon": np.tile(lon, lat.size), "lat": np.repeat(lat, lon.size)}).round(4)
    sites = located_study_set(parks)
    density = kernel_density(*coordinates(sites), np.ones(len(sites)), bandwidth_km=DENSITY_KM, grid=grid, mask=land)
    found = grid.assign(parks_per_1000_km2=(density * 1000).round(3))
    return found[found["parks_per_1000_km2"] > 0].reset_index(drop=True)


def serving_ports(ports: gpd.GeoDataFrame, study: Study) -> gpd.GeoDataFrame:
    """Return the ports of entry that distances are measured to: usable points open to the study's mode."""
    mode = study.parameters.port_mode
    usable = ports[ports["quality"] != "bad"]
    if mode == "any":
        return usable
    # Without any port the answers would be a column of no type, which selects columns.
    return usable[usable["modes"].str.split(";").map(lambda modes: mode in modes).astype(bool)]


def surfaces(tables: Tables, layers: Tables, study: Study) -> tuple[LandGrid, list[Surface]]:
    """Measure densities, ownership excess and road distance over the whole land, on cells of 2.5 km.

    Parameters
    ----------
    tables
        Published tables.
    layers
        Layers as read, for the outlines, the roads and the roles.
    study
        The study, for its parameters.

    Returns
    -------
    LandGrid
        The cells.
    list of Surface
        parks_density and auto_plants_density (for each 1,000 km2), ownership_excess, port_road_distance (km).
    """
    grid = land_grid(layers["states"])
    parks, parts, assembly, ports = (
        gpd.GeoDataFrame(tables[name]).to_crs(GEODETIC_CRS)
        for name in ("parks", "auto_parts_plants", "assembly_plants", "ports_of_entry")
    )
    plants = auto_plants(parts, assembly)
    return grid, [
        _density(grid, located_study_set(parks), "parks_density", licence="facts"),
        _density(grid, plants[plants.geometry.notna()], "auto_plants_density", licence="semarnat"),
        _ownership_excess(grid, located_study_set(parks), layers, study),
        _port_road_distance(grid, layers["highways"], serving_ports(ports, study), study),
    ]


def _density(grid: LandGrid, points: gpd.GeoDataFrame, name: str, *, licence: str) -> Surface:
    found = kernel_density(
        *coordinates(points),
        np.ones(len(points)),
        bandwidth_km=DENSITY_KM,
        grid=pd.DataFrame({"lon": grid.lon, "lat": grid.lat}),
        mask=grid.outline,
    )
    density = (1000.0 * found.to_numpy()).round(DENSITY_DECIMALS)
    return Surface(
        name, "1/1000 km2", licence, grid.filled(density), {"bandwidth_km": DENSITY_KM, "points": len(points)}
    )


def _ownership_excess(grid: LandGrid, sites: gpd.GeoDataFrame, layers: Mapping[str, Any], study: Study) -> Surface:
    """Measure the index at every cell as at a holding without size, which has neighbours and is nobody's.

    It rests on holdings of known controller, so the others are left out beforehand.
    """
    rules = study.parameters
    held = run_controllers(layers, rules)
    lon, lat = coordinates(sites)
    places = pd.DataFrame({"park_id": sites["park_id"].to_numpy(), "lon": lon, "lat": lat})
    holdings = places.merge(held, on="park_id")
    reach = GAUSSIAN_REACH * EXCESS_KM
    near = np.flatnonzero(count_within(grid.lon, grid.lat, holdings["lon"], holdings["lat"], reach) > 0)
    found = local_ownership(
        np.concatenate([holdings["lon"], grid.lon[near]]),
        np.concatenate([holdings["lat"], grid.lat[near]]),
        np.concatenate([holdings["developer_id"].to_numpy(dtype=object), np.full(near.size, None)]),
        np.concatenate([holdings["share"], np.zeros(near.size)]),
        bandwidth_km=EXCESS_KM,
        permutations=0,
    )
    excess = np.full(grid.lon.size, np.nan)
    excess[near] = found["excess"].to_numpy()[len(holdings) :]
    parameters: dict[str, str | float] = {
        "bandwidth_km": EXCESS_KM,
        "least_effective_parks": LEAST_PARKS,
        "controller_roles": ";".join(rules.controller_roles),
    }
    if rules.ownership_year is not None:
        parameters["ownership_year"] = rules.ownership_year
    if rules.ultimate_owners:
        parameters["ultimate_owners"] = "true"
    return Surface("ownership_excess", "1", "facts", grid.filled(excess.round(DECIMALS["ratio"])), parameters)


def _port_road_distance(grid: LandGrid, highways: gpd.GeoDataFrame, ports: gpd.GeoDataFrame, study: Study) -> Surface:
    network = RoadNetwork(highways, access_leg_km=study.parameters.access_leg_km)
    km = network.nearest_km(grid.lon, grid.lat, *coordinates(ports))
    parameters = {"access_leg_km": study.parameters.access_leg_km, "port_mode": study.parameters.port_mode}
    return Surface("port_road_distance", "km", "osm", grid.filled(km.round(DECIMALS["km"])), parameters)
