"""What surrounds each park: local ownership, hot spots, market and clusters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.geodesy import pairs_within
from geo.join import coordinates
from geo.metrics.agglomeration import clusters, hot_spots, market_potential
from geo.metrics.inference import benjamini_hochberg
from geo.metrics.local_ownership import local_ownership
from geo.schema import BANDWIDTHS_KM
from geo.study import Study

Tables = Mapping[str, Any]

HOT_SPOT_KM = 25.0
MARKET_THETA_KM = 100.0
CLUSTER_KM = 10.0
CLUSTER_PARKS = 4
_HEADLINE = BANDWIDTHS_KM[0]


def located_study_set(parks: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parks that local metrics are measured on and at."""
    return parks[parks["study_set"] & parks.geometry.notna()]


def ownership_around(parks: gpd.GeoDataFrame, held: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Measure local concentration of owners at each located park of the study set, at every bandwidth.

    A park of several controllers stands for as many holdings at one place, each its share of a park.

    Returns
    -------
    pandas.DataFrame
        The columns owner_* of the layer parks; index that of ``parks``; missing outside the located study set.
    """
    sites = located_study_set(parks)
    tables = []
    for km in BANDWIDTHS_KM:
        found = local_excess(sites, held, km=km, permutations=study.parameters.permutations, seed=study.parameters.seed)
        prefix = "owner_excess" if km == _HEADLINE else f"owner_excess_{km}km"
        table = found.rename(columns={"excess": f"owner_excess_{km}km", "p": f"{prefix}_p"})
        table[f"{prefix}_significant"] = benjamini_hochberg(found["p"])
        if km == _HEADLINE:
            names = {"known_share": "owner_known_share_25km", "hhi_low": "owner_hhi_25km_low",
                     "hhi_high": "owner_hhi_25km_high"}  # fmt: skip
            table = table.rename(columns=names)
        tables.append(table[[name for name in table.columns if str(name).startswith("owner_")]])
    return pd.concat(tables, axis=1).reindex(parks.index)


def local_excess(
    sites: gpd.GeoDataFrame, held: pd.DataFrame, *, km: float, permutations: int, seed: int
) -> pd.DataFrame:
    """Return ``local_ownership`` by park; index that of ``sites``."""
    lon, lat = coordinates(sites)
    places = pd.DataFrame({"park_id": sites["park_id"].to_numpy(), "lon": lon, "lat": lat})
    holdings = places.merge(held, on="park_id", how="left")
    found = local_ownership(
        holdings["lon"],
        holdings["lat"],
        holdings["developer_id"],
        holdings["share"].fillna(1.0),
        bandwidth_km=km,
        permutations=permutations,
        seed=seed,
    )
    return found.groupby(holdings["park_id"]).first().reindex(sites["park_id"]).set_axis(sites.index)


def park_hot_spots(parks: gpd.GeoDataFrame, study: Study) -> pd.DataFrame:
    """Measure Gi* of the plants registered in the parks within 25 km, at the located study set."""
    parameters = study.parameters
    found = hot_spot_z(located_study_set(parks), permutations=parameters.permutations, seed=parameters.seed)
    return found.add_prefix("gi_star_").reindex(parks.index)


def hot_spot_z(sites: gpd.GeoDataFrame, *, permutations: int, seed: int) -> pd.DataFrame:
    """Return Gi* of the plants registered in the sites within 25 km."""
    return hot_spots(
        sites["plants_registered"].astype(float),
        distance_band(sites, km=HOT_SPOT_KM),
        permutations=permutations,
        seed=seed,
    )


def distance_band(sites: gpd.GeoDataFrame, *, km: float) -> Any:
    """Return a graph that joins the sites at most ``km`` apart, labelled by their index."""
    from libpysal.graph import Graph

    lon, lat = coordinates(sites)
    i, j, _ = pairs_within(lon, lat, lon, lat, km, once=True)
    alone = np.setdiff1d(np.arange(len(sites)), [i, j])
    focal, neighbour = np.concatenate([i, j, alone]), np.concatenate([j, i, alone])
    weight = np.concatenate([np.ones(2 * i.size), np.zeros(alone.size)])
    labels = sites.index.to_numpy()
    return Graph.from_arrays(labels[focal], labels[neighbour], weight)


def municipal_hot_spots(municipalities: gpd.GeoDataFrame, study: Study) -> pd.DataFrame:
    """Measure Gi* of the study set's parks over municipalities that touch."""
    from libpysal.graph import Graph

    bounded = municipalities[municipalities.geometry.notna()].set_index("cvegeo")
    found = hot_spots(
        bounded["parks_study_set"].astype(float),
        Graph.build_contiguity(bounded[["geometry"]], rook=False),
        permutations=study.parameters.map_permutations,
        seed=study.parameters.seed,
    )
    return found.add_prefix("gi_star_").reindex(municipalities["cvegeo"]).set_axis(municipalities.index)


def park_market(parks: gpd.GeoDataFrame, municipalities: pd.DataFrame) -> pd.Series:
    """Return the people of Mexico's municipalities around each park, fading with exp(-km / 100)."""
    lon, lat = coordinates(parks)
    masses = municipalities[["seat_lon", "seat_lat", "pop_2020"]].set_axis(["lon", "lat", "weight"], axis=1)
    found = market_potential(
        pd.Series(lon, index=parks.index), lat, masses.astype(float), decay="exponential", theta_km=MARKET_THETA_KM
    )
    return found.round()


def park_clusters(parks: gpd.GeoDataFrame) -> pd.Series:
    """Return the cluster of each located park of the study set, missing outside every cluster."""
    sites = located_study_set(parks)
    lon, lat = coordinates(sites)
    found = clusters(pd.Series(lon, index=sites.index), lat, eps_km=CLUSTER_KM, min_samples=CLUSTER_PARKS)
    return found.reindex(parks.index)
