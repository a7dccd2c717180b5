"""What a planner asks of each park: how far the ways in and out are, and on what ground it stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.geodesy import GEODETIC_CRS, BorderIndex, nearest
from geo.join import coordinates
from geo.streets import highway_streets
from geo.terrain import terrain

#: What the data do not have; a study may say who publishes it.
ABSENT: Mapping[str, Mapping[str, str]] = {
    "rail": {
        "es": "Vías férreas y terminales: no están en los datos; OpenStreetMap tiene muchas.",
        "en": "Railways and terminals: not in the data; OpenStreetMap has many.",
    },
    "seaport": {
        "es": "Puertos marítimos: no están en los datos.",
        "en": "Seaports: not in the data.",
    },
    "airport": {
        "es": "Aeropuertos: no están en los datos.",
        "en": "Airports: not in the data.",
    },
    "elevation": {
        "es": "Altitud y pendiente: sólo con un ráster de alturas.",
        "en": "Elevation and slope: only with a raster of heights.",
    },
}


def park_checklist(
    parks: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    access_leg_km: float = 50.0,
    heights: Path | None = None,
) -> pd.DataFrame:
    """Measure the checklist of each park.

    Parameters
    ----------
    parks
        Parks with ``park_id``, ``name``, ``location_error_m`` and points in EPSG:4326.
    layers
        ``ports_of_entry`` (those that serve), ``highways`` and ``border``.
    access_leg_km
        Farthest straight leg to the highway graph for distances along it.
    heights
        Raster of heights in metres.

    Returns
    -------
    pandas.DataFrame
        park_id, name, location_error_m, highway_km (geodesic to the nearest highway), port_of_entry, port_of_entry_km,
        port_of_entry_road_km and port_of_entry_minutes (along the shipped highways, speeds assumed), border_km,
        elevation_m, slope_percent; missing where a park has no point or nothing is reached. Index that of ``parks``.

    Notes
    -----
    ``ABSENT`` says what is not measured. The port of entry by road is the one reached soonest, which need not be the
    nearest one.
    """
    lon, lat = coordinates(parks)
    ports = layers["ports_of_entry"]
    ports = ports[ports.geometry.notna()].reset_index(drop=True)
    streets = highway_streets(layers["highways"], access_leg_km=access_leg_km)
    place, port_km = nearest(lon, lat, *coordinates(ports))
    road = streets.nearest(lon, lat, *coordinates(ports))
    border = BorderIndex(layers["border"].to_crs(GEODETIC_CRS).geometry.iloc[0])
    ground = pd.DataFrame({"elevation_m": np.nan, "slope_percent": np.nan}, index=range(len(parks)))
    if heights is not None:
        ground = terrain(heights, lon, lat)
    table = pd.DataFrame(
        {
            "park_id": parks["park_id"].to_numpy(),
            "name": parks["name"].to_numpy(),
            "location_error_m": parks["location_error_m"].to_numpy(),
            "highway_km": streets.access(lon, lat).leg_km,
            "port_of_entry": ports["name"].reindex(place).to_numpy(),
            "port_of_entry_km": port_km,
            "port_of_entry_road_km": road["km"].to_numpy(),
            "port_of_entry_minutes": road["minutes"].to_numpy(),
            "border_km": border.distance(lon, lat)[0],
        }
    )
    return table.join(ground).set_axis(parks.index)
