"""What location errors do to the figures of each park."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.geodesy import GEODETIC_CRS, BorderIndex, PolylineIndex, count_within, nearest, sum_within
from geo.join import coordinates
from geo.measures.counting import auto_plants, built_assembly
from geo.measures.parks import hot_spot_z, local_excess, located_study_set
from geo.measures.register import Register
from geo.metrics.uncertainty import jitter
from geo.network import RoadNetwork
from geo.schema import BANDWIDTHS_KM
from geo.study import Study

Tables = Mapping[str, Any]

NEIGHBOURHOOD_KM = 25.0
POPULATION_KM = 30.0
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}


def sensitivity(
    tables: Tables,
    layers: Tables,
    *,
    ports: gpd.GeoDataFrame,
    held: pd.DataFrame,
    register: Register,
    study: Study,
) -> pd.DataFrame:
    """Move the located parks of the study set within their errors, many times, and measure them anew.

    The parks move; plants, ports, places and lines stay where they are. So do parks without a known error, which count
    as neighbours and have no row: nothing can be said of what their error does.

    Returns
    -------
    pandas.DataFrame
        park_id, index, value, low, median, high, replicas: one row a park and column of the layer parks.
    """
    sites = located_study_set(tables["parks"])
    replicas = study.parameters.replicas
    lon, lat = coordinates(sites)
    known = sites["location_error_m"].notna().to_numpy()
    error = sites["location_error_m"].fillna(0).to_numpy(float)
    moved = jitter(lon, lat, error, replicas=replicas, seed=study.parameters.seed)
    lon, lat = moved.lon.ravel(), moved.lat.ravel()
    found = _distances(lon, lat, tables, layers) | _port_distances(lon, lat, layers, ports, study)
    found["establishments_25km"] = register.manufacturing_around(lon, lat, NEIGHBOURHOOD_KM)
    found |= {"parks_25km": _neighbours(moved)} | _local(sites, moved, held, study)
    parts = []
    for index, values in found.items():
        ends = _quantiles(values.reshape(replicas, len(sites)))
        parts.append(
            pd.DataFrame(
                {
                    "park_id": sites["park_id"].to_numpy(),
                    "index": index,
                    "value": sites[index].to_numpy(float, na_value=np.nan),
                    **ends,
                    "replicas": replicas,
                }
            )[known]
        )
    table = pd.concat(parts, ignore_index=True)
    return table[table["value"].notna() | table["median"].notna()].reset_index(drop=True)


def _quantiles(values: np.ndarray) -> dict[str, np.ndarray]:
    """Return quantiles over the replicas in which the value is defined; nan where it never is."""
    some = ~np.isnan(values).all(axis=0)
    ends = {}
    for name, quantile in QUANTILES.items():
        ends[name] = np.full(values.shape[1], np.nan)
        ends[name][some] = np.nanquantile(values[:, some], quantile, axis=0)
    return ends


def _port_distances(
    lon: np.ndarray, lat: np.ndarray, layers: Tables, ports: gpd.GeoDataFrame, study: Study
) -> dict[str, np.ndarray]:
    """Measure all replicas at once to the port of entry nearest to each, straight and by road."""
    port, km = nearest(lon, lat, *coordinates(ports))
    network = RoadNetwork(layers["highways"], access_leg_km=study.parameters.access_leg_km)
    by_road = network.distance_km(lon, lat, *coordinates(ports))
    return {"port_km": km, "port_road_km": by_road[np.arange(lon.size), port]}


def _distances(lon: np.ndarray, lat: np.ndarray, tables: Tables, layers: Tables) -> dict[str, np.ndarray]:
    """Measure all replicas at once against what stays where it is."""
    line = layers["border"].to_crs(GEODETIC_CRS).geometry.iloc[0]
    branches = [PolylineIndex(shape) for shape in layers["corridor"].to_crs(GEODETIC_CRS).geometry]
    offsets = [branch.locate(lon, lat).km for branch in branches]
    waypoints = layers["corridor_waypoints"]
    enclaves = waypoints[~waypoints["branch"].isin(layers["corridor"]["branch"])]
    offsets.append(nearest(lon, lat, *coordinates(enclaves))[1])
    auto = auto_plants(tables["auto_parts_plants"], tables["assembly_plants"])
    places = layers["places"]
    return {
        "border_km": BorderIndex(line).distance(lon, lat)[0],
        "offset_km": np.min(offsets, axis=0),
        "assembly_km": nearest(lon, lat, *_located(built_assembly(tables["assembly_plants"])))[1],
        "auto_plants_25km": count_within(lon, lat, *coordinates(auto), NEIGHBOURHOOD_KM),
        "population_30km": sum_within(
            lon, lat, *coordinates(places), POPULATION_KM, places["population_2020"].to_numpy(float)
        ),
    }


def _located(points: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    return coordinates(points[points.geometry.notna()])


def _neighbours(moved: Any) -> np.ndarray:
    """Count, replica by replica, the other parks nearby, all of them moved."""
    rows = zip(moved.lon, moved.lat, strict=True)
    return np.concatenate([count_within(x, y, x, y, NEIGHBOURHOOD_KM) - 1 for x, y in rows])


def _local(sites: gpd.GeoDataFrame, moved: Any, held: pd.DataFrame, study: Study) -> dict[str, np.ndarray]:
    """Measure local ownership and hot spots, replica by replica, without their tests."""
    names = {"hhi_low": "owner_hhi_25km_low", "hhi_high": "owner_hhi_25km_high", "excess": "owner_excess_25km"}
    outcomes: dict[str, list[np.ndarray]] = {name: [] for name in (*names.values(), "gi_star_z")}
    for x, y in zip(moved.lon, moved.lat, strict=True):
        there = sites.set_geometry(gpd.points_from_xy(x, y, crs=GEODETIC_CRS))
        found = local_excess(there, held, km=BANDWIDTHS_KM[0], permutations=0, seed=study.parameters.seed)
        for column, name in names.items():
            outcomes[name].append(found[column].to_numpy(float))
        outcomes["gi_star_z"].append(hot_spot_z(there, permutations=0, seed=study.parameters.seed)["z"].to_numpy())
    return {name: np.concatenate(values) for name, values in outcomes.items()}
