"""What lies over the land between the points: park density, and people without a park in reach."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEODETIC_CRS, count_within
from geo.join import coordinates
from geo.measures.parks import located_study_set
from geo.metrics.density import kernel_density

DENSITY_KM = 25.0
CELL_DEGREES = 0.2
REACH_KM = 30.0


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
