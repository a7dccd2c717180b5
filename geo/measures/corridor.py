"""Whether the auto industry is on the corridor, and whether wages follow distance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.geodesy import GEODETIC_CRS, BorderIndex, PolylineIndex, distance_km
from geo.join import coordinates
from geo.layers.wages import annual
from geo.measures.counting import auto_plants, manufacturing_plants
from geo.metrics.gradient import wage_gradient
from geo.metrics.proximity import corridor_share
from geo.metrics.uncertainty import interval
from geo.study import Study

Tables = Mapping[str, Any]


def corridor_test(tables: Tables, corridor: gpd.GeoDataFrame, study: Study) -> pd.DataFrame:
    """Test the share of auto plants near the first branch against the same line laid over manufacturing at random."""
    plants = auto_plants(tables["auto_parts_plants"], tables["assembly_plants"])
    trunk = corridor.to_crs(GEODETIC_CRS).geometry.iloc[0]
    lon, lat = coordinates(plants)
    base_lon, base_lat = coordinates(manufacturing_plants(tables["establishments"]))
    found = corridor_share(
        lon,
        lat,
        base_lon,
        base_lat,
        trunk,
        replicas=study.parameters.curve_simulations,
        seed=study.parameters.seed,
    )
    index = PolylineIndex(trunk)

    def share(x: np.ndarray, y: np.ndarray) -> pd.Series:
        offset = index.locate(x, y).km
        return pd.Series({cut: np.nanmean(offset <= cut) for cut in found.table.index})

    located = plants.geometry.notna().to_numpy()
    error = plants["location_error_m"].to_numpy(float)
    spread = pd.DataFrame(np.nan, index=found.table.index, columns=["low", "median", "high"])
    if np.isfinite(error[located]).all():  # a plant without a known error cannot be moved within it
        options = {"replicas": study.parameters.replicas, "seed": study.parameters.seed}
        spread = interval(share, lon[located], lat[located], error[located], **options)
    table = found.table.join(spread[["low", "median", "high"]].add_prefix("share_jitter_"))
    table = table.rename_axis("within_km").reset_index()
    return table.assign(
        within_km=table["within_km"].astype(int),
        all_plants=found.plants,
        p_all=found.p,
        outside=(table["share"] < table["low"]) | (table["share"] > table["high"]),
        shifts=found.replicas,
    )


def wage_table(layers: Tables, study: Study) -> pd.DataFrame:
    """Regress the states' log wages on log distances to the border and the capital and on the border zone."""
    yearly = annual(layers["wages"])
    derived = yearly[yearly["basis"] == "derived"].rename(columns={"value": "wage_daily_mxn"})
    panel = derived[["cve_ent", "year", "wage_daily_mxn"]]
    states = state_places(layers["municipalities"], layers["border"], capital=study.study.capital)
    states = states.loc[states.index.isin(panel["cve_ent"])]
    return wage_gradient(panel.astype({"year": int}), states, split_year=study.study.border_zone_year)


def state_places(municipalities: pd.DataFrame, border: gpd.GeoDataFrame, *, capital: str) -> pd.DataFrame:
    """Return where the people of each state are, and how far that is from the border and the capital.

    A state's place is the mean of its municipal seats on the sphere, weighted by population; its distances are those
    of that place; its border-zone value is the share of its people who live in the zone's municipalities.

    Returns
    -------
    pandas.DataFrame
        lon, lat, border_km, mexico_city_km, border_zone; index cve_ent.
    """
    lon, lat = np.radians(municipalities["seat_lon"]), np.radians(municipalities["seat_lat"])
    people = municipalities["pop_2020"].astype(float)
    code = municipalities["cve_ent"]
    x, y, z = (
        (part * people).groupby(code).sum()
        for part in (np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat))
    )
    places = pd.DataFrame({"lon": np.degrees(np.arctan2(y, x)), "lat": np.degrees(np.arctan2(z, np.hypot(x, y)))})
    line: shapely.Geometry = border.to_crs(GEODETIC_CRS).geometry.iloc[0]
    centre = places.loc[capital]
    return places.assign(
        border_km=BorderIndex(line).distance(places["lon"], places["lat"])[0],
        mexico_city_km=distance_km(places["lon"], places["lat"], centre["lon"], centre["lat"]),
        border_zone=(people * municipalities["zlfn"]).groupby(code).sum() / people.groupby(code).sum(),
    )
